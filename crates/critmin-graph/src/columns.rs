//! Reading the columns of a table of edges or nodes: labels by code, numbers, truth values; every fault with its row.

use critmin_core::{ABSENT, Column, Columns};

use crate::Error;
use crate::error::Problem;

/// A table under examination.
pub(crate) struct Door<'a> {
    pub(crate) table: &'static str,
    columns: &'a Columns,
    problems: Vec<Problem>,
}

/// A text column: one code per row, and what the codes mean.
#[derive(Clone, Copy)]
pub(crate) struct Texts<'a> {
    pub(crate) codes: &'a [u32],
    pub(crate) labels: &'a [String],
}

impl<'a> Texts<'a> {
    /// The text of a row.
    pub(crate) fn get(self, row: usize) -> Option<&'a str> {
        self.labels.get(self.codes[row] as usize).map(String::as_str)
    }
}

impl<'a> Door<'a> {
    pub(crate) fn new(table: &'static str, columns: &'a Columns) -> Self {
        Self { table, columns, problems: Vec::new() }
    }

    /// Notes a fault.
    pub(crate) fn fault(&mut self, row: usize, column: &str, found: impl Into<String>, expected: &str) {
        let (column, found, expected) = (column.to_owned(), found.into(), expected.to_owned());
        self.problems.push(Problem { row: row + 1, column, found, expected });
    }

    /// Refuses the table when it had faults, all of them at once.
    pub(crate) fn close(mut self) -> Result<(), Error> {
        if self.problems.is_empty() {
            return Ok(());
        }
        self.problems.sort_by_key(|problem| problem.row);
        Err(Error::InvalidRows { table: self.table, problems: self.problems })
    }

    /// The column of text with this name.
    pub(crate) fn texts(&self, name: &str) -> Result<Texts<'a>, Error> {
        match self.columns.column(name) {
            Some(Column::Text { codes, labels }) => Ok(Texts { codes, labels }),
            _ => Err(self.lacks(name, "text")),
        }
    }

    /// The column of text with this name, if there is one.
    pub(crate) fn optional_texts(&self, name: &str) -> Result<Option<Texts<'a>>, Error> {
        match self.columns.column(name) {
            None => Ok(None),
            Some(Column::Number(numbers)) if numbers.iter().all(|number| number.is_nan()) => Ok(None),
            Some(_) => self.texts(name).map(Some),
        }
    }

    /// The column of numbers with one of these names; whole numbers arrive as labels and are read back.
    pub(crate) fn numbers(&mut self, names: &[&str]) -> Result<Vec<f64>, Error> {
        let named = names.iter().find(|name| self.columns.column(name).is_some()).copied();
        let name = named.ok_or_else(|| self.lacks(names[0], "numbers"))?;
        let column = self.columns.column(name);
        let texts = match column {
            Some(Column::Number(numbers)) => return Ok(numbers.clone()),
            Some(Column::Text { codes, labels }) => Texts { codes, labels },
            None => return Err(self.lacks(name, "numbers")),
        };
        let read: Vec<Option<f64>> = texts.labels.iter().map(|label| label.parse().ok()).collect();
        let mut numbers = Vec::with_capacity(texts.codes.len());
        for (row, &code) in texts.codes.iter().enumerate() {
            let number = if code == ABSENT { Some(f64::NAN) } else { read[code as usize] };
            if number.is_none() {
                self.fault(row, name, format!("`{}`", texts.labels[code as usize]), "a number");
            }
            numbers.push(number.unwrap_or(f64::NAN));
        }
        Ok(numbers)
    }

    /// The column of numbers with one of these names, if there is one; negative ones are faults.
    pub(crate) fn optional_amounts(&mut self, names: &[&str]) -> Result<Option<Vec<f64>>, Error> {
        if !names.iter().any(|name| self.columns.column(name).is_some()) {
            return Ok(None);
        }
        let numbers = self.numbers(names)?;
        for (row, &number) in numbers.iter().enumerate() {
            if number.is_infinite() || number < 0.0 {
                self.fault(row, names[0], number.to_string(), "a finite amount that is not negative, or nothing");
            }
        }
        Ok(Some(numbers))
    }

    pub(crate) fn n_rows(&self) -> Result<usize, Error> {
        let n_rows = self.columns.n_rows();
        let limit = ABSENT as usize - 1;
        if n_rows <= limit { Ok(n_rows) } else { Err(Error::TooLarge { table: self.table, n_rows, limit }) }
    }

    fn lacks(&self, name: &str, kind: &str) -> Error {
        let found: Vec<String> = self.columns.names().map(str::to_owned).collect();
        if found.iter().any(|known| known == name) {
            let reason =
                format!("the column `{name}` of the table of {} does not hold {kind}: cast it first", self.table);
            return Error::BadQuestion { what: "building a graph", reason };
        }
        Error::MissingColumn { table: self.table, column: name.to_owned(), found }
    }
}
