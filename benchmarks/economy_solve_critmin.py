"""One solve of the 402-industry economy by call: 200 different cuts, each from Python, with its certificate."""

import json
import time

import critmin as cm

economy = cm.Economy()
core = economy._core  # the call itself: frames of 402 rows would be most of the time
# Manufacturing: some public industries cannot be cut at all (margins below zero hold them).
codes = [code for code in economy.industries["industry"].to_list() if code.startswith("33")]
cuts = [[(codes[(7 * n) % len(codes)], 0.02 + 0.001 * n), ("334413", 0.05)] for n in range(200)]
begun = time.perf_counter()
found = [json.loads(core.allocate(cut))["gdp_change"] for cut in cuts]
print(f"inner: {time.perf_counter() - begun} {len(found)}")
