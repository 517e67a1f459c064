"""Plan of a supply network of 98,400 decisions: tables in, a certified plan with prices and rents out."""

import time

import critmin as cm
import polars as pl
from decision_problems import HOLDING_USD_PER_T, STORE_T, UNMET_USD_PER_T, network_figures

figures = network_figures()
n_periods, n_stages, n_regions = figures.n_periods, figures.n_stages, figures.n_regions
names = [f"{period:02}" for period in range(n_periods)]

begun = time.perf_counter()
places = [(stage, region) for stage in range(n_stages) for region in range(n_regions)]
growth, demand_growth = [figures.growth(region) for region in range(n_regions)], figures.demand_growth()
made = [
    (f"make {stage}", f"r{region}", f"k{stage - 1}" if stage else None, f"k{stage}",
     figures.recovery[stage][region] if stage else 1.0, figures.cost[stage][region], period,
     figures.capacity[stage][region] * factor)
    for stage, region in places for period, factor in zip(names, growth[region], strict=True)
]  # fmt: skip
sent = [
    (f"{origin}-{end} k{stage}", f"r{origin}", f"r{end}", f"k{stage}", freight)
    for stage in range(n_stages) for origin, end, freight in figures.arcs
]  # fmt: skip
closed = [
    (f"{origin}-{end} k{stage}", period, float(figures.is_closed(stage, origin, at)))
    for stage in range(n_stages) for origin, end, _ in figures.arcs if figures.is_closed(stage, origin, n_periods)
    for at, period in enumerate(names)
]  # fmt: skip
wanted = [
    (f"r{region}", period, demand * factor)
    for region, demand in enumerate(figures.demand) for period, factor in zip(names, demand_growth, strict=True)
]  # fmt: skip


def table(rows: list[tuple[object, ...]], *columns: str) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=list(columns), orient="row", infer_schema_length=None)


network = cm.SupplyNetwork.from_tables(
    periods=pl.DataFrame({"id": names, "days": 30.0}),
    regions=pl.DataFrame({"id": [f"r{region}" for region in range(n_regions)]}),
    processes=table(made, "id", "region", "input", "output", "recovery", "cost_usd_per_t", "period", "capacity_t"),
    arcs=table(sent, "id", "from", "to", "form", "freight_usd_per_t"),
    uses=table(wanted, "region", "period", "demand_t").with_columns(
        id=pl.lit("use"), form=pl.lit(f"k{n_stages - 1}"), penalty_usd_per_t=UNMET_USD_PER_T
    ),
    stocks=table([(f"r{region}", f"k{stage}") for stage, region in places], "region", "form").with_columns(
        initial_t=0.0, capacity_t=STORE_T, holding_cost_usd_per_t=HOLDING_USD_PER_T
    ),
    bans=table(closed, "arc", "period", "restriction_level"),
)
built = time.perf_counter()
plan = network.plan()
seconds = time.perf_counter() - begun
print(f"building the network: {built - begun:.3f} s; certificate {plan.certificate}")
print(f"objective: {plan.cost_usd!r}")
print(f"inner: {seconds} 1")
