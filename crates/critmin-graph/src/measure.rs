//! In what a graph counts its flows.

use std::fmt;
use std::str::FromStr;

use critmin_core::nearest;
use serde::{Deserialize, Serialize};

use crate::Error;

/// The one unit of every flow, supply and capacity of a graph. Gross and contained mass never meet in one graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Tonnes of the contained element (or of the declared basis: REO, gross graphite) per year.
    ContainedMass,
    /// Tonnes of product per year.
    GrossMass,
    /// Current US dollars per year.
    Value,
    /// Shares or any other amount without a unit.
    Amount,
}

impl Measure {
    /// Every measure.
    pub const ALL: [Self; 4] = [Self::ContainedMass, Self::GrossMass, Self::Value, Self::Amount];

    /// The name of the column that holds it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ContainedMass => "contained_mass_t",
            Self::GrossMass => "mass_t",
            Self::Value => "value_usd",
            Self::Amount => "amount",
        }
    }

    /// The unit in words, for axes and messages.
    pub fn unit(self) -> &'static str {
        match self {
            Self::ContainedMass => "t contained",
            Self::GrossMass => "t gross",
            Self::Value => "USD",
            Self::Amount => "units",
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Measure {
    type Err = Error;
    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|measure| measure.as_str() == name).ok_or_else(|| Error::UnknownName {
            kind: "measure",
            found: name.to_owned(),
            nearest: nearest(name, Self::ALL.map(Self::as_str)),
        })
    }
}
