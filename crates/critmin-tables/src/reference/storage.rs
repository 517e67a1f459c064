//! How a table of the reference dataset is kept in its file: small, and with the same bytes for the same figures.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use crate::Error;
use crate::parquet_file::decode_parquet;
use crate::readers::baci::decode_embedded_trade;
use crate::schema::{ColumnKind, TableSchema};

/// Columns whose figures are whole numbers at their source, kept as 32-bit integers.
const WHOLE_NUMBERS: [(&str, &str); 1] = [("io_cells", "value_million_usd")];

/// Tables of fewer rows leave out the copy of their Arrow schema: it would outweigh the figures, and reading casts to the
/// declared types anyway. Larger ones keep it, so that labels come back as such without a detour.
const FEW_ROWS: usize = 2_000;

/// The bytes of the file of `table`.
pub(super) fn pack(schema: &TableSchema, table: &RecordBatch) -> Result<Vec<u8>, Error> {
    let stored = stored_form(schema, table)?;
    let mut bytes = Vec::new();
    let fault = |fault: &dyn std::fmt::Display| incomplete(schema, fault);
    let properties = properties(&stored).map_err(|e| fault(&e))?;
    let is_small = stored.num_rows() < FEW_ROWS;
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(is_small);
    let writer = ArrowWriter::try_new_with_options(&mut bytes, stored.schema(), options);
    let mut writer = writer.map_err(|e| fault(&e))?;
    writer.write(&stored).map_err(|e| fault(&e))?;
    writer.close().map_err(|e| fault(&e))?;
    Ok(bytes)
}

/// The table from the bytes of its file, in the declared types.
pub(super) fn unpack(schema: &'static TableSchema, bytes: Bytes) -> Result<RecordBatch, Error> {
    if schema.name == "trade_flows" {
        return decode_embedded_trade(bytes);
    }
    let stored = decode_parquet(schema.name, bytes)?;
    let column = |column: &crate::Column| {
        let array = stored.column_by_name(column.name).ok_or_else(|| incomplete(schema, &column.name))?;
        cast(array, &column.kind.arrow()).map_err(|fault| incomplete(schema, &fault))
    };
    let columns = schema.columns.iter().map(column).collect::<Result<Vec<_>, Error>>()?;
    RecordBatch::try_new(schema.arrow(), columns).map_err(|fault| incomplete(schema, &fault))
}

fn stored_form(schema: &TableSchema, table: &RecordBatch) -> Result<RecordBatch, Error> {
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for (field, column) in table.schema().fields().iter().zip(table.columns()) {
        let is_whole = WHOLE_NUMBERS.contains(&(schema.name, field.name()));
        let kind = if is_whole { DataType::Int32 } else { field.data_type().clone() };
        columns.push(cast(column, &kind).map_err(|fault| incomplete(schema, &fault))?);
        fields.push(Field::new(field.name(), kind, field.is_nullable()));
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(|fault| incomplete(schema, &fault))
}

// Byte planes apart compress best where figures carry noise in their last digits.
fn properties(stored: &RecordBatch) -> Result<WriterProperties, parquet::errors::ParquetError> {
    const ZSTD_LEVEL: i32 = 22;
    const PAGE_BYTES: usize = 1 << 26;
    let n_rows = stored.num_rows().max(1);
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .set_max_row_group_row_count(Some(n_rows))
        .set_data_page_row_count_limit(n_rows)
        .set_data_page_size_limit(PAGE_BYTES);
    for field in stored.schema().fields() {
        let is_split = [ColumnKind::Single.arrow(), DataType::Int32].contains(field.data_type());
        if is_split {
            properties = properties
                .set_column_dictionary_enabled(ColumnPath::from(field.name().as_str()), false)
                .set_column_encoding(ColumnPath::from(field.name().as_str()), Encoding::BYTE_STREAM_SPLIT);
        }
    }
    Ok(properties.build())
}

fn incomplete(schema: &TableSchema, reason: &dyn std::fmt::Display) -> Error {
    Error::Unreadable {
        file: schema.name.to_owned(),
        kind: "a table of the reference dataset",
        reason: reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TABLES;

    #[test]
    fn whole_number_columns_exist() {
        for (table, column) in WHOLE_NUMBERS {
            let schema = TABLES.iter().find(|schema| schema.name == table).unwrap();
            assert!(schema.columns.iter().any(|declared| declared.name == column));
        }
    }
}
