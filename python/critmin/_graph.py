"""The graph: who supplies whom with how much, and the questions that it answers."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from critmin._graph_network import NetworkQuestions
from critmin._graph_supply import SupplyQuestions

if TYPE_CHECKING:
    import os
    from pathlib import Path

    import altair as alt
    import rustworkx as rx

    from critmin import _core

__all__ = ["Graph"]


class Graph(SupplyQuestions, NetworkQuestions):
    """Who supplies whom with how much; immutable.

    A node is a good at a stage, mostly in one country (``gallium:refinery:CHN``); an edge is a flow from a supplier to
    a buyer in the graph's one measure. Made by :func:`critmin.graph.build`, :func:`critmin.graph.from_edges` and their
    neighbours. A question is asked of every layer (commodity) in which its target has a supply.

    Examples
    --------
    >>> import critmin as cm
    >>> graph = cm.graph.build("gallium")
    >>> graph.exposure(country="Japan", stage="refinery").countries["country"].is_empty()
    False
    """

    def layer(self, commodity: str) -> Graph:
        """Return the flows of one commodity; every node keeps its place.

        Raises
        ------
        UnknownNameError
            When the graph has no such commodity.
        """
        return Graph(self._core.layer(commodity), {**self._record, "layer": commodity})

    def to_networkx(self) -> Any:  # noqa: ANN401
        """Return the graph for networkx: nodes and edges with their columns as attributes.

        Returns
        -------
        networkx.MultiDiGraph

        Raises
        ------
        GraphError
            When networkx is not installed.
        """
        from critmin import _graph_handover

        return _graph_handover.to_networkx(self)

    def to_rustworkx(self) -> rx.PyDiGraph[dict[str, Any], dict[str, Any]]:
        """Return the graph for rustworkx: the row of each node and edge as its payload, nodes in the order of `nodes`.

        Raises
        ------
        GraphError
            When rustworkx is not installed.
        """
        from critmin import _graph_handover

        return _graph_handover.to_rustworkx(self)

    def to_json(self) -> str:
        """Return the graph as node-link JSON, in the form that networkx and D3 read."""
        from critmin import _graph_files

        return _graph_files.to_json(self)

    def write(self, path: str | os.PathLike[str]) -> list[Path]:
        """Write the graph, by the ending of the path; whole or not at all.

        Parameters
        ----------
        path
            ``.parquet`` (edges; the nodes stand beside it as ``.nodes.parquet``), ``.json`` (node-link) or
            ``.graphml``.

        Returns
        -------
        list of pathlib.Path
            The files.

        Raises
        ------
        GraphError
            When the ending is none of these, or a name cannot stand in XML.
        WriteError
            When a file cannot be written.
        """
        from critmin import _graph_files

        return _graph_files.write(self, path)

    def sankey(
        self, commodity: str | None = None, *, source: str | None = None, title: str | None = None, n_countries: int = 8
    ) -> alt.LayerChart:
        """Draw the flows of one commodity from stage to stage; see :func:`critmin.plots.stage_sankey`.

        Parameters
        ----------
        commodity
            Which layer; may be left out when there is only one.
        source
            Publisher and edition, under the title; the sources of the edges when absent.
        title
            Heading.
        n_countries
            How many countries to name.

        Raises
        ------
        GraphError
            When the graph has several commodities and none is named.
        UnknownNameError
            When it has no such commodity.
        """
        from critmin import _graph_handover

        return _graph_handover.sankey(self, commodity, source=source, title=title, n_countries=n_countries)

    def __reduce__(self) -> tuple[type[Graph], tuple[_core.Graph, dict[str, Any]]]:
        """Pickle the two tables and the record."""
        return Graph, (self._core, self._record)

    def __repr__(self) -> str:
        """Say how much there is, and in which unit."""
        names = ", ".join(name for name in self.commodities if name)
        told = f"{self.n_nodes} nodes, {self.n_edges} edges, flows in {self.unit}"
        return f"<Graph of {names}: {told}>" if 0 < len(names) < 60 else f"<Graph: {told}>"

    def _repr_html_(self) -> str:
        lines = [repr(self), *self.warnings]
        return f"<pre>{escape(chr(10).join(lines))}</pre>"
