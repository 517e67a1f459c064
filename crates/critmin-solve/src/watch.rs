//! Following a solve from outside, and stopping it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::SolveOptions;

/// What a solve has reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Steps of the solver so far: of the interior point, or of the simplex.
    pub iterations: u64,
    /// Relative gap of the best values so far, where there is one.
    pub gap: Option<f64>,
}

/// Is told of the progress of a solve, and may stop it.
///
/// The interior point reports every step, branch and bound after every hundred nodes. [`Watch::default`] hears and stops
/// nothing.
///
/// ```
/// use critmin_solve::{Error, Problem, SolveOptions, Watch, solve_with};
///
/// let mut problem = Problem::new();
/// let column = problem.column(1.0, 0.0, 10.0);
/// let other = problem.column(2.0, 0.0, 10.0);
/// problem.row(12.0, f64::INFINITY, &[(column, 1.0), (other, 1.0)]);
/// let watch = Watch::new(|progress| progress.iterations < 2);
/// assert_eq!(solve_with(&problem, &SolveOptions::default(), &watch).unwrap_err(), Error::Interrupted);
/// ```
#[derive(Clone, Default)]
pub struct Watch {
    goes_on: Option<Arc<dyn Fn(Progress) -> bool + Send + Sync>>,
}

impl Watch {
    /// `goes_on` says whether the solve shall go on.
    pub fn new(goes_on: impl Fn(Progress) -> bool + Send + Sync + 'static) -> Self {
        Self { goes_on: Some(Arc::new(goes_on)) }
    }

    pub(crate) fn stops(&self, progress: Progress) -> bool {
        self.goes_on.as_ref().is_some_and(|goes_on| !goes_on(progress))
    }

    pub(crate) fn is_watching(&self) -> bool {
        self.goes_on.is_some()
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Watch").field("is_watching", &self.is_watching()).finish()
    }
}

/// Until when a solve may run, and who watches it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Budget {
    pub(crate) watch: Watch,
    deadline: Option<Instant>,
}

impl Budget {
    pub(crate) fn new(options: &SolveOptions, watch: &Watch) -> Self {
        // A limit too long to count is none.
        let limit = options.time_limit_s.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
        Self { watch: watch.clone(), deadline }
    }

    /// What is left of the time; absent without a limit.
    pub(crate) fn rest(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    pub(crate) fn is_over(&self) -> bool {
        self.rest().is_some_and(|rest| rest.is_zero())
    }
}
