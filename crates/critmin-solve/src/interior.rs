//! The interior-point solver `clarabel`: minimise `1/2 x'Px + q'x` under `Ax + s = b`, `s` in a cone.

mod form;
mod rays;

use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultInfo, DefaultSettings, DefaultSettingsBuilder, DefaultSolver, IPSolver, SolverStatus};

use crate::normal;
use crate::reduce::Reduction;
use crate::watch::{Budget, Progress};
use crate::{Error, Problem, SolveOptions, certify};
use form::{Form, Origin};

/// What messages call it.
pub(crate) const NAME: &str = "the interior-point solver";
/// Tighter than the certificate asks, so that duals of a badly scaled problem still pass it.
const TOLERANCE: f64 = 1e-9;
/// At the curved side of a cone a price is only as exact as the root of the gap.
const CONE_TOLERANCE: f64 = 1e-14;

pub(crate) struct Inner {
    pub(crate) values: Vec<f64>,
    pub(crate) row_duals: Vec<f64>,
    pub(crate) cone_duals: Vec<[f64; 3]>,
    pub(crate) iterations: u64,
}

pub(crate) fn solve(problem: &Problem, options: &SolveOptions, budget: &Budget) -> Result<Inner, Error> {
    let reduction = Reduction::new(problem)?;
    if normal::suits(&reduction.problem)
        && let Some(inner) = normal::solve(&reduction.problem, budget)?
    {
        let found = reduction.restore(problem, inner);
        // It has no word of its own on problems without an optimum: what does not prove itself is solved again.
        if certify(problem, &found.values, &found.row_duals)?.passes(&options.tolerances) {
            return Ok(found);
        }
    }
    let inner = if reduction.problem.n_columns() == 0 {
        Inner { values: Vec::new(), row_duals: Vec::new(), cone_duals: Vec::new(), iterations: 0 }
    } else {
        general(&reduction, budget)?
    };
    Ok(reduction.restore(problem, inner))
}

/// Every kind of problem.
fn general(reduction: &Reduction, budget: &Budget) -> Result<Inner, Error> {
    let problem = &reduction.problem;
    let form = Form::new(problem);
    let mut solver = DefaultSolver::new(
        &hessian(problem),
        &problem.cost,
        &form.matrix,
        &form.right,
        &form.kinds,
        settings(problem, budget)?,
    )
    .map_err(|fault| stopped(&fault))?;
    let watch = budget.watch.clone();
    solver.set_termination_callback(move |info: &DefaultInfo<f64>| {
        watch.stops(Progress { iterations: u64::from(info.iterations), gap: Some(info.gap_rel) })
    });
    solver.solve();
    let solution = &solver.solution;
    match solution.status {
        // Reduced accuracy is no fault yet: the certificate decides.
        SolverStatus::Solved
        | SolverStatus::AlmostSolved
        | SolverStatus::InsufficientProgress
        | SolverStatus::MaxIterations => {}
        SolverStatus::PrimalInfeasible | SolverStatus::AlmostPrimalInfeasible => {
            let is_proven = rays::is_contradiction(problem, &form, &solution.z);
            return Err(if is_proven {
                rays::infeasible(reduction, &form.origins, &solution.z)
            } else {
                rays::unproven("infeasible")
            });
        }
        SolverStatus::DualInfeasible | SolverStatus::AlmostDualInfeasible => {
            let is_proven = rays::is_way_down(problem, &solution.x);
            return Err(if is_proven { Error::Unbounded } else { rays::unproven("unbounded") });
        }
        SolverStatus::CallbackTerminated => return Err(Error::Interrupted),
        other => return Err(stopped(&format!("{other:?}"))),
    }
    Ok(Inner {
        values: solution.x.clone(),
        row_duals: row_duals(problem, &form, &solution.z),
        cone_duals: rays::cone_duals(&form, &solution.z).collect(),
        iterations: u64::from(solution.iterations),
    })
}

fn hessian(problem: &Problem) -> CscMatrix<f64> {
    let n_columns = problem.n_columns();
    let diagonal: Vec<usize> = (0..n_columns).filter(|column| problem.quadratic[*column] != 0.0).collect();
    let costs = diagonal.iter().map(|column| problem.quadratic[*column]).collect();
    CscMatrix::new_from_triplets(n_columns, n_columns, diagonal.clone(), diagonal, costs)
}

fn settings(problem: &Problem, budget: &Budget) -> Result<DefaultSettings<f64>, Error> {
    let is_curved = 0 < problem.n_cones();
    let tolerance = if is_curved { CONE_TOLERANCE } else { TOLERANCE };
    let mut builder = DefaultSettingsBuilder::default();
    builder
        .verbose(false)
        .max_threads(1_u32)
        .time_limit(budget.rest().map_or(f64::INFINITY, |rest| rest.as_secs_f64()))
        .tol_gap_abs(tolerance)
        .tol_gap_rel(tolerance)
        .tol_feas(tolerance);
    if is_curved {
        // Close to the side of a cone short steps still pay, and the symmetric scaling hands over earlier.
        builder.min_switch_step_length(0.5).min_terminate_step_length(1e-9);
    }
    builder.build().map_err(|fault| stopped(&fault))
}

fn stopped(reason: &impl ToString) -> Error {
    Error::StoppedEarly { backend: NAME, reason: reason.to_string() }
}

/// `clarabel` prices `Ax <= b` with `z >= 0`; our dual is the cost of a unit more of the bound.
fn row_duals(problem: &Problem, form: &Form, prices: &[f64]) -> Vec<f64> {
    let mut row_duals = vec![0.0; problem.n_rows()];
    for ((origin, sign), price) in form.origins.iter().zip(prices) {
        if let Origin::Row(row) = origin {
            row_duals[*row] -= sign * price;
        }
    }
    row_duals
}
