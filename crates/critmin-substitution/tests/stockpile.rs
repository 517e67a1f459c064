//! Sizes of stocks: closed forms and laws.
#![allow(clippy::unreadable_literal, reason = "figures as the reference cases print them")]

use critmin_substitution::Error;
use critmin_substitution::stockpile::{
    BridgeMonth, RampedProject, ShortageOutcome, bridge_months, bridging_stock, cover_days, exponential_stock,
    months_bridged, newsvendor_discrete, newsvendor_uniform, stock_for_cover,
};
use proptest::prelude::*;

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "found {found}, expected {expected}");
}

fn constant(months: usize) -> Vec<BridgeMonth> {
    vec![BridgeMonth { use_t: 4.0, supply_t: 7.0 / 3.0, ..BridgeMonth::default() }; months]
}

#[test]
fn closed_forms() {
    // cover_days, bridge_months, stock_expo, newsvendor.
    close(cover_days(3.4, 19.0).unwrap(), 65.315789473684);
    close(bridge_months(3.0, 4.0, 2.3333333333333335).unwrap().unwrap(), 1.8);
    close(exponential_stock(1.2, 6.0, 0.9).unwrap(), 16.578612669557);
    close(newsvendor_uniform(0.3, 10.0, 0.6, 5.0).unwrap(), 6.0);
}

#[test]
fn cover_and_stock_are_inverse() {
    close(stock_for_cover(cover_days(3.4, 19.0).unwrap(), 19.0).unwrap(), 3.4);
    close(stock_for_cover(60.0, 365.0).unwrap(), 60.0);
}

#[test]
fn a_constant_series_is_the_constant_gap() {
    close(months_bridged(3.0, &constant(6)).unwrap().unwrap(), 1.8);
    assert_eq!(months_bridged(3.0, &constant(1)).unwrap(), None);
    close(bridging_stock(&constant(6)).unwrap().stock_t, 10.0);
    assert_eq!(bridge_months(3.0, 4.0, 4.0).unwrap(), None);
}

#[test]
fn a_ramp_delivers_its_integral() {
    let project =
        RampedProject { project: "mine".into(), capacity_t_per_month: 6.0, start_month: 1.5, ramp_months: 3.0 };
    let total: f64 = (0..10).map(|month| project.output_t(f64::from(month))).sum();
    // A triangle of 3 months and 5.5 months at full output.
    close(total, 6.0 * (1.5 + 5.5));
    let at_once = RampedProject { ramp_months: 0.0, ..project };
    close(at_once.output_t(1.0), 3.0);
}

#[test]
fn faults_come_together() {
    let error = newsvendor_discrete(
        &[
            ShortageOutcome { scenario: "ban".into(), probability: 0.5, shortage_t: -1.0 },
            ShortageOutcome { scenario: "ban".into(), probability: 0.4, shortage_t: 1.0 },
        ],
        1.0,
        0.0,
    )
    .unwrap_err();
    let Error::Invalid { faults, .. } = &error else { panic!("{error}") };
    // Value, shortage, name, sum.
    assert_eq!(faults.len(), 4, "{error}");
    assert!(exponential_stock(1.0, 6.0, 1.0).is_err() && cover_days(1.0, 0.0).is_err());
    assert!(bridging_stock(&[BridgeMonth { use_t: f64::NAN, ..BridgeMonth::default() }]).is_err());
}

proptest! {
    /// The stock of the need lasts exactly through the months.
    #[test]
    fn the_need_lasts(uses in proptest::collection::vec(0.0..10.0_f64, 1..24), supply in 0.0..5.0_f64) {
        let months: Vec<BridgeMonth> =
            uses.iter().map(|use_t| BridgeMonth { use_t: *use_t, supply_t: supply, ..BridgeMonth::default() }).collect();
        let need = bridging_stock(&months).unwrap();
        prop_assert_eq!(months_bridged(need.stock_t * (1.0 + 1e-9) + 1e-9, &months).unwrap(), None);
        if 0.0 < need.stock_t {
            let short = months_bridged(0.5 * need.stock_t, &months).unwrap();
            prop_assert!(short.is_some_and(|lasted| lasted < f64::from(u32::try_from(months.len()).unwrap())));
        }
    }

    /// The discrete rule approaches the uniform one on a fine grid.
    #[test]
    fn the_newsvendors_agree(probability in 0.05..1.0_f64, ratio in 0.01..0.5_f64) {
        let n = 400_u32;
        let mut outcomes: Vec<ShortageOutcome> = (0..n)
            .map(|step| ShortageOutcome {
                scenario: step.to_string(),
                probability: probability / f64::from(n),
                shortage_t: 10.0 * (f64::from(step) + 0.5) / f64::from(n),
            })
            .collect();
        outcomes.push(ShortageOutcome { scenario: "calm".into(), probability: 1.0 - probability, shortage_t: 0.0 });
        let uniform = newsvendor_uniform(probability, 10.0, ratio, 1.0).unwrap();
        let discrete = newsvendor_discrete(&outcomes, ratio, 1.0).unwrap();
        prop_assert!((uniform - discrete).abs() <= 10.0 / f64::from(n) + 1e-9, "{uniform} {discrete}");
    }
}
