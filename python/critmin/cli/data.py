"""``critmin data``: the reference dataset, and files that a user brings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from critmin.cli.render import output_options, print_item, print_line, print_table

if TYPE_CHECKING:
    import polars as pl

# So many editions and more are counted, not named.
MANY_EDITIONS = 3

_FILE = click.argument("file", type=click.Path())
_OUTPUT = click.option("--output", type=click.Path(), required=True, help="Where the Parquet goes.")


@click.group(short_help="Look into the reference dataset; convert files.")
def data() -> None:
    """Look into the reference dataset, or convert the publishers' own files."""


@data.command(short_help="List the tables, or the columns of one table.")
@click.argument("table", required=False)
@output_options(formats=False)
def describe(*, table: str | None, as_json: bool) -> None:
    """List the tables of the reference dataset, or the columns of TABLE.

    \b
    Examples:
      critmin data describe
      critmin data describe trade_flows --json
    """  # noqa: D301
    from critmin.tables import reference

    found = reference().describe() if table is None else reference().schema(table)
    if as_json:
        click.echo(json.dumps(found.to_dicts(), ensure_ascii=False, indent=2))
    elif table is None:
        _print_tables(found)
    else:
        _print_columns(table, found)


def _print_tables(found: pl.DataFrame) -> None:
    print_line(f"{'table':28}{'rows':>8}  {'years':13} sources", style="bold")
    for row in found.to_dicts():
        editions = row["source"].split(", ")
        source = row["source"] if len(editions) < MANY_EDITIONS else f"{len(editions)} editions"
        print_line(f"{row['table']:28}{row['n_rows']:>8,}  {row['years'] or '-':13} {source}")
        # The first sentence says what a row is; `describe TABLE` prints them all.
        print_line(f"  {row['description'].split('. ')[0].split(': ')[0].rstrip('.')}.")
    print_line("Columns and units: `critmin data describe TABLE`. Licences: the table `sources`.")


def _print_columns(table: str, found: pl.DataFrame) -> None:
    from critmin.tables import reference

    record = next(row for row in reference().describe().to_dicts() if row["table"] == table)
    print_line(f"{table}: {record['n_rows']:,} rows", style="bold")
    print_line(record["description"])
    for label, text in (("Source", record["source"]), ("Years", record["years"]), ("Key", record["key"])):
        if text:
            print_item(label, text)
    rows = [
        (row["column"], row["kind"], row["unit"] or "-", "yes" if row["is_optional"] else "no", row["description"])
        for row in found.to_dicts()
    ]
    print_table("Columns", ("column", "kind", "unit", "empty?", "meaning"), rows, wrap=["meaning"])


@data.group("import")
def import_() -> None:
    """Convert a publisher's file to Parquet in critmin's schema."""


@import_.command(short_help="BACI: a year as CSV, or the release as zip.")
@_FILE
@_OUTPUT
@click.option("--hs-edition", metavar="HS92..HS22", help="Revision of the codes; from the file name when absent.")
@click.option("--release", metavar="YYYYMM", help="Release of BACI; from the file name when absent.")
@click.option("--code", "codes", multiple=True, metavar="HS6", help="Keep only this code; may be repeated.")
@click.option("--year", "years", multiple=True, type=int, help="Keep only this year; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def baci(
    *, file: str, output: str, hs_edition: str | None, release: str | None, codes: tuple[str, ...],
    years: tuple[int, ...], as_json: bool,
) -> None:  # fmt: skip
    """Convert a BACI release FILE (CSV or the release's zip), in bounded memory.

    \b
    Example:
      critmin data import baci BACI_HS92_V202601.zip --output baci.parquet --year 2024
    """  # noqa: D301
    from critmin.tables import import_baci

    counts = import_baci(
        file, output=output, hs_edition=hs_edition, release=release, codes=codes or None, years=years or None,
        progress=not as_json,
    )  # fmt: skip
    if as_json:
        click.echo(json.dumps(counts))
        return
    print_line(f"wrote {output}: " + ", ".join(f"{name} {value}" for name, value in counts.items()))


@import_.command("usgs-mcs", short_help="USGS Mineral Commodity Summaries.")
@_FILE
@_OUTPUT
@click.option("--edition", type=int, required=True, help="2025 or 2026.")
def usgs_mcs(*, file: str, output: str, edition: int) -> None:
    """Convert a data release FILE of the USGS Mineral Commodity Summaries into the folder OUTPUT.

    \b
    Example:
      critmin data import usgs-mcs MCS2026_Data.csv --edition 2026 --output mcs
    """  # noqa: D301
    from critmin.tables import read_usgs_mcs

    _write(read_usgs_mcs(file, edition=edition), output)


@import_.command(short_help="World Bank governance indicators.")
@_FILE
@_OUTPUT
@click.option("--vintage", required=True, help="Edition of the file, such as wgi-2025.")
def wgi(*, file: str, output: str, vintage: str) -> None:
    """Convert a Worldwide Governance Indicators FILE into the folder OUTPUT.

    \b
    Example:
      critmin data import wgi wgidataset.csv --vintage wgi-2025 --output wgi
    """  # noqa: D301
    from critmin.tables import read_wgi

    _write({"governance": read_wgi(file, vintage=vintage)}, output)


@import_.command(short_help="BEA make and use tables.")
@_FILE
@_OUTPUT
@click.option("--benchmark-year", type=int, required=True, help="2012 or 2017.")
def bea(*, file: str, output: str, benchmark_year: int) -> None:
    """Convert the BEA make and use tables in the folder FILE into the folder OUTPUT.

    \b
    Example:
      critmin data import bea bea-tables --benchmark-year 2017 --output bea
    """  # noqa: D301
    from critmin.tables import read_bea

    _write(read_bea(file, benchmark_year=benchmark_year), output)


def _write(tables: dict[str, pl.DataFrame], output: str) -> None:
    from critmin._files import write_folder

    files = write_folder(Path(output), {f"{name}.parquet": table.write_parquet for name, table in tables.items()})
    for name, table in tables.items():
        print_line(f"{name}: {table.height} rows")
    print_line(f"wrote {len(files)} files to {output}")
