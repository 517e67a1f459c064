//! The 2026 data release: one long table of every chapter, Windows-1252.

use std::path::Path;

use critmin_core::{ImportSource, ProductionRecord, SalientRecord, SourceId};
use serde::Deserialize;

use super::{SOURCE_2026, salient, world};
use crate::readers::Registers;
use crate::readers::text_rows::{Located, Reading, read_rows, tidy};
use crate::{Encoding, Error, SourceFile};

/// One row of the file, cell by cell.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Mcs2026Row {
    /// Chapter, in capitals.
    #[serde(rename = "MCS chapter")]
    pub chapter: String,
    /// Table of the chapter: `Salient Statistics—United States`, `Import Sources`, a world table.
    #[serde(rename = "Section")]
    pub section: String,
    /// Mineral or element.
    #[serde(rename = "Commodity")]
    pub commodity: String,
    /// Country or aggregate.
    #[serde(rename = "Country")]
    pub country: String,
    /// Kind of statistic.
    #[serde(rename = "Statistics")]
    pub statistic: String,
    /// Words for what is counted.
    #[serde(rename = "Statistics_detail")]
    pub detail: String,
    /// Unit, blank for prices in words.
    #[serde(rename = "Unit")]
    pub unit: String,
    /// `2025`, or `2021–24` for import sources.
    #[serde(rename = "Year")]
    pub year: String,
    /// The figure as printed.
    #[serde(rename = "Value")]
    pub value: String,
    /// Footnotes, separated by ` -- `.
    #[serde(rename = "Notes")]
    pub notes: String,
    /// `Yes`, `No`, or blank.
    #[serde(rename = "Is critical mineral 2025")]
    pub is_critical: String,
    /// Head note of the chapter.
    #[serde(rename = "Other notes")]
    pub other_notes: String,
}

impl Mcs2026Row {
    const COLUMNS: [&'static str; 12] = [
        "MCS chapter",
        "Section",
        "Commodity",
        "Country",
        "Statistics",
        "Statistics_detail",
        "Unit",
        "Year",
        "Value",
        "Notes",
        "Is critical mineral 2025",
        "Other notes",
    ];

    /// The notes; empty where the tail of the row is shifted and the flag stands in their place.
    pub(super) fn note(&self) -> String {
        if self.has_shifted_tail() { String::new() } else { tidy(&self.notes) }
    }

    // Yttrium's world total has `Yes` in `Notes` and `Yttrium` in the flag column.
    fn has_shifted_tail(&self) -> bool {
        is_flag(&self.notes) && !is_flag(&self.is_critical)
    }
}

/// Everything that the file holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mcs2026 {
    /// World production, capacity and reserves, aggregates apart by [`critmin_core::Area`].
    pub production: Vec<ProductionRecord>,
    /// U.S. salient statistics.
    pub salient: Vec<SalientRecord>,
    /// U.S. import sources.
    pub import_sources: Vec<ImportSource>,
}

/// Reads `MCS2026_Commodities_Data.csv` (or `.csv.gz`).
///
/// # Errors
///
/// [`Error::Read`], [`Error::Unreadable`] and [`Error::Encoding`] for the file; [`Error::MissingColumns`] for
/// another layout; [`Error::Invalid`] with every problem of the rows.
pub fn read_mcs_2026(path: &Path, registers: &Registers) -> Result<Mcs2026, Error> {
    parse(&SourceFile::open(path, Encoding::Windows1252)?, registers)
}

pub(super) fn parse(file: &SourceFile, registers: &Registers) -> Result<Mcs2026, Error> {
    let layout = "the USGS Mineral Commodity Summaries 2026 data release";
    let (mut reading, rows) = read_rows::<Mcs2026Row>(file, layout, &Mcs2026Row::COLUMNS)?;
    let source_id = SourceId::new(SOURCE_2026)?;
    for row in &rows {
        check_flag(&mut reading, row);
    }
    let section = |wanted: &'static str| rows.iter().filter(move |row| tidy(&row.cells.section).starts_with(wanted));
    let is_known = |row: &&Located<Mcs2026Row>| {
        let section = tidy(&row.cells.section);
        [salient::SECTION, salient::IMPORT_SOURCES, world::SECTION].iter().any(|known| section.starts_with(known))
    };
    for row in rows.iter().filter(|row| !is_known(row)) {
        let expected = "a world table, `Salient Statistics—United States` or `Import Sources`";
        reading.problem(row.row, "Section", &row.cells.section, expected);
    }
    let records = Mcs2026 {
        production: world::records(section(world::SECTION).collect(), registers, &source_id, &mut reading),
        salient: salient::records(section(salient::SECTION), registers, &source_id, &mut reading),
        import_sources: salient::import_sources(section(salient::IMPORT_SOURCES), registers, &source_id, &mut reading),
    };
    reading.finish(records)
}

fn check_flag(reading: &mut Reading, row: &Located<Mcs2026Row>) {
    let flag = row.cells.is_critical.trim();
    if !(flag.is_empty() || is_flag(flag) || row.cells.has_shifted_tail()) {
        reading.problem(row.row, "Is critical mineral 2025", flag, "`Yes`, `No` or a blank");
    }
}

fn is_flag(text: &str) -> bool {
    matches!(text.trim(), "Yes" | "No")
}
