//! What can be done: supply networks and portfolios. Everything crosses as JSON: the tables are small, the work is not.

use critmin_substitution::network::assemble::{NetworkOptions, assemble_network};
use critmin_substitution::network::{Network, PlanOptions, plan_watched};
use pyo3::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::disruption::Scenario;
use crate::error::{InvalidDataError, ScenarioError, from_substitution};
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
    run_detached(py, progress.as_ref(), |progress| {
        let watch = |done: usize, total: usize| progress.report(done as u64, total as u64);
        json(&plan_watched(&network, &options, &watch).map_err(|error| from_substitution(&error))?)
    })
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

pub(crate) fn parsed<T: DeserializeOwned>(text: &str, what: &str) -> PyResult<T> {
    serde_json::from_str(text).map_err(|fault| InvalidDataError::new_err(format!("the {what} cannot be read: {fault}")))
}

pub(crate) fn json(value: &impl Serialize) -> PyResult<String> {
    serde_json::to_string(value)
        .map_err(|fault| ScenarioError::new_err(format!("the result has no JSON form: {fault}")))
}
