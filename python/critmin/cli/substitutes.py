"""``critmin substitutes``: what can replace a commodity, in which use, by when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from critmin._words import percent, short
from critmin.cli._graph_options import FILE, save
from critmin.cli.render import output_options, print_item, print_line, print_table, write_tables

if TYPE_CHECKING:
    from pathlib import Path

    from critmin.materials import Substitutability


@click.command(short_help="What can replace a commodity, in which use, by when.")
@click.argument("commodity")
@click.option("--months", type=int, default=12, show_default=True, metavar="N",
              help="Months after the shock: 3, 12 or 36, the horizons of the table.")  # fmt: skip
@click.option("--picture", type=FILE, metavar="FILE", help="Draw all three horizons: .svg, .png or .html.")
@output_options(report=False)
def substitutes(
    *, commodity: str, months: int, picture: Path | None, as_json: bool, parquet: Path | None, csv: Path | None
) -> None:
    """Tell what COMMODITY is used for, what can replace it there, what the substitutes draw on, and an index of it all.

    \b
    Examples:
      critmin substitutes gallium
      critmin substitutes antimony --months 36 --picture antimony.svg
      critmin substitutes "rare earths" --json
    """  # noqa: D301
    from critmin.materials import substitutability

    found = substitutability(commodity, months=months)
    if as_json:
        click.echo(found.to_json())
    else:
        print_substitutes(found)
    write_tables(found, parquet=parquet, csv=csv)
    if picture is not None:
        from critmin import plots

        save(plots.substitutability(found.commodity), picture)


def print_substitutes(found: Substitutability) -> None:
    """Print the index, the uses, and the substitutes of each use that has one."""
    print_line(f"{found.name} ({found.commodity}), {found.months} months after a shock", style="bold")
    meaning = "0 = none, 1 = perfect substitutes in every use: higher = safer"
    covered = percent(found.covered_use_share)
    print_item("Substitutability", f"{found.value:.2f} ({meaning}); the uses listed cover {covered}")
    uses = found.uses.to_dicts()
    rows = [
        (_words(row["use"]), percent(row["use_share"]), f"{row['substitutability']:.2f}" if row["n_options"] else None,
         row["grade"])
        for row in uses
    ]  # fmt: skip
    right = ["share of use", "substitutability"]
    print_table("Uses", ("use", right[0], right[1], "grade"), rows, right=right)
    print_line("n/a: no substitute in the table, which is no proof that there is none.")
    order = {row["use"]: place for place, row in enumerate(uses)}
    options = sorted(found.options.to_dicts(), key=lambda row: (order[row["use"]], -row["feasible_share"]))
    heads = ("use", "substitute", "switch", "cost", "perform.", "draws on")
    print_table("Substitutes", heads, _option_rows(options), wrap=["use", "substitute", "draws on"], right=heads[2:5])
    print_line(
        "switch: share of the use that can have switched; cost and performance over the original; draws on: a "
        "commodity of the dataset, - where it is none."
    )
    if not all(row["is_proven"] for row in options):
        print_line("*: not in commercial use today.")
    for note in found.notes():
        print_line(note)
    print_line("Sources: reference tables end_uses and substitutes; `--csv` writes every row with its source.")


def _option_rows(options: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Make the lines of the substitutes; a use is named once."""
    rows: list[tuple[str, ...]] = []
    before = None
    for row in options:
        use = "" if row["use"] == before else _words(row["use"])
        before = row["use"]
        rows.append((
            use, _words(row["substitute"]) + ("" if row["is_proven"] else " *"), percent(row["feasible_share"]),
            short(row["cost_ratio"]), short(row["performance_ratio"]), _words(row["substitute_commodity"] or "") or "-",
        ))  # fmt: skip
    return rows


def _words(label: str) -> str:
    return label.replace("-", " ")
