//! The solver HiGHS, in C++, behind the feature `highs`: a second opinion, mostly for whole numbers.

use ::highs::{Col, HighsModelStatus, HighsSolutionStatus, HighsStatus, Model, RowProblem, Sense};

use crate::reduce::merged;
use crate::simplex::Vertex;
use crate::watch::{Budget, Progress};
use crate::{Error, Problem, SolveOptions};

/// What messages call it.
pub(crate) const NAME: &str = "HiGHS";

/// Values with the duals of the rows, which mean nothing for whole numbers.
///
/// The watch is asked once, before: the binding has no way to stop a solve.
pub(crate) fn solve(problem: &Problem, options: &SolveOptions, budget: &Budget) -> Result<(Vertex, Vec<f64>), Error> {
    if budget.watch.stops(Progress { iterations: 0, gap: None }) {
        return Err(Error::Interrupted);
    }
    let mut model = assembled(problem).try_optimise(Sense::Minimise).map_err(fault)?;
    configure(&mut model, options, budget)?;
    let solved = model.try_solve().map_err(fault)?;
    let has_values = solved.primal_solution_status() == HighsSolutionStatus::Feasible;
    let is_stopped = match solved.status() {
        HighsModelStatus::Optimal | HighsModelStatus::ModelEmpty => false,
        HighsModelStatus::ReachedTimeLimit | HighsModelStatus::ReachedSolutionLimit
            if has_values && problem.has_integers() =>
        {
            true
        }
        HighsModelStatus::Infeasible => {
            return Err(Error::Infeasible { reason: "HiGHS proved it".to_owned(), rows: Vec::new() });
        }
        HighsModelStatus::Unbounded => return Err(Error::Unbounded),
        other => return Err(Error::StoppedEarly { backend: NAME, reason: format!("{other:?}") }),
    };
    let solution = solved.get_solution();
    let value = |(column, value): (usize, &f64)| if problem.is_integer[column] { value.round() } else { *value };
    let values = solution.columns().iter().enumerate().map(value).collect();
    let gap = if problem.has_integers() { solved.mip_gap() } else { 0.0 };
    let iterations = u64::try_from(solved.simplex_iteration_count()).unwrap_or_default();
    Ok((Vertex { values, gap, is_stopped, iterations }, solution.dual_rows().to_vec()))
}

fn assembled(problem: &Problem) -> RowProblem {
    let mut model = RowProblem::new();
    let column = |at: usize| {
        let bounds = problem.lower[at]..=problem.upper[at];
        model.add_column_with_integrality(problem.cost[at], bounds, problem.is_integer[at])
    };
    let columns: Vec<Col> = (0..problem.n_columns()).map(column).collect();
    for row in &problem.rows {
        let terms = merged(&row.terms).into_iter().map(|(column, value)| (columns[column], value));
        model.add_row(row.lower..=row.upper, terms);
    }
    model
}

fn configure(model: &mut Model, options: &SolveOptions, budget: &Budget) -> Result<(), Error> {
    model.make_quiet();
    let refused =
        |_| Error::StoppedEarly { backend: NAME, reason: "it does not know an option of this version".to_owned() };
    // One thread, so that a result does not depend on the machine.
    model.try_set_option("threads", 1).map_err(refused)?;
    model.try_set_option("mip_rel_gap", options.tolerances.gap).map_err(refused)?;
    model.try_set_option("mip_abs_gap", 0.0).map_err(refused)?;
    if let Some(limit) = options.node_limit {
        model.try_set_option("mip_max_nodes", i32::try_from(limit).unwrap_or(i32::MAX)).map_err(refused)?;
    }
    if let Some(rest) = budget.rest() {
        model.try_set_option("time_limit", rest.as_secs_f64()).map_err(refused)?;
    }
    Ok(())
}

fn fault(status: HighsStatus) -> Error {
    Error::StoppedEarly { backend: NAME, reason: format!("{status:?}") }
}
