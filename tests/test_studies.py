"""Each study runs, compares cell by cell, and claims no more than it may."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import critmin as cm
import polars as pl
import pytest

if TYPE_CHECKING:
    from pathlib import Path

STUDIES = cm.list_studies()
BAN = "gallium-germanium-antimony-ban"
RELIANCE = "usgs-mcs-2026-import-reliance"


def test_both_studies_are_installed():
    assert {study.id for study in STUDIES} >= {BAN, RELIANCE}


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
