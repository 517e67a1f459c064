//! How sure is the answer? Draws, swings, indicators left out, shares of the variance.
//!
//! Every function takes a compiled [`Plan`] and runs again only what depends on what varies. What varies is said by the
//! method document (`[inputs.x.uncertainty]`), by [`Options::distributions`], or both. Random numbers depend on the
//! seed, the draw and the input alone, so a result is the same for any number of threads, and an input keeps its draws
//! when another one varies too.
//!
//! | question | function |
//! |---|---|
//! | within which limits, above a threshold how often, at which rank? | [`draws`] |
//! | what moves the answer, one input at a time? | [`tornado`] |
//! | does one indicator decide the rank? | [`leave_one_out`] |
//! | which input causes how much of the variance? | [`sobol`] |

mod cells;
mod draws;
mod leave_one_out;
mod random;
mod rerun;
mod sobol;
mod summary;
mod tornado;
mod varied;

use std::collections::BTreeMap;
use std::fmt;

use critmin_core::nearest;

use crate::document::Distribution;
use crate::error::hint;
use crate::method::NodeId;
use crate::{Error, Plan};

pub use draws::draws;
pub use leave_one_out::{LeftOut, leave_one_out};
pub use sobol::{SobolIndex, sobol};
pub use summary::{Agreement, CellUncertainty, ClassShare, OutputUncertainty, Spread, Uncertainty};
pub use tornado::{Swing, tornado};

/// Most numbers that one call keeps: 8 GiB of values. Beyond it the memory of a machine ends, and with it the process.
const MOST_VALUES: usize = 1 << 30;

/// Refuses what would not fit: `n_draws` numbers for each of `width` cells (or cells and sources).
fn check_size(n_draws: usize, width: usize) -> Result<(), Error> {
    if n_draws.checked_mul(width).is_some_and(|n_values| n_values <= MOST_VALUES) {
        return Ok(());
    }
    let reason =
        format!("{n_draws} draws of {width} numbers each do not fit in memory: draw less, or name fewer `outputs`");
    Err(Error::BadRequest { reason })
}

/// What varies, how often it is drawn, and what is asked about the result.
///
/// ```
/// use critmin_score::uncertainty::Options;
///
/// let options = Options { n_draws: 10_000, weight_spread: Some(0.2), ..Options::default() };
/// assert_eq!(options.seed, 0);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Number of draws, at least 2. For [`sobol`]: of base draws; it evaluates the method (sources + 2) times as often.
    pub n_draws: usize,
    /// Seed: the same seed gives the same bytes on any number of threads.
    pub seed: u64,
    /// By input: a distribution that replaces the one of the document (`DistributionKind::None` = held fixed).
    ///
    /// The name of a binding is allowed as well: its rows vary after they are computed, in the binding's own unit. So
    /// one error of 0.3 can be given to the governance score of a country instead of one to each of its 30 estimates.
    pub distributions: BTreeMap<String, Distribution>,
    /// Relative half-width of every weight of every indicator set (0.2 = each weight uniform within 20 %, then all
    /// brought back to their sum); none = weights are held fixed.
    pub weight_spread: Option<f64>,
    /// By output: a threshold in the unit of the output; the result tells how often it is reached (`at least`).
    pub thresholds: BTreeMap<String, f64>,
    /// Outputs to compute; none = all. Naming few saves time: what only the others need is not run.
    pub outputs: Option<Vec<String>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            n_draws: 1000,
            seed: 0,
            distributions: BTreeMap::new(),
            weight_spread: None,
            thresholds: BTreeMap::new(),
            outputs: None,
        }
    }
}

/// What was moved.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// All rows of an input, or of a binding that was given a distribution.
    Input(String),
    /// One weight of an indicator set.
    Weight {
        /// The binding that combines the indicators.
        set: String,
        /// The indicator.
        indicator: String,
    },
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(name) => write!(formatter, "{name}"),
            Self::Weight { set, indicator } => write!(formatter, "weight of {indicator} in {set}"),
        }
    }
}

impl Options {
    /// The outputs to compute, in the method's order.
    fn asked(&self, plan: &Plan) -> Result<Vec<Asked>, Error> {
        let method = &plan.method;
        let names: Vec<&str> = method.outputs.iter().map(|&id| method.nodes[id].name.as_str()).collect();
        for name in self.outputs.iter().flatten().chain(self.thresholds.keys()) {
            if !names.contains(&name.as_str()) {
                let reason = format!(
                    "method `{}` has no output `{name}`{}",
                    method.id,
                    hint(&nearest(name, names.iter().copied()))
                );
                return Err(Error::BadRequest { reason });
            }
        }
        let is_asked = |name: &str| self.outputs.as_ref().is_none_or(|asked| asked.iter().any(|each| each == name));
        let all = method.outputs.iter().zip(names).enumerate();
        Ok(all.filter(|(_, (_, name))| is_asked(name)).map(|(output, (&node, _))| Asked { output, node }).collect())
    }

    fn check(&self) -> Result<(), Error> {
        let reason = if self.n_draws < 2 {
            format!("`n_draws` is {}: a spread needs at least 2 draws", self.n_draws)
        } else if self.weight_spread.is_some_and(|spread| !(0.0..1.0).contains(&spread)) {
            let found = self.weight_spread.unwrap_or_default();
            format!("`weight_spread` is {found}, expected a part of the weight from 0 to below 1, such as 0.2")
        } else if let Some((name, bound)) = self.thresholds.iter().find(|(_, bound)| !bound.is_finite()) {
            format!("the threshold of `{name}` is {bound}, expected a number")
        } else {
            return Ok(());
        };
        Err(Error::BadRequest { reason })
    }
}

/// An output that is computed.
#[derive(Debug, Clone, Copy)]
struct Asked {
    /// Position in [`Scores::outputs`](crate::Scores::outputs).
    output: usize,
    node: NodeId,
}
