//! Indices and nests: the closed forms of the reference cases, and laws.
#![allow(clippy::unreadable_literal, reason = "figures as the reference cases print them")]

use critmin_substitution::Error;
use critmin_substitution::material::{
    CesBranch, CesInput, CesNode, EndUse, EuCost, EuPerformance, EuSubstitute, FeasibleShares, GraedelRating, Horizon,
    NestedElasticity, SubstituteOption, UseRating, ces_quantity_ratio, ces_response, ces_unit_cost, ces_value_shares,
    eu_substitution_index_importance, eu_substitution_index_risk, graedel_score, substitutability,
    substitutability_from_eu, substitutability_from_graedel,
};
use proptest::prelude::*;

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "found {found}, expected {expected}");
}

fn input(label: &str, value_share: f64, price_ratio: f64) -> CesInput {
    CesInput { label: label.into(), value_share, price_ratio: Some(price_ratio), choke_price_ratio: None }
}

fn leaf(label: &str, value_share: f64, price_ratio: f64) -> CesBranch {
    let node = CesNode::Input { label: label.into(), price_ratio: Some(price_ratio), choke_price_ratio: None };
    CesBranch { value_share, node }
}

fn nest(label: &str, elasticity_of_substitution: f64, branches: Vec<CesBranch>) -> CesNode {
    CesNode::Nest { label: label.into(), elasticity_of_substitution, branches }
}

fn option(use_id: &str, share: f64, cost_ratio: f64, performance_ratio: f64) -> SubstituteOption {
    SubstituteOption {
        use_id: use_id.into(),
        substitute: Some("silicon".into()),
        feasible_share: FeasibleShares { months_3: 0.0, months_12: share, months_36: share },
        mass_ratio: 1.0,
        cost_ratio,
        performance_ratio,
        is_proven: true,
    }
}

fn uses(shares: &[(&str, f64)]) -> Vec<EndUse> {
    shares.iter().map(|(use_id, use_share)| EndUse { use_id: (*use_id).into(), use_share: *use_share }).collect()
}

#[test]
fn closed_forms_of_one_nest() {
    // ces_1 to ces_4.
    let sources = [input("one", 0.8, 3.0), input("two", 0.2, 1.0)];
    close(ces_unit_cost(&sources, 2.0).unwrap(), 2.142857142857);
    close(ces_unit_cost(&sources, 1.0).unwrap(), 2.408224685281);
    close(ces_unit_cost(&sources, 0.0).unwrap(), 2.6);
    let shares = ces_value_shares(&sources, 2.0).unwrap();
    assert_eq!(shares[0].label, "one");
    close(shares[0].value_share, 0.571428571429);
    close(shares.iter().map(|share| share.value_share).sum(), 1.0);
    // Nothing jumps next to an elasticity of 1.
    close(ces_unit_cost(&sources, 1.0 + 1e-11).unwrap(), 2.408224685281);
}

#[test]
fn closed_form_of_a_quantity() {
    // armington_qty.
    let sources = [input("one", 0.7, 4.0), input("two", 0.3, 1.0)];
    let unit_cost = ces_unit_cost(&sources, 3.0).unwrap();
    close(ces_quantity_ratio(unit_cost, 4.0, 3.0), 0.07752753322);
    let response = ces_response(&nest("use", 3.0, vec![leaf("one", 0.7, 4.0), leaf("two", 0.3, 1.0)]), 0.0).unwrap();
    close(response.inputs[0].quantity_ratio, 0.07752753322);
}

#[test]
fn closed_form_of_two_nests() {
    // ces_nest.
    let inner = nest("commodity", 3.0, vec![leaf("one", 0.7, 4.0), leaf("two", 0.3, 1.0)]);
    let outer = nest("use", 0.5, vec![CesBranch { value_share: 0.6, node: inner }, leaf("other", 0.4, 1.0)]);
    let response = ces_response(&outer, 0.0).unwrap();
    close(response.unit_cost_ratio, 1.400892500601);
    assert_eq!(response.nests.len(), 2);
    assert_eq!(response.inputs.len(), 3);
    // Accounts balance: the cost shares of the inner inputs sum to 1 within the nest.
    close(response.inputs[0].value_share + response.inputs[1].value_share, 1.0);
    close(response.nests[1].value_share + response.inputs[2].value_share, 1.0);
}

#[test]
fn an_essential_input_needs_a_choke_price() {
    let gone =
        |choke_price_ratio| CesInput { label: "CHN".into(), value_share: 0.8, price_ratio: None, choke_price_ratio };
    for elasticity in [0.0, 0.5, 1.0] {
        let error = ces_unit_cost(&[gone(None), input("AUS", 0.2, 1.0)], elasticity).unwrap_err();
        assert!(matches!(&error, Error::EssentialInput { input, .. } if input == "CHN"), "{error}");
        assert!(error.to_string().contains("choke price"));
    }
    // Above 1 the rest takes over: P = 0.2^(1 / (1 - 2)) = 5.
    close(ces_unit_cost(&[gone(None), input("AUS", 0.2, 1.0)], 2.0).unwrap(), 5.0);
    // With a backstop at 3 it is the case ces_3.
    close(ces_unit_cost(&[gone(Some(3.0)), input("AUS", 0.2, 1.0)], 0.0).unwrap(), 2.6);
    // Everything gone has no cost even above 1, and an infinite price says the same as an absent one.
    let infinite = CesInput { price_ratio: Some(f64::INFINITY), ..gone(None) };
    let error = ces_unit_cost(&[CesInput { value_share: 1.0, ..infinite }], 4.0).unwrap_err();
    assert!(matches!(error, Error::EssentialInput { .. }));
}

#[test]
fn the_choke_price_is_reported() {
    let node = CesNode::Input { label: "CHN".into(), price_ratio: Some(9.0), choke_price_ratio: Some(3.0) };
    let tree = nest("gallium", 0.0, vec![CesBranch { value_share: 0.8, node }, leaf("AUS", 0.2, 1.0)]);
    let response = ces_response(&tree, -0.5).unwrap();
    assert!(response.inputs[0].is_choked && !response.inputs[1].is_choked);
    assert_eq!(response.inputs[0].price_ratio, Some(3.0));
    close(response.quantity_ratio, 2.6_f64.powf(-0.5));
}

#[test]
fn faults_of_a_nest_come_together() {
    let error = ces_unit_cost(&[input("one", 0.8, -1.0), input("two", 0.4, 1.0)], -1.0).unwrap_err();
    let Error::Invalid { faults, .. } = &error else { panic!("{error}") };
    assert_eq!(faults.len(), 3, "{error}");
}

#[test]
fn a_tree_survives_a_document() {
    let tree = nest("use", 0.5, vec![leaf("one", 0.5, 2.0), leaf("two", 0.5, 1.0)]);
    let document = serde_json::to_string(&tree).unwrap();
    assert_eq!(serde_json::from_str::<CesNode>(&document).unwrap(), tree);
}

#[test]
fn substitutability_by_hand() {
    let uses = uses(&[("lasers", 0.4), ("amplifiers", 0.5)]);
    let options =
        [option("lasers", 0.5, 2.0, 0.8), option("amplifiers", 0.9, 0.5, 1.0), option("amplifiers", 0.9, 1.0, 0.5)];
    let found = substitutability(&uses, &options, Horizon::Months12).unwrap();
    // 0.4 * 0.5 * 0.8 / 2 + 0.5 * min(1, 0.9 + 0.45)
    close(found.substitutability, 0.4 * 0.2 + 0.5);
    close(found.covered_use_share, 0.9);
    assert_eq!(found.uses[1].parts.len(), 2);
    close(found.uses[1].parts[1].part, 0.45);
    assert!(substitutability(&uses, &options, Horizon::Months3).unwrap().substitutability.abs() < 1e-12);
}

#[test]
fn a_faulty_table_is_refused_with_every_fault() {
    let uses = uses(&[("lasers", 0.8), ("lasers", 0.8)]);
    let mut falling = option("lsers", 0.5, -2.0, 0.8);
    falling.feasible_share.months_36 = 0.1;
    let error = substitutability(&uses, &[falling], Horizon::Months12).unwrap_err();
    let Error::Invalid { faults, .. } = &error else { panic!("{error}") };
    // Use twice, sum of shares, unknown use, falling share, negative cost.
    assert_eq!(faults.len(), 5, "{error}");
    assert!(error.to_string().contains("one of: lasers"), "{error}");
}

#[test]
fn indices_of_others_point_the_other_way() {
    let one = uses(&[("alloys", 1.0)]);
    close(eu_substitution_index_importance(&one, &[]).unwrap().value, 1.0);
    let mut best = EuSubstitute {
        use_id: "alloys".into(),
        substitute: "tin".into(),
        sub_share: 1.0,
        cost: EuCost::SimilarOrLower,
        performance: EuPerformance::Similar,
        has_larger_production: true,
        is_critical: false,
        is_by_product: false,
    };
    close(eu_substitution_index_importance(&one, std::slice::from_ref(&best)).unwrap().value, 0.7);
    close(eu_substitution_index_risk(&one, std::slice::from_ref(&best)).unwrap().value, 0.8);
    best.is_critical = true;
    close(eu_substitution_index_risk(&one, &[best]).unwrap().value, 0.64_f64.cbrt());
    close(substitutability_from_eu(1.0).unwrap(), 0.0);
    let ratings = [UseRating { use_id: "alloys".into(), rating: GraedelRating::Poor }];
    let found = graedel_score(&uses(&[("alloys", 0.6), ("other", 0.4)]), &ratings).unwrap();
    close(found.value, 87.5);
    close(found.covered_use_share, 0.6);
    close(substitutability_from_graedel(found.value).unwrap(), 0.125);
    assert!(substitutability_from_graedel(101.0).is_err() && substitutability_from_eu(-0.1).is_err());
    assert!(graedel_score(&one, &[]).is_err());
}

proptest! {
    /// A3: the own-price elasticity of a source in two nests, by a central difference.
    #[test]
    fn own_price_elasticity_at_the_base(
        source_substitution in 0.0..6.0_f64, commodity_substitution in 0.0..2.0_f64,
        demand in -2.0..0.0_f64, source_share in 0.05..0.95_f64, commodity_share in 0.05..0.95_f64,
    ) {
        let quantity = |price: f64| {
            let inner = vec![leaf("own", source_share, price), leaf("rival", 1.0 - source_share, 1.0)];
            let commodity = CesBranch { value_share: commodity_share, node: nest("m", source_substitution, inner) };
            let tree = nest("use", commodity_substitution, vec![commodity, leaf("rest", 1.0 - commodity_share, 1.0)]);
            ces_response(&tree, demand).unwrap().inputs[0].quantity_ratio
        };
        let step = 1e-5_f64;
        let slope = (quantity(step.exp()).ln() - quantity((-step).exp()).ln()) / (2.0 * step);
        let identity = NestedElasticity {
            source_substitution, commodity_substitution, price_elasticity_of_demand: demand, source_share, commodity_share,
        };
        prop_assert!((slope - identity.own_price()).abs() < 1e-6, "{slope} against {}", identity.own_price());
    }

    /// Unit cost lies between the cheapest and the dearest input, falls with substitution, and scales with prices.
    #[test]
    fn unit_cost_is_a_mean(share in 0.01..0.99_f64, one in 0.2..20.0_f64, two in 0.2..20.0_f64, sigma in 0.0..8.0_f64) {
        let cost = |factor: f64, sigma: f64| {
            ces_unit_cost(&[input("one", share, factor * one), input("two", 1.0 - share, factor * two)], sigma).unwrap()
        };
        let here = cost(1.0, sigma);
        prop_assert!(one.min(two) - 1e-9 <= here && here <= one.max(two) + 1e-9);
        prop_assert!(cost(1.0, sigma + 0.5) <= here + 1e-9);
        prop_assert!((cost(3.0, sigma) / here - 3.0).abs() < 1e-9);
    }

    /// The index stays in its range, and more of a substitute never lowers it.
    #[test]
    fn substitutability_stays_in_range(share in 0.0..1.0_f64, feasible in 0.0..0.5_f64, cost in 0.1..5.0_f64) {
        let uses = uses(&[("one", share), ("two", 1.0 - share)]);
        let index = |feasible: f64| {
            substitutability(&uses, &[option("one", feasible, cost, 0.9)], Horizon::Months36).unwrap().substitutability
        };
        prop_assert!((0.0..=1.0).contains(&index(feasible)));
        prop_assert!(index(feasible) <= index(2.0 * feasible) + 1e-12);
    }
}
