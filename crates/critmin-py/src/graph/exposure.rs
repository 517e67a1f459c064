//! The exposure of targets as tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use critmin_graph::{CountryExposure, Exposure, ExposureOptions, Graph, NodeExposure};
use pyo3::prelude::*;
use pyo3_arrow::PyTable;
use serde_json::{Value, json};

use super::layers::{Asked, Layer, layers, told};
use super::rows::{Row, keyed, nodes, placed};
use super::{Answer, ask};

/// The tables `nodes` and `countries`; all targets of a layer share its sweeps.
pub(super) fn exposure(
    py: Python<'_>,
    graph: &Arc<Graph>,
    asked: Vec<Asked>,
    options: ExposureOptions,
) -> PyResult<Answer> {
    let graph = Arc::clone(graph);
    let found: Vec<(Layer, Vec<Exposure>)> = ask(py, move || {
        let answer = |layer: Layer| {
            let exposures = layer.graph.exposures(&layer.targets, options)?;
            Ok((layer, exposures))
        };
        layers(&graph, &asked)?.into_iter().map(answer).collect()
    })?;
    let tables = BTreeMap::from([("nodes", of_nodes(&found)?), ("countries", of_countries(&found)?)]);
    let each = |(layer, exposures): &(Layer, Vec<Exposure>)| -> Vec<Value> {
        layer
            .targets
            .iter()
            .zip(exposures)
            .map(|(target, exposure)| {
                let mut record = told(layer, target);
                record["iterations"] = json!(exposure.iterations);
                record["unassigned"] = json!(exposure.unassigned);
                record
            })
            .collect()
    };
    let targets: Vec<Value> = found.iter().flat_map(each).collect();
    Ok((tables, json!({ "targets": targets }).to_string()))
}

fn rows<'a, R>(found: &'a [(Layer, Vec<Exposure>)], parts: impl Fn(&'a Exposure) -> &'a [R]) -> Vec<Row<'a, &'a R>> {
    let mut rows = Vec::new();
    for (layer, exposures) in found {
        for exposure in exposures {
            let row = |of| Row { layer, target: exposure.target.as_str(), of };
            rows.extend(parts(exposure).iter().map(row));
        }
    }
    rows
}

fn of_nodes(found: &[(Layer, Vec<Exposure>)]) -> PyResult<PyTable> {
    let rows = rows(found, |exposure| &exposure.nodes);
    let share = |pick: fn(&NodeExposure) -> f64| rows.iter().map(move |row| Some(pick(row.of)));
    placed(keyed("target", &rows), &nodes(&rows, |part| part.node))
        .number("direct_share", share(|part| part.direct_share))
        .number("origin_share", share(|part| part.origin_share))
        .truth("is_unexplained", rows.iter().map(|row| row.of.is_unexplained))
        .number("exposure", rows.iter().map(|row| row.of.exposure))
        .number("throughflow", share(|part| part.throughflow))
        .finish()
}

fn of_countries(found: &[(Layer, Vec<Exposure>)]) -> PyResult<PyTable> {
    let rows = rows(found, |exposure| &exposure.countries);
    let share = |pick: fn(&CountryExposure) -> f64| rows.iter().map(move |row| Some(pick(row.of)));
    keyed("target", &rows)
        .text("country", rows.iter().map(|row| Some(row.of.country.as_str())))
        .number("direct_share", share(|part| part.direct_share))
        .number("origin_share", share(|part| part.origin_share))
        .number("unexplained_share", share(|part| part.unexplained_share))
        .number("exposure", share(|part| part.exposure))
        .finish()
}
