//! One row of a release file: exactly as it stands, then as a flow, or as problems.

use critmin_core::Year;
use csv::ByteRecord;

use super::countries::CountryCodes;
use super::usd_from_thousands;
use crate::{Error, Problem, Report};

pub(super) const COLUMNS: [&str; 6] = ["t", "i", "j", "k", "v", "q"];
const FIRST_YEAR: i16 = 1988; // the Harmonized System took effect
const LAST_YEAR: i16 = 2100;
const FIRST_CHAPTER: u32 = 10_000; // 01.00.00

/// Where the six columns stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    places: [usize; 6],
    n_fields: usize,
}

/// The six cells of a row, as they stand in the file, without blanks and quotes around them.
#[derive(Debug, Clone, Copy)]
struct RawRow<'r> {
    t: &'r [u8],
    i: &'r [u8],
    j: &'r [u8],
    k: &'r [u8],
    v: &'r [u8],
    q: &'r [u8],
}

/// A validated row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Flow {
    pub(super) year: Year,
    pub(super) origin: u16,
    pub(super) destination: u16,
    pub(super) hs6: u32,
    pub(super) value_usd: f64,
    pub(super) mass_t: Option<f64>,
}

/// A cell that was put on the report.
struct Reported;

/// Validates the rows of one file.
pub(super) struct RowReader<'a, 'c> {
    pub(super) file: &'a str,
    pub(super) layout: Layout,
    /// The year that the file name promises.
    pub(super) promised_year: Option<Year>,
    pub(super) countries: &'a mut CountryCodes<'c>,
    pub(super) report: &'a mut Report,
}

impl Layout {
    /// Finds the columns by name.
    pub(super) fn from_header(file: &str, header: &ByteRecord) -> Result<Self, Error> {
        let names: Vec<String> =
            header.iter().map(|name| String::from_utf8_lossy(unquoted(name)).into_owned()).collect();
        let place = |column: &str| names.iter().position(|name| name == column);
        let missing: Vec<String> =
            COLUMNS.iter().filter(|column| place(column).is_none()).map(|&column| column.to_owned()).collect();
        if !missing.is_empty() {
            let layout = "BACI releases (`t,i,j,k,v,q`)";
            return Err(Error::MissingColumns { file: file.to_owned(), layout, missing, found: names });
        }
        Ok(Self { places: COLUMNS.map(|column| place(column).unwrap_or_default()), n_fields: names.len() })
    }

    #[expect(clippy::many_single_char_names)] // BACI's own names
    fn raw<'r>(&self, record: &'r ByteRecord) -> RawRow<'r> {
        let [t, i, j, k, v, q] = self.places.map(|place| unquoted(&record[place]));
        RawRow { t, i, j, k, v, q }
    }
}

impl RowReader<'_, '_> {
    /// The flow of a record, or `None` after its problems were reported.
    pub(super) fn read(&mut self, record: &ByteRecord, line: u64) -> Option<Flow> {
        if record.len() != self.layout.n_fields {
            let found = format!("{} fields", record.len());
            let expected = format!("{} fields as in the header; the file may be truncated", self.layout.n_fields);
            self.problem(line, "", found.as_bytes(), expected);
            return None;
        }
        let raw = self.layout.raw(record);
        let year = self.year(raw.t, line);
        let origin = self.country(raw.i, "i", year, line);
        let destination = self.country(raw.j, "j", year, line);
        let hs6 = self.product(raw.k, line);
        let value = self.quantity(raw.v, "v", "a value above 0 [thousand USD]: BACI records positive flows only", line);
        let mass = self.mass(raw.q, line);
        Some(Flow {
            year: year?,
            origin: origin?,
            destination: destination?,
            hs6: hs6?,
            value_usd: usd_from_thousands(value?),
            mass_t: mass.ok()?,
        })
    }

    /// Reports a year that another file of the release held already.
    pub(super) fn year_read_before(&mut self, record: &ByteRecord, line: u64) {
        let expected = "a year that no earlier file of the release holds: keep one of the two files".to_owned();
        self.problem(line, "t", self.layout.raw(record).t, expected);
    }

    /// Reports a key that stands twice.
    pub(super) fn repeated(&mut self, record: &ByteRecord, line: u64) {
        let raw = self.layout.raw(record);
        let found = [raw.t, raw.i, raw.j, raw.k].map(|cell| String::from_utf8_lossy(cell).into_owned()).join(",");
        let expected = "each (t, i, j, k) once; an earlier row has the same key: keep one of them".to_owned();
        self.problem(line, "", found.as_bytes(), expected);
    }

    fn year(&mut self, cell: &[u8], line: u64) -> Option<Year> {
        let year = whole(cell).and_then(|year| i16::try_from(year).ok());
        let year = year.filter(|year| (FIRST_YEAR..=LAST_YEAR).contains(year)).map(Year);
        if year.is_none() {
            self.problem(line, "t", cell, format!("a year from {FIRST_YEAR} on"));
        } else if let Some(promised) = self.promised_year.filter(|&promised| Some(promised) != year) {
            self.problem(line, "t", cell, format!("{promised}, the year in the name of the file"));
            return None;
        }
        year
    }

    fn country(&mut self, cell: &[u8], column: &str, year: Option<Year>, line: u64) -> Option<u16> {
        let Some(code) = whole(cell) else {
            self.problem(line, column, cell, "a BACI country code, a whole number such as 156".to_owned());
            return None;
        };
        // Without a year there is no code to ask for: the year is reported already.
        let year = year?;
        let number = self.countries.resolve(code, year);
        if number.is_none() {
            let expected = format!(
                "a BACI country code that means one economy in {year}; give code {code} an alias of scheme `baci` valid in that year, or leave its rows out"
            );
            self.problem(line, column, cell, expected);
        }
        number
    }

    fn product(&mut self, cell: &[u8], line: u64) -> Option<u32> {
        let code = whole(cell).filter(|code| cell.len() <= 6 && FIRST_CHAPTER <= *code);
        if code.is_none() {
            let expected = "an HS code of six digits, leading zeros lost or not, such as 280530".to_owned();
            self.problem(line, "k", cell, expected);
        }
        code
    }

    /// Absent where BACI does not know the mass.
    fn mass(&mut self, cell: &[u8], line: u64) -> Result<Option<f64>, Reported> {
        if cell.is_empty() || cell == b"NA" {
            return Ok(None);
        }
        self.quantity(cell, "q", "a mass above 0 [t], or `NA` where it is not known", line).map(Some).ok_or(Reported)
    }

    fn quantity(&mut self, cell: &[u8], column: &str, expected: &str, line: u64) -> Option<f64> {
        let number = std::str::from_utf8(cell).ok().and_then(|text| text.parse::<f64>().ok());
        let positive = number.filter(|number| number.is_finite() && 0.0 < *number);
        if positive.is_none() {
            self.problem(line, column, cell, expected.to_owned());
        }
        positive
    }

    fn problem(&mut self, row: u64, column: &str, found: &[u8], expected: String) {
        const SHOWN: usize = 60;
        let found = String::from_utf8_lossy(&found[..found.len().min(SHOWN)]).into_owned();
        self.report.push(Problem { file: self.file.to_owned(), row, column: column.to_owned(), found, expected });
    }
}

// No field of BACI holds a comma, so quotes are only taken off: an unpaired one cannot swallow the rest of the file.
fn unquoted(cell: &[u8]) -> &[u8] {
    let cell = cell.trim_ascii();
    match cell {
        [b'"', inner @ .., b'"'] => inner.trim_ascii(),
        _ => cell,
    }
}

/// A number of one to seven digits and nothing else.
fn whole(cell: &[u8]) -> Option<u32> {
    const LONGEST: usize = 7;
    let is_number = !cell.is_empty() && cell.len() <= LONGEST && cell.iter().all(u8::is_ascii_digit);
    is_number.then(|| cell.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
}
