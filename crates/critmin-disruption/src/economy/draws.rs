//! The cost over many draws of everything uncertain: market intervals and output shares.

use critmin_core::{Dataset, MarketRecipe};
use rand_distr::{Distribution, Triangular};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::economy::effects::assess_cuts;
use crate::economy::prepare::{COUNTRY, Prepared, Reached, prepare};
use crate::economy::shock::{Links, cuts};
use crate::{CommodityShock, Economy, Error, Interval, Market, Scenario, solve};

/// One draw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostDraw {
    /// Number of the draw, from 0.
    pub draw: usize,
    /// Net change of gross domestic product \[million USD\]; absent when no finite price clears a market.
    pub gdp_change_million_usd: Option<f64>,
    /// Price over base price, by market in the order of [`CostDraws::commodities`].
    pub price_ratio: Vec<Option<f64>>,
    /// Shortfall over base demand, likewise.
    pub shortfall_share: Vec<Option<f64>>,
}

/// The cost over many draws.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostDraws {
    /// Commodities of the markets.
    pub commodities: Vec<String>,
    /// Seed.
    pub seed: u64,
    /// One entry per draw.
    pub draws: Vec<CostDraw>,
}

/// Draws every interval of `scenario`'s markets (elasticities, capacities, restricted exports) and of the links' output
/// shares from a triangular distribution over low, central and high, and runs each draw to its cost.
///
/// Capacities of one market move together, as do its restricted exports; output shares move alone. A draw depends on seed
/// and number alone, whatever the number of threads. `is_wanted` is asked between batches with the draws done and in all.
///
/// # Errors
///
/// As [`crate::cost`]; [`Error::Interrupted`] when `is_wanted` says so.
pub fn cost_draws(
    scenario: &Scenario,
    dataset: &Dataset,
    recipes: &[MarketRecipe],
    economy: &Economy,
    (n_draws, seed): (usize, u64),
    is_wanted: &(dyn Fn(usize, usize) -> bool + Sync),
) -> Result<CostDraws, Error> {
    const BATCH: usize = 64;
    let Prepared { reached, .. } = prepare(scenario, dataset, recipes)?;
    let links = Links::new(economy, &dataset.industry_links)?;
    let central: Vec<Market> = reached.iter().map(|one| one.assembled.market.clone()).collect();
    let first = drawn(economy, &links, &reached, &central, None, None)?;
    let start = first.map(|(_, multipliers)| multipliers).filter(|start| !start.is_empty());
    let mut draws = Vec::with_capacity(n_draws);
    for begin in (0..n_draws).step_by(BATCH) {
        if !is_wanted(begin, n_draws) {
            return Err(Error::Interrupted);
        }
        let batch = begin..(begin + BATCH).min(n_draws);
        let run = |draw: usize| {
            let mut random =
                Xoshiro256PlusPlus::seed_from_u64(seed ^ (draw as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let markets: Vec<Market> = reached.iter().map(|one| moved(one, &mut random)).collect();
            let cost = drawn(economy, &links, &reached, &markets, start.as_deref(), Some(&mut random))?;
            Ok(cost_draw(draw, &reached, &markets, cost.map(|(cost, _)| cost)))
        };
        draws.extend(batch.into_par_iter().map(run).collect::<Result<Vec<_>, Error>>()?);
    }
    is_wanted(n_draws, n_draws);
    let commodities = reached.iter().map(|one| one.assembled.market.commodity.to_string()).collect();
    Ok(CostDraws { commodities, seed, draws })
}

/// Cost and multipliers of one set of markets, with output shares drawn when there is a generator.
fn drawn(
    economy: &Economy,
    links: &Links,
    reached: &[Reached],
    markets: &[Market],
    start: Option<&[f64]>,
    random: Option<&mut Xoshiro256PlusPlus>,
) -> Result<Option<(f64, Vec<f64>)>, Error> {
    let mut shocks = Vec::new();
    let country = critmin_core::CountryId::new(COUNTRY)?;
    for (one, market) in reached.iter().zip(markets) {
        match solve(market, &one.options) {
            Ok(after) => shocks.push(CommodityShock::of(&one.assembled, &after, &country)),
            Err(Error::UnboundedPrice { .. } | Error::NoSupplyLeft { .. }) => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    // Drawn in the order of the links, so that a draw is the same whatever asks for it.
    let mut shares = std::collections::BTreeMap::new();
    if let Some(random) = random {
        for shock in &shocks {
            for (industry, [value, low, high]) in links.of(&shock.commodity).embodied {
                shares.insert((shock.commodity.clone(), industry), triangular(low, value, high, random));
            }
        }
    }
    let share = |commodity: &critmin_core::CommodityId, industry: usize, ends: &[f64; 3]| {
        shares.get(&(commodity.clone(), industry)).copied().unwrap_or(ends[0])
    };
    let cut = cuts(economy, links, &shocks, share);
    let found = assess_cuts(economy, links, &shocks, &cut, start)?;
    Ok(Some((found.gdp_change_million_usd, found.allocation.multipliers)))
}

fn cost_draw(draw: usize, reached: &[Reached], markets: &[Market], cost: Option<f64>) -> CostDraw {
    let cleared: Vec<_> = reached.iter().zip(markets).map(|(one, market)| solve(market, &one.options).ok()).collect();
    CostDraw {
        draw,
        gdp_change_million_usd: cost,
        price_ratio: cleared.iter().map(|after| after.as_ref().map(|after| after.price_ratio)).collect(),
        shortfall_share: cleared.iter().map(|after| after.as_ref().map(|after| after.shortfall_share)).collect(),
    }
}

/// The market with every interval drawn.
fn moved(reached: &Reached, random: &mut Xoshiro256PlusPlus) -> Market {
    let (mut market, intervals) = (reached.assembled.market.clone(), &reached.assembled.intervals);
    let mut draw = |interval: Option<Interval>, central: f64| match interval {
        Some(ends) => triangular(ends.low, central, ends.high, random),
        None => central,
    };
    market.price_elasticity_of_demand = draw(intervals.price_elasticity_of_demand, market.price_elasticity_of_demand);
    market.price_elasticity_of_supply = draw(intervals.price_elasticity_of_supply, market.price_elasticity_of_supply);
    // Between 0 (low) and 2 (high), 1 the central value: capacities of a market move together, as do restricted exports.
    let (capacity, exports) = (triangular(0.0, 1.0, 2.0, random), triangular(0.0, 1.0, 2.0, random));
    let along = |position: f64, interval: Option<Interval>, central: f64| match interval {
        Some(ends) if position < 1.0 => ends.low + position * (central - ends.low),
        Some(ends) => central + (position - 1.0) * (ends.high - central),
        None => central,
    };
    for (producer, interval) in market.producers.iter_mut().zip(&intervals.capacity_t) {
        producer.capacity_t = along(capacity, *interval, producer.capacity_t).max(producer.production_t);
    }
    for (restricted, interval) in market.restricted.iter_mut().zip(&intervals.net_exports_t) {
        restricted.net_exports_t = along(exports, *interval, restricted.net_exports_t).max(0.0);
    }
    market
}

fn triangular(low: f64, mode: f64, high: f64, random: &mut Xoshiro256PlusPlus) -> f64 {
    // An interval of no width is its value; the assembly has checked that the value lies inside.
    Triangular::new(low, high, mode).map_or(mode, |distribution| distribution.sample(random))
}
