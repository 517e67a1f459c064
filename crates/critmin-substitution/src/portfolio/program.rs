//! The two-stage programme, and the figures of a portfolio in its units: million USD and tonnes.

use critmin_solve::{Problem, Watch};

use crate::Error;
use crate::portfolio::eligibility::Earnings;
use crate::portfolio::{Future, Loan, LoanSize, Material, Portfolio, Project, SupplyStage, Verdict};

pub(crate) const USD_PER_MILLION: f64 = 1e6;

/// A portfolio with what follows from it once: loans, verdicts.
pub(crate) struct Prepared<'a> {
    pub(crate) portfolio: &'a Portfolio,
    pub(crate) loans: Vec<Loan>,
    pub(crate) verdicts: Vec<Verdict>,
    /// Position of each project's material.
    pub(crate) materials: Vec<usize>,
    /// Follows every solve.
    pub(crate) watch: Watch,
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(portfolio: &'a Portfolio, watch: &Watch) -> Result<Self, Error> {
        portfolio.validate()?;
        let watch = watch.clone();
        let mut prepared = Self { portfolio, loans: Vec::new(), verdicts: Vec::new(), materials: Vec::new(), watch };
        for project in &portfolio.projects {
            let is_material = |material: &Material| material.id == project.material;
            let material = portfolio.materials.iter().position(is_material).unwrap_or_default();
            let loan = loan_of(portfolio, project)?;
            prepared.verdicts.push(verdict_of(portfolio, project, &portfolio.materials[material], loan));
            prepared.loans.push(loan);
            prepared.materials.push(material);
        }
        Ok(prepared)
    }

    /// Output of a project in a window of a scenario \[t\]: contracted, built, not delayed, and worth running.
    pub(crate) fn output_t(&self, project: usize, future: &Future, window: usize) -> f64 {
        let (of, material) = (&self.portfolio.projects[project], &self.portfolio.materials[self.materials[project]]);
        if self.portfolio.windows[window].year <= of.build_years {
            return 0.0;
        }
        let factor = future.projects.iter().filter(|row| row.project == of.id).map(|row| row.share.at(window));
        let runs = price_usd_per_t(material, future, window).is_none_or(|price| {
            of.operating_cost_usd_per_t <= price.max(material.price_floor_usd_per_t.unwrap_or(0.0))
        });
        if runs { of.capacity_t * of.offtake_share * factor.product::<f64>() } else { 0.0 }
    }

    /// What a tonne of a project costs in a scenario \[million USD\]: operating cost, and what a price floor pays on top.
    pub(crate) fn running_cost(&self, project: usize, future: &Future, window: usize) -> f64 {
        let (of, material) = (&self.portfolio.projects[project], &self.portfolio.materials[self.materials[project]]);
        let price = price_usd_per_t(material, future, window);
        let support = price.zip(material.price_floor_usd_per_t).map_or(0.0, |(price, floor)| (floor - price).max(0.0));
        (of.operating_cost_usd_per_t + support) / USD_PER_MILLION
    }

    /// Base supply of a stage of a material that reaches the buyers in a window of a scenario \[t\].
    pub(crate) fn supply_t(&self, material: usize, stage: SupplyStage, future: &Future, window: usize) -> f64 {
        let material = &self.portfolio.materials[material];
        let available = |source: &str| {
            let rows = future.availability.iter().filter(|row| {
                row.source == source
                    && row.stage.is_none_or(|of| of == stage)
                    && row.material.as_ref().is_none_or(|of| *of == material.id)
            });
            rows.map(|row| row.share.at(window)).product::<f64>()
        };
        let of_stage = material.supplies.iter().filter(|supply| supply.stage == stage);
        of_stage.map(|supply| supply.supply_t.at(window) * available(&supply.source)).sum()
    }
}

fn price_usd_per_t(material: &Material, future: &Future, window: usize) -> Option<f64> {
    let rows = future.prices.iter().filter(|row| row.material == material.id);
    let ratio: f64 = rows.map(|row| row.ratio.at(window)).product();
    material.price_usd_per_t.map(|price| price * ratio)
}

fn loan_of(portfolio: &Portfolio, project: &Project) -> Result<Loan, Error> {
    let size = portfolio.rule.as_ref().map_or(LoanSize::Proportional, |rule| rule.loan_size);
    let terms = project.loan.or(portfolio.rule.as_ref().map(|rule| rule.loan));
    let missing = || Error::MissingInput {
        what: format!("the loan of {}", project.id),
        how: "give `loan`, or a rule with terms for every project".to_owned(),
    };
    terms.ok_or_else(missing)?.loan(project.capex_million_usd, project.offtake_share, size)
}

fn verdict_of(portfolio: &Portfolio, project: &Project, material: &Material, loan: Loan) -> Verdict {
    let years = portfolio.windows.first().map_or(1.0, |window| window.years);
    let earnings = Earnings {
        price_usd_per_t: material.price_usd_per_t,
        price_floor_usd_per_t: material.price_floor_usd_per_t,
        contracted_t_per_year: project.capacity_t * project.offtake_share / years,
        loan,
    };
    let passed = Verdict { is_eligible: true, reasons: Vec::new() };
    let mut verdict = portfolio.rule.as_ref().map_or(passed, |rule| rule.verdict(project, &earnings));
    if !project.is_admitted {
        verdict.is_eligible = false;
        verdict.reasons.push("not admitted by the user".to_owned());
    }
    verdict
}

/// Which futures with which probabilities, under which risk weight.
pub(crate) struct Question<'a> {
    pub(crate) futures: Vec<(&'a Future, f64)>,
    pub(crate) risk_weight: f64,
    pub(crate) budget_million_usd: f64,
    /// Projects whose answer is known.
    pub(crate) fixed: Vec<Option<bool>>,
}

impl<'a> Question<'a> {
    /// The portfolio's own.
    pub(crate) fn of(prepared: &Prepared<'a>) -> Self {
        let portfolio = prepared.portfolio;
        Self {
            futures: portfolio.scenarios.iter().map(|future| (future, future.probability)).collect(),
            risk_weight: portfolio.risk_weight,
            budget_million_usd: portfolio.budget_million_usd,
            fixed: vec![None; portfolio.projects.len()],
        }
    }
}

/// The programme, and where its decisions stand.
pub(crate) struct Program {
    pub(crate) problem: Problem,
    /// Column of each project.
    pub(crate) projects: Vec<usize>,
    /// Column of each material's stock.
    pub(crate) stocks: Vec<usize>,
    /// Row of the budget.
    pub(crate) budget_row: usize,
    /// Second-stage columns, scenario by scenario, material by material, window by window.
    pub(crate) spans: Vec<Span>,
}

/// Where one window of one material of one scenario stands.
pub(crate) struct Span {
    pub(crate) material: usize,
    pub(crate) window: usize,
    pub(crate) base: [usize; 2],
    pub(crate) projects: Vec<usize>,
    pub(crate) draw: usize,
    pub(crate) substitution: Option<usize>,
    pub(crate) unmet: Vec<usize>,
}

impl Program {
    pub(crate) fn new(prepared: &Prepared<'_>, question: &Question<'_>) -> Self {
        let mut problem = Problem::new();
        let (projects, stocks) = first_stage_columns(&mut problem, prepared, question);
        let budget_row = first_stage_rows(&mut problem, prepared, question, (&projects, &stocks));
        let weight = question.risk_weight;
        let threshold = (0.0 < weight).then(|| problem.column(weight, f64::NEG_INFINITY, f64::INFINITY));
        let mut program = Self { problem, projects, stocks, budget_row, spans: Vec::new() };
        for (future, probability) in &question.futures {
            let expected = probability * (1.0 - weight);
            let losses = program.second_stage(prepared, question, future, expected);
            if let Some(threshold) = threshold {
                let excess = weight * probability / (1.0 - prepared.portfolio.tail);
                let excess = program.problem.column(excess, 0.0, f64::INFINITY);
                let mut terms: Vec<(usize, f64)> = losses.iter().map(|(column, cost)| (*column, -cost)).collect();
                terms.extend([(excess, 1.0), (threshold, 1.0)]);
                program.problem.row(0.0, f64::INFINITY, &terms);
            }
        }
        program
    }

    /// One scenario; returns its costs by column \[million USD\].
    fn second_stage(
        &mut self,
        prepared: &Prepared<'_>,
        question: &Question<'_>,
        future: &Future,
        expected: f64,
    ) -> Vec<(usize, f64)> {
        let mut losses = Vec::new();
        for material in 0..prepared.portfolio.materials.len() {
            let mut draws = Vec::new();
            for window in 0..prepared.portfolio.windows.len() {
                let mut stage = Stage { program: self, prepared, question, future, expected, losses: &mut losses };
                draws.push(stage.window(material, window));
            }
            let mut terms: Vec<(usize, f64)> = draws.into_iter().map(|draw| (draw, 1.0)).collect();
            terms.push((self.stocks[material], -1.0));
            for project in of_stage(prepared, material, SupplyStage::Stockpile) {
                let held = prepared.output_t(project, future, prepared.portfolio.windows.len() - 1);
                terms.push((self.projects[project], -held));
            }
            let held = prepared.supply_t(material, SupplyStage::Stockpile, future, 0);
            self.problem.row(f64::NEG_INFINITY, held, &terms);
        }
        losses
    }
}

/// Projects of a material at a stage.
fn of_stage<'a>(prepared: &'a Prepared<'_>, material: usize, stage: SupplyStage) -> impl Iterator<Item = usize> + 'a {
    let projects = prepared.portfolio.projects.iter().enumerate();
    projects
        .filter(move |(at, project)| prepared.materials[*at] == material && project.stage == stage)
        .map(|(at, _)| at)
}

/// One window of one material under construction.
struct Stage<'a, 'b> {
    program: &'a mut Program,
    prepared: &'a Prepared<'b>,
    question: &'a Question<'b>,
    future: &'a Future,
    expected: f64,
    losses: &'a mut Vec<(usize, f64)>,
}

impl Stage<'_, '_> {
    /// A column with its part in the loss.
    fn column(&mut self, cost_million_usd: f64, upper: f64) -> usize {
        let column = self.program.problem.column(self.expected * cost_million_usd, 0.0, upper);
        if cost_million_usd != 0.0 {
            self.losses.push((column, cost_million_usd));
        }
        column
    }

    /// Output columns of the projects of a stage; those that cannot run are left out.
    fn outputs(&mut self, material: usize, stage: SupplyStage, window: usize) -> Vec<usize> {
        let mut columns = Vec::new();
        for project in of_stage(self.prepared, material, stage) {
            let output = self.prepared.output_t(project, self.future, window);
            let is_out = self.question.fixed[project] == Some(false) || !self.prepared.verdicts[project].is_eligible;
            if output <= 0.0 || is_out {
                continue;
            }
            let cost = self.prepared.running_cost(project, self.future, window);
            let is_in = self.question.fixed[project] == Some(true);
            let column = self.column(cost, if is_in { output } else { f64::INFINITY });
            if !is_in {
                let terms = [(column, 1.0), (self.program.projects[project], -output)];
                self.program.problem.row(f64::NEG_INFINITY, 0.0, &terms);
            }
            columns.push(column);
        }
        columns
    }

    /// Supply, projects, draw, substitution and what stays unmet; returns the column of the draw.
    fn window(&mut self, material: usize, window: usize) -> usize {
        let of = &self.prepared.portfolio.materials[material];
        let supply = |stage| self.prepared.supply_t(material, stage, self.future, window);
        let (mined, refined) = (supply(SupplyStage::Mine), supply(SupplyStage::Refinery));
        let ready = supply(SupplyStage::Recycling) + supply(SupplyStage::Direct);
        let mines = self.outputs(material, SupplyStage::Mine, window);
        let refineries = self.outputs(material, SupplyStage::Refinery, window);
        let mut others = self.outputs(material, SupplyStage::Recycling, window);
        others.extend(self.outputs(material, SupplyStage::Direct, window));
        let mined = self.column(0.0, mined);
        let refined = self.column(0.0, refined);
        let ready = self.column(0.0, ready);
        let draw = self.column(0.0, f64::INFINITY);
        let mut treated = vec![(refined, 1.0), (mined, -of.refine_yield)];
        treated.extend(refineries.iter().map(|column| (*column, 1.0)));
        treated.extend(mines.iter().map(|column| (*column, -of.refine_yield)));
        self.program.problem.row(f64::NEG_INFINITY, 0.0, &treated);
        let substitution =
            of.substitution.map(|limit| self.column(limit.cost_usd_per_t / USD_PER_MILLION, limit.max_t));
        let unmet: Vec<usize> = of
            .unmet_steps
            .iter()
            .map(|step| self.column(step.penalty_usd_per_t / USD_PER_MILLION, step.width_t))
            .collect();
        let projects: Vec<usize> = refineries.into_iter().chain(others).collect();
        let span = Span { material, window, base: [refined, ready], projects, draw, substitution, unmet };
        let met = span.base.iter().chain(&span.projects).chain([&draw]).chain(&span.substitution).chain(&span.unmet);
        let terms: Vec<(usize, f64)> = met.map(|column| (*column, 1.0)).collect();
        self.program.problem.row(of.demand_t.at(window), f64::INFINITY, &terms);
        self.program.spans.push(span);
        draw
    }
}

fn first_stage_columns(
    problem: &mut Problem,
    prepared: &Prepared<'_>,
    question: &Question<'_>,
) -> (Vec<usize>, Vec<usize>) {
    let mut projects = Vec::new();
    for (at, (loan, verdict)) in prepared.loans.iter().zip(&prepared.verdicts).enumerate() {
        let (least, most) = match question.fixed[at] {
            Some(true) => (1.0, 1.0),
            None if verdict.is_eligible => (0.0, 1.0),
            _ => (0.0, 0.0),
        };
        let cost = loan.grant_equivalent_million_usd;
        let is_free = least < most;
        projects.push(if is_free {
            problem.integer_column(cost, least, most)
        } else {
            problem.column(cost, least, most)
        });
    }
    let stock = |material: &Material| {
        material.stock.map_or((0.0, 0.0), |stock| (stock.price_usd_per_t / USD_PER_MILLION, stock.max_t))
    };
    let offers = prepared.portfolio.materials.iter().map(stock);
    let stocks = offers.map(|(price, most)| problem.column(price, 0.0, most)).collect();
    (projects, stocks)
}

/// Budget, lending cap and concentration; returns the row of the budget.
fn first_stage_rows(
    problem: &mut Problem,
    prepared: &Prepared<'_>,
    question: &Question<'_>,
    (projects, stocks): (&[usize], &[usize]),
) -> usize {
    let portfolio = prepared.portfolio;
    let gifts = projects.iter().zip(&prepared.loans).map(|(column, loan)| (*column, loan.grant_equivalent_million_usd));
    let prices = portfolio.materials.iter().map(|material| material.stock.map_or(0.0, |stock| stock.price_usd_per_t));
    let bought = stocks.iter().zip(prices).map(|(column, price)| (*column, price / USD_PER_MILLION));
    let spent: Vec<(usize, f64)> = gifts.chain(bought).collect();
    let budget_row = problem.row(f64::NEG_INFINITY, question.budget_million_usd, &spent);
    let Some(cap) = portfolio.lending_cap_million_usd else { return budget_row };
    let lent = |is_counted: &dyn Fn(&Project) -> bool| -> Vec<(usize, f64)> {
        let all = portfolio.projects.iter().zip(projects).zip(&prepared.loans);
        all.filter(|((project, _), _)| is_counted(project))
            .map(|((_, column), loan)| (*column, loan.loan_million_usd))
            .collect()
    };
    problem.row(f64::NEG_INFINITY, cap, &lent(&|_| true));
    if let Some(share) = portfolio.concentration_share {
        let mut countries: Vec<_> = portfolio.projects.iter().map(|project| &project.country).collect();
        countries.sort_unstable();
        countries.dedup();
        for country in countries {
            problem.row(f64::NEG_INFINITY, share * cap, &lent(&|project| project.country == *country));
        }
    }
    budget_row
}
