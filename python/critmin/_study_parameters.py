"""The parameter file of a study: what was read in a report, what is quoted or inferred, and what nobody here knows.

Every entry has a ``status``: ``entered`` (read in the report, with table and page), ``secondary`` (quoted by others),
``inferred``, or ``missing``. An entry with a value wins over the reference dataset; a missing one leaves it to the
dataset and is told. Only a file whose entries are all ``entered`` makes a study a replication.
"""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from critmin.economy import EconomyOptions
from critmin.exceptions import InvalidDataError
from critmin.scenario import MarketOptions
from critmin.tables import reference

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

__all__ = ["Entry", "ParameterFile", "read"]

ENTERED, MISSING = "entered", "missing"
# How an entry is graded once it stands beside the parameters of the reference dataset.
_GRADES = {ENTERED: "published", "secondary": "literature", "inferred": "assumption"}
_KEYS = {"status", "value", "low", "high", "unit", "source", "note", "rows"}
# What a market must say, each value or `missing`: parameter of the dataset, unit, and the country it holds for.
_FIGURES = {
    "price_elasticity_of_demand": ("price_elasticity_of_demand_short", "1", None),
    "price_elasticity_of_supply": ("price_elasticity_of_supply_short", "1", None),
    "net_exports_of_restricting_country": ("net_exports_t", "t/yr", "exporter"),
    "base_price": ("price_usd_per_t", "USD/t", None),
    "us_consumption": ("consumption_t", "t/yr", "USA"),
}
_FORMS = ("demand_form", "supply_form")
_CAPACITY = "excess_capacity"
_SHARES = ("output_share", "use_share", "producer_share")
# Entries of `[allocation]` and the options that they set.
_ALLOCATION = {
    "rationing": "rationing",
    "import_flexibility": "import_flexibility",
    "output_ceiling": "utilisation",
    "joint_cut": "joint_cut",
    "final_demand": "final_demand",
    "price_incidence": "price_incidence",
    "pinned_industries": "pinned_industries",
    "pinned_commodities": "pinned_commodities",
}
_PROBABILITIES = "probability.scenarios"
_REQUIRED_ALLOCATION = ("rationing", "import_flexibility", "output_ceiling", "joint_cut")


@dataclass(frozen=True)
class Entry:
    """One entry: a figure, an option, a list, or rows by country; nothing where it is missing."""

    name: str
    status: str
    value: Any
    low: float | None
    high: float | None
    unit: str
    source: str
    rows: tuple[dict[str, Any], ...]

    @property
    def is_given(self) -> bool:
        """Whether there is a value or a row."""
        return self.value is not None or bool(self.rows)

    @property
    def grade(self) -> str:
        """Grade in the words of the reference dataset."""
        return _GRADES[self.status]


@dataclass(frozen=True)
class ParameterFile:
    """All entries of one file, and what they mean to markets and economy."""

    name: str
    report: str
    benchmark: Entry
    markets: dict[str, dict[str, Entry]]
    uses: tuple[tuple[str, str, dict[str, Entry]], ...]
    allocation: dict[str, Entry]
    others: tuple[Entry, ...]

    @functools.cached_property
    def entries(self) -> list[Entry]:
        """Every entry, in the order of the file."""
        uses = [entry for _, _, shares in self.uses for entry in shares.values()]
        markets = [entry for market in self.markets.values() for entry in market.values()]
        return [self.benchmark, *markets, *uses, *self.allocation.values(), *self.others]

    @property
    def is_entered(self) -> bool:
        """Whether every entry was read in the report, uses of every commodity among them."""
        has_uses = all(any(commodity == used for used, _, _ in self.uses) for commodity in self.markets)
        return has_uses and all(entry.status == ENTERED for entry in self.entries)

    @property
    def counts(self) -> dict[str, int]:
        """How many entries have which status."""
        names = [*_GRADES, MISSING]
        return {name: sum(entry.status == name for entry in self.entries) for name in names}

    @property
    def missing(self) -> list[str]:
        """Names of the entries that the reference dataset or a default stands in for."""
        return [entry.name for entry in self.entries if entry.status == MISSING]

    def table(self) -> pl.DataFrame:
        """Return one row per entry: name, status, value, range, unit and source."""
        import polars as pl

        rows = [
            (each.name, each.status, _told(each), each.low, each.high, each.unit, each.source) for each in self.entries
        ]
        kinds = {"entry": pl.String, "status": pl.String, "value": pl.String, "low": pl.Float64, "high": pl.Float64}
        return pl.DataFrame(rows, schema={**kinds, "unit": pl.String, "source": pl.String}, orient="row")

    def parameters(self, exporter: str) -> pl.DataFrame:
        """Return the given figures of the markets as rows of the table ``parameters``."""
        import polars as pl

        rows = []
        for commodity, market in self.markets.items():
            for name, (parameter, unit, place) in _FIGURES.items():
                entry = market[name]
                if entry.is_given:
                    country = exporter if place == "exporter" else place
                    rows.append(_row(commodity, parameter, country, entry, unit))
            rows += _capacities(commodity, market[_CAPACITY])
        text = dict.fromkeys(("commodity", "parameter", "country"), pl.String)
        numbers = dict.fromkeys(("value", "low", "high"), pl.Float64)
        rest = dict.fromkeys(("unit", "grade", "source", "note"), pl.String)
        return pl.DataFrame(rows, schema={**text, **numbers, **rest}, orient="row")

    def links(self) -> pl.DataFrame:
        """Return the table ``industry_links``: the listed uses, and the dataset's for commodities without a list.

        Raises
        ------
        InvalidDataError
            When a listed share has no value here and none in the reference dataset.
        """
        import polars as pl

        known = reference().table("industry_links")
        text = [name for name, kind in known.schema.items() if kind != pl.Float64]
        plain = known.with_columns(pl.col(text).cast(pl.String))
        listed = {commodity for commodity, _, _ in self.uses}
        kept = [plain.filter(~pl.col("commodity").is_in(sorted(listed)))]
        for commodity, industry, shares in self.uses:
            for quantity, entry in shares.items():
                own = pl.DataFrame([_link(commodity, industry, quantity, entry)], schema=plain.schema, orient="row")
                given = (
                    own if entry.is_given else plain.filter(commodity=commodity, industry=industry, quantity=quantity)
                )
                if given.is_empty():
                    raise InvalidDataError(
                        f"`{self.name}`: `{entry.name}` is missing, and the reference dataset has no {quantity} of "
                        f"`{commodity}` in `{industry}`: enter a value, or leave the use out"
                    )
                kept.append(given)
        return pl.concat(kept)

    def probabilities(self, exporter: str) -> dict[str, float]:
        """Return the given probabilities of one exporter's restrictions, by commodity."""
        found = {}
        for entry in self.others:
            if entry.name == _PROBABILITIES:
                for row in entry.rows:
                    if not {"exporter", "commodity", "probability"} <= set(row):
                        raise InvalidDataError(
                            f"`{entry.name}` has the row {row}, expected `exporter`, `commodity` and `probability`"
                        )
                    if row["exporter"] == exporter:
                        found[str(row["commodity"])] = _share(row["probability"], entry)
        return found

    def market_options(self, commodities: Sequence[str]) -> MarketOptions:
        """Return the forms of the markets of one scenario, over a full year.

        Raises
        ------
        InvalidDataError
            When the commodities of one scenario are given different forms.
        """
        forms: dict[str, Any] = {}
        for form in _FORMS:
            given = {self.markets[name][form].value for name in commodities if name in self.markets} - {None}
            if len(given) > 1:
                raise InvalidDataError(f"`{self.name}`: one scenario has one `{form}`, found {sorted(given)}")
            if given:
                forms[form] = given.pop()
        return MarketOptions(timing="full_year", **forms)

    def economy_options(self) -> EconomyOptions:
        """Return the choices of the economy stage; what is missing keeps its default."""
        given = {_ALLOCATION[name]: entry.value for name, entry in self.allocation.items() if entry.is_given}
        if self.benchmark.is_given:
            given["benchmark_year"] = self.benchmark.value
        return EconomyOptions(**given)


def read(text: str, name: str) -> ParameterFile:
    """Read a parameter file.

    Parameters
    ----------
    text
        TOML.
    name
        Of the file, for messages.

    Raises
    ------
    InvalidDataError
        With the first entry that is not as described at the head of this module.
    """
    try:
        record = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidDataError(f"`{name}` is no parameter file: {error}") from error
    about = _section(record, "study", name)
    uses = record.get("uses", [])
    others = {key: about[key] for key in about if isinstance(about[key], dict) and key != "benchmark_table"}
    return ParameterFile(
        name=name,
        report=str(about.get("report", "")),
        benchmark=_entry(about.get("benchmark_table"), "study.benchmark_table", name),
        markets={one: _market(one, market, name) for one, market in _section(record, "market", name).items()},
        uses=tuple(_use(use, name) for use in uses),
        allocation=_allocation(_section(record, "allocation", name), name),
        others=(
            *(_entry(entry, f"study.{key}", name) for key, entry in others.items()),
            *(_entry(entry, f"probability.{key}", name) for key, entry in record.get("probability", {}).items()),
        ),
    )


def _section(record: dict[str, Any], key: str, name: str) -> dict[str, Any]:
    if not isinstance(record.get(key), dict):
        raise InvalidDataError(f"`{name}`: found no section `[{key}]`, expected one: see the skeleton in the study")
    return dict(record[key])


def _market(commodity: str, market: dict[str, Any], name: str) -> dict[str, Entry]:
    expected = (*_FORMS, *_FIGURES, _CAPACITY)
    unknown = sorted(set(market) - set(expected))
    if unknown:
        raise InvalidDataError(f"`{name}`: `[market.{commodity}]` has {unknown}, expected some of {sorted(expected)}")
    return {key: _entry(market.get(key), f"market.{commodity}.{key}", name) for key in expected}


def _use(use: dict[str, Any], name: str) -> tuple[str, str, dict[str, Entry]]:
    where = f"uses.{use.get('commodity')}.{use.get('industry')}"
    shares = {key: _entry(use[key], f"{where}.{key}", name) for key in _SHARES if key in use}
    unknown = sorted(set(use) - {"commodity", "industry", *_SHARES})
    if unknown or not shares or not {"commodity", "industry"} <= set(use):
        raise InvalidDataError(
            f"`{name}`: `{where}` has {sorted(use)}, expected `commodity`, `industry` and some of {list(_SHARES)}"
        )
    return str(use["commodity"]), str(use["industry"]), shares


def _allocation(section: dict[str, Any], name: str) -> dict[str, Entry]:
    unknown = sorted(set(section) - set(_ALLOCATION))
    if unknown:
        raise InvalidDataError(f"`{name}`: `[allocation]` has {unknown}, expected some of {sorted(_ALLOCATION)}")
    wanted = dict.fromkeys((*_REQUIRED_ALLOCATION, *section))
    return {key: _entry(section.get(key), f"allocation.{key}", name) for key in wanted}


def _entry(record: object, where: str, name: str) -> Entry:
    """Check one entry: a known status, a value exactly where it is not missing, a source where it was entered."""
    if not isinstance(record, dict) or record.get("status") not in {*_GRADES, MISSING} or set(record) - _KEYS:
        raise InvalidDataError(
            f"`{name}`: `{where}` is {record}, expected a table with `status` (one of {[*_GRADES, MISSING]}) and some "
            f"of {sorted(_KEYS - {'status'})}"
        )
    entry = Entry(
        name=where,
        status=record["status"],
        value=record.get("value"),
        low=record.get("low"),
        high=record.get("high"),
        unit=str(record.get("unit", "")),
        source=str(record.get("source", "")),
        rows=tuple(record.get("rows", ())),
    )
    if entry.is_given == (entry.status == MISSING):
        found = "a value" if entry.is_given else "no value"
        raise InvalidDataError(f"`{name}`: `{where}` has {found} and the status `{entry.status}`")
    if entry.is_given and not entry.source:
        raise InvalidDataError(f"`{name}`: `{where}` has a value and no `source`: name report, table and page")
    ends = [end for end in (entry.low, entry.value, entry.high) if isinstance(end, (int, float))]
    if ends != sorted(ends):
        raise InvalidDataError(f"`{name}`: `{where}` has {ends} as low, value and high: expected rising numbers")
    return entry


def _row(commodity: str, parameter: str, country: str | None, entry: Entry, unit: str) -> tuple[Any, ...]:
    factor = 1000.0 if (entry.unit, unit) == ("USD/kg", "USD/t") else 1.0
    if factor == 1.0 and entry.unit != unit:
        raise InvalidDataError(f"`{entry.name}` is in `{entry.unit}`, expected `{unit}`")
    values = (None if each is None else factor * _number(each, entry) for each in (entry.value, entry.low, entry.high))
    return (commodity, parameter, country, *values, unit, entry.grade, entry.source, "parameter file of the study")


def _capacities(commodity: str, entry: Entry) -> Iterator[tuple[Any, ...]]:
    """Tell output and capacity by country, the two columns of a table of excess capacity."""
    rest = ("t/yr", entry.grade if entry.is_given else "", entry.source, "parameter file of the study")
    for row in entry.rows:
        if not {"country", "output", "capacity"} <= set(row):
            raise InvalidDataError(f"`{entry.name}` has the row {row}, expected `country`, `output` and `capacity`")
        for key, parameter in (("output", "production_t"), ("capacity", "capacity_t")):
            yield (commodity, parameter, row["country"], _number(row[key], entry), None, None, *rest)


def _link(commodity: str, industry: str, quantity: str, entry: Entry) -> tuple[Any, ...]:
    grade = entry.grade if entry.is_given else ""
    values = (None if each is None else _number(each, entry) for each in (entry.value, entry.low, entry.high))
    return (commodity, industry, quantity, *values, grade, entry.source, "parameter file of the study")


def _number(value: object, entry: Entry) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidDataError(f"`{entry.name}` has `{value}`, expected a number")
    return float(value)


def _share(value: object, entry: Entry) -> float:
    share = _number(value, entry)
    if not 0.0 <= share <= 1.0:
        raise InvalidDataError(f"`{entry.name}` has `{share}`, expected a probability from 0 to 1")
    return share


def _told(entry: Entry) -> str | None:
    if entry.rows:
        return "; ".join(", ".join(f"{key} {value}" for key, value in row.items()) for row in entry.rows)
    if isinstance(entry.value, list):
        return ", ".join(str(one) for one in entry.value)
    return None if entry.value is None else str(entry.value)
