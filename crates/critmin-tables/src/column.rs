//! Building a table column by column from its declaration.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Float32Builder, Float64Builder, Int16Builder, Int64Builder, RecordBatch,
    StringBuilder, StringDictionaryBuilder,
};
use arrow::datatypes::UInt32Type;
use chrono::NaiveDate;

use crate::schema::{ColumnKind, TableSchema};

/// Fills one table row by row, in the order of its declared columns.
///
/// Cells are pushed in column order; [`Self::finish`] checks that every row was complete.
pub struct TableBuilder {
    schema: &'static TableSchema,
    cells: Vec<Cells>,
    next: usize,
}

enum Cells {
    Text(StringBuilder),
    Label(StringDictionaryBuilder<UInt32Type>),
    Number(Float64Builder),
    Single(Float32Builder),
    Whole(Int64Builder),
    Year(Int16Builder),
    Date(Date32Builder),
    Truth(BooleanBuilder),
}

impl TableBuilder {
    /// An empty table of this declaration.
    pub fn new(schema: &'static TableSchema) -> Self {
        let cells = schema.columns.iter().map(|column| Cells::new(column.kind)).collect();
        Self { schema, cells, next: 0 }
    }

    /// Appends text to a text or label column; absent when `None`.
    pub fn text<'a>(&mut self, value: impl Into<Option<&'a str>>) -> &mut Self {
        let value = value.into();
        match self.advance() {
            Cells::Text(cells) => cells.append_option(value),
            Cells::Label(cells) => cells.append_option(value),
            _ => debug_assert!(false, "a text was pushed into a column of another kind"),
        }
        self
    }

    /// Appends a number to a number, single-precision or whole-number column; absent when `None`.
    pub fn number(&mut self, value: impl Into<Option<f64>>) -> &mut Self {
        let value = value.into();
        match self.advance() {
            Cells::Number(cells) => cells.append_option(value),
            // The source is single precision, so nothing is lost.
            #[expect(clippy::cast_possible_truncation)]
            Cells::Single(cells) => cells.append_option(value.map(|value| value as f32)),
            _ => debug_assert!(false, "a number was pushed into a column of another kind"),
        }
        self
    }

    /// Appends a whole number.
    pub fn whole(&mut self, value: impl Into<Option<i64>>) -> &mut Self {
        let value = value.into();
        match self.advance() {
            Cells::Whole(cells) => cells.append_option(value),
            _ => debug_assert!(false, "a whole number was pushed into a column of another kind"),
        }
        self
    }

    /// Appends a calendar year.
    pub fn year(&mut self, value: impl Into<Option<i16>>) -> &mut Self {
        let value = value.into();
        match self.advance() {
            Cells::Year(cells) => cells.append_option(value),
            _ => debug_assert!(false, "a year was pushed into a column of another kind"),
        }
        self
    }

    /// Appends a day.
    pub fn date(&mut self, value: impl Into<Option<NaiveDate>>) -> &mut Self {
        let days = value.into().map(days_since_1970);
        match self.advance() {
            Cells::Date(cells) => cells.append_option(days),
            _ => debug_assert!(false, "a day was pushed into a column of another kind"),
        }
        self
    }

    /// Appends true or false.
    pub fn truth(&mut self, value: bool) -> &mut Self {
        match self.advance() {
            Cells::Truth(cells) => cells.append_value(value),
            _ => debug_assert!(false, "a truth value was pushed into a column of another kind"),
        }
        self
    }

    /// The finished table.
    ///
    /// # Errors
    ///
    /// [`crate::Error::Unreadable`] when a required cell is absent or a row is incomplete.
    pub fn finish(self) -> Result<RecordBatch, crate::Error> {
        let arrays = self.cells.into_iter().map(Cells::finish).collect();
        RecordBatch::try_new(self.schema.arrow(), arrays).map_err(|fault| crate::Error::Unreadable {
            file: self.schema.name.to_owned(),
            kind: "a complete table",
            reason: fault.to_string(),
        })
    }

    fn advance(&mut self) -> &mut Cells {
        let at = self.next;
        self.next = (at + 1) % self.cells.len();
        &mut self.cells[at]
    }
}

impl Cells {
    fn new(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Text => Self::Text(StringBuilder::new()),
            ColumnKind::Label => Self::Label(StringDictionaryBuilder::new()),
            ColumnKind::Number => Self::Number(Float64Builder::new()),
            ColumnKind::Single => Self::Single(Float32Builder::new()),
            ColumnKind::Whole => Self::Whole(Int64Builder::new()),
            ColumnKind::Year => Self::Year(Int16Builder::new()),
            ColumnKind::Date => Self::Date(Date32Builder::new()),
            ColumnKind::Truth => Self::Truth(BooleanBuilder::new()),
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Text(mut cells) => Arc::new(cells.finish()),
            Self::Label(mut cells) => Arc::new(cells.finish()),
            Self::Number(mut cells) => Arc::new(cells.finish()),
            Self::Single(mut cells) => Arc::new(cells.finish()),
            Self::Whole(mut cells) => Arc::new(cells.finish()),
            Self::Year(mut cells) => Arc::new(cells.finish()),
            Self::Date(mut cells) => Arc::new(cells.finish()),
            Self::Truth(mut cells) => Arc::new(cells.finish()),
        }
    }
}

fn days_since_1970(day: NaiveDate) -> i32 {
    i32::try_from(day.signed_duration_since(NaiveDate::default()).num_days()).unwrap_or(i32::MAX)
}
