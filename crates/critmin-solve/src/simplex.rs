//! The simplex solver `microlp`, with branch and bound for whole numbers.

use microlp::{ComparisonOp, OptimizationDirection, SolveOutcome, TerminationReason, Variable};

use crate::reduce::merged;
use crate::watch::{Budget, Progress};
use crate::{Error, Problem, SolveOptions};

/// What messages call it.
pub(crate) const NAME: &str = "the simplex solver";

/// Nodes between two looks at the watch: counted, not timed, so that a watched search gives the same answer every time.
const SLICE_NODES: u64 = 100;

pub(crate) struct Vertex {
    pub(crate) values: Vec<f64>,
    pub(crate) gap: f64,
    /// Whether a limit ended the search.
    pub(crate) is_stopped: bool,
    pub(crate) iterations: u64,
}

pub(crate) fn solve(
    problem: &Problem,
    options: &SolveOptions,
    budget: &Budget,
    start: Option<&[f64]>,
) -> Result<Vertex, Error> {
    let mut model = microlp::Problem::new(OptimizationDirection::Minimize);
    let columns: Vec<Variable> = (0..problem.n_columns()).map(|column| variable(&mut model, problem, column)).collect();
    for row in &problem.rows {
        let terms: Vec<(Variable, f64)> =
            merged(&row.terms).into_iter().map(|(column, value)| (columns[column], value)).collect();
        if row.lower.total_cmp(&row.upper).is_eq() {
            model.add_constraint(terms, ComparisonOp::Eq, row.upper);
            continue;
        }
        if row.upper.is_finite() {
            model.add_constraint(terms.clone(), ComparisonOp::Le, row.upper);
        }
        if row.lower.is_finite() {
            model.add_constraint(terms, ComparisonOp::Ge, row.lower);
        }
    }
    let mut how = microlp::SolveOptions::default();
    how.node_limit = options.node_limit;
    // Any gap is a tolerance too, but the crate takes finite ones only.
    how.mip_gap = options.tolerances.gap.min(f64::MAX);
    how.warm_start = start.map(|start| columns.iter().copied().zip(start.iter().copied()).collect());
    let outcome = search(&model, how, budget)?;
    let iterations = outcome.stats().lp_iterations;
    let SolveOutcome::Solution(solution) = outcome else {
        let reason = "the time or node limit came before any values were found".to_owned();
        return Err(Error::StoppedEarly { backend: NAME, reason });
    };
    let value = |(column, variable): (usize, &Variable)| {
        let value = solution.var_value(*variable);
        if problem.is_integer[column] { value.round() } else { value }
    };
    let values = columns.iter().enumerate().map(value).collect();
    let gap = if problem.has_integers() { solution.gap().unwrap_or(f64::INFINITY) } else { 0.0 };
    let reason = solution.termination_reason();
    let is_stopped = matches!(reason, TerminationReason::TimeLimit | TerminationReason::NodeLimit);
    Ok(Vertex { values, gap, is_stopped, iterations })
}

/// In one piece, or in slices of nodes with a look at the watch after each.
fn search(model: &microlp::Problem, mut how: microlp::SolveOptions, budget: &Budget) -> Result<SolveOutcome, Error> {
    let (node_limit, mip_gap) = (how.node_limit, how.mip_gap);
    let left = |solved: u64| node_limit.map(|limit| limit.saturating_sub(solved));
    let slice = |solved: u64| match (budget.watch.is_watching(), left(solved)) {
        (false, left) => left,
        (true, left) => Some(left.map_or(SLICE_NODES, |left| left.min(SLICE_NODES))),
    };
    (how.time_limit, how.node_limit) = (budget.rest(), slice(0));
    let mut outcome = model.solve_with(how).map_err(fault)?;
    while outcome.termination_reason() == TerminationReason::NodeLimit && budget.watch.is_watching() {
        let stats = outcome.stats();
        if budget.watch.stops(Progress { iterations: stats.lp_iterations, gap: stats.gap }) {
            return Err(Error::Interrupted);
        }
        if budget.is_over() || left(stats.nodes_solved) == Some(0) {
            break;
        }
        let mut on = microlp::ResumeOptions::default();
        (on.time_limit, on.node_limit, on.mip_gap) = (budget.rest(), slice(stats.nodes_solved), Some(mip_gap));
        outcome = outcome.resume_with(on).map_err(fault)?;
    }
    Ok(outcome)
}

fn variable(model: &mut microlp::Problem, problem: &Problem, column: usize) -> Variable {
    let (lower, upper) = (problem.lower[column], problem.upper[column]);
    if problem.is_integer[column] {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a float beyond the range saturates, and no integer fits there"
        )]
        let whole = (lower.ceil() as i32, upper.floor() as i32);
        return model.add_integer_var(problem.cost[column], whole);
    }
    model.add_var(problem.cost[column], (lower, upper))
}

fn fault(error: microlp::Error) -> Error {
    match error {
        microlp::Error::Infeasible => {
            Error::Infeasible { reason: "the simplex solver proved it".to_owned(), rows: Vec::new() }
        }
        microlp::Error::Unbounded => Error::Unbounded,
        other => Error::StoppedEarly { backend: NAME, reason: other.to_string() },
    }
}
