//! The best answer at every budget, with work carried from point to point.

use critmin_solve::SolveOptions;

use crate::portfolio::decide::{Found, best};
use crate::portfolio::program::{Prepared, Question};
use crate::portfolio::selection::objective_in;
use crate::portfolio::{Frontier, FrontierPoint, Portfolio};
use crate::{Error, Monitor};

/// The best answer at each of `budgets` \[million USD\], found from the largest down.
///
/// An answer that spends less than its budget is the best of every budget down to what it spends: those points need no
/// search. Where the budget binds, each point is searched on its own.
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
    let mut falling: Vec<f64> = budgets.to_vec();
    for budget in budgets {
        Portfolio { budget_million_usd: *budget, ..portfolio.clone() }.validate()?;
    }
    falling.sort_by(|one, other| other.total_cmp(one));
    falling.dedup();
    let (mut n_solved, mut answers) = (0, Vec::<Answer>::new());
    for (done, budget) in falling.iter().enumerate() {
        if !monitor.goes_on(done, falling.len()) {
            return Err(Error::Interrupted);
        }
        let is_same = |before: &&Answer| before.spent <= *budget && before.found.is_proven;
        let answer = if let Some(before) = answers.last().filter(is_same) {
            before.clone()
        } else {
            n_solved += 1;
            Answer::at(&prepared, *budget, options)?
        };
        answers.push(answer);
    }
    monitor.goes_on(falling.len(), falling.len());
    let mut points: Vec<FrontierPoint> = Vec::new();
    for (answer, budget) in answers.iter().zip(&falling).rev() {
        points.push(answer.point(&prepared, *budget, points.last()));
    }
    Ok(Frontier { points, n_solved, n_reused: falling.len() - n_solved })
}

/// The answer of one search.
#[derive(Clone)]
struct Answer {
    found: Found,
    spent: f64,
    expected_loss: f64,
    cvar: f64,
}

impl Answer {
    fn at(prepared: &Prepared<'_>, budget: f64, options: &SolveOptions) -> Result<Self, Error> {
        let question = Question { budget_million_usd: budget, ..Question::of(prepared) };
        let found = best(prepared, &question, options)?;
        let (_, expected_loss, cvar) = objective_in(prepared, &question, &found.choice)?;
        Ok(Self { spent: found.choice.spent(prepared), expected_loss, cvar, found })
    }

    fn point(&self, prepared: &Prepared<'_>, budget: f64, before: Option<&FrontierPoint>) -> FrontierPoint {
        let objective = self.found.objective;
        let marginal =
            |before: &FrontierPoint| (before.objective_million_usd - objective) / (budget - before.budget_million_usd);
        FrontierPoint {
            budget_million_usd: budget,
            objective_million_usd: objective,
            expected_loss_million_usd: self.expected_loss,
            cvar_million_usd: self.cvar,
            spent_million_usd: self.spent,
            stocks_million_usd: self.found.choice.stocks_million_usd(prepared),
            projects: self.found.choice.names(prepared),
            marginal_value: before.map(marginal),
            gap: self.found.certificate.gap,
        }
    }
}
