//! The three-stage reference network: cost, flows, prices and rents of an independent solver, and what by hand follows.
#![allow(clippy::unwrap_used, reason = "a test fails loudly")]

mod common;

use std::path::Path;

use critmin_substitution::network::{Network, Plan, PlanOptions, RentKind, Series, plan};
use serde_json::{Value, json};

const RELATIVE: f64 = 1e-6;

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= RELATIVE * expected.abs().max(1.0)
}

fn solved(network: &Network) -> Plan {
    plan(network, &PlanOptions::default()).unwrap()
}

fn model(folder: &Path) -> Value {
    common::read_json(&folder.join("net3/model.json"))
}

/// `bal[1,feed,C]` as its head and its parts.
fn parsed(name: &str) -> (String, Vec<String>) {
    let (head, rest) = name.split_once('[').unwrap();
    (head.to_owned(), rest.trim_end_matches(']').split(',').map(str::to_owned).collect())
}

/// Our figure for a column of the reference.
fn value(plan: &Plan, name: &str) -> f64 {
    let (head, parts) = parsed(name);
    let in_period = |period: &str| period == parts[0];
    match head.as_str() {
        "q" => {
            let is_it = |row: &&critmin_substitution::network::ProductionRow| {
                in_period(&row.period) && row.process == parts[1] && row.region == parts[2]
            };
            plan.production.iter().find(is_it).unwrap().output_t
        }
        "y" => {
            let is_it = |row: &&critmin_substitution::network::ProductionRow| {
                in_period(&row.period) && row.form == parts[1] && row.region == parts[2]
            };
            plan.production.iter().find(is_it).unwrap().output_t
        }
        "f" => plan.flows.iter().find(|row| in_period(&row.period) && row.arc == parts[1]).unwrap().sent_t,
        "s" => plan.stocks.iter().find(|row| in_period(&row.period) && row.region == parts[2]).unwrap().stock_t,
        "x" => {
            plan.substitutions
                .iter()
                .find(|row| in_period(&row.period) && row.region == parts[1])
                .unwrap()
                .substituted_t
        }
        _ => f64::NAN,
    }
}

/// Our dual for a row of the reference: prices with their sign, rents of caps as minus, of obligations as plus.
fn dual(plan: &Plan, name: &str) -> Option<f64> {
    let (head, parts) = parsed(name);
    let price = |form: &str, region: &str| {
        let row = plan.prices.iter().find(|row| row.period == parts[0] && row.form == form && row.region == region);
        row.map(|row| row.price_usd_per_t)
    };
    let rent = |kind: RentKind, name: &str, region: &str| {
        let is_it = |row: &&critmin_substitution::network::RentRow| {
            row.period == parts[0] && row.kind == kind && row.name == name && row.region == region
        };
        plan.rents.iter().find(is_it).map_or(0.0, |row| row.rent_usd_per_t)
    };
    match head.as_str() {
        "bal" | "subbal" => price(&parts[1], &parts[2]),
        "cap" => Some(-rent(RentKind::Capacity, &parts[1], &parts[2])),
        "byp" => Some(-rent(RentKind::ByProduct, &parts[1], &parts[2])),
        "leak" => Some(-rent(RentKind::Leak, &parts[1], "B")),
        "cover" => Some(rent(RentKind::Cover, "stock of refined", &parts[2])),
        "bloc" => Some(-rent(RentKind::BlocCap, "adversary", &parts[1])),
        "offtake" => Some(rent(RentKind::Offtake, &parts[1], "A")),
        "subcap" => Some(-rent(RentKind::Substitution, "S2 in use", &parts[1])),
        "subsup" => Some(-rent(RentKind::Capacity, "supply", &parts[2])),
        _ => None,
    }
}

#[test]
fn cost_flows_and_unique_duals_are_those_of_the_reference() {
    let Some(folder) = common::reference() else { return };
    let plan = solved(&common::net3(&model(&folder)));
    assert!(close(plan.cost_usd, 35_450.500_224_362), "{}", plan.cost_usd);
    assert!(plan.certificate.gap < 1e-6 && plan.certificate.primal < 1e-6 && plan.certificate.dual < 1e-6);
    let columns = common::read_csv(&folder.join("net3/columns.csv"));
    let of_kind = columns.iter().filter(|row| !row["column"].starts_with('w'));
    let mut n_columns = 0;
    for row in of_kind {
        let expected: f64 = row["value"].parse().unwrap();
        let found = value(&plan, &row["column"]);
        assert!(close(found, expected), "{}: {found} against {expected}", row["column"]);
        n_columns += 1;
    }
    assert!(50 < n_columns, "{n_columns}");
    let mut n_unique = 0;
    for row in common::read_csv(&folder.join("net3/rows.csv")) {
        if row["dual_is_unique"] != "true" {
            continue;
        }
        let expected: f64 = row["dual"].parse().unwrap();
        let found = dual(&plan, &row["row"]).unwrap();
        assert!((found - expected).abs() < 1e-3, "{}: {found} against {expected}", row["row"]);
        n_unique += 1;
    }
    assert!(50 < n_unique, "{n_unique}");
}

#[test]
fn idle_nodes_are_those_without_a_unique_price_and_their_intervals_hold_every_optimal_one() {
    let Some(folder) = common::reference() else { return };
    let options = PlanOptions { price_intervals: true, ..PlanOptions::default() };
    let plan = plan(&common::net3(&model(&folder)), &options).unwrap();
    let mut n_open = 0;
    for row in common::read_csv(&folder.join("net3/rows.csv")) {
        let (head, parts) = parsed(&row["row"]);
        if head != "bal" {
            continue;
        }
        let is_it = |price: &&critmin_substitution::network::PriceRow| {
            price.period == parts[0] && price.form == parts[1] && price.region == parts[2]
        };
        let price = plan.prices.iter().find(is_it).unwrap();
        if row["dual_is_unique"] == "true" {
            continue;
        }
        assert!(price.is_idle, "{} is not unique", row["row"]);
        let expected: f64 = row["dual"].parse().unwrap();
        let (low, high) =
            (price.low_usd_per_t.unwrap_or(f64::NEG_INFINITY), price.high_usd_per_t.unwrap_or(f64::INFINITY));
        for each in [expected, price.price_usd_per_t] {
            assert!(low - 1e-3 <= each && each <= high + 1e-3, "{}: {each} not in {low} to {high}", row["row"]);
        }
        n_open += 1;
    }
    assert!(0 < n_open);
}

#[test]
fn prices_and_rents_follow_by_hand() {
    let Some(folder) = common::reference() else { return };
    let plan = solved(&common::net3(&model(&folder)));
    for (name, expected) in [
        ("bal[2,refined,B]", 2500.0),
        ("bal[3,refined,B]", 2504.0),
        ("cover[3,refined,B]", 2508.0),
        ("leak[2,CVB_leak]", -(2500.0 * 0.97 - (165.789_473_684 + 160.0))),
        ("cap[2,smelt,A]", -(0.93 * (2500.0 - 85.0) - 9.0 - 110.0 - 55.0 / 0.75)),
        ("byp[3,extract,A]", -(0.75 * (2277.2 - 110.0 - 0.8 * 36.53) - 55.0)),
        ("offtake[3,AB_crude]", 36.53),
        ("bloc[3,J]", -(2500.0 - 170.789_473_684)),
        ("subbal[3,S2,B]", (2504.0 - 900.0) / 0.5),
    ] {
        let found = dual(&plan, name).unwrap();
        assert!((found - expected).abs() < 2e-3, "{name}: {found} against {expected}");
    }
}

fn changed(model: &Value, variant: &str) -> (Network, PlanOptions) {
    let mut network = common::net3(model);
    let mut options = PlanOptions::default();
    let leak = network.arcs.iter().position(|arc| arc.is_leak).unwrap();
    match variant {
        "no_ban" => network.bans.clear(),
        "hard_ban" => network.arcs[leak].capacity_t = Some(Series::ByPeriod(vec![0.2, 0.0, 0.0])),
        "no_byproduct_cap" => options.by_product_caps = false,
        "no_rival" => network
            .uses
            .iter_mut()
            .filter(|user| user.region == "J")
            .for_each(|user| user.demand_t = Series::Constant(0.0)),
        "no_substitution" => network.substitutions[0].feasible_share = Series::Constant(0.0),
        "no_initial_stock" => network.stocks[0].initial_t = 0.0,
        "no_cover" => network.stocks[0].cover_days = Series::Constant(0.0),
        "no_bloc_cap" => network.bloc_caps.clear(),
        "no_offtake" => network.offtakes.clear(),
        other => {
            if let Some(level) = other.strip_prefix("enforcement_") {
                let level: f64 = level.parse().unwrap();
                network.arcs[leak].enforcement = Some(Series::ByPeriod(vec![0.0, level, level]));
            }
        }
    }
    (network, options)
}

#[test]
fn every_variant_costs_what_the_reference_says() {
    let Some(folder) = common::reference() else { return };
    let model = model(&folder);
    let rows = common::read_csv(&folder.join("net3/variants.csv"));
    assert!(12 < rows.len());
    for row in rows {
        let (network, options) = changed(&model, &row["variant"]);
        let found = plan(&network, &options).unwrap();
        let expected: f64 = row["objective_kusd"].parse().unwrap();
        assert!(close(found.cost_usd, expected), "{}: {} against {expected}", row["variant"], found.cost_usd);
        assert_eq!(row["variant"] == "no_byproduct_cap", found.flags.iter().any(|flag| flag.contains("by-product")));
    }
}

#[test]
fn leaks_off_is_the_hard_ban() {
    let Some(folder) = common::reference() else { return };
    let model = model(&folder);
    let mut network = common::net3(&model);
    // The leak of the first period is open in the reference's hard ban; the ban begins in the second.
    network
        .arcs
        .iter_mut()
        .filter(|arc| arc.is_leak)
        .for_each(|arc| arc.capacity_t = Some(Series::ByPeriod(vec![0.0, 1.5, 1.5])));
    let off = plan(&network, &PlanOptions { leaks: false, ..PlanOptions::default() }).unwrap();
    network.arcs.iter_mut().filter(|arc| arc.is_leak).for_each(|arc| arc.enforcement = Some(Series::Constant(1.0)));
    let enforced = solved(&network);
    assert!(close(off.cost_usd, enforced.cost_usd));
    assert!(off.flags.iter().any(|flag| flag.starts_with("a hard ban")));
}

#[test]
fn scaling_masses_or_money_scales_the_answer() {
    let Some(folder) = common::reference() else { return };
    let model = model(&folder);
    let base = solved(&common::net3(&model));
    let mut text = json!(common::net3(&model));
    multiply(&mut text, &["demand_t", "capacity_t", "by_product_limit_t", "initial_t"], 1e-6);
    let small = solved(&serde_json::from_value(text.clone()).unwrap());
    assert!(close(small.cost_usd * 1e6, base.cost_usd), "{}", small.cost_usd * 1e6);
    multiply(&mut text, &["cost_usd_per_t", "freight_usd_per_t", "penalty_usd_per_t", "holding_cost_usd_per_t"], 1e5);
    let dear = solved(&serde_json::from_value(text).unwrap());
    assert!(close(dear.cost_usd * 10.0, base.cost_usd), "{}", dear.cost_usd * 10.0);
    let price = |plan: &Plan| dual(plan, "bal[3,refined,B]").unwrap();
    assert!(close(price(&dear), 1e5 * price(&base)));
}

/// Multiplies every number below the named fields.
fn multiply(value: &mut Value, names: &[&str], factor: f64) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if names.contains(&name.as_str()) { scale(field, factor) } else { multiply(field, names, factor) }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| multiply(item, names, factor)),
        _ => {}
    }
}

fn scale(value: &mut Value, factor: f64) {
    match value {
        Value::Number(number) => *value = json!(number.as_f64().unwrap() * factor),
        Value::Array(items) => items.iter_mut().for_each(|item| scale(item, factor)),
        _ => {}
    }
}
