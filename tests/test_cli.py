"""The command line: readable on 80 columns, JSON for programs, one message and exit code 2 for a mistake."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import critmin as cm
import polars as pl
import pytest
from click.testing import CliRunner, Result
from critmin.cli import cli


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def printed(*arguments: str) -> str:
    result = invoke(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def file(ban: cm.Scenario, tmp_path: Path) -> str:
    return str(ban.save(tmp_path / "ban.toml"))


@pytest.mark.parametrize(
    "commodity", ["gallium", "germanium", "antimony", "natural-graphite", "tungsten", "rare-earths"]
)
def test_profile_fits_one_screen(commodity: str):
    text = printed("profile", commodity, "--day", "2025-01-15")
    lines = text.splitlines()
    assert len(lines) <= 50, text
    assert max(len(line) for line in lines) <= 80, text
    for part in ("Producers", "U.S. imports", "reliance", "Price", "U.S. stocks", "Measures"):
        assert part in text, part
    assert "HHI" in text or "Producers: not available" in text


def test_profile_as_json_is_the_profile():
    assert json.loads(printed("profile", "gallium", "--day", "2025-01-15", "--json")) == json.loads(
        json.dumps(cm.profile("gallium", day="2025-01-15").to_dict())
    )


def test_scenario_run(file: str):
    text = printed("scenario", "run", file)
    assert "gallium" in text
    assert "months of cover" in text
    assert max(len(line) for line in text.splitlines()) <= 80
    assert json.loads(printed("scenario", "run", file, "--json"))


def test_a_level_replaces_the_scenarios(file: str):
    none = json.loads(printed("scenario", "run", file, "--level", "0", "--json"))
    assert "1.0" in json.dumps(none)
    refused = invoke("scenario", "run", file, "--level", "7")
    assert refused.exit_code == 2
    assert "error:" in refused.stderr


def test_scenario_show_is_the_complete_scenario(file: str, ban: cm.Scenario):
    assert cm.Scenario.from_toml(printed("scenario", "show", file)) == ban
    assert cm.Scenario.from_json(printed("scenario", "show", file, "--json")) == ban


def test_files_are_written_where_they_are_asked_for(file: str, tmp_path: Path):
    places = {name: tmp_path / name for name in ("parquet", "csv", "everything")}
    page = tmp_path / "page.html"
    arguments = ["--parquet", str(places["parquet"]), "--csv", str(places["csv"]), "--report", str(page)]
    printed("scenario", "run", file, *arguments, "--out", str(places["everything"]))
    assert not pl.read_parquet(places["parquet"] / "markets.parquet").is_empty()
    assert not pl.read_csv(places["csv"] / "markets.csv").is_empty()
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    names = {each.name for each in places["everything"].iterdir()}
    assert {"report.html", "markets.parquet", "markets.csv", "outcome.json", "provenance.json"} <= names


def test_study_list_and_run():
    assert "gallium-germanium-antimony-ban" in printed("study", "list")
    assert len(json.loads(printed("study", "list", "--json"))) >= 2
    text = printed("study", "run")
    assert "OFR 2024-1057" in text
    assert "recomputed" in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_data_describe():
    assert "trade_flows" in printed("data", "describe")
    assert "mass_t" in printed("data", "describe", "trade_flows")
    assert len(json.loads(printed("data", "describe", "--json"))) == len(cm.reference().tables)


def test_data_import_baci(tmp_path: Path):
    source = tmp_path / "BACI_HS92_Y2024_V202601.csv"
    source.write_text("t,i,j,k,v,q\n2024,156,842,811292,10.5,1.25\n")
    output = tmp_path / "out.parquet"
    printed("data", "import", "baci", str(source), "--output", str(output))
    assert pl.read_parquet(output).height == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("profile", "unobtainium"),
        ("profile", "gallium", "--day", "yesterday"),
        ("scenario", "run", "nowhere.toml"),
        ("scenario", "show", "nowhere.yaml"),
        ("study", "run", "no-such-study"),
        ("data", "describe", "no_such_table"),
        ("data", "import", "baci", "nowhere.csv", "--output", "nowhere.parquet"),
        ("data", "import", "usgs-mcs", "nowhere.csv", "--edition", "2026", "--output", "nowhere"),
        ("data", "import", "wgi", "nowhere.csv", "--vintage", "wgi-2025", "--output", "nowhere"),
        ("data", "import", "bea", "nowhere", "--benchmark-year", "2017", "--output", "nowhere"),
        ("study", "run", "--json"),
        ("no-such-command",),
    ],
)
def test_a_mistake_is_one_message_and_exit_code_2(arguments: tuple[str, ...]):
    result = invoke(*arguments)
    assert result.exit_code == 2, result.output
    assert "rror: " in result.stderr
    assert "Traceback" not in result.output
    assert not Path("nowhere").exists()


def test_debug_shows_the_error_itself():
    result = invoke("--debug", "profile", "unobtainium")
    assert isinstance(result.exception, cm.UnknownCommodityError)


@pytest.mark.parametrize(
    "command", [(), ("profile",), ("scenario", "run"), ("scenario", "show"), ("study", "run"), ("study", "list"),
                ("data", "describe"), ("data", "import", "baci"), ("data", "import", "usgs-mcs")]
)  # fmt: skip
def test_help_has_an_example(command: tuple[str, ...]):
    assert "Example" in printed(*command, "--help")


def test_the_installed_command():
    script = Path(sys.executable).with_name("critmin")
    assert script.is_file(), "the package is not installed beside this Python: run `make test`"
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert cm.__version__ in done.stdout


def test_a_closed_pipe_is_no_error():
    command = f"{sys.executable} -c 'from critmin.cli import main; main()' data describe --json | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "["
    assert "Traceback" not in done.stderr


def test_control_c_ends_cleanly(tmp_path: Path):
    source = tmp_path / "BACI_HS92_Y2024_V202601.csv"
    with source.open("w") as file:
        file.write("t,i,j,k,v,q\n")
        file.writelines(f"2024,156,842,{code:06},10.5,1.25\n" for code in range(10_000, 910_000))
    program = "from critmin.cli import main; main()"
    command = [
        sys.executable,
        "-c",
        program,
        "data",
        "import",
        "baci",
        str(source),
        "--output",
        str(tmp_path / "o.parquet"),
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "NO_COLOR": "1"})
    time.sleep(0.7)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode in {0, 130}, errors
    assert "Traceback" not in errors
    # The signal may arrive in the instant after the file got its name: then it is there, and whole.
    names = {each.name for each in tmp_path.iterdir()} - {source.name}
    assert names <= {"o.parquet"}, "something half-written was left behind"
    if names:
        assert pl.read_parquet(tmp_path / "o.parquet").height == 900_000
