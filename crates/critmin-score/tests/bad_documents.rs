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

/// What would be ignored, never reached, or divide by nothing is refused; none of it may panic later.
#[test]
fn options_that_mean_nothing() {
    let reduce = |by: &str, option: &str| {
        format!("score = {{ reduce = \"supply\", over = \"origin\", by = \"{by}\", {option} }}")
    };
    says(&reduce("mean", "power = 2"), &["line 16", "`reduce` by `mean` has no option `power`"]);
    says(&reduce("sum", "order = 2"), &["has no option `order`"]);
    says(&reduce("sum", "weight_inside = true"), &["no `weight` to stand inside"]);
    says(&reduce("hill", "order = -1"), &["order -1"]);
    says(&reduce("top", "k = 0"), &["expected 1 to 16"]);
    says(&reduce("without_top", "k = 17"), &["expected 1 to 16"]);
    says(&reduce("recency_weighted_mean", "decay = 0"), &["decay 0"]);
    says(
        &reduce("sum", "complete = { commodity = 6 }"),
        &["`complete` counts labels of an axis that is taken together"],
    );
    says(&reduce("sum", "minimum_coverage = 1.5"), &["between 0 and 1"]);
    says(&reduce("sum", "power = nan"), &["line 16", "finite numbers"]);
    says("score = { map = \"supply\", affine = [inf, 1], unit = \"1\" }", &["finite numbers"]);
    says("score = { map = \"supply\", clamp = [10, 0] }", &["from 10 down to 0"]);
    says("score = { map = \"supply\", target = { value = 0 } }", &["target of 0"]);
    says("score = { share = \"supply\", over = \"origin\", tolerance = -1 }", &["tolerance -1"]);
    says(
        "score = { reduce = \"supply\", over = [\"commodity\", \"origin\"], by = \"mean_growth\" }",
        &["takes one axis"],
    );
    says("score = { reduce = [\"supply\"], over = \"origin\", by = \"mean\" }", &["of a list has no option `over`"]);
    says("score = { select = \"supply\", over = \"origin\", by = \"highest\", of = \"supply\" }", &["no option `of`"]);
    says("score = { classify = { all = [] } }", &["at least one condition"]);
    says("score = { classify = { all = [{ value = \"supply\", at_leest = 1 }] } }", &["line 16", "at_least = 1.0"]);
    says("score = { expr = \"supply\", missing = { constnt = 1 } }", &["line 16", "{ constant = 0.5 }"]);
    let levels = |levels: &str| format!("score = {{ classify = \"supply\", levels = [{levels}] }}");
    says(&levels(r#"{ at_least = 1, label = "a" }"#), &["without a bound"]);
    says(&levels(r#"{ at_least = 1, above = 1, label = "a" }, { label = "b" }"#), &["either"]);
    says(
        &levels(r#"{ at_least = 1, label = "a" }, { at_least = 2, label = "b" }, { label = "c" }"#),
        &["never be reached"],
    );
}

#[test]
fn inputs_and_axes_that_contradict_themselves() {
    let good = document("score = { expr = \"supply\" }");
    let range = "range = [0, 1]";
    let uses = |extra: &str| good.replacen(range, extra, 1);
    let says = |text: &str, wanted: &str| {
        let found = Method::from_toml(text).map(|_| ()).unwrap_err().to_string();
        assert!(found.contains(wanted), "`{wanted}` is not in: {found}");
    };
    assert!(Method::from_toml(&good).is_ok());
    says(&uses("range = [1, 0]"), "from 1 down to 0");
    says(&uses("uncertainty = { kind = \"normal\" }"), "needs a `size`");
    says(&uses("uncertainty = { kind = \"normal\", size = -0.1 }"), "needs a `size`");
    says(&uses("uncertainty = { kind = \"normal\", size = 1, renormalise = \"orgin\" }"), "did you mean `origin`?");
    let reference = |extra: &str| {
        uses(&format!(
            "reference = {{ table = \"t\", value = \"v\", axes = {{ commodity = \"c\", origin = \"o\" }}, {extra} }}"
        ))
    };
    assert!(Method::from_toml(&reference("scale = 1")).is_ok());
    says(&reference("years = [2020, 2016]"), "from 2020 back to 2016");
    says(&reference("region = { axis = \"entity\" }"), "unknown name `entity`");
    says(&reference("expand = { axis = \"origin\", from = \"a\", to = \"b\" }"), "but an expanded one");
    says(&good.replace("origin = \"country\"", "origin = 3"), "needs a text");
    says(&good.replace("origin", "value"), "the name of a column");
    says(&good.replace("outputs = [\"score\"]", "outputs = [\"score\", \"score\"]"), "stands there twice");
    let many: Vec<String> = (0..1001).map(|n| format!("b{n} = {{ expr = \"supply\" }}")).collect();
    says(&document(&many.join("\n")), "at most 1000");
}

/// The longest chain that is accepted does not exhaust the stack.
#[test]
fn a_long_chain_of_bindings_is_ordered() {
    let links: Vec<String> = (1..900).rev().map(|n| format!("b{n} = {{ expr = \"b{}\" }}", n - 1)).collect();
    let links = links.join("\n");
    let text = document(&format!("{links}\nb0 = {{ expr = \"supply\" }}\nscore = {{ expr = \"b899\" }}"));
    let worker = std::thread::Builder::new().stack_size(1 << 20).spawn(move || Method::from_toml(&text).is_ok());
    assert!(worker.unwrap().join().unwrap());
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
    assert!(found.contains("leave the cell empty"), "{found}");
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

fn own(text: &str, inputs: &[(&str, Vec<(&str, Column)>)]) -> Result<critmin_score::Scores, Error> {
    let table = |(name, columns): &(&str, Vec<(&str, Column)>)| {
        let columns = columns.iter().map(|(name, column)| ((*name).to_owned(), column.clone())).collect();
        ((*name).to_owned(), Arc::new(Columns::new(*name, columns).unwrap()))
    };
    let data = Data {
        tables: &|_| None,
        inputs: inputs.iter().map(table).collect(),
        pins: BTreeMap::new(),
        regions: BTreeMap::new(),
    };
    Plan::compile(&Arc::new(Method::from_toml(text).unwrap()), &data, &Request::default()).map(|plan| plan.evaluate())
}

fn supplies(name: &'static str, values: Vec<f64>) -> (&'static str, Vec<(&'static str, Column)>) {
    let origins = ["A", "B", "C"];
    let labels = |of: &[&'static str]| Column::from_labels(of.iter().map(|label| Some(*label)));
    let commodity = labels(&vec!["x"; values.len()]);
    (
        name,
        vec![("commodity", commodity), ("origin", labels(&origins[..values.len()])), ("value", Column::Number(values))],
    )
}

/// A negative amount gave an index above 1, a sum beyond the range of numbers an index of 0.
#[test]
fn amounts_without_shares_have_no_index() {
    let bindings = "part = { share = \"production\", over = \"origin\" }\n\
                    score = { reduce = \"part\", over = \"origin\", by = \"sum\", power = 2 }";
    for (values, word) in [
        (vec![-1.0, 3.0], "less than nothing"),
        (vec![1e308, 1e308], "range of numbers"),
        (vec![0.0, 0.0], "supply nothing"),
    ] {
        let scores = own(&document(bindings), &[supplies("production", values)]).unwrap();
        let row = &scores.rows()[0];
        assert_eq!((row.status, row.value), (Status::Unavailable, None), "{word}");
        assert!(row.reason.contains(word), "{}", row.reason);
    }
}

#[test]
fn time_has_numbers_for_labels() {
    let bindings = "score = { reduce = \"production\", over = \"origin\", by = \"mean_growth\" }";
    let fault = own(&document(bindings), &[supplies("production", vec![1.0, 2.0])]).unwrap_err().to_string();
    assert!(fault.contains("`A` is no number"), "{fault}");
}

/// Rows of a table handed over are not those of a table of the dataset with the same name.
#[test]
fn a_table_of_ones_own_is_no_table_of_the_dataset() {
    let text = document("score = { expr = \"supply + extra\" }").replace(
        "[bindings]",
        "[inputs.extra]\ndescription = \"e\"\naxes = [\"commodity\", \"origin\"]\nunit = \"share\"\n\
         reference = { table = \"supply\", value = \"value\", axes = { commodity = \"commodity\", origin = \"origin\" } }\n\
         [bindings]",
    );
    let (_, columns) = supplies("supply", vec![0.25]);
    let columns = columns.into_iter().map(|(name, column)| (name.to_owned(), column)).collect();
    let dataset = Arc::new(Columns::new("supply", columns).unwrap());
    let (name, mine) = supplies("supply", vec![0.5, 0.125, 0.0625]);
    let mine = mine.into_iter().map(|(name, column)| (name.to_owned(), column)).collect();
    let inputs = BTreeMap::from([(name.to_owned(), Arc::new(Columns::new(name, mine).unwrap()))]);
    let tables = |_: &str| Some(Arc::clone(&dataset));
    let data = Data { tables: &tables, inputs, pins: BTreeMap::new(), regions: BTreeMap::new() };
    let plan = Plan::compile(&Arc::new(Method::from_toml(&text).unwrap()), &data, &Request::default()).unwrap();
    let values: Vec<_> = plan.evaluate().rows().iter().map(|row| row.value).collect();
    assert_eq!(values, [Some(0.75), None, None]);
}

/// A printed upper bound may be handed over in the column that the document names; it is imputed by its rule.
#[test]
fn a_printed_bound_follows_the_rule_of_the_document() {
    let text = document("score = { reduce = \"supply\", over = \"origin\", by = \"sum\" }").replace(
        "range = [0, 1]",
        "range = [0, 1], reference = { table = \"t\", value = \"v\", axes = { commodity = \"c\", origin = \"o\" }, \
         censored = { high = \"share_high\", rule = \"half\" } }",
    );
    let (name, mut columns) = supplies("supply", vec![0.5, f64::NAN]);
    columns.push(("share_high", Column::Number(vec![f64::NAN, 0.001])));
    let scores = own(&text, &[(name, columns)]).unwrap();
    let row = &scores.rows()[0];
    assert_eq!((row.status, row.value), (Status::Imputed, Some(0.5005)));
}
