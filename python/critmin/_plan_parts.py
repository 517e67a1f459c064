"""The parts of a supply network: which columns each has, which name its rows, which may change by period."""

from __future__ import annotations

from typing import NamedTuple

# What a base price is multiplied with where no costs of unmet demand are given: three steps of equal width.
PRICE_STEPS = (1.5, 5.0, 20.0)
PERIOD = "period"
STEPS = "unmet_steps"
STEP_KEY = ("use", "region", "form")


class Part(NamedTuple):
    """Columns of one part of a network.

    Attributes
    ----------
    key
        Columns that name a row.
    needed, optional
        Further columns by kind.
    series
        Columns that may change from period to period; the needed ones among them stand in `needed`, too.
    labels
        Columns that name a row of another part, each with that part and its column.
    """

    key: tuple[str, ...]
    needed: dict[str, type]
    optional: dict[str, type]
    series: tuple[str, ...] = ()
    labels: tuple[tuple[str, str, str], ...] = ()

    @property
    def kinds(self) -> dict[str, type]:
        """Every column by kind, in order."""
        return {**dict.fromkeys(self.key, str), **self.needed, **self.optional}


_REGION = ("region", "regions", "id")
PARTS = {
    "periods": Part(("id",), {"days": float}, {"discount": float}),
    "regions": Part(("id",), {}, {"bloc": str}),
    "processes": Part(
        ("id", "region"), {"output": str, "cost_usd_per_t": float},
        {"input": str, "recovery": float, "capacity_t": float, "by_product_limit_t": float, "ramp_t": float,
         "initial_output_t": float},
        ("capacity_t", "by_product_limit_t"), (_REGION,),
    ),
    "arcs": Part(
        ("id",), {"from": str, "to": str, "form": str},
        {"via": str, "freight_usd_per_t": float, "tariff_usd_per_t": float, "premium_usd_per_t": float, "loss": float,
         "capacity_t": float, "enforcement": float, "is_leak": bool},
        ("capacity_t", "enforcement"), (("from", "regions", "id"), ("to", "regions", "id")),
    ),
    "uses": Part(
        ("id", "region", "form"), {"demand_t": float}, {"base_price_usd_per_t": float, "penalty_usd_per_t": float},
        ("demand_t",), (_REGION,),
    ),
    "substitutions": Part(
        ("substitute", "use_id", "region", "form"), {"cost_usd_per_t": float, "feasible_share": float},
        {"draws_form": str, "mass_ratio": float}, ("feasible_share",), (_REGION, ("use_id", "uses", "id")),
    ),
    "stocks": Part(
        ("region", "form"), {"initial_t": float},
        {"capacity_t": float, "holding_cost_usd_per_t": float, "cover_days": float, "salvage_usd_per_t": float},
        ("cover_days",), (_REGION,),
    ),
    "bans": Part(
        ("arc",), {}, {"restriction_level": float, "base_flow_t": float}, ("restriction_level",),
        (("arc", "arcs", "id"),),
    ),
    "bloc_caps": Part(
        ("region", "bloc"), {"share_of_demand": float}, {"form": str}, ("share_of_demand",),
        (_REGION, ("bloc", "regions", "bloc")),
    ),
    "offtakes": Part(
        ("arc", "process", "region"), {"min_share": float}, {}, ("min_share",),
        (_REGION, ("arc", "arcs", "id"), ("process", "processes", "id")),
    ),
    "domestic_minimums": Part(
        ("region", "form"), {"share_of_demand": float}, {}, ("share_of_demand",), (_REGION,)
    ),
}  # fmt: skip
# Columns that tell two rows of a part apart beside its key.
ALSO = {"bloc_caps": ("form",)}
# Columns of the tables that the record holds as steps of the cost of unmet demand.
NOT_HELD = {("uses", "base_price_usd_per_t"), ("uses", "penalty_usd_per_t")}
