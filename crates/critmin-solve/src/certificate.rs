//! Our own check of a claimed optimum: feasible, dual feasible, and without a gap between the two.

use serde::{Deserialize, Serialize};

use crate::{Error, Problem};

/// How far a claimed optimum is from a proven one. All zero is a proof in exact arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// Largest violation of a row or bound, each over 1 plus the magnitude of that bound, or of a power cone, over 1 plus
    /// the magnitude of its `z`.
    pub primal: f64,
    /// Largest violation of a dual sign or of a dual cone, over 1 plus the largest cost; 0 where a problem of whole numbers has no duals.
    pub dual: f64,
    /// Objective less the bound that the duals prove, over the larger of 1 and the magnitude of the objective. For a
    /// problem of whole numbers the solver's own gap.
    pub gap: f64,
    /// Largest distance of a whole-number column from a whole number.
    pub integrality: f64,
}

/// What a certificate may show and still pass.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tolerances {
    /// For [`Certificate::primal`].
    pub primal: f64,
    /// For [`Certificate::dual`].
    pub dual: f64,
    /// For [`Certificate::gap`].
    pub gap: f64,
    /// For [`Certificate::integrality`].
    pub integrality: f64,
}

impl Default for Tolerances {
    fn default() -> Self {
        Self { primal: 1e-6, dual: 1e-6, gap: 1e-6, integrality: 1e-6 }
    }
}

impl Certificate {
    /// Whether every measure stays within `tolerances`.
    pub fn passes(&self, tolerances: &Tolerances) -> bool {
        self.primal <= tolerances.primal
            && self.dual <= tolerances.dual
            && self.gap <= tolerances.gap
            && self.integrality <= tolerances.integrality
    }

    /// An error unless every measure stays within `tolerances`.
    ///
    /// # Errors
    ///
    /// [`Error::NotCertified`].
    pub fn check(&self, tolerances: &Tolerances, backend: &'static str) -> Result<(), Error> {
        if self.passes(tolerances) {
            return Ok(());
        }
        let Self { primal, dual, gap, integrality } = *self;
        Err(Error::NotCertified { backend, primal: primal.max(integrality), dual, gap })
    }
}

/// Checks `values` and `row_duals` against `problem`, in its own units.
///
/// A dual is what one unit more of the row's bound costs: at least 0 where the lower bound binds, at most 0 where the
/// upper one does. The bound that they prove (weak duality, here with a diagonal quadratic cost) is
/// `-1/2 x'Qx + sum over rows of y b + sum over columns of r l or r u`, with the reduced costs `r = c + Qx - A'y`.
///
/// # Errors
///
/// [`Error::WrongSize`] when the lengths do not fit the problem, or when it has power cones: those need
/// [`certify_with_cones`].
pub fn certify(problem: &Problem, values: &[f64], row_duals: &[f64]) -> Result<Certificate, Error> {
    certify_with_cones(problem, values, row_duals, &[])
}

/// Checks `values`, `row_duals` and `cone_duals` (one triple per power cone) against `problem`, in its own units.
///
/// As [`certify`]; the duals of a cone lie in its dual cone, add nothing to the bound and lower the reduced costs of its
/// columns: `r = c + Qx - A'y - E'u`, with `E` choosing the columns of the cones.
///
/// # Errors
///
/// [`Error::WrongSize`] when the lengths do not fit the problem.
pub fn certify_with_cones(
    problem: &Problem,
    values: &[f64],
    row_duals: &[f64],
    cone_duals: &[[f64; 3]],
) -> Result<Certificate, Error> {
    size("values", values.len(), problem.n_columns())?;
    size("row duals", row_duals.len(), problem.n_rows())?;
    size("cone duals", cone_duals.len(), problem.n_cones())?;
    let objective = problem.objective(values);
    let reduced = reduced_costs(problem, values, row_duals, cone_duals);
    let mut bound = -0.5 * problem.quadratic.iter().zip(values).map(|(cost, value)| cost * value * value).sum::<f64>();
    let cones = problem.cones.iter().zip(cone_duals);
    let mut dual = cones.map(|(cone, price)| cone.dual_miss(*price)).fold(0.0, f64::max);
    let rows = problem.rows.iter().map(|row| (row.lower, row.upper)).zip(row_duals.iter().copied());
    let columns = problem.lower.iter().copied().zip(problem.upper.iter().copied()).zip(reduced);
    for ((lower, upper), price) in rows.chain(columns) {
        // A price needs a bound to stand at; without one it is a violation and proves nothing.
        let side = if 0.0 < price { lower } else { upper };
        if side.is_finite() {
            bound += price * side;
        } else {
            // NaN is no price: `max` would pass over it.
            dual = if price.is_nan() { f64::INFINITY } else { dual.max(price.abs()) };
        }
    }
    let largest_cost = problem.cost.iter().fold(0.0_f64, |largest, cost| largest.max(cost.abs()));
    Ok(Certificate {
        primal: primal_violation(problem, values),
        dual: dual / (1.0 + largest_cost),
        gap: (objective - bound).abs() / objective.abs().max(1.0),
        integrality: 0.0,
    })
}

/// `c + Qx - A'y - E'u` of every column.
pub(crate) fn reduced_costs(problem: &Problem, values: &[f64], row_duals: &[f64], cone_duals: &[[f64; 3]]) -> Vec<f64> {
    let terms = problem.cost.iter().zip(&problem.quadratic).zip(values);
    let mut reduced: Vec<f64> = terms.map(|((cost, quadratic), value)| cost + quadratic * value).collect();
    for (row, price) in problem.rows.iter().zip(row_duals) {
        for (column, coefficient) in &row.terms {
            reduced[*column] -= coefficient * price;
        }
    }
    for (cone, price) in problem.cones.iter().zip(cone_duals) {
        for (column, part) in cone.columns.iter().zip(price) {
            reduced[*column] -= part;
        }
    }
    reduced
}

/// [`Certificate::primal`].
pub(crate) fn primal_violation(problem: &Problem, values: &[f64]) -> f64 {
    let miss = |value: f64, lower: f64, upper: f64| {
        let below = if lower.is_finite() { (lower - value) / (1.0 + lower.abs()) } else { 0.0 };
        let above = if upper.is_finite() { (value - upper) / (1.0 + upper.abs()) } else { 0.0 };
        // NaN is no feasible value: `max` would pass over it.
        if value.is_nan() { f64::INFINITY } else { below.max(above).max(0.0) }
    };
    let activities = problem.activities(values);
    let rows = problem.rows.iter().zip(activities).map(|(row, activity)| miss(activity, row.lower, row.upper));
    let bounds = values.iter().zip(problem.lower.iter().zip(&problem.upper));
    let cones = problem.cones.iter().map(|cone| cone.miss(cone.point(values)));
    rows.chain(bounds.map(|(value, (lower, upper))| miss(*value, *lower, *upper))).chain(cones).fold(0.0, f64::max)
}

/// Largest distance of a whole-number column from a whole number.
pub(crate) fn integrality(problem: &Problem, values: &[f64]) -> f64 {
    let whole = values.iter().zip(&problem.is_integer).filter(|(_, is_integer)| **is_integer);
    whole.map(|(value, _)| (value - value.round()).abs()).fold(0.0, f64::max)
}

fn size(what: &'static str, found: usize, expected: usize) -> Result<(), Error> {
    if found == expected { Ok(()) } else { Err(Error::WrongSize { what, found, expected }) }
}
