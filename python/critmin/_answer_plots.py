"""The pictures of losses and blocs: what is lost with one supplier, and how much of a chain a bloc holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from critmin import _charts, _flows
from critmin._charts import PALETTE, WIDTH
from critmin._graph_plots import label
from critmin._words import percent

if TYPE_CHECKING:
    import altair as alt
    import polars as pl

_LOSSES = {"loss_rigid": "others keep their customers", "loss_rerouted": "others reroute all they can"}
_SIDES = ("inside the bloc", "from outside")
# The least share whose piece of a bar has room for its label.
_WIDE = 0.08


def chokepoint_bars(
    frame: pl.DataFrame, *, source: str, title: str = "What is lost with one supplier", n_shown: int = 12
) -> alt.LayerChart:
    """Draw the loss of deliverable flow without and with rerouting, two bars for each removal.

    Parameters
    ----------
    frame
        Chokepoints of one target and commodity: ``removed``, ``loss_rigid`` and ``loss_rerouted`` (fractions,
        higher = worse; absent when not computed); optionally ``is_single_point_of_failure``.
    source
        Where the graph comes from.
    title
        Heading.
    n_shown
        How many of the worst to draw; the note under the title says how many are left out.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    MissingColumnError
        When a column is missing.
    MissingInputsError
        When no loss is known.
    InvalidDataError
        When the rows belong to several targets.

    Examples
    --------
    >>> import polars as pl
    >>> from critmin import plots
    >>> losses = pl.DataFrame({"removed": ["CHN"], "loss_rigid": [0.9], "loss_rerouted": [0.7]})
    >>> chart = plots.chokepoint_bars(losses, source="critmin")
    >>> chart.to_dict()["layer"][0]["encoding"]["x"]["title"]
    'lost deliverable flow (% of before)'
    """
    import altair as alt
    import polars as pl

    _charts.require(frame, ["removed", *_LOSSES])
    known = _charts.plain(frame).filter(pl.any_horizontal(pl.col(list(_LOSSES)).is_not_null()))
    _charts.require_rows(known, "loss")
    for column in ("target", "commodity"):
        if column in known.columns:
            _charts.require_one(known, column)
    worst = pl.coalesce("loss_rerouted", "loss_rigid").fill_nan(None)
    ranked = known.sort(worst, "loss_rigid", "removed", descending=[True, True, False], nulls_last=True)
    rows = _two_bars(ranked.head(n_shown))
    y = alt.Y("name:N", sort=rows["name"].unique(maintain_order=True).to_list(), title="lost",
              axis=alt.Axis(labelLimit=240))  # fmt: skip
    scale = alt.Scale(domain=[0, 1.1 * max(_charts.largest(rows["loss"]), 0.01)], nice=False)
    axis = alt.Axis(format="%", tickCount=6)
    x = alt.X("length:Q", title="lost deliverable flow (% of before)", axis=axis, scale=scale)
    offset = alt.YOffset("kind:N", sort=list(_LOSSES.values()))
    color = alt.Color("kind:N", title=None, scale=alt.Scale(domain=list(_LOSSES.values()), range=list(PALETTE[:2])),
                      legend=alt.Legend(orient="top", labelLimit=300))  # fmt: skip
    told = _charts.tooltip(rows, "name", "kind", "loss", "alternatives")
    base = alt.Chart(_charts.data(rows), width=WIDTH - 160, height={"step": 15}).encode(x=x, y=y, yOffset=offset)
    bars = base.mark_bar().encode(color=color, tooltip=told)
    texts = base.mark_text(align="left", dx=4, fontSize=9).encode(text="told:N")
    return alt.LayerChart(layer=[bars, texts], title=_charts.title(title, source + _loss_note(known, rows, n_shown)))


def _two_bars(ranked: pl.DataFrame) -> pl.DataFrame:
    """Make one row per bar; an absent loss has no bar and says so."""
    import polars as pl

    name = pl.col("removed").map_elements(label, return_dtype=pl.String)
    if "is_single_point_of_failure" in ranked.columns:
        is_marked = pl.col("is_single_point_of_failure").fill_null(value=False)
        name = pl.when(is_marked).then(name + pl.lit(" *")).otherwise(name)
    kept = [column for column in ("alternatives",) if column in ranked.columns]
    texts = [pl.col(column).cast(pl.String) for column in kept if not ranked.schema[column].is_nested()]
    tall = ranked.select(name.alias("name"), *texts, *_LOSSES.keys()).with_row_index("row")
    tall = tall.unpivot(list(_LOSSES), index=[c for c in tall.columns if c not in _LOSSES], value_name="loss")
    told = pl.col("loss").map_elements(percent, return_dtype=pl.String).fill_null("n/a")
    kinds = pl.col("variable").replace_strict(_LOSSES, return_dtype=pl.String)
    shown = tall.with_columns(told.alias("told"), kinds.alias("kind"), pl.col("loss").fill_null(0.0).alias("length"))
    return shown.sort("row", "variable", descending=[False, True])


def _loss_note(known: pl.DataFrame, rows: pl.DataFrame, n_shown: int) -> str:
    marked = "is_single_point_of_failure" in known.columns and bool(known["is_single_point_of_failure"].any())
    left_out = max(known.height - n_shown, 0)
    note = ". *: single point of failure, every path crosses it" if marked else ""
    note += f". {left_out} smaller losses not drawn" if left_out else ""
    return note + (". n/a: not computed, which is not zero" if rows["loss"].null_count() else "")


def stage_shares(
    frame: pl.DataFrame, *, source: str, title: str = "How much of the chain the bloc holds"
) -> alt.LayerChart:
    """Draw for each stage of a chain what a bloc has from inside and from outside, with its self-sufficiency.

    Parameters
    ----------
    frame
        Stages of one bloc and commodity: ``good``, ``stage``, ``inside_share`` (fraction of what the bloc has at the
        stage that comes from its members) and ``self_sufficiency`` (production over use, above 1 for a surplus);
        each absent when not known. Optionally ``bloc`` and ``commodity``.
    source
        Where the graph comes from.
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
        When no stage has a share.
    InvalidDataError
        When the rows belong to several blocs.

    Examples
    --------
    >>> import polars as pl
    >>> from critmin import plots
    >>> stages = pl.DataFrame({"good": ["gallium"], "stage": ["refinery"], "inside_share": [0.25],
    ...                        "self_sufficiency": [0.2]})
    >>> chart = plots.stage_shares(stages, source="critmin")
    >>> chart.to_dict()["layer"][0]["encoding"]["color"]["scale"]["domain"]
    ['inside the bloc', 'from outside']
    """
    import altair as alt
    import polars as pl

    _charts.require(frame, ["good", "stage", "inside_share", "self_sufficiency"])
    rows = _charts.plain(frame)
    _charts.require_rows(rows.drop_nulls("inside_share"), "share from inside the bloc")
    for column in ("bloc", "commodity"):
        if column in rows.columns:
            _charts.require_one(rows, column)
    rows = _by_stage(rows)
    y = alt.Y("name:N", sort=rows["name"].to_list(), title=None, axis=alt.Axis(labelLimit=260))
    high = max(1.0, _charts.largest(rows["self_sufficiency"]))
    x = alt.X("low:Q", title="share of what the bloc has at the stage (%)", axis=alt.Axis(format="%"),
              scale=alt.Scale(domain=[0, 1.08 * high], nice=False))  # fmt: skip
    color = alt.Color("side:N", title=None, scale=alt.Scale(domain=list(_SIDES), range=[PALETTE[5], PALETTE[4]]),
                      legend=alt.Legend(orient="top"))  # fmt: skip

    def base(part: pl.DataFrame) -> alt.Chart:
        return alt.Chart(_charts.data(part), width=WIDTH - 190, height={"step": 34}).encode(y=y)

    parts = _stacked(rows.drop_nulls("inside_share"))
    bars = base(parts).mark_bar(size=18).encode(x=x, x2="high:Q", color=color, tooltip=["name:N", "side:N", "told:N"])
    wide = parts.filter(pl.col("share") >= _WIDE)
    first, last = (base(wide.filter(pl.col("side") == side)).encode(text="told:N") for side in _SIDES)
    ends = [
        first.mark_text(fontSize=10, align="left", dx=4).encode(x="low:Q"),
        last.mark_text(fontSize=10, align="right", dx=-4).encode(x="high:Q"),
    ]
    marks = base(rows.drop_nulls("self_sufficiency")).mark_tick(thickness=3, size=28, color="black")
    marks = marks.encode(x=alt.X("self_sufficiency:Q"), tooltip=["name:N", "self_sufficiency:Q"])
    absent = base(rows.filter(pl.col("inside_share").is_null())).mark_text(text="n/a", align="left", color="#888", dx=4)
    layers = [bars, *ends, marks]
    is_lacking = rows["inside_share"].null_count() > 0
    layers += [absent.encode(x=alt.datum(0))] if is_lacking else []
    note = f"{_flows.vintage(rows)}. Black mark: self-sufficiency (production over use; beyond 100 % a surplus)"
    note += ". n/a: not available, which is not zero" if is_lacking else ""
    return alt.LayerChart(layer=layers, title=_charts.title(title, source + note))


def _by_stage(rows: pl.DataFrame) -> pl.DataFrame:
    """Order the rows along the chain and name them."""
    import polars as pl

    order = _flows.stage_order(rows["stage"].to_list())
    place = pl.col("stage").replace_strict(order, return_dtype=pl.Int64)
    return rows.sort(place, maintain_order=True).with_columns(pl.format("{}, {}", "good", "stage").alias("name"))


def _stacked(rows: pl.DataFrame) -> pl.DataFrame:
    """Make the two pieces of each bar, from inside and from outside."""
    import polars as pl

    share = pl.col("inside_share")
    inside = rows.select("name", share=share, low=pl.lit(0.0), high=share, side=pl.lit(_SIDES[0]))
    outside = rows.select("name", share=1 - share, low=share, high=pl.lit(1.0), side=pl.lit(_SIDES[1]))
    told = pl.col("share").map_elements(percent, return_dtype=pl.String).alias("told")
    return pl.concat([inside, outside]).with_columns(told)
