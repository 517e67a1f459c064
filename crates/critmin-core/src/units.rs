//! Quantities with units for scalars. Tables carry the unit in the column name instead.

use std::fmt;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use serde::{Deserialize, Serialize};

use crate::Error;

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $unit:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub f64);

        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }
        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                self.0 += other.0;
            }
        }
        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }
        impl Neg for $name {
            type Output = Self;
            fn neg(self) -> Self {
                Self(-self.0)
            }
        }
        impl Mul<f64> for $name {
            type Output = Self;
            fn mul(self, factor: f64) -> Self {
                Self(self.0 * factor)
            }
        }
        /// A ratio of two like quantities has no unit.
        impl Div for $name {
            type Output = f64;
            fn div(self, other: Self) -> f64 {
                self.0 / other.0
            }
        }
        impl std::iter::Sum for $name {
            fn sum<I: Iterator<Item = Self>>(quantities: I) -> Self {
                quantities.fold(Self(0.0), Add::add)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, formatter)?;
                formatter.write_str(concat!(" ", $unit))
            }
        }
    };
}

quantity!(
    /// Mass \[t\], or mass per year where the context is a yearly flow \[t/yr\].
    Tonnes,
    "t"
);
quantity!(
    /// Money \[current USD\].
    Usd,
    "USD"
);
quantity!(
    /// Price per mass \[USD/t\].
    UsdPerTonne,
    "USD/t"
);
quantity!(
    /// A length of time \[months\].
    Months,
    "months"
);

impl Mul<Tonnes> for UsdPerTonne {
    type Output = Usd;
    fn mul(self, mass: Tonnes) -> Usd {
        Usd(self.0 * mass.0)
    }
}

/// Part of a total, a fraction in \[0, 1\]; validated once, here.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Share(f64);

impl Share {
    /// Nothing of the total.
    pub const NONE: Self = Self(0.0);
    /// All of the total.
    pub const ALL: Self = Self(1.0);

    /// Accepts a fraction in \[0, 1\].
    ///
    /// # Errors
    ///
    /// [`Error::NotAShare`] for anything else, NaN included: per cent is the usual mistake.
    pub fn new(fraction: f64) -> Result<Self, Error> {
        if (0.0..=1.0).contains(&fraction) { Ok(Self(fraction)) } else { Err(Error::NotAShare { found: fraction }) }
    }

    /// The fraction, in \[0, 1\].
    pub fn fraction(self) -> f64 {
        self.0
    }

    /// What is left of the total, `1 - share`.
    #[must_use]
    pub fn complement(self) -> Self {
        Self(1.0 - self.0)
    }
}

impl TryFrom<f64> for Share {
    type Error = Error;
    fn try_from(fraction: f64) -> Result<Self, Error> {
        Self::new(fraction)
    }
}

impl From<Share> for f64 {
    fn from(share: Share) -> Self {
        share.0
    }
}

/// A calendar year: the year of a quantity, never the edition of its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Year(pub i16);

impl fmt::Display for Year {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_fraction() {
        assert_eq!(Share::new(0.25).unwrap().complement(), Share::new(0.75).unwrap());
        for wrong in [-0.1, 1.1, 25.0, f64::NAN, f64::INFINITY] {
            assert!(Share::new(wrong).is_err(), "{wrong} was accepted");
        }
        assert!(serde_json::from_str::<Share>("1.5").unwrap_err().to_string().contains("fraction"));
    }

    #[test]
    fn price_times_mass_is_money() {
        // 19.7 t of gallium at 432 USD/kg: 8.5 million USD.
        assert_eq!(UsdPerTonne(432_000.0) * Tonnes(19.7), Usd(8_510_400.0));
    }
}
