//! From a release to Parquet, row by row.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

use critmin_core::{CountryRegister, SourceId, Year};
use csv::{ByteRecord, ReaderBuilder};

use super::countries::CountryCodes;
use super::flow_file::FlowFile;
use super::input::{Member, for_each_member};
use super::products::{Products, wanted_code};
use super::release::{ReleaseName, Vintage};
use super::row::{Flow, Layout, RowReader};
use super::seen::SeenFlows;
use crate::{Error, Problem, Report};

const PROGRESS_ROWS: u64 = 1 << 16;
const BUFFER_BYTES: usize = 1 << 18;

/// Is told the bytes done and the bytes in all; stops the work by breaking.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64) -> ControlFlow<()>;

/// What to import, and what the release is when its file name does not say so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BaciImport {
    /// Revision of the Harmonized System, `HS92` to `HS22`; from the file name when absent.
    pub hs_edition: Option<String>,
    /// Release, such as `202401b`; from the file name when absent.
    pub release: Option<String>,
    /// Six-digit codes to keep; every code when absent. Rows of other codes are validated all the same.
    pub codes: Option<Vec<String>>,
    /// Years to keep; every year when absent. Members of a zip that are named after another year are not opened.
    pub years: Option<Vec<Year>>,
}

/// What an import read and wrote.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportSummary {
    /// Rows read.
    pub n_rows: u64,
    /// Rows written.
    pub n_rows_kept: u64,
    /// Rows written whose mass is not known.
    pub n_missing_mass: u64,
    /// Number of different HS codes written.
    pub n_codes: usize,
    /// Years written, ascending.
    pub years: Vec<Year>,
    /// Sum of the values written \[current USD\].
    pub value_usd_total: f64,
    /// Revision of the Harmonized System.
    pub hs_edition: String,
    /// Edition that stands on every row: `baci-hs92-v202401b`.
    pub source_id: SourceId,
}

/// Writes the flows of a BACI release (`input`: one year's CSV, or the release's zip) to the Parquet file `output`,
/// in the schema of the table `trade_flows`.
///
/// Memory is bounded: a year of eleven million rows needs some 200 MB. `progress` is told the bytes done and the
/// bytes in all about every 65,000 rows, and stops the import by returning [`ControlFlow::Break`]. `output` appears
/// only when everything is right; otherwise nothing remains of the attempt.
///
/// # Errors
///
/// [`Error::Invalid`] with every problem of every row: a country code without an economy in its year, a malformed
/// HS code, a value or mass that is not above 0, a row of another length, a repeated (t, i, j, k).
/// [`Error::UnstatedVintage`] when neither the caller nor the file name tells HS revision and release;
/// [`Error::MissingColumns`], [`Error::Read`] and [`Error::Unreadable`] for files that are something else or
/// broken; [`Error::Interrupted`] when `progress` asked to stop; [`Error::Write`] when the output cannot be written.
pub fn import_baci(
    input: &Path,
    output: &Path,
    options: &BaciImport,
    countries: &CountryRegister,
    progress: Progress<'_>,
) -> Result<ImportSummary, Error> {
    let name = input.file_name().unwrap_or(input.as_os_str()).to_string_lossy();
    let vintage = Vintage::new(&name, options.hs_edition.as_deref(), options.release.as_deref())?;
    let mut import = Import::new(output, vintage, options, countries)?;
    for_each_member(input, options.years.as_deref(), &mut |member| import.read_member(member, progress))?;
    import.finish(&name)
}

/// An import under way.
struct Import<'a> {
    options: &'a BaciImport,
    wanted_codes: Option<BTreeSet<u32>>,
    countries: CountryCodes<'a>,
    products: Products,
    seen: SeenFlows,
    /// The year of the row before.
    year: Option<Year>,
    file: FlowFile,
    report: Report,
    summary: ImportSummary,
}

impl<'a> Import<'a> {
    fn new(
        output: &Path,
        vintage: Vintage,
        options: &'a BaciImport,
        countries: &'a CountryRegister,
    ) -> Result<Self, Error> {
        let codes = options.codes.as_ref().map(|codes| codes.iter().map(|code| wanted_code(code)).collect());
        Ok(Self {
            options,
            wanted_codes: codes.transpose()?,
            countries: CountryCodes::new(countries),
            products: Products::new(),
            seen: SeenFlows::default(),
            year: None,
            summary: ImportSummary::nothing(&vintage),
            file: FlowFile::create(output, vintage)?,
            report: Report::default(),
        })
    }

    fn read_member(&mut self, member: Member<'_>, progress: Progress<'_>) -> Result<(), Error> {
        let Member { name, bytes, n_bytes_before, n_bytes_total } = member;
        let named = ReleaseName::parse(&name);
        self.check_edition(&name, named.hs_edition);
        // Quotes are taken off with the cell, and a row of another length is a problem like any other.
        let mut reader =
            ReaderBuilder::new().quoting(false).flexible(true).buffer_capacity(BUFFER_BYTES).from_reader(bytes);
        let fault = |e: csv::Error| Error::Unreadable { file: name.clone(), kind: "CSV", reason: e.to_string() };
        let layout = Layout::from_header(&name, reader.byte_headers().map_err(fault)?)?;
        let mut record = ByteRecord::new();
        while reader.read_byte_record(&mut record).map_err(fault)? {
            let line = record.position().map_or(0, csv::Position::line);
            self.read_row(&name, layout, named.year, &record, line)?;
            if self.summary.n_rows.is_multiple_of(PROGRESS_ROWS) {
                tell(progress, n_bytes_before + reader.position().byte(), n_bytes_total)?;
            }
        }
        self.seen.close_years();
        self.year = None;
        tell(progress, n_bytes_before + reader.position().byte(), n_bytes_total)
    }

    fn read_row(
        &mut self,
        file: &str,
        layout: Layout,
        promised_year: Option<Year>,
        record: &ByteRecord,
        line: u64,
    ) -> Result<(), Error> {
        self.summary.n_rows += 1;
        let (countries, report) = (&mut self.countries, &mut self.report);
        let mut reader = RowReader { file, layout, promised_year, countries, report };
        let Some(flow) = reader.read(record, line) else { return Ok(()) };
        if self.year != Some(flow.year) {
            self.year = Some(flow.year);
            if !self.seen.may_hold(flow.year) {
                reader.year_read_before(record, line);
            }
        }
        let product = self.products.number(flow.hs6);
        if !self.seen.insert(flow.year, flow.origin, flow.destination, product) {
            reader.repeated(record, line);
        }
        if self.is_wanted(&flow) && self.report.is_empty() { self.keep(flow, product) } else { Ok(()) }
    }

    fn is_wanted(&self, flow: &Flow) -> bool {
        let is_wanted_code = self.wanted_codes.as_ref().is_none_or(|codes| codes.contains(&flow.hs6));
        is_wanted_code && self.options.years.as_ref().is_none_or(|years| years.contains(&flow.year))
    }

    fn keep(&mut self, flow: Flow, product: u32) -> Result<(), Error> {
        self.products.keep(product);
        self.summary.n_rows_kept += 1;
        self.summary.n_missing_mass += u64::from(flow.mass_t.is_none());
        self.summary.value_usd_total += flow.value_usd;
        if self.summary.years.last() != Some(&flow.year) {
            self.summary.years.push(flow.year);
        }
        self.file.push(flow, product);
        if self.file.is_batch_due() {
            self.file.write_batch(self.countries.ids(), self.products.labels())?;
        }
        Ok(())
    }

    fn check_edition(&mut self, file: &str, named: Option<String>) {
        let expected = &self.summary.hs_edition;
        if self.options.hs_edition.is_none()
            && let Some(found) = named.filter(|named| named != expected)
        {
            let expected = format!("{expected}, the HS revision of this import: import one revision at a time");
            self.report.push(Problem { file: file.to_owned(), row: 0, column: String::new(), found, expected });
        }
    }

    fn finish(mut self, input: &str) -> Result<ImportSummary, Error> {
        if self.summary.n_rows_kept == 0 && self.report.is_empty() {
            let found = format!("{} rows, none to keep", self.summary.n_rows);
            let expected = "rows of the wanted codes and years".to_owned();
            self.report.push(Problem { file: input.to_owned(), row: 0, column: String::new(), found, expected });
        }
        self.report.into_result(())?;
        self.file.write_batch(self.countries.ids(), self.products.labels())?;
        self.file.finish()?;
        self.summary.years.sort();
        self.summary.years.dedup();
        self.summary.n_codes = self.products.n_kept();
        Ok(self.summary)
    }
}

impl ImportSummary {
    fn nothing(vintage: &Vintage) -> Self {
        Self {
            n_rows: 0,
            n_rows_kept: 0,
            n_missing_mass: 0,
            n_codes: 0,
            years: Vec::new(),
            value_usd_total: 0.0,
            hs_edition: vintage.hs_edition.clone(),
            source_id: vintage.source_id.clone(),
        }
    }
}

fn tell(progress: Progress<'_>, n_bytes: u64, n_bytes_total: u64) -> Result<(), Error> {
    match progress(n_bytes, n_bytes_total) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Error::Interrupted),
    }
}
