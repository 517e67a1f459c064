//! The graph with at most one flow between two nodes, as the measures of networks want it.

use crate::Graph;
use crate::build::transpose;
use crate::storage::Edges;
use crate::visit::narrow;

/// Flows between the same two nodes added, whatever they deliver.
pub(super) struct Simple {
    /// Without groups.
    pub(super) edges: Edges,
    /// What reaches each node.
    pub(super) inflow: Vec<f64>,
}

impl Simple {
    pub(super) fn new(graph: &Graph) -> Self {
        let mut edges = Edges { first: vec![0], ..Edges::default() };
        for buyer in 0..graph.n_nodes() {
            let purchase = |edge: usize| (graph.edges.supplier[edge], graph.edges.flow[edge]);
            let mut purchases: Vec<(u32, f64)> = graph.purchases(buyer).map(purchase).collect();
            purchases.sort_by_key(|&(supplier, _)| supplier); // keeps the order of groups
            let of_buyer = edges.supplier.len();
            for (supplier, flow) in purchases {
                match edges.flow.last_mut() {
                    Some(sum) if of_buyer < edges.supplier.len() && edges.supplier.last() == Some(&supplier) => {
                        *sum += flow;
                    }
                    _ => {
                        edges.supplier.push(supplier);
                        edges.flow.push(flow);
                    }
                }
            }
            edges.first.push(narrow(edges.supplier.len()));
        }
        transpose(&mut edges, graph.n_nodes());
        let inflow = edges.first.windows(2).map(|ends| edges.flow[ends[0] as usize..ends[1] as usize].iter().sum());
        Self { inflow: inflow.collect(), edges }
    }

    pub(super) fn n_nodes(&self) -> usize {
        self.inflow.len()
    }

    /// The suppliers of a node and what each delivers.
    pub(super) fn suppliers(&self, node: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let span = self.edges.first[node] as usize..self.edges.first[node + 1] as usize;
        span.map(|edge| (self.edges.supplier[edge] as usize, self.edges.flow[edge]))
    }

    /// The buyers of a node and what each takes.
    pub(super) fn buyers(&self, node: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let span = self.edges.first_sale[node] as usize..self.edges.first_sale[node + 1] as usize;
        span.map(|place| (self.edges.buyer[place] as usize, self.edges.flow[self.edges.sale[place] as usize]))
    }
}
