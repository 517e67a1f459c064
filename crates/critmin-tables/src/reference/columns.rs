//! Reading the cells of a decoded table by column name.

use arrow::array::{
    Array, AsArray, BooleanArray, Date32Array, Float64Array, Int16Array, Int64Array, RecordBatch, StringArray,
    UInt32Array,
};
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int16Type, Int64Type, UInt32Type};
use chrono::{NaiveDate, TimeDelta};

use crate::{Error, table_schema};

/// One table of known schema; a missing column or another type is an error that names it.
pub(super) struct Columns<'a> {
    name: &'a str,
    batch: &'a RecordBatch,
}

/// Text cells, plain or dictionary-encoded.
pub(super) enum Texts<'a> {
    Plain(&'a StringArray),
    Label(&'a UInt32Array, &'a StringArray),
}

impl<'a> Columns<'a> {
    pub(super) fn new(name: &'a str, batch: &'a RecordBatch) -> Self {
        Self { name, batch }
    }

    pub(super) fn n_rows(&self) -> usize {
        self.batch.num_rows()
    }

    pub(super) fn texts(&self, column: &str) -> Result<Texts<'a>, Error> {
        let array = self.array(column)?;
        match array.data_type() {
            DataType::Utf8 => Ok(Texts::Plain(array.as_string())),
            DataType::Dictionary(_, _) => {
                let dictionary = array.as_dictionary_opt::<UInt32Type>().ok_or_else(|| self.fault(column))?;
                let values = dictionary.values().as_string_opt().ok_or_else(|| self.fault(column))?;
                Ok(Texts::Label(dictionary.keys(), values))
            }
            _ => Err(self.fault(column)),
        }
    }

    pub(super) fn numbers(&self, column: &str) -> Result<&'a Float64Array, Error> {
        self.filled(column)?.as_primitive_opt::<Float64Type>().ok_or_else(|| self.fault(column))
    }

    pub(super) fn years(&self, column: &str) -> Result<&'a Int16Array, Error> {
        self.filled(column)?.as_primitive_opt::<Int16Type>().ok_or_else(|| self.fault(column))
    }

    pub(super) fn wholes(&self, column: &str) -> Result<&'a Int64Array, Error> {
        self.filled(column)?.as_primitive_opt::<Int64Type>().ok_or_else(|| self.fault(column))
    }

    pub(super) fn dates(&self, column: &str) -> Result<&'a Date32Array, Error> {
        self.filled(column)?.as_primitive_opt::<Date32Type>().ok_or_else(|| self.fault(column))
    }

    pub(super) fn truths(&self, column: &str) -> Result<&'a BooleanArray, Error> {
        self.filled(column)?.as_boolean_opt().ok_or_else(|| self.fault(column))
    }

    fn array(&self, column: &str) -> Result<&'a dyn Array, Error> {
        self.batch.column_by_name(column).map(|array| &**array).ok_or_else(|| self.fault(column))
    }

    /// A column without gaps, unless the schema allows them: a gap would be read as 0.
    fn filled(&self, column: &str) -> Result<&'a dyn Array, Error> {
        let array = self.array(column)?;
        let declared = table_schema(self.name).and_then(|table| table.columns.iter().find(|one| one.name == column));
        if array.null_count() == 0 || declared.is_none_or(|declared| declared.is_optional) {
            return Ok(array);
        }
        let row = (0..array.len()).find(|row| array.is_null(*row)).map_or(0, |row| row + 1);
        let reason = format!("`{column}` is empty in row {row}: expected a value in every row; leave the row out");
        Err(Error::Unreadable { file: self.name.to_owned(), kind: "a table of the reference dataset", reason })
    }

    fn fault(&self, column: &str) -> Error {
        Error::Unreadable {
            file: self.name.to_owned(),
            kind: "a table of the reference dataset",
            reason: format!("column `{column}` is missing or of another type"),
        }
    }
}

impl<'a> Texts<'a> {
    pub(super) fn get(&self, row: usize) -> Option<&'a str> {
        match self {
            Self::Plain(values) => (!values.is_null(row)).then(|| values.value(row)),
            Self::Label(keys, values) => {
                (!keys.is_null(row)).then(|| values.value(usize::try_from(keys.value(row)).unwrap_or_default()))
            }
        }
    }

    /// The text of a required column.
    pub(super) fn at(&self, row: usize) -> &'a str {
        self.get(row).unwrap_or_default()
    }

    pub(super) fn owned(&self, row: usize) -> Option<String> {
        self.get(row).map(str::to_owned)
    }
}

pub(super) fn number(values: &Float64Array, row: usize) -> Option<f64> {
    (!values.is_null(row)).then(|| values.value(row))
}

pub(super) fn year(values: &Int16Array, row: usize) -> Option<critmin_core::Year> {
    (!values.is_null(row)).then(|| critmin_core::Year(values.value(row)))
}

pub(super) fn date(values: &Date32Array, row: usize) -> Option<NaiveDate> {
    let days = (!values.is_null(row)).then(|| i64::from(values.value(row)))?;
    // Days before 1970 are negative: NATO was founded in 1949.
    NaiveDate::default().checked_add_signed(TimeDelta::try_days(days)?)
}
