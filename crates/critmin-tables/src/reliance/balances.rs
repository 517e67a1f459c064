//! The recipes of a study: which printed rows enter which balance.

use critmin_core::Year;
use critmin_core::reliance::{BalanceComponent, BalanceSeries, CheckedQuantity, PrintedRows, Role, RowKey};
use serde::Deserialize;

use super::BALANCES;
use super::published::occurrence;
use crate::readers::text_rows::{Located, Reading, read_rows, tidy};
use crate::{Error, SourceFile};

/// One row of the file, cell by cell.
#[derive(Debug, Deserialize)]
struct BalanceRow {
    series: String,
    chapter: String,
    commodity: String,
    target: String,
    nir_detail: String,
    consumption_detail: String,
    published_occurrence: String,
    denominator: String,
    role: String,
    component_commodity: String,
    statistics: String,
    detail: String,
    occurrence: String,
    factor: String,
    from_year: String,
    to_year: String,
    basis: String,
}

const COLUMNS: [&str; 17] = [
    "series",
    "chapter",
    "commodity",
    "target",
    "nir_detail",
    "consumption_detail",
    "published_occurrence",
    "denominator",
    "role",
    "component_commodity",
    "statistics",
    "detail",
    "occurrence",
    "factor",
    "from_year",
    "to_year",
    "basis",
];

impl BalanceRow {
    /// The cells that say the same in every row of a series.
    fn head(&self) -> [&str; 6] {
        let Self { chapter, commodity, nir_detail, consumption_detail, published_occurrence, denominator, .. } = self;
        [chapter, commodity, nir_detail, consumption_detail, published_occurrence, denominator]
    }
}

pub(super) fn read(text: &str, rows: &PrintedRows<'_>) -> Result<Vec<BalanceSeries>, Error> {
    let file = SourceFile { name: BALANCES.to_owned(), text: text.to_owned() };
    let layout = "the recipes of an import-reliance study";
    let (mut reading, raw) = read_rows::<BalanceRow>(&file, layout, &COLUMNS)?;
    let mut series: Vec<(&Located<BalanceRow>, BalanceSeries)> = Vec::new();
    for located in &raw {
        let at = series.iter().position(|(_, known)| known.series == located.cells.series);
        let at = at.unwrap_or_else(|| {
            series.push((located, head(located, rows, &mut reading)));
            series.len() - 1
        });
        let (first, recipe) = &mut series[at];
        if first.cells.head() != located.cells.head() {
            let expected = format!("the chapter, commodity, printed rows and denominator of row {}", first.row);
            reading.problem(located.row, "series", &located.cells.series, expected);
        }
        if let Some(component) = component(located, rows, &mut reading) {
            place(located, component, recipe, &mut reading);
        }
    }
    for (first, recipe) in &series {
        check_denominator(first, recipe, &mut reading);
    }
    reading.finish(series.into_iter().map(|(_, recipe)| recipe).collect())
}

/// A series without components: its id and the rows in which its results are printed.
fn head(
    Located { row: line, cells }: &Located<BalanceRow>,
    rows: &PrintedRows<'_>,
    reading: &mut Reading,
) -> BalanceSeries {
    let occurrence = occurrence(*line, "published_occurrence", &cells.published_occurrence, reading).unwrap_or(1);
    let mut published = |quantity: CheckedQuantity, column: &str, detail: &str| {
        let row = RowKey {
            chapter: tidy(&cells.chapter),
            published_commodity: tidy(&cells.commodity),
            published_statistic: quantity.published_statistic().to_owned(),
            published_detail: tidy(detail),
            occurrence,
        };
        (!detail.is_empty()).then(|| known(*line, column, row, rows, reading))
    };
    BalanceSeries {
        series: cells.series.clone(),
        consumption: Vec::new(),
        supply: Vec::new(),
        denominator: None,
        published_consumption: published(
            CheckedQuantity::ApparentConsumption,
            "consumption_detail",
            &cells.consumption_detail,
        ),
        published_reliance: published(CheckedQuantity::NetImportReliance, "nir_detail", &cells.nir_detail),
    }
}

fn component(
    Located { row: line, cells }: &Located<BalanceRow>,
    rows: &PrintedRows<'_>,
    reading: &mut Reading,
) -> Option<BalanceComponent> {
    let line = *line;
    let role = Role::ALL.into_iter().find(|role| role.as_str() == cells.role);
    if role.is_none() {
        let roles = Role::ALL.map(|role| format!("`{}`", role.as_str())).join(", ");
        reading.problem(line, "role", &cells.role, format!("one of {roles}"));
    }
    Some(BalanceComponent {
        role: role?,
        row: if cells.detail.is_empty() { None } else { Some(component_row(line, cells, rows, reading)?) },
        factor: factor(line, cells, reading),
        years: years(line, cells, reading),
        basis: cells.basis.clone(),
    })
}

fn component_row(line: u64, cells: &BalanceRow, rows: &PrintedRows<'_>, reading: &mut Reading) -> Option<RowKey> {
    let row = RowKey {
        chapter: tidy(&cells.chapter),
        published_commodity: tidy(&cells.component_commodity),
        published_statistic: tidy(&cells.statistics),
        published_detail: tidy(&cells.detail),
        occurrence: occurrence(line, "occurrence", &cells.occurrence, reading)?,
    };
    Some(known(line, "detail", row, rows, reading))
}

/// `row`, after noting a problem when the statistics do not print it: a misspelt key must not become a gap.
fn known(line: u64, column: &str, row: RowKey, rows: &PrintedRows<'_>, reading: &mut Reading) -> RowKey {
    if rows.years(&row).next().is_none() {
        let expected = "a row of the U.S. salient statistics; leave `detail` empty for an input that is not printed";
        reading.problem(line, column, &row.published_detail, expected);
    }
    row
}

// An empty factor says that the share is not printed; for an input without a row it has no meaning.
fn factor(line: u64, cells: &BalanceRow, reading: &mut Reading) -> Option<f64> {
    if cells.factor.is_empty() {
        return None;
    }
    let factor = reading.number(line, "factor", &cells.factor)?;
    if factor <= 0.0 {
        reading.problem(line, "factor", &cells.factor, "a positive number; the sign comes from `role`");
    }
    Some(factor)
}

fn years(line: u64, cells: &BalanceRow, reading: &mut Reading) -> Option<(Year, Year)> {
    if cells.from_year.is_empty() && cells.to_year.is_empty() {
        return None;
    }
    let ends = cells.from_year.parse().ok().zip(cells.to_year.parse().ok());
    let ends = ends.map(|(from, to)| (Year(from), Year(to))).filter(|(from, to)| from <= to);
    if ends.is_none() {
        let found = format!("{} to {}", cells.from_year, cells.to_year);
        reading.problem(line, "from_year", &found, "two years in order, or neither");
    }
    ends
}

fn place(
    Located { row: line, cells }: &Located<BalanceRow>,
    component: BalanceComponent,
    recipe: &mut BalanceSeries,
    reading: &mut Reading,
) {
    let is_flow = matches!(component.role, Role::Imports | Role::Exports | Role::StockLevel | Role::StockRelease);
    let is_printed_consumption = component.role == Role::Consumption;
    match cells.target.as_str() {
        "apparent_consumption" if !is_printed_consumption => recipe.consumption.push(component),
        "net_import_reliance" if is_flow => recipe.supply.push(component),
        "net_import_reliance" if is_printed_consumption && recipe.denominator.is_none() => {
            recipe.denominator = Some(component);
        }
        "apparent_consumption" | "net_import_reliance" => {
            let expected = format!("a role that belongs to `{}`, and at most one `consumption`", cells.target);
            reading.problem(*line, "role", &cells.role, expected);
        }
        other => reading.problem(*line, "target", other, "`apparent_consumption` or `net_import_reliance`"),
    }
}

fn check_denominator(Located { row, cells }: &Located<BalanceRow>, recipe: &BalanceSeries, reading: &mut Reading) {
    let is_good = match cells.denominator.as_str() {
        "apparent" => recipe.denominator.is_none(),
        "reported" | "estimated" => recipe.denominator.is_some(),
        _ => false,
    };
    if !is_good {
        let expected = "`apparent` without a row of role `consumption`, `reported` or `estimated` with one";
        reading.problem(*row, "denominator", &cells.denominator, expected);
    }
}
