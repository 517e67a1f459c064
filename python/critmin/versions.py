"""What a bug report needs: versions, and whether the compiled core was built with optimisation."""

from __future__ import annotations

import platform
from importlib import metadata

from critmin import _core

__all__ = ["show_versions"]

_PACKAGES = ("polars", "altair", "vl-convert-python", "click", "rich", "pyarrow", "pandas")


def show_versions() -> str:
    """Tell the versions of critmin, Python and the packages it works with.

    Returns
    -------
    str
        One line each; `not installed` for a package that is missing.

    Examples
    --------
    >>> import critmin as cm
    >>> cm.show_versions().splitlines()[0].startswith("critmin ")
    True
    """
    core = "optimized" if _core.is_optimized else "debug build: slow"
    lines = [
        f"critmin {_core.__version__} ({core})",
        f"Python {platform.python_version()} on {platform.system()} {platform.machine()}",
    ]
    return "\n".join([*lines, *(f"{name} {_version(name)}" for name in _PACKAGES)])


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
