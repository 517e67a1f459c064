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
    /// Tonnes per unit of each material in the programme: a power of ten near its demand.
    pub(crate) units: Vec<f64>,
    /// Million USD per unit of money in the programme.
    pub(crate) money: f64,
    /// Follows every solve.
    pub(crate) watch: Watch,
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(portfolio: &'a Portfolio, watch: &Watch) -> Result<Self, Error> {
        portfolio.validate()?;
        let units: Vec<f64> = portfolio.materials.iter().map(|material| unit(portfolio, material)).collect();
        let (money, watch) = (money(portfolio), watch.clone());
        let (loans, verdicts, materials) = (Vec::new(), Vec::new(), Vec::new());
        let mut prepared = Self { portfolio, loans, verdicts, materials, units, money, watch };
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

/// Where the largest loss of a scenario should lie in the programme's units of money.
const LARGEST: f64 = 1e3;

/// The power of ten at or below the largest demand of a material.
fn unit(portfolio: &Portfolio, material: &Material) -> f64 {
    let largest = (0..portfolio.windows.len()).map(|at| material.demand_t.at(at)).fold(0.0, f64::max);
    power_of_ten(largest)
}

/// A power of ten that brings the loss without any supply near [`LARGEST`].
fn money(portfolio: &Portfolio) -> f64 {
    let lost = |material: &Material| {
        let all: f64 = material.unmet_steps.iter().map(|step| step.width_t * step.penalty_usd_per_t).sum();
        all / USD_PER_MILLION
    };
    power_of_ten(portfolio.materials.iter().map(lost).sum::<f64>() / LARGEST)
}

fn power_of_ten(value: f64) -> f64 {
    if 0.0 < value && value.is_finite() { 10.0_f64.powf(value.log10().floor()) } else { 1.0 }
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
    /// The same question, to be changed.
    pub(crate) fn copied(&self) -> Self {
        let (futures, fixed) = (self.futures.clone(), self.fixed.clone());
        Self { futures, fixed, risk_weight: self.risk_weight, budget_million_usd: self.budget_million_usd }
    }

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
    /// Second-stage columns, scenario by scenario, material by material, window by window.
    pub(crate) spans: Vec<Span>,
}

/// Where one window of one material of one scenario stands.
pub(crate) struct Span {
    pub(crate) material: usize,
    pub(crate) window: usize,
    /// Refined and ready metal of the base supplies; what is nowhere has no column.
    pub(crate) base: Vec<usize>,
    pub(crate) projects: Vec<usize>,
    pub(crate) draw: usize,
    pub(crate) substitution: Option<usize>,
    pub(crate) unmet: Vec<usize>,
}

impl Program {
    pub(crate) fn new(prepared: &Prepared<'_>, question: &Question<'_>) -> Self {
        let mut problem = Problem::new();
        let (projects, stocks) = first_stage_columns(&mut problem, prepared, question);
        first_stage_rows(&mut problem, prepared, question, (&projects, &stocks));
        let weight = question.risk_weight;
        // Losses are at least 0, and so is where their tail begins.
        let threshold = (0.0 < weight).then(|| problem.column(weight, 0.0, f64::INFINITY));
        let mut program = Self { problem, projects, stocks, spans: Vec::new() };
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
                terms.push((self.projects[project], -held / prepared.units[material]));
            }
            let held = prepared.supply_t(material, SupplyStage::Stockpile, future, 0);
            self.problem.row(f64::NEG_INFINITY, held / prepared.units[material], &terms);
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
    /// A column of tonnes with its part in the loss, in the programme's units.
    fn column(&mut self, material: usize, cost_million_usd: f64, upper_t: f64) -> usize {
        let unit = self.prepared.units[material];
        let cost = cost_million_usd * unit / self.prepared.money;
        let column = self.program.problem.column(self.expected * cost, 0.0, upper_t / unit);
        if cost != 0.0 {
            self.losses.push((column, cost));
        }
        column
    }

    /// A column of a base supply, where there is any.
    fn supplied(&mut self, material: usize, supply_t: f64) -> Option<usize> {
        (0.0 < supply_t).then(|| self.column(material, 0.0, supply_t))
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
            let column = self.column(material, cost, if is_in { output } else { f64::INFINITY });
            if !is_in {
                let unit = self.prepared.units[material];
                let terms = [(column, 1.0), (self.program.projects[project], -output / unit)];
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
        let mined = self.supplied(material, mined);
        let refined = self.supplied(material, refined);
        let ready = self.supplied(material, ready);
        let draw = self.column(material, 0.0, f64::INFINITY);
        let mut treated: Vec<(usize, f64)> = refined.iter().chain(&refineries).map(|column| (*column, 1.0)).collect();
        treated.extend(mined.iter().chain(&mines).map(|column| (*column, -of.refine_yield)));
        if !treated.is_empty() {
            self.program.problem.row(f64::NEG_INFINITY, 0.0, &treated);
        }
        let substitution =
            of.substitution.map(|limit| self.column(material, limit.cost_usd_per_t / USD_PER_MILLION, limit.max_t));
        let unmet: Vec<usize> = of
            .unmet_steps
            .iter()
            .map(|step| self.column(material, step.penalty_usd_per_t / USD_PER_MILLION, step.width_t))
            .collect();
        let projects: Vec<usize> = refineries.into_iter().chain(others).collect();
        let span = Span {
            material,
            window,
            base: refined.into_iter().chain(ready).collect(),
            projects,
            draw,
            substitution,
            unmet,
        };
        let met = span.base.iter().chain(&span.projects).chain([&draw]).chain(&span.substitution).chain(&span.unmet);
        let terms: Vec<(usize, f64)> = met.map(|column| (*column, 1.0)).collect();
        let wanted = of.demand_t.at(window) / self.prepared.units[material];
        self.program.problem.row(wanted, f64::INFINITY, &terms);
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
        let cost = loan.grant_equivalent_million_usd / prepared.money;
        let is_free = least < most;
        projects.push(if is_free {
            problem.integer_column(cost, least, most)
        } else {
            problem.column(cost, least, most)
        });
    }
    let stock = |(material, unit): (&Material, &f64)| {
        let (price, most) = material.stock.map_or((0.0, 0.0), |stock| (stock.price_usd_per_t, stock.max_t));
        (price * unit / USD_PER_MILLION / prepared.money, most / unit)
    };
    let offers = prepared.portfolio.materials.iter().zip(&prepared.units).map(stock);
    let stocks = offers.map(|(price, most)| problem.column(price, 0.0, most)).collect();
    (projects, stocks)
}

/// Budget, lending cap and concentration.
fn first_stage_rows(
    problem: &mut Problem,
    prepared: &Prepared<'_>,
    question: &Question<'_>,
    (projects, stocks): (&[usize], &[usize]),
) {
    let portfolio = prepared.portfolio;
    let gifts = projects.iter().zip(&prepared.loans).map(|(column, loan)| (*column, loan.grant_equivalent_million_usd));
    let prices = portfolio.materials.iter().map(|material| material.stock.map_or(0.0, |stock| stock.price_usd_per_t));
    let prices = prices.zip(&prepared.units).map(|(price, unit)| price * unit / USD_PER_MILLION);
    let bought = stocks.iter().zip(prices).map(|(column, price)| (*column, price));
    let spent: Vec<(usize, f64)> = gifts.chain(bought).collect();
    problem.row(f64::NEG_INFINITY, question.budget_million_usd, &spent);
    let Some(cap) = portfolio.lending_cap_million_usd else { return };
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
}
