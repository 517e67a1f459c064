//! The rows of an answer: which cells there are, in which order, and what each of them says.

mod rows;

use std::sync::Arc;

use critmin_core::ABSENT;
use rustc_hash::FxHashMap;

use crate::diagnosis::Diagnosis;
use crate::method::{NodeId, Rule};
use crate::plan::Plan;
use crate::scores::Score;
use crate::status::{Reasons, Status, cell};
use crate::support::{NONE, Support};
use rows::OutputRows;

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

pub(crate) fn score_table(plan: &Plan) -> ScoreTable {
    let n_axes = plan.method.axes.len();
    let mut table = ScoreTable {
        labels: vec![Vec::new(); n_axes],
        axis_labels: (0..n_axes).map(|axis| plan.labels.names(axis).to_vec()).collect(),
        ..ScoreTable::default()
    };
    let mut texts =
        Texts { reasons: plan.reasons.clone(), choices: Reasons::default(), diagnosis: Diagnosis::new(plan) };
    // Outputs with the same keys have the same rows.
    let mut known: Vec<(Arc<Support>, OutputRows)> = Vec::new();
    for (output, &id) in plan.method.outputs.iter().enumerate() {
        let support = &plan.arrays[id].support;
        let place = known.iter().position(|(same, _)| Arc::ptr_eq(same, support)).unwrap_or_else(|| {
            known.push((Arc::clone(support), OutputRows::new(plan, id)));
            known.len() - 1
        });
        table.append(plan, output, id, &known[place].1, &mut texts);
    }
    (table.reasons, table.choices) = (texts.reasons.texts, texts.choices.texts);
    table
}

/// The words of an answer, each once.
struct Texts {
    reasons: Reasons,
    choices: Reasons,
    diagnosis: Diagnosis,
}

impl ScoreTable {
    /// Adds the rows of one output. What is done for each cell allocates nothing: its words are already known, or new.
    fn append(&mut self, plan: &Plan, output: usize, id: NodeId, rows: &OutputRows, texts: &mut Texts) {
        let array = &plan.arrays[id];
        let n = rows.row.len();
        let own = |row: u32| (row != NONE).then(|| cell(&array.cells, row as usize));
        let status = |row: u32| own(row).map_or(Status::Unavailable, |own| own.status);
        #[expect(clippy::cast_possible_truncation, reason = "a handful of outputs")]
        self.output.resize(self.output.len() + n, output as u32);
        self.status.extend(rows.row.iter().map(|&row| status(row)));
        self.coverage.extend(rows.row.iter().map(|&row| own(row).map_or(0.0, |own| f64::from(own.coverage))));
        let value = |&row: &u32| (status(row) != Status::Unavailable).then(|| array.values[row as usize]);
        self.value.extend(rows.row.iter().map(value));
        self.append_choices(plan, id, rows, &mut texts.choices);
        self.reason.reserve(n);
        for (position, &row) in rows.row.iter().enumerate() {
            self.reason.push(match own(row) {
                Some(own) if own.status != Status::Unavailable => own.reason,
                own => {
                    let label = |axis: usize| rows.label(axis, position);
                    texts.diagnosis.reason(plan, id, own.map(|own| own.reason), &label, &mut texts.reasons)
                }
            });
        }
        for (axis, column) in self.labels.iter_mut().enumerate() {
            match rows.axes.iter().position(|&own| own == axis) {
                Some(own) => column.extend_from_slice(&rows.keys[own]),
                None => column.resize(column.len() + n, ABSENT),
            }
        }
    }

    fn append_choices(&mut self, plan: &Plan, id: NodeId, rows: &OutputRows, choices: &mut Reasons) {
        let words = choice_words(plan, id);
        let known: FxHashMap<u32, u32> = words.map(|(choice, word)| (choice, choices.intern(word))).collect();
        let Some(choice) = &plan.arrays[id].choice else {
            self.choice.resize(self.choice.len() + rows.row.len(), ABSENT);
            return;
        };
        self.choice.extend(rows.row.iter().map(|&row| {
            let choice = if row == NONE { NONE } else { choice[row as usize] };
            known.get(&choice_key(plan, id, choice)).copied().unwrap_or(ABSENT)
        }));
    }
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

/// A choice as [`choice_words`] counts them: `select` remembers the row that it took, whose label counts.
fn choice_key(plan: &Plan, id: NodeId, choice: u32) -> u32 {
    match (&plan.method.nodes[id].rule, plan.select_driver(id)) {
        (Rule::Select { over, .. }, Some(driver)) if choice != NONE => driver.column(*over)[choice as usize],
        _ => choice,
    }
}
