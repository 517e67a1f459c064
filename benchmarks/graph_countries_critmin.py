"""Removal ranking of every country on the largest reference graph: all recorded trade of 2023 by value."""

import statistics
import time

import critmin as cm

graph = cm.graph.trade(year=2023, measure="value_usd")
times = []
for _ in range(3):
    begun = time.perf_counter()
    losses = graph.chokepoints("natural-graphite:mine:JPN", kinds=["country"]).losses
    times.append(time.perf_counter() - begun)
print(f"edges: {graph.n_edges}")
print(f"inner: {statistics.median(times)} {losses.height}")
