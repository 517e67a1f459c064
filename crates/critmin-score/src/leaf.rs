//! From a table to an array with named axes: what is kept, what the labels are, what a row without a value means.

mod bloc;
mod reader;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use critmin_core::Columns;

use crate::Error;
use crate::data::{Data, Request};
use crate::document::{Combine, Unlabelled};
use crate::labels::AxisLabels;
use crate::method::{AxisSet, Input, Method, Node, Reference, Value, axes_in};
use crate::status::{Cell, Cells, Reasons};
use crate::support::{Groups, Support, is_distinct};
use reader::{Absences, Reader};

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
    let declared = input.reference.as_ref();
    let censored = declared.and_then(|reference| reference.censored.clone());
    let value = if table.column(&node.name).is_some() { node.name.clone() } else { "value".to_owned() };
    Reference {
        // Unlike every table of a dataset: rows selected there must not be taken for rows of this one.
        table: format!("handed over as {}", node.name),
        value: Value::Column(value),
        scale: 1.0,
        axes: axes_in(node.axes).map(|axis| (axis, context.method.axes[axis].name.clone())).collect(),
        keep: BTreeMap::new(),
        pin: context.data.pins.get(&node.name).cloned().unwrap_or_default(),
        years: None,
        censored: censored.filter(|censored| table.column(&censored.high).is_some()),
        combine: Combine::Error,
        expand: None,
        carry: None,
        region: declared.and_then(|reference| reference.region.clone()),
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
    let mut leaf = combined(node, &reference, rows, labels, (reasons, reader.absences()), &numbers)?;
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

/// One row per key.
fn combined(
    node: &Node,
    reference: &Reference,
    rows: Rows,
    labels: &AxisLabels,
    absences: (&mut Reasons, Absences<'_>),
    numbers: &[u32],
) -> Result<Leaf, Error> {
    let n = rows.values.len();
    let all = Support { axes: node.axes, keys: rows.keys, n };
    if is_distinct(&all, &labels.counts(), &node.name)? {
        return Ok(plain(node, rows.values, &rows.is_imputed, rows.spread, Arc::new(all), absences, |row| {
            numbers[row]
        }));
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
        numbers[row.copied().unwrap_or_default() as usize]
    };
    Ok(plain(node, values, &is_imputed, spread, support, absences, absent_row))
}

/// A leaf whose keys are all different.
fn plain(
    node: &Node,
    values: Vec<f64>,
    is_imputed: &[bool],
    spread: Option<Vec<f64>>,
    support: Arc<Support>,
    (reasons, mut absences): (&mut Reasons, Absences<'_>),
    row_of: impl Fn(usize) -> u32,
) -> Leaf {
    let may_skip = node.missing == crate::method::Missing::Skip;
    let mut cells = Cells::None;
    let mut bound = None;
    for (row, value) in values.iter().enumerate() {
        let cell = if value.is_nan() {
            Cell { may_skip, ..Cell::unavailable(absences.reason(row_of(row), reasons)) }
        } else if is_imputed[row] {
            let text = || format!("`{}`: only an upper bound is printed", node.name);
            Cell::imputed(*bound.get_or_insert_with(|| reasons.intern(text())))
        } else {
            continue;
        };
        cells.get_or_insert_with(|| vec![Cell::OK; values.len()])[row] = cell;
    }
    Leaf { support, values, cells, spread, sources: BTreeSet::new(), warnings: Vec::new() }
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
