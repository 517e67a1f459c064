"""What can replace a commodity, in which use, by when: tables of uses and substitutes, an index, and price nests."""

from __future__ import annotations

import functools
import json
import textwrap
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from critmin import _core, core, tables
from critmin._answer import WIDTH
from critmin._frames import rows_frame
from critmin._nest import NestResponse, price_nest
from critmin._words import listed, percent
from critmin.exceptions import InvalidDataError, MissingInputsError
from critmin.result import write_tables

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from pathlib import Path

    import polars as pl

__all__ = ["HORIZONS", "NestResponse", "Substitutability", "price_nest", "substitutability", "substitutes"]

# Months after the shock for which the table has a feasible share.
HORIZONS = (3, 12, 36)
_RATIOS = [
    f"{name}{end}" for name in ("mass_ratio", "cost_ratio", "performance_ratio") for end in ("", "_low", "_high")
]
_USE = {"use": str, "use_share": float, "low": float, "high": float}
_SUPPORT = {"grade": str, "source": str, "note": str}


@dataclass(frozen=True)
class Substitutability:
    """How far the uses of a commodity can be served by substitutes: 0 = not at all, 1 = perfectly; higher = safer.

    An index of this project, not a published one. It does not see that a substitute may be scarce itself: ``options``
    names what each draws on.

    Attributes
    ----------
    commodity, name
        Id and English name.
    months
        How long after the shock: 3, 12 or 36.
    record
        The index with its parts, as the core returns it.
    """

    commodity: str
    name: str
    months: int
    record: dict[str, Any]

    @property
    def value(self) -> float:
        """The index, in [0, ``covered_use_share``]."""
        return float(self.record["substitutability"])

    @property
    def covered_use_share(self) -> float:
        """Sum of the use shares; below 1 the rest is unknown and counts as not replaceable: nothing is rescaled."""
        return float(self.record["covered_use_share"])

    @functools.cached_property
    def uses(self) -> pl.DataFrame:
        """One row per use: its share with range, its own index, ``contribution`` to the whole, grade and source.

        A use without a substitute in the table has the index 0, which is no proof that there is none: ``n_options``.
        """
        known = {row["use"]: row for row in _rows("end_uses", self.commodity)}
        rows = [
            {
                **known[use["use_id"]],
                "use_share": use["use_share"],
                "substitutability": use["substitutability"],
                "contribution": use["use_share"] * use["substitutability"],
                "n_options": len(use["parts"]),
            }
            for use in self.record["uses"]
        ]
        figures = {"substitutability": float, "contribution": float, "n_options": int}
        return rows_frame(rows, {**_USE, **figures, **_SUPPORT}).sort("use_share", "use", descending=[True, False])

    @functools.cached_property
    def options(self) -> pl.DataFrame:
        """One row per use and substitute: ``feasible_share``, ratios with ranges, what it draws on, grade and source.

        ``part`` is its part of the index of the use: the feasible share times performance over the cost ratio, where
        that exceeds 1. The parts of a use may sum to more than 1; the index does not.
        """
        known = {(row["use"], row["substitute"]): row for row in _rows("substitutes", self.commodity)}
        rows = [
            {**known[use["use_id"], part["substitute"]], "feasible_share": part["feasible_share"], "part": part["part"]}
            for use in self.record["uses"]
            for part in use["parts"]
        ]
        text = dict.fromkeys(("use", "substitute", "substitute_commodity"), str)
        figures = dict.fromkeys(("feasible_share", "part", *_RATIOS), float)
        return rows_frame(rows, {**text, **figures, "is_proven": bool, **_SUPPORT})

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """Both tables by name."""
        return {"uses": self.uses, "options": self.options}

    def summary(self) -> str:
        """Tell the index, each use with its substitutes, and how well the figures are supported."""
        lines = [
            f"{self.name}: substitutability {self.value:.2f} after {self.months} months (0 = none, 1 = perfect "
            f"substitutes in every use); the uses listed cover {percent(self.covered_use_share)}."
        ]
        names: dict[str, list[str]] = {}
        for row in self.options.to_dicts():
            drawn = f", draws on {row['substitute_commodity']}" if row["substitute_commodity"] else ""
            told = f"{row['substitute']} ({percent(row['feasible_share'])} of the use{drawn})"
            names.setdefault(row["use"], []).append(told)
        for row in self.uses.to_dicts():
            own = names.get(row["use"])
            told = f"{row['substitutability']:.2f}; {listed(own)}" if own else "no substitute in the table"
            lines.append(f"  {row['use']}, {percent(row['use_share'])} of use: {told}")
        lines += self.notes()
        wrapped = [part for line in lines for part in textwrap.wrap(line, WIDTH, subsequent_indent="    ")]
        return "\n".join(wrapped)

    def notes(self) -> list[str]:
        """Say what the index is and how well its inputs are supported."""
        grades = self.options["grade"].value_counts().sort("grade")
        told = ", ".join(f"{count} {grade}" for grade, count in grades.iter_rows()) or "none"
        return [
            f"Substitutes by grade: {told}. An index of this project, not a published one; it does not see that a "
            "substitute may be scarce itself."
        ]

    def to_json(self) -> str:
        """Return the index with its parts as one JSON text."""
        return json.dumps({"commodity": self.commodity, "name": self.name, "months": self.months, **self.record})

    def write(self, folder: str | os.PathLike[str], *, formats: Sequence[str] = ("parquet",)) -> list[Path]:
        """Write both tables into a folder.

        Raises
        ------
        InvalidDataError
            When a format is none of ``"parquet"``, ``"csv"`` and ``"json"``.
        WriteError
            When the folder cannot be written; nothing half-written is left behind.
        """
        about = {"commodity": self.commodity, "months": self.months, "version": _core.__version__}
        texts = {"provenance.json": json.dumps(about, indent=2) + "\n"}
        if "json" in formats:
            texts["substitutability.json"] = self.to_json()
        return write_tables(folder, tables=self.tables, texts=texts, formats=formats)

    def __repr__(self) -> str:
        """Say what it came to."""
        return f"<Substitutability of `{self.commodity}` after {self.months} months: {self.value:.3f}>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"


def substitutability(commodity: str, *, months: int = 12) -> Substitutability:
    """Ask how far a commodity can be replaced after some months, weighted by its uses; higher = safer.

    The sum over uses of ``use_share * min(1, sum over substitutes of feasible_share * performance_ratio / max(1,
    cost_ratio))``, from the reference tables ``end_uses`` and ``substitutes``.

    Parameters
    ----------
    commodity
        Id or any spelling of the publishers.
    months
        3 (what is on the shelf), 12 (what is qualified already) or 36 (what can be qualified).

    Raises
    ------
    InvalidDataError
        When ``months`` is none of the horizons of the table.
    UnknownCommodityError
        When nothing matches; the message offers the nearest known names.
    MissingInputsError
        When the table has no use of the commodity.

    Examples
    --------
    >>> import critmin as cm
    >>> found = cm.substitutability("gallium")
    >>> 0 < found.value < cm.substitutability("gallium", months=36).value < 1
    True
    >>> found.options.filter(found.options["substitute"] == "indium-phosphide")["substitute_commodity"].to_list()
    ['indium']
    """
    if months not in HORIZONS:
        raise InvalidDataError(f"`months` is {months}: expected 3, 12 or 36, the horizons of the table")
    found = core.find_commodity(commodity)
    text = _core.substitutability_of(found.commodity, int(months))
    return Substitutability(found.commodity, found.name, int(months), json.loads(text))


def substitutes(commodity: str) -> pl.DataFrame:
    """Return what the reference dataset knows of the uses of a commodity and of what can replace it there.

    Parameters
    ----------
    commodity
        Id or any spelling of the publishers.

    Returns
    -------
    polars.DataFrame
        One row per use and substitute: ``use``, its ``use_share`` (fraction) with range, ``use_grade`` and
        ``use_source``; then the columns of the table ``substitutes``. A use without a substitute in the table has one
        row without, which is no proof that there is none.

    Raises
    ------
    UnknownCommodityError
        When nothing matches; the message offers the nearest known names.
    MissingInputsError
        When the table has no use of the commodity.

    Examples
    --------
    >>> import critmin as cm
    >>> cm.substitutes("gallium").columns[:4]
    ['commodity', 'use', 'use_share', 'use_share_low']
    """
    import polars as pl

    found = core.find_commodity(commodity).commodity
    uses, options = _part("end_uses", found), _part("substitutes", found)
    if uses.is_empty():
        raise MissingInputsError(f"the uses of `{found}`: the table end_uses has no row for it")
    named = {"low": "use_share_low", "high": "use_share_high", "grade": "use_grade", "source": "use_source"}
    kept = ["commodity", "use", "use_share", *named.values()]
    joined = uses.rename(named).select(kept).join(options, on=["commodity", "use"], how="left")
    return joined.sort(pl.col("use_share"), "use", "substitute", descending=[True, False, False])


def _part(table: str, commodity: str) -> pl.DataFrame:
    """Return the rows of one commodity, categories as text."""
    import polars as pl
    import polars.selectors as cs

    plain = tables.reference().table(table).with_columns(cs.by_dtype(pl.Categorical, pl.Enum).cast(pl.String))
    return plain.filter(pl.col("commodity") == commodity)


def _rows(table: str, commodity: str) -> list[dict[str, Any]]:
    return _part(table, commodity).to_dicts()
