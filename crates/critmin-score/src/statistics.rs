//! How do two rankings agree, and where in a distribution does a number lie?
//!
//! Own code because no one crate covers it: `statrs` has ranks and another type of quantile but no rank correlation,
//! `kendalls` has tau-b alone.
//! NaN stands for an absent value; pairs with an absent member are left out, and what is undefined is `None`.
#![expect(clippy::float_cmp, reason = "a tie is an equal number")]

/// Quantile of values in ascending order, by linear interpolation between neighbours (type 7, as numpy and R do).
///
/// None when there is no value, one is NaN at the ends, or `p` lies outside 0 to 1.
///
/// ```
/// assert_eq!(critmin_score::statistics::quantile(&[1.0, 2.0, 4.0], 0.75), Some(3.0));
/// ```
///
/// # References
///
/// Hyndman and Fan (1996), Sample quantiles in statistical packages, The American Statistician 50(4), 361–365,
/// <https://doi.org/10.2307/2684934>.
pub fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let (first, last) = (sorted.first()?, sorted.last()?);
    if first.is_nan() || last.is_nan() || !(0.0..=1.0).contains(&p) {
        return None;
    }
    let place = p * (count(sorted.len()) - 1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the last index")]
    let below = place.floor() as usize;
    let low = sorted[below];
    let high = sorted.get(below + 1).copied().unwrap_or(low);
    // At a neighbour itself nothing is interpolated, so that infinite ends do not make NaN.
    let part = place.fract();
    Some(if part == 0.0 { low } else { low + (high - low) * part })
}

/// Rank of every value: 1 for the highest, ties share the mean of their ranks, none for NaN.
///
/// ```
/// let ranks = critmin_score::statistics::ranks(&[2.0, 5.0, f64::NAN, 2.0]);
/// assert_eq!(ranks, [Some(2.5), Some(1.0), None, Some(2.5)]);
/// ```
pub fn ranks(values: &[f64]) -> Vec<Option<f64>> {
    let mut order: Vec<usize> = (0..values.len()).filter(|&index| !values[index].is_nan()).collect();
    order.sort_by(|&a, &b| (values[b] + 0.0).total_cmp(&(values[a] + 0.0)));
    let mut ranks = vec![None; values.len()];
    let mut before = 0;
    for tied in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = count(before) + f64::midpoint(count(tied.len()), 1.0);
        for &index in tied {
            ranks[index] = Some(rank);
        }
        before += tied.len();
    }
    ranks
}

/// Pearson correlation, in \[-1, 1\].
///
/// None when the lengths differ, fewer than two pairs are complete, one side does not vary, or squares of the numbers
/// leave the range of numbers.
pub fn pearson(a: &[f64], b: &[f64]) -> Option<f64> {
    pearson_of_pairs(&complete_pairs(a, b)?)
}

/// Spearman rank correlation with average ranks, in \[-1, 1\]; 1 = same order.
///
/// The complete pairs are ranked among themselves. None as for [`pearson`].
///
/// ```
/// let rho = critmin_score::statistics::spearman(&[1.0, 2.0, 9.0], &[10.0, 20.0, 21.0]);
/// assert_eq!(rho, Some(1.0));
/// ```
///
/// # References
///
/// Spearman (1904), The proof and measurement of association between two things, American Journal of Psychology 15(1),
/// 72–101, <https://doi.org/10.2307/1412159>.
pub fn spearman(a: &[f64], b: &[f64]) -> Option<f64> {
    let (a, b): (Vec<f64>, Vec<f64>) = complete_pairs(a, b)?.into_iter().unzip();
    let ranked: Option<Vec<(f64, f64)>> = ranks(&a).into_iter().zip(ranks(&b)).map(|(a, b)| a.zip(b)).collect();
    pearson_of_pairs(&ranked?)
}

/// Kendall rank correlation with the correction for ties (tau-b), in \[-1, 1\]; 1 = same order.
///
/// `(concordant - discordant) / sqrt((pairs - ties in a) * (pairs - ties in b))`, in O(n log n). None as for
/// [`pearson`].
///
/// ```
/// // One of three pairs is swapped.
/// let tau = critmin_score::statistics::kendall_tau_b(&[1.0, 2.0, 3.0], &[1.0, 3.0, 2.0]);
/// assert!((tau.unwrap_or_default() - 1.0 / 3.0).abs() < 1e-12);
/// ```
///
/// # References
///
/// Kendall (1945), The treatment of ties in ranking problems, Biometrika 33(3), 239–251,
/// <https://doi.org/10.1093/biomet/33.3.239>; Knight (1966), A computer method for calculating Kendall's tau with
/// ungrouped data, Journal of the American Statistical Association 61(314), 436–439,
/// <https://doi.org/10.1080/01621459.1966.10480879>.
pub fn kendall_tau_b(a: &[f64], b: &[f64]) -> Option<f64> {
    let mut pairs = complete_pairs(a, b)?;
    pairs.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.total_cmp(&y.1)));
    let tied_first = tied_pairs(&pairs, |x, y| x.0 == y.0);
    let tied_both = tied_pairs(&pairs, |x, y| x == y);
    let mut second: Vec<f64> = pairs.iter().map(|pair| pair.1).collect();
    // Within one `a` the `b` ascend, so every exchange that sorts `b` is a discordant pair.
    let mut scratch = second.clone();
    let discordant = sort_and_count_exchanges(&mut second, &mut scratch);
    let tied_second = tied_pairs(&second, |x, y| x == y);
    let all = pairs_among(pairs.len());
    let scale = ((all - tied_first) * (all - tied_second)).sqrt();
    let balance = all - tied_first - tied_second + tied_both - 2.0 * discordant;
    (0.0 < scale).then(|| (balance / scale).clamp(-1.0, 1.0))
}

/// Pairs without NaN; negative zero becomes zero, so that order and equality agree.
fn complete_pairs(a: &[f64], b: &[f64]) -> Option<Vec<(f64, f64)>> {
    let pairs = a.iter().zip(b).filter(|(x, y)| !x.is_nan() && !y.is_nan());
    (a.len() == b.len()).then(|| pairs.map(|(x, y)| (x + 0.0, y + 0.0)).collect())
}

fn pearson_of_pairs(pairs: &[(f64, f64)]) -> Option<f64> {
    let n = count(pairs.len());
    let mean_a = pairs.iter().map(|pair| pair.0).sum::<f64>() / n;
    let mean_b = pairs.iter().map(|pair| pair.1).sum::<f64>() / n;
    let (mut product, mut square_a, mut square_b) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        let (from_a, from_b) = (x - mean_a, y - mean_b);
        product += from_a * from_b;
        square_a += from_a * from_a;
        square_b += from_b * from_b;
    }
    // Deviations of a constant are rounding only: what varies is asked of the values themselves.
    let varies =
        pairs.windows(2).any(|next| next[0].0 != next[1].0) && pairs.windows(2).any(|next| next[0].1 != next[1].1);
    // One root of the product, so that equal rankings give exactly 1.
    let scale = (square_a * square_b).sqrt();
    (varies && 0.0 < scale && scale.is_finite()).then(|| (product / scale).clamp(-1.0, 1.0))
}

fn tied_pairs<T>(sorted: &[T], tied: impl FnMut(&T, &T) -> bool) -> f64 {
    sorted.chunk_by(tied).map(|run| pairs_among(run.len())).sum()
}

fn pairs_among(n: usize) -> f64 {
    count(n) * (count(n) - 1.0) / 2.0
}

/// Merge sort that counts how many entries each entry has to pass.
fn sort_and_count_exchanges(values: &mut [f64], scratch: &mut [f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let half = values.len() / 2;
    let (left, right) = values.split_at_mut(half);
    let (scratch_left, scratch_right) = scratch.split_at_mut(half);
    let mut exchanges = sort_and_count_exchanges(left, scratch_left) + sort_and_count_exchanges(right, scratch_right);
    let (mut from_left, mut from_right) = (0, 0);
    for place in scratch.iter_mut() {
        let takes_right = from_right < right.len() && (from_left == left.len() || right[from_right] < left[from_left]);
        if takes_right {
            *place = right[from_right];
            from_right += 1;
            exchanges += count(left.len() - from_left);
        } else {
            *place = left[from_left];
            from_left += 1;
        }
    }
    values.copy_from_slice(scratch);
    exchanges
}

#[expect(clippy::cast_precision_loss, reason = "no list here comes near 2^53 entries")]
fn count(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // With ties on both sides and in both at once; expected values from scipy 1.17.1 and numpy 2.4.6.
    const A: [f64; 8] = [3.1, 0.2, 2.0, 2.0, 5.5, 1.7, 0.2, 4.4];
    const B: [f64; 8] = [2.9, 0.1, 2.5, 1.0, 4.0, 2.5, 0.3, 4.0];

    fn close(found: Option<f64>, expected: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() < 1e-12, "{found} instead of {expected}");
    }

    #[test]
    fn correlations_agree_with_scipy() {
        close(pearson(&A, &B), 0.921_480_787_659_807_5);
        close(spearman(&A, &B), 0.932_926_829_268_292_8);
        close(kendall_tau_b(&A, &B), 0.846_153_846_153_846_3);
        let ranked: Vec<f64> = ranks(&A).into_iter().flatten().collect();
        assert_eq!(ranked, [3.0, 7.5, 4.5, 4.5, 1.0, 6.0, 7.5, 2.0]);
    }

    #[test]
    fn quantiles_agree_with_numpy() {
        let mut sorted = A;
        sorted.sort_by(f64::total_cmp);
        for (p, expected) in [(0.0, 0.2), (0.05, 0.2), (0.25, 1.325), (0.5, 2.0), (0.9, 4.73), (1.0, 5.5)] {
            close(quantile(&sorted, p), expected);
        }
        assert_eq!(quantile(&[1.0, f64::INFINITY], 1.0), Some(f64::INFINITY));
        assert_eq!(quantile(&[f64::NEG_INFINITY, 1.0, f64::INFINITY], 0.5), Some(1.0));
        for (values, p) in [(&[][..], 0.5), (&[1.0][..], 1.5), (&[1.0][..], f64::NAN), (&[1.0, f64::NAN][..], 0.5)] {
            assert_eq!(quantile(values, p), None);
        }
    }

    #[test]
    fn what_is_undefined_has_no_number() {
        for measure in [pearson, spearman, kendall_tau_b] {
            assert_eq!(measure(&[], &[]), None);
            assert_eq!(measure(&[1.0], &[1.0]), None);
            assert_eq!(measure(&[1.0, 2.0], &[1.0]), None);
            assert_eq!(measure(&[0.1, 0.1, 0.1], &[1.0, 2.0, 3.0]), None);
            assert_eq!(measure(&[0.0, -0.0], &[1.0, 2.0]), None);
            // The absent pair does not count, not even in the ranks of the others.
            close(measure(&[1.0, f64::NAN, 2.0, 7.0], &[2.0, 0.0, 3.0, 8.0]), 1.0);
        }
    }

    /// Every pair compared with every other: the definition.
    fn slow_tau_b(a: &[f64], b: &[f64]) -> Option<f64> {
        let (mut balance, mut apart_a, mut apart_b) = (0.0, 0.0, 0.0);
        let sign = |x: f64, y: f64| if x == y { 0.0 } else { (x - y).signum() };
        for i in 0..a.len() {
            for j in 0..i {
                let (of_a, of_b) = (sign(a[i], a[j]), sign(b[i], b[j]));
                balance += of_a * of_b;
                apart_a += of_a.abs();
                apart_b += of_b.abs();
            }
        }
        let scale = f64::sqrt(apart_a * apart_b);
        (0.0 < scale).then(|| balance / scale)
    }

    proptest! {
        #[test]
        fn tau_agrees_with_its_definition(pairs in prop::collection::vec((-4..4i8, -4..4i8), 0..40)) {
            let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))).unzip();
            let (fast, slow) = (kendall_tau_b(&a, &b), slow_tau_b(&a, &b));
            prop_assert_eq!(fast.is_some(), slow.is_some());
            prop_assert!((fast.unwrap_or(0.0) - slow.unwrap_or(0.0)).abs() < 1e-12);
        }

        #[test]
        fn rank_correlations_see_only_the_order(values in prop::collection::hash_set(-300..300i32, 2..40)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let bent: Vec<f64> = values.iter().map(|value| (value / 100.0).exp()).collect();
            let turned: Vec<f64> = values.iter().map(|value| -value).collect();
            for measure in [spearman, kendall_tau_b] {
                prop_assert!((measure(&values, &bent).unwrap() - 1.0).abs() < 1e-12);
                prop_assert!((measure(&values, &turned).unwrap() + 1.0).abs() < 1e-12);
            }
            let total: f64 = ranks(&values).into_iter().flatten().sum();
            prop_assert_eq!(total, count(values.len()) * (count(values.len()) + 1.0) / 2.0);
        }
    }
}
