"""The same markets as a quadratic programme written by hand, solved by HiGHS."""

import time

import decision_highs
from decision_problems import trade_figures, trade_quadratic

figures = trade_figures()
begun = time.perf_counter()
objective = decision_highs.solve_quadratic(trade_quadratic(figures))
seconds = time.perf_counter() - begun
print(f"objective: {objective!r}")
print(f"inner: {seconds} 1")
