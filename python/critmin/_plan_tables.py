"""Tables of a supply network become its record and back: labels are aligned, every fault is told with its place.

A figure that may change from period to period stands in a column of numbers, the same in every period; or the table has
a column `period` and one row for each, in any order.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from critmin._frames import checked, rows_frame
from critmin._plan_parts import ALSO, NOT_HELD, PARTS, PERIOD, PRICE_STEPS, STEP_KEY, STEPS, Part
from critmin.exceptions import InvalidDataError, MissingColumnError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from critmin._core import ArrowStream

Record = dict[str, Any]


def network_record(
    tables: Mapping[str, ArrowStream | None], unmet_steps: ArrowStream | None, *, title: str
) -> Record:  # fmt: skip
    """Make the record of a network from its tables.

    Raises
    ------
    MissingColumnError
        When a column is missing, or holds something else than it should.
    InvalidDataError
        For every label without a match, every figure that lacks, and every row that is there twice.
    """
    record: Record = {"title": title}
    for name in PARTS:
        table = tables.get(name)
        record[name] = [] if table is None else part_rows(name, table, record)
    with_steps(record, unmet_steps)
    return {name: rows if name == "title" else [plain(row) for row in rows] for name, rows in record.items()}


def plain(row: Record) -> Record:
    """Leave out what is absent."""
    return {name: value for name, value in row.items() if value is not None}


def part_rows(name: str, table: ArrowStream, record: Record) -> list[Record]:
    """Read one table; labels are those of the parts that the record has already."""
    part = PARTS[name]
    rows = _typed(name, checked(table, name), part)
    faults = _absent(name, rows, part) + _unmatched(name, rows, part, record)
    _refuse(faults, name)
    if PERIOD in rows.columns:
        return _merged(name, rows, part, [one["id"] for one in record["periods"]])
    return _refuse_twice(name, rows.to_dicts(), part)


def _typed(name: str, table: pl.DataFrame, part: Part) -> pl.DataFrame:
    """Check names and types of the columns, in one error."""
    kinds = {**part.kinds, **({PERIOD: str} if part.series else {})}
    known = ", ".join(f"`{column}`" for column in kinds)
    lacking = [column for column in (*part.key, *part.needed) if column not in table.columns]
    if lacking:
        found = ", ".join(f"`{column}`" for column in lacking)
        raise MissingColumnError(f"`{name}` lacks {found}; found {table.columns}: add or rename the columns")
    for column in table.columns:
        if column not in kinds:
            near = difflib.get_close_matches(column, kinds, n=1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            raise MissingColumnError(f"`{name}` has a column `{column}` that means nothing here{hint} Known: {known}")
    return table.select(_cast(name, table, column, kinds[column]) for column in kinds if column in table.columns)


def _cast(name: str, table: pl.DataFrame, column: str, kind: type) -> pl.Series:
    """Give a column its type; a number is never read from text."""
    import polars as pl

    found = table[column]
    is_right = {
        str: found.dtype in (pl.String, pl.Categorical, pl.Enum) or found.dtype.is_integer(),
        float: found.dtype.is_numeric(),
        bool: found.dtype == pl.Boolean,
    }[kind]
    if not is_right:
        wanted = {str: "text", float: "numbers", bool: "true and false"}[kind]
        raise MissingColumnError(f"column `{column}` of `{name}` has the type {found.dtype}: expected {wanted}")
    return found.cast({str: pl.String, float: pl.Float64, bool: pl.Boolean}[kind])


def _absent(name: str, rows: pl.DataFrame, part: Part) -> list[Record]:
    """List the empty cells of columns that need a value."""
    return [
        _fault(name, row + 1, column, "nothing", "a value in every row")
        for column in (*part.key, *part.needed)
        for row in rows[column].is_null().arg_true()
    ]


def _unmatched(name: str, rows: pl.DataFrame, part: Part, record: Record) -> list[Record]:
    """List the labels that no row of another part has."""
    faults = []
    labels = [*part.labels, *([(PERIOD, "periods", "id")] if PERIOD in rows.columns else [])]
    for column, other, field in labels:
        known = dict.fromkeys(str(row[field]) for row in record[other] if row.get(field) is not None)
        expected = f"one of `{other}`: {_some(known)}"
        faults += [
            _fault(name, place, column, str(label), expected)
            for place, label in enumerate(rows[column], start=1)
            if label is not None and label not in known
        ]
    return faults + (_without_use(rows, record) if name == "substitutions" else [])


def _without_use(rows: pl.DataFrame, record: Record) -> list[Record]:
    """List the substitutions whose use exists, but in another region or of another form."""
    known = {(use["id"], use["region"], use["form"]) for use in record["uses"]}
    ids = {use for use, _, _ in known}
    return [
        _fault("substitutions", place, "form", f"{use} of {form} in {region}", "a use of this form in this region")
        for place, (use, region, form) in enumerate(rows.select("use_id", "region", "form").rows(), start=1)
        if use in ids and (use, region, form) not in known
    ]


def _merged(name: str, rows: pl.DataFrame, part: Part, periods: list[str]) -> list[Record]:
    """Gather the rows of each item in the order of the periods."""
    groups: dict[tuple[Any, ...], list[Record]] = {}
    for place, row in enumerate(rows.to_dicts(), start=1):
        groups.setdefault(_key(name, row, part), []).append({**row, "at": place})
    faults: list[Record] = []
    merged = [_item(name, group, part, periods, faults) for group in groups.values()]
    _refuse(faults, name)
    return merged


def _item(name: str, group: list[Record], part: Part, periods: list[str], faults: list[Record]) -> Record:
    """Make one item of its rows: one without a period, or one for each."""
    first, place = group[0], group[0]["at"]
    found = [row[PERIOD] for row in group]
    if found != [None] and sorted(map(str, found)) != sorted(periods):
        lacks = [period for period in periods if period not in found]
        told = f"no row of {_some(lacks)}" if lacks else f"{len(found)} rows"
        faults.append(_fault(name, place, PERIOD, told, "one row for each period, or one without a period"))
        return {}
    order = sorted(group, key=lambda row: -1 if row[PERIOD] is None else periods.index(row[PERIOD]))
    item: Record = {}
    for column in (column for column in part.kinds if column in first):
        values = [row[column] for row in order]
        if column in part.series and found != [None]:
            item[column] = None if all(value is None for value in values) else values
            if item[column] and None in values:
                faults.append(_fault(name, order[values.index(None)]["at"], column, "nothing", "a figure"))
        else:
            item[column] = values[0]
            odd = next((row["at"] for row in order if row[column] != values[0]), None)
            if odd is not None:
                faults.append(_fault(name, odd, column, "another value", "the same in every period"))
    return item


def _refuse_twice(name: str, rows: list[Record], part: Part) -> list[Record]:
    """Refuse an item that is there twice."""
    seen: dict[tuple[Any, ...], int] = {}
    faults = []
    for place, row in enumerate(rows, start=1):
        key = _key(name, row, part)
        if key in seen:
            hint = f"each once (row {seen[key]} has it, too)" + (
                f", or a column `{PERIOD}`" if part.series else ""
            )  # fmt: skip
            faults.append(_fault(name, place, part.key[0], " ".join(map(str, key)), hint))
        seen.setdefault(key, place)
    _refuse(faults, name)
    return rows


def _key(name: str, row: Record, part: Part) -> tuple[Any, ...]:
    return tuple(row.get(column) for column in (*part.key, *ALSO.get(name, ())))


def with_steps(record: Record, unmet_steps: ArrowStream | None) -> None:
    """Give each use the steps of the cost of its unmet demand."""
    faults: list[Record] = []
    given = {} if unmet_steps is None else _steps(unmet_steps, record, faults)
    for place, use in enumerate(record["uses"], start=1):
        price, penalty = use.pop("base_price_usd_per_t", None), use.pop("penalty_usd_per_t", None)
        steps = given.get((use["id"], use["region"], use["form"])) or use.get(STEPS)
        if steps is None and penalty is not None:
            steps = [_step(1.0, penalty)]
        if steps is None and price is not None:
            steps = [_step(1 / len(PRICE_STEPS), factor * price) for factor in PRICE_STEPS]
        if steps is None:
            expected = f"its rows in `{STEPS}`, a `penalty_usd_per_t`, or a `base_price_usd_per_t` for three steps"
            faults.append(_fault("uses", place, STEPS, "no cost of unmet demand", expected))
        use[STEPS] = steps
    _refuse(faults, "uses")


def _steps(
    table: ArrowStream, record: Record, faults: list[Record]
) -> dict[tuple[str, ...], list[Record]]:  # fmt: skip
    """Read the table of steps, the cheapest step of each use first."""
    part = Part(STEP_KEY, {"width_share": float, "penalty_usd_per_t": float}, {})
    rows = _typed(STEPS, checked(table, STEPS), part)
    faults += _absent(STEPS, rows, part)
    known = {(use["id"], use["region"], use["form"]) for use in record["uses"]}
    found: dict[tuple[str, ...], list[Record]] = {}
    for place, row in enumerate(rows.to_dicts(), start=1):
        key = tuple(row[column] for column in STEP_KEY)
        if key in known:
            found.setdefault(key, []).append(_step(row["width_share"], row["penalty_usd_per_t"]))
        elif None not in key:
            faults.append(_fault(STEPS, place, "use", " ".join(key), "id, region and form of a row of `uses`"))
    _refuse(faults, STEPS)
    return {key: sorted(steps, key=lambda step: step["penalty_usd_per_t"]) for key, steps in found.items()}


def _step(width: float, penalty: float) -> Record:
    return {"width_share": width, "penalty_usd_per_t": penalty}


def part_frame(name: str, record: Record) -> pl.DataFrame:
    """Return one part of a record as a table, long where a figure changes from period to period."""
    part, rows = PARTS[name], record.get(name, [])
    kinds = {column: kind for column, kind in part.kinds.items() if (name, column) not in NOT_HELD}
    if not any(isinstance(row.get(column), list) for row in rows for column in part.series):
        return rows_frame(rows, kinds)
    periods = [period["id"] for period in record["periods"]]
    return rows_frame([each for row in rows for each in _long(row, part, periods)], {PERIOD: str, **kinds})


def _long(row: Record, part: Part, periods: list[str]) -> list[Record]:
    changing = [column for column in part.series if isinstance(row.get(column), list)]
    if not changing:
        return [row]
    return [
        {**row, PERIOD: period, **{column: row[column][place] for column in changing}}
        for place, period in enumerate(periods)
    ]


def steps_frame(record: Record) -> pl.DataFrame:
    """Return the steps of the cost of unmet demand as a table."""
    rows = [
        {"use": use["id"], "region": use["region"], "form": use["form"], **step}
        for use in record.get("uses", [])
        for step in use[STEPS]
    ]
    return rows_frame(rows, {**dict.fromkeys(STEP_KEY, str), "width_share": float, "penalty_usd_per_t": float})


def _fault(table: str, row: int, column: str, found: str, expected: str) -> Record:
    return {"file": table, "row": row, "column": column, "found": found, "expected": expected}


def _refuse(faults: list[Record], name: str) -> None:
    """Raise one error of all faults."""
    if faults:
        first = faults[0]
        raise InvalidDataError(
            f"`{first['file']}`, row {first['row']}, column `{first['column']}`: found {first['found']}, expected "
            f"{first['expected']} ({len(faults)} such fault{'s' if len(faults) > 1 else ''} in `{name}`)",
            faults,
        )


def _some(names: Sequence[str] | Mapping[str, None], most: int = 5) -> str:
    listed = list(names)
    told = ", ".join(listed[:most]) or "none there"
    return told if len(listed) <= most else f"{told} and {len(listed) - most} more"
