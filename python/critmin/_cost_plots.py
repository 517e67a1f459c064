"""The pictures of a cost: curve, five effects, industries, the answer by option, and the ranks of a sweep.

The signs are those of the tables: a loss is negative. Only where answers lie orders of magnitude apart is a picture
drawn in losses, on an axis in logarithms, and says so; what is no loss then stands as text at the left end.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from critmin import _charts
from critmin._charts import PALETTE, WIDTH
from critmin._words import listed

if TYPE_CHECKING:
    import altair as alt
    import polars as pl

    from critmin.cost import Cost
    from critmin.sweeping import Sweep

_GDP = "change of GDP (billion USD)"
_LOSS, _GAIN, _NET = PALETTE[1], PALETTE[0], "#444"
_PARTS = {"direct": "output it cannot make", "downstream": "downstream", "price": "higher price"}
_ENDS = ("mild", "harsh")
_CHOICES = ["stage", "option", "value", "is_chosen", "gdp_change_million_usd", "reason"]
_OPTIONS = "BEA benchmark table and model of critmin, one option changed at a time"
# Losses this many times apart need an axis in logarithms.
_FAR = 20.0
# Lengths closer than this share are the same answer.
_SAME = 1e-6


def cost_curve(
    cost: Cost, *, source: str | None = None, title: str = "Change of GDP by restriction level"
) -> alt.LayerChart:
    """Draw the change of gross domestic product against the restriction level, with the band of all intervals.

    Parameters
    ----------
    cost
        What :func:`critmin.cost` returned.
    source
        Where the inputs come from; by default the table of the cost and the grades of its links.
    title
        Heading.

    Returns
    -------
    altair.LayerChart
        Line of the central values; the band reaches from the mild to the harsh ends. Where a harsh end has no finite
        price, only the mild end is drawn, dashed.

    Raises
    ------
    InvalidDataError
        When it is no cost.
    MissingInputsError
        When no level has an answer.
    """
    import altair as alt
    import polars as pl

    _check(cost)
    names = ("gdp_change_million_usd", *(f"gdp_change_{end}_million_usd" for end in _ENDS))
    billions = [(pl.col(name) / 1000).alias(alias) for name, alias in zip(names, ("central", *_ENDS), strict=True)]
    rows = cost.curve.select("restriction_level", *billions)
    _charts.require_rows(rows.drop_nulls("central"), "cost at any level")
    is_open = rows["harsh"].is_null() & rows["mild"].is_not_null()
    base = alt.Chart(width=WIDTH, height=300).encode(
        x=alt.X("restriction_level:Q", title="restriction level (% of the restricted exports)",
                axis=alt.Axis(format="%", tickCount=10), scale=alt.Scale(domain=[0, 1]))
    )  # fmt: skip
    axis = alt.Axis(format="~g", tickCount=6)
    y = alt.Y("central:Q", title=_GDP, axis=axis)
    told = _charts.tooltip(rows, "restriction_level", "central", *_ENDS)
    both = rows.drop_nulls(["mild", "harsh"])
    band = base.properties(data=_charts.data(both)).mark_area(opacity=0.2, color=PALETTE[0])
    line = base.properties(data=_charts.data(rows.drop_nulls("central")))
    line = line.mark_line(point=alt.OverlayMarkDef(size=16, color=PALETTE[0]), color=PALETTE[0]).encode(y=y, tooltip=told)
    mild = base.properties(data=_charts.data(rows.filter(is_open))).mark_line(strokeDash=[4, 4], color=PALETTE[0])
    layers = [band.encode(y=alt.Y("mild:Q", title=_GDP, axis=axis), y2="harsh:Q")] if both.height else []
    layers += [mild.encode(y=alt.Y("mild:Q", title=_GDP, axis=axis))] if is_open.any() else []
    note = ". Line: central values; band: every interval at its mild and at its harsh end"
    note += "; where it is dashed, no finite price clears a market at the harsh end" if is_open.any() else ""
    return alt.LayerChart(layer=[*layers, line], title=_charts.title(title, _source(cost, source) + note))


def cost_waterfall(
    cost: Cost, *, source: str | None = None, title: str = "From five effects to the change of GDP"
) -> alt.LayerChart:
    """Draw how the five effects sum to the net change of gross domestic product.

    Parameters
    ----------
    cost
        What :func:`critmin.cost` returned.
    source
        Where the inputs come from; by default the table of the cost and the grades of its links.
    title
        Heading.

    Returns
    -------
    altair.LayerChart
        A bar for each effect, begun where the one before ended, and one for the sum. An effect that is not known for
        some commodity is marked, and is never drawn as zero.

    Raises
    ------
    InvalidDataError
        When it is no cost.
    MissingInputsError
        When no effect is known.
    """
    import altair as alt

    _check(cost)
    rows, note = _steps(cost)
    _charts.require_rows(rows.drop_nulls("change").filter(rows.drop_nulls("change")["kind"] != "net"), "effect")
    y = alt.Y("name:N", sort=rows["name"].to_list(), title=None, axis=alt.Axis(labelLimit=260))
    x = alt.X("low:Q", title=_GDP, axis=alt.Axis(format="~g"), scale=_room(rows["low"], rows["high"]))
    color = alt.Color("kind:N", title=None, legend=alt.Legend(orient="top"),
                      scale=alt.Scale(domain=["loss", "gain", "net"], range=[_LOSS, _GAIN, _NET]))  # fmt: skip
    base = alt.Chart(_charts.data(rows), width=WIDTH - 190, height={"step": 34}).encode(y=y)
    bars = base.mark_bar(size=20).encode(x=x, x2="high:Q", color=color, tooltip=["name:N", "change:Q"])
    texts = base.mark_text(align="left", dx=5, fontSize=11).encode(x=alt.X("high:Q"), text="told:N")
    zero = alt.Chart(_charts.data(rows.head(1))).mark_rule(color="#888").encode(x=alt.datum(0))
    return alt.LayerChart(layer=[zero, bars, texts], title=_charts.title(title, _source(cost, source) + note))


def _steps(cost: Cost) -> tuple[pl.DataFrame, str]:
    """Make the bars of the waterfall, each from where the one before ended, and say what is not known."""
    import polars as pl

    from critmin.cost import EFFECTS

    change = pl.col("gdp_change_million_usd")
    sums = cost.effects.group_by("effect").agg(
        pl.when(change.is_not_null().any()).then(change.sum() / 1000).alias("change"),
        change.is_null().any().alias("is_lacking"),
    )
    order = pl.DataFrame({"effect": list(EFFECTS), "name": list(EFFECTS.values())})
    steps = order.join(sums, on="effect", how="inner", maintain_order="left")
    after = pl.col("change").fill_null(0.0).cum_sum()
    steps = steps.with_columns(start=after - pl.col("change").fill_null(0.0), end=after)
    net = pl.DataFrame({"name": ["net"], "change": [cost.gdp_change_million_usd / 1000], "is_lacking": [not cost.is_complete]})
    net = net.with_columns(start=pl.lit(0.0), end=pl.col("change"))
    rows = pl.concat([steps, net], how="diagonal")
    kind = pl.when(pl.col("name") == "net").then(pl.lit("net")).when(pl.col("change") > 0).then(pl.lit("gain"))
    mark = pl.when("is_lacking").then(pl.lit(" *")).otherwise(pl.lit(""))
    rows = rows.with_columns(
        low=pl.min_horizontal("start", "end"), high=pl.max_horizontal("start", "end"), kind=kind.otherwise(pl.lit("loss")),
        told=pl.col("change").map_elements(_signed, return_dtype=pl.String).fill_null("n/a") + mark,
    )  # fmt: skip
    lacking = cost.effects.filter(change.is_null())["commodity"].drop_nulls().unique(maintain_order=True).to_list()
    note = f". *: not known for {listed(lacking)}, which is not zero" if lacking else ""
    return rows.drop("effect", "is_lacking", "start", "end"), note


def industry_bars(
    cost: Cost, *, source: str | None = None, title: str = "Which industries lose", n_shown: int = 15
) -> alt.LayerChart:
    """Draw what the industries lose or gain, by effect: output that they cannot make, downstream, higher price.

    Parameters
    ----------
    cost
        What :func:`critmin.cost` returned.
    source
        Where the inputs come from; by default the table of the cost and the grades of its links.
    title
        Heading.
    n_shown
        How many of the largest changes to draw; the note under the title says what the others hold.

    Returns
    -------
    altair.LayerChart
        Stacked bars; a black mark is the sum of an industry.

    Raises
    ------
    InvalidDataError
        When it is no cost, or ``n_shown`` is below 1.
    MissingInputsError
        When no industry changes.
    """
    import altair as alt
    import polars as pl

    _check(cost)
    _charts.require_count(n_shown, "n_shown")
    changed = cost.industries.filter(pl.col("gdp_change_million_usd") != 0)
    _charts.require_rows(changed, "change of an industry")
    drawn = changed.sort(pl.col("gdp_change_million_usd").abs(), "industry", descending=[True, False]).head(n_shown)
    drawn = drawn.sort("gdp_change_million_usd", "industry").with_columns(
        pl.format("{} ({})", "name", "industry").alias("label"), (pl.col("gdp_change_million_usd") / 1000).alias("net")
    )
    parts = {f"{part}_gdp_change_million_usd": told for part, told in _PARTS.items()}
    rows = drawn.unpivot(list(parts), index=["label", "net"], variable_name="effect", value_name="change")
    rows = rows.with_columns(pl.col("change") / 1000, pl.col("effect").replace_strict(parts, return_dtype=pl.String))
    y = alt.Y("label:N", sort=drawn["label"].to_list(), title=None, axis=alt.Axis(labelLimit=300))
    x = alt.X("change:Q", title=_GDP, axis=alt.Axis(format="~g"), stack="zero")
    hues = alt.Scale(domain=list(_PARTS.values()), range=[PALETTE[1], PALETTE[4], PALETTE[5]])
    color = alt.Color("effect:N", title=None, scale=hues, legend=alt.Legend(orient="top", labelLimit=300))
    base = alt.Chart(_charts.data(rows), width=WIDTH - 250, height={"step": 20}).encode(y=y)
    bars = base.mark_bar(size=14).encode(x=x, color=color, order="order:Q", tooltip=["label:N", "effect:N", "change:Q"])
    marks = alt.Chart(_charts.data(drawn.select("label", "net"))).mark_tick(thickness=3, size=16, color="black")
    marks = marks.encode(y=y, x=alt.X("net:Q"), tooltip=["label:N", "net:Q"])
    rest = float(changed["gdp_change_million_usd"].sum() - drawn["gdp_change_million_usd"].sum()) / 1000
    note = f". Black mark: sum of the industry. {drawn.height} of {changed.height} industries that change"
    note += f"; the others together {_signed(rest)} billion USD" if changed.height > drawn.height else ""
    return alt.LayerChart(layer=[bars, marks], title=_charts.title(title, _source(cost, source) + note))


def choices_plot(
    choices: pl.DataFrame, *, source: str = _OPTIONS, title: str = "The answer under every named option"
) -> alt.LayerChart:
    """Draw the loss under every value of every option, one changed at a time, on an axis in logarithms.

    Parameters
    ----------
    choices
        What :meth:`critmin.Cost.choices` returned: ``stage``, ``option``, ``value``, ``is_chosen``,
        ``gdp_change_million_usd`` (absent where an option has no answer) and ``reason``.
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
        When it is no table.
    MissingColumnError
        When a column is missing.
    MissingInputsError
        When no option gives a loss.

    Examples
    --------
    >>> import polars as pl
    >>> from critmin import plots
    >>> choices = pl.DataFrame({
    ...     "stage": "economy", "option": "rationing", "value": ["minimum_deviation", "strict_bottleneck"],
    ...     "is_chosen": [True, False], "gdp_change_million_usd": [-3100.0, -240000.0], "reason": [None, None],
    ... })
    >>> plots.choices_plot(choices).to_dict()["layer"][1]["encoding"]["x"]["scale"]["type"]
    'log'
    """
    import altair as alt
    import polars as pl

    rows = _with_losses(choices)
    label = pl.format("{}: {}", pl.col("option").str.replace_all("_", " "), pl.col("value").str.replace_all("_", " "))
    kind = pl.when("is_chosen").then(pl.lit("chosen")).otherwise(pl.lit("other"))
    rows = rows.with_columns(label.alias("label"), kind.alias("kind"))
    low, high = _log_domain(rows["loss"].drop_nulls())
    labels = rows["label"].unique(maintain_order=True).to_list()
    y = alt.Y("label:N", sort=labels, title=None, axis=alt.Axis(labelLimit=300))
    x = alt.X("loss:Q", title="loss of GDP (billion USD, log scale)", axis=alt.Axis(format="~g"),
              scale=alt.Scale(type="log", domain=[low, high], nice=False))  # fmt: skip
    base = alt.Chart(_charts.data(rows), width=WIDTH - 230, height={"step": 17}).encode(y=y)
    told = _charts.tooltip(rows, "stage", "label", "gdp_change_million_usd", "ratio_to_chosen", "reason")
    kinds = ["chosen", "other"]
    known = base.properties(data=_charts.data(rows.drop_nulls("loss")))
    dots = known.mark_point(filled=True, opacity=1, size=70).encode(
        x=x, tooltip=told,
        color=alt.Color("kind:N", title=None, scale=alt.Scale(domain=kinds, range=[PALETTE[1], PALETTE[0]]), legend=alt.Legend(orient="top")),
        shape=alt.Shape("kind:N", title=None, scale=alt.Scale(domain=kinds, range=["diamond", "circle"])),
    )  # fmt: skip
    names = known.mark_text(align="left", dx=8, fontSize=9).encode(x=x, text="told:N")
    layers: list[alt.Chart] = _chosen_line(rows, x)
    layers += [dots, names]
    others = rows.filter(pl.col("loss").is_null()).with_columns(pl.lit(low).alias("place"))
    if others.height:
        at = alt.X("place:Q", scale=x.to_dict().get("scale", alt.Undefined))
        absent = alt.Chart(_charts.data(others)).mark_text(align="left", dx=4, fontSize=9, color="#666")
        layers.append(absent.encode(y=y, x=at, text="told:N", tooltip=told))
    note = ". Line and diamonds: what the scenario chose" if rows["is_chosen"].any() else ""
    note += ". n/a: no answer under this option, which is not zero" if rows["gdp_change_million_usd"].null_count() else ""
    return alt.LayerChart(layer=layers, title=_charts.title(title, source + note))
