//! Worldwide Governance Indicators (World Bank): how well is each economy governed?
//!
//! Two layouts are read, told apart by their header: the publisher's long table since the 2024 update, saved as CSV
//! (`codeindyr,code,countryname,year,indicator,estimate,…`, missing `..`), and the tidied copy of any update
//! (`code,iso3,name,year,dim,estimate,stderr,…`). Estimates run from about -2.5 to 2.5, higher = better governed.
//! The vintage is part of the identity of an estimate: the same country and year differ between updates.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use arrow::array::RecordBatch;
use critmin_core::{CountryId, CountryRegister, SourceId, Year, nearest};
use serde::{Deserialize, Serialize};

use super::text_rows::{Keys, Located, Reading, builder, read_rows};
use crate::{Error, SourceFile};

const LARGEST_ESTIMATE: f32 = 5.0; // five standard deviations: a percentile rank in the wrong column is larger
const PUBLISHER_COLUMNS: [&str; 5] = ["code", "year", "indicator", "estimate", "stddev"];
const TIDY_COLUMNS: [&str; 6] = ["code", "iso3", "year", "dim", "estimate", "stderr"];

/// One of the six dimensions of governance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// `va`: voice and accountability.
    VoiceAndAccountability,
    /// `pv`: political stability and absence of violence or terrorism.
    PoliticalStability,
    /// `ge`: government effectiveness.
    GovernmentEffectiveness,
    /// `rq`: regulatory quality.
    RegulatoryQuality,
    /// `rl`: rule of law.
    RuleOfLaw,
    /// `cc`: control of corruption.
    ControlOfCorruption,
}

/// One estimate of one vintage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GovernanceRecord {
    /// The economy.
    pub country: CountryId,
    /// The year of the estimate.
    pub year: Year,
    /// What is estimated.
    pub dimension: Dimension,
    /// About -2.5 to 2.5, higher = better governed; single precision at its source.
    pub wgi_estimate: f32,
    /// Standard error of the estimate, where printed.
    pub standard_error: Option<f32>,
    /// The update it was read from.
    pub source_id: SourceId,
}

/// Reads one update; economies are found by the World Bank's codes (scheme `wgi`, legacy codes such as `ZAR`
/// included). Rows without an estimate give no record.
///
/// # Errors
///
/// [`Error::Invalid`] with every problem: an unknown code, year, dimension or number, a repeated (code, year,
/// dimension), a code that contradicts its ISO code, a year in which one of the six dimensions has no row at all.
/// [`Error::MissingColumns`] and [`Error::Unreadable`] for a file of another layout.
pub fn read_wgi(
    file: &SourceFile,
    countries: &CountryRegister,
    source_id: &SourceId,
) -> Result<Vec<GovernanceRecord>, Error> {
    let is_publishers = file.text.lines().next().is_some_and(|header| header.contains("codeindyr"));
    let (mut reading, rows) = if is_publishers {
        read_rows::<RawEstimate>(file, "the World Bank's long table of the 2024 update", &PUBLISHER_COLUMNS)?
    } else {
        read_rows::<RawEstimate>(file, "the tidied governance table", &TIDY_COLUMNS)?
    };
    let mut keys = Keys::new("code, year and dimension");
    let mut records = Vec::with_capacity(rows.len());
    for row in &rows {
        records.extend(record(&mut reading, &mut keys, row, countries, source_id).ok().flatten());
    }
    check_dimensions(&mut reading, &records);
    records.sort_by(|a, b| (&a.country, a.year, a.dimension).cmp(&(&b.country, b.year, b.dimension)));
    reading.finish(records)
}

/// The table `governance`.
///
/// # Errors
///
/// [`Error::Unreadable`] when a column is incomplete.
pub fn governance_table(records: &[GovernanceRecord]) -> Result<RecordBatch, Error> {
    let mut table = builder("governance")?;
    for record in records {
        table
            .text(record.country.as_str())
            .year(record.year.0)
            .text(record.dimension.as_str())
            .number(f64::from(record.wgi_estimate))
            .number(record.standard_error.map(f64::from))
            .text(record.source_id.as_str());
    }
    table.finish()
}

/// Plain mean of the six estimates of `country` in `year`, higher = better governed; `None` unless all six exist,
/// and none of them twice: give the records of one vintage.
pub fn mean_of_six(records: &[GovernanceRecord], country: &CountryId, year: Year) -> Option<f64> {
    let mut estimates = BTreeMap::new();
    for record in records.iter().filter(|record| record.country == *country && record.year == year) {
        if estimates.insert(record.dimension, f64::from(record.wgi_estimate)).is_some() {
            return None;
        }
    }
    let has_all = estimates.len() == Dimension::ALL.len();
    has_all.then(|| estimates.values().sum::<f64>() / 6.0)
}

impl Dimension {
    /// Every dimension.
    pub const ALL: [Self; 6] = [
        Self::VoiceAndAccountability,
        Self::PoliticalStability,
        Self::GovernmentEffectiveness,
        Self::RegulatoryQuality,
        Self::RuleOfLaw,
        Self::ControlOfCorruption,
    ];

    /// The value that stands in the `dimension` column, the World Bank's own abbreviation.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VoiceAndAccountability => "va",
            Self::PoliticalStability => "pv",
            Self::GovernmentEffectiveness => "ge",
            Self::RegulatoryQuality => "rq",
            Self::RuleOfLaw => "rl",
            Self::ControlOfCorruption => "cc",
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Dimension {
    type Err = critmin_core::Error;
    fn from_str(name: &str) -> Result<Self, critmin_core::Error> {
        Self::ALL.into_iter().find(|dimension| dimension.as_str() == name).ok_or_else(|| {
            let nearest = nearest(name, Self::ALL.map(Self::as_str));
            critmin_core::Error::Unknown { kind: "governance dimension", found: name.to_owned(), nearest }
        })
    }
}

/// A row of either layout, exactly as it stands.
#[derive(Deserialize)]
struct RawEstimate {
    code: String,
    iso3: Option<String>,
    year: String,
    #[serde(alias = "dim")]
    indicator: String,
    estimate: String,
    #[serde(alias = "stderr")]
    stddev: String,
}

/// A cell or row that was put on the report.
struct Reported;

/// `Ok(None)` for a row without an estimate.
fn record(
    reading: &mut Reading,
    keys: &mut Keys,
    located: &Located<RawEstimate>,
    countries: &CountryRegister,
    source_id: &SourceId,
) -> Result<Option<GovernanceRecord>, Reported> {
    let (row, raw) = (located.row, &located.cells);
    let year = year(reading, row, raw.year.trim());
    let dimension = reading.known(row, "dimension", &raw.indicator, raw.indicator.trim().parse::<Dimension>());
    let country = reading.known(row, "code", &raw.code, countries.resolve("wgi", raw.code.trim(), year));
    let estimate = number(reading, row, "estimate", &raw.estimate, -LARGEST_ESTIMATE);
    let standard_error = number(reading, row, "standard error", &raw.stddev, 0.0);
    let (Some(year), Some(dimension), Some(country)) = (year, dimension, country.cloned()) else {
        return Err(Reported);
    };
    if let Some(iso3) = raw.iso3.as_deref().filter(|iso3| iso3.trim() != country.as_str()) {
        reading.problem(row, "iso3", iso3, format!("`{country}`, which code `{}` means", raw.code));
    }
    keys.is_new(reading, row, format!("{},{year},{dimension}", raw.code)).then_some(()).ok_or(Reported)?;
    let (Some(wgi_estimate), standard_error) = (estimate?, standard_error?) else { return Ok(None) };
    let source_id = source_id.clone();
    Ok(Some(GovernanceRecord { country, year, dimension, wgi_estimate, standard_error, source_id }))
}

fn year(reading: &mut Reading, row: u64, cell: &str) -> Option<Year> {
    const FIRST_YEAR: i16 = 1996;
    let year = cell.parse().ok().filter(|year| (FIRST_YEAR..2100).contains(year)).map(Year);
    if year.is_none() {
        reading.problem(row, "year", cell, format!("a year from {FIRST_YEAR} on"));
    }
    year
}

/// `Ok(None)` for a stated absence.
fn number(reading: &mut Reading, row: u64, column: &str, cell: &str, least: f32) -> Result<Option<f32>, Reported> {
    let cell = cell.trim();
    if matches!(cell, "" | ".." | "#N/A" | "nan" | "NA") {
        return Ok(None);
    }
    let number = cell.parse::<f32>().ok().filter(|number| (least..=LARGEST_ESTIMATE).contains(number));
    if number.is_none() {
        let expected = format!("a number from {least} to {LARGEST_ESTIMATE}, or `..` where there is none");
        reading.problem(row, column, cell, expected);
    }
    number.map(Some).ok_or(Reported)
}

// A sheet that a parser skipped leaves a mean of five that looks like a mean of six.
fn check_dimensions(reading: &mut Reading, records: &[GovernanceRecord]) {
    let mut years: BTreeMap<Year, BTreeSet<Dimension>> = BTreeMap::new();
    for record in records {
        years.entry(record.year).or_default().insert(record.dimension);
    }
    for (year, found) in years {
        if found.len() < Dimension::ALL.len() {
            let found = found.into_iter().map(Dimension::as_str).collect::<Vec<_>>().join(", ");
            let expected = format!("all six dimensions in {year}: `va`, `pv`, `ge`, `rq`, `rl`, `cc`");
            reading.problem(0, "dimension", &found, expected);
        }
    }
}
