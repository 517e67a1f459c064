//! How far a bloc closes its chain, as tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use critmin_core::Stage;
use critmin_graph::{Bloc, BlocOptions, BlocStage, ChainStage, Graph, Measure, Partner};
use pyo3::prelude::*;
use pyo3_arrow::PyTable;
use serde_json::{Value, json};

use super::layers::{Asked, Layer, ids, layers};
use super::rows::{Row, amount, given, keyed};
use super::{Answer, ask};
use crate::columns::Columns;

/// The tables `layers` and `stages`, of every layer in which the bloc has a supply.
pub(super) fn bloc(
    py: Python<'_>,
    graph: &Arc<Graph>,
    label: String,
    members: Vec<String>,
    options: BlocOptions,
) -> PyResult<Answer> {
    let measure = graph.measure();
    let asked = question(&label, &members, options);
    let graph = Arc::clone(graph);
    let found: Vec<(Layer, Bloc)> = ask(py, move || {
        let members = ids(&members)?;
        // A bloc without members or supply: the whole graph tells why.
        if members.is_empty() {
            graph.bloc(&label, &members, options)?;
        }
        let answer = |layer: Layer| {
            let bloc = layer.graph.bloc(&label, &members, options)?;
            Ok((layer, bloc))
        };
        layers(&graph, &[asked])?.into_iter().map(answer).collect()
    })?;
    let tables = BTreeMap::from([("layers", of_layers(&found)?), ("stages", of_stages(&found, measure)?)]);
    let told = |(layer, bloc): &(Layer, Bloc)| -> Value {
        let (members, without) = (&bloc.members, &bloc.members_without_nodes);
        json!({ "commodity": layer.commodity, "members": members, "members_without_nodes": without })
    };
    Ok((tables, json!({ "blocs": found.iter().map(told).collect::<Vec<_>>() }).to_string()))
}

/// What each candidate changes, in every layer in which the bloc has a supply.
pub(super) fn partners(
    py: Python<'_>,
    graph: &Arc<Graph>,
    label: String,
    members: Vec<String>,
    candidates: Vec<String>,
    options: BlocOptions,
) -> PyResult<PyTable> {
    let asked = question(&label, &members, options);
    let graph = Arc::clone(graph);
    let name = label.clone();
    let found: Vec<(Layer, Vec<Partner>)> = ask(py, move || {
        let (members, candidates) = (ids(&members)?, ids(&candidates)?);
        let answer = |layer: Layer| {
            let partners = layer.graph.partners(&label, &members, &candidates, options)?;
            Ok((layer, partners))
        };
        layers(&graph, &[asked])?.into_iter().map(answer).collect()
    })?;
    let mut rows = Vec::new();
    for (layer, partners) in &found {
        rows.extend(partners.iter().map(|of| Row { layer, target: name.as_str(), of }));
    }
    let number = |pick: fn(&Partner) -> f64| rows.iter().map(move |row| Some(pick(row.of)));
    let columns = keyed("bloc", &rows)
        .text("partner", rows.iter().map(|row| Some(row.of.partner.as_ref())))
        .number("closure_before", number(|partner| partner.closure_before))
        .number("closure_after", number(|partner| partner.closure_after))
        .number("gain", number(|partner| partner.gain));
    left(columns, rows.iter().map(|row| row.of.leaves_at.as_ref())).finish()
}

fn question(label: &str, members: &[String], options: BlocOptions) -> Asked {
    (label.to_owned(), None, members.to_vec(), options.stage.map(|stage| stage.as_str().to_owned()))
}

fn of_layers(found: &[(Layer, Bloc)]) -> PyResult<PyTable> {
    let rows: Vec<_> = found.iter().map(|(layer, of)| Row { layer, target: of.label.as_str(), of }).collect();
    let number = |pick: fn(&Bloc) -> f64| rows.iter().map(move |row| Some(pick(row.of)));
    let columns = keyed("bloc", &rows)
        .number("closure", number(|bloc| bloc.closure))
        .number("unexplained_share", number(|bloc| bloc.unexplained_share))
        .number("unassigned", number(|bloc| bloc.unassigned));
    left(columns, rows.iter().map(|row| row.of.leaves_at.as_ref())).finish()
}

/// Appends where most of the supply leaves the bloc.
fn left<'a>(columns: Columns, at: impl Iterator<Item = Option<&'a ChainStage>> + Clone) -> Columns {
    columns
        .text("leaves_at_good", at.clone().map(|at| given(&at?.good)))
        .text("leaves_at_stage", at.map(|at| at?.stage.map(Stage::as_str)))
}

fn of_stages(found: &[(Layer, Bloc)], measure: Measure) -> PyResult<PyTable> {
    let mut rows = Vec::new();
    for (layer, bloc) in found {
        rows.extend(bloc.stages.iter().map(|of| Row { layer, target: bloc.label.as_str(), of }));
    }
    let number = |pick: fn(&BlocStage) -> f64| rows.iter().map(move |row| Some(pick(row.of)));
    keyed("bloc", &rows)
        .text("good", rows.iter().map(|row| given(&row.of.at.good)))
        .text("stage", rows.iter().map(|row| row.of.at.stage.map(Stage::as_str)))
        .number(&amount("production", measure), number(|stage| stage.production))
        .number(&amount("inside_flow", measure), number(|stage| stage.inside_flow))
        .number(&amount("inflow_from_outside", measure), number(|stage| stage.inflow_from_outside))
        .number(&amount("outflow", measure), number(|stage| stage.outflow))
        .number(&amount("unplaced_outflow", measure), number(|stage| stage.unplaced_outflow))
        .number("self_sufficiency", rows.iter().map(|row| row.of.self_sufficiency))
        .number("inside_share", rows.iter().map(|row| row.of.inside_share))
        .number("exit_share", number(|stage| stage.exit_share))
        .finish()
}
