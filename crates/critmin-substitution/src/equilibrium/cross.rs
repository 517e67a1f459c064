//! Spatial equilibrium with cross-price effects: the demand for one commodity answers the price of another.
//!
//! Quantities as functions of prices, `q = a_D + D P` and `s = a_S + S P` per region, with symmetric slopes:
//!
//! ```text
//! min  1/2 P'(S - D)P + (a_S - a_D)'P     s.t.  P_j - P_i <= t_ij,  P >= 0       duals = flows
//! ```
//!
//! There is one price per market, so that what comes in may go out again (transshipment). A capacity of an arc adds its
//! rent to `t_ij`, at the cost of capacity times rent. Takayama, T. and Judge, G. G. 1964, Spatial equilibrium and
//! quadratic programming, Journal of Farm Economics 46(1) 67, doi 10.2307/1236473.
//!
//! The solver takes diagonal quadratic costs only: each region's `S - D = L L'` (Cholesky), with columns `y = L'P`.
//!
//! References and their identifiers are cited from memory, not checked against the primary documents.

use std::collections::HashMap;

use critmin_solve::{Certificate, Problem, SolveOptions, solve};
use serde::{Deserialize, Serialize};

use super::arc::{Places, TradeArc, TradeFlow};
use crate::Error;
use crate::error::Faults;

/// How far two slopes that must be equal may differ, over the larger.
const SYMMETRY: f64 = 1e-9;
/// How far below 0 a quantity may fall at the solver's accuracy, over 1 plus the intercept.
const NEGATIVE: f64 = 1e-6;

/// Demand and supply of one commodity in one region at price 0; the slopes are listed apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceFormMarket {
    /// The region.
    pub region: String,
    /// The commodity.
    pub commodity: String,
    /// Demand at price 0 of every commodity \[t\].
    pub demand_intercept_t: f64,
    /// Supply at price 0 of every commodity \[t\]; often negative, as nothing is produced at low prices.
    pub supply_intercept_t: f64,
}

/// Which curve a slope belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CurveSide {
    /// What is used; falls with its own price.
    Demand,
    /// What is produced; rises with its own price.
    Supply,
}

/// How the quantity of one commodity answers the price of one; pairs that are not listed do not answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceSlope {
    /// The region.
    pub region: String,
    /// Which curve.
    pub side: CurveSide,
    /// Whose quantity.
    pub commodity: String,
    /// Whose price.
    pub price_of: String,
    /// Tonnes per unit of price, with its sign: below 0 along demand and above 0 along supply for the own price; above
    /// 0 between substitutes in demand. The slope of A in the price of B equals that of B in the price of A.
    pub slope: f64,
}

/// Markets with cross-price effects and the arcs between them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceFormModel {
    /// One market per region and commodity.
    pub markets: Vec<PriceFormMarket>,
    /// How quantities answer prices.
    pub slopes: Vec<PriceSlope>,
    /// What can move; a region trades with itself without an arc.
    pub arcs: Vec<TradeArc>,
}

/// Prices at which no trade that pays is left undone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PriceFormEquilibrium {
    /// Every market, in the order given.
    pub markets: Vec<super::SpatialMarket>,
    /// Every arc, in the order given.
    pub flows: Vec<TradeFlow>,
    /// Transport and premiums of all flows \[money\].
    pub transport_cost: f64,
    /// The proof.
    pub certificate: Certificate,
}

/// The symmetric positive definite `S - D` by market, and both parts, as lists of (market, market) to slope.
struct Slopes {
    demand: HashMap<(usize, usize), f64>,
    supply: HashMap<(usize, usize), f64>,
    /// Markets of one region each, in the order given.
    regions: Vec<Vec<usize>>,
}

/// The spatial price equilibrium of linear markets with cross-price effects (Takayama and Judge 1964).
///
/// # Errors
///
/// [`Error::Invalid`] with every fault: unknown or repeated labels, slopes that are not symmetric (no program has that
/// equilibrium as its optimum) or not stable (`S - D` not positive definite), or a quantity that is negative at the
/// equilibrium, where straight lines are used beyond their range; [`Error::Solve`] when there is no certified optimum.
///
/// ```
/// use critmin_solve::SolveOptions;
/// use critmin_substitution::equilibrium::{
///     CurveSide, PriceFormMarket, PriceFormModel, PriceSlope, price_form_equilibrium,
/// };
///
/// let slope = |side, slope| PriceSlope {
///     region: "JPN".into(), side, commodity: "gallium".into(), price_of: "gallium".into(), slope,
/// };
/// let model = PriceFormModel {
///     markets: vec![PriceFormMarket {
///         region: "JPN".into(), commodity: "gallium".into(), demand_intercept_t: 100.0, supply_intercept_t: -20.0,
///     }],
///     slopes: vec![slope(CurveSide::Demand, -1.0), slope(CurveSide::Supply, 3.0)],
///     arcs: vec![],
/// };
/// // 100 - P = -20 + 3 P
/// let found = price_form_equilibrium(&model, &SolveOptions::default())?;
/// assert!((found.markets[0].price.unwrap_or(0.0) - 30.0).abs() < 1e-6);
/// # Ok::<(), critmin_substitution::Error>(())
/// ```
pub fn price_form_equilibrium(model: &PriceFormModel, options: &SolveOptions) -> Result<PriceFormEquilibrium, Error> {
    let (ends, slopes) = check(model)?;
    let mut problem = Problem::new();
    for market in &model.markets {
        problem.column(market.supply_intercept_t - market.demand_intercept_t, 0.0, f64::INFINITY);
    }
    for region in &slopes.regions {
        add_curvature(&mut problem, region, &factor(region, &slopes, model)?);
    }
    let rows: Vec<Option<usize>> =
        model.arcs.iter().zip(&ends).map(|(arc, ends)| arbitrage(&mut problem, arc, *ends)).collect();
    let solution = solve(&problem, options)?;
    let price = &solution.values;
    let flow = |(row, (arc, (origin, destination))): (&Option<usize>, (&TradeArc, &(usize, usize)))| {
        // The row's dual is the cost of a unit more of `t`: minus the flow.
        let flow_t = row.map_or(0.0, |row| -solution.row_duals[row]);
        arc.flow(flow_t, price[*destination] - price[*origin])
    };
    let flows: Vec<TradeFlow> = rows.iter().zip(model.arcs.iter().zip(&ends)).map(flow).collect();
    let markets = quantities(model, &slopes, price)?;
    let transport_cost = model.arcs.iter().zip(&flows).map(|(arc, flow)| arc.cost() * flow.flow_t).sum();
    Ok(PriceFormEquilibrium { markets, flows, transport_cost, certificate: solution.certificate })
}

/// `P_j - P_i - rent <= t`; none for a closed arc, which any rent allows.
fn arbitrage(problem: &mut Problem, arc: &TradeArc, (origin, destination): (usize, usize)) -> Option<usize> {
    let mut terms = vec![(destination, 1.0), (origin, -1.0)];
    match arc.capacity_t {
        Some(capacity) if capacity <= 0.0 => return None,
        Some(capacity) => terms.push((problem.column(capacity, 0.0, f64::INFINITY), -1.0)),
        None => {}
    }
    Some(problem.row(f64::NEG_INFINITY, arc.cost(), &terms))
}

/// `1/2 y'y` with `y = L'P`.
fn add_curvature(problem: &mut Problem, region: &[usize], lower: &[Vec<f64>]) {
    for (index, _) in region.iter().enumerate() {
        let image = problem.quadratic_column(0.0, 1.0, f64::NEG_INFINITY, f64::INFINITY);
        let mut terms: Vec<(usize, f64)> =
            (index..region.len()).map(|row| (region[row], lower[row][index])).filter(|term| term.1 != 0.0).collect();
        terms.push((image, -1.0));
        problem.row(0.0, 0.0, &terms);
    }
}

/// The lower Cholesky factor of `S - D` of one region.
fn factor(region: &[usize], slopes: &Slopes, model: &PriceFormModel) -> Result<Vec<Vec<f64>>, Error> {
    let size = region.len();
    let mut lower = vec![vec![0.0; size]; size];
    for row in 0..size {
        for column in 0..=row {
            let key = (region[row], region[column]);
            let of = |slopes: &HashMap<(usize, usize), f64>| slopes.get(&key).copied().unwrap_or(0.0);
            let done: f64 = (0..column).map(|k| lower[row][k] * lower[column][k]).sum();
            let rest = of(&slopes.supply) - of(&slopes.demand) - done;
            if row == column {
                let market = &model.markets[region[row]];
                let place = format!("pivot of {} in {}", market.commodity, market.region);
                let expected =
                    "above 0: supply slopes less demand slopes must be positive definite (own prices dominate)";
                let mut faults = Faults::of("the model in prices");
                faults.require(0.0 < rest, &place, rest, expected);
                faults.finish()?;
                lower[row][row] = rest.sqrt();
            } else {
                lower[row][column] = rest / lower[column][column];
            }
        }
    }
    Ok(lower)
}

fn quantities(model: &PriceFormModel, slopes: &Slopes, price: &[f64]) -> Result<Vec<super::SpatialMarket>, Error> {
    let mut found = model
        .markets
        .iter()
        .zip(price)
        .map(|(market, price)| super::SpatialMarket {
            region: market.region.clone(),
            commodity: market.commodity.clone(),
            price: Some(*price),
            supply_price: Some(*price),
            demand_t: market.demand_intercept_t,
            supply_t: market.supply_intercept_t,
        })
        .collect::<Vec<_>>();
    for ((market, of), slope) in sorted(&slopes.demand) {
        found[market].demand_t += slope * price[of];
    }
    for ((market, of), slope) in sorted(&slopes.supply) {
        found[market].supply_t += slope * price[of];
    }
    let mut faults = Faults::of("the equilibrium");
    for (market, given) in found.iter().zip(&model.markets) {
        let cases = [
            ("demand", market.demand_t, given.demand_intercept_t),
            ("supply", market.supply_t, given.supply_intercept_t),
        ];
        for (what, quantity, intercept) in cases {
            let place = format!("{what} of {} in {}", market.commodity, market.region);
            let expected = "at least 0: the straight line is used beyond its range";
            faults.require(-NEGATIVE * (1.0 + intercept.abs()) <= quantity, &place, quantity, expected);
        }
    }
    faults.finish()?;
    Ok(found)
}

/// In a fixed order, so that sums are the same on every run.
fn sorted(slopes: &HashMap<(usize, usize), f64>) -> Vec<((usize, usize), f64)> {
    let mut list: Vec<_> = slopes.iter().map(|(key, slope)| (*key, *slope)).collect();
    list.sort_by_key(|entry| entry.0);
    list
}

fn check(model: &PriceFormModel) -> Result<(Vec<(usize, usize)>, Slopes), Error> {
    let mut faults = Faults::of("the model in prices");
    for market in &model.markets {
        for intercept in [market.demand_intercept_t, market.supply_intercept_t] {
            let place = format!("intercept of {} in {}", market.commodity, market.region);
            faults.require(intercept.is_finite(), &place, intercept, "a finite number");
        }
    }
    let labels = model.markets.iter().map(|market| (market.region.as_str(), market.commodity.as_str()));
    let places = Places::new(labels, &mut faults);
    let ends = places.ends(&model.arcs, &mut faults);
    let mut slopes = Slopes { demand: HashMap::new(), supply: HashMap::new(), regions: regions(model) };
    for slope in &model.slopes {
        let PriceSlope { region, side, commodity, price_of, .. } = slope;
        let place = format!("{side:?} slope of {commodity} in the price of {price_of} in {region}");
        let pair = (places.get(region, commodity), places.get(region, price_of));
        faults.require(slope.slope.is_finite(), &place, slope.slope, "a finite number");
        let (Some(market), Some(of)) = pair else {
            faults.require(false, &place, "unknown labels", "a region and commodities with a market");
            continue;
        };
        let list = if *side == CurveSide::Demand { &mut slopes.demand } else { &mut slopes.supply };
        faults.require(list.insert((market, of), slope.slope).is_none(), &place, "a second one", "one");
    }
    for (side, list) in [("demand", &slopes.demand), ("supply", &slopes.supply)] {
        check_symmetry(model, side, list, &mut faults);
    }
    faults.finish()?;
    Ok((ends, slopes))
}

fn check_symmetry(model: &PriceFormModel, side: &str, list: &HashMap<(usize, usize), f64>, faults: &mut Faults) {
    for ((market, of), slope) in sorted(list) {
        let mirror = list.get(&(of, market)).copied().unwrap_or(0.0);
        let is_symmetric = (slope - mirror).abs() <= SYMMETRY * slope.abs().max(mirror.abs());
        let (one, other) = (&model.markets[market], &model.markets[of]);
        let place = format!("{side} slope of {} in the price of {} in {}", one.commodity, other.commodity, one.region);
        faults.require(is_symmetric, &place, slope, &format!("{mirror}, the slope the other way round"));
    }
}

/// Markets of each region, in the order given.
fn regions(model: &PriceFormModel) -> Vec<Vec<usize>> {
    let mut position: HashMap<&str, usize> = HashMap::new();
    let mut regions: Vec<Vec<usize>> = Vec::new();
    for (index, market) in model.markets.iter().enumerate() {
        let at = *position.entry(&market.region).or_insert(regions.len());
        if at == regions.len() {
            regions.push(Vec::new());
        }
        regions[at].push(index);
    }
    regions
}
