//! Annex 6: uses of each material, with sector and value added.

use std::collections::BTreeMap;
use std::path::Path;

use critmin_core::{CommodityId, Observation, SourceId};
use serde::{Deserialize, Serialize};

use super::shares::percent;
use super::{SOURCE_ID, commodity};
use crate::readers::Registers;
use crate::readers::text_rows::{Located, Reading, read_rows, tidy};
use crate::{Encoding, Error, SourceFile};

/// One row of `fact_MaterialUseShares.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EuUseShareRow {
    /// Material.
    #[serde(rename = "Material")]
    pub material: String,
    /// Use.
    #[serde(rename = "Application")]
    pub application: String,
    /// Per cent as text: `13%`, `>0%`.
    #[serde(rename = "Share")]
    pub share: String,
    /// NACE Rev. 2 sector; blank for some `Other…` rows.
    #[serde(rename = "NACE sector")]
    pub nace_sector: String,
    /// Value added of the sector; blank where the sector is.
    #[serde(rename = "VA in million €")]
    pub value_added: String,
}

/// One use of a material.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EuUseShare {
    /// The Commission's word.
    pub material: String,
    /// Our commodity.
    pub commodity: CommodityId,
    /// Use.
    pub application: String,
    /// The share as printed.
    pub printed: String,
    /// Share of the material's use, fraction; a lower bound where it is printed as `>0%`.
    pub use_share: Observation,
    /// NACE Rev. 2 sector, where one is given.
    pub nace_sector: Option<String>,
    /// Value added of the sector \[million EUR\], where one is given.
    pub value_added_million_eur: Option<f64>,
    /// Anomalies of the row: a duplicate, the value added of another sector, shares that do not sum to 100 %.
    pub note: String,
    /// The edition it was read from.
    pub source_id: SourceId,
}

/// Reads `fact_MaterialUseShares.csv`. A duplicated row is kept and noted: the source has one.
///
/// # Errors
///
/// [`Error::Read`], [`Error::Unreadable`] and [`Error::Encoding`] for the file; [`Error::MissingColumns`] for
/// another layout; [`Error::Invalid`] with every problem of the rows.
pub fn read_eu_use_shares(path: &Path, registers: &Registers) -> Result<Vec<EuUseShare>, Error> {
    parse(&SourceFile::open(path, Encoding::Windows1252)?, registers)
}

fn parse(file: &SourceFile, registers: &Registers) -> Result<Vec<EuUseShare>, Error> {
    let layout = "the EU 2023 study, Annex 6 (use shares)";
    let columns = ["Material", "Application", "Share", "NACE sector", "VA in million €"];
    let (mut reading, rows) = read_rows::<EuUseShareRow>(file, layout, &columns)?;
    let source_id = SourceId::new(SOURCE_ID)?;
    let mut records = Vec::new();
    for row in &rows {
        records.extend(use_share(row, registers, &source_id, &mut reading));
    }
    note_anomalies(&mut records);
    reading.finish(records)
}

fn use_share(
    Located { row, cells }: &Located<EuUseShareRow>,
    registers: &Registers,
    source_id: &SourceId,
    reading: &mut Reading,
) -> Option<EuUseShare> {
    let material = tidy(&cells.material);
    let commodity = commodity(*row, &material, "", registers, reading);
    let use_share = percent(*row, &cells.share, reading);
    let value_added = match cells.value_added.trim() {
        "" => Some(None),
        text => reading.number(*row, "VA in million €", text).map(Some),
    };
    Some(EuUseShare {
        material,
        commodity: commodity?,
        application: tidy(&cells.application),
        printed: cells.share.trim().to_owned(),
        use_share: use_share?,
        nace_sector: Some(tidy(&cells.nace_sector)).filter(|sector| !sector.is_empty()),
        value_added_million_eur: value_added?,
        note: String::new(),
        source_id: source_id.clone(),
    })
}

fn note_anomalies(records: &mut [EuUseShare]) {
    let usual = usual_value_added(records);
    let sums = sums_of_shares(records);
    for index in 0..records.len() {
        let (earlier, rest) = records.split_at_mut(index);
        let Some(record) = rest.first_mut() else { continue };
        let mut notes = Vec::new();
        if earlier.iter().any(|other| is_same_use(other, record)) {
            notes.push("duplicate of an earlier row".to_owned());
        }
        notes.extend(sector_note(record, &usual));
        if let Some(sum) = sums.get(&record.material).filter(|sum| (**sum - 1.0).abs() > SUM_TOLERANCE) {
            notes.push(format!("the printed shares of this material sum to {:.0} %", sum * 100.0));
        }
        record.note = notes.join("; ");
    }
}

/// How far the printed shares of a material may sum from 1 before it is noted: rounding alone explains less.
const SUM_TOLERANCE: f64 = 0.0301;

fn is_same_use(a: &EuUseShare, b: &EuUseShare) -> bool {
    let key = |row: &EuUseShare| {
        (row.material.clone(), row.application.clone(), row.nace_sector.clone(), row.printed.clone())
    };
    key(a) == key(b)
}

fn sector_note(record: &EuUseShare, usual: &BTreeMap<String, f64>) -> Option<String> {
    let Some(sector) = &record.nace_sector else {
        return Some("neither sector nor value added in the source".to_owned());
    };
    let expected = usual.get(sector)?;
    let differs = record.value_added_million_eur.is_some_and(|value| value.total_cmp(expected).is_ne());
    differs.then(|| format!("value added of another sector: every other row of this sector has {expected}"))
}

// The value added that most rows of a sector carry; of two equally frequent ones, the smaller.
fn usual_value_added(records: &[EuUseShare]) -> BTreeMap<String, f64> {
    let mut counts: BTreeMap<String, Vec<(f64, usize)>> = BTreeMap::new();
    for record in records {
        let (Some(sector), Some(value)) = (&record.nace_sector, record.value_added_million_eur) else { continue };
        let values = counts.entry(sector.clone()).or_default();
        match values.iter_mut().find(|(known, _)| known.total_cmp(&value).is_eq()) {
            Some((_, count)) => *count += 1,
            None => values.push((value, 1)),
        }
    }
    let most = |values: Vec<(f64, usize)>| {
        values.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.total_cmp(&a.0))).map(|(value, _)| value)
    };
    counts.into_iter().filter_map(|(sector, values)| Some((sector, most(values)?))).collect()
}

fn sums_of_shares(records: &[EuUseShare]) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    for record in records {
        *sums.entry(record.material.clone()).or_default() += record.use_share.value().unwrap_or_default();
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_registers::registers;

    fn read(rows: &str) -> Result<Vec<EuUseShare>, Error> {
        let mut bytes = b"Material,Application,Share,NACE sector,VA in million \x80\n".to_vec();
        bytes.extend_from_slice(rows.as_bytes());
        parse(&SourceFile::decode("uses.csv", bytes, Encoding::Windows1252)?, &registers())
    }

    #[test]
    fn anomalies_are_kept_and_noted() {
        let rows = "Gallium,Chips,80%,\"C26 - Manufacture of\ncomputers\",132361\n\
                    Antimony,Chips,50%,\"C26 - Manufacture of\ncomputers\",132361\n\
                    Antimony,Cars,37%,\"C26 - Manufacture of\ncomputers\",5\n\
                    Gallium,Other,>0%,,\nAntimony,Cars,37%,\"C26 - Manufacture of\ncomputers\",5\n";
        let records = read(&format!("{rows}Bauxite,Chips,100%,\"C26 - Manufacture of\ncomputers\",132361\n")).unwrap();
        assert_eq!(records[0].nace_sector.as_deref(), Some("C26 - Manufacture of computers"));
        assert_eq!(records[0].note, "the printed shares of this material sum to 80 %");
        let other = "value added of another sector: every other row of this sector has 132361";
        let sum = "the printed shares of this material sum to 124 %";
        assert_eq!(records[2].note, format!("{other}; {sum}"));
        assert_eq!(records[4].note, format!("duplicate of an earlier row; {other}; {sum}"));
        assert_eq!(records[3].use_share, Observation::at_least(0.0));
        assert_eq!(records[5].note, "");
    }
}
