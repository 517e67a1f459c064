"""Everything that critmin raises on purpose.

Each class is a :class:`CritminError`, so that one ``except`` catches all of them, and also the built-in that
a Python user would expect (``KeyError`` for an unknown name, ``ValueError`` for wrong content, ``OSError`` for
a file that cannot be opened or written). Each message says what was found, what was expected and how to mend it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

__all__ = [
    "ConvergenceError",
    "CritminError",
    "EncodingError",
    "GraphError",
    "InfeasibleEconomyError",
    "InfeasibleMarketError",
    "InfeasiblePlanError",
    "InterruptedImportError",
    "InvalidDataError",
    "MethodError",
    "MissingColumnError",
    "MissingInputsError",
    "NotProvenError",
    "ReadError",
    "ScenarioError",
    "UnknownCommodityError",
    "UnknownCountryError",
    "UnknownMethodError",
    "UnknownNameError",
    "UnknownStudyError",
    "UnknownTableError",
    "UnreadableFileError",
    "WriteError",
]

_PROBLEM_COLUMNS = ("file", "row", "column", "found", "expected")


class CritminError(Exception):
    """Base of every error that critmin raises on purpose.

    Examples
    --------
    >>> import critmin as cm
    >>> try:
    ...     cm.find_commodity("unobtainium")
    ... except cm.CritminError as error:
    ...     print(type(error).__name__)
    UnknownCommodityError
    """

    def __str__(self) -> str:
        """Return the message alone; ``KeyError`` would put it in quotation marks."""
        return str(self.args[0]) if self.args else ""


class UnknownNameError(CritminError, KeyError):
    """A name stands for nothing that critmin knows; the message offers the nearest known names."""


class UnknownCommodityError(UnknownNameError):
    """No commodity has this id or alias."""


class UnknownCountryError(UnknownNameError):
    """No country or bloc has this code, name or alias."""


class UnknownTableError(UnknownNameError):
    """The reference dataset, or a result, has no table of this name."""


class UnknownStudyError(UnknownNameError):
    """No study has this name."""


class UnknownMethodError(UnknownNameError):
    """No shipped scoring method has this id."""


class MissingColumnError(CritminError, ValueError):
    """A table lacks a column, or a column has a type that cannot be read."""


class EncodingError(CritminError, ValueError):
    """A file holds bytes that its declared encoding does not know."""


class UnreadableFileError(CritminError, ValueError):
    """A file was opened but is not what it should be: truncated, not Parquet, or another layout."""


class ReadError(CritminError, OSError):
    """A file could not be opened or read."""


class WriteError(CritminError, OSError):
    """A file or folder could not be written; nothing half-written is left behind."""


class _ProblemsError(CritminError, ValueError):
    """An error that carries a list of problems, one per place in the input."""

    def __init__(self, message: str, problems: str | Sequence[dict[str, Any]] = "[]") -> None:
        super().__init__(message, problems)
        self.problems: list[dict[str, Any]] = json.loads(problems) if isinstance(problems, str) else list(problems)

    def frame(self) -> pl.DataFrame:
        """Return the problems as a table.

        Returns
        -------
        polars.DataFrame
            Text columns ``file``, ``row``, ``column``, ``found`` and ``expected``, one row per problem.

        Examples
        --------
        >>> import critmin as cm
        >>> problem = {"file": "mine.csv", "row": 3, "column": "mass_t", "found": "-1", "expected": "a mass >= 0"}
        >>> cm.InvalidDataError("1 problem", [problem]).frame().row(0)
        ('mine.csv', '3', 'mass_t', '-1', 'a mass >= 0')
        """
        import polars as pl

        names = [*_PROBLEM_COLUMNS, *sorted({key for row in self.problems for key in row} - {*_PROBLEM_COLUMNS})]
        rows = [[None if row.get(name) is None else str(row[name]) for name in names] for row in self.problems]
        return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


class InvalidDataError(_ProblemsError):
    """A table or file breaks its own rules; ``problems`` lists every place, not only the first."""


class ScenarioError(_ProblemsError):
    """A scenario contradicts itself or asks for the impossible; ``problems`` lists every fault."""


class MethodError(CritminError, ValueError):
    """A method document cannot be read or contradicts itself; the message names the line.

    Attributes
    ----------
    line
        Line of the document, from 1; ``None`` where no single line is at fault.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message, line)
        self.line = line


class MissingInputsError(CritminError, LookupError):
    """Figures that a question needs do not exist; the message names them and how to supply them."""


class InfeasibleEconomyError(CritminError, ArithmeticError):
    """No output of the industries satisfies the balances, or a bottleneck does not settle; the message says why."""


class NotProvenError(CritminError, ArithmeticError):
    """A solver stopped early, or claims an optimum that does not pass our own check."""


class InfeasibleMarketError(CritminError, ArithmeticError):
    """A market has no equilibrium under the given parameters."""


class InfeasiblePlanError(CritminError, ValueError):
    """No plan satisfies every requirement of a network; the message says which of them conflict.

    Attributes
    ----------
    conflicts
        Requirements that contradict each other, the heaviest first.
    missing
        What would have to give, and by how much: the smallest change that makes a plan possible.

    Examples
    --------
    >>> import critmin as cm
    >>> parts = {"conflicts": ["cover of crude in JPN"], "missing": ["cover of crude in JPN lacks 2 t in 2026-01"]}
    >>> cm.InfeasiblePlanError("no plan satisfies every requirement", parts).conflicts
    ['cover of crude in JPN']
    """

    def __init__(self, message: str, parts: str | Mapping[str, Sequence[str]] = "{}") -> None:
        super().__init__(message, parts)
        found = json.loads(parts) if isinstance(parts, str) else parts
        self.conflicts: list[str] = list(found.get("conflicts", ()))
        self.missing: list[str] = list(found.get("missing", ()))


class GraphError(CritminError, ValueError):
    """A question or an option that a graph cannot answer as put; the message says how to put it."""


class ConvergenceError(CritminError, ArithmeticError):
    """An iteration did not reach its tolerance; the message names where it goes round."""


class InterruptedImportError(CritminError, RuntimeError):
    """A long job was stopped, by Ctrl-C or by its progress callback; nothing half-written is left behind."""
