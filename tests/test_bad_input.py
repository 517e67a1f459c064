"""Each kind of bad input is a clear error of its own type; nothing half-written stays, no panic reaches Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import critmin as cm
import polars as pl
import pytest

if TYPE_CHECKING:
    from pathlib import Path

BACI_HEAD = "t,i,j,k,v,q\n"
BACI_ROW = "2024,156,842,811292,10.5,1.25\n"


def restriction(**changes: Any) -> cm.ExportRestriction:  # noqa: ANN401
    usual = {"exporter": "CHN", "commodities": "gallium", "restriction_level": 1.0, "start": "2024-12-03"}
    return cm.ExportRestriction(**{**usual, **changes})


def scenario(**changes: Any) -> cm.Scenario:  # noqa: ANN401
    return cm.Scenario(id="bad", title="bad", restrictions=[restriction(**changes)])


def baci(folder: Path, content: str | bytes) -> Path:
    path = folder / "BACI_HS92_Y2024_V202601.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refused(path: Path, folder: Path) -> cm.CritminError:
    """Import a bad file, and return the error after checking that nothing was written."""
    output = folder / "out.parquet"
    with pytest.raises(cm.CritminError) as caught:
        cm.import_baci(path, output=output)
    assert [each.name for each in folder.iterdir()] == [path.name], "something half-written was left behind"
    assert len(str(caught.value)) > 20
    return caught.value


def test_a_good_file_is_imported(tmp_path: Path):
    output = tmp_path / "out.parquet"
    report = cm.import_baci(baci(tmp_path, BACI_HEAD + BACI_ROW), output=output)
    assert report
    table = cm.read_parquet(output)
    assert table.height == 1
    assert table["value_usd"].to_list() == [10_500.0]
    assert table["mass_t"].to_list() == [1.25]


def test_a_missing_mass_stays_missing(tmp_path: Path):
    output = tmp_path / "out.parquet"
    cm.import_baci(baci(tmp_path, BACI_HEAD + "2024,156,842,811292,10.5,NA\n"), output=output)
    assert cm.read_parquet(output)["mass_t"].to_list() == [None]


def test_missing_column(tmp_path: Path):
    error = refused(baci(tmp_path, "t,i,j,k,v\n2024,156,842,811292,10.5\n"), tmp_path)
    assert isinstance(error, cm.MissingColumnError)
    assert "`q`" in str(error)


def test_wrong_encoding(tmp_path: Path):
    error = refused(baci(tmp_path, BACI_HEAD.encode() + b"2024,156,842,8112\xff2,10.5,1\n"), tmp_path)
    assert isinstance(error, cm.EncodingError | cm.InvalidDataError)
    path = tmp_path / "wgi.csv"
    path.write_bytes("country,é\n".encode("latin-1"))
    with pytest.raises(cm.EncodingError, match=r"wgi\.csv"):
        cm.read_wgi(path, vintage="wgi-2025-update")


def test_unknown_country_in_a_file(tmp_path: Path):
    error = refused(baci(tmp_path, BACI_HEAD + "2024,9999,842,811292,10.5,1\n"), tmp_path)
    assert "9999" in str(error)


@pytest.mark.parametrize(("column", "value"), [("q", "-1"), ("q", "NaN"), ("v", "-3"), ("v", "inf")])
def test_negative_and_not_a_number(tmp_path: Path, column: str, value: str):
    row = {"t": "2024", "i": "156", "j": "842", "k": "811292", "v": "10.5", "q": "1", column: value}
    error = refused(baci(tmp_path, BACI_HEAD + ",".join(row.values()) + "\n"), tmp_path)
    assert isinstance(error, cm.InvalidDataError)
    assert error.frame().select("column", "found").row(0) == (column, value)
    assert error.problems[0]["row"] == 2


def test_duplicated_key(tmp_path: Path):
    error = refused(baci(tmp_path, BACI_HEAD + BACI_ROW + BACI_ROW), tmp_path)
    assert isinstance(error, cm.InvalidDataError)
    assert error.problems


def test_all_problems_are_reported_not_only_the_first(tmp_path: Path):
    rows = "2024,156,842,811292,10.5,-1\n2024,156,392,811292,x,1\n"
    error = refused(baci(tmp_path, BACI_HEAD + rows), tmp_path)
    assert isinstance(error, cm.InvalidDataError)
    assert {problem["row"] for problem in error.problems} == {2, 3}


def test_missing_file(tmp_path: Path):
    with pytest.raises(cm.ReadError, match="nowhere"):
        cm.import_baci(tmp_path / "BACI_HS92_Y2024_V202601_nowhere.csv", output=tmp_path / "out.parquet")
    with pytest.raises(cm.ReadError, match="nowhere"):
        cm.Scenario.from_file(tmp_path / "nowhere.toml")
    with pytest.raises(cm.ReadError, match="nowhere"):
        cm.read_parquet(tmp_path / "nowhere.parquet")


def test_not_parquet_and_truncated_parquet(tmp_path: Path):
    path = tmp_path / "file.parquet"
    path.write_bytes(b"this is not Parquet")
    with pytest.raises(cm.UnreadableFileError, match=r"file\.parquet"):
        cm.read_parquet(path)
    pl.DataFrame({"a": range(1000)}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(cm.UnreadableFileError, match=r"file\.parquet"):
        cm.read_parquet(path)


def test_a_folder_that_cannot_be_written(result: cm.Result, tmp_path: Path):
    # A file in the way refuses even root, who may write everywhere else.
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(cm.WriteError, match="cannot write"):
        result.write(tmp_path / "file" / "folder")
    with pytest.raises(cm.WriteError, match="cannot write"):
        result.report(tmp_path / "file" / "report.html")
    with pytest.raises(cm.WriteError):
        cm.import_baci(baci(tmp_path, BACI_HEAD + BACI_ROW), output=tmp_path / "file" / "out.parquet")
    assert (tmp_path / "file").read_text() == "in the way"


def test_unknown_country_and_commodity():
    with pytest.raises(cm.UnknownCountryError, match=r"Chna.*did you mean"):
        scenario(exporter="Chna")
    with pytest.raises(cm.UnknownCommodityError, match=r"galium.*`gallium`"):
        scenario(commodities="galium")
    with pytest.raises(cm.UnknownCountryError):
        scenario(destinations="Atlantis")
    with pytest.raises(cm.UnknownCommodityError):
        cm.profile("unobtainium")
    with pytest.raises(cm.CritminError, match="galium"):
        cm.Scenario.from_toml(scenario().to_toml().replace("gallium", "galium"))


@pytest.mark.parametrize("level", [-0.1, 1.5, 100.0])
def test_restriction_level_outside_its_range(level: float):
    with pytest.raises(cm.ScenarioError, match="fraction from 0"):
        scenario(restriction_level=level)
    with pytest.raises(cm.ScenarioError):
        scenario().with_restriction_level(level)


def test_nan_in_a_scenario():
    with pytest.raises(cm.InvalidDataError, match="NaN"):
        scenario(restriction_level=float("nan"))
    with pytest.raises(cm.ScenarioError):
        scenario().with_restriction_level(float("nan"))


def test_dates_reversed():
    with pytest.raises(cm.ScenarioError, match="before"):
        scenario(end="2024-01-01")
    with pytest.raises(cm.ScenarioError, match="suspension"):
        scenario(suspensions=[cm.Suspension(start="2025-11-09", end="2025-01-01")])


def test_a_date_that_is_none():
    with pytest.raises(cm.ScenarioError):
        scenario(start="yesterday")
    with pytest.raises(cm.InvalidDataError, match="yesterday"):
        cm.profile("gallium", day="yesterday")


def test_every_problem_of_a_scenario_is_listed():
    with pytest.raises(cm.ScenarioError) as caught:
        scenario(restriction_level=2.0, end="2024-01-01")
    assert len(caught.value.problems) == 2


def test_text_that_is_no_scenario(tmp_path: Path):
    with pytest.raises(cm.ScenarioError, match="TOML"):
        cm.Scenario.from_toml("this is = = not TOML")
    with pytest.raises(cm.ScenarioError, match="JSON"):
        cm.Scenario.from_json("{")
    with pytest.raises(cm.ScenarioError, match="colour"):
        cm.Scenario.from_toml('colour = "red"\n' + scenario().to_toml())
    path = tmp_path / "latin.toml"
    path.write_bytes('title = "Métaux"'.encode("latin-1"))
    with pytest.raises(cm.EncodingError, match="UTF-8"):
        cm.Scenario.from_file(path)
    with pytest.raises(cm.InvalidDataError, match=r"\.toml or \.json"):
        cm.Scenario.from_file(tmp_path / "scenario.yaml")


def test_a_stage_with_no_data():
    markets = cm.run(scenario(stages="component")).markets
    assert markets["price_ratio"].to_list() == [None]
    assert "component" in markets["reason"][0]
    with pytest.raises(cm.MissingInputsError, match="component"):
        cm.run(strict(restriction(stages="component")))


def test_an_infeasible_equilibrium():
    rigid = [
        {"commodity": "gallium", "parameter": "price_elasticity_of_demand_short", "value": 0.0, "grade": "assumption",
         "source": "test"},
    ]  # fmt: skip
    options = cm.MarketOptions(demand_form="isoelastic", supply_form="fixed", missing_inputs="fail")
    stiff = cm.Scenario(id="x", title="x", restrictions=[restriction()], market=options, parameters=rigid)
    with pytest.raises(cm.CritminError) as caught:
        cm.run(stiff)
    assert isinstance(caught.value, cm.InfeasibleMarketError | cm.InvalidDataError)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_nan_among_the_parameters(ban: cm.Scenario, value: float):
    with pytest.raises(cm.InvalidDataError, match="`value`") as caught:
        cm.run(ban, parameters=parameters(value=[value]))
    assert caught.value.frame().select("row", "column").row(0) == ("1", "value")


def test_a_parameter_table_without_a_column(ban: cm.Scenario):
    with pytest.raises(cm.MissingColumnError, match="`value`"):
        cm.run(ban, parameters=parameters().drop("value"))


def test_unknown_options_and_formats(result: cm.Result, tmp_path: Path):
    with pytest.raises(cm.ScenarioError):
        cm.Scenario(id="x", title="x", restrictions=[restriction()], market=cm.MarketOptions(demand_form="magic"))  # type: ignore[arg-type]
    with pytest.raises(cm.ScenarioError, match="ramp"):
        cm.Scenario(id="x", title="x", restrictions=[restriction()], market=cm.MarketOptions(ramp=2.0))
    with pytest.raises(cm.InvalidDataError, match="xlsx"):
        result.write(tmp_path / "out", formats=["xlsx"])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("quantities", [[-1.0], [float("nan")], [0.0, 0.0]])
def test_concentration_of_what_has_none(quantities: list[float]):
    with pytest.raises(cm.InvalidDataError):
        cm.hhi(quantities)


def test_an_edition_without_a_reader(tmp_path: Path):
    with pytest.raises(cm.InvalidDataError, match="2019"):
        cm.read_usgs_mcs(tmp_path / "x.csv", edition=2019)


def strict(*restrictions: cm.ExportRestriction) -> cm.Scenario:
    return cm.Scenario(id="x", title="x", restrictions=restrictions, market=cm.MarketOptions(missing_inputs="fail"))


def parameters(**changes: list[Any]) -> pl.DataFrame:
    usual = {
        "commodity": ["gallium"],
        "parameter": ["price_elasticity_of_demand_short"],
        "value": [-1.0],
        "unit": ["1"],
        "grade": ["assumption"],
        "source": ["test"],
        "note": [""],
    }
    return pl.DataFrame({**usual, **changes})
