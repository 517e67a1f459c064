//! Shares of a total, and how concentrated they are.

use crate::Error;

/// Each quantity over the total; the result sums to 1.
///
/// `quantities` holds one finite, non-negative amount per supplier, all in one unit.
///
/// # Errors
///
/// [`Error::NotAQuantity`] for a negative, infinite or NaN entry; [`Error::NoSupply`] when all are zero.
pub fn shares(quantities: &[f64]) -> Result<Vec<f64>, Error> {
    let total = total(quantities)?;
    Ok(quantities.iter().map(|quantity| quantity / total).collect())
}

/// Herfindahl–Hirschman index of `quantities`, on the 0–1 scale; higher = more concentrated.
///
/// `HHI = sum(s_i^2)` with `s_i = q_i / sum(q)`, in \[1/n, 1\] for n suppliers. `quantities` holds one finite,
/// non-negative amount per supplier, all in one unit; order does not matter.
///
/// ```
/// // Two equal suppliers and a third that delivers nothing.
/// assert_eq!(critmin_core::hhi(&[5.0, 5.0, 0.0])?, 0.5);
/// # Ok::<(), critmin_core::Error>(())
/// ```
///
/// # Errors
///
/// As [`shares`].
///
/// # References
///
/// Hirschman (1964), The paternity of an index, American Economic Review 54(5), 761–762.
pub fn hhi(quantities: &[f64]) -> Result<f64, Error> {
    Ok(shares(quantities)?.iter().map(|share| share * share).sum())
}

/// Effective number of suppliers, `1 / HHI`, in \[1, n\]; higher = more diverse.
///
/// # Errors
///
/// As [`shares`].
pub fn effective_suppliers(quantities: &[f64]) -> Result<f64, Error> {
    hhi(quantities).map(f64::recip)
}

fn total(quantities: &[f64]) -> Result<f64, Error> {
    for (index, &value) in quantities.iter().enumerate() {
        if !(value.is_finite() && 0.0 <= value) {
            return Err(Error::NotAQuantity { index, value });
        }
    }
    let total: f64 = quantities.iter().sum();
    if total == 0.0 { Err(Error::NoSupply) } else { Ok(total) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bounds_scale_and_order(mut quantities in prop::collection::vec(1e-3..1e9f64, 1..40), factor in 1e-3..1e3f64) {
            let index = hhi(&quantities).unwrap();
            let n = f64::from(u8::try_from(quantities.len()).unwrap());
            prop_assert!(1.0 / n - 1e-12 <= index && index <= 1.0 + 1e-12);
            prop_assert!((shares(&quantities).unwrap().iter().sum::<f64>() - 1.0).abs() < 1e-12);
            let scaled: Vec<f64> = quantities.iter().map(|quantity| quantity * factor).collect();
            prop_assert!((hhi(&scaled).unwrap() - index).abs() < 1e-12);
            quantities.reverse();
            prop_assert!((hhi(&quantities).unwrap() - index).abs() < 1e-12);
        }
    }

    #[test]
    fn nothing_and_nonsense_are_errors() {
        assert_eq!(hhi(&[0.0, 0.0]), Err(Error::NoSupply));
        assert_eq!(hhi(&[]), Err(Error::NoSupply));
        assert!(matches!(hhi(&[1.0, -1.0]), Err(Error::NotAQuantity { index: 1, .. })));
        assert!(matches!(hhi(&[f64::NAN]), Err(Error::NotAQuantity { index: 0, .. })));
    }
}
