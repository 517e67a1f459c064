//! What do markets do by themselves when a source, a route or a price changes?
//!
//! * [`spatial_equilibrium`]: linear demand and supply in regions, trade where it pays.
//! * [`price_form_equilibrium`]: the same with cross-price effects between commodities.
//! * [`isoelastic_equilibrium`]: constant elasticities, with a backstop price.
//! * [`reroute`]: nobody optimises; trade rescales, staying as close to the present pattern as the new totals allow.

mod arc;
mod cross;
mod entropy;
mod isoelastic;
mod reach;
mod scaling;
mod spatial;
mod trade;

pub use arc::{TradeArc, TradeFlow};
pub use cross::{CurveSide, PriceFormEquilibrium, PriceFormMarket, PriceFormModel, PriceSlope, price_form_equilibrium};
pub use entropy::{
    ArcCap, ArcLabel, BaseFlow, RegionTotal, RerouteOptions, ReroutedFlow, Rerouting, ReroutingModel, ShortagePolicy,
    reroute,
};
pub use isoelastic::{
    IsoelasticDemand, IsoelasticEquilibrium, IsoelasticMarket, IsoelasticModel, IsoelasticSupply, MarketOutcome,
    isoelastic_equilibrium, isoelastic_price_ratio,
};
pub use spatial::{InverseLine, LinearMarket, SpatialEquilibrium, SpatialMarket, SpatialModel, spatial_equilibrium};
