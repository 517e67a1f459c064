"""What can replace a commodity: the index, the tables behind it, nests of prices, methods, picture and command line."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import critmin as cm
import polars as pl
import pytest
from click.testing import CliRunner, Result
from critmin import plots
from critmin.cli import cli

COMMODITIES = sorted(cm.reference().table("end_uses")["commodity"].cast(pl.String).unique())


@pytest.fixture(scope="module")
def closed_forms(repository: Path) -> dict[str, tuple[dict[str, Any], float]]:
    shared = Path(os.environ.get("CRITMIN_SHARED", repository.parent / "shared"))
    file = shared / "reference" / "substitution" / "closed_forms.csv"
    if not file.is_file():
        assert "CI" not in os.environ, f"no reference figures in {file}: set CRITMIN_SHARED"
        pytest.skip(f"no reference figures in {file}: set CRITMIN_SHARED to the folder that holds them")
    with file.open(encoding="utf-8") as lines:
        return {row["case"]: (json.loads(row["inputs_json"]), float(row["expected"])) for row in csv.DictReader(lines)}


# --- The index --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("commodity", COMMODITIES)
def test_the_index_is_that_of_the_tables_and_grows_with_time(commodity: str):
    before = 0.0
    for months in (3, 12, 36):
        found = cm.substitutability(commodity, months=months)
        rows = cm.substitutes(commodity).with_columns(
            part=pl.col(f"feasible_share_{months}_months") * pl.col("performance_ratio")
            / pl.max_horizontal(1.0, "cost_ratio")
        )  # fmt: skip
        uses = rows.group_by("use").agg(pl.col("use_share").first(), pl.col("part").sum().clip(upper_bound=1))
        assert found.value == pytest.approx((uses["use_share"] * uses["part"]).sum(), rel=1e-12, abs=1e-15)
        assert before <= found.value <= found.covered_use_share + 1e-12
        assert found.uses["contribution"].sum() == pytest.approx(found.value, rel=1e-12, abs=1e-15)
        before = found.value


def test_every_row_has_its_grade_and_source(tmp_path: Path):
    found = cm.substitutability("Gallium", months=36)
    for table in found.tables.values():
        assert table["grade"].null_count() == table["source"].null_count() == 0
        assert table["source"].str.len_chars().min() > 0
    assert found.uses.height == 9
    assert found.uses["use_share"].is_sorted(descending=True)
    assert found.options.filter(pl.col("substitute") == "indium-phosphide")["substitute_commodity"].item() == "indium"
    known = cm.reference().table("substitutes").filter(pl.col("commodity").cast(pl.String) == "gallium")
    assert found.options.height == known.height
    text = found.summary()
    assert "draws on indium" in text
    assert "no substitute in the table" in text
    assert "not a published one" in " ".join(text.split())
    assert max(len(line) for line in text.splitlines()) <= 80
    assert len(found.write(tmp_path, formats=["csv", "json"])) == 4
    assert json.loads(found.to_json())["months"] == 36
    assert "`gallium` after 36 months" in repr(found)


def test_the_table_keeps_uses_without_a_substitute():
    table = cm.substitutes("gallium")
    assert table["use"].n_unique() == 9
    alone = table.filter(pl.col("substitute").is_null())
    assert "defence-and-space-circuits" in alone["use"].to_list()
    assert table["use_grade"].null_count() == 0


def test_faults_of_a_question():
    with pytest.raises(cm.InvalidDataError, match="expected 3, 12 or 36"):
        cm.substitutability("gallium", months=6)
    with pytest.raises(cm.UnknownCommodityError, match="gallium"):
        cm.substitutability("galium")
    for ask in (cm.substitutability, cm.substitutes):
        with pytest.raises(cm.MissingInputsError, match="end_uses"):
            ask("iron-ore")


# --- Nests ------------------------------------------------------------------------------------------------------------


def nest(shares: list[float], prices: list[float | None], **more: list[float | None]) -> pl.DataFrame:
    names = [f"input {place}" for place in range(len(shares))]
    figures = {name: pl.Series(values, dtype=pl.Float64) for name, values in {"price_ratio": prices, **more}.items()}
    return pl.DataFrame({"nest": "whole", "branch": names, "value_share": shares, **figures})


@pytest.mark.parametrize("case", ["ces_1", "ces_2", "ces_3", "ces_4", "armington_qty"])
def test_one_nest(closed_forms: dict[str, tuple[dict[str, Any], float]], case: str):
    given, wanted = closed_forms[case]
    found = cm.price_nest(nest(given["theta"], given["price_ratio"]), {"whole": given["sigma"]})
    first = found.inputs.row(0, named=True)
    ours = {"ces_4": first["value_share"], "armington_qty": first["quantity_ratio"]}.get(case, found.unit_cost_ratio)
    assert ours == pytest.approx(wanted, rel=1e-9)
    assert found.inputs["value_share"].sum() == pytest.approx(1, rel=1e-12)


def two_levels(given: dict[str, Any]) -> pl.DataFrame:
    prices = [None, 1.0, *(float(price) for price in given["inner_ratio"])]
    return pl.DataFrame({
        "nest": ["wafer", "wafer", "gallium", "gallium"], "branch": ["gallium", "arsenic", "CHN", "JPN"],
        "value_share": [*given["outer_theta"], *given["inner_theta"]], "price_ratio": prices,
    })  # fmt: skip


def test_a_nest_in_a_nest(closed_forms: dict[str, tuple[dict[str, Any], float]]):
    given, wanted = closed_forms["ces_nest"]
    elasticities = {"wafer": given["outer_sigma"], "gallium": given["inner_sigma"]}
    found = cm.price_nest(two_levels(given), elasticities)
    assert found.unit_cost_ratio == pytest.approx(wanted, rel=1e-9)
    assert found.quantity_ratio == 1
    assert found.nests["label"].to_list() == ["wafer", "gallium"]
    assert found.inputs.select("nest", "label").rows() == [("gallium", "CHN"), ("gallium", "JPN"), ("wafer", "arsenic")]
    # The order of the rows says nothing.
    other = cm.price_nest(two_levels(given).reverse(), elasticities, price_elasticity_of_demand=-0.5)
    assert other.unit_cost_ratio == pytest.approx(wanted, rel=1e-9)
    assert other.quantity_ratio == pytest.approx(wanted**-0.5, rel=1e-9)
    assert "CHN in gallium: price 4 times" in found.summary()
    assert set(found.tables) == {"nests", "inputs"}
    assert json.loads(found.to_json()) == found.record


def test_what_is_gone_needs_a_choke_price():
    with pytest.raises(cm.InvalidDataError, match="choke price"):
        cm.price_nest(nest([0.8, 0.2], [None, 1.0]), {"whole": 0.5})
    gone = cm.price_nest(nest([0.8, 0.2], [None, 1.0]), {"whole": 3.0})
    assert gone.inputs.row(0, named=True)["price_ratio"] is None
    assert gone.unit_cost_ratio == pytest.approx(0.2**-0.5)
    choked = cm.price_nest(nest([0.8, 0.2], [None, 1.0], choke_price_ratio=[5.0, None]), {"whole": 0.0})
    assert choked.unit_cost_ratio == pytest.approx(4.2)
    assert choked.inputs["is_choked"].to_list() == [True, False]
    assert "replaced at the choke price" in choked.summary()


@pytest.mark.parametrize(
    ("table", "elasticities", "words"),
    [
        (nest([0.8, 0.2], [1.0, 1.0]), {}, "row 1, column `nest`: found whole"),
        (nest([0.8, 0.2], [1.0, 1.0]), {"whole": -1.0}, "elasticity of `whole`"),
        (nest([0.8, 0.2], [1.0, 1.0]), {"whole": 1.0, "other": 1.0}, "`elasticities` names other"),
        (nest([0.8, 0.1], [1.0, 1.0]), {"whole": 1.0}, "sum of the value shares"),
        (nest([0.8, 1.2], [1.0, 1.0]), {"whole": 1.0}, "`branches`, row 2, column `value_share`"),
        (nest([0.8, 0.2], [0.0, 1.0]), {"whole": 1.0}, "`branches`, row 1, column `price_ratio`"),
        (nest([0.8, 0.2], [1.0, 1.0]).with_columns(branch=pl.lit("one")), {"whole": 1.0}, "row 2, column `nest`"),
        (nest([1.0], [1.0]).with_columns(branch=pl.lit("whole")), {"whole": 1.0}, "row 1, column `price_ratio`"),
        (nest([1.0], [None]).with_columns(branch=pl.lit("whole")), {"whole": 1.0}, "found none as the whole"),
    ],
)
def test_a_fault_is_told_with_its_place(table: pl.DataFrame, elasticities: dict[str, float], words: str):
    with pytest.raises(cm.InvalidDataError, match=words):
        cm.price_nest(table, elasticities)


def test_nests_that_contain_each_other_are_refused():
    rows = [("whole", "input", 1.0, 1.0), ("one", "other", 1.0, None), ("other", "one", 1.0, None)]
    table = pl.DataFrame(rows, schema=["nest", "branch", "value_share", "price_ratio"], orient="row")
    with pytest.raises(cm.InvalidDataError, match="one and other contain each other"):
        cm.price_nest(table, dict.fromkeys(("whole", "one", "other"), 1.0))
    with pytest.raises(cm.InvalidDataError, match="elasticity of demand"):
        cm.price_nest(nest([1.0], [1.0]), {"whole": 1.0}, price_elasticity_of_demand=0.5)


# --- The indices of others --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def documents(repository: Path) -> dict[str, cm.Method]:
    folder = repository / "crates" / "critmin-score" / "methods"
    return {name: cm.method(folder / f"{name}.toml") for name in ("eu-substitution", "yale-substitutability")}


def test_the_documents_hold_their_tests_and_say_that_they_rest_on_memory(documents: dict[str, cm.Method]):
    for method in documents.values():
        assert method.check()["holds"].all()
        assert method.evidence == "from-memory"
        assert "from memory, not checked against the primary document" in method.text
        assert "higher = riskier" in method.card["caution"]


def test_the_eu_indices_of_the_tables(documents: dict[str, cm.Method]):
    method = documents["eu-substitution"]
    names = ("substitute_production", "substitute_criticality", "substitute_co_production")
    assert set(method.needs_inputs) == set(names)
    rows = cm.substitutes("gallium").drop_nulls("substitute")
    factors = rows.select("commodity", "substitute", value=pl.lit(0.8)).unique()
    scores = cm.score(method=method, commodity="gallium", inputs=dict.fromkeys(names, factors)).scores
    values = dict(scores.select("output", "value").iter_rows())
    cost = rows["cost_ratio"].to_list()
    points = [0.7 + 0.1 * ((ratio > 1) + (ratio > 2)) + 0.1 * (performance < 0.95)
              for ratio, performance in zip(cost, rows["performance_ratio"], strict=True)]  # fmt: skip
    taken = (rows["use_share"] * rows["feasible_share_12_months"]).to_list()
    relief = sum(share * (1 - point) for share, point in zip(taken, points, strict=True))
    assert values["si_economic_importance"] == pytest.approx(1 - relief)
    assert values["si_supply_risk"] == pytest.approx(1 - 0.2 * sum(taken))
    # Without the factors the one index is there, and the other is not available: absent is not "no substitute".
    some = cm.score(method=method, commodity="gallium", inputs=dict.fromkeys(names)).scores
    status = dict(some.select("output", "status").iter_rows())
    assert status["si_supply_risk"] == "unavailable"
    assert status["si_economic_importance"] == "ok"
    wrong = dict.fromkeys(names, factors.with_columns(value=pl.lit(0.5)))
    with pytest.raises(cm.InvalidDataError):
        cm.score(method=method, commodity="gallium", inputs=wrong)


def test_the_yale_score_of_handed_over_grades(documents: dict[str, cm.Method]):
    method = documents["yale-substitutability"]
    assert method.needs_inputs == ["substitute_points"]
    points = pl.DataFrame({"commodity": "gallium", "use": ["leds", "solar-cells"], "value": [62.5, 12.5]})
    scores = cm.score(method=method, commodity="gallium", inputs={"substitute_points": points}).scores
    values = dict(scores.select("output", "value").iter_rows())
    assert values["covered_use_share"] == pytest.approx(0.17)
    assert values["substitute_performance"] == pytest.approx((0.14 * 62.5 + 0.03 * 12.5) / 0.17)
    assert set(scores["status"]) == {"partial"}


# --- Picture and command line -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("commodity", COMMODITIES)
def test_the_picture_adds_up(commodity: str):
    record = plots.substitutability(commodity, n_uses=20).to_dict()
    bars = pl.DataFrame(record["datasets"][record["layer"][0]["data"]["name"]])
    table = cm.substitutes(commodity)
    for months in (3, 12, 36):
        shown = bars.filter(pl.col("months") == months)
        assert shown["feasible_share"].sum() == pytest.approx(table[f"feasible_share_{months}_months"].sum())
        assert (shown["end"] - shown["start"]).to_list() == pytest.approx(shown["feasible_share"].to_list())
    assert record["layer"][0]["encoding"]["x"]["title"] == "can have switched (% of the use)"
    assert "Source: critmin reference tables end_uses and substitutes" in " ".join(record["title"]["subtitle"])


def test_the_picture_tells_what_it_lacks(tmp_path: Path):
    chart = plots.substitutability("gallium", n_uses=4, source="mine", title="Mine")
    drawing = plots.save(chart, tmp_path / "gallium.svg").read_text(encoding="utf-8")
    for words in ("no substitute in the table", "12 months: 45 %", "Source: mine; 5 smaller uses not drawn", "Mine"):
        assert words in drawing
    with pytest.raises(cm.InvalidDataError, match="n_uses"):
        plots.substitutability("gallium", n_uses=0)
    with pytest.raises(cm.MissingInputsError):
        plots.substitutability("iron-ore")


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["substitutes", *arguments])


@pytest.mark.parametrize("commodity", COMMODITIES)
def test_the_command_fits_80_columns(commodity: str):
    result = invoke(commodity)
    assert result.exit_code == 0, result.output
    assert max(len(line) for line in result.stdout.splitlines()) <= 80
    for words in ("Substitutability", "Uses", "Substitutes", "draws on", "end_uses"):
        assert words in result.stdout


def test_the_command_writes_what_it_is_asked_for(tmp_path: Path):
    picture = tmp_path / "gallium.svg"
    result = invoke("gallium", "--months", "36", "--json", "--csv", str(tmp_path), "--picture", str(picture))
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == json.loads(cm.substitutability("gallium", months=36).to_json())
    assert picture.is_file()
    written = pl.read_csv(tmp_path / "options.csv")
    assert written.height == 12
    assert "source" in written.columns


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("galium",), "gallium"),
        (("gallium", "--months", "6"), "expected 3, 12 or 36"),
        (("iron-ore",), "end_uses"),
    ],
)
def test_a_mistake_is_one_message_and_exit_code_2(arguments: tuple[str, ...], words: str):
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert words in result.stderr
    assert "Traceback" not in result.output
