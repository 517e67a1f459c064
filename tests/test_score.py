"""Scoring from Python: any table in, a status on every cell, how sure it is, and each mistake as its own exception."""

from __future__ import annotations

import json
import math
import pickle
from typing import TYPE_CHECKING, Any

import critmin as cm
import polars as pl
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SMALL = """
format = 1
id = "small"
title = "A small method"
question = "How concentrated?"
evidence = "ours"
outputs = ["concentration", "class"]
[citation]
text = "none"
[axes]
commodity = "commodity"
origin = "country"
[inputs.production]
description = "production"
axes = ["commodity", "origin"]
unit = "t"
[bindings]
part = { share = "production", over = "origin", residual = "renormalise" }
concentration = { reduce = "part", over = "origin", by = "sum", power = 2, higher_is = "riskier" }
class = { classify = "concentration", levels = [{ at_least = 0.5, label = "high" }, { label = "low" }] }
"""
ROWS = {"commodity": ["a", "a", "b"], "origin": ["X", "Y", "X"], "value": [3.0, 1.0, 7.0]}


@pytest.fixture(scope="module")
def eu() -> cm.Scores:
    return cm.score(method="eu-2023")


def small(table: Any, text: str = SMALL) -> cm.Scores:  # noqa: ANN401
    return cm.score({"production": table}, method=text)


def value(scores: cm.Scores, output: str, **at: str | int) -> float | None:
    rows = scores.scores.filter(pl.col("output") == output, *(pl.col(axis) == label for axis, label in at.items()))
    assert rows.height == 1, rows
    return rows["value"][0]


def test_methods_are_listed_with_what_they_need():
    listed = cm.methods()
    assert listed.height >= 20
    needs = dict(listed.select("id", "needs_inputs").iter_rows())
    assert needs["eu-2023"] == []
    assert "lens" in needs["share-times-risk"]
    assert set(listed["evidence"]) <= {"recomputed", "stated", "ours", "from-memory"}
    assert (listed["tests"] > 0).all()


def test_a_method_is_known_by_id_path_and_text(tmp_path: Path):
    shipped = cm.method("eu-2023")
    file = tmp_path / "mine.toml"
    file.write_text(shipped.text, encoding="utf-8")
    assert cm.method(file) == cm.method(str(file)) == cm.method(shipped.text) == shipped
    assert hash(cm.method(file)) == hash(shipped)
    assert pickle.loads(pickle.dumps(shipped)) == shipped
    assert "supply_risk" in shipped.summary()
    assert max(len(line) for line in shipped.summary().splitlines()) <= 80


def test_every_shipped_document_holds_its_own_tests():
    for name in cm.methods()["id"]:
        rows = cm.method(name).check()
        assert rows.height > 0, name
        assert rows["holds"].all(), (name, rows.filter(~rows["holds"]).to_dicts())


def test_one_answer_by_three_libraries():
    pandas = pytest.importorskip("pandas")
    pyarrow = pytest.importorskip("pyarrow")
    answers = [small(make(ROWS)) for make in (pl.DataFrame, pandas.DataFrame, pyarrow.table)]
    assert value(answers[0], "concentration", commodity="a") == 0.625
    assert value(answers[0], "class", commodity="a") == 1.0
    for other in answers[1:]:
        assert other.scores.equals(answers[0].scores)


def test_whole_numbers_do_not_overflow():
    tonnes = 4_500_000_000
    rows = pl.DataFrame({"commodity": ["oil", "oil"], "origin": ["X", "Y"], "value": [tonnes, tonnes]})
    assert rows["value"].dtype == pl.Int64
    assert value(small(rows), "concentration", commodity="oil") == 0.5


@pytest.mark.parametrize("dtype", [pl.Int128, pl.UInt64, pl.Decimal(20, 2), pl.Float32, pl.UInt8], ids=str)
def test_numbers_of_any_width_are_taken(dtype: pl.DataType):
    rows = pl.DataFrame(ROWS).with_columns(pl.col("value").cast(dtype))
    assert value(small(rows), "concentration", commodity="a") == 0.625
    nothing = small(pl.DataFrame({**ROWS, "value": [None, None, None]}))
    assert set(nothing.scores["status"]) == {"unavailable"}


def test_columns_that_nobody_asks_for_do_no_harm():
    odd = pl.DataFrame(ROWS).with_columns(
        pl.lit([1, 2]).alias("list"), pl.lit(None).alias("nothing"), pl.lit(math.nan).alias("undefined")
    )
    assert value(small(odd), "concentration", commodity="a") == 0.625


def test_statuses_without_a_value_are_never_zero_or_nan():
    rows = pl.DataFrame(
        {
            "commodity": ["none", "none", "gap", "gap", "fine"],
            "origin": ["X", "Y", "X", "Y", "X"],
            "value": [0.0, 0.0, 1.0, None, 2.0],
        }
    )
    scores = small(rows)
    for commodity in ("none", "gap"):
        assert value(scores, "concentration", commodity=commodity) is None
    assert value(scores, "concentration", commodity="fine") == 1.0
    assert scores.unavailable.height == 4
    assert (scores.unavailable["reason"].str.len_chars() > 10).all()
    assert not scores.scores["value"].drop_nulls().is_nan().any()


@pytest.mark.parametrize(
    ("values", "word"), [([-1.0, 3.0, 1.0], "less than nothing"), ([1e308, 1e308, 1.0], "range of numbers")]
)
def test_amounts_without_shares_have_no_index(values: list[float], word: str):
    scores = small(pl.DataFrame({**ROWS, "value": values}))
    assert value(scores, "concentration", commodity="a") is None
    assert value(scores, "concentration", commodity="b") == 1.0
    assert word in scores.unavailable["reason"][0]


def test_what_was_asked_for_has_a_row_even_without_data():
    scores = cm.score({"production": pl.DataFrame(ROWS)}, method=SMALL, commodity=["a", "unobtainium"])
    assert value(scores, "concentration", commodity="unobtainium") is None
    assert "unobtainium" in scores.unavailable["reason"][0]


def test_shares_above_one_are_no_answer():
    keep = SMALL.replace('residual = "renormalise"', 'residual = "keep"').replace('unit = "t"', 'unit = "share"')
    over = pl.DataFrame({"commodity": ["a", "a"], "origin": ["X", "Y"], "value": [0.9, 0.8]})
    scores = small(over, keep)
    assert value(scores, "concentration", commodity="a") is None
    assert "1.7" in scores.unavailable["reason"][0]


def test_gallium_and_germanium_come_out_with_the_reason():
    batch = ["copper", "gallium", "germanium", "lithium"]
    scores = cm.score(method="geopolrisk", commodity=batch, entity=["USA", "JPN"], year=[2018, 2022])
    assert set(scores.scores["commodity"]) == set(batch)
    for commodity, word in (("gallium", "no code"), ("germanium", "811292")):
        rows = scores.scores.filter((pl.col("commodity") == commodity) & (pl.col("output") == "geopolrisk_score"))
        assert rows.height >= 4
        assert rows["value"].is_null().all(), "absence is not zero"
        assert rows["status"].unique().to_list() == ["unavailable"]
        assert rows["reason"].str.contains(word).all(), rows["reason"].to_list()


def test_the_eu_answer(eu: cm.Scores):
    assert abs((value(eu, "supply_risk", commodity="gallium") or 0) - 3.9) < 0.11
    stages = eu.wide("supply_risk_by_stage")
    assert stages.columns == ["commodity", "stage", "supply_risk_by_stage", "status"]
    wide = eu.wide()
    assert wide.height == wide["commodity"].n_unique()
    assert {"supply_risk", "economic_importance", "is_critical_label"} <= set(wide.columns)
    assert "origin" not in eu.scores.columns, "an axis that no output has is no column"


def test_the_summary_says_the_answer_and_the_caution(eu: cm.Scores):
    lines = cm.score(method="eu-2023", commodity="gallium").summary().splitlines()
    assert max(len(line) for line in lines[:8]) <= 80
    text = "\n".join(lines)
    assert text.index("3.8 (P)") < text.index("Caution")
    assert "recomputed" in text
    assert len(eu.summary().splitlines()) < 60
    assert "<pre>" in eu._repr_html_()


def test_names_in_any_spelling_and_blocs_with_their_day():
    scores = cm.score(
        method="geopolrisk", commodity="Copper", entity=["United States", "EU-27"], year=2022, labels={"stage": "mine"}
    )
    assert set(scores.question.labels["entity"]) == {"USA", "eu-27"}
    assert len(scores.question.regions["eu-27"]) == 27
    assert any("2022-12-31" in text for text in scores.warnings)
    british = cm.score(method="geopolrisk", commodity="copper", entity="eu-27", year=2022, day="2019-06-30")
    assert any("2019-06-30" in text for text in british.warnings)
    own = cm.score(method="import-hhi", entity="mine", year=2022, regions={"mine": ["USA", "CAN"]})
    assert set(own.scores["entity"].drop_nulls()) == {"mine"}
    assert own.scores["value"].is_not_null().any()


def test_the_first_axis_stands_in_for_commodity():
    tables = {
        "mass_fraction": pl.DataFrame({"compound": ["GaAs", "GaAs"], "element": ["Ga", "As"], "value": [0.48, 0.52]}),
        "hhi_points": pl.DataFrame({"element": ["Ga", "As"], "value": [9000.0, 4000.0]}),
    }
    scores = cm.score(tables, method="compound-hhi", commodity="GaAs")
    assert value(scores, "compound_hhi_points", compound="GaAs") == pytest.approx(0.48 * 9000 + 0.52 * 4000)


def test_own_tables_beside_the_reference_dataset():
    lens = pl.DataFrame({"origin": ["CHN"], "lens": [10.0]})
    scores = cm.score(method="share-times-risk", commodity="gallium", inputs={"lens": lens})
    assert scores.provenance["rows_handed_over"] == {"lens": 1}
    assert "usgs-mcs-2026" in scores.provenance["sources"]
    assert scores.scores["value"].is_not_null().any()


def test_a_printed_intermediate_takes_the_place_of_its_rule():
    given = pl.DataFrame({"commodity": ["a", "b"], "concentration": [0.4, 0.9]})
    scores = cm.score({"concentration": given}, method=SMALL)
    assert value(scores, "class", commodity="a") == 0.0
    assert value(scores, "class", commodity="b") == 1.0
    with pytest.raises(cm.MissingInputsError, match="production"):
        cm.score({"class": given.rename({"concentration": "class"})}, method=SMALL)


def test_a_pin_takes_another_edition():
    asked: dict[str, Any] = {"method": "production-hhi", "commodity": "gallium"}
    other = cm.score(**asked, pins={"production": "usgs-mcs-2025", "world_total": "usgs-mcs-2025"})
    assert other.provenance["sources_by_input"]["production"] == ["usgs-mcs-2025"]
    assert not other.scores.equals(cm.score(**asked).scores)
    with pytest.raises(cm.InvalidDataError, match="no row has source_id"):
        cm.score(**asked, pins={"production": "usgs-mcs-1925"})


def test_nothing_found_is_said():
    scores = cm.score(method="production-hhi", year=1850)
    assert scores.scores["value"].drop_nulls().is_empty()
    assert scores.scores["status"].drop_nulls().to_list() == ["unavailable"] * scores.scores.height
    assert not scores.scores.is_empty() or "no input has a row for year = 1850" in scores.warnings[0]


def test_draws_are_seeded_and_told():
    scores = cm.score(method="production-hhi", year=2024, commodity=["gallium", "copper", "lithium"])
    asked: dict[str, Any] = {"n_draws": 400, "distributions": {"production": 0.2}, "outputs": ["production_hhi"]}
    first = scores.uncertainty(seed=1, thresholds={"production_hhi": 0.5}, **asked)
    assert first.cells.equals(scores.uncertainty(seed=1, thresholds={"production_hhi": 0.5}, **asked).cells)
    assert not first.cells.equals(scores.uncertainty(seed=2, thresholds={"production_hhi": 0.5}, **asked).cells)
    known = first.cells.drop_nulls("mean")
    assert known.height >= 3
    assert (known["p05"] <= known["median"]).all()
    assert (known["median"] <= known["p95"]).all()
    assert (known["rank_low"] <= known["rank_high"]).all()
    assert known["probability_at_least"].is_between(0, 1).all()
    assert set(first.agreement["statistic"]) == {"spearman", "kendall"}
    assert first.record["varied"] == ["production"]
    assert "400 draws" in repr(first)
    seen: list[int] = []
    scores.uncertainty(progress=lambda done, _total: seen.append(done), **asked)
    assert seen


def test_classes_have_probabilities(eu: cm.Scores):
    classes = eu.uncertainty(n_draws=50, outputs=["is_critical"]).classes
    assert set(classes["label"]) == {"critical", "not critical"}
    sums = classes.group_by("commodity").agg(pl.col("probability").sum())["probability"]
    assert sums.len() > 20
    assert (sums - 1).abs().max() < 1e-9


def test_tornado_sobol_and_indicators_left_out():
    indicators = {
        name: pl.DataFrame({"commodity": ["a", "b"], "year": [2020, 2020], "value": values})
        for name, values in {
            "supply_risk": [0.5, 0.9], "production_growth": [0.2, 0.1], "market_dynamics": [0.7, 0.4]
        }.items()
    }  # fmt: skip
    scores = cm.score(indicators, method="nstc-2016")
    spread = {name: {"kind": "uniform", "size": 0.05} for name in indicators}
    swings = scores.tornado(distributions=spread).filter(pl.col("commodity") == "a")
    assert swings["swing"].is_sorted(descending=True)
    assert swings["source"][0] == "production_growth", "the smallest indicator moves a geometric mean most"
    shares = scores.sobol(n_draws=4096, distributions=spread).filter(pl.col("commodity") == "a")
    assert shares["first_order"].sum() == pytest.approx(1, abs=0.1)
    left = scores.leave_one_out()
    assert set(left["indicator"]) == set(indicators)
    one = left.filter((pl.col("commodity") == "a") & (pl.col("indicator") == "supply_risk"))
    assert one["value_without"][0] == pytest.approx(math.sqrt(0.2 * 0.7))


def test_rounded_inputs_give_an_interval():
    rows = small(pl.DataFrame(ROWS)).intervals({"production": 0.5}).filter(pl.col("output") == "concentration")
    low, base, high = rows.filter(pl.col("commodity") == "a").select("low", "value", "high").row(0)
    assert low < base < high
    shares = (3.5 / 4, 0.5 / 4)
    assert high >= sum(share**2 for share in shares) - 1e-12, "the corner 3.5 and 0.5 lies inside"


def test_methods_side_by_side():
    methods = ["eu-2023", "production-hhi", "geopolrisk"]
    both = cm.compare_methods(methods, commodity=["gallium", "cobalt", "copper"], entity="USA", year=2022)
    assert both.scores.group_by("method").len()["len"].to_list() == [3, 3, 3]
    gallium = both.scores.filter((pl.col("commodity") == "gallium") & (pl.col("method") == "geopolrisk"))
    assert gallium["rank"][0] is None
    assert gallium["status"][0] == "unavailable"
    everything = cm.compare_methods(["production-hhi", "yale-concentration", "hill-numbers"], year=2024)
    pair = everything.agreement.filter(pl.col("method_b") == "yale-concentration").row(0, named=True)
    assert pair["n_commodities"] > 50
    assert pair["spearman"] > 0.9
    # Many effective suppliers are safe: the riskiest has the first rank in both directions of the number.
    first = everything.wide().filter(pl.col("production-hhi") < 10).drop_nulls()
    assert first.height > 3
    assert everything.wide("status").columns == everything.wide().columns
    assert everything.warnings


def test_files_json_and_pickle(tmp_path: Path, eu: cm.Scores):
    scores = cm.score({"production": pl.DataFrame(ROWS)}, method=SMALL, commodity="a")
    files = {path.name for path in scores.write(tmp_path / "out", formats=["parquet", "csv", "json"])}
    assert {"scores.parquet", "scores.csv", "scores.json", "outputs.csv", "method.toml", "provenance.json"} <= files
    assert pl.read_parquet(tmp_path / "out" / "scores.parquet").equals(scores.scores)
    record = json.loads(scores.to_json())
    assert record["provenance"]["method"]["id"] == "small"
    assert record["scores"][0]["value"] == 0.625
    assert pickle.loads(pickle.dumps(scores)).scores.equals(scores.scores)
    assert pickle.loads(pickle.dumps(eu)).scores.equals(eu.scores)
    with pytest.raises(cm.InvalidDataError, match="xlsx"):
        scores.write(tmp_path, formats=["xlsx"])


def test_the_page_has_its_pictures(tmp_path: Path):
    wanted = ["gallium", "cobalt", "copper", "neodymium"]
    page = cm.score(method="eu-2023", commodity=wanted).report(tmp_path / "eu.html").read_text(encoding="utf-8")
    for part in ("chart-matrix", "chart-ranks", "chart-tornado", "Caution", "Sources and licences", "method document"):
        assert part in page, part
    small_page = small(pl.DataFrame(ROWS)).report(tmp_path / "small.html").read_text(encoding="utf-8")
    assert "not drawn" in small_page


def test_pictures_carry_units_thresholds_and_absence(eu: cm.Scores):
    from critmin import plots

    matrix = plots.criticality_matrix(eu.wide(), source="test")
    text = matrix.to_json()
    assert "Source: test" in text
    assert "lack one of the" in text, "what is not drawn is counted"
    assert len(matrix.to_dict()["layer"]) == 4, "points, names and two thresholds"
    assert len(plots.criticality_matrix(eu.wide(), source="test", supply_risk_threshold=None).to_dict()["layer"]) == 3
    draws = eu.uncertainty(n_draws=50, outputs=["supply_risk"])
    assert "1 = riskiest" in plots.rank_intervals(draws.cells, source="test").to_json()
    swings = eu.tornado(outputs=["supply_risk"])
    one = swings.filter(swings["commodity"] == "gallium")
    assert "(index)" in plots.tornado(one, source="test", unit="index").to_json()
    with pytest.raises(cm.InvalidDataError, match="keep the rows of one"):
        plots.tornado(swings, source="test", unit="index")
    both = cm.compare_methods(["eu-2023", "production-hhi"], year=2024)
    assert "not a low risk" in both.plot().to_json()
    with pytest.raises(cm.MissingColumnError):
        plots.criticality_matrix(eu.wide().drop("supply_risk"), source="test")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda text: text.replace('reduce = "part"', 'reduce = "concentration"'), "need each other|circle"),
        (lambda text: text.replace("share = ", "shaer = "), "shaer"),
        (lambda text: text.replace('"part", over', '"prat", over'), "prat"),
        (lambda text: text + 'bad = { expr = "production + concentration" }\n', "unit|`t`"),
        (
            lambda text: text + 'mix = { reduce = ["concentration", "class"], by = "mean", weights = [0.5, 0.6] }\n',
            "weights sum to 1.1",
        ),
        (lambda text: text.replace("format = 1", "format = "), "line 2|cannot be read"),
    ],
)
def test_a_faulty_document_says_where(change: Callable[[str], str], match: str):
    with pytest.raises(cm.MethodError, match=match) as raised:
        cm.method(change(SMALL))
    assert raised.value.line is None or raised.value.line > 0
    assert isinstance(raised.value, ValueError)


def test_a_faulty_file_is_named(tmp_path: Path):
    file = tmp_path / "broken.toml"
    file.write_text(SMALL.replace("power = 2", "power = two"), encoding="utf-8")
    with pytest.raises(cm.MethodError, match=r"broken\.toml") as raised:
        cm.method(file)
    assert raised.value.line == 19


@pytest.mark.parametrize(
    ("values", "match"),
    [
        (["<0.1%", "1", "2"], "bound"),
        ([">50", "1", "2"], "bound"),
        (["W", "1", "2"], "not a number"),
        ([1.0, math.nan, 2.0], "row 2"),
        ([1.0, math.inf, 2.0], "row 2"),
    ],
)
def test_values_that_are_no_numbers(values: list[Any], match: str):
    with pytest.raises(cm.InvalidDataError, match=match) as raised:
        small(pl.DataFrame({**ROWS, "value": values}))
    assert raised.value.problems


def test_each_mistake_has_its_exception(tmp_path: Path):
    table = pl.DataFrame(ROWS)
    lost = SMALL.replace(
        'unit = "t"\n', 'unit = "t"\n[inputs.production.reference]\ntable = "no_such_table"\nvalue = "mass_t"\n'
        'axes = { commodity = "commodity", origin = "country" }\n',
    )  # fmt: skip
    cases: list[tuple[type[cm.CritminError], str, Callable[[], object]]] = [
        (cm.UnknownMethodError, "eu-2023", lambda: cm.method("eu-2032")),
        (cm.ReadError, "nowhere", lambda: cm.method(tmp_path / "nowhere.toml")),
        (cm.UnknownTableError, "no_such_table", lambda: cm.score(method=lost)),
        (cm.MissingInputsError, "production", lambda: cm.score(method=SMALL)),
        (cm.MissingInputsError, "hhi_points", lambda: cm.score({"mass_fraction": None}, method="compound-hhi")),
        (cm.MissingColumnError, "origin", lambda: small(table.drop("origin"))),
        (cm.InvalidDataError, "more than once", lambda: small(pl.concat([table, table]))),
        (cm.InvalidDataError, "mapping", lambda: cm.score(table, method=SMALL)),  # type: ignore[arg-type]
        (cm.UnknownNameError, "mean `production`", lambda: cm.score({"prodction": table}, method=SMALL)),
        (cm.UnknownNameError, "prodction", lambda: cm.score(method="production-hhi", pins={"prodction": "x"})),
        (cm.InvalidDataError, "entity", lambda: cm.score(method="eu-2023", entity="USA")),
        (cm.InvalidDataError, "inputs only", lambda: cm.score(method="eu-2023", year=2020)),
        (cm.InvalidDataError, "twice", lambda: cm.score(method="eu-2023", commodity="a", labels={"commodity": "b"})),
        (cm.UnknownCommodityError, "galium", lambda: cm.score(method="eu-2023", commodity="galium")),
        (cm.UnknownCountryError, "Atlantis", lambda: cm.score(method="geopolrisk", entity="Atlantis")),
        (cm.InvalidDataError, "two different", lambda: cm.compare_methods(["eu-2023", "eu-2023"])),
        (cm.InvalidDataError, "choose one", lambda: cm.compare_methods(["eu-2023", "import-hhi"], entity="USA")),
        (cm.InvalidDataError, "n_draws", lambda: cm.score(method="eu-2023").uncertainty(n_draws=1)),
        (
            cm.InvalidDataError,
            "triangle",
            lambda: small(table).uncertainty(distributions={"production": {"kind": "triangle"}}),
        ),
        (cm.InvalidDataError, "no input", lambda: small(table).intervals({"prodction": 0.1})),
        (cm.UnknownNameError, "no output", lambda: small(table).wide("nothing")),
        (cm.UnknownTableError, "holds", lambda: small(table)._core.table("nothing")),
    ]
    for kind, match, fault in cases:
        with pytest.raises(kind, match=match):
            fault()


@pytest.mark.parametrize(
    "asked",
    [
        {"n_draws": 10**15},
        {"n_draws": -1},
        {"seed": -1},
        {"weight_spread": math.nan},
        {"thresholds": {"class": math.inf}},
        {"distributions": {"production": math.nan}},
        {"distributions": {"production": -0.1}},
        {"outputs": ["nothing"]},
    ],
    ids=str,
)
def test_impossible_questions_about_uncertainty(asked: dict[str, Any]):
    scores = small(pl.DataFrame(ROWS))
    with pytest.raises(cm.InvalidDataError):
        scores.uncertainty(**{"distributions": {"production": 0.1}, **asked})
    if "n_draws" in asked:
        with pytest.raises(cm.InvalidDataError):
            scores.sobol(distributions={"production": 0.1}, **asked)


def test_the_callers_exception_stops_the_draws():
    def stop(_done: int, _total: int) -> None:
        raise RuntimeError("enough")

    scores = cm.score(method="eu-2023", commodity="gallium")
    with pytest.raises(RuntimeError, match="enough"):
        scores.uncertainty(n_draws=50_000, progress=stop)
