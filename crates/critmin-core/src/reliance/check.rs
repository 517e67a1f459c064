//! The two quantities, recomputed and compared.

use super::sum::{amount, total};
use super::{
    BalanceComponent, BalanceSeries, Check, CheckedQuantity, Computed, Gap, Interval, PrintedFigure, PrintedRows,
    Reason, Verdict, quotient,
};
use crate::Year;

/// Relative slack for the rounding of binary arithmetic.
const SLACK: f64 = 1e-9;

/// Recomputes `quantity` of `series` in `year` and compares it with the printed figure;
/// `None` when the statistics have no such cell.
pub fn check(series: &BalanceSeries, quantity: CheckedQuantity, year: Year, rows: &PrintedRows<'_>) -> Option<Check> {
    let printed = rows.figure(series.published(quantity)?, year)?;
    if let PrintedFigure::Absent { absence } = printed {
        let reason = Some(Reason::Absent(absence));
        return Some(Check { printed, computed: None, verdict: Verdict::NotPublished, reason });
    }
    let result = match quantity {
        CheckedQuantity::ApparentConsumption => {
            total(&series.consumption, rows, year).map(|sum| (Computed::from(sum), None))
        }
        CheckedQuantity::NetImportReliance => reliance(series, year, printed, rows),
    };
    Some(match result {
        Ok((computed, reason)) => {
            let verdict = if meets(computed, printed) { Verdict::Matches } else { Verdict::Differs };
            Check { printed, computed: Some(computed), verdict, reason }
        }
        Err(gap) => {
            let reason = Some(Reason::Gap(gap));
            Check { printed, computed: None, verdict: Verdict::CannotBeComputed, reason }
        }
    })
}

/// Whether `computed` meets what is printed; bounds are strict, as printed.
pub(super) fn meets(computed: Computed, printed: PrintedFigure) -> bool {
    let (low, high) = (printed.low(), printed.high());
    let slack = SLACK * low.unwrap_or_default().abs().max(high.unwrap_or_default().abs()).max(1.0);
    let computed_low = computed.low.unwrap_or(f64::NEG_INFINITY);
    if let PrintedFigure::Bound { .. } = printed {
        return low.is_none_or(|low| low - slack < computed.high)
            && high.is_none_or(|high| computed_low < high + slack);
    }
    low.is_none_or(|low| low - slack <= computed.high) && high.is_none_or(|high| computed_low <= high + slack)
}

type Reliance = Result<(Computed, Option<Reason>), Gap>;

fn reliance(series: &BalanceSeries, year: Year, printed: PrintedFigure, rows: &PrintedRows<'_>) -> Reliance {
    let parts = Parts::of(series);
    if let Some(identity) = parts.identity(series, rows, year) {
        return Ok(identity);
    }
    let supply = total(&series.supply, rows, year)?;
    let quotient = match &series.denominator {
        Some(row) => amount(row, rows, year).map(|consumption| quotient::of_printed(supply, consumption)),
        None => parts.quotient(rows, year),
    };
    match quotient {
        Ok(quotient) => Ok((quotient?.into(), None)),
        Err(gap) => without_denominator(series, year, supply, printed, gap, rows),
    }
}

/// The reliance when `gap` keeps the consumption from being computed.
fn without_denominator(
    series: &BalanceSeries,
    year: Year,
    supply: Interval,
    printed: PrintedFigure,
    gap: Gap,
    rows: &PrintedRows<'_>,
) -> Reliance {
    let consumption = series.published_consumption.as_ref().and_then(|row| rows.figure(row, year));
    match consumption {
        Some(PrintedFigure::Number { interval, .. }) if 0.0 < interval.value => {
            let quotient = quotient::of_printed(supply, interval)?;
            Ok((quotient.into(), Some(Reason::DenominatorPrinted(gap))))
        }
        _ if printed == PrintedFigure::NetExporter && supply.high < SLACK => {
            let below_zero = Computed { low: None, value: None, high: 0.0 };
            Ok((below_zero, Some(Reason::SignOnly(gap))))
        }
        _ => Err(gap),
    }
}

/// The rows by where they stand in the quotient.
struct Parts<'a> {
    common: Vec<&'a BalanceComponent>,
    supply_only: Vec<&'a BalanceComponent>,
    consumption_only: Vec<&'a BalanceComponent>,
}

impl<'a> Parts<'a> {
    fn of(series: &'a BalanceSeries) -> Self {
        let is_in =
            |list: &[BalanceComponent], row: &BalanceComponent| list.iter().any(|other| other.is_same_input(row));
        let (common, supply_only) = series.supply.iter().partition(|row| is_in(&series.consumption, row));
        let consumption_only = series.consumption.iter().filter(|row| !is_in(&series.supply, row)).collect();
        Self { common, supply_only, consumption_only }
    }

    /// 100 per cent, when consumption consists of net imports alone and is not shown to be zero or less.
    fn identity(
        &self,
        series: &BalanceSeries,
        rows: &PrintedRows<'_>,
        year: Year,
    ) -> Option<(Computed, Option<Reason>)> {
        const ALL: f64 = 100.0;
        let production = total(self.consumption_only.iter().copied(), rows, year);
        let is_imports_alone = production.is_ok_and(|production| production == Interval::exact(0.0));
        if series.denominator.is_some() || !self.supply_only.is_empty() || !is_imports_alone {
            return None;
        }
        let gap = match total(self.common.iter().copied(), rows, year) {
            Ok(supply) if supply.high <= 0.0 => return None,
            Ok(_) => None,
            Err(gap) => Some(gap),
        };
        Some((Interval::exact(ALL).into(), Some(Reason::Identity(gap))))
    }

    /// The quotient within its rounding; the outer error is a gap in a row, the inner one in the denominator's sign.
    fn quotient(&self, rows: &PrintedRows<'_>, year: Year) -> Result<Result<Interval, Gap>, Gap> {
        let sum = |part: &[&BalanceComponent]| total(part.iter().copied(), rows, year);
        let (common, production) = (sum(&self.common)?, sum(&self.consumption_only)?);
        Ok(quotient::of_parts(common, sum(&self.supply_only)?, production))
    }
}
