"""The frames and the few lines that a portfolio shows of itself."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from critmin._answer import WIDTH
from critmin._frames import rows_frame
from critmin._portfolio_tables import LOAN, STAGES
from critmin._words import listed, settled, short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl


def projects(record: dict[str, Any]) -> pl.DataFrame:
    """Return one row per candidate."""
    text = dict.fromkeys(("project", "name", "material", "stage", "country", "owner_countries"), str)
    numbers = ("capacity_t", "offtake_share", "capex_million_usd", "operating_cost_usd_per_t", "build_years",
               "excluded_customers_share")  # fmt: skip
    kinds = {**text, **dict.fromkeys(numbers, float), "uses_excluded_technology": bool, "is_admitted": bool}
    rows = [
        {
            "operating_cost_usd_per_t": 0.0, "is_admitted": True, **row, "project": row["id"],
            "owner_countries": "; ".join(row.get("owner_countries", [])), **(row.get("loan") or {}),
        }
        for row in record["projects"]
    ]  # fmt: skip
    return rows_frame(rows, {**kinds, **dict.fromkeys(LOAN, float)})


def materials(record: dict[str, Any]) -> pl.DataFrame:
    """Return one row per material and window."""
    rows = []
    for one in record["materials"]:
        stock, other = one.get("stock") or {}, one.get("substitution") or {}
        penalties = [step["penalty_usd_per_t"] for step in one["unmet_steps"]]
        same = {
            "material": one["id"], "refine_yield": one.get("refine_yield", 1.0),
            **{name: one.get(name) for name in ("price_usd_per_t", "price_floor_usd_per_t")},
            "first_penalty_usd_per_t": penalties[0] if penalties else None,
            "last_penalty_usd_per_t": penalties[-1] if penalties else None,
            **{f"stock_{name}": stock.get(name) for name in ("price_usd_per_t", "max_t")},
            **{f"substitution_{name}": other.get(name) for name in ("cost_usd_per_t", "max_t")},
        }  # fmt: skip
        for place, window in enumerate(record["windows"]):
            supply = dict.fromkeys((f"{stage}_t" for stage in STAGES), 0.0)
            for row in one.get("supplies", []):
                supply[f"{row['stage']}_t"] += at(row["supply_t"], place)
            demand = at(one["demand_t"], place)
            rows.append({"window": window["id"], "year": window["year"], "demand_t": demand, **supply, **same})
    names = ("year", "demand_t", *(f"{stage}_t" for stage in STAGES), "refine_yield", "price_usd_per_t",
             "price_floor_usd_per_t", "first_penalty_usd_per_t", "last_penalty_usd_per_t", "stock_price_usd_per_t",
             "stock_max_t", "substitution_cost_usd_per_t", "substitution_max_t")  # fmt: skip
    return rows_frame(rows, {"material": str, "window": str, **dict.fromkeys(names, float)})


def shocks(record: dict[str, Any]) -> pl.DataFrame:
    """Return what changes in each scenario, one row per window; an empty material or stage stands for all."""
    rows = []
    for one in record["scenarios"]:
        for kind, figure in (("availability", "share"), ("projects", "share"), ("prices", "ratio")):
            for row in one.get(kind, []):
                for place, window in enumerate(record["windows"]):
                    value = at(row[figure], place)
                    told = {"scenario": one["id"], "kind": kind, "window": window["id"], "factor": value}
                    rows.append({**row, **told})
    text = ("scenario", "kind", "source", "project", "material", "stage", "window")
    return rows_frame(rows, {**dict.fromkeys(text, str), "factor": float})


def settled_rows(
    rows: list[dict[str, Any]], columns: Sequence[str], of: str | None = None, least: Mapping[Any, float] | None = None
) -> list[dict[str, Any]]:
    """Set to 0 what is below a millionth of the largest of its kind, over all the columns that are named.

    Parameters
    ----------
    rows
        Records.
    columns
        What is of one kind.
    of
        Column whose values part the rows, as tonnes of different materials.
    least
        What the largest is at least, by value of that column, ``None`` where there is none.
    """
    largest: dict[Any, float] = dict(least or {})
    for row in rows:
        key = row[of] if of else None
        largest[key] = max(largest.get(key, 0.0), *(abs(row[name] or 0.0) for name in columns))

    def cleared(row: dict[str, Any], name: str) -> float | None:
        return None if row[name] is None else settled(row[name], largest[row[of] if of else None])

    return [{**row, **{name: cleared(row, name) for name in columns}} for row in rows]


def at(series: float | Sequence[float], place: int) -> float:
    """Return a figure that may vary by window in one of them.

    Examples
    --------
    >>> at(3.0, 1), at([3.0, 4.0], 1)
    (3.0, 4.0)
    """
    return float(series) if isinstance(series, (int, float)) else float(series[place])


def with_reasons(rows: list[dict[str, Any]], kinds: dict[str, type]) -> pl.DataFrame:
    """Make a frame whose last column joins the reasons of each row."""
    joined = [{**row, "reasons": "; ".join(row.get("reasons", [])) or None} for row in rows]
    return rows_frame(joined, {**kinds, "reasons": str})


def summary(record: dict[str, Any], verdicts: list[dict[str, Any]]) -> str:
    """Tell in a few lines what may be financed, for what, against what."""
    rule, cap = record.get("rule"), record.get("lending_cap_million_usd")
    n_eligible = sum(row["is_eligible"] for row in verdicts)
    names = listed([one["id"] for one in record["materials"]]) if record["materials"] else "no material"
    windows = ", ".join(f"{one['id']} (year {short(one['year'])})" for one in record["windows"])
    lent = "no limit on loans" if cap is None else f"at most {short(cap)} million USD lent"
    weight, tail = record.get("risk_weight", 0.0), record.get("tail", 0.9)
    lines = [
        record["title"],
        f"{len(record['projects'])} candidate projects, {n_eligible} eligible; "
        f"rule: {rule['title'] if rule else 'none, everyone may be financed'}.",
        f"Materials: {names}. Windows: {windows}. Scenarios: {len(record['scenarios'])}.",
        f"Budget {short(record['budget_million_usd'])} million USD for grant equivalents and stocks, {lent}; "
        f"risk weight {weight:g}, tail: the worst {100 * (1 - tail):.3g} %.",
    ]
    return "\n".join(part for line in lines for part in textwrap.wrap(line, WIDTH, subsequent_indent="  "))
