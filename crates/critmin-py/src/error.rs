//! Every error of the Rust crates and the Python exception it becomes.

use critmin_core::{Error as CoreError, IoTableError};
use critmin_disruption::Error as DisruptionError;
use critmin_graph::Error as GraphFault;
use critmin_score::Error as ScoreError;
use critmin_solve::Error as SolveError;
use critmin_substitution::Error as SubstitutionError;
use critmin_tables::Error as TablesError;
use pyo3::prelude::*;
use serde_json::json;

pyo3::import_exception!(critmin.exceptions, ConvergenceError);
pyo3::import_exception!(critmin.exceptions, CritminError);
pyo3::import_exception!(critmin.exceptions, EncodingError);
pyo3::import_exception!(critmin.exceptions, GraphError);
pyo3::import_exception!(critmin.exceptions, InfeasibleEconomyError);
pyo3::import_exception!(critmin.exceptions, InfeasibleMarketError);
pyo3::import_exception!(critmin.exceptions, InfeasiblePlanError);
pyo3::import_exception!(critmin.exceptions, InterruptedImportError);
pyo3::import_exception!(critmin.exceptions, InvalidDataError);
pyo3::import_exception!(critmin.exceptions, MethodError);
pyo3::import_exception!(critmin.exceptions, MissingColumnError);
pyo3::import_exception!(critmin.exceptions, MissingInputsError);
pyo3::import_exception!(critmin.exceptions, NotProvenError);
pyo3::import_exception!(critmin.exceptions, ReadError);
pyo3::import_exception!(critmin.exceptions, ScenarioError);
pyo3::import_exception!(critmin.exceptions, UnknownCommodityError);
pyo3::import_exception!(critmin.exceptions, UnknownCountryError);
pyo3::import_exception!(critmin.exceptions, UnknownMethodError);
pyo3::import_exception!(critmin.exceptions, UnknownNameError);
pyo3::import_exception!(critmin.exceptions, UnknownTableError);
pyo3::import_exception!(critmin.exceptions, UnreadableFileError);
pyo3::import_exception!(critmin.exceptions, WriteError);

/// An error of the core nouns as a Python exception.
pub(crate) fn from_core(error: &CoreError) -> PyErr {
    let message = error.to_string();
    match error {
        CoreError::Unknown { kind: "commodity", .. } => UnknownCommodityError::new_err(message),
        CoreError::Unknown { kind: "country" | "bloc", .. } => UnknownCountryError::new_err(message),
        CoreError::Unknown { .. } | CoreError::MalformedId { .. } => UnknownNameError::new_err(message),
        CoreError::Duplicate { .. }
        | CoreError::InconsistentObservation { .. }
        | CoreError::NoConsumption { .. }
        | CoreError::NoSupply
        | CoreError::NotAQuantity { .. }
        | CoreError::NotAShare { .. }
        | CoreError::UnequalColumns { .. } => InvalidDataError::new_err(message),
        _ => CritminError::new_err(message),
    }
}

/// An error of reading, validating or writing as a Python exception.
pub(crate) fn from_tables(error: &TablesError) -> PyErr {
    let message = error.to_string();
    match error {
        TablesError::Core(core) => from_core(core),
        TablesError::InputOutput(fault) => from_io_table(fault),
        TablesError::Encoding { .. } => EncodingError::new_err(message),
        TablesError::Invalid(report) => {
            let problems = serde_json::to_string(report.problems()).unwrap_or_else(|_| "[]".to_owned());
            InvalidDataError::new_err((message, problems))
        }
        TablesError::NotFinite { table, column, row, found } => {
            let expected = "a finite number, or an empty cell";
            let found = found.to_string();
            let problem =
                json!([{ "file": table, "row": row, "column": column, "found": found, "expected": expected }]);
            InvalidDataError::new_err((message, problem.to_string()))
        }
        TablesError::MissingColumns { .. } | TablesError::UnsupportedColumn { .. } => {
            MissingColumnError::new_err(message)
        }
        TablesError::UnstatedVintage { .. } => InvalidDataError::new_err(message),
        TablesError::Read { .. } => ReadError::new_err(message),
        TablesError::Unreadable { .. } => UnreadableFileError::new_err(message),
        TablesError::UnknownTable { .. } => UnknownTableError::new_err(message),
        TablesError::Interrupted => InterruptedImportError::new_err(message),
        TablesError::Write { .. } => WriteError::new_err(message),
        _ => CritminError::new_err(message),
    }
}

/// An error of a scenario or a market as a Python exception.
pub(crate) fn from_disruption(error: &DisruptionError) -> PyErr {
    let message = error.to_string();
    match error {
        DisruptionError::Core(core) => from_core(core),
        DisruptionError::Table(fault) => from_io_table(fault),
        DisruptionError::InfeasibleCut { .. }
        | DisruptionError::Solve(SolveError::Infeasible { .. } | SolveError::Unbounded)
        | DisruptionError::NotSettled { .. } => InfeasibleEconomyError::new_err(message),
        DisruptionError::Solve(_) => NotProvenError::new_err(message),
        DisruptionError::InvalidScenario { problems, .. } => {
            let problems: Vec<_> = problems.iter().map(|problem| json!({ "found": problem.to_string() })).collect();
            ScenarioError::new_err((message, json!(problems).to_string()))
        }
        DisruptionError::MissingInputs { .. }
        | DisruptionError::NoDataAtStage { .. }
        | DisruptionError::NoLinks { .. } => MissingInputsError::new_err(message),
        DisruptionError::NoSupplyLeft { .. }
        | DisruptionError::UnboundedPrice { .. }
        | DisruptionError::NoBaseDemand { .. } => InfeasibleMarketError::new_err(message),
        DisruptionError::Syntax { .. }
        | DisruptionError::Ambiguous { .. }
        | DisruptionError::NotARestrictionLevel { .. }
        | DisruptionError::OptionOutOfRange { .. }
        | DisruptionError::DateOverflow { .. } => ScenarioError::new_err(message),
        DisruptionError::UnknownPriceUnit { .. }
        | DisruptionError::FaultyParameter { .. }
        | DisruptionError::NotAnElasticity { .. }
        | DisruptionError::NotATonnage { .. }
        | DisruptionError::CapacityBelowProduction { .. }
        | DisruptionError::FaultyLink { .. }
        | DisruptionError::NotACut { .. }
        | DisruptionError::NegativeOutput { .. }
        | DisruptionError::SeriesDiverges => InvalidDataError::new_err(message),
        _ => CritminError::new_err(message),
    }
}

/// An error of a network, a portfolio or another decision as a Python exception.
pub(crate) fn from_substitution(error: &SubstitutionError) -> PyErr {
    let message = error.to_string();
    match error {
        SubstitutionError::Core(core) => from_core(core),
        SubstitutionError::Disruption(fault) => from_disruption(fault),
        SubstitutionError::Invalid { what, faults } => {
            let row = |fault: &critmin_substitution::Fault| json!({ "file": what, "row": null, "column": fault.place, "found": fault.found, "expected": fault.expected });
            let problems: Vec<_> = faults.iter().map(row).collect();
            InvalidDataError::new_err((message, json!(problems).to_string()))
        }
        SubstitutionError::InfeasiblePlan { conflicts, missing } => {
            let detail = json!({ "conflicts": conflicts, "missing": missing });
            InfeasiblePlanError::new_err((message, detail.to_string()))
        }
        SubstitutionError::MissingInput { .. } => MissingInputsError::new_err(message),
        SubstitutionError::Syntax { .. } | SubstitutionError::EssentialInput { .. } => {
            InvalidDataError::new_err(message)
        }
        SubstitutionError::Solve(SolveError::Infeasible { .. }) => InfeasiblePlanError::new_err(message),
        SubstitutionError::Solve(_) => NotProvenError::new_err(message),
        SubstitutionError::Interrupted => InterruptedImportError::new_err(message),
        _ => CritminError::new_err(message),
    }
}

/// A fault of an input-output table as a Python exception.
fn from_io_table(fault: &IoTableError) -> PyErr {
    let message = fault.to_string();
    match fault {
        IoTableError::Unknown { .. } => UnknownNameError::new_err(message),
        IoTableError::MissingColumn { .. } => MissingColumnError::new_err(message),
        _ => InvalidDataError::new_err(message),
    }
}

/// An error of a method document, of its inputs or of a question asked of it as a Python exception.
pub(crate) fn from_score(error: &ScoreError) -> PyErr {
    let message = error.to_string();
    match error {
        ScoreError::Syntax { line, .. }
        | ScoreError::Rule { line, .. }
        | ScoreError::UnknownName { line, .. }
        | ScoreError::Cycle { line, .. }
        | ScoreError::Formula { line, .. }
        | ScoreError::Unit { line, .. } => MethodError::new_err((message, *line)),
        ScoreError::UnknownMethod { .. } => UnknownMethodError::new_err(message),
        ScoreError::MissingInput { .. } | ScoreError::MissingValue { .. } => MissingInputsError::new_err(message),
        ScoreError::MissingTable { .. } => UnknownTableError::new_err(message),
        ScoreError::MissingColumn { .. } => MissingColumnError::new_err(message),
        ScoreError::BadInput { input, row_number, reason } => {
            let problem = json!([{ "file": input, "row": row_number, "found": reason }]);
            InvalidDataError::new_err((message, problem.to_string()))
        }
        ScoreError::BadRequest { .. } | ScoreError::TooManyLabels { .. } => InvalidDataError::new_err(message),
        ScoreError::Interrupted => InterruptedImportError::new_err(message),
        _ => CritminError::new_err(message),
    }
}

/// An error of building a graph or of asking it as a Python exception.
pub(crate) fn from_graph(error: &GraphFault) -> PyErr {
    let message = error.to_string();
    match error {
        GraphFault::BadQuestion { .. } => GraphError::new_err(message),
        GraphFault::Core(core) => from_core(core),
        GraphFault::InvalidRows { table, problems } => {
            let row = |each: &critmin_graph::Problem| {
                let (column, found) = (&each.column, &each.found);
                json!({ "file": table, "row": each.row, "column": column, "found": found, "expected": each.expected })
            };
            let problems: Vec<_> = problems.iter().map(row).collect();
            InvalidDataError::new_err((message, json!(problems).to_string()))
        }
        GraphFault::MissingColumn { .. } => MissingColumnError::new_err(message),
        GraphFault::NoData { .. } => MissingInputsError::new_err(message),
        GraphFault::NotConverged { .. } => ConvergenceError::new_err(message),
        GraphFault::TooLarge { .. } => InvalidDataError::new_err(message),
        GraphFault::UnknownName { kind: "country", .. } => UnknownCountryError::new_err(message),
        GraphFault::UnknownName { .. } => UnknownNameError::new_err(message),
        GraphFault::Interrupted => InterruptedImportError::new_err(message),
        _ => CritminError::new_err(message),
    }
}
