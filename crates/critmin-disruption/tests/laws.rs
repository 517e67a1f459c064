//! The laws of the market stage, over random markets and every pair of forms.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test states exact results and fails loudly"
)]

mod common;

use critmin_core::Share;
use critmin_disruption::{
    DemandForm, Equilibrium, Interval, Market, MarketIntervals, MarketOptions, Scope, SupplyForm, band, solve_at,
    solve_many, sweep,
};
use proptest::prelude::*;

const COUNTRIES: [&str; 6] = ["AUS", "BEL", "CAN", "DEU", "JPN", "RUS"];

fn markets() -> impl Strategy<Value = Market> {
    let producer = (0.0..50.0f64, 1.0..4.0f64);
    let producers = prop::collection::vec(producer, 1..6);
    (producers, 0.1..200.0f64, 0.2..2.0f64, 0.0..5.0f64).prop_map(|(producers, exports, demand, supply)| {
        let named: Vec<(&str, f64, f64)> = producers
            .iter()
            .zip(COUNTRIES)
            .map(|(&(made, factor), id)| (id, made + 0.1, (made + 0.1) * factor))
            .collect();
        common::market(&named, exports, -demand, supply)
    })
}

fn options() -> impl Strategy<Value = MarketOptions> {
    let demand = prop::sample::select(vec![DemandForm::Isoelastic, DemandForm::Linear, DemandForm::ChokePrice]);
    let supply = prop::sample::select(vec![SupplyForm::CapacityCapped, SupplyForm::Uncapped, SupplyForm::Fixed]);
    (demand, supply, 0.0..1.0f64, 1.1..20.0f64).prop_map(|(demand_form, supply_form, ramp, choke)| MarketOptions {
        demand_form,
        supply_form,
        ramp,
        choke_price_ratio: Some(choke),
        ..MarketOptions::default()
    })
}

fn at(market: &Market, options: &MarketOptions, level: f64) -> Equilibrium {
    solve_at(market, options, Share::new(level).unwrap()).unwrap()
}

fn is_close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-9)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_restriction_changes_nothing(market in markets(), options in options()) {
        let after = at(&market, &options, 0.0);
        prop_assert_eq!((after.price_ratio, after.quantity_ratio, after.shortfall_t), (1.0, 1.0, 0.0));
        prop_assert!(after.producers.iter().all(|producer| producer.base_t == producer.post_t));
    }

    #[test]
    fn a_harsher_restriction_is_never_milder(market in markets(), options in options(), a in 0.0..=1.0f64, b in 0.0..=1.0f64) {
        let mild = at(&market, &options, a.min(b));
        let harsh = at(&market, &options, a.max(b));
        prop_assert!(mild.price_ratio <= harsh.price_ratio * (1.0 + 1e-12));
        prop_assert!(mild.shortfall_share <= harsh.shortfall_share + 1e-12);
        prop_assert!(1.0 <= mild.price_ratio && 0.0 <= mild.shortfall_share);
    }

    #[test]
    fn relabelling_countries_relabels_the_result(market in markets(), options in options(), level in 0.0..=1.0f64) {
        let mut relabelled = market.clone();
        relabelled.producers.reverse();
        let renamed = COUNTRIES.map(|id| common::country(&id.chars().rev().collect::<String>()));
        relabelled.producers.iter_mut().zip(&renamed).for_each(|(producer, name)| producer.country = Some(name.clone()));
        let (before, after) = (at(&market, &options, level), at(&relabelled, &options, level));
        prop_assert!(is_close(before.price_ratio, after.price_ratio));
        let labels: Vec<_> = after.producers.iter().map(|producer| producer.country.clone().unwrap()).collect();
        prop_assert_eq!(&labels[..], &renamed[..labels.len()]);
        for (one, other) in before.producers.iter().zip(after.producers.iter().rev()) {
            prop_assert!(is_close(one.post_t, other.post_t));
        }
    }

    #[test]
    fn the_market_clears(market in markets(), options in options(), level in 0.0..=1.0f64) {
        let after = at(&market, &options, level);
        let supplied: f64 = after.producers.iter().map(|producer| producer.post_t).sum::<f64>() + after.restricted_supply_t;
        prop_assert!(is_close(supplied, after.quantity_t), "{} {}", supplied, after.quantity_t);
        prop_assert!(is_close(after.quantity_t + after.shortfall_t, after.base_demand_t));
        for producer in &after.producers {
            prop_assert!(producer.capacity_t.is_none_or(|most| producer.post_t <= most * (1.0 + 1e-12)));
        }
    }

    #[test]
    fn served_and_unserved_make_the_demand(market in markets(), level in 0.0..=1.0f64, choke_price_ratio in 1.1..20.0f64) {
        let options = MarketOptions { demand_form: DemandForm::ChokePrice, choke_price_ratio: Some(choke_price_ratio), ..MarketOptions::default() };
        let after = at(&market, &options, level);
        prop_assert!(after.price_ratio <= choke_price_ratio);
        let wanted = after.base_demand_t * after.price_ratio.powf(market.price_elasticity_of_demand);
        prop_assert!(is_close(after.quantity_t, wanted * (1.0 - after.unserved_share)));
    }

    #[test]
    fn linear_demand_bounds_the_price(market in markets(), level in 0.0..=1.0f64) {
        let options = MarketOptions { demand_form: DemandForm::Linear, ..MarketOptions::default() };
        let bound = 1.0 - 1.0 / market.price_elasticity_of_demand;
        prop_assert!(at(&market, &options, level).price_ratio <= bound * (1.0 + 1e-12));
    }

    #[test]
    fn everything_that_returns_is_no_loss(mut market in markets(), mut options in options(), level in 0.0..=1.0f64) {
        market.scope = Scope::Bilateral { destination: common::country("USA") };
        options.leakage_share = 1.0;
        prop_assert_eq!(at(&market, &options, level).price_ratio, 1.0);
    }

    #[test]
    fn without_a_ramp_capacity_is_production(market in markets(), mut options in options(), level in 0.0..=1.0f64) {
        options.supply_form = SupplyForm::CapacityCapped;
        options.ramp = 0.0;
        let idle_unused = at(&market, &options, level);
        let mut full = market.clone();
        full.producers.iter_mut().for_each(|producer| producer.capacity_t = producer.production_t);
        options.ramp = 1.0;
        prop_assert!(is_close(idle_unused.price_ratio, at(&full, &options, level).price_ratio));
    }

    #[test]
    fn tonnes_scale_and_ratios_do_not(market in markets(), options in options(), level in 0.0..=1.0f64, factor in 1e-3..1e3f64) {
        let mut scaled = market.clone();
        for producer in &mut scaled.producers {
            producer.production_t *= factor;
            producer.capacity_t *= factor;
        }
        scaled.restricted[0].net_exports_t *= factor;
        let (before, after) = (at(&market, &options, level), at(&scaled, &options, level));
        prop_assert!(is_close(before.price_ratio, after.price_ratio));
        prop_assert!((before.shortfall_t * factor - after.shortfall_t).abs() <= 1e-9 * after.base_demand_t);
    }

    /// Where no capacity binds and a ban removes the share `lambda` of supply: `(1 - lambda)^(-1/(epsilon + eta))`.
    #[test]
    fn closed_form_without_caps(market in markets(), demand_form in prop::sample::select(vec![DemandForm::Isoelastic])) {
        let options = MarketOptions { demand_form, supply_form: SupplyForm::Uncapped, ..MarketOptions::default() };
        let lambda = market.restricted[0].net_exports_t / market.base_demand_t();
        let exponent = -1.0 / (market.price_elasticity_of_supply - market.price_elasticity_of_demand);
        prop_assert!(is_close(at(&market, &options, 1.0).price_ratio, (1.0 - lambda).powf(exponent)));
    }

    /// Where capacities exist but do not bind, the same closed form holds.
    #[test]
    fn closed_form_below_the_caps(mut market in markets()) {
        market.producers.iter_mut().for_each(|producer| producer.capacity_t = producer.production_t * 1e9);
        let lambda = market.restricted[0].net_exports_t / market.base_demand_t();
        let exponent = -1.0 / (market.price_elasticity_of_supply - market.price_elasticity_of_demand);
        let expected = (1.0 - lambda).powf(exponent);
        prop_assert!(is_close(at(&market, &MarketOptions::default(), 1.0).price_ratio, expected));
    }

    /// Where everybody is at capacity: `(D0 / (sum K + (1 - r) NX))^(1/epsilon)`.
    #[test]
    fn closed_form_at_capacity(mut market in markets(), level in 0.5..=1.0f64) {
        market.price_elasticity_of_supply = 5.0;
        market.producers.iter_mut().for_each(|producer| producer.capacity_t = producer.production_t);
        let capacity: f64 = market.producers.iter().map(|producer| producer.capacity_t).sum();
        let left = capacity + (1.0 - level) * market.restricted[0].net_exports_t;
        let expected = (market.base_demand_t() / left).powf(-1.0 / market.price_elasticity_of_demand);
        prop_assert!(is_close(at(&market, &MarketOptions::default(), level).price_ratio, expected));
    }

    /// The corners give the extremes: no point inside the intervals leaves the band.
    #[test]
    fn the_band_holds_the_inside(market in markets(), options in options(), place in prop::array::uniform4(0.0..=1.0f64)) {
        let around = |value: f64| Interval { low: value.min(value * 0.7).min(value * 1.4), high: (value * 0.7).max(value * 1.4) };
        let intervals = MarketIntervals {
            price_elasticity_of_demand: Some(around(market.price_elasticity_of_demand)),
            price_elasticity_of_supply: Some(around(market.price_elasticity_of_supply)),
            capacity_t: market.producers.iter().map(|producer| Some(around(producer.capacity_t))).collect(),
            net_exports_t: vec![Some(around(market.restricted[0].net_exports_t))],
        };
        let within = |ends: Interval, place: f64| ends.low + place * (ends.high - ends.low);
        let mut inside = market.clone();
        inside.price_elasticity_of_demand = within(around(market.price_elasticity_of_demand), place[0]);
        inside.price_elasticity_of_supply = within(around(market.price_elasticity_of_supply), place[1]);
        for producer in &mut inside.producers {
            producer.capacity_t = within(around(producer.capacity_t), place[2]).max(producer.production_t);
        }
        inside.restricted[0].net_exports_t = within(around(market.restricted[0].net_exports_t), place[3]);
        let bounds = band(&market, &intervals, &options).unwrap().unwrap();
        let after = at(&inside, &options, 1.0);
        let slack = 1e-9;
        prop_assert!(bounds.price_ratio_low <= after.price_ratio * (1.0 + slack));
        prop_assert!(after.price_ratio <= bounds.price_ratio_high.unwrap() * (1.0 + slack));
        prop_assert!(bounds.shortfall_share_low - slack <= after.shortfall_share);
        prop_assert!(after.shortfall_share <= bounds.shortfall_share_high + slack);
    }
}

#[test]
fn a_producer_without_output_stays_at_zero() {
    let market = common::market(&[("JPN", 3.0, 10.0), ("KAZ", 0.0, 88.0)], 94.0, -1.0, 5.0);
    let after = at(&market, &MarketOptions::default(), 1.0);
    assert_eq!(after.producers[1].post_t, 0.0);
    assert!(is_close(after.price_ratio, 97.0 / 10.0));
}

#[test]
fn a_curve_runs_from_nothing_to_a_ban() {
    let market = common::market(&[("JPN", 3.0, 10.0)], 94.0, -1.0, 5.0);
    let curve = sweep(&market, &MarketIntervals::default(), &MarketOptions::default()).unwrap();
    assert_eq!(curve.len(), 21);
    assert_eq!((curve[0].restriction_level, curve[0].price_ratio), (0.0, Some(1.0)));
    assert_eq!(curve[20].restriction_level, 1.0);
    assert!(curve.windows(2).all(|pair| pair[0].price_ratio <= pair[1].price_ratio));
    assert!(curve.iter().all(|point| point.band.unwrap().price_ratio_low == point.price_ratio.unwrap()));
}

#[test]
fn an_end_without_a_finite_price_leaves_the_band_open() {
    let market = common::market(&[("JPN", 3.0, 10.0)], 94.0, -1.0, 5.0);
    let stiff = Some(Interval { low: -1.0, high: 0.0 });
    let intervals = MarketIntervals { price_elasticity_of_demand: stiff, ..MarketIntervals::default() };
    let bounds = band(&market, &intervals, &MarketOptions::default()).unwrap().unwrap();
    assert_eq!(bounds.price_ratio_high, None);
    assert!(is_close(bounds.price_ratio_low, 9.7));
}

#[test]
fn ten_thousand_markets_keep_their_order_and_take_no_time() {
    let batch: Vec<(Market, Share)> = (0..10_000)
        .map(|index| {
            let level = Share::new(f64::from(index % 101) / 100.0).unwrap();
            (common::market(&[("JPN", 3.0, 10.0), ("KOR", 3.0, 16.0), ("RUS", 5.0, 10.0)], 94.0, -0.5, 0.5), level)
        })
        .collect();
    let options = MarketOptions::default();
    let begun = std::time::Instant::now();
    let results = solve_many(&batch, &options);
    let taken = begun.elapsed();
    assert_eq!(results.len(), 10_000);
    for ((market, level), result) in batch.iter().zip(&results).step_by(97) {
        assert_eq!(result.as_ref().unwrap(), &solve_at(market, &options, *level).unwrap());
    }
    eprintln!("10,000 markets: {taken:?}");
    assert!(cfg!(debug_assertions) || taken.as_millis() < 1_000, "{taken:?}");
}
