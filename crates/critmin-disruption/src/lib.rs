//! What happens if an export is restricted?
//!
//! A [`Scenario`] says who restricts exports of what, against whom, how much and when. [`assemble_market`] forms the
//! market that loses access from the figures of a dataset, [`solve`] clears it, [`sweep`] draws price and shortfall
//! against the restriction level with a band, [`stock_cover`] tells how long a consumer's stocks last, and [`run`] does
//! all of it for every commodity of a scenario.
//!
//! [`cost`] carries the shortfalls into the industries of an [`Economy`] and returns the change of gross domestic product by
//! five effects; [`choices`] does so under every named option, [`cost_draws`] over draws, [`sweep_suppliers`] for every
//! supplier of every commodity. [`IndustryModel`] answers the classic questions of an input-output table.
//!
//! A USGS-style model: an own formulation after the frame of USGS OFR 2024-1057. Every elasticity, capacity and trade
//! figure comes from a table or from a parameter with a source and a grade; none sits in code. The contested choices
//! are named options ([`MarketOptions`]), and every run reports the sensitivity to the form.
//!
//! ```
//! use critmin_core::{Commodity, CommodityId, CommodityRegister, Country, CountryId, CountryKind, CountryRegister, Dataset};
//! use critmin_disruption::{Scenario, run};
//!
//! let scenario = Scenario::from_toml(r#"
//!     id = "gallium-half"
//!     title = "China halves its exports of gallium for a year"
//!     restrictions = [{ exporter = "CHN", destinations = "all", commodities = ["gallium"], stages = ["refinery"],
//!                       restriction_level = 0.5, start = "2025-01-01", instrument = "quota" }]
//!     market = { demand_form = "isoelastic" }
//!     base_year = 2023
//!     parameters = [
//!         { commodity = "gallium", parameter = "production_t", country = "JPN", value = 30.0, unit = "t/yr", grade = "assumption", source = "example", note = "" },
//!         { commodity = "gallium", parameter = "capacity_t", country = "JPN", value = 30.0, unit = "t/yr", grade = "assumption", source = "example", note = "" },
//!         { commodity = "gallium", parameter = "net_exports_t", country = "CHN", value = 90.0, unit = "t/yr", grade = "assumption", source = "example", note = "" },
//!         { commodity = "gallium", parameter = "price_elasticity_of_demand_short", value = -0.5, unit = "1", grade = "assumption", source = "example", note = "" },
//!         { commodity = "gallium", parameter = "price_elasticity_of_supply_short", value = 0.0, unit = "1", grade = "assumption", source = "example", note = "" },
//!     ]
//! "#)?;
//! // Usually `critmin_tables::reference()`; the registers alone suffice where parameters give every figure.
//! let country = |id: &str, name: &str| {
//!     let (country, name) = (CountryId::new(id)?, name.to_owned());
//!     Ok::<_, critmin_core::Error>(Country { country, name, iso2: None, m49: None, kind: CountryKind::Country })
//! };
//! let gallium = Commodity {
//!     commodity: CommodityId::new("gallium")?,
//!     name: "Gallium".to_owned(),
//!     symbol: None,
//!     basis: None,
//!     group: None,
//! };
//! let countries = vec![country("CHN", "China")?, country("JPN", "Japan")?, country("USA", "United States")?];
//! let dataset = Dataset {
//!     countries: CountryRegister::new(countries, Vec::new())?,
//!     commodities: CommodityRegister::new(vec![gallium], Vec::new())?,
//!     ..Dataset::default()
//! };
//! let outcome = run(&scenario, &dataset, &dataset.recipes)?;
//! let market = outcome.markets[0].result.as_ref().ok_or("not solved")?;
//! // 75 of 120 t are left, and nobody can produce more: the price rises by (120/75)^(1/0.5).
//! assert!((market.shortfall_share - 0.375).abs() < 1e-9);
//! assert!((market.price_ratio - 2.56).abs() < 1e-9);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Pure functions of their arguments: no input or output, no clock, no global state.

mod assemble;
mod batch;
mod bilateral;
mod check;
mod curve;
mod economy;
mod equilibrium;
mod error;
mod inputs;
mod market;
mod options;
mod outcome;
mod parameter;
mod plan;
mod price;
mod problem;
mod quarters;
mod recipe;
mod report;
mod root;
mod run;
mod salient;
mod scenario;
mod stocks;
mod words;
mod world;

pub use assemble::{AssembledMarket, Consumer, DEFAULT_EDITION, MarketRequest, assemble_market};
pub use batch::{ClearedScenario, clear_many, solve_many};
pub use critmin_core::MarketRecipe;
pub use curve::{Band, CurvePoint, band, sweep};
pub use economy::{
    Allocation, Assessment, ChoiceRow, CommodityShock, CostDraw, CostDraws, CostOutcome, CostPoint, Economy,
    EconomyOptions, Effect, EffectRow, Extraction, FinalDemandTreatment, ImportTreatment, IndustryModel, IndustryRow,
    JointCut, LinkEnd, Multipliers, Rationing, SingleCost, SweepOptions, SweepOutcome, SweepRank, SweepRow,
    UseOverride, choices, cost, cost_draws, economy_of, sweep_suppliers,
};
pub use equilibrium::{Equilibrium, ProducerResponse, solve, solve_at};
pub use error::{Error, MissingInput};
pub use inputs::{Figures, InputUsed, Warning, WarningKind};
pub use market::{Interval, Market, MarketIntervals, Producer, RestrictedExports, Scope};
pub use options::{DemandForm, MarketOptions, MissingInputPolicy, StockRule, SupplyForm, Timing};
pub use outcome::{
    ConsumerOutcome, CurveRow, FormRow, MarketKey, MarketOutcome, MarketResult, MarketStatus, ProducerRow,
    ScenarioOutcome,
};
pub use parameter::ParameterFault;
pub use plan::requests;
pub use price::usd_per_t_factor;
pub use problem::ScenarioProblem;
pub use quarters::{QUARTERS, QuarterOptions, QuarterOutcome, ReleaseRule, solve_quarters};
pub use run::run;
pub use scenario::{ASSESSED_MONTHS, Destination, Destinations, ExportRestriction, Instrument, Period, Scenario};
pub use stocks::{CoverStatus, DepletionMonth, StockCover, TimelineRow, depletion, stock_cover};
