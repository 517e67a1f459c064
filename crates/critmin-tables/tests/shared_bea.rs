//! BEA benchmark accounts: the figures that the README of the source lists, on the files themselves.

#![allow(clippy::unwrap_used)] // helpers of tests may fail like tests

mod common;

use std::collections::BTreeMap;

use critmin_core::{SourceId, Year};
use critmin_tables::readers::bea::{
    BeaAccounts, IoCell, IoCodeKind, IoTable, Redefinitions, io_cells_table, io_codes_table, read_bea,
};

/// The benchmarks of 2017 and 2012.
fn benchmarks() -> Option<[BeaAccounts; 2]> {
    let folder = common::shared()?.join("sources/bea_2017_detail");
    Some([2017, 2012].map(|year| read_bea(&folder, Year(year)).unwrap()))
}

struct Matrix<'a> {
    cells: Vec<&'a IoCell>,
    accounts: &'a BeaAccounts,
}

impl<'a> Matrix<'a> {
    fn new(accounts: &'a BeaAccounts, table: IoTable, redefinitions: Redefinitions) -> Self {
        let is_in = |cell: &&IoCell| cell.table == table && cell.redefinitions == redefinitions;
        let cells: Vec<_> = accounts.cells.iter().filter(is_in).collect();
        assert!(!cells.is_empty(), "{table} {redefinitions} is empty");
        Self { cells, accounts }
    }

    fn is(&self, kind: IoCodeKind, code: &str) -> bool {
        self.accounts.codes.iter().any(|known| known.kind == kind && &*known.code == code)
    }

    /// Sum over the cells that are wanted, by row and column.
    fn sum(&self, is_wanted: impl Fn(&str, &str) -> bool) -> i64 {
        let wanted = self.cells.iter().filter(|cell| is_wanted(&cell.row_code, &cell.column_code));
        wanted.map(|cell| i64::from(cell.value_million_usd)).sum()
    }

    fn codes(&self, kind: IoCodeKind) -> impl Iterator<Item = &'a str> {
        self.accounts.codes.iter().filter(move |code| code.kind == kind).map(|code| &*code.code)
    }
}

fn is_value_added(row: &str) -> bool {
    row.starts_with("V00")
}

#[test]
fn codes_and_their_traps() {
    let Some(benchmarks) = benchmarks() else { return };
    for (accounts, n_codes) in benchmarks.iter().zip([402, 405]) {
        let use_table = Matrix::new(accounts, IoTable::Use, Redefinitions::After);
        let count = |kind| use_table.codes(kind).count();
        assert_eq!((count(IoCodeKind::Industry), count(IoCodeKind::Commodity)), (n_codes, n_codes));
        assert_eq!((count(IoCodeKind::FinalDemand), count(IoCodeKind::ValueAdded)), (20, 3));
        let only = |kind, other| -> Vec<&str> {
            let mut codes: Vec<_> = use_table.codes(kind).filter(|code| !use_table.is(other, code)).collect();
            codes.sort_unstable();
            codes
        };
        assert_eq!(only(IoCodeKind::Industry, IoCodeKind::Commodity), ["331314", "S00101", "S00201", "S00202"]);
        assert_eq!(only(IoCodeKind::Commodity, IoCodeKind::Industry), ["S00300", "S00401", "S00402", "S00900"]);
        for code in ["S00300", "S00402"] {
            assert_eq!(use_table.sum(|row, column| row == code && column == "T007"), 0);
        }
        let table = io_codes_table(&accounts.codes, &SourceId::new("bea-io").unwrap()).unwrap();
        assert_eq!(table.num_rows(), 2 * n_codes + 20 + 3 + 6);
    }
}

#[test]
fn value_added_and_output() {
    let Some(benchmarks) = benchmarks() else { return };
    let expected = [(19_612_117, 19_612_103, 19_612_108, 34_468_047), (16_253_959, 16_253_966, 16_253_974, 29_222_794)];
    for (accounts, (value_added, t006, t004, output)) in benchmarks.iter().zip(expected) {
        let use_table = Matrix::new(accounts, IoTable::Use, Redefinitions::After);
        let make = Matrix::new(accounts, IoTable::Make, Redefinitions::After);
        let is_industry = |code: &str| use_table.is(IoCodeKind::Industry, code);
        let is_commodity = |code: &str| use_table.is(IoCodeKind::Commodity, code);
        assert_eq!(use_table.sum(|row, column| is_value_added(row) && is_industry(column)), value_added);
        assert_eq!(use_table.sum(|row, column| row == "T006" && is_industry(column)), t006);
        assert_eq!(use_table.sum(|row, column| column == "T004" && is_commodity(row)), t004);
        assert_eq!(make.sum(|row, column| is_industry(row) && is_commodity(column)), output);
    }
}

#[test]
fn single_industries() {
    let Some(benchmarks) = benchmarks() else { return };
    let expected = [
        [("334413", 50_935, 38_499), ("331410", 10_208, 3_040), ("335911", 7_278, 2_465), ("33299A", 13_177, 6_429)],
        [("334413", 47_562, 35_104), ("331410", 14_626, 5_529), ("335911", 6_330, 2_542), ("33299A", 13_743, 6_871)],
    ];
    for (accounts, expected) in benchmarks.iter().zip(expected) {
        let use_table = Matrix::new(accounts, IoTable::Use, Redefinitions::After);
        let make = Matrix::new(accounts, IoTable::Make, Redefinitions::After);
        for (code, output, value_added) in expected {
            assert_eq!(make.sum(|row, column| row == code && use_table.is(IoCodeKind::Commodity, column)), output);
            assert_eq!(use_table.sum(|row, column| is_value_added(row) && column == code), value_added);
        }
    }
}

#[test]
fn semiconductors() {
    let Some(benchmarks) = benchmarks() else { return };
    let expected = [(57_112, 29_978, 23_058, 22_086), (48_308, 24_690, 24_006, 61)];
    for (accounts, (used, imported, exported, by_drug_wholesalers)) in benchmarks.iter().zip(expected) {
        let use_table = Matrix::new(accounts, IoTable::Use, Redefinitions::After);
        let imports = Matrix::new(accounts, IoTable::Import, Redefinitions::Before);
        let is_industry = |code: &str| use_table.is(IoCodeKind::Industry, code);
        assert_eq!(use_table.sum(|row, column| row == "334413" && is_industry(column)), used);
        assert_eq!(imports.sum(|row, column| row == "334413" && is_industry(column)), imported);
        assert_eq!(use_table.sum(|row, column| row == "334413" && column == "F04000"), exported);
        assert_eq!(use_table.sum(|row, column| row == "334413" && column == "424200"), by_drug_wholesalers);
    }
    let before = Matrix::new(&benchmarks[0], IoTable::Make, Redefinitions::Before);
    assert_eq!(before.sum(|row, column| row == "334413" && column == "T008"), 64_242);
}

#[test]
fn cells_that_are_not_zero() {
    let Some(benchmarks) = benchmarks() else { return };
    for (accounts, expected) in benchmarks.iter().zip([(48_754, 3_233, 18_899), (49_414, 3_357, 18_110)]) {
        let count = |table, redefinitions, column_kind, row_kind| {
            let matrix = Matrix::new(accounts, table, redefinitions);
            let is_counted =
                |cell: &&&IoCell| matrix.is(row_kind, &cell.row_code) && matrix.is(column_kind, &cell.column_code);
            matrix.cells.iter().filter(is_counted).count()
        };
        let found = (
            count(IoTable::Use, Redefinitions::After, IoCodeKind::Industry, IoCodeKind::Commodity),
            count(IoTable::Make, Redefinitions::After, IoCodeKind::Commodity, IoCodeKind::Industry),
            count(IoTable::Import, Redefinitions::Before, IoCodeKind::Industry, IoCodeKind::Commodity),
        );
        assert_eq!(found, expected);
        let table = io_cells_table(&accounts.cells, &SourceId::new("bea-io").unwrap()).unwrap();
        assert_eq!(table.num_rows(), accounts.cells.len());
    }
}

/// The copy lost the labels of the last two columns: what they hold must be final uses and commodity output.
#[test]
fn totals_before_redefinitions() {
    let Some([accounts, _]) = benchmarks() else { return };
    let use_table = Matrix::new(&accounts, IoTable::Use, Redefinitions::Before);
    for code in use_table.codes(IoCodeKind::Commodity) {
        let cell = |column: &str| use_table.sum(|row, found| row == code && found == column);
        let last = use_table.sum(|row, column| row == code && use_table.is(IoCodeKind::FinalDemand, column));
        assert!((last - cell("T004")).abs() <= 3 && (cell("T001") + cell("T004") - cell("T007")).abs() <= 1, "{code}");
    }
    assert_eq!(use_table.sum(|row, column| (row, column) == ("T005", "T004")), 19_612_103);
}

/// Inputs and value added make up output, uses make up commodity output, within the rounding that the README found.
#[test]
fn rows_and_columns_balance() {
    let Some(benchmarks) = benchmarks() else { return };
    for (accounts, (column, row)) in
        benchmarks.iter().zip([((14, "GSLGO"), (26, "333318")), ((11, "523900"), (22, "447000"))])
    {
        let use_table = Matrix::new(accounts, IoTable::Use, Redefinitions::After);
        let make = Matrix::new(accounts, IoTable::Make, Redefinitions::After);
        let (mut columns, mut rows): (BTreeMap<&str, i32>, BTreeMap<&str, i32>) = Default::default();
        let is_total = |cell: &IoCell| cell.row_code.starts_with('T') || cell.column_code.starts_with('T');
        for cell in use_table.cells.iter().filter(|cell| !is_total(cell)) {
            *columns.entry(&cell.column_code).or_default() += cell.value_million_usd;
            *rows.entry(&cell.row_code).or_default() += cell.value_million_usd;
        }
        for cell in make.cells.iter().filter(|cell| !is_total(cell)) {
            *columns.entry(&cell.row_code).or_default() -= cell.value_million_usd;
            *rows.entry(&cell.column_code).or_default() -= cell.value_million_usd;
        }
        columns.retain(|code, _| use_table.is(IoCodeKind::Industry, code));
        rows.retain(|code, _| use_table.is(IoCodeKind::Commodity, code));
        let largest = |gaps: &BTreeMap<&str, i32>| gaps.values().map(|gap| gap.abs()).max().unwrap();
        assert_eq!((largest(&columns), columns[column.1].abs()), (column.0, column.0));
        assert_eq!((largest(&rows), rows[row.1].abs()), (row.0, row.0));
    }
}
