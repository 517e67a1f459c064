//! Concordances of the Harmonized System: later editions to earlier ones, and HS to NAICS.
//!
//! The layout of the R package *concordance*: UTF-8, codes as text. The columns number the revision of the
//! nomenclature (`HS0` = 1992, `HS5` = 2017, `HS6` = 2022), not the digits of the code. Every later code has exactly
//! one target: these are conversions, which run backward only.

use std::path::Path;

use arrow::array::RecordBatch;
use critmin_core::SourceId;
use serde::{Deserialize, Serialize};

use super::text_rows::{Keys, Located, Reading, builder, read_rows};
use crate::{Encoding, Error, SourceFile};

/// Id of the edition.
pub const SOURCE_ID: &str = "concordance-2-1-0";

/// Column prefixes of the revisions and our names of them.
const EDITIONS: &[(&str, &str)] = &[
    ("HS0", "HS92"),
    ("HS1", "HS96"),
    ("HS2", "HS02"),
    ("HS3", "HS07"),
    ("HS4", "HS12"),
    ("HS5", "HS17"),
    ("HS6", "HS22"),
];

/// One code of a later nomenclature and the one code it converts to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HsConversion {
    /// The later edition: `HS22`.
    pub from_edition: String,
    /// Six digits in the later edition.
    pub from_code: String,
    /// The earlier edition: `HS92`.
    pub to_edition: String,
    /// Six digits in the earlier edition.
    pub to_code: String,
    /// The edition of the concordance.
    pub source_id: SourceId,
}

/// One HS code and one NAICS code that shares its goods. Many to many, without weights; NAICS vintages are mixed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HsNaics {
    /// Edition of the HS: `HS22`.
    pub hs_edition: String,
    /// Six digits.
    pub hs6: String,
    /// Six digits; absent where the source has none.
    pub naics: Option<String>,
    /// The edition of the concordance.
    pub source_id: SourceId,
}

/// Cells of a row by their place: the names of the columns change with the revision.
type Row = Vec<String>;

/// Reads a file such as `hs2022_to_hs1992.csv`; the header says which editions it joins.
///
/// # Errors
///
/// [`Error::Read`], [`Error::Unreadable`] and [`Error::Encoding`] for the file; [`Error::MissingColumns`] for
/// another layout; [`Error::Invalid`] with every problem of the rows.
pub fn read_hs_concordance(path: &Path) -> Result<Vec<HsConversion>, Error> {
    conversions(&SourceFile::open(path, Encoding::Utf8)?)
}

/// Reads a file such as `hs2022_to_naics.csv`.
///
/// # Errors
///
/// As [`read_hs_concordance`].
pub fn read_hs_naics(path: &Path) -> Result<Vec<HsNaics>, Error> {
    naics(&SourceFile::open(path, Encoding::Utf8)?)
}

/// The table `hs_concordance`, sorted by editions and code.
///
/// # Errors
///
/// [`Error::Unreadable`] when a required cell is absent.
pub fn hs_concordance_table(records: &[HsConversion]) -> Result<RecordBatch, Error> {
    let mut rows: Vec<&HsConversion> = records.iter().collect();
    rows.sort_by_key(|row| (&row.from_edition, &row.to_edition, &row.from_code));
    let mut table = builder("hs_concordance")?;
    for row in rows {
        table.text(row.from_edition.as_str()).text(row.from_code.as_str());
        table.text(row.to_edition.as_str()).text(row.to_code.as_str()).text(row.source_id.as_str());
    }
    table.finish()
}

/// The table `hs_naics`, sorted by edition, HS code and NAICS code.
///
/// # Errors
///
/// [`Error::Unreadable`] when a required cell is absent.
pub fn hs_naics_table(records: &[HsNaics]) -> Result<RecordBatch, Error> {
    let mut rows: Vec<&HsNaics> = records.iter().collect();
    rows.sort();
    let mut table = builder("hs_naics")?;
    for row in rows {
        table.text(row.hs_edition.as_str()).text(row.hs6.as_str());
        table.text(row.naics.as_deref()).text(row.source_id.as_str());
    }
    table.finish()
}

fn conversions(file: &SourceFile) -> Result<Vec<HsConversion>, Error> {
    let (later, earlier) = (edition_at(file, 0), edition_at(file, 3));
    let expected = names(later.0, &["6d", "4d", "2d"]).chain(names(earlier.0, &["6d", "4d", "2d"])).collect::<Vec<_>>();
    let (mut reading, rows) = rows(file, "the concordance package (HS to HS)", &expected)?;
    let source_id = SourceId::new(SOURCE_ID)?;
    let mut keys = Keys::new("code of the later edition");
    let mut records = Vec::new();
    for row in &rows {
        let from_code = hs6(row, 0, later.0, &mut reading);
        let to_code = hs6(row, 3, earlier.0, &mut reading);
        if let (Some(from_code), Some(to_code)) = (from_code, to_code)
            && keys.is_new(&mut reading, row.row, from_code.clone())
        {
            let (from_edition, to_edition) = (later.1.to_owned(), earlier.1.to_owned());
            records.push(HsConversion { from_edition, from_code, to_edition, to_code, source_id: source_id.clone() });
        }
    }
    reading.finish(records)
}

fn naics(file: &SourceFile) -> Result<Vec<HsNaics>, Error> {
    let edition = edition_at(file, 0);
    let digits = names("NAICS", &["6d", "5d", "4d", "3d", "2d"]);
    let expected = names(edition.0, &["6d", "4d", "2d"]).chain(digits).collect::<Vec<_>>();
    let (mut reading, rows) = rows(file, "the concordance package (HS to NAICS)", &expected)?;
    let source_id = SourceId::new(SOURCE_ID)?;
    let mut keys = Keys::new("HS code and NAICS code");
    let mut records = Vec::new();
    for row in &rows {
        let code = hs6(row, 0, edition.0, &mut reading);
        let naics = naics_code(row, &mut reading);
        if let (Some(hs6), Some(naics)) = (code, naics)
            && keys.is_new(&mut reading, row.row, format!("{hs6}, {}", naics.as_deref().unwrap_or("blank")))
        {
            let hs_edition = edition.1.to_owned();
            records.push(HsNaics { hs_edition, hs6, naics, source_id: source_id.clone() });
        }
    }
    reading.finish(records)
}

fn rows(file: &SourceFile, layout: &'static str, columns: &[String]) -> Result<(Reading, Vec<Located<Row>>), Error> {
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    read_rows(file, layout, &columns)
}

// The revision that the header's column at `place` speaks of; for a foreign header the usual one, so that the
// message about missing columns can name some.
fn edition_at(file: &SourceFile, place: usize) -> (&'static str, &'static str) {
    let header = file.text.lines().next().unwrap_or_default();
    let name = header.split(',').nth(place).unwrap_or_default().trim_matches('"');
    let known = EDITIONS.iter().find(|(prefix, _)| name.strip_prefix(prefix).is_some_and(|rest| rest == "_6d"));
    known.copied().unwrap_or(if place == 0 { ("HS6", "HS22") } else { ("HS0", "HS92") })
}

fn names<'a>(prefix: &'a str, digits: &'a [&'a str]) -> impl Iterator<Item = String> + 'a {
    digits.iter().map(move |digits| format!("{prefix}_{digits}"))
}

fn hs6(row: &Located<Row>, place: usize, prefix: &str, reading: &mut Reading) -> Option<String> {
    let code = row.cells.get(place).map(|cell| cell.trim()).unwrap_or_default();
    if is_six_digits(code) {
        return Some(code.to_owned());
    }
    let expected = "six digits as text: leading zeros belong to the code";
    reading.problem(row.row, &format!("{prefix}_6d"), code, expected);
    None
}

// The outer absence is a problem, the inner one a blank of the source.
#[expect(clippy::option_option)]
fn naics_code(row: &Located<Row>, reading: &mut Reading) -> Option<Option<String>> {
    const PLACE: usize = 3;
    let code = row.cells.get(PLACE).map(|cell| cell.trim()).unwrap_or_default();
    if code.is_empty() || is_six_digits(code) {
        return Some(Some(code.to_owned()).filter(|code| !code.is_empty()));
    }
    reading.problem(row.row, "NAICS_6d", code, "six digits, or a blank");
    None
}

fn is_six_digits(code: &str) -> bool {
    code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> SourceFile {
        SourceFile::decode("hs.csv", text.as_bytes().to_vec(), Encoding::Utf8).unwrap()
    }

    #[test]
    fn the_header_names_the_editions() {
        let text = "HS6_6d,HS6_4d,HS6_2d,HS5_6d,HS5_4d,HS5_2d\n010121,0101,01,010121,0101,01\n";
        let records = conversions(&file(text)).unwrap();
        let HsConversion { from_edition, from_code, to_edition, .. } = &records[0];
        assert_eq!((from_edition.as_str(), from_code.as_str(), to_edition.as_str()), ("HS22", "010121", "HS17"));
    }

    #[test]
    fn another_layout_is_told() {
        let message = conversions(&file("hscode,description\n01,a\n")).unwrap_err().to_string();
        assert_eq!(
            message,
            "`hs.csv` lacks the columns `HS6_6d`, `HS6_4d`, `HS6_2d`, `HS0_6d`, `HS0_4d`, `HS0_2d`; found `hscode`, `description`. Expected the layout of the concordance package (HS to HS)"
        );
    }

    #[test]
    fn lost_zeros_and_second_targets_are_told() {
        let rows = "10121,0101,01,010121,0101,01\n010122,0101,01,010121,0101,01\n010122,0101,01,010129,0101,01\n";
        let text = format!("HS6_6d,HS6_4d,HS6_2d,HS0_6d,HS0_4d,HS0_2d\n{rows}");
        let message = conversions(&file(&text)).unwrap_err().to_string();
        assert!(message.contains("row 2, column `HS6_6d`: found `10121`"), "{message}");
        assert!(
            message.contains("row 4: found `010122`, expected one row per code of the later edition: row 3"),
            "{message}"
        );
    }

    #[test]
    fn a_blank_naics_is_absent() {
        let header = "HS6_6d,HS6_4d,HS6_2d,NAICS_6d,NAICS_5d,NAICS_4d,NAICS_3d,NAICS_2d";
        let records =
            naics(&file(&format!("{header}\n710820,7108,71,,,,,\n250100,2501,25,212393,21239,2123,212,21\n"))).unwrap();
        assert_eq!(records[0].naics, None);
        assert_eq!(records[1].naics.as_deref(), Some("212393"));
        assert_eq!(hs_naics_table(&records).unwrap().num_rows(), 2);
    }
}
