//! Certificates on random problems: what is proven is proven, and what is not is refused.

use critmin_solve::{Backend, Error, Problem, SolveOptions, Tolerances, certify, solve};
use proptest::prelude::*;

const INFINITE: f64 = f64::INFINITY;

/// A bounded problem that `point` satisfies.
fn feasible(rows: &[Vec<f64>], costs: &[f64], point: &[f64], is_quadratic: bool) -> Problem {
    let mut problem = Problem::new();
    for cost in costs {
        problem.quadratic_column(*cost, if is_quadratic { 0.5 } else { 0.0 }, 0.0, 10.0);
    }
    for (index, row) in rows.iter().enumerate() {
        let terms: Vec<(usize, f64)> = row.iter().copied().enumerate().collect();
        let activity: f64 = row.iter().zip(point).map(|(a, x)| a * x).sum();
        let (lower, upper) = match index % 3 {
            0 => (activity, activity),
            1 => (activity - 1.0, INFINITE),
            _ => (-INFINITE, activity + 0.5),
        };
        problem.row(lower, upper, &terms);
    }
    problem
}

fn shape() -> impl Strategy<Value = (Vec<Vec<f64>>, Vec<f64>, Vec<f64>)> {
    (1_usize..6, 1_usize..7).prop_flat_map(|(n_rows, n_columns)| {
        let row = proptest::collection::vec(-3.0..3.0_f64, n_columns);
        (
            proptest::collection::vec(row, n_rows),
            proptest::collection::vec(-5.0..5.0_f64, n_columns),
            proptest::collection::vec(0.5..9.0_f64, n_columns),
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn feasible_problems_are_proven((rows, costs, point) in shape(), is_quadratic: bool) {
        let problem = feasible(&rows, &costs, &point, is_quadratic);
        let plan = solve(&problem, &SolveOptions::default()).unwrap();
        prop_assert!(plan.certificate.passes(&Tolerances::default()));
        // No feasible point is better, the one that made the problem feasible included.
        prop_assert!(plan.objective <= problem.objective(&point) + 1e-5);
    }

    #[test]
    fn both_solvers_agree((rows, costs, point) in shape()) {
        let problem = feasible(&rows, &costs, &point, false);
        let inner = solve(&problem, &SolveOptions::default()).unwrap();
        let vertex = solve(&problem, &SolveOptions { backend: Backend::Simplex, ..SolveOptions::default() }).unwrap();
        prop_assert!((inner.objective - vertex.objective).abs() <= 1e-5 * (1.0 + inner.objective.abs()));
    }

    #[test]
    fn contradictions_are_found((rows, costs, point) in shape()) {
        let mut problem = feasible(&rows, &costs, &point, false);
        let terms: Vec<(usize, f64)> = (0..problem.n_columns()).map(|column| (column, 1.0)).collect();
        let most = 10.0 * u32::try_from(terms.len()).map_or(0.0, f64::from);
        problem.row(most + 1.0, INFINITE, &terms);
        for backend in [Backend::InteriorPoint, Backend::Simplex] {
            let answer = solve(&problem, &SolveOptions { backend, ..SolveOptions::default() });
            prop_assert!(matches!(answer, Err(Error::Infeasible { .. })), "{answer:?}");
        }
    }

    #[test]
    fn a_worse_point_does_not_pass((rows, costs, point) in shape()) {
        let problem = feasible(&rows, &costs, &point, true);
        let plan = solve(&problem, &SolveOptions::default()).unwrap();
        let mut moved = plan.values.clone();
        moved[0] += 0.1;
        prop_assert!(!certify(&problem, &moved, &plan.row_duals).unwrap().passes(&Tolerances::default()));
    }
}

#[test]
fn whole_numbers_by_enumeration() {
    // A knapsack: worth 10, 13, 7, 8 for 4, 6, 3, 5 under 10.
    let (worth, weight) = ([10.0, 13.0, 7.0, 8.0], [4.0, 6.0, 3.0, 5.0]);
    let mut problem = Problem::new();
    let items: Vec<usize> = worth.iter().map(|worth| problem.integer_column(-worth, 0.0, 1.0)).collect();
    let terms: Vec<(usize, f64)> = items.iter().copied().zip(weight).collect();
    problem.row(-INFINITE, 10.0, &terms);
    let plan = solve(&problem, &SolveOptions::default()).unwrap();
    let best = (0..16_u32)
        .filter_map(|set| {
            let chosen = |of: &[f64; 4]| (0..4).filter(|item| set & (1 << item) != 0).map(|item| of[item]).sum::<f64>();
            (chosen(&weight) <= 10.0).then(|| chosen(&worth))
        })
        .fold(0.0, f64::max);
    assert!((plan.objective + best).abs() < 1e-9);
    assert!(plan.certificate.gap < 1e-9);
}

#[test]
fn what_falls_without_end_is_said_to() {
    let mut problem = Problem::new();
    problem.column(-1.0, 0.0, INFINITE);
    assert_eq!(solve(&problem, &SolveOptions::default()).unwrap_err(), Error::Unbounded);
}

#[test]
fn faults_are_named() {
    let mut problem = Problem::new();
    problem.column(f64::NAN, 0.0, 1.0);
    assert!(matches!(problem.validate(), Err(Error::NotANumber { .. })));
    let mut problem = Problem::new();
    let column = problem.column(1.0, 2.0, 1.0);
    assert!(matches!(problem.validate(), Err(Error::BoundsReversed { .. })));
    let mut problem = Problem::new();
    problem.quadratic_column(1.0, -1.0, 0.0, 1.0);
    problem.row(0.0, 1.0, &[(column, 1.0)]);
    assert!(matches!(problem.validate(), Err(Error::NotConvex { .. })));
}
