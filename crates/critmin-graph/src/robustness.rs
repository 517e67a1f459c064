//! How fast does a target's supply fall when countries are lost one after another?

use critmin_core::{ABSENT, CountryId};
use petgraph::unionfind::UnionFind;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::rigid::availability;
use crate::{Error, ExposureOptions, Graph, Target};

/// In which order countries are lost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ranking {
    /// The country that most of the target's supply comes from or passes through first, as exposed before anything is
    /// lost. Countries that it never passes are not lost.
    #[default]
    Exposure,
    /// The country that sells most to others first, whoever buys it.
    Strength,
    /// As listed.
    Given(Vec<CountryId>),
}

/// In which order, and how many, countries are lost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RobustnessOptions {
    /// The order.
    pub ranking: Ranking,
    /// Most countries that are lost; `None`: all of the ranking.
    pub max_removed: Option<usize>,
}

/// A target's supply while more and more is lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Robustness {
    /// The target.
    pub target: String,
    /// The points of the curve; the first is before any loss.
    pub curve: Vec<RobustnessPoint>,
    /// Mean of the deliverable share over the points after a loss, 0 to 1; higher = safer. Absent without a loss.
    pub mean_deliverable_share: Option<f64>,
}

/// One point of the curve: this country and all before it are lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RobustnessPoint {
    /// 0 before any loss, then 1, 2, ...
    pub order: usize,
    /// The country that is lost at this point; `None` before any loss.
    pub removed: Option<CountryId>,
    /// Number of nodes lost so far.
    pub n_removed: usize,
    /// Share of the target's supply that is left when nobody finds another route, 0 to 1; higher = safer.
    pub deliverable_share: f64,
    /// Number of nodes of the largest part that still hangs together, over the number of nodes that had a flow before
    /// any loss, 0 to 1; higher = safer. Absent in a graph without flows.
    pub largest_component_share: Option<f64>,
}

impl Graph {
    /// The robustness curve of a target under targeted removal: countries are lost one after another, in a ranking that
    /// is fixed before the first loss, and after each the share of the target's supply that is left is reported, beside
    /// the largest weakly connected part of the graph (Schneider et al. 2011, doi 10.1073/pnas.1009440108).
    ///
    /// Nobody finds another route: flows keep their proportions, and a buyer needs all its essential inputs. The
    /// target's own nodes are never lost; a country that has no others is passed over.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] for a listed country without nodes, [`Error::BadQuestion`] for one listed twice, and the
    /// errors of [`Graph::exposure`] for a ranking by exposure.
    ///
    /// ```
    /// use critmin_graph::{BuildOptions, Edge, Graph, Measure, RobustnessOptions, Target};
    ///
    /// let edges = [Edge::new("metal:refinery:CHN", "magnet:component:JPN", "metal", 75.0),
    ///     Edge::new("metal:refinery:AUS", "magnet:component:JPN", "metal", 25.0)];
    /// let graph = Graph::from_records(&[], &edges, Measure::ContainedMass, BuildOptions::default())?;
    /// let target = Target::node(&graph, "magnet:component:JPN")?;
    /// let found = graph.robustness(&target, &RobustnessOptions::default())?;
    /// let left: Vec<f64> = found.curve.iter().map(|point| point.deliverable_share).collect();
    /// assert_eq!(left, [1.0, 0.25, 0.0]); // China first, then Australia
    /// # Ok::<(), critmin_graph::Error>(())
    /// ```
    pub fn robustness(&self, target: &Target, options: &RobustnessOptions) -> Result<Robustness, Error> {
        let mut is_target = vec![false; self.n_nodes()];
        target.nodes.iter().for_each(|&(node, _)| is_target[node] = true);
        let mut lost: Vec<u32> = ranked(self, target, &options.ranking)?;
        lost.retain(|&code| (0..self.n_nodes()).any(|node| self.nodes.country[node] == code && !is_target[node]));
        lost.truncate(options.max_removed.unwrap_or(usize::MAX));
        let n_connected = (0..self.n_nodes()).filter(|&node| has_flow(self, node)).count();
        let curve: Vec<RobustnessPoint> = (0..=lost.len())
            .into_par_iter()
            .map(|order| {
                let lost = &lost[..order];
                let is_lost = |node: usize| !is_target[node] && lost.contains(&self.nodes.country[node]);
                point(self, target, lost, n_connected, &is_lost)
            })
            .collect();
        let after: f64 = curve.iter().skip(1).map(|point| point.deliverable_share).sum();
        let mean_deliverable_share = (1 < curve.len()).then(|| after / count(curve.len() - 1));
        Ok(Robustness { target: target.label.clone(), curve, mean_deliverable_share })
    }
}

/// The countries, by their place among those of the graph, in the order in which they are lost.
fn ranked(graph: &Graph, target: &Target, ranking: &Ranking) -> Result<Vec<u32>, Error> {
    let mut weights = vec![0.0; graph.countries().len()];
    match ranking {
        Ranking::Given(countries) => return listed(graph, countries),
        Ranking::Exposure => {
            let options = ExposureOptions { exact_nodes: false, ..ExposureOptions::default() };
            for each in graph.exposure(target, options)?.countries {
                weights[graph.country_code(&each.country) as usize] = each.exposure;
            }
        }
        Ranking::Strength => {
            for node in (0..graph.n_nodes()).filter(|&node| graph.country_of(node).is_some()) {
                weights[graph.nodes.country[node] as usize] += graph.outflow(node);
            }
        }
    }
    let mut order: Vec<(f64, u32)> = weights.into_iter().zip(0..).filter(|&(weight, _)| 0.0 < weight).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    Ok(order.into_iter().map(|(_, code)| code).collect())
}

fn listed(graph: &Graph, countries: &[CountryId]) -> Result<Vec<u32>, Error> {
    let mut order = Vec::with_capacity(countries.len());
    for country in countries {
        let code = graph.country_code(country.as_str());
        if code == ABSENT {
            let nearest = critmin_core::nearest(country.as_str(), graph.countries().iter().map(CountryId::as_str));
            return Err(Error::UnknownName { kind: "country", found: country.to_string(), nearest });
        }
        if order.contains(&code) {
            let reason = format!("`{country}` is listed twice: a country is lost once");
            return Err(Error::BadQuestion { what: "robustness", reason });
        }
        order.push(code);
    }
    Ok(order)
}

fn point(
    graph: &Graph,
    target: &Target,
    lost: &[u32],
    n_connected: usize,
    is_lost: &dyn Fn(usize) -> bool,
) -> RobustnessPoint {
    let left = availability(graph, is_lost);
    let share: f64 = target.nodes.iter().map(|&(node, weight)| weight * left[node]).sum();
    RobustnessPoint {
        order: lost.len(),
        removed: lost.last().and_then(|&code| graph.countries().get(code as usize).cloned()),
        n_removed: (0..graph.n_nodes()).filter(|&node| is_lost(node)).count(),
        deliverable_share: share.clamp(0.0, 1.0),
        largest_component_share: (0 < n_connected).then(|| count(largest(graph, is_lost)) / count(n_connected)),
    }
}

/// Number of nodes of the largest weakly connected part of what is left; nodes that never had a flow are no part.
fn largest(graph: &Graph, is_lost: &dyn Fn(usize) -> bool) -> usize {
    let mut parts = UnionFind::<usize>::new(graph.n_nodes());
    for buyer in (0..graph.n_nodes()).filter(|&buyer| !is_lost(buyer)) {
        for edge in graph.purchases(buyer) {
            let supplier = graph.edges.supplier[edge] as usize;
            if !is_lost(supplier) {
                parts.union(supplier, buyer);
            }
        }
    }
    let mut sizes = vec![0; graph.n_nodes()];
    for node in (0..graph.n_nodes()).filter(|&node| has_flow(graph, node) && !is_lost(node)) {
        sizes[parts.find_mut(node)] += 1;
    }
    sizes.into_iter().max().unwrap_or(0)
}

fn has_flow(graph: &Graph, node: usize) -> bool {
    !graph.purchases(node).is_empty() || graph.sales(node).next().is_some()
}

/// A count as a number: graphs have less than 2^32 nodes, so nothing is rounded.
fn count(n: usize) -> f64 {
    f64::from(crate::visit::narrow(n))
}
