//! The flagship chains of the reference dataset: they build, they balance, they answer. The pinned figures are
//! regression cases of our own data and assumptions, not published values, unless the comment says so.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::needless_for_each,
    clippy::needless_range_loop,
    reason = "a test states exact results on small whole numbers and fails loudly"
)]

use std::sync::Arc;

use critmin_core::{Columns, CountryId, Stage};
use critmin_graph::{
    ChainOptions, ChokepointOptions, CountryExposure, Error, Exposure, ExposureOptions, Graph, Measure, Reconciliation,
    Target, chains,
};

const ALL: [&str; 8] =
    ["antimony", "cobalt", "gallium", "germanium", "lithium", "natural-graphite", "rare-earths", "tungsten"];

fn tables(name: &str) -> Option<Arc<Columns>> {
    critmin_tables::reference::columns(name).ok()
}

fn chain(ids: &[&str], reconciliation: Reconciliation) -> Graph {
    Graph::chains(&tables, ids, &ChainOptions { reconciliation, ..ChainOptions::of(2024) }).unwrap()
}

fn exposure(graph: &Graph, id: &str) -> Exposure {
    graph.exposure(&Target::node(graph, id).unwrap(), ExposureOptions::default()).unwrap()
}

fn country<'a>(exposure: &'a Exposure, country: &str) -> &'a CountryExposure {
    exposure.countries.iter().find(|each| each.country == country).unwrap()
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 5e-4, "found {found}, expected {expected}");
}

#[test]
fn every_chain_builds_and_its_origins_sum_to_one() {
    assert_eq!(chains(&tables).unwrap(), ALL);
    for id in ALL {
        for reconciliation in Reconciliation::ALL {
            let graph = chain(&[id], reconciliation);
            let products: Vec<String> =
                graph.nodes().filter(|node| node.stage == Some(Stage::Product)).map(|node| node.id).collect();
            assert!(!products.is_empty(), "{id} reaches no product");
            for product in products {
                let found = exposure(&graph, &product);
                let sum: f64 = found.nodes.iter().map(|part| part.origin_share).sum();
                assert!((sum + found.unassigned - 1.0).abs() < 1e-9, "{id}, {product}: origins sum to {sum}");
            }
        }
    }
}

#[test]
fn no_node_of_a_chain_hands_on_more_than_it_has() {
    for id in ALL {
        let graph = chain(&[id], Reconciliation::WorldPool);
        for balance in graph.balances() {
            let node = graph.node(balance.node);
            let is_open = node.id.ends_with(":unrecorded");
            let scale = balance.inflow + balance.own_supply.unwrap_or(0.0);
            assert!(is_open || -1e-6 * scale.max(1.0) <= balance.residual, "{}: {balance:?}", node.id);
        }
    }
}

#[test]
fn direct_exposure_is_what_the_survey_prints() {
    // U.S. Geological Survey, Mineral Commodity Summaries 2026: sources of U.S. imports of gallium metal 2021-24.
    let graph = chain(&["gallium"], Reconciliation::None);
    let found = exposure(&graph, "gallium:refinery:USA");
    for (origin, share) in [("CAN", 0.28), ("JPN", 0.22), ("CHN", 0.18), ("DEU", 0.16)] {
        near(country(&found, origin).direct_share, share);
    }
    // Canada and Germany print no primary production: where their gallium comes from is not recorded, and said so.
    let open: f64 = found.nodes.iter().filter(|part| part.is_unexplained).map(|part| part.origin_share).sum();
    assert!(0.5 < open, "unexplained {open}");
    near(country(&found, "CAN").origin_share, 0.0);
}

#[test]
fn the_world_pool_shows_what_the_direct_share_hides() {
    let graph = chain(&["gallium"], Reconciliation::WorldPool);
    let found = exposure(&graph, "gallium:refinery:USA");
    let china = country(&found, "CHN");
    near(china.direct_share, 0.18);
    near(china.exposure, 0.7741);
    let target = Target::node(&graph, "gallium:refinery:USA").unwrap();
    let points = graph.chokepoints(&target, &ChokepointOptions::default()).unwrap();
    assert_eq!(points.losses[0].removed, "CHN");
    near(points.losses[0].loss_rigid.unwrap(), 0.7741);
    assert!((points.deliverable_before - points.least_cut).abs() < 1e-9);
    // What is not recorded is said, not spread in silence.
    assert!(graph.warnings().iter().any(|warning| warning.to_string().contains("world-pool")));
}

#[test]
fn a_platform_needs_all_its_materials() {
    let graph = chain(&["gallium", "germanium"], Reconciliation::WorldPool);
    assert_eq!(graph.commodities(), ["gallium", "germanium"]);
    let satellites = Target::node(&graph, "satellites:product").unwrap();
    let of_layer = |commodity: &str| {
        let layer = graph.layer(commodity).unwrap();
        country(&layer.exposure(&satellites, ExposureOptions::default()).unwrap(), "CHN").exposure
    };
    near(of_layer("gallium"), 0.9894);
    near(of_layer("germanium"), 0.8570);
    let points = graph.chokepoints(&satellites, &ChokepointOptions::default()).unwrap();
    // All of the device families are needed, and each of them needs its material: the worst input decides.
    assert!(of_layer("gallium") <= points.losses[0].loss_rigid.unwrap() + 1e-9);
}

/// Chain, target, country, its direct share and the exposure to it.
type Case = (&'static str, &'static str, &'static str, f64, f64);

#[test]
fn chains_of_seven_commodities_stay_what_they_are() {
    let cases = [
        ("antimony", "antimony:refinery:USA", "CHN", 0.55, 0.6638),
        ("cobalt", "electric-vehicles:product", "COD", 0.0, 0.8827),
        ("germanium", "germanium:refinery:USA", "CHN", 0.23, 0.6417),
        ("natural-graphite", "electric-vehicles:product", "CHN", 0.7711, 1.0),
        ("tungsten", "cutting-tools:product", "CHN", 0.0, 0.8852),
        ("rare-earths", "wind-turbines:product", "CHN", 0.9218, 0.9887),
        ("lithium", "electric-vehicles:product", "AUS", 0.0, 0.3777),
    ];
    let mut found = Vec::new();
    for (id, target, origin, ..) in cases {
        let answer = exposure(&chain(&[id], Reconciliation::WorldPool), target);
        let one = country(&answer, origin);
        found.push((id, target, origin, one.direct_share, one.exposure));
    }
    let close =
        |(one, expected): (&Case, &Case)| (one.3 - expected.3).abs() < 5e-4 && (one.4 - expected.4).abs() < 5e-4;
    assert!(found.iter().zip(&cases).all(close), "found {found:#?}");
}

#[test]
fn a_year_without_figures_and_a_code_that_died_are_told() {
    let error = Graph::chains(&tables, &["gallium"], &ChainOptions::of(2019)).unwrap_err();
    assert!(matches!(&error, Error::NoData { reason, .. } if reason.contains("2023")), "{error}");
    let error = Graph::chains(&tables, &["galium"], &ChainOptions::of(2024)).unwrap_err();
    assert!(matches!(&error, Error::UnknownName { nearest, .. } if nearest == &["gallium"]), "{error}");
    let error = Graph::traded(&tables, &["germanium"], 2022, Measure::Value).unwrap_err();
    assert!(matches!(&error, Error::NoData { reason, .. } if reason.contains("HS 2007 merged germanium")), "{error}");
    let error = Graph::traded(&tables, &["tungsten"], 2022, Measure::ContainedMass).unwrap_err();
    assert!(matches!(error, Error::BadQuestion { .. }));
    assert!(matches!(Graph::industries(&tables, 2020), Err(Error::NoData { .. })));
}

#[test]
fn recorded_trade_of_thirteen_years_and_the_industries_build() {
    for year in 2012..=2024 {
        let graph = Graph::traded(&tables, &["natural-graphite"], year, Measure::GrossMass).unwrap();
        assert!(100 < graph.n_edges(), "{year}: {} edges", graph.n_edges());
        let settled = graph.with_deficits_as_origins();
        let japan = Target::countries(&settled, "Japan", &["JPN".parse::<CountryId>().unwrap()], None).unwrap();
        let found = settled.exposure(&japan, ExposureOptions::default()).unwrap();
        assert!(0.4 < country(&found, "CHN").exposure, "{year}");
    }
    let graph = Graph::industries(&tables, 2017).unwrap();
    // Value added of 2017, 19.5 trillion USD: the benchmark's gross domestic product.
    let own: f64 = graph.nodes().filter_map(|node| node.own_supply).sum();
    assert!((19.3e12..19.8e12).contains(&own), "{own}");
    let found = exposure(&graph, "334413:industry");
    let sum: f64 = found.nodes.iter().map(|part| part.origin_share).sum();
    assert!((sum + found.unassigned - 1.0).abs() < 1e-9);
}

#[test]
fn a_technology_needs_each_of_its_metals() {
    // 10,000 MW at the table's mean of 2020: tonnes are kilograms per megawatt times ten.
    let graph = Graph::composed(&tables, &[("Wind-DDPM", 10_000.0)], 2020).unwrap();
    let intensities = tables("metal_intensities").unwrap();
    assert!(0 < intensities.n_rows());
    let product = graph.position("wind-ddpm:product").unwrap();
    assert!(0.0 < graph.inflow(product));
    let target = Target::node(&graph, "wind-ddpm:product").unwrap();
    let neodymium = graph.layer("neodymium").unwrap();
    let found = neodymium.exposure(&target, ExposureOptions::default()).unwrap();
    assert!((found.nodes.iter().map(|part| part.origin_share).sum::<f64>() - 1.0).abs() < 1e-12);
    let points = graph.chokepoints(
        &target,
        &ChokepointOptions { kinds: vec![critmin_graph::RemovalKind::Node], ..ChokepointOptions::default() },
    );
    // Every metal is essential: without any one of them nothing is built, however little of it is needed.
    assert!(points.unwrap().losses.iter().all(|loss| loss.is_single_point_of_failure));
    assert!(matches!(Graph::composed(&tables, &[("Wind", 1.0)], 2020), Err(Error::UnknownName { .. })));
    assert!(matches!(Graph::composed(&tables, &[("Wind-DDPM", 1.0)], 1999), Err(Error::NoData { .. })));
    assert!(matches!(Graph::composed(&tables, &[("Wind-DDPM", -1.0)], 2020), Err(Error::BadQuestion { .. })));
}
