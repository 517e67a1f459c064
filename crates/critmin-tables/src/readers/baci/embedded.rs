//! The trade flows of the reference dataset in as few bytes as Parquet allows, and back.
//!
//! Value is kept as whole USD and mass as whole kilograms, which is what BACI prints, with their byte
//! planes apart (`BYTE_STREAM_SPLIT`): sorted by code, origin, destination and year, the high bytes compress well, and nothing is
//! lost.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, Schema};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::flows::{TradeFlows, incomplete, trade_flows_schema, trade_flows_table};
use crate::Error;
use crate::parquet_file::decode_parquet;

const NAME: &str = "the embedded trade flows";
const MASS_KG: &str = "mass_kg";
const KILOGRAMS_PER_TONNE: f64 = 1000.0;

/// The flows as a small Parquet file: columns `year`, `origin`, `destination`, `hs6`, `hs_edition`, `value_usd`,
/// `mass_kg`, `source_id`, rows in the order given (sort with [`TradeFlows::filter`]). Equal flows give equal bytes.
///
/// # Errors
///
/// [`Error::Unreadable`] when a value is not a whole number of USD or a mass not one of kilograms: such a flow
/// would not come back as it was.
pub fn encode_embedded_trade(flows: &TradeFlows) -> Result<Vec<u8>, Error> {
    let table = whole_table(flows)?;
    let mut bytes = Vec::new();
    let properties = properties(flows.len()).map_err(incomplete)?;
    let mut writer = ArrowWriter::try_new(&mut bytes, table.schema(), Some(properties)).map_err(incomplete)?;
    writer.write(&table).map_err(incomplete)?;
    writer.close().map_err(incomplete)?;
    Ok(bytes)
}

/// The table `trade_flows` from what [`encode_embedded_trade`] wrote.
///
/// # Errors
///
/// [`Error::Unreadable`] when the bytes are something else, or truncated.
pub fn decode_embedded_trade(bytes: impl Into<Bytes>) -> Result<RecordBatch, Error> {
    let table = decode_parquet(NAME, bytes.into())?;
    let schema = trade_flows_schema()?.arrow();
    let columns = schema.fields().iter().map(|field| match field.name().as_str() {
        "value_usd" => Ok(scaled(&stored(&table, "value_usd", &DataType::Int64)?, 1.0)),
        "mass_t" => Ok(scaled(&stored(&table, MASS_KG, &DataType::Int64)?, KILOGRAMS_PER_TONNE)),
        name => stored(&table, name, field.data_type()),
    });
    let columns = columns.collect::<Result<Vec<_>, Error>>()?;
    RecordBatch::try_new(schema, columns).map_err(incomplete)
}

fn stored(table: &RecordBatch, name: &str, kind: &DataType) -> Result<ArrayRef, Error> {
    let column = table.column_by_name(name).filter(|column| column.data_type() == kind);
    let reason = || format!("column `{name}` of type {kind} is not there");
    column.cloned().ok_or_else(|| Error::Unreadable { file: NAME.to_owned(), kind: "its own layout", reason: reason() })
}

// Exact: BACI's figures stay far below 2^53, and a quotient is the number nearest to what was printed.
#[expect(clippy::cast_precision_loss)]
fn scaled(whole: &ArrayRef, divisor: f64) -> ArrayRef {
    Arc::new(whole.as_primitive::<Int64Type>().unary::<_, Float64Type>(|number| number as f64 / divisor))
}

/// The table with whole USD and whole kilograms in place of numbers.
fn whole_table(flows: &TradeFlows) -> Result<RecordBatch, Error> {
    let table = trade_flows_table(flows)?;
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for (field, column) in table.schema().fields().iter().zip(table.columns()) {
        let (name, column) = match field.name().as_str() {
            "value_usd" => ("value_usd", whole(column, 1.0)?),
            "mass_t" => (MASS_KG, whole(column, KILOGRAMS_PER_TONNE)?),
            name => (name, Arc::clone(column)),
        };
        fields.push(Field::new(name, column.data_type().clone(), field.is_nullable()));
        columns.push(column);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(incomplete)
}

// Beyond 2^53 an f64 does not hold every whole number; below it the cast is exact.
#[expect(clippy::cast_possible_truncation)]
fn whole(numbers: &ArrayRef, factor: f64) -> Result<ArrayRef, Error> {
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    let to_whole = |number: f64| {
        let whole = (number * factor).round();
        let comes_back = (whole / factor).to_bits() == number.to_bits() && whole.abs() <= LARGEST;
        comes_back
            .then_some(whole as i64)
            .ok_or_else(|| incomplete(format!("{number} has too many decimals to be kept")))
    };
    let numbers = numbers.as_primitive::<Float64Type>();
    let column = numbers.iter().map(|number| number.map(to_whole).transpose()).collect::<Result<Int64Array, _>>()?;
    Ok(Arc::new(column))
}

fn properties(n_rows: usize) -> Result<WriterProperties, ParquetError> {
    const ZSTD_LEVEL: i32 = 22;
    const PAGE_BYTES: usize = 1 << 26;
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .set_max_row_group_row_count(Some(n_rows.max(1)))
        .set_data_page_row_count_limit(n_rows.max(1))
        .set_data_page_size_limit(PAGE_BYTES);
    for column in ["year", "value_usd", MASS_KG] {
        properties = properties
            .set_column_dictionary_enabled(ColumnPath::from(column), false)
            .set_column_encoding(ColumnPath::from(column), Encoding::BYTE_STREAM_SPLIT);
    }
    Ok(properties.build())
}
