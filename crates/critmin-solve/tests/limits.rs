//! Limits, progress, and stopping from outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use critmin_solve::{Error, Problem, SolveOptions, Watch, solve, solve_from, solve_with};

const INFINITE: f64 = f64::INFINITY;

/// Knapsacks whose items are worth about what they weigh: rounding is easy, the proof is not.
fn hard(n_items: u32, n_sacks: u32) -> Problem {
    let mut problem = Problem::new();
    let weight = |item: u32, sack: u32| f64::from((item * 7919 + sack * 104_729 + item * item * 31) % 900 + 100);
    let worth = |item: u32| -> f64 { (0..n_sacks).map(|sack| weight(item, sack)).sum() };
    let items: Vec<usize> =
        (0..n_items).map(|item| problem.integer_column(-worth(item) - f64::from(item % 7) * 10.0, 0.0, 1.0)).collect();
    for sack in 0..n_sacks {
        let terms: Vec<(usize, f64)> = (0..n_items).map(|item| (items[item as usize], weight(item, sack))).collect();
        let half: f64 = terms.iter().map(|term| term.1).sum::<f64>() / 2.0;
        problem.row(-INFINITE, half.floor(), &terms);
    }
    problem
}

#[test]
fn a_limit_returns_the_best_values_with_their_gap() {
    let problem = hard(60, 8);
    for options in [
        SolveOptions { node_limit: Some(200), ..SolveOptions::default() },
        SolveOptions { time_limit_s: Some(0.3), ..SolveOptions::default() },
    ] {
        match solve(&problem, &options) {
            Ok(found) => {
                assert!(!found.is_proven && 1e-6 < found.certificate.gap && found.certificate.gap < 1.0);
                assert!(found.certificate.primal <= 1e-6 && found.certificate.integrality <= 1e-6);
                // A gap is a bound: what a longer search finds is no better than it says.
                let longer = SolveOptions { node_limit: Some(2000), ..SolveOptions::default() };
                let best = solve(&problem, &longer).unwrap().objective;
                assert!(found.objective - found.certificate.gap * found.objective.abs() <= best + 1e-6);
            }
            Err(error) => assert!(matches!(error, Error::StoppedEarly { .. }) && options.time_limit_s.is_some()),
        }
    }
}

#[test]
fn no_time_is_no_proof_that_nothing_is_feasible() {
    let options = SolveOptions { time_limit_s: Some(0.0), ..SolveOptions::default() };
    let whole = solve(&hard(60, 8), &options);
    assert!(matches!(whole, Err(Error::StoppedEarly { .. })), "{whole:?}");
}

#[test]
fn what_is_proven_says_so() {
    let found = solve(&hard(12, 2), &SolveOptions::default()).unwrap();
    assert!(found.is_proven && found.certificate.gap <= 1e-6);
}

#[test]
fn a_search_begins_with_the_values_it_is_given() {
    let problem = hard(60, 8);
    let long = solve(&problem, &SolveOptions { node_limit: Some(2000), ..SolveOptions::default() }).unwrap();
    let short = SolveOptions { node_limit: Some(1), ..SolveOptions::default() };
    let found = solve_from(&problem, &short, &Watch::default(), &long.values).unwrap();
    assert!(found.objective <= long.objective + 1e-6);
    let wrong = solve_from(&problem, &short, &Watch::default(), &[1.0]);
    assert!(matches!(wrong, Err(Error::WrongSize { .. })));
    let mut bad = long.values;
    bad[0] = f64::NAN;
    assert!(matches!(solve_from(&problem, &short, &Watch::default(), &bad), Err(Error::NotANumber { .. })));
}

#[test]
fn a_watch_hears_of_every_step_and_stops() {
    let mut problem = Problem::new();
    let terms: Vec<(usize, f64)> =
        (0..40_u32).map(|at| (problem.column(f64::from(at % 7) + 1.0, 0.0, 5.0), f64::from(at % 5) + 1.0)).collect();
    problem.row(100.0, INFINITE, &terms);
    let steps = Arc::new(AtomicU64::new(0));
    let heard = Arc::clone(&steps);
    let watch = Watch::new(move |progress| {
        heard.store(progress.iterations, Ordering::Relaxed);
        true
    });
    let watched = solve_with(&problem, &SolveOptions::default(), &watch).unwrap();
    assert_eq!(watched.iterations, steps.load(Ordering::Relaxed));
    assert_eq!(watched, solve(&problem, &SolveOptions::default()).unwrap());
    for problem in [problem, hard(60, 8)] {
        let stopped = solve_with(&problem, &SolveOptions::default(), &Watch::new(|_| false));
        assert_eq!(stopped.unwrap_err(), Error::Interrupted);
    }
}
