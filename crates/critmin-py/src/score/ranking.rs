//! How rankings agree, for the comparison of methods.

use critmin_score::statistics;
use pyo3::prelude::*;

/// Rank of every value: 1 for the highest, ties share the mean of their ranks, none for an absent value.
#[pyfunction]
pub(crate) fn ranks(values: Vec<Option<f64>>) -> Vec<Option<f64>> {
    statistics::ranks(&numbers(&values))
}

/// How many pairs are complete, Spearman's rho and Kendall's tau-b over them; none where they are undefined.
#[pyfunction]
pub(crate) fn rank_agreement(a: Vec<Option<f64>>, b: Vec<Option<f64>>) -> (usize, Option<f64>, Option<f64>) {
    let n_pairs = a.iter().zip(&b).filter(|(a, b)| a.is_some() && b.is_some()).count();
    let (a, b) = (numbers(&a), numbers(&b));
    (n_pairs, statistics::spearman(&a, &b), statistics::kendall_tau_b(&a, &b))
}

/// NaN stands for an absent value inside the statistics.
fn numbers(values: &[Option<f64>]) -> Vec<f64> {
    values.iter().map(|value| value.unwrap_or(f64::NAN)).collect()
}
