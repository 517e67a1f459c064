//! A problem as the interior point takes it: `Ax + s = b` with `s` in a product of cones.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{NonnegativeConeT, PowerConeT, SupportedConeT, ZeroConeT};

use crate::Problem;

/// Where a row of the form comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Origin {
    Row(usize),
    /// Of a column.
    Bound(usize),
    /// Three rows one after the other.
    Cone,
}

/// `A`, `b` and the cones; equations first, then inequalities, then power cones.
pub(super) struct Form {
    pub(super) matrix: CscMatrix<f64>,
    pub(super) right: Vec<f64>,
    pub(super) kinds: Vec<SupportedConeT<f64>>,
    pub(super) n_equations: usize,
    pub(super) n_plain: usize,
    /// Of each row, with the sign that it was taken with.
    pub(super) origins: Vec<(Origin, f64)>,
}

/// The form under construction: triplets of `A`, and the rest.
#[derive(Default)]
struct Triplets {
    rows: Vec<usize>,
    columns: Vec<usize>,
    values: Vec<f64>,
    right: Vec<f64>,
    origins: Vec<(Origin, f64)>,
}

impl Triplets {
    /// `sign (terms) <= sign bound`, or the equation.
    fn push(&mut self, origin: Origin, sign: f64, bound: f64, terms: &[(usize, f64)]) {
        let row = self.right.len();
        for (column, coefficient) in terms {
            self.rows.push(row);
            self.columns.push(*column);
            self.values.push(sign * coefficient);
        }
        self.right.push(sign * bound);
        self.origins.push((origin, sign));
    }

    fn equations(&mut self, problem: &Problem) {
        for (index, row) in problem.rows.iter().enumerate().filter(|(_, row)| is_equation(row.lower, row.upper)) {
            self.push(Origin::Row(index), 1.0, row.upper, &row.terms);
        }
        for (column, (lower, _)) in bounds(problem).filter(|(_, (lower, upper))| is_equation(*lower, *upper)) {
            self.push(Origin::Bound(column), 1.0, lower, &[(column, 1.0)]);
        }
    }

    /// Each finite side of a row or column is an inequality.
    fn inequalities(&mut self, problem: &Problem) {
        for (index, row) in problem.rows.iter().enumerate().filter(|(_, row)| !is_equation(row.lower, row.upper)) {
            self.sides(Origin::Row(index), row.lower, row.upper, &row.terms);
        }
        for (column, (lower, upper)) in bounds(problem).filter(|(_, (lower, upper))| !is_equation(*lower, *upper)) {
            self.sides(Origin::Bound(column), lower, upper, &[(column, 1.0)]);
        }
    }

    fn sides(&mut self, origin: Origin, lower: f64, upper: f64, terms: &[(usize, f64)]) {
        for (sign, bound) in [(1.0, upper), (-1.0, lower)] {
            if bound.is_finite() {
                self.push(origin, sign, bound, terms);
            }
        }
    }

    /// `-x + s = 0`, so that `s` is the point itself.
    fn cones(&mut self, problem: &Problem) {
        for cone in &problem.cones {
            for column in cone.columns {
                self.push(Origin::Cone, -1.0, 0.0, &[(column, 1.0)]);
            }
        }
    }
}

impl Form {
    pub(super) fn new(problem: &Problem) -> Self {
        let mut triplets = Triplets::default();
        triplets.equations(problem);
        let n_equations = triplets.right.len();
        triplets.inequalities(problem);
        let n_plain = triplets.right.len();
        triplets.cones(problem);
        let Triplets { rows, columns, values, right, origins } = triplets;
        let matrix = CscMatrix::new_from_triplets(right.len(), problem.n_columns(), rows, columns, values);
        let mut kinds = vec![ZeroConeT(n_equations), NonnegativeConeT(n_plain - n_equations)];
        kinds.extend(problem.cones.iter().map(|cone| PowerConeT(cone.alpha)));
        Self { matrix, right, kinds, n_equations, n_plain, origins }
    }
}

fn bounds(problem: &Problem) -> impl Iterator<Item = (usize, (f64, f64))> {
    problem.lower.iter().copied().zip(problem.upper.iter().copied()).enumerate()
}

fn is_equation(lower: f64, upper: f64) -> bool {
    lower.total_cmp(&upper).is_eq()
}
