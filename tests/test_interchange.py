"""Any table that speaks Arrow goes in: polars, pandas, pyarrow, DuckDB, with the same result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import critmin as cm
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing.parametric import column, dataframes

if TYPE_CHECKING:
    from collections.abc import Callable

TABLE = pl.DataFrame(
    {
        "commodity": ["gallium", "gallium"],
        "parameter": ["price_elasticity_of_demand_short", "price_elasticity_of_supply_short"],
        "country": [None, None],
        "value": [-0.7, 0.3],
        "low": [-0.9, 0.1],
        "high": [-0.5, 0.5],
        "unit": ["1", "1"],
        "grade": ["assumption", "assumption"],
        "source": ["test", "test"],
        "note": ["", ""],
    },
    schema_overrides={"country": pl.String},
)


def large_strings(table: pl.DataFrame) -> pa.Table:
    types = [pa.float64() if dtype.is_float() else pa.large_string() for dtype in table.dtypes]
    schema = pa.schema(list(zip(table.columns, types, strict=True)))
    return pa.table(table.to_dict(as_series=False), schema=schema)


def as_duckdb(table: pl.DataFrame) -> duckdb.DuckDBPyRelation:
    return duckdb.from_arrow(table.to_arrow())


HOLDERS: dict[str, Callable[[pl.DataFrame], Any]] = {
    "polars": lambda table: table,
    "polars categorical": lambda table: table.with_columns(pl.col("commodity", "grade").cast(pl.Categorical)),
    "polars enum": lambda table: table.with_columns(pl.col("grade").cast(pl.Enum(["assumption", "literature"]))),
    "polars in chunks": lambda table: pl.concat([table[:1], table[1:]], rechunk=False),
    "columns in another order": lambda table: table.select(sorted(table.columns)),
    "pandas": lambda table: pd.DataFrame(table.to_dicts(), columns=table.columns).astype({"country": "string"}),
    "pyarrow": lambda table: table.to_arrow(),
    "pyarrow large strings": large_strings,
    "duckdb": as_duckdb,
}


@pytest.fixture(scope="module")
def expected(ban: cm.Scenario) -> list[dict[str, Any]]:
    return cm.run(ban, parameters=TABLE).markets.to_dicts()


@pytest.mark.parametrize("holder", HOLDERS)
def test_the_same_table_in_another_library(ban: cm.Scenario, expected: list[dict[str, Any]], holder: str):
    assert cm.run(ban, parameters=HOLDERS[holder](TABLE)).markets.to_dicts() == expected


def test_a_column_of_type_null_is_a_typed_error(ban: cm.Scenario):
    with pytest.raises(cm.MissingColumnError, match=r"`source`.*cast"):
        cm.run(ban, parameters=TABLE.with_columns(pl.lit(None).alias("source")))


@pytest.mark.parametrize(
    "dtype", [pl.Date, pl.Datetime, pl.Duration, pl.Boolean, pl.List(pl.Int8), pl.Binary, pl.Struct({"a": pl.Int8})]
)
def test_a_column_of_the_wrong_type_is_a_typed_error(ban: cm.Scenario, dtype: pl.DataType):
    wrong = TABLE.with_columns(pl.Series("value", [None, None], dtype=dtype))
    with pytest.raises(cm.CritminError):
        cm.run(ban, parameters=wrong)


def test_what_is_no_table_is_refused(ban: cm.Scenario):
    with pytest.raises(cm.InvalidDataError, match="`dict`"):
        cm.run(ban, parameters={"commodity": ["gallium"]})  # type: ignore[arg-type]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    table=dataframes(
        [
            column("commodity", dtype=pl.String, allow_null=True),
            column("parameter", dtype=pl.String),
            column("value", dtype=pl.Float64),
            column("unit", dtype=pl.String),
            column("grade", strategy=st.sampled_from(["assumption", "literature", "published"])),
            column("source", dtype=pl.String),
            column("note", dtype=pl.String),
        ],
        max_size=4,
    )
)
def test_any_table_is_taken_or_refused_with_a_critmin_error(ban: cm.Scenario, table: pl.DataFrame):
    try:
        result = cm.run(ban, parameters=table)
    except cm.CritminError as error:
        assert str(error)  # noqa: PT017
    else:
        assert result.markets.height == 2


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(table=dataframes(max_cols=3, max_size=3, excluded_dtypes=[pl.Object]))
def test_a_table_of_anything_is_refused_without_a_panic(ban: cm.Scenario, table: pl.DataFrame):
    with pytest.raises(cm.CritminError):
        cm.run(ban, parameters=table)


def test_results_leave_as_arrow(result: cm.Result):
    assert pa.table(result.markets).num_rows == result.markets.height
    assert len(result.markets.to_pandas()) == result.markets.height
