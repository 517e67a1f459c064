//! The arithmetic of each primitive over whole columns. Everything about labels was settled before.

use std::sync::Arc;

use rayon::prelude::*;

use crate::document::{EdgeSide, Level, Residual};
use crate::edge::Edge;
use crate::method::{Combination, Statistic, Transform};
use crate::program::{Program, larger, smaller};
use crate::support::{Index, NONE, PARALLEL};

/// How many largest members `top` and `without_top` can single out.
pub(crate) const MOST_LARGEST: usize = 16;

/// Rows of an array that belong together, those left out already gone.
#[derive(Debug)]
pub(crate) struct Members {
    pub(crate) starts: Arc<Vec<u32>>,
    pub(crate) rows: Arc<Vec<u32>>,
}

impl Members {
    pub(crate) fn of(&self, group: usize) -> &[u32] {
        &self.rows[self.starts[group] as usize..self.starts[group + 1] as usize]
    }

    pub(crate) fn n(&self) -> usize {
        self.starts.len() - 1
    }
}

/// One bound of a condition.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) bound: f64,
    pub(crate) inclusive: bool,
}

/// How the values of one node follow from the values of others.
#[derive(Debug)]
pub(crate) enum Kernel {
    /// A leaf or a constant: the values are given.
    Given,
    Expr {
        program: Program,
        edges: Vec<Edge>,
    },
    /// `rest` marks the row that stands for what is not listed.
    Share {
        of: Edge,
        members: Members,
        residual: Residual,
        rest: Vec<bool>,
    },
    Map {
        of: Edge,
        transform: Transform,
        clamp: Option<[f64; 2]>,
        members: Option<Members>,
    },
    Reduce {
        by: Statistic,
        of: Edge,
        weight: Option<Edge>,
        members: Members,
    },
    Indicators {
        by: Combination,
        weights: Vec<f64>,
        edges: Vec<Edge>,
    },
    Select {
        of: Edge,
        by: Edge,
        lowest: bool,
        members: Members,
    },
    First {
        edges: Vec<Edge>,
        chosen: Vec<u32>,
    },
    Levels {
        of: Edge,
        levels: Vec<Level>,
        decimals: Option<u32>,
    },
    Conditions {
        all: bool,
        edges: Vec<Edge>,
        bounds: Vec<Bound>,
        decimals: Option<u32>,
    },
}

/// An edge together with the values that it reads.
struct Reader<'a> {
    edge: &'a Edge,
    values: &'a [f64],
    supplied: Vec<f64>,
}

impl<'a> Reader<'a> {
    fn new(edge: &'a Edge, values: &'a [Vec<f64>]) -> Self {
        let values = &values[edge.node];
        Self { edge, values, supplied: edge.supplied(values) }
    }

    fn view(&self) -> View<'_> {
        let rows = match &self.edge.index {
            Index::Identity => Rows::Same,
            Index::Scalar => Rows::One,
            Index::Gather(rows) => Rows::At(rows),
        };
        View { rows, values: self.values, supplied: &self.supplied }
    }
}

/// A reader with nothing in between, to be copied into the loop that reads cell after cell.
#[derive(Clone, Copy)]
struct View<'a> {
    rows: Rows<'a>,
    values: &'a [f64],
    supplied: &'a [f64],
}

#[derive(Clone, Copy)]
enum Rows<'a> {
    Same,
    One,
    At(&'a [u32]),
}

impl View<'_> {
    #[inline]
    fn at(self, row: usize) -> f64 {
        let position = match self.rows {
            Rows::Same => row,
            Rows::One => 0,
            Rows::At(rows) => rows[row] as usize,
        };
        // Behind the values stand those that a policy supplies; far behind, nothing.
        self.values
            .get(position)
            .or_else(|| self.supplied.get(position - self.values.len()))
            .copied()
            .unwrap_or(f64::NAN)
    }
}

fn readers<'a>(edges: &'a [Edge], values: &'a [Vec<f64>]) -> Vec<Reader<'a>> {
    edges.iter().map(|edge| Reader::new(edge, values)).collect()
}

/// Fills `out` with `value(row)`; shared between threads when there is enough to do.
fn fill(out: &mut [f64], value: impl Fn(usize) -> f64 + Sync) {
    if out.len() < PARALLEL {
        out.iter_mut().enumerate().for_each(|(row, slot)| *slot = value(row));
    } else {
        out.par_iter_mut().enumerate().with_min_len(1 << 10).for_each(|(row, slot)| *slot = value(row));
    }
}

impl Kernel {
    /// The values of this node, given those of all earlier ones.
    pub(crate) fn run(&self, values: &[Vec<f64>], out: &mut [f64]) {
        match self {
            Self::Given => {}
            Self::Expr { program, edges } => {
                let read = readers(edges, values);
                if let Some([left, right]) = program.product() {
                    let (left, right) = (read[left].view(), read[right].view());
                    fill(out, move |row| left.at(row) * right.at(row));
                } else {
                    let read: Vec<View<'_>> = read.iter().map(Reader::view).collect();
                    fill(out, |row| program.value(|operand| read[operand].at(row)));
                }
            }
            Self::Share { of, members, residual, rest } => {
                share(Reader::new(of, values).view(), members, *residual, rest, out);
            }
            Self::Map { of, transform, clamp, members } => {
                let read = Reader::new(of, values);
                map(read.view(), transform, members.as_ref(), out);
                if let Some([low, high]) = clamp {
                    // NaN stays NaN: a clamp must not turn an absence into a bound.
                    for value in out.iter_mut() {
                        *value = value.clamp(*low, *high);
                    }
                }
            }
            Self::Reduce { by, of, weight, members } => {
                let read = Reader::new(of, values);
                let weight = weight.as_ref().map(|edge| Reader::new(edge, values));
                let (read, weight) = (read.view(), weight.as_ref().map(Reader::view));
                let weight = weight.map(|read| move |row| read.at(row));
                let value = |group| reduce(*by, members.of(group), move |row| read.at(row), weight.as_ref());
                if members.rows.len() < PARALLEL {
                    out.iter_mut().enumerate().for_each(|(group, slot)| *slot = value(group));
                } else {
                    let groups = out.par_iter_mut().enumerate().with_min_len(64);
                    groups.for_each(|(group, slot)| *slot = value(group));
                }
            }
            Self::Indicators { by, weights, edges } => {
                let read = readers(edges, values);
                fill(out, |row| combine(*by, weights, |position| read[position].view().at(row)));
            }
            Self::Select { of, by, lowest, members } => {
                let (of, by) = (Reader::new(of, values), Reader::new(by, values));
                let (of, by) = (of.view(), by.view());
                for (group, slot) in out.iter_mut().enumerate() {
                    *slot = chosen(members.of(group), |row| by.at(row), *lowest).map_or(f64::NAN, |row| of.at(row));
                }
            }
            Self::First { edges, chosen } => {
                let read = readers(edges, values);
                fill(out, |row| if chosen[row] == NONE { f64::NAN } else { read[chosen[row] as usize].view().at(row) });
            }
            Self::Levels { of, levels, decimals } => {
                let read = Reader::new(of, values);
                let read = read.view();
                fill(out, |row| level(rounded(read.at(row), *decimals), levels));
            }
            Self::Conditions { all, edges, bounds, decimals } => {
                let read = readers(edges, values);
                fill(out, |row| {
                    let values = || read.iter().map(|read| rounded(read.view().at(row), *decimals));
                    // A bound says nothing about a value that is not there.
                    if values().any(f64::is_nan) {
                        return f64::NAN;
                    }
                    let mut holds = values()
                        .zip(bounds)
                        .map(|(value, bound)| if bound.inclusive { bound.bound <= value } else { bound.bound < value });
                    f64::from(u8::from(if *all { holds.all(|one| one) } else { holds.any(|one| one) }))
                });
            }
        }
    }

    /// As [`run`](Self::run) for an indicator set, with some of its indicators only and a weight for each of those.
    pub(crate) fn run_indicators(&self, kept: &[usize], weights: &[f64], values: &[Vec<f64>], out: &mut [f64]) {
        let Self::Indicators { by, edges, .. } = self else { return };
        let read = readers(edges, values);
        fill(out, |row| combine(*by, weights, |position| read[kept[position]].view().at(row)));
    }

    /// For `select`: the row of the driver that each group takes.
    pub(crate) fn choices(&self, values: &[Vec<f64>]) -> Option<Vec<u32>> {
        let Self::Select { by, lowest, members, .. } = self else { return None };
        let by = Reader::new(by, values);
        let by = by.view();
        #[expect(clippy::cast_possible_truncation, reason = "rows are counted in u32")]
        let choice = |group| chosen(members.of(group), |row| by.at(row), *lowest).map_or(NONE, |row| row as u32);
        Some((0..members.n()).map(choice).collect())
    }
}

fn share(of: View<'_>, members: &Members, residual: Residual, rest: &[bool], out: &mut [f64]) {
    // A negative amount has no share, neither as given nor in a draw.
    let amount = |row: usize| Some(of.at(row)).filter(|value| 0.0 <= *value).unwrap_or(f64::NAN);
    if residual == Residual::Keep {
        return fill(out, amount);
    }
    for group in 0..members.n() {
        let rows = members.of(group);
        let is_listed = |row: &&u32| !rest[**row as usize];
        let sum: f64 = rows.iter().filter(is_listed).map(|&row| amount(row as usize)).sum();
        let whole = if sum.is_finite() { sum } else { f64::NAN };
        for &row in rows {
            let row = row as usize;
            out[row] = match residual {
                _ if rest[row] => larger(1.0 - whole, 0.0),
                Residual::Renormalise => amount(row) / whole,
                Residual::Keep | Residual::Bound => amount(row),
            };
        }
    }
}

fn map(of: View<'_>, transform: &Transform, members: Option<&Members>, out: &mut [f64]) {
    match transform {
        Transform::Affine([intercept, slope]) => fill(out, |row| intercept + slope * of.at(row)),
        Transform::Log([intercept, slope]) => fill(out, |row| intercept + slope * of.at(row).ln()),
        Transform::Bins(bins) => fill(out, |row| {
            let value = of.at(row);
            let is_past = |edge: &&f64| if bins.edge == EdgeSide::Upper { **edge <= value } else { **edge < value };
            if value.is_nan() { f64::NAN } else { bins.values[bins.edges.iter().filter(is_past).count()] }
        }),
        Transform::Target(target) => fill(out, |row| {
            let ratio = of.at(row) / target.value;
            if ratio < target.cut_off { 0.0 } else { ratio.powf(target.power) }
        }),
        Transform::MinMax(_) | Transform::Percentile(_) | Transform::ScaleToMax(_) => {
            let Some(members) = members else { return };
            for group in 0..members.n() {
                scale_group(of, transform, members.of(group), out);
            }
        }
    }
}

/// Scaling against the other members of the group; those without a value stay without one.
#[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "counts of members; equal ranks are exact")]
fn scale_group(of: View<'_>, transform: &Transform, rows: &[u32], out: &mut [f64]) {
    let known = || rows.iter().map(|&row| of.at(row as usize)).filter(|value| !value.is_nan());
    let low = known().fold(f64::INFINITY, f64::min);
    let high = known().fold(f64::NEG_INFINITY, f64::max);
    let n = known().count();
    for &row in rows {
        let value = of.at(row as usize);
        out[row as usize] = match transform {
            _ if value.is_nan() => f64::NAN,
            Transform::MinMax(_) => (value - low) / (high - low),
            Transform::ScaleToMax(_) => value / high,
            _ => {
                let below = known().filter(|other| *other < value).count() as f64;
                let equal = known().filter(|other| *other == value).count() as f64;
                (below + 0.5 * (equal - 1.0)) / (n as f64 - 1.0)
            }
        };
    }
}

#[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "counts of members; the usual powers are exact")]
fn reduce(by: Statistic, rows: &[u32], value: impl Fn(usize) -> f64, weight: Option<&impl Fn(usize) -> f64>) -> f64 {
    let values = || rows.iter().map(|&row| value(row as usize));
    let weighted = |row: u32| weight.map_or(1.0, |weight| weight(row as usize));
    let n = rows.len() as f64;
    match by {
        Statistic::Sum { power, weight_inside } => {
            let raise = |value: f64| {
                if power == 1.0 {
                    value
                } else if power == 2.0 {
                    value * value
                } else {
                    value.powf(power)
                }
            };
            let term = |&row: &u32| {
                let (value, weight) = (value(row as usize), weighted(row));
                if weight_inside { raise(weight * value) } else { weight * raise(value) }
            };
            rows.iter().map(term).sum()
        }
        Statistic::Mean => {
            let sum: f64 = rows.iter().map(|&row| weighted(row) * value(row as usize)).sum();
            sum / rows.iter().map(|&row| weighted(row)).sum::<f64>()
        }
        Statistic::GeometricMean => (values().map(f64::ln).sum::<f64>() / n).exp(),
        Statistic::Product => values().product(),
        Statistic::Norm => values().map(|value| value * value).sum::<f64>().sqrt(),
        Statistic::Max => values().fold(f64::NEG_INFINITY, larger),
        Statistic::Min => values().fold(f64::INFINITY, smaller),
        Statistic::Count => n,
        Statistic::Entropy => entropy(values()),
        Statistic::Hill { order } => hill(values(), order),
        Statistic::Top { k } => top(values(), k),
        Statistic::WithoutTop { k } => values().sum::<f64>() - top(values(), k),
        Statistic::MeanGrowth => {
            pairs(rows, &value).map(|(before, after)| after / before - 1.0).sum::<f64>() / (n - 1.0)
        }
        Statistic::SdLogReturns => sample_sd(|| pairs(rows, &value).map(|(before, after)| (after / before).ln())),
        Statistic::CoefficientOfVariation => sample_sd(values) / (values().sum::<f64>() / n),
        Statistic::MaxDrawdown => max_drawdown(values()),
        Statistic::RecencyWeightedMean { decay } => recency_weighted_mean(rows.len(), values(), decay),
    }
}

/// `-sum s ln s` of shares `s`; a share of zero adds nothing.
fn entropy(shares: impl Iterator<Item = f64>) -> f64 {
    -shares.map(|share| if share == 0.0 { 0.0 } else { share * share.ln() }).sum::<f64>()
}

/// Hill number of shares: `(sum s^q)^(1/(1-q))`, at order 1 its limit `exp(entropy)`.
fn hill(shares: impl Iterator<Item = f64>, order: f64) -> f64 {
    #[expect(clippy::float_cmp, reason = "the limit holds at exactly 1")]
    if order == 1.0 {
        return entropy(shares).exp();
    }
    let sum: f64 = shares.filter(|share| *share > 0.0).map(|share| share.powf(order)).sum();
    sum.powf((1.0 - order).recip())
}

/// Sum of the `k` largest, without allocating: `k` is at most [`MOST_LARGEST`].
fn top(values: impl Iterator<Item = f64>, k: usize) -> f64 {
    let mut largest = [f64::NEG_INFINITY; MOST_LARGEST];
    let k = k.min(MOST_LARGEST);
    let mut n = 0_usize;
    for value in values {
        n += 1;
        let position = largest[..k].iter().position(|&known| known < value);
        if let Some(position) = position {
            largest[position..k].rotate_right(1);
            largest[position] = value;
        }
    }
    largest[..k.min(n)].iter().sum()
}

fn pairs<'a>(rows: &'a [u32], value: &'a impl Fn(usize) -> f64) -> impl Iterator<Item = (f64, f64)> + 'a {
    rows.windows(2).map(move |pair| (value(pair[0] as usize), value(pair[1] as usize)))
}

#[expect(clippy::cast_precision_loss, reason = "counts of members")]
fn sample_sd<I: Iterator<Item = f64>>(values: impl Fn() -> I) -> f64 {
    let n = values().count() as f64;
    let mean = values().sum::<f64>() / n;
    (values().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}

/// Largest fall from an earlier peak, as a fraction of the peak.
fn max_drawdown(values: impl Iterator<Item = f64>) -> f64 {
    let (_, fall) = values.fold((f64::NEG_INFINITY, 0.0_f64), |(peak, fall), value| {
        let peak = peak.max(value);
        (peak, fall.max((peak - value) / peak))
    });
    fall
}

fn recency_weighted_mean(n: usize, values: impl Iterator<Item = f64>, decay: f64) -> f64 {
    let weight = |position: usize| decay.powi(i32::try_from(n - 1 - position).unwrap_or(i32::MAX));
    let (sum, whole) =
        values.enumerate().fold((0.0, 0.0), |(sum, whole), (at, value)| (sum + weight(at) * value, whole + weight(at)));
    sum / whole
}

fn combine(by: Combination, weights: &[f64], value: impl Fn(usize) -> f64) -> f64 {
    let n = weights.len();
    let values = || (0..n).map(&value);
    let weighted = || (0..n).map(|position| weights[position] * value(position));
    match by {
        Combination::Sum | Combination::Mean => weighted().sum(),
        Combination::GeometricMean => {
            let logs = (0..n).map(|position| weights[position] * value(position).ln());
            // A zero indicator makes the product zero; ln would say minus infinity.
            if values().any(|value| value == 0.0) { 0.0 } else { logs.sum::<f64>().exp() }
        }
        Combination::Product => values().product(),
        Combination::Norm => values().map(|value| value * value).sum::<f64>().sqrt(),
        Combination::Max => values().fold(f64::NEG_INFINITY, larger),
        Combination::Min => values().fold(f64::INFINITY, smaller),
    }
}

fn chosen(rows: &[u32], value: impl Fn(usize) -> f64, lowest: bool) -> Option<usize> {
    let sign = if lowest { -1.0 } else { 1.0 };
    let mut best: Option<(f64, usize)> = None;
    for &row in rows {
        let row = row as usize;
        let value = sign * value(row);
        // The first of equals stays, so the answer does not depend on chance.
        if !value.is_nan() && best.is_none_or(|(known, _)| known < value) {
            best = Some((value, row));
        }
    }
    best.map(|(_, row)| row)
}

/// `value` rounded half away from zero, as printed tables are.
pub(crate) fn rounded(value: f64, decimals: Option<u32>) -> f64 {
    let Some(decimals) = decimals else { return value };
    let factor = 10_f64.powi(i32::try_from(decimals).unwrap_or(0));
    // 2.45 is stored as 2.4500000000000002 or a little less: the slack rounds what was printed as a half upwards.
    let slack = value.abs() * factor * 4.0 * f64::EPSILON;
    ((value.abs() * factor + slack).round() / factor).copysign(value)
}

#[expect(clippy::cast_precision_loss, reason = "a handful of levels")]
fn level(value: f64, levels: &[Level]) -> f64 {
    if value.is_nan() {
        return f64::NAN;
    }
    let holds = |level: &Level| match (level.at_least, level.above) {
        (Some(bound), _) => bound <= value,
        (None, Some(bound)) => bound < value,
        (None, None) => true,
    };
    let position = levels.iter().position(holds).unwrap_or(levels.len() - 1);
    (levels.len() - 1 - position) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_follows_the_printed_page() {
        assert!((rounded(2.75, Some(1)) - 2.8).abs() < 1e-12);
        assert!((rounded(0.95, Some(1)) - 1.0).abs() < 1e-12);
        assert!((rounded(0.949_999, Some(1)) - 0.9).abs() < 1e-12);
        assert!((rounded(-0.25, Some(1)) + 0.3).abs() < 1e-12);
    }

    #[test]
    fn the_largest_are_found_in_any_order() {
        assert!((top([1.0, 5.0, 3.0, 4.0].into_iter(), 2) - 9.0).abs() < 1e-12);
        assert!((top([1.0].into_iter(), 3) - 1.0).abs() < 1e-12);
        assert!((max_drawdown([10.0, 8.0, 12.0, 3.0].into_iter()) - 0.75).abs() < 1e-12);
        assert!((recency_weighted_mean(2, [1.0, 4.0].into_iter(), 0.5) - 3.0).abs() < 1e-12);
    }
}
