"""A plan in plain sentences: what buyers get, who is short, the last tonne's price, what binds, what switched."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from critmin._answer import WIDTH
from critmin._flows import amount
from critmin._plan_frames import noticeable
from critmin._words import ROUNDING, country_name, listed, percent, settled, short

if TYPE_CHECKING:
    from collections.abc import Iterable

    from critmin._plan import Plan, PlanChange
    from critmin.resourcing import Resourcing

# What binds, in words.
KINDS = {
    "capacity": "capacity", "by_product": "host output", "ramp": "ramp", "leak": "leak", "route": "route",
    "restriction": "restriction", "bloc_cap": "bloc cap", "cover": "cover", "store": "store", "offtake": "offtake",
    "domestic_minimum": "domestic minimum", "substitution": "speed of substitution",
}  # fmt: skip
# Limits whose name says no more than their form.
_UNNAMED = {"cover", "store", "domestic_minimum"}
# Rows that a screen shows of each list.
SHOWN = 5


def plan_lines(plan: Plan, buyers: list[str], limits: list[str] | None = None) -> list[str]:
    """Tell a plan, without its notes; `limits` in place of its own lines on what binds."""
    lines = [
        plan.title,
        f"{len(plan.periods)} periods, {plan.periods[0]} to {plan.periods[-1]}; cost {money(plan.cost_usd)}"
        f"{_parts(plan)}.",
        f"Buyers: {names(buyers)}.",
        *got(plan, buyers),
        *short_uses(plan, buyers),
        *last_tonnes(plan, buyers),
        *(bottlenecks(plan) if limits is None else limits),
        *switched(plan, buyers),
    ]
    return _wrapped(lines)


def got(plan: Plan, buyers: list[str]) -> list[str]:
    """Tell what the buyers get of each form."""
    lines = []
    for row in plan.shortfall("form", regions=buyers).to_dicts():
        demand = row["demand_t"]
        if not demand:
            lines.append(f"  {row['form']}: no demand")
            continue
        parts = [f"{percent(settled(row['supplied_t'] / demand, 1.0))} supplied"]
        if row["substituted_t"] / demand > ROUNDING:
            parts.append(f"{percent(row['substituted_t'] / demand)} replaced by substitutes")
        lack = row["shortfall_t"] / demand
        parts.append(f"{percent(lack)} short" if lack > ROUNDING else "nothing short")
        lines.append(f"  {row['form']}: of {amount(demand, 't')} wanted, {', '.join(parts)}")
    return lines


def short_uses(plan: Plan, buyers: list[str]) -> list[str]:
    """Tell the uses that are short, the largest shortfall first."""
    import polars as pl

    rows = plan.shortfall(("use", "form"), regions=buyers).filter(pl.col("shortfall_share") > ROUNDING)
    rows = rows.sort("shortfall_cost_usd", descending=True)
    told = [
        f"{row['use']} {amount(row['shortfall_t'], 't')} of {row['form']} ({percent(row['shortfall_share'])})"
        for row in rows.head(SHOWN).to_dicts()
    ]
    if not told:
        return []
    more = f"; and {rows.height - len(told)} more uses" if rows.height > len(told) else ""
    after: dict[float, list[str]] = {}
    for region in buyers:
        months = plan.months_bridged(region)
        if months is not None:
            after.setdefault(months, []).append(country_name(region))
    first = [f"{listed(who)} {after_months(months)}" for months, who in sorted(after.items())]
    return [f"Short: {'; '.join(told)}{more}.", *([f"First shortfall: {'; '.join(first)}."] if first else [])]


def after_months(months: float) -> str:
    """Say when a shortfall begins.

    Examples
    --------
    >>> after_months(0.0), after_months(0.9993), after_months(11.99)
    ('at once', 'after 1 month', 'after 12 months')
    """
    rounded = round(months, 1)
    return f"after {rounded:g} month{'' if rounded == 1 else 's'}" if rounded else "at once"


def last_tonnes(plan: Plan, buyers: list[str]) -> list[str]:
    """Tell the highest price of the last tonne of each form, over buyers and periods."""
    import polars as pl

    frames = [plan.last_tonne(region).with_columns(pl.lit(region).alias("region")) for region in buyers]
    moving = pl.concat(frames).drop_nulls("price_usd_per_t").sort("price_usd_per_t", descending=True)
    highest = moving["price_usd_per_t"][0] if moving.height else 0.0
    told = [
        f"{row['form']} up to {short(settled(row['price_usd_per_t'], highest))} USD/t "
        f"({country_name(row['region'])}, {row['period']})"
        for row in moving.unique("form", keep="first", maintain_order=True).head(SHOWN).to_dicts()
    ]
    return [f"Price of the last tonne: {'; '.join(told)}."] if told else []


def bottlenecks(plan: Plan) -> list[str]:
    """Tell the limits that earn most."""
    told = [
        f"{limit_words(row)}, {short(row['rent_usd_per_t'])} USD/t"
        for row in plan.bottleneck.head(3).to_dicts()
    ]  # fmt: skip
    return [f"Bottleneck: {'; then '.join(told)}."] if told else ["Bottleneck: no limit binds."]


def risen_limits(found: Resourcing) -> list[str]:
    """Tell the limits whose rent the shock raises most; those that bind anyway where nothing is restricted."""
    if found.plan is found.base:
        return bottlenecks(found.plan)
    told = [
        f"{limit_words(row)}, {short(row['rent_usd_per_t_change'])} USD/t more than without it"
        for row in noticeable(found.bottleneck).head(3).to_dicts()
    ]
    return [f"Bottleneck of the shock: {'; then '.join(told)}." if told else "Bottleneck: the shock tightens no limit."]


def limit_words(row: dict[str, Any]) -> str:
    """Name one limit.

    Examples
    --------
    >>> limit_words({"kind": "capacity", "name": "refine", "form": "refined", "region": "JPN"})
    'capacity of refine (refined, Japan)'
    """
    kind = KINDS.get(row["kind"], str(row["kind"]).replace("_", " "))
    told = kind if row["kind"] in _UNNAMED else f"{kind} of {row['name']}"
    where = ", ".join(each for each in (row["form"], country_name(row["region"])) if each)
    return f"{told} ({where})"


def switched(plan: Plan, buyers: list[str]) -> list[str]:
    """Tell which uses switched to what, and what that draws."""
    import polars as pl

    rows = plan.substitutions.filter(pl.col("region").is_in(buyers))
    sums = rows.group_by("substitute", "use", "form", "draws_form", maintain_order=True).agg(
        pl.col("substituted_t").sum(), pl.col("drawn_t").sum()
    )
    demand = float(plan.shortfall((), regions=buyers)["demand_t"].sum())
    used = sums.filter(pl.col("substituted_t") > ROUNDING * demand).sort("substituted_t", descending=True)
    told = [
        f"{row['substitute']} replaces {amount(row['substituted_t'], 't')} of {row['form']} in {row['use']}"
        + (f" and draws {amount(row['drawn_t'], 't')} of {row['draws_form']}" if row["draws_form"] else "")
        for row in used.head(SHOWN).to_dicts()
    ]
    return [f"Switched: {'; '.join(told)}."] if told else []


def notes(plan: Plan) -> list[str]:
    """Say what a reader must know, and how far the optimum is from a proof."""
    gap = max(abs(value) for value in plan.certificate.values())
    return _wrapped([
        *(f"Note: {flag}." for flag in plan.flags),
        f"Optimum proven to {gap:.0e} (relative). It is what one planner with foresight would do: a bound on what "
        "markets can reach, not a forecast.",
    ])  # fmt: skip


def change_lines(change: PlanChange, buyers: list[str]) -> list[str]:
    """Tell what changed against the base."""
    parts = change["costs"].sort(change["costs"]["cost_usd_change"].abs(), descending=True)
    least = ROUNDING * max(abs(change.plan.cost_usd), abs(change.base.cost_usd), 1.0)
    told = [f"{part} {money(value, signed=True)}" for part, value in parts.select("part", "cost_usd_change").rows()
            if abs(value) > least]  # fmt: skip
    difference = money(change.cost_usd, signed=True) if abs(change.cost_usd) > least else "the same"
    first = f"Against the base: cost {difference}"
    return _wrapped([f"{first}{f' ({listed(told)})' if told else ''}.", *_lost(change, buyers), *_moved(change)])


def _lost(change: PlanChange, buyers: list[str]) -> list[str]:
    ours, theirs = (each.shortfall("form", regions=buyers) for each in (change.plan, change.base))
    before = dict(theirs.select("form", "shortfall_t").rows())
    told = [
        f"{form} {amount(settled(before.get(form, 0.0), demand), 't')} before, "
        f"{amount(settled(lack, demand), 't')} after"
        for form, lack, demand in ours.select("form", "shortfall_t", "demand_t").rows()
        if abs(lack - before.get(form, 0.0)) > ROUNDING * demand
    ]
    return [f"Shortfall of the buyers: {'; '.join(told)}."] if told else []


def _moved(change: PlanChange) -> list[str]:
    """Tell the routes that gained and lost most."""
    import polars as pl

    flows = change["flows"].group_by("origin", "via", "destination", "form", maintain_order=True).agg(
        pl.col("sent_t_change", "sent_t", "sent_t_base").sum()
    )  # fmt: skip
    least = ROUNDING * float(pl.concat([flows["sent_t"], flows["sent_t_base"]]).sum())
    lines = []
    for word, descending in (("Routes that gain", True), ("Routes that lose", False)):
        sign = 1 if descending else -1
        rows = flows.filter(sign * pl.col("sent_t_change") > least).sort("sent_t_change", descending=descending)
        told = [f"{route(row)} {amount(abs(row['sent_t_change']), 't')}" for row in rows.head(SHOWN).to_dicts()]
        lines += [f"{word}: {'; '.join(told)}."] if told else []
    return lines


def route(row: dict[str, Any]) -> str:
    """Name a route with its form.

    Examples
    --------
    >>> route({"origin": "CHN", "via": "KOR", "destination": "USA", "form": "refined"})
    'China → South Korea → United States (refined)'
    """
    ends = [row["origin"], row["via"], row["destination"]]
    return f"{' → '.join(country_name(end) for end in ends if end)} ({row['form']})"


def resourcing_lines(found: Resourcing) -> list[str]:
    """Tell the plan, the change against the base, and what the inputs rest on."""
    lines = plan_lines(found.plan, found.buyers, risen_limits(found))
    lines += [] if found.plan is found.base else change_lines(found.change, found.buyers)
    grades = found.inputs["grade"].value_counts().sort("grade").rows()
    told = ", ".join(f"{count} {grade or 'ungraded'}" for grade, count in grades)
    more = [f"Inputs by grade: {told}."] if told else []
    return [*lines, *_wrapped([*more, *(f"Note: {text}" for text in found.warnings)]), *notes(found.plan)]


def names(regions: Iterable[str]) -> str:
    """Join the names of regions; more than eight are counted."""
    several = [country_name(region) for region in regions]
    return listed(several) if len(several) <= 8 else f"{', '.join(several[:8])} and {len(several) - 8} more"


def money(usd: float, *, signed: bool = False) -> str:
    """Write an amount of money.

    Examples
    --------
    >>> money(1.234e6), money(2.5e9, signed=True), money(-12.0, signed=True)
    ('1.23 million USD', '+2.5 billion USD', '-12 USD')
    """
    size = abs(usd)
    divisor, unit = (1e9, " billion") if size >= 1e9 else (1e6, " million") if size >= 1e6 else (1.0, "")
    return f"{'+' if signed and usd > 0 else ''}{short(usd / divisor + 0.0)}{unit} USD"


def _parts(plan: Plan) -> str:
    unmet = dict(plan.costs.rows()).get("unmet", 0.0)
    return f", of which {money(unmet)} for unmet demand" if unmet > ROUNDING * max(plan.cost_usd, 1.0) else ""


def change_of_cost(plan: Plan, base: Plan) -> str:
    """Write what a plan costs more than its base."""
    return money(settled(plan.cost_usd - base.cost_usd, max(abs(plan.cost_usd), abs(base.cost_usd))), signed=True)


def _wrapped(lines: Iterable[str]) -> list[str]:
    return [
        part
        for line in lines
        for part in textwrap.wrap(line, WIDTH, subsequent_indent="    ", break_on_hyphens=False) or [line]
    ]
