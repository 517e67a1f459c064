//! One matrix: labels checked against the code tables, sums checked, zeros left out.

use std::collections::BTreeSet;
use std::sync::Arc;

use critmin_core::Year;
use csv::StringRecord;

use super::{IoCell, IoCode, IoCodeKind, IoTable, Redefinitions};
use crate::{Error, Problem, Report, SourceFile};

const CORNER: &str = "code";

/// The matrix that is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    pub(super) benchmark_year: Year,
    pub(super) table: IoTable,
    pub(super) redefinitions: Redefinitions,
}

/// The labels that the rows and columns of a matrix must have.
pub(super) struct Labels {
    rows: BTreeSet<Arc<str>>,
    columns: BTreeSet<Arc<str>>,
}

impl Labels {
    pub(super) fn expected(codes: &[IoCode], table: IoTable) -> Self {
        use IoCodeKind::{Commodity, FinalDemand, Industry, ValueAdded};
        let set = |kinds: &[IoCodeKind], totals: &[&str]| {
            let of_kind = codes.iter().filter(|code| kinds.contains(&code.kind)).map(|code| Arc::clone(&code.code));
            of_kind.chain(totals.iter().map(|&total| Arc::from(total))).collect()
        };
        let (rows, columns) = match table {
            IoTable::Use => (
                set(&[Commodity, ValueAdded], &["T005", "T006", "T008"]),
                set(&[Industry, FinalDemand], &["T001", "T004", "T007"]),
            ),
            IoTable::Make => (set(&[Industry], &["T007"]), set(&[Commodity], &["T008"])),
            IoTable::Import => (set(&[Commodity], &[]), set(&[Industry, FinalDemand], &["T001", "T004"])),
        };
        Self { rows, columns }
    }
}

/// Appends the cells of `file` that are not zero.
pub(super) fn read(
    file: &SourceFile,
    key: Key,
    labels: &Labels,
    cells: &mut Vec<IoCell>,
    report: &mut Report,
) -> Result<(), Error> {
    let fault = |e: csv::Error| Error::Unreadable { file: file.name.clone(), kind: "CSV", reason: e.to_string() };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file.text.as_bytes());
    let header = reader.headers().map_err(fault)?.clone();
    check_corner(file, &header)?;
    let mut matrix = Matrix { file: &file.name, key, cells, report };
    let columns = matrix.labels(with_totals_named(&header).map(|label| (1, label)), &labels.columns);
    let mut row_labels = Vec::new();
    for record in reader.records() {
        let record = record.map_err(fault)?;
        let row = record.position().map_or(0, csv::Position::line);
        row_labels.push((row, record.get(0).unwrap_or_default().to_owned()));
        matrix.read_row(&record, row, &columns);
    }
    matrix.labels(row_labels.iter().map(|(row, label)| (*row, label.as_str())), &labels.rows);
    Ok(())
}

fn check_corner(file: &SourceFile, header: &StringRecord) -> Result<(), Error> {
    const SHOWN: usize = 10;
    if header.get(0) == Some(CORNER) {
        return Ok(());
    }
    let (missing, found) = (vec![CORNER.to_owned()], header.iter().take(SHOWN).map(str::to_owned).collect());
    Err(Error::MissingColumns { file: file.name.clone(), layout: "an input-output matrix", missing, found })
}

/// The column labels. The copy of the use table of 2017 before redefinitions has lost the last two, `T004` and `T007`;
/// [`Matrix::check_sum`] holds them to what they must be.
fn with_totals_named(header: &StringRecord) -> impl Iterator<Item = &str> {
    let is_lost = header.len().checked_sub(2).is_some_and(|last| header.iter().skip(last).eq(["NA", "NA.1"]));
    header.iter().skip(1).map(move |label| match label {
        "NA" if is_lost => "T004",
        "NA.1" if is_lost => "T007",
        label => label,
    })
}

struct Matrix<'a> {
    file: &'a str,
    key: Key,
    cells: &'a mut Vec<IoCell>,
    report: &'a mut Report,
}

impl Matrix<'_> {
    /// The labels as shared text, after reporting those that are unknown, repeated or missing.
    fn labels<'l>(
        &mut self,
        found: impl Iterator<Item = (u64, &'l str)>,
        expected: &BTreeSet<Arc<str>>,
    ) -> Vec<Arc<str>> {
        let (mut labels, mut missing) = (Vec::new(), expected.clone());
        for (row, label) in found {
            if !missing.remove(label) {
                let why =
                    if expected.contains(label) { "each code once" } else { "a code of the code and name tables" };
                self.problem(row, CORNER, label, why);
            }
            labels.push(Arc::from(label));
        }
        for label in missing {
            self.problem(0, CORNER, "", &format!("a row or column `{label}`; the file may be truncated"));
        }
        labels
    }

    fn read_row(&mut self, record: &StringRecord, row: u64, columns: &[Arc<str>]) {
        if record.len() != columns.len() + 1 {
            let expected = format!("{} fields as in the header; the file may be truncated", columns.len() + 1);
            self.problem(row, "", &format!("{} fields", record.len()), &expected);
            return;
        }
        let row_code: Arc<str> = Arc::from(&record[0]);
        let n_before = self.cells.len();
        for (cell, column) in record.iter().skip(1).zip(columns) {
            match cell.trim().parse() {
                Ok(0) => {}
                Ok(value) => self.cells.push(self.key.cell(&row_code, column, value)),
                Err(_) => self.problem(row, column, cell, "a whole number [million USD], 0 where there is nothing"),
            }
        }
        if self.key.table == IoTable::Use && !row_code.starts_with(['T', 'V']) {
            self.check_sum(row, n_before);
        }
    }

    /// Intermediate and final uses of a commodity make up its output, within rounding; a displaced column breaks this.
    fn check_sum(&mut self, row: u64, n_before: usize) {
        const ROUNDING: i64 = 5; // largest in the published tables: 1
        let cell = |column: &str| {
            let cell = self.cells[n_before..].iter().find(|cell| &*cell.column_code == column);
            cell.map_or(0, |cell| i64::from(cell.value_million_usd))
        };
        let (intermediate, last, output) = (cell("T001"), cell("T004"), cell("T007"));
        if ROUNDING < (intermediate + last - output).abs() {
            let found = format!("{intermediate} + {last}");
            self.problem(row, "T007", &found, &format!("`T001` and `T004` to make up `T007`, {output}"));
        }
    }

    fn problem(&mut self, row: u64, column: &str, found: &str, expected: &str) {
        let (file, column) = (self.file.to_owned(), column.to_owned());
        self.report.push(Problem { file, row, column, found: found.to_owned(), expected: expected.to_owned() });
    }
}

impl Key {
    fn cell(self, row_code: &Arc<str>, column_code: &Arc<str>, value_million_usd: i32) -> IoCell {
        IoCell {
            benchmark_year: self.benchmark_year,
            table: self.table,
            redefinitions: self.redefinitions,
            row_code: Arc::clone(row_code),
            column_code: Arc::clone(column_code),
            value_million_usd,
        }
    }
}
