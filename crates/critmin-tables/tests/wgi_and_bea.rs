//! Readers of governance indicators and input–output accounts on small files of our own: layouts, traps, bad input.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests may fail like tests

use std::fs;

use critmin_core::{Country, CountryAlias, CountryId, CountryKind, CountryRegister, SourceId, Year};
use critmin_tables::readers::bea::{IoCodeKind, IoTable, read_bea};
use critmin_tables::readers::wgi::{Dimension, GovernanceRecord, mean_of_six, read_wgi};
use critmin_tables::{Encoding, Error, SourceFile};
use proptest::prelude::*;
use tempfile::TempDir;

const LONG: &str =
    "codeindyr,code,countryname,year,indicator,estimate,stddev,nsource,pctrank,pctranklower,pctrankupper\n";
const TIDY: &str = "code,iso3,name,year,dim,estimate,stderr,nsrc,pctrank\n";

fn register() -> CountryRegister {
    let (country, name) = (CountryId::new("COD").unwrap(), "DR Congo".to_owned());
    let alias = CountryAlias {
        scheme: "wgi".to_owned(),
        alias: "ZAR".to_owned(),
        country: country.clone(),
        valid_from: None,
        valid_to: None,
    };
    let country = Country { country, name, iso2: None, m49: None, kind: CountryKind::Country };
    CountryRegister::new(vec![country], vec![alias]).unwrap()
}

fn wgi(text: &str) -> Result<Vec<GovernanceRecord>, Error> {
    let file = SourceFile::decode("wgi.csv", text.as_bytes().to_vec(), Encoding::Utf8)?;
    read_wgi(&file, &register(), &SourceId::new("wgi-2024-update").unwrap())
}

/// Six rows of one year in the publisher's layout, in which `rl` says `estimate`.
fn six(estimate: &str) -> String {
    let row = |dimension: &Dimension| {
        let estimate = if *dimension == Dimension::RuleOfLaw { estimate } else { "-1.5" };
        format!("ZAR{dimension}2020,ZAR,\"Congo, Dem. Rep.\",2020,{dimension},{estimate},0.2,9,5.1,2,9\n")
    };
    LONG.to_owned() + &Dimension::ALL.iter().map(row).collect::<String>()
}

#[test]
fn the_publishers_long_table() {
    let records = wgi(&six("-1.8")).unwrap();
    assert_eq!(records.len(), 6);
    let country = CountryId::new("COD").unwrap(); // `ZAR` is the World Bank's legacy code
    let mean = mean_of_six(&records, &country, Year(2020)).unwrap();
    assert!((mean - -1.55).abs() < 1e-6, "{mean}");
    assert_eq!(mean_of_six(&records[1..], &country, Year(2020)), None);
    assert_eq!(mean_of_six(&[records.clone(), records].concat(), &country, Year(2020)), None);
}

#[test]
fn a_missing_dimension_is_a_problem_of_the_year() {
    let message = wgi(&six("..")).unwrap_err().to_string();
    assert_eq!(
        message,
        "1 problem in the input\n  wgi.csv, row 0, column `dimension`: found `va, pv, ge, rq, cc`, expected all six \
         dimensions in 2020: `va`, `pv`, `ge`, `rq`, `rl`, `cc`"
    );
}

#[test]
fn bad_estimates_are_named() {
    let text = six("97.3") + "x,ZAR,a,2020,va,1,1,1,1,1,1\nx,GUY,a,1990,xx,1,-1,1,1,1,1\n";
    let Err(Error::Invalid(report)) = wgi(&text) else { panic!("accepted") };
    let found: Vec<_> = report.problems().iter().map(|p| (p.row, p.column.as_str(), p.found.as_str())).collect();
    let expected = [
        (6, "estimate", "97.3"),
        (8, "", "ZAR,2020,va"),
        (9, "year", "1990"),
        (9, "dimension", "xx"),
        (9, "code", "GUY"),
        (9, "standard error", "-1"),
        (0, "dimension", "va, pv, ge, rq, cc"),
    ];
    assert_eq!(found, expected);
    let wrong_iso = TIDY.to_owned() + "ZAR,ZAR,a,2020,va,1,1,1,1\n";
    assert!(wgi(&wrong_iso).unwrap_err().to_string().contains("column `iso3`: found `ZAR`, expected `COD`"));
    assert!(matches!(wgi("a,b\n1,2\n"), Err(Error::MissingColumns { .. })));
}

/// A benchmark of two industries and two commodities, only one of them shared.
const ACCOUNTS: [(&str, &str); 9] = [
    (
        "IndustryCodeName_2012",
        "BEA_2012_Detail_Industry_Code,BEA_2012_Detail_Industry_Name\n1111A0,Oilseed farming\nS00101,Utilities\n",
    ),
    (
        "CommodityCodeName_2012",
        "BEA_2012_Detail_Commodity_Code,BEA_2012_Detail_Commodity_Name\n1111A0,Oilseed farming\nS00300,Imports\n",
    ),
    (
        "FinalDemandCodeName_2012",
        "BEA_2012_Detail_FinalDemand_Code,BEA_2012_Detail_FinalDemand_Name\nF01000,Consumption\n",
    ),
    (
        "ValueAddedCodeName_2012",
        "BEA_2012_Detail_ValueAdded_Code,BEA_2012_Detail_ValueAdded_Name\nV00100,Compensation\n",
    ),
    ("Use_2012_PRO_AfterRedef_12sch", USE),
    ("Use_2012_PRO_BeforeRedef_12sch", USE),
    ("Make_2012_AfterRedef_12sch", "code,1111A0,S00300,T008\n1111A0,9,0,9\nS00101,0,3,3\nT007,9,3,12\n"),
    ("Import_2012_BeforeRedef_12sch", "code,1111A0,S00101,T001,F01000,T004\n1111A0,1,0,1,-1,-1\nS00300,0,0,0,0,0\n"),
    ("unused", ""),
];
const USE: &str = "code,1111A0,S00101,T001,F01000,T004,T007\n1111A0,2,1,3,6,6,9\nS00300,0,0,0,3,3,3\nT005,2,1,3,9,9,12\n\
    V00100,7,2,9,0,0,0\nT006,7,2,9,0,0,0\nT008,9,3,12,0,0,0\n";

fn bea(changed: &str, text: &str) -> Result<critmin_tables::readers::bea::BeaAccounts, Error> {
    let folder = TempDir::new().unwrap();
    for (name, original) in ACCOUNTS {
        let text = if name == changed { text } else { original };
        fs::write(folder.path().join(format!("Detail_{name}.csv")), text).unwrap();
    }
    read_bea(folder.path(), Year(2012))
}

#[test]
fn a_small_benchmark() {
    let accounts = bea("", "").unwrap();
    let count = |table| accounts.cells.iter().filter(|cell| cell.table == table).count();
    assert_eq!((count(IoTable::Use), count(IoTable::Make), count(IoTable::Import)), (2 * 24, 7, 4));
    assert!(accounts.codes.iter().any(|code| &*code.code == "1111A0" && code.kind == IoCodeKind::Commodity));
    let negative = accounts.cells.iter().find(|cell| cell.value_million_usd < 0).unwrap();
    assert_eq!((&*negative.row_code, &*negative.column_code), ("1111A0", "F01000"));
}

#[test]
fn lost_labels_of_the_totals_are_restored_when_the_sums_hold() {
    let lost = USE.replace("T004,T007\n1111A0", "NA,NA.1\n1111A0");
    assert_eq!(bea("Use_2012_PRO_BeforeRedef_12sch", &lost).unwrap(), bea("", "").unwrap());
    let displaced = lost.replace("6,6,9", "6,9,60");
    let message = bea("Use_2012_PRO_BeforeRedef_12sch", &displaced).unwrap_err().to_string();
    assert!(message.contains("found `3 + 9`, expected `T001` and `T004` to make up `T007`, 60"), "{message}");
}

#[test]
fn bad_matrices_are_named() {
    let problems = |name: &str, text: &str| {
        let Err(Error::Invalid(report)) = bea(name, text) else { panic!("accepted") };
        report.problems().iter().map(|p| format!("{},{},{}", p.row, p.column, p.found)).collect::<Vec<_>>()
    };
    let make = |text: &str| problems("Make_2012_AfterRedef_12sch", text);
    assert_eq!(
        make("code,1111A0,S00300,T008\n1111A0,x,1.5\nS00101,x,1.5,3\nT007,9,3,12\n"),
        ["2,,3 fields", "3,1111A0,x", "3,S00300,1.5"]
    );
    assert_eq!(
        make("code,1111A0,S00300,T008\n1111A0,9,0,9\n1111A0,0,3,3\nXX,9,3,12\n"),
        ["3,code,1111A0", "4,code,XX", "0,code,", "0,code,"]
    );
    assert_eq!(
        problems(
            "ValueAddedCodeName_2012",
            "BEA_2012_Detail_ValueAdded_Code,BEA_2012_Detail_ValueAdded_Name\nV00100,a\nV00100,b\n"
        ),
        ["3,,V00100,b"]
    );
    assert!(matches!(bea("Make_2012_AfterRedef_12sch", "a,b\n"), Err(Error::MissingColumns { .. })));
    assert!(matches!(bea("IndustryCodeName_2012", "a,b\n"), Err(Error::MissingColumns { .. })));
    assert!(matches!(read_bea(TempDir::new().unwrap().path(), Year(2017)), Err(Error::Read { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn arbitrary_bytes_never_panic(
        header in prop::sample::select(vec!["", LONG, TIDY, USE, "code,"]),
        rest in prop::collection::vec(any::<u8>(), 0..200),
        rows in "([A-Z0-9.,\"-]{0,12},){0,12}\n([a-z0-9.,]{0,30}\n){0,4}",
        name in prop::sample::select(ACCOUNTS.map(|(name, _)| name).to_vec()),
    ) {
        let text = header.to_owned() + &rows + &String::from_utf8_lossy(&rest);
        let _ = wgi(&text);
        let _ = bea(name, &text);
    }
}
