//! What every path from any origin to a target has to cross.

use std::iter::Copied;
use std::slice::Iter;

use petgraph::algo::dominators::simple_fast;
use petgraph::visit::{GraphBase, GraphRef, IntoNeighbors, Visitable};

use crate::visit::{Flows, Seen, narrow};
use crate::{Error, Graph, Target};

impl Graph {
    /// The nodes that every path from any origin to the target crosses, the farthest upstream first; the target itself
    /// is not among them. Losing one of them cuts the target off, whatever the capacities.
    ///
    /// Dominators of the graph with one root before all origins (Cooper, Harvey and Kennedy 2001, in petgraph). Origins
    /// are nodes with an own supply and nodes that nobody is recorded to supply. Of several target nodes, what all of
    /// them share is told.
    ///
    /// # Errors
    ///
    /// [`Error::BadQuestion`] when no origin reaches the target.
    ///
    /// ```
    /// use critmin_graph::{BuildOptions, Edge, Graph, Measure, Target};
    ///
    /// let edges = [Edge::new("mine-a", "refiner", "ore", 1.0), Edge::new("mine-b", "refiner", "ore", 1.0),
    ///     Edge::new("refiner", "trader", "metal", 1.0), Edge::new("refiner", "plant", "metal", 1.0),
    ///     Edge::new("trader", "plant", "metal", 1.0)];
    /// let graph = Graph::from_records(&[], &edges, Measure::ContainedMass, BuildOptions::default())?;
    /// let crossed = graph.dominators(&Target::node(&graph, "plant")?)?;
    /// assert_eq!(crossed.iter().map(|&node| graph.id(node)).collect::<Vec<_>>(), ["refiner"]);
    /// # Ok::<(), critmin_graph::Error>(())
    /// ```
    pub fn dominators(&self, target: &Target) -> Result<Vec<usize>, Error> {
        let is_origin = |&node: &usize| {
            0.0 < self.own(node) || (self.purchases(node).is_empty() && self.sales(node).next().is_some())
        };
        let origins: Vec<u32> = (0..self.n_nodes()).filter(is_origin).map(narrow).collect();
        let root = narrow(self.n_nodes());
        let dominators = simple_fast(Rooted { flows: Flows(&self.edges), origins: &origins }, root);
        let mut shared: Option<Vec<usize>> = None;
        for &(node, _) in target.nodes.iter().filter(|(_, weight)| 0.0 < *weight) {
            let Some(of_node) = dominators.strict_dominators(narrow(node)) else {
                let reason = format!("no origin reaches `{}`", self.id(node));
                return Err(Error::BadQuestion { what: "dominators", reason });
            };
            let mut crossed: Vec<usize> = of_node.filter(|&each| each != root).map(|each| each as usize).collect();
            crossed.reverse();
            shared = Some(match shared {
                None => crossed,
                Some(before) => before.into_iter().filter(|each| crossed.contains(each)).collect(),
            });
        }
        Ok(shared.unwrap_or_default())
    }
}

/// The flows with one root before all origins.
#[derive(Clone, Copy)]
struct Rooted<'a> {
    flows: Flows<'a>,
    origins: &'a [u32],
}

impl GraphBase for Rooted<'_> {
    type NodeId = u32;
    type EdgeId = u32;
}

impl GraphRef for Rooted<'_> {}

impl<'a> IntoNeighbors for Rooted<'a> {
    type Neighbors = Copied<Iter<'a, u32>>;
    fn neighbors(self, node: u32) -> Self::Neighbors {
        if node as usize + 1 == self.flows.0.first.len() {
            self.origins.iter().copied()
        } else {
            self.flows.neighbors(node)
        }
    }
}

impl Visitable for Rooted<'_> {
    type Map = Seen;
    fn visit_map(&self) -> Seen {
        let mut map = self.flows.visit_map();
        map.make_room();
        map
    }
    fn reset_map(&self, map: &mut Seen) {
        self.flows.reset_map(map);
        map.make_room();
    }
}
