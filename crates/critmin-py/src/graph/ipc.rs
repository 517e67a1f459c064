//! A graph on its way to another process: its two tables as Arrow bytes.

use std::io::Cursor;

use arrow::compute::concat_batches;
use arrow::error::ArrowError;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use critmin_graph::{BuildOptions, Measure, Warning};
use critmin_tables::columns_from_batch;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::build::named;
use super::{Graph, ask, read};
use crate::columns::Columns;
use crate::error::{UnreadableFileError, from_tables};

/// Nodes, edges, measure and warnings (JSON).
pub(super) type Parts<'py> = (Bound<'py, PyBytes>, Bound<'py, PyBytes>, &'static str, String);

/// One table as a stream of Arrow.
pub(super) fn bytes(columns: Columns) -> PyResult<Vec<u8>> {
    let batch = columns.batch()?;
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).map_err(unreadable)?;
    writer.write(&batch).map_err(unreadable)?;
    writer.into_inner().map_err(unreadable)
}

/// The warnings as JSON.
pub(super) fn told(warnings: &[Warning]) -> PyResult<String> {
    serde_json::to_string(warnings).map_err(|fault| UnreadableFileError::new_err(fault.to_string()))
}

/// Restores a graph, for pickling.
#[pyfunction]
pub(crate) fn graph_from_ipc(
    py: Python<'_>,
    nodes: &[u8],
    edges: &[u8],
    measure: &str,
    warnings: &str,
) -> PyResult<Graph> {
    let measure = named::<Measure>(measure)?;
    let warnings = read("pickle", warnings)?;
    let (nodes, edges) = (columns("nodes", nodes)?, columns("edges", edges)?);
    let graph =
        ask(py, move || critmin_graph::Graph::from_columns(&edges, Some(&nodes), measure, BuildOptions::default()))?;
    Ok(Graph { warnings, ..Graph::new(graph) })
}

fn columns(name: &str, bytes: &[u8]) -> PyResult<critmin_core::Columns> {
    let reader = StreamReader::try_new(Cursor::new(bytes), None).map_err(unreadable)?;
    let schema = reader.schema();
    let batches = reader.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    let whole = concat_batches(&schema, &batches).map_err(unreadable)?;
    columns_from_batch(name, &whole).map_err(|error| from_tables(&error))
}

fn unreadable(fault: ArrowError) -> PyErr {
    UnreadableFileError::new_err(format!("the pickled graph cannot be read: {fault}"))
}
