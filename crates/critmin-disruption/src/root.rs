//! The root search behind the equilibrium, on the logarithm of the price ratio.
//!
//! Producers reach their capacities at known prices. Between two of these, supply is `fixed + responding rho^eta`:
//! the search walks over them and then solves one smooth segment, in closed form where there is one.

use crate::equilibrium::{demand_ratio, ramped_capacity_t};
use crate::{DemandForm, Error, Market, MarketOptions, SupplyForm};

/// Above this the price ratio leaves the range of floating-point numbers.
const LARGEST_LOG_PRICE: f64 = 690.0;
/// Newton steps halve the bracket at worst, so that this many are never reached.
const MOST_STEPS: u32 = 200;

/// Total supply as a function of the price ratio.
pub(crate) struct Supply {
    /// What does not respond \[t/yr\].
    fixed_t: f64,
    /// What responds without limit \[t/yr\].
    unlimited_t: f64,
    /// Producers that respond up to a capacity, by the price at which they reach it.
    capped: Vec<Capped>,
    eta: f64,
}

struct Capped {
    log_price_at_capacity: f64,
    production_t: f64,
    capacity_t: f64,
}

/// One smooth stretch of the excess supply.
struct Segment {
    fixed_t: f64,
    responding_t: f64,
    eta: f64,
    base_t: f64,
    epsilon: f64,
    form: DemandForm,
}

impl Supply {
    pub(crate) fn new(market: &Market, options: &MarketOptions, remaining_t: f64) -> Self {
        let eta = market.price_elasticity_of_supply;
        let mut supply = Self { fixed_t: remaining_t, unlimited_t: 0.0, capped: Vec::new(), eta };
        let responds = eta > 0.0 && options.supply_form != SupplyForm::Fixed;
        for producer in &market.producers {
            let production_t = producer.production_t;
            if !responds || production_t == 0.0 {
                supply.fixed_t += production_t;
            } else if options.supply_form == SupplyForm::Uncapped {
                supply.unlimited_t += production_t;
            } else {
                let capacity_t = ramped_capacity_t(producer, options.ramp);
                let log_price_at_capacity = (capacity_t / production_t).ln() / eta;
                supply.capped.push(Capped { log_price_at_capacity, production_t, capacity_t });
            }
        }
        supply.capped.sort_by(|a, b| a.log_price_at_capacity.total_cmp(&b.log_price_at_capacity));
        supply
    }

    pub(crate) fn at(&self, log_price: f64) -> f64 {
        let growth = (self.eta * log_price).exp();
        let capped: f64 = self.capped.iter().map(|one| one.capacity_t.min(one.production_t * growth)).sum();
        self.fixed_t + self.unlimited_t * growth + capped
    }
}

/// The clearing price \[logarithm of the ratio\] and the number of steps.
pub(crate) fn clearing_log_price(
    supply: &Supply,
    market: &Market,
    options: &MarketOptions,
    base_t: f64,
) -> Result<(f64, u32), Error> {
    let epsilon = market.price_elasticity_of_demand.abs();
    let form = options.demand_form;
    if let Some(choke) = options.choke().map(f64::ln)
        && supply.at(choke) <= base_t * demand_ratio(form, epsilon, choke)
    {
        return Ok((choke, 0));
    }
    let mut segment = Segment { fixed_t: supply.fixed_t, responding_t: 0.0, eta: supply.eta, base_t, epsilon, form };
    let mut from = 0.0;
    for (index, next) in supply.capped.iter().enumerate() {
        let responding: f64 = supply.capped[index..].iter().map(|one| one.production_t).sum();
        segment.responding_t = supply.unlimited_t + responding;
        let until = next.log_price_at_capacity.min(LARGEST_LOG_PRICE);
        if 0.0 <= segment.excess(until) {
            return Ok(segment.root(from, until));
        }
        if until < next.log_price_at_capacity {
            return Err(unbounded(market));
        }
        segment.fixed_t += next.capacity_t;
        from = next.log_price_at_capacity;
    }
    segment.responding_t = supply.unlimited_t;
    segment.last_root(from, market)
}

fn unbounded(market: &Market) -> Error {
    let commodity = market.commodity.clone();
    Error::UnboundedPrice { commodity, demand_elasticity: market.price_elasticity_of_demand }
}

impl Segment {
    fn excess(&self, log_price: f64) -> f64 {
        let demand = self.base_t * demand_ratio(self.form, self.epsilon, log_price);
        self.fixed_t + self.responding_t * (self.eta * log_price).exp() - demand
    }

    fn slope(&self, log_price: f64) -> f64 {
        let demand = match self.form {
            DemandForm::Linear if demand_ratio(self.form, self.epsilon, log_price) == 0.0 => 0.0,
            DemandForm::Linear => self.base_t * self.epsilon * log_price.exp(),
            _ => self.base_t * self.epsilon * (-self.epsilon * log_price).exp(),
        };
        self.responding_t * self.eta * (self.eta * log_price).exp() + demand
    }

    /// The root of the stretch that has no upper end.
    fn last_root(&self, from: f64, market: &Market) -> Result<(f64, u32), Error> {
        if self.fixed_t == 0.0 && self.responding_t == 0.0 && self.form != DemandForm::Linear {
            return Err(Error::NoSupplyLeft { commodity: market.commodity.clone() });
        }
        let until = self.upper_bound().max(from);
        if until <= LARGEST_LOG_PRICE { Ok(self.root(from, until)) } else { Err(unbounded(market)) }
    }

    /// A price at which the market is certain to clear: what each part of supply would reach alone.
    fn upper_bound(&self) -> f64 {
        let (share_fixed, share_responding) = (self.fixed_t / self.base_t, self.responding_t / self.base_t);
        let by_demand = match self.form {
            DemandForm::Linear => ((1.0 - share_fixed).max(0.0) / self.epsilon).ln_1p(),
            _ => -share_fixed.ln() / self.epsilon,
        };
        let linear = self.form == DemandForm::Linear;
        let by_supply = -share_responding.ln() / (self.eta + if linear { 0.0 } else { self.epsilon });
        // A missing part gives an infinite bound or, for 0/0, NaN: `min` takes the other one.
        by_demand.min(by_supply)
    }

    fn root(&self, from: f64, until: f64) -> (f64, u32) {
        if self.responding_t == 0.0 || (self.fixed_t == 0.0 && self.form != DemandForm::Linear) {
            return (self.upper_bound().clamp(from, until), 0);
        }
        self.newton(from, until)
    }

    /// Newton's method kept inside a bracket, bisecting when a step leaves it or gains too little.
    fn newton(&self, from: f64, until: f64) -> (f64, u32) {
        let (mut low, mut high) = (from, until);
        let mut guess = f64::midpoint(low, high);
        let mut last_step = high - low;
        for steps in 1..MOST_STEPS {
            let excess = self.excess(guess);
            if excess == 0.0 {
                return (guess, steps);
            }
            if excess < 0.0 {
                low = guess;
            } else {
                high = guess;
            }
            let newton = guess - excess / self.slope(guess);
            let is_useful = low < newton && newton < high && 2.0 * (newton - guess).abs() < last_step;
            let next = if is_useful { newton } else { f64::midpoint(low, high) };
            last_step = (next - guess).abs();
            guess = next;
            if last_step <= f64::EPSILON * guess || high - low <= f64::EPSILON * high {
                return (guess, steps);
            }
        }
        (guess, MOST_STEPS)
    }
}
