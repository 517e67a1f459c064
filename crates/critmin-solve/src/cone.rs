//! Power cones: the constraint behind isoelastic demand and supply.

use crate::{Error, Problem};

/// `x^alpha y^(1 - alpha) >= |z|` with `x, y >= 0`, on three columns of a problem.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PowerCone {
    /// `x`, `y` and `z`.
    pub(crate) columns: [usize; 3],
    /// Between 0 and 1, neither of them.
    pub(crate) alpha: f64,
}

impl PowerCone {
    /// By how much `point` misses the cone, over 1 plus the magnitude of `z`; 0 inside.
    pub(crate) fn miss(&self, point: [f64; 3]) -> f64 {
        let [x, y, z] = point;
        let reach = x.max(0.0).powf(self.alpha) * y.max(0.0).powf(1.0 - self.alpha);
        outside([-x, -y, z.abs() - reach]) / (1.0 + z.abs())
    }

    /// By how much `dual` misses the dual cone `(u / alpha)^alpha (v / (1 - alpha))^(1 - alpha) >= |w|`, `u, v >= 0`
    /// (Chares 2009, Cones and interior-point algorithms for structured convex optimization involving powers and
    /// exponentials, section 4.1); 0 inside.
    pub(crate) fn dual_miss(&self, dual: [f64; 3]) -> f64 {
        let [u, v, w] = dual;
        let rest = 1.0 - self.alpha;
        let reach = (u.max(0.0) / self.alpha).powf(self.alpha) * (v.max(0.0) / rest).powf(rest);
        outside([-u, -v, w.abs() - reach])
    }

    /// The figures of `values` that stand in the cone.
    pub(crate) fn point(&self, values: &[f64]) -> [f64; 3] {
        self.columns.map(|column| values[column])
    }

    pub(crate) fn validate(&self, index: usize, n_columns: usize) -> Result<(), Error> {
        if !(0.0 < self.alpha && self.alpha < 1.0) {
            return Err(Error::NotAPower { cone: index, found: self.alpha });
        }
        match self.columns.iter().find(|column| n_columns <= **column) {
            Some(found) => {
                Err(Error::WrongSize { what: "column named in a power cone", found: *found, expected: n_columns })
            }
            None => Ok(()),
        }
    }
}

/// The largest excess; NaN is outside of everything.
fn outside(excess: [f64; 3]) -> f64 {
    if excess.iter().any(|part| part.is_nan()) { f64::INFINITY } else { excess.into_iter().fold(0.0, f64::max) }
}

impl Problem {
    /// Adds the constraint `x^alpha y^(1 - alpha) >= |z|`, `x, y >= 0` on three columns; returns its position.
    ///
    /// `alpha` lies between 0 and 1, neither of them. The bounds of the columns stay as they are: a figure that is
    /// given, such as the 1 in `v >= q^(1 - 1 / e)` as `(v, q, 1)` with `alpha = e`, is a column with equal bounds.
    ///
    /// ```
    /// use critmin_solve::{Problem, SolveOptions, solve};
    ///
    /// // The least x + y with sqrt(x y) >= 2 is 2 + 2.
    /// let mut problem = Problem::new();
    /// let x = problem.column(1.0, 0.0, f64::INFINITY);
    /// let y = problem.column(1.0, 0.0, f64::INFINITY);
    /// let z = problem.column(0.0, 2.0, 2.0);
    /// problem.power_cone(x, y, z, 0.5);
    /// let found = solve(&problem, &SolveOptions::default())?;
    /// assert!((found.objective - 4.0).abs() < 1e-6);
    /// # Ok::<(), critmin_solve::Error>(())
    /// ```
    pub fn power_cone(&mut self, x: usize, y: usize, z: usize, alpha: f64) -> usize {
        self.cones.push(PowerCone { columns: [x, y, z], alpha });
        self.cones.len() - 1
    }

    /// Number of power cones.
    pub fn n_cones(&self) -> usize {
        self.cones.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primal_and_dual_points_of_the_boundary_are_orthogonal() {
        for alpha in [0.1, 0.5, 0.8] {
            let cone = PowerCone { columns: [0, 1, 2], alpha };
            let (x, y) = (2.0_f64, 3.0_f64);
            let z = x.powf(alpha) * y.powf(1.0 - alpha);
            // The gradient of the boundary at that point.
            let dual = [alpha * z / x, (1.0 - alpha) * z / y, -1.0];
            assert!(cone.miss([x, y, z]) < 1e-12 && cone.dual_miss(dual) < 1e-12);
            assert!((dual[0] * x + dual[1] * y + dual[2] * z).abs() < 1e-12);
            assert!(0.0 < cone.miss([x, y, 1.01 * z]) && 0.0 < cone.dual_miss([dual[0], dual[1], -1.01]));
        }
    }
}
