//! Seconds for a network of 60 periods, 4 stages and 40 regions: 98,400 columns, 19,200 rows.
//!
//! `cargo run --release --example network_speed -- [periods stages regions degree]`

use std::time::Instant;

use critmin_solve::{Error, Problem, SolveOptions, solve};

const INFINITE: f64 = f64::INFINITY;

/// The generator splitmix64 (Steele, Lea and Flood 2014).
struct Draws(u64);

impl Draws {
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number that is not negative")]
    fn below(&mut self, n: usize) -> usize {
        (self.unit() * number(n)) as usize
    }

    fn table(&mut self, n_rows: usize, n_columns: usize, low: f64, high: f64) -> Vec<Vec<f64>> {
        (0..n_rows).map(|_| (0..n_columns).map(|_| self.between(low, high)).collect()).collect()
    }
}

fn number(of: usize) -> f64 {
    u32::try_from(of).map_or(INFINITE, f64::from)
}

struct Network {
    n_periods: usize,
    n_stages: usize,
    n_regions: usize,
    recovery: Vec<Vec<f64>>,
    cost: Vec<Vec<f64>>,
    capacity: Vec<Vec<f64>>,
    demand: Vec<f64>,
    arcs: Vec<(usize, usize, f64)>,
}

impl Network {
    fn new([n_periods, n_stages, n_regions, degree]: [usize; 4]) -> Self {
        let mut draws = Draws(7);
        let recovery = draws.table(n_stages, n_regions, 0.7, 0.98);
        let cost = draws.table(n_stages, n_regions, 5.0, 50.0);
        let mut capacity = Vec::new();
        for stage in 0..n_stages {
            let growth = 1.0 + 0.3 * number(n_stages - stage);
            let base = |region: usize, draws: &mut Draws| match region {
                0 => 60.0 * number(n_regions) / 10.0,
                _ => draws.between(0.0, 12.0),
            };
            capacity.push((0..n_regions).map(|region| base(region, &mut draws) * growth).collect());
        }
        let demand = (0..n_regions).map(|_| draws.between(2.0, 10.0)).collect();
        let mut arcs = Vec::new();
        for from in 0..n_regions {
            let mut seen = vec![from];
            while seen.len() < degree + 1 {
                let to = draws.below(n_regions);
                if !seen.contains(&to) {
                    seen.push(to);
                    arcs.push((from, to, draws.between(1.0, 20.0)));
                }
            }
        }
        Self { n_periods, n_stages, n_regions, recovery, cost, capacity, demand, arcs }
    }

    fn flow(&self, period: usize, stage: usize, arc: usize) -> usize {
        let per_stage = self.arcs.len() + 2 * self.n_regions;
        period * (self.n_stages * per_stage + self.n_regions) + stage * per_stage + arc
    }

    fn made(&self, period: usize, stage: usize, region: usize) -> usize {
        self.flow(period, stage, self.arcs.len() + region)
    }

    fn stock(&self, period: usize, stage: usize, region: usize) -> usize {
        self.made(period, stage, self.n_regions + region)
    }

    fn unmet(&self, period: usize, region: usize) -> usize {
        self.flow(period, self.n_stages, region)
    }

    fn problem(&self) -> Problem {
        let mut problem = Problem::new();
        for period in 0..self.n_periods {
            for stage in 0..self.n_stages {
                let is_closed = stage + 2 >= self.n_stages && period >= self.n_periods / 3;
                for (from, _, cost) in &self.arcs {
                    problem.column(*cost, 0.0, if is_closed && *from == 0 { 0.0 } else { INFINITE });
                }
                for cost in &self.cost[stage] {
                    problem.column(*cost, 0.0, INFINITE);
                }
                for _ in 0..self.n_regions {
                    problem.column(0.2, 0.0, 30.0);
                }
            }
            for _ in 0..self.n_regions {
                problem.column(5000.0, 0.0, INFINITE);
            }
        }
        for period in 0..self.n_periods {
            for stage in 0..self.n_stages {
                for region in 0..self.n_regions {
                    self.rows(&mut problem, period, stage, region);
                }
            }
        }
        problem
    }

    fn rows(&self, problem: &mut Problem, period: usize, stage: usize, region: usize) {
        let ban = self.n_periods / 3;
        let growth = if region > 0 && period > ban { 1.0 + 0.02 * number(period - ban) } else { 1.0 };
        let made = self.made(period, stage, region);
        problem.row(-INFINITE, self.capacity[stage][region] * growth, &[(made, 1.0)]);
        let mut terms = vec![(made, 1.0), (self.stock(period, stage, region), -1.0)];
        if period > 0 {
            terms.push((self.stock(period - 1, stage, region), 1.0));
        }
        let arcs = || self.arcs.iter().enumerate();
        let inward = arcs().filter(|(_, arc)| arc.1 == region).map(|(at, _)| (self.flow(period, stage, at), 1.0));
        let outward = arcs().filter(|(_, arc)| arc.0 == region).map(|(at, _)| (self.flow(period, stage, at), -1.0));
        terms.extend(inward.chain(outward));
        if stage + 1 < self.n_stages {
            terms.push((self.made(period, stage + 1, region), -1.0 / self.recovery[stage + 1][region]));
            problem.row(0.0, INFINITE, &terms);
        } else {
            terms.push((self.unmet(period, region), 1.0));
            problem.row(self.demand[region] * (1.0 + 0.005 * number(period)), INFINITE, &terms);
        }
    }
}

#[expect(clippy::print_stdout, reason = "what the example is for")]
fn main() -> Result<(), Error> {
    let mut sizes = [60, 4, 40, 8];
    for (size, given) in sizes.iter_mut().zip(std::env::args().skip(1)) {
        *size = given.parse().unwrap_or(*size);
    }
    let begin = Instant::now();
    let problem = Network::new(sizes).problem();
    let built = begin.elapsed();
    let plan = solve(&problem, &SolveOptions::default())?;
    println!(
        "{} columns, {} rows: objective {:.6}, {} iterations, gap {:.1e}; {:.2} s of which {:.2} s to build",
        problem.n_columns(),
        problem.n_rows(),
        plan.objective,
        plan.iterations,
        plan.certificate.gap,
        begin.elapsed().as_secs_f64(),
        built.as_secs_f64()
    );
    Ok(())
}
