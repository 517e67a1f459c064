//! Which nodes supply each other in a circle, and in what order the others follow.

use petgraph::algo::kosaraju_scc;

use crate::storage::Edges;
use crate::visit::{Flows, narrow};

/// The strongly connected components, buyers before their suppliers: a walk upstream meets them in this order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Components {
    /// The nodes, component after component, each in order.
    pub(crate) nodes: Vec<u32>,
    /// First node of each component in `nodes`, and the number of nodes.
    pub(crate) first: Vec<u32>,
    /// The component of each node.
    pub(crate) of: Vec<u32>,
}

impl Components {
    /// Finds them (Kosaraju's algorithm in petgraph, which needs no recursion): time in the number of edges.
    pub(crate) fn find(edges: &Edges) -> Self {
        // Reverse topological order of the way downstream: who supplies nobody comes first.
        let found = kosaraju_scc(Flows(edges));
        let mut components = Self { first: vec![0], of: vec![0; edges.first.len() - 1], nodes: Vec::new() };
        for mut nodes in found {
            nodes.sort_unstable();
            let component = narrow(components.first.len() - 1);
            for &node in &nodes {
                components.of[node as usize] = component;
            }
            components.nodes.extend(nodes);
            components.first.push(narrow(components.nodes.len()));
        }
        components
    }

    /// The nodes of every component, buyers first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        self.first.windows(2).map(|ends| &self.nodes[ends[0] as usize..ends[1] as usize])
    }

    /// The number of nodes of the largest.
    pub(crate) fn largest(&self) -> usize {
        self.iter().map(<[u32]>::len).max().unwrap_or(0)
    }
}
