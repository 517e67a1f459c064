"""10,000 draws of the EU supply risk of 2023, every material, by the shipped document."""

import os
import time

import critmin as cm

N = int(os.environ["N_DRAWS"])
scores = cm.score(method="eu-2023")
begun = time.perf_counter()
result = scores.uncertainty(n_draws=N, seed=1, outputs=["supply_risk"], thresholds={"supply_risk": 1.0})
seconds = time.perf_counter() - begun
print(f"inner: {seconds} {result.cells.height}")
