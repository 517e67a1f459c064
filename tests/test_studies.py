"""Each study runs, compares cell by cell, and claims no more than it may."""

from __future__ import annotations

import json
import math
import shutil
from typing import TYPE_CHECKING

import critmin as cm
import polars as pl
import pytest
from critmin import _study_plots

if TYPE_CHECKING:
    from pathlib import Path

STUDIES = cm.list_studies()
BAN = "gallium-germanium-antimony-ban"
RELIANCE = "usgs-mcs-2026-import-reliance"
SCORES = ("eu-crm-2017", "eu-crm-2023", "geopolrisk-2022")


def test_the_studies_are_installed():
    assert {study.id for study in STUDIES} >= {BAN, RELIANCE, *SCORES}


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.id)
def test_a_study_is_complete(study: cm.Study, repository: Path):
    assert study.title
    assert study.question.endswith("?")
    assert study.sources
    for name in ("study.toml", "published.csv", "README.md"):
        assert study.text(name) == (repository / "studies" / study.id / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.id)
def test_every_published_value_gets_a_verdict(study: cm.Study):
    published = pl.read_csv(study.text("published.csv").encode(), infer_schema=False)
    result = cm.run_study(study.id)
    assert result.comparison.height == published.height > 0
    assert result.comparison["verdict"].null_count() == 0
    assert sum(result.verdict.values()) == published.height
    assert result.comparison["grade"].null_count() == 0
    assert study.title in result.summary()


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.id)
def test_studies_are_deterministic_and_can_be_written(study: cm.Study, tmp_path: Path):
    result = cm.run_study(study.id)
    assert result.to_json() == cm.run_study(study.id).to_json()
    names = {file.name for file in result.write(tmp_path / "out", formats=["parquet", "csv", "json"])}
    assert {"comparison.parquet", "comparison.csv", "study.json"} <= names


def test_the_ban_study_calls_itself_a_calibration():
    study = next(study for study in STUDIES if study.id == BAN)
    assert "calibration" in study.claim
    assert "not a replication" in study.claim
    for text in (study.title, study.question):
        assert "replicat" not in text.lower()
    assert "calibration" in cm.run_study(BAN).summary()


def test_the_ban_study_meets_the_confirmed_results_or_says_by_how_much():
    rows = {row["id"]: row for row in cm.run_study(BAN).comparison.to_dicts()}
    gallium, germanium = rows["T05"], rows["T06"]
    assert gallium["published"] == 1.5
    assert germanium["published"] == 0.26
    assert {row["grade"] for row in rows.values()} == {"confirmed"}
    for row in rows.values():
        assert math.isfinite(row["ours"])
        assert row["difference"] == pytest.approx(row["ours"] - row["published"], rel=1e-12)
        assert row["verdict"] in {"agrees", "differs"}
    assert gallium["ours"] > 1.5, "gallium rises by more than 150 % at a total ban"


def test_the_ban_study_has_curves_and_months_for_both_variants():
    result = cm.run_study(BAN)
    assert set(result.runs) == {"global", "bilateral"}
    for name, run in result.runs.items():
        levels = run.curve["restriction_level"]
        assert (levels.min(), levels.max()) == (0.0, 1.0), name
        assert set(run.curve["commodity"].cast(str)) >= {"gallium", "germanium", "antimony"}, name
        assert not run.consumers.is_empty(), name
    assert set(result.curve["scenario"]) == {"global", "bilateral"}


def test_the_reliance_study_explains_what_differs():
    result = cm.run_study(RELIANCE)
    assert set(result.verdict) <= {"matches", "differs", "cannot_be_computed", "not_published"}
    assert result.verdict["matches"] > 500
    unexplained = result.comparison.filter(
        pl.col("verdict").is_in(["differs", "cannot_be_computed"]) & pl.col("reason").is_null()
    )
    assert unexplained.is_empty(), unexplained


def test_the_reliance_study_finds_the_counts_it_expects():
    result = cm.run_study(RELIANCE)
    for quantity, counts in result.study.record["expected"].items():
        rows = result.comparison.filter(pl.col("quantity").cast(pl.String) == quantity)
        found = dict(rows["verdict"].cast(pl.String).value_counts().iter_rows())
        assert {name: found.get(name, 0) for name in counts} == counts, quantity


@pytest.mark.parametrize("name", SCORES)
def test_a_study_of_scores_finds_the_counts_it_expects(name: str):
    comparison = cm.run_study(name).comparison
    expected = cm.run_study(name).study.record["expected"]
    assert set(comparison["output"]) == set(expected)
    for output, counts in expected.items():
        rows = comparison.filter(pl.col("output") == output)
        found = dict(rows["verdict"].value_counts().iter_rows())
        near = (rows["difference"].abs() <= 2 * rows["tolerance"] * (1 + 1e-6)).sum()
        verdicts = {verdict: n for verdict, n in counts.items() if not verdict.startswith("within")}
        assert found == verdicts, output
        assert near == counts.get("within_twice", near), output


@pytest.mark.parametrize("name", SCORES)
def test_every_score_that_does_not_agree_says_why(name: str):
    comparison = cm.run_study(name).comparison
    lost = comparison.filter(pl.col("verdict") != "agrees")
    assert (lost["reason"].fill_null("") != "").all()
    assert comparison.filter((pl.col("status") == "unavailable") & pl.col("reason").is_null()).is_empty()
    assert not comparison["ours"].is_nan().any()
    assert comparison.filter((pl.col("status") == "unavailable") & pl.col("ours").is_not_null()).is_empty()


def test_every_printed_score_of_2017_lies_in_the_interval_of_its_inputs():
    result = cm.run_study("eu-crm-2017")
    rows = result.comparison.filter(pl.col("output") == "supply_risk_by_stage")
    assert rows.height == 50
    assert (rows["low"] - 0.05 <= rows["published"] + 1e-9).all()
    assert (rows["published"] - 1e-9 <= rows["high"] + 0.05).all()
    assert (rows["high"] - rows["low"]).max() < 1.5, "a range this wide would hold anything"
    assert (rows["low"] <= rows["ours"] + 1e-12).all()
    points = (rows["difference"].abs() <= 0.05 + 1e-9).sum(), (rows["difference"].abs() <= 0.1 + 1e-9).sum()
    assert points == (33, 40)


def test_the_named_failures_of_2023_fail_by_name():
    result = cm.run_study("eu-crm-2023")
    stages = result.comparison.filter(pl.col("output") == "supply_risk_by_stage")
    named = stages.filter(pl.col("verdict") == "expected_failure")
    assert set(named["commodity"] + " " + named["stage"]) == {
        "Arsenic P", "Cerium E", "Chromium E", "Dysprosium E", "Germanium P", "Neodymium E", "Rhodium P",
        "Yttrium E", "Yttrium P",
    }  # fmt: skip
    told = "\n".join(result.remarks())
    for name in (*named["commodity"], "Xenon", "Coking coal", "Nickel"):
        assert name in told
    germanium = named.filter(pl.col("commodity") == "Germanium").row(0, named=True)
    assert germanium["ours"] == pytest.approx(3.65, abs=0.005)
    assert germanium["published"] == 1.8


def test_a_cell_that_agrees_against_expectation_is_reported():
    result = cm.run_study("eu-crm-2023")
    row = result.comparison.filter(pl.col("id") == "SR23-titanium-metal-E").row(0, named=True)
    assert (row["expected"], row["verdict"]) == ("unavailable", "agrees")
    assert any("agrees against expectation" in line and "Titanium metal" in line for line in result.remarks())


@pytest.mark.parametrize("name", ["eu-crm-2017", "eu-crm-2023"])
def test_the_lists_have_the_length_that_the_rule_gives(name: str):
    result = cm.run_study(name)
    lists = result.comparison.filter(pl.col("output") == "is_critical")
    expected = result.study.record["expected_lists"]
    assert set(lists["year"]) == set(expected)
    for year, counts in expected.items():
        assert lists.filter(pl.col("year") == year)["ours"].sum() == counts["by_rule"], year


def test_geopolrisk_agrees_to_the_last_digits_and_gives_no_number_without_trade():
    comparison = cm.run_study("geopolrisk-2022").comparison
    absent = comparison.filter(pl.col("commodity").is_in(["germanium", "gallium"]))
    assert absent.height == 8
    assert set(absent["status"]) == {"unavailable"}
    numbers = comparison.filter(pl.col("published").is_not_null())
    assert numbers.height == 27
    assert (numbers["difference"].abs() <= numbers["tolerance"]).all()
    europe = comparison.filter((pl.col("commodity") == "cobalt") & (pl.col("entity") == "eu-27"))
    scores = dict(
        europe.filter(pl.col("output") == "geopolrisk_score").select(pl.col("variant").fill_null(""), "ours").rows()
    )
    assert scores == pytest.approx({"": 0.1531, "extra-region": 0.2408}, abs=1e-4)


@pytest.mark.parametrize("name", SCORES)
def test_the_picture_of_scores_has_units_a_band_and_a_source(name: str):
    result = cm.run_study(name)
    chart = _study_plots.agreement(result.pairs, source=result.study.source_line).to_dict()
    text = json.dumps(chart)
    for part in ("published (index)", "ours (index)", '"type": "area"'):
        assert part in text
    note = " ".join(chart["title"]["subtitle"])
    for part in ("Source:", "band: the tolerance"):
        assert part in note
    assert result.pairs["verdict"].is_in(["agrees", "differs", "expected failure"]).all()


def test_a_study_of_scores_drops_no_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repository: Path):
    folder = tmp_path / "mine"
    shutil.copytree(repository / "studies" / "eu-crm-2017", folder)
    monkeypatch.setenv("CRITMIN_STUDIES", str(tmp_path))
    text = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(
        text.replace('rows = { output = "is_critical" }', 'rows = { id = "no" }'), encoding="utf-8"
    )
    with pytest.raises(cm.InvalidDataError, match="L17"):
        cm.run_study("mine")
    rows = (folder / "published.csv").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(text, encoding="utf-8")
    wrong = rows.replace("supply_risk_by_stage,Antimony,", "supply_risk_by_stages,Antimony,")
    assert wrong != rows
    (folder / "published.csv").write_text(wrong, encoding="utf-8")
    with pytest.raises(cm.InvalidDataError, match="SR17-antimony-P"):
        cm.run_study("mine")
    # A label without inputs behind it is a cell without a value, with the reason, beside the published one.
    (folder / "published.csv").write_text(rows.replace(",antimony,P,", ",antimony,E,"), encoding="utf-8")
    cell = cm.run_study("mine").comparison.filter(pl.col("id") == "SR17-antimony-P").row(0, named=True)
    assert (cell["verdict"], cell["ours"], cell["published"]) == ("unavailable", None, 4.3)
    assert len(cell["reason"]) > 10


def test_unknown_study_offers_the_nearest():
    with pytest.raises(cm.UnknownStudyError, match=BAN):
        cm.run_study("gallium-ban")


def test_studies_of_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CRITMIN_STUDIES", str(tmp_path))
    assert cm.list_studies() == []
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "study.toml").write_text("[study]\nmethod = 'magic'\n")
    with pytest.raises(cm.InvalidDataError, match="magic"):
        cm.list_studies()
    monkeypatch.setenv("CRITMIN_STUDIES", str(tmp_path / "nowhere"))
    with pytest.raises(cm.ReadError, match="nowhere"):
        cm.list_studies()


def test_import_sources_stay_what_they_are():
    result = cm.run_study("usgs-mcs-2026-import-sources")
    assert result.comparison.height == 87
    assert result.verdict["agrees"] >= 60
    shares = {(row["commodity"], row["country"]): row for row in result.comparison.to_dicts()}
    # Printed 46 %, and 44 % in the trade of 2021 to 2024.
    graphite = shares["natural-graphite", "CHN"]
    assert graphite["published"] == pytest.approx(0.46)
    assert graphite["ours"] == pytest.approx(0.44, abs=0.01)
    assert shares["rare-earths", "CHN"]["verdict"] == "agrees"
    named = result.study.explanations
    differs = {row["commodity"] for row in result.comparison.filter(verdict="differs").to_dicts()}
    assert differs - set(named) == {"barite", "bismuth"}, "what differs has a reason, or is known to have none"
