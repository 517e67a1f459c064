"""A study of scores in words: counts, agreement, named failures, and the cells that the picture draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from critmin import _charts

if TYPE_CHECKING:
    import polars as pl

# Verdicts in the order of a count.
VERDICTS = ("agrees", "differs", "expected_failure", "unavailable")
# Cells of one output from which on a picture says something.
_ENOUGH = 3
# What is said of a cell whose failure is that of another one.
_FOLLOWS = "follows from"


def headlines(comparison: pl.DataFrame) -> list[str]:
    """Count the verdicts of each output, and say how near the numbers are."""
    import polars as pl

    names = [verdict.replace("_", " ") for verdict in VERDICTS]
    lines = [f"{'':28}" + "  ".join(names)]
    told = []
    for (output,), cells in comparison.group_by(["output"], maintain_order=True):
        found = dict(cells["verdict"].value_counts().iter_rows())
        counts = "  ".join(f"{found.get(one, 0):>{len(name)}}" for one, name in zip(VERDICTS, names, strict=True))
        lines.append(f"{_spaced(output):28}{counts}")
        told += _nearness(_spaced(output), cells.filter(pl.col("difference").is_not_null()))
        told += _stages(
            _spaced(output), cells.filter((pl.col("tolerance") > 0) & pl.col("published_label").is_not_null())
        )
    return [*lines, *told]


def _nearness(output: str, cells: pl.DataFrame) -> list[str]:
    """Say how near the values of one output are, in the words of its tolerance."""
    if cells.is_empty():
        return []
    kind, tolerance, n = cells["tolerance_kind"][0], float(cells["tolerance"][0]), cells.height
    off = cells["difference"].abs()
    near, nearly = _within(off, tolerance), _within(off, 2 * tolerance)
    if cells["published_label"].null_count() == 0 and tolerance == 0:
        return _lists(output, cells)
    if n < _ENOUGH:
        return []
    if kind == "interval":
        inside = int((cells["verdict"] == "agrees").sum())
        return [
            f"{output}: {inside} of {n} in the interval that the inputs allow,",
            f"  {near} within {tolerance:g} and {nearly} within {2 * tolerance:g} as points",
        ]
    if kind == "printed":
        return [
            f"{output}: of {n}, {near} within {tolerance:g}, "
            f"{nearly - near} more within {2 * tolerance:g}, {n - nearly} further"
        ]
    return [f"{output}: {near} of {n} within {tolerance:g}; largest difference {_charts.largest(off):.1e}"]


def _stages(output: str, cells: pl.DataFrame) -> list[str]:
    """Say how often the label, such as the stage that decides, is the printed one."""
    same = int((cells["ours_label"] == cells["published_label"]).fill_null(value=False).sum())
    return [f"{output}: the stage is the printed one in {same} of {cells.height}"] if cells.height else []


def _within(off: pl.Series, tolerance: float) -> int:
    return int((off <= tolerance * (1 + 1e-6) + 1e-12).sum())


def _lists(output: str, cells: pl.DataFrame) -> list[str]:
    """Count the rows that a rule lists and those that were listed, by year."""
    lines = []
    for (year,), rows in cells.group_by(["year"], maintain_order=True):
        ours, printed = int(rows["ours"].sum()), int(rows["published"].sum())
        lines.append(f"{output} {year}: {ours} rows of {rows.height} by the rule, {printed} marked as listed")
    return lines


def remarks(comparison: pl.DataFrame) -> list[str]:
    """Name the failures that were expected, what is unavailable, and what agrees against expectation, by reason."""
    import polars as pl

    is_named = pl.col("verdict").is_in(["expected_failure", "unavailable"]) | pl.col("expected").is_not_null()
    named = comparison.filter(is_named & ~_follows())
    lines = []
    for (output, _, _), cells in named.group_by(["output", "verdict", "reason"], maintain_order=True):
        rows = cells.to_dicts()
        lines.append(f"{_spaced(output)}, {_kind(rows[0])}: {_cells(rows)}; {_why(rows[0])}")
    following = comparison.filter(_follows() & (pl.col("verdict") != "agrees") & (is_named | _is_far()))
    if not following.is_empty():
        who = ", ".join(following["commodity"])
        lines.append(f"{_spaced(following['output'][0])} of {who}: follows from a stage that is named here or below")
    return lines


def _kind(row: dict[str, Any]) -> str:
    if row["status"] == "unavailable":
        return "unavailable as expected" if row["expected"] == "unavailable" else "unavailable"
    return "agrees against expectation" if row["verdict"] == "agrees" else _spaced(row["verdict"])


def _cells(rows: list[dict[str, Any]]) -> str:
    """Name the cells that share a reason, each with both values."""
    return ", ".join(f"{_place(row)} {_values(row)}" for row in rows)


def _place(row: dict[str, Any]) -> str:
    year = str(row["year"]) if _is_listed(row) else ""
    return " ".join(text for text in (row["commodity"], row["stage"], row["entity"], year) if text)


def _is_listed(row: dict[str, Any]) -> bool:
    return row["published_label"] is not None and row["tolerance"] == 0


def _values(row: dict[str, Any]) -> str:
    if row["ours"] is None:
        return f"(printed {row['printed']})"
    ours = row["ours_label"] if _is_listed(row) else f"{row['ours']:.2f}"
    return f"{ours} (printed {row['printed']})"


def _why(row: dict[str, Any]) -> str:
    """Give the document's reason and what is known beside it."""
    is_told = row["status"] != "unavailable" or row["known_issue"] is None
    return str(row["reason"]) if is_told else f"{row['reason']}; {row['known_issue']}"


def _follows() -> pl.Expr:
    import polars as pl

    return pl.col("known_issue").fill_null("").str.starts_with(_FOLLOWS)


def _is_far() -> pl.Expr:
    import polars as pl

    return pl.col("difference").abs() > 2 * pl.col("tolerance") * (1 + 1e-6)


def overview(comparison: pl.DataFrame) -> pl.DataFrame:
    """List the cells without a name that are further off than twice their tolerance, the furthest first."""
    import polars as pl

    off = pl.col("difference").abs()
    far = comparison.filter((pl.col("verdict") == "differs") & _is_far() & ~_follows())
    ordered = far.with_columns(off.alias("off")).sort("output", "off", descending=[True, True], maintain_order=True)
    rows = [
        (
            _spaced(row["output"]),
            _place(row),
            f"{row['ours']:.2f}",
            row["printed"],
            f"{row['difference']:+.2f}",
            row["reason"],
        )
        for row in ordered.to_dicts()
    ]
    heads = ["output", "cell", "ours", "printed", "off by", "why"]
    return pl.DataFrame(rows, schema=dict.fromkeys(heads, pl.String), orient="row")


def pairs(comparison: pl.DataFrame) -> pl.DataFrame:
    """Return the numbers that a picture can hold: outputs with several values, and no lists."""
    import polars as pl

    numbers = comparison.drop_nulls(["ours", "published"]).filter(pl.col("tolerance") > 0)
    enough = numbers.filter(pl.len().over("output") >= _ENOUGH)
    label = pl.concat_str(["commodity", "stage", "entity"], separator=" ", ignore_nulls=True)
    unit = pl.when(pl.col("unit") == "1").then(pl.lit("index")).otherwise("unit")
    output = pl.col("output").str.replace_all("_", " ")
    return enough.select(
        label.alias("label"), output, "ours", "published", "low", "high", "tolerance", unit.alias("unit"),
        pl.col("verdict").str.replace_all("_", " "),
    )  # fmt: skip


def _spaced(name: object) -> str:
    return str(name).replace("_", " ")
