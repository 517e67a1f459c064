//! Which rows of the tables enter a market, and with what numbers.

#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "a test states exact results and fails loudly")]

mod common;

use critmin_core::{
    Area, Dataset, Grade, ImportSource, Observation, Parameter, ProductionStatistic, SalientStatistic, Stage, Year,
};
use critmin_disruption::{
    AssembledMarket, Figures, Interval, MarketOptions, MarketRequest, Scope, WarningKind, assemble_market,
};

const PLANT: Stage = Stage::Refinery;
const METAL: &str = "Metal";

fn parameter(name: &str, country: Option<&str>, value: f64) -> Parameter {
    Parameter {
        commodity: Some(common::commodity("zinc")),
        parameter: name.to_owned(),
        country: country.map(common::country),
        value,
        low: None,
        high: None,
        unit: "1".to_owned(),
        grade: Grade::Assumption,
        source: "test".to_owned(),
        note: String::new(),
    }
}

/// Zinc with round figures: China makes 100 t and exports half, Japan makes 40 t.
fn dataset() -> Dataset {
    let n = Observation::reported;
    let production = |year, factor: f64| {
        let rows = [("CHN", n(100.0 * factor)), ("JPN", n(40.0 * factor)), ("WLD", n(140.0 * factor))];
        common::world("zinc", PLANT, METAL, (ProductionStatistic::Production, year), 1.0, &rows)
    };
    let mut dataset = common::dataset();
    dataset.production = [production(2024, 1.0), production(2023, 7.0)].concat();
    dataset.parameters.rows = vec![
        parameter("price_elasticity_of_demand_short", None, -0.5),
        parameter("price_elasticity_of_supply_short", None, 0.5),
        parameter("capacity_factor", None, 1.5),
        Parameter { low: Some(0.25), high: Some(0.75), ..parameter("net_export_share_of_production", None, 0.5) },
    ];
    dataset
}

fn assembled(dataset: &Dataset, scope: Scope) -> AssembledMarket {
    let request = MarketRequest {
        commodity: common::commodity("zinc"),
        stage: None,
        year: Some(Year(2024)),
        edition: None,
        scope,
        restrictions: vec![(common::country("CHN"), 1.0)],
        consumers: vec![common::country("USA")],
    };
    assemble_market(&Figures::new(dataset, &[], &[]), &request, &MarketOptions::default()).unwrap()
}

fn global(dataset: &Dataset) -> AssembledMarket {
    assembled(dataset, Scope::Global)
}

#[test]
fn only_countries_and_the_remainder_of_the_base_year_supply() {
    let mut dataset = dataset();
    let mut group = dataset.production[1].clone();
    group.area = Area::CountryGroup { name: "Japan and South Korea".to_owned() };
    let mut rest = dataset.production[1].clone();
    (rest.area, rest.published) = (Area::OtherCountries, Observation::reported(5.0));
    dataset.production.push(rest);
    // After the remainder, whose place it would take.
    dataset.production.push(group);
    let market = global(&dataset).market;
    let made: Vec<_> =
        market.producers.iter().map(|one| (one.country.clone(), one.production_t, one.capacity_t)).collect();
    // Capacity is not printed: production times the parameter.
    assert_eq!(made, [(None, 5.0, 7.5), (Some(common::country("JPN")), 40.0, 60.0)]);
}

#[test]
fn the_share_that_is_exported_carries_its_interval() {
    let assembled = global(&dataset());
    assert_eq!(assembled.market.restricted[0].net_exports_t, 50.0);
    assert_eq!(assembled.intervals.net_exports_t, [Some(Interval { low: 25.0, high: 75.0 })]);
    let mut dataset = dataset();
    // What is known of the country wins over what holds for all.
    dataset.parameters.rows.insert(0, parameter("net_export_share_of_production", Some("CHN"), 0.1));
    assert_eq!(global(&dataset).market.restricted[0].net_exports_t, 10.0);
}

#[test]
fn capacity_is_that_of_the_nearest_year_and_never_below_production() {
    let mut dataset = dataset();
    for (year, capacity) in [(2020, 90.0), (2025, 50.0), (2029, 80.0)] {
        let rows = [("JPN", Observation::reported(capacity))];
        let at = (ProductionStatistic::Capacity, year);
        dataset.production.extend(common::world("zinc", PLANT, "Capacity", at, 1.0, &rows));
    }
    let nearest = global(&dataset);
    assert_eq!(nearest.market.producers[0].capacity_t, 50.0);
    assert!(nearest.warnings.iter().any(|warning| warning.kind == WarningKind::OtherYear));
    dataset.parameters.rows.push(parameter("capacity_t", Some("JPN"), 30.0));
    let raised = global(&dataset);
    assert_eq!(raised.market.producers[0].capacity_t, 40.0);
    assert!(raised.warnings.iter().any(|warning| warning.kind == WarningKind::CapacityRaised));
}

/// Manganese ore is priced per metric ton unit, ten kilograms, in its detail, and per metric ton in its unit column.
#[test]
fn a_metric_ton_unit_is_ten_kilograms() {
    let mut dataset = dataset();
    let price = |detail: &str| {
        let unit = ("dollars per metric ton", None);
        common::salient("zinc", SalientStatistic::Price, detail, Observation::reported(5.0), unit)
    };
    for (detail, usd_per_t) in [("Price, dollars per metric ton", 5.0), ("Price, dollars per metric ton unit", 500.0)] {
        dataset.salient = vec![price(detail)];
        let found = global(&dataset).market.price_usd_per_t.unwrap();
        assert!((found - usd_per_t).abs() < 1e-9, "{detail}: {found}");
    }
}

#[test]
fn import_sources_without_their_total_make_the_imports() {
    let mut dataset = dataset();
    let imports = Observation::reported(10.0);
    dataset.salient =
        vec![common::salient("zinc", SalientStatistic::Imports, METAL, imports, ("metric tons", Some(1.0)))];
    let total = [("CHN", 0.4), ("JPN", 0.35), ("…", 0.25), ("WLD", 1.0)];
    dataset.import_sources = common::sources("zinc", METAL, &total);
    let bilateral = || Scope::Bilateral { destination: common::country("USA") };
    let market = assembled(&dataset, bilateral()).market;
    assert!((market.base_demand_t() - 10.0).abs() < 1e-9, "{market:?}");
    // A bound is no number: left out with a word, never zero.
    let bound = |row: &mut ImportSource| row.share = Observation::at_most(0.35);
    dataset.import_sources.iter_mut().filter(|row| row.area.country().is_some()).skip(1).for_each(bound);
    let assembled = assembled(&dataset, bilateral());
    assert!((assembled.market.base_demand_t() - 6.5).abs() < 1e-9);
    assert!(assembled.warnings.iter().any(|warning| warning.message.starts_with("import share of `JPN` is `bound`")));
}
