//! The U.S. benchmarks in the columns of the reference dataset.

use std::collections::BTreeMap;

use super::{InputOutputTable, IoCell, IoCode, IoTableError};
use crate::{Column, Columns};

/// The final-demand code under which BEA books imports, with their sign turned.
const BEA_IMPORTS: &str = "F05000";

impl InputOutputTable {
    /// The U.S. benchmark of `year` (after redefinitions, producer prices) from the tables `io_cells` and `io_codes` of the
    /// reference dataset, or from a user's tables of that shape. Imports are the negative of column `F05000`.
    ///
    /// # Errors
    ///
    /// [`IoTableError::Unknown`] for a year that the tables do not hold, [`IoTableError::MissingColumn`], and the faults of
    /// [`Self::validate`].
    pub fn from_bea(cells: &Columns, codes: &Columns, year: i16) -> Result<Self, IoTableError> {
        let kinds = kinds(codes, year)?;
        let listed = |kind: &str| kinds.get(kind).cloned().unwrap_or_default();
        let (industries, commodities) = (listed("industry"), listed("commodity"));
        if industries.is_empty() {
            let known = years(codes)?;
            return Err(IoTableError::Unknown { kind: "benchmark", found: year.to_string(), nearest: known });
        }
        let final_demand =
            listed("final_demand").into_iter().filter(|code| code.code != BEA_IMPORTS).collect::<Vec<_>>();
        let added = places(&listed("value_added"));
        let (by_industry, by_commodity, by_category) =
            (places(&industries), places(&commodities), places(&final_demand));
        let mut table = Self {
            title: format!("BEA detail benchmark {year}, after redefinitions, producer prices"),
            source: "U.S. Bureau of Economic Analysis, benchmark input-output accounts (public domain)".to_owned(),
            year,
            unit: "million USD".to_owned(),
            imports: vec![0.0; commodities.len()],
            value_added: vec![0.0; industries.len()],
            industries,
            commodities,
            final_demand_categories: final_demand,
            make: Vec::new(),
            intermediate_use: Vec::new(),
            final_use: Vec::new(),
        };
        for (kind, row, column, value) in cells_of(cells, year)? {
            let at = |places: &BTreeMap<String, usize>, code: &str| places.get(code).copied();
            match (kind, at(&by_commodity, row), at(&by_industry, column)) {
                ("use", Some(row), Some(column)) => table.intermediate_use.push(IoCell { row, column, value }),
                ("use", Some(row), None) if column == BEA_IMPORTS => table.imports[row] -= value,
                ("use", Some(row), None) => {
                    if let Some(column) = at(&by_category, column) {
                        table.final_use.push(IoCell { row, column, value });
                    }
                }
                ("use", None, Some(column)) if added.contains_key(row) => table.value_added[column] += value,
                ("make", _, _) => {
                    if let (Some(row), Some(column)) = (at(&by_industry, row), at(&by_commodity, column)) {
                        table.make.push(IoCell { row, column, value });
                    }
                }
                _ => {}
            }
        }
        table.validate()?;
        Ok(table)
    }
}

fn places(codes: &[IoCode]) -> BTreeMap<String, usize> {
    codes.iter().enumerate().map(|(place, code)| (code.code.clone(), place)).collect()
}

/// The codes of a benchmark by kind, in the publisher's order.
fn kinds(codes: &Columns, year: i16) -> Result<BTreeMap<String, Vec<IoCode>>, IoTableError> {
    let (years, kinds) = (text(codes, "benchmark_year")?, text(codes, "kind")?);
    let (ids, names) = (text(codes, "code")?, text(codes, "name")?);
    let wanted = year.to_string();
    let mut found: BTreeMap<String, Vec<IoCode>> = BTreeMap::new();
    for row in (0..codes.n_rows()).filter(|row| years(*row) == wanted) {
        let code = IoCode { code: ids(row).to_owned(), name: names(row).to_owned() };
        found.entry(kinds(row).to_owned()).or_default().push(code);
    }
    Ok(found)
}

fn years(codes: &Columns) -> Result<Vec<String>, IoTableError> {
    let years = text(codes, "benchmark_year")?;
    let known: std::collections::BTreeSet<String> = (0..codes.n_rows()).map(|row| years(row).to_owned()).collect();
    Ok(known.into_iter().collect())
}

/// The cells of one year after redefinitions: table, row, column, value.
fn cells_of(cells: &Columns, year: i16) -> Result<Vec<(&str, &str, &str, f64)>, IoTableError> {
    let (years, kinds, redefined) =
        (text(cells, "benchmark_year")?, text(cells, "table")?, text(cells, "redefinitions")?);
    let (rows, columns) = (text(cells, "row_code")?, text(cells, "column_code")?);
    let Some(Column::Number(values)) = cells.column("value_million_usd") else {
        return Err(IoTableError::MissingColumn { table: cells.name().to_owned(), column: "value_million_usd" });
    };
    let wanted = year.to_string();
    let is_wanted = |row: &usize| years(*row) == wanted && redefined(*row) == "after";
    Ok((0..cells.n_rows()).filter(is_wanted).map(|row| (kinds(row), rows(row), columns(row), values[row])).collect())
}

/// The text of each row of a column; absent = empty.
fn text<'a>(columns: &'a Columns, name: &'static str) -> Result<impl Fn(usize) -> &'a str, IoTableError> {
    match columns.column(name) {
        Some(Column::Text { codes, labels }) => {
            Ok(move |row: usize| labels.get(codes[row] as usize).map_or("", String::as_str))
        }
        _ => Err(IoTableError::MissingColumn { table: columns.name().to_owned(), column: name }),
    }
}
