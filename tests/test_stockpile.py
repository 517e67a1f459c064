"""How large a stock, and how long it lasts: closed forms, laws, and wrong input told by its place."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import critmin as cm
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def closed_forms(repository: Path) -> dict[str, tuple[dict[str, Any], float]]:
    shared = Path(os.environ.get("CRITMIN_SHARED", repository.parent / "shared"))
    file = shared / "reference" / "substitution" / "closed_forms.csv"
    if not file.is_file():
        assert "CI" not in os.environ, f"no reference figures in {file}: set CRITMIN_SHARED"
        pytest.skip(f"no reference figures in {file}: set CRITMIN_SHARED to the folder that holds them")
    with file.open(encoding="utf-8") as lines:
        return {row["case"]: (json.loads(row["inputs_json"]), float(row["expected"])) for row in csv.DictReader(lines)}


def months(use: list[float], supply: list[float], **more: list[float] | list[str] | pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"use_t": use, "supply_t": supply, **more})


def test_the_stock_of_an_exponential_disruption(closed_forms: dict[str, tuple[dict[str, Any], float]]):
    asked, wanted = closed_forms["stock_expo"]
    found = cm.stockpile.for_duration(asked["gap"], mean_months=asked["mean"], service_level=asked["alpha"])
    assert found == pytest.approx(wanted, rel=1e-12)
    assert cm.stockpile.for_duration(1.2, 6, 0.0) == 0


def test_months_until_a_stock_is_empty(closed_forms: dict[str, tuple[dict[str, Any], float]]):
    asked, wanted = closed_forms["bridge_months"]
    year = months([asked["use"]] * 12, [asked["supply"]] * 12)
    assert cm.stockpile.months_bridged(asked["stock"], year) == pytest.approx(wanted, rel=1e-12)
    assert cm.stockpile.months_bridged(0, year) == 0
    assert cm.stockpile.months_bridged(1000.0, year) is None


def test_projects_and_substitutes_make_the_stock_smaller():
    table = months(
        [4.0] * 3, [2.0] * 3, projects_t=[0.0, 1.0, 3.0], substitution_t=[0.5] * 3, month=["Jan", "Feb", "Mar"]
    )
    found = cm.stockpile.to_bridge(table)
    assert found.stock_t == 2.0
    # What is left over in March does not refill the stock.
    assert found.months["gap_t"].to_list() == [1.5, 0.5, 0.0]
    assert found.months["month"].to_list() == ["Jan", "Feb", "Mar"]
    assert "2 t. It is drawn in 2 of 3 months; the largest gap is 1.5 t, in month Jan" in found.summary()
    assert found.stock_t < cm.stockpile.to_bridge(table.drop("projects_t")).stock_t == 4.5
    assert "supply covers use" in cm.stockpile.to_bridge(months([1.0], [2.0])).summary()
    assert "2 t" in repr(found)
    assert found.summary() in found._repr_html_()


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=1, max_size=24))
def test_the_stock_to_bridge_lasts_and_less_does_not(pairs: list[tuple[float, float]]):
    table = months(*(list(column) for column in zip(*pairs, strict=True)))
    found = cm.stockpile.to_bridge(table)
    assert found.stock_t == pytest.approx(sum(max(0.0, use - supply) for use, supply in pairs))
    assert cm.stockpile.months_bridged(found.stock_t * (1 + 1e-9) + 1e-12, table) is None
    if found.stock_t > 1e-6:
        lasts = cm.stockpile.months_bridged(found.stock_t / 2, table)
        assert lasts is not None
        assert 0 <= lasts <= len(pairs)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (months([4.0, -1.0], [2.0, 2.0]), "`months`, row 2, column `use_t`: found -1"),
        (months([4.0, 4.0], [2.0, -2.0]), "`months`, row 2, column `supply_t`: found -2"),
        (
            pl.DataFrame({"use_t": [4.0, None], "supply_t": [1.0, 1.0]}),
            "`months`, row 2, column `use_t`: found nothing",
        ),
        (months([4.0, 4.0], [1.0, 1.0], projects_t=pl.Series([None, 1.0])), "`months`, row 1, column `projects_t`"),
        (months([4.0, float("inf")], [1.0, 1.0]), "`months`, row 2, column `use_t`: found `inf`"),
    ],
)
def test_a_fault_is_told_with_its_place(table: pl.DataFrame, words: str):
    for ask in (cm.stockpile.to_bridge, lambda asked: cm.stockpile.months_bridged(1.0, asked)):
        with pytest.raises(cm.InvalidDataError, match=words) as error:
            ask(table)
        assert error.value.problems


def test_columns_and_figures_are_checked():
    with pytest.raises(cm.MissingColumnError, match="`months` lacks `supply_t`"):
        cm.stockpile.to_bridge(pl.DataFrame({"use_t": [1.0]}))
    with pytest.raises(cm.MissingColumnError, match="means nothing here"):
        cm.stockpile.to_bridge(months([1.0], [1.0], stock_t=[1.0]))
    with pytest.raises(cm.InvalidDataError, match="stock"):
        cm.stockpile.months_bridged(-1.0, months([1.0], [0.0]))
    for figures in ((-1.0, 6.0, 0.9), (1.0, 0.0, 0.9), (1.0, 6.0, 1.0), (1.0, 6.0, float("nan"))):
        with pytest.raises(cm.InvalidDataError):
            cm.stockpile.for_duration(*figures)
