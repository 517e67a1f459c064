"""The embedded dataset through Python: every table, its schema, and the rules that hold over all of them."""

from __future__ import annotations

import critmin as cm
import polars as pl
import polars.selectors as cs
import pytest

REF = cm.reference()


def test_there_are_tables():
    assert len(REF.tables) >= 20
    assert REF.describe().height == len(REF.tables)


@pytest.mark.parametrize("name", REF.tables)
def test_a_table_has_the_columns_and_the_key_that_it_declares(name: str):
    table, schema = REF.table(name), REF.schema(name)
    assert not table.is_empty()
    assert table.columns == schema["column"].to_list()
    required = schema.filter(~pl.col("is_optional"))["column"].to_list()
    assert table.select(required).null_count().row(0) == (0,) * len(required)
    if name == "eu_use_shares":  # the source repeats rows; they are kept, and noted
        return
    key = REF.describe().row(by_predicate=pl.col("table") == name, named=True)["key"].split(", ")
    assert not table.select(key).is_duplicated().any()


@pytest.mark.parametrize("name", REF.tables)
def test_no_number_is_nan_or_infinite(name: str):
    numbers = REF.table(name).select(cs.float())
    assert all(column.drop_nulls().is_finite().all() for column in numbers)


def test_every_source_that_a_table_names_is_described():
    known = set(REF.sources["source_id"])
    found = {
        name: set(REF.table(name)["source_id"].cast(str))
        for name in REF.tables
        if "source_id" in REF.table(name).columns
    }
    assert len(found) > 5
    for name, sources in found.items():
        assert sources <= known, name


def test_no_aggregate_stands_among_the_countries():
    countries = set(REF.countries["country"])
    assert "CHN" in countries
    assert set(REF.world_production["country"].cast(str)) <= countries
    assert not REF.world_production_aggregates.is_empty()


def test_gallium_comes_from_china():
    rows = REF.world_production.filter(
        (pl.col("commodity") == "gallium") & (pl.col("statistic") == "production") & (pl.col("country") == "CHN")
    )
    assert rows["mass_t"].max() > 500


def test_attributes_are_tables_and_unknown_ones_say_so():
    assert REF.countries is REF.table("countries")
    assert "trade_flows" in dir(REF)
    with pytest.raises(AttributeError, match="no_such_table"):
        REF.no_such_table  # noqa: B018
    with pytest.raises(cm.UnknownTableError, match="no_such_table"):
        REF.table("no_such_table")
    with pytest.raises(cm.UnknownTableError):
        REF.schema("no_such_table")


def test_licences_and_data_package_are_there():
    assert "USGS" in REF.licences or "Geological Survey" in REF.licences
    described = {resource["name"] for resource in REF.datapackage["resources"]}
    assert described == set(REF.tables)


def test_names_are_found_in_the_publishers_spellings():
    assert cm.find_country("Burma").country == "MMR"
    assert cm.find_country("USA").country == "USA"
    assert cm.find_country("United States").country == "USA"
    assert cm.find_commodity("Gallium").commodity == "gallium"


def test_membership_of_blocs_has_dates():
    assert "GBR" in cm.bloc_members("eu-27", day="2019-12-31") or "GBR" not in cm.bloc_members(
        "eu-27", day="2024-01-01"
    )
    assert len(cm.bloc_members("eu-27", day="2024-01-01")) == 27
    with pytest.raises(cm.UnknownNameError, match="no-bloc"):
        cm.bloc_members("no-bloc")


def test_hhi():
    assert cm.hhi([1.0, 1.0, 1.0, 1.0]) == pytest.approx(0.25, rel=1e-12)


@pytest.mark.parametrize(
    "commodity", ["gallium", "germanium", "antimony", "natural-graphite", "tungsten", "rare-earths"]
)
def test_profiles_of_the_first_commodities(commodity: str):
    profile = cm.profile(commodity, day="2025-01-15")
    assert profile.commodity == commodity
    if commodity != "germanium":  # whose production by country the editions do not print
        assert profile.producers.filter(pl.col("country").is_null()).is_empty()
        shares = profile.producers.drop_nulls("share").group_by("stage", "form", "year").agg(pl.col("share").sum())
        assert shares["share"].max() <= 1 + 1e-9
    assert not profile.us_suppliers.is_empty()
    assert not profile.reliance.is_empty()


def test_the_ban_of_2024_is_suspended_a_year_later():
    def status(day: str) -> set[str]:
        rows = cm.profile("gallium", day=day).measures.to_dicts()
        return {row["status"] for row in rows if row["target"] == "USA"}

    assert "in_force" in status("2025-01-15")
    assert status("2026-01-15") == {"suspended"}
