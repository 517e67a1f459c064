//! How sure is the answer? Each question of the engine about uncertainty, as tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use critmin_score::uncertainty::{self, Options, Source, Spread};
use critmin_score::{Distribution, Error, Plan};
use pyo3::prelude::*;
use pyo3_arrow::PyTable;
use serde::Deserialize;
use serde_json::json;

use super::answer::Scores;
use crate::columns::Columns;
use crate::error::{InvalidDataError, from_score};
use crate::progress::run_detached;

/// Names of the quantiles of a spread, in its order.
const QUANTILES: [&str; 5] = ["p05", "p25", "median", "p75", "p95"];

/// What Python says about a question, with the names of [`Options`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    n_draws: usize,
    seed: u64,
    distributions: BTreeMap<String, Distribution>,
    weight_spread: Option<f64>,
    thresholds: BTreeMap<String, f64>,
    outputs: Option<Vec<String>>,
}

/// Reads the options of a question from JSON.
pub(crate) fn options(text: &str) -> PyResult<Options> {
    let asked: Asked = serde_json::from_str(text)
        .map_err(|fault| InvalidDataError::new_err(format!("the options cannot be read: {fault}")))?;
    let Asked { n_draws, seed, distributions, weight_spread, thresholds, outputs } = asked;
    Ok(Options { n_draws, seed, distributions, weight_spread, thresholds, outputs })
}

/// Draws: the tables `cells`, `classes` and `agreement`, and what varied as JSON.
pub(crate) fn draws(
    py: Python<'_>,
    scores: &Scores,
    options: Options,
    progress: Option<Py<PyAny>>,
) -> PyResult<(BTreeMap<&'static str, PyTable>, String)> {
    let plan = Arc::clone(&scores.plan);
    let found = run_detached(py, progress.as_ref(), move |progress| {
        let report = |done: usize, total: usize| progress.report(done as u64, total as u64);
        uncertainty::draws(&plan, &options, &report).map_err(|error| from_score(&error))
    })?;
    let record = json!({
        "n_draws": found.n_draws,
        "seed": found.seed,
        "varied": found.varied,
        "warnings": found.warnings,
    });
    let tables = BTreeMap::from([
        ("cells", cells(scores, &found.cells)?),
        ("classes", classes(scores, &found.cells)?),
        ("agreement", agreement(scores, &found.outputs)?),
    ]);
    Ok((tables, record.to_string()))
}

fn cells(scores: &Scores, rows: &[uncertainty::CellUncertainty]) -> PyResult<PyTable> {
    let of = |pick: fn(&Spread) -> f64| rows.iter().map(move |row| row.spread.as_ref().map(pick));
    let mut columns = Columns::default()
        .text("output", rows.iter().map(|row| scores.output(row.output)))
        .axes(&scores.axes(), rows, |row| &row.labels)
        .number("value", rows.iter().map(|row| row.base))
        .number("mean", of(|spread| spread.mean))
        .number("sd", of(|spread| spread.sd));
    for (position, name) in QUANTILES.into_iter().enumerate() {
        columns = columns.number(name, rows.iter().map(|row| Some(row.spread.as_ref()?.quantiles[position])));
    }
    columns
        .number("probability_at_least", rows.iter().map(|row| row.spread.as_ref()?.probability))
        .number("rank", of(|spread| spread.rank))
        .number("rank_low", of(|spread| spread.rank_low))
        .number("rank_median", of(|spread| spread.rank_median))
        .number("rank_high", of(|spread| spread.rank_high))
        .whole("draws_without_value", rows.iter().map(|row| row.n_without_value))
        .text("status", rows.iter().map(|row| Some(row.status.as_str())))
        .text("reason", rows.iter().map(|row| Some(row.reason.as_str()).filter(|reason| !reason.is_empty())))
        .finish()
}

/// One row per cell and class that it may fall in.
fn classes(scores: &Scores, cells: &[uncertainty::CellUncertainty]) -> PyResult<PyTable> {
    let rows: Vec<_> = cells.iter().flat_map(|cell| classes_of(cell).iter().map(move |class| (cell, class))).collect();
    Columns::default()
        .text("output", rows.iter().map(|(cell, _)| scores.output(cell.output)))
        .axes(&scores.axes(), &rows, |(cell, _)| &cell.labels)
        .text("label", rows.iter().map(|(_, class)| Some(class.label.as_str())))
        .number("probability", rows.iter().map(|(_, class)| Some(class.probability)))
        .finish()
}

fn classes_of(cell: &uncertainty::CellUncertainty) -> &[uncertainty::ClassShare] {
    cell.spread.as_ref().map_or(&[], |spread| &spread.classes)
}

/// One row per output and rank correlation with the base.
fn agreement(scores: &Scores, outputs: &[uncertainty::OutputUncertainty]) -> PyResult<PyTable> {
    let both = |one: &uncertainty::OutputUncertainty| {
        let output = one.output;
        [("spearman", one.spearman), ("kendall", one.kendall)].map(|(name, found)| (output, name, found))
    };
    let rows: Vec<_> = outputs.iter().flat_map(both).collect();
    Columns::default()
        .text("output", rows.iter().map(|(output, ..)| scores.output(*output)))
        .text("statistic", rows.iter().map(|(_, name, _)| Some(*name)))
        .number("p05", rows.iter().map(|(.., found)| found.map(|found| found.low)))
        .number("median", rows.iter().map(|(.., found)| found.map(|found| found.median)))
        .number("p95", rows.iter().map(|(.., found)| found.map(|found| found.high)))
        .finish()
}

/// One source moved at a time.
pub(crate) fn tornado(py: Python<'_>, scores: &Scores, options: Options) -> PyResult<PyTable> {
    let rows = ask(py, scores, move |plan| raised(uncertainty::tornado(plan, &options)))?;
    let sources: Vec<String> = rows.iter().map(|row| row.source.to_string()).collect();
    Columns::default()
        .text("output", rows.iter().map(|row| scores.output(row.output)))
        .axes(&scores.axes(), &rows, |row| &row.labels)
        .text("source", sources.iter().map(|source| Some(source.as_str())))
        .text("kind", rows.iter().map(|row| Some(kind(&row.source))))
        .number("value", rows.iter().map(|row| Some(row.base)))
        .number("value_at_low", rows.iter().map(|row| row.low))
        .number("value_at_high", rows.iter().map(|row| row.high))
        .number("swing", rows.iter().map(|row| row.swing))
        .finish()
}

/// One indicator left out at a time.
pub(crate) fn leave_one_out(py: Python<'_>, scores: &Scores) -> PyResult<PyTable> {
    let rows = ask(py, scores, |plan| raised(uncertainty::leave_one_out(plan)))?;
    Columns::default()
        .text("output", rows.iter().map(|row| scores.output(row.output)))
        .axes(&scores.axes(), &rows, |row| &row.labels)
        .text("set", rows.iter().map(|row| Some(row.set.as_str())))
        .text("indicator", rows.iter().map(|row| Some(row.indicator.as_str())))
        .number("value", rows.iter().map(|row| Some(row.base)))
        .number("value_without", rows.iter().map(|row| row.value))
        .number("rank", rows.iter().map(|row| Some(row.base_rank)))
        .number("rank_without", rows.iter().map(|row| row.rank))
        .finish()
}

/// Shares of the variance.
pub(crate) fn sobol(py: Python<'_>, scores: &Scores, options: Options) -> PyResult<PyTable> {
    let rows = ask(py, scores, move |plan| raised(uncertainty::sobol(plan, &options)))?;
    let sources: Vec<String> = rows.iter().map(|row| row.source.to_string()).collect();
    Columns::default()
        .text("output", rows.iter().map(|row| scores.output(row.output)))
        .axes(&scores.axes(), &rows, |row| &row.labels)
        .text("source", sources.iter().map(|source| Some(source.as_str())))
        .text("kind", rows.iter().map(|row| Some(kind(&row.source))))
        .number("first_order", rows.iter().map(|row| row.first_order))
        .number("standard_error", rows.iter().map(|row| row.standard_error))
        .number("total", rows.iter().map(|row| row.total))
        .finish()
}

/// What inputs allow that are only known up to a half-width each.
pub(crate) fn intervals(py: Python<'_>, scores: &Scores, half_widths: BTreeMap<String, f64>) -> PyResult<PyTable> {
    let rows = ask(py, scores, move |plan| raised(critmin_score::intervals(plan, &half_widths)))?;
    Columns::default()
        .text("output", rows.iter().map(|row| scores.output(row.output)))
        .axes(&scores.axes(), &rows, |row| &row.labels)
        .number("low", rows.iter().map(|row| row.low))
        .number("value", rows.iter().map(|row| row.base))
        .number("high", rows.iter().map(|row| row.high))
        .finish()
}

fn ask<T: Send>(py: Python<'_>, scores: &Scores, question: impl FnOnce(&Plan) -> PyResult<T> + Send) -> PyResult<T> {
    let plan = Arc::clone(&scores.plan);
    run_detached(py, None, move |_| question(&plan))
}

fn raised<T>(answer: Result<T, Error>) -> PyResult<T> {
    answer.map_err(|error| from_score(&error))
}

fn kind(source: &Source) -> &'static str {
    match source {
        Source::Input(_) => "input",
        Source::Weight { .. } => "weight",
    }
}
