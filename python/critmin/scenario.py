"""Scenarios: what is restricted, by whom, against whom, how much, from when and for how long.

A scenario is built with keyword arguments, or read from TOML or JSON; it is validated as a whole, immutable, and its
fingerprint travels with the result.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from critmin import _core, _files, core, tables
from critmin.exceptions import EncodingError, InvalidDataError, ReadError, UnknownCountryError

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from critmin.economy import EconomyOptions

Day = dt.date | str

__all__ = ["ExportRestriction", "MarketOptions", "Scenario", "Suspension"]


@dataclass(frozen=True, kw_only=True)
class Suspension:
    """A span of days in which a restriction stands but is not applied; both days belong to it.

    Attributes
    ----------
    start, end
        First and last day; without an ``end`` the suspension is open.
    """

    start: Day
    end: Day | None = None

    def _record(self) -> dict[str, Any]:
        return _without_none({"from": _iso(self.start), "until": _iso(self.end)})


@dataclass(frozen=True, kw_only=True)
class ExportRestriction:
    """One government's restriction of exports.

    Attributes
    ----------
    exporter
        The restricting country, in any spelling.
    commodities
        One commodity or several, in any spelling.
    restriction_level
        Share of the exports withheld, 0 (none) to 1 (ban).
    start
        First day in force.
    destinations
        ``"all"``, or countries and blocs (``"eu-27"``) that lose access.
    stages
        Steps of the chain; empty = the stage at which the commodity's market is formed.
    duration_months, end
        Length, or last day; give one of them, or neither for an open restriction.
    instrument
        ``"ban"``, ``"licensing"``, ``"quota"`` or ``"tax"``. The market stage reads the level only.
    measure
        Document that imposes it.
    suspensions
        When it stands but is not applied.

    Examples
    --------
    >>> import critmin as cm
    >>> ban = cm.ExportRestriction(
    ...     exporter="China", commodities="gallium", restriction_level=1.0, start="2024-12-03", destinations="USA"
    ... )
    >>> ban.restriction_level
    1.0
    """

    exporter: str
    commodities: str | Sequence[str]
    restriction_level: float
    start: Day
    destinations: str | Sequence[str] = "all"
    stages: str | Sequence[str] = ()
    duration_months: int | None = None
    end: Day | None = None
    instrument: Literal["ban", "licensing", "quota", "tax"] = "ban"
    measure: str | None = None
    suspensions: Sequence[Suspension] = ()

    def _record(self) -> dict[str, Any]:
        suspensions = [suspension._record() for suspension in self.suspensions]
        record = {
            "exporter": core.find_country(self.exporter).country,
            "destinations": _destinations(self.destinations),
            "commodities": [core.find_commodity(name).commodity for name in _several(self.commodities)],
            "stages": _several(self.stages),
            "restriction_level": self.restriction_level,
            "start": _iso(self.start),
            "duration_months": self.duration_months,
            "end": _iso(self.end),
            "instrument": self.instrument,
            "measure": self.measure,
            "suspensions": suspensions or None,
        }
        return _without_none(record)


@dataclass(frozen=True, kw_only=True)
class MarketOptions:
    """The contested choices of the market stage, each by name; ``None`` keeps the documented default.

    Attributes
    ----------
    demand_form
        ``"isoelastic"`` (default), ``"linear"``, or ``"choke_price"``: the price stops at ``choke_price_ratio``.
    supply_form
        ``"capacity_capped"`` (default), ``"uncapped"`` or ``"fixed"``.
    choke_price_ratio
        Price over base price at which demand vanishes, above 1.
    ramp
        Share of the idle capacity that becomes available within the year, 0 to 1 (default 1).
    leakage_share
        Share of a bilateral flow that returns through third countries, 0 to 1 (default 0).
    leakage_premium
        Premium over the base price at which the leaking part returns, at least 0 (default 0).
    diversion_share
        Share of the other suppliers' output that could be diverted to the market that is cut off, 0 to 1 (default 0).
    stocks
        ``"consumer"`` (default) or ``"none"``.
    timing
        ``"calendar"`` (default): a restriction counts on the days it is in force; ``"full_year"``: all year.
    missing_inputs
        ``"report"`` (default): the market says what is missing; ``"fail"``: the run stops.

    References
    ----------
    The forms follow the confirmed frame of USGS Open-File Report 2024-1057; its parameters are not ours.
    """

    demand_form: Literal["isoelastic", "linear", "choke_price"] | None = None
    supply_form: Literal["capacity_capped", "uncapped", "fixed"] | None = None
    choke_price_ratio: float | None = None
    ramp: float | None = None
    leakage_share: float | None = None
    leakage_premium: float | None = None
    diversion_share: float | None = None
    stocks: Literal["consumer", "none"] | None = None
    timing: Literal["calendar", "full_year"] | None = None
    missing_inputs: Literal["report", "fail"] | None = None

    def _record(self) -> dict[str, Any]:
        return _without_none(dataclasses.asdict(self))


class Scenario:
    """A complete, named set of assumptions; immutable.

    Parameters
    ----------
    id
        Short name: ``gallium-ban``.
    title
        One line for people.
    restrictions
        What is restricted.
    description
        What it stands for, and where it comes from.
    base_year
        Base year of the markets; each commodity's own when absent.
    edition
        Edition of the USGS tables (a ``source_id``); the newest when absent.
    consumers
        Whose shortfall and stocks are reported.
    market
        Choices of the market stage.
    economy
        Choices of the economy stage, for :func:`critmin.cost`.
    parameters
        Rows that win over the parameter table: ``commodity``, ``parameter``, ``country``, ``value``, ``low``,
        ``high``, ``unit``, ``grade`` (``published``, ``literature``, ``assumption``), ``source``, ``note``.

    Raises
    ------
    ScenarioError
        With every contradiction: a level outside 0 to 1, reversed dates, duplicated restrictions, ...
    UnknownCountryError, UnknownCommodityError
        When a name is not known.

    Examples
    --------
    >>> import critmin as cm
    >>> ban = cm.ExportRestriction(exporter="CHN", commodities="gallium", restriction_level=1.0, start="2024-12-03")
    >>> scenario = cm.Scenario(id="gallium-ban", title="No gallium from China", restrictions=[ban])
    >>> scenario == cm.Scenario.from_toml(scenario.to_toml())
    True
    """

    __slots__ = ("_core",)

    def __init__(
        self,
        *,
        id: str,
        title: str,
        restrictions: Sequence[ExportRestriction],
        description: str = "",
        base_year: int | None = None,
        edition: str | None = None,
        consumers: Sequence[str] = ("USA",),
        market: MarketOptions | None = None,
        economy: EconomyOptions | None = None,
        parameters: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        record = {
            "id": id,
            "title": title,
            "description": description,
            "base_year": base_year,
            "edition": edition,
            "consumers": [core.find_country(name).country for name in _several(consumers)],
            "market": (market or MarketOptions())._record(),
            "economy": None if economy is None else economy._record(),
            "restrictions": [restriction._record() for restriction in restrictions],
            "parameters": [_parameter(row) for row in parameters],
        }
        self._core = _core.scenario_from_json(_json(_without_none(record)))

    @classmethod
    def _of(cls, scenario: _core.Scenario) -> Scenario:
        wrapped = object.__new__(cls)
        wrapped._core = scenario
        return wrapped

    @classmethod
    def from_toml(cls, text: str) -> Scenario:
        """Read a scenario from TOML text.

        Raises
        ------
        ScenarioError
            When the text is not TOML or not a valid scenario.
        """
        return cls._of(_core.scenario_from_toml(text))

    @classmethod
    def from_json(cls, text: str) -> Scenario:
        """Read a scenario from JSON text.

        Raises
        ------
        ScenarioError
            When the text is not JSON or not a valid scenario.
        """
        return cls._of(_core.scenario_from_json(text))

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Scenario:
        """Read a scenario from a ``.toml`` or ``.json`` file.

        Raises
        ------
        ReadError
            When the file cannot be opened.
        EncodingError
            When it is not UTF-8.
        InvalidDataError
            When the file name ends otherwise.
        ScenarioError
            When the content is not a valid scenario.
        """
        place = Path(path)
        readers = {".toml": cls.from_toml, ".json": cls.from_json}
        if place.suffix.lower() not in readers:
            raise InvalidDataError(f"found the scenario file `{place}`: expected a name that ends in .toml or .json")
        return readers[place.suffix.lower()](_read_text(place))

    @property
    def id(self) -> str:
        """Short name."""
        return self._core.id

    @property
    def title(self) -> str:
        """One line for people."""
        return self._core.title

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits of the whole content; equal scenarios have equal fingerprints."""
        return self._core.fingerprint

    def to_toml(self) -> str:
        """Return the scenario as TOML, complete with every default."""
        return self._core.to_toml()

    def to_json(self) -> str:
        """Return the scenario as JSON, complete with every default."""
        return self._core.to_json()

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the scenario as TOML, or as JSON when the name ends in ``.json``.

        Raises
        ------
        WriteError
            When the file cannot be written; nothing half-written is left behind.
        """
        is_json = Path(path).suffix.lower() == ".json"
        return _files.write_text(path, self.to_json() if is_json else self.to_toml())

    def with_restriction_level(self, level: float) -> Scenario:
        """Return the same scenario with every restriction at another level, 0 (none) to 1 (ban).

        Raises
        ------
        ScenarioError
            When the level is outside 0 to 1.
        """
        return self._of(self._core.with_restriction_level(level))

    def __eq__(self, other: object) -> bool:
        """Compare the whole content."""
        return isinstance(other, Scenario) and self._core == other._core

    def __hash__(self) -> int:
        """Hash the whole content."""
        return hash(self._core)

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        """Travel to another process as JSON."""
        return Scenario.from_json, (self.to_json(),)

    def __repr__(self) -> str:
        """Show id and fingerprint."""
        return f"<Scenario `{self.id}`, fingerprint {self.fingerprint}>"


def _several(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _destinations(names: str | Sequence[str]) -> str | list[str]:
    return "all" if names == "all" else [_destination(name) for name in _several(names)]


def _destination(name: str) -> str:
    try:
        return core.find_country(name).country
    except UnknownCountryError:
        if name in set(tables.reference().table("blocs")["bloc"].cast(str)):
            return name
        raise


def _parameter(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"commodity": None, "country": None, "low": None, "high": None, "unit": "1", "note": "", **row}


def _iso(day: Day | None) -> str | None:
    return day.isoformat() if isinstance(day, dt.date) else day


def _without_none(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value is not None}


def _json(record: dict[str, Any]) -> str:
    try:
        return json.dumps(record, allow_nan=False)
    except ValueError as error:
        raise InvalidDataError("found NaN or an infinite number in the scenario: expected finite numbers") from error


def _read_text(place: Path) -> str:
    try:
        return place.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise EncodingError(f"`{place}`, byte {error.start}: expected UTF-8 text; save the file as UTF-8") from error
    except OSError as error:
        raise ReadError(f"cannot open `{place}`: {(error.strerror or str(error)).lower()}") from error
