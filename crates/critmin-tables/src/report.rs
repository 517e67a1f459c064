//! All problems of one reading, each with its place.

use std::fmt;

use serde::Serialize;

/// One cell (or row) that cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// File name.
    pub file: String,
    /// Line of the record as a person sees it in an editor: the header is line 1; 0 for the whole file.
    pub row: u64,
    /// Column name; empty when the whole row is meant.
    pub column: String,
    /// What stands there.
    pub found: String,
    /// What should stand there, and how to mend it.
    pub expected: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}, row {}", self.file, self.row)?;
        if !self.column.is_empty() {
            write!(formatter, ", column `{}`", self.column)?;
        }
        write!(formatter, ": found `{}`, expected {}", self.found, self.expected)
    }
}

/// Every problem found in one reading. Beyond [`Report::KEPT`] problems only their number is kept, so that a
/// wrong file of millions of rows cannot exhaust the memory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    problems: Vec<Problem>,
    n_problems: u64,
}

impl Report {
    /// How many problems are kept with their place.
    pub const KEPT: usize = 10_000;
    const SHOWN: usize = 10;

    /// Adds one problem.
    pub fn push(&mut self, problem: Problem) {
        self.n_problems += 1;
        if self.problems.len() < Self::KEPT {
            self.problems.push(problem);
        }
    }

    /// The problems with their places, in file order, at most [`Self::KEPT`].
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Number of all problems.
    pub fn n_problems(&self) -> u64 {
        self.n_problems
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.n_problems == 0
    }

    /// `value` when there is no problem, otherwise this report as an error.
    ///
    /// # Errors
    ///
    /// [`crate::Error::Invalid`] holding this report.
    pub fn into_result<T>(self, value: T) -> Result<T, crate::Error> {
        if self.is_empty() { Ok(value) } else { Err(crate::Error::Invalid(self)) }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.n_problems == 1 { "" } else { "s" };
        write!(formatter, "{} problem{plural} in the input", self.n_problems)?;
        for problem in self.problems.iter().take(Self::SHOWN) {
            write!(formatter, "\n  {problem}")?;
        }
        let shown = self.problems.len().min(Self::SHOWN) as u64;
        if shown < self.n_problems {
            write!(formatter, "\n  and {} more", self.n_problems - shown)?;
        }
        Ok(())
    }
}
