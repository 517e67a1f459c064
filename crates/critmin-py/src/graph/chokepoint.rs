//! Losses, and what every path crosses, as tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use critmin_graph::{Chokepoint, ChokepointOptions, Chokepoints, Graph, Measure};
use pyo3::prelude::*;
use pyo3_arrow::PyTable;
use serde_json::{Value, json};

use super::layers::{Asked, Layer, layers, told};
use super::rows::{Row, amount, keyed, nodes, placed};
use super::{Answer, ask};

type Found = Vec<(Layer, Vec<Chokepoints>)>;

/// The tables `targets`, `losses` and `alternatives`.
pub(super) fn chokepoints(
    py: Python<'_>,
    graph: &Arc<Graph>,
    asked: Vec<Asked>,
    options: ChokepointOptions,
) -> PyResult<Answer> {
    let measure = graph.measure();
    let graph = Arc::clone(graph);
    let found: Found = ask(py, move || {
        let answer = |layer: Layer| {
            let each = layer.targets.iter().map(|target| layer.graph.chokepoints(target, &options));
            let answers = each.collect::<Result<Vec<_>, _>>()?;
            Ok((layer, answers))
        };
        layers(&graph, &asked)?.into_iter().map(answer).collect()
    })?;
    let tables = BTreeMap::from([
        ("targets", targets(&found, measure)?),
        ("losses", losses(&found, measure)?),
        ("alternatives", alternatives(&found, measure)?),
    ]);
    let each = |(layer, _): &(Layer, Vec<Chokepoints>)| -> Vec<Value> {
        layer.targets.iter().map(|target| told(layer, target)).collect()
    };
    let record: Vec<Value> = found.iter().flat_map(each).collect();
    Ok((tables, json!({ "targets": record }).to_string()))
}

fn targets(found: &Found, measure: Measure) -> PyResult<PyTable> {
    let mut rows = Vec::new();
    for (layer, answers) in found {
        rows.extend(answers.iter().map(|of| Row { layer, target: of.target.as_str(), of }));
    }
    let number = |pick: fn(&Chokepoints) -> f64| rows.iter().map(move |row| Some(pick(row.of)));
    keyed("target", &rows)
        .number(&amount("demand", measure), number(|answer| answer.demand))
        .number(&amount("deliverable_before", measure), number(|answer| answer.deliverable_before))
        .number(&amount("least_cut", measure), number(|answer| answer.least_cut))
        .finish()
}

fn losses(found: &Found, measure: Measure) -> PyResult<PyTable> {
    let rows = loss_rows(found);
    let number = |pick: fn(&(&Chokepoints, &Chokepoint)) -> f64| rows.iter().map(move |row| Some(pick(&row.of)));
    let ids = |loss: &Chokepoint| loss.alternatives.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>().join(", ");
    let others: Vec<String> = rows.iter().map(|row| ids(row.of.1)).collect();
    keyed("target", &rows)
        .text("removed", rows.iter().map(|row| Some(row.of.1.removed.as_str())))
        .text("kind", rows.iter().map(|row| Some(row.of.1.kind.as_str())))
        .number("loss_rigid", rows.iter().map(|row| row.of.1.loss_rigid))
        .number("loss_rerouted", number(|(_, loss)| loss.loss_rerouted))
        .number(&amount("deliverable_before", measure), number(|(answer, _)| answer.deliverable_before))
        .number(&amount("deliverable_after", measure), number(|(_, loss)| loss.deliverable_after))
        .truth("is_single_point_of_failure", rows.iter().map(|row| row.of.1.is_single_point_of_failure))
        .text("alternatives", others.iter().map(|ids| super::rows::given(ids)))
        .finish()
}

fn alternatives(found: &Found, measure: Measure) -> PyResult<PyTable> {
    let losses = loss_rows(found);
    let mut rows = Vec::new();
    for loss in &losses {
        for (id, more) in &loss.of.1.alternatives {
            rows.push(Row { layer: loss.layer, target: loss.target, of: (loss.of.1, id.as_str(), *more) });
        }
    }
    keyed("target", &rows)
        .text("removed", rows.iter().map(|row| Some(row.of.0.removed.as_str())))
        .text("kind", rows.iter().map(|row| Some(row.of.0.kind.as_str())))
        .text("node", rows.iter().map(|row| Some(row.of.1)))
        .number(&amount("more", measure), rows.iter().map(|row| Some(row.of.2)))
        .finish()
}

fn loss_rows(found: &Found) -> Vec<Row<'_, (&Chokepoints, &Chokepoint)>> {
    let mut rows = Vec::new();
    for (layer, answers) in found {
        for answer in answers {
            let row = |loss| Row { layer, target: answer.target.as_str(), of: (answer, loss) };
            rows.extend(answer.losses.iter().map(row));
        }
    }
    rows
}

/// What every path from any origin to each target crosses, the farthest upstream first.
pub(super) fn dominators(py: Python<'_>, graph: &Arc<Graph>, asked: Vec<Asked>) -> PyResult<PyTable> {
    let graph = Arc::clone(graph);
    let found: Vec<(Layer, Vec<Vec<usize>>)> = ask(py, move || {
        let answer = |layer: Layer| {
            let each = layer.targets.iter().map(|target| layer.graph.dominators(target));
            let answers = each.collect::<Result<Vec<_>, _>>()?;
            Ok((layer, answers))
        };
        layers(&graph, &asked)?.into_iter().map(answer).collect()
    })?;
    let mut rows = Vec::new();
    for (layer, answers) in &found {
        for (target, crossed) in layer.targets.iter().zip(answers) {
            let row = |of| Row { layer, target: target.label.as_str(), of };
            rows.extend((1..).zip(crossed.iter().copied()).map(row));
        }
    }
    let columns = keyed("target", &rows).whole("order", rows.iter().map(|row| row.of.0));
    placed(columns, &nodes(&rows, |&(_, node)| node)).finish()
}
