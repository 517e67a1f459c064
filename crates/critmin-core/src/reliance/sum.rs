//! Sums of a balance's rows, in intervals.

use super::{Absence, BalanceComponent, Gap, GapKind, Interval, PrintedFigure, PrintedRows, Role, RowKey};
use crate::{Balance, Year};

/// What the rows add to consumption: production + imports - exports - stock change, through [`Balance`].
///
/// For rows without production this is net supply.
pub(super) fn total<'a>(
    components: impl IntoIterator<Item = &'a BalanceComponent>,
    rows: &PrintedRows<'_>,
    year: Year,
) -> Result<Interval, Gap> {
    let mut balance: Balance<Interval> = Balance::default();
    let mut gaps = Vec::new();
    for component in components.into_iter().filter(|component| component.covers(year)) {
        match amount(component, rows, year) {
            Ok(amount) => add(&mut balance, component.role, amount),
            Err(gap) => gaps.push(gap),
        }
    }
    gaps.into_iter().min_by_key(|gap| gap.kind).map_or(Ok(balance.apparent_consumption()), Err)
}

/// What one row contributes, without its sign: the share of the figure, or of its change for a stock level.
pub(super) fn amount(component: &BalanceComponent, rows: &PrintedRows<'_>, year: Year) -> Result<Interval, Gap> {
    let Some(row) = &component.row else {
        let basis = component.basis.strip_prefix("not printed: ").unwrap_or(&component.basis);
        return Err(Gap { kind: GapKind::InputNotPrinted, input: basis.to_owned() });
    };
    let factor = component.factor.ok_or_else(|| gap(GapKind::ShareNotPrinted, row))?;
    let figure = input(row, rows, year)?;
    if component.role != Role::StockLevel {
        return Ok(figure.scaled(factor));
    }
    let previous = Year(year.0 - 1);
    if rows.first_year().is_none_or(|first| previous < first) {
        return Err(gap(GapKind::PreviousStockNotPrinted, row));
    }
    Ok((figure - input(row, rows, previous)?).scaled(factor))
}

fn add(balance: &mut Balance<Interval>, role: Role, amount: Interval) {
    let entry = match role {
        Role::PrimaryProduction | Role::Consumption => &mut balance.primary_production,
        Role::SecondaryProduction => &mut balance.secondary_production,
        Role::Imports => &mut balance.imports,
        Role::Exports => &mut balance.exports,
        Role::StockLevel | Role::StockRelease => &mut balance.stock_change,
    };
    *entry = if role == Role::StockRelease { *entry - amount } else { *entry + amount };
}

fn input(row: &RowKey, rows: &PrintedRows<'_>, year: Year) -> Result<Interval, Gap> {
    let Some(figure) = rows.figure(row, year) else { return Err(gap(GapKind::InputNotPrinted, row)) };
    match figure {
        PrintedFigure::Number { interval, .. } => Ok(interval),
        PrintedFigure::LessThan { high } => Ok(Interval { low: 0.0, value: high / 2.0, high }),
        PrintedFigure::Absent { absence: Absence::Withheld } => Err(gap(GapKind::InputWithheld, row)),
        PrintedFigure::Absent { .. } => Err(gap(GapKind::InputNotAvailable, row)),
        PrintedFigure::Bound { .. } | PrintedFigure::NetExporter => Err(gap(GapKind::InputIsBound, row)),
    }
}

fn gap(kind: GapKind, row: &RowKey) -> Gap {
    Gap { kind, input: format!("`{}`", row.published_detail) }
}
