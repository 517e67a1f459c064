"""Writing files so that nothing half-written is ever left behind."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from critmin.exceptions import WriteError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def write_folder(folder: str | os.PathLike[str], writers: Mapping[str, Callable[[Path], object]]) -> list[Path]:
    """Write every file under a temporary name, and only when all are written give them their names.

    Raises
    ------
    WriteError
        When the folder cannot be made or a file cannot be written; the temporary files are removed.
    """
    target = Path(folder)
    pending: list[tuple[Path, Path]] = []
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name, write in writers.items():
            temporary = target / f".{name}.{os.getpid()}.partial"
            pending.append((temporary, target / name))
            write(temporary)
        for temporary, final in pending:
            temporary.replace(final)
    except OSError as error:
        raise _refused(target, error) from error
    finally:
        _remove(temporary for temporary, _ in pending)
    return [final for _, final in pending]


def write_text(path: str | os.PathLike[str], text: str) -> Path:
    """Write one UTF-8 text file, whole or not at all.

    Raises
    ------
    WriteError
        When the file cannot be written.
    """
    target = Path(path)
    return write_folder(target.parent, {target.name: lambda place: place.write_text(text, encoding="utf-8")})[0]


def _refused(target: Path, error: OSError) -> WriteError:
    reason = error.strerror or str(error)
    return WriteError(
        f"cannot write to `{target}`: {reason.lower()}; expected a folder that may be created and written to: "
        "choose another folder or change its permissions"
    )


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with contextlib.suppress(OSError):  # the reason for the failure is already being raised
            path.unlink(missing_ok=True)
