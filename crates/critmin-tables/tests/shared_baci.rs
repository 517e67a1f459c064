//! BACI: the figures that the README of the source lists, on the file itself.

#![allow(clippy::unwrap_used)] // helpers of tests may fail like tests
#![expect(clippy::float_cmp)] // printed figures, rounded the same way

mod common;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use arrow::array::{Array, AsArray};
use arrow::datatypes::Float64Type;
use critmin_core::SourceId;
use critmin_tables::readers::baci::{
    TradeFlow, TradeFlows, decode_embedded_trade, encode_embedded_trade, read_baci_parquet, trade_flows_table,
};
use critmin_tables::reference;

const RARE_EARTHS: [&str; 3] = ["280530", "284610", "284690"];
const BROKEN: [&str; 3] = ["811230", "283030", "250390"];

/// The whole source, read once.
fn flows() -> Option<&'static TradeFlows> {
    static FLOWS: OnceLock<TradeFlows> = OnceLock::new();
    let path = common::shared()?.join("sources/baci/baci_hs92_74codes_1995_2024.parquet");
    Some(FLOWS.get_or_init(|| {
        let source_id = SourceId::new("baci-hs92-v202601").unwrap();
        read_baci_parquet(&path, "HS92", source_id, reference::registers().unwrap().areas.countries()).unwrap()
    }))
}

fn count(flows: &TradeFlows, is_counted: impl Fn(&TradeFlow<'_>) -> bool) -> usize {
    flows.iter().filter(is_counted).count()
}

/// One origin's share of the mass that `is_counted`, per cent to one decimal.
fn share(flows: &TradeFlows, origin: &str, is_counted: impl Fn(&TradeFlow<'_>) -> bool) -> f64 {
    let mut masses: BTreeMap<&str, f64> = BTreeMap::new();
    for flow in flows.iter().filter(is_counted) {
        *masses.entry(flow.origin.as_str()).or_default() += flow.mass_t.unwrap_or_default();
    }
    (1000.0 * masses[origin] / masses.values().sum::<f64>()).round() / 10.0
}

#[test]
fn counts_and_sums() {
    let Some(flows) = flows() else { return };
    // 233 country codes, of which 729 and 736 both mean Sudan.
    assert_eq!((flows.len(), flows.codes.len(), flows.countries.len()), (1_264_888, 74, 232));
    assert_eq!(count(flows, |flow| flow.mass_t.is_none()), 61_682);
    for (year, n_rows, n_missing) in
        [(1995, 26_496, 3_648), (2010, 44_568, 1_362), (2023, 52_818, 3_082), (2024, 49_292, 2_851)]
    {
        assert_eq!(count(flows, |flow| flow.year == year), n_rows);
        assert_eq!(count(flows, |flow| flow.year == year && flow.mass_t.is_none()), n_missing);
    }
    let value: f64 = flows.iter().filter(|flow| flow.year == 2023).map(|flow| flow.value_usd).sum();
    assert!((value - 3_007_119_898_426.0).abs() < 1.0, "{value}");
    for (year, n_rows) in [(2006, 247), (2007, 38), (2016, 3), (2017, 0)] {
        assert_eq!(count(flows, |flow| flow.hs6 == "811230" && flow.year == year), n_rows);
    }
}

#[test]
fn single_rows() {
    let Some(flows) = flows() else { return };
    let row = |year, origin, destination, hs6| {
        let is_it = |flow: &TradeFlow<'_>| {
            (flow.year, flow.origin.as_str(), flow.destination.as_str(), flow.hs6) == (year, origin, destination, hs6)
        };
        flows.iter().find(is_it).map(|flow| (flow.value_usd, flow.mass_t)).unwrap()
    };
    assert_eq!(row(2010, "CHN", "JPN", "284690"), (278_942_597.0, Some(8_642.536)));
    assert_eq!(row(1995, "AFG", "BLX", "260300"), (88_981.0, Some(194.46)));
}

#[test]
fn rare_earth_imports_of_japan_and_the_united_states() {
    let Some(flows) = flows() else { return };
    let imports = |destination: &'static str, year| {
        move |flow: &TradeFlow<'_>| {
            flow.year == year && flow.destination.as_str() == destination && RARE_EARTHS.contains(&flow.hs6)
        }
    };
    let japan = [(2008, 88.7), (2009, 82.7), (2010, 78.5), (2011, 64.1), (2012, 53.7), (2015, 51.6)];
    for (year, expected) in japan {
        assert_eq!(share(flows, "CHN", imports("JPN", year)), expected, "{year}");
    }
    for (year, expected) in [(2010, 80.1), (2011, 52.2), (2012, 43.3)] {
        assert_eq!(share(flows, "CHN", imports("USA", year)), expected, "{year}");
    }
    for (year, expected) in [(2009, 9.9), (2010, 26.9), (2011, 117.5), (2014, 14.8)] {
        let is_flow =
            |flow: &TradeFlow<'_>| imports("JPN", year)(flow) && flow.origin.as_str() == "CHN" && flow.mass_t.is_some();
        let (value, mass) = flows
            .iter()
            .filter(is_flow)
            .fold((0.0, 0.0), |(value, mass), flow| (value + flow.value_usd, mass + flow.mass_t.unwrap_or_default()));
        assert_eq!((value / mass / 100.0).round() / 10.0, expected, "{year}");
    }
}

#[test]
fn suppliers_in_2023() {
    let Some(flows) = flows() else { return };
    let world = |hs6: &'static str| move |flow: &TradeFlow<'_>| flow.year == 2023 && flow.hs6 == hs6;
    for (hs6, origin, expected) in [
        ("810510", "COD", 80.3),
        ("283691", "CHL", 69.8),
        ("283691", "ARG", 17.9),
        ("250410", "CHN", 41.2),
        ("250410", "MOZ", 24.9),
        ("250410", "MDG", 12.7),
    ] {
        assert_eq!(share(flows, origin, world(hs6)), expected, "{hs6} from {origin}");
    }
    let mass = |is_counted: &dyn Fn(&TradeFlow<'_>) -> bool| -> f64 {
        flows.iter().filter(is_counted).filter_map(|flow| flow.mass_t).sum()
    };
    let cobalt = mass(&|flow| world("810510")(flow) && flow.origin.as_str() == "COD");
    assert_eq!(cobalt.round(), 393_950.0);
    assert_eq!(mass(&world("810510")).round(), 490_865.0);
}

#[test]
fn the_embedded_form_is_small_and_exact() {
    let Some(flows) = flows() else { return };
    let is_embedded = |flow: &TradeFlow<'_>| {
        let is_recent = 2012 <= flow.year || RARE_EARTHS.contains(&flow.hs6);
        is_recent && !flow.hs6.starts_with("27") && !BROKEN.contains(&flow.hs6)
    };
    let kept = flows.filter(is_embedded);
    assert_eq!(kept.len(), 600_314);
    let bytes = encode_embedded_trade(&kept).unwrap();
    assert_eq!(bytes, encode_embedded_trade(&kept).unwrap(), "the bytes differ from run to run");
    assert!(bytes.len() < 3_000_000, "{} bytes", bytes.len());
    let decoded = decode_embedded_trade(bytes).unwrap();
    let table = trade_flows_table(&kept).unwrap();
    assert_eq!(decoded.schema(), table.schema());
    for (name, (found, expected)) in table.schema().fields().iter().zip(decoded.columns().iter().zip(table.columns())) {
        // Dictionaries may be ordered otherwise; the texts must be the same.
        let plain = |column: &dyn Array| match column.data_type() {
            arrow::datatypes::DataType::Dictionary(_, values) => arrow::compute::cast(column, values).unwrap(),
            _ => arrow::array::make_array(column.to_data()),
        };
        assert_eq!(&plain(found), &plain(expected), "{name}");
    }
    assert!(decoded["mass_t"].as_primitive::<Float64Type>().null_count() > 0);
}
