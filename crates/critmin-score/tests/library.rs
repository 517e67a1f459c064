//! Every shipped document parses, its own tests hold, and it is tested against something published or says why not.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop")]

use std::collections::BTreeMap;
use std::sync::Arc;

use critmin_core::Columns;
use critmin_score::{Data, Method, Plan, Request, check, library, method};

fn tables(name: &str) -> Option<Arc<Columns>> {
    critmin_tables::reference::columns(name).ok()
}

fn methods() -> Vec<Arc<Method>> {
    let ids = library();
    assert!(20 <= ids.len(), "found only {ids:?}");
    let parsed: Vec<_> = ids.iter().map(|id| method(id).map_err(|fault| format!("{id}: {fault}"))).collect();
    let faults: Vec<&String> = parsed.iter().filter_map(|one| one.as_ref().err()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    parsed.into_iter().map(Result::unwrap).collect()
}

#[test]
fn every_test_of_every_document_holds() {
    let mut faults = Vec::new();
    let mut n_held = 0;
    for method in methods() {
        match check(&method, &tables) {
            Err(fault) => faults.push(format!("{}: {fault}", method.id)),
            Ok(outcomes) => {
                n_held += outcomes.iter().filter(|one| one.holds).count();
                faults.extend(outcomes.iter().filter(|one| !one.holds).map(|one| format!("{}: {one:#?}", method.id)));
            }
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    assert!(60 <= n_held, "only {n_held} expectations");
}

/// The worked example of the guide is a method like any other.
#[test]
fn the_example_of_the_guide_runs() {
    let guide = include_str!("../methods/README.md");
    let text = guide.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let method = Arc::new(Method::from_toml(text).unwrap());
    let outcomes = check(&method, &tables).unwrap();
    assert_eq!(outcomes.len(), 1);
    assert!(outcomes[0].holds, "{outcomes:#?}");
    let data = Data { tables: &tables, inputs: BTreeMap::new(), pins: BTreeMap::new(), regions: BTreeMap::new() };
    let scores = Plan::compile(&method, &data, &Request::default()).unwrap().evaluate();
    let is_gallium = |row: &critmin_score::Score| row.labels[0].as_deref() == Some("gallium") && row.value.is_some();
    assert!(scores.rows().iter().any(is_gallium));
}

/// A published value tests each document, or the document says why none does.
#[test]
fn every_document_is_tested_or_says_why_not() {
    for method in methods() {
        let outcomes = check(&method, &tables).unwrap();
        let is_published = outcomes.iter().any(|one| one.published);
        assert!(is_published || method.no_published_test.is_some(), "{}", method.id);
        assert!(!outcomes.is_empty(), "{} has no test at all", method.id);
    }
}

/// What rests on a rule from memory says so, and the document warns.
#[test]
fn nothing_from_memory_is_presented_as_published() {
    let mut n = 0;
    for method in methods() {
        let card = method.card();
        let weakest = card.outputs.iter().map(|output| output.evidence).max();
        if weakest == Some(critmin_score::Evidence::FromMemory) {
            n += 1;
            assert!(card.caution.is_some(), "{} rests on memory and has no caution", method.id);
        }
    }
    assert!(2 <= n, "found {n}");
}
