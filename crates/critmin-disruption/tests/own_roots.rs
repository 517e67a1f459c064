//! The market stage against the independent roots of the method note: demand form, elasticities, restriction and ramp.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test states exact results and fails loudly"
)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use critmin_core::Share;
use critmin_disruption::{DemandForm, Market, MarketOptions, solve_at};

type Row = BTreeMap<String, String>;

fn rows(path: &Path) -> Vec<Row> {
    csv::Reader::from_path(path).unwrap().deserialize().collect::<Result<_, _>>().unwrap()
}

fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} of {row:?} is no number"))
}

fn block(blocks: &[Row], name: &str, demand: f64, supply: f64) -> Market {
    let mine = || blocks.iter().filter(|row| row["block"] == name);
    let outside: Vec<(&str, f64, f64)> = mine()
        .filter(|row| row["country"] != "CHN")
        .map(|row| (row["country"].as_str(), number(row, "quantity_t"), number(row, "capacity_t")))
        .collect();
    let exports = mine().find(|row| row["country"] == "CHN").unwrap();
    assert_eq!(outside.len(), 3, "block {name}");
    common::market(&outside, number(exports, "quantity_t"), -demand, supply)
}

#[test]
fn every_root_is_met() {
    let Some(shared) = common::shared() else { return };
    let folder = shared.join("reference/economy");
    let blocks = rows(&folder.join("market_blocks.csv"));
    let roots = rows(&folder.join("market_fixtures.csv"));
    assert_eq!(roots.len(), 112);
    for row in &roots {
        let demand = number(row, "demand_elasticity_magnitude");
        let market = block(&blocks, &row["block"], demand, number(row, "supply_elasticity"));
        let demand_form = match row["demand_form"].as_str() {
            "isoelastic" => DemandForm::Isoelastic,
            "linear" => DemandForm::Linear,
            "choke" => DemandForm::ChokePrice,
            other => panic!("unknown form {other}"),
        };
        let choke_price_ratio = row["choke_price_ratio"].parse().ok();
        let ramp = number(row, "ramp_fraction");
        let options = MarketOptions { demand_form, choke_price_ratio, ramp, ..MarketOptions::default() };
        let after = solve_at(&market, &options, Share::new(number(row, "restriction")).unwrap()).unwrap();
        let close = |ours: f64, theirs: f64| (ours - theirs).abs() <= 1e-9 * theirs.abs().max(1e-3);
        assert!(close(after.price_ratio, number(row, "price_ratio")), "{row:?}: {after:?}");
        assert!(close(after.quantity_ratio, number(row, "quantity_ratio")), "{row:?}: {after:?}");
        assert!(close(after.unserved_share, number(row, "unserved_share_at_choke")), "{row:?}: {after:?}");
        assert!(after.residual.abs() < 1e-12, "{row:?}: {after:?}");
    }
}
