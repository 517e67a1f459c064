"""The same portfolio as a matrix written by hand, solved to the end by HiGHS."""

import time

import decision_highs
from decision_problems import portfolio_matrix, portfolio_record

record = portfolio_record()
begun = time.perf_counter()
objective = decision_highs.solve(portfolio_matrix(record))
seconds = time.perf_counter() - begun
print(f"objective: {objective!r}")
print(f"inner: {seconds} 1")
