//! The printed cells of a study, checked against the dataset.

use critmin_core::reliance::{CheckedQuantity, PrintedRows, RowKey};
use critmin_core::{SalientRecord, Year};
use serde::Deserialize;

use super::PUBLISHED;
use crate::readers::text_rows::{Keys, Located, Reading, read_rows, tidy};
use crate::{Error, SourceFile};

/// One printed cell that a recipe can be compared with.
pub(super) struct PublishedCell<'a> {
    pub(super) line: u64,
    pub(super) series: String,
    pub(super) quantity: CheckedQuantity,
    pub(super) year: Year,
    pub(super) row: RowKey,
    pub(super) record: &'a SalientRecord,
    pub(super) grade: String,
}

/// One row of the file, cell by cell.
#[derive(Debug, Deserialize)]
struct PublishedRow {
    series: String,
    chapter: String,
    commodity: String,
    detail: String,
    occurrence: String,
    quantity: String,
    year: String,
    printed: String,
    grade: String,
}

const COLUMNS: [&str; 9] =
    ["series", "chapter", "commodity", "detail", "occurrence", "quantity", "year", "printed", "grade"];
const GRADES: [&str; 3] = ["published", "literature", "assumption"];

pub(super) fn read<'a>(text: &str, rows: &PrintedRows<'a>) -> Result<Vec<PublishedCell<'a>>, Error> {
    let file = SourceFile { name: PUBLISHED.to_owned(), text: text.to_owned() };
    let layout = "the printed cells of an import-reliance study";
    let (mut reading, raw) = read_rows::<PublishedRow>(&file, layout, &COLUMNS)?;
    let mut keys = Keys::new("series, quantity and year");
    let mut cells = Vec::new();
    for located in &raw {
        let PublishedRow { series, quantity, year, .. } = &located.cells;
        let is_new = keys.is_new(&mut reading, located.row, format!("{series}, {quantity}, {year}"));
        cells.extend(cell(located, rows, &mut reading).filter(|_| is_new));
    }
    reading.finish(cells)
}

fn cell<'a>(
    Located { row: line, cells }: &Located<PublishedRow>,
    rows: &PrintedRows<'a>,
    reading: &mut Reading,
) -> Option<PublishedCell<'a>> {
    let line = *line;
    let quantity = CheckedQuantity::ALL.into_iter().find(|quantity| quantity.as_str() == cells.quantity);
    if quantity.is_none() {
        reading.problem(line, "quantity", &cells.quantity, "`apparent_consumption` or `net_import_reliance`");
    }
    let year = cells.year.parse().ok().map(Year);
    if year.is_none() {
        reading.problem(line, "year", &cells.year, "a year of four digits");
    }
    let occurrence = occurrence(line, "occurrence", &cells.occurrence, reading);
    if !GRADES.contains(&cells.grade.as_str()) {
        reading.problem(line, "grade", &cells.grade, "`published`, `literature` or `assumption`");
    }
    let (quantity, year) = (quantity?, year?);
    let row = RowKey {
        chapter: tidy(&cells.chapter),
        published_commodity: tidy(&cells.commodity),
        published_statistic: quantity.published_statistic().to_owned(),
        published_detail: tidy(&cells.detail),
        occurrence: occurrence?,
    };
    let record = printed_record(line, cells, &row, year, rows, reading)?;
    Some(PublishedCell { line, series: cells.series.clone(), quantity, year, row, record, grade: cells.grade.clone() })
}

/// The dataset's record of the cell, when it prints the same.
fn printed_record<'a>(
    line: u64,
    cells: &PublishedRow,
    row: &RowKey,
    year: Year,
    rows: &PrintedRows<'a>,
    reading: &mut Reading,
) -> Option<&'a SalientRecord> {
    let Some(record) = rows.record(row, year) else {
        reading.problem(line, "detail", &cells.detail, "a row and year of the U.S. salient statistics");
        return None;
    };
    let printed = tidy(&record.printed);
    if tidy(&cells.printed) != printed {
        reading.problem(line, "printed", &cells.printed, format!("`{printed}`, as the dataset holds it"));
        return None;
    }
    Some(record)
}

/// A place among rows with the same keys, from 1.
pub(super) fn occurrence(line: u64, column: &str, found: &str, reading: &mut Reading) -> Option<u32> {
    let occurrence = found.parse().ok().filter(|occurrence| 0 < *occurrence);
    if occurrence.is_none() {
        reading.problem(line, column, found, "a whole number from 1; 1 unless several rows share the same keys");
    }
    occurrence
}
