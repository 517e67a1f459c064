"""``critmin score`` and ``critmin methods``: the answer first on 80 columns, JSON, and exit code 2 for a fault."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import critmin as cm
import polars as pl
import pytest
from click.testing import CliRunner, Result
from critmin.cli import cli

if TYPE_CHECKING:
    from pathlib import Path


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def printed(*arguments: str) -> str:
    result = invoke(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_answer_comes_first_and_fits():
    text = printed("score", "--method", "eu-2023")
    lines = text.splitlines()
    assert max(len(line) for line in lines) <= 80
    assert len(lines) <= 65
    assert text.index("gallium") < text.index("Unavailable") < text.index("Caution")
    assert "more rows" in text
    assert "more rows" not in printed("score", "--method", "eu-2023", "--all")


def test_options_reach_the_question():
    wide = printed("score", "--method", "import-hhi", "--commodity", "Copper", "--entity", "eu-27", "--year", "2022",
                   "--label", "stage=mine", "--day", "2022-01-01")  # fmt: skip
    assert "eu-27" in wide
    assert "27 members on 2022-01-01" in " ".join(wide.split())
    record = json.loads(printed("score", "--method", "production-hhi", "--pin", "production=usgs-mcs-2025",
                                "--pin", "world_total=usgs-mcs-2025", "--json"))  # fmt: skip
    assert record["provenance"]["sources_by_input"]["production"] == ["usgs-mcs-2025"]
    assert record["scores"]


def test_draws_are_printed_and_written(tmp_path: Path):
    arguments = ["score", "--method", "eu-2023", "--commodity", "gallium", "--commodity", "cobalt"]
    folder = tmp_path / "out"
    text = printed(*arguments, "--uncertainty", "100", "--seed", "7", "--csv", str(folder), "--parquet", str(folder))
    assert "100 draws, seed 7" in text
    assert "Varied: " in text
    assert {"scores.csv", "scores.parquet", "uncertainty.csv", "uncertainty.parquet"} <= {
        each.name for each in folder.iterdir()
    }
    record = json.loads(printed(*arguments, "--uncertainty", "100", "--seed", "7", "--json"))
    assert record["uncertainty"]["seed"] == 7
    assert record["uncertainty"]["cells"]


def test_own_tables_keep_their_codes(tmp_path: Path):
    share, risk = tmp_path / "mass.csv", tmp_path / "hhi.parquet"
    share.write_text("compound,element,value\n007,Ga,0.5\n007,As,0.5\n")
    pl.DataFrame({"element": ["Ga", "As"], "value": [9000.0, 4000.0]}).write_parquet(risk)
    text = printed("score", "--method", "compound-hhi", "--input", f"mass_fraction={share}",
                   "--input", f"hhi_points={risk}")  # fmt: skip
    assert "007" in text
    assert "6,500" in text


def test_the_report_is_written(tmp_path: Path):
    page = tmp_path / "page.html"
    printed("score", "--method", "eu-2023", "--commodity", "gallium", "--report", str(page))
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_methods_are_listed_and_shown():
    listed = printed("methods", "list")
    assert max(len(line) for line in listed.splitlines()) <= 80
    for name in cm.methods()["id"]:
        assert name in listed
    assert len(json.loads(printed("methods", "list", "--json"))) == cm.methods().height
    shown = printed("methods", "show", "geopolrisk")
    assert "Caution" in shown
    assert max(len(line) for line in shown.splitlines()) <= 80
    assert json.loads(printed("methods", "show", "geopolrisk", "--json"))["id"] == "geopolrisk"
    assert cm.method(printed("methods", "show", "eu-2023", "--document")).id == "eu-2023"


def test_check_prints_ours_beside_expected(tmp_path: Path):
    text = " ".join(printed("methods", "check", "eu-2023").split())
    assert "expected: 3.9" in text
    assert "found: 3.80" in text
    assert len(printed("methods", "check").splitlines()) >= cm.methods().height
    assert json.loads(printed("methods", "check", "eu-2023", "--json"))["eu-2023"][0]["holds"]
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(cm.method("eu-2023").text.replace("value = 5.4 }", "value = 6.4 }"), encoding="utf-8")
    failed = invoke("methods", "check", str(wrong))
    assert failed.exit_code == 2
    assert "FAILS" in failed.stdout
    assert "1 expectations do not hold" in failed.stderr


def test_a_faulty_document_names_file_and_line(tmp_path: Path):
    file = tmp_path / "broken.toml"
    text = cm.method("production-hhi").text.replace('evidence = "ours"', 'evidence = "hearsay"')
    file.write_text(text, encoding="utf-8")
    for arguments in (("methods", "check", str(file)), ("score", "--method", str(file))):
        result = invoke(*arguments)
        assert result.exit_code == 2
        assert "broken.toml" in result.stderr
        assert "line 5" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("score",),
        ("score", "--method", "no-such-method"),
        ("score", "--method", "nowhere.toml"),
        ("score", "--method", "eu-2023", "--commodity", "unobtainium"),
        ("score", "--method", "eu-2023", "--entity", "USA"),
        ("score", "--method", "eu-2023", "--input", "world_share"),
        ("score", "--method", "eu-2023", "--input", "world_share=nowhere.csv"),
        ("score", "--method", "eu-2023", "--input", "nothing=nowhere.csv"),
        ("score", "--method", "eu-2023", "--pin", "world_share=nothing"),
        ("score", "--method", "compound-hhi"),
        ("methods", "show", "no-such-method"),
        ("methods", "check", "nowhere.toml"),
    ],
)
def test_a_mistake_is_one_message_and_exit_code_2(arguments: tuple[str, ...]):
    result = invoke(*arguments)
    assert result.exit_code == 2, result.output
    assert "rror: " in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("command", [("score",), ("methods", "list"), ("methods", "show"), ("methods", "check")])
def test_help_has_an_example(command: tuple[str, ...]):
    assert "Example" in printed(*command, "--help")
