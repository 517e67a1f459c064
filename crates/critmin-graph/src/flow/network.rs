//! The flow network of one target: from every origin to the target, with capacities where they are known.

use crate::graph::Graph;
use crate::storage::known;
use crate::visit::narrow;
use crate::{Rerouting, Target};

/// Where goods enter; the numbers of nodes of the graph follow.
pub(crate) const SOURCE: u32 = 0;
/// Where the target takes them.
pub(crate) const SINK: u32 = 1;

/// Arcs in pairs: `2k` forward, `2k + 1` back; and by node.
#[derive(Debug, Clone, Default)]
pub(crate) struct Network {
    pub(crate) head: Vec<u32>,
    pub(crate) capacity: Vec<f64>,
    /// The arcs that leave each node, back arcs included.
    pub(crate) first: Vec<u32>,
    pub(crate) leaving: Vec<u32>,
    /// For each node of the graph: its node here, and the one behind its capacity (the same where it has none).
    pub(crate) enter: Vec<u32>,
    pub(crate) leave: Vec<u32>,
    /// (node of the graph, arc from the source).
    pub(crate) origins: Vec<(usize, u32)>,
    /// (demand, arc to the sink) of each input of the target.
    pub(crate) demands: Vec<(f64, u32)>,
    /// Residuals below this are nothing.
    pub(crate) nothing: f64,
}

impl Network {
    pub(crate) fn new(graph: &Graph, target: &Target, rerouting: Rerouting) -> Self {
        let mut network = Self::default();
        let mut next = 2;
        for node in 0..graph.n_nodes() {
            network.enter.push(next);
            next += u32::from(known(graph.nodes.capacity[node]).is_some());
            network.leave.push(next);
            next += 1;
        }
        let mut arcs: Vec<(u32, u32, f64)> = Vec::new();
        network.nodes(graph, &mut arcs);
        network.sinks(graph, target, rerouting, &mut next, &mut arcs);
        network.routes(graph, target, rerouting, &mut arcs);
        network.close(&arcs, next as usize);
        network
    }

    /// Number of nodes, the source and the sink counted.
    pub(crate) fn n_nodes(&self) -> usize {
        self.first.len() - 1
    }

    /// Origins and, where a node's capacity is known, the arc through it.
    fn nodes(&mut self, graph: &Graph, arcs: &mut Vec<(u32, u32, f64)>) {
        for node in 0..graph.n_nodes() {
            let capacity = known(graph.nodes.capacity[node]);
            if let Some(capacity) = capacity {
                arcs.push((self.enter[node], self.leave[node], capacity));
            }
            let own = graph.own(node);
            // What a node hands on without a recorded supply enters there too: nobody explains it, but it flows.
            let unexplained = if own + graph.inflow(node) == 0.0 { graph.outflow(node) } else { 0.0 };
            let most = (own + unexplained).max(if 0.0 < own { capacity.unwrap_or(0.0) } else { 0.0 });
            if 0.0 < most {
                self.origins.push((node, narrow(2 * arcs.len())));
                arcs.push((SOURCE, self.enter[node], most));
            }
        }
    }

    /// The target's inputs, each with its demand: own supply and every group apart, since a buyer needs all of them.
    fn sinks(
        &mut self,
        graph: &Graph,
        target: &Target,
        rerouting: Rerouting,
        next: &mut u32,
        arcs: &mut Vec<(u32, u32, f64)>,
    ) {
        for &(node, weight) in &target.nodes {
            if weight == 0.0 {
                continue;
            }
            let n_groups = graph.groups(node).count();
            if n_groups < 2 {
                // One input, or none: own supply and purchases replace each other.
                let demand = weight_of(graph, target, node);
                self.demands.push((demand, narrow(2 * arcs.len())));
                arcs.push((self.leave[node], SINK, demand));
                continue;
            }
            for (group, span) in graph.groups(node) {
                if !group.is_essential {
                    continue;
                }
                let demand: f64 = graph.edges.flow[span.clone()].iter().sum();
                for edge in span {
                    arcs.push((self.leave[graph.edges.supplier[edge] as usize], *next, route(graph, edge, rerouting)));
                }
                self.demands.push((demand, narrow(2 * arcs.len())));
                arcs.push((*next, SINK, demand));
                *next += 1;
            }
        }
    }

    fn routes(&self, graph: &Graph, target: &Target, rerouting: Rerouting, arcs: &mut Vec<(u32, u32, f64)>) {
        let is_split = |buyer: usize| {
            target.nodes.iter().any(|&(node, weight)| node == buyer && 0.0 < weight) && 1 < graph.groups(buyer).count()
        };
        for buyer in 0..graph.n_nodes() {
            if is_split(buyer) {
                continue;
            }
            for edge in graph.purchases(buyer) {
                let supplier = graph.edges.supplier[edge] as usize;
                arcs.push((self.leave[supplier], self.enter[buyer], route(graph, edge, rerouting)));
            }
        }
    }

    fn close(&mut self, arcs: &[(u32, u32, f64)], n_nodes: usize) {
        let mut first = vec![0_u32; n_nodes + 1];
        for &(tail, head, capacity) in arcs {
            self.head.extend([head, tail]);
            self.capacity.extend([capacity, 0.0]);
            first[tail as usize + 1] += 1;
            first[head as usize + 1] += 1;
        }
        (0..n_nodes).for_each(|node| first[node + 1] += first[node]);
        let mut next = first.clone();
        self.leaving = vec![0; self.head.len()];
        for (arc, _) in self.head.iter().enumerate() {
            let tail = self.head[arc ^ 1] as usize;
            self.leaving[next[tail] as usize] = narrow(arc);
            next[tail] += 1;
        }
        self.first = first;
        let finite = self.capacity.iter().filter(|capacity| capacity.is_finite());
        self.nothing = 1e-12 * finite.fold(0.0_f64, |most, &capacity| most.max(capacity));
    }
}

/// What the target takes at one of its nodes: what the node keeps for use, or all of its supply when it is the only one.
fn weight_of(graph: &Graph, target: &Target, node: usize) -> f64 {
    let supply = |node: usize| {
        let recorded = graph.own(node) + graph.inflow(node);
        if recorded == 0.0 { graph.outflow(node) } else { recorded }
    };
    if target.nodes.len() == 1 {
        return supply(node);
    }
    // The weights are shares of what all of them keep; the node with the largest share of its supply sets the scale.
    let scale = target.nodes.iter().filter(|(_, weight)| 0.0 < *weight).map(|&(node, weight)| supply(node) / weight);
    let weight = target.nodes.iter().find(|each| each.0 == node).map_or(0.0, |each| each.1);
    weight * scale.fold(f64::INFINITY, f64::min)
}

fn route(graph: &Graph, edge: usize, rerouting: Rerouting) -> f64 {
    let given = graph.edges.capacity.get(edge).copied().and_then(known);
    given.unwrap_or_else(|| rerouting.route_factor.map_or(f64::INFINITY, |factor| factor * graph.edges.flow[edge]))
}
