//! Which codes there are, and what they are called.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use critmin_core::Year;
use csv::StringRecord;

use crate::{Error, Problem, Report, SourceFile};

/// What a code stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IoCodeKind {
    /// An industry.
    Industry,
    /// A commodity. Most have the code of the industry that makes them, but not all.
    Commodity,
    /// A column of final demand.
    FinalDemand,
    /// A row of value added.
    ValueAdded,
    /// A sum of other rows or columns; never add it to them.
    Total,
}

/// One code of one benchmark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IoCode {
    /// The benchmark: 2012 or 2017.
    pub benchmark_year: Year,
    /// What it stands for.
    pub kind: IoCodeKind,
    /// The code, text.
    pub code: Arc<str>,
    /// Its name.
    pub name: String,
    /// Place among the codes of its kind in the published table, from 0.
    pub position: i64,
}

/// The totals are not in the code tables: these names are our words.
const TOTALS: [(&str, &str); 6] = [
    ("T001", "Total intermediate use of the commodity"),
    ("T004", "Total final uses of the commodity (GDP)"),
    ("T005", "Total intermediate inputs of the industry"),
    ("T006", "Total value added of the industry"),
    ("T007", "Total commodity output"),
    ("T008", "Total industry output"),
];

impl IoCodeKind {
    /// The value that stands in the `kind` column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Industry => "industry",
            Self::Commodity => "commodity",
            Self::FinalDemand => "final_demand",
            Self::ValueAdded => "value_added",
            Self::Total => "total",
        }
    }

    fn file_word(self) -> &'static str {
        match self {
            Self::Industry => "Industry",
            Self::Commodity => "Commodity",
            Self::FinalDemand => "FinalDemand",
            Self::ValueAdded => "ValueAdded",
            Self::Total => "Total",
        }
    }
}

/// Reads the four code tables of a benchmark and adds the totals.
pub(super) fn read(folder: &Path, benchmark_year: Year, report: &mut Report) -> Result<Vec<IoCode>, Error> {
    let mut codes = Vec::new();
    for kind in [IoCodeKind::Industry, IoCodeKind::Commodity, IoCodeKind::FinalDemand, IoCodeKind::ValueAdded] {
        read_kind(folder, benchmark_year, kind, &mut codes, report)?;
    }
    for ((code, name), position) in TOTALS.into_iter().zip(0..) {
        let (code, name) = (Arc::from(code), name.to_owned());
        codes.push(IoCode { benchmark_year, kind: IoCodeKind::Total, code, name, position });
    }
    Ok(codes)
}

fn read_kind(
    folder: &Path,
    benchmark_year: Year,
    kind: IoCodeKind,
    codes: &mut Vec<IoCode>,
    report: &mut Report,
) -> Result<(), Error> {
    let word = kind.file_word();
    let file = super::open(folder, &format!("Detail_{word}CodeName_{benchmark_year}.csv"))?;
    let fault = |e: csv::Error| Error::Unreadable { file: file.name.clone(), kind: "CSV", reason: e.to_string() };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file.text.as_bytes());
    let columns = ["Code", "Name"].map(|part| format!("BEA_{benchmark_year}_Detail_{word}_{part}"));
    check_header(&file, reader.headers().map_err(fault)?, columns)?;
    let mut seen = BTreeSet::new();
    for (record, position) in reader.records().zip(0..) {
        let record = record.map_err(fault)?;
        let row = record.position().map_or(0, csv::Position::line);
        let (code, name) = (record.get(0).unwrap_or_default(), record.get(1).unwrap_or_default());
        if record.len() != 2 || code.is_empty() || name.is_empty() || !seen.insert(code.to_owned()) {
            let found = record.iter().collect::<Vec<_>>().join(",");
            let expected = "a code that stands once, and its name".to_owned();
            report.push(Problem { file: file.name.clone(), row, column: String::new(), found, expected });
        }
        codes.push(IoCode { benchmark_year, kind, code: Arc::from(code), name: name.to_owned(), position });
    }
    Ok(())
}

fn check_header(file: &SourceFile, header: &StringRecord, columns: [String; 2]) -> Result<(), Error> {
    if header.iter().eq(columns.iter()) {
        return Ok(());
    }
    let missing = columns.into_iter().filter(|column| !header.iter().any(|found| found == column)).collect();
    let found = header.iter().map(str::to_owned).collect();
    Err(Error::MissingColumns { file: file.name.clone(), layout: "the code and name tables", missing, found })
}
