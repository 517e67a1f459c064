//! Which price clears the market after the restriction, and what is missing at that price?
//!
//! Own formulation after the frame of USGS OFR 2024-1057 (Nassar and others 2024, <https://doi.org/10.3133/ofr20241057>):
//! equilibrium from elasticities and excess capacity over one year. Its equations have not been read; nothing here is a
//! reproduction of that report.
//!
//! ```text
//! base demand   D0 = sum Q_c + sum NX_k
//! supply        S_c(rho) = min(K_c, Q_c rho^eta),   restricted supply  (1 - r_k) NX_k
//! demand        D(rho) = D0 d(rho)
//! equilibrium   the rho >= 1 with  sum S_c(rho) + sum (1 - r_k) NX_k = D(rho)
//! shortfall     1 - D(rho)/D0, the same share for every user
//! ```
//!
//! Excess demand falls strictly with `rho`, so the root is unique.
//!
//! Two closed forms. Everybody at capacity: `rho = (D0 / (sum K_c + sum (1 - r_k) NX_k))^(1/epsilon)`.
//! No capacity binds and the restriction is a ban, so that a share `lambda = NX/D0` of supply is gone and **all** that
//! is left responds: `rho = (1 - lambda)^(-1/(epsilon + eta))`. For `r < 1` the second does not hold, because what the
//! restricting country still exports does not respond to the price.

use critmin_core::{CountryId, Share};
use serde::{Deserialize, Serialize};

use crate::root::{Supply, clearing_log_price};
use crate::{DemandForm, Error, Market, MarketOptions, Producer, RestrictedExports, Scope, SupplyForm};

/// The market after the restriction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Equilibrium {
    /// Price over base price, at least 1.
    pub price_ratio: f64,
    /// Quantity over base demand, in \[0, 1\].
    pub quantity_ratio: f64,
    /// Quantity supplied and used \[t/yr\].
    pub quantity_t: f64,
    /// Demand of the base year \[t/yr\].
    pub base_demand_t: f64,
    /// Base demand less quantity \[t/yr\].
    pub shortfall_t: f64,
    /// Shortfall over base demand, in \[0, 1\].
    pub shortfall_share: f64,
    /// Share of the demand at the clearing price that is not served: above 0 only at the choke price.
    pub unserved_share: f64,
    /// Response of each producer, in the order of the market.
    pub producers: Vec<ProducerResponse>,
    /// What the restricting countries still deliver, leakage included \[t/yr\].
    pub restricted_supply_t: f64,
    /// What they no longer deliver \[t/yr\].
    pub lost_supply_t: f64,
    /// Steps of the root search; 0 where a closed form holds.
    pub iterations: u32,
    /// Supply less served demand, over base demand: how exactly the market clears.
    pub residual: f64,
}

/// What one producer does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProducerResponse {
    /// The country; absent for the remainder.
    pub country: Option<CountryId>,
    /// Output before \[t/yr\].
    pub base_t: f64,
    /// Output after \[t/yr\].
    pub post_t: f64,
    /// Capacity within the year, after the ramp; absent when supply is uncapped \[t/yr\].
    pub capacity_t: Option<f64>,
    /// Whether output has reached it.
    pub is_at_capacity: bool,
}

/// Clears `market` at the restriction levels that it carries.
///
/// ```
/// use critmin_disruption::{Market, MarketOptions, solve};
///
/// // Germanium with parameters calibrated to the published price change (+26 %) of USGS OFR 2024-1057.
/// let market: Market = toml::from_str(r#"
///     commodity = "germanium"
///     stage = "refinery"
///     form = "primary"
///     year = 2022
///     scope = { kind = "global" }
///     producers = [
///         { country = "BEL", production_t = 4.0, capacity_t = 10.0 },
///         { country = "CAN", production_t = 20.0, capacity_t = 30.0 },
///         { country = "RUS", production_t = 6.0, capacity_t = 20.0 },
///     ]
///     restricted = [{ country = "CHN", net_exports_t = 43.7, restriction_level = 1.0 }]
///     price_elasticity_of_demand = -1.0
///     price_elasticity_of_supply = 5.0
/// "#)?;
/// let after = solve(&market, &MarketOptions::default())?;
/// assert!((after.price_ratio - 1.2554).abs() < 1e-4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The faults of [`Market::validate`] and [`MarketOptions::validate`];
/// [`Error::NoSupplyLeft`] or [`Error::UnboundedPrice`] when no finite price clears the market.
///
/// # References
///
/// Own formulation after the frame of USGS OFR 2024-1057, <https://doi.org/10.3133/ofr20241057>.
pub fn solve(market: &Market, options: &MarketOptions) -> Result<Equilibrium, Error> {
    market.validate()?;
    options.validate()?;
    clear(market, options, |exports| exports.restriction_level)
}

/// Clears `market` with every restriction at `level`.
///
/// # Errors
///
/// As [`solve`].
pub fn solve_at(market: &Market, options: &MarketOptions, level: Share) -> Result<Equilibrium, Error> {
    market.validate()?;
    options.validate()?;
    clear(market, options, |_| level.fraction())
}

fn clear(
    market: &Market,
    options: &MarketOptions,
    level: impl Fn(&RestrictedExports) -> f64,
) -> Result<Equilibrium, Error> {
    let leaking = if matches!(market.scope, Scope::Global) { 0.0 } else { options.leakage_share };
    if leaking == 0.0 || options.leakage_premium == 0.0 {
        return clear_leaking(market, options, &level, leaking);
    }
    // The returning part is a supply that waits for its price: none below it, all above it, and what is needed at it.
    let threshold = 1.0 + options.leakage_premium;
    let tight = clear_leaking(market, options, &level, 0.0)?;
    if tight.price_ratio <= threshold {
        return Ok(tight);
    }
    let loose = clear_leaking(market, options, &level, leaking)?;
    if threshold <= loose.price_ratio {
        return Ok(loose);
    }
    Ok(at_threshold(market, options, threshold, &tight))
}

/// The market at the price at which the returning part sets in, and as much of it as that price needs.
fn at_threshold(market: &Market, options: &MarketOptions, threshold: f64, tight: &Equilibrium) -> Equilibrium {
    let base_t = tight.base_demand_t;
    let mut after = served(market, options, base_t, threshold.ln(), tight.restricted_supply_t);
    let returned_t = (-after.residual * base_t).max(0.0);
    after.restricted_supply_t += returned_t;
    after.lost_supply_t = tight.lost_supply_t - returned_t;
    after.residual = 0.0;
    after
}

fn clear_leaking(
    market: &Market,
    options: &MarketOptions,
    level: &impl Fn(&RestrictedExports) -> f64,
    leaking: f64,
) -> Result<Equilibrium, Error> {
    let exports: f64 = market.restricted.iter().map(|exports| exports.net_exports_t).sum();
    let withheld: f64 = market.restricted.iter().map(|exports| level(exports) * exports.net_exports_t).sum();
    let lost_t = withheld * (1.0 - leaking);
    let remaining_t = (exports - lost_t).max(0.0);
    let base_demand_t = market.base_demand_t();
    let supply = Supply::new(market, options, remaining_t);
    let (log_price, iterations) =
        if lost_t == 0.0 { (0.0, 0) } else { clearing_log_price(&supply, market, options, base_demand_t)? };
    let mut after = served(market, options, base_demand_t, log_price, remaining_t);
    after.lost_supply_t = lost_t;
    after.iterations = iterations;
    Ok(after)
}

fn served(market: &Market, options: &MarketOptions, base_t: f64, log_price: f64, remaining_t: f64) -> Equilibrium {
    let respond = |producer| response(producer, market.price_elasticity_of_supply, options, log_price);
    let producers: Vec<ProducerResponse> = market.producers.iter().map(respond).collect();
    let supply_t = producers.iter().map(|producer| producer.post_t).sum::<f64>() + remaining_t;
    let wanted = demand_ratio(options.demand_form, market.price_elasticity_of_demand.abs(), log_price);
    let choke = options.choke().filter(|choke| choke.ln() <= log_price);
    let is_rationed = choke.is_some();
    let quantity_ratio = if is_rationed { wanted.min(supply_t / base_t) } else { wanted };
    // Demand may round to zero at the choke price: nothing wanted is nothing unserved.
    let unserved_share = if is_rationed && 0.0 < wanted { 1.0 - quantity_ratio / wanted } else { 0.0 };
    Equilibrium {
        price_ratio: choke.unwrap_or_else(|| log_price.exp()),
        quantity_ratio,
        quantity_t: base_t * quantity_ratio,
        base_demand_t: base_t,
        shortfall_t: base_t * (1.0 - quantity_ratio),
        shortfall_share: 1.0 - quantity_ratio,
        unserved_share,
        producers,
        restricted_supply_t: remaining_t,
        lost_supply_t: 0.0,
        iterations: 0,
        residual: supply_t / base_t - quantity_ratio,
    }
}

fn response(producer: &Producer, elasticity: f64, options: &MarketOptions, log_price: f64) -> ProducerResponse {
    let base_t = producer.production_t;
    let capacity_t = match options.supply_form {
        SupplyForm::CapacityCapped => Some(ramped_capacity_t(producer, options.ramp)),
        SupplyForm::Uncapped => None,
        SupplyForm::Fixed => Some(base_t),
    };
    let willing_t = base_t * (elasticity * log_price).exp();
    let post_t = capacity_t.map_or(willing_t, |capacity_t| willing_t.min(capacity_t));
    let is_at_capacity = capacity_t.is_some_and(|capacity_t| capacity_t <= willing_t);
    ProducerResponse { country: producer.country.clone(), base_t, post_t, capacity_t, is_at_capacity }
}

/// Capacity within the year: output plus the share `ramp` of what is idle \[t/yr\].
pub(crate) fn ramped_capacity_t(producer: &Producer, ramp: f64) -> f64 {
    producer.production_t + ramp * (producer.capacity_t - producer.production_t)
}

/// Demand over base demand at `exp(log_price)`, before any rationing, in \[0, 1\].
pub(crate) fn demand_ratio(form: DemandForm, epsilon: f64, log_price: f64) -> f64 {
    match form {
        DemandForm::Isoelastic | DemandForm::ChokePrice => (-epsilon * log_price).exp(),
        DemandForm::Linear => (1.0 - epsilon * log_price.exp_m1()).max(0.0),
    }
}
