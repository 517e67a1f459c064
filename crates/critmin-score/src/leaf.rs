//! From a table to an array with named axes: what is kept, what the labels are, what a row without a value means.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use critmin_core::{ABSENT, Column, Columns};
use rayon::prelude::*;

use crate::Error;
use crate::data::{Data, Request};
use crate::document::{CensorRule, Combine, Inside, Unlabelled};
use crate::labels::AxisLabels;
use crate::method::{AxisSet, Input, Method, Node, Reference, Value, axes_in};
use crate::status::{Cell, Cells, Reasons};
use crate::support::{Groups, PARALLEL, Support, is_distinct};

/// How far a value may lie outside its range: rounding of a conversion.
const RANGE_SLACK: f64 = 1e-9;

/// An input as an array.
#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) support: Arc<Support>,
    pub(crate) values: Vec<f64>,
    pub(crate) cells: Cells,
    /// Standard deviation of each row, where the table has one.
    pub(crate) spread: Option<Vec<f64>>,
    /// The editions that the rows come from.
    pub(crate) sources: BTreeSet<String>,
    pub(crate) warnings: Vec<String>,
}

/// What building a leaf needs to know.
pub(crate) struct Context<'a> {
    pub(crate) method: &'a Method,
    pub(crate) data: &'a Data<'a>,
    pub(crate) request: &'a Request,
    /// Axes of the input at hand whose labels may be left out before anything is computed.
    pub(crate) filterable: AxisSet,
}

/// Rows and keys of the tables read so far: several inputs often take different columns of the same rows.
#[derive(Debug, Default)]
pub(crate) struct Known {
    selections: Vec<(String, Vec<u32>, Arc<Support>)>,
}

/// Rows that are kept, before equal keys are brought together.
struct Rows {
    numbers: Vec<u32>,
    keys: Vec<Vec<u32>>,
    values: Vec<f64>,
    is_imputed: Vec<bool>,
    spread: Option<Vec<f64>>,
}

/// The table that an input takes, and how its columns are named there.
pub(crate) fn table_of(context: &Context<'_>, node: &Node, input: &Input) -> Result<(Arc<Columns>, Reference), Error> {
    if let Some(table) = context.data.inputs.get(&node.name) {
        let reference = own_reference(context, node, input, table);
        return Ok((Arc::clone(table), reference));
    }
    let Some(reference) = &input.reference else {
        let columns = context.method.axis_names(node.axes).into_iter().chain(["value".to_owned()]).collect();
        let description = node.description.clone();
        let (method, input) = (context.method.id.clone(), node.name.clone());
        return Err(Error::MissingInput { method, input, description, columns });
    };
    let mut reference = reference.clone();
    for (column, label) in context.data.pins.get(&node.name).into_iter().flatten() {
        reference.pin.insert(column.clone(), label.clone());
    }
    let table = (context.data.tables)(&reference.table)
        .ok_or_else(|| Error::MissingTable { input: node.name.clone(), table: reference.table.clone() })?;
    Ok((table, reference))
}

/// How a table handed over by the user is read: columns named as the axes, and `value` or the input's own name.
fn own_reference(context: &Context<'_>, node: &Node, input: &Input, table: &Columns) -> Reference {
    let value = if table.column(&node.name).is_some() { node.name.clone() } else { "value".to_owned() };
    Reference {
        table: node.name.clone(),
        value: Value::Column(value),
        scale: 1.0,
        axes: axes_in(node.axes).map(|axis| (axis, context.method.axes[axis].name.clone())).collect(),
        keep: BTreeMap::new(),
        pin: context.data.pins.get(&node.name).cloned().unwrap_or_default(),
        years: None,
        censored: None,
        combine: Combine::Error,
        expand: None,
        carry: None,
        region: input.reference.as_ref().and_then(|reference| reference.region.clone()),
        unlabelled: Unlabelled::Error,
    }
}

/// Reads one input.
pub(crate) fn build_leaf(
    context: &Context<'_>,
    node: &Node,
    input: &Input,
    labels: &mut AxisLabels,
    reasons: &mut Reasons,
    known: &mut Known,
) -> Result<Leaf, Error> {
    let (table, reference) = table_of(context, node, input)?;
    let reader = Reader { context, node, input, table: &table, reference: &reference };
    let selection = reader.selection();
    if let Some((_, numbers, support)) = known.selections.iter().find(|(known, ..)| Some(known) == selection.as_ref()) {
        return reader.leaf_of(numbers, Arc::clone(support), reasons);
    }
    let mut rows = reader.rows(labels)?;
    let (sources, warnings) = reader.sources(&rows.numbers);
    let numbers = std::mem::take(&mut rows.numbers);
    let reason = |row: usize| reader.absence(numbers[row]);
    let mut leaf = combined(node, &reference, rows, labels, reasons, reason)?;
    if let Some(carry) = &reference.carry {
        crate::carry::carry_years(context.method, node, carry, &mut leaf, labels, reasons)?;
    }
    if let Some(region) = &reference.region {
        reader.add_regions(region, &mut leaf, labels, reasons)?;
    }
    leaf.sources = sources;
    leaf.warnings = warnings;
    if let Some(selection) = selection.filter(|_| leaf.values.len() == numbers.len()) {
        known.selections.push((selection, numbers, Arc::clone(&leaf.support)));
    }
    Ok(leaf)
}

struct Reader<'a> {
    context: &'a Context<'a>,
    node: &'a Node,
    input: &'a Input,
    table: &'a Columns,
    reference: &'a Reference,
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

    fn bad(&self, row_number: Option<usize>, reason: String) -> Error {
        Error::BadInput { input: self.node.name.clone(), row_number, reason }
    }

    fn rows(&self, labels: &mut AxisLabels) -> Result<Rows, Error> {
        let mut kept = self.kept()?;
        let mut columns = Vec::new();
        for (axis, column) in &self.reference.axes {
            let (codes, names) = self.text(column)?;
            if let Some(&row) = kept.iter().find(|&&row| codes[row as usize] == ABSENT) {
                if self.reference.unlabelled == Unlabelled::Error {
                    let reason = format!("column `{column}` has no label, so the row belongs nowhere");
                    return Err(self.bad(Some(row as usize + 1), reason));
                }
                kept.retain(|&row| codes[row as usize] != ABSENT);
            }
            columns.push((*axis, codes, names));
        }
        columns.sort_by_key(|(axis, ..)| *axis);
        let mut keys = Vec::new();
        for (axis, codes, names) in &columns {
            let map = labels.intern_used(*axis, codes, names, &kept);
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
    fn selection(&self) -> Option<String> {
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
    fn leaf_of(&self, numbers: &[u32], support: Arc<Support>, reasons: &mut Reasons) -> Result<Leaf, Error> {
        let (values, is_imputed) = self.values(numbers)?;
        let spread = self.spread(numbers);
        let (sources, warnings) = self.sources(numbers);
        let absence = |row: usize| self.absence(numbers[row]);
        let leaf = plain(self.node, values, &is_imputed, spread, support, reasons, absence);
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

    fn region_axis(&self) -> Option<usize> {
        let region = self.reference.region.as_ref()?;
        self.context.method.axis(&region.axis)
    }

    /// The blocs that the question names.
    fn blocs(&self) -> Vec<(&String, &Vec<String>)> {
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
        let hint = if label.trim_start().starts_with(['<', '>']) {
            "a bound and not a number; leave `value` empty and give the bound in a column of its own"
        } else {
            "not a number"
        };
        Err(self.bad(row.map(|row| row + 1), format!("column `{name}` holds `{label}`: {hint}")))
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

    /// Adds the keys of each bloc that the question names: the sum over its members that have a value.
    fn add_regions(
        &self,
        region: &crate::document::Region,
        leaf: &mut Leaf,
        labels: &mut AxisLabels,
        reasons: &mut Reasons,
    ) -> Result<(), Error> {
        let Some(axis) = self.region_axis() else {
            return Err(self.bad(None, format!("region.axis `{}` is no axis of the method", region.axis)));
        };
        let own_axes = self.node.axes;
        let position_of = |axis: usize| axes_in(own_axes).position(|each| each == axis);
        let Some(position) = position_of(axis) else { return Ok(()) };
        let partner = region.partner.as_deref().and_then(|name| self.context.method.axis(name));
        for (name, members) in self.blocs() {
            let ids = |axis: usize| members.iter().filter_map(|one| labels.find(axis, one)).collect::<Vec<u32>>();
            let (own, partners) = (ids(axis), partner.map(ids).unwrap_or_default());
            let partner_column = partner.and_then(position_of).map(|column| &leaf.support.keys[column]);
            let column = &leaf.support.keys[position];
            let is_inside = |row: usize| partner_column.is_some_and(|column| partners.contains(&column[row]));
            let is_counted =
                |row: &usize| own.contains(&column[*row]) && !(is_inside(*row) && region.inside == Inside::Drop);
            let rows: Vec<usize> = (0..leaf.support.n).filter(is_counted).collect();
            let label = labels.intern(axis, name);
            append_sums(self.node, leaf, &rows, (position, label), &labels.counts(), reasons)?;
        }
        Ok(())
    }

    /// Why a row of the table has no value.
    fn absence(&self, row: u32) -> String {
        let flag = match self.table.column("flag") {
            Some(Column::Text { codes, labels }) => labels.get(codes[row as usize] as usize),
            _ => None,
        };
        match flag.filter(|flag| !matches!(flag.as_str(), "reported" | "estimated")) {
            Some(flag) => format!("`{}` is {}", self.node.name, flag.replace('_', " ")),
            None => format!("`{}` has a row without a value", self.node.name),
        }
    }

    /// The editions behind the rows, and a warning when one series is stitched together from several.
    fn sources(&self, kept: &[u32]) -> (BTreeSet<String>, Vec<String>) {
        let Some(Column::Text { codes, labels }) = self.table.column("source_id") else {
            return (BTreeSet::new(), Vec::new());
        };
        let mut is_used = vec![false; labels.len()];
        for &row in kept {
            if let Some(used) = is_used.get_mut(codes[row as usize] as usize) {
                *used = true;
            }
        }
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

/// One row per key.
fn combined(
    node: &Node,
    reference: &Reference,
    rows: Rows,
    labels: &AxisLabels,
    reasons: &mut Reasons,
    absence: impl Fn(usize) -> String,
) -> Result<Leaf, Error> {
    let n = rows.values.len();
    let all = Support { axes: node.axes, keys: rows.keys, n };
    if is_distinct(&all, &labels.counts(), &node.name)? {
        return Ok(plain(node, rows.values, &rows.is_imputed, rows.spread, Arc::new(all), reasons, absence));
    }
    let groups = Groups::new(&all, node.axes, &labels.counts(), &node.name)?;
    let repeats = |group: usize| groups.members(group).get(1).copied();
    if groups.n() < n
        && reference.combine == Combine::Error
        && let Some(second) = (0..groups.n()).find_map(repeats)
    {
        let key = labels.words(&all, second as usize);
        let reason = format!("{key} occurs more than once: pin one `source_id`, or say how rows `combine`");
        return Err(Error::BadInput { input: node.name.clone(), row_number: None, reason });
    }
    let merge = |group: usize| merged(&rows.values, groups.members(group), reference.combine);
    let values: Vec<f64> = (0..groups.n()).map(merge).collect();
    let some_imputed = |group: usize| groups.members(group).iter().any(|&row| rows.is_imputed[row as usize]);
    let is_imputed: Vec<bool> = (0..groups.n()).map(some_imputed).collect();
    let spread = rows.spread.map(|spread| groups.first.iter().map(|&row| spread[row as usize]).collect());
    let support = Arc::new(groups.support(&all, node.axes));
    let absent_row = |group: usize| {
        let row = groups.members(group).iter().find(|&&row| rows.values[row as usize].is_nan());
        absence(row.copied().unwrap_or_default() as usize)
    };
    Ok(plain(node, values, &is_imputed, spread, support, reasons, absent_row))
}

/// A leaf whose keys are all different.
fn plain(
    node: &Node,
    values: Vec<f64>,
    is_imputed: &[bool],
    spread: Option<Vec<f64>>,
    support: Arc<Support>,
    reasons: &mut Reasons,
    absence: impl Fn(usize) -> String,
) -> Leaf {
    let may_skip = node.missing == crate::method::Missing::Skip;
    let mut cells = Cells::None;
    for (row, value) in values.iter().enumerate() {
        let cell = if value.is_nan() {
            Cell { may_skip, ..Cell::unavailable(reasons.intern(absence(row))) }
        } else if is_imputed[row] {
            Cell::imputed(reasons.intern(format!("`{}`: only an upper bound is printed", node.name)))
        } else {
            continue;
        };
        cells.get_or_insert_with(|| vec![Cell::OK; values.len()])[row] = cell;
    }
    Leaf { support, values, cells, spread, sources: BTreeSet::new(), warnings: Vec::new() }
}

/// Adds the sums of `rows` under a new label; what has no value is left out and the sum says so.
fn append_sums(
    node: &Node,
    leaf: &mut Leaf,
    rows: &[usize],
    (position, label): (usize, u32),
    counts: &[usize],
    reasons: &mut Reasons,
) -> Result<(), Error> {
    let keys = leaf.support.keys.iter().enumerate().map(|(at, column)| {
        rows.iter().map(|&row| if at == position { label } else { column[row] }).collect::<Vec<u32>>()
    });
    let part = Support { axes: node.axes, keys: keys.collect(), n: rows.len() };
    let groups = Groups::new(&part, node.axes, counts, &node.name)?;
    for group in 0..groups.n() {
        let members = groups.members(group).iter().map(|&member| rows[member as usize]);
        let known: Vec<usize> = members.clone().filter(|&row| !leaf.values[row].is_nan()).collect();
        let all = members.clone().count();
        let (value, cell) = if known.is_empty() {
            let first = members.clone().next().map_or(Cell::OK, |row| crate::status::cell(&leaf.cells, row));
            (f64::NAN, first)
        } else {
            let sum = known.iter().map(|&row| leaf.values[row]).sum();
            let worst = known.iter().fold(Cell::OK, |cell, &row| cell.and(crate::status::cell(&leaf.cells, row)));
            (sum, worst.and(left_out(node, known.len(), all, reasons)))
        };
        leaf.values.push(value);
        if cell != Cell::OK || leaf.cells.is_some() {
            let n = leaf.values.len() - 1;
            leaf.cells.get_or_insert_with(|| vec![Cell::OK; n]).push(cell);
        }
        if let Some(spread) = &mut leaf.spread {
            let square: f64 = known.iter().map(|&row| spread[row].powi(2)).sum();
            spread.push(square.sqrt());
        }
    }
    let added = groups.support(&part, node.axes);
    let support = Arc::make_mut(&mut leaf.support);
    for (column, more) in support.keys.iter_mut().zip(added.keys) {
        column.extend(more);
    }
    support.n += added.n;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a coverage needs no more digits")]
fn left_out(node: &Node, used: usize, all: usize, reasons: &mut Reasons) -> Cell {
    if used == all {
        return Cell::OK;
    }
    let reason = reasons.intern(format!("`{}`: {used} of {all} rows of the bloc's members have a value", node.name));
    Cell { status: crate::status::Status::Partial, may_skip: false, reason, coverage: used as f32 / all as f32 }
}

fn merged(values: &[f64], members: &[u32], combine: Combine) -> f64 {
    let [first, ..] = members else { return f64::NAN };
    if members.len() == 1 || combine == Combine::First {
        return values[*first as usize];
    }
    let sum: f64 = members.iter().map(|&row| values[row as usize]).sum();
    #[expect(clippy::cast_precision_loss, reason = "few rows share a key")]
    if combine == Combine::Mean { sum / members.len() as f64 } else { sum }
}
