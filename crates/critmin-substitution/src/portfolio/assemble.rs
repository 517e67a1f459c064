//! Portfolios from the reference figures: the candidate projects of the dataset, the buyers' demand, and scenarios from the
//! probabilities of restrictions.

mod materials;
mod scenarios;

use chrono::NaiveDate;
use critmin_core::{CommodityId, Dataset};
use critmin_disruption::Figures;
use serde::{Deserialize, Serialize};

use crate::network::assemble::base::{Base, Reading};
use crate::network::assemble::ledger::{Ledger, Origin};
use crate::network::assemble::regions::Regions;
use crate::network::assemble::{Buyers, NetworkInput, NetworkOptions};
use crate::portfolio::{EligibilityRule, Portfolio, Project, SupplyStage, Window};
use crate::{Error, Fault};

use materials::Chain;

/// What to build.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PortfolioOptions {
    /// Which commodities; empty = every one with a candidate project.
    pub commodities: Vec<CommodityId>,
    /// For whom: a bloc, or countries.
    pub buyers: Buyers,
    /// Id of the eligibility rule.
    pub rule: String,
    /// Budget in grant equivalents and stocks \[million USD\].
    pub budget_million_usd: f64,
    /// Lending cap \[million USD\]; absent = none.
    pub lending_cap_million_usd: Option<f64>,
    /// Weight of the tail, in \[0, 1\].
    pub risk_weight: f64,
    /// Where the tail begins, in (0, 1).
    pub tail: f64,
    /// Ends of the windows \[years from the decision\], evenly spaced from 0.
    pub windows: Vec<u32>,
    /// Largest stock that may be bought \[months of demand\].
    pub stock_months: f64,
    /// Scenarios to draw; absent = the named list.
    pub n_scenarios: Option<usize>,
    /// Seed of drawn scenarios.
    pub seed: u64,
}

impl Default for PortfolioOptions {
    fn default() -> Self {
        Self {
            commodities: Vec::new(),
            buyers: Buyers::Bloc("quad".to_owned()),
            rule: "exim-supply-chain-resiliency".to_owned(),
            budget_million_usd: 500.0,
            lending_cap_million_usd: None,
            risk_weight: 0.5,
            tail: 0.9,
            windows: vec![2, 4, 6],
            stock_months: 12.0,
            n_scenarios: None,
            seed: 1,
        }
    }
}

/// A portfolio with the record of where it came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssembledPortfolio {
    /// The portfolio.
    pub portfolio: Portfolio,
    /// Every figure that entered.
    pub inputs: Vec<NetworkInput>,
    /// What to know.
    pub warnings: Vec<String>,
}

/// Builds the portfolio of the buyers from the candidate projects of the dataset.
///
/// One material per commodity and form that the buyers use. Its supply before any project is what reaches the buyers in the
/// base year: their own output, and what they lack from those who have over, in proportion. Scenarios hit the country that
/// sends most from abroad (see [`PortfolioOptions::n_scenarios`]).
///
/// # Errors
///
/// [`Error::Invalid`] for options out of range or an unknown rule, [`Error::MissingInput`] when no project remains.
pub fn assemble_portfolio(dataset: &Dataset, options: &PortfolioOptions) -> Result<AssembledPortfolio, Error> {
    let windows = windows(options)?;
    let rule = EligibilityRule::find(&options.rule)?;
    let network_options = NetworkOptions { buyers: options.buyers.clone(), ..NetworkOptions::default() };
    // Memberships of the latest day of the dataset's own records; blocs of the table have no end in sight.
    let today = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default();
    let regions = Regions::of(dataset, &network_options, today)?;
    let figures = Figures::new(dataset, &dataset.recipes, &[]);
    let reading = Reading { dataset, figures: &figures, edition: None, regions: &regions };
    let mut ledger = Ledger::default();
    let ids = commodities(dataset, options)?;
    let bases = ids.iter().map(|id| Base::read(&reading, dataset, id, &mut ledger)).collect::<Result<Vec<_>, _>>()?;
    let years = windows[0].years;
    let chains: Vec<Chain<'_>> = bases.iter().flat_map(|base| Chain::of(base, &regions)).collect();
    let materials = chains
        .iter()
        .map(|chain| chain.material(dataset, &regions, (years, options.stock_months), &mut ledger))
        .collect();
    let projects = projects(dataset, &chains, years, &mut ledger);
    if projects.is_empty() {
        let how =
            "the table candidate_projects has none for these commodities: give a portfolio of your own".to_owned();
        return Err(Error::MissingInput { what: "no candidate project".to_owned(), how });
    }
    let scenarios = scenarios::scenarios(dataset, &chains, &projects, &windows, options, &mut ledger);
    let portfolio = Portfolio {
        title: format!("projects for {}", regions.buyers_bloc),
        windows,
        materials,
        projects,
        scenarios,
        budget_million_usd: options.budget_million_usd,
        lending_cap_million_usd: options.lending_cap_million_usd,
        concentration_share: None,
        risk_weight: options.risk_weight,
        tail: options.tail,
        rule: Some(rule),
    };
    portfolio.validate()?;
    Ok(AssembledPortfolio { portfolio, inputs: ledger.inputs, warnings: ledger.warnings })
}

/// Windows of equal length; each is judged at its middle.
fn windows(options: &PortfolioOptions) -> Result<Vec<Window>, Error> {
    let first = options.windows.first().copied().unwrap_or_default();
    let is_even = options.windows.iter().zip(1..).all(|(end, at)| *end == first * at);
    if first == 0 || !is_even {
        let expected = "evenly spaced years from 0, as 2, 4, 6";
        let fault = Fault::new("windows", format!("{:?}", options.windows), expected);
        return Err(Error::Invalid { what: "the portfolio options", faults: vec![fault] });
    }
    let years = f64::from(first);
    let window = |end: &u32| Window {
        id: format!("years {} to {end}", end - first),
        year: f64::from(*end) - 0.5 * years,
        years,
    };
    Ok(options.windows.iter().map(window).collect())
}

/// Commodities asked for, or all with a project; each as the dataset's own id.
fn commodities<'a>(dataset: &'a Dataset, options: &PortfolioOptions) -> Result<Vec<&'a CommodityId>, Error> {
    let mut known: Vec<&CommodityId> = dataset.candidate_projects.iter().map(|row| &row.commodity).collect();
    known.sort_unstable();
    known.dedup();
    if options.commodities.is_empty() {
        return Ok(known);
    }
    let missing = |id: &CommodityId| {
        let names: Vec<&str> = known.iter().map(|id| id.as_str()).collect();
        let how = format!("commodities with candidate projects are {}", names.join(", "));
        Error::MissingInput { what: format!("no candidate project makes `{id}`"), how }
    };
    let find = |id: &CommodityId| known.iter().find(|known| **known == id).copied().ok_or_else(|| missing(id));
    options.commodities.iter().map(find).collect()
}

fn projects(dataset: &Dataset, chains: &[Chain<'_>], years: f64, ledger: &mut Ledger) -> Vec<Project> {
    let mut found = Vec::new();
    for row in &dataset.candidate_projects {
        let place = chains.iter().find_map(|chain| Some((chain, chain.stage_of(&row.commodity, &row.process)?)));
        let Some((chain, stage)) = place else {
            if chains.iter().any(|chain| *chain.base.commodity == row.commodity) {
                ledger.warn(format!(
                    "{}: the step {} stands on neither of the two stages; left out",
                    row.project, row.process
                ));
            }
            continue;
        };
        let cost =
            chain.base.steps.iter().find(|step| step.process == row.process).map_or(0.0, |step| step.cost_usd_per_t);
        let origin = Origin { grade: row.grade, source: &row.source, note: &row.note };
        let key = |name| (row.commodity.as_str(), name, Some(row.project.as_str()));
        ledger.used(key("capacity_t"), (row.capacity_t, None, None), "t/yr", &origin);
        ledger.used(
            key("capex_million_usd"),
            (row.capex_million_usd, row.capex_low, row.capex_high),
            "million USD",
            &origin,
        );
        ledger.used(key("offtake_share"), (row.offtake_share, None, None), "1", &origin);
        let owners = row.owner_countries.split('|').filter_map(|id| critmin_core::CountryId::new(id.trim()).ok());
        found.push(Project {
            id: row.project.clone(),
            name: row.name.clone(),
            material: chain.id(),
            stage,
            country: row.country.clone(),
            owner_countries: owners.collect(),
            capacity_t: row.capacity_t * years,
            offtake_share: row.offtake_share,
            capex_million_usd: row.capex_million_usd,
            operating_cost_usd_per_t: if stage == SupplyStage::Mine { 0.0 } else { cost },
            build_years: row.construction_years,
            loan: None,
            excluded_customers_share: row.customers_in_china_share,
            uses_excluded_technology: row.uses_chinese_technology,
            is_admitted: true,
        });
    }
    found
}
