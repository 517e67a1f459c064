//! From draws to what is told: limits, probabilities, ranks, agreement with the base.

use rayon::prelude::*;

use super::Options;
use super::cells::Table;
use super::varied::Variation;
use crate::method::Rule;
use crate::scores::{OutputCard, Score};
use crate::statistics::{kendall_tau_b, quantile, spearman};
use crate::{Plan, Status};

/// How the answer responds to what varies.
#[derive(Debug, Clone, PartialEq)]
pub struct Uncertainty {
    /// Number of draws.
    pub n_draws: usize,
    /// Seed of the draws.
    pub seed: u64,
    /// Names of the inputs and indicator sets that varied.
    pub varied: Vec<String>,
    /// The outputs that were asked for.
    pub outputs: Vec<OutputUncertainty>,
    /// One row per output cell, in the order of [`Scores::rows`](crate::Scores::rows).
    pub cells: Vec<CellUncertainty>,
    /// What the reader should know.
    pub warnings: Vec<String>,
}

/// How far the order of the cells of one output holds.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputUncertainty {
    /// Position in [`Scores::outputs`](crate::Scores::outputs).
    pub output: usize,
    /// What the output is.
    pub card: OutputCard,
    /// Spearman rank correlation of the draws with the base; none with fewer than two different values.
    pub spearman: Option<Agreement>,
    /// Kendall tau-b of the draws with the base; none with fewer than two different values.
    pub kendall: Option<Agreement>,
}

/// A rank correlation with the base over all draws, in \[-1, 1\]; 1 = the same order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agreement {
    /// The 5 % quantile.
    pub low: f64,
    /// The median.
    pub median: f64,
    /// The 95 % quantile.
    pub high: f64,
}

/// How one output cell responds.
#[derive(Debug, Clone, PartialEq)]
pub struct CellUncertainty {
    /// Position in [`Scores::outputs`](crate::Scores::outputs).
    pub output: usize,
    /// A label for each axis of the method; none where the output has no such axis.
    pub labels: Vec<Option<String>>,
    /// The value for the base inputs, in the output's unit; none where it is unavailable.
    pub base: Option<f64>,
    /// What the base value is worth.
    pub status: Status,
    /// Why it is not [`Status::Ok`]; empty where it is.
    pub reason: String,
    /// What the draws say; none where the base has no value, or no draw had one.
    pub spread: Option<Spread>,
    /// Number of draws in which a cell with a base value had none, as when a divisor became zero.
    pub n_without_value: usize,
}

/// The distribution of one cell over the draws that have a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// Mean, in the output's unit.
    pub mean: f64,
    /// Sample standard deviation, in the output's unit.
    pub sd: f64,
    /// 5, 25, 50, 75 and 95 % quantiles, in the output's unit.
    pub quantiles: [f64; 5],
    /// Share of draws at or above the threshold, 0 to 1; none without one.
    pub probability: Option<f64>,
    /// For a `classify` output: the share of draws in each class, from the bottom class up; else empty.
    pub classes: Vec<ClassShare>,
    /// Rank in the base among the cells of this output: 1 = riskiest by the output's `higher_is` (largest where neither
    /// end is riskier); ties share the mean of their ranks.
    pub rank: f64,
    /// 5 % quantile of the rank.
    pub rank_low: f64,
    /// Median of the rank.
    pub rank_median: f64,
    /// 95 % quantile of the rank.
    pub rank_high: f64,
}

/// How often a cell falls in a class.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassShare {
    /// The class.
    pub label: String,
    /// Share of the draws, 0 to 1.
    pub probability: f64,
}

/// `values`: all cells of all tables, draw after draw.
pub(super) fn summarise(
    plan: &Plan,
    options: &Options,
    variation: Variation,
    tables: &[Table],
    values: &[f64],
) -> Uncertainty {
    let width: usize = tables.iter().map(|table| table.rows.len()).sum();
    let cards = plan.method.card().outputs;
    let mut outputs = Vec::new();
    let mut cells = Vec::new();
    let mut start = 0;
    for table in tables {
        let card = cards[table.asked.output].clone();
        let drawn = Drawn { values, width, start, n: table.rows.len() };
        let (agreement, ranks) = orders(table, &drawn);
        let [spearman, kendall] = agreement;
        let threshold = options.thresholds.get(&card.name).copied();
        let classes = class_labels(&plan.method.nodes[table.asked.node].rule);
        let base_ranks = table.ranks(&table.base);
        let cell = |position: usize| {
            let spread = base_ranks[position].and_then(|rank| {
                let column =
                    Column { values: drawn.column(position), ranks: ranks_of(&ranks, table.rows.len(), position) };
                column.spread(rank, threshold, &classes)
            });
            told(&table.scores[position], spread, options.n_draws)
        };
        cells.extend((0..table.rows.len()).into_par_iter().map(cell).collect::<Vec<CellUncertainty>>());
        outputs.push(OutputUncertainty { output: table.asked.output, card, spearman, kendall });
        start += table.rows.len();
    }
    let names = variation.inputs.into_iter().map(|one| one.name);
    let varied = names.chain(variation.sets.into_iter().map(|set| set.name)).collect();
    Uncertainty { n_draws: options.n_draws, seed: options.seed, varied, outputs, cells, warnings: variation.warnings }
}

/// The draws of one output.
struct Drawn<'a> {
    values: &'a [f64],
    width: usize,
    start: usize,
    n: usize,
}

impl Drawn<'_> {
    fn draws(&self) -> impl IndexedParallelIterator<Item = &[f64]> {
        self.values.par_chunks(self.width.max(1)).map(|row| &row[self.start..self.start + self.n])
    }

    fn column(&self, position: usize) -> Vec<f64> {
        self.values.iter().skip(self.start + position).step_by(self.width).copied().collect()
    }
}

/// Spearman and Kendall agreement with the base over the draws, and the ranks of every cell draw after draw.
#[expect(clippy::cast_possible_truncation, reason = "ranks up to 2^23 are exact in 32 bits, halves included")]
fn orders(table: &Table, drawn: &Drawn<'_>) -> ([Option<Agreement>; 2], Vec<f32>) {
    let n = drawn.n;
    let mut ranks = vec![f32::NAN; drawn.values.len() / drawn.width.max(1) * n];
    let correlations: Vec<[f64; 2]> = ranks
        .par_chunks_mut(n.max(1))
        .zip(drawn.draws())
        .with_min_len(64)
        .map(|(out, draw)| {
            let found = table.ranks(draw);
            out.iter_mut().zip(found).for_each(|(slot, rank)| *slot = rank.map_or(f32::NAN, |rank| rank as f32));
            [spearman(&table.base, draw), kendall_tau_b(&table.base, draw)].map(|one| one.unwrap_or(f64::NAN))
        })
        .collect();
    let agreement = |which: usize| {
        let sorted = sorted(correlations.iter().map(|both| both[which]));
        Some(Agreement {
            low: quantile(&sorted, 0.05)?,
            median: quantile(&sorted, 0.5)?,
            high: quantile(&sorted, 0.95)?,
        })
    };
    ([agreement(0), agreement(1)], ranks)
}

fn ranks_of(ranks: &[f32], n: usize, position: usize) -> Vec<f64> {
    ranks.iter().skip(position).step_by(n).map(|&rank| f64::from(rank)).collect()
}

/// Those that are numbers, ascending.
fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut known: Vec<f64> = values.filter(|value| !value.is_nan()).collect();
    known.sort_unstable_by(f64::total_cmp);
    known
}

/// One cell over all draws.
struct Column {
    values: Vec<f64>,
    ranks: Vec<f64>,
}

impl Column {
    fn spread(&self, rank: f64, threshold: Option<f64>, classes: &[String]) -> Option<(Spread, usize)> {
        let values = sorted(self.values.iter().copied());
        let ranks = sorted(self.ranks.iter().copied());
        let n = count(values.len());
        // Summed in the order of the draws, from one of them on, so that what does not vary has no spread at all.
        let origin = self.known().next()?;
        let mean = origin + self.known().map(|value| value - origin).sum::<f64>() / n;
        let squares: f64 = self.known().map(|value| (value - mean).powi(2)).sum();
        let share = |holds: &dyn Fn(f64) -> bool| count(values.iter().filter(|&&value| holds(value)).count()) / n;
        let class = |(position, label): (usize, &String)| {
            let position = count(position);
            ClassShare { label: label.clone(), probability: share(&|value| (value - position).abs() < 0.5) }
        };
        let mut quantiles = [0.0; 5];
        for (slot, p) in quantiles.iter_mut().zip([0.05, 0.25, 0.5, 0.75, 0.95]) {
            *slot = quantile(&values, p)?;
        }
        let spread = Spread {
            mean,
            sd: if values.len() < 2 { 0.0 } else { (squares / (n - 1.0)).sqrt() },
            quantiles,
            probability: threshold.map(|threshold| share(&|value| threshold <= value)),
            classes: classes.iter().enumerate().map(class).collect(),
            rank,
            rank_low: quantile(&ranks, 0.05)?,
            rank_median: quantile(&ranks, 0.5)?,
            rank_high: quantile(&ranks, 0.95)?,
        };
        Some((spread, self.values.len() - values.len()))
    }

    fn known(&self) -> impl Iterator<Item = f64> {
        self.values.iter().copied().filter(|value| !value.is_nan())
    }
}

fn told(score: &Score, spread: Option<(Spread, usize)>, n_draws: usize) -> CellUncertainty {
    let n_without_value = match (&spread, score.value) {
        (Some((_, lacking)), _) => *lacking,
        (None, Some(_)) => n_draws,
        (None, None) => 0,
    };
    CellUncertainty {
        output: score.output,
        labels: score.labels.clone(),
        base: score.value,
        status: score.status,
        reason: score.reason.clone(),
        spread: spread.map(|(spread, _)| spread),
        n_without_value,
    }
}

/// The classes of a `classify`, from the bottom up.
fn class_labels(rule: &Rule) -> Vec<String> {
    match rule {
        Rule::Levels { levels, .. } => levels.iter().rev().map(|level| level.label.clone()).collect(),
        Rule::Conditions { labels, .. } => labels.to_vec(),
        _ => Vec::new(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of draws")]
fn count(n: usize) -> f64 {
    n as f64
}
