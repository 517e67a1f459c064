//! The ways to a target, and what a product contains, as tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use critmin_core::Stage;
use critmin_graph::{
    CommodityContent, ContentInput, ContentOrigin, Contents, Graph, Measure, Path, Paths, TraceOptions,
};
use pyo3::prelude::*;
use pyo3_arrow::PyTable;
use serde_json::{Value, json};

use super::layers::{Asked, Layer, layers, target, told};
use super::rows::{Row, given, keyed, nodes, placed};
use super::{Answer, ask};
use crate::columns::Columns;

type Found = Vec<(Layer, Vec<Paths>)>;

/// The tables `paths` (one row per step) and `coverage`.
pub(super) fn paths(py: Python<'_>, graph: &Arc<Graph>, asked: Vec<Asked>, options: TraceOptions) -> PyResult<Answer> {
    let graph = Arc::clone(graph);
    let found: Found = ask(py, move || {
        let answer = |layer: Layer| {
            let each = layer.targets.iter().map(|target| layer.graph.paths(target, &options));
            let answers = each.collect::<Result<Vec<_>, _>>()?;
            Ok((layer, answers))
        };
        layers(&graph, &asked)?.into_iter().map(answer).collect()
    })?;
    let tables = BTreeMap::from([("paths", steps(&found)?), ("coverage", coverage(&found)?)]);
    let each = |(layer, _): &(Layer, Vec<Paths>)| -> Vec<Value> {
        layer.targets.iter().map(|target| told(layer, target)).collect()
    };
    let record: Vec<Value> = found.iter().flat_map(each).collect();
    Ok((tables, json!({ "targets": record }).to_string()))
}

/// One node of a path.
struct Step<'a> {
    path_id: usize,
    place: usize,
    node: usize,
    path: &'a Path,
}

fn steps(found: &Found) -> PyResult<PyTable> {
    let mut rows = Vec::new();
    for (layer, answers) in found {
        for answer in answers {
            for (path_id, path) in (1..).zip(&answer.paths) {
                let step = |(place, &node)| Step { path_id, place, node, path };
                let row = |of| Row { layer, target: answer.target.as_str(), of };
                rows.extend(path.steps.iter().enumerate().map(step).map(row));
            }
        }
    }
    let columns = keyed("target", &rows)
        .whole("path_id", rows.iter().map(|row| row.of.path_id))
        .whole("step", rows.iter().map(|row| row.of.place));
    placed(columns, &nodes(&rows, |step| step.node))
        .number("share", rows.iter().map(|row| Some(row.of.path.share)))
        .whole("n_steps", rows.iter().map(|row| row.of.path.n_steps()))
        .truth("is_unexplained", rows.iter().map(|row| row.of.path.is_unexplained))
        .finish()
}

fn coverage(found: &Found) -> PyResult<PyTable> {
    let mut rows = Vec::new();
    for (layer, answers) in found {
        rows.extend(answers.iter().map(|of| Row { layer, target: of.target.as_str(), of }));
    }
    let number = |pick: fn(&Paths) -> f64| rows.iter().map(move |row| Some(pick(row.of)));
    keyed("target", &rows)
        .whole("n_paths", rows.iter().map(|row| row.of.paths.len()))
        .number("covered_share", number(|paths| paths.covered_share))
        .number("below_share", number(|paths| paths.below_share))
        .number("cyclic_share", number(|paths| paths.cyclic_share))
        .number("long_share", number(|paths| paths.long_share))
        .number("elsewhere_share", number(|paths| paths.elsewhere_share))
        .number("left_out_share", number(|paths| paths.left_out_share))
        .finish()
}

/// The tables `materials`, `inputs` and `origins`.
pub(super) fn contents(py: Python<'_>, graph: &Arc<Graph>, asked: Vec<Asked>) -> PyResult<Answer> {
    let measure = graph.measure();
    let graph = Arc::clone(graph);
    let found: Vec<Contents> =
        ask(py, move || asked.iter().map(|each| graph.contents(&target(&graph, each)?)).collect())?;
    let tables = BTreeMap::from([
        ("materials", materials(&found, measure)?),
        ("inputs", inputs(&found, measure)?),
        ("origins", origins(&found, measure)?),
    ]);
    Ok((tables, "{}".to_owned()))
}

/// One row: the product, one of its materials, and a part of that.
type Part<'a, R> = (&'a str, &'a CommodityContent, R);

fn parts<'a, R>(found: &'a [Contents], pick: impl Fn(&'a CommodityContent) -> Vec<R>) -> Vec<Part<'a, R>> {
    let mut rows = Vec::new();
    for product in found {
        for material in &product.commodities {
            rows.extend(pick(material).into_iter().map(|part| (product.product.as_str(), material, part)));
        }
    }
    rows
}

fn of<R>(rows: &[Part<'_, R>]) -> Columns {
    Columns::default()
        .text("product", rows.iter().map(|(product, ..)| Some(*product)))
        .text("commodity", rows.iter().map(|(_, material, _)| given(&material.commodity)))
}

fn materials(found: &[Contents], measure: Measure) -> PyResult<PyTable> {
    let rows = parts(found, |_| vec![()]);
    of(&rows)
        .number(measure.as_str(), rows.iter().map(|(_, material, ())| Some(material.amount)))
        .number("unassigned", rows.iter().map(|(_, material, ())| Some(material.unassigned)))
        .finish()
}

fn inputs(found: &[Contents], measure: Measure) -> PyResult<PyTable> {
    let rows: Vec<Part<'_, &ContentInput>> = parts(found, |material| material.inputs.iter().collect());
    of(&rows)
        .text("good", rows.iter().map(|(.., input)| input.good.as_deref()))
        .truth("is_essential", rows.iter().map(|(.., input)| input.is_essential))
        .number(measure.as_str(), rows.iter().map(|(.., input)| Some(input.amount)))
        .number("share", rows.iter().map(|(.., input)| Some(input.share)))
        .finish()
}

fn origins(found: &[Contents], measure: Measure) -> PyResult<PyTable> {
    let rows: Vec<Part<'_, &ContentOrigin>> = parts(found, |material| material.origins.iter().collect());
    of(&rows)
        .text("good", rows.iter().map(|(.., origin)| given(&origin.good)))
        .text("stage", rows.iter().map(|(.., origin)| origin.stage.map(Stage::as_str)))
        .text("country", rows.iter().map(|(.., origin)| origin.country.as_ref().map(AsRef::as_ref)))
        .truth("is_unexplained", rows.iter().map(|(.., origin)| origin.is_unexplained))
        .number(measure.as_str(), rows.iter().map(|(.., origin)| Some(origin.amount)))
        .number("share", rows.iter().map(|(.., origin)| Some(origin.share)))
        .finish()
}
