"""The tables of a plan: their columns, what binds, and the difference of two plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from critmin._words import ROUNDING

if TYPE_CHECKING:
    import polars as pl

USE = ("period", "region", "use", "form")


def _text(*names: str) -> dict[str, type]:
    return dict.fromkeys(names, str)


def _number(*names: str) -> dict[str, type]:
    return dict.fromkeys(names, float)


COLUMNS: dict[str, dict[str, type]] = {
    "costs": {**_text("part"), **_number("cost_usd")},
    "production": {
        **_text("period", "process", "region", "form"), **_number("output_t", "capacity_t", "by_product_limit_t"),
    },
    "flows": {
        **_text("period", "arc", "origin", "destination", "via", "form"), "is_leak": bool, "is_banned": bool,
        **_number("sent_t", "arrived_t", "cost_usd_per_t", "worth_of_a_tonne_usd_per_t"),
    },
    "stocks": {**_text("period", "region", "form"), **_number("stock_t", "released_t", "cover_t")},
    "uses": {
        **_text(*USE), **_number("demand_t", "supplied_t", "substituted_t", "shortfall_t", "shortfall_cost_usd"),
    },
    "substitutions": {
        **_text(*USE, "substitute", "draws_form"), **_number("substituted_t", "drawn_t", "feasible_t"),
    },
    "prices": {
        **_text("period", "region", "form"), "price_usd_per_t": float, "is_idle": bool,
        **_number("low_usd_per_t", "high_usd_per_t"),
    },
    "rents": {
        **_text("period", "kind", "name", "region", "form"), **_number("limit_t", "used_t", "rent_usd_per_t"),
    },
}  # fmt: skip
# What names a row of each table, for the comparison of two plans.
KEYS = {
    "costs": ("part",),
    "production": ("period", "process", "region", "form"),
    "flows": ("period", "arc", "origin", "destination", "via", "form", "is_leak"),
    "stocks": ("period", "region", "form"),
    "uses": USE,
    "substitutions": (*USE, "substitute", "draws_form"),
    "prices": ("period", "region", "form"),
    "rents": ("period", "kind", "name", "region", "form"),
}
# What is compared; a row that one plan lacks counts as zero there, except of a price.
COMPARED = {
    "costs": ("cost_usd",),
    "production": ("output_t",),
    "flows": ("sent_t", "arrived_t"),
    "stocks": ("stock_t", "released_t"),
    "uses": ("demand_t", "supplied_t", "substituted_t", "shortfall_t", "shortfall_cost_usd"),
    "substitutions": ("substituted_t", "drawn_t"),
    "prices": ("price_usd_per_t",),
    "rents": ("used_t", "rent_usd_per_t"),
}


def bottleneck(rents: pl.DataFrame) -> pl.DataFrame:
    """Add up the rents of each limit over the periods."""
    import polars as pl

    rent, used = pl.col("rent_usd_per_t"), pl.col("used_t")
    where = ("kind", "name", "form", "region")
    mean = pl.when(used.sum() > 0).then((rent * used).sum() / used.sum()).otherwise(rent.mean())
    sums = rents.group_by(where, maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("n_periods"),
        used.sum(),
        (rent * used).sum().alias("rent_usd"),
        mean.alias("rent_usd_per_t"),
        rent.max().alias("highest_rent_usd_per_t"),
    )
    # A limit at zero earns nothing and binds none the less: after those that earn, by its rent.
    order = ["rent_usd", "highest_rent_usd_per_t", *where]
    ranked = sums.sort(order, descending=[True, True, *[False] * len(where)], nulls_last=True)
    return ranked.with_row_index("rank", offset=1).with_columns(pl.col("rank").cast(pl.Int64))


def risen(plan: pl.DataFrame, base: pl.DataFrame) -> pl.DataFrame:
    """Set what binds in a plan against what binds in its base, the largest rise times mass first."""
    import polars as pl

    where = ["kind", "name", "form", "region"]
    before = base.select(*where, pl.col("rent_usd_per_t").alias("rent_usd_per_t_base"))
    both = plan.drop("rank").join(before, on=where, how="left", nulls_equal=True, maintain_order="left")
    both = both.with_columns(pl.col("rent_usd_per_t_base").fill_null(0.0))
    change = pl.col("rent_usd_per_t") - pl.col("rent_usd_per_t_base")
    both = both.with_columns(
        change.alias("rent_usd_per_t_change"), (change * pl.col("used_t")).alias("rent_change_usd")
    )
    # As in a plan: a limit at zero earns nothing and binds none the less.
    order = ["rent_change_usd", "rent_usd_per_t_change", *where]
    ranked = both.sort(order, descending=[True, True, *[False] * len(where)], nulls_last=True)
    return ranked.with_row_index("rank", offset=1).with_columns(pl.col("rank").cast(pl.Int64))


def noticeable(rises: pl.DataFrame) -> pl.DataFrame:
    """Keep the limits that are worth more than in the base, beyond what solvers leave of a zero."""
    import polars as pl

    rise = pl.col("rent_usd_per_t_change")
    return rises.filter(rise > ROUNDING * pl.col("rent_usd_per_t").max())


def difference(name: str, plan: pl.DataFrame, base: pl.DataFrame) -> pl.DataFrame:
    """Set one table of a plan against that of its base."""
    import polars as pl

    keys, values = list(KEYS[name]), COMPARED[name]
    ours, theirs = (each.select(*keys, *values) for each in (plan, base))
    both = ours.join(theirs, on=keys, how="full", coalesce=True, nulls_equal=True, suffix="_base",
                     maintain_order="left_right")  # fmt: skip
    if name != "prices":
        both = both.with_columns(pl.col(*values, *(f"{value}_base" for value in values)).fill_null(0.0))
    changes = [(pl.col(value) - pl.col(f"{value}_base")).alias(f"{value}_change") for value in values]
    return both.with_columns(changes).select(
        *keys, *(f"{value}{end}" for value in values for end in ("", "_base", "_change"))
    )
