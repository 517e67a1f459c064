//! Powers of ten that bring masses and money near one, so that the solver's tolerances mean the same for kilograms of
//! gallium and megatonnes of graphite.

use crate::network::Network;

/// Where the dearest cost should lie in the solver's units.
const DEAREST: f64 = 1e3;

/// How the programme's units relate to tonnes and USD.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    /// Tonnes per unit of mass.
    pub(crate) tonnes: f64,
    /// USD per unit of money.
    pub(crate) usd: f64,
}

impl Scale {
    /// The scale of a network: the largest demand of a period (or, without demand, the largest store or capacity) lies
    /// between 1 and 10, the dearest tonne at about a thousand.
    pub(crate) fn of(network: &Network) -> Self {
        let n_periods = network.periods.len();
        let demands = network.uses.iter().flat_map(|user| (0..n_periods).map(|at| user.demand_t.at(at)));
        let stocks = network.stocks.iter().map(|stock| stock.initial_t);
        let largest = demands.chain(stocks).fold(0.0_f64, f64::max);
        let tonnes = power_of_ten(largest);
        let penalties = network.uses.iter().flat_map(|user| &user.unmet_steps).map(|step| step.penalty_usd_per_t);
        let costs = network.processes.iter().map(|process| process.cost_usd_per_t);
        let routes = network.arcs.iter().map(crate::network::Arc::cost_usd_per_t);
        let dearest = penalties.chain(costs).chain(routes).fold(0.0_f64, f64::max);
        Self { tonnes, usd: power_of_ten(dearest * tonnes / DEAREST) }
    }

    pub(crate) fn mass(self, tonnes: f64) -> f64 {
        tonnes / self.tonnes
    }

    /// Money of the programme per unit of its mass.
    pub(crate) fn cost(self, usd_per_t: f64) -> f64 {
        usd_per_t * self.tonnes / self.usd
    }

    /// USD per tonne of a price in the programme's units.
    pub(crate) fn usd_per_t(self, price: f64) -> f64 {
        price * self.usd / self.tonnes
    }
}

/// The power of ten at or below `value`; 1 for 0.
fn power_of_ten(value: f64) -> f64 {
    if 0.0 < value && value.is_finite() { 10.0_f64.powf(value.log10().floor()) } else { 1.0 }
}
