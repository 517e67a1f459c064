//! Scenarios and their outcomes.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use critmin_disruption::{ScenarioOutcome, clear_many, run};
use critmin_tables::{reference, table_schema};
use pyo3::prelude::*;
use pyo3_arrow::PyTable;

use crate::error::{UnknownTableError, from_disruption, from_tables};
use crate::outcome_tables;
use crate::progress::run_detached;
use crate::reference::dataset;
use crate::table::{from_python, to_python};

/// Scenarios cleared between two looks at progress and signals.
const BATCH: usize = 2048;

/// A validated scenario; immutable.
#[pyclass(frozen, module = "critmin._core")]
pub(crate) struct Scenario {
    inner: Arc<critmin_disruption::Scenario>,
    fingerprint: String,
}

/// The result of one scenario: tidy tables by name, a summary and a provenance record, both as JSON.
#[pyclass(frozen, module = "critmin._core")]
pub(crate) struct Outcome {
    inner: Arc<ScenarioOutcome>,
}

/// Reads and validates a scenario written as TOML.
#[pyfunction]
pub(crate) fn scenario_from_toml(py: Python<'_>, text: &str) -> PyResult<Scenario> {
    validated(py, critmin_disruption::Scenario::from_toml(text))
}

/// Reads and validates a scenario written as JSON.
#[pyfunction]
pub(crate) fn scenario_from_json(py: Python<'_>, text: &str) -> PyResult<Scenario> {
    validated(py, critmin_disruption::Scenario::from_json(text))
}

/// Runs one scenario on the reference dataset; `parameters` win over its own.
#[pyfunction]
#[pyo3(signature = (scenario, parameters, progress))]
pub(crate) fn run_scenario(
    py: Python<'_>,
    scenario: &Scenario,
    parameters: Option<PyTable>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Outcome> {
    let dataset = dataset(py)?;
    let mut scenario = (*scenario.inner).clone();
    if let Some(table) = parameters {
        let rows = parameter_rows(table)?;
        // The scenario's own parameters stay the last word.
        scenario.parameters = rows.into_iter().chain(scenario.parameters).collect();
    }
    let outcome = run_detached(py, progress.as_ref(), |progress| {
        progress.report(0, 1);
        let outcome = run(&scenario, dataset, &dataset.recipes).map_err(|error| from_disruption(&error));
        progress.report(1, 1);
        outcome
    })?;
    Ok(Outcome { inner: Arc::new(outcome) })
}

/// Clears the markets of many scenarios, without bands, curves and stocks; one row per scenario and market.
#[pyfunction]
#[pyo3(signature = (scenarios, progress))]
pub(crate) fn run_many(
    py: Python<'_>,
    scenarios: Vec<PyRef<'_, Scenario>>,
    progress: Option<Py<PyAny>>,
) -> PyResult<PyTable> {
    let dataset = dataset(py)?;
    let scenarios: Vec<_> = scenarios.iter().map(|scenario| Arc::clone(&scenario.inner)).collect();
    let n_scenarios = scenarios.len() as u64;
    let table = run_detached(py, progress.as_ref(), |progress| {
        let mut rows = Vec::new();
        for (index, batch) in scenarios.chunks(BATCH).enumerate() {
            if !progress.report((index * BATCH) as u64, n_scenarios) {
                break;
            }
            rows.extend(clear_many(batch, dataset, &dataset.recipes).map_err(|error| from_disruption(&error))?);
        }
        progress.report(n_scenarios, n_scenarios);
        outcome_tables::cleared(&rows).map_err(|error| from_tables(&error))
    })?;
    to_python(table)
}

impl Scenario {
    /// The scenario itself.
    pub(crate) fn inner(&self) -> &Arc<critmin_disruption::Scenario> {
        &self.inner
    }
}

#[pymethods]
impl Scenario {
    /// Short name.
    #[getter]
    fn id(&self) -> &str {
        &self.inner.id
    }

    /// One line for people.
    #[getter]
    fn title(&self) -> &str {
        &self.inner.title
    }

    /// Hash of the content; it travels with the results.
    #[getter]
    fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The scenario as TOML.
    fn to_toml(&self) -> PyResult<String> {
        self.inner.to_toml().map_err(|error| from_disruption(&error))
    }

    /// The scenario as JSON.
    fn to_json(&self) -> PyResult<String> {
        self.inner.to_json().map_err(|error| from_disruption(&error))
    }

    /// The same scenario with every restriction at one level.
    fn with_restriction_level(&self, py: Python<'_>, level: f64) -> PyResult<Self> {
        validated(py, Ok(self.inner.with_restriction_level(level)))
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.inner == other.inner
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.fingerprint.hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        format!("<Scenario {} with {} restriction(s)>", self.inner.id, self.inner.restrictions.len())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        let restore = py.import("critmin._core")?.getattr("scenario_from_json")?;
        Ok((restore, (self.to_json()?,)))
    }
}

#[pymethods]
impl Outcome {
    /// Names of the tables, in reading order.
    #[getter]
    #[expect(clippy::unused_self, reason = "an attribute of the object for Python")]
    fn table_names(&self) -> Vec<&'static str> {
        outcome_tables::NAMES.to_vec()
    }

    /// One table by name.
    fn table(&self, name: &str) -> PyResult<PyTable> {
        let table = outcome_tables::table(&self.inner, name).ok_or_else(|| {
            let known = outcome_tables::NAMES.join("`, `");
            UnknownTableError::new_err(format!("unknown table `{name}`; an outcome holds `{known}`"))
        })?;
        to_python(table.map_err(|error| from_tables(&error))?)
    }

    /// Everything as JSON.
    fn to_json(&self) -> PyResult<String> {
        serde_json::to_string(&*self.inner).map_err(|fault| from_tables(&unserialisable(&fault)))
    }

    /// Scenario, fingerprint, assessed period and version as JSON.
    fn provenance(&self) -> String {
        serde_json::json!({
            "scenario": self.inner.scenario,
            "title": self.inner.title,
            "fingerprint": self.inner.fingerprint,
            "period": self.inner.period,
            "version": self.inner.version,
        })
        .to_string()
    }

    fn __repr__(&self) -> String {
        format!("<Outcome of {}: {} market(s)>", self.inner.scenario, self.inner.markets.len())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        let restore = py.import("critmin._core")?.getattr("outcome_from_json")?;
        Ok((restore, (self.to_json()?,)))
    }
}

/// Restores an outcome from its JSON, for pickling.
#[pyfunction]
pub(crate) fn outcome_from_json(text: &str) -> PyResult<Outcome> {
    let inner = serde_json::from_str(text).map_err(|fault| from_tables(&unserialisable(&fault)))?;
    Ok(Outcome { inner: Arc::new(inner) })
}

fn validated(
    py: Python<'_>,
    scenario: Result<critmin_disruption::Scenario, critmin_disruption::Error>,
) -> PyResult<Scenario> {
    let dataset = dataset(py)?;
    let inner = scenario.map_err(|error| from_disruption(&error))?;
    inner.validate(dataset).map_err(|error| from_disruption(&error))?;
    let fingerprint = inner.fingerprint().map_err(|error| from_disruption(&error))?;
    Ok(Scenario { inner: Arc::new(inner), fingerprint })
}

pub(crate) fn parameter_rows(table: PyTable) -> PyResult<Vec<critmin_core::Parameter>> {
    let Some(schema) = table_schema("parameters") else { return Ok(Vec::new()) };
    let batch = from_python(table, schema)?;
    reference::parameters(&batch).map_err(|error| from_tables(&error))
}

fn unserialisable(fault: &serde_json::Error) -> critmin_tables::Error {
    critmin_tables::Error::Unreadable { file: "the outcome".to_owned(), kind: "JSON", reason: fault.to_string() }
}
