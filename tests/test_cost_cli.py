"""The command line of the economy: `scenario run --economy`, `sweep` and `economy`, and exit code 2 for a mistake."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import critmin as cm
import polars as pl
import pytest
from click.testing import CliRunner, Result
from critmin.cli import cli

if TYPE_CHECKING:
    from pathlib import Path

FEW = (
    "sweep",
    "--commodity",
    "gallium",
    "--commodity",
    "germanium",
    "--level",
    "1",
    "--assume-net-export-share",
    "0.5",
)
SEMICONDUCTORS = "334413"


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def printed(*arguments: str) -> str:
    result = invoke(*arguments)
    assert result.exit_code == 0, result.output
    assert max(len(line) for line in result.stdout.splitlines()) <= 80 or "--json" in arguments
    return result.stdout


def answered(*arguments: str) -> Any:  # noqa: ANN401
    return json.loads(printed(*arguments, "--json"))


def in_one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def file(ban: cm.Scenario, tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(ban.save(tmp_path_factory.mktemp("scenario") / "ban.toml"))


@pytest.fixture(scope="module")
def cost(ban: cm.Scenario) -> cm.Cost:
    return cm.cost(ban)


def test_without_economy_nothing_changes(file: str, result: cm.Result):
    assert "GDP" not in printed("scenario", "run", file)
    assert answered("scenario", "run", file) == json.loads(result.to_json())


def test_economy_adds_the_cost_below_the_markets(file: str, cost: cm.Cost):
    without, text = printed("scenario", "run", file), printed("scenario", "run", file, "--economy")
    assert text.startswith(without)
    told = in_one_line(text[len(without) :])
    assert told.startswith("What it costs the U.S. economy Net change of GDP: ")
    for line in cost.summary().splitlines()[1:]:
        assert in_one_line(line) in told
    assert "not a replication" in told


def test_json_holds_the_outcome_and_the_cost(file: str, cost: cm.Cost, result: cm.Result):
    found = answered("scenario", "run", file, "--economy")
    assert set(found) == {"outcome", "cost"}
    assert found["outcome"] == json.loads(result.to_json())
    central = found["cost"]["central"]
    assert central["gdp_change_million_usd"] == pytest.approx(cost.gdp_change_million_usd)
    assert sum(row["gdp_change_million_usd"] for row in central["effects"]) == pytest.approx(
        cost.gdp_change_million_usd
    )


def test_the_economy_of_the_file_is_asked(ban: cm.Scenario, cost: cm.Cost, tmp_path: Path):
    options = cm.EconomyOptions(rationing="proportional")
    record = {**json.loads(ban.to_json()), "economy": options._record()}
    place = tmp_path / "proportional.json"
    place.write_text(json.dumps(record))
    found = answered("scenario", "run", str(place), "--economy")["cost"]["central"]["gdp_change_million_usd"]
    assert found < 10 * cost.gdp_change_million_usd < 0


def test_options_draws_and_every_file(file: str, tmp_path: Path):
    arguments = ["--economy", "--options-table", "--draws", "20", "--seed", "3", "--out", str(tmp_path / "all")]
    text = printed("scenario", "run", file, *arguments, "--csv", str(tmp_path / "csv"))
    words = in_one_line(text)
    for rule in ("minimum deviation", "optimal allocation", "proportional", "strict bottleneck"):
        assert f"rationing {rule} " in words
    assert "20 draws of every interval, seed 3" in words
    places = (tmp_path / "all" / "economy", tmp_path / "csv" / "economy")
    options, draws = (pl.read_csv(places[1] / f"{name}.csv") for name in ("options", "draws"))
    assert options.filter("is_chosen").height > 5
    assert draws["draw"].n_unique() == 20
    for place in places:
        assert not pl.read_csv(place / "effects.csv").is_empty()
    names = {each.name for each in places[0].iterdir()}
    assert {"cost.json", "industries.parquet", "options.parquet", "draws.csv", "provenance.json"} <= names
    assert (tmp_path / "all" / "report.html").is_file()
    chosen = set(options.filter("is_chosen")["gdp_change_million_usd"].round(6))
    assert len(chosen) == 1, "every option that is chosen gives the same answer"


def test_draws_as_json_follow_their_seed(file: str, cost: cm.Cost):
    found = answered("scenario", "run", file, "--economy", "--draws", "20", "--seed", "3")["draws"]
    assert (found["n_draws"], found["seed"]) == (20, 3)
    assert found["quantiles"] == cost.draws(n_draws=20, seed=3).quantiles.to_dicts()
    assert found["quantiles"] != cost.draws(n_draws=20, seed=4).quantiles.to_dicts()


def test_a_sweep_ranks_and_says_what_it_rests_on():
    text = in_one_line(printed(*FEW))
    assert text.index(" gallium ") < text.index(" germanium ")
    assert "weighted by probability, million USD" in text
    assert "most probabilities" in text
    assert "not a replication" in text
    assert "rule: minimum deviation" in text
    assert "0 without an answer" in text
    assert "supposes that share" not in text


def test_a_sweep_says_what_it_lacks():
    text = in_one_line(printed(*FEW[:-2]))
    assert "0 without an answer" not in text
    assert "`--assume-net-export-share X` supposes that share of production" in text


def test_a_sweep_is_that_of_python(tmp_path: Path):
    picture = tmp_path / "ranks.svg"
    files = ["--parquet", str(tmp_path), "--csv", str(tmp_path), "--picture", str(picture)]
    record = answered(*FEW, "--exporter", "China", "--benchmark", "2012", "--rationing", "proportional", *files)
    economy = cm.Economy(cm.EconomyOptions(benchmark_year=2012, rationing="proportional"))
    asked = {"commodities": ["gallium", "germanium"], "exporters": "CHN", "levels": [1.0], "economy": economy}
    wanted = cm.sweep(**asked, assumed_net_export_share=0.5)
    assert record["ranks"] == wanted.record["ranks"]
    assert record["options"]["exporters"] == ["CHN"]
    assert record["options"]["economy"]["benchmark_year"] == 2012
    assert pl.read_parquet(tmp_path / "scenarios.parquet")["exporter"].unique().to_list() == ["CHN"]
    assert pl.read_csv(tmp_path / "ranks.csv").height == len(wanted.ranks) > 0
    assert "loss of GDP" in picture.read_text(encoding="utf-8")


def test_few_suppliers_are_fewer_scenarios():
    counts = [len(answered(*FEW, "--least-share", share)["scenarios"]) for share in ("0", "0.9")]
    assert counts[0] > counts[1] > 0


def test_a_cut_tells_loss_losers_and_certificate():
    text = printed("economy", "cut", f"{SEMICONDUCTORS}=0.10")
    # The 2017 benchmark, a tenth of the semiconductors: our own earlier prototype has -6.89 billion USD.
    loss = float(text.splitlines()[0].split()[3])
    assert loss == pytest.approx(-6.89, abs=0.02)
    rows = [line.split()[0] for line in text.splitlines() if line[:6].isalnum() and line[:3].isdigit()]
    assert rows[0] == SEMICONDUCTORS
    assert len(rows) == 10
    assert "Certificate: primal " in text
    assert "more rows" in text
    assert len(printed("economy", "cut", f"{SEMICONDUCTORS}=0.10", "--all").splitlines()) > 300
    assert "this rule optimises nothing" in in_one_line(
        printed("economy", "cut", f"{SEMICONDUCTORS}=0.10", "--rationing", "proportional")
    )


def test_a_cut_is_that_of_python(tmp_path: Path):
    record = answered("economy", "cut", "334413=0.1", "333314=0.05", "--csv", str(tmp_path))
    wanted = cm.Economy().cut({"334413": 0.1, "333314": 0.05})
    assert record["gdp_change"] == pytest.approx(wanted.gdp_change)
    assert record["cuts"] == {"334413": 0.1, "333314": 0.05}
    assert set(record["certificate"]) == set(wanted.certificate or {})
    assert len(record["industries"]) == pl.read_csv(tmp_path / "industries.csv").height == 402
    assert (tmp_path / "commodities.csv").is_file()


def test_multipliers_are_ordered_and_named(tmp_path: Path):
    rows = pl.DataFrame(answered("economy", "multipliers", "--parquet", str(tmp_path)))
    assert rows["output"].is_sorted(descending=True)
    assert rows.equals(pl.read_parquet(tmp_path / "multipliers.parquet"))
    assert rows.columns == ["industry", "name", "output", "value_added", "forward"]
    wanted = cm.Economy().multipliers().sort("industry")
    assert rows.sort("industry").select(wanted.columns).equals(wanted)
    one = answered("economy", "multipliers", "--industry", SEMICONDUCTORS, "--imports", "imports_included")
    separated = rows.row(by_predicate=pl.col("industry") == SEMICONDUCTORS, named=True)
    assert [row["name"] for row in one] == ["Semiconductor and related device manufacturing"]
    assert one[0]["output"] > separated["output"]
    assert f"{separated['output']:.3f}" in printed("economy", "multipliers", "--industry", SEMICONDUCTORS)
    assert "377 more rows" in printed("economy", "multipliers")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("scenario run {file} --options-table", "without --economy"),
        ("scenario run {file} --draws 5", "without --economy"),
        ("scenario run {file} --economy --seed 5", "--seed without --draws"),
        ("scenario run {file} --economy --draws 0", "--draws"),
        ("sweep --commodity unobtainium", "unobtainium"),
        ("sweep --commodity gallium --exporter Atlantis", "Atlantis"),
        ("sweep --commodity gallium --level 2", "levels"),
        ("sweep --commodity gallium --least-share 2", "least_production_share"),
        ("sweep --commodity gallium --assume-net-export-share 2", "assumed_net_export_share"),
        ("sweep --commodity gallium --benchmark 2007", "2012, 2017"),
        ("sweep --commodity gallium --rationing fair", "minimum_deviation"),
        ("economy cut", "CODE=SHARE"),
        ("economy cut 334413", "expected CODE=SHARE"),
        ("economy cut 334413=much", "expected CODE=SHARE"),
        ("economy cut =0.1", "expected CODE=SHARE"),
        ("economy cut 334413=0.1 334413=0.2", "cut twice"),
        ("economy cut 334413=1.5", "from 0 to 1"),
        ("economy cut 33441=0.1", "did you mean 334413"),
        ("economy multipliers --industry 33441", "33441"),
    ],
)
def test_a_mistake_is_one_message_and_exit_code_2(arguments: str, told: str, file: str):
    result = invoke(*shlex.split(arguments.format(file=file)))
    assert result.exit_code == 2, result.output
    assert "rror: " in result.stderr
    assert told in in_one_line(result.stderr)
    assert "Traceback" not in result.output


@pytest.mark.parametrize("command", ["", "scenario run", "sweep", "economy", "economy cut", "economy multipliers"])
def test_help_has_an_example(command: str):
    text = invoke(*command.split(), "--help").stdout
    assert "Example" in text
    examples = text[text.index("Example") :]
    assert any(f"critmin {name}" in examples for name in ("scenario run", "sweep", "economy"))
