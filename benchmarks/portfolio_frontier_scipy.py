"""Every tenth of the same 100 budgets solved afresh by the HiGHS of scipy; the matrix is built once."""

import time

from decision_problems import frontier_budgets, portfolio_matrix, portfolio_record
from scipy.optimize import Bounds, LinearConstraint, milp

record, budgets = portfolio_record(), frontier_budgets()[9::10]
begun = time.perf_counter()
matrix = portfolio_matrix(record)
objective = 0.0
for budget in budgets:
    matrix.row_upper[0] = budget  # the budget is the first row
    found = milp(
        matrix.cost,
        integrality=matrix.is_whole.astype(int),
        bounds=Bounds(matrix.lower, matrix.upper),
        constraints=LinearConstraint(matrix.rows, matrix.row_lower, matrix.row_upper),
        options={"mip_rel_gap": 0.0},
    )
    assert found.status == 0, found.message
    objective += float(found.fun)
seconds = time.perf_counter() - begun
print(f"objective: {objective!r}")
print(f"inner: {seconds} {len(budgets)}")
