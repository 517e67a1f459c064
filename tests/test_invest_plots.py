"""The pictures of a portfolio: they hold the tables, units stand on the axes, wrong input is refused."""

from __future__ import annotations

import copy
import dataclasses
import html
import re
from typing import TYPE_CHECKING, Any

import critmin as cm
import polars as pl
import pytest
from critmin import plots

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import altair as alt


@pytest.fixture(scope="module")
def decision(portfolio: cm.Portfolio) -> cm.Decision:
    return portfolio.decide()


@pytest.fixture(scope="module")
def frontier(portfolio: cm.Portfolio) -> cm.Frontier:
    return portfolio.frontier(n=9)


@pytest.fixture(scope="module")
def selection(portfolio: cm.Portfolio) -> cm.Selection:
    return portfolio.selection(n_resamples=20, n_reweighted=10)


def changed(asked: Any, change: Callable[[dict[str, Any]], None]) -> Any:  # noqa: ANN401
    """Return the same answer with another record."""
    record = copy.deepcopy(asked.record)
    change(record)
    return dataclasses.replace(asked, record=record)


def texts(chart: alt.TopLevelMixin, folder: Path) -> list[str]:
    """Return every line of text of a picture."""
    drawing = plots.save(chart, folder / "picture.svg").read_text(encoding="utf-8")
    found = [html.unescape(line) for line in re.findall(r">([^<>]+)</(?:text|tspan)>", drawing)]
    assert found, "found no text: the test would prove nothing"
    return found


def note(chart: alt.TopLevelMixin) -> str:
    return " ".join(chart.to_dict()["title"]["subtitle"])


def rows_of(chart: alt.TopLevelMixin, *columns: str) -> list[dict[str, Any]]:
    """Return the rows of the layer that has these columns and the most rows."""
    spec = chart.to_dict()
    layers = [spec["datasets"][layer.get("data", spec.get("data"))["name"]] for layer in spec["layer"]]
    held = [rows for rows in layers if rows and set(columns) <= set(rows[0])]
    assert held, f"no layer has {columns}"
    return max(held, key=len)


def test_the_curve_is_the_table(frontier: cm.Frontier, tmp_path: Path):
    chart = plots.portfolio_frontier(frontier)
    rows = pl.DataFrame(rows_of(chart, "measure", "million_usd"), infer_schema_length=None)
    assert rows.height == 3 * frontier.points.height
    losses = rows.filter(pl.col("measure") == "expected loss")["million_usd"]
    assert losses.to_list() == pytest.approx(frontier.points["expected_loss_million_usd"].to_list())
    drawn = texts(chart, tmp_path)
    assert {"budget (million USD)", "cost and losses (million USD)", "expected loss", "tail loss"} <= set(drawn)
    assert "Three projects" in note(chart)
    assert "assumption" in note(chart)


def test_a_change_of_the_set_is_marked_and_named(frontier: cm.Frontier):
    marks = [
        layer for layer in plots.portfolio_frontier(frontier).to_dict()["layer"] if layer["mark"]["type"] == "rule"
    ]
    assert len(marks) == 1
    rows = plots.portfolio_frontier(frontier).to_dict()["datasets"][marks[0]["data"]["name"]]
    assert len(rows) == frontier.points["changes"].sum()
    assert "projects:N" in [f"{hint['field']}:N" for hint in marks[0]["encoding"]["tooltip"]]

    def keep(record: dict[str, Any]) -> None:
        for point in record["points"]:
            point["projects"] = []

    still = plots.portfolio_frontier(changed(frontier, keep))
    assert all(layer["mark"]["type"] != "rule" for layer in still.to_dict()["layer"])
    assert {row["projects"] for row in rows_of(still, "projects")} == {"no project"}


def test_frequencies_are_shares_of_both_kinds_of_draws(selection: cm.Selection, tmp_path: Path):
    chart = plots.selection_frequency(selection)
    rows = pl.DataFrame(rows_of(chart, "draws", "share"))
    assert rows.height == 2 * selection.projects.height
    for column, kind in (("chosen_in_resamples", "scenarios"), ("chosen_in_reweighted", "probabilities")):
        drawn = dict(rows.filter(pl.col("draws").str.starts_with(kind)).select("project", "share").iter_rows())
        assert drawn == pytest.approx(dict(selection.projects.select("project", column).iter_rows()))
    starred = {row["project"] for row in rows.to_dicts() if row["label"].endswith("*")}
    assert starred == set(selection.projects.filter("is_chosen")["project"])
    assert {"share of the draws (%)", "100%", "scenarios drawn anew"} <= set(texts(chart, tmp_path))
    assert "20 draws of scenarios, 10 draws of probabilities, seed 1" in note(chart)
    one = changed(selection, lambda record: record.update(n_reweighted=0))
    assert {row["draws"] for row in rows_of(plots.selection_frequency(one), "draws")} == {"scenarios drawn anew"}


def test_gains_are_those_of_the_blocs(decision: cm.Decision, tmp_path: Path):
    chart = plots.portfolio_gains(decision)
    rows = {row["bloc"]: row["avoided_loss_million_usd"] for row in rows_of(chart, "bloc")}
    assert rows == pytest.approx(dict(decision.gains.select("bloc", "avoided_loss_million_usd").iter_rows()))
    assert chart.to_dict()["layer"][0]["encoding"]["y"]["sort"] == ["United States", "Japan"]
    assert {"expected loss avoided (million USD)", "United States", "gallium"} <= set(texts(chart, tmp_path))


def test_losses_stand_before_and_after(decision: cm.Decision, tmp_path: Path):
    chart = plots.scenario_losses(decision)
    rows = pl.DataFrame(rows_of(chart, "with", "loss"))
    assert rows.height == 2 * decision.scenarios.height
    after = dict(rows.filter(pl.col("with") == "chosen set").select("scenario", "loss").iter_rows())
    assert after == pytest.approx(dict(decision.scenarios.select("scenario", "loss_million_usd").iter_rows()))
    drawn = texts(chart, tmp_path)
    assert {"loss (million USD)", "nothing chosen", "chosen set", "ban (30 %)", "calm (50 %)"} <= set(drawn)
    assert "not drawn" not in note(chart)
    assert "2 milder scenarios not drawn" in note(plots.scenario_losses(decision, n_shown=1))


def test_an_investment_is_drawn_as_its_decision():
    found = cm.invest("gallium", budget_million_usd=200.0)
    assert plots.scenario_losses(found).to_dict() == plots.scenario_losses(found.decision).to_dict()
    assert plots.portfolio_gains(found).to_dict() == plots.portfolio_gains(found.decision).to_dict()


DRAWN: dict[str, Callable[..., alt.TopLevelMixin]] = {
    "frontier": plots.portfolio_frontier,
    "selection": plots.selection_frequency,
    "decision": plots.portfolio_gains,
    "decision losses": plots.scenario_losses,
}
RETURNS = {"frontier": "frontier", "selection": "selection", "decision": "decide"}


@pytest.mark.parametrize("name", DRAWN)
def test_files_are_complete_and_offline(name: str, request: pytest.FixtureRequest, tmp_path: Path):
    chart = DRAWN[name](request.getfixturevalue(name.split()[0]), source="test", title="A heading")
    assert {"Source: test", "A heading"} <= {line.split(".")[0] for line in texts(chart, tmp_path)}
    assert plots.save(chart, tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    page = plots.save(chart, tmp_path / "a.html").read_text(encoding="utf-8")
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert 'id="vis"' in markup
    assert "<script src" not in page
    assert not re.search(r'<(script|link|img)[^>]+(src|href)="(?!data:)', markup)


@pytest.mark.parametrize("name", DRAWN)
def test_what_cannot_be_drawn_is_refused(name: str, portfolio: cm.Portfolio):
    for wrong in (None, "gallium", {"points": 1}, portfolio, cm.Economy):
        with pytest.raises(
            cm.InvalidDataError, match=rf"pass what `Portfolio\.{RETURNS[name.split()[0]]}\(\)` returns"
        ):
            DRAWN[name](wrong)


def test_empty_answers_are_refused(decision: cm.Decision, frontier: cm.Frontier, selection: cm.Selection):
    for draw, asked, part in (
        (plots.portfolio_frontier, frontier, "points"),
        (plots.selection_frequency, selection, "projects"),
        (plots.portfolio_gains, decision, "gains"),
        (plots.scenario_losses, decision, "scenarios"),
    ):

        def forget(record: dict[str, Any], part: str = part) -> None:
            record[part] = []

        with pytest.raises(cm.MissingInputsError, match="absent figure is not zero"):
            draw(changed(asked, forget))
    with pytest.raises(cm.InvalidDataError, match="`n_shown` = 0"):
        plots.scenario_losses(decision, n_shown=0)
