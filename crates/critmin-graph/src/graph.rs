//! The graph: immutable, compressed by buyer and by supplier, asked by every question of this crate.

use critmin_core::{ABSENT, CountryId, nearest};

use crate::components::Components;
use crate::record::{Edge, Node};
use crate::report::Warning;
use crate::storage::{Edges, Group, GroupKind, Nodes, Provenance, known};
use crate::{Error, Measure};

/// Who supplies whom with how much. Built by [`Graph::from_columns`] or [`Graph::from_records`]; never changed after.
///
/// Nodes are in the order of their ids; the edges of a buyer lie together, sorted by group and supplier, so a sum over
/// a group is one scan in an order that no input order can change.
#[derive(Debug, Clone)]
pub struct Graph {
    pub(crate) measure: Measure,
    pub(crate) nodes: Nodes,
    pub(crate) kinds: Vec<GroupKind>,
    pub(crate) edges: Edges,
    pub(crate) components: Components,
    pub(crate) warnings: Vec<Warning>,
}

impl Graph {
    /// The unit of its flows.
    pub fn measure(&self) -> Measure {
        self.measure
    }

    /// Number of nodes.
    pub fn n_nodes(&self) -> usize {
        self.nodes.ids.len()
    }

    /// Number of edges.
    pub fn n_edges(&self) -> usize {
        self.edges.supplier.len()
    }

    /// What was left out or is unusual, in the order in which it was found.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The node at a position.
    pub fn node(&self, position: usize) -> Node {
        let nodes = &self.nodes;
        Node {
            id: nodes.ids[position].clone(),
            good: nodes.goods[nodes.good[position] as usize].clone(),
            stage: nodes.stage[position],
            country: self.country_of(position).cloned(),
            own_supply: known(nodes.own_supply[position]),
            capacity: known(nodes.capacity[position]),
        }
    }

    /// The id of the node at a position.
    pub fn id(&self, position: usize) -> &str {
        &self.nodes.ids[position]
    }

    /// Every node, in order.
    pub fn nodes(&self) -> impl Iterator<Item = Node> + '_ {
        (0..self.n_nodes()).map(|position| self.node(position))
    }

    /// Every edge, sorted by buyer, group and supplier.
    pub fn edges(&self) -> impl Iterator<Item = Edge> + '_ {
        (0..self.n_nodes()).flat_map(move |buyer| {
            self.groups(buyer).flat_map(move |(group, span)| span.map(move |edge| self.edge(buyer, group, edge)))
        })
    }

    /// The position of the node with this id.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] offers the nearest ids.
    pub fn position(&self, id: &str) -> Result<usize, Error> {
        self.nodes.ids.binary_search_by(|known| known.as_str().cmp(id)).map_err(|_| Error::UnknownName {
            kind: "node",
            found: id.to_owned(),
            nearest: nearest(id, self.nodes.ids.iter().map(String::as_str)),
        })
    }

    /// Whether every path runs one way: no goods come back to a node that they left.
    pub fn is_acyclic(&self) -> bool {
        self.components.largest() < 2
    }

    /// Number of nodes of the largest cycle of trade: nodes that reach each other.
    pub fn largest_cycle(&self) -> usize {
        self.components.largest()
    }

    /// The materials whose flows are counted, each a layer of the graph.
    pub fn commodities(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.kinds.iter().map(|kind| kind.commodity.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Every country that a node lies in, sorted.
    pub fn countries(&self) -> &[CountryId] {
        &self.nodes.countries
    }

    pub(crate) fn country_of(&self, position: usize) -> Option<&CountryId> {
        self.nodes.countries.get(self.nodes.country[position] as usize)
    }

    pub(crate) fn country_code(&self, country: &str) -> u32 {
        let place = self.nodes.countries.binary_search_by(|known| known.as_str().cmp(country));
        place.ok().and_then(|place| u32::try_from(place).ok()).unwrap_or(ABSENT)
    }

    /// The edges of a buyer.
    pub(crate) fn purchases(&self, buyer: usize) -> std::ops::Range<usize> {
        self.edges.first[buyer] as usize..self.edges.first[buyer + 1] as usize
    }

    /// The sales of a supplier, as (buyer, edge).
    pub(crate) fn sales(&self, supplier: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let span = self.edges.first_sale[supplier] as usize..self.edges.first_sale[supplier + 1] as usize;
        span.map(|place| (self.edges.buyer[place] as usize, self.edges.sale[place] as usize))
    }

    /// The groups of a buyer, each with its edges.
    pub(crate) fn groups(&self, buyer: usize) -> impl Iterator<Item = (Group, std::ops::Range<usize>)> + '_ {
        let span = self.edges.first_group[buyer] as usize..self.edges.first_group[buyer + 1] as usize;
        let last = span.end;
        span.map(move |place| {
            let group = self.edges.groups[place];
            let end = if place + 1 < last { self.edges.groups[place + 1].first } else { self.edges.first[buyer + 1] };
            (group, group.first as usize..end as usize)
        })
    }

    /// Primary supply of a node, 0 where none is known: the caller has said in the residuals what is missing.
    pub(crate) fn own(&self, position: usize) -> f64 {
        known(self.nodes.own_supply[position]).unwrap_or(0.0)
    }

    /// What reaches a node from others.
    pub fn inflow(&self, position: usize) -> f64 {
        self.edges.flow[self.purchases(position)].iter().sum()
    }

    /// What leaves a node to others.
    pub fn outflow(&self, position: usize) -> f64 {
        self.sales(position).map(|(_, edge)| self.edges.flow[edge]).sum()
    }

    fn edge(&self, buyer: usize, group: Group, edge: usize) -> Edge {
        let kind = &self.kinds[group.kind as usize];
        let provenance = self.provenance(edge);
        Edge {
            supplier: self.nodes.ids[self.edges.supplier[edge] as usize].clone(),
            buyer: self.nodes.ids[buyer].clone(),
            good: kind.good.clone(),
            commodity: kind.commodity.clone(),
            flow: self.edges.flow[edge],
            is_essential: group.is_essential,
            capacity: self.edges.capacity.get(edge).copied().and_then(known),
            year: provenance.and_then(|each| each.year),
            source_id: provenance.and_then(|each| each.source_id.clone()),
            grade: provenance.and_then(|each| each.grade.clone()),
        }
    }

    pub(crate) fn provenance(&self, edge: usize) -> Option<&Provenance> {
        self.edges.provenance.get(edge).and_then(|&place| self.edges.provenances.get(place as usize))
    }
}
