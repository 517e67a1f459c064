"""The assertion that is offered to users: equal in meaning, and a clear word when not."""

from __future__ import annotations

import polars as pl
import pytest
from critmin.testing import assert_frames_equal_in_meaning

MINE = pl.DataFrame({"country": ["CHN", "JPN"], "production_t": [900.0, None], "form": ["metal", "metal"]})


def test_order_of_rows_and_columns_and_categories_do_not_matter():
    other = MINE.reverse().select("form", "production_t", pl.col("country").cast(pl.Categorical))
    assert_frames_equal_in_meaning(MINE, other, key="country")


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (MINE.with_columns(production_t=pl.Series([900.0, 0.0])), "production_t"),
        (MINE.with_columns(production_t=pl.Series([901.0, None])), "production_t"),
        (MINE.drop("form"), "column"),
        (MINE.head(1), "on the left only: .*JPN"),
        (pl.concat([MINE, MINE]), "repeats the key"),
        (MINE.rename({"country": "origin"}), "lacks the key"),
    ],
)
def test_differences_are_named(other: pl.DataFrame, says: str):
    with pytest.raises(AssertionError, match=says):
        assert_frames_equal_in_meaning(MINE, other, key="country")


def test_numbers_may_differ_within_the_tolerance():
    other = MINE.with_columns(pl.col("production_t") * (1 + 1e-6))
    assert_frames_equal_in_meaning(MINE, other, key="country", relative_tolerance=1e-5)
    with pytest.raises(AssertionError):
        assert_frames_equal_in_meaning(MINE, other, key="country")
