//! Bad recipes and bad cells are refused together, with their places.

use critmin_core::{CommodityId, Dataset, Observation, SalientRecord, SalientStatistic, SourceId, Year};

use super::*;

const BALANCES_HEADER: &str = "series,chapter,commodity,target,nir_detail,consumption_detail,published_occurrence,denominator,role,component_commodity,statistics,detail,occurrence,unit,factor,from_year,to_year,basis";
const PUBLISHED_HEADER: &str =
    "series,chapter,commodity,detail,occurrence,quantity,year,printed,value,low,high,flag,unit,rounding,source,grade";
const HEAD: &str = "gallium,GALLIUM,Gallium,net_import_reliance,Reliance,,1";

fn record(statistic: SalientStatistic, words: &str, detail: &str, printed: &str, value: f64) -> SalientRecord {
    SalientRecord {
        chapter: "GALLIUM".to_owned(),
        commodity: CommodityId::new("gallium").unwrap(),
        published_commodity: "Gallium".to_owned(),
        statistic,
        published_statistic: words.to_owned(),
        detail: detail.to_owned(),
        published_detail: detail.to_owned(),
        occurrence: 1,
        year: Year(2025),
        printed: printed.to_owned(),
        published: Observation::reported(value),
        unit: if words == "Net import reliance" { "percent" } else { "kilograms" }.to_owned(),
        tonnes_per_unit: None,
        source_id: SourceId::new(SOURCE_2026).unwrap(),
        note: String::new(),
    }
}

fn dataset() -> Dataset {
    let salient = vec![
        record(SalientStatistic::Imports, "Import", "Imports", "900", 900.0),
        record(SalientStatistic::Consumption, "Consumption", "Reported", "1,200", 1_200.0),
        record(SalientStatistic::NetImportReliance, "Net import reliance", "Reliance", "75", 75.0),
    ];
    Dataset { salient, ..Dataset::default() }
}

fn recompute(balances: &[String], published: &[&str]) -> Result<RecordBatch, Error> {
    let balances = format!("{BALANCES_HEADER}\n{}\n", balances.join("\n"));
    import_reliance(&dataset(), &balances, &format!("{PUBLISHED_HEADER}\n{}\n", published.join("\n")))
}

fn recipe() -> [String; 2] {
    [
        format!("{HEAD},reported,imports,Gallium,Import,Imports,1,kilograms,1,,,note"),
        format!("{HEAD},reported,consumption,Gallium,Consumption,Reported,1,kilograms,1,,,note"),
    ]
}

const CELL: &str = "gallium,GALLIUM,Gallium,Reliance,1,net_import_reliance,2025,75,,,,reported,percent,,USGS,published";

#[test]
fn one_cell_is_recomputed() {
    let table = recompute(&recipe(), &[CELL]).unwrap();
    assert_eq!((table.num_rows(), table.schema()), (1, IMPORT_RELIANCE.arrow()));
}

#[test]
fn every_problem_of_both_files_is_reported() {
    let mut balances = recipe();
    balances[0] = balances[0].replace("Imports,1,", "Import,1,").replace(",1,,,note", ",-1,2022,2021,note");
    balances[1] = balances[1].replace("consumption,Gallium", "demand,Gallium");
    let Err(Error::Invalid(report)) = recompute(&balances, &[&CELL.replace(",75,", ",76,")]) else {
        panic!("bad files were accepted")
    };
    let places: Vec<_> = report.problems().iter().map(|at| (at.file.as_str(), at.row, at.column.as_str())).collect();
    let expected = [
        ("balances.csv", 2, "detail"),
        ("balances.csv", 2, "factor"),
        ("balances.csv", 2, "from_year"),
        ("balances.csv", 3, "role"),
        ("balances.csv", 2, "denominator"),
        ("published.csv", 2, "printed"),
    ];
    assert_eq!(places, expected, "{report}");
    assert!(report.to_string().contains("found `76`, expected `75`, as the dataset holds it"), "{report}");
}

#[test]
fn a_cell_without_a_recipe_and_a_printed_cell_left_out_are_problems() {
    let Err(Error::Invalid(report)) = recompute(&recipe(), &[&CELL.replace("gallium,", "galium,")]) else {
        panic!("an unknown series was accepted")
    };
    let places: Vec<_> = report.problems().iter().map(|at| (at.row, at.column.as_str(), at.found.as_str())).collect();
    assert_eq!(places, [(2, "series", "galium"), (0, "", "0 rows for gallium, net_import_reliance, 2025")]);
}
