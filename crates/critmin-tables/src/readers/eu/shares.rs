//! Annex 7: supply shares of the world and of the EU, with the trade parameter.

use std::path::Path;

use critmin_core::{CommodityId, CountryId, Observation, SourceId, Stage};
use serde::{Deserialize, Serialize};

use super::{AREAS, SOURCE_ID, commodity};
use crate::readers::Registers;
use crate::readers::text_rows::{Keys, Located, Reading, read_rows, tidy};
use crate::{Encoding, Error, SourceFile};

/// One row of either table of supply shares.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EuSupplyShareRow {
    /// Material.
    #[serde(rename = "Material")]
    pub material: String,
    /// `E` extraction or `P` processing.
    #[serde(rename = "Stage")]
    pub stage: String,
    /// Supplier.
    #[serde(rename = "Country")]
    pub country: String,
    /// Per cent as text: `4%`, `<0.1%`.
    #[serde(rename = "Share")]
    pub share: String,
    /// Trade-related parameter.
    #[serde(rename = "t")]
    pub trade_parameter: String,
}

/// Whose supply is shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EuScope {
    /// World supply.
    Global,
    /// EU sourcing; suppliers below 1 % are omitted, so that sums stay below 1.
    Eu,
}

/// The study's two stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EuStage {
    /// Extraction.
    #[serde(rename = "E")]
    Extraction,
    /// Processing.
    #[serde(rename = "P")]
    Processing,
}

/// One supplier's share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EuSupplyShare {
    /// World supply or EU sourcing.
    pub scope: EuScope,
    /// The Commission's word.
    pub material: String,
    /// Our commodity.
    pub commodity: CommodityId,
    /// Extraction or processing.
    pub eu_stage: EuStage,
    /// Mine for extraction, refinery for processing.
    pub stage: Stage,
    /// The country as spelt by the Commission.
    pub area: String,
    /// The country.
    pub country: CountryId,
    /// The share as printed: `4%`, `<0.1%`, once `6`.
    pub printed: String,
    /// The share, fraction; an upper bound where it is printed as `<0.1%`.
    pub share: Observation,
    /// Trade-related parameter t, 0.8 to 1.5, higher = riskier.
    pub trade_parameter: f64,
    /// The edition it was read from.
    pub source_id: SourceId,
}

impl EuScope {
    /// The value that stands in the `scope` column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Eu => "eu",
        }
    }
}

impl EuStage {
    /// The study's letter, as it stands in the `eu_stage` column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Extraction => "E",
            Self::Processing => "P",
        }
    }

    /// The step of the chain that the study means.
    pub fn stage(self) -> Stage {
        match self {
            Self::Extraction => Stage::Mine,
            Self::Processing => Stage::Refinery,
        }
    }
}

/// Reads `fact_GlobalSupplyShares&t.csv` or `fact_EUSupplyShares&t.csv`; the two share a layout, so `scope` says
/// which one it is.
///
/// # Errors
///
/// [`Error::Read`], [`Error::Unreadable`] and [`Error::Encoding`] for the file; [`Error::MissingColumns`] for
/// another layout; [`Error::Invalid`] with every problem of the rows.
pub fn read_eu_supply_shares(path: &Path, scope: EuScope, registers: &Registers) -> Result<Vec<EuSupplyShare>, Error> {
    parse(&SourceFile::open(path, Encoding::Windows1252)?, scope, registers)
}

fn parse(file: &SourceFile, scope: EuScope, registers: &Registers) -> Result<Vec<EuSupplyShare>, Error> {
    let layout = "the EU 2023 study, Annex 7 (supply shares and trade parameter)";
    let columns = ["Material", "Stage", "Country", "Share", "t"];
    let (mut reading, rows) = read_rows::<EuSupplyShareRow>(file, layout, &columns)?;
    let source_id = SourceId::new(SOURCE_ID)?;
    let mut keys = Keys::new("material, stage and country");
    let mut records = Vec::new();
    for row in &rows {
        let EuSupplyShareRow { material, stage, country, .. } = &row.cells;
        let key = format!("{}, {}, {}", tidy(material), stage.trim(), tidy(country));
        let record = supply_share(row, scope, registers, &source_id, &mut reading);
        if keys.is_new(&mut reading, row.row, key) {
            records.extend(record);
        }
    }
    reading.finish(records)
}

fn supply_share(
    Located { row, cells }: &Located<EuSupplyShareRow>,
    scope: EuScope,
    registers: &Registers,
    source_id: &SourceId,
    reading: &mut Reading,
) -> Option<EuSupplyShare> {
    let row = *row;
    let material = tidy(&cells.material);
    let eu_stage = eu_stage(row, &cells.stage, reading);
    let commodity = commodity(row, &material, cells.stage.trim(), registers, reading);
    let country = country(row, &cells.country, registers, reading);
    let share = percent(row, &cells.share, reading);
    let trade_parameter = trade_parameter(row, &cells.trade_parameter, reading);
    Some(EuSupplyShare {
        scope,
        material,
        commodity: commodity?,
        eu_stage: eu_stage?,
        stage: eu_stage?.stage(),
        area: tidy(&cells.country),
        country: country?,
        printed: cells.share.trim().to_owned(),
        share: share?,
        trade_parameter: trade_parameter?,
        source_id: source_id.clone(),
    })
}

fn eu_stage(row: u64, text: &str, reading: &mut Reading) -> Option<EuStage> {
    match text.trim() {
        "E" => Some(EuStage::Extraction),
        "P" => Some(EuStage::Processing),
        other => {
            reading.problem(row, "Stage", other, "`E` (extraction) or `P` (processing)");
            None
        }
    }
}

fn country(row: u64, text: &str, registers: &Registers, reading: &mut Reading) -> Option<CountryId> {
    let area = reading.known(row, "Country", text, registers.areas.resolve(AREAS, &tidy(text)))?;
    if area.country().is_none() {
        reading.problem(row, "Country", text, "a country: an aggregate has no supply share of its own");
    }
    area.country().cloned()
}

fn trade_parameter(row: u64, text: &str, reading: &mut Reading) -> Option<f64> {
    const RANGE: std::ops::RangeInclusive<f64> = 0.8..=1.5;
    let number = reading.number(row, "t", text)?;
    if !RANGE.contains(&number) {
        reading.problem(row, "t", text, "a trade parameter between 0.8 and 1.5");
    }
    Some(number)
}

/// A share in per cent as a fraction: `4%`, `<0.1%`, `>0%`, and `6` without its sign.
pub(super) fn percent(row: u64, text: &str, reading: &mut Reading) -> Option<Observation> {
    const HUNDRED: f64 = 100.0;
    let bare = text.trim().trim_end_matches('%').trim_end();
    let (sign, digits) = match bare.split_at_checked(1) {
        Some((sign @ ("<" | ">"), digits)) => (sign, digits),
        _ => ("", bare),
    };
    let share = digits.trim().parse::<f64>().ok().filter(|number| (0.0..=HUNDRED).contains(number));
    let Some(share) = share.map(|number| number / HUNDRED) else {
        reading.problem(row, "Share", text, "a per cent figure such as `4%` or `<0.1%`");
        return None;
    };
    Some(match sign {
        "<" => Observation::at_most(share),
        ">" => Observation::at_least(share),
        _ => Observation::reported(share),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readers::test_registers::registers;

    fn read(rows: &str) -> Result<Vec<EuSupplyShare>, Error> {
        let text = format!("Material,Stage,Country,Share,t\n{rows}");
        let file = SourceFile::decode("shares.csv", text.into_bytes(), Encoding::Windows1252)?;
        parse(&file, EuScope::Global, &registers())
    }

    #[test]
    fn shares_are_fractions_and_censored_ones_bounds() {
        let records = read("Gallium,P,China,93.8%,1.1\nGallium,P,Germany,<0.1%,0.8\nGallium,P,Chile,6,1\n").unwrap();
        assert_eq!(records[0].share, Observation::reported(0.938));
        assert_eq!(records[1].share, Observation::at_most(0.001));
        assert_eq!((records[2].printed.as_str(), records[2].share), ("6", Observation::reported(0.06)));
        assert_eq!(records[0].stage, Stage::Refinery);
    }

    #[test]
    fn aluminium_ore_is_bauxite() {
        let records = read("Aluminium,E,China,10%,1.1\nAluminium,P,China,50%,1.1\n").unwrap();
        assert_eq!(records.iter().map(|row| row.commodity.as_str()).collect::<Vec<_>>(), ["bauxite", "aluminum"]);
    }

    #[test]
    fn bad_cells_are_told() {
        let message = read("Gallium,X,Chinna,105%,2\n").unwrap_err().to_string();
        for part in ["4 problems", "`E` (extraction)", "such as `China`", "found `105%`", "between 0.8 and 1.5"] {
            assert!(message.contains(part), "{part} not in {message}");
        }
    }
}
