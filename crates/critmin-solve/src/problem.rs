//! One small type for linear, quadratic and mixed-integer problems.

use crate::Error;
use crate::cone::PowerCone;

/// Minimise `sum c_j x_j + 1/2 q_j x_j^2` under `row_lower <= A x <= row_upper` and `lower <= x <= upper`, some of `x`
/// whole numbers, some in power cones. Bounds may be infinite; a row with equal bounds is an equation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Problem {
    pub(crate) cost: Vec<f64>,
    pub(crate) quadratic: Vec<f64>,
    pub(crate) lower: Vec<f64>,
    pub(crate) upper: Vec<f64>,
    pub(crate) is_integer: Vec<bool>,
    pub(crate) rows: Vec<Row>,
    pub(crate) cones: Vec<PowerCone>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Row {
    pub(crate) lower: f64,
    pub(crate) upper: f64,
    pub(crate) terms: Vec<(usize, f64)>,
}

impl Problem {
    /// A problem without columns and rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a column with a linear cost and bounds; returns its position.
    pub fn column(&mut self, cost: f64, lower: f64, upper: f64) -> usize {
        self.quadratic_column(cost, 0.0, lower, upper)
    }

    /// Adds a column with the cost `cost x + 1/2 quadratic x^2`; returns its position.
    pub fn quadratic_column(&mut self, cost: f64, quadratic: f64, lower: f64, upper: f64) -> usize {
        self.cost.push(cost);
        self.quadratic.push(quadratic);
        self.lower.push(lower);
        self.upper.push(upper);
        self.is_integer.push(false);
        self.cost.len() - 1
    }

    /// Adds a column of whole numbers; returns its position.
    pub fn integer_column(&mut self, cost: f64, lower: f64, upper: f64) -> usize {
        let column = self.column(cost, lower, upper);
        self.is_integer[column] = true;
        column
    }

    /// Adds the row `lower <= sum coefficient x <= upper`; returns its position. A column may stand in it twice.
    pub fn row(&mut self, lower: f64, upper: f64, terms: &[(usize, f64)]) -> usize {
        self.rows.push(Row { lower, upper, terms: terms.to_vec() });
        self.rows.len() - 1
    }

    /// Number of columns.
    pub fn n_columns(&self) -> usize {
        self.cost.len()
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.rows.len()
    }

    /// Whether any column is a whole number.
    pub fn has_integers(&self) -> bool {
        self.is_integer.contains(&true)
    }

    /// Whether any column has a quadratic cost.
    pub fn is_quadratic(&self) -> bool {
        self.quadratic.iter().any(|cost| *cost != 0.0)
    }

    /// The objective at `values`.
    pub fn objective(&self, values: &[f64]) -> f64 {
        let terms = self.cost.iter().zip(&self.quadratic).zip(values);
        terms.map(|((cost, quadratic), value)| value * (cost + 0.5 * quadratic * value)).sum()
    }

    /// `A x` of every row.
    pub fn activities(&self, values: &[f64]) -> Vec<f64> {
        let activity = |row: &Row| row.terms.iter().map(|(column, coefficient)| coefficient * values[*column]).sum();
        self.rows.iter().map(activity).collect()
    }

    /// `sum |coefficient x|` of every row: what moves through it, in and out together.
    pub fn magnitudes(&self, values: &[f64]) -> Vec<f64> {
        let moved = |row: &Row| row.terms.iter().map(|(column, value)| (value * values[*column]).abs()).sum();
        self.rows.iter().map(moved).collect()
    }

    /// The upper or, on request, the lower bound of a row.
    pub fn row_bound(&self, row: usize, is_lower: bool) -> f64 {
        if is_lower { self.rows[row].lower } else { self.rows[row].upper }
    }

    /// Moves both bounds of a row by `step`.
    pub fn shift_row(&mut self, row: usize, step: f64) {
        self.rows[row].lower += step;
        self.rows[row].upper += step;
    }

    /// Sets both bounds of a row.
    pub fn set_row_bounds(&mut self, row: usize, lower: f64, upper: f64) {
        (self.rows[row].lower, self.rows[row].upper) = (lower, upper);
    }

    /// Adds `coefficient x` to a row.
    pub fn add_term(&mut self, row: usize, column: usize, coefficient: f64) {
        self.rows[row].terms.push((column, coefficient));
    }

    /// Sets both bounds of a column.
    pub fn set_bounds(&mut self, column: usize, lower: f64, upper: f64) {
        (self.lower[column], self.upper[column]) = (lower, upper);
    }

    /// Sets the linear cost of a column.
    pub fn set_cost(&mut self, column: usize, cost: f64) {
        self.cost[column] = cost;
    }

    /// The same with fractions allowed in the columns of whole numbers.
    #[must_use]
    pub fn relaxed(&self) -> Self {
        Self { is_integer: vec![false; self.n_columns()], ..self.clone() }
    }

    /// `c + Qx - A'y`: what one unit more of each column costs at the row duals `y`, cones left out.
    pub fn reduced_costs(&self, values: &[f64], row_duals: &[f64]) -> Vec<f64> {
        crate::certificate::reduced_costs(self, values, row_duals, &[])
    }

    /// Sets every cost to nothing, so that only what is added later counts.
    pub fn clear_costs(&mut self) {
        self.cost.fill(0.0);
        self.quadratic.fill(0.0);
    }

    /// Checks every figure.
    ///
    /// # Errors
    ///
    /// [`Error::NotANumber`], [`Error::BoundsReversed`], [`Error::NotConvex`], [`Error::NotAPower`] or
    /// [`Error::WrongSize`] for the first fault.
    pub fn validate(&self) -> Result<(), Error> {
        for column in 0..self.n_columns() {
            finite(self.cost[column], || format!("the cost of column {column}"))?;
            finite(self.quadratic[column], || format!("the quadratic cost of column {column}"))?;
            bounds(self.lower[column], self.upper[column], || format!("column {column}"))?;
            if self.quadratic[column] < 0.0 {
                return Err(Error::NotConvex { column, found: self.quadratic[column] });
            }
        }
        for (index, row) in self.rows.iter().enumerate() {
            bounds(row.lower, row.upper, || format!("row {index}"))?;
            for (column, coefficient) in &row.terms {
                finite(*coefficient, || format!("the coefficient of column {column} in row {index}"))?;
                if self.n_columns() <= *column {
                    let what = "column named in a row";
                    return Err(Error::WrongSize { what, found: *column, expected: self.n_columns() });
                }
            }
        }
        self.cones.iter().enumerate().try_for_each(|(index, cone)| cone.validate(index, self.n_columns()))
    }
}

fn finite(found: f64, place: impl Fn() -> String) -> Result<(), Error> {
    if found.is_finite() { Ok(()) } else { Err(Error::NotANumber { place: place(), found }) }
}

fn bounds(lower: f64, upper: f64, place: impl Fn() -> String) -> Result<(), Error> {
    // A lower bound of plus infinity, or an upper one of minus infinity, leaves nothing.
    for (found, empty) in [(lower, f64::INFINITY), (upper, f64::NEG_INFINITY)] {
        if found.is_nan() || found.total_cmp(&empty).is_eq() {
            return Err(Error::NotANumber { place: format!("a bound of {}", place()), found });
        }
    }
    if lower <= upper { Ok(()) } else { Err(Error::BoundsReversed { place: place(), lower, upper }) }
}
