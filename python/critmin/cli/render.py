"""What a person sees on a terminal: tables that fit 80 columns, absent figures as n/a."""

from __future__ import annotations

import functools
import re
import sys
import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import click

from critmin._html import cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import polars as pl
    from rich.console import Console

    from critmin.result import Result
    from critmin.scores import Scores
    from critmin.study import StudyResult


Command = Callable[..., Any]

NARROWEST = 80
NO_BREAK = "\N{NO-BREAK SPACE}"


def console() -> Console:
    """Return a console on standard output; without a terminal it is 80 columns wide and has no colour."""
    from rich.console import Console

    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else NARROWEST, highlight=False, soft_wrap=False)


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, wrap: Sequence[str] = (),
    right: Sequence[str] = (),
) -> None:  # fmt: skip
    """Print one table.

    Parameters
    ----------
    title
        Heading.
    columns
        Heads of the columns.
    rows
        Values; numbers are aligned right, an absent value is `n/a`.
    wrap
        Columns whose text may take several lines; the others stay on one.
    right
        Columns of text that is aligned right, such as shares.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    kept = [list(row) for row in rows]
    table = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        collapse_padding=True,
    )
    for position, name in enumerate(columns):
        is_number = name in right or any(isinstance(row[position], (int, float)) for row in kept)
        table.add_column(name, justify="right" if is_number else "left", overflow="fold", no_wrap=name not in wrap)
    for row in kept:
        table.add_row(*(Text(cell(value)) for value in row))
    print_line(title, style="bold")
    console().print(table)


def print_line(text: str = "", *, style: str = "") -> None:
    """Print one paragraph, wrapped at the width of the terminal."""
    from rich.text import Text

    console().print(Text(text, style=style))


def print_lines(lines: Iterable[str]) -> None:
    """Print lines that are wrapped already."""
    for line in lines:
        print_line(line)


def print_item(label: str, text: str) -> None:
    """Print a label in bold and what it stands for; further lines are indented."""
    from rich.text import Text

    colon = "" if label == "-" else ":"
    # A number stays with its unit, and a year with its figure: a space that does not break stands between them.
    bound = re.sub(r"(?<=\d) (?=%|t\b|[<>]?\d)", NO_BREAK, f"{label}{colon} {text}")
    lines = textwrap.wrap(bound, console().width, subsequent_indent="  ", break_on_hyphens=False)
    told = Text("\n".join(lines).replace(NO_BREAK, " "))
    told.stylize("bold", 0, len(label))
    console().print(told)


def output_options(*, formats: bool = True, report: bool = True) -> Callable[[Command], Command]:
    """Add ``--json`` and, for commands with tables, ``--parquet``, ``--csv`` and, where there is one, ``--report``."""
    folder = click.Path(file_okay=False, path_type=_path_type())
    options = [click.option("--json", "as_json", is_flag=True, help="Print JSON to standard output instead.")]
    if formats:
        file = click.Path(dir_okay=False, path_type=_path_type())
        options += [
            click.option("--parquet", type=folder, metavar="DIR", help="Write the tables as Parquet into DIR."),
            click.option("--csv", type=folder, metavar="DIR", help="Write the tables as CSV into DIR."),
        ]
        page = click.option("--report", type=file, metavar="FILE", help="Write one self-contained HTML page.")
        options += [page] if report else []
    return lambda command: functools.reduce(lambda wrapped, option: option(wrapped), reversed(options), command)


def write_outputs(
    result: Result | StudyResult | Scores, *, parquet: Path | None, csv: Path | None, report: Path | None
) -> None:
    """Write what the options ask for, and say where it went (on standard error, so that pipes stay clean)."""
    write_tables(result, parquet=parquet, csv=csv)
    if report is not None:
        click.echo(f"wrote {result.report(report)}", err=True)


class Writes(Protocol):
    """Anything that writes its tables into a folder."""

    def write(self, folder: Path, *, formats: Sequence[str] = ...) -> list[Path]:
        """Write the tables, and return the files."""
        ...


def write_tables(result: Writes, *, parquet: Path | None, csv: Path | None) -> None:
    """Write the tables alone."""
    for folder, name in ((parquet, "parquet"), (csv, "csv")):
        if folder is not None:
            files = result.write(folder, formats=[name])
            click.echo(f"wrote {len(files)} files to {folder}", err=True)


def write_frames(frames: Mapping[str, pl.DataFrame], *, parquet: Path | None, csv: Path | None) -> None:
    """Write tables by name."""
    from critmin._files import write_folder
    from critmin.result import table_writers

    for folder, kind in ((parquet, "parquet"), (csv, "csv")):
        if folder is not None:
            writers = {
                file: write
                for name, frame in frames.items()
                for file, write in table_writers(name, frame, [kind]).items()
            }
            click.echo(f"wrote {len(write_folder(folder, writers))} files to {folder}", err=True)


def _path_type() -> type[Path]:
    from pathlib import Path

    return Path
