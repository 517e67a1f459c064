//! Constant elasticities of demand and supply in several regions, with a backstop price.
//!
//! ```text
//! demand  p = p0 (q / q0)^(-1 / e)      but never above the backstop price, at which a substitute serves the rest
//! supply  p = p0 (s / s0)^(1 / h)       up to a capacity
//!
//! minimise the negative of what buyers are willing to pay, plus costs, as power cones x^alpha y^(1 - alpha) >= |z|:
//! e < 1   (p0 q0 / a) v, a = 1 / e - 1,       v >= (q / q0)^(-a)     (v, q / q0, 1) with alpha = e
//! e > 1   -(p0 q0 / g) w, g = (e - 1) / e,    w <= (q / q0)^g        (q / q0, 1, w) with alpha = g
//! supply  (p0 s0 / b) z, b = 1 + 1 / h,       z >= (s / s0)^b        (z, 1, s / s0) with alpha = 1 / b
//! ```
//!
//! The dual of a balance is the price on the curves. Derived from the first-order conditions of the spatial equilibrium
//! of Takayama, T. and Judge, G. G. 1964, Journal of Farm Economics 46(1) 67, doi 10.2307/1236473, with other curves.
//!
//! With the small elasticities of metals a large loss of supply raises prices without meaning; the backstop, what a
//! substitute costs, is part of the demand curve.
//!
//! References and their identifiers are cited from memory, not checked against the primary documents.

use critmin_solve::{Certificate, Problem, SolveOptions, solve};
use serde::{Deserialize, Serialize};

use super::arc::{Places, TradeArc, TradeFlow};
use super::trade::{Layout, Trade, Units};
use crate::Error;
use crate::error::Faults;

/// How close to -1 an elasticity of demand may come: at -1 the curve is a logarithm, which is no power cone.
const UNIT_ELASTICITY: f64 = 0.01;
/// How close to the backstop price a price counts as that price.
const AT_BACKSTOP: f64 = 1e-6;

/// Demand through one known point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IsoelasticDemand {
    /// Price at the known point \[money/t\], above 0.
    pub base_price: f64,
    /// Use at that price \[t\], above 0.
    pub base_quantity_t: f64,
    /// Price elasticity of demand, with its sign: below 0, nearer 0 = stiffer, and not within 0.01 of -1.
    pub price_elasticity_of_demand: f64,
    /// Price at which something else serves whatever is not served \[money/t\], above 0; absent = nothing does.
    pub backstop_price: Option<f64>,
}

/// Supply through one known point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IsoelasticSupply {
    /// Price at the known point \[money/t\], above 0.
    pub base_price: f64,
    /// Production at that price \[t\], above 0.
    pub base_quantity_t: f64,
    /// Price elasticity of supply, at least 0, nearer 0 = stiffer; at 0 the base quantity at any price.
    pub price_elasticity_of_supply: f64,
    /// The most that can be produced \[t\], at least 0; absent = unlimited.
    pub capacity_t: Option<f64>,
}

/// Demand and supply of one commodity in one region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IsoelasticMarket {
    /// The region.
    pub region: String,
    /// The commodity.
    pub commodity: String,
    /// What buyers pay; absent = no demand.
    pub demand: Option<IsoelasticDemand>,
    /// What sellers ask; absent = no supply.
    pub supply: Option<IsoelasticSupply>,
}

/// Markets and the arcs between them. Every arc carries what its origin produces.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IsoelasticModel {
    /// One market per region and commodity.
    pub markets: Vec<IsoelasticMarket>,
    /// What can move; a region trades with itself without an arc. A capacity of 0 is a ban.
    pub arcs: Vec<TradeArc>,
}

/// One market in [`IsoelasticEquilibrium`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MarketOutcome {
    /// The region.
    pub region: String,
    /// The commodity.
    pub commodity: String,
    /// What buyers pay \[money/t\]; absent where nobody buys.
    pub price: Option<f64>,
    /// `price` over the base price of demand; higher = scarcer.
    pub price_ratio: Option<f64>,
    /// What sellers get \[money/t\], at least `price` and equal to it where the region uses its own output; absent
    /// where nobody sells.
    pub supply_price: Option<f64>,
    /// What is used of the commodity \[t\].
    pub demand_t: f64,
    /// What the backstop serves beside it \[t of the commodity replaced\].
    pub replaced_t: f64,
    /// What is produced \[t\].
    pub supply_t: f64,
    /// What one tonne more of capacity would earn \[money/t\], at least 0; 0 without a capacity or below it.
    pub capacity_rent: f64,
    /// Whether the price is the backstop price.
    pub is_at_backstop: bool,
}

/// Prices at which no trade that pays is left undone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IsoelasticEquilibrium {
    /// Every market, in the order given.
    pub markets: Vec<MarketOutcome>,
    /// Every arc, in the order given.
    pub flows: Vec<TradeFlow>,
    /// Transport and premiums of all flows \[money\].
    pub transport_cost: f64,
    /// The proof, of the problem in units of its mean quantity and price.
    pub certificate: Certificate,
}

/// Price over base price after the share `lost_share` of supply is gone from one market:
/// `(1 - lost_share)^(-1 / (e + h))`, `e` the magnitude of the price elasticity of demand, `h` that of supply; at least
/// 1, higher = scarcer.
///
/// From the balance `(1 - lost_share) p^h = p^(-e)`, without a backstop.
///
/// # Errors
///
/// [`Error::Invalid`] unless `lost_share` lies in \[0, 1), `price_elasticity_of_demand` (with its sign) is at most 0,
/// `price_elasticity_of_supply` at least 0, and one of them is not 0.
///
/// ```
/// use critmin_substitution::equilibrium::isoelastic_price_ratio;
///
/// // 60 % lost at elasticities of -0.5 and 0.5: 0.4^(-1) = 2.5.
/// assert!((isoelastic_price_ratio(0.6, -0.5, 0.5)? - 2.5).abs() < 1e-12);
/// # Ok::<(), critmin_substitution::Error>(())
/// ```
pub fn isoelastic_price_ratio(
    lost_share: f64,
    price_elasticity_of_demand: f64,
    price_elasticity_of_supply: f64,
) -> Result<f64, Error> {
    let mut faults = Faults::of("the market after a loss");
    faults.require((0.0..1.0).contains(&lost_share), "lost share", lost_share, "a share in [0, 1)");
    faults.at_least_zero("price elasticity of demand, as a magnitude", -price_elasticity_of_demand);
    faults.at_least_zero("price elasticity of supply", price_elasticity_of_supply);
    let sum = price_elasticity_of_supply - price_elasticity_of_demand;
    faults.require(0.0 < sum, "sum of both magnitudes", sum, "above 0: otherwise no price clears the market");
    faults.finish()?;
    Ok((1.0 - lost_share).powf(-1.0 / sum))
}

/// The spatial price equilibrium of markets with constant elasticities.
///
/// # Errors
///
/// [`Error::Invalid`] with every fault: markets and arcs as in [`spatial_equilibrium`](super::spatial_equilibrium), an
/// elasticity of the wrong sign or close to -1, a demand without a backstop price that no supply can reach, whose price
/// would be infinite; [`Error::Solve`] when there is no certified optimum.
///
/// ```
/// use critmin_solve::SolveOptions;
/// use critmin_substitution::equilibrium::{
///     IsoelasticDemand, IsoelasticMarket, IsoelasticModel, IsoelasticSupply, isoelastic_equilibrium,
/// };
///
/// // 60 % of supply is lost; a substitute costs twice the base price.
/// let mut market = IsoelasticMarket {
///     region: "world".into(),
///     commodity: "gallium".into(),
///     demand: Some(IsoelasticDemand {
///         base_price: 300.0, base_quantity_t: 700.0, price_elasticity_of_demand: -0.5, backstop_price: None,
///     }),
///     supply: Some(IsoelasticSupply {
///         base_price: 300.0, base_quantity_t: 280.0, price_elasticity_of_supply: 0.5, capacity_t: None,
///     }),
/// };
/// let price_ratio = |market: &IsoelasticMarket| {
///     let model = IsoelasticModel { markets: vec![market.clone()], arcs: vec![] };
///     isoelastic_equilibrium(&model, &SolveOptions::default()).map(|found| found.markets[0].price_ratio.unwrap_or(0.0))
/// };
/// assert!((price_ratio(&market)? - 2.5).abs() < 1e-5);
/// if let Some(demand) = &mut market.demand {
///     demand.backstop_price = Some(600.0);
/// }
/// assert!((price_ratio(&market)? - 2.0).abs() < 1e-5);
/// # Ok::<(), critmin_substitution::Error>(())
/// ```
pub fn isoelastic_equilibrium(model: &IsoelasticModel, options: &SolveOptions) -> Result<IsoelasticEquilibrium, Error> {
    let ends = check(model)?;
    let units = units(model);
    let mut problem = Problem::new();
    let one = problem.column(0.0, 1.0, 1.0);
    let mut layouts: Vec<Layout> = Vec::with_capacity(model.markets.len());
    for market in &model.markets {
        layouts.push(add_curves(&mut problem, market, one, units));
    }
    let trade = Trade { arcs: &model.arcs, ends: &ends, has_transshipment: false };
    let columns = trade.add_to(&mut problem, &mut layouts, units);
    let solution = solve(&problem, options)?;
    let flows = trade.flows(&layouts, &columns, &solution, units);
    let outcome = |(market, layout): (&IsoelasticMarket, &Layout)| {
        let mass = |column: Option<(usize, f64)>| {
            column.map_or(0.0, |(column, mass)| units.mass * mass * solution.values[column])
        };
        let price = |row: Option<usize>| row.map(|row| units.price() * solution.row_duals[row]);
        let quantities = (mass(layout.demand), mass(layout.backstop), mass(layout.supply));
        describe(market, quantities, price(layout.buying), price(layout.selling))
    };
    Ok(IsoelasticEquilibrium {
        markets: model.markets.iter().zip(&layouts).map(outcome).collect(),
        transport_cost: model.arcs.iter().zip(&flows).map(|(arc, flow)| arc.cost() * flow.flow_t).sum(),
        flows,
        certificate: solution.certificate,
    })
}

fn describe(
    market: &IsoelasticMarket,
    (served_t, replaced_t, supply_t): (f64, f64, f64),
    price: Option<f64>,
    supply_price: Option<f64>,
) -> MarketOutcome {
    let backstop = market.demand.and_then(|demand| demand.backstop_price);
    let is_at = |(price, backstop): (f64, f64)| backstop * (1.0 - AT_BACKSTOP) <= price;
    let rent = |(supply, price): (IsoelasticSupply, f64)| {
        let fixed = supply.price_elasticity_of_supply <= 0.0;
        let asked = if fixed { 0.0 } else { supply.price_at(supply_t) };
        if fixed || supply.capacity_t.is_some() { (price - asked).max(0.0) } else { 0.0 }
    };
    MarketOutcome {
        region: market.region.clone(),
        commodity: market.commodity.clone(),
        price,
        price_ratio: price.zip(market.demand).map(|(price, demand)| price / demand.base_price),
        supply_price,
        demand_t: served_t - replaced_t,
        replaced_t,
        supply_t,
        capacity_rent: market.supply.zip(supply_price).map_or(0.0, rent),
        is_at_backstop: price.zip(backstop).is_some_and(is_at),
    }
}

impl IsoelasticDemand {
    /// What buyers pay for the last of `quantity_t` tonnes, above 0 \[money/t\].
    pub fn price_at(&self, quantity_t: f64) -> f64 {
        let price = self.base_price * (quantity_t / self.base_quantity_t).powf(1.0 / self.price_elasticity_of_demand);
        price.min(self.backstop_price.unwrap_or(f64::INFINITY))
    }
}

impl IsoelasticSupply {
    /// What sellers ask for the last of `quantity_t` tonnes, at least 0 \[money/t\]; meaningless at elasticity 0.
    pub fn price_at(&self, quantity_t: f64) -> f64 {
        self.base_price * (quantity_t / self.base_quantity_t).powf(1.0 / self.price_elasticity_of_supply)
    }

    /// The most that can be produced \[t\], where there is a limit.
    fn limit(&self) -> f64 {
        let capacity = self.capacity_t.unwrap_or(f64::INFINITY);
        if self.price_elasticity_of_supply <= 0.0 { capacity.min(self.base_quantity_t) } else { capacity }
    }
}

/// Means of the curves, so that the problem is written in figures near 1.
fn units(model: &IsoelasticModel) -> Units {
    let demands = model.markets.iter().filter_map(|market| market.demand);
    let supplies = model.markets.iter().filter_map(|market| market.supply);
    let (mut mass, mut money, mut count) = (0.0, 0.0, 0.0);
    let curves = demands.map(|demand| (demand.base_quantity_t, demand.base_price));
    for (quantity, price) in curves.chain(supplies.map(|supply| (supply.base_quantity_t, supply.base_price))) {
        mass += quantity;
        money += quantity * price;
        count += 1.0;
    }
    if 0.0 < mass { Units { mass: mass / count, money: money / count } } else { Units { mass: 1.0, money: 1.0 } }
}

fn add_curves(problem: &mut Problem, market: &IsoelasticMarket, one: usize, units: Units) -> Layout {
    let mut layout = Layout::default();
    if let Some(demand) = market.demand {
        layout.demand = Some(add_demand(problem, &demand, one, units));
        let backstop = demand.backstop_price.map(|price| problem.column(price / units.price(), 0.0, f64::INFINITY));
        layout.backstop = backstop.map(|column| (column, 1.0));
    }
    // What cannot be produced has no price: without a column, arcs from there are closed.
    if let Some(supply) = market.supply.filter(|supply| 0.0 < supply.limit()) {
        layout.supply = Some(add_supply(problem, &supply, one, units));
    }
    layout
}

/// The column of use over base use, and the mass of its unit.
fn add_demand(problem: &mut Problem, demand: &IsoelasticDemand, one: usize, units: Units) -> (usize, f64) {
    let elasticity = -demand.price_elasticity_of_demand;
    let worth = demand.base_price * demand.base_quantity_t / units.money;
    let quantity = problem.column(0.0, 0.0, f64::INFINITY);
    if elasticity < 1.0 {
        let power = 1.0 / elasticity - 1.0;
        let loss = problem.column(worth / power, 0.0, f64::INFINITY);
        problem.power_cone(loss, quantity, one, elasticity);
    } else {
        let power = (elasticity - 1.0) / elasticity;
        let benefit = problem.column(-worth / power, 0.0, f64::INFINITY);
        problem.power_cone(quantity, one, benefit, power);
    }
    (quantity, demand.base_quantity_t / units.mass)
}

/// The column of production over base production, and the mass of its unit.
fn add_supply(problem: &mut Problem, supply: &IsoelasticSupply, one: usize, units: Units) -> (usize, f64) {
    let quantity = problem.column(0.0, 0.0, supply.limit() / supply.base_quantity_t);
    if 0.0 < supply.price_elasticity_of_supply {
        let power = 1.0 + 1.0 / supply.price_elasticity_of_supply;
        let worth = supply.base_price * supply.base_quantity_t / units.money;
        let cost = problem.column(worth / power, 0.0, f64::INFINITY);
        problem.power_cone(cost, one, quantity, 1.0 / power);
    }
    (quantity, supply.base_quantity_t / units.mass)
}

/// The ends of every arc.
fn check(model: &IsoelasticModel) -> Result<Vec<(usize, usize)>, Error> {
    let mut faults = Faults::of("the isoelastic model");
    for market in &model.markets {
        check_curves(market, &mut faults);
    }
    let labels = model.markets.iter().map(|market| (market.region.as_str(), market.commodity.as_str()));
    let places = Places::new(labels, &mut faults);
    let ends = places.ends(&model.arcs, &mut faults);
    faults.finish()?;
    check_reach(model, &ends)?;
    Ok(ends)
}

fn check_curves(market: &IsoelasticMarket, faults: &mut Faults) {
    let place = |what: &str| format!("{what} of {} in {}", market.commodity, market.region);
    if let Some(demand) = market.demand {
        faults.positive(&place("base price of the demand"), demand.base_price);
        faults.positive(&place("base quantity of the demand"), demand.base_quantity_t);
        let elasticity = demand.price_elasticity_of_demand;
        let is_sound = elasticity.is_finite() && elasticity < 0.0 && UNIT_ELASTICITY <= (elasticity + 1.0).abs();
        let expected = "below 0 and at least 0.01 away from -1, where the curve is a logarithm";
        faults.require(is_sound, &place("price elasticity of demand"), elasticity, expected);
        if let Some(backstop) = demand.backstop_price {
            faults.positive(&place("backstop price"), backstop);
        }
    }
    if let Some(supply) = market.supply {
        faults.positive(&place("base price of the supply"), supply.base_price);
        faults.positive(&place("base quantity of the supply"), supply.base_quantity_t);
        faults.at_least_zero(&place("price elasticity of supply"), supply.price_elasticity_of_supply);
        if let Some(capacity) = supply.capacity_t {
            faults.at_least_zero(&place("capacity of the supply"), capacity);
        }
    }
}

/// A demand that nothing can serve has no finite price.
fn check_reach(model: &IsoelasticModel, ends: &[(usize, usize)]) -> Result<(), Error> {
    let has_supply = |market: &IsoelasticMarket| market.supply.is_some_and(|supply| 0.0 < supply.limit());
    let mut is_served: Vec<bool> = model.markets.iter().map(has_supply).collect();
    for (arc, (origin, destination)) in model.arcs.iter().zip(ends) {
        let is_open = arc.capacity_t.is_none_or(|capacity| 0.0 < capacity);
        is_served[*destination] |= is_open && has_supply(&model.markets[*origin]);
    }
    let mut faults = Faults::of("the isoelastic model");
    for (market, is_served) in model.markets.iter().zip(is_served) {
        let needs_supply = market.demand.is_some_and(|demand| demand.backstop_price.is_none());
        let place = format!("demand of {} in {}", market.commodity, market.region);
        let expected = "a way from a supply, or a backstop price: otherwise its price is infinite";
        faults.require(is_served || !needs_supply, &place, "no supply within reach", expected);
    }
    faults.finish()
}
