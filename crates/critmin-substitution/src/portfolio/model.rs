//! The nouns of a portfolio: candidate projects, materials, scenarios and the limits of the lender.
//!
//! Masses are tonnes of contained metal per window, money is million USD (project and budget) or USD per tonne (prices).

use critmin_core::CountryId;
use serde::{Deserialize, Serialize};

use crate::network::Series;
use crate::portfolio::{EligibilityRule, LoanTerms};

/// What a lender may finance, for which materials, against which futures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Portfolio {
    /// One line for people.
    pub title: String,
    /// The spans of time in which supply is counted, in order.
    pub windows: Vec<Window>,
    /// What is needed.
    pub materials: Vec<Material>,
    /// What could be built.
    pub projects: Vec<Project>,
    /// What may happen; probabilities sum to 1.
    pub scenarios: Vec<Future>,
    /// Most that loans (as grant equivalents) and stocks may cost \[million USD\].
    pub budget_million_usd: f64,
    /// Most that may be lent \[million USD\]; absent = no limit.
    #[serde(default)]
    pub lending_cap_million_usd: Option<f64>,
    /// Largest share of the lending cap in one country, in (0, 1\]; absent = no limit. It needs a lending cap.
    #[serde(default)]
    pub concentration_share: Option<f64>,
    /// Weight of the tail against the mean \[λ\], in \[0, 1\]: 0 = risk neutral.
    #[serde(default)]
    pub risk_weight: f64,
    /// Where the tail begins \[α\], in (0, 1): 0.9 = the worst tenth.
    #[serde(default = "tail")]
    pub tail: f64,
    /// Who may be financed; absent = everyone.
    #[serde(default)]
    pub rule: Option<EligibilityRule>,
}

/// A span of time after the decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Its name.
    pub id: String,
    /// Years from the decision to the middle of the window; a project counts when it is built before.
    pub year: f64,
    /// Length \[years\]; tonnes of the model are per window.
    #[serde(default = "one")]
    pub years: f64,
}

/// What is needed of one material, and what the world sends without any project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// Its id: `gallium`.
    pub id: String,
    /// Demand of the buyers per window \[t\].
    pub demand_t: Series,
    /// Supply that reaches the buyers without projects.
    #[serde(default)]
    pub supplies: Vec<BaseSupply>,
    /// Refined metal out over mined metal in, in (0, 1\].
    #[serde(default = "one")]
    pub refine_yield: f64,
    /// What unmet demand costs, the cheapest step first.
    pub unmet_steps: Vec<UnmetTonnes>,
    /// What can be replaced per window, and at which cost; absent = nothing.
    #[serde(default)]
    pub substitution: Option<SubstitutionLimit>,
    /// The stock that may be bought; absent = none.
    #[serde(default)]
    pub stock: Option<StockOffer>,
    /// Price of the metal before any scenario \[USD/t\]; needed where scenarios move it.
    #[serde(default)]
    pub price_usd_per_t: Option<f64>,
    /// Price that the public sector guarantees to projects \[USD/t\]; absent = none.
    #[serde(default)]
    pub price_floor_usd_per_t: Option<f64>,
    /// Whose demand it is; shares sum to 1. Empty = one buyer.
    #[serde(default)]
    pub buyers: Vec<Buyer>,
}

/// Supply of one stage from one source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseSupply {
    /// Who: a country, a bloc or `other`; scenarios name it.
    pub source: String,
    /// At which stage.
    pub stage: SupplyStage,
    /// How much per window \[t\].
    pub supply_t: Series,
}

/// Which stage supply, projects and scenarios speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupplyStage {
    /// Mined metal: feed that a refinery must still treat.
    Mine,
    /// Refined metal from mined feed.
    Refinery,
    /// Metal from scrap: it needs no mined feed.
    Recycling,
    /// A form that is used as it is mined: nothing refines it.
    Direct,
    /// A stock that can be drawn once.
    Stockpile,
}

/// One step of the cost of unmet demand.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnmetTonnes {
    /// How much per window \[t\].
    pub width_t: f64,
    /// What a tonne that is not there costs \[USD/t\].
    pub penalty_usd_per_t: f64,
}

/// What substitutes can do.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubstitutionLimit {
    /// Most per window \[t of the metal replaced\].
    pub max_t: f64,
    /// Cost \[USD/t replaced\].
    pub cost_usd_per_t: f64,
}

/// A stock that may be bought with the budget.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockOffer {
    /// What a tonne costs, storage included \[USD/t\].
    pub price_usd_per_t: f64,
    /// Most that may be bought \[t\].
    pub max_t: f64,
}

/// A part of the demand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Buyer {
    /// Country or region.
    pub region: String,
    /// Its bloc.
    pub bloc: String,
    /// Share of the material's demand, in \[0, 1\].
    pub share: f64,
}

/// A candidate project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// Its id, unique.
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// What it makes.
    pub material: String,
    /// At which stage.
    pub stage: SupplyStage,
    /// Where; ISO 3166-1 alpha-3.
    pub country: CountryId,
    /// Who owns it.
    #[serde(default)]
    pub owner_countries: Vec<CountryId>,
    /// Output per window, or tonnes of a stockpile \[t\].
    pub capacity_t: f64,
    /// Part of the output that is contracted to the buyers, in \[0, 1\].
    pub offtake_share: f64,
    /// Capital cost \[million USD\].
    pub capex_million_usd: f64,
    /// Cost of a tonne of output \[USD/t\].
    #[serde(default)]
    pub operating_cost_usd_per_t: f64,
    /// Years from the decision to the first output.
    pub build_years: f64,
    /// The loan it asks for; absent = the terms of the rule.
    #[serde(default)]
    pub loan: Option<LoanTerms>,
    /// Share of its customers in the country that the rule excludes; absent = not known.
    #[serde(default)]
    pub excluded_customers_share: Option<f64>,
    /// Whether it relies on technology of an excluded country; absent = not known.
    #[serde(default)]
    pub uses_excluded_technology: Option<bool>,
    /// Stated by the user: `false` bars it whatever the rule says.
    #[serde(default = "yes")]
    pub is_admitted: bool,
}

/// What may happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Future {
    /// Its id.
    pub id: String,
    /// How likely, in \[0, 1\].
    pub probability: f64,
    /// Share of base supplies that still reaches the buyers; what is not named stays whole.
    #[serde(default)]
    pub availability: Vec<Availability>,
    /// Share of a project's output that is there (a delay, an accident); what is not named stays whole.
    #[serde(default)]
    pub projects: Vec<ProjectFactor>,
    /// Price over the price before, by material; what is not named stays 1.
    #[serde(default)]
    pub prices: Vec<PriceRatio>,
}

/// Share of a base supply that reaches the buyers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Availability {
    /// Which material; absent = all.
    #[serde(default)]
    pub material: Option<String>,
    /// Whose supply.
    pub source: String,
    /// At which stage; absent = all.
    #[serde(default)]
    pub stage: Option<SupplyStage>,
    /// Share by window, at least 0.
    pub share: Series,
}

/// Share of a project's output that is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectFactor {
    /// Which project.
    pub project: String,
    /// Share by window, at least 0.
    pub share: Series,
}

/// A price in a scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceRatio {
    /// Which material.
    pub material: String,
    /// Price over the price before, by window, at least 0.
    pub ratio: Series,
}

fn one() -> f64 {
    1.0
}

fn tail() -> f64 {
    0.9
}

fn yes() -> bool {
    true
}
