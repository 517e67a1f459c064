//! In which unit is a number? Products of named base units, so that a formula cannot add what does not add.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Mass of the element or compound that counts.
const CONTAINED: &str = "t_contained";
/// Mass of the whole product, as customs weighs it.
const GROSS: &str = "t_gross";

/// A product of base symbols with whole powers, such as `usd/kg`; the default is dimensionless.
///
/// `share`, `index` and `1` are dimensionless; every other lower-case word is a base of its own. That includes
/// `percent` (nothing converts silently) and the pair `t_contained` and `t_gross`, whose quotient is a content share.
///
/// ```
/// use critmin_score::unit::Unit;
///
/// let content = Unit::parse("t_contained/t_gross")?;
/// assert_eq!(Unit::parse("t_gross")?.times(&content), Unit::parse("t_contained")?);
/// assert!(Unit::parse("share")?.is_dimensionless());
/// # Ok::<(), critmin_score::unit::UnitError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Unit {
    /// Base symbol to power; a power of zero is never kept.
    powers: BTreeMap<String, i32>,
}

/// What can be wrong with the text of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UnitError {
    /// Nothing, or nothing between two operators.
    #[error(
        "unit `{unit}` lacks a symbol at an operator or altogether: write `1` or `share` for a number without unit"
    )]
    Empty {
        /// The whole unit as given.
        unit: String,
    },
    /// A base symbol that is not one lower-case word.
    #[error(
        "`{found}` in unit `{unit}` is not a base symbol: expected a lower-case word such as `t_contained`, `usd` or \
         `share`, joined by `*` and `/`"
    )]
    MalformedSymbol {
        /// The whole unit as given.
        unit: String,
        /// The part that is not a symbol.
        found: String,
    },
    /// A power that is not a whole number.
    #[error("`^{found}` in unit `{unit}` is not a whole power: write it as in `year^2` or `1/year^2`")]
    MalformedPower {
        /// The whole unit as given.
        unit: String,
        /// The text after `^`.
        found: String,
    },
}

impl Unit {
    /// Reads a unit: products `*`, quotients `/` (`a/b/c` is `a/(b*c)`), whole powers `^2`.
    ///
    /// # Errors
    ///
    /// [`UnitError`] names the part that cannot be read.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        let mut unit = Self::default();
        let mut rest = text;
        let mut sign = 1;
        loop {
            let end = rest.find(['*', '/']).unwrap_or(rest.len());
            unit.multiply_by(&factor(text, rest[..end].trim())?, sign);
            let Some(operator) = rest[end..].chars().next() else { return Ok(unit) };
            sign = if operator == '/' { -1 } else { 1 };
            rest = &rest[end + operator.len_utf8()..];
        }
    }

    /// Whether nothing but a plain number is meant.
    pub fn is_dimensionless(&self) -> bool {
        self.powers.is_empty()
    }

    /// The unit of a product.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        let mut product = self.clone();
        product.multiply_by(other, 1);
        product
    }

    /// The unit of a quotient.
    #[must_use]
    pub fn over(&self, other: &Self) -> Self {
        let mut quotient = self.clone();
        quotient.multiply_by(other, -1);
        quotient
    }

    /// The unit of a whole power; power 0 is dimensionless.
    #[must_use]
    pub fn power(&self, power: i32) -> Self {
        let mut unit = Self::default();
        unit.multiply_by(self, power);
        unit
    }

    /// The unit of the root of this degree (2 = square root); none when a power does not divide or `degree` is 0.
    pub fn root(&self, degree: u32) -> Option<Self> {
        let degree = i32::try_from(degree).ok().filter(|degree| *degree != 0)?;
        let whole = |power: i32| (power % degree == 0).then_some(power / degree);
        let powers = self.powers.iter().map(|(symbol, power)| Some((symbol.clone(), whole(*power)?)));
        Some(Self { powers: powers.collect::<Option<_>>()? })
    }

    /// Whether the two are alike but for gross mass in one and contained mass in the other.
    pub fn is_gross_against_contained(&self, other: &Self) -> bool {
        let power = |unit: &Self, symbol: &str| unit.powers.get(symbol).copied().unwrap_or(0);
        let has_mass = |unit: &Self| power(unit, GROSS) != 0 || power(unit, CONTAINED) != 0;
        let quotient = self.over(other);
        // The quotient is (t_gross/t_contained)^n and nothing else.
        has_mass(self)
            && has_mass(other)
            && quotient.powers.len() == 2
            && power(&quotient, GROSS) != 0
            && power(&quotient, GROSS) == -power(&quotient, CONTAINED)
    }

    fn multiply_by(&mut self, other: &Self, times: i32) {
        for (symbol, power) in &other.powers {
            let entry = self.powers.entry(symbol.clone()).or_insert(0);
            // Powers beyond 32 bits mean nothing; the symmetric bound lets every unit be printed and read again.
            *entry = entry.saturating_add(power.saturating_mul(times)).max(-i32::MAX);
        }
        self.powers.retain(|_, power| *power != 0);
    }
}

impl FromStr for Unit {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Self, UnitError> {
        Self::parse(text)
    }
}

/// Prints what [`Unit::parse`] reads back: `1` when dimensionless, otherwise symbols in alphabetical order.
impl fmt::Display for Unit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = |(symbol, power): (&String, &i32)| match power.unsigned_abs() {
            1 => symbol.clone(),
            size => format!("{symbol}^{size}"),
        };
        let above: Vec<String> = self.powers.iter().filter(|(_, power)| 0 < **power).map(written).collect();
        let below = self.powers.iter().filter(|(_, power)| **power < 0).map(written);
        let mut text = if above.is_empty() { "1".to_owned() } else { above.join("*") };
        below.for_each(|symbol| text.extend(["/", &symbol]));
        formatter.pad(&text)
    }
}

fn factor(unit: &str, text: &str) -> Result<Unit, UnitError> {
    let (symbol, power) = text.split_once('^').map_or((text, "1"), |(symbol, power)| (symbol.trim(), power.trim()));
    if symbol.is_empty() {
        return Err(UnitError::Empty { unit: unit.to_owned() });
    }
    let is_base = symbol.starts_with(|first: char| first.is_ascii_lowercase())
        && symbol.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if !(is_base || symbol == "1") {
        return Err(UnitError::MalformedSymbol { unit: unit.to_owned(), found: symbol.to_owned() });
    }
    let whole: i32 =
        power.parse().map_err(|_| UnitError::MalformedPower { unit: unit.to_owned(), found: power.to_owned() })?;
    if matches!(symbol, "1" | "share" | "index") {
        return Ok(Unit::default());
    }
    Ok(Unit { powers: BTreeMap::from([(symbol.to_owned(), 1)]) }.power(whole))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unit(text: &str) -> Unit {
        Unit::parse(text).unwrap()
    }

    #[test]
    fn products_and_quotients_read_from_left_to_right() {
        assert_eq!(unit("a/b/c"), unit("a").over(&unit("b").times(&unit("c"))));
        assert_eq!(unit(" usd * kg ^ 2 / year / share"), unit("kg*kg*usd/year"));
        assert_eq!(unit("kg/kg").to_string(), "1");
        assert_eq!(unit("1/year^2*t_gross").to_string(), "t_gross/year^2");
        assert_eq!(unit("year^-1"), unit("1/year"));
        assert!(!unit("percent").is_dimensionless());
    }

    #[test]
    fn roots_need_powers_that_divide() {
        assert_eq!(unit("t_gross^6/year^3").root(3), Some(unit("t_gross^2/year")));
        assert_eq!(unit("t_gross").root(2), None);
        assert_eq!(unit("share").root(0), None);
        assert_eq!(unit("index").root(2), Some(Unit::default()));
    }

    #[test]
    fn gross_is_told_from_contained_and_from_other_differences() {
        assert!(unit("t_gross").is_gross_against_contained(&unit("t_contained")));
        assert!(unit("usd/t_contained").is_gross_against_contained(&unit("usd/t_gross")));
        for (left, right) in [
            ("t_gross", "t_gross"),
            ("t_gross", "kg"),
            ("t_gross", "share"),
            ("t_contained/t_gross", "share"),
            ("t_gross*usd", "t_contained"),
        ] {
            assert!(!unit(left).is_gross_against_contained(&unit(right)), "{left} against {right}");
        }
    }

    #[test]
    fn what_is_no_unit_is_named() {
        let message = |text: &str| Unit::parse(text).unwrap_err().to_string();
        assert!(message("").contains("write `1` or `share`"));
        assert!(message("usd//kg").contains("`usd//kg` lacks a symbol"));
        assert!(message("usd per kg").starts_with("`usd per kg` in unit `usd per kg` is not a base symbol"));
        assert!(message("T/year").starts_with("`T` in unit `T/year`"));
        assert!(message("2*usd").starts_with("`2` in unit"));
        assert!(message("year^0.5").starts_with("`^0.5` in unit `year^0.5` is not a whole power"));
        assert!(message("π").starts_with("`π`"));
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(powers in prop::collection::btree_map("u_[a-z0-9_]{0,6}", any::<i32>(), 0..5)) {
            let mut built = Unit::default();
            for (symbol, power) in powers {
                built = built.times(&unit(&symbol).power(power));
            }
            prop_assert_eq!(Unit::parse(&built.to_string()), Ok(built));
        }

        #[test]
        fn no_text_panics(text in any::<String>(), near in "[a-z0-9_*/^ 1-]{0,24}") {
            let _ = (Unit::parse(&text), Unit::parse(&near));
        }
    }
}
