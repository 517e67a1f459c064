//! One call for every kind of problem.

use serde::{Deserialize, Serialize};

use crate::certificate::{integrality, primal_violation};
use crate::{Certificate, Error, Problem, Tolerances, certify_with_cones, interior, simplex};

/// Which solver to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Backend {
    /// Whole numbers: simplex with branch and bound. Everything else: interior point, which gives duals.
    #[default]
    Automatic,
    /// Interior point (the crate `clarabel`): linear, quadratic and power cones, with duals; values are interior, so zeros come
    /// back as about 1e-8.
    InteriorPoint,
    /// Simplex (the crate `microlp`): linear and mixed-integer, values at a vertex, so zeros are zeros. It gives no
    /// duals: those of a linear problem come from the interior point, and both together prove the optimum.
    Simplex,
}

/// How to solve.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SolveOptions {
    /// Which solver.
    pub backend: Backend,
    /// What the certificate may show.
    pub tolerances: Tolerances,
    /// Seconds after which the search stops; a problem of whole numbers then returns the best values found with their
    /// gap, provided that `tolerances.gap` allows it. Absent = until done. It makes results depend on the clock.
    pub time_limit_s: Option<f64>,
}

/// A certified answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Solution {
    /// One value per column.
    pub values: Vec<f64>,
    /// What one unit more of each row's bound costs; empty for a problem of whole numbers.
    pub row_duals: Vec<f64>,
    /// What the columns of each power cone are worth to it, as a point of its dual cone; empty without cones.
    #[serde(default)]
    pub cone_duals: Vec<[f64; 3]>,
    /// The objective.
    pub objective: f64,
    /// How far it is from a proof.
    pub certificate: Certificate,
    /// Steps of the solver.
    pub iterations: u64,
}

/// Solves `problem` and checks the answer.
///
/// # Errors
///
/// The faults of [`Problem::validate`]; [`Error::NotSupported`]; [`Error::Infeasible`], [`Error::Unbounded`], [`Error::StoppedEarly`];
/// [`Error::NotCertified`] when the solver's answer does not pass `options.tolerances`.
pub fn solve(problem: &Problem, options: &SolveOptions) -> Result<Solution, Error> {
    problem.validate()?;
    if 0 < problem.n_cones() && (problem.has_integers() || options.backend == Backend::Simplex) {
        return Err(unsupported("power cones", "use the interior point, without whole numbers"));
    }
    if problem.has_integers() {
        return whole_numbers(problem, options);
    }
    let is_linear = !problem.is_quadratic();
    let inner = interior::solve(problem, options.time_limit_s)?;
    let (values, iterations) = if options.backend == Backend::Simplex && is_linear {
        let vertex = simplex::solve(problem, options)?;
        (vertex.values, vertex.iterations + inner.iterations)
    } else {
        (inner.values, inner.iterations)
    };
    let certificate = certify_with_cones(problem, &values, &inner.row_duals, &inner.cone_duals)?;
    certificate.check(&options.tolerances, interior::NAME)?;
    let objective = problem.objective(&values);
    let (row_duals, cone_duals) = (inner.row_duals, inner.cone_duals);
    Ok(Solution { values, row_duals, cone_duals, objective, certificate, iterations })
}

fn whole_numbers(problem: &Problem, options: &SolveOptions) -> Result<Solution, Error> {
    if problem.is_quadratic() {
        return Err(unsupported("a quadratic cost beside whole numbers", "make the cost piecewise linear"));
    }
    let found = simplex::solve(problem, options)?;
    let certificate = Certificate {
        primal: primal_violation(problem, &found.values),
        dual: 0.0,
        gap: found.gap,
        integrality: integrality(problem, &found.values),
    };
    certificate.check(&options.tolerances, simplex::NAME)?;
    let objective = problem.objective(&found.values);
    Ok(Solution {
        values: found.values,
        row_duals: Vec::new(),
        cone_duals: Vec::new(),
        objective,
        certificate,
        iterations: found.iterations,
    })
}

fn unsupported(what: &'static str, advice: &'static str) -> Error {
    Error::NotSupported { backend: simplex::NAME, what, advice }
}
