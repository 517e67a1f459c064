//! Net import reliance from intervals.

use super::{Gap, GapKind, Interval};

/// `100 * (common + supply_only) / (common + consumption_only)` \[per cent\], in intervals.
///
/// The quotient is monotone in each argument while the denominator is positive, so its extremes lie at the
/// corners: the result is exact, where dividing two intervals would count the common part twice.
///
/// # Errors
///
/// [`GapKind::DenominatorNotPositive`] when a corner has a consumption of zero or less.
pub(super) fn of_parts(common: Interval, supply_only: Interval, consumption_only: Interval) -> Result<Interval, Gap> {
    let mut corners = Vec::new();
    for shared in common.ends() {
        for supply in supply_only.ends() {
            corners.extend(consumption_only.ends().map(|consumption| (shared + supply, shared + consumption)));
        }
    }
    spanned(&corners, (common.value + supply_only.value, common.value + consumption_only.value))
}

/// `100 * supply / consumption` \[per cent\] for a consumption printed by itself.
///
/// # Errors
///
/// As [`of_parts`].
pub(super) fn of_printed(supply: Interval, consumption: Interval) -> Result<Interval, Gap> {
    of_parts(Interval::exact(0.0), supply, consumption)
}

fn spanned(corners: &[(f64, f64)], center: (f64, f64)) -> Result<Interval, Gap> {
    if !corners.iter().all(|(_, consumption)| 0.0 < *consumption) {
        return Err(Gap { kind: GapKind::DenominatorNotPositive, input: String::new() });
    }
    let quotients = corners.iter().copied().map(percent);
    let low = quotients.clone().fold(f64::INFINITY, f64::min);
    let high = quotients.fold(f64::NEG_INFINITY, f64::max);
    Ok(Interval { low, value: percent(center), high })
}

// Not through `Balance::net_import_reliance`: the notes give numerator and denominator different rows, and the
// denominator may be a printed figure.
fn percent((supply, consumption): (f64, f64)) -> f64 {
    const PERCENT: f64 = 100.0;
    PERCENT * supply / consumption
}
