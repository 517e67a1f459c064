//! A number of which only the rounded form is known.

use std::ops::{Add, Neg, Sub};

use serde::{Deserialize, Serialize};

/// A closed interval `[low, high]` with the central value that plain arithmetic gives; `low <= value <= high`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// The figure without regard to rounding.
    pub value: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// A number without rounding.
    pub fn exact(value: f64) -> Self {
        Self { low: value, value, high: value }
    }

    /// The interval multiplied by `factor`, which must not be negative.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self { low: self.low * factor, value: self.value * factor, high: self.high * factor }
    }

    /// Lower and upper end.
    pub fn ends(self) -> [f64; 2] {
        [self.low, self.high]
    }
}

impl Add for Interval {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { low: self.low + other.low, value: self.value + other.value, high: self.high + other.high }
    }
}

impl Neg for Interval {
    type Output = Self;
    fn neg(self) -> Self {
        Self { low: -self.high, value: -self.value, high: -self.low }
    }
}

impl Sub for Interval {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}
