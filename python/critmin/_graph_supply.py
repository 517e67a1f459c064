"""Questions about the supply of a target: exposure, chokepoints, dominators, paths, contents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from critmin import _graph_targets
from critmin._frames import frame
from critmin._graph_answers import Chokepoints, Contents, Exposure, Paths
from critmin._graph_base import GraphBase

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import polars as pl

    from critmin._graph_targets import Bloc, Names


class SupplyQuestions(GraphBase):
    """Where the supply of a target comes from, and what it loses."""

    def exposure(
        self,
        target: Names | None = None,
        *,
        country: Names | None = None,
        bloc: Bloc | None = None,
        stage: str | None = None,
        day: dt.date | str | None = None,
        tolerance: float = 1e-10,
        max_iterations: int = 10_000,
        exact: bool = True,
    ) -> Exposure:
        """Tell the share of a supply that originates in, or passes through, each node and country.

        An absorbing Markov chain: at each node a walk upstream goes to a supplier in proportion to its flow, and ends
        in proportion to the node's own supply.

        Parameters
        ----------
        target
            Id of a node, or several: each is a target of its own.
        country
            A country in any spelling, or several, each a target of its own.
        bloc
            Id of a bloc (``eu-27``), a list of countries, or a mapping from a name to countries: one target together.
        stage
            At which stage of the country or bloc; the last one of the chain at which it has a supply when absent.
        day
            Day on which the members of a bloc are read; the last day of the graph's year when absent.
        tolerance
            Share of the supply that may stay without an origin, between 0 and 1; what is left is in the record.
        max_iterations
            Rounds of a series before it is an error.
        exact
            Whether each node's ``exposure`` is computed beside its throughflow.

        Returns
        -------
        Exposure

        Raises
        ------
        GraphError
            When no target or several kinds of target are given, nothing reaches it, or an option is out of its range.
        UnknownNameError, UnknownCountryError
            When a node or country is not known, or has no supply in this graph.
        ConvergenceError
            When goods go round almost without new supply.

        References
        ----------
        Kemeny, J. G. and Snell, J. L. (1960), Finite Markov Chains, chapter III.

        Examples
        --------
        >>> import critmin as cm
        >>> import polars as pl
        >>> edges = pl.DataFrame({"supplier": ["far", "trader", "home"], "buyer": ["trader", "plant", "plant"],
        ...                       "mass_t": [30.0, 30.0, 70.0]})
        >>> found = cm.graph.from_edges(edges, measure="mass_t").exposure("plant").nodes
        >>> dict(found.select("node", "origin_share").iter_rows())
        {'far': 0.3, 'home': 0.7, 'plant': 0.0, 'trader': 0.0}
        """
        asked = _graph_targets.find(self, target, country, bloc, stage, day)
        options = {"tolerance": tolerance, "max_iterations": max_iterations, "exact_nodes": exact, "countries": True}
        return self._answered(Exposure, self._core.exposure(asked.asked, json.dumps(options)), options, asked)

    def chokepoints(
        self,
        target: Names | None = None,
        *,
        country: Names | None = None,
        bloc: Bloc | None = None,
        stage: str | None = None,
        day: dt.date | str | None = None,
        kinds: Sequence[str] = ("country", "stage-country"),
        route_factor: float | None = 1.5,
        pairs_among: int = 25,
        n_alternatives: int = 3,
    ) -> Chokepoints:
        """Tell what a target loses with each node, country, stage of a country, or pair of countries.

        Parameters
        ----------
        target, country, bloc, stage, day
            As for :meth:`exposure`.
        kinds
            Which losses to try: any of ``"node"``, ``"country"``, ``"stage-country"`` and ``"pair"``.
        route_factor
            What a route can carry, as a multiple of what it carried, where no capacity is known; ``None``: no limit.
            1.5 is an assumption.
        pairs_among
            Pairs are tried among this many of the countries whose loss is largest.
        n_alternatives
            How many alternatives to name for each loss.

        Returns
        -------
        Chokepoints

        Raises
        ------
        GraphError, UnknownNameError, UnknownCountryError
            As for :meth:`exposure`.

        References
        ----------
        Ford, L. R. and Fulkerson, D. R. (1956), doi 10.4153/CJM-1956-045-5; without rerouting, Diem, C. et al. (2022),
        doi 10.1038/s41598-022-11522-z.

        Examples
        --------
        >>> import critmin as cm
        >>> import polars as pl
        >>> edges = pl.DataFrame({"supplier": ["mine-a", "mine-b"], "buyer": ["plant", "plant"], "mass_t": [6.0, 4.0]})
        >>> losses = cm.graph.from_edges(edges, measure="mass_t").chokepoints("plant", kinds=["node"]).losses
        >>> losses.select("removed", "loss_rerouted").row(0)
        ('mine-a', 0.6)
        """
        asked = _graph_targets.find(self, target, country, bloc, stage, day)
        options = {
            "kinds": _graph_targets.many(kinds),
            "rerouting": {"route_factor": route_factor},
            "pairs_among": pairs_among,
            "n_alternatives": n_alternatives,
        }
        return self._answered(Chokepoints, self._core.chokepoints(asked.asked, json.dumps(options)), options, asked)

    def dominators(
        self,
        target: Names | None = None,
        *,
        country: Names | None = None,
        bloc: Bloc | None = None,
        stage: str | None = None,
        day: dt.date | str | None = None,
    ) -> pl.DataFrame:
        """List the nodes that every path from any origin to the target crosses, the farthest upstream first.

        Returns
        -------
        polars.DataFrame
            ``target``, ``commodity``, ``order`` (from 1), ``node``, ``good``, ``stage``, ``country``.

        Raises
        ------
        GraphError, UnknownNameError, UnknownCountryError
            As for :meth:`exposure`.
        """
        asked = _graph_targets.find(self, target, country, bloc, stage, day)
        return frame(self._core.dominators(asked.asked))

    def trace(
        self,
        target: Names | None = None,
        *,
        country: Names | None = None,
        bloc: Bloc | None = None,
        stage: str | None = None,
        day: dt.date | str | None = None,
        origin: Names | None = None,
        min_share: float = 0.01,
        max_paths: int = 1000,
        max_steps: int = 12,
    ) -> Paths:
        """List every way from an origin to the target that carries at least a share of its supply.

        Parameters
        ----------
        target, country, bloc, stage, day
            As for :meth:`exposure`.
        origin
            Ids of nodes, or countries, at which a path has to begin; anywhere when absent.
        min_share
            Least share of the target's supply that a path carries, 0 to 1.
        max_paths, max_steps
            Most paths, and most flows that one may follow.

        Returns
        -------
        Paths

        Raises
        ------
        GraphError, UnknownNameError, UnknownCountryError
            As for :meth:`exposure`, and when `origin` mixes nodes and countries.
        """
        asked = _graph_targets.find(self, target, country, bloc, stage, day)
        begin = "any" if origin is None else _graph_targets.origins(self, origin)
        options = {"min_share": min_share, "max_paths": max_paths, "max_steps": max_steps, "from": begin}
        return self._answered(Paths, self._core.paths(asked.asked, json.dumps(options)), options, asked)

    def contents(self, product: Names) -> Contents:
        """Tell what a product contains: how much of which material, as which good, and from where.

        Parameters
        ----------
        product
            Id of a node, or several.

        Returns
        -------
        Contents

        Raises
        ------
        UnknownNameError
            When there is no such node.
        GraphError
            When no flow reaches it.
        """
        asked = _graph_targets.find(self, product, None, None, None, None)
        return self._answered(Contents, self._core.contents(asked.asked), {}, asked)
