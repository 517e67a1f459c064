"""Who supplies whom before and after a shock, as two Sankeys side by side: forms along the chain, then the uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from critmin import _charts, _sankey
from critmin._plan import Plan
from critmin.exceptions import InvalidDataError, MissingInputsError, UnknownNameError
from critmin.resourcing import Resourcing

if TYPE_CHECKING:
    import altair as alt
    import polars as pl

    from critmin._sankey_layout import Layout

_MEASURE = "contained_mass_t"
_LABEL, _GAP, _HEIGHT = 150, 165, 420
_USES = "uses"
# Uses that are named, the largest demand first; the others are one.
_MOST_USES = 4
_SMALLER = "smaller uses"
# Flows below this share of the largest are what solvers leave of a zero.
_ROUNDING = 1e-6


class _Flows(NamedTuple):
    """Edges and primary supply of one plan."""

    edges: list[dict[str, Any]]
    own: list[dict[str, Any]]


def plan_sankey(
    plan: Resourcing | Plan,
    *,
    base: Plan | None = None,
    form: str | None = None,
    period: str | None = None,
    source: str | None = None,
    title: str | None = None,
    n_countries: int = 8,
) -> alt.HConcatChart:
    """Draw who supplies whom before and after a shock, from the first form to the uses.

    Parameters
    ----------
    plan
        What :func:`critmin.resource` or :meth:`SupplyNetwork.plan` returned.
    base
        What stands beside it; by default the base of a resourcing. Without one, one picture is drawn.
    form
        Any form of the chain that is meant; needed only when a network holds several chains.
    period
        One period; by default all of them added up.
    source
        Where the inputs come from.
    title
        Heading.
    n_countries
        How many countries to name; the others are folded into one, as uses past the four with the largest demand are.

    Returns
    -------
    altair.HConcatChart
        Each picture has a scale of its own; its totals are written above the columns. A country has the same colour
        in both. Demand that substitutes meet or nobody is not drawn.

    Raises
    ------
    InvalidDataError
        When it is no plan, or the network holds several chains and no form is named.
    UnknownNameError
        When the network has no such form or period.
    MissingInputsError
        When nothing flows.
    """
    import altair as alt

    plans = _plans(plan, base)
    chain = _chain(plans[0][1], form)
    layouts = [(name, _laid_out(each, chain, period, n_countries)) for name, each in plans]
    hues = _sankey.colors(*(layout for _, layout in layouts))
    panels = [
        _sankey.panel(layout, _MEASURE, hues).properties(
            title=alt.TitleParams(name, anchor="start", frame="group", fontSize=13)
        )
        for name, layout in layouts
    ]
    span = period or f"{plans[0][1].periods[0]} to {plans[0][1].periods[-1]}, all periods"
    told = (
        f"{source_of(plan, source)}. Contained mass in t, {span}; ribbons have the colour of the supplying country; "
        "left of a bar what enters from stocks, grey right of it what is lost or put into stocks; demand met by "
        "substitutes or by nobody is not drawn"
    )
    heading = _charts.title(title or f"Who supplies whom: {plans[-1][1].title}", told)
    chart: alt.HConcatChart = alt.hconcat(*panels, spacing=30, title=heading).configure_view(stroke=None)
    return chart


def source_of(plan: Resourcing | Plan, source: str | None) -> str:
    """Name the model and the grades of the inputs, unless a source is given."""
    if source is not None:
        return source
    if isinstance(plan, Plan) or plan.inputs.is_empty():
        return f"model of critmin, network `{(plan if isinstance(plan, Plan) else plan.plan).title}`"
    grades = ", ".join(f"{count} {grade}" for grade, count in plan.inputs["grade"].value_counts().sort("grade").rows())
    return f"reference dataset of critmin, model of critmin; inputs by grade: {grades}"


def check(plan: object) -> None:
    """Refuse what is no plan."""
    if not isinstance(plan, (Plan, Resourcing)):
        raise InvalidDataError(
            f"found a `{type(plan).__name__}`, expected a `Resourcing` or a `Plan`: pass what `cm.resource(...)` or "
            "`SupplyNetwork.plan()` returns"
        )


def _plans(plan: Resourcing | Plan, base: Plan | None) -> list[tuple[str, Plan]]:
    """Name the plans to draw, the base first."""
    check(plan)
    after = plan if isinstance(plan, Plan) else plan.plan
    if base is None and isinstance(plan, Resourcing) and plan.base is not plan.plan:
        base = plan.base
    if base is None:
        return [("Plan", after)]
    _charts.require_kind(base, Plan, "SupplyNetwork.plan()")
    return [("Before", base), ("After", after)]


def _chain(plan: Plan, form: str | None) -> list[str]:
    """Return the forms of one chain, in the order of their making."""
    links = [(row["input"], row["output"]) for row in plan.network.record["processes"] if row.get("input")]
    every = dict.fromkeys([
        *(row["output"] for row in plan.network.record["processes"] if not row.get("input")),
        *(each for link in links for each in link),
        *(row["form"] for part in ("arcs", "uses") for row in plan.network.record[part]),
    ])  # fmt: skip
    chains = _connected(list(every), links)
    if form is not None:
        found = [chain for chain in chains if form in chain]
        if not found:
            raise UnknownNameError(f"no form `{form}`: expected one of {list(every)}")
        return _ordered(found[0], links)
    used = {row["form"] for row in plan.network.record["uses"]}
    drawn = [chain for chain in chains if used & set(chain)]
    if len(drawn) > 1:
        raise InvalidDataError(
            f"the network holds {len(drawn)} chains, whose tonnes do not add up: name a form of one with `form`, as "
            f"`{drawn[0][-1]}` or `{drawn[1][-1]}`"
        )
    return _ordered(drawn[0] if drawn else list(every), links)


def _connected(forms: list[str], links: list[tuple[str, str]]) -> list[list[str]]:
    """Part the forms into chains."""
    place = {form: index for index, form in enumerate(forms)}
    for _ in forms:
        for first, second in links:
            place[first] = place[second] = min(place[first], place[second])
    return [[form for form in forms if place[form] == index] for index in dict.fromkeys(place.values())]


def _ordered(chain: list[str], links: list[tuple[str, str]]) -> list[str]:
    """Put what is made of another behind it; a loop stays as it was found."""
    depth = dict.fromkeys(chain, 0)
    for _ in chain:
        for first, second in links:
            if first in depth:
                depth[second] = max(depth[second], min(depth[first] + 1, len(chain)))
    return sorted(chain, key=lambda form: depth[form])


def _laid_out(plan: Plan, chain: list[str], period: str | None, n_countries: int) -> Layout:
    import polars as pl

    from critmin._sankey_layout import Size, lay_out

    if period is not None and period not in plan.periods:
        raise UnknownNameError(f"no period `{period}`: expected one of {plan.periods}")
    found = _flows_of(plan, chain, period)
    least = _ROUNDING * max((row["flow"] for row in found.edges), default=0.0)
    edges = [row for row in found.edges if row["flow"] > least]
    if not edges:
        raise MissingInputsError("nothing flows in the plan: there is nothing to draw")
    own = [row for row in found.own if row["own"] > least]
    size = Size(width=_charts.WIDTH - _LABEL, gap=_GAP, height=_HEIGHT)
    kinds = {"good": pl.String, "stage": pl.String, "country": pl.String, "own": pl.Float64}
    primary = pl.DataFrame(own, schema=kinds).group_by("good", "stage", "country", maintain_order=True).sum()
    return lay_out(pl.DataFrame(edges), primary, n_countries=n_countries, size=size)


def _flows_of(plan: Plan, chain: list[str], period: str | None) -> _Flows:
    """Make the edges: routes, makers, uses, in the order of the chain; and what enters without an input."""
    import polars as pl

    def rows(table: pl.DataFrame) -> list[dict[str, Any]]:
        kept = table.filter(pl.col("form").is_in(chain))
        return (kept if period is None else kept.filter(pl.col("period") == period)).to_dicts()

    inputs = {(row["id"], row["region"]): row.get("input") for row in plan.network.record["processes"]}
    edges, own = [], []
    for row in rows(plan.production):
        taken = inputs[row["process"], row["region"]]
        if taken is None:
            own.append(_own(row["form"], row["region"], row["output_t"]))
        else:
            edges.append(_edge((taken, taken, row["region"]), (row["form"],) * 2 + (row["region"],), row["output_t"]))
    for row in rows(plan.flows):
        edges.append(_edge((row["form"],) * 2 + (row["origin"],), (row["form"],) * 2 + (row["destination"],),
                           row["sent_t"]))  # fmt: skip
    released = plan.stocks.filter(pl.col("form").is_in(chain), pl.col("period") == period if period else True)
    for row in released.group_by("form", "region", maintain_order=True).agg(pl.col("released_t").sum()).to_dicts():
        if row["released_t"] > 0:  # what is filled up stays there
            own.append(_own(row["form"], row["region"], row["released_t"]))
    named = _named_uses(plan, chain)
    for row in rows(plan.uses):
        use = row["use"] if row["use"] in named else _SMALLER
        edges.append(_edge((row["form"],) * 2 + (row["region"],), (use, _USES, row["region"]), row["supplied_t"]))
    place = {form: index for index, form in enumerate(chain)}
    edges.sort(key=lambda row: (place[row["supplier_stage"]], place.get(row["buyer_stage"], len(chain))))
    return _Flows(edges, own)


def _named_uses(plan: Plan, chain: list[str]) -> list[str]:
    """Return the uses with the largest demand over all periods, so that before and after name the same; or all."""
    import polars as pl

    of_chain = plan.uses.filter(pl.col("form").is_in(chain))
    sums = of_chain.group_by("use", maintain_order=True).agg(pl.col("demand_t").sum())
    ranked = sums.sort("demand_t", "use", descending=[True, False])["use"].to_list()
    return ranked if len(ranked) <= _MOST_USES + 1 else ranked[:_MOST_USES]


def _edge(supplier: tuple[str, ...], buyer: tuple[str, ...], flow: float) -> dict[str, Any]:
    parts = ("good", "stage", "country")
    ends = {f"{end}_{part}": value for end, values in (("supplier", supplier), ("buyer", buyer))
            for part, value in zip(parts, values, strict=True)}  # fmt: skip
    return {**ends, "flow": flow}


def _own(form: str, region: str, mass: float) -> dict[str, Any]:
    return {"good": form, "stage": form, "country": region, "own": mass}
