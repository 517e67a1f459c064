"""The answer of a scoring method: a value with a status for every cell, and how sure each is."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from critmin import _core, _files, _score_words
from critmin._frames import frame
from critmin._progress import progress_callback
from critmin.exceptions import InvalidDataError, UnknownNameError
from critmin.result import FORMATS, table_writers
from critmin.uncertainty import Uncertainty, options

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from critmin._core import ArrowStream
    from critmin._progress import Progress
    from critmin.method_library import Method

__all__ = ["Question", "Scores"]


@dataclass(frozen=True)
class Question:
    """What was asked: everything that the answer follows from, so that it can be asked again.

    Attributes
    ----------
    method
        The method.
    inputs
        Tables that were handed over, by input.
    labels
        Labels that were asked for, by axis.
    pins
        By input, a column and the one label to keep of it.
    regions
        Blocs and their members.
    use_reference
        Whether the reference dataset fills the other inputs.
    remarks
        What was decided on the way, such as the day on which the members of a bloc were read.
    """

    method: Method
    inputs: dict[str, pl.DataFrame] = field(repr=False)
    labels: dict[str, list[str]]
    pins: dict[str, dict[str, str]]
    regions: dict[str, list[str]]
    use_reference: bool
    remarks: list[str]

    def ask(self, *, progress: Progress = False) -> Scores:
        """Evaluate the method."""
        tables: dict[str, ArrowStream] = dict(self.inputs)
        callback = progress_callback(progress, self.method.id)
        core = _core.score(
            self.method._core, tables, self.labels, self.pins, self.regions, self.use_reference, callback
        )
        return Scores(self, core)


class Scores:
    """The answer of one method.

    Every cell has a ``status``: ``ok``, ``imputed`` (by a stated policy), ``partial`` (from a part of what belongs to
    it, see ``coverage``) or ``unavailable`` (no value, and the ``reason``). "No data" never means "no risk". Pickling
    keeps the question with the tables that were handed over; the answer is computed again when it is loaded.
    """

    def __init__(self, question: Question, core: _core.Scores) -> None:
        self._question = question
        self._core = core

    @property
    def question(self) -> Question:
        """What was asked."""
        return self._question

    @property
    def method(self) -> Method:
        """The method that answered."""
        return self._question.method

    @functools.cached_property
    def scores(self) -> pl.DataFrame:
        """One row per output and key: the axes, ``value`` [see :attr:`outputs`], label, status, coverage, reason."""
        return frame(self._core.table("scores"))

    @functools.cached_property
    def outputs(self) -> pl.DataFrame:
        """One row per output: unit, which direction is worse, evidence, description, source and note."""
        return frame(self._core.table("outputs"))

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """Both tables by name."""
        return {"scores": self.scores, "outputs": self.outputs}

    @property
    def unavailable(self) -> pl.DataFrame:
        """The cells without a value, each with its reason."""
        return self.scores.filter(self.scores["status"] == "unavailable")

    @property
    def warnings(self) -> list[str]:
        """What a reader must know about the data: spliced editions, members of blocs, inputs without rows."""
        nothing = []
        if self.scores.is_empty():
            asked = "; ".join(f"{axis} = {', '.join(labels)}" for axis, labels in self._question.labels.items())
            nothing = [f"no input has a row for {asked or 'anything'}: there is no cell at all; ask for other labels"]
        return [*nothing, *self._question.remarks, *self.provenance["warnings"]]

    @functools.cached_property
    def provenance(self) -> dict[str, Any]:
        """Method, citation, evidence, caution, editions behind every input, version, and the question."""
        record: dict[str, Any] = json.loads(self._core.provenance())
        asked = self._question
        editions = {edition for names in record["sources_by_input"].values() for edition in names}
        own = {name: table.height for name, table in asked.inputs.items()}
        question = {"labels": asked.labels, "pins": asked.pins, "regions": asked.regions, "rows_handed_over": own}
        return {**record, **question, "uses_reference": asked.use_reference, "sources": sorted(editions)}

    def wide(self, *outputs: str) -> pl.DataFrame:
        """Return one row per key and one column per output.

        Parameters
        ----------
        *outputs
            Which outputs; when absent, the first one and all others with the same axes.

        Returns
        -------
        polars.DataFrame
            The axes; for each output its value, and beside it ``<output>_label`` where it has labels; ``status``, the
            worst of the row.

        Raises
        ------
        UnknownNameError
            When the method has no such output.
        InvalidDataError
            When the outputs do not have the same axes.

        Examples
        --------
        >>> import critmin as cm
        >>> wide = cm.score(method="eu-2023", commodity=["gallium", "aluminum"]).wide()
        >>> wide["is_critical_label"].to_list()
        ['not critical', 'critical']
        """
        return _score_words.wide(self, outputs)

    def axes_of(self, output: str) -> list[str]:
        """Name the axes of one output.

        Raises
        ------
        UnknownNameError
            When the method has no such output.
        """
        cards = {one["name"]: one for one in self.method.card["outputs"]}
        if output not in cards:
            known = ", ".join(f"`{name}`" for name in cards)
            raise UnknownNameError(f"method `{self.method.id}` has no output `{output}`: expected one of {known}")
        return list(cards[output]["axes"])

    def uncertainty(
        self,
        *,
        n_draws: int = 1000,
        seed: int = 0,
        distributions: Mapping[str, float | Mapping[str, Any]] | None = None,
        thresholds: Mapping[str, float] | None = None,
        weight_spread: float | None = None,
        outputs: Sequence[str] | None = None,
        progress: Progress = False,
    ) -> Uncertainty:
        """Draw the uncertain inputs many times and say how the answer responds.

        Parameters
        ----------
        n_draws
            Number of draws, at least 2.
        seed
            The same seed gives the same numbers on any number of threads.
        distributions
            By input (or binding): a relative standard deviation (``0.1`` = lognormal, 10 %), or a mapping such as
            ``{"kind": "normal", "size": 0.03}``; kinds ``normal``, ``lognormal``, ``uniform``, ``column``, ``none``.
            It replaces what the document says; an input named in neither place is held fixed.
        thresholds
            By output, in its unit: the result says how often the threshold is reached.
        weight_spread
            Relative half-width of every weight of every indicator set; absent = weights are held fixed.
        outputs
            Compute these only.
        progress
            ``True`` draws a bar on a terminal; a callable receives ``(done, total)``.

        Returns
        -------
        Uncertainty

        Raises
        ------
        InvalidDataError
            When an option is impossible, or nothing would vary.
        InterruptedImportError
            When the progress callback stops the run.

        Examples
        --------
        >>> import critmin as cm
        >>> gallium = cm.score(method="production-hhi", commodity="gallium", year=2024)
        >>> draws = gallium.uncertainty(n_draws=200, distributions={"production": 0.1})
        >>> draws.cells["p05"][0] < draws.cells["value"][0] < draws.cells["p95"][0]
        True
        """
        asked = options(n_draws, seed, distributions, thresholds, weight_spread, outputs)
        tables, record = self._core.uncertainty(asked, progress_callback(progress, f"{n_draws} draws"))
        found = {name: frame(table) for name, table in tables.items()}
        return Uncertainty(found["cells"], found["classes"], found["agreement"], json.loads(record))

    def tornado(
        self,
        *,
        distributions: Mapping[str, float | Mapping[str, Any]] | None = None,
        weight_spread: float | None = None,
        outputs: Sequence[str] | None = None,
    ) -> pl.DataFrame:
        """Move one input at a time to the low and the high end of its spread.

        Parameters
        ----------
        distributions, weight_spread, outputs
            As for :meth:`uncertainty`.

        Returns
        -------
        polars.DataFrame
            For each cell the sources by falling ``swing``: ``value``, ``value_at_low``, ``value_at_high``.

        Raises
        ------
        InvalidDataError
            As for :meth:`uncertainty`.
        """
        return frame(self._core.tornado(options(2, 0, distributions, None, weight_spread, outputs)))

    def leave_one_out(self) -> pl.DataFrame:
        """Leave out each indicator of each indicator set in turn: value and rank with and without it.

        Returns
        -------
        polars.DataFrame
            Empty when the method combines no indicators.
        """
        return frame(self._core.leave_one_out())

    def sobol(
        self,
        *,
        n_draws: int = 1000,
        seed: int = 0,
        distributions: Mapping[str, float | Mapping[str, Any]] | None = None,
        weight_spread: float | None = None,
        outputs: Sequence[str] | None = None,
    ) -> pl.DataFrame:
        """Share the variance of each cell among the inputs (or weights) that vary.

        Parameters
        ----------
        n_draws, seed, distributions, weight_spread, outputs
            As for :meth:`uncertainty`; the method is evaluated ``(sources + 2) * n_draws`` times.

        Returns
        -------
        polars.DataFrame
            For each cell and source the ``first_order`` index with its ``standard_error``, and the ``total`` index.

        Raises
        ------
        InvalidDataError
            As for :meth:`uncertainty`.
        """
        return frame(self._core.sobol(options(n_draws, seed, distributions, None, weight_spread, outputs)))

    def intervals(self, half_widths: Mapping[str, float]) -> pl.DataFrame:
        """Say within which limits the answer lies when inputs are rounded.

        Parameters
        ----------
        half_widths
            By input, in its unit: 0.05 for figures printed with one decimal.

        Returns
        -------
        polars.DataFrame
            ``low``, ``value`` and ``high`` of every cell.

        Raises
        ------
        InvalidDataError
            When there is no such input, or the range of a rule is not known.
        """
        return frame(self._core.intervals(dict(half_widths)))

    def summary(self) -> str:
        """Tell the answer on one screen: the values first, then what is not available, then the cautions."""
        return "\n".join(_score_words.summary_lines(self))

    def to_json(self) -> str:
        """Return scores, outputs and provenance as one JSON text."""
        record = {name: table.to_dicts() for name, table in self.tables.items()}
        return json.dumps({**record, "warnings": self.warnings, "provenance": self.provenance}, ensure_ascii=False)

    def write(self, folder: str | os.PathLike[str], *, formats: Sequence[str] = ("parquet",)) -> list[Path]:
        """Write both tables, the method document, and the provenance record beside them.

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
        for name, table in self.tables.items():
            writers |= table_writers(name, table, formats)
        if "json" in formats:
            writers["scores.json"] = lambda path: path.write_text(self.to_json(), encoding="utf-8")
        writers["method.toml"] = lambda path: path.write_text(self.method.text, encoding="utf-8")
        writers["provenance.json"] = lambda path: path.write_text(provenance, encoding="utf-8")
        return _files.write_folder(folder, writers)

    def report(self, path: str | os.PathLike[str]) -> Path:
        """Write one self-contained HTML page with pictures, tables, cautions and sources; it opens offline.

        Raises
        ------
        WriteError
            When the file cannot be written.
        """
        from critmin._score_report import score_report

        return _files.write_text(path, score_report(self))

    def __reduce__(self) -> tuple[Callable[[Question], Scores], tuple[Question]]:
        """Pickle the question; the answer follows from it."""
        return Question.ask, (self._question,)

    def __repr__(self) -> str:
        """Say how much there is."""
        return f"<Scores of `{self.method.id}`: {self.scores.height} cells, {self.unavailable.height} unavailable>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"
