//! Problems large enough for the interior point on the normal equations, beside the simplex.

use critmin_solve::{Backend, Error, Problem, SolveOptions, Watch, solve, solve_with};

const INFINITE: f64 = f64::INFINITY;

/// Costs of `n` suppliers and `n` buyers, the former with room to spare, and a share of demand that is asked for.
fn transport(n: u32, asked: f64) -> Problem {
    let mut problem = Problem::new();
    let draw = |at: u32| f64::from((at.wrapping_mul(2_654_435_761) >> 8) % 1000) / 10.0 + 1.0;
    for arc in 0..n * n {
        problem.column(draw(arc), 0.0, if arc % 11 == 0 { 3.0 } else { INFINITE });
    }
    let arcs = |of: &dyn Fn(u32) -> u32| -> Vec<(usize, f64)> { (0..n).map(|at| (of(at) as usize, 1.0)).collect() };
    for supplier in 0..n {
        problem.row(-INFINITE, 110.0, &arcs(&|buyer| supplier * n + buyer));
    }
    for buyer in 0..n {
        let wanted = asked * (60.0 + draw(buyer + 7) / 4.0);
        problem.row(wanted, if buyer % 2 == 0 { wanted } else { INFINITE }, &arcs(&|supplier| supplier * n + buyer));
    }
    problem
}

#[test]
fn prices_of_a_large_problem_prove_the_vertex_of_the_simplex() {
    let problem = transport(70, 1.0);
    let inner = solve(&problem, &SolveOptions::default()).unwrap();
    // The certificate of this one joins the values of one solver and the prices of the other.
    let vertex = solve(&problem, &SolveOptions { backend: Backend::Simplex, ..SolveOptions::default() }).unwrap();
    assert!((inner.objective - vertex.objective).abs() < 1e-6 * inner.objective);
    assert!(vertex.certificate.gap < 1e-6 && vertex.certificate.dual < 1e-6);
    assert_eq!(inner, solve(&problem, &SolveOptions::default()).unwrap());
}

#[test]
fn a_large_contradiction_and_a_large_endless_fall_are_proven() {
    assert!(matches!(solve(&transport(70, 2.0), &SolveOptions::default()), Err(Error::Infeasible { .. })));
    let mut falls = transport(70, 1.0);
    let (one, other) = (falls.column(-1.0, 0.0, INFINITE), falls.column(0.5, 0.0, INFINITE));
    falls.row(0.0, 0.0, &[(one, 1.0), (other, -1.0)]);
    assert_eq!(solve(&falls, &SolveOptions::default()).unwrap_err(), Error::Unbounded);
}

#[test]
fn a_large_problem_can_be_stopped_and_limited() {
    let problem = transport(70, 1.0);
    let watch = Watch::new(|progress| progress.iterations < 3);
    assert_eq!(solve_with(&problem, &SolveOptions::default(), &watch).unwrap_err(), Error::Interrupted);
    let limited = SolveOptions { time_limit_s: Some(0.0), ..SolveOptions::default() };
    let stopped = solve(&problem, &limited);
    assert!(matches!(stopped, Err(Error::StoppedEarly { .. })), "{stopped:?}");
}
