"""What several tests need: the repository, one scenario, and its result."""

from __future__ import annotations

from pathlib import Path

import critmin as cm
import polars as pl
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


@pytest.fixture(scope="session")
def portfolio_tables() -> dict[str, pl.DataFrame]:
    """Invent three projects, one metal, three futures and two windows; mine and refinery need each other."""
    return {
        "windows": pl.DataFrame({"id": ["soon", "later"], "year": [2.0, 4.0]}),
        "materials": pl.DataFrame({
            "id": ["gallium"], "refine_yield": [0.95], "substitution_max_t": [1.5],
            "substitution_cost_usd_per_t": [4e6], "stock_price_usd_per_t": [1.1e6], "stock_max_t": [7.0],
        }),
        "demand": pl.DataFrame({"material": "gallium", "window": ["soon", "later"], "demand_t": [20.0, 22.0]}),
        "unmet_steps": pl.DataFrame({
            "material": "gallium", "width_t": [4.0, 18.0], "penalty_usd_per_t": [6e6, 30e6],
        }),
        "supplies": pl.DataFrame({
            "material": "gallium", "source": ["CHN", "other", "CHN", "other"],
            "stage": ["mine", "mine", "refinery", "refinery"], "supply_t": [15.0, 6.0, 14.0, 7.5],
        }),
        "buyers": pl.DataFrame({
            "material": "gallium", "region": ["USA", "JPN"], "bloc": ["United States", "Japan"], "share": [0.7, 0.3],
        }),
        "projects": pl.DataFrame({
            "id": ["M2", "R1", "R3"], "name": ["A mine", "A refinery", "A cheap refinery"], "material": "gallium",
            "stage": ["mine", "refinery", "refinery"], "country": ["Australia", "JPN", "China"],
            "owner_countries": ["AUS;USA", None, "CHN"], "capacity_t": [5.0, 10.0, 12.0],
            "offtake_share": [0.9, 0.7, 0.9], "capex_million_usd": [70.0, 150.0, 40.0],
            "build_years": [2.0, 1.0, 1.0], "operating_cost_usd_per_t": 5e4, "loan_to_value": [0.7, 0.6, None],
            "rate": [0.05, 0.045, None], "market_rate": [0.095, 0.12, None], "tenor_years": [10, 15, None],
            "grace_years": [2, 3, None],
        }),
        "scenarios": pl.DataFrame({"id": ["calm", "ban", "late_ban"], "probability": [0.5, 0.3, 0.2]}),
        "availability": pl.DataFrame({
            "scenario": ["ban", "late_ban", "late_ban"], "source": "CHN", "share": [0.1, 1.0, 0.2],
            "window": [None, "soon", "later"],
        }),
        "project_shares": pl.DataFrame({"scenario": ["ban"], "project": ["R1"], "share": [0.5]}),
    }  # fmt: skip


@pytest.fixture(scope="session")
def portfolio(portfolio_tables: dict[str, pl.DataFrame]) -> cm.Portfolio:
    """Give the three projects a lender."""
    return cm.Portfolio.from_tables(
        **portfolio_tables, title="Three projects", budget_million_usd=60.0, lending_cap_million_usd=150.0,
        risk_weight=0.5, tail=0.8, rule="exim-supply-chain-resiliency",
    )  # fmt: skip
