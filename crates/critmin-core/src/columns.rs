//! A table by columns, for the questions that run over whole columns instead of records.

use rustc_hash::FxHashMap;

/// Marks a cell of a text column that holds nothing.
pub const ABSENT: u32 = u32::MAX;

/// One column: labels by code, or numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Text, integers and dates as labels: `labels[codes[row]]`, or [`ABSENT`].
    Text {
        /// Position in `labels`, one per row.
        codes: Vec<u32>,
        /// Each label once.
        labels: Vec<String>,
    },
    /// Numbers; NaN stands for an absent one inside this type only and never leaves as a number.
    Number(Vec<f64>),
}

/// A table by columns, all of one length.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    name: String,
    n_rows: usize,
    by_name: Vec<(String, Column)>,
}

impl Columns {
    /// A table of `columns`, each with its name.
    ///
    /// # Errors
    ///
    /// [`Error::UnequalColumns`](crate::Error::UnequalColumns) when the columns differ in length.
    pub fn new(name: impl Into<String>, columns: Vec<(String, Column)>) -> Result<Self, crate::Error> {
        let n_rows = columns.first().map_or(0, |(_, column)| column.len());
        if let Some((column, found)) = columns.iter().find(|(_, column)| column.len() != n_rows) {
            return Err(crate::Error::UnequalColumns { column: column.clone(), found: found.len(), expected: n_rows });
        }
        Ok(Self { name: name.into(), n_rows, by_name: columns })
    }

    /// What the table is called in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.by_name.iter().find(|(known, _)| known == name).map(|(_, column)| column)
    }

    /// Every column name, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.iter().map(|(name, _)| name.as_str())
    }
}

impl Column {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Text { codes, .. } => codes.len(),
            Self::Number(numbers) => numbers.len(),
        }
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A text column from one optional label per row.
    pub fn from_labels<'a>(rows: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        let mut known: FxHashMap<&str, u32> = FxHashMap::default();
        let mut labels = Vec::new();
        // Neighbours are often equal: the last one is remembered beside the map.
        let mut last = ("", ABSENT);
        let codes = rows
            .into_iter()
            .map(|row| {
                let Some(label) = row else { return ABSENT };
                if last.1 == ABSENT || last.0 != label {
                    let code = *known.entry(label).or_insert_with(|| {
                        labels.push(label.to_owned());
                        u32::try_from(labels.len() - 1).unwrap_or(ABSENT)
                    });
                    last = (label, code);
                }
                last.1
            })
            .collect();
        Self::Text { codes, labels }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_keep_their_rows_and_absence() {
        let column = Column::from_labels([Some("b"), None, Some("a"), Some("b")]);
        assert_eq!(column, Column::Text { codes: vec![0, ABSENT, 1, 0], labels: vec!["b".into(), "a".into()] });
        let uneven = vec![("x".into(), column), ("y".into(), Column::Number(vec![1.0]))];
        assert!(matches!(Columns::new("t", uneven), Err(crate::Error::UnequalColumns { found: 1, expected: 4, .. })));
    }
}
