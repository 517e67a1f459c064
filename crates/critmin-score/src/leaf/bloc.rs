//! A bloc as the sum of its members: what lies inside it, and what is left out for want of a value.

use std::sync::Arc;

use crate::Error;
use crate::document::{Inside, Region};
use crate::labels::AxisLabels;
use crate::leaf::Leaf;
use crate::leaf::reader::Reader;
use crate::method::{Node, axes_in};
use crate::status::{Cell, Reasons, Status, cell};
use crate::support::{Groups, Support};

impl Reader<'_> {
    /// Adds the keys of each bloc that the question names: the sum over its members that have a value.
    pub(super) fn add_regions(
        &self,
        region: &Region,
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
            let first = members.clone().next().map_or(Cell::OK, |row| cell(&leaf.cells, row));
            (f64::NAN, first)
        } else {
            let sum = known.iter().map(|&row| leaf.values[row]).sum();
            let worst = known.iter().fold(Cell::OK, |worst, &row| worst.and(cell(&leaf.cells, row)));
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
    Cell { status: Status::Partial, may_skip: false, reason, coverage: used as f32 / all as f32 }
}
