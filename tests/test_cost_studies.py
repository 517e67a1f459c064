"""The studies of costs claim no more than their parameter files allow, and judge nothing that they may not."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import critmin as cm
import polars as pl
import pytest
from critmin import _study_parameters

if TYPE_CHECKING:
    from pathlib import Path

GALLIUM, CONTROLS = "usgs-2024-gallium-germanium", "usgs-2025-china-controls"
NAMES = (GALLIUM, CONTROLS)
# Values that stand in for a report that nobody here has read: they only show what entering them does.
ENTERED = 'source = "a test, table 1, page 1", status = "entered"'
STAND_INS = {
    "demand_form": 'value = "linear"', "supply_form": 'value = "capacity_capped"', "benchmark_table": "value = 2012",
    "price_elasticity_of_demand": "value = -0.5, low = -0.8, high = -0.2",
    "price_elasticity_of_supply": "value = 0.2", "net_exports_of_restricting_country": "value = 80.0",
    "output_share": "value = 0.05, low = 0.02, high = 0.1", "use_share": "value = 0.2", "output_ceiling": "value = 0.9",
    "joint_cut": 'value = "maximum"',
}  # fmt: skip


@pytest.fixture(scope="module")
def gallium() -> cm.StudyResult:
    return cm.run_study(GALLIUM)


@pytest.fixture(scope="module")
def controls() -> cm.StudyResult:
    return cm.run_study(CONTROLS)


def rows(result: cm.StudyResult) -> dict[str, dict[str, object]]:
    return {row["id"]: row for row in result.comparison.to_dicts()}


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repository: Path) -> Path:
    """Copy the study of 2024 under the name `mine`."""
    folder = tmp_path / "mine"
    shutil.copytree(repository / "studies" / GALLIUM, folder)
    monkeypatch.setenv("CRITMIN_STUDIES", str(tmp_path))
    return folder


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text, old
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


def enter_everything(folder: Path) -> None:
    """Give every missing entry a stand-in, and call every entry entered."""
    path = folder / "parameters.toml"
    text = re.sub(r'status = "(secondary|inferred)"', 'status = "entered"', path.read_text(encoding="utf-8"))

    def filled(match: re.Match[str]) -> str:
        unit = match["unit"] or ""
        return f"{match['name']} = {{ {STAND_INS[match['name']]}, {unit}{ENTERED} }}"

    missing = r'^(?P<name>\w+) = \{ (?P<unit>unit = "[^"]+", )?status = "missing" \}'
    path.write_text(re.sub(missing, filled, text, flags=re.MULTILINE), encoding="utf-8")


# --- what may be claimed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_study_of_costs_calls_itself_a_calibration(name: str):
    result = cm.run_study(name)
    study = result.study
    assert "calibrated as stated" in study.claim
    assert "not a replication" in study.claim
    for text in (study.title, study.question):
        assert "replicat" not in text.lower()
    told = result.summary()
    assert "not a replication" in " ".join(told.split())
    statuses = set(result.parameters["status"])
    assert "entered" not in statuses, "nobody here has read the reports"
    assert "missing" in statuses
    assert set(result.comparison["verdict"]) <= {"shown_beside", "not_comparable"}
    assert any(line.startswith("Missing there") for line in study.assumptions)
    assert any(line.startswith("Not calibrated: the shares") for line in study.assumptions)


def test_a_complete_parameter_file_makes_a_replication_with_verdicts_on_confirmed_values(copy: Path):
    enter_everything(copy)
    result = cm.run_study("mine")
    assert result.study.claim.startswith("replication of USGS Open-File Report 2024-1057")
    assert set(result.parameters["status"]) == {"entered"}
    told = " ".join(result.study.assumptions)
    assert "entered from the report" in told
    for word in ("Missing there", "have not been read", "Calibrated"):
        assert word not in told
    assert result.study.explanations == {}
    assert not any("ours" in line for line in result.remarks())
    assert set(result.comparison["verdict"]) <= {"agrees", "differs"}
    found = rows(result)
    assert found["T01"]["verdict"] == "differs"
    assert found["T04"]["verdict"] == "agrees"
    # The entries are what was computed with: options, figures, and the table's year.
    cost = result.costs["gallium"]
    assert "2012" in cost.provenance["table"]
    assert cost.provenance["options"]["utilisation"] == 0.9
    assert cost.provenance["options"]["joint_cut"] == "maximum"
    inputs = {row["name"]: row for row in cost.inputs.to_dicts()}
    assert inputs["price_elasticity_of_demand_short"]["value"] == -0.5
    assert inputs["net_exports_t"]["value"] == 80.0
    assert inputs["price_usd_per_t"]["value"] == 432_000.0
    assert {inputs[name]["grade"] for name in ("price_elasticity_of_demand_short", "net_exports_t")} == {"published"}
    shares = cost.links.filter(pl.col("quantity") == "output_share")
    assert shares["value"].to_list() == [0.05]
    assert shares["grade"].to_list() == ["published"]
    # A value quoted secondhand is shown, complete or not.
    edit(copy, "published.csv", "0.05,confirmed", "0.05,secondary")
    shown = rows(cm.run_study("mine"))
    assert {shown[name]["verdict"] for name in ("T01", "T02", "T03")} == {"shown_beside"}


def test_one_entry_short_of_complete_is_a_calibration(copy: Path):
    enter_everything(copy)
    end = 'source = "our remedy: value added below zero", status = '
    edit(copy, "parameters.toml", f'{end}"entered"', f'{end}"inferred"')
    result = cm.run_study("mine")
    assert "not a replication" in result.study.claim
    assert set(result.comparison["verdict"]) == {"shown_beside"}


def test_a_commodity_without_a_section_is_missing_as_a_whole(copy: Path):
    enter_everything(copy)
    edit(copy, "study.toml", 'commodities = ["gallium", "germanium"]', 'commodities = ["gallium", "antimony"]')
    edit(copy, "study.toml", 'name = "both"', 'name = "both"\n# gallium with another metal')
    result = cm.run_study("mine")
    assert "not a replication" in result.study.claim
    assert any("all of market.antimony" in line for line in result.study.assumptions)


# --- gallium and germanium, 2024 --------------------------------------------------------------------------------------


def test_ours_stands_beside_the_report_of_2024(gallium: cm.StudyResult):
    found = rows(gallium)
    assert list(found) == [f"T0{number}" for number in range(1, 9)]
    assert {row["grade"] for row in found.values()} == {"confirmed"}
    assert {row["verdict"] for row in found.values()} == {"shown_beside"}
    printed = {"T01": (-8.2, -3.1, -1.7), "T02": (-1.1, -0.4, -0.01), "T03": (-9.0, -3.4, -1.7)}
    for name, ends in printed.items():
        row = found[name]
        assert (row["published_harsh"], row["published"], row["published_mild"]) == ends
        assert row["ours_harsh"] < row["ours"] < row["ours_mild"] < 0
        assert row["difference"] == pytest.approx(row["ours"] - row["published"], rel=1e-12)
        assert row["is_within_published_range"] is True
        assert row["reason"]
    for name, scenario in (("T01", "gallium"), ("T02", "germanium"), ("T03", "both")):
        assert found[name]["ours"] == pytest.approx(gallium.costs[scenario].gdp_change_million_usd / 1000, rel=1e-12)


def test_the_calibrated_prices_are_met_and_called_no_evidence(gallium: cm.StudyResult):
    found = rows(gallium)
    assert found["T05"]["ours"] == pytest.approx(105 / 36 - 1, rel=1e-9), "every producer is at capacity: closed form"
    assert found["T06"]["ours"] == pytest.approx(0.2553744529814284, rel=1e-9)
    assert {found[name]["reason"] for name in ("T05", "T06")} == {"calibrated to this value: no evidence"}
    assert "confirm nothing" in gallium.study.caution


def test_joint_loss_and_its_channel(gallium: cm.StudyResult):
    found = rows(gallium)
    singles = sum(gallium.costs[name].gdp_change_million_usd for name in ("gallium", "germanium"))
    joint = gallium.costs["both"].gdp_change_million_usd
    assert found["T04"]["ours"] == pytest.approx(joint / singles, rel=1e-9)
    assert found["T04"]["ours"] < 1
    assert found["T04"]["ours_harsh"] < 1
    industries = gallium.costs["both"].industries
    chips = industries.filter(pl.col("industry") == "334413")["gdp_change_million_usd"].item()
    assert found["T07"]["ours"] == pytest.approx(chips / joint, rel=1e-12)
    assert 0.99 < found["T08"]["ours"] < 1


def test_tables_of_a_cost_study_can_be_written(gallium: cm.StudyResult, tmp_path: Path):
    written = {path.name for path in gallium.write(tmp_path / "out", formats=["parquet", "csv"])}
    assert {"comparison.csv", "effects.csv", "cost_curve.parquet", "parameters.csv"} <= written
    assert set(gallium.effects["scenario"]) == {"gallium", "germanium", "both"}
    assert gallium.cost_curve.height == 3 * 21
    assert gallium.parameters.height == 35
    assert gallium.runs == {}
    assert gallium.pairs.height == 9
    assert gallium.pairs["unit"].unique().to_list() == ["change of GDP, billion USD"]


# --- controls of 2025 -------------------------------------------------------------------------------------------------


def test_controls_are_computed_where_inputs_exist_and_told_elsewhere(controls: cm.StudyResult):
    assert set(controls.costs) == {"gallium", "germanium", "natural-graphite", "antimony", "tungsten"}
    asked = [entry["name"] for entry in controls.study.record["scenarios"]]
    assert len(asked) == 17
    found = rows(controls)
    told = found["T12"]["reason"]
    for name in set(asked) - set(controls.costs):
        assert name.replace("-", " ") in told, name
    for name in ("samarium", "lutetium", "terbium", "dysprosium", "gadolinium"):
        row = found[f"T14b-{name}"]
        assert (row["verdict"], row["ours"]) == ("not_comparable", None)
        assert "production_t" in row["reason"]
    assert found["T15"]["ours"] is None


def test_secondary_values_are_shown_and_conditional_is_not_weighted(controls: cm.StudyResult):
    found = rows(controls)
    for name in ("T15", "T17a", "T17b", "T17c", "T17d"):
        assert found[name]["grade"] == "secondary"
        assert found[name]["condition"] == "conditional"
        assert found[name]["verdict"] in {"shown_beside", "not_comparable"}
    weighted = [row for row in found.values() if row["quantity"] == "weighted_gdp_change"]
    assert {row["condition"] for row in weighted} == {"weighted"}
    assert {row["grade"] for row in weighted} == {"confirmed"}
    # Probability 1: the weighted loss is the conditional one, and both are told.
    assert found["T14b-gallium"]["ours"] == found["T17a"]["ours"]
    assert found["T13c"]["ours"] == found["T13c"]["published"] == 402
    assert found["T19"]["ours"] == found["T19"]["published"] == 17


def test_the_ranking_is_that_of_what_could_be_computed(controls: cm.StudyResult):
    row = rows(controls)["T14"]
    ours = row["ours_text"].split(" ")
    losses = [controls.costs[name].gdp_change_million_usd for name in ours]
    assert losses == sorted(losses)
    assert set(ours) <= set(row["published_text"].split(" "))
    assert ours.index("gallium") < ours.index("germanium"), "as printed"
    assert "7 of 10 not computed" in row["reason"]
    partial = rows(controls)["T14b-tungsten"]
    assert "users_price" in partial["reason"], "an effect that is not known is told"


def test_probabilities_of_the_parameter_file_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repository: Path):
    folder = tmp_path / "mine"
    shutil.copytree(repository / "studies" / CONTROLS, folder)
    monkeypatch.setenv("CRITMIN_STUDIES", str(tmp_path))
    given = 'rows = [ { exporter = "CHN", commodity = "gallium", probability = 0.25 } ]'
    edit(folder, "parameters.toml", 'scenarios = { status = "missing" }', f"scenarios = {{ {given}, {ENTERED} }}")
    found = rows(cm.run_study("mine"))
    assert found["T14b-gallium"]["ours"] == pytest.approx(0.25 * found["T17a"]["ours"], rel=1e-12)
    assert found["T14b-germanium"]["ours"] == found["T17b"]["ours"]
    edit(folder, "parameters.toml", "probability = 0.25", "probability = 2.5")
    with pytest.raises(cm.InvalidDataError, match="from 0 to 1"):
        cm.run_study("mine")


@pytest.mark.parametrize("name", NAMES)
def test_the_numbers_of_the_page_are_those_of_the_run(name: str, gallium: cm.StudyResult, controls: cm.StudyResult):
    result = gallium if name == GALLIUM else controls
    page = result.study.text("README.md")
    changes = result.comparison.filter((pl.col("quantity") == "gdp_change") & pl.col("ours").is_not_null())
    assert changes.height >= 3
    for row in changes.to_dicts():
        form = "{:.2f}" if row["unit"] == "billion USD" else "{:,.0f}"
        ours, mild, harsh = (form.format(row[column]) for column in ("ours", "ours_mild", "ours_harsh"))
        assert f"{ours} ({mild} to {harsh})" in page, row["id"]


# --- faulty parameter files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('value = 432, unit = "USD/kg"', 'value = 432, unit = "EUR/kg"', "EUR/kg"),
        ('value = 432, unit = "USD/kg"', 'unit = "USD/kg"', "no value"),
        ('value = 432, unit = "USD/kg"', 'value = "much", unit = "USD/kg"', "much"),
        ('value = 432, unit = "USD/kg"', 'value = 432, low = 500, unit = "USD/kg"', "rising"),
        ('value = 0.0, unit = "1", source = "our reading: other importers lose access too"', "value = 0.0", "source"),
        ('joint_cut = { status = "missing" }', 'joint_cut = { value = "product", status = "missing" }', "a value"),
        ('joint_cut = { status = "missing" }', 'joint_cut = { status = "unknown" }', "joint_cut"),
        ('joint_cut = { status = "missing" }', 'joint_cuts = { status = "missing" }', "joint_cuts"),
        ('industry = "541700" ', 'industry = "541800" ', "541800"),
        ("[allocation]", "[allocations]", "allocation"),
        ("[market.germanium]", "[market.germanium]\nmagic = 1", "magic"),
        ('{ country = "BEL", output = 4, capacity = 10 }', '{ country = "BEL", output = 4 }', "capacity"),
        ("[study]", "[study", "parameter file"),
    ],
)
def test_a_faulty_parameter_file_is_named(copy: Path, old: str, new: str, message: str):
    edit(copy, "parameters.toml", old, new)
    with pytest.raises(cm.InvalidDataError, match=re.escape(message)):
        cm.run_study("mine")


def test_two_forms_in_one_scenario_are_refused(copy: Path):
    text = (copy / "parameters.toml").read_text(encoding="utf-8")
    for form in ("linear", "isoelastic"):
        entered = f'demand_form = {{ value = "{form}", {ENTERED} }}'
        text = text.replace('demand_form = { status = "missing" }', entered, 1)
    (copy / "parameters.toml").write_text(text, encoding="utf-8")
    with pytest.raises(cm.InvalidDataError, match="demand_form"):
        cm.run_study("mine")


def test_published_rows_of_unknown_kind_are_refused(copy: Path):
    edit(copy, "published.csv", "T08,both,,,quantity_share_of_loss", "T08,both,,,magic")
    with pytest.raises(cm.InvalidDataError, match="T08"):
        cm.run_study("mine")
    edit(copy, "published.csv", "T08,both,,,magic", "T08,all,,,quantity_share_of_loss")
    with pytest.raises(cm.InvalidDataError, match="`all`"):
        cm.run_study("mine")


def test_listed_uses_are_all_uses(repository: Path):
    path = repository / "studies" / GALLIUM / "parameters.toml"
    text = path.read_text(encoding="utf-8")
    links = _study_parameters.read(text, path.name).links()
    mine = links.filter(pl.col("commodity") == "germanium").sort("industry", "quantity").drop("source", "note")
    dataset = cm.reference().table("industry_links").with_columns(pl.col(pl.Categorical).cast(pl.String))
    theirs = dataset.filter(pl.col("commodity") == "germanium").sort("industry", "quantity").drop("source", "note")
    assert mine.equals(theirs), "every entry is missing, so that the dataset's stand in"
    others = links.filter(~pl.col("commodity").is_in(["gallium", "germanium"]))
    assert others.height == dataset.filter(~pl.col("commodity").is_in(["gallium", "germanium"])).height
    use = re.search(r'\[\[uses\]\]\ncommodity = "germanium"\nindustry = "335920".*\n.*\n', text)
    assert use is not None
    fewer = _study_parameters.read(text.replace(use[0], ""), path.name).links()
    gone = fewer.filter((pl.col("commodity") == "germanium") & (pl.col("industry") == "335920"))
    assert gone.is_empty(), "a use that is not listed is none"
    assert fewer.height == links.height - 1
