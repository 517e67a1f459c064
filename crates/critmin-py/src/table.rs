//! Tables across the boundary: Arrow in (any exporter of the PyCapsule stream), Arrow out.

use arrow::array::RecordBatch;
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::DataType;
use critmin_core::Columns;
use critmin_tables::{TableSchema, columns_from_batch};
use pyo3::prelude::*;
use pyo3_arrow::PyTable;

use crate::error::{InvalidDataError, MissingColumnError, from_tables};

/// One batch as a table for Python.
pub(crate) fn to_python(batch: RecordBatch) -> PyResult<PyTable> {
    let schema = batch.schema();
    PyTable::try_new(vec![batch], schema)
}

/// A user's table by columns, as it is; `name` is what messages call it.
pub(crate) fn columns_of(name: &str, table: PyTable) -> PyResult<Columns> {
    let (batches, schema) = table.into_inner();
    let whole = concat_batches(&schema, &batches).map_err(|fault| MissingColumnError::new_err(fault.to_string()))?;
    columns_from_batch(name, &whole).map_err(|error| from_tables(&error))
}

/// A user's table cast to the columns of `schema`; optional columns that are missing are absent throughout.
pub(crate) fn from_python(table: PyTable, schema: &'static TableSchema) -> PyResult<RecordBatch> {
    let (batches, found) = table.into_inner();
    let whole = concat_batches(&found, &batches).map_err(|fault| MissingColumnError::new_err(fault.to_string()))?;
    let names: Vec<&str> = found.fields().iter().map(|field| field.name().as_str()).collect();
    let mut arrays = Vec::new();
    for column in schema.columns {
        let wanted = column.kind.arrow();
        let array = match whole.column_by_name(column.name) {
            Some(array) if *array.data_type() == DataType::Null && !column.is_optional => {
                return Err(MissingColumnError::new_err(format!(
                    "column `{}` has the type Null: cast it to {wanted} before handing it over",
                    column.name
                )));
            }
            Some(array) => cast(array, &wanted).map_err(|fault| {
                MissingColumnError::new_err(format!("column `{}` cannot become {wanted}: {fault}", column.name))
            })?,
            None if column.is_optional => arrow::array::new_null_array(&wanted, whole.num_rows()),
            None => {
                return Err(MissingColumnError::new_err(format!(
                    "the table lacks the column `{}`; found {}. Expected the columns of `{}`",
                    column.name,
                    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
                    schema.name
                )));
            }
        };
        arrays.push(array);
    }
    RecordBatch::try_new(schema.arrow(), arrays)
        .map_err(|fault| InvalidDataError::new_err(format!("the table is not a `{}` table: {fault}", schema.name)))
}
