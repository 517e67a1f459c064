//! What can be wrong with a scenario, its inputs or its market.

use std::fmt;

use critmin_core::{CommodityId, Stage};
use thiserror::Error;

use crate::{ParameterFault, ScenarioProblem};

/// Errors of scenarios and markets.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The text is not a scenario in this format.
    #[error("the scenario is not valid {format}: {}", reason.trim())]
    Syntax {
        /// `TOML` or `JSON`.
        format: &'static str,
        /// What the parser says, with line and column.
        reason: String,
    },
    /// The scenario contradicts itself or the registers; every problem is listed.
    #[error("scenario `{scenario}` has {} problem(s):{}", problems.len(), bullets(problems))]
    InvalidScenario {
        /// Id of the scenario.
        scenario: String,
        /// All problems found.
        problems: Vec<ScenarioProblem>,
    },
    /// Figures that the market needs are not there; every one is listed.
    #[error("the market of `{commodity}` cannot be assembled, {} input(s) missing:{}", missing.len(), bullets(missing))]
    MissingInputs {
        /// The commodity.
        commodity: CommodityId,
        /// All missing inputs.
        missing: Vec<MissingInput>,
    },
    /// The world table has several candidates and nothing says which is meant.
    #[error(
        "`{commodity}` has several {what}: {}; name one in `data/curated/market_recipes.csv` or in the scenario's `stages`",
        listed(candidates)
    )]
    Ambiguous {
        /// The commodity.
        commodity: CommodityId,
        /// What is ambiguous: `stages`, `production forms`.
        what: &'static str,
        /// The candidates, in order.
        candidates: Vec<String>,
    },
    /// A stage for which no table and no parameter gives production.
    #[error("`{commodity}` has no production figures at stage `{stage}`{}", known_stages(known))]
    NoDataAtStage {
        /// The commodity.
        commodity: CommodityId,
        /// The stage asked for.
        stage: Stage,
        /// Stages with figures.
        known: Vec<Stage>,
    },
    /// A price unit that cannot become USD per tonne.
    #[error(
        "price unit `{found}` is not a price per mass: expected one of {expected}; or give the parameter `price_usd_per_t`"
    )]
    UnknownPriceUnit {
        /// The publisher's unit.
        found: String,
        /// Units that are understood.
        expected: &'static str,
    },
    /// Something is wrong with an input-output table, or a code is not in it.
    #[error(transparent)]
    Table(#[from] critmin_core::IoTableError),
    /// An optimum does not exist, or is not proven.
    #[error("the economy after the cut: {0}")]
    Solve(#[from] critmin_solve::Error),
    /// No outputs satisfy the balances after the cut.
    #[error(
        "no output satisfies the balances after the cut; commodities in conflict: {}. What is held cannot give way: pinned final demand, final demand or imports below zero (scrap, margins), and everything under `final_demand = \"fixed\"`; cut less, unpin it, or let imports rise (`import_flexibility`)",
        listed(commodities)
    )]
    InfeasibleCut {
        /// Codes of commodities with a part in the contradiction, the largest part first.
        commodities: Vec<String>,
    },
    /// A cut outside 0 to 1.
    #[error("the cut of industry `{industry}` is {found}: expected a share of its output, from 0 to 1")]
    NotACut {
        /// Which industry.
        industry: String,
        /// What was given.
        found: f64,
    },
    /// An industry that makes less than nothing.
    #[error("industry `{industry}` has an output of {found}: expected at least 0")]
    NegativeOutput {
        /// Which industry.
        industry: String,
        /// What was found.
        found: f64,
    },
    /// A bottleneck that keeps spreading.
    #[error("the strict bottleneck still spreads after {rounds} rounds: choose another rationing rule")]
    NotSettled {
        /// Rounds made.
        rounds: u64,
    },
    /// A link that cannot be what it says.
    #[error("the link of `{commodity}` to industry `{industry}`: {reason}")]
    FaultyLink {
        /// The commodity.
        commodity: CommodityId,
        /// The industry.
        industry: String,
        /// Which rule is broken.
        reason: String,
    },
    /// No market of the scenario reaches any industry.
    #[error("no market of the scenario reaches an industry:{}", bullets(markets))]
    NoLinks {
        /// Each market, and why not.
        markets: Vec<String>,
    },
    /// The caller asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// The coefficients of the table leave no surplus.
    #[error(
        "the series of inputs does not converge: the spectral radius of the table is 1 or more, so that it makes no surplus; look for an industry whose inputs exceed its output"
    )]
    SeriesDiverges,
    /// Nothing is demanded, so there is no market.
    #[error(
        "the market of `{commodity}` has no base demand: production outside the restriction and restricted exports are both zero"
    )]
    NoBaseDemand {
        /// The commodity.
        commodity: CommodityId,
    },
    /// The restriction removes the last tonne, and demand never becomes zero.
    #[error(
        "no supply of `{commodity}` is left and isoelastic demand never reaches zero, so no price clears the market: use `demand_form` `linear` or `choke_price`"
    )]
    NoSupplyLeft {
        /// The commodity.
        commodity: CommodityId,
    },
    /// Demand or supply is so stiff that no finite price clears the market.
    #[error(
        "no finite price clears the market of `{commodity}` with demand elasticity {demand_elasticity}: it must lie further below 0, or use `demand_form` `linear` or `choke_price`"
    )]
    UnboundedPrice {
        /// The commodity.
        commodity: CommodityId,
        /// Price elasticity of demand, with its sign.
        demand_elasticity: f64,
    },
    /// An elasticity of the wrong sign, infinite or NaN.
    #[error("`{name}` is {found}: expected {expected}")]
    NotAnElasticity {
        /// Name of the elasticity.
        name: &'static str,
        /// What was given.
        found: f64,
        /// Which values are allowed.
        expected: &'static str,
    },
    /// Tonnes that are negative, infinite or NaN.
    #[error("{what} of `{who}` is {found} t: expected a finite mass that is not negative{hint}")]
    NotATonnage {
        /// Production, capacity or net exports.
        what: &'static str,
        /// Country, or `other countries`.
        who: String,
        /// What was given.
        found: f64,
        /// What else might be meant.
        hint: &'static str,
    },
    /// A parameter of the table that cannot be what its name says; those of a scenario are a [`ScenarioProblem`].
    #[error("parameter `{parameter}` of `{commodity}`{}: {fault}", of_country(country.as_deref()))]
    FaultyParameter {
        /// The commodity of the market.
        commodity: CommodityId,
        /// Name of the parameter.
        parameter: String,
        /// Whose, when it differs by country.
        country: Option<String>,
        /// What is wrong with it.
        fault: ParameterFault,
    },
    /// More is produced than can be.
    #[error(
        "capacity of `{who}` is {capacity_t} t, below its production of {production_t} t: expected at least the production"
    )]
    CapacityBelowProduction {
        /// Country, or `other countries`.
        who: String,
        /// Capacity \[t/yr\].
        capacity_t: f64,
        /// Production \[t/yr\].
        production_t: f64,
    },
    /// A restriction level outside 0 to 1.
    #[error(
        "restriction level is {found}: expected a fraction from 0 (none) to 1 (ban); per cent must be divided by 100"
    )]
    NotARestrictionLevel {
        /// What was given.
        found: f64,
    },
    /// An option outside its range.
    #[error("option `{name}` is {found}: expected {expected}")]
    OptionOutOfRange {
        /// Name of the option.
        name: &'static str,
        /// What was given.
        found: f64,
        /// Which values are allowed.
        expected: &'static str,
    },
    /// A date beyond the calendar.
    #[error("twelve months from `{start}` is beyond the calendar: choose a start before the year 262000")]
    DateOverflow {
        /// The start of the scenario.
        start: String,
    },
    /// An error of the core nouns.
    #[error(transparent)]
    Core(#[from] critmin_core::Error),
}

/// One figure that is not there, and how to bring it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct MissingInput {
    /// Name of the input: `net_exports_t`.
    pub name: String,
    /// Whose figure, when it differs by country.
    pub country: Option<String>,
    /// What was looked for, and how to supply it.
    pub how: String,
}

impl fmt::Display for MissingInput {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}`", self.name)?;
        if let Some(country) = &self.country {
            write!(formatter, " of `{country}`")?;
        }
        write!(formatter, ": {}", self.how)
    }
}

fn of_country(country: Option<&str>) -> String {
    country.map_or_else(String::new, |country| format!(" for `{country}`"))
}

fn bullets<T: fmt::Display>(items: &[T]) -> String {
    items.iter().fold(String::new(), |list, item| format!("{list}\n  - {item}"))
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn known_stages(known: &[Stage]) -> String {
    if known.is_empty() {
        return "; no other stage has any either: supply `production_t` by country as a parameter".to_owned();
    }
    let names: Vec<String> = known.iter().map(ToString::to_string).collect();
    format!("; there are figures for {}; or supply `production_t` by country as a parameter", listed(&names))
}
