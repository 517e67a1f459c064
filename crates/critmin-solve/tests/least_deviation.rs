//! The kernel beside the general solver, on random problems, and its laws.

use critmin_solve::{DeviationLimits, Error, LeastDeviation, SolveOptions, solve};
use proptest::prelude::*;

#[derive(Debug, Clone)]
struct Case {
    matrix: Vec<f64>,
    ease: Vec<f64>,
    relief: Vec<f64>,
    limits: DeviationLimits,
}

/// A table-like matrix: each column makes its own row and uses a little of the others; some columns are cut.
fn case() -> impl Strategy<Value = Case> {
    (2_usize..12).prop_flat_map(|n| {
        (
            proptest::collection::vec(0.0..0.6_f64, n * n),
            proptest::collection::vec(1.0..100.0_f64, n),
            proptest::collection::vec(prop_oneof![Just(0.0), 1.0..80.0_f64], n),
            proptest::collection::vec(prop_oneof![2 => Just(0.0), 1 => 0.0..0.9_f64], n),
            proptest::collection::vec(prop_oneof![2 => Just(0.0), 1 => 0.0..0.3_f64], n),
        )
            .prop_map(move |(uses, outputs, final_demand, cuts, slack)| {
                let entry = |row: usize, column: usize| {
                    let use_ = uses[column * n + row] / u32::try_from(n).map_or(1.0, f64::from);
                    if row == column { use_ - 1.0 } else { use_ }
                };
                let matrix = (0..n).flat_map(|column| (0..n).map(move |row| entry(row, column))).collect();
                let upper = cuts.iter().zip(&outputs).map(|(cut, output)| -cut * output).collect();
                let limits = DeviationLimits {
                    lower: outputs.iter().map(|output| -output).collect(),
                    upper,
                    relief_lower: final_demand.iter().map(|demand| -demand).collect(),
                    right: slack.iter().zip(&outputs).map(|(slack, output)| slack * output).collect(),
                };
                let half = |figures: &[f64]| figures.iter().map(|figure| figure / 2.0).collect::<Vec<f64>>();
                Case { matrix, ease: half(&outputs), relief: half(&final_demand), limits }
            })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_the_general_solver(case in case()) {
        let kernel = LeastDeviation::new(case.matrix, case.ease, case.relief).unwrap();
        let (problem, scales, _) = kernel.problem(&case.limits);
        match (kernel.solve(&case.limits, None), solve(&problem, &SolveOptions::default())) {
            (Ok(ours), Ok(theirs)) => {
                prop_assert!((ours.objective - theirs.objective).abs() <= 1e-5 * (1.0 + theirs.objective));
                let largest = ours.columns.iter().fold(1.0_f64, |largest, column| largest.max(column.abs()));
                for (column, ours) in ours.columns.iter().enumerate() {
                    // Strictly convex in the columns: the optimum is one point.
                    prop_assert!((ours - theirs.values[column] * scales[column]).abs() <= 1e-3 * largest);
                }
                let again = kernel.solve(&case.limits, Some(&ours.multipliers)).unwrap();
                prop_assert!((again.objective - ours.objective).abs() <= 1e-9 * (1.0 + ours.objective));
                prop_assert!(again.iterations <= ours.iterations.max(2));
            }
            (Err(Error::Infeasible { .. }), Err(Error::Infeasible { .. })) => {}
            (ours, theirs) => prop_assert!(false, "{ours:?} {theirs:?}"),
        }
    }

    #[test]
    fn nothing_cut_is_nothing_changed(case in case()) {
        let n = case.ease.len();
        let kernel = LeastDeviation::new(case.matrix, case.ease, case.relief).unwrap();
        let limits = DeviationLimits { upper: vec![0.0; n], ..case.limits };
        let still = kernel.solve(&limits, None).unwrap();
        prop_assert!(still.columns.iter().chain(&still.relief).all(|deviation| *deviation == 0.0));
    }
}

#[test]
fn an_impossible_cut_is_named() {
    // The only column makes what a fixed one uses.
    let kernel = LeastDeviation::new(vec![-1.0, 1.0], vec![50.0, 50.0], vec![0.0]).unwrap();
    let limits = DeviationLimits {
        lower: vec![-100.0, 0.0],
        upper: vec![-10.0, 0.0],
        relief_lower: vec![0.0],
        right: vec![0.0],
    };
    assert!(matches!(kernel.solve(&limits, None), Err(Error::Infeasible { .. })));
}

#[test]
fn reversed_bounds_are_refused() {
    let kernel = LeastDeviation::new(vec![-1.0], vec![1.0], vec![1.0]).unwrap();
    let limits = DeviationLimits { lower: vec![1.0], upper: vec![0.0], relief_lower: vec![-1.0], right: vec![0.0] };
    assert!(matches!(kernel.solve(&limits, None), Err(Error::BoundsReversed { .. })));
    let short = DeviationLimits { lower: vec![], upper: vec![], relief_lower: vec![], right: vec![] };
    assert!(matches!(kernel.solve(&short, None), Err(Error::WrongSize { .. })));
}
