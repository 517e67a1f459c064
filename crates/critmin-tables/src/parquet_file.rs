//! Parquet files: written whole or not at all, and with the same bytes for the same table.

use std::fs::File;
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::ChunkReader;

use crate::Error;
use crate::temporary_file::temporary_beside;

/// Writes `table` to `path` through a temporary file beside it, so that nothing half-written remains.
///
/// # Errors
///
/// [`Error::Write`] when the folder does not exist, may not be written, or is full.
pub fn write_parquet(path: &Path, table: &RecordBatch, properties: WriterProperties) -> Result<(), Error> {
    let fault = |source: std::io::Error| Error::Write { path: path.to_owned(), source };
    let temporary = temporary_beside(path)?;
    let mut writer =
        ArrowWriter::try_new(temporary.as_file(), table.schema(), Some(properties)).map_err(|e| fault(e.into()))?;
    writer.write(table).map_err(|e| fault(e.into()))?;
    writer.close().map_err(|e| fault(e.into()))?;
    temporary.persist(path).map_err(|e| fault(e.error))?;
    Ok(())
}

/// Reads a whole Parquet file.
///
/// # Errors
///
/// [`Error::Read`] when it cannot be opened; [`Error::Unreadable`] when it is not Parquet, or truncated.
pub fn read_parquet(path: &Path) -> Result<RecordBatch, Error> {
    let file = File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    decode_parquet(&path.file_name().unwrap_or_default().to_string_lossy(), file)
}

/// Decodes Parquet from a file or from bytes; `name` is used in messages.
pub(crate) fn decode_parquet(name: &str, bytes: impl ChunkReader + 'static) -> Result<RecordBatch, Error> {
    let fault = |reason: String| Error::Unreadable { file: name.to_owned(), kind: "Parquet", reason };
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(|e| fault(e.to_string()))?;
    let schema = builder.schema().clone();
    let n_rows = usize::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or_default();
    let reader = builder.with_batch_size(n_rows.max(1)).build().map_err(|e| fault(e.to_string()))?;
    let batches = reader.collect::<Result<Vec<_>, _>>().map_err(|e| fault(e.to_string()))?;
    concat_batches(&schema, &batches).map_err(|e| fault(e.to_string()))
}
