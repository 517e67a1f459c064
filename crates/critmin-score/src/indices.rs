//! How concentrated, how governed, how exposed? The closed forms of the literature, one formula, one function.
//!
//! Functions of `quantities` divide by the total themselves. Functions of `shares` take printed fractions as they
//! stand: published shares need not sum to one (`<0.1%` is printed, small suppliers are left out), and a method says
//! itself whether it brings them back to one.

use critmin_core::{Error, shares};

/// Herfindahl–Hirschman index with a weight per supplier; higher = riskier.
///
/// `sum(s_i^2 * w_i)` with `s_i = q_i / sum(q)`, between 0 and the largest weight. `quantities` holds one amount per
/// supplier, all in one unit; `weights` one number per supplier that is not negative (governance, trade restriction).
///
/// ```
/// // The larger supplier is also the worse governed: 0.75^2 * 8 + 0.25^2 * 2.
/// assert_eq!(critmin_score::indices::weighted_hhi(&[3.0, 1.0], &[8.0, 2.0])?, 4.625);
/// # Ok::<(), critmin_core::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::UnequalColumns`] when the lengths differ; [`Error::NotAQuantity`] for a negative, infinite or NaN entry of
/// either; [`Error::NoSupply`] when all quantities are zero.
///
/// # References
///
/// European Commission (2023), Study on the critical raw materials for the EU 2023, <https://doi.org/10.2873/725585>.
pub fn weighted_hhi(quantities: &[f64], weights: &[f64]) -> Result<f64, Error> {
    weighted_hhi_of_shares(&shares(quantities)?, weights)
}

/// [`weighted_hhi`] of fractions as they stand; equal weights of 1 give their plain sum of squares.
///
/// # Errors
///
/// As [`weighted_hhi`], but for shares that are all zero, which give 0.
pub fn weighted_hhi_of_shares(shares: &[f64], weights: &[f64]) -> Result<f64, Error> {
    let pairs = pairs(shares, weights)?;
    Ok(pairs.map(|(share, weight)| share * share * weight).sum())
}

/// Hoskins index: the governance lens stands inside the square; higher = riskier, 0 to 10.
///
/// `sum((s_i * lens_i)^2) / 10`, `shares` as fractions as they stand, `lens` 0 (safest) to 10 (riskiest). The EU's
/// index ([`weighted_hhi`]) has its weight outside the square: the two are not comparable.
///
/// ```
/// assert_eq!(critmin_score::indices::squared_share_times_risk(&[0.5, 0.5], &[10.0, 0.0])?, 2.5);
/// # Ok::<(), critmin_core::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::UnequalColumns`] when the lengths differ; [`Error::NotAQuantity`] for a negative, infinite or NaN entry.
///
/// # References
///
/// The Hoskins critical-minerals widget, as described in our notes; no publication known.
pub fn squared_share_times_risk(shares: &[f64], lens: &[f64]) -> Result<f64, Error> {
    let pairs = pairs(shares, lens)?;
    Ok(pairs.map(|(share, risk)| (share * risk).powi(2)).sum::<f64>() / 10.0)
}

/// Governance as a risk between 0 and 1; higher = riskier.
///
/// `(2.5 - x) / 5`, clipped to 0..1, where `x` is an estimate of the Worldwide Governance Indicators (nominally -2.5
/// to 2.5, higher = better governed). NaN stays NaN: a country without an estimate has no risk score.
///
/// ```
/// assert_eq!(critmin_score::indices::governance_risk(-1.25), 0.75);
/// ```
///
/// # References
///
/// Gemechu et al. (2016), Import-based indicator for the geopolitical supply risk of raw materials in life cycle
/// sustainability assessments, Journal of Industrial Ecology 20(1), <https://doi.org/10.1111/jiec.12279>.
pub fn governance_risk(wgi_estimate: f64) -> f64 {
    ((2.5 - wgi_estimate) / 5.0).clamp(0.0, 1.0)
}

/// Governance on the scale of the EU assessment, 0 to 10; higher = riskier.
///
/// `2 * (2.5 - x)`, clipped to 0..10; `x` as in [`governance_risk`], there the mean of six dimensions over five years.
///
/// ```
/// assert_eq!(critmin_score::indices::governance_scaled(0.0), 5.0);
/// ```
///
/// # References
///
/// As [`weighted_hhi`].
pub fn governance_scaled(wgi_estimate: f64) -> f64 {
    (2.0 * (2.5 - wgi_estimate)).clamp(0.0, 10.0)
}

/// Shannon entropy, in \[0, ln n\] for n suppliers; higher = more diverse.
///
/// `-sum(s_i * ln(s_i))` with `s_i = q_i / sum(q)`; a supplier of nothing adds nothing.
///
/// ```
/// assert_eq!(critmin_score::indices::shannon_entropy(&[5.0, 5.0, 0.0])?, 2f64.ln());
/// # Ok::<(), critmin_core::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::NotAQuantity`] for a negative, infinite or NaN entry; [`Error::NoSupply`] when all are zero.
///
/// # References
///
/// Shannon (1948), A mathematical theory of communication, Bell System Technical Journal 27(3), 379–423,
/// <https://doi.org/10.1002/j.1538-7305.1948.tb01338.x>.
pub fn shannon_entropy(quantities: &[f64]) -> Result<f64, Error> {
    shannon_entropy_of_shares(&shares(quantities)?)
}

/// [`shannon_entropy`] of fractions as they stand.
///
/// # Errors
///
/// [`Error::NotAQuantity`] for a negative, infinite or NaN entry.
pub fn shannon_entropy_of_shares(shares: &[f64]) -> Result<f64, Error> {
    check(shares)?;
    // `0 - x`, not `-x`: one supplier has entropy 0 and not -0.
    Ok(0.0 - shares.iter().filter(|share| 0.0 < **share).map(|share| share * share.ln()).sum::<f64>())
}

/// Hill number, the effective number of suppliers of this order, in \[1, n\]; higher = more diverse.
///
/// `sum(s_i^order)^(1 / (1 - order))` with `s_i = q_i / sum(q)`. Order 0 counts the suppliers that deliver, order 1 is
/// the limit `exp(entropy)`, order 2 is `1 / HHI`. It never rises with the order.
///
/// ```
/// use critmin_score::indices::hill;
///
/// assert!((hill(&[2.0, 1.0, 1.0, 0.0], 0.0)? - 3.0).abs() < 1e-12);
/// assert!((hill(&[1.0, 1.0], 2.0)? - 2.0).abs() < 1e-12);
/// # Ok::<(), critmin_core::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::NotAQuantity`] for a negative, infinite or NaN entry or order; [`Error::NoSupply`] when all are zero.
///
/// # References
///
/// Hill (1973), Diversity and evenness: a unifying notation and its consequences, Ecology 54(2), 427–432,
/// <https://doi.org/10.2307/1934352>.
pub fn hill(quantities: &[f64], order: f64) -> Result<f64, Error> {
    hill_of_shares(&shares(quantities)?, order)
}

/// [`hill`] of fractions as they stand; order 1 is then `exp(-sum(s ln s))`, a limit only if they sum to one.
///
/// # Errors
///
/// As [`hill`].
pub fn hill_of_shares(shares: &[f64], order: f64) -> Result<f64, Error> {
    // Nearer to 1 than this, rounding in the sum is magnified beyond the distance to the limit.
    const LIMIT: f64 = 1e-8;
    check(&[order])?;
    check(shares)?;
    let positive = || shares.iter().filter(|share| 0.0 < **share);
    if positive().next().is_none() {
        return Err(Error::NoSupply);
    }
    if (order - 1.0).abs() < LIMIT {
        return Ok(shannon_entropy_of_shares(shares)?.exp());
    }
    // The largest share is taken out of the sum, so that its powers cannot vanish at a high order.
    let largest = positive().copied().fold(0.0, f64::max);
    let sum: f64 = positive().map(|share| (share / largest).powf(order)).sum();
    Ok((sum.ln() / (1.0 - order) + largest.ln() * (order / (1.0 - order))).exp())
}

/// Sum of the `k` largest quantities, in their unit.
///
/// # Errors
///
/// [`Error::NotAQuantity`] for a negative, infinite or NaN entry; [`Error::NoSupply`] when there is none.
pub fn top_sum(quantities: &[f64], k: usize) -> Result<f64, Error> {
    Ok(descending(quantities)?.iter().take(k).sum())
}

/// Share of the `k` largest suppliers in the total, in \[0, 1\]; higher = more concentrated.
///
/// ```
/// assert_eq!(critmin_score::indices::top_share(&[1.0, 5.0, 2.0], 2)?, 0.875);
/// # Ok::<(), critmin_core::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::NotAQuantity`] for a negative, infinite or NaN entry; [`Error::NoSupply`] when all are zero.
///
/// # References
///
/// International Energy Agency (2025), Global Critical Minerals Outlook, which reports `k` of 1 and 3.
pub fn top_share(quantities: &[f64], k: usize) -> Result<f64, Error> {
    top_sum(&shares(quantities)?, k)
}

/// What remains without the `k` largest suppliers (N-1 for `k` = 1), in the unit of `quantities`; higher = safer.
///
/// ```
/// assert_eq!(critmin_score::indices::without_top(&[1.0, 5.0, 2.0], 1)?, 3.0);
/// # Ok::<(), critmin_core::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::NotAQuantity`] for a negative, infinite or NaN entry; [`Error::NoSupply`] when there is none.
///
/// # References
///
/// As [`top_share`].
pub fn without_top(quantities: &[f64], k: usize) -> Result<f64, Error> {
    // Summed, not subtracted from the total: the rest may be tiny beside the largest.
    Ok(descending(quantities)?.iter().skip(k).sum())
}

/// Country concentration of the Yale method, 0 to 100 before any clamp; higher = riskier.
///
/// `17.5 * ln(x) - 61.18`, `x` = HHI in points (0 to 10,000): 0 near 33 points, 100 at 10,000, negative below; a
/// clamp is the caller's. Unverified: the two numbers are recalled from the literature, not read in it.
///
/// ```
/// let most = critmin_score::indices::country_concentration_transform(10_000.0)?;
/// assert!((most - 100.0).abs() < 0.001);
/// # Ok::<(), critmin_core::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::NoSupply`] for zero points; [`Error::NotAQuantity`] for a negative, infinite or NaN number.
///
/// # References
///
/// Graedel et al. (2012), Methodology of metal criticality determination, Environmental Science & Technology 46(2),
/// 1063–1070, <https://doi.org/10.1021/es203534z>.
pub fn country_concentration_transform(hhi_points: f64) -> Result<f64, Error> {
    check(&[hhi_points])?;
    if hhi_points == 0.0 { Err(Error::NoSupply) } else { Ok(17.5 * hhi_points.ln() - 61.18) }
}

/// Geometric mean, between the smallest and the largest value; zero when one value is.
///
/// `exp(mean(ln(x)))`, with three indicators the cube root of their product.
///
/// ```
/// assert!((critmin_score::indices::geometric_mean(&[2.0, 8.0])? - 4.0).abs() < 1e-12);
/// # Ok::<(), critmin_core::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::NotAQuantity`] for a negative, infinite or NaN entry; [`Error::NoSupply`] when there is none.
///
/// # References
///
/// Nassar et al. (2020), Evaluating the mineral commodity supply risk of the U.S. manufacturing sector, Science
/// Advances 6(8), <https://doi.org/10.1126/sciadv.aay8647>, takes it of three indicators.
pub fn geometric_mean(values: &[f64]) -> Result<f64, Error> {
    check_some(values)?;
    Ok((values.iter().map(|value| value.ln()).sum::<f64>() / count(values)).exp())
}

/// Convex mix, `a * weight + b * (1 - weight)`: `a` at weight 1, `b` at weight 0.
///
/// The EU assessment mixes world supply and EU sourcing with half the import reliance as weight.
///
/// ```
/// assert_eq!(critmin_score::indices::mix(8.0, 4.0, 0.25), 5.0);
/// ```
///
/// # References
///
/// As [`weighted_hhi`].
pub fn mix(a: f64, b: f64, weight: f64) -> f64 {
    a * weight + b * (1.0 - weight)
}

/// Index of the BGS risk list from its criterion scores of 1 to 3, in \[3.3, 10\]; higher = riskier.
///
/// `10 * sum(score) / (3 * n)`, with the list's seven criteria `10 * sum / 21`.
///
/// ```
/// assert_eq!(critmin_score::indices::risk_list_index(&[3.0; 7])?, 10.0);
/// # Ok::<(), critmin_core::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::NotAQuantity`] for a negative, infinite or NaN entry; [`Error::NoSupply`] when there is none.
///
/// # References
///
/// British Geological Survey (2015), Risk list.
pub fn risk_list_index(scores: &[f64]) -> Result<f64, Error> {
    check_some(scores)?;
    Ok(10.0 * scores.iter().sum::<f64>() / (3.0 * count(scores)))
}

fn pairs<'a>(first: &'a [f64], second: &'a [f64]) -> Result<impl Iterator<Item = (f64, f64)> + 'a, Error> {
    check(first)?;
    check(second)?;
    if first.len() == second.len() {
        return Ok(first.iter().copied().zip(second.iter().copied()));
    }
    Err(Error::UnequalColumns { column: "weights".to_owned(), found: second.len(), expected: first.len() })
}

fn descending(quantities: &[f64]) -> Result<Vec<f64>, Error> {
    check_some(quantities)?;
    let mut sorted = quantities.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    Ok(sorted)
}

/// Zeros pass here: none delivers is an answer, no supplier listed is not.
fn check_some(values: &[f64]) -> Result<(), Error> {
    if values.is_empty() { Err(Error::NoSupply) } else { check(values) }
}

fn check(values: &[f64]) -> Result<(), Error> {
    let fault = values.iter().position(|value| !(value.is_finite() && 0.0 <= *value));
    fault.map_or(Ok(()), |index| Err(Error::NotAQuantity { index, value: values[index] }))
}

#[expect(clippy::cast_precision_loss, reason = "no list of suppliers comes near 2^53 entries")]
fn count(values: &[f64]) -> f64 {
    values.len() as f64
}

#[cfg(test)]
mod tests {
    use critmin_core::hhi;
    use proptest::prelude::*;

    use super::*;

    // `reference/scores/closed_forms.csv`: gallium 2023, world shares as printed (sum 1.001, kept).
    const GALLIUM: [f64; 6] = [0.938, 0.022, 0.019, 0.010, 0.009, 0.003];

    #[track_caller]
    fn close(found: Result<f64, Error>, expected: f64, tolerance: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() <= tolerance, "{found} instead of {expected}");
    }

    #[test]
    fn gallium_and_overflow_rows_of_the_reference() {
        close(weighted_hhi_of_shares(&GALLIUM, &[1.0; 6]), 0.880_878_999_999_999_9, 1e-12);
        close(shannon_entropy_of_shares(&GALLIUM), 0.325_181_598_523_264_4, 1e-12);
        close(hill_of_shares(&GALLIUM, 1.0), 1.384_282_006_724_893_3, 1e-12);
        close(hill_of_shares(&GALLIUM, 2.0), 1.135_229_696_700_682, 1e-12);
        close(squared_share_times_risk(&GALLIUM, &[5.71, 5.5, 6.5, 2.0, 2.0, 2.0]), 2.871_717_501_04, 1e-12);
        // Squares of petroleum in tonnes exceed 64-bit integers: the index is taken of shares.
        close(hhi(&[4.4e9, 1.0e9]), 0.698_216_735_253_772_3, 1e-12);
    }

    #[test]
    fn concentration_transform_rows_of_the_reference() {
        for (points, expected) in [
            (33.0, 0.008_882_325_663_407_187),
            (1_000.0, 59.705_717_382_187_395),
            (1_500.0, 66.801_356_774_080_26),
            (2_500.0, 75.740_805_189_985_11),
            (5_000.0, 87.870_880_849_784_16),
            (10_000.0, 100.000_956_509_583_2),
        ] {
            close(country_concentration_transform(points), expected, 1e-9);
        }
    }

    #[test]
    fn risk_list_cube_root_and_supply_risk_rows_of_the_reference() {
        // Half points exist, so a sum may be spread evenly over the seven criteria.
        for (sum, expected) in [
            (21.0, 10.0),
            (20.0, 9.523_809_523_809_524),
            (19.0, 9.047_619_047_619_047),
            (18.0, 8.571_428_571_428_571),
            (17.0, 8.095_238_095_238_095),
            (16.0, 7.619_047_619_047_619),
            (10.0, 4.761_904_761_904_762),
            (7.0, 3.333_333_333_333_333_5),
        ] {
            close(risk_list_index(&[sum / 7.0; 7]), expected, 1e-12);
        }
        close(geometric_mean(&[0.5, 0.8, 0.4]), 0.542_883_523_318_981_4, 1e-12);
    }

    #[test]
    fn gallium_supply_risk_agrees_with_the_reference() {
        let supply_risk = mix(5.0333, 2.7715, 0.98 / 2.0) * (1.0 - 0.0) * 0.98;
        close(Ok(supply_risk), 3.802_186_359_999_999_4, 1e-9);
        // The worked example prints its world index to two decimals and leaves out the suppliers below 0.1 %.
        // Governance of CHN, UKR, RUS, JPN, KOR, DEU on 0..10, Germany with the trade parameter 0.8 of an EU member.
        let weights = [5.7138, 6.3255, 6.3664, 2.3636, 3.2688, 2.1177 * 0.8];
        close(weighted_hhi_of_shares(&GALLIUM, &weights), 5.03, 0.005);
    }

    #[test]
    fn absence_and_nonsense_are_errors() {
        let unequal = Err(Error::UnequalColumns { column: "weights".into(), found: 1, expected: 2 });
        assert_eq!(weighted_hhi(&[1.0, 2.0], &[1.0]), unequal);
        assert!(matches!(weighted_hhi(&[1.0, 2.0], &[1.0, f64::NAN]), Err(Error::NotAQuantity { index: 1, .. })));
        assert!(matches!(hill(&[1.0], -1.0), Err(Error::NotAQuantity { .. })));
        assert!(matches!(geometric_mean(&[1.0, -1.0]), Err(Error::NotAQuantity { index: 1, .. })));
        assert!(matches!(country_concentration_transform(-1.0), Err(Error::NotAQuantity { .. })));
        assert_eq!(country_concentration_transform(0.0), Err(Error::NoSupply));
        assert_eq!(geometric_mean(&[3.0, 0.0]), Ok(0.0));
        for nothing in [shannon_entropy(&[0.0]), hill(&[], 1.0), top_share(&[0.0], 1), without_top(&[], 1)] {
            assert_eq!(nothing, Err(Error::NoSupply));
        }
        assert_eq!(without_top(&[0.0, 0.0], 1), Ok(0.0));
        assert_eq!(without_top(&[1.0, 2.0], 9), Ok(0.0));
        assert_eq!(without_top(&[1e300, 1.0], 1), Ok(1.0));
    }

    fn all(quantities: &[f64]) -> [f64; 6] {
        let found = [
            weighted_hhi(quantities, &vec![5.0; quantities.len()]),
            shannon_entropy(quantities),
            hill(quantities, 0.5),
            hill(quantities, 1.0),
            hill(quantities, 3.0),
            top_share(quantities, 2),
        ];
        found.map(Result::unwrap)
    }

    proptest! {
        #[test]
        fn scale_and_order_do_not_matter(mut quantities in prop::collection::vec(1e-3..1e9f64, 1..30), factor in 1e-3..1e3f64) {
            let base = all(&quantities);
            for quantity in &mut quantities {
                *quantity *= factor;
            }
            quantities.reverse();
            for (found, expected) in all(&quantities).into_iter().zip(base) {
                prop_assert!((found - expected).abs() <= 1e-11 * (1.0 + expected.abs()));
            }
        }

        #[test]
        fn equal_weights_bound_the_index(quantities in prop::collection::vec(1e-3..1e9f64, 1..30)) {
            let index = weighted_hhi(&quantities, &vec![1.0; quantities.len()]).unwrap();
            prop_assert!(1.0 / count(&quantities) - 1e-12 <= index && index <= 1.0 + 1e-12);
            prop_assert!((index - hhi(&quantities).unwrap()).abs() <= 1e-15);
        }

        #[test]
        fn a_merger_never_lowers_concentration(quantities in prop::collection::vec(0.0..1e9f64, 2..30)) {
            prop_assume!(0.0 < quantities.iter().sum::<f64>());
            let mut merged = quantities.clone();
            let last = merged.pop().unwrap();
            merged[0] += last;
            prop_assert!(hhi(&quantities).unwrap() <= hhi(&merged).unwrap() + 1e-12);
            prop_assert!(shannon_entropy(&merged).unwrap() <= shannon_entropy(&quantities).unwrap() + 1e-12);
        }

        #[test]
        fn diversity_never_rises_with_its_order(
            quantities in prop::collection::vec(1e-3..1e6f64, 1..30), low in 0.0..4.0f64, step in 0.0..4.0f64,
        ) {
            let (less, more) = (hill(&quantities, low).unwrap(), hill(&quantities, low + step).unwrap());
            prop_assert!(more <= less * (1.0 + 1e-6));
            prop_assert!(1.0 - 1e-9 <= more && less <= count(&quantities) * (1.0 + 1e-6));
        }

        #[test]
        fn better_governance_never_raises_risk(estimate in -3.0..3.0f64, better in 0.0..3.0f64) {
            prop_assert!(governance_risk(estimate + better) <= governance_risk(estimate));
            prop_assert!(governance_scaled(estimate + better) <= governance_scaled(estimate));
            prop_assert!((governance_scaled(estimate) - 10.0 * governance_risk(estimate)).abs() <= 1e-12);
            let exposed = |risk: f64| weighted_hhi(&[3.0, 1.0], &[risk, 1.0]).unwrap();
            prop_assert!(exposed(governance_risk(estimate + better)) <= exposed(governance_risk(estimate)));
        }
    }
}
