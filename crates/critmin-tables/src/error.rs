//! What can go wrong between a file and a table.

use std::path::PathBuf;

use thiserror::Error;

use crate::Report;

/// Errors of reading, validating and writing tables.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// A rule of the core nouns is broken by the reference data itself.
    #[error(transparent)]
    Core(#[from] critmin_core::Error),
    /// An input-output table that cannot be what it is said to be.
    #[error(transparent)]
    InputOutput(#[from] critmin_core::IoTableError),
    /// A byte that the stated encoding does not know.
    #[error(
        "`{file}` is not valid {encoding}: byte 0x{byte:02x} at offset {offset}; re-save the file as {encoding}, or download it again from the publisher"
    )]
    Encoding {
        /// File name.
        file: String,
        /// The encoding that this publisher uses.
        encoding: &'static str,
        /// Position of the first bad byte, counted from 0.
        offset: usize,
        /// The bad byte.
        byte: u8,
    },
    /// The rows were read, and some of them cannot be accepted.
    #[error("{0}")]
    Invalid(Report),
    /// Columns that the layout needs are not there.
    #[error("`{file}` lacks the column{} {}; found {}. Expected the layout of {layout}", if missing.len() == 1 { "" } else { "s" }, quoted(missing), quoted(found))]
    MissingColumns {
        /// File name.
        file: String,
        /// The publisher's layout that was expected.
        layout: &'static str,
        /// Names not found.
        missing: Vec<String>,
        /// Names found.
        found: Vec<String>,
    },
    /// A cell of a column of numbers that holds none.
    #[error(
        "column `{column}` of `{table}` holds `{found}` in row {row}: expected a finite number; leave the cell empty (null) where nothing is known"
    )]
    NotFinite {
        /// Name of the table.
        table: String,
        /// Name of the column.
        column: String,
        /// Row, counted from 1.
        row: usize,
        /// NaN or an infinity.
        found: f64,
    },
    /// The file cannot be opened or read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what its kind promises: not a CSV row, not a zip member, not Parquet, truncated.
    #[error("`{file}` is not readable as {kind}: {reason}; the file may be truncated, download it again")]
    Unreadable {
        /// File name.
        file: String,
        /// `CSV`, `Parquet`, `zip`, `gzip`.
        kind: &'static str,
        /// What the library found.
        reason: String,
    },
    /// No such table in the reference dataset.
    #[error("unknown table `{found}`; the reference dataset holds {}", quoted(known))]
    UnknownTable {
        /// What was asked for.
        found: String,
        /// Every table.
        known: Vec<String>,
    },
    /// A column of a kind that no question reads.
    #[error(
        "column `{column}` of `{table}` is of type `{found}`: expected text, whole numbers, numbers, days or truth values; cast it, or leave the column out"
    )]
    UnsupportedColumn {
        /// Name of the table.
        table: String,
        /// Name of the column.
        column: String,
        /// Its Arrow type.
        found: String,
    },
    /// A file that must say its own vintage does not, and the caller did not either.
    #[error(
        "the name of `{file}` does not tell its {what}; keep the publisher's name (`BACI_HS92_Y2023_V202401b.csv`) or state it, such as `{example}`"
    )]
    UnstatedVintage {
        /// File name.
        file: String,
        /// What is not known: `HS revision`, `release`.
        what: &'static str,
        /// What such a statement looks like.
        example: &'static str,
    },
    /// The caller asked to stop.
    #[error("interrupted: nothing was written")]
    Interrupted,
    /// The result cannot be written.
    #[error("cannot write `{}`: {source}; choose a folder that exists and may be written", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
