//! Times GeoPolRisk of all importers, commodities and seven years, once the dataset is decoded:
//! `cargo run --release -p critmin-score --example geopolrisk`.
#![expect(clippy::print_stdout, reason = "it tells what it measured")]

use std::collections::BTreeMap;
use std::time::Instant;

use critmin_score::{Data, Plan, Request, method};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tables = |name: &str| critmin_tables::reference::columns(name).ok();
    let data = Data { tables: &tables, inputs: BTreeMap::new(), pins: BTreeMap::new(), regions: BTreeMap::new() };
    let years = (2016..2023).map(|year: i32| year.to_string()).collect();
    let request = Request { labels: BTreeMap::from([("year".to_owned(), years)]) };
    let method = method("geopolrisk")?;
    let mut times = Vec::new();
    for _ in 0..15 {
        let start = Instant::now();
        let plan = Plan::compile(&method, &data, &request)?;
        let compiled = start.elapsed().as_secs_f64();
        let scores = plan.evaluate();
        times.push((start.elapsed().as_secs_f64(), compiled, scores.table.output.len()));
    }
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (total, compiled, n) = times[times.len() / 2];
    println!("{n} rows: median {total:.4} s, of which {compiled:.4} s to compile; fastest {:.4} s", times[0].0);
    Ok(())
}
