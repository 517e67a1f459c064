"""A problem of the decision benchmarks through highspy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import highspy
import numpy as np

if TYPE_CHECKING:
    from decision_problems import Matrix, Quadratic


def solve(matrix: Matrix, **options: str | float) -> float:
    """Return the least cost, proven without a gap."""
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = matrix.rows.shape
    model.col_cost_, model.col_lower_, model.col_upper_ = matrix.cost, matrix.lower, matrix.upper
    model.row_lower_, model.row_upper_ = matrix.row_lower, matrix.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_ = matrix.rows.indptr, matrix.rows.indices
    model.a_matrix_.value_ = matrix.rows.data
    if matrix.is_whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[is_whole] for is_whole in matrix.is_whole.tolist()]
    return _run(model, mip_rel_gap=0.0, **options)


def solve_quadratic(problem: Quadratic) -> float:
    """Return the least cost."""
    model = highspy.HighsModel()
    n_rows, n_columns = problem.rows.shape
    linear = model.lp_
    linear.num_row_, linear.num_col_ = n_rows, n_columns
    linear.col_cost_, linear.col_lower_ = problem.linear, np.zeros(n_columns)
    linear.col_upper_, linear.row_upper_ = np.full(n_columns, np.inf), np.zeros(n_rows)
    linear.row_lower_ = np.full(n_rows, -np.inf)
    linear.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    linear.a_matrix_.start_, linear.a_matrix_.index_ = problem.rows.indptr, problem.rows.indices
    linear.a_matrix_.value_ = problem.rows.data
    curved = np.flatnonzero(problem.slopes)
    model.hessian_.dim_ = n_columns
    model.hessian_.format_ = highspy.HessianFormat.kTriangular
    model.hessian_.start_ = np.concatenate([[0], np.cumsum(problem.slopes != 0)])
    model.hessian_.index_, model.hessian_.value_ = curved, problem.slopes[curved]
    return _run(model)


def _run(model: highspy.HighsLp | highspy.HighsModel, **options: str | float) -> float:
    solver = highspy.Highs()
    solver.silent()
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(model)
    solver.run()
    status = solver.getModelStatus()
    assert status == highspy.HighsModelStatus.kOptimal, status
    return float(solver.getInfo().objective_function_value)
