//! How much can reach a target when something is lost and goods find other routes.

use crate::flow::dinic::Flow;
use crate::flow::network::Network;
use crate::{Graph, Rerouting, Target};

pub(crate) mod dinic;
pub(crate) mod network;

/// Rounds of the search for the largest proportion in which all inputs of a target can be delivered.
const MOST_ROUNDS: usize = 60;
/// Share of the demand that may stay open when a proportion counts as delivered.
const OPEN: f64 = 1e-9;

/// The solved flow of one target, from which removals start.
pub(crate) struct Deliverable<'a> {
    network: &'a Network,
    base: Flow<'a>,
    /// Whether all inputs are needed in proportion, or their sum counts.
    in_proportion: bool,
    /// What the target takes \[the graph's measure\].
    pub(crate) demand: f64,
    /// What can reach it.
    pub(crate) before: f64,
}

/// What a loss leaves.
pub(crate) struct Loss {
    pub(crate) after: f64,
    /// (node, additional delivery), the largest first.
    pub(crate) alternatives: Vec<(usize, f64)>,
}

impl<'a> Deliverable<'a> {
    pub(crate) fn new(graph: &Graph, target: &Target, network: &'a Network) -> Self {
        let in_proportion = target.nodes.iter().any(|&(node, weight)| 0.0 < weight && 1 < graph.groups(node).count());
        let demand = network.demands.iter().map(|&(demand, _)| demand).sum();
        let mut solved = Self { network, base: Flow::new(network), in_proportion, demand, before: 0.0 };
        let mut flow = Flow::new(network);
        flow.augment();
        solved.before = solved.settle(&mut flow);
        flow.mark();
        solved.base = flow;
        solved
    }

    /// A flow of its own for a thread.
    pub(crate) fn worker(&self) -> Flow<'a> {
        self.base.clone()
    }

    /// Whether any goods of the solved flow pass through one of the nodes.
    pub(crate) fn is_used(&self, nodes: &[usize]) -> bool {
        self.ids(nodes).iter().any(|&node| {
            let span = self.network.first[node as usize] as usize..self.network.first[node as usize + 1] as usize;
            self.network.leaving[span].iter().any(|&arc| 0.0 < self.base.residual[(arc | 1) as usize])
        })
    }

    /// What still reaches the target without these nodes, and who delivers more.
    pub(crate) fn without(&self, flow: &mut Flow<'a>, nodes: &[usize], n_alternatives: usize) -> Loss {
        if !self.is_used(nodes) {
            return Loss { after: self.before, alternatives: Vec::new() };
        }
        let ids = self.ids(nodes);
        flow.remove(&ids);
        flow.augment();
        let after = self.settle(flow);
        let alternatives = self.alternatives(flow, n_alternatives);
        flow.undo();
        flow.restore(&ids);
        Loss { after, alternatives }
    }

    fn ids(&self, nodes: &[usize]) -> Vec<u32> {
        let mut ids: Vec<u32> =
            nodes.iter().flat_map(|&node| [self.network.enter[node], self.network.leave[node]]).collect();
        ids.dedup();
        ids
    }

    fn alternatives(&self, flow: &Flow<'a>, most: usize) -> Vec<(usize, f64)> {
        let more = |&(node, arc): &(usize, u32)| (node, flow.on(arc) - self.base.on(arc));
        let mut found: Vec<(usize, f64)> =
            self.network.origins.iter().map(more).filter(|(_, more)| OPEN * self.demand < *more).collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(most);
        found
    }

    /// The sum delivered; or, where all inputs are needed in proportion, the largest proportion of all of them, by
    /// Newton's method on the cuts (Radzik 1998): at proportion t the cut holds `c + t d`, so `t = c / (D - d)`.
    fn settle(&self, flow: &mut Flow<'a>) -> f64 {
        if !self.in_proportion {
            return flow.delivered();
        }
        let mut proportion = 1.0;
        for _ in 0..MOST_ROUNDS {
            let delivered = flow.delivered();
            if proportion * self.demand * (1.0 - OPEN) <= delivered {
                break;
            }
            let sides = flow.side_of_source();
            let cut: f64 = self.network.demands.iter().filter(|each| sides[self.tail(each.1)]).map(|each| each.0).sum();
            proportion = ((delivered - proportion * cut) / (self.demand - cut)).clamp(0.0, proportion);
            self.limit(flow, proportion);
            flow.augment();
        }
        proportion * self.demand
    }

    fn tail(&self, arc: u32) -> usize {
        self.network.head[arc as usize ^ 1] as usize
    }

    /// Lets every input take only this proportion of its demand.
    fn limit(&self, flow: &mut Flow<'a>, proportion: f64) {
        for &(demand, arc) in &self.network.demands {
            let (on, most) = (flow.on(arc), proportion * demand);
            if most < on {
                flow.give_back(arc, on - most);
            }
            let on = flow.on(arc);
            flow.set(arc as usize, (most - on).max(0.0));
        }
    }

    /// The arcs of the graph that are full where the cut runs, as (supplier, buyer) of the network, and what they hold.
    pub(crate) fn cut(&self) -> f64 {
        let sides = self.base.side_of_source();
        let forward = (0..self.network.head.len()).step_by(2);
        let across = forward
            .filter(|&arc| sides[self.network.head[arc ^ 1] as usize] && !sides[self.network.head[arc] as usize]);
        across.map(|arc| self.network.capacity[arc]).sum()
    }
}

impl Rerouting {
    /// The network of a target.
    pub(crate) fn network(self, graph: &Graph, target: &Target) -> Network {
        Network::new(graph, target, self)
    }
}
