//! The import of BACI releases: what it accepts, what it reports, and that a failure leaves nothing.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests may fail like tests

use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, Int16Type};
use critmin_core::{Country, CountryAlias, CountryId, CountryKind, CountryRegister, Year};
use critmin_tables::readers::baci::{BaciImport, ImportSummary, import_baci};
use critmin_tables::{Error, Report, read_parquet};
use proptest::prelude::*;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

const FILE: &str = "BACI_HS92_Y2023_V202401b.csv";
const YEAR: &str =
    "t,i,j,k,v,q\n2023,156,842,280530,88.981,194.46\n2023,156,490,10121,0.001,           NA\n2023,842,156,280530,5,\n";

fn register() -> CountryRegister {
    let country = |id: &str| Country {
        country: CountryId::new(id).unwrap(),
        name: id.to_owned(),
        iso2: None,
        m49: None,
        kind: CountryKind::Country,
    };
    let alias = |code: &str, id: &str, to: Option<i16>| CountryAlias {
        scheme: "baci".to_owned(),
        alias: code.to_owned(),
        country: CountryId::new(id).unwrap(),
        valid_from: None,
        valid_to: to.map(Year),
    };
    let countries = ["CHN", "USA", "TWN", "SDN"].map(country).to_vec();
    let aliases = [("156", "CHN", None), ("842", "USA", None), ("490", "TWN", None), ("736", "SDN", Some(2011))];
    CountryRegister::new(countries, aliases.map(|(code, id, to)| alias(code, id, to)).to_vec()).unwrap()
}

/// A folder with the input, and an empty one for the output.
struct Desk {
    _folder: TempDir,
    input: PathBuf,
    output: PathBuf,
}

impl Desk {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (input, output) = (folder.path().join(name), folder.path().join("out").join("trade.parquet"));
        fs::create_dir(folder.path().join("out")).unwrap();
        fs::write(&input, bytes).unwrap();
        Self { _folder: folder, input, output }
    }

    fn import(&self, options: &BaciImport) -> Result<ImportSummary, Error> {
        import_baci(&self.input, &self.output, options, &register(), &mut |_, _| ControlFlow::Continue(()))
    }

    fn left_over(&self) -> Vec<PathBuf> {
        fs::read_dir(self.output.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    fn problems(&self) -> Report {
        let fault = self.import(&BaciImport::default()).unwrap_err();
        assert_eq!(self.left_over(), Vec::<PathBuf>::new());
        let Error::Invalid(report) = fault else { panic!("another error: {fault}") };
        report
    }
}

fn release(members: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in members {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn labels(table: &RecordBatch, column: &str) -> Vec<String> {
    let plain = arrow::compute::cast(table.column_by_name(column).unwrap(), &arrow::datatypes::DataType::Utf8).unwrap();
    plain.as_string::<i32>().iter().map(|label| label.unwrap().to_owned()).collect()
}

#[test]
fn a_year_becomes_a_table() {
    let desk = Desk::new(FILE, YEAR.as_bytes());
    let summary = desk.import(&BaciImport::default()).unwrap();
    assert_eq!((summary.n_rows, summary.n_rows_kept, summary.n_missing_mass, summary.n_codes), (3, 3, 2, 2));
    assert_eq!((summary.years, summary.value_usd_total), (vec![Year(2023)], 93_982.0));
    assert_eq!(summary.source_id.as_str(), "baci-hs92-v202401b");
    let table = read_parquet(&desk.output).unwrap();
    assert_eq!(table.schema(), critmin_tables::table_schema("trade_flows").unwrap().arrow());
    assert_eq!(table["year"].as_primitive::<Int16Type>().values(), &[2023, 2023, 2023]);
    assert_eq!(labels(&table, "origin"), ["CHN", "CHN", "USA"]);
    assert_eq!(labels(&table, "destination"), ["USA", "TWN", "CHN"]);
    assert_eq!(labels(&table, "hs6"), ["280530", "010121", "280530"]); // the leading zero is back
    assert_eq!(labels(&table, "hs_edition"), ["HS92"; 3]);
    assert_eq!(table["value_usd"].as_primitive::<Float64Type>().values(), &[88_981.0, 1.0, 5_000.0]);
    let mass = table["mass_t"].as_primitive::<Float64Type>();
    assert_eq!((mass.value(0), mass.is_null(1), mass.is_null(2)), (194.46, true, true)); // missing, never zero
}

#[test]
fn quotes_blanks_and_another_order_of_columns_are_read() {
    let text = "\u{feff}\"t\",\"k\",\"i\",\"j\",\"v\",\"q\"\r\n2023,\"010121\",\"156\", 842 ,1.5,NA\r\n";
    let desk = Desk::new(FILE, text.as_bytes());
    desk.import(&BaciImport::default()).unwrap();
    assert_eq!(labels(&read_parquet(&desk.output).unwrap(), "hs6"), ["010121"]);
}

#[test]
fn a_release_is_read_from_its_zip() {
    let older = "t,i,j,k,v,q\n2011,736,156,270900,7,1\n";
    let bytes = release(&[
        ("country_codes_V202401b.csv", "country_code,country_name\n4,Afghanistan\n"),
        ("BACI_HS92_Y2023_V202401b.csv", YEAR),
        ("BACI_HS92_Y2011_V202401b.csv", older),
    ]);
    let desk = Desk::new("BACI_HS92_V202401b.zip", &bytes);
    let summary = desk.import(&BaciImport::default()).unwrap();
    assert_eq!((summary.n_rows, summary.years), (4, vec![Year(2011), Year(2023)]));
    let options = BaciImport { years: Some(vec![Year(2011)]), ..BaciImport::default() };
    assert_eq!(desk.import(&options).unwrap().n_rows, 1, "a member of another year was opened");
    let options = BaciImport { codes: Some(vec!["280530".to_owned()]), ..BaciImport::default() };
    assert_eq!(desk.import(&options).unwrap().n_rows_kept, 2);
    assert_eq!(labels(&read_parquet(&desk.output).unwrap(), "hs6"), ["280530"; 2]);
}

#[test]
fn every_problem_is_named_with_its_place() {
    let text = "t,i,j,k,v,q\n2023,697,842,280530,1,1\n2023,156,736,280530,1,1\n2023,156,842,2805301,1,1\n\
        2023,156,842,280530,-1,0\n2023,156,842,280530,NaN,nan\n2022,156,842,280530,1,1\n2023,x,842,,1,1\n\
        2023,156,842,280530,1,1\n2023,156,842,280530,2,2\n2023,156,842\n";
    let report = Desk::new(FILE, text.as_bytes()).problems();
    let found: Vec<_> = report.problems().iter().map(|p| (p.row, p.column.as_str(), p.found.as_str())).collect();
    assert_eq!(
        found,
        [
            (2, "i", "697"),
            (3, "j", "736"),
            (4, "k", "2805301"),
            (5, "v", "-1"),
            (5, "q", "0"),
            (6, "v", "NaN"),
            (6, "q", "nan"),
            (7, "t", "2022"),
            (8, "i", "x"),
            (8, "k", ""),
            (10, "", "2023,156,842,280530"),
            (11, "", "3 fields"),
        ]
    );
    let shown = report.problems()[0].to_string();
    assert_eq!(
        shown,
        "BACI_HS92_Y2023_V202401b.csv, row 2, column `i`: found `697`, expected a BACI country code that means one \
         economy in 2023; give code 697 an alias of scheme `baci` valid in that year, or leave its rows out"
    );
    assert_eq!(
        report.problems()[4].to_string(),
        "BACI_HS92_Y2023_V202401b.csv, row 5, column `q`: found `0`, expected a mass above 0 [t], or `NA` where it is not known"
    );
}

#[test]
fn a_repeated_year_or_another_revision_in_the_zip_is_a_problem() {
    let bytes = release(&[("a/BACI_HS92_Y2023_V1.csv", YEAR), ("b/BACI_HS92_Y2023_V1.csv", YEAR)]);
    let report = Desk::new("BACI_HS92_V1.zip", &bytes).problems();
    assert_eq!((report.n_problems(), report.problems()[0].column.as_str()), (1, "t"));
    let bytes = release(&[("BACI_HS17_Y2023_V1.csv", YEAR)]);
    let report = Desk::new("BACI_HS92_V1.zip", &bytes).problems();
    assert_eq!(report.problems()[0].found, "HS17");
}

#[test]
fn files_of_another_kind_are_refused() {
    let fault = |name: &str, bytes: &[u8]| {
        let desk = Desk::new(name, bytes);
        let fault = desk.import(&BaciImport::default()).unwrap_err();
        assert!(desk.left_over().is_empty());
        fault.to_string()
    };
    assert_eq!(
        fault(FILE, b"t,i,j,hs6,v,q\n"),
        "`BACI_HS92_Y2023_V202401b.csv` lacks the column `k`; found `t`, `i`, `j`, `hs6`, `v`, `q`. Expected the layout of BACI releases (`t,i,j,k,v,q`)"
    );
    assert!(fault(FILE, b"").contains("it is empty"));
    assert!(fault(FILE, b"PAR1....").contains("it is Parquet already"));
    assert!(fault(FILE, b"t,i,j,k,v,q\n").contains("0 rows, none to keep"));
    assert!(fault("BACI_HS92_V1.zip", b"PK\x03\x04 broken").contains("not readable as zip"));
    assert!(fault("BACI_HS92_V1.zip", &release(&[("readme.csv", "a")])).contains("it holds no file named like"));
    assert!(fault("trade.csv", YEAR.as_bytes()).contains("does not tell its HS revision"));
    let whole = release(&[(FILE, &YEAR.repeat(50))]);
    assert!(fault("BACI_HS92_V1.zip", &whole[..whole.len() - 30]).contains("not readable as zip"));
}

#[test]
fn an_interrupted_import_leaves_nothing() {
    let desk = Desk::new(FILE, YEAR.as_bytes());
    let mut told = Vec::new();
    let mut progress = |done, total| {
        told.push((done, total));
        ControlFlow::Break(())
    };
    let result = import_baci(&desk.input, &desk.output, &BaciImport::default(), &register(), &mut progress);
    assert!(matches!(result, Err(Error::Interrupted)), "{result:?}");
    assert_eq!(told, [(YEAR.len() as u64, YEAR.len() as u64)]);
    assert!(desk.left_over().is_empty());
}

#[test]
fn an_output_that_cannot_be_written_is_said_before_the_work() {
    let desk = Desk::new(FILE, YEAR.as_bytes());
    let nowhere = Path::new("no/such/folder/trade.parquet");
    let progress = &mut |_, _| panic!("the input was read");
    let fault = import_baci(&desk.input, nowhere, &BaciImport::default(), &register(), progress).unwrap_err();
    assert!(matches!(fault, Error::Write { .. }), "{fault}");
}

#[test]
fn an_earlier_file_survives_a_failed_import() {
    let desk = Desk::new(FILE, YEAR.as_bytes());
    desk.import(&BaciImport::default()).unwrap();
    let before = fs::read(&desk.output).unwrap();
    fs::write(&desk.input, "t,i,j,k,v,q\n2023,697,842,280530,1,1\n").unwrap();
    desk.import(&BaciImport::default()).unwrap_err();
    assert_eq!(fs::read(&desk.output).unwrap(), before);
    assert_eq!(desk.left_over(), std::slice::from_ref(&desk.output));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever the bytes: no panic, and a file if and only if the import succeeded.
    #[test]
    fn arbitrary_bytes_leave_a_whole_file_or_none(
        start in prop::sample::select(vec!["", "t,i,j,k,v,q\n", "PK\u{3}\u{4}", "t,i,j,k,v,q\n2023,156,842,280530,1,1\n"]),
        rest in prop::collection::vec(any::<u8>(), 0..300),
        rows in "(20(23|22),(156|842|697|),[0-9]{3},[0-9]{4,7},[0-9.eN-]{0,6},(NA| |1)\n){0,6}",
    ) {
        let bytes = [start.as_bytes(), rows.as_bytes(), &rest].concat();
        let desk = Desk::new(FILE, &bytes);
        let result = desk.import(&BaciImport::default());
        prop_assert_eq!(result.is_ok(), !desk.left_over().is_empty());
        if let Ok(summary) = result {
            prop_assert_eq!(read_parquet(&desk.output).unwrap().num_rows() as u64, summary.n_rows_kept);
        }
    }
}
