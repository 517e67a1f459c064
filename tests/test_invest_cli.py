"""The command line of portfolios: the answer on 80 columns, JSON, files and pictures, and exit code 2 for a mistake."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import critmin as cm
import polars as pl
import pytest
from click.testing import CliRunner, Result
from critmin.cli import cli

if TYPE_CHECKING:
    from pathlib import Path

RULE = "exim-supply-chain-resiliency"


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["invest", *arguments])


def printed(*arguments: str) -> str:
    result = invoke(*arguments)
    assert result.exit_code == 0, result.output
    assert max(len(line) for line in result.stdout.splitlines()) <= 80 or "--json" in arguments
    return result.stdout


def answered(*arguments: str) -> Any:  # noqa: ANN401
    return json.loads(printed(*arguments, "--json"))


def in_one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def file(portfolio: cm.Portfolio, tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(portfolio.save(tmp_path_factory.mktemp("portfolio") / "mine.json"))


def test_a_decision_is_that_of_python(file: str, portfolio: cm.Portfolio, tmp_path: Path):
    wanted = portfolio.decide()
    assert answered("decide", "--portfolio", file) == wanted.record
    text = in_one_line(printed("decide", "--portfolio", file, "--csv", str(tmp_path)))
    for line in wanted.summary().splitlines():
        assert in_one_line(line) in text
    assert "Candidates, million USD" in text
    assert "barred" in text
    assert pl.read_csv(tmp_path / "scenarios.csv").height == wanted.scenarios.height


def test_limits_of_the_command_win_over_the_file(file: str, portfolio: cm.Portfolio, tmp_path: Path):
    saved = tmp_path / "saved.json"
    limits = ("--budget", "20", "--risk-weight", "0", "--tail", "0.9", "--lending-cap", "80")
    record = answered("decide", "--portfolio", file, *limits, "--save-portfolio", str(saved))
    wanted = portfolio.replace(budget_million_usd=20.0, risk_weight=0.0, tail=0.9, lending_cap_million_usd=80.0)
    assert record == wanted.decide().record
    assert cm.Portfolio.from_file(saved) == wanted
    rule = tmp_path / "rule.toml"
    rule.write_text(invoke("rules", RULE).stdout, encoding="utf-8")
    assert answered("decide", "--portfolio", file, "--rule", str(rule)) == portfolio.decide().record


def test_reference_data_come_with_their_grades(tmp_path: Path):
    saved = tmp_path / "saved.json"
    text = in_one_line(printed("decide", "gallium", "--budget", "200", "--save-portfolio", str(saved)))
    assert "Inputs by grade: " in text
    record = answered("decide", "gallium", "--budget", "200")
    assert set(record) == {"portfolio", "decision", "inputs", "warnings"}
    assert record["portfolio"] == cm.Portfolio.from_file(saved).record
    assert answered("decide", "--portfolio", str(saved)) == record["decision"]


def test_budgets_are_printed_where_the_set_changes(file: str, portfolio: cm.Portfolio, tmp_path: Path):
    record = answered("frontier", "--portfolio", file, "--budgets", "0,20,40,60")
    assert record["points"] == portfolio.frontier([0.0, 20.0, 40.0, 60.0]).record["points"]
    picture = tmp_path / "curve.svg"
    text = printed("frontier", "--portfolio", file, "--points", "9", "--picture", str(picture))
    assert picture.read_text(encoding="utf-8").startswith("<svg")
    assert "9 budgets from 0 to " in text
    assert "more rows" in text
    assert "more rows" not in printed("frontier", "--portfolio", file, "--points", "9", "--all")


def test_frequencies_repeat_with_the_seed(file: str, portfolio: cm.Portfolio, tmp_path: Path):
    asked = ("selection", "--portfolio", file, "--resamples", "10", "--seed", "7")
    assert answered(*asked) == portfolio.selection(n_resamples=10, n_reweighted=10, seed=7).record
    text = in_one_line(printed(*asked, "--parquet", str(tmp_path)))
    assert "the frequency, not the optimum, is the finding" in text
    assert pl.read_parquet(tmp_path / "projects.parquet").height == 3


def test_rules_and_loans():
    text = printed("rules")
    assert RULE in text
    assert "Chosen by us" in text
    assert invoke("rules", RULE).stdout.startswith(f'id = "{RULE}"')
    assert answered("rules", RULE)["loan_size"] == "proportional"
    assert {row["id"] for row in answered("rules")} >= {RULE, "pro-rata-joint-venture"}
    found = answered("loan", "--capex", "120", "--offtake", "0.6")
    assert found == cm.loan(capex_million_usd=120.0, offtake_share=0.6)
    assert "Grant equivalent: 15.3 million USD" in printed("loan", "--capex", "120", "--offtake", "0.6")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("decide gallium --portfolio {file}", "COMMODITY with --portfolio"),
        ("decide --buyers quad --portfolio {file}", "--buyers with --portfolio"),
        ("decide --portfolio absent.json", "absent.json"),
        ("decide --portfolio {file} --budget -1", "budget"),
        ("decide --portfolio {file} --risk-weight 2", "risk_weight"),
        ("decide --portfolio {file} --rule no-such-rule", "no-such-rule"),
        ("decide --portfolio {file} --rule absent.toml", "absent.toml"),
        ("decide --portfolio {file} --time-limit 0", "time_limit_s"),
        ("decide unobtainium", "unobtainium"),
        ("decide gallium --buyers Atlantis", "Atlantis"),
        ("frontier --portfolio {file} --budgets 1,much", "expected budgets"),
        ("frontier --portfolio {file} --points 1", "--points"),
        ("selection --portfolio {file} --resamples 0", "at least one draw"),
        ("selection --portfolio {file} --resamples -1", "--resamples"),
        ("rules no-such-rule", "no-such-rule"),
        ("loan --capex 100", "--offtake"),
        ("loan --capex 100 --offtake 0.5 --grace 15", "grace"),
    ],
)
def test_a_mistake_is_one_message_and_exit_code_2(arguments: str, told: str, file: str):
    result = invoke(*shlex.split(arguments.format(file=file)))
    assert result.exit_code == 2, result.output
    assert "rror: " in result.stderr
    assert told in in_one_line(result.stderr)
    assert "Traceback" not in result.output


@pytest.mark.parametrize("command", ["", "decide", "frontier", "selection", "rules", "loan"])
def test_help_has_an_example(command: str):
    text = invoke(*command.split(), "--help").stdout
    assert "Example" in text
    assert f"critmin invest {command}".rstrip() in text[text.index("Example") :]
