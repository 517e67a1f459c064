//! What the interior point says of a problem without an optimum, checked: a status is no proof, but a ray is.

use crate::interior::NAME;
use crate::interior::form::{Form, Origin};
use crate::reduce::Reduction;
use crate::{Error, Problem};

/// How exactly a ray must hold, as a share of what it proves.
const RAY: f64 = 1e-5;

/// The ray that came with a status does not hold.
pub(super) fn unproven(what: &str) -> Error {
    let reason = format!("it calls the problem {what}, but its proof does not hold; scale the problem");
    Error::StoppedEarly { backend: NAME, reason }
}

/// Farkas: `A'z = 0` and `b'z < 0` with `z >= 0` on the inequalities, in the dual cone on the cones, leave no `x` with
/// `Ax <= b` (up to a size of `x` that the tolerance gives).
pub(super) fn is_contradiction(problem: &Problem, form: &Form, ray: &[f64]) -> bool {
    let value: f64 = form.right.iter().zip(ray).map(|(right, weight)| right * weight).sum();
    let matrix = &form.matrix;
    let column = |column: usize| {
        let cells = matrix.colptr[column]..matrix.colptr[column + 1];
        cells.map(|cell| matrix.nzval[cell] * ray[matrix.rowval[cell]]).sum::<f64>()
    };
    let miss = (0..matrix.n).map(|at| column(at).abs()).fold(0.0, f64::max);
    let negative = ray[form.n_equations..form.n_plain].iter().fold(0.0_f64, |least, weight| least.min(*weight));
    let outside = cone_duals(form, ray).zip(&problem.cones).map(|(dual, cone)| cone.dual_miss(dual));
    let tolerance = RAY * value.abs();
    value < 0.0 && miss <= tolerance && -negative <= tolerance && outside.fold(0.0, f64::max) <= tolerance
}

/// The triple of each power cone in `prices`.
pub(super) fn cone_duals(form: &Form, prices: &[f64]) -> impl Iterator<Item = [f64; 3]> {
    prices[form.n_plain..].chunks_exact(3).map(|triple| [triple[0], triple[1], triple[2]])
}

/// A direction that violates no row and no bound, costs nothing quadratically, and lowers the objective.
pub(super) fn is_way_down(problem: &Problem, way: &[f64]) -> bool {
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
    // A cone holds with every multiple of a direction that lies in it.
    let cones = problem.cones.iter().all(|cone| {
        let point = cone.point(way);
        let size = 1.0 + point[2].abs();
        cone.miss(point) * size <= tolerance
    });
    gain < 0.0 && cones && rows && bounds && is_linear
}

/// The solver's proof gives each row a weight: rows with the largest ones conflict, those that became bounds included.
pub(super) fn infeasible(reduction: &Reduction, origins: &[(Origin, f64)], weights: &[f64]) -> Error {
    const NAMED: usize = 8;
    const SMALL: f64 = 1e-3;
    let mut parts: Vec<(usize, f64)> = origins
        .iter()
        .zip(weights)
        .filter_map(|((origin, sign), weight)| match origin {
            Origin::Row(row) => Some((reduction.row(*row), weight.abs())),
            Origin::Bound(column) => reduction.cause(*column, sign * weight < 0.0).map(|row| (row, weight.abs())),
            Origin::Cone => None,
        })
        .collect();
    parts.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    let largest = parts.first().map_or(0.0, |part| part.1);
    parts.retain(|part| SMALL * largest < part.1);
    let rows: Vec<usize> = parts.into_iter().map(|part| part.0).take(NAMED).collect();
    Error::Infeasible { reason: "the solver found a combination of rows that contradict each other".to_owned(), rows }
}
