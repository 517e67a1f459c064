"""HHI by group through the expression plugin."""

import statistics
import time

import critmin.expressions as ce
import numpy as np
import polars as pl

rng = np.random.default_rng(1)
frame = pl.DataFrame({"group": np.repeat(np.arange(100_000), 20), "mass_t": rng.uniform(0, 1, 2_000_000)})
frame.group_by("group").agg(ce.hhi(pl.col("mass_t")))
times = []
for _ in range(5):
    begun = time.perf_counter()
    result = frame.group_by("group").agg(ce.hhi(pl.col("mass_t")))
    times.append(time.perf_counter() - begun)
print(f"inner: {statistics.median(times)} {result.height}")
