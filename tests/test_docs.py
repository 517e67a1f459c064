"""Every example in the docstrings and in the README runs, and shows what it says."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from typing import TYPE_CHECKING

import critmin
import pytest

if TYPE_CHECKING:
    from pathlib import Path

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(critmin.__path__, "critmin.")
    if not module.name.startswith(("critmin._core", "critmin.studies"))
)
# Modules whose public functions must show an example.
WITH_EXAMPLES = {
    "critmin.core",
    "critmin.quarters",
    "critmin.tables",
    "critmin.scenario",
    "critmin.cost",
    "critmin.economy",
    "critmin.sweeping",
    "critmin.equilibrium",
    "critmin.materials",
    "critmin.stockpile",
    "critmin.investing",
    "critmin._eligibility",
    "critmin.study",
    "critmin.scoring",
    "critmin.scores",
    "critmin.comparison",
    "critmin.graph",
    "critmin.method_library",
    "critmin.plots",
    "critmin.testing",
}


@pytest.mark.parametrize("name", ["critmin", *MODULES])
def test_examples_in_docstrings(name: str):
    module = importlib.import_module(name)
    failed, tried = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert failed == 0
    if name in WITH_EXAMPLES:
        assert tried > 0


def test_modules_with_examples_exist():
    assert set(MODULES) >= WITH_EXAMPLES


def blocks(path: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def test_the_python_of_the_readme_runs(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    found = blocks(repository / "README.md")
    assert found, "README.md shows no Python"
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in found:
        exec(compile(block, "README.md", "exec"), names)


def test_the_python_of_the_studies_runs(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pages = sorted((repository / "studies").glob("*/README.md"))
    assert pages
    monkeypatch.chdir(tmp_path)
    for page in pages:
        for block in blocks(page):
            exec(compile(block, str(page), "exec"), {})
