//! The figures that the notes on the HS concordances, the metal intensities and the policy events measured.

#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp)] // a test may panic, and printed figures are compared as printed

mod common;

use std::collections::{BTreeMap, BTreeSet};

use critmin_tables::readers::hs::{
    HsConversion, HsNaics, hs_concordance_table, hs_naics_table, read_hs_concordance, read_hs_naics,
};
use critmin_tables::readers::metal_intensity::{MetalIntensity, metal_intensities_table, read_metal_intensities};
use critmin_tables::readers::policy::{self, PolicyEvent, Verified, policy_measures_table, read_policy_events};
use critmin_tables::reference;

fn conversions(name: &str) -> Option<Vec<HsConversion>> {
    let path = common::shared()?.join("sources/hs_concordance").join(name);
    Some(read_hs_concordance(&path).unwrap_or_else(|fault| panic!("{fault}")))
}

fn naics(name: &str) -> Option<Vec<HsNaics>> {
    let path = common::shared()?.join("sources/hs_concordance").join(name);
    Some(read_hs_naics(&path).unwrap_or_else(|fault| panic!("{fault}")))
}

#[test]
fn conversions_between_editions() {
    let (Some(from_2022), Some(from_2017)) = (conversions("hs2022_to_hs1992.csv"), conversions("hs2017_to_hs1992.csv"))
    else {
        return;
    };
    let between = conversions("hs2022_to_hs2017.csv").unwrap();
    assert_eq!([&from_2022, &from_2017, &between].map(Vec::len), [1_153, 1_108, 1_153]);
    let targets = |rows: &[HsConversion]| rows.iter().map(|row| row.to_code.clone()).collect::<BTreeSet<_>>().len();
    assert_eq!([&from_2022, &from_2017].map(|rows| targets(rows)), [1_003, 1_012]);
    assert_eq!(from_2022.iter().filter(|row| row.from_code == row.to_code).count(), 875);
    let sources = |rows: &[HsConversion], code: &str| {
        rows.iter().filter(|row| row.to_code == code).map(|row| row.from_code.clone()).collect::<Vec<_>>()
    };
    assert_eq!(sources(&from_2022, "811291"), ["811231", "811241", "811251", "811252", "811292"]);
    assert_eq!(sources(&from_2017, "811291"), ["811251", "811252", "811292"]);
    assert!(sources(&from_2022, "811230").is_empty(), "no later code reaches germanium of 1992");
    let target: BTreeMap<&str, &str> = from_2022.iter().map(|r| (r.from_code.as_str(), r.to_code.as_str())).collect();
    assert_eq!(
        ["811010", "811020", "811090", "810520", "810530", "850760"].map(|code| target[code]),
        ["811000", "811000", "811000", "810510", "810510", "850780"]
    );
    for code in ["261710", "250410", "380110", "850511", "280530", "284690"] {
        assert_eq!(target[code], code);
    }
    let editions = (from_2022[0].from_edition.as_str(), from_2022[0].to_edition.as_str());
    assert_eq!(editions, ("HS22", "HS92"));
    let all = [from_2022, from_2017, between].concat();
    assert_eq!(hs_concordance_table(&all).unwrap().num_rows(), 1_153 + 1_108 + 1_153);
}

#[test]
fn hs_to_naics() {
    let (Some(of_2022), Some(of_2017)) = (naics("hs2022_to_naics.csv"), naics("hs2017_to_naics.csv")) else { return };
    assert_eq!((of_2022.len(), of_2017.len()), (2_009, 1_928));
    let of = |code: &str| {
        let rows = of_2022.iter().filter(|row| row.hs6 == code).map(|row| row.naics.clone().unwrap());
        rows.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
    };
    assert_eq!(of("811292"), ["331410", "331419", "331491", "910000"]);
    assert_eq!(of("811010"), ["331410", "331419"]);
    assert_eq!([of("850511"), of("381800"), of("854110")], [["332999"], ["334413"], ["334413"]]);
    let blank: Vec<_> = of_2022.iter().filter(|row| row.naics.is_none()).map(|row| row.hs6.as_str()).collect();
    assert_eq!(blank, ["710820", "711890"]);
    assert_eq!(hs_naics_table(&[of_2022, of_2017].concat()).unwrap().num_rows(), 2_009 + 1_928);
}

#[test]
fn metal_intensities() {
    let Some(shared) = common::shared() else { return };
    let path = shared.join("sources/metal_intensity/metals_db.csv");
    let rows =
        read_metal_intensities(&path, &reference::registers().unwrap()).unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(rows.len(), 240);
    let spellings: BTreeSet<_> = rows.iter().map(|row| row.metal.as_str()).collect();
    let metals: BTreeSet<_> = rows.iter().map(|row| row.commodity.as_str()).collect();
    assert_eq!((spellings.len(), metals.len()), (55, 54));
    let of = |metal: &str, technology: &str, year| -> &MetalIntensity {
        let is_it = |row: &&MetalIntensity| row.metal == metal && row.technology == technology && row.year.0 == year;
        rows.iter().find(is_it).unwrap_or_else(|| panic!("no {metal} {technology} {year}"))
    };
    let all = |row: &MetalIntensity| [row.mean, row.median, row.minimum, row.maximum];
    let near = |found: f64, printed: f64| assert!((found / printed - 1.0).abs() < 1e-6, "{found} {printed}");
    std::iter::zip(all(of("Gallium", "CIGS", 2020)), [16.98697, 6.17, 2.32, 124.0]).for_each(|(a, b)| near(a, b));
    std::iter::zip(all(of("Gallium", "CIGS", 2050)), [1.56, 1.56, 0.8, 2.32]).for_each(|(a, b)| near(a, b));
    near(of("Neodymium", "Wind-DDPM", 2020).mean, 179.2536);
    near(of("Neodymium", "Wind-DDPM", 2020).maximum, 217.1938);
    near(of("Dysprosium", "Wind-DDPM", 2020).mean, 22.70507);
    near(of("Dysprosium", "EV", 2020).mean, 0.002_103_734);
    near(of("Germanium", "a-Si", 2020).mean, 62.83333);
    near(of("Iridium", "PEMEL", 2020).median, 0.738_017_4);
    assert_eq!(rows.iter().filter(|row| row.maximum == 0.0).count(), 8);
    assert_eq!(metal_intensities_table(&rows).unwrap().num_rows(), 240);
}

#[test]
fn policy_events() {
    let Some(shared) = common::shared() else { return };
    let path = shared.join("sources/policy_events/export_control_events.csv");
    let events = read_policy_events(&path, &reference::registers().unwrap()).unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(events.len(), 20);
    let announced = |event: &PolicyEvent| event.measure.announced.to_string();
    assert_eq!(events.first().map(announced).unwrap(), "2010-07-08");
    assert_eq!(events.last().map(announced).unwrap(), "2025-11-07");
    let by = |imposer: &str| events.iter().filter(|event| event.measure.imposer == imposer).count();
    assert_eq!(["CHN", "IDN", "COD", "WTO", "ZWE"].map(by), [15, 2, 1, 1, 1]);
    let graded = |grade| events.iter().filter(|event| event.verified == grade).count();
    assert_eq!([Verified::Yes, Verified::No, Verified::Partly].map(graded), [9, 9, 2]);
    assert_eq!(events.iter().filter(|event| event.measure.suspension.is_some()).count(), 6);
    let ban = events.iter().find(|event| event.measure.target == "USA").unwrap();
    let ids: Vec<_> = ban.commodity_ids.iter().map(critmin_core::CommodityId::as_str).collect();
    assert!(["gallium", "germanium", "antimony"].iter().all(|id| ids.contains(id)), "{ids:?}");
    let day = |text: &str| text.parse().unwrap();
    let in_force = ["2025-11-08", "2025-11-09", "2026-11-27", "2026-11-28"].map(|d| ban.measure.is_in_force(day(d)));
    assert_eq!(in_force, [true, false, false, true]);
    let verified = policy::verified(&events);
    assert_eq!(policy_measures_table(&verified).unwrap().num_rows(), 9);
    assert!(verified.iter().all(|event| !event.commodity_ids.is_empty()), "{verified:#?}");
}
