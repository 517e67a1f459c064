//! How price and shortfall grow with the restriction level, with the band of the uncertain figures.
//!
//! The band runs over the corners of the intervals. With everything else fixed, the price ratio falls with the magnitude
//! of the demand elasticity, with the supply elasticity and with capacity, and rises with the restricted exports; the
//! shortfall rises with the first and the last and falls with the other two. A function that is monotone in each of its
//! arguments takes its extremes over a box at corners, so the band is exact for independent intervals, and not a sample.

use critmin_core::Share;
use serde::{Deserialize, Serialize};

use crate::{Equilibrium, Error, Interval, Market, MarketIntervals, MarketOptions, solve, solve_at};

/// Levels of the sweep: 0 to 1 in twentieths.
const STEPS: u8 = 20;

/// Extremes of one result over the intervals; an end is absent when no finite price clears the market there.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// Smallest price ratio.
    pub price_ratio_low: f64,
    /// Largest price ratio; absent when some corner has no finite price.
    pub price_ratio_high: Option<f64>,
    /// Smallest shortfall share.
    pub shortfall_share_low: f64,
    /// Largest shortfall share.
    pub shortfall_share_high: f64,
    /// Smallest quantity ratio.
    pub quantity_ratio_low: f64,
    /// Largest quantity ratio.
    pub quantity_ratio_high: f64,
}

/// One point of the sweep.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Level of every restriction of the market, in \[0, 1\].
    pub restriction_level: f64,
    /// Price over base price; absent when no finite price clears the market.
    pub price_ratio: Option<f64>,
    /// Shortfall over base demand.
    pub shortfall_share: Option<f64>,
    /// Quantity over base demand.
    pub quantity_ratio: Option<f64>,
    /// Extremes over the intervals; absent when no corner clears.
    pub band: Option<Band>,
}

/// Sweeps the restriction level of `market` from 0 to 1 in twentieths.
///
/// # Errors
///
/// As [`solve`], except that a level without a finite price gives a point without values.
pub fn sweep(market: &Market, intervals: &MarketIntervals, options: &MarketOptions) -> Result<Vec<CurvePoint>, Error> {
    let corners = corners(market, intervals);
    let level = |step: u8| Ok(Share::new(f64::from(step) / f64::from(STEPS))?);
    (0..=STEPS).map(|step| level(step).and_then(|level| point(market, &corners, options, level))).collect()
}

/// Extremes of the results over the corners of `intervals`, at the levels that the market carries.
///
/// # Errors
///
/// As [`solve`], except that corners without a finite price leave the upper end open; `None` when none clears.
pub fn band(market: &Market, intervals: &MarketIntervals, options: &MarketOptions) -> Result<Option<Band>, Error> {
    extremes(corners(market, intervals).iter().map(|corner| solve(corner, options)))
}

fn point(market: &Market, corners: &[Market], options: &MarketOptions, level: Share) -> Result<CurvePoint, Error> {
    let central = finite(solve_at(market, options, level))?;
    let band = extremes(corners.iter().map(|corner| solve_at(corner, options, level)))?;
    Ok(CurvePoint {
        restriction_level: level.fraction(),
        price_ratio: central.as_ref().map(|after| after.price_ratio),
        shortfall_share: central.as_ref().map(|after| after.shortfall_share),
        quantity_ratio: central.as_ref().map(|after| after.quantity_ratio),
        band,
    })
}

/// `None` for a market that no finite price clears: a result of the sweep, not a fault of the input.
fn finite(result: Result<Equilibrium, Error>) -> Result<Option<Equilibrium>, Error> {
    match result {
        Ok(after) => Ok(Some(after)),
        Err(Error::UnboundedPrice { .. } | Error::NoSupplyLeft { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn extremes(results: impl Iterator<Item = Result<Equilibrium, Error>>) -> Result<Option<Band>, Error> {
    let mut band: Option<Band> = None;
    let mut is_open = false;
    for result in results {
        let Some(after) = finite(result)? else {
            is_open = true;
            continue;
        };
        let so_far = band.get_or_insert(Band::at(&after));
        so_far.widen(&after);
    }
    if let Some(band) = band.as_mut().filter(|_| is_open) {
        band.price_ratio_high = None;
    }
    Ok(band)
}

impl Band {
    fn at(after: &Equilibrium) -> Self {
        Self {
            price_ratio_low: after.price_ratio,
            price_ratio_high: Some(after.price_ratio),
            shortfall_share_low: after.shortfall_share,
            shortfall_share_high: after.shortfall_share,
            quantity_ratio_low: after.quantity_ratio,
            quantity_ratio_high: after.quantity_ratio,
        }
    }

    fn widen(&mut self, after: &Equilibrium) {
        self.price_ratio_low = self.price_ratio_low.min(after.price_ratio);
        self.price_ratio_high = self.price_ratio_high.map(|high| high.max(after.price_ratio));
        self.shortfall_share_low = self.shortfall_share_low.min(after.shortfall_share);
        self.shortfall_share_high = self.shortfall_share_high.max(after.shortfall_share);
        self.quantity_ratio_low = self.quantity_ratio_low.min(after.quantity_ratio);
        self.quantity_ratio_high = self.quantity_ratio_high.max(after.quantity_ratio);
    }
}

/// Every combination of the ends of the four intervals.
fn corners(market: &Market, intervals: &MarketIntervals) -> Vec<Market> {
    let end = |interval: Option<Interval>, is_high: bool, central: f64| {
        interval.map_or(central, |ends| if is_high { ends.high } else { ends.low })
    };
    (0..16_u8)
        .map(|corner| {
            let [demand, supply, capacity, exports] = [1, 2, 4, 8].map(|bit| corner & bit != 0);
            let mut moved = market.clone();
            moved.price_elasticity_of_demand =
                end(intervals.price_elasticity_of_demand, demand, market.price_elasticity_of_demand);
            moved.price_elasticity_of_supply =
                end(intervals.price_elasticity_of_supply, supply, market.price_elasticity_of_supply);
            for (producer, interval) in moved.producers.iter_mut().zip(&intervals.capacity_t) {
                producer.capacity_t = end(*interval, capacity, producer.capacity_t).max(producer.production_t);
            }
            for (restricted, interval) in moved.restricted.iter_mut().zip(&intervals.net_exports_t) {
                restricted.net_exports_t = end(*interval, exports, restricted.net_exports_t);
            }
            moved
        })
        .collect()
}
