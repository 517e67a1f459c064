//! One chain of one year, woven: outputs, trade, what is made from what, and what nobody records.

use std::collections::BTreeMap;

use crate::Error;
use crate::assemble::chain::{Chain, ChainLink, ChainStage, Place};
use crate::assemble::ledger::{Known, Ledger, POOL, UNRECORDED};
use crate::assemble::outputs::{Output, Outputs, capacities, outputs};
use crate::assemble::sheet::Tables;
use crate::assemble::trade::{open_sources, printed_sources, recorded};
use crate::assemble::{ChainOptions, Reconciliation};
use crate::report::Warning;

/// Amounts below this \[t\] are rounding, not goods.
const NOTHING: f64 = 1e-9;

/// Weaves one chain; what was left out or assumed joins `warnings`.
pub(crate) fn weave(
    tables: Tables<'_>,
    chain: &Chain,
    options: &ChainOptions,
    warnings: &mut Vec<Warning>,
) -> Result<Ledger, Error> {
    let mut ledger = Ledger { commodity: chain.id.clone(), ..Ledger::default() };
    let mut made = BTreeMap::new();
    for stage in chain.stages.iter().filter(|stage| stage.has_countries) {
        made.insert(stage.place.clone(), open(tables, chain, stage, options, &mut ledger, warnings)?);
    }
    let is_late = |stage: &ChainStage| {
        !stage.has_countries
            || chain.feeds(&stage.place).any(|link| chain.stage(&link.from).is_none_or(|from| !from.has_countries))
    };
    for stage in chain.stages.iter().filter(|stage| !is_late(stage)) {
        make(chain, stage, made.get(&stage.place).and_then(Option::as_ref), &mut ledger);
    }
    settle(chain, options.reconciliation, &mut ledger, warnings);
    for stage in chain.stages.iter().filter(|stage| is_late(stage)) {
        match made.get(&stage.place) {
            Some(outputs) => make(chain, stage, outputs.as_ref(), &mut ledger),
            None => derive(chain, stage, &mut ledger),
        }
    }
    // What the late stages lack can be served only now.
    settle(chain, options.reconciliation, &mut ledger, warnings);
    enter(chain, &made, &mut ledger);
    told(options.reconciliation, &ledger, warnings);
    Ok(ledger)
}

/// What a country makes and trades of a good.
fn open(
    tables: Tables<'_>,
    chain: &Chain,
    stage: &ChainStage,
    options: &ChainOptions,
    ledger: &mut Ledger,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Outputs>, Error> {
    let place = &stage.place;
    let year = options.production_year.unwrap_or(options.year);
    let found = outputs(tables, stage, year, warnings)?;
    for (country, output) in found.iter().flatten() {
        ledger.account(place, country).supply += output.mass;
    }
    for (country, capacity) in capacities(tables, stage, year)? {
        ledger.account(place, &country);
        let node = ledger.nodes.get_mut(&super::ledger::node_id(place, &country));
        if let Some(node) = node.filter(|_| stage.commodity == chain.id) {
            node.capacity = Some(capacity);
        }
    }
    let mut trades = recorded(tables, stage, &chain.id, options.year, warnings)?;
    trades.extend(printed_sources(tables, stage)?);
    for trade in &trades {
        let known = Known { source_id: trade.source_id.clone(), grade: trade.grade.clone(), year: Some(options.year) };
        ledger.trade(place, &trade.origin, &trade.destination, trade.mass, &known);
    }
    for (buyer, mass) in open_sources(stage, &trades) {
        ledger.account(place, &buyer).supply += mass;
        ledger.unrecorded(place, (place, &buyer), &place.0, mass);
    }
    Ok(found)
}

/// Feeds the output of each country: from its own supply of what the good is made from, and the rest from nobody knows
/// where. Without a statistic, what a country has left of the feed is what it makes.
fn make(chain: &Chain, stage: &ChainStage, outputs: Option<&Outputs>, ledger: &mut Ledger) {
    let place = &stage.place;
    let links: Vec<&ChainLink> = chain.feeds(place).collect();
    let Some(outputs) = outputs else { return derive(chain, stage, ledger) };
    let Some(main) = links.first().map(|link| stage.feed.clone().unwrap_or_else(|| link.from.clone())) else { return };
    let total: f64 = outputs.values().map(|output| output.mass).sum();
    let is_tied = 1 < links.iter().filter(|link| link.is_essential).count();
    let is_essential = links.iter().any(|link| link.is_essential);
    for (country, output) in outputs.iter().filter(|(_, output)| NOTHING < output.mass) {
        let potentials = potentials(chain, stage, &links, country, output.mass / total, ledger);
        let all: f64 = potentials.iter().map(|(_, _, potential)| potential).sum();
        let mut open = output.mass;
        for (link, from, potential) in potentials.into_iter().filter(|(_, _, potential)| NOTHING < *potential) {
            let mass = (output.mass * potential / all).min(potential);
            let (good, is_essential) =
                if is_tied { (&link.from.0, link.is_essential) } else { (&place.0, is_essential) };
            let known = known(output, &link.grade);
            ledger.conversion(
                (&link.from, &from),
                (place, country),
                good,
                mass,
                recovery(stage, link),
                is_essential,
                &known,
            );
            open -= mass;
        }
        if NOTHING < open {
            let good = if is_tied { main.0.clone() } else { place.0.clone() };
            ledger.unrecorded(&main, (place, country), &good, open);
        }
    }
}

/// How much each feed could give a country: what it has left of it, or its part of the world's.
fn potentials<'a>(
    chain: &Chain,
    stage: &ChainStage,
    links: &[&'a ChainLink],
    country: &str,
    part: f64,
    ledger: &Ledger,
) -> Vec<(&'a ChainLink, String, f64)> {
    let potential = |link: &&'a ChainLink| {
        let is_national = chain.stage(&link.from).is_some_and(|from| from.has_countries);
        let (from, part) = if is_national { (country, 1.0) } else { ("", part) };
        let left = ledger.of(&link.from).get(from).map_or(0.0, |account| account.left());
        (*link, from.to_owned(), left * part * recovery(stage, link))
    };
    links.iter().map(potential).collect()
}

/// Contained mass out over in: the stage's own for its named feed, nothing lost otherwise.
fn recovery(stage: &ChainStage, link: &ChainLink) -> f64 {
    if stage.feed.as_ref() == Some(&link.from) { stage.recovery } else { 1.0 }
}

/// The output is one figure, that the feed is domestic another: the flow is known as well as the worse of them.
fn known(output: &Output, link_grade: &str) -> Known {
    const FROM_BEST: [&str; 5] = ["reported", "published", "estimated", "literature", "assumption"];
    let place = |grade: &str| FROM_BEST.iter().position(|known| *known == grade).unwrap_or(FROM_BEST.len());
    let grade = if place(link_grade) < place(&output.grade) { &output.grade } else { link_grade };
    Known { source_id: output.source_id.clone(), grade: grade.to_owned(), year: output.year }
}

/// Lets what a place uses go where the links say, in their shares: the world as one, or country by country.
fn derive(chain: &Chain, stage: &ChainStage, ledger: &mut Ledger) {
    let place = &stage.place;
    for link in chain.feeds(place) {
        for (from, account) in ledger.of(&link.from) {
            let drawn = (link.share * account.used()).min(account.left());
            let to = if stage.has_countries { from.as_str() } else { "" };
            if drawn <= NOTHING {
                continue;
            }
            let mass = drawn * recovery(stage, link);
            let good = if stage.has_countries { &place.0 } else { &link.from.0 };
            let known = Known { grade: link.grade.clone(), ..Known::default() };
            let ends = ((&link.from, from.as_str()), (place, to));
            ledger.conversion(ends.0, ends.1, good, mass, recovery(stage, link), link.is_essential, &known);
            ledger.account(place, to).supply += mass;
        }
    }
}

/// Closes what is short: a country that hands on more than it has was supplied by somebody whom nobody records.
fn settle(chain: &Chain, reconciliation: Reconciliation, ledger: &mut Ledger, warnings: &mut Vec<Warning>) {
    for stage in chain.stages.iter().filter(|stage| stage.has_countries) {
        let place = &stage.place;
        for (country, account) in ledger.of(place) {
            let short = account.sold + account.drawn - account.supply;
            if NOTHING < short {
                ledger.account(place, &country).supply += short;
                match reconciliation {
                    Reconciliation::DeficitIsOrigin => claim(ledger, place, &country, short),
                    _ => ledger.unrecorded(place, (place, &country), &place.0, short),
                }
            }
        }
        // Of a host metal the accounts hold the host's tonnes: no pool of another material.
        if reconciliation == Reconciliation::WorldPool && stage.commodity == chain.id {
            let (served, open) = ledger.pool(place);
            if NOTHING < served {
                let what = format!(
                    "reconciliation `world-pool`: {served:.1} t of `{}:{}` without a recorded origin come from what all countries have left, in proportion; {open:.1} t stay unrecorded",
                    place.0, place.1
                );
                warnings.push(Warning::Reconciled { what });
            }
        }
    }
}

fn claim(ledger: &mut Ledger, place: &Place, country: &str, short: f64) {
    if let Some(node) = ledger.nodes.get_mut(&super::ledger::node_id(place, country)) {
        node.own_supply = Some(node.own_supply.unwrap_or(0.0) + short);
    }
}

/// Where the chain begins, output is primary supply; of a host metal only what the chain draws counts.
fn enter(chain: &Chain, made: &BTreeMap<Place, Option<Outputs>>, ledger: &mut Ledger) {
    for stage in chain.stages.iter().filter(|stage| chain.feeds(&stage.place).next().is_none()) {
        for (country, output) in made.get(&stage.place).into_iter().flatten().flatten() {
            let account = *ledger.account(&stage.place, country);
            let is_host = stage.commodity != chain.id;
            let own = if is_host { drawn_content(ledger, &stage.place, country) } else { output.mass };
            if is_host && account.drawn == 0.0 {
                ledger.nodes.remove(&super::ledger::node_id(&stage.place, country));
            } else {
                claim(ledger, &stage.place, country, own);
            }
        }
    }
}

fn drawn_content(ledger: &Ledger, place: &Place, country: &str) -> f64 {
    let id = super::ledger::node_id(place, country);
    ledger.edges.iter().filter(|edge| edge.supplier == id).map(|edge| edge.flow).sum()
}

fn told(reconciliation: Reconciliation, ledger: &Ledger, warnings: &mut Vec<Warning>) {
    let open = |word: &str| -> f64 {
        ledger.edges.iter().filter(|edge| edge.supplier.ends_with(&format!(":{word}"))).map(|edge| edge.flow).sum()
    };
    let (unrecorded, pooled) = (open(UNRECORDED), open(POOL));
    if NOTHING < unrecorded {
        let hint =
            if reconciliation == Reconciliation::WorldPool { "" } else { "; `world-pool` is one assumption about it" };
        let what = format!(
            "{unrecorded:.1} t of the chain `{}` have no recorded origin (nodes that end in `:{UNRECORDED}`){hint}",
            ledger.commodity
        );
        warnings.push(Warning::Stated { what });
    }
    debug_assert!(reconciliation == Reconciliation::WorldPool || pooled == 0.0);
}
