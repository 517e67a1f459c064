//! BACI as typed Parquet: what is absent stays absent, and every problem is reported with its row.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test states exact results and fails loudly"
)]

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int32Array, RecordBatch, StringArray};
use critmin_core::SourceId;
use critmin_tables::readers::baci::{TradeFlows, read_baci_parquet};
use critmin_tables::{Error, reference, write_parquet};
use parquet::file::properties::WriterProperties;

type Row = (i32, i32, i32, &'static str, Option<f64>, Option<f64>);

/// China to the United States, the other way round, and a mass that is not known.
const GOOD: [Row; 3] = [
    (2023, 156, 842, "280530", Some(1.5), Some(2.0)),
    (2023, 842, 156, "280530", Some(0.001), None),
    (2022, 156, 842, "280530", Some(2.0), Some(3.0)),
];

fn columns(rows: &[Row]) -> Vec<(&'static str, ArrayRef)> {
    let whole =
        |of: fn(&Row) -> i32| Arc::new(rows.iter().map(|row| Some(of(row))).collect::<Int32Array>()) as ArrayRef;
    let number = |of: fn(&Row) -> Option<f64>| Arc::new(rows.iter().map(of).collect::<Float64Array>()) as ArrayRef;
    vec![
        ("t", whole(|row| row.0)),
        ("i", whole(|row| row.1)),
        ("j", whole(|row| row.2)),
        ("k", Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.3)))),
        ("v", number(|row| row.4)),
        ("q", number(|row| row.5)),
    ]
}

fn read(columns: Vec<(&'static str, ArrayRef)>) -> Result<TradeFlows, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("baci.parquet");
    write_parquet(&path, &RecordBatch::try_from_iter(columns).unwrap(), WriterProperties::default()).unwrap();
    let source_id = SourceId::new("baci-test").unwrap();
    read_baci_parquet(&path, "HS92", source_id, reference::registers().unwrap().areas.countries())
}

#[test]
fn dollars_are_whole_and_an_unknown_mass_stays_unknown() {
    let flows = read(columns(&GOOD)).unwrap();
    assert_eq!(flows.value_usd, [1_500.0, 1.0, 2_000.0]);
    assert_eq!(flows.mass_t, [Some(2.0), None, Some(3.0)]);
    let first = flows.iter().next().unwrap();
    assert_eq!((first.origin.as_str(), first.destination.as_str(), first.hs6), ("CHN", "USA", "280530"));
}

#[test]
fn every_problem_is_reported_with_its_row() {
    let mut rows = GOOD.to_vec();
    rows.extend([
        (2023, 156, 842, "280530", Some(9.0), Some(9.0)),
        (2023, 999, 842, "280530", Some(1.0), None),
        (2023, 156, 392, "28053", Some(1.0), None),
        (2023, 156, 276, "280530", Some(f64::NAN), None),
        (2023, 156, 251, "280530", Some(1.0), Some(-1.0)),
        (2023, 156, 380, "280530", None, None),
    ]);
    let Err(Error::Invalid(report)) = read(columns(&rows)) else { panic!("accepted") };
    let places: Vec<_> = report.problems().iter().map(|problem| (problem.row, problem.column.as_str())).collect();
    assert_eq!(places, [(4, ""), (5, "i"), (6, "k"), (7, "v"), (8, "q"), (9, "v")]);
}

#[test]
fn a_mass_in_words_is_not_an_unknown_mass() {
    let mut columns = columns(&GOOD);
    columns[5].1 = Arc::new(StringArray::from(vec!["2.0", "much", "3.0"]));
    let message = read(columns).unwrap_err().to_string();
    assert!(message.contains("`q`: 1 cell(s) are no Float64"), "{message}");
}
