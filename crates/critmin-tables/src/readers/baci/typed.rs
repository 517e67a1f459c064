//! BACI as typed Parquet (`t,i,j,k,v,q`), the layout that the reference dataset is built from.

use std::path::Path;

use arrow::array::{Array, ArrayRef, Float64Array, Int32Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use critmin_core::{CountryId, CountryRegister, SourceId, Year};

use super::countries::CountryCodes;
use super::flows::TradeFlows;
use super::products::{Products, wanted_code};
use super::row::COLUMNS;
use super::seen::SeenFlows;
use super::usd_from_thousands;
use crate::{Error, Problem, Report, read_parquet};

/// Reads flows from Parquet with BACI's columns: `t`, `i`, `j` whole numbers, `k` text of six digits, `v` thousand
/// current USD, `q` metric tons or null. Such a file does not tell its vintage, so the caller does.
///
/// # Errors
///
/// [`Error::Invalid`] with every problem of every row, counted from 1; [`Error::MissingColumns`],
/// [`Error::Read`] and [`Error::Unreadable`] for a file that is something else.
pub fn read_baci_parquet(
    path: &Path,
    hs_edition: &str,
    source_id: SourceId,
    countries: &CountryRegister,
) -> Result<TradeFlows, Error> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let columns = Columns::new(&name, &read_parquet(path)?)?;
    let mut rows = Rows::new(&name, countries);
    for row in 0..columns.t.len() {
        rows.read(&columns, row);
    }
    rows.report.into_result(())?;
    Ok(sorted_labels(rows.flows, rows.countries.ids(), rows.products.labels(), hs_edition, source_id))
}

struct Columns {
    t: Int32Array,
    i: Int32Array,
    j: Int32Array,
    k: StringArray,
    v: Float64Array,
    q: Float64Array,
}

impl Columns {
    fn new(file: &str, table: &RecordBatch) -> Result<Self, Error> {
        let found: Vec<String> = table.schema().fields().iter().map(|field| field.name().clone()).collect();
        let missing: Vec<String> =
            COLUMNS.iter().filter(|&&name| table.column_by_name(name).is_none()).map(|&name| name.to_owned()).collect();
        if !missing.is_empty() {
            let layout = "typed BACI (`t,i,j,k,v,q`)";
            return Err(Error::MissingColumns { file: file.to_owned(), layout, missing, found });
        }
        let column = |name: &str, kind: DataType| -> Result<ArrayRef, Error> {
            let fault = |reason: String| Error::Unreadable { file: file.to_owned(), kind: "typed BACI", reason };
            let column = table.column_by_name(name).ok_or_else(|| fault(format!("`{name}` is not there")))?;
            let typed = cast(column, &kind).map_err(|e| fault(format!("`{name}`: {e}")))?;
            // A cell that the cast cannot read becomes null, which would pass for a mass that is not known.
            let n_lost = typed.null_count() - column.null_count();
            if n_lost == 0 { Ok(typed) } else { Err(fault(format!("`{name}`: {n_lost} cell(s) are no {kind}"))) }
        };
        let whole = |name: &str| column(name, DataType::Int32).map(|column| Int32Array::from(column.to_data()));
        let number = |name: &str| column(name, DataType::Float64).map(|column| Float64Array::from(column.to_data()));
        let k = StringArray::from(column("k", DataType::Utf8)?.to_data());
        Ok(Self { t: whole("t")?, i: whole("i")?, j: whole("j")?, k, v: number("v")?, q: number("q")? })
    }
}

#[derive(Default)]
struct Flows {
    year: Vec<i16>,
    origin: Vec<u16>,
    destination: Vec<u16>,
    hs6: Vec<u32>,
    value_usd: Vec<f64>,
    mass_t: Vec<Option<f64>>,
}

struct Rows<'a> {
    file: &'a str,
    countries: CountryCodes<'a>,
    products: Products,
    seen: SeenFlows,
    flows: Flows,
    report: Report,
}

impl<'a> Rows<'a> {
    fn new(file: &'a str, countries: &'a CountryRegister) -> Self {
        Self {
            file,
            countries: CountryCodes::new(countries),
            products: Products::new(),
            seen: SeenFlows::default(),
            flows: Flows::default(),
            report: Report::default(),
        }
    }

    fn read(&mut self, columns: &Columns, row: usize) {
        let year = present(&columns.t, row).and_then(|year| i16::try_from(year).ok()).map(Year);
        let origin = year.and_then(|year| self.country(present(&columns.i, row), year));
        let destination = year.and_then(|year| self.country(present(&columns.j, row), year));
        let code = (!columns.k.is_null(row)).then(|| wanted_code(columns.k.value(row)).ok()).flatten();
        let value = (!columns.v.is_null(row)).then(|| columns.v.value(row)).filter(|value| is_quantity(*value));
        let mass = (!columns.q.is_null(row)).then(|| columns.q.value(row));
        self.check(row, "t", year.is_some(), &columns.t, "a year");
        self.check(row, "i", origin.is_some(), &columns.i, "a BACI country code that means one economy in that year");
        self.check(row, "j", destination.is_some(), &columns.j, "a BACI country code as for `i`");
        self.check(row, "k", code.is_some(), &columns.k, "an HS code of six digits as text");
        self.check(row, "v", value.is_some(), &columns.v, "a value above 0 [thousand USD]");
        self.check(row, "q", mass.is_none_or(is_quantity), &columns.q, "a mass above 0 [t], or null");
        let (Some(year), Some(origin), Some(destination), Some(code)) = (year, origin, destination, code) else {
            return;
        };
        let hs6 = self.products.number(code);
        let is_new = self.seen.insert(year, origin, destination, hs6);
        self.check(row, "", is_new, &columns.k, "each (t, i, j, k) once: keep one of the rows");
        self.flows.year.push(year.0);
        self.flows.origin.push(origin);
        self.flows.destination.push(destination);
        self.flows.hs6.push(hs6);
        self.flows.value_usd.push(usd_from_thousands(value.unwrap_or_default()));
        self.flows.mass_t.push(mass);
    }

    fn country(&mut self, code: Option<i32>, year: Year) -> Option<u16> {
        code.and_then(|code| u32::try_from(code).ok()).and_then(|code| self.countries.resolve(code, year))
    }

    fn check(&mut self, row: usize, column: &str, is_right: bool, cells: &dyn Array, expected: &str) {
        if is_right {
            return;
        }
        let found = arrow::util::display::array_value_to_string(cells, row).unwrap_or_default();
        self.report.push(Problem {
            file: self.file.to_owned(),
            row: row as u64 + 1,
            column: column.to_owned(),
            found,
            expected: expected.to_owned(),
        });
    }
}

fn present(column: &Int32Array, row: usize) -> Option<i32> {
    (!column.is_null(row)).then(|| column.value(row))
}

fn is_quantity(number: f64) -> bool {
    number.is_finite() && 0.0 < number
}

/// Renumbers economies and codes so that their labels ascend: then positions compare like labels.
fn sorted_labels(
    flows: Flows,
    countries: &[CountryId],
    codes: &[String],
    hs_edition: &str,
    source_id: SourceId,
) -> TradeFlows {
    let (countries, country_places) = sorted(countries);
    let (codes, code_places) = sorted(codes);
    let place = |numbers: Vec<u16>| numbers.into_iter().map(|number| country_places[usize::from(number)]).collect();
    TradeFlows {
        year: flows.year,
        origin: place(flows.origin),
        destination: place(flows.destination),
        hs6: flows.hs6.into_iter().map(|number| code_places[number as usize]).collect(),
        value_usd: flows.value_usd,
        mass_t: flows.mass_t,
        countries,
        codes,
        hs_edition: hs_edition.to_owned(),
        source_id,
    }
}

/// The labels in ascending order, and the new place of each old number.
fn sorted<T: Ord + Clone>(labels: &[T]) -> (Vec<T>, Vec<u32>) {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by_key(|&number| &labels[number]);
    let mut places = vec![0; labels.len()];
    for (place, &number) in (0u32..).zip(&order) {
        places[number] = place;
    }
    (order.into_iter().map(|number| labels[number].clone()).collect(), places)
}
