//! A document or a table that contradicts itself is refused, with the line and a way to mend it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop")]

use std::collections::BTreeMap;
use std::sync::Arc;

use critmin_core::{Column, Columns};
use critmin_score::{Data, Error, Method, Plan, Request, Status};

fn document(bindings: &str) -> String {
    format!(
        r#"format = 1
id = "bad"
title = "Bad"
question = "What is wrong?"
evidence = "ours"
outputs = ["score"]
citation = {{ text = "test" }}
[axes]
commodity = "commodity"
origin = "country"
[inputs]
production = {{ description = "p", axes = ["commodity", "origin"], unit = "t_contained" }}
imports = {{ description = "m", axes = ["commodity", "origin"], unit = "t_gross" }}
supply = {{ description = "s", axes = ["commodity", "origin"], unit = "share", range = [0, 1] }}
[bindings]
{bindings}
"#
    )
}

fn refused(bindings: &str) -> String {
    match Method::from_toml(&document(bindings)) {
        Err(fault) => fault.to_string(),
        Ok(_) => panic!("accepted: {bindings}"),
    }
}

#[track_caller]
fn says(bindings: &str, wanted: &[&str]) {
    let found = refused(bindings);
    for word in wanted {
        assert!(found.contains(word), "`{word}` is not in: {found}");
    }
}

#[test]
fn the_faults_of_a_document() {
    says("score = { expr = \"score + 1\" }", &["line 16", "need each other"]);
    says("score = { expr = \"other\" }\nother = { expr = \"score\" }", &["need each other"]);
    says("score = { expr = \"prodution * 1\" }", &["line 16", "unknown name `prodution`", "`production`"]);
    says("score = { reduse = \"supply\" }", &["line 16", "reduse", "reduce"]);
    says("score = { note = \"nothing\" }", &["expected exactly one of"]);
    says("score = { expr = \"production + imports\" }", &["gross and contained", "content share"]);
    says("score = { expr = \"production + supply\" }", &["t_contained"]);
    says("score = { reduce = \"supply\", over = \"origin\", by = \"summ\" }", &["unknown statistic `summ`", "`sum`"]);
    says("score = { reduce = \"supply\", over = \"origins\", by = \"sum\" }", &["unknown name `origins`", "`origin`"]);
    says("score = { reduce = \"supply\", over = \"origin\", by = \"sum\", k = 3.5 }", &["line 16"]);
    says("score = { share = \"supply\", over = \"origin\", power = 2 }", &["`share` has no option `power`"]);
    says(
        "score = { reduce = [\"a\", \"a\"], by = \"mean\", weights = [0.5, 0.6] }\na = { expr = \"supply\" }",
        &["sum to 1.1"],
    );
    says("score = { share = \"production\", over = \"origin\", residual = \"keep\" }", &["not a share"]);
    says("score = { map = \"supply\", bins = { edges = [2, 1], values = [1, 2, 3] }, unit = \"1\" }", &["ascending"]);
    says("score = { expr = \"supply\", unit = \"t_gross\" }", &["declared as `t_gross`"]);
    says("score = { expr = \"supply\", missing = \"worst\" }", &["higher_is"]);
    says("score = { expr = \"(supply\" }", &["score"]);
}

fn asked(supply: &[(&str, &str, f64)], extra: Option<(&str, Column)>) -> Result<critmin_score::Scores, Error> {
    let bindings = "kept = { share = \"supply\", over = \"origin\", residual = \"keep\" }\n\
                    score = { reduce = \"kept\", over = \"origin\", by = \"sum\", power = 2 }";
    let method = Arc::new(Method::from_toml(&document(bindings)).unwrap());
    let mut columns = vec![
        ("commodity".to_owned(), Column::from_labels(supply.iter().map(|row| Some(row.0)))),
        ("origin".to_owned(), Column::from_labels(supply.iter().map(|row| Some(row.1)))),
        ("value".to_owned(), Column::Number(supply.iter().map(|row| row.2).collect())),
    ];
    if let Some((name, column)) = extra {
        columns.retain(|(known, _)| known != name);
        columns.push((name.to_owned(), column));
    }
    let inputs = BTreeMap::from([("supply".to_owned(), Arc::new(Columns::new("supply", columns).unwrap()))]);
    let data = Data { tables: &|_| None, inputs, pins: BTreeMap::new(), regions: BTreeMap::new() };
    Plan::compile(&method, &data, &Request::default()).map(|plan| plan.evaluate())
}

#[test]
fn the_faults_of_a_table() {
    let bad = |rows: &[(&str, &str, f64)]| asked(rows, None).unwrap_err().to_string();
    assert!(bad(&[("x", "A", 0.5), ("x", "A", 0.4)]).contains("occurs more than once"));
    assert!(bad(&[("x", "A", 1.5)]).contains("between 0 and 1"));
    assert!(bad(&[("x", "A", -0.5)]).contains("row 1"));
    assert!(bad(&[("x", "A", f64::INFINITY)]).contains("found inf"));
    let censored = Column::from_labels([Some("<0.1%"), Some(">50")]);
    let rows = [("x", "A", 0.0), ("x", "B", 0.0)];
    let found = asked(&rows, Some(("value", censored))).unwrap_err().to_string();
    assert!(found.contains("`<0.1%`") && found.contains("a bound and not a number"), "{found}");
    let nowhere = Column::from_labels([Some("A"), None]);
    let found = asked(&rows, Some(("origin", nowhere))).unwrap_err().to_string();
    assert!(found.contains("row 2") && found.contains("no label"), "{found}");
}

#[test]
fn a_share_table_over_one_has_no_score() {
    let scores = asked(&[("x", "A", 0.9), ("x", "B", 0.9), ("y", "A", 0.4), ("z", "A", f64::NAN)], None).unwrap();
    let rows = scores.rows();
    let find = |commodity: &str| rows.iter().find(|row| row.labels[0].as_deref() == Some(commodity)).unwrap();
    assert_eq!((find("x").status, find("x").value), (Status::Unavailable, None));
    assert!(find("x").reason.contains("1.800"), "{}", find("x").reason);
    assert_eq!(find("y").status, Status::Partial);
    assert!((find("y").coverage - 0.4).abs() < 1e-6);
    assert_eq!((find("z").status, find("z").value), (Status::Unavailable, None));
}

#[test]
fn hostile_text_is_refused_without_a_panic() {
    for text in ["", "[[[", "format = 1", "\u{0}", &"[".repeat(10_000), &document("score = { expr = \"((((((\" }")] {
        assert!(Method::from_toml(text).is_err());
    }
}
