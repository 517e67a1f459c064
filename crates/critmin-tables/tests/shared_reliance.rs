//! The study of U.S. net import reliance, recomputed from the publisher's own file.

#![allow(clippy::unwrap_used, clippy::panic)] // a test may panic

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int16Type};
use critmin_core::Dataset;
use critmin_tables::import_reliance;
use critmin_tables::readers::usgs;
use critmin_tables::reference;

fn study(file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../studies/usgs-mcs-2026-import-reliance");
    std::fs::read_to_string(folder.join(file)).unwrap()
}

fn recomputed() -> Option<Table> {
    let path = common::shared()?.join("sources/usgs_mcs/MCS2026_Commodities_Data.csv");
    let release =
        usgs::read_mcs_2026(&path, &reference::registers().unwrap()).unwrap_or_else(|fault| panic!("{fault}"));
    let dataset = Dataset { salient: release.salient, ..Dataset::default() };
    let table = import_reliance(&dataset, &study("balances.csv"), &study("published.csv"));
    Some(Table(table.unwrap_or_else(|fault| panic!("{fault}"))))
}

struct Table(RecordBatch);

impl Table {
    fn texts(&self, column: &str) -> Vec<String> {
        let cells = cast(self.0.column_by_name(column).unwrap(), &DataType::Utf8).unwrap();
        cells.as_string::<i32>().iter().map(|cell| cell.unwrap_or_default().to_owned()).collect()
    }

    fn numbers(&self, column: &str) -> Vec<Option<f64>> {
        self.0.column_by_name(column).unwrap().as_primitive::<Float64Type>().iter().collect()
    }

    fn row(&self, series: &str, quantity: &str, year: i16) -> usize {
        let years = self.0.column_by_name("year").unwrap().as_primitive::<Int16Type>();
        let (names, quantities) = (self.texts("series"), self.texts("quantity"));
        let is_wanted =
            |row: &usize| names[*row] == series && quantities[*row] == quantity && years.value(*row) == year;
        (0..self.0.num_rows()).find(is_wanted).unwrap()
    }

    /// Verdict, reason, and computed value with its ends.
    fn cell(&self, series: &str, quantity: &str, year: i16) -> (String, String, [Option<f64>; 3]) {
        let row = self.row(series, quantity, year);
        let numbers = ["computed_low", "computed", "computed_high"].map(|column| self.numbers(column)[row]);
        (self.texts("verdict")[row].clone(), self.texts("reason")[row].clone(), numbers)
    }
}

#[test]
fn verdicts_of_all_987_cells() {
    let Some(table) = recomputed() else { return };
    let mut counts: BTreeMap<(String, String), u32> = BTreeMap::new();
    for key in table.texts("quantity").into_iter().zip(table.texts("verdict")) {
        *counts.entry(key).or_default() += 1;
    }
    let verdicts = ["matches", "differs", "cannot_be_computed", "not_published"];
    let of = |quantity: &str| verdicts.map(|verdict| counts[&(quantity.to_owned(), verdict.to_owned())]);
    assert_eq!(of("apparent_consumption"), [325, 10, 56, 69]);
    assert_eq!(of("net_import_reliance"), [349, 10, 142, 26]);
    assert_eq!(table.0.num_rows(), 987);
}

#[test]
fn reasons_that_let_a_figure_match() {
    let Some(table) = recomputed() else { return };
    let matches =
        table.texts("reason").into_iter().zip(table.texts("verdict")).filter(|(_, verdict)| verdict == "matches");
    let reasons: Vec<String> = matches.map(|(reason, _)| reason).collect();
    let count = |kind: &str| reasons.iter().filter(|reason| reason.split(',').next() == Some(kind)).count();
    assert_eq!([count("identity"), count("denominator_printed"), count("sign_only")], [45, 15, 9]);
}

#[test]
fn named_cells() {
    let Some(table) = recomputed() else { return };
    let close = |found: Option<f64>, expected: f64| (found.unwrap() - expected).abs() < 0.05;
    for year in 2021..=2025 {
        for quantity in ["apparent_consumption", "net_import_reliance"] {
            assert_eq!(table.cell("antimony", quantity, year).0, "matches", "{quantity}, {year}");
        }
        let (verdict, reason, _) = table.cell("gallium", "net_import_reliance", year);
        assert_eq!((verdict.as_str(), reason.as_str()), ("cannot_be_computed", "input_not_available: `Exports`"));
    }
    let (verdict, reason, computed) = table.cell("cobalt", "net_import_reliance", 2025);
    assert_eq!((verdict.as_str(), reason.as_str()), ("differs", ""));
    let expected = [80.3, 81.7, 83.1];
    assert!(computed.iter().zip(expected).all(|(found, expected)| close(*found, expected)), "{computed:?}");
    let (verdict, _, computed) = table.cell("cobalt", "apparent_consumption", 2025);
    assert_eq!((verdict.as_str(), computed[1]), ("differs", Some(10_956.0)));
    let (verdict, _, computed) = table.cell("mica-sheet", "net_import_reliance", 2022);
    assert_eq!(verdict, "differs");
    assert!(close(computed[1], 103.07), "{computed:?}");
}

#[test]
fn printed_cells_carry_their_rounding() {
    let Some(table) = recomputed() else { return };
    let published = study("published.csv");
    let mut reader = csv::Reader::from_reader(published.as_bytes());
    let columns = [("published", 8), ("published_low", 9), ("published_high", 10), ("tolerance", 13)];
    let found = columns.map(|(column, _)| table.numbers(column));
    let rows: Vec<_> = reader.records().map(|record| record.unwrap()).collect();
    assert_eq!(rows.len(), 987);
    for (at, record) in rows.iter().enumerate() {
        for ((column, place), found) in columns.iter().zip(&found) {
            let expected = record[*place].parse::<f64>().ok();
            let agrees = match (found[at], expected) {
                (Some(found), Some(expected)) => (found - expected).abs() <= 1e-9 * expected.abs(),
                (found, expected) => found.is_none() && expected.is_none(),
            };
            assert!(agrees, "{column} of {record:?}: {:?}", found[at]);
        }
    }
    assert_eq!(table.0.column_by_name("reason").unwrap().len(), 987);
}

#[test]
fn a_misprinted_cell_is_refused() {
    let Some(folder) = common::shared() else { return };
    let path = folder.join("sources/usgs_mcs/MCS2026_Commodities_Data.csv");
    let release = usgs::read_mcs_2026(&path, &reference::registers().unwrap()).unwrap();
    let dataset = Dataset { salient: release.salient, ..Dataset::default() };
    let published = study("published.csv").replacen("\"146,000\"", "\"147,000\"", 1);
    let fault = import_reliance(&dataset, &study("balances.csv"), &published).unwrap_err().to_string();
    assert!(fault.contains("published.csv, row 2, column `printed`: found `147,000`"), "{fault}");
}
