"""Published studies: ours beside what was printed, cell by cell, with the difference, the tolerance and the grade.

A study is a folder: ``study.toml`` (question, method, inputs), ``published.csv`` (what the paper printed, with page
and table) and ``README.md``. The folders are installed with the package; ``CRITMIN_STUDIES`` names another place.
"""

from __future__ import annotations

import difflib
import functools
import json
import os
import sys
import textwrap
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from critmin import _core, _files, _study_costs, _study_methods
from critmin._answer import WIDTH, answer_lines
from critmin._html import cell
from critmin.cost import Cost
from critmin.exceptions import InvalidDataError, ReadError, UnknownStudyError
from critmin.result import Result, table_writers

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.resources.abc import Traversable

    import polars as pl

    from critmin._progress import Progress

__all__ = ["Study", "StudyResult", "list_studies", "run_study"]


@dataclass(frozen=True)
class Study:
    """One published study, as its folder describes it."""

    id: str
    folder: Traversable = field(repr=False)
    record: dict[str, Any] = field(repr=False)

    @property
    def title(self) -> str:
        """Heading."""
        return str(self.record["study"]["title"])

    @property
    def question(self) -> str:
        """What the study asks."""
        return str(self.record["study"]["question"])

    @property
    def method(self) -> str:
        """``import-reliance``, ``import-sources``, ``market-ban``, ``economy-cost`` or ``score``."""
        return str(self.record["study"]["method"])

    @property
    def claim(self) -> str:
        """What may be claimed: a calibration is not a replication."""
        return str(self.record["study"].get("claim", "comparison"))

    @property
    def caution(self) -> str:
        """What agreement would not prove; empty where nothing is to be said."""
        return str(self.record["study"].get("caution", ""))

    @property
    def caption(self) -> str:
        """What one row of the comparison is."""
        return str(self.record["study"].get("caption", "Ours beside published"))

    @property
    def assumptions(self) -> list[str]:
        """Every choice that the published document does not print, and how the comparison is made."""
        stated = self.record["study"].get("assumptions", [])
        return [str(text) for text in (*stated, *self.record.get("notes", {}).values())]

    @property
    def explanations(self) -> dict[str, str]:
        """Why a series differs, by series; empty where nothing needs one."""
        return dict(self.record.get("explanations", {}))

    @property
    def sources(self) -> list[dict[str, str]]:
        """Sources of the published values and of the inputs: title and licence."""
        about = self.record["study"]
        single = [{"title": about["source"], "licence": about.get("licence", "")}] if "source" in about else []
        return [*about.get("sources", []), *single]

    @property
    def source_line(self) -> str:
        """One line that names the sources, for a picture."""
        return "; ".join(source["title"] for source in self.sources) or self.title

    def text(self, name: str) -> str:
        """Read one file of the folder.

        Raises
        ------
        ReadError
            When the folder has no such file.
        """
        try:
            return self.folder.joinpath(name).read_text(encoding="utf-8")
        except OSError as error:
            raise ReadError(f"study `{self.id}` has no readable file `{name}`: found {error.strerror}") from error


@dataclass(frozen=True)
class StudyResult:
    """Ours beside published.

    Attributes
    ----------
    study
        The study.
    comparison
        One row per published value, with ours, the difference, the tolerance, the grade and the verdict.
    runs
        The scenario runs behind it, by name; empty for a study without scenarios.
    costs
        The costs behind it, by name of the scenario; empty for a study that does not reach an economy.
    """

    study: Study
    comparison: pl.DataFrame
    runs: dict[str, Result] = field(default_factory=dict)
    costs: dict[str, Cost] = field(default_factory=dict)

    @functools.cached_property
    def verdict(self) -> dict[str, int]:
        """How many published values got each verdict."""
        counts = self.comparison["verdict"].cast(str).value_counts(sort=True)
        return dict(counts.iter_rows())

    @property
    def provenance(self) -> dict[str, Any]:
        """Version, study, method, verdict counts and sources; each run carries a record of its own."""
        about = {"study": self.study.id, "method": self.study.method, "claim": self.study.claim}
        return {"version": _core.__version__, **about, "verdict": self.verdict, "sources": self.study.sources}

    @property
    def pairs(self) -> pl.DataFrame:
        """``label``, ``ours``, ``published``, ``unit``, ``verdict`` (and lows and highs): what the picture draws."""
        return _study_methods.METHODS[self.study.method].pairs(self.comparison)

    @functools.cached_property
    def overview(self) -> pl.DataFrame:
        """The comparison on one screen: one row per series for a long study, every row for a short one."""
        return _study_methods.METHODS[self.study.method].overview(self.comparison)

    @functools.cached_property
    def curve(self) -> pl.DataFrame:
        """Price ratio and shortfall share at every restriction level, by ``scenario``; empty without scenarios."""
        return _study_methods.curves(self.runs)

    @functools.cached_property
    def effects(self) -> pl.DataFrame:
        """The five effects of every cost [million USD], by ``scenario``; empty without costs."""
        return _stacked({name: cost.effects for name, cost in self.costs.items()})

    @functools.cached_property
    def cost_curve(self) -> pl.DataFrame:
        """Change of gross domestic product [million USD] at every level, by ``scenario``; empty without costs."""
        return _stacked({name: cost.curve for name, cost in self.costs.items()})

    @functools.cached_property
    def parameters(self) -> pl.DataFrame:
        """Every entry of the parameter file with its status; empty for a study without one."""
        import polars as pl

        has_file = "parameters" in self.study.record["study"]
        return _study_costs.parameter_file(self.study).table() if has_file else pl.DataFrame()

    def claims(self) -> list[str]:
        """Say what may be claimed, and how many values got which verdict."""
        counts = ", ".join(f"{verdict.replace('_', ' ')} {n}" for verdict, n in self.verdict.items())
        claim = f"This is a {self.study.claim}. {self.study.caution}".strip()
        verdicts = f"Verdicts on {self.comparison.height} published values: {counts}."
        return [line for text in (claim, verdicts) for line in textwrap.wrap(text, WIDTH)]

    def headlines(self) -> list[str]:
        """Tell the comparison in a few lines."""
        return _study_methods.METHODS[self.study.method].headlines(self.comparison)

    def remarks(self) -> list[str]:
        """Explain what differs."""
        return _study_methods.METHODS[self.study.method].remarks(self.comparison)

    def summary(self) -> str:
        """Tell the answer of every run, what agrees with the published values, and what may be claimed."""
        told = [line for run in self.runs.values() for line in ("", *answer_lines(run))]
        return "\n".join([self.study.title, *told, "", *self.claims(), *self.headlines()])

    def write(self, folder: str | os.PathLike[str], *, formats: Sequence[str] = ("parquet",)) -> list[Path]:
        """Write the comparison (and the curves of the scenarios) into a folder.

        Parameters
        ----------
        folder
            Made when it does not exist.
        formats
            Any of ``"parquet"``, ``"csv"`` and ``"json"``.

        Raises
        ------
        WriteError
            When the folder cannot be written; nothing half-written is left behind.
        """
        writers: dict[str, Callable[[Path], object]] = table_writers("comparison", self.comparison, formats)
        if self.runs:
            writers |= table_writers("curve", self.curve, formats)
        if self.costs:
            for name in ("effects", "cost_curve", "parameters"):
                writers |= table_writers(name, getattr(self, name), formats)
        if "json" in formats:
            writers["study.json"] = lambda path: path.write_text(self.to_json(), encoding="utf-8")
        return _files.write_folder(folder, writers)

    def report(self, path: str | os.PathLike[str]) -> Path:
        """Write one self-contained HTML page; it opens offline.

        Raises
        ------
        WriteError
            When the file cannot be written.
        """
        from critmin.report import study_report

        return _files.write_text(path, study_report(self))

    def to_json(self) -> str:
        """Return the comparison and the verdict counts as one JSON text."""
        rows = self.comparison.to_dicts()
        record = {"study": self.study.id, "claim": self.study.claim, "verdict": self.verdict, "comparison": rows}
        return json.dumps(record, ensure_ascii=False, default=str)

    def __repr__(self) -> str:
        """Say how much there is."""
        return f"<StudyResult of `{self.study.id}`: {self.comparison.height} values, {cell(self.verdict)}>"


def list_studies() -> list[Study]:
    """List the studies, in alphabetical order.

    Returns
    -------
    list of Study

    Raises
    ------
    ReadError
        When ``CRITMIN_STUDIES`` names no folder.
    InvalidDataError
        When a ``study.toml`` cannot be read.

    Examples
    --------
    >>> import critmin as cm
    >>> "gallium-germanium-antimony-ban" in [study.id for study in cm.list_studies()]
    True
    """
    root = _root()
    if not root.is_dir():
        raise ReadError(f"found no folder of studies at `{root}`: set `CRITMIN_STUDIES` to a folder that exists")
    folders = [folder for folder in root.iterdir() if folder.joinpath("study.toml").is_file()]
    return [_study(folder) for folder in sorted(folders, key=lambda folder: folder.name)]


def run_study(name: str, *, progress: Progress = False) -> StudyResult:
    """Run one study.

    Parameters
    ----------
    name
        One of :func:`list_studies`.
    progress
        ``True`` draws a bar on a terminal; a callable receives ``(done, total)``.

    Returns
    -------
    StudyResult

    Raises
    ------
    UnknownStudyError
        When no study has this name; the message offers the nearest ones.

    Examples
    --------
    >>> import critmin as cm
    >>> result = cm.run_study("gallium-germanium-antimony-ban")
    >>> "verdict" in result.comparison.columns
    True
    """
    studies = {study.id: study for study in list_studies()}
    if name not in studies:
        near = difflib.get_close_matches(name, studies, n=3, cutoff=0.3) or sorted(studies)
        raise UnknownStudyError(f"unknown study `{name}`; did you mean {', '.join(f'`{one}`' for one in near)}?")
    study = studies[name]
    comparison, found = _study_methods.METHODS[study.method].run(study, progress)
    runs = {name: run for name, run in found.items() if isinstance(run, Result)}
    costs = {name: run for name, run in found.items() if isinstance(run, Cost)}
    return StudyResult(study, comparison, runs, costs)


def _stacked(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Stack tables of several scenarios, with the scenario's name in front."""
    import polars as pl

    named = [table.select(pl.lit(name).alias("scenario"), pl.all()) for name, table in tables.items()]
    return pl.concat(named) if named else pl.DataFrame()


def _root() -> Traversable:
    named = os.environ.get("CRITMIN_STUDIES")
    return Path(named) if named else resources.files("critmin").joinpath("studies")


def _study(folder: Traversable) -> Study:
    text = folder.joinpath("study.toml").read_text(encoding="utf-8")
    try:
        record = tomllib.loads(text)
        method = record["study"]["method"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise InvalidDataError(f"`{folder.name}/study.toml` is not a study: {error}") from error
    if method not in _study_methods.METHODS:
        known = ", ".join(f"`{name}`" for name in _study_methods.METHODS)
        raise InvalidDataError(f"`{folder.name}/study.toml` names the method `{method}`: expected one of {known}")
    study = Study(folder.name, folder, record)
    return _study_methods.METHODS[method].amended(study)
