"""What can be done? From where else metal can come, what replaces it, and where the bottleneck is, period by period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from critmin import _plan_cover, core
from critmin._plan import Plan, PlanChange
from critmin._plan_answer import Resourcing
from critmin._plan_network import SupplyNetwork
from critmin._progress import progress_callback
from critmin.exceptions import InvalidDataError, UnknownCountryError, UnknownNameError
from critmin.scenario import Scenario

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from critmin._progress import Progress

__all__ = ["Plan", "PlanChange", "Resourcing", "SupplyNetwork", "resource"]

# What chooses a network out of the reference dataset, and means nothing for a network that is given.
_OF_DATA: dict[str, Any] = {
    "commodities": (), "months": 24, "period_months": 1, "start": None, "lead_months": 3, "rivals": True,
    "penalty": "value_added", "bloc_caps": (), "projects": (), "with_substitutes": True,
}  # fmt: skip


def resource(
    scenario: Scenario | SupplyNetwork | str,
    *,
    commodities: str | Sequence[str] = (),
    months: int = 24,
    period_months: int = 1,
    start: dt.date | str | None = None,
    lead_months: int = 3,
    buyers: str | Sequence[str] = "quad",
    enforcement: float = 0.0,
    cover_days: float = 0.0,
    rivals: bool = True,
    penalty: Literal["value_added", "price_steps"] = "value_added",
    bloc_caps: Sequence[Mapping[str, Any]] = (),
    projects: str | Sequence[str] = (),
    with_substitutes: bool = True,
    by_product_caps: bool = True,
    leaks: bool = True,
    progress: Progress = False,
) -> Resourcing:
    """Ask how a shock is best met: by other suppliers, stocks, leaks and substitutes, against the same without it.

    Parameters
    ----------
    scenario
        What is restricted; a commodity, in any spelling, for no restriction; or a network of one's own, whose base is
        the same without its bans.
    commodities
        Which; by default those of the scenario.
    months, period_months
        Length of the plan and of a period.
    start
        First day of the plan; by default ``lead_months`` before the first restriction.
    lead_months
        Months of peace before it.
    buyers
        A bloc (``"quad"``), or countries: whose gain is told, and whose stores the cover is asked of. Of a network of
        one's own by default every region with a use.
    enforcement
        Share of every leak's capacity that enforcement takes away, 0 to 1.
    cover_days
        Days of their demand that the buyers hold when the ban begins: their stores are filled to it, at no cost. In a
        network of one's own it must be held in every period, and only those with a row in `stocks` hold any.
    rivals
        Whether other importers want the metal, too; without them the answer is too good, and a warning says so.
    penalty
        What unmet demand costs: ``"value_added"`` at risk, or ``"price_steps"``, multiples of the price.
    bloc_caps
        At most so much of a region's demand from a bloc: ``{"region": "JPN", "bloc": "china", "share": 0.5}``.
    projects
        Projects of the reference table ``candidate_projects`` that are built.
    with_substitutes
        Whether substitutes may replace the metal.
    by_product_caps, leaks
        As in :meth:`SupplyNetwork.plan`.
    progress
        ``True`` draws a bar on a terminal; a callable receives ``(done, total)``.

    Raises
    ------
    UnknownNameError
        For a commodity, country, bloc or project that nobody knows.
    MissingInputsError
        When the reference dataset has no chain of the commodity.
    InfeasiblePlanError
        When no plan satisfies every requirement, as a cover that cannot be held.
    InvalidDataError
        When a choice is outside its range, or means nothing for a network of one's own.

    Examples
    --------
    >>> import critmin as cm
    >>> ban = cm.ExportRestriction(exporter="CHN", commodities="gallium", restriction_level=1.0, start="2026-01-01")
    >>> scenario = cm.Scenario(id="gallium-ban", title="No gallium from China", restrictions=[ban])
    >>> answer = cm.resource(scenario, months=12)
    >>> answer.plan.cost_usd >= answer.base.cost_usd
    True
    """
    given = {
        "commodities": [core.find_commodity(name).commodity for name in _several(commodities)],
        "months": months, "period_months": period_months, "start": _iso(start), "lead_months": lead_months,
        "rivals": rivals, "penalty": penalty, "bloc_caps": [_cap(cap) for cap in bloc_caps],
        "projects": _several(projects), "with_substitutes": with_substitutes, "enforcement": enforcement,
        "cover_days": cover_days,
    }  # fmt: skip
    how = {"by_product_caps": by_product_caps, "leaks": leaks}
    if isinstance(scenario, SupplyNetwork):
        return _of_network(scenario, given, buyers, how, progress)
    if isinstance(scenario, Scenario):
        asked: Scenario | None = scenario
    elif isinstance(scenario, str):
        asked = None
        given["commodities"] = given["commodities"] or [core.find_commodity(scenario).commodity]
    else:
        raise InvalidDataError(
            f"found a `{type(scenario).__name__}`, expected a `Scenario`, a `SupplyNetwork` or the name of a commodity"
        )
    return _of_data(asked, given, buyers, how, progress)


def _of_data(
    scenario: Scenario | None, given: dict[str, Any], buyers: str | Sequence[str], how: dict[str, bool],
    progress: Progress,
) -> Resourcing:  # fmt: skip
    """Build both networks out of the reference dataset, and plan them."""
    wanted = _buyers(buyers)
    is_bloc = isinstance(buyers, str) and buyers == wanted[0] and len(wanted) > 1
    options = {**given, "buyers": buyers if is_bloc else wanted}
    for name in ("start", "commodities"):
        if not options[name]:
            del options[name]
    turn = _in_turn(progress, 1 if scenario is None else 2)
    holders = wanted[1:] if is_bloc else wanted
    built, network, peace = _plan_cover.of_data(scenario, options, holders)
    plan = network.plan(**how, progress=turn(0))
    base = plan if peace is None else peace.plan(**how, progress=turn(1))
    here = _known_buyers(plan, wanted)
    told = built["warnings"], {**options, **how}, built["inputs"]
    return Resourcing(scenario, plan, base, here, *told, _of_data=(options, holders))


def _of_network(
    network: SupplyNetwork, given: dict[str, Any], buyers: str | Sequence[str], how: dict[str, bool],
    progress: Progress,
) -> Resourcing:  # fmt: skip
    """Plan a network of one's own, and the same without its bans."""
    lost = [name for name, default in _OF_DATA.items() if _plain(given[name]) != _plain(default)]
    if lost:
        raise InvalidDataError(f"{', '.join(f'`{name}`' for name in lost)} means nothing for a network of your own: "
                               "it chooses what is taken from the reference dataset")  # fmt: skip
    used = {use["region"] for use in network.record["uses"]}
    # The default buyers are a bloc of the world, which a network of one's own need not know.
    wanted = [buyers] if isinstance(buyers, str) and buyers in used else _buyers(buyers, used)
    bare = asked = network.with_enforcement(given["enforcement"]) if given["enforcement"] else network
    if given["cover_days"]:
        holders = {stock["region"] for stock in network.record["stocks"]}
        held = [region for region in wanted or sorted(used) if region in holders]
        asked = _plan_cover.of_network(asked, given["cover_days"], held) if held else asked
    told = _in_turn(progress, 2 if network.record["bans"] else 1)
    plan = asked.plan(**how, progress=told(0))
    base = asked.replace(bans=None).plan(**how, progress=told(1)) if network.record["bans"] else plan
    options = {"enforcement": given["enforcement"], "cover_days": given["cover_days"], **how}
    here = _known_buyers(plan, wanted) if wanted else plan.buyers()
    return Resourcing(None, plan, base, here, [], options, _bare=bare)


def _buyers(buyers: str | Sequence[str], used: AbstractSet[str] = frozenset()) -> list[str]:
    """Return a bloc and its members, or the codes of countries; nobody where the default meets another world."""
    if isinstance(buyers, str):
        try:
            wanted = [buyers, *core.bloc_members(buyers)]
        except UnknownNameError:
            return [_country(buyers)]
        return [] if used and buyers == "quad" and not used & {*wanted} else wanted
    several = [name if name in used else _country(name) for name in buyers]
    if not several:
        raise InvalidDataError("found no buyer: expected a bloc, or at least one country")
    return several


def _cap(cap: Mapping[str, Any]) -> dict[str, Any]:
    """Check a cap of a bloc, and write its region as a code."""
    if set(cap) != {"region", "bloc", "share"}:
        raise InvalidDataError(f"found the cap {dict(cap)}: expected `region`, `bloc` and `share`")
    return {**cap, "region": _country(str(cap["region"]))}


def _country(name: str) -> str:
    try:
        return core.find_country(name).country
    except UnknownCountryError:
        core.bloc_members(name)  # a bloc that a network takes as one region; raises when there is none
        return name


def _known_buyers(plan: Plan, wanted: list[str]) -> list[str]:
    """Keep the buyers that use anything in the network."""
    known = plan.buyers()
    found = [region for region in wanted if region in known]
    if not found:
        raise UnknownNameError(f"none of the buyers {wanted} has a use in the network: expected some of {known}")
    return found


def _in_turn(progress: Progress, total: int) -> Callable[[int], Progress]:
    """Share one progress among several plans, one after the other."""
    told = progress_callback(progress, "plans")

    def of(place: int) -> Progress:
        if told is None:
            return False
        return lambda done, of_these: told(place * of_these + done, total * of_these)

    return of


def _plain(value: Any) -> Any:  # noqa: ANN401
    return list(value) if isinstance(value, tuple) else value


def _several(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _iso(day: dt.date | str | None) -> str | None:
    return day if day is None or isinstance(day, str) else day.isoformat()
