//! Who is depended upon, who depends, and through whom the ways lead.

use std::convert::Infallible;

use petgraph::visit::EdgeRef;
use rustworkx_core::centrality::{betweenness_centrality, katz_centrality};

use crate::structure::simple::Simple;
use crate::structure::{StructureOptions, bad};
use crate::visit::{Flows, narrow};
use crate::{Error, Graph};

/// PageRank of the walk upstream (Brin and Page 1998): with chance `damping` to a supplier in proportion to its flow (from
/// a node without suppliers: anywhere), else anywhere. rustworkx-core has none, and petgraph's knows no weights.
pub(super) fn pagerank(simple: &Simple, options: StructureOptions) -> Result<Vec<f64>, Error> {
    let n = simple.n_nodes();
    let n_nodes = f64::from(narrow(n));
    let mut rank = vec![1.0 / n_nodes; n];
    for _ in 0..options.max_iterations {
        let dangling: f64 = (0..n).filter(|&node| simple.inflow[node] == 0.0).map(|node| rank[node]).sum();
        let anywhere = (1.0 - options.damping + options.damping * dangling) / n_nodes;
        let next: Vec<f64> = (0..n)
            .map(|node| {
                let passed = simple.buyers(node).map(|(buyer, flow)| rank[buyer] * flow / simple.inflow[buyer]);
                anywhere + options.damping * passed.sum::<f64>()
            })
            .collect();
        let change: f64 = rank.iter().zip(&next).map(|(before, after)| (after - before).abs()).sum();
        rank = next;
        if change <= options.tolerance * n_nodes {
            let total: f64 = rank.iter().sum(); // 1, but for rounding
            return Ok(rank.into_iter().map(|rank| rank / total).collect());
        }
    }
    Err(bad(format!(
        "PageRank did not settle within {} rounds: raise `tolerance` or `max_iterations`",
        options.max_iterations
    )))
}

/// The largest eigenvalue of the shares that buyers take from suppliers: that of the largest cycle of trade, each iterated
/// alone. Adding the unit matrix keeps the iteration from going round; the greatest quotient of an iteration is an upper
/// bound (Collatz 1942, Wielandt 1950), so that an early end errs on the safe side.
pub(super) fn spectral_radius(graph: &Graph, simple: &Simple, options: StructureOptions) -> f64 {
    let components = &graph.components;
    let mut value = vec![0.0; simple.n_nodes()];
    let mut largest = 0.0_f64;
    for (component, members) in (0_u32..).zip(components.iter()).filter(|(_, members)| 1 < members.len()) {
        for &node in members {
            value[node as usize] = 1.0;
        }
        let mut upper = f64::INFINITY;
        for _ in 0..options.max_iterations {
            let next: Vec<f64> = members
                .iter()
                .map(|&node| {
                    let node = node as usize;
                    let inside = simple.suppliers(node).filter(|&(supplier, _)| components.of[supplier] == component);
                    value[node]
                        + inside.map(|(supplier, flow)| value[supplier] * flow / simple.inflow[node]).sum::<f64>()
                })
                .collect();
            let quotients = members.iter().zip(&next).map(|(&node, next)| next / value[node as usize] - 1.0);
            let (least, most) = quotients.fold((f64::INFINITY, 0.0_f64), |(a, b), each| (a.min(each), b.max(each)));
            upper = upper.min(most);
            let scale = next.iter().copied().fold(0.0, f64::max);
            members.iter().zip(next).for_each(|(&node, next)| value[node as usize] = next / scale);
            if most - least <= options.tolerance.max(1e-12) {
                break;
            }
        }
        largest = largest.max(upper);
    }
    largest.min(1.0) // no buyer takes more than all it takes
}

/// Katz centrality and its attenuation.
pub(super) fn katz(simple: &Simple, radius: f64, options: StructureOptions) -> Result<(Vec<f64>, f64), Error> {
    if simple.n_nodes() == 0 {
        return Ok((Vec::new(), options.katz_alpha.unwrap_or(0.9)));
    }
    let alpha = options.katz_alpha.unwrap_or(if 0.0 < radius { 0.9 / radius } else { 0.9 });
    if 1.0 <= alpha * radius {
        let reason = format!("Katz does not converge with an alpha of {alpha}: keep it below {}", 1.0 / radius);
        return Err(bad(reason));
    }
    let share =
        |flow: crate::visit::FlowRef<'_>| Ok::<_, Infallible>(flow.weight() / simple.inflow[flow.target() as usize]);
    let (rounds, tolerance) = (Some(options.max_iterations), Some(options.tolerance));
    let Ok(found) = katz_centrality(Flows(&simple.edges), share, Some(alpha), None, None, rounds, tolerance);
    let katz = found.ok_or_else(|| {
        let rounds = options.max_iterations;
        bad(format!(
            "Katz did not settle within {rounds} rounds: lower `katz_alpha`, or raise `tolerance` or `max_iterations`"
        ))
    })?;
    Ok((katz, alpha))
}

/// Betweenness by number of flows, in one thread: several would add in an order of their own.
pub(super) fn betweenness(simple: &Simple, options: StructureOptions) -> Option<Vec<f64>> {
    let products = simple.n_nodes().saturating_mul(simple.edges.supplier.len());
    if options.betweenness_up_to < products {
        return None;
    }
    let found = betweenness_centrality(Flows(&simple.edges), false, true, usize::MAX);
    Some(found.into_iter().map(|each| each.unwrap_or(0.0)).collect())
}
