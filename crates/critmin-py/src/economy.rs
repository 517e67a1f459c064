//! Economies, what scenarios cost them, and sweeps over many suppliers. Rows cross as JSON: they are few.

use std::path::PathBuf;
use std::sync::Arc;

use critmin_core::{Dataset, InputOutputTable};
use critmin_disruption::{
    EconomyOptions, Error, ImportTreatment, IndustryModel, QuarterOptions, Scope, SweepOptions, assemble_market,
    choices, cost, cost_draws, requests, solve_quarters, sweep_suppliers,
};
use critmin_tables::readers::pymrio::read_pymrio;
use critmin_tables::reference;
use pyo3::prelude::*;
use pyo3_arrow::PyTable;
use serde::Serialize;

use crate::disruption::{Scenario, parameter_rows};
use crate::error::{InterruptedImportError, ScenarioError, from_disruption, from_tables};
use crate::progress::run_detached;
use crate::reference::dataset;
use crate::table::{columns_of, from_python};

/// An input-output table made ready to be cut; immutable.
#[pyclass(frozen, module = "critmin._core")]
pub(crate) struct Economy {
    inner: Arc<critmin_disruption::Economy>,
}

/// The U.S. economy of a benchmark year of the reference dataset.
#[pyfunction]
pub(crate) fn economy_of_benchmark(py: Python<'_>, options: &str) -> PyResult<Economy> {
    let options = economy_options(options)?;
    py.detach(|| prepared(&benchmark(options.benchmark_year).map_err(|error| from_disruption(&error))?, &options))
}

/// An economy from a user's cells and codes, in the columns of `io_cells` and `io_codes`.
#[pyfunction]
pub(crate) fn economy_from_tables(
    py: Python<'_>,
    cells: PyTable,
    codes: PyTable,
    year: i16,
    options: &str,
) -> PyResult<Economy> {
    let options = economy_options(options)?;
    let (cells, codes) = (columns_of("io_cells", cells)?, columns_of("io_codes", codes)?);
    py.detach(|| {
        let table = InputOutputTable::from_bea(&cells, &codes, year).map_err(|fault| from_disruption(&fault.into()))?;
        prepared(&table, &options)
    })
}

/// An economy from a folder in the layout of pymrio.
#[pyfunction]
pub(crate) fn economy_from_pymrio(
    py: Python<'_>,
    folder: PathBuf,
    year: i16,
    unit: &str,
    options: &str,
) -> PyResult<Economy> {
    let options = economy_options(options)?;
    py.detach(|| prepared(&read_pymrio(&folder, year, unit).map_err(|error| from_tables(&error))?, &options))
}

/// What a scenario costs, as JSON.
#[pyfunction]
#[pyo3(signature = (scenario, economy, parameters, links, progress))]
pub(crate) fn cost_of_scenario(
    py: Python<'_>,
    scenario: &Scenario,
    economy: &Economy,
    parameters: Option<PyTable>,
    links: Option<PyTable>,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let (scenario, figures) = asked(py, scenario, parameters, links)?;
    run_detached(py, progress.as_ref(), |progress| {
        progress.report(0, 1);
        let found =
            cost(&scenario, &figures, &figures.recipes, &economy.inner).map_err(|error| from_disruption(&error))?;
        progress.report(1, 1);
        json(&found)
    })
}

/// The cost over many draws, as JSON.
#[pyfunction]
#[pyo3(signature = (scenario, economy, parameters, links, n_draws, seed, progress))]
#[expect(clippy::too_many_arguments, reason = "the Python function of the same shape names them")]
pub(crate) fn cost_of_draws(
    py: Python<'_>,
    scenario: &Scenario,
    economy: &Economy,
    parameters: Option<PyTable>,
    links: Option<PyTable>,
    n_draws: usize,
    seed: u64,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let (scenario, figures) = asked(py, scenario, parameters, links)?;
    run_detached(py, progress.as_ref(), |progress| {
        let tell = |done: usize, total: usize| progress.report(done as u64, total as u64);
        let found = cost_draws(&scenario, &figures, &figures.recipes, &economy.inner, (n_draws, seed), &tell);
        json(&found.map_err(|error| interruptible(&error))?)
    })
}

/// The answer under every named choice, as JSON.
#[pyfunction]
#[pyo3(signature = (scenario, parameters, links, progress))]
pub(crate) fn cost_choices(
    py: Python<'_>,
    scenario: &Scenario,
    parameters: Option<PyTable>,
    links: Option<PyTable>,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let (scenario, figures) = asked(py, scenario, parameters, links)?;
    run_detached(py, progress.as_ref(), |_| {
        json(&choices(&scenario, &figures, &figures.recipes, &benchmark).map_err(|error| from_disruption(&error))?)
    })
}

/// Every supplier of every commodity at several levels, as JSON.
#[pyfunction]
#[pyo3(signature = (economy, options, probabilities, parameters, links, progress))]
pub(crate) fn sweep_of_suppliers(
    py: Python<'_>,
    economy: &Economy,
    options: &str,
    probabilities: Option<PyTable>,
    parameters: Option<PyTable>,
    links: Option<PyTable>,
    progress: Option<Py<PyAny>>,
) -> PyResult<String> {
    let options: SweepOptions = parsed(options, "sweep options")?;
    let mut figures = dataset(py)?.clone();
    replace_links(&mut figures, links)?;
    if let Some(table) = parameters {
        figures.parameters.rows.extend(parameter_rows(table)?);
    }
    if let Some(table) = probabilities {
        figures.supplier_probabilities = rows(table, "supplier_probabilities", reference::supplier_probabilities)?;
    }
    run_detached(py, progress.as_ref(), |progress| {
        let tell = |done: usize, total: usize| progress.report(done as u64, total as u64);
        let found = sweep_suppliers(&figures, &figures.recipes, &economy.inner, &options, &tell);
        json(&found.map_err(|error| interruptible(&error))?)
    })
}

/// The global markets of a scenario in four quarters, as JSON: one entry per commodity.
#[pyfunction]
#[pyo3(signature = (scenario, options))]
pub(crate) fn quarters_of_scenario(py: Python<'_>, scenario: &Scenario, options: &str) -> PyResult<String> {
    let options: QuarterOptions = parsed(options, "quarter options")?;
    let figures = dataset(py)?;
    let scenario = Arc::clone(scenario.inner());
    let run = || -> Result<Vec<serde_json::Value>, Error> {
        let Some(period) = scenario.assessed_period()? else { return Ok(Vec::new()) };
        let known = critmin_disruption::Figures::new(figures, &figures.recipes, &scenario.parameters);
        let mut found = Vec::new();
        for request in requests(&scenario, figures, period).into_iter().filter(|request| request.scope == Scope::Global)
        {
            let assembled = assemble_market(&known, &request, &scenario.market)?;
            let market =
                critmin_disruption::MarketOptions { choke_price_ratio: assembled.choke_price_ratio, ..scenario.market };
            let quarters = solve_quarters(&assembled.market, &market, &options)?;
            found.push(serde_json::json!({ "commodity": request.commodity, "quarters": quarters }));
        }
        Ok(found)
    };
    json(&py.detach(run).map_err(|error| from_disruption(&error))?)
}

#[pymethods]
impl Economy {
    /// Title, year, unit and source of the table, as JSON.
    fn about(&self) -> PyResult<String> {
        let table = self.inner.table();
        json(&serde_json::json!({
            "title": table.title,
            "year": table.year,
            "unit": table.unit,
            "source": table.source,
            "options": self.inner.options(),
            "gdp": table.gdp(),
            "gross_output": self.inner.output().iter().sum::<f64>(),
        }))
    }

    /// Industries with output and value added, as JSON.
    fn industries(&self) -> PyResult<String> {
        let table = self.inner.table();
        let rows =
            table.industries.iter().zip(self.inner.output()).zip(&table.value_added).zip(table.industry_residuals());
        let row = |(((industry, output), added), residual): (((&critmin_core::IoCode, &f64), &f64), f64)| serde_json::json!({ "industry": industry.code, "name": industry.name, "output": output, "value_added": added, "residual": residual });
        json(&rows.map(row).collect::<Vec<_>>())
    }

    /// Commodities with supply and use, as JSON.
    fn commodities(&self) -> PyResult<String> {
        let table = self.inner.table();
        let (made, wanted, residuals) = (table.commodity_output(), table.final_demand(), table.commodity_residuals());
        let row = |(at, commodity): (usize, &critmin_core::IoCode)| serde_json::json!({ "commodity": commodity.code, "name": commodity.name, "output": made[at], "imports": table.imports[at], "final_demand": wanted[at], "residual": residuals[at] });
        json(&table.commodities.iter().enumerate().map(row).collect::<Vec<_>>())
    }

    /// The economy after cuts by industry code, as JSON.
    fn allocate(&self, py: Python<'_>, cuts: Vec<(String, f64)>) -> PyResult<String> {
        let run = || {
            let cuts = self.inner.cuts(cuts.iter().map(|(code, cut)| (code.as_str(), *cut)))?;
            self.inner.allocate(&cuts, None)
        };
        json(&py.detach(run).map_err(|error| from_disruption(&error))?)
    }

    /// Multipliers of every industry, as JSON.
    fn multipliers(&self, py: Python<'_>, imports: &str) -> PyResult<String> {
        let imports = treatment(imports)?;
        let run = || IndustryModel::new(self.inner.table(), imports)?.multipliers();
        json(&py.detach(run).map_err(|error| from_disruption(&error))?)
    }

    /// Output that final demand needs, by industry.
    fn leontief(&self, py: Python<'_>, final_demand: Vec<f64>, imports: &str) -> PyResult<Vec<f64>> {
        let imports = treatment(imports)?;
        let run = || IndustryModel::new(self.inner.table(), imports)?.leontief(&final_demand);
        py.detach(run).map_err(|error| from_disruption(&error))
    }

    /// Output that value added sustains, by industry.
    fn ghosh(&self, py: Python<'_>, value_added: Vec<f64>, imports: &str) -> PyResult<Vec<f64>> {
        let imports = treatment(imports)?;
        let run = || IndustryModel::new(self.inner.table(), imports)?.ghosh(&value_added);
        py.detach(run).map_err(|error| from_disruption(&error))
    }

    /// Final demand for each industry's products.
    fn final_demand(&self, imports: &str) -> PyResult<Vec<f64>> {
        let model = IndustryModel::new(self.inner.table(), treatment(imports)?);
        Ok(model.map_err(|error| from_disruption(&error))?.final_demand().to_vec())
    }

    /// Largest eigenvalue of the input coefficients.
    fn spectral_radius(&self, py: Python<'_>, imports: &str) -> PyResult<f64> {
        let imports = treatment(imports)?;
        let run = || Ok(IndustryModel::new(self.inner.table(), imports)?.spectral_radius());
        py.detach(run).map_err(|error: Error| from_disruption(&error))
    }

    /// The economy without each of some industries, as JSON.
    fn extraction(&self, py: Python<'_>, industries: Vec<String>, imports: &str) -> PyResult<String> {
        let imports = treatment(imports)?;
        let run = || {
            let model = IndustryModel::new(self.inner.table(), imports)?;
            let one = |code: &String| model.extraction(self.inner.table().industry(code)?);
            industries.iter().map(one).collect::<Result<Vec<_>, Error>>()
        };
        json(&py.detach(run).map_err(|error| from_disruption(&error))?)
    }

    fn __repr__(&self) -> String {
        format!("<Economy of {} industries: {}>", self.inner.n_industries(), self.inner.table().title)
    }
}

fn benchmark(year: i16) -> Result<InputOutputTable, Error> {
    reference::input_output_table(year).map_err(|error| match error {
        critmin_tables::Error::InputOutput(fault) => Error::Table(fault),
        other => Error::Syntax { format: "reference dataset", reason: other.to_string() },
    })
}

fn prepared(table: &InputOutputTable, options: &EconomyOptions) -> PyResult<Economy> {
    let inner = critmin_disruption::Economy::new(table, options).map_err(|error| from_disruption(&error))?;
    Ok(Economy { inner: Arc::new(inner) })
}

/// The scenario with `parameters` under its own, and the dataset with `links` in place of its own.
fn asked(
    py: Python<'_>,
    scenario: &Scenario,
    parameters: Option<PyTable>,
    links: Option<PyTable>,
) -> PyResult<(critmin_disruption::Scenario, Dataset)> {
    let mut figures = dataset(py)?.clone();
    let mut scenario = (**scenario.inner()).clone();
    if let Some(table) = parameters {
        let rows = parameter_rows(table)?;
        scenario.parameters = rows.into_iter().chain(scenario.parameters).collect();
    }
    replace_links(&mut figures, links)?;
    Ok((scenario, figures))
}

fn replace_links(figures: &mut Dataset, links: Option<PyTable>) -> PyResult<()> {
    if let Some(table) = links {
        figures.industry_links = rows(table, "industry_links", reference::industry_links)?;
    }
    Ok(())
}

fn rows<T>(
    table: PyTable,
    name: &str,
    read: fn(&arrow::array::RecordBatch) -> Result<Vec<T>, critmin_tables::Error>,
) -> PyResult<Vec<T>> {
    let Some(schema) = critmin_tables::table_schema(name) else { return Ok(Vec::new()) };
    read(&from_python(table, schema)?).map_err(|error| from_tables(&error))
}

fn economy_options(text: &str) -> PyResult<EconomyOptions> {
    parsed(text, "economy options")
}

fn parsed<T: serde::de::DeserializeOwned>(text: &str, what: &str) -> PyResult<T> {
    serde_json::from_str(text).map_err(|fault| ScenarioError::new_err(format!("the {what} are not valid: {fault}")))
}

fn treatment(text: &str) -> PyResult<ImportTreatment> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|_| {
        ScenarioError::new_err(format!("`imports` is `{text}`: expected `imports_separated` or `imports_included`"))
    })
}

fn interruptible(error: &Error) -> PyErr {
    if *error == Error::Interrupted {
        InterruptedImportError::new_err(error.to_string())
    } else {
        from_disruption(error)
    }
}

fn json(value: &impl Serialize) -> PyResult<String> {
    serde_json::to_string(value)
        .map_err(|fault| ScenarioError::new_err(format!("the result has no JSON form: {fault}")))
}
