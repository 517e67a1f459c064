//! Three small problems that a release of HiGHS answered wrongly with the status `Optimal`.

use critmin_solve::{Backend, Error, Problem, SolveOptions, solve};

const INFINITE: f64 = f64::INFINITY;

/// Name, columns (cost, lower, upper, whole), rows (lower, upper, coefficients), optimum, the values that reach it.
struct Canary {
    name: &'static str,
    columns: Vec<(f64, f64, f64, bool)>,
    rows: Vec<(f64, f64, Vec<f64>)>,
    optimum: f64,
    values: Vec<f64>,
}

fn canaries() -> Vec<Canary> {
    vec![
        // github.com/lovasoa/highs-js issue 53; fixed by github.com/ERGO-Code/HiGHS pull request 2961.
        Canary {
            name: "stuffing",
            columns: vec![(2.0, 0.0, 10.0, false), (3.0, 0.0, 10.0, true)],
            rows: vec![(4.5, INFINITE, vec![1.0, 1.0])],
            optimum: 9.0,
            values: vec![4.5, 0.0],
        },
        // github.com/ERGO-Code/HiGHS issue 3002.
        Canary {
            name: "pulp",
            columns: vec![(1.0, 0.0, 4.0, false), (4.0, -1.0, 1.0, false), (9.0, 0.0, INFINITE, true)],
            rows: vec![
                (-INFINITE, 5.0, vec![1.0, 1.0, 0.0]),
                (10.0, INFINITE, vec![1.0, 0.0, 1.0]),
                (7.5, 7.5, vec![0.0, -1.0, 1.0]),
            ],
            optimum: 64.0,
            values: vec![3.0, -0.5, 7.0],
        },
        // github.com/PyPSA/linopy issue 651.
        Canary {
            name: "linopy",
            columns: vec![(2.0, 0.0, 1.0, true), (1.0, 9.0, INFINITE, false)],
            rows: vec![(10.0, INFINITE, vec![2.0, 1.0])],
            optimum: 10.0,
            values: vec![0.0, 10.0],
        },
    ]
}

/// Solves every canary with `backend`.
pub(crate) fn sing(backend: Backend) -> Result<(), Error> {
    for canary in canaries() {
        let mut problem = Problem::new();
        for (cost, lower, upper, is_whole) in canary.columns {
            if is_whole {
                problem.integer_column(cost, lower, upper);
            } else {
                problem.column(cost, lower, upper);
            }
        }
        for (lower, upper, coefficients) in canary.rows {
            let terms: Vec<(usize, f64)> = coefficients.into_iter().enumerate().collect();
            problem.row(lower, upper, &terms);
        }
        let found = solve(&problem, &SolveOptions { backend, ..SolveOptions::default() })?;
        assert!((found.objective - canary.optimum).abs() < 1e-6, "{}: {}", canary.name, found.objective);
        for (value, wanted) in found.values.iter().zip(&canary.values) {
            assert!((value - wanted).abs() < 1e-6, "{}: {:?}", canary.name, found.values);
        }
    }
    Ok(())
}
