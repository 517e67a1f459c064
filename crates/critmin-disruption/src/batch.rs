//! Many markets at once.

use std::borrow::Borrow;

use critmin_core::{Dataset, MarketRecipe, Share};
use rayon::prelude::*;

use crate::{
    Equilibrium, Error, Figures, Market, MarketOptions, MarketOutcome, MissingInputPolicy, Scenario, requests, run,
    solve_at,
};

/// The markets of one scenario, cleared without bands, curves and stocks.
#[derive(Debug, Clone, PartialEq)]
pub struct ClearedScenario {
    /// Id of the scenario.
    pub scenario: String,
    /// Hash of its content.
    pub fingerprint: String,
    /// One entry per commodity, stage and scope, the unsolved included.
    pub markets: Vec<MarketOutcome>,
}

/// Clears the markets of many scenarios in parallel: what [`crate::run`] reports of each market, without bands.
///
/// Results stand in the order of `scenarios` and do not depend on the number of threads.
///
/// # Errors
///
/// Those of [`crate::run`], of the first scenario that has one.
pub fn clear_many<S: Borrow<Scenario> + Sync>(
    scenarios: &[S],
    dataset: &Dataset,
    recipes: &[MarketRecipe],
) -> Result<Vec<ClearedScenario>, Error> {
    let restrictions = scenarios.iter().flat_map(|one| &one.borrow().restrictions);
    let commodities = restrictions.flat_map(|restriction| restriction.commodities.iter().cloned()).collect();
    // Assembling a market searches the tables: rows of other commodities would be most of the work.
    let figures = dataset.of_commodities(&commodities);
    let clear = |one: &S| {
        one.borrow().validate(dataset)?;
        clear(one.borrow(), &figures, recipes)
    };
    let cleared: Vec<_> = scenarios.par_iter().map(clear).collect();
    cleared.into_iter().collect()
}

fn clear(scenario: &Scenario, dataset: &Dataset, recipes: &[MarketRecipe]) -> Result<ClearedScenario, Error> {
    let figures = Figures::new(dataset, recipes, &scenario.parameters);
    let mut markets = Vec::new();
    if let Some(period) = scenario.assessed_period()? {
        for request in requests(scenario, dataset, period) {
            match run::clear_market(&figures, &request, &scenario.market) {
                Ok(market) => markets.push(market),
                Err(error) if scenario.market.missing_inputs == MissingInputPolicy::Fail => return Err(error),
                Err(error) => markets.push(run::unsolved(&request, error)),
            }
        }
    }
    Ok(ClearedScenario { scenario: scenario.id.clone(), fingerprint: scenario.fingerprint()?, markets })
}

/// Clears each market at its level, in parallel.
///
/// Results stand in the order of `scenarios` and do not depend on the number of threads; a fault of one leaves the
/// others alone.
pub fn solve_many(scenarios: &[(Market, Share)], options: &MarketOptions) -> Vec<Result<Equilibrium, Error>> {
    scenarios.par_iter().map(|(market, level)| solve_at(market, options, *level)).collect()
}
