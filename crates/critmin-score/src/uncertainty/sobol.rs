//! Which source causes how much of the variance?

use rayon::prelude::*;

use super::cells::Table;
use super::draws::{Draw, collect};
use super::random::Sample;
use super::rerun::{Rerun, Workspace};
use super::varied::{Part, Variation};
use super::{Options, Source, check_size};
use crate::scores::Score;
use crate::{Error, Plan};

/// Draws that are summed in one go; the number decides the order of the sums and so the last digits.
const BLOCK: usize = 64;

/// The share of one source in the variance of one output cell.
#[derive(Debug, Clone, PartialEq)]
pub struct SobolIndex {
    /// Position in [`Scores::outputs`](crate::Scores::outputs).
    pub output: usize,
    /// A label for each axis of the method; none where the output has no such axis.
    pub labels: Vec<Option<String>>,
    /// What is varied: an input with all its rows, or one weight.
    pub source: Source,
    /// First-order index: the part of the variance that fixing this source alone would remove on average. Between 0
    /// and 1 but for sampling noise; none where the cell does not vary.
    pub first_order: Option<f64>,
    /// Standard error of the first-order index.
    pub standard_error: Option<f64>,
    /// Total index: the part of the variance in which this source takes part, interactions included. None where the cell
    /// does not vary.
    pub total: Option<f64>,
}

/// Variance-based sensitivity: the first-order and the total Sobol index of every source.
///
/// The sources are each input that varies, all its rows as one group, and each weight of each indicator set when
/// [`Options::weight_spread`] is given. The method is evaluated `(sources + 2) * n_draws` times. First order by the
/// estimator (b) of Saltelli et al. (2010), total by that of Jansen (1999), both with values centred at the base, which
/// lowers the noise; the standard error treats numerator and variance as means over independent draws (delta method).
///
/// Rows: every output cell that has a value, in the order of [`Scores::rows`](crate::Scores::rows), and for each the
/// sources in the order of the method. Memory: 64 bytes per cell, source and 64 draws.
///
/// # Errors
///
/// [`Error::BadRequest`] as for [`draws`](super::draws()).
///
/// # References
///
/// Saltelli, Annoni, Azzini, Campolongo, Ratto, Tarantola (2010), Variance based sensitivity analysis of model output,
/// Computer Physics Communications 181(2), 259–270, <https://doi.org/10.1016/j.cpc.2009.09.018>, table 2.
pub fn sobol(plan: &Plan, options: &Options) -> Result<Vec<SobolIndex>, Error> {
    options.check()?;
    let asked = options.asked(plan)?;
    let variation = Variation::new(plan, options, &asked)?;
    let tables = Table::all(plan, &asked);
    let rerun = Rerun::new(plan, &variation.inputs, &variation.sets, &asked);
    let sources = variation.sources();
    let base: Vec<f64> = tables.iter().flat_map(|table| table.base.iter().copied()).collect();
    // One set of sums for each block of draws.
    check_size(options.n_draws.div_ceil(BLOCK), base.len() * sources.len() * size_of::<Sums>() / size_of::<f64>())?;
    let starts: Vec<usize> = (0..options.n_draws).step_by(BLOCK).collect();
    let blocks: Vec<Vec<Sums>> = starts
        .into_par_iter()
        .map_init(
            || (rerun.workspace(), [vec![0.0; base.len()], vec![0.0; base.len()], vec![0.0; base.len()]]),
            |(workspace, columns), start| {
                let mut sums = vec![Sums::default(); base.len() * sources.len()];
                for draw in start..(start + BLOCK).min(options.n_draws) {
                    let one = OneDraw { rerun: &rerun, tables: &tables, seed: options.seed, draw };
                    one.add(&sources, &base, workspace, columns, &mut sums);
                }
                sums
            },
        )
        .collect();
    let mut sums = vec![Sums::default(); base.len() * sources.len()];
    for block in blocks {
        sums.iter_mut().zip(block).for_each(|(sum, part)| sum.join(&part));
    }
    let scores = tables.iter().flat_map(|table| &table.scores).zip(sums.chunks(sources.len()));
    let rows = scores
        .filter(|(score, _)| score.value.is_some())
        .flat_map(|(score, sums)| sources.iter().zip(sums).map(|((source, _), sums)| sums.index(score, source)));
    Ok(rows.collect())
}

struct OneDraw<'a> {
    rerun: &'a Rerun<'a>,
    tables: &'a [Table],
    seed: u64,
    draw: usize,
}

impl OneDraw<'_> {
    fn evaluate(&self, workspace: &mut Workspace, sample: impl Fn(Part) -> Sample, out: &mut [f64]) {
        self.rerun.run(workspace, &Draw { seed: self.seed, number: self.draw, sample });
        collect(workspace, self.tables, out);
    }

    fn add(
        &self,
        sources: &[(Source, Part)],
        base: &[f64],
        workspace: &mut Workspace,
        [a, b, mixed]: &mut [Vec<f64>; 3],
        sums: &mut [Sums],
    ) {
        self.evaluate(workspace, |_| Sample::A, a);
        self.evaluate(workspace, |_| Sample::B, b);
        for (position, &(_, moved)) in sources.iter().enumerate() {
            self.evaluate(workspace, |part| if part == moved { Sample::B } else { Sample::A }, mixed);
            for (cell, &base) in base.iter().enumerate() {
                sums[cell * sources.len() + position].add(a[cell] - base, b[cell] - base, mixed[cell] - base);
            }
        }
    }
}

/// Sums over the draws of one cell and one source.
#[derive(Debug, Clone, Default)]
struct Sums {
    n: f64,
    /// `a + b`.
    level: f64,
    /// `(a^2 + b^2) / 2`.
    square: f64,
    /// `b (mixed - a)`, whose mean is the variance that the source causes alone.
    alone: f64,
    /// `(a - mixed)^2`, half of whose mean is the variance in which the source takes part.
    part: f64,
    square_square: f64,
    alone_alone: f64,
    alone_square: f64,
}

impl Sums {
    /// A draw in which one of the three has no value does not count.
    fn add(&mut self, a: f64, b: f64, mixed: f64) {
        let square = f64::midpoint(a * a, b * b);
        let alone = b * (mixed - a);
        if (square + alone).is_nan() {
            return;
        }
        self.join(&Self {
            n: 1.0,
            level: a + b,
            square,
            alone,
            part: (a - mixed) * (a - mixed),
            square_square: square * square,
            alone_alone: alone * alone,
            alone_square: alone * square,
        });
    }

    fn join(&mut self, other: &Self) {
        self.n += other.n;
        self.level += other.level;
        self.square += other.square;
        self.alone += other.alone;
        self.part += other.part;
        self.square_square += other.square_square;
        self.alone_alone += other.alone_alone;
        self.alone_square += other.alone_square;
    }

    fn index(&self, score: &Score, source: &Source) -> SobolIndex {
        let n = self.n;
        let (square, alone) = (self.square / n, self.alone / n);
        let variance = square - (self.level / (2.0 * n)).powi(2);
        // What is left of rounding is no variance.
        let floor = (1e-12 * score.value.unwrap_or(0.0)).powi(2);
        let varies = floor < variance && 1.0 < n;
        let index = alone / variance;
        let (of_alone, of_square) = (self.alone_alone / n - alone * alone, self.square_square / n - square * square);
        let both = self.alone_square / n - alone * square;
        let error = ((of_alone - 2.0 * index * both + index * index * of_square).max(0.0) / n).sqrt() / variance;
        SobolIndex {
            output: score.output,
            labels: score.labels.clone(),
            source: source.clone(),
            first_order: varies.then_some(index),
            standard_error: varies.then_some(error),
            total: varies.then_some(self.part / (2.0 * n) / variance),
        }
    }
}
