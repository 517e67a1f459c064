"""Answers of a graph: labelled frames, a summary in words, and the record of what was asked of what."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from html import escape
from typing import TYPE_CHECKING, Any

from critmin import _files, _graph_words
from critmin.exceptions import GraphError, InvalidDataError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import polars as pl

__all__ = ["Answer", "BlocAnswer", "Chokepoints", "Contents", "Exposure", "Paths", "Robustness", "Structure"]


@dataclass(frozen=True, eq=False, repr=False)
class Answer:
    """What every answer has beside its frames.

    Attributes
    ----------
    record
        The question and its options, which nodes stand for each target (with weights), the graph (its own record, its
        warnings and sources) and the version.
    """

    record: dict[str, Any] = field(repr=False)

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All frames by name, the main one first."""
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "record"}

    @property
    def measure(self) -> str:
        """Name of the flow column of the graph that was asked."""
        return str(self.record["graph"]["measure"])

    @property
    def unit(self) -> str:
        """The unit of its flows in words."""
        return str(self.record["graph"]["unit"])

    @property
    def warnings(self) -> list[str]:
        """What a reader must know about the graph."""
        return list(self.record["graph"]["warnings"])

    def summary(self) -> str:
        """Tell the answer in a few lines, 80 columns wide."""
        return "\n".join(self._lines())

    def _lines(self) -> list[str]:
        return [f"{name}: {table.height} rows" for name, table in self.tables.items()]

    def to_json(self) -> str:
        """Return all frames and the record as one JSON text."""
        tables = {name: table.to_dicts() for name, table in self.tables.items()}
        return json.dumps({**tables, "record": self.record}, ensure_ascii=False)

    def write(self, folder: str | os.PathLike[str], *, formats: Sequence[str] = ("parquet",)) -> list[Path]:
        """Write every frame, and the record beside them.

        Parameters
        ----------
        folder
            Made when it does not exist.
        formats
            Any of ``"parquet"``, ``"csv"`` and ``"json"``.

        Raises
        ------
        InvalidDataError
            When a format is unknown.
        WriteError
            When the folder cannot be written; nothing half-written is left behind.
        """
        from critmin.result import FORMATS, table_writers

        unknown = sorted(set(formats) - set(FORMATS))
        if unknown:
            raise InvalidDataError(f"found the formats {unknown}, expected some of {list(FORMATS)}")
        record = json.dumps(self.record, indent=2, ensure_ascii=False) + "\n"
        writers: dict[str, Callable[[Path], object]] = {}
        for name, table in self.tables.items():
            writers |= table_writers(name, table, formats)
        if "json" in formats:
            writers["answer.json"] = lambda path: path.write_text(self.to_json(), encoding="utf-8")
        writers["record.json"] = lambda path: path.write_text(record, encoding="utf-8")
        return _files.write_folder(folder, writers)

    def __repr__(self) -> str:
        """Say how much there is."""
        told = ", ".join(f"{table.height} {name}" for name, table in self.tables.items())
        return f"<{type(self).__name__}: {told}; see `.summary()`>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"


@dataclass(frozen=True, eq=False, repr=False)
class Exposure(Answer):
    """The share of a supply that originates in, or passes through, each node and country; higher = riskier.

    Attributes
    ----------
    nodes
        ``target``, ``commodity``, ``node``, ``good``, ``stage``, ``country``; ``direct_share`` (bought from it),
        ``origin_share`` (enters the chain there; sums to 1 over the nodes of a target and commodity, less what is
        unassigned), ``is_unexplained`` (no supply of the node is recorded: the true origin is unknown), ``exposure``
        (passes through at least once, 0 to 1; absent when not asked for) and ``throughflow`` (expected number of
        passages, above 1 where goods go round).
    countries
        ``target``, ``commodity``, ``country``, ``direct_share``, ``origin_share``, ``unexplained_share`` (its part
        without a recorded supply) and ``exposure``, all 0 to 1.
    """

    nodes: pl.DataFrame
    countries: pl.DataFrame

    def _lines(self) -> list[str]:
        return _graph_words.exposure(self)


@dataclass(frozen=True, eq=False, repr=False)
class Chokepoints(Answer):
    """What is lost with a node, a country, a stage of a country or a pair; the worst first.

    Attributes
    ----------
    losses
        ``target``, ``commodity``, ``removed``, ``kind``; ``loss_rigid`` (nobody reroutes, 0 to 1; absent where it
        would have taken too long), ``loss_rerouted`` (after the best rerouting, 0 to 1: a lower bound),
        ``deliverable_before_`` and ``deliverable_after_`` [the measure], ``is_single_point_of_failure``, and
        ``alternatives``: ids of the nodes that deliver more instead, the most first.
    alternatives
        One row per loss and alternative: ``node`` and ``more_`` [the measure].
    targets
        ``demand_``, ``deliverable_before_`` and ``least_cut_`` [the measure] of each target and commodity.
    """

    losses: pl.DataFrame
    alternatives: pl.DataFrame
    targets: pl.DataFrame

    def _lines(self) -> list[str]:
        return _graph_words.chokepoints(self)


@dataclass(frozen=True, eq=False, repr=False)
class BlocAnswer(Answer):
    """How far a bloc closes its chain, stage by stage and from end to end.

    Attributes
    ----------
    layers
        One row per commodity: ``closure`` (share of the bloc's supply whose whole way stays inside, 0 to 1; higher =
        safer), ``unexplained_share``, ``unassigned``, ``leaves_at_good`` and ``leaves_at_stage``.
    stages
        One row per good and stage: production, flows inside and across the border [the measure],
        ``self_sufficiency``, ``inside_share`` and ``exit_share`` (share that first leaves the bloc here).
    partners
        One row per candidate and commodity: ``closure_before``, ``closure_after``, ``gain``; empty when not asked for.
    """

    layers: pl.DataFrame
    stages: pl.DataFrame
    partners: pl.DataFrame

    @property
    def exits(self) -> pl.DataFrame:
        """Where the supply leaves the bloc, the largest share first."""
        exits = self.stages.filter(self.stages["exit_share"] > 0)
        return exits.sort("exit_share", descending=True, maintain_order=True)

    @property
    def closure(self) -> float:
        """Share of the supply whose whole way stays inside, 0 to 1, of a graph of one commodity.

        Raises
        ------
        GraphError
            When several commodities reach the bloc: then each has its own row in ``layers``.
        """
        return float(self._only()["closure"])

    @property
    def leaves_at(self) -> tuple[str | None, str | None] | None:
        """Good and stage at which most of the supply leaves the bloc; ``None`` when nothing leaves."""
        row = self._only()
        place = row["leaves_at_good"], row["leaves_at_stage"]
        return None if place == (None, None) else place

    def _only(self) -> dict[str, Any]:
        if self.layers.height != 1:
            names = ", ".join(f"`{name}`" for name in self.layers["commodity"])
            raise GraphError(f"the bloc has a supply of {names}: ask one layer of the graph, or read `.layers`")
        return self.layers.row(0, named=True)

    def _lines(self) -> list[str]:
        return _graph_words.bloc(self)


@dataclass(frozen=True, eq=False, repr=False)
class Paths(Answer):
    """The ways by which a supply reaches its target, the largest first.

    Attributes
    ----------
    paths
        One row per step, in the direction of the material: ``target``, ``commodity``, ``path_id`` (from 1, within
        target and commodity), ``step`` (from 0, at the origin), ``node``, ``good``, ``stage``, ``country``, ``share``
        (of the target's supply that takes the path, 0 to 1), ``n_steps``, ``is_unexplained``.
    coverage
        Where the rest is: ``covered_share``, ``below_share``, ``cyclic_share``, ``long_share``, ``elsewhere_share``
        and ``left_out_share`` sum to 1.
    """

    paths: pl.DataFrame
    coverage: pl.DataFrame

    def _lines(self) -> list[str]:
        return _graph_words.paths(self)


@dataclass(frozen=True, eq=False, repr=False)
class Contents(Answer):
    """What a product contains, and from where.

    Attributes
    ----------
    origins
        Where each material enters the chain: ``product``, ``commodity``, ``good``, ``stage``, ``country``,
        ``is_unexplained``, the amount [the measure] and ``share`` (of the material in the product).
    inputs
        As which good it reaches the product: ``good``, ``is_essential``, the amount [the measure] and ``share``.
    materials
        Amount of each commodity [the measure] and ``unassigned``.
    """

    origins: pl.DataFrame
    inputs: pl.DataFrame
    materials: pl.DataFrame

    def _lines(self) -> list[str]:
        return _graph_words.contents(self)


@dataclass(frozen=True, eq=False, repr=False)
class Structure(Answer):
    """Which nodes are central; the record holds spectral radius, Katz attenuation and modularity.

    Attributes
    ----------
    nodes
        ``node``, ``good``, ``stage``, ``country``, ``in_strength_`` and ``out_strength_`` [the measure],
        ``betweenness`` (0 to 1; absent in a graph too large for it), ``pagerank`` (sums to 1), ``katz``, ``community``.
    """

    nodes: pl.DataFrame

    def _lines(self) -> list[str]:
        return _graph_words.structure(self)


@dataclass(frozen=True, eq=False, repr=False)
class Robustness(Answer):
    """What is left of a supply while countries are lost one after another; nobody reroutes.

    Attributes
    ----------
    curve
        ``target``, ``commodity``, ``order`` (the ranking), ``n_removed`` (countries so far), ``removed`` (the last of
        them), ``n_nodes_removed``, ``deliverable_share`` (0 to 1) and ``largest_component_share`` (0 to 1).
    means
        ``mean_deliverable_share`` over the losses of each target and commodity; higher = safer.
    """

    curve: pl.DataFrame
    means: pl.DataFrame

    def _lines(self) -> list[str]:
        return _graph_words.robustness(self)
