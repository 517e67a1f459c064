//! Do the printed U.S. apparent consumption and net import reliance follow from the statistics beside them?
//!
//! Every input is printed rounded, so it enters as an [`Interval`]; the result is an interval too, and a printed
//! figure *matches* when its own rounding interval meets it. What a recipe needs and the release does not print is
//! a [`Gap`] with a name, never a zero.
//!
//! [`PrintedRows`] finds the rows, [`BalanceSeries`] says which of them enter a balance, [`check()`] compares.
//! Rounding rules: [`PrintedFigure`].
//!
//! Source: the notes of U.S. Geological Survey, Mineral Commodity Summaries 2026 data release,
//! <https://doi.org/10.5066/P1WKQ63T>. That reported figures keep three digits and estimated ones two is the habit
//! of the release, inferred from it.

mod check;
mod interval;
mod quotient;
mod recipe;
mod rounding;
mod rows;
mod sum;
mod verdict;

pub use check::check;
pub use interval::Interval;
pub use recipe::{BalanceComponent, BalanceSeries, CheckedQuantity, Role};
pub use rounding::{Absence, PrintedFigure};
pub use rows::{PrintedRows, RowKey};
pub use verdict::{Check, Computed, Gap, GapKind, Reason, Verdict};

#[cfg(test)]
mod tests;
