"""The same question by hand in polars, on loaded frames: the same rows and editions, without statuses and reasons."""

import os
import statistics
import time

import critmin as cm
import polars as pl

YEARS = list(range(2016, 2023))
reference = cm.reference()
flows = reference.trade_flows.cast({pl.Categorical: pl.String})
governance = reference.governance.cast({pl.Categorical: pl.String})
forms = reference.commodity_forms.cast({pl.Categorical: pl.String})
produced = reference.world_production.cast({pl.Categorical: pl.String})
WHERE = ["commodity", "stage"]
KEYS = [*WHERE, "entity", "year"]
ASKED = pl.LazyFrame({"year": YEARS}, schema={"year": pl.Int16})


def production() -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Return the concentration, and what each country produces, for every year: the nearest one that is printed."""
    printed = produced.lazy().filter(statistic="production", source_id="usgs-mcs-2026")
    printed = printed.unique([*WHERE, "country", "year"], keep="first", maintain_order=True)
    nearest = printed.select(*WHERE, "year").unique().join(ASKED.rename({"year": "asked"}), how="cross")
    nearest = nearest.sort((pl.col("year") - pl.col("asked")).abs(), "year").unique([*WHERE, "asked"], keep="first")
    printed = printed.join(nearest, on=[*WHERE, "year"]).select(*WHERE, "country", "mass_t", year="asked")
    known = printed.drop_nulls("mass_t").filter(pl.col("mass_t").sum().over(*WHERE, "year") > 0)
    share = pl.col("mass_t") / pl.col("mass_t").sum()
    hhi = known.group_by(*WHERE, "year").agg(hhi=(share**2).sum())
    return hhi, printed.select(*WHERE, "year", entity="country", domestic="mass_t", is_listed=pl.lit(value=True))


def political_risk() -> pl.LazyFrame:
    """Return the risk by country and year; the year before or after stands in for one that is lacking."""
    risk = (0.5 - 0.2 * pl.col("wgi_estimate").cast(pl.Float64)).clip(0, 1)
    known = governance.lazy().filter(dimension="pv", source_id="wgi-2024-update").drop_nulls("wgi_estimate")
    known = known.select("year", origin="country", risk=risk)
    # The year itself first, then the year before it, then the year after.
    moved = [known.with_columns(year=pl.col("year") + by) for by in (0, 1, -1)]
    return pl.concat(moved).unique(["origin", "year"], keep="first", maintain_order=True)


def geopolrisk() -> pl.DataFrame:
    """Return score by commodity, stage, importer and year; what cannot be computed is null."""
    hhi, domestic = production()
    codes = forms.lazy().filter(pl.col("status").is_in(["usable", "broken"])).drop_nulls("commodity")
    codes = codes.select("hs6", "commodity", "content_share", "valid_from", "valid_to")
    trade = flows.lazy().filter(pl.col("year").is_in(YEARS), source_id="baci-hs92-to-2024").join(codes, on="hs6")
    trade = trade.filter(
        pl.col("valid_from").fill_null(0) <= pl.col("year"), pl.col("year") <= pl.col("valid_to").fill_null(9999)
    )
    trade = trade.join(political_risk(), on=["origin", "year"], how="left").with_columns(
        mass=pl.col("mass_t") * pl.col("content_share")
    )

    def whole(part: pl.Expr, needed: str) -> pl.Expr:
        # A flow without a mass is left out; one without a content or a risk leaves no sum.
        is_there = pl.col(needed).is_not_null().all() & pl.col("mass_t").is_not_null().any()
        return pl.when(is_there).then(part.sum())

    imports = trade.group_by("commodity", pl.col("destination").alias("entity"), "year").agg(
        mass=whole(pl.col("mass"), "content_share"),
        at_risk=whole(pl.col("mass") * pl.col("risk"), "risk"),
    )
    joined = imports.join(hhi, on=["commodity", "year"]).join(domestic, on=KEYS, how="full", coalesce=True)
    # Who is not in a table that lists others produces nothing; who is listed without a figure has no answer.
    own = pl.when(pl.col("is_listed").is_null()).then(0.0).otherwise(pl.col("domestic"))
    score = pl.col("hhi") * pl.col("at_risk") / (own + pl.col("mass"))
    scored = joined.select(*KEYS, score=pl.when(score.is_finite()).then(score))
    # Every commodity has a row in every year, even when there is nothing to say.
    asked = pl.concat([domestic.select("commodity"), codes.select("commodity")]).unique().join(ASKED, how="cross")
    lacking = asked.join(scored, on=["commodity", "year"], how="anti")
    return pl.concat([scored, lacking], how="diagonal").sort(KEYS).collect()


geopolrisk()
times = []
for _ in range(7):
    begun = time.perf_counter()
    result = geopolrisk()
    times.append(time.perf_counter() - begun)
print(f"inner: {statistics.median(times)} {result.height}")
if "CHECK" in os.environ:
    ours = cm.score(method="geopolrisk", year=YEARS).scores.filter(output="geopolrisk_score").select(*KEYS, "value")
    both = ours.cast({"year": pl.Int16}).join(result, on=KEYS, how="full", coalesce=True, nulls_equal=True)
    far = both.filter((pl.col("value") - pl.col("score")).abs() > 1e-12)
    odd = both.filter(pl.col("value").is_null() != pl.col("score").is_null())
    print(f"{both.height} rows, {far.height} values differ, {odd.height} known to one side only")
