//! Where a graph comes from: the reference dataset, or a user's tables.

use std::str::FromStr;
use std::sync::Arc;

use critmin_core::Columns;
use critmin_graph::{BuildOptions, ChainOptions, Duplicates, Error, Measure, MissingFlow, Reconciliation};
use critmin_tables::reference;
use pyo3::prelude::*;
use pyo3_arrow::PyTable;

use super::{Graph, ask};
use crate::error::{GraphError, from_graph};
use crate::table::columns_of;

/// The ids of the flagship chains.
#[pyfunction]
pub(crate) fn graph_chain_ids(py: Python<'_>) -> PyResult<Vec<String>> {
    ask(py, || critmin_graph::chains(&table))
}

/// Some flagship chains of one year.
#[pyfunction]
#[pyo3(signature = (ids, year, production_year, reconcile))]
pub(crate) fn graph_chains(
    py: Python<'_>,
    ids: Vec<String>,
    year: i64,
    production_year: Option<i64>,
    reconcile: &str,
) -> PyResult<Graph> {
    let production_year = production_year.map(calendar_year).transpose()?;
    let options = ChainOptions { year: calendar_year(year)?, production_year, reconciliation: named(reconcile)? };
    let graph = ask(py, move || critmin_graph::Graph::chains(&table, &as_text(&ids), &options))?;
    Ok(Graph::new(graph))
}

/// Recorded trade of one year; all commodities when `ids` is empty.
#[pyfunction]
pub(crate) fn graph_trade(
    py: Python<'_>,
    ids: Vec<String>,
    year: i64,
    measure: &str,
    reconcile: &str,
) -> PyResult<Graph> {
    let (year, measure) = (calendar_year(year)?, named::<Measure>(measure)?);
    let with_origins = match named(reconcile)? {
        Reconciliation::None => false,
        Reconciliation::DeficitIsOrigin => true,
        Reconciliation::WorldPool => {
            let reason = "trade has no production to fill a pool from: expected `none` or `deficit-is-origin`";
            return Err(GraphError::new_err(format!("found `reconcile` = `world-pool`: {reason}")));
        }
    };
    let graph = ask(py, move || {
        let graph = critmin_graph::Graph::traded(&table, &as_text(&ids), year, measure)?;
        Ok(if with_origins { graph.with_deficits_as_origins() } else { graph })
    })?;
    Ok(Graph::new(graph))
}

/// The industries of a benchmark.
#[pyfunction]
pub(crate) fn graph_industries(py: Python<'_>, year: i64) -> PyResult<Graph> {
    let year = calendar_year(year)?;
    let graph = ask(py, move || critmin_graph::Graph::industries(&table, year))?;
    Ok(Graph::new(graph))
}

/// What technologies need, by technology and what is deployed of it.
#[pyfunction]
pub(crate) fn graph_composed(py: Python<'_>, deployment: Vec<(String, f64)>, year: i64) -> PyResult<Graph> {
    let year = calendar_year(year)?;
    let graph = ask(py, move || {
        let named: Vec<(&str, f64)> = deployment.iter().map(|(name, amount)| (name.as_str(), *amount)).collect();
        critmin_graph::Graph::composed(&table, &named, year)
    })?;
    Ok(Graph::new(graph))
}

/// A user's edges, and nodes if there is a table of them.
#[pyfunction]
#[pyo3(signature = (edges, nodes, measure, duplicates, missing_flow))]
pub(crate) fn graph_from_edges(
    py: Python<'_>,
    edges: PyTable,
    nodes: Option<PyTable>,
    measure: &str,
    duplicates: &str,
    missing_flow: &str,
) -> PyResult<Graph> {
    let measure = named::<Measure>(measure)?;
    let duplicates = match duplicates {
        "refuse" => Duplicates::Refuse,
        "sum" => Duplicates::Sum,
        other => return Err(neither("duplicates", other, "`refuse` or `sum`")),
    };
    let missing_flow = match missing_flow {
        "refuse" => MissingFlow::Refuse,
        "skip" => MissingFlow::Skip,
        other => return Err(neither("missing_flow", other, "`refuse` or `skip`")),
    };
    let edges = py.detach(|| columns_of("edges", edges))?;
    let nodes = py.detach(|| nodes.map(|nodes| columns_of("nodes", nodes)).transpose())?;
    let options = BuildOptions { duplicates, missing_flow };
    let graph = ask(py, move || critmin_graph::Graph::from_columns(&edges, nodes.as_ref(), measure, options))?;
    Ok(Graph::new(graph))
}

/// A table of the reference dataset; one that is not there is reported by whoever asks for it.
fn table(name: &str) -> Option<Arc<Columns>> {
    reference::columns(name).ok()
}

fn as_text(ids: &[String]) -> Vec<&str> {
    ids.iter().map(String::as_str).collect()
}

pub(super) fn named<T: FromStr<Err = Error>>(name: &str) -> PyResult<T> {
    name.parse().map_err(|error| from_graph(&error))
}

fn calendar_year(year: i64) -> PyResult<i16> {
    i16::try_from(year).map_err(|_| GraphError::new_err(format!("found the year {year}: expected a calendar year")))
}

fn neither(option: &str, found: &str, expected: &str) -> PyErr {
    GraphError::new_err(format!("found `{option}` = `{found}`: expected {expected}"))
}
