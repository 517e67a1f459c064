"""The pictures of a cost: curve, five effects, industries. Signs are those of the tables: a loss is negative."""

from __future__ import annotations

from typing import TYPE_CHECKING

from critmin import _charts
from critmin._charts import PALETTE, WIDTH
from critmin._words import listed, short

if TYPE_CHECKING:
    import altair as alt
    import polars as pl

    from critmin.cost import Cost

_GDP = "change of GDP (billion USD)"
_KINDS = {"loss": PALETTE[1], "gain": PALETTE[0], "net": "#444"}
_PARTS = {"direct": "output it cannot make", "downstream": "downstream", "price": "higher price"}
_ENDS = ("mild", "harsh")
# Room for a label beside the longest bar, as a share of the axis.
_ROOM = 0.14


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
        Line of the central values; the band reaches from the mild to the harsh ends. Where no finite price clears a
        market at the harsh ends, only the mild end is drawn, dashed.

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
    names = {"gdp_change_million_usd": "central", **{f"gdp_change_{end}_million_usd": end for end in _ENDS}}
    rows = cost.curve.select("restriction_level", *((pl.col(name) / 1000).alias(told) for name, told in names.items()))
    known = rows.drop_nulls("central")
    _charts.require_rows(known, "cost")
    closed, is_open = rows.drop_nulls(_ENDS), rows["harsh"].is_null() & rows["mild"].is_not_null()
    x = alt.X("restriction_level:Q", title="restriction level (% of the restricted exports)",
              axis=alt.Axis(format="%", tickCount=10), scale=alt.Scale(domain=[0, 1]))  # fmt: skip

    def base(part: pl.DataFrame) -> alt.Chart:
        return alt.Chart(_charts.data(part), width=WIDTH, height=300).encode(x=x)

    mild = alt.Y("mild:Q", title=_GDP, axis=alt.Axis(format="~g", tickCount=6))
    layers = []
    if closed.height:
        layers.append(base(closed).mark_area(opacity=0.2, color=PALETTE[0]).encode(y=mild, y2="harsh:Q"))
    if is_open.any():
        layers.append(base(rows.filter(is_open)).mark_line(strokeDash=[4, 4], color=PALETTE[0]).encode(y=mild))
    line = base(known).mark_line(point=alt.OverlayMarkDef(size=16, color=PALETTE[0]), color=PALETTE[0])
    told = _charts.tooltip(known, "restriction_level", "central", *_ENDS)
    layers.append(line.encode(y=alt.Y("central:Q", title=_GDP, axis=alt.Axis(format="~g", tickCount=6)), tooltip=told))
    note = ". Line: central values; band: every interval at its mild and at its harsh end"
    note += "; dashed: the mild end, where no finite price clears a market at the harsh one" if is_open.any() else ""
    return alt.LayerChart(layer=layers, title=_charts.title(title, _source(cost, source) + note))


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
        a commodity is marked, and is never drawn as zero.

    Raises
    ------
    InvalidDataError
        When it is no cost.
    MissingInputsError
        When no effect is known.
    """
    import altair as alt
    import polars as pl

    _check(cost)
    rows = _steps(cost)
    ends = [0.0, *rows["low"], *rows["high"]]
    least, greatest = min(ends), max(ends)
    room = _ROOM * max(greatest - least, 1e-9)
    # Labels stand on the side where a loss runs to, so that they never lie on the next bar.
    x = alt.X("low:Q", title=_GDP, axis=alt.Axis(format="~g"),
              scale=alt.Scale(domain=[least - room, greatest + 0.1 * room], nice=False))  # fmt: skip
    y = alt.Y("name:N", sort=rows["name"].to_list(), title=None, axis=alt.Axis(labelLimit=260))
    color = alt.Color("kind:N", title=None, legend=alt.Legend(orient="top"),
                      scale=alt.Scale(domain=list(_KINDS), range=list(_KINDS.values())))  # fmt: skip
    base = alt.Chart(_charts.data(rows), width=WIDTH - 190, height={"step": 34}).encode(y=y)
    bars = base.mark_bar(size=20).encode(x=x, x2="high:Q", color=color, tooltip=_charts.tooltip(rows, "name", "change"))
    texts = base.mark_text(align="right", dx=-5, fontSize=11).encode(x="low:Q", text="told:N")
    zero = alt.Chart(_charts.data(rows.head(1))).mark_rule(color="#888").encode(x=alt.datum(0))
    lacking = cost.effects.filter(pl.col("gdp_change_million_usd").is_null())["commodity"].drop_nulls().unique().sort()
    note = f". *: not known for {listed(lacking.to_list())}, which is not zero" if lacking.len() else ""
    return alt.LayerChart(layer=[zero, bars, texts], title=_charts.title(title, _source(cost, source) + note))


def _steps(cost: Cost) -> pl.DataFrame:
    """Make the bars of the waterfall: each begins where the one before ended, the last is the sum."""
    import polars as pl

    from critmin.cost import EFFECTS

    steps: list[dict[str, object]] = []
    at = 0.0
    for effect, name in EFFECTS.items():
        changes = cost.effects.filter(pl.col("effect") == effect)["gdp_change_million_usd"]
        known = [change / 1000 for change in changes.drop_nulls()]
        if len(changes):
            steps.append(_step(name, at, sum(known) if known else None, is_lacking=len(known) < len(changes)))
            at += sum(known)
    rows = pl.DataFrame(
        [*steps, _step("net", 0.0, cost.gdp_change_million_usd / 1000, is_lacking=not cost.is_complete)]
    )
    _charts.require_rows(rows.drop_nulls("change").filter(pl.col("name") != "net"), "effect")
    return rows


def _step(name: str, start: float, change: float | None, *, is_lacking: bool) -> dict[str, object]:
    """Make one bar; an effect of which nothing is known has no length, and says so."""
    end = start + (change or 0.0)
    told = "n/a" if change is None else _signed(change)
    kind = "net" if name == "net" else "gain" if change is not None and change > 0 else "loss"
    ends = {"low": min(start, end), "high": max(start, end)}
    return {"name": name, "change": change, "kind": kind, **ends, "told": told + (" *" if is_lacking else "")}


def industry_bars(
    cost: Cost, *, source: str | None = None, title: str = "Which industries lose", n_shown: int = 15
) -> alt.LayerChart:
    """Draw what industries lose or gain, by effect: output that they cannot make, downstream, higher price.

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
        Stacked bars, the greatest loss first; a black mark is the sum of an industry.

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
    net, parts = (
        pl.col("gdp_change_million_usd"),
        {f"{part}_gdp_change_million_usd": told for part, told in _PARTS.items()},
    )
    changed = cost.industries.filter(net != 0)
    _charts.require_rows(changed, "change of an industry")
    drawn = changed.sort(net.abs(), "industry", descending=[True, False]).head(n_shown).sort(net, "industry")
    drawn = drawn.with_columns(pl.format("{} {}", "industry", "name").alias("label"), (net / 1000).alias("net"))
    rows = drawn.unpivot(list(parts), index=["label", "net"], variable_name="effect", value_name="change")
    rows = rows.with_columns(pl.col("change") / 1000, pl.col("effect").replace_strict(parts, return_dtype=pl.String))
    y = alt.Y("label:N", sort=drawn["label"].to_list(), title=None, axis=alt.Axis(labelLimit=300))
    x = alt.X(
        "change:Q", title=_GDP, axis=alt.Axis(format="~g", tickCount=8), stack="zero", scale=alt.Scale(nice=False)
    )
    scale = alt.Scale(domain=list(_PARTS.values()), range=[PALETTE[1], PALETTE[4], PALETTE[5]])
    color = alt.Color("effect:N", title=None, legend=alt.Legend(orient="top", labelLimit=300), scale=scale)
    bars = alt.Chart(_charts.data(rows), width=WIDTH - 250, height={"step": 20}).mark_bar(size=14)
    bars = bars.encode(x=x, y=y, color=color, tooltip=_charts.tooltip(rows, "label", "effect", "change"))
    marks = alt.Chart(_charts.data(drawn.select("label", "net"))).mark_tick(thickness=3, size=16, color="black")
    marks = marks.encode(y=y, x="net:Q", tooltip=["label:N", "net:Q"])
    rest = (sum(changed["gdp_change_million_usd"]) - sum(drawn["gdp_change_million_usd"])) / 1000
    note = f". Black mark: sum of the industry. Drawn: {drawn.height} of {changed.height} industries that change"
    note += f"; the others together {_signed(rest)} billion USD" if changed.height > drawn.height else ""
    return alt.LayerChart(layer=[bars, marks], title=_charts.title(title, _source(cost, source) + note))


def _check(cost: Cost) -> None:
    from critmin.cost import Cost

    _charts.require_kind(cost, Cost, "cm.cost(scenario)")


def _source(cost: Cost, source: str | None) -> str:
    """Name the table and the grades of the links, unless a source is given."""
    if source is not None:
        return source
    grades = ", ".join(f"{count} {grade}" for grade, count in cost.links["grade"].value_counts().sort("grade").rows())
    return f"{cost.record['table']}; model of critmin, links to industries by grade: {grades or 'none'}"


def _signed(billion: float) -> str:
    """Write a change with its sign.

    Examples
    --------
    >>> _signed(-3.1416), _signed(0.02), _signed(0.0)
    ('-3.14', '+0.02', '0')
    """
    return f"+{short(billion)}" if billion > 0 else short(billion + 0.0)
