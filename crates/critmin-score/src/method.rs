//! A method as the engine sees it: named nodes in an order in which each needs only earlier ones.

use std::collections::BTreeMap;

use crate::document::{
    Bins, Carry, Censored, Citation, Combine, Distribution, Evidence, Expand, HigherIs, Level, NoPublishedTest,
    RawTest, Region, Residual, Target, Unlabelled,
};
use crate::formula::Expr;
use crate::unit::Unit;

/// A set of axes of one method, one bit each.
pub(crate) type AxisSet = u32;

/// Position of a node in [`Method::nodes`].
pub(crate) type NodeId = usize;

/// An axis and what its labels are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    /// Name, which is a column of the inputs and of the result.
    pub name: String,
    /// What the labels are.
    pub description: String,
}

/// A parsed and checked scoring method.
///
/// Built by [`Method::from_toml`]; immutable, and evaluated by [`Plan`](crate::Plan).
#[derive(Debug, Clone)]
pub struct Method {
    /// Id, which is the file's name.
    pub id: String,
    /// Heading.
    pub title: String,
    /// What the method answers.
    pub question: String,
    /// How well the rules are known.
    pub evidence: Evidence,
    /// What must be said beside every result.
    pub caution: Option<String>,
    /// Where it was published.
    pub citation: Citation,
    /// Axes, in the order of the result's columns.
    pub axes: Vec<Axis>,
    /// Why no published value tests it, when none does.
    pub no_published_test: Option<NoPublishedTest>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) outputs: Vec<NodeId>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) tests: Vec<RawTest>,
}

/// One named array of a method.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) axes: AxisSet,
    pub(crate) unit: Unit,
    pub(crate) higher_is: HigherIs,
    pub(crate) missing: Missing,
    pub(crate) evidence: Evidence,
    pub(crate) source: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) rule: Rule,
}

/// What a look-up without a value gives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Missing {
    Unavailable,
    Error,
    Skip,
    Constant(f64),
    Worst,
    Best,
    MeanOver(AxisSet),
    NotListed { value: f64, within: AxisSet },
    Nearest { axis: usize, at_most: f64 },
}

/// How a node gets its values.
#[derive(Debug, Clone)]
pub(crate) enum Rule {
    Input(Box<Input>),
    Constant(f64),
    Expr { expr: Expr, operands: Vec<NodeId> },
    Share { of: NodeId, over: AxisSet, residual: Residual, tolerance: f64 },
    Map { of: NodeId, transform: Transform, clamp: Option<[f64; 2]> },
    Reduce(Reduce),
    Indicators { of: Vec<NodeId>, by: Combination, weights: Option<Vec<f64>> },
    Select { of: NodeId, over: usize, by: Selection },
    FirstAvailable(Vec<Alternative>),
    Levels { of: NodeId, levels: Vec<Level>, decimals: Option<u32> },
    Conditions { all: bool, conditions: Vec<Condition>, labels: [String; 2], decimals: Option<u32> },
}

/// A leaf: what the caller or the reference dataset provides.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    pub(crate) range: Option<[f64; 2]>,
    pub(crate) reference: Option<Reference>,
    pub(crate) uncertainty: Option<Distribution>,
}

#[derive(Debug, Clone)]
pub(crate) enum Value {
    Column(String),
    Literal(f64),
}

#[derive(Debug, Clone)]
pub(crate) struct Reference {
    pub(crate) table: String,
    pub(crate) value: Value,
    pub(crate) scale: f64,
    /// Axis position and the column that holds its labels.
    pub(crate) axes: Vec<(usize, String)>,
    pub(crate) keep: BTreeMap<String, Vec<String>>,
    pub(crate) pin: BTreeMap<String, String>,
    pub(crate) years: Option<[i32; 2]>,
    pub(crate) censored: Option<Censored>,
    pub(crate) combine: Combine,
    pub(crate) expand: Option<Expand>,
    pub(crate) carry: Option<Carry>,
    pub(crate) region: Option<Region>,
    pub(crate) unlabelled: Unlabelled,
}

#[derive(Debug, Clone)]
pub(crate) enum Transform {
    Affine([f64; 2]),
    Log([f64; 2]),
    Bins(Bins),
    Target(Target),
    MinMax(AxisSet),
    Percentile(AxisSet),
    ScaleToMax(AxisSet),
}

#[derive(Debug, Clone)]
pub(crate) struct Reduce {
    pub(crate) of: NodeId,
    pub(crate) over: AxisSet,
    pub(crate) by: Statistic,
    pub(crate) weight: Option<NodeId>,
    /// Axis and how many distinct labels each key needs on it.
    pub(crate) complete: Vec<(usize, usize)>,
    pub(crate) skip_missing: bool,
    pub(crate) minimum_coverage: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Statistic {
    Sum { power: f64, weight_inside: bool },
    Mean,
    GeometricMean,
    Product,
    Norm,
    Max,
    Min,
    Count,
    Entropy,
    Hill { order: f64 },
    Top { k: usize },
    WithoutTop { k: usize },
    MeanGrowth,
    SdLogReturns,
    CoefficientOfVariation,
    MaxDrawdown,
    RecencyWeightedMean { decay: f64 },
}

impl Statistic {
    /// Whether the members follow each other in time.
    pub(crate) fn is_over_time(self) -> bool {
        matches!(self, Self::MeanGrowth | Self::SdLogReturns | Self::MaxDrawdown | Self::RecencyWeightedMean { .. })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Combination {
    Sum,
    Mean,
    GeometricMean,
    Product,
    Norm,
    Max,
    Min,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Selection {
    Highest,
    Lowest,
    AtHighest(NodeId),
}

#[derive(Debug, Clone)]
pub(crate) struct Alternative {
    pub(crate) node: NodeId,
    pub(crate) when: Vec<NodeId>,
}

#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) node: NodeId,
    pub(crate) bound: f64,
    pub(crate) inclusive: bool,
}

/// A known reason for an absence.
#[derive(Debug, Clone)]
pub(crate) struct Gap {
    pub(crate) table: Option<String>,
    pub(crate) keep: BTreeMap<String, Vec<String>>,
    /// Axis position and the column (with a table) or the label (without one).
    pub(crate) axes: Vec<(usize, String)>,
    pub(crate) from: Option<String>,
    pub(crate) until: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) reason_text: Option<String>,
}

impl Method {
    pub(crate) fn axis(&self, name: &str) -> Option<usize> {
        self.axes.iter().position(|axis| axis.name == name)
    }

    pub(crate) fn node(&self, name: &str) -> Option<NodeId> {
        self.nodes.iter().position(|node| node.name == name)
    }

    /// Names of the axes in `set`, in the method's order.
    pub(crate) fn axis_names(&self, set: AxisSet) -> Vec<String> {
        axes_in(set).map(|axis| self.axes[axis].name.clone()).collect()
    }
}

/// Positions of the axes in a set, ascending.
pub(crate) fn axes_in(set: AxisSet) -> impl Iterator<Item = usize> + Clone {
    (0..AxisSet::BITS as usize).filter(move |axis| set >> axis & 1 == 1)
}

/// The node ids that a rule needs.
pub(crate) fn needs(rule: &Rule) -> Vec<NodeId> {
    match rule {
        Rule::Input(_) | Rule::Constant(_) => Vec::new(),
        Rule::Expr { operands, .. } => operands.clone(),
        Rule::Reduce(reduce) => std::iter::once(reduce.of).chain(reduce.weight).collect(),
        Rule::Indicators { of, .. } => of.clone(),
        Rule::Select { of, by: Selection::AtHighest(other), .. } => vec![*of, *other],
        Rule::Share { of, .. } | Rule::Map { of, .. } | Rule::Levels { of, .. } | Rule::Select { of, .. } => vec![*of],
        Rule::FirstAvailable(alternatives) => {
            alternatives.iter().flat_map(|one| std::iter::once(one.node).chain(one.when.iter().copied())).collect()
        }
        Rule::Conditions { conditions, .. } => conditions.iter().map(|one| one.node).collect(),
    }
}
