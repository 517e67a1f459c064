//! The graph as petgraph sees it, so that its algorithms and those of rustworkx-core run on our storage as it lies.

use std::iter::Copied;
use std::ops::Range;
use std::slice::Iter;

use petgraph::Direction;
use petgraph::visit::{
    Data, EdgeRef, GraphBase, GraphProp, GraphRef, IntoEdgeReferences, IntoEdges, IntoNeighbors, IntoNeighborsDirected,
    IntoNodeIdentifiers, NodeCompactIndexable, NodeCount, NodeIndexable, VisitMap, Visitable,
};

use crate::storage::Edges;

/// The flows, from suppliers to buyers. `petgraph::visit::Reversed` gives the way upstream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flows<'a>(pub(crate) &'a Edges);

/// One flow of the view; its weight is the flow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FlowRef<'a> {
    edges: &'a Edges,
    supplier: u32,
    place: usize,
}

/// The sales of one supplier, or of all of them.
#[derive(Debug, Clone)]
pub(crate) struct FlowRefs<'a> {
    edges: &'a Edges,
    supplier: usize,
    places: Range<usize>,
}

/// Which nodes were seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen(Vec<bool>);

impl Seen {
    /// Makes room for one more node.
    pub(crate) fn make_room(&mut self) {
        self.0.push(false);
    }
}

impl VisitMap<u32> for Seen {
    fn visit(&mut self, node: u32) -> bool {
        !std::mem::replace(&mut self.0[node as usize], true)
    }
    fn is_visited(&self, node: &u32) -> bool {
        self.0[*node as usize]
    }
    fn unvisit(&mut self, node: u32) -> bool {
        std::mem::replace(&mut self.0[node as usize], false)
    }
}

impl GraphBase for Flows<'_> {
    type NodeId = u32;
    type EdgeId = u32;
}

impl GraphRef for Flows<'_> {}

impl GraphProp for Flows<'_> {
    type EdgeType = petgraph::Directed;
}

impl Data for Flows<'_> {
    type NodeWeight = ();
    type EdgeWeight = f64;
}

impl NodeCount for Flows<'_> {
    fn node_count(&self) -> usize {
        self.0.first.len() - 1
    }
}

impl NodeIndexable for Flows<'_> {
    fn node_bound(&self) -> usize {
        self.node_count()
    }
    fn to_index(&self, node: u32) -> usize {
        node as usize
    }
    fn from_index(&self, index: usize) -> u32 {
        narrow(index)
    }
}

impl NodeCompactIndexable for Flows<'_> {}

impl IntoNodeIdentifiers for Flows<'_> {
    type NodeIdentifiers = Range<u32>;
    fn node_identifiers(self) -> Range<u32> {
        0..narrow(self.node_count())
    }
}

impl Visitable for Flows<'_> {
    type Map = Seen;
    fn visit_map(&self) -> Seen {
        Seen(vec![false; self.node_count()])
    }
    fn reset_map(&self, map: &mut Seen) {
        map.0.clear();
        map.0.resize(self.node_count(), false);
    }
}

impl<'a> IntoNeighbors for Flows<'a> {
    type Neighbors = Copied<Iter<'a, u32>>;
    fn neighbors(self, node: u32) -> Self::Neighbors {
        self.neighbors_directed(node, Direction::Outgoing)
    }
}

impl<'a> IntoNeighborsDirected for Flows<'a> {
    type NeighborsDirected = Copied<Iter<'a, u32>>;
    fn neighbors_directed(self, node: u32, direction: Direction) -> Self::NeighborsDirected {
        let (first, ends) = match direction {
            Direction::Outgoing => (&self.0.first_sale, &self.0.buyer),
            Direction::Incoming => (&self.0.first, &self.0.supplier),
        };
        ends[first[node as usize] as usize..first[node as usize + 1] as usize].iter().copied()
    }
}

impl<'a> IntoEdgeReferences for Flows<'a> {
    type EdgeRef = FlowRef<'a>;
    type EdgeReferences = FlowRefs<'a>;
    fn edge_references(self) -> FlowRefs<'a> {
        FlowRefs { edges: self.0, supplier: 0, places: 0..self.0.buyer.len() }
    }
}

impl<'a> IntoEdges for Flows<'a> {
    type Edges = FlowRefs<'a>;
    fn edges(self, supplier: u32) -> FlowRefs<'a> {
        let supplier = supplier as usize;
        let places = self.0.first_sale[supplier] as usize..self.0.first_sale[supplier + 1] as usize;
        FlowRefs { edges: self.0, supplier, places }
    }
}

impl<'a> Iterator for FlowRefs<'a> {
    type Item = FlowRef<'a>;
    fn next(&mut self) -> Option<FlowRef<'a>> {
        let place = self.places.next()?;
        while self.edges.first_sale[self.supplier + 1] as usize <= place {
            self.supplier += 1;
        }
        Some(FlowRef { edges: self.edges, supplier: narrow(self.supplier), place })
    }
}

impl<'a> EdgeRef for FlowRef<'a> {
    type NodeId = u32;
    type EdgeId = u32;
    type Weight = f64;
    fn source(&self) -> u32 {
        self.supplier
    }
    fn target(&self) -> u32 {
        self.edges.buyer[self.place]
    }
    fn weight(&self) -> &'a f64 {
        &self.edges.flow[self.edges.sale[self.place] as usize]
    }
    fn id(&self) -> u32 {
        self.edges.sale[self.place]
    }
}

/// Positions fit 32 bits: building a graph refuses more.
pub(crate) fn narrow(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
