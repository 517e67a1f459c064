//! U.S. tables of the 2026 release: salient statistics and import sources.

use std::collections::{BTreeMap, BTreeSet};

use critmin_core::{ImportSource, Observation, SalientRecord, SalientStatistic, SourceId, Year};

use super::mcs2026::Mcs2026Row;
use super::tonnes_per_unit;
use super::value::parse_value;
use super::world::{area, area_name, commodity, year};
use crate::readers::Registers;
use crate::readers::text_rows::{Keys, Located, Reading, tidy};

/// Name of the section of salient statistics.
pub(super) const SECTION: &str = "Salient Statistics—United States";
/// Name of the section of import sources.
pub(super) const IMPORT_SOURCES: &str = "Import Sources";

/// The publisher's words for a statistic, and ours.
const STATISTICS: &[(&str, SalientStatistic)] = &[
    ("Production", SalientStatistic::Production),
    ("Import", SalientStatistic::Imports),
    ("Export", SalientStatistic::Exports),
    ("Consumption", SalientStatistic::Consumption),
    ("Supply", SalientStatistic::Consumption), // aluminum: `Supply, apparent`, what is available for use
    ("Stock", SalientStatistic::Stocks),
    ("Price", SalientStatistic::Price),
    ("Net import reliance", SalientStatistic::NetImportReliance),
    ("Employment", SalientStatistic::Employment),
    ("Shipment", SalientStatistic::Shipments),
    ("Sold or used", SalientStatistic::Shipments),
    ("Sold", SalientStatistic::Shipments),
    ("Sales", SalientStatistic::Shipments),
];

/// A chapter whose salient statistics are two tables with the same row names, told apart only by their order:
/// chapter, the first row of the second table, and the words of the world tables for the two.
const TWO_TABLES: (&str, &str, [&str; 2]) =
    ("MICA (NATURAL)", "Sold or used", ["Mica (Scrap and flake)", "Mica (Sheet)"]);

pub(super) fn records<'a>(
    rows: impl Iterator<Item = &'a Located<Mcs2026Row>>,
    registers: &Registers,
    source_id: &SourceId,
    reading: &mut Reading,
) -> Vec<SalientRecord> {
    let mut keys = Keys::new("chapter, commodity, statistic, detail, unit and year");
    let mut second_table = BTreeSet::new();
    let mut occurrences: BTreeMap<_, u32> = BTreeMap::new();
    let mut records = Vec::new();
    for row in rows {
        let detail = detail_of(&row.cells, &mut second_table);
        let occurrence = occurrences.entry(published_key(&row.cells)).or_default();
        *occurrence += 1;
        if let Some(record) = record(row, detail, *occurrence, registers, source_id, reading)
            && keys.is_new(reading, row.row, key_of(&record))
        {
            records.push(record);
        }
    }
    records
}

/// Reads the shares of suppliers in U.S. imports.
pub(super) fn import_sources<'a>(
    rows: impl Iterator<Item = &'a Located<Mcs2026Row>>,
    registers: &Registers,
    source_id: &SourceId,
    reading: &mut Reading,
) -> Vec<ImportSource> {
    let mut keys = Keys::new("commodity, detail and country");
    let mut records = Vec::new();
    for row in rows {
        if let Some(record) = import_source(row, registers, source_id, reading) {
            let key = format!("{}, {}, {}", record.commodity, record.detail, area_name(&record.area));
            if keys.is_new(reading, row.row, key) {
                records.push(record);
            }
        }
    }
    records
}

fn record(
    Located { row, cells }: &Located<Mcs2026Row>,
    detail: String,
    occurrence: u32,
    registers: &Registers,
    source_id: &SourceId,
    reading: &mut Reading,
) -> Option<SalientRecord> {
    let row = *row;
    let commodity = commodity(row, cells, registers, reading);
    let statistic = statistic(row, &cells.statistic, reading);
    let year = year(row, &cells.year, reading);
    let published = parse_value(&cells.value, &cells.note(), &cells.unit)
        .map_err(|fault| reading.problem(row, "Value", &cells.value, fault.expected()));
    if tidy(&cells.country) != "United States" {
        reading.problem(row, "Country", &cells.country, "`United States` in the salient statistics");
    }
    Some(SalientRecord {
        chapter: tidy(&cells.chapter),
        commodity: commodity?,
        published_commodity: tidy(&cells.commodity),
        statistic: statistic?,
        published_statistic: tidy(&cells.statistic),
        // Wallboard is counted in area although the unit column says tons.
        tonnes_per_unit: tonnes_per_unit(&cells.unit).filter(|_| !detail.contains("square feet")),
        detail,
        published_detail: tidy(&cells.detail),
        occurrence,
        year: year?,
        printed: cells.value.trim().to_owned(),
        published: published.ok()?,
        unit: tidy(&cells.unit),
        source_id: source_id.clone(),
        note: cells.note(),
    })
}

fn import_source(
    Located { row, cells }: &Located<Mcs2026Row>,
    registers: &Registers,
    source_id: &SourceId,
    reading: &mut Reading,
) -> Option<ImportSource> {
    let row = *row;
    let commodity = commodity(row, cells, registers, reading);
    let area = area(row, cells, registers, reading);
    let years = years(row, &cells.year, reading);
    let share = parse_value(&cells.value, &cells.note(), &cells.unit)
        .map_err(|fault| reading.problem(row, "Value", &cells.value, fault.expected()));
    if cells.unit.trim() != "percent" {
        reading.problem(row, "Unit", &cells.unit, "`percent` for an import source");
    }
    let (year_from, year_to) = years?;
    Some(ImportSource {
        commodity: commodity?,
        detail: tidy(&cells.detail),
        area: area?,
        year_from,
        year_to,
        share: as_fraction(share.ok()?)?,
        source_id: source_id.clone(),
        note: cells.note(),
    })
}

/// A figure in per cent as a fraction. Divided, not multiplied by 0.01, so that 29 % becomes 0.29.
fn as_fraction(percent: Observation) -> Option<Observation> {
    const HUNDRED: f64 = 100.0;
    let of = |number: Option<f64>| number.map(|number| number / HUNDRED);
    let (value, low, high) = (of(percent.value()), of(percent.low()), of(percent.high()));
    Observation::from_parts(value, low, high, percent.flag(), percent.is_estimated()).ok()
}

fn statistic(row: u64, text: &str, reading: &mut Reading) -> Option<SalientStatistic> {
    let known = STATISTICS.iter().find(|(words, _)| *words == tidy(text)).map(|(_, statistic)| *statistic);
    if known.is_none() {
        let words = STATISTICS.iter().map(|(words, _)| format!("`{words}`")).collect::<Vec<_>>().join(", ");
        reading.problem(row, "Statistics", text, format!("one of {words}"));
    }
    known
}

// `2021–24`: the second year is printed without its century.
fn years(row: u64, text: &str, reading: &mut Reading) -> Option<(Year, Year)> {
    let ends = text.trim().split_once(['–', '-']).and_then(|(from, to)| {
        let century = from.get(..2).filter(|_| from.len() == 4 && to.len() == 2)?;
        Some((Year(from.parse().ok()?), Year(format!("{century}{to}").parse().ok()?)))
    });
    let ends = ends.filter(|(from, to)| from <= to);
    if ends.is_none() {
        reading.problem(row, "Year", text, "two years such as `2021–24`");
    }
    ends
}

fn detail_of(cells: &Mcs2026Row, second_table: &mut BTreeSet<String>) -> String {
    let detail = tidy(&cells.detail);
    let (chapter, opening, names) = TWO_TABLES;
    if tidy(&cells.chapter) != chapter {
        return detail;
    }
    if detail == opening {
        second_table.insert(cells.year.clone());
    }
    let is_second = second_table.contains(&cells.year);
    format!("{}: {detail}", names[usize::from(is_second)])
}

// The publisher's own keys, which two rows of one year may share.
fn published_key(cells: &Mcs2026Row) -> [String; 5] {
    [&cells.chapter, &cells.commodity, &cells.statistic, &cells.detail, &cells.year].map(|cell| tidy(cell))
}

fn key_of(record: &SalientRecord) -> String {
    let SalientRecord { chapter, commodity, published_statistic, detail, unit, year, .. } = record;
    format!("{chapter}, {commodity}, {published_statistic}, {detail}, {unit}, {year}")
}
