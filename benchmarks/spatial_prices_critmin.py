"""Spatial price equilibrium of 60 regions and 3 commodities: 180 markets, 10,620 routes, prices certified."""

import time

import numpy as np
import polars as pl
from critmin import equilibrium
from decision_problems import trade_figures

figures = trade_figures()
n_regions, n_commodities = figures.demand_price.shape
regions = np.array([f"r{region}" for region in range(n_regions)])
commodities = np.array([f"k{commodity}" for commodity in range(n_commodities)])

begun = time.perf_counter()
markets = pl.DataFrame(
    {
        "region": regions.repeat(n_commodities),
        "commodity": np.tile(commodities, n_regions),
        "demand_intercept": figures.demand_price.ravel(),
        "demand_slope": figures.demand_slope.ravel(),
        "supply_intercept": figures.supply_price.ravel(),
        "supply_slope": figures.supply_slope.ravel(),
    }
)
arcs = pl.DataFrame(
    {
        "origin": regions.repeat(n_regions * n_commodities),
        "destination": np.tile(regions.repeat(n_commodities), n_regions),
        "commodity": np.tile(commodities, n_regions**2),
        "transport_cost": figures.transport.ravel(),
    }
).filter(pl.col("origin") != pl.col("destination"))
found = equilibrium.spatial(markets, arcs)
seconds = time.perf_counter() - begun
assert found.net_social_payoff is not None
print(f"objective: {-found.net_social_payoff!r}")
print(f"inner: {seconds} 1")
