//! A plan evaluated again for other values of a few inputs: only what depends on them is run.

use std::collections::BTreeSet;

use super::varied::{Varied, WeightSet, ancestors};
use crate::Plan;
use crate::method::{NodeId, needs};
use crate::status::{Status, cell};

/// What a run changes; by default nothing.
pub(super) trait Change {
    /// Moves the base values in `out`; `scratch` is as long.
    fn values(&self, _input: usize, _varied: &Varied, _out: &mut [f64], _scratch: &mut [f64]) {}

    /// Changes the base weights in `weights`, one per indicator that `kept` holds.
    fn weights(&self, _set: usize, _found: &WeightSet, _kept: &mut Vec<usize>, _weights: &mut Vec<f64>) {}
}

struct Step {
    node: NodeId,
    is_leaf: bool,
    input: Option<usize>,
    set: Option<usize>,
    /// Rows that have no value in the base, whatever the arithmetic says.
    absent: Vec<u32>,
}

/// The steps that a change of `inputs` and `sets` makes necessary for the outputs.
pub(super) struct Rerun<'a> {
    plan: &'a Plan,
    inputs: &'a [Varied],
    sets: &'a [WeightSet],
    steps: Vec<Step>,
    /// Nodes that a step reads or writes.
    touched: BTreeSet<NodeId>,
    longest: usize,
}

/// The values of one thread. Every run writes the same nodes again, so nothing is left of an earlier one.
#[derive(Clone)]
pub(super) struct Workspace {
    values: Vec<Vec<f64>>,
    scratch: Vec<f64>,
    kept: Vec<usize>,
    weights: Vec<f64>,
}

impl<'a> Rerun<'a> {
    pub(super) fn new(plan: &'a Plan, inputs: &'a [Varied], sets: &'a [WeightSet], outputs: &[super::Asked]) -> Self {
        let reached = ancestors(plan, outputs.iter().map(|asked| asked.node));
        let mut is_moved = vec![false; plan.kernels.len()];
        let mut steps = Vec::new();
        let mut touched: BTreeSet<NodeId> = outputs.iter().map(|asked| asked.node).collect();
        for &node in &reached {
            let read = needs(&plan.method.nodes[node].rule);
            let input = inputs.iter().position(|varied| varied.node == node);
            let set = sets.iter().position(|set| set.node == node);
            is_moved[node] = input.is_some() || set.is_some() || read.iter().any(|&each| is_moved[each]);
            if is_moved[node] {
                touched.insert(node);
                touched.extend(&read);
                steps.push(Step { node, is_leaf: read.is_empty(), input, set, absent: absent(plan, node) });
            }
        }
        let longest = inputs.iter().map(|varied| plan.arrays[varied.node].values.len()).max().unwrap_or(0);
        Self { plan, inputs, sets, steps, touched, longest }
    }

    /// Base values to start from.
    pub(super) fn workspace(&self) -> Workspace {
        let copy = |node: NodeId| {
            if self.touched.contains(&node) { self.plan.arrays[node].values.clone() } else { Vec::new() }
        };
        Workspace {
            values: (0..self.plan.arrays.len()).map(copy).collect(),
            scratch: vec![0.0; self.longest],
            kept: Vec::new(),
            weights: Vec::new(),
        }
    }

    /// The values of every step under `change`.
    pub(super) fn run(&self, workspace: &mut Workspace, change: &impl Change) {
        for step in &self.steps {
            let mut out = std::mem::take(&mut workspace.values[step.node]);
            if step.is_leaf {
                out.copy_from_slice(&self.plan.arrays[step.node].values);
            } else {
                self.compute(step, workspace, change, &mut out);
            }
            if let Some(input) = step.input {
                let scratch = &mut workspace.scratch[..out.len()];
                change.values(input, &self.inputs[input], &mut out, scratch);
            }
            workspace.values[step.node] = out;
        }
    }

    fn compute(&self, step: &Step, workspace: &mut Workspace, change: &impl Change, out: &mut [f64]) {
        let kernel = &self.plan.kernels[step.node];
        if let Some(set) = step.set {
            let found = &self.sets[set];
            let Workspace { values, kept, weights, .. } = workspace;
            kept.clear();
            kept.extend(0..found.weights.len());
            weights.clone_from(&found.weights);
            change.weights(set, found, kept, weights);
            kernel.run_indicators(kept, weights, values, out);
        } else {
            kernel.run(&workspace.values, out);
        }
        for value in out.iter_mut() {
            *value = if value.is_finite() { *value } else { f64::NAN };
        }
        for &row in &step.absent {
            out[row as usize] = f64::NAN;
        }
    }
}

impl Workspace {
    pub(super) fn value(&self, node: NodeId, row: Option<usize>) -> f64 {
        row.map_or(f64::NAN, |row| self.values[node][row])
    }
}

fn absent(plan: &Plan, node: NodeId) -> Vec<u32> {
    let cells = &plan.arrays[node].cells;
    let rows = (0..plan.arrays[node].values.len()).filter(|&row| cell(cells, row).status == Status::Unavailable);
    #[expect(clippy::cast_possible_truncation, reason = "rows are counted in u32")]
    rows.map(|row| row as u32).collect()
}
