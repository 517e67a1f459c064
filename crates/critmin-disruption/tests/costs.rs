//! The whole path on the reference dataset: markets, industries, effects.
#![expect(clippy::unwrap_used, reason = "helpers of tests; exact zeros and unchanged prices are the claim")]

use critmin_disruption::{
    Economy, EconomyOptions, Effect, Error, JointCut, Scenario, SweepOptions, cost, cost_draws, sweep_suppliers,
};
use critmin_tables::reference;

fn scenario(commodities: &str, level: f64) -> Scenario {
    Scenario::from_toml(&format!(
        r#"
        id = "ban"
        title = "ban"
        market = {{ timing = "full_year" }}
        restrictions = [{{ exporter = "CHN", destinations = "all", commodities = [{commodities}], restriction_level = {level},
                          start = "2025-01-01", instrument = "ban" }}]
        "#
    ))
    .unwrap()
}

fn economy(options: &EconomyOptions) -> Economy {
    Economy::new(&reference::input_output_table(options.benchmark_year).unwrap(), options).unwrap()
}

fn asked(commodities: &str, level: f64, economy: &Economy) -> critmin_disruption::CostOutcome {
    let dataset = reference::dataset().unwrap();
    cost(&scenario(commodities, level), dataset, &dataset.recipes, economy).unwrap()
}

#[test]
fn effects_sum_to_the_net_change() {
    let economy = economy(&EconomyOptions::default());
    let found = asked(r#""gallium", "germanium""#, 1.0, &economy);
    let sum: f64 = found.central.effects.iter().filter_map(|row| row.gdp_change_million_usd).sum();
    assert!((sum - found.central.gdp_change_million_usd).abs() < 1e-9 * sum.abs());
    let by_industry: f64 = found
        .central
        .industries
        .iter()
        .map(|row| row.direct_gdp_change_million_usd + row.downstream_gdp_change_million_usd)
        .sum();
    let of = |effect| {
        found
            .central
            .effects
            .iter()
            .filter(|row| row.effect == effect)
            .filter_map(|row| row.gdp_change_million_usd)
            .sum::<f64>()
    };
    assert!((by_industry - of(Effect::UsersOutput) - of(Effect::Downstream)).abs() < 1e-6);
    for shock in &found.shocks {
        let own = |effect| {
            found
                .central
                .effects
                .iter()
                .find(|row| row.effect == effect && row.commodity.as_ref() == Some(&shock.commodity))
                .and_then(|row| row.gdp_change_million_usd)
                .unwrap()
        };
        let rise = shock.price_usd_per_t.unwrap() * (shock.price_ratio - 1.0) / 1e6;
        let net_imports = shock.consumption_t.unwrap() * (1.0 - shock.shortfall_share) - shock.production_after_t;
        let traded = own(Effect::UsersPrice) + own(Effect::ProducersPrice);
        assert!((traded + rise * net_imports).abs() < 1e-9 * traded.abs().max(1.0));
    }
}

#[test]
fn nothing_restricted_costs_nothing_and_more_costs_more() {
    let economy = economy(&EconomyOptions::default());
    let found = asked(r#""gallium", "germanium""#, 0.0, &economy);
    assert!(found.central.effects.iter().all(|row| row.gdp_change_million_usd.is_none_or(|change| change == 0.0)));
    let curve = asked(r#""gallium", "germanium""#, 1.0, &economy).curve;
    assert_eq!(curve[0].gdp_change_million_usd, Some(0.0));
    let losses: Vec<f64> = curve.iter().filter_map(|point| point.gdp_change_million_usd).collect();
    assert!(losses.windows(2).all(|pair| pair[1] < pair[0]), "{losses:?}");
    for point in &curve {
        assert!(point.gdp_change_harsh_million_usd <= point.gdp_change_million_usd);
        assert!(point.gdp_change_million_usd <= point.gdp_change_mild_million_usd);
    }
}

#[test]
fn joint_is_no_more_than_the_sum() {
    for joint_cut in [JointCut::Product, JointCut::Maximum] {
        let economy = economy(&EconomyOptions { joint_cut, ..EconomyOptions::default() });
        let joint = asked(r#""gallium", "germanium""#, 1.0, &economy);
        let sum: f64 = joint.singles.iter().map(|single| single.gdp_change_million_usd).sum();
        assert!(sum < joint.central.gdp_change_million_usd);
        let alone = asked(r#""gallium""#, 1.0, &economy);
        assert!((alone.central.gdp_change_million_usd - joint.singles[0].gdp_change_million_usd).abs() < 1e-6);
    }
}

#[test]
fn draws_and_sweeps_do_not_depend_on_the_threads() {
    let (economy, dataset) = (economy(&EconomyOptions::default()), reference::dataset().unwrap());
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let draws = cost_draws(
                &scenario(r#""gallium", "germanium""#, 1.0),
                dataset,
                &dataset.recipes,
                &economy,
                (20, 7),
                &|_, _| true,
            );
            let options = SweepOptions {
                commodities: vec![dataset.commodities.find("germanium").unwrap().commodity.clone()],
                ..SweepOptions::default()
            };
            (draws.unwrap(), sweep_suppliers(dataset, &dataset.recipes, &economy, &options, &|_, _| true).unwrap())
        })
    };
    let (one, three) = (run(1), run(3));
    assert_eq!(one, three);
    assert!(one.0.draws.windows(2).any(|pair| pair[0].gdp_change_million_usd != pair[1].gdp_change_million_usd));
    let rows = &one.1.scenarios;
    assert!(rows.iter().any(|row| row.exporter.as_str() == "CHN" && row.status == "solved"));
    let weighted: f64 = rows.iter().filter_map(|row| Some(row.probability? * row.gdp_change_million_usd?)).sum();
    assert!((weighted - one.1.ranks[0].weighted_gdp_change_million_usd).abs() < 1e-9 * weighted.abs());
}

#[test]
fn what_is_asked_in_vain_says_why() {
    let (economy, dataset) = (economy(&EconomyOptions::default()), reference::dataset().unwrap());
    let missing = cost(&scenario(r#""cobalt""#, 1.0), dataset, &dataset.recipes, &economy).unwrap_err();
    assert!(matches!(missing, Error::NoLinks { .. }) && missing.to_string().contains("net_exports_t"), "{missing}");
    let stopped =
        cost_draws(&scenario(r#""gallium""#, 1.0), dataset, &dataset.recipes, &economy, (100, 1), &|_, _| false);
    assert_eq!(stopped.unwrap_err(), Error::Interrupted);
    let options = SweepOptions { levels: vec![0.0], ..SweepOptions::default() };
    assert!(matches!(
        sweep_suppliers(dataset, &dataset.recipes, &economy, &options, &|_, _| true),
        Err(Error::OptionOutOfRange { .. })
    ));
}
