"""The picture of what can replace a commodity: how much of each use, by when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from critmin import _charts
from critmin._charts import WIDTH
from critmin._flows import COLORS, NEUTRAL
from critmin._words import percent

if TYPE_CHECKING:
    import altair as alt
    import polars as pl

_HORIZONS = (3, 12, 36)
# What a substitute draws on when it is none of the commodities of the dataset.
_ABUNDANT, _OTHERS = "none of the dataset", "other commodities"
_HUES = {_ABUNDANT: "#B4B4B4", _OTHERS: NEUTRAL}
# Colours on which black text is hard to read.
_DARK = {"#0072B2", "#882255", NEUTRAL}
# Columns that only the tooltip tells.
_TOLD = ("use", "mass_ratio", "cost_ratio", "performance_ratio", "is_proven", "grade", "source")
# Names are written into parts of a bar that are at least this wide, and have this many characters at most by width.
_ROOM, _CHARACTERS = 0.09, 95


def substitutability(
    commodity: str, *, source: str | None = None, title: str | None = None, n_uses: int = 12
) -> alt.LayerChart:
    """Draw which share of each use can have switched after 3, 12 and 36 months, stacked by substitute.

    Parameters
    ----------
    commodity
        Id or any spelling of the publishers.
    source
        Where the shares come from; by default the tables of the reference dataset with the grades of their rows.
    title
        Heading; by default it names the commodity.
    n_uses
        How many of the largest uses to draw; the note under the title says how many are left out.

    Returns
    -------
    altair.LayerChart
        Three bars for each use, in % of the use; the colour is the commodity that the substitute draws on. A use
        without a substitute in the table says so.

    Raises
    ------
    UnknownCommodityError
        When nothing matches; the message offers the nearest known names.
    MissingInputsError
        When the dataset has no use, or no substitute, of the commodity.
    InvalidDataError
        When ``n_uses`` is below 1.

    Examples
    --------
    >>> from critmin import plots
    >>> chart = plots.substitutability("gallium")
    >>> chart.to_dict()["layer"][0]["mark"]["type"]
    'bar'
    """
    import altair as alt
    import polars as pl

    from critmin.core import find_commodity
    from critmin.materials import substitutes

    _charts.require_count(n_uses, "n_uses")
    known = substitutes(commodity)
    _charts.require_rows(known.drop_nulls("substitute"), "substitute")
    order = known["use"].unique(maintain_order=True)
    table = known.filter(pl.col("use").is_in(order.head(n_uses).to_list())).with_columns(
        pl.format("{} ({} of use)", "use", pl.col("use_share").map_elements(percent, return_dtype=pl.String)).alias(
            "label"
        )
    )
    labels = table["label"].unique(maintain_order=True).to_list()
    rows = _stacked(table)
    rows, names = _grouped(rows)
    hues = [_HUES.get(name, COLORS[place % len(COLORS)]) for place, name in enumerate(names)]
    most = max(1.0, _charts.largest(rows["end"]))
    axis = alt.Axis(format="%", values=[place / 5 for place in range(6)])
    scale = alt.Scale(domain=[0, 1.2 * most], nice=False)
    x = alt.X("start:Q", title="can have switched (% of the use)", axis=axis, scale=scale)
    y = alt.Y("label:N", sort=labels, title=None, axis=alt.Axis(labelLimit=330, ticks=False),
              scale=alt.Scale(domain=labels, paddingInner=0.25))  # fmt: skip
    offset = alt.YOffset("months:O", sort=list(_HORIZONS), scale=alt.Scale(paddingInner=0.1))
    legend = alt.Legend(orient="bottom", columns=5, labelLimit=200)
    color = alt.Color("group:N", title="draws on", scale=alt.Scale(domain=names, range=hues), legend=legend)
    told = _charts.tooltip(rows, "substitute", "months", "feasible_share", "draws_on", *_TOLD)
    base = alt.Chart(_charts.data(rows), width=WIDTH - 300, height={"step": 15, "for": "offset"})
    bars = base.mark_bar(stroke="white", strokeWidth=0.8).encode(
        x=x, x2="end:Q", y=y, yOffset=offset, color=color, tooltip=told
    )
    dark = [name for name, hue in zip(names, hues, strict=True) if hue in _DARK]
    ink = pl.when(pl.col("group").is_in(dark)).then(pl.lit("white")).otherwise(pl.lit("black")).alias("ink")
    words = alt.Chart(_charts.data(_names(rows.with_columns(ink)))).mark_text(fontSize=9, baseline="middle")
    ink_color = alt.Color("ink:N", scale=None)
    words = words.encode(x="middle:Q", y=y, yOffset=offset, text="substitute:N", color=ink_color)
    ends = alt.Chart(_charts.data(_ends(table, rows))).mark_text(align="left", dx=4, fontSize=9, baseline="middle")
    ends = ends.encode(x="end:Q", y=y, yOffset=offset, text="told:N")
    left_out = order.len() - len(labels)
    note = f"; {left_out} smaller uses not drawn" if left_out else ""
    heading = title or f"{find_commodity(commodity).name}: what can be replaced, by when"
    line = f"{source or _source(known)}{note}"
    return alt.LayerChart(layer=[bars, words, ends], title=_charts.title(heading, line))


def _stacked(table: pl.DataFrame) -> pl.DataFrame:
    """Make one row per use, substitute and horizon, each part beginning where the one before ends."""
    import polars as pl

    parts = [
        table.drop_nulls("substitute").with_columns(
            pl.lit(months).alias("months"), pl.col(f"feasible_share_{months}_months").alias("feasible_share")
        )
        for months in _HORIZONS
    ]
    rows = pl.concat(parts).sort("use", "months", "feasible_share_36_months", descending=[False, False, True])
    end = pl.col("feasible_share").cum_sum().over("use", "months")
    kept = ["label", "substitute", "months", "feasible_share", *_TOLD]
    return rows.select(
        *kept, pl.col("substitute_commodity").fill_null(_ABUNDANT).alias("draws_on"), end.alias("end"),
        (end - pl.col("feasible_share")).alias("start"),
    )  # fmt: skip


def _grouped(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Give the commodities that most is drawn from a colour each; the others share one."""
    import polars as pl

    drawn = rows.filter(pl.col("draws_on") != _ABUNDANT).group_by("draws_on").agg(pl.col("feasible_share").sum())
    ranked = drawn.sort("feasible_share", "draws_on", descending=[True, False])["draws_on"].to_list()
    own = {*ranked[: len(COLORS)], _ABUNDANT}
    group = pl.when(pl.col("draws_on").is_in(list(own))).then("draws_on").otherwise(pl.lit(_OTHERS)).alias("group")
    others = [_OTHERS] if len(ranked) > len(COLORS) else []
    return rows.with_columns(group), [*ranked[: len(COLORS)], *others, _ABUNDANT]


def _names(rows: pl.DataFrame) -> pl.DataFrame:
    """Keep the names for which their part of a bar has room."""
    import polars as pl

    length = pl.col("substitute").str.len_chars()
    wide = rows.filter((pl.col("feasible_share") >= _ROOM) & (length <= _CHARACTERS * pl.col("feasible_share")))
    return wide.select("label", "months", "substitute", "ink", ((pl.col("start") + pl.col("end")) / 2).alias("middle"))


def _ends(table: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Write the months and the sum at the end of each bar."""
    import polars as pl

    sums = rows.group_by("label", "months", maintain_order=True).agg(pl.col("end").max())
    share = pl.col("end").map_elements(percent, return_dtype=pl.String)
    told = sums.with_columns(pl.format("{} months: {}", "months", share).alias("told"))
    lacking = table.filter(pl.col("substitute").is_null()).select(
        "label", pl.lit(_HORIZONS[1]).alias("months"), pl.lit(0.0).alias("end"),
        pl.lit("no substitute in the table").alias("told"),
    )  # fmt: skip
    return pl.concat([told, lacking], how="vertical_relaxed")


def _source(table: pl.DataFrame) -> str:
    """Name the tables, and count the grades of the substitutes."""
    grades = table["grade"].drop_nulls().value_counts().sort("grade")
    counts = ", ".join(f"{count} {grade}" for grade, count in grades.iter_rows())
    return f"critmin reference tables end_uses and substitutes; substitutes by grade: {counts}"
