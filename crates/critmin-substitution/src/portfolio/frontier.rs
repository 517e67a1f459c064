//! The best answer at every budget, with work carried from point to point.

use critmin_solve::{SolveOptions, solve_with};

use crate::portfolio::decide::{Found, best};
use crate::portfolio::program::{Prepared, Program, Question};
use crate::portfolio::selection::objective_in;
use crate::portfolio::{Frontier, FrontierPoint, Portfolio};
use crate::{Error, Monitor};

/// What two objectives may differ by and still count as one, as a share.
const SAME: f64 = 1e-7;
/// Projects left open, above which a fresh relaxation at the budget itself is worth its price.
const FEW: usize = 10;

/// The best answer at each of `budgets` \[million USD\].
///
/// Two things are carried from point to point. The answer of a smaller budget is feasible at a larger one and bounds it from
/// above. The duals of the relaxed programme at one budget bound every other budget from below (weak duality is linear in
/// the budget), with the same reduced costs: a project whose reduced cost exceeds the gap between the bounds keeps its
/// relaxed value, and only the rest is searched. A point whose bounds meet needs no search.
///
/// # Errors
///
/// Those of [`super::decide`], and [`Error::Interrupted`].
pub fn frontier(
    portfolio: &Portfolio,
    budgets: &[f64],
    options: &SolveOptions,
    monitor: &Monitor<'_>,
) -> Result<Frontier, Error> {
    let prepared = Prepared::new(portfolio, &monitor.solver)?;
    let mut budgets: Vec<f64> = budgets.to_vec();
    for budget in &budgets {
        let with = Portfolio { budget_million_usd: *budget, ..portfolio.clone() };
        with.validate()?;
    }
    budgets.sort_by(f64::total_cmp);
    budgets.dedup();
    let mut search = Search { prepared: &prepared, options, relaxed: None, incumbent: None, n_solved: 0, n_reused: 0 };
    let mut points: Vec<FrontierPoint> = Vec::new();
    for (done, budget) in budgets.iter().enumerate() {
        if !monitor.goes_on(done, budgets.len()) {
            return Err(Error::Interrupted);
        }
        let found = search.at(*budget)?;
        points.push(search.point(*budget, &found, points.last())?);
    }
    monitor.goes_on(budgets.len(), budgets.len());
    Ok(Frontier { points, n_solved: search.n_solved, n_reused: search.n_reused })
}

/// The relaxed programme at one budget.
struct Relaxed {
    budget: f64,
    objective: f64,
    /// What one million USD more of budget saves, at least 0.
    worth: f64,
    /// Reduced cost of each project: what taking the other value would cost at least.
    reduced: Vec<f64>,
}

struct Search<'a, 'b> {
    prepared: &'a Prepared<'b>,
    options: &'a SolveOptions,
    relaxed: Option<Relaxed>,
    incumbent: Option<Found>,
    n_solved: usize,
    n_reused: usize,
}

impl Search<'_, '_> {
    fn question(&self, budget: f64, fixed: Vec<Option<bool>>) -> Question<'_> {
        Question { budget_million_usd: budget, fixed, ..Question::of(self.prepared) }
    }

    fn at(&mut self, budget: f64) -> Result<Found, Error> {
        let upper = self.upper(budget)?;
        if self.relaxed.is_none() {
            self.relax(budget)?;
        }
        let mut fixed = self.fixed(budget, upper.as_ref());
        if FEW < fixed.iter().filter(|each| each.is_none()).count() {
            self.relax(budget)?;
            fixed = self.fixed(budget, upper.as_ref());
        }
        let is_open = fixed.iter().any(Option::is_none);
        let is_met = upper
            .as_ref()
            .is_some_and(|found| found.objective - self.lower(budget) <= SAME * found.objective.abs().max(1.0));
        let found = match upper {
            Some(found) if is_met || !is_open => {
                self.n_reused += 1;
                found
            }
            _ => {
                self.n_solved += 1;
                best(self.prepared, &self.question(budget, fixed), self.options)?
            }
        };
        self.incumbent = Some(Found { choice: found.choice.clone(), ..found });
        Ok(found)
    }

    /// The last answer with the best stocks for this budget; none before the first.
    fn upper(&self, budget: f64) -> Result<Option<Found>, Error> {
        let Some(found) = &self.incumbent else { return Ok(None) };
        let fixed = found.choice.projects.iter().map(|is_chosen| Some(*is_chosen)).collect();
        best(self.prepared, &self.question(budget, fixed), self.options).map(Some)
    }

    /// Bound from below by the duals at hand.
    fn lower(&self, budget: f64) -> f64 {
        self.relaxed.as_ref().map_or(f64::NEG_INFINITY, |at| at.objective - at.worth * (budget - at.budget))
    }

    /// Projects that no better answer can turn.
    fn fixed(&self, budget: f64, upper: Option<&Found>) -> Vec<Option<bool>> {
        let n_projects = self.prepared.portfolio.projects.len();
        let (Some(upper), Some(relaxed)) = (upper, &self.relaxed) else { return vec![None; n_projects] };
        let gap = upper.objective - self.lower(budget) + SAME * upper.objective.abs().max(1.0);
        let is_settled = |cost: &f64| gap < cost.abs();
        relaxed.reduced.iter().map(|cost| is_settled(cost).then_some(*cost < 0.0)).collect()
    }

    fn relax(&mut self, budget: f64) -> Result<(), Error> {
        let question = self.question(budget, vec![None; self.prepared.portfolio.projects.len()]);
        let program = Program::new(self.prepared, &question);
        let problem = program.problem.relaxed();
        let options = SolveOptions { backend: critmin_solve::Backend::InteriorPoint, ..*self.options };
        let solution = solve_with(&problem, &options, &self.prepared.watch)?;
        let reduced = problem.reduced_costs(&solution.values, &solution.row_duals);
        let worth = (-solution.row_duals[program.budget_row]).max(0.0);
        // The bound that the duals prove lies below the objective by what the certificate allows.
        let objective = solution.objective - SAME * solution.objective.abs().max(1.0);
        let reduced = program.projects.iter().map(|column| reduced[*column]).collect();
        self.relaxed = Some(Relaxed { budget, objective, worth, reduced });
        Ok(())
    }

    fn point(&self, budget: f64, found: &Found, before: Option<&FrontierPoint>) -> Result<FrontierPoint, Error> {
        let question = self.question(budget, vec![None; self.prepared.portfolio.projects.len()]);
        let (_, expected, tail) = objective_in(self.prepared, &question, &found.choice)?;
        let marginal = |before: &FrontierPoint| {
            (before.objective_million_usd - found.objective) / (budget - before.budget_million_usd)
        };
        Ok(FrontierPoint {
            budget_million_usd: budget,
            objective_million_usd: found.objective,
            expected_loss_million_usd: expected,
            cvar_million_usd: tail,
            spent_million_usd: found.choice.spent(self.prepared),
            stocks_million_usd: found.choice.stocks_million_usd(self.prepared),
            projects: found.choice.names(self.prepared),
            marginal_value: before.map(marginal),
            gap: found.certificate.gap,
        })
    }
}
