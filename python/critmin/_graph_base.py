"""What a graph holds: its nodes and edges as frames, and where it comes from."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any, TypeVar

from critmin import _core
from critmin._frames import frame
from critmin._graph_answers import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from critmin._core import ArrowStream
    from critmin._graph_targets import Targets

_Answer = TypeVar("_Answer", bound=Answer)


class GraphBase:
    """The frames of a graph, and how an answer is taken over."""

    def __init__(self, core: _core.Graph, record: Mapping[str, Any]) -> None:
        self._core = core
        self._record = dict(record)

    @property
    def measure(self) -> str:
        """Name of the flow column: ``contained_mass_t``, ``mass_t``, ``value_usd`` or ``amount``."""
        return self._core.measure

    @property
    def unit(self) -> str:
        """The unit of the flows in words; they are per year."""
        return self._core.unit

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return self._core.n_nodes

    @property
    def n_edges(self) -> int:
        """Number of edges."""
        return self._core.n_edges

    @property
    def commodities(self) -> list[str]:
        """The materials whose flows are counted, each a layer; sorted."""
        return self._core.commodities

    @property
    def countries(self) -> list[str]:
        """The countries that have a node, sorted."""
        return self._core.countries

    @property
    def stages(self) -> list[str]:
        """The stages of the nodes with a country, in the order of the chain."""
        return self._core.stages

    @property
    def is_acyclic(self) -> bool:
        """Whether no good comes back to a node that it left."""
        return self._core.largest_cycle < 2

    @property
    def warnings(self) -> list[str]:
        """What was left out, assumed or is unusual."""
        return self._core.warnings

    @functools.cached_property
    def nodes(self) -> pl.DataFrame:
        """One row per node: ``node``, ``good``, ``stage``, ``country``, and [the measure] supply, flows and residual.

        The names of the amounts end in the measure: ``own_supply_contained_mass_t``, ``capacity_``, ``inflow_``,
        ``outflow_`` and ``residual_``. An absent own supply or capacity is not known; it is not zero.
        """
        return frame(self._core.nodes())

    @functools.cached_property
    def edges(self) -> pl.DataFrame:
        """One row per flow: ends, ``good``, ``commodity``, the flow (named by the measure), source and grade."""
        return frame(self._core.edges())

    @property
    def balances(self) -> pl.DataFrame:
        """Own supply, inflow, outflow and residual of every node [the measure], the largest residual first.

        Nothing is balanced silently: a positive residual is used, lost or stocked at the node, a negative one has no
        recorded origin.
        """
        names = [f"{name}_{self.measure}" for name in ("own_supply", "inflow", "outflow", "residual")]
        residual = self.nodes[names[-1]].abs()
        order = residual.arg_sort(descending=True)
        return self.nodes.select("node", *names)[order]

    @property
    def record(self) -> dict[str, Any]:
        """Where the graph comes from: how it was built, year, measure and version."""
        kept = {"measure": self.measure, "unit": self.unit, "version": _core.__version__}
        return {**self._record, **kept}

    def _answered(
        self,
        kind: type[_Answer],
        answer: tuple[dict[str, ArrowStream], str],
        options: Mapping[str, Any],
        asked: Targets,
    ) -> _Answer:
        """Take over the frames of an answer, and note what was asked of what."""
        tables, told = answer
        sources = self.edges["source_id"].drop_nulls().unique().sort().to_list()
        graph = {**self.record, "warnings": self.warnings, "sources": sources}
        question = {"question": kind.__name__, **asked.question, "options": dict(options)}
        record = {**question, **json.loads(told), "graph": graph, "version": _core.__version__}
        return kind(record=record, **{name: frame(table) for name, table in tables.items()})
