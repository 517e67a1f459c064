//! The answer under every named choice, one changed at a time: which of them matters.

use critmin_core::{Dataset, InputOutputTable, MarketRecipe};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::economy::effects::assess;
use crate::economy::prepare::{Reached, prepare, shocks};
use crate::economy::shock::Links;
use crate::{
    DemandForm, Economy, EconomyOptions, Error, FinalDemandTreatment, JointCut, LinkEnd, MarketOptions, Rationing,
    Scenario, SupplyForm, Timing, UseOverride, solve,
};

/// One row of the table of choices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChoiceRow {
    /// `market`, `economy` or `links`.
    pub stage: String,
    /// The option.
    pub option: String,
    /// Its value.
    pub value: String,
    /// Whether it is what the scenario chose.
    pub is_chosen: bool,
    /// Net change of gross domestic product \[million USD\]; absent when there is none, see `reason`.
    pub gdp_change_million_usd: Option<f64>,
    /// That of quantities alone: users' output and downstream \[million USD\].
    pub quantity_gdp_change_million_usd: Option<f64>,
    /// Over that of the scenario's own choices.
    pub ratio_to_chosen: Option<f64>,
    /// Why there is no number.
    pub reason: Option<String>,
}

/// A scenario with one choice changed.
struct Changed {
    stage: &'static str,
    option: &'static str,
    value: String,
    market: MarketOptions,
    economy: EconomyOptions,
    end: LinkEnd,
}

/// Runs `scenario` under every alternative of every named option of both stages, one at a time. `tables` gives the
/// benchmark of a year.
///
/// # Errors
///
/// As [`crate::cost`] for the scenario's own choices; an alternative that has no answer is a row with its reason.
pub fn choices(
    scenario: &Scenario,
    dataset: &Dataset,
    recipes: &[MarketRecipe],
    tables: &(dyn Fn(i16) -> Result<InputOutputTable, Error> + Sync),
) -> Result<Vec<ChoiceRow>, Error> {
    let own = scenario.economy.clone().unwrap_or_default();
    let chosen = Changed {
        stage: "",
        option: "",
        value: String::new(),
        market: scenario.market,
        economy: own.clone(),
        end: LinkEnd::Central,
    };
    let (base, _) = net(scenario, dataset, recipes, tables, &chosen)?;
    let changes: Vec<Changed> = alternatives(scenario, &own);
    let row = |changed: &Changed| {
        let is_chosen = changed.market == scenario.market && changed.economy == own && changed.end == LinkEnd::Central;
        let found = net(scenario, dataset, recipes, tables, changed);
        let (net, quantity, reason) = match found {
            Ok((net, quantity)) => (Some(net), Some(quantity), None),
            Err(error) => (None, None, Some(error.to_string())),
        };
        ChoiceRow {
            stage: changed.stage.to_owned(),
            option: changed.option.to_owned(),
            value: changed.value.clone(),
            is_chosen,
            gdp_change_million_usd: net,
            quantity_gdp_change_million_usd: quantity,
            ratio_to_chosen: net.filter(|_| base != 0.0).map(|net| net / base),
            reason,
        }
    };
    Ok(changes.par_iter().map(row).collect())
}

/// Net and quantity change of gross domestic product.
fn net(
    scenario: &Scenario,
    dataset: &Dataset,
    recipes: &[MarketRecipe],
    tables: &(dyn Fn(i16) -> Result<InputOutputTable, Error> + Sync),
    changed: &Changed,
) -> Result<(f64, f64), Error> {
    let mut tried = scenario.clone();
    tried.market = changed.market;
    let prepared = prepare(&tried, dataset, recipes)?;
    let economy = Economy::new(&tables(changed.economy.benchmark_year)?, &changed.economy)?;
    let links = Links::new(&economy, &dataset.industry_links)?;
    let all: Vec<&Reached> = prepared.reached.iter().collect();
    let shocks = shocks(&all, |reached| solve(&reached.assembled.market, &reached.options))?;
    let found = assess(&economy, &links, &shocks, changed.end, None)?;
    let quantity = found
        .industries
        .iter()
        .map(|row| row.direct_gdp_change_million_usd + row.downstream_gdp_change_million_usd)
        .sum();
    Ok((found.gdp_change_million_usd, quantity))
}

/// Every value of every option, the chosen ones included.
fn alternatives(scenario: &Scenario, own: &EconomyOptions) -> Vec<Changed> {
    let mut all = Vec::new();
    market_alternatives(scenario, own, &mut all);
    economy_alternatives(scenario, own, &mut all);
    for (value, end) in [("low", LinkEnd::Low), ("central", LinkEnd::Central), ("high", LinkEnd::High)] {
        all.push(Changed {
            stage: "links",
            option: "output_share",
            value: value.to_owned(),
            market: scenario.market,
            economy: own.clone(),
            end,
        });
    }
    all
}

fn market_alternatives(scenario: &Scenario, own: &EconomyOptions, all: &mut Vec<Changed>) {
    let base = scenario.market;
    let mut push = |option, value: String, market| {
        all.push(Changed { stage: "market", option, value, market, economy: own.clone(), end: LinkEnd::Central });
    };
    for demand_form in [DemandForm::Isoelastic, DemandForm::Linear, DemandForm::ChokePrice] {
        push("demand_form", word(&demand_form), MarketOptions { demand_form, ..base });
    }
    for supply_form in [SupplyForm::CapacityCapped, SupplyForm::Uncapped, SupplyForm::Fixed] {
        push("supply_form", word(&supply_form), MarketOptions { supply_form, ..base });
    }
    for timing in [Timing::Calendar, Timing::FullYear] {
        push("timing", word(&timing), MarketOptions { timing, ..base });
    }
    for ramp in with_own(base.ramp, &[0.0, 0.5, 1.0]) {
        push("ramp", ramp.to_string(), MarketOptions { ramp, ..base });
    }
    let is_bilateral = scenario.restrictions.iter().any(|one| one.destinations != crate::Destinations::All);
    if is_bilateral {
        for leakage_share in with_own(base.leakage_share, &[0.0, 0.25, 0.5]) {
            push("leakage_share", leakage_share.to_string(), MarketOptions { leakage_share, ..base });
        }
    }
}

fn economy_alternatives(scenario: &Scenario, own: &EconomyOptions, all: &mut Vec<Changed>) {
    let mut push = |option, value: String, economy| {
        all.push(Changed { stage: "economy", option, value, market: scenario.market, economy, end: LinkEnd::Central });
    };
    for rationing in [
        Rationing::MinimumDeviation,
        Rationing::OptimalAllocation,
        Rationing::Proportional,
        Rationing::StrictBottleneck,
    ] {
        push("rationing", word(&rationing), EconomyOptions { rationing, ..own.clone() });
    }
    for joint_cut in [JointCut::Product, JointCut::Maximum] {
        push("joint_cut", word(&joint_cut), EconomyOptions { joint_cut, ..own.clone() });
    }
    for import_flexibility in with_own(own.import_flexibility, &[0.0, 0.05, 0.1, 0.2]) {
        push(
            "import_flexibility",
            import_flexibility.to_string(),
            EconomyOptions { import_flexibility, ..own.clone() },
        );
    }
    let tried = with_own(own.utilisation.unwrap_or(1.0), &[1.0, 0.8]);
    for utilisation in tried {
        let changed = Some(utilisation).filter(|share| *share < 1.0 || own.utilisation.is_some());
        push("utilisation", utilisation.to_string(), EconomyOptions { utilisation: changed, ..own.clone() });
    }
    for final_demand in
        [FinalDemandTreatment::MayFall, FinalDemandTreatment::ExportsMayFall, FinalDemandTreatment::Fixed]
    {
        push("final_demand", word(&final_demand), EconomyOptions { final_demand, ..own.clone() });
    }
    for benchmark_year in [2012, 2017] {
        push("benchmark_year", benchmark_year.to_string(), EconomyOptions { benchmark_year, ..own.clone() });
    }
    let defaults = EconomyOptions::default();
    let pins = |industries: Vec<String>, commodities: Vec<String>| EconomyOptions {
        pinned_industries: industries,
        pinned_commodities: commodities,
        ..own.clone()
    };
    push("pinned", "default".to_owned(), pins(defaults.pinned_industries, defaults.pinned_commodities));
    push("pinned", "none".to_owned(), pins(Vec::new(), Vec::new()));
    let kept = UseOverride { commodity: "334413".to_owned(), industry: "424200".to_owned(), value: 72.0 };
    push("use_overrides", "none".to_owned(), EconomyOptions { use_overrides: Vec::new(), ..own.clone() });
    push(
        "use_overrides",
        "334413 into 424200 as in 2012".to_owned(),
        EconomyOptions { use_overrides: vec![kept], ..own.clone() },
    );
}

/// The values tried, with the scenario's own among them.
fn with_own(own: f64, tried: &[f64]) -> Vec<f64> {
    let is_new = !tried.iter().any(|value| value.total_cmp(&own).is_eq());
    let mut all: Vec<f64> = tried.iter().copied().chain(is_new.then_some(own)).collect();
    all.sort_by(f64::total_cmp);
    all
}

/// The name of a variant as it is serialised.
fn word(variant: &impl Serialize) -> String {
    serde_json::to_value(variant).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
