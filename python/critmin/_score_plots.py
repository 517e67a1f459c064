"""The pictures of scores: criticality matrix, rank intervals, tornado, methods beside commodities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from critmin import _charts
from critmin._charts import PALETTE, WIDTH

if TYPE_CHECKING:
    import altair as alt
    import polars as pl

# Thresholds of the European Commission, reports of 2017 to 2023.
EU_SUPPLY_RISK, EU_ECONOMIC_IMPORTANCE = 1.0, 2.8


def criticality_matrix(
    points: pl.DataFrame,
    *,
    source: str,
    title: str = "Criticality matrix",
    supply_risk_threshold: float | None = EU_SUPPLY_RISK,
    economic_importance_threshold: float | None = EU_ECONOMIC_IMPORTANCE,
) -> alt.LayerChart:
    """Draw supply risk against economic importance, with the thresholds as lines.

    Parameters
    ----------
    points
        One row per commodity: ``commodity``, ``supply_risk`` and ``economic_importance`` (indices); optionally
        ``is_critical_label``, which colours the points. A row without one of the two is not drawn, and is counted
        under the title.
    source
        Publisher and edition.
    title
        Heading.
    supply_risk_threshold, economic_importance_threshold
        Where the lines stand; the European Commission's 1.0 and 2.8 when not given, no line for ``None``.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    MissingColumnError
        When a column is missing.
    MissingInputsError
        When no commodity has both values.

    Examples
    --------
    >>> import critmin as cm
    >>> from critmin import plots
    >>> points = cm.score(method="eu-2023").wide()
    >>> chart = plots.criticality_matrix(points, source="European Commission (2023)")
    >>> chart.to_dict()["layer"][0]["encoding"]["x"]["title"]
    'economic importance (index, 0 to 10)'
    """
    import altair as alt
    import polars as pl

    _charts.require(points, ["commodity", "supply_risk", "economic_importance"])
    known = _charts.plain(points).drop_nulls(["supply_risk", "economic_importance"])
    _charts.require_rows(known, "supply risk and economic importance")
    left_out = points.height - known.height
    note = f". {left_out} commodities lack one of the two values and are not drawn" if left_out else ""
    x = alt.X("economic_importance:Q", title="economic importance (index, 0 to 10)")
    y = alt.Y("supply_risk:Q", title="supply risk (index; higher = riskier)")
    base = alt.Chart(_charts.data(known), width=WIDTH, height=420).encode(x=x, y=y)
    told = _charts.tooltip(known, "commodity", "supply_risk", "supply_risk_label", "economic_importance", "status")
    dots = base.mark_circle(size=60, opacity=0.8, color=PALETTE[0]).encode(tooltip=told)
    if "is_critical_label" in known.columns:
        scale = alt.Scale(domain=["not critical", "critical"], range=[PALETTE[0], PALETTE[1]])
        dots = dots.encode(color=alt.Color("is_critical_label:N", title=None, scale=scale))
    names = base.mark_text(align="left", dx=6, fontSize=9).encode(text="commodity:N")
    layers: list[alt.Chart] = [dots, names]
    for value, channel, name in (
        (supply_risk_threshold, "y", "supply_risk"),
        (economic_importance_threshold, "x", "economic_importance"),
    ):
        if value is not None:
            line = alt.Chart(_charts.data(pl.DataFrame({name: [value]})))
            layers.append(line.mark_rule(strokeDash=[5, 4], color="#888").encode(**{channel: f"{name}:Q"}))
    lines = [f"supply risk {supply_risk_threshold:g}"] if supply_risk_threshold is not None else []
    if economic_importance_threshold is not None:
        lines.append(f"economic importance {economic_importance_threshold:g}")
    marked = f". Dashed: thresholds, {' and '.join(lines)}" if lines else ""
    return alt.LayerChart(layer=layers, title=_charts.title(title, source + marked + note))


def rank_intervals(
    cells: pl.DataFrame, *, source: str, title: str = "How sure the ranks are", n_shown: int = 40
) -> alt.LayerChart:
    """Draw the rank of each commodity with the interval that the draws give.

    Parameters
    ----------
    cells
        ``Uncertainty.cells`` of one output: ``rank``, ``rank_low`` and ``rank_high`` (5 and 95 %), and the axes.
    source
        Method and number of draws.
    title
        Heading.
    n_shown
        How many of the riskiest to draw; the note under the title says how many are left out.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    MissingColumnError
        When a column is missing.
    MissingInputsError
        When no cell has a rank.
    InvalidDataError
        When the cells belong to several outputs.
    """
    import altair as alt

    _charts.require(cells, ["output", "rank", "rank_low", "rank_high"])
    known = labelled(_charts.one_output(cells)).drop_nulls("rank")
    _charts.require_rows(known, "rank")
    drawn = known.sort("rank", maintain_order=True).head(n_shown)
    left_out = known.height - drawn.height
    note = f". {left_out} lower ranks not drawn" if left_out else ""
    y = alt.Y("cell:N", sort=drawn["cell"].to_list(), title=None, axis=alt.Axis(labelLimit=260))
    base = alt.Chart(_charts.data(drawn), width=WIDTH - 120, height={"step": 15}).encode(y=y)
    heading = f"rank by {drawn['output'][0]} (1 = riskiest)"
    x = alt.X("rank_low:Q", title=heading, axis=alt.Axis(tickMinStep=1))
    told = _charts.tooltip(drawn, "cell", "rank", "rank_low", "rank_high", "value", "p05", "p95")
    bar = base.mark_rule(strokeWidth=6, opacity=0.3, color=PALETTE[0]).encode(x=x, x2="rank_high:Q", tooltip=told)
    point = base.mark_point(filled=True, size=45, color=PALETTE[1]).encode(x=alt.X("rank:Q", title=heading))
    text = f"{source}. Point: rank of the base values; bar: 5 to 95 % of the draws{note}"
    return alt.LayerChart(layer=[bar, point], title=_charts.title(title, text))


def tornado(swings: pl.DataFrame, *, source: str, title: str = "What moves the answer", unit: str) -> alt.LayerChart:
    """Draw how far one cell moves when one input at a time goes to the ends of its spread.

    Parameters
    ----------
    swings
        Rows of ``Scores.tornado()`` for one cell: ``source``, ``value``, ``value_at_low`` and ``value_at_high``.
    source
        Method and distributions.
    title
        Heading.
    unit
        Unit of the output, for the axis.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    MissingColumnError
        When a column is missing.
    MissingInputsError
        When nothing moves.
    InvalidDataError
        When the rows belong to several cells.
    """
    import altair as alt

    _charts.require(swings, ["output", "source", "value", "value_at_low", "value_at_high", "swing"])
    known = labelled(_charts.one_output(swings), but={"source", "kind"}).drop_nulls("swing")
    _charts.require_rows(known, "swing")
    _charts.require_one(known, "cell")
    drawn = known.sort("swing", descending=True, maintain_order=True)
    heading = f"{drawn['output'][0]} of {drawn['cell'][0]} ({unit})"
    y = alt.Y("source:N", sort=drawn["source"].to_list(), title=None, axis=alt.Axis(labelLimit=260))
    base = alt.Chart(_charts.data(drawn), width=WIDTH - 120, height={"step": 24}).encode(y=y)
    told = _charts.tooltip(drawn, "source", "value_at_low", "value", "value_at_high", "swing")
    scale = alt.Scale(zero=False)
    bars = [
        base.mark_bar(color=color, opacity=0.75).encode(
            x=alt.X("value:Q", title=heading, scale=scale), x2=f"{end}:Q", tooltip=told
        )
        for end, color in (("value_at_low", PALETTE[0]), ("value_at_high", PALETTE[1]))
    ]
    first = alt.Chart(_charts.data(drawn.head(1)))
    line = first.mark_rule(color="#444").encode(x=alt.X("value:Q", title=heading, scale=scale))
    text = f"{source}. Blue: the input at its low end; orange: at its high end; line: base value"
    return alt.LayerChart(layer=[*bars, line], title=_charts.title(title, text))


def method_heat_map(scores: pl.DataFrame, *, source: str, title: str = "Rank by method") -> alt.LayerChart:
    """Draw methods beside commodities: the place in each method's order as colour, absent cells marked.

    Parameters
    ----------
    scores
        ``Comparison.scores``: ``method``, ``commodity``, ``rank``, ``n_ranked`` and ``status``.
    source
        The methods.
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
        When no cell has a rank.
    """
    import altair as alt
    import polars as pl

    _charts.require(scores, ["method", "commodity", "rank", "n_ranked", "status"])
    cells = _charts.plain(scores)
    known = cells.drop_nulls("rank")
    _charts.require_rows(known, "rank")
    # Methods rank different numbers of commodities: the colour is the place between the riskiest and the safest.
    place = (pl.col("rank") - 1) / (pl.col("n_ranked") - 1).clip(lower_bound=1)
    placed = known.with_columns(place.alias("place"), pl.col("rank").round(0).cast(pl.Int64).alias("shown"))
    order = placed.group_by("commodity").agg(pl.col("place").mean()).sort("place", "commodity")["commodity"].to_list()
    # A method without any row for a commodity says as little about it as one whose row has no value.
    every = cells.select("method").unique().join(cells.select("commodity").unique(), how="cross")
    uncovered = every.join(known, on=["method", "commodity"], how="anti").sort("method", "commodity")
    absent = uncovered.join(cells, on=["method", "commodity"], how="left").with_columns(pl.lit("n/a").alias("shown"))
    lost = [name for name in absent["commodity"].unique().sort() if name not in order]
    x = alt.X("method:N", title="method", sort=scores["method"].unique(maintain_order=True).to_list())
    y = alt.Y("commodity:N", title=None, sort=[*order, *lost], axis=alt.Axis(labelLimit=200))
    told = _charts.tooltip(cells, "method", "output", "commodity", "at", "value", "unit", "rank", "status", "reason")
    base = alt.Chart(_charts.data(placed), width=WIDTH - 160, height={"step": 16}).encode(x=x, y=y)
    scheme = alt.Scale(scheme="viridis", domain=[0, 1])
    legend = alt.Legend(title=["place", "0 = riskiest"], format=".1f")
    tiles = base.mark_rect().encode(color=alt.Color("place:Q", scale=scheme, legend=legend), tooltip=told)
    white = alt.condition("datum.place < 0.6", alt.value("white"), alt.value("black"))
    ranks = base.mark_text(fontSize=9).encode(text="shown:Q", color=white)
    missing = alt.Chart(_charts.data(absent)).mark_text(fontSize=9, color="#888")
    missing = missing.encode(x=x, y=y, text="shown:N", tooltip=told)
    text = f"{source}. Number: rank within the method (1 = riskiest); n/a: not available, which is not a low risk"
    return alt.LayerChart(layer=[tiles, ranks, missing], title=_charts.title(title, text))


def labelled(frame: pl.DataFrame, *, but: set[str] | None = None) -> pl.DataFrame:
    """Add `cell`: the labels of the axes, which are the columns between `output` and the first number."""
    import polars as pl

    names = frame.columns[frame.columns.index("output") + 1 : frame.columns.index("value")]
    axes = [name for name in names if name not in (but or set()) and not frame[name].is_null().all()]
    said = [name for name in axes if frame[name].n_unique() > 1] or axes[:1]
    told = pl.concat_str([pl.col(name).cast(pl.String) for name in said], separator=", ", ignore_nulls=True)
    return _charts.plain(frame).with_columns((told if said else pl.lit("the only cell")).alias("cell"))
