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
    assert len(lines) <= 40, text
    assert max(len(line) for line in lines) <= 80, text
    for part in ("Producers", "U.S. imports", "reliance", "Price", "U.S. stocks", "Measures"):
        assert part in text, part
    assert "HHI" in text or "prints no figure" in text


def test_profile_as_json_is_the_profile():
    assert json.loads(printed("profile", "gallium", "--day", "2025-01-15", "--json")) == json.loads(
        json.dumps(cm.profile("gallium", day="2025-01-15").to_dict())
    )


def test_scenario_run(file: str):
    text = printed("scenario", "run", file)
    assert "gallium (refinery): Price 439" in text
    assert "The United States is short of" in text
    assert "months" in text
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


def test_the_ban_study_opens_with_the_answer():
    lines = printed("study", "run", "gallium-germanium-antimony-ban").splitlines()
    text = " ".join(line.strip() for line in lines)
    assert len(lines) <= 90, "one and a half screens"
    assert max(len(line) for line in lines) <= 80
    # Price, who is short of what, months, what binds: before any table.
    answer = text[: text.index("Ours beside published")]
    assert "gallium (refinery): Price 439 → " in answer
    assert "parameters allow" in answer
    assert "All buyers outside China are short of" in answer
    assert "The United States is short of" in answer
    assert "fill that gap for" in answer
    assert "rationing, not a forecast" in answer
    assert "At capacity" in answer
    assert "months of stocks not available (no figure is printed by the USGS)" in answer
    assert "above, as published" in text, "beside a bound there is a side, not a distance"
    assert "agreement identifies nothing" in answer
    assert "at restriction level" not in text
    assert "at restriction level" in printed("study", "run", "gallium-germanium-antimony-ban", "--curves")


def test_repeated_notes_stand_on_one_line(tmp_path: Path):
    study = next(one for one in cm.list_studies() if one.id == "gallium-germanium-antimony-ban")
    file = tmp_path / "bilateral.toml"
    file.write_text(study.text("scenario-bilateral.toml"), encoding="utf-8")
    text = printed("scenario", "run", str(file))
    assert len(cm.run(cm.Scenario.from_file(file)).warnings) > 6, "nothing to group: the test would prove nothing"
    assert text.count("deliveries kept as they are") == 1
    assert text.count("Note:") <= 3


def test_a_suspended_measure_says_until_when():
    text = " ".join(printed("profile", "gallium", "--day", "2026-11-23").split())
    assert "SUSPENDED from 2025-11-09 until 2026-11-27" in text
    assert "SUSPENDED" not in printed("profile", "gallium", "--day", "2025-01-15")


def test_withheld_stays_withheld():
    assert "U.S. stocks: withheld by the USGS" in printed("profile", "tungsten", "--day", "2026-11-23")


def test_the_remainder_of_the_import_sources_stands_last():
    text = " ".join(printed("profile", "tungsten", "--day", "2026-11-23").split())
    assert "Vietnam 8 %, other countries 44 % U.S. net import reliance" in text


def test_data_describe():
    tables = printed("data", "describe")
    assert "trade_flows" in tables
    assert "600,314  1995 to 2024  baci" in tables
    columns = printed("data", "describe", "trade_flows")
    assert "mass_t" in columns
    assert "Years: 1995 to 2024" in columns
    assert max(len(line) for line in (tables + columns).splitlines()) <= 80
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
        for importer in (842, 392, 276):
            file.writelines(f"2024,156,{importer},{code:06},10.5,1.25\n" for code in range(10_000, 910_000))
    arguments = ["data", "import", "baci", str(source), "--output", str(tmp_path / "o.parquet")]
    command = [sys.executable, "-c", "from critmin.cli import main; main()", *arguments]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "NO_COLOR": "1"})
    # The work has begun when its temporary file stands beside the output.
    deadline = time.monotonic() + 60
    while len(list(tmp_path.iterdir())) < 2 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert [each.name for each in tmp_path.iterdir()] == [source.name], "something half-written was left behind"
