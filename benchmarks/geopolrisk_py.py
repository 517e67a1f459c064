"""geopolrisk-py 2.0.1 by its public call, in an environment of its own: few rows, because each takes long."""

import contextlib
import io
import time

with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    from geopolrisk.assessment.main import gprs_calc

    importers = ["Japan", "Germany", "France", "Italy", "Canada"]
    gprs_calc([2022], ["Japan"], ["Cobalt"])
    begun = time.perf_counter()
    gprs_calc([2021, 2022], importers, ["Cobalt", "Graphite"])
    seconds = time.perf_counter() - begun
print(f"inner: {seconds} {2 * len(importers) * 2}")
