"""Graphs from Python: the eight chains, laws, published shares, round trips, and each mistake as its own exception."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import critmin as cm
import duckdb
import pandas as pd
import polars as pl
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CHAINS = ["gallium", "germanium", "antimony", "natural-graphite", "tungsten", "cobalt", "lithium", "rare-earths"]
EDGES = pl.DataFrame(
    {
        "supplier": ["ore:mine:AUS", "ore:mine:CHN", "metal:refinery:CHN", "metal:refinery:JPN"],
        "buyer": ["metal:refinery:JPN", "metal:refinery:CHN", "metal:refinery:JPN", "magnet:component:JPN"],
        "good": ["ore", "ore", "metal", "metal"],
        "commodity": ["dysprosium"] * 4,
        "contained_mass_t": [40.0, 200.0, 60.0, 100.0],
        "year": [2024] * 4,
        "source_id": ["test-1"] * 4,
        "grade": ["reported", "reported", "estimated", "reported"],
    }
)


@pytest.fixture(scope="module")
def gallium() -> cm.graph.Graph:
    return cm.graph.build("gallium")


@pytest.fixture(scope="module")
def small() -> cm.graph.Graph:
    return cm.graph.from_edges(EDGES)


def shares(table: pl.DataFrame, value: str, key: str = "node") -> dict[str, float]:
    return dict(table.select(key, value).iter_rows())


def test_the_flagship_chains_are_there():
    assert set(cm.graph.chains()) == set(CHAINS)


@pytest.mark.parametrize("chain", CHAINS)
def test_each_chain_answers(chain: str):
    graph = cm.graph.build(chain)
    assert chain in graph.commodities
    assert graph.n_nodes == graph.nodes.height > 10
    assert graph.n_edges == graph.edges.height > 10
    assert (graph.edges["contained_mass_t"] > 0).all()
    assert graph.edges["grade"].null_count() == 0, "a flow without a grade"
    places = {f"{end}_{part}" for end in ("supplier", "buyer") for part in ("good", "stage", "country")}
    assert places <= set(graph.edges.columns)
    residual = graph.nodes["residual_contained_mass_t"]
    own = graph.nodes["own_supply_contained_mass_t"].fill_null(0)
    flows = graph.nodes["inflow_contained_mass_t"] - graph.nodes["outflow_contained_mass_t"]
    assert ((own + flows - residual).abs() < 1e-6).all()
    exposure = graph.exposure(country="United States")
    sums = exposure.nodes.group_by("target", "commodity").agg(pl.col("origin_share").sum())
    assert sums.height >= 1
    assert ((sums["origin_share"] - 1).abs() < 1e-9).all()
    for name in ("direct_share", "origin_share", "exposure"):
        assert exposure.countries[name].is_between(0, 1 + 1e-9).all()
    losses = graph.chokepoints(country="USA").losses
    assert losses["loss_rerouted"].is_between(0, 1).all()
    assert "USA" not in losses.filter(pl.col("kind") == "country").filter(pl.col("loss_rigid") > 1)["removed"]


def test_frames_have_the_promised_columns(gallium: cm.graph.Graph):
    where = ["node", "good", "stage", "country"]
    assert gallium.nodes.columns == [
        *where,
        *(f"{name}_contained_mass_t" for name in ("own_supply", "capacity", "inflow", "outflow", "residual")),
    ]
    assert gallium.balances.columns[0] == "node"
    exposure = gallium.exposure(country="Japan", stage="refinery")
    key = ["target", "commodity"]
    assert exposure.nodes.columns == [
        *key, *where, "direct_share", "origin_share", "is_unexplained", "exposure", "throughflow"
    ]  # fmt: skip
    assert exposure.countries.columns == [
        *key, "country", "direct_share", "origin_share", "unexplained_share", "exposure"
    ]  # fmt: skip
    assert exposure.nodes["target"].unique().to_list() == ["JPN"]
    assert exposure.record["targets"][0]["nodes"] == [{"node": "gallium:refinery:JPN", "weight": 1.0}]
    assert exposure.record["graph"]["sources"]


def test_hand_computable(small: cm.graph.Graph):
    exposure = small.exposure("magnet:component:JPN")
    assert shares(exposure.nodes, "origin_share") == pytest.approx(
        {"magnet:component:JPN": 0, "metal:refinery:JPN": 0, "metal:refinery:CHN": 0, "ore:mine:AUS": 0.4,
         "ore:mine:CHN": 0.6}
    )  # fmt: skip
    assert shares(exposure.countries, "exposure", "country") == pytest.approx({"AUS": 0.4, "CHN": 0.6, "JPN": 1.0})
    losses = small.chokepoints("magnet:component:JPN", kinds=["country"], route_factor=None).losses
    # The refinery needs ore and metal alike: with its proportions kept, either supplier stops it.
    assert shares(losses, "loss_rigid", "removed") == {"AUS": 1.0, "CHN": 1.0, "JPN": 1.0}
    assert shares(losses, "loss_rerouted", "removed")["CHN"] == pytest.approx(0.6)
    paths = small.trace("magnet:component:JPN")
    first = paths.paths.filter(pl.col("path_id") == 1)
    assert first["node"].to_list() == [
        "ore:mine:CHN", "metal:refinery:CHN", "metal:refinery:JPN", "magnet:component:JPN"
    ]  # fmt: skip
    assert first["share"][0] == pytest.approx(0.6)
    assert paths.coverage["covered_share"][0] == pytest.approx(1)
    assert small.trace("magnet:component:JPN", origin="Australia").coverage["covered_share"][0] == pytest.approx(0.4)
    assert small.dominators("magnet:component:JPN")["node"].to_list() == ["metal:refinery:JPN"]
    assert small.bloc(["JPN", "AUS"]).layers["unexplained_share"][0] == pytest.approx(0.4), "no mine has a supply"
    own = small.nodes.with_columns(
        pl.when(pl.col("stage") == "mine").then(pl.col("outflow_contained_mass_t")).alias("own_supply")
    )
    mines = cm.graph.from_edges(EDGES, nodes=own.select("node", "own_supply"))
    bloc = mines.bloc(["Japan", "Australia"], partners=["CHN"])
    assert bloc.closure == pytest.approx(0.4)
    assert bloc.leaves_at == ("metal", "refinery")
    assert bloc.partners["gain"].to_list() == pytest.approx([0.6])
    assert bloc.exits["exit_share"].sum() == pytest.approx(0.6)
    contents = small.contents("magnet:component:JPN")
    assert contents.materials["contained_mass_t"].to_list() == [100.0]
    assert shares(contents.origins, "share", "country") == pytest.approx({"AUS": 0.4, "CHN": 0.6})
    curve = small.robustness("magnet:component:JPN").curve
    assert curve["deliverable_share"][0] == 1.0
    assert curve["deliverable_share"].is_sorted(descending=True)
    assert small.structure().nodes["pagerank"].sum() == pytest.approx(1)


def test_every_answer_tells_itself(small: cm.graph.Graph, tmp_path: Path):
    target = "magnet:component:JPN"
    answers = [
        small.exposure(target), small.chokepoints(target), small.trace(target), small.contents(target),
        small.robustness(target), small.structure(), small.bloc(["JPN"], partners="all"),
    ]  # fmt: skip
    for answer in answers:
        assert max(len(line) for line in answer.summary().splitlines()) <= 80, answer.summary()
        assert "<pre>" in answer._repr_html_()
        assert answer.record["graph"]["measure"] == "contained_mass_t"
        assert json.loads(answer.to_json())["record"] == json.loads(json.dumps(answer.record))
        files = answer.write(tmp_path / type(answer).__name__, formats=["csv", "parquet", "json"])
        assert {"record.json", "answer.json"} < {file.name for file in files}
        restored = pickle.loads(pickle.dumps(answer))
        assert all(table.equals(restored.tables[name]) for name, table in answer.tables.items())


def test_a_product_needs_all_its_layers():
    both = cm.graph.build(["gallium", "germanium"])
    assert both.commodities == ["gallium", "germanium"]
    exposure = both.exposure(country="USA", stage="refinery")
    assert exposure.nodes["commodity"].unique().sort().to_list() == ["gallium", "germanium"]
    alone = both.layer("gallium").exposure(country="USA", stage="refinery")
    together = exposure.countries.filter(pl.col("commodity") == "gallium")
    assert together.equals(alone.countries)


def test_us_direct_exposure_is_the_printed_import_sources():
    import_sources = cm.reference().table("us_import_sources").with_columns(pl.col("commodity", "detail").cast(str))
    stages = cm.reference().table("chain_stages").filter("import_evidence", pl.col("us_imports_t").is_not_null())
    assert stages.height >= 3, "no stage takes U.S. imports from the printed sources"
    n_exact = 0
    for stage in stages.to_dicts():
        printed = import_sources.filter(
            pl.col("commodity") == stage["commodity"], pl.col("detail") == stage["us_import_detail"]
        ).filter(pl.col("share") > 0, pl.col("country").is_not_null())
        assert not printed.is_empty(), stage
        place = f"{stage['good']}:{stage['stage']}"
        graph = cm.graph.build(stage["chain"]).layer(stage["commodity"])
        supply = graph.nodes.filter(pl.col("node") == f"{place}:USA")
        inflow, own = supply.select("inflow_contained_mass_t", "own_supply_contained_mass_t").row(0)
        direct = shares(graph.exposure(f"{place}:USA").nodes, "direct_share")
        for country, share in printed.select(pl.col("country").cast(str), "share").iter_rows():
            expected = share * stage["us_imports_t"] / (inflow + (own or 0.0))
            assert direct[f"{place}:{country}"] == pytest.approx(expected), (place, country)
            # Where the U.S. makes nothing, the printed share is the exposure itself.
            n_exact += direct[f"{place}:{country}"] == pytest.approx(share)
    assert n_exact >= 3


def test_targets_in_every_form(gallium: cm.graph.Graph):
    by_name = gallium.exposure(country="Germany", stage="refinery").countries
    assert by_name.equals(gallium.exposure(country="DEU", stage="refinery").countries)
    node = gallium.exposure("gallium:refinery:DEU").countries.drop("target")
    assert node.equals(by_name.drop("target"))
    several = gallium.exposure(country=["Japan", "DEU"], stage="refinery").countries
    assert several["target"].unique().sort().to_list() == ["DEU", "JPN"]
    g7 = gallium.exposure(bloc="g7", stage="refinery")
    assert g7.record["day"] == "2024-12-31"
    own = gallium.exposure(bloc={"mine": g7.record["members"]}, stage="refinery").countries
    assert own["target"].unique().to_list() == ["mine"]
    assert own.drop("target").equals(g7.countries.drop("target"))
    europe = gallium.exposure(bloc="EU-27", stage="refinery")
    # Its purchases are known as a whole; a member that is only known for what it sells is not all of Europe.
    assert europe.record["nodes"] == ["gallium:refinery:eu-27"]
    assert europe.record["nodes_left_out"] == ["gallium:refinery:DEU"]
    assert europe.nodes["target"].unique().to_list() == ["eu-27"]


def test_files_bring_the_graph_back(gallium: cm.graph.Graph, small: cm.graph.Graph, tmp_path: Path):
    for graph in (gallium, small):
        for ending in ("parquet", "json", "graphml"):
            files = graph.write(tmp_path / f"graph.{ending}")
            back = cm.graph.read(files[0])
            assert back.nodes.equals(graph.nodes), ending
            assert back.edges.equals(graph.edges), ending
            assert back.measure == graph.measure
        again = pickle.loads(pickle.dumps(graph))
        assert again.nodes.equals(graph.nodes)
        assert again.edges.equals(graph.edges)
        assert again.warnings == graph.warnings
        assert again.record == graph.record
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "graph.graphml", "graph.json", "graph.nodes.parquet", "graph.parquet"
    ]  # fmt: skip


def test_other_libraries_take_the_graph_over(small: cm.graph.Graph, tmp_path: Path):
    nx = pytest.importorskip("networkx")
    made = small.to_networkx()
    assert made.number_of_nodes() == small.n_nodes
    assert made.number_of_edges() == small.n_edges
    read = nx.node_link_graph(json.loads(small.to_json()), edges="edges")
    assert nx.utils.graphs_equal(read, made)
    file = tmp_path / "small.graphml"
    small.write(file)
    assert nx.read_graphml(file).number_of_edges() == small.n_edges
    written = tmp_path / "links.json"
    written.write_text(json.dumps(nx.node_link_data(made, edges="links")), encoding="utf-8")
    assert cm.graph.read(written).edges.equals(small.edges)
    rx_graph = small.to_rustworkx()
    assert (rx_graph.num_nodes(), rx_graph.num_edges()) == (small.n_nodes, small.n_edges)


HOLDERS: dict[str, Callable[[pl.DataFrame], Any]] = {
    "categorical": lambda table: table.with_columns(pl.col("supplier", "buyer").cast(pl.Categorical)),
    "chunks": lambda table: pl.concat([table[:1], table[1:]], rechunk=False),
    "pandas": lambda table: pd.DataFrame(table.to_dicts()),
    "pyarrow": lambda table: table.to_arrow(),
    "duckdb": lambda table: duckdb.from_arrow(table.to_arrow()),
    "shuffled": lambda table: table.sample(fraction=1, shuffle=True, seed=1),
    "with a column of its own": lambda table: table.with_columns(pl.lit([1, 2]).alias("list")),
    "whole numbers": lambda table: table.with_columns(pl.col("contained_mass_t").cast(pl.Int64)),
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_any_table_goes_in(small: cm.graph.Graph, holder: str):
    assert cm.graph.from_edges(HOLDERS[holder](EDGES)).edges.equals(small.edges)


def test_trade_and_industries():
    trade = cm.graph.trade("cobalt", year=2022, reconcile="deficit-is-origin")
    assert trade.measure == "mass_t"
    assert any("deficit-is-origin" in text for text in trade.warnings)
    industries = cm.graph.industries(year=2017)
    assert industries.measure == "value_usd"
    assert industries.n_nodes > 500


def test_over_years_and_the_difference():
    table = cm.graph.over_years(
        lambda graph: graph.exposure(country="USA").countries,
        years=[2015, 2020],
        graph=lambda year: cm.graph.trade("cobalt", year=year, reconcile="deficit-is-origin"),
    )
    before, after = (table.filter(pl.col("year") == year) for year in (2015, 2020))
    change = cm.graph.difference(before, after, on=["commodity", "country"], value="exposure")
    assert change.columns == ["commodity", "country", "value_before", "value_after", "change"]
    one_sided = change.filter(pl.col("value_before").is_null() | pl.col("value_after").is_null())
    assert one_sided["change"].null_count() == one_sided.height
    with pytest.raises(cm.InvalidDataError, match="twice"):
        cm.graph.difference(before, after, on="target", value="exposure")
    with pytest.raises(cm.MissingInputsError):
        cm.graph.over_years(lambda graph: graph.nodes, commodity="gallium", years=[1900])


PROGRAM = """
import critmin as cm
graph = cm.graph.build("cobalt")
exposure = graph.exposure(country=["USA", "JPN", "DEU", "KOR"])
losses = graph.chokepoints(country="USA", kinds=["country", "stage-country", "node", "pair"]).losses
print(exposure.nodes.write_csv(), exposure.countries.write_csv(), losses.write_csv())
"""


def test_the_same_answer_on_any_number_of_threads():
    def run(threads: str) -> str:
        import os

        env = {**os.environ, "RAYON_NUM_THREADS": threads}
        done = subprocess.run([sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert len(run("1")) > 1000
    assert run("1") == run("4")


def test_pictures_take_the_frames(gallium: cm.graph.Graph):
    from critmin import plots

    assert gallium.sankey().to_dict()
    losses = gallium.chokepoints(country="USA", stage="refinery").losses
    assert plots.chokepoint_bars(losses, source="test").to_dict()
    curve = gallium.robustness(country="USA", stage="refinery").curve
    assert plots.robustness_curve(curve, source="test").to_dict()
    paths = gallium.trace(country="USA", stage="refinery").paths
    assert plots.path_list(paths, source="test").to_dict()
    stages = gallium.bloc("g7", stage="refinery").stages
    assert plots.stage_shares(stages, source="test").to_dict()
