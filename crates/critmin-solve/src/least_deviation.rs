//! The smallest weighted deviation from a base under row balances, solved by Newton steps on its dual.
//!
//! ```text
//! minimise    sum_j z_j^2 / (2 D_j)  +  sum_i y_i^2 / (2 Y_i)
//! subject to  B z + y <= b,    lower <= z <= upper,    relief_lower <= y <= 0
//! ```
//!
//! `z` deviates by column, `y` relieves one row each. With multipliers `m >= 0` of the rows the best deviations are known
//! in closed form, `z_j = clamp(-D_j (B'm)_j)` and `y_i = clamp(-Y_i m_i)`, so that only the multipliers are sought: the
//! minimum of a convex, piecewise quadratic function over `m >= 0`, by projected Newton steps. The Hessian is `B D B' + Y`
//! over the rows that bind and the columns that stand at no bound; `B D B'` is formed once for every problem on the same
//! matrix. A handful of steps suffice, and the last one is exact.
//!
//! # References
//!
//! Bertsekas (1982), Projected Newton methods for optimization problems with simple constraints, SIAM Journal on Control
//! and Optimization 20, 221-246, <https://doi.org/10.1137/0320018>.

use crate::cholesky::{Cholesky, dot, start};
use crate::{Certificate, Error, Problem, SolveOptions, solve};

/// What messages call it.
const NAME: &str = "the least-deviation solver";
/// Five steps are usual on 402 industries.
const MOST_STEPS: u64 = 100;
/// Halvings of a step before it is given up.
const MOST_HALVINGS: u32 = 40;
/// A row binds, and a slope counts, above this share of the largest deviation.
const BINDING: f64 = 1e-11;
/// The least share of the decrease that a step promises (Armijo's rule).
const PROMISED: f64 = 1e-4;
/// What the diagonal is moved by, as a share of itself, where rows depend on one another.
const RIDGE: f64 = 1e-12;

/// The matrix and weights that many problems share.
#[derive(Debug, Clone, PartialEq)]
pub struct LeastDeviation {
    n_rows: usize,
    n_columns: usize,
    /// `B`, column after column.
    matrix: Vec<f64>,
    /// `D`: a column with a larger one deviates more easily; 0 holds it as near to 0 as its bounds allow.
    column_ease: Vec<f64>,
    /// `Y`, by row; 0 means no relief.
    relief_ease: Vec<f64>,
    /// `B D B'`, lower triangle.
    gram: Vec<f64>,
}

/// What one problem on that matrix allows.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviationLimits {
    /// Lower bounds of `z`.
    pub lower: Vec<f64>,
    /// Upper bounds of `z`.
    pub upper: Vec<f64>,
    /// Lower bounds of `y`, at most 0.
    pub relief_lower: Vec<f64>,
    /// `b`.
    pub right: Vec<f64>,
}

/// The smallest deviation, proven.
#[derive(Debug, Clone, PartialEq)]
pub struct Deviation {
    /// `z`, by column.
    pub columns: Vec<f64>,
    /// `y`, by row.
    pub relief: Vec<f64>,
    /// Multipliers of the rows, at least 0: what one unit less of `b` costs. A start for similar problems.
    pub multipliers: Vec<f64>,
    /// The weighted sum of squares.
    pub objective: f64,
    /// How far it is from a proof.
    pub certificate: Certificate,
    /// Newton steps.
    pub iterations: u64,
}

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

impl LeastDeviation {
    /// Takes `matrix` (`n_rows` by `column_ease.len()`, one column after the other) and the weights.
    ///
    /// # Errors
    ///
    /// [`Error::WrongSize`] and [`Error::NotANumber`].
    pub fn new(matrix: Vec<f64>, column_ease: Vec<f64>, relief_ease: Vec<f64>) -> Result<Self, Error> {
        let (n_rows, n_columns) = (relief_ease.len(), column_ease.len());
        size("entries of the matrix", matrix.len(), n_rows * n_columns)?;
        for (place, figures) in
            [("the matrix", &matrix), ("a column's ease", &column_ease), ("a relief's ease", &relief_ease)]
        {
            if let Some(found) = figures.iter().copied().find(|figure| !figure.is_finite()) {
                return Err(Error::NotANumber { place: place.to_owned(), found });
            }
        }
        let mut shared = Self { n_rows, n_columns, matrix, column_ease, relief_ease, gram: Vec::new() };
        let every_row: Vec<usize> = (0..n_rows).collect();
        let mut gram = vec![0.0; start(n_rows)];
        for column in 0..n_columns {
            shared.add_outer(&mut gram, column, &every_row, 1.0);
        }
        shared.gram = gram;
        Ok(shared)
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Number of columns.
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// `Y` of a row; 0 means no relief.
    pub fn relief_ease(&self, row: usize) -> f64 {
        self.relief_ease.get(row).copied().unwrap_or_default()
    }

    /// The smallest deviation within `limits`; `start` are the multipliers of a similar problem, when there is one.
    ///
    /// # Errors
    ///
    /// [`Error::WrongSize`], [`Error::BoundsReversed`]; [`Error::Infeasible`] when no deviation satisfies the rows;
    /// [`Error::NotCertified`] when the result does not prove itself.
    pub fn solve(&self, limits: &DeviationLimits, start: Option<&[f64]>) -> Result<Deviation, Error> {
        self.check(limits)?;
        if let Some(start) = start {
            size("multipliers to start from", start.len(), self.n_rows)?;
        }
        let found = match self.newton(limits, start) {
            Some(found) => found,
            // No step pays, or none is left: the interior point finds the answer, or proves that there is none.
            None => self.by_interior_point(limits)?,
        };
        found.certificate.check(&SolveOptions::default().tolerances, NAME)?;
        Ok(found)
    }

    /// The same problem for a general solver: the independent route of the tests, and the way out of a cycle.
    ///
    /// Deviations are scaled by the square root of their ease and rows by their norm; the scales of columns (`z`, then
    /// `y`) and rows are returned with it.
    pub fn problem(&self, limits: &DeviationLimits) -> (Problem, Vec<f64>, Vec<f64>) {
        let mut problem = Problem::new();
        let unscaled = |ease: f64| if 0.0 < ease { ease.sqrt() } else { 1.0 };
        let mut scales: Vec<f64> = self.column_ease.iter().map(|ease| unscaled(*ease)).collect();
        let bounds = limits.lower.iter().zip(&limits.upper).zip(&self.column_ease).zip(&scales);
        for (((lower, upper), ease), scale) in bounds {
            // Without ease a column stays where its bounds put it.
            let held = 0.0_f64.clamp(*lower, *upper);
            let (lower, upper) = if 0.0 < *ease { (*lower, *upper) } else { (held, held) };
            problem.quadratic_column(0.0, 1.0, lower / scale, upper / scale);
        }
        for (ease, lower) in self.relief_ease.iter().zip(&limits.relief_lower) {
            let scale = unscaled(*ease);
            problem.quadratic_column(0.0, 1.0, if 0.0 < *ease { lower / scale } else { 0.0 }, 0.0);
            scales.push(scale);
        }
        let norm = |row: usize| (self.gram[crate::cholesky::start(row) + row] + self.relief_ease[row]).sqrt();
        let row_scales: Vec<f64> =
            (0..self.n_rows).map(|row| Some(norm(row)).filter(|norm| 0.0 < *norm).unwrap_or(1.0)).collect();
        for row in 0..self.n_rows {
            let scale = row_scales[row];
            let entry = |column: usize| self.matrix[column * self.n_rows + row] * scales[column] / scale;
            let mut terms: Vec<(usize, f64)> =
                (0..self.n_columns).map(|column| (column, entry(column))).filter(|term| term.1 != 0.0).collect();
            let relief = self.n_columns + row;
            terms.push((relief, scales[relief] / scale));
            problem.row(f64::NEG_INFINITY, limits.right[row] / scale, &terms);
        }
        (problem, scales, row_scales)
    }

    fn by_interior_point(&self, limits: &DeviationLimits) -> Result<Deviation, Error> {
        let (problem, scales, row_scales) = self.problem(limits);
        let solution = solve(&problem, &SolveOptions::default())?;
        let multipliers: Vec<f64> =
            solution.row_duals.iter().zip(&row_scales).map(|(dual, scale)| (-dual / scale).max(0.0)).collect();
        // The interior point ends a little off: it is the start of one more try, which ends exactly.
        if let Some(exact) = self.newton(limits, Some(&multipliers)) {
            return Ok(exact);
        }
        let unscaled: Vec<f64> = solution.values.iter().zip(&scales).map(|(value, scale)| value * scale).collect();
        let (columns, relief) = unscaled.split_at(self.n_columns);
        Ok(Deviation {
            columns: columns.to_vec(),
            relief: relief.to_vec(),
            multipliers,
            objective: solution.objective,
            certificate: solution.certificate,
            iterations: solution.iterations,
        })
    }

    fn newton(&self, limits: &DeviationLimits, start: Option<&[f64]>) -> Option<Deviation> {
        let multipliers = start.map_or_else(|| vec![0.0; self.n_rows], <[f64]>::to_vec);
        let mut point = self.point(limits, multipliers);
        for step in 0..MOST_STEPS {
            if self.is_minimum(&point) {
                return Some(self.finished(limits, point, step));
            }
            point = self.step(limits, &point)?;
        }
        None
    }

    /// No multiplier above 0 has a slope, and no row without one is violated.
    fn is_minimum(&self, point: &Point) -> bool {
        const SLACK: f64 = 10.0;
        let tolerance = SLACK * BINDING * largest(&point.columns);
        let rows = point.excess.iter().zip(&point.multipliers);
        rows.into_iter().all(
            |(excess, multiplier)| if 0.0 < *multiplier { excess.abs() <= tolerance } else { *excess <= tolerance },
        )
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
            if next.value <= point.value - PROMISED * promised + 1e-14 * point.value.abs() {
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
            free.iter().for_each(|column| self.add_outer(&mut system, *column, rows, 1.0));
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
    fn add_outer(&self, packed: &mut [f64], column: usize, rows: &[usize], sign: f64) {
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

    fn column(&self, column: usize) -> &[f64] {
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

    fn check(&self, limits: &DeviationLimits) -> Result<(), Error> {
        size("lower bounds", limits.lower.len(), self.n_columns)?;
        size("upper bounds", limits.upper.len(), self.n_columns)?;
        size("lower bounds of the reliefs", limits.relief_lower.len(), self.n_rows)?;
        size("right-hand sides", limits.right.len(), self.n_rows)?;
        let columns = limits
            .lower
            .iter()
            .zip(&limits.upper)
            .enumerate()
            .map(|(at, (lower, upper))| ("column", at, *lower, *upper));
        let reliefs = limits.relief_lower.iter().enumerate().map(|(at, lower)| ("relief", at, *lower, 0.0));
        for (what, at, lower, upper) in columns.chain(reliefs) {
            // Also true for NaN.
            if !(lower <= upper) {
                return Err(Error::BoundsReversed { place: format!("{what} {at}"), lower, upper });
            }
        }
        match limits.right.iter().copied().find(|right| !right.is_finite()) {
            Some(found) => Err(Error::NotANumber { place: "a right-hand side".to_owned(), found }),
            None => Ok(()),
        }
    }
}

fn largest(figures: &[f64]) -> f64 {
    figures.iter().fold(0.0, |largest: f64, figure| largest.max(figure.abs()))
}

fn size(what: &'static str, found: usize, expected: usize) -> Result<(), Error> {
    if found == expected { Ok(()) } else { Err(Error::WrongSize { what, found, expected }) }
}
