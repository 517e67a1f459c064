//! Markets at the edges: where a capacity begins to bind, where no price is finite, and who can help a market that is
//! cut off.

#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "a test states exact results and fails loudly")]

mod common;

use critmin_disruption::{
    DemandForm, Error, MarketOptions, MarketStatus, ProducerRow, Scenario, SupplyForm, WarningKind, run, solve,
};

/// Around the price at which a producer reaches its capacity the search changes its segment: the market still clears.
#[test]
fn the_market_clears_where_a_capacity_begins_to_bind() {
    for step in -100..=100 {
        // At 10/3 of the price Japan reaches 10 t, which 33.33 t of base demand then ask for.
        let exports_t = 100.0 / 3.0 - 3.0 + f64::from(step) * 1e-4;
        let market = common::market(&[("JPN", 3.0, 10.0)], exports_t, -1.0, 1.0);
        let after = solve(&market, &MarketOptions::default()).unwrap();
        assert!(after.residual.abs() < 1e-12, "{exports_t}: {after:?}");
    }
}

/// Stiff supply and demand ask for a price beyond all numbers: that is no equilibrium, in any form.
#[test]
fn no_price_is_infinite() {
    for (demand, demand_form) in
        [(-1e-4, DemandForm::Isoelastic), (0.0, DemandForm::Isoelastic), (0.0, DemandForm::Linear)]
    {
        for supply_form in [SupplyForm::CapacityCapped, SupplyForm::Uncapped] {
            let market = common::market(&[("JPN", 10.0, 40.0)], 20.0, demand, 1e-3);
            let options = MarketOptions { demand_form, supply_form, ..MarketOptions::default() };
            let result = solve(&market, &options);
            assert!(
                matches!(result, Err(Error::UnboundedPrice { .. })),
                "{demand} {demand_form:?} {supply_form:?}: {result:?}"
            );
        }
    }
}

/// Demand can round to zero below the choke price: nothing wanted is nothing unserved, and no NaN.
#[test]
fn nothing_wanted_is_nothing_unserved() {
    let options = MarketOptions { choke_price_ratio: Some(20.0), ..MarketOptions::default() };
    let after = solve(&common::market(&[], 94.0, -1e4, 5.0), &options).unwrap();
    assert_eq!((after.quantity_t, after.unserved_share), (0.0, 0.0));
}

const CUT_OFF: &str = r#"
id = "test"
title = "Test"
market = { timing = "full_year" }
[[restrictions]]
exporter = "CHN"
destinations = ["USA"]
commodities = ["gallium"]
restriction_level = 1.0
start = "2024-12-03"
instrument = "ban"
"#;

fn supplier(scenario: &Scenario, country: &str) -> ProducerRow {
    let outcome = run(scenario, &common::dataset(), &common::recipes()).unwrap();
    let wanted = Some(common::country(country));
    outcome.producers.into_iter().find(|row| row.country == wanted).unwrap()
}

/// A supplier can send its flow, its idle capacity, and the share that it diverts from its other customers; never more.
#[test]
fn help_for_a_market_that_is_cut_off_is_bounded() {
    let mut scenario = Scenario::from_toml(CUT_OFF).unwrap();
    // Japan makes 3 t, could make 10 t, and delivers 22 % of 11 t.
    let flow_t = 0.22 * 11.0;
    for diversion_share in [0.0, 0.5, 1.0] {
        scenario.market.diversion_share = diversion_share;
        let japan = supplier(&scenario, "JPN");
        assert!((japan.base_t - flow_t).abs() < 1e-9);
        let most_t = flow_t + (10.0 - 3.0) + diversion_share * (3.0 - flow_t);
        assert!((japan.capacity_t.unwrap() - most_t).abs() < 1e-9, "{diversion_share}: {japan:?}");
    }
    // Everything diverted is all that it can make.
    assert!((supplier(&scenario, "JPN").capacity_t.unwrap() - 10.0).abs() < 1e-9);
}

#[test]
fn a_supplier_without_known_production_keeps_its_flow() {
    let scenario = Scenario::from_toml(CUT_OFF).unwrap();
    let canada = supplier(&scenario, "CAN");
    assert_eq!(canada.capacity_t, Some(canada.base_t));
    let outcome = run(&scenario, &common::dataset(), &common::recipes()).unwrap();
    assert!(outcome.warnings.iter().any(|warning| warning.kind == WarningKind::NoResponse));
}

/// Russia stands in no table of import sources: its flow is missing, and not zero.
#[test]
fn an_exporter_without_a_share_is_missing() {
    let scenario = Scenario::from_toml(&CUT_OFF.replace("CHN", "RUS")).unwrap();
    let outcome = run(&scenario, &common::dataset(), &common::recipes()).unwrap();
    assert_eq!(outcome.markets[0].status, MarketStatus::MissingInputs);
    assert_eq!(outcome.markets[0].missing[0].name, "imports_from_t");
}
