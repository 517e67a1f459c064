"""Build a graph of a million edges from an Arrow table: checked, grouped, compressed both ways, cycles found."""

import statistics
import time

import critmin as cm
import graph_network
import polars as pl

supplier, buyer, flow = graph_network.edges()
names = pl.Series([f"n{node:07}" for node in range(graph_network.N_NODES)])
table = pl.DataFrame({"supplier": names.gather(supplier), "buyer": names.gather(buyer), "mass_t": flow}).to_arrow()

times = []
for _ in range(5):
    begun = time.perf_counter()
    graph = cm.graph.from_edges(table, measure="mass_t")
    times.append(time.perf_counter() - begun)
print(f"inner: {statistics.median(times)} {graph.n_edges}")
