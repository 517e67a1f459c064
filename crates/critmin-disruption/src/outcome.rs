//! The answer to a scenario: tidy tables, with the record of where they came from.

use critmin_core::{CommodityId, CountryId, Stage, Tonnes, Year};
use serde::{Deserialize, Serialize};

use crate::{CurvePoint, DemandForm, InputUsed, MissingInput, Period, StockCover, SupplyForm, TimelineRow, Warning};

/// Everything that a run returns. Every list is a table whose columns carry their unit in the name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScenarioOutcome {
    /// Id of the scenario.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// Hash of its content.
    pub fingerprint: String,
    /// Version of critmin.
    pub version: String,
    /// The assessed twelve months.
    pub period: Period,
    /// One row per commodity, stage and scope, the unsolved included.
    pub markets: Vec<MarketOutcome>,
    /// One row per market and supplier.
    pub producers: Vec<ProducerRow>,
    /// One row per market and consumer.
    pub consumers: Vec<ConsumerOutcome>,
    /// One row per market and restriction level.
    pub curve: Vec<CurveRow>,
    /// One row per consumer with stocks and month.
    pub timeline: Vec<TimelineRow>,
    /// The same restriction under every demand and supply form.
    pub forms: Vec<FormRow>,
    /// Every figure used.
    pub inputs: Vec<InputUsed>,
    /// What to know.
    pub warnings: Vec<Warning>,
}

/// What became of one market.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarketStatus {
    /// An equilibrium was found.
    Solved,
    /// Figures are missing; `missing` lists them.
    MissingInputs,
    /// No finite price clears the market under the chosen forms.
    NoEquilibrium,
    /// The figures contradict each other, or several tables could be meant; `message` says how to mend it.
    Failed,
}

/// One market before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MarketOutcome {
    /// Which market.
    #[serde(flatten)]
    pub key: MarketKey,
    /// What became of it.
    pub status: MarketStatus,
    /// Why it was not solved.
    pub message: Option<String>,
    /// Figures that are missing.
    pub missing: Vec<MissingInput>,
    /// The numbers, when solved.
    pub result: Option<MarketResult>,
}

/// Identity of a market within a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MarketKey {
    /// The commodity.
    pub commodity: CommodityId,
    /// Step of the chain; absent when it could not be decided.
    pub stage: Option<Stage>,
    /// `global` or `bilateral`.
    pub scope: String,
    /// The country that is cut off, for a bilateral market.
    pub destination: Option<CountryId>,
}

/// The numbers of a solved market; lows and highs run over the intervals of the inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MarketResult {
    /// What is counted, in the publisher's words.
    pub form: String,
    /// Base year.
    pub year: Year,
    /// Share of all restricted exports withheld over the assessed year, after timing.
    pub restriction_level: f64,
    /// Price over base price.
    pub price_ratio: f64,
    /// Its smallest value; absent when no corner clears.
    pub price_ratio_low: Option<f64>,
    /// Its largest value; absent when unbounded.
    pub price_ratio_high: Option<f64>,
    /// Price ratio that the form of demand never passes; absent when nothing bounds it.
    #[serde(default)]
    pub price_ratio_bound: Option<f64>,
    /// Price of the base year \[USD/t\].
    pub base_price_usd_per_t: Option<f64>,
    /// Price after \[USD/t\].
    pub price_usd_per_t: Option<f64>,
    /// Demand of the base year \[t/yr\].
    pub base_demand_t: f64,
    /// Quantity after \[t/yr\].
    pub quantity_t: f64,
    /// Quantity over base demand.
    pub quantity_ratio: f64,
    /// Base demand less quantity \[t/yr\].
    pub shortfall_t: f64,
    /// Shortfall over base demand.
    pub shortfall_share: f64,
    /// Its smallest value.
    pub shortfall_share_low: Option<f64>,
    /// Its largest value.
    pub shortfall_share_high: Option<f64>,
    /// Share of demand at the choke price that is not served.
    pub unserved_share: f64,
    /// What the restricting countries still deliver \[t/yr\].
    pub restricted_supply_t: f64,
    /// What they no longer deliver \[t/yr\].
    pub lost_supply_t: f64,
    /// Steps of the root search.
    pub iterations: u32,
    /// Supply less served demand, over base demand.
    pub residual: f64,
}

/// One supplier before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProducerRow {
    /// Which market.
    #[serde(flatten)]
    pub key: MarketKey,
    /// The supplier; absent for the remainder.
    pub country: Option<CountryId>,
    /// Whether it restricts its exports.
    pub is_restricting: bool,
    /// Supply before \[t/yr\].
    pub base_t: f64,
    /// Supply after \[t/yr\].
    pub post_t: f64,
    /// Most that it can supply within the year \[t/yr\]; absent when uncapped, and for a restricting country.
    pub capacity_t: Option<f64>,
    /// Whether it has reached that.
    pub is_at_capacity: bool,
}

/// Who is short of what, and for how long stocks last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConsumerOutcome {
    /// Which market.
    #[serde(flatten)]
    pub key: MarketKey,
    /// The consumer.
    pub country: CountryId,
    /// Consumption before \[t/yr\].
    pub consumption_t: Option<Tonnes>,
    /// Shortfall over consumption: that of the market, the same for every user.
    pub shortfall_share: f64,
    /// Shortfall \[t/yr\].
    pub shortfall_t: Option<Tonnes>,
    /// Its smallest value \[t/yr\].
    pub shortfall_t_low: Option<Tonnes>,
    /// Its largest value \[t/yr\].
    pub shortfall_t_high: Option<Tonnes>,
    /// Opening stock \[t\].
    pub stock_t: Option<Tonnes>,
    /// How long it lasts.
    #[serde(flatten)]
    pub cover: StockCover,
}

/// A point of the curve with its market.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurveRow {
    /// Which market.
    #[serde(flatten)]
    pub key: MarketKey,
    /// The point.
    #[serde(flatten)]
    pub point: CurvePoint,
}

/// One market under one pair of forms: the sensitivity to the most contested choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormRow {
    /// Which market.
    #[serde(flatten)]
    pub key: MarketKey,
    /// Demand form.
    pub demand_form: DemandForm,
    /// Supply form.
    pub supply_form: SupplyForm,
    /// Whether it is the pair that the scenario chose.
    pub is_chosen: bool,
    /// Price over base price; absent when no finite price clears the market.
    pub price_ratio: Option<f64>,
    /// Shortfall over base demand.
    pub shortfall_share: Option<f64>,
}
