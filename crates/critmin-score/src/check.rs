//! Does a document hold its own promises? Its tests, evaluated.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use critmin_core::{Column, Columns};

use crate::Error;
use crate::data::{Data, Request};
use crate::document::{Expectation, RawTest, Tolerance};
use crate::interval::intervals;
use crate::method::Method;
use crate::plan::Plan;
use crate::scores::{Score, Scores};

/// How far a computed value may be from an exact one when a test names no tolerance.
const EXACT: f64 = 1e-9;

/// One expectation of a document beside what came out.
#[derive(Debug, Clone, PartialEq)]
pub struct TestOutcome {
    /// Name of the test.
    pub test: String,
    /// Where the expected value is printed.
    pub source: String,
    /// Whether the expected value was published by the method's authors.
    pub published: bool,
    /// The cell, in words.
    pub cell: String,
    /// What is expected, in words.
    pub expected: String,
    /// What came out, in words.
    pub found: String,
    /// Whether they agree within the test's tolerance.
    pub holds: bool,
}

/// Evaluates every test of a document; inputs that a test does not give come from `tables`.
///
/// # Errors
///
/// Those of [`Plan::compile`] and [`intervals`](crate::intervals).
pub fn check(
    method: &Arc<Method>,
    tables: &(dyn Fn(&str) -> Option<Arc<Columns>> + Sync),
) -> Result<Vec<TestOutcome>, Error> {
    let mut outcomes = Vec::new();
    for test in &method.tests {
        let inputs = test.inputs.iter().map(|(name, rows)| Ok((name.clone(), Arc::new(table(method, name, rows)?))));
        let inputs = inputs.collect::<Result<BTreeMap<_, _>, Error>>()?;
        let data = Data { tables, inputs, pins: BTreeMap::new(), regions: BTreeMap::new() };
        let plan = Plan::compile(method, &data, &request(test))?;
        let scores = plan.evaluate();
        let rows = scores.rows();
        let ranges = match &test.tolerance {
            Some(Tolerance::Interval { half_widths, .. }) => Some(intervals(&plan, half_widths)?),
            _ => None,
        };
        for one in &test.expect {
            let position = find(method, &scores, &rows, one);
            let range = position.and_then(|at| ranges.as_ref().map(|ranges| (ranges[at].low, ranges[at].high)));
            outcomes.push(outcome(test, one, position.map(|at| &rows[at]), range));
        }
    }
    Ok(outcomes)
}

/// The labels that every expectation names, so that a cell without any row is found too.
fn request(test: &RawTest) -> Request {
    let mut labels: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let axes: BTreeSet<&String> = test.expect.iter().flat_map(|one| one.at.keys()).collect();
    for axis in axes {
        let named: Option<Vec<String>> =
            test.expect.iter().map(|one| one.at.get(axis).map(crate::document::Label::text)).collect();
        if let Some(named) = named {
            labels.insert(axis.clone(), named.into_iter().collect::<BTreeSet<_>>().into_iter().collect());
        }
    }
    Request { labels }
}

fn find(method: &Method, scores: &Scores, rows: &[Score], one: &Expectation) -> Option<usize> {
    let is_it = |row: &Score| {
        scores.outputs[row.output].name == one.output
            && one.at.iter().all(|(axis, label)| {
                method.axis(axis).is_some_and(|axis| row.labels[axis].as_deref() == Some(label.text().as_str()))
            })
    };
    rows.iter().position(is_it)
}

fn outcome(
    test: &RawTest,
    one: &Expectation,
    row: Option<&Score>,
    range: Option<(Option<f64>, Option<f64>)>,
) -> TestOutcome {
    let at: Vec<String> = one.at.iter().map(|(axis, label)| format!("{axis} = {}", label.text())).collect();
    let mut expected = Vec::new();
    let mut holds = row.is_some();
    if let Some(value) = one.value {
        let (words, agrees) = compare(value, row.and_then(|row| row.value), test.tolerance.as_ref(), range);
        expected.push(words);
        holds &= agrees;
    }
    if let Some(status) = &one.status {
        expected.push(status.clone());
        holds &= row.is_some_and(|row| row.status.as_str() == status);
    }
    if let Some(label) = &one.label {
        expected.push(format!("`{label}`"));
        holds &= row.is_some_and(|row| row.label.as_ref() == Some(label));
    }
    TestOutcome {
        test: test.name.clone(),
        source: test.source.clone(),
        published: test.published,
        cell: format!("{} at {}", one.output, at.join(", ")),
        expected: expected.join(", "),
        found: row.map_or_else(|| "no such cell".to_owned(), |row| found_words(row, range)),
        holds: holds && !expected.is_empty(),
    }
}

fn compare(
    wanted: f64,
    found: Option<f64>,
    tolerance: Option<&Tolerance>,
    range: Option<(Option<f64>, Option<f64>)>,
) -> (String, bool) {
    let half_unit = |decimals: i32| 0.5 * 10_f64.powi(-decimals) + EXACT;
    match tolerance {
        Some(Tolerance::Interval { decimals, .. }) => {
            let slack = half_unit(*decimals);
            let is_inside = match range {
                Some((Some(low), Some(high))) => low - slack <= wanted && wanted <= high + slack,
                _ => false,
            };
            (format!("{wanted}, inside what the rounding of the inputs allows"), is_inside)
        }
        Some(Tolerance::Printed { decimals }) => {
            let agrees = found.is_some_and(|found| (found - wanted).abs() <= half_unit(*decimals));
            (format!("{wanted}, as printed with {decimals} decimals"), agrees)
        }
        Some(Tolerance::Absolute { size }) => {
            (format!("{wanted} ± {size}"), found.is_some_and(|found| (found - wanted).abs() <= *size))
        }
        None => (format!("{wanted}"), found.is_some_and(|found| (found - wanted).abs() <= EXACT)),
    }
}

fn found_words(row: &Score, range: Option<(Option<f64>, Option<f64>)>) -> String {
    let Some(value) = row.value else { return format!("{}: {}", row.status.as_str(), row.reason) };
    let label = row.label.as_ref().map_or_else(String::new, |label| format!(" `{label}`"));
    let range = match range {
        Some((Some(low), Some(high))) => format!(", {low:.4} to {high:.4}"),
        _ => String::new(),
    };
    format!("{value}{label}{range} ({})", row.status.as_str())
}

/// The rows of a test as a table.
fn table(method: &Method, name: &str, rows: &[toml::Table]) -> Result<Columns, Error> {
    let bad =
        |row: usize, reason: String| Error::BadInput { input: name.to_owned(), row_number: Some(row + 1), reason };
    // A test may say that an input is empty: it still has its columns.
    let axes = method.node(name).map_or(0, |id| method.nodes[id].axes);
    let own = method.axis_names(axes);
    let mut names: BTreeSet<&str> = own.iter().map(String::as_str).chain(["value"]).collect();
    for row in rows {
        names.extend(row.keys().map(String::as_str));
    }
    let mut columns = Vec::new();
    for column in names {
        if method.axis(column).is_some() || column == "source_id" {
            let labels: Vec<Option<String>> = rows.iter().map(|row| row.get(column).map(words)).collect();
            columns.push((column.to_owned(), Column::from_labels(labels.iter().map(Option::as_deref))));
            continue;
        }
        let mut numbers = Vec::new();
        for (position, row) in rows.iter().enumerate() {
            numbers.push(match row.get(column) {
                None => f64::NAN,
                Some(toml::Value::Float(number)) => *number,
                #[expect(clippy::cast_precision_loss, reason = "figures of a test")]
                Some(toml::Value::Integer(number)) => *number as f64,
                Some(other) => return Err(bad(position, format!("`{column}` is {other}, expected a number"))),
            });
        }
        columns.push((column.to_owned(), Column::Number(numbers)));
    }
    Columns::new(name, columns).map_err(|fault| bad(0, fault.to_string()))
}

fn words(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
