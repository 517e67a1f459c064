//! The steps: projected Newton on the dual.

use super::{Deviation, DeviationLimits, LeastDeviation};
use crate::Certificate;
use crate::cholesky::{Cholesky, dot, start};

/// Five steps are usual on 402 industries.
const MOST_STEPS: u64 = 100;
/// Halvings of a step before it is given up.
const MOST_HALVINGS: u32 = 40;
/// A row binds, and a slope counts, above this share of the largest deviation.
const BINDING: f64 = 1e-11;
/// The least share of the decrease that a step promises (Armijo's rule).
const PROMISED: f64 = 1e-4;
/// What the value may rise by for rounding, as a share of itself: sums of some thousand products.
const ROUNDING: f64 = 1e-11;
/// What the diagonal is moved by, as a share of itself, where rows depend on one another.
const RIDGE: f64 = 1e-12;

/// One set of multipliers with what it implies.
struct Point {
    multipliers: Vec<f64>,
    columns: Vec<f64>,
    /// Whether each column stands at no bound.
    is_free: Vec<bool>,
    relief: Vec<f64>,
    is_relief_free: Vec<bool>,
    /// `B z + y - b`: above 0, the row is violated. The function's slope is the negative of it.
    excess: Vec<f64>,
    /// The function: the negative of the bound that the multipliers prove.
    value: f64,
}

impl Point {
    /// No multiplier above 0 has a slope, and no row without one is violated.
    fn is_minimum(&self) -> bool {
        const SLACK: f64 = 10.0;
        let tolerance = SLACK * BINDING * largest(&self.columns);
        let rows = self.excess.iter().zip(&self.multipliers);
        rows.into_iter().all(
            |(excess, multiplier)| if 0.0 < *multiplier { excess.abs() <= tolerance } else { *excess <= tolerance },
        )
    }
}

impl LeastDeviation {
    pub(super) fn newton(&self, limits: &DeviationLimits, start: Option<&[f64]>) -> Option<Deviation> {
        let multipliers = start.map_or_else(|| vec![0.0; self.n_rows], <[f64]>::to_vec);
        let mut point = self.point(limits, multipliers);
        for step in 0..MOST_STEPS {
            if point.is_minimum() {
                return Some(self.finished(limits, point, step));
            }
            point = self.step(limits, &point)?;
        }
        None
    }

    /// A Newton step on the rows that count, projected on multipliers of at least 0, and halved until it pays.
    fn step(&self, limits: &DeviationLimits, point: &Point) -> Option<Point> {
        let tolerance = BINDING * largest(&point.columns);
        let counts = |row: &usize| 0.0 < point.multipliers[*row] || tolerance < point.excess[*row];
        let rows: Vec<usize> = (0..self.n_rows).filter(counts).collect();
        let mut direction: Vec<f64> = rows.iter().map(|row| point.excess[*row]).collect();
        Cholesky::new(rows.len(), self.hessian(point, &rows))?.solve(&mut direction);
        let mut share = 1.0;
        for _ in 0..MOST_HALVINGS {
            let mut multipliers = point.multipliers.clone();
            for (row, change) in rows.iter().zip(&direction) {
                multipliers[*row] = (multipliers[*row] + share * change).max(0.0);
            }
            let promised: f64 =
                rows.iter().map(|row| point.excess[*row] * (multipliers[*row] - point.multipliers[*row])).sum();
            let next = self.point(limits, multipliers);
            // Near the minimum rounding alone may raise the value.
            if next.value <= point.value - PROMISED * promised + ROUNDING * (1.0 + point.value.abs()) {
                return Some(next);
            }
            share *= 0.5;
        }
        None
    }

    /// The Hessian over `rows`. A row that nothing free enters gets the curvature that it would have without bounds: its
    /// multiplier then grows until something is freed.
    fn hessian(&self, point: &Point, rows: &[usize]) -> Vec<f64> {
        let mut system = self.system(&point.is_free, rows);
        for (index, row) in rows.iter().enumerate() {
            let own = self.gram[start(*row) + row] + self.relief_ease[*row];
            let entry = &mut system[start(index) + index];
            if point.is_relief_free[*row] {
                *entry += self.relief_ease[*row];
            }
            *entry += if RIDGE * own < *entry { RIDGE * own } else { own };
        }
        system
    }

    fn point(&self, limits: &DeviationLimits, multipliers: Vec<f64>) -> Point {
        let priced: Vec<f64> = (0..self.n_columns).map(|column| dot(self.column(column), &multipliers)).collect();
        let held =
            |wanted: f64, lower: f64, upper: f64| (wanted.max(lower).min(upper), lower < wanted && wanted < upper);
        let wanted = |column: usize| {
            held(-self.column_ease[column] * priced[column], limits.lower[column], limits.upper[column])
        };
        let (columns, is_free): (Vec<f64>, Vec<bool>) = (0..self.n_columns).map(wanted).unzip();
        let given = |row: usize| {
            // Without a multiplier a relief stands at 0 and is free to move below it.
            let (ease, lower) = (self.relief_ease[row], limits.relief_lower[row]);
            let wanted = -ease * multipliers[row];
            (wanted.max(lower), 0.0 < ease && lower < wanted)
        };
        let (relief, is_relief_free): (Vec<f64>, Vec<bool>) = (0..self.n_rows).map(given).unzip();
        let excess = self.excess(&columns, &relief, limits);
        let value = -(self.objective(&columns, &relief) + dot(&excess, &multipliers));
        Point { multipliers, columns, is_free, relief, is_relief_free, excess, value }
    }

    fn objective(&self, columns: &[f64], relief: &[f64]) -> f64 {
        let cost = |(deviation, ease): (&f64, &f64)| if 0.0 < *ease { 0.5 * deviation * deviation / ease } else { 0.0 };
        let columns: f64 = columns.iter().zip(&self.column_ease).map(cost).sum();
        columns + relief.iter().zip(&self.relief_ease).map(cost).sum::<f64>()
    }

    /// `B D B'` over the binding rows and free columns, from whichever side is less work.
    fn system(&self, is_free: &[bool], rows: &[usize]) -> Vec<f64> {
        let free: Vec<usize> = (0..self.n_columns).filter(|column| is_free[*column]).collect();
        let is_from_scratch = 2 * free.len() < self.n_columns;
        let mut system = vec![0.0; start(rows.len())];
        if is_from_scratch {
            for column in free {
                self.add_outer(&mut system, column, rows, 1.0);
            }
            return system;
        }
        for (index, row) in rows.iter().enumerate() {
            let from = &self.gram[start(*row)..];
            for (entry, other) in system[start(index)..].iter_mut().zip(&rows[..=index]) {
                *entry = from[*other];
            }
        }
        let at_bound = (0..self.n_columns).filter(|column| !is_free[*column]);
        at_bound.for_each(|column| self.add_outer(&mut system, column, rows, -1.0));
        system
    }

    /// Adds `sign D_j b_j b_j'` over `rows` to a packed lower triangle.
    pub(super) fn add_outer(&self, packed: &mut [f64], column: usize, rows: &[usize], sign: f64) {
        let entries = self.column(column);
        let part: Vec<f64> = rows.iter().map(|row| entries[*row]).collect();
        let ease = sign * self.column_ease[column];
        for (index, entry) in part.iter().enumerate() {
            let factor = ease * entry;
            if factor != 0.0 {
                let row = &mut packed[start(index)..=start(index) + index];
                row.iter_mut().zip(&part).for_each(|(target, other)| *target += factor * other);
            }
        }
    }

    /// `B z + y - b`: above 0, the row is violated.
    fn excess(&self, deviations: &[f64], reliefs: &[f64], limits: &DeviationLimits) -> Vec<f64> {
        let mut excess: Vec<f64> = reliefs.iter().zip(&limits.right).map(|(relief, right)| relief - right).collect();
        for (column, deviation) in deviations.iter().enumerate() {
            if *deviation != 0.0 {
                excess.iter_mut().zip(self.column(column)).for_each(|(sum, entry)| *sum += entry * deviation);
            }
        }
        excess
    }

    pub(super) fn column(&self, column: usize) -> &[f64] {
        &self.matrix[column * self.n_rows..(column + 1) * self.n_rows]
    }

    /// The answer of a point, and how far deviations and multipliers are from proving each other.
    fn finished(&self, limits: &DeviationLimits, point: Point, iterations: u64) -> Deviation {
        let Point { multipliers, columns, relief, excess, value, .. } = point;
        let objective = self.objective(&columns, &relief);
        let miss = |(excess, right): (&f64, &f64)| excess.max(0.0) / (1.0 + right.abs());
        let certificate = Certificate {
            primal: excess.iter().zip(&limits.right).map(miss).fold(0.0, f64::max),
            dual: 0.0,
            gap: (objective + value).abs() / objective.abs().max(1.0),
            integrality: 0.0,
        };
        Deviation { columns, relief, multipliers, objective, certificate, iterations }
    }
}

fn largest(figures: &[f64]) -> f64 {
    figures.iter().fold(0.0, |largest: f64, figure| largest.max(figure.abs()))
}
