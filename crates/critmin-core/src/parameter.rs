//! Elasticities and other model parameters: a value, its interval, its source and its grade.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{CommodityId, CountryId};

/// How well a parameter is supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Printed by the study or the statistical office that it is attributed to.
    Published,
    /// Taken from the research literature, or secondhand from a report that we have not read.
    Literature,
    /// Chosen by us; the note says why.
    Assumption,
}

impl fmt::Display for Grade {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Published => "published",
            Self::Literature => "literature",
            Self::Assumption => "assumption",
        })
    }
}

/// One parameter of one commodity (and country, where it differs by country).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// The commodity; absent for a default that holds for all.
    pub commodity: Option<CommodityId>,
    /// Name from the glossary, with its unit where it has one: `price_elasticity_of_demand_short`, `capacity_t`.
    pub parameter: String,
    /// The country, where the parameter differs by country.
    pub country: Option<CountryId>,
    /// Central value.
    pub value: f64,
    /// Lower end of the interval, where one is known.
    pub low: Option<f64>,
    /// Upper end of the interval, where one is known.
    pub high: Option<f64>,
    /// Unit; `1` for a pure number.
    pub unit: String,
    /// How well it is supported.
    pub grade: Grade,
    /// Report, table and page, or the reasoning.
    pub source: String,
    /// Caveats.
    pub note: String,
}

/// Every parameter, asked by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ParameterTable {
    /// The rows; for equal keys the last one holds, so that a user's rows override ours.
    pub rows: Vec<Parameter>,
}

impl ParameterTable {
    /// The parameter of `commodity` (and `country`, for one that differs by country),
    /// or the default for all commodities; `None` when neither exists.
    pub fn get(&self, commodity: &CommodityId, parameter: &str, country: Option<&CountryId>) -> Option<&Parameter> {
        let matches = |row: &&Parameter, wanted: Option<&CommodityId>| {
            row.parameter == parameter && row.commodity.as_ref() == wanted && row.country.as_ref() == country
        };
        let own = self.rows.iter().rev().find(|row| matches(row, Some(commodity)));
        own.or_else(|| self.rows.iter().rev().find(|row| matches(row, None)))
    }

    /// Every country-specific row of `parameter` for `commodity`, in table order.
    pub fn by_country<'a>(
        &'a self,
        commodity: &'a CommodityId,
        parameter: &'a str,
    ) -> impl Iterator<Item = (&'a CountryId, &'a Parameter)> {
        let is_wanted = move |row: &&Parameter| row.commodity.as_ref() == Some(commodity) && row.parameter == parameter;
        self.rows.iter().filter(is_wanted).filter_map(|row| row.country.as_ref().map(|country| (country, row)))
    }
}
