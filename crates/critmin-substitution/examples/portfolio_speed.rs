//! Seconds of a decision and of a frontier on a portfolio given as JSON: `portfolio_speed FILE [BUDGET...]`.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::time::Instant;

use critmin_solve::SolveOptions;
use critmin_substitution::Monitor;
use critmin_substitution::portfolio::{Portfolio, decide, frontier};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("a file with a portfolio as JSON is needed")?;
    let portfolio: Portfolio = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let budgets = arguments.map(|text| text.parse()).collect::<Result<Vec<f64>, _>>()?;
    let begun = Instant::now();
    let decision = decide(&portfolio, &SolveOptions::default())?;
    println!("decision {:?}, objective {}", begun.elapsed(), decision.objective_million_usd);
    let begun = Instant::now();
    let found = frontier(&portfolio, &budgets, &SolveOptions::default(), &Monitor::silent())?;
    println!("{} budgets {:?}, {} solved, {} reused", budgets.len(), begun.elapsed(), found.n_solved, found.n_reused);
    Ok(())
}
