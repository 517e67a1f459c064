//! Stocks and ramps by quarter, and flows that return at a premium.
#![expect(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "helpers of tests; exact zeros and unchanged prices are the claim"
)]

use critmin_disruption::{
    DemandForm, Error, Market, MarketOptions, QuarterOptions, ReleaseRule, solve, solve_quarters,
};

fn market(scope: &str) -> Market {
    toml::from_str(&format!(
        r#"
        commodity = "gallium"
        stage = "refinery"
        form = "primary"
        year = 2023
        scope = {scope}
        producers = [
            {{ country = "JPN", production_t = 20.0, capacity_t = 30.0 }},
            {{ country = "KOR", production_t = 10.0, capacity_t = 30.0 }},
        ]
        restricted = [{{ country = "CHN", net_exports_t = 70.0, restriction_level = 1.0 }}]
        price_elasticity_of_demand = -0.5
        price_elasticity_of_supply = 0.5
        "#
    ))
    .unwrap()
}

const GLOBAL: &str = r#"{ kind = "global" }"#;
const BILATERAL: &str = r#"{ kind = "bilateral", destination = "USA" }"#;

fn bare() -> MarketOptions {
    MarketOptions { demand_form: DemandForm::Isoelastic, ..MarketOptions::default() }
}

fn quarters(release: ReleaseRule, stock_t: f64) -> Vec<critmin_disruption::QuarterOutcome> {
    let options = QuarterOptions { release, stock_t, ..QuarterOptions::default() };
    solve_quarters(&market(GLOBAL), &bare(), &options).unwrap()
}

#[test]
fn a_year_of_equal_quarters_is_the_yearlong_step() {
    let even = QuarterOptions { ramp: [1.0; 4], ..QuarterOptions::default() };
    let year = solve(&market(GLOBAL), &bare()).unwrap();
    for quarter in solve_quarters(&market(GLOBAL), &bare(), &even).unwrap() {
        assert!((quarter.price_ratio - year.price_ratio).abs() < 1e-9 * year.price_ratio);
        assert!((4.0 * quarter.shortfall_t - year.shortfall_t).abs() < 1e-9 * year.shortfall_t);
    }
}

#[test]
fn stocks_are_never_overdrawn_and_always_help() {
    let without = quarters(ReleaseRule::None, 0.0);
    let rules = [
        ReleaseRule::Proportional { share: 0.5 },
        ReleaseRule::PriceTriggered { price_ratio: 1.5 },
        ReleaseRule::Planned,
    ];
    for rule in rules {
        for stock in [0.0, 5.0, 20.0, 500.0] {
            let with = quarters(rule, stock);
            let released: f64 = with.iter().map(|quarter| quarter.release_t).sum();
            assert!(released <= stock + 1e-9 && with.iter().all(|quarter| 0.0 <= quarter.stock_t));
            assert!((stock - released - with[3].stock_t).abs() < 1e-9);
            for (with, without) in with.iter().zip(&without) {
                assert!(with.price_ratio <= without.price_ratio * (1.0 + 1e-9), "{rule:?} {stock}");
            }
        }
    }
}

#[test]
fn a_plan_has_the_lowest_highest_price() {
    let highest = |rule| quarters(rule, 15.0).iter().map(|quarter| quarter.price_ratio).fold(0.0, f64::max);
    let planned = highest(ReleaseRule::Planned);
    for rule in [ReleaseRule::None, ReleaseRule::Proportional { share: 0.3 }, ReleaseRule::Proportional { share: 1.0 }]
    {
        assert!(planned <= highest(rule) * (1.0 + 1e-9), "{rule:?}");
    }
    // It uses up the stock, and holds one price in every quarter that it serves.
    let plan = quarters(ReleaseRule::Planned, 15.0);
    assert!(plan[3].stock_t < 1e-6);
    let served: Vec<f64> =
        plan.iter().filter(|quarter| 1e-9 < quarter.release_t).map(|quarter| quarter.price_ratio).collect();
    assert!(served.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 1e-6 * pair[0]), "{served:?}");
}

#[test]
fn a_trigger_holds_its_price() {
    let held = quarters(ReleaseRule::PriceTriggered { price_ratio: 2.0 }, 1e4);
    assert!(held.iter().all(|quarter| quarter.price_ratio <= 2.0 + 1e-9));
    // Nothing restricted: the stock stays untouched.
    let options = QuarterOptions {
        in_force: [0.0; 4],
        stock_t: 50.0,
        release: ReleaseRule::Planned,
        ..QuarterOptions::default()
    };
    let calm = solve_quarters(&market(GLOBAL), &bare(), &options).unwrap();
    assert!(calm.iter().all(|quarter| quarter.release_t == 0.0 && quarter.price_ratio == 1.0));
}

#[test]
fn quarter_options_are_checked() {
    let bad = [
        QuarterOptions { ramp: [0.0, 0.0, 0.0, 1.5], ..QuarterOptions::default() },
        QuarterOptions { stock_t: -1.0, ..QuarterOptions::default() },
        QuarterOptions { release: ReleaseRule::PriceTriggered { price_ratio: 0.5 }, ..QuarterOptions::default() },
    ];
    for options in bad {
        let answer = solve_quarters(&market(GLOBAL), &bare(), &options);
        assert!(matches!(answer, Err(Error::OptionOutOfRange { .. })), "{answer:?}");
    }
}

#[test]
fn what_returns_at_a_premium_waits_for_its_price() {
    let leaking = |share: f64, premium: f64| {
        let options = MarketOptions { leakage_share: share, leakage_premium: premium, ..bare() };
        solve(&market(BILATERAL), &options).unwrap()
    };
    let (none, free) = (leaking(0.0, 0.0), leaking(0.5, 0.0));
    assert!(free.price_ratio < none.price_ratio);
    // A premium beyond the price of the closed market keeps everything out.
    assert_eq!(leaking(0.5, none.price_ratio).price_ratio, none.price_ratio);
    // One below the price of the open market changes nothing.
    let small = 0.5 * (free.price_ratio - 1.0);
    assert_eq!(leaking(0.5, small).price_ratio, free.price_ratio);
    // In between, the price stops at the premium and part of the flow returns.
    let between = 0.5 * (free.price_ratio + none.price_ratio);
    let held = leaking(0.5, between - 1.0);
    assert!((held.price_ratio - between).abs() < 1e-9);
    assert!(0.0 < held.restricted_supply_t && held.restricted_supply_t < free.restricted_supply_t);
    let supply: f64 = held.producers.iter().map(|producer| producer.post_t).sum::<f64>() + held.restricted_supply_t;
    assert!((supply - held.quantity_t).abs() < 1e-9);
    // Everything returns for nothing: no loss.
    assert_eq!(leaking(1.0, 0.0).price_ratio, 1.0);
}
