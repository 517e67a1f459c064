//! The rows of a table that an input takes: filters, pins, labels, numbers, bounds.

use std::collections::BTreeSet;
use std::sync::Arc;

use critmin_core::{ABSENT, Column, Columns};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::Error;
use crate::document::{CensorRule, Unlabelled};
use crate::labels::AxisLabels;
use crate::leaf::{Context, Leaf, Rows, plain};
use crate::method::{Input, Node, Reference, Value, axes_in};
use crate::status::Reasons;
use crate::support::{PARALLEL, Support};

/// How far a value may lie outside its range: rounding of a conversion.
const RANGE_SLACK: f64 = 1e-9;

/// One input beside its table.
pub(super) struct Reader<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) node: &'a Node,
    pub(super) input: &'a Input,
    pub(super) table: &'a Columns,
    pub(super) reference: &'a Reference,
}

impl Reader<'_> {
    fn column(&self, name: &str) -> Result<&Column, Error> {
        self.table.column(name).ok_or_else(|| Error::MissingColumn {
            input: self.node.name.clone(),
            table: self.table.name().to_owned(),
            column: name.to_owned(),
            found: self.table.names().map(str::to_owned).collect(),
        })
    }

    fn text(&self, name: &str) -> Result<(&[u32], &[String]), Error> {
        match self.column(name)? {
            Column::Text { codes, labels } => Ok((codes, labels)),
            Column::Number(_) => {
                Err(self.bad(None, format!("column `{name}` holds numbers with decimals, expected labels")))
            }
        }
    }

    pub(super) fn bad(&self, row_number: Option<usize>, reason: String) -> Error {
        Error::BadInput { input: self.node.name.clone(), row_number, reason }
    }

    pub(super) fn rows(&self, labels: &mut AxisLabels) -> Result<Rows, Error> {
        let mut kept = self.kept()?;
        let mut columns = Vec::new();
        for (axis, column) in &self.reference.axes {
            let (codes, names) = self.text(column)?;
            columns.push((*axis, column, codes, names));
        }
        let lacking: Vec<Option<u32>> = columns
            .par_iter()
            .map(|(_, _, codes, _)| kept.iter().copied().find(|&row| codes[row as usize] == ABSENT))
            .collect();
        if let Some(((_, column, ..), Some(row))) = columns.iter().zip(lacking).find(|(_, row)| row.is_some()) {
            if self.reference.unlabelled == Unlabelled::Error {
                let reason = format!("column `{column}` has no label, so the row belongs nowhere");
                return Err(self.bad(Some(row as usize + 1), reason));
            }
            kept.retain(|&row| columns.iter().all(|(_, _, codes, _)| codes[row as usize] != ABSENT));
        }
        columns.sort_by_key(|(axis, ..)| *axis);
        let used: Vec<Vec<bool>> =
            columns.par_iter().map(|(_, _, codes, names)| used(codes, names.len(), &kept)).collect();
        let mut keys = Vec::new();
        for ((axis, _, codes, names), used) in columns.iter().zip(&used) {
            let map = labels.intern_used(*axis, names, used);
            keys.push(mapped(&kept, |row| map[codes[row as usize] as usize]));
        }
        let (values, is_imputed) = self.values(&kept)?;
        let spread = self.spread(&kept);
        let mut rows = Rows { numbers: kept, keys, values, is_imputed, spread };
        if let Some(expand) = &self.reference.expand {
            let axis = self.context.method.axis(&expand.axis).unwrap_or_default();
            rows = self.expanded(&rows, axis, &expand.from, &expand.to, labels)?;
        }
        Ok(rows)
    }

    /// What tells which rows are kept and how they are labelled; none where rows are added or brought together.
    pub(super) fn selection(&self) -> Option<String> {
        let reference = self.reference;
        let is_plain = reference.expand.is_none() && reference.carry.is_none() && self.blocs().is_empty();
        is_plain.then(|| {
            let labels: Vec<_> = reference.axes.iter().map(|(axis, _)| self.wanted(*axis)).collect();
            let (table, axes) = (&reference.table, &reference.axes);
            let (keep, pin, years) = (&reference.keep, &reference.pin, reference.years);
            format!("{table} {axes:?} {keep:?} {pin:?} {years:?} {:?} {labels:?}", reference.unlabelled)
        })
    }

    /// Another column of rows that were selected before.
    pub(super) fn leaf_of(&self, numbers: &[u32], support: Arc<Support>, reasons: &mut Reasons) -> Result<Leaf, Error> {
        let (values, is_imputed) = self.values(numbers)?;
        let spread = self.spread(numbers);
        let (sources, warnings) = self.sources(numbers);
        let row_of = |row: usize| numbers[row];
        let leaf = plain(self.node, values, &is_imputed, spread, support, (reasons, self.absences()), row_of);
        Ok(Leaf { sources, warnings, ..leaf })
    }

    /// The rows that the document's filters, its pins and the question leave.
    fn kept(&self) -> Result<Vec<u32>, Error> {
        let mut masks: Vec<(&[u32], Vec<bool>)> = Vec::new();
        for (column, wanted) in &self.reference.keep {
            let (codes, names) = self.text(column)?;
            masks.push((codes, names.iter().map(|name| wanted.contains(name)).collect()));
        }
        for (column, wanted) in &self.reference.pin {
            let (codes, names) = self.text(column)?;
            if !names.contains(wanted) {
                let known = crate::error::list(names);
                return Err(self.bad(None, format!("no row has {column} = `{wanted}`; found {known}")));
            }
            masks.push((codes, names.iter().map(|name| name == wanted).collect()));
        }
        if let Some([first, last]) = self.reference.years {
            let (codes, names) = self.text("year")?;
            let is_inside = |name: &String| name.parse::<i32>().is_ok_and(|year| first <= year && year <= last);
            masks.push((codes, names.iter().map(is_inside).collect()));
        }
        for (axis, column) in &self.reference.axes {
            if let Some(wanted) = self.wanted(*axis) {
                let (codes, names) = self.text(column)?;
                masks.push((codes, names.iter().map(|name| wanted.contains(name.as_str())).collect()));
            }
        }
        // A mask of all labels, after those of `keep` that also drop rows without one, keeps every row.
        let mut place = 0..masks.len();
        masks.retain(|(_, mask)| place.next() < Some(self.reference.keep.len()) || mask.contains(&false));
        let is_kept = |row: usize| {
            masks.iter().all(|(codes, mask)| codes[row] == ABSENT || mask[codes[row] as usize])
                && masks.iter().take(self.reference.keep.len()).all(|(codes, _)| codes[row] != ABSENT)
        };
        #[expect(clippy::cast_possible_truncation, reason = "rows are counted in u32")]
        let number = |row: usize| row as u32;
        Ok(if self.table.n_rows() < PARALLEL {
            (0..self.table.n_rows()).filter(|&row| is_kept(row)).map(number).collect()
        } else {
            (0..self.table.n_rows()).into_par_iter().filter(|&row| is_kept(row)).map(number).collect()
        })
    }

    /// The labels that the question leaves on an axis; the members of a bloc count as asked for.
    fn wanted(&self, axis: usize) -> Option<BTreeSet<&str>> {
        let name = &self.context.method.axes[axis].name;
        let asked = self.context.request.labels.get(name)?;
        let is_carried = self.reference.carry.as_ref().is_some_and(|carry| &carry.axis == name);
        if is_carried || self.context.filterable >> axis & 1 == 0 {
            return None;
        }
        let mut wanted: BTreeSet<&str> = asked.iter().map(String::as_str).collect();
        if self.region_axis() == Some(axis) {
            wanted.extend(self.blocs().into_iter().flat_map(|(_, members)| members).map(String::as_str));
        }
        Some(wanted)
    }

    pub(super) fn region_axis(&self) -> Option<usize> {
        let region = self.reference.region.as_ref()?;
        self.context.method.axis(&region.axis)
    }

    /// The blocs that the question names.
    pub(super) fn blocs(&self) -> Vec<(&String, &Vec<String>)> {
        let Some(region) = &self.reference.region else { return Vec::new() };
        let asked = self.context.request.labels.get(&region.axis);
        let asked = asked.into_iter().flatten();
        asked.filter_map(|name| self.context.data.regions.get_key_value(name)).collect()
    }

    fn values(&self, kept: &[u32]) -> Result<(Vec<f64>, Vec<bool>), Error> {
        let name = match &self.reference.value {
            Value::Literal(value) => return Ok((vec![*value; kept.len()], vec![false; kept.len()])),
            Value::Column(name) => name,
        };
        let scale = self.reference.scale;
        let numbers = self.numbers(name)?;
        let mut values: Vec<f64> = mapped(kept, |row| numbers.at(row) * scale);
        let mut is_imputed = vec![false; kept.len()];
        if let Some(censored) = &self.reference.censored {
            let high = self.numbers(&censored.high)?;
            let factor = if censored.rule == CensorRule::Half { 0.5 } else { 1.0 };
            for (position, &row) in kept.iter().enumerate() {
                let bound = high.at(row);
                if values[position].is_nan() && !bound.is_nan() {
                    values[position] = bound * scale * factor;
                    is_imputed[position] = true;
                }
            }
        }
        self.check_range(kept, &values)?;
        Ok((values, is_imputed))
    }

    fn check_range(&self, kept: &[u32], values: &[f64]) -> Result<(), Error> {
        let [low, high] = self.input.range.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
        let is_outside = |value: &f64| {
            let is_inside = low - RANGE_SLACK <= *value && *value <= high + RANGE_SLACK && value.is_finite();
            !(value.is_nan() || is_inside)
        };
        match values.iter().position(is_outside) {
            None => Ok(()),
            Some(position) => {
                let found = values[position];
                let reason = format!("found {found}, expected a value between {low} and {high}");
                Err(self.bad(Some(kept[position] as usize + 1), reason))
            }
        }
    }

    fn numbers(&self, name: &str) -> Result<Numbers<'_>, Error> {
        match self.column(name)? {
            Column::Number(numbers) => Ok(Numbers::Plain(numbers)),
            Column::Text { codes, labels } => {
                let parsed = labels.iter().map(|label| self.parsed(name, codes, labels, label));
                Ok(Numbers::Coded { codes, values: parsed.collect::<Result<_, _>>()? })
            }
        }
    }

    /// Whole numbers come as labels; anything else in a value column is a text that is no number.
    fn parsed(&self, name: &str, codes: &[u32], labels: &[String], label: &str) -> Result<f64, Error> {
        if let Ok(number) = label.trim().parse::<f64>()
            && number.is_finite()
        {
            return Ok(number);
        }
        let code = labels.iter().position(|known| known == label);
        let row = codes.iter().position(|&each| Some(each as usize) == code);
        let what =
            if label.trim_start().starts_with(['<', '>']) { self.bound_hint() } else { "not a number".to_owned() };
        Err(self.bad(row.map(|row| row + 1), format!("column `{name}` holds `{label}`: {what}")))
    }

    /// How a printed bound is handed over: the document may have a rule for an upper one.
    fn bound_hint(&self) -> String {
        let rule = self.input.reference.as_ref().and_then(|reference| reference.censored.as_ref());
        let instead = match rule {
            Some(censored) => format!("give an upper bound in a column `{}`", censored.high),
            None => "it then counts as not available, or decide on a number yourself".to_owned(),
        };
        format!("a bound and not a number; leave the cell empty: {instead}")
    }

    fn spread(&self, kept: &[u32]) -> Option<Vec<f64>> {
        let declared = self.input.uncertainty.as_ref().and_then(|one| one.column.as_deref());
        match self.table.column(declared.unwrap_or("standard_error")) {
            Some(Column::Number(numbers)) => {
                Some(mapped(kept, |row| numbers[row as usize] * self.reference.scale.abs()))
            }
            _ => None,
        }
    }

    /// One row for each year in which it holds.
    fn expanded(&self, rows: &Rows, axis: usize, from: &str, to: &str, labels: &AxisLabels) -> Result<Rows, Error> {
        let years = labels.numbers(axis);
        if years.is_empty() {
            let name = &self.context.method.axes[axis].name;
            return Err(self.bad(None, format!("no other input has labels on `{name}`: ask for them in the call")));
        }
        let (first, last) = (self.numbers(from)?, self.numbers(to)?);
        let position = axes_in(self.node.axes).position(|each| each == axis).unwrap_or_default();
        let n_keys = rows.keys.len() + 1;
        let mut result = Rows {
            numbers: Vec::new(),
            keys: vec![Vec::new(); n_keys],
            values: Vec::new(),
            is_imputed: Vec::new(),
            spread: None,
        };
        for (row, &number) in rows.numbers.iter().enumerate() {
            let (from, to) = (first.at(number), last.at(number));
            for &(label, year) in &years {
                let is_before = !from.is_nan() && year < from;
                let is_after = !to.is_nan() && to < year;
                if is_before || is_after {
                    continue;
                }
                result.numbers.push(number);
                for key in 0..n_keys {
                    let label = match key.cmp(&position) {
                        std::cmp::Ordering::Less => rows.keys[key][row],
                        std::cmp::Ordering::Equal => label,
                        std::cmp::Ordering::Greater => rows.keys[key - 1][row],
                    };
                    result.keys[key].push(label);
                }
                result.values.push(rows.values[row]);
                result.is_imputed.push(rows.is_imputed[row]);
            }
        }
        Ok(result)
    }

    /// Why rows of the table have no value.
    pub(super) fn absences(&self) -> Absences<'_> {
        let flags = match self.table.column("flag") {
            Some(Column::Text { codes, labels }) => Some((&codes[..], &labels[..])),
            _ => None,
        };
        Absences { flags, name: &self.node.name, known: FxHashMap::default() }
    }

    /// The editions behind the rows, and a warning when one series is stitched together from several.
    pub(super) fn sources(&self, kept: &[u32]) -> (BTreeSet<String>, Vec<String>) {
        let Some(Column::Text { codes, labels }) = self.table.column("source_id") else {
            return (BTreeSet::new(), Vec::new());
        };
        let is_used = used(codes, labels.len(), kept);
        let sources: BTreeSet<String> =
            labels.iter().zip(is_used).filter(|(_, is_used)| *is_used).map(|(label, _)| label.clone()).collect();
        let warnings = if sources.len() > 1 {
            let names: Vec<String> = sources.iter().cloned().collect();
            let names = crate::error::list(&names);
            vec![format!(
                "`{}` is spliced from {names}: a change between them may be no change in the world",
                self.node.name
            )]
        } else {
            Vec::new()
        };
        (sources, warnings)
    }
}

/// The reasons of rows without a value: few differ, and each is put into words once.
pub(super) struct Absences<'a> {
    flags: Option<(&'a [u32], &'a [String])>,
    name: &'a str,
    known: FxHashMap<u32, u32>,
}

impl Absences<'_> {
    /// The reason of one row of the table.
    pub(super) fn reason(&mut self, row: u32, reasons: &mut Reasons) -> u32 {
        let code = self.flags.map_or(ABSENT, |(codes, _)| codes[row as usize]);
        *self.known.entry(code).or_insert_with(|| {
            let flag = self.flags.and_then(|(_, labels)| labels.get(code as usize));
            let name = self.name;
            reasons.intern(match flag.filter(|flag| !matches!(flag.as_str(), "reported" | "estimated")) {
                Some(flag) if flag == "bound" => format!("`{name}` is printed as a bound only"),
                Some(flag) => format!("`{name}` is {}", flag.replace('_', " ")),
                None => format!("`{name}` has a row without a value"),
            })
        })
    }
}

/// Which codes the rows use; an absent one counts for none.
fn used(codes: &[u32], n_labels: usize, rows: &[u32]) -> Vec<bool> {
    let mut is_used = vec![false; n_labels];
    for &row in rows {
        if let Some(used) = is_used.get_mut(codes[row as usize] as usize) {
            *used = true;
            if n_labels == 1 {
                break;
            }
        }
    }
    is_used
}

enum Numbers<'a> {
    Plain(&'a [f64]),
    Coded { codes: &'a [u32], values: Vec<f64> },
}

impl Numbers<'_> {
    fn at(&self, row: u32) -> f64 {
        match self {
            Self::Plain(numbers) => numbers[row as usize],
            Self::Coded { codes, values } => values.get(codes[row as usize] as usize).copied().unwrap_or(f64::NAN),
        }
    }
}

fn mapped<T: Send>(rows: &[u32], each: impl Fn(u32) -> T + Sync) -> Vec<T> {
    if rows.len() < PARALLEL {
        rows.iter().map(|&row| each(row)).collect()
    } else {
        rows.par_iter().map(|&row| each(row)).collect()
    }
}
