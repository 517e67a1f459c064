//! How far can a commodity be replaced, weighted by its uses?

use serde::{Deserialize, Serialize};

use super::{EndUse, SubstituteOption};
use crate::Error;
use crate::error::Faults;

/// By how much use shares may sum above 1 because publishers print them rounded.
pub const SHARE_ROUNDING: f64 = 0.02;

/// How long after the shock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Horizon {
    /// 3 months: what is on the shelf.
    #[serde(rename = "months_3")]
    Months3,
    /// 12 months: what is qualified already.
    #[serde(rename = "months_12")]
    Months12,
    /// 36 months: what can be qualified.
    #[serde(rename = "months_36")]
    Months36,
}

impl Horizon {
    /// Every horizon, the nearest first.
    pub const ALL: [Self; 3] = [Self::Months3, Self::Months12, Self::Months36];

    /// Months after the shock.
    pub fn months(self) -> f64 {
        match self {
            Self::Months3 => 3.0,
            Self::Months12 => 12.0,
            Self::Months36 => 36.0,
        }
    }
}

/// Share of a use that can have switched, by months after the shock; each in \[0, 1\], none below the one before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FeasibleShares {
    /// After 3 months.
    pub months_3: f64,
    /// After 12 months.
    pub months_12: f64,
    /// After 36 months.
    pub months_36: f64,
}

impl FeasibleShares {
    /// The share at one of the stated horizons.
    pub fn at(&self, horizon: Horizon) -> f64 {
        match horizon {
            Horizon::Months3 => self.months_3,
            Horizon::Months12 => self.months_12,
            Horizon::Months36 => self.months_36,
        }
    }

    /// The share after `month` months, on straight lines from 0 at month 0 through the stated shares, constant after
    /// 36; 0 before the shock.
    ///
    /// ```
    /// use critmin_substitution::material::FeasibleShares;
    ///
    /// let shares = FeasibleShares { months_3: 0.3, months_12: 0.6, months_36: 0.9 };
    /// assert!((shares.at_month(1.5) - 0.15).abs() < 1e-12);
    /// assert!((shares.at_month(24.0) - 0.75).abs() < 1e-12);
    /// assert!((shares.at_month(120.0) - 0.9).abs() < 1e-12);
    /// ```
    pub fn at_month(&self, month: f64) -> f64 {
        let mut before = (0.0, 0.0);
        for horizon in Horizon::ALL {
            let after = (horizon.months(), self.at(horizon));
            if month < after.0 {
                let part = ((month - before.0) / (after.0 - before.0)).max(0.0);
                return before.1 + part * (after.1 - before.1);
            }
            before = after;
        }
        self.months_36
    }

    fn validate(&self, place: &str, faults: &mut Faults) {
        let mut before = 0.0;
        for horizon in Horizon::ALL {
            let share = self.at(horizon);
            let place = format!("feasible share of {place} after {} months", horizon.months());
            faults.share(&place, share);
            faults.require(before <= share, &place, share, "no less than at the horizon before");
            before = share;
        }
    }
}

/// [`substitutability`] of a commodity, with its parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Substitutability {
    /// How long after the shock.
    pub horizon: Horizon,
    /// The index; in \[0, `covered_use_share`\], 1 = perfect substitutes in every use: higher = safer.
    pub substitutability: f64,
    /// Sum of the use shares. Below 1 the rest is unknown and counts as not replaceable: nothing is rescaled.
    pub covered_use_share: f64,
    /// Each use, in the order given.
    pub uses: Vec<UseSubstitutability>,
}

/// One use in [`Substitutability`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UseSubstitutability {
    /// The use.
    pub use_id: String,
    /// Its share, in \[0, 1\].
    pub use_share: f64,
    /// Sum of the parts, but no more than 1; in \[0, 1\], 1 = perfect substitute.
    pub substitutability: f64,
    /// Each substitute; none where no substitute was given, which is not the same as a proof that there is none.
    pub parts: Vec<OptionPart>,
}

/// One substitute in [`UseSubstitutability`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OptionPart {
    /// What replaces the commodity; absent for another design.
    pub substitute: Option<String>,
    /// Share of the use that can have switched, in \[0, 1\].
    pub feasible_share: f64,
    /// `feasible_share` times performance over the cost ratio where that exceeds 1; at least 0.
    pub part: f64,
}

/// How far the uses of a commodity can be served by substitutes at `horizon`; in \[0, 1\], 1 = perfect substitute:
/// higher = safer.
///
/// ```text
/// sum over uses of  use_share min(1, sum over substitutes of feasible_share performance_ratio / max(1, cost_ratio))
/// ```
///
/// An index of this project, not a published one. It does not see that a substitute may be scarce itself; the
/// re-sourcing program does. Options that are not proven count like the others: leave them out to see what that
/// changes.
///
/// # Errors
///
/// [`Error::Invalid`] with every fault: a share outside \[0, 1\] or falling with time, a ratio that is negative or no
/// number, a use named twice, an option for a use that is not among `uses`, or use shares that sum to more than 1 by
/// more than rounding ([`SHARE_ROUNDING`]).
///
/// ```
/// use critmin_substitution::material::{EndUse, FeasibleShares, Horizon, SubstituteOption, substitutability};
///
/// let uses = [EndUse { use_id: "handset amplifiers".into(), use_share: 0.5 }];
/// let options = [SubstituteOption {
///     use_id: "handset amplifiers".into(),
///     substitute: Some("silicon".into()),
///     feasible_share: FeasibleShares { months_3: 0.1, months_12: 0.3, months_36: 0.5 },
///     mass_ratio: 1.0,
///     cost_ratio: 1.2,
///     performance_ratio: 0.9,
///     is_proven: true,
/// }];
/// // 0.5 * 0.3 * 0.9 / 1.2; the other half of the use is not described.
/// let found = substitutability(&uses, &options, Horizon::Months12)?;
/// assert!((found.substitutability - 0.1125).abs() < 1e-12);
/// assert!((found.covered_use_share - 0.5).abs() < 1e-12);
/// # Ok::<(), critmin_substitution::Error>(())
/// ```
pub fn substitutability(
    uses: &[EndUse],
    options: &[SubstituteOption],
    horizon: Horizon,
) -> Result<Substitutability, Error> {
    let mut faults = Faults::of("the table of substitutes");
    check_uses(uses, &mut faults);
    for option in options {
        check_option(option, uses, &mut faults);
    }
    faults.finish()?;
    let uses: Vec<UseSubstitutability> = uses.iter().map(|end_use| of_use(end_use, options, horizon)).collect();
    Ok(Substitutability {
        horizon,
        substitutability: uses.iter().map(|end_use| end_use.use_share * end_use.substitutability).sum(),
        covered_use_share: uses.iter().map(|end_use| end_use.use_share).sum(),
        uses,
    })
}

fn of_use(end_use: &EndUse, options: &[SubstituteOption], horizon: Horizon) -> UseSubstitutability {
    let of_option = |option: &SubstituteOption| {
        let feasible_share = option.feasible_share.at(horizon);
        let part = feasible_share * option.performance_ratio / option.cost_ratio.max(1.0);
        OptionPart { substitute: option.substitute.clone(), feasible_share, part }
    };
    let parts: Vec<OptionPart> =
        options.iter().filter(|option| option.use_id == end_use.use_id).map(of_option).collect();
    UseSubstitutability {
        use_id: end_use.use_id.clone(),
        use_share: end_use.use_share,
        substitutability: parts.iter().map(|part| part.part).sum::<f64>().min(1.0),
        parts,
    }
}

/// Faults of use shares; shared with the indices of others.
pub(super) fn check_uses(uses: &[EndUse], faults: &mut Faults) {
    for (index, end_use) in uses.iter().enumerate() {
        faults.share(&format!("share of use `{}`", end_use.use_id), end_use.use_share);
        let is_first = uses[..index].iter().all(|before| before.use_id != end_use.use_id);
        faults.require(is_first, &format!("use `{}`", end_use.use_id), "a second row", "one row per use");
    }
    let total: f64 = uses.iter().map(|end_use| end_use.use_share).sum();
    let is_share = total <= 1.0 + SHARE_ROUNDING;
    faults.require(is_share, "sum of the use shares", total, "at most 1, but for rounding");
}

/// A fault unless `use_id` is among `uses`, with the names that are.
pub(super) fn check_known_use(use_id: &str, uses: &[EndUse], faults: &mut Faults) {
    let is_known = uses.iter().any(|end_use| end_use.use_id == use_id);
    let known: Vec<&str> = uses.iter().map(|end_use| end_use.use_id.as_str()).collect();
    faults.require(is_known, "use of a substitute", use_id, &format!("one of: {}", known.join(", ")));
}

fn check_option(option: &SubstituteOption, uses: &[EndUse], faults: &mut Faults) {
    check_known_use(&option.use_id, uses, faults);
    let place = format!("`{}` in `{}`", option.substitute.as_deref().unwrap_or("another design"), option.use_id);
    option.feasible_share.validate(&place, faults);
    faults.positive(&format!("mass ratio of {place}"), option.mass_ratio);
    faults.positive(&format!("cost ratio of {place}"), option.cost_ratio);
    faults.at_least_zero(&format!("performance ratio of {place}"), option.performance_ratio);
}
