//! A method compiled against tables: who reads whom by which rows, with the statuses; then only arithmetic is left.

mod choose;
mod compiler;
mod reduce;
mod share;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::Error;
use crate::data::{Data, Request};
use crate::edge::Array;
use crate::kernel::Kernel;
use crate::labels::AxisLabels;
use crate::method::{AxisSet, Method, Missing, NodeId, Rule, Transform, needs};
use crate::status::Reasons;
use crate::support::Support;
use compiler::Compiler;

/// A method compiled against tables, with the base values; evaluated again for every draw.
#[derive(Debug)]
pub struct Plan {
    pub(crate) method: Arc<Method>,
    pub(crate) request: Request,
    pub(crate) labels: AxisLabels,
    pub(crate) reasons: Reasons,
    pub(crate) arrays: Vec<Array>,
    pub(crate) kernels: Vec<Kernel>,
    /// Standard deviations of the rows of an input, where its table has them.
    pub(crate) spreads: BTreeMap<NodeId, Vec<f64>>,
    pub(crate) sources: BTreeMap<String, BTreeSet<String>>,
    pub(crate) warnings: Vec<String>,
    pub(crate) gaps: Vec<crate::gaps::KnownGap>,
    /// For each `select`, the keys that it chose from.
    drivers: BTreeMap<NodeId, Arc<Support>>,
}

impl Plan {
    /// Compiles `method` against `data` for the labels of `request`.
    ///
    /// # Errors
    ///
    /// [`Error::MissingInput`], [`Error::MissingTable`], [`Error::MissingColumn`] and [`Error::BadInput`] for tables that
    /// do not hold what the inputs need; [`Error::MissingValue`] where the document refuses an absence;
    /// [`Error::BadRequest`] for a question that names an unknown axis.
    pub fn compile(method: &Arc<Method>, data: &Data<'_>, request: &Request) -> Result<Self, Error> {
        check_request(method, request)?;
        let mut compiler = Compiler {
            method: Arc::clone(method),
            labels: AxisLabels::new(&method.axes),
            reasons: Reasons::new(),
            arrays: Vec::new(),
            values: Vec::new(),
            kernels: Vec::new(),
            spreads: BTreeMap::new(),
            sources: BTreeMap::new(),
            warnings: Vec::new(),
            counts: Vec::new(),
            drivers: BTreeMap::new(),
            groups: Vec::new(),
            group_supports: Vec::new(),
            told: method.outputs.iter().fold(AxisSet::MAX, |set, &id| set & method.nodes[id].axes),
            needed: needed(method, data),
            given: BTreeSet::new(),
        };
        compiler.leaves(data, request)?;
        let gaps = crate::gaps::known_gaps(method, data, &compiler.labels);
        for id in 0..method.nodes.len() {
            compiler.compile(id)?;
        }
        Ok(Self {
            method: compiler.method,
            request: request.clone(),
            labels: compiler.labels,
            reasons: compiler.reasons,
            arrays: compiler
                .arrays
                .into_iter()
                .zip(compiler.values)
                .map(|(array, values)| Array { values, ..array })
                .collect(),
            kernels: compiler.kernels,
            spreads: compiler.spreads,
            sources: compiler.sources,
            warnings: compiler.warnings,
            gaps,
            drivers: compiler.drivers,
        })
    }

    pub(crate) fn select_driver(&self, id: NodeId) -> Option<&Arc<Support>> {
        self.drivers.get(&id)
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }
}

fn check_request(method: &Method, request: &Request) -> Result<(), Error> {
    for axis in request.labels.keys() {
        if method.axis(axis).is_none() {
            let known: Vec<String> = method.axes.iter().map(|axis| axis.name.clone()).collect();
            let reason = format!("method `{}` has no axis `{axis}`; it has {}", method.id, crate::error::list(&known));
            return Err(Error::BadRequest { reason });
        }
    }
    Ok(())
}

/// The nodes that a node rests on, itself among them.
fn behind(method: &Method, id: NodeId) -> BTreeSet<NodeId> {
    let mut open = vec![id];
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            open.extend(needs(&method.nodes[id].rule));
        }
    }
    seen
}

/// The nodes that the outputs rest on; what is handed over needs nothing behind it.
fn needed(method: &Method, data: &Data<'_>) -> BTreeSet<NodeId> {
    let mut open = method.outputs.clone();
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if seen.insert(id) && !data.inputs.contains_key(&method.nodes[id].name) {
            open.extend(needs(&method.nodes[id].rule));
        }
    }
    seen
}

/// For each node, the axes whose labels can be left out before computing: those that no output sums away and along
/// which nothing that rests on the node compares.
fn filterable(method: &Method) -> Vec<AxisSet> {
    let mut blocked = vec![0; method.nodes.len()];
    let mut block = |id: NodeId, axes: AxisSet| {
        if axes != 0 {
            for each in behind(method, id) {
                blocked[each] |= axes;
            }
        }
    };
    for (id, node) in method.nodes.iter().enumerate() {
        block(
            id,
            match &node.rule {
                Rule::Share { over, .. }
                | Rule::Map {
                    transform: Transform::MinMax(over) | Transform::Percentile(over) | Transform::ScaleToMax(over),
                    ..
                } => *over,
                Rule::Reduce(reduce) => reduce.over,
                Rule::Select { over, .. } => 1 << over,
                _ => 0,
            },
        );
        block(
            id,
            match node.missing {
                Missing::MeanOver(over) => over,
                Missing::Nearest { axis, .. } => 1 << axis,
                Missing::Worst | Missing::Best | Missing::NotListed { .. } => node.axes,
                _ => 0,
            },
        );
    }
    for &output in &method.outputs {
        block(output, !method.nodes[output].axes);
    }
    blocked.into_iter().map(|axes| !axes).collect()
}
