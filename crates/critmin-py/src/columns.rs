//! A table whose columns are known only when it is written: the axes of a method and the unit of a graph become columns.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, StringViewArray, UInt32Array,
};
use arrow::compute::take;
use arrow::datatypes::{Field, Schema};
use pyo3::prelude::*;
use pyo3_arrow::PyTable;

use crate::error::InvalidDataError;
use crate::table::to_python;

/// The axis whose labels are calendar years, and the ending of other axes of that kind.
const YEAR: &str = "year";

/// Columns, one after the other.
#[derive(Default)]
pub(crate) struct Columns {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    /// Appends text; absent where `None`.
    pub(crate) fn text<'a>(self, name: &str, cells: impl Iterator<Item = Option<&'a str>>) -> Self {
        self.push(name, Arc::new(cells.collect::<StringArray>()))
    }

    /// Appends numbers; absent where `None`.
    pub(crate) fn number(self, name: &str, cells: impl Iterator<Item = Option<f64>>) -> Self {
        self.push(name, Arc::new(cells.collect::<Float64Array>()))
    }

    /// Appends whole numbers.
    pub(crate) fn whole(self, name: &str, cells: impl Iterator<Item = usize>) -> Self {
        self.push(name, Arc::new(cells.map(|cell| i64::try_from(cell).ok()).collect::<Int64Array>()))
    }

    /// Appends whole numbers; absent where `None`.
    pub(crate) fn wholes(self, name: &str, cells: impl Iterator<Item = Option<i64>>) -> Self {
        self.push(name, Arc::new(cells.collect::<Int64Array>()))
    }

    /// Appends truth values.
    pub(crate) fn truth(self, name: &str, cells: impl Iterator<Item = bool>) -> Self {
        self.push(name, Arc::new(cells.map(Some).collect::<BooleanArray>()))
    }

    /// Appends text by position in `words`, each written once; absent where the position is none of them.
    pub(crate) fn coded(self, name: &str, codes: &[u32], words: &[impl AsRef<str>]) -> PyResult<Self> {
        let words: StringViewArray = words.iter().map(|word| Some(word.as_ref())).collect();
        let codes: UInt32Array = codes.iter().map(|&code| ((code as usize) < words.len()).then_some(code)).collect();
        let cells = take(&words, &codes, None).map_err(|fault| InvalidDataError::new_err(fault.to_string()))?;
        Ok(self.push(name, cells))
    }

    /// Appends the labels of one axis by position: whole numbers where they are years, text otherwise.
    pub(crate) fn coded_axis(self, name: &str, codes: &[u32], labels: &[String]) -> PyResult<Self> {
        let years: Vec<Option<i64>> = labels.iter().map(|label| label.parse().ok()).collect();
        let year = |&code: &u32| years.get(code as usize);
        if !name.ends_with(YEAR) || !codes.iter().filter_map(year).all(Option::is_some) {
            return self.coded(name, codes, labels);
        }
        let cells = codes.iter().map(|code| year(code).copied().flatten());
        Ok(self.push(name, Arc::new(cells.collect::<Int64Array>())))
    }

    /// Appends the labels of one axis: whole numbers where they are years, text otherwise.
    pub(crate) fn axis<'a>(self, name: &str, labels: impl Iterator<Item = Option<&'a str>> + Clone) -> Self {
        let is_year = |label: &str| label.parse::<i64>().is_ok();
        if name.ends_with(YEAR) && labels.clone().flatten().all(is_year) {
            let years = labels.map(|label| label.and_then(|label| label.parse().ok()));
            return self.push(name, Arc::new(years.collect::<Int64Array>()));
        }
        self.text(name, labels)
    }

    /// Appends one column for each axis, by its position and name; `labels` gives those of one row.
    pub(crate) fn axes<'a, R>(
        self,
        axes: &[(usize, &str)],
        rows: &'a [R],
        labels: impl Fn(&'a R) -> &'a [Option<String>] + Copy,
    ) -> Self {
        axes.iter().fold(self, |columns, &(position, name)| {
            columns.axis(name, rows.iter().map(move |row| labels(row).get(position)?.as_deref()))
        })
    }

    /// The table for Python.
    ///
    /// An axis that is called like a column of this table is an error: one of the two would be lost.
    pub(crate) fn finish(self) -> PyResult<PyTable> {
        to_python(self.batch()?)
    }

    /// The table for Arrow; an error as in [`Columns::finish`].
    pub(crate) fn batch(self) -> PyResult<RecordBatch> {
        let names: Vec<&String> = self.fields.iter().map(Field::name).collect();
        if let Some(twice) = (1..names.len()).find(|&at| names[..at].contains(&names[at])) {
            let name = names[twice];
            let reason =
                format!("the axis `{name}` of the method is called like a column of this table: rename the axis");
            return Err(InvalidDataError::new_err(reason));
        }
        RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.arrays)
            .map_err(|fault| InvalidDataError::new_err(fault.to_string()))
    }

    fn push(mut self, name: &str, array: ArrayRef) -> Self {
        self.fields.push(Field::new(name, array.data_type().clone(), true));
        self.arrays.push(array);
        self
    }
}
