//! Whose supply a question is about.

use critmin_core::{CountryId, Stage, nearest};
use serde::{Deserialize, Serialize};

use crate::{Error, Graph};

/// One or several nodes whose supply is looked at together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// What it is called in results.
    pub label: String,
    /// Its nodes and the weight of each; the weights sum to 1.
    pub nodes: Vec<(usize, f64)>,
}

impl Target {
    /// One node.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] offers the nearest ids.
    pub fn node(graph: &Graph, id: &str) -> Result<Self, Error> {
        Ok(Self { label: id.to_owned(), nodes: vec![(graph.position(id)?, 1.0)] })
    }

    /// The nodes of some countries at one stage, each weighted by what it keeps: its supply less what it sells on to
    /// nodes of the same good and stage. Without a stage: the last one of the chain at which these countries have nodes;
    /// of two goods at it, one made from the other, only the later counts.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] when none of the countries has a node, [`Error::BadQuestion`] when none has a supply at that
    /// stage.
    pub fn countries(graph: &Graph, label: &str, countries: &[CountryId], stage: Option<Stage>) -> Result<Self, Error> {
        let codes: Vec<u32> = countries.iter().map(|country| graph.country_code(country.as_str())).collect();
        let is_theirs = |node: usize| graph.country_of(node).is_some() && codes.contains(&graph.nodes.country[node]);
        let theirs: Vec<usize> =
            (0..graph.n_nodes()).filter(|&node| is_theirs(node) && has_supply(graph, node)).collect();
        let last = theirs.iter().filter_map(|&node| graph.nodes.stage[node]).max();
        let wanted = stage.or(last);
        let mut nodes: Vec<usize> = theirs.into_iter().filter(|&node| graph.nodes.stage[node] == wanted).collect();
        // Of two goods at one stage, what goes into the other is not counted twice.
        let all = nodes.clone();
        nodes.retain(|&node| {
            let is_into =
                |(buyer, _): (usize, usize)| graph.nodes.good[buyer] != graph.nodes.good[node] && all.contains(&buyer);
            !graph.sales(node).any(is_into)
        });
        // Goods that go into each other, scrap and metal, all count.
        if nodes.is_empty() {
            nodes = all;
        }
        if nodes.is_empty() {
            return Err(nowhere(graph, label, &is_theirs, stage));
        }
        Ok(Self { label: label.to_owned(), nodes: weighted(graph, &nodes) })
    }
}

/// Says what is there instead: other stages with a supply, or other countries.
fn nowhere(graph: &Graph, label: &str, is_theirs: &dyn Fn(usize) -> bool, stage: Option<Stage>) -> Error {
    let theirs: Vec<usize> = (0..graph.n_nodes()).filter(|&node| is_theirs(node)).collect();
    let Some(stage) = stage.filter(|_| !theirs.is_empty()) else {
        let known = graph.countries().iter().map(CountryId::as_str);
        return Error::UnknownName { kind: "target", found: label.to_owned(), nearest: nearest(label, known) };
    };
    let mut stages: Vec<&str> = theirs
        .iter()
        .filter(|&&node| has_supply(graph, node))
        .filter_map(|&node| graph.nodes.stage[node].map(Stage::as_str))
        .collect();
    stages.dedup();
    let instead =
        if stages.is_empty() { "none at any stage".to_owned() } else { format!("one at {}", stages.join(", ")) };
    let reason = format!("`{label}` has no recorded supply at stage {stage}; it has {instead}");
    Error::BadQuestion { what: "target", reason }
}

fn has_supply(graph: &Graph, node: usize) -> bool {
    0.0 < graph.own(node) + graph.inflow(node)
}

fn weighted(graph: &Graph, nodes: &[usize]) -> Vec<(usize, f64)> {
    let like = |node: usize| (graph.nodes.good[node], graph.nodes.stage[node]);
    let kept = |&node: &usize| {
        let sold_on = graph.sales(node).filter(|&(buyer, _)| like(buyer) == like(node));
        let sold_on: f64 = sold_on.map(|(_, edge)| graph.edges.flow[edge]).sum();
        (graph.own(node) + graph.inflow(node) - sold_on).max(0.0)
    };
    let mut weights: Vec<f64> = nodes.iter().map(kept).collect();
    if weights.iter().sum::<f64>() == 0.0 {
        weights = nodes.iter().map(|&node| graph.own(node) + graph.inflow(node)).collect();
    }
    let total: f64 = weights.iter().sum();
    nodes.iter().zip(weights).map(|(&node, weight)| (node, weight / total)).collect()
}
