"""The same portfolio as a matrix written by hand, solved to the end by the HiGHS of scipy."""

import time

from decision_problems import portfolio_matrix, portfolio_record
from scipy.optimize import Bounds, LinearConstraint, milp

record = portfolio_record()
begun = time.perf_counter()
matrix = portfolio_matrix(record)
found = milp(
    matrix.cost,
    integrality=matrix.is_whole.astype(int),
    bounds=Bounds(matrix.lower, matrix.upper),
    constraints=LinearConstraint(matrix.rows, matrix.row_lower, matrix.row_upper),
    options={"mip_rel_gap": 0.0},
)
seconds = time.perf_counter() - begun
assert found.status == 0, found.message
print(f"objective: {float(found.fun)!r}")
print(f"inner: {seconds} 1")
