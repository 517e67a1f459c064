"""Exposure of all nodes to one target, or by target of many (N_TARGETS), on a built graph."""

import os
import statistics
import time

import critmin as cm
import graph_network
import polars as pl

N_TARGETS = int(os.environ.get("N_TARGETS", "1"))
supplier, buyer, flow = graph_network.edges()
names = pl.Series([f"n{node:07}" for node in range(graph_network.N_NODES)])
sold = pl.DataFrame({"node": supplier, "sold": flow}).group_by("node").agg(pl.col("sold").sum())
bought = pl.DataFrame({"node": buyer, "bought": flow}).group_by("node").agg(pl.col("bought").sum())
both = sold.join(bought, on="node", how="full", coalesce=True).with_columns(pl.col("sold", "bought").fill_null(0.0))
nodes = pl.DataFrame({"node": names}).with_row_index("place").with_columns(pl.col("place").cast(pl.Int64))
nodes = nodes.join(both, left_on="place", right_on="node", how="left").with_columns(
    own_supply=(pl.col("sold") - pl.col("bought")).clip(0.0).fill_null(0.0)
)
edges = pl.DataFrame({"supplier": names.gather(supplier), "buyer": names.gather(buyer), "mass_t": flow})
graph = cm.graph.from_edges(edges, nodes=nodes.select("node", "own_supply"), measure="mass_t")
targets = [f"n{61 * place:07}" for place in range(1, N_TARGETS + 1)]

times = []
for _ in range(3):
    begun = time.perf_counter()
    graph.exposure(targets, exact=False)
    times.append(time.perf_counter() - begun)
print(f"inner: {statistics.median(times)} {N_TARGETS}")
