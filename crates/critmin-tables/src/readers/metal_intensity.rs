//! How much metal does a technology hold? The database of the premise project: mean, median and range over studies.

use std::path::Path;

use arrow::array::RecordBatch;
use critmin_core::{CommodityId, SourceId, Year};
use serde::{Deserialize, Serialize};

use super::Registers;
use super::text_rows::{Keys, Located, Reading, builder, read_rows, tidy};
use crate::{Encoding, Error, SourceFile};

/// Id of the edition.
pub const SOURCE_ID: &str = "premise-metals-db";
/// Scheme of the metal names.
const COMMODITIES: &str = "premise";

/// One row of `metals_db.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MetalIntensityRow {
    /// Metal, alloy or mineral.
    pub metal: String,
    /// `kg/MW`, `kg metal/kg vehicle` or `kg metal/kg motor`.
    pub unit: String,
    /// `2020.0` or `2050.0`.
    pub year: String,
    /// Mean over the studies.
    pub mean: String,
    /// Median over the studies.
    pub median: String,
    /// Smallest value.
    pub min: String,
    /// Largest value.
    pub max: String,
    /// Technology.
    pub origin_var: String,
}

/// Metal content of one technology, all numbers in `unit`. A zero is a reported zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetalIntensity {
    /// The metal as printed.
    pub metal: String,
    /// Our commodity.
    pub commodity: CommodityId,
    /// Energy or vehicle technology.
    pub technology: String,
    /// 2020, or the assumption for 2050.
    pub year: Year,
    /// Mass per unit of technology; per kilogram of *motor* or *vehicle*, not per vehicle.
    pub unit: String,
    /// Mean over the studies.
    pub mean: f64,
    /// Median over the studies.
    pub median: f64,
    /// Smallest value.
    pub minimum: f64,
    /// Largest value.
    pub maximum: f64,
    /// The edition it was read from.
    pub source_id: SourceId,
}

/// Reads `metals_db.csv`.
///
/// # Errors
///
/// [`Error::Read`], [`Error::Unreadable`] and [`Error::Encoding`] for the file; [`Error::MissingColumns`] for
/// another layout; [`Error::Invalid`] with every problem of the rows.
pub fn read_metal_intensities(path: &Path, registers: &Registers) -> Result<Vec<MetalIntensity>, Error> {
    parse(&SourceFile::open(path, Encoding::Utf8)?, registers)
}

/// The table `metal_intensities`, sorted by metal, technology, year and unit.
///
/// # Errors
///
/// [`Error::Unreadable`] when a required cell is absent.
pub fn metal_intensities_table(records: &[MetalIntensity]) -> Result<RecordBatch, Error> {
    let mut rows: Vec<&MetalIntensity> = records.iter().collect();
    rows.sort_by_key(|row| (&row.metal, &row.technology, row.year, &row.unit));
    let mut table = builder("metal_intensities")?;
    for row in rows {
        table.text(row.metal.as_str()).text(row.commodity.as_str()).text(row.technology.as_str());
        table.year(row.year.0).text(row.unit.as_str());
        table.number(row.mean).number(row.median).number(row.minimum).number(row.maximum);
        table.text(row.source_id.as_str());
    }
    table.finish()
}

fn parse(file: &SourceFile, registers: &Registers) -> Result<Vec<MetalIntensity>, Error> {
    let layout = "premise's metals_db.csv";
    let columns = ["metal", "unit", "year", "mean", "median", "min", "max", "origin_var"];
    let (mut reading, rows) = read_rows::<MetalIntensityRow>(file, layout, &columns)?;
    let source_id = SourceId::new(SOURCE_ID)?;
    let mut keys = Keys::new("metal, technology, year and unit");
    let mut records = Vec::new();
    for row in &rows {
        let MetalIntensityRow { metal, origin_var, year, unit, .. } = &row.cells;
        let key = [metal, origin_var, year, unit].map(|cell| tidy(cell)).join(", ");
        let record = intensity(row, registers, &source_id, &mut reading);
        if record.as_ref().is_some_and(|record| !record.is_ordered()) {
            reading.problem(row.row, "", metal, "min ≤ mean ≤ max and min ≤ median ≤ max");
        }
        if keys.is_new(&mut reading, row.row, key) {
            records.extend(record);
        }
    }
    reading.finish(records)
}

fn intensity(
    Located { row, cells }: &Located<MetalIntensityRow>,
    registers: &Registers,
    source_id: &SourceId,
    reading: &mut Reading,
) -> Option<MetalIntensity> {
    let row = *row;
    let metal = tidy(&cells.metal);
    let found = registers.commodities.register().resolve(COMMODITIES, &metal).cloned();
    let commodity = reading.known(row, "metal", &metal, found);
    let year = cells.year.trim().trim_end_matches(".0").parse().ok().map(Year);
    if year.is_none() {
        reading.problem(row, "year", &cells.year, "a year such as `2020.0`");
    }
    let numbers = [("mean", &cells.mean), ("median", &cells.median), ("min", &cells.min), ("max", &cells.max)]
        .map(|(column, text)| quantity(row, column, text, reading));
    let [mean, median, minimum, maximum] = numbers;
    Some(MetalIntensity {
        metal,
        commodity: commodity?,
        technology: tidy(&cells.origin_var),
        year: year?,
        unit: tidy(&cells.unit),
        mean: mean?,
        median: median?,
        minimum: minimum?,
        maximum: maximum?,
        source_id: source_id.clone(),
    })
}

fn quantity(row: u64, column: &str, text: &str, reading: &mut Reading) -> Option<f64> {
    let number = reading.number(row, column, text)?;
    if number < 0.0 {
        reading.problem(row, column, text, "a quantity that is not negative");
    }
    Some(number)
}

impl MetalIntensity {
    fn is_ordered(&self) -> bool {
        let range = self.minimum..=self.maximum;
        range.contains(&self.mean) && range.contains(&self.median)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_registers::registers;

    fn read(rows: &str) -> Result<Vec<MetalIntensity>, Error> {
        let text = format!("metal,unit,year,mean,median,min,max,origin_var\n{rows}");
        parse(&SourceFile::decode("metals.csv", text.into_bytes(), Encoding::Utf8)?, &registers())
    }

    #[test]
    fn line_breaks_inside_cells_are_trimmed() {
        let records =
            read("Gallium,kg/MW,2020.0,17.0,6.2,2.3,\"124\n\",CIGS\nGallium,kg/MW,2050.0,0,0,0,0,CIGS\n").unwrap();
        assert_eq!((records[0].maximum, records[0].year), (124.0, Year(2020)));
        assert!(records[1].maximum.abs() < f64::EPSILON);
    }

    #[test]
    fn impossible_ranges_are_told() {
        let message = read("Gallium,kg/MW,2020.0,-1,6.2,2.3,3.1,CIGS\n").unwrap_err().to_string();
        assert!(message.contains("found `-1`, expected a quantity that is not negative"), "{message}");
        assert!(message.contains("row 2: found `Gallium`, expected min ≤ mean ≤ max"), "{message}");
    }
}
