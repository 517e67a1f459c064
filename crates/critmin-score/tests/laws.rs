//! Laws that hold for every score of concentration, whatever the figures.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop")]

use std::collections::BTreeMap;
use std::sync::Arc;

use critmin_core::{Column, Columns};
use critmin_score::{Data, Method, Plan, Request, Score, Scores, Status, method};
use proptest::prelude::*;

/// Concentration and its governance-weighted form, in the language of the documents.
const DOCUMENT: &str = r#"
format = 1
id = "law"
title = "Concentration"
question = "How concentrated?"
evidence = "ours"
outputs = ["hhi", "weighted_hhi", "suppliers", "without_largest"]
citation = { text = "test" }
[axes]
commodity = "commodity"
origin = "country"
[inputs]
production = { description = "production", axes = ["commodity", "origin"], unit = "t_contained", range = [0, 1e15] }
governance = { description = "governance", axes = ["origin"], unit = "wgi_estimate", higher_is = "safer" }
[bindings]
supply = { share = "production", over = "origin" }
risk = { map = "governance", affine = [0.5, -0.2], clamp = [0, 1], unit = "index", higher_is = "riskier" }
hhi = { reduce = "supply", over = "origin", by = "sum", power = 2 }
weighted_hhi = { reduce = "supply", over = "origin", by = "sum", power = 2, weight = "risk" }
suppliers = { reduce = "supply", over = "origin", by = "hill", order = 2 }
without_largest = { reduce = "production", over = "origin", by = "without_top" }
"#;

fn law() -> Arc<Method> {
    Arc::new(Method::from_toml(DOCUMENT).unwrap())
}

fn names(n: usize) -> Vec<String> {
    (0..n).map(|i| format!("C{i:02}")).collect()
}

fn scores(production: &[(String, f64)], governance: &[(String, f64)]) -> Scores {
    let labels = |rows: &[(String, f64)]| Column::from_labels(rows.iter().map(|(name, _)| Some(name.as_str())));
    let numbers = |rows: &[(String, f64)]| Column::Number(rows.iter().map(|(_, value)| *value).collect());
    let commodity = Column::from_labels(production.iter().map(|_| Some("x")));
    let table = |name: &str, columns: Vec<(&str, Column)>| {
        let columns = columns.into_iter().map(|(name, column)| (name.to_owned(), column)).collect();
        (name.to_owned(), Arc::new(Columns::new(name, columns).unwrap()))
    };
    let inputs = BTreeMap::from([
        table(
            "production",
            vec![("commodity", commodity), ("origin", labels(production)), ("value", numbers(production))],
        ),
        table("governance", vec![("origin", labels(governance)), ("value", numbers(governance))]),
    ]);
    let data = Data { tables: &|_| None, inputs, pins: BTreeMap::new(), regions: BTreeMap::new() };
    Plan::compile(&law(), &data, &Request::default()).unwrap().evaluate()
}

fn cell(scores: &Scores, output: &str) -> Score {
    let position = scores.outputs.iter().position(|one| one.name == output).unwrap();
    scores.rows().into_iter().find(|row| row.output == position).unwrap()
}

fn value(scores: &Scores, output: &str) -> f64 {
    cell(scores, output).value.unwrap()
}

fn zip(names: &[String], values: &[f64]) -> Vec<(String, f64)> {
    names.iter().cloned().zip(values.iter().copied()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn scale_and_order_do_not_matter(
        masses in prop::collection::vec(1e-3..1e9f64, 2..20),
        estimates in prop::collection::vec(-2.5..2.5f64, 20),
        factor in 1e-3..1e3f64,
    ) {
        let names = names(masses.len());
        let governance = zip(&names, &estimates);
        let base = scores(&zip(&names, &masses), &governance);
        let scaled: Vec<f64> = masses.iter().map(|mass| mass * factor).collect();
        let mut turned = zip(&names, &scaled);
        turned.reverse();
        let other = scores(&turned, &governance);
        for output in ["hhi", "weighted_hhi", "suppliers"] {
            let (a, b) = (value(&base, output), value(&other, output));
            prop_assert!((a - b).abs() <= 1e-12 * a.abs().max(1.0), "{output}: {a} {b}");
        }
        let n = f64::from(u8::try_from(masses.len()).unwrap());
        let hhi = value(&base, "hhi");
        prop_assert!(1.0 / n - 1e-12 <= hhi && hhi <= 1.0 + 1e-12);
        prop_assert!((value(&base, "suppliers") * hhi - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_merger_never_lowers_concentration(masses in prop::collection::vec(1e-3..1e9f64, 3..20)) {
        let names = names(masses.len());
        let governance = zip(&names, &vec![0.0; masses.len()]);
        let before = value(&scores(&zip(&names, &masses), &governance), "hhi");
        let mut merged = masses.clone();
        merged[1] += merged[0];
        merged[0] = 0.0;
        let after = value(&scores(&zip(&names, &merged), &governance), "hhi");
        prop_assert!(before <= after + 1e-12);
    }

    #[test]
    fn worse_governance_never_lowers_the_risk(
        masses in prop::collection::vec(1e-3..1e9f64, 2..20),
        estimates in prop::collection::vec(-2.4..2.4f64, 20),
        drop in 0.0..1.0f64,
    ) {
        let names = names(masses.len());
        let production = zip(&names, &masses);
        let before = value(&scores(&production, &zip(&names, &estimates)), "weighted_hhi");
        let mut worse = estimates.clone();
        worse[0] -= drop;
        let after = value(&scores(&production, &zip(&names, &worse)), "weighted_hhi");
        prop_assert!(before <= after + 1e-12);
    }
}

/// A column used the wrong way round still looks plausible: the direction is tested with one good and one bad supplier.
#[test]
fn the_direction_is_right() {
    let production = [("GOOD".to_owned(), 90.0), ("BAD".to_owned(), 10.0)];
    let right = scores(&production, &[("GOOD".to_owned(), 2.0), ("BAD".to_owned(), -2.0)]);
    let swapped = scores(&production, &[("GOOD".to_owned(), -2.0), ("BAD".to_owned(), 2.0)]);
    assert!(value(&right, "weighted_hhi") < value(&swapped, "weighted_hhi"));
}

#[test]
fn a_supplier_without_governance_is_not_a_safe_one() {
    let production = [("A".to_owned(), 90.0), ("B".to_owned(), 10.0)];
    let lost = cell(&scores(&production, &[("A".to_owned(), 2.0)]), "weighted_hhi");
    assert_eq!((lost.status, lost.value), (Status::Unavailable, None));
    assert!(lost.reason.contains("origin = B"), "{}", lost.reason);
}

#[test]
fn nothing_supplied_is_no_concentration() {
    let nothing = [("A".to_owned(), 0.0), ("B".to_owned(), 0.0)];
    let lost = cell(&scores(&nothing, &[("A".to_owned(), 0.0), ("B".to_owned(), 0.0)]), "hhi");
    assert_eq!((lost.status, lost.value), (Status::Unavailable, None));
    assert!(lost.reason.contains("supply nothing"), "{}", lost.reason);
}

/// Integer squares of 4.4e9 t exceed 64 bits; naive programs have returned 1.4 and 159.
#[test]
fn petroleum_does_not_overflow() {
    let production = [("A".to_owned(), 4.4e9), ("B".to_owned(), 1.0e9)];
    let found = value(&scores(&production, &[("A".to_owned(), 0.0), ("B".to_owned(), 0.0)]), "hhi");
    assert!((found - 0.698_216_735_253_772_3).abs() < 1e-12);
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let tables = |name: &str| critmin_tables::reference::columns(name).ok();
    let ask = || {
        let data = Data { tables: &tables, inputs: BTreeMap::new(), pins: BTreeMap::new(), regions: BTreeMap::new() };
        let request = Request { labels: BTreeMap::from([("year".to_owned(), vec!["2022".to_owned()])]) };
        Plan::compile(&method("geopolrisk").unwrap(), &data, &request).unwrap().evaluate()
    };
    let pool = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
    let (one, many) = (pool(1).install(ask), pool(8).install(ask));
    assert!(1_000 < one.table.value.iter().flatten().count());
    assert_eq!(one, many);
    assert!(one.table.value.iter().flatten().all(|value| value.is_finite()));
}

/// The balance primitive in its four forms, with and without a floor; what comes through a re-exporter is spread.
#[test]
fn balances_give_what_is_left_for_use() {
    let text = r#"
format = 1
id = "balances"
title = "Balances"
question = "What is left for use?"
evidence = "ours"
outputs = ["used", "reliance", "floored", "own", "mix", "least"]
citation = { text = "test" }
[axes]
commodity = "commodity"
origin = "country"
[inputs]
made = { description = "production", axes = ["commodity"], unit = "t" }
bought = { description = "imports", axes = ["commodity"], unit = "t" }
sold = { description = "exports", axes = ["commodity"], unit = "t" }
made_by = { description = "world production", axes = ["commodity", "origin"], unit = "t" }
bought_from = { description = "imports by origin", axes = ["commodity", "origin"], unit = "t" }
[bindings]
used = { balance = { production = "made", imports = "bought", exports = "sold" }, gives = "apparent_consumption" }
least = { balance = { production = "made", imports = "bought", exports = "sold" }, gives = "apparent_consumption", floor = 5 }
reliance = { balance = { production = "made", imports = "bought", exports = "sold" }, gives = "import_reliance" }
floored = { balance = { production = "made", imports = "bought", exports = "sold" }, gives = "import_reliance", floor = 0 }
own = { balance = { production = "made", imports = "bought", exports = "sold" }, gives = "self_sufficiency" }
mix = { balance = { production = "made_by", imports = "bought_from" }, gives = "import_mix", over = "origin" }
"#;
    let labels = |rows: &[&str]| Column::from_labels(rows.iter().map(|row| Some(*row)).collect::<Vec<_>>());
    let table = |name: &str, keys: Vec<(&str, Column)>, values: &[f64]| {
        let keys = keys.into_iter().map(|(axis, column)| (axis.to_owned(), column));
        let columns = keys.chain([("value".to_owned(), Column::Number(values.to_vec()))]).collect();
        (name.to_owned(), Arc::new(Columns::new(name, columns).unwrap()))
    };
    let plain = |name: &str, values: [f64; 2]| table(name, vec![("commodity", labels(&["x", "y"]))], &values);
    let by_origin = |name: &str, origins: &[&str], values: &[f64]| {
        let commodity = labels(&vec!["x"; origins.len()]);
        table(name, vec![("commodity", commodity), ("origin", labels(origins))], values)
    };
    let inputs = BTreeMap::from([
        plain("made", [40.0, 10.0]),
        plain("bought", [80.0, 2.0]),
        plain("sold", [20.0, 8.0]),
        by_origin("made_by", &["A", "B"], &[60.0, 20.0]),
        by_origin("bought_from", &["A", "B", "HUB"], &[50.0, 10.0, 40.0]),
    ]);
    let data = Data { tables: &|_| None, inputs, pins: BTreeMap::new(), regions: BTreeMap::new() };
    let scores = Plan::compile(&Arc::new(Method::from_toml(text).unwrap()), &data, &Request::default()).unwrap();
    let scores = scores.evaluate();
    let values = |output: &str| {
        let position = scores.outputs.iter().position(|one| one.name == output).unwrap();
        let rows = scores.rows().into_iter().filter(move |row| row.output == position);
        rows.filter_map(|row| row.value).collect::<Vec<f64>>()
    };
    assert_eq!(values("used"), [100.0, 4.0]);
    assert_eq!(values("least"), [100.0, 5.0]);
    assert_eq!(values("reliance"), [0.6, -1.5]);
    assert_eq!(values("floored"), [0.6, 0.0]);
    assert_eq!(values("own"), [0.4, 2.5]);
    // Of 100 bought 40 come through a country that makes nothing: three quarters of them from A, one from B.
    let mix = values("mix");
    assert!((mix[0] - 0.8).abs() < 1e-12 && (mix[1] - 0.2).abs() < 1e-12, "{mix:?}");
}
