//! Linear demand and supply in several regions: who trades with whom, at which prices?
//!
//! ```text
//! max  sum (a q - b q^2 / 2) - sum (c s + d s^2 / 2) - sum t x
//! s.t. s_i >= x_ii + outflow_i        dual = what sellers of region i get
//!      x_jj + inflow_j >= q_j         dual = what buyers of region j pay
//!      0 <= x <= capacity of the arc
//!
//! 0 <= x_ij  and  t_ij - (P_j - P_i) >= 0, one of them 0, where the arc has no limit
//! ```
//!
//! With transshipment both rows of a region are one, and both prices: what came in may go out again. Without it a cheap
//! detour over a third region is not taken, which matters where transport costs break the triangle inequality or a ban
//! makes the direct way dear.
//!
//! Takayama, T. and Judge, G. G. 1964, Spatial equilibrium and quadratic programming, Journal of Farm Economics 46(1)
//! 67, doi 10.2307/1236473; the objective is the net social payoff of Samuelson, P. A. 1952, Spatial price equilibrium
//! and linear programming, American Economic Review 42(3) 283.
//!
//! References and their identifiers are cited from memory, not checked against the primary documents.

use critmin_solve::{Certificate, Problem, SolveOptions, solve};
use serde::{Deserialize, Serialize};

use super::arc::{Places, TradeArc, TradeFlow};
use super::trade::{Layout, Trade, Units};
use crate::Error;
use crate::error::Faults;

/// A price as a straight line of the quantity: `intercept + slope q` \[money/t\].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InverseLine {
    /// Price at quantity 0 \[money/t\].
    pub intercept: f64,
    /// Change of price per tonne \[money/t^2\], as a magnitude: prices fall by it along demand and rise along supply.
    pub slope: f64,
}

/// Demand and supply of one commodity in one region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinearMarket {
    /// The region.
    pub region: String,
    /// The commodity.
    pub commodity: String,
    /// What buyers pay, `intercept - slope q`, slope above 0; absent = no demand.
    pub demand: Option<InverseLine>,
    /// What sellers ask, `intercept + slope s`, slope at least 0; absent = no supply.
    pub supply: Option<InverseLine>,
}

/// Markets and the arcs between them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpatialModel {
    /// One market per region and commodity.
    pub markets: Vec<LinearMarket>,
    /// What can move; a region trades with itself without an arc.
    pub arcs: Vec<TradeArc>,
    /// Whether imports may be exported again. Default no, as in the source: every arc carries what its origin produces.
    #[serde(default)]
    pub has_transshipment: bool,
}

/// One market in [`SpatialEquilibrium`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpatialMarket {
    /// The region.
    pub region: String,
    /// The commodity.
    pub commodity: String,
    /// What buyers pay \[money/t\], at least 0; absent where nobody buys and nothing passes through.
    pub price: Option<f64>,
    /// What sellers get \[money/t\], at least `price`, and equal to it where the region uses its own output; absent
    /// where nobody sells and nothing passes through.
    pub supply_price: Option<f64>,
    /// What is used \[t\].
    pub demand_t: f64,
    /// What is produced \[t\].
    pub supply_t: f64,
}

/// Prices at which no trade that pays is left undone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpatialEquilibrium {
    /// Every market, in the order given.
    pub markets: Vec<SpatialMarket>,
    /// Every arc, in the order given.
    pub flows: Vec<TradeFlow>,
    /// Area under demand less area under supply less transport and premiums \[money\]; higher = better.
    pub net_social_payoff: f64,
    /// Transport and premiums of all flows \[money\].
    pub transport_cost: f64,
    /// The proof.
    pub certificate: Certificate,
}

/// The spatial price equilibrium of linear markets (Takayama and Judge 1964).
///
/// Bans, quotas and leaks are capacities of arcs; a leak is a second arc with its own `route` and premium.
///
/// # Errors
///
/// [`Error::Invalid`] with every fault: a market named twice, a demand whose price does not fall, an arc between
/// unknown markets, a negative cost; [`Error::Solve`] when there is no certified optimum.
///
/// ```
/// use critmin_solve::SolveOptions;
/// use critmin_substitution::equilibrium::{InverseLine, LinearMarket, SpatialModel, TradeArc, spatial_equilibrium};
///
/// let market = |region: &str, demand: (f64, f64), supply: (f64, f64)| LinearMarket {
///     region: region.into(),
///     commodity: "gallium".into(),
///     demand: Some(InverseLine { intercept: demand.0, slope: demand.1 }),
///     supply: Some(InverseLine { intercept: supply.0, slope: supply.1 }),
/// };
/// let model = SpatialModel {
///     markets: vec![market("CHN", (100.0, 1.0), (10.0, 1.0)), market("JPN", (160.0, 1.0), (20.0, 2.0))],
///     arcs: vec![TradeArc { capacity_t: Some(20.0), premium: 15.0, ..TradeArc::open("CHN", "JPN", "gallium", 5.0) }],
///     has_transshipment: false,
/// };
/// // Prices 65 and 100: of the gap of 35, transport takes 5 and the premium 15; the rest is the rent of the quota.
/// let found = spatial_equilibrium(&model, &SolveOptions::default())?;
/// assert!((found.markets[1].price.unwrap_or(0.0) - 100.0).abs() < 1e-4);
/// assert!((found.flows[0].rent - 15.0).abs() < 1e-4);
/// # Ok::<(), critmin_substitution::Error>(())
/// ```
pub fn spatial_equilibrium(model: &SpatialModel, options: &SolveOptions) -> Result<SpatialEquilibrium, Error> {
    let ends = check(model)?;
    let mut problem = Problem::new();
    let mut layouts: Vec<Layout> = model.markets.iter().map(|market| add_curves(&mut problem, market)).collect();
    let trade = Trade { arcs: &model.arcs, ends: &ends, has_transshipment: model.has_transshipment };
    let unit = Units { mass: 1.0, money: 1.0 };
    let flow_columns = trade.add_to(&mut problem, &mut layouts, unit);
    let solution = solve(&problem, options)?;
    let value = |column: Option<(usize, f64)>| column.map_or(0.0, |(column, _)| solution.values[column]);
    let price = |row: Option<usize>| row.map(|row| solution.row_duals[row]);
    let flows = trade.flows(&layouts, &flow_columns, &solution, unit);
    let markets = model.markets.iter().zip(&layouts).map(|(market, layout)| SpatialMarket {
        region: market.region.clone(),
        commodity: market.commodity.clone(),
        price: price(layout.buying),
        supply_price: price(layout.selling),
        demand_t: value(layout.demand),
        supply_t: value(layout.supply),
    });
    Ok(SpatialEquilibrium {
        markets: markets.collect(),
        transport_cost: model.arcs.iter().zip(&flows).map(|(arc, flow)| arc.cost() * flow.flow_t).sum(),
        flows,
        net_social_payoff: -solution.objective,
        certificate: solution.certificate,
    })
}

/// Columns of what one market uses and produces.
fn add_curves(problem: &mut Problem, market: &LinearMarket) -> Layout {
    let mut column = |line: InverseLine, sign: f64| {
        (problem.quadratic_column(sign * line.intercept, line.slope, 0.0, f64::INFINITY), 1.0)
    };
    let demand = market.demand.map(|line| column(line, -1.0));
    Layout { demand, supply: market.supply.map(|line| column(line, 1.0)), ..Layout::default() }
}

/// The ends of every arc.
fn check(model: &SpatialModel) -> Result<Vec<(usize, usize)>, Error> {
    let mut faults = Faults::of("the spatial model");
    for market in &model.markets {
        let place = |what: &str| format!("{what} of {} in {}", market.commodity, market.region);
        if let Some(line) = market.demand {
            faults.require(line.intercept.is_finite(), &place("demand"), line.intercept, "a finite price");
            faults.positive(&place("slope of the demand"), line.slope);
        }
        if let Some(line) = market.supply {
            faults.require(line.intercept.is_finite(), &place("supply"), line.intercept, "a finite price");
            faults.at_least_zero(&place("slope of the supply"), line.slope);
        }
    }
    let labels = model.markets.iter().map(|market| (market.region.as_str(), market.commodity.as_str()));
    let places = Places::new(labels, &mut faults);
    let ends = places.ends(&model.arcs, &mut faults);
    faults.finish()?;
    Ok(ends)
}
