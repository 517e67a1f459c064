//! Times 10,000 draws of the EU supply risk of 2023: `cargo run --release -p critmin-score --example draws`.
#![expect(clippy::print_stdout, reason = "it tells what it measured")]

use std::collections::BTreeMap;
use std::time::Instant;

use critmin_score::uncertainty::{Options, draws};
use critmin_score::{Data, Distribution, DistributionKind, Plan, Request, method};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tables = |name: &str| critmin_tables::reference::columns(name).ok();
    let data = Data { tables: &tables, inputs: BTreeMap::new(), pins: BTreeMap::new(), regions: BTreeMap::new() };
    let plan = Plan::compile(&method("eu-2023")?, &data, &Request::default())?;
    let governance = Distribution { kind: DistributionKind::Normal, size: Some(0.3), column: None, renormalise: None };
    let options = Options {
        n_draws: 10_000,
        distributions: BTreeMap::from([("governance_scaled".to_owned(), governance)]),
        thresholds: BTreeMap::from([("supply_risk".to_owned(), 1.0)]),
        outputs: Some(vec!["supply_risk".to_owned()]),
        ..Options::default()
    };
    let mut times = Vec::new();
    let mut found = None;
    for _ in 0..7 {
        let start = Instant::now();
        found = Some(draws(&plan, &options, &|_, _| true)?);
        times.push(start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let found = found.ok_or("nothing was drawn")?;
    let known = found.cells.iter().filter(|cell| cell.spread.is_some()).count();
    println!("{} draws x {known} materials: fastest {:.3} s, median {:.3} s", found.n_draws, times[0], times[3]);
    println!("varied: {}", found.varied.join(", "));
    for output in &found.outputs {
        println!("{}: Spearman {:?}, Kendall {:?}", output.card.name, output.spearman, output.kendall);
    }
    for cell in &found.cells {
        let Some(spread) = &cell.spread else { continue };
        let probability = spread.probability.unwrap_or_default();
        if (0.02..=0.98).contains(&probability) {
            let name = cell.labels.iter().flatten().cloned().collect::<Vec<_>>().join(", ");
            println!(
                "{name}: base {:.3}, at least 1.0 in {:.1} % of the draws",
                cell.base.unwrap_or_default(),
                100.0 * probability
            );
        }
    }
    Ok(())
}
