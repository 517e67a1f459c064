//! One material per commodity and form: what the buyers need, what reaches them today, and what a shortage costs.

use std::collections::BTreeMap;

use critmin_core::{CommodityId, Dataset, EndUse, Grade, ProcessStep, SubstituteOption};

use crate::material::{FeasibleShares, switching_cost};
use crate::network::Series;
use crate::network::assemble::base::Base;
use crate::network::assemble::form_name;
use crate::network::assemble::ledger::{Ledger, Origin};
use crate::network::assemble::regions::Regions;
use crate::network::assemble::uses::value_steps;
use crate::portfolio::{BaseSupply, Buyer, Material, StockOffer, SubstitutionLimit, SupplyStage, UnmetTonnes};

const MONTHS_PER_YEAR: f64 = 12.0;
/// Storage and handling over the price of a stock.
const STORAGE: f64 = 1.05;
/// Horizon of what can be replaced \[months\].
const SWITCH_MONTHS: f64 = 12.0;
/// The process that starts from scrap.
const RECYCLE: &str = "recycle";
/// Supplies below this share of the demand are left out.
const SMALL: f64 = 1e-4;

/// A form that the buyers use, with the step that makes it.
pub(crate) struct Chain<'a> {
    pub(crate) base: &'a Base<'a>,
    form: String,
    maker: &'a ProcessStep,
    /// Demand of each buyer \[t/yr\].
    demand: Vec<(String, f64)>,
}

impl<'a> Chain<'a> {
    /// The forms of a commodity that the buyers use.
    pub(crate) fn of(base: &'a Base<'a>, regions: &Regions) -> Vec<Self> {
        let mut found = Vec::new();
        let mut forms: Vec<&str> = base.demand.keys().map(|(form, _)| form.as_str()).collect();
        forms.dedup();
        for form in forms {
            let of = |buyer: &String| {
                let demand = base.demand.get(&(form.to_owned(), buyer.clone())).copied().filter(|demand| 0.0 < *demand);
                demand.map(|demand| (buyer.clone(), demand))
            };
            let demand: Vec<(String, f64)> = regions.buyers.iter().filter_map(of).collect();
            // The step that treats a form goes before the one that recovers it from scrap.
            let makes = base.steps.iter().filter(|step| step.output_form == form);
            let maker = makes.min_by_key(|step| (step.input_form.is_none(), step.process.clone()));
            if let (Some(maker), false) = (maker, demand.is_empty()) {
                found.push(Self { base, form: form.to_owned(), maker, demand });
            }
        }
        found
    }

    pub(crate) fn id(&self) -> String {
        form_name(self.base.commodity, &self.form)
    }

    /// The stage at which a process of a commodity serves this form.
    pub(crate) fn stage_of(&self, commodity: &CommodityId, process: &str) -> Option<SupplyStage> {
        let step =
            self.base.steps.iter().find(|step| step.process == process).filter(|_| self.base.commodity == commodity)?;
        if step.output_form == self.form {
            return Some(made_at(step));
        }
        (self.maker.input_form.as_ref() == Some(&step.output_form)).then_some(SupplyStage::Mine)
    }

    fn yearly(&self) -> f64 {
        self.demand.iter().map(|(_, demand)| demand).sum()
    }

    /// What reaches the buyers, by source and stage \[t/yr\].
    fn supplies(&self) -> BTreeMap<(String, SupplyStage), f64> {
        let mut metal = BTreeMap::new();
        for (buyer, demand) in &self.demand {
            for (source, flow) in reaching(self.base, &self.form, buyer, *demand) {
                *metal.entry(source).or_insert(0.0) += flow;
            }
        }
        let mut found = BTreeMap::new();
        for (source, flow) in metal {
            let shares = self.stage_shares(&source);
            for (stage, share) in &shares {
                *found.entry((source.clone(), *stage)).or_insert(0.0) += share * flow;
            }
            let treated = shares.get(&SupplyStage::Refinery).copied().unwrap_or(0.0);
            let Some(feed_form) = self.maker.input_form.as_ref().filter(|_| 0.0 < treated) else { continue };
            let feed = treated * flow / self.maker.recovery.unwrap_or(1.0);
            for (mine, mined) in reaching(self.base, feed_form, &source, feed) {
                *found.entry((mine, SupplyStage::Mine)).or_insert(0.0) += mined;
            }
        }
        let least = SMALL * self.yearly();
        found.into_iter().filter(|(_, flow)| least < *flow).collect()
    }

    /// Where a source's metal is made: parts by stage, which sum to 1 where it makes any.
    fn stage_shares(&self, source: &str) -> BTreeMap<SupplyStage, f64> {
        let mut sums = BTreeMap::new();
        for ((index, region), maker) in &self.base.makers {
            let step = self.base.steps[*index];
            if region == source && step.output_form == self.form {
                *sums.entry(made_at(step)).or_insert(0.0) += maker.output_t;
            }
        }
        let all: f64 = sums.values().sum();
        sums.retain(|_, output| 0.0 < *output);
        for output in sums.values_mut() {
            *output /= all;
        }
        sums
    }

    /// The source other than the buyers that sends most of the metal, mined feed included.
    pub(crate) fn largest_foreign(&self) -> Option<String> {
        let mut sums: BTreeMap<String, f64> = BTreeMap::new();
        let is_buyer = |source: &str| self.demand.iter().any(|(buyer, _)| buyer == source);
        for ((source, _), flow) in self.supplies() {
            if !is_buyer(&source) {
                *sums.entry(source).or_insert(0.0) += flow;
            }
        }
        sums.into_iter().max_by(|one, other| one.1.total_cmp(&other.1)).map(|(source, _)| source)
    }

    pub(crate) fn material(
        &self,
        dataset: &Dataset,
        regions: &Regions,
        (years, stock_months): (f64, f64),
        ledger: &mut Ledger,
    ) -> Material {
        let yearly = self.yearly();
        let supplies = self.supplies().into_iter().map(|((source, stage), flow)| BaseSupply {
            source,
            stage,
            supply_t: Series::Constant(flow * years),
        });
        let price = self.base.price_usd_per_t;
        let buyers = self.demand.iter().map(|(buyer, demand)| Buyer {
            region: buyer.clone(),
            // Gains are told buyer by buyer.
            bloc: buyer.clone(),
            share: demand / yearly,
        });
        debug_assert!(self.demand.iter().all(|(buyer, _)| regions.buyers.contains(buyer)));
        let uses = self.uses(dataset);
        let note = "shares of the commodity within the form; values are those of the table end_uses";
        let origin = Origin { grade: Grade::Assumption, source: "end_uses, substitutes", note };
        let key = (self.base.commodity.as_str(), "demand_t", Some(self.form.as_str()));
        ledger.used(key, (yearly, None, None), "t/yr", &origin);
        Material {
            id: self.id(),
            demand_t: Series::Constant(yearly * years),
            supplies: supplies.collect(),
            refine_yield: self.maker.recovery.unwrap_or(1.0),
            unmet_steps: unmet_steps(&uses, yearly * years, price),
            substitution: self.substitution(dataset, &uses, yearly * years),
            stock: Some(StockOffer {
                price_usd_per_t: STORAGE * price,
                max_t: stock_months / MONTHS_PER_YEAR * yearly,
            }),
            price_usd_per_t: Some(price),
            price_floor_usd_per_t: None,
            buyers: buyers.collect(),
        }
    }

    /// Uses of the form with their shares of its demand.
    fn uses<'d>(&self, dataset: &'d Dataset) -> Vec<(&'d EndUse, f64)> {
        let last = self.base.steps.last().map(|step| step.output_form.as_str());
        let of_commodity = dataset.end_uses.iter().filter(|row| row.commodity == *self.base.commodity);
        let takes = |row: &&EndUse| row.form.as_deref().or(last) == Some(self.form.as_str());
        let rows: Vec<&EndUse> = of_commodity.filter(takes).collect();
        let total: f64 = rows.iter().map(|row| row.use_share).sum();
        rows.into_iter().map(|row| (row, row.use_share / total)).collect()
    }

    /// What proven substitutes can replace within a year, at their mean cost.
    fn substitution(&self, dataset: &Dataset, uses: &[(&EndUse, f64)], demand_t: f64) -> Option<SubstitutionLimit> {
        let (mut tonnes, mut cost) = (0.0, 0.0);
        for (row, share) in uses {
            let is_of_use = |option: &&SubstituteOption| {
                option.commodity == row.commodity && option.use_id == row.use_id && option.is_proven
            };
            for option in dataset.substitutes.iter().filter(is_of_use) {
                let replaced = share * FeasibleShares::from(option).at_month(SWITCH_MONTHS) * demand_t;
                tonnes += replaced;
                cost += replaced * switching_cost(option, self.base.price_usd_per_t, row.value_added_usd_per_t);
            }
        }
        (0.0 < tonnes).then(|| SubstitutionLimit { max_t: tonnes, cost_usd_per_t: cost / tonnes })
    }
}

/// The stage of the step that makes a usable form.
fn made_at(step: &ProcessStep) -> SupplyStage {
    match step.input_form {
        Some(_) => SupplyStage::Refinery,
        None if step.process == RECYCLE => SupplyStage::Recycling,
        None => SupplyStage::Direct,
    }
}

/// What reaches `buyer` of a form: its own output first, the rest from those who have over, in proportion.
fn reaching(base: &Base<'_>, form: &str, buyer: &str, wanted: f64) -> Vec<(String, f64)> {
    let made: f64 = base
        .makers
        .iter()
        .filter(|((index, region), _)| region == buyer && base.steps[*index].output_form == form)
        .map(|(_, maker)| maker.output_t)
        .sum();
    let own = made.min(wanted);
    let mut found = vec![(buyer.to_owned(), own)];
    let origins = base.origins(form);
    let over: f64 = origins.iter().map(|from| base.surplus_t(form, from).max(0.0)).sum();
    if 0.0 < over {
        for origin in origins {
            let share = base.surplus_t(form, &origin).max(0.0) / over;
            found.push((origin, share * (wanted - own)));
        }
    }
    found
}

/// Steps of the cost of a shortage: the uses by their value, each with an easy part first; alike values are one step.
fn unmet_steps(uses: &[(&EndUse, f64)], demand_t: f64, price: f64) -> Vec<UnmetTonnes> {
    let of_use = |(row, share): &(&EndUse, f64)| {
        value_steps(price, row.value_added_usd_per_t).map(|(part, penalty)| (part * share, penalty))
    };
    let mut steps: Vec<(f64, f64)> = uses.iter().flat_map(of_use).collect();
    if steps.is_empty() {
        steps = value_steps(price, 0.0).to_vec();
    }
    steps.sort_by(|one, other| one.1.total_cmp(&other.1));
    let mut found: Vec<UnmetTonnes> = Vec::new();
    for (share, penalty_usd_per_t) in steps {
        match found.last_mut().filter(|last| last.penalty_usd_per_t.total_cmp(&penalty_usd_per_t).is_eq()) {
            Some(last) => last.width_t += share * demand_t,
            None => found.push(UnmetTonnes { width_t: share * demand_t, penalty_usd_per_t }),
        }
    }
    found
}
