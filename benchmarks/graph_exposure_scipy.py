"""The sparse products that one exposure needs, in scipy: as many rounds of x = P' x as the tolerance takes."""

import statistics
import time

import graph_network
import numpy as np
from scipy import sparse

n = graph_network.N_NODES
supplier, buyer, flow = graph_network.edges()
bought = np.bincount(buyer, flow, n)
own = np.clip(np.bincount(supplier, flow, n) - bought, 0.0, None)
supply = np.where(own + bought > 0, own + bought, 1.0)
to_suppliers = sparse.csr_matrix((flow / supply[buyer], (supplier, buyer)), shape=(n, n))

times = []
for _ in range(3):
    begun = time.perf_counter()
    moving = np.zeros(n)
    moving[61] = 1.0
    visits = np.zeros(n)
    rounds = 0
    while moving.sum() > 1e-10:
        visits += moving
        moving = to_suppliers @ moving
        rounds += 1
    times.append(time.perf_counter() - begun)
print(f"rounds: {rounds}")
print(f"inner: {statistics.median(times)} 1")
