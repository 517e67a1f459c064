//! Where do the numbers come from?
//!
//! Readers turn a publisher's own file into critmin's tables in two steps: a raw row that is exactly the file's
//! row, then validation into domain types or a [`Report`] of *all* problems with their rows. The embedded
//! reference dataset ([`mod@reference`]) was built with the same readers.
//!
//! ```
//! use critmin_core::{Area, Year};
//! use critmin_tables::reference;
//!
//! // Embedded: no file and no network. Who made gallium in 2024, in tonnes?
//! let dataset = reference::dataset()?;
//! let gallium = dataset.commodities.find("Gallium")?;
//! let made = dataset.production.iter().filter(|row| row.commodity == gallium.commodity && row.year == Year(2024));
//! let by_country: Vec<_> = made
//!     .filter_map(|row| match &row.area {
//!         // A total never enters a sum of countries: it is an area of another kind.
//!         Area::Country { country } => Some((country, row.mass_t()?.value()?)),
//!         _ => None,
//!     })
//!     .collect();
//! assert!(by_country.iter().any(|(country, tonnes)| country.as_str() == "CHN" && 100.0 < *tonnes));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod column;
mod columnar;
mod error;
mod parquet_file;
pub mod readers;
pub mod reference;
mod reliance;
mod report;
mod schema;
mod source_file;
mod temporary_file;

pub use column::TableBuilder;
pub use columnar::columns_from_batch;
pub use error::Error;
pub use parquet_file::{read_parquet, write_parquet};
pub use reliance::import_reliance;
pub use report::{Problem, Report};
pub use schema::{Column, ColumnKind, IMPORT_RELIANCE, TABLES, TableSchema, table_schema};
pub use source_file::{Encoding, SourceFile};
