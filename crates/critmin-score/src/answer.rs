//! The rows of an answer: which cells there are, in which order, and what each of them says.

use std::collections::BTreeSet;

use critmin_core::ABSENT;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::diagnosis::Diagnosis;
use crate::method::{NodeId, Rule, axes_in};
use crate::plan::Plan;
use crate::scores::Score;
use crate::status::{Status, cell};
use crate::support::NONE;

/// The cells of an answer by columns: labels, choices and reasons as positions in their lists.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScoreTable {
    /// Position in [`Scores::outputs`](crate::Scores).
    pub output: Vec<u32>,
    /// For each axis of the method, a position in its list of `axis_labels`, or
    /// [`ABSENT`](critmin_core::ABSENT) where the output has no such axis.
    pub labels: Vec<Vec<u32>>,
    /// The labels of each axis.
    pub axis_labels: Vec<Vec<String>>,
    /// The value, in the output's unit; none exactly where the status is [`Status::Unavailable`].
    pub value: Vec<Option<f64>>,
    /// What was chosen or which class it is: a position in `choices`, or `ABSENT`.
    pub choice: Vec<u32>,
    /// Every choice and class once.
    pub choices: Vec<String>,
    /// What the value is worth.
    pub status: Vec<Status>,
    /// Part of the members that the value rests on, 0 to 1.
    pub coverage: Vec<f64>,
    /// Why it is not [`Status::Ok`]: a position in `reasons`, whose first is empty.
    pub reason: Vec<u32>,
    /// Every reason once.
    pub reasons: Vec<String>,
}

impl ScoreTable {
    /// One row in words.
    pub(crate) fn score(&self, row: usize) -> Score {
        let word = |list: &[String], position: u32| list.get(position as usize).cloned();
        Score {
            output: self.output[row] as usize,
            labels: self.labels.iter().zip(&self.axis_labels).map(|(codes, names)| word(names, codes[row])).collect(),
            value: self.value[row],
            label: word(&self.choices, self.choice[row]),
            status: self.status[row],
            coverage: self.coverage[row],
            reason: word(&self.reasons, self.reason[row]).unwrap_or_default(),
        }
    }
}

/// Every reason and choice once, by position.
struct Pool {
    texts: Vec<String>,
    known: FxHashMap<String, u32>,
}

impl Pool {
    fn new(texts: Vec<String>) -> Self {
        let mut pool = Self { texts: Vec::new(), known: FxHashMap::default() };
        for text in texts {
            pool.intern(text);
        }
        pool
    }

    #[expect(clippy::cast_possible_truncation, reason = "fewer texts than rows, which are counted in u32")]
    fn intern(&mut self, text: String) -> u32 {
        if let Some(&known) = self.known.get(&text) {
            return known;
        }
        self.texts.push(text.clone());
        self.known.insert(text, self.texts.len() as u32 - 1);
        self.texts.len() as u32 - 1
    }
}

pub(crate) fn score_table(plan: &Plan) -> ScoreTable {
    let n_axes = plan.method.axes.len();
    let mut table = ScoreTable {
        labels: vec![Vec::new(); n_axes],
        axis_labels: (0..n_axes).map(|axis| plan.labels.names(axis).to_vec()).collect(),
        ..ScoreTable::default()
    };
    let mut reasons = Pool::new(plan.reasons.texts.clone());
    let mut choices = Pool::new(Vec::new());
    let mut diagnosis = Diagnosis::new(plan);
    for (output, &id) in plan.method.outputs.iter().enumerate() {
        let rows = OutputRows::new(plan, id);
        let array = &plan.arrays[id];
        let words = choice_words(plan, id);
        let known: FxHashMap<u32, u32> = words.map(|(choice, word)| (choice, choices.intern(word))).collect();
        for (position, &row) in rows.row.iter().enumerate() {
            let own = if row == NONE { None } else { Some(cell(&array.cells, row as usize)) };
            let status = own.map_or(Status::Unavailable, |own| own.status);
            #[expect(clippy::cast_possible_truncation, reason = "a handful of outputs")]
            table.output.push(output as u32);
            table.status.push(status);
            table.coverage.push(own.map_or(0.0, |own| f64::from(own.coverage)));
            table.value.push((status != Status::Unavailable).then(|| array.values[row as usize]));
            let choice = array.choice.as_ref().filter(|_| row != NONE).map_or(NONE, |choice| choice[row as usize]);
            table.choice.push(known.get(&OutputRows::choice_key(plan, id, choice)).copied().unwrap_or(ABSENT));
            table.reason.push(match own {
                Some(own) if status != Status::Unavailable => own.reason,
                own => {
                    let label = |axis: usize| rows.label(axis, position);
                    reasons.intern(diagnosis.words(plan, id, own.map(|own| own.reason), &label))
                }
            });
        }
        for (axis, column) in table.labels.iter_mut().enumerate() {
            match rows.axes.iter().position(|&own| own == axis) {
                Some(own) => column.extend_from_slice(&rows.keys[own]),
                None => column.resize(column.len() + rows.row.len(), ABSENT),
            }
        }
    }
    (table.reasons, table.choices) = (reasons.texts, choices.texts);
    table
}

/// What each choice of a node is called: labels of the axis for `select`, else alternatives and classes by position.
fn choice_words(plan: &Plan, id: NodeId) -> impl Iterator<Item = (u32, String)> {
    let words: Vec<String> = match &plan.method.nodes[id].rule {
        Rule::Select { over, .. } => plan.labels.names(*over).to_vec(),
        Rule::FirstAvailable(alternatives) => {
            alternatives.iter().map(|one| plan.method.nodes[one.node].name.clone()).collect()
        }
        Rule::Levels { levels, .. } => levels.iter().rev().map(|level| level.label.clone()).collect(),
        Rule::Conditions { labels, .. } => labels.to_vec(),
        _ => Vec::new(),
    };
    (0..).zip(words)
}

/// The rows of one output in the order of the answer.
pub(crate) struct OutputRows {
    axes: Vec<usize>,
    /// For each of the output's axes a label, or `ABSENT`.
    keys: Vec<Vec<u32>>,
    /// The row of the array, or `NONE` for a cell that was asked for and has none.
    row: Vec<u32>,
}

impl OutputRows {
    fn new(plan: &Plan, id: NodeId) -> Self {
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
        let bits = self.bits();
        let key = |labels: &mut dyn Iterator<Item = u32>| {
            labels.zip(&wanted).fold(0_u128, |key, (label, wanted)| {
                let is_any = *wanted == [ABSENT] || label == ABSENT;
                (key << bits) | if is_any { 0 } else { u128::from(label) + 1 }
            })
        };
        let present: FxHashSet<u128> =
            (0..self.row.len()).map(|row| key(&mut self.keys.iter().map(|column| column[row]))).collect();
        let mut combinations = vec![Vec::new()];
        for wanted in &wanted {
            combinations = combinations
                .into_iter()
                .flat_map(|start: Vec<u32>| wanted.iter().map(move |&label| [start.as_slice(), &[label]].concat()))
                .collect();
        }
        for labels in combinations {
            if !present.contains(&key(&mut labels.iter().copied())) {
                self.keys.iter_mut().zip(&labels).for_each(|(column, &label)| column.push(label));
                self.row.push(NONE);
            }
        }
    }

    /// Bits for each axis of a key of 128: with eight axes still 65,536 labels each.
    fn bits(&self) -> usize {
        (u128::BITS as usize / self.axes.len().max(1)).min(u32::BITS as usize)
    }

    fn sort(&mut self, plan: &Plan) {
        let ranks: Vec<Vec<u32>> = self.axes.iter().map(|&axis| plan.labels.ranks(axis)).collect();
        let bits = self.bits();
        let key = |row: usize| {
            self.keys.iter().zip(&ranks).fold(0_u128, |key, (column, ranks)| {
                // A cell without a label comes before those with one.
                let rank = ranks.get(column[row] as usize).map_or(0, |rank| rank + 1);
                (key << bits) | u128::from(rank)
            })
        };
        let keys: Vec<u128> = (0..self.row.len()).map(key).collect();
        let mut order: Vec<usize> = (0..self.row.len()).collect();
        order.par_sort_unstable_by_key(|&row| (keys[row], row));
        for column in &mut self.keys {
            *column = order.iter().map(|&row| column[row]).collect();
        }
        self.row = order.iter().map(|&row| self.row[row]).collect();
    }

    fn label(&self, axis: usize, row: usize) -> u32 {
        self.axes.iter().position(|&own| own == axis).map_or(ABSENT, |own| self.keys[own][row])
    }

    /// A choice as [`choice_words`] counts them: `select` remembers the row that it took, whose label counts.
    fn choice_key(plan: &Plan, id: NodeId, choice: u32) -> u32 {
        match (&plan.method.nodes[id].rule, plan.select_driver(id)) {
            (Rule::Select { over, .. }, Some(driver)) if choice != NONE => driver.column(*over)[choice as usize],
            _ => choice,
        }
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
