//! Is this optimum proven?
//!
//! A [`Problem`] is a linear, quadratic (diagonal), power-cone or mixed-integer problem. [`solve`] hands it to a pure-Rust solver
//! and returns a [`Solution`] with a [`Certificate`] that this crate computes itself, in the problem's own units: how
//! far the values miss their rows and bounds, how far the duals miss theirs, and the gap between both. A solver's status
//! alone is never trusted; a certificate that fails is an error. Scaling is the business of who forms the problem: keep
//! the coefficients within a few powers of ten of one.
//!
//! [`LeastDeviation`] is a kernel for one problem that is solved very often: the smallest weighted deviation from a base
//! under row balances, by Newton steps on the dual of 400 multipliers instead of an interior point on 1,200 unknowns.
//!
//! Before a problem is solved, rows of one column become bounds and columns without a choice constants, exactly and with
//! their duals recovered. Large problems go to an interior point of our own on the normal equations, 2.5 times as fast as
//! the general one on a network of 98,400 columns (`examples/network_speed.rs`).
//!
//! [`solve_with`] tells a [`Watch`] how far it is and lets it stop the solve; [`solve_from`] begins a search over whole
//! numbers with values that are known. A limit of time or nodes returns the best values so far, with their gap and
//! [`Solution::is_proven`] unset.
//!
//! ```
//! use critmin_solve::{Problem, SolveOptions, solve};
//!
//! // Two suppliers, at 3 and 5 per tonne; 10 t are needed and the cheaper one has 6.
//! let mut problem = Problem::new();
//! let cheap = problem.column(3.0, 0.0, 6.0);
//! let dear = problem.column(5.0, 0.0, f64::INFINITY);
//! let need = problem.row(10.0, f64::INFINITY, &[(cheap, 1.0), (dear, 1.0)]);
//! let plan = solve(&problem, &SolveOptions::default())?;
//! assert!((plan.objective - 38.0).abs() < 1e-6);
//! // One tonne more would cost 5.
//! assert!((plan.row_duals[need] - 5.0).abs() < 1e-6);
//! assert!(plan.certificate.gap < 1e-6);
//! # Ok::<(), critmin_solve::Error>(())
//! ```
//!
//! # A second solver
//!
//! The cargo feature `highs` adds `Backend::Highs`, the C++ solver HiGHS, for linear and mixed-integer problems: to
//! compare with, or for whole numbers that are too hard for the default. It is off, and nothing that we publish contains
//! it. To switch it on, have a C++ compiler, cmake and libclang (both of the latter exist as Python wheels: `pip install
//! cmake libclang`, with `LIBCLANG_PATH` at the folder of `libclang.so`, and where the compiler's own headers are not
//! found `BINDGEN_EXTRA_CLANG_ARGS=-I` and their folder), then
//!
//! ```text
//! cargo test -p critmin-solve --features highs
//! ```
//!
//! HiGHS has answered mixed-integer problems wrongly with the status `Optimal` before: `tests/canaries.rs` holds three of
//! them, and the certificate of such a problem is feasibility and the solver's own gap.
//!
//! Pure functions of their arguments: no input or output, no clock but for a time limit that is asked for, no global
//! state.

mod certificate;
mod cholesky;
mod cone;
mod error;
#[cfg(feature = "highs")]
mod highs;
mod interior;
mod least_deviation;
mod normal;
mod problem;
mod reduce;
mod simplex;
mod solve;
mod watch;

pub use certificate::{Certificate, Tolerances, certify, certify_with_cones};
pub use error::Error;
pub use least_deviation::{Deviation, DeviationLimits, LeastDeviation};
pub use problem::Problem;
pub use solve::{Backend, Solution, SolveOptions, solve, solve_from, solve_with};
pub use watch::{Progress, Watch};
