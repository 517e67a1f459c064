//! The answer: one row per output and key, each with its status.

use std::collections::{BTreeMap, BTreeSet};

use crate::answer::ScoreTable;
use crate::document::{Citation, Evidence, HigherIs};
use crate::method::{Axis, Method, Node, NodeId, Rule, axes_in};
use crate::plan::Plan;
use crate::status::Status;

/// What a method says about each thing that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// The method and what must be said beside its results.
    pub method: MethodCard,
    /// What each output is.
    pub outputs: Vec<OutputCard>,
    /// One row per output and key, by columns.
    pub table: ScoreTable,
    /// What the reader should know about the data: spliced editions, inputs without rows.
    pub warnings: Vec<String>,
    /// By input, the editions that its rows come from.
    pub sources: BTreeMap<String, BTreeSet<String>>,
}

/// One cell of the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Position in [`Scores::outputs`].
    pub output: usize,
    /// A label for each axis of the method; none where the output has no such axis.
    pub labels: Vec<Option<String>>,
    /// The value, in the output's unit; none exactly where the status is [`Status::Unavailable`].
    pub value: Option<f64>,
    /// What was chosen (`select`) or which class it is (`classify`).
    pub label: Option<String>,
    /// What the value is worth.
    pub status: Status,
    /// Part of the members that the value rests on, 0 to 1.
    pub coverage: f64,
    /// Why it is not [`Status::Ok`]; empty where it is.
    pub reason: String,
}

/// A method in short.
#[derive(Debug, Clone, PartialEq)]
pub struct MethodCard {
    /// Id.
    pub id: String,
    /// Heading.
    pub title: String,
    /// What it answers.
    pub question: String,
    /// How well its rules are known.
    pub evidence: Evidence,
    /// What must be said beside every result.
    pub caution: Option<String>,
    /// Where it was published.
    pub citation: Citation,
    /// Its axes.
    pub axes: Vec<Axis>,
    /// Names of its inputs, each with its unit and what it is.
    pub inputs: Vec<InputCard>,
    /// Its intermediate arrays: a table handed over under such a name takes the place of the rule.
    pub bindings: Vec<InputCard>,
    /// What it gives.
    pub outputs: Vec<OutputCard>,
}

/// An input in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputCard {
    /// Name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Unit.
    pub unit: String,
    /// Its axes: the columns of a table that is handed over.
    pub axes: Vec<String>,
    /// Whether the reference dataset can provide it.
    pub is_in_reference: bool,
}

/// An output in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputCard {
    /// Name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Unit.
    pub unit: String,
    /// The axes that its cells have, in the method's order.
    pub axes: Vec<String>,
    /// Which direction is worse.
    pub higher_is: HigherIs,
    /// The weakest evidence among the rules behind it.
    pub evidence: Evidence,
    /// Where its rule stands.
    pub source: Option<String>,
    /// What is to be known about it.
    pub note: Option<String>,
}

impl Method {
    /// The method in short: what it is, what it needs, what it gives.
    pub fn card(&self) -> MethodCard {
        let card = |node: &Node, is_in_reference: bool| InputCard {
            name: node.name.clone(),
            description: node.description.clone(),
            unit: node.unit.to_string(),
            axes: self.axis_names(node.axes),
            is_in_reference,
        };
        let (mut inputs, mut bindings) = (Vec::new(), Vec::new());
        for node in &self.nodes {
            match &node.rule {
                Rule::Input(input) => inputs.push(card(node, input.reference.is_some())),
                Rule::Constant(_) => {}
                _ => bindings.push(card(node, false)),
            }
        }
        MethodCard {
            id: self.id.clone(),
            title: self.title.clone(),
            question: self.question.clone(),
            evidence: self.evidence,
            caution: self.caution.clone(),
            citation: self.citation.clone(),
            axes: self.axes.clone(),
            inputs,
            bindings,
            outputs: self.outputs.iter().map(|&id| self.output_card(id)).collect(),
        }
    }

    fn output_card(&self, id: NodeId) -> OutputCard {
        let node = &self.nodes[id];
        OutputCard {
            name: node.name.clone(),
            description: node.description.clone(),
            unit: node.unit.to_string(),
            axes: self.axis_names(node.axes),
            higher_is: node.higher_is,
            evidence: node.evidence,
            source: node.source.clone(),
            note: node.note.clone(),
        }
    }
}

impl Scores {
    /// One row per output and key: outputs in the method's order, keys in alphabetical order.
    pub fn rows(&self) -> Vec<Score> {
        (0..self.table.output.len()).map(|row| self.table.score(row)).collect()
    }
}

impl Plan {
    /// The answer for the base values.
    pub fn evaluate(&self) -> Scores {
        let card = self.method.card();
        Scores {
            outputs: card.outputs.clone(),
            method: card,
            table: crate::answer::score_table(self),
            warnings: self.warnings.clone(),
            sources: self.sources.clone(),
        }
    }

    /// The labels of an output's key, one place for each axis of the method.
    pub(crate) fn label_words(&self, id: NodeId, key: &[Option<u32>]) -> Vec<Option<String>> {
        let mut labels = vec![None; self.method.axes.len()];
        for (axis, label) in axes_in(self.method.nodes[id].axes).zip(key) {
            labels[axis] = label.map(|label| self.labels.name(axis, label).to_owned());
        }
        labels
    }
}
