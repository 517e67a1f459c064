//! The Parquet file that an import writes: batch by batch, whole or not at all.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int16Array, RecordBatch, StringArray};
use critmin_core::CountryId;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;
use tempfile::NamedTempFile;

use super::flows::{TradeColumns, labels, trade_flows_schema};
use super::release::Vintage;
use super::row::Flow;
use crate::Error;
use crate::temporary_file::temporary_beside;

const BATCH_ROWS: usize = 1 << 16;
const ROW_GROUP_ROWS: usize = 1 << 20;

/// Flows on their way to a file. Dropped before [`Self::finish`], it leaves nothing behind.
pub(super) struct FlowFile {
    path: PathBuf,
    temporary: NamedTempFile,
    writer: ArrowWriter<File>,
    vintage: Vintage,
    flows: Vec<Flow>,
    products: Vec<u32>,
}

impl FlowFile {
    pub(super) fn create(path: &Path, vintage: Vintage) -> Result<Self, Error> {
        let fault = |source: std::io::Error| Error::Write { path: path.to_owned(), source };
        let temporary = temporary_beside(path)?;
        let target = temporary.as_file().try_clone().map_err(fault)?;
        let properties = properties().map_err(|e| fault(e.into()))?;
        let schema = trade_flows_schema()?.arrow();
        let writer = ArrowWriter::try_new(target, schema, Some(properties)).map_err(|e| fault(e.into()))?;
        let (flows, products) = (Vec::with_capacity(BATCH_ROWS), Vec::with_capacity(BATCH_ROWS));
        Ok(Self { path: path.to_owned(), temporary, writer, vintage, flows, products })
    }

    /// Takes one flow; `product` is the number of its HS code in the labels given when a batch is due.
    pub(super) fn push(&mut self, flow: Flow, product: u32) {
        self.flows.push(flow);
        self.products.push(product);
    }

    /// Whether enough flows wait for [`Self::write_batch`].
    pub(super) fn is_batch_due(&self) -> bool {
        BATCH_ROWS <= self.flows.len()
    }

    /// Writes the waiting flows. `countries` and `products` are the labels by number.
    pub(super) fn write_batch(&mut self, countries: &[CountryId], products: &[String]) -> Result<(), Error> {
        let batch = self.batch(countries, products)?;
        self.writer.write(&batch).map_err(|e| self.fault(e.into()))?;
        self.flows.clear();
        self.products.clear();
        Ok(())
    }

    /// Completes the file and gives it its name.
    pub(super) fn finish(self) -> Result<(), Error> {
        let fault = |source: std::io::Error| Error::Write { path: self.path.clone(), source };
        self.writer.close().map_err(|e| fault(e.into()))?;
        self.temporary.persist(&self.path).map_err(|e| fault(e.error))?;
        Ok(())
    }

    fn batch(&self, countries: &[CountryId], products: &[String]) -> Result<RecordBatch, Error> {
        let countries: ArrayRef = Arc::new(StringArray::from_iter_values(countries));
        let products: ArrayRef = Arc::new(StringArray::from_iter_values(products));
        let country = |of: fn(&Flow) -> u16| self.flows.iter().map(|flow| u32::from(of(flow))).collect();
        let columns = TradeColumns {
            year: Arc::new(Int16Array::from_iter_values(self.flows.iter().map(|flow| flow.year.0))),
            origin: labels(country(|flow| flow.origin), &countries)?,
            destination: labels(country(|flow| flow.destination), &countries)?,
            hs6: labels(self.products.clone(), &products)?,
            value_usd: Arc::new(Float64Array::from_iter_values(self.flows.iter().map(|flow| flow.value_usd))),
            mass_t: Arc::new(self.flows.iter().map(|flow| flow.mass_t).collect::<Float64Array>()),
        };
        columns.table(&self.vintage.hs_edition, self.vintage.source_id.as_str())
    }

    fn fault(&self, source: std::io::Error) -> Error {
        Error::Write { path: self.path.clone(), source }
    }
}

fn properties() -> Result<WriterProperties, ParquetError> {
    const ZSTD_LEVEL: i32 = 3;
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS));
    // Values rarely repeat: a dictionary of them costs time and memory for nothing.
    for column in ["value_usd", "mass_t"] {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(column), false);
    }
    Ok(properties.build())
}
