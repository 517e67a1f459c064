//! How often a walk that is at a node comes back to it: turns expected visits into the chance of any visit.

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;

use crate::exposure::walk::{Stop, Walk};

/// Products of edges and rounds that may be spent on exact chances; more than that is left out and said to be absent.
const MOST_PRODUCTS: usize = 2_000_000_000;
const LANES: usize = 8;

/// Expected visits of each wanted node by a walk that starts there, the start counted: 1 where nothing comes back.
///
/// `rounds` is how long the series of the targets were, from which the work is estimated. Wanted nodes are taken in the
/// order given until the work would be too much; the others are absent from the answer.
pub(crate) fn visits_from_itself(walk: &Walk<'_>, wanted: &[usize], rounds: usize, stop: Stop) -> BTreeMap<usize, f64> {
    let components = &walk.graph.components;
    let mut known = BTreeMap::new();
    let mut of_cycles: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let sizes: Vec<usize> = walk.cycles().map(|cycle| cycle.map(|at| walk.inside(at).count()).sum()).collect();
    let mut products = 0_usize;
    for &node in wanted {
        let component = components.of[node] as usize;
        if sizes[component] == 0 {
            known.insert(node, 1.0);
            continue;
        }
        products = products.saturating_add(sizes[component].saturating_mul(rounds.max(1)));
        if products <= MOST_PRODUCTS {
            of_cycles.entry(component).or_default().push(node);
        }
    }
    for (component, nodes) in of_cycles {
        let cycle = components.first[component] as usize..components.first[component + 1] as usize;
        let blocks: Vec<Vec<(usize, f64)>> =
            nodes.par_chunks(LANES).map(|block| in_cycle(walk, &cycle, block, stop)).collect();
        known.extend(blocks.into_iter().flatten());
    }
    known
}

/// The visits of up to eight nodes of one cycle.
fn in_cycle(walk: &Walk<'_>, cycle: &Range<usize>, block: &[usize], stop: Stop) -> Vec<(usize, f64)> {
    let mut now = vec![[0.0; LANES]; cycle.len()];
    let mut next = now.clone();
    let starts: Vec<usize> = block.iter().map(|&node| walk.place[node] as usize - cycle.start).collect();
    starts.iter().enumerate().for_each(|(lane, &start)| now[start][lane] = 1.0);
    let mut visits = vec![1.0; starts.len()];
    for _ in 0..stop.max_rounds {
        let mut moving = 0.0;
        for (at, next) in cycle.clone().zip(&mut next) {
            *next = [0.0; LANES];
            for (buyer, share) in walk.inside(at) {
                let mass = &now[buyer - cycle.start];
                (0..LANES).for_each(|lane| next[lane] += share * mass[lane]);
            }
            moving += next.iter().sum::<f64>();
        }
        std::mem::swap(&mut now, &mut next);
        starts.iter().enumerate().for_each(|(lane, &start)| visits[lane] += now[start][lane]);
        if moving <= stop.tolerance {
            break;
        }
    }
    block.iter().copied().zip(visits).collect()
}
