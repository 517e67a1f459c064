//! The rows of the 2025 release, and what its blanks, notes and units mean.

use std::collections::BTreeMap;

use critmin_core::{Flag, Observation, ProductionStatistic};
use serde::Deserialize;

use super::value::{explained, is_in_words};
use crate::readers::text_rows::{Located, tidy};

/// One row of the file, cell by cell.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Mcs2025Row {
    /// `MCS2025`.
    #[serde(rename = "SOURCE")]
    pub source: String,
    /// Mineral or element, often with trailing blanks.
    #[serde(rename = "COMMODITY")]
    pub commodity: String,
    /// Country or aggregate, with qualifiers and footnote digits.
    #[serde(rename = "COUNTRY")]
    pub country: String,
    /// Words for what is counted.
    #[serde(rename = "TYPE")]
    pub kind: String,
    /// Unit of production and capacity, and of reserves unless a note says otherwise.
    #[serde(rename = "UNIT_MEAS")]
    pub unit: String,
    /// Production in 2023.
    #[serde(rename = "PROD_2023")]
    pub production_2023: String,
    /// Estimated production in 2024.
    #[serde(rename = "PROD_EST_ 2024")]
    pub production_2024: String,
    /// Notes on production.
    #[serde(rename = "PROD_NOTES")]
    pub production_notes: String,
    /// Capacity in 2023.
    #[serde(rename = "CAP_2023")]
    pub capacity_2023: String,
    /// Estimated capacity in 2024.
    #[serde(rename = "CAP_EST_ 2024")]
    pub capacity_2024: String,
    /// Notes on capacity.
    #[serde(rename = "CAP_NOTES")]
    pub capacity_notes: String,
    /// Reserves in 2024.
    #[serde(rename = "RESERVES_2024")]
    pub reserves_2024: String,
    /// Notes on reserves.
    #[serde(rename = "RESERVE_NOTES")]
    pub reserve_notes: String,
}

/// One cell of a row, with what it is about.
pub(super) struct Figure<'a> {
    pub(super) statistic: ProductionStatistic,
    pub(super) year: i16,
    pub(super) column: &'static str,
    pub(super) text: &'a str,
    pub(super) note: &'a str,
}

/// What is known of a table (commodity and type) only from all of its rows.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools)] // four independent facts, not states of one thing
pub(super) struct TableFacts {
    has_capacity_2023: bool,
    has_capacity_2024: bool,
    has_reserves: bool,
    reserves_are_capacity: bool,
    unit: String,
    reserves_unit: Option<&'static str>,
    rows_of_country: BTreeMap<String, usize>,
}

impl Mcs2025Row {
    pub(super) const COLUMNS: [&'static str; 13] = [
        "SOURCE",
        "COMMODITY",
        "COUNTRY",
        "TYPE",
        "UNIT_MEAS",
        "PROD_2023",
        "PROD_EST_ 2024",
        "PROD_NOTES",
        "CAP_2023",
        "CAP_EST_ 2024",
        "CAP_NOTES",
        "RESERVES_2024",
        "RESERVE_NOTES",
    ];

    /// The table that the row belongs to.
    pub(super) fn table(&self) -> (String, String) {
        (tidy(&self.commodity), tidy(&self.kind))
    }

    /// The cells that say something. A column that is empty through a whole table is no part of it, and a table of
    /// capacities prints them in the production columns when it has no others (clinker).
    pub(super) fn figures(&self, facts: &TableFacts) -> Vec<Figure<'_>> {
        use ProductionStatistic::{Capacity, Production, Reserves};
        let kind = self.kind.to_lowercase();
        let has_capacity = facts.has_capacity_2023 || facts.has_capacity_2024;
        let is_capacity = kind.contains("capacity");
        let is_flow = !(kind.starts_with("reserves") || is_capacity && has_capacity);
        let flow = if is_capacity { Capacity } else { Production };
        let has_reserves = facts.has_reserves && !facts.reserves_are_capacity;
        let columns = [
            (is_flow, flow, 2023, "PROD_2023", &self.production_2023, &self.production_notes),
            (is_flow, flow, 2024, "PROD_EST_ 2024", &self.production_2024, &self.production_notes),
            (facts.has_capacity_2023, Capacity, 2023, "CAP_2023", &self.capacity_2023, &self.capacity_notes),
            (facts.has_capacity_2024, Capacity, 2024, "CAP_EST_ 2024", &self.capacity_2024, &self.capacity_notes),
            (has_reserves, Reserves, 2024, "RESERVES_2024", &self.reserves_2024, &self.reserve_notes),
        ];
        let present = columns.into_iter().filter(|(is_present, ..)| *is_present);
        present.map(|(_, statistic, year, column, text, note)| Figure { statistic, year, column, text, note }).collect()
    }
}

impl Figure<'_> {
    /// Whether the publisher marks the figure as estimated.
    ///
    /// The columns of 2024 are estimates by their name; a note `reported` takes that back for a capacity, which
    /// has one column, and for production speaks of 2023, where a type that ends in `estimated` marks the rest.
    pub(super) fn is_estimated(&self, kind: &str) -> bool {
        let note = self.note.trim().trim_end_matches('.').to_lowercase();
        let is_reported =
            ["reported", "reproted"].iter().any(|word| note == *word || note.ends_with(&format!(", {word}")));
        match (self.statistic, self.year) {
            (ProductionStatistic::Reserves, _) => note.starts_with("estimated"),
            (ProductionStatistic::Production, 2024) => true,
            (ProductionStatistic::Capacity, 2024) => !is_reported,
            _ => note.starts_with("estimated") || kind.ends_with("estimated") && !is_reported,
        }
    }

    /// What a blank cell means: only the note beside it can tell, and without one the figure is not available.
    pub(super) fn blank(&self, unit: &str) -> Observation {
        let note = tidy(self.note).to_lowercase();
        if note == "w" || note.starts_with("w for") {
            return Observation::absent(Flag::Withheld);
        }
        if note == "xx" {
            return Observation::absent(Flag::NotMeaningful);
        }
        if is_in_words(&note) {
            return Observation::absent(Flag::Qualitative);
        }
        explained(&note, unit).unwrap_or_else(|| Observation::absent(Flag::NotAvailable))
    }
}

impl TableFacts {
    /// The facts of every table of the file.
    pub(super) fn of(rows: &[Located<Mcs2025Row>]) -> BTreeMap<(String, String), Self> {
        let mut tables: BTreeMap<_, Self> = BTreeMap::new();
        for Located { cells, .. } in rows {
            tables.entry(cells.table()).or_default().add(cells);
        }
        tables
    }

    /// The unit of a figure, and why it is not the one printed beside it.
    pub(super) fn unit_of(&self, row: &Mcs2025Row, figure: &Figure<'_>) -> (String, Option<String>) {
        let printed = tidy(&row.unit);
        let unit = match (figure.statistic, self.reserves_unit) {
            (ProductionStatistic::Reserves, Some(unit)) => unit,
            _ if IN_THOUSANDS.contains(&tidy(&row.commodity).as_str()) => "thousand metric tons",
            _ => &self.unit,
        };
        let why = (unit != printed).then(|| format!("unit printed as `{printed}`"));
        (unit.to_owned(), why)
    }

    /// Whether the table prints one country in several rows that only their qualifiers tell apart, as
    /// `United States (extracted from natural gas)` and `United States (from Cliffside Field)`.
    pub(super) fn is_split(&self, row: &Mcs2025Row) -> bool {
        1 < self.rows_of_country.get(&bare_country(row)).copied().unwrap_or_default()
    }

    fn add(&mut self, row: &Mcs2025Row) {
        *self.rows_of_country.entry(bare_country(row)).or_default() += 1;
        let is_there = |cell: &str, note: &str| !(cell.trim().is_empty() && note.trim().is_empty());
        self.has_capacity_2023 |= is_there(&row.capacity_2023, "");
        self.has_capacity_2024 |= is_there(&row.capacity_2024, &row.capacity_notes);
        self.has_reserves |= is_there(&row.reserves_2024, &row.reserve_notes);
        self.reserves_are_capacity |= row.reserve_notes.contains("not a reserve");
        if self.unit.is_empty() {
            self.unit = tidy(&row.unit);
        }
        let note = row.reserve_notes.to_lowercase();
        let units = [(", million metric tons", "million metric tons"), ("data is thousand", "thousand metric tons")];
        let told = units.iter().find(|(words, _)| note.contains(words));
        self.reserves_unit = self.reserves_unit.or(told.map(|(_, unit)| *unit));
    }
}

fn bare_country(row: &Mcs2025Row) -> String {
    let name = tidy(&row.country);
    name.split_once(" (").map_or(name.as_str(), |(bare, _)| bare).to_owned()
}

// The unit column of these chapters says `metric tons` (and once nothing); their figures are thousands of tons, as in
// the 2026 release, which prints the same magnitudes with that unit. The note of each figure tells the unit printed.
const IN_THOUSANDS: &[&str] = &["Titanium Mineral Concentrates", "Sand and gravel (industrial)"];
