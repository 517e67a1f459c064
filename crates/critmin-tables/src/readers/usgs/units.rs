//! The publisher's units of mass, in tonnes.

/// Tonnes per unit as printed; `None` when the unit is not a mass (per cent, dollars, litres, a blank).
///
/// One carat is 0.2 g.
pub fn tonnes_per_unit(unit: &str) -> Option<f64> {
    match unit.trim() {
        "metric tons" | "tons" => Some(1.0),
        "thousand metric tons" | "thousand metric dry tons" => Some(1e3),
        "million metric tons" => Some(1e6),
        "kilograms" => Some(1e-3),
        "million carats" => Some(0.2),
        "thousands of carats" | "thousand carats" => Some(2e-4),
        _ => None,
    }
}

/// Tonnes per unit of a mass named in a note: `Less than 500 carats`.
pub(super) fn mass_of(word: &str) -> Option<f64> {
    match word {
        "tons" => Some(1.0),
        "kilograms" => Some(1e-3),
        "carats" => Some(2e-7),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carats_are_a_mass_and_litres_are_not() {
        assert_eq!(tonnes_per_unit(" thousands of carats"), Some(2e-4));
        assert_eq!(tonnes_per_unit("kilograms"), Some(0.001));
        for unit in ["million liters", "percent", "dollars per metric ton", ""] {
            assert_eq!(tonnes_per_unit(unit), None, "{unit}");
        }
    }
}
