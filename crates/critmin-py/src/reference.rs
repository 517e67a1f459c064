//! The embedded reference dataset and the questions of the core.

use chrono::NaiveDate;
use critmin_core::{BlocId, Dataset, nearest};
use critmin_tables::reference;
use pyo3::prelude::*;
use pyo3_arrow::PyTable;

use crate::error::{InvalidDataError, UnknownCountryError, UnknownTableError, from_core, from_tables};
use crate::table::to_python;

pub(crate) fn dataset(py: Python<'_>) -> PyResult<&'static Dataset> {
    py.detach(reference::dataset).map_err(|error| from_tables(&error))
}

/// The names of the tables of the reference dataset, in reading order.
#[pyfunction]
pub(crate) fn table_names() -> Vec<&'static str> {
    critmin_tables::TABLES.iter().map(|table| table.name).collect()
}

/// The declaration of one table as JSON.
#[pyfunction]
pub(crate) fn table_schema(name: &str) -> PyResult<String> {
    let schema = critmin_tables::table_schema(name)
        .ok_or_else(|| UnknownTableError::new_err(format!("unknown table `{name}`")))?;
    Ok(schema.to_json().to_string())
}

/// One table of the reference dataset.
#[pyfunction]
pub(crate) fn reference_table(py: Python<'_>, name: &str) -> PyResult<PyTable> {
    let batch = py.detach(|| reference::table(name)).map_err(|error| from_tables(&error))?;
    to_python(batch)
}

/// The Frictionless data package of the reference dataset (JSON).
#[pyfunction]
pub(crate) fn datapackage() -> &'static str {
    reference::DATAPACKAGE
}

/// Licences and attributions of every source (Markdown).
#[pyfunction]
pub(crate) fn data_licences() -> &'static str {
    reference::LICENCES
}

/// Id and name of the country that a name means.
#[pyfunction]
pub(crate) fn find_country(py: Python<'_>, name: &str) -> PyResult<(String, String)> {
    let country = dataset(py)?.countries.find(name).map_err(|error| from_core(&error))?;
    Ok((country.country.to_string(), country.name.clone()))
}

/// Id and name of the commodity that a name means.
#[pyfunction]
pub(crate) fn find_commodity(py: Python<'_>, name: &str) -> PyResult<(String, String)> {
    let commodity = dataset(py)?.commodities.find(name).map_err(|error| from_core(&error))?;
    Ok((commodity.commodity.to_string(), commodity.name.clone()))
}

/// The members of a bloc on one day, by id.
#[pyfunction]
#[pyo3(signature = (bloc, day=None))]
pub(crate) fn bloc_members(py: Python<'_>, bloc: &str, day: Option<&str>) -> PyResult<Vec<String>> {
    let day = day.map(parse_day).transpose()?;
    let dataset = dataset(py)?;
    let id = BlocId::new(bloc).map_err(|error| from_core(&error))?;
    if !dataset.bloc_memberships.iter().any(|row| row.bloc == id) {
        let known = nearest(bloc, dataset.bloc_memberships.iter().map(|row| row.bloc.as_str()));
        return Err(UnknownCountryError::new_err(format!("unknown bloc `{bloc}`; known and near: {known:?}")));
    }
    Ok(dataset.bloc_members(&id, day).map(ToString::to_string).collect())
}

/// Herfindahl–Hirschman index, 0–1.
#[pyfunction]
pub(crate) fn hhi(quantities: Vec<f64>) -> PyResult<f64> {
    critmin_core::hhi(&quantities).map_err(|error| from_core(&error))
}

/// What is known about one commodity, as JSON.
#[pyfunction]
pub(crate) fn profile(py: Python<'_>, commodity: &str, day: &str) -> PyResult<String> {
    let day = parse_day(day)?;
    let dataset = dataset(py)?;
    let profile = py.detach(|| critmin_core::profile(dataset, commodity, day)).map_err(|error| from_core(&error))?;
    serde_json::to_string(&profile).map_err(|fault| InvalidDataError::new_err(fault.to_string()))
}

/// U.S. net import reliance recomputed by the recipes of a study.
#[pyfunction]
pub(crate) fn import_reliance(py: Python<'_>, balances: &str, published: &str) -> PyResult<PyTable> {
    let dataset = dataset(py)?;
    let batch = py
        .detach(|| critmin_tables::import_reliance(dataset, balances, published))
        .map_err(|error| from_tables(&error))?;
    to_python(batch)
}

pub(crate) fn parse_day(day: &str) -> PyResult<NaiveDate> {
    day.parse().map_err(|_| {
        InvalidDataError::new_err(format!("`{day}` is not a day: expected year-month-day, such as `2024-12-03`"))
    })
}
