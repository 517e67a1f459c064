//! A market in four quarters: capacities that ramp up, restrictions that change, and a stock that is released by a rule.
//!
//! ```text
//! supply      sum_c min(K_cq, Q_c rho^eta) / 4  +  sum_k (1 - r_kq) NX_k / 4  +  b_q
//! demand      D(rho) / 4
//! capacity    K_cq = Q_c + ramp_q (K_c - Q_c)
//! stock       B_(q+1) = B_q - b_q,     0 <= b_q <= B_q
//! ```

use serde::{Deserialize, Serialize};

use crate::equilibrium::demand_ratio;
use crate::root::{Supply, clearing_log_price};
use crate::{Error, Market, MarketOptions};

/// Quarters of the assessed year.
pub const QUARTERS: usize = 4;
const PER_YEAR: f64 = 4.0;
/// Above this the price ratio leaves the range of floating-point numbers.
const LARGEST_LOG_PRICE: f64 = 690.0;
/// Halvings of the logarithm of the price: beyond the resolution of a double.
const HALVINGS: u32 = 200;

/// How a stock is released.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum ReleaseRule {
    /// Nothing is released.
    #[default]
    None,
    /// The share `share` of what is missing at the base price, as long as the stock lasts.
    Proportional {
        /// Share of the missing quantity, in \[0, 1\].
        share: f64,
    },
    /// What keeps the price at `price_ratio`, as long as the stock lasts.
    PriceTriggered {
        /// Price over base price, at least 1.
        price_ratio: f64,
    },
    /// Spread over the year, with foresight, so that the highest price is the lowest possible.
    Planned,
}

/// What the quarters need beside the market.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QuarterOptions {
    /// Share of the idle capacity that is available in each quarter, in \[0, 1\]; default a linear ramp over a year.
    pub ramp: [f64; QUARTERS],
    /// Share of the market's restriction levels in force in each quarter, in \[0, 1\]; default all year.
    pub in_force: [f64; QUARTERS],
    /// Opening stock \[t\].
    pub stock_t: f64,
    /// How it is released.
    pub release: ReleaseRule,
}

impl Default for QuarterOptions {
    fn default() -> Self {
        // The mean of a linear ramp over each quarter.
        Self { ramp: [0.125, 0.375, 0.625, 0.875], in_force: [1.0; QUARTERS], stock_t: 0.0, release: ReleaseRule::None }
    }
}

/// One quarter.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct QuarterOutcome {
    /// 1 to 4.
    pub quarter: usize,
    /// Price over base price, at least 1.
    pub price_ratio: f64,
    /// Demand of the base year, a quarter \[t\].
    pub base_demand_t: f64,
    /// What is used \[t\].
    pub quantity_t: f64,
    /// Base demand less use \[t\].
    pub shortfall_t: f64,
    /// What comes out of stock \[t\].
    pub release_t: f64,
    /// Stock at the end \[t\].
    pub stock_t: f64,
    /// Share of the demand at the choke price that is not served.
    pub unserved_share: f64,
}

/// One quarter's side of the market: supply without stock, and demand, at any price \[t/yr\].
struct Quarter<'a> {
    market: &'a Market,
    options: MarketOptions,
    remaining_t: f64,
    base_t: f64,
}

/// Clears `market` in each of four quarters.
///
/// ```
/// use critmin_disruption::{Market, MarketOptions, QuarterOptions, ReleaseRule, solve_quarters};
///
/// let market: Market = toml::from_str(r#"
///     commodity = "gallium"
///     stage = "refinery"
///     form = "primary"
///     year = 2023
///     scope = { kind = "global" }
///     producers = [{ country = "JPN", production_t = 30.0, capacity_t = 60.0 }]
///     restricted = [{ country = "CHN", net_exports_t = 90.0, restriction_level = 1.0 }]
///     price_elasticity_of_demand = -0.5
///     price_elasticity_of_supply = 1.0
/// "#)?;
/// let plenty = QuarterOptions { stock_t: 1e4, release: ReleaseRule::Proportional { share: 1.0 }, ..QuarterOptions::default() };
/// let quarters = solve_quarters(&market, &MarketOptions::default(), &plenty)?;
/// assert!(quarters.iter().all(|quarter| quarter.price_ratio == 1.0));
/// let bare = solve_quarters(&market, &MarketOptions::default(), &QuarterOptions::default())?;
/// // Capacity ramps up, so that the price falls from quarter to quarter.
/// assert!(bare.windows(2).all(|pair| pair[1].price_ratio < pair[0].price_ratio));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// As [`crate::solve`]; [`Error::OptionOutOfRange`] for a quarter option.
pub fn solve_quarters(
    market: &Market,
    options: &MarketOptions,
    quarters: &QuarterOptions,
) -> Result<Vec<QuarterOutcome>, Error> {
    market.validate()?;
    options.validate()?;
    quarters.validate()?;
    let each: Vec<Quarter<'_>> = (0..QUARTERS).map(|index| Quarter::new(market, options, quarters, index)).collect();
    let planned = match quarters.release {
        ReleaseRule::Planned => Some(plan(&each, quarters.stock_t)?),
        _ => None,
    };
    let mut stock_t = quarters.stock_t;
    let mut outcomes = Vec::new();
    for (index, quarter) in each.iter().enumerate() {
        let wanted = match quarters.release {
            ReleaseRule::None => 0.0,
            ReleaseRule::Proportional { share } => share * quarter.gap(0.0)?,
            ReleaseRule::PriceTriggered { price_ratio } => quarter.gap(price_ratio.ln())?,
            ReleaseRule::Planned => planned.map_or(Ok(0.0), |log_price| quarter.gap(log_price))?,
        };
        let release_t = (wanted / PER_YEAR).clamp(0.0, stock_t);
        stock_t -= release_t;
        outcomes.push(quarter.clear(index, release_t, stock_t)?);
    }
    Ok(outcomes)
}

impl QuarterOptions {
    fn validate(&self) -> Result<(), Error> {
        let out = |name, found, expected| Err(Error::OptionOutOfRange { name, found, expected });
        for (name, shares) in [("ramp", &self.ramp), ("in_force", &self.in_force)] {
            if let Some(found) = shares.iter().copied().find(|share| !(0.0..=1.0).contains(share)) {
                return out(name, found, "fractions from 0 to 1, one for each quarter");
            }
        }
        if !(0.0 <= self.stock_t && self.stock_t.is_finite()) {
            return out("stock_t", self.stock_t, "tonnes, at least 0");
        }
        match self.release {
            ReleaseRule::Proportional { share } if !(0.0..=1.0).contains(&share) => {
                out("share", share, "a fraction from 0 to 1")
            }
            ReleaseRule::PriceTriggered { price_ratio } if !(1.0 <= price_ratio && price_ratio.is_finite()) => {
                out("price_ratio", price_ratio, "a finite price ratio of at least 1")
            }
            _ => Ok(()),
        }
    }
}

impl<'a> Quarter<'a> {
    fn new(market: &'a Market, options: &MarketOptions, quarters: &QuarterOptions, index: usize) -> Self {
        let delivered = |exports: &crate::RestrictedExports| {
            exports.net_exports_t * (1.0 - exports.restriction_level * quarters.in_force[index])
        };
        let options = MarketOptions { ramp: quarters.ramp[index], ..*options };
        let remaining_t = market.restricted.iter().map(delivered).sum();
        Self { market, options, remaining_t, base_t: market.base_demand_t() }
    }

    fn supply(&self, release_t: f64) -> Supply {
        Supply::new(self.market, &self.options, self.remaining_t + PER_YEAR * release_t)
    }

    fn demand_t(&self, log_price: f64) -> f64 {
        self.base_t * demand_ratio(self.options.demand_form, self.market.price_elasticity_of_demand.abs(), log_price)
    }

    /// Demand less supply without stock at a price, at least 0 \[t/yr\].
    fn gap(&self, log_price: f64) -> Result<f64, Error> {
        if !log_price.is_finite() {
            return Err(Error::OptionOutOfRange {
                name: "price_ratio",
                found: log_price.exp(),
                expected: "a finite price ratio",
            });
        }
        Ok((self.demand_t(log_price) - self.supply(0.0).at(log_price)).max(0.0))
    }

    fn clear(&self, index: usize, release_t: f64, stock_t: f64) -> Result<QuarterOutcome, Error> {
        let supply = self.supply(release_t);
        let is_enough = self.base_t * (1.0 - f64::EPSILON) <= supply.at(0.0);
        let log_price =
            if is_enough { 0.0 } else { clearing_log_price(&supply, self.market, &self.options, self.base_t)?.0 };
        let wanted = self.demand_t(log_price);
        let choke = self.options.choke().filter(|choke| choke.ln() <= log_price);
        let used = if choke.is_some() { wanted.min(supply.at(log_price)) } else { wanted };
        let base = self.base_t / PER_YEAR;
        Ok(QuarterOutcome {
            quarter: index + 1,
            price_ratio: choke.unwrap_or_else(|| log_price.exp()),
            base_demand_t: base,
            quantity_t: used / PER_YEAR,
            shortfall_t: base - used / PER_YEAR,
            release_t,
            stock_t,
            unserved_share: if choke.is_some() && 0.0 < wanted { 1.0 - used / wanted } else { 0.0 },
        })
    }
}

/// The lowest price that the stock can hold all year: what is released at it in each quarter uses up the stock exactly,
/// unless the base price holds anyway.
fn plan(quarters: &[Quarter<'_>], stock_t: f64) -> Result<f64, Error> {
    let needed = |log_price: f64| -> Result<f64, Error> {
        let gaps: Result<Vec<f64>, Error> = quarters.iter().map(|quarter| quarter.gap(log_price)).collect();
        Ok(gaps?.iter().sum::<f64>() / PER_YEAR)
    };
    let (mut low, mut high) = (0.0, 1.0);
    if needed(low)? <= stock_t {
        return Ok(low);
    }
    while stock_t < needed(high)? && high < LARGEST_LOG_PRICE {
        high *= 2.0;
    }
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if needed(middle)? <= stock_t { high = middle } else { low = middle }
    }
    Ok(high)
}
