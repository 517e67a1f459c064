"""``critmin score``: how exposed, by a published method."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from critmin.cli.render import output_options, print_item, print_line, print_lines, print_table, write_outputs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import polars as pl

    from critmin.method_library import Method
    from critmin.scores import Scores
    from critmin.uncertainty import Uncertainty

# Rows of the answer that a terminal shows without `--all`.
SHOWN = 25


@click.command(short_help="Score commodities by a published method, or your own.")
@click.option("--method", "name", required=True, metavar="ID|FILE", help="See `critmin methods list`.")
@click.option("--commodity", "commodities", multiple=True, metavar="NAME", help="May be repeated; all when absent.")
@click.option("--entity", "entities", multiple=True, metavar="NAME", help="Importer: a country, or a bloc as eu-27.")
@click.option("--year", "years", multiple=True, type=int, metavar="YEAR", help="May be repeated.")
@click.option("--label", "labels", multiple=True, metavar="AXIS=LABEL", help="Label on another axis, as stage=mine.")
@click.option("--input", "inputs", multiple=True, metavar="NAME=FILE", help="Your own table, .csv or .parquet.")
@click.option("--pin", "pins", multiple=True, metavar="INPUT=SOURCE", help="Edition to take of an input.")
@click.option("--day", metavar="YYYY-MM-DD", help="Day on which the members of a bloc are read.")
@click.option("--uncertainty", "n_draws", type=int, metavar="N", help="Draw the uncertain inputs N times.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the draws.")
@click.option("--all", "everything", is_flag=True, help="Print every row.")
@output_options()
def score(
    *, name: str, commodities: tuple[str, ...], entities: tuple[str, ...], years: tuple[int, ...],
    labels: tuple[str, ...], inputs: tuple[str, ...], pins: tuple[str, ...], day: str | None, n_draws: int | None,
    seed: int, everything: bool, as_json: bool, parquet: Path | None, csv: Path | None, report: Path | None,
) -> None:  # fmt: skip
    """Score commodities by a method: value, status, and why a value is absent.

    \b
    Examples:
      critmin score --method eu-2023
      critmin score --method eu-2023 --commodity gallium --commodity cobalt --uncertainty 1000
      critmin score --method geopolrisk --commodity tungsten --entity eu-27 --year 2022
      critmin score --method my-method.toml --input shares=shares.csv --json
    """  # noqa: D301
    from critmin.method_library import method
    from critmin.scoring import score as ask

    one = method(name)
    scores = ask(
        method=one, commodity=commodities or None, entity=entities or None, year=years or None,
        labels=_labels(labels), inputs={key: _read(one, key, file) for key, file in _pairs(inputs, "--input")},
        pins=dict(_pairs(pins, "--pin")), day=day, progress=not as_json,
    )  # fmt: skip
    drawn = None if n_draws is None else scores.uncertainty(n_draws=n_draws, seed=seed, progress=not as_json)
    if as_json:
        click.echo(_json(scores, drawn))
    else:
        print_scores(scores, shown=scores.scores.height if everything else SHOWN)
        if drawn is not None:
            _print_uncertainty(scores, drawn, everything=everything)
        _print_notes(scores)
    write_outputs(scores, parquet=parquet, csv=csv, report=report)
    _write_draws(drawn, parquet=parquet, csv=csv)


def print_scores(scores: Scores, *, shown: int = SHOWN) -> None:
    """Print the answer, the riskiest first."""
    from critmin import _score_words

    title, *heading = _score_words.heading_lines(scores)
    print_line(title, style="bold")
    print_lines(heading)
    found = _score_words.answer(scores, shown=shown)
    print_table("", [_head(name) for name in found.columns], found.rows)
    if found.left_out:
        print_line(f"... and {found.left_out} more rows: `--all`, `--json`, `--csv DIR`")


def _print_notes(scores: Scores) -> None:
    from critmin import _score_words

    print_line(_score_words.status_line(scores))
    for text in (*_score_words.absences(scores), *_score_words.cautions(scores)):
        label, _, rest = text.partition(": ")
        if rest:
            print_item(label, rest)
        else:
            print_line(text)


def _print_uncertainty(scores: Scores, drawn: Uncertainty, *, everything: bool) -> None:
    import polars as pl

    from critmin._score_plots import labelled

    name = scores.method.card["outputs"][0]["name"]
    cells = drawn.cells.filter((pl.col("output") == name) & pl.col("rank").is_not_null()).sort("rank")
    shown = labelled(cells if everything else cells.head(SHOWN))
    rows = [
        (row["cell"], row["value"], row["p05"], row["p95"], row["rank"], f"{row['rank_low']:g}-{row['rank_high']:g}")
        for row in shown.to_dicts()
    ]
    heads = ("", name, "5 %", "95 %", "rank", "rank, 5-95 %")
    varied = ", ".join(drawn.record["varied"])
    print_table(f"{drawn.record['n_draws']} draws, seed {drawn.record['seed']}", heads, rows, right=heads[-1:])
    print_item("Varied", varied)
    for text in drawn.warnings:
        print_item("Warning", text)
    for row in drawn.agreement.filter(pl.col("output") == name).drop_nulls("median").to_dicts():
        told = f"median {row['median']:.2f}, 5 % {row['p05']:.2f}"
        print_item(f"Order kept ({row['statistic'].capitalize()} with the base)", told)


def _json(scores: Scores, drawn: Uncertainty | None) -> str:
    import json

    record = json.loads(scores.to_json())
    if drawn is not None:
        tables = {"cells": drawn.cells, "classes": drawn.classes, "agreement": drawn.agreement}
        record["uncertainty"] = {**drawn.record, **{name: table.to_dicts() for name, table in tables.items()}}
    return json.dumps(record, ensure_ascii=False)


def _write_draws(drawn: Uncertainty | None, *, parquet: Path | None, csv: Path | None) -> None:
    from critmin._files import write_folder

    if drawn is None:
        return
    if parquet is not None:
        write_folder(parquet, {"uncertainty.parquet": drawn.cells.write_parquet})
    if csv is not None:
        write_folder(csv, {"uncertainty.csv": drawn.cells.write_csv})


def _labels(texts: Sequence[str]) -> dict[str, list[str]]:
    labels: dict[str, list[str]] = {}
    for axis, label in _pairs(texts, "--label"):
        labels.setdefault(axis, []).append(label)
    return labels


def _pairs(texts: Sequence[str], option: str) -> list[tuple[str, str]]:
    pairs = []
    for text in texts:
        name, sign, value = text.partition("=")
        if not (name and sign and value):
            raise click.UsageError(f"{option} {text}: expected NAME=VALUE")
        pairs.append((name, value))
    return pairs


def _read(one: Method, name: str, file: str) -> pl.DataFrame:
    """Read a user's table; labels stay text, so that a code keeps its leading zeros."""
    import polars as pl

    from critmin.exceptions import ReadError, UnreadableFileError
    from critmin.tables import read_parquet

    if not file.endswith(".csv"):
        return read_parquet(file)
    cards = (*one.card["inputs"], *one.card["bindings"])
    axes: list[str] = next((card["axes"] for card in cards if card["name"] == name), [])
    try:
        head = pl.read_csv(file, n_rows=0).columns
        texts = {column: pl.String for column in head if column in {*axes, "source_id", "flag"}}
        return pl.read_csv(file, schema_overrides=texts, infer_schema_length=None)
    except OSError as error:
        raise ReadError(f"cannot read `{file}`: {(error.strerror or str(error)).lower()}") from error
    except pl.exceptions.PolarsError as error:
        raise UnreadableFileError(f"`{file}` is no table of comma-separated values: {error}") from error


def _head(name: str) -> str:
    """Break a long head, so that the table fits."""
    return name.replace("_", "\n", 1) if len(name) > 12 else name
