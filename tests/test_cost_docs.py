"""The page that explains each option shows what the code answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import critmin as cm

if TYPE_CHECKING:
    from pathlib import Path


def test_the_table_of_options_is_what_the_code_answers(repository: Path):
    page = (repository / "crates/critmin-disruption/README.md").read_text(encoding="utf-8")
    rows = [
        line.strip("| ").split(" | ") for line in page.splitlines() if re.match(r"\| (market|economy|links) ", line)
    ]
    explained = page.split("* **Rationing**")[1].split("## Proven optima")[0].lower() + "rationing"
    ban = cm.ExportRestriction(exporter="CHN", commodities="gallium", restriction_level=1.0, start="2025-01-01")
    loss = cm.cost(cm.Scenario(id="gallium-ban", title="China stops exporting gallium", restrictions=[ban]))
    choices = loss.choices().to_dicts()
    assert len(rows) == len(choices) > 30
    for row, choice in zip(rows, choices, strict=True):
        assert row[0] == choice["stage"]
        assert row[1] == f"`{choice['option']}`"
        assert row[2] == f"`{choice['value']}`" + (" (default)" if choice["is_chosen"] else "")
        change = choice["gdp_change_million_usd"]
        assert row[3] == ("no answer" if change is None else f"{change:,.0f}"), row
        assert f"`{choice['option']}" in explained or choice["option"].replace("_", " ") in explained, choice["option"]


def test_the_example_of_the_page_runs(repository: Path):
    page = (repository / "crates/critmin-disruption/README.md").read_text(encoding="utf-8")
    block = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)[0]
    # The draws and the sweep are long: the documented calls exist, and run smaller elsewhere.
    short = block.replace("n_draws=1000", "n_draws=5").replace("cm.sweep(", 'cm.sweep(commodities="gallium", ')
    exec(compile(short, "README.md", "exec"), {})
