//! Which markets a scenario touches.

use std::collections::{BTreeMap, BTreeSet};

use critmin_core::{CommodityId, CountryId, Dataset, Stage};

use crate::{Destination, Destinations, ExportRestriction, MarketRequest, Period, Scenario, Scope, Timing};

type MarketId = (CommodityId, Option<Stage>, Scope);

/// The markets of a scenario, each with the restricting countries and their levels over the assessed year, in the
/// order of commodity, stage and scope.
pub fn requests(scenario: &Scenario, dataset: &Dataset, period: Period) -> Vec<MarketRequest> {
    let mut markets: BTreeMap<MarketId, BTreeMap<CountryId, f64>> = BTreeMap::new();
    for restriction in &scenario.restrictions {
        let in_force = match scenario.market.timing {
            Timing::Calendar => restriction.in_force_share(period),
            Timing::FullYear => 1.0,
        };
        let level = restriction.restriction_level * in_force;
        for scope in scopes(restriction, dataset) {
            for (commodity, stage) in steps(restriction) {
                let levels = markets.entry((commodity, stage, scope.clone())).or_default();
                let strongest = levels.entry(restriction.exporter.clone()).or_insert(level);
                *strongest = strongest.max(level);
            }
        }
    }
    let request = |((commodity, stage, scope), levels): (MarketId, BTreeMap<_, _>)| {
        let consumers = scope.destination().map_or_else(|| scenario.consumers.clone(), |only| vec![only.clone()]);
        let (year, edition) = (scenario.base_year, scenario.edition.clone());
        MarketRequest { commodity, stage, year, edition, scope, restrictions: levels.into_iter().collect(), consumers }
    };
    markets.into_iter().map(request).collect()
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
                let day = restriction.start;
                let rows = dataset.bloc_memberships.iter().filter(|row| row.bloc == *bloc);
                let is_member = |from, to: Option<_>| from <= day && to.is_none_or(|to| day <= to);
                let today = rows.filter(|row| is_member(row.member_from, row.member_to));
                today.map(|row| row.country.clone()).filter(|country| *country != restriction.exporter).collect()
            }
        }
    };
    list.iter().flat_map(members).map(|destination| Scope::Bilateral { destination }).collect()
}
