"""What do markets do by themselves when a source, a route or a price changes? Prices, flows and rents between regions.

Money is the caller's own, the same throughout a model: prices, costs, premiums and rents are money per t, and a slope
is what its column says. Masses are t of contained metal, or any one unit throughout. Regions and commodities are free
labels. References are cited from memory, not checked against the primary documents.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from critmin import _core
from critmin._equilibrium_answers import Equilibrium, Rerouting
from critmin._equilibrium_tables import PAIR, isoelastic_markets, linear_markets, price_form_markets, trade_arcs
from critmin._plan_parts import Part
from critmin._record_tables import refuse, rows_of, unknown
from critmin.exceptions import InvalidDataError

if TYPE_CHECKING:
    from critmin._core import ArrowStream

__all__ = ["Equilibrium", "Rerouting", "isoelastic", "reroute", "spatial", "spatial_cross"]

SHORTAGES = ("refuse", "dummy")


def spatial(markets: ArrowStream, arcs: ArrowStream | None = None, *, transshipment: bool = False) -> Equilibrium:
    """Find the prices of linear markets at which no trade that pays is left undone.

    Demand ``price = demand_intercept - demand_slope q``, supply ``price = supply_intercept + supply_slope s``; the sum
    of what buyers are willing to pay less costs and transport is the largest possible. Takayama, T. and Judge, G. G.
    1964, Spatial equilibrium and quadratic programming, Journal of Farm Economics 46(1) 67, doi 10.2307/1236473; the
    objective is that of Samuelson, P. A. 1952, American Economic Review 42(3) 283 (both cited from memory).

    Parameters
    ----------
    markets
        One row per ``region`` and ``commodity``: ``demand_intercept`` [money/t], ``demand_slope`` [money/t per t],
        above 0, ``supply_intercept`` [money/t], ``supply_slope`` [money/t per t], at least 0. Both empty = no demand,
        or no supply.
    arcs
        One row per ``origin``, ``destination``, ``commodity`` and, where there are several ways, ``route``:
        ``transport_cost`` [money/t], optionally ``premium`` [money/t] (of a leak, a tariff) and ``capacity_t`` [t]: a
        quota, the capacity of a leak, 0 for a ban; empty = unlimited. A region trades with itself without an arc.
    transshipment
        Whether imports may be exported again. Default no, as in the source.

    Returns
    -------
    Equilibrium
        Markets, flows with rents, and the certificate of the optimum.

    Raises
    ------
    MissingColumnError
        When a column is missing, unknown or of another type.
    InvalidDataError
        When a cell cannot be used; every fault is listed with table, row and column.
    NotProvenError
        When the solver stops without an answer that passes the check.

    Examples
    --------
    Of the gap of 35 between the prices transport takes 5 and the premium of the leak 15; the rest is the rent of its
    capacity.

    >>> import critmin as cm
    >>> import polars as pl
    >>> markets = pl.DataFrame({
    ...     "region": ["CHN", "JPN"], "commodity": "gallium",
    ...     "demand_intercept": [100.0, 160.0], "demand_slope": [1.0, 1.0],
    ...     "supply_intercept": [10.0, 20.0], "supply_slope": [1.0, 2.0],
    ... })
    >>> arcs = pl.DataFrame({"origin": ["CHN"], "destination": ["JPN"], "commodity": ["gallium"],
    ...                      "transport_cost": [5.0], "premium": [15.0], "capacity_t": [20.0]})
    >>> found = cm.equilibrium.spatial(markets, arcs)
    >>> found.markets["price"].round(3).to_list(), found.flows["rent"].round(3).to_list()
    ([65.0, 100.0], [15.0])
    """
    rows = linear_markets(markets)
    model = {
        "markets": rows,
        "arcs": trade_arcs(arcs, rows),
        "has_transshipment": transshipment,
    }
    return Equilibrium("spatial", json.loads(_core.spatial_prices(json.dumps(model), "{}")))


def spatial_cross(markets: ArrowStream, slopes: ArrowStream, arcs: ArrowStream | None = None) -> Equilibrium:
    """Find the prices of linear markets in which the demand for one commodity answers the price of another.

    Quantities are straight lines of the prices of the region, ``q = demand_intercept_t + sum of slope price``; the
    slopes are symmetric, or no optimum is the equilibrium. What comes in may go out again. Takayama and Judge 1964 as
    in :func:`spatial`.

    Parameters
    ----------
    markets
        One row per ``region`` and ``commodity``: ``demand_intercept_t`` and ``supply_intercept_t`` [t] at price 0 of
        every commodity; that of supply is often negative.
    slopes
        One row per ``region``, ``side`` (``"demand"`` or ``"supply"``), ``commodity`` (whose quantity) and ``price_of``
        (whose price): ``slope`` [t per money/t] with its sign, below 0 for the own price of demand, above 0 for that of
        supply and between substitutes in demand. Pairs that are not listed do not answer.
    arcs
        As in :func:`spatial`.

    Returns
    -------
    Equilibrium
        Markets, flows with rents, and the certificate of the optimum.

    Raises
    ------
    MissingColumnError, NotProvenError
        As :func:`spatial`.
    InvalidDataError
        As :func:`spatial`, and when slopes are not symmetric or not stable, or a quantity would be negative.

    Examples
    --------
    >>> import critmin as cm
    >>> import polars as pl
    >>> markets = pl.DataFrame({"region": ["JPN"], "commodity": ["gallium"],
    ...                         "demand_intercept_t": [100.0], "supply_intercept_t": [-20.0]})
    >>> slopes = pl.DataFrame({"region": "JPN", "side": ["demand", "supply"], "commodity": "gallium",
    ...                        "price_of": "gallium", "slope": [-1.0, 3.0]})
    >>> cm.equilibrium.spatial_cross(markets, slopes).markets["price"].round(3).to_list()
    [30.0]
    """
    rows, lines = price_form_markets(markets, slopes)
    model = {"markets": rows, "slopes": lines, "arcs": trade_arcs(arcs, rows)}
    return Equilibrium("spatial", json.loads(_core.spatial_cross_prices(json.dumps(model), "{}")))


def isoelastic(markets: ArrowStream, arcs: ArrowStream | None = None) -> Equilibrium:
    """Find the prices of markets with constant elasticities at which no trade that pays is left undone.

    Demand ``p = p0 (q / q0)^(-1 / e)``, but never above the backstop price, at which something else serves the rest;
    supply ``p = p0 (s / s0)^(1 / h)`` up to a capacity. Derived from the conditions of Takayama and Judge 1964 (see
    :func:`spatial`) with other curves. With the small elasticities of metals a large loss of supply raises prices
    without meaning: give a backstop price, what a substitute costs.

    Parameters
    ----------
    markets
        One row per ``region`` and ``commodity``. Demand: ``demand_base_price`` [money/t] and ``demand_base_t`` [t] of
        one known point, ``price_elasticity_of_demand`` with its sign (below 0, nearer 0 = stiffer, not within 0.01 of
        -1), optionally ``backstop_price`` [money/t]. Supply: ``supply_base_price``, ``supply_base_t``,
        ``price_elasticity_of_supply`` (at least 0; at 0 the base quantity at any price), optionally
        ``supply_capacity_t`` [t]. All empty = no demand, or no supply.
    arcs
        As in :func:`spatial`; every arc carries what its origin produces.

    Returns
    -------
    Equilibrium
        Markets with ``price_ratio``, what the backstop serves and the rent of capacity; flows with rents; certificate.

    Raises
    ------
    MissingColumnError, NotProvenError
        As :func:`spatial`.
    InvalidDataError
        As :func:`spatial`, and for a demand without a backstop price that no supply can reach.

    Examples
    --------
    60 % of supply is lost at elasticities of -0.5 and 0.5: the price rises to 0.4^(-1) = 2.5 times its base.

    >>> import critmin as cm
    >>> import polars as pl
    >>> market = pl.DataFrame({
    ...     "region": ["world"], "commodity": ["gallium"],
    ...     "demand_base_price": [300.0], "demand_base_t": [700.0], "price_elasticity_of_demand": [-0.5],
    ...     "supply_base_price": [300.0], "supply_base_t": [280.0], "price_elasticity_of_supply": [0.5],
    ... })
    >>> cm.equilibrium.isoelastic(market).markets["price_ratio"].round(4).to_list()
    [2.5]
    """
    rows = isoelastic_markets(markets)
    model = {"markets": rows, "arcs": trade_arcs(arcs, rows)}
    return Equilibrium("isoelastic", json.loads(_core.isoelastic_prices(json.dumps(model), "{}")))


def reroute(
    flows: ArrowStream, supplies: ArrowStream, demands: ArrowStream, *, bans: ArrowStream | None = None,
    caps: ArrowStream | None = None, shortage: str = "refuse",
) -> Rerouting:  # fmt: skip
    """Rescale present trade to new totals, bans and caps: nobody optimises, the pattern stays as close as it can.

    Minimises ``sum x ln(x / x0)`` by alternating scaling of rows and columns (Deming, W. E. and Stephan, F. F. 1940,
    doi 10.1214/aoms/1177731829; Sinkhorn, R. 1967, doi 10.2307/2314570), caps by cyclic projections (Dykstra, R. L.
    1985, doi 10.1214/aop/1176992918); cited from memory. The honest benchmark beside any optimum.

    Parameters
    ----------
    flows
        Present trade, one row per ``origin`` and ``destination``: ``mass_t`` [t]. Pairs that are not listed do not
        trade, before or after.
    supplies, demands
        The new total of every origin and of every destination: ``region`` and ``mass_t`` [t].
    bans
        Pairs that trade no more: ``origin``, ``destination``.
    caps
        Pairs that trade no more than so much: ``origin``, ``destination``, ``mass_t`` [t].
    shortage
        When the totals cannot be met over the pairs that trade: ``"refuse"``, or ``"dummy"``: the least possible is
        left unsold and unserved, as if a dummy buyer and a dummy supplier traded with every region in proportion to
        its total.

    Returns
    -------
    Rerouting
        Flows before and after, and who is left unsold or unserved.

    Raises
    ------
    MissingColumnError, InvalidDataError
        As :func:`spatial`; also when totals differ and ``shortage`` is ``"refuse"``.
    InfeasiblePlanError
        When no table has these totals; the message names who cannot be served.
    NotProvenError
        When the scaling does not settle.

    Examples
    --------
    >>> import critmin as cm
    >>> import polars as pl
    >>> flows = pl.DataFrame({"origin": ["CHN", "CHN", "AUS", "AUS"], "destination": ["JPN", "USA"] * 2,
    ...                       "mass_t": [40.0, 10.0, 20.0, 30.0]})
    >>> supplies = pl.DataFrame({"region": ["CHN", "AUS"], "mass_t": [70.0, 30.0]})
    >>> demands = pl.DataFrame({"region": ["JPN", "USA"], "mass_t": [50.0, 50.0]})
    >>> cm.equilibrium.reroute(flows, supplies, demands).flows["mass_t"].round(3).to_list()
    [43.542, 26.458, 6.458, 23.542]
    """
    if shortage not in SHORTAGES:
        raise InvalidDataError(f"found `shortage` = `{shortage}`: expected one of {', '.join(SHORTAGES)}")
    mass: dict[str, type] = {"mass_t": float}
    bounds = {"mass_t": "not_negative"}
    totals = Part(("region",), mass, {})
    model: dict[str, Any] = {
        "supplies": rows_of("supplies", supplies, totals, bounds=bounds),
        "demands": rows_of("demands", demands, totals, bounds=bounds),
    }
    ends = {"origin": "supplies", "destination": "demands"}
    for name, table, figures in (("flows", flows, mass), ("bans", bans, {}), ("caps", caps, mass)):
        rows = rows_of(name, table, Part(PAIR, figures, {}), bounds=bounds if figures else None)
        faults = []
        for column, other in ends.items():
            known = [row["region"] for row in model[other]]
            faults += unknown(name, rows, column, known, f"one of `{other}`, with 0 where there is none")
        refuse(name, faults)
        model[name] = rows
    return Rerouting(json.loads(_core.reroute_flows(json.dumps(model), json.dumps({"shortage": shortage}))))
