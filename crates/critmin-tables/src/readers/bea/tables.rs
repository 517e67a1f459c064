//! The accounts as tables of the reference dataset.

use arrow::array::RecordBatch;
use critmin_core::SourceId;

use super::super::text_rows::builder;
use super::{IoCell, IoCode};
use crate::Error;

/// The table `io_cells`.
///
/// # Errors
///
/// [`Error::Unreadable`] when a column is incomplete.
pub fn io_cells_table(cells: &[IoCell], source_id: &SourceId) -> Result<RecordBatch, Error> {
    let mut table = builder("io_cells")?;
    for cell in cells {
        table
            .year(cell.benchmark_year.0)
            .text(cell.table.as_str())
            .text(cell.redefinitions.as_str())
            .text(&*cell.row_code)
            .text(&*cell.column_code)
            .number(f64::from(cell.value_million_usd))
            .text(source_id.as_str());
    }
    table.finish()
}

/// The table `io_codes`.
///
/// # Errors
///
/// [`Error::Unreadable`] when a column is incomplete.
pub fn io_codes_table(codes: &[IoCode], source_id: &SourceId) -> Result<RecordBatch, Error> {
    let mut table = builder("io_codes")?;
    for code in codes {
        table
            .year(code.benchmark_year.0)
            .text(code.kind.as_str())
            .text(&*code.code)
            .text(code.name.as_str())
            .whole(code.position)
            .text(source_id.as_str());
    }
    table.finish()
}
