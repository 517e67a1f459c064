"""Every mistake with a graph is a typed exception that names the rows; nothing panics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import critmin as cm
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing.parametric import dataframes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EDGES = pl.DataFrame(
    {"supplier": ["a", "b", "c"], "buyer": ["b", "c", "d"], "good": ["x", "y", "z"], "mass_t": [3.0, 2.0, 1.0]}
)


def build(table: Any, **options: Any) -> cm.graph.Graph:  # noqa: ANN401
    return cm.graph.from_edges(table, measure="mass_t", **options)


@pytest.mark.parametrize(
    ("flow", "row"), [([1.0, -2.0, 1.0], 2), ([1.0, 1.0, float("nan")], 3), ([float("inf"), 1.0, 1.0], 1)]
)
def test_a_flow_that_is_none_is_named_with_its_row(flow: list[float], row: int):
    with pytest.raises(cm.InvalidDataError) as caught:
        build(EDGES.with_columns(pl.Series("mass_t", flow)))
    assert [problem["row"] for problem in caught.value.problems] == [row]


def test_a_missing_flow_is_refused_or_skipped_but_never_zero():
    holes = EDGES.with_columns(pl.Series("mass_t", [3.0, None, 1.0]))
    with pytest.raises(cm.InvalidDataError, match="row 2"):
        build(holes)
    graph = build(holes, missing_flow="skip")
    assert graph.n_edges == 2
    assert any("2" in text for text in graph.warnings)


def test_duplicates_are_refused_or_added():
    twice = pl.concat([EDGES, EDGES[:1]])
    with pytest.raises(cm.InvalidDataError) as caught:
        build(twice)
    assert caught.value.frame()["row"].to_list()
    assert build(twice, duplicates="sum").edges.filter(pl.col("supplier") == "a")["mass_t"].to_list() == [6.0]


def test_nodes_are_held_against_the_edges():
    nodes = pl.DataFrame({"node": ["a", "b", "c"]})
    with pytest.raises(cm.InvalidDataError) as caught:
        build(EDGES, nodes=nodes)
    assert caught.value.problems[0]["row"] == 3
    assert caught.value.problems[0]["column"] == "buyer"
    with pytest.raises(cm.InvalidDataError, match="each node once"):
        build(EDGES, nodes=pl.DataFrame({"node": ["a", "a", "b", "c", "d"]}))
    negative = pl.DataFrame({"node": ["a", "b", "c", "d"], "own_supply": [-1.0, 0.0, 0.0, 0.0]})
    with pytest.raises(cm.InvalidDataError, match="own_supply"):
        build(EDGES, nodes=negative)


@pytest.mark.parametrize(
    ("table", "error"),
    [
        (EDGES.clear(), cm.InvalidDataError),
        (pl.DataFrame(), cm.InvalidDataError),
        (EDGES.drop("buyer"), cm.MissingColumnError),
        (EDGES.drop("mass_t"), cm.MissingColumnError),
        (EDGES.with_columns(pl.lit(None).alias("good")), cm.MissingColumnError),
        (EDGES.with_columns(pl.lit(None).alias("mass_t")), cm.MissingColumnError),
        (EDGES.with_columns(pl.lit("heavy").alias("mass_t")), cm.InvalidDataError),
        (EDGES.with_columns(pl.lit("perhaps").alias("is_essential")), cm.InvalidDataError),
        (EDGES.with_columns(pl.lit("someday").alias("year")), cm.InvalidDataError),
        (EDGES.with_columns(pl.lit(-1.0).alias("capacity")), cm.InvalidDataError),
        (EDGES.with_columns(pl.col("supplier").cast(pl.Binary)), cm.MissingColumnError),
        ({"supplier": ["a"]}, cm.InvalidDataError),
        (EDGES.rename(str.upper), cm.MissingColumnError),
    ],
)
def test_a_table_that_is_none_of_edges(table: Any, error: type[cm.CritminError]):  # noqa: ANN401
    with pytest.raises(error):
        build(table)


QUESTIONS: dict[str, Callable[[cm.graph.Graph], object]] = {
    "no target": lambda graph: graph.exposure(),
    "two targets": lambda graph: graph.exposure("d", country="USA"),
    "no list": lambda graph: graph.exposure([]),
    "a stage of a node": lambda graph: graph.exposure("d", stage="mine"),
    "an unknown node": lambda graph: graph.exposure("e"),
    "an unknown country": lambda graph: graph.exposure(country="Atlantis"),
    "a country without nodes": lambda graph: graph.exposure(country="France"),
    "an unknown bloc": lambda graph: graph.exposure(bloc="quartet"),
    "a country as a bloc": lambda graph: graph.bloc("France"),
    "a bloc without nodes": lambda graph: graph.bloc("g7"),
    "an empty bloc": lambda graph: graph.bloc([]),
    "an unknown stage": lambda graph: graph.exposure(country="USA", stage="market"),
    "a tolerance of 2": lambda graph: graph.exposure("d", tolerance=2.0),
    "a tolerance that is no number": lambda graph: graph.exposure("d", tolerance=float("nan")),
    "negative iterations": lambda graph: graph.exposure("d", max_iterations=-1),
    "an unknown kind": lambda graph: graph.chokepoints("d", kinds=["continent"]),
    "a negative factor": lambda graph: graph.chokepoints("d", route_factor=-1.0),
    "an infinite factor": lambda graph: graph.chokepoints("d", route_factor=float("inf")),
    "a share above 1": lambda graph: graph.trace("d", min_share=1.5),
    "no paths": lambda graph: graph.trace("d", max_paths=0),
    "an unknown origin": lambda graph: graph.trace("d", origin="z:mine:ZZZ"),
    "an origin of two kinds": lambda graph: graph.trace("d", origin=["a", "China"]),
    "contents of an origin": lambda graph: graph.contents("a"),
    "a damping of 1": lambda graph: graph.structure(damping=1.0),
    "an unknown order": lambda graph: graph.robustness("d", order="alphabet"),
    "an unknown layer": lambda graph: graph.layer("gallium"),
    "an unknown ending": lambda graph: graph.write("graph.xlsx"),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_that_cannot_be_answered(question: str):
    graph = build(EDGES)
    with pytest.raises(cm.CritminError) as caught:
        QUESTIONS[question](graph)
    assert len(str(caught.value)) > 10


def test_unknown_names_offer_the_nearest():
    graph = build(EDGES.with_columns(("smelter-" + pl.col("buyer")).alias("buyer")))
    with pytest.raises(cm.UnknownNameError, match=r"did you mean .*`smelter-d`"):
        graph.exposure("smelter-e")
    with pytest.raises(cm.UnknownCommodityError):
        cm.graph.build("unobtainium")
    with pytest.raises(cm.UnknownNameError, match="chain"):
        cm.graph.build("gold")


def test_cycles_are_legal_and_told():
    rows = {"supplier": ["s", "x", "y", "x"], "buyer": ["x", "y", "x", "d"], "mass_t": [1.0, 5.0, 5.0, 1.0]}
    graph = build(pl.DataFrame(rows))
    assert not graph.is_acyclic
    assert any("circle" in text for text in graph.warnings)
    found = dict(graph.exposure("d").nodes.select("node", "origin_share").iter_rows())
    assert found["s"] == pytest.approx(1)
    assert graph.exposure("d").nodes.filter(pl.col("node") == "x")["throughflow"][0] == pytest.approx(6)
    with pytest.raises(cm.ConvergenceError):
        graph.exposure("d", max_iterations=1)


def test_a_self_loop_and_a_zero_flow_are_told():
    rows = {"supplier": ["a", "b", "c"], "buyer": ["b", "b", "b"], "mass_t": [1.0, 2.0, 0.0]}
    graph = build(pl.DataFrame(rows))
    assert graph.n_edges == 1
    assert len(graph.warnings) == 2


def test_a_group_with_no_supplier_is_told():
    rows = {"supplier": ["a", "c"], "buyer": ["b", "b"], "good": ["x", "y"], "mass_t": [1.0, 0.0]}
    assert any("`y`" in text for text in build(pl.DataFrame(rows)).warnings)


def test_a_disconnected_target_and_a_capacity_of_zero():
    nodes = pl.DataFrame({"node": ["a", "b", "c", "d", "alone"], "capacity": [None, 0.0, None, None, None]})
    graph = build(EDGES, nodes=nodes)
    with pytest.raises(cm.GraphError, match="alone"):
        graph.chokepoints("alone")
    with pytest.raises(cm.GraphError):
        graph.chokepoints("d", kinds=["node"])


def test_years_without_data():
    with pytest.raises(cm.MissingInputsError):
        cm.graph.build("gallium", year=1900)
    with pytest.raises(cm.MissingInputsError):
        cm.graph.trade("cobalt", year=1900)
    with pytest.raises(cm.MissingInputsError):
        cm.graph.industries(year=2013)
    with pytest.raises(cm.GraphError, match="99999"):
        cm.graph.build("gallium", year=99999)
    with pytest.raises(cm.UnknownNameError, match="reconciliation"):
        cm.graph.build("gallium", reconcile="hope")  # type: ignore[arg-type]
    with pytest.raises(cm.GraphError, match="mass"):
        cm.graph.trade("cobalt", year=2022, measure="contained_mass_t")  # type: ignore[arg-type]


FILES = {
    "not.json": "{",
    "list.json": "[1]",
    "no-edges.json": '{"nodes": []}',
    "empty.json": '{"nodes": [], "edges": []}',
    "no-ends.json": '{"nodes": [], "edges": [{"mass_t": 1}]}',
    "no-flow.json": '{"nodes": [], "edges": [{"source": "a", "target": "b"}]}',
    "nan.json": '{"nodes": [], "edges": [{"source": "a", "target": "b", "mass_t": NaN}]}',
    "not.graphml": "<graphml",
    "other.graphml": "<a/>",
    "entities.graphml": '<!DOCTYPE g [<!ENTITY a "b">]><graphml>&a;</graphml>',
    "text.parquet": "no parquet",
    "name.txt": "a",
}


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_none(tmp_path: Path, name: str):
    (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    with pytest.raises(cm.CritminError):
        cm.graph.read(tmp_path / name)


def test_files_that_are_not_there(tmp_path: Path):
    for ending in ("json", "graphml", "parquet"):
        with pytest.raises(cm.ReadError):
            cm.graph.read(tmp_path / f"none.{ending}")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(cm.WriteError):
        build(EDGES).write(tmp_path / "file" / "graph.json")
    with pytest.raises(cm.GraphError, match="XML"):
        build(EDGES.with_columns(pl.lit("a\x00").alias("supplier"))).write(tmp_path / "graph.graphml")
    assert not (tmp_path / "graph.graphml").exists()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(table=dataframes(max_cols=3, max_size=3, excluded_dtypes=[pl.Object]), name=st.sampled_from(["flow", "mass_t"]))
def test_a_table_of_anything_is_refused_without_a_panic(table: pl.DataFrame, name: str):
    renamed = table.rename(dict(zip(table.columns, ("supplier", "buyer", name), strict=False)))
    try:
        graph = build(renamed)
    except cm.CritminError as error:
        assert str(error)  # noqa: PT017
    else:
        assert graph.n_nodes >= 0
