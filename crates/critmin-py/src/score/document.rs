//! Method documents: read, described, checked against their own tests.

use std::sync::Arc;

use critmin_score::{InputCard, MethodCard, OutputCard};
use critmin_tables::reference;
use pyo3::prelude::*;
use pyo3_arrow::PyTable;
use serde_json::{Value, json};

use crate::columns::Columns;
use crate::error::from_score;
use crate::progress::run_detached;

/// A parsed and checked method document; immutable.
#[pyclass(frozen, module = "critmin._core")]
pub(crate) struct Method {
    pub(crate) inner: Arc<critmin_score::Method>,
    text: String,
}

/// The ids of the shipped methods, in alphabetical order.
#[pyfunction]
pub(crate) fn method_ids() -> Vec<&'static str> {
    critmin_score::library()
}

/// A shipped method by its id.
#[pyfunction]
pub(crate) fn method(id: &str) -> PyResult<Method> {
    let inner = critmin_score::method(id).map_err(|error| from_score(&error))?;
    let text = critmin_score::document(id).map_err(|error| from_score(&error))?.to_owned();
    Ok(Method { inner, text })
}

/// Reads and checks a method document.
#[pyfunction]
pub(crate) fn method_from_toml(text: String) -> PyResult<Method> {
    let inner = critmin_score::Method::from_toml(&text).map_err(|error| from_score(&error))?;
    Ok(Method { inner: Arc::new(inner), text })
}

#[pymethods]
impl Method {
    /// Short name.
    #[getter]
    fn id(&self) -> &str {
        &self.inner.id
    }

    /// The document as it was written.
    #[getter]
    fn text(&self) -> &str {
        &self.text
    }

    /// What the method is, needs and gives, as JSON.
    fn card(&self) -> String {
        card(&self.inner.card()).to_string()
    }

    /// Every expectation of the document's own tests beside what comes out, on the reference dataset.
    fn check(&self, py: Python<'_>) -> PyResult<PyTable> {
        let method = Arc::clone(&self.inner);
        let outcomes = run_detached(py, None, move |_| {
            let tables = |name: &str| reference::columns(name).ok();
            critmin_score::check(&method, &tables).map_err(|error| from_score(&error))
        })?;
        let rows = outcomes.as_slice();
        Columns::default()
            .text("test", rows.iter().map(|row| Some(row.test.as_str())))
            .text("cell", rows.iter().map(|row| Some(row.cell.as_str())))
            .text("expected", rows.iter().map(|row| Some(row.expected.as_str())))
            .text("found", rows.iter().map(|row| Some(row.found.as_str())))
            .truth("holds", rows.iter().map(|row| row.holds))
            .truth("is_published", rows.iter().map(|row| row.published))
            .text("source", rows.iter().map(|row| Some(row.source.as_str())))
            .finish()
    }

    fn __repr__(&self) -> String {
        format!("<Method {}>", self.inner.id)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        let restore = py.import("critmin._core")?.getattr("method_from_toml")?;
        Ok((restore, (self.text.clone(),)))
    }
}

/// A method in short, as JSON.
pub(crate) fn card(card: &MethodCard) -> Value {
    json!({
        "id": card.id,
        "title": card.title,
        "question": card.question,
        "evidence": card.evidence,
        "caution": card.caution,
        "citation": card.citation,
        "axes": card.axes.iter().map(|axis| json!({ "name": axis.name, "description": axis.description }))
            .collect::<Vec<_>>(),
        "inputs": card.inputs.iter().map(input).collect::<Vec<_>>(),
        "bindings": card.bindings.iter().map(input).collect::<Vec<_>>(),
        "outputs": card.outputs.iter().map(output).collect::<Vec<_>>(),
    })
}

fn input(input: &InputCard) -> Value {
    json!({
        "name": input.name,
        "description": input.description,
        "unit": input.unit,
        "axes": input.axes,
        "is_in_reference": input.is_in_reference,
    })
}

fn output(output: &OutputCard) -> Value {
    json!({
        "name": output.name,
        "description": output.description,
        "unit": output.unit,
        "axes": output.axes,
        "higher_is": output.higher_is,
        "evidence": output.evidence,
        "source": output.source,
        "note": output.note,
    })
}
