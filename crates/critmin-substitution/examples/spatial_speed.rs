//! Seconds of the equilibrium kernels on the problems of the reference generators.
//!
//! `cargo run --release -p critmin-substitution --example spatial_speed`
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::time::Instant;

use critmin_solve::SolveOptions;
use critmin_substitution::equilibrium::{RerouteOptions, reroute, spatial_equilibrium};

#[path = "../tests/generators/mod.rs"]
mod generators;

fn main() -> Result<(), critmin_substitution::Error> {
    for n_regions in [30, 60] {
        let start = Instant::now();
        let model = generators::price_equilibrium(n_regions, 3);
        let found = spatial_equilibrium(&model, &SolveOptions::default())?;
        println!(
            "price equilibrium, {n_regions} regions x 3 commodities: {:.3} s, net social payoff {:.3}",
            start.elapsed().as_secs_f64(),
            found.net_social_payoff
        );
    }
    for n_regions in [30, 100] {
        let model = generators::entropy(n_regions);
        let start = Instant::now();
        let found = reroute(&model, &RerouteOptions::default())?;
        println!(
            "rerouting, {n_regions} x {n_regions}: {:.6} s, {} rounds, objective {:.6}",
            start.elapsed().as_secs_f64(),
            found.iterations,
            found.relative_entropy / generators::BETA
        );
    }
    Ok(())
}
