//! World tables of the 2026 release: production, capacity and reserves.

use critmin_core::{Area, Observation, ProductionRecord, ProductionStatistic, SourceId, Year};

use super::forms::Forms;
use super::mcs2026::Mcs2026Row;
use super::value::parse_value;
use super::{AREAS, SOURCE_2026, stages, tonnes_per_unit};
use crate::readers::Registers;
use crate::readers::text_rows::{Keys, Located, Reading, tidy};

/// How the name of every world table begins.
pub(super) const SECTION: &str = "World ";

/// What tells two figures of the world tables apart, in words.
pub(super) const KEY: &str = "commodity, form, stage, statistic, area and year";

pub(super) fn records(
    rows: Vec<&Located<Mcs2026Row>>,
    registers: &Registers,
    source_id: &SourceId,
    reading: &mut Reading,
) -> Vec<ProductionRecord> {
    let mut forms = Forms::default();
    for Located { cells, .. } in &rows {
        let is_total = matches!(registers.areas.resolve(AREAS, &tidy(&cells.country)), Ok(Area::WorldTotal));
        forms.add(&cells.commodity, &cells.statistic, &cells.detail, is_total);
    }
    let mut keys = Keys::new(KEY);
    let mut records = Vec::new();
    for row in rows {
        if let Some(record) = record(row, &forms, registers, source_id, reading)
            && keys.is_new(reading, row.row, key_of(&record))
        {
            records.push(record);
        }
    }
    records
}

fn record(
    Located { row, cells }: &Located<Mcs2026Row>,
    forms: &Forms,
    registers: &Registers,
    source_id: &SourceId,
    reading: &mut Reading,
) -> Option<ProductionRecord> {
    let row = *row;
    let (form, qualified) = forms.of(&cells.commodity, &cells.statistic, &cells.detail);
    let statistic = statistic(row, cells, reading);
    let commodity = commodity(row, cells, registers, reading);
    let area = area(row, cells, registers, reading);
    let year = year(row, &cells.year, reading);
    let published = observation(row, cells, reading);
    let stage = stages::stage_of(statistic?, &form, &tidy(&cells.section), &cells.commodity);
    if stage.is_none() {
        reading.problem(row, "Section", &cells.section, stages::EXPECTED);
    }
    Some(ProductionRecord {
        commodity: commodity?,
        form,
        stage: stage?,
        statistic: statistic?,
        area: area?,
        year: year?,
        published: published?,
        unit: tidy(&cells.unit),
        tonnes_per_unit: tonnes_per_unit(&cells.unit),
        source_id: source_id.clone(),
        note: with_qualifier(qualified.as_deref(), &cells.note()),
    })
}

fn observation(row: u64, cells: &Mcs2026Row, reading: &mut Reading) -> Option<Observation> {
    let published = parse_value(&cells.value, &cells.note(), &cells.unit);
    let published = published.map_err(|fault| reading.problem(row, "Value", &cells.value, fault.expected())).ok()?;
    check_not_negative(row, "Value", &cells.value, &published, reading);
    Some(published)
}

/// Notes a negative quantity: in a world table there is none.
pub(super) fn check_not_negative(row: u64, column: &str, text: &str, published: &Observation, reading: &mut Reading) {
    if [published.value(), published.low(), published.high()].into_iter().flatten().any(|number| number < 0.0) {
        reading.problem(row, column, text, "a quantity that is not negative");
    }
}

/// The note, headed by the words as printed when they qualify this row only.
pub(super) fn with_qualifier(as_printed: Option<&str>, note: &str) -> String {
    let heading = as_printed.map(|words| format!("printed as `{words}`"));
    let parts: Vec<&str> =
        heading.iter().map(String::as_str).chain(Some(note).filter(|note| !note.is_empty())).collect();
    parts.join(" -- ")
}

/// What identifies a figure of the world tables within one edition, as text.
pub(super) fn key_of(record: &ProductionRecord) -> String {
    let ProductionRecord { commodity, form, stage, statistic, area, year, .. } = record;
    format!("{commodity}, {form}, {stage}, {}, {}, {year}", statistic.as_str(), area_name(area))
}

/// The area as text: a country id, or the words for an aggregate.
pub(super) fn area_name(area: &Area) -> &str {
    match area {
        Area::Country { country } => country.as_str(),
        Area::WorldTotal => "World total",
        Area::OtherCountries => "Other countries",
        Area::CountryGroup { name } => name,
    }
}

pub(super) fn commodity(
    row: u64,
    cells: &Mcs2026Row,
    registers: &Registers,
    reading: &mut Reading,
) -> Option<critmin_core::CommodityId> {
    let found = registers.commodities.resolve(SOURCE_2026, &tidy(&cells.commodity), "Statistics_detail", &cells.detail);
    reading.known(row, "Commodity", &cells.commodity, found)
}

pub(super) fn area(row: u64, cells: &Mcs2026Row, registers: &Registers, reading: &mut Reading) -> Option<Area> {
    reading.known(row, "Country", &cells.country, registers.areas.resolve(AREAS, &tidy(&cells.country)))
}

pub(super) fn year(row: u64, text: &str, reading: &mut Reading) -> Option<Year> {
    let year = Some(text.trim()).filter(|text| text.len() == 4).and_then(|text| text.parse().ok());
    if year.is_none() {
        reading.problem(row, "Year", text, "a year of four digits");
    }
    year.map(Year)
}

fn statistic(row: u64, cells: &Mcs2026Row, reading: &mut Reading) -> Option<ProductionStatistic> {
    match cells.statistic.trim() {
        "Production" => Some(ProductionStatistic::Production),
        "Capacity" => Some(ProductionStatistic::Capacity),
        "Reserves" => Some(ProductionStatistic::Reserves),
        other => {
            reading.problem(row, "Statistics", other, "`Production`, `Capacity` or `Reserves` in a world table");
            None
        }
    }
}
