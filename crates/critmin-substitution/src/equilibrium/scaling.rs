//! Alternating scaling of a dense table to its row and column sums, under caps.

use super::RerouteOptions;
use super::reach::{Network, Reach};
use crate::Error;

/// Base flows in a dense table.
pub(super) struct Table {
    pub(super) base: Vec<f64>,
    /// Cells with a cap.
    pub(super) capped: Vec<usize>,
}

/// The table, and how exactly it holds.
pub(super) struct Scaled {
    pub(super) cells: Vec<f64>,
    pub(super) width: usize,
    pub(super) iterations: usize,
    pub(super) residual: f64,
}

/// Alternating scaling. Cells that hold the same in every feasible table are taken out first: they would draw the
/// factors to 0 or infinity, one digit per tenfold number of rounds.
pub(super) fn scale(
    table: &Table,
    network: &Network,
    reach: &Reach,
    options: &RerouteOptions,
) -> Result<Scaled, Error> {
    let width = network.demands.len();
    let is_free = network.is_free(&reach.flow);
    let (mut rows, mut columns) = (network.supplies.clone(), network.demands.clone());
    let mut kernel = table.base.clone();
    for (cell, _) in is_free.iter().enumerate().filter(|(_, is_free)| !**is_free) {
        kernel[cell] = 0.0;
        rows[cell / width] -= reach.flow[cell];
        columns[cell % width] -= reach.flow[cell];
    }
    let least = network.rounding;
    rows.iter_mut().chain(&mut columns).filter(|total| **total <= least).for_each(|total| *total = 0.0);
    let capped: Vec<(usize, f64, f64)> = table
        .capped
        .iter()
        .filter(|cell| is_free[**cell])
        .map(|cell| (*cell, network.capacity[*cell], table.base[*cell]))
        .collect();
    let mut scaling = Scaling {
        sums: vec![0.0; rows.len()],
        of_rows: vec![1.0; rows.len()],
        of_columns: vec![1.0; width],
        total: rows.iter().sum::<f64>().max(f64::MIN_POSITIVE),
        kernel,
        rows,
        columns,
        capped,
    };
    let (iterations, residual) = scaling.run(options)?;
    let at = |cell: usize| scaling.of_rows[cell / width] * scaling.kernel[cell] * scaling.of_columns[cell % width];
    let value = |(cell, is_free): (usize, &bool)| if *is_free { at(cell) } else { reach.flow[cell] };
    Ok(Scaled { cells: is_free.iter().enumerate().map(value).collect(), width, iterations, residual })
}

/// Factors of rows and columns under adjustment.
struct Scaling {
    /// Base, times the correction of each cap.
    kernel: Vec<f64>,
    rows: Vec<f64>,
    columns: Vec<f64>,
    /// Cell, cap and base.
    capped: Vec<(usize, f64, f64)>,
    of_rows: Vec<f64>,
    of_columns: Vec<f64>,
    /// Row sums without the factors of the rows.
    sums: Vec<f64>,
    total: f64,
}

impl Scaling {
    /// Rounds and residual.
    fn run(&mut self, options: &RerouteOptions) -> Result<(usize, f64), Error> {
        for iteration in 0..options.max_iterations {
            self.sum_rows();
            let residual = self.residual();
            // Before the first round the columns do not hold yet.
            if 0 < iteration && residual <= options.tolerance {
                return Ok((iteration, residual));
            }
            if residual.is_infinite() {
                return Err(stopped(iteration, residual));
            }
            if !self.capped.is_empty() {
                self.correct_caps();
                self.sum_rows();
            }
            divide(&self.rows, &self.sums, &mut self.of_rows);
            self.scale_columns();
        }
        self.sum_rows();
        let residual = self.residual();
        Err(stopped(options.max_iterations, residual))
    }

    fn sum_rows(&mut self) {
        for (sum, cells) in self.sums.iter_mut().zip(self.kernel.chunks_exact(self.of_columns.len())) {
            *sum = dot(cells, &self.of_columns);
        }
    }

    /// Largest miss of a row or cap, over the total; the columns hold. Infinite where a factor left the range of
    /// numbers.
    fn residual(&self) -> f64 {
        let rows = self.sums.iter().zip(&self.of_rows).zip(&self.rows);
        let of_rows = rows.map(|((sum, factor), total)| (sum * factor - total).abs());
        let of_caps = self.capped.iter().map(|(cell, cap, _)| self.at(*cell) - cap);
        // `max` would pass over NaN.
        let number = |miss: f64| if miss.is_nan() { f64::INFINITY } else { miss };
        of_rows.chain(of_caps).map(number).fold(0.0, f64::max) / self.total
    }

    fn at(&self, cell: usize) -> f64 {
        let width = self.columns.len();
        self.of_rows[cell / width] * self.kernel[cell] * self.of_columns[cell % width]
    }

    /// Projection onto the caps. The correction of the round before is undone by starting from the base again.
    fn correct_caps(&mut self) {
        let width = self.columns.len();
        for (cell, cap, base) in &self.capped {
            let factors = self.of_rows[cell / width] * self.of_columns[cell % width];
            self.kernel[*cell] = if cap < &(factors * base) { cap / factors } else { *base };
        }
    }

    fn scale_columns(&mut self) {
        let width = self.columns.len();
        let mut sums = vec![0.0; width];
        for (factor, cells) in self.of_rows.iter().zip(self.kernel.chunks_exact(width)) {
            for (sum, cell) in sums.iter_mut().zip(cells) {
                *sum += factor * cell;
            }
        }
        divide(&self.columns, &sums, &mut self.of_columns);
    }
}

fn stopped(iterations: usize, residual: f64) -> Error {
    let reason = format!("after {iterations} rounds a total is missed by {residual:.1e} of all trade");
    Error::Solve(critmin_solve::Error::StoppedEarly { backend: "alternating scaling", reason })
}

/// 0 where nothing is wanted, whatever the sum.
fn divide(totals: &[f64], sums: &[f64], factors: &mut [f64]) {
    for ((factor, total), sum) in factors.iter_mut().zip(totals).zip(sums) {
        *factor = if 0.0 < *total { total / sum } else { 0.0 };
    }
}

/// Four sums at a time: one alone waits for each addition.
fn dot(one: &[f64], other: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (ones, others) = (one.chunks_exact(4), other.chunks_exact(4));
    let rest: f64 = ones.remainder().iter().zip(others.remainder()).map(|(one, other)| one * other).sum();
    for (one, other) in ones.zip(others) {
        for lane in 0..4 {
            sums[lane] += one[lane] * other[lane];
        }
    }
    sums[0] + sums[1] + (sums[2] + sums[3]) + rest
}
