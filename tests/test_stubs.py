"""What `_core.pyi` promises is what the compiled module offers; and every name that is promised is typed."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import critmin as cm
import pytest
from critmin import _core

if TYPE_CHECKING:
    from pathlib import Path


def test_the_stubs_agree_with_the_compiled_module(repository: Path):
    command = [
        sys.executable,
        "-m",
        "mypy.stubtest",
        "critmin",
        "--mypy-config-file",
        str(repository / "pyproject.toml"),
    ]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_are_strict(repository: Path):
    done = subprocess.run([sys.executable, "-m", "mypy"], cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Success" in done.stdout


def test_the_public_names_exist_and_are_documented():
    assert len(cm.__all__) > 30
    assert len(set(cm.__all__)) == len(cm.__all__)
    for name in cm.__all__:
        if name != "__version__":
            assert (getattr(cm, name).__doc__ or "").strip(), f"`{name}` has no documentation"


def test_compiled_objects_are_frozen(ban: cm.Scenario, result: cm.Result):
    scores = cm.score(method="eu-65-percent-rule")
    graph, economy = cm.graph.build("gallium"), cm.Economy()
    objects = [ban._core, result.outcome, scores.method._core, scores._core, graph._core, economy._core]
    compiled = {member for member in vars(_core).values() if isinstance(member, type)}
    assert compiled == {type(each) for each in objects}, "a compiled class is not covered by this test"
    for each in objects:
        for name in ("id", "table_names", "anything"):
            with pytest.raises(AttributeError):
                setattr(each, name, "changed")


def test_import_is_light():
    # Seconds stand in the benchmarks: a bound on them fails on a busy machine. What costs them is counted here.
    program = (
        "import sys; before = len(sys.modules); import critmin;"
        "heavy = {'altair', 'rich', 'click', 'pandas', 'vl_convert', 'polars', 'scipy'} & set(sys.modules);"
        "print(len(sys.modules) - before, *sorted(heavy))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    n_modules, *heavy = run.stdout.split()
    assert heavy == [], f"imported at once: {heavy}"
    assert int(n_modules) < 200
