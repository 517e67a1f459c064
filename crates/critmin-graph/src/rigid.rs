//! What is left when something is lost and nobody finds another route.

use crate::graph::Graph;

/// Change below which a round changes nothing.
const STILL: f64 = 1e-13;
/// Rounds around a cycle; the change shrinks by the share that enters from outside.
const MOST_ROUNDS: usize = 10_000;
/// Rounds that are tried in any case: mostly a few are enough.
const LEAST_ROUNDS: usize = 16;
/// Cycles of up to this many nodes are eliminated: their matrix has the square of it.
const MOST_ELIMINATED: usize = 1_500;

/// The share of its supply that each node keeps, 0 to 1, when the lost nodes supply nothing and every flow keeps its
/// proportions: generalised Leontief, as in Diem et al. (2022), doi 10.1038/s41598-022-11522-z.
///
/// A node keeps `(own supply + inflow * k) / supply`, where `k` is the least that is left of any essential group, or of
/// all other groups taken together by their share of the inflow, whichever is less. A group keeps the flow-weighted
/// mean of its suppliers. With one group everywhere this is one less the exposure.
///
/// Round after round, from all that there was downwards; where goods go round almost without new supply that takes very
/// long, and a cycle without tied inputs is solved by elimination once that is the shorter way.
pub(crate) fn availability(graph: &Graph, is_lost: &dyn Fn(usize) -> bool) -> Vec<f64> {
    let mut left = vec![1.0; graph.n_nodes()];
    let components: Vec<&[u32]> = graph.components.iter().collect();
    for members in components.into_iter().rev() {
        let most = rounds(graph, members);
        if !settle(graph, members, is_lost, &mut left, most) && most < MOST_ROUNDS {
            eliminate(graph, members, is_lost, &mut left);
        }
    }
    left
}

/// How many rounds are worth their time: as much work as eliminating, or all that are allowed where that cannot be done.
fn rounds(graph: &Graph, members: &[u32]) -> usize {
    let n = members.len();
    let has_tied_inputs = |&node: &u32| 1 < graph.groups(node as usize).count();
    if n == 1 || MOST_ELIMINATED < n || members.iter().any(has_tied_inputs) {
        return MOST_ROUNDS;
    }
    let n_edges: usize = members.iter().map(|&node| graph.purchases(node as usize).len()).sum();
    (n * n * n / (3 * n_edges.max(1))).clamp(LEAST_ROUNDS, MOST_ROUNDS - 1)
}

/// Goes round until nothing changes any more; false when `most` rounds were not enough.
fn settle(graph: &Graph, members: &[u32], is_lost: &dyn Fn(usize) -> bool, left: &mut [f64], most: usize) -> bool {
    for _ in 0..most {
        let mut change = 0.0_f64;
        for &node in members {
            let node = node as usize;
            let now = if is_lost(node) { 0.0 } else { kept(graph, node, left) };
            change = change.max((left[node] - now).abs());
            left[node] = now;
        }
        if members.len() == 1 || change <= STILL {
            return true;
        }
    }
    false
}

/// Solves `x = own / supply + P x` for the nodes of a cycle that are not lost, each with one input, when all that comes
/// from outside is known. The matrix is an M-matrix, for which elimination needs no pivoting.
fn eliminate(graph: &Graph, members: &[u32], is_lost: &dyn Fn(usize) -> bool, left: &mut [f64]) {
    let n = members.len();
    let mut rows = vec![vec![0.0; n + 1]; n];
    for (place, (row, &node)) in rows.iter_mut().zip(members).enumerate() {
        let node = node as usize;
        row[place] = 1.0;
        if is_lost(node) {
            continue;
        }
        let supply = graph.own(node) + graph.inflow(node);
        row[n] = graph.own(node) / supply;
        for edge in graph.purchases(node) {
            let (from, share) = (graph.edges.supplier[edge], graph.edges.flow[edge] / supply);
            match members.binary_search(&from) {
                Ok(from) => row[from] -= share,
                Err(_) => row[n] += share * left[from as usize],
            }
        }
    }
    for pivot in 0..n {
        let (above, below) = rows.split_at_mut(pivot + 1);
        let row = &above[pivot];
        for other in below.iter_mut().filter(|other| other[pivot] != 0.0) {
            let factor = other[pivot] / row[pivot];
            other[pivot..].iter_mut().zip(&row[pivot..]).for_each(|(value, of_pivot)| *value -= factor * of_pivot);
        }
    }
    for place in (0..n).rev() {
        let known = (place + 1..n).map(|other| rows[place][other] * rows[other][n]).sum::<f64>();
        rows[place][n] = (rows[place][n] - known) / rows[place][place];
    }
    // Without any supply from anywhere there is nothing to solve: then what the rounds have left stands.
    for (row, &node) in rows.iter().zip(members).filter(|(row, _)| row[n].is_finite()) {
        left[node as usize] = row[n].clamp(0.0, 1.0);
    }
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
