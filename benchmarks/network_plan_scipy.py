"""The same network as a matrix written by hand, solved by the HiGHS of scipy."""

import time

import numpy as np
from decision_problems import network_figures, network_matrix
from scipy.optimize import linprog

figures = network_figures()
begun = time.perf_counter()
matrix = network_matrix(figures)
bounds = np.column_stack([matrix.lower, matrix.upper])
found = linprog(matrix.cost, A_eq=matrix.rows, b_eq=matrix.row_lower, bounds=bounds, method="highs")
seconds = time.perf_counter() - begun
assert found.status == 0, found.message
print(f"objective: {float(found.fun)!r}")
print(f"inner: {seconds} 1")
