//! The embedded reference dataset: figures of several publishers in critmin's own schema, each with its source.
//!
//! The Parquet files under `data/` are compiled into the crate. [`table`] gives one of them as Arrow,
//! [`dataset`] gives the records that the model crates read.
//!
//! ```
//! let dataset = critmin_tables::reference::dataset()?;
//! let gallium = dataset.commodities.find("Ga")?;
//! assert_eq!(gallium.commodity.as_str(), "gallium");
//! # Ok::<(), critmin_tables::Error>(())
//! ```

use std::sync::OnceLock;

use arrow::array::RecordBatch;
use critmin_core::Dataset;

use crate::readers::area::Registers;
use crate::{Error, TABLES, table_schema};

pub mod build;
mod columns;
mod curated;

mod embedded;
mod records;
mod registers;
mod storage;

pub use curated::{curated_table, read_curated};
pub use records::parameters;

/// The tables' declarations, sizes and sources as a Frictionless data package (JSON).
pub const DATAPACKAGE: &str = include_str!("../../data/datapackage.json");

/// Licences and attributions of every source (Markdown).
pub const LICENCES: &str = include_str!("../../data/LICENSES.md");

/// One table of the reference dataset.
///
/// # Errors
///
/// [`Error::UnknownTable`] lists the tables that exist.
pub fn table(name: &str) -> Result<RecordBatch, Error> {
    let unknown = || Error::UnknownTable {
        found: name.to_owned(),
        known: TABLES.iter().map(|table| table.name.to_owned()).collect(),
    };
    let schema = table_schema(name).ok_or_else(unknown)?;
    let (_, bytes) = embedded::FILES.iter().find(|(file, _)| *file == name).ok_or_else(unknown)?;
    storage::unpack(schema, bytes::Bytes::from_static(bytes))
}

/// The reference dataset as records, decoded once per process.
///
/// # Errors
///
/// Only when the embedded files contradict their own rules, which the tests exclude.
pub fn dataset() -> Result<&'static Dataset, Error> {
    static DATASET: OnceLock<Dataset> = OnceLock::new();
    if let Some(dataset) = DATASET.get() {
        return Ok(dataset);
    }
    let dataset = records::dataset(&table)?;
    Ok(DATASET.get_or_init(|| dataset))
}

/// The spellings that readers need, from the reference dataset.
///
/// # Errors
///
/// As [`dataset`].
pub fn registers() -> Result<Registers, Error> {
    registers::registers(&table)
}
