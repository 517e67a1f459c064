//! Networks from the reference figures: the same scenario that the disruption model reads, with the makers, users and
//! substitutes of the dataset.

pub(crate) mod base;
pub(crate) mod ledger;
mod options;
pub(crate) mod regions;
mod routes;
mod supply;
mod time;
pub(crate) mod uses;

use std::collections::BTreeSet;

use critmin_core::{CommodityId, Dataset};
use critmin_disruption::{Figures, Scenario};
use serde::{Deserialize, Serialize};

use crate::network::assemble::base::{Base, Reading};
use crate::network::assemble::ledger::Ledger;
use crate::network::assemble::regions::Regions;
use crate::network::assemble::time::Calendar;
use crate::network::{BlocCap, Network, Region, Series};
use crate::{Error, Fault};

pub use ledger::NetworkInput;
pub use options::{BlocCapRequest, Buyers, LeakTier, NetworkOptions, Penalty};

/// A network with the record of where it came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssembledNetwork {
    /// The network.
    pub network: Network,
    /// Commodities in it, the substitutes' own last.
    pub commodities: Vec<CommodityId>,
    /// Regions whose answer is asked for.
    pub buyers: Vec<String>,
    /// Every figure that entered.
    pub inputs: Vec<NetworkInput>,
    /// What to know.
    pub warnings: Vec<String>,
}

/// Everything that the parts of the assembly share.
pub(crate) struct Assembly<'a> {
    pub(crate) dataset: &'a Dataset,
    pub(crate) scenario: Option<&'a Scenario>,
    pub(crate) options: &'a NetworkOptions,
    pub(crate) calendar: Calendar,
    pub(crate) regions: Regions,
    pub(crate) bases: Vec<Base<'a>>,
    pub(crate) network: Network,
    pub(crate) ledger: Ledger,
    /// Commodities that substitutes draw on and that the network does not hold.
    pub(crate) not_modelled: BTreeSet<String>,
}

/// Builds the network of the commodities of a scenario (or of `options`), month by month.
///
/// Makers come from the world tables and parameters that the market stage reads, with `regional_supply` over them; demand
/// from `regional_demand`, the rest of the world's output going to the region `other`; uses, substitutes and steps from
/// the tables of the same name. A restriction closes the arcs from the exporter to its destinations for the days it is
/// in force, for the forms made at the restricted stages (by default from the stage of the commodity's market on), and
/// opens `options.leaks` beside each. Substitutes become feasible from the first restriction on.
///
/// # Errors
///
/// [`Error::MissingInput`] for a commodity without steps or a scenario without commodities, [`Error::Invalid`] for options
/// out of range, [`Error::Core`] for an unknown country, [`Error::Disruption`] for a faulty scenario.
pub fn assemble_network(
    dataset: &Dataset,
    scenario: Option<&Scenario>,
    options: &NetworkOptions,
) -> Result<AssembledNetwork, Error> {
    check(options)?;
    let calendar = Calendar::of(scenario, options)?;
    let regions = Regions::of(dataset, options, calendar.first_day)?;
    let commodities = commodities(dataset, scenario, options)?;
    let overrides = scenario.map_or(&[][..], |scenario| &scenario.parameters);
    let figures = Figures::new(dataset, &dataset.recipes, overrides);
    let edition = scenario.and_then(|scenario| scenario.edition.clone());
    let mut ledger = Ledger::default();
    let reading = Reading { dataset, figures: &figures, edition, regions: &regions };
    let ids: Vec<&CommodityId> = commodities
        .iter()
        .filter_map(|wanted| dataset.process_steps.iter().map(|step| &step.commodity).find(|known| *known == wanted))
        .collect();
    let read = |ledger: &mut Ledger| {
        ids.iter().map(|id| Base::read(&reading, dataset, id, ledger)).collect::<Result<Vec<_>, _>>()
    };
    let bases = read(&mut ledger)?;
    let network = Network {
        title: scenario.map_or_else(|| "no restriction".to_owned(), |scenario| scenario.title.clone()),
        periods: calendar.periods(),
        regions: Vec::new(),
        processes: Vec::new(),
        arcs: Vec::new(),
        uses: Vec::new(),
        substitutions: Vec::new(),
        stocks: Vec::new(),
        bans: Vec::new(),
        bloc_caps: Vec::new(),
        offtakes: Vec::new(),
        domestic_minimums: Vec::new(),
    };
    let mut assembly = Assembly {
        dataset,
        scenario,
        options,
        calendar,
        regions,
        bases,
        network,
        ledger,
        not_modelled: BTreeSet::new(),
    };
    for index in 0..assembly.bases.len() {
        assembly.add_supply(index)?;
        assembly.add_uses(index);
        assembly.add_routes(index)?;
    }
    assembly.add_regions();
    assembly.add_bloc_caps()?;
    let Assembly { network, regions, mut ledger, not_modelled, .. } = assembly;
    if !options.rivals {
        ledger.warn(
            "rivals are left out: nobody but the buyers and those who restrict wants the metal, which is too good"
                .to_owned(),
        );
    }
    if !not_modelled.is_empty() {
        let names: Vec<String> = not_modelled.into_iter().collect();
        ledger.warn(format!(
            "substitutes draw on {}, whose supply is not in the network: it is taken as there",
            names.join(", ")
        ));
    }
    network.validate()?;
    Ok(AssembledNetwork {
        network,
        commodities,
        buyers: regions.buyers,
        inputs: ledger.inputs,
        warnings: ledger.warnings,
    })
}

/// `gallium high-purity`: forms of several commodities stand in one network.
pub(crate) fn form_name(commodity: &CommodityId, form: &str) -> String {
    format!("{commodity} {form}")
}

fn check(options: &NetworkOptions) -> Result<(), Error> {
    let mut faults = Vec::new();
    let mut at_least = |name: &str, found: f64, least: f64| {
        if !(found.is_finite() && least <= found) {
            faults.push(Fault::new(name, found, format!("a number of at least {least}")));
        }
    };
    at_least("months", f64::from(options.months), 1.0);
    at_least("period_months", f64::from(options.period_months), 1.0);
    at_least("cover_days", options.cover_days, 0.0);
    at_least("enforcement", options.enforcement, 0.0);
    at_least("holding_share_per_year", options.holding_share_per_year, 0.0);
    for tier in &options.leaks {
        at_least("leaks.share_of_base_flow", tier.share_of_base_flow, 0.0);
        at_least("leaks.premium_price_ratio", tier.premium_price_ratio, 0.0);
    }
    if 1.0 < options.enforcement {
        faults.push(Fault::new("enforcement", options.enforcement, "a share from 0 to 1"));
    }
    if options.period_months != 0 && !options.months.is_multiple_of(options.period_months) {
        let expected = format!("a multiple of period_months, {}", options.period_months);
        faults.push(Fault::new("months", options.months, expected));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid { what: "the network options", faults }) }
}

/// The commodities asked for, then those that their substitutes draw on, as far as the tables know how they are made.
fn commodities(
    dataset: &Dataset,
    scenario: Option<&Scenario>,
    options: &NetworkOptions,
) -> Result<Vec<CommodityId>, Error> {
    let mut found: Vec<CommodityId> = Vec::new();
    let restricted =
        scenario.into_iter().flat_map(|scenario| &scenario.restrictions).flat_map(|each| &each.commodities);
    let asked: Vec<&CommodityId> =
        if options.commodities.is_empty() { restricted.collect() } else { options.commodities.iter().collect() };
    for commodity in asked {
        if !found.contains(commodity) {
            found.push(commodity.clone());
        }
    }
    if found.is_empty() {
        let how = "give `commodities`, or a scenario that restricts some".to_owned();
        return Err(Error::MissingInput { what: "a network needs commodities".to_owned(), how });
    }
    if options.with_substitutes {
        let is_made = |id: &CommodityId| dataset.process_steps.iter().any(|step| step.commodity == *id);
        for row in dataset.substitutes.iter().filter(|row| found.contains(&row.commodity)).collect::<Vec<_>>() {
            let Some(id) = row.substitute_commodity.as_ref().filter(|id| is_made(id)) else { continue };
            if !found.contains(id) {
                found.push(id.clone());
            }
        }
    }
    Ok(found)
}

impl Assembly<'_> {
    /// Every region that something names, in alphabetical order.
    fn add_regions(&mut self) {
        let network = &self.network;
        let mut names: Vec<&str> = network.processes.iter().map(|process| process.region.as_str()).collect();
        names.extend(network.uses.iter().map(|user| user.region.as_str()));
        names.extend(network.arcs.iter().flat_map(|arc| [arc.from.as_str(), arc.to.as_str()]));
        names.extend(network.stocks.iter().map(|stock| stock.region.as_str()));
        names.extend(self.regions.buyers.iter().map(String::as_str));
        names.sort_unstable();
        names.dedup();
        let region = |id: &str| Region { id: id.to_owned(), bloc: Some(self.regions.bloc_of(id)) };
        self.network.regions = names.into_iter().map(region).collect();
    }

    fn add_bloc_caps(&mut self) -> Result<(), Error> {
        let mut caps = Vec::new();
        for request in &self.options.bloc_caps {
            let day = self.calendar.first_day;
            for region in self.regions.named(self.dataset, &request.region, day)? {
                let is_bloc =
                    self.network.regions.iter().any(|each| each.bloc.as_deref() == Some(request.bloc.as_str()));
                if !is_bloc {
                    let expected = "the buyers' bloc, or a region of the network";
                    let fault = Fault::new("bloc_caps", format!("bloc `{}`", request.bloc), expected);
                    return Err(Error::Invalid { what: "the network options", faults: vec![fault] });
                }
                let share_of_demand = Series::Constant(request.share);
                caps.push(BlocCap { region, bloc: request.bloc.clone(), form: None, share_of_demand });
            }
        }
        self.network.bloc_caps = caps;
        Ok(())
    }
}
