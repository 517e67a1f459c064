"""The answer to a scenario: tidy tables, a summary on one screen, and the record of where it came from."""

from __future__ import annotations

import functools
import json
import textwrap
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from critmin import _answer, _files
from critmin._frames import frame
from critmin.exceptions import InvalidDataError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from critmin._core import Outcome
    from critmin.scenario import Scenario

__all__ = ["Result"]

FORMATS = ("parquet", "csv", "json")


@dataclass(frozen=True)
class Result:
    """The outcome of one scenario.

    Every table is a polars frame with units in its column names. A figure that could not be computed is absent
    (null), and ``status`` and ``reason`` in :attr:`markets` say why: "no data" never means "no risk".
    """

    scenario: Scenario
    outcome: Outcome

    @functools.cached_property
    def _tables(self) -> dict[str, pl.DataFrame]:
        return {name: frame(self.outcome.table(name)) for name in self.outcome.table_names}

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables by name."""
        return dict(self._tables)

    @property
    def markets(self) -> pl.DataFrame:
        """One row per market: price ratio, price [USD/kg], shortfall [t] and [fraction], with low and high."""
        return self._tables["markets"]

    @property
    def consumers(self) -> pl.DataFrame:
        """One row per consumer: consumption, shortfall and stock [t], months of cover."""
        return self._tables["consumers"]

    @property
    def producers(self) -> pl.DataFrame:
        """One row per producer: production before and after, capacity [t/yr]."""
        return self._tables["producers"]

    @property
    def curve(self) -> pl.DataFrame:
        """Price ratio and shortfall share at restriction levels from 0 to 1."""
        return self._tables["curve"]

    @property
    def timeline(self) -> pl.DataFrame:
        """Stock, supply, demand and shortfall [t] of each consumer, month by month."""
        return self._tables["timeline"]

    @property
    def forms(self) -> pl.DataFrame:
        """The same restriction under every demand and supply form: the sensitivity to the most contested choice."""
        return self._tables["forms"]

    @property
    def inputs(self) -> pl.DataFrame:
        """Every number that went in, with low, high, unit, grade and source."""
        return self._tables["inputs"]

    @property
    def warnings(self) -> pl.DataFrame:
        """What a reader must know before using the numbers."""
        return self._tables["warnings"]

    @functools.cached_property
    def provenance(self) -> dict[str, Any]:
        """Version, fingerprint and period of the run, the scenario with every option, and the published sources."""
        record: dict[str, Any] = json.loads(self.outcome.provenance())
        published = self.inputs.filter(self.inputs["grade"].cast(str) == "published")
        # A source line names the edition first, then the table and the year.
        sources = sorted({text.split(";")[0] for text in published["source"].cast(str).drop_nulls()})
        return {**record, "scenario_document": json.loads(self.scenario.to_json()), "sources": sources}

    def to_json(self) -> str:
        """Return scenario, tables and provenance as one JSON text."""
        return self.outcome.to_json()

    def summary(self) -> str:
        """Tell the answer on one screen: who is short of what, at what price, and how long the stocks last."""
        return "\n".join([*_answer.answer_lines(self), *self.notes()])

    def notes(self) -> list[str]:
        """Count the inputs by grade, and say what else a reader must know; lines of 80 columns at most."""
        texts = [f"Inputs by grade: {_answer.grades(self.inputs)}.", *(f"Note: {text}" for text in _answer.notes(self))]
        return [line for text in texts for line in textwrap.wrap(text, _answer.WIDTH, subsequent_indent="  ")]

    def write(self, folder: str | os.PathLike[str], *, formats: Sequence[str] = ("parquet",)) -> list[Path]:
        """Write every table, and the provenance record beside them.

        Parameters
        ----------
        folder
            Made when it does not exist.
        formats
            Any of ``"parquet"``, ``"csv"`` and ``"json"``.

        Returns
        -------
        list of pathlib.Path
            The files.

        Raises
        ------
        InvalidDataError
            When a format is unknown.
        WriteError
            When the folder cannot be written; nothing half-written is left behind.
        """
        unknown = sorted(set(formats) - set(FORMATS))
        if unknown:
            raise InvalidDataError(f"found the formats {unknown}, expected some of {list(FORMATS)}")
        provenance = json.dumps(self.provenance, indent=2, ensure_ascii=False) + "\n"
        writers: dict[str, Callable[[Path], object]] = {}
        for name, table in self._tables.items():
            writers |= table_writers(name, table, formats)
        if "json" in formats:
            writers["outcome.json"] = lambda path: path.write_text(self.to_json(), encoding="utf-8")
        writers["scenario.toml"] = lambda path: path.write_text(self.scenario.to_toml(), encoding="utf-8")
        writers["provenance.json"] = lambda path: path.write_text(provenance, encoding="utf-8")
        return _files.write_folder(folder, writers)

    def report(self, path: str | os.PathLike[str]) -> Path:
        """Write one self-contained HTML page with pictures, tables, assumptions and sources; it opens offline.

        Raises
        ------
        WriteError
            When the file cannot be written.
        """
        from critmin.report import scenario_report

        return _files.write_text(path, scenario_report(self))

    def __repr__(self) -> str:
        """Say how much there is."""
        return f"<Result of `{self.scenario.id}`: {self.markets.height} markets, {self.consumers.height} consumers>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"


def table_writers(name: str, table: pl.DataFrame, formats: Sequence[str]) -> dict[str, Callable[[Path], object]]:
    """Return, for each wanted file of one table, the function that writes it."""
    writers: dict[str, Callable[[Path], object]] = {}
    if "parquet" in formats:
        writers[f"{name}.parquet"] = table.write_parquet
    if "csv" in formats:
        writers[f"{name}.csv"] = table.write_csv
    return writers


def write_tables(
    folder: str | os.PathLike[str],
    *,
    tables: Mapping[str, pl.DataFrame],
    texts: Mapping[str, str],
    formats: Sequence[str],
) -> list[Path]:
    """Write tables in the wanted formats, and texts by file name; nothing half-written is left behind.

    Raises
    ------
    InvalidDataError
        When a format is unknown.
    WriteError
        When the folder cannot be written.
    """
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown:
        raise InvalidDataError(f"found the formats {unknown}, expected some of {list(FORMATS)}")
    writers: dict[str, Callable[[Path], object]] = {}
    for name, table in tables.items():
        writers |= table_writers(name, table, formats)
    for name, text in texts.items():
        writers[name] = functools.partial(_write, text=text)
    return _files.write_folder(folder, writers)


def _write(path: Path, *, text: str) -> None:
    path.write_text(text, encoding="utf-8")
