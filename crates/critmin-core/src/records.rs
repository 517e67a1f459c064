//! Rows of production and of U.S. salient statistics, as validated at the door.

use serde::{Deserialize, Serialize};

use crate::{CommodityId, CountryId, Error, Observation, SourceId, Stage, Year};

/// To what area a world-table row belongs. Only [`Area::Country`] may enter a sum of countries.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Area {
    /// One economy.
    Country {
        /// Its id.
        country: CountryId,
    },
    /// The publisher's rounded total.
    WorldTotal,
    /// The publisher's remainder.
    OtherCountries,
    /// Several named countries printed as one row.
    CountryGroup {
        /// As printed.
        name: String,
    },
}

impl Area {
    /// The country, when the area is one.
    pub fn country(&self) -> Option<&CountryId> {
        match self {
            Self::Country { country } => Some(country),
            _ => None,
        }
    }

    /// The value that stands in the `area_kind` column.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Country { .. } => "country",
            Self::WorldTotal => "world_total",
            Self::OtherCountries => "other_countries",
            Self::CountryGroup { .. } => "country_group",
        }
    }
}

/// What a world-table row measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductionStatistic {
    /// Output of the year.
    Production,
    /// Yearly production capacity.
    Capacity,
    /// Reserves: economically extractable now. More = safer.
    Reserves,
}

impl ProductionStatistic {
    /// The value that stands in the `statistic` column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Capacity => "capacity",
            Self::Reserves => "reserves",
        }
    }
}

/// One figure of a world table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProductionRecord {
    /// The commodity.
    pub commodity: CommodityId,
    /// The publisher's words for what is counted ("Primary, low-purity"); part of the key.
    pub form: String,
    /// Step of the chain.
    pub stage: Stage,
    /// Production, capacity or reserves.
    pub statistic: ProductionStatistic,
    /// Country or aggregate.
    pub area: Area,
    /// The year of the quantity.
    pub year: Year,
    /// The figure in `unit`.
    pub published: Observation,
    /// The publisher's unit.
    pub unit: String,
    /// Tonnes per published unit; absent when the unit is not a mass (carats are, litres are not).
    pub tonnes_per_unit: Option<f64>,
    /// The edition it was read from.
    pub source_id: SourceId,
    /// The publisher's notes on this figure.
    pub note: String,
}

impl ProductionRecord {
    /// The figure in tonnes, when its unit is a mass.
    pub fn mass_t(&self) -> Option<Observation> {
        self.tonnes_per_unit.map(|factor| self.published.scaled(factor))
    }
}

/// What a row of the U.S. salient statistics measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SalientStatistic {
    /// Domestic production.
    Production,
    /// Imports for consumption.
    Imports,
    /// Exports.
    Exports,
    /// Apparent, reported or estimated consumption.
    Consumption,
    /// Stocks at the end of the year.
    Stocks,
    /// Price or unit value.
    Price,
    /// Net import reliance \[per cent as printed\].
    NetImportReliance,
    /// Employment.
    Employment,
    /// Shipments, sales and other disposals.
    Shipments,
}

impl SalientStatistic {
    /// Every statistic.
    pub const ALL: [Self; 9] = [
        Self::Production,
        Self::Imports,
        Self::Exports,
        Self::Consumption,
        Self::Stocks,
        Self::Price,
        Self::NetImportReliance,
        Self::Employment,
        Self::Shipments,
    ];

    /// The value that stands in the `statistic` column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Imports => "imports",
            Self::Exports => "exports",
            Self::Consumption => "consumption",
            Self::Stocks => "stocks",
            Self::Price => "price",
            Self::NetImportReliance => "net_import_reliance",
            Self::Employment => "employment",
            Self::Shipments => "shipments",
        }
    }
}

impl std::str::FromStr for SalientStatistic {
    type Err = Error;
    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|statistic| statistic.as_str() == name).ok_or_else(|| Error::Unknown {
            kind: "statistic",
            found: name.to_owned(),
            nearest: crate::nearest(name, Self::ALL.map(Self::as_str)),
        })
    }
}

/// One figure of the U.S. salient statistics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SalientRecord {
    /// The publisher's chapter: forms of one mineral share it.
    pub chapter: String,
    /// The commodity.
    pub commodity: CommodityId,
    /// The publisher's name of the commodity: several names may mean one commodity.
    pub published_commodity: String,
    /// What is measured.
    pub statistic: SalientStatistic,
    /// The publisher's own word for the statistic (`Shipment`, `Sold or used`); part of the key.
    pub published_statistic: String,
    /// What is counted: the publisher's words, headed by the table where one chapter prints two with the same
    /// rows (mica); part of the key.
    pub detail: String,
    /// The publisher's words alone.
    pub published_detail: String,
    /// Tells apart the rows of a year with the same published keys: 1 for the first in the publisher's order.
    pub occurrence: u32,
    /// The year of the quantity.
    pub year: Year,
    /// The figure as printed, without surrounding blanks (`1,294`, `W`, `>50`).
    pub printed: String,
    /// The figure in `unit`.
    pub published: Observation,
    /// The publisher's unit.
    pub unit: String,
    /// Tonnes per published unit; absent when the unit is not a mass.
    pub tonnes_per_unit: Option<f64>,
    /// The edition it was read from.
    pub source_id: SourceId,
    /// The publisher's notes on this figure.
    pub note: String,
}

impl SalientRecord {
    /// The figure in tonnes, when its unit is a mass.
    pub fn mass_t(&self) -> Option<Observation> {
        self.tonnes_per_unit.map(|factor| self.published.scaled(factor))
    }
}

/// One supplier's share of U.S. imports of a commodity over several years.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportSource {
    /// The commodity.
    pub commodity: CommodityId,
    /// The publisher's words for the form ("Germanium metal", "Combined total").
    pub detail: String,
    /// Country or aggregate.
    pub area: Area,
    /// First year of the average.
    pub year_from: Year,
    /// Last year of the average.
    pub year_to: Year,
    /// Share of imports as a fraction (printed in per cent).
    pub share: Observation,
    /// The edition it was read from.
    pub source_id: SourceId,
    /// The publisher's notes on this figure.
    pub note: String,
}
