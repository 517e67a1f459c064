"""The pictures: tidy frames in, Altair charts out, each with units on its axes and a source line.

Every function takes a polars frame with the columns that it names, and a ``source`` line that is printed under
the title. In a notebook call ``altair.renderers.enable("svg")`` first: Altair's own renderer loads scripts from
the network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from critmin import _charts
from critmin._answer_plots import chokepoint_bars, stage_shares
from critmin._charts import PALETTE, WIDTH
from critmin._choice_plots import choices_plot, cost_tornado
from critmin._cost_plots import cost_curve, cost_waterfall, industry_bars
from critmin._graph_plots import path_list, robustness_curve
from critmin._invest_plots import portfolio_frontier, portfolio_gains, scenario_losses, selection_frequency
from critmin._maps import country_map, trade_heat_map
from critmin._material_plots import substitutability
from critmin._pictures import save
from critmin._plan_plots import parameter_curve, plan_sankey, price_over_time, rent_bars, shortfall_over_time
from critmin._sankey import stage_sankey
from critmin._score_plots import criticality_matrix, method_heat_map, rank_intervals, tornado
from critmin._sweep_plots import sweep_bars
from critmin._words import percent, short

if TYPE_CHECKING:
    import altair as alt
    import polars as pl

__all__ = [
    "choices_plot",
    "chokepoint_bars",
    "cost_curve",
    "cost_tornado",
    "cost_waterfall",
    "country_map",
    "criticality_matrix",
    "depletion_timeline",
    "industry_bars",
    "interval_beside_published",
    "method_heat_map",
    "ours_beside_published",
    "parameter_curve",
    "path_list",
    "plan_sankey",
    "portfolio_frontier",
    "portfolio_gains",
    "price_over_time",
    "production_by_country",
    "rank_intervals",
    "rent_bars",
    "restriction_curve",
    "robustness_curve",
    "save",
    "scenario_losses",
    "selection_frequency",
    "shortfall_over_time",
    "stage_sankey",
    "stage_shares",
    "substitutability",
    "sweep_bars",
    "tornado",
    "trade_heat_map",
]

# A band that rises this many times above the line needs an axis in logarithms.
_FAR = 3.0
_BAND = "Line: central parameters; band: what their low and high ends allow"


def production_by_country(
    production: pl.DataFrame,
    *,
    source: str,
    title: str = "Production by country",
    n_countries: int = 8,
) -> alt.LayerChart:
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
    altair.LayerChart

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
    >>> chart.to_dict()["layer"][0]["mark"]["type"]
    'bar'
    """
    import altair as alt
    import polars as pl

    label = "name" if "name" in production.columns else "country"
    _charts.require(production, [label, "production_t"])
    known = _charts.plain(production).drop_nulls("production_t").sort("production_t", descending=True)
    _charts.require_rows(known, "production")
    drawn = known.head(n_countries)
    left_out = known.height - drawn.height
    note = f"; {left_out} smaller producers not drawn" if left_out else ""
    text = pl.col("production_t").map_elements(lambda mass: f"{short(mass)} t", return_dtype=pl.String)
    if "share" in drawn.columns:
        share = pl.col("share").map_elements(lambda one: f"  ({percent(one)})", return_dtype=pl.String)
        text = text + share.fill_null("")
    labelled = drawn.with_columns(text.alias("told"))
    # Room on the right for the label of the longest bar.
    scale = alt.Scale(domain=[0, max(1.18 * _charts.largest(labelled["production_t"]), 1e-9)], nice=False)
    axis = alt.Axis(format=",.0f", tickCount=6)
    base = alt.Chart(_charts.data(labelled), width=WIDTH, height={"step": 21})
    base = base.encode(
        x=alt.X("production_t:Q", title="production (t per year)", scale=scale, axis=axis),
        y=alt.Y(f"{label}:N", sort=labelled[label].to_list(), title=None),
        tooltip=_charts.tooltip(labelled, label, "production_t", "share", "flag", "year"),
    )
    bars = base.mark_bar(color=PALETTE[0])
    labels = base.mark_text(align="left", dx=4).encode(text="told:N")
    return alt.LayerChart(layer=[bars, labels], title=_charts.title(title, source + note))


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
        For each market a panel of prices, and below it one of shortfalls; each panel has scales of its own, so
        that one market does not squash the others.

    Raises
    ------
    MissingColumnError
        When a column is missing.
    MissingInputsError
        When the curve has no solved point.
    """
    import altair as alt
    import polars as pl

    names = ("price_ratio", "shortfall_share")
    _charts.require(curve, ["commodity", "stage", "restriction_level"])
    _charts.require(curve, [f"{name}{end}" for name in names for end in ("", "_low", "_high")])
    solved = _with_market(_charts.plain(curve)).drop_nulls("price_ratio")
    _charts.require_rows(solved, "restriction curve")
    markets = solved["market"].unique(maintain_order=True).to_list()
    log = any(_is_far(solved.filter(pl.col("market") == market)) for market in markets)
    columns = min(len(markets), _charts.COLUMNS)
    width = (WIDTH - 90 * (columns - 1)) // columns
    panels: dict[str, list[alt.LayerChart]] = {"price": [], "shortfall": []}
    for position, market in enumerate(markets):
        rows, color = solved.filter(pl.col("market") == market), PALETTE[position % len(PALETTE)]
        label = f"price ÷ base price{' (log scale)' if log else ''}"
        price = _charts.band_panel(rows, names[0], label, heading=market, color=color, width=width, log=log)
        label = "shortfall (% of base demand)"
        lack = _charts.band_panel(rows, names[1], label, heading=market, color=color, width=width, share=True)
        panels["price"].append(price)
        panels["shortfall"].append(lack)
    rows_of_panels = [_charts.grid(panels["price"]), _charts.grid(panels["shortfall"])]
    return alt.vconcat(*rows_of_panels, title=_charts.title(title, f"{source}. {_BAND}"))


def _is_far(rows: pl.DataFrame) -> bool:
    """Say whether the band of the price leaves the line far below it."""
    return _charts.largest(rows["price_ratio_high"]) > _FAR * _charts.largest(rows["price_ratio"])


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

    _charts.require(timeline, ["country", "commodity", "month", "stock_t"])
    known = _charts.named(_charts.plain(timeline).drop_nulls("stock_t"))
    _charts.require_rows(known, "stock")
    label = pl.concat_str(["country_name", "commodity", *_scope(known)], separator=", ")
    labelled = _from_the_start(known.with_columns(label.alias("series")))
    chart: alt.Chart = (
        alt.Chart(_charts.data(labelled), width=WIDTH, height=120)
        .mark_area(line={"color": PALETTE[1]}, color=PALETTE[1], opacity=0.25, interpolate="linear")
        .encode(
            x=alt.X("month:Q", title="months since the beginning of the assessed year", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("stock_t:Q", title="stock (t)", scale=alt.Scale(domainMin=0)),
            row=alt.Row(
                "series:N", title=None, header=alt.Header(labelAngle=0, labelAnchor="start", labelOrient="top")
            ),
            tooltip=_charts.tooltip(labelled, "series", "month", "stock_t", "supply_t", "demand_t"),
        )
        .resolve_scale(y="independent")
        .properties(title=_charts.title(title, source, offset=18))
    )
    return chart


def _from_the_start(timeline: pl.DataFrame) -> pl.DataFrame:
    """Add the stock at the beginning, and the moment within a month at which it is used up."""
    import polars as pl

    if not {"release_t", "shortfall_t"} <= set(timeline.columns):
        return timeline
    flows = [pl.lit(None, pl.Float64).alias(name) for name in ("supply_t", "demand_t") if name in timeline.columns]
    exact = timeline.with_columns(pl.col("month").cast(pl.Float64))
    first = exact.filter(pl.col("month") == pl.col("month").min().over("series")).drop_nulls("release_t")
    start = first.with_columns(pl.col("month") - 1, pl.col("stock_t") + pl.col("release_t"), *flows)
    # The month that releases the last of the stock lacks the rest: the stock was gone after this share of it.
    spent = (pl.col("stock_t") == 0) & (pl.col("release_t") > 0) & (pl.col("shortfall_t") > 0)
    share = pl.col("release_t") / (pl.col("release_t") + pl.col("shortfall_t"))
    end = exact.filter(spent).with_columns(pl.col("month") - 1 + share, *flows)
    return pl.concat([start, exact, end]).sort("series", "month")


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
    import polars as pl

    _charts.require(pairs, ["label", "ours", "published", "unit", "verdict"])
    known = _charts.plain(pairs).drop_nulls(["ours", "published"])
    _charts.require_rows(known, "pair of values")
    unit = ", ".join(known["unit"].unique().sort().to_list())
    # What agrees comes first, in blue; what does not is drawn last, on top.
    verdicts = sorted(known["verdict"].unique(), key=lambda verdict: (verdict not in {"matches", "agrees"}, verdict))
    known = known.sort(pl.col("verdict").replace_strict(verdicts, range(len(verdicts)), return_dtype=pl.Int64))
    colors = alt.Scale(domain=verdicts, range=list(PALETTE[: len(verdicts)]))
    points = (
        alt.Chart(_charts.data(known), width=WIDTH - 100, height=320)
        .mark_point(filled=True, opacity=0.6, size=45)
        .encode(
            x=alt.X("published:Q", title=f"published ({unit})"),
            y=alt.Y("ours:Q", title=f"ours ({unit})"),
            color=alt.Color("verdict:N", title="verdict", scale=colors),
            tooltip=_charts.tooltip(known, "label", "ours", "published", "unit", "verdict"),
        )
    )
    diagonal = alt.Chart(_charts.data(known)).mark_line(color="#888", strokeDash=[4, 4])
    layers = [diagonal.encode(x="published:Q", y=alt.Y("published:Q")), points]
    return alt.LayerChart(layer=layers, title=_charts.title(title, source))


def interval_beside_published(
    pairs: pl.DataFrame, *, source: str, title: str = "Ours beside published"
) -> alt.LayerChart:
    """Draw each of our values with its interval on one line with the published value.

    Parameters
    ----------
    pairs
        Columns ``label``, ``ours``, ``ours_low``, ``ours_high``, ``published`` (fractions), ``relation`` and
        ``printed``. A published lower bound is drawn as an arrow, for every value beyond it satisfies it.
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
    import polars as pl

    _charts.require(pairs, ["label", "ours", "ours_low", "ours_high", "published", "relation", "printed"])
    known = _charts.plain(pairs).drop_nulls(["ours", "published"])
    _charts.require_rows(known, "pair of values")
    shape = pl.when(pl.col("relation") == "=").then(pl.lit("published")).otherwise(pl.lit("published bound"))
    frame = known.with_columns(shape.alias("mark"), pl.lit("ours").alias("mine"))
    scale = alt.Scale(type="symlog", constant=0.2, nice=False)
    axis = alt.Axis(format="+.0%", values=[0, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20])
    heading = "change of the price (% of the base price, compressed scale)"
    kinds = alt.Scale(domain=["ours", "published", "published bound"], range=[PALETTE[0], PALETTE[1], PALETTE[1]])
    shapes = alt.Scale(domain=["ours", "published", "published bound"], range=["circle", "diamond", "triangle-right"])
    y = alt.Y("label:N", title=None, axis=alt.Axis(labelLimit=260))
    base = alt.Chart(_charts.data(frame), width=WIDTH - 110, height={"step": 44}).encode(y=y)
    rule = base.mark_rule(strokeWidth=7, opacity=0.25, color=PALETTE[0])
    rule = rule.encode(x=alt.X("ours_low:Q", title=heading, scale=scale, axis=axis), x2="ours_high:Q")
    told = _charts.tooltip(frame, "label", "ours", "ours_low", "ours_high", "published", "printed", "verdict")
    marks = [
        base.mark_point(filled=True, opacity=1, size=110, yOffset=offset).encode(
            x=alt.X(f"{value}:Q", title=heading, scale=scale, axis=axis),
            color=alt.Color(f"{kind}:N", title=None, scale=kinds),
            shape=alt.Shape(f"{kind}:N", title=None, scale=shapes),
            tooltip=told,
        )
        for value, kind, offset in (("ours", "mine", 0), ("published", "mark", -11))
    ]
    note = "Bar: what the low and high ends of our parameters allow; an arrow is a published lower bound"
    return alt.LayerChart(layer=[rule, *marks], title=_charts.title(title, f"{source}. {note}"))


def _with_market(frame: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    return frame.with_columns(pl.concat_str(["commodity", "stage", *_scope(frame)], separator=", ").alias("market"))


def _scope(frame: pl.DataFrame) -> list[str]:
    """Name the scope only where one picture holds several."""
    return ["scope"] if "scope" in frame.columns and frame["scope"].n_unique() > 1 else []
