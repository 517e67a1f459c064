//! Where the time of the kernels goes on a large invented graph: `cargo run --release -p critmin-graph --example kernels`.
#![expect(clippy::print_stdout, reason = "a program for people")]

use std::time::Instant;

use critmin_core::{Column, Columns};
use critmin_graph::{
    BuildOptions, ChokepointOptions, Duplicates, Error, ExposureOptions, Graph, Measure, RemovalKind, Target,
};

fn main() -> Result<(), Error> {
    for (n_nodes, n_edges) in [(20_000, 100_000), (200_000, 1_000_000)] {
        let edges = invented(n_nodes, n_edges)?;
        let graph = timed(&format!("build {n_edges} edges"), || {
            let options = BuildOptions { duplicates: Duplicates::Sum, ..BuildOptions::default() };
            Graph::from_columns(&edges, None, Measure::GrossMass, options)
        })?
        .with_deficits_as_origins();
        println!("  {} nodes, {} edges, largest cycle {}", graph.n_nodes(), graph.n_edges(), graph.largest_cycle());
        let options = ExposureOptions { exact_nodes: false, countries: false, ..ExposureOptions::default() };
        let targets: Vec<Target> =
            (0..32).map(|place| Target { label: place.to_string(), nodes: vec![(place * 61, 1.0)] }).collect();
        let one = timed("exposure of one target", || graph.exposure(&targets[0], options))?;
        println!("  {} rounds, {:.1e} unassigned", one.iterations, one.unassigned);
        timed("exposure of 32 targets", || graph.exposures(&targets, options))?;
        if n_edges <= 100_000 {
            let options = ChokepointOptions { kinds: vec![RemovalKind::Node], ..ChokepointOptions::default() };
            let found = timed("loss of every node", || graph.chokepoints(&targets[1], &options))?;
            println!("  {} losses", found.losses.len());
        }
    }
    Ok(())
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let answer = work();
    println!("{what}: {:.4} s", begun.elapsed().as_secs_f64());
    answer
}

/// Edges drawn from a fixed seed, a few suppliers with most of the sales.
fn invented(n_nodes: usize, n_edges: usize) -> Result<Columns, Error> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % n as u64).unwrap_or(0)
    };
    let labels: Vec<String> = (0..n_nodes).map(|node| format!("n{node:07}")).collect();
    let narrow = |node: usize| u32::try_from(node).unwrap_or(0);
    let (mut supplier, mut buyer, mut flow) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..n_edges {
        let many = next(n_nodes) * next(n_nodes) / n_nodes;
        supplier.push(narrow(many));
        buyer.push(narrow(next(n_nodes)));
        flow.push(1.0 + f64::from(narrow(next(1000))));
    }
    let columns = vec![
        ("supplier".to_owned(), Column::Text { codes: supplier, labels: labels.clone() }),
        ("buyer".to_owned(), Column::Text { codes: buyer, labels }),
        ("flow".to_owned(), Column::Number(flow)),
    ];
    Ok(Columns::new("edges", columns)?)
}
