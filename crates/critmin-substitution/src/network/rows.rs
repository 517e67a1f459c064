//! The rows of the programme, each with a key that says what it limits.

use std::collections::BTreeMap;

use critmin_solve::Problem;

use crate::network::columns::Columns;
use crate::network::scale::Scale;
use crate::network::{Network, PlanOptions, RentKind};

/// What a row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowKey {
    /// Balance of a node (position in [`Nodes`]).
    Balance(usize),
    /// A limit; the position counts within the network's list of that kind.
    Limit(RentKind, usize),
}

/// The nodes (region, form) that anything touches, in a fixed order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Nodes<'a> {
    pub(crate) names: Vec<(&'a str, &'a str)>,
    index: BTreeMap<(&'a str, &'a str), usize>,
}

impl<'a> Nodes<'a> {
    pub(crate) fn of(network: &'a Network) -> Self {
        let mut nodes = Self::default();
        for process in &network.processes {
            process.input.as_deref().into_iter().for_each(|input| nodes.add(&process.region, input));
            nodes.add(&process.region, &process.output);
        }
        for arc in &network.arcs {
            nodes.add(&arc.from, &arc.form);
            nodes.add(&arc.to, &arc.form);
        }
        network.stocks.iter().for_each(|stock| nodes.add(&stock.region, &stock.form));
        network.uses.iter().for_each(|user| nodes.add(&user.region, &user.form));
        for row in &network.substitutions {
            row.draws_form.as_deref().into_iter().for_each(|form| nodes.add(&row.region, form));
        }
        nodes
    }

    fn add(&mut self, region: &'a str, form: &'a str) {
        if !self.index.contains_key(&(region, form)) {
            self.index.insert((region, form), self.names.len());
            self.names.push((region, form));
        }
    }

    pub(crate) fn at(&self, region: &str, form: &str) -> Option<usize> {
        self.index.get(&(region, form)).copied()
    }
}

/// A problem under construction, with the key and period of each row.
pub(crate) struct Rows<'a> {
    network: &'a Network,
    columns: &'a Columns,
    scale: Scale,
    pub(crate) problem: Problem,
    pub(crate) keys: Vec<(usize, RowKey)>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(network: &'a Network, columns: &'a Columns, scale: Scale, problem: Problem) -> Self {
        Self { network, columns, scale, problem, keys: Vec::new() }
    }

    fn push(&mut self, period: usize, key: RowKey, lower: f64, upper: f64, terms: &[(usize, f64)]) {
        self.problem.row(lower, upper, terms);
        self.keys.push((period, key));
    }

    fn at_most(&mut self, period: usize, kind: RentKind, index: usize, tonnes: f64, terms: &[(usize, f64)]) {
        let limit = self.scale.mass(tonnes);
        self.push(period, RowKey::Limit(kind, index), f64::NEG_INFINITY, limit, terms);
    }

    fn at_least(&mut self, period: usize, kind: RentKind, index: usize, tonnes: f64, terms: &[(usize, f64)]) {
        let limit = self.scale.mass(tonnes);
        self.push(period, RowKey::Limit(kind, index), limit, f64::INFINITY, terms);
    }

    /// Balances of all nodes in one period: what comes in less what goes out covers the demand.
    pub(crate) fn balances(&mut self, nodes: &Nodes<'_>, period: usize) {
        let (network, columns) = (self.network, self.columns);
        let mut terms: Vec<Vec<(usize, f64)>> = vec![Vec::new(); nodes.names.len()];
        let mut right = vec![0.0; nodes.names.len()];
        let mut add = |region: &str, form: &str, column: usize, value: f64| {
            nodes.at(region, form).into_iter().for_each(|node| terms[node].push((column, value)));
        };
        for (index, process) in network.processes.iter().enumerate() {
            let column = columns.process(period, index);
            add(&process.region, &process.output, column, 1.0);
            process.input.iter().for_each(|input| add(&process.region, input, column, -1.0 / process.recovery));
        }
        for (index, arc) in network.arcs.iter().enumerate() {
            let column = columns.flow(period, index);
            add(&arc.to, &arc.form, column, 1.0 - arc.loss);
            add(&arc.from, &arc.form, column, -1.0);
        }
        for (index, stock) in network.stocks.iter().enumerate() {
            add(&stock.region, &stock.form, columns.stock(period, index), -1.0);
            match period.checked_sub(1) {
                Some(before) => add(&stock.region, &stock.form, columns.stock(before, index), 1.0),
                None => nodes
                    .at(&stock.region, &stock.form)
                    .into_iter()
                    .for_each(|node| right[node] -= self.scale.mass(stock.initial_t)),
            }
        }
        for (index, row) in network.substitutions.iter().enumerate() {
            let column = columns.substitution(period, index);
            add(&row.region, &row.form, column, 1.0);
            row.draws_form.iter().for_each(|form| add(&row.region, form, column, -row.mass_ratio));
        }
        for (index, user) in network.uses.iter().enumerate() {
            for step in 0..user.unmet_steps.len() {
                add(&user.region, &user.form, columns.unmet(period, index, step), 1.0);
            }
            nodes
                .at(&user.region, &user.form)
                .into_iter()
                .for_each(|node| right[node] += self.scale.mass(user.demand_t.at(period)));
        }
        for (node, (terms, right)) in terms.iter().zip(right).enumerate() {
            self.push(period, RowKey::Balance(node), right, right, terms);
        }
    }

    /// Capacities, by-product limits and ramps of the processes.
    pub(crate) fn processes(&mut self, options: &PlanOptions, period: usize) {
        let network = self.network;
        for (index, process) in network.processes.iter().enumerate() {
            let output = [(self.columns.process(period, index), 1.0)];
            if let Some(limit) = process.by_product_limit_t.as_ref().filter(|_| options.by_product_caps) {
                self.at_most(period, RentKind::ByProduct, index, limit.at(period), &output);
            }
            if let Some(capacity) = &process.capacity_t {
                self.at_most(period, RentKind::Capacity, index, capacity.at(period), &output);
            }
            let Some(ramp) = process.ramp_t else { continue };
            match (period.checked_sub(1), process.initial_output_t) {
                (Some(before), _) => {
                    let rise = [output[0], (self.columns.process(before, index), -1.0)];
                    self.at_most(period, RentKind::Ramp, index, ramp, &rise);
                }
                (None, Some(initial)) => self.at_most(period, RentKind::Ramp, index, initial + ramp, &output),
                (None, None) => {}
            }
        }
    }

    /// Limits of routes, leaks and restrictions below a ban.
    pub(crate) fn routes(&mut self, options: &PlanOptions, period: usize) {
        let network = self.network;
        for (index, arc) in network.arcs.iter().enumerate() {
            let Some(capacity) = &arc.capacity_t else { continue };
            let open = 1.0 - arc.enforcement.as_ref().map_or(0.0, |enforcement| enforcement.at(period));
            let kind = if arc.is_leak { RentKind::Leak } else { RentKind::Route };
            let flow = [(self.columns.flow(period, index), 1.0)];
            if options.leaks || !arc.is_leak {
                self.at_most(period, kind, index, capacity.at(period) * open, &flow);
            }
        }
        for (index, ban) in network.bans.iter().enumerate() {
            let level = ban.restriction_level.at(period);
            let Some(arc) = network.arcs.iter().position(|arc| arc.id == ban.arc) else { continue };
            if let Some(base) = ban.base_flow_t.filter(|_| 0.0 < level && level < 1.0) {
                let flow = [(self.columns.flow(period, arc), 1.0)];
                self.at_most(period, RentKind::Restriction, index, (1.0 - level) * base, &flow);
            }
        }
    }

    /// Room and cover of the stores, and how fast substitutes may come.
    pub(crate) fn stores(&mut self, period: usize) {
        let network = self.network;
        let days = network.periods[period].days;
        for (index, stock) in network.stocks.iter().enumerate() {
            let held = [(self.columns.stock(period, index), 1.0)];
            if let Some(capacity) = stock.capacity_t {
                self.at_most(period, RentKind::Store, index, capacity, &held);
            }
            let cover = stock.cover_days.at(period) / days * network.demand_t(&stock.region, Some(&stock.form), period);
            if 0.0 < stock.cover_days.at(period) {
                self.at_least(period, RentKind::Cover, index, cover, &held);
            }
        }
        for (index, row) in network.substitutions.iter().enumerate() {
            let replaced = [(self.columns.substitution(period, index), 1.0)];
            let feasible = network.feasible_t(row, period);
            self.at_most(period, RentKind::Substitution, index, feasible, &replaced);
        }
    }

    /// Bloc caps, offtakes and domestic minimums.
    pub(crate) fn rules(&mut self, period: usize) {
        let network = self.network;
        for (index, cap) in network.bloc_caps.iter().enumerate() {
            let share = cap.share_of_demand.at(period);
            if 1.0 <= share {
                continue;
            }
            let flows: Vec<(usize, f64)> =
                network.arcs_into(cap).map(|arc| (self.columns.flow(period, arc), 1.0)).collect();
            let demand = network.demand_t(&cap.region, cap.form.as_deref(), period);
            self.at_most(period, RentKind::BlocCap, index, share * demand, &flows);
        }
        for (index, offtake) in network.offtakes.iter().enumerate() {
            let share = offtake.min_share.at(period);
            let arc = network.arcs.iter().position(|arc| arc.id == offtake.arc);
            let is_maker =
                |process: &crate::network::Process| process.id == offtake.process && process.region == offtake.region;
            let (Some(arc), Some(process)) = (arc, network.processes.iter().position(is_maker)) else { continue };
            if 0.0 < share {
                let terms = [(self.columns.flow(period, arc), 1.0), (self.columns.process(period, process), -share)];
                self.at_least(period, RentKind::Offtake, index, 0.0, &terms);
            }
        }
        for (index, minimum) in network.domestic_minimums.iter().enumerate() {
            let is_maker =
                |process: &crate::network::Process| process.region == minimum.region && process.output == minimum.form;
            let made = network.processes.iter().enumerate().filter(|(_, process)| is_maker(process));
            let terms: Vec<(usize, f64)> = made.map(|(at, _)| (self.columns.process(period, at), 1.0)).collect();
            let demand = network.demand_t(&minimum.region, Some(&minimum.form), period);
            let least = minimum.share_of_demand.at(period) * demand;
            self.at_least(period, RentKind::DomesticMinimum, index, least, &terms);
        }
    }
}

impl Network {
    /// Demand of a region for a form, or for every form, in a period \[t\].
    pub fn demand_t(&self, region: &str, form: Option<&str>, period: usize) -> f64 {
        let is_asked = |user: &&crate::network::Use| user.region == region && form.is_none_or(|form| user.form == form);
        self.uses.iter().filter(is_asked).map(|user| user.demand_t.at(period)).sum()
    }

    /// Most that a substitute can have replaced by a period \[t\].
    pub fn feasible_t(&self, row: &crate::network::Substitution, period: usize) -> f64 {
        let is_use =
            |user: &&crate::network::Use| user.id == row.use_id && user.region == row.region && user.form == row.form;
        let demand = self.uses.iter().find(is_use).map_or(0.0, |user| user.demand_t.at(period));
        row.feasible_share.at(period) * demand
    }

    /// Positions of the arcs that a bloc cap counts: leaks by their origin, not by their last port.
    pub(crate) fn arcs_into<'a>(&'a self, cap: &'a crate::network::BlocCap) -> impl Iterator<Item = usize> + 'a {
        let is_of_bloc = |id: &str| {
            self.regions.iter().any(|region| region.id == id && region.bloc.as_deref() == Some(cap.bloc.as_str()))
        };
        let counts = move |arc: &crate::network::Arc| {
            arc.to == cap.region && cap.form.as_deref().is_none_or(|form| arc.form == form) && is_of_bloc(&arc.from)
        };
        self.arcs.iter().enumerate().filter(move |(_, arc)| counts(arc)).map(|(at, _)| at)
    }
}
