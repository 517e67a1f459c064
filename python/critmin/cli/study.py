"""``critmin study``: ours beside published."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from critmin.cli.render import output_options, print_item, print_line, print_lines, print_table, write_outputs
from critmin.cli.scenario import print_answer, print_figures

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from critmin.study import StudyResult

# Steps of the restriction level that the terminal shows; the files hold all of them.
SHOWN_STEPS = 5
# Columns of a comparison that a terminal has room for.
CELLS = (
    "series", "scenario", "quantity", "output", "commodity", "stage", "entity", "year", "computed", "ours", "ours_low",
    "ours_high", "low", "high", "printed", "difference", "status", "verdict",
)  # fmt: skip


@click.group()
def study() -> None:
    """Run published studies, ours beside theirs."""


@study.command("list")
@output_options(formats=False)
def list_(*, as_json: bool) -> None:
    """List the studies.

    \b
    Example:
      critmin study list
    """  # noqa: D301
    import json

    from critmin.study import list_studies

    studies = list_studies()
    if as_json:
        rows = [{"id": one.id, "title": one.title, "method": one.method, "claim": one.claim} for one in studies]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    print_table("Studies", ("name", "title"), [(one.id, one.title) for one in studies], wrap=["title"])


@study.command()
@click.argument("name", required=False)
@click.option("--cells", is_flag=True, help="Print every published value with ours, also of a long comparison.")
@click.option("--curves", is_flag=True, help="Print price and shortfall at restriction levels from 0 to 100 %.")
@output_options()
def run(
    *, name: str | None, cells: bool, curves: bool, as_json: bool, parquet: Path | None, csv: Path | None,
    report: Path | None,
) -> None:  # fmt: skip
    """Run study NAME, or all studies, and print ours beside published.

    \b
    Examples:
      critmin study run
      critmin study run gallium-germanium-antimony-ban --report ban.html
      critmin study run usgs-mcs-2026-import-reliance --csv out
    """  # noqa: D301
    from critmin.study import list_studies, run_study

    if name is None and any((as_json, parquet, csv, report)):
        raise click.UsageError("--json, --parquet, --csv and --report need the NAME of one study")
    for one in [name] if name else [each.id for each in list_studies()]:
        result = run_study(one, progress=not as_json)
        if as_json:
            click.echo(result.to_json())
        else:
            print_study(result, cells=cells, curves=curves)
        write_outputs(result, parquet=parquet, csv=csv, report=report)


def print_study(result: StudyResult, *, cells: bool, curves: bool) -> None:
    """Print the answer, ours beside published, the figures, and what is assumed."""
    print_line(result.study.title, style="bold")
    for run_ in result.runs.values():
        print_line()
        print_answer(run_)
    print_line()
    print_lines(result.claims())
    if not result.runs:
        print_lines(result.headlines())
    if result.remarks():
        print_line("What differs", style="bold")
    for text in result.remarks():
        print_item("-", text)
    _print_comparison(result, cells=cells)
    if result.runs:
        print_figures(result.runs)
    if curves and not result.curve.is_empty():
        _print_curve(result.curve)
    print_line("Assumptions", style="bold")
    for text in result.study.assumptions:
        print_item("-", text)
    _print_more(result, cells=cells, curves=curves)


def _print_comparison(result: StudyResult, *, cells: bool) -> None:
    if cells:
        found = [name for name in CELLS if name in result.comparison.columns]
        shown = result.comparison.select(
            name for name in found if result.comparison[name].null_count() < result.comparison.height
        )
        print_table(
            "Every value", shown.columns, [[_spaced(one) for one in row] for row in shown.rows()], wrap=shown.columns
        )
        return
    if result.runs:
        print_line("Ours beside published", style="bold")
        for text in result.headlines():
            print_item("-", text)
        return
    if result.study.method == "score":
        if not result.overview.is_empty():
            rows = result.overview
            print_table("Further off than twice the tolerance, without a name", rows.columns, rows.rows(), wrap=["why"])
        return
    if "why" not in result.overview.columns:
        rows = result.overview
        print_table("Ours beside published", rows.columns, rows.rows(), wrap=rows.columns)
        return
    has_gap = result.overview["why"] != ""
    print_item("Match in every year", ", ".join(result.overview.filter(~has_gap)["series"]))
    rows = result.overview.filter(has_gap)
    print_table("Ours beside published", rows.columns, rows.rows(), wrap=rows.columns)


def _spaced(value: object) -> object:
    """Put a name into words, which wrap at a space and never within a word."""
    return re.sub(r"(?<=[a-z])[-_]", " ", value) if isinstance(value, str) else value


def _print_more(result: StudyResult, *, cells: bool, curves: bool) -> None:
    offers = {"--cells": not cells, "--curves": not curves and bool(result.runs), "--report FILE.html": True}
    wanted = ", ".join(f"`{name}`" for name, is_offered in offers.items() if is_offered)
    print_line(f"More: {wanted}, `--json`.")


def _print_curve(curve: pl.DataFrame) -> None:
    keys = ("scenario", "commodity", "stage")
    rows = curve.to_dicts()
    levels = _some(sorted({row["restriction_level"] for row in rows}))
    series = list(dict.fromkeys(tuple(row[key] for key in keys) for row in rows))
    for quantity, heading in (("price_ratio", "Price / base price"), ("shortfall_share", "Shortfall / base demand")):
        values = {(*(row[key] for key in keys), row["restriction_level"]): row[quantity] for row in rows}
        lines = [(one[0], one[1], *(values.get((*one, level)) for level in levels)) for one in series]
        heads = ("case", "commodity", *(f"{level:.0%}" for level in levels))
        print_table(f"{heading} at restriction level", heads, lines)


def _some(levels: list[float]) -> list[float]:
    """Keep a few levels, evenly, the first and the last among them."""
    step = max(1, -(-(len(levels) - 1) // SHOWN_STEPS))
    return sorted({*levels[::step], *levels[-1:]})
