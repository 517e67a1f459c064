//! Choices: the highest or lowest label of an axis, and the first alternative that is there.

use std::sync::Arc;

use crate::Error;
use crate::kernel::{Kernel, Members};
use crate::method::{Alternative, NodeId, Selection};
use crate::plan::compiler::{Compiled, Compiler, tidy};
use crate::status::{Cell, Cells, Status, cell};
use crate::support::{Groups, NONE, Support, union};

impl Compiler {
    pub(super) fn select(&mut self, id: NodeId, of: NodeId, over: usize, by: Selection) -> Result<Compiled, Error> {
        let method = Arc::clone(&self.method);
        let judge = if let Selection::AtHighest(other) = by { other } else { of };
        let parts = [&self.arrays[judge].support, &self.arrays[of].support];
        let is_judge_whole = method.nodes[of].axes & !method.nodes[judge].axes == 0;
        let driver =
            if is_judge_whole { Arc::clone(parts[0]) } else { union(&parts, &self.counts, &method.nodes[id].name)?.0 };
        let (of_edge, of_cells) = self.edge(id, &driver, of)?;
        let (by_edge, by_cells) = self.edge(id, &driver, judge)?;
        let rest = driver.axes & !(1 << over);
        let groups = Groups::new(&driver, rest, &self.counts, &method.nodes[id].name)?;
        let mut verdicts = Vec::with_capacity(groups.n());
        let supplied = by_edge.supplied(&self.values[judge]);
        let sign = if by == Selection::Lowest { -1.0 } else { 1.0 };
        for group in 0..groups.n() {
            let known = groups
                .members(group)
                .iter()
                .filter(|&&row| cell(&by_cells, row as usize).status != Status::Unavailable);
            let value = |row: u32| sign * by_edge.at(row as usize, &self.values[judge], &supplied);
            let best = known.copied().reduce(|best, row| if value(best) < value(row) { row } else { best });
            let verdict = match best {
                Some(best) => {
                    let own = cell(&of_cells, best as usize).and(cell(&by_cells, best as usize));
                    let lost = groups.members(group).len() - known_count(&by_cells, groups.members(group));
                    if lost > 0 {
                        own.and(self.incomparable(&method.nodes[id].name, &by_cells, groups.members(group)))
                    } else {
                        own
                    }
                }
                None => groups.members(group).first().map_or(Cell::OK, |&row| cell(&by_cells, row as usize)),
            };
            verdicts.push(verdict);
        }
        let support = Arc::new(groups.support(&driver, rest));
        self.drivers.insert(id, Arc::clone(&driver));
        let members = Members { starts: groups.starts, rows: groups.rows };
        let lowest = by == Selection::Lowest;
        Ok((support, Kernel::Select { of: of_edge, by: by_edge, lowest, members }, tidy(verdicts)))
    }

    /// A choice among some of the members only, because the others have no value.
    #[expect(clippy::cast_precision_loss, reason = "a coverage needs no more digits")]
    fn incomparable(&mut self, name: &str, cells: &Cells, rows: &[u32]) -> Cell {
        let used = known_count(cells, rows);
        let lost = rows.iter().map(|&row| cell(cells, row as usize)).find(|cell| cell.status == Status::Unavailable);
        let why = lost.map_or_else(String::new, |lost| self.reasons.texts[lost.reason as usize].clone());
        let reason = self.reasons.intern(format!("`{name}`: chosen among {used} of {}, because {why}", rows.len()));
        Cell { status: Status::Partial, may_skip: false, reason, coverage: used as f32 / rows.len() as f32 }
    }

    pub(super) fn first_available(&mut self, id: NodeId, alternatives: &[Alternative]) -> Result<Compiled, Error> {
        let method = Arc::clone(&self.method);
        let nodes: Vec<NodeId> = alternatives.iter().map(|one| one.node).collect();
        let parts: Vec<&Arc<Support>> = nodes.iter().map(|&node| &self.arrays[node].support).collect();
        let (support, _) = union(&parts, &self.counts, &method.nodes[id].name)?;
        let mut edges = Vec::new();
        let mut own = Vec::new();
        let mut when = Vec::new();
        for one in alternatives {
            let (edge, cells) = self.edge(id, &support, one.node)?;
            edges.push(edge);
            own.push(cells);
            let mut all = Vec::new();
            for &needed in &one.when {
                all.push(self.edge(id, &support, needed)?.1);
            }
            when.push(all);
        }
        let is_there = |cells: &Cells, row: usize| cell(cells, row).status != Status::Unavailable;
        let mut chosen = Vec::with_capacity(support.n);
        let mut verdicts = Vec::with_capacity(support.n);
        for row in 0..support.n {
            let found = when.iter().position(|all| all.iter().all(|cells| is_there(cells, row)));
            #[expect(clippy::cast_possible_truncation, reason = "a handful of alternatives")]
            chosen.push(found.map_or(NONE, |found| found as u32));
            // Without an alternative the first one tells what is lacking.
            verdicts.push(cell(&own[found.unwrap_or(0)], row));
        }
        Ok((support, Kernel::First { edges, chosen }, tidy(verdicts)))
    }
}

fn known_count(cells: &Cells, rows: &[u32]) -> usize {
    rows.iter().filter(|&&row| cell(cells, row as usize).status != Status::Unavailable).count()
}
