"""Progress of long work: a bar on a terminal, a callback anywhere else."""

from __future__ import annotations

from collections.abc import Callable

Progress = bool | Callable[[int, int], None]


def progress_callback(progress: Progress, label: str) -> Callable[[int, int], None] | None:
    """Return a callback ``(done, total)``: the caller's own, a bar for ``True`` on a terminal, or none."""
    if callable(progress):
        return progress
    if not progress:
        return None
    return _Bar(label) if _is_terminal() else None


def _is_terminal() -> bool:
    import sys

    return sys.stderr.isatty()


class _Bar:
    """A rich progress bar on standard error, opened by the first call and closed by the last."""

    def __init__(self, label: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        columns = (TextColumn(label), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task(label, total=None)

    def __call__(self, done: int, total: int) -> None:
        self._bar.start()
        self._bar.update(self._task, completed=done, total=total)
        if done >= total:
            self._bar.stop()

    def __del__(self) -> None:
        self._bar.stop()  # a job that was interrupted never reports its last step
