//! Known reasons for an absence: a cell without a value tells the publisher's reason, not only ours.

use critmin_core::{ABSENT, Column};

use crate::data::Data;
use crate::labels::AxisLabels;
use crate::method::{Gap, Method};

/// The axis whose labels are years.
pub(crate) const YEAR: &str = "year";

/// One reason, and the labels that it holds for.
#[derive(Debug)]
pub(crate) struct KnownGap {
    /// Axis and label.
    pub(crate) labels: Vec<(usize, u32)>,
    from: Option<f64>,
    until: Option<f64>,
    pub(crate) reason: String,
}

impl KnownGap {
    /// Whether the reason holds in a year; without a year it does.
    pub(crate) fn covers(&self, year: Option<f64>) -> bool {
        year.is_none_or(|year| {
            self.from.is_none_or(|from| from <= year) && self.until.is_none_or(|until| year <= until)
        })
    }
}

/// The gaps of a method, read from their tables. A table that is not there explains nothing and is no error.
pub(crate) fn known_gaps(method: &Method, data: &Data<'_>, labels: &AxisLabels) -> Vec<KnownGap> {
    let mut known = Vec::new();
    for gap in &method.gaps {
        match &gap.table {
            None => known.extend(found(labels, &gap.axes).map(|labels| KnownGap {
                labels,
                from: gap.from.as_deref().and_then(|text| text.parse().ok()),
                until: gap.until.as_deref().and_then(|text| text.parse().ok()),
                reason: gap.reason_text.clone().unwrap_or_default(),
            })),
            Some(table) => known.extend(from_table(gap, table, data, labels)),
        }
    }
    known
}

/// The numbers of some labels, when all of them are known.
fn found(labels: &AxisLabels, names: &[(usize, String)]) -> Option<Vec<(usize, u32)>> {
    names.iter().map(|(axis, name)| Some((*axis, labels.find(*axis, name)?))).collect()
}

fn from_table(gap: &Gap, table: &str, data: &Data<'_>, known: &AxisLabels) -> Vec<KnownGap> {
    let Some(table) = (data.tables)(table) else { return Vec::new() };
    let text = |name: &str, row: usize| match table.column(name) {
        Some(Column::Text { codes, labels }) if codes[row] != ABSENT => Some(labels[codes[row] as usize].clone()),
        _ => None,
    };
    let number = |name: &Option<String>, row: usize| text(name.as_deref()?, row)?.parse::<f64>().ok();
    let is_kept = |row: usize| {
        gap.keep.iter().all(|(column, wanted)| text(column, row).is_some_and(|found| wanted.contains(&found)))
    };
    (0..table.n_rows())
        .filter(|&row| is_kept(row))
        .filter_map(|row| {
            let labels: Option<Vec<_>> =
                gap.axes.iter().map(|(axis, column)| Some((*axis, text(column, row)?))).collect();
            let reason = match &gap.reason {
                Some(column) => text(column, row).unwrap_or_default(),
                None => gap.reason_text.clone().unwrap_or_default(),
            };
            Some(KnownGap {
                labels: found(known, &labels?)?,
                from: number(&gap.from, row),
                until: number(&gap.until, row),
                reason,
            })
        })
        .collect()
}
