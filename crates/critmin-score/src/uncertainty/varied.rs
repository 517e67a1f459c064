//! What varies and how: inputs, bindings that were given a distribution, and the weights of indicator sets.

use std::collections::BTreeSet;

use critmin_core::nearest;

use super::random::exponentials;
use super::{Options, Source};
use crate::document::{Distribution, DistributionKind};
use crate::error::hint;
use crate::kernel::{Kernel, Members};
use crate::method::{Combination, NodeId, Rule, Transform, needs};
use crate::support::Groups;
use crate::{Error, Plan};

/// An input or binding whose rows vary.
#[derive(Debug)]
pub(super) struct Varied {
    pub(super) node: NodeId,
    pub(super) name: String,
    shape: Shape,
    range: Option<[f64; 2]>,
    whole: Option<Whole>,
}

#[derive(Debug)]
enum Shape {
    Normal(f64),
    Lognormal(f64),
    Uniform(f64),
    /// A standard deviation for each row; 0 where none is known.
    Rows(Vec<f64>),
}

/// Groups of rows whose sum is brought back.
#[derive(Debug)]
struct Whole {
    members: Members,
    sums: Vec<f64>,
}

/// An indicator set whose weights vary.
#[derive(Debug)]
pub(super) struct WeightSet {
    pub(super) node: NodeId,
    pub(super) name: String,
    pub(super) indicators: Vec<String>,
    pub(super) weights: Vec<f64>,
    pub(super) half_width: f64,
}

/// Everything that varies and reaches the outputs that are asked for.
#[derive(Debug, Default)]
pub(super) struct Variation {
    pub(super) inputs: Vec<Varied>,
    pub(super) sets: Vec<WeightSet>,
    pub(super) warnings: Vec<String>,
}

impl Varied {
    pub(super) fn is_uniform(&self) -> bool {
        matches!(self.shape, Shape::Uniform(_))
    }

    /// Moves `out`, which holds the base values, by `deviates`: standard normal, or -1 to 1 for a uniform one.
    pub(super) fn shift(&self, out: &mut [f64], deviates: &mut [f64]) {
        match &self.shape {
            Shape::Normal(size) | Shape::Uniform(size) => {
                out.iter_mut().zip(deviates.iter()).for_each(|(value, deviate)| *value += size * deviate);
            }
            Shape::Lognormal(size) => {
                exponentials(*size, deviates);
                out.iter_mut().zip(deviates.iter()).for_each(|(value, factor)| *value *= factor);
            }
            Shape::Rows(sizes) => {
                let moves = sizes.iter().zip(deviates.iter());
                out.iter_mut().zip(moves).for_each(|(value, (size, deviate))| *value += size * deviate);
            }
        }
        if let Some([low, high]) = self.range {
            // NaN stays NaN: an absence must not turn into a bound.
            for value in out.iter_mut() {
                *value = value.clamp(low, high);
            }
        }
        if let Some(whole) = &self.whole {
            whole.restore(out);
        }
    }

    /// Deviates that move every row one standard deviation, or to the end of the interval.
    ///
    /// Where a sum is brought back, moving all rows together would change nothing: there only the largest row of each
    /// group moves, and all rows make room for it.
    pub(super) fn one_way(&self, base: &[f64], sign: f64, deviates: &mut [f64]) {
        let Some(whole) = &self.whole else {
            deviates.fill(sign);
            return;
        };
        deviates.fill(0.0);
        for group in 0..whole.members.n() {
            let known = whole.members.of(group).iter().filter(|&&row| !base[row as usize].is_nan());
            let largest = known.reduce(|best, row| if base[*best as usize] < base[*row as usize] { row } else { best });
            if let Some(&largest) = largest {
                deviates[largest as usize] = sign;
            }
        }
    }
}

impl Whole {
    fn new(plan: &Plan, node: NodeId, axis: &str) -> Result<Self, Error> {
        let found = &plan.method.nodes[node];
        let axis = plan.method.axis(axis).filter(|axis| found.axes >> axis & 1 == 1).ok_or_else(|| {
            let names = crate::error::list(&plan.method.axis_names(found.axes));
            let reason = format!("`{}` cannot be renormalised over `{axis}`: it has {names}", found.name);
            Error::BadRequest { reason }
        })?;
        if !matches!(found.rule, Rule::Input(_)) {
            let reason = format!("`{}` is a binding: only an input can be renormalised after a draw", found.name);
            return Err(Error::BadRequest { reason });
        }
        let array = &plan.arrays[node];
        let groups = Groups::new(&array.support, found.axes & !(1 << axis), &plan.labels.counts(), &found.name)?;
        let members = Members { starts: groups.starts, rows: groups.rows };
        let sums = (0..members.n()).map(|group| sum(&array.values, members.of(group))).collect();
        Ok(Self { members, sums })
    }

    fn restore(&self, out: &mut [f64]) {
        for (group, &wanted) in self.sums.iter().enumerate() {
            let rows = self.members.of(group);
            let found = sum(out, rows);
            // A group of zeros stays; one that lost all of its weight has no shares left, and infinity becomes NaN.
            if found.to_bits() != wanted.to_bits() {
                let factor = wanted / found;
                for &row in rows {
                    out[row as usize] *= factor;
                }
            }
        }
    }
}

fn sum(values: &[f64], rows: &[u32]) -> f64 {
    rows.iter().map(|&row| values[row as usize]).fold(0.0, |sum, value| if value.is_nan() { sum } else { sum + value })
}

impl WeightSet {
    /// Brings `weights` back to the sum of the base weights.
    pub(super) fn renormalise(&self, weights: &mut [f64]) {
        let factor = self.weights.iter().sum::<f64>() / weights.iter().sum::<f64>();
        for weight in weights {
            *weight *= factor;
        }
    }

    /// The set at `node`, when its rule is one; with weights that can be varied only for sums and means.
    pub(super) fn at(plan: &Plan, node: NodeId) -> Option<Self> {
        let Rule::Indicators { of, .. } = &plan.method.nodes[node].rule else { return None };
        let Kernel::Indicators { weights, .. } = &plan.kernels[node] else { return None };
        Some(Self {
            node,
            name: plan.method.nodes[node].name.clone(),
            indicators: of.iter().map(|&each| plan.method.nodes[each].name.clone()).collect(),
            weights: weights.clone(),
            half_width: 0.0,
        })
    }
}

/// Whether the rule has weights that mean something, and keeps their sum.
pub(super) fn has_weights(rule: &Rule) -> bool {
    match rule {
        Rule::Indicators { by: Combination::Mean | Combination::GeometricMean, of, .. } => 1 < of.len(),
        Rule::Indicators { by: Combination::Sum, weights, of } => weights.is_some() && 1 < of.len(),
        _ => false,
    }
}

/// The nodes that `outputs` need, themselves included.
pub(super) fn ancestors(plan: &Plan, outputs: impl IntoIterator<Item = NodeId>) -> BTreeSet<NodeId> {
    let mut open: Vec<NodeId> = outputs.into_iter().collect();
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        if found.insert(id) {
            open.extend(needs(&plan.method.nodes[id].rule));
        }
    }
    found
}

impl Variation {
    /// # Errors
    ///
    /// [`Error::BadRequest`] for unknown names, sizes that are no size, and when nothing varies.
    pub(super) fn new(plan: &Plan, options: &Options, outputs: &[super::Asked]) -> Result<Self, Error> {
        check_names(plan, options)?;
        let reached = ancestors(plan, outputs.iter().map(|asked| asked.node));
        let mut variation = Self::default();
        for (node, found) in plan.method.nodes.iter().enumerate() {
            let own = match &found.rule {
                Rule::Input(input) => input.uncertainty.as_ref(),
                _ => None,
            };
            let given = options.distributions.get(&found.name);
            if !reached.contains(&node) {
                if given.is_some() {
                    variation
                        .warnings
                        .push(format!("`{}` varies, but no output that was asked for needs it", found.name));
                }
                continue;
            }
            if let Some(varied) = given.or(own).map(|one| variation.varied(plan, node, one)).transpose()? {
                variation.inputs.extend(varied);
            }
            if let Some(half_width) = options.weight_spread.filter(|_| has_weights(&found.rule)) {
                variation.sets.extend(WeightSet::at(plan, node).map(|set| WeightSet { half_width, ..set }));
            }
        }
        if variation.inputs.is_empty() && variation.sets.is_empty() {
            let reason = format!(
                "nothing varies in method `{}`: give `distributions` for an input, or `weight_spread`",
                plan.method.id
            );
            return Err(Error::BadRequest { reason });
        }
        Ok(variation)
    }

    fn varied(&mut self, plan: &Plan, node: NodeId, one: &Distribution) -> Result<Option<Varied>, Error> {
        let name = &plan.method.nodes[node].name;
        let size = || match one.size {
            Some(size) if size.is_finite() && 0.0 <= size => Ok(size),
            Some(size) => Err(format!("the distribution of `{name}` has size {size}, expected 0 or more")),
            None => Err(format!("the distribution of `{name}` lacks a size")),
        };
        let shape = match one.kind {
            DistributionKind::None => return Ok(None),
            DistributionKind::Normal => size().map(Shape::Normal),
            DistributionKind::Lognormal => size().map(Shape::Lognormal),
            DistributionKind::Uniform => size().map(Shape::Uniform),
            DistributionKind::Column => self.rows(plan, node).map(Shape::Rows),
        };
        let range = match &plan.method.nodes[node].rule {
            Rule::Input(input) => input.range,
            Rule::Map { clamp, transform: Transform::Affine(_) | Transform::Log(_) | Transform::Bins(_), .. } => *clamp,
            _ => None,
        };
        Ok(Some(Varied {
            node,
            name: name.clone(),
            shape: shape.map_err(|reason| Error::BadRequest { reason })?,
            range,
            whole: one.renormalise.as_ref().map(|axis| Whole::new(plan, node, axis)).transpose()?,
        }))
    }

    fn rows(&mut self, plan: &Plan, node: NodeId) -> Result<Vec<f64>, String> {
        let name = &plan.method.nodes[node].name;
        let Some(spread) = plan.spreads.get(&node) else {
            return Err(format!(
                "the table of `{name}` has no column of standard deviations: hand one over as `standard_error`"
            ));
        };
        let is_known = |size: f64| size.is_finite() && 0.0 <= size;
        let lacking = spread.iter().filter(|&&size| !is_known(size)).count();
        if lacking > 0 {
            let n = spread.len();
            self.warnings.push(format!("{lacking} of {n} rows of `{name}` have no standard deviation and stay fixed"));
        }
        Ok(spread.iter().map(|&size| if is_known(size) { size } else { 0.0 }).collect())
    }

    /// What can be moved on its own, in the order of the method.
    pub(super) fn sources(&self) -> Vec<(Source, Part)> {
        let inputs = self.inputs.iter().enumerate();
        let inputs = inputs.map(|(input, varied)| (Source::Input(varied.name.clone()), Part::Input(input)));
        let weights = self.sets.iter().enumerate().flat_map(|(set, found)| {
            found.indicators.iter().enumerate().map(move |(position, indicator)| {
                let source = Source::Weight { set: found.name.clone(), indicator: indicator.clone() };
                (source, Part::Weight { set, position })
            })
        });
        inputs.chain(weights).collect()
    }
}

/// A source by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Input(usize),
    Weight { set: usize, position: usize },
}

fn check_names(plan: &Plan, options: &Options) -> Result<(), Error> {
    let method = &plan.method;
    let varies = |rule: &Rule| !matches!(rule, Rule::Constant(_));
    for name in options.distributions.keys() {
        if !method.nodes.iter().any(|node| node.name == *name && varies(&node.rule)) {
            let known = method.nodes.iter().filter(|node| varies(&node.rule)).map(|node| node.name.as_str());
            let reason = format!("method `{}` has no input `{name}`{}", method.id, hint(&nearest(name, known)));
            return Err(Error::BadRequest { reason });
        }
    }
    Ok(())
}
