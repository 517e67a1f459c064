//! The step of the chain at which a commodity is produced or traded.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Error, nearest};

/// A step of the supply chain, from ore to product, and back as scrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Stage {
    /// Extraction: ore and concentrate (USGS "mine", EU stage E).
    Mine,
    /// Smelting, part of the EU stage P.
    Smelter,
    /// Primary metal or refined product, part of the EU stage P.
    Refinery,
    /// Oxides, carbonates and other intermediates.
    Compound,
    /// Magnets, wafers, cells.
    Component,
    /// End-use goods.
    Product,
    /// Secondary material.
    Scrap,
}

impl Stage {
    /// Every stage, in the order of the chain.
    pub const ALL: [Self; 7] =
        [Self::Mine, Self::Smelter, Self::Refinery, Self::Compound, Self::Component, Self::Product, Self::Scrap];

    /// The value that stands in the `stage` column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Smelter => "smelter",
            Self::Refinery => "refinery",
            Self::Compound => "compound",
            Self::Component => "component",
            Self::Product => "product",
            Self::Scrap => "scrap",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Stage {
    type Err = Error;
    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == name).ok_or_else(|| Error::Unknown {
            kind: "stage",
            found: name.to_owned(),
            nearest: nearest(name, Self::ALL.map(Self::as_str)),
        })
    }
}

impl TryFrom<String> for Stage {
    type Error = Error;
    fn try_from(name: String) -> Result<Self, Error> {
        name.parse()
    }
}

impl From<Stage> for &'static str {
    fn from(stage: Stage) -> Self {
        stage.as_str()
    }
}
