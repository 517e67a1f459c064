"""HHI by group in plain polars, unchecked."""

import statistics
import time

import numpy as np
import polars as pl

HHI = ((pl.col("mass_t") / pl.col("mass_t").sum()) ** 2).sum()
rng = np.random.default_rng(1)
frame = pl.DataFrame({"group": np.repeat(np.arange(100_000), 20), "mass_t": rng.uniform(0, 1, 2_000_000)})
frame.group_by("group").agg(HHI)
times = []
for _ in range(5):
    begun = time.perf_counter()
    result = frame.group_by("group").agg(HHI)
    times.append(time.perf_counter() - begun)
print(f"inner: {statistics.median(times)} {result.height}")
