//! Which cells an output has, and in which order they are told.

use std::collections::BTreeSet;

use critmin_core::ABSENT;

use crate::method::{NodeId, axes_in};
use crate::plan::Plan;
use crate::support::NONE;

/// The rows of one output in the order of the answer.
pub(super) struct OutputRows {
    pub(super) axes: Vec<usize>,
    /// For each of the output's axes a label, or `ABSENT`.
    pub(super) keys: Vec<Vec<u32>>,
    /// The row of the array, or `NONE` for a cell that was asked for and has none.
    pub(super) row: Vec<u32>,
}

impl OutputRows {
    pub(super) fn new(plan: &Plan, id: NodeId) -> Self {
        let support = &plan.arrays[id].support;
        let axes: Vec<usize> = axes_in(plan.method.nodes[id].axes).collect();
        let asked: Vec<Option<Vec<bool>>> = axes.iter().map(|&axis| plan.asked(axis)).collect();
        let columns: Vec<&[u32]> = axes.iter().map(|&axis| support.column(axis)).collect();
        let is_asked = |row: usize| {
            asked
                .iter()
                .zip(&columns)
                .all(|(asked, column)| asked.as_ref().is_none_or(|asked| asked[column[row] as usize]))
        };
        #[expect(clippy::cast_possible_truncation, reason = "rows are counted in u32")]
        let row: Vec<u32> = (0..support.n).filter(|&row| is_asked(row)).map(|row| row as u32).collect();
        let keys = columns.iter().map(|column| row.iter().map(|&row| column[row as usize]).collect()).collect();
        let mut rows = Self { axes, keys, row };
        rows.add_lacking(plan, &asked);
        rows.sort(plan);
        rows
    }

    /// Every combination that was asked for and every known label of the first axis gets a row, even without a value.
    fn add_lacking(&mut self, plan: &Plan, asked: &[Option<Vec<bool>>]) {
        #[expect(clippy::cast_possible_truncation, reason = "labels are counted in u32")]
        let wanted: Vec<Vec<u32>> = (0..self.axes.len())
            .map(|position| match &asked[position] {
                Some(asked) => (0..asked.len()).filter(|&label| asked[label]).map(|label| label as u32).collect(),
                None if position == 0 => (0..plan.labels.names(self.axes[0]).len() as u32).collect(),
                None => vec![ABSENT],
            })
            .collect();
        let is_present = self.present(&wanted);
        for (combination, _) in is_present.iter().enumerate().filter(|(_, is_present)| !**is_present) {
            let mut rest = combination;
            for (column, wanted) in self.keys.iter_mut().zip(&wanted).rev() {
                column.push(wanted[rest % wanted.len()]);
                rest /= wanted.len();
            }
            self.row.push(NONE);
        }
    }

    /// For each combination of wanted labels, the last axis counting fastest, whether some row has it.
    fn present(&self, wanted: &[Vec<u32>]) -> Vec<bool> {
        let mut is_present = vec![false; wanted.iter().map(Vec::len).product()];
        let mut combinations = vec![0; self.row.len()];
        for (column, wanted) in self.keys.iter().zip(wanted) {
            for combination in &mut combinations {
                *combination *= wanted.len();
            }
            if *wanted == [ABSENT] {
                continue; // any label will do
            }
            let mut place = vec![0; wanted.iter().max().map_or(0, |&most| most as usize + 1)];
            wanted.iter().enumerate().for_each(|(position, &label)| place[label as usize] = position);
            combinations.iter_mut().zip(column).for_each(|(combination, &label)| *combination += place[label as usize]);
        }
        for combination in combinations {
            is_present[combination] = true;
        }
        is_present
    }

    /// Sorts by the labels in alphabetical order, the first axis first: counted into place, from the last axis on.
    fn sort(&mut self, plan: &Plan) {
        #[expect(clippy::cast_possible_truncation, reason = "rows are counted in u32")]
        let mut order: Vec<u32> = (0..self.row.len() as u32).collect();
        let mut next = order.clone();
        for (&axis, column) in self.axes.iter().zip(&self.keys).rev() {
            let ranks = plan.labels.ranks(axis);
            // A cell without a label comes before those with one.
            let rank = |row: u32| ranks.get(column[row as usize] as usize).map_or(0, |rank| rank + 1) as usize;
            let mut places = vec![0_u32; ranks.len() + 2];
            for &row in &order {
                places[rank(row) + 1] += 1;
            }
            (1..places.len()).for_each(|rank| places[rank] += places[rank - 1]);
            for &row in &order {
                let place = &mut places[rank(row)];
                next[*place as usize] = row;
                *place += 1;
            }
            std::mem::swap(&mut order, &mut next);
        }
        for column in &mut self.keys {
            *column = order.iter().map(|&row| column[row as usize]).collect();
        }
        self.row = order.iter().map(|&row| self.row[row as usize]).collect();
    }

    pub(super) fn label(&self, axis: usize, row: usize) -> u32 {
        self.axes.iter().position(|&own| own == axis).map_or(ABSENT, |own| self.keys[own][row])
    }
}

/// One row of an output: its key over the output's axes, and the row of its array, if it has one.
#[derive(Debug, Clone)]
pub(crate) struct OutputCell {
    pub(crate) key: Vec<Option<u32>>,
    pub(crate) row: Option<usize>,
}

impl Plan {
    /// The rows of an output in the order of the answer: those computed, and those asked for that have no row.
    pub(crate) fn output_cells(&self, id: NodeId) -> Vec<OutputCell> {
        let rows = OutputRows::new(self, id);
        let known = |code: u32| (code != ABSENT).then_some(code);
        (0..rows.row.len())
            .map(|row| OutputCell {
                key: rows.keys.iter().map(|column| known(column[row])).collect(),
                row: (rows.row[row] != NONE).then_some(rows.row[row] as usize),
            })
            .collect()
    }

    /// Which labels of an axis are asked for.
    fn asked(&self, axis: usize) -> Option<Vec<bool>> {
        let wanted: BTreeSet<&String> = self.request.labels.get(&self.method.axes[axis].name)?.iter().collect();
        Some(self.labels.names(axis).iter().map(|name| wanted.contains(name)).collect())
    }
}
