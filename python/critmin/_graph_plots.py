"""The pictures of what is asked of a graph: robustness curve, paths, chokepoints, stages of a bloc."""

from __future__ import annotations

from typing import TYPE_CHECKING

from critmin import _charts, _flows
from critmin._charts import WIDTH
from critmin._words import country_name, percent

if TYPE_CHECKING:
    import altair as alt
    import polars as pl

# Removals that are named beside a curve.
_NAMED = 5
# Height of one line of their names, as a share of the axis.
_LINE = 0.065
_DASHES = ([1, 0], [7, 5], [2, 4])


def robustness_curve(
    frame: pl.DataFrame, *, source: str, title: str = "What is still delivered as suppliers are lost"
) -> alt.LayerChart:
    """Draw the share still deliverable as suppliers are removed one after the other, one line per order of removal.

    Parameters
    ----------
    frame
        Columns ``order``, ``n_removed``, ``removed`` (a country or node, absent where nothing is removed yet) and
        ``deliverable_share`` (fraction of what is deliverable with nothing removed, so every line begins at 1);
        optionally ``largest_component_share``.
    source
        Where the graph comes from.
    title
        Heading.

    Returns
    -------
    altair.LayerChart
        Steps, and above them the first removals of each order.

    Raises
    ------
    MissingColumnError
        When a column is missing.
    MissingInputsError
        When no share is known.

    Examples
    --------
    >>> import polars as pl
    >>> from critmin import plots
    >>> curve = pl.DataFrame({"order": ["largest flow"] * 2, "n_removed": [1, 2], "removed": ["CHN", "RUS"],
    ...                       "deliverable_share": [0.3, 0.1]})
    >>> chart = plots.robustness_curve(curve, source="critmin")
    >>> "largest flow: 1 China, 2 Russia" in chart.to_json()
    True
    """
    import altair as alt
    import polars as pl

    _charts.require(frame, ["order", "n_removed", "removed", "deliverable_share"])
    known = _charts.plain(frame).drop_nulls("deliverable_share").sort("n_removed")
    _charts.require_rows(known, "deliverable share")
    orders = known["order"].unique(maintain_order=True).sort().to_list()
    starts = pl.DataFrame({"order": orders, "n_removed": 0, "deliverable_share": 1.0})
    lacking = starts.join(known.filter(pl.col("n_removed") == 0), on="order", how="anti")
    names = pl.col("removed").map_elements(label, return_dtype=pl.String).alias("name")
    rows = pl.concat([lacking.cast({"n_removed": known.schema["n_removed"]}), known], how="diagonal_relaxed")
    rows = rows.with_columns(names).sort("order", "n_removed")
    last = int(_charts.largest(rows["n_removed"]))
    scale = alt.Scale(domain=[0, max(last, 1)], nice=False)
    x = alt.X("n_removed:Q", title="suppliers removed (number)", axis=alt.Axis(format="d", tickMinStep=1), scale=scale)
    # The names stand above the line of 100 %, where no curve runs.
    scale = alt.Scale(domain=[0, 1.02 + _LINE * len(orders)], nice=False)
    axis = alt.Axis(format="%", values=[place / 5 for place in range(6)])
    y = alt.Y("deliverable_share:Q", title="still deliverable (% of before)", axis=axis, scale=scale)
    hues = [_flows.COLORS[place % len(_flows.COLORS)] for place in range(len(orders))]
    color = alt.Color("order:N", scale=alt.Scale(domain=orders, range=hues), legend=None)
    # Orders that agree run on top of each other: the lines below show through the gaps of those above.
    scale = alt.Scale(domain=orders, range=[_DASHES[place % len(_DASHES)] for place in range(len(orders))])
    dash = alt.StrokeDash("order:N", scale=scale, legend=None)
    told = _charts.tooltip(rows, "order", "n_removed", "name", "deliverable_share", "largest_component_share")
    steps = alt.Chart(_charts.data(rows), width=WIDTH, height=320).encode(x=x, y=y, color=color, tooltip=told)
    steps = steps.mark_line(interpolate="step-after", strokeWidth=2.5).encode(strokeDash=dash)
    words = alt.Chart(_charts.data(_first_removals(rows, orders))).mark_text(align="right", fontSize=11)
    words = words.encode(x=alt.value(WIDTH - 6), y=alt.Y("place:Q"), text="told:N", color=color)
    line = f"{source}{_flows.vintage(known)}. Above: the first to be removed in each order"
    return alt.LayerChart(layer=[steps, words], title=_charts.title(title, line))


def _first_removals(rows: pl.DataFrame, orders: list[str]) -> pl.DataFrame:
    """Write the first removals of each order, one line each, from the top down."""
    import polars as pl

    lines = []
    for place, order in enumerate(orders):
        first = rows.filter(pl.col("order") == order).drop_nulls("name").head(_NAMED)
        names = ", ".join(f"{n} {name}" for n, name in first.select("n_removed", "name").rows())
        told = f"{order}: {names}" if names else order
        lines.append({"order": order, "place": 1 + _LINE * (len(orders) - place - 0.4), "told": told})
    return pl.DataFrame(lines)


def path_list(
    paths: pl.DataFrame, *, source: str, title: str = "The largest paths to the target", n_paths: int = 12
) -> alt.LayerChart:
    """Draw the largest paths as rows of connected dots, stages as columns, with the share that each carries.

    Parameters
    ----------
    paths
        Rows of a trace for one target and commodity: ``path_id``, ``step``, ``node``, ``good``, ``stage``,
        ``country`` (absent for a node without one) and ``share`` (fraction of the target's supply on the path).
    source
        Where the graph comes from.
    title
        Heading.
    n_paths
        How many of the largest paths to draw; the note under the title says what the others hold.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    MissingColumnError
        When a column is missing.
    MissingInputsError
        When no path has a share.
    InvalidDataError
        When the paths lead to several targets.

    Examples
    --------
    >>> import polars as pl
    >>> from critmin import plots
    >>> paths = pl.DataFrame({"path_id": [0, 0], "step": [0, 1], "node": ["gallium:refinery:CHN", "radar:product"],
    ...     "good": ["gallium", "radar"], "stage": ["refinery", "product"], "country": ["CHN", None],
    ...     "share": [0.6, 0.6]})
    >>> chart = plots.path_list(paths, source="critmin")
    >>> chart.to_dict()["layer"][0]["encoding"]["x"]["sort"]
    ['refinery', 'product']
    """
    import altair as alt
    import polars as pl

    _charts.require(paths, ["path_id", "step", "node", "good", "stage", "country", "share"])
    known = _charts.plain(paths).drop_nulls("share").sort("path_id", "step")
    _charts.require_rows(known, "share of a path")
    for column in ("target", "commodity"):
        if column in known.columns:
            _charts.require_one(known, column)
    ranked = known.group_by("path_id").agg(pl.col("share").first()).sort("share", "path_id", descending=[True, False])
    drawn = ranked.head(n_paths).with_row_index("row", offset=1)
    rows, columns = _in_columns(known.join(drawn.select("path_id", "row"), on="path_id").sort("row", "step"))
    countries = rows["country"].drop_nulls().unique(maintain_order=True).to_list()
    hues = _flows.colors(countries)
    rows = rows.with_columns(pl.col("country").replace_strict(hues, default=_flows.NEUTRAL).alias("color"))
    x = alt.X("column:N", sort=columns, title="stage", scale=alt.Scale(padding=0.5),
              axis=alt.Axis(orient="top", labelAngle=0, domain=False))  # fmt: skip
    ordered = rows["row_name"].unique(maintain_order=True).to_list()
    y = alt.Y("row_name:N", sort=ordered, title="path, share of supply (%)")
    base = alt.Chart(_charts.data(rows), width=WIDTH - 90, height={"step": 34}).encode(x=x, y=y)
    lines = base.mark_line(color="#999", strokeWidth=1.5).encode(detail="path_id:N", order="step:Q")
    told = _charts.tooltip(rows, "node", "good", "stage", "label", "share")
    dots = base.mark_circle(size=110, opacity=1).encode(color=alt.Color("color:N", scale=None), tooltip=told)
    names = base.mark_text(dy=-12, fontSize=10).encode(text="label:N")
    held, rest = float(drawn["share"].sum()), float(ranked["share"].sum())
    note = f". Drawn: {drawn.height} of {ranked.height} paths, {percent(held)} of the supply"
    note += f"; the other paths listed hold {percent(rest - held)}" if ranked.height > drawn.height else ""
    heading = _charts.title(title, source + _flows.vintage(known) + note)
    chart: alt.LayerChart = alt.LayerChart(layer=[lines, dots, names], title=heading).configure_view(stroke=None)
    return chart


def _in_columns(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Give each step its column: the stage, and within it the how-manieth step at that stage."""
    import polars as pl

    order = _flows.stage_order(rows["stage"].to_list())
    nth = pl.col("step").rank("ordinal").over("path_id", "stage").cast(pl.Int64)
    again = pl.when(pl.col("nth") > 1).then(pl.format(", step {}", "nth")).otherwise(pl.lit(""))
    good = pl.when(pl.col("node").str.ends_with(":unrecorded")).then(pl.lit("unrecorded")).otherwise("good")
    names = pl.col("country").map_elements(label, return_dtype=pl.String).fill_null(good)
    share = pl.col("share").map_elements(percent, return_dtype=pl.String)
    placed = rows.with_columns(nth.alias("nth")).with_columns(
        (pl.col("stage") + again).alias("column"),
        names.alias("label"),
        pl.format("{}.  {}", "row", share).alias("row_name"),
    )
    places = placed.select("column", "stage", "nth").unique()
    ordered = sorted(places.rows(), key=lambda place: (order[place[1]], place[2]))
    return placed, [column for column, _, _ in ordered]


def label(code: str) -> str:
    """Name what is removed: a country, a pair of them, a stage of a country, or a node by its id.

    Examples
    --------
    >>> label("CHN"), label("CHN+RUS"), label("gallium:refinery:CHN"), label("radar:product")
    ('China', 'China + Russia', 'China, gallium, refinery', 'radar, product')
    """
    if "+" in code:
        return " + ".join(label(part) for part in code.split("+"))
    *before, last = code.split(":")
    named = country_name(last) if len(last) == 3 and last.isupper() else last
    return ", ".join([named, *before] if named != last else [*before, last])
