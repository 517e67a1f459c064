//! The output cells of a plan, in the order of the answer.

use super::Asked;
use crate::document::HigherIs;
use crate::scores::Score;
use crate::{Plan, statistics};

/// The cells of one output.
pub(super) struct Table {
    pub(super) asked: Asked,
    pub(super) scores: Vec<Score>,
    /// The row of each cell in the array of the output.
    pub(super) rows: Vec<Option<usize>>,
    /// Base values; NaN where there is none.
    pub(super) base: Vec<f64>,
    higher_is: HigherIs,
}

impl Table {
    /// One table for each output that was asked for.
    pub(super) fn all(plan: &Plan, asked: &[Asked]) -> Vec<Self> {
        let mut scores = plan.evaluate().rows();
        let mut table = |asked: &Asked| {
            let (own, others) = std::mem::take(&mut scores).into_iter().partition(|score| score.output == asked.output);
            scores = others;
            let own: Vec<Score> = own;
            Self {
                asked: *asked,
                rows: plan.output_cells(asked.node).iter().map(|found| found.row).collect(),
                base: own.iter().map(|score| score.value.unwrap_or(f64::NAN)).collect(),
                higher_is: plan.method.nodes[asked.node].higher_is,
                scores: own,
            }
        };
        asked.iter().map(&mut table).collect()
    }

    /// Rank of each cell among those with a value: 1 is the riskiest, and the largest where neither end is riskier.
    pub(super) fn ranks(&self, values: &[f64]) -> Vec<Option<f64>> {
        if self.higher_is == HigherIs::Safer {
            statistics::ranks(&values.iter().map(|value| -value).collect::<Vec<f64>>())
        } else {
            statistics::ranks(values)
        }
    }
}
