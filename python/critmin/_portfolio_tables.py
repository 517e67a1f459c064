"""Tables of a portfolio, read row by row into the nouns of the model; every fault has its table, row and column."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from critmin import core
from critmin._frames import checked
from critmin.exceptions import InvalidDataError, MissingColumnError, UnknownCountryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from critmin._core import ArrowStream

LOAN = ("loan_to_value", "rate", "market_rate", "tenor_years", "grace_years")
STAGES = ("mine", "refinery", "recycling", "direct", "stockpile")
_SUBSTITUTION = {"substitution_max_t": "max_t", "substitution_cost_usd_per_t": "cost_usd_per_t"}
_STOCK = {"stock_price_usd_per_t": "price_usd_per_t", "stock_max_t": "max_t"}
_FIGURES = ("refine_yield", "price_usd_per_t", "price_floor_usd_per_t")
_WORDS = {str: "text", float: "a number", bool: "true or false"}
_WINDOW: dict[str, type] = {"window": str}

# Columns of each table: those that must be there, and those that may be.
COLUMNS: dict[str, tuple[dict[str, type], dict[str, type]]] = {
    "windows": ({"id": str, "year": float}, {"years": float}),
    "materials": (
        {"id": str},
        dict.fromkeys(("demand_t", *_FIGURES, *_SUBSTITUTION, *_STOCK), float),
    ),
    "demand": ({"material": str, "window": str, "demand_t": float}, {}),
    "unmet_steps": ({"material": str, "width_t": float, "penalty_usd_per_t": float}, {}),
    "supplies": ({"material": str, "source": str, "stage": str, "supply_t": float}, _WINDOW),
    "buyers": ({"material": str, "region": str, "bloc": str, "share": float}, {}),
    "projects": (
        {
            **dict.fromkeys(("id", "material", "stage", "country"), str),
            **dict.fromkeys(("capacity_t", "offtake_share", "capex_million_usd", "build_years"), float),
        },
        {
            **dict.fromkeys(("name", "owner_countries"), str),
            **dict.fromkeys(("operating_cost_usd_per_t", *LOAN, "excluded_customers_share"), float),
            **dict.fromkeys(("uses_excluded_technology", "is_admitted"), bool),
        },
    ),
    "scenarios": ({"id": str, "probability": float}, {}),
    "availability": (
        {"scenario": str, "source": str, "share": float},
        {"material": str, "stage": str, **_WINDOW},
    ),
    "project_shares": ({"scenario": str, "project": str, "share": float}, _WINDOW),
    "prices": ({"scenario": str, "material": str, "ratio": float}, _WINDOW),
}


@dataclass
class Reader:
    """Reads tables and gathers what is wrong with them."""

    problems: list[dict[str, Any]] = field(default_factory=list)

    def rows(self, table: ArrowStream | None, name: str) -> list[dict[str, Any]]:
        """Return the rows without their empty cells; `#` holds the number of the row, from 1."""
        if table is None:
            return []
        required, optional = COLUMNS[name]
        taken = checked(table, name)
        _check_columns(taken, name, required, optional)
        found = []
        for number, row in enumerate(taken.to_dicts(), 1):
            for column in required:
                if row[column] is None:
                    self.fault(name, number, column, "an empty cell", "a value")
            found.append({"#": number, **{key: value for key, value in row.items() if value is not None}})
        return [row for row in found if required.keys() <= row.keys()]

    def fault(self, table: str, row: int, column: str, found: object, expected: str) -> None:
        """Note one fault."""
        self.problems.append({"file": table, "row": row, "column": column, "found": str(found), "expected": expected})

    def known(self, table: str, row: dict[str, Any], column: str, names: Sequence[str]) -> bool:
        """Note a name that no row of another table has."""
        if column not in row or row[column] in names:
            return True
        self.fault(table, row["#"], column, row[column], f"one of {', '.join(names) or 'nothing: the table is empty'}")
        return False

    def unique(self, table: str, rows: Sequence[dict[str, Any]]) -> list[str]:
        """Return the ids of a table, and note those that come twice."""
        names: list[str] = []
        for row in rows:
            if row["id"] in names:
                self.fault(table, row["#"], "id", row["id"], "an id that no other row has")
            names.append(row["id"])
        return names

    def together(self, table: str, row: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any] | None:
        """Return columns that stand together or not at all."""
        given = [name for name in names if name in row]
        if not given:
            return None
        for name in names:
            if name not in row:
                self.fault(table, row["#"], name, "an empty cell", f"a value, as `{given[0]}` has one")
        return {field_name: row[name] for name, field_name in names.items() if name in row}

    def series(
        self, rows: Sequence[dict[str, Any]], table: str, column: str, keys: Sequence[str], windows: Sequence[str]
    ) -> dict[tuple[Any, ...], float | list[float]]:
        """Return one number per key, or one per window where the rows name windows."""
        grouped: dict[tuple[Any, ...], dict[str | None, float]] = {}
        last: dict[tuple[Any, ...], int] = {}
        for row in rows:
            if not self.known(table, row, "window", windows):
                continue
            key, window = tuple(row.get(name) for name in keys), row.get("window")
            values = grouped.setdefault(key, {})
            if window in values or (values and (window is None or None in values)):
                self.fault(table, row["#"], column, row[column], "one row, or one for each window")
            values[window] = row[column]
            last[key] = row["#"]
        for key, values in grouped.items():
            lacking = [] if None in values else [window for window in windows if window not in values]
            for window in lacking:
                self.fault(table, last[key], "window", "the last row of its kind", f"a row for the window {window} too")
        return {
            key: values[None] if None in values else [values.get(window, 0.0) for window in windows]
            for key, values in grouped.items()
        }

    def finish(self) -> None:
        """Refuse the tables when anything is wrong with them."""
        if self.problems:
            first = self.problems[0]
            raise InvalidDataError(
                f"`{first['file']}`, row {first['row']}, column `{first['column']}`: found {first['found']}, expected "
                f"{first['expected']} ({len(self.problems)} such cells)",
                self.problems,
            )


def _check_columns(table: pl.DataFrame, name: str, required: dict[str, type], optional: dict[str, type]) -> None:
    kinds = {**required, **optional}
    missing = [column for column in required if column not in table.columns]
    foreign = [column for column in table.columns if column not in kinds]
    if missing or foreign:
        lacks = f"lacks {', '.join(f'`{column}`' for column in missing)}" if missing else ""
        has = f"has {', '.join(f'`{column}`' for column in foreign)}, which nothing reads" if foreign else ""
        raise MissingColumnError(
            f"`{name}` {' and '.join(part for part in (lacks, has) if part)}: expected {', '.join(required)}"
            + (f", and perhaps {', '.join(optional)}" if optional else "")
        )
    for column, dtype in table.schema.items():
        is_right = {
            str: str(dtype).startswith(("String", "Categorical", "Enum")),
            float: dtype.is_numeric(),
            bool: str(dtype) == "Boolean",
        }
        if not is_right[kinds[column]]:
            raise MissingColumnError(
                f"column `{column}` of `{name}` has the type {dtype}, expected {_WORDS[kinds[column]]}"
            )


def record_of(tables: Mapping[str, ArrowStream | None]) -> dict[str, Any]:
    """Return windows, materials, projects and scenarios as the model has them.

    Raises
    ------
    MissingColumnError
        When a table lacks a column, has one that nothing reads, or one of another type.
    InvalidDataError
        When a cell is empty, a name stands in no other table, or a window is missing; every fault is listed.
    UnknownCountryError
        When a project lies in, or is owned by, a country that is not known.
    """
    reader = Reader()
    rows = {name: reader.rows(tables.get(name), name) for name in COLUMNS}
    reader.finish()  # a row with an empty cell is left out, and would make names unknown elsewhere
    names = {name: reader.unique(name, rows[name]) for name in ("windows", "materials", "projects", "scenarios")}
    record = {
        "windows": [_without(row, "#") for row in rows["windows"]],
        "materials": _materials(reader, rows, names),
        "projects": [_project(reader, row, names) for row in rows["projects"]],
        "scenarios": _scenarios(reader, rows, names),
    }
    reader.finish()
    return record


def name_countries(record: dict[str, Any]) -> None:
    """Write the codes of the countries of a portfolio, which may stand in any spelling.

    Raises
    ------
    UnknownCountryError
        With the project whose country, or owner's country, is not known.
    """
    for project in record.get("projects") or ():
        if not isinstance(project, dict):
            continue
        place = f"project `{project.get('id')}`"
        if isinstance(project.get("country"), str):
            project["country"] = _code(project["country"], place)
        if isinstance(project.get("owner_countries"), list):
            project["owner_countries"] = [_code(str(owner), place) for owner in project["owner_countries"]]


def _code(name: str, place: str) -> str:
    try:
        return core.find_country(name.strip()).country
    except UnknownCountryError as error:
        raise UnknownCountryError(f"{place}: {error}") from error


def _materials(
    reader: Reader, rows: dict[str, list[dict[str, Any]]], names: dict[str, list[str]]
) -> list[dict[str, Any]]:
    for table in ("demand", "unmet_steps", "supplies", "buyers"):
        rows[table] = [row for row in rows[table] if reader.known(table, row, "material", names["materials"])]
    for row in rows["supplies"]:
        reader.known("supplies", row, "stage", STAGES)
    demand = reader.series(rows["demand"], "demand", "demand_t", ["material"], names["windows"])
    supplies = reader.series(
        rows["supplies"], "supplies", "supply_t", ["material", "source", "stage"], names["windows"]
    )
    found = []
    for row in rows["materials"]:
        name = row["id"]
        both = "demand_t" in row and (name,) in demand
        needed = row.get("demand_t", demand.get((name,)))
        if needed is None or both:
            reader.fault("materials", row["#"], "demand_t", needed, "a number here, or rows in `demand`, not both")
        one: dict[str, Any] = {"id": name, "demand_t": needed, **{key: row[key] for key in _FIGURES if key in row}}
        one["supplies"] = [
            {"source": key[1], "stage": key[2], "supply_t": mass} for key, mass in supplies.items() if key[0] == name
        ]
        for table in ("unmet_steps", "buyers"):
            one[table] = [_without(part, "#", "material") for part in rows[table] if part["material"] == name]
        offers = {"substitution": _SUBSTITUTION, "stock": _STOCK}
        told = {key: reader.together("materials", row, columns) for key, columns in offers.items()}
        found.append(one | {key: value for key, value in told.items() if value is not None})
    return found


def _project(reader: Reader, row: dict[str, Any], names: dict[str, list[str]]) -> dict[str, Any]:
    reader.known("projects", row, "material", names["materials"])
    reader.known("projects", row, "stage", STAGES)
    owners = [part for part in row.get("owner_countries", "").split(";") if part.strip()]
    loan = reader.together("projects", row, {name: name for name in LOAN})
    for name in ("tenor_years", "grace_years"):
        years = row.get(name)
        if loan is not None and years is not None and (years != int(years) or years < 0):
            reader.fault("projects", row["#"], name, years, "a whole number of years, 0 or more")
        elif loan is not None and years is not None:
            loan[name] = int(years)
    return {
        **_without(row, "#", *LOAN),
        "country": _code(row["country"], f"`projects`, row {row['#']}, column `country`"),
        "owner_countries": [_code(owner, f"`projects`, row {row['#']}, column `owner_countries`") for owner in owners],
        **({} if loan is None else {"loan": loan}),
    }


def _scenarios(
    reader: Reader, rows: dict[str, list[dict[str, Any]]], names: dict[str, list[str]]
) -> list[dict[str, Any]]:
    for table in ("availability", "project_shares", "prices"):
        for row in rows[table]:
            reader.known(table, row, "scenario", names["scenarios"])
            reader.known(table, row, "material", names["materials"])
            reader.known(table, row, "project", names["projects"])
            reader.known(table, row, "stage", STAGES)
    # The field of the scenario, its table, what is named, and the figure.
    parts = (
        ("availability", "availability", ("source", "material", "stage"), "share"),
        ("projects", "project_shares", ("project",), "share"),
        ("prices", "prices", ("material",), "ratio"),
    )
    found = [{"id": row["id"], "probability": row["probability"]} for row in rows["scenarios"]]
    for part, table, keys, figure in parts:
        values = reader.series(rows[table], table, figure, ["scenario", *keys], names["windows"])
        for one in found:
            own = [(key[1:], value) for key, value in values.items() if key[0] == one["id"]]
            one[part] = [{**dict(zip(keys, key, strict=True)), figure: value} for key, value in own]
    return found


def _without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in names}
