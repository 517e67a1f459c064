//! Does one indicator decide? Each is left out in turn.

use super::cells::Table;
use super::draws::collect;
use super::rerun::{Change, Rerun};
use super::varied::{WeightSet, ancestors, has_weights};
use super::{Asked, Options};
use crate::{Error, Plan};

/// An output cell without one indicator.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftOut {
    /// Position in [`Scores::outputs`](crate::Scores::outputs).
    pub output: usize,
    /// A label for each axis of the method; none where the output has no such axis.
    pub labels: Vec<Option<String>>,
    /// The binding that combines the indicators.
    pub set: String,
    /// The indicator that is left out.
    pub indicator: String,
    /// The value with all indicators, in the output's unit.
    pub base: f64,
    /// The value without this one; none where the method is then undefined.
    pub value: Option<f64>,
    /// Rank with all indicators: 1 = riskiest by the output's `higher_is`.
    pub base_rank: f64,
    /// Rank without this one; none where there is no value.
    pub rank: Option<f64>,
}

/// Leaves out each indicator of each indicator set (a `reduce` over a list of bindings) in turn.
///
/// The other weights of a mean, or of a sum with weights, are brought back to their sum; a plain sum, a product, a norm,
/// a largest or a smallest just has one member less. Cells that have no value with all indicators are left out, and so
/// are sets of one indicator. Rows: for each set and indicator the output cells in the order of
/// [`Scores::rows`](crate::Scores::rows); a method without an indicator set gives none.
///
/// # Errors
///
/// None today; kept so that the four questions are asked alike.
pub fn leave_one_out(plan: &Plan) -> Result<Vec<LeftOut>, Error> {
    let asked = Options::default().asked(plan)?;
    let mut rows = Vec::new();
    for node in 0..plan.method.nodes.len() {
        let Some(set) = WeightSet::at(plan, node).filter(|set| 1 < set.weights.len()) else { continue };
        let reached: Vec<Asked> =
            asked.iter().copied().filter(|one| ancestors(plan, [one.node]).contains(&node)).collect();
        rows.extend(without_each(plan, set, &reached));
    }
    Ok(rows)
}

fn without_each(plan: &Plan, set: WeightSet, asked: &[Asked]) -> Vec<LeftOut> {
    let keeps_sum = has_weights(&plan.method.nodes[set.node].rule);
    let sets = [set];
    let tables = Table::all(plan, asked);
    let rerun = Rerun::new(plan, &[], &sets, asked);
    let mut workspace = rerun.workspace();
    let mut rows = Vec::new();
    for (position, indicator) in sets[0].indicators.iter().enumerate() {
        rerun.run(&mut workspace, &Without { position, keeps_sum });
        for table in &tables {
            let mut values = vec![f64::NAN; table.rows.len()];
            collect(&workspace, std::slice::from_ref(table), &mut values);
            let (ranks, base_ranks) = (table.ranks(&values), table.ranks(&table.base));
            for (cell, score) in table.scores.iter().enumerate() {
                let (Some(base), Some(base_rank)) = (score.value, base_ranks[cell]) else { continue };
                rows.push(LeftOut {
                    output: score.output,
                    labels: score.labels.clone(),
                    set: sets[0].name.clone(),
                    indicator: indicator.clone(),
                    base,
                    value: ranks[cell].map(|_| values[cell]),
                    base_rank,
                    rank: ranks[cell],
                });
            }
        }
    }
    rows
}

/// All indicators but one.
struct Without {
    position: usize,
    keeps_sum: bool,
}

impl Change for Without {
    fn weights(&self, _set: usize, found: &WeightSet, kept: &mut Vec<usize>, weights: &mut Vec<f64>) {
        kept.remove(self.position);
        weights.remove(self.position);
        if self.keeps_sum {
            found.renormalise(weights);
        }
    }
}
