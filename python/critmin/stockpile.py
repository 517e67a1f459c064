"""How large must a stock be, and how long does it last? Masses in t of contained metal, or in any one unit throughout.

How a stock is released matters as much as its size; nothing is assumed here but "fill the gap until it is empty".
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from critmin import _core
from critmin._frames import rows_frame
from critmin._plan_parts import Part
from critmin._record_tables import rows_of
from critmin._words import short

if TYPE_CHECKING:
    import polars as pl

    from critmin._core import ArrowStream

__all__ = ["Bridge", "for_duration", "months_bridged", "to_bridge"]

_FIGURES = ("use_t", "supply_t", "projects_t", "substitution_t")
_MONTHS = Part((), dict.fromkeys(_FIGURES[:2], float), {"month": str, **dict.fromkeys(_FIGURES[2:], float)})


@dataclass(frozen=True)
class Bridge:
    """The stock that fills the gap of every month.

    Attributes
    ----------
    record
        ``stock_t`` and ``gaps_t``, as the core returns them.
    """

    record: dict[str, Any]
    _months: tuple[dict[str, Any], ...]

    @property
    def stock_t(self) -> float:
        """The stock [t]; higher = more to hold."""
        return float(self.record["stock_t"])

    @functools.cached_property
    def months(self) -> pl.DataFrame:
        """One row per month: its label, use, supply, projects, substitution and ``gap_t`` [t], at least 0."""
        rows = [{**row, "gap_t": gap} for row, gap in zip(self._months, self.record["gaps_t"], strict=True)]
        return rows_frame(rows, {"month": str, **dict.fromkeys((*_FIGURES, "gap_t"), float)})

    def summary(self) -> str:
        """Tell the stock, and in how many of the months it is drawn."""
        gaps = self.record["gaps_t"]
        drawn = sum(gap > 0 for gap in gaps)
        told = f"Stock to hold: {short(self.stock_t)} t. It is drawn in {drawn} of {len(gaps)} months"
        if not drawn:
            return f"{told}: supply covers use."
        worst = max(range(len(gaps)), key=gaps.__getitem__)
        return f"{told}; the largest gap is {short(gaps[worst])} t, in month {self._months[worst]['month']}."

    def __repr__(self) -> str:
        """Say how large."""
        return f"<Bridge of {len(self._months)} months: {short(self.stock_t)} t>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"


def to_bridge(months: ArrowStream) -> Bridge:
    """Return the stock that fills every gap: the sum of ``max(0, use - supply - projects - substitution)``.

    What is left over in a month does not refill the stock. Arithmetic, not a published method.

    Parameters
    ----------
    months
        One row per month, in order: ``use_t``, ``supply_t`` (what still arrives) and optionally ``month`` (a label),
        ``projects_t`` (what new projects deliver) and ``substitution_t`` (what substitutes serve, in t of the commodity
        replaced; see :func:`critmin.substitutability`). All in t, at least 0. A column that is not there stands for
        none; an empty cell is refused.

    Raises
    ------
    MissingColumnError
        When a column is missing, unknown or no column of numbers.
    InvalidDataError
        When a figure is missing or negative; every fault is listed with row and column.

    Examples
    --------
    >>> import critmin as cm
    >>> import polars as pl
    >>> months = pl.DataFrame({"use_t": [4.0] * 3, "supply_t": [2.0] * 3, "projects_t": [0.0, 1.0, 3.0],
    ...                        "substitution_t": [0.5] * 3})
    >>> found = cm.stockpile.to_bridge(months)
    >>> found.stock_t, found.months["gap_t"].to_list()
    (2.0, [1.5, 0.5, 0.0])
    """
    rows = _rows(months)
    return Bridge(json.loads(_core.stock_to_bridge(_months_json(rows))), tuple(rows))


def months_bridged(stock_t: float, months: ArrowStream) -> float | None:
    """Return how many months a stock fills every gap; higher = safer. The gap runs evenly through its month.

    Parameters
    ----------
    stock_t
        The stock [t], at least 0.
    months
        As in :func:`to_bridge`.

    Returns
    -------
    float or None
        ``None`` when the stock outlasts the months given.

    Raises
    ------
    MissingColumnError, InvalidDataError
        As :func:`to_bridge`, and for a negative stock.

    Examples
    --------
    >>> import critmin as cm
    >>> import polars as pl
    >>> year = pl.DataFrame({"use_t": [4.0] * 12, "supply_t": [7 / 3] * 12})
    >>> round(cm.stockpile.months_bridged(3.0, year), 9)
    1.8
    >>> cm.stockpile.months_bridged(30.0, year) is None
    True
    """
    return _core.months_of_stock(float(stock_t), _months_json(_rows(months)))


def for_duration(gap_t_per_month: float, mean_months: float, service_level: float) -> float:
    """Return the stock that suffices with a given probability when nobody knows how long the gap lasts.

    The length is taken as exponential with a mean: ``gap * mean * ln(1 / (1 - service_level))``, the quantile of that
    distribution times the gap.

    Parameters
    ----------
    gap_t_per_month
        Use less supply [t/month], at least 0.
    mean_months
        Mean length of the disruption [months], above 0.
    service_level
        Probability that the stock suffices, at least 0 and below 1.

    Returns
    -------
    float
        The stock [t]; higher = more to hold.

    Raises
    ------
    InvalidDataError
        When a figure is out of its range.

    Examples
    --------
    >>> import critmin as cm
    >>> round(cm.stockpile.for_duration(1.2, mean_months=6, service_level=0.9), 4)
    16.5786
    """
    return _core.stock_for_duration(float(gap_t_per_month), float(mean_months), float(service_level))


def _rows(months: ArrowStream) -> list[dict[str, Any]]:
    bounds = dict.fromkeys(_FIGURES, "not_negative")
    rows = rows_of("months", months, _MONTHS, bounds=bounds, filled=_FIGURES[2:])
    return [{"month": str(place), **dict.fromkeys(_FIGURES, 0.0), **row} for place, row in enumerate(rows, start=1)]


def _months_json(rows: list[dict[str, Any]]) -> str:
    return json.dumps([{name: row[name] for name in _FIGURES} for row in rows])
