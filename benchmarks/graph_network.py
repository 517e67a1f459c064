"""The invented network that every contender of the graph cases gets: a fixed seed, a few suppliers with most sales."""

from __future__ import annotations

import os

import numpy as np

N_NODES = int(os.environ.get("N_NODES", "200000"))
N_EDGES = int(os.environ.get("N_EDGES", "1000000"))


def edges(n_nodes: int = N_NODES, n_edges: int = N_EDGES) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return supplier, buyer and flow; each pair once, no self-loop, whole flows."""
    rng = np.random.default_rng(20261127)
    supplier = (rng.random(n_edges) * rng.random(n_edges) * n_nodes).astype(np.int64)
    buyer = rng.integers(0, n_nodes, n_edges)
    pair = np.unique(supplier * n_nodes + buyer)
    supplier, buyer = pair // n_nodes, pair % n_nodes
    kept = supplier != buyer
    supplier, buyer = supplier[kept], buyer[kept]
    return supplier, buyer, rng.integers(1, 1000, len(supplier)).astype(np.float64)
