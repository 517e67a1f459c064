"""What binds in a plan, and cost and shortfall against a parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from critmin import _charts
from critmin._charts import PALETTE, WIDTH
from critmin._flows import COLORS
from critmin._plan import Plan
from critmin._plan_sankey import check, source_of
from critmin._plan_words import KINDS, limit_words
from critmin._words import short

if TYPE_CHECKING:
    import altair as alt
    import polars as pl

    from critmin.resourcing import Resourcing

_PARAMETERS = {
    "enforcement": ("enforcement (% of the leaks' capacity)", "%"),
    "restriction_level": ("restriction level (% of the restricted exports)", "%"),
    "cover_days": ("cover that must be held (days of demand)", ",~f"),
}


def rent_bars(
    plan: Resourcing | Plan,
    *,
    form: str | None = None,
    source: str | None = None,
    title: str = "What binds: scarcity rents",
    n_shown: int = 15,
) -> alt.LayerChart:
    """Draw what one tonne more of each limit is worth, the bottleneck first.

    Parameters
    ----------
    plan
        What :func:`critmin.resource` or :meth:`SupplyNetwork.plan` returned.
    form
        Limits of one form only.
    source
        Where the inputs come from.
    title
        Heading.
    n_shown
        How many to draw; the note under the title says how many are left out.

    Returns
    -------
    altair.LayerChart
        Bars of the mean rent over what stands against a limit, a tick at that of the worst period, and in words what
        the limit earns in all; in the order of what it earns.

    Raises
    ------
    InvalidDataError
        When it is no plan, or ``n_shown`` is below 1.
    MissingInputsError
        When no limit binds.
    """
    import altair as alt
    import polars as pl

    check(plan)
    asked = plan if isinstance(plan, Plan) else plan.plan
    _charts.require_count(n_shown, "n_shown")
    limits = asked.bottleneck if form is None else asked.bottleneck.filter(pl.col("form") == form)
    _charts.require_rows(limits, "rent of a limit that binds" if form is None else f"rent of a limit of `{form}`")
    drawn = _told_limits(limits.head(n_shown))
    axis = _charts.loss_axis([*drawn["rent_usd_per_t"], *drawn["highest_rent_usd_per_t"]], only_if_all=True)
    scale = axis.scale if axis.low is not None else alt.Scale(zero=True)
    x = alt.X("rent_usd_per_t:Q", title=f"scarcity rent (USD per t{axis.word})", scale=scale,
              axis=alt.Axis(format="~s", tickCount=6))  # fmt: skip
    y = alt.Y("limit:N", sort=drawn["limit"].to_list(), title=None, axis=alt.Axis(labelLimit=420))
    kinds = drawn["binds"].unique(maintain_order=True).to_list()
    hues = [COLORS[place % len(COLORS)] for place in range(len(kinds))]
    color = alt.Color("binds:N", title=None, legend=alt.Legend(orient="top", columns=6),
                      scale=alt.Scale(domain=kinds, range=hues))  # fmt: skip
    told = _charts.tooltip(drawn, "rank", "limit", "n_periods", "used_t", "rent_usd_per_t", "highest_rent_usd_per_t",
                           "rent_usd")  # fmt: skip
    base = alt.Chart(_charts.data(drawn), width=WIDTH - 380, height={"step": 24}).encode(y=y, tooltip=told)
    start = {"x2": alt.datum(axis.low if axis.low is not None else 0)}
    bars = base.mark_bar(size=15).encode(x=x, color=color, **start)
    ticks = base.mark_tick(thickness=2, size=15, color="black").encode(x=alt.X("highest_rent_usd_per_t:Q"))
    words = base.mark_text(align="left", dx=6, fontSize=10, color="#666").encode(
        x=alt.X("highest_rent_usd_per_t:Q"), text="told:N"
    )
    left_out = limits.height - drawn.height
    note = ". Bar: mean over the mass; tick: worst period; in words: rent times mass over all periods"
    note += f"; {left_out} smaller rents not drawn" if left_out else ""
    return alt.LayerChart(
        layer=[bars, ticks, words], title=_charts.title(title, source_of(plan, source) + note)
    )  # fmt: skip


def parameter_curve(
    sweep: pl.DataFrame, *, source: str = "model of critmin", title: str | None = None
) -> alt.VConcatChart:
    """Draw cost and shortfall against a parameter.

    Parameters
    ----------
    sweep
        What :meth:`Resourcing.sweep` returned.
    source
        Where the inputs come from.
    title
        Heading.

    Returns
    -------
    altair.VConcatChart
        Change of the cost against the base above, shortfall of the buyers below. A value without a plan is marked by a
        dashed line, and is never drawn as zero.

    Raises
    ------
    MissingColumnError
        When a column is missing.
    InvalidDataError
        When rows of several parameters are mixed.
    MissingInputsError
        When no value has a plan.
    """
    import altair as alt
    import polars as pl

    _charts.require(sweep, ["parameter", "value", "cost_change_usd", "shortfall_share"])
    known = sweep.drop_nulls(["cost_change_usd"]).sort("value")
    _charts.require_rows(known, "cost of a plan")
    _charts.require_one(sweep, "parameter")
    parameter = str(sweep["parameter"][0])
    label, form = _PARAMETERS.get(parameter, (parameter.replace("_", " "), ",~f"))
    rows = known.with_columns((pl.col("cost_change_usd") / 1e6).alias("cost"))
    lacking = sweep.filter(pl.col("cost_change_usd").is_null())
    ends = [float(value) for value in sweep["value"].sort()]
    x = alt.X("value:Q", title=label, axis=alt.Axis(format=form, tickCount=8),
              scale=alt.Scale(domain=[ends[0], ends[-1]], nice=False))  # fmt: skip
    told = _charts.tooltip(rows, "value", "cost_usd", "cost_change_usd", "shortfall_t", "shortfall_share")
    panels = []
    for column, text, axis, hue in (
        ("cost", "change of cost (million USD)", alt.Axis(format=",~f", tickCount=6), PALETTE[0]),
        ("shortfall_share", "shortfall (% of the buyers' demand)", alt.Axis(format="~%", tickCount=6), PALETTE[1]),
    ):
        base = alt.Chart(_charts.data(rows), width=WIDTH, height=180)
        line = base.mark_line(color=hue, point=alt.OverlayMarkDef(size=28, color=hue))
        layers = [line.encode(x=x, y=alt.Y(f"{column}:Q", title=text, axis=axis), tooltip=told)]
        if lacking.height:
            gaps = alt.Chart(_charts.data(lacking)).mark_rule(strokeDash=[4, 4], color="#888")
            layers.append(gaps.encode(x=x, tooltip=_charts.tooltip(lacking, "value", "reason")))
        panels.append(alt.LayerChart(layer=layers))
    note = f". Dashed: no plan is possible at {lacking.height} of {sweep.height} values" if lacking.height else ""
    heading = title or f"Cost and shortfall by {parameter.replace('_', ' ')}"
    told_by = f"{source}. Change of cost: against the plan without the shock{note}"
    return alt.vconcat(*panels, spacing=16, title=_charts.title(heading, told_by))


def _told_limits(limits: pl.DataFrame) -> pl.DataFrame:
    """Name each limit, and tell what it earns; two of one name stay two bars."""
    import polars as pl

    rows = limits.to_dicts()
    names = [limit_words(row) for row in rows]
    distinct = [
        f"{name} [{row['rank']}]" if names.count(name) > 1 else name for name, row in zip(names, rows, strict=True)
    ]
    return limits.with_columns(
        pl.Series("limit", distinct, dtype=pl.String),
        pl.Series("binds", [KINDS.get(row["kind"], row["kind"]) for row in rows], dtype=pl.String),
        pl.Series("told", [f"{short(row['rent_usd'] / 1e6)} M USD" for row in rows], dtype=pl.String),
    )
