//! The absorbing chain: where a walk from a buyer upstream ends, and through whom it passes.
//!
//! At node j the walk goes to supplier i with probability `flow_ij / supply_j` and ends with `own_supply_j / supply_j`,
//! where `supply_j = own_supply_j + sum_i flow_ij`. Visits follow from `x = s + P' x`, component after component of the
//! graph: a component without a cycle needs one sparse product, a cycle a Neumann series on its own nodes alone. No
//! matrix is ever inverted.
//!
//! Inside, nodes stand in the order of the components, buyers first: the nodes of a cycle lie together, and the buyers of
//! a node that lie in its cycle are the last of its buyers.

use std::ops::Range;

use rayon::prelude::*;

use crate::Error;
use crate::graph::Graph;
use crate::visit::narrow;

/// Cycles with more nodes than this are summed in parallel, node by node: the order within a sum stays.
const PARALLEL_FROM: usize = 16_384;

/// The chain of one graph, shared by every target.
pub(crate) struct Walk<'a> {
    pub(crate) graph: &'a Graph,
    /// Probability that the walk ends at a node.
    pub(crate) ends: Vec<f64>,
    /// Whether it ends there because nobody knows where the goods come from.
    pub(crate) is_unexplained: Vec<bool>,
    /// Place of each node in the order of the components.
    pub(crate) place: Vec<u32>,
    /// By place of the supplier: its first sale, its first sale within its cycle, and at last the number of sales.
    first: Vec<u32>,
    first_inside: Vec<u32>,
    /// Of each sale: the place of the buyer, and the probability that the buyer's walk comes this way.
    buyer: Vec<u32>,
    share: Vec<f64>,
}

/// The visits of `L` walks.
pub(crate) struct Visits<const L: usize> {
    /// Expected arrivals at each node, the start not counted.
    pub(crate) arrivals: Vec<[f64; L]>,
    /// Mass that arrived at a blocked node, or started there and ended there.
    pub(crate) hits: [f64; L],
    /// Mass that was still on its way when the tolerance was reached.
    pub(crate) unassigned: [f64; L],
    /// Rounds of the longest series.
    pub(crate) rounds: usize,
}

/// When a series is long enough.
#[derive(Clone, Copy)]
pub(crate) struct Stop {
    pub(crate) tolerance: f64,
    pub(crate) max_rounds: usize,
}

/// One walk under way, by place.
struct Course<const L: usize> {
    begins: Vec<[f64; L]>,
    /// What goes on from each node.
    on: Vec<[f64; L]>,
    arrivals: Vec<[f64; L]>,
    hits: [f64; L],
    unassigned: [f64; L],
    rounds: usize,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(graph: &'a Graph) -> Self {
        let n = graph.n_nodes();
        let supply: Vec<f64> = (0..n).map(|node| graph.own(node) + graph.inflow(node)).collect();
        let mut is_unexplained: Vec<bool> = supply.iter().map(|&supply| supply == 0.0).collect();
        mark_closed(graph, &mut is_unexplained);
        let end = |node: usize| if is_unexplained[node] { 1.0 } else { graph.own(node) / supply[node] };
        let ends = (0..n).map(end).collect();
        let mut place = vec![0; n];
        graph.components.nodes.iter().enumerate().for_each(|(at, &node)| place[node as usize] = narrow(at));
        let mut walk = Self {
            graph,
            ends,
            is_unexplained,
            place,
            first: vec![0; n + 1],
            first_inside: vec![0; n],
            buyer: vec![0; graph.n_edges()],
            share: vec![0.0; graph.n_edges()],
        };
        walk.arrange(&supply);
        walk
    }

    /// Sorts the sales by the place of the supplier, each supplier's by the place of the buyer.
    fn arrange(&mut self, supply: &[f64]) {
        let Graph { edges, components, .. } = self.graph;
        for (at, &node) in components.nodes.iter().enumerate() {
            let n_sales = edges.first_sale[node as usize + 1] - edges.first_sale[node as usize];
            self.first[at + 1] = self.first[at] + n_sales;
        }
        let mut next = self.first.clone();
        for (at, &node) in components.nodes.iter().enumerate() {
            let (node, is_open) = (node as usize, !self.is_unexplained[node as usize]);
            for edge in self.graph.purchases(node) {
                let supplier = self.place[edges.supplier[edge] as usize] as usize;
                let sale = next[supplier] as usize;
                self.buyer[sale] = narrow(at);
                self.share[sale] = if is_open { edges.flow[edge] / supply[node] } else { 0.0 };
                next[supplier] += 1;
            }
        }
        for cycle in self.cycles() {
            for at in cycle.clone() {
                let sales = self.first[at] as usize..self.first[at + 1] as usize;
                let outside = self.buyer[sales.clone()].partition_point(|&buyer| (buyer as usize) < cycle.start);
                self.first_inside[at] = narrow(sales.start + outside);
            }
        }
    }

    /// The places of each component.
    pub(crate) fn cycles(&self) -> impl Iterator<Item = Range<usize>> + use<'a> {
        self.graph.components.first.windows(2).map(|ends| ends[0] as usize..ends[1] as usize)
    }

    /// The sales of a supplier to its own cycle, as (place of the buyer, probability).
    pub(crate) fn inside(&self, at: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let span = self.first_inside[at] as usize..self.first[at + 1] as usize;
        self.buyer[span.clone()].iter().zip(&self.share[span]).map(|(&buyer, &share)| (buyer as usize, share))
    }

    /// Walks from `starts` (node, lane, mass). Where `is_blocked`, arriving mass is counted and goes no further.
    pub(crate) fn visits<const L: usize>(
        &self,
        starts: &[(usize, usize, f64)],
        is_blocked: &(impl Fn(usize, usize) -> bool + Sync),
        stop: Stop,
    ) -> Result<Visits<L>, Error> {
        let n = self.graph.n_nodes();
        let none = || vec![[0.0; L]; n];
        let (hits, unassigned) = ([0.0; L], [0.0; L]);
        let mut course = Course { begins: none(), on: none(), arrivals: none(), hits, unassigned, rounds: 0 };
        for &(node, lane, mass) in starts {
            course.begins[self.place[node] as usize][lane] += mass;
            course.hits[lane] += if is_blocked(node, lane) { mass * self.ends[node] } else { 0.0 };
        }
        for cycle in self.cycles() {
            for at in cycle.clone() {
                // From a cycle's own buyers nothing has gone on yet: this gathers what comes from outside.
                let arriving = self.gather(self.first[at]..self.first_inside[at], 0, &course.on);
                course.arrivals[at] = arriving;
                let onward = self.pass(at, arriving, &mut course.hits, is_blocked);
                course.on[at] = sum(course.begins[at], onward);
            }
            if 1 < cycle.len() {
                self.series(cycle, &mut course, is_blocked, stop)?;
            }
        }
        let arrivals = self.place.iter().map(|&at| course.arrivals[at as usize]).collect();
        Ok(Visits { arrivals, hits: course.hits, unassigned: course.unassigned, rounds: course.rounds })
    }

    /// What arrives through some sales, when `from` begins at the place `offset`.
    #[inline]
    fn gather<const L: usize>(&self, sales: Range<u32>, offset: usize, from: &[[f64; L]]) -> [f64; L] {
        let span = sales.start as usize..sales.end as usize;
        let mut arriving = [0.0; L];
        for (&buyer, &share) in self.buyer[span.clone()].iter().zip(&self.share[span]) {
            let mass = &from[buyer as usize - offset];
            for lane in 0..L {
                arriving[lane] += share * mass[lane];
            }
        }
        arriving
    }

    /// What arrives goes on, unless the node is blocked for that walk.
    #[inline]
    fn pass<const L: usize>(
        &self,
        at: usize,
        arriving: [f64; L],
        hits: &mut [f64; L],
        is_blocked: &impl Fn(usize, usize) -> bool,
    ) -> [f64; L] {
        let node = self.graph.components.nodes[at] as usize;
        let mut onward = arriving;
        for lane in 0..L {
            if is_blocked(node, lane) {
                hits[lane] += arriving[lane];
                onward[lane] = 0.0;
            }
        }
        onward
    }

    /// The series of one cycle: what goes on inside it, round after round, until almost nothing moves.
    fn series<const L: usize>(
        &self,
        cycle: Range<usize>,
        course: &mut Course<L>,
        is_blocked: &impl Fn(usize, usize) -> bool,
        stop: Stop,
    ) -> Result<(), Error> {
        let mut now = course.on[cycle.clone()].to_vec();
        let mut next = vec![[0.0; L]; now.len()];
        let mut rounds = 0;
        let mut moving: f64 = now.iter().map(|lanes| lanes.iter().sum::<f64>()).sum();
        while stop.tolerance < moving {
            if rounds == stop.max_rounds {
                return Err(self.not_converged(&cycle, moving, rounds));
            }
            self.round(&cycle, &now, &mut next);
            moving = 0.0;
            for (at, (arriving, now)) in cycle.clone().zip(next.iter().zip(&mut now)) {
                *now = self.pass(at, *arriving, &mut course.hits, is_blocked);
                course.arrivals[at] = sum(course.arrivals[at], *arriving);
                course.on[at] = sum(course.on[at], *now);
                moving += now.iter().sum::<f64>();
            }
            rounds += 1;
        }
        // What arrived last has gone on to suppliers outside, but not to those of the cycle.
        self.round(&cycle, &now, &mut next);
        for left in &next {
            course.unassigned = sum(course.unassigned, *left);
        }
        course.rounds = course.rounds.max(rounds);
        Ok(())
    }

    /// One product with the cycle's own rows.
    fn round<const L: usize>(&self, cycle: &Range<usize>, now: &[[f64; L]], next: &mut [[f64; L]]) {
        let arriving = |at: usize| self.gather(self.first_inside[at]..self.first[at + 1], cycle.start, now);
        if next.len() < PARALLEL_FROM || L == 1 && rayon::current_num_threads() == 1 {
            next.iter_mut().enumerate().for_each(|(place, next)| *next = arriving(cycle.start + place));
        } else {
            let rows = next.par_iter_mut().enumerate().with_min_len(PARALLEL_FROM / 4);
            rows.for_each(|(place, next)| *next = arriving(cycle.start + place));
        }
    }

    fn not_converged(&self, cycle: &Range<usize>, unassigned: f64, iterations: usize) -> Error {
        let some = self.graph.components.nodes[cycle.clone()].iter().take(5);
        let nodes = some.map(|&node| self.graph.id(node as usize).to_owned()).collect();
        Error::NotConverged { target: String::new(), unassigned, iterations, nodes }
    }
}

#[inline]
fn sum<const L: usize>(mut one: [f64; L], other: [f64; L]) -> [f64; L] {
    for lane in 0..L {
        one[lane] += other[lane];
    }
    one
}

/// A cycle that nobody supplies from outside, and in which nobody has a supply of his own: whatever enters it, nobody
/// knows where it comes from.
fn mark_closed(graph: &Graph, is_unexplained: &mut [bool]) {
    for (component, members) in (0u32..).zip(graph.components.iter()) {
        let comes_from_outside = |edge: usize| graph.components.of[graph.edges.supplier[edge] as usize] != component;
        let is_open = |&node: &u32| {
            let node = node as usize;
            0.0 < graph.own(node) || graph.purchases(node).any(comes_from_outside)
        };
        if 1 < members.len() && !members.iter().any(is_open) {
            for &node in members {
                is_unexplained[node as usize] = true;
            }
        }
    }
}
