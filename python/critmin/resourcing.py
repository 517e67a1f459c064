"""What can be done? From where else metal can come, what replaces it, and where the bottleneck is, period by period."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from critmin import _core, _plan_words, core
from critmin._frames import rows_frame
from critmin._plan import Plan, PlanChange
from critmin._plan_network import SupplyNetwork
from critmin._progress import progress_callback
from critmin.exceptions import InfeasiblePlanError, InvalidDataError, UnknownCountryError, UnknownNameError
from critmin.result import write_tables
from critmin.scenario import Scenario

if TYPE_CHECKING:
    import datetime as dt
    import os
    from collections.abc import Callable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    import polars as pl

    from critmin._progress import Progress

    Swept: TypeAlias = Literal["enforcement", "restriction_level", "cover_days"]

__all__ = ["Plan", "PlanChange", "Resourcing", "SupplyNetwork", "resource"]

# What a sweep runs through when no values are given.
VALUES = {
    "enforcement": (0.0, 0.25, 0.5, 0.75, 1.0),
    "restriction_level": (0.0, 0.25, 0.5, 0.75, 1.0),
    "cover_days": (0.0, 30.0, 60.0, 90.0, 180.0),
}
_INPUTS = {
    **dict.fromkeys(("commodity", "name", "region"), str), **dict.fromkeys(("value", "low", "high"), float),
    **dict.fromkeys(("unit", "grade", "source", "note"), str),
}  # fmt: skip
# What chooses a network out of the reference dataset, and means nothing for a network that is given.
_OF_DATA: dict[str, Any] = {
    "commodities": (), "months": 24, "period_months": 1, "start": None, "lead_months": 3, "rivals": True,
    "penalty": "value_added", "bloc_caps": (), "projects": (), "with_substitutes": True,
}  # fmt: skip


@dataclass(frozen=True)
class Resourcing:
    """A supply network under a shock, and the same without it.

    Attributes
    ----------
    scenario
        What is restricted; ``None`` where a commodity or a network of one's own was asked about.
    plan, base
        The plan under the shock, and the one without.
    buyers
        The regions whose gain is told.
    warnings
        What a reader must know before using the numbers.
    options
        Every choice.
    """

    scenario: Scenario | None
    plan: Plan
    base: Plan
    buyers: list[str]
    warnings: list[str]
    options: dict[str, Any]
    _inputs: list[dict[str, Any]] = field(default_factory=list, repr=False)

    @property
    def network(self) -> SupplyNetwork:
        """The network under the shock."""
        return self.plan.network

    @functools.cached_property
    def change(self) -> PlanChange:
        """The plan against its base."""
        return self.plan.compare(self.base)

    @functools.cached_property
    def inputs(self) -> pl.DataFrame:
        """Every figure that the network was built from, with range, unit, grade and source."""
        return rows_frame(self._inputs, _INPUTS)

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables by name: those of the plan, the changes against the base, and the inputs."""
        changes = {f"change_{name}": table for name, table in self.change.tables.items()}
        return {**self.plan.tables, **changes, "inputs": self.inputs}

    @property
    def provenance(self) -> dict[str, Any]:
        """Scenario, options, both networks with their certificates, and the warnings."""
        asked = None if self.scenario is None else json.loads(self.scenario.to_json())
        about = {"scenario": asked, "buyers": self.buyers, "choices": self.options, "warnings": self.warnings}
        return {**about, "plan": self.plan.provenance, "base": self.base.provenance}

    def shortfall(self, by: str | Sequence[str] = ("use",)) -> pl.DataFrame:
        """Add up what the buyers lack; see :meth:`Plan.shortfall`."""
        return self.plan.shortfall(by, regions=self.buyers)

    def sweep(
        self, parameter: Swept = "enforcement", values: Sequence[float] | None = None, *, progress: Progress = False
    ) -> pl.DataFrame:
        """Plan the network again for several values of one parameter.

        Parameters
        ----------
        parameter
            ``"enforcement"`` of leaks [fraction], ``"restriction_level"`` of every ban [fraction], or
            ``"cover_days"`` of the stores of the buyers.
        values
            Which; by default five over the whole range.
        progress
            ``True`` draws a bar on a terminal; a callable receives ``(done, total)``.

        Returns
        -------
        polars.DataFrame
            ``parameter``, ``value``, ``cost_usd``, ``cost_change_usd`` against the base, ``demand_t``, ``shortfall_t``
            and ``shortfall_share`` of the buyers, and the ``reason`` where no plan is possible.

        Raises
        ------
        InvalidDataError
            For another parameter, and for a value outside its range.
        """
        if parameter not in VALUES:
            raise InvalidDataError(f"found the parameter `{parameter}`, expected one of {list(VALUES)}")
        several = list(VALUES[parameter] if values is None else values)
        told, rows = progress_callback(progress, parameter), []
        for done, value in enumerate(several, start=1):
            rows.append({"parameter": parameter, "value": float(value), **self._at(self._with(parameter, value))})
            if told is not None:
                told(done, len(several))
        numbers = ("value", "cost_usd", "cost_change_usd", "demand_t", "shortfall_t", "shortfall_share")
        return rows_frame(rows, {"parameter": str, **dict.fromkeys(numbers, float), "reason": str})

    def _with(self, parameter: str, value: float) -> SupplyNetwork:
        if parameter == "cover_days":
            holders = {stock["region"] for stock in self.network.record["stocks"]}
            held = [region for region in self.buyers if region in holders]
            if not held:
                raise InvalidDataError("no buyer has a store: a cover cannot be asked for; add rows to `stocks`")
            return self.network.with_cover_days(value, regions=held)
        if parameter == "enforcement":
            return self.network.with_enforcement(value)
        return self.network.with_restriction_level(value)

    def _at(self, network: SupplyNetwork) -> dict[str, Any]:
        """Plan one network, as this one was planned."""
        try:
            plan = network.plan(**_choices(self.plan))
        except InfeasiblePlanError as error:
            return {"reason": str(error)}
        found = plan.shortfall((), regions=self.buyers).row(0, named=True)
        costs = {"cost_usd": plan.cost_usd, "cost_change_usd": plan.cost_usd - self.base.cost_usd}
        return {**costs, **{name: found[name] for name in ("demand_t", "shortfall_t", "shortfall_share")}}

    def summary(self) -> str:
        """Tell the answer on one screen: what the buyers get, what binds, what changed, what the inputs rest on."""
        return "\n".join(_plan_words.resourcing_lines(self))

    def to_json(self) -> str:
        """Return everything as one JSON text."""
        record = {"plan": self.plan.record, "base": self.base.record, "network": self.network.record}
        return json.dumps({**record, "buyers": self.buyers, "inputs": self._inputs, "warnings": self.warnings})

    def write(self, folder: str | os.PathLike[str], *, formats: Sequence[str] = ("parquet",)) -> list[Path]:
        """Write every table, the network, the scenario and the provenance record into a folder.

        Raises
        ------
        InvalidDataError
            When a format is none of ``"parquet"``, ``"csv"`` and ``"json"``.
        WriteError
            When the folder cannot be written; nothing half-written is left behind.
        """
        texts = {
            "network.json": self.network.to_json(),
            "provenance.json": json.dumps(self.provenance, indent=2) + "\n",
        }
        if self.scenario is not None:
            texts["scenario.toml"] = self.scenario.to_toml()
        if "json" in formats:
            texts["resourcing.json"] = self.to_json()
        return write_tables(folder, tables=self.tables, texts=texts, formats=formats)

    def __repr__(self) -> str:
        """Say what it came to."""
        change = _plan_words.money(self.plan.cost_usd - self.base.cost_usd, signed=True)
        return f"<Resourcing of `{self.plan.title}`: {change} against the base>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"


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
        Days of their demand that the buyers must hold.
    rivals
        Whether other importers want the metal, too; without them the answer is too good, and the plan says so.
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
        "rivals": rivals, "penalty": penalty, "bloc_caps": [dict(cap) for cap in bloc_caps],
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
    options = {**given, "buyers": buyers if isinstance(buyers, str) and wanted != [buyers] else wanted}
    if given["cover_days"] > 0:
        options["cover_regions"] = wanted
    if options["start"] is None:
        del options["start"]
    if scenario is not None and not options["commodities"]:
        del options["commodities"]
    told = _in_turn(progress, 1 if scenario is None else 2)
    built = json.loads(_core.resource_network(None if scenario is None else scenario._core, json.dumps(options)))
    plan = SupplyNetwork.from_record(built["network"]).plan(**how, progress=told(0))
    base = plan
    if scenario is not None:
        peace = json.loads(_core.resource_network(scenario.with_restriction_level(0.0)._core, json.dumps(options)))
        base = SupplyNetwork.from_record(peace["network"]).plan(**how, progress=told(1))
    here = _known_buyers(plan, wanted)
    return Resourcing(scenario, plan, base, here, built["warnings"], {**options, **how}, built["inputs"])


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
    asked = network.with_enforcement(given["enforcement"]) if given["enforcement"] else network
    if given["cover_days"]:
        holders = {stock["region"] for stock in network.record["stocks"]}
        held = [region for region in wanted or sorted(used) if region in holders]
        asked = asked.with_cover_days(given["cover_days"], regions=held)
    told = _in_turn(progress, 2 if network.record["bans"] else 1)
    plan = asked.plan(**how, progress=told(0))
    base = asked.replace(bans=None).plan(**how, progress=told(1)) if network.record["bans"] else plan
    options = {"enforcement": given["enforcement"], "cover_days": given["cover_days"], **how}
    return Resourcing(None, plan, base, _known_buyers(plan, wanted) if wanted else plan.buyers(), [], options)


def _buyers(buyers: str | Sequence[str], used: AbstractSet[str] = frozenset()) -> list[str]:
    """Return the members of a bloc, or the codes of countries; none of them where the default meets another world."""
    if isinstance(buyers, str):
        try:
            members = core.bloc_members(buyers)
        except UnknownNameError:
            members = [_country(buyers)]
        return [] if used and buyers == "quad" and not used & {*members} else members
    several = [name if name in used else _country(name) for name in buyers]
    if not several:
        raise InvalidDataError("found no buyer: expected a bloc, or at least one country")
    return several


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


def _choices(plan: Plan) -> dict[str, Any]:
    return {name: plan.options[name] for name in ("by_product_caps", "leaks")}


def _plain(value: Any) -> Any:  # noqa: ANN401
    return list(value) if isinstance(value, tuple) else value


def _several(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _iso(day: dt.date | str | None) -> str | None:
    return day if day is None or isinstance(day, str) else day.isoformat()
