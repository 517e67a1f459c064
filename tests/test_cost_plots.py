"""The pictures of a cost: what is drawn adds up to the tables, what is not known is marked, wrong input is refused."""

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

NAMES = ["users' output", "users pay more", "domestic producers' output", "domestic producers' price", "downstream"]


@pytest.fixture(scope="module")
def cost(ban: cm.Scenario) -> cm.Cost:
    return cm.cost(ban)


@pytest.fixture(scope="module")
def choices(cost: cm.Cost) -> pl.DataFrame:
    return cost.choices()


@pytest.fixture(scope="module")
def sweep() -> cm.Sweep:
    return cm.sweep(commodities=["gallium", "germanium"], levels=[0.5, 1.0], assumed_net_export_share=0.5)


def changed(asked: Any, change: Callable[[dict[str, Any]], None]) -> Any:  # noqa: ANN401
    """Return the same cost or sweep with another record."""
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
    held = [rows for rows in layers_of(chart) if rows and set(columns) <= set(rows[0])]
    assert held, f"no layer has {columns}"
    return max(held, key=len)


def layers_of(chart: alt.TopLevelMixin) -> list[list[dict[str, Any]]]:
    spec = chart.to_dict()
    return [spec["datasets"][layer.get("data", spec.get("data"))["name"]] for layer in spec["layer"]]


def scale_of(chart: alt.TopLevelMixin, field: str) -> dict[str, Any]:
    for layer in chart.to_dict()["layer"]:
        x = layer["encoding"].get("x", {})
        if x.get("field") == field and "scale" in x:
            return x["scale"]
    raise AssertionError(field)


def test_the_curve_is_the_table_in_billions(cost: cm.Cost, tmp_path: Path):
    chart = plots.cost_curve(cost)
    for column, name in (("central", ""), ("mild", "mild_"), ("harsh", "harsh_")):
        drawn = [row[column] for row in rows_of(chart, "central", "mild", "harsh")]
        assert drawn == pytest.approx((cost.curve[f"gdp_change_{name}million_usd"] / 1000).to_list())
    assert {"change of GDP (billion USD)", "restriction level (% of the restricted exports)"} <= set(
        texts(chart, tmp_path)
    )
    assert "BEA detail benchmark 2017" in note(chart)
    assert "assumption" in note(chart)
    assert "dashed" not in note(chart)


def test_a_harsh_end_without_a_price_is_not_drawn_as_one(cost: cm.Cost):
    def forget(record: dict[str, Any]) -> None:
        for point in record["curve"][-3:]:
            point["gdp_change_harsh_million_usd"] = None

    chart = plots.cost_curve(changed(cost, forget))
    marks = [layer["mark"] for layer in chart.to_dict()["layer"]]
    assert [mark["type"] for mark in marks] == ["area", "line", "line"]
    assert marks[1]["strokeDash"]
    assert [len(rows) for rows in layers_of(chart)] == [18, 3, 21], "the band ends where its harsh end does"
    assert "dashed: the mild end" in note(chart)


def test_the_waterfall_adds_up(cost: cm.Cost, tmp_path: Path):
    rows = rows_of(plots.cost_waterfall(cost), "low", "high")
    *steps, net = rows
    assert [row["name"] for row in steps] == NAMES
    at = 0.0
    for row in steps:
        assert at == pytest.approx(row["high"] if row["change"] <= 0 else row["low"])
        at += row["change"]
    assert at == pytest.approx(net["change"])
    assert net["change"] == pytest.approx(cost.gdp_change_million_usd / 1000)
    assert {"loss", "gain", "net", net["told"]} <= set(texts(plots.cost_waterfall(cost), tmp_path))


def test_an_effect_that_is_not_known_is_no_zero(cost: cm.Cost):
    def forget(record: dict[str, Any]) -> None:
        record["central"]["is_complete"] = False
        for row in record["central"]["effects"]:
            if row["effect"] == "users_price" and row["commodity"] == "germanium":
                row |= {"gdp_change_million_usd": None, "reason": "a test"}
            if row["effect"] == "producers_price":
                row |= {"gdp_change_million_usd": None, "reason": "a test"}

    chart = plots.cost_waterfall(changed(cost, forget))
    told = {row["name"]: row["told"] for row in rows_of(chart, "told")}
    assert told["domestic producers' price"] == "n/a *"
    assert re.fullmatch(r"-0\.\d+ \*", told["users pay more"])
    assert told["domestic producers' output"] == "0"
    assert told["net"].endswith(" *")
    assert "not known for gallium and germanium, which is not zero" in note(chart)


def test_a_gain_is_drawn_as_one(cost: cm.Cost):
    def earn(record: dict[str, Any]) -> None:
        record["central"]["effects"][-1]["gdp_change_million_usd"] = 500.0
        record["central"]["industries"][0] |= {"gdp_change_million_usd": 9e6, "price_gdp_change_million_usd": 9e6}

    rows = rows_of(plots.cost_waterfall(changed(cost, earn)), "kind", "told")
    gains = [row for row in rows if row["kind"] == "gain"]
    assert [row["told"] for row in gains] == ["+0.5"]
    assert gains[0]["high"] - gains[0]["low"] == pytest.approx(0.5)
    bars = rows_of(plots.industry_bars(changed(cost, earn), n_shown=2), "effect")
    assert bars[-1]["label"].startswith(cost.record["central"]["industries"][0]["industry"])
    assert max(row["change"] for row in bars) == 9000


def test_the_parts_of_an_industry_sum_to_its_mark(cost: cm.Cost, tmp_path: Path):
    chart = plots.industry_bars(cost, n_shown=5)
    parts = pl.DataFrame(rows_of(chart, "effect", "change"))
    sums = parts.group_by("label", maintain_order=True).agg(pl.col("change").sum(), pl.col("net").first())
    assert sums["change"].to_list() == pytest.approx(sums["net"].to_list())
    assert sums["net"].is_sorted()
    assert sums["net"].to_list() == pytest.approx((cost.industries["gdp_change_million_usd"].head(5) / 1000).to_list())
    left = cost.industries["gdp_change_million_usd"].sum() / 1000 - sums["net"].sum()
    assert f"Drawn: 5 of {cost.industries.filter(pl.col('gdp_change_million_usd') != 0).height} industries" in note(
        chart
    )
    assert f"the others together {left:.3g} billion USD" in note(chart)
    drawn = texts(chart, tmp_path)
    assert {"output it cannot make", "downstream", "higher price"} <= set(drawn)
    assert any(line.startswith("334413 Semiconductor") for line in drawn)


def test_every_option_has_a_row(choices: pl.DataFrame, tmp_path: Path):
    chart = plots.choices_plot(choices)
    labels = {f"{row['option']}: {row['value']}".replace("_", " ") for row in choices.to_dicts()}
    assert len(labels) == choices.height
    drawn = texts(chart, tmp_path)
    assert labels <= set(drawn)
    assert {"chosen", "instead", "loss of GDP (billion USD, log scale)"} <= set(drawn)
    low, high = scale_of(chart, "loss")["domain"]
    losses = [-change / 1000 for change in choices["gdp_change_million_usd"].drop_nulls()]
    assert scale_of(chart, "loss")["type"] == "log"
    assert low < min(losses) < max(losses) < high
    assert high / low > 100, "rules differ by two orders of magnitude"
    kinds = {row["label"]: row["kind"] for row in rows_of(chart, "kind", "label")}
    assert (kinds["rationing: minimum deviation"], kinds["rationing: proportional"]) == ("chosen", "instead")


OPTIONS = pl.DataFrame({
    "stage": "economy",
    "option": ["rule"] * 4 + ["year"] * 2 + ["still"] * 2,
    "value": ["a_mild", "chosen_one", "a_harsh", "none", "2012", "2017", "x", "y"],
    "is_chosen": [False, True, False, False, False, True, True, False],
    "gdp_change_million_usd": [-500.0, -1000.0, -90000.0, None, -1500.0, -1000.0, -1000.0, -1000.0],
    "ratio_to_chosen": [0.5, 1.0, 90.0, None, 1.5, 1.0, 1.0, 1.0],
    "reason": [None, None, None, "no optimum", None, None, None, None],
})  # fmt: skip


def test_what_has_no_place_in_logarithms_is_told(tmp_path: Path):
    worth = pl.when(pl.col("value") == "2012").then(20.0).when(pl.col("value") == "y").then(0.0)
    frame = OPTIONS.with_columns(worth.otherwise(pl.col("gdp_change_million_usd")).alias("gdp_change_million_usd"))
    chart = plots.choices_plot(frame, source="test")
    drawn = texts(chart, tmp_path)
    assert {"gain of 0.02", "no change", "n/a", "90", "0.5"} <= set(drawn)
    assert "n/a: no answer under this option, which is not zero" in note(chart)
    with pytest.raises(cm.MissingInputsError, match="known loss"):
        plots.choices_plot(frame.with_columns(pl.lit(1.0).alias("gdp_change_million_usd")))


def test_the_tornado_orders_options_by_what_they_move(tmp_path: Path):
    chart = plots.cost_tornado(OPTIONS, source="test")
    rows = {row["option"]: row for row in rows_of(chart, "at_low", "at_high")}
    assert (rows["rule"]["low"], rows["rule"]["chosen"], rows["rule"]["high"]) == (0.5, 1.0, 90.0)
    assert (rows["rule"]["at_low"], rows["rule"]["at_high"]) == ("a mild", "a harsh")
    assert chart.to_dict()["layer"][0]["encoding"]["y"]["sort"] == ["rule", "year"]
    assert "No effect: still" in note(chart)
    assert scale_of(chart, "chosen")["type"] == "log"
    drawn = texts(chart, tmp_path)
    assert {"a mild", "a harsh", "2012"} <= set(drawn)
    assert "2017" not in drawn, "the chosen value is at the line, not at an end"
    near = OPTIONS.filter(pl.col("option") != "rule")
    assert "type" not in scale_of(plots.cost_tornado(near), "chosen")


def test_the_tornado_of_a_real_cost_begins_with_the_rule(choices: pl.DataFrame):
    order = plots.cost_tornado(choices).to_dict()["layer"][0]["encoding"]["y"]["sort"]
    assert order[:2] == ["rationing", "output share"]


def test_choices_of_several_scenarios_are_refused():
    half = OPTIONS.with_columns(pl.col("gdp_change_million_usd") / 2)
    with pytest.raises(cm.InvalidDataError, match="rows of one scenario"):
        plots.cost_tornado(pl.concat([OPTIONS, half]))
    with pytest.raises(cm.InvalidDataError, match="rows of one scenario"):
        plots.choices_plot(pl.concat([OPTIONS, half]))
    with pytest.raises(cm.InvalidDataError, match="is chosen"):
        plots.cost_tornado(OPTIONS.filter(~pl.col("is_chosen")))
    with pytest.raises(cm.MissingInputsError, match="known span"):
        plots.cost_tornado(OPTIONS.filter(pl.col("option") == "still"))


def test_the_sweep_is_drawn_in_order_of_rank(sweep: cm.Sweep, tmp_path: Path):
    chart = plots.sweep_bars(sweep)
    assert sweep.ranks.height == 2
    rows = rows_of(chart, "loss", "mild", "harsh")
    assert [row["commodity"] for row in rows] == sweep.ranks["commodity"].to_list()
    assert [row["loss"] for row in rows] == pytest.approx((-sweep.ranks["weighted_gdp_change_million_usd"]).to_list())
    assert all(row["mild"] <= row["loss"] <= row["harsh"] for row in rows)
    assert any("weighted by probability (million USD" in line for line in texts(chart, tmp_path))
    assert "1 smaller losses not drawn" in note(plots.sweep_bars(sweep, n_shown=1))
    assert "most probabilities and output shares are assumptions" in note(chart)
    assert "no answer" not in note(chart)


def test_a_gain_of_a_sweep_is_told_and_an_open_scenario_counted(sweep: cm.Sweep, tmp_path: Path):
    def spread(record: dict[str, Any]) -> None:
        first, second = record["ranks"]
        names = [f"weighted_gdp_change_{end}million_usd" for end in ("", "mild_", "harsh_")]
        first |= dict(zip(names, (-1000.0, -900.0, -2000.0), strict=True))
        second |= dict(zip(names, (5.0, 20.0, -4.0), strict=True))
        record["scenarios"][0]["status"] = "unsolved"

    chart = plots.sweep_bars(changed(sweep, spread))
    assert scale_of(chart, "loss")["type"] == "log"
    assert "gain of 5" in texts(chart, tmp_path)
    assert "begins in a gain" in note(chart)
    assert f"1 of {sweep.scenarios.height} scenarios have no answer" in note(chart)


DRAWN: dict[str, Callable[..., alt.TopLevelMixin]] = {
    "cost": plots.cost_curve,
    "cost waterfall": plots.cost_waterfall,
    "cost industries": plots.industry_bars,
    "choices": plots.choices_plot,
    "choices tornado": plots.cost_tornado,
    "sweep": plots.sweep_bars,
}
RETURNS = {"cost": r"`cm\.cost\(scenario\)`", "choices": r"`Cost\.choices\(\)`", "sweep": r"`cm\.sweep\(\.\.\.\)`"}


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
def test_what_cannot_be_drawn_is_refused(name: str):
    for wrong in (None, "gallium", {"choices": 1}, cm.Economy):
        with pytest.raises(cm.InvalidDataError, match=f"pass what {RETURNS[name.split()[0]]} returns"):
            DRAWN[name](wrong)


def test_absent_columns_rows_and_counts_are_refused(cost: cm.Cost, sweep: cm.Sweep):
    with pytest.raises(cm.MissingColumnError, match="`is_chosen`"):
        plots.choices_plot(OPTIONS.drop("is_chosen"))
    with pytest.raises(cm.MissingColumnError, match="`value`"):
        plots.cost_tornado(OPTIONS.drop("value"))
    for draw, asked in ((plots.industry_bars, cost), (plots.sweep_bars, sweep)):
        with pytest.raises(cm.InvalidDataError, match="`n_shown` = 0"):
            draw(asked, n_shown=0)
    empty = changed(sweep, lambda record: record.update(ranks=[]))
    with pytest.raises(cm.MissingInputsError, match="absent figure is not zero"):
        plots.sweep_bars(empty)
    for name, draw in (
        ("curve", plots.cost_curve),
        ("effects", plots.cost_waterfall),
        ("industries", plots.industry_bars),
    ):

        def forget(record: dict[str, Any], name: str = name) -> None:
            for row in record["curve"] if name == "curve" else record["central"][name]:
                row["gdp_change_million_usd"] = None

        with pytest.raises(cm.MissingInputsError, match="absent figure is not zero"):
            draw(changed(cost, forget))
