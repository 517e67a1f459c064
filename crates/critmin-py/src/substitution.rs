//! What can be done: supply networks and portfolios. Everything crosses as JSON: the tables are small, the work is not.

use critmin_solve::{SolveOptions, Watch};
use critmin_substitution::equilibrium::{
    IsoelasticModel, PriceFormModel, RerouteOptions, ReroutingModel, SpatialModel, isoelastic_equilibrium,
    price_form_equilibrium, reroute, spatial_equilibrium,
};
use critmin_substitution::material::{CesNode, EndUse, Horizon, SubstituteOption, ces_response, substitutability};
use critmin_substitution::network::assemble::{NetworkOptions, assemble_network};
use critmin_substitution::network::{Network, PlanOptions, plan_watched};
use critmin_substitution::portfolio::assemble::{PortfolioOptions, assemble_portfolio};
use critmin_substitution::portfolio::{
    EligibilityRule, LoanSize, LoanTerms, Portfolio, Verdict, decide_watched, eligibility, frontier, rule_ids,
    selection, value_of_information,
};
use critmin_substitution::stockpile::{BridgeMonth, bridging_stock, exponential_stock, months_bridged};
use critmin_substitution::{Error, Monitor};
use pyo3::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::disruption::Scenario;
use crate::error::{InvalidDataError, ScenarioError, from_core, from_substitution};
use crate::progress::run_detached;
use crate::reference::dataset;

/// The plan of a network, as JSON.
#[pyfunction]
#[pyo3(signature = (network, options, progress))]
pub(crate) fn plan_network(
    py: Python<'_>,
    network: &str,
    options: &str,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let network: Network = parsed(network, "network")?;
    let options: PlanOptions = parsed(options, "plan options")?;
    watched(py, progress, |monitor| plan_watched(&network, &options, monitor))
}

/// The network of a scenario from the reference dataset, with its inputs and warnings, as JSON.
#[pyfunction]
#[pyo3(signature = (scenario, options))]
pub(crate) fn resource_network(py: Python<'_>, scenario: Option<&Scenario>, options: &str) -> PyResult<String> {
    let options: NetworkOptions = parsed(options, "network options")?;
    let figures = dataset(py)?;
    let scenario = scenario.map(|scenario| std::sync::Arc::clone(scenario.inner()));
    let run = || assemble_network(figures, scenario.as_deref(), &options);
    json(&py.detach(run).map_err(|error| from_substitution(&error))?)
}

/// The best set of projects and stocks, as JSON.
#[pyfunction]
#[pyo3(signature = (portfolio, options, progress))]
pub(crate) fn portfolio_decide(
    py: Python<'_>,
    portfolio: &str,
    options: &str,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let (portfolio, options) = (of_portfolio(portfolio)?, solve_options(options)?);
    watched(py, progress, |monitor| decide_watched(&portfolio, &options, monitor))
}

/// The best answer at every budget, as JSON.
#[pyfunction]
#[pyo3(signature = (portfolio, budgets, options, progress))]
pub(crate) fn portfolio_frontier(
    py: Python<'_>,
    portfolio: &str,
    budgets: Vec<f64>,
    options: &str,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let (portfolio, options) = (of_portfolio(portfolio)?, solve_options(options)?);
    watched(py, progress, |monitor| frontier(&portfolio, &budgets, &options, monitor))
}

/// What knowing the future is worth, as JSON.
#[pyfunction]
#[pyo3(signature = (portfolio, options, progress))]
pub(crate) fn portfolio_information(
    py: Python<'_>,
    portfolio: &str,
    options: &str,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let (portfolio, options) = (of_portfolio(portfolio)?, solve_options(options)?);
    watched(py, progress, |monitor| value_of_information(&portfolio, &options, monitor))
}

/// How often each project is chosen, as JSON.
#[pyfunction]
#[pyo3(signature = (portfolio, n_resamples, n_reweighted, seed, options, progress))]
pub(crate) fn portfolio_selection(
    py: Python<'_>,
    portfolio: &str,
    n_resamples: usize,
    n_reweighted: usize,
    seed: u64,
    options: &str,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let (portfolio, options) = (of_portfolio(portfolio)?, solve_options(options)?);
    watched(py, progress, |monitor| selection(&portfolio, (n_resamples, n_reweighted), seed, &options, monitor))
}

/// Whether each project may be financed, as JSON; a portfolio is checked by it as a whole.
#[pyfunction]
pub(crate) fn portfolio_eligibility(portfolio: &str) -> PyResult<String> {
    let found = eligibility(&of_portfolio(portfolio)?).map_err(|error| from_substitution(&error))?;
    let row = |(project, verdict): &(String, Verdict)| serde_json::json!({ "project": project, "is_eligible": verdict.is_eligible, "reasons": verdict.reasons });
    json(&found.iter().map(row).collect::<Vec<_>>())
}

/// The portfolio of the reference dataset's candidate projects, with its inputs and warnings, as JSON.
#[pyfunction]
pub(crate) fn portfolio_candidates(py: Python<'_>, options: &str) -> PyResult<String> {
    let options: PortfolioOptions = parsed(options, "portfolio options")?;
    let figures = dataset(py)?;
    json(&py.detach(|| assemble_portfolio(figures, &options)).map_err(|error| from_substitution(&error))?)
}

/// The eligibility rules that come with critmin, as JSON.
#[pyfunction]
pub(crate) fn eligibility_rules() -> PyResult<String> {
    let rules: Result<Vec<_>, _> = rule_ids().into_iter().map(EligibilityRule::find).collect();
    json(&rules.map_err(|error| from_substitution(&error))?)
}

/// The document of an eligibility rule.
#[pyfunction]
pub(crate) fn eligibility_rule(id: &str) -> PyResult<String> {
    EligibilityRule::text(id).map(str::to_owned).map_err(|error| from_substitution(&error))
}

/// An eligibility rule written as TOML, as JSON.
#[pyfunction]
pub(crate) fn eligibility_rule_from_toml(text: &str) -> PyResult<String> {
    json(&EligibilityRule::from_toml(text).map_err(|error| from_substitution(&error))?)
}

/// What a loan amounts to, as JSON.
#[pyfunction]
pub(crate) fn loan_terms(capex_million_usd: f64, offtake_share: f64, size: &str, terms: &str) -> PyResult<String> {
    let terms: LoanTerms = parsed(terms, "loan terms")?;
    let size: LoanSize = parsed(&format!("\"{size}\""), "loan size")?;
    json(&terms.loan(capex_million_usd, offtake_share, size).map_err(|error| from_substitution(&error))?)
}

/// How far the commodity can be replaced after `months` (3, 12 or 36), by the dataset's tables, as JSON.
#[pyfunction]
pub(crate) fn substitutability_of(py: Python<'_>, commodity: &str, months: u32) -> PyResult<String> {
    let horizon = match months {
        3 => Horizon::Months3,
        12 => Horizon::Months12,
        36 => Horizon::Months36,
        found => {
            return Err(InvalidDataError::new_err(format!(
                "`months` is {found}: expected 3, 12 or 36, the horizons of the table"
            )));
        }
    };
    let figures = dataset(py)?;
    let id = figures.commodities.find(commodity).map_err(|error| from_core(&error))?.commodity.clone();
    let uses: Vec<EndUse> = figures.end_uses.iter().filter(|row| row.commodity == id).map(EndUse::from).collect();
    if uses.is_empty() {
        let error = Error::MissingInput {
            what: format!("the uses of `{id}`"),
            how: "the table end_uses has no row for it".to_owned(),
        };
        return Err(from_substitution(&error));
    }
    let rows = figures.substitutes.iter().filter(|row| row.commodity == id);
    let options: Vec<SubstituteOption> = rows.map(SubstituteOption::from).collect();
    json(&substitutability(&uses, &options, horizon).map_err(|error| from_substitution(&error))?)
}

/// Prices and quantities of a nest of constant elasticities after a shock, as JSON.
#[pyfunction]
pub(crate) fn ces_nest(tree: &str, price_elasticity_of_demand: f64) -> PyResult<String> {
    let tree: CesNode = parsed(tree, "nest")?;
    json(&ces_response(&tree, price_elasticity_of_demand).map_err(|error| from_substitution(&error))?)
}

/// Spatial price equilibrium with linear curves, as JSON.
#[pyfunction]
pub(crate) fn spatial_prices(py: Python<'_>, model: &str, options: &str) -> PyResult<String> {
    let (model, options): (SpatialModel, _) = (parsed(model, "model")?, solve_options(options)?);
    json(&py.detach(|| spatial_equilibrium(&model, &options)).map_err(|error| from_substitution(&error))?)
}

/// Spatial price equilibrium in prices, with slopes across commodities, as JSON.
#[pyfunction]
pub(crate) fn spatial_cross_prices(py: Python<'_>, model: &str, options: &str) -> PyResult<String> {
    let (model, options): (PriceFormModel, _) = (parsed(model, "model")?, solve_options(options)?);
    json(&py.detach(|| price_form_equilibrium(&model, &options)).map_err(|error| from_substitution(&error))?)
}

/// Spatial price equilibrium with constant elasticities, as JSON.
#[pyfunction]
pub(crate) fn isoelastic_prices(py: Python<'_>, model: &str, options: &str) -> PyResult<String> {
    let (model, options): (IsoelasticModel, _) = (parsed(model, "model")?, solve_options(options)?);
    json(&py.detach(|| isoelastic_equilibrium(&model, &options)).map_err(|error| from_substitution(&error))?)
}

/// Flows that keep their proportions under new totals, as JSON.
#[pyfunction]
pub(crate) fn reroute_flows(py: Python<'_>, model: &str, options: &str) -> PyResult<String> {
    let model: ReroutingModel = parsed(model, "model")?;
    let options: RerouteOptions = parsed(options, "options")?;
    json(&py.detach(|| reroute(&model, &options)).map_err(|error| from_substitution(&error))?)
}

/// Stock that bridges a series of months, as JSON: `[{"use_t": ..., "supply_t": ..., ...}]`.
#[pyfunction]
pub(crate) fn stock_to_bridge(months: &str) -> PyResult<String> {
    let months: Vec<BridgeMonth> = parsed(months, "months")?;
    json(&bridging_stock(&months).map_err(|error| from_substitution(&error))?)
}

/// Months that a stock bridges; `None` when it never ends.
#[pyfunction]
pub(crate) fn months_of_stock(stock_t: f64, months: &str) -> PyResult<Option<f64>> {
    let months: Vec<BridgeMonth> = parsed(months, "months")?;
    months_bridged(stock_t, &months).map_err(|error| from_substitution(&error))
}

/// Stock against a gap of unknown length: exponential with a mean, at a service level \[t\].
#[pyfunction]
pub(crate) fn stock_for_duration(gap_t_per_month: f64, mean_months: f64, service_level: f64) -> PyResult<f64> {
    exponential_stock(gap_t_per_month, mean_months, service_level).map_err(|error| from_substitution(&error))
}

fn of_portfolio(text: &str) -> PyResult<Portfolio> {
    parsed(text, "portfolio")
}

/// `{"time_limit_s": ...}` as options of the solver.
fn solve_options(text: &str) -> PyResult<SolveOptions> {
    parsed(text, "solver options")
}

/// Runs long work off the GIL; the watch reports and asks whether to go on.
fn watched<T: Serialize + Send>(
    py: Python<'_>,
    progress: Option<Py<PyAny>>,
    work: impl FnOnce(&Monitor<'_>) -> Result<T, Error> + Send,
) -> PyResult<String> {
    run_detached(py, progress.as_ref(), |progress| {
        let handle = progress.clone();
        let steps = |done: usize, total: usize| progress.report(done as u64, total as u64);
        let monitor = Monitor { steps: &steps, solver: Watch::new(move |_| handle.goes_on()) };
        json(&work(&monitor).map_err(|error| from_substitution(&error))?)
    })
}

fn parsed<T: DeserializeOwned>(text: &str, what: &str) -> PyResult<T> {
    serde_json::from_str(text).map_err(|fault| InvalidDataError::new_err(format!("the {what} cannot be read: {fault}")))
}

fn json(value: &impl Serialize) -> PyResult<String> {
    serde_json::to_string(value)
        .map_err(|fault| ScenarioError::new_err(format!("the result has no JSON form: {fault}")))
}
