//! Several answers side by side, as tables.

use std::collections::BTreeMap;

use critmin_score::ComparedCell;
use pyo3::prelude::*;
use pyo3_arrow::PyTable;

use super::answer::Scores;
use crate::columns::Columns;
use crate::error::from_score;

/// Compares answers, each with the name of an output or its first one: the tables `scores` and `agreement`.
#[pyfunction]
pub(crate) fn compare(answers: Vec<(Py<Scores>, Option<String>)>) -> PyResult<BTreeMap<&'static str, PyTable>> {
    let asked: Vec<_> = answers.iter().map(|(scores, output)| (scores.get(), output.as_deref())).collect();
    let pairs: Vec<_> = asked.iter().map(|(scores, output)| (scores.answer.as_ref(), *output)).collect();
    let found = critmin_score::compare(&pairs).map_err(|error| from_score(&error))?;
    let id = |answer: usize| asked.get(answer).map(|(scores, _)| scores.answer.method.id.as_str());
    let rows = found.agreement.as_slice();
    let agreement = Columns::default()
        .text("method_a", rows.iter().map(|row| id(row.answers[0])))
        .text("method_b", rows.iter().map(|row| id(row.answers[1])))
        .whole("n_commodities", rows.iter().map(|row| row.n))
        .number("spearman", rows.iter().map(|row| row.spearman))
        .number("kendall", rows.iter().map(|row| row.kendall))
        .finish()?;
    Ok(BTreeMap::from([("scores", cells(&found.cells, &asked)?), ("agreement", agreement)]))
}

fn cells(rows: &[ComparedCell], asked: &[(&Scores, Option<&str>)]) -> PyResult<PyTable> {
    let card = |row: &ComparedCell| asked.get(row.answer).and_then(|(scores, _)| scores.answer.outputs.get(row.output));
    let id = |row: &ComparedCell| asked.get(row.answer).map(|(scores, _)| scores.answer.method.id.as_str());
    let words = |row: &ComparedCell| {
        row.at.iter().map(|(axis, label)| format!("{axis} = {label}")).collect::<Vec<_>>().join(", ")
    };
    let at: Vec<String> = rows.iter().map(words).collect();
    Columns::default()
        .text("method", rows.iter().map(id))
        .text("output", rows.iter().map(|row| card(row).map(|card| card.name.as_str())))
        .text("commodity", rows.iter().map(|row| Some(row.label.as_str())))
        .text("at", at.iter().map(|at| Some(at.as_str())))
        .number("value", rows.iter().map(|row| row.value))
        .text("unit", rows.iter().map(|row| card(row).map(|card| card.unit.as_str())))
        .number("rank", rows.iter().map(|row| row.rank))
        .whole("n_ranked", rows.iter().map(|row| row.n_ranked))
        .text("label", rows.iter().map(|row| row.class.as_deref()))
        .text("status", rows.iter().map(|row| Some(row.status.as_str())))
        .text("reason", rows.iter().map(|row| Some(row.reason.as_str()).filter(|reason| !reason.is_empty())))
        .finish()
}
