//! Reading a delimited file as rows of text, and collecting all problems with their places.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use crate::{Error, Problem, Report, SourceFile, TABLES, TableBuilder, table_schema};

/// One row as it stands in the file, with its line.
pub(crate) struct Located<R> {
    /// Line of the record as a person sees it in an editor; the header is line 1.
    pub(crate) row: u64,
    /// The cells.
    pub(crate) cells: R,
}

/// One reading of one file: its name, and the problems found so far.
pub(crate) struct Reading {
    file: String,
    report: Report,
}

impl Reading {
    pub(crate) fn new(file: &SourceFile) -> Self {
        Self { file: file.name.clone(), report: Report::default() }
    }

    /// Notes one problem.
    pub(crate) fn problem(&mut self, row: u64, column: &str, found: &str, expected: impl Into<String>) {
        self.report.push(Problem {
            file: self.file.clone(),
            row,
            column: column.to_owned(),
            found: found.to_owned(),
            expected: expected.into(),
        });
    }

    /// The value of `result`, or `None` after noting why there is none.
    pub(crate) fn known<T>(
        &mut self,
        row: u64,
        column: &str,
        found: &str,
        result: Result<T, critmin_core::Error>,
    ) -> Option<T> {
        result.map_err(|fault| self.problem(row, column, found, expectation(&fault))).ok()
    }

    /// A finite number, or `None` after noting what stands there instead.
    pub(crate) fn number(&mut self, row: u64, column: &str, found: &str) -> Option<f64> {
        let number = found.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        if number.is_none() {
            self.problem(row, column, found, "a finite number with a decimal point and without thousands commas");
        }
        number
    }

    /// The result, when there was no problem; otherwise all of them.
    pub(crate) fn finish<T>(self, value: T) -> Result<T, Error> {
        self.report.into_result(value)
    }
}

/// Remembers keys with their rows, so that a repeated one can name both.
pub(crate) struct Keys {
    columns: &'static str,
    seen: BTreeMap<String, u64>,
}

impl Keys {
    /// `columns` says in words what the key consists of.
    pub(crate) fn new(columns: &'static str) -> Self {
        Self { columns, seen: BTreeMap::new() }
    }

    /// Whether `key` is new; notes a problem that names both rows when it is not.
    pub(crate) fn is_new(&mut self, reading: &mut Reading, row: u64, key: String) -> bool {
        if let Some(first) = self.seen.get(&key) {
            let expected = format!("one row per {}: row {first} has the same; remove one of the two", self.columns);
            reading.problem(row, "", &key, expected);
            return false;
        }
        self.seen.insert(key, row);
        true
    }
}

/// Reads every row of a comma-separated file with a header.
///
/// Rows whose number of cells differs from the header's are noted as problems and left out.
pub(crate) fn read_rows<R: DeserializeOwned>(
    file: &SourceFile,
    layout: &'static str,
    columns: &[&str],
) -> Result<(Reading, Vec<Located<R>>), Error> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file.text.as_bytes());
    let header = reader.headers().map_err(|fault| unreadable(file, &fault))?.clone();
    check_columns(file, layout, columns, &header)?;
    let mut reading = Reading::new(file);
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|fault| unreadable(file, &fault))?;
        let row = record.position().map_or(0, csv::Position::line);
        if record.len() == header.len() {
            let cells = record.deserialize(Some(&header)).map_err(|fault| unreadable(file, &fault))?;
            rows.push(Located { row, cells });
        } else {
            let expected = format!("{} cells as in the header; the file may be truncated", header.len());
            reading.problem(row, "", &format!("{} cells", record.len()), expected);
        }
    }
    if rows.is_empty() {
        reading.problem(1, "", "no complete row", "at least one row below the header; the file may be truncated");
    }
    Ok((reading, rows))
}

/// Blanks trimmed, and every run of blanks, no-break spaces or line breaks made one space.
pub(crate) fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn check_columns(
    file: &SourceFile,
    layout: &'static str,
    columns: &[&str],
    header: &csv::StringRecord,
) -> Result<(), Error> {
    let is_missing = |column: &&&str| !header.iter().any(|found| found == **column);
    let missing: Vec<String> = columns.iter().filter(is_missing).map(|column| (*column).to_owned()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let found = header.iter().map(str::to_owned).collect();
    Err(Error::MissingColumns { file: file.name.clone(), layout, missing, found })
}

fn unreadable(file: &SourceFile, fault: &csv::Error) -> Error {
    Error::Unreadable { file: file.name.clone(), kind: "CSV", reason: fault.to_string() }
}

fn expectation(fault: &critmin_core::Error) -> String {
    match fault {
        critmin_core::Error::Unknown { kind, nearest, .. } if nearest.is_empty() => {
            format!("a {kind} that the register knows; add the spelling to its aliases")
        }
        critmin_core::Error::Unknown { kind, nearest, .. } => {
            let names = nearest.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            format!("a {kind} that the register knows, such as {names}; or add the spelling to its aliases")
        }
        other => other.to_string(),
    }
}

/// An empty table of the declared name.
pub(crate) fn builder(name: &str) -> Result<TableBuilder, Error> {
    let schema = table_schema(name).ok_or_else(|| Error::UnknownTable {
        found: name.to_owned(),
        known: TABLES.iter().map(|table| table.name.to_owned()).collect(),
    })?;
    Ok(TableBuilder::new(schema))
}
