"""What a terminal shows of a resourcing: what buyers get, what binds, what changed, and a sweep of one parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from critmin._flows import amount
from critmin._plan_words import after_months, change_lines, got, last_tonnes, limit_words, money, names, notes, switched
from critmin._words import country_name, percent, short
from critmin.cli.render import print_item, print_line, print_lines, print_table

if TYPE_CHECKING:
    import polars as pl

    from critmin.resourcing import Resourcing

# Rows of a table that a terminal shows without `--all`.
SHOWN = 10
_ROUNDING = 1e-6


def resourced(found: Resourcing, *, everything: bool) -> None:
    """Print the answer: supply, shortfall by use, the last tonne's price, the bottleneck, the change, the notes."""
    plan, buyers = found.plan, found.buyers
    print_line(plan.title, style="bold")
    print_item("Plan", f"{len(plan.periods)} periods, {plan.periods[0]} to {plan.periods[-1]}; cost "
               f"{money(plan.cost_usd)}, of which {money(_unmet(found))} for unmet demand")  # fmt: skip
    print_item("Buyers", names(buyers))
    for line in got(plan, buyers):
        print_line(line)
    _uses(found, everything=everything)
    _bridged(found)
    for line in (*last_tonnes(plan, buyers), *switched(plan, buyers)):
        label, _, text = line.partition(": ")
        print_item(label, text)
    _limits(found, everything=everything)
    if found.plan is not found.base:
        print_lines(change_lines(found.change, buyers))
    _support(found)
    print_lines(notes(plan))


def swept(rows: pl.DataFrame) -> None:
    """Print cost and shortfall for each value of a parameter."""
    parameter = str(rows["parameter"][0])
    label = parameter.replace("_", " ")
    cells = [_value(row, is_share=parameter != "cover_days") for row in rows.to_dicts()]
    heads = (label, "change of cost", "buyers' shortfall", "share")
    print_table(f"Cost and shortfall by {label}", heads, cells, right=heads)
    for row in rows.filter(rows["reason"].is_not_null()).to_dicts():
        print_item(f"No plan at {short(row['value'])}", row["reason"])


def _value(row: dict[str, Any], *, is_share: bool) -> tuple[str | None, ...]:
    value = percent(row["value"]) if is_share else short(row["value"])
    if row["cost_change_usd"] is None:
        return value, None, None, None
    return (
        value, money(row["cost_change_usd"], signed=True), amount(row["shortfall_t"], "t"),
        percent(row["shortfall_share"]),
    )  # fmt: skip


def _uses(found: Resourcing, *, everything: bool) -> None:
    rows = found.shortfall(("use", "form"))
    rows = rows.filter(rows["shortfall_share"] > _ROUNDING).sort("shortfall_cost_usd", descending=True)
    if rows.is_empty():
        return
    shown = rows if everything else rows.head(SHOWN)
    cells = [
        (row["use"], row["form"], amount(row["demand_t"], "t"), amount(row["shortfall_t"], "t"),
         percent(row["shortfall_share"]), money(row["shortfall_cost_usd"]))
        for row in shown.to_dicts()
    ]  # fmt: skip
    heads = ("use", "of", "demand", "short", "share", "cost")
    print_table("Who is short", heads, cells, wrap=heads[:2], right=heads[2:])
    _left_out(rows.height - shown.height)


def _bridged(found: Resourcing) -> None:
    months = {region: found.plan.months_bridged(region) for region in found.buyers}
    told = [f"{country_name(region)} {after_months(value)}" for region, value in months.items() if value is not None]
    if told:
        print_item("First shortfall", ", ".join(told))


def _limits(found: Resourcing, *, everything: bool) -> None:
    limits = found.plan.bottleneck
    if limits.is_empty():
        print_item("Bottleneck", "no limit binds")
        return
    shown = limits if everything else limits.head(SHOWN)
    cells = [
        (limit_words(row), short(row["rent_usd_per_t"]), money(row["rent_usd"])) for row in shown.to_dicts()
    ]  # fmt: skip
    heads = ("what binds", "USD per t", "in all")
    print_table("Bottleneck first: what one tonne more is worth", heads, cells, wrap=heads[:1], right=heads[1:])
    _left_out(limits.height - shown.height)


def _support(found: Resourcing) -> None:
    grades = found.inputs["grade"].value_counts().sort("grade").rows()
    if grades:
        print_item("Inputs by grade", ", ".join(f"{count} {grade or 'ungraded'}" for grade, count in grades))
    for text in found.warnings:
        print_item("Note", text)


def _unmet(found: Resourcing) -> float:
    return float(dict(found.plan.costs.rows()).get("unmet", 0.0))


def _left_out(number: int) -> None:
    if number:
        print_line(f"... and {number} more rows: `--all`, `--json`, `--csv DIR`")
