"""The same question by hand in polars, on loaded frames: contained mass, codes in force, no silent zero."""

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


def geopolrisk() -> pl.DataFrame:
    """Return score by commodity, stage, importer and year; what cannot be computed is absent."""
    production = produced.filter(statistic="production", source_id="usgs-mcs-2026", year=2024).unique(
        ["commodity", "stage", "country"], keep="first", maintain_order=True
    )
    share = pl.col("mass_t") / pl.col("mass_t").sum().over("commodity", "stage")
    keys = ["commodity", "stage"]
    hhi = production.drop_nulls("mass_t").group_by(keys).agg(hhi=(share**2).sum())
    domestic = production.select(*keys, "mass_t", destination="country").rename({"mass_t": "domestic"})
    risk = governance.filter(dimension="pv", source_id="wgi-2023-update").select(
        origin="country", year="year", risk=(0.5 - 0.2 * pl.col("wgi_estimate")).clip(0, 1)
    )
    usable = forms.filter(status="usable").drop_nulls(["commodity", "content_share"])
    codes = usable.select("hs6", *keys, "content_share", "valid_from", "valid_to")
    trade = flows.lazy().filter(pl.col("year").is_in(YEARS)).drop_nulls("mass_t")
    trade = trade.join(codes.lazy(), on="hs6").filter(
        pl.col("valid_from").fill_null(0) <= pl.col("year"), pl.col("year") <= pl.col("valid_to").fill_null(9999)
    )
    contained = pl.col("mass_t") * pl.col("content_share")
    trade = trade.join(risk.lazy(), on=["origin", "year"], how="left").with_columns(mass=contained)
    imports = trade.group_by(*keys, "destination", "year").agg(
        mass=pl.col("mass").sum(),
        at_risk=pl.when(pl.col("risk").is_null().any()).then(None).otherwise((pl.col("mass") * pl.col("risk")).sum()),
    )
    joined = imports.join(hhi.lazy(), on=keys).join(domestic.lazy(), on=[*keys, "destination"], how="left")
    supply = pl.col("mass") + pl.col("domestic").fill_null(0)
    return (
        joined.with_columns(score=pl.col("hhi") * pl.col("at_risk") / supply)
        .sort(*keys, "destination", "year")
        .collect()
    )


geopolrisk()
times = []
for _ in range(7):
    begun = time.perf_counter()
    result = geopolrisk()
    times.append(time.perf_counter() - begun)
print(f"inner: {statistics.median(times)} {result.height}")
