//! Exposure: hand-computable graphs, conservation, and agreement with a dense solve.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::needless_for_each,
    clippy::needless_range_loop,
    reason = "a test states exact results on small whole numbers and fails loudly"
)]

use critmin_graph::{BuildOptions, Edge, Exposure, ExposureOptions, Graph, Measure, Node, Target};
use proptest::prelude::*;

fn graph(nodes: &[Node], edges: &[Edge]) -> Graph {
    Graph::from_records(nodes, edges, Measure::ContainedMass, BuildOptions::default()).unwrap()
}

fn node(id: &str, own_supply: Option<f64>) -> Node {
    Node { id: id.to_owned(), good: String::new(), stage: None, country: None, own_supply, capacity: None }
}

fn exposure(graph: &Graph, target: &str) -> Exposure {
    graph.exposure(&Target::node(graph, target).unwrap(), ExposureOptions::default()).unwrap()
}

fn part(graph: &Graph, exposure: &Exposure, id: &str) -> (f64, f64, f64, f64) {
    let part = exposure.nodes.iter().find(|part| graph.id(part.node) == id).unwrap();
    (part.direct_share, part.origin_share, part.throughflow, part.exposure.unwrap())
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "found {found}, expected {expected}");
}

#[test]
fn re_exports_hide_the_origin() {
    // A produces 100, sells 60 to B and 40 to C; B produces 40 of its own and sells 50 to C.
    let nodes = [node("A", Some(100.0)), node("B", Some(40.0)), node("C", None)];
    let edges = [Edge::new("A", "B", "", 60.0), Edge::new("A", "C", "", 40.0), Edge::new("B", "C", "", 50.0)];
    let graph = graph(&nodes, &edges);
    let found = exposure(&graph, "C");
    // C: 4/9 from A, 5/9 from B, of which 60 % is A's.
    let (direct, origin, _, passes) = part(&graph, &found, "A");
    close(direct, 4.0 / 9.0);
    close(origin, 4.0 / 9.0 + 5.0 / 9.0 * 0.6);
    close(passes, origin);
    let (direct, origin, _, passes) = part(&graph, &found, "B");
    close(direct, 5.0 / 9.0);
    close(origin, 5.0 / 9.0 * 0.4);
    close(passes, 5.0 / 9.0);
    assert_eq!(found.iterations, 0);
}

#[test]
fn goods_that_go_round_are_counted_once_by_exposure_and_each_time_by_throughflow() {
    // X and Y sell to each other; X produces 10; the buyer takes all from Y.
    let nodes = [node("X", Some(10.0)), node("Y", Some(0.0)), node("buyer", None)];
    let edges = [Edge::new("X", "Y", "", 20.0), Edge::new("Y", "X", "", 10.0), Edge::new("Y", "buyer", "", 10.0)];
    let graph = graph(&nodes, &edges);
    let found = exposure(&graph, "buyer");
    // From Y always to X; from X half ends, half goes back to Y: X is passed 1 / (1 - 1/2) times.
    let (_, origin, through, passes) = part(&graph, &found, "X");
    close(origin, 1.0);
    close(through, 2.0);
    close(passes, 1.0);
    let (_, origin, through, passes) = part(&graph, &found, "Y");
    close(origin, 0.0);
    close(through, 2.0);
    close(passes, 1.0);
    assert!(0 < found.iterations);
}

#[test]
fn a_circle_without_supply_is_an_origin_that_nobody_explains() {
    let edges = [Edge::new("X", "Y", "", 5.0), Edge::new("Y", "X", "", 5.0), Edge::new("Y", "buyer", "", 3.0)];
    let graph = graph(&[], &edges);
    let found = exposure(&graph, "buyer");
    let at_y = found.nodes.iter().find(|part| graph.id(part.node) == "Y").unwrap();
    assert!(at_y.is_unexplained);
    close(at_y.origin_share, 1.0);
}

#[test]
fn a_country_is_passed_once_however_many_of_its_nodes_are_passed() {
    let edges = [
        Edge::new("ore:mine:CHN", "metal:refinery:CHN", "metal", 90.0),
        Edge::new("ore:mine:COD", "metal:refinery:CHN", "metal", 10.0),
        Edge::new("metal:refinery:CHN", "metal:refinery:USA", "metal", 50.0),
        Edge::new("ore:mine:USA", "metal:refinery:USA", "metal", 50.0),
    ];
    let graph = graph(&[], &edges);
    let found = exposure(&graph, "metal:refinery:USA");
    let of = |country: &str| found.countries.iter().find(|each| each.country == country).unwrap();
    close(of("CHN").exposure, 0.5);
    close(of("CHN").origin_share, 0.45);
    close(of("COD").exposure, 0.05);
    close(of("COD").direct_share, 0.0);
    close(of("USA").exposure, 0.5);
    // Nobody said what the mines produce: their supply is unexplained, and said so.
    close(of("CHN").unexplained_share, 0.45);
}

#[test]
fn one_sweep_for_many_targets_tells_what_single_sweeps_tell() {
    let (nodes, edges) = random(7, 40, 160);
    let graph = graph(&nodes, &edges);
    let targets: Vec<Target> =
        (0..20).map(|place| Target { label: place.to_string(), nodes: vec![(place, 1.0)] }).collect();
    let together = graph.exposures(&targets, ExposureOptions::default()).unwrap();
    for (target, found) in targets.iter().zip(together) {
        let alone = graph.exposure(target, ExposureOptions::default()).unwrap();
        assert_eq!(found.nodes.len(), alone.nodes.len());
        for (a, b) in found.nodes.iter().zip(&alone.nodes) {
            close(a.origin_share, b.origin_share);
            close(a.exposure.unwrap(), b.exposure.unwrap());
        }
    }
}

/// A random graph of a fixed seed: an own supply at every third node, cycles likely.
fn random(seed: u64, n_nodes: usize, n_edges: usize) -> (Vec<Node>, Vec<Edge>) {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % (n as u64)).unwrap()
    };
    let name = |place: usize| format!("n{place:03}");
    let nodes = (0..n_nodes)
        .map(|place| {
            let own_supply = (place % 3 == 0).then(|| 1.0 + next(50) as f64);
            Node {
                country: format!("A{}A", (b'A' + (place % 7) as u8) as char).parse().ok(),
                ..node(&name(place), own_supply)
            }
        })
        .collect();
    let mut pairs: Vec<(usize, usize)> = (0..n_edges).map(|_| (next(n_nodes), next(n_nodes))).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs.retain(|(a, b)| a != b);
    let edges = pairs.iter().map(|&(a, b)| Edge::new(&name(a), &name(b), "", 1.0 + next(20) as f64)).collect();
    (nodes, edges)
}

/// The visits by Gaussian elimination on the whole matrix: an independent route, for small graphs only.
fn dense_arrivals(graph: &Graph, target: usize, blocked: &[usize]) -> Vec<f64> {
    let n = graph.n_nodes();
    let mut supply: Vec<f64> = graph.nodes().map(|node| node.own_supply.unwrap_or(0.0)).collect();
    let ends: Vec<(usize, usize, f64)> = graph
        .edges()
        .map(|edge| (graph.position(&edge.supplier).unwrap(), graph.position(&edge.buyer).unwrap(), edge.flow))
        .collect();
    ends.iter().for_each(|&(_, buyer, flow)| supply[buyer] += flow);
    // on = begin + P' on, where blocked nodes pass nothing on but what began there.
    let mut matrix = vec![vec![0.0; n + 1]; n];
    (0..n).for_each(|row| matrix[row][row] = 1.0);
    matrix[target][n] = 1.0;
    for &(supplier, buyer, flow) in &ends {
        if !blocked.contains(&supplier) {
            matrix[supplier][buyer] -= flow / supply[buyer];
        }
    }
    for pivot in 0..n {
        let best = (pivot..n).max_by(|&a, &b| matrix[a][pivot].abs().total_cmp(&matrix[b][pivot].abs())).unwrap();
        matrix.swap(pivot, best);
        for row in 0..n {
            if row != pivot && matrix[row][pivot] != 0.0 {
                let factor = matrix[row][pivot] / matrix[pivot][pivot];
                for column in pivot..=n {
                    matrix[row][column] -= factor * matrix[pivot][column];
                }
            }
        }
    }
    let on: Vec<f64> = (0..n).map(|row| matrix[row][n] / matrix[row][row]).collect();
    let mut arrivals = vec![0.0; n];
    ends.iter().for_each(|&(supplier, buyer, flow)| arrivals[supplier] += flow / supply[buyer] * on[buyer]);
    arrivals
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn origins_sum_to_one_and_agree_with_a_dense_solve(seed in 1_u64..10_000, n_nodes in 3_usize..25, degree in 1_usize..6) {
        let (mut nodes, edges) = random(seed, n_nodes, n_nodes * degree);
        // A little of its own everywhere: no circle is closed, and the dense matrix is regular.
        nodes.iter_mut().for_each(|node| node.own_supply = Some(node.own_supply.unwrap_or(0.0) + 0.5));
        let graph = graph(&nodes, &edges);
        let found = exposure(&graph, "n000");
        let sum: f64 = found.nodes.iter().map(|part| part.origin_share).sum();
        prop_assert!((sum + found.unassigned - 1.0).abs() < 1e-12);
        let arrivals = dense_arrivals(&graph, 0, &[]);
        for part in &found.nodes {
            prop_assert!((part.throughflow - arrivals[part.node]).abs() < 1e-8);
            if part.node != 0 {
                prop_assert!(part.exposure.unwrap() <= part.throughflow + 1e-9);
                // First arrivals: the node passes nothing on.
                let first = dense_arrivals(&graph, 0, &[part.node])[part.node];
                prop_assert!((part.exposure.unwrap() - first).abs() < 1e-8);
            }
        }
        for country in &found.countries {
            prop_assert!(country.origin_share <= country.exposure + 1e-9 && country.exposure <= 1.0);
            let theirs: Vec<usize> = (0..graph.n_nodes()).filter(|&node| graph.node(node).country.map(String::from) == Some(country.country.clone())).collect();
            let first = dense_arrivals(&graph, 0, &theirs);
            let mut expected: f64 = theirs.iter().map(|&node| first[node]).sum();
            if theirs.contains(&0) {
                expected += found.nodes.iter().find(|part| part.node == 0).map_or(0.0, |_| {
                    let supply = graph.node(0).own_supply.unwrap_or(0.0) + graph.inflow(0);
                    graph.node(0).own_supply.unwrap_or(0.0) / supply
                });
            }
            prop_assert!((country.exposure - expected.min(1.0)).abs() < 1e-8, "{} {} {}", country.country, country.exposure, expected);
        }
    }

    #[test]
    fn the_order_of_rows_changes_nothing(seed in 1_u64..1000) {
        let (nodes, mut edges) = random(seed, 15, 60);
        let one = exposure(&graph(&nodes, &edges), "n001");
        edges.reverse();
        let mut turned = nodes.clone();
        turned.reverse();
        let other = exposure(&graph(&turned, &edges), "n001");
        prop_assert_eq!(one, other);
    }
}
