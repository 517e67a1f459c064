//! A method asked: the plan that it was compiled to, and its answer as tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use critmin_core::ABSENT;
use critmin_score::{Data, Plan, Request, Status};
use critmin_tables::reference;
use pyo3::prelude::*;
use pyo3_arrow::PyTable;
use serde_json::json;

use super::document::{Method, card};
use super::sure;
use crate::columns::Columns;
use crate::error::{UnknownTableError, from_score};
use crate::progress::run_detached;
use crate::table::columns_of;

/// Names of the tables of an answer.
const NAMES: [&str; 2] = ["scores", "outputs"];

/// What a cell can be worth.
const STATUSES: [Status; 4] = [Status::Ok, Status::Imputed, Status::Partial, Status::Unavailable];

/// The answer of one method, and the compiled plan behind it.
#[pyclass(frozen, module = "critmin._core")]
pub(crate) struct Scores {
    pub(crate) plan: Arc<Plan>,
    pub(crate) answer: Arc<critmin_score::Scores>,
}

/// Asks `method`. Tables in `inputs` win over the reference dataset, which is left aside without `use_reference`.
#[pyfunction]
#[pyo3(signature = (method, inputs, labels, pins, regions, use_reference, progress))]
#[expect(clippy::too_many_arguments, reason = "keyword arguments of the Python function, one to one")]
pub(crate) fn score(
    py: Python<'_>,
    method: &Method,
    inputs: BTreeMap<String, PyTable>,
    labels: BTreeMap<String, Vec<String>>,
    pins: BTreeMap<String, BTreeMap<String, String>>,
    regions: BTreeMap<String, Vec<String>>,
    use_reference: bool,
    progress: Option<Py<PyAny>>,
) -> PyResult<Scores> {
    let inputs = inputs
        .into_iter()
        .map(|(name, table)| Ok((name.clone(), Arc::new(columns_of(&name, table)?))))
        .collect::<PyResult<BTreeMap<_, _>>>()?;
    let method = Arc::clone(&method.inner);
    let (plan, answer) = run_detached(py, progress.as_ref(), move |progress| {
        progress.report(0, 1);
        // A name without a table is reported by the engine, with the input that asks for it.
        let tables = |name: &str| if use_reference { reference::columns(name).ok() } else { None };
        let data = Data { tables: &tables, inputs, pins, regions };
        let plan = Plan::compile(&method, &data, &Request { labels }).map_err(|error| from_score(&error))?;
        let answer = plan.evaluate();
        progress.report(1, 1);
        Ok((plan, answer))
    })?;
    Ok(Scores { plan: Arc::new(plan), answer: Arc::new(answer) })
}

#[pymethods]
impl Scores {
    /// Names of the tables, in reading order.
    #[getter]
    #[expect(clippy::unused_self, reason = "an attribute of the object for Python")]
    fn table_names(&self) -> Vec<&'static str> {
        NAMES.to_vec()
    }

    /// One table by name: ``scores`` or ``outputs``.
    fn table(&self, name: &str) -> PyResult<PyTable> {
        match name {
            "scores" => self.scores(),
            "outputs" => self.outputs(),
            _ => {
                let known = NAMES.join("`, `");
                Err(UnknownTableError::new_err(format!("unknown table `{name}`; an answer holds `{known}`")))
            }
        }
    }

    /// The method, the editions behind each input, and what a reader must know, as JSON.
    fn provenance(&self) -> String {
        json!({
            "method": card(&self.answer.method),
            "sources_by_input": self.answer.sources,
            "warnings": self.answer.warnings,
            "version": env!("CARGO_PKG_VERSION"),
        })
        .to_string()
    }

    /// What inputs allow that are only known up to a half-width each, by input name.
    fn intervals(&self, py: Python<'_>, half_widths: BTreeMap<String, f64>) -> PyResult<PyTable> {
        sure::intervals(py, self, half_widths)
    }

    /// Draws: the tables ``cells``, ``classes`` and ``agreement``, and what varied as JSON.
    #[pyo3(signature = (options, progress))]
    fn uncertainty(
        &self,
        py: Python<'_>,
        options: &str,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<(BTreeMap<&'static str, PyTable>, String)> {
        sure::draws(py, self, sure::options(options)?, progress)
    }

    /// What moves the answer, one source at a time.
    fn tornado(&self, py: Python<'_>, options: &str) -> PyResult<PyTable> {
        sure::tornado(py, self, sure::options(options)?)
    }

    /// What the answer would be without each indicator.
    fn leave_one_out(&self, py: Python<'_>) -> PyResult<PyTable> {
        sure::leave_one_out(py, self)
    }

    /// Which source causes how much of the variance.
    fn sobol(&self, py: Python<'_>, options: &str) -> PyResult<PyTable> {
        sure::sobol(py, self, sure::options(options)?)
    }

    fn __repr__(&self) -> String {
        format!("<Scores of {}: {} rows>", self.answer.method.id, self.answer.table.output.len())
    }
}

impl Scores {
    /// Name of an output by its position.
    pub(crate) fn output(&self, position: usize) -> Option<&str> {
        self.answer.outputs.get(position).map(|output| output.name.as_str())
    }

    /// The axes that any output has, each with its position among the labels.
    pub(crate) fn axes(&self) -> Vec<(usize, &str)> {
        let is_answered = |name: &String| self.answer.outputs.iter().any(|output| output.axes.contains(name));
        let axes = self.answer.method.axes.iter().map(|axis| &axis.name).enumerate();
        axes.filter(|(_, name)| is_answered(name)).map(|(position, name)| (position, name.as_str())).collect()
    }

    fn scores(&self) -> PyResult<PyTable> {
        let table = &self.answer.table;
        let names: Vec<&str> = self.answer.outputs.iter().map(|output| output.name.as_str()).collect();
        let mut columns = Columns::default().coded("output", &table.output, &names)?;
        for (position, name) in self.axes() {
            columns = columns.coded_axis(name, &table.labels[position], &table.axis_labels[position])?;
        }
        // The first reason is empty: an `ok` cell has none.
        let reasons: Vec<u32> = table.reason.iter().map(|&reason| if reason == 0 { ABSENT } else { reason }).collect();
        let place =
            |status: &Status| STATUSES.iter().zip(0..).find(|(known, _)| *known == status).map_or(ABSENT, |at| at.1);
        let statuses: Vec<u32> = table.status.iter().map(place).collect();
        columns
            .number("value", table.value.iter().copied())
            .coded("label", &table.choice, &table.choices)?
            .coded("status", &statuses, &STATUSES.map(Status::as_str))?
            .number("coverage", table.coverage.iter().copied().map(Some))
            .coded("reason", &reasons, &table.reasons)?
            .finish()
    }

    fn outputs(&self) -> PyResult<PyTable> {
        let rows = self.answer.outputs.as_slice();
        let words = |value: serde_json::Value| value.as_str().map(str::to_owned);
        let direction: Vec<_> = rows.iter().map(|row| words(json!(row.higher_is))).collect();
        let evidence: Vec<_> = rows.iter().map(|row| words(json!(row.evidence))).collect();
        Columns::default()
            .text("output", rows.iter().map(|row| Some(row.name.as_str())))
            .text("unit", rows.iter().map(|row| Some(row.unit.as_str())))
            .text("higher_is", direction.iter().map(Option::as_deref))
            .text("evidence", evidence.iter().map(Option::as_deref))
            .text("description", rows.iter().map(|row| Some(row.description.as_str()).filter(|text| !text.is_empty())))
            .text("source", rows.iter().map(|row| row.source.as_deref()))
            .text("note", rows.iter().map(|row| row.note.as_deref()))
            .finish()
    }
}
