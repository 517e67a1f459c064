"""Maximum flow to the same target in igraph, once per removed node; a sample of the nodes, told by row."""

import time

import graph_network
import igraph as ig
import numpy as np

SAMPLE = 40
n = 20_000
supplier, buyer, flow = graph_network.edges(n, 100_000)
bought = np.bincount(buyer, flow, n)
sold = np.bincount(supplier, flow, n)
entering = np.where(bought == 0, sold, 0.0)
origins = np.flatnonzero(entering)
pairs = np.column_stack([np.concatenate([supplier, np.full(len(origins), n)]), np.concatenate([buyer, origins])])
capacity = np.concatenate([1.5 * flow, entering[origins]])
begun = time.perf_counter()
for removed in range(100, 100 + SAMPLE):
    kept = (pairs[:, 0] != removed) & (pairs[:, 1] != removed)
    graph = ig.Graph(n=n + 1, edges=pairs[kept], directed=True)
    graph.maxflow_value(n, 61, capacity[kept].tolist())
print(f"inner: {time.perf_counter() - begun} {SAMPLE}")
