"""Tables across the boundary: Arrow streams from the core become polars frames, a user's table is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from critmin.exceptions import InvalidDataError, MissingColumnError

if TYPE_CHECKING:
    import polars as pl

    from critmin._core import ArrowStream

# Types of polars that Arrow readers refuse; nested columns may hide them.
_NOT_ARROW = {"Null", "Int128", "UInt128"}


def frame(stream: ArrowStream) -> pl.DataFrame:
    """Take over an Arrow stream without copying it."""
    import polars as pl

    return pl.DataFrame(stream)


def checked(table: ArrowStream, name: str) -> pl.DataFrame:
    """Accept a user's table, of any library, when every column has a type and every number is finite.

    Raises
    ------
    MissingColumnError
        When a column is nested, or has a type that Arrow readers refuse, such as Null.
    InvalidDataError
        When it is no table, or holds NaN or an infinite number; each is listed with row and column.
    """
    import polars as pl

    if not hasattr(table, "__arrow_c_stream__"):
        raise InvalidDataError(
            f"`{name}` is a `{type(table).__name__}`: expected a table that speaks the Arrow PyCapsule interface "
            "(polars, pandas, pyarrow, DuckDB)"
        )
    taken = pl.DataFrame(table)
    foreign = [
        (column, str(dtype)) for column, dtype in taken.schema.items() if dtype.is_nested() or str(dtype) in _NOT_ARROW
    ]
    if foreign:
        raise MissingColumnError(
            f"column `{foreign[0][0]}` of `{name}` has the type {foreign[0][1]}: cast it to text or to a 64-bit number "
            "before handing it over"
        )
    problems = [problem for column in taken.get_columns() for problem in _not_finite(column, name)]
    if problems:
        first = problems[0]
        raise InvalidDataError(
            f"`{name}`, row {first['row']}, column `{first['column']}`: found `{first['found']}`, "
            f"expected {first['expected']} ({len(problems)} such cells)",
            problems,
        )
    return taken


def _not_finite(column: pl.Series, name: str) -> list[dict[str, Any]]:
    """List the cells of one column that are NaN or infinite; rows are counted from 1."""
    if not column.dtype.is_float():
        return []
    rows = (~column.is_finite()).fill_null(value=False).arg_true()
    expected = "a finite number; leave a cell empty (null) when the figure is not available"
    return [
        {"file": name, "row": row + 1, "column": column.name, "found": str(column[row]), "expected": expected}
        for row in rows
    ]


def rows_frame(rows: list[dict[str, Any]], kinds: dict[str, type]) -> pl.DataFrame:
    """Make a frame with these columns in this order; other fields of the rows are left out."""
    import polars as pl

    types = {str: pl.String, float: pl.Float64, bool: pl.Boolean, int: pl.Int64}
    return pl.DataFrame(
        {name: pl.Series([row.get(name) for row in rows], dtype=types[kind]) for name, kind in kinds.items()}
    )
