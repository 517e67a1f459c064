//! Measures of the network itself, and what is left while more and more is lost, as tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use critmin_graph::{
    Graph, Node, NodeStructure, Ranking, Robustness, RobustnessOptions, RobustnessPoint, StructureOptions,
};
use pyo3::prelude::*;
use pyo3_arrow::PyTable;
use serde_json::{Value, json};

use super::layers::{Asked, Layer, layers, told};
use super::rows::{Row, amount, keyed, placed};
use super::{Answer, ask};
use crate::columns::Columns;

/// The table `nodes`.
pub(super) fn structure(py: Python<'_>, graph: &Arc<Graph>, options: StructureOptions) -> PyResult<Answer> {
    let asked = Arc::clone(graph);
    let found = ask(py, move || asked.structure(options))?;
    let nodes: Vec<Node> = found.nodes.iter().map(|each| graph.node(each.node)).collect();
    let number = |pick: fn(&NodeStructure) -> f64| found.nodes.iter().map(move |node| Some(pick(node)));
    let table = placed(Columns::default(), &nodes)
        .number(&amount("in_strength", graph.measure()), number(|node| node.in_strength))
        .number(&amount("out_strength", graph.measure()), number(|node| node.out_strength))
        .number("betweenness", found.nodes.iter().map(|node| node.betweenness))
        .number("pagerank", number(|node| node.pagerank))
        .number("katz", number(|node| node.katz))
        .whole("community", found.nodes.iter().map(|node| node.community))
        .finish()?;
    let record = json!({
        "spectral_radius": found.spectral_radius,
        "katz_alpha": found.katz_alpha,
        "n_communities": found.n_communities,
        "modularity": found.modularity,
    });
    Ok((BTreeMap::from([("nodes", table)]), record.to_string()))
}

/// The tables `curve` and `means`.
pub(super) fn robustness(
    py: Python<'_>,
    graph: &Arc<Graph>,
    asked: Vec<Asked>,
    options: RobustnessOptions,
) -> PyResult<Answer> {
    let order = match options.ranking {
        Ranking::Exposure => "exposure",
        Ranking::Strength => "strength",
        Ranking::Given(_) => "given",
    };
    let graph = Arc::clone(graph);
    let found: Vec<(Layer, Vec<Robustness>)> = ask(py, move || {
        let answer = |layer: Layer| {
            let each = layer.targets.iter().map(|target| layer.graph.robustness(target, &options));
            let answers = each.collect::<Result<Vec<_>, _>>()?;
            Ok((layer, answers))
        };
        layers(&graph, &asked)?.into_iter().map(answer).collect()
    })?;
    let tables = BTreeMap::from([("curve", curve(&found, order)?), ("means", means(&found, order)?)]);
    let each = |(layer, _): &(Layer, Vec<Robustness>)| -> Vec<Value> {
        layer.targets.iter().map(|target| told(layer, target)).collect()
    };
    let record: Vec<Value> = found.iter().flat_map(each).collect();
    Ok((tables, json!({ "targets": record }).to_string()))
}

fn curve(found: &[(Layer, Vec<Robustness>)], order: &str) -> PyResult<PyTable> {
    let mut rows: Vec<Row<'_, &RobustnessPoint>> = Vec::new();
    for (layer, answers) in found {
        for answer in answers {
            rows.extend(answer.curve.iter().map(|of| Row { layer, target: answer.target.as_str(), of }));
        }
    }
    keyed("target", &rows)
        .text("order", rows.iter().map(|_| Some(order)))
        .whole("n_removed", rows.iter().map(|row| row.of.order))
        .text("removed", rows.iter().map(|row| row.of.removed.as_ref().map(AsRef::as_ref)))
        .whole("n_nodes_removed", rows.iter().map(|row| row.of.n_removed))
        .number("deliverable_share", rows.iter().map(|row| Some(row.of.deliverable_share)))
        .number("largest_component_share", rows.iter().map(|row| row.of.largest_component_share))
        .finish()
}

fn means(found: &[(Layer, Vec<Robustness>)], order: &str) -> PyResult<PyTable> {
    let mut rows: Vec<Row<'_, &Robustness>> = Vec::new();
    for (layer, answers) in found {
        rows.extend(answers.iter().map(|of| Row { layer, target: of.target.as_str(), of }));
    }
    keyed("target", &rows)
        .text("order", rows.iter().map(|_| Some(order)))
        .number("mean_deliverable_share", rows.iter().map(|row| row.of.mean_deliverable_share))
        .finish()
}
