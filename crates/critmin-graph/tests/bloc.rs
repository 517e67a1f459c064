//! Blocs: hand-computable chains, conservation, and agreement with a walk followed the other way.
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

use common::{close, countries, graph, random, relabelled};
use critmin_core::Stage;
use critmin_graph::{Bloc, BlocOptions, BlocStage, Edge, Error, Graph, Node};
use proptest::prelude::*;

/// Ore of three countries, metal of three, magnets of one.
fn magnets() -> Graph {
    let country = |code: &str| Some(code.parse().unwrap());
    let nodes = [
        Node::new("ore", Stage::Mine, country("CHN")).with_own_supply(60.0),
        Node::new("ore", Stage::Mine, country("AUS")).with_own_supply(30.0),
        Node::new("ore", Stage::Mine, country("USA")).with_own_supply(10.0),
        Node::new("metal", Stage::Refinery, country("CHN")),
        Node::new("metal", Stage::Refinery, country("JPN")),
        Node::new("metal", Stage::Refinery, country("USA")),
        Node::new("magnet", Stage::Component, country("USA")),
    ];
    let edges = [
        Edge::new("ore:mine:CHN", "metal:refinery:CHN", "ore", 60.0),
        Edge::new("ore:mine:AUS", "metal:refinery:JPN", "ore", 30.0),
        Edge::new("ore:mine:USA", "metal:refinery:USA", "ore", 10.0),
        Edge::new("metal:refinery:CHN", "metal:refinery:USA", "metal", 20.0),
        Edge::new("metal:refinery:JPN", "metal:refinery:USA", "metal", 10.0),
        Edge::new("metal:refinery:USA", "magnet:component:USA", "metal", 25.0),
    ];
    graph(&nodes, &edges)
}

fn bloc(graph: &Graph, members: &[&str]) -> Bloc {
    graph.bloc("bloc", &countries(members), BlocOptions::default()).unwrap()
}

fn stage<'a>(bloc: &'a Bloc, good: &str) -> &'a BlocStage {
    bloc.stages.iter().find(|stage| stage.at.good == good).unwrap()
}

#[test]
fn the_chain_leaves_one_country_where_it_buys() {
    let graph = magnets();
    let found = bloc(&graph, &["USA"]);
    // The refinery has 10 from its own mine, 20 and 10 from other refineries: 1/4 closes, 3/4 leaves as metal.
    close(found.closure, 0.25);
    close(found.unexplained_share, 0.0);
    let metal = stage(&found, "metal");
    close(metal.exit_share, 0.75);
    close(metal.production, 10.0);
    close(metal.inflow_from_outside, 30.0);
    close(metal.self_sufficiency.unwrap(), 10.0 / 40.0);
    close(metal.inside_share.unwrap(), 10.0 / 40.0);
    let ore = stage(&found, "ore");
    assert_eq!((ore.production, ore.self_sufficiency, ore.exit_share), (10.0, Some(1.0), 0.0));
    assert_eq!(stage(&found, "magnet").production, 25.0);
    assert_eq!(found.leaves_at.unwrap().stage, Some(Stage::Refinery));
    let order: Vec<&str> = found.stages.iter().map(|stage| stage.at.good.as_str()).collect();
    assert_eq!(order, ["ore", "metal", "magnet"]);
}

#[test]
fn two_countries_leave_at_two_stages() {
    let graph = magnets();
    let found = bloc(&graph, &["USA", "JPN", "FRA"]);
    assert_eq!((found.members, found.members_without_nodes), (countries(&["JPN", "USA"]), countries(&["FRA"])));
    // Japan's quarter now stays until its ore, which is Australian.
    close(found.closure, 0.25);
    let found = bloc(&graph, &["USA", "JPN"]);
    let (ore, metal) = (stage(&found, "ore"), stage(&found, "metal"));
    close(ore.exit_share, 0.25);
    close(metal.exit_share, 0.5);
    close(ore.inflow_from_outside, 30.0); // what Japan's refinery buys counts as ore
    close(ore.self_sufficiency.unwrap(), 10.0 / 40.0);
    close(metal.production, 40.0);
    close(metal.inside_flow, 10.0);
    close(metal.inflow_from_outside, 20.0);
    close(metal.self_sufficiency.unwrap(), 40.0 / 60.0);
    close(metal.inside_share.unwrap(), 50.0 / 70.0);
}

#[test]
fn a_partner_gains_what_it_closes() {
    let graph = magnets();
    let candidates = countries(&["JPN", "AUS", "CHN", "USA"]);
    let found = graph.partners("bloc", &countries(&["USA"]), &candidates, BlocOptions::default()).unwrap();
    let told: Vec<_> = found.iter().map(|each| (each.partner.as_str(), each.gain)).collect();
    // China brings its half home to its own mine. Japan alone only moves the exit from metal to ore.
    assert_eq!(told, [("CHN", 0.5), ("AUS", 0.0), ("JPN", 0.0), ("USA", 0.0)]);
    close(found[0].closure_after, 0.75);
    assert_eq!(found[0].leaves_at.as_ref().unwrap().good, "metal");
    let with_japan =
        graph.partners("bloc", &countries(&["USA", "JPN"]), &countries(&["AUS"]), BlocOptions::default()).unwrap();
    close(with_japan[0].gain, 0.25); // together they close another quarter
}

#[test]
fn pools_are_outside_and_stages_without_countries_are_use() {
    let country = |code: &str| Some(code.parse().unwrap());
    let nodes = [
        Node::new("metal", Stage::Refinery, country("USA")).with_own_supply(10.0),
        Node { id: "metal:refinery:pool".into(), ..Node::new("metal", Stage::Refinery, None) },
        Node::new("metal", Stage::Refinery, country("JPN")),
        Node::new("radar", Stage::Product, None),
    ];
    let edges = [
        Edge::new("metal:refinery:USA", "metal:refinery:pool", "metal", 4.0),
        Edge::new("metal:refinery:pool", "metal:refinery:JPN", "metal", 4.0),
        Edge::new("metal:refinery:USA", "radar:product", "metal", 6.0),
    ];
    let graph = graph(&nodes, &edges);
    let usa = bloc(&graph, &["USA"]);
    let metal = stage(&usa, "metal");
    assert_eq!((metal.outflow, metal.unplaced_outflow), (4.0, 6.0));
    close(metal.self_sufficiency.unwrap(), 10.0 / 6.0); // a net exporter
    close(usa.closure, 1.0);
    assert_eq!(usa.leaves_at, None);
    // What comes from the pool may be anybody's, even when all who feed it are members.
    let both = bloc(&graph, &["JPN", "USA"]);
    close(stage(&both, "metal").inflow_from_outside, 4.0);
}

#[test]
fn supply_that_nobody_records_is_not_closed() {
    let edges = [Edge::new("ore:mine:USA", "metal:refinery:USA", "ore", 5.0)];
    let found = bloc(&graph(&[], &edges), &["USA"]);
    assert_eq!((found.closure, found.unexplained_share), (0.0, 1.0));
}

#[test]
fn a_bloc_without_members_or_nodes_is_refused() {
    let graph = magnets();
    let ask = |members: &[&str], options| graph.bloc("bloc", &countries(members), options).unwrap_err();
    let told = ask(&[], BlocOptions::default()).to_string();
    assert!(told.contains("has no members"), "{told}");
    let told = ask(&["FRA"], BlocOptions::default()).to_string();
    assert!(told.contains("AUS, CHN, JPN, USA"), "{told}");
    let at_scrap = BlocOptions { stage: Some(Stage::Scrap), ..BlocOptions::default() };
    assert!(matches!(ask(&["USA"], at_scrap), Error::BadQuestion { .. }));
    let never = BlocOptions { tolerance: 0.0, ..BlocOptions::default() };
    assert!(matches!(ask(&["USA"], never), Error::BadQuestion { .. }));
}

/// The closure by the backward equation: a node closes what it ends and what its suppliers close. An independent route.
fn closed(graph: &Graph, is_inside: &dyn Fn(usize) -> bool) -> Vec<f64> {
    let n = graph.n_nodes();
    let own: Vec<f64> = graph.nodes().map(|node| node.own_supply.unwrap_or(0.0)).collect();
    let edges: Vec<(usize, usize, f64)> = graph
        .edges()
        .map(|edge| (graph.position(&edge.supplier).unwrap(), graph.position(&edge.buyer).unwrap(), edge.flow))
        .collect();
    let mut closed = vec![0.0; n];
    for _ in 0..20_000 {
        let mut next: Vec<f64> = own.clone();
        for &(supplier, buyer, flow) in &edges {
            next[buyer] += flow * closed[supplier];
        }
        for node in 0..n {
            let supply = own[node] + graph.inflow(node);
            next[node] = if is_inside(node) && 0.0 < supply { next[node] / supply } else { 0.0 };
        }
        let change = next.iter().zip(&closed).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        closed = next;
        if change < 1e-15 {
            break;
        }
    }
    closed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn everything_ends_inside_or_leaves(seed in 1_u64..10_000, size in 6_usize..30) {
        let (nodes, edges) = random(seed, size, size * 3, true);
        let graph = graph(&nodes, &edges);
        let members = countries(&["AAA", "ACA", "AEA"]);
        let Ok(found) = graph.bloc("bloc", &members, BlocOptions::default()) else { return Ok(()) };
        let exits: f64 = found.stages.iter().map(|stage| stage.exit_share).sum();
        prop_assert!((found.closure + exits + found.unexplained_share + found.unassigned - 1.0).abs() < 1e-12);
        let greatest = found.stages.iter().map(|stage| stage.exit_share).fold(0.0, f64::max);
        let at = found.stages.iter().find(|stage| 0.0 < greatest && stage.exit_share == greatest);
        prop_assert_eq!(found.leaves_at.as_ref(), at.map(|stage| &stage.at));
        let target = critmin_graph::Target::countries(&graph, "bloc", &members, None).unwrap();
        let is_inside = |node: usize| graph.node(node).country.is_some_and(|country| members.contains(&country));
        let closed = closed(&graph, &is_inside);
        let expected: f64 = target.nodes.iter().map(|&(node, weight)| weight * closed[node]).sum();
        prop_assert!((found.closure - expected).abs() < 1e-8, "{} {}", found.closure, expected);
        for stage in &found.stages {
            prop_assert!(stage.inside_share.is_none_or(|share| (0.0..=1.0).contains(&share)));
            prop_assert!(stage.self_sufficiency.is_none_or(|ratio| 0.0 <= ratio));
        }
    }

    #[test]
    fn a_partner_never_closes_less_and_the_whole_world_closes_all(seed in 1_u64..10_000) {
        let (nodes, edges) = random(seed, 21, 70, true);
        let graph = graph(&nodes, &edges);
        let members = countries(&["AAA", "ADA"]);
        let everybody = graph.countries().to_vec();
        let Ok(partners) = graph.partners("bloc", &members, &everybody, BlocOptions::default()) else { return Ok(()) };
        let alone = graph.bloc("bloc", &members, BlocOptions::default()).unwrap();
        prop_assert_eq!(partners.len(), everybody.len());
        let target = critmin_graph::Target::countries(&graph, "bloc", &members, None).unwrap();
        for partner in &partners {
            prop_assert!((partner.closure_before - alone.closure).abs() < 1e-9);
            prop_assert!(0.0 <= partner.gain && partner.closure_after <= 1.0 + 1e-9);
            let is_inside = |node: usize| {
                graph.node(node).country.is_some_and(|country| members.contains(&country) || country == partner.partner)
            };
            let closed = closed(&graph, &is_inside);
            let expected: f64 = target.nodes.iter().map(|&(node, weight)| weight * closed[node]).sum();
            prop_assert!((partner.closure_after - expected).abs() < 1e-8);
        }
    }

    #[test]
    fn other_names_change_nothing(seed in 1_u64..10_000) {
        let (nodes, edges) = random(seed, 21, 70, true);
        let members = countries(&["AAA", "ABA"]);
        let Ok(one) = graph(&nodes, &edges).bloc("bloc", &members, BlocOptions::default()) else { return Ok(()) };
        let (nodes, edges) = relabelled(&nodes, &edges);
        let other = bloc(&graph(&nodes, &edges), &["ABA", "AAA"]);
        prop_assert!((one.closure - other.closure).abs() < 1e-9);
        prop_assert_eq!(one.stages.len(), other.stages.len());
        for (a, b) in one.stages.iter().zip(&other.stages) {
            prop_assert_eq!(&a.at, &b.at);
            prop_assert!((a.exit_share - b.exit_share).abs() < 1e-9);
            prop_assert!((a.production - b.production).abs() < 1e-9 && (a.outflow - b.outflow).abs() < 1e-9);
        }
    }
}
