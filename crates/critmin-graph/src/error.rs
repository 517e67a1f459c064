//! What can be wrong with a graph, or with a question asked of it.

use thiserror::Error;

/// Errors of building a graph and of asking it.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// A question or an option that cannot be answered as put.
    #[error("{what}: {reason}")]
    BadQuestion {
        /// Which question or option.
        what: &'static str,
        /// What was found and how to mend it.
        reason: String,
    },
    /// An error of the core nouns.
    #[error(transparent)]
    Core(#[from] critmin_core::Error),
    /// The table of edges or nodes holds rows that cannot be taken over.
    #[error("the table of {table} has {n} faulty row(s): {}", told(problems), n = problems.len())]
    InvalidRows {
        /// `edges` or `nodes`.
        table: &'static str,
        /// Every fault with its row.
        problems: Vec<Problem>,
    },
    /// A table lacks a column.
    #[error("the table of {table} lacks the column `{column}`; found {}", list(found))]
    MissingColumn {
        /// `edges` or `nodes`.
        table: &'static str,
        /// The column that is needed.
        column: String,
        /// The columns that are there.
        found: Vec<String>,
    },
    /// What a question needs is not in the data.
    #[error("{what} cannot be built: {reason}")]
    NoData {
        /// What was asked for.
        what: String,
        /// What is missing, and what there is instead.
        reason: String,
    },
    /// An iteration did not reach its tolerance.
    #[error(
        "the exposure of `{target}` did not converge: {unassigned:.3e} of its supply is still on its way after {iterations} rounds; goods go round between the same nodes almost without new supply: raise `max_iterations` or look at the residuals of {}",
        list(nodes)
    )]
    NotConverged {
        /// The target.
        target: String,
        /// Share of the supply that no origin has yet.
        unassigned: f64,
        /// Rounds that were made.
        iterations: usize,
        /// Some nodes of the cycle.
        nodes: Vec<String>,
    },
    /// More rows than an index of 32 bits can name.
    #[error("the table of {table} has {n_rows} rows: at most {limit} fit; build one graph per year or commodity")]
    TooLarge {
        /// `edges` or `nodes`.
        table: &'static str,
        /// Rows found.
        n_rows: usize,
        /// Rows that fit.
        limit: usize,
    },
    /// A name that nothing has.
    #[error("unknown {kind} `{found}`{}", hint(nearest))]
    UnknownName {
        /// Kind of object.
        kind: &'static str,
        /// What was asked for.
        found: String,
        /// Known names that resemble it, best first.
        nearest: Vec<String>,
    },
    /// The work was asked to stop.
    #[error("stopped before the answer was complete; nothing was kept")]
    Interrupted,
}

/// One fault of one row.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Problem {
    /// Row of the table, from 1.
    pub row: usize,
    /// Column.
    pub column: String,
    /// What stands there.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

fn told(problems: &[Problem]) -> String {
    const SHOWN: usize = 5;
    let mut text = problems
        .iter()
        .take(SHOWN)
        .map(|each| format!("row {}, `{}`: found {}, expected {}", each.row, each.column, each.found, each.expected))
        .collect::<Vec<_>>()
        .join("; ");
    if SHOWN < problems.len() {
        text.push_str("; ...");
    }
    text
}

pub(crate) fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn hint(nearest: &[String]) -> String {
    if nearest.is_empty() { String::new() } else { format!("; did you mean {}?", list(nearest)) }
}
