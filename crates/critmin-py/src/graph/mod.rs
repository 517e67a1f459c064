//! Who depends on whom: the graph for Python, and every question asked of it as tables.

mod bloc;
mod build;
mod chokepoint;
mod exposure;
mod ipc;
mod layers;
mod network;
mod paths;
mod rows;
mod tables;

use std::collections::BTreeMap;
use std::sync::Arc;

use critmin_graph::Warning;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use pyo3_arrow::PyTable;
use serde::de::DeserializeOwned;

pub(crate) use build::{
    graph_chain_ids, graph_chains, graph_composed, graph_from_edges, graph_industries, graph_trade,
};
pub(crate) use ipc::graph_from_ipc;
use layers::Asked;

use crate::error::{GraphError, from_graph};
use crate::progress::run_detached;

/// Tables by name, and what else is to be known, as JSON.
type Answer = (BTreeMap<&'static str, PyTable>, String);

/// Who supplies whom with how much; immutable.
#[pyclass(frozen, module = "critmin._core")]
pub(crate) struct Graph {
    pub(crate) inner: Arc<critmin_graph::Graph>,
    /// Those of the graph when it was first built: a table of edges does not carry them.
    pub(crate) warnings: Vec<Warning>,
}

impl Graph {
    fn new(graph: critmin_graph::Graph) -> Self {
        let warnings = graph.warnings().to_vec();
        Self { inner: Arc::new(graph), warnings }
    }
}

#[pymethods]
impl Graph {
    /// Name of the column that holds the flows.
    #[getter]
    fn measure(&self) -> &'static str {
        self.inner.measure().as_str()
    }

    /// The unit of the flows in words.
    #[getter]
    fn unit(&self) -> &'static str {
        self.inner.measure().unit()
    }

    /// Number of nodes.
    #[getter]
    fn n_nodes(&self) -> usize {
        self.inner.n_nodes()
    }

    /// Number of edges.
    #[getter]
    fn n_edges(&self) -> usize {
        self.inner.n_edges()
    }

    /// Number of nodes of the largest cycle; 1 or 0 where goods never come back.
    #[getter]
    fn largest_cycle(&self) -> usize {
        self.inner.largest_cycle()
    }

    /// The materials whose flows are counted, sorted.
    #[getter]
    fn commodities(&self) -> Vec<&str> {
        self.inner.commodities()
    }

    /// The countries that have a node, sorted.
    #[getter]
    fn countries(&self) -> Vec<&str> {
        self.inner.countries().iter().map(AsRef::as_ref).collect()
    }

    /// The stages of the nodes with a country, in the order of the chain.
    #[getter]
    fn stages(&self) -> Vec<&'static str> {
        self.inner.stages().into_iter().map(critmin_core::Stage::as_str).collect()
    }

    /// What was left out or is unusual.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.warnings.iter().map(ToString::to_string).collect()
    }

    /// Every node with its balance.
    fn nodes(&self, py: Python<'_>) -> PyResult<PyTable> {
        py.detach(|| tables::nodes(&self.inner).finish())
    }

    /// Every edge.
    fn edges(&self, py: Python<'_>) -> PyResult<PyTable> {
        py.detach(|| tables::edges(&self.inner)?.finish())
    }

    /// The flows of one commodity.
    fn layer(&self, py: Python<'_>, commodity: &str) -> PyResult<Self> {
        let layer = py.detach(|| self.inner.layer(commodity)).map_err(|error| from_graph(&error))?;
        let is_cycle = |warning: &&Warning| matches!(warning, Warning::Cycle { .. });
        let mut warnings: Vec<Warning> = self.warnings.iter().filter(|each| !is_cycle(each)).cloned().collect();
        warnings.extend(layer.warnings().iter().filter(is_cycle).cloned());
        Ok(Self { inner: Arc::new(layer), warnings })
    }

    /// Shares of the supply by node and country; `options` is JSON.
    fn exposure(&self, py: Python<'_>, targets: Vec<Asked>, options: &str) -> PyResult<Answer> {
        exposure::exposure(py, &self.inner, targets, read("exposure", options)?)
    }

    /// Losses by what is removed; `options` is JSON.
    fn chokepoints(&self, py: Python<'_>, targets: Vec<Asked>, options: &str) -> PyResult<Answer> {
        chokepoint::chokepoints(py, &self.inner, targets, read("chokepoints", options)?)
    }

    /// What every path crosses.
    fn dominators(&self, py: Python<'_>, targets: Vec<Asked>) -> PyResult<PyTable> {
        chokepoint::dominators(py, &self.inner, targets)
    }

    /// How far countries close their chain; `options` is JSON.
    fn bloc(&self, py: Python<'_>, label: String, members: Vec<String>, options: &str) -> PyResult<Answer> {
        bloc::bloc(py, &self.inner, label, members, read("bloc", options)?)
    }

    /// What each candidate, added alone, changes; `options` is JSON.
    fn partners(
        &self,
        py: Python<'_>,
        label: String,
        members: Vec<String>,
        candidates: Vec<String>,
        options: &str,
    ) -> PyResult<PyTable> {
        bloc::partners(py, &self.inner, label, members, candidates, read("bloc", options)?)
    }

    /// The ways to the targets; `options` is JSON.
    fn paths(&self, py: Python<'_>, targets: Vec<Asked>, options: &str) -> PyResult<Answer> {
        paths::paths(py, &self.inner, targets, read("trace", options)?)
    }

    /// What products contain and from where.
    fn contents(&self, py: Python<'_>, targets: Vec<Asked>) -> PyResult<Answer> {
        paths::contents(py, &self.inner, targets)
    }

    /// Measures of the network itself; `options` is JSON.
    fn structure(&self, py: Python<'_>, options: &str) -> PyResult<Answer> {
        network::structure(py, &self.inner, read("structure", options)?)
    }

    /// What is left while more and more is lost; `options` is JSON.
    fn robustness(&self, py: Python<'_>, targets: Vec<Asked>, options: &str) -> PyResult<Answer> {
        network::robustness(py, &self.inner, targets, read("robustness", options)?)
    }

    fn __repr__(&self) -> String {
        let (n_nodes, n_edges) = (self.n_nodes(), self.n_edges());
        format!("<Graph: {n_nodes} nodes, {n_edges} edges, flows in {}>", self.unit())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, ipc::Parts<'py>)> {
        let restore = py.import("critmin._core")?.getattr("graph_from_ipc")?;
        let nodes = PyBytes::new(py, &ipc::bytes(tables::nodes(&self.inner))?);
        let edges = PyBytes::new(py, &ipc::bytes(tables::edges(&self.inner)?)?);
        Ok((restore, (nodes, edges, self.measure(), ipc::told(&self.warnings)?)))
    }
}

/// Reads the options of a question from JSON.
fn read<T: DeserializeOwned>(question: &str, options: &str) -> PyResult<T> {
    serde_json::from_str(options)
        .map_err(|fault| GraphError::new_err(format!("the options of `{question}` cannot be read: {fault}")))
}

/// Runs a question without the GIL.
fn ask<T: Send>(py: Python<'_>, question: impl FnOnce() -> Result<T, critmin_graph::Error> + Send) -> PyResult<T> {
    run_detached(py, None, move |_| question().map_err(|error| from_graph(&error)))
}
