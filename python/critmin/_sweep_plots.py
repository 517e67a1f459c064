"""The picture of a sweep: commodities by probability-weighted loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from critmin import _charts
from critmin._charts import PALETTE, WIDTH

if TYPE_CHECKING:
    import altair as alt
    import polars as pl

    from critmin.sweeping import Sweep

_NAMES = {
    "weighted_gdp_change_million_usd": "loss",
    "weighted_gdp_change_mild_million_usd": "mild",
    "weighted_gdp_change_harsh_million_usd": "harsh",
}


def sweep_bars(
    sweep: Sweep, *, source: str | None = None, title: str = "Probability-weighted loss by commodity", n_shown: int = 20
) -> alt.LayerChart:
    """Draw the commodities of a sweep in order of their probability-weighted loss, with mild-harsh intervals.

    Parameters
    ----------
    sweep
        What :func:`critmin.sweep` returned.
    source
        Where the inputs come from; by default the table of the sweep.
    title
        Heading.
    n_shown
        How many of the greatest losses to draw; the note under the title says how many are left out.

    Returns
    -------
    altair.LayerChart
        Bars of the interval with a point at the central value, on an axis in logarithms where losses lie far apart.
        What gains or loses nothing then stands as text at the left end.

    Raises
    ------
    InvalidDataError
        When it is no sweep, or ``n_shown`` is below 1.
    MissingInputsError
        When no scenario of the sweep has an answer.
    """
    import altair as alt
    import polars as pl

    from critmin.sweeping import Sweep

    _charts.require_kind(sweep, Sweep, "cm.sweep(...)")
    _charts.require_count(n_shown, "n_shown")
    _charts.require_rows(sweep.ranks, "probability-weighted loss")
    losses = [(-pl.col(name)).alias(told) for name, told in _NAMES.items()]
    rows = sweep.ranks.sort("rank").head(n_shown).with_columns(losses)
    axis = _charts.loss_axis([value for told in _NAMES.values() for value in rows[told]])
    x = alt.X("loss:Q", title=f"loss of GDP, weighted by probability (million USD{axis.word})",
              axis=alt.Axis(format=",~f"), scale=axis.scale)  # fmt: skip
    y = alt.Y("commodity:N", sort=rows["commodity"].to_list(), title=None, axis=alt.Axis(labelLimit=220))
    placed = rows.with_columns(pl.col("loss", "mild", "harsh").clip(lower_bound=axis.low))
    told = _charts.tooltip(rows, "rank", "commodity", *_NAMES, "worst_gdp_change_million_usd", "worst_exporter",
                           "n_solved", "n_unsolved")  # fmt: skip
    base = alt.Chart(_charts.data(placed), width=WIDTH - 190, height={"step": 18}).encode(y=y)
    bars = base.mark_bar(size=9, opacity=0.35, color=PALETTE[0]).encode(x=alt.X("mild:Q"), x2="harsh:Q", tooltip=told)
    seen = base.properties(data=_charts.data(rows if axis.low is None else rows.filter(pl.col("loss") > 0)))
    points = seen.mark_point(filled=True, size=60, opacity=1, color=PALETTE[1]).encode(x=x, tooltip=told)
    layers = [bars, points, *_no_losses(rows, y, axis)]
    return alt.LayerChart(layer=layers, title=_charts.title(title, _source(sweep, source, rows, axis)))


def _no_losses(rows: pl.DataFrame, y: alt.Y, axis: _charts.LossAxis) -> list[alt.Chart]:
    """Write what an axis in logarithms cannot show at its left end."""
    import altair as alt
    import polars as pl

    lacking = rows.filter(pl.col("loss") <= 0).with_columns(
        pl.col("loss").map_elements(_charts.no_loss, return_dtype=pl.String).alias("told")
    )
    if axis.low is None or lacking.is_empty():
        return []
    texts = alt.Chart(_charts.data(lacking)).mark_text(align="left", dx=4, fontSize=10, color="#666")
    return [texts.encode(y=y, x=alt.value(0), text="told:N")]


def _source(sweep: Sweep, source: str | None, drawn: pl.DataFrame, axis: _charts.LossAxis) -> str:
    """Say where it comes from, what the marks are, and what is not drawn."""
    text = source or f"{sweep.record['table']}; model of critmin, most probabilities and output shares are assumptions"
    text += ". Point: central values; bar: shares of output at their mild and at their harsh ends"
    if axis.low is not None and (drawn["mild"] <= 0).any():
        text += "; one that begins at the left end begins in a gain"
    n_left_out = sweep.ranks.height - drawn.height
    text += f". {n_left_out} smaller losses not drawn" if n_left_out else ""
    n_unsolved = sweep.scenarios.filter(sweep.scenarios["status"] == "unsolved").height
    return text + (f". {n_unsolved} of {sweep.scenarios.height} scenarios have no answer" if n_unsolved else "")
