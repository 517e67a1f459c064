//! Who makes and who uses what, in money: an input-output table.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::nearest;

mod bea;

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

impl InputOutputTable {
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
