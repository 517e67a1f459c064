//! Which markets a scenario touches.

use std::collections::{BTreeMap, BTreeSet};

use critmin_core::{CommodityId, CountryId, Dataset, Stage};

use crate::{Destination, Destinations, ExportRestriction, MarketRequest, Period, Scenario, Scope, Timing};

type MarketId = (CommodityId, Option<Stage>, Scope);

/// The markets of a scenario, each with the restricting countries and their levels over the assessed year, in the
/// order of commodity, stage and scope.
///
/// A restriction against everyone is also one against each destination that has a market of its own: there the harsher
/// level holds. A market that one restriction names by its stage and another leaves open counts as two.
pub fn requests(scenario: &Scenario, dataset: &Dataset, period: Period) -> Vec<MarketRequest> {
    let mut markets: BTreeMap<MarketId, BTreeMap<CountryId, f64>> = BTreeMap::new();
    for restriction in &scenario.restrictions {
        let level = level_over(restriction, scenario.market.timing, period);
        for scope in scopes(restriction, dataset) {
            for (commodity, stage) in steps(restriction) {
                let levels = markets.entry((commodity, stage, scope.clone())).or_default();
                strengthen(levels, &restriction.exporter, level);
            }
        }
    }
    carry_over(&mut markets);
    markets.into_iter().map(|(id, levels)| request(scenario, id, levels)).collect()
}

/// The level over the assessed year.
fn level_over(restriction: &ExportRestriction, timing: Timing, period: Period) -> f64 {
    let in_force = match timing {
        Timing::Calendar => restriction.in_force_share(period),
        Timing::FullYear => 1.0,
    };
    restriction.restriction_level * in_force
}

fn strengthen(levels: &mut BTreeMap<CountryId, f64>, exporter: &CountryId, level: f64) {
    let strongest = levels.entry(exporter.clone()).or_insert(level);
    *strongest = strongest.max(level);
}

/// Brings the restrictions of each global market into the bilateral markets of the same commodity and stage: without
/// them an exporter that serves nobody would help out there.
fn carry_over(markets: &mut BTreeMap<MarketId, BTreeMap<CountryId, f64>>) {
    let of_all: Vec<_> = markets.iter().filter(|((.., scope), _)| *scope == Scope::Global).collect();
    let of_all: Vec<_> = of_all.into_iter().map(|(id, levels)| (id.clone(), levels.clone())).collect();
    for ((commodity, stage, _), harsh) in of_all {
        let same = markets.iter_mut().filter(|((name, step, _), _)| *name == commodity && *step == stage);
        for ((.., scope), levels) in same {
            let abroad = harsh.iter().filter(|(exporter, _)| Some(*exporter) != scope.destination());
            abroad.for_each(|(exporter, level)| strengthen(levels, exporter, *level));
        }
    }
}

fn request(
    scenario: &Scenario,
    (commodity, stage, scope): MarketId,
    levels: BTreeMap<CountryId, f64>,
) -> MarketRequest {
    let consumers = scope.destination().map_or_else(|| scenario.consumers.clone(), |only| vec![only.clone()]);
    let (year, edition) = (scenario.base_year, scenario.edition.clone());
    MarketRequest { commodity, stage, year, edition, scope, restrictions: levels.into_iter().collect(), consumers }
}

fn steps(restriction: &ExportRestriction) -> Vec<(CommodityId, Option<Stage>)> {
    let stages: Vec<Option<Stage>> = match restriction.stages.as_slice() {
        [] => vec![None],
        stages => stages.iter().copied().map(Some).collect(),
    };
    let pair = |commodity: &CommodityId| stages.iter().map(|stage| (commodity.clone(), *stage)).collect::<Vec<_>>();
    restriction.commodities.iter().flat_map(pair).collect()
}

fn scopes(restriction: &ExportRestriction, dataset: &Dataset) -> BTreeSet<Scope> {
    let Destinations::Only(list) = &restriction.destinations else { return BTreeSet::from([Scope::Global]) };
    let members = |destination: &Destination| -> Vec<CountryId> {
        match destination {
            Destination::Country(country) => vec![country.clone()],
            Destination::Bloc(bloc) => {
                let today = dataset.bloc_members(bloc, Some(restriction.start));
                today.filter(|country| **country != restriction.exporter).cloned().collect()
            }
        }
    };
    list.iter().flat_map(members).map(|destination| Scope::Bilateral { destination }).collect()
}
