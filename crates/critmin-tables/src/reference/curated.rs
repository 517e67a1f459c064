//! The tables kept by hand: CSV files whose header is the declared schema, read cell by cell.

use std::collections::HashMap;
use std::path::Path;

use arrow::array::RecordBatch;
use chrono::NaiveDate;

use crate::schema::{Column, ColumnKind, TableSchema};
use crate::{Encoding, Error, Problem, Report, SourceFile, TableBuilder};

/// Reads `folder/<table>.csv` into the declared schema: UTF-8, one header row, an empty cell is absent.
///
/// # Errors
///
/// [`Error::MissingColumns`] when the header lacks a declared column; [`Error::Invalid`] with every cell that is
/// empty though required, not of its kind, or belongs to a repeated key.
pub fn read_curated(folder: &Path, schema: &'static TableSchema) -> Result<RecordBatch, Error> {
    let file = SourceFile::open(&folder.join(format!("{}.csv", schema.name)), Encoding::Utf8)?;
    curated_table(&file, schema)
}

/// As [`read_curated`], for text in memory.
///
/// # Errors
///
/// As [`read_curated`].
pub fn curated_table(file: &SourceFile, schema: &'static TableSchema) -> Result<RecordBatch, Error> {
    let mut reader = csv::ReaderBuilder::new().from_reader(file.text.as_bytes());
    let header = reader.headers().map_err(|fault| unreadable(file, &fault))?.clone();
    let places = column_places(file, schema, &header)?;
    let mut report = Report::default();
    let mut keys: HashMap<Vec<String>, u64> = HashMap::new();
    let mut builder = TableBuilder::new(schema);
    for record in reader.records() {
        let record = record.map_err(|fault| unreadable(file, &fault))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |name: &str| places.get(name).and_then(|place| record.get(*place)).unwrap_or_default();
        let key = schema.key.iter().map(|name| cell(name).to_owned()).collect();
        let problem = |column: &str, found: &str, expected: String| Problem {
            file: file.name.clone(),
            row: line,
            column: column.to_owned(),
            found: found.to_owned(),
            expected,
        };
        if let Some(first) = keys.insert(key, line) {
            let expected = format!("a key that does not repeat row {first} ({})", schema.key.join(", "));
            report.push(problem(schema.key[0], cell(schema.key[0]), expected));
        }
        for column in schema.columns {
            if let Err(expected) = push_cell(&mut builder, column, cell(column.name)) {
                report.push(problem(column.name, cell(column.name), expected));
            }
        }
    }
    if !report.is_empty() {
        return Err(Error::Invalid(report));
    }
    builder.finish()
}

fn column_places<'a>(
    file: &SourceFile,
    schema: &'a TableSchema,
    header: &csv::StringRecord,
) -> Result<HashMap<&'a str, usize>, Error> {
    let place = |name: &str| header.iter().position(|found| found == name);
    let missing: Vec<String> = schema
        .columns
        .iter()
        .filter(|column| !column.is_optional && place(column.name).is_none())
        .map(|column| column.name.to_owned())
        .collect();
    if !missing.is_empty() {
        let found = header.iter().map(str::to_owned).collect();
        return Err(Error::MissingColumns { file: file.name.clone(), layout: schema.name, missing, found });
    }
    Ok(schema.columns.iter().filter_map(|column| place(column.name).map(|at| (column.name, at))).collect())
}

// On a fault an absent cell is pushed, so that the row stays complete and the remaining cells are checked too.
fn push_cell(builder: &mut TableBuilder, column: &Column, cell: &str) -> Result<(), String> {
    let is_empty = cell.is_empty();
    let present = (!is_empty).then_some(cell);
    let missing = || "a value: the column is required".to_owned();
    match column.kind {
        ColumnKind::Text | ColumnKind::Label => {
            builder.text(if column.is_optional { present } else { Some(cell) });
            let may_be_empty = column.is_optional || column.name == "note";
            if is_empty && !may_be_empty { Err(missing()) } else { Ok(()) }
        }
        ColumnKind::Number | ColumnKind::Single => {
            let number = cell.parse::<f64>().ok().filter(|number| number.is_finite());
            builder.number(number);
            check(column, is_empty, number.is_some(), "a finite number")
        }
        ColumnKind::Year => {
            let year = cell.parse::<i16>().ok();
            builder.year(year);
            check(column, is_empty, year.is_some(), "a year, such as `2024`")
        }
        ColumnKind::Date => {
            let day = cell.parse::<NaiveDate>().ok();
            builder.date(day);
            check(column, is_empty, day.is_some(), "a day, such as `2024-12-03`")
        }
        ColumnKind::Whole => {
            let whole = cell.parse::<i64>().ok();
            builder.whole(whole);
            check(column, is_empty, whole.is_some(), "a whole number")
        }
        ColumnKind::Truth => {
            builder.truth(cell == "true");
            check(column, is_empty, matches!(cell, "true" | "false"), "`true` or `false`")
        }
    }
}

fn check(column: &Column, is_empty: bool, is_read: bool, expected: &str) -> Result<(), String> {
    let may_be_empty = is_empty && column.is_optional;
    if is_read || may_be_empty { Ok(()) } else { Err(expected.to_owned()) }
}

fn unreadable(file: &SourceFile, fault: &csv::Error) -> Error {
    Error::Unreadable { file: file.name.clone(), kind: "CSV", reason: fault.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table_schema;

    fn read(text: &str) -> Result<RecordBatch, Error> {
        let file = SourceFile { name: "blocs.csv".to_owned(), text: text.to_owned() };
        curated_table(&file, table_schema("bloc_memberships").unwrap())
    }

    #[test]
    fn every_bad_cell_is_reported_with_its_row() {
        let text = "bloc,country,member_from,member_to,source,grade,note\n\
                    g7,JPN,1975,,summit,verified,\n\
                    g7,,1975-11-15,,summit,verified,\n\
                    g7,USA,1975-11-15,,summit,verified,\n\
                    g7,USA,1975-11-15,,summit,verified,\n";
        let Err(Error::Invalid(report)) = read(text) else { panic!("the bad rows were accepted") };
        let places: Vec<_> = report.problems().iter().map(|at| (at.row, at.column.as_str())).collect();
        assert_eq!(places, [(2, "member_from"), (3, "country"), (5, "bloc")]);
        assert_eq!(
            report.problems()[0].to_string(),
            "blocs.csv, row 2, column `member_from`: found `1975`, expected a day, such as `2024-12-03`"
        );
    }

    #[test]
    fn a_missing_column_is_named() {
        let fault = read("bloc,country\n").unwrap_err().to_string();
        assert!(fault.contains("lacks the columns `member_from`"), "{fault}");
    }
}
