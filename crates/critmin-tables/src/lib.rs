//! Where do the numbers come from?
//!
//! Readers turn a publisher's own file into critmin's tables in two steps: a raw row that is exactly the file's
//! row, then validation into domain types or a [`Report`] of *all* problems with their rows. The embedded
//! reference dataset ([`mod@reference`]) was built with the same readers.

mod column;
mod error;
mod parquet_file;
pub mod readers;
pub mod reference;
mod reliance;
mod report;
mod schema;
mod source_file;

pub use column::TableBuilder;
pub use error::Error;
pub use parquet_file::{read_parquet, write_parquet};
pub use reliance::import_reliance;
pub use report::{Problem, Report};
pub use schema::{Column, ColumnKind, IMPORT_RELIANCE, TABLES, TableSchema, table_schema};
pub use source_file::{Encoding, SourceFile};
