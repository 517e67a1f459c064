//! Trade flows column by column, as the builder of the reference dataset handles them.

use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, Float64Array, Int16Array, RecordBatch, StringArray, UInt32Array};
use arrow::datatypes::UInt32Type;
use critmin_core::{CountryId, SourceId};

use crate::{Error, TableSchema, table_schema};

/// Flows as columns of equal length; economies and codes as positions in `countries` and `codes`.
#[derive(Debug, Clone, PartialEq)]
pub struct TradeFlows {
    /// Year of each flow.
    pub year: Vec<i16>,
    /// Exporting economy, a position in `countries`.
    pub origin: Vec<u32>,
    /// Importing economy, a position in `countries`.
    pub destination: Vec<u32>,
    /// HS code, a position in `codes`.
    pub hs6: Vec<u32>,
    /// Value \[current USD\].
    pub value_usd: Vec<f64>,
    /// Gross product mass \[t\]; absent where BACI has none.
    pub mass_t: Vec<Option<f64>>,
    /// Economies, ascending.
    pub countries: Vec<CountryId>,
    /// Six-digit codes, ascending.
    pub codes: Vec<String>,
    /// Revision of the Harmonized System.
    pub hs_edition: String,
    /// Edition of the flows.
    pub source_id: SourceId,
}

/// One flow of [`TradeFlows`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TradeFlow<'a> {
    /// Year.
    pub year: i16,
    /// Exporting economy.
    pub origin: &'a CountryId,
    /// Importing economy.
    pub destination: &'a CountryId,
    /// Six-digit code.
    pub hs6: &'a str,
    /// Value \[current USD\].
    pub value_usd: f64,
    /// Gross product mass \[t\]; absent where BACI has none.
    pub mass_t: Option<f64>,
}

impl TradeFlows {
    /// Number of flows.
    pub fn len(&self) -> usize {
        self.year.len()
    }

    /// Whether there is no flow.
    pub fn is_empty(&self) -> bool {
        self.year.is_empty()
    }

    /// Every flow, in order.
    pub fn iter(&self) -> impl Iterator<Item = TradeFlow<'_>> {
        (0..self.len()).map(|row| self.flow(row))
    }

    /// The flows for which `is_kept` holds, sorted by code, origin, destination and year.
    #[must_use]
    pub fn filter(&self, mut is_kept: impl FnMut(&TradeFlow<'_>) -> bool) -> Self {
        let mut rows: Vec<usize> = (0..self.len()).filter(|&row| is_kept(&self.flow(row))).collect();
        // Labels ascend, so positions sort like the labels themselves.
        rows.sort_by_key(|&row| (self.hs6[row], self.origin[row], self.destination[row], self.year[row]));
        Self {
            year: pick(&self.year, &rows),
            origin: pick(&self.origin, &rows),
            destination: pick(&self.destination, &rows),
            hs6: pick(&self.hs6, &rows),
            value_usd: pick(&self.value_usd, &rows),
            mass_t: pick(&self.mass_t, &rows),
            countries: self.countries.clone(),
            codes: self.codes.clone(),
            hs_edition: self.hs_edition.clone(),
            source_id: self.source_id.clone(),
        }
    }

    fn flow(&self, row: usize) -> TradeFlow<'_> {
        TradeFlow {
            year: self.year[row],
            origin: &self.countries[self.origin[row] as usize],
            destination: &self.countries[self.destination[row] as usize],
            hs6: &self.codes[self.hs6[row] as usize],
            value_usd: self.value_usd[row],
            mass_t: self.mass_t[row],
        }
    }
}

/// The flows as the table `trade_flows`.
///
/// # Errors
///
/// [`Error::Unreadable`] when the columns do not fit together.
pub fn trade_flows_table(flows: &TradeFlows) -> Result<RecordBatch, Error> {
    let countries: ArrayRef = Arc::new(StringArray::from_iter_values(&flows.countries));
    let codes: ArrayRef = Arc::new(StringArray::from_iter_values(&flows.codes));
    let columns = TradeColumns {
        year: Arc::new(Int16Array::from(flows.year.clone())),
        origin: labels(flows.origin.clone(), &countries)?,
        destination: labels(flows.destination.clone(), &countries)?,
        hs6: labels(flows.hs6.clone(), &codes)?,
        value_usd: Arc::new(Float64Array::from(flows.value_usd.clone())),
        mass_t: Arc::new(flows.mass_t.iter().copied().collect::<Float64Array>()),
    };
    columns.table(&flows.hs_edition, flows.source_id.as_str())
}

/// The columns of the table that differ from row to row.
pub(super) struct TradeColumns {
    pub(super) year: ArrayRef,
    pub(super) origin: ArrayRef,
    pub(super) destination: ArrayRef,
    pub(super) hs6: ArrayRef,
    pub(super) value_usd: ArrayRef,
    pub(super) mass_t: ArrayRef,
}

impl TradeColumns {
    /// Adds the edition and the source, the same on every row.
    pub(super) fn table(self, hs_edition: &str, source_id: &str) -> Result<RecordBatch, Error> {
        let n_rows = self.year.len();
        let constant = |label: &str| labels(vec![0; n_rows], &(Arc::new(StringArray::from(vec![label])) as ArrayRef));
        let columns = vec![
            self.year,
            self.origin,
            self.destination,
            self.hs6,
            constant(hs_edition)?,
            self.value_usd,
            self.mass_t,
            constant(source_id)?,
        ];
        RecordBatch::try_new(trade_flows_schema()?.arrow(), columns).map_err(incomplete)
    }
}

/// A dictionary column from positions and the labels they stand for.
pub(super) fn labels(positions: Vec<u32>, values: &ArrayRef) -> Result<ArrayRef, Error> {
    let column = DictionaryArray::<UInt32Type>::try_new(UInt32Array::from(positions), Arc::clone(values));
    Ok(Arc::new(column.map_err(incomplete)?))
}

/// The declaration of the table `trade_flows`.
pub(super) fn trade_flows_schema() -> Result<&'static TableSchema, Error> {
    table_schema("trade_flows")
        .ok_or_else(|| Error::UnknownTable { found: "trade_flows".to_owned(), known: Vec::new() })
}

/// A table whose columns do not fit together.
pub(super) fn incomplete(fault: impl std::fmt::Display) -> Error {
    Error::Unreadable { file: "trade_flows".to_owned(), kind: "a complete table", reason: fault.to_string() }
}

fn pick<T: Copy>(column: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().map(|&row| column[row]).collect()
}
