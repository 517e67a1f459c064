//! Why a problem has no certified answer.

use thiserror::Error;

/// What went wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// A figure of the problem is NaN, or an infinite coefficient.
    #[error("{place} is {found}: expected a finite number; a bound that does not exist is plus or minus infinity")]
    NotANumber {
        /// Which figure.
        place: String,
        /// What was found.
        found: f64,
    },
    /// A lower bound above its upper bound.
    #[error("{place}: the lower bound {lower} lies above the upper bound {upper}")]
    BoundsReversed {
        /// Which column or row.
        place: String,
        /// Lower bound.
        lower: f64,
        /// Upper bound.
        upper: f64,
    },
    /// A quadratic cost below zero: the problem would not be convex.
    #[error("the quadratic cost of column {column} is {found}: expected at least 0")]
    NotConvex {
        /// Which column.
        column: usize,
        /// What was found.
        found: f64,
    },
    /// The exponent of a power cone is no share.
    #[error("the exponent of power cone {cone} is {found}: expected more than 0 and less than 1")]
    NotAPower {
        /// Which cone.
        cone: usize,
        /// What was found.
        found: f64,
    },
    /// A solver was asked for a kind of problem that it does not know.
    #[error("{backend} does not solve {what}: {advice}")]
    NotSupported {
        /// Which solver.
        backend: &'static str,
        /// What the problem has.
        what: &'static str,
        /// What to do instead.
        advice: &'static str,
    },
    /// Two sizes that must agree.
    #[error("{what}: found {found}, expected {expected}")]
    WrongSize {
        /// What is counted.
        what: &'static str,
        /// What was found.
        found: usize,
        /// What was expected.
        expected: usize,
    },
    /// No values satisfy the rows and bounds.
    #[error("no values satisfy all rows and bounds: {reason}")]
    Infeasible {
        /// How it was found, and which rows conflict where that is known.
        reason: String,
        /// Rows with a part in the proof, the largest part first; empty where the solver gives none.
        rows: Vec<usize>,
    },
    /// The objective falls without end.
    #[error("the objective falls without end: a cost or a bound is missing")]
    Unbounded,
    /// The solver stopped before it had an answer.
    #[error("{backend} stopped early: {reason}")]
    StoppedEarly {
        /// Which solver.
        backend: &'static str,
        /// Its own words.
        reason: String,
    },
    /// Whoever watched the solve stopped it.
    #[error("the solve was stopped from outside before it was done")]
    Interrupted,
    /// The solver claims an optimum that our own check refuses.
    #[error(
        "{backend} claims an optimum that does not pass the check: primal {primal:.1e}, dual {dual:.1e}, gap {gap:.1e}; scale the problem so that its coefficients lie nearer to one"
    )]
    NotCertified {
        /// Which solver.
        backend: &'static str,
        /// Largest violation of a row or bound.
        primal: f64,
        /// Largest violation of a dual sign.
        dual: f64,
        /// Relative gap.
        gap: f64,
    },
}
