//! The two rules that optimise nothing: whoever uses a missing input produces that much less.
//!
//! Availability of a commodity is what is still made of it together with its imports, over the same in the base, held
//! within 0 and 1. Imports below zero are margins and count as none. An input of which anything is used can hold an
//! industry back, however small the use: that is what makes these rules extreme.

use crate::{Economy, Error};

/// Rounds after which a strict bottleneck is not going to settle; the 2012 benchmark needs some 2,700.
const MOST_ROUNDS: u64 = 100_000;
/// Changes of an output share below this are no change.
const SETTLED: f64 = 1e-13;

/// Shares of output that remain when each direct user of what the cut industries mainly make loses its missing share; one
/// round. Final demand is not rationed with industry, and imports are shared.
pub(crate) fn proportional(economy: &Economy, cuts: &[f64]) -> (Vec<f64>, u64) {
    let mut remaining: Vec<f64> = cuts.iter().map(|cut| 1.0 - cut).collect();
    let availability = availability(economy, &remaining);
    let hit: Vec<usize> = (0..cuts.len()).filter(|industry| 0.0 < cuts[*industry]).collect();
    let products: Vec<usize> = hit.iter().filter_map(|industry| main_product(economy, *industry)).collect();
    for cell in economy.table.intermediate_use.iter().filter(|cell| 0.0 < cell.value && products.contains(&cell.row)) {
        if !economy.is_pinned[cell.column] {
            remaining[cell.column] = remaining[cell.column].min(availability[cell.row]);
        }
    }
    (remaining, 1)
}

/// The same for every commodity and in every round, until nothing changes.
pub(crate) fn strict_bottleneck(economy: &Economy, cuts: &[f64]) -> Result<(Vec<f64>, u64), Error> {
    let own: Vec<f64> = cuts.iter().map(|cut| 1.0 - cut).collect();
    let mut remaining = own.clone();
    for round in 1..=MOST_ROUNDS {
        let availability = availability(economy, &remaining);
        let mut next = own.clone();
        for cell in economy.table.intermediate_use.iter().filter(|cell| 0.0 < cell.value) {
            if !economy.is_pinned[cell.column] {
                next[cell.column] = next[cell.column].min(availability[cell.row]);
            }
        }
        let largest = next.iter().zip(&remaining).map(|(next, before)| (next - before).abs()).fold(0.0, f64::max);
        if largest < SETTLED {
            return Ok((remaining, round));
        }
        remaining = next;
    }
    Err(Error::NotSettled { rounds: MOST_ROUNDS })
}

/// What is left of the supply of each commodity, in \[0, 1\].
fn availability(economy: &Economy, remaining: &[f64]) -> Vec<f64> {
    let imports = economy.table.imports.iter().map(|imports| imports.max(0.0));
    let mut supply: Vec<(f64, f64)> = imports.map(|imports| (imports, imports)).collect();
    for cell in &economy.table.make {
        let (before, after) = &mut supply[cell.column];
        *before += cell.value;
        *after += cell.value * remaining[cell.row];
    }
    supply
        .into_iter()
        .map(|(before, after)| if 0.0 < before { (after / before).clamp(0.0, 1.0) } else { 1.0 })
        .collect()
}

/// The commodity of which an industry makes most.
fn main_product(economy: &Economy, industry: usize) -> Option<usize> {
    let made = economy.table.make.iter().filter(|cell| cell.row == industry);
    made.max_by(|one, other| one.value.total_cmp(&other.value)).map(|cell| cell.column)
}
