//! European Commission, Study on the critical raw materials for the EU 2023: annex tables as extracted.
//!
//! Windows-1252, with line breaks inside quoted cells. Anomalies of the tables are kept as published: a share
//! without its per cent sign stays in `printed`, and rows of the use table are flagged in their `note`.

mod shares;
mod tables;
mod uses;

use std::path::Path;

use critmin_core::{CommodityId, SourceId, Year};
use serde::{Deserialize, Serialize};

use super::Registers;
use super::text_rows::{Keys, Located, Reading, read_rows, tidy};
use crate::{Encoding, Error, SourceFile};

pub use shares::{EuScope, EuStage, EuSupplyShare, EuSupplyShareRow, read_eu_supply_shares};
pub use tables::{eu_assessments_table, eu_supply_shares_table, eu_use_shares_table};
pub use uses::{EuUseShare, EuUseShareRow, read_eu_use_shares};

/// Id of the study, and scheme of its material names.
pub const SOURCE_ID: &str = "eu-crm-2023";
const AREAS: &str = "eu";

/// One row of `dimension_CRMsOverTime.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EuAssessmentRow {
    /// Material, or one of the groups `HREEs`, `LREEs`, `PGMs`.
    #[serde(rename = "Material")]
    pub material: String,
    /// Year of the assessment.
    #[serde(rename = "Year")]
    pub year: String,
    /// Supply risk; `-` when not assessed.
    #[serde(rename = "SR")]
    pub supply_risk: String,
    /// Economic importance; `-` when not assessed.
    #[serde(rename = "EI")]
    pub economic_importance: String,
}

/// Supply risk and economic importance of one material in one assessment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EuAssessment {
    /// The Commission's word.
    pub material: String,
    /// Our commodity.
    pub commodity: CommodityId,
    /// Year of the assessment.
    pub year: Year,
    /// Supply risk, printed to one decimal; absent when not assessed; higher = riskier.
    pub supply_risk: Option<f64>,
    /// Economic importance, printed to one decimal; absent when not assessed; higher = more important.
    pub economic_importance: Option<f64>,
    /// The edition it was read from.
    pub source_id: SourceId,
}

/// Reads `dimension_CRMsOverTime.csv`: assessments of 2011, 2014, 2017, 2020 and 2023.
///
/// # Errors
///
/// [`Error::Read`], [`Error::Unreadable`] and [`Error::Encoding`] for the file; [`Error::MissingColumns`] for
/// another layout; [`Error::Invalid`] with every problem of the rows.
pub fn read_eu_assessments(path: &Path, registers: &Registers) -> Result<Vec<EuAssessment>, Error> {
    parse(&SourceFile::open(path, Encoding::Windows1252)?, registers)
}

fn parse(file: &SourceFile, registers: &Registers) -> Result<Vec<EuAssessment>, Error> {
    let layout = "the EU 2023 study, Annex 4 (supply risk and economic importance over time)";
    let (mut reading, rows) = read_rows::<EuAssessmentRow>(file, layout, &["Material", "Year", "SR", "EI"])?;
    let source_id = SourceId::new(SOURCE_ID)?;
    let mut keys = Keys::new("material and year");
    let mut records = Vec::new();
    for row in &rows {
        let key = format!("{}, {}", tidy(&row.cells.material), row.cells.year.trim());
        let record = assessment(row, registers, &source_id, &mut reading);
        if keys.is_new(&mut reading, row.row, key) {
            records.extend(record);
        }
    }
    reading.finish(records)
}

fn assessment(
    Located { row, cells }: &Located<EuAssessmentRow>,
    registers: &Registers,
    source_id: &SourceId,
    reading: &mut Reading,
) -> Option<EuAssessment> {
    let material = tidy(&cells.material);
    let commodity = commodity(*row, &material, "", registers, reading);
    let year = cells.year.trim().parse().ok().map(Year);
    if year.is_none() {
        reading.problem(*row, "Year", &cells.year, "a year of four digits");
    }
    let supply_risk = assessed(*row, "SR", &cells.supply_risk, reading);
    let economic_importance = assessed(*row, "EI", &cells.economic_importance, reading);
    Some(EuAssessment {
        material,
        commodity: commodity?,
        year: year?,
        supply_risk: supply_risk?,
        economic_importance: economic_importance?,
        source_id: source_id.clone(),
    })
}

// The outer absence is a problem, the inner one the dash of a material that was not assessed.
#[expect(clippy::option_option)]
fn assessed(row: u64, column: &str, text: &str, reading: &mut Reading) -> Option<Option<f64>> {
    if text.trim() == "-" { Some(None) } else { reading.number(row, column, text).map(Some) }
}

fn commodity(
    row: u64,
    material: &str,
    stage: &str,
    registers: &Registers,
    reading: &mut Reading,
) -> Option<CommodityId> {
    let found = registers.commodities.resolve(SOURCE_ID, material, "Stage", stage);
    reading.known(row, "Material", material, found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_registers::registers;

    fn read(text: &str) -> Result<Vec<EuAssessment>, Error> {
        let file = SourceFile::decode("eu.csv", text.as_bytes().to_vec(), Encoding::Windows1252)?;
        parse(&file, &registers())
    }

    #[test]
    fn a_dash_is_not_assessed() {
        let records = read("Material,Year,SR,EI\nGallium,2023,3.9,3.7\nBauxite,2023,-,-\n").unwrap();
        assert_eq!(records.len(), 2);
        assert_eq!((records[0].supply_risk, records[0].economic_importance), (Some(3.9), Some(3.7)));
        assert_eq!((records[1].supply_risk, records[1].economic_importance), (None, None));
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let fault = read("Material,Year,SR,EI\nGalium,2023,3.9,3.7\nGallium,23rd,x,1\nGallium,23rd,1,1\n").unwrap_err();
        assert_eq!(
            fault.to_string(),
            "5 problems in the input\n  \
             eu.csv, row 2, column `Material`: found `Galium`, expected a commodity that the register knows, such as `Gallium`; or add the spelling to its aliases\n  \
             eu.csv, row 3, column `Year`: found `23rd`, expected a year of four digits\n  \
             eu.csv, row 3, column `SR`: found `x`, expected a finite number with a decimal point and without thousands commas\n  \
             eu.csv, row 4, column `Year`: found `23rd`, expected a year of four digits\n  \
             eu.csv, row 4: found `Gallium, 23rd`, expected one row per material and year: row 3 has the same; remove one of the two"
        );
    }
}
