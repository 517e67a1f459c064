//! Long work off the GIL: Ctrl-C arrives, and a progress callback is told how far the work is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use pyo3::prelude::*;

/// What the working thread reports, and what it is asked; a handle, so that a solver may keep one.
#[derive(Clone, Default)]
pub(crate) struct Progress {
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    done: AtomicU64,
    total: AtomicU64,
    is_cancelled: AtomicBool,
}

impl Progress {
    /// Notes how far the work is; `false` asks the work to stop.
    pub(crate) fn report(&self, done: u64, total: u64) -> bool {
        self.state.done.store(done, Ordering::Relaxed);
        self.state.total.store(total, Ordering::Relaxed);
        self.goes_on()
    }

    /// Whether the work shall go on.
    pub(crate) fn goes_on(&self) -> bool {
        !self.state.is_cancelled.load(Ordering::Relaxed)
    }

    fn tell(&self, py: Python<'_>, callback: Option<&Py<PyAny>>) -> PyResult<()> {
        let Some(callback) = callback else { return Ok(()) };
        let (done, total) = (self.state.done.load(Ordering::Relaxed), self.state.total.load(Ordering::Relaxed));
        callback.call1(py, (done, total)).map(|_| ())
    }
}

/// Runs `work` in a thread without the GIL. A signal, or an exception of the callback, stops the work and is raised.
pub(crate) fn run_detached<T: Send>(
    py: Python<'_>,
    callback: Option<&Py<PyAny>>,
    work: impl FnOnce(&Progress) -> PyResult<T> + Send,
) -> PyResult<T> {
    const BETWEEN_SIGNAL_CHECKS: Duration = Duration::from_millis(50);
    let progress = Progress::default();
    let (sender, receiver) = channel();
    std::thread::scope(|scope| {
        let shared = &progress;
        scope.spawn(move || {
            // The receiver waits until a result arrives, so sending cannot fail.
            let _ = sender.send(work(shared));
        });
        let mut receiver = receiver;
        let mut stopped = None;
        loop {
            let (back, received) = py.detach(move || {
                let received = receiver.recv_timeout(BETWEEN_SIGNAL_CHECKS);
                (receiver, received)
            });
            receiver = back;
            match received {
                Ok(result) => {
                    let told = progress.tell(py, callback);
                    return stopped.map_or_else(|| result.and_then(|value| told.map(|()| value)), Err);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    let lost = pyo3::exceptions::PyRuntimeError::new_err("the working thread ended without a result");
                    return Err(stopped.unwrap_or(lost));
                }
            }
            if stopped.is_none()
                && let Err(error) = py.check_signals().and_then(|()| progress.tell(py, callback))
            {
                progress.state.is_cancelled.store(true, Ordering::Relaxed);
                stopped = Some(error);
            }
        }
    })
}
