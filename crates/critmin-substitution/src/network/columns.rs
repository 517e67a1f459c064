//! Where each decision stands among the columns of the programme.

use critmin_solve::Problem;

use crate::network::scale::Scale;
use crate::network::{Network, PlanOptions};

/// First column of each kind, for every period the same blocks in the same order.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    per_period: usize,
    flows: usize,
    stocks: usize,
    substitutions: usize,
    unmet: usize,
    /// First step of each use, counted within a period.
    first_step: Vec<usize>,
}

impl Columns {
    pub(crate) fn of(network: &Network) -> Self {
        let flows = network.processes.len();
        let stocks = flows + network.arcs.len();
        let substitutions = stocks + network.stocks.len();
        let unmet = substitutions + network.substitutions.len();
        let mut first_step = Vec::with_capacity(network.uses.len());
        let mut steps = 0;
        for user in &network.uses {
            first_step.push(steps);
            steps += user.unmet_steps.len();
        }
        Self { per_period: unmet + steps, flows, stocks, substitutions, unmet, first_step }
    }

    pub(crate) fn process(&self, period: usize, process: usize) -> usize {
        period * self.per_period + process
    }

    pub(crate) fn flow(&self, period: usize, arc: usize) -> usize {
        period * self.per_period + self.flows + arc
    }

    pub(crate) fn stock(&self, period: usize, stock: usize) -> usize {
        period * self.per_period + self.stocks + stock
    }

    pub(crate) fn substitution(&self, period: usize, row: usize) -> usize {
        period * self.per_period + self.substitutions + row
    }

    pub(crate) fn unmet(&self, period: usize, user: usize, step: usize) -> usize {
        period * self.per_period + self.unmet + self.first_step[user] + step
    }
}

/// Adds every column with its cost and bounds, in the order of [`Columns`].
pub(crate) fn add_columns(problem: &mut Problem, network: &Network, options: &PlanOptions, scale: Scale) {
    let last = network.periods.len().saturating_sub(1);
    let closed = closed_arcs(network, options);
    for (at, period) in network.periods.iter().enumerate() {
        let cost = |usd_per_t: f64| period.discount * scale.cost(usd_per_t);
        for process in &network.processes {
            problem.column(cost(process.cost_usd_per_t), 0.0, f64::INFINITY);
        }
        for (arc, is_closed) in network.arcs.iter().zip(&closed[at]) {
            let most = if *is_closed { 0.0 } else { f64::INFINITY };
            problem.column(cost(arc.cost_usd_per_t()), 0.0, most);
        }
        for stock in &network.stocks {
            let salvage = if at == last { stock.salvage_usd_per_t } else { 0.0 };
            problem.column(cost(stock.holding_cost_usd_per_t - salvage), 0.0, f64::INFINITY);
        }
        for row in &network.substitutions {
            problem.column(cost(row.cost_usd_per_t), 0.0, f64::INFINITY);
        }
        for user in &network.uses {
            let demand = scale.mass(user.demand_t.at(at));
            for step in &user.unmet_steps {
                problem.column(cost(step.penalty_usd_per_t), 0.0, step.width_share * demand);
            }
        }
    }
}

/// By period and arc: whether nothing may pass.
pub(crate) fn closed_arcs(network: &Network, options: &PlanOptions) -> Vec<Vec<bool>> {
    let mut closed: Vec<Vec<bool>> =
        vec![network.arcs.iter().map(|arc| arc.is_leak && !options.leaks).collect(); network.periods.len()];
    for ban in &network.bans {
        let Some(arc) = network.arcs.iter().position(|arc| arc.id == ban.arc) else { continue };
        for (at, of_period) in closed.iter_mut().enumerate() {
            of_period[arc] |= 1.0 <= ban.restriction_level.at(at);
        }
    }
    closed
}
