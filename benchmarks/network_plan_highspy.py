"""The same network as a matrix written by hand, solved by the interior point of HiGHS, its faster way here."""

import time

import decision_highs
from decision_problems import network_figures, network_matrix

figures = network_figures()
begun = time.perf_counter()
objective = decision_highs.solve(network_matrix(figures), solver="ipm")
seconds = time.perf_counter() - begun
print(f"objective: {objective!r}")
print(f"inner: {seconds} 1")
