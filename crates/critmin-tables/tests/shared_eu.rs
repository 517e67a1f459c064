//! The figures that the notes on the EU files measured, asserted on those very files.

#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp)] // a test may panic, and printed figures are compared as printed

mod common;

use std::collections::BTreeMap;
use std::path::PathBuf;

use critmin_core::Flag;
use critmin_tables::readers::eu::{
    EuAssessment, EuScope, EuStage, EuSupplyShare, EuUseShare, eu_assessments_table, eu_supply_shares_table,
    eu_use_shares_table, read_eu_assessments, read_eu_supply_shares, read_eu_use_shares,
};
use critmin_tables::reference;

fn file(name: &str) -> Option<PathBuf> {
    Some(common::shared()?.join("sources/eu_crm_2023").join(name))
}

fn assessments() -> Option<Vec<EuAssessment>> {
    let path = file("dimension_CRMsOverTime.csv")?;
    Some(read_eu_assessments(&path, &reference::registers().unwrap()).unwrap_or_else(|fault| panic!("{fault}")))
}

fn shares(scope: EuScope) -> Option<Vec<EuSupplyShare>> {
    let name = if scope == EuScope::Global { "fact_GlobalSupplyShares&t.csv" } else { "fact_EUSupplyShares&t.csv" };
    let shares = read_eu_supply_shares(&file(name)?, scope, &reference::registers().unwrap());
    Some(shares.unwrap_or_else(|fault| panic!("{fault}")))
}

fn uses() -> Option<Vec<EuUseShare>> {
    let path = file("fact_MaterialUseShares.csv")?;
    Some(read_eu_use_shares(&path, &reference::registers().unwrap()).unwrap_or_else(|fault| panic!("{fault}")))
}

#[test]
fn assessments_over_time() {
    let Some(records) = assessments() else { return };
    assert_eq!(records.len(), 355);
    let assessed = |year| records.iter().filter(move |row| row.year.0 == year && row.supply_risk.is_some());
    let critical = |row: &&EuAssessment| row.supply_risk >= Some(1.0) && row.economic_importance >= Some(2.8);
    let years = [2011, 2014, 2017, 2020, 2023];
    assert_eq!(years.map(|year| assessed(year).count()), [43, 52, 61, 66, 70]);
    assert_eq!(years.map(|year| assessed(year).filter(critical).count()), [17, 22, 26, 30, 32]);
    assert_eq!(eu_assessments_table(&records).unwrap().num_rows(), 355);
}

#[test]
fn assessments_of_2023() {
    let Some(records) = assessments() else { return };
    for (material, risk, importance) in [
        ("Gallium", 3.9, 3.7),
        ("Germanium", 1.8, 3.6),
        ("Antimony", 1.8, 5.4),
        ("HREEs", 5.1, 4.2),
        ("LREEs", 3.7, 5.9),
        ("Magnesium", 4.1, 7.4),
        ("Tungsten", 1.2, 8.7),
        ("Natural graphite", 1.8, 3.4),
        ("Boron", 3.6, 3.9),
        ("Niobium", 4.4, 6.5),
        ("Cobalt", 2.8, 6.8),
        ("Lithium", 1.9, 3.9),
        ("Aluminium", 1.1, 5.5),
        ("Copper", 0.1, 4.0),
        ("Nickel", 0.5, 5.7),
    ] {
        let row = records.iter().find(|row| row.year.0 == 2023 && row.material.eq_ignore_ascii_case(material));
        let row = row.unwrap_or_else(|| panic!("no {material}"));
        assert_eq!((row.supply_risk, row.economic_importance), (Some(risk), Some(importance)), "{material}");
    }
}

#[test]
fn supply_shares() {
    let (Some(global), Some(eu)) = (shares(EuScope::Global), shares(EuScope::Eu)) else { return };
    let count = |rows: &[EuSupplyShare], stage| rows.iter().filter(|row| row.eu_stage == stage).count();
    assert_eq!([EuStage::Extraction, EuStage::Processing].map(|stage| count(&global, stage)), [1_661, 900]);
    assert_eq!([EuStage::Extraction, EuStage::Processing].map(|stage| count(&eu, stage)), [453, 454]);
    assert_eq!(global.iter().filter(|row| row.share.flag() == Flag::Bound).count(), 514);
    let with_t = |t: f64| global.iter().filter(|row| row.trade_parameter == t).count();
    assert_eq!([0.8, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5].map(with_t), [455, 2_033, 65, 4, 1, 1, 2]);
    let unsigned: Vec<_> = eu.iter().filter(|row| !row.printed.ends_with('%')).collect();
    assert_eq!(unsigned.len(), 1);
    assert_eq!((unsigned[0].country.as_str(), unsigned[0].share.value()), ("DEU", Some(0.06)));
    let all = [global, eu].concat();
    assert_eq!(eu_supply_shares_table(&all).unwrap().num_rows(), 2_561 + 907);
}

#[test]
fn largest_global_shares() {
    let Some(global) = shares(EuScope::Global) else { return };
    for (material, stage, country, share) in [
        ("Gallium", EuStage::Processing, "CHN", 0.938),
        ("Germanium", EuStage::Processing, "CHN", 0.831),
        ("Antimony", EuStage::Extraction, "CHN", 0.564),
        ("Cobalt", EuStage::Extraction, "COD", 0.628),
        ("Cobalt", EuStage::Processing, "CHN", 0.596),
        ("Tungsten", EuStage::Extraction, "CHN", 0.826),
        ("Tungsten", EuStage::Processing, "CHN", 0.856),
    ] {
        let rows = global.iter().filter(|row| row.material == material && row.eu_stage == stage);
        let largest = rows.max_by(|a, b| a.share.value().partial_cmp(&b.share.value()).unwrap()).unwrap();
        assert_eq!(largest.country.as_str(), country, "{material}");
        assert!((largest.share.value().unwrap() - share).abs() < 1e-12, "{material}: {:?}", largest.share);
    }
}

#[test]
fn spellings_of_countries() {
    let (Some(global), Some(eu)) = (shares(EuScope::Global), shares(EuScope::Eu)) else { return };
    let by_area: BTreeMap<&str, &str> =
        global.iter().chain(&eu).map(|row| (row.area.as_str(), row.country.as_str())).collect();
    for (area, country) in [
        ("Brasil", "BRA"),
        ("Brasilia", "BRA"),
        ("Turkyie", "TUR"),
        ("Libanon", "LBN"),
        ("Congo", "COG"),
        ("Congo, D.R.", "COD"),
    ] {
        assert_eq!(by_area.get(area), Some(&country), "{area}");
    }
}

#[test]
fn use_shares() {
    let Some(records) = uses() else { return };
    assert_eq!(records.len(), 339);
    let noted = |words: &str| records.iter().filter(|row| row.note.contains(words)).collect::<Vec<_>>();
    let duplicates = noted("duplicate");
    assert_eq!(duplicates.len(), 1);
    assert_eq!((duplicates[0].material.as_str(), duplicates[0].printed.as_str()), ("Magnesium", "13%"));
    assert_eq!(noted("neither sector").len(), 17);
    assert!(!noted("another sector").is_empty());
    assert!(noted("another sector").iter().all(|row| row.material == "Manganese"));
    assert!(noted("sum to 113 %").iter().all(|row| row.material == "Magnesium") && !noted("sum to 113 %").is_empty());
    assert!(noted("sum to 90 %").iter().any(|row| row.material == "Indium"));
    assert_eq!(records.iter().filter(|row| row.use_share.flag() == Flag::Bound).count(), 1);
    let usual = |sector: &str| {
        let rows = records.iter().filter(|row| row.material != "Manganese");
        let mut row = rows.filter(|row| row.nace_sector.as_deref().is_some_and(|name| name.starts_with(sector)));
        row.next().unwrap().value_added_million_eur.unwrap()
    };
    assert_eq!(["C28", "C20", "C26", "C27", "C29"].map(usual), [204_200.0, 132_361.0, 77_000.0, 89_422.0, 194_448.0]);
    assert_eq!(eu_use_shares_table(&records).unwrap().num_rows(), 339);
}
