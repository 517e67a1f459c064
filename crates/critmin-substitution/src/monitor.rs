//! Following long work from outside, and stopping it.

use critmin_solve::Watch;

/// Is told how far long work is, and may stop it: between its parts by `steps`, within one of them by `solver`.
#[derive(Clone)]
pub struct Monitor<'a> {
    /// Is told (done, of); returns whether to go on.
    pub steps: &'a (dyn Fn(usize, usize) -> bool + Sync),
    /// Is told of the steps of each solve.
    pub solver: Watch,
}

impl Monitor<'_> {
    /// Hears and stops nothing.
    pub fn silent() -> Self {
        Self { steps: &|_, _| true, solver: Watch::default() }
    }

    /// Tells `(done, of)`.
    pub(crate) fn goes_on(&self, done: usize, total: usize) -> bool {
        (self.steps)(done, total)
    }
}

impl std::fmt::Debug for Monitor<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Monitor").field("solver", &self.solver).finish_non_exhaustive()
    }
}
