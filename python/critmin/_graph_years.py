"""The same question over years, and what changed between two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from critmin.exceptions import InvalidDataError, MissingColumnError, MissingInputsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import polars as pl

    from critmin._graph import Graph


def over_years(
    question: Callable[[Graph], pl.DataFrame],
    *,
    years: Iterable[int],
    commodity: str | Sequence[str] | None = None,
    production_year: int | None = None,
    reconcile: Literal["none", "world-pool", "deficit-is-origin"] = "none",
    graph: Callable[[int], Graph] | None = None,
    missing: Literal["refuse", "skip"] = "refuse",
) -> pl.DataFrame:
    """Ask the same question of each year's graph.

    Parameters
    ----------
    question
        Takes a graph and returns a frame: ``lambda graph: graph.exposure(country="Japan").countries``.
    years
        Calendar years.
    commodity, production_year, reconcile
        As for :func:`build`.
    graph
        Makes the graph of a year, in place of :func:`build`: ``lambda year: cm.graph.trade("cobalt", year=year)``.
    missing
        ``"skip"`` leaves out years without data; ``"refuse"`` raises.

    Returns
    -------
    polars.DataFrame
        The frames one below the other, each row with its ``year``.

    Raises
    ------
    MissingInputsError
        When a year has no data, or none of them has.
    InvalidDataError
        When neither `commodity` nor `graph` is given.

    Examples
    --------
    >>> import critmin as cm
    >>> def cobalt(year):
    ...     return cm.graph.trade("cobalt", year=year, reconcile="deficit-is-origin")
    >>> shares = cm.graph.over_years(lambda graph: graph.exposure(country="USA").countries, years=[2021, 2022],
    ...                              graph=cobalt)
    >>> shares["year"].unique().sort().to_list()
    [2021, 2022]
    """
    import polars as pl

    from critmin.graph import build

    if (commodity is None) == (graph is None):
        raise InvalidDataError("expected one of `commodity` (a flagship chain) and `graph` (what makes a year's graph)")
    frames = []
    for year in years:
        try:
            if graph is not None:
                one = graph(year)
            else:
                one = build(commodity or [], year=year, production_year=production_year, reconcile=reconcile)
        except MissingInputsError:
            if missing == "refuse":
                raise
            continue
        frames.append(question(one).with_columns(pl.lit(year, dtype=pl.Int64).alias("year")))
    if not frames:
        raise MissingInputsError("none of the years has data: expected at least one that has")
    return pl.concat(frames)


def difference(before: pl.DataFrame, after: pl.DataFrame, *, on: str | Sequence[str], value: str) -> pl.DataFrame:
    """Put a measure of two years, or of two graphs, side by side.

    Parameters
    ----------
    before, after
        Frames of the same question.
    on
        Columns that name a row, such as ``["target", "country"]``.
    value
        Column of the measure.

    Returns
    -------
    polars.DataFrame
        `on`, ``value_before``, ``value_after`` and ``change`` (after less before), sorted by `on`. What only one side
        has stays absent on the other, which is not zero.

    Raises
    ------
    MissingColumnError
        When a frame lacks a column.
    InvalidDataError
        When a side names a row twice.

    Examples
    --------
    >>> import critmin as cm
    >>> import polars as pl
    >>> before = pl.DataFrame({"country": ["CHN", "RUS"], "exposure": [0.75, 0.125]})
    >>> after = pl.DataFrame({"country": ["CHN", "JPN"], "exposure": [0.5, 0.25]})
    >>> cm.graph.difference(before, after, on="country", value="exposure").rows()
    [('CHN', 0.75, 0.5, -0.25), ('JPN', None, 0.25, None), ('RUS', 0.125, None, None)]
    """
    import polars as pl

    keys = [on] if isinstance(on, str) else list(on)
    sides = []
    for side, table in (("before", before), ("after", after)):
        lacking = [name for name in (*keys, value) if name not in table.columns]
        if lacking:
            raise MissingColumnError(f"the frame `{side}` lacks the column `{lacking[0]}`; found {table.columns}")
        rows = table.select(*keys, pl.col(value).alias(f"value_{side}"))
        twice = rows.filter(rows.select(keys).is_duplicated())
        if not twice.is_empty():
            raise InvalidDataError(f"the frame `{side}` names {twice.row(0)[:-1]} twice: name more columns in `on`")
        sides.append(rows)
    joined = sides[0].join(sides[1], on=keys, how="full", coalesce=True, nulls_equal=True)
    return joined.with_columns((pl.col("value_after") - pl.col("value_before")).alias("change")).sort(keys)
