//! What is left when something is lost and nobody finds another route.

use crate::graph::Graph;

/// Change below which a round changes nothing.
const STILL: f64 = 1e-13;
/// Rounds around a cycle; the change shrinks by the share that enters from outside.
const MOST_ROUNDS: usize = 10_000;

/// The share of its supply that each node keeps, 0 to 1, when the lost nodes supply nothing and every flow keeps its
/// proportions: generalised Leontief, as in Diem et al. (2022), doi 10.1038/s41598-022-11522-z.
///
/// A node keeps `(own supply + inflow * k) / supply`, where `k` is the least that is left of any essential group, or of
/// all other groups taken together by their share of the inflow, whichever is less. A group keeps the flow-weighted
/// mean of its suppliers. With one group everywhere this is one less the exposure.
pub(crate) fn availability(graph: &Graph, is_lost: &dyn Fn(usize) -> bool) -> Vec<f64> {
    let mut left = vec![1.0; graph.n_nodes()];
    let components: Vec<&[u32]> = graph.components.iter().collect();
    for members in components.into_iter().rev() {
        for _ in 0..MOST_ROUNDS {
            let mut change = 0.0_f64;
            for &node in members {
                let node = node as usize;
                let now = if is_lost(node) { 0.0 } else { kept(graph, node, &left) };
                change = change.max((left[node] - now).abs());
                left[node] = now;
            }
            if members.len() == 1 || change <= STILL {
                break;
            }
        }
    }
    left
}

fn kept(graph: &Graph, node: usize, left: &[f64]) -> f64 {
    let own = graph.own(node);
    let inflow = graph.inflow(node);
    if inflow == 0.0 {
        return 1.0;
    }
    let (mut least, mut others) = (1.0_f64, 1.0);
    for (group, span) in graph.groups(node) {
        let flows = &graph.edges.flow[span.clone()];
        let suppliers = &graph.edges.supplier[span];
        let total: f64 = flows.iter().sum();
        let kept: f64 = flows.iter().zip(suppliers).map(|(flow, &from)| flow * left[from as usize]).sum();
        if group.is_essential {
            least = least.min(kept / total);
        } else {
            others -= (total - kept) / inflow;
        }
    }
    (own + inflow * least.min(others).max(0.0)) / (own + inflow)
}
