//! How much of a buyer's supply originates in, or passes through, each node and each country.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::exposure::again::visits_from_itself;
use crate::exposure::walk::{Stop, Walk};
use crate::storage::known;
use crate::{Error, Graph, Target};

mod again;
pub(crate) mod walk;

/// Walks that share one sweep over the graph.
const LANES: usize = 8;
/// Up to this many nodes eight walks fit the nearest caches; beyond, each walk alone is faster than eight at once.
const LANES_UP_TO: usize = 32_768;

/// When an exposure is exact enough, and what is reported.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ExposureOptions {
    /// Share of the target's supply that may stay without an origin when a series ends; it is reported.
    pub tolerance: f64,
    /// Rounds of a series before it is an error.
    pub max_iterations: usize,
    /// Whether each node's exposure is asked for beside its throughflow; it needs one more series per node of a cycle.
    pub exact_nodes: bool,
    /// Whether the exposure to each country is asked for; it needs one more sweep per eight countries.
    pub countries: bool,
}

impl Default for ExposureOptions {
    fn default() -> Self {
        Self { tolerance: 1e-10, max_iterations: 10_000, exact_nodes: true, countries: true }
    }
}

/// The exposure of one target in one layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exposure {
    /// The target.
    pub target: String,
    /// Every node that its supply touches, in the order of the graph.
    pub nodes: Vec<NodeExposure>,
    /// Every country that its supply touches, sorted; empty when not asked for.
    pub countries: Vec<CountryExposure>,
    /// Rounds of the longest series; 0 where nothing goes in a circle.
    pub iterations: usize,
    /// Share of the supply left without an origin when the tolerance was reached.
    pub unassigned: f64,
}

/// The part of one node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeExposure {
    /// Position of the node in the graph.
    pub node: usize,
    /// Share of the target's supply that it buys directly from this node, 0 to 1.
    pub direct_share: f64,
    /// Share that enters the chain here, 0 to 1; over all nodes it sums to 1 less [`Exposure::unassigned`].
    pub origin_share: f64,
    /// Whether it enters here only because no supply of this node is recorded.
    pub is_unexplained: bool,
    /// Expected number of times that a unit of the target's supply passes through; above 1 where goods go round.
    pub throughflow: f64,
    /// Share that passes through at least once, 0 to 1; higher = riskier. Absent when not asked for, or when it would
    /// have taken too long (then `throughflow` is an upper bound).
    pub exposure: Option<f64>,
}

/// The part of one country.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CountryExposure {
    /// The country.
    pub country: String,
    /// Share of the target's supply that it buys directly from this country's nodes, 0 to 1.
    pub direct_share: f64,
    /// Share that enters the chain in this country, 0 to 1.
    pub origin_share: f64,
    /// The part of `origin_share` that enters here only because no supply is recorded.
    pub unexplained_share: f64,
    /// Share that originates in, or passes at least once through, this country, 0 to 1; higher = riskier. It is what the
    /// target loses when the country stops and nobody finds another route.
    pub exposure: f64,
}

impl Graph {
    /// The exposure of one target: the share of its supply that originates in, or passes through, each node and country.
    ///
    /// An absorbing Markov chain: at each node a walk upstream goes to a supplier in proportion to its flow, and ends in
    /// proportion to the node's own supply (Kemeny and Snell 1960, Finite Markov Chains, chapter III). Nodes without a
    /// recorded supply are origins that nobody explains, and are marked. Solved by sparse products, never by inversion.
    ///
    /// # Errors
    ///
    /// [`Error::NotConverged`] when goods go round with almost no supply of their own; [`Error::BadQuestion`] for a
    /// tolerance that is not between 0 and 1.
    ///
    /// ```
    /// use critmin_graph::{BuildOptions, Edge, ExposureOptions, Graph, Measure, Target};
    ///
    /// // A plant buys 30 from a trader and 70 at home; the trader's goods are all from `far`.
    /// let edges = [Edge::new("far", "trader", "metal", 30.0), Edge::new("trader", "plant", "metal", 30.0),
    ///     Edge::new("home", "plant", "metal", 70.0)];
    /// let graph = Graph::from_records(&[], &edges, Measure::ContainedMass, BuildOptions::default())?;
    /// let target = Target::node(&graph, "plant")?;
    /// let exposure = graph.exposure(&target, ExposureOptions::default())?;
    /// let far = exposure.nodes.iter().find(|part| graph.id(part.node) == "far").unwrap();
    /// assert_eq!((far.direct_share, far.origin_share, far.exposure), (0.0, 0.3, Some(0.3)));
    /// # Ok::<(), critmin_graph::Error>(())
    /// ```
    pub fn exposure(&self, target: &Target, options: ExposureOptions) -> Result<Exposure, Error> {
        let mut found = self.exposures(std::slice::from_ref(target), options)?;
        found.pop().ok_or(Error::BadQuestion { what: "exposure", reason: "no target was given".to_owned() })
    }

    /// The exposures of several targets: they share the chain, and eight of them one sweep.
    ///
    /// # Errors
    ///
    /// As [`Graph::exposure`].
    pub fn exposures(&self, targets: &[Target], options: ExposureOptions) -> Result<Vec<Exposure>, Error> {
        if !(0.0 < options.tolerance && options.tolerance < 1.0) {
            let reason = format!("a tolerance of {} is not between 0 and 1", options.tolerance);
            return Err(Error::BadQuestion { what: "exposure", reason });
        }
        let walk = Walk::new(self);
        let stop = Stop { tolerance: options.tolerance, max_rounds: options.max_iterations };
        let blocks: Vec<_> = if 1 < targets.len() && self.n_nodes() <= LANES_UP_TO {
            targets.par_chunks(LANES).map(|block| sweep::<LANES>(&walk, block, stop)).collect()
        } else {
            targets.par_chunks(1).map(|block| sweep::<1>(&walk, block, stop)).collect()
        };
        let mut found: Vec<Exposure> =
            blocks.into_iter().collect::<Result<Vec<_>, Error>>()?.into_iter().flatten().collect();
        if options.exact_nodes {
            at_least_once(&walk, targets, &mut found, stop);
        }
        if options.countries {
            for (target, exposure) in targets.iter().zip(&mut found) {
                exposure.countries = countries(&walk, target, exposure, stop)?;
            }
        }
        Ok(found)
    }
}

/// The walks of up to `L` targets at once.
fn sweep<const L: usize>(walk: &Walk<'_>, targets: &[Target], stop: Stop) -> Result<Vec<Exposure>, Error> {
    let starts: Vec<_> = targets
        .iter()
        .enumerate()
        .flat_map(|(lane, target)| target.nodes.iter().map(move |&(node, mass)| (node, lane, mass)))
        .collect();
    let visits = walk.visits::<L>(&starts, &|_, _| false, stop).map_err(|error| named(error, targets))?;
    let answer = |(lane, target): (usize, &Target)| {
        let arrivals: Vec<f64> = visits.arrivals.iter().map(|lanes| lanes[lane]).collect();
        let nodes = parts(walk, target, &arrivals);
        let (iterations, unassigned) = (visits.rounds, visits.unassigned[lane]);
        Exposure { target: target.label.clone(), nodes, countries: Vec::new(), iterations, unassigned }
    };
    Ok(targets.iter().enumerate().map(answer).collect())
}

pub(crate) fn named(error: Error, targets: &[Target]) -> Error {
    match error {
        Error::NotConverged { unassigned, iterations, nodes, .. } => {
            let target = targets.iter().map(|target| target.label.as_str()).collect::<Vec<_>>().join(", ");
            Error::NotConverged { target, unassigned, iterations, nodes }
        }
        other => other,
    }
}

fn parts(walk: &Walk<'_>, target: &Target, arrivals: &[f64]) -> Vec<NodeExposure> {
    let mut begins = vec![0.0; arrivals.len()];
    let mut direct = vec![0.0; arrivals.len()];
    for &(node, mass) in &target.nodes {
        begins[node] += mass;
        if !walk.is_unexplained[node] {
            let supply = walk.graph.own(node) + walk.graph.inflow(node);
            for edge in walk.graph.purchases(node) {
                direct[walk.graph.edges.supplier[edge] as usize] += mass * walk.graph.edges.flow[edge] / supply;
            }
        }
    }
    let touched = (0..arrivals.len()).filter(|&node| 0.0 < arrivals[node] + begins[node]);
    let part = |node: usize| NodeExposure {
        node,
        direct_share: direct[node],
        origin_share: walk.ends[node] * (arrivals[node] + begins[node]),
        is_unexplained: walk.is_unexplained[node],
        throughflow: arrivals[node],
        exposure: None,
    };
    touched.map(part).collect()
}

/// Expected visits over expected visits from itself is the chance of a visit.
fn at_least_once(walk: &Walk<'_>, targets: &[Target], found: &mut [Exposure], stop: Stop) {
    let mut most: Vec<(f64, usize)> =
        found.iter().flat_map(|each| each.nodes.iter().map(|part| (part.throughflow, part.node))).collect();
    most.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut seen = vec![false; walk.graph.n_nodes()];
    let wanted: Vec<usize> = most
        .into_iter()
        .filter(|&(throughflow, node)| 0.0 < throughflow && !std::mem::replace(&mut seen[node], true))
        .map(|(_, node)| node)
        .collect();
    let rounds = found.iter().map(|exposure| exposure.iterations).max().unwrap_or(0);
    let again = visits_from_itself(walk, &wanted, rounds, stop);
    for (target, exposure) in targets.iter().zip(found) {
        for part in &mut exposure.nodes {
            let is_start = target.nodes.iter().any(|&(node, _)| node == part.node);
            part.exposure = if is_start && target.nodes.len() == 1 {
                Some(1.0) // all of a node's supply passes through it
            } else if part.throughflow == 0.0 {
                Some(part.origin_share)
            } else {
                again.get(&part.node).map(|visits| (part.throughflow / visits).min(1.0))
            };
        }
    }
}

/// Eight countries at a time are blocked, each for a walk of its own: what arrives there first is its exposure.
fn countries(walk: &Walk<'_>, target: &Target, exposure: &Exposure, stop: Stop) -> Result<Vec<CountryExposure>, Error> {
    let graph = walk.graph;
    let code = |part: &NodeExposure| graph.nodes.country[part.node];
    let mut codes: Vec<u32> = exposure.nodes.iter().map(code).filter(|&code| code != critmin_core::ABSENT).collect();
    codes.sort_unstable();
    codes.dedup();
    let blocks: Vec<Result<Vec<f64>, Error>> = codes
        .par_chunks(LANES)
        .map(|block| {
            let lanes = 0..block.len();
            let starts: Vec<_> =
                lanes.flat_map(|lane| target.nodes.iter().map(move |&(node, mass)| (node, lane, mass))).collect();
            let is_blocked = |node: usize, lane: usize| block.get(lane) == Some(&graph.nodes.country[node]);
            let visits = walk.visits::<LANES>(&starts, &is_blocked, stop)?;
            Ok(visits.hits[..block.len()].to_vec())
        })
        .collect();
    let hits = blocks
        .into_iter()
        .collect::<Result<Vec<_>, Error>>()
        .map_err(|error| named(error, std::slice::from_ref(target)))?;
    let of = |wanted: u32, value: &dyn Fn(&NodeExposure) -> f64| -> f64 {
        exposure.nodes.iter().filter(|part| code(part) == wanted).map(value).sum()
    };
    let answer = |(&code, hit): (&u32, f64)| CountryExposure {
        country: graph.nodes.countries[code as usize].to_string(),
        direct_share: of(code, &|part| part.direct_share),
        origin_share: of(code, &|part| part.origin_share),
        unexplained_share: of(code, &|part| if part.is_unexplained { part.origin_share } else { 0.0 }),
        exposure: hit.min(1.0),
    };
    Ok(codes.iter().zip(hits.into_iter().flatten()).map(answer).collect())
}

impl Graph {
    /// Whether the primary supply of a node is recorded.
    pub fn has_own_supply(&self, position: usize) -> bool {
        known(self.nodes.own_supply[position]).is_some()
    }
}
