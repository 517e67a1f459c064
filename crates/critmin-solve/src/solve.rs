//! One call for every kind of problem.

use serde::{Deserialize, Serialize};

use crate::certificate::{integrality, primal_violation};
#[cfg(feature = "highs")]
use crate::highs;
use crate::interior::Inner;
use crate::simplex::Vertex;
use crate::watch::Budget;
use crate::{Certificate, Error, Problem, Tolerances, Watch, certify_with_cones, interior, simplex};

/// Which solver to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Backend {
    /// Whole numbers: simplex with branch and bound. Everything else: interior point, which gives duals.
    #[default]
    Automatic,
    /// Interior point: linear, quadratic and power cones, with duals; values are interior, so zeros come back as about
    /// 1e-8. Large problems without cones and with a bound for every column go to our own one first, everything else and
    /// what that one does not prove to the crate `clarabel`.
    InteriorPoint,
    /// Simplex (the crate `microlp`): linear and mixed-integer, values at a vertex, so zeros are zeros. It gives no
    /// duals: those of a linear problem come from the interior point, and both together prove the optimum.
    Simplex,
    /// HiGHS (C++): linear with duals, and mixed-integer. It asks a watch only before it begins.
    #[cfg(feature = "highs")]
    Highs,
}

/// How to solve.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SolveOptions {
    /// Which solver.
    pub backend: Backend,
    /// What the certificate may show.
    pub tolerances: Tolerances,
    /// Seconds after which the search stops; a problem of whole numbers then returns the best values found, with their
    /// gap and [`Solution::is_proven`] unset. Absent = until done. It makes results depend on the clock.
    pub time_limit_s: Option<f64>,
    /// Nodes of the branch and bound after which it stops, as for the time limit but independent of the clock. Absent =
    /// until done.
    pub node_limit: Option<u64>,
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
    /// Whether the certificate passes in full. Only a problem of whole numbers that met a limit is not proven: its values
    /// are feasible, and its gap is how much better others may be, as a share of the objective.
    pub is_proven: bool,
    /// Steps of the solver.
    pub iterations: u64,
}

/// Solves `problem` and checks the answer.
///
/// # Errors
///
/// The faults of [`Problem::validate`]; [`Error::NotSupported`]; [`Error::Infeasible`], [`Error::Unbounded`],
/// [`Error::StoppedEarly`]; [`Error::NotCertified`] when the solver's answer does not pass `options.tolerances`.
pub fn solve(problem: &Problem, options: &SolveOptions) -> Result<Solution, Error> {
    solve_with(problem, options, &Watch::default())
}

/// As [`solve`], told to `watch` as it goes on.
///
/// # Errors
///
/// As [`solve`]; [`Error::Interrupted`] when the watch stops it.
pub fn solve_with(problem: &Problem, options: &SolveOptions, watch: &Watch) -> Result<Solution, Error> {
    begin(problem, options, watch, None)
}

/// As [`solve_with`], from values for every column: a problem of whole numbers begins with them as the best ones known
/// when they are feasible. Without whole numbers they change nothing.
///
/// # Errors
///
/// As [`solve_with`]; [`Error::WrongSize`] and [`Error::NotANumber`] for the values.
pub fn solve_from(problem: &Problem, options: &SolveOptions, watch: &Watch, start: &[f64]) -> Result<Solution, Error> {
    if start.len() != problem.n_columns() {
        let what = "values to begin from";
        return Err(Error::WrongSize { what, found: start.len(), expected: problem.n_columns() });
    }
    match start.iter().copied().find(|value| !value.is_finite()) {
        Some(found) => Err(Error::NotANumber { place: "a value to begin from".to_owned(), found }),
        None => begin(problem, options, watch, Some(start)),
    }
}

fn begin(problem: &Problem, options: &SolveOptions, watch: &Watch, start: Option<&[f64]>) -> Result<Solution, Error> {
    problem.validate()?;
    let budget = Budget::new(options, watch);
    if problem.has_integers() {
        return whole_numbers(problem, options, &budget, start);
    }
    let (inner, backend) = continuous(problem, options, &budget)?;
    let values = inner.values;
    let (row_duals, cone_duals) = (inner.row_duals, inner.cone_duals);
    let certificate = certify_with_cones(problem, &values, &row_duals, &cone_duals)?;
    certificate.check(&options.tolerances, backend)?;
    let objective = problem.objective(&values);
    Ok(Solution {
        values,
        row_duals,
        cone_duals,
        objective,
        certificate,
        is_proven: true,
        iterations: inner.iterations,
    })
}

/// An answer with duals, and who gave the values.
fn continuous(problem: &Problem, options: &SolveOptions, budget: &Budget) -> Result<(Inner, &'static str), Error> {
    match options.backend {
        Backend::Simplex if 0 < problem.n_cones() => {
            Err(unsupported(simplex::NAME, "power cones", "use the interior point"))
        }
        // A quadratic cost goes to the one solver that knows it.
        Backend::Simplex if !problem.is_quadratic() => {
            let inner = interior::solve(problem, options, budget)?;
            let vertex = simplex::solve(problem, options, budget, None)?;
            let iterations = vertex.iterations + inner.iterations;
            Ok((Inner { values: vertex.values, iterations, ..inner }, simplex::NAME))
        }
        #[cfg(feature = "highs")]
        Backend::Highs if 0 < problem.n_cones() || problem.is_quadratic() => {
            Err(unsupported(highs::NAME, "power cones and quadratic costs here", "use the interior point"))
        }
        #[cfg(feature = "highs")]
        Backend::Highs => {
            let (vertex, row_duals) = highs::solve(problem, options, budget)?;
            let (values, iterations) = (vertex.values, vertex.iterations);
            Ok((Inner { values, row_duals, cone_duals: Vec::new(), iterations }, highs::NAME))
        }
        _ => Ok((interior::solve(problem, options, budget)?, interior::NAME)),
    }
}

/// The best values of a branch and bound, and who found them.
fn branched(
    problem: &Problem,
    options: &SolveOptions,
    budget: &Budget,
    start: Option<&[f64]>,
) -> Result<(Vertex, &'static str), Error> {
    match options.backend {
        #[cfg(feature = "highs")]
        Backend::Highs => Ok((highs::solve(problem, options, budget)?.0, highs::NAME)),
        _ => Ok((simplex::solve(problem, options, budget, start)?, simplex::NAME)),
    }
}

fn whole_numbers(
    problem: &Problem,
    options: &SolveOptions,
    budget: &Budget,
    start: Option<&[f64]>,
) -> Result<Solution, Error> {
    if 0 < problem.n_cones() {
        return Err(unsupported("branch and bound", "power cones", "use them without whole numbers"));
    }
    if problem.is_quadratic() {
        return Err(unsupported("branch and bound", "quadratic costs", "make the cost piecewise linear"));
    }
    let (mut found, backend) = branched(problem, options, budget, start)?;
    if options.tolerances.primal < primal_violation(problem, &found.values) {
        found = polished(problem, options, budget, &found)?;
    }
    let certificate = Certificate {
        primal: primal_violation(problem, &found.values),
        dual: 0.0,
        gap: found.gap,
        integrality: integrality(problem, &found.values),
    };
    // A limit leaves a gap, which the answer says; it excuses no violation.
    let feasible = Tolerances { gap: f64::INFINITY, ..options.tolerances };
    let allowed = if found.is_stopped { feasible } else { options.tolerances };
    certificate.check(&allowed, backend)?;
    Ok(Solution {
        objective: problem.objective(&found.values),
        values: found.values,
        row_duals: Vec::new(),
        cone_duals: Vec::new(),
        is_proven: certificate.passes(&options.tolerances),
        certificate,
        iterations: found.iterations,
    })
}

/// Rounding to whole numbers leaves the other columns a little off: they are solved anew beside them. The gap grows by what
/// the objective rose.
fn polished(
    problem: &Problem,
    options: &SolveOptions,
    budget: &Budget,
    found: &simplex::Vertex,
) -> Result<simplex::Vertex, Error> {
    let mut fixed = problem.relaxed();
    for (column, value) in found.values.iter().enumerate().filter(|(column, _)| problem.is_integer[*column]) {
        fixed.set_bounds(column, *value, *value);
    }
    let inner = interior::solve(&fixed, options, budget)?;
    let (before, after) = (problem.objective(&found.values), problem.objective(&inner.values));
    let gap = found.gap + (after - before).max(0.0) / after.abs().max(1.0);
    let iterations = found.iterations + inner.iterations;
    Ok(simplex::Vertex { values: inner.values, gap, is_stopped: found.is_stopped, iterations })
}

fn unsupported(backend: &'static str, what: &'static str, advice: &'static str) -> Error {
    Error::NotSupported { backend, what, advice }
}
