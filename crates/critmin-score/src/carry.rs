//! The nearest year that a source covers, for a year that it does not cover: imputed, and the reason says which.

use crate::Error;
use crate::document::Carry;
use crate::labels::AxisLabels;
use crate::leaf::Leaf;
use crate::method::{Method, Node, axes_in};
use crate::status::{Cell, Reasons};
use crate::support::Groups;

/// Adds, within each group, the rows of the nearest covered year under the label of every year that is asked for and
/// not covered. Of two years as near the earlier one is taken.
pub(crate) fn carry_years(
    method: &Method,
    node: &Node,
    carry: &Carry,
    leaf: &mut Leaf,
    labels: &AxisLabels,
    reasons: &mut Reasons,
) -> Result<(), Error> {
    let Some(axis) = method.axis(&carry.axis) else { return Ok(()) };
    let within = carry.within.iter().filter_map(|name| method.axis(name)).fold(0, |set, axis| set | 1 << axis);
    let years = labels.numbers(axis);
    let groups = Groups::new(&leaf.support, within, &labels.counts(), &node.name)?;
    let Some(position) = axes_in(node.axes).position(|each| each == axis) else { return Ok(()) };
    let year_of = |label: u32| years.iter().find(|(known, _)| *known == label).map(|(_, year)| *year);
    let mut added: Vec<(usize, u32, u32)> = Vec::new();
    for group in 0..groups.n() {
        let column = &leaf.support.keys[position];
        let mut covered: Vec<u32> = groups.members(group).iter().map(|&row| column[row as usize]).collect();
        covered.sort_unstable();
        covered.dedup();
        for &(label, year) in years.iter().filter(|(label, _)| !covered.contains(label)) {
            let distance = |label: u32| year_of(label).map(|other| ((other - year).abs(), other, label));
            let near = covered.iter().filter_map(|&label| distance(label)).filter(|(far, ..)| *far <= carry.at_most);
            let Some((_, _, source)) = near.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))) else {
                continue;
            };
            let (from, to) = (labels.name(axis, source), labels.name(axis, label));
            let reason = reasons.intern(format!("`{}`: {from} taken for {to}", node.name));
            let rows = groups.members(group).iter().map(|&row| row as usize).filter(|&row| column[row] == source);
            added.extend(rows.map(|row| (row, label, reason)));
        }
    }
    append(leaf, position, &added);
    Ok(())
}

fn append(leaf: &mut Leaf, position: usize, added: &[(usize, u32, u32)]) {
    if added.is_empty() {
        return;
    }
    let cells = leaf.cells.get_or_insert_with(|| vec![Cell::OK; leaf.support.n]);
    for &(row, _, reason) in added {
        cells.push(cells[row].and(Cell::imputed(reason)));
    }
    let support = std::sync::Arc::make_mut(&mut leaf.support);
    for (column, keys) in support.keys.iter_mut().enumerate() {
        keys.extend(
            added.iter().map(|&(row, label, _)| if column == position { label } else { keys[row] }).collect::<Vec<_>>(),
        );
    }
    leaf.values.extend(added.iter().map(|&(row, ..)| leaf.values[row]).collect::<Vec<_>>());
    if let Some(spread) = &mut leaf.spread {
        spread.extend(added.iter().map(|&(row, ..)| spread[row]).collect::<Vec<_>>());
    }
    std::sync::Arc::make_mut(&mut leaf.support).n += added.len();
}
