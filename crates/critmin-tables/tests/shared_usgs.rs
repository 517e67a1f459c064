//! The figures that the notes on the USGS files measured, asserted on those very files.

#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp)] // a test may panic, and printed figures are compared as printed

mod common;

use std::collections::{BTreeMap, BTreeSet};

use critmin_core::{Area, Flag, Observation, ProductionRecord, ProductionStatistic, SalientRecord, SalientStatistic};
use critmin_tables::readers::usgs::{self, Mcs2026};
use critmin_tables::reference;

fn release_2026() -> Option<Mcs2026> {
    let path = common::shared()?.join("sources/usgs_mcs/MCS2026_Commodities_Data.csv");
    Some(usgs::read_mcs_2026(&path, &reference::registers().unwrap()).unwrap_or_else(|fault| panic!("{fault}")))
}

fn release_2025() -> Option<Vec<ProductionRecord>> {
    let path = common::shared()?.join("sources/usgs_mcs/MCS2025_World_Data.csv");
    Some(usgs::read_mcs_2025(&path, &reference::registers().unwrap()).unwrap_or_else(|fault| panic!("{fault}")))
}

/// The only figure of a commodity, statistic, country (or `world`) and year whose form contains `form`.
fn figure(records: &[ProductionRecord], commodity: &str, form: &str, area: &str, year: i16) -> Observation {
    let statistic =
        if form.contains("apacity") { ProductionStatistic::Capacity } else { ProductionStatistic::Production };
    let found: Vec<_> = records
        .iter()
        .filter(|row| {
            row.statistic == statistic
                && row.commodity.as_str() == commodity
                && row.year.0 == year
                && row.form.contains(form)
        })
        .filter(|row| match &row.area {
            Area::Country { country } => country.as_str() == area,
            Area::WorldTotal => area == "world",
            _ => false,
        })
        .collect();
    assert_eq!(found.len(), 1, "{commodity}, {form}, {area}, {year}: {found:#?}");
    found[0].published
}

fn value(records: &[ProductionRecord], commodity: &str, form: &str, area: &str, year: i16) -> f64 {
    figure(records, commodity, form, area, year).value().unwrap()
}

fn series(salient: &[SalientRecord], commodity: &str, statistic: SalientStatistic, detail: &str) -> Vec<f64> {
    let found = salient
        .iter()
        .filter(|row| row.commodity.as_str() == commodity && row.statistic == statistic && row.detail.contains(detail));
    found.map(|row| row.published.value().unwrap()).collect()
}

#[test]
fn every_row_of_2026_is_read() {
    let Some(release) = release_2026() else { return };
    assert_eq!(release.salient.len(), 4_863);
    assert_eq!(release.import_sources.len(), 720);
    assert_eq!(release.production.len(), 8_886 - 4_863 - 720);
    let chapters: BTreeSet<_> = release.salient.iter().map(|row| row.chapter.as_str()).collect();
    assert!(80 < chapters.len() && chapters.len() <= 89, "{}", chapters.len());
}

#[test]
fn world_figures_of_2026() {
    let Some(Mcs2026 { production, .. }) = release_2026() else { return };
    let of = |commodity, form, area, year| value(&production, commodity, form, area, year);
    assert_eq!(
        ["CHN", "JPN", "RUS", "world"].map(|area| of("gallium", "Primary production", area, 2024)),
        [839e3, 3e3, 6e3, 848e3]
    );
    assert_eq!(["CHN", "world"].map(|area| of("gallium", "capacity", area, 2025)), [1.6e6, 1.7e6]);
    assert_eq!(
        ["CHN", "RUS", "TJK", "world"].map(|area| of("antimony", "Mine", area, 2024)),
        [40e3, 40e3, 22e3, 119e3]
    );
    assert_eq!(["CHN", "world"].map(|area| of("tungsten", "Mine", area, 2024)), [67e3, 82e3]);
    assert_eq!(["COD", "IDN", "world"].map(|area| of("cobalt", "Mine", area, 2024)), [226e3, 35e3, 302e3]);
    assert_eq!(of("rare-earths", "Mine", "world", 2024), 380e3);
    assert_eq!(["CHN", "world"].map(|area| of("rare-earths", "Mine", area, 2025)), [270e3, 390e3]);
    let gallium = production.iter().find(|row| row.commodity.as_str() == "gallium").unwrap();
    assert_eq!(gallium.tonnes_per_unit, Some(0.001));
    assert!(!production.iter().any(|row| row.commodity.as_str() == "germanium" && row.published.value().is_some()));
}

#[test]
fn u_s_figures_of_2026() {
    use SalientStatistic::{Consumption, Imports, NetImportReliance, Price, Stocks};
    let Some(Mcs2026 { salient, .. }) = release_2026() else { return };
    let gallium = |statistic, detail| series(&salient, "gallium", statistic, detail);
    assert_eq!(gallium(Imports, "etal"), [8_890.0, 11_400.0, 11_400.0, 11_000.0, 25_000.0]);
    assert_eq!(gallium(Consumption, "eported"), [17_100.0, 19_700.0, 17_800.0, 18_700.0, 19_000.0]);
    assert_eq!(gallium(Stocks, "").last(), Some(&3_400.0));
    assert_eq!(gallium(Price, ""), [277.0, 432.0, 365.0, 439.0, 580.0]);
    assert_eq!(gallium(NetImportReliance, ""), [100.0; 5]);
    assert_eq!(series(&salient, "germanium", Price, "etal"), [1_187.0, 1_294.0, 1_392.0, 1_991.0, 4_100.0]);
    assert_eq!(series(&salient, "antimony", NetImportReliance, ""), [85.0, 81.0, 81.0, 86.0, 91.0]);
    assert_eq!(series(&salient, "antimony", Consumption, "pparent").last(), Some(&45_000.0));
    let negative: Vec<_> =
        salient.iter().filter_map(|row| row.published.value()).filter(|value| *value < 0.0).collect();
    assert_eq!(negative, [-1.0, -10.0]);
}

#[test]
fn each_footnote_mark_of_2026_is_resolved() {
    let Some(Mcs2026 { salient, production, .. }) = release_2026() else { return };
    let marks: Vec<_> = salient.iter().filter(|row| row.printed == "s").collect();
    assert_eq!(marks.len(), 48 - 14);
    assert_eq!(marks.iter().filter(|row| row.published.flag() == Flag::NotMeaningful).count(), 1);
    let in_words: Vec<_> = marks.iter().filter(|row| row.published.flag() == Flag::Qualitative).collect();
    assert_eq!(in_words.len(), 1);
    assert_eq!(in_words[0].commodity.as_str(), "thallium");
    let slag = marks.iter().find(|row| row.commodity.as_str() == "iron-and-steel-slag").unwrap();
    assert_eq!(slag.mass_t().unwrap().high(), Some(100_000.0));
    assert_eq!(production.iter().filter(|row| row.published.flag() == Flag::NotMeaningful).count(), 8);
    let wallboard = salient.iter().find(|row| row.detail.contains("square feet")).unwrap();
    assert_eq!(wallboard.mass_t(), None);
}

#[test]
fn import_shares_of_2026_sum_to_one() {
    let Some(Mcs2026 { import_sources, .. }) = release_2026() else { return };
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in &import_sources {
        groups.entry((row.commodity.as_str(), row.detail.as_str())).or_default().push(row.share);
    }
    assert_eq!(groups.len(), 170);
    let is_whole =
        |shares: &&Vec<Observation>| (shares.iter().filter_map(Observation::value).sum::<f64>() - 1.0).abs() < 1e-9;
    assert_eq!(groups.values().filter(is_whole).count(), 167);
    let germanium = import_sources.iter().filter(|row| row.commodity.as_str() == "germanium");
    let combined: Vec<_> =
        germanium.filter(|row| row.detail.contains("ombined")).map(|row| row.share.value()).collect();
    assert_eq!(combined, [0.41, 0.23, 0.17, 0.14, 0.05].map(Some));
}

#[test]
fn world_totals_of_2026_agree_with_their_rows() {
    let Some(Mcs2026 { production, .. }) = release_2026() else { return };
    let mut tables: BTreeMap<_, (Option<f64>, f64)> = BTreeMap::new();
    for row in production.iter().filter(|row| row.statistic == ProductionStatistic::Production) {
        let table = tables.entry((row.commodity.as_str(), row.form.as_str(), row.year)).or_default();
        match row.area {
            Area::WorldTotal => table.0 = row.published.value(),
            _ => table.1 += row.published.value().unwrap_or_default(),
        }
    }
    let ratios = tables.iter().filter_map(|(key, (total, sum))| Some((key, sum / (*total)?)));
    let ratios: Vec<_> = ratios.filter(|(_, ratio)| 0.0 < *ratio).collect();
    let within = |tolerance: f64| ratios.iter().filter(|(_, ratio)| (ratio - 1.0).abs() <= tolerance).count();
    let outside: Vec<_> = ratios.iter().filter(|(_, ratio)| 0.05 < (ratio - 1.0).abs()).collect();
    // Counted by the words as printed there are 160 tables, 136 within 2 % and 156 within 5 %, because qualified rows
    // (`Mine production: crude`) then miss from talc and diatomite. With them all tables close within 5 %.
    assert_eq!((ratios.len(), within(0.02), within(0.05)), (166, 150, 166), "{outside:#?}");
}

#[test]
fn every_row_of_2025_is_read() {
    let Some(records) = release_2025() else { return };
    let commodities: BTreeSet<_> = records.iter().map(|row| row.commodity.as_str()).collect();
    assert!(70 < commodities.len(), "{}", commodities.len());
    let withheld = records.iter().filter(|row| row.published.flag() == Flag::Withheld).count();
    assert_eq!(withheld, 28, "14 rows, two years each");
    let germanium: Vec<_> = records.iter().filter(|row| row.commodity.as_str() == "germanium").collect();
    assert_eq!(germanium.len(), 16, "8 rows, two years each");
    assert!(germanium.iter().all(|row| row.published.flag() == Flag::NotAvailable));
    let lower_bounds = records.iter().filter(|row| row.published.low().is_some()).count();
    assert_eq!(lower_bounds, 7);
}

#[test]
fn world_figures_of_2025() {
    let Some(records) = release_2025() else { return };
    let of = |commodity, form, area, year| value(&records, commodity, form, area, year);
    let gallium = [("CHN", 2023), ("CHN", 2024), ("world", 2023)];
    assert_eq!(gallium.map(|(area, year)| of("gallium", "Primary", area, year)), [621e3, 750e3, 633e3]);
    let antimony = ["CHN", "RUS", "TJK", "world"].map(|area| of("antimony", "Mine", area, 2023));
    assert_eq!(antimony, [62_300.0, 13_000.0, 17_000.0, 106_000.0]);
    assert_eq!(["CHN", "MMR", "world"].map(|area| of("rare-earths", "Mine", area, 2023)), [255e3, 43e3, 376e3]);
    assert_eq!(["AUS", "CHL", "world"].map(|area| of("lithium", "Mine", area, 2023)), [91_700.0, 41_400.0, 204_000.0]);
    assert_eq!(["COD", "world"].map(|area| of("cobalt", "Mine", area, 2023)), [175e3, 238e3]);
    assert_eq!(of("tungsten", "Mine", "CHN", 2023), 66e3);
}

#[test]
fn the_two_editions_print_the_same_order_of_magnitude() {
    let (Some(older), Some(newer)) = (release_2025(), release_2026()) else { return };
    let masses = |records: &[ProductionRecord]| -> BTreeMap<_, f64> {
        let totals = records.iter().filter(|row| row.area == Area::WorldTotal && row.year.0 == 2024);
        let totals = totals.filter(|row| row.statistic == ProductionStatistic::Production);
        totals.filter_map(|row| Some(((row.commodity.clone(), row.stage), row.mass_t()?.value()?))).collect()
    };
    let newer = masses(&newer.production);
    let ratios: Vec<_> =
        masses(&older).into_iter().filter_map(|(key, mass)| Some((mass / newer.get(&key)?, key))).collect();
    assert!(60 < ratios.len(), "{}", ratios.len());
    let far: Vec<_> = ratios.iter().filter(|(ratio, _)| !(0.3..3.0).contains(ratio)).collect();
    // Kaolin: the 2025 file prints 4400 where its rows sum to 44,000. Mercury: revised by the publisher.
    let names: Vec<_> = far.iter().map(|(_, (commodity, _))| commodity.as_str()).collect();
    assert_eq!(names, ["kaolin", "mercury"], "{far:#?}");
}

#[test]
fn tables_have_unique_keys_and_no_aggregate_among_countries() {
    let (Some(older), Some(mut newer)) = (release_2025(), release_2026()) else { return };
    newer.production.extend(older);
    let countries = usgs::world_production_table(&newer.production).unwrap();
    let aggregates = usgs::world_production_aggregates_table(&newer.production).unwrap();
    assert_eq!(countries.num_rows() + aggregates.num_rows(), newer.production.len());
    assert!(500 < aggregates.num_rows());
    newer.production.reverse();
    assert_eq!(usgs::world_production_table(&newer.production).unwrap(), countries, "order must not matter");
    assert_eq!(usgs::us_salient_statistics_table(&newer.salient).unwrap().num_rows(), 4_863);
    let shares = usgs::us_import_sources_table(&newer.import_sources).unwrap();
    let rest = usgs::us_import_source_aggregates_table(&newer.import_sources).unwrap();
    assert_eq!(shares.num_rows() + rest.num_rows(), 720);
}
