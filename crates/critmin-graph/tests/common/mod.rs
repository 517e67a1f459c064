//! Small graphs for the tests: random ones of a fixed seed, and the same under other names.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, clippy::cast_precision_loss, reason = "a test fails loudly; its graphs are small")]

use critmin_core::CountryId;
use critmin_graph::{BuildOptions, Edge, Graph, Measure, Node};

pub(crate) fn graph(nodes: &[Node], edges: &[Edge]) -> Graph {
    Graph::from_records(nodes, edges, Measure::ContainedMass, BuildOptions::default()).unwrap()
}

/// Only the tonnes and the names.
pub(crate) fn flows(edges: &[(&str, &str, f64)]) -> Vec<Edge> {
    edges.iter().map(|&(supplier, buyer, flow)| Edge::new(supplier, buyer, "", flow)).collect()
}

pub(crate) fn node(id: &str, own_supply: Option<f64>) -> Node {
    Node { id: id.to_owned(), good: String::new(), stage: None, country: None, own_supply, capacity: None }
}

pub(crate) fn countries(codes: &[&str]) -> Vec<CountryId> {
    codes.iter().map(|&code| CountryId::new(code).unwrap()).collect()
}

pub(crate) fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "found {found}, expected {expected}");
}

/// A random graph of a fixed seed. Every third node has an own supply; seven countries, of which the last node of each
/// seven has none; two goods at three stages. With `cycles` false every flow goes to a later node.
pub(crate) fn random(seed: u64, n_nodes: usize, n_edges: usize, cycles: bool) -> (Vec<Node>, Vec<Edge>) {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % (n as u64)).unwrap()
    };
    let name = |place: usize| format!("n{place:03}");
    let stages = [critmin_core::Stage::Mine, critmin_core::Stage::Refinery, critmin_core::Stage::Component];
    let nodes = (0..n_nodes)
        .map(|place| Node {
            good: ["ore", "metal"][place % 2].to_owned(),
            stage: Some(stages[place * 3 / n_nodes]),
            country: (place % 7 != 6).then(|| format!("A{}A", (b'A' + (place % 7) as u8) as char).parse().unwrap()),
            ..node(&name(place), (place % 3 == 0).then(|| 1.0 + next(50) as f64))
        })
        .collect();
    let mut pairs: Vec<(usize, usize)> = (0..n_edges).map(|_| (next(n_nodes), next(n_nodes))).collect();
    if !cycles {
        pairs.iter_mut().for_each(|pair| *pair = (pair.0.min(pair.1), pair.0.max(pair.1)));
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs.retain(|(a, b)| a != b);
    let commodity = |a: usize, b: usize| ["gallium", "germanium"][(a + b) % 2].to_owned();
    let edge = |&(a, b): &(usize, usize)| Edge {
        commodity: commodity(a, b),
        ..Edge::new(&name(a), &name(b), "", 1.0 + next(20) as f64)
    };
    let edges = pairs.iter().map(edge).collect();
    (nodes, edges)
}

/// The same graph under names in the opposite order.
pub(crate) fn relabelled(nodes: &[Node], edges: &[Edge]) -> (Vec<Node>, Vec<Edge>) {
    let nodes = nodes.iter().map(|node| Node { id: renamed(&node.id), ..node.clone() }).collect();
    let edge = |edge: &Edge| Edge { supplier: renamed(&edge.supplier), buyer: renamed(&edge.buyer), ..edge.clone() };
    (nodes, edges.iter().map(edge).collect())
}

pub(crate) fn renamed(id: &str) -> String {
    format!("m{:03}", 999 - id[1..].parse::<usize>().unwrap())
}
