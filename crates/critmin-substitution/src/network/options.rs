//! Named choices of a plan.

use critmin_solve::SolveOptions;
use serde::{Deserialize, Serialize};

/// How a plan is made.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PlanOptions {
    /// Whether the output of a host limits its by-products; off is told in the plan.
    pub by_product_caps: bool,
    /// Whether leaks are open; off reproduces the hard ban.
    pub leaks: bool,
    /// Whether prices of idle nodes come with the interval of all optimal ones (two solves per price).
    pub price_intervals: bool,
    /// Solver, tolerances and time limit.
    pub solve: SolveOptions,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self { by_product_caps: true, leaks: true, price_intervals: false, solve: SolveOptions::default() }
    }
}
