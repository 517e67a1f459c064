"""GeoPolRisk of all importers, all commodities, seven years, by the shipped document, once the dataset is loaded."""

import statistics
import time

import critmin as cm

YEARS = list(range(2016, 2023))
cm.score(method="geopolrisk", year=YEARS)  # the dataset is decoded by the first call

times = []
for _ in range(7):
    begun = time.perf_counter()
    scores = cm.score(method="geopolrisk", year=YEARS).scores
    times.append(time.perf_counter() - begun)
n_rows = scores.filter(output="geopolrisk_score").height
print(f"inner: {statistics.median(times)} {n_rows}")
