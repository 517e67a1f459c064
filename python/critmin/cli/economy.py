"""``critmin economy``: the industries, cut or asked for their multipliers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from critmin.cli import _cost_print as printed
from critmin.cli._cost_options import Table, table_options
from critmin.cli.render import output_options, write_frames

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# Industries that a terminal shows without `--all`.
SHOWN = 25
_ALL = click.option("--all", "everything", is_flag=True, help="Print every row.")


@click.group(short_help="The industries of an economy: cut them, or ask their multipliers.")
def economy() -> None:
    """U.S. input-output tables: what a cut of some industries costs, and how industries hang together.

    An industry is a code of the table, as 334413 for semiconductors.

    \b
    Examples:
      critmin economy cut 334413=0.10
      critmin economy multipliers --industry 334413
    """  # noqa: D301


@economy.command(short_help="What the loss of some output costs.")
@click.argument("cuts", metavar="CODE=SHARE...", nargs=-1, required=True)
@table_options
@_ALL
@output_options(report=False)
def cut(
    *, cuts: tuple[str, ...], table: Table, everything: bool, as_json: bool, parquet: Path | None, csv: Path | None
) -> None:
    """Take a SHARE (0 to 1) of its output from each industry CODE, and let the economy adapt.

    \b
    Examples:
      critmin economy cut 334413=0.10
      critmin economy cut 334413=0.10 333314=0.05 --rationing proportional
      critmin economy cut 334413=0.10 --benchmark 2012 --json
    """  # noqa: D301
    shares = _shares(cuts)
    asked = table.economy()
    found = asked.cut(shares)
    if as_json:
        frames = {"industries": found.industries.to_dicts(), "commodities": found.commodities.to_dicts()}
        click.echo(json.dumps({**found.record, "cuts": shares, "table": asked.about, **frames}, ensure_ascii=False))
    else:
        printed.cut(found, asked.about["title"], everything=everything)
    tables = {"industries": found.industries} | ({"commodities": found.commodities} if found.commodities.height else {})
    write_frames(tables, parquet=parquet, csv=csv)


def _shares(cuts: Sequence[str]) -> dict[str, float]:
    shares: dict[str, float] = {}
    for text in cuts:
        code, sign, share = text.partition("=")
        if code in shares:
            raise click.UsageError(f"{text}: industry {code} is cut twice; give each code once")
        try:
            shares[code] = float(share)
        except ValueError:
            raise click.UsageError(f"{text}: expected CODE=SHARE, as 334413=0.10") from None
        if not (code and sign):
            raise click.UsageError(f"{text}: expected CODE=SHARE, as 334413=0.10")
    return shares


@economy.command(short_help="Output and value added per final demand, by industry.")
@click.option("--industry", "codes", multiple=True, metavar="CODE", help="May be repeated; all when absent.")
@click.option("--benchmark", type=int, default=2017, show_default=True, metavar="YEAR",
              help="U.S. input-output table, 2012 or 2017.")  # fmt: skip
@click.option("--imports", type=click.Choice(["imports_separated", "imports_included"]), default="imports_separated",
              show_default=True, help="Whether imported inputs count.")  # fmt: skip
@_ALL
@output_options(report=False)
def multipliers(
    *, codes: tuple[str, ...], benchmark: int, imports: str, everything: bool, as_json: bool, parquet: Path | None,
    csv: Path | None,
) -> None:  # fmt: skip
    """Tell the multipliers of each industry, the largest of output first.

    \b
    Examples:
      critmin economy multipliers
      critmin economy multipliers --industry 334413 --industry 333314
      critmin economy multipliers --imports imports_included --csv multipliers
    """  # noqa: D301
    from critmin.exceptions import UnknownNameError

    asked = Table(benchmark, "minimum_deviation").economy()
    rows = asked.multipliers(imports=imports)  # type: ignore[arg-type]
    unknown = sorted(set(codes) - set(rows["industry"]))
    if unknown:
        raise UnknownNameError(f"unknown industries {unknown}: expected codes of the table of {benchmark}, as 334413")
    rows = rows.sort("output", descending=True, maintain_order=True)
    rows = rows.filter(rows["industry"].is_in(list(codes))) if codes else rows
    if as_json:
        click.echo(json.dumps(rows.to_dicts(), ensure_ascii=False))
    else:
        printed.multipliers(rows, asked.about["title"], shown=rows.height if everything or codes else SHOWN)
    write_frames({"multipliers": rows}, parquet=parquet, csv=csv)
