//! A method compiled against tables: who reads whom by which rows, with the statuses; then only arithmetic is left.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::Error;
use crate::data::{Data, Request};
use crate::edge::{Array, Edge, EdgeBuilder};
use crate::kernel::{Bound, Kernel, Members};
use crate::labels::AxisLabels;
use crate::leaf::{Context, build_leaf};
use crate::method::{
    AxisSet, Input, Method, Missing, NodeId, Reduce, Rule, Selection, Statistic, Transform, axes_in, needs,
};
use crate::program::{Program, position};
use crate::status::{Cell, Cells, Reasons, Status, cell};
use crate::support::{Groups, Index, NONE, Support, union};

/// The label of the supplier that stands for what is not listed (`residual = "bound"`).
const REST: &str = "(not listed)";

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

struct Compiler {
    method: Arc<Method>,
    labels: AxisLabels,
    reasons: Reasons,
    /// The arrays, whose values stand apart in `values` so that kernels can read them.
    arrays: Vec<Array>,
    values: Vec<Vec<f64>>,
    kernels: Vec<Kernel>,
    spreads: BTreeMap<NodeId, Vec<f64>>,
    sources: BTreeMap<String, BTreeSet<String>>,
    warnings: Vec<String>,
    counts: Vec<usize>,
    drivers: BTreeMap<NodeId, Arc<Support>>,
    /// Groups by keys and axes: several sums over the same rows share them.
    groups: Vec<(Arc<Support>, AxisSet, Arc<Groups>)>,
    group_supports: Vec<(Arc<Groups>, Arc<Support>)>,
    /// Axes that every output has: their labels stand in each row of the answer, no reason repeats them.
    told: AxisSet,
    needed: BTreeSet<NodeId>,
    /// Nodes whose values come from a table.
    given: BTreeSet<NodeId>,
}

/// What a rule compiles to: keys, kernel, statuses before the arithmetic, and a choice settled beforehand.
type Compiled = (Arc<Support>, Kernel, Cells);

impl Compiler {
    /// All inputs first, so that every label is known; inputs that hold for a range of years come after the others.
    fn leaves(&mut self, data: &Data<'_>, request: &Request) -> Result<(), Error> {
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
        if method
            .nodes
            .iter()
            .any(|node| matches!(&node.rule, Rule::Share { residual: crate::document::Residual::Bound, .. }))
        {
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

    fn compile(&mut self, id: NodeId) -> Result<(), Error> {
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
                    crate::method::Combination::Sum => 1.0,
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
        let mut undefined = None;
        for (row, value) in values.iter_mut().enumerate() {
            if cell(&cells, row).status == Status::Unavailable {
                *value = f64::NAN;
            } else if !value.is_finite() {
                *value = f64::NAN;
                let text = || format!("`{name}` is undefined: a division by zero, or a logarithm or root of nothing");
                let reason = *undefined.get_or_insert_with(|| self.reasons.intern(text()));
                cells.get_or_insert_with(|| vec![Cell::OK; support.n])[row] = Cell::unavailable(reason);
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

    fn edge(&mut self, user: NodeId, driver: &Arc<Support>, id: NodeId) -> Result<(Edge, Cells), Error> {
        self.edge_along(user, driver, id, None)
    }

    /// As `edge`, when it is already known which row of the other array each key has.
    fn edge_along(
        &mut self,
        user: NodeId,
        driver: &Arc<Support>,
        id: NodeId,
        known: Option<Index>,
    ) -> Result<(Edge, Cells), Error> {
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
        let result = builder.build(driver, id, &method.nodes[id], &self.arrays[id], known);
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
            let (edge, cells) = self.edge_along(user, &support, id, known)?;
            edges.push(edge);
            whole = both(whole, cells);
        }
        Ok((support, edges, whole))
    }

    fn expression(&mut self, id: NodeId, expr: &crate::formula::Expr, operands: &[NodeId]) -> Result<Compiled, Error> {
        let (support, edges, cells) = self.joined(id, operands)?;
        let method = Arc::clone(&self.method);
        let operand = |name: &str| method.node(name).map_or(0, |node| position(operands, node));
        let Some(program) = Program::new(expr, &operand) else {
            let reason = format!("the formula of `{}` nests too deep: split it", method.nodes[id].name);
            return Err(Error::BadRequest { reason });
        };
        Ok((support, Kernel::Expr { program, edges }, cells))
    }

    fn share(
        &mut self,
        id: NodeId,
        of: NodeId,
        over: AxisSet,
        (residual, tolerance): (crate::document::Residual, f64),
    ) -> Result<Compiled, Error> {
        use crate::document::Residual;
        let method = Arc::clone(&self.method);
        let name = &method.nodes[id].name;
        let original = Arc::clone(&self.arrays[of].support);
        let by = original.axes & !over;
        let support =
            if residual == Residual::Bound { self.with_rest(&original, over, by, name)? } else { original.clone() };
        let (edge, cells) = self.edge(id, &support, of)?;
        let groups = Groups::new(&support, by, &self.counts, name)?;
        let rest: Vec<bool> = (0..support.n).map(|row| original.n <= row).collect();
        let mut cells = cells.unwrap_or_else(|| vec![Cell::OK; support.n]);
        for (row, slot) in cells.iter_mut().enumerate() {
            if rest[row] {
                *slot = Cell::OK;
            }
        }
        let supplied = edge.supplied(&self.values[of]);
        let (mut starts, mut kept) = (vec![0], Vec::new());
        for group in 0..groups.n() {
            let rows = groups.members(group);
            let is_left_out =
                |row: u32| cells[row as usize].status == Status::Unavailable && cells[row as usize].may_skip;
            let before = kept.len();
            kept.extend(rows.iter().copied().filter(|&row| !is_left_out(row)));
            #[expect(clippy::cast_possible_truncation, reason = "rows are counted in u32")]
            starts.push(kept.len() as u32);
            let used = &kept[before..];
            let listed = || used.iter().map(|&row| row as usize).filter(|&row| !rest[row]);
            let sum: f64 = listed().map(|row| edge.at(row, &self.values[of], &supplied)).sum();
            let lost = listed().map(|row| cells[row]).find(|cell| cell.status == Status::Unavailable);
            let left_out = rows.iter().map(|&row| cells[row as usize]).find(|cell| cell.status == Status::Unavailable);
            let verdict = match (lost, left_out) {
                (Some(lost), _) => lost,
                (None, Some(left_out)) if used.is_empty() => left_out,
                (None, left_out) => self.sum_of_shares(
                    name,
                    sum,
                    residual,
                    tolerance,
                    left_out.map(|cell| (cell, used.len(), rows.len())),
                ),
            };
            for &row in used {
                cells[row as usize] = cells[row as usize].and(verdict);
            }
        }
        let members = Members { starts: Arc::new(starts), rows: Arc::new(kept) };
        Ok((support, Kernel::Share { of: edge, members, residual, rest }, tidy(cells)))
    }

    /// What the sum of a group says about its shares, and what was left out of it.
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a coverage needs no more digits")]
    fn sum_of_shares(
        &mut self,
        name: &str,
        sum: f64,
        residual: crate::document::Residual,
        tolerance: f64,
        left_out: Option<(Cell, usize, usize)>,
    ) -> Cell {
        use crate::document::Residual;
        if sum == 0.0 {
            return Cell::unavailable(self.reasons.intern(format!("`{name}`: all suppliers together supply nothing")));
        }
        let is_checked = residual != Residual::Renormalise;
        if is_checked && sum > 1.0 + tolerance {
            return Cell::unavailable(
                self.reasons.intern(format!("`{name}`: the shares sum to {sum:.3}, more than 1")),
            );
        }
        let partial = |reason, coverage| Cell { status: Status::Partial, may_skip: false, reason, coverage };
        let known = left_out.map_or(Cell::OK, |(cell, used, all)| partial(cell.reason, used as f32 / all as f32));
        if residual == Residual::Keep && sum < 1.0 - tolerance {
            let reason = self.reasons.intern(format!("`{name}`: the shares sum to {sum:.3} only"));
            return known.and(partial(reason, sum as f32));
        }
        known
    }

    /// The keys with one more supplier in each group.
    fn with_rest(
        &mut self,
        original: &Arc<Support>,
        over: AxisSet,
        by: AxisSet,
        name: &str,
    ) -> Result<Arc<Support>, Error> {
        let groups = Groups::new(original, by, &self.counts, name)?;
        let mut keys = original.keys.clone();
        for (column, axis) in axes_in(original.axes).enumerate() {
            let rest = self.labels.find(axis, REST).unwrap_or_default();
            for &first in &groups.first {
                let own = original.keys[column][first as usize];
                keys[column].push(if over >> axis & 1 == 1 { rest } else { own });
            }
        }
        Ok(Arc::new(Support { axes: original.axes, keys, n: original.n + groups.n() }))
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

    fn reduce(&mut self, id: NodeId, reduce: &Reduce) -> Result<Compiled, Error> {
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
            Some(weight) => {
                let (edge, more) = self.edge(id, &driver, weight)?;
                cells = both(cells, more);
                Some(edge)
            }
        };
        let by = driver.axes & !reduce.over;
        let mut groups = self.grouped(&driver, by, name)?;
        if is_over_time(reduce.by) {
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
        let mut rows = Vec::new();
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
                    verdict = verdict.and(own);
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

    fn sort_by_number(&self, groups: &mut Groups, driver: &Support, axis: usize) {
        let column = driver.column(axis);
        let number = |row: &u32| self.labels.name(axis, column[*row as usize]).parse::<f64>().unwrap_or(f64::NAN);
        let rows = Arc::make_mut(&mut groups.rows);
        for range in groups.starts.windows(2) {
            rows[range[0] as usize..range[1] as usize].sort_by(|a, b| number(a).total_cmp(&number(b)));
        }
    }

    fn select(&mut self, id: NodeId, of: NodeId, over: usize, by: Selection) -> Result<Compiled, Error> {
        let method = Arc::clone(&self.method);
        let judge = if let Selection::AtHighest(other) = by { other } else { of };
        let parts = [&self.arrays[judge].support, &self.arrays[of].support];
        let is_judge_whole = method.nodes[of].axes & !method.nodes[judge].axes == 0;
        let driver =
            if is_judge_whole { Arc::clone(parts[0]) } else { union(&parts, &self.counts, &method.nodes[id].name)?.0 };
        let (of_edge, of_cells) = self.edge(id, &driver, of)?;
        let (by_edge, by_cells) = self.edge(id, &driver, judge)?;
        let rest = driver.axes & !(1 << over);
        let groups = Groups::new(&driver, rest, &self.counts, &method.nodes[id].name)?;
        let mut verdicts = Vec::with_capacity(groups.n());
        let supplied = by_edge.supplied(&self.values[judge]);
        let sign = if by == Selection::Lowest { -1.0 } else { 1.0 };
        for group in 0..groups.n() {
            let known = groups
                .members(group)
                .iter()
                .filter(|&&row| cell(&by_cells, row as usize).status != Status::Unavailable);
            let value = |row: u32| sign * by_edge.at(row as usize, &self.values[judge], &supplied);
            let best = known.copied().reduce(|best, row| if value(best) < value(row) { row } else { best });
            let verdict = match best {
                Some(best) => {
                    let own = cell(&of_cells, best as usize).and(cell(&by_cells, best as usize));
                    let lost = groups.members(group).len() - known_count(&by_cells, groups.members(group));
                    if lost > 0 {
                        own.and(self.incomparable(&method.nodes[id].name, &by_cells, groups.members(group)))
                    } else {
                        own
                    }
                }
                None => groups.members(group).first().map_or(Cell::OK, |&row| cell(&by_cells, row as usize)),
            };
            verdicts.push(verdict);
        }
        let support = Arc::new(groups.support(&driver, rest));
        self.drivers.insert(id, Arc::clone(&driver));
        let members = Members { starts: groups.starts, rows: groups.rows };
        let lowest = by == Selection::Lowest;
        Ok((support, Kernel::Select { of: of_edge, by: by_edge, lowest, members }, tidy(verdicts)))
    }

    /// A choice among some of the members only, because the others have no value.
    #[expect(clippy::cast_precision_loss, reason = "a coverage needs no more digits")]
    fn incomparable(&mut self, name: &str, cells: &Cells, rows: &[u32]) -> Cell {
        let used = known_count(cells, rows);
        let lost = rows.iter().map(|&row| cell(cells, row as usize)).find(|cell| cell.status == Status::Unavailable);
        let why = lost.map_or_else(String::new, |lost| self.reasons.texts[lost.reason as usize].clone());
        let reason = self.reasons.intern(format!("`{name}`: chosen among {used} of {}, because {why}", rows.len()));
        Cell { status: Status::Partial, may_skip: false, reason, coverage: used as f32 / rows.len() as f32 }
    }

    fn first_available(&mut self, id: NodeId, alternatives: &[crate::method::Alternative]) -> Result<Compiled, Error> {
        let method = Arc::clone(&self.method);
        let nodes: Vec<NodeId> = alternatives.iter().map(|one| one.node).collect();
        let parts: Vec<&Arc<Support>> = nodes.iter().map(|&node| &self.arrays[node].support).collect();
        let (support, _) = union(&parts, &self.counts, &method.nodes[id].name)?;
        let mut edges = Vec::new();
        let mut own = Vec::new();
        let mut when = Vec::new();
        for one in alternatives {
            let (edge, cells) = self.edge(id, &support, one.node)?;
            edges.push(edge);
            own.push(cells);
            let mut all = Vec::new();
            for &needed in &one.when {
                all.push(self.edge(id, &support, needed)?.1);
            }
            when.push(all);
        }
        let is_there = |cells: &Cells, row: usize| cell(cells, row).status != Status::Unavailable;
        let mut chosen = Vec::with_capacity(support.n);
        let mut verdicts = Vec::with_capacity(support.n);
        for row in 0..support.n {
            let found = when.iter().position(|all| all.iter().all(|cells| is_there(cells, row)));
            #[expect(clippy::cast_possible_truncation, reason = "a handful of alternatives")]
            chosen.push(found.map_or(NONE, |found| found as u32));
            // Without an alternative the first one tells what is lacking.
            verdicts.push(cell(&own[found.unwrap_or(0)], row));
        }
        Ok((support, Kernel::First { edges, chosen }, tidy(verdicts)))
    }
}

fn known_count(cells: &Cells, rows: &[u32]) -> usize {
    rows.iter().filter(|&&row| cell(cells, row as usize).status != Status::Unavailable).count()
}

fn expands_years(data: &Data<'_>, name: &str, input: &Input) -> bool {
    let is_from_reference = !data.inputs.contains_key(name);
    is_from_reference
        && input.reference.as_ref().is_some_and(|reference| reference.expand.is_some() || reference.carry.is_some())
}

fn is_over_time(by: Statistic) -> bool {
    matches!(
        by,
        Statistic::MeanGrowth
            | Statistic::SdLogReturns
            | Statistic::MaxDrawdown
            | Statistic::RecencyWeightedMean { .. }
    )
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

fn positions_of(values: &[f64]) -> Vec<u32> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0, 1, 2 ... by construction")]
    values.iter().map(|value| if value.is_nan() { NONE } else { *value as u32 }).collect()
}

fn both(left: Cells, right: Cells) -> Cells {
    match (left, right) {
        (None, cells) | (cells, None) => cells,
        (Some(mut left), Some(right)) => {
            left.iter_mut().zip(right).for_each(|(left, right)| *left = left.and(right));
            Some(left)
        }
    }
}

/// No list when everything is all right.
fn tidy(cells: Vec<Cell>) -> Cells {
    cells.iter().any(|cell| *cell != Cell::OK).then_some(cells)
}
