//! What it would be worth to know the future, and what thinking in scenarios is worth against planning for the mean.

use critmin_solve::SolveOptions;

use crate::network::Series;
use crate::portfolio::decide::best;
use crate::portfolio::evaluate::{evaluate, mean};
use crate::portfolio::program::{Prepared, Question};
use crate::portfolio::{Availability, Future, Portfolio, PriceRatio, ProjectFactor, ValueOfInformation};
use crate::{Error, Monitor};

/// EVPI and VSS at risk weight 0: `EVPI = RP - Σ π WS`, `VSS = EEV - RP`, both at least 0.
///
/// Birge and Louveaux, Introduction to Stochastic Programming (2nd edition 2011), chapter 4.
///
/// # Errors
///
/// Those of [`super::decide`], and [`Error::Interrupted`].
pub fn value_of_information(
    portfolio: &Portfolio,
    options: &SolveOptions,
    monitor: &Monitor<'_>,
) -> Result<ValueOfInformation, Error> {
    let prepared = Prepared::new(portfolio, &monitor.solver)?;
    let neutral = Question { risk_weight: 0.0, ..Question::of(&prepared) };
    let total = neutral.futures.len() + 2;
    let go_on = |done: usize| if monitor.goes_on(done, total) { Ok(()) } else { Err(Error::Interrupted) };
    go_on(0)?;
    let here = best(&prepared, &neutral, options)?.objective;
    let mut wait = 0.0;
    for (done, (future, probability)) in neutral.futures.iter().enumerate() {
        go_on(done + 1)?;
        let known = Question { futures: vec![(future, 1.0)], fixed: neutral.fixed.clone(), ..neutral };
        wait += probability * best(&prepared, &known, options)?.objective;
    }
    let typical = mean_future(portfolio);
    let of_mean = Question { futures: vec![(&typical, 1.0)], fixed: neutral.fixed.clone(), ..neutral };
    let blind = best(&prepared, &of_mean, options)?;
    let probabilities: Vec<f64> = neutral.futures.iter().map(|(_, probability)| *probability).collect();
    let seen = evaluate(&prepared, &neutral.futures, &blind.choice)?;
    let losses: Vec<f64> = seen.iter().map(|each| each.loss_million_usd).collect();
    let result = blind.choice.spent(&prepared) + mean(&losses, &probabilities);
    monitor.goes_on(total, total);
    Ok(ValueOfInformation {
        here_and_now: here,
        wait_and_see: wait,
        // Both are at least 0; what lies below is what the proofs of the optima leave open.
        expected_value_of_perfect_information: (here - wait).max(0.0),
        mean_value_problem: blind.objective,
        expected_result_of_mean_value_solution: result,
        value_of_stochastic_solution: (result - here).max(0.0),
    })
}

/// The scenario with every share, factor and price at its mean.
fn mean_future(portfolio: &Portfolio) -> Future {
    let n_windows = portfolio.windows.len();
    let average = |factor: &dyn Fn(&Future, usize) -> f64| {
        let at =
            |window: usize| portfolio.scenarios.iter().map(|future| future.probability * factor(future, window)).sum();
        Series::ByPeriod((0..n_windows).map(at).collect())
    };
    let mut availability = Vec::new();
    for material in &portfolio.materials {
        for supply in &material.supplies {
            let share = average(&|future, window| {
                let rows = future.availability.iter().filter(|row| {
                    row.source == supply.source
                        && row.stage.is_none_or(|of| of == supply.stage)
                        && row.material.as_ref().is_none_or(|of| *of == material.id)
                });
                rows.map(|row| row.share.at(window)).product()
            });
            let (material, source, stage) = (Some(material.id.clone()), supply.source.clone(), Some(supply.stage));
            if !availability
                .iter()
                .any(|row: &Availability| row.material == material && row.source == source && row.stage == stage)
            {
                availability.push(Availability { material, source, stage, share });
            }
        }
    }
    let factor = |id: &str| {
        average(&|future, window| {
            future.projects.iter().filter(|row| row.project == id).map(|row| row.share.at(window)).product()
        })
    };
    let ratio = |id: &str| {
        average(&|future, window| {
            future.prices.iter().filter(|row| row.material == id).map(|row| row.ratio.at(window)).product()
        })
    };
    let projects = portfolio.projects.iter().map(|project| project.id.clone());
    let priced = portfolio.materials.iter().filter(|material| material.price_usd_per_t.is_some());
    Future {
        id: "mean".to_owned(),
        probability: 1.0,
        availability,
        projects: projects.map(|project| ProjectFactor { share: factor(&project), project }).collect(),
        prices: priced.map(|of| PriceRatio { material: of.id.clone(), ratio: ratio(&of.id) }).collect(),
    }
}
