//! Rows that become bounds and columns that become constants: the answer is that of the problem as it was written.

use critmin_solve::{Error, Problem, SolveOptions, certify, solve};
use proptest::prelude::*;

const INFINITE: f64 = f64::INFINITY;

/// A problem whose rows of one column stand as bounds when `are_bounds`, and as rows otherwise; the twin column of a row
/// that is kept long has no cost and a bound of its own that holds it at 0, so that nothing can be reduced.
fn problem(costs: &[f64], limits: &[(f64, f64)], weights: &[f64], is_reducible: bool) -> (Problem, Vec<usize>) {
    let mut problem = Problem::new();
    let columns: Vec<usize> = costs.iter().map(|cost| problem.column(*cost, 0.0, 20.0)).collect();
    let twin = problem.column(100.0, 0.0, 5.0);
    let rows = columns.iter().zip(limits).map(|(column, (size, coefficient))| {
        let terms = [(*column, *coefficient), (twin, 1.0)];
        let terms = if is_reducible { &terms[..1] } else { &terms[..] };
        let bound = size * coefficient.abs();
        if *coefficient < 0.0 { problem.row(-bound, INFINITE, terms) } else { problem.row(-INFINITE, bound, terms) }
    });
    let mut rows: Vec<usize> = rows.collect();
    let terms: Vec<(usize, f64)> = columns.iter().copied().zip(weights.iter().copied()).collect();
    let most: f64 = limits.iter().zip(weights).map(|((size, _), weight)| size * weight).sum();
    rows.push(problem.row(0.6 * most, INFINITE, &terms));
    (problem, rows)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn duals_of_rows_that_became_bounds_are_recovered(
        costs in proptest::collection::vec(1.0..9.0_f64, 5),
        limits in proptest::collection::vec((1.0..9.0_f64, prop_oneof![0.2..3.0_f64, -3.0..-0.2_f64]), 5),
        weights in proptest::collection::vec(0.5..2.0_f64, 5),
    ) {
        let (short, rows) = problem(&costs, &limits, &weights, true);
        let (long, _) = problem(&costs, &limits, &weights, false);
        let reduced = solve(&short, &SolveOptions::default()).unwrap();
        let whole = solve(&long, &SolveOptions::default()).unwrap();
        prop_assert!((reduced.objective - whole.objective).abs() < 1e-5);
        for row in rows {
            let (one, other) = (reduced.row_duals[row], whole.row_duals[row]);
            prop_assert!((one - other).abs() < 1e-4, "row {row}: {one} {other}");
        }
        prop_assert_eq!(certify(&short, &reduced.values, &reduced.row_duals).unwrap(), reduced.certificate);
    }
}

#[test]
fn a_chain_of_rows_that_fix_each_other_is_priced_backwards() {
    let mut problem = Problem::new();
    let columns: Vec<usize> = [3.0, 5.0, 7.0].iter().map(|cost| problem.column(*cost, -50.0, 50.0)).collect();
    // The second row falls to one column only when the first has fixed the other, and so on.
    problem.row(0.0, 0.0, &[(columns[2], 1.0), (columns[1], -1.0)]);
    problem.row(1.0, 1.0, &[(columns[1], 2.0), (columns[0], -1.0), (columns[0], 0.0)]);
    problem.row(4.0, 4.0, &[(columns[0], 1.0), (columns[0], 1.0)]);
    let found = solve(&problem, &SolveOptions::default()).unwrap();
    assert_eq!(found.values, vec![2.0, 1.5, 1.5]);
    // y2 2 = 5 + 7 and y1 2 = 3 + y2: by hand, from the last row to the first.
    assert_eq!(found.row_duals, vec![7.0, 6.0, 4.5]);
}

#[test]
fn contradictions_name_their_rows() {
    let mut problem = Problem::new();
    let column = problem.column(1.0, 0.0, 10.0);
    problem.row(0.0, 4.0, &[(column, 2.0)]);
    problem.row(3.0, INFINITE, &[(column, 1.0)]);
    match solve(&problem, &SolveOptions::default()) {
        Err(Error::Infeasible { rows, .. }) => assert_eq!(rows, vec![1, 0]),
        other => panic!("{other:?}"),
    }
    let mut problem = Problem::new();
    let columns = [problem.column(1.0, 0.0, 10.0), problem.column(1.0, 0.0, 10.0)];
    problem.row(-INFINITE, 4.0, &[(columns[0], 1.0)]);
    problem.row(-INFINITE, 4.0, &[(columns[1], 1.0)]);
    problem.row(9.0, INFINITE, &[(columns[0], 1.0), (columns[1], 1.0)]);
    match solve(&problem, &SolveOptions::default()) {
        Err(Error::Infeasible { mut rows, .. }) => {
            rows.sort_unstable();
            assert_eq!(rows, vec![0, 1, 2]);
        }
        other => panic!("{other:?}"),
    }
    let mut problem = Problem::new();
    let held = problem.column(1.0, 2.0, 2.0);
    problem.row(3.0, 3.0, &[(held, 1.0)]);
    assert!(matches!(solve(&problem, &SolveOptions::default()), Err(Error::Infeasible { .. })));
}
