//! Factor of a dense symmetric positive definite matrix, row by row: the inner loop of [`crate::LeastDeviation`].

/// Lower triangle `L` with `L L' = A`, rows one after the other, row `i` with `i + 1` entries.
pub(crate) struct Cholesky {
    size: usize,
    rows: Vec<f64>,
}

/// Partial sums of one scalar product: enough for the processor's vector lanes, and a fixed order of addition.
const LANES: usize = 8;

impl Cholesky {
    /// Factors the packed lower triangle `rows` in place; `None` when the matrix is not positive definite.
    pub(crate) fn new(size: usize, mut rows: Vec<f64>) -> Option<Self> {
        for i in 0..size {
            let (above, from_here) = rows.split_at_mut(start(i));
            let row = &mut from_here[..=i];
            for j in 0..i {
                let other = &above[start(j)..=start(j) + j];
                row[j] = (row[j] - dot(&row[..j], &other[..j])) / other[j];
            }
            let rest = row[i] - dot(&row[..i], &row[..i]);
            if rest.is_nan() || rest <= 0.0 {
                return None;
            }
            row[i] = rest.sqrt();
        }
        Some(Self { size, rows })
    }

    /// Solves `A x = right` in place.
    pub(crate) fn solve(&self, right: &mut [f64]) {
        for i in 0..self.size {
            let row = &self.rows[start(i)..=start(i) + i];
            right[i] = (right[i] - dot(&row[..i], &right[..i])) / row[i];
        }
        for i in (0..self.size).rev() {
            let row = &self.rows[start(i)..=start(i) + i];
            let value = right[i] / row[i];
            right[i] = value;
            for (target, coefficient) in right[..i].iter_mut().zip(row) {
                *target -= coefficient * value;
            }
        }
    }
}

/// Where row `i` of a packed lower triangle begins.
pub(crate) fn start(i: usize) -> usize {
    i * (i + 1) / 2
}

/// Scalar product in eight partial sums.
pub(crate) fn dot(one: &[f64], other: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    let (ones, others) = (one.chunks_exact(LANES), other.chunks_exact(LANES));
    let rest: f64 = ones.remainder().iter().zip(others.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in ones.zip(others) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(of: usize) -> f64 {
        u32::try_from(of).map_or(0.0, f64::from)
    }

    /// A matrix with a known factor, of a size that fills no whole number of lanes.
    fn matrix(size: usize) -> Vec<f64> {
        let factor = |i: usize, j: usize| if i == j { 2.0 + number(i) } else { number((3 * i + 7 * j) % 5) - 2.0 };
        let entry = |i: usize, j: usize| (0..=j).map(|k| factor(i, k) * factor(j, k)).sum::<f64>();
        (0..size).flat_map(|i| (0..=i).map(move |j| entry(i, j))).collect()
    }

    #[test]
    fn solves_what_it_factored() {
        let size = 21;
        let packed = matrix(size);
        let at = |i: usize, j: usize| packed[start(i.max(j)) + i.min(j)];
        let wanted: Vec<f64> = (0..size).map(|i| number(i).sin()).collect();
        let mut right: Vec<f64> = (0..size).map(|i| (0..size).map(|j| at(i, j) * wanted[j]).sum()).collect();
        Cholesky::new(size, packed.clone()).unwrap().solve(&mut right);
        for (found, wanted) in right.iter().zip(&wanted) {
            assert!((found - wanted).abs() < 1e-10, "{found} {wanted}");
        }
    }

    #[test]
    fn refuses_an_indefinite_matrix() {
        assert!(Cholesky::new(2, vec![1.0, 2.0, 1.0]).is_none());
        assert!(Cholesky::new(1, vec![f64::NAN]).is_none());
    }
}
