//! Paths and contents: hand-computable graphs, brute force, and what is covered or said to be left out.
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
use critmin_graph::{BuildOptions, Duplicates, Edge, Error, Graph, Measure, Origins, Paths, Target, TraceOptions};
use proptest::prelude::*;

/// T takes 60 from A and 40 from B; A makes 30 and takes 30 from C; B takes 40 from C.
fn diamond() -> Graph {
    let nodes = [node("A", Some(30.0)), node("B", Some(0.0)), node("C", Some(70.0)), node("T", None)];
    graph(&nodes, &flows(&[("A", "T", 60.0), ("B", "T", 40.0), ("C", "A", 30.0), ("C", "B", 40.0)]))
}

fn paths(graph: &Graph, target: &str, options: &TraceOptions) -> Paths {
    graph.paths(&Target::node(graph, target).unwrap(), options).unwrap()
}

fn everything() -> TraceOptions {
    TraceOptions { min_share: 0.0, max_paths: 1_000_000, max_steps: 1000, from: Origins::Any }
}

/// What the search says of the whole supply.
fn accounted(found: &Paths) -> f64 {
    let followed = found.covered_share + found.cyclic_share + found.elsewhere_share;
    followed + found.below_share + found.long_share + found.left_out_share
}

fn told(graph: &Graph, found: &Paths) -> Vec<String> {
    let ids = |steps: &[usize]| steps.iter().map(|&step| graph.id(step)).collect::<Vec<_>>().join(">");
    found.paths.iter().map(|path| ids(&path.steps)).collect()
}

#[test]
fn a_diamond_has_three_paths() {
    let graph = diamond();
    let found = paths(&graph, "T", &TraceOptions::default());
    assert_eq!(told(&graph, &found), ["C>B>T", "A>T", "C>A>T"]);
    // 0.4; 0.6 of which half is A's own and half from C.
    let expected = [0.4, 0.3, 0.3];
    found.paths.iter().zip(expected).for_each(|(path, expected)| close(path.share, expected));
    close(found.covered_share, 1.0);
    assert_eq!(found.paths[0].n_steps(), 2);
    assert!(!found.paths[0].is_unexplained);
}

#[test]
fn what_is_not_listed_is_accounted_for() {
    let graph = diamond();
    let above = paths(&graph, "T", &TraceOptions { min_share: 0.35, ..TraceOptions::default() });
    assert_eq!(told(&graph, &above), ["C>B>T"]);
    close(above.below_share, 0.6);
    let one = paths(&graph, "T", &TraceOptions { max_paths: 1, ..TraceOptions::default() });
    assert_eq!(told(&graph, &one), ["C>B>T"]);
    close(one.left_out_share, 0.6);
    let short = paths(&graph, "T", &TraceOptions { max_steps: 1, ..TraceOptions::default() });
    assert_eq!(told(&graph, &short), ["A>T"]);
    close(short.long_share, 0.7);
    let from_c = TraceOptions { from: Origins::Nodes(vec!["C".into()]), ..TraceOptions::default() };
    let from_c = paths(&graph, "T", &from_c);
    assert_eq!(told(&graph, &from_c), ["C>B>T", "C>A>T"]);
    close(from_c.elsewhere_share, 0.3);
    for found in [above, one, short, from_c] {
        close(accounted(&found), 1.0);
    }
}

#[test]
fn ways_that_come_back_are_no_paths() {
    // X and Y sell to each other; X makes 10; the buyer takes all from Y: half begins at X, half goes round.
    let nodes = [node("X", Some(10.0)), node("Y", Some(0.0)), node("buyer", None)];
    let graph = graph(&nodes, &flows(&[("X", "Y", 20.0), ("Y", "X", 10.0), ("Y", "buyer", 10.0)]));
    let found = paths(&graph, "buyer", &TraceOptions::default());
    assert_eq!(told(&graph, &found), ["X>Y>buyer"]);
    close(found.covered_share, 0.5);
    close(found.cyclic_share, 0.5);
}

#[test]
fn two_goods_of_one_supplier_are_one_way_and_unrecorded_origins_are_marked() {
    let edges = [Edge::new("A", "T", "wafer", 3.0), Edge::new("A", "T", "chip", 1.0), Edge::new("B", "T", "chip", 4.0)];
    let graph = graph(&[], &edges);
    let found = paths(&graph, "T", &TraceOptions::default());
    assert_eq!(told(&graph, &found), ["A>T", "B>T"]);
    assert!(found.paths.iter().all(|path| path.is_unexplained && path.share == 0.5));
}

#[test]
fn paths_can_begin_in_countries() {
    let edges = [
        Edge::new("ore:mine:CHN", "metal:refinery:JPN", "ore", 3.0),
        Edge::new("ore:mine:AUS", "metal:refinery:JPN", "ore", 1.0),
    ];
    let graph = graph(&[], &edges);
    let options = TraceOptions { from: Origins::Countries(countries(&["AUS"])), ..TraceOptions::default() };
    let found = paths(&graph, "metal:refinery:JPN", &options);
    assert_eq!(told(&graph, &found), ["ore:mine:AUS>metal:refinery:JPN"]);
    let target = Target::node(&graph, "metal:refinery:JPN").unwrap();
    let of_nobody = TraceOptions { from: Origins::Countries(countries(&["AUT"])), ..TraceOptions::default() };
    assert!(matches!(graph.paths(&target, &of_nobody), Err(Error::UnknownName { kind: "country", .. })));
    let senseless = TraceOptions { min_share: f64::NAN, ..TraceOptions::default() };
    assert!(matches!(graph.paths(&target, &senseless), Err(Error::BadQuestion { .. })));
    let nothing = TraceOptions { max_paths: 0, ..TraceOptions::default() };
    assert!(matches!(graph.paths(&target, &nothing), Err(Error::BadQuestion { .. })));
}

#[test]
fn more_ways_than_can_be_listed_end_the_search() {
    // 40 stages of two nodes each: 2^39 ways, all alike.
    let name = |stage: usize, place: usize| format!("s{stage:02}{place}");
    let mut edges = vec![];
    for stage in 1..40 {
        for (from, to) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            edges.push(Edge::new(&name(stage - 1, from), &name(stage, to), "", 1.0));
        }
    }
    let graph = graph(&[], &edges);
    let options = TraceOptions { max_paths: 100, ..everything() };
    let found = paths(&graph, "s390", &options);
    assert_eq!(found.paths.len(), 100);
    close(found.covered_share, 100.0 / 2.0_f64.powi(39));
    close(accounted(&found), 1.0);
}

#[test]
fn a_product_contains_what_its_layers_bring() {
    let flow = |supplier: &str, buyer: &str, commodity: &str, flow: f64| Edge {
        commodity: commodity.to_owned(),
        ..Edge::new(supplier, buyer, "metal", flow)
    };
    let nodes = ["a:mine:AUS", "b:mine:CHN", "metal:refinery:JPN", "scrap", "radar", "zinc"].map(|id| {
        let own = match id {
            "a:mine:AUS" => Some(6.0),
            "b:mine:CHN" => Some(3.0),
            _ => None,
        };
        critmin_graph::Node { good: id.split(':').next().unwrap().to_owned(), ..node(id, own) }
    });
    let edges = [
        flow("a:mine:AUS", "metal:refinery:JPN", "gallium", 6.0),
        flow("b:mine:CHN", "metal:refinery:JPN", "gallium", 3.0),
        flow("metal:refinery:JPN", "radar", "gallium", 3.0),
        flow("scrap", "radar", "gallium", 1.0),
        flow("zinc", "radar", "germanium", 2.0),
    ];
    let graph = graph(&nodes, &edges);
    let found = graph.contents(&Target::node(&graph, "radar").unwrap()).unwrap();
    let gallium = &found.commodities[0];
    assert_eq!((gallium.commodity.as_str(), gallium.amount), ("gallium", 4.0));
    // 3/4 through the refiner, of which 6/9 from A: half of all. Of the equal ones the one without a stage comes first.
    let told: Vec<_> = gallium.origins.iter().map(|each| (each.good.as_str(), each.is_unexplained)).collect();
    assert_eq!(told, [("a", false), ("scrap", true), ("b", false)]);
    [0.5, 0.25, 0.25].iter().zip(&gallium.origins).for_each(|(share, origin)| close(origin.share, *share));
    [2.0, 1.0, 1.0].iter().zip(&gallium.origins).for_each(|(amount, origin)| close(origin.amount, *amount));
    assert_eq!(gallium.origins[0].country, Some("AUS".parse().unwrap()));
    assert_eq!((gallium.inputs.len(), gallium.inputs[0].share), (1, 1.0));
    assert_eq!(found.commodities[1].amount, 2.0);
    assert!(graph.contents(&Target::node(&graph, "zinc").unwrap()).is_err());
}

#[test]
fn a_layer_keeps_positions_and_forgets_the_supplies_of_others() {
    let (nodes, edges) = random(3, 20, 30, true);
    let all = graph(&nodes, &edges);
    let layers: Vec<Graph> = all.commodities().iter().map(|name| all.layer(name).unwrap()).collect();
    assert_eq!(layers.iter().map(Graph::n_edges).sum::<usize>(), all.n_edges());
    let mut rows: Vec<Edge> = layers.iter().flat_map(|layer| layer.edges().collect::<Vec<_>>()).collect();
    rows.sort_by(|a, b| (&a.buyer, &a.commodity, &a.supplier).cmp(&(&b.buyer, &b.commodity, &b.supplier)));
    assert_eq!(rows, all.edges().collect::<Vec<_>>());
    let n_without = |layer: &Graph| (0..20).filter(|&place| !layer.has_own_supply(place)).count();
    assert!(layers.iter().any(|layer| n_without(&all) < n_without(layer))); // else nothing is tested here
    for layer in &layers {
        assert_eq!(layer.commodities().len(), 1);
        for place in 0..all.n_nodes() {
            assert_eq!(layer.id(place), all.id(place));
            let has_flow = 0.0 < layer.inflow(place) + layer.outflow(place);
            assert!(!has_flow || layer.node(place) == all.node(place));
            let is_of_others = !has_flow && 0.0 < all.inflow(place) + all.outflow(place);
            assert!(!is_of_others || layer.node(place).own_supply.is_none());
        }
        // A layer is what a graph of its rows alone would be.
        let rows: Vec<Edge> = layer.edges().collect();
        let options = BuildOptions { duplicates: Duplicates::Refuse, ..BuildOptions::default() };
        let same = Graph::from_records(&nodes, &rows, Measure::ContainedMass, options).unwrap();
        assert_eq!(same.edges().collect::<Vec<_>>(), rows);
        assert_eq!(same.largest_cycle(), layer.largest_cycle());
    }
    let unknown = all.layer("galium").unwrap_err();
    assert!(unknown.to_string().contains("`gallium`"), "{unknown}");
}

/// Every way without a repeated node, by recursion over the rows: an independent route.
fn brute(graph: &Graph, way: &mut Vec<usize>, share: f64, found: &mut Vec<(Vec<usize>, f64)>) -> f64 {
    let node = *way.last().unwrap();
    let own = graph.node(node).own_supply.unwrap_or(0.0);
    let rows: Vec<(usize, f64)> = graph
        .edges()
        .filter(|edge| edge.buyer == graph.id(node))
        .map(|edge| (graph.position(&edge.supplier).unwrap(), edge.flow))
        .collect();
    let supply = own + rows.iter().map(|row| row.1).sum::<f64>();
    if supply == 0.0 || 0.0 < own {
        let ends = if supply == 0.0 { 1.0 } else { own / supply };
        found.push((way.iter().rev().copied().collect(), share * ends));
    }
    let mut cyclic = 0.0;
    for (supplier, flow) in rows {
        let part = share * flow / supply;
        if way.contains(&supplier) {
            cyclic += part;
        } else {
            way.push(supplier);
            cyclic += brute(graph, way, part, found);
            way.pop();
        }
    }
    cyclic
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn all_ways_are_found_and_nothing_is_lost(seed in 1_u64..10_000, cycles in any::<bool>()) {
        let (nodes, edges) = random(seed, 9, 18, cycles);
        let graph = graph(&nodes, &edges);
        let found = paths(&graph, "n008", &everything());
        prop_assert!((accounted(&found) - 1.0).abs() < 1e-12);
        prop_assert!(found.covered_share <= 1.0 + 1e-12);
        if graph.is_acyclic() {
            prop_assert!((found.covered_share - 1.0).abs() < 1e-12);
        }
        let mut expected = Vec::new();
        let cyclic = brute(&graph, &mut vec![graph.position("n008").unwrap()], 1.0, &mut expected);
        // A circle that nobody supplies is an origin of its own for the search; the recursion goes round in it.
        prop_assume!(!found.paths.iter().any(|path| path.is_unexplained && 0.0 < graph.inflow(path.steps[0])));
        prop_assert!((found.cyclic_share - cyclic).abs() < 1e-12);
        prop_assert_eq!(found.paths.len(), expected.len());
        for (steps, share) in expected {
            let path = found.paths.iter().find(|path| path.steps == steps).unwrap();
            prop_assert!((path.share - share).abs() < 1e-12);
        }
    }

    #[test]
    fn fewer_paths_are_the_largest_of_more(seed in 1_u64..10_000, max_paths in 1_usize..6, min_share in 0.0_f64..0.2) {
        let (nodes, edges) = random(seed, 12, 30, true);
        let graph = graph(&nodes, &edges);
        let all = paths(&graph, "n011", &everything());
        let few = paths(&graph, "n011", &TraceOptions { max_paths, min_share, ..everything() });
        prop_assert!((accounted(&few) - 1.0).abs() < 1e-12);
        let wanted: Vec<f64> = all.paths.iter().map(|path| path.share).filter(|&share| min_share <= share).take(max_paths).collect();
        let found: Vec<f64> = few.paths.iter().map(|path| path.share).collect();
        prop_assert_eq!(found, wanted);
    }

    #[test]
    fn contents_sum_to_one_under_any_name(seed in 1_u64..10_000) {
        let (nodes, edges) = random(seed, 18, 60, true);
        let one = graph(&nodes, &edges);
        let Ok(contents) = one.contents(&Target::node(&one, "n017").unwrap()) else { return Ok(()) };
        for content in &contents.commodities {
            let shares: f64 = content.origins.iter().map(|origin| origin.share).sum();
            prop_assert!((shares + content.unassigned - 1.0).abs() < 1e-9);
            let inputs: f64 = content.inputs.iter().map(|input| input.share).sum();
            prop_assert!((inputs - 1.0).abs() < 1e-12);
            let amounts: f64 = content.inputs.iter().map(|input| input.amount).sum();
            prop_assert!((amounts - content.amount).abs() < 1e-9);
        }
        let (nodes, edges) = relabelled(&nodes, &edges);
        let other = graph(&nodes, &edges);
        let renamed = other.contents(&Target::node(&other, &renamed("n017")).unwrap()).unwrap();
        for (a, b) in contents.commodities.iter().zip(&renamed.commodities) {
            prop_assert!((a.amount - b.amount).abs() < 1e-9);
            prop_assert_eq!(a.origins.len(), b.origins.len());
            a.origins.iter().zip(&b.origins).for_each(|(a, b)| close(a.share, b.share));
        }
    }
}
