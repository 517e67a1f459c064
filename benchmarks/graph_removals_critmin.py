"""What one target loses without each node of a graph of 100,000 edges: one solved flow, changed for every removal."""

import time

import critmin as cm
import graph_network
import polars as pl

supplier, buyer, flow = graph_network.edges(20_000, 100_000)
names = pl.Series([f"n{node:07}" for node in range(20_000)])
edges = pl.DataFrame({"supplier": names.gather(supplier), "buyer": names.gather(buyer), "mass_t": flow})
graph = cm.graph.from_edges(edges, measure="mass_t")
begun = time.perf_counter()
losses = graph.chokepoints("n0000061", kinds=["node"], route_factor=1.5).losses
print(f"inner: {time.perf_counter() - begun} {losses.height}")
