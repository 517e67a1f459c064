//! The market of one country that is cut off from one exporter.
//!
//! Its suppliers are domestic production and imports by source. What the exporter no longer sends,
//! `r (1 - theta) F`, is lost to this market and stays with the others; the other suppliers respond up to their flow
//! plus the idle capacity that they have in the world table. That all of it may go to this one market is an assumption
//! in its favour; that nothing is diverted from other customers is one against it (`diversion_share`). Exports of the
//! destination count as a use of its market.

use critmin_core::{Area, CountryId, ImportSource, SalientStatistic};

use crate::assemble::{Assembly, Suppliers};
use crate::inputs::Figure;
use crate::salient::{REPORTING_COUNTRY, Salient};
use crate::words::readable;
use crate::world::WorldProducer;
use crate::{Interval, MarketOptions, Producer, RestrictedExports, WarningKind};
use critmin_core::MarketRecipe;

/// Suppliers of `destination`, those under restriction apart.
pub(crate) fn suppliers(
    assembly: &mut Assembly<'_>,
    world: &[WorldProducer],
    destination: &CountryId,
    options: &MarketOptions,
) -> Suppliers {
    let mut suppliers = Suppliers::default();
    let Some(imports_t) = imports_t(assembly, destination) else { return suppliers };
    let sources = assembly.salient.import_sources(assembly.recipe);
    let restrictions = &assembly.request.restrictions;
    let is_outside =
        |row: &&&ImportSource| !restrictions.iter().any(|(exporter, _)| row.area.country() == Some(exporter));
    for row in sources.iter().filter(is_outside) {
        if let Some(flow) = flow_from_share(assembly, row, imports_t) {
            suppliers.outside.push(supplier(assembly, world, row.area.country(), flow.value, options));
        }
    }
    if let Some(domestic_t) = domestic_production_t(assembly, destination) {
        suppliers.outside.push(supplier(assembly, world, Some(destination), domestic_t, options));
    }
    for (country, restriction_level) in restrictions.iter().cloned() {
        if let Some(flow) = restricted_flow(assembly, &sources, &country, imports_t) {
            assembly.warn_of_nothing(&country, flow.value);
            let exports = RestrictedExports { country, net_exports_t: flow.value, restriction_level };
            suppliers.restricted.push((exports, flow.interval));
        }
    }
    suppliers
}

fn imports_t(assembly: &mut Assembly<'_>, destination: &CountryId) -> Option<f64> {
    if let Some(imports) = assembly.take("imports_t", Some(destination)) {
        return Some(imports.value);
    }
    let selected = match assembly.recipe {
        Some(recipe) => MarketRecipe::details(recipe.imports_detail.as_ref()),
        None => assembly.salient.only_detail(SalientStatistic::Imports).into_iter().collect(),
    };
    let ledger = &mut assembly.ledger;
    let sum = assembly.salient.sum_t(SalientStatistic::Imports, &selected, "imports_t", destination, ledger);
    if sum.is_none() {
        let how = if destination.as_str() == REPORTING_COUNTRY {
            "no row of the salient statistics is selected for the base year, or one holds no number: add `imports_detail` to the recipe, or the parameter `imports_t` with this country"
        } else {
            "the tables hold imports of the United States only: add the parameters `imports_t` with this country and `imports_from_t` with the exporter"
        };
        ledger.miss("imports_t", Some(destination), how);
    }
    sum
}

/// Imports from one source of the table; a bound or an absence is left out with a warning.
fn flow_from_share(assembly: &mut Assembly<'_>, row: &ImportSource, imports_t: f64) -> Option<Figure> {
    let Some(share) = row.share.value() else {
        let who = row.area.country().map_or(row.area.kind(), CountryId::as_str);
        let message = format!("import share of `{who}` is `{}`: left out, not taken as zero", row.share.flag());
        assembly.ledger.warn(WarningKind::ExcludedRow, message);
        return None;
    };
    if matches!(row.area, Area::WorldTotal) {
        return None;
    }
    assembly.ledger.inputs.push(Salient::share_input(row, share));
    Some(Figure::exact(share * imports_t))
}

fn restricted_flow(
    assembly: &mut Assembly<'_>,
    sources: &[&ImportSource],
    exporter: &CountryId,
    imports_t: f64,
) -> Option<Figure> {
    if let Some(flow) = assembly.take("imports_from_t", Some(exporter)) {
        return Some(flow);
    }
    let row = sources.iter().find(|row| row.area.country() == Some(exporter));
    let flow = row.and_then(|row| flow_from_share(assembly, row, imports_t));
    if flow.is_none() {
        let how = "the table of import sources has no share for this exporter: add the parameter `imports_from_t` with the exporter as its country";
        assembly.ledger.miss("imports_from_t", Some(exporter), how);
    }
    flow
}

fn domestic_production_t(assembly: &mut Assembly<'_>, destination: &CountryId) -> Option<f64> {
    if let Some(produced) = assembly.take("domestic_production_t", Some(destination)) {
        return Some(produced.value);
    }
    let selected = MarketRecipe::details(assembly.recipe.and_then(|recipe| recipe.domestic_production_detail.as_ref()));
    let ledger = &mut assembly.ledger;
    let name = "domestic_production_t";
    let sum = assembly.salient.sum_t(SalientStatistic::Production, &selected, name, destination, ledger);
    if sum.is_none() {
        let message =
            format!("no domestic production of `{destination}` is counted: none is selected, or a row holds no number");
        ledger.warn(WarningKind::ExcludedRow, message);
    }
    sum
}

/// A supplier of the market with the capacity that it can turn to it.
fn supplier(
    assembly: &mut Assembly<'_>,
    world: &[WorldProducer],
    country: Option<&CountryId>,
    flow_t: f64,
    options: &MarketOptions,
) -> (Producer, Option<Interval>) {
    let known = country.and_then(|_| world.iter().find(|one| one.producer.country.as_ref() == country));
    let Some(known) = known else {
        let who = country.map_or("other countries", CountryId::as_str);
        let message =
            format!("no production of `{who}` is known: its deliveries of {} t stay as they are", readable(flow_t));
        assembly.ledger.warn(WarningKind::NoResponse, message);
        return (Producer { country: country.cloned(), production_t: flow_t, capacity_t: flow_t }, None);
    };
    let produced_t = known.producer.production_t;
    let divertible_t = options.diversion_share * (produced_t - flow_t).max(0.0);
    let most = |capacity_t: f64| flow_t + (capacity_t - produced_t) + divertible_t;
    let interval = known.capacity_interval.map(|ends| Interval { low: most(ends.low), high: most(ends.high) });
    let capacity_t = most(known.producer.capacity_t);
    (Producer { country: country.cloned(), production_t: flow_t, capacity_t }, interval)
}
