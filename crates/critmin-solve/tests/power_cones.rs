//! Power cones: isoelastic markets with a closed form, duals, and what is refused.

use critmin_solve::{Backend, Error, Problem, SolveOptions, certify, certify_with_cones, solve};

const INFINITE: f64 = f64::INFINITY;

/// One market with isoelastic demand (elasticity below 1) and supply, base price and quantity 1, a share of supply lost:
/// the price is the dual of the balance.
fn market(lost: f64, demand: f64, supply: f64) -> (Problem, usize) {
    let mut problem = Problem::new();
    let one = problem.column(0.0, 1.0, 1.0);
    let (a, b) = (1.0 / demand - 1.0, 1.0 + 1.0 / supply);
    let benefit = problem.column(1.0 / a, 0.0, INFINITE);
    let consumed = problem.column(0.0, 0.0, INFINITE);
    problem.power_cone(benefit, consumed, one, demand);
    // What is left of supply makes (1 - lost) of the base at the base price.
    let cost = problem.column((1.0 - lost) / b, 0.0, INFINITE);
    let made = problem.column(0.0, 0.0, INFINITE);
    problem.power_cone(cost, one, made, 1.0 / b);
    let balance = problem.row(0.0, INFINITE, &[(made, 1.0 - lost), (consumed, -1.0)]);
    (problem, balance)
}

#[test]
fn an_isoelastic_market_has_its_closed_form() {
    for (lost, demand, supply, price) in
        [(0.6, 0.5, 0.5, 2.5), (0.3, 0.5, 1.0, 1.268_434_288_204), (0.0, 0.3, 0.7, 1.0), (0.5, 0.2, 0.4, f64::NAN)]
    {
        let (problem, balance) = market(lost, demand, supply);
        let found = solve(&problem, &SolveOptions::default()).unwrap();
        let closed = (1.0 - lost).powf(-1.0 / (demand + supply));
        assert!(price.is_nan() || (closed - price).abs() < 1e-11);
        assert!((found.row_duals[balance] - closed).abs() < 1e-6, "{} {closed}", found.row_duals[balance]);
    }
}

#[test]
fn cone_duals_prove_the_optimum_and_only_it() {
    let (problem, _) = market(0.6, 0.5, 0.5);
    let found = solve(&problem, &SolveOptions::default()).unwrap();
    assert_eq!(found.cone_duals.len(), 2);
    let certificate = certify_with_cones(&problem, &found.values, &found.row_duals, &found.cone_duals).unwrap();
    assert_eq!(certificate, found.certificate);
    // Without the duals of the cones there is no proof, and saying nothing of them is an error.
    let none = certify_with_cones(&problem, &found.values, &found.row_duals, &[[0.0; 3]; 2]).unwrap();
    assert!(1e-2 < none.dual.max(none.gap));
    assert!(matches!(certify(&problem, &found.values, &found.row_duals), Err(Error::WrongSize { .. })));
    let mut outside = found.values.clone();
    outside[1] *= 0.9;
    let refused = certify_with_cones(&problem, &outside, &found.row_duals, &found.cone_duals).unwrap();
    assert!(1e-2 < refused.primal);
}

#[test]
fn weighted_means_meet_their_closed_form() {
    // The least u x + v y with x^alpha y^(1 - alpha) >= 1 is (u / alpha)^alpha (v / (1 - alpha))^(1 - alpha).
    for (alpha, u, v) in [(0.3_f64, 2.0_f64, 5.0_f64), (0.5, 1.0, 1.0), (0.9, 0.4, 7.0)] {
        let mut problem = Problem::new();
        let (x, y) = (problem.column(u, 0.0, INFINITE), problem.column(v, 0.0, INFINITE));
        let z = problem.column(0.0, 1.0, 1.0);
        problem.power_cone(x, y, z, alpha);
        let least = (u / alpha).powf(alpha) * (v / (1.0 - alpha)).powf(1.0 - alpha);
        assert!((solve(&problem, &SolveOptions::default()).unwrap().objective - least).abs() < 1e-6);
    }
}

#[test]
fn contradictions_and_endless_falls_are_proven() {
    let mut problem = Problem::new();
    let (x, y) = (problem.column(0.0, 0.0, 1.0), problem.column(0.0, 0.0, 1.0));
    let z = problem.column(1.0, 2.0, 3.0);
    problem.power_cone(x, y, z, 0.4);
    assert!(matches!(solve(&problem, &SolveOptions::default()), Err(Error::Infeasible { .. })));
    let mut problem = Problem::new();
    let (x, y) = (problem.column(0.1, 0.0, INFINITE), problem.column(0.1, 0.0, INFINITE));
    let z = problem.column(-1.0, 0.0, INFINITE);
    problem.power_cone(x, y, z, 0.4);
    assert_eq!(solve(&problem, &SolveOptions::default()).unwrap_err(), Error::Unbounded);
}

#[test]
fn faults_are_named() {
    let three = |problem: &mut Problem| [0, 1, 2].map(|_| problem.column(1.0, 0.0, 1.0));
    for alpha in [0.0, 1.0, -0.5, f64::NAN] {
        let mut problem = Problem::new();
        let [x, y, z] = three(&mut problem);
        problem.power_cone(x, y, z, alpha);
        assert!(matches!(problem.validate(), Err(Error::NotAPower { cone: 0, .. })));
    }
    let mut problem = Problem::new();
    let [x, y, _] = three(&mut problem);
    problem.power_cone(x, y, 3, 0.5);
    assert!(matches!(problem.validate(), Err(Error::WrongSize { found: 3, .. })));
    let mut problem = Problem::new();
    let [x, y, z] = three(&mut problem);
    problem.power_cone(x, y, z, 0.5);
    let simplex = SolveOptions { backend: Backend::Simplex, ..SolveOptions::default() };
    assert!(matches!(solve(&problem, &simplex), Err(Error::NotSupported { .. })));
    problem.integer_column(1.0, 0.0, 1.0);
    assert!(matches!(solve(&problem, &SolveOptions::default()), Err(Error::NotSupported { .. })));
}
