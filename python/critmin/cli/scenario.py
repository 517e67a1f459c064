"""``critmin scenario``: what happens if."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from critmin._answer import answer_lines
from critmin._words import short, span_words
from critmin.cli import _cost_print
from critmin.cli._cost_options import Answered, Asked, cost_options
from critmin.cli.render import output_options, print_line, print_lines, print_table, write_outputs, write_tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from critmin.disruption import Scenario
    from critmin.result import Result

# Folder of the cost beside the files of the markets.
ECONOMY = "economy"


@click.group(short_help="What happens if exports are restricted.")
def scenario() -> None:
    """Export restrictions and their consequences."""


@scenario.command(short_help="Run a scenario file: price, shortfall, months of stocks, cost.")
@click.argument("file", type=click.Path())
@click.option("--level", type=float, help="Replace the restriction level of every restriction (0 to 1).")
@cost_options
@click.option("--out", type=click.Path(file_okay=False), metavar="DIR", help="Write everything into DIR.")
@output_options()
def run(
    *, file: str, level: float | None, asked: Asked, out: str | None, as_json: bool, parquet: Path | None,
    csv: Path | None, report: Path | None,
) -> None:  # fmt: skip
    """Run the scenario in FILE (.toml or .json): price, shortfall, months of cover, and with --economy the cost.

    The choices of the economy stage stand in the file, under [economy].

    \b
    Examples:
      critmin scenario run ban.toml
      critmin scenario run ban.toml --level 0.5 --json
      critmin scenario run ban.toml --economy --options-table --draws 1000 --seed 7
      critmin scenario run ban.toml --out results --report ban.html
    """  # noqa: D301
    from critmin import disruption

    asked.check()
    wanted = _read(file, level)
    result = disruption.run(wanted, progress=not as_json)
    costs = asked.answer(wanted, progress=not as_json)
    if as_json:
        click.echo(_json(result, costs))
    else:
        print_result(result)
        if costs is not None:
            _cost_print.answered(costs)
    if out is not None:
        _write_everything(result, costs, out)
    write_outputs(result, parquet=parquet, csv=csv, report=report)
    if costs is not None:
        write_tables(costs, parquet=parquet and parquet / ECONOMY, csv=csv and csv / ECONOMY)


@scenario.command(short_help="Check a scenario file and print it in full.")
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
    """Print the answer of one run, the same as a table, its sensitivity to the forms, and the notes."""
    print_answer(result)
    print_figures({"": result})
    _print_forms(result)
    print_lines(result.notes())


def print_answer(result: Result) -> None:
    """Tell who is short of what, at what price, and how long the stocks last."""
    title, *lines = answer_lines(result)
    print_line(title, style="bold")
    print_lines(lines)


def print_figures(runs: dict[str, Result]) -> None:
    """Print the figures of the answer as one table, one row for each market and consumer of each run."""
    rows = [(f"{name} {row[0]}".strip(), *row[1:]) for name, run_ in runs.items() for row in _figures(run_)]
    countries = {row["country"] for run_ in runs.values() for row in run_.consumers.to_dicts()}
    whose = countries.pop() if len(countries) == 1 else "consumer"
    heads = ("market", "price ratio", "short,\nt/yr", f"{whose} short,\nt/yr", "its stocks,\nmonths")
    print_table("The same in figures (low-high)", heads, rows)


def _figures(result: Result) -> Iterator[tuple[str, ...]]:
    keys = ("commodity", "stage", "scope")
    consumers = result.consumers.to_dicts()
    several = len({row["country"] for row in consumers}) > 1
    for market in result.markets.to_dicts():
        lack = "n/a" if market["shortfall_t"] is None else short(market["shortfall_t"])
        told = (_ranged(market, "price_ratio"), lack)
        same = [row for row in consumers if all(row[key] == market[key] for key in keys)]
        if not same:
            yield market["commodity"], *told, "n/a", "n/a"
        for row in same:
            whose = f"{row['country']} " if several else ""
            months = "n/a" if row["months_of_cover"] is None else short(row["months_of_cover"])
            yield market["commodity"], *told, f"{whose}{_ranged(row, 'shortfall_t')}", months


def _ranged(row: dict[str, Any], name: str) -> str:
    if row[name] is None:
        return "n/a"
    span = span_words(row, name).replace(" to ", "-")
    return f"{short(row[name])} ({span})" if span else short(row[name])


def _print_forms(result: Result) -> None:
    """Print the price ratio under every form, one row for each market."""
    rows = result.forms.to_dicts()
    pairs = list(dict.fromkeys((row["demand_form"], row["supply_form"]) for row in rows))
    values = {(row["commodity"], row["demand_form"], row["supply_form"]): row for row in rows}
    lines = []
    for demand, supply in pairs:
        cells = [values.get((name, demand, supply)) for name in dict.fromkeys(row["commodity"] for row in rows)]
        chosen = any(cell and cell["is_chosen"] for cell in cells)
        told = (None if cell is None or cell["price_ratio"] is None else short(cell["price_ratio"]) for cell in cells)
        lines.append((demand.replace("_", " "), supply.replace("_", " "), *told, "chosen" if chosen else ""))
    heads = ("demand", "supply", *dict.fromkeys(row["commodity"] for row in rows), "")
    if lines:
        print_table("Price ratio under every functional form: the most contested choice", heads, lines)


def _json(result: Result, costs: Answered | None) -> str:
    """Return the outcome, and beside it the cost where it was asked."""
    if costs is None:
        return result.to_json()
    return json.dumps({"outcome": json.loads(result.to_json()), **costs.record()}, ensure_ascii=False)


def _write_everything(result: Result, costs: Answered | None, folder: str) -> None:
    from pathlib import Path

    formats = ["parquet", "csv", "json"]
    files = result.write(folder, formats=formats)
    files += [] if costs is None else costs.write(Path(folder) / ECONOMY, formats=formats)
    page = result.report(Path(folder) / "report.html")
    click.echo(f"wrote {len(files)} files and {page.name} to {folder}", err=True)


def _read(file: str, level: float | None) -> Scenario:
    from critmin import disruption

    read = disruption.Scenario.from_file(file)
    return read if level is None else read.with_restriction_level(level)
