//! Seconds of the equilibrium kernels on the problems of the reference generators.
//!
//! `cargo run --release -p critmin-substitution --example spatial_speed`
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::time::Instant;

use critmin_solve::SolveOptions;
use critmin_substitution::equilibrium::{RerouteOptions, reroute, spatial_equilibrium};

#[path = "../tests/generators/mod.rs"]
mod generators;

/// Other work on the machine only ever adds time.
const REPEATS: usize = 9;

fn main() -> Result<(), critmin_substitution::Error> {
    for n_regions in [30, 60] {
        let (seconds, found) =
            fastest(|| spatial_equilibrium(&generators::price_equilibrium(n_regions, 3), &SolveOptions::default()))?;
        let payoff = found.net_social_payoff;
        println!(
            "price equilibrium, {n_regions} regions x 3 commodities: {seconds:.3} s, net social payoff {payoff:.3}"
        );
    }
    for n_regions in [30, 100] {
        let model = generators::entropy(n_regions);
        let (seconds, found) = fastest(|| reroute(&model, &RerouteOptions::default()))?;
        let objective = found.relative_entropy / generators::BETA;
        let rounds = found.iterations;
        println!("rerouting, {n_regions} x {n_regions}: {seconds:.6} s, {rounds} rounds, objective {objective:.6}");
    }
    Ok(())
}

/// The shortest of several runs, and its answer.
fn fastest<T, E>(run: impl Fn() -> Result<T, E>) -> Result<(f64, T), E> {
    let mut answer = run()?;
    let mut best = f64::INFINITY;
    for _ in 0..REPEATS {
        let start = Instant::now();
        let found = run()?;
        best = best.min(start.elapsed().as_secs_f64());
        answer = found;
    }
    Ok((best, answer))
}
