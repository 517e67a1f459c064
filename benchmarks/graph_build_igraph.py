"""Build the same graph in python-igraph (package igraph) from whole numbers: no names, no checks."""

import statistics
import time

import graph_network
import igraph as ig
import numpy as np

supplier, buyer, flow = graph_network.edges()
pairs = np.column_stack([supplier, buyer])
times = []
for _ in range(5):
    begun = time.perf_counter()
    graph = ig.Graph(n=graph_network.N_NODES, edges=pairs, directed=True, edge_attrs={"flow": flow})
    times.append(time.perf_counter() - begun)
print(f"inner: {statistics.median(times)} {graph.ecount()}")
