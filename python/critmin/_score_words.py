"""The answer of a scoring method in words: values first, then what is not available, then the cautions."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

from critmin._html import cell
from critmin._words import short
from critmin.exceptions import InvalidDataError
from critmin.method_library import EVIDENCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from critmin.scores import Scores

WIDTH = 80
# Rows of the answer and reasons for absence that one screen has room for.
SHOWN = 12
REASONS = 4
# How many names stand before a reason.
NAMES = 5
# The labels of a cell within a reason: cells that lack the same input for other labels are told together.
_LABELS = re.compile(r" for \w+ = [^;)]*")
# Statuses from the best to the worst.
STATUSES = ("ok", "imputed", "partial", "unavailable")


class Answer(NamedTuple):
    """A table that fits a screen.

    Attributes
    ----------
    columns
        Heads.
    rows
        Cells, the riskiest first.
    left_out
        How many rows are not shown.
    """

    columns: list[str]
    rows: list[list[object]]
    left_out: int


def wide(scores: Scores, outputs: Sequence[str]) -> pl.DataFrame:
    """Return one row per key and one column per output; see :meth:`Scores.wide`."""
    import polars as pl

    cards = scores.method.card["outputs"]
    first = outputs[0] if outputs else cards[0]["name"]
    axes = scores.axes_of(first)
    chosen = list(outputs) or [one["name"] for one in cards if one["axes"] == axes]
    for name in chosen:
        if scores.axes_of(name) != axes:
            raise InvalidDataError(
                f"`{first}` is by {', '.join(axes) or 'nothing'}, `{name}` by {', '.join(scores.axes_of(name))}: ask "
                "for them apart"
            )
    long = scores.scores.filter(pl.col("output").is_in(chosen))
    frame = long.select(axes).unique(maintain_order=True)
    columns: list[str] = []
    for name in chosen:
        part = long.filter(pl.col("output") == name)
        renamed = part.select(*axes, pl.col("value").alias(name), pl.col("label").alias(f"{name}_label"))
        columns += [name] if part["label"].is_null().all() else [name, f"{name}_label"]
        frame = frame.join(renamed, on=axes, how="left", nulls_equal=True) if axes else renamed
    worst = pl.col("status").replace_strict(STATUSES, range(len(STATUSES)), return_dtype=pl.Int64)
    status = long.group_by(axes).agg(worst.max()) if axes else long.select(worst.max())
    words = pl.col("status").replace_strict(range(len(STATUSES)), STATUSES, return_dtype=pl.String)
    told = status.with_columns(words)
    frame = frame.join(told, on=axes, how="left", nulls_equal=True) if axes else frame.hstack(told)
    return frame.select(*axes, *columns, "status")


def ranked(scores: Scores, output: str) -> pl.DataFrame:
    """Return the cells of one output that have a value, the riskiest first."""
    import polars as pl

    part = scores.scores.filter((pl.col("output") == output) & pl.col("value").is_not_null())
    return part.sort("value", descending=direction(scores, output) != "safer", maintain_order=True)


def direction(scores: Scores, output: str) -> str:
    """Return which direction of an output is worse: ``riskier``, ``safer`` or ``larger``."""
    cards = {one["name"]: one["higher_is"] for one in scores.method.card["outputs"]}
    return str(cards[output])


def answer(scores: Scores, *, shown: int = SHOWN) -> Answer:
    """Put the answer into a table: keys, outputs with their labels, and the status where it is not ``ok``."""
    import polars as pl

    first = scores.method.card["outputs"][0]["name"]
    frame = scores.wide()
    descending = direction(scores, first) != "safer"
    frame = frame.sort(first, descending=descending, nulls_last=True, maintain_order=True)
    axes = scores.axes_of(first)
    said = [axis for axis in axes if frame[axis].n_unique() > 1 or axis == axes[0]]
    heads = [one["name"] for one in scores.method.card["outputs"] if one["axes"] == axes]
    classes = classes_of(scores)
    rows = []
    for row in frame.head(shown).to_dicts():
        cells = [_cell(row, name, is_class=name in classes) for name in heads]
        rows.append([*(row[axis] for axis in said), *cells, row["status"]])
    has_status = frame.select((pl.col("status") != "ok").any()).item()
    if not has_status:
        return Answer([*said, *heads], [row[:-1] for row in rows], max(0, frame.height - shown))
    return Answer([*said, *heads, "status"], rows, max(0, frame.height - shown))


def classes_of(scores: Scores) -> set[str]:
    """Name the outputs whose label is the answer and whose value only orders the classes."""
    bindings = scores.method.document["bindings"]
    return {one["name"] for one in scores.method.card["outputs"] if "classify" in bindings.get(one["name"], {})}


def _cell(row: dict[str, Any], name: str, *, is_class: bool) -> str:
    value, label = row[name], row.get(f"{name}_label")
    if value is None:
        return "n/a"
    if is_class:
        return str(label)
    return f"{short(value)} ({label})" if label is not None else short(value)


def heading_lines(scores: Scores) -> list[str]:
    """Name the method, and what stands in the columns: outputs with unit and direction."""
    first = scores.method.card["outputs"][0]["name"]
    axes = scores.axes_of(first)
    fixed = [f"{axis} = {scores.wide()[axis][0]}" for axis in axes[1:] if _is_one(scores, axis)]
    outputs = [one for one in scores.method.card["outputs"] if one["axes"] == axes]
    told = "; ".join(f"{one['name']}{in_unit(one['unit'])}{_direction(one)}" for one in outputs)
    others = [one["name"] for one in scores.method.card["outputs"] if one["axes"] != axes]
    more = wrapped(f"(By other axes, in `scores`: {', '.join(others)})") if others else []
    return [*wrapped(scores.method.title), *wrapped(f"{told}{'; ' if fixed else ''}{', '.join(fixed)}"), *more]


def _is_one(scores: Scores, axis: str) -> bool:
    labels = scores.wide()[axis]
    return labels.n_unique() == 1 and labels[0] is not None


def _direction(output: dict[str, Any]) -> str:
    return "" if output["higher_is"] == "larger" else f" (higher = {output['higher_is']})"


def in_unit(unit: str) -> str:
    """Write a unit behind a name; nothing for a number without one."""
    return "" if unit == "1" else f" [{unit}]"


def status_line(scores: Scores) -> str:
    """Count the cells by status."""
    counts = dict(scores.scores["status"].value_counts().iter_rows())
    told = ", ".join(f"{counts[status]} {status}" for status in STATUSES if status in counts)
    return f"{scores.scores.height} cells: {told}." if told else "No cell at all."


def absences(scores: Scores) -> list[str]:
    """Say why cells have no value, one entry per reason."""
    import polars as pl

    missing = scores.unavailable
    if missing.is_empty():
        return []
    first = scores.axes_of(scores.method.card["outputs"][0]["name"])[:1]
    cells = missing.select(*first, "reason").rows()
    pairs = [_reason(reason, str(who[0]) if who else "") for *who, reason in cells]
    grouped = (
        missing.with_columns(
            pl.Series("short", [one for one, _ in pairs]), pl.Series("exact", [other for _, other in pairs])
        )
        .group_by("short", maintain_order=True)
        .agg(
            *(pl.col(axis).cast(pl.String).drop_nulls().unique(maintain_order=True) for axis in first),
            pl.col("exact").unique(maintain_order=True),
            pl.len(),
        )
    )
    rows = grouped.sort("len", descending=True, maintain_order=True).to_dicts()
    told = []
    for row in rows[:REASONS]:
        who = list(row[first[0]]) if first else []
        names = ", ".join(who[:NAMES]) + (f" and {len(who) - NAMES} more" if len(who) > NAMES else "")
        reason = row["exact"][0] if len(row["exact"]) == 1 else row["short"]
        told.append(f"Unavailable{': ' if names else ''}{names}: {reason}")
    return told + ([f"... and {len(rows) - REASONS} more reasons."] if len(rows) > REASONS else [])


def _reason(reason: str, name: str) -> tuple[str, str]:
    """Return a reason without any label, by which cells are told together, and without the cell's own name."""
    own = rf"\w+ = {re.escape(name)}"
    exact = re.sub(rf" for {own}(?=[;)]|$)", " for it", re.sub(rf"(?<= for ){own}, ", "", reason))
    return _LABELS.sub("", reason), exact if name else reason


def cautions(scores: Scores) -> list[str]:
    """Say how well the method is known, and what must be read with the numbers."""
    method = scores.method
    weaker = [one for one in method.card["outputs"] if one["evidence"] != method.evidence]
    told = [f"Evidence: {EVIDENCE[method.evidence]}."]
    if weaker:
        told.append("Of other evidence: " + ", ".join(f"{one['name']} ({one['evidence']})" for one in weaker) + ".")
    if method.caution:
        told.append(f"Caution: {method.caution}")
    told += [f"Warning: {text}." if not text.endswith(".") else f"Warning: {text}" for text in scores.warnings]
    return [*told, f"Method: {method.citation}"]


def summary_lines(scores: Scores) -> list[str]:
    """Write the answer for one screen, 80 columns wide."""
    found = answer(scores)
    more = [f"... and {found.left_out} more rows: see `.scores`."] if found.left_out else []
    notes = [status_line(scores), *absences(scores), *cautions(scores)]
    return [
        *heading_lines(scores), "", *_table(found), *more, "", *(line for text in notes for line in wrapped(text)),
    ]  # fmt: skip


def _table(found: Answer) -> list[str]:
    texts = [found.columns, *([cell(value) for value in row] for row in found.rows)]
    widths = [max(len(row[position]) for row in texts) for position in range(len(found.columns))]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in texts]


def wrapped(text: str) -> list[str]:
    """Break a text into lines of 80 columns."""
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)
