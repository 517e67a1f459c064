//! Do the methods agree? Several answers about the same things, side by side.

use std::collections::BTreeMap;

use critmin_core::nearest;

use crate::Error;
use crate::document::HigherIs;
use crate::error::hint;
use crate::gaps::YEAR;
use crate::scores::{OutputCard, Score, Scores};
use crate::statistics::{kendall_tau_b, ranks, spearman};
use crate::status::Status;

/// Several answers about the same things.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// One row per answer and thing, answer after answer, things in alphabetical order.
    pub cells: Vec<ComparedCell>,
    /// One row per pair of answers.
    pub agreement: Vec<PairAgreement>,
}

/// What one method says about one thing: its riskiest cell, where it has several.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedCell {
    /// Position of the answer.
    pub answer: usize,
    /// Position in [`Scores::outputs`] of that answer.
    pub output: usize,
    /// The thing, such as a commodity: the label on the first axis of the output.
    pub label: String,
    /// The other labels of the cell: axis and label.
    pub at: Vec<(String, String)>,
    /// The value, in the output's unit.
    pub value: Option<f64>,
    /// What was chosen or which class it is.
    pub class: Option<String>,
    /// Rank within the answer: 1 = riskiest; ties share the mean of their ranks.
    pub rank: Option<f64>,
    /// How many things the answer ranks.
    pub n_ranked: usize,
    /// What the value is worth.
    pub status: Status,
    /// Why it is not [`Status::Ok`].
    pub reason: String,
}

/// How far two answers order the same things alike.
#[derive(Debug, Clone, PartialEq)]
pub struct PairAgreement {
    /// Positions of the two answers.
    pub answers: [usize; 2],
    /// How many things both rank.
    pub n: usize,
    /// Spearman's rho of the ranks; none where it is undefined.
    pub spearman: Option<f64>,
    /// Kendall's tau-b of the ranks; none where it is undefined.
    pub kendall: Option<f64>,
}

/// Puts answers side by side, each with the name of the output to compare, or its first one.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use critmin_score::{Data, Plan, Request, compare, method};
///
/// let tables = |name: &str| critmin_tables::reference::columns(name).ok();
/// let ask = |id: &str, year: bool| {
///     let data = Data { tables: &tables, inputs: BTreeMap::new(), pins: BTreeMap::new(), regions: BTreeMap::new() };
///     let year = year.then(|| ("year".to_owned(), vec!["2024".to_owned()]));
///     Ok::<_, critmin_score::Error>(Plan::compile(&method(id)?, &data, &Request { labels: year.into_iter().collect() })?.evaluate())
/// };
/// let (eu, hhi) = (ask("eu-2023", false)?, ask("production-hhi", true)?);
/// let both = compare(&[(&eu, None), (&hhi, Some("production_hhi"))])?;
/// assert!(both.agreement[0].n > 20);
/// # Ok::<(), critmin_score::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::BadRequest`] for a name that is no output, for an output that is one number for everything, and for one that
/// has several years.
pub fn compare(answers: &[(&Scores, Option<&str>)]) -> Result<Comparison, Error> {
    let mut cells = Vec::new();
    for (position, (scores, output)) in answers.iter().enumerate() {
        cells.extend(ranked(scores, output_of(scores, *output)?, position)?);
    }
    let pairs = (0..answers.len()).flat_map(|a| (a + 1..answers.len()).map(move |b| [a, b]));
    let agreement = pairs.map(|pair| agreement(&cells, pair)).collect();
    Ok(Comparison { cells, agreement })
}

fn output_of(scores: &Scores, name: Option<&str>) -> Result<usize, Error> {
    let Some(name) = name else { return Ok(0) };
    let known = || scores.outputs.iter().map(|one| one.name.as_str());
    known().position(|known| known == name).ok_or_else(|| {
        let reason = format!("method `{}` has no output `{name}`{}", scores.method.id, hint(&nearest(name, known())));
        Error::BadRequest { reason }
    })
}

/// The riskiest cell of each thing, with its rank.
fn ranked(scores: &Scores, output: usize, answer: usize) -> Result<Vec<ComparedCell>, Error> {
    let card = &scores.outputs[output];
    let rows: Vec<Score> = scores.rows().into_iter().filter(|row| row.output == output).collect();
    let axis = |name: &str| scores.method.axes.iter().position(|axis| axis.name == name);
    let Some((first, others)) = card.axes.split_first() else {
        let reason =
            format!("`{}` of `{}` is one number for everything: there is no order", card.name, scores.method.id);
        return Err(Error::BadRequest { reason });
    };
    check_years(scores, card, &rows)?;
    let label = |row: &Score, name: &str| axis(name).and_then(|axis| row.labels[axis].clone());
    let mut chosen: BTreeMap<String, Score> = BTreeMap::new();
    for row in rows {
        let Some(thing) = label(&row, first) else { continue };
        let is_riskier = chosen.get(&thing).is_none_or(|known| risk(card, known.value) < risk(card, row.value));
        if is_riskier {
            chosen.insert(thing, row);
        }
    }
    let risks: Vec<f64> = chosen.values().map(|row| row.value.map_or(f64::NAN, |_| risk(card, row.value))).collect();
    let n_ranked = risks.iter().filter(|value| !value.is_nan()).count();
    let cells = chosen.into_iter().zip(ranks(&risks)).map(|((thing, row), rank)| ComparedCell {
        answer,
        output,
        at: others.iter().filter_map(|name| Some((name.clone(), label(&row, name)?))).collect(),
        label: thing,
        value: row.value,
        class: row.label,
        rank,
        n_ranked,
        status: row.status,
        reason: row.reason,
    });
    Ok(cells.collect())
}

/// The value turned so that more is riskier; what has none comes after everything.
fn risk(card: &OutputCard, value: Option<f64>) -> f64 {
    let sign = if card.higher_is == HigherIs::Safer { -1.0 } else { 1.0 };
    value.map_or(f64::NEG_INFINITY, |value| sign * value)
}

/// Cells of several years are not alternatives, of which the worst would count.
fn check_years(scores: &Scores, card: &OutputCard, rows: &[Score]) -> Result<(), Error> {
    let Some(axis) = scores.method.axes.iter().position(|axis| axis.name == YEAR) else { return Ok(()) };
    let years: std::collections::BTreeSet<&String> = rows.iter().filter_map(|row| row.labels[axis].as_ref()).collect();
    let is_apart = card.axes.first().is_some_and(|first| first == YEAR);
    match (years.first(), years.last()) {
        (Some(first), Some(last)) if 1 < years.len() && !is_apart => {
            let (id, n) = (&scores.method.id, years.len());
            let reason = format!("method `{id}` answers for {n} years, {first} to {last}: choose one with `year`");
            Err(Error::BadRequest { reason })
        }
        _ => Ok(()),
    }
}

fn agreement(cells: &[ComparedCell], answers: [usize; 2]) -> PairAgreement {
    let ranks_of = |answer: usize| {
        let own = cells.iter().filter(move |cell| cell.answer == answer);
        own.filter_map(|cell| Some((cell.label.as_str(), cell.rank?))).collect::<BTreeMap<&str, f64>>()
    };
    let [first, second] = answers.map(ranks_of);
    let both = first.iter().filter_map(|(label, rank)| Some((*rank, *second.get(label)?)));
    let (a, b): (Vec<f64>, Vec<f64>) = both.unzip();
    PairAgreement { answers, n: a.len(), spearman: spearman(&a, &b), kendall: kendall_tau_b(&a, &b) }
}
