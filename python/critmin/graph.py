"""Who depends on whom: the graph of a supply chain, from ore to product, and the questions asked of it.

``cm.graph.build("gallium")`` is a flagship chain of the reference dataset, ``cm.graph.trade("cobalt", year=2022)`` the
recorded trade of any commodity, ``cm.graph.industries()`` the industries of a U.S. benchmark, and
``cm.graph.from_edges(table)`` your own. Each gives a :class:`Graph`.

Examples
--------
>>> import critmin as cm
>>> graph = cm.graph.build("gallium", year=2024)
>>> losses = graph.chokepoints(country="USA", stage="refinery").losses
>>> losses["loss_rerouted"].is_sorted(descending=True)
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from critmin import _core, core
from critmin._frames import checked
from critmin._graph import Graph
from critmin._graph_answers import (
    Answer,
    BlocAnswer,
    Chokepoints,
    Contents,
    Exposure,
    Paths,
    Robustness,
    Structure,
)
from critmin._graph_years import difference, over_years
from critmin.exceptions import InvalidDataError, MissingColumnError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping, Sequence

    import polars as pl

    from critmin._core import ArrowStream

__all__ = [
    "Answer",
    "BlocAnswer",
    "Chokepoints",
    "Contents",
    "Exposure",
    "Graph",
    "Paths",
    "Robustness",
    "Structure",
    "build",
    "chains",
    "compose",
    "difference",
    "from_edges",
    "industries",
    "over_years",
    "read",
    "trade",
]

# Columns that tables of edges and nodes may have; the amounts may also carry the measure in their name.
_EDGES = ("supplier", "buyer", "good", "commodity", "is_essential", "year", "source_id", "grade")
_NODES = ("node", "good", "stage", "country")
_AMOUNTS = ("flow", "capacity", "own_supply")


def chains() -> list[str]:
    """List the flagship chains of the reference dataset.

    Examples
    --------
    >>> import critmin as cm
    >>> "gallium" in cm.graph.chains()
    True
    """
    return _core.graph_chain_ids()


def build(
    commodity: str | Sequence[str],
    *,
    year: int = 2024,
    production_year: int | None = None,
    reconcile: Literal["none", "world-pool", "deficit-is-origin"] = "none",
) -> Graph:
    """Build one or several flagship chains of one year, from mine or by-product source to platform.

    Parameters
    ----------
    commodity
        One or several of :func:`chains`, in any spelling that the publishers use.
    year
        Year of the trade flows.
    production_year
        Year of the production figures when it is another: the USGS prints two or three years, trade goes back to 1995.
    reconcile
        What to suppose about goods without a recorded origin: ``"none"`` (they come from a node that says so),
        ``"world-pool"`` (from what all countries have left, in proportion), ``"deficit-is-origin"`` (they are the own
        supply of whoever hands them on).

    Returns
    -------
    Graph
        Flows in contained mass [t per year].

    Raises
    ------
    UnknownCommodityError, UnknownNameError
        When a name means no commodity, or a commodity without a chain.
    MissingInputsError
        When there is no production or trade in that year.

    Examples
    --------
    >>> import critmin as cm
    >>> cm.graph.build(["gallium", "germanium"]).commodities
    ['gallium', 'germanium']
    """
    known = chains()
    names = [commodity] if isinstance(commodity, str) else list(commodity)
    ids = list(dict.fromkeys(name if name in known else core.find_commodity(name).commodity for name in names))
    graph = _core.graph_chains(ids, year, production_year, reconcile)
    record = {"built_from": "chains", "chains": ids, "year": year, "production_year": production_year or year}
    return Graph(graph, {**record, "reconcile": reconcile})


def trade(
    commodity: str | Sequence[str] | None = None,
    *,
    year: int,
    measure: Literal["mass_t", "value_usd"] = "mass_t",
    reconcile: Literal["none", "deficit-is-origin"] = "none",
) -> Graph:
    """Build the recorded trade of some commodities in a year, one node per good, stage and country.

    Parameters
    ----------
    commodity
        One or several, in any spelling; all that a code isolates in that year when absent.
    year
        Calendar year.
    measure
        ``"mass_t"``: gross mass [t]; ``"value_usd"``: value [USD].
    reconcile
        ``"deficit-is-origin"``: what a country sells beyond what it buys is its own supply. Trade holds no production:
        without it, goods that go round between countries may have no origin at all, and an exposure no limit.

    Returns
    -------
    Graph

    Raises
    ------
    UnknownCommodityError
        When a name means nothing.
    MissingInputsError
        When no usable code isolates a commodity in that year, with the reason, or nothing was recorded.
    GraphError
        When trade is not recorded in that measure.

    Examples
    --------
    >>> import critmin as cm
    >>> cm.graph.trade("cobalt", year=2022).measure
    'mass_t'
    """
    names = [] if commodity is None else [commodity] if isinstance(commodity, str) else list(commodity)
    ids = list(dict.fromkeys(core.find_commodity(name).commodity for name in names))
    graph = _core.graph_trade(ids, year, measure, reconcile)
    return Graph(graph, {"built_from": "trade", "commodities": ids, "year": year, "reconcile": reconcile})


def industries(*, year: int = 2017) -> Graph:
    """Build the industries and commodities of a U.S. benchmark, in value [USD at producer prices].

    Parameters
    ----------
    year
        2012 or 2017.

    Raises
    ------
    MissingInputsError
        For another year.
    """
    return Graph(_core.graph_industries(year), {"built_from": "industries", "year": year})


def compose(deployment: Mapping[str, float], *, year: int = 2020) -> Graph:
    """Build what technologies need of each metal, from metal intensities [t contained].

    Parameters
    ----------
    deployment
        By technology of the table ``metal_intensities``, how much is built: MW where the intensity is in kg/MW, tonnes
        of motor or vehicle where it is a share of mass.
    year
        2020 or 2050, the years of the intensities (means over the studies of the table).

    Returns
    -------
    Graph
        Each metal is an essential input of its technology, and a layer of its own.

    Raises
    ------
    UnknownNameError
        For a technology that the table does not have.
    GraphError, MissingInputsError
        For a deployment that is not positive, or a year without intensities.

    Examples
    --------
    >>> from critmin import graph
    >>> turbines = graph.compose({"Wind-DDPM": 10_000})
    >>> "neodymium" in turbines.commodities
    True
    """
    record = {"built_from": "metal intensities", "deployment": dict(deployment), "year": year}
    return Graph(_core.graph_composed(list(deployment.items()), year), record)


def from_edges(
    edges: ArrowStream,
    *,
    nodes: ArrowStream | None = None,
    measure: str = "contained_mass_t",
    duplicates: Literal["refuse", "sum"] = "refuse",
    missing_flow: Literal["refuse", "skip"] = "refuse",
) -> Graph:
    """Build a graph from your own table of flows, of any library that speaks Arrow.

    Parameters
    ----------
    edges
        Columns ``supplier`` and ``buyer`` (ids of nodes, any text; ``good:stage:COUNTRY`` tells its parts) and one
        named by the measure, or ``flow`` [the measure per year, at least 0]. If known ``good`` (suppliers of the same
        good replace each other, different goods do not), ``commodity`` (the layer), ``is_essential``, ``capacity``,
        ``year``, ``source_id``, ``grade``. Other columns are left aside.
    nodes
        Column ``node`` and, if known, ``good``, ``stage``, ``country`` (ISO 3166-1 alpha-3), ``own_supply`` and
        ``capacity`` [the measure]. With it, an edge to a node outside it is a fault.
    measure
        ``contained_mass_t``, ``mass_t``, ``value_usd`` or ``amount``.
    duplicates
        Rows of the same supplier, buyer, good and commodity: ``"refuse"`` them or ``"sum"`` their flows.
    missing_flow
        Rows without a flow: ``"refuse"`` them, or ``"skip"`` them with a warning. A missing flow is never zero.

    Returns
    -------
    Graph

    Raises
    ------
    InvalidDataError
        With every faulty row: a negative, infinite or missing flow, an unknown or repeated node, a repeated edge; or
        when there is no row at all.
    MissingColumnError
        When a column is missing, or has a type that cannot be read.

    Examples
    --------
    >>> import critmin as cm
    >>> import polars as pl
    >>> edges = pl.DataFrame({"supplier": ["mine"], "buyer": ["smelter"], "mass_t": [10.0]})
    >>> cm.graph.from_edges(edges, measure="mass_t")
    <Graph: 2 nodes, 1 edges, flows in t gross>
    """
    ends = _taken(edges, "edges", (*_EDGES, measure), measure)
    places = None if nodes is None else _taken(nodes, "nodes", _NODES, measure)
    graph = _core.graph_from_edges(ends, places, measure, duplicates, missing_flow)
    return Graph(graph, {"built_from": "edges", "rows": ends.height})


def _taken(table: ArrowStream, name: str, known: Iterable[str], measure: str) -> pl.DataFrame:
    """Take over the columns that a graph reads."""
    import polars as pl

    if hasattr(table, "__arrow_c_stream__"):
        table = pl.DataFrame(table)
        wanted = {*known, *_AMOUNTS, *(f"{amount}_{measure}" for amount in _AMOUNTS)}
        found = table.columns
        table = table.select(column for column in found if column in wanted)
        if not table.columns and found:
            told = ", ".join(f"`{column}`" for column in found)
            raise MissingColumnError(f"the table of {name} has none of the columns of {name}; found {told}")
    taken = checked(table, name)
    if taken.is_empty():
        raise InvalidDataError(f"the table of {name} has no rows: expected at least one")
    return taken


def read(path: str | os.PathLike[str], *, measure: str | None = None) -> Graph:
    """Read a graph from a file, by its ending.

    Parameters
    ----------
    path
        ``.parquet`` (edges; nodes are read from ``.nodes.parquet`` beside it, if that is there), ``.json`` (node-link,
        as networkx writes it) or ``.graphml``.
    measure
        What the flows are; read from the file or from the name of the flow column when absent.

    Returns
    -------
    Graph

    Raises
    ------
    GraphError
        When the ending is none of these, or the measure is not told.
    ReadError, UnreadableFileError
        When the file cannot be opened, or is not what its ending says.
    InvalidDataError, MissingColumnError
        As for :func:`from_edges`.
    """
    from critmin import _graph_files

    return _graph_files.read(path, measure)
