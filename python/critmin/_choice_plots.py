"""The pictures of the answer under every named option: a row for each value, and a span for each option."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from critmin import _charts
from critmin._charts import PALETTE, WIDTH
from critmin._words import listed, short
from critmin.exceptions import InvalidDataError

if TYPE_CHECKING:
    import altair as alt
    import polars as pl

_COLUMNS = ["option", "value", "is_chosen", "gdp_change_million_usd"]
_SOURCE = "U.S. benchmark tables of the BEA; model of critmin, one option changed at a time"
_KINDS = {"chosen": ("diamond", PALETTE[1]), "instead": ("circle", PALETTE[0])}
# Where the name of the value stands at the end of a bar.
_LEFT: dict[str, Any] = {"align": "right", "dx": -4}
_RIGHT: dict[str, Any] = {"align": "left", "dx": 4}
# Answers closer than this share of the chosen one are the same.
_SAME = 1e-6


def choices_plot(
    choices: pl.DataFrame, *, source: str = _SOURCE, title: str = "The answer under every named option"
) -> alt.LayerChart:
    """Draw the loss under every value of every option, one changed at a time, on an axis in logarithms.

    Parameters
    ----------
    choices
        What :meth:`critmin.Cost.choices` returned for one scenario: ``option``, ``value``, ``is_chosen`` and
        ``gdp_change_million_usd`` (absent where an option has no answer); optionally ``reason``, ``ratio_to_chosen``.
    source
        Where the inputs come from.
    title
        Heading.

    Returns
    -------
    altair.LayerChart
        A dot for each value, a diamond for what the scenario chose, and a line at its answer. A gain, no change and no
        answer have no place on such an axis and stand as text at its left end.

    Raises
    ------
    InvalidDataError
        When it is no table, or holds the choices of several scenarios.
    MissingColumnError
        When a column is missing.
    MissingInputsError
        When no option has a loss.

    Examples
    --------
    >>> import polars as pl
    >>> from critmin import plots
    >>> rules = pl.DataFrame({
    ...     "option": "rationing", "value": ["minimum_deviation", "strict_bottleneck"], "is_chosen": [True, False],
    ...     "gdp_change_million_usd": [-3100.0, -240000.0],
    ... })
    >>> "rationing: strict bottleneck" in plots.choices_plot(rules).to_json()
    True
    """
    import altair as alt
    import polars as pl

    rows = _in_billions(choices).with_columns(
        pl.format("{}: {}", "option", "value").alias("label"),
        pl.when("is_chosen").then(pl.lit("chosen")).otherwise(pl.lit("instead")).alias("kind"),
        pl.col("loss").map_elements(_told, return_dtype=pl.String).fill_null("n/a").alias("told"),
    )
    is_drawn = pl.col("loss") > 0
    drawn, absent = rows.filter(is_drawn), rows.filter(is_drawn.fill_null(value=False).not_())
    _charts.require_rows(drawn, "loss")
    axis = _charts.loss_axis(drawn["loss"].to_list(), far=1.0)
    y = alt.Y("label:N", sort=rows["label"].to_list(), title=None, axis=alt.Axis(labelLimit=320))
    x = alt.X("loss:Q", title=f"loss of GDP (billion USD{axis.word})", scale=axis.scale, axis=alt.Axis(format="~g"))
    shapes, hues = ([kind[place] for kind in _KINDS.values()] for place in range(2))
    color = alt.Color(
        "kind:N", title=None, scale=alt.Scale(domain=list(_KINDS), range=hues), legend=alt.Legend(orient="top")
    )
    shape = alt.Shape("kind:N", title=None, scale=alt.Scale(domain=list(_KINDS), range=shapes))
    hints = _charts.tooltip(rows, "label", "gdp_change_million_usd", "ratio_to_chosen", "reason")
    base = alt.Chart(_charts.data(drawn), width=WIDTH - 230, height={"step": 17}).encode(y=y, x=x, tooltip=hints)
    dots = base.mark_point(filled=True, opacity=1, size=75).encode(color=color, shape=shape)
    layers = [*_line(drawn, x), dots, base.mark_text(align="left", dx=8, fontSize=9).encode(text="told:N")]
    if absent.height:
        texts = alt.Chart(_charts.data(absent)).mark_text(align="left", dx=4, fontSize=9, color="#666")
        layers.append(texts.encode(y=y, x=alt.value(0), text="told:N", tooltip=hints))
    note = ". Line: the answer of the scenario's own choices"
    note += ". n/a: no answer under this option, which is not zero" if rows["loss"].null_count() else ""
    return alt.LayerChart(layer=layers, title=_charts.title(title, source + note))


def cost_tornado(
    choices: pl.DataFrame, *, source: str = _SOURCE, title: str = "Which option moves the answer"
) -> alt.LayerChart:
    """Draw how far each option moves the loss from that of the scenario's own choices, the widest span first.

    Parameters
    ----------
    choices
        What :meth:`critmin.Cost.choices` returned for one scenario: ``option``, ``value``, ``is_chosen`` and
        ``gdp_change_million_usd``.
    source
        Where the inputs come from.
    title
        Heading.

    Returns
    -------
    altair.LayerChart
        A bar for each option, with the values at its ends, on an axis in logarithms where answers lie far apart. The
        note under the title names the options that change nothing.

    Raises
    ------
    InvalidDataError
        When it is no table, holds the choices of several scenarios, or no row is chosen.
    MissingColumnError
        When a column is missing.
    MissingInputsError
        When no option moves the answer.
    """
    import altair as alt
    import polars as pl

    rows = _in_billions(choices).drop_nulls("loss")
    chosen = _chosen(rows)
    spans, still = _spans(rows, chosen)
    _charts.require_rows(spans, "span of an option")
    axis = _charts.loss_axis([*spans["low"], *spans["high"]], only_if_all=True, room=2.5)
    wide = pl.col("high") / pl.col("low") if axis.low is not None else pl.col("high") - pl.col("low")
    spans = spans.sort(wide, "option", descending=[True, False])
    y = alt.Y("option:N", sort=spans["option"].to_list(), title=None, axis=alt.Axis(labelLimit=260))
    heading = f"loss of GDP (billion USD{axis.word})"
    hints = _charts.tooltip(spans, "option", "low", "at_low", "chosen", "high", "at_high")
    base = alt.Chart(_charts.data(spans), width=WIDTH - 150, height={"step": 30}).encode(y=y)
    x = alt.X("chosen:Q", title=heading, scale=axis.scale, axis=alt.Axis(format="~g"))
    layers = []
    for end, color, text in (("low", PALETTE[0], _LEFT), ("high", PALETTE[1], _RIGHT)):
        part = base.properties(data=_charts.data(spans.filter((pl.col(end) - chosen).abs() > _SAME * abs(chosen))))
        layers.append(part.mark_bar(size=14, color=color, opacity=0.75).encode(x=x, x2=f"{end}:Q", tooltip=hints))
        layers.append(part.mark_text(**text, fontSize=9, limit=115).encode(x=alt.X(f"{end}:Q"), text=f"at_{end}:N"))
    layers.append(alt.Chart(_charts.data(spans.head(1))).mark_rule(color="#444").encode(x=x))
    note = f". Line: the scenario's own choices, {short(chosen)}; blue: mildest value of an option; orange: harshest"
    note += f". No effect: {listed(still)}" if still else ""
    return alt.LayerChart(layer=layers, title=_charts.title(title, source + note))


def _in_billions(choices: pl.DataFrame) -> pl.DataFrame:
    """Check the table, and add the loss [billion USD]; options and their values lose their underscores."""
    import polars as pl

    _charts.require_kind(choices, pl.DataFrame, "Cost.choices()")
    _charts.require(choices, _COLUMNS)
    words = [pl.col(name).str.replace_all("_", " ") for name in ("option", "value")]
    return _charts.plain(choices).with_columns(*words, (-pl.col("gdp_change_million_usd") / 1000).alias("loss"))


def _chosen(rows: pl.DataFrame) -> float:
    """Return the loss of the scenario's own choices, which every chosen row repeats."""
    found = [float(loss) for loss in rows.filter("is_chosen")["loss"]]
    if not found:
        raise InvalidDataError(
            "no row with an answer is chosen: keep the rows of `Cost.choices()` where `is_chosen` is true"
        )
    least, greatest = min(found), max(found)
    if greatest - least > _SAME * max(abs(least), abs(greatest)):
        ends = f"{short(least)} and {short(greatest)}"
        raise InvalidDataError(
            f"the chosen rows have several answers, {ends} billion USD: keep the rows of one scenario"
        )
    return found[0]


def _spans(rows: pl.DataFrame, chosen: float) -> tuple[pl.DataFrame, list[str]]:
    """Give each option the ends of its answers with the values there, and list the options that change nothing."""
    import polars as pl

    name, loss = pl.col("value"), pl.col("loss")
    spans = rows.group_by("option", maintain_order=True).agg(
        pl.min_horizontal(loss.min(), chosen).alias("low"), name.get(loss.arg_min()).alias("at_low"),
        pl.max_horizontal(loss.max(), chosen).alias("high"), name.get(loss.arg_max()).alias("at_high"),
    ).with_columns(pl.lit(chosen).alias("chosen"))  # fmt: skip
    moves = pl.col("high") - pl.col("low") > _SAME * abs(chosen)
    return spans.filter(moves), spans.filter(~moves)["option"].to_list()


def _line(drawn: pl.DataFrame, x: alt.X) -> list[alt.Chart]:
    """Draw a line at the answer of the scenario's own choices."""
    import altair as alt

    chosen = drawn.filter("is_chosen")
    if chosen.is_empty():
        return []
    _chosen(chosen)
    return [alt.Chart(_charts.data(chosen.head(1))).mark_rule(color="#888", strokeDash=[5, 4]).encode(x=x)]


def _told(loss: float) -> str:
    return short(loss) if loss > 0 else _charts.no_loss(loss)
