"""The picture of a study of scores: ours against published, with the band in which both agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from critmin import _charts
from critmin._charts import PALETTE, WIDTH

if TYPE_CHECKING:
    import altair as alt
    import polars as pl

# Verdicts in the colours that they have in every panel.
_VERDICTS = ("agrees", "differs", "expected failure")
_NOTE = "Dashed: equal values; band: the tolerance; bar: what the rounding of the inputs allows"


def agreement(pairs: pl.DataFrame, *, source: str, title: str = "Ours against published") -> alt.VConcatChart:
    """Draw our value against the published one, a panel for each output, with the band of agreement.

    Parameters
    ----------
    pairs
        Columns ``label``, ``output``, ``ours``, ``published``, ``low``, ``high`` and ``tolerance`` (all in ``unit``),
        ``unit`` and ``verdict``.
    source
        Where the published values come from.
    title
        Heading.

    Returns
    -------
    altair.VConcatChart

    Raises
    ------
    MissingColumnError
        When a column is missing.
    MissingInputsError
        When no row has both values.
    """
    import altair as alt

    _charts.require(pairs, ["label", "output", "ours", "published", "low", "high", "tolerance", "unit", "verdict"])
    known = _charts.plain(pairs).drop_nulls(["ours", "published"])
    _charts.require_rows(known, "pair of values")
    groups = known.partition_by("output", maintain_order=True)
    columns = min(len(groups), _charts.COLUMNS)
    width = (WIDTH - 130 - 90 * (columns - 1)) // columns
    panels = [_panel(rows, width) for rows in groups]
    return alt.vconcat(_charts.grid(panels), title=_charts.title(title, f"{source}. {_NOTE}"))


def _panel(rows: pl.DataFrame, width: int) -> alt.LayerChart:
    import altair as alt

    unit, heading = rows["unit"][0], alt.TitleParams(rows["output"][0], anchor="start", frame="group", fontSize=12)
    x = alt.X("published:Q", title=f"published ({unit})")
    y = alt.Y("ours:Q", title=f"ours ({unit})")
    colors = alt.Scale(domain=list(_VERDICTS), range=list(PALETTE[: len(_VERDICTS)]))
    points = alt.Chart(_charts.data(rows), width=width, height=max(width, 220))
    told = _charts.tooltip(rows, "label", "ours", "published", "low", "high", "unit", "verdict")
    dots = points.mark_point(filled=True, opacity=0.65, size=40).encode(
        x=x, y=y, color=alt.Color("verdict:N", title="verdict", scale=colors), tooltip=told
    )
    band = alt.Chart(_charts.data(_band(rows)))
    area = band.mark_area(opacity=0.25, color="#888").encode(x="published:Q", y="low:Q", y2="high:Q")
    line = band.mark_line(color="#888", strokeDash=[4, 4]).encode(x="published:Q", y="published:Q")
    layers = [area, line, dots]
    if rows["low"].null_count() < rows.height:
        layers.insert(2, points.mark_rule(opacity=0.6, color=PALETTE[0]).encode(x=x, y="low:Q", y2="high:Q"))
    return alt.LayerChart(layer=layers, title=heading)


def _band(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the two ends of the diagonal with the tolerance around it."""
    import polars as pl

    ends = [min(rows["published"].min(), 0.0), 1.02 * _charts.largest(rows["published"])]  # type: ignore[type-var]
    tolerance = _charts.largest(rows["tolerance"])
    published = pl.Series("published", ends, pl.Float64)
    return pl.DataFrame([published, (published - tolerance).alias("low"), (published + tolerance).alias("high")])
