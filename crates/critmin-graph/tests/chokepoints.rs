//! Chokepoints: hand-computable losses, the theorem of the minimum cut, brute force on small graphs, and laws.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::needless_for_each,
    clippy::needless_range_loop,
    reason = "a test states exact results on small whole numbers and fails loudly"
)]

use critmin_graph::{
    BuildOptions, ChokepointOptions, Chokepoints, Edge, Error, ExposureOptions, Graph, Measure, Node, RemovalKind,
    Rerouting, Target,
};
use proptest::prelude::*;

fn graph(nodes: &[Node], edges: &[Edge]) -> Graph {
    Graph::from_records(nodes, edges, Measure::ContainedMass, BuildOptions::default()).unwrap()
}

fn node(id: &str, own_supply: Option<f64>, capacity: Option<f64>) -> Node {
    Node { id: id.to_owned(), good: String::new(), stage: None, country: None, own_supply, capacity }
}

fn ask(graph: &Graph, target: &str, kinds: &[RemovalKind], route_factor: Option<f64>) -> Chokepoints {
    let options = ChokepointOptions {
        kinds: kinds.to_vec(),
        rerouting: Rerouting { route_factor },
        ..ChokepointOptions::default()
    };
    graph.chokepoints(&Target::node(graph, target).unwrap(), &options).unwrap()
}

fn loss(found: &Chokepoints, removed: &str) -> (f64, f64) {
    let one = found.losses.iter().find(|loss| loss.removed == removed).unwrap();
    (one.loss_rigid.unwrap(), one.loss_rerouted)
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "found {found}, expected {expected}");
}

#[test]
fn goods_that_go_round_almost_without_new_supply_have_an_exact_loss() {
    // A thousand tonnes go to and fro; a kilogram enters from Canada, another from Chile. With x left of both refiners
    // once Canada is gone, 1000.002 x = 1000 x + 0.001, so half is left: no ten thousand rounds come near that.
    let refiner = |country: &str| format!("cobalt:refinery:{country}");
    let edge = |from: &str, to: &str, flow: f64| Edge::new(&refiner(from), &refiner(to), "cobalt", flow);
    let edges =
        [edge("BEL", "DEU", 1000.0), edge("DEU", "BEL", 1000.0), edge("CAN", "BEL", 0.001), edge("CHL", "BEL", 0.001)];
    let found = ask(&graph(&[], &edges), &refiner("DEU"), &[RemovalKind::Country], None);
    close(loss(&found, "CAN").0, 0.5);
    close(loss(&found, "CHL").0, 0.5);
    close(loss(&found, "BEL").0, 1.0);
}

#[test]
fn spare_capacity_elsewhere_softens_a_loss() {
    // The plant takes 60 from A and 40 from B; B's mine could give 70, and its route carries up to 1.5 * 40 = 60.
    let nodes = [node("A", Some(60.0), None), node("B", Some(40.0), Some(70.0)), node("plant", None, None)];
    let edges = [Edge::new("A", "plant", "metal", 60.0), Edge::new("B", "plant", "metal", 40.0)];
    let graph = graph(&nodes, &edges);
    let found = ask(&graph, "plant", &[RemovalKind::Node], Some(1.5));
    close(found.demand, 100.0);
    close(found.deliverable_before, 100.0);
    let (rigid, rerouted) = loss(&found, "A");
    close(rigid, 0.6);
    close(rerouted, 0.4); // 60 of 100 still come
    assert_eq!(found.losses[0].alternatives, [("B".to_owned(), 20.0)]);
    // Without a limit on routes the mine is the limit: 70.
    close(loss(&ask(&graph, "plant", &[RemovalKind::Node], None), "A").1, 0.3);
}

#[test]
fn a_pair_can_be_worse_than_its_parts() {
    let edges = [
        Edge::new("ore:mine:AAA", "metal:refinery:USA", "metal", 50.0),
        Edge::new("ore:mine:BBB", "metal:refinery:USA", "metal", 50.0),
    ];
    let graph = graph(&[], &edges);
    let found = ask(&graph, "metal:refinery:USA", &[RemovalKind::Country, RemovalKind::Pair], Some(2.0));
    // Each alone delivers what its mine gives, 50: nobody can replace the other. Both together are everything.
    close(loss(&found, "AAA").1, 0.5);
    let pair = found.losses.iter().find(|loss| loss.kind == RemovalKind::Pair).unwrap();
    assert_eq!(pair.removed, "AAA+BBB");
    assert!(pair.is_single_point_of_failure);
}

#[test]
fn a_buyer_that_needs_two_goods_gets_as_much_as_the_scarcer() {
    // A device needs 10 of gallium from A and 5 of germanium, 4 from B and 1 from C.
    let edges = [
        Edge::new("A", "device", "gallium", 10.0),
        Edge::new("B", "device", "germanium", 4.0),
        Edge::new("C", "device", "germanium", 1.0),
    ];
    let graph = graph(&[], &edges);
    let found = ask(&graph, "device", &[RemovalKind::Node], None);
    // B is 4/15 of the mass, but 4/5 of the germanium: four fifths of the devices are lost, and no rerouting helps.
    let (rigid, rerouted) = loss(&found, "B");
    close(rigid, 0.8);
    close(rerouted, 0.8);
    close(loss(&found, "A").0, 1.0);
    close(loss(&found, "A").1, 1.0);
}

#[test]
fn an_input_that_is_not_essential_costs_its_share_only() {
    let mut luxury = Edge::new("B", "device", "paint", 4.0);
    luxury.is_essential = false;
    let graph = graph(&[], &[Edge::new("A", "device", "metal", 6.0), luxury]);
    let found = ask(&graph, "device", &[RemovalKind::Node], None);
    close(loss(&found, "B").0, 0.4);
    close(loss(&found, "B").1, 0.0);
    close(loss(&found, "A").0, 1.0);
}

#[test]
fn a_capacity_of_zero_lets_nothing_pass_and_a_target_without_suppliers_is_told() {
    let nodes = [
        node("A", Some(10.0), None),
        node("hub", None, Some(0.0)),
        node("plant", None, None),
        node("alone", None, None),
    ];
    let graph = graph(&nodes, &[Edge::new("A", "hub", "", 10.0), Edge::new("hub", "plant", "", 10.0)]);
    for target in ["plant", "alone"] {
        let asked = graph.chokepoints(&Target::node(&graph, target).unwrap(), &ChokepointOptions::default());
        assert!(matches!(asked, Err(Error::BadQuestion { .. })), "{target}: {asked:?}");
    }
}

#[test]
fn dominators_are_what_every_path_crosses() {
    let edges = [
        Edge::new("m1", "r", "", 1.0),
        Edge::new("m2", "r", "", 1.0),
        Edge::new("r", "t1", "", 1.0),
        Edge::new("r", "t2", "", 1.0),
        Edge::new("t1", "p", "", 1.0),
        Edge::new("t2", "p", "", 1.0),
        Edge::new("p", "buyer", "", 1.0),
    ];
    let graph = graph(&[], &edges);
    let crossed = graph.dominators(&Target::node(&graph, "buyer").unwrap()).unwrap();
    assert_eq!(crossed.iter().map(|&node| graph.id(node)).collect::<Vec<_>>(), ["r", "p"]);
}

/// Random layers with capacities, no cycles, whole numbers, so that brute force is exact.
fn random(seed: u64, n: usize, n_edges: usize) -> (Vec<Node>, Vec<Edge>) {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % (n as u64)).unwrap()
    };
    let mut nodes: Vec<Node> = (0..n)
        .map(|place| {
            node(
                &format!("n{place:02}"),
                (place < 3).then(|| 5.0 + next(20) as f64),
                (place % 4 == 3).then(|| 4.0 + next(20) as f64),
            )
        })
        .collect();
    nodes[n - 1].capacity = None;
    let mut pairs: Vec<(usize, usize)> = (0..n_edges).map(|_| (next(n), next(n))).filter(|(a, b)| a != b).collect();
    pairs.iter_mut().for_each(|pair| *pair = (pair.0.min(pair.1), pair.0.max(pair.1)));
    pairs.push((0, n - 1));
    pairs.sort_unstable();
    pairs.dedup();
    let edges = pairs
        .iter()
        .map(|&(a, b)| Edge {
            capacity: Some(1.0 + next(10) as f64),
            ..Edge::new(&format!("n{a:02}"), &format!("n{b:02}"), "", 1.0 + next(9) as f64)
        })
        .collect();
    (nodes, edges)
}

/// The least cut by trying every set of nodes on the side of the origins: exponential, and nothing like our algorithm.
fn least_cut(nodes: &[Node], edges: &[Edge], target: &str, removed: Option<&str>, demand: f64) -> f64 {
    let place = |id: &str| nodes.iter().position(|node| node.id == id).unwrap();
    let inflow =
        |node: usize| edges.iter().filter(|edge| place(&edge.buyer) == node).map(|edge| edge.flow).sum::<f64>();
    let outflow =
        |node: usize| edges.iter().filter(|edge| place(&edge.supplier) == node).map(|edge| edge.flow).sum::<f64>();
    let n = nodes.len();
    let mut least = demand;
    for side in 0..1_u32 << n {
        let on_side = |node: usize| side >> node & 1 == 1;
        if removed.is_some_and(|gone| on_side(place(gone))) {
            continue; // a removed node stands on neither side: nothing passes
        }
        let mut cut = 0.0;
        for (at, node) in nodes.iter().enumerate() {
            if removed == Some(&node.id) {
                continue;
            }
            let own = node.own_supply.unwrap_or(0.0);
            let unexplained = if own + inflow(at) == 0.0 { outflow(at) } else { 0.0 };
            let most = (own + unexplained).max(if 0.0 < own { node.capacity.unwrap_or(0.0) } else { 0.0 });
            // Entering a node, and passing it, are cut apart: take the cheaper way of keeping its goods back.
            let out: f64 = edges
                .iter()
                .filter(|edge| {
                    edge.supplier == node.id && Some(edge.buyer.as_str()) != removed && !on_side(place(&edge.buyer))
                })
                .map(|edge| edge.capacity.unwrap())
                .sum::<f64>()
                + if node.id == target { demand } else { 0.0 };
            cut += if on_side(at) { out.min(node.capacity.unwrap_or(f64::INFINITY)) } else { most };
        }
        least = least.min(cut);
    }
    least
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn flows_equal_the_least_cut_before_and_after_every_removal(seed in 1_u64..100_000, n in 4_usize..10, degree in 1_usize..4) {
        let (nodes, edges) = random(seed, n, n * degree);
        let graph = graph(&nodes, &edges);
        let target = format!("n{:02}", n - 1);
        let options = ChokepointOptions { kinds: vec![RemovalKind::Node], ..ChokepointOptions::default() };
        let Ok(found) = graph.chokepoints(&Target::node(&graph, &target).unwrap(), &options) else { return Ok(()) };
        prop_assert!((found.deliverable_before - found.least_cut).abs() < 1e-9);
        prop_assert!((found.deliverable_before - least_cut(&nodes, &edges, &target, None, found.demand)).abs() < 1e-9);
        for loss in &found.losses {
            let expected = least_cut(&nodes, &edges, &target, Some(&loss.removed), found.demand);
            prop_assert!((loss.deliverable_after - expected).abs() < 1e-9, "without {}: {} instead of {}", loss.removed, loss.deliverable_after, expected);
            prop_assert!(0.0 <= loss.loss_rerouted && loss.loss_rerouted <= 1.0);
        }
    }

    #[test]
    fn without_tied_inputs_the_rigid_loss_is_the_exposure(seed in 1_u64..100_000, n in 4_usize..20, degree in 1_usize..5) {
        let (nodes, edges) = random(seed, n, n * degree);
        let graph = graph(&nodes, &edges);
        let target = Target::node(&graph, &format!("n{:02}", n - 1)).unwrap();
        let options = ChokepointOptions { kinds: vec![RemovalKind::Node], rerouting: Rerouting { route_factor: None }, ..ChokepointOptions::default() };
        let Ok(found) = graph.chokepoints(&target, &options) else { return Ok(()) };
        let exposure = graph.exposure(&target, ExposureOptions::default()).unwrap();
        for loss in &found.losses {
            let part = exposure.nodes.iter().find(|part| graph.id(part.node) == loss.removed);
            let expected = part.map_or(0.0, |part| part.exposure.unwrap());
            prop_assert!((loss.loss_rigid.unwrap() - expected).abs() < 1e-9);
        }
    }

    #[test]
    fn wider_routes_never_raise_a_loss_of_supply(seed in 1_u64..10_000) {
        let (nodes, mut edges) = random(seed, 9, 24);
        edges.iter_mut().for_each(|edge| edge.capacity = None);
        let graph = graph(&nodes, &edges);
        let mut before = vec![];
        for factor in [Some(1.0), Some(1.5), Some(4.0), None] {
            let options = ChokepointOptions { kinds: vec![RemovalKind::Node], rerouting: Rerouting { route_factor: factor }, ..ChokepointOptions::default() };
            let Ok(found) = graph.chokepoints(&Target::node(&graph, "n08").unwrap(), &options) else { return Ok(()) };
            let mut after: Vec<(String, f64)> = found.losses.iter().map(|loss| (loss.removed.clone(), loss.deliverable_after)).collect();
            after.sort_by(|a, b| a.0.cmp(&b.0));
            for (name, left) in &after {
                if let Some((_, earlier)) = before.iter().find(|(known, _): &&(String, f64)| known == name) {
                    prop_assert!(earlier <= &(left + 1e-9));
                }
            }
            before = after;
        }
    }
}
