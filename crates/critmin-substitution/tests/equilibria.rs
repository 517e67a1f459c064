//! Markets over regions: closed forms, reference cases of other solvers, and laws.
#![allow(clippy::unreadable_literal, reason = "figures as the reference cases print them")]
#![allow(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

use critmin_solve::SolveOptions;
use critmin_substitution::Error;
use critmin_substitution::equilibrium::{
    ArcCap, ArcLabel, BaseFlow, CurveSide, InverseLine, IsoelasticDemand, IsoelasticMarket, IsoelasticModel,
    IsoelasticSupply, LinearMarket, PriceFormMarket, PriceFormModel, PriceSlope, RegionTotal, RerouteOptions,
    Rerouting, ReroutingModel, ShortagePolicy, SpatialModel, TradeArc, isoelastic_equilibrium, isoelastic_price_ratio,
    price_form_equilibrium, reroute, spatial_equilibrium,
};
use proptest::prelude::*;

mod generators;
use generators::{BETA, SplitMix64};

fn near(found: f64, expected: f64, tolerance: f64) {
    let is_near = (found - expected).abs() <= tolerance * expected.abs().max(1.0);
    assert!(is_near, "found {found}, expected {expected}");
}

fn options() -> SolveOptions {
    SolveOptions::default()
}

#[expect(clippy::unnecessary_wraps, reason = "a curve of a market may be absent")]
fn line(intercept: f64, slope: f64) -> Option<InverseLine> {
    Some(InverseLine { intercept, slope })
}

/// The two regions of the closed forms.
fn two_regions(arc: Option<TradeArc>) -> SpatialModel {
    let market = |region: &str, demand, supply| LinearMarket {
        region: region.into(),
        commodity: "gallium".into(),
        demand,
        supply,
    };
    SpatialModel {
        markets: vec![
            market("one", line(100.0, 1.0), line(10.0, 1.0)),
            market("two", line(160.0, 1.0), line(20.0, 2.0)),
        ],
        arcs: arc.into_iter().collect(),
        has_transshipment: false,
    }
}

#[test]
fn two_linear_regions_have_a_closed_form() {
    // spe2_autarky_1, spe2_autarky_2.
    let alone = spatial_equilibrium(&two_regions(None), &options()).unwrap();
    near(alone.markets[0].price.unwrap(), 55.0, 1e-6);
    near(alone.markets[1].price.unwrap(), 113.333333333333, 1e-6);
    // spe2_flow, spe2_price_1, spe2_price_2.
    let arc = TradeArc::open("one", "two", "gallium", 5.0);
    let open = spatial_equilibrium(&two_regions(Some(arc.clone())), &options()).unwrap();
    near(open.flows[0].flow_t, 45.714285714286, 1e-6);
    near(open.markets[0].price.unwrap(), 77.857142857143, 1e-6);
    near(open.markets[1].price.unwrap(), 82.857142857143, 1e-6);
    near(open.transport_cost, 5.0 * 45.714285714286, 1e-6);
    near(open.flows[0].rent, 0.0, 1e-9);
    // quota_price_1, quota_price_2, quota_rent.
    let leak = TradeArc { capacity_t: Some(20.0), premium: 15.0, ..arc.clone() };
    let quota = spatial_equilibrium(&two_regions(Some(leak)), &options()).unwrap();
    near(quota.markets[0].price.unwrap(), 65.0, 1e-6);
    near(quota.markets[1].price.unwrap(), 100.0, 1e-6);
    near(quota.flows[0].rent, 15.0, 1e-6);
    near(quota.flows[0].flow_t, 20.0, 1e-6);
    // A ban is a capacity of 0: autarky, and the worth of a tonne through it.
    let ban = TradeArc { capacity_t: Some(0.0), ..arc };
    let banned = spatial_equilibrium(&two_regions(Some(ban)), &options()).unwrap();
    near(banned.markets[1].price.unwrap(), 113.333333333333, 1e-6);
    near(banned.flows[0].rent, 113.333333333333 - 55.0 - 5.0, 1e-6);
    assert!(banned.net_social_payoff < quota.net_social_payoff && quota.net_social_payoff < open.net_social_payoff);
}

#[test]
fn the_reference_problem_has_its_objective() {
    // price_equilibrium(30, 3), solved by an independent solver: -369396.364.
    let model = generators::price_equilibrium(30, 3);
    assert_eq!(model.arcs.len(), 30 * 29 * 3);
    let found = spatial_equilibrium(&model, &options()).unwrap();
    near(-found.net_social_payoff, -369_396.364, 1e-8);
    check_complementarity(&model, &found);
}

fn check_complementarity(model: &SpatialModel, found: &critmin_substitution::equilibrium::SpatialEquilibrium) {
    const TOLERANCE: f64 = 1e-4;
    let market = |region: &str, commodity: &str| {
        let mut markets = found.markets.iter();
        markets.find(|market| market.region == region && market.commodity == commodity).unwrap()
    };
    for (arc, flow) in model.arcs.iter().zip(&found.flows) {
        let paid = market(&arc.destination, &arc.commodity).price.unwrap();
        let gap = paid - market(&arc.origin, &arc.commodity).supply_price.unwrap();
        let slack = arc.transport_cost + arc.premium - gap + flow.rent;
        assert!(-TOLERANCE < slack && -TOLERANCE < flow.flow_t, "{arc:?} {flow:?}");
        assert!((slack * flow.flow_t).abs() < 100.0 * TOLERANCE, "{arc:?} {flow:?} {slack}");
        if let Some(capacity) = arc.capacity_t {
            assert!(flow.flow_t < capacity + TOLERANCE);
            assert!(flow.rent * (capacity - flow.flow_t) < 100.0 * TOLERANCE, "{arc:?} {flow:?}");
        }
    }
    for (market, given) in found.markets.iter().zip(&model.markets) {
        let (price, supply_price) = (market.price.unwrap(), market.supply_price.unwrap());
        assert!(price < supply_price + TOLERANCE);
        let curve = given.demand.unwrap();
        let asked = curve.intercept - curve.slope * market.demand_t;
        assert!(asked < price + TOLERANCE, "{market:?}");
        assert!((price - asked) * market.demand_t < 100.0 * TOLERANCE);
        let curve = given.supply.unwrap();
        let asked = curve.intercept + curve.slope * market.supply_t;
        assert!(supply_price < asked + TOLERANCE && (asked - supply_price) * market.supply_t < 100.0 * TOLERANCE);
    }
}

#[test]
fn a_detour_is_taken_only_with_transshipment() {
    // The direct way is closed; over a third region that neither makes nor uses anything it costs 8.
    let mut model =
        two_regions(Some(TradeArc { capacity_t: Some(0.0), ..TradeArc::open("one", "two", "gallium", 5.0) }));
    model.markets.push(LinearMarket { region: "hub".into(), commodity: "gallium".into(), demand: None, supply: None });
    model.arcs.push(TradeArc::open("one", "hub", "gallium", 4.0));
    model.arcs.push(TradeArc::open("hub", "two", "gallium", 4.0));
    let direct = spatial_equilibrium(&model, &options()).unwrap();
    near(direct.markets[1].price.unwrap(), 340.0 / 3.0, 1e-6);
    assert_eq!((direct.markets[2].price, direct.flows[1].flow_t), (None, 0.0));
    model.has_transshipment = true;
    let detour = spatial_equilibrium(&model, &options()).unwrap();
    // spe2_flow with a cost of 8: (340 / 3 - 55 - 8) / (1 / 2 + 2 / 3).
    near(detour.flows[2].flow_t, (340.0 / 3.0 - 63.0) * 6.0 / 7.0, 1e-6);
    near(detour.flows[0].rent, 3.0, 1e-6);
}

const REGIONS: [&str; 3] = ["Reg1", "Reg2", "Reg3"];
const COMMODITIES: [&str; 2] = ["Com1", "Com2"];

/// Data of Takayama and Judge (1964), solved by an independent solver. `is_cross`: slopes in the prices of both goods;
/// otherwise both slopes of an equation on its own price, as the usual transcription has it.
fn takayama_judge(is_cross: bool) -> PriceFormModel {
    let demand_intercept = [[200.0, 300.0], [100.0, 200.0], [160.0, 250.0]];
    let demand = [[[-10.0, 1.0], [1.0, -10.0]], [[-5.0, 1.0], [1.0, -20.0]], [[-8.0, 1.0], [1.0, -10.0]]];
    let supply = [[[10.0, 0.5], [0.5, 15.0]], [[20.0, 0.5], [0.5, 25.0]], [[10.0, 0.5], [0.5, 15.0]]];
    let transport =
        [[[0.0, 2.0, 2.0], [2.0, 0.0, 1.0], [2.0, 1.0, 0.0]], [[0.0, 3.0, 3.0], [3.0, 0.0, 2.0], [3.0, 2.0, 0.0]]];
    let mut model = PriceFormModel::default();
    for (r, region) in REGIONS.iter().enumerate() {
        for (c, commodity) in COMMODITIES.iter().enumerate() {
            model.markets.push(PriceFormMarket {
                region: (*region).into(),
                commodity: (*commodity).into(),
                demand_intercept_t: demand_intercept[r][c],
                supply_intercept_t: [-50.0, -60.0][c],
            });
            for (side, slopes) in [(CurveSide::Demand, demand[r][c]), (CurveSide::Supply, supply[r][c])] {
                let mut slope = |price_of: &str, slope: f64| {
                    let (region, commodity) = ((*region).into(), (*commodity).into());
                    model.slopes.push(PriceSlope { region, side, commodity, price_of: price_of.into(), slope });
                };
                if is_cross {
                    slope("Com1", slopes[0]);
                    slope("Com2", slopes[1]);
                } else {
                    slope(commodity, slopes[0] + slopes[1]);
                }
            }
            for (to, destination) in REGIONS.iter().enumerate().filter(|(to, _)| *to != r) {
                model.arcs.push(TradeArc::open(region, destination, commodity, transport[c][r][to]));
            }
        }
    }
    model
}

fn check_takayama_judge(
    is_cross: bool,
    prices: [f64; 6],
    demand: [f64; 6],
    supply: [f64; 6],
    flows: [f64; 4],
    cost: f64,
) {
    let found = price_form_equilibrium(&takayama_judge(is_cross), &options()).unwrap();
    for (index, market) in found.markets.iter().enumerate() {
        near(market.price.unwrap(), prices[index], 1e-7);
        near(market.demand_t, demand[index], 1e-7);
        near(market.supply_t, supply[index], 1e-7);
    }
    let routes = [("Reg1", "Com1"), ("Reg3", "Com1"), ("Reg1", "Com2"), ("Reg3", "Com2")];
    for flow in &found.flows {
        let is_route = |route: &&(&str, &str)| {
            flow.origin == "Reg2" && (flow.destination.as_str(), flow.commodity.as_str()) == **route
        };
        let expected = routes.iter().position(|route| is_route(&route)).map_or(0.0, |at| flows[at]);
        assert!((flow.flow_t - expected).abs() < 1e-5, "{flow:?}, expected {expected}");
    }
    near(found.transport_cost, cost, 1e-7);
}

#[test]
fn takayama_and_judge_in_both_readings() {
    check_takayama_judge(
        true,
        [11.007103757, 11.631691112, 9.007103757, 8.631691112, 10.007103757, 10.631691112],
        [101.560653546, 194.690192637, 63.596172329, 36.373281518, 90.574861059, 153.690192637],
        [65.886883122, 119.978918558, 134.457920689, 160.295829677, 55.386883122, 104.478918558],
        [35.673770423, 35.187977937, 74.71127408, 49.21127408],
        429.091889181,
    );
    check_takayama_judge(
        false,
        [11.0, 11.636363636, 9.0, 8.636363636, 10.0, 10.636363636],
        [101.0, 195.272727273, 64.0, 35.909090909, 90.0, 154.272727273],
        [65.5, 120.363636364, 134.5, 160.227272727, 55.0, 104.863636364],
        [35.5, 35.0, 74.909090909, 49.409090909],
        429.545454545,
    );
}

#[test]
fn slopes_that_are_not_symmetric_or_not_stable_are_refused() {
    let mut model = takayama_judge(true);
    let cross = model.slopes.iter_mut().find(|slope| slope.commodity != slope.price_of).unwrap();
    cross.slope += 0.5;
    let error = price_form_equilibrium(&model, &options()).unwrap_err();
    assert!(error.to_string().contains("the other way round"), "{error}");
    let mut model = takayama_judge(true);
    for slope in model.slopes.iter_mut().filter(|slope| slope.commodity != slope.price_of) {
        slope.slope = if slope.side == CurveSide::Demand { 40.0 } else { -40.0 };
    }
    let error = price_form_equilibrium(&model, &options()).unwrap_err();
    assert!(error.to_string().contains("positive definite"), "{error}");
}

#[test]
fn a_quota_in_prices_agrees_with_the_quota_in_quantities() {
    // The closed form of the quota, with curves turned: q = 100 - P, s = P - 10; q = 160 - P, s = P / 2 - 10.
    let market = |region: &str, demand_intercept_t, supply_intercept_t| PriceFormMarket {
        region: region.into(),
        commodity: "gallium".into(),
        demand_intercept_t,
        supply_intercept_t,
    };
    let slope = |region: &str, side, slope| PriceSlope {
        region: region.into(),
        side,
        commodity: "gallium".into(),
        price_of: "gallium".into(),
        slope,
    };
    let arc = |capacity| TradeArc {
        capacity_t: Some(capacity),
        premium: 15.0,
        ..TradeArc::open("one", "two", "gallium", 5.0)
    };
    let mut model = PriceFormModel {
        markets: vec![market("one", 100.0, -10.0), market("two", 160.0, -10.0)],
        slopes: vec![
            slope("one", CurveSide::Demand, -1.0),
            slope("one", CurveSide::Supply, 1.0),
            slope("two", CurveSide::Demand, -1.0),
            slope("two", CurveSide::Supply, 0.5),
        ],
        arcs: vec![arc(20.0)],
    };
    let found = price_form_equilibrium(&model, &options()).unwrap();
    near(found.markets[0].price.unwrap(), 65.0, 1e-6);
    near(found.markets[1].price.unwrap(), 100.0, 1e-6);
    near(found.flows[0].flow_t, 20.0, 1e-6);
    near(found.flows[0].rent, 15.0, 1e-6);
    model.arcs = vec![arc(0.0)];
    let banned = price_form_equilibrium(&model, &options()).unwrap();
    near(banned.markets[1].price.unwrap(), 340.0 / 3.0, 1e-6);
    near(banned.flows[0].flow_t, 0.0, 1e-9);
}

#[test]
fn faults_of_a_spatial_model_come_together() {
    let mut model = two_regions(Some(TradeArc::open("one", "three", "gallium", -5.0)));
    model.markets[0].demand = line(100.0, 0.0);
    model.markets.push(model.markets[1].clone());
    model.arcs.push(TradeArc::open("one", "one", "gallium", 1.0));
    model.arcs.extend([TradeArc::open("one", "two", "gallium", 1.0), TradeArc::open("one", "two", "gallium", 1.0)]);
    let error = spatial_equilibrium(&model, &options()).unwrap_err();
    let Error::Invalid { faults, .. } = &error else { panic!("{error}") };
    // Flat demand, market twice, unknown region, negative cost, own arc, arc twice.
    assert_eq!(faults.len(), 6, "{faults:#?}");
}

/// One market of which `lost_share` of supply is gone.
fn isoelastic(lost_share: f64, demand: f64, supply: f64, backstop_price: Option<f64>) -> IsoelasticMarket {
    IsoelasticMarket {
        region: "world".into(),
        commodity: "gallium".into(),
        demand: Some(IsoelasticDemand {
            base_price: 300.0,
            base_quantity_t: 700.0,
            price_elasticity_of_demand: -demand,
            backstop_price,
        }),
        supply: Some(IsoelasticSupply {
            base_price: 300.0,
            base_quantity_t: 700.0 * (1.0 - lost_share),
            price_elasticity_of_supply: supply,
            capacity_t: None,
        }),
    }
}

fn alone(market: IsoelasticMarket) -> critmin_substitution::equilibrium::MarketOutcome {
    let model = IsoelasticModel { markets: vec![market], arcs: vec![] };
    isoelastic_equilibrium(&model, &options()).unwrap().markets.remove(0)
}

#[test]
fn closed_forms_of_constant_elasticities() {
    // iso_0 to iso_3, without a backstop.
    let cases = [
        (0.0, 0.5, 0.5, 1.0),
        (0.6, 0.5, 0.5, 2.5),
        (0.3, 0.5, 1.0, 1.268434288204),
        (0.9, 0.13, 0.2, 1072.267222010324),
    ];
    for (lost, demand, supply, expected) in cases {
        near(isoelastic_price_ratio(lost, -demand, supply).unwrap(), expected, 1e-12);
        let found = alone(isoelastic(lost, demand, supply, None));
        near(found.price_ratio.unwrap(), expected, 1e-5);
        near(found.demand_t, 700.0 * expected.powf(-demand), 1e-6);
        assert!(!found.is_at_backstop && found.replaced_t.abs() < 1e-9);
    }
    assert!(isoelastic_price_ratio(1.0, -0.5, 0.5).is_err() && isoelastic_price_ratio(0.5, 0.0, 0.0).is_err());
}

#[test]
fn a_backstop_is_part_of_the_demand_curve() {
    // iso_3 with a substitute at 10 times the base price: demand stays on its curve, supply too, the rest is replaced.
    let found = alone(isoelastic(0.9, 0.13, 0.2, Some(3000.0)));
    near(found.price_ratio.unwrap(), 10.0, 1e-6);
    assert!(found.is_at_backstop);
    near(found.supply_t, 70.0 * 10.0_f64.powf(0.2), 1e-5);
    near(found.demand_t, found.supply_t, 1e-6);
    near(found.demand_t + found.replaced_t, 700.0 * 10.0_f64.powf(-0.13), 1e-5);
    // A backstop above the clearing price changes nothing.
    let found = alone(isoelastic(0.6, 0.5, 0.5, Some(3000.0)));
    near(found.price_ratio.unwrap(), 2.5, 1e-5);
    assert!(!found.is_at_backstop);
}

#[test]
fn elastic_demand_fixed_supply_and_capacity() {
    // Above 1 the other cone: 0.4^(-1 / (1.5 + 0.5)).
    near(alone(isoelastic(0.6, 1.5, 0.5, None)).price_ratio.unwrap(), 0.4_f64.powf(-0.5), 1e-5);
    // Fixed supply: 0.4^(-1 / 0.5), all of it rent.
    let fixed = alone(isoelastic(0.6, 0.5, 0.0, None));
    near(fixed.price_ratio.unwrap(), 6.25, 1e-5);
    near(fixed.capacity_rent, 6.25 * 300.0, 1e-5);
    // A capacity at the base quantity does the same, and its rent is what stands above the supply curve.
    let mut market = isoelastic(0.6, 0.5, 0.5, None);
    market.supply.as_mut().unwrap().capacity_t = Some(280.0);
    let capped = alone(market);
    near(capped.price_ratio.unwrap(), 6.25, 1e-5);
    near(capped.capacity_rent, 5.25 * 300.0, 1e-5);
    for wrong in [-1.0, -0.995, 0.0, 0.5] {
        let mut market = isoelastic(0.6, 0.5, 0.5, None);
        market.demand.as_mut().unwrap().price_elasticity_of_demand = wrong;
        let model = IsoelasticModel { markets: vec![market], arcs: vec![] };
        assert!(isoelastic_equilibrium(&model, &options()).is_err());
    }
}

#[test]
fn two_isoelastic_regions_share_a_price() {
    // A supplier and a buyer, cost 50: the root of 700 (p / 300)^(-0.5) = 500 ((p - 50) / 250)^0.5 by bisection.
    let seller = IsoelasticMarket {
        region: "seller".into(),
        demand: None,
        supply: Some(IsoelasticSupply {
            base_price: 250.0,
            base_quantity_t: 500.0,
            price_elasticity_of_supply: 0.5,
            capacity_t: None,
        }),
        ..isoelastic(0.0, 0.5, 0.5, None)
    };
    let buyer = IsoelasticMarket { region: "buyer".into(), supply: None, ..isoelastic(0.0, 0.5, 0.5, Some(900.0)) };
    let (mut low, mut high) = (50.0_f64, 5000.0_f64);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        let excess = 700.0 * (middle / 300.0).powf(-0.5) - 500.0 * ((middle - 50.0) / 250.0).powf(0.5);
        if 0.0 < excess { low = middle } else { high = middle }
    }
    let mut model = IsoelasticModel {
        markets: vec![seller, buyer],
        arcs: vec![TradeArc::open("seller", "buyer", "gallium", 50.0)],
    };
    let found = isoelastic_equilibrium(&model, &options()).unwrap();
    near(found.markets[1].price.unwrap(), low, 1e-5);
    near(found.markets[0].supply_price.unwrap(), low - 50.0, 1e-5);
    near(found.flows[0].flow_t, found.markets[1].demand_t, 1e-6);
    // A ban: the backstop serves the demand at its price, and a tonne through the ban would earn the rest.
    model.arcs[0].capacity_t = Some(0.0);
    let banned = isoelastic_equilibrium(&model, &options()).unwrap();
    near(banned.markets[1].price.unwrap(), 900.0, 1e-6);
    near(banned.markets[1].replaced_t, 700.0 * 3.0_f64.powf(-0.5), 1e-5);
    assert!(banned.markets[1].demand_t.abs() < 1e-3 && 800.0 < banned.flows[0].rent);
    // Without a backstop nothing serves it.
    model.markets[1].demand.as_mut().unwrap().backstop_price = None;
    let error = isoelastic_equilibrium(&model, &options()).unwrap_err().to_string();
    assert!(error.contains("no supply within reach") && error.contains("buyer"), "{error}");
}

fn flow(origin: &str, destination: &str, mass_t: f64) -> BaseFlow {
    BaseFlow { origin: origin.into(), destination: destination.into(), mass_t }
}

fn total(region: &str, mass_t: f64) -> RegionTotal {
    RegionTotal { region: region.into(), mass_t }
}

fn two_by_two(supplies: [f64; 2], demands: [f64; 2]) -> ReroutingModel {
    ReroutingModel {
        flows: vec![flow("a", "x", 40.0), flow("a", "y", 10.0), flow("b", "x", 20.0), flow("b", "y", 30.0)],
        supplies: vec![total("a", supplies[0]), total("b", supplies[1])],
        demands: vec![total("x", demands[0]), total("y", demands[1])],
        ..ReroutingModel::default()
    }
}

fn run(model: &ReroutingModel) -> Rerouting {
    reroute(model, &RerouteOptions::default()).unwrap()
}

fn with_dummy(model: &ReroutingModel) -> Rerouting {
    reroute(model, &RerouteOptions { shortage: ShortagePolicy::Dummy, ..RerouteOptions::default() }).unwrap()
}

#[test]
fn closed_forms_of_rerouting() {
    // ras_2x2, ras_2x2_b.
    near(run(&two_by_two([60.0, 40.0], [50.0, 50.0])).flows[0].mass_t, 40.0, 1e-9);
    near(run(&two_by_two([70.0, 30.0], [50.0, 50.0])).flows[0].mass_t, 43.542486889354, 1e-9);
    // No change, no rerouting.
    let same = run(&two_by_two([50.0, 50.0], [60.0, 40.0]));
    assert!(same.flows.iter().all(|flow| (flow.mass_t - flow.base_t).abs() < 1e-12) && same.iterations == 1);
    assert!(same.relative_entropy.abs() < 1e-12);
}

#[test]
fn entropy_has_its_objective() {
    // entropy(30) and entropy(100), solved by exponential cones: 15810.862080 and 29383.647196.
    for (n, expected) in [(30, 15_810.862_080), (100, 29_383.647_196)] {
        let found = run(&generators::entropy(n));
        near(found.relative_entropy / BETA, expected, 1e-9);
        assert!(found.residual <= 1e-11 && found.unserved.is_empty());
    }
}

#[test]
fn what_cannot_be_served_is_named() {
    let mut model = two_by_two([70.0, 30.0], [50.0, 50.0]);
    model.bans = vec![ArcLabel { origin: "a".into(), destination: "y".into() }];
    let error = reroute(&model, &RerouteOptions::default()).unwrap_err();
    let Error::InfeasiblePlan { conflicts, missing } = &error else { panic!("{error}") };
    assert_eq!(conflicts, &["a must place 70 t but can sell only to x, who need 50 t"]);
    assert_eq!(missing, &["20 t of a find no buyer", "20 t of y find no supplier"]);
    let found = with_dummy(&model);
    assert_eq!((found.unsold.len(), found.unserved.len()), (1, 1));
    near(found.unsold[0].mass_t, 20.0, 1e-9);
    near(found.unserved[0].mass_t, 20.0, 1e-9);
    let expected = [50.0, 0.0, 0.0, 30.0];
    for (flow, expected) in found.flows.iter().zip(expected) {
        assert!((flow.mass_t - expected).abs() < 1e-9, "{flow:?}");
    }
}

#[test]
fn a_dummy_shares_a_shortage_in_proportion() {
    // A world that trades in proportion, of which a third of supply is lost: every destination lacks a third.
    let model = ReroutingModel {
        flows: vec![flow("a", "x", 40.0), flow("a", "y", 20.0), flow("b", "x", 20.0), flow("b", "y", 10.0)],
        supplies: vec![total("a", 60.0), total("b", 0.0)],
        demands: vec![total("x", 60.0), total("y", 30.0)],
        ..ReroutingModel::default()
    };
    let error = reroute(&model, &RerouteOptions::default()).unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error}");
    let found = with_dummy(&model);
    near(found.unserved[0].mass_t, 20.0, 1e-9);
    near(found.unserved[1].mass_t, 10.0, 1e-9);
    assert!(found.unsold.is_empty());
}

#[test]
fn caps_hold_and_only_bend_what_they_touch() {
    let mut model = two_by_two([60.0, 40.0], [50.0, 50.0]);
    model.caps = vec![ArcCap { origin: "a".into(), destination: "x".into(), mass_t: 35.0 }];
    let found = run(&model);
    // One degree of freedom: the cap decides the rest.
    for (flow, expected) in found.flows.iter().zip([35.0, 25.0, 15.0, 25.0]) {
        near(flow.mass_t, expected, 1e-9);
    }
    model.caps[0].mass_t = 45.0;
    near(run(&model).flows[0].mass_t, 40.0, 1e-9);
    model.caps[0].mass_t = 5.0;
    let error = reroute(&model, &RerouteOptions::default()).unwrap_err();
    assert!(matches!(&error, Error::InfeasiblePlan { missing, .. } if missing.len() == 2), "{error}");
}

#[test]
fn labels_of_rerouting_are_checked() {
    let mut model = two_by_two([60.0, 40.0], [50.0, 50.0]);
    model.flows.push(flow("a", "x", -1.0));
    model.flows.push(flow("c", "x", 1.0));
    let error = reroute(&model, &RerouteOptions::default()).unwrap_err();
    let Error::Invalid { faults, .. } = &error else { panic!("{error}") };
    assert_eq!(faults.len(), 3, "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// 0 <= x, t - (P_j - P_i) + rent >= 0, one of them 0; on random instances with quotas.
    #[test]
    fn complementarity_holds(seed in any::<u64>()) {
        let mut random = SplitMix64(seed);
        let mut model = generators::price_equilibrium(4, 2);
        for market in &mut model.markets {
            market.demand = line(random.between(50.0, 150.0), random.between(0.1, 1.0));
            market.supply = line(random.between(5.0, 60.0), random.between(0.05, 1.0));
        }
        for arc in &mut model.arcs {
            arc.transport_cost = random.between(1.0, 40.0);
            arc.capacity_t = (random.unit() < 0.4).then(|| random.between(0.0, 30.0));
        }
        let found = spatial_equilibrium(&model, &options()).unwrap();
        check_complementarity(&model, &found);
        let made: f64 = found.markets.iter().map(|market| market.supply_t).sum();
        let used: f64 = found.markets.iter().map(|market| market.demand_t).sum();
        prop_assert!((made - used).abs() < 1e-4 * used);
    }

    /// The dual of every balance is the price on the curves of that market.
    #[test]
    fn prices_lie_on_the_isoelastic_curves(seed in any::<u64>()) {
        let mut random = SplitMix64(seed);
        let mut model = IsoelasticModel::default();
        for region in 0..5 {
            let mut market = isoelastic(random.between(0.0, 0.9), random.between(0.1, 0.6), random.between(0.1, 1.0), Some(6000.0));
            market.region = region.to_string();
            model.markets.push(market);
            for other in (0..5).filter(|other| *other != region) {
                let capacity_t = (random.unit() < 0.3).then(|| random.between(0.0, 100.0));
                let cost = random.between(1.0, 60.0);
                let arc = TradeArc::open(&region.to_string(), &other.to_string(), "gallium", cost);
                model.arcs.push(TradeArc { capacity_t, ..arc });
            }
        }
        let found = isoelastic_equilibrium(&model, &options()).unwrap();
        for (market, outcome) in model.markets.iter().zip(&found.markets) {
            let asked = market.demand.unwrap().price_at(outcome.demand_t + outcome.replaced_t);
            prop_assert!((asked / outcome.price.unwrap() - 1.0).abs() < 1e-4, "{outcome:?} {asked}");
            let asked = market.supply.unwrap().price_at(outcome.supply_t);
            prop_assert!((asked / outcome.supply_price.unwrap() - 1.0).abs() < 1e-4, "{outcome:?} {asked}");
        }
    }

    /// Odds ratios of cells that no cap touches are those of the base, and totals hold.
    #[test]
    fn odds_ratios_are_kept(seed in any::<u64>(), n in 2_usize..8) {
        let mut random = SplitMix64(seed);
        let base = random.draw(0.5, 50.0, n * n);
        let supply = random.draw(1.0, 100.0, n);
        let demand = random.draw(1.0, 100.0, n);
        let scale = supply.iter().sum::<f64>() / demand.iter().sum::<f64>();
        let label = |index: usize| index.to_string();
        let model = ReroutingModel {
            flows: base.iter().enumerate().map(|(cell, mass)| flow(&label(cell / n), &label(cell % n), *mass)).collect(),
            supplies: supply.iter().enumerate().map(|(at, mass)| total(&label(at), *mass)).collect(),
            demands: demand.iter().enumerate().map(|(at, mass)| total(&label(at), mass * scale)).collect(),
            ..ReroutingModel::default()
        };
        let found = run(&model);
        let odds = |cells: &dyn Fn(usize) -> f64, row: usize, column: usize| {
            cells(0) * cells(row * n + column) / (cells(column) * cells(row * n))
        };
        for row in 1..n {
            for column in 1..n {
                let after = odds(&|cell| found.flows[cell].mass_t, row, column);
                let before = odds(&|cell| base[cell], row, column);
                prop_assert!((after / before - 1.0).abs() < 1e-9);
            }
            let sum: f64 = (0..n).map(|column| found.flows[row * n + column].mass_t).sum();
            prop_assert!((sum - supply[row]).abs() < 1e-8 * supply.iter().sum::<f64>());
        }
    }

    /// With bans, caps and unequal totals a dummy always leaves a table: totals hold with what is unsold and unserved, and
    /// as little as possible of both.
    #[test]
    fn a_dummy_always_balances(seed in any::<u64>()) {
        let mut random = SplitMix64(seed);
        let n = 5;
        let label = |index: usize| index.to_string();
        let mut model = ReroutingModel::default();
        for cell in 0..n * n {
            let (origin, destination) = (label(cell / n), label(cell % n));
            model.flows.push(flow(&origin, &destination, random.between(0.5, 50.0)));
            let draw = random.unit();
            if draw < 0.5 {
                model.bans.push(ArcLabel { origin, destination });
            } else if draw < 0.7 {
                model.caps.push(ArcCap { origin, destination, mass_t: random.between(0.0, 10.0) });
            }
        }
        model.supplies = (0..n).map(|at| total(&label(at), random.between(0.0, 60.0))).collect();
        model.demands = (0..n).map(|at| total(&label(at), random.between(0.0, 60.0))).collect();
        let found = with_dummy(&model);
        for (at, supply) in model.supplies.iter().enumerate() {
            let placed: f64 = found.flows[at * n..(at + 1) * n].iter().map(|flow| flow.mass_t).sum();
            let left = found.unsold.iter().find(|row| row.region == supply.region).map_or(0.0, |row| row.mass_t);
            prop_assert!((placed + left - supply.mass_t).abs() < 1e-7);
        }
        for cap in &model.caps {
            let cell = |flow: &&critmin_substitution::equilibrium::ReroutedFlow| {
                flow.origin == cap.origin && flow.destination == cap.destination
            };
            prop_assert!(found.flows.iter().find(cell).unwrap().mass_t <= cap.mass_t + 1e-7);
        }
    }
}
