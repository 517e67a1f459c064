//! Named choices of a network built from the reference figures.

use chrono::NaiveDate;
use critmin_core::CommodityId;
use serde::{Deserialize, Serialize};

/// What to build.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkOptions {
    /// Which commodities; empty = those that the scenario restricts.
    pub commodities: Vec<CommodityId>,
    /// How long \[months\], lead included.
    pub months: u32,
    /// Length of a period \[months\].
    pub period_months: u32,
    /// First day; absent = `lead_months` before the scenario's first restriction.
    pub start: Option<NaiveDate>,
    /// Months before the first restriction.
    pub lead_months: u32,
    /// Whether uses can switch to substitutes, which draw on networks of their own (indium phosphide draws indium).
    pub with_substitutes: bool,
    /// Whether regions beyond the buyers and the restricting countries want the metal too. Off is falsely rosy.
    pub rivals: bool,
    /// What unmet demand costs.
    pub penalty: Penalty,
    /// Share of every leak's capacity that enforcement takes away, in \[0, 1\].
    pub enforcement: f64,
    /// Ways round each ban, each with a share of the base flow and a premium.
    pub leaks: Vec<LeakTier>,
    /// Days of demand that `cover_regions` hold when the restriction begins.
    pub cover_days: f64,
    /// Who holds cover; empty = the buyers.
    pub cover_regions: Vec<String>,
    /// Limits of what a region takes from a bloc or country.
    pub bloc_caps: Vec<BlocCapRequest>,
    /// Candidate projects that are built, decided on the first day.
    pub projects: Vec<String>,
    /// Whose answer is asked for: a bloc, or countries.
    pub buyers: Buyers,
    /// Yearly cost of holding a stock, as a share of its price.
    pub holding_share_per_year: f64,
}

/// What unmet demand costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Penalty {
    /// The value added of the use: the first quarter of its demand at half of it, the rest whole; at least three times the
    /// price.
    #[default]
    ValueAdded,
    /// 1.5, 5 and 20 times the price for a quarter, a quarter and half of the demand, the same for every use.
    PriceSteps,
}

/// One way round a ban.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeakTier {
    /// Capacity over the flow before the ban, at least 0.
    pub share_of_base_flow: f64,
    /// Premium over the price, at least 0.
    pub premium_price_ratio: f64,
}

/// A bloc cap that is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlocCapRequest {
    /// Importing region.
    pub region: String,
    /// Bloc of the buyers, or a region outside it (each is a bloc of its own).
    pub bloc: String,
    /// Largest share of the region's demand, in \[0, 1\].
    pub share: f64,
}

/// Whose answer is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Buyers {
    /// Members of a bloc on the first day.
    Bloc(String),
    /// These regions.
    Regions(Vec<String>),
}

impl Default for NetworkOptions {
    fn default() -> Self {
        Self {
            commodities: Vec::new(),
            months: 24,
            period_months: 1,
            start: None,
            lead_months: 3,
            with_substitutes: true,
            rivals: true,
            penalty: Penalty::default(),
            enforcement: 0.0,
            leaks: vec![
                LeakTier { share_of_base_flow: 0.1, premium_price_ratio: 0.25 },
                LeakTier { share_of_base_flow: 0.15, premium_price_ratio: 1.0 },
            ],
            cover_days: 0.0,
            cover_regions: Vec::new(),
            bloc_caps: Vec::new(),
            projects: Vec::new(),
            buyers: Buyers::Bloc("quad".to_owned()),
            holding_share_per_year: 0.1,
        }
    }
}
