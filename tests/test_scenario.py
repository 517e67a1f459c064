"""Scenarios from Python: built, saved, read, compared; and the laws that their results obey."""

from __future__ import annotations

import datetime as dt
import pickle
from typing import TYPE_CHECKING

import critmin as cm
import polars as pl
import pytest
from critmin.testing import assert_frames_equal_in_meaning

if TYPE_CHECKING:
    from pathlib import Path


def test_text_forms_are_the_same_scenario(ban: cm.Scenario, tmp_path: Path):
    assert cm.Scenario.from_toml(ban.to_toml()) == ban
    assert cm.Scenario.from_json(ban.to_json()) == ban
    for name in ("ban.toml", "ban.json"):
        assert cm.Scenario.from_file(ban.save(tmp_path / name)) == ban
    assert [each.name for each in sorted(tmp_path.iterdir())] == ["ban.json", "ban.toml"]
    assert pickle.loads(pickle.dumps(ban)) == ban
    assert hash(cm.Scenario.from_toml(ban.to_toml())) == hash(ban)


def test_a_fingerprint_tells_scenarios_apart(ban: cm.Scenario):
    other = ban.with_restriction_level(0.5)
    assert other != ban
    assert other.fingerprint != ban.fingerprint


def test_dates_countries_and_commodities_come_in_any_usual_form():
    forms = [
        {"exporter": "CHN", "commodities": "gallium", "start": "2024-12-03", "destinations": "USA"},
        {
            "exporter": "China",
            "commodities": ["Gallium"],
            "start": dt.date(2024, 12, 3),
            "destinations": ["United States"],
        },
    ]
    scenarios = [
        cm.Scenario(id="x", title="x", restrictions=[cm.ExportRestriction(restriction_level=1.0, **form)])
        for form in forms
    ]
    assert scenarios[0] == scenarios[1]


def test_blocs_lose_access_together():
    restriction = cm.ExportRestriction(
        exporter="CHN", commodities="gallium", restriction_level=1.0, start="2024-12-03", destinations=["eu-27"]
    )
    assert '"eu-27"' in cm.Scenario(id="x", title="x", restrictions=[restriction]).to_toml()


def test_the_result_is_complete(result: cm.Result):
    assert set(result.markets["commodity"].cast(str)) == {"gallium", "germanium"}
    for name in ("markets", "consumers", "producers", "curve", "timeline", "inputs", "warnings"):
        assert isinstance(getattr(result, name), pl.DataFrame), name
    assert not result.markets.is_empty()
    assert not result.curve.is_empty()
    assert not result.inputs.is_empty()
    assert result.inputs["grade"].null_count() == 0
    assert result.provenance
    assert "gallium" in result.summary()


def test_a_ban_raises_prices_and_leaves_a_shortfall(result: cm.Result):
    assert result.markets["price_ratio"].null_count() == 0
    assert (result.markets["price_ratio"] > 1).all()
    assert (result.markets["shortfall_share"].is_between(0, 1)).all()
    for name in ("price_ratio", "shortfall_share"):
        known = result.markets.drop_nulls([f"{name}_low", f"{name}_high"])
        assert not known.is_empty()
        assert (known[f"{name}_low"] <= known[name] + 1e-9).all()
        assert (known[name] <= known[f"{name}_high"] + 1e-9).all()


def test_no_restriction_changes_nothing(ban: cm.Scenario):
    markets = cm.run(ban.with_restriction_level(0.0)).markets
    assert markets["price_ratio"].to_list() == [1.0] * markets.height
    assert markets["shortfall_t"].to_list() == [0.0] * markets.height


def test_curves_are_monotone(result: cm.Result):
    curve = result.curve.sort("restriction_level")
    assert curve["restriction_level"].min() == 0.0
    assert curve["restriction_level"].max() == 1.0
    for _, part in curve.group_by("commodity", "stage"):
        ordered = part.sort("restriction_level")
        for name in ("price_ratio", "shortfall_share"):
            steps = ordered[name].diff().drop_nulls()
            assert steps.len() > 3
            assert (steps >= -1e-9).all(), name


def test_a_result_travels_to_another_process(result: cm.Result):
    back = pickle.loads(pickle.dumps(result))
    assert back.to_json() == result.to_json()
    assert back.scenario == result.scenario


def test_provenance_names_sources_options_and_version(result: cm.Result):
    record = result.provenance
    assert record["sources"]
    assert record["fingerprint"] == result.scenario.fingerprint
    assert record["version"] == cm.__version__
    assert record["scenario_document"]["market"]["timing"] == "full_year"


def test_results_are_deterministic(ban: cm.Scenario, result: cm.Result):
    again = cm.run(ban)
    assert again.to_json() == result.to_json()


def test_parameters_of_the_user_win(ban: cm.Scenario, result: cm.Result):
    mine = pl.DataFrame(
        {
            "commodity": ["gallium"],
            "parameter": ["price_elasticity_of_demand_short"],
            "value": [-5.0],
            "unit": ["1"],
            "grade": ["assumption"],
            "source": ["test"],
            "note": [""],
        }
    )
    ours = dict(result.markets.select(pl.col("commodity").cast(pl.String), "price_ratio").iter_rows())
    theirs = dict(
        cm.run(ban, parameters=mine).markets.select(pl.col("commodity").cast(pl.String), "price_ratio").iter_rows()
    )
    assert theirs["gallium"] < ours["gallium"]
    assert theirs["germanium"] == ours["germanium"]


def test_files_are_written_whole(result: cm.Result, tmp_path: Path):
    files = result.write(tmp_path / "out", formats=["parquet", "csv", "json"])
    assert {file.name for file in files} == {file.name for file in (tmp_path / "out").iterdir()}
    back = pl.read_parquet(tmp_path / "out" / "markets.parquet")
    assert_frames_equal_in_meaning(back, result.markets, key=["commodity", "stage", "scope"])


def test_progress_is_told(ban: cm.Scenario):
    calls: list[tuple[int, int]] = []
    cm.run(ban, progress=lambda done, total: calls.append((done, total)))
    assert calls
    assert calls[-1][0] == calls[-1][1]


def test_an_exception_of_the_callback_comes_back(ban: cm.Scenario):
    def stop(done: int, total: int) -> None:
        raise ZeroDivisionError(f"{done} of {total}")

    with pytest.raises(ZeroDivisionError):
        cm.run(ban, progress=stop)
