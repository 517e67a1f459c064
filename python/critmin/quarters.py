"""A market in four quarters: capacities ramp up, restrictions may change, and a stock is released by a rule."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, TypeAlias

from critmin import _core
from critmin.exceptions import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from critmin.scenario import Scenario

    _Release: TypeAlias = Literal["none", "proportional", "price_triggered", "planned"]

__all__ = ["quarters"]

_LINEAR_RAMP = (0.125, 0.375, 0.625, 0.875)
# The number that a rule needs, by rule.
_NUMBERS = {"proportional": "share", "price_triggered": "price_ratio"}


def quarters(
    scenario: Scenario,
    *,
    stock_t: float = 0.0,
    release: _Release = "none",
    share: float | None = None,
    price_ratio: float | None = None,
    ramp: Sequence[float] = _LINEAR_RAMP,
    in_force: Sequence[float] = (1.0, 1.0, 1.0, 1.0),
) -> pl.DataFrame:
    """Clear each world market of a scenario in four quarters.

    Parameters
    ----------
    scenario
        What is restricted; restrictions against single countries are left out.
    stock_t
        Opening stock of each market [t].
    release
        ``"none"``; ``"proportional"``: the ``share`` of what is missing at the base price; ``"price_triggered"``: what
        keeps the price at ``price_ratio``; ``"planned"``: with foresight, so that the highest price is the lowest
        possible. None of them releases more than there is.
    share
        Of ``"proportional"``, 0 to 1.
    price_ratio
        Of ``"price_triggered"``, at least 1.
    ramp
        Share of the idle capacity that is available in each quarter, 0 to 1; a linear ramp over a year by default.
    in_force
        Share of the restriction level in force in each quarter, 0 to 1.

    Returns
    -------
    polars.DataFrame
        ``commodity``, ``quarter``, ``price_ratio``, ``base_demand_t``, ``quantity_t``, ``shortfall_t``, ``release_t``,
        ``stock_t`` at the end, ``unserved_share``; tonnes of a quarter.

    Raises
    ------
    ScenarioError
        For an option outside its range, or a number that the rule does not take.

    Examples
    --------
    >>> import critmin as cm
    >>> ban = cm.ExportRestriction(exporter="CHN", commodities="gallium", restriction_level=1.0, start="2025-01-01")
    >>> scenario = cm.Scenario(id="gallium-ban", title="No gallium from China", restrictions=[ban])
    >>> bare, planned = cm.quarters(scenario), cm.quarters(scenario, stock_t=50.0, release="planned")
    >>> bool(planned["price_ratio"].max() < bare["price_ratio"].max())
    True
    """
    import polars as pl

    given = {"share": share, "price_ratio": price_ratio}
    wanted = _NUMBERS.get(release)
    for name, value in given.items():
        if (value is None) == (name == wanted):
            verb = "needs" if name == wanted else "does not take"
            raise ScenarioError(f"the release rule `{release}` {verb} `{name}`")
    rule = {"rule": release} | ({} if wanted is None else {wanted: given[wanted]})
    options = {"ramp": list(ramp), "in_force": list(in_force), "stock_t": stock_t, "release": rule}
    found = json.loads(_core.quarters_of_scenario(scenario._core, json.dumps(options)))
    rows = [{"commodity": market["commodity"], **quarter} for market in found for quarter in market["quarters"]]
    return pl.DataFrame(rows)
