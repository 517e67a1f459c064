//! Nobody optimises: trade rescales, as close to the present pattern as the new totals, bans and caps allow.
//!
//! ```text
//! min  sum x ln(x / x0)   s.t.  row sums, column sums, x <= cap       x_ij = A_i B_j x0_ij, but for caps
//! ```
//!
//! by alternating scaling of rows and columns (Deming, W. E. and Stephan, F. F. 1940, On a least squares adjustment of
//! a sampled frequency table when the expected marginal totals are known, Annals of Mathematical Statistics 11(4) 427,
//! doi 10.1214/aoms/1177731829; Sinkhorn, R. 1967, Diagonal equivalence to matrices with prescribed row and column
//! sums, American Mathematical Monthly 74(4) 402, doi 10.2307/2314570). Caps are cyclic projections with corrections
//! (Dykstra, R. L. 1985, An iterative procedure for obtaining I-projections onto the intersection of convex sets,
//! Annals of Probability 13(3) 975, doi 10.1214/aop/1176992918). Whether any table has these totals is asked first.
//!
//! Odds ratios `x_ij x_kl / (x_il x_kj)` of uncapped cells are those of the base. With transport costs `c` instead of
//! base flows, take `x0 = exp(-b c)`.
//!
//! References and their identifiers are cited from memory, not checked against the primary documents.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::reach::{Network, Reach};
use super::scaling::{Scaled, Table, scale};
use crate::Error;
use crate::error::Faults;

/// How far supplies and demands may differ in total, over the larger.
const BALANCE: f64 = 1e-9;

/// Present trade between two regions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseFlow {
    /// Where the material leaves.
    pub origin: String,
    /// Where it arrives.
    pub destination: String,
    /// How much \[t\], at least 0. Pairs that are not listed do not trade, before or after.
    pub mass_t: f64,
}

/// A total of one region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionTotal {
    /// The region.
    pub region: String,
    /// How much \[t\], at least 0.
    pub mass_t: f64,
}

/// Two regions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArcLabel {
    /// Where the material leaves.
    pub origin: String,
    /// Where it arrives.
    pub destination: String,
}

/// The most that may move between two regions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArcCap {
    /// Where the material leaves.
    pub origin: String,
    /// Where it arrives.
    pub destination: String,
    /// How much \[t\], at least 0.
    pub mass_t: f64,
}

/// Present trade, and what changes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReroutingModel {
    /// Present trade, one row per pair.
    pub flows: Vec<BaseFlow>,
    /// New total of every origin.
    pub supplies: Vec<RegionTotal>,
    /// New total of every destination.
    pub demands: Vec<RegionTotal>,
    /// Pairs that trade no more.
    #[serde(default)]
    pub bans: Vec<ArcLabel>,
    /// Pairs that trade no more than so much.
    #[serde(default)]
    pub caps: Vec<ArcCap>,
}

/// What to do when the totals cannot be met over the pairs that trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShortagePolicy {
    /// An error that names who cannot be served.
    #[default]
    Refuse,
    /// The least possible is left unsold and unserved, as if a dummy buyer and a dummy supplier traded with every
    /// region in proportion to its total.
    Dummy,
}

/// How to rescale.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RerouteOptions {
    /// What to do when the totals cannot be met.
    pub shortage: ShortagePolicy,
    /// Largest miss of a total or cap, over the total of all trade.
    pub tolerance: f64,
    /// Rounds of scaling after which the search gives up.
    pub max_iterations: usize,
}

impl Default for RerouteOptions {
    fn default() -> Self {
        Self { shortage: ShortagePolicy::default(), tolerance: 1e-11, max_iterations: 100_000 }
    }
}

/// One pair after rescaling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReroutedFlow {
    /// Where the material leaves.
    pub origin: String,
    /// Where it arrives.
    pub destination: String,
    /// Before \[t\].
    pub base_t: f64,
    /// After \[t\], at least 0.
    pub mass_t: f64,
}

/// Trade after rescaling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rerouting {
    /// Every pair, in the order given.
    pub flows: Vec<ReroutedFlow>,
    /// What origins cannot place \[t\]; only those with something left.
    pub unsold: Vec<RegionTotal>,
    /// What destinations lack \[t\]; only those that lack something.
    pub unserved: Vec<RegionTotal>,
    /// `sum x ln(x / x0)` over the pairs \[t\]: how far trade moved.
    pub relative_entropy: f64,
    /// Rounds of scaling.
    pub iterations: usize,
    /// Largest miss of a total or cap, over the total of all trade.
    pub residual: f64,
}

/// Trade after a change of totals, bans and caps, when nobody optimises.
///
/// The honest benchmark beside any optimum: trade keeps its pattern and only rescales.
///
/// # Errors
///
/// [`Error::Invalid`] with every fault: labels without a total, a pair twice, negative masses, totals that differ while
/// `options.shortage` is `Refuse`; [`Error::InfeasiblePlan`] when no table has these totals, naming who cannot be
/// served; [`Error::Solve`] when `max_iterations` is reached.
///
/// ```
/// use critmin_substitution::equilibrium::{BaseFlow, RegionTotal, RerouteOptions, ReroutingModel, reroute};
///
/// let flow = |origin: &str, destination: &str, mass_t| BaseFlow {
///     origin: origin.into(), destination: destination.into(), mass_t,
/// };
/// let total = |region: &str, mass_t| RegionTotal { region: region.into(), mass_t };
/// let model = ReroutingModel {
///     flows: vec![flow("CHN", "JPN", 40.0), flow("CHN", "USA", 10.0), flow("AUS", "JPN", 20.0), flow("AUS", "USA", 30.0)],
///     supplies: vec![total("CHN", 60.0), total("AUS", 40.0)],
///     demands: vec![total("JPN", 50.0), total("USA", 50.0)],
///     ..ReroutingModel::default()
/// };
/// let found = reroute(&model, &RerouteOptions::default())?;
/// assert!((found.flows[0].mass_t - 40.0).abs() < 1e-8);
/// # Ok::<(), critmin_substitution::Error>(())
/// ```
pub fn reroute(model: &ReroutingModel, options: &RerouteOptions) -> Result<Rerouting, Error> {
    let labels = Labels::new(model);
    let (mut table, mut network, cells) = check(model, &labels, options)?;
    let mut reach = network.maximum_flow();
    let least = network.rounding;
    let is_short = reach.unsold.iter().chain(&reach.unserved).any(|amount| least < *amount);
    if is_short {
        if options.shortage == ShortagePolicy::Refuse {
            return Err(explain(model, &network, &reach));
        }
        (table, network, reach) = with_dummies(&table, &network, &reach);
    }
    let scaled = scale(&table, &network, &reach, options)?;
    Ok(report(model, &cells, &network, &scaled))
}

/// Where labels stand.
struct Labels<'a> {
    model: &'a ReroutingModel,
    origins: HashMap<&'a str, usize>,
    destinations: HashMap<&'a str, usize>,
    width: usize,
}

impl<'a> Labels<'a> {
    fn new(model: &'a ReroutingModel) -> Self {
        let positions = |totals: &'a [RegionTotal]| {
            totals.iter().enumerate().map(|(index, total)| (total.region.as_str(), index)).collect()
        };
        let (origins, destinations) = (positions(&model.supplies), positions(&model.demands));
        Self { model, origins, destinations, width: model.demands.len() }
    }

    /// The cell of a pair. Tables are mostly sorted, so the neighbour of the cell `before` is tried first.
    fn cell(&self, origin: &str, destination: &str, before: usize) -> Option<usize> {
        let known = |totals: &[RegionTotal], positions: &HashMap<&str, usize>, guess: usize, label: &str| {
            let is_guessed = totals.get(guess).is_some_and(|total| total.region == label);
            if is_guessed { Some(guess) } else { positions.get(label).copied() }
        };
        let guess = (before / self.width.max(1), before % self.width.max(1) + 1);
        let origin = known(&self.model.supplies, &self.origins, guess.0, origin)?;
        Some(origin * self.width + known(&self.model.demands, &self.destinations, guess.1, destination)?)
    }

    /// The cell of a pair with a mass, or a fault.
    fn sound(
        &self,
        what: &str,
        (origin, destination): (&str, &str),
        mass_t: f64,
        faults: &mut Faults,
        before: usize,
    ) -> Option<usize> {
        let cell = self.cell(origin, destination, before);
        if cell.is_none() || !mass_t.is_finite() || mass_t < 0.0 {
            let place = format!("{what} from {origin} to {destination}");
            faults.at_least_zero(&place, mass_t);
            let expected = "an origin with a supply and a destination with a demand, 0 where there is none";
            faults.require(cell.is_some(), &place, "a region without a total", expected);
        }
        cell
    }
}

/// The table, the network over which it must be filled, and the cell of each flow.
fn check(
    model: &ReroutingModel,
    labels: &Labels<'_>,
    options: &RerouteOptions,
) -> Result<(Table, Network, Vec<usize>), Error> {
    let mut faults = Faults::of("the trade to reroute");
    for (side, totals, n_regions) in
        [("supply", &model.supplies, labels.origins.len()), ("demand", &model.demands, labels.destinations.len())]
    {
        for total in totals {
            faults.at_least_zero(&format!("{side} of {}", total.region), total.mass_t);
        }
        faults.require(n_regions == totals.len(), &format!("regions with a {side}"), totals.len(), "each once");
    }
    faults.positive("tolerance", options.tolerance);
    check_balance(model, options, &mut faults);
    let (base, cells) = base_table(model, labels, &mut faults);
    let mut capacity: Vec<f64> = base.iter().map(|base| if 0.0 < *base { f64::INFINITY } else { 0.0 }).collect();
    for cap in &model.caps {
        if let Some(cell) = labels.sound("cap", (&cap.origin, &cap.destination), cap.mass_t, &mut faults, 0) {
            capacity[cell] = capacity[cell].min(cap.mass_t);
        }
    }
    faults.finish()?;
    let capped = (0..base.len()).filter(|cell| 0.0 < capacity[*cell] && capacity[*cell].is_finite()).collect();
    let masses = |totals: &[RegionTotal]| totals.iter().map(|total| total.mass_t).collect();
    let network = Network::new(masses(&model.supplies), masses(&model.demands), capacity);
    Ok((Table { base, capped }, network, cells))
}

/// Base flows by cell, 0 where nothing trades or a ban holds; and the cell of each flow, in the order given.
fn base_table(model: &ReroutingModel, labels: &Labels<'_>, faults: &mut Faults) -> (Vec<f64>, Vec<usize>) {
    let mut base = vec![0.0; model.supplies.len() * model.demands.len()];
    let mut seen = vec![false; base.len()];
    let mut cells = Vec::with_capacity(model.flows.len());
    for flow in &model.flows {
        let before = cells.last().copied().unwrap_or(0);
        if let Some(cell) = labels.sound("flow", (&flow.origin, &flow.destination), flow.mass_t, faults, before) {
            cells.push(cell);
            if std::mem::replace(&mut seen[cell], true) {
                let place = format!("flow from {} to {}", flow.origin, flow.destination);
                faults.require(false, &place, "a second one", "one row per pair");
            }
            base[cell] = flow.mass_t;
        }
    }
    for ban in &model.bans {
        if let Some(cell) = labels.sound("ban", (&ban.origin, &ban.destination), 0.0, faults, 0) {
            base[cell] = 0.0;
        }
    }
    (base, cells)
}

fn check_balance(model: &ReroutingModel, options: &RerouteOptions, faults: &mut Faults) {
    let total = |totals: &[RegionTotal]| totals.iter().map(|total| total.mass_t).sum::<f64>();
    let (supply, demand) = (total(&model.supplies), total(&model.demands));
    let is_balanced = (supply - demand).abs() <= BALANCE * supply.max(demand);
    let is_allowed = is_balanced || options.shortage == ShortagePolicy::Dummy || !(supply + demand).is_finite();
    let expected = format!("{demand}, the sum of the demands, or the shortage policy `dummy`");
    faults.require(is_allowed, "sum of the supplies", supply, &expected);
    faults.require(0.0 < supply.max(demand), "sum of the supplies", supply, "above 0");
}

/// Who cannot be served, and between whom the bottleneck is.
fn explain(model: &ReroutingModel, network: &Network, reach: &Reach) -> Error {
    let named = |regions: &[usize], totals: &[RegionTotal]| {
        let names: Vec<&str> = regions.iter().map(|at| totals[*at].region.as_str()).collect();
        let mass: f64 = regions.iter().map(|at| totals[*at].mass_t).sum();
        (if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }, mass)
    };
    let (origins, destinations) = network.bottleneck(reach);
    let (from, placed) = named(&origins, &model.supplies);
    let (to, taken) = named(&destinations, &model.demands);
    let through = if model.caps.is_empty() { "" } else { " beside what caps let through" };
    let conflict = format!("{from} must place {placed} t but can sell only to {to}, who need {taken} t{through}");
    let least = network.rounding;
    let list = |amounts: &[f64], totals: &[RegionTotal], what: &str| -> Vec<String> {
        let rows = amounts.iter().zip(totals).filter(|(amount, _)| least < **amount);
        rows.map(|(amount, total)| format!("{amount} t of {} {what}", total.region)).collect()
    };
    let mut missing = list(&reach.unsold, &model.supplies, "find no buyer");
    missing.extend(list(&reach.unserved, &model.demands, "find no supplier"));
    Error::InfeasiblePlan { conflicts: vec![conflict], missing }
}

/// A dummy supplier of what is unserved in the last row, a dummy buyer of what is unsold in the last column. Both trade
/// with everyone in proportion to totals, so that without other limits every region bears the same share.
fn with_dummies(table: &Table, network: &Network, reach: &Reach) -> (Table, Network, Reach) {
    let (rows, width) = (network.supplies.len(), network.demands.len());
    let wide = |cells: &[f64], column: &[f64], last: &[f64]| -> Vec<f64> {
        let row = |row: usize| cells[row * width..(row + 1) * width].iter().copied().chain([column[row]]);
        (0..rows).flat_map(row).chain(last.iter().copied()).chain([0.0]).collect()
    };
    let open = |totals: &[f64]| totals.iter().map(|_| f64::INFINITY).collect::<Vec<_>>();
    let extended = |totals: &[f64], dummy: &[f64]| totals.iter().copied().chain([dummy.iter().sum()]).collect();
    let cells = Table {
        base: wide(&table.base, &network.supplies, &network.demands),
        capped: table.capped.iter().map(|cell| cell / width * (width + 1) + cell % width).collect(),
    };
    let flow = wide(&reach.flow, &reach.unsold, &reach.unserved);
    let network = Network::new(
        extended(&network.supplies, &reach.unserved),
        extended(&network.demands, &reach.unsold),
        wide(&network.capacity, &open(&network.supplies), &open(&network.demands)),
    );
    let placed = Reach { flow, unsold: vec![0.0; rows + 1], unserved: vec![0.0; width + 1] };
    (cells, network, placed)
}

fn report(model: &ReroutingModel, cells: &[usize], network: &Network, scaled: &Scaled) -> Rerouting {
    let width = model.demands.len();
    let mass = |origin: usize, destination: usize| scaled.cells[origin * scaled.width + destination];
    let flow = |(flow, cell): (&BaseFlow, &usize)| ReroutedFlow {
        origin: flow.origin.clone(),
        destination: flow.destination.clone(),
        base_t: flow.mass_t,
        mass_t: mass(cell / width, cell % width),
    };
    let flows: Vec<ReroutedFlow> = model.flows.iter().zip(cells).map(flow).collect();
    let least = network.rounding;
    let left = |totals: &[RegionTotal], amount: &dyn Fn(usize) -> f64| -> Vec<RegionTotal> {
        let amounts = totals.iter().enumerate().map(|(at, total)| (total.region.clone(), amount(at)));
        amounts.filter(|row| least < row.1).map(|(region, mass_t)| RegionTotal { region, mass_t }).collect()
    };
    let has_dummies = width < scaled.width;
    let last_row = model.supplies.len();
    let entropy = |flow: &&ReroutedFlow| 0.0 < flow.mass_t;
    let relative_entropy =
        flows.iter().filter(entropy).map(|flow| flow.mass_t * (flow.mass_t / flow.base_t).ln()).sum();
    Rerouting {
        unsold: if has_dummies { left(&model.supplies, &|at| mass(at, width)) } else { Vec::new() },
        unserved: if has_dummies { left(&model.demands, &|at| mass(last_row, at)) } else { Vec::new() },
        flows,
        relative_entropy,
        iterations: scaled.iterations,
        residual: scaled.residual,
    }
}
