//! What building a graph left out or found unusual, and how far each node is from balance.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Graph;
use crate::error::list;

/// Something that a user should know about a graph, with the rows that caused it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Warning {
    /// Goods go round: legal, exposures are then limits of a series.
    Cycle {
        /// Nodes that reach each other, in the largest cycle.
        n_nodes: usize,
        /// Some of them.
        nodes: Vec<String>,
    },
    /// A buyer's input all of whose flows are zero.
    EmptyGroup {
        /// The buyer.
        buyer: String,
        /// The good that nobody supplies.
        good: String,
    },
    /// Rows without a flow were left out, as asked.
    MissingFlow {
        /// Rows, from 1.
        rows: Vec<usize>,
    },
    /// A named reconciliation changed the data.
    Reconciled {
        /// What was done, to how much.
        what: String,
    },
    /// A node that supplies itself: the flow is left out, since it changes no share.
    SelfLoop {
        /// Rows, from 1.
        rows: Vec<usize>,
        /// The nodes.
        nodes: Vec<String>,
    },
    /// Data that stand in for better ones, or are not there.
    Stated {
        /// What.
        what: String,
    },
    /// Rows with a flow of zero were left out.
    ZeroFlow {
        /// Rows, from 1.
        rows: Vec<usize>,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cycle { n_nodes, nodes } => write!(
                formatter,
                "{n_nodes} nodes supply each other in a circle ({}): their exposures are the limit of a series",
                some(nodes, list)
            ),
            Self::EmptyGroup { buyer, good } => {
                write!(formatter, "`{buyer}` needs `{good}`, of which nobody supplies anything: the input is left out")
            }
            Self::MissingFlow { rows } => {
                write!(formatter, "{} row(s) without a flow left out: {}", rows.len(), some(rows, rows_told))
            }
            Self::Reconciled { what } | Self::Stated { what } => formatter.write_str(what),
            Self::SelfLoop { rows, nodes } => write!(
                formatter,
                "{} row(s) in which a node supplies itself left out: {} ({})",
                rows.len(),
                some(rows, rows_told),
                some(nodes, list)
            ),
            Self::ZeroFlow { rows } => {
                write!(formatter, "{} row(s) with a flow of zero left out: {}", rows.len(), some(rows, rows_told))
            }
        }
    }
}

/// How far one node is from balance \[the graph's measure\].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Balance {
    /// Position of the node.
    pub node: usize,
    /// Primary supply; absent is not zero.
    pub own_supply: Option<f64>,
    /// From other nodes.
    pub inflow: f64,
    /// To other nodes.
    pub outflow: f64,
    /// Own supply and inflow less outflow: positive is used, lost or stocked here, negative has no recorded origin.
    pub residual: f64,
}

impl Graph {
    /// The mass balance of every node, in order. Nothing is balanced silently: what does not close stands here.
    pub fn balances(&self) -> Vec<Balance> {
        (0..self.n_nodes())
            .map(|node| {
                let (inflow, outflow) = (self.inflow(node), self.outflow(node));
                let residual = self.own(node) + inflow - outflow;
                Balance {
                    node,
                    own_supply: crate::storage::known(self.nodes.own_supply[node]),
                    inflow,
                    outflow,
                    residual,
                }
            })
            .collect()
    }
}

/// The first few of many.
fn some<T: Clone>(many: &[T], told: impl Fn(&[T]) -> String) -> String {
    const SHOWN: usize = 5;
    let text = told(&many[..many.len().min(SHOWN)]);
    if SHOWN < many.len() { format!("{text}, ...") } else { text }
}

fn rows_told(rows: &[usize]) -> String {
    rows.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
