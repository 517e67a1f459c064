//! The markets of a scenario that reach the economy, assembled and cleared once.

use critmin_core::{CountryId, Dataset, MarketRecipe};

use crate::economy::shock::Links;
use crate::run::unsolved;
use crate::{
    AssembledMarket, CommodityShock, Error, Figures, MarketKey, MarketOptions, MarketOutcome, MarketRequest,
    MarketResult, MarketStatus, MissingInputPolicy, Scenario, Scope, Warning, WarningKind, assemble_market, band,
    requests, solve,
};

/// The economy that the benchmark tables describe.
pub(crate) const COUNTRY: &str = "USA";

/// A market of the scenario that reaches the economy.
#[derive(Debug, Clone)]
pub(crate) struct Reached {
    pub(crate) assembled: AssembledMarket,
    pub(crate) options: MarketOptions,
    pub(crate) shortfall_share: f64,
}

/// A scenario made ready: its solved markets and the links of the economy.
pub(crate) struct Prepared {
    pub(crate) reached: Vec<Reached>,
    pub(crate) markets: Vec<MarketOutcome>,
    pub(crate) warnings: Vec<Warning>,
}

pub(crate) fn prepare(scenario: &Scenario, dataset: &Dataset, recipes: &[MarketRecipe]) -> Result<Prepared, Error> {
    scenario.validate(dataset)?;
    let invalid = || Error::InvalidScenario { scenario: scenario.id.clone(), problems: Vec::new() };
    let period = scenario.assessed_period()?.ok_or_else(invalid)?;
    let figures = Figures::new(dataset, recipes, &scenario.parameters);
    let mut prepared = Prepared { reached: Vec::new(), markets: Vec::new(), warnings: Vec::new() };
    let country = CountryId::new(COUNTRY)?;
    for mut request in requests(scenario, dataset, period) {
        if request.scope.destination().is_some_and(|destination| *destination != country) {
            let message = format!(
                "the restriction against `{}` does not reach the economy of `{COUNTRY}`",
                request.scope.destination().map_or("", CountryId::as_str)
            );
            prepared.warnings.push(Warning {
                commodity: Some(request.commodity),
                kind: WarningKind::Assumption,
                message,
            });
            continue;
        }
        if request.scope == Scope::Global && !request.consumers.contains(&country) {
            request.consumers.push(country.clone());
        }
        match reach(&figures, &request, &scenario.market) {
            Ok((reached, market)) => {
                prepared.warnings.extend(reached.assembled.warnings.clone());
                prepared.reached.push(reached);
                prepared.markets.push(market);
            }
            Err(error) if scenario.market.missing_inputs == MissingInputPolicy::Fail => return Err(error),
            Err(error) => prepared.markets.push(unsolved(&request, error)),
        }
    }
    count_once(&mut prepared);
    Ok(prepared)
}

/// A commodity may be restricted for all and for the United States: the market with the larger shortfall then counts, since
/// neither undoes the other, and counting both would count the same tonnes twice.
fn count_once(prepared: &mut Prepared) {
    let mut kept: Vec<Reached> = Vec::new();
    for one in prepared.reached.drain(..) {
        let commodity = &one.assembled.market.commodity;
        let Some(same) = kept.iter_mut().find(|other| other.assembled.market.commodity == *commodity) else {
            kept.push(one);
            continue;
        };
        let message = "restricted in several markets: the one with the largest shortfall counts".to_owned();
        let warning = Warning { commodity: Some(commodity.clone()), kind: WarningKind::Assumption, message };
        prepared.warnings.push(warning);
        if same.shortfall_share < one.shortfall_share {
            *same = one;
        }
    }
    prepared.reached = kept;
}

fn reach(
    figures: &Figures<'_>,
    request: &MarketRequest,
    options: &MarketOptions,
) -> Result<(Reached, MarketOutcome), Error> {
    let assembled = assemble_market(figures, request, options)?;
    let options = MarketOptions { choke_price_ratio: assembled.choke_price_ratio, ..*options };
    let after = solve(&assembled.market, &options)?;
    let band = band(&assembled.market, &assembled.intervals, &options)?;
    let key = MarketKey {
        commodity: request.commodity.clone(),
        stage: Some(assembled.market.stage),
        scope: request.scope.as_str().to_owned(),
        destination: request.scope.destination().cloned(),
    };
    let result = Some(MarketResult::new(&assembled.market, &options, &after, band));
    let market = MarketOutcome { key, status: MarketStatus::Solved, message: None, missing: Vec::new(), result };
    Ok((Reached { assembled, options, shortfall_share: after.shortfall_share }, market))
}

pub(crate) fn check_links(prepared: &Prepared, links: &Links) -> Result<(), Error> {
    let linked = |reached: &Reached| links.by_commodity.contains_key(&reached.assembled.market.commodity);
    if prepared.reached.iter().any(linked) {
        return Ok(());
    }
    let reason = |market: &MarketOutcome| {
        format!("{}: {}", market.key.commodity, market.message.as_deref().unwrap_or("no industry is linked to it"))
    };
    let markets = prepared.markets.iter().map(reason);
    // Restrictions against others form no market here; the warnings say so.
    let others = prepared.warnings.iter().map(|warning| warning.message.clone());
    Err(Error::NoLinks { markets: if prepared.markets.is_empty() { others.collect() } else { markets.collect() } })
}

pub(crate) fn shocks(
    reached: &[&Reached],
    clear: impl Fn(&Reached) -> Result<crate::Equilibrium, Error>,
) -> Result<Vec<CommodityShock>, Error> {
    let country = CountryId::new(COUNTRY)?;
    reached.iter().map(|one| Ok(CommodityShock::of(&one.assembled, &clear(one)?, &country))).collect()
}
