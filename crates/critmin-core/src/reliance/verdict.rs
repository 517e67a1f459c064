//! What a comparison says, and why.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Absence, Interval, PrintedFigure};

/// What keeps a figure from being computed; of several, the first in this order is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapKind {
    /// An input is withheld.
    InputWithheld,
    /// An input is not available.
    InputNotAvailable,
    /// Only an unknown share of a printed row belongs to the balance.
    ShareNotPrinted,
    /// The release has no row for an input.
    InputNotPrinted,
    /// An input is printed as a bound.
    InputIsBound,
    /// The stock at the end of the year before the first is not in the release.
    PreviousStockNotPrinted,
    /// Rounding allows a consumption of zero or less.
    DenominatorNotPositive,
}

impl GapKind {
    /// The first word of the `reason` column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InputWithheld => "input_withheld",
            Self::InputNotAvailable => "input_not_available",
            Self::ShareNotPrinted => "share_not_printed",
            Self::InputNotPrinted => "input_not_printed",
            Self::InputIsBound => "input_is_bound",
            Self::PreviousStockNotPrinted => "previous_stock_not_printed",
            Self::DenominatorNotPositive => "denominator_not_positive",
        }
    }
}

/// An input that is missing, and which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// What kind of gap.
    pub kind: GapKind,
    /// The row in backticks, or the words of the recipe for an input without a row; empty for the whole balance.
    pub input: String,
}

impl fmt::Display for Gap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.kind.as_str())?;
        if self.input.is_empty() { Ok(()) } else { write!(formatter, ": {}", self.input) }
    }
}

/// A recomputed figure; `value` and `low` are absent when only its sign is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Computed {
    /// Lower end; absent when open.
    pub low: Option<f64>,
    /// The figure without regard to rounding.
    pub value: Option<f64>,
    /// Upper end.
    pub high: f64,
}

impl From<Interval> for Computed {
    fn from(Interval { low, value, high }: Interval) -> Self {
        Self { low: Some(low), value: Some(value), high }
    }
}

/// Outcome of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The computed interval meets the printed one.
    Matches,
    /// It does not.
    Differs,
    /// An input is missing.
    CannotBeComputed,
    /// The publisher prints no figure to compare with.
    NotPublished,
}

impl Verdict {
    /// The value that stands in the `verdict` column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Matches => "matches",
            Self::Differs => "differs",
            Self::CannotBeComputed => "cannot_be_computed",
            Self::NotPublished => "not_published",
        }
    }
}

/// Why a verdict is what it is, when it is not plain arithmetic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nothing is produced at home, so the reliance is 100 whatever the flows are, even with a gap in them.
    Identity(Option<Gap>),
    /// The sum of the consumption has a gap, so the printed consumption divides.
    DenominatorPrinted(Gap),
    /// The consumption has a gap, and net supply below zero suffices for `E`.
    SignOnly(Gap),
    /// An input is missing.
    Gap(Gap),
    /// Nothing is printed to compare with.
    Absent(Absence),
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity(None) => formatter.write_str("identity"),
            Self::Identity(Some(gap)) => write!(formatter, "identity, {gap}"),
            Self::DenominatorPrinted(gap) => write!(formatter, "denominator_printed, {gap}"),
            Self::SignOnly(gap) => write!(formatter, "sign_only, {gap}"),
            Self::Gap(gap) => gap.fmt(formatter),
            Self::Absent(absence) => formatter.write_str(absence.as_str()),
        }
    }
}

/// One printed cell against its recomputation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// The cell with its rounding.
    pub printed: PrintedFigure,
    /// The recomputed figure, when it can be computed.
    pub computed: Option<Computed>,
    /// Whether they agree.
    pub verdict: Verdict,
    /// Why, when it is not plain arithmetic.
    pub reason: Option<Reason>,
}
