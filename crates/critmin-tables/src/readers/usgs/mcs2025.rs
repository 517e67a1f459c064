//! The 2025 data release: a wide world table, UTF-8 with a byte-order mark.

use std::path::Path;

use critmin_core::{Area, CommodityId, Observation, ProductionRecord, ProductionStatistic, SourceId, Stage, Year};

use super::mcs2025_rows::{Figure, Mcs2025Row, TableFacts};
use super::value::parse_value;
use super::world::{KEY, area_name, check_not_negative, key_of, with_qualifier};
use super::{AREAS, SOURCE_2025, stages, tonnes_per_unit};
use crate::readers::Registers;
use crate::readers::text_rows::{Keys, Located, Reading, read_rows, tidy};
use crate::{Encoding, Error, SourceFile};

/// A chapter that prints the reserves of the whole group beside one member, and the words for them.
const GROUP_RESERVES: (&str, &str) = ("Platinum-Group metals", "PGM reserves");

/// Types that differ from those of the same table in one row: commodity, as printed, as in the rest of the table.
const STRAY_TYPES: &[(&str, &str, &str)] = &[
    ("Cobalt", "Mine production, estimated", "Mine production, cobalt content, estimated"),
    ("Soda ash", "Soda ash, natural, mine production", "Mine production, natural"),
];

/// A world total over two tables, which would otherwise pass for the total of the one it stands under.
const JOINT_TOTAL: (&str, &str) = (
    "World total (ilmenite and rutile, rounded)",
    "Mine production, ilmenite and rutile, titanium dioxide (TiO2) content",
);

/// Reads `MCS2025_World_Data.csv` (or `.csv.gz`).
///
/// A blank cell is withheld, not available, included elsewhere, a small bound or words, as the note beside it
/// says; without an explaining note it is not available. It is never zero.
///
/// # Errors
///
/// [`Error::Read`], [`Error::Unreadable`] and [`Error::Encoding`] for the file; [`Error::MissingColumns`] for
/// another layout; [`Error::Invalid`] with every problem of the rows.
pub fn read_mcs_2025(path: &Path, registers: &Registers) -> Result<Vec<ProductionRecord>, Error> {
    parse(&SourceFile::open(path, Encoding::Utf8)?, registers)
}

pub(super) fn parse(file: &SourceFile, registers: &Registers) -> Result<Vec<ProductionRecord>, Error> {
    let layout = "the USGS Mineral Commodity Summaries 2025 world data release";
    let (mut reading, rows) = read_rows::<Mcs2025Row>(file, layout, &Mcs2025Row::COLUMNS)?;
    let source_id = SourceId::new(SOURCE_2025)?;
    let tables = TableFacts::of(&rows);
    let mut keys = Keys::new(KEY);
    let mut records = Vec::new();
    for row in &rows {
        let Some(facts) = tables.get(&row.cells.table()) else { continue };
        let context = Context { facts, registers, source_id: &source_id };
        for record in figures(row, &context, &mut reading) {
            if keys.is_new(&mut reading, row.row, key_of(&record)) {
                records.push(record);
            }
        }
    }
    reading.finish(records)
}

/// What every figure of a row needs: its table, the spellings, and the edition.
struct Context<'a> {
    facts: &'a TableFacts,
    registers: &'a Registers,
    source_id: &'a SourceId,
}

fn figures(row: &Located<Mcs2025Row>, context: &Context<'_>, reading: &mut Reading) -> Vec<ProductionRecord> {
    let cells = &row.cells;
    if cells.source.trim() != "MCS2025" {
        reading.problem(row.row, "SOURCE", &cells.source, "`MCS2025`: other editions have readers of their own");
    }
    let area = area(row.row, cells, context.registers, reading);
    let Some((area, as_printed)) = area else { return Vec::new() };
    let figures = cells.figures(context.facts).into_iter();
    let record = figures.filter_map(|figure| record(row, &figure, (&area, as_printed.as_deref()), context, reading));
    record.collect()
}

fn record(
    Located { row, cells }: &Located<Mcs2025Row>,
    figure: &Figure<'_>,
    (area, as_printed): (&Area, Option<&str>),
    context: &Context<'_>,
    reading: &mut Reading,
) -> Option<ProductionRecord> {
    let form = form(cells, figure, context.facts);
    let commodity = commodity(*row, cells, figure, context.registers, reading);
    let stage = stage(*row, cells, figure, &form, reading);
    let (unit, why) = context.facts.unit_of(cells, figure);
    let published = observation(*row, cells, figure, &unit, reading);
    Some(ProductionRecord {
        commodity: commodity?,
        form,
        stage: stage?,
        statistic: figure.statistic,
        area: area.clone(),
        year: Year(figure.year),
        published: published?,
        tonnes_per_unit: tonnes_per_unit(&unit),
        unit,
        source_id: context.source_id.clone(),
        note: note(as_printed, why.as_deref(), figure.note),
    })
}

fn stage(row: u64, cells: &Mcs2025Row, figure: &Figure<'_>, form: &str, reading: &mut Reading) -> Option<Stage> {
    let stage = stages::stage_of(figure.statistic, form, "", &cells.commodity);
    if stage.is_none() {
        reading.problem(row, "TYPE", &cells.kind, stages::EXPECTED);
    }
    stage
}

fn observation(
    row: u64,
    cells: &Mcs2025Row,
    figure: &Figure<'_>,
    unit: &str,
    reading: &mut Reading,
) -> Option<Observation> {
    if figure.text.trim().is_empty() {
        return Some(figure.blank(unit));
    }
    let value = parse_value(figure.text, "", unit);
    let value = value.map_err(|fault| reading.problem(row, figure.column, figure.text, fault.expected())).ok()?;
    check_not_negative(row, figure.column, figure.text, &value, reading);
    Some(if figure.is_estimated(&tidy(&cells.kind)) { value.marked_estimated() } else { value })
}

fn form(cells: &Mcs2025Row, figure: &Figure<'_>, facts: &TableFacts) -> String {
    let (commodity, kind) = cells.table();
    if commodity == GROUP_RESERVES.0 && figure.statistic == ProductionStatistic::Reserves {
        return GROUP_RESERVES.1.to_owned();
    }
    if tidy(&cells.country) == JOINT_TOTAL.0 {
        return JOINT_TOTAL.1.to_owned();
    }
    let is_stray = |(of, printed, _): &&(&str, &str, &str)| *of == commodity && *printed == kind;
    let kind = STRAY_TYPES.iter().find(is_stray).map_or(kind.as_str(), |(_, _, usual)| usual);
    let kind = kind.strip_suffix(", estimated").unwrap_or(kind);
    let country = tidy(&cells.country);
    match country.split_once(" (") {
        // Two rows of one country: what tells them apart must be part of the form, or one would pass for both.
        Some((_, qualifier)) if facts.is_split(cells) && !country.starts_with("World total") => {
            format!("{kind}: {}", qualifier.trim_end_matches(')'))
        }
        _ => kind.to_owned(),
    }
}

fn commodity(
    row: u64,
    cells: &Mcs2025Row,
    figure: &Figure<'_>,
    registers: &Registers,
    reading: &mut Reading,
) -> Option<CommodityId> {
    let (commodity, kind) = cells.table();
    let is_of_group = commodity == GROUP_RESERVES.0 && figure.statistic == ProductionStatistic::Reserves;
    let text = if is_of_group { GROUP_RESERVES.1 } else { kind.as_str() };
    let found = registers.commodities.resolve(SOURCE_2025, &commodity, "TYPE", text);
    reading.known(row, "COMMODITY", &cells.commodity, found)
}

// `Congo (Kinshasa)` is a name, `Peru (exports)` a qualified one, and `World total (rounded) 10` carries a footnote
// digit: what the register knows as it stands is taken so, then without digits, then without the parenthesis.
fn area(row: u64, cells: &Mcs2025Row, registers: &Registers, reading: &mut Reading) -> Option<(Area, Option<String>)> {
    let printed = tidy(&cells.country);
    let without_digits = printed.trim_end_matches(|letter: char| letter.is_ascii_digit()).trim_end();
    let without_qualifier = without_digits.split_once(" (").map_or(without_digits, |(name, _)| name);
    let known = [&printed, without_digits, without_qualifier]
        .into_iter()
        .find_map(|spelling| registers.areas.resolve(AREAS, spelling).ok().map(|area| (area, spelling)));
    let Some((area, spelling)) = known else {
        return reading.known(
            row,
            "COUNTRY",
            &cells.country,
            registers.areas.resolve(AREAS, &printed).map(|a| (a, None)),
        );
    };
    let is_qualified = spelling != printed || area.country().is_none() && is_unusual(&area, &printed);
    Some((area, is_qualified.then(|| printed.clone())))
}

fn is_unusual(area: &Area, printed: &str) -> bool {
    let plain = printed.strip_suffix("(rounded)").map_or(printed, str::trim_end);
    !plain.eq_ignore_ascii_case(area_name(area))
}

fn note(as_printed: Option<&str>, unit: Option<&str>, note: &str) -> String {
    let note = tidy(note);
    let parts: Vec<&str> = unit.into_iter().chain(Some(note.as_str()).filter(|note| !note.is_empty())).collect();
    with_qualifier(as_printed, &parts.join(" -- "))
}
