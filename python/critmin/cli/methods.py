"""``critmin methods``: the scoring methods, and whether a document keeps what it promises."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from critmin.cli.render import output_options, print_item, print_line, print_lines, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

FAILED = 2


@click.group(short_help="List, show and check scoring methods.")
def methods() -> None:
    """Scoring methods: each is one document, shipped or your own."""


@methods.command("list")
@output_options(formats=False)
def list_(*, as_json: bool) -> None:
    """List the shipped methods.

    \b
    Example:
      critmin methods list
    """  # noqa: D301
    from critmin.method_library import EVIDENCE
    from critmin.method_library import methods as listed

    rows = listed().to_dicts()
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    lines = [(row["id"], row["title"], row["evidence"], "yes" if row["needs_inputs"] else "no") for row in rows]
    print_table("Methods", ("id", "title", "evidence", "needs\ninputs"), lines, wrap=["title"])
    print_line("Evidence", style="bold")
    for word, meaning in EVIDENCE.items():
        print_item(word, meaning)
    print_line("Inputs and outputs of one: `critmin methods show ID`.")


@methods.command(short_help="What a method answers, needs and gives.")
@click.argument("name", metavar="ID|FILE")
@click.option("--document", is_flag=True, help="Print the document itself, as a start for your own.")
@output_options(formats=False)
def show(*, name: str, document: bool, as_json: bool) -> None:
    """Say what a method answers, needs and gives, and how well it is known.

    \b
    Examples:
      critmin methods show eu-2023
      critmin methods show production-hhi --document > my-method.toml
    """  # noqa: D301
    from critmin.method_library import method

    one = method(name)
    if document:
        click.echo(one.text.rstrip())
    elif as_json:
        click.echo(json.dumps({**one.card, "needs_inputs": one.needs_inputs}, ensure_ascii=False, indent=2))
    else:
        print_lines(one.summary().splitlines())


@methods.command(short_help="Evaluate a document's own tests.")
@click.argument("names", metavar="[ID|FILE]...", nargs=-1)
@output_options(formats=False)
def check(*, names: Sequence[str], as_json: bool) -> None:
    """Read documents and evaluate their own tests: what is expected beside what comes out.

    Without a name all shipped methods are checked. The exit code is 2 when a document is faulty or a test fails.

    \b
    Examples:
      critmin methods check
      critmin methods check my-method.toml
    """  # noqa: D301
    from critmin.method_library import method
    from critmin.method_library import methods as listed

    found = {name: method(name).check() for name in names or listed()["id"].to_list()}
    if as_json:
        click.echo(json.dumps({name: rows.to_dicts() for name, rows in found.items()}, ensure_ascii=False, indent=2))
    else:
        for name, rows in found.items():
            _print_check(name, rows, only_failures=not names)
    failures = sum(rows.height - int(rows["holds"].sum()) for rows in found.values())
    if failures:
        click.echo(f"error: {failures} expectations do not hold", err=True)
        click.get_current_context().exit(FAILED)


def _print_check(name: str, rows: pl.DataFrame, *, only_failures: bool) -> None:
    held = int(rows["holds"].sum())
    published = int(rows["is_published"].sum())
    print_line(f"{name}: {held} of {rows.height} expectations hold; {published} rest on published values")
    for row in rows.to_dicts():
        if only_failures and row["holds"]:
            continue
        print_item("ok" if row["holds"] else "FAILS", f"{row['test']}: {row['cell']}")
        print_item("  expected", f"{row['expected']}; found: {row['found']}")
        if not row["holds"]:
            print_item("  source", row["source"])
