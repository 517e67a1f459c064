//! HiGHS beside the default solvers.
#![cfg(feature = "highs")]

mod common;

use critmin_solve::{Backend, Error, Problem, SolveOptions, solve};
use proptest::prelude::*;

const INFINITE: f64 = f64::INFINITY;

/// A bounded problem that `point`, of whole numbers, satisfies; every second column is whole when `is_mixed`.
fn feasible(rows: &[Vec<f64>], costs: &[f64], point: &[f64], is_mixed: bool) -> Problem {
    let mut problem = Problem::new();
    for (index, cost) in costs.iter().enumerate() {
        if is_mixed && index % 2 == 0 {
            problem.integer_column(*cost, 0.0, 10.0);
        } else {
            problem.column(*cost, 0.0, 10.0);
        }
    }
    for (index, row) in rows.iter().enumerate() {
        let terms: Vec<(usize, f64)> = row.iter().copied().enumerate().collect();
        let activity: f64 = row.iter().zip(point).map(|(a, x)| a * x).sum();
        if index % 2 == 0 {
            problem.row(activity - 1.0, INFINITE, &terms);
        } else {
            problem.row(-INFINITE, activity + 0.5, &terms);
        }
    }
    problem
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn objectives_agree(
        rows in proptest::collection::vec(proptest::collection::vec(-3.0..3.0_f64, 6), 1..6),
        costs in proptest::collection::vec(-5.0..5.0_f64, 6),
        point in proptest::collection::vec((1_u8..9).prop_map(f64::from), 6),
        is_mixed: bool,
    ) {
        let problem = feasible(&rows, &costs, &point, is_mixed);
        let ours = solve(&problem, &SolveOptions::default()).unwrap();
        let theirs = solve(&problem, &SolveOptions { backend: Backend::Highs, ..SolveOptions::default() }).unwrap();
        prop_assert!((ours.objective - theirs.objective).abs() <= 1e-5 * (1.0 + ours.objective.abs()));
        prop_assert!(theirs.is_proven && theirs.row_duals.is_empty() == is_mixed);
    }
}

#[test]
fn it_gets_the_canaries_right() {
    common::sing(Backend::Highs).unwrap();
}

#[test]
fn what_it_does_not_solve_is_said() {
    let options = SolveOptions { backend: Backend::Highs, ..SolveOptions::default() };
    let mut problem = Problem::new();
    let column = problem.column(1.0, 0.0, 1.0);
    problem.row(2.0, INFINITE, &[(column, 1.0)]);
    assert!(matches!(solve(&problem, &options), Err(Error::Infeasible { .. })));
    problem.quadratic_column(1.0, 1.0, 0.0, 1.0);
    assert!(matches!(solve(&problem, &options), Err(Error::NotSupported { .. })));
}
