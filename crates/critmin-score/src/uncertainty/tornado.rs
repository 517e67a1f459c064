//! One source at a time to either end of its spread.

use super::cells::Table;
use super::draws::collect;
use super::rerun::{Change, Rerun};
use super::varied::{Part, Variation, Varied, WeightSet};
use super::{Options, Source};
use crate::{Error, Plan};

/// How far one source moves one output cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Swing {
    /// Position in [`Scores::outputs`](crate::Scores::outputs).
    pub output: usize,
    /// A label for each axis of the method; none where the output has no such axis.
    pub labels: Vec<Option<String>>,
    /// What is moved.
    pub source: Source,
    /// The value for the base inputs, in the output's unit.
    pub base: f64,
    /// The value with the source at its low end: one standard deviation down, or the lower end of a uniform one; none
    /// where the method is undefined there.
    pub low: Option<f64>,
    /// The value with the source at its high end.
    pub high: Option<f64>,
    /// `|high - low|`, in the output's unit; none when one of them has no value.
    pub swing: Option<f64>,
}

/// Moves one source at a time, all rows of an input together, to the low and the high end of its spread.
///
/// The ends: one standard deviation (`normal`, `column`, and of the logarithm for `lognormal`), the end of the interval
/// (`uniform`, weights). Where the distribution brings a sum back, moving all rows together would change nothing, so
/// there only the largest row of each group moves and all make room for it. Seed and number of draws do not matter.
///
/// Rows: every output cell that has a value, in the order of [`Scores::rows`](crate::Scores::rows), and for each the
/// sources by falling swing.
///
/// # Errors
///
/// [`Error::BadRequest`] as for [`draws`](super::draws()).
pub fn tornado(plan: &Plan, options: &Options) -> Result<Vec<Swing>, Error> {
    options.check()?;
    let asked = options.asked(plan)?;
    let variation = Variation::new(plan, options, &asked)?;
    let tables = Table::all(plan, &asked);
    let rerun = Rerun::new(plan, &variation.inputs, &variation.sets, &asked);
    let mut workspace = rerun.workspace();
    let width = tables.iter().map(|table| table.rows.len()).sum();
    let mut end = |part: Part, sign: f64| {
        let mut out = vec![f64::NAN; width];
        rerun.run(&mut workspace, &OneWay { plan, part, sign });
        collect(&workspace, &tables, &mut out);
        out
    };
    let sources = variation.sources();
    let ends: Vec<[Vec<f64>; 2]> = sources.iter().map(|&(_, part)| [end(part, -1.0), end(part, 1.0)]).collect();
    let mut swings = Vec::new();
    let cells = tables.iter().flat_map(|table| &table.scores).enumerate();
    for (cell, score) in cells {
        let Some(base) = score.value else { continue };
        let known = |value: f64| (!value.is_nan()).then_some(value);
        let mut own: Vec<Swing> = sources
            .iter()
            .zip(&ends)
            .map(|((source, _), [low, high])| {
                let (low, high) = (known(low[cell]), known(high[cell]));
                let swing = low.zip(high).map(|(low, high)| (high - low).abs());
                Swing {
                    output: score.output,
                    labels: score.labels.clone(),
                    source: source.clone(),
                    base,
                    low,
                    high,
                    swing,
                }
            })
            .collect();
        let size = |swing: &Swing| swing.swing.unwrap_or(f64::NEG_INFINITY);
        own.sort_by(|a, b| size(b).total_cmp(&size(a)));
        swings.extend(own);
    }
    Ok(swings)
}

/// One source at one end.
struct OneWay<'a> {
    plan: &'a Plan,
    part: Part,
    sign: f64,
}

impl Change for OneWay<'_> {
    fn values(&self, input: usize, varied: &Varied, out: &mut [f64], scratch: &mut [f64]) {
        if self.part == Part::Input(input) {
            varied.one_way(&self.plan.arrays[varied.node].values, self.sign, scratch);
            varied.shift(out, scratch);
        }
    }

    fn weights(&self, set: usize, found: &WeightSet, _kept: &mut Vec<usize>, weights: &mut Vec<f64>) {
        for (position, weight) in weights.iter_mut().enumerate() {
            if self.part == (Part::Weight { set, position }) {
                *weight *= 1.0 + self.sign * found.half_width;
                found.renormalise(weights);
                return;
            }
        }
    }
}
