//! Monte Carlo: the method evaluated for many draws of its inputs.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::cells::Table;
use super::random::{Sample, fill_normal, fill_uniform, generator};
use super::rerun::{Change, Rerun, Workspace};
use super::summary::{Uncertainty, summarise};
use super::varied::{Part, Variation, Varied, WeightSet};
use super::{Options, check_size};
use crate::{Error, Plan};

/// Draws that one thread takes at a time.
const BLOCK: usize = 32;

/// Evaluates the method for `options.n_draws` draws of what varies, and says how the output cells respond.
///
/// Inputs vary row by row, each row on its own; rows without a value stay without one; an input with a range is clamped
/// to it, and then a sum that the distribution asks for is brought back. `progress` is told how many draws of how many
/// are done, from any thread; it returns false to stop.
///
/// Memory: 12 bytes per output cell and draw (8 for the value, 4 for its rank), and one copy of the arrays that vary for
/// each thread; name [`Options::outputs`] to save both.
///
/// # Errors
///
/// [`Error::BadRequest`] for unknown names in `options` and for sizes that are no size; [`Error::Interrupted`] when
/// `progress` returns false.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::sync::Arc;
///
/// use critmin_core::{Column, Columns};
/// use critmin_score::uncertainty::{Options, draws};
/// use critmin_score::{Data, Method, Plan, Request};
///
/// let own = Arc::new(Method::from_toml(r#"
///     format = 1
///     id = "own"
///     title = "Own index"
///     question = "On how few countries does supply rest?"
///     evidence = "ours"
///     outputs = ["concentration"]
///     citation = { text = "none" }
///     no_published_test = { reason = "an example" }
///     axes = { origin = "country" }
///
///     [inputs.share]
///     description = "share of a country in supply"
///     axes = ["origin"]
///     unit = "share"
///     uncertainty = { kind = "lognormal", size = 0.1, renormalise = "origin" }
///
///     [bindings]
///     concentration = { reduce = "share", over = "origin", by = "sum", power = 2, higher_is = "riskier" }
/// "#)?);
/// let origin = Column::from_labels([Some("CHN"), Some("USA"), Some("AUS")]);
/// let value = Column::Number(vec![0.7, 0.2, 0.1]);
/// let table = Columns::new("shares", vec![("origin".to_owned(), origin), ("value".to_owned(), value)])?;
/// let inputs = BTreeMap::from([("share".to_owned(), Arc::new(table))]);
/// let data = Data { tables: &|_| None, inputs, pins: BTreeMap::new(), regions: BTreeMap::new() };
/// let plan = Plan::compile(&own, &data, &Request::default())?;
///
/// let found = draws(&plan, &Options::default(), &|_, _| true)?;
/// let spread = found.cells[0].spread.as_ref().ok_or("no value")?;
/// // 0.7^2 + 0.2^2 + 0.1^2
/// assert!(spread.quantiles[0] < 0.54 && 0.54 < spread.quantiles[4]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn draws(
    plan: &Plan,
    options: &Options,
    progress: &(dyn Fn(usize, usize) -> bool + Sync),
) -> Result<Uncertainty, Error> {
    options.check()?;
    let asked = options.asked(plan)?;
    let variation = Variation::new(plan, options, &asked)?;
    let tables = Table::all(plan, &asked);
    let values = drawn(plan, options, &variation, &tables, progress)?;
    Ok(summarise(plan, options, variation, &tables, &values))
}

/// The values of all cells, table after table, draw after draw.
fn drawn(
    plan: &Plan,
    options: &Options,
    variation: &Variation,
    tables: &[Table],
    progress: &(dyn Fn(usize, usize) -> bool + Sync),
) -> Result<Vec<f64>, Error> {
    let asked: Vec<super::Asked> = tables.iter().map(|table| table.asked).collect();
    let rerun = Rerun::new(plan, &variation.inputs, &variation.sets, &asked);
    let width: usize = tables.iter().map(|table| table.rows.len()).sum();
    check_size(options.n_draws, width)?;
    let mut values = vec![f64::NAN; options.n_draws * width];
    let done = AtomicUsize::new(0);
    values.par_chunks_mut(BLOCK * width.max(1)).enumerate().try_for_each_init(
        || rerun.workspace(),
        |workspace, (block, chunk)| {
            for (position, out) in chunk.chunks_mut(width).enumerate() {
                let draw = BLOCK * block + position;
                rerun.run(workspace, &Draw { seed: options.seed, number: draw, sample: |_| Sample::A });
                collect(workspace, tables, out);
            }
            let n = chunk.len() / width;
            let done = done.fetch_add(n, Ordering::Relaxed) + n;
            if progress(done, options.n_draws) { Ok(()) } else { Err(Error::Interrupted) }
        },
    )?;
    Ok(values)
}

/// Copies the output cells out of the workspace.
pub(super) fn collect(workspace: &Workspace, tables: &[Table], out: &mut [f64]) {
    let cells = tables.iter().flat_map(|table| table.rows.iter().map(|&row| (table.asked.node, row)));
    out.iter_mut().zip(cells).for_each(|(slot, (node, row))| *slot = workspace.value(node, row));
}

/// One draw; `sample` says for each source from which of two independent sets its random numbers come.
pub(super) struct Draw<F: Fn(Part) -> Sample> {
    pub(super) seed: u64,
    pub(super) number: usize,
    pub(super) sample: F,
}

impl<F: Fn(Part) -> Sample> Change for Draw<F> {
    fn values(&self, input: usize, varied: &Varied, out: &mut [f64], scratch: &mut [f64]) {
        let sample = (self.sample)(Part::Input(input));
        // The node and not its position among what varies: an input keeps its draws when another one joins.
        let mut random = generator(self.seed, self.number, 2 * varied.node, sample);
        if varied.is_uniform() {
            fill_uniform(&mut random, scratch);
        } else {
            fill_normal(&mut random, scratch);
        }
        varied.shift(out, scratch);
    }

    fn weights(&self, set: usize, found: &WeightSet, _kept: &mut Vec<usize>, weights: &mut Vec<f64>) {
        for sample in [Sample::A, Sample::B] {
            let mut random = generator(self.seed, self.number, 2 * found.node + 1, sample);
            for (position, weight) in weights.iter_mut().enumerate() {
                let mut deviate = [0.0];
                fill_uniform(&mut random, &mut deviate);
                if (self.sample)(Part::Weight { set, position }) == sample {
                    *weight *= 1.0 + found.half_width * deviate[0];
                }
            }
        }
        found.renormalise(weights);
    }
}
