"""1,000 draws of the joint gallium and germanium scenario, each through markets and economy."""

import time

import critmin as cm

ban = cm.ExportRestriction(
    exporter="CHN", commodities=["gallium", "germanium"], restriction_level=1.0, start="2025-01-01"
)
loss = cm.cost(cm.Scenario(id="both", title="No gallium and germanium from China", restrictions=[ban]))
begun = time.perf_counter()
found = loss.draws(n_draws=1000, seed=1)
print(f"inner: {time.perf_counter() - begun} {found.draws['draw'].n_unique()}")
