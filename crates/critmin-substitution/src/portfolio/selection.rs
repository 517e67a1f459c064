//! How often each project is chosen when the scenarios are drawn anew: probabilities are guesses, so the frequency, not the
//! optimum, is the finding.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use critmin_solve::SolveOptions;
use rand_distr::{Distribution, Gamma};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use rayon::prelude::*;

use crate::portfolio::decide::best;
use crate::portfolio::evaluate::{Choice, cvar, evaluate, mean};
use crate::portfolio::program::{Prepared, Question};
use crate::portfolio::{Portfolio, Selection, SelectionRow, SetRow};
use crate::{Error, Fault, Monitor};

/// Solves the portfolio for bootstrap resamples of its scenarios and for draws of their probabilities.
///
/// A resample draws as many scenarios as there are, by their probabilities; a draw of the probabilities is Dirichlet with
/// the mean at the stated ones and as much weight as there are scenarios. The same seed gives the same answer on any number
/// of threads.
///
/// # Errors
///
/// Those of [`super::decide`], [`Error::Invalid`] when nothing is to be drawn, and [`Error::Interrupted`].
pub fn selection(
    portfolio: &Portfolio,
    (n_resamples, n_reweighted): (usize, usize),
    seed: u64,
    options: &SolveOptions,
    monitor: &Monitor<'_>,
) -> Result<Selection, Error> {
    let prepared = Prepared::new(portfolio, &monitor.solver)?;
    if n_resamples + n_reweighted == 0 {
        let fault = Fault::new("n_resamples and n_reweighted", 0, "at least one draw");
        return Err(Error::Invalid { what: "the selection", faults: vec![fault] });
    }
    let central = best(&prepared, &Question::of(&prepared), options)?;
    let (total, done) = (n_resamples + n_reweighted, AtomicUsize::new(0));
    let draw = |index: usize| -> Result<Vec<bool>, Error> {
        if !monitor.goes_on(done.load(Ordering::Relaxed), total) {
            return Err(Error::Interrupted);
        }
        let probabilities = drawn(portfolio, index < n_resamples, stream(seed, index))?;
        let futures = portfolio.scenarios.iter().zip(probabilities).filter(|(_, probability)| 0.0 < *probability);
        let question = Question { futures: futures.collect(), ..Question::of(&prepared) };
        let found = best(&prepared, &question, options)?;
        done.fetch_add(1, Ordering::Relaxed);
        Ok(found.choice.projects)
    };
    let chosen: Vec<Vec<bool>> = (0..total).into_par_iter().map(draw).collect::<Result<_, _>>()?;
    monitor.goes_on(total, total);
    let share = |runs: &[Vec<bool>], project: usize| {
        if runs.is_empty() { 0.0 } else { ratio(runs.iter().filter(|run| run[project]).count(), runs.len()) }
    };
    let (resampled, reweighted) = chosen.split_at(n_resamples);
    let row = |(at, project): (usize, &super::Project)| SelectionRow {
        project: project.id.clone(),
        chosen_in_resamples: share(resampled, at),
        chosen_in_reweighted: share(reweighted, at),
        is_chosen: central.choice.projects[at],
    };
    let projects = portfolio.projects.iter().enumerate().map(row).collect();
    let sets = sets(&prepared, &chosen, central.objective, options)?;
    Ok(Selection { projects, sets, n_resamples, n_reweighted, seed })
}

/// A generator of its own for each draw, so that the order of the threads does not matter.
fn stream(seed: u64, index: usize) -> Xoshiro256PlusPlus {
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    Xoshiro256PlusPlus::seed_from_u64(seed ^ GOLDEN.wrapping_mul(index as u64 + 1))
}

fn drawn(portfolio: &Portfolio, is_resample: bool, mut rng: Xoshiro256PlusPlus) -> Result<Vec<f64>, Error> {
    let probabilities: Vec<f64> = portfolio.scenarios.iter().map(|future| future.probability).collect();
    let n = probabilities.len();
    if is_resample {
        let mut counts = vec![0_usize; n];
        for _ in 0..n {
            counts[pick(&probabilities, &mut rng)] += 1;
        }
        return Ok(counts.into_iter().map(|count| ratio(count, n)).collect());
    }
    let concentration = ratio(n, 1);
    let mut weights = Vec::with_capacity(n);
    for probability in &probabilities {
        let shape = probability * concentration;
        let fault = || Fault::new("probability", probability, "a number that a gamma distribution takes");
        let gamma = (0.0 < shape).then(|| Gamma::new(shape, 1.0)).transpose();
        let gamma = gamma.map_err(|_| Error::Invalid { what: "the selection", faults: vec![fault()] })?;
        weights.push(gamma.map_or(0.0, |gamma| gamma.sample(&mut rng)));
    }
    let total: f64 = weights.iter().sum();
    Ok(weights.into_iter().map(|weight| weight / total).collect())
}

/// A scenario by its probability.
fn pick(probabilities: &[f64], rng: &mut Xoshiro256PlusPlus) -> usize {
    // 53 bits fill the mantissa of a number in [0, 1).
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
    let unit = (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let mut sum = 0.0;
    for (index, probability) in probabilities.iter().enumerate() {
        sum += probability;
        if unit < sum {
            return index;
        }
    }
    probabilities.iter().rposition(|probability| 0.0 < *probability).unwrap_or_default()
}

/// The sets that were chosen, with what each costs more than the optimum under the stated probabilities.
fn sets(
    prepared: &Prepared<'_>,
    chosen: &[Vec<bool>],
    optimum: f64,
    options: &SolveOptions,
) -> Result<Vec<SetRow>, Error> {
    let mut counts: BTreeMap<&Vec<bool>, usize> = BTreeMap::new();
    for set in chosen {
        *counts.entry(set).or_insert(0) += 1;
    }
    let mut rows = Vec::new();
    for (set, count) in counts {
        let objective = objective_of(prepared, set, options)?;
        let choice = Choice { projects: set.clone(), stocks_t: Vec::new() };
        rows.push(SetRow {
            projects: choice.names(prepared),
            frequency: ratio(count, chosen.len()),
            regret_million_usd: (objective - optimum).max(0.0),
        });
    }
    rows.sort_by(|one, other| other.frequency.total_cmp(&one.frequency).then(one.projects.cmp(&other.projects)));
    Ok(rows)
}

/// Objective of a set with the best stocks beside it, under the stated probabilities.
pub(crate) fn objective_of(prepared: &Prepared<'_>, set: &[bool], options: &SolveOptions) -> Result<f64, Error> {
    let fixed = set.iter().map(|is_chosen| Some(*is_chosen)).collect();
    Ok(best(prepared, &Question { fixed, ..Question::of(prepared) }, options)?.objective)
}

/// Objective of a choice under probabilities of its own, from its scenarios \[million USD\].
pub(crate) fn objective_in(
    prepared: &Prepared<'_>,
    question: &Question<'_>,
    choice: &Choice,
) -> Result<(f64, f64, f64), Error> {
    let probabilities: Vec<f64> = question.futures.iter().map(|(_, probability)| *probability).collect();
    let seen = evaluate(prepared, &question.futures, choice)?;
    let losses: Vec<f64> = seen.iter().map(|each| each.loss_million_usd).collect();
    let (expected, tail) = (mean(&losses, &probabilities), cvar(&losses, &probabilities, prepared.portfolio.tail));
    let weight = question.risk_weight;
    Ok((choice.spent(prepared) + (1.0 - weight) * expected + weight * tail, expected, tail))
}

fn ratio(count: usize, of: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts of draws are far below the limit")]
    let ratio = count as f64 / of as f64;
    ratio
}
