//! U.S. benchmark input–output accounts (Bureau of Economic Analysis), detail level: what does each industry use, what
//! does it make, and how much of it is imported?
//!
//! Read is the folder layout of the package `useeior` written as CSV: one matrix per file, row codes in the first
//! column, whole million current USD, producer prices. This is not the publisher's own workbook layout. Codes are text.
//! The industries are not the commodities: align by code, never by position.

mod codes;
mod matrix;
mod tables;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use critmin_core::Year;

use crate::{Encoding, Error, Report, SourceFile};

pub use codes::{IoCode, IoCodeKind};
pub use tables::{io_cells_table, io_codes_table};

/// Which matrix a cell belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IoTable {
    /// Commodities (and value added) by industries (and final demand); imports are the negative column `F05000`.
    Use,
    /// Industries by commodities.
    Make,
    /// Imports inside the use table.
    Import,
}

/// Whether secondary products were moved to the industry that makes them as its primary product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Redefinitions {
    /// They were moved.
    After,
    /// They were not; the import matrix is published only so.
    Before,
}

/// One cell that is not zero.
#[derive(Debug, Clone, PartialEq)]
pub struct IoCell {
    /// The benchmark: 2012 or 2017.
    pub benchmark_year: Year,
    /// Use, make or import.
    pub table: IoTable,
    /// After or before redefinitions.
    pub redefinitions: Redefinitions,
    /// Code of the row.
    pub row_code: Arc<str>,
    /// Code of the column.
    pub column_code: Arc<str>,
    /// Producer prices \[million current USD\], a whole number as published.
    pub value_million_usd: i32,
}

/// One benchmark.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BeaAccounts {
    /// Cells that are not zero, by table, redefinitions, and row and column as published.
    pub cells: Vec<IoCell>,
    /// Industries, commodities, final demand, value added and totals, each in published order.
    pub codes: Vec<IoCode>,
}

/// The matrices of a benchmark. The make table before redefinitions is there for 2017 only.
const MATRICES: [(IoTable, Redefinitions); 5] = [
    (IoTable::Use, Redefinitions::After),
    (IoTable::Use, Redefinitions::Before),
    (IoTable::Make, Redefinitions::After),
    (IoTable::Make, Redefinitions::Before),
    (IoTable::Import, Redefinitions::Before),
];
const MAKE_BEFORE_SINCE: Year = Year(2017);

/// Reads the benchmark of `benchmark_year` from `folder`: `Detail_Use_2017_PRO_AfterRedef_17sch.csv.gz` and its
/// companions, with or without `.gz`.
///
/// # Errors
///
/// [`Error::Invalid`] with every problem of every file: a label that the code tables do not know, a label missing or
/// repeated, a row of another length, a cell that is not a whole number, uses that do not make up an output. [`Error::Read`], [`Error::Unreadable`] and
/// [`Error::MissingColumns`] for files that are not there, broken, or something else.
pub fn read_bea(folder: &Path, benchmark_year: Year) -> Result<BeaAccounts, Error> {
    let mut report = Report::default();
    let codes = codes::read(folder, benchmark_year, &mut report)?;
    let mut cells = Vec::new();
    for (table, redefinitions) in MATRICES {
        if (table, redefinitions) == (IoTable::Make, Redefinitions::Before) && benchmark_year < MAKE_BEFORE_SINCE {
            continue;
        }
        let file = open(folder, &matrix_name(benchmark_year, table, redefinitions))?;
        let labels = matrix::Labels::expected(&codes, table);
        let key = matrix::Key { benchmark_year, table, redefinitions };
        matrix::read(&file, key, &labels, &mut cells, &mut report)?;
    }
    report.into_result(BeaAccounts { cells, codes })
}

impl IoTable {
    /// The value that stands in the `table` column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Use => "use",
            Self::Make => "make",
            Self::Import => "import",
        }
    }
}

impl Redefinitions {
    /// The value that stands in the `redefinitions` column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::After => "after",
            Self::Before => "before",
        }
    }
}

impl fmt::Display for IoTable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Display for Redefinitions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

fn matrix_name(year: Year, table: IoTable, redefinitions: Redefinitions) -> String {
    let table = match table {
        IoTable::Use => format!("Use_{year}_PRO"),
        IoTable::Make => format!("Make_{year}"),
        IoTable::Import => format!("Import_{year}"),
    };
    let state = match redefinitions {
        Redefinitions::After => "After",
        Redefinitions::Before => "Before",
    };
    format!("Detail_{table}_{state}Redef_{:02}sch.csv", year.0 % 100)
}

/// Opens `name` or, when it is not there, `name.gz`.
fn open(folder: &Path, name: &str) -> Result<SourceFile, Error> {
    let plain = folder.join(name);
    let path: PathBuf = if plain.is_file() { plain } else { folder.join(format!("{name}.gz")) };
    SourceFile::open(&path, Encoding::Utf8)
}
