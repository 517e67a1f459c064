//! Routes, the bans on them, and the ways round.

use std::collections::BTreeSet;

use critmin_core::Grade;
use critmin_disruption::{Destinations, ExportRestriction};

use crate::Error;
use crate::network::assemble::ledger::Origin;
use crate::network::assemble::{Assembly, form_name};
use crate::network::{Arc, Ban, Series};

/// Freight of a way round over that of the direct route: two legs.
const LEGS: f64 = 2.0;
/// Share that is lost or seized on the way round; chosen by us.
const LEAK_LOSS: f64 = 0.02;
/// Who re-exports.
const THIRD: &str = "third countries";

impl Assembly<'_> {
    /// Arcs from every maker to every user of each form, with the bans of the scenario.
    pub(crate) fn add_routes(&mut self, base: usize) -> Result<(), Error> {
        let mut forms: Vec<String> = self.bases[base].steps.iter().map(|step| step.output_form.clone()).collect();
        forms.dedup();
        forms.sort_unstable();
        forms.dedup();
        for form in forms {
            let levels = self.levels(base, &form)?;
            let destinations = self.bases[base].destinations(&form);
            let makers: BTreeSet<String> =
                self.bases[base].origins(&form).into_iter().chain(self.project_origins(base, &form)).collect();
            for origin in makers {
                for destination in destinations.iter().filter(|to| **to != origin) {
                    self.add_route(base, &form, &origin, destination, &levels);
                }
            }
        }
        Ok(())
    }

    /// Where projects make a form.
    fn project_origins(&self, base: usize, form: &str) -> Vec<String> {
        let name = form_name(self.bases[base].commodity, form);
        self.network
            .processes
            .iter()
            .filter(|process| process.output == name)
            .map(|process| process.region.clone())
            .collect()
    }

    fn add_route(&mut self, base: usize, form: &str, origin: &str, destination: &str, levels: &[Restricted]) {
        let base_of = &self.bases[base];
        let step = base_of.steps.iter().find(|step| step.output_form == form);
        let freight = step.map_or(0.0, |step| step.freight_usd_per_t);
        let price = base_of.price_usd_per_t;
        let name = form_name(base_of.commodity, form);
        let id = format!("{name}: {origin} to {destination}");
        let level = strongest(levels, origin, destination);
        self.network.arcs.push(arc(&id, (origin, destination), &name, freight));
        let Some(level) = level.filter(|level| level.iter().any(|share| 0.0 < *share)) else { return };
        let yearly = self.base_flow(base, form, origin, destination);
        let shares = self.calendar.year_shares();
        let mean = shares.iter().sum::<f64>() / f64::from(u32::try_from(shares.len().max(1)).unwrap_or(u32::MAX));
        for (tier, leak) in self.options.leaks.iter().enumerate() {
            let open = shares.iter().zip(&level).map(|(share, level)| share * level * leak.share_of_base_flow * yearly);
            self.network.arcs.push(Arc {
                via: Some(THIRD.to_owned()),
                premium_usd_per_t: leak.premium_price_ratio * price,
                loss: LEAK_LOSS,
                capacity_t: Some(Series::ByPeriod(open.collect())),
                enforcement: Some(Series::Constant(self.options.enforcement)),
                is_leak: true,
                ..arc(&format!("{id} by {THIRD}, way {}", tier + 1), (origin, destination), &name, LEGS * freight)
            });
        }
        let restriction_level = Series::ByPeriod(level);
        self.network.bans.push(Ban { arc: id, restriction_level, base_flow_t: Some(mean * yearly) });
        let commodity = self.bases[base].commodity.clone();
        let note = "net needs of the destination in proportion to the net surplus of the origins";
        let origin_of = Origin { grade: Grade::Assumption, source: "computed", note };
        let key = format!("{name}: {origin} to {destination}");
        self.ledger.used((commodity.as_str(), "base_flow_t", Some(&key)), (yearly, None, None), "t/yr", &origin_of);
    }

    /// Flow before any restriction, t per year: what the destination lacks, from those who have over, in proportion.
    fn base_flow(&self, base: usize, form: &str, origin: &str, destination: &str) -> f64 {
        let base = &self.bases[base];
        let over: f64 = base.origins(form).iter().map(|from| base.surplus_t(form, from).max(0.0)).sum();
        let need = (-base.surplus_t(form, destination)).max(0.0);
        if over <= 0.0 { 0.0 } else { need * base.surplus_t(form, origin).max(0.0) / over }
    }

    /// Restrictions that touch a form: the level of each in every period.
    fn levels(&mut self, base: usize, form: &str) -> Result<Vec<Restricted>, Error> {
        let Some(scenario) = self.scenario else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for restriction in &scenario.restrictions {
            if self.restricts(restriction, base, form) {
                let level = self.calendar.levels(restriction);
                let origin = self.regions.of_country(&restriction.exporter);
                found.push(Restricted { origin, destinations: self.destinations_of(restriction)?, level });
            }
        }
        Ok(found)
    }

    /// Whether a restriction touches a form: one made at a stage that it names, or from the stage of the market on.
    fn restricts(&self, restriction: &ExportRestriction, base: usize, form: &str) -> bool {
        let base = &self.bases[base];
        if !restriction.commodities.contains(base.commodity) {
            return false;
        }
        let makes = base.steps.iter().filter(|step| step.output_form == form);
        if !restriction.stages.is_empty() {
            return makes.into_iter().any(|step| restriction.stages.contains(&step.stage));
        }
        let recipe = self.dataset.recipes.iter().find(|recipe| recipe.commodity == *base.commodity);
        let of_market = |recipe: &critmin_core::MarketRecipe| {
            base.steps.iter().filter(|step| step.stage == recipe.stage).map(|step| step.position).min()
        };
        let first = recipe.and_then(of_market).unwrap_or(0);
        makes.into_iter().any(|step| first <= step.position)
    }

    fn destinations_of(&self, restriction: &ExportRestriction) -> Result<Option<BTreeSet<String>>, Error> {
        let Destinations::Only(list) = &restriction.destinations else { return Ok(None) };
        let mut found = BTreeSet::new();
        for destination in list {
            found.extend(self.regions.named(self.dataset, &destination.to_string(), self.calendar.first_day)?);
        }
        Ok(Some(found))
    }
}

/// One restriction in regions and periods.
pub(crate) struct Restricted {
    origin: String,
    /// Whom it is against; absent = everyone.
    destinations: Option<BTreeSet<String>>,
    level: Vec<f64>,
}

/// The strongest level of all restrictions on a route, period by period.
fn strongest(levels: &[Restricted], origin: &str, destination: &str) -> Option<Vec<f64>> {
    let hits = |each: &&Restricted| {
        each.origin == origin && each.destinations.as_ref().is_none_or(|named| named.contains(destination))
    };
    levels
        .iter()
        .filter(hits)
        .map(|each| each.level.clone())
        .reduce(|one, other| one.iter().zip(&other).map(|(one, other)| one.max(*other)).collect())
}

fn arc(id: &str, (from, to): (&str, &str), form: &str, freight_usd_per_t: f64) -> Arc {
    Arc {
        id: id.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        form: form.to_owned(),
        via: None,
        freight_usd_per_t,
        tariff_usd_per_t: 0.0,
        premium_usd_per_t: 0.0,
        loss: 0.0,
        capacity_t: None,
        enforcement: None,
        is_leak: false,
    }
}
