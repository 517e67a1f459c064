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
    Solve(#[from] critmin_solve::Error),
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
    /// The caller asked to stop.
    #[error("stopped on request")]
    Interrupted,
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
    pub fn new(place: impl Into<String>, found: impl ToString, expected: impl Into<String>) -> Self {
        Self { place: place.into(), found: found.to_string(), expected: expected.into() }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: found {}, expected {}", self.place, self.found, self.expected)
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
