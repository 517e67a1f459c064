//! Structure and robustness: values by hand, definitions by brute force, and invariance.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::needless_for_each,
    clippy::needless_range_loop,
    reason = "a test states exact results on small whole numbers and fails loudly"
)]

mod common;

use common::{close, countries, flows, graph, node, random, relabelled, renamed};
use critmin_graph::{
    Edge, Error, Graph, NodeStructure, Ranking, RobustnessOptions, Structure, StructureOptions, Target,
};
use proptest::prelude::*;

fn structure(graph: &Graph) -> Structure {
    graph.structure(StructureOptions::default()).unwrap()
}

fn of<'a>(graph: &Graph, found: &'a Structure, id: &str) -> &'a NodeStructure {
    &found.nodes[graph.position(id).unwrap()]
}

#[test]
fn pagerank_goes_from_buyers_to_suppliers() {
    let graph = graph(&[], &flows(&[("mine", "refiner", 8.0), ("refiner", "plant", 6.0)]));
    let found = structure(&graph);
    // With a = (0.15 + 0.85 mine) / 3: plant = a, refiner = a + 0.85 a, mine = a + 0.85 * 1.85 a; they sum to 1.
    let a = 1.0 / (1.0 + 1.85 + 2.5725);
    close(of(&graph, &found, "plant").pagerank, a);
    close(of(&graph, &found, "refiner").pagerank, 1.85 * a);
    close(of(&graph, &found, "mine").pagerank, 2.5725 * a);
    // Katz without circles, alpha 0.9: 1, 1 + 0.9, 1 + 0.9 * 1.9, scaled to length 1.
    let length = (1.0_f64 + 1.9 * 1.9 + 2.71 * 2.71).sqrt();
    close(of(&graph, &found, "mine").katz, 1.0 / length);
    close(of(&graph, &found, "plant").katz, 2.71 / length);
    assert_eq!((found.spectral_radius, found.katz_alpha), (0.0, 0.9));
}

#[test]
fn pagerank_follows_the_larger_flow_and_adds_parallel_ones() {
    let edges = [Edge::new("A", "T", "wafer", 1.0), Edge::new("A", "T", "chip", 2.0), Edge::new("B", "T", "chip", 1.0)];
    let graph = graph(&[], &edges);
    let found = structure(&graph);
    // T = a, A = a + 0.85 * 3/4 a, B = a + 0.85 * 1/4 a: 3.85 a = 1.
    close(of(&graph, &found, "A").pagerank, 1.6375 / 3.85);
    close(of(&graph, &found, "B").pagerank, 1.2125 / 3.85);
    assert_eq!((of(&graph, &found, "T").in_strength, of(&graph, &found, "A").out_strength), (4.0, 3.0));
}

#[test]
fn the_spectral_radius_is_that_of_the_circle() {
    // Y takes all from X; X takes half from Y, half from Z: the square root of 1/2.
    let with_z = graph(&[], &flows(&[("X", "Y", 5.0), ("Y", "X", 10.0), ("Z", "X", 10.0)]));
    let found = structure(&with_z);
    close(found.spectral_radius, 0.5_f64.sqrt());
    close(found.katz_alpha, 0.9 / 0.5_f64.sqrt());
    // k_Z = 1, k_X = 1 + alpha (k_Y + k_Z) / 2, k_Y = 1 + alpha k_X.
    let alpha = found.katz_alpha;
    let x = (1.0 + alpha) / (1.0 - alpha * alpha / 2.0);
    let y = 1.0 + alpha * x;
    let length = (1.0 + x * x + y * y).sqrt();
    close(of(&with_z, &found, "X").katz, x / length);
    close(of(&with_z, &found, "Y").katz, y / length);
    let closed = graph(&[], &flows(&[("X", "Y", 5.0), ("Y", "X", 10.0)]));
    close(structure(&closed).spectral_radius, 1.0);
    let too_large = StructureOptions { katz_alpha: Some(1.5), ..StructureOptions::default() };
    assert!(with_z.structure(too_large).unwrap_err().to_string().contains("keep it below 1.41"));
}

#[test]
fn betweenness_counts_shortest_ways() {
    // Of the 6 ordered pairs of others, each of the two in the middle has half of the ways from S to T.
    let graph = graph(&[], &flows(&[("S", "A", 1.0), ("S", "B", 9.0), ("A", "T", 1.0), ("B", "T", 9.0)]));
    let found = structure(&graph);
    for id in ["A", "B"] {
        close(of(&graph, &found, id).betweenness.unwrap(), 0.5 / 6.0);
    }
    close(of(&graph, &found, "S").betweenness.unwrap(), 0.0);
    let none = graph.structure(StructureOptions { betweenness_up_to: 3, ..StructureOptions::default() }).unwrap();
    assert!(none.nodes.iter().all(|node| node.betweenness.is_none()));
}

#[test]
fn two_triangles_are_two_communities() {
    let triangles =
        [("a", "b", 1.0), ("b", "c", 1.0), ("c", "a", 1.0), ("x", "y", 1.0), ("y", "z", 1.0), ("z", "x", 1.0)];
    let mut edges = flows(&triangles);
    edges.push(Edge::new("c", "x", "", 0.1));
    let two = graph(
        &[
            node("alone", None),
            node("a", None),
            node("b", None),
            node("c", None),
            node("x", None),
            node("y", None),
            node("z", None),
        ],
        &edges,
    );
    let found = structure(&two);
    let numbers: Vec<usize> = ["a", "b", "c", "x", "y", "z"].map(|id| of(&two, &found, id).community).to_vec();
    assert_eq!(numbers, [0, 0, 0, 2, 2, 2]); // `alone` comes before x in the order of ids, and is one of its own
    assert_eq!(found.n_communities, 3);
    // Twice (6/12.2 - (6.1/12.2)^2).
    close(found.modularity.unwrap(), 2.0 * (6.0 / 12.2 - 0.25));
    let silent = graph(&[node("a", None), node("b", None)], &[]);
    assert_eq!(structure(&silent).modularity, None);
}

#[test]
fn options_out_of_range_are_refused() {
    let graph = graph(&[], &flows(&[("a", "b", 1.0)]));
    let default = StructureOptions::default();
    for options in [
        StructureOptions { damping: 1.0, ..default },
        StructureOptions { damping: f64::NAN, ..default },
        StructureOptions { resolution: 0.0, ..default },
        StructureOptions { tolerance: 0.0, ..default },
        StructureOptions { katz_alpha: Some(-1.0), ..default },
        StructureOptions { max_iterations: 1, ..default },
    ] {
        assert!(matches!(graph.structure(options), Err(Error::BadQuestion { .. })), "{options:?}");
    }
}

#[test]
fn countries_are_lost_in_the_order_of_exposure() {
    let edges = [
        Edge::new("ore:mine:CHN", "metal:refinery:CHN", "ore", 60.0),
        Edge::new("ore:mine:AUS", "metal:refinery:JPN", "ore", 40.0),
        Edge::new("metal:refinery:CHN", "radar:product", "metal", 60.0),
        Edge::new("metal:refinery:JPN", "radar:product", "metal", 40.0),
        Edge::new("optics:component:DEU", "radar:product", "optics", 10.0),
    ];
    let graph = graph(&[], &edges);
    let target = Target::node(&graph, "radar:product").unwrap();
    let found = graph.robustness(&target, &RobustnessOptions::default()).unwrap();
    let told: Vec<_> =
        found.curve.iter().map(|each| each.removed.as_ref().map_or("", |country| country.as_str())).collect();
    // Exposure: CHN 60/110, AUS and JPN 40/110 each, DEU 10/110.
    assert_eq!(told, ["", "CHN", "AUS", "JPN", "DEU"]);
    // Metal falls to 40 of 100, then to none; optics alone builds nothing.
    [1.0, 0.4, 0.0, 0.0, 0.0].iter().zip(&found.curve).for_each(|(left, point)| close(point.deliverable_share, *left));
    close(found.mean_deliverable_share.unwrap(), 0.1);
    // 6 nodes; without China's two 4 hang together; then refiner, optics and radar; then two; then one.
    let parts = [1.0, 4.0 / 6.0, 3.0 / 6.0, 2.0 / 6.0, 1.0 / 6.0];
    parts.iter().zip(&found.curve).for_each(|(share, point)| close(point.largest_component_share.unwrap(), *share));
    assert_eq!(found.curve[4].n_removed, 5);
    let given = RobustnessOptions { ranking: Ranking::Given(countries(&["DEU"])), max_removed: None };
    close(graph.robustness(&target, &given).unwrap().curve[1].deliverable_share, 0.0); // an essential input
    // Without Japan nothing ties the Australian mine to the other four.
    let given = RobustnessOptions { ranking: Ranking::Given(countries(&["JPN"])), max_removed: None };
    close(graph.robustness(&target, &given).unwrap().curve[1].largest_component_share.unwrap(), 4.0 / 6.0);
    let strongest = RobustnessOptions { ranking: Ranking::Strength, max_removed: Some(1) };
    let strongest = graph.robustness(&target, &strongest).unwrap();
    assert_eq!(strongest.curve.len(), 2);
    assert_eq!(strongest.curve[1].removed, Some("CHN".parse().unwrap()));
    for bad in [countries(&["FRA"]), countries(&["DEU", "DEU"])] {
        assert!(
            graph.robustness(&target, &RobustnessOptions { ranking: Ranking::Given(bad), max_removed: None }).is_err()
        );
    }
}

#[test]
fn what_is_lost_ties_nothing_together() {
    // One mine feeds two refiners that have nothing else in common.
    let edges = [
        Edge::new("ore:mine:CHN", "metal:refinery:JPN", "ore", 1.0),
        Edge::new("ore:mine:CHN", "metal:refinery:DEU", "ore", 1.0),
    ];
    let graph = graph(&[], &edges);
    let target = Target::node(&graph, "metal:refinery:JPN").unwrap();
    let found = graph.robustness(&target, &RobustnessOptions::default()).unwrap();
    close(found.curve[1].largest_component_share.unwrap(), 1.0 / 3.0);
}

/// Modularity from its first definition, pair by pair.
fn modularity(graph: &Graph, of: &[usize]) -> f64 {
    let n = graph.n_nodes();
    let mut weight = vec![vec![0.0; n]; n];
    for edge in graph.edges() {
        let (a, b) = (graph.position(&edge.supplier).unwrap(), graph.position(&edge.buyer).unwrap());
        weight[a][b] += edge.flow;
        weight[b][a] += edge.flow;
    }
    let strength: Vec<f64> = weight.iter().map(|row| row.iter().sum()).collect();
    let total: f64 = strength.iter().sum();
    let mut sum = 0.0;
    for a in 0..n {
        for b in (0..n).filter(|&b| of[a] == of[b]) {
            sum += (weight[a][b] - strength[a] * strength[b] / total) / total;
        }
    }
    sum
}

/// The best modularity of all partitions of the nodes from `node` on.
fn best(graph: &Graph, of: &mut Vec<usize>, n_parts: usize) -> f64 {
    if of.len() == graph.n_nodes() {
        return modularity(graph, of);
    }
    let mut found = f64::NEG_INFINITY;
    for part in 0..=n_parts {
        of.push(part);
        found = found.max(best(graph, of, n_parts.max(part + 1)));
        of.pop();
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn ranks_sum_to_one_and_satisfy_their_equations(seed in 1_u64..10_000, size in 3_usize..40) {
        let (nodes, edges) = random(seed, size, size * 3, true);
        let graph = graph(&nodes, &edges);
        let found = structure(&graph);
        let n = size as f64;
        prop_assert!((found.nodes.iter().map(|node| node.pagerank).sum::<f64>() - 1.0).abs() < 1e-12);
        prop_assert!((found.nodes.iter().map(|node| node.katz.powi(2)).sum::<f64>() - 1.0).abs() < 1e-9);
        let dangling: f64 = found.nodes.iter().filter(|node| node.in_strength == 0.0).map(|node| node.pagerank).sum();
        let mut expected = vec![(0.15 + 0.85 * dangling) / n; size];
        let mut depends = vec![0.0; size];
        for edge in graph.edges() {
            let (from, to) = (graph.position(&edge.supplier).unwrap(), graph.position(&edge.buyer).unwrap());
            expected[from] += 0.85 * found.nodes[to].pagerank * edge.flow / graph.inflow(to);
            depends[to] += found.katz_alpha * found.nodes[from].katz * edge.flow / graph.inflow(to);
        }
        // k - alpha V' k is the same number for every node: 1, scaled.
        let ones: Vec<f64> = found.nodes.iter().map(|node| node.katz - depends[node.node]).collect();
        for node in &found.nodes {
            prop_assert!((node.pagerank - expected[node.node]).abs() < 1e-10);
            prop_assert!((ones[node.node] - ones[0]).abs() < 1e-8);
        }
        prop_assert!((0.0..=1.0).contains(&found.spectral_radius));
        prop_assert!((found.spectral_radius == 0.0) == graph.is_acyclic());
    }

    #[test]
    fn other_names_change_nothing(seed in 1_u64..10_000) {
        let (nodes, edges) = random(seed, 15, 45, true);
        let (other_nodes, other_edges) = relabelled(&nodes, &edges);
        let (one, other) = (graph(&nodes, &edges), graph(&other_nodes, &other_edges));
        let (a, b) = (structure(&one), structure(&other));
        prop_assert!((a.spectral_radius - b.spectral_radius).abs() < 1e-9);
        for (place, node) in nodes.iter().enumerate() {
            let twin = of(&other, &b, &renamed(&node.id));
            prop_assert!((a.nodes[place].pagerank - twin.pagerank).abs() < 1e-10);
            prop_assert!((a.nodes[place].katz - twin.katz).abs() < 1e-8);
            prop_assert!((a.nodes[place].betweenness.unwrap() - twin.betweenness.unwrap()).abs() < 1e-10);
        }
    }

    #[test]
    fn communities_have_the_modularity_that_they_say(seed in 1_u64..10_000) {
        let (nodes, edges) = random(seed, 7, 14, true);
        prop_assume!(!edges.is_empty());
        let graph = graph(&nodes, &edges);
        let found = structure(&graph);
        let of: Vec<usize> = found.nodes.iter().map(|node| node.community).collect();
        let said = found.modularity.unwrap();
        prop_assert!((said - modularity(&graph, &of)).abs() < 1e-12);
        let best = best(&graph, &mut Vec::new(), 0);
        prop_assert!(said <= best + 1e-12);
        prop_assert!(best - 0.1 <= said, "{said} of {best}");
    }

    #[test]
    fn losing_more_never_leaves_more(seed in 1_u64..10_000) {
        let (nodes, edges) = random(seed, 20, 60, true);
        let graph = graph(&nodes, &edges);
        let target = Target::node(&graph, "n013").unwrap(); // in no country
        let found = graph.robustness(&target, &RobustnessOptions::default()).unwrap();
        prop_assert_eq!((found.curve[0].deliverable_share, found.curve[0].n_removed), (1.0, 0));
        for pair in found.curve.windows(2) {
            prop_assert!(pair[1].deliverable_share <= pair[0].deliverable_share + 1e-9);
            prop_assert!(pair[1].largest_component_share <= pair[0].largest_component_share);
            prop_assert!(pair[0].n_removed < pair[1].n_removed);
        }
    }
}
