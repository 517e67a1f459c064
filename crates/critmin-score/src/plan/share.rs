//! Shares: which suppliers count, what they add up to, and what is said when that is not one.

use std::sync::Arc;

use crate::Error;
use crate::document::Residual;
use crate::kernel::{Kernel, Members};
use crate::method::{AxisSet, NodeId, axes_in};
use crate::plan::compiler::{Compiled, Compiler, REST, tidy};
use crate::status::{Cell, Status};
use crate::support::{Groups, Support};

impl Compiler {
    pub(super) fn share(
        &mut self,
        id: NodeId,
        of: NodeId,
        over: AxisSet,
        (residual, tolerance): (Residual, f64),
    ) -> Result<Compiled, Error> {
        let method = Arc::clone(&self.method);
        let name = &method.nodes[id].name;
        let original = Arc::clone(&self.arrays[of].support);
        let by = original.axes & !over;
        let support =
            if residual == Residual::Bound { self.with_rest(&original, over, by, name)? } else { original.clone() };
        let (edge, cells) = self.edge(id, &support, of)?;
        let groups = Groups::new(&support, by, &self.counts, name)?;
        let rest: Vec<bool> = (0..support.n).map(|row| original.n <= row).collect();
        let mut cells = cells.unwrap_or_else(|| vec![Cell::OK; support.n]);
        for (row, slot) in cells.iter_mut().enumerate() {
            if rest[row] {
                *slot = Cell::OK;
            }
        }
        let supplied = edge.supplied(&self.values[of]);
        let (mut starts, mut kept) = (vec![0], Vec::new());
        for group in 0..groups.n() {
            let rows = groups.members(group);
            let is_left_out =
                |row: u32| cells[row as usize].status == Status::Unavailable && cells[row as usize].may_skip;
            let before = kept.len();
            kept.extend(rows.iter().copied().filter(|&row| !is_left_out(row)));
            #[expect(clippy::cast_possible_truncation, reason = "rows are counted in u32")]
            starts.push(kept.len() as u32);
            let used = &kept[before..];
            let listed = || used.iter().map(|&row| row as usize).filter(|&row| !rest[row]);
            let value = |row: usize| edge.at(row, &self.values[of], &supplied);
            let sum: f64 = listed().map(value).sum();
            let least = listed().map(value).fold(0.0, f64::min);
            let lost = listed().map(|row| cells[row]).find(|cell| cell.status == Status::Unavailable);
            let left_out = rows.iter().map(|&row| cells[row as usize]).find(|cell| cell.status == Status::Unavailable);
            let verdict = match (lost, left_out) {
                (Some(lost), _) => lost,
                (None, Some(left_out)) if used.is_empty() => left_out,
                _ if least < 0.0 || !sum.is_finite() => self.no_shares(name, least),
                (None, left_out) => self.sum_of_shares(
                    name,
                    sum,
                    residual,
                    tolerance,
                    left_out.map(|cell| (cell, used.len(), rows.len())),
                ),
            };
            for &row in used {
                cells[row as usize] = cells[row as usize].and(verdict);
            }
        }
        let members = Members { starts: Arc::new(starts), rows: Arc::new(kept) };
        Ok((support, Kernel::Share { of: edge, members, residual, rest }, tidy(cells)))
    }

    /// Amounts that have no shares: one below zero, or a sum beyond the range of numbers.
    fn no_shares(&mut self, name: &str, least: f64) -> Cell {
        Cell::unavailable(self.reasons.intern(if least < 0.0 {
            format!("`{name}`: a supplier has {least}, and less than nothing is no share")
        } else {
            format!("`{name}`: the suppliers together exceed the range of numbers")
        }))
    }

    /// What the sum of a group says about its shares, and what was left out of it.
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a coverage needs no more digits")]
    fn sum_of_shares(
        &mut self,
        name: &str,
        sum: f64,
        residual: Residual,
        tolerance: f64,
        left_out: Option<(Cell, usize, usize)>,
    ) -> Cell {
        if sum == 0.0 {
            return Cell::unavailable(self.reasons.intern(format!("`{name}`: all suppliers together supply nothing")));
        }
        let is_checked = residual != Residual::Renormalise;
        if is_checked && sum > 1.0 + tolerance {
            return Cell::unavailable(
                self.reasons.intern(format!("`{name}`: the shares sum to {sum:.3}, more than 1")),
            );
        }
        let partial = |reason, coverage| Cell { status: Status::Partial, may_skip: false, reason, coverage };
        let known = left_out.map_or(Cell::OK, |(cell, used, all)| partial(cell.reason, used as f32 / all as f32));
        if residual == Residual::Keep && sum < 1.0 - tolerance {
            let reason = self.reasons.intern(format!("`{name}`: the shares sum to {sum:.3} only"));
            return known.and(partial(reason, sum as f32));
        }
        known
    }

    /// The keys with one more supplier in each group.
    fn with_rest(
        &mut self,
        original: &Arc<Support>,
        over: AxisSet,
        by: AxisSet,
        name: &str,
    ) -> Result<Arc<Support>, Error> {
        let groups = Groups::new(original, by, &self.counts, name)?;
        let mut keys = original.keys.clone();
        for (column, axis) in axes_in(original.axes).enumerate() {
            let rest = self.labels.find(axis, REST).unwrap_or_default();
            for &first in &groups.first {
                let own = original.keys[column][first as usize];
                keys[column].push(if over >> axis & 1 == 1 { rest } else { own });
            }
        }
        Ok(Arc::new(Support { axes: original.axes, keys, n: original.n + groups.n() }))
    }
}
