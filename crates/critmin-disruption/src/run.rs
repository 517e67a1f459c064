//! Runs a scenario: which markets it touches, what each becomes, and who is short of what.

use critmin_core::{CommodityId, Dataset, Parameter, Stage};

use crate::report::{consumer_outcome, producer_rows, timeline};
use crate::words::readable;
use crate::{
    Band, CurveRow, DemandForm, Equilibrium, Error, Figures, FormRow, Market, MarketKey, MarketOptions, MarketOutcome,
    MarketRecipe, MarketRequest, MarketResult, MarketStatus, MissingInputPolicy, Period, Scenario, ScenarioOutcome,
    SupplyForm, Warning, WarningKind, assemble_market, band, requests, solve, sweep,
};

/// Above this price ratio the outcome carries a warning: elasticities rest on far smaller changes.
const BEYOND_EXPERIENCE: f64 = 10.0;

/// Runs `scenario` on `dataset`, with `recipes` selecting the tables' rows.
///
/// A commodity whose figures are missing or contradictory, or whose market does not clear, is a row with its status and
/// reason; the others are solved. With `missing_inputs = "fail"` the first such case is the error.
///
/// # Errors
///
/// [`Error::InvalidScenario`] with every problem of the scenario; [`Error::DateOverflow`]; with the policy `fail`
/// whatever stops a market.
pub fn run(scenario: &Scenario, dataset: &Dataset, recipes: &[MarketRecipe]) -> Result<ScenarioOutcome, Error> {
    scenario.validate(dataset)?;
    let invalid = || Error::InvalidScenario { scenario: scenario.id.clone(), problems: Vec::new() };
    let period = scenario.assessed_period()?.ok_or_else(invalid)?;
    let figures = Figures::new(dataset, recipes, &scenario.parameters);
    let mut outcome = ScenarioOutcome::empty(scenario, period)?;
    for request in requests(scenario, dataset, period) {
        match run_market(&figures, &request, &scenario.market, &mut outcome) {
            Ok(()) => {}
            Err(error) if scenario.market.missing_inputs == MissingInputPolicy::Fail => return Err(error),
            Err(error) => outcome.markets.push(unsolved(&request, error)),
        }
    }
    let doubts = unused_parameters(scenario, &outcome).into_iter().chain(markets_formed_twice(&outcome));
    let doubts: Vec<Warning> = doubts.collect();
    outcome.warnings.extend(doubts);
    Ok(outcome)
}

/// A misspelt name, or a figure of a country or commodity that nothing asks for, would otherwise pass in silence.
fn unused_parameters(scenario: &Scenario, outcome: &ScenarioOutcome) -> Vec<Warning> {
    // An unsolved market reads its parameters too, but does not report them.
    if outcome.markets.iter().any(|market| market.status != MarketStatus::Solved) {
        return Vec::new();
    }
    let is_used = |row: &&Parameter| {
        outcome.inputs.iter().any(|input| {
            let is_same = input.name == row.parameter && input.country == row.country && input.source == row.source;
            is_same && row.commodity.as_ref().is_none_or(|commodity| *commodity == input.commodity)
        })
    };
    let unused = scenario.parameters.iter().filter(|row| !is_used(row));
    let warning = |row: &Parameter| {
        let whose = row.country.as_ref().map_or_else(String::new, |country| format!(" of `{country}`"));
        let message = format!(
            "parameter `{}`{whose} was not used: no market of the scenario asks for it, or a later row replaces it; check its name, commodity and country",
            row.parameter
        );
        Warning { commodity: row.commodity.clone(), kind: WarningKind::UnusedParameter, message }
    };
    unused.map(warning).collect()
}

/// One restriction may name the stage that another leaves open: each market then misses the other's restriction.
fn markets_formed_twice(outcome: &ScenarioOutcome) -> Vec<Warning> {
    let solved: Vec<&MarketKey> =
        outcome.markets.iter().filter(|market| market.result.is_some()).map(|market| &market.key).collect();
    let again = solved.iter().enumerate().filter(|(index, key)| solved[..*index].contains(key));
    let warning = |key: &MarketKey| {
        let stage = key.stage.map_or_else(String::new, |stage| stage.to_string());
        let message = format!(
            "the market at stage `{stage}` is formed twice, each time without the other restriction: name `stages` in both restrictions"
        );
        Warning { commodity: Some(key.commodity.clone()), kind: WarningKind::Assumption, message }
    };
    again.map(|(_, key)| warning(key)).collect()
}

impl ScenarioOutcome {
    fn empty(scenario: &Scenario, period: Period) -> Result<Self, Error> {
        Ok(Self {
            scenario: scenario.id.clone(),
            title: scenario.title.clone(),
            fingerprint: scenario.fingerprint()?,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            period,
            markets: Vec::new(),
            producers: Vec::new(),
            consumers: Vec::new(),
            curve: Vec::new(),
            timeline: Vec::new(),
            forms: Vec::new(),
            inputs: Vec::new(),
            warnings: Vec::new(),
        })
    }
}

fn run_market(
    figures: &Figures<'_>,
    request: &MarketRequest,
    options: &MarketOptions,
    outcome: &mut ScenarioOutcome,
) -> Result<(), Error> {
    let assembled = assemble_market(figures, request, options)?;
    let market = &assembled.market;
    let options = &MarketOptions { choke_price_ratio: assembled.choke_price_ratio, ..*options };
    let after = solve(market, options)?;
    let band = band(market, &assembled.intervals, options)?;
    let curve = sweep(market, &assembled.intervals, options)?;
    let key = key(request, Some(market.stage));
    outcome.curve.extend(curve.into_iter().map(|point| CurveRow { key: key.clone(), point }));
    outcome.forms.extend(forms(market, options, &key)?);
    outcome.producers.extend(producer_rows(market, &after, &key));
    for consumer in &assembled.consumers {
        let row = consumer_outcome(consumer, &after, band, options, &key);
        outcome.timeline.extend(timeline(&row));
        outcome.consumers.push(row);
    }
    outcome.warnings.extend(alarms(&request.commodity, &after, band));
    outcome.markets.push(solved(key, MarketResult::new(market, options, &after, band)));
    outcome.inputs.extend(assembled.inputs);
    outcome.warnings.extend(assembled.warnings);
    Ok(())
}

/// Assembles and clears one market, without band, curve and stocks.
pub(crate) fn clear_market(
    figures: &Figures<'_>,
    request: &MarketRequest,
    options: &MarketOptions,
) -> Result<MarketOutcome, Error> {
    let assembled = assemble_market(figures, request, options)?;
    let market = &assembled.market;
    let options = MarketOptions { choke_price_ratio: assembled.choke_price_ratio, ..*options };
    let after = solve(market, &options)?;
    Ok(solved(key(request, Some(market.stage)), MarketResult::new(market, &options, &after, None)))
}

fn solved(key: MarketKey, result: MarketResult) -> MarketOutcome {
    MarketOutcome { key, status: MarketStatus::Solved, message: None, missing: Vec::new(), result: Some(result) }
}

fn key(request: &MarketRequest, stage: Option<Stage>) -> MarketKey {
    MarketKey {
        commodity: request.commodity.clone(),
        stage,
        scope: request.scope.as_str().to_owned(),
        destination: request.scope.destination().cloned(),
    }
}

pub(crate) fn unsolved(request: &MarketRequest, error: Error) -> MarketOutcome {
    let status = match &error {
        Error::MissingInputs { .. } | Error::NoDataAtStage { .. } => MarketStatus::MissingInputs,
        Error::NoSupplyLeft { .. } | Error::UnboundedPrice { .. } => MarketStatus::NoEquilibrium,
        _ => MarketStatus::Failed,
    };
    let message = Some(error.to_string());
    let missing = if let Error::MissingInputs { missing, .. } = error { missing } else { Vec::new() };
    MarketOutcome { key: key(request, request.stage), status, message, missing, result: None }
}

fn forms(market: &Market, options: &MarketOptions, key: &MarketKey) -> Result<Vec<FormRow>, Error> {
    let mut rows = Vec::new();
    for demand_form in [DemandForm::Isoelastic, DemandForm::Linear, DemandForm::ChokePrice] {
        for supply_form in [SupplyForm::CapacityCapped, SupplyForm::Uncapped, SupplyForm::Fixed] {
            let tried = MarketOptions { demand_form, supply_form, ..*options };
            let after = match solve(market, &tried) {
                Ok(after) => Some(after),
                Err(Error::NoSupplyLeft { .. } | Error::UnboundedPrice { .. }) => None,
                Err(error) => return Err(error),
            };
            rows.push(FormRow {
                key: key.clone(),
                demand_form,
                supply_form,
                is_chosen: (demand_form, supply_form) == (options.demand_form, options.supply_form),
                price_ratio: after.as_ref().map(|after| after.price_ratio),
                shortfall_share: after.as_ref().map(|after| after.shortfall_share),
            });
        }
    }
    Ok(rows)
}

fn alarms(commodity: &CommodityId, after: &Equilibrium, band: Option<Band>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |kind, message| warnings.push(Warning { commodity: Some(commodity.clone()), kind, message });
    if 0.0 < after.unserved_share {
        let (ratio, unserved) = (readable(after.price_ratio), 100.0 * after.unserved_share);
        let message = format!(
            "the price stops at {ratio} times its base (`choke_price_ratio`), and {unserved:.1} % of what is demanded at that price is not served: read it as rationing, not as a price forecast"
        );
        warn(WarningKind::BeyondExperience, message);
    } else if BEYOND_EXPERIENCE < after.price_ratio {
        let ratio = readable(after.price_ratio);
        let message = format!(
            "a price ratio of {ratio} lies far outside the changes from which elasticities are estimated: read it as a rationing signal, and see the other forms"
        );
        warn(WarningKind::BeyondExperience, message);
    }
    if band.is_none_or(|band| band.price_ratio_high.is_none()) {
        let message = "no finite price clears the market at one end of the intervals: the band is open".to_owned();
        warn(WarningKind::OpenBand, message);
    }
    warnings
}
