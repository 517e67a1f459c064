"""``critmin graph``: the answer first on 80 columns, JSON, files and pictures, and exit code 2 for a mistake."""

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

CHAINS = ["gallium", "germanium", "antimony", "natural-graphite", "tungsten", "cobalt", "lithium", "rare-earths"]
GALLIUM = ("gallium", "--country", "USA", "--stage", "refinery")
POOLED = (*GALLIUM, "--reconcile", "world-pool")
COMMANDS = ["build", "exposure", "chokepoints", "bloc", "trace", "contents", "robustness", "structure"]


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["graph", *arguments])


def printed(*arguments: str) -> str:
    result = invoke(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def answered(*arguments: str) -> dict[str, Any]:
    record = json.loads(printed(*arguments, "--json"))
    assert isinstance(record, dict)
    return record


def china(record: dict[str, Any]) -> dict[str, Any]:
    return next(row for row in record["countries"] if row["country"] == "CHN")


def test_exposure_tells_what_the_direct_share_hides():
    recorded, pooled = china(answered("exposure", *GALLIUM)), china(answered("exposure", *POOLED))
    # U.S. Geological Survey, Mineral Commodity Summaries 2026: China's share of U.S. imports of gallium metal.
    assert recorded["direct_share"] == pytest.approx(0.18)
    assert pooled["direct_share"] == pytest.approx(0.18)
    # A regression case of our own data and assumptions, not a published value.
    assert pooled["exposure"] == pytest.approx(0.7741, abs=5e-4)
    first = " ".join(printed("exposure", *POOLED).split("\n\n")[0].split())
    assert printed("exposure", *GALLIUM).startswith("Nobody records the origin of 60 % of the gallium")
    assert first.startswith("77 % of the gallium of the United States passes through China: 18 % is bought there")


def test_the_reconciliation_and_the_sources_are_named():
    for chosen in ("none", "world-pool", "deficit-is-origin"):
        text = " ".join(printed("exposure", *GALLIUM, "--reconcile", chosen).split())
        assert f"Reconciled: {chosen}: " in text
        assert "usgs-mcs-2026" in text.split("Source: ")[1]
    assert "of which no supply is recorded" in " ".join(printed("exposure", *GALLIUM).split())


@pytest.mark.parametrize("chain", CHAINS)
def test_each_chain_answers_each_question(chain: str):
    questions = [
        ("build", chain),
        ("exposure", chain, "--country", "USA"),
        ("chokepoints", chain, "--country", "USA"),
        ("bloc", chain, "--bloc", "quad"),
        ("trace", chain, "--country", "USA"),
        ("robustness", chain, "--country", "USA"),
        ("structure", chain),
    ]
    for question in questions:
        text = printed(*question)
        assert max(len(line) for line in text.splitlines()) <= 80, text
        assert "Source: " in text, question


def test_several_targets_and_chains_stand_one_below_the_other():
    text = printed("exposure", "gallium", "germanium", "--target", "satellites:product", "--reconcile", "world-pool")
    for material in ("gallium", "germanium"):
        assert f"Shares of the {material} of satellites:product" in text
    record = answered("exposure", "gallium", "--country", "Japan", "--country", "Russia", "--stage", "refinery")
    assert {row["target"] for row in record["countries"]} == {"JPN", "RUS"}
    own = answered("exposure", "gallium", "--bloc", "Japan", "--bloc", "Germany", "--stage", "refinery")
    assert {row["target"] for row in own["nodes"]} == {"JPN+DEU"}


def test_chokepoints_take_their_options():
    rigid = answered("chokepoints", *POOLED)
    assert rigid["losses"][0]["removed"] == "CHN"
    assert rigid["losses"][0]["loss_rigid"] == pytest.approx(0.7741, abs=5e-4)
    free = answered("chokepoints", *POOLED, "--route-factor", "none", "--kind", "pair", "--pairs-among", "4")
    assert {row["kind"] for row in free["losses"]} == {"pair"}
    assert len(free["losses"]) == 6
    assert free["record"]["options"]["rerouting"]["route_factor"] is None
    assert "a route may carry any amount" in printed("chokepoints", *POOLED, "--route-factor", "none")
    assert "at most 1.5 times its flow" in " ".join(printed("chokepoints", *POOLED).split())


def test_blocs_and_partners():
    record = answered("bloc", "gallium", "--bloc", "g7", "--stage", "refinery", "--partner", "China")
    assert [row["partner"] for row in record["partners"]] == ["CHN"]
    assert record["partners"][0]["gain"] > 0.1
    text = printed("bloc", "gallium", "--bloc", "g7", "--stage", "refinery", "--partner", "China")
    assert "With China: " in text
    assert "stays inside from its origin to its last stage" in " ".join(text.split())
    every = answered("bloc", "gallium", "--bloc", "g7", "--partner", "all")
    assert len(every["partners"]) > 5


def test_traces_contents_and_curves():
    question = ("gallium", "--target", "gan-radar:product", "--reconcile", "world-pool")
    record = answered("trace", *question, "--origin", "China", "--min-share", "0.02")
    assert {row["country"] for row in record["paths"] if row["step"] == 0} == {"CHN"}
    assert min(row["share"] for row in record["paths"]) >= 0.02
    materials = answered("contents", "gallium", "germanium", "--target", "satellites:product")["materials"]
    assert [row["commodity"] for row in materials] == ["gallium", "germanium"]
    curve = answered("robustness", *POOLED, "--lose", "China", "--lose", "Japan")["curve"]
    assert [row["removed"] for row in curve] == [None, "CHN", "JPN"]
    assert answered("structure", "gallium")["nodes"]


def test_a_graph_is_written_and_asked_again(tmp_path: Path):
    for ending in ("parquet", "json", "graphml"):
        file = tmp_path / f"gallium.{ending}"
        printed("build", "gallium", "--reconcile", "world-pool", "--output", str(file))
        again = answered("exposure", "--edges", str(file), "--country", "USA", "--stage", "refinery")
        assert china(again)["exposure"] == pytest.approx(0.7741, abs=5e-4), ending
    linked = answered("build", "gallium")
    assert len(linked["nodes"]) == cm.graph.build("gallium").n_nodes
    printed("build", "gallium", "--csv", str(tmp_path / "csv"), "--parquet", str(tmp_path / "parquet"))
    assert pl.read_csv(tmp_path / "csv" / "edges.csv").height == cm.graph.build("gallium").n_edges
    assert not pl.read_parquet(tmp_path / "parquet" / "nodes.parquet").is_empty()


def test_own_tables_are_read_with_their_codes(tmp_path: Path):
    edges, nodes = tmp_path / "edges.csv", tmp_path / "nodes.csv"
    edges.write_text("supplier,buyer,mass_t\n007,12,30\n12,100,30\n013,100,70\n", encoding="utf-8")
    nodes.write_text("node,own_supply\n007,30\n013,70\n12,\n100,\n", encoding="utf-8")
    for arguments in (("--edges", str(edges)), ("--edges", str(edges), "--nodes", str(nodes))):
        record = answered("exposure", *arguments, "--target", "100")
        assert {row["node"]: row["origin_share"] for row in record["nodes"]}["007"] == pytest.approx(0.3)
        text = printed("exposure", *arguments, "--target", "100")
        assert "70 % of the supply of 100 passes through 013" in text
        assert "Source: a table of your own" in text
    flows = tmp_path / "flows.csv"
    flows.write_text("supplier,buyer,flow\na,b,1\n", encoding="utf-8")
    assert "--measure" in invoke("build", "--edges", str(flows)).stderr
    assert "flows in t gross" in printed("build", "--edges", str(flows), "--measure", "mass_t")


def test_trade_and_industries():
    mass = answered("build", "cobalt", "--trade", "--year", "2015")
    assert mass["graph"]["measure"] == "mass_t"
    assert "USD" in printed("build", "cobalt", "--trade", "--year", "2015", "--measure", "value_usd")
    question = ("natural-graphite", "--trade", "--year", "2020", "--country", "Japan")
    settled = printed("exposure", *question, "--reconcile", "deficit-is-origin")
    assert "passes through China" in settled
    assert "flows in " in printed("build", "--industries", "2017")


def test_files_and_pictures_are_written(tmp_path: Path):
    printed("exposure", *POOLED, "--csv", str(tmp_path / "out"), "--parquet", str(tmp_path / "out"))
    names = {each.name for each in (tmp_path / "out").iterdir()}
    assert {"nodes.csv", "countries.csv", "nodes.parquet", "countries.parquet", "record.json"} <= names
    questions: dict[str, tuple[str, ...]] = {
        "exposure": POOLED,
        "chokepoints": POOLED,
        "trace": POOLED,
        "robustness": POOLED,
        "bloc": ("gallium", "--bloc", "g7", "--stage", "refinery"),
    }
    for command, arguments in questions.items():
        file = tmp_path / f"{command}.svg"
        printed(command, *arguments, "--picture", str(file))
        assert file.read_text(encoding="utf-8").startswith("<svg"), command
        assert "Source: " in file.read_text(encoding="utf-8")
    printed("build", "gallium", "--sankey", str(tmp_path / "sankey.html"))
    assert "<html" in (tmp_path / "sankey.html").read_text(encoding="utf-8")


MISTAKES: dict[str, tuple[tuple[str, ...], str]] = {
    "no chain": (("build",), "gallium"),
    "an unknown chain": (("exposure", "galium", "--country", "USA"), "gallium"),
    "a commodity without a chain": (("build", "copper"), "tungsten"),
    "an unknown node": (("exposure", "gallium", "--target", "gan-radr:product"), "gan-radar:product"),
    "an unknown country": (("exposure", "gallium", "--country", "Chna"), "China"),
    "an unknown bloc": (("bloc", "gallium", "--bloc", "quadd"), "quad"),
    "a country as a bloc": (("exposure", "gallium", "--bloc", "France"), "country"),
    "an unknown stage": (("exposure", "gallium", "--country", "USA", "--stage", "market"), "market"),
    "a year without production": (("exposure", "gallium", "--year", "2019", "--country", "USA"), "2023"),
    "no target": (("exposure", "gallium"), "--target"),
    "a target and a country": (
        ("trace", "gallium", "--target", "gan-radar:product", "--country", "USA"),
        "expected one",
    ),
    "a stage of a node": (("trace", "gallium", "--target", "gan-radar:product", "--stage", "mine"), "--stage"),
    "a factor that is no number": (("chokepoints", *GALLIUM, "--route-factor", "much"), "none"),
    "a negative factor": (("chokepoints", *GALLIUM, "--route-factor", "-1"), "route"),
    "an unknown kind": (("chokepoints", *GALLIUM, "--kind", "continent"), "stage-country"),
    "a share above 1": (("trace", *GALLIUM, "--min-share", "1.5"), "1.5"),
    "an unknown product": (("contents", "gallium", "--target", "satelites:product"), "satellites:product"),
    "an unknown layer": (("build", "gallium", "--layer", "cobalt"), "gallium"),
    "a missing file": (("build", "--edges", "nowhere.csv"), "nowhere.csv"),
    "a missing parquet": (("build", "--edges", "nowhere.parquet"), "nowhere.parquet"),
    "an unknown ending": (("build", "--edges", "graph.xlsx"), ".graphml"),
    "two kinds of graph": (("build", "--trade", "--industries", "2017"), "expected one"),
    "edges and a chain": (("build", "gallium", "--edges", "graph.json"), "COMMODITY"),
    "a reconciliation of industries": (("build", "--industries", "2017", "--reconcile", "none"), "--reconcile"),
    "a pool of trade": (("build", "cobalt", "--trade", "--reconcile", "world-pool"), "deficit-is-origin"),
    "trade that only goes round": (
        ("exposure", "natural-graphite", "--trade", "--year", "2020", "--country", "Japan"),
        "--reconcile deficit-is-origin",
    ),
    "industries of 2020": (("build", "--industries", "2020"), "2017"),
    "an output of another kind": (("build", "gallium", "--output", "graph.xlsx"), ".parquet"),
    "a picture of another kind": (("exposure", *POOLED, "--picture", "map.gif"), ".svg"),
    "a picture of two": (
        ("exposure", "gallium", "--country", "USA", "--country", "JPN", "--stage", "refinery", "--picture", "map.svg"),
        "one",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_message_and_exit_code_2(mistake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    arguments, taught = MISTAKES[mistake]
    result = invoke(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stderr.count("rror: ") == 1
    assert taught in result.stderr
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_table_with_faults_names_its_rows(tmp_path: Path):
    file = tmp_path / "edges.csv"
    file.write_text("supplier,buyer,mass_t\na,b,1\nb,c,-2\n", encoding="utf-8")
    result = invoke("build", "--edges", str(file))
    assert result.exit_code == 2
    assert "row 2" in result.stderr
    file.write_bytes(b"\x00\xff\xfe")
    assert invoke("build", "--edges", str(file)).exit_code == 2


@pytest.mark.parametrize("command", COMMANDS)
def test_the_examples_of_the_help_run(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-flows.csv").write_text("supplier,buyer,mass_t\nmine,smelter,10\n", encoding="utf-8")
    text = printed(command, "--help")
    examples = [line.strip() for line in text.splitlines() if line.strip().startswith(f"critmin graph {command} ")]
    assert examples
    for example in examples:
        printed(*shlex.split(example)[2:])
    assert command in printed("--help")
