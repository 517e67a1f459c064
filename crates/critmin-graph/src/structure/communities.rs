//! Which nodes trade more with each other than chance would have it.

use std::collections::BTreeMap;

use crate::structure::simple::Simple;

/// A gain in modularity below this, as a share of all flows, is rounding.
const NOTHING: f64 = 1e-12;

/// A partition of the nodes.
pub(super) struct Communities {
    /// Number of each node's community, from 0 in the order of their first nodes.
    pub(super) of: Vec<usize>,
    pub(super) n: usize,
    /// Absent where nothing flows.
    pub(super) modularity: Option<f64>,
}

/// An undirected graph with weights; what a node has within itself apart.
struct Weights {
    neighbours: Vec<BTreeMap<usize, f64>>,
    /// Twice the weight inside each node.
    within: Vec<f64>,
    /// Weight at each node, `within` included.
    strength: Vec<f64>,
    /// Twice the weight of all edges.
    total: f64,
}

/// Communities by the Louvain method (Blondel et al. 2008): nodes move, one after another in their order, to the
/// neighbouring community that raises the modularity most (of equal ones the first), until none moves; communities become
/// nodes, and it begins again. Nothing is drawn at random: the same graph has the same communities.
///
/// The modularity is `Q = sum over communities of (within / total - resolution (strength / total)^2)`.
pub(super) fn louvain(simple: &Simple, resolution: f64) -> Communities {
    let bottom = Weights::undirected(simple);
    if bottom.total == 0.0 {
        return Communities { of: (0..simple.n_nodes()).collect(), n: simple.n_nodes(), modularity: None };
    }
    let mut of: Vec<usize> = (0..simple.n_nodes()).collect();
    let mut level = Weights::undirected(simple);
    loop {
        let (moved, n) = numbered(&level.moved(resolution));
        for community in &mut of {
            *community = moved[*community];
        }
        if n == level.strength.len() {
            break;
        }
        level = level.joined(&moved, n);
    }
    let (of, n) = numbered(&of);
    let modularity = bottom.joined(&of, n).modularity(resolution);
    Communities { of, n, modularity: Some(modularity) }
}

impl Weights {
    fn undirected(simple: &Simple) -> Self {
        let n = simple.n_nodes();
        let mut neighbours = vec![BTreeMap::new(); n];
        let mut strength = vec![0.0; n];
        for buyer in 0..n {
            for (supplier, flow) in simple.suppliers(buyer) {
                *neighbours[buyer].entry(supplier).or_default() += flow;
                *neighbours[supplier].entry(buyer).or_default() += flow;
                strength[buyer] += flow;
                strength[supplier] += flow;
            }
        }
        let total = strength.iter().sum();
        Self { neighbours, within: vec![0.0; n], strength, total }
    }

    /// The community of each node after moving until none gains.
    fn moved(&self, resolution: f64) -> Vec<usize> {
        let n = self.strength.len();
        let mut of: Vec<usize> = (0..n).collect();
        let mut strength = self.strength.clone(); // of each community
        loop {
            let mut has_moved = false;
            for node in 0..n {
                let home = of[node];
                strength[home] -= self.strength[node];
                let mut links = BTreeMap::from([(home, 0.0)]);
                self.neighbours[node]
                    .iter()
                    .for_each(|(&other, weight)| *links.entry(of[other]).or_default() += weight);
                let gain = |community: usize, link: f64| {
                    link - resolution * strength[community] * self.strength[node] / self.total
                };
                let (mut best, mut best_gain) = (home, gain(home, links[&home]) + NOTHING * self.total);
                for (&community, &link) in &links {
                    if best_gain < gain(community, link) {
                        (best, best_gain) = (community, gain(community, link));
                    }
                }
                strength[best] += self.strength[node];
                has_moved |= best != home;
                of[node] = best;
            }
            if !has_moved {
                return of;
            }
        }
    }

    /// The graph whose nodes are the communities of this one.
    fn joined(&self, of: &[usize], n: usize) -> Self {
        let mut joined = Self {
            neighbours: vec![BTreeMap::new(); n],
            within: vec![0.0; n],
            strength: vec![0.0; n],
            total: self.total,
        };
        for (node, &community) in of.iter().enumerate() {
            joined.within[community] += self.within[node];
            joined.strength[community] += self.strength[node];
            for (&other, &weight) in &self.neighbours[node] {
                if of[other] == community {
                    joined.within[community] += weight; // met from both sides: twice
                } else {
                    *joined.neighbours[community].entry(of[other]).or_default() += weight;
                }
            }
        }
        joined
    }

    fn modularity(&self, resolution: f64) -> f64 {
        let of_community =
            |(within, strength): (&f64, &f64)| within / self.total - resolution * (strength / self.total).powi(2);
        self.within.iter().zip(&self.strength).map(of_community).sum()
    }
}

/// The same partition numbered in the order of first nodes, and the number of its parts.
fn numbered(of: &[usize]) -> (Vec<usize>, usize) {
    let mut numbers = vec![usize::MAX; of.len()];
    let mut n = 0;
    let number = |&community: &usize| {
        if numbers[community] == usize::MAX {
            numbers[community] = n;
            n += 1;
        }
        numbers[community]
    };
    let numbered = of.iter().map(number).collect();
    (numbered, n)
}
