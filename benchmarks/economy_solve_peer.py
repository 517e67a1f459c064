"""The same quadratic programme given cold to the general solver clarabel from Python: five cuts, by solve."""

import time

import clarabel
import critmin as cm  # for the table only
import numpy as np
import polars as pl
from scipy import sparse

reference = cm.reference()
cells = reference.table("io_cells").filter((pl.col("benchmark_year") == 2017) & (pl.col("redefinitions") == "after"))
cells = cells.select(pl.col("table", "row_code", "column_code").cast(pl.String), "value_million_usd")
economy = cm.Economy()
industries = economy.industries["industry"].to_list()
commodities = economy.commodities["commodity"].to_list()
row = {code: place for place, code in enumerate(commodities)}
column = {code: place for place, code in enumerate(industries)}
n, m = len(industries), len(commodities)
x0 = economy.industries["output"].to_numpy()
y0 = economy.commodities["final_demand"].to_numpy()
use, make = np.zeros((m, n)), np.zeros((m, n))
for table, first, second, value in cells.iter_rows():
    if table == "use" and first in row and second in column:
        use[row[first], column[second]] += value
    elif table == "make" and first in column and second in row:
        make[row[second], column[first]] += value
balance = (use - make) / x0


def solve(cuts: dict[str, float]) -> float:
    """Minimise the weighted deviations; deviations scaled by the square root of the base."""
    root = np.sqrt(np.concatenate([x0, np.maximum(y0, 1.0)]) / 2)
    upper = np.zeros(n + m)
    for code, cut in cuts.items():
        upper[column[code]] = -cut * x0[column[code]]
    lower = -np.concatenate([x0, np.maximum(y0, 0.0)])
    pinned = [column[code] for code in ("S00102", "S00201")]
    held = [n + row[code] for code in ("S00300", "S00401", "S00402", "S00900")]
    lower[pinned + held] = 0.0
    matrix = sparse.hstack([sparse.csc_matrix(balance), sparse.eye(m)]) @ sparse.diags(root)
    everything = sparse.vstack([matrix, sparse.eye(n + m), -sparse.eye(n + m)]).tocsc()
    right = np.concatenate([np.zeros(m), upper / root, -lower / root])
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    cones = [clarabel.NonnegativeConeT(m + 2 * (n + m))]
    solver = clarabel.DefaultSolver(sparse.eye(n + m).tocsc(), np.zeros(n + m), everything, right, cones, settings)
    return float((np.array(solver.solve().x) * root)[:n].sum())


made = [code for code in industries if code.startswith("33")]
cuts = [{made[(7 * n_) % len(made)]: 0.02 + 0.001 * n_, "334413": 0.05} for n_ in range(5)]
begun = time.perf_counter()
found = [solve(cut) for cut in cuts]
print(f"inner: {time.perf_counter() - begun} {len(found)}")
