//! Depth first, upstream: the paths of a target, cut where they carry too little.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BinaryHeap};
use std::rc::Rc;

use crate::exposure::walk::Walk;
use crate::trace::{Path, Paths, TraceOptions};
use crate::{Graph, Target};

/// Flows that one search may look at: some seconds.
const MOST_LOOKS: usize = 100_000_000;

/// A search under way.
pub(super) struct Search<'a> {
    walk: Walk<'a>,
    options: &'a TraceOptions,
    is_wanted: &'a [bool],
    /// Suppliers of the nodes met so far, the largest share first.
    suppliers: BTreeMap<usize, Rc<[(f64, usize)]>>,
    is_on_way: Vec<bool>,
    /// The best paths, the least of them on top.
    best: BinaryHeap<Reverse<Ranked>>,
    looks: usize,
    found: Paths,
}

/// A node on the way, and how far its suppliers were looked at.
struct Step {
    node: usize,
    share: f64,
    suppliers: Rc<[(f64, usize)]>,
    next: usize,
}

/// Paths in the order of their shares, then of their nodes from the last to the first.
struct Ranked(Path);

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.share.total_cmp(&other.0.share).then_with(|| other.0.steps.cmp(&self.0.steps))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ranked {}

impl<'a> Search<'a> {
    pub(super) fn new(graph: &'a Graph, options: &'a TraceOptions, is_wanted: &'a [bool]) -> Self {
        let found = Paths {
            target: String::new(),
            paths: Vec::new(),
            covered_share: 0.0,
            below_share: 0.0,
            cyclic_share: 0.0,
            long_share: 0.0,
            elsewhere_share: 0.0,
            left_out_share: 0.0,
        };
        Self {
            walk: Walk::new(graph),
            options,
            is_wanted,
            suppliers: BTreeMap::new(),
            is_on_way: vec![false; graph.n_nodes()],
            best: BinaryHeap::new(),
            looks: 0,
            found,
        }
    }

    /// Follows the whole supply of the target.
    pub(super) fn run(mut self, target: &Target) -> Paths {
        let mut starts = target.nodes.clone();
        starts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        for (node, share) in starts {
            self.from(node, share);
        }
        let mut paths: Vec<Path> = self.best.into_iter().map(|Reverse(ranked)| ranked.0).collect();
        paths.sort_by(|a, b| b.share.total_cmp(&a.share).then_with(|| a.steps.cmp(&b.steps)));
        let covered_share = paths.iter().map(|path| path.share).sum();
        Paths { target: target.label.clone(), paths, covered_share, ..self.found }
    }

    /// Every way upstream from one node.
    fn from(&mut self, node: usize, share: f64) {
        let mut way = Vec::new();
        if self.goes_on(share) {
            self.enter(&mut way, node, share);
        }
        while let Some(step) = way.last_mut() {
            let Some(&(part, supplier)) = step.suppliers.get(step.next) else {
                self.is_on_way[step.node] = false;
                way.pop();
                continue;
            };
            step.next += 1;
            let share = step.share * part;
            self.looks += 1;
            if self.is_on_way[supplier] {
                self.found.cyclic_share += share;
            } else if self.options.max_steps < way.len() {
                self.found.long_share += share;
            } else if self.goes_on(share) {
                self.enter(&mut way, supplier, share);
            }
        }
    }

    /// Whether a way that carries this share is worth following; says where the share is when it is not.
    fn goes_on(&mut self, share: f64) -> bool {
        let is_full = self.best.len() == self.options.max_paths;
        let least = self.best.peek().filter(|_| is_full).map_or(0.0, |Reverse(ranked)| ranked.0.share);
        if share < self.options.min_share {
            self.found.below_share += share;
        } else if MOST_LOOKS < self.looks || (is_full && share <= least) {
            self.found.left_out_share += share;
        } else {
            return 0.0 < share;
        }
        false
    }

    /// Goes to a node: its own supply ends a path here, its suppliers continue it.
    fn enter(&mut self, way: &mut Vec<Step>, node: usize, share: f64) {
        let suppliers = self.suppliers_of(node);
        self.is_on_way[node] = true;
        way.push(Step { node, share, suppliers, next: 0 });
        let ending = share * self.walk.ends[node];
        if ending == 0.0 {
            return;
        }
        if !self.is_wanted[node] {
            self.found.elsewhere_share += ending;
        } else if ending < self.options.min_share {
            self.found.below_share += ending;
        } else {
            let steps = way.iter().rev().map(|step| step.node).collect();
            self.keep(Path { steps, share: ending, is_unexplained: self.walk.is_unexplained[node] });
        }
    }

    fn keep(&mut self, path: Path) {
        self.best.push(Reverse(Ranked(path)));
        if self.options.max_paths < self.best.len()
            && let Some(Reverse(dropped)) = self.best.pop()
        {
            self.found.left_out_share += dropped.0.share;
        }
    }

    /// Each supplier once, whatever it delivers, with its share of the supply.
    fn suppliers_of(&mut self, node: usize) -> Rc<[(f64, usize)]> {
        if let Some(known) = self.suppliers.get(&node) {
            return Rc::clone(known);
        }
        let graph = self.walk.graph;
        let mut shares: BTreeMap<usize, f64> = BTreeMap::new();
        if !self.walk.is_unexplained[node] {
            let supply = graph.own(node) + graph.inflow(node);
            for edge in graph.purchases(node) {
                *shares.entry(graph.edges.supplier[edge] as usize).or_default() += graph.edges.flow[edge] / supply;
            }
        }
        let mut suppliers: Vec<(f64, usize)> = shares.into_iter().map(|(supplier, share)| (share, supplier)).collect();
        suppliers.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let suppliers: Rc<[(f64, usize)]> = suppliers.into();
        self.suppliers.insert(node, Rc::clone(&suppliers));
        suppliers
    }
}
