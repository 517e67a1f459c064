"""What several tests need: the repository, one scenario, and its result."""

from __future__ import annotations

from pathlib import Path

import critmin as cm
import pytest


@pytest.fixture(scope="session")
def repository() -> Path:
    root = Path(__file__).resolve().parent.parent
    assert (root / "Cargo.toml").is_file(), f"the tests expect to lie in the repository, found {root}"
    return root


@pytest.fixture(scope="session")
def ban() -> cm.Scenario:
    """Build a global ban of gallium and germanium for a full year."""
    restriction = cm.ExportRestriction(
        exporter="China", commodities=["gallium", "germanium"], restriction_level=1.0, start="2024-12-03"
    )
    return cm.Scenario(
        id="gallium-germanium-ban",
        title="No gallium and germanium from China",
        restrictions=[restriction],
        market=cm.MarketOptions(timing="full_year"),
    )


@pytest.fixture(scope="session")
def result(ban: cm.Scenario) -> cm.Result:
    return cm.run(ban)
