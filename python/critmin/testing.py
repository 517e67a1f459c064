"""Assertions of equality in meaning, for users who test code built on critmin."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

__all__ = ["assert_frames_equal_in_meaning"]


def assert_frames_equal_in_meaning(
    left: pl.DataFrame,
    right: pl.DataFrame,
    *,
    key: str | Sequence[str],
    relative_tolerance: float = 1e-9,
    absolute_tolerance: float = 0.0,
) -> None:
    """Assert that two tables say the same, whatever the order of rows and columns.

    Text and categories compare as text, numbers within the tolerances; an absent value equals only an absent value.

    Parameters
    ----------
    left, right
        The tables.
    key
        Columns that identify a row; must be unique in both tables.
    relative_tolerance, absolute_tolerance
        Numbers may differ by ``absolute_tolerance + relative_tolerance * |right|``.

    Raises
    ------
    AssertionError
        Saying what differs: columns, a repeated key, rows on one side only, or cells.

    Examples
    --------
    >>> import polars as pl
    >>> from critmin.testing import assert_frames_equal_in_meaning
    >>> mine = pl.DataFrame({"country": ["CHN", "JPN"], "production_t": [900.0, 3.0]})
    >>> assert_frames_equal_in_meaning(mine, mine.reverse().select("production_t", "country"), key="country")
    """
    from polars.testing import assert_frame_equal

    keys = [key] if isinstance(key, str) else list(key)
    ready = [_ordered(table, keys, name) for table, name in ((left, "left"), (right, "right"))]
    only = [
        one.select(keys).join(other.select(keys), on=keys, how="anti", nulls_equal=True)
        for one, other in (ready, ready[::-1])
    ]
    if any(not rows.is_empty() for rows in only):
        raise AssertionError(f"rows on the left only: {only[0].rows()}; on the right only: {only[1].rows()}")
    assert_frame_equal(
        *ready,
        check_column_order=False,
        check_dtypes=False,
        rel_tol=relative_tolerance,
        abs_tol=absolute_tolerance,
    )


def _ordered(table: pl.DataFrame, keys: list[str], name: str) -> pl.DataFrame:
    import polars as pl
    import polars.selectors as cs

    missing = [column for column in keys if column not in table.columns]
    if missing:
        raise AssertionError(f"the {name} table lacks the key columns {missing}; it has {table.columns}")
    plain = table.with_columns(cs.by_dtype(pl.Categorical, pl.Enum).cast(pl.String))
    repeated = plain.select(keys).is_duplicated()
    if repeated.any():
        raise AssertionError(f"the {name} table repeats the key {plain.select(keys).filter(repeated).row(0)}")
    return plain.sort(keys)
