//! What happens if an export is restricted?
//!
//! A [`Scenario`] says who restricts exports of what, against whom, how much and when. [`assemble_market`] forms the
//! market that loses access from the figures of a dataset, [`solve`] clears it, [`sweep`] draws price and shortfall
//! against the restriction level with a band, [`stock_cover`] tells how long a consumer's stocks last, and [`run`] does
//! all of it for every commodity of a scenario.
//!
//! A USGS-style model: an own formulation after the frame of USGS OFR 2024-1057. Every elasticity, capacity and trade
//! figure comes from a table or from a parameter with a source and a grade; none sits in code. The contested choices
//! are named options ([`MarketOptions`]), and every run reports the sensitivity to the form.
//!
//! Pure functions of their arguments: no input or output, no clock, no global state.

mod assemble;
mod batch;
mod bilateral;
mod curve;
mod equilibrium;
mod error;
mod inputs;
mod market;
mod options;
mod outcome;
mod plan;
mod price;
mod problem;
mod recipe;
mod report;
mod root;
mod run;
mod salient;
mod scenario;
mod stocks;
mod world;

pub use assemble::{AssembledMarket, Consumer, DEFAULT_EDITION, MarketRequest, assemble_market};
pub use batch::{ClearedScenario, clear_many, solve_many};
pub use critmin_core::MarketRecipe;
pub use curve::{Band, CurvePoint, band, sweep};
pub use equilibrium::{Equilibrium, ProducerResponse, solve, solve_at};
pub use error::{Error, MissingInput};
pub use inputs::{Figures, InputUsed, Warning, WarningKind};
pub use market::{Interval, Market, MarketIntervals, Producer, RestrictedExports, Scope};
pub use options::{DemandForm, MarketOptions, MissingInputPolicy, StockRule, SupplyForm, Timing};
pub use outcome::{
    ConsumerOutcome, CurveRow, FormRow, MarketKey, MarketOutcome, MarketResult, MarketStatus, ProducerRow,
    ScenarioOutcome,
};
pub use plan::requests;
pub use price::usd_per_t_factor;
pub use problem::ScenarioProblem;
pub use run::run;
pub use scenario::{ASSESSED_MONTHS, Destination, Destinations, ExportRestriction, Instrument, Period, Scenario};
pub use stocks::{CoverStatus, DepletionMonth, StockCover, TimelineRow, depletion, stock_cover};
