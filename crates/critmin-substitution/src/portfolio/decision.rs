//! What a portfolio decides, and how sure one can be of it.

use critmin_solve::Certificate;
use serde::{Deserialize, Serialize};

use crate::portfolio::SupplyStage;

/// The best set of projects and stocks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Title of the portfolio.
    pub title: String,
    /// Spend, plus the weighted mean and tail of the losses \[million USD\].
    pub objective_million_usd: f64,
    /// The same without projects and stocks.
    pub objective_without_million_usd: f64,
    /// Mean loss over the scenarios \[million USD\].
    pub expected_loss_million_usd: f64,
    /// Mean loss of the worst scenarios, the part 1 less `tail` \[million USD\].
    pub cvar_million_usd: f64,
    /// Grant equivalents and stocks \[million USD\].
    pub spent_million_usd: f64,
    /// Loans \[million USD\].
    pub lent_million_usd: f64,
    /// Budget \[million USD\].
    pub budget_million_usd: f64,
    /// Weight of the tail.
    pub risk_weight: f64,
    /// Where the tail begins.
    pub tail: f64,
    /// How far the optimum is from a proof.
    pub certificate: Certificate,
    /// Whether it is proven, or the best that the time allowed (the gap stands in the certificate).
    pub is_proven: bool,
    /// Every candidate, chosen or not.
    pub projects: Vec<ProjectRow>,
    /// Stocks bought.
    pub stocks: Vec<StockPurchase>,
    /// Every scenario.
    pub scenarios: Vec<FutureRow>,
    /// Every scenario, window and material.
    pub outcomes: Vec<OutcomeRow>,
    /// What each bloc gains.
    pub gains: Vec<GainRow>,
}

/// One candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProjectRow {
    /// Id.
    pub project: String,
    /// Name.
    pub name: String,
    /// Material.
    pub material: String,
    /// Stage.
    pub stage: SupplyStage,
    /// Country.
    pub country: String,
    /// Whether it is financed.
    pub is_chosen: bool,
    /// Whether the rule admits it.
    pub is_eligible: bool,
    /// Why not, or what was not known.
    pub reasons: Vec<String>,
    /// Loan that it would get \[million USD\].
    pub loan_million_usd: f64,
    /// Part of the loan that is a gift, in \[0, 1\] where the rate lies below the market's.
    pub grant_element: f64,
    /// Loan times grant element \[million USD\]: what it costs the budget.
    pub grant_equivalent_million_usd: f64,
    /// Output per window that reaches the buyers \[t\].
    pub contracted_t: f64,
}

/// One stock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StockPurchase {
    /// Material.
    pub material: String,
    /// Bought \[t\].
    pub stock_t: f64,
    /// Cost \[million USD\].
    pub cost_million_usd: f64,
    /// Days of the first window's demand that it covers.
    pub cover_days: f64,
}

/// One scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FutureRow {
    /// Id.
    pub scenario: String,
    /// Probability.
    pub probability: f64,
    /// Loss with the chosen set \[million USD\].
    pub loss_million_usd: f64,
    /// Loss with nothing chosen \[million USD\].
    pub loss_without_million_usd: f64,
}

/// One material in one window of one scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutcomeRow {
    /// Scenario.
    pub scenario: String,
    /// Window.
    pub window: String,
    /// Material.
    pub material: String,
    /// Demand \[t\].
    pub demand_t: f64,
    /// Refined metal of the base supplies \[t\].
    pub refined_t: f64,
    /// Refined metal of chosen projects \[t\].
    pub from_projects_t: f64,
    /// Drawn from stocks \[t\].
    pub drawn_t: f64,
    /// Replaced \[t\].
    pub substituted_t: f64,
    /// Not met \[t\].
    pub shortfall_t: f64,
}

/// What one bloc gains: shortfalls are shared in proportion to demand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GainRow {
    /// Bloc.
    pub bloc: String,
    /// Material.
    pub material: String,
    /// Expected shortfall without projects and stocks, over all windows \[t\].
    pub shortfall_without_t: f64,
    /// With the chosen set \[t\].
    pub shortfall_with_t: f64,
    /// Expected loss that is avoided \[million USD\].
    pub avoided_loss_million_usd: f64,
}

/// One point of the curve over budgets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrontierPoint {
    /// Budget \[million USD\].
    pub budget_million_usd: f64,
    /// Objective \[million USD\].
    pub objective_million_usd: f64,
    /// Mean loss \[million USD\].
    pub expected_loss_million_usd: f64,
    /// Tail loss \[million USD\].
    pub cvar_million_usd: f64,
    /// Spent \[million USD\].
    pub spent_million_usd: f64,
    /// Stocks bought \[million USD\].
    pub stocks_million_usd: f64,
    /// Chosen projects.
    pub projects: Vec<String>,
    /// Fall of the objective per million USD of budget from the point before; absent at the first.
    pub marginal_value: Option<f64>,
    /// Relative gap of the proof.
    pub gap: f64,
}

/// The best answer at every budget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frontier {
    /// The points, by rising budget.
    pub points: Vec<FrontierPoint>,
    /// Points that were searched from nothing.
    pub n_solved: usize,
    /// Points proven by the point above them, without a search.
    pub n_reused: usize,
}

/// What knowing more, and what thinking in scenarios, is worth; at risk weight 0 \[million USD\].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ValueOfInformation {
    /// The optimum under uncertainty.
    pub here_and_now: f64,
    /// Mean of the optima with each scenario known beforehand.
    pub wait_and_see: f64,
    /// `here_and_now - wait_and_see`, at least 0.
    pub expected_value_of_perfect_information: f64,
    /// Optimum of the problem with every figure at its mean.
    pub mean_value_problem: f64,
    /// What that choice costs in the scenarios.
    pub expected_result_of_mean_value_solution: f64,
    /// `expected_result_of_mean_value_solution - here_and_now`, at least 0; absent where the choice of the mean is
    /// infeasible in a scenario.
    pub value_of_stochastic_solution: f64,
}

/// How often each project is chosen when the scenarios are drawn anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Selection {
    /// One row per project.
    pub projects: Vec<SelectionRow>,
    /// The sets that were chosen, the most frequent first.
    pub sets: Vec<SetRow>,
    /// Bootstrap resamples of the scenarios.
    pub n_resamples: usize,
    /// Draws of the probabilities.
    pub n_reweighted: usize,
    /// Seed.
    pub seed: u64,
}

/// One project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelectionRow {
    /// Id.
    pub project: String,
    /// Share of resamples in which it is chosen, in \[0, 1\].
    pub chosen_in_resamples: f64,
    /// Share of probability draws in which it is chosen, in \[0, 1\].
    pub chosen_in_reweighted: f64,
    /// Whether the central optimum chooses it.
    pub is_chosen: bool,
}

/// One set of projects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetRow {
    /// Its projects.
    pub projects: Vec<String>,
    /// Share of all runs that choose it, in \[0, 1\].
    pub frequency: f64,
    /// Objective of the set under the central probabilities, over the optimum's \[million USD\].
    pub regret_million_usd: f64,
}
