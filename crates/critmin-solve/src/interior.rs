//! The interior-point solver `clarabel`: minimise `1/2 x'Px + q'x` under `Ax + s = b`, `s` in a cone.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{
    DefaultSettingsBuilder, DefaultSolver, IPSolver, NonnegativeConeT, SolverStatus, SupportedConeT, ZeroConeT,
};

use crate::{Error, Problem};

/// What messages call it.
pub(crate) const NAME: &str = "the interior-point solver";
/// Tighter than the certificate asks, so that duals of a badly scaled problem still pass it.
const TOLERANCE: f64 = 1e-9;
/// How exactly a ray must hold, as a share of what it proves.
const RAY: f64 = 1e-5;

pub(crate) struct Inner {
    pub(crate) values: Vec<f64>,
    pub(crate) row_duals: Vec<f64>,
    pub(crate) iterations: u64,
}

/// Where a row of the cone form comes from.
#[derive(Clone, Copy)]
enum Origin {
    Row(usize),
    Bound,
}

/// The cone form under construction: triplets of `A`, the right-hand side, and where each row comes from.
#[derive(Default)]
struct Cones {
    rows: Vec<usize>,
    columns: Vec<usize>,
    values: Vec<f64>,
    right: Vec<f64>,
    origins: Vec<(Origin, f64)>,
}

impl Cones {
    /// `sign (terms) <= sign bound`, or the equation.
    fn push(&mut self, origin: Origin, sign: f64, bound: f64, terms: &[(usize, f64)]) {
        let row = self.right.len();
        for (column, coefficient) in terms {
            self.rows.push(row);
            self.columns.push(*column);
            self.values.push(sign * coefficient);
        }
        self.right.push(sign * bound);
        self.origins.push((origin, sign));
    }
}

pub(crate) fn solve(problem: &Problem, time_limit_s: Option<f64>) -> Result<Inner, Error> {
    let (cones, n_equations) = cone_form(problem);
    let (n_rows, n_columns) = (cones.right.len(), problem.n_columns());
    let matrix = CscMatrix::new_from_triplets(n_rows, n_columns, cones.rows, cones.columns, cones.values);
    let diagonal: Vec<usize> = (0..n_columns).filter(|column| problem.quadratic[*column] != 0.0).collect();
    let costs = diagonal.iter().map(|column| problem.quadratic[*column]).collect();
    let quadratic = CscMatrix::new_from_triplets(n_columns, n_columns, diagonal.clone(), diagonal, costs);
    let kinds: [SupportedConeT<f64>; 2] = [ZeroConeT(n_equations), NonnegativeConeT(n_rows - n_equations)];
    let stopped = |reason: String| Error::StoppedEarly { backend: NAME, reason };
    let settings = DefaultSettingsBuilder::default()
        .verbose(false)
        .max_threads(1_u32)
        .time_limit(time_limit_s.unwrap_or(f64::INFINITY))
        .tol_gap_abs(TOLERANCE)
        .tol_gap_rel(TOLERANCE)
        .tol_feas(TOLERANCE)
        .build()
        .map_err(|fault| stopped(fault.to_string()))?;
    let mut solver = DefaultSolver::new(&quadratic, &problem.cost, &matrix, &cones.right, &kinds, settings)
        .map_err(|fault| stopped(fault.to_string()))?;
    solver.solve();
    let solution = &solver.solution;
    match solution.status {
        // Reduced accuracy is no fault yet: the certificate decides.
        SolverStatus::Solved | SolverStatus::AlmostSolved | SolverStatus::InsufficientProgress => {}
        SolverStatus::PrimalInfeasible | SolverStatus::AlmostPrimalInfeasible => {
            let is_proven = is_contradiction(&matrix, &cones.right, &solution.z, n_equations);
            return Err(if is_proven { infeasible(&cones.origins, &solution.z) } else { unproven("infeasible") });
        }
        SolverStatus::DualInfeasible | SolverStatus::AlmostDualInfeasible => {
            let is_proven = is_way_down(problem, &solution.x);
            return Err(if is_proven { Error::Unbounded } else { unproven("unbounded") });
        }
        other => return Err(stopped(format!("{other:?}"))),
    }
    let mut row_duals = vec![0.0; problem.n_rows()];
    for ((origin, sign), price) in cones.origins.iter().zip(&solution.z) {
        if let Origin::Row(row) = origin {
            // `clarabel` prices `Ax <= b` with z >= 0; our dual is the cost of a unit more of the bound.
            row_duals[*row] -= sign * price;
        }
    }
    Ok(Inner { values: solution.x.clone(), row_duals, iterations: u64::from(solution.iterations) })
}

/// A status is no proof: the ray that comes with it is checked here.
fn unproven(what: &str) -> Error {
    let reason = format!("it calls the problem {what}, but its proof does not hold; scale the problem");
    Error::StoppedEarly { backend: NAME, reason }
}

/// Farkas: `A'z = 0` and `b'z < 0` with `z >= 0` on the inequalities leave no `x` with `Ax <= b` (up to a size of `x`
/// that the tolerance gives).
fn is_contradiction(matrix: &CscMatrix<f64>, right: &[f64], ray: &[f64], n_equations: usize) -> bool {
    let value: f64 = right.iter().zip(ray).map(|(right, weight)| right * weight).sum();
    let column = |column: usize| {
        let cells = matrix.colptr[column]..matrix.colptr[column + 1];
        cells.map(|cell| matrix.nzval[cell] * ray[matrix.rowval[cell]]).sum::<f64>()
    };
    let miss = (0..matrix.n).map(|at| column(at).abs()).fold(0.0, f64::max);
    let negative = ray[n_equations..].iter().fold(0.0_f64, |least, weight| least.min(*weight));
    value < 0.0 && miss <= RAY * value.abs() && -negative <= RAY * value.abs()
}

/// A direction that violates no row and no bound, costs nothing quadratically, and lowers the objective.
fn is_way_down(problem: &Problem, way: &[f64]) -> bool {
    let gain: f64 = problem.cost.iter().zip(way).map(|(cost, step)| cost * step).sum();
    let tolerance = RAY * gain.abs();
    let stays = |step: f64, lower: f64, upper: f64| {
        (lower.is_infinite() || -tolerance <= step) && (upper.is_infinite() || step <= tolerance)
    };
    let activities = problem.activities(way);
    let rows = problem.rows.iter().zip(&activities).all(|(row, step)| stays(*step, row.lower, row.upper));
    let bounds =
        problem.lower.iter().zip(&problem.upper).zip(way).all(|((lower, upper), step)| stays(*step, *lower, *upper));
    let is_linear = problem.quadratic.iter().zip(way).all(|(cost, step)| (cost * step).abs() <= tolerance);
    gain < 0.0 && rows && bounds && is_linear
}

/// Equations first, as the cones demand; then rows and bounds, each finite side an inequality.
fn cone_form(problem: &Problem) -> (Cones, usize) {
    let mut cones = Cones::default();
    let is_equation = |lower: f64, upper: f64| lower.total_cmp(&upper).is_eq();
    for (index, row) in problem.rows.iter().enumerate().filter(|(_, row)| is_equation(row.lower, row.upper)) {
        cones.push(Origin::Row(index), 1.0, row.upper, &row.terms);
    }
    let bounds = || problem.lower.iter().zip(&problem.upper).enumerate();
    for (column, (lower, _)) in bounds().filter(|(_, (lower, upper))| is_equation(**lower, **upper)) {
        cones.push(Origin::Bound, 1.0, *lower, &[(column, 1.0)]);
    }
    let n_equations = cones.right.len();
    for (index, row) in problem.rows.iter().enumerate().filter(|(_, row)| !is_equation(row.lower, row.upper)) {
        for (sign, bound) in [(1.0, row.upper), (-1.0, row.lower)] {
            if bound.is_finite() {
                cones.push(Origin::Row(index), sign, bound, &row.terms);
            }
        }
    }
    for (column, (lower, upper)) in bounds().filter(|(_, (lower, upper))| !is_equation(**lower, **upper)) {
        for (sign, bound) in [(1.0, *upper), (-1.0, *lower)] {
            if bound.is_finite() {
                cones.push(Origin::Bound, sign, bound, &[(column, 1.0)]);
            }
        }
    }
    (cones, n_equations)
}

/// The solver's proof gives each row a weight: rows with the largest ones conflict.
fn infeasible(origins: &[(Origin, f64)], weights: &[f64]) -> Error {
    const NAMED: usize = 8;
    const SMALL: f64 = 1e-3;
    let mut parts: Vec<(usize, f64)> = origins
        .iter()
        .zip(weights)
        .filter_map(|((origin, _), weight)| match origin {
            Origin::Row(row) => Some((*row, weight.abs())),
            Origin::Bound => None,
        })
        .collect();
    parts.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    let largest = parts.first().map_or(0.0, |part| part.1);
    parts.retain(|part| SMALL * largest < part.1);
    let rows: Vec<usize> = parts.into_iter().map(|part| part.0).take(NAMED).collect();
    Error::Infeasible { reason: "the solver found a combination of rows that contradict each other".to_owned(), rows }
}
