"""The best set at each of 100 budgets, work carried from point to point."""

import time

import critmin as cm
from decision_problems import frontier_budgets, portfolio_record

record, budgets = portfolio_record(), frontier_budgets()
begun = time.perf_counter()
found = cm.Portfolio.from_record(record).frontier(budgets)
seconds = time.perf_counter() - begun
points = found.record["points"]
assert len(points) == len(budgets)
print(f"solved {found.record['n_solved']}, reused {found.record['n_reused']}")
print(f"objective: {sum(point['objective_million_usd'] for point in points[9::10])!r}")  # where the peers solve, too
print(f"inner: {seconds} {len(points)}")
