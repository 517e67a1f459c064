//! What can be wrong with an identity, a quantity or a balance.

use thiserror::Error;

/// Errors of the core nouns.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// Two names claim the same key.
    #[error("{kind} `{key}` occurs more than once: keep one row, or give each its own years of validity")]
    Duplicate {
        /// Kind of object.
        kind: &'static str,
        /// The repeated key.
        key: String,
    },
    /// The text cannot be an identity of this kind.
    #[error("`{found}` is not a {kind} id: expected {expected}")]
    MalformedId {
        /// Kind of identity.
        kind: &'static str,
        /// What was given.
        found: String,
        /// What such an identity looks like.
        expected: &'static str,
    },
    /// A balance leaves less than nothing for consumption.
    #[error(
        "apparent consumption is {found} t: it must be positive; check that exports and stock build-up belong to the same basis as production and imports"
    )]
    NoConsumption {
        /// Apparent consumption \[t\].
        found: f64,
    },
    /// No supplier delivers anything, so shares are undefined.
    #[error(
        "all quantities are zero: shares of nothing are undefined; leave the group out or report it as not available"
    )]
    NoSupply,
    /// An entry of a list of quantities is not one.
    #[error("entry {index} is {value}: expected a finite quantity that is not negative")]
    NotAQuantity {
        /// Position in the input, counted from 0.
        index: usize,
        /// What was found there.
        value: f64,
    },
    /// A fraction outside 0 to 1.
    #[error("`{found}` is not a fraction between 0 and 1; per cent must be divided by 100")]
    NotAShare {
        /// What was given.
        found: f64,
    },
    /// An observation contradicts its own flag or bounds.
    #[error("inconsistent observation: {reason}")]
    InconsistentObservation {
        /// Which rule is broken.
        reason: &'static str,
    },
    /// The columns of one table differ in length.
    #[error("column `{column}` has {found} rows, the first column {expected}: every column needs one value per row")]
    UnequalColumns {
        /// The column that differs.
        column: String,
        /// Its length.
        found: usize,
        /// Length of the first column.
        expected: usize,
    },
    /// No such object is known.
    #[error("unknown {kind} `{found}`{}", hint(nearest))]
    Unknown {
        /// Kind of object.
        kind: &'static str,
        /// What was asked for.
        found: String,
        /// Known names that resemble it, best first.
        nearest: Vec<String>,
    },
}

fn hint(nearest: &[String]) -> String {
    if nearest.is_empty() {
        return String::new();
    }
    format!("; did you mean {}?", nearest.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
}
