"""Build the same graph in rustworkx from whole numbers: no names, no checks."""

import statistics
import time

import graph_network
import rustworkx as rx

supplier, buyer, flow = graph_network.edges()
times = []
for _ in range(5):
    begun = time.perf_counter()
    graph = rx.PyDiGraph()
    graph.add_nodes_from(range(graph_network.N_NODES))
    graph.add_edges_from(list(zip(supplier.tolist(), buyer.tolist(), flow.tolist(), strict=True)))
    times.append(time.perf_counter() - begun)
print(f"inner: {statistics.median(times)} {graph.num_edges()}")
