//! One material at a time: the part of a graph that counts the flows of one commodity.

use critmin_core::nearest;

use crate::build::{cycle, transpose};
use crate::components::Components;
use crate::report::Warning;
use crate::storage::{Edges, Group, Nodes};
use crate::visit::narrow;
use crate::{Error, Graph};

impl Graph {
    /// The layer of one commodity: the edges that count its flows, and every node at the position that it has here, so
    /// that a [`crate::Target`] and a result mean the same nodes in every layer.
    ///
    /// A node whose edges all lie in other layers keeps its place, without supply and capacity: what it supplies is
    /// another material. A node without any edge counts for the layer when its good does: when a node of the same good
    /// has an edge in it, or when it is named like the commodity.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] offers the nearest commodities.
    ///
    /// ```
    /// use critmin_graph::{BuildOptions, Edge, Graph, Measure};
    ///
    /// let flow = |supplier: &str, commodity: &str, flow: f64| Edge {
    ///     commodity: commodity.to_owned(), ..Edge::new(supplier, "camera", commodity, flow)
    /// };
    /// let edges = [flow("refiner", "gallium", 2.0), flow("zinc works", "germanium", 5.0)];
    /// let graph = Graph::from_records(&[], &edges, Measure::ContainedMass, BuildOptions::default())?;
    /// let layer = graph.layer("gallium")?;
    /// assert_eq!((layer.n_edges(), layer.position("zinc works")?), (1, graph.position("zinc works")?));
    /// assert_eq!(layer.inflow(layer.position("camera")?), 2.0);
    /// # Ok::<(), critmin_graph::Error>(())
    /// ```
    pub fn layer(&self, commodity: &str) -> Result<Self, Error> {
        let is_of_layer: Vec<bool> = self.kinds.iter().map(|kind| kind.commodity == commodity).collect();
        if !is_of_layer.contains(&true) {
            let (kind, found) = ("commodity", commodity.to_owned());
            return Err(Error::UnknownName { kind, found, nearest: nearest(commodity, self.commodities()) });
        }
        let edges = kept_edges(self, &is_of_layer);
        let nodes = kept_supplies(self, &edges, commodity);
        let components = Components::find(&edges);
        let is_of_nodes = |warning: &&Warning| !matches!(warning, Warning::Cycle { .. });
        let mut warnings: Vec<Warning> = self.warnings.iter().filter(is_of_nodes).cloned().collect();
        warnings.extend(cycle(&components, &nodes));
        let kinds = self.kinds.iter().filter(|kind| kind.commodity == commodity).cloned().collect();
        Ok(Self { measure: self.measure, nodes, kinds, edges, components, warnings })
    }
}

/// The edges of the wanted groups, in their order.
fn kept_edges(graph: &Graph, is_of_layer: &[bool]) -> Edges {
    let all = &graph.edges;
    let mut edges = Edges { first: vec![0], first_group: vec![0], ..Edges::default() };
    edges.provenances.clone_from(&all.provenances);
    let mut n_kinds = 0;
    let mut new_kind = Vec::with_capacity(is_of_layer.len());
    for &is_kept in is_of_layer {
        new_kind.push(n_kinds);
        n_kinds += u32::from(is_kept);
    }
    for buyer in 0..graph.n_nodes() {
        for (group, span) in graph.groups(buyer).filter(|(group, _)| is_of_layer[group.kind as usize]) {
            edges.groups.push(Group {
                kind: new_kind[group.kind as usize],
                first: narrow(edges.supplier.len()),
                is_essential: group.is_essential,
            });
            edges.supplier.extend(&all.supplier[span.clone()]);
            edges.flow.extend(&all.flow[span.clone()]);
            edges.capacity.extend(all.capacity.get(span.clone()).unwrap_or_default());
            edges.provenance.extend(all.provenance.get(span).unwrap_or_default());
        }
        edges.first.push(narrow(edges.supplier.len()));
        edges.first_group.push(narrow(edges.groups.len()));
    }
    transpose(&mut edges, graph.n_nodes());
    edges
}

/// The nodes; those of other layers alone lose supply and capacity.
fn kept_supplies(graph: &Graph, edges: &Edges, commodity: &str) -> Nodes {
    let has_edge = |edges: &Edges, node: usize| {
        edges.first[node] < edges.first[node + 1] || edges.first_sale[node] < edges.first_sale[node + 1]
    };
    let mut nodes = graph.nodes.clone();
    let mut is_good_of_layer: Vec<bool> = nodes.goods.iter().map(|good| good == commodity).collect();
    for node in (0..graph.n_nodes()).filter(|&node| has_edge(edges, node)) {
        is_good_of_layer[nodes.good[node] as usize] = true;
    }
    for node in 0..graph.n_nodes() {
        let is_alone = !has_edge(&graph.edges, node);
        let is_of_layer = has_edge(edges, node) || (is_alone && is_good_of_layer[nodes.good[node] as usize]);
        if !is_of_layer {
            nodes.own_supply[node] = f64::NAN;
            nodes.capacity[node] = f64::NAN;
        }
    }
    nodes
}
