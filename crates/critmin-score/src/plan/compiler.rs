//! From nodes and tables to arrays and kernels: every look-up by label is settled here, once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::Error;
use crate::data::{Data, Request};
use crate::document::Residual;
use crate::edge::{Array, Edge, EdgeBuilder};
use crate::formula::Expr;
use crate::kernel::{Bound, Kernel, Members};
use crate::labels::AxisLabels;
use crate::leaf::{Context, build_leaf};
use crate::method::{AxisSet, Combination, Input, Method, NodeId, Rule, Transform};
use crate::plan::filterable;
use crate::program::{Program, position};
use crate::status::{Cell, Cells, Reasons, Status, cell};
use crate::support::{Groups, Index, NONE, PARALLEL, Support, union};

/// The label of the supplier that stands for what is not listed (`residual = "bound"`).
pub(super) const REST: &str = "(not listed)";

/// A plan in the making: arrays are added in the order of the nodes.
pub(super) struct Compiler {
    pub(super) method: Arc<Method>,
    pub(super) labels: AxisLabels,
    pub(super) reasons: Reasons,
    /// The arrays, whose values stand apart in `values` so that kernels can read them.
    pub(super) arrays: Vec<Array>,
    pub(super) values: Vec<Vec<f64>>,
    pub(super) kernels: Vec<Kernel>,
    pub(super) spreads: BTreeMap<NodeId, Vec<f64>>,
    pub(super) sources: BTreeMap<String, BTreeSet<String>>,
    pub(super) warnings: Vec<String>,
    pub(super) counts: Vec<usize>,
    pub(super) drivers: BTreeMap<NodeId, Arc<Support>>,
    /// Groups by keys and axes: several sums over the same rows share them.
    pub(super) groups: Vec<(Arc<Support>, AxisSet, Arc<Groups>)>,
    pub(super) group_supports: Vec<(Arc<Groups>, Arc<Support>)>,
    /// Axes that every output has: their labels stand in each row of the answer, no reason repeats them.
    pub(super) told: AxisSet,
    pub(super) needed: BTreeSet<NodeId>,
    /// Nodes whose values come from a table.
    pub(super) given: BTreeSet<NodeId>,
}

/// What a rule compiles to: keys, kernel, statuses before the arithmetic, and a choice settled beforehand.
pub(super) type Compiled = (Arc<Support>, Kernel, Cells);

impl Compiler {
    /// All inputs first, so that every label is known; inputs that hold for a range of years come after the others.
    pub(super) fn leaves(&mut self, data: &Data<'_>, request: &Request) -> Result<(), Error> {
        let method = Arc::clone(&self.method);
        let filterable = filterable(&method);
        for (name, labels) in &request.labels {
            let axis = method.axis(name).unwrap_or_default();
            for label in labels {
                self.labels.intern(axis, label);
            }
        }
        let handed_over = Input { range: None, reference: None, uncertainty: None };
        let mut known = crate::leaf::Known::default();
        let mut leaves = BTreeMap::new();
        for expands in [false, true] {
            for &id in &self.needed.clone() {
                let node = &method.nodes[id];
                let input = match &node.rule {
                    Rule::Input(input) => input,
                    _ if data.inputs.contains_key(&node.name) => &handed_over,
                    _ => continue,
                };
                if expands_years(data, &node.name, input) == expands {
                    let context = Context { method: &method, data, request, filterable: filterable[id] };
                    leaves.insert(
                        id,
                        build_leaf(&context, node, input, &mut self.labels, &mut self.reasons, &mut known)?,
                    );
                }
            }
        }
        if method.nodes.iter().any(|node| matches!(&node.rule, Rule::Share { residual: Residual::Bound, .. })) {
            for axis in 0..method.axes.len() {
                self.labels.intern(axis, REST);
            }
        }
        self.counts = self.labels.counts();
        for id in 0..method.nodes.len() {
            let mut array =
                Array { support: Arc::new(Support::scalar()), values: Vec::new(), cells: None, choice: None };
            let mut values = Vec::new();
            if let Some(leaf) = leaves.remove(&id) {
                self.given.insert(id);
                self.warnings.extend(leaf.warnings);
                self.sources.insert(method.nodes[id].name.clone(), leaf.sources);
                if let Some(spread) = leaf.spread {
                    self.spreads.insert(id, spread);
                }
                (array.support, array.cells, values) = (leaf.support, leaf.cells, leaf.values);
            }
            self.values.push(values);
            self.arrays.push(array);
        }
        Ok(())
    }

    pub(super) fn compile(&mut self, id: NodeId) -> Result<(), Error> {
        let method = Arc::clone(&self.method);
        if self.given.contains(&id) || !self.needed.contains(&id) {
            self.kernels.push(Kernel::Given);
            return Ok(());
        }
        let (support, kernel, cells) = match &method.nodes[id].rule {
            Rule::Input(_) => {
                self.kernels.push(Kernel::Given);
                return Ok(());
            }
            Rule::Constant(value) => {
                self.kernels.push(Kernel::Given);
                self.values[id] = vec![*value];
                return Ok(());
            }
            Rule::Expr { expr, operands } => self.expression(id, expr, operands)?,
            Rule::Share { of, over, residual, tolerance } => self.share(id, *of, *over, (*residual, *tolerance))?,
            Rule::Map { of, transform, clamp } => self.map(id, *of, transform, *clamp)?,
            Rule::Reduce(reduce) => self.reduce(id, reduce)?,
            Rule::Indicators { of, by, weights } => {
                let (support, edges, cells) = self.joined(id, of)?;
                let equal = match by {
                    Combination::Sum => 1.0,
                    #[expect(clippy::cast_precision_loss, reason = "a handful of indicators")]
                    _ => 1.0 / of.len() as f64,
                };
                let weights = weights.clone().unwrap_or_else(|| vec![equal; of.len()]);
                (support, Kernel::Indicators { by: *by, weights, edges }, cells)
            }
            Rule::Select { of, over, by } => self.select(id, *of, *over, *by)?,
            Rule::FirstAvailable(alternatives) => self.first_available(id, alternatives)?,
            Rule::Levels { of, levels, decimals } => {
                let (support, mut edges, cells) = self.joined(id, &[*of])?;
                let kernel = Kernel::Levels { of: edges.remove(0), levels: levels.clone(), decimals: *decimals };
                (support, kernel, cells)
            }
            Rule::Conditions { all, conditions, decimals, .. } => {
                let nodes: Vec<NodeId> = conditions.iter().map(|one| one.node).collect();
                let (support, edges, cells) = self.joined(id, &nodes)?;
                let bounds =
                    conditions.iter().map(|one| Bound { bound: one.bound, inclusive: one.inclusive }).collect();
                (support, Kernel::Conditions { all: *all, edges, bounds, decimals: *decimals }, cells)
            }
        };
        self.settle(id, support, kernel, cells);
        Ok(())
    }

    /// Runs the kernel once and makes values and statuses agree: no value without a status, no NaN with one.
    fn settle(&mut self, id: NodeId, support: Arc<Support>, kernel: Kernel, mut cells: Cells) {
        let mut values = vec![f64::NAN; support.n];
        kernel.run(&self.values, &mut values);
        let name = &self.method.nodes[id].name;
        let without = |(row, value): (usize, &mut f64)| {
            let is_known = cell(&cells, row).status != Status::Unavailable;
            let is_undefined = is_known && !value.is_finite();
            if !is_known || is_undefined {
                *value = f64::NAN;
            }
            is_undefined.then_some(row)
        };
        let undefined: Vec<usize> = if values.len() < PARALLEL {
            values.iter_mut().enumerate().filter_map(without).collect()
        } else {
            values.par_iter_mut().enumerate().with_min_len(PARALLEL / 4).filter_map(without).collect()
        };
        if !undefined.is_empty() {
            let text = format!("`{name}` is undefined: a division by zero, or a logarithm or root of nothing");
            let absent = Cell::unavailable(self.reasons.intern(text));
            let cells = cells.get_or_insert_with(|| vec![Cell::OK; support.n]);
            for row in undefined {
                cells[row] = absent;
            }
        }
        let choice = match &kernel {
            Kernel::First { chosen, .. } => Some(chosen.clone()),
            Kernel::Levels { .. } | Kernel::Conditions { .. } => Some(positions_of(&values)),
            _ => None,
        };
        self.values[id] = values;
        let choice = choice.or_else(|| kernel.choices(&self.values));
        self.arrays[id] = Array { support, values: Vec::new(), cells, choice };
        self.kernels.push(kernel);
    }

    pub(super) fn edge(&mut self, user: NodeId, driver: &Arc<Support>, id: NodeId) -> Result<(Edge, Cells), Error> {
        let mut cells = None;
        let edge = self.edge_along(user, driver, id, None, &mut cells)?;
        Ok((edge, cells))
    }

    /// As `edge`, when other statuses are there already, or it is known which row of the other array each key has.
    pub(super) fn edge_along(
        &mut self,
        user: NodeId,
        driver: &Arc<Support>,
        id: NodeId,
        known: Option<Index>,
        cells: &mut Cells,
    ) -> Result<Edge, Error> {
        let method = Arc::clone(&self.method);
        // The builder reads values beside statuses: lend them for the moment.
        self.arrays[id].values = std::mem::take(&mut self.values[id]);
        let mut builder = EdgeBuilder {
            labels: &self.labels,
            counts: &self.counts,
            reasons: &mut self.reasons,
            user: &method.nodes[user].name,
            told: self.told,
        };
        let result = builder.build(driver, id, &method.nodes[id], &self.arrays[id], known, cells);
        self.values[id] = std::mem::take(&mut self.arrays[id].values);
        result
    }

    /// The keys over all of `nodes`, an edge to each, and the worst status for each key.
    fn joined(&mut self, user: NodeId, nodes: &[NodeId]) -> Result<(Arc<Support>, Vec<Edge>, Cells), Error> {
        let parts: Vec<&Arc<Support>> = nodes.iter().map(|&id| &self.arrays[id].support).collect();
        let (support, known) = union(&parts, &self.counts, &self.method.nodes[user].name)?;
        let mut edges = Vec::new();
        let mut whole: Cells = None;
        for (&id, known) in nodes.iter().zip(known) {
            edges.push(self.edge_along(user, &support, id, known, &mut whole)?);
        }
        Ok((support, edges, whole))
    }

    fn expression(&mut self, id: NodeId, expr: &Expr, operands: &[NodeId]) -> Result<Compiled, Error> {
        let (support, edges, cells) = self.joined(id, operands)?;
        let method = Arc::clone(&self.method);
        let operand = |name: &str| method.node(name).map_or(0, |node| position(operands, node));
        let Some(program) = Program::new(expr, &operand) else {
            let reason = format!("the formula of `{}` nests too deep: split it", method.nodes[id].name);
            return Err(Error::BadRequest { reason });
        };
        Ok((support, Kernel::Expr { program, edges }, cells))
    }

    fn map(
        &mut self,
        id: NodeId,
        of: NodeId,
        transform: &Transform,
        clamp: Option<[f64; 2]>,
    ) -> Result<Compiled, Error> {
        let support = Arc::clone(&self.arrays[of].support);
        let (edge, cells) = self.edge(id, &support, of)?;
        let over = match transform {
            Transform::MinMax(over) | Transform::Percentile(over) | Transform::ScaleToMax(over) => Some(*over),
            _ => None,
        };
        let members = match over {
            None => None,
            Some(over) => {
                let groups = Groups::new(&support, support.axes & !over, &self.counts, &self.method.nodes[id].name)?;
                Some(Members { starts: groups.starts, rows: groups.rows })
            }
        };
        Ok((support, Kernel::Map { of: edge, transform: transform.clone(), clamp, members }, cells))
    }
}

fn expands_years(data: &Data<'_>, name: &str, input: &Input) -> bool {
    let is_from_reference = !data.inputs.contains_key(name);
    is_from_reference
        && input.reference.as_ref().is_some_and(|reference| reference.expand.is_some() || reference.carry.is_some())
}

fn positions_of(values: &[f64]) -> Vec<u32> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0, 1, 2 ... by construction")]
    values.iter().map(|value| if value.is_nan() { NONE } else { *value as u32 }).collect()
}

/// No list when everything is all right.
pub(super) fn tidy(cells: Vec<Cell>) -> Cells {
    cells.iter().any(|cell| *cell != Cell::OK).then_some(cells)
}
