//! Which governments restrict trade, since when? The project's own list of export-control events.
//!
//! Only events with `verified = yes` may support a published statement: [`verified`] keeps those.

use std::path::Path;

use arrow::array::RecordBatch;
use chrono::NaiveDate;
use critmin_core::{CommodityId, CountryId, PolicyMeasure, Suspension};
use serde::{Deserialize, Serialize};

use super::Registers;
use super::text_rows::{Keys, Located, Reading, builder, read_rows, tidy};
use crate::{Encoding, Error, SourceFile};

/// Id of the list.
pub const SOURCE_ID: &str = "critmin-policy-events";
/// Scheme of the names of goods and of bodies (`WLD`, `WTO`).
const SCHEME: &str = "policy";

const COLUMNS: [&str; 14] = [
    "date_announced",
    "date_effective",
    "date_end",
    "suspended_from",
    "suspended_until",
    "imposer",
    "target",
    "commodities",
    "hs6_hint",
    "instrument",
    "reference",
    "verified",
    "source_url",
    "note",
];

/// One row of `export_control_events.csv`, in the order of its columns.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PolicyEventRow {
    /// ISO date.
    pub date_announced: String,
    /// ISO date.
    pub date_effective: String,
    /// ISO date; blank when no end is known.
    pub date_end: String,
    /// ISO date; blank when not suspended.
    pub suspended_from: String,
    /// ISO date; blank when open.
    pub suspended_until: String,
    /// ISO 3166-1 alpha-3, or `WTO`.
    pub imposer: String,
    /// ISO 3166-1 alpha-3, or `WLD`.
    pub target: String,
    /// Names of goods, separated by `;`.
    pub commodities: String,
    /// HS 2022 codes, separated by `;`.
    pub hs6_hint: String,
    /// Kind of measure.
    pub instrument: String,
    /// Document number.
    pub reference: String,
    /// `yes`, `partly` or `no`.
    pub verified: String,
    /// Page of the document.
    pub source_url: String,
    /// Caveat.
    pub note: String,
}

/// Whether an event was checked against its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verified {
    /// Date, number and substance agree with a summary of the document.
    Yes,
    /// Some of it agrees.
    Partly,
    /// From general knowledge.
    No,
}

/// One event of the list: the measure and what the list says beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyEvent {
    /// The measure, with the names of the goods as the list has them.
    pub measure: PolicyMeasure,
    /// The goods that are commodities of ours, in the order of the list, each once.
    pub commodity_ids: Vec<CommodityId>,
    /// Codes of HS 2022 in which the goods may be found; not the legal scope.
    pub hs6_hint: Vec<String>,
    /// Whether it was checked.
    pub verified: Verified,
}

/// Reads `export_control_events.csv`, every row whatever its `verified`.
///
/// # Errors
///
/// [`Error::Read`], [`Error::Unreadable`] and [`Error::Encoding`] for the file; [`Error::MissingColumns`] for
/// another layout; [`Error::Invalid`] with every problem of the rows, reversed dates among them.
pub fn read_policy_events(path: &Path, registers: &Registers) -> Result<Vec<PolicyEvent>, Error> {
    parse(&SourceFile::open(path, Encoding::Utf8)?, registers)
}

/// The events that may support a published statement.
pub fn verified(events: &[PolicyEvent]) -> Vec<PolicyEvent> {
    events.iter().filter(|event| event.verified == Verified::Yes).cloned().collect()
}

/// The table `policy_measures`, sorted by the day of announcement and the document number.
///
/// # Errors
///
/// [`Error::Unreadable`] when a required cell is absent.
pub fn policy_measures_table(events: &[PolicyEvent]) -> Result<RecordBatch, Error> {
    let mut rows: Vec<&PolicyEvent> = events.iter().collect();
    rows.sort_by_key(|event| (event.measure.announced, &event.measure.reference));
    let mut table = builder("policy_measures")?;
    for PolicyEvent { measure, commodity_ids, hs6_hint, .. } in rows {
        let ids: Vec<&str> = commodity_ids.iter().map(CommodityId::as_str).collect();
        table.date(measure.announced).date(measure.effective).date(measure.ended);
        table.date(measure.suspension.map(|pause| pause.from));
        table.date(measure.suspension.and_then(|pause| pause.until));
        table.text(measure.imposer.as_str()).text(measure.target.as_str());
        table.text(measure.commodities.join("; ").as_str()).text(ids.join(";").as_str());
        table.text(hs6_hint.join(";").as_str()).text(measure.instrument.as_str()).text(measure.reference.as_str());
        table.text(measure.source_url.as_str()).text(measure.note.as_str()).text(SOURCE_ID);
    }
    table.finish()
}

fn parse(file: &SourceFile, registers: &Registers) -> Result<Vec<PolicyEvent>, Error> {
    let (mut reading, rows) = read_rows::<PolicyEventRow>(file, "the project's list of policy events", &COLUMNS)?;
    let mut keys = Keys::new("day of announcement and reference");
    let mut events = Vec::new();
    for row in &rows {
        let key = format!("{}, {}", row.cells.date_announced.trim(), tidy(&row.cells.reference));
        let event = event(row, registers, &mut reading);
        if keys.is_new(&mut reading, row.row, key) {
            events.extend(event);
        }
    }
    reading.finish(events)
}

fn event(
    Located { row, cells }: &Located<PolicyEventRow>,
    registers: &Registers,
    reading: &mut Reading,
) -> Option<PolicyEvent> {
    let verified = verified_of(*row, &cells.verified, reading);
    let hs6_hint = codes(*row, &cells.hs6_hint, reading);
    let measure = measure(*row, cells, registers, reading)?;
    let commodity_ids = commodity_ids(&cells.commodities, registers);
    Some(PolicyEvent { measure, commodity_ids, hs6_hint, verified: verified? })
}

fn measure(row: u64, cells: &PolicyEventRow, registers: &Registers, reading: &mut Reading) -> Option<PolicyMeasure> {
    let announced = day(row, "date_announced", &cells.date_announced, reading);
    let effective = day(row, "date_effective", &cells.date_effective, reading);
    let ended = optional_day(row, "date_end", &cells.date_end, reading);
    let from = optional_day(row, "suspended_from", &cells.suspended_from, reading);
    let until = optional_day(row, "suspended_until", &cells.suspended_until, reading);
    in_order(row, ("date_announced", announced), ("date_effective", effective), reading);
    in_order(row, ("date_effective", effective), ("date_end", ended), reading);
    in_order(row, ("suspended_from", from), ("suspended_until", until), reading);
    check_body(row, "imposer", &cells.imposer, registers, reading);
    check_body(row, "target", &cells.target, registers, reading);
    Some(PolicyMeasure {
        announced: announced?,
        effective: effective?,
        ended,
        suspension: from.map(|from| Suspension { from, until }),
        imposer: cells.imposer.trim().to_owned(),
        target: cells.target.trim().to_owned(),
        commodities: outside_parentheses(&cells.commodities),
        instrument: tidy(&cells.instrument),
        reference: tidy(&cells.reference),
        source_url: cells.source_url.trim().to_owned(),
        note: tidy(&cells.note),
    })
}

fn day(row: u64, column: &str, text: &str, reading: &mut Reading) -> Option<NaiveDate> {
    let day = text.trim().parse().ok();
    if day.is_none() {
        reading.problem(row, column, text, "a day such as `2024-12-03`");
    }
    day
}

fn optional_day(row: u64, column: &str, text: &str, reading: &mut Reading) -> Option<NaiveDate> {
    if text.trim().is_empty() { None } else { day(row, column, text, reading) }
}

fn in_order(
    row: u64,
    (first_column, first): (&str, Option<NaiveDate>),
    (column, day): (&str, Option<NaiveDate>),
    reading: &mut Reading,
) {
    if let (Some(first), Some(day)) = (first, day)
        && day < first
    {
        reading.problem(row, column, &day.to_string(), format!("a day not before `{first_column}` ({first})"));
    }
}

fn check_body(row: u64, column: &str, text: &str, registers: &Registers, reading: &mut Reading) {
    let text = text.trim();
    let is_country = CountryId::new(text).is_ok_and(|id| registers.areas.countries().get(&id).is_some());
    if !is_country && registers.areas.resolve(SCHEME, text).is_err() {
        reading.problem(row, column, text, "ISO 3166-1 alpha-3 of a known country, `WLD` or `WTO`");
    }
}

fn verified_of(row: u64, text: &str, reading: &mut Reading) -> Option<Verified> {
    match text.trim() {
        "yes" => Some(Verified::Yes),
        "partly" => Some(Verified::Partly),
        "no" => Some(Verified::No),
        other => {
            reading.problem(row, "verified", other, "`yes`, `partly` or `no`");
            None
        }
    }
}

fn codes(row: u64, text: &str, reading: &mut Reading) -> Vec<String> {
    let codes: Vec<String> = text.split(';').map(tidy).filter(|code| !code.is_empty()).collect();
    for code in codes.iter().filter(|code| code.len() != 6 || code.parse::<u32>().is_err()) {
        reading.problem(row, "hs6_hint", code, "HS codes of six digits, separated by `;`");
    }
    codes
}

// `graphite (high-purity artificial; natural flake/spherical)` is one entry, with a separator inside.
fn outside_parentheses(text: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let split = |letter: char| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ';' && depth == 0
    };
    text.split(split).map(tidy).filter(|name| !name.is_empty()).collect()
}

// The aliases know the pieces on both sides of every separator, those inside parentheses too.
fn commodity_ids(text: &str, registers: &Registers) -> Vec<CommodityId> {
    let mut ids: Vec<CommodityId> = Vec::new();
    for name in text.split(';').map(tidy) {
        if let Ok(id) = registers.commodities.register().resolve(SCHEME, &name)
            && !ids.contains(id)
        {
            ids.push(id.clone());
        }
    }
    ids
}

#[cfg(test)]
mod tests;
