"""Which crate may use which, held against what cargo says."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

# The arrows of ARCHITECTURE.md: a crate and the crates of ours that it may import.
ALLOWED = {
    "critmin-core": set(),
    "critmin-tables": {"critmin-core"},
    "critmin-graph": {"critmin-core"},
    "critmin-score": {"critmin-core"},
    "critmin-solve": set(),
    "critmin-disruption": {"critmin-core", "critmin-solve"},
    "critmin-substitution": {"critmin-core", "critmin-disruption", "critmin-solve"},
    "critmin-py": {
        "critmin-core",
        "critmin-tables",
        "critmin-graph",
        "critmin-score",
        "critmin-solve",
        "critmin-disruption",
        "critmin-substitution",
    },
}
# Libraries that stay where they belong.
AT_HOME = {
    "pyo3": {"critmin-py"},
    "pyo3-arrow": {"critmin-py"},
    "numpy": {"critmin-py"},
    "polars": {"critmin-py"},
    "polars-core": {"critmin-py"},
    "pyo3-polars": {"critmin-py"},
    "amd": {"critmin-solve"},
    "clarabel": {"critmin-solve"},
    "highs": {"critmin-solve"},
    "microlp": {"critmin-solve"},
    "arrow": {"critmin-tables", "critmin-py"},
    "parquet": {"critmin-tables", "critmin-py"},
}


@pytest.fixture(scope="module")
def packages(repository: Path) -> dict[str, dict[str, Any]]:
    command = ["cargo", "metadata", "--no-deps", "--offline", "--format-version", "1"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True)
    return {package["name"]: package for package in json.loads(done.stdout)["packages"]}


def shipped(package: dict[str, Any]) -> set[str]:
    """Names of the dependencies of the crate itself, its tests aside."""
    return {each["name"] for each in package["dependencies"] if each["kind"] != "dev"}


def test_every_crate_is_found(packages: dict[str, dict[str, Any]], repository: Path):
    folders = {folder.name for folder in (repository / "crates").iterdir() if (folder / "Cargo.toml").is_file()}
    assert set(packages) == folders == set(ALLOWED)


def test_arrows_run_one_way(packages: dict[str, dict[str, Any]]):
    found = {name: shipped(package) & set(ALLOWED) for name, package in packages.items()}
    assert found["critmin-py"], "found no arrow at all: the test would prove nothing"
    for name, used in found.items():
        assert used <= ALLOWED[name], name


def test_libraries_stay_at_home(packages: dict[str, dict[str, Any]]):
    users = {
        library: {name for name, package in packages.items() if library in shipped(package)} for library in AT_HOME
    }
    assert users["pyo3"], "found no user of pyo3: the test would prove nothing"
    assert users["polars-core"], "found no user of polars: the test would prove nothing"
    assert users["arrow"], "found no user of arrow: the test would prove nothing"
    for library, homes in AT_HOME.items():
        assert users[library] <= homes, library


def test_lints_hold_in_every_crate(repository: Path):
    manifests = sorted((repository / "crates").glob("*/Cargo.toml"))
    assert len(manifests) == len(ALLOWED)
    for manifest in manifests:
        assert "[lints]\nworkspace = true" in manifest.read_text(encoding="utf-8"), manifest
