//! The door: publishers' files in, tables out.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use critmin_core::{SourceId, Year};
use critmin_tables::readers::{baci, bea, usgs, wgi};
use critmin_tables::{Encoding, Error, SourceFile, reference};
use pyo3::prelude::*;
use pyo3_arrow::PyTable;

use crate::error::{from_core, from_tables};
use crate::progress::run_detached;
use crate::table::to_python;

type Tables = BTreeMap<&'static str, PyTable>;

/// Reads a USGS Mineral Commodity Summaries 2025 data release.
#[pyfunction]
pub(crate) fn read_usgs_mcs_2025(py: Python<'_>, path: PathBuf) -> PyResult<Tables> {
    tables(py, move || {
        let production = usgs::read_mcs_2025(&path, &reference::registers()?)?;
        Ok(vec![
            ("world_production", usgs::world_production_table(&production)?),
            ("world_production_aggregates", usgs::world_production_aggregates_table(&production)?),
        ])
    })
}

/// Reads a USGS Mineral Commodity Summaries 2026 data release.
#[pyfunction]
pub(crate) fn read_usgs_mcs_2026(py: Python<'_>, path: PathBuf) -> PyResult<Tables> {
    tables(py, move || {
        let release = usgs::read_mcs_2026(&path, &reference::registers()?)?;
        Ok(vec![
            ("world_production", usgs::world_production_table(&release.production)?),
            ("world_production_aggregates", usgs::world_production_aggregates_table(&release.production)?),
            ("us_salient_statistics", usgs::us_salient_statistics_table(&release.salient)?),
            ("us_import_sources", usgs::us_import_sources_table(&release.import_sources)?),
            ("us_import_source_aggregates", usgs::us_import_source_aggregates_table(&release.import_sources)?),
        ])
    })
}

/// Reads one update of the Worldwide Governance Indicators.
#[pyfunction]
pub(crate) fn read_wgi(py: Python<'_>, path: PathBuf, vintage: &str) -> PyResult<PyTable> {
    let source = SourceId::new(vintage).map_err(|error| from_core(&error))?;
    let table = py.detach(move || {
        let file = SourceFile::open(&path, Encoding::Utf8)?;
        wgi::governance_table(&wgi::read_wgi(&file, reference::registers()?.areas.countries(), &source)?)
    });
    to_python(table.map_err(|error| from_tables(&error))?)
}

/// Reads one BEA benchmark.
#[pyfunction]
pub(crate) fn read_bea(py: Python<'_>, folder: PathBuf, benchmark_year: i16) -> PyResult<Tables> {
    tables(py, move || {
        let source = SourceId::new(format!("bea-io-{benchmark_year}"))?;
        let accounts = bea::read_bea(&folder, Year(benchmark_year))?;
        Ok(vec![
            ("io_cells", bea::io_cells_table(&accounts.cells, &source)?),
            ("io_codes", bea::io_codes_table(&accounts.codes, &source)?),
        ])
    })
}

/// Reads a Parquet file.
#[pyfunction]
pub(crate) fn read_parquet(py: Python<'_>, path: PathBuf) -> PyResult<PyTable> {
    to_python(py.detach(|| critmin_tables::read_parquet(&path)).map_err(|error| from_tables(&error))?)
}

/// Imports a BACI release into Parquet; returns what was read and written as JSON.
#[pyfunction]
#[pyo3(signature = (input, output, hs_edition, release, codes, years, progress))]
#[expect(clippy::too_many_arguments, reason = "keyword arguments of the Python function, one to one")]
pub(crate) fn import_baci(
    py: Python<'_>,
    input: PathBuf,
    output: PathBuf,
    hs_edition: Option<String>,
    release: Option<String>,
    codes: Option<Vec<String>>,
    years: Option<Vec<i16>>,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let years = years.map(|years| years.into_iter().map(Year).collect());
    let options = baci::BaciImport { hs_edition, release, codes, years };
    let summary = run_detached(py, progress.as_ref(), |progress| import(&input, &output, &options, progress))?;
    Ok(summary)
}

fn import(
    input: &Path,
    output: &Path,
    options: &baci::BaciImport,
    progress: &crate::progress::Progress,
) -> PyResult<String> {
    let mut report = |done, total| {
        if progress.report(done, total) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let summary = reference::registers()
        .and_then(|registers| baci::import_baci(input, output, options, registers.areas.countries(), &mut report))
        .map_err(|error| from_tables(&error))?;
    Ok(serde_json::json!({
        "n_rows": summary.n_rows,
        "n_rows_kept": summary.n_rows_kept,
        "n_missing_mass": summary.n_missing_mass,
        "n_codes": summary.n_codes,
        "years": summary.years,
        "value_usd_total": summary.value_usd_total,
        "hs_edition": summary.hs_edition,
        "source_id": summary.source_id,
    })
    .to_string())
}

fn tables(
    py: Python<'_>,
    read: impl FnOnce() -> Result<Vec<(&'static str, RecordBatch)>, Error> + Send,
) -> PyResult<Tables> {
    let read = py.detach(read).map_err(|error| from_tables(&error))?;
    read.into_iter().map(|(name, batch)| Ok((name, to_python(batch)?))).collect()
}
