//! Who makes and who uses what, in money: an input-output table.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Column, Columns, nearest};

/// A code of the table with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IoCode {
    /// The publisher's code, as text.
    pub code: String,
    /// Name.
    pub name: String,
}

/// One cell: positions of row and column, and a value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct IoCell {
    /// Position of the row.
    pub row: usize,
    /// Position of the column.
    pub column: usize,
    /// Value, in the table's unit.
    pub value: f64,
}

/// Make and use tables of one year, in one unit of money. Codes are compared as text, never by position: industries and
/// commodities may differ, and a table may have as many of one as of the other without their being the same.
///
/// Absent cells are zero. Cells may be negative where the publisher says so (subsidies, used goods).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputOutputTable {
    /// What the table is, with its edition.
    pub title: String,
    /// Where it comes from.
    pub source: String,
    /// Year that it describes.
    pub year: i16,
    /// Unit of every value: `million USD`.
    pub unit: String,
    /// Industries.
    pub industries: Vec<IoCode>,
    /// Commodities.
    pub commodities: Vec<IoCode>,
    /// Categories of final demand, imports left out.
    pub final_demand_categories: Vec<IoCode>,
    /// Which industry (row) makes which commodity (column).
    pub make: Vec<IoCell>,
    /// Which commodity (row) goes into which industry (column).
    pub intermediate_use: Vec<IoCell>,
    /// Which commodity (row) goes into which category (column).
    pub final_use: Vec<IoCell>,
    /// Imports, by commodity; negative where the publisher books margins and adjustments there.
    pub imports: Vec<f64>,
    /// Value added, by industry.
    pub value_added: Vec<f64>,
}

/// What is wrong with an input-output table.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum IoTableError {
    /// A list that must have one entry per industry or commodity.
    #[error("{what}: found {found} entries, expected {expected}: one for each")]
    WrongLength {
        /// What is counted.
        what: &'static str,
        /// What was found.
        found: usize,
        /// What was expected.
        expected: usize,
    },
    /// A cell outside the table.
    #[error("a cell of the {table} table stands in row {row}, column {column}, outside {n_rows} by {n_columns}")]
    OutsideTable {
        /// Which part.
        table: &'static str,
        /// Row.
        row: usize,
        /// Column.
        column: usize,
        /// Number of rows.
        n_rows: usize,
        /// Number of columns.
        n_columns: usize,
    },
    /// A value that is no number.
    #[error("{place} is {found}: expected a finite number")]
    NotANumber {
        /// Which value.
        place: String,
        /// What was found.
        found: f64,
    },
    /// The same code twice.
    #[error("the {kind} `{code}` occurs more than once: codes are identities")]
    DuplicateCode {
        /// Industry or commodity.
        kind: &'static str,
        /// Which.
        code: String,
    },
    /// Supply and use of a commodity, or output and input of an industry, differ by more than rounding.
    #[error(
        "the table is not balanced: {kind} `{code}` misses {residual:.0} {unit}, {share:.2} % of its total; balance the table first, or allow the difference by name"
    )]
    Unbalanced {
        /// Industry or commodity.
        kind: &'static str,
        /// The worst one.
        code: String,
        /// Use less supply, or input less output.
        residual: f64,
        /// The same in per cent of the total.
        share: f64,
        /// Unit.
        unit: String,
    },
    /// No such industry, commodity or benchmark.
    #[error("unknown {kind} `{found}`{}", hint(nearest))]
    Unknown {
        /// Kind.
        kind: &'static str,
        /// What was asked for.
        found: String,
        /// Known ones that resemble it, by code or name.
        nearest: Vec<String>,
    },
    /// A table lacks a column.
    #[error("the table `{table}` lacks the column `{column}`")]
    MissingColumn {
        /// Which table.
        table: String,
        /// Which column.
        column: &'static str,
    },
}

fn hint(nearest: &[String]) -> String {
    if nearest.is_empty() { String::new() } else { format!("; did you mean {}?", nearest.join(", ")) }
}

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

    /// Checks sizes, codes and numbers; balances are reported by [`Self::commodity_residuals`] and judged by
    /// [`Self::check_balance`].
    ///
    /// # Errors
    ///
    /// The first fault.
    pub fn validate(&self) -> Result<(), IoTableError> {
        let (n_industries, n_commodities) = (self.industries.len(), self.commodities.len());
        length("imports", self.imports.len(), n_commodities)?;
        length("value added", self.value_added.len(), n_industries)?;
        distinct("industry", &self.industries)?;
        distinct("commodity", &self.commodities)?;
        inside("make", &self.make, n_industries, n_commodities)?;
        inside("use", &self.intermediate_use, n_commodities, n_industries)?;
        inside("final demand", &self.final_use, n_commodities, self.final_demand_categories.len())?;
        let all = self.imports.iter().map(|value| ("an import", value));
        match all
            .chain(self.value_added.iter().map(|value| ("a value added", value)))
            .find(|(_, value)| !value.is_finite())
        {
            Some((place, found)) => Err(IoTableError::NotANumber { place: place.to_owned(), found: *found }),
            None => Ok(()),
        }
    }

    /// Refuses a table whose worst balance misses more than `tolerance` of its total (published tables miss a few
    /// millions of billions by rounding).
    ///
    /// # Errors
    ///
    /// [`IoTableError::Unbalanced`] for the worst row.
    pub fn check_balance(&self, tolerance: f64) -> Result<(), IoTableError> {
        let totals = self.commodity_output();
        let supplies = totals.iter().zip(&self.imports).map(|(made, imported)| made.abs() + imported.abs());
        let commodities = self.commodities.iter().zip(self.commodity_residuals()).zip(supplies);
        let industries = self.industries.iter().zip(self.industry_residuals()).zip(self.output());
        let worst = commodities
            .map(|row| ("commodity", row))
            .chain(industries.map(|row| ("industry", row)))
            .map(|(kind, ((code, residual), total))| (kind, code, residual, residual.abs() / total.abs().max(1.0)))
            .max_by(|one, other| one.3.total_cmp(&other.3));
        match worst {
            Some((kind, code, residual, share)) if tolerance < share => Err(IoTableError::Unbalanced {
                kind,
                code: code.code.clone(),
                residual,
                share: 100.0 * share,
                unit: self.unit.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// Output, by industry: the row sums of the make table.
    pub fn output(&self) -> Vec<f64> {
        sums(&self.make, self.industries.len(), |cell| cell.row)
    }

    /// Domestic output, by commodity: the column sums of the make table.
    pub fn commodity_output(&self) -> Vec<f64> {
        sums(&self.make, self.commodities.len(), |cell| cell.column)
    }

    /// Final demand, by commodity, imports left out.
    pub fn final_demand(&self) -> Vec<f64> {
        sums(&self.final_use, self.commodities.len(), |cell| cell.row)
    }

    /// Use less supply, by commodity; a few units of rounding in published tables.
    pub fn commodity_residuals(&self) -> Vec<f64> {
        let used = sums(&self.intermediate_use, self.commodities.len(), |cell| cell.row);
        let made = self.commodity_output();
        let rows = used.iter().zip(self.final_demand()).zip(made).zip(&self.imports);
        rows.map(|(((used, wanted), made), imported)| used + wanted - made - imported).collect()
    }

    /// Inputs and value added less output, by industry.
    pub fn industry_residuals(&self) -> Vec<f64> {
        let used = sums(&self.intermediate_use, self.industries.len(), |cell| cell.column);
        let rows = used.iter().zip(&self.value_added).zip(self.output());
        rows.map(|((used, added), output)| used + added - output).collect()
    }

    /// Gross domestic product: value added of all industries.
    pub fn gdp(&self) -> f64 {
        self.value_added.iter().sum()
    }

    /// Position of an industry, by code.
    ///
    /// # Errors
    ///
    /// [`IoTableError::Unknown`] with industries whose code or name comes near.
    pub fn industry(&self, code: &str) -> Result<usize, IoTableError> {
        position("industry", &self.industries, code)
    }

    /// Position of a commodity, by code.
    ///
    /// # Errors
    ///
    /// [`IoTableError::Unknown`] with commodities whose code or name comes near.
    pub fn commodity(&self, code: &str) -> Result<usize, IoTableError> {
        position("commodity", &self.commodities, code)
    }
}

fn position(kind: &'static str, codes: &[IoCode], found: &str) -> Result<usize, IoTableError> {
    codes.iter().position(|code| code.code == found).ok_or_else(|| {
        let mut near = nearest(found, codes.iter().map(|code| code.code.as_str()));
        let by_name = nearest(found, codes.iter().map(|code| code.name.as_str()));
        let code_of = |name: &String| codes.iter().find(|code| code.name == *name);
        near.extend(by_name.iter().filter_map(code_of).map(|code| format!("{} ({})", code.code, code.name)));
        IoTableError::Unknown { kind, found: found.to_owned(), nearest: near }
    })
}

fn sums(cells: &[IoCell], length: usize, place: fn(&IoCell) -> usize) -> Vec<f64> {
    let mut sums = vec![0.0; length];
    for cell in cells {
        sums[place(cell)] += cell.value;
    }
    sums
}

fn places(codes: &[IoCode]) -> BTreeMap<String, usize> {
    codes.iter().enumerate().map(|(place, code)| (code.code.clone(), place)).collect()
}

fn length(what: &'static str, found: usize, expected: usize) -> Result<(), IoTableError> {
    if found == expected { Ok(()) } else { Err(IoTableError::WrongLength { what, found, expected }) }
}

fn distinct(kind: &'static str, codes: &[IoCode]) -> Result<(), IoTableError> {
    let mut known = std::collections::BTreeSet::new();
    match codes.iter().find(|code| !known.insert(code.code.as_str())) {
        Some(code) => Err(IoTableError::DuplicateCode { kind, code: code.code.clone() }),
        None => Ok(()),
    }
}

fn inside(table: &'static str, cells: &[IoCell], n_rows: usize, n_columns: usize) -> Result<(), IoTableError> {
    for cell in cells {
        let IoCell { row, column, value } = *cell;
        if n_rows <= row || n_columns <= column {
            return Err(IoTableError::OutsideTable { table, row, column, n_rows, n_columns });
        }
        if !value.is_finite() {
            let place = format!("the cell in row {row}, column {column} of the {table} table");
            return Err(IoTableError::NotANumber { place, found: value });
        }
    }
    Ok(())
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
