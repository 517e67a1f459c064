//! Laws of intervals and verdicts, and the rounding rules on cells of the 2026 release.

#![allow(clippy::float_cmp)] // the ends of a rounding interval are stated exactly

use proptest::prelude::*;

use super::check::meets;
use super::*;
use crate::{CommodityId, Observation, SalientRecord, SalientStatistic, SourceId, Year};

fn record(printed: &str, value: f64, unit: &str, note: &str) -> SalientRecord {
    let observation = Observation::reported(value);
    let is_estimated = note.starts_with("Estimated");
    SalientRecord {
        chapter: "TIN".to_owned(),
        commodity: CommodityId::new("tin").unwrap(),
        published_commodity: "Tin".to_owned(),
        statistic: SalientStatistic::Production,
        published_statistic: "Production".to_owned(),
        detail: "Production".to_owned(),
        published_detail: "Production".to_owned(),
        occurrence: 1,
        year: Year(2025),
        printed: printed.to_owned(),
        published: if is_estimated { observation.marked_estimated() } else { observation },
        unit: unit.to_owned(),
        tonnes_per_unit: Some(1.0),
        source_id: SourceId::new("usgs-mcs-2026").unwrap(),
        note: note.to_owned(),
    }
}

fn ends(record: &SalientRecord, most_decimals: usize) -> [f64; 2] {
    let figure = PrintedFigure::of(record, most_decimals);
    [figure.low().unwrap(), figure.high().unwrap()]
}

fn plain(printed: &str, value: f64, most_decimals: usize) -> [f64; 2] {
    ends(&record(printed, value, "metric tons", ""), most_decimals)
}

#[test]
fn a_reported_figure_keeps_three_digits() {
    assert_eq!(plain("146,000", 146_000.0, 0), [145_500.0, 146_500.0], "fused aluminum oxide, 2021");
    assert_eq!(plain("9,600", 9_600.0, 0), [9_595.0, 9_605.0], "cobalt consumption, as a reported figure");
    assert_eq!(plain("10,956", 10_956.0, 0), [10_955.5, 10_956.5], "digits beyond the convention are trusted");
    assert_eq!(plain("20", 20.0, 1), [19.95, 20.05], "20 beside 22.2 is 20.0");
    assert_eq!(plain("0", 0.0, 0), [0.0, 0.5]);
    assert_eq!(plain("—", 0.0, 0), [0.0, 0.0], "a dash is exactly nothing");
    assert_eq!(plain("?10", -10.0, 0), [-10.5, -9.5], "a lost minus sign");
}

#[test]
fn below_a_power_of_ten_the_step_is_finer() {
    assert_eq!(plain("1,000", 1_000.0, 0), [999.5, 1_005.0]);
    assert_eq!(plain("100", 100.0, 0), [99.5, 100.5], "at the floor of the series it is not");
}

#[test]
fn an_estimate_keeps_two_digits_and_a_note_overrides_both() {
    assert_eq!(ends(&record("9,600", 9_600.0, "metric tons", "Estimated."), 0), [9_550.0, 9_650.0]);
    let note = "Reported to two significant digits.";
    assert_eq!(ends(&record("8,000", 8_000.0, "metric tons", note), 0), [7_950.0, 8_050.0]);
    let note = "Rounded to one significant digit.";
    assert_eq!(ends(&record("8,000", 8_000.0, "metric tons", note), 0), [7_500.0, 8_500.0]);
    let note = "Rounded to the nearest 100,000 tons to avoid disclosing company proprietary data.";
    assert_eq!(ends(&record("100", 100.0, "thousand metric tons", note), 0), [50.0, 150.0], "vermiculite");
    let note = "Rounded to the nearest hundred thousand tons.";
    assert_eq!(ends(&record("0.2", 0.2, "million metric tons", note), 1), [0.2 - 0.05, 0.2 + 0.05]);
    assert_eq!(ends(&record("81", 81.0, "percent", ""), 0), [80.5, 81.5]);
}

#[test]
fn marks_and_letters_are_no_numbers() {
    let figure = |printed: &str, published| {
        PrintedFigure::of(&SalientRecord { published, ..record(printed, 0.0, "percent", "") }, 0)
    };
    assert_eq!(figure("s", Observation::at_most(0.5)), PrintedFigure::LessThan { high: 0.5 });
    assert_eq!(figure("<25", Observation::at_most(25.0)), PrintedFigure::Bound { low: None, high: Some(25.0) });
    assert_eq!(figure("E", Observation::absent(crate::Flag::NetExporter)).high(), Some(0.0));
    let withheld = figure("W", Observation::absent(crate::Flag::Withheld));
    assert_eq!(withheld, PrintedFigure::Absent { absence: Absence::Withheld });
}

fn salient(words: &str, detail: &str, year: i16, published: Observation) -> SalientRecord {
    let printed = published.value().map_or_else(|| "W".to_owned(), |value| value.to_string());
    let unit = if words == "Net import reliance" { "percent" } else { "metric tons" };
    SalientRecord {
        published_statistic: words.to_owned(),
        detail: detail.to_owned(),
        published_detail: detail.to_owned(),
        year: Year(year),
        published,
        ..record(&printed, 0.0, unit, "")
    }
}

fn component(role: Role, words: &str, detail: &str) -> BalanceComponent {
    let row = RowKey {
        chapter: "TIN".to_owned(),
        published_commodity: "Tin".to_owned(),
        published_statistic: words.to_owned(),
        published_detail: detail.to_owned(),
        occurrence: 1,
    };
    BalanceComponent { role, row: Some(row), factor: Some(1.0), years: None, basis: String::new() }
}

fn tin(production: Role) -> BalanceSeries {
    let flows = vec![component(Role::Imports, "Import", "Imports"), component(Role::StockLevel, "Stock", "Stocks")];
    let own = component(production, "Production", "Production");
    BalanceSeries {
        series: "tin".to_owned(),
        consumption: [vec![own], flows.clone()].concat(),
        supply: flows,
        denominator: None,
        published_consumption: component(Role::Consumption, "Consumption", "Apparent").row,
        published_reliance: component(Role::Imports, "Net import reliance", "Reliance").row,
    }
}

fn statistics(production: Observation, imports: Observation) -> Vec<SalientRecord> {
    let number = Observation::reported;
    vec![
        salient("Production", "Production", 2025, production),
        salient("Import", "Imports", 2025, imports),
        salient("Stock", "Stocks", 2024, number(50.0)),
        salient("Stock", "Stocks", 2025, number(70.0)),
        salient("Consumption", "Apparent", 2025, number(480.0)),
        salient("Net import reliance", "Reliance", 2025, number(79.0)),
        salient("Net import reliance", "Reliance", 2024, number(79.0)),
    ]
}

fn checked(records: &[SalientRecord], quantity: CheckedQuantity, year: i16) -> Check {
    check(&tin(Role::PrimaryProduction), quantity, Year(year), &PrintedRows::new(records)).unwrap()
}

#[test]
fn a_balance_by_hand() {
    // 100 + 400 - (70 - 50) = 480, and (400 - 20) / 480 = 79.2 %.
    let records = statistics(Observation::reported(100.0), Observation::reported(400.0));
    let consumption = checked(&records, CheckedQuantity::ApparentConsumption, 2025);
    assert_eq!(consumption.computed.unwrap(), Computed { low: Some(478.0), value: Some(480.0), high: 482.0 });
    let reliance = checked(&records, CheckedQuantity::NetImportReliance, 2025);
    assert!((reliance.computed.unwrap().value.unwrap() - 79.166_666_666_666_67).abs() < 1e-9);
    assert_eq!((reliance.verdict, reliance.reason), (Verdict::Matches, None));
    let first_year = checked(&records, CheckedQuantity::NetImportReliance, 2024);
    assert_eq!(first_year.verdict, Verdict::CannotBeComputed, "imports of 2024 and stocks of 2023 are missing");
    assert_eq!(first_year.reason.unwrap().to_string(), "input_not_printed: `Imports`");
}

#[test]
fn gaps_are_named_and_bridged_only_where_the_result_does_not_need_them() {
    let withheld = Observation::absent(crate::Flag::Withheld);
    let records = statistics(withheld, Observation::reported(400.0));
    let consumption = checked(&records, CheckedQuantity::ApparentConsumption, 2025);
    assert_eq!(consumption.reason.unwrap().to_string(), "input_withheld: `Production`");
    let reliance = checked(&records, CheckedQuantity::NetImportReliance, 2025);
    assert_eq!(reliance.verdict, Verdict::Matches);
    assert_eq!(reliance.reason.unwrap().to_string(), "denominator_printed, input_withheld: `Production`");
    let nothing_produced = Observation::reported(0.0);
    let mut records = statistics(nothing_produced, withheld);
    records[0].printed = "—".to_owned();
    let identity = checked(&records, CheckedQuantity::NetImportReliance, 2025);
    assert_eq!(identity.reason.unwrap().to_string(), "identity, input_withheld: `Imports`");
    assert_eq!((identity.computed.unwrap().value, identity.verdict), (Some(100.0), Verdict::Differs));
}

fn interval() -> impl Strategy<Value = Interval> {
    (-1e6..1e6f64, 0.0..1e5f64, 0.0..1e5f64).prop_map(|(value, below, above)| Interval {
        low: value - below,
        value,
        high: value + above,
    })
}

fn holds(outer: Interval, inner: Interval) -> bool {
    let slack = 1e-9 * (1.0 + outer.low.abs() + outer.high.abs());
    outer.low <= inner.low + slack && inner.high <= outer.high + slack
}

fn widened(interval: Interval, by: f64) -> Interval {
    Interval { low: interval.low - by, high: interval.high + by, ..interval }
}

proptest! {
    /// Printed digits say where the number lies, and the interval contains it.
    #[test]
    fn rounding_contains_the_printed_number(digits in 0u32..10_000_000, decimals in 0usize..4, more in 0usize..2) {
        let value = f64::from(digits) / 10_f64.powi(i32::try_from(decimals).unwrap());
        let printed = format!("{value:.decimals$}");
        for note in ["", "Estimated.", "Rounded to one significant digit."] {
            let figure = PrintedFigure::of(&record(&printed, value, "metric tons", note), decimals + more);
            let PrintedFigure::Number { interval, half_step } = figure else { panic!("{figure:?}") };
            prop_assert!(interval.low <= value && value <= interval.high && 0.0 < half_step);
            prop_assert!(interval.high - interval.low <= 2.0 * half_step + 1e-9 * (1.0 + value));
        }
    }

    /// A sum and a difference contain what their members can give.
    #[test]
    fn arithmetic_contains_the_central_value(a in interval(), b in interval(), factor in 0.0..2.0f64) {
        for result in [a + b, a - b, -a, a.scaled(factor)] {
            prop_assert!(result.low <= result.value && result.value <= result.high);
        }
        let difference = a - b;
        for (x, y) in [(a.low, b.high), (a.high, b.low), (a.value, b.value)] {
            prop_assert!(difference.low <= x - y && x - y <= difference.high);
        }
    }

    /// The quotient contains the central value, and wider inputs give a wider quotient: never less to match.
    #[test]
    fn wider_inputs_never_turn_a_match_into_a_difference(
        common in interval(), production in 2e6..9e6f64, supply_only in interval(),
        width in 0.0..1e5f64, printed in -50.0..150.0f64, half_step in 0.0..5.0f64,
    ) {
        let production = widened(Interval::exact(production), width / 2.0);
        let narrow = quotient::of_parts(common, supply_only, production).unwrap();
        prop_assert!(narrow.low <= narrow.value && narrow.value <= narrow.high);
        let wide = quotient::of_parts(widened(common, width), widened(supply_only, width), widened(production, width));
        let wide = wide.unwrap();
        prop_assert!(holds(wide, narrow), "{wide:?} {narrow:?}");
        let interval = Interval { low: printed - half_step, value: printed, high: printed + half_step };
        let printed = PrintedFigure::Number { interval, half_step };
        prop_assert!(!meets(narrow.into(), printed) || meets(wide.into(), printed));
        let bound = PrintedFigure::Bound { low: Some(interval.low), high: None };
        prop_assert!(!meets(narrow.into(), bound) || meets(wide.into(), bound));
    }
}
