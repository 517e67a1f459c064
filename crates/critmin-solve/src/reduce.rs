//! What leaves a problem before it is solved, exactly: rows of one column become its bounds, and columns without a choice
//! become constants. Their duals are recovered afterwards from the reduced costs, so that the certificate is that of the
//! problem as it was written.

use crate::certificate::reduced_costs;
use crate::interior::Inner;
use crate::problem::Row;
use crate::{Error, Problem};

/// Bounds may cross by this share and still leave one value: rounding of whoever formed them.
const ROUNDING: f64 = 1e-9;

/// A smaller problem with the same optimum, and the way back.
pub(crate) struct Reduction {
    pub(crate) problem: Problem,
    /// The column of each column that stays.
    columns: Vec<usize>,
    /// The row of each row that stays.
    rows: Vec<usize>,
    /// Bounds of every column after the rows that became bounds.
    lower: Vec<f64>,
    upper: Vec<f64>,
    /// The row that set a bound, by column.
    lower_from: Vec<Option<usize>>,
    upper_from: Vec<Option<usize>>,
    /// Rows that became bounds, in that order, with their column and its coefficient.
    events: Vec<(usize, usize, f64)>,
}

impl Reduction {
    /// # Errors
    ///
    /// [`Error::Infeasible`] when the bounds or constants contradict a row.
    pub(crate) fn new(problem: &Problem) -> Result<Self, Error> {
        let n_columns = problem.n_columns();
        let mut reduction = Self {
            problem: Problem::new(),
            columns: Vec::new(),
            rows: Vec::new(),
            lower: problem.lower.clone(),
            upper: problem.upper.clone(),
            lower_from: vec![None; n_columns],
            upper_from: vec![None; n_columns],
            events: Vec::new(),
        };
        let merged: Vec<Vec<(usize, f64)>> = problem.rows.iter().map(|row| merged(&row.terms)).collect();
        let mut in_cone = vec![false; n_columns];
        for column in problem.cones.iter().flat_map(|cone| cone.columns) {
            in_cone[column] = true;
        }
        let stays = reduction.settle(problem, &merged, &in_cone)?;
        reduction.assemble(problem, &merged, &in_cone, &stays);
        Ok(reduction)
    }

    /// Turns rows into bounds until none is left to turn; which rows stay.
    fn settle(
        &mut self,
        problem: &Problem,
        merged: &[Vec<(usize, f64)>],
        in_cone: &[bool],
    ) -> Result<Vec<bool>, Error> {
        let unbounded = |row: &Row| row.lower.is_infinite() && row.upper.is_infinite();
        let mut stays: Vec<bool> = problem.rows.iter().map(|row| !unbounded(row)).collect();
        let mut has_changed = true;
        while has_changed {
            has_changed = false;
            for (index, row) in problem.rows.iter().enumerate() {
                if !stays[index] {
                    continue;
                }
                let mut free = merged[index].iter().filter(|(column, _)| in_cone[*column] || !self.is_fixed(*column));
                let (first, second) = (free.next(), free.next());
                if second.is_some() {
                    continue;
                }
                stays[index] = false;
                let constant = self.constant(&merged[index], in_cone);
                match first {
                    None => self.holds(index, row, constant, &merged[index])?,
                    Some((column, coefficient)) => {
                        self.tighten(index, row, constant, (*column, *coefficient))?;
                        has_changed |= self.is_fixed(*column);
                    }
                }
            }
        }
        Ok(stays)
    }

    fn is_fixed(&self, column: usize) -> bool {
        self.upper[column] <= self.lower[column]
    }

    fn constant(&self, terms: &[(usize, f64)], in_cone: &[bool]) -> f64 {
        let fixed = terms.iter().filter(|(column, _)| !in_cone[*column] && self.is_fixed(*column));
        fixed.map(|(column, coefficient)| coefficient * self.lower[*column]).sum()
    }

    /// A row of constants must hold.
    fn holds(&self, index: usize, row: &Row, constant: f64, terms: &[(usize, f64)]) -> Result<(), Error> {
        let tolerance = |bound: f64| ROUNDING * (1.0 + bound.abs());
        if row.lower - tolerance(row.lower) <= constant && constant <= row.upper + tolerance(row.upper) {
            return Ok(());
        }
        let causes = terms.iter().flat_map(|(column, _)| [self.lower_from[*column], self.upper_from[*column]]);
        let (lower, upper) = (row.lower, row.upper);
        let reason = format!("row {index} is {constant} whatever is chosen, which is not from {lower} to {upper}");
        Err(contradiction(reason, std::iter::once(index).chain(causes.flatten())))
    }

    /// A row of one column is a bound.
    fn tighten(&mut self, index: usize, row: &Row, constant: f64, term: (usize, f64)) -> Result<(), Error> {
        let (column, coefficient) = term;
        let ends = [(row.lower - constant) / coefficient, (row.upper - constant) / coefficient];
        let [lower, upper] = if coefficient < 0.0 { [ends[1], ends[0]] } else { ends };
        if self.lower[column] < lower {
            (self.lower[column], self.lower_from[column]) = (lower, Some(index));
        }
        if upper < self.upper[column] {
            (self.upper[column], self.upper_from[column]) = (upper, Some(index));
        }
        self.events.push((index, column, coefficient));
        let (lower, upper) = (self.lower[column], self.upper[column]);
        if lower <= upper {
            return Ok(());
        }
        if ROUNDING * (1.0 + upper.abs()) < lower - upper {
            let reason = format!("column {column} must be at least {lower} and at most {upper}");
            let causes = [self.lower_from[column], self.upper_from[column]];
            return Err(contradiction(reason, causes.into_iter().flatten()));
        }
        self.lower[column] = upper;
        Ok(())
    }

    fn assemble(&mut self, problem: &Problem, merged: &[Vec<(usize, f64)>], in_cone: &[bool], stays: &[bool]) {
        let mut place = vec![usize::MAX; problem.n_columns()];
        for column in 0..problem.n_columns() {
            if !in_cone[column] && self.is_fixed(column) {
                continue;
            }
            let (cost, quadratic) = (problem.cost[column], problem.quadratic[column]);
            place[column] = self.problem.quadratic_column(cost, quadratic, self.lower[column], self.upper[column]);
            self.columns.push(column);
        }
        for (index, row) in problem.rows.iter().enumerate().filter(|(index, _)| stays[*index]) {
            let constant = self.constant(&merged[index], in_cone);
            let kept = merged[index].iter().filter(|(column, _)| place[*column] != usize::MAX);
            let terms = kept.map(|(column, coefficient)| (place[*column], *coefficient)).collect();
            self.problem.rows.push(Row { lower: row.lower - constant, upper: row.upper - constant, terms });
            self.rows.push(index);
        }
        for cone in &problem.cones {
            let [x, y, z] = cone.columns.map(|column| place[column]);
            self.problem.power_cone(x, y, z, cone.alpha);
        }
    }

    /// The row of `problem` that a row of the smaller problem is.
    pub(crate) fn row(&self, row: usize) -> usize {
        self.rows[row]
    }

    /// The row that set a bound of a column of the smaller problem.
    pub(crate) fn cause(&self, column: usize, is_lower: bool) -> Option<usize> {
        let column = self.columns[column];
        if is_lower { self.lower_from[column] } else { self.upper_from[column] }
    }

    /// The answer to the problem as it was written.
    ///
    /// A row that became a bound takes the whole reduced cost of its column when its bound is the one that binds. Rows
    /// that came later may contain the column as a constant, so that they are priced first.
    pub(crate) fn restore(&self, problem: &Problem, inner: Inner) -> Inner {
        let mut values = self.lower.clone();
        for (column, value) in self.columns.iter().zip(&inner.values) {
            values[*column] = *value;
        }
        let mut row_duals = vec![0.0; problem.n_rows()];
        for (row, price) in self.rows.iter().zip(&inner.row_duals) {
            row_duals[*row] = *price;
        }
        let mut reduced = reduced_costs(problem, &values, &row_duals, &inner.cone_duals);
        for (row, column, coefficient) in self.events.iter().rev().copied() {
            let cost = reduced[column];
            let from = if 0.0 < cost { self.lower_from[column] } else { self.upper_from[column] };
            if from == Some(row) {
                row_duals[row] = cost / coefficient;
                for (other, weight) in &problem.rows[row].terms {
                    reduced[*other] -= weight * row_duals[row];
                }
            }
        }
        Inner { values, row_duals, ..inner }
    }
}

fn contradiction(reason: String, rows: impl Iterator<Item = usize>) -> Error {
    let mut named = Vec::new();
    for row in rows {
        if !named.contains(&row) {
            named.push(row);
        }
    }
    Error::Infeasible { reason, rows: named }
}

/// Terms with each column once, in the order of the columns.
pub(crate) fn merged(terms: &[(usize, f64)]) -> Vec<(usize, f64)> {
    let mut sorted = terms.to_vec();
    sorted.sort_by_key(|term| term.0);
    sorted.dedup_by(|later, kept| {
        let is_same = later.0 == kept.0;
        if is_same {
            kept.1 += later.1;
        }
        is_same
    });
    sorted.retain(|term| term.1 != 0.0);
    sorted
}
