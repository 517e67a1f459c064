//! Substitution indices after other authors. Both point the other way than ours: convert at the door.
//!
//! Everything in this file that is said of a method is from memory, not checked against the primary document. The
//! results are comparable readings, not the published indices.

use serde::{Deserialize, Serialize};

use super::EndUse;
use super::index::{check_known_use, check_uses};
use crate::Error;
use crate::error::Faults;

/// Cost of the substitute, in the classes of the EU method (from memory, not checked against the primary document).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EuCost {
    /// Similar or lower.
    SimilarOrLower,
    /// Higher, up to twice.
    UpToTwice,
    /// More than twice.
    AboveTwice,
}

/// Performance of the substitute, in the classes of the EU method (from memory, not checked against the primary
/// document).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EuPerformance {
    /// Similar.
    Similar,
    /// Reduced.
    Reduced,
}

/// One substitute in one use, as the EU method asks for it (from memory, not checked against the primary document).
/// Only substitutes proven today belong here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EuSubstitute {
    /// The use.
    pub use_id: String,
    /// What replaces the commodity.
    pub substitute: String,
    /// Share of the use that it takes, in \[0, 1\]; what the substitutes of a use leave over is not substituted.
    pub sub_share: f64,
    /// Its cost.
    pub cost: EuCost,
    /// Its performance.
    pub performance: EuPerformance,
    /// Whether world output of the substitute exceeds that of the commodity.
    pub has_larger_production: bool,
    /// Whether the substitute is critical itself.
    pub is_critical: bool,
    /// Whether the substitute is a by-product; the method knows a case between, this function does not.
    pub is_by_product: bool,
}

/// An index of another method, and what part of the uses it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ForeignIndex {
    /// The index; range and direction are those of the function that returns it.
    pub value: f64,
    /// Sum of the use shares that it rests on, in \[0, 1\] but for rounding. Nothing is rescaled to 1.
    pub covered_use_share: f64,
}

/// Grade of the best substitute in a use after Graedel et al. 2015; the points of the grades are from memory, not
/// checked against the primary document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GraedelRating {
    /// 12.5 points.
    Exemplary,
    /// 37.5 points.
    Good,
    /// 62.5 points.
    Adequate,
    /// 87.5 points.
    Poor,
}

/// The rating of one use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UseRating {
    /// The use.
    pub use_id: String,
    /// How well its best substitute serves.
    pub rating: GraedelRating,
}

/// The weight of what is not substituted in both EU indices: no substitute = 1.
const UNSUBSTITUTED: f64 = 1.0;
/// The lower of the two values of each of the three parameters behind SI_SR.
const EASED: f64 = 0.8;

/// The substitution index of economic importance (SI_EI) after the EU method of 2017; in \[0.7, 1\] times
/// `covered_use_share`, 1 = no substitute: **higher = riskier**, the opposite of
/// [`substitutability`](super::substitutability).
///
/// ```text
/// SI_EI = sum over uses a of share_a [ sum over substitutes i of SCP_ia sub_share_ia  +  1 - sum over i of sub_share_ia ]
///
/// SCP                  cost similar or lower    up to twice    above twice
/// similar performance          0.7                  0.8            0.9
/// reduced performance          0.8                  0.9            1.0
/// ```
///
/// From memory, not checked against the primary document: a reading of Blengini et al. 2017 (JRC, doi 10.2760/73303),
/// not the published method.
///
/// # Errors
///
/// [`Error::Invalid`] with every fault: shares outside \[0, 1\], sub-shares of a use that sum to more than 1, a use
/// that is named twice or not at all among `uses`.
///
/// ```
/// use critmin_substitution::material::{EndUse, EuCost, EuPerformance, EuSubstitute, eu_substitution_index_importance};
///
/// let uses = [EndUse { use_id: "alloys".into(), use_share: 1.0 }];
/// let options = [EuSubstitute {
///     use_id: "alloys".into(), substitute: "tin".into(), sub_share: 0.4,
///     cost: EuCost::SimilarOrLower, performance: EuPerformance::Reduced,
///     has_larger_production: true, is_critical: false, is_by_product: false,
/// }];
/// // 0.4 * 0.8 + 0.6
/// let index = eu_substitution_index_importance(&uses, &options)?;
/// assert!((index.value - 0.92).abs() < 1e-12);
/// # Ok::<(), critmin_substitution::Error>(())
/// ```
pub fn eu_substitution_index_importance(uses: &[EndUse], options: &[EuSubstitute]) -> Result<ForeignIndex, Error> {
    eu_index(uses, options, cost_performance)
}

/// The substitution index of supply risk (SI_SR) after the EU method of 2017; in \[0.8, 1\] times `covered_use_share`,
/// 1 = no substitute: **higher = riskier**, the opposite of [`substitutability`](super::substitutability).
///
/// ```text
/// SI_SR = sum over uses a of share_a [ sum over substitutes i of (SP_i SCr_i SCo_i)^(1/3) sub_share_ia
///                                      +  1 - sum over i of sub_share_ia ]
/// SP 0.8 when world output of the substitute is larger, SCr 0.8 when it is not critical, SCo 0.8 when it is a main
/// product; each 1 otherwise
/// ```
///
/// From memory, not checked against the primary document: a reading of Blengini et al. 2017 (JRC, doi 10.2760/73303),
/// not the published method.
///
/// # Errors
///
/// As [`eu_substitution_index_importance`].
pub fn eu_substitution_index_risk(uses: &[EndUse], options: &[EuSubstitute]) -> Result<ForeignIndex, Error> {
    eu_index(uses, options, production_criticality)
}

/// Our direction from an EU substitution index `index`, in \[0, 1\] with 1 = no substitute: `1 - index`, 1 = perfect
/// substitute. The EU indices do not fall below 0.7 (SI_EI) and 0.8 (SI_SR), so the result stays below 0.3 and 0.2: it
/// has our direction, not our scale.
///
/// # Errors
///
/// [`Error::Invalid`] when `index` lies outside \[0, 1\].
pub fn substitutability_from_eu(index: f64) -> Result<f64, Error> {
    let mut faults = Faults::of("an EU substitution index");
    faults.share("the index", index);
    faults.finish()?;
    Ok(1.0 - index)
}

/// The score after Graedel et al. 2015: grade of the best substitute in each use, weighted by use share; in
/// \[12.5, 87.5\] on a scale from 0 = exemplary substitutes to 100 = none: **higher = riskier**.
///
/// The mean over the rated uses, weights `use_share`; `covered_use_share` says how much of the use is rated. Graedel,
/// T. E., Harper, E. M., Nassar, N. T. and Reck, B. K. 2015, On the materials basis of modern society, PNAS 112(20)
/// 6295, doi 10.1073/pnas.1312752110. That identifier and the points of the grades are from memory, not checked against
/// the primary document: a reading, not the published score.
///
/// # Errors
///
/// [`Error::Invalid`] with every fault: shares outside \[0, 1\], a use that is named twice or not among `uses`, no
/// rated use at all.
pub fn graedel_score(uses: &[EndUse], ratings: &[UseRating]) -> Result<ForeignIndex, Error> {
    let mut faults = Faults::of("the ratings of substitutes");
    check_uses(uses, &mut faults);
    for (index, rating) in ratings.iter().enumerate() {
        check_known_use(&rating.use_id, uses, &mut faults);
        let is_first = ratings[..index].iter().all(|before| before.use_id != rating.use_id);
        faults.require(is_first, &format!("rating of `{}`", rating.use_id), "a second one", "one rating per use");
    }
    let share = |rating: &UseRating| {
        uses.iter().find(|end_use| end_use.use_id == rating.use_id).map_or(0.0, |end_use| end_use.use_share)
    };
    let covered_use_share: f64 = ratings.iter().map(share).sum();
    faults.require(0.0 < covered_use_share, "share of the rated uses", covered_use_share, "above 0");
    faults.finish()?;
    let total: f64 = ratings.iter().map(|rating| share(rating) * points(rating.rating)).sum();
    Ok(ForeignIndex { value: total / covered_use_share, covered_use_share })
}

/// Our direction from a score of Graedel et al. in \[0, 100\], 100 = no substitute: `1 - score / 100`, 1 = perfect
/// substitute.
///
/// # Errors
///
/// [`Error::Invalid`] when `score` lies outside \[0, 100\].
pub fn substitutability_from_graedel(score: f64) -> Result<f64, Error> {
    let mut faults = Faults::of("a score after Graedel et al.");
    faults.require((0.0..=100.0).contains(&score), "the score", score, "a number in [0, 100]");
    faults.finish()?;
    Ok(1.0 - score / 100.0)
}

fn eu_index(
    uses: &[EndUse],
    options: &[EuSubstitute],
    weight: impl Fn(&EuSubstitute) -> f64,
) -> Result<ForeignIndex, Error> {
    let mut faults = Faults::of("the substitutes of the EU method");
    check_uses(uses, &mut faults);
    for option in options {
        check_known_use(&option.use_id, uses, &mut faults);
        faults.share(&format!("sub-share of `{}` in `{}`", option.substitute, option.use_id), option.sub_share);
    }
    let of_use = |end_use: &EndUse| options.iter().filter(|option| option.use_id == end_use.use_id).collect::<Vec<_>>();
    let mut value = 0.0;
    for end_use in uses {
        let options = of_use(end_use);
        let replaced: f64 = options.iter().map(|option| option.sub_share).sum();
        let place = format!("sum of the sub-shares in `{}`", end_use.use_id);
        faults.require(replaced <= 1.0 + 1e-9, &place, replaced, "at most 1");
        let weighted: f64 = options.iter().map(|option| option.sub_share * weight(option)).sum();
        value += end_use.use_share * (weighted + UNSUBSTITUTED * (1.0 - replaced));
    }
    faults.finish()?;
    Ok(ForeignIndex { value, covered_use_share: uses.iter().map(|end_use| end_use.use_share).sum() })
}

/// SCP of the EU method, from memory, not checked against the primary document.
fn cost_performance(option: &EuSubstitute) -> f64 {
    match (option.performance, option.cost) {
        (EuPerformance::Similar, EuCost::SimilarOrLower) => 0.7,
        (EuPerformance::Similar, EuCost::UpToTwice) | (EuPerformance::Reduced, EuCost::SimilarOrLower) => 0.8,
        (EuPerformance::Similar, EuCost::AboveTwice) | (EuPerformance::Reduced, EuCost::UpToTwice) => 0.9,
        (EuPerformance::Reduced, EuCost::AboveTwice) => 1.0,
    }
}

/// `(SP SCr SCo)^(1/3)` of the EU method, from memory, not checked against the primary document.
fn production_criticality(option: &EuSubstitute) -> f64 {
    let eased = |is_eased: bool| if is_eased { EASED } else { 1.0 };
    let product = eased(option.has_larger_production) * eased(!option.is_critical) * eased(!option.is_by_product);
    product.cbrt()
}

/// Points of a grade, from memory, not checked against the primary document.
fn points(rating: GraedelRating) -> f64 {
    match rating {
        GraedelRating::Exemplary => 12.5,
        GraedelRating::Good => 37.5,
        GraedelRating::Adequate => 62.5,
        GraedelRating::Poor => 87.5,
    }
}
