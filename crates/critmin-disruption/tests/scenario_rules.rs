//! What a scenario may say, how its restrictions meet, and what a run says about inputs that do nothing.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test states exact results and fails loudly"
)]

mod common;

use critmin_core::{BlocId, BlocMembership, Dataset, Grade, Parameter};
use critmin_disruption::{
    DemandForm, Error, MarketStatus, ParameterFault, Scenario, ScenarioOutcome, ScenarioProblem, Timing, WarningKind,
    run,
};

const HEAD: &str = r#"
id = "test"
title = "Test"
market = { timing = "full_year" }
"#;

fn restriction(exporter: &str, destinations: &str, level: f64, more: &str) -> String {
    format!(
        "[[restrictions]]\nexporter = \"{exporter}\"\ndestinations = {destinations}\ncommodities = [\"gallium\"]\n\
         restriction_level = {level:?}\nstart = \"2024-12-03\"\ninstrument = \"ban\"\n{more}\n"
    )
}

fn scenario(restrictions: &[String]) -> Scenario {
    Scenario::from_toml(&format!("{HEAD}{}", restrictions.concat())).unwrap()
}

fn parameter(name: &str, country: Option<&str>, value: f64, unit: &str) -> Parameter {
    Parameter {
        commodity: Some(common::commodity("gallium")),
        parameter: name.to_owned(),
        country: country.map(common::country),
        value,
        low: None,
        high: None,
        unit: unit.to_owned(),
        grade: Grade::Assumption,
        source: "test".to_owned(),
        note: String::new(),
    }
}

fn answer(scenario: &Scenario) -> ScenarioOutcome {
    run(scenario, &common::dataset(), &common::recipes()).unwrap()
}

fn messages(outcome: &ScenarioOutcome, kind: WarningKind) -> Vec<&str> {
    let of_kind = outcome.warnings.iter().filter(|warning| warning.kind == kind);
    of_kind.map(|warning| warning.message.as_str()).collect()
}

fn faults(row: Parameter) -> Vec<ParameterFault> {
    let mut scenario = scenario(&[restriction("CHN", "\"all\"", 1.0, "")]);
    scenario.parameters.push(row);
    let problems = scenario.problems(&common::dataset()).into_iter();
    problems
        .map(|problem| match problem {
            ScenarioProblem::Parameter { row: 1, fault, .. } => fault,
            other => panic!("{other}"),
        })
        .collect()
}

#[test]
fn a_parameter_is_what_its_name_says() {
    let demand =
        |value, low, high| Parameter { low, high, ..parameter("price_elasticity_of_demand_short", None, value, "1") };
    assert!(faults(demand(-0.5, Some(-1.0), Some(-0.1))).is_empty());
    let [ParameterFault::WrongSign { field: "value", .. }] = faults(demand(0.5, None, None))[..] else { panic!() };
    let [ParameterFault::WrongSign { field: "high", .. }] = faults(demand(-0.5, None, Some(0.2)))[..] else { panic!() };
    let reversed = faults(demand(-0.5, Some(-0.1), Some(-1.0)));
    assert_eq!(reversed, [ParameterFault::IntervalReversed { low: -0.1, high: -1.0 }]);
    assert!(matches!(faults(demand(-2.0, Some(-1.0), Some(-0.1)))[..], [ParameterFault::OutsideInterval { .. }]));
    let tonnes = |value, unit| faults(parameter("capacity_t", Some("JPN"), value, unit));
    assert!(tonnes(10.0, "t/yr").is_empty());
    assert!(matches!(tonnes(-1.0, "t/yr")[..], [ParameterFault::WrongSign { .. }]));
    assert!(matches!(tonnes(10_000.0, "kg/yr")[..], [ParameterFault::WrongUnit { .. }]));
    assert!(matches!(
        faults(parameter("price_usd_per_t", None, 400.0, "USD/kg"))[..],
        [ParameterFault::WrongUnit { .. }]
    ));
    let message = tonnes(1.0, "kg/yr")[0].to_string();
    assert_eq!(message, "`unit` is `kg/yr`: expected `t/yr` or `t`, as the name says: convert the figure");
}

#[test]
fn toml_knows_nan_and_a_scenario_does_not() {
    for (text, field) in
        [("value = nan", "value"), ("value = -0.5\nlow = -inf", "low"), ("value = -0.5\nhigh = nan", "high")]
    {
        let rows = format!(
            "[[parameters]]\ncommodity = \"gallium\"\nparameter = \"price_elasticity_of_demand_short\"\nunit = \"1\"\n\
             grade = \"assumption\"\nsource = \"test\"\nnote = \"\"\n{text}\n"
        );
        let scenario = Scenario::from_toml(&format!("{HEAD}{}{rows}", restriction("CHN", "\"all\"", 1.0, ""))).unwrap();
        let error = run(&scenario, &common::dataset(), &common::recipes()).unwrap_err();
        let Error::InvalidScenario { problems, .. } = &error else { panic!("{error}") };
        let [ScenarioProblem::Parameter { fault: ParameterFault::NotFinite { field: found, .. }, .. }] = &problems[..]
        else {
            panic!("{error}")
        };
        assert_eq!(*found, field);
    }
}

/// A capacity of NaN in the dataset's own table must not silently become the production.
#[test]
fn a_faulty_row_of_the_parameter_table_stops_its_market() {
    let mut dataset = common::dataset();
    dataset.parameters.rows.push(parameter("capacity_t", Some("JPN"), f64::NAN, "t/yr"));
    let mut scenario = scenario(&[restriction("CHN", "\"all\"", 1.0, "")]);
    let outcome = run(&scenario, &dataset, &common::recipes()).unwrap();
    assert_eq!(outcome.markets[0].status, MarketStatus::Failed);
    let message = outcome.markets[0].message.as_ref().unwrap();
    assert!(message.starts_with("parameter `capacity_t` of `gallium` for `JPN`: `value` is NaN"), "{message}");
    scenario.market.missing_inputs = critmin_disruption::MissingInputPolicy::Fail;
    let error = run(&scenario, &dataset, &common::recipes()).unwrap_err();
    assert!(matches!(error, Error::FaultyParameter { fault: ParameterFault::NotFinite { .. }, .. }));
}

fn with_bloc() -> Dataset {
    let member = |id: &str, from: &str, to: Option<&str>| BlocMembership {
        bloc: BlocId::new("pact").unwrap(),
        country: common::country(id),
        member_from: from.parse().unwrap(),
        member_to: to.map(|day| day.parse().unwrap()),
    };
    let bloc_memberships = vec![
        member("USA", "2000-01-01", None),
        member("CHN", "2000-01-01", None),
        member("JPN", "2000-01-01", Some("2024-12-02")),
        member("DEU", "2024-12-04", None),
        member("KOR", "2024-12-03", Some("2024-12-03")),
    ];
    Dataset { bloc_memberships, ..common::dataset() }
}

/// The law: each member on the first day but the exporter, and nobody else.
#[test]
fn a_bloc_is_its_members_of_the_first_day_without_the_exporter() {
    let scenario = scenario(&[restriction("CHN", "[\"pact\"]", 1.0, "")]);
    let dataset = with_bloc();
    let outcome = run(&scenario, &dataset, &common::recipes()).unwrap();
    let found: Vec<_> = outcome.markets.iter().map(|market| market.key.destination.clone().unwrap()).collect();
    assert_eq!(found, ["KOR", "USA"].map(common::country));
}

#[test]
fn a_bloc_that_nobody_has_joined_and_an_edition_that_nobody_published() {
    let mut scenario = scenario(&[restriction("CHN", "[\"pact\"]", 1.0, "")]);
    scenario.restrictions[0].start = "1999-01-01".parse().unwrap();
    scenario.edition = Some(critmin_core::SourceId::new("usgs-mcs-2062").unwrap());
    let problems = scenario.problems(&with_bloc());
    assert!(
        matches!(problems[..], [ScenarioProblem::Unknown { .. }, ScenarioProblem::NoMember { .. }]),
        "{problems:?}"
    );
    assert!(problems[0].to_string().contains("did you mean `usgs-mcs-2026`"), "{}", problems[0]);
}

/// China cuts off the United States, Japan halves its exports to everyone: neither helps out.
#[test]
fn a_restriction_against_all_holds_in_every_bilateral_market() {
    let mut scenario = scenario(&[restriction("CHN", "[\"USA\"]", 1.0, ""), restriction("JPN", "\"all\"", 0.5, "")]);
    scenario.parameters.push(parameter("net_exports_t", Some("JPN"), 2.0, "t/yr"));
    let outcome = answer(&scenario);
    let bilateral = outcome.markets.iter().find(|market| market.key.destination.is_some()).unwrap();
    let result = bilateral.result.as_ref().unwrap();
    // Shares of the imports of 11 t: China 18 %, Japan 22 %.
    assert!((result.lost_supply_t - 11.0 * (0.18 + 0.5 * 0.22)).abs() < 1e-9, "{result:?}");
    let global = outcome.markets.iter().find(|market| market.key.destination.is_none()).unwrap();
    assert!((global.result.as_ref().unwrap().lost_supply_t - 1.0).abs() < 1e-9);
}

#[test]
fn of_two_levels_the_harsher_holds_whatever_the_order() {
    for (of_all, of_one) in [(1.0, 0.25), (0.25, 1.0)] {
        let all = restriction("CHN", "\"all\"", of_all, "");
        let one = restriction("CHN", "[\"USA\"]", of_one, "");
        for restrictions in [[all.clone(), one.clone()], [one, all]] {
            let outcome = answer(&scenario(&restrictions));
            let level = |scope: &str| {
                let market = outcome.markets.iter().find(|market| market.key.scope == scope).unwrap();
                market.result.as_ref().unwrap().restriction_level
            };
            assert_eq!((level("global"), level("bilateral")), (of_all, 1.0));
        }
    }
}

/// Half a year counts half by the calendar, and whole by the convention of the published scenarios.
#[test]
fn timing_weighs_the_days_or_does_not() {
    let mut scenario = scenario(&[restriction("CHN", "\"all\"", 1.0, "duration_months = 6")]);
    let level = |scenario: &Scenario| answer(scenario).markets[0].result.as_ref().unwrap().restriction_level;
    assert_eq!(level(&scenario), 1.0);
    scenario.market.timing = Timing::Calendar;
    assert!((level(&scenario) - 182.0 / 365.0).abs() < 1e-12);
}

#[test]
fn two_exporters_restrict_one_market() {
    let mut scenario = scenario(&[restriction("CHN", "\"all\"", 1.0, ""), restriction("RUS", "\"all\"", 0.5, "")]);
    scenario.parameters.push(parameter("net_exports_t", Some("CHN"), 90.0, "t/yr"));
    scenario.parameters.push(parameter("net_exports_t", Some("RUS"), 6.0, "t/yr"));
    let outcome = answer(&scenario);
    let result = outcome.markets[0].result.as_ref().unwrap();
    assert_eq!(outcome.markets.len(), 1);
    assert!((result.lost_supply_t - 93.0).abs() < 1e-9);
    // Japan alone is outside, with 3 t: Russia's exports count once, as exports.
    assert!((result.base_demand_t - 99.0).abs() < 1e-9);
    let restricting: Vec<_> = outcome.producers.iter().filter(|row| row.is_restricting).collect();
    assert_eq!(restricting.len(), 2);
    assert!(
        outcome
            .producers
            .iter()
            .filter(|row| row.country == Some(common::country("RUS")))
            .all(|row| row.is_restricting)
    );
}

#[test]
fn a_restriction_of_nothing_changes_nothing_and_says_so() {
    let mut scenario = scenario(&[restriction("USA", "\"all\"", 1.0, "")]);
    scenario.parameters.push(parameter("net_exports_t", Some("USA"), 0.0, "t/yr"));
    let outcome = answer(&scenario);
    let result = outcome.markets[0].result.as_ref().unwrap();
    assert_eq!((result.price_ratio, result.shortfall_t), (1.0, 0.0));
    assert_eq!(
        messages(&outcome, WarningKind::NothingRestricted),
        ["`USA` exports nothing here: its restriction changes nothing"]
    );
    scenario.parameters.clear();
    scenario.restrictions[0].exporter = common::country("DEU");
    assert_eq!(answer(&scenario).markets[0].status, MarketStatus::MissingInputs);
}

#[test]
fn parameters_that_nobody_reads_are_named() {
    let mut scenario = scenario(&[restriction("CHN", "\"all\"", 1.0, "")]);
    scenario.parameters.push(parameter("net_exports_t", Some("CHN"), 50.0, "t/yr"));
    assert!(messages(&answer(&scenario), WarningKind::UnusedParameter).is_empty());
    scenario.parameters.push(parameter("net_export_t", Some("CHN"), 60.0, "t/yr"));
    scenario.parameters.push(parameter("stocks_t", Some("DEU"), 1.0, "t"));
    let outcome = answer(&scenario);
    let found = messages(&outcome, WarningKind::UnusedParameter);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("parameter `net_export_t` of `CHN` was not used"), "{found:?}");
}

#[test]
fn a_market_formed_twice_is_said() {
    let mut scenario = scenario(&[
        restriction("CHN", "\"all\"", 1.0, ""),
        restriction("RUS", "\"all\"", 1.0, "stages = [\"refinery\"]"),
    ]);
    scenario.parameters.push(parameter("net_exports_t", Some("RUS"), 6.0, "t/yr"));
    let outcome = answer(&scenario);
    let found = messages(&outcome, WarningKind::Assumption);
    assert!(found.iter().any(|message| message.contains("formed twice")), "{found:?}");
}

#[test]
fn the_timeline_tells_its_market() {
    let outcome = answer(&scenario(&[restriction("CHN", "[\"USA\"]", 1.0, "")]));
    assert_eq!(outcome.timeline.len(), 12);
    assert!(outcome.timeline.iter().all(|row| row.destination == Some(common::country("USA"))));
    assert!(outcome.timeline.iter().all(|row| row.stage == Some(critmin_core::Stage::Refinery)));
}

#[test]
fn a_price_beyond_experience_is_written_for_people() {
    let mut scenario = scenario(&[restriction("CHN", "\"all\"", 1.0, "")]);
    scenario.market.demand_form = DemandForm::Isoelastic;
    let outcome = answer(&scenario);
    let ratio = outcome.markets[0].result.as_ref().unwrap().price_ratio;
    scenario.parameters.push(parameter("price_elasticity_of_demand_short", None, -0.05, "1"));
    let outcome = answer(&scenario);
    let found = messages(&outcome, WarningKind::BeyondExperience);
    assert_eq!(found.len(), 1, "{ratio}");
    assert!(found[0].starts_with("a price ratio of ") && !found[0].contains("e1"), "{found:?}");
}
