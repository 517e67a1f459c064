//! Each bad input is an error of its own type that says what was found, what was expected, and how to mend it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test states exact results and fails loudly"
)]

mod common;

use critmin_core::{Dataset, Share};
use critmin_disruption::{
    DemandForm, Error, Market, MarketOptions, MarketStatus, Scenario, ScenarioProblem, run, solve, solve_at,
};
use proptest::prelude::*;

const GALLIUM: &str = r#"
id = "test"
title = "Test"
[[restrictions]]
exporter = "CHN"
destinations = "all"
commodities = ["gallium"]
restriction_level = 1.0
start = "2024-12-03"
instrument = "ban"
"#;

fn gallium(change: impl FnOnce(&mut Market)) -> Error {
    let mut market = common::market(&[("JPN", 3.0, 10.0), ("RUS", 5.0, 10.0)], 94.0, -1.0, 5.0);
    change(&mut market);
    solve(&market, &MarketOptions::default()).unwrap_err()
}

#[track_caller]
fn says(error: &impl ToString, parts: &[&str]) {
    let message = error.to_string();
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

#[test]
fn market_figures() {
    let error = gallium(|market| market.producers[0].production_t = -1.0);
    assert!(matches!(error, Error::NotATonnage { what: "production", .. }));
    says(&error, &["`JPN`", "-1 t", "not negative"]);
    let error = gallium(|market| market.producers[0].capacity_t = f64::NAN);
    assert!(matches!(error, Error::NotATonnage { what: "capacity", .. }));
    let error = gallium(|market| market.producers[0].capacity_t = 2.0);
    assert!(matches!(error, Error::CapacityBelowProduction { .. }));
    says(&error, &["`JPN`", "2 t", "3 t"]);
    let error = gallium(|market| market.restricted[0].net_exports_t = -20.0);
    says(&error, &["net exports of `CHN`", "a net importer has no exports to restrict"]);
    let error = gallium(|market| market.restricted[0].restriction_level = 50.0);
    assert!(matches!(error, Error::NotARestrictionLevel { found: 50.0 }));
    says(&error, &["50", "fraction", "divided by 100"]);
    let error = gallium(|market| market.price_elasticity_of_demand = 1.0);
    assert!(matches!(error, Error::NotAnElasticity { name: "price_elasticity_of_demand", .. }));
    says(&error, &["put a minus before it"]);
    let error = gallium(|market| market.price_elasticity_of_supply = f64::INFINITY);
    assert!(matches!(error, Error::NotAnElasticity { name: "price_elasticity_of_supply", .. }));
}

#[test]
fn markets_that_cannot_clear() {
    let error = gallium(|market| {
        market.producers.clear();
        market.restricted[0].net_exports_t = 0.0;
    });
    assert!(matches!(error, Error::NoBaseDemand { .. }));
    let error = gallium(|market| market.producers.clear());
    assert!(matches!(error, Error::NoSupplyLeft { .. }));
    says(&error, &["`gallium`", "`linear` or `choke_price`"]);
    let error = gallium(|market| market.price_elasticity_of_demand = 0.0);
    assert!(matches!(error, Error::UnboundedPrice { .. }));
    says(&error, &["demand elasticity 0", "further below 0"]);
    assert!(matches!(gallium(|market| market.price_elasticity_of_demand = -1e-4), Error::UnboundedPrice { .. }));
}

#[test]
fn a_bounded_form_clears_where_the_isoelastic_one_does_not() {
    let market = common::market(&[], 94.0, -0.5, 5.0);
    let linear = MarketOptions { demand_form: DemandForm::Linear, ..MarketOptions::default() };
    assert!((solve(&market, &linear).unwrap().price_ratio - 3.0).abs() < 1e-12);
    let choke =
        MarketOptions { demand_form: DemandForm::ChokePrice, choke_price_ratio: Some(5.0), ..MarketOptions::default() };
    let after = solve(&market, &choke).unwrap();
    assert_eq!((after.price_ratio, after.quantity_t, after.unserved_share), (5.0, 0.0, 1.0));
}

#[test]
fn options() {
    let market = common::market(&[("JPN", 3.0, 10.0)], 94.0, -1.0, 5.0);
    let faulty = [
        MarketOptions { ramp: 1.5, ..MarketOptions::default() },
        MarketOptions { leakage_share: -0.1, ..MarketOptions::default() },
        MarketOptions { diversion_share: f64::NAN, ..MarketOptions::default() },
        MarketOptions { choke_price_ratio: Some(1.0), ..MarketOptions::default() },
    ];
    for options in faulty {
        let error = solve_at(&market, &options, Share::ALL).unwrap_err();
        assert!(matches!(error, Error::OptionOutOfRange { .. }), "{error}");
    }
}

#[test]
fn text_that_is_no_scenario() {
    for (text, part) in [
        ("id = ", "TOML"),
        (&GALLIUM.replace("instrument", "instrumnet"), "instrumnet"),
        (&GALLIUM.replace("\"ban\"", "\"embargo\""), "embargo"),
        (&GALLIUM.replace("CHN", "China"), "three capital letters"),
        (&GALLIUM.replace("\"all\"", "\"everybody\""), "found `everybody`"),
        (&GALLIUM.replace("2024-12-03", "2024-13-03"), "2024-13-03"),
    ] {
        let error = Scenario::from_toml(text).unwrap_err();
        assert!(matches!(error, Error::Syntax { format: "TOML", .. }));
        says(&error, &[part]);
    }
    assert!(matches!(Scenario::from_json("{"), Err(Error::Syntax { format: "JSON", .. })));
}

#[test]
fn every_problem_is_reported_at_once() {
    let text = r#"
id = ""
title = "Faulty"
consumers = []
[market]
ramp = 2.0
[[restrictions]]
exporter = "CHX"
destinations = ["CHX", "quod"]
commodities = ["galium"]
restriction_level = 25.0
start = "2024-12-03"
end = "2023-12-03"
duration_months = 3
instrument = "ban"
suspensions = [{ from = "2023-01-01", until = "2022-01-01" }]
[[restrictions]]
exporter = "CHN"
destinations = []
commodities = []
restriction_level = 1.0
start = "2024-12-03"
duration_months = 0
instrument = "ban"
[[restrictions]]
exporter = "CHN"
destinations = "all"
commodities = ["gallium"]
restriction_level = 1.0
start = "2024-12-03"
instrument = "ban"
[[restrictions]]
exporter = "CHN"
destinations = "all"
commodities = ["gallium"]
stages = ["refinery"]
restriction_level = 0.5
start = "2025-12-03"
instrument = "quota"
"#;
    let error = Scenario::from_toml(text).unwrap().validate(&common::dataset()).unwrap_err();
    let Error::InvalidScenario { problems, .. } = &error else { panic!("{error}") };
    let has = |is: fn(&ScenarioProblem) -> bool| assert!(problems.iter().any(is), "{error}");
    has(|problem| matches!(problem, ScenarioProblem::NoId));
    has(|problem| matches!(problem, ScenarioProblem::NoConsumer));
    has(|problem| matches!(problem, ScenarioProblem::Option(Error::OptionOutOfRange { name: "ramp", .. })));
    has(|problem| matches!(problem, ScenarioProblem::LevelOutOfRange { restriction: 1, .. }));
    has(|problem| matches!(problem, ScenarioProblem::DatesReversed { restriction: 1, .. }));
    has(|problem| matches!(problem, ScenarioProblem::TwoEnds { restriction: 1 }));
    has(|problem| matches!(problem, ScenarioProblem::ExporterIsDestination { restriction: 1, .. }));
    has(|problem| matches!(problem, ScenarioProblem::SuspensionReversed { restriction: 1, .. }));
    has(|problem| matches!(problem, ScenarioProblem::SuspensionOutside { restriction: 1, .. }));
    has(|problem| matches!(problem, ScenarioProblem::NoCommodity { restriction: 2 }));
    has(|problem| matches!(problem, ScenarioProblem::NoDestination { restriction: 2 }));
    has(|problem| matches!(problem, ScenarioProblem::NotADuration { restriction: 2, found: 0 }));
    has(|problem| matches!(problem, ScenarioProblem::Duplicate { first: 3, second: 4, .. }));
    let unknown = problems.iter().filter(|problem| matches!(problem, ScenarioProblem::Unknown { .. })).count();
    assert_eq!(unknown, 4, "{error}");
    says(&error, &["unknown country `CHX`", "did you mean `CHN`", "did you mean `gallium`", "unknown bloc `quod`"]);
    let empty = Scenario { restrictions: Vec::new(), ..Scenario::from_toml(GALLIUM).unwrap() };
    let problems = empty.problems(&common::dataset());
    assert_eq!(problems, vec![ScenarioProblem::NoRestriction]);
}

#[test]
fn missing_inputs_are_listed_with_the_way_to_supply_them() {
    let mut dataset = common::dataset();
    dataset
        .parameters
        .rows
        .retain(|row| row.parameter != "net_exports_t" && row.parameter != "price_elasticity_of_demand_short");
    let mut scenario = Scenario::from_toml(GALLIUM).unwrap();
    let outcome = run(&scenario, &dataset, &common::recipes()).unwrap();
    assert_eq!(outcome.markets[0].status, MarketStatus::MissingInputs);
    let names: Vec<&str> = outcome.markets[0].missing.iter().map(|missing| missing.name.as_str()).collect();
    assert_eq!(names, ["net_exports_t", "price_elasticity_of_demand_short"]);
    assert!(outcome.curve.is_empty() && outcome.consumers.is_empty());
    scenario.market.missing_inputs = critmin_disruption::MissingInputPolicy::Fail;
    let error = run(&scenario, &dataset, &common::recipes()).unwrap_err();
    assert!(matches!(error, Error::MissingInputs { .. }));
    says(&error, &["2 input(s) missing", "`net_exports_t` of `CHN`", "add the parameter"]);
}

#[test]
fn stages_without_data_and_stages_that_are_ambiguous() {
    let dataset = common::dataset();
    let with = |stages: &str| {
        let text = GALLIUM.replace("\"gallium\"", "\"zinc\"").replace("instrument", &format!("{stages}\ninstrument"));
        let mut scenario = Scenario::from_toml(&text).unwrap();
        scenario.market.missing_inputs = critmin_disruption::MissingInputPolicy::Fail;
        run(&scenario, &dataset, &[]).unwrap_err()
    };
    let error = with("");
    assert!(matches!(error, Error::Ambiguous { what: "stages", .. }));
    says(&error, &["`mine`, `refinery`"]);
    let error = with("stages = [\"component\"]");
    assert!(matches!(error, Error::NoDataAtStage { .. }));
    says(&error, &["no production figures at stage `component`", "`mine`, `refinery`"]);
}

#[test]
fn an_empty_dataset_knows_nothing() {
    let error = run(&Scenario::from_toml(GALLIUM).unwrap(), &Dataset::default(), &[]).unwrap_err();
    assert!(matches!(error, Error::InvalidScenario { .. }));
}

#[test]
fn a_start_at_the_end_of_the_calendar() {
    let mut scenario = Scenario::from_toml(GALLIUM).unwrap();
    scenario.restrictions[0].start = chrono::NaiveDate::MAX;
    let error = run(&scenario, &common::dataset(), &common::recipes()).unwrap_err();
    assert!(matches!(error, Error::DateOverflow { .. }), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is typed, reading it answers, and a scenario that is read runs or says why not.
    #[test]
    fn no_text_makes_it_panic(cut in 0..GALLIUM.len(), inserted in "\\PC{0,12}", level in prop::num::f64::ANY, months in any::<u32>()) {
        let text = format!("{}{inserted}{}", &GALLIUM[..cut], &GALLIUM[cut..]);
        let _ = Scenario::from_json(&text);
        if let Ok(mut scenario) = Scenario::from_toml(&text) {
            let _ = run(&scenario, &common::dataset(), &common::recipes());
            scenario.restrictions[0].restriction_level = level;
            scenario.restrictions[0].duration_months = Some(months);
            let _ = run(&scenario, &common::dataset(), &common::recipes());
        }
    }
}
