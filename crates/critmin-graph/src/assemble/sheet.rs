//! Reading tables by columns, row by row: what the reference dataset holds, as text, numbers and years.

use std::sync::Arc;

use critmin_core::{Column, Columns};

use crate::Error;

/// Where tables come from: `critmin_tables::reference::columns`, or a caller's own.
pub type Tables<'a> = &'a (dyn Fn(&str) -> Option<Arc<Columns>> + Sync);

/// One table.
pub(crate) struct Sheet {
    name: String,
    columns: Arc<Columns>,
}

impl Sheet {
    pub(crate) fn open(tables: Tables<'_>, name: &str) -> Result<Self, Error> {
        let columns = tables(name).ok_or_else(|| Error::NoData {
            what: "the graph".to_owned(),
            reason: format!("the table `{name}` is not there"),
        })?;
        Ok(Self { name: name.to_owned(), columns })
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.columns.n_rows()
    }

    /// A column of text; a column without any entry may have arrived as numbers.
    pub(crate) fn text(&self, column: &str) -> Result<Words<'_>, Error> {
        match self.columns.column(column) {
            Some(Column::Text { codes, labels }) => Ok(Words { codes, labels }),
            Some(Column::Number(numbers)) if numbers.iter().all(|number| number.is_nan()) => {
                Ok(Words { codes: &[], labels: &[] })
            }
            _ => Err(self.lacks(column)),
        }
    }

    /// A column of numbers.
    pub(crate) fn numbers(&self, column: &str) -> Result<&[f64], Error> {
        match self.columns.column(column) {
            Some(Column::Number(numbers)) => Ok(numbers),
            _ => Err(self.lacks(column)),
        }
    }

    /// The rows whose text columns hold these words.
    pub(crate) fn rows_where(&self, conditions: &[(&str, &[&str])]) -> Result<Vec<usize>, Error> {
        let mut rows: Vec<usize> = (0..self.n_rows()).collect();
        for (column, words) in conditions {
            let texts = self.text(column)?;
            // Each label is compared once, however many rows carry it.
            let is_wanted: Vec<bool> = texts.labels.iter().map(|label| words.contains(&label.as_str())).collect();
            rows.retain(|&row| texts.code(row).is_some_and(|code| is_wanted[code]));
        }
        Ok(rows)
    }

    fn lacks(&self, column: &str) -> Error {
        let found = self.columns.names().map(str::to_owned).collect::<Vec<_>>().join(", ");
        Error::NoData {
            what: "the graph".to_owned(),
            reason: format!("the table `{}` lacks the column `{column}`; found {found}", self.name),
        }
    }
}

/// A column of text.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    codes: &'a [u32],
    labels: &'a [String],
}

impl<'a> Words<'a> {
    fn code(&self, row: usize) -> Option<usize> {
        self.codes.get(row).map(|&code| code as usize).filter(|code| *code < self.labels.len())
    }

    /// The text of a row; an empty cell is none.
    pub(crate) fn get(&self, row: usize) -> Option<&'a str> {
        self.code(row).map(|code| self.labels[code].as_str()).filter(|text| !text.is_empty())
    }

    /// The text of a row, empty where there is none.
    pub(crate) fn or_empty(&self, row: usize) -> &'a str {
        self.get(row).unwrap_or_default()
    }

    /// The text of a row as a year.
    pub(crate) fn year(&self, row: usize) -> Option<i16> {
        self.get(row).and_then(|text| text.parse().ok())
    }
}
