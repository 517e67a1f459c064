//! The graph itself as tables: nodes with their balances, and edges.

use std::collections::HashMap;

use critmin_core::{ABSENT, Stage};
use critmin_graph::{Edge, Graph, Node};
use pyo3::PyResult;

use super::rows::{amount, given, placed};
use crate::columns::Columns;

/// Every node: what it is, what enters and leaves.
pub(super) fn nodes(graph: &Graph) -> Columns {
    let measure = graph.measure();
    let nodes: Vec<Node> = graph.nodes().collect();
    let balances = graph.balances();
    placed(Columns::default(), &nodes)
        .number(&amount("own_supply", measure), nodes.iter().map(|node| node.own_supply))
        .number(&amount("capacity", measure), nodes.iter().map(|node| node.capacity))
        .number(&amount("inflow", measure), balances.iter().map(|balance| Some(balance.inflow)))
        .number(&amount("outflow", measure), balances.iter().map(|balance| Some(balance.outflow)))
        .number(&amount("residual", measure), balances.iter().map(|balance| Some(balance.residual)))
}

/// Every edge, with what its ends are. A text that repeats is written once.
pub(super) fn edges(graph: &Graph) -> PyResult<Columns> {
    let mut rows = Edges::default();
    for edge in graph.edges() {
        rows.take(graph, edge);
    }
    let ids: Vec<&str> = (0..graph.n_nodes()).map(|node| graph.id(node)).collect();
    let measure = graph.measure();
    let columns = Columns::default()
        .coded("supplier", &rows.supplier, &ids)?
        .coded("buyer", &rows.buyer, &ids)?
        .coded("good", &rows.good, &rows.words.list)?
        .coded("commodity", &rows.commodity, &rows.words.list)?
        .number(measure.as_str(), rows.flow.iter().copied().map(Some))
        .truth("is_essential", rows.is_essential.iter().copied())
        .number(&amount("capacity", measure), rows.capacity.iter().copied())
        .wholes("year", rows.year.iter().map(|year| year.map(i64::from)))
        .coded("source_id", &rows.source_id, &rows.words.list)?
        .coded("grade", &rows.grade, &rows.words.list)?;
    let ends = Ends::of(graph);
    ends.append(ends.append(columns, "supplier", &rows.supplier)?, "buyer", &rows.buyer)
}

/// The edges by columns.
#[derive(Default)]
struct Edges {
    words: Words,
    supplier: Vec<u32>,
    buyer: Vec<u32>,
    good: Vec<u32>,
    commodity: Vec<u32>,
    flow: Vec<f64>,
    is_essential: Vec<bool>,
    capacity: Vec<Option<f64>>,
    year: Vec<Option<i16>>,
    source_id: Vec<u32>,
    grade: Vec<u32>,
}

impl Edges {
    fn take(&mut self, graph: &Graph, edge: Edge) {
        let place = |id: &str| graph.position(id).ok().and_then(|place| u32::try_from(place).ok()).unwrap_or(ABSENT);
        self.supplier.push(place(&edge.supplier));
        // The edges of a buyer lie together: most rows repeat the one before.
        let buyer = match self.buyer.last() {
            Some(&last) if usize::try_from(last).is_ok_and(|last| graph.id(last) == edge.buyer) => last,
            _ => place(&edge.buyer),
        };
        self.buyer.push(buyer);
        self.good.push(self.words.code(given(&edge.good)));
        self.commodity.push(self.words.code(given(&edge.commodity)));
        self.flow.push(edge.flow);
        self.is_essential.push(edge.is_essential);
        self.capacity.push(edge.capacity);
        self.year.push(edge.year);
        self.source_id.push(self.words.code(edge.source_id.as_deref()));
        self.grade.push(self.words.code(edge.grade.as_deref()));
    }
}

/// Texts, each with its place.
#[derive(Default)]
struct Words {
    list: Vec<String>,
    places: HashMap<String, u32>,
}

impl Words {
    fn code(&mut self, text: Option<&str>) -> u32 {
        let Some(text) = text else { return ABSENT };
        if let Some(&place) = self.places.get(text) {
            return place;
        }
        let place = u32::try_from(self.list.len()).unwrap_or(ABSENT);
        self.list.push(text.to_owned());
        self.places.insert(text.to_owned(), place);
        place
    }
}

/// What the ends of edges are, by position of the node.
#[derive(Default)]
struct Ends {
    words: Words,
    good: Vec<u32>,
    stage: Vec<u32>,
    country: Vec<u32>,
}

impl Ends {
    fn of(graph: &Graph) -> Self {
        let mut ends = Self::default();
        for node in graph.nodes() {
            ends.good.push(ends.words.code(given(&node.good)));
            ends.stage.push(ends.words.code(node.stage.map(Stage::as_str)));
            ends.country.push(ends.words.code(node.country.as_ref().map(AsRef::as_ref)));
        }
        ends
    }

    fn append(&self, columns: Columns, end: &str, nodes: &[u32]) -> PyResult<Columns> {
        let at = |codes: &[u32]| -> Vec<u32> {
            nodes.iter().map(|&node| codes.get(node as usize).copied().unwrap_or(ABSENT)).collect()
        };
        columns
            .coded(&format!("{end}_good"), &at(&self.good), &self.words.list)?
            .coded(&format!("{end}_stage"), &at(&self.stage), &self.words.list)?
            .coded(&format!("{end}_country"), &at(&self.country), &self.words.list)
    }
}
