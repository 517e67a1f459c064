//! A figure as a publisher prints it: absence is a value, and never a number.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Error;

/// What kind of statement a printed figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// A number that the publisher reports. The dash `—` is a reported zero.
    Reported,
    /// A number that the publisher marks as estimated.
    Estimated,
    /// Withheld to avoid disclosing company data (USGS `W`): the figure exists, we may not know it.
    Withheld,
    /// Not available (USGS `NA`).
    NotAvailable,
    /// Exports exceed imports (USGS `E`): a net import reliance below zero, size not printed.
    NetExporter,
    /// One side only: `>50`, `<1,000`, "less than half a unit".
    Bound,
    /// Between two numbers: `50–300`.
    Range,
    /// Counted in another row: "included with other countries".
    IncludedElsewhere,
    /// In words only: `Large`, `Variable, depending on size`.
    Qualitative,
    /// The publisher says that the figure cannot be calculated (USGS `XX`).
    NotMeaningful,
}

impl Flag {
    /// Every flag.
    pub const ALL: [Self; 10] = [
        Self::Reported,
        Self::Estimated,
        Self::Withheld,
        Self::NotAvailable,
        Self::NetExporter,
        Self::Bound,
        Self::Range,
        Self::IncludedElsewhere,
        Self::Qualitative,
        Self::NotMeaningful,
    ];

    /// The value that stands in the `flag` column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Estimated => "estimated",
            Self::Withheld => "withheld",
            Self::NotAvailable => "not_available",
            Self::NetExporter => "net_exporter",
            Self::Bound => "bound",
            Self::Range => "range",
            Self::IncludedElsewhere => "included_elsewhere",
            Self::Qualitative => "qualitative",
            Self::NotMeaningful => "not_meaningful",
        }
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Flag {
    type Err = Error;
    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|flag| flag.as_str() == name).ok_or_else(|| Error::Unknown {
            kind: "flag",
            found: name.to_owned(),
            nearest: crate::nearest(name, Self::ALL.map(Self::as_str)),
        })
    }
}

/// A printed figure: a number, an interval, or a stated absence.
///
/// `value` is present exactly for [`Flag::Reported`] and [`Flag::Estimated`]; `low` and `high` exactly
/// for [`Flag::Bound`] (one of them) and [`Flag::Range`] (both). The unit belongs to the record or
/// column that holds the observation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    flag: Flag,
    is_estimated: bool,
}

impl Observation {
    /// A reported number.
    pub fn reported(value: f64) -> Self {
        Self { value: Some(value), low: None, high: None, flag: Flag::Reported, is_estimated: false }
    }

    /// A number that the publisher marks as estimated.
    pub fn estimated(value: f64) -> Self {
        Self { value: Some(value), low: None, high: None, flag: Flag::Estimated, is_estimated: true }
    }

    /// A stated absence: withheld, not available, included elsewhere, in words, not meaningful, net exporter.
    pub fn absent(flag: Flag) -> Self {
        Self { value: None, low: None, high: None, flag, is_estimated: false }
    }

    /// A lower bound, `>low`.
    pub fn at_least(low: f64) -> Self {
        Self { value: None, low: Some(low), high: None, flag: Flag::Bound, is_estimated: false }
    }

    /// An upper bound, `<high`.
    pub fn at_most(high: f64) -> Self {
        Self { value: None, low: None, high: Some(high), flag: Flag::Bound, is_estimated: false }
    }

    /// Between `low` and `high`.
    pub fn between(low: f64, high: f64) -> Self {
        Self { value: None, low: Some(low), high: Some(high), flag: Flag::Range, is_estimated: false }
    }

    /// Marks the figure as the publisher's estimate, whatever its form (`>50` may be estimated too).
    #[must_use]
    pub fn marked_estimated(mut self) -> Self {
        self.is_estimated = true;
        if self.flag == Flag::Reported {
            self.flag = Flag::Estimated;
        }
        self
    }

    /// Rebuilds an observation from its columns.
    ///
    /// # Errors
    ///
    /// [`Error::InconsistentObservation`] when numbers and flag contradict each other,
    /// or a number is NaN or infinite.
    pub fn from_parts(
        value: Option<f64>,
        low: Option<f64>,
        high: Option<f64>,
        flag: Flag,
        is_estimated: bool,
    ) -> Result<Self, Error> {
        let fault = |reason| Err(Error::InconsistentObservation { reason });
        if [value, low, high].into_iter().flatten().any(|number| !number.is_finite()) {
            return fault("a number is NaN or infinite");
        }
        let bounds = usize::from(low.is_some()) + usize::from(high.is_some());
        let (wants_value, wants_bounds) = match flag {
            Flag::Reported | Flag::Estimated => (true, 0),
            Flag::Bound => (false, 1),
            Flag::Range => (false, 2),
            _ => (false, 0),
        };
        if value.is_some() != wants_value {
            return fault("`value` is present exactly for `reported` and `estimated`");
        }
        if bounds != wants_bounds {
            return fault("`bound` needs one of `low` and `high`, `range` both, every other flag neither");
        }
        if let (Some(low), Some(high)) = (low, high)
            && high < low
        {
            return fault("`low` lies above `high`");
        }
        Ok(Self { value, low, high, flag, is_estimated: is_estimated || flag == Flag::Estimated })
    }

    /// The number, when one is printed. Bounds and ranges have none: ask [`Self::low`] and [`Self::high`].
    pub fn value(&self) -> Option<f64> {
        self.value
    }

    /// Lower end, when the figure is a bound or a range.
    pub fn low(&self) -> Option<f64> {
        self.low
    }

    /// Upper end, when the figure is a bound or a range.
    pub fn high(&self) -> Option<f64> {
        self.high
    }

    /// What kind of statement this is.
    pub fn flag(&self) -> Flag {
        self.flag
    }

    /// Whether the publisher marks it as estimated.
    pub fn is_estimated(&self) -> bool {
        self.is_estimated
    }

    /// All numbers multiplied by `factor` (a unit conversion).
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        let by = |number: Option<f64>| number.map(|number| number * factor);
        Self { value: by(self.value), low: by(self.low), high: by(self.high), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absence_is_not_a_number() {
        for flag in [Flag::Withheld, Flag::NotAvailable, Flag::NetExporter] {
            assert_eq!(Observation::absent(flag).value(), None);
        }
        assert_eq!(Observation::at_least(50.0).value(), None);
        assert_eq!(Observation::reported(0.0).value(), Some(0.0));
    }

    #[test]
    fn parts_must_agree_with_the_flag() {
        assert!(Observation::from_parts(Some(1.0), None, None, Flag::Withheld, false).is_err());
        assert!(Observation::from_parts(None, None, None, Flag::Reported, false).is_err());
        assert!(Observation::from_parts(Some(f64::NAN), None, None, Flag::Reported, false).is_err());
        assert!(Observation::from_parts(None, Some(3.0), Some(2.0), Flag::Range, false).is_err());
        let half = Observation::from_parts(None, None, Some(0.5), Flag::Bound, true).unwrap();
        assert_eq!(half, Observation::at_most(0.5).marked_estimated());
    }

    #[test]
    fn a_unit_conversion_scales_bounds_too() {
        assert_eq!(Observation::between(50.0, 300.0).scaled(0.001), Observation::between(0.05, 0.3));
    }
}
