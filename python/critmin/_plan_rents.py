"""What binds in a plan, and cost and shortfall against a parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from critmin import _charts
from critmin._charts import PALETTE, WIDTH
from critmin._flows import COLORS
from critmin._plan import Plan
from critmin._plan_frames import noticeable
from critmin._plan_sankey import check, source_of
from critmin._plan_words import KINDS, limit_words
from critmin._words import ROUNDING, settled, short

if TYPE_CHECKING:
    import altair as alt
    import polars as pl

    from critmin.resourcing import Resourcing

_PARAMETERS = {
    "enforcement": ("enforcement (% of the leaks' capacity)", "%"),
    "restriction_level": ("restriction level (% of the restricted exports)", "%"),
    "cover_days": ("cover that the buyers hold (days of demand)", ",~f"),
}


class _Shown(NamedTuple):
    """Which columns of a bottleneck are drawn, and how that is told."""

    bar: str
    tick: str
    whole: str
    title: str
    note: str


_RENT = _Shown(
    "rent_usd_per_t", "highest_rent_usd_per_t", "rent_usd", "scarcity rent",
    "Bar: mean over the mass; tick: worst period; in words: rent times mass over all periods",
)  # fmt: skip
_RISE = _Shown(
    "rent_usd_per_t_change", "rent_usd_per_t", "rent_change_usd", "rise of the scarcity rent",
    "Bar: rise of the mean rent against the base; tick: the whole rent; in words: rise times mass over all periods",
)  # fmt: skip


def rent_bars(
    plan: Resourcing | Plan,
    *,
    form: str | None = None,
    source: str | None = None,
    title: str = "What binds: scarcity rents",
    n_shown: int = 15,
) -> alt.LayerChart:
    """Draw what one tonne more of each limit is worth, the bottleneck first; of a shock, what it adds to that.

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
        Of a plan, bars of the mean rent over what stands against a limit, a tick at that of the worst period, and in
        words what the limit earns in all; in the order of what it earns. Of a resourcing with a restriction, bars of
        the rise of the mean rent against the base, a tick at the whole mean rent, and in words the rise times the
        mass; in that order (:attr:`Resourcing.bottleneck`). Limits that are worth no more than in the base are not
        drawn.

    Raises
    ------
    InvalidDataError
        When it is no plan, or ``n_shown`` is below 1.
    MissingInputsError
        When no limit binds, or the shock tightens none.
    """
    import altair as alt
    import polars as pl

    check(plan)
    _charts.require_count(n_shown, "n_shown")
    if isinstance(plan, Plan) or plan.plan is plan.base:
        found, shown = (plan if isinstance(plan, Plan) else plan.plan).bottleneck, _RENT
    else:
        found, shown = noticeable(plan.bottleneck), _RISE
    limits = found if form is None else found.filter(pl.col("form") == form)
    _charts.require_rows(limits, "rent of a limit that binds" if form is None else f"rent of a limit of `{form}`")
    drawn = _told_limits(limits.head(n_shown), shown.whole)
    axis = _charts.loss_axis([*drawn[shown.bar], *drawn[shown.tick]], only_if_all=True)
    scale = axis.scale if axis.low is not None else alt.Scale(zero=True)
    x = alt.X(f"{shown.bar}:Q", title=f"{shown.title} (USD per t{axis.word})", scale=scale,
              axis=alt.Axis(format="~s", tickCount=6))  # fmt: skip
    y = alt.Y("limit:N", sort=drawn["limit"].to_list(), title=None, axis=alt.Axis(labelLimit=420))
    kinds = drawn["binds"].unique(maintain_order=True).to_list()
    hues = [COLORS[place % len(COLORS)] for place in range(len(kinds))]
    color = alt.Color("binds:N", title=None, legend=alt.Legend(orient="top", columns=6),
                      scale=alt.Scale(domain=kinds, range=hues))  # fmt: skip
    told = _charts.tooltip(drawn, "rank", "limit", "n_periods", "used_t", "rent_usd_per_t", "rent_usd_per_t_base",
                           "rent_usd_per_t_change", "highest_rent_usd_per_t", "rent_usd",
                           "rent_change_usd")  # fmt: skip
    base = alt.Chart(_charts.data(drawn), width=WIDTH - 380, height={"step": 24}).encode(y=y, tooltip=told)
    start = {"x2": alt.datum(axis.low if axis.low is not None else 0)}
    bars = base.mark_bar(size=15).encode(x=x, color=color, **start)
    ticks = base.mark_tick(thickness=2, size=15, color="black").encode(x=alt.X(f"{shown.tick}:Q"))
    words = base.mark_text(align="left", dx=6, fontSize=10, color="#666").encode(
        x=alt.X(f"{shown.tick}:Q"), text="told:N"
    )
    left_out = limits.height - drawn.height
    note = f". {shown.note}{f'; {left_out} smaller rents not drawn' if left_out else ''}"
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
        Change of the cost against the base above, shortfall of the buyers below, in % of their demand, a line for each
        form that is ever short. A value without a plan is marked by a dashed line, and is never drawn as zero.

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

    _charts.require(sweep, ["parameter", "value", "form", "cost_change_usd", "shortfall_share"])
    known = sweep.drop_nulls(["cost_change_usd"]).sort("value", maintain_order=True)
    _charts.require_rows(known, "cost of a plan")
    _charts.require_one(sweep, "parameter")
    parameter = str(sweep["parameter"][0])
    label, form = _PARAMETERS.get(parameter, (parameter.replace("_", " "), ",~f"))
    costs = known.unique("value", keep="first", maintain_order=True).with_columns(
        (pl.col("cost_change_usd") / 1e6).alias("cost")
    )
    lacking = sweep.filter(pl.col("cost_change_usd").is_null()).unique("value", keep="first", maintain_order=True)
    ends = [float(value) for value in sweep["value"].sort()]
    x = alt.X("value:Q", title=label, axis=alt.Axis(format=form, tickCount=8),
              scale=alt.Scale(domain=[ends[0], ends[-1]], nice=False))  # fmt: skip
    wanted = known.drop_nulls(["shortfall_share"])
    is_short = (pl.col("shortfall_share") > ROUNDING).any().over("form")
    rows = wanted.filter(is_short) if wanted.filter(is_short).height else wanted
    above = alt.Chart(_charts.data(costs.drop("form", "demand_t", "shortfall_t", "shortfall_share", strict=False)),
                      width=WIDTH, height=180)  # fmt: skip
    above = above.mark_line(color=PALETTE[0], point=alt.OverlayMarkDef(size=28, color=PALETTE[0])).encode(
        x=x, tooltip=_charts.tooltip(costs, "value", "cost_usd", "cost_change_usd"),
        y=alt.Y("cost:Q", title="change of cost (million USD)", axis=alt.Axis(format=",~f", tickCount=6)),
    )  # fmt: skip
    forms = rows["form"].unique(maintain_order=True).to_list()
    hues = [COLORS[(place + 1) % len(COLORS)] for place in range(len(forms))]
    color = alt.Color("form:N", title=None, legend=alt.Legend(orient="top", labelLimit=260, columns=4),
                      scale=alt.Scale(domain=forms, range=hues))  # fmt: skip
    below = alt.Chart(_charts.data(rows), width=WIDTH, height=180)
    below = below.mark_line(point=alt.OverlayMarkDef(size=28)).encode(
        x=x, color=color, tooltip=_charts.tooltip(rows, "form", "value", "demand_t", "shortfall_t", "shortfall_share"),
        y=alt.Y("shortfall_share:Q", title="shortfall (% of the buyers' demand)",
                axis=alt.Axis(format="~%", tickCount=6), scale=alt.Scale(domainMin=0)),
    )  # fmt: skip
    panels = []
    for line in (above, below):
        layers = [line]
        if lacking.height:
            gaps = alt.Chart(_charts.data(lacking)).mark_rule(strokeDash=[4, 4], color="#888")
            layers.append(gaps.encode(x=x, tooltip=_charts.tooltip(lacking, "value", "reason")))
        panels.append(alt.LayerChart(layer=layers))
    n_values = sweep["value"].n_unique()
    note = f". Dashed: no plan is possible at {lacking.height} of {n_values} values" if lacking.height else ""
    note += "" if wanted.filter(is_short).height else "; nothing is short"
    heading = title or f"Cost and shortfall by {parameter.replace('_', ' ')}"
    told_by = f"{source}. Change of cost: against the plan without the shock{note}"
    # The legend stands over the panel that it is about.
    apart = alt.Resolve(scale=alt.ScaleResolveMap(color="independent"))
    return alt.vconcat(*panels, spacing=16, title=_charts.title(heading, told_by), resolve=apart)


def _told_limits(limits: pl.DataFrame, whole: str) -> pl.DataFrame:
    """Name each limit, and tell what it earns; two of one name stay two bars."""
    import polars as pl

    rows = limits.to_dicts()
    most = max(row[whole] for row in rows)
    names = [limit_words(row) for row in rows]
    distinct = [
        f"{name} [{row['rank']}]" if names.count(name) > 1 else name for name, row in zip(names, rows, strict=True)
    ]
    return limits.with_columns(
        pl.Series("limit", distinct, dtype=pl.String),
        pl.Series("binds", [KINDS.get(row["kind"], row["kind"]) for row in rows], dtype=pl.String),
        pl.Series("told", [f"{short(settled(row[whole], most) / 1e6)} M USD" for row in rows], dtype=pl.String),
    )
