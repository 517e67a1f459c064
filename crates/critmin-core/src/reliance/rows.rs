//! Finding a printed figure by the publisher's own keys.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::PrintedFigure;
use super::rounding::decimals;
use crate::{SalientRecord, Year};

/// One row of the salient statistics over all years, by the publisher's own words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RowKey {
    /// Chapter, in capitals.
    pub chapter: String,
    /// The publisher's name of the commodity.
    pub published_commodity: String,
    /// The publisher's word for the statistic: `Import`, `Sold or used`.
    pub published_statistic: String,
    /// The publisher's words for what is counted.
    pub published_detail: String,
    /// 1, or the place among rows with the same keys.
    pub occurrence: u32,
}

/// The salient statistics of one edition, by row and year.
#[derive(Debug, Clone, Default)]
pub struct PrintedRows<'a> {
    rows: BTreeMap<RowKey, BTreeMap<Year, &'a SalientRecord>>,
    first_year: Option<Year>,
}

impl<'a> PrintedRows<'a> {
    /// Indexes the records of one edition.
    pub fn new(records: impl IntoIterator<Item = &'a SalientRecord>) -> Self {
        let mut rows = Self::default();
        for record in records {
            let key = RowKey {
                chapter: record.chapter.clone(),
                published_commodity: record.published_commodity.clone(),
                published_statistic: record.published_statistic.clone(),
                published_detail: record.published_detail.clone(),
                occurrence: record.occurrence,
            };
            rows.rows.entry(key).or_default().insert(record.year, record);
            rows.first_year = Some(rows.first_year.map_or(record.year, |year| year.min(record.year)));
        }
        rows
    }

    /// The record of `year` in the row `key`.
    pub fn record(&self, key: &RowKey, year: Year) -> Option<&'a SalientRecord> {
        self.rows.get(key)?.get(&year).copied()
    }

    /// The years in which the row `key` is printed, ascending; empty when there is no such row.
    pub fn years(&self, key: &RowKey) -> impl Iterator<Item = Year> + '_ {
        self.rows.get(key).into_iter().flat_map(|years| years.keys().copied())
    }

    /// The figure of `year` in the row `key`, with its rounding.
    pub fn figure(&self, key: &RowKey, year: Year) -> Option<PrintedFigure> {
        let years = self.rows.get(key)?;
        let numbers = years.values().filter(|record| record.published.value().is_some());
        let most_decimals = numbers.map(|record| decimals(&record.printed)).max().unwrap_or_default();
        years.get(&year).map(|record| PrintedFigure::of(record, most_decimals))
    }

    /// The first year of the edition.
    pub(super) fn first_year(&self) -> Option<Year> {
        self.first_year
    }
}
