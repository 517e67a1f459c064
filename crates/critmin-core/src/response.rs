//! What can be done: uses and their substitutes, the steps of making a commodity, regional supply and demand, and
//! projects that could be financed.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{CommodityId, CountryId, Grade, Stage};

/// One use of a commodity with its share and what it adds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EndUse {
    /// Commodity id.
    pub commodity: CommodityId,
    /// Lower-case words; the uses of a commodity sum to 1.
    #[serde(rename = "use")]
    pub use_id: String,
    /// Form of process_steps that the use takes; absent = the last one.
    pub form: Option<String>,
    /// Share of the use of the commodity, 0 to 1.
    pub use_share: f64,
    /// Lower end of the share.
    pub low: Option<f64>,
    /// Upper end of the share.
    pub high: Option<f64>,
    /// Value added at risk per tonne of the commodity, USD; chosen by us.
    pub value_added_usd_per_t: f64,
    /// Lower end, USD/t.
    pub value_added_low: Option<f64>,
    /// Upper end, USD/t.
    pub value_added_high: Option<f64>,
    /// Of the share: published, literature or assumption.
    pub grade: Grade,
    /// Report, table and page, or `chosen by us`.
    pub source: String,
    /// Reasoning and caveats.
    pub note: String,
}

/// What can replace a commodity in a use, how much of it by when, and at which price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubstituteOption {
    /// Commodity id.
    pub commodity: CommodityId,
    /// Use of the table end_uses.
    #[serde(rename = "use")]
    pub use_id: String,
    /// Replacing material or technology; `design-change` where none replaces it.
    pub substitute: String,
    /// Commodity whose supply it draws on; absent = abundant, or none of ours.
    pub substitute_commodity: Option<CommodityId>,
    /// Part of the use that can have switched after 3 months, 0 to 1.
    pub feasible_share_3_months: f64,
    /// The same after 12 months.
    pub feasible_share_12_months: f64,
    /// The same after 36 months.
    pub feasible_share_36_months: f64,
    /// T of the substitute per t replaced.
    pub mass_ratio: f64,
    /// Lower end.
    pub mass_ratio_low: Option<f64>,
    /// Upper end.
    pub mass_ratio_high: Option<f64>,
    /// Unit cost of the substituted part over the original.
    pub cost_ratio: f64,
    /// Lower end.
    pub cost_ratio_low: Option<f64>,
    /// Upper end.
    pub cost_ratio_high: Option<f64>,
    /// Performance over the original, 1 = equal.
    pub performance_ratio: f64,
    /// Lower end.
    pub performance_ratio_low: Option<f64>,
    /// Upper end.
    pub performance_ratio_high: Option<f64>,
    /// Whether it is in commercial use today.
    pub is_proven: bool,
    /// Published, literature or assumption.
    pub grade: Grade,
    /// Report, table and page, or `chosen by us`.
    pub source: String,
    /// Reasoning and caveats.
    pub note: String,
}

/// One step of making a commodity, in contained metal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProcessStep {
    /// Commodity id.
    pub commodity: CommodityId,
    /// Mine, extract, refine, purify, recycle, ....
    pub process: String,
    /// Place in the chain, from 1.
    pub position: i64,
    /// Form taken; absent = extraction or scrap.
    pub input_form: Option<String>,
    /// Form made.
    pub output_form: String,
    /// Stage of the world tables.
    pub stage: Stage,
    /// Contained out over contained in; absent for an extraction.
    pub recovery: Option<f64>,
    /// Lower end.
    pub recovery_low: Option<f64>,
    /// Upper end.
    pub recovery_high: Option<f64>,
    /// Operating cost per t of contained output, USD.
    pub cost_usd_per_t: f64,
    /// Lower end.
    pub cost_low: Option<f64>,
    /// Upper end.
    pub cost_high: Option<f64>,
    /// Freight and insurance of the output form, USD per t contained.
    pub freight_usd_per_t: f64,
    /// Host of a by-product.
    pub host_commodity: Option<CommodityId>,
    /// T that can be won per t of the host's output.
    pub host_ratio: Option<f64>,
    /// Lower end.
    pub host_ratio_low: Option<f64>,
    /// Upper end.
    pub host_ratio_high: Option<f64>,
    /// Share of its capacity that a process can add per month; absent = no limit.
    pub ramp_share_per_month: Option<f64>,
    /// Published, literature or assumption.
    pub grade: Grade,
    /// Report, table and page, or `chosen by us`.
    pub source: String,
    /// Reasoning and caveats.
    pub note: String,
}

/// Capacity and output of a step in a country, where the world tables do not give it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegionalSupply {
    /// Commodity id.
    pub commodity: CommodityId,
    /// Process of process_steps.
    pub process: String,
    /// Country.
    pub region: String,
    /// T contained output per year; absent = that of the world tables, or output times the capacity factor.
    pub capacity_t: Option<f64>,
    /// Base output per year; absent = that of the world tables.
    pub output_t: Option<f64>,
    /// What the host allows per year; absent = host_ratio times the host's output.
    pub by_product_limit_t: Option<f64>,
    /// First day of the capacity; absent = now.
    pub available_from: Option<NaiveDate>,
    /// Whether it is made from scrap.
    pub is_secondary: bool,
    /// Published, literature or assumption.
    pub grade: Grade,
    /// Report, table and page, or `chosen by us`.
    pub source: String,
    /// Reasoning and caveats.
    pub note: String,
}

/// What a region uses of a form; what is left of the world's output goes to the region `other`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegionalDemand {
    /// Commodity id.
    pub commodity: CommodityId,
    /// Country, or a bloc taken as one.
    pub region: String,
    /// Form of process_steps.
    pub form: String,
    /// T contained per year.
    pub demand_t: f64,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Known stock at the start; absent = not known.
    pub stock_t: Option<f64>,
    /// Published, literature or assumption.
    pub grade: Grade,
    /// Report, table and page, or `chosen by us`.
    pub source: String,
    /// Reasoning and caveats.
    pub note: String,
}

/// A project that could be financed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CandidateProject {
    /// Id.
    pub project: String,
    /// Name.
    pub name: String,
    /// Commodity id.
    pub commodity: CommodityId,
    /// Process of process_steps.
    pub process: String,
    /// Where.
    pub country: CountryId,
    /// Countries of the owners, joined by |.
    pub owner_countries: String,
    /// T contained output per year.
    pub capacity_t: f64,
    /// Capital cost, million USD.
    pub capex_million_usd: f64,
    /// Lower end.
    pub capex_low: Option<f64>,
    /// Upper end.
    pub capex_high: Option<f64>,
    /// Years from the decision to the first output.
    pub construction_years: f64,
    /// Part that can be contracted to the lender's buyers, 0 to 1.
    pub offtake_share: f64,
    /// Share of its customers in China; absent = not known.
    pub customers_in_china_share: Option<f64>,
    /// Whether it relies on Chinese technology; absent = not known.
    pub uses_chinese_technology: Option<bool>,
    /// Construction, decided, financing, expansion, study or stalled.
    pub status: String,
    /// Year.
    pub announced: i64,
    /// Of the weakest figure: published, literature or assumption.
    pub grade: Grade,
    /// Where its figures were read.
    pub source: String,
    /// What is literature and what is chosen.
    pub note: String,
}
