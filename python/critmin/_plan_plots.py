"""The pictures of a plan over time: shortfall by use and price of the last tonne."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from critmin import _charts
from critmin._charts import WIDTH
from critmin._flows import COLORS
from critmin._plan import Plan
from critmin._plan_rents import parameter_curve, rent_bars
from critmin._plan_sankey import check, plan_sankey, source_of
from critmin._words import ROUNDING, country_name, listed, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt
    import polars as pl

    from critmin.resourcing import Resourcing

__all__ = ["parameter_curve", "plan_sankey", "price_over_time", "rent_bars", "shortfall_over_time"]

# Periods whose names an axis has room for.
_LABELS = 24
# Uses with a colour of their own; smaller ones are folded.
_MOST_USES = 7


def shortfall_over_time(
    plan: Resourcing | Plan,
    *,
    regions: str | Sequence[str] | None = None,
    form: str | None = None,
    source: str | None = None,
    title: str = "Shortfall by use",
) -> alt.LayerChart:
    """Draw what is not met, period by period, stacked by use.

    Parameters
    ----------
    plan
        What :func:`critmin.resource` or :meth:`SupplyNetwork.plan` returned.
    regions
        Whose; by default the buyers of a resourcing, and every region of a plan.
    form
        One form; needed only when the uses take several, whose tonnes do not add up.
    source
        Where the inputs come from.
    title
        Heading.

    Returns
    -------
    altair.LayerChart
        Bars, with the demand of the period as a grey line where it lies within twice the largest shortfall.

    Raises
    ------
    InvalidDataError
        When it is no plan, or the uses take several forms.
    UnknownNameError
        When a region has no use.
    MissingInputsError
        When no use is left.
    """
    import altair as alt
    import polars as pl

    asked, buyers = _asked(plan, regions)
    rows = asked.shortfall(("period", "use", "form"), regions=buyers)
    rows = rows if form is None else rows.filter(pl.col("form") == form)
    _charts.require_rows(rows, "demand" if form is None else f"demand for `{form}`")
    _charts.require_one(rows, "form")
    drawn = _largest_uses(rows)
    lack = drawn.group_by("period", maintain_order=True).agg(pl.col("shortfall_t", "demand_t").sum())
    most, demand = _charts.largest(lack["shortfall_t"]), _charts.largest(lack["demand_t"])
    if most > ROUNDING * demand:  # uses that are never short need no colour
        drawn = drawn.filter(pl.col("shortfall_t").sum().over("use") > ROUNDING * demand)
    x = _periods(asked.periods)
    y = alt.Y("shortfall_t:Q", title="shortfall (t of contained metal per period)", axis=alt.Axis(format=",~f"),
              scale=alt.Scale(domainMin=0, nice=True))  # fmt: skip
    names = drawn["use"].unique(maintain_order=True).to_list()
    color = alt.Color("use:N", title=None, legend=alt.Legend(orient="top", labelLimit=260, columns=4),
                      scale=alt.Scale(domain=names, range=list(COLORS[: len(names)])))  # fmt: skip
    told = _charts.tooltip(drawn, "period", "use", "demand_t", "shortfall_t", "shortfall_share")
    bars = (
        alt.Chart(_charts.data(drawn), width=WIDTH, height=280).mark_bar().encode(x=x, y=y, color=color, tooltip=told)
    )
    layers = [bars]
    note = f". Uses of {rows['form'][0]} in {listed([country_name(region) for region in buyers])}"
    if most <= ROUNDING * demand:
        note += "; nothing is short"
    elif demand <= 2 * most:
        line = alt.Chart(_charts.data(lack)).mark_line(color="#888", strokeDash=[4, 3], interpolate="step")
        layers.append(line.encode(x=x, y=alt.Y("demand_t:Q"), tooltip=_charts.tooltip(lack, "period", "demand_t")))
        note += "; grey: demand"
    else:
        note += f"; demand is up to {short(demand)} t per period"
    return alt.LayerChart(layer=layers, title=_charts.title(title, source_of(plan, source) + note))


def price_over_time(
    plan: Resourcing | Plan,
    *,
    regions: str | Sequence[str] | None = None,
    form: str | None = None,
    source: str | None = None,
    title: str = "Price of the last tonne",
) -> alt.LayerChart:
    """Draw what one tonne more would save, period by period: a line for each region, the base dashed.

    Parameters
    ----------
    plan
        What :func:`critmin.resource` or :meth:`SupplyNetwork.plan` returned.
    regions
        Whose; by default the buyers of a resourcing, and every region of a plan.
    form
        One form; needed only when the uses take several.
    source
        Where the inputs come from.
    title
        Heading.

    Returns
    -------
    altair.LayerChart
        On an axis in logarithms where prices lie far apart. Bars reach over all optimal prices where the plan was
        asked for intervals.

    Raises
    ------
    InvalidDataError
        When it is no plan, or the uses take several forms.
    UnknownNameError
        When a region has no use.
    MissingInputsError
        When no price is known.
    """
    import altair as alt

    rows = _prices(plan, regions, form)
    plans = rows["kind"].unique()
    axis = _charts.loss_axis(rows["price_usd_per_t"], only_if_all=True, room=1.2)
    label = f"price of the last tonne (USD per t{axis.word})"
    y = alt.Y("price_usd_per_t:Q", title=label, axis=alt.Axis(format="~s"), scale=axis.scale)
    names = rows["region"].unique(maintain_order=True).to_list()
    hues = [COLORS[place % len(COLORS)] for place in range(len(names))]
    color = alt.Color("region:N", title=None, legend=alt.Legend(orient="top"),
                      scale=alt.Scale(domain=names, range=hues))  # fmt: skip
    # Lines that coincide stay visible: the first is the widest.
    widths = alt.Scale(domain=names, range=[1.5 + 1.2 * (len(names) - 1 - place) for place in range(len(names))])
    width = alt.StrokeWidth("region:N", legend=None, scale=widths)
    legend = alt.Legend(orient="top", symbolType="stroke", symbolSize=400) if len(plans) > 1 else None
    dash = alt.StrokeDash("kind:N", title=None, legend=legend,
                          scale=alt.Scale(domain=["plan", "base"], range=[[1, 0], [5, 4]]))  # fmt: skip
    told = _charts.tooltip(rows, "period", "region", "kind", "price_usd_per_t", "low_usd_per_t", "high_usd_per_t",
                           "is_idle")  # fmt: skip
    x = _periods(_asked(plan, None)[0].periods)
    base = alt.Chart(_charts.data(rows), width=WIDTH, height=280)
    line = base.mark_line().encode(x=x, y=y, color=color, strokeDash=dash, strokeWidth=width, tooltip=told)
    bounded = rows.drop_nulls(["low_usd_per_t", "high_usd_per_t"])
    layers = [line]
    note = f". Form: {rows['form'][0]}"
    if bounded.height:
        rules = base.properties(data=_charts.data(bounded)).mark_rule(opacity=0.4, strokeWidth=4)
        layers.insert(0, rules.encode(x=x, y=alt.Y("low_usd_per_t:Q", title=label), y2="high_usd_per_t:Q", color=color))
        note += "; bars: all prices that are optimal"
    if rows["is_idle"].any():
        note += "; where nothing moves a price is one of many"
    return alt.LayerChart(layer=layers, title=_charts.title(title, source_of(plan, source) + note))


def _asked(plan: Resourcing | Plan, regions: str | Sequence[str] | None) -> tuple[Plan, list[str]]:
    """Return the plan, and whose part of it is drawn."""
    check(plan)
    if isinstance(plan, Plan):
        return plan, plan.buyers(regions)
    return plan.plan, plan.plan.buyers(plan.buyers if regions is None else regions)


def _prices(plan: Resourcing | Plan, regions: str | Sequence[str] | None, form: str | None) -> pl.DataFrame:
    """Return the price of the last tonne of plan and base by region."""
    import polars as pl

    asked, buyers = _asked(plan, regions)
    plans = {"plan": asked}
    if not isinstance(plan, Plan) and plan.base is not plan.plan:
        plans["base"] = plan.base
    frames = [
        each.last_tonne(region).with_columns(pl.lit(country_name(region)).alias("region"), pl.lit(name).alias("kind"))
        for name, each in plans.items()
        for region in buyers
    ]
    rows = pl.concat(frames).drop_nulls("price_usd_per_t")
    rows = rows if form is None else rows.filter(pl.col("form") == form)
    _charts.require_rows(rows, "price" if form is None else f"price of `{form}`")
    _charts.require_one(rows, "form")
    return rows


def _periods(periods: list[str]) -> Any:  # noqa: ANN401
    """Make the axis of the periods, with room between labels."""
    import altair as alt

    every = -(-len(periods) // _LABELS)
    axis = alt.Axis(labelAngle=-45, values=periods[::every])
    return alt.X("period:O", sort=periods, title="period", axis=axis, scale=alt.Scale(domain=periods))


def _largest_uses(rows: pl.DataFrame) -> pl.DataFrame:
    """Fold the uses past the colours, the largest shortfall first."""
    import polars as pl

    sums = rows.group_by("use", maintain_order=True).agg(pl.col("shortfall_t").sum())
    ranked = sums.sort("shortfall_t", "use", descending=[True, False])["use"].to_list()
    if len(ranked) <= _MOST_USES + 1:
        order = {use: place for place, use in enumerate(ranked)}
        return rows.sort(pl.col("use").replace_strict(order, return_dtype=pl.Int64), maintain_order=True)
    kept = ranked[:_MOST_USES]
    folded = pl.when(pl.col("use").is_in(kept)).then("use").otherwise(pl.lit("other uses")).alias("use")
    order = {use: place for place, use in enumerate([*kept, "other uses"])}
    sums = rows.group_by("period", folded, "form", maintain_order=True).agg(pl.col("demand_t", "shortfall_t").sum())
    return sums.sort(pl.col("use").replace_strict(order, return_dtype=pl.Int64), maintain_order=True)
