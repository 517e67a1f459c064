"""The pictures: tidy frames in, Altair charts out, each with units on its axes and a source line.

Every function takes a polars frame with the columns that it names, and a ``source`` line that is printed under
the title. In a notebook call ``altair.renderers.enable("svg")`` first: Altair's own renderer loads scripts from
the network.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from critmin.exceptions import MissingColumnError, MissingInputsError

if TYPE_CHECKING:
    import altair as alt
    import polars as pl

__all__ = ["depletion_timeline", "ours_beside_published", "production_by_country", "restriction_curve"]

# Colour-blind safe (Okabe and Ito 2008), in order of use.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
WIDTH = 560
# Characters of a source line before it wraps.
LINE = 100


def production_by_country(
    production: pl.DataFrame,
    *,
    source: str,
    title: str = "Production by country",
    n_countries: int = 12,
) -> alt.Chart:
    """Draw who produces, as bars.

    Parameters
    ----------
    production
        One row per country: ``country`` or ``name``, and ``production_t`` [t/yr]; optionally ``share`` (fraction
        of the world total) and ``flag``.
    source
        Publisher and edition.
    title
        Heading.
    n_countries
        How many of the largest producers to draw; the note under the title says how many are left out.

    Returns
    -------
    altair.Chart

    Raises
    ------
    MissingColumnError
        When a column is missing.
    MissingInputsError
        When no country has a production figure.

    Examples
    --------
    >>> import polars as pl
    >>> from critmin import plots
    >>> table = pl.DataFrame({"name": ["China", "Japan"], "production_t": [900.0, 3.0]})
    >>> chart = plots.production_by_country(table, source="USGS MCS 2026")
    >>> chart.to_dict()["mark"]["type"]
    'bar'
    """
    import altair as alt

    label = "name" if "name" in production.columns else "country"
    _require(production, [label, "production_t"])
    known = _plain(production).drop_nulls("production_t").sort("production_t", descending=True)
    _require_rows(known, "production")
    drawn = known.head(n_countries)
    left_out = known.height - drawn.height
    note = f"; {left_out} smaller producers not drawn" if left_out else ""
    chart: alt.Chart = (
        alt.Chart(_data(drawn), title=_title(title, source + note), width=WIDTH, height={"step": 22})
        .mark_bar(color=PALETTE[0])
        .encode(
            x=alt.X("production_t:Q", title="production (t per year)"),
            y=alt.Y(f"{label}:N", sort="-x", title=None),
            tooltip=_tooltip(drawn, label, "production_t", "share", "flag", "year"),
        )
    )
    return chart


def restriction_curve(curve: pl.DataFrame, *, source: str, title: str = "Price and shortfall") -> alt.VConcatChart:
    """Draw price and shortfall against the restriction level, with the band of the parameters' intervals.

    Parameters
    ----------
    curve
        Columns ``commodity``, ``stage``, ``restriction_level`` (0 to 1), ``price_ratio`` and ``shortfall_share``,
        each of the last two with ``_low`` and ``_high``.
    source
        Where the inputs come from.
    title
        Heading.

    Returns
    -------
    altair.VConcatChart
        Two panels, one above the other.

    Raises
    ------
    MissingColumnError
        When a column is missing.
    MissingInputsError
        When the curve has no solved point.
    """
    import altair as alt

    names = ("price_ratio", "shortfall_share")
    _require(curve, ["commodity", "stage", "restriction_level"])
    _require(curve, [f"{name}{end}" for name in names for end in ("", "_low", "_high")])
    solved = _with_market(_plain(curve)).drop_nulls("price_ratio")
    _require_rows(solved, "restriction curve")
    price = _band_panel(solved, "price_ratio", "price ÷ base price (log scale)", alt.Scale(type="log", nice=False))
    shortfall = _band_panel(solved, "shortfall_share", "shortfall (% of base demand)", alt.Scale(), share=True)
    return alt.vconcat(price, shortfall, title=_title(title, source))


def depletion_timeline(timeline: pl.DataFrame, *, source: str, title: str = "How long the stocks last") -> alt.Chart:
    """Draw the stock of each consumer month by month, until it is used up.

    Parameters
    ----------
    timeline
        Columns ``country``, ``commodity``, ``month`` (from 1) and ``stock_t`` [t] at the end of the month;
        optionally ``scope``, ``supply_t`` and ``demand_t``.
    source
        Where the stocks come from.
    title
        Heading.

    Returns
    -------
    altair.Chart
        One panel per consumer and commodity, each with its own scale of mass.

    Raises
    ------
    MissingColumnError
        When a column is missing.
    MissingInputsError
        When no consumer has a known stock.
    """
    import altair as alt
    import polars as pl

    _require(timeline, ["country", "commodity", "month", "stock_t"])
    known = _plain(timeline).drop_nulls("stock_t")
    _require_rows(known, "stock")
    label = pl.concat_str(["country", "commodity", *_scope(known)], separator=", ")
    labelled = known.with_columns(label.alias("series"))
    chart: alt.Chart = (
        alt.Chart(_data(labelled), width=WIDTH, height=110)
        .mark_area(line={"color": PALETTE[1]}, color=PALETTE[1], opacity=0.25, interpolate="linear")
        .encode(
            x=alt.X("month:Q", title="months since the beginning of the assessed year", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("stock_t:Q", title="stock (t)", scale=alt.Scale(domainMin=0)),
            row=alt.Row(
                "series:N", title=None, header=alt.Header(labelAngle=0, labelAnchor="start", labelOrient="top")
            ),
            tooltip=_tooltip(labelled, "series", "month", "stock_t", "supply_t", "demand_t"),
        )
        .resolve_scale(y="independent")
        .properties(title=_title(title, source, offset=18))
    )
    return chart


def ours_beside_published(pairs: pl.DataFrame, *, source: str, title: str = "Ours beside published") -> alt.LayerChart:
    """Draw our value against the published one; a point on the line agrees exactly.

    Parameters
    ----------
    pairs
        Columns ``label``, ``ours``, ``published`` (both in ``unit``), ``unit`` and ``verdict``.
    source
        Where the published values come from.
    title
        Heading.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    MissingColumnError
        When a column is missing.
    MissingInputsError
        When no row has both values.
    """
    import altair as alt

    _require(pairs, ["label", "ours", "published", "unit", "verdict"])
    known = _plain(pairs).drop_nulls(["ours", "published"])
    _require_rows(known, "pair of values")
    unit = ", ".join(known["unit"].unique().sort().to_list())
    points = (
        alt.Chart(_data(known), title=_title(title, source), width=WIDTH, height=320)
        .mark_point(filled=True, opacity=0.6, size=45)
        .encode(
            x=alt.X("published:Q", title=f"published ({unit})"),
            y=alt.Y("ours:Q", title=f"ours ({unit})"),
            color=alt.Color("verdict:N", title="verdict", scale=alt.Scale(range=list(PALETTE))),
            tooltip=_tooltip(known, "label", "ours", "published", "unit", "verdict"),
        )
    )
    diagonal = alt.Chart(_data(known)).mark_line(color="#888", strokeDash=[4, 4])
    return alt.LayerChart(layer=[diagonal.encode(x="published:Q", y=alt.Y("published:Q")), points])


def _band_panel(frame: pl.DataFrame, name: str, label: str, scale: alt.Scale, *, share: bool = False) -> alt.LayerChart:
    import altair as alt

    axis = alt.Axis(format="%") if share else alt.Axis(format="~g", tickCount=6, labelOverlap=True)
    x = alt.X("restriction_level:Q", title="restriction level (% of the restricted exports)", axis=alt.Axis(format="%"))
    colour = alt.Color("market:N", title="commodity, stage", scale=alt.Scale(range=list(PALETTE)))
    base = alt.Chart(_data(frame), width=WIDTH, height=200).encode(x=x, color=colour)
    low = alt.Y(f"{name}_low:Q", title=label, scale=scale, axis=axis)
    band = base.mark_area(opacity=0.18).encode(y=low, y2=f"{name}_high:Q")
    tooltip = _tooltip(frame, "market", "restriction_level", name, f"{name}_low", f"{name}_high")
    line = base.mark_line(point=True).encode(y=alt.Y(f"{name}:Q", title=label, scale=scale, axis=axis), tooltip=tooltip)
    return alt.LayerChart(layer=[band, line])


def _with_market(frame: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    return frame.with_columns(pl.concat_str(["commodity", "stage", *_scope(frame)], separator=", ").alias("market"))


def _scope(frame: pl.DataFrame) -> list[str]:
    """Name the scope only where one picture holds several."""
    return ["scope"] if "scope" in frame.columns and frame["scope"].n_unique() > 1 else []


def _title(text: str, source: str, *, offset: int = 8) -> alt.TitleParams:
    import altair as alt

    lines = textwrap.wrap(f"Source: {source}", LINE)
    return alt.TitleParams(text, subtitle=lines, anchor="start", subtitleColor="#555", offset=offset)


def _data(frame: pl.DataFrame) -> alt.InlineData:
    """Carry the rows inside the chart, so that it is complete in one file."""
    import altair as alt

    return alt.InlineData(values=frame.to_dicts())


def _tooltip(frame: pl.DataFrame, *columns: str) -> list[str]:
    """Name those of the columns that the frame has, each with its Vega-Lite type."""
    schema = frame.schema
    return [f"{name}:{'Q' if schema[name].is_numeric() else 'N'}" for name in columns if name in schema]


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    import polars as pl
    import polars.selectors as cs

    return frame.with_columns(cs.by_dtype(pl.Categorical, pl.Enum).cast(pl.String))


def _require(frame: pl.DataFrame, columns: list[str]) -> None:
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise MissingColumnError(
            f"the table lacks {', '.join(f'`{name}`' for name in missing)}; found {frame.columns}: "
            "add or rename the columns"
        )


def _require_rows(frame: pl.DataFrame, what: str) -> None:
    if frame.is_empty():
        raise MissingInputsError(f"no row has a known {what}: there is nothing to draw; an absent figure is not zero")
