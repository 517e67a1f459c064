"""What a terminal shows of a resourcing: what buyers get, what binds, what changed, and a sweep of one parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from critmin._flows import amount
from critmin._plan_frames import noticeable
from critmin._plan_words import after_months, change_lines, got, last_tonnes, limit_words, money, names, notes, switched
from critmin._words import ROUNDING, country_name, percent, settled, short
from critmin.cli.render import print_item, print_line, print_lines, print_table

if TYPE_CHECKING:
    import polars as pl

    from critmin.resourcing import Resourcing

# Rows of a table that a terminal shows without `--all`.
SHOWN = 10


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
    """Print cost and, form by form, shortfall for each value of a parameter; forms without demand are left out."""
    parameter = str(rows["parameter"][0])
    label = parameter.replace("_", " ")
    largest = float(rows["cost_usd"].abs().max() or 0.0)  # type: ignore[arg-type]
    reasons = rows.filter(rows["reason"].is_not_null()).unique("value", keep="first", maintain_order=True)
    wanted = rows.filter((rows["demand_t"] > 0) | (rows["reason"].is_not_null() & rows["value"].is_first_distinct()))
    cells: list[tuple[str | None, ...]] = []
    before = None
    for row in wanted.to_dicts():
        value = percent(row["value"]) if parameter != "cover_days" else short(row["value"])
        # The cost is that of the whole plan: it stands in the first row of a value only.
        head = (value, _cost(row, largest)) if row["value"] != before else ("", "")
        cells.append((*head, *_lack(row)))
        before = row["value"]
    heads = (label, "change of cost", "form", "buyers' shortfall", "share")
    print_table(f"Cost and shortfall by {label}", heads, cells, wrap=heads[2:3], right=[*heads[:2], *heads[3:]])
    for row in reasons.to_dicts():
        print_item(f"No plan at {short(row['value'])}", row["reason"])


def _cost(row: dict[str, Any], largest: float) -> str | None:
    change = row["cost_change_usd"]
    return None if change is None else money(settled(change, largest), signed=True)


def _lack(row: dict[str, Any]) -> tuple[str | None, ...]:
    """Tell the form and what of it is short."""
    if row["reason"] is not None:
        return "", None, None
    lack = amount(settled(row["shortfall_t"], row["demand_t"]), "t")
    return row["form"], lack, percent(settled(row["shortfall_share"] or 0.0, 1.0))


def _uses(found: Resourcing, *, everything: bool) -> None:
    rows = found.shortfall(("use", "form"))
    rows = rows.filter(rows["shortfall_share"] > ROUNDING).sort("shortfall_cost_usd", descending=True)
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
    is_shock = found.plan is not found.base
    limits = noticeable(found.bottleneck) if is_shock else found.plan.bottleneck
    if limits.is_empty():
        print_item("Bottleneck", "the shock tightens no limit" if is_shock else "no limit binds")
        return
    shown = limits if everything else limits.head(SHOWN)
    # What a limit is worth without the shock is not the shock's doing.
    columns = {"USD per t": "rent_usd_per_t", "in all": "rent_usd"}
    if is_shock:
        columns = {"USD per t": "rent_usd_per_t", "before": "rent_usd_per_t_base", "rise in all": "rent_change_usd"}
    largest = float(limits["rent_usd_per_t"].max() or 0.0)  # type: ignore[arg-type]
    *rents, whole = columns.values()
    most = float(limits[whole].max() or 0.0)  # type: ignore[arg-type]
    cells = [
        (limit_words(row), *(short(settled(row[name], largest)) for name in rents), money(settled(row[whole], most)))
        for row in shown.to_dicts()
    ]
    heads = ("what binds", *columns)
    title = "Bottleneck first: what one tonne more is worth"
    print_table(title, heads, cells, wrap=heads[:1], right=heads[1:])
    _left_out(limits.height - shown.height)


def _support(found: Resourcing) -> None:
    grades = found.inputs["grade"].value_counts().sort("grade").rows()
    if grades:
        print_item("Inputs by grade", ", ".join(f"{count} {grade or 'ungraded'}" for grade, count in grades))
    for text in found.warnings:
        print_item("Note", text)


def _unmet(found: Resourcing) -> float:
    return settled(float(dict(found.plan.costs.rows()).get("unmet", 0.0)), found.plan.cost_usd)


def _left_out(number: int) -> None:
    if number:
        print_line(f"... and {number} more rows: `--all`, `--json`, `--csv DIR`")
