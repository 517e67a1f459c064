"""Graphs by an independent route: networkx on random graphs, for flows, dominators and centralities."""

from __future__ import annotations

import random
from typing import Any

import critmin as cm
import networkx as nx
import numpy as np
import polars as pl
import pytest

SEEDS = range(12)


def random_graph(seed: int, *, n: int = 14, is_acyclic: bool = True) -> tuple[cm.graph.Graph, Any]:
    """Make a graph in which every node has a capacity and every edge a flow, and the same for networkx."""
    draw = random.Random(seed)
    ids = [f"n{number:02}" for number in range(n)]
    pairs = [(a, b) for a in range(n) for b in range(n) if a != b and (a < b or not is_acyclic)]
    chosen = [pair for pair in pairs if draw.random() < (0.35 if is_acyclic else 0.2)]
    rows = [(ids[a], ids[b], float(draw.randint(1, 20)), float(draw.randint(1, 20))) for a, b in chosen]
    edges = pl.DataFrame(rows, schema=["supplier", "buyer", "amount", "capacity"], orient="row")
    own = [float(draw.randint(1, 30)) if draw.random() < 0.4 or place < 3 else 0.0 for place in range(n)]
    nodes = pl.DataFrame({"node": ids, "own_supply": own})
    made = nx.DiGraph()
    made.add_nodes_from(ids)
    for supplier, buyer, amount, capacity in rows:
        made.add_edge(supplier, buyer, amount=amount, capacity=capacity)
    for name, amount in zip(ids, own, strict=True):
        made.nodes[name]["own"] = amount
    return cm.graph.from_edges(edges, nodes=nodes, measure="amount"), made


def largest_flow(made: Any, target: str, removed: str | None) -> float:  # noqa: ANN401
    """Deliver to the target by one source before all origins; what the target buys is what it can take."""
    network = nx.DiGraph()
    for supplier, buyer, capacity in made.edges(data="capacity"):
        if removed not in (supplier, buyer):
            network.add_edge(supplier, buyer, capacity=capacity)
    for name, own in made.nodes(data="own"):
        # What a node hands on without a recorded supply enters the chain there.
        enters = own if own or made.in_degree(name) else made.out_degree(name, weight="amount")
        if enters and name != removed:
            network.add_edge("source", name, capacity=enters)
    bought = sum(made.in_edges[edge]["amount"] for edge in made.in_edges(target)) + made.nodes[target]["own"]
    network.add_edge(target, "sink", capacity=bought)
    network.add_node("source")
    return float(nx.maximum_flow_value(network, "source", "sink"))


@pytest.mark.parametrize("seed", SEEDS)
def test_losses_are_ratios_of_maximum_flows(seed: int):
    graph, made = random_graph(seed, is_acyclic=seed % 2 == 0)
    target = "n13"
    found = graph.chokepoints(target, kinds=["node"])
    before = found.targets["deliverable_before_amount"][0]
    assert before == pytest.approx(largest_flow(made, target, None))
    assert found.targets["least_cut_amount"][0] == pytest.approx(before), "the cut holds what the flow carries"
    assert not found.losses.is_empty()
    for removed, after in found.losses.select("removed", "deliverable_after_amount").iter_rows():
        assert after == pytest.approx(largest_flow(made, target, removed), abs=1e-9), removed


@pytest.mark.parametrize("seed", SEEDS)
def test_dominators(seed: int):
    graph, made = random_graph(seed, n=10, is_acyclic=seed % 2 == 0)
    rooted = nx.DiGraph(made.edges)
    for name, own in made.nodes(data="own"):
        if own or (made.in_degree(name) == 0 and made.out_degree(name)):
            rooted.add_edge("root", name)
    target = "n09"
    crossed = [
        name for name in made.nodes if name != target and name in rooted and not _reaches(rooted, target, without=name)
    ]
    assert set(graph.dominators(target)["node"]) == set(crossed)


def _reaches(rooted: Any, target: str, without: str) -> bool:  # noqa: ANN401
    left = rooted.copy()
    left.remove_node(without)
    return bool(nx.has_path(left, "root", target))


@pytest.mark.parametrize("seed", SEEDS)
def test_centralities(seed: int):
    graph, made = random_graph(seed, is_acyclic=seed % 2 == 0)
    found = graph.structure().nodes
    ids = sorted(made.nodes)
    # networkx.pagerank needs scipy; its matrix does not, and the ranks are its left eigenvector for 1.
    walk = np.asarray(nx.google_matrix(made.reverse(), alpha=0.85, nodelist=ids, weight="amount"))
    steady = np.linalg.solve((np.eye(len(ids)) - walk + np.ones_like(walk)).T, np.ones(len(ids)))
    ranks = dict(zip(ids, steady, strict=True))
    between = nx.betweenness_centrality(made)
    for name, pagerank, betweenness, bought, sold in found.select(
        "node", "pagerank", "betweenness", "in_strength_amount", "out_strength_amount"
    ).iter_rows():
        assert pagerank == pytest.approx(ranks[name], abs=1e-9)
        assert betweenness == pytest.approx(between[name], abs=1e-9)
        assert bought == made.in_degree(name, weight="amount")
        assert sold == made.out_degree(name, weight="amount")


@pytest.mark.parametrize("seed", SEEDS)
def test_exposure_is_the_absorbing_chain(seed: int):
    graph, made = random_graph(seed, is_acyclic=seed % 2 == 0)
    ids = sorted(made.nodes)
    supply = {name: made.nodes[name]["own"] + made.in_degree(name, weight="amount") for name in ids}
    steps = np.zeros((len(ids), len(ids)))
    for supplier, buyer, amount in made.edges(data="amount"):
        steps[ids.index(buyer), ids.index(supplier)] = amount / supply[buyer]
    ends = np.array([made.nodes[name]["own"] / supply[name] if supply[name] else 1.0 for name in ids])
    visits = np.linalg.inv(np.eye(len(ids)) - steps)[ids.index("n13")]
    found = dict(graph.exposure("n13").nodes.select("node", "origin_share").iter_rows())
    assert sum(found.values()) == pytest.approx(1, abs=1e-9)
    for name, share in zip(ids, visits * ends, strict=True):
        assert found.get(name, 0.0) == pytest.approx(share, abs=1e-8)


@pytest.mark.parametrize("seed", SEEDS)
def test_other_names_give_the_same_answer(seed: int):
    graph, _ = random_graph(seed)
    names = {name: f"z{99 - int(name[1:])}" for name in graph.nodes["node"]}
    edges = graph.edges.with_columns(pl.col("supplier", "buyer").replace_strict(names))
    nodes = graph.nodes.with_columns(pl.col("node").replace_strict(names))
    other = cm.graph.from_edges(edges, nodes=nodes, measure="amount")
    before = graph.exposure("n13").nodes.with_columns(pl.col("node").replace_strict(names)).sort("node")
    after = other.exposure(names["n13"]).nodes.sort("node")
    for column in ("direct_share", "origin_share", "exposure", "throughflow"):
        assert after[column].to_list() == pytest.approx(before[column].to_list(), abs=1e-9)
