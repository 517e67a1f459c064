"""The indices inside polars agree with plain polars, and refuse what is not a quantity."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import critmin as cm
import polars as pl
import pytest
from critmin import expressions
from hypothesis import given
from hypothesis import strategies as st
from polars.exceptions import ComputeError
from polars.testing import assert_frame_equal, assert_series_equal

if TYPE_CHECKING:
    from collections.abc import Callable

GROUP = ["commodity", "form", "stage", "year", "source_id"]
SHARE = pl.col("mass_t") / pl.col("mass_t").sum()
ENTROPY = -(SHARE * SHARE.log()).filter(SHARE > 0).sum()
# One row of the table: name, the expression, and the same in plain polars over the known suppliers.
INDICES: dict[str, tuple[pl.Expr, pl.Expr]] = {
    "hhi": (expressions.hhi("mass_t", missing="skip"), SHARE.pow(2).sum()),
    "effective_suppliers": (expressions.effective_suppliers("mass_t", missing="skip"), 1 / SHARE.pow(2).sum()),
    "shannon_entropy": (expressions.shannon_entropy("mass_t", missing="skip"), ENTROPY),
    "hill_0": (expressions.hill("mass_t", order=0, missing="skip"), (pl.col("mass_t") > 0).sum().cast(pl.Float64)),
    "hill_1": (expressions.hill("mass_t", order=1, missing="skip"), ENTROPY.exp()),
    "hill_3": (expressions.hill("mass_t", order=3, missing="skip"), SHARE.pow(3).sum().pow(-0.5)),
    "top_share": (expressions.top_share("mass_t", k=3, missing="skip"), SHARE.top_k(3).sum()),
    "without_top": (
        expressions.without_top("mass_t", missing="skip"),
        pl.col("mass_t").sort(descending=True).slice(1).sum(),
    ),
}


@pytest.fixture(scope="module")
def production() -> pl.DataFrame:
    """Build the table of one row per supplier, with its gaps and its Categorical columns."""
    table = cm.reference().world_production.filter(pl.col("statistic") == "production").select(*GROUP, "mass_t")
    assert table.height > 1000
    assert table["mass_t"].null_count() > 0, "no gap in the table: the test would prove little"
    assert isinstance(table.schema["commodity"], pl.Categorical)
    return table


def plainly(production: pl.DataFrame, expression: pl.Expr) -> pl.DataFrame:
    """Evaluate plain polars where anything is produced; null elsewhere, as the documentation says."""
    known = (
        production.drop_nulls("mass_t")
        .group_by(GROUP)
        .agg(pl.col("mass_t").sum().alias("total"), expression.alias("x"))
    )
    defined = known.with_columns(pl.when(pl.col("total") > 0).then("x").alias("x")).drop("total")
    return production.select(GROUP).unique().join(defined, on=GROUP, how="left")


@pytest.mark.parametrize("name", INDICES)
def test_one_value_per_group_as_in_plain_polars(production: pl.DataFrame, name: str):
    expression, plain = INDICES[name]
    if name == "without_top":
        production = production.filter(pl.col("mass_t").sum().over(GROUP) > 0)
    found = production.group_by(GROUP).agg(expression.alias("x"))
    assert found["x"].is_not_null().sum() > 300
    assert_frame_equal(found, plainly(production, plain), check_row_order=False, rel_tol=1e-12)


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_lazy_is_eager(production: pl.DataFrame, engine: Literal["in-memory", "streaming"]):
    aggregates = [expression.alias(name) for name, (expression, _) in INDICES.items()]
    query = production.lazy().group_by(GROUP).agg(aggregates)
    assert dict(query.collect_schema())["hhi"] == pl.Float64
    found = query.collect(engine=engine)
    assert_frame_equal(found, production.group_by(GROUP).agg(aggregates), check_row_order=False)


def test_governance_weighted_hhi_as_in_plain_polars(production: pl.DataFrame):
    countries = cm.reference().world_production.select("country", *GROUP, "mass_t").drop_nulls()
    table = countries.with_columns(wgi=(pl.col("country").cast(pl.String).str.len_bytes() * 0.4 - 2.6))
    table = table.filter(pl.col("mass_t").sum().over(GROUP) > 0)
    assert table.height > 1000
    weight = (2 * (2.5 - pl.col("wgi"))).clip(0, 10)
    found = table.group_by(GROUP).agg(
        expressions.governance_weighted_hhi("mass_t", "wgi").alias("ours"),
        expressions.weighted_hhi("mass_t", weight).alias("weighted"),
        (SHARE.pow(2) * weight).sum().alias("plain"),
    )
    assert_series_equal(found["ours"], found["plain"], check_names=False, rel_tol=1e-12)
    assert_series_equal(found["weighted"], found["plain"], check_names=False, rel_tol=1e-12)


def test_the_namespace_is_the_functions():
    table = pl.DataFrame({"mass_t": [6.0, 3.0, 1.0], "wgi": [-1.0, 0.0, 2.0]})
    mass: Any = pl.col("mass_t")
    options: dict[str, tuple[list[str], dict[str, Any]]] = {
        "hhi": ([], {}),
        "effective_suppliers": ([], {}),
        "shannon_entropy": ([], {}),
        "hill": ([], {"order": 0.5}),
        "top_share": ([], {"k": 2}),
        "without_top": ([], {"k": 2}),
        "weighted_hhi": (["mass_t"], {}),
        "governance_weighted_hhi": (["wgi"], {}),
    }
    assert set(options) == set(expressions.__all__) - {"CritminExpressions"}
    for name, (columns, keywords) in options.items():
        behind_the_dot = getattr(mass.critmin, name)(*columns, **keywords)
        function = getattr(expressions, name)("mass_t", *columns, **keywords)
        assert_frame_equal(table.select(behind_the_dot), table.select(function))


def test_over_keeps_the_rows():
    table = pl.DataFrame({"year": [2024, 2023, 2024], "mass_t": [1, 5, 3]})
    found = table.with_columns(expressions.hhi("mass_t").over("year").alias("hhi"))
    assert found["hhi"].to_list() == [0.625, 1.0, 0.625]


@pytest.mark.parametrize("dtype", [pl.Float32, pl.Int64, pl.UInt8, pl.Int128, pl.Decimal(10, 2)])
def test_numbers_of_any_width_are_taken(dtype: pl.DataType):
    table = pl.DataFrame({"mass_t": pl.Series([3, 1, 0], dtype=dtype), "g": ["a", "a", "a"]})
    found = table.group_by("g").agg(expressions.hhi("mass_t"))
    assert found.schema["mass_t"] == pl.Float64
    assert found["mass_t"].to_list() == [0.625]


def test_petroleum_does_not_overflow():
    table = pl.DataFrame({"mass_t": [4_400_000_000, 1_000_000_000]})
    assert table.select(expressions.hhi("mass_t")).item() == pytest.approx(0.698_216_735_253_772_3, abs=1e-12)


def test_chunks_and_slices_are_one_column():
    table = pl.concat([pl.DataFrame({"mass_t": [9.0, 3.0]}), pl.DataFrame({"mass_t": [1.0, 9.0]})], rechunk=False)
    assert table["mass_t"].n_chunks() == 2
    assert table[1:3].select(expressions.hhi("mass_t")).item() == 0.625


def test_no_supply_is_null_and_the_other_groups_keep_their_answer():
    table = pl.DataFrame({"g": ["none", "none", "some", "gap"], "mass_t": [0.0, 0.0, 2.0, None]})
    found = dict(table.group_by("g").agg(expressions.hhi("mass_t", missing="skip")).rows())
    assert found == {"none": None, "some": 1.0, "gap": None}
    assert table.clear().select(expressions.hhi("mass_t")).item() is None
    rest = dict(table.group_by("g").agg(expressions.without_top("mass_t", missing="skip")).rows())
    assert rest == {"none": 0.0, "some": 0.0, "gap": None}


BAD: dict[str, tuple[dict[str, list[Any]], Callable[[], pl.Expr], str]] = {
    "null": (
        {"mass_t": [1.0, None, None]},
        lambda: expressions.hhi("mass_t"),
        "`mass_t` lacks 2 of 3 values in one group: unknown is not zero; fill the gap, or leave these suppliers out "
        'with `missing="skip"`',
    ),
    "negative, its row counted with the gaps": (
        {"mass_t": [None, 1.0, -2.0]},
        lambda: expressions.hill("mass_t", order=2, missing="skip"),
        "`mass_t`, entry 2 is -2: expected a finite quantity that is not negative",
    ),
    "not a number": ({"mass_t": [math.nan]}, lambda: expressions.shannon_entropy("mass_t"), "`mass_t`, entry 0 is NaN"),
    "infinite": ({"mass_t": [1.0, math.inf]}, lambda: expressions.without_top("mass_t"), "`mass_t`, entry 1 is inf"),
    "text": (
        {"mass_t": ["<0.1"]},
        lambda: expressions.top_share("mass_t"),
        "`mass_t` holds `str`: an index needs numbers; cast the column first",
    ),
    "truth": ({"mass_t": [True]}, lambda: expressions.effective_suppliers("mass_t"), "`mass_t` holds `bool`"),
    "null weight": (
        {"mass_t": [None, 1.0, 2.0], "risk": [1.0, 1.0, None]},
        lambda: expressions.weighted_hhi("mass_t", "risk", missing="skip"),
        "`risk`, entry 2 is null: a supplier without a weight cannot be weighed",
    ),
    "negative weight": (
        {"mass_t": [None, 1.0, 2.0], "risk": [1.0, 1.0, -3.0]},
        lambda: expressions.weighted_hhi("mass_t", "risk", missing="skip"),
        "`risk`, entry 2 is -3: expected a finite quantity that is not negative",
    ),
    "one weight for all": (
        {"mass_t": [1.0, 2.0]},
        lambda: expressions.weighted_hhi("mass_t", pl.lit(1.0).alias("risk")),
        "`risk` has 1 rows, `mass_t` has 2: every supplier needs a weight of its own",
    ),
    "percentile rank": (
        {"mass_t": [1.0, 2.0], "wgi": [0.5, 57.0]},
        lambda: expressions.governance_weighted_hhi("mass_t", "wgi"),
        "`wgi`, entry 1 is 57: expected an estimate of the Worldwide Governance Indicators",
    ),
    "infinite governance": (
        {"mass_t": [1.0, 2.0], "wgi": [0.5, -math.inf]},
        lambda: expressions.governance_weighted_hhi("mass_t", "wgi"),
        "`wgi`, entry 1 is -inf: expected an estimate",
    ),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("how", ["select", "group_by", "lazy"])
def test_what_is_not_a_quantity_is_refused(case: str, how: str):
    columns, expression, message = BAD[case]
    table = pl.DataFrame(columns).with_columns(g=pl.lit("a"))
    run: dict[str, Callable[[], pl.DataFrame]] = {
        "select": lambda: table.select(expression()),
        "group_by": lambda: table.group_by("g").agg(expression()),
        "lazy": lambda: table.lazy().group_by("g").agg(expression()).collect(),
    }
    with pytest.raises(ComputeError) as caught:
        run[how]()
    assert message in str(caught.value)


def test_a_wrong_column_is_refused_when_the_plan_is_made():
    query = pl.LazyFrame({"mass_t": ["much"]}).select(expressions.hhi("mass_t"))
    with pytest.raises(ComputeError, match="`mass_t` holds `str`"):
        query.collect_schema()


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: expressions.hhi("mass_t", missing="zero"), '`missing` is "zero": expected "error" or "skip"'),  # type: ignore[arg-type]
        (lambda: expressions.hill("mass_t", order=-1.0), "`order` is -1.0: expected a finite number"),
        (lambda: expressions.hill("mass_t", order=math.nan), "`order` is nan: expected a finite number"),
        (lambda: expressions.top_share("mass_t", k=0), "`k` is 0: expected how many"),
        (lambda: expressions.without_top("mass_t", k=-1), "`k` is -1: expected how many"),
    ],
)
def test_options_are_checked_when_the_expression_is_built(build: Callable[[], pl.Expr], message: str):
    with pytest.raises(cm.InvalidDataError) as caught:
        build()
    assert message in str(caught.value)


@given(st.lists(st.floats(1e-3, 1e9), min_size=1, max_size=30), st.floats(1e-3, 1e3))
def test_bounds_scale_and_order(masses: list[float], factor: float):
    table = pl.DataFrame({"mass_t": masses})
    hhi = table.select(expressions.hhi("mass_t")).item()
    scaled = table.select(expressions.hhi(pl.col("mass_t").reverse() * factor)).item()
    assert 1 / len(masses) - 1e-12 <= hhi <= 1 + 1e-12
    assert scaled == pytest.approx(hhi, rel=1e-12)
    assert cm.hhi(masses) == hhi
