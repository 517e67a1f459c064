"""The networks of a resourcing, with a cover that the buyers hold: out of the reference data, or of a network given."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from critmin import _core
from critmin._plan_network import SupplyNetwork

if TYPE_CHECKING:
    from collections.abc import Sequence

    from critmin.scenario import Scenario


def of_data(
    scenario: Scenario | None, options: dict[str, Any], holders: Sequence[str]
) -> tuple[dict[str, Any], SupplyNetwork, SupplyNetwork | None]:
    """Build the network of a scenario out of the reference dataset, and the same without the restriction.

    Parameters
    ----------
    scenario
        What is restricted, if anything.
    options
        Those of the core, ``cover_days`` among them.
    holders
        Who holds that cover.

    Returns
    -------
    tuple
        Network, inputs and warnings as plain objects; the network; and that without the restriction, ``None`` where
        nothing is restricted.
    """
    asked = {**options, "cover_regions": list(holders)} if options["cover_days"] > 0 else options
    text = json.dumps(asked)
    built = json.loads(_core.resource_network(None if scenario is None else scenario._core, text))
    peace = None
    if scenario is not None:
        without = _core.resource_network(scenario.with_restriction_level(0.0)._core, text)
        peace = SupplyNetwork.from_record(json.loads(without)["network"])
    return built, SupplyNetwork.from_record(built["network"]), peace


def of_network(network: SupplyNetwork, days: float, regions: Sequence[str]) -> SupplyNetwork:
    """Return a network whose stores in some regions hold a cover [days of demand] from the first day on.

    What is in them at the start, and their room, are raised to the cover of the period that needs most.
    """
    covered = network.with_cover_days(days, regions=regions)
    record = covered.record
    stocks = [
        _filled(stock, _cover(record, stock, days)) if stock["region"] in regions else stock
        for stock in record["stocks"]
    ]
    return SupplyNetwork({**record, "stocks": stocks})


def _filled(stock: dict[str, Any], cover: float) -> dict[str, Any]:
    filled = {**stock, "initial_t": max(stock["initial_t"], cover)}
    if stock.get("capacity_t") is not None:
        filled["capacity_t"] = max(stock["capacity_t"], cover)
    return filled


def _cover(record: dict[str, Any], stock: dict[str, Any], days: float) -> float:
    """Return the largest cover of a store over the periods [t]."""
    uses = [use for use in record["uses"] if (use["region"], use["form"]) == (stock["region"], stock["form"])]
    covers = [
        days / period["days"] * sum(_at(use["demand_t"], place) for use in uses)
        for place, period in enumerate(record["periods"])
    ]
    return max(covers, default=0.0)


def _at(series: float | list[float], place: int) -> float:
    return float(series[place] if isinstance(series, list) else series)
