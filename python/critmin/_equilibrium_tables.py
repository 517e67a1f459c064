"""Tables of an equilibrium become the record of its model; every fault is told with table, row and column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from critmin._plan_parts import Part
from critmin._record_tables import limited, refuse, rows_of, together, unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from critmin._core import ArrowStream
    from critmin._record_tables import Row

SIDES = ("demand", "supply")
_MARKET = ("region", "commodity")
PAIR = ("origin", "destination")
# Columns of a market's curve and the fields of the model.
_LINES = {side: {f"{side}_{field}": field for field in ("intercept", "slope")} for side in SIDES}
_CURVES = {
    "demand": {
        "demand_base_price": "base_price",
        "demand_base_t": "base_quantity_t",
        "price_elasticity_of_demand": "price_elasticity_of_demand",
    },
    "supply": {
        "supply_base_price": "base_price",
        "supply_base_t": "base_quantity_t",
        "price_elasticity_of_supply": "price_elasticity_of_supply",
    },
}
# Columns of a curve that may be absent although the curve is there.
_LIMITS = {"demand": ("backstop_price", "backstop_price"), "supply": ("supply_capacity_t", "capacity_t")}
_LINE_BOUNDS = {"demand_slope": "positive", "supply_slope": "not_negative"}
_CURVE_BOUNDS = {
    **dict.fromkeys(
        ("demand_base_price", "demand_base_t", "supply_base_price", "supply_base_t", "backstop_price"), "positive"
    ),
    "price_elasticity_of_demand": "negative",
    **dict.fromkeys(("price_elasticity_of_supply", "supply_capacity_t"), "not_negative"),
}
_KNOWN = "a market of `markets`"


def linear_markets(table: ArrowStream) -> list[Row]:
    """Read markets whose curves are straight lines."""
    columns = [column for line in _LINES.values() for column in line]
    rows = rows_of("markets", table, Part(_MARKET, {}, dict.fromkeys(columns, float)), bounds=_LINE_BOUNDS)
    refuse("markets", [fault for line in _LINES.values() for fault in together("markets", rows, list(line))])
    return [_market(row, _LINES) for row in rows]


def isoelastic_markets(table: ArrowStream) -> list[Row]:
    """Read markets whose curves have constant elasticities."""
    columns = [column for curve in _CURVES.values() for column in curve]
    columns += [column for column, _ in _LIMITS.values()]
    rows = rows_of("markets", table, Part(_MARKET, {}, dict.fromkeys(columns, float)), bounds=_CURVE_BOUNDS)
    faults = [fault for curve in _CURVES.values() for fault in together("markets", rows, list(curve))]
    for side, (column, _) in _LIMITS.items():
        faults += limited("markets", rows, column, next(iter(_CURVES[side])))
    refuse("markets", faults)
    return [_market(row, _CURVES) for row in rows]


def price_form_markets(table: ArrowStream, slopes: ArrowStream) -> tuple[list[Row], list[Row]]:
    """Read markets with quantities as functions of prices, and their slopes."""
    figures: dict[str, type] = dict.fromkeys(("demand_intercept_t", "supply_intercept_t"), float)
    rows = rows_of("markets", table, Part(_MARKET, figures, {}))
    lines = rows_of("slopes", slopes, Part(("region", "side", "commodity", "price_of"), {"slope": float}, {}))
    known = _places(rows)
    faults = unknown("slopes", lines, "side", SIDES, "one of")
    for column in ("commodity", "price_of"):
        faults += unknown("slopes", lines, column, known, _KNOWN, lambda row: _place(row[column], row["region"]))  # noqa: B023
    refuse("slopes", faults)
    return rows, lines


def trade_arcs(table: ArrowStream | None, markets: Sequence[Row]) -> list[Row]:
    """Read arcs; both ends have a market of the commodity."""
    figures = dict.fromkeys(("premium", "capacity_t"), float)
    part = Part((*PAIR, "commodity"), {"transport_cost": float}, {"route": str, **figures})
    bounds = dict.fromkeys(("transport_cost", *figures), "not_negative")
    rows = rows_of("arcs", table, part, bounds=bounds, also=("route",))
    known = dict.fromkeys(_places(markets))
    faults: list[Row] = []
    for column in PAIR:
        faults += unknown("arcs", rows, column, known, _KNOWN, lambda row: _place(row["commodity"], row[column]))  # noqa: B023
    refuse("arcs", faults)
    return rows


def _market(row: Row, curves: dict[str, dict[str, str]]) -> Row:
    found = {name: row[name] for name in _MARKET}
    for side, fields in curves.items():
        column, field = _LIMITS[side]
        names = {**fields, column: field}
        found[side] = {names[name]: row[name] for name in names if name in row} or None
    return found


def _places(markets: Sequence[Row]) -> list[str]:
    return [_place(row["commodity"], row["region"]) for row in markets]


def _place(commodity: str, region: str) -> str:
    return f"{commodity} in {region}"
