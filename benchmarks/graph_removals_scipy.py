"""Maximum flow to the same target in scipy (whole numbers), once per removed node; a sample, told by row."""

import time

import graph_network
import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

SAMPLE = 20
n = 20_000
supplier, buyer, flow = graph_network.edges(n, 100_000)
bought = np.bincount(buyer, flow, n)
entering = np.where(bought == 0, np.bincount(supplier, flow, n), 0.0)
origins = np.flatnonzero(entering)
tails = np.concatenate([supplier, np.full(len(origins), n)])
heads = np.concatenate([buyer, origins])
capacity = np.concatenate([1.5 * flow, entering[origins]]).astype(np.int32)
begun = time.perf_counter()
for removed in range(100, 100 + SAMPLE):
    kept = (tails != removed) & (heads != removed)
    matrix = sparse.csr_matrix((capacity[kept], (tails[kept], heads[kept])), shape=(n + 1, n + 1))
    csgraph.maximum_flow(matrix, n, 61)
print(f"inner: {time.perf_counter() - begun} {SAMPLE}")
