//! From a publisher's price unit to USD per tonne.

use crate::Error;

/// Kilograms per pound, by definition (international yard and pound agreement, 1959).
const KILOGRAMS_PER_POUND: f64 = 0.453_592_37;
/// Kilograms per troy ounce, by definition (480 grains).
const KILOGRAMS_PER_TROY_OUNCE: f64 = 0.031_103_476_8;
/// Kilograms per short ton, 2,000 pounds.
const KILOGRAMS_PER_SHORT_TON: f64 = 907.184_74;
const EXPECTED: &str = "`dollars per kilogram`, `dollars per metric ton`, `dollars per dry metric ton unit`, `dollars per short ton`, `dollars per pound`, `cents per pound`, `dollars per troy ounce`, `dollars per gram`";

/// USD per tonne for one published price `unit`.
///
/// A dry metric ton unit is a hundredth of a tonne of the priced substance, 10 kg. "Dollars per ton" is refused:
/// the publisher uses short and metric tons.
///
/// ```
/// assert_eq!(critmin_disruption::usd_per_t_factor("dollars per kilogram")?, 1_000.0);
/// # Ok::<(), critmin_disruption::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::UnknownPriceUnit`] for anything that is not a price per mass.
pub fn usd_per_t_factor(unit: &str) -> Result<f64, Error> {
    let usd_per_kg = match unit.trim() {
        "dollars per kilogram" => 1.0,
        "dollars per metric ton" => 1e-3,
        "dollars per dry metric ton unit" => 0.1,
        "dollars per short ton" => KILOGRAMS_PER_SHORT_TON.recip(),
        "dollars per pound" => KILOGRAMS_PER_POUND.recip(),
        "cents per pound" => 0.01 / KILOGRAMS_PER_POUND,
        "dollars per troy ounce" => KILOGRAMS_PER_TROY_OUNCE.recip(),
        "dollars per gram" => 1e3,
        other => return Err(Error::UnknownPriceUnit { found: other.to_owned(), expected: EXPECTED }),
    };
    Ok(1e3 * usd_per_kg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_become_usd_per_tonne() {
        // Antimony 2024: 10.24 USD/lb is 22,575 USD/t; tungsten 2024: 252 USD per 10 kg of trioxide.
        assert!((10.24 * usd_per_t_factor("dollars per pound").unwrap() - 22_575.3).abs() < 0.1);
        assert!((252.0 * usd_per_t_factor("dollars per dry metric ton unit").unwrap() - 25_200.0).abs() < 1e-9);
        assert!((usd_per_t_factor("dollars per metric ton").unwrap() - 1.0).abs() < 1e-12);
    }

    /// By definition: 2,204.62… pounds, 32,150.7… troy ounces and 1.1023… short tons make a tonne.
    #[test]
    fn customary_units_are_what_they_are_defined_to_be() {
        let factor = |unit| usd_per_t_factor(unit).unwrap();
        for (unit, expected) in [
            ("dollars per pound", 2_204.622_622),
            ("cents per pound", 22.046_226_22),
            ("dollars per troy ounce", 32_150.746_57),
            ("dollars per short ton", 1.102_311_311),
            ("dollars per gram", 1e6),
        ] {
            assert!((factor(unit) / expected - 1.0).abs() < 1e-9, "{unit}: {}", factor(unit));
        }
    }

    #[test]
    fn an_ambiguous_ton_is_refused() {
        let message = usd_per_t_factor("dollars per ton").unwrap_err().to_string();
        assert!(message.contains("`dollars per ton` is not a price per mass"), "{message}");
    }
}
