//! What a tonne is worth where: the duals of the balances.

use critmin_solve::{Error as SolveError, Solution, solve_with};

use crate::network::program::Program;
use crate::network::rows::RowKey;
use crate::network::{Plan, PriceRow, solve as solving};
use crate::{Error, Monitor};

/// Activity below which a node counts as idle, in the programme's units of mass.
const IDLE: f64 = 1e-6;
/// How far a balance is moved to see the price on each side, in the programme's units of mass. The cost is piecewise
/// linear, so that a small step is exact up to the first kink.
const STEP: f64 = 1e-4;

/// Prices by period and node, USD/t, undiscounted.
pub(crate) struct Prices(Vec<Vec<f64>>);

impl Prices {
    /// The price of a form in a region; 0 where nothing touches it.
    pub(crate) fn of(&self, program: &Program<'_>, period: usize, region: &str, form: &str) -> f64 {
        program.nodes.at(region, form).map_or(0.0, |node| self.0[period][node])
    }
}

pub(crate) fn prices(program: &Program<'_>, solution: &Solution) -> Prices {
    let mut found = vec![vec![0.0; program.nodes.names.len()]; program.network.periods.len()];
    for ((period, key), dual) in program.keys.iter().zip(&solution.row_duals) {
        if let RowKey::Balance(node) = key {
            found[*period][*node] = program.scale.usd_per_t(*dual) / program.network.periods[*period].discount;
        }
    }
    Prices(found)
}

pub(crate) fn rows(program: &Program<'_>, solution: &Solution, found: &Prices) -> Vec<PriceRow> {
    let activity = activities(program, solution);
    let balances = program.keys.iter().enumerate().filter_map(|(row, (period, key))| match key {
        RowKey::Balance(node) => Some((row, *period, *node)),
        RowKey::Limit(..) => None,
    });
    let price = |(row, period, node): (usize, usize, usize)| {
        let (region, form) = program.nodes.names[node];
        PriceRow {
            period: program.network.periods[period].id.clone(),
            region: region.to_owned(),
            form: form.to_owned(),
            price_usd_per_t: found.0[period][node],
            is_idle: activity[row] < IDLE,
            low_usd_per_t: None,
            high_usd_per_t: None,
        }
    };
    balances.map(price).collect()
}

/// The amounts that move through each row, in and out together.
fn activities(program: &Program<'_>, solution: &Solution) -> Vec<f64> {
    program.problem.magnitudes(&solution.values)
}

/// Prices of idle nodes are not unique: the cost with a little more and a little less demand there gives both ends.
pub(crate) fn add_intervals(
    program: &Program<'_>,
    solution: &Solution,
    plan: &mut Plan,
    monitor: &Monitor<'_>,
) -> Result<(), Error> {
    let balances = program.keys.iter().enumerate().filter(|(_, (_, key))| matches!(key, RowKey::Balance(_)));
    let idle: Vec<(usize, usize)> = balances.enumerate().map(|(price, (row, _))| (price, row)).collect();
    let idle: Vec<_> = idle.into_iter().filter(|(price, _)| plan.prices[*price].is_idle).collect();
    let options = solving::solve_options(program, program.options);
    for (done, (price, row)) in idle.iter().enumerate() {
        if !monitor.goes_on(done, idle.len()) {
            return Err(Error::Interrupted);
        }
        let mut ends = [None, None];
        for (end, step) in ends.iter_mut().zip([-STEP, STEP]) {
            let mut moved = program.problem.clone();
            moved.shift_row(*row, step);
            let cost = match solve_with(&moved, &options, &monitor.solver) {
                Ok(found) => Some((found.objective - solution.objective) / step),
                // Where nothing can give way on one side, the price has no end there.
                Err(SolveError::Infeasible { .. }) => None,
                Err(fault) => return Err(fault.into()),
            };
            let discount = program.network.periods[program.keys[*row].0].discount;
            *end = cost.map(|cost| program.scale.usd_per_t(cost) / discount);
        }
        (plan.prices[*price].low_usd_per_t, plan.prices[*price].high_usd_per_t) = (ends[0], ends[1]);
    }
    Ok(())
}
