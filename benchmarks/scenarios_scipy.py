"""The same levels with scipy: the market's figures are given, and nothing is validated or recorded."""

import math
import os

from scipy.optimize import brentq

n_scenarios = int(os.environ["N_SCENARIOS"])
PRODUCTION_T, CAPACITY_T, EXPORTS_T = (3.0, 6.0), (10.0, 10.0), 94.0
DEMAND_ELASTICITY, SUPPLY_ELASTICITY = 1.0, 5.0
base_t = sum(PRODUCTION_T) + EXPORTS_T


def excess(log_price: float, level: float) -> float:
    """Supply less demand at a price ratio [t]."""
    growth = math.exp(SUPPLY_ELASTICITY * log_price)
    outside = sum(min(cap, made * growth) for made, cap in zip(PRODUCTION_T, CAPACITY_T, strict=True))
    return outside + (1 - level) * EXPORTS_T - base_t * math.exp(-DEMAND_ELASTICITY * log_price)


prices = []
for number in range(n_scenarios):
    level = number / (n_scenarios - 1)
    prices.append(0.0 if level == 0 else brentq(excess, 0.0, 10.0, args=(level,)))
if not all(math.isfinite(price) for price in prices):
    raise SystemExit("a market was not cleared")
