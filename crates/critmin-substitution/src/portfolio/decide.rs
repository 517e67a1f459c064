//! The best set of projects and stocks.

use std::collections::BTreeMap;

use critmin_solve::{Certificate, Error as SolveError, SolveOptions, Watch, solve_with};

use crate::portfolio::evaluate::{Choice, Evaluated, cvar, evaluate, mean};
use crate::portfolio::program::{Prepared, Program, Question};
use crate::portfolio::{Decision, FutureRow, GainRow, Portfolio, ProjectRow, StockPurchase};
use crate::{Error, Monitor};

const DAYS_PER_YEAR: f64 = 365.25;
/// Above it a column of yes or no means yes.
const HALF: f64 = 0.5;
/// What counts as nothing, in a material's unit.
const NOTHING: f64 = 1e-6;

/// A choice with its proof.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) choice: Choice,
    pub(crate) objective: f64,
    pub(crate) certificate: Certificate,
    pub(crate) is_proven: bool,
}

/// The set of projects and stocks with the least spend and weighted loss.
///
/// # Errors
///
/// [`Error::Invalid`] with every fault of the portfolio, [`Error::Solve`] when no answer is certified.
pub fn decide(portfolio: &Portfolio, options: &SolveOptions) -> Result<Decision, Error> {
    decide_watched(portfolio, options, &Monitor::silent())
}

/// The same, followed by `monitor`.
///
/// # Errors
///
/// Those of [`decide`], and [`Error::Interrupted`].
pub fn decide_watched(portfolio: &Portfolio, options: &SolveOptions, monitor: &Monitor<'_>) -> Result<Decision, Error> {
    let prepared = Prepared::new(portfolio, &monitor.solver)?;
    let question = Question::of(&prepared);
    let go_on = |done: usize| if monitor.goes_on(done, 3) { Ok(()) } else { Err(Error::Interrupted) };
    go_on(0)?;
    let found = best(&prepared, &question, options)?;
    go_on(1)?;
    let with = evaluate(&prepared, &question.futures, &found.choice)?;
    go_on(2)?;
    let without = evaluate(&prepared, &question.futures, &Choice::none(&prepared))?;
    monitor.goes_on(3, 3);
    Ok(told(&prepared, &question, &found, (with, &without)))
}

/// The best answer to a question. When the time is over before anything is found, nothing is chosen, which is always
/// possible; losses are at least 0, so that its gap is the whole of it.
pub(crate) fn best(prepared: &Prepared<'_>, question: &Question<'_>, options: &SolveOptions) -> Result<Found, Error> {
    match searched(prepared, question, options) {
        Err(Error::Solve(SolveError::StoppedEarly { .. })) if options.time_limit_s.is_some() => {
            let none = question.fixed.iter().map(|fixed| Some(fixed.unwrap_or(false)));
            let question = Question { fixed: none.collect(), ..question.copied() };
            let found =
                searched(prepared, &question, &SolveOptions { time_limit_s: None, node_limit: None, ..*options })?;
            let certificate = Certificate { gap: 1.0, ..found.certificate };
            Ok(Found { certificate, is_proven: false, ..found })
        }
        answer => answer,
    }
}

/// Solves the programme of a question as it stands.
pub(crate) fn searched(
    prepared: &Prepared<'_>,
    question: &Question<'_>,
    options: &SolveOptions,
) -> Result<Found, Error> {
    let program = Program::new(prepared, question);
    let solution = solve_with(&program.problem, options, &prepared.watch)?;
    let choice = Choice {
        projects: program.projects.iter().map(|column| HALF < solution.values[*column]).collect(),
        stocks_t: stocks_t(prepared, &program, &solution.values),
    };
    Ok(Found {
        choice,
        objective: solution.objective * prepared.money,
        certificate: solution.certificate,
        is_proven: solution.is_proven,
    })
}

/// Stocks bought, by material; what an interior point leaves of none is none.
fn stocks_t(prepared: &Prepared<'_>, program: &Program, values: &[f64]) -> Vec<f64> {
    let bought = program.stocks.iter().zip(&prepared.units).map(|(column, unit)| (values[*column], unit));
    bought.map(|(value, unit)| if value < NOTHING { 0.0 } else { value * unit }).collect()
}

fn told(
    prepared: &Prepared<'_>,
    question: &Question<'_>,
    found: &Found,
    (with, without): (Vec<Evaluated>, &[Evaluated]),
) -> Decision {
    let portfolio = prepared.portfolio;
    let probabilities: Vec<f64> = question.futures.iter().map(|(_, probability)| *probability).collect();
    let losses: Vec<f64> = with.iter().map(|each| each.loss_million_usd).collect();
    let losses_without: Vec<f64> = without.iter().map(|each| each.loss_million_usd).collect();
    let (expected, tail) = (mean(&losses, &probabilities), cvar(&losses, &probabilities, portfolio.tail));
    let weight = portfolio.risk_weight;
    let base = (1.0 - weight) * mean(&losses_without, &probabilities)
        + weight * cvar(&losses_without, &probabilities, portfolio.tail);
    let futures = question.futures.iter().zip(losses.iter().zip(&losses_without));
    let scenario = |((future, probability), (loss, loss_without)): (&(&super::Future, f64), (&f64, &f64))| FutureRow {
        scenario: future.id.clone(),
        probability: *probability,
        loss_million_usd: *loss,
        loss_without_million_usd: *loss_without,
    };
    Decision {
        title: portfolio.title.clone(),
        objective_million_usd: found.objective,
        objective_without_million_usd: base,
        expected_loss_million_usd: expected,
        cvar_million_usd: tail,
        spent_million_usd: found.choice.spent(prepared),
        lent_million_usd: found.choice.lent(prepared),
        budget_million_usd: question.budget_million_usd,
        risk_weight: weight,
        tail: portfolio.tail,
        certificate: found.certificate,
        is_proven: found.is_proven,
        projects: project_rows(prepared, &found.choice),
        stocks: stock_rows(prepared, &found.choice),
        scenarios: futures.map(scenario).collect(),
        gains: gains(prepared, &probabilities, &with, without),
        outcomes: with.into_iter().flat_map(|each| each.outcomes).collect(),
    }
}

fn project_rows(prepared: &Prepared<'_>, choice: &Choice) -> Vec<ProjectRow> {
    let rows = prepared.portfolio.projects.iter().zip(&prepared.loans).zip(&prepared.verdicts).zip(&choice.projects);
    let row = |(((project, loan), verdict), is_chosen): (((&super::Project, &super::Loan), &super::Verdict), &bool)| {
        ProjectRow {
            project: project.id.clone(),
            name: project.name.clone(),
            material: project.material.clone(),
            stage: project.stage,
            country: project.country.to_string(),
            is_chosen: *is_chosen,
            is_eligible: verdict.is_eligible,
            reasons: verdict.reasons.clone(),
            loan_million_usd: loan.loan_million_usd,
            grant_element: loan.grant_element,
            grant_equivalent_million_usd: loan.grant_equivalent_million_usd,
            contracted_t: project.capacity_t * project.offtake_share,
        }
    };
    rows.map(row).collect()
}

fn stock_rows(prepared: &Prepared<'_>, choice: &Choice) -> Vec<StockPurchase> {
    let portfolio = prepared.portfolio;
    let days = portfolio.windows.first().map_or(DAYS_PER_YEAR, |window| window.years * DAYS_PER_YEAR);
    let row = |(material, stock): (&super::Material, &f64)| {
        let offer = material.stock?;
        let demand = material.demand_t.at(0);
        Some(StockPurchase {
            material: material.id.clone(),
            stock_t: *stock,
            cost_million_usd: offer.price_usd_per_t * stock / super::program::USD_PER_MILLION,
            cover_days: if 0.0 < demand { stock / demand * days } else { 0.0 },
        })
    };
    portfolio.materials.iter().zip(&choice.stocks_t).filter_map(row).collect()
}

/// Expected shortfalls and losses by bloc: each material's are shared in proportion to the demand of the bloc.
fn gains(prepared: &Prepared<'_>, probabilities: &[f64], with: &[Evaluated], without: &[Evaluated]) -> Vec<GainRow> {
    let mut found = Vec::new();
    for material in &prepared.portfolio.materials {
        let expected = |all: &[Evaluated]| {
            let of = |each: &Evaluated| {
                let rows = each.outcomes.iter().filter(|row| row.material == material.id);
                rows.fold((0.0, 0.0), |(tonnes, cost), row| {
                    (
                        tonnes + row.shortfall_t,
                        cost + penalty(material, row.shortfall_t) + replaced(material, row.substituted_t),
                    )
                })
            };
            all.iter().zip(probabilities).fold((0.0, 0.0), |(tonnes, cost), (each, probability)| {
                let (more, dearer) = of(each);
                (tonnes + probability * more, cost + probability * dearer)
            })
        };
        let ((tonnes, cost), (tonnes_without, cost_without)) = (expected(with), expected(without));
        let mut shares: BTreeMap<&str, f64> = BTreeMap::new();
        material.buyers.iter().for_each(|buyer| *shares.entry(buyer.bloc.as_str()).or_insert(0.0) += buyer.share);
        if shares.is_empty() {
            shares.insert("all buyers", 1.0);
        }
        found.extend(shares.into_iter().map(|(bloc, share)| GainRow {
            bloc: bloc.to_owned(),
            material: material.id.clone(),
            shortfall_without_t: share * tonnes_without,
            shortfall_with_t: share * tonnes,
            avoided_loss_million_usd: share * (cost_without - cost),
        }));
    }
    found
}

/// Cost of a shortfall, the cheapest steps first \[million USD\].
fn penalty(material: &super::Material, shortfall_t: f64) -> f64 {
    let mut left = shortfall_t;
    let mut cost = 0.0;
    for step in &material.unmet_steps {
        let part = left.min(step.width_t).max(0.0);
        cost += part * step.penalty_usd_per_t;
        left -= part;
    }
    cost / super::program::USD_PER_MILLION
}

fn replaced(material: &super::Material, substituted_t: f64) -> f64 {
    material.substitution.map_or(0.0, |limit| limit.cost_usd_per_t * substituted_t) / super::program::USD_PER_MILLION
}

/// Whether each project may be financed, and why not.
///
/// # Errors
///
/// [`Error::Invalid`] with every fault of the portfolio.
pub fn eligibility(portfolio: &Portfolio) -> Result<Vec<(String, super::Verdict)>, Error> {
    let prepared = Prepared::new(portfolio, &Watch::default())?;
    let ids = portfolio.projects.iter().map(|project| project.id.clone());
    Ok(ids.zip(prepared.verdicts).collect())
}
