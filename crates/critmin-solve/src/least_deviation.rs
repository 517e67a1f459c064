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

mod newton;

use crate::cholesky::start;
use crate::{Certificate, Error, Problem, SolveOptions, solve};

/// What messages call it.
const NAME: &str = "the least-deviation solver";
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

    /// The smallest deviation within `limits`; `begin` are the multipliers of a similar problem, when there is one.
    ///
    /// ```
    /// use critmin_solve::{DeviationLimits, LeastDeviation};
    ///
    /// // One row, two columns of equal ease that both relieve it: a deficit of 2 is shared.
    /// let shared = LeastDeviation::new(vec![1.0, 1.0], vec![1.0, 1.0], vec![0.0])?;
    /// let limits = DeviationLimits { lower: vec![-9.0; 2], upper: vec![0.0; 2], relief_lower: vec![0.0], right: vec![-2.0] };
    /// let found = shared.solve(&limits, None)?;
    /// assert!(found.columns.iter().all(|deviation| (deviation + 1.0).abs() < 1e-9));
    /// # Ok::<(), critmin_solve::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::WrongSize`], [`Error::BoundsReversed`]; [`Error::Infeasible`] when no deviation satisfies the rows;
    /// [`Error::NotCertified`] when the result does not prove itself.
    pub fn solve(&self, limits: &DeviationLimits, begin: Option<&[f64]>) -> Result<Deviation, Error> {
        self.check(limits)?;
        if let Some(begin) = begin {
            size("multipliers to begin from", begin.len(), self.n_rows)?;
        }
        let found = match self.newton(limits, begin) {
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
        let norm = |row: usize| (self.gram[start(row) + row] + self.relief_ease[row]).sqrt();
        let row_scales: Vec<f64> =
            (0..self.n_rows).map(|row| Some(norm(row)).filter(|norm| 0.0 < *norm).unwrap_or(1.0)).collect();
        for (row, scale) in row_scales.iter().enumerate() {
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
            // NaN is no bound.
            if lower.is_nan() || upper.is_nan() || upper < lower {
                return Err(Error::BoundsReversed { place: format!("{what} {at}"), lower, upper });
            }
        }
        match limits.right.iter().copied().find(|right| !right.is_finite()) {
            Some(found) => Err(Error::NotANumber { place: "a right-hand side".to_owned(), found }),
            None => Ok(()),
        }
    }
}

fn size(what: &'static str, found: usize, expected: usize) -> Result<(), Error> {
    if found == expected { Ok(()) } else { Err(Error::WrongSize { what, found, expected }) }
}
