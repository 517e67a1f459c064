"""Ten thousand restriction levels of the gallium market: scenarios validated, markets assembled and cleared."""

import os

import critmin as cm

n_scenarios = int(os.environ["N_SCENARIOS"])
ban = cm.ExportRestriction(exporter="CHN", commodities="gallium", restriction_level=1.0, start="2024-12-03")
full = cm.Scenario(id="gallium-ban", title="No gallium from China", restrictions=[ban])
levels = [full.with_restriction_level(number / (n_scenarios - 1)) for number in range(n_scenarios)]
cleared = cm.run_many(levels)
if cleared.height != n_scenarios:
    raise SystemExit("a market was not cleared")
