//! The columns of every table of the reference dataset: one declaration that builds the Arrow schema,
//! the `datapackage.json` and the documentation.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};
use serde_json::json;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text with many different values.
    Text,
    /// Text with few different values, dictionary-encoded.
    Label,
    /// A number (64-bit).
    Number,
    /// A number of single precision at its source, kept as such.
    Single,
    /// A whole number (64-bit).
    Whole,
    /// A calendar year (16-bit).
    Year,
    /// A day.
    Date,
    /// True or false.
    Truth,
}

/// One column: name (with its unit), kind, whether it may be empty, and what it means.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Name; a physical unit is part of it.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether a cell may be empty. Empty means absent, never zero.
    pub is_optional: bool,
    /// One sentence for the documentation.
    pub description: &'static str,
}

/// One table: name, what a row is, its columns and its key.
#[derive(Debug, Clone, Copy)]
pub struct TableSchema {
    /// Name of the table and of its file.
    pub name: &'static str,
    /// What one row is.
    pub description: &'static str,
    /// Columns in order.
    pub columns: &'static [Column],
    /// Names of the columns that identify a row.
    pub key: &'static [&'static str],
}

impl ColumnKind {
    /// The Arrow type of a column of this kind.
    pub fn arrow(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Label => DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8)),
            Self::Number => DataType::Float64,
            Self::Single => DataType::Float32,
            Self::Whole => DataType::Int64,
            Self::Year => DataType::Int16,
            Self::Date => DataType::Date32,
            Self::Truth => DataType::Boolean,
        }
    }

    /// The type name of the Frictionless table schema.
    pub fn frictionless(self) -> &'static str {
        match self {
            Self::Text | Self::Label => "string",
            Self::Number | Self::Single => "number",
            Self::Whole => "integer",
            Self::Year => "year",
            Self::Date => "date",
            Self::Truth => "boolean",
        }
    }
}

impl TableSchema {
    /// The Arrow schema of the table.
    pub fn arrow(&self) -> Arc<Schema> {
        let field = |column: &Column| Field::new(column.name, column.kind.arrow(), column.is_optional);
        Arc::new(Schema::new(self.columns.iter().map(field).collect::<Vec<_>>()))
    }

    /// The declaration as a Frictionless table schema, with name and description of the table.
    pub fn to_json(&self) -> serde_json::Value {
        let field = |column: &Column| {
            json!({
                "name": column.name,
                "type": column.kind.frictionless(),
                "description": column.description,
                "constraints": { "required": !column.is_optional },
            })
        };
        json!({
            "name": self.name,
            "description": self.description,
            "schema": {
                "fields": self.columns.iter().map(field).collect::<Vec<_>>(),
                "primaryKey": self.key,
                "missingValues": [""],
            },
        })
    }
}

/// The declaration of the table `name`, if there is one.
pub fn table_schema(name: &str) -> Option<&'static TableSchema> {
    TABLES.iter().find(|table| table.name == name)
}

const fn required(name: &'static str, kind: ColumnKind, description: &'static str) -> Column {
    Column { name, kind, is_optional: false, description }
}

const fn optional(name: &'static str, kind: ColumnKind, description: &'static str) -> Column {
    Column { name, kind, is_optional: true, description }
}

mod chains;
mod economy;
mod reliance;
mod response;
mod tables;
pub use reliance::IMPORT_RELIANCE;
pub use tables::TABLES;
