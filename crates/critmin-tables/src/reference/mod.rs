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

use std::sync::{Arc, OnceLock};

use arrow::array::RecordBatch;
use critmin_core::{Columns, Dataset, InputOutputTable};

use crate::readers::area::Registers;
use crate::{Error, TABLES, columns_from_batch, table_schema};

pub mod build;
mod columns;
mod curated;

mod embedded;
mod records;
mod registers;
mod response;
mod storage;

pub use curated::{curated_table, read_curated};
pub use records::{industry_links, parameters, supplier_probabilities};
pub use response::{candidate_projects, end_uses, process_steps, regional_demand, regional_supply, substitutes};

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
    let schema = table_schema(name).ok_or_else(|| unknown_table(name))?;
    let (_, bytes) = embedded::FILES.iter().find(|(file, _)| *file == name).ok_or_else(|| unknown_table(name))?;
    storage::unpack(schema, bytes::Bytes::from_static(bytes))
}

/// One table of the reference dataset by columns, decoded once per process.
///
/// # Errors
///
/// As [`table`].
pub fn columns(name: &str) -> Result<Arc<Columns>, Error> {
    static DECODED: [OnceLock<Arc<Columns>>; embedded::FILES.len()] =
        [const { OnceLock::new() }; embedded::FILES.len()];
    let place = embedded::FILES.iter().position(|(file, _)| *file == name).ok_or_else(|| unknown_table(name))?;
    if let Some(columns) = DECODED[place].get() {
        return Ok(Arc::clone(columns));
    }
    let columns = Arc::new(columns_from_batch(name, &table(name)?)?);
    // Two threads may decode at once; both get the table that was kept first.
    Ok(Arc::clone(DECODED[place].get_or_init(|| columns)))
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

/// The U.S. benchmark input-output table of `year` (2012 or 2017), after redefinitions, in producer prices.
///
/// # Errors
///
/// [`Error::InputOutput`] for another year.
pub fn input_output_table(year: i16) -> Result<InputOutputTable, Error> {
    Ok(InputOutputTable::from_bea(&*columns("io_cells")?, &*columns("io_codes")?, year)?)
}

/// The spellings that readers need, from the reference dataset.
///
/// # Errors
///
/// As [`dataset`].
pub fn registers() -> Result<Registers, Error> {
    registers::registers(&table)
}

fn unknown_table(found: &str) -> Error {
    Error::UnknownTable { found: found.to_owned(), known: TABLES.iter().map(|table| table.name.to_owned()).collect() }
}
