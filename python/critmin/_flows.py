"""What the pictures of a graph share: the measure and its unit, amounts in words, names and colours of countries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from critmin import _charts
from critmin._words import country_name, short
from critmin.exceptions import InvalidDataError, MissingColumnError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

# Flow columns of a graph, in order of preference, each with its words and its unit.
MEASURES = {
    "contained_mass_t": ("contained mass", "t"),
    "mass_t": ("gross mass", "t"),
    "value_usd": ("value", "USD"),
}
# Order of the stages along a chain; scrap re-enters at the beginning.
STAGES = ("mine", "scrap", "smelter", "refinery", "compound", "component", "product")
# The remainder, the node that stands for the world's pool under the reconciliation `world-pool`, and the one from which
# comes what nobody records.
OTHER, POOL, UNRECORDED = "other", "pool", "unrecorded"
# The palette of all pictures, then two more that the colour-blind tell apart from it (Tol 2021).
COLORS = (*_charts.PALETTE, "#F0E442", "#882255")
# Countries past the colours, the remainder and nodes without a country; and what the books do not explain.
NEUTRAL, GAP = "#8A7A66", "#B4B4B4"
# A space between an amount and its unit, where no line may end.
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=%|(?:k?t|Mt|kg|USD|(?:bn|M|k) USD)\b)")
# From which amount on a larger unit is used, the amount of one of it, and its name.
_SCALES = {
    "t": ((1e6, 1e6, "Mt"), (1e4, 1e3, "kt"), (0.1, 1.0, "t"), (0.0, 1e-3, "kg")),
    "USD": ((1e9, 1e9, "bn USD"), (1e6, 1e6, "M USD"), (1e4, 1e3, "k USD")),
}


def measure_of(frame: pl.DataFrame, measure: str | None) -> str:
    """Return the flow column: the one asked for, or the only one that the frame has."""
    if measure is not None:
        _charts.require(frame, [measure])
        return measure
    found = [name for name in MEASURES if name in frame.columns]
    if not found:
        raise MissingColumnError(
            f"the table has none of the flow columns {', '.join(f'`{name}`' for name in MEASURES)}; found "
            f"{frame.columns}: name the flow column with `measure`"
        )
    if len(found) > 1:
        raise InvalidDataError(
            f"the table has {len(found)} flow columns ({', '.join(f'`{name}`' for name in found)}): choose one with "
            "`measure`"
        )
    return found[0]


def words(measure: str) -> tuple[str, str]:
    """Return what a column measures, and its unit.

    Examples
    --------
    >>> words("value_usd"), words("ore_t"), words("share")
    (('value', 'USD'), ('ore', 't'), ('share', '%'))
    """
    if measure in MEASURES:
        return MEASURES[measure]
    if measure == "share" or measure.endswith(("_share", "_reliance", "exposure", "sufficiency")):
        return measure.replace("_", " "), "%"
    name, _, end = measure.rpartition("_")
    unit = {"t": "t", "usd": "USD", "kg": "kg"}.get(end, "")
    return (name or measure if unit else measure).replace("_", " "), unit


def amount(value: float, unit: str) -> str:
    """Write a flow with its unit, three significant digits.

    Examples
    --------
    >>> amount(1234567, "t"), amount(760, "t"), amount(2.5e9, "USD"), amount(0.256, "%")
    ('1.23 Mt', '760 t', '2.5 bn USD', '26 %')
    """
    if unit == "%":
        return f"{100 * value:.2g} %" if 0 < abs(value) < 0.0995 else f"{100 * value:.0f} %"
    divisor, name = scaled(value, unit)
    return f"{short(value / divisor)} {name}".rstrip()


def scaled(value: float, unit: str) -> tuple[float, str]:
    """Choose the unit in which an amount is read easily: what to divide by, and its name.

    Examples
    --------
    >>> scaled(4.0e5, "t"), scaled(0.0, "t"), scaled(12.0, "kg")
    ((1000.0, 'kt'), (1.0, 't'), (1.0, 'kg'))
    """
    for least, divisor, name in _SCALES.get(unit, ()):
        if value and abs(value) >= least:
            return divisor, name
    return 1.0, unit


def bound(text: str) -> str:
    """Keep every amount on one line with its unit."""
    return _BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", text)


def flows(edges: pl.DataFrame, columns: list[str], measure: str | None) -> tuple[pl.DataFrame, str]:
    """Check an edge table; return its rows with a known flow as `flow`, and the name of the measure.

    Raises
    ------
    MissingColumnError
        When a column is missing.
    MissingInputsError
        When no row has a flow.
    InvalidDataError
        When a flow is negative or not a number, or flows of several years or masses of several commodities would
        be added.
    """
    import polars as pl

    name = measure_of(edges, measure)
    _charts.require(edges, columns)
    known = _charts.plain(edges).drop_nulls(name).with_columns(pl.col(name).cast(pl.Float64).alias("flow"))
    _charts.require_rows(known, name.replace("_", " "))
    wrong = known.filter(~(pl.col("flow").is_finite() & (pl.col("flow") >= 0)))
    if not wrong.is_empty():
        raise InvalidDataError(
            f"{wrong.height} rows have a `{name}` that is negative or not a number (first: {wrong['flow'][0]}): "
            "remove or mend them"
        )
    if "commodity" in known.columns and words(name)[1] != "USD":
        _charts.require_one(known, "commodity")
    pair = [column for column in known.columns if column.startswith(("supplier", "buyer", "good", "commodity"))]
    if "year" in known.columns and known.group_by(pair).agg(pl.col("year").n_unique())["year"].max() != 1:
        _charts.require_one(known, "year")
    return known, name


def vintage(frame: pl.DataFrame) -> str:
    """Write the years of the rows for the line under the title, `, 2021 to 2023`; empty when none is told."""
    years = frame["year"].drop_nulls().unique().sort().to_list() if "year" in frame.columns else []
    if not years:
        return ""
    return f", {years[0]}" if len(years) == 1 else f", {years[0]} to {years[-1]}"


def name_of(country: str, n_folded: int = 0) -> str:
    """Return the name of a country, of the remainder or of the pool.

    Examples
    --------
    >>> name_of("other", 12), name_of("pool")
    ('other (12)', 'world pool')
    """
    if country == OTHER:
        return f"other ({n_folded})" if n_folded else "other"
    return {POOL: "world pool", UNRECORDED: UNRECORDED}.get(country) or country_name(country)


def colors(countries: Iterable[str]) -> dict[str, str]:
    """Give each country a colour in order of size; those past the palette share the neutral one."""
    ranked = list(countries)
    return {country: COLORS[place] if place < len(COLORS) else NEUTRAL for place, country in enumerate(ranked)}


def stage_order(stages: Iterable[str]) -> dict[str, int]:
    """Place stages along the chain; those that the chain does not know follow in order of appearance.

    Examples
    --------
    >>> stage_order(["refinery", "assembly", "mine"])
    {'mine': 0, 'refinery': 1, 'assembly': 2}
    """
    found = list(dict.fromkeys(stages))
    known = [stage for stage in STAGES if stage in found]
    return {stage: place for place, stage in enumerate([*known, *(one for one in found if one not in STAGES)])}
