//! What a chosen set does in every scenario.

use critmin_solve::{SolveOptions, solve_with};
use rayon::prelude::*;

use crate::Error;
use crate::portfolio::program::{Prepared, Program, Question, Span};
use crate::portfolio::{Future, OutcomeRow};

/// What counts as nothing, in a material's unit: an interior point leaves 1e-8 of it.
const NOTHING: f64 = 1e-6;

/// Projects and stocks that are decided.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Choice {
    pub(crate) projects: Vec<bool>,
    /// By material \[t\].
    pub(crate) stocks_t: Vec<f64>,
}

/// One scenario under a choice.
pub(crate) struct Evaluated {
    pub(crate) loss_million_usd: f64,
    pub(crate) outcomes: Vec<OutcomeRow>,
}

impl Choice {
    /// Nothing.
    pub(crate) fn none(prepared: &Prepared<'_>) -> Self {
        let portfolio = prepared.portfolio;
        Self { projects: vec![false; portfolio.projects.len()], stocks_t: vec![0.0; portfolio.materials.len()] }
    }

    /// Grant equivalents and stocks \[million USD\].
    pub(crate) fn spent(&self, prepared: &Prepared<'_>) -> f64 {
        let gifts = prepared.loans.iter().zip(&self.projects).filter(|(_, is_chosen)| **is_chosen);
        gifts.map(|(loan, _)| loan.grant_equivalent_million_usd).sum::<f64>() + self.stocks_million_usd(prepared)
    }

    /// Stocks \[million USD\].
    pub(crate) fn stocks_million_usd(&self, prepared: &Prepared<'_>) -> f64 {
        let offers = prepared.portfolio.materials.iter().map(|material| material.stock);
        let price = |offer: Option<super::StockOffer>| offer.map_or(0.0, |offer| offer.price_usd_per_t);
        offers.zip(&self.stocks_t).map(|(offer, stock)| price(offer) * stock).sum::<f64>()
            / super::program::USD_PER_MILLION
    }

    /// Loans \[million USD\].
    pub(crate) fn lent(&self, prepared: &Prepared<'_>) -> f64 {
        let loans = prepared.loans.iter().zip(&self.projects).filter(|(_, is_chosen)| **is_chosen);
        loans.map(|(loan, _)| loan.loan_million_usd).sum()
    }

    /// Ids of the chosen projects.
    pub(crate) fn names(&self, prepared: &Prepared<'_>) -> Vec<String> {
        let projects = prepared.portfolio.projects.iter().zip(&self.projects);
        projects.filter(|(_, is_chosen)| **is_chosen).map(|(project, _)| project.id.clone()).collect()
    }
}

/// Every scenario, in the order of the question's futures; each is a small programme of its own.
pub(crate) fn evaluate(
    prepared: &Prepared<'_>,
    futures: &[(&Future, f64)],
    choice: &Choice,
) -> Result<Vec<Evaluated>, Error> {
    futures.par_iter().map(|(future, _)| one(prepared, future, choice)).collect()
}

fn one(prepared: &Prepared<'_>, future: &Future, choice: &Choice) -> Result<Evaluated, Error> {
    let question = Question {
        futures: vec![(future, 1.0)],
        risk_weight: 0.0,
        budget_million_usd: f64::INFINITY,
        fixed: choice.projects.iter().map(|is_chosen| Some(*is_chosen)).collect(),
    };
    let mut program = Program::new(prepared, &question);
    for ((column, stock), unit) in program.stocks.iter().zip(&choice.stocks_t).zip(&prepared.units) {
        program.problem.set_bounds(*column, stock / unit, stock / unit);
    }
    for column in program.projects.iter().chain(&program.stocks) {
        program.problem.set_cost(*column, 0.0);
    }
    let solution = solve_with(&program.problem, &SolveOptions::default(), &prepared.watch)?;
    let outcomes = program.spans.iter().map(|span| outcome(prepared, future, span, &solution.values)).collect();
    Ok(Evaluated { loss_million_usd: solution.objective * prepared.money, outcomes })
}

fn outcome(prepared: &Prepared<'_>, future: &Future, span: &Span, values: &[f64]) -> OutcomeRow {
    let portfolio = prepared.portfolio;
    let sum = |columns: &[usize]| {
        let total: f64 = columns.iter().map(|column| values[*column]).sum();
        if total.abs() < NOTHING { 0.0 } else { total * prepared.units[span.material] }
    };
    OutcomeRow {
        scenario: future.id.clone(),
        window: portfolio.windows[span.window].id.clone(),
        material: portfolio.materials[span.material].id.clone(),
        demand_t: portfolio.materials[span.material].demand_t.at(span.window),
        refined_t: sum(&span.base),
        from_projects_t: sum(&span.projects),
        drawn_t: sum(&[span.draw]),
        substituted_t: span.substitution.map_or(0.0, |column| sum(&[column])),
        shortfall_t: sum(&span.unmet),
    }
}

/// Mean loss.
pub(crate) fn mean(losses: &[f64], probabilities: &[f64]) -> f64 {
    losses.iter().zip(probabilities).map(|(loss, probability)| loss * probability).sum()
}

/// Mean of the worst part `1 - tail` of the losses; the atom at the border counts in part.
///
/// Rockafellar and Uryasev (2000), Journal of Risk 2(3), for discrete distributions.
pub(crate) fn cvar(losses: &[f64], probabilities: &[f64], tail: f64) -> f64 {
    let mut order: Vec<usize> = (0..losses.len()).collect();
    order.sort_by(|one, other| losses[*other].total_cmp(&losses[*one]).then(one.cmp(other)));
    let mut left = 1.0 - tail;
    let mut sum = 0.0;
    for index in order {
        let part = probabilities[index].min(left);
        sum += part * losses[index];
        left -= part;
    }
    sum / (1.0 - tail)
}
