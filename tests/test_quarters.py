"""Quarters from Python: the rules of release, and what they refuse."""

from __future__ import annotations

import critmin as cm
import pytest


@pytest.fixture(scope="module")
def ban() -> cm.Scenario:
    stop = cm.ExportRestriction(
        exporter="CHN", commodities=["gallium", "germanium"], restriction_level=1.0, start="2025-01-01"
    )
    return cm.Scenario(id="both", title="No gallium and germanium", restrictions=[stop])


def test_a_large_stock_holds_the_base_price(ban: cm.Scenario):
    held = cm.quarters(ban, stock_t=1e6, release="proportional", share=1.0)
    assert held["commodity"].unique().sort().to_list() == ["gallium", "germanium"]
    assert held["price_ratio"].to_list() == [1.0] * 8
    assert (held["shortfall_t"].abs() < 1e-6).all()


def test_a_trigger_holds_its_price_and_a_ramp_lowers_it(ban: cm.Scenario):
    held = cm.quarters(ban, stock_t=1e6, release="price_triggered", price_ratio=1.5)
    assert held["price_ratio"].max() <= 1.5 + 1e-9
    bare = cm.quarters(ban).filter(cm.quarters(ban)["commodity"] == "germanium")
    assert bare["price_ratio"].is_sorted(descending=True)
    assert bare["price_ratio"].n_unique() > 1


def test_nothing_in_force_leaves_the_stock(ban: cm.Scenario):
    calm = cm.quarters(ban, stock_t=10.0, release="planned", in_force=(0, 0, 0, 0))
    assert calm["release_t"].sum() == 0
    assert set(calm["stock_t"]) == {10.0}


def test_what_a_rule_does_not_take_is_refused(ban: cm.Scenario):
    with pytest.raises(cm.ScenarioError, match="needs `share`"):
        cm.quarters(ban, release="proportional")
    with pytest.raises(cm.ScenarioError, match="does not take `price_ratio`"):
        cm.quarters(ban, price_ratio=2.0)
    with pytest.raises(cm.ScenarioError, match="ramp"):
        cm.quarters(ban, ramp=(0, 0, 0, 2))
    with pytest.raises(cm.ScenarioError):
        cm.quarters(ban, ramp=(0, 1))
