//! Every fault of a portfolio, told at once.

use std::collections::BTreeSet;

use crate::network::Series;
use crate::portfolio::{Future, Material, Portfolio, Project};
use crate::{Error, Fault};

/// What probabilities and shares of buyers may miss of 1.
const SUM_TOLERANCE: f64 = 1e-6;

struct Check<'a> {
    portfolio: &'a Portfolio,
    faults: Vec<Fault>,
}

impl Portfolio {
    /// Checks names, figures and lengths.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with every fault.
    pub fn validate(&self) -> Result<(), Error> {
        let mut check = Check { portfolio: self, faults: Vec::new() };
        check.limits();
        self.materials.iter().for_each(|material| check.material(material));
        self.projects.iter().for_each(|project| check.project(project));
        self.scenarios.iter().for_each(|future| check.future(future));
        check.unique("project", self.projects.iter().map(|project| project.id.as_str()));
        check.unique("material", self.materials.iter().map(|material| material.id.as_str()));
        check.unique("scenario", self.scenarios.iter().map(|future| future.id.as_str()));
        check.unique("window", self.windows.iter().map(|window| window.id.as_str()));
        check.sums();
        if let Some(rule) = &self.rule {
            check.faults.extend(rule.faults());
        }
        if check.faults.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid { what: "the portfolio", faults: check.faults })
        }
    }
}

impl Check<'_> {
    fn fault(&mut self, place: &str, found: impl ToString, expected: &str) {
        self.faults.push(Fault::new(place, found, expected));
    }

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

    fn series(&mut self, place: &str, what: &str, series: &Series) {
        let n_windows = self.portfolio.windows.len();
        match series {
            Series::Constant(value) => self.amount(place, what, *value),
            Series::ByPeriod(values) if values.len() == n_windows => {
                for value in values {
                    self.amount(place, what, *value);
                }
            }
            Series::ByPeriod(values) => {
                let expected = format!("one figure, or one for each of the {n_windows} windows");
                self.fault(place, format!("{what} with {} figures", values.len()), &expected);
            }
        }
    }

    fn unique<'b>(&mut self, kind: &str, names: impl Iterator<Item = &'b str>) {
        let mut seen = BTreeSet::new();
        for name in names {
            if !seen.insert(name) {
                self.fault(&format!("{kind} {name}"), "a second one of the same name", "each once");
            }
        }
    }

    fn limits(&mut self) {
        let portfolio = self.portfolio;
        self.amount("budget", "budget_million_usd", portfolio.budget_million_usd);
        portfolio
            .lending_cap_million_usd
            .into_iter()
            .for_each(|cap| self.amount("budget", "lending_cap_million_usd", cap));
        self.share("risk", "risk_weight", portfolio.risk_weight);
        if !(0.0 < portfolio.tail && portfolio.tail < 1.0) {
            self.fault("risk", format!("tail {}", portfolio.tail), "above 0 and below 1: 0.9 is the worst tenth");
        }
        if let Some(share) = portfolio.concentration_share {
            self.share("budget", "concentration_share", share);
            if portfolio.lending_cap_million_usd.is_none() {
                self.fault(
                    "budget",
                    "concentration_share without lending_cap_million_usd",
                    "the cap that it is a share of",
                );
            }
        }
        for window in &portfolio.windows {
            let place = format!("window {}", window.id);
            self.amount(&place, "year", window.year);
            if !(window.years.is_finite() && 0.0 < window.years) {
                self.fault(&place, format!("years {}", window.years), "a finite number above 0");
            }
        }
        for (what, count) in [
            ("windows", portfolio.windows.len()),
            ("materials", portfolio.materials.len()),
            ("scenarios", portfolio.scenarios.len()),
        ] {
            if count == 0 {
                self.fault(what, "none", "at least one");
            }
        }
    }

    fn material(&mut self, material: &Material) {
        let place = format!("material {}", material.id);
        self.series(&place, "demand_t", &material.demand_t);
        if !(0.0 < material.refine_yield && material.refine_yield <= 1.0) {
            self.fault(&place, format!("refine_yield {}", material.refine_yield), "above 0, at most 1");
        }
        for supply in &material.supplies {
            self.series(&place, &format!("supply_t of {}", supply.source), &supply.supply_t);
        }
        let mut dearest = 0.0;
        for step in &material.unmet_steps {
            self.amount(&place, "width_t", step.width_t);
            self.amount(&place, "penalty_usd_per_t", step.penalty_usd_per_t);
            if step.penalty_usd_per_t < dearest {
                let expected = "penalties that rise from step to step, so that the cheapest unmet demand is first";
                self.fault(&place, format!("penalty_usd_per_t {}", step.penalty_usd_per_t), expected);
            }
            dearest = step.penalty_usd_per_t.max(dearest);
        }
        let width: f64 = material.unmet_steps.iter().map(|step| step.width_t).sum();
        let most = (0..self.portfolio.windows.len()).map(|at| material.demand_t.at(at)).fold(0.0, f64::max);
        if width < most * (1.0 - SUM_TOLERANCE) {
            let expected = format!("steps as wide as the demand, {most} t: demand that nothing meets needs a price");
            self.fault(&place, format!("unmet_steps of {width} t in all"), &expected);
        }
        if let Some(limit) = material.substitution {
            self.amount(&place, "substitution.max_t", limit.max_t);
            self.amount(&place, "substitution.cost_usd_per_t", limit.cost_usd_per_t);
        }
        if let Some(stock) = material.stock {
            self.amount(&place, "stock.price_usd_per_t", stock.price_usd_per_t);
            self.amount(&place, "stock.max_t", stock.max_t);
        }
        for (what, price) in
            [("price_usd_per_t", material.price_usd_per_t), ("price_floor_usd_per_t", material.price_floor_usd_per_t)]
        {
            if let Some(price) = price {
                self.amount(&place, what, price);
            }
        }
        for buyer in &material.buyers {
            self.share(&place, &format!("share of {}", buyer.region), buyer.share);
        }
        let shares: f64 = material.buyers.iter().map(|buyer| buyer.share).sum();
        if !material.buyers.is_empty() && SUM_TOLERANCE < (shares - 1.0).abs() {
            self.fault(&place, format!("shares of buyers that sum to {shares}"), "1");
        }
    }

    fn project(&mut self, project: &Project) {
        let place = format!("project {}", project.id);
        let known: Vec<&str> = self.portfolio.materials.iter().map(|material| material.id.as_str()).collect();
        if !known.contains(&project.material.as_str()) {
            self.fault(&place, format!("material `{}`", project.material), &format!("one of {}", known.join(", ")));
        }
        self.amount(&place, "capacity_t", project.capacity_t);
        self.share(&place, "offtake_share", project.offtake_share);
        self.amount(&place, "capex_million_usd", project.capex_million_usd);
        self.amount(&place, "operating_cost_usd_per_t", project.operating_cost_usd_per_t);
        self.amount(&place, "build_years", project.build_years);
        if let Some(share) = project.excluded_customers_share {
            self.share(&place, "excluded_customers_share", share);
        }
        match (&project.loan, &self.portfolio.rule) {
            (Some(terms), _) => self.faults.extend(terms.faults(&place)),
            (None, None) => self.fault(&place, "no loan terms", "`loan`, or a rule that gives terms to every project"),
            (None, Some(_)) => {}
        }
    }

    fn future(&mut self, future: &Future) {
        let place = format!("scenario {}", future.id);
        self.share(&place, "probability", future.probability);
        let portfolio = self.portfolio;
        for row in &future.availability {
            self.series(&place, &format!("share of {}", row.source), &row.share);
            let supplies = portfolio.materials.iter().flat_map(|material| &material.supplies);
            if !supplies.into_iter().any(|supply| supply.source == row.source) {
                self.fault(&place, format!("source `{}`", row.source), "a source of some material's supplies");
            }
            if let Some(id) = row.material.as_ref().filter(|id| portfolio.materials.iter().all(|each| each.id != **id))
            {
                self.fault(&place, format!("material `{id}`"), "a material of the portfolio");
            }
        }
        for row in &future.projects {
            self.series(&place, &format!("share of {}", row.project), &row.share);
            if portfolio.projects.iter().all(|project| project.id != row.project) {
                self.fault(&place, format!("project `{}`", row.project), "a project of the portfolio");
            }
        }
        for row in &future.prices {
            self.series(&place, &format!("price ratio of {}", row.material), &row.ratio);
            match portfolio.materials.iter().find(|material| material.id == row.material) {
                None => self.fault(&place, format!("material `{}`", row.material), "a material of the portfolio"),
                Some(material) if material.price_usd_per_t.is_none() => {
                    let expected = "price_usd_per_t of the material, which the ratio multiplies";
                    self.fault(&place, format!("a price ratio of {}", row.material), expected);
                }
                Some(_) => {}
            }
        }
    }

    fn sums(&mut self) {
        let total: f64 = self.portfolio.scenarios.iter().map(|future| future.probability).sum();
        if !self.portfolio.scenarios.is_empty() && SUM_TOLERANCE.total_cmp(&(total - 1.0).abs()).is_lt() {
            let expected = "1: add the scenario in which nothing happens, or correct a probability";
            self.fault("scenarios", format!("probabilities that sum to {total}"), expected);
        }
    }
}
