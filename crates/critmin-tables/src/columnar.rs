//! An Arrow table as [`Columns`]: labels by code and numbers, for the questions that run over whole columns.

use std::collections::HashMap;
use std::hash::Hash;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, FieldRef, Float64Type, Int64Type, UInt32Type};
use chrono::{NaiveDate, TimeDelta};
use critmin_core::{ABSENT, Column, Columns};
use rayon::prelude::*;

use crate::Error;

/// The columns of `batch`, each once: text, whole numbers, days and truth values as labels (`2022`, `2024-12-03`,
/// `true`), numbers as they are. `name` is what the table is called in messages.
///
/// # Errors
///
/// [`Error::NotFinite`] for a cell that holds NaN or an infinity (absent cells are left empty, not NaN);
/// [`Error::UnsupportedColumn`] for a column of another kind.
pub fn columns_from_batch(name: &str, batch: &RecordBatch) -> Result<Columns, Error> {
    let schema = batch.schema();
    let fields: Vec<_> = schema.fields().iter().zip(batch.columns()).collect();
    let read =
        |&(field, array): &(&FieldRef, &ArrayRef)| Ok((field.name().clone(), column(name, field.name(), array)?));
    // Of several faulty columns the first is told, whichever thread is done first.
    let columns: Vec<Result<_, Error>> = fields.par_iter().map(read).collect();
    Ok(Columns::new(name, columns.into_iter().collect::<Result<Vec<_>, Error>>()?)?)
}

fn column(table: &str, name: &str, array: &dyn Array) -> Result<Column, Error> {
    match array.data_type() {
        DataType::Utf8 => Ok(Column::from_labels(array.as_string::<i32>())),
        DataType::LargeUtf8 => Ok(Column::from_labels(array.as_string::<i64>())),
        DataType::Utf8View => Ok(Column::from_labels(array.as_string_view())),
        DataType::Boolean => {
            let label = |truth: Option<bool>| truth.map(|truth| if truth { "true" } else { "false" });
            Ok(Column::from_labels(array.as_boolean().iter().map(label)))
        }
        DataType::Dictionary(_, values) if is_text(values) => dictionary(table, name, array),
        // All of it fits 64 bits only without a sign.
        DataType::UInt64 => text_of(table, name, array),
        kind if kind.is_integer() => Ok(whole_numbers(as_kind(table, name, array, &DataType::Int64)?.as_ref())),
        DataType::Date32 => Ok(days(array)),
        DataType::Float16 | DataType::Float32 | DataType::Float64 => numbers(table, name, array),
        _ => Err(unsupported(table, name, array)),
    }
}

fn is_text(kind: &DataType) -> bool {
    matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// Codes straight from the keys; only the dictionary's own values are read as text.
fn dictionary(table: &str, name: &str, array: &dyn Array) -> Result<Column, Error> {
    let dictionary = array.as_any_dictionary();
    let Column::Text { codes: places, labels } = column(table, name, dictionary.values().as_ref())? else {
        return Err(unsupported(table, name, array));
    };
    let keys = as_kind(table, name, dictionary.keys(), &DataType::UInt32)?;
    let keys = keys.as_primitive::<UInt32Type>();
    // A dictionary may repeat a value or hold an empty one: then a key is not yet the label's place.
    let is_plain = places.iter().zip(0..).all(|(place, key): (&u32, u32)| *place == key);
    let codes = if is_plain && keys.null_count() == 0 {
        keys.values().to_vec()
    } else {
        let place = |key: u32| usize::try_from(key).ok().and_then(|key| places.get(key)).copied();
        keys.iter().map(|key| key.and_then(place).unwrap_or(ABSENT)).collect()
    };
    Ok(Column::Text { codes, labels })
}

fn whole_numbers(array: &dyn Array) -> Column {
    labelled(array.as_primitive::<Int64Type>().iter(), |number| number.to_string())
}

fn days(array: &dyn Array) -> Column {
    let label = |day: i32| {
        let date = TimeDelta::try_days(day.into()).and_then(|days| NaiveDate::default().checked_add_signed(days));
        date.map_or_else(|| day.to_string(), |date| date.to_string())
    };
    labelled(array.as_primitive::<Date32Type>().iter(), label)
}

/// Codes for values of which few differ: each is put into words once. Neighbours are mostly equal, so the last
/// one is remembered beside the map.
fn labelled<T: Copy + Eq + Hash>(cells: impl Iterator<Item = Option<T>>, label: impl Fn(T) -> String) -> Column {
    let mut known: HashMap<T, u32> = HashMap::new();
    let mut labels = Vec::new();
    let mut last = None;
    let mut code = |value: T| match last {
        Some((before, code)) if before == value => code,
        _ => {
            let code = *known.entry(value).or_insert_with(|| {
                labels.push(label(value));
                u32::try_from(labels.len() - 1).unwrap_or(ABSENT)
            });
            last = Some((value, code));
            code
        }
    };
    let codes = cells.map(|cell| cell.map_or(ABSENT, &mut code)).collect();
    Column::Text { codes, labels }
}

fn text_of(table: &str, name: &str, array: &dyn Array) -> Result<Column, Error> {
    column(table, name, as_kind(table, name, array, &DataType::Utf8)?.as_ref())
}

/// Numbers; an empty cell is NaN inside [`Column::Number`], and a NaN of the input is an error.
fn numbers(table: &str, name: &str, array: &dyn Array) -> Result<Column, Error> {
    let array = as_kind(table, name, array, &DataType::Float64)?;
    let cells = array.as_primitive::<Float64Type>();
    if let Some(row) = (0..cells.len()).find(|row| cells.is_valid(*row) && !cells.value(*row).is_finite()) {
        let found = cells.value(row);
        return Err(Error::NotFinite { table: table.to_owned(), column: name.to_owned(), row: row + 1, found });
    }
    let numbers = match cells.null_count() {
        0 => cells.values().to_vec(),
        _ => cells.iter().map(|cell| cell.unwrap_or(f64::NAN)).collect(),
    };
    Ok(Column::Number(numbers))
}

fn as_kind(table: &str, name: &str, array: &dyn Array, kind: &DataType) -> Result<arrow::array::ArrayRef, Error> {
    cast(array, kind).map_err(|_| unsupported(table, name, array))
}

fn unsupported(table: &str, name: &str, array: &dyn Array) -> Error {
    Error::UnsupportedColumn { table: table.to_owned(), column: name.to_owned(), found: array.data_type().to_string() }
}

#[cfg(test)]
mod tests;
