"""Words for codes: names of countries, why a U.S. figure is absent, numbers in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from critmin import tables
from critmin._html import number

if TYPE_CHECKING:
    from collections.abc import Sequence

# What is below this share of its like is what solvers leave of a zero.
ROUNDING = 1e-6
# Countries whose name takes an article in a sentence.
_WITH_ARTICLE = {"USA", "GBR", "NLD", "PHL", "ARE", "COD"}
# How a flag of the reference dataset is told; the flags of a figure that is there are not in the list.
_ABSENT = {"withheld": "withheld", "not_available": "not available", "included_elsewhere": "included elsewhere"}


def country_name(code: str | None) -> str:
    """Return the name of a country, `other countries` for the remainder."""
    if code is None:
        return "other countries"
    countries = tables.reference().table("countries")
    names = countries.filter(countries["country"].cast(str) == code)["name"]
    return code if names.is_empty() else str(names[0])


def in_sentence(code: str) -> str:
    """Return the name of a country as it stands in a sentence.

    Examples
    --------
    >>> in_sentence("USA"), in_sentence("CHN")
    ('the United States', 'China')
    """
    return f"the {country_name(code)}" if code in _WITH_ARTICLE else country_name(code)


def why_absent(commodity: str, statistic: str) -> str | None:
    """Say how the newest salient statistics print an absent U.S. figure.

    Parameters
    ----------
    commodity
        Id.
    statistic
        ``stocks``, ``consumption``, ...

    Returns
    -------
    str or None
        For instance ``withheld by the USGS (2021 to 2025)``; ``None`` when nothing of the kind is printed at all,
        or when the newest year has a figure.
    """
    import polars as pl

    salient = tables.reference().table("us_salient_statistics")
    is_wanted = (pl.col("commodity").cast(pl.String) == commodity) & (pl.col("statistic").cast(pl.String) == statistic)
    rows = salient.filter(is_wanted).sort("year").select(pl.col("flag").cast(pl.String), "year").rows()
    if not rows or rows[-1][0] not in _ABSENT:
        return None
    flag = rows[-1][0]
    years = [year for found, year in rows if found == flag]
    return f"{_ABSENT[flag]} by the USGS ({min(years)} to {max(years)})" if flag == "withheld" else _ABSENT[flag]


def why_no_production(commodity: str) -> str:
    """Say why no production by country can be shown: no row at all, or rows without a figure."""
    import polars as pl

    world = tables.reference().table("world_production")
    is_wanted = (pl.col("commodity").cast(pl.String) == commodity) & (
        pl.col("statistic").cast(pl.String) == "production"
    )
    rows = world.filter(is_wanted)
    if rows.is_empty():
        return "not available (the USGS world tables have no production of it by country)"
    flags = sorted({_ABSENT.get(flag, flag) for flag in rows["flag"].cast(pl.String)})
    names = sorted({country_name(code) for code in rows["country"].cast(pl.String)})
    editions = sorted({source.removeprefix("usgs-mcs-") for source in rows["source_id"].cast(pl.String)})
    return f"the USGS names {listed(names)}, and prints no figure for them ({', '.join(flags)}; MCS {listed(editions)})"


def listed(names: Sequence[str]) -> str:
    """Join names for a sentence.

    Examples
    --------
    >>> listed(["Japan", "Russia", "South Korea"])
    'Japan, Russia and South Korea'
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def settled(value: float, largest: float) -> float:
    """Take what is below a millionth of the largest of its like for the zero that a solver means.

    Examples
    --------
    >>> settled(3e-13, 40.0), settled(-0.2, 40.0)
    (0.0, -0.2)
    """
    return value if abs(value) > ROUNDING * abs(largest) else 0.0


def short(value: float) -> str:
    """Write a number with three significant digits, for a sentence.

    Examples
    --------
    >>> short(2.9166), short(12345.6), short(0.0)
    ('2.92', '12,346', '0')
    """
    if value == float("inf"):
        return "unlimited"
    return number(value) if abs(value) >= 1000 else f"{value:.3g}"


def percent(fraction: float | None) -> str:
    """Write a fraction as percent, with three significant digits at most.

    Examples
    --------
    >>> percent(0.6571), percent(0.0004), percent(None)
    ('66 %', '0.04 %', 'not available')
    """
    if fraction is None:
        return "not available"
    return f"{100 * fraction:.0f} %" if fraction == 0 or abs(fraction) >= 0.0995 else f"{100 * fraction:.2g} %"


def interval(row: dict[str, Any], name: str, *, factor: float = 1.0, unit: str = "") -> str:
    """Write one value with its low and high: `2.92 (2.4 to 3.9)`.

    Examples
    --------
    >>> interval({"price_ratio": 2.92, "price_ratio_low": 2.4, "price_ratio_high": None}, "price_ratio")
    '2.92 (2.4 to ?)'
    """
    value = row.get(name)
    if value is None:
        return "not available"
    text = f"{short(factor * value)}{unit}"
    span = span_words(row, name, factor=factor)
    return f"{text} ({span})" if span else text


def span_words(row: dict[str, Any], name: str, *, factor: float = 1.0) -> str:
    """Write the low and high of one value, `2.4 to 3.9`; empty when neither is known or both are the same.

    Examples
    --------
    >>> span_words({"price_ratio_low": 2.44, "price_ratio_high": 12.0}, "price_ratio")
    '2.44 to 12'
    """
    ends = ["?" if end is None else short(factor * end) for end in (row.get(f"{name}_low"), row.get(f"{name}_high"))]
    return "" if ends[0] == ends[1] else " to ".join(ends)
