//! Laws of plans on random networks: duality, complementary slackness, conservation, and what more of anything does.
#![allow(clippy::unwrap_used, reason = "a test fails loudly")]

use critmin_substitution::Error;
use critmin_substitution::network::{
    Arc, Ban, BlocCap, Network, Offtake, Period, Plan, PlanOptions, Process, Region, RentKind, Series, Stock,
    Substitution, UnmetStep, Use, plan,
};
use proptest::prelude::*;

/// Relative, for costs that are each certified to a gap of 1e-6.
const TOLERANCE: f64 = 3e-6;
const N_PERIODS: usize = 3;
const REGIONS: [(&str, &str); 4] = [("C", "rival"), ("A", "ally"), ("B", "ally"), ("J", "ally")];

/// A two-stage network with a dominant maker `C` whose refined exports are closed from the second period on.
#[derive(Debug, Clone)]
struct Random {
    numbers: Vec<f64>,
}

impl Random {
    /// The next number of (0, 1), stretched.
    fn between(&self, at: usize, low: f64, high: f64) -> f64 {
        low + (high - low) * self.numbers[at % self.numbers.len()]
    }

    fn network(&self) -> Network {
        let mut at = 0;
        let mut next = |low: f64, high: f64| {
            at += 1;
            self.between(at, low, high)
        };
        let mut processes = Vec::new();
        let mut arcs = Vec::new();
        for (region, _) in REGIONS {
            let scale = if region == "C" { 6.0 } else { 1.0 };
            processes.push(process("mine", region, None, "ore", (1.0, next(20.0, 60.0)), scale * next(2.0, 12.0)));
            let recovery = next(0.7, 0.98);
            let costs = (recovery, next(30.0, 90.0));
            processes.push(process("refine", region, Some("ore"), "metal", costs, scale * next(1.0, 9.0)));
        }
        processes[0].by_product_limit_t = Some(Series::Constant(next(30.0, 50.0)));
        processes[2].by_product_limit_t = Some(Series::Constant(next(1.0, 4.0)));
        processes[5].ramp_t = Some(next(0.2, 1.0));
        processes.push(process("other", "B", None, "replacement", (1.0, next(200.0, 500.0)), next(0.1, 0.6)));
        for (from, _) in REGIONS {
            for (to, _) in REGIONS.iter().filter(|(to, _)| *to != from) {
                for form in ["ore", "metal"] {
                    arcs.push(arc(&format!("{from}{to} {form}"), (from, to), form, next(2.0, 20.0)));
                }
            }
        }
        let leak = arcs.len();
        arcs.push(Arc {
            via: Some("V".to_owned()),
            premium_usd_per_t: next(50.0, 200.0),
            loss: 0.03,
            capacity_t: Some(Series::Constant(next(0.5, 3.0))),
            enforcement: Some(Series::Constant(0.25)),
            is_leak: true,
            ..arc("CB leak", ("C", "B"), "metal", 20.0)
        });
        assert_eq!(arcs[leak].id, "CB leak");
        let uses = REGIONS.iter().map(|(region, _)| Use {
            id: "use".to_owned(),
            region: (*region).to_owned(),
            form: "metal".to_owned(),
            demand_t: Series::Constant(next(3.0, 15.0)),
            unmet_steps: vec![
                UnmetStep { width_share: 0.3, penalty_usd_per_t: 2_000.0 },
                UnmetStep { width_share: 0.7, penalty_usd_per_t: 9_000.0 },
            ],
        });
        Network {
            title: "random".to_owned(),
            uses: uses.collect(),
            periods: (0..N_PERIODS)
                .map(|at| Period {
                    id: format!("t{at}"),
                    days: 90.0,
                    discount: 0.98_f64.powi(i32::try_from(at).unwrap()),
                })
                .collect(),
            regions: REGIONS.map(|(id, bloc)| Region { id: id.to_owned(), bloc: Some(bloc.to_owned()) }).to_vec(),
            processes,
            arcs,
            substitutions: vec![Substitution {
                substitute: "replacement".to_owned(),
                use_id: "use".to_owned(),
                region: "B".to_owned(),
                form: "metal".to_owned(),
                draws_form: Some("replacement".to_owned()),
                mass_ratio: 0.5,
                cost_usd_per_t: next(300.0, 900.0),
                feasible_share: Series::ByPeriod(vec![0.0, 0.1, 0.2]),
            }],
            stocks: vec![Stock {
                region: "B".to_owned(),
                form: "metal".to_owned(),
                initial_t: next(0.0, 5.0),
                capacity_t: Some(9.0),
                holding_cost_usd_per_t: 4.0,
                cover_days: Series::Constant(0.0),
                salvage_usd_per_t: 0.0,
            }],
            bans: ["CA metal", "CB metal"]
                .map(|id| Ban {
                    arc: id.to_owned(),
                    restriction_level: Series::ByPeriod(vec![0.0, 1.0, 1.0]),
                    base_flow_t: None,
                })
                .to_vec(),
            bloc_caps: vec![BlocCap {
                region: "J".to_owned(),
                bloc: "rival".to_owned(),
                form: Some("metal".to_owned()),
                share_of_demand: Series::Constant(next(0.3, 0.9)),
            }],
            offtakes: vec![Offtake {
                arc: "AB metal".to_owned(),
                process: "refine".to_owned(),
                region: "A".to_owned(),
                min_share: Series::ByPeriod(vec![0.0, 0.3, 0.3]),
            }],
            domestic_minimums: Vec::new(),
        }
    }
}

fn process(
    id: &str,
    region: &str,
    input: Option<&str>,
    output: &str,
    (recovery, cost): (f64, f64),
    capacity: f64,
) -> Process {
    Process {
        id: id.to_owned(),
        region: region.to_owned(),
        input: input.map(str::to_owned),
        output: output.to_owned(),
        recovery,
        cost_usd_per_t: cost,
        capacity_t: Some(Series::Constant(capacity)),
        by_product_limit_t: None,
        ramp_t: None,
        initial_output_t: None,
    }
}

fn arc(id: &str, (from, to): (&str, &str), form: &str, freight: f64) -> Arc {
    Arc {
        id: id.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        form: form.to_owned(),
        via: None,
        freight_usd_per_t: freight,
        tariff_usd_per_t: 0.0,
        premium_usd_per_t: 0.0,
        loss: 0.0,
        capacity_t: None,
        enforcement: None,
        is_leak: false,
    }
}

fn solved(network: &Network) -> Plan {
    plan(network, &PlanOptions::default()).unwrap()
}

fn cost(network: &Network) -> f64 {
    solved(network).cost_usd
}

fn no_more_than(found: f64, limit: f64) -> bool {
    found <= limit + TOLERANCE * limit.abs().max(1.0)
}

fn price(plan: &Plan, period: &str, region: &str, form: &str) -> f64 {
    let is_it = |row: &&critmin_substitution::network::PriceRow| {
        row.period == period && row.region == region && row.form == form
    };
    plan.prices.iter().find(is_it).unwrap().price_usd_per_t
}

fn rent(plan: &Plan, period: &str, kind: RentKind, name: &str, region: &str) -> f64 {
    let is_it = |row: &&critmin_substitution::network::RentRow| {
        row.period == period && row.kind == kind && row.name == name && row.region == region
    };
    plan.rents.iter().find(is_it).map_or(0.0, |row| row.rent_usd_per_t)
}

fn random() -> impl Strategy<Value = Random> {
    proptest::collection::vec(0.0..1.0_f64, 61).prop_map(|numbers| Random { numbers })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Mass closes, uses are met or not, and the duals price every flow and every process that runs.
    #[test]
    fn duals_price_what_moves_and_mass_closes(random in random()) {
        let network = random.network();
        let plan = solved(&network);
        prop_assert!(plan.certificate.gap < 1e-6 && plan.certificate.primal < 1e-6);
        let parts: f64 = plan.costs.iter().map(|part| part.cost_usd).sum();
        prop_assert!((parts - plan.cost_usd).abs() <= TOLERANCE * plan.cost_usd);
        for row in &plan.uses {
            prop_assert!((row.supplied_t + row.substituted_t + row.shortfall_t - row.demand_t).abs() < 1e-6);
            prop_assert!(-1e-6 < row.shortfall_t && row.shortfall_t < row.demand_t + 1e-6);
            // A demand that is partly unmet in its first step is worth that step's penalty.
            if 1e-3 < row.shortfall_t && row.shortfall_t < 0.3 * row.demand_t - 1e-3 {
                let found = price(&plan, &row.period, &row.region, "metal");
                prop_assert!((found - 2_000.0).abs() < 1.0, "{} {}: {}", row.region, row.period, found);
            }
        }
        for (flow, of) in plan.flows.iter().zip(network.arcs.iter().cycle()) {
            if flow.sent_t < 1e-3 || flow.arc == "AB metal" {
                continue;
            }
            let (from, to) = (price(&plan, &flow.period, &of.from, &of.form), price(&plan, &flow.period, &of.to, &of.form));
            let leak = rent(&plan, &flow.period, RentKind::Leak, &of.id, &of.to);
            let is_capped = of.to == "J" && of.from == "C" && of.form == "metal";
            let capped = if is_capped { rent(&plan, &flow.period, RentKind::BlocCap, "rival", "J") } else { 0.0 };
            let gap = (1.0 - of.loss) * to - (from + of.cost_usd_per_t() + leak + capped);
            prop_assert!(gap.abs() < 1.0, "{} in {}: {}", flow.arc, flow.period, gap);
        }
    }

    /// More capacity, a looser by-product limit, more stock or a looser bloc cap never raises the cost.
    #[test]
    fn more_of_anything_never_costs_more(random in random(), which in 0_usize..4) {
        let network = random.network();
        let base = cost(&network);
        let mut more = network.clone();
        match which {
            0 => more.processes.iter_mut().for_each(|each| each.capacity_t = each.capacity_t.as_ref().map(|of| of.times(1.3))),
            1 => more.processes.iter_mut().for_each(|each| each.by_product_limit_t = each.by_product_limit_t.as_ref().map(|of| of.times(1.5))),
            2 => more.stocks[0].initial_t += 1.0,
            _ => more.bloc_caps[0].share_of_demand = Series::Constant(1.0),
        }
        prop_assert!(no_more_than(cost(&more), base));
    }

    /// A stronger enforcement or restriction, or fewer ways, never lowers the cost; the cost is convex in enforcement.
    #[test]
    fn a_tighter_ban_never_costs_less(random in random()) {
        let network = random.network();
        let with = |level: f64| {
            let mut changed = network.clone();
            changed.arcs.iter_mut().filter(|arc| arc.is_leak).for_each(|arc| arc.enforcement = Some(Series::Constant(level)));
            cost(&changed)
        };
        let (loose, middle, tight) = (with(0.0), with(0.5), with(1.0));
        prop_assert!(no_more_than(loose, middle) && no_more_than(middle, tight));
        prop_assert!(no_more_than(middle, 0.5 * (loose + tight)));
        let hard = plan(&network, &PlanOptions { leaks: false, ..PlanOptions::default() }).unwrap();
        prop_assert!((hard.cost_usd - tight).abs() <= TOLERANCE * tight);
        let mut free = network.clone();
        free.bans.clear();
        prop_assert!(no_more_than(cost(&free), loose));
    }

    /// Without rivals the rest is served at least as cheaply.
    #[test]
    fn without_the_rival_the_rest_is_served_as_well(random in random()) {
        let network = random.network();
        let mut alone = network.clone();
        alone.uses.iter_mut().filter(|user| user.region == "J").for_each(|user| user.demand_t = Series::Constant(0.0));
        alone.bloc_caps.clear();
        prop_assert!(no_more_than(cost(&alone), cost(&network)));
    }
}

fn typical() -> Network {
    Random { numbers: (0..61).map(|at| f64::from((at * 37) % 61) / 61.0).collect() }.network()
}

#[test]
fn a_by_product_ends_where_its_host_does_whatever_the_price() {
    let mut network = typical();
    network.processes[2].by_product_limit_t = Some(Series::Constant(0.5));
    let plan = solved(&network);
    let made = plan.production.iter().filter(|row| row.process == "mine" && row.region == "A");
    assert!(made.clone().count() == N_PERIODS && made.clone().all(|row| row.output_t <= 0.5 + 1e-6));
    let rents: f64 = plan
        .rents
        .iter()
        .filter(|row| row.kind == RentKind::ByProduct && row.region == "A")
        .map(|row| row.rent_usd_per_t)
        .sum();
    assert!(0.0 < rents, "the limit binds and has a rent");
}

#[test]
fn a_month_is_two_half_months() {
    let mut network = typical();
    network.substitutions.clear();
    network.processes.iter_mut().for_each(|process| process.ramp_t = None);
    network.stocks[0].holding_cost_usd_per_t = 0.0;
    network.periods.iter_mut().for_each(|period| period.discount = 1.0);
    let whole = cost(&network);
    let mut halves = network.clone();
    halves.periods = (0..2 * N_PERIODS).map(|at| Period { id: format!("h{at}"), days: 45.0, discount: 1.0 }).collect();
    let split = |series: &Series| {
        let at = |period: usize| series.at(period / 2);
        Series::ByPeriod((0..2 * N_PERIODS).map(at).collect())
    };
    for process in &mut halves.processes {
        process.capacity_t = process.capacity_t.as_ref().map(|of| split(&of.times(0.5)));
        process.by_product_limit_t = process.by_product_limit_t.as_ref().map(|of| split(&of.times(0.5)));
    }
    halves.arcs.iter_mut().for_each(|arc| arc.capacity_t = arc.capacity_t.as_ref().map(|of| split(&of.times(0.5))));
    halves.uses.iter_mut().for_each(|user| user.demand_t = split(&user.demand_t.times(0.5)));
    halves.bans.iter_mut().for_each(|ban| ban.restriction_level = split(&ban.restriction_level));
    halves.offtakes.iter_mut().for_each(|offtake| offtake.min_share = split(&offtake.min_share));
    // Penalty steps are shares of each half, so that a half can do no better than the whole.
    let finer = cost(&halves);
    assert!((finer - whole).abs() <= 1e-5 * whole, "{finer} against {whole}");
}

#[test]
fn impossible_cover_is_explained() {
    let mut network = typical();
    network.stocks[0].cover_days = Series::Constant(400.0);
    let told = plan(&network, &PlanOptions::default()).unwrap_err();
    let Error::InfeasiblePlan { missing, .. } = &told else { panic!("{told}") };
    assert!(missing.iter().any(|line| line.contains("cover of stock of metal in B")), "{told}");
}

#[test]
fn every_fault_of_a_network_is_told() {
    let mut network = typical();
    network.processes[0].capacity_t = Some(Series::Constant(-1.0));
    network.processes[1].recovery = 1.2;
    network.arcs[0].to = "Atlantis".to_owned();
    network.uses[0].unmet_steps.pop();
    network.bloc_caps[0].bloc = "nobody".to_owned();
    network.bans[0].restriction_level = Series::ByPeriod(vec![0.5]);
    let told = plan(&network, &PlanOptions::default()).unwrap_err();
    let Error::Invalid { faults, .. } = &told else { panic!("{told}") };
    for part in ["capacity_t -1", "recovery 1.2", "Atlantis", "unmet_steps of 0.3", "without members", "with 1 figures"]
    {
        assert!(faults.iter().any(|fault| fault.found.contains(part)), "{part} not in {faults:?}");
    }
}

#[test]
fn a_partial_restriction_limits_the_flow_to_the_rest() {
    let mut network = typical();
    let base = solved(&network);
    let before = base.flows.iter().find(|row| row.arc == "CB metal" && row.period == "t0").unwrap().sent_t;
    network.bans[1].restriction_level = Series::Constant(0.6);
    network.bans[1].base_flow_t = Some(before.max(1.0));
    let plan = solved(&network);
    let limit = 0.4 * before.max(1.0);
    assert!(
        plan.flows.iter().filter(|row| row.arc == "CB metal").all(|row| row.sent_t <= limit + 1e-6 && row.is_banned)
    );
}
