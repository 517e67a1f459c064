//! Uses with what their unmet demand costs, substitutes, and stocks.

use critmin_core::{Dataset, EndUse, Grade, SubstituteOption};

use crate::material::{FeasibleShares, switching_cost};
use crate::network::assemble::ledger::Origin;
use crate::network::assemble::{Assembly, Penalty, form_name};
use crate::network::{Series, Stock, Substitution, UnmetStep, Use};

/// Least value of a tonne in a use, as a multiple of the price: who pays the price adds more.
const LEAST_VALUE: f64 = 3.0;
/// Part of a use that gives way first, at half its value: thrift and scrap.
const EASY_SHARE: f64 = 0.25;
const EASY_VALUE: f64 = 0.5;
/// Steps of the penalty by price.
const PRICE_STEPS: [(f64, f64); 3] = [(0.25, 1.5), (0.25, 5.0), (0.5, 20.0)];
const DAYS_PER_YEAR: f64 = 365.25;

impl<'a> Assembly<'a> {
    /// Uses, substitutes and stocks of one commodity.
    pub(crate) fn add_uses(&mut self, base: usize) {
        let demand: Vec<((String, String), f64)> =
            self.bases[base].demand.iter().map(|(key, demand)| (key.clone(), *demand)).collect();
        for ((form, region), yearly) in demand {
            if 0.0 < yearly && self.is_wanted(&region) {
                self.add_region_uses(base, &form, &region, yearly);
            }
            self.add_stock(base, &form, &region, yearly);
        }
        let commodity = self.bases[base].commodity.clone();
        let rows: Vec<&EndUse> = self.dataset.end_uses.iter().filter(|row| row.commodity == commodity).collect();
        for row in rows {
            let origin = Origin { grade: row.grade, source: &row.source, note: &row.note };
            let key = |name| (commodity.as_str(), name, Some(row.use_id.as_str()));
            self.ledger.used(key("use_share"), (row.use_share, row.low, row.high), "1", &origin);
            let value = (row.value_added_usd_per_t, row.value_added_low, row.value_added_high);
            let chosen = Origin { grade: Grade::Assumption, source: "chosen by us", note: &row.note };
            self.ledger.used(key("value_added_usd_per_t"), value, "USD/t", &chosen);
        }
    }

    /// Whether a region's demand is in the model: with rivals everyone's, else that of the buyers and of those who restrict.
    fn is_wanted(&self, region: &str) -> bool {
        let restricts = |region: &str| {
            let restrictions = self.scenario.into_iter().flat_map(|scenario| &scenario.restrictions);
            restrictions.into_iter().any(|each| self.regions.of_country(&each.exporter) == region)
        };
        self.options.rivals || self.regions.buyers.iter().any(|buyer| buyer == region) || restricts(region)
    }

    fn add_region_uses(&mut self, base: usize, form: &str, region: &str, yearly: f64) {
        let price = self.bases[base].price_usd_per_t;
        let name = form_name(self.bases[base].commodity, form);
        let shares = self.calendar.year_shares();
        for (row, share) in self.uses_of(base, form) {
            let demand = shares.iter().map(|year| year * yearly * share).collect();
            let (id, value) = row.map_or(("all-uses", 0.0), |row| (row.use_id.as_str(), row.value_added_usd_per_t));
            self.network.uses.push(Use {
                id: id.to_owned(),
                region: region.to_owned(),
                form: name.clone(),
                demand_t: Series::ByPeriod(demand),
                unmet_steps: unmet_steps(self.options.penalty, price, value),
            });
            self.add_substitutes(base, id, &name, region, value);
        }
    }

    /// Uses that take a form, with their shares of its demand; one for all where the table has none.
    fn uses_of(&self, base: usize, form: &str) -> Vec<(Option<&'a EndUse>, f64)> {
        let base = &self.bases[base];
        let last = base.steps.last().map(|step| step.output_form.as_str());
        let dataset: &'a Dataset = self.dataset;
        let of_commodity = dataset.end_uses.iter().filter(|row| row.commodity == *base.commodity);
        let takes = |row: &&EndUse| row.form.as_deref().or(last) == Some(form);
        let rows: Vec<&'a EndUse> = of_commodity.filter(takes).collect();
        let total: f64 = rows.iter().map(|row| row.use_share).sum();
        if total <= 0.0 {
            return vec![(None, 1.0)];
        }
        rows.into_iter().map(|row| (Some(row), row.use_share / total)).collect()
    }

    fn add_substitutes(&mut self, base: usize, use_id: &str, form: &str, region: &str, value_added: f64) {
        let Some(months) = self.calendar.months_since_shock().filter(|_| self.options.with_substitutes) else { return };
        let (commodity, price) = (self.bases[base].commodity.clone(), self.bases[base].price_usd_per_t);
        let is_of_use = |row: &&SubstituteOption| row.commodity == commodity && row.use_id == use_id && row.is_proven;
        let rows: Vec<&SubstituteOption> = self.dataset.substitutes.iter().filter(is_of_use).collect();
        for row in rows {
            let shares = FeasibleShares::from(row);
            let feasible = months.iter().map(|month| if *month < 0.0 { 0.0 } else { shares.at_month(*month) });
            let draws_form = self.drawn_form(row);
            if let (None, Some(id)) = (&draws_form, &row.substitute_commodity) {
                self.not_modelled.insert(id.to_string());
            }
            self.network.substitutions.push(Substitution {
                substitute: row.substitute.clone(),
                use_id: use_id.to_owned(),
                region: region.to_owned(),
                form: form.to_owned(),
                draws_form,
                mass_ratio: row.mass_ratio,
                cost_usd_per_t: switching_cost(row, price, value_added),
                feasible_share: Series::ByPeriod(feasible.collect()),
            });
            let place = format!("{} for {}", row.substitute, row.use_id);
            let origin = Origin { grade: row.grade, source: &row.source, note: &row.note };
            for (name, figure) in [
                ("mass_ratio", (row.mass_ratio, row.mass_ratio_low, row.mass_ratio_high)),
                ("cost_ratio", (row.cost_ratio, row.cost_ratio_low, row.cost_ratio_high)),
                ("performance_ratio", (row.performance_ratio, row.performance_ratio_low, row.performance_ratio_high)),
                ("feasible_share_36_months", (row.feasible_share_36_months, None, None)),
            ] {
                if region == self.regions.buyers[0] {
                    self.ledger.used((commodity.as_str(), name, Some(&place)), figure, "1", &origin);
                }
            }
        }
    }

    /// The form that a substitute draws on: the last one of its commodity, when that is in the network.
    fn drawn_form(&self, row: &SubstituteOption) -> Option<String> {
        let id = row.substitute_commodity.as_ref()?;
        let base = self.bases.iter().find(|base| base.commodity == id)?;
        base.steps.last().map(|step| form_name(base.commodity, &step.output_form))
    }

    /// What is known to be in stock, and the cover that the options ask for. Stocks do not grow beyond what they are at the
    /// start: a planner who sees the ban coming would hoard.
    fn add_stock(&mut self, base: usize, form: &str, region: &str, yearly: f64) {
        let (commodity, price) = (self.bases[base].commodity.clone(), self.bases[base].price_usd_per_t);
        let is_row = |row: &&critmin_core::RegionalDemand| {
            row.commodity == commodity && row.form == form && row.region == region
        };
        let row = self.dataset.regional_demand.iter().find(is_row);
        let known = row.and_then(|row| row.stock_t);
        let covering =
            if self.options.cover_regions.is_empty() { &self.regions.buyers } else { &self.options.cover_regions };
        let days = if covering.iter().any(|name| name == region) { self.options.cover_days } else { 0.0 };
        let initial = known.unwrap_or(0.0).max(days / DAYS_PER_YEAR * yearly);
        if let (Some(row), Some(stock)) = (row, known) {
            let origin = Origin { grade: row.grade, source: &row.source, note: &row.note };
            let place = format!("{form} in {region}");
            self.ledger.used((commodity.as_str(), "stock_t", Some(&place)), (stock, None, None), "t", &origin);
        }
        if initial <= 0.0 {
            return;
        }
        let before = |span: &critmin_disruption::Period| self.calendar.shock.is_none_or(|shock| span.until < shock);
        let cover = self.calendar.spans.iter().map(|span| if before(span) { days } else { 0.0 }).collect();
        let years = f64::from(self.options.period_months) / 12.0;
        self.network.stocks.push(Stock {
            region: region.to_owned(),
            form: form_name(&commodity, form),
            initial_t: initial,
            capacity_t: Some(initial),
            holding_cost_usd_per_t: self.options.holding_share_per_year * price * years,
            cover_days: Series::ByPeriod(cover),
            salvage_usd_per_t: 0.0,
        });
    }
}

/// Shares of a use and what a tonne that is not there costs \[USD/t\], the easy part first.
pub(crate) fn value_steps(price: f64, value_added: f64) -> [(f64, f64); 2] {
    let value = value_added.max(LEAST_VALUE * price);
    [(EASY_SHARE, EASY_VALUE * value), (1.0 - EASY_SHARE, value)]
}

fn unmet_steps(penalty: Penalty, price: f64, value_added: f64) -> Vec<UnmetStep> {
    let step = |(width_share, penalty_usd_per_t)| UnmetStep { width_share, penalty_usd_per_t };
    match penalty {
        Penalty::ValueAdded => value_steps(price, value_added).map(step).to_vec(),
        Penalty::PriceSteps => PRICE_STEPS.map(|(width, ratio)| step((width, ratio * price))).to_vec(),
    }
}
