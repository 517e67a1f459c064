//! What may happen: named scenarios with probabilities that follow from the table of restrictions, or drawn ones.

use critmin_core::{CountryId, Dataset, Grade, SupplierProbability};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};

use crate::network::Series;
use crate::network::assemble::ledger::{Ledger, Origin};
use crate::portfolio::assemble::PortfolioOptions;
use crate::portfolio::assemble::materials::Chain;
use crate::portfolio::{Availability, Future, PriceRatio, Project, ProjectFactor, Window};

/// Part of the restrictions that withhold nearly everything; licences let much pass. Chosen by us.
const SEVERE: f64 = 0.5;
/// What still leaks through a restriction; chosen by us.
const LEFT: f64 = 0.1;
/// Part of a late project's output that is there in the window in which it should have begun; chosen by us.
const LATE: f64 = 0.5;
/// Price when a dominant supplier floods the market, over the price before; chosen by us.
const FLOODED: f64 = 0.5;
/// Probability of flooding where nothing is restricted, and of delays beside a restriction; chosen by us.
const FLOODING: f64 = 0.15;
const DELAYED: f64 = 0.4;

/// The scenarios of the materials: each restriction is by the country that sends most of that material from abroad.
pub(crate) fn scenarios(
    dataset: &Dataset,
    chains: &[Chain<'_>],
    projects: &[Project],
    windows: &[Window],
    options: &PortfolioOptions,
    ledger: &mut Ledger,
) -> Vec<Future> {
    let threats: Vec<Threat> = chains.iter().filter_map(|chain| Threat::of(dataset, chain, windows[0].years)).collect();
    for threat in &threats {
        let note = "within the first window: half the probability of any restriction, for licences let much pass";
        let origin = Origin { grade: Grade::Assumption, source: "supplier_probabilities", note };
        let key = (threat.material.as_str(), "probability_of_restriction", Some(threat.source.as_str()));
        ledger.used(key, (threat.probability, None, None), "1", &origin);
    }
    match options.n_scenarios {
        Some(n) => drawn(&threats, projects, windows.len(), n.max(1), options.seed),
        None => named(&threats, projects, windows.len()),
    }
}

/// Who may restrict a material.
struct Threat {
    material: String,
    source: String,
    /// Within the first window.
    probability: f64,
}

impl Threat {
    fn of(dataset: &Dataset, chain: &Chain<'_>, years: f64) -> Option<Self> {
        let source = chain.largest_foreign()?;
        let country = CountryId::new(source.as_str()).ok()?;
        let row = SupplierProbability::find(&dataset.supplier_probabilities, chain.base.commodity, &country)?;
        let probability = SEVERE * (1.0 - (1.0 - row.probability).powf(years));
        Some(Self { material: chain.id(), source, probability })
    }
}

/// Whether a threat comes true, in which windows, by scenario.
type Pattern = fn(usize) -> bool;

/// Six scenarios: a short, a long and a late restriction of every threatened material at once, the long one with late
/// projects beside it, flooding, and calm. The first restriction has the mean probability of the threats.
fn named(threats: &[Threat], projects: &[Project], n_windows: usize) -> Vec<Future> {
    let count = f64::from(u32::try_from(threats.len().max(1)).unwrap_or(u32::MAX));
    let first = threats.iter().map(|threat| threat.probability).sum::<f64>() / count;
    let late = (1.0 - first) * first;
    let calm = 1.0 - first - late;
    let restricted = |id: &str, probability: f64, is_in: Pattern| Future {
        id: id.to_owned(),
        probability,
        availability: threats.iter().map(|threat| availability(threat, n_windows, is_in)).collect(),
        projects: Vec::new(),
        prices: Vec::new(),
    };
    let delays = |mut future: Future| {
        future.projects = projects.iter().map(|project| delay(project, n_windows)).collect();
        future
    };
    let flooded = |threat: &Threat| PriceRatio { material: threat.material.clone(), ratio: Series::Constant(FLOODED) };
    let flooding = Future {
        id: "flooding".to_owned(),
        probability: FLOODING * calm,
        availability: Vec::new(),
        projects: Vec::new(),
        prices: threats.iter().map(flooded).collect(),
    };
    vec![
        restricted("short-restriction", 0.5 * first, |window| window == 0),
        restricted("long-restriction", 0.5 * first * (1.0 - DELAYED), |_| true),
        delays(restricted("long-restriction-late-projects", 0.5 * first * DELAYED, |_| true)),
        restricted("late-restriction", late, |window| 0 < window),
        flooding,
        restricted("calm", (1.0 - FLOODING) * calm, |_| false),
    ]
}

fn availability(threat: &Threat, n_windows: usize, is_in: Pattern) -> Availability {
    let share = |window| if is_in(window) { LEFT } else { 1.0 };
    Availability {
        material: Some(threat.material.clone()),
        source: threat.source.clone(),
        stage: None,
        share: Series::ByPeriod((0..n_windows).map(share).collect()),
    }
}

fn delay(project: &Project, n_windows: usize) -> ProjectFactor {
    // Only the first windows suffer: a project that is late comes in the end.
    let share = |window: usize| if window * 2 < n_windows { LATE } else { 1.0 };
    ProjectFactor { project: project.id.clone(), share: Series::ByPeriod((0..n_windows).map(share).collect()) }
}

/// Equally likely draws: each threat comes true on its own, from a window on or for one; projects are late on their own.
fn drawn(threats: &[Threat], projects: &[Project], n_windows: usize, n: usize, seed: u64) -> Vec<Future> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
    let mut unit = move || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let probability = f64::from(u32::try_from(n).unwrap_or(u32::MAX)).recip();
    let mut future = |index: usize| {
        let mut found = Future {
            id: format!("draw-{:04}", index + 1),
            probability,
            availability: Vec::new(),
            projects: Vec::new(),
            prices: Vec::new(),
        };
        for threat in threats {
            let share: Vec<f64> = {
                let mut is_on = false;
                (0..n_windows)
                    .map(|_| {
                        // Half of the restrictions that stand are lifted from one window to the next.
                        is_on = if is_on { unit() < 0.5 } else { unit() < threat.probability };
                        if is_on { LEFT } else { 1.0 }
                    })
                    .collect()
            };
            if share.iter().any(|share| *share < 1.0) {
                found.availability.push(Availability {
                    material: Some(threat.material.clone()),
                    source: threat.source.clone(),
                    stage: None,
                    share: Series::ByPeriod(share),
                });
            } else if unit() < FLOODING {
                found.prices.push(PriceRatio { material: threat.material.clone(), ratio: Series::Constant(FLOODED) });
            }
        }
        for project in projects {
            if unit() < DELAYED {
                found.projects.push(delay(project, n_windows));
            }
        }
        found
    };
    (0..n).map(&mut future).collect()
}
