"""Every rationing rule beside an independent solver: clarabel for the least deviation, HiGHS for the largest output."""

from __future__ import annotations

from typing import NamedTuple

import clarabel
import critmin as cm
import numpy as np
import polars as pl
import pytest
from scipy import sparse
from scipy.optimize import linprog

CHIPS, OPTICS = "334413", "333314"
NO_PINS = cm.EconomyOptions(pinned_industries=(), pinned_commodities=())


class Balances(NamedTuple):
    """Use less make per unit of output, with what may give way."""

    industries: list[str]
    matrix: np.ndarray
    output: np.ndarray
    relief: np.ndarray


def balances(economy: cm.Economy, cells: pl.DataFrame) -> Balances:
    industries, commodities = economy.industries, economy.commodities
    columns = {code: at for at, code in enumerate(industries["industry"])}
    rows = {code: at for at, code in enumerate(commodities["commodity"])}
    output = industries["output"].to_numpy()
    excess = np.zeros((len(rows), len(columns)))
    for table, first, second, value in cells.iter_rows():
        if table == "use" and first in rows and second in columns:
            excess[rows[first], columns[second]] += value
        elif table == "make" and first in columns and second in rows:
            excess[rows[second], columns[first]] -= value
    relief = np.maximum(commodities["final_demand"].to_numpy(), 0.0)
    return Balances(list(columns), excess / output, output, relief)


@pytest.fixture(scope="module")
def benchmark() -> Balances:
    cells = cm.reference().table("io_cells")
    own = (pl.col("benchmark_year") == 2017) & (pl.col("redefinitions").cast(pl.String) == "after")
    cells = cells.filter(own).select(pl.col("table", "row_code", "column_code").cast(pl.String), "value_million_usd")
    return balances(cm.Economy(NO_PINS), cells)


def small(seed: int) -> tuple[cm.Economy, Balances]:
    """Return a random table of six industries, each making its own commodity, and its balances."""
    random, size = np.random.default_rng(seed), 6
    codes = [f"c{at}" for at in range(size)]
    use, demand = random.uniform(0, 10, (size, size)), random.uniform(5, 40, size)
    output = use.sum(1) + demand
    added = output - use.sum(0)
    rows = [("use", codes[i], codes[j], use[i, j]) for i in range(size) for j in range(size)]
    rows += [("use", codes[i], "households", demand[i]) for i in range(size)]
    rows += [("use", "added", codes[j], added[j]) for j in range(size)]
    rows += [("make", code, code, made) for code, made in zip(codes, output, strict=True)]
    cells = pl.DataFrame(rows, schema=["table", "row_code", "column_code", "value_million_usd"], orient="row")
    fixed = {"benchmark_year": pl.lit(2020, dtype=pl.Int16), "source_id": pl.lit("invented")}
    kinds = {"industry": codes, "commodity": codes, "final_demand": ["households"], "value_added": ["added"]}
    known = [(kind, code, code, at) for kind, several in kinds.items() for at, code in enumerate(several)]
    names = pl.DataFrame(known, schema=["kind", "code", "name", "position"], orient="row").with_columns(**fixed)
    full = cells.with_columns(redefinitions=pl.lit("after"), **fixed)
    economy = cm.Economy.from_tables(cells=full, codes=names, year=2020, options=NO_PINS)
    return economy, balances(economy, cells)


def bounds(own: Balances, cuts: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    upper = np.zeros(len(own.output))
    for code, cut in cuts.items():
        upper[own.industries.index(code)] = -cut * own.output[own.industries.index(code)]
    return -own.output, upper


def least_deviation(own: Balances, cuts: dict[str, float]) -> np.ndarray:
    """Change of output by the general solver, deviations scaled by the square root of their base."""
    n_rows, n_columns = own.matrix.shape
    lower, upper = bounds(own, cuts)
    moves = own.relief > 0
    root = np.sqrt(np.concatenate([own.output, own.relief[moves]]) / 2)
    relieved = sparse.eye(n_rows).tocsc()[:, moves]
    matrix = sparse.hstack([sparse.csc_matrix(own.matrix), relieved]) @ sparse.diags(root)
    size = n_columns + int(moves.sum())
    everything = sparse.vstack([matrix, sparse.eye(size), -sparse.eye(size)]).tocsc()
    top = np.concatenate([upper, np.zeros(size - n_columns)]) / root
    floor = np.concatenate([lower, -own.relief[moves]]) / root
    right = np.concatenate([np.zeros(n_rows), top, -floor])
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-11
    cones = [clarabel.NonnegativeConeT(len(right))]
    quadratic = sparse.eye(size).tocsc()
    solved = clarabel.DefaultSolver(quadratic, np.zeros(size), everything, right, cones, settings).solve()
    return (np.array(solved.x) * root)[:n_columns]


def largest_output(own: Balances, cuts: dict[str, float]) -> float:
    """Change of gross output by HiGHS."""
    lower, upper = bounds(own, cuts)
    solved = linprog(
        -np.ones(len(own.output)), A_ub=own.matrix, b_ub=own.relief, bounds=list(zip(lower, upper, strict=True))
    )
    assert solved.status == 0
    return -float(solved.fun)


@pytest.mark.parametrize("cuts", [{CHIPS: 0.1}, {CHIPS: 0.3, OPTICS: 0.1}])
def test_the_least_deviation_of_402_industries(benchmark: Balances, cuts: dict[str, float]):
    found = cm.Economy(NO_PINS).cut(cuts)
    theirs = least_deviation(benchmark, cuts)
    ours = found.industries["output_change"].to_numpy()
    # The general solver ends a little inside the bounds: a few million USD of 34 trillion.
    assert np.abs(ours - theirs).max() < 5.0
    assert found.gross_output_change == pytest.approx(theirs.sum(), rel=2e-3)


@pytest.mark.parametrize("cuts", [{CHIPS: 0.1}, {CHIPS: 0.95, "331110": 0.9, "325110": 0.9}])
def test_the_largest_output_of_402_industries(benchmark: Balances, cuts: dict[str, float]):
    options = cm.EconomyOptions(rationing="optimal_allocation", pinned_industries=(), pinned_commodities=())
    found = cm.Economy(options).cut(cuts)
    assert found.gross_output_change == pytest.approx(largest_output(benchmark, cuts), rel=1e-6)


@pytest.mark.parametrize("seed", range(12))
def test_small_tables(seed: int):
    economy, own = small(seed)
    cuts = {"c0": 0.4, "c3": 0.15 * (seed % 4)}
    ours = economy.cut(cuts).industries["output_change"].to_numpy()
    np.testing.assert_allclose(ours, least_deviation(own, cuts), atol=1e-5 * own.output.max())
