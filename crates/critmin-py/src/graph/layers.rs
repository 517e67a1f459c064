//! The layers in which a question has an answer: those of the commodities of which something reaches its targets.

use std::collections::BTreeSet;
use std::sync::Arc;

use critmin_core::{CountryId, Stage};
use critmin_graph::{Error, Graph, Target};
use serde_json::{Value, json};

/// A target as Python names it: label, one node or none, countries, stage.
pub(super) type Asked = (String, Option<String>, Vec<String>, Option<String>);

/// One commodity and the targets that it reaches.
pub(super) struct Layer {
    pub(super) commodity: String,
    pub(super) graph: Arc<Graph>,
    pub(super) targets: Vec<Target>,
}

/// Each layer in which at least one target has a supply. A graph of one commodity is its own only layer.
///
/// # Errors
///
/// Those of [`Target`], and [`Error::BadQuestion`] for a target that nothing reaches in any layer.
pub(super) fn layers(graph: &Arc<Graph>, asked: &[Asked]) -> Result<Vec<Layer>, Error> {
    if asked.is_empty() {
        return Err(Error::BadQuestion { what: "target", reason: "none was given: name at least one".to_owned() });
    }
    let commodities: Vec<String> = graph.commodities().into_iter().map(str::to_owned).collect();
    if let [] | [_] = commodities[..] {
        let targets = asked.iter().map(|each| target(graph, each)).collect::<Result<_, _>>()?;
        let commodity = commodities.into_iter().next().unwrap_or_default();
        return Ok(vec![Layer { commodity, graph: Arc::clone(graph), targets }]);
    }
    let mut layers = Vec::new();
    let mut reached: BTreeSet<usize> = BTreeSet::new();
    for commodity in commodities {
        let layer = Arc::new(graph.layer(&commodity)?);
        let mut targets = Vec::new();
        for (place, each) in asked.iter().enumerate() {
            if let Some(found) = supplied(&layer, each)? {
                reached.insert(place);
                targets.push(found);
            }
        }
        if !targets.is_empty() {
            layers.push(Layer { commodity, graph: layer, targets });
        }
    }
    match asked.iter().enumerate().find(|(place, _)| !reached.contains(place)) {
        None => Ok(layers),
        // On the whole graph the reason is told as for a graph of one commodity.
        Some((_, each)) => match target(graph, each) {
            Err(error) => Err(error),
            Ok(_) => Err(nothing_reaches(&each.0)),
        },
    }
}

/// A target on the whole graph.
pub(super) fn target(graph: &Graph, (label, node, countries, stage): &Asked) -> Result<Target, Error> {
    if let Some(id) = node {
        return Ok(Target { label: label.clone(), ..Target::node(graph, id)? });
    }
    let stage = stage.as_deref().map(str::parse::<Stage>).transpose()?;
    Target::countries(graph, label, &ids(countries)?, stage)
}

/// The ids of countries.
pub(super) fn ids(countries: &[String]) -> Result<Vec<CountryId>, Error> {
    countries.iter().map(|code| Ok(CountryId::new(code.as_str())?)).collect()
}

/// The target, when something reaches it in this layer.
fn supplied(layer: &Graph, asked: &Asked) -> Result<Option<Target>, Error> {
    match target(layer, asked) {
        Ok(found) => {
            let has_supply = |&(node, _): &(usize, f64)| {
                0.0 < layer.inflow(node) || layer.node(node).own_supply.is_some_and(|own| 0.0 < own)
            };
            Ok(found.nodes.iter().any(has_supply).then_some(found))
        }
        Err(Error::UnknownName { kind: "target", .. } | Error::BadQuestion { what: "target", .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn nothing_reaches(label: &str) -> Error {
    let reason = format!("nothing reaches `{label}`: it has no supplier with a recorded flow and no own supply");
    Error::BadQuestion { what: "target", reason }
}

/// Which nodes stand for a target, each with its weight.
pub(super) fn told(layer: &Layer, target: &Target) -> Value {
    let nodes: Vec<Value> =
        target.nodes.iter().map(|&(node, weight)| json!({ "node": layer.graph.id(node), "weight": weight })).collect();
    json!({ "target": target.label, "commodity": layer.commodity, "nodes": nodes })
}
