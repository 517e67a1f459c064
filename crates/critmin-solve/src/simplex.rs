//! The simplex solver `microlp`, with branch and bound for whole numbers.

use std::time::Duration;

use microlp::{ComparisonOp, OptimizationDirection, SolveOutcome, Variable};

use crate::reduce::merged;
use crate::{Error, Problem, SolveOptions};

/// What messages call it.
pub(crate) const NAME: &str = "the simplex solver";

pub(crate) struct Vertex {
    pub(crate) values: Vec<f64>,
    pub(crate) gap: f64,
    pub(crate) iterations: u64,
}

pub(crate) fn solve(problem: &Problem, options: &SolveOptions) -> Result<Vertex, Error> {
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
    how.time_limit = options.time_limit_s.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let outcome = model.solve_with(how).map_err(fault)?;
    let iterations = outcome.stats().lp_iterations;
    let SolveOutcome::Solution(solution) = outcome else {
        let reason = "the time limit came before any values were found".to_owned();
        return Err(Error::StoppedEarly { backend: NAME, reason });
    };
    let value = |(column, variable): (usize, &Variable)| {
        let value = solution.var_value(*variable);
        if problem.is_integer[column] { value.round() } else { value }
    };
    let values = columns.iter().enumerate().map(value).collect();
    let gap = if problem.has_integers() { solution.gap().unwrap_or(f64::INFINITY) } else { 0.0 };
    Ok(Vertex { values, gap, iterations })
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
