//! From a network to its proven plan.

use critmin_solve::{Backend, Solution, SolveOptions, solve_with};

use crate::network::columns::closed_arcs;
use crate::network::explain::explain;
use crate::network::program::Program;
use crate::network::rents::rents;
use crate::network::{
    CostPart, FlowRow, Network, Plan, PlanOptions, ProductionRow, StockRow, SubstitutionRow, UseRow, prices,
};
use crate::{Error, Monitor};

/// Below so many columns a simplex vertex is quick, and its zeros are zeros; above, the interior point answers alone.
const VERTEX_COLUMNS: usize = 3_000;
/// What counts as nothing, in the programme's units of mass: an interior point comes back with 1e-8 where a vertex has 0.
const NOTHING: f64 = 1e-7;

/// The cheapest way to serve the uses of `network`, with the worth of every limit.
///
/// ```
/// use critmin_substitution::network::{Network, PlanOptions, plan};
///
/// // One refiner with 6 t, a use of 10 t; the first half of the demand is worth 1,000 USD/t, the rest 200.
/// let network: Network = serde_json::from_str(r#"{
///     "title": "one refiner", "periods": [{"id": "year", "days": 365}], "regions": [{"id": "JPN"}],
///     "processes": [{"id": "refine", "region": "JPN", "output": "metal", "cost_usd_per_t": 50, "capacity_t": 6}],
///     "uses": [{"id": "optics", "region": "JPN", "form": "metal", "demand_t": 10, "unmet_steps": [
///         {"width_share": 0.5, "penalty_usd_per_t": 200}, {"width_share": 0.5, "penalty_usd_per_t": 1000}]}]
/// }"#)?;
/// let plan = plan(&network, &PlanOptions::default())?;
/// assert!((plan.uses[0].shortfall_t - 4.0).abs() < 1e-6);
/// // The last tonne is worth 200; one tonne of capacity more saves 200 less the cost of making it.
/// assert!((plan.prices[0].price_usd_per_t - 200.0).abs() < 1e-4);
/// assert!((plan.rents[0].rent_usd_per_t - 150.0).abs() < 1e-4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`Error::Invalid`] with every fault of the network; [`Error::InfeasiblePlan`] with the requirements that conflict and
/// what would have to give; [`Error::Solve`] when no answer is certified.
pub fn plan(network: &Network, options: &PlanOptions) -> Result<Plan, Error> {
    plan_watched(network, options, &Monitor::silent())
}

/// The same, followed by `monitor`.
///
/// # Errors
///
/// Those of [`plan`], and [`Error::Interrupted`].
pub fn plan_watched(network: &Network, options: &PlanOptions, monitor: &Monitor<'_>) -> Result<Plan, Error> {
    network.validate()?;
    let program = Program::new(network, options);
    if !monitor.goes_on(0, 1) {
        return Err(Error::Interrupted);
    }
    let solution = solve_with(&program.problem, &solve_options(&program, options), &monitor.solver)
        .or_else(|fault| explain(&program, fault))?;
    let mut plan = read(&program, &solution);
    if options.price_intervals {
        prices::add_intervals(&program, &solution, &mut plan, monitor)?;
    }
    monitor.goes_on(1, 1);
    Ok(plan)
}

/// Small programmes are answered at a vertex, unless the caller chose a solver.
pub(crate) fn solve_options(program: &Program<'_>, options: &PlanOptions) -> SolveOptions {
    let is_small = program.problem.n_columns() <= VERTEX_COLUMNS && options.solve.time_limit_s.is_none();
    let backend = match options.solve.backend {
        Backend::Automatic if is_small => Backend::Simplex,
        chosen => chosen,
    };
    SolveOptions { backend, ..options.solve }
}

/// Reads values and duals back in tonnes and USD.
struct Reader<'a> {
    program: &'a Program<'a>,
    solution: &'a Solution,
    closed: Vec<Vec<bool>>,
}

fn read(program: &Program<'_>, solution: &Solution) -> Plan {
    let network = program.network;
    let reader = Reader { program, solution, closed: closed_arcs(network, program.options) };
    let all_prices = prices::prices(program, solution);
    Plan {
        title: network.title.clone(),
        cost_usd: solution.objective * program.scale.usd,
        costs: reader.costs(),
        certificate: solution.certificate,
        iterations: solution.iterations,
        flags: flags(network, program.options),
        periods: network.periods.iter().map(|period| period.id.clone()).collect(),
        period_days: network.periods.iter().map(|period| period.days).collect(),
        production: reader.rows(network.processes.len(), |at, index| reader.production(at, index)),
        flows: reader.rows(network.arcs.len(), |at, index| reader.flow(at, index, &all_prices)),
        stocks: reader.rows(network.stocks.len(), |at, index| reader.stock(at, index)),
        uses: reader.rows(network.uses.len(), |at, index| reader.user(at, index)),
        substitutions: reader.rows(network.substitutions.len(), |at, index| reader.substitution(at, index)),
        prices: prices::rows(program, solution, &all_prices),
        rents: rents(program, solution),
    }
}

impl Reader<'_> {
    /// One row per period and item, period by period.
    fn rows<T>(&self, n_items: usize, row: impl Fn(usize, usize) -> T) -> Vec<T> {
        let n_periods = self.program.network.periods.len();
        (0..n_periods)
            .flat_map(|at| (0..n_items).map(move |index| (at, index)))
            .map(|(at, index)| row(at, index))
            .collect()
    }

    fn tonnes(&self, column: usize) -> f64 {
        tonnes(self.program, self.solution, column)
    }

    fn period(&self, at: usize) -> String {
        self.program.network.periods[at].id.clone()
    }

    fn production(&self, at: usize, index: usize) -> ProductionRow {
        let process = &self.program.network.processes[index];
        let limit = process.by_product_limit_t.as_ref().filter(|_| self.program.options.by_product_caps);
        ProductionRow {
            period: self.period(at),
            process: process.id.clone(),
            region: process.region.clone(),
            form: process.output.clone(),
            output_t: self.tonnes(self.program.columns.process(at, index)),
            capacity_t: process.capacity_t.as_ref().map(|capacity| capacity.at(at)),
            by_product_limit_t: limit.map(|limit| limit.at(at)),
        }
    }

    fn flow(&self, at: usize, index: usize, all_prices: &prices::Prices) -> FlowRow {
        let (network, arc) = (self.program.network, &self.program.network.arcs[index]);
        let sent = self.tonnes(self.program.columns.flow(at, index));
        let is_closed = self.closed[at][index];
        let price = |region: &str| all_prices.of(self.program, at, region, &arc.form);
        let worth = || ((1.0 - arc.loss) * price(&arc.to) - price(&arc.from) - arc.cost_usd_per_t()).max(0.0);
        let is_banned = network.bans.iter().any(|ban| ban.arc == arc.id && 0.0 < ban.restriction_level.at(at));
        FlowRow {
            period: self.period(at),
            arc: arc.id.clone(),
            origin: arc.from.clone(),
            destination: arc.to.clone(),
            via: arc.via.clone(),
            form: arc.form.clone(),
            is_leak: arc.is_leak,
            is_banned,
            sent_t: sent,
            arrived_t: (1.0 - arc.loss) * sent,
            cost_usd_per_t: arc.cost_usd_per_t(),
            worth_of_a_tonne_usd_per_t: is_closed.then(worth),
        }
    }

    fn stock(&self, at: usize, index: usize) -> StockRow {
        let (network, stock) = (self.program.network, &self.program.network.stocks[index]);
        let held = self.tonnes(self.program.columns.stock(at, index));
        let before =
            at.checked_sub(1).map_or(stock.initial_t, |before| self.tonnes(self.program.columns.stock(before, index)));
        let demand = network.demand_t(&stock.region, Some(&stock.form), at);
        StockRow {
            period: self.period(at),
            region: stock.region.clone(),
            form: stock.form.clone(),
            stock_t: held,
            released_t: before - held,
            cover_t: stock.cover_days.at(at) / network.periods[at].days * demand,
        }
    }

    fn user(&self, at: usize, index: usize) -> UseRow {
        let (network, user) = (self.program.network, &self.program.network.uses[index]);
        let unmet = |step: usize| self.tonnes(self.program.columns.unmet(at, index, step));
        let shortfall: f64 = (0..user.unmet_steps.len()).map(unmet).sum();
        let cost = user.unmet_steps.iter().enumerate().map(|(step, each)| unmet(step) * each.penalty_usd_per_t).sum();
        let is_of_use = |row: &crate::network::Substitution| {
            row.use_id == user.id && row.region == user.region && row.form == user.form
        };
        let replaced = network.substitutions.iter().enumerate().filter(|(_, row)| is_of_use(row));
        let substituted: f64 = replaced.map(|(row, _)| self.tonnes(self.program.columns.substitution(at, row))).sum();
        let demand = user.demand_t.at(at);
        UseRow {
            period: self.period(at),
            region: user.region.clone(),
            use_id: user.id.clone(),
            form: user.form.clone(),
            demand_t: demand,
            supplied_t: demand - substituted - shortfall,
            substituted_t: substituted,
            shortfall_t: shortfall,
            shortfall_cost_usd: cost,
        }
    }

    fn substitution(&self, at: usize, index: usize) -> SubstitutionRow {
        let row = &self.program.network.substitutions[index];
        let replaced = self.tonnes(self.program.columns.substitution(at, index));
        SubstitutionRow {
            period: self.period(at),
            region: row.region.clone(),
            use_id: row.use_id.clone(),
            form: row.form.clone(),
            substitute: row.substitute.clone(),
            draws_form: row.draws_form.clone(),
            substituted_t: replaced,
            drawn_t: if row.draws_form.is_some() { row.mass_ratio * replaced } else { 0.0 },
            feasible_t: self.program.network.feasible_t(row, at),
        }
    }

    fn costs(&self) -> Vec<CostPart> {
        let (network, columns) = (self.program.network, &self.program.columns);
        let mut parts = [0.0; 8];
        for (at, period) in network.periods.iter().enumerate() {
            let is_last = at + 1 == network.periods.len();
            let mut add = |part: usize, column: usize, usd_per_t: f64| {
                parts[part] += period.discount * usd_per_t * self.tonnes(column);
            };
            for (index, process) in network.processes.iter().enumerate() {
                add(0, columns.process(at, index), process.cost_usd_per_t);
            }
            for (index, arc) in network.arcs.iter().enumerate() {
                let column = columns.flow(at, index);
                add(1, column, arc.freight_usd_per_t);
                add(2, column, arc.tariff_usd_per_t);
                add(3, column, arc.premium_usd_per_t);
            }
            for (index, stock) in network.stocks.iter().enumerate() {
                add(4, columns.stock(at, index), stock.holding_cost_usd_per_t);
                add(7, columns.stock(at, index), if is_last { -stock.salvage_usd_per_t } else { 0.0 });
            }
            for (index, row) in network.substitutions.iter().enumerate() {
                add(5, columns.substitution(at, index), row.cost_usd_per_t);
            }
            for (index, user) in network.uses.iter().enumerate() {
                for (step, each) in user.unmet_steps.iter().enumerate() {
                    add(6, columns.unmet(at, index, step), each.penalty_usd_per_t);
                }
            }
        }
        let names = ["process", "freight", "tariff", "premium", "holding", "substitution", "unmet", "salvage"];
        names.iter().zip(parts).map(|(name, cost_usd)| CostPart { part: (*name).to_owned(), cost_usd }).collect()
    }
}

/// A column's value \[t\], with what counts as nothing set to nothing: after the certificate, for the eye only.
pub(crate) fn tonnes(program: &Program<'_>, solution: &Solution, column: usize) -> f64 {
    let value = solution.values[column];
    if value.abs() < NOTHING { 0.0 } else { value * program.scale.tonnes }
}

/// What a reader must know before trusting the numbers.
fn flags(network: &Network, options: &PlanOptions) -> Vec<String> {
    let mut found = Vec::new();
    if !options.by_product_caps && network.processes.iter().any(|process| process.by_product_limit_t.is_some()) {
        found.push("by-product caps are off: output may pass what the host metal allows".to_owned());
    }
    let mut buyers: Vec<&str> = network.uses.iter().map(|user| user.region.as_str()).collect();
    buyers.sort_unstable();
    buyers.dedup();
    if buyers.len() == 1 {
        found.push("a single buyer: nobody else wants the metal, so the answer is too good".to_owned());
    }
    let has_leak = options.leaks && network.arcs.iter().any(|arc| arc.is_leak);
    if !network.bans.is_empty() && !has_leak {
        found.push("a hard ban: no way round it is open".to_owned());
    }
    found
}
