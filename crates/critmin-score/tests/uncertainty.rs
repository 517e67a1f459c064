//! Draws, swings, indicators left out and Sobol indices against closed forms.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test may stop, and exact sameness is what is meant"
)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use critmin_core::{Column, Columns};
use critmin_score::uncertainty::{Options, Source, Uncertainty, draws, leave_one_out, sobol, tornado};
use critmin_score::{Data, Distribution, DistributionKind, Error, Method, Plan, Request, Status};

const ITEMS: [&str; 5] = ["a", "b", "c", "d", "e"];

/// A method over `item` with the inputs x, y, z and one output.
fn document(outputs: &str, bindings: &str) -> String {
    let input = |name: &str| {
        format!("[inputs.{name}]\ndescription = \"{name}\"\naxes = [\"item\"]\nunit = \"1\"\nhigher_is = \"riskier\"\n")
    };
    format!(
        "format = 1\nid = \"trial\"\ntitle = \"Trial\"\nquestion = \"How much?\"\nevidence = \"ours\"\noutputs = [{outputs}]\n\
         [citation]\ntext = \"none\"\n[no_published_test]\nreason = \"a trial\"\n[axes]\nitem = \"thing\"\npart = \"part\"\n{}{}{}[bindings]\n{bindings}\n",
        input("x"),
        input("y"),
        input("z"),
    )
}

fn table(values: [f64; 5]) -> Arc<Columns> {
    let item = Column::from_labels(ITEMS.map(Some));
    let columns = vec![("item".to_owned(), item), ("value".to_owned(), Column::Number(values.to_vec()))];
    Arc::new(Columns::new("trial", columns).unwrap())
}

/// `e` has no `x` and so no value.
const X: [f64; 5] = [1.0, 2.0, 3.0, 4.0, f64::NAN];
const Y: [f64; 5] = [5.0, 4.5, 4.0, 3.5, 3.0];
const Z: [f64; 5] = [0.2, 0.1, 0.4, 0.3, 0.5];

fn plan(outputs: &str, bindings: &str) -> Plan {
    let method = Arc::new(Method::from_toml(&document(outputs, bindings)).unwrap());
    let inputs = [("x", X), ("y", Y), ("z", Z)].map(|(name, values)| (name.to_owned(), table(values)));
    let data =
        Data { tables: &|_| None, inputs: BTreeMap::from(inputs), pins: BTreeMap::new(), regions: BTreeMap::new() };
    Plan::compile(&method, &data, &Request::default()).unwrap()
}

fn linear() -> Plan {
    plan("\"score\"", "score = { expr = \"2 * x + 3 * y - z\", higher_is = \"riskier\" }")
}

fn indicators() -> Plan {
    plan(
        "\"score\"",
        "score = { reduce = [\"x\", \"y\", \"z\"], by = \"mean\", weights = [0.5, 0.3, 0.2], higher_is = \"riskier\" }",
    )
}

fn distribution(kind: DistributionKind, size: f64) -> Distribution {
    Distribution { kind, size: Some(size), column: None, renormalise: None }
}

fn normal(sizes: &[(&str, f64)]) -> Options {
    let one = |&(name, size): &(&str, f64)| (name.to_owned(), distribution(DistributionKind::Normal, size));
    Options { n_draws: 4000, distributions: sizes.iter().map(one).collect(), ..Options::default() }
}

fn drawn(plan: &Plan, options: &Options) -> Uncertainty {
    draws(plan, options, &|_, _| true).unwrap()
}

fn assert_near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} instead of {expected}");
}

#[test]
fn one_thread_and_eight_give_the_same_bytes() {
    let options = Options { weight_spread: Some(0.3), ..normal(&[("x", 0.5), ("y", 0.5)]) };
    let plan = indicators();
    let on = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| (drawn(&plan, &options), sobol(&plan, &options).unwrap()))
    };
    let ((one, one_sobol), (eight, eight_sobol)) = (on(1), on(8));
    assert!(one.cells.iter().filter(|cell| cell.spread.is_some()).count() == 4 && one_sobol.len() == 4 * 5);
    // The shortest text that reads back as the same number: equal texts are equal bits.
    assert_eq!(format!("{one:?}"), format!("{eight:?}"));
    assert_eq!(format!("{one_sobol:?}"), format!("{eight_sobol:?}"));
    let other = drawn(&plan, &Options { seed: 1, ..options.clone() });
    assert_ne!(one.cells[0].spread, other.cells[0].spread);
}

#[test]
fn without_spread_every_draw_is_the_base() {
    let found = drawn(&linear(), &normal(&[("x", 0.0), ("y", 0.0)]));
    let known: Vec<_> = found.cells.iter().filter_map(|cell| Some((cell.base?, cell.spread.as_ref()?))).collect();
    assert_eq!(known.len(), 4);
    for (base, spread) in known {
        assert_eq!(spread.quantiles, [base; 5]);
        assert!(spread.sd < 1e-12 && spread.rank_low == spread.rank && spread.rank_high == spread.rank);
    }
    assert_near(found.outputs[0].spearman.unwrap().low, 1.0, 1e-12);
    assert_near(found.outputs[0].kendall.unwrap().low, 1.0, 1e-12);
}

#[test]
fn what_has_no_value_keeps_its_status_and_gets_no_numbers() {
    let plan = linear();
    let found = drawn(&plan, &normal(&[("y", 1.0)]));
    let scores = plan.evaluate().rows();
    assert_eq!(found.cells.len(), scores.len());
    for (cell, score) in found.cells.iter().zip(&scores) {
        assert_eq!(
            (&cell.labels, cell.base, cell.status, &cell.reason),
            (&score.labels, score.value, score.status, &score.reason)
        );
    }
    let lacking = &found.cells[4];
    assert!(lacking.status == Status::Unavailable && lacking.spread.is_none() && !lacking.reason.is_empty());
    assert_eq!(lacking.n_without_value, 0);
}

#[test]
fn a_linear_model_has_its_closed_form() {
    let options = Options {
        n_draws: 20_000,
        thresholds: BTreeMap::from([("score".to_owned(), 17.0)]),
        ..normal(&[("x", 0.5), ("y", 0.4)])
    };
    let found = drawn(&linear(), &options);
    // 2 * 1 + 3 * 5 - 0.2; sqrt((2 * 0.5)^2 + (3 * 0.4)^2)
    let (mean, sd) = (16.8, 1.562_049_935_181_331);
    let spread = found.cells[0].spread.as_ref().unwrap();
    assert_near(spread.mean, mean, 4.0 * sd / 20_000_f64.sqrt());
    assert_near(spread.sd, sd, 0.03);
    for (quantile, deviate) in spread.quantiles.iter().zip([-1.644_854, -0.674_490, 0.0, 0.674_490, 1.644_854]) {
        assert_near(*quantile, mean + deviate * sd, 0.06);
    }
    // P(17 <= score) = 1 - Phi(0.2 / 1.56205) = 1 - Phi(0.128037)
    assert_near(spread.probability.unwrap(), 0.449_06, 4.0 * (0.25_f64 / 20_000.0).sqrt());
}

#[test]
fn uniform_and_lognormal_have_their_moments() {
    let plan = plan("\"score\"", "score = { expr = \"x\", higher_is = \"riskier\" }");
    let with = |kind, size| {
        let distributions = BTreeMap::from([("x".to_owned(), distribution(kind, size))]);
        let found = drawn(&plan, &Options { n_draws: 20_000, distributions, ..Options::default() });
        found.cells[1].spread.clone().unwrap()
    };
    let uniform = with(DistributionKind::Uniform, 0.6);
    assert_near(uniform.mean, 2.0, 0.01);
    assert_near(uniform.sd, 0.6 / 3_f64.sqrt(), 0.01);
    assert!(uniform.quantiles.iter().all(|value| (1.4..=2.6).contains(value)));
    let lognormal = with(DistributionKind::Lognormal, 0.5);
    assert_near(lognormal.quantiles[2], 2.0, 0.04);
    assert_near(lognormal.mean, 2.0 * 0.125_f64.exp(), 0.04);
    assert_near(lognormal.quantiles[4], 2.0 * (0.5 * 1.644_854_f64).exp(), 0.12);
}

#[test]
fn small_spreads_keep_ranks_and_large_ones_do_not() {
    let plan = linear();
    let ranks = |size: f64| {
        let found = drawn(&plan, &normal(&[("x", size)]));
        found
            .cells
            .iter()
            .filter_map(|cell| cell.spread.clone())
            .map(|one| (one.rank_low, one.rank, one.rank_high))
            .collect::<Vec<_>>()
    };
    // Bases 16.8, 17.4, 17.6, 18.2: the riskiest is `d`.
    let small = ranks(0.01);
    assert_eq!(small.iter().map(|one| one.1).collect::<Vec<_>>(), [4.0, 3.0, 2.0, 1.0]);
    assert!(small.iter().all(|&(low, rank, high)| low <= rank && rank <= high));
    assert!(ranks(3.0).iter().all(|&(low, _, high)| low < high));
}

#[test]
fn classes_are_told_as_probabilities() {
    let bindings = "score = { expr = \"x\", higher_is = \"riskier\" }\n\
        grade = { classify = \"score\", levels = [{ at_least = 2.0, label = \"high\" }, { label = \"low\" }], higher_is = \"riskier\" }";
    let found = drawn(&plan("\"grade\"", bindings), &normal(&[("x", 1.0)]));
    let classes: Vec<_> =
        found.cells.iter().filter_map(|cell| cell.spread.as_ref()).map(|one| one.classes.clone()).collect();
    assert_eq!(classes.len(), 4);
    assert_eq!([&classes[1][0].label, &classes[1][1].label], ["low", "high"]);
    assert_near(classes[1][1].probability, 0.5, 0.04);
    // P(2 <= 1 + deviate) = 1 - Phi(1)
    assert_near(classes[0][1].probability, 0.158_655, 0.03);
    assert!(classes.iter().all(|both| (both[0].probability + both[1].probability - 1.0).abs() < 1e-12));
}

#[test]
fn a_renormalised_input_keeps_its_sum_and_its_draws_stay_in_range() {
    let text = "format = 1\nid = \"shares\"\ntitle = \"T\"\nquestion = \"Q?\"\nevidence = \"ours\"\noutputs = [\"sum\", \"hhi\"]\n\
        [citation]\ntext = \"none\"\n[no_published_test]\nreason = \"a trial\"\n[axes]\nitem = \"thing\"\n\
        [inputs.part]\ndescription = \"share\"\naxes = [\"item\"]\nunit = \"share\"\nrange = [0, 1]\n\
        uncertainty = { kind = \"lognormal\", size = 0.4, renormalise = \"item\" }\n\
        [bindings]\nsum = { reduce = \"part\", over = \"item\", by = \"sum\" }\n\
        hhi = { reduce = \"part\", over = \"item\", by = \"sum\", power = 2, higher_is = \"riskier\" }\n";
    let method = Arc::new(Method::from_toml(text).unwrap());
    let inputs = BTreeMap::from([("part".to_owned(), table([0.4, 0.3, 0.15, 0.1, 0.05]))]);
    let data = Data { tables: &|_| None, inputs, pins: BTreeMap::new(), regions: BTreeMap::new() };
    let plan = Plan::compile(&method, &data, &Request::default()).unwrap();
    let found = drawn(&plan, &Options::default());
    let [sum, hhi] = [0, 1].map(|cell| found.cells[cell].spread.clone().unwrap());
    assert!(sum.sd < 1e-12 && hhi.sd > 0.01, "{sum:?} {hhi:?}");
    // Moved all together nothing would happen: the largest moves alone.
    let swings = tornado(&plan, &Options::default()).unwrap();
    let of_hhi = swings.iter().find(|swing| swing.output == 1).unwrap();
    assert!(of_hhi.low.unwrap() < of_hhi.base && of_hhi.base < of_hhi.high.unwrap());
}

#[test]
fn a_tornado_moves_by_slope_times_spread() {
    let swings = tornado(&linear(), &normal(&[("x", 0.5), ("y", 0.4), ("z", 0.1)])).unwrap();
    assert_eq!(swings.len(), 4 * 3);
    let first: Vec<(String, f64)> =
        swings[..3].iter().map(|one| (one.source.to_string(), one.swing.unwrap())).collect();
    assert_eq!(first.iter().map(|one| one.0.as_str()).collect::<Vec<_>>(), ["y", "x", "z"]);
    for ((_, found), expected) in first.iter().zip([2.4, 2.0, 0.2]) {
        assert_near(*found, expected, 1e-12);
    }
    assert_near(swings[2].high.unwrap(), 16.8 - 0.1, 1e-12);
}

#[test]
fn an_indicator_left_out_hands_its_weight_to_the_others() {
    let rows = leave_one_out(&indicators()).unwrap();
    assert_eq!(rows.len(), 3 * 4);
    let without_x = &rows[0];
    assert_eq!((without_x.indicator.as_str(), without_x.set.as_str()), ("x", "score"));
    assert_near(without_x.base, 0.5 * 1.0 + 0.3 * 5.0 + 0.2 * 0.2, 1e-12);
    assert_near(without_x.value.unwrap(), (0.3 * 5.0 + 0.2 * 0.2) / 0.5, 1e-12);
    // With x `d` leads (2 + 1.05 + 0.06); without it `a` does (5 is the largest y).
    assert_eq!((without_x.base_rank, without_x.rank), (4.0, Some(1.0)));
    assert!(leave_one_out(&linear()).unwrap().is_empty());
}

#[test]
fn sobol_indices_of_a_sum_are_the_shares_of_variance() {
    let options = Options { n_draws: 20_000, ..normal(&[("x", 0.5), ("y", 0.4), ("z", 0.1)]) };
    let found = sobol(&linear(), &options).unwrap();
    assert_eq!(found.len(), 4 * 3);
    let variances = [1.0, 1.44, 0.01];
    for (one, variance) in found.iter().zip(variances.iter().cycle()) {
        let (index, error) = (one.first_order.unwrap(), one.standard_error.unwrap());
        assert!(error < 0.02, "{one:?}");
        assert_near(index, variance / 2.45, 4.5 * error);
        assert_near(one.total.unwrap(), variance / 2.45, 0.03);
    }
}

#[test]
fn sobol_tells_interaction_from_effect() {
    let plan = plan("\"score\"", "score = { expr = \"x * y\", higher_is = \"riskier\" }");
    let options = Options { n_draws: 40_000, ..normal(&[("x", 2.0), ("y", 3.0)]) };
    let found = sobol(&plan, &options).unwrap();
    assert_eq!(found.len(), 4 * 2);
    // x = 1 +- 2, y = 5 +- 3: y^2 var x = 100, x^2 var y = 9, var x var y = 36.
    for (one, (alone, total)) in found[..2].iter().zip([(100.0, 136.0), (9.0, 45.0)]) {
        assert_near(one.first_order.unwrap(), alone / 145.0, 4.5 * one.standard_error.unwrap());
        assert_near(one.total.unwrap(), total / 145.0, 0.03);
    }
}

#[test]
fn weights_have_indices_of_their_own() {
    let options = Options { n_draws: 4000, weight_spread: Some(0.5), ..Options::default() };
    let found = sobol(&indicators(), &options).unwrap();
    let sources: Vec<String> = found[..3].iter().map(|one| one.source.to_string()).collect();
    assert_eq!(sources, ["weight of x in score", "weight of y in score", "weight of z in score"]);
    assert_eq!(found[0].source, Source::Weight { set: "score".to_owned(), indicator: "x".to_owned() });
    let sum: f64 = found[..3].iter().map(|one| one.first_order.unwrap()).sum();
    assert!((0.8..1.1).contains(&sum), "the first orders sum to {sum}");
    let drawn = drawn(&indicators(), &options);
    let spread = drawn.cells[0].spread.as_ref().unwrap();
    // Weights that sum to one keep a mean between its indicators.
    assert!(0.2 < spread.quantiles[0] && spread.quantiles[4] < 5.0 && 0.01 < spread.sd);
}

#[test]
fn a_binding_can_vary_after_it_is_computed() {
    let bindings = "middle = { expr = \"x + y\" }\nscore = { expr = \"2 * middle\", higher_is = \"riskier\" }";
    let found = drawn(&plan("\"score\"", bindings), &normal(&[("middle", 0.5)]));
    assert_eq!(found.varied, ["middle"]);
    let spread = found.cells[0].spread.as_ref().unwrap();
    assert_near(spread.mean, 12.0, 0.07);
    assert_near(spread.sd, 1.0, 0.05);
}

#[test]
fn who_stops_is_told_so() {
    let seen = AtomicUsize::new(0);
    let stop = |done: usize, total: usize| {
        assert!(done <= total && total == 4000);
        seen.fetch_add(1, Ordering::Relaxed);
        false
    };
    assert_eq!(draws(&linear(), &normal(&[("x", 1.0)]), &stop), Err(Error::Interrupted));
    assert!(0 < seen.load(Ordering::Relaxed));
}

#[test]
fn mistakes_are_named() {
    let plan = linear();
    let message = |options: Options| draws(&plan, &options, &|_, _| true).unwrap_err().to_string();
    let base = || normal(&[("x", 1.0)]);
    let column = Distribution { kind: DistributionKind::Column, size: None, column: None, renormalise: None };
    let lost = Distribution { renormalise: Some("part".to_owned()), ..distribution(DistributionKind::Normal, 1.0) };
    let with = |name: &str, one: Distribution| Options {
        distributions: BTreeMap::from([(name.to_owned(), one)]),
        ..Options::default()
    };
    let found = [
        message(normal(&[("scoer", 1.0)])),
        message(normal(&[("x", -1.0)])),
        message(with("x", column)),
        message(with("x", lost)),
        message(Options { outputs: Some(vec!["scor".to_owned()]), ..base() }),
        message(Options { thresholds: BTreeMap::from([("score".to_owned(), f64::NAN)]), ..base() }),
        message(Options { n_draws: 1, ..base() }),
        message(Options { weight_spread: Some(1.5), ..base() }),
        message(Options::default()),
    ];
    assert_eq!(
        found,
        [
            "method `trial` has no input `scoer`; did you mean `score`?",
            "the distribution of `x` has size -1, expected 0 or more",
            "the table of `x` has no column of standard deviations: hand one over as `standard_error`",
            "`x` cannot be renormalised over `part`: it has `item`",
            "method `trial` has no output `scor`; did you mean `score`?",
            "the threshold of `score` is NaN, expected a number",
            "`n_draws` is 1: a spread needs at least 2 draws",
            "`weight_spread` is 1.5, expected a part of the weight from 0 to below 1, such as 0.2",
            "nothing varies in method `trial`: give `distributions` for an input, or `weight_spread`",
        ]
    );
}
