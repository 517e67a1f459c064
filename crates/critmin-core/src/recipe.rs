//! Which rows of the statistics describe a commodity's market: the selection is data, not a guess in code.

use serde::{Deserialize, Serialize};

use crate::{CommodityId, Stage, Year};

/// The rows that describe one commodity's market at one stage. Texts are the publisher's own words, exactly; several rows of the
/// publisher that are to be added are joined by `|`. An absent entry means that the tables print nothing usable, and
/// that a parameter has to supply the number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarketRecipe {
    /// The commodity; its first row is the stage taken when a scenario names none.
    pub commodity: CommodityId,
    /// Step of the chain at which the market is formed.
    pub stage: Stage,
    /// Base year; the scenario's wins.
    pub year: Year,
    /// Form of the production rows.
    pub production_form: Option<String>,
    /// Form of the capacity rows.
    pub capacity_form: Option<String>,
    /// U.S. consumption.
    pub consumption_detail: Option<String>,
    /// U.S. stocks, added up.
    pub stocks_detail: Option<String>,
    /// U.S. price.
    pub price_detail: Option<String>,
    /// Share of the priced substance that counts as the commodity (tungsten in tungsten trioxide); 1 when absent.
    pub price_content_share: Option<f64>,
    /// U.S. imports, added up.
    pub imports_detail: Option<String>,
    /// U.S. production that serves the same market, added up; absent when none is counted.
    pub domestic_production_detail: Option<String>,
    /// Table of U.S. import sources.
    pub import_source_detail: Option<String>,
    /// Why this stage and these rows.
    pub note: String,
}

impl MarketRecipe {
    /// The rows that an entry joins by `|`, in order; empty for an absent entry.
    ///
    /// ```
    /// use critmin_core::MarketRecipe;
    ///
    /// let joined = Some("Stocks: Industry | Stocks: Government".to_owned());
    /// assert_eq!(MarketRecipe::details(joined.as_ref()), ["Stocks: Industry", "Stocks: Government"]);
    /// ```
    pub fn details(joined: Option<&String>) -> Vec<String> {
        let parts = joined.map_or("", String::as_str).split('|');
        parts.map(str::trim).filter(|detail| !detail.is_empty()).map(str::to_owned).collect()
    }
}
