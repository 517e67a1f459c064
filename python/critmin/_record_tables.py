"""Small tables of a model, read row by row; every fault is told with table, row and column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from critmin._frames import checked
from critmin._plan_tables import _absent, _fault, _refuse, _some, _typed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from critmin._core import ArrowStream
    from critmin._plan_parts import Part

Row = dict[str, Any]
# What a column may hold, and how that is told.
BOUNDS: dict[str, tuple[Callable[[float], bool], str]] = {
    "positive": (lambda value: value > 0, "a number above 0"),
    "not_negative": (lambda value: value >= 0, "a number of at least 0"),
    "negative": (lambda value: value < 0, "a number below 0"),
    "share": (lambda value: 0 <= value <= 1, "a share in [0, 1]"),
}


def rows_of(
    name: str, table: ArrowStream | None, part: Part, *, bounds: Mapping[str, str] | None = None,
    filled: Sequence[str] = (), also: Sequence[str] = (),
) -> list[Row]:  # fmt: skip
    """Read one table; empty cells are left out of their rows.

    Parameters
    ----------
    name
        What the errors call the table.
    table
        Any table that speaks Arrow; without one there is no row.
    part
        Its columns; those of the key tell two rows apart.
    bounds
        For columns of numbers one of :data:`BOUNDS`.
    filled
        Columns that may be left out, but have a value in every row when they are there: an absent figure is not zero.
    also
        Columns that tell two rows apart beside the key, where they are there.

    Raises
    ------
    MissingColumnError
        When a column is missing, unknown, or holds something else than it should.
    InvalidDataError
        For every empty cell of a column that needs a value, every number out of bounds, every row that is there twice.
    """
    if table is None:
        return []
    found = _typed(name, checked(table, name), part)
    rows = found.to_dicts()
    faults = _absent(name, found, part) + _outside(name, rows, bounds or {}) + _twice(name, rows, (*part.key, *also))
    empty = [
        _fault(name, row + 1, column, "nothing", "a figure, 0 where there is none")
        for column in filled
        if column in found.columns
        for row in found[column].is_null().arg_true()
    ]
    refuse(name, faults + empty)
    return [{column: value for column, value in row.items() if value is not None} for row in rows]


def _outside(name: str, rows: Sequence[Row], bounds: Mapping[str, str]) -> list[Row]:
    faults = []
    for place, row in enumerate(rows, start=1):
        for column, bound in bounds.items():
            holds, expected = BOUNDS[bound]
            value = row.get(column)
            if value is not None and not holds(value):
                faults.append(_fault(name, place, column, f"{value:g}", expected))
    return faults


def _twice(name: str, rows: Sequence[Row], columns: Sequence[str]) -> list[Row]:
    seen: dict[tuple[Any, ...], int] = {}
    faults = []
    for place, row in enumerate(rows, start=1):
        key = tuple(row.get(column) for column in columns)
        if columns and key in seen:
            told = f"each once (row {seen[key]} has it, too)"
            label = " ".join(str(each) for each in key if each is not None)
            faults.append(_fault(name, place, columns[0], label, told))
        seen.setdefault(key, place)
    return faults


def together(name: str, rows: Sequence[Row], columns: Sequence[str]) -> list[Row]:
    """List the rows that have some of these columns, but not all."""
    return [
        _fault(name, place, column, "nothing", f"a number, as `{given[0]}` has one")
        for place, row in enumerate(rows, start=1)
        if (given := [one for one in columns if one in row])
        for column in columns
        if column not in row
    ]


def limited(name: str, rows: Sequence[Row], column: str, of: str) -> list[Row]:
    """List the rows that have a figure in `column`, but none in the column `of` that it belongs to."""
    return [
        _fault(name, place, column, f"{row[column]:g}", f"nothing, as `{of}` has no figure")
        for place, row in enumerate(rows, start=1)
        if column in row and of not in row
    ]


def unknown(
    name: str, rows: Sequence[Row], column: str, known: Collection[str], what: str,
    label: Callable[[Row], str] | None = None,
) -> list[Row]:  # fmt: skip
    """List the labels that are not known; `label` makes one of several columns."""
    faults = []
    for place, row in enumerate(rows, start=1):
        found = row[column] if label is None else label(row)
        if found not in known:
            faults.append(_fault(name, place, column, found, f"{what}: {_some(list(known))}"))
    return faults


def refuse(name: str, faults: list[Row]) -> None:
    """Raise one error of all faults.

    Raises
    ------
    InvalidDataError
        When there is one; ``problems`` lists them all.
    """
    _refuse(faults, name)
