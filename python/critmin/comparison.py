"""Do the methods agree? Several of them asked the same question, side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from critmin import _core
from critmin._frames import frame
from critmin.exceptions import InvalidDataError
from critmin.method_library import Method
from critmin.method_library import method as find_method
from critmin.scoring import score
from critmin.tables import Reference

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    import altair as alt
    import polars as pl

    from critmin._core import ArrowStream
    from critmin._progress import Progress
    from critmin.scores import Scores
    from critmin.scoring import Names, Pins, Years

__all__ = ["Comparison", "compare_methods"]


@dataclass(frozen=True)
class Comparison:
    """Several methods, the same commodities.

    Attributes
    ----------
    scores
        One row per method and commodity: ``method``, ``output``, ``commodity``, ``at`` (the other labels of the cell),
        ``value`` [``unit``], ``rank`` (1 = riskiest within the method; ties share the mean), ``n_ranked``, ``status``
        and ``reason``.
    agreement
        One row per pair of methods: how many commodities both rank, Spearman's rho and Kendall's tau-b; empty cells
        where they are undefined.
    answers
        The whole answer of each method, by its id.
    """

    scores: pl.DataFrame
    agreement: pl.DataFrame
    answers: dict[str, Scores] = field(repr=False)

    def wide(self, values: str = "rank") -> pl.DataFrame:
        """Return one row per commodity and one column per method.

        Parameters
        ----------
        values
            ``rank``, ``value`` or ``status``.
        """
        return self.scores.pivot(on="method", index="commodity", values=values, maintain_order=True)

    def plot(self, *, title: str = "Rank by method") -> alt.LayerChart:
        """Draw methods beside commodities: the rank as colour, absent cells marked."""
        from critmin import plots

        sources = [answer.method.title for answer in self.answers.values()]
        return plots.method_heat_map(self.scores, source="; ".join(sources), title=title)

    @property
    def warnings(self) -> list[str]:
        """What a reader must know, method by method."""
        return [f"{name}: {text}" for name, answer in self.answers.items() for text in _notes(answer)]


def compare_methods(
    methods: Sequence[str | os.PathLike[str] | Method],
    *,
    data: Reference | Mapping[str, Mapping[str, ArrowStream | None]] | None = None,
    commodity: Names | None = None,
    entity: Names | None = None,
    year: Years | None = None,
    labels: Mapping[str, Names | Years] | None = None,
    pins: Mapping[str, Pins] | None = None,
    outputs: Mapping[str, str] | None = None,
    progress: Progress = False,
) -> Comparison:
    """Ask several methods about the same commodities and compare their order.

    Parameters
    ----------
    methods
        Ids, documents or :class:`Method` objects, at least two.
    data
        The reference dataset (the default), or by method id a mapping from inputs to tables, in which case the other
        inputs of that method come from the reference dataset.
    commodity, entity, year, labels
        As for :func:`score`. A label on an axis that a method does not answer by is left aside for that method.
    pins
        By method id, as for :func:`score`.
    outputs
        By method id, the output to compare; its first one when absent.
    progress
        ``True`` draws a bar on a terminal; a callable receives ``(done, total)``.

    Returns
    -------
    Comparison
        Where a method gives several cells for a commodity (by stage, say), the riskiest one counts; ``at`` names it.

    Raises
    ------
    InvalidDataError
        When fewer than two methods are named, or a method gives several years and none was chosen.
    UnknownNameError
        When a method has no such output.

    Examples
    --------
    >>> import critmin as cm
    >>> both = cm.compare_methods(["eu-2023", "production-hhi"], commodity=["gallium", "copper"], year=2024)
    >>> both.wide().columns
    ['commodity', 'eu-2023', 'production-hhi']
    """
    found = [find_method(one) for one in methods]
    ids = [one.id for one in found]
    if len(set(ids)) < 2:
        raise InvalidDataError(f"found the methods {ids}: a comparison needs two different ones at least")
    asked: dict[str, Any] = {"commodity": commodity, "entity": entity, "year": year, "labels": labels or {}}
    own = {} if data is None or isinstance(data, Reference) else data
    answers: dict[str, Scores] = {}
    for one in found:
        inputs, pinned = own.get(one.id), (pins or {}).get(one.id)
        answers[one.id] = score(method=one, inputs=inputs, pins=pinned, progress=progress, **_asked_of(one, asked))
    named = [(answer, (outputs or {}).get(name)) for name, answer in answers.items()]
    for answer, output in named:
        if output is not None:
            answer.axes_of(output)
    tables = _core.compare([(answer._core, output) for answer, output in named])
    return Comparison(frame(tables["scores"]), frame(tables["agreement"]), answers)


def _asked_of(one: Method, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the labels on axes that the method answers by."""
    axes = {axis for output in one.card["outputs"] for axis in output["axes"]}
    labels = {axis: given for axis, given in asked["labels"].items() if axis in axes}
    single = {name: asked[name] if name in axes else None for name in ("entity", "year")}
    return {"commodity": asked["commodity"], "labels": labels, **single}


def _notes(answer: Scores) -> list[str]:
    return [*([answer.method.caution] if answer.method.caution else []), *answer.warnings]
