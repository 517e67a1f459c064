//! The rows of an answer: each belongs to a target in a layer, and most to a node.

use critmin_core::Stage;
use critmin_graph::{Measure, Node};

use super::layers::Layer;
use crate::columns::Columns;

/// One row of an answer.
pub(super) struct Row<'a, R> {
    pub(super) layer: &'a Layer,
    pub(super) target: &'a str,
    pub(super) of: R,
}

/// The columns that say whose answer a row is; `who` names the first of them.
pub(super) fn keyed<R>(who: &str, rows: &[Row<'_, R>]) -> Columns {
    Columns::default()
        .text(who, rows.iter().map(|row| Some(row.target)))
        .text("commodity", rows.iter().map(|row| given(&row.layer.commodity)))
}

/// The nodes at some positions.
pub(super) fn nodes<R>(rows: &[Row<'_, R>], position: impl Fn(&R) -> usize) -> Vec<Node> {
    rows.iter().map(|row| row.layer.graph.node(position(&row.of))).collect()
}

/// Appends the columns that say which node a row is about.
pub(super) fn placed(columns: Columns, nodes: &[Node]) -> Columns {
    columns
        .text("node", nodes.iter().map(|node| Some(node.id.as_str())))
        .text("good", nodes.iter().map(|node| given(&node.good)))
        .text("stage", nodes.iter().map(|node| node.stage.map(Stage::as_str)))
        .text("country", nodes.iter().map(|node| node.country.as_ref().map(AsRef::as_ref)))
}

/// A column of amounts: its name carries the unit.
pub(super) fn amount(name: &str, measure: Measure) -> String {
    format!("{name}_{measure}")
}

/// A text, unless it is empty.
pub(super) fn given(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
