"""``critmin scenario``: what happens if."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from critmin.cli.render import output_options, print_line, print_table, write_outputs
from critmin.result import cover_words, interval

if TYPE_CHECKING:
    from pathlib import Path

    from critmin.disruption import Scenario
    from critmin.result import Result

_CONSUMER_COLUMNS = ("shortfall_t", "stock_t", "months_of_cover")


@click.group()
def scenario() -> None:
    """Export restrictions and their consequences."""


@scenario.command()
@click.argument("file", type=click.Path())
@click.option("--level", type=float, help="Replace the restriction level of every restriction (0 to 1).")
@click.option("--out", type=click.Path(file_okay=False), metavar="DIR", help="Write everything into DIR.")
@output_options()
def run(
    *, file: str, level: float | None, out: str | None, as_json: bool, parquet: Path | None, csv: Path | None,
    report: Path | None,
) -> None:  # fmt: skip
    """Run the scenario in FILE (.toml or .json): price, shortfall, months of cover.

    \b
    Examples:
      critmin scenario run ban.toml
      critmin scenario run ban.toml --level 0.5 --json
      critmin scenario run ban.toml --out results --report ban.html
    """  # noqa: D301
    from critmin import disruption

    wanted = _read(file, level)
    result = disruption.run(wanted, progress=not as_json)
    if as_json:
        click.echo(result.to_json())
    else:
        print_result(result)
    if out is not None:
        _write_everything(result, out)
    write_outputs(result, parquet=parquet, csv=csv, report=report)


@scenario.command()
@click.argument("file", type=click.Path())
@output_options(formats=False)
def show(*, file: str, as_json: bool) -> None:
    """Check the scenario in FILE and print it, complete with every default.

    \b
    Example:
      critmin scenario show ban.toml
    """  # noqa: D301
    wanted = _read(file, None)
    click.echo(wanted.to_json() if as_json else wanted.to_toml().rstrip())


def print_result(result: Result) -> None:
    """Print the answer of one run, its sensitivity to the functional forms, and the notes."""
    print_answer(result)
    _print_forms(result)
    for line in result.notes():
        print_line(line)


def print_answer(result: Result) -> None:
    """Print who is short of what, at what price, and how long the stocks last."""
    print_line(f"{result.scenario.title} ({result.scenario.id})")
    markets = [
        (
            f"{row['commodity']}, {row['stage']}",
            _percent(row["effective_level"]),
            interval(row, "price_ratio"),
            interval(row, "shortfall_t"),
            _percent(row["shortfall_share"]),
        )
        for row in result.markets.to_dicts()
    ]
    heads = ("market", "withheld", "price ratio (low to high)", "short, t per year", "of demand")
    print_table("Markets in the year after", heads, markets, wrap=heads)
    _print_unsolved(result)
    _print_consumers(result)


def _print_consumers(result: Result) -> None:
    consumers = [
        (
            f"{row['country']}, {row['commodity']}",
            *(interval(row, name) for name in _CONSUMER_COLUMNS),
            cover_words(row),
        )
        for row in result.consumers.to_dicts()
    ]
    heads = ("consumer", "short, t per year", "stock, t", "months of cover", "stocks")
    print_table("How long the stocks last", heads, consumers, wrap=heads)


def _print_forms(result: Result) -> None:
    rows = [
        (
            row["commodity"],
            row["demand_form"],
            row["supply_form"],
            row["price_ratio"],
            _percent(row["shortfall_share"]),
            "chosen" if row["is_chosen"] else "",
        )
        for row in result.forms.to_dicts()
    ]
    heads = ("commodity", "demand", "supply", "price ratio", "short", "")
    print_table("Sensitivity to the functional forms", heads, rows)


def _print_unsolved(result: Result) -> None:
    for row in result.markets.to_dicts():
        if row["price_ratio"] is None:
            print_line(f"{row['commodity']}, {row['stage']}: not available ({row['reason'] or row['status']})")


def _write_everything(result: Result, folder: str) -> None:
    from pathlib import Path

    files = result.write(folder, formats=["parquet", "csv", "json"])
    page = result.report(Path(folder) / "report.html")
    click.echo(f"wrote {len(files)} files and {page.name} to {folder}", err=True)


def _read(file: str, level: float | None) -> Scenario:
    from critmin import disruption

    read = disruption.Scenario.from_file(file)
    return read if level is None else read.with_restriction_level(level)


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{100 * share:.3g} %"
