//! Why a question has no answer, and what to do about it.

use thiserror::Error;

/// What went wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// A country, commodity or bloc is not known.
    #[error(transparent)]
    Core(#[from] critmin_core::Error),
    /// The scenario, or a market that it needs, is faulty.
    #[error(transparent)]
    Disruption(#[from] critmin_disruption::Error),
    /// The solver has no certified answer.
    #[error(transparent)]
    Solve(critmin_solve::Error),
    /// A document cannot be read.
    #[error("{what} cannot be read: {reason}")]
    Syntax {
        /// Which.
        what: String,
        /// Where and why.
        reason: String,
    },
    /// Figures that cannot be used; all of them.
    #[error("{what} has {} fault(s): {}", faults.len(), listed(faults))]
    Invalid {
        /// Which table or model.
        what: &'static str,
        /// Every fault, each with its place.
        faults: Vec<Fault>,
    },
    /// No plan satisfies every requirement; told by the requirements that conflict.
    #[error("no plan satisfies every requirement: {}", explained(conflicts, missing))]
    InfeasiblePlan {
        /// Constraints that contradict each other, the heaviest first.
        conflicts: Vec<String>,
        /// What would have to give, and by how much: the smallest change that makes a plan possible.
        missing: Vec<String>,
    },
    /// A figure that the question needs is not in the data.
    #[error("{what}: {how}")]
    MissingInput {
        /// What is asked.
        what: String,
        /// What is missing and where it can be given.
        how: String,
    },
    /// An input that nothing replaces is gone, so the product has no finite cost.
    #[error(
        "`{nest}` cannot be made: `{input}` is gone and the elasticity of substitution is {elasticity}; give it a choke price (the cost ratio of its substitute) or, where other inputs remain, an elasticity above 1"
    )]
    EssentialInput {
        /// Which product.
        nest: String,
        /// The input that is gone.
        input: String,
        /// Elasticity of substitution of the nest.
        elasticity: f64,
    },
    /// The caller asked to stop.
    #[error("stopped on request")]
    Interrupted,
}

impl From<critmin_solve::Error> for Error {
    fn from(fault: critmin_solve::Error) -> Self {
        if fault == critmin_solve::Error::Interrupted { Self::Interrupted } else { Self::Solve(fault) }
    }
}

/// One figure that cannot be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Which row: `process refine in JPN`.
    pub place: String,
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

impl Fault {
    /// A fault at `place`.
    #[expect(clippy::needless_pass_by_value, reason = "a number or a literal is handed over as it is")]
    pub fn new(place: impl Into<String>, found: impl ToString, expected: impl Into<String>) -> Self {
        Self { place: place.into(), found: found.to_string(), expected: expected.into() }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: found {}, expected {}", self.place, self.found, self.expected)
    }
}

/// Faults under collection, so that a caller sees all of them at once.
pub(crate) struct Faults {
    what: &'static str,
    found: Vec<Fault>,
}

impl Faults {
    pub(crate) fn of(what: &'static str) -> Self {
        Self { what, found: Vec::new() }
    }

    /// A fault unless `holds`.
    pub(crate) fn require(&mut self, holds: bool, place: &str, found: impl std::fmt::Display, expected: &str) {
        if !holds {
            self.found.push(Fault::new(place, found, expected));
        }
    }

    pub(crate) fn at_least_zero(&mut self, place: &str, value: f64) {
        self.require(value.is_finite() && 0.0 <= value, place, value, "a finite number of at least 0");
    }

    pub(crate) fn positive(&mut self, place: &str, value: f64) {
        self.require(value.is_finite() && 0.0 < value, place, value, "a finite number above 0");
    }

    pub(crate) fn share(&mut self, place: &str, value: f64) {
        self.require((0.0..=1.0).contains(&value), place, value, "a share in [0, 1]");
    }

    pub(crate) fn count(&self) -> usize {
        self.found.len()
    }

    /// An error when anything was found.
    pub(crate) fn finish(self) -> Result<(), Error> {
        if self.found.is_empty() { Ok(()) } else { Err(Error::Invalid { what: self.what, faults: self.found }) }
    }
}

/// Faults that a message names; the rest are counted.
const NAMED: usize = 5;

fn listed(faults: &[Fault]) -> String {
    let named: Vec<String> = faults.iter().take(NAMED).map(ToString::to_string).collect();
    let rest = faults.len().saturating_sub(NAMED);
    if rest == 0 { named.join("; ") } else { format!("{}; and {rest} more", named.join("; ")) }
}

fn explained(conflicts: &[String], missing: &[String]) -> String {
    let needs = if missing.is_empty() { "nothing alone is enough".to_owned() } else { missing.join("; ") };
    if conflicts.is_empty() { needs } else { format!("{needs}; in conflict: {}", conflicts.join("; ")) }
}
