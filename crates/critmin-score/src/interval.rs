//! What printed, rounded inputs allow: interval arithmetic through the whole method.
//!
//! The result always contains every value that the inputs allow. It is the exact range where each varied input enters a
//! formula once (`mix` counts as one formula); where an input enters twice it may be wider, never narrower.

use std::collections::BTreeMap;

use critmin_core::nearest;

use crate::Error;
use crate::document::Residual;
use crate::edge::Edge;
use crate::kernel::{Kernel, Members};
use crate::method::{NodeId, Rule, Statistic, Transform};
use crate::plan::Plan;

/// The range of one cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Interval {
    /// Position of the output in [`Scores::outputs`](crate::Scores).
    pub output: usize,
    /// A label for each axis of the method.
    pub labels: Vec<Option<String>>,
    /// Lowest value that the inputs allow; none where the cell is unavailable or has no lower bound.
    pub low: Option<f64>,
    /// Value of the inputs as given.
    pub base: Option<f64>,
    /// Highest value that the inputs allow; none where the cell is unavailable or has no upper bound.
    pub high: Option<f64>,
}

/// The range of every output when each row of an input may lie up to its half-width from the value given.
///
/// `half_widths` goes by input name, in the input's unit: 0.05 for a number printed with one decimal. A range that the
/// input declares is kept.
///
/// # Errors
///
/// [`Error::BadRequest`] for a name that is no input, a negative half-width, or a primitive whose range is not known
/// (scaling against other members, entropy, statistics over time, sums of values below zero with a weight or a power).
pub fn intervals(plan: &Plan, half_widths: &BTreeMap<String, f64>) -> Result<Vec<Interval>, Error> {
    let mut bounds = Bounds::new(plan, half_widths)?;
    for id in 0..plan.arrays.len() {
        bounds.advance(plan, id)?;
    }
    let mut result = Vec::new();
    for (output, &id) in plan.method.outputs.iter().enumerate() {
        for found in plan.output_cells(id) {
            let known = |values: &[Vec<f64>]| found.row.map(|row| values[id][row]).filter(|value| value.is_finite());
            let base = found.row.map(|row| plan.arrays[id].values[row]).filter(|value| value.is_finite());
            let (low, high) = if base.is_some() { (known(&bounds.low), known(&bounds.high)) } else { (None, None) };
            result.push(Interval { output, labels: plan.label_words(id, &found.key), low, base, high });
        }
    }
    Ok(result)
}

struct Bounds {
    low: Vec<Vec<f64>>,
    high: Vec<Vec<f64>>,
}

impl Bounds {
    fn new(plan: &Plan, half_widths: &BTreeMap<String, f64>) -> Result<Self, Error> {
        let low: Vec<Vec<f64>> = plan.arrays.iter().map(|array| array.values.clone()).collect();
        let mut bounds = Self { high: low.clone(), low };
        for (name, &width) in half_widths {
            let inputs = || plan.method.nodes.iter().filter(|node| matches!(node.rule, Rule::Input(_)));
            let Some(id) = plan.method.node(name).filter(|&id| matches!(plan.method.nodes[id].rule, Rule::Input(_)))
            else {
                let near = crate::error::hint(&nearest(name, inputs().map(|node| node.name.as_str())));
                return Err(Error::BadRequest { reason: format!("no input `{name}`{near}") });
            };
            if !(width.is_finite() && 0.0 <= width) {
                let reason = format!("the half-width of `{name}` is {width}, expected a number that is not negative");
                return Err(Error::BadRequest { reason });
            }
            let Rule::Input(input) = &plan.method.nodes[id].rule else { continue };
            let [least, most] = input.range.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
            bounds.low[id].iter_mut().for_each(|value| *value = (*value - width).clamp(least, most));
            bounds.high[id].iter_mut().for_each(|value| *value = (*value + width).clamp(least, most));
        }
        Ok(bounds)
    }

    fn advance(&mut self, plan: &Plan, id: NodeId) -> Result<(), Error> {
        let kernel = &plan.kernels[id];
        let n = plan.arrays[id].values.len();
        let (mut low, mut high) = (vec![f64::NAN; n], vec![f64::NAN; n]);
        match kernel {
            Kernel::Given => return Ok(()),
            Kernel::Expr { program, edges } => {
                let read: Vec<Pair<'_>> = edges.iter().map(|edge| Pair::new(edge, self)).collect();
                for row in 0..n {
                    (low[row], high[row]) = program.range(|operand| read[operand].at(row));
                }
            }
            Kernel::Share { of, members, residual, rest } => {
                share(&Pair::new(of, self), members, *residual, rest, (&mut low, &mut high));
            }
            Kernel::Map { transform, .. } => {
                let is_falling = match transform {
                    Transform::Affine([_, slope]) | Transform::Log([_, slope]) => *slope < 0.0,
                    Transform::Bins(bins) => bins.values.windows(2).all(|pair| pair[1] <= pair[0]),
                    Transform::Target(target) => target.power < 0.0,
                    _ => return Err(unknown_range(plan, id)),
                };
                let is_rising = match transform {
                    Transform::Bins(bins) => bins.values.windows(2).all(|pair| pair[0] <= pair[1]),
                    _ => !is_falling,
                };
                if !is_falling && !is_rising {
                    return Err(unknown_range(plan, id));
                }
                kernel.run(&self.low, &mut low);
                kernel.run(&self.high, &mut high);
                if !is_rising {
                    std::mem::swap(&mut low, &mut high);
                }
            }
            _ => {
                self.check_rising(plan, id)?;
                kernel.run(&self.low, &mut low);
                kernel.run(&self.high, &mut high);
            }
        }
        (self.low[id], self.high[id]) = (low, high);
        Ok(())
    }

    /// The other kernels rise in every value, provided that no value is negative where products or powers are taken.
    fn check_rising(&self, plan: &Plan, id: NodeId) -> Result<(), Error> {
        let is_negative = |edge: &Edge, n: usize| {
            let pair = Pair::new(edge, self);
            (0..n).any(|row| pair.at(row).0 < 0.0)
        };
        let is_fine = match &plan.kernels[id] {
            Kernel::Reduce { by, of, weight, members } => {
                let n = members.rows.iter().max().map_or(0, |&row| row as usize + 1);
                match by {
                    Statistic::Mean => weight.is_none(),
                    Statistic::Max
                    | Statistic::Min
                    | Statistic::Count
                    | Statistic::Top { .. }
                    | Statistic::WithoutTop { .. } => true,
                    Statistic::Sum { power, .. } => {
                        let is_plain = weight.is_none() && (*power - 1.0).abs() < f64::EPSILON;
                        let is_positive = 0.0 <= *power
                            && !is_negative(of, n)
                            && !weight.as_ref().is_some_and(|edge| is_negative(edge, n));
                        is_plain || is_positive
                    }
                    Statistic::GeometricMean | Statistic::Product | Statistic::Norm => !is_negative(of, n),
                    _ => false,
                }
            }
            Kernel::Indicators { edges, .. } => {
                !edges.iter().any(|edge| is_negative(edge, plan.arrays[id].values.len()))
            }
            Kernel::Select { .. } => {
                !matches!(&plan.method.nodes[id].rule, Rule::Select { by: crate::method::Selection::AtHighest(_), .. })
            }
            _ => true,
        };
        if is_fine { Ok(()) } else { Err(unknown_range(plan, id)) }
    }
}

fn unknown_range(plan: &Plan, id: NodeId) -> Error {
    let name = &plan.method.nodes[id].name;
    let reason =
        format!("the range of `{name}` is not known: it is a statistic that neither rises nor falls with its members");
    Error::BadRequest { reason }
}

/// One edge, read at both ends.
struct Pair<'a> {
    edge: &'a Edge,
    low: &'a [f64],
    high: &'a [f64],
    supplied: [Vec<f64>; 2],
}

impl<'a> Pair<'a> {
    fn new(edge: &'a Edge, bounds: &'a Bounds) -> Self {
        let (low, high) = (&bounds.low[edge.node], &bounds.high[edge.node]);
        Self { edge, low, high, supplied: [edge.supplied(low), edge.supplied(high)] }
    }

    fn at(&self, row: usize) -> (f64, f64) {
        (self.edge.at(row, self.low, &self.supplied[0]), self.edge.at(row, self.high, &self.supplied[1]))
    }
}

/// A share is lowest when it is low itself and all others are high.
fn share(of: &Pair<'_>, members: &Members, residual: Residual, rest: &[bool], (low, high): (&mut [f64], &mut [f64])) {
    for group in 0..members.n() {
        let rows = members.of(group);
        let listed = || rows.iter().map(|&row| row as usize).filter(|&row| !rest[row]);
        let least: f64 = listed().map(|row| of.at(row).0).sum();
        let most: f64 = listed().map(|row| of.at(row).1).sum();
        for &row in rows {
            let row = row as usize;
            let (own_least, own_most) = of.at(row);
            (low[row], high[row]) = match residual {
                _ if rest[row] => ((1.0 - most).max(0.0), (1.0 - least).max(0.0)),
                Residual::Renormalise => {
                    (own_least / (own_least + most - own_most), own_most / (own_most + least - own_least))
                }
                Residual::Keep | Residual::Bound => (own_least, own_most),
            };
        }
    }
}
