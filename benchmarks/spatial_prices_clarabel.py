"""The same markets as a quadratic programme written by hand, solved by clarabel from Python."""

import time

import clarabel
import numpy as np
from decision_problems import trade_figures, trade_quadratic
from scipy import sparse

figures = trade_figures()
begun = time.perf_counter()
problem = trade_quadratic(figures)
n_rows, n_columns = problem.rows.shape
rows = sparse.vstack([problem.rows, -sparse.eye_array(n_columns)], format="csc")
settings = clarabel.DefaultSettings()
settings.verbose = False
solver = clarabel.DefaultSolver(
    sparse.csc_matrix(sparse.diags_array(problem.slopes)),
    problem.linear,
    sparse.csc_matrix(rows),
    np.zeros(n_rows + n_columns),
    [clarabel.NonnegativeConeT(n_rows + n_columns)],
    settings,
)
found = solver.solve()
seconds = time.perf_counter() - begun
assert str(found.status) == "Solved", found.status
print(f"objective: {float(found.obj_val)!r}")
print(f"inner: {seconds} 1")
