"""What a terminal shows of a portfolio: the decision, budgets, frequencies, rules and a loan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from critmin import _decision_words
from critmin._words import country_name, percent, short
from critmin.cli.render import print_item, print_line, print_lines, print_table

if TYPE_CHECKING:
    import polars as pl

    from critmin.decision import Decision, Frontier, Selection
    from critmin.investing import Candidates

# Rows that a terminal shows without `--all`.
SHOWN = 20


def decided(found: Decision, *, everything: bool) -> None:
    """Print what is financed and stocked, what it saves, and what is assumed."""
    title, *lines = found.summary().splitlines()
    print_line(title, style="bold")
    print_lines(lines)
    rows = found.projects.sort("is_chosen", "grant_equivalent_million_usd", descending=True, maintain_order=True)
    _projects(rows, SHOWN if not everything else rows.height)
    losses = found.scenarios.sort("loss_without_million_usd", descending=True, maintain_order=True)
    shown = losses.head(losses.height if everything else SHOWN)
    cells = [
        (row["scenario"], percent(row["probability"]), _money(row["loss_without_million_usd"]),
         _money(row["loss_million_usd"]))
        for row in shown.to_dicts()
    ]  # fmt: skip
    heads = ("scenario", "probability", "nothing\nchosen", "chosen\nset")
    print_table("Loss by scenario, million USD", heads, cells, wrap=heads[:1], right=heads[1:])
    _left_out(losses.height - shown.height)


def _projects(rows: pl.DataFrame, shown: int) -> None:
    cells = [
        (row["project"], row["material"], row["stage"], country_name(row["country"]), _money(row["loan_million_usd"]),
         _money(row["grant_equivalent_million_usd"]), _verdict(row))
        for row in rows.head(shown).to_dicts()
    ]  # fmt: skip
    heads = ("project", "material", "stage", "country", "loan", "grant\neq.", "")
    print_table("Candidates, million USD", heads, cells, wrap=[*heads[:2], heads[3]], right=heads[4:6])
    _left_out(rows.height - shown)


def _verdict(row: dict[str, Any]) -> str:
    return "chosen" if row["is_chosen"] else "" if row["is_eligible"] else "barred"


def about(made: Candidates | None) -> None:
    """Print how well the inputs are supported, where they are the reference data."""
    if made is None:
        return
    counts = made.inputs["grade"].value_counts().sort("grade").rows()
    print_item("Inputs by grade", ", ".join(f"{count} {grade or 'ungraded'}" for grade, count in counts) or "none")
    for text in made.warnings:
        print_item("Note", text)


def budgets(found: Frontier, *, everything: bool) -> None:
    """Print the best set at every budget, or only where it changes."""
    print_line(found.portfolio.title, style="bold")
    print_line(_decision_words.how_many(found))
    points = found.points.to_dicts()
    shown = points if everything else [row for row in points if row["changes"] or row is points[0] or row is points[-1]]
    cells = [
        (_money(row["budget_million_usd"]), _money(row["spent_million_usd"]), _money(row["objective_million_usd"]),
         _money(row["expected_loss_million_usd"]), _money(row["cvar_million_usd"]), row["projects"] or "none")
        for row in shown
    ]  # fmt: skip
    heads = ("budget", "spent", "cost", "expected\nloss", "tail\nloss", "projects")
    print_table("The best set by budget, million USD", heads, cells, wrap=["projects"], right=heads[:-1])
    _left_out(len(points) - len(shown))
    print_item("Cost", "spend, and the weighted mean and tail of the losses")
    print_item("Largest gap of a proof", percent(max(row["gap"] for row in points)))


def selected(found: Selection) -> None:
    """Print how often each project is chosen."""
    title, *lines = found.summary().splitlines()
    print_line(title, style="bold")
    print_lines(lines)


def rules(found: pl.DataFrame) -> None:
    """Print the shipped rules."""
    rows = [(row["id"], row["title"]) for row in found.to_dicts()]
    print_table("Rules", ("id", "title"), rows, wrap=["title"])
    for row in found.to_dicts():
        print_item(row["id"], f"{row['source']}. {row['note'] or ''}")
    print_line("One as a document, to start your own: `critmin invest rules ID`.")


def lent(found: dict[str, float]) -> None:
    """Print what a loan is worth."""
    print_item("Loan", f"{short(found['loan_million_usd'])} million USD")
    print_item("Yearly payment after the grace", f"{100 * found['annuity']:.2f} % of the loan")
    print_item("Grant element", f"{100 * found['grant_element']:.2f} % of the loan is a gift")
    print_item("Grant equivalent", f"{short(found['grant_equivalent_million_usd'])} million USD")


def _money(million: float | None) -> str | None:
    return None if million is None else short(million + 0.0)


def _left_out(count: int) -> None:
    if count > 0:
        print_line(f"... and {count} more rows: `--all`, `--json`, `--csv DIR`")
