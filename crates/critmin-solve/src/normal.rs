//! An interior point on the normal equations, for large linear problems and those with a diagonal quadratic cost.
//!
//! Bounds need no rows of their own here: with `X` and `Z` the distances to the bounds and their prices, every step solves
//! `A D A' dy = r` with the diagonal `D = (Q + Z / X)^-1`, one sparse Cholesky factor per step. Where the general solver
//! factors a system of columns plus rows plus bounds, this one factors one of rows. It knows no free columns, and it
//! proves nothing about a problem without an optimum: whoever calls it checks the answer and has another solver.
//!
//! # References
//!
//! Mehrotra (1992), On the implementation of a primal-dual interior point method, SIAM Journal on Optimization 2,
//! 575-601, <https://doi.org/10.1137/0802028>; Gondzio (1996), Multiple centrality corrections in a primal-dual method for
//! linear programming, Computational Optimization and Applications 6, 137-156, <https://doi.org/10.1007/BF00249643>.

mod dense;
mod factor;
mod iterate;
mod symbolic;
mod system;

use crate::interior::Inner;
use crate::watch::{Budget, Progress};
use crate::{Error, Problem};
use iterate::Iterate;
use system::System;

/// Steps after which the general solver takes over.
const STEPS: u64 = 120;
/// Residuals and gap at which the answer is handed to the certificate.
const TOLERANCE: f64 = 1e-9;
/// Fewer columns are solved as fast by the general solver.
const COLUMNS: usize = 4000;

/// Whether this solver is the one to ask first.
pub(crate) fn suits(problem: &Problem) -> bool {
    COLUMNS <= problem.n_columns() && is_known(problem)
}

/// No cones, and a bound for every column.
fn is_known(problem: &Problem) -> bool {
    let mut bounds = problem.lower.iter().zip(&problem.upper);
    problem.n_cones() == 0 && bounds.all(|(lower, upper)| lower.is_finite() || upper.is_finite())
}

/// An answer to be checked, or none.
///
/// # Errors
///
/// [`Error::Interrupted`] when the watch stops it.
pub(crate) fn solve(problem: &Problem, budget: &Budget) -> Result<Option<Inner>, Error> {
    let Some(mut system) = System::new(problem) else { return Ok(None) };
    let Some(mut iterate) = Iterate::new(&mut system) else { return Ok(None) };
    let mut steps = 0;
    loop {
        let gap = iterate.gap(&system);
        if budget.watch.stops(Progress { iterations: steps, gap: Some(gap) }) {
            return Err(Error::Interrupted);
        }
        if gap <= TOLERANCE && iterate.residual(&system) <= TOLERANCE {
            break;
        }
        // Out of time is out of time for the general solver as well: it says so.
        if steps == STEPS || budget.is_over() || !iterate.step(&mut system) {
            return Ok(None);
        }
        steps += 1;
    }
    let row_duals = system.place.iter().map(|place| iterate.prices[*place]).collect();
    let values = iterate.values[..problem.n_columns()].to_vec();
    Ok(Some(Inner { values, row_duals, cone_duals: Vec::new(), iterations: steps }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::reduce::Reduction;
    use crate::{SolveOptions, Tolerances, certify, solve as general};

    /// A problem that `point` satisfies, with equations, rows of one and of two sides, and bounds of every kind.
    fn feasible(rows: &[Vec<f64>], costs: &[f64], point: &[f64], curvature: f64) -> Problem {
        let mut problem = Problem::new();
        for (index, (cost, value)) in costs.iter().zip(point).enumerate() {
            match index % 3 {
                0 => problem.quadratic_column(*cost, curvature, 0.0, 10.0),
                1 => problem.quadratic_column(cost.abs(), curvature, value - 1.0, f64::INFINITY),
                _ => problem.quadratic_column(-cost.abs(), curvature, f64::NEG_INFINITY, value + 1.0),
            };
        }
        for (index, row) in rows.iter().enumerate() {
            let terms: Vec<(usize, f64)> = row.iter().copied().enumerate().filter(|term| term.1.abs() < 2.0).collect();
            let activity: f64 = terms.iter().map(|(column, coefficient)| coefficient * point[*column]).sum();
            let (lower, upper) = match index % 4 {
                0 => (activity, activity),
                1 => (activity - 1.0, f64::INFINITY),
                2 => (f64::NEG_INFINITY, activity + 0.5),
                _ => (activity - 0.5, activity + 2.0),
            };
            problem.row(lower, upper, &terms);
        }
        problem
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn agrees_with_the_general_solver(
            rows in proptest::collection::vec(proptest::collection::vec(-4.0..4.0_f64, 14), 1..9),
            costs in proptest::collection::vec(-5.0..5.0_f64, 14),
            point in proptest::collection::vec(0.5..9.0_f64, 14),
            curvature in prop_oneof![Just(0.0), 0.1..2.0_f64],
        ) {
            let problem = feasible(&rows, &costs, &point, curvature);
            let wanted = general(&problem, &SolveOptions::default()).unwrap();
            let reduction = Reduction::new(&problem).unwrap();
            prop_assert!(is_known(&reduction.problem));
            let inner = solve(&reduction.problem, &Budget::default()).unwrap();
            let Some(inner) = inner else { return Err(TestCaseError::fail("no answer")) };
            let found = reduction.restore(&problem, inner);
            let certificate = certify(&problem, &found.values, &found.row_duals).unwrap();
            prop_assert!(certificate.passes(&Tolerances::default()), "{certificate:?}");
            let objective = problem.objective(&found.values);
            prop_assert!((objective - wanted.objective).abs() <= 1e-6 * (1.0 + objective.abs()));
        }
    }

    #[test]
    fn a_problem_without_an_optimum_has_no_answer() {
        let mut problem = Problem::new();
        let columns = [problem.column(-1.0, 0.0, f64::INFINITY), problem.column(0.0, 0.0, f64::INFINITY)];
        problem.row(0.0, 0.0, &[(columns[0], 1.0), (columns[1], -1.0)]);
        assert!(solve(&problem, &Budget::default()).unwrap().is_none());
        problem.row(f64::NEG_INFINITY, -1.0, &[(columns[0], 1.0), (columns[1], 1.0)]);
        assert!(solve(&problem, &Budget::default()).unwrap().is_none());
    }
}
