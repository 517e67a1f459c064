"""Graphs for other libraries, imported only when they are asked for, and the picture of one layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from critmin import _graph_files
from critmin.exceptions import GraphError, UnknownNameError

if TYPE_CHECKING:
    import altair as alt
    import rustworkx as rx

    from critmin._graph import Graph


def to_networkx(graph: Graph) -> Any:  # noqa: ANN401
    """Return the graph for networkx."""
    try:
        import networkx as nx
    except ImportError as error:
        raise _not_installed("networkx") from error
    made = nx.MultiDiGraph(**_graph_files.attributes(graph))
    nodes, edges = _graph_files.rows(graph)
    made.add_nodes_from((row.pop("id"), row) for row in nodes)
    made.add_edges_from((row.pop("source"), row.pop("target"), row) for row in edges)
    return made


def to_rustworkx(graph: Graph) -> rx.PyDiGraph[dict[str, Any], dict[str, Any]]:
    """Return the graph for rustworkx."""
    try:
        import rustworkx as rx
    except ImportError as error:
        raise _not_installed("rustworkx") from error
    made: rx.PyDiGraph[dict[str, Any], dict[str, Any]] = rx.PyDiGraph(
        multigraph=True, attrs=_graph_files.attributes(graph)
    )
    nodes, edges = _graph_files.rows(graph)
    places = {row["id"]: place for place, row in enumerate(nodes)}
    made.add_nodes_from(nodes)
    made.add_edges_from([(places[row["source"]], places[row["target"]], row) for row in edges])
    return made


def sankey(
    graph: Graph, commodity: str | None, *, source: str | None, title: str | None, n_countries: int
) -> alt.LayerChart:
    """Draw one layer."""
    from critmin import plots

    names = graph.commodities
    if commodity is None and len(names) > 1:
        told = ", ".join(f"`{name}`" for name in names)
        raise GraphError(f"the graph has several commodities: name one of {told}, masses of two do not add")
    if commodity is not None and commodity not in names:
        raise UnknownNameError(f"unknown commodity `{commodity}`; the graph has {', '.join(names)}")
    layer = graph if commodity is None else graph.layer(commodity)
    edges = layer.edges
    sources = ", ".join(edges["source_id"].drop_nulls().unique().sort()) or "a table of your own"
    words: dict[str, str] = {} if title is None else {"title": title}
    return plots.stage_sankey(
        edges, source=source or sources, measure=graph.measure, nodes=layer.nodes, n_countries=n_countries, **words
    )


def _not_installed(package: str) -> GraphError:
    return GraphError(f"`{package}` is not installed: run `python -m pip install {package}`")
