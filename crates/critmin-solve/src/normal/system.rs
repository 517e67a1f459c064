//! The rows of a problem as equations with slacks, and the matrix of their normal equations.

use std::collections::HashMap;

use crate::Problem;
use crate::normal::factor::Factor;
use crate::normal::symbolic::Symbolic;

/// Products of coefficients that the normal equations may have: beyond it a column is too dense for them.
const PRODUCTS: usize = 5_000_000;
/// Residual of an answer, as a share of the right-hand side, from which on it is solved for once more.
const RESIDUAL: f64 = 1e-7;

/// `A x = b` with one slack per row that is no equation, rows in the order of elimination.
pub(super) struct System {
    /// First term of each variable, and one more.
    starts: Vec<usize>,
    rows: Vec<usize>,
    values: Vec<f64>,
    pub(super) right: Vec<f64>,
    pub(super) lower: Vec<f64>,
    pub(super) upper: Vec<f64>,
    pub(super) cost: Vec<f64>,
    pub(super) quadratic: Vec<f64>,
    /// The place of each row of the problem.
    pub(super) place: Vec<usize>,
    /// Which entry of `gram` each product of two terms of one variable adds to, variable after variable.
    targets: Vec<u32>,
    gram: Vec<f64>,
    factor: Factor,
}

impl System {
    /// `None` when the normal equations would be dense.
    pub(super) fn new(problem: &Problem) -> Option<Self> {
        let by_column = transposed(problem);
        let products: usize = by_column.iter().map(|terms| terms.len() * (terms.len() + 1) / 2).sum();
        if PRODUCTS < products {
            return None;
        }
        let symbolic = Symbolic::new(&neighbours(problem.n_rows(), &by_column))?;
        let place = symbolic.place.clone();
        let (mut starts, mut rows, mut values) = (vec![0], Vec::new(), Vec::new());
        let (mut lower, mut upper) = (problem.lower.clone(), problem.upper.clone());
        for terms in &by_column {
            rows.extend(terms.iter().map(|(row, _)| place[*row]));
            values.extend(terms.iter().map(|(_, value)| *value));
            starts.push(rows.len());
        }
        let mut right = vec![0.0; problem.n_rows()];
        for (index, row) in problem.rows.iter().enumerate() {
            if row.upper <= row.lower {
                right[place[index]] = row.upper;
                continue;
            }
            rows.push(place[index]);
            values.push(-1.0);
            starts.push(rows.len());
            lower.push(row.lower);
            upper.push(row.upper);
        }
        let mut cost = problem.cost.clone();
        let mut quadratic = problem.quadratic.clone();
        cost.resize(lower.len(), 0.0);
        quadratic.resize(lower.len(), 0.0);
        let (pairs, targets) = products_of(&starts, &rows, problem.n_rows());
        let gram = vec![0.0; pairs.len()];
        let factor = Factor::new(symbolic, &pairs)?;
        Some(Self { starts, rows, values, right, lower, upper, cost, quadratic, place, targets, gram, factor })
    }

    pub(super) fn n_variables(&self) -> usize {
        self.cost.len()
    }

    fn terms(&self, variable: usize) -> impl Iterator<Item = (usize, f64)> {
        let range = self.starts[variable]..self.starts[variable + 1];
        self.rows[range.clone()].iter().copied().zip(self.values[range].iter().copied())
    }

    /// Adds `A x` to `target`.
    pub(super) fn add_product(&self, x: &[f64], target: &mut [f64]) {
        for (variable, value) in x.iter().enumerate() {
            for (row, coefficient) in self.terms(variable) {
                target[row] += coefficient * value;
            }
        }
    }

    /// `A' y` of one variable.
    pub(super) fn transposed_product(&self, y: &[f64], variable: usize) -> f64 {
        self.terms(variable).map(|(row, coefficient)| coefficient * y[row]).sum()
    }

    /// Factors `A diag(weights) A'`.
    pub(super) fn refactor(&mut self, weights: &[f64]) {
        self.gram.fill(0.0);
        let mut targets = self.targets.iter();
        for (variable, weight) in weights.iter().enumerate() {
            let values = &self.values[self.starts[variable]..self.starts[variable + 1]];
            for (at, one) in values.iter().enumerate() {
                let scaled = one * weight;
                for (other, target) in values[at..].iter().zip(targets.by_ref()) {
                    self.gram[*target as usize] += scaled * other;
                }
            }
        }
        self.factor.refactor(&self.gram);
    }

    /// Solves `A diag(weights) A' y = right` in place; a residual that is too large is solved for once more.
    pub(super) fn solve(&self, weights: &[f64], right: &mut [f64]) {
        let wanted = right.to_vec();
        self.factor.solve(right);
        let scaled: Vec<f64> =
            weights.iter().enumerate().map(|(at, weight)| weight * self.transposed_product(right, at)).collect();
        let mut rest: Vec<f64> = vec![0.0; wanted.len()];
        self.add_product(&scaled, &mut rest);
        for (rest, wanted) in rest.iter_mut().zip(&wanted) {
            *rest = wanted - *rest;
        }
        let norm = |figures: &[f64]| crate::cholesky::dot(figures, figures).sqrt();
        if norm(&rest) <= RESIDUAL * norm(&wanted) {
            return;
        }
        self.factor.solve(&mut rest);
        for (value, correction) in right.iter_mut().zip(&rest) {
            *value += correction;
        }
    }
}

fn transposed(problem: &Problem) -> Vec<Vec<(usize, f64)>> {
    let mut by_column = vec![Vec::new(); problem.n_columns()];
    for (index, row) in problem.rows.iter().enumerate() {
        for (column, value) in &row.terms {
            by_column[*column].push((index, *value));
        }
    }
    by_column
}

/// Rows that share a column.
fn neighbours(n_rows: usize, by_column: &[Vec<(usize, f64)>]) -> Vec<Vec<usize>> {
    let mut neighbours = vec![Vec::new(); n_rows];
    for terms in by_column {
        for (row, _) in terms {
            neighbours[*row].extend(terms.iter().map(|term| term.0).filter(|other| other != row));
        }
    }
    for list in &mut neighbours {
        list.sort_unstable();
        list.dedup();
    }
    neighbours
}

/// The entries of the lower triangle that products of terms make, and the entry of each product.
fn products_of(starts: &[usize], rows: &[usize], n_rows: usize) -> (Vec<(usize, usize)>, Vec<u32>) {
    let mut pairs: Vec<(usize, usize)> = (0..n_rows).map(|row| (row, row)).collect();
    let mut known: Vec<HashMap<usize, u32>> = vec![HashMap::new(); n_rows];
    let mut targets = Vec::new();
    for (begin, end) in starts.iter().zip(&starts[1..]) {
        let terms = &rows[*begin..*end];
        for (at, one) in terms.iter().enumerate() {
            for other in &terms[at..] {
                let (low, high) = (*one.min(other), *one.max(other));
                let index = if low == high {
                    low
                } else {
                    let next = pairs.len();
                    let entry = known[low].entry(high).or_insert_with(|| {
                        pairs.push((high, low));
                        u32::try_from(next).unwrap_or(u32::MAX)
                    });
                    *entry as usize
                };
                targets.push(u32::try_from(index).unwrap_or(u32::MAX));
            }
        }
    }
    (pairs, targets)
}
