"""Questions about blocs of countries and about the network itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from critmin import _graph_targets
from critmin._graph_answers import BlocAnswer, Robustness, Structure
from critmin._graph_base import GraphBase

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from critmin._graph_targets import Bloc, Names


class NetworkQuestions(GraphBase):
    """How far a bloc closes its chain, which nodes are central, what is left after losses."""

    def bloc(
        self,
        name_or_members: Bloc,
        *,
        stage: str | None = None,
        partners: Names | None = None,
        day: dt.date | str | None = None,
        tolerance: float = 1e-10,
        max_iterations: int = 10_000,
    ) -> BlocAnswer:
        """Tell how far a bloc closes its chain, and at which stage the chain leaves it.

        Parameters
        ----------
        name_or_members
            Id of a bloc, a list of countries, or a mapping from a name to countries.
        stage
            The stage whose supply is followed upstream; the last one at which the bloc has a supply when absent.
        partners
            Countries to add, each alone; ``"all"`` for every country of the graph outside the bloc.
        day
            Day on which the members are read.
        tolerance, max_iterations
            As for :meth:`exposure`.

        Returns
        -------
        BlocAnswer

        Raises
        ------
        GraphError
            When the bloc has no members, or none with a supply (at that stage).
        UnknownCountryError
            When a name means nothing.
        ConvergenceError
            As for :meth:`exposure`.

        Examples
        --------
        >>> import critmin as cm
        >>> answer = cm.graph.build("gallium").bloc("g7", stage="refinery", partners=["China"])
        >>> 0 <= answer.closure <= 1, answer.partners["partner"].to_list()
        (True, ['CHN'])
        """
        who = _graph_targets.members(self, name_or_members, day)
        options = {"stage": stage, "tolerance": tolerance, "max_iterations": max_iterations}
        tables, record = self._core.bloc(who.label, who.countries, json.dumps(options))
        if partners == "all":
            others = [code for code in self.countries if code not in who.countries]
        else:
            others = [_graph_targets.country_of(self, name) for name in _graph_targets.many(partners or [])]
        tables["partners"] = self._core.partners(who.label, who.countries, others, json.dumps(options))
        question = {"bloc": who.label, "members": who.countries, "day": who.day, "partners": others}
        return self._answered(BlocAnswer, (tables, record), options, _graph_targets.Targets([], question))

    def structure(
        self,
        *,
        damping: float = 0.85,
        katz_alpha: float | None = None,
        resolution: float = 1.0,
        betweenness_up_to: int = 300_000_000,
        tolerance: float = 1e-14,
        max_iterations: int = 10_000,
    ) -> Structure:
        """Measure the network itself: strengths, betweenness, PageRank, Katz, communities.

        Parameters
        ----------
        damping
            Chance of PageRank's walk, from buyers to suppliers, of following a flow; 0 to below 1.
        katz_alpha
            Attenuation of Katz per step; chosen from the spectral radius when absent.
        resolution
            Above 1 makes communities smaller.
        betweenness_up_to
            Betweenness is absent when nodes times edges are more than this.
        tolerance, max_iterations
            When the iterations end.

        Returns
        -------
        Structure

        Raises
        ------
        GraphError
            When an option is out of its range or an iteration does not end.

        References
        ----------
        Brin and Page (1998), doi 10.1016/S0169-7552(98)00110-X; Katz (1953), doi 10.1007/BF02289026; Brandes (2001),
        doi 10.1080/0022250X.2001.9990249; Blondel et al. (2008), doi 10.1088/1742-5468/2008/10/P10008.
        """
        options = {
            "damping": damping,
            "katz_alpha": katz_alpha,
            "betweenness_up_to": betweenness_up_to,
            "resolution": resolution,
            "tolerance": tolerance,
            "max_iterations": max_iterations,
        }
        answer = self._core.structure(json.dumps(options))
        return self._answered(Structure, answer, options, _graph_targets.Targets([], {}))

    def robustness(
        self,
        target: Names | None = None,
        *,
        country: Names | None = None,
        bloc: Bloc | None = None,
        stage: str | None = None,
        day: dt.date | str | None = None,
        order: str | Sequence[str] = "exposure",
        n: int | None = 20,
    ) -> Robustness:
        """Tell what is left of a supply while countries are lost one after another; nobody reroutes.

        Parameters
        ----------
        target, country, bloc, stage, day
            As for :meth:`exposure`.
        order
            ``"exposure"`` (of this target), ``"strength"`` (who sells most), or the countries in your order.
        n
            Most countries that are lost; all of the order when ``None``.

        Returns
        -------
        Robustness

        Raises
        ------
        GraphError, UnknownNameError, UnknownCountryError, ConvergenceError
            As for :meth:`exposure`.

        References
        ----------
        Schneider, C. M. et al. (2011), doi 10.1073/pnas.1009440108.
        """
        asked = _graph_targets.find(self, target, country, bloc, stage, day)
        ranking: Any = order
        if not isinstance(order, str):
            ranking = {"given": [_graph_targets.country_of(self, name) for name in order]}
        options = {"ranking": ranking, "max_removed": n}
        return self._answered(Robustness, self._core.robustness(asked.asked, json.dumps(options)), options, asked)
