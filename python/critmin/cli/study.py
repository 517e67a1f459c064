"""``critmin study``: ours beside published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from critmin.cli.render import output_options, print_line, print_table, write_outputs
from critmin.cli.scenario import print_answer

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from critmin.study import StudyResult

# Steps of the restriction level that the terminal shows; the files hold all of them.
SHOWN_STEPS = 5


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
@click.option("--cells", is_flag=True, help="Print every cell, also of a long comparison.")
@output_options()
def run(
    *, name: str | None, cells: bool, as_json: bool, parquet: Path | None, csv: Path | None, report: Path | None
) -> None:
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
            print_study(result, cells=cells)
        write_outputs(result, parquet=parquet, csv=csv, report=report)


def print_study(result: StudyResult, *, cells: bool) -> None:
    """Print the summary, the comparison, and the restriction curves where there are any."""
    print_line(result.summary())
    shown = result.comparison if cells else result.overview
    title = "Every value" if cells else "Ours beside published (`--cells` prints every value)"
    print_table(title, shown.columns, shown.rows(), wrap=shown.columns)
    for run_ in result.runs.values():
        print_answer(run_)
    if not result.curve.is_empty():
        _print_curve(result.curve)
    for text in result.study.assumptions:
        print_line(f"Assumption: {text}")


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
