"""Prices and quantities of nests with constant elasticities of substitution: a tree as a table of its branches."""

from __future__ import annotations

import functools
import json
import textwrap
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from critmin import _core
from critmin._answer import WIDTH
from critmin._frames import rows_frame
from critmin._plan_parts import Part
from critmin._record_tables import refuse, rows_of
from critmin._words import listed, percent, short
from critmin.exceptions import InvalidDataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from critmin._core import ArrowStream
    from critmin._record_tables import Row

_PRICES = ("price_ratio", "choke_price_ratio")
_BRANCHES = Part(("nest", "branch"), {"value_share": float}, dict.fromkeys(_PRICES, float))


@dataclass(frozen=True)
class NestResponse:
    """How a tree of nests answers its prices; every figure is a ratio to the base.

    Attributes
    ----------
    record
        Everything, as the core returns it.
    """

    record: dict[str, Any]
    _nest_of: tuple[str, ...]

    @property
    def unit_cost_ratio(self) -> float:
        """Unit cost of the whole over that of the base; higher = worse."""
        return float(self.record["unit_cost_ratio"])

    @property
    def quantity_ratio(self) -> float:
        """Quantity of the whole over that of the base."""
        return float(self.record["quantity_ratio"])

    @functools.cached_property
    def nests(self) -> pl.DataFrame:
        """One row per nest: its ``unit_cost_ratio``, ``quantity_ratio`` and ``value_share`` in the nest around it."""
        figures = dict.fromkeys(("unit_cost_ratio", "quantity_ratio", "value_share"), float)
        return rows_frame(self.record["nests"], {"label": str, **figures})

    @functools.cached_property
    def inputs(self) -> pl.DataFrame:
        """One row per input: what is paid and bought, its share in the cost of its nest, and whether it is choked.

        ``price_ratio`` is the choke price where that is lower, and absent where nothing is bought; where ``is_choked``
        the quantity is that of what takes its place.
        """
        rows = [{**row, "nest": nest} for row, nest in zip(self.record["inputs"], self._nest_of, strict=True)]
        figures = dict.fromkeys(("price_ratio", "quantity_ratio", "value_share"), float)
        return rows_frame(rows, {"nest": str, "label": str, **figures, "is_choked": bool})

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """Both tables by name."""
        return {"nests": self.nests, "inputs": self.inputs}

    def summary(self) -> str:
        """Tell unit cost and quantity of the whole, and every input."""
        lines = [
            f"Unit cost {short(self.unit_cost_ratio)} times, quantity {short(self.quantity_ratio)} times the base."
        ]
        for row in self.inputs.to_dicts():
            price = "none bought" if row["price_ratio"] is None else f"price {short(row['price_ratio'])} times"
            choked = ", replaced at the choke price" if row["is_choked"] else ""
            told = f"quantity {short(row['quantity_ratio'])} times, {percent(row['value_share'])} of the cost"
            lines.append(f"  {row['label']} in {row['nest']}: {price}{choked}, {told}")
        return "\n".join(part for line in lines for part in textwrap.wrap(line, WIDTH, subsequent_indent="    "))

    def to_json(self) -> str:
        """Return everything as one JSON text."""
        return json.dumps(self.record)

    def __repr__(self) -> str:
        """Say what it came to."""
        return f"<NestResponse of {len(self._nest_of)} inputs: unit cost {short(self.unit_cost_ratio)} times the base>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"


def price_nest(
    branches: ArrowStream, elasticities: Mapping[str, float], *, price_elasticity_of_demand: float = 0.0
) -> NestResponse:
    """Ask what a change of prices does to unit cost, quantities and shares: sources in a material, materials in a use.

    Nests of constant elasticity of substitution in the calibrated share form, ``P = (sum of share p^(1 - s))^(1 / (1 -
    s))``, prices as ratios to the base. Arrow, K. J., Chenery, H. B., Minhas, B. S. and Solow, R. M. 1961, doi
    10.2307/1927286; sources told apart by origin: Armington, P. S. 1969, doi 10.2307/3866403 (both cited from memory;
    the formulas are derived from cost minimisation).

    Parameters
    ----------
    branches
        One row per branch of a nest: ``nest``, ``branch``, ``value_share`` (fraction of the cost of the nest at the
        base; those of a nest sum to 1), and for an input ``price_ratio`` (price over base price; empty = none to be
        had) and optionally ``choke_price_ratio``, at which something outside the nest takes its place. A branch whose
        name has an elasticity is a nest, and has no price.
    elasticities
        Elasticity of substitution of every nest, at least 0, higher = easier. At most 1, an input that is gone needs a
        choke price.
    price_elasticity_of_demand
        Of the whole, with its sign: at most 0. At 0 the base quantity is made.

    Raises
    ------
    MissingColumnError
        When a column is missing, unknown or of another type.
    InvalidDataError
        When the rows make no tree, shares do not sum to 1, or an input is gone that nothing replaces.

    Examples
    --------
    Sources (elasticity 3) in a material, the material (0.5) in a use: one source costs four times as much.

    >>> import critmin as cm
    >>> import polars as pl
    >>> branches = pl.DataFrame({
    ...     "nest": ["wafer", "wafer", "gallium", "gallium"],
    ...     "branch": ["gallium", "arsenic", "CHN", "JPN"],
    ...     "value_share": [0.6, 0.4, 0.7, 0.3],
    ...     "price_ratio": [None, 1.0, 4.0, 1.0],
    ... })
    >>> found = cm.price_nest(branches, {"wafer": 0.5, "gallium": 3.0})
    >>> round(found.unit_cost_ratio, 6)
    1.400893
    >>> found.inputs.select("nest", "label").row(1)
    ('gallium', 'JPN')
    """
    bounds = {"value_share": "share", **dict.fromkeys(_PRICES, "positive")}
    rows = rows_of("branches", branches, _BRANCHES, bounds=bounds)
    _check(rows, elasticities)
    nest_of: list[str] = []
    tree = _node(_top(rows), rows, elasticities, nest_of)
    text = _core.ces_nest(json.dumps(tree), float(price_elasticity_of_demand))
    return NestResponse(json.loads(text), tuple(nest_of))


def _check(rows: list[Row], elasticities: Mapping[str, float]) -> None:
    """Refuse what makes no tree."""
    faults: list[Row] = []
    first: dict[str, int] = {}

    def fault(place: int, column: str, found: str, expected: str) -> None:
        faults.append({"file": "branches", "row": place, "column": column, "found": found, "expected": expected})

    nests = {row["nest"] for row in rows}
    known = listed([*elasticities]) if elasticities else "nothing: `elasticities` is empty"
    for place, row in enumerate(rows, start=1):
        branch = row["branch"]
        if row["nest"] not in elasticities:
            fault(place, "nest", row["nest"], f"a nest with an elasticity: {known}")
        if branch in nests | set(elasticities):
            if branch in first:
                fault(place, "branch", branch, f"one nest around it (row {first[branch]} has it, too)")
            first.setdefault(branch, place)
            if branch not in nests:
                fault(place, "branch", branch, "rows with its branches, as it has an elasticity")
            for column in _PRICES:
                if column in row:
                    fault(place, column, f"{row[column]:g}", "nothing: the price of a nest is that of its branches")
    refuse("branches", faults)
    unused = [name for name in elasticities if name not in nests]
    if unused:
        raise InvalidDataError(f"`elasticities` names {listed(unused)}: expected nests of `branches`")
    for name, elasticity in elasticities.items():
        if not 0 <= elasticity < float("inf"):
            raise InvalidDataError(
                f"the elasticity of `{name}` is {elasticity}: expected a finite number of at least 0"
            )


def _top(rows: list[Row]) -> str:
    """Return the nest that is no branch of another, and from which every nest is reached."""
    branches = {row["branch"] for row in rows}
    tops = [nest for nest in dict.fromkeys(row["nest"] for row in rows) if nest not in branches]
    if len(tops) != 1:
        told = listed([f"`{top}`" for top in tops]) if tops else "none"
        raise InvalidDataError(f"`branches`: found {told} as the whole, expected one nest that is in no other")
    reached = {tops[0]}
    while found := {row["branch"] for row in rows if row["nest"] in reached} - reached:
        reached |= found
    apart = [nest for nest in dict.fromkeys(row["nest"] for row in rows) if nest not in reached]
    if apart:
        raise InvalidDataError(f"`branches`: {listed(apart)} contain each other, expected nests in `{tops[0]}`")
    return str(tops[0])


def _node(nest: str, rows: list[Row], elasticities: Mapping[str, float], nest_of: list[str]) -> Row:
    """Make a nest with everything in it; the inputs are met in the order in which the core returns them."""
    branches = []
    for row in (row for row in rows if row["nest"] == nest):
        if row["branch"] in elasticities:
            node = _node(row["branch"], rows, elasticities, nest_of)
        else:
            node = {"kind": "input", "label": row["branch"], **{name: row.get(name) for name in _PRICES}}
            nest_of.append(nest)
        branches.append({"value_share": row["value_share"], "node": node})
    elasticity = float(elasticities[nest])
    return {"kind": "nest", "label": nest, "elasticity_of_substitution": elasticity, "branches": branches}
