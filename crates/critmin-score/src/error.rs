//! What can be wrong with a method document, its inputs, or a question asked of it.

use thiserror::Error;

use crate::formula::FormulaError;
use crate::unit::UnitError;

/// Errors of method documents and of their evaluation.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The text is not TOML, or holds a key that the format does not know.
    #[error("the method document cannot be read{}: {reason}", at(*line))]
    Syntax {
        /// Line in the document, from 1.
        line: Option<usize>,
        /// What the TOML reader says.
        reason: String,
    },
    /// A rule of the document contradicts the format.
    #[error("method `{method}`{}, `{name}`: {reason}", at(*line))]
    Rule {
        /// Id of the method.
        method: String,
        /// Line in the document, from 1.
        line: Option<usize>,
        /// The input, binding or section.
        name: String,
        /// What was found, what was expected, how to mend it.
        reason: String,
    },
    /// A name that no input, constant or binding has.
    #[error("method `{method}`{}, `{name}`: unknown name `{found}`{}", at(*line), hint(nearest))]
    UnknownName {
        /// Id of the method.
        method: String,
        /// Line in the document, from 1.
        line: Option<usize>,
        /// The binding that uses it.
        name: String,
        /// The name that was used.
        found: String,
        /// Known names that resemble it.
        nearest: Vec<String>,
    },
    /// Bindings that need each other.
    #[error("method `{method}`{}: {} need each other; break the circle", at(*line), list(names))]
    Cycle {
        /// Id of the method.
        method: String,
        /// Line of the first of them.
        line: Option<usize>,
        /// The bindings of the circle.
        names: Vec<String>,
    },
    /// A formula that cannot be read or whose units do not match.
    #[error("method `{method}`{}, `{name}`: {fault}", at(*line))]
    Formula {
        /// Id of the method.
        method: String,
        /// Line in the document, from 1.
        line: Option<usize>,
        /// The binding.
        name: String,
        /// What is wrong with it.
        fault: Box<FormulaError>,
    },
    /// A unit that cannot be read.
    #[error("method `{method}`{}, `{name}`: {fault}", at(*line))]
    Unit {
        /// Id of the method.
        method: String,
        /// Line in the document, from 1.
        line: Option<usize>,
        /// The input or binding.
        name: String,
        /// What is wrong with it.
        fault: UnitError,
    },
    /// No shipped method has this id.
    #[error("unknown method `{found}`{}", hint(nearest))]
    UnknownMethod {
        /// What was asked for.
        found: String,
        /// Known ids that resemble it.
        nearest: Vec<String>,
    },
    /// An input that neither the reference dataset nor the caller provides.
    #[error(
        "method `{method}` needs the input `{input}` ({description}): hand over a table with the columns {}",
        list(columns)
    )]
    MissingInput {
        /// Id of the method.
        method: String,
        /// Name of the input.
        input: String,
        /// What it is.
        description: String,
        /// Columns of the table.
        columns: Vec<String>,
    },
    /// A table that an input names does not exist.
    #[error("input `{input}`: no table `{table}` in the dataset")]
    MissingTable {
        /// Name of the input.
        input: String,
        /// Name of the table.
        table: String,
    },
    /// A table lacks a column.
    #[error("input `{input}`: the table `{table}` lacks the column `{column}`; found {}", list(found))]
    MissingColumn {
        /// Name of the input.
        input: String,
        /// Name of the table.
        table: String,
        /// The missing column.
        column: String,
        /// The columns it has.
        found: Vec<String>,
    },
    /// A table holds something that its input does not allow.
    #[error("input `{input}`{}: {reason}", row(*row_number))]
    BadInput {
        /// Name of the input.
        input: String,
        /// Row of the table, from 1.
        row_number: Option<usize>,
        /// What was found, what was expected, how to mend it.
        reason: String,
    },
    /// A cell needs a value that is not there, and the document says `missing = "error"`.
    #[error("`{needed_by}` needs `{name}` for {key}, which has no value there; the method says `missing = \"error\"`")]
    MissingValue {
        /// The binding that looked it up.
        needed_by: String,
        /// The input or binding without a value.
        name: String,
        /// The labels that were asked for.
        key: String,
    },
    /// The question names something that the method does not have.
    #[error("{reason}")]
    BadRequest {
        /// What was found, what was expected, how to mend it.
        reason: String,
    },
    /// More labels than the engine can tell apart in one key.
    #[error("`{name}` has more label combinations than 2^63: ask for fewer labels in one call")]
    TooManyLabels {
        /// The binding.
        name: String,
    },
    /// The caller stopped the work.
    #[error("stopped before the end")]
    Interrupted,
}

pub(crate) fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

pub(crate) fn hint(nearest: &[String]) -> String {
    if nearest.is_empty() { String::new() } else { format!("; did you mean {}?", list(nearest)) }
}

fn at(line: Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!(", line {line}"))
}

fn row(row: Option<usize>) -> String {
    row.map_or_else(String::new, |row| format!(", row {row}"))
}
