//! Every fault of a network, told at once.

use std::collections::BTreeSet;

use crate::network::{Network, Series};
use crate::{Error, Fault};

/// What widths of the steps of unmet demand may miss of 1.
const WIDTH_TOLERANCE: f64 = 1e-9;

/// Collects faults, so that a user mends all of them at once.
struct Check<'a> {
    network: &'a Network,
    regions: BTreeSet<&'a str>,
    faults: Vec<Fault>,
}

impl Network {
    /// Checks names, figures and lengths.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with every fault.
    pub fn validate(&self) -> Result<(), Error> {
        let regions = self.regions.iter().map(|region| region.id.as_str()).collect();
        let mut check = Check { network: self, regions, faults: Vec::new() };
        check.periods();
        check.unique_ids();
        check.processes();
        check.arcs();
        check.uses();
        check.substitutions();
        check.stocks();
        check.rules();
        if check.faults.is_empty() { Ok(()) } else { Err(Error::Invalid { what: "the network", faults: check.faults }) }
    }
}

impl Check<'_> {
    fn fault(&mut self, place: &str, found: impl ToString, expected: &str) {
        self.faults.push(Fault::new(place, found, expected));
    }

    fn region(&mut self, place: &str, region: &str) {
        if !self.regions.contains(region) {
            let known: Vec<&str> = self.regions.iter().copied().collect();
            self.fault(place, format!("region `{region}`"), &format!("one of {}", known.join(", ")));
        }
    }

    /// A finite figure of at least 0.
    fn amount(&mut self, place: &str, what: &str, found: f64) {
        if !(found.is_finite() && 0.0 <= found) {
            self.fault(place, format!("{what} {found}"), "a finite number, at least 0");
        }
    }

    fn share(&mut self, place: &str, what: &str, found: f64) {
        if !(0.0..=1.0).contains(&found) {
            self.fault(place, format!("{what} {found}"), "a share from 0 to 1");
        }
    }

    fn series(&mut self, place: &str, what: &str, series: &Series, check: fn(&mut Self, &str, &str, f64)) {
        let n_periods = self.network.periods.len();
        match series {
            Series::Constant(value) => check(self, place, what, *value),
            Series::ByPeriod(values) if values.len() == n_periods => {
                for value in values {
                    check(self, place, what, *value);
                }
            }
            Series::ByPeriod(values) => {
                let found = format!("{what} with {} figures", values.len());
                self.fault(place, found, &format!("one figure, or one for each of the {n_periods} periods"));
            }
        }
    }

    fn periods(&mut self) {
        if self.network.periods.is_empty() {
            self.fault("periods", "none", "at least one period");
        }
        for period in &self.network.periods {
            let place = format!("period {}", period.id);
            for (what, found) in [("days", period.days), ("discount", period.discount)] {
                if !(found.is_finite() && 0.0 < found) {
                    self.fault(&place, format!("{what} {found}"), "a finite number above 0");
                }
            }
        }
    }

    fn unique_ids(&mut self) {
        let network = self.network;
        let processes = network.processes.iter().map(|process| format!("process {} in {}", process.id, process.region));
        let uses = network.uses.iter().map(|user| format!("use {} of {} in {}", user.id, user.form, user.region));
        let stocks = network.stocks.iter().map(|stock| format!("stock of {} in {}", stock.form, stock.region));
        let regions = network.regions.iter().map(|region| format!("region {}", region.id));
        let periods = network.periods.iter().map(|period| format!("period {}", period.id));
        let arcs = network.arcs.iter().map(|arc| format!("arc {}", arc.id));
        let mut seen = BTreeSet::new();
        for name in processes.chain(uses).chain(stocks).chain(regions).chain(periods).chain(arcs) {
            if !seen.insert(name.clone()) {
                self.fault(&name, "a second one of the same name", "each once");
            }
        }
    }

    fn processes(&mut self) {
        for process in &self.network.processes {
            let place = format!("process {} in {}", process.id, process.region);
            self.region(&place, &process.region);
            if !(0.0 < process.recovery && process.recovery <= 1.0) {
                let expected = "contained metal out over contained metal in: above 0, at most 1";
                self.fault(&place, format!("recovery {}", process.recovery), expected);
            }
            self.amount(&place, "cost_usd_per_t", process.cost_usd_per_t);
            for (what, series) in
                [("capacity_t", &process.capacity_t), ("by_product_limit_t", &process.by_product_limit_t)]
            {
                if let Some(series) = series {
                    self.series(&place, what, series, Self::amount);
                }
            }
            for (what, found) in [("ramp_t", process.ramp_t), ("initial_output_t", process.initial_output_t)] {
                if let Some(found) = found {
                    self.amount(&place, what, found);
                }
            }
        }
    }

    fn arcs(&mut self) {
        for arc in &self.network.arcs {
            let place = format!("arc {}", arc.id);
            self.region(&place, &arc.from);
            self.region(&place, &arc.to);
            if arc.from == arc.to {
                self.fault(&place, format!("from {} to itself", arc.from), "two regions");
            }
            for (what, found) in [
                ("freight_usd_per_t", arc.freight_usd_per_t),
                ("tariff_usd_per_t", arc.tariff_usd_per_t),
                ("premium_usd_per_t", arc.premium_usd_per_t),
            ] {
                self.amount(&place, what, found);
            }
            if !(0.0..1.0).contains(&arc.loss) {
                self.fault(&place, format!("loss {}", arc.loss), "a share from 0 to below 1");
            }
            if let Some(series) = &arc.capacity_t {
                self.series(&place, "capacity_t", series, Self::amount);
            }
            if let Some(series) = &arc.enforcement {
                self.series(&place, "enforcement", series, Self::share);
            }
            if arc.enforcement.is_some() && arc.capacity_t.is_none() {
                self.fault(&place, "enforcement without capacity_t", "the capacity that enforcement takes from");
            }
        }
    }

    fn uses(&mut self) {
        for user in &self.network.uses {
            let place = format!("use {} of {} in {}", user.id, user.form, user.region);
            self.region(&place, &user.region);
            self.series(&place, "demand_t", &user.demand_t, Self::amount);
            let mut dearest = 0.0;
            for step in &user.unmet_steps {
                self.share(&place, "width_share", step.width_share);
                self.amount(&place, "penalty_usd_per_t", step.penalty_usd_per_t);
                if step.penalty_usd_per_t < dearest {
                    let expected = "penalties that rise from step to step, so that the cheapest unmet demand is first";
                    self.fault(&place, format!("penalty_usd_per_t {}", step.penalty_usd_per_t), expected);
                }
                dearest = step.penalty_usd_per_t.max(dearest);
            }
            let width: f64 = user.unmet_steps.iter().map(|step| step.width_share).sum();
            if WIDTH_TOLERANCE < (width - 1.0).abs() {
                let expected = "widths that sum to 1: demand that nothing meets needs a price";
                self.fault(&place, format!("unmet_steps of {width} in all"), expected);
            }
        }
    }

    fn substitutions(&mut self) {
        for row in &self.network.substitutions {
            let place = format!("substitute {} for {} in {}", row.substitute, row.use_id, row.region);
            self.region(&place, &row.region);
            let is_use = |user: &&crate::network::Use| {
                user.id == row.use_id && user.region == row.region && user.form == row.form
            };
            if !self.network.uses.iter().any(|user| is_use(&user)) {
                self.fault(&place, format!("use `{}` of `{}`", row.use_id, row.form), "a use of the network");
            }
            self.amount(&place, "mass_ratio", row.mass_ratio);
            self.amount(&place, "cost_usd_per_t", row.cost_usd_per_t);
            self.series(&place, "feasible_share", &row.feasible_share, Self::share);
        }
    }

    fn stocks(&mut self) {
        for stock in &self.network.stocks {
            let place = format!("stock of {} in {}", stock.form, stock.region);
            self.region(&place, &stock.region);
            self.amount(&place, "initial_t", stock.initial_t);
            self.amount(&place, "holding_cost_usd_per_t", stock.holding_cost_usd_per_t);
            self.amount(&place, "salvage_usd_per_t", stock.salvage_usd_per_t);
            stock.capacity_t.into_iter().for_each(|found| self.amount(&place, "capacity_t", found));
            self.series(&place, "cover_days", &stock.cover_days, Self::amount);
        }
    }

    /// Bans, bloc caps, offtakes and domestic minimums name what exists.
    fn rules(&mut self) {
        let network = self.network;
        let has_arc = |id: &str| network.arcs.iter().any(|arc| arc.id == id);
        for ban in &network.bans {
            let place = format!("ban of {}", ban.arc);
            if !has_arc(&ban.arc) {
                self.fault(&place, "no such arc", "the id of an arc");
            }
            self.series(&place, "restriction_level", &ban.restriction_level, Self::share);
            let is_partial = |level: f64| 0.0 < level && level < 1.0;
            if ban.base_flow_t.is_none()
                && (0..network.periods.len()).any(|at| is_partial(ban.restriction_level.at(at)))
            {
                self.fault(&place, "a level between 0 and 1 without base_flow_t", "the flow that it is a share of");
            }
            ban.base_flow_t.into_iter().for_each(|found| self.amount(&place, "base_flow_t", found));
        }
        for cap in &network.bloc_caps {
            let place = format!("cap of {} in {}", cap.bloc, cap.region);
            self.region(&place, &cap.region);
            if !network.regions.iter().any(|region| region.bloc.as_deref() == Some(cap.bloc.as_str())) {
                self.fault(&place, "a bloc without members", "a bloc that at least one region belongs to");
            }
            self.series(&place, "share_of_demand", &cap.share_of_demand, Self::amount);
        }
        for offtake in &network.offtakes {
            let place = format!("offtake of {} on {}", offtake.process, offtake.arc);
            let is_maker =
                |process: &crate::network::Process| process.id == offtake.process && process.region == offtake.region;
            if !network.processes.iter().any(is_maker) {
                self.fault(&place, format!("no process `{}` in {}", offtake.process, offtake.region), "a process");
            }
            if !has_arc(&offtake.arc) {
                self.fault(&place, "no such arc", "the id of an arc");
            }
            self.series(&place, "min_share", &offtake.min_share, Self::share);
        }
        for minimum in &network.domestic_minimums {
            let place = format!("domestic minimum of {} in {}", minimum.form, minimum.region);
            self.region(&place, &minimum.region);
            self.series(&place, "share_of_demand", &minimum.share_of_demand, Self::share);
        }
    }
}
