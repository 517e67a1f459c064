//! Net import reliance of the United States, recomputed from the printed statistics beside it.
//!
//! The recipe (which rows enter which balance) and the printed cells are two CSV files of a study; the arithmetic
//! is [`critmin_core::reliance`].

mod balances;
mod published;

use arrow::array::RecordBatch;
use critmin_core::Dataset;
use critmin_core::reliance::{BalanceSeries, Check, CheckedQuantity, PrintedRows, check};

use self::published::PublishedCell;
use crate::readers::usgs::SOURCE_2026;
use crate::{Error, IMPORT_RELIANCE, Problem, Report, TableBuilder};

const BALANCES: &str = "balances.csv";
const PUBLISHED: &str = "published.csv";

/// Recomputes every printed cell of `published_csv` by the recipes of `balances_csv`, in the order of
/// `published_csv`; columns as in [`IMPORT_RELIANCE`].
///
/// Both texts are UTF-8 CSV files of the study `usgs-mcs-2026-import-reliance`, whose README defines their columns.
///
/// # Errors
///
/// [`Error::MissingColumns`] for another layout; [`Error::Invalid`] with every cell of the two files that cannot be
/// read, names a row that the dataset does not hold, or is printed otherwise there.
pub fn import_reliance(dataset: &Dataset, balances_csv: &str, published_csv: &str) -> Result<RecordBatch, Error> {
    let records = dataset.salient.iter().filter(|record| record.source_id.as_str() == SOURCE_2026);
    let rows = PrintedRows::new(records);
    let (series, cells) = both(balances::read(balances_csv, &rows), published::read(published_csv, &rows))?;
    join(&series, &cells, &rows)?;
    let mut table = TableBuilder::new(&IMPORT_RELIANCE);
    for cell in &cells {
        let recipe = series.iter().find(|recipe| recipe.series == cell.series);
        let checked = recipe.and_then(|recipe| check(recipe, cell.quantity, cell.year, &rows));
        if let Some(checked) = checked {
            push(&mut table, cell, &checked);
        }
    }
    table.finish()
}

/// Both results, or the problems of both.
fn both<A, B>(first: Result<A, Error>, second: Result<B, Error>) -> Result<(A, B), Error> {
    match (first, second) {
        (Err(Error::Invalid(mut report)), Err(Error::Invalid(more))) => {
            more.problems().iter().for_each(|problem| report.push(problem.clone()));
            Err(Error::Invalid(report))
        }
        (first, second) => Ok((first?, second?)),
    }
}

/// Checks that recipes and printed cells belong together: each cell to a recipe, and no cell is left out.
fn join(series: &[BalanceSeries], cells: &[PublishedCell<'_>], rows: &PrintedRows<'_>) -> Result<(), Error> {
    let mut report = Report::default();
    for cell in cells {
        let recipe = series.iter().find(|recipe| recipe.series == cell.series);
        if recipe.and_then(|recipe| recipe.published(cell.quantity)) != Some(&cell.row) {
            let expected = format!("a series of `{BALANCES}` whose {} is this row", cell.quantity.as_str());
            report.push(problem(cell.line, "series", &cell.series, expected));
        }
    }
    for (recipe, quantity) in series.iter().flat_map(|recipe| CheckedQuantity::ALL.map(|quantity| (recipe, quantity))) {
        for year in recipe.published(quantity).into_iter().flat_map(|row| rows.years(row)) {
            let is_same = |cell: &&PublishedCell<'_>| cell.series == recipe.series && cell.quantity == quantity;
            match cells.iter().filter(is_same).filter(|cell| cell.year == year).count() {
                1 => {}
                n_cells => {
                    let found = format!("{n_cells} rows for {}, {}, {year}", recipe.series, quantity.as_str());
                    report.push(problem(0, "", &found, "one row for each printed cell".to_owned()));
                }
            }
        }
    }
    report.into_result(())
}

fn problem(row: u64, column: &str, found: &str, expected: String) -> Problem {
    Problem { file: PUBLISHED.to_owned(), row, column: column.to_owned(), found: found.to_owned(), expected }
}

fn push(table: &mut TableBuilder, cell: &PublishedCell<'_>, checked: &Check) {
    let (printed, computed) = (&checked.printed, checked.computed);
    let value = computed.and_then(|computed| computed.value);
    let difference = value.zip(printed.value()).map(|(computed, printed)| computed - printed);
    let reason = checked.reason.as_ref().map(ToString::to_string);
    table.text(cell.series.as_str()).text(cell.row.chapter.as_str()).text(cell.record.commodity.as_str());
    table.text(cell.row.published_commodity.as_str()).text(cell.row.published_detail.as_str());
    table.text(cell.quantity.as_str()).year(cell.year.0);
    table
        .number(value)
        .number(computed.and_then(|computed| computed.low))
        .number(computed.map(|computed| computed.high));
    table.text(cell.record.printed.as_str()).number(printed.value()).number(printed.low()).number(printed.high());
    table.number(difference).number(printed.half_step());
    table.text(cell.grade.as_str()).text(checked.verdict.as_str()).text(reason.as_deref());
}

#[cfg(test)]
mod tests;
