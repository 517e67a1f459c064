//! Reductions: which members of a group count, and what the group is worth.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::Error;
use crate::kernel::{Kernel, Members};
use crate::labels::AxisLabels;
use crate::method::{AxisSet, Method, NodeId, Reduce};
use crate::plan::compiler::{Compiled, Compiler, tidy};
use crate::status::{Cell, Cells, Status, cell};
use crate::support::{Groups, Support, union};

impl Compiler {
    pub(super) fn reduce(&mut self, id: NodeId, reduce: &Reduce) -> Result<Compiled, Error> {
        let method = Arc::clone(&self.method);
        let name = &method.nodes[id].name;
        let value_axes = method.nodes[reduce.of].axes;
        let brings_axes = reduce.weight.is_some_and(|weight| method.nodes[weight].axes & !value_axes != 0);
        let driver = match reduce.weight {
            Some(weight) if brings_axes => {
                union(&[&self.arrays[reduce.of].support, &self.arrays[weight].support], &self.counts, name)?.0
            }
            _ => Arc::clone(&self.arrays[reduce.of].support),
        };
        let (of, mut cells) = self.edge(id, &driver, reduce.of)?;
        let weight = match reduce.weight {
            None => None,
            Some(weight) => Some(self.edge_along(id, &driver, weight, None, &mut cells)?),
        };
        let by = driver.axes & !reduce.over;
        let mut groups = self.grouped(&driver, by, name)?;
        if reduce.by.is_over_time() {
            self.check_times(id, &driver, reduce.over.trailing_zeros() as usize)?;
            groups = Arc::new(Groups::new(&driver, by, &self.counts, name)?);
            if let Some(own) = Arc::get_mut(&mut groups) {
                self.sort_by_number(own, &driver, reduce.over.trailing_zeros() as usize);
            }
        }
        let (members, cells) = self.kept_members(name, reduce, &driver, &groups, &cells);
        let support = self.group_support(&driver, by, &groups);
        Ok((support, Kernel::Reduce { by: reduce.by, of, weight, members }, cells))
    }

    /// The keys of the groups; the same object for the same groups, so that later look-ups are free.
    fn group_support(&mut self, driver: &Arc<Support>, by: AxisSet, groups: &Arc<Groups>) -> Arc<Support> {
        if let Some((.., known)) = self.group_supports.iter().find(|(same, _)| Arc::ptr_eq(same, groups)) {
            return Arc::clone(known);
        }
        let support = Arc::new(groups.support(driver, by));
        self.group_supports.push((Arc::clone(groups), Arc::clone(&support)));
        support
    }

    fn grouped(&mut self, support: &Arc<Support>, by: AxisSet, name: &str) -> Result<Arc<Groups>, Error> {
        let is_same =
            |(known, axes, _): &&(Arc<Support>, AxisSet, Arc<Groups>)| Arc::ptr_eq(known, support) && *axes == by;
        if let Some((.., groups)) = self.groups.iter().find(is_same) {
            return Ok(Arc::clone(groups));
        }
        let groups = Arc::new(Groups::new(support, by, &self.counts, name)?);
        self.groups.push((Arc::clone(support), by, Arc::clone(&groups)));
        Ok(groups)
    }

    /// Which members of each group count, and what the group is worth.
    fn kept_members(
        &mut self,
        name: &str,
        reduce: &Reduce,
        driver: &Support,
        groups: &Groups,
        cells: &Cells,
    ) -> (Members, Cells) {
        let needs_check = cells.is_some() || !reduce.complete.is_empty();
        if !needs_check {
            return (Members { starts: Arc::clone(&groups.starts), rows: Arc::clone(&groups.rows) }, None);
        }
        let mut starts = vec![0];
        let mut rows = Vec::with_capacity(groups.rows.len());
        let mut verdicts = Vec::with_capacity(groups.n());
        for group in 0..groups.n() {
            let all = groups.members(group);
            let mut verdict = Cell::OK;
            let before = rows.len();
            let mut left_out = 0;
            for &row in all {
                let own = cell(cells, row as usize);
                if own.status == Status::Unavailable && (own.may_skip || reduce.skip_missing) {
                    left_out = if left_out == 0 { own.reason } else { left_out };
                } else {
                    rows.push(row);
                    if own != Cell::OK {
                        verdict = verdict.and(own);
                    }
                }
            }
            let used = rows.len() - before;
            if used == 0 {
                verdict = Cell::unavailable(left_out);
            } else if used < all.len() {
                verdict = self.partial(name, reduce, (used, all.len()), left_out, verdict);
            }
            if let Some(reason) = incomplete(&self.labels, reduce, driver, &rows[before..], name, &self.method) {
                verdict = verdict.and(Cell::unavailable(self.reasons.intern(reason)));
            }
            #[expect(clippy::cast_possible_truncation, reason = "rows are counted in u32")]
            starts.push(rows.len() as u32);
            verdicts.push(verdict);
        }
        (Members { starts: Arc::new(starts), rows: Arc::new(rows) }, tidy(verdicts))
    }

    #[expect(clippy::cast_precision_loss, reason = "a coverage needs no more digits")]
    fn partial(&mut self, name: &str, reduce: &Reduce, (used, all): (usize, usize), reason: u32, rest: Cell) -> Cell {
        let coverage = used as f32 / all as f32;
        if f64::from(coverage) < reduce.minimum_coverage {
            let least = reduce.minimum_coverage;
            let text =
                format!("`{name}`: {used} of {all} members have a value, less than the minimum coverage {least}");
            return Cell::unavailable(self.reasons.intern(text));
        }
        let left_out = Cell { status: Status::Partial, may_skip: false, reason, coverage };
        if rest.status != Status::Imputed {
            return rest.and(left_out);
        }
        // Two things are to be said: a part is left out, and in the rest a policy put a value.
        let texts = &self.reasons.texts;
        let both = format!("{}; {}", texts[reason as usize], texts[rest.reason as usize]);
        Cell { reason: self.reasons.intern(both), ..left_out }
    }

    /// A statistic over time needs labels that are times.
    fn check_times(&self, id: NodeId, driver: &Support, axis: usize) -> Result<(), Error> {
        let is_time = |label: u32| self.labels.name(axis, label).parse::<f64>().is_ok_and(f64::is_finite);
        let Some(&odd) = driver.column(axis).iter().find(|&&label| !is_time(label)) else { return Ok(()) };
        let (name, axis_name) = (&self.method.nodes[id].name, &self.method.axes[axis].name);
        let label = self.labels.name(axis, odd);
        let reason = format!("`{name}` goes along `{axis_name}` as along time: its label `{label}` is no number");
        Err(Error::BadRequest { reason })
    }

    fn sort_by_number(&self, groups: &mut Groups, driver: &Support, axis: usize) {
        let column = driver.column(axis);
        let number = |row: &u32| self.labels.name(axis, column[*row as usize]).parse::<f64>().unwrap_or(f64::NAN);
        let rows = Arc::make_mut(&mut groups.rows);
        for range in groups.starts.windows(2) {
            rows[range[0] as usize..range[1] as usize].sort_by(|a, b| number(a).total_cmp(&number(b)));
        }
    }
}

/// Why the members do not make a whole, if they do not.
fn incomplete(
    labels: &AxisLabels,
    reduce: &Reduce,
    driver: &Support,
    rows: &[u32],
    name: &str,
    method: &Method,
) -> Option<String> {
    reduce.complete.iter().find_map(|&(axis, wanted)| {
        let column = driver.column(axis);
        let found: BTreeSet<u32> = rows.iter().map(|&row| column[row as usize]).collect();
        if found.len() == wanted {
            return None;
        }
        let names: Vec<String> = found.iter().map(|&label| labels.name(axis, label).to_owned()).collect();
        let (axis, n, names) = (&method.axes[axis].name, found.len(), crate::error::list(&names));
        Some(format!("`{name}` needs {wanted} labels of `{axis}` and has {n}: {names}"))
    })
}
