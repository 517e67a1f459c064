"""The same draws by hand in numpy, vectorised over draws: shares lognormal 10 %, inputs normal, higher stage taken."""

import os
import time

import critmin as cm
import numpy as np
import polars as pl

N = int(os.environ["N_DRAWS"])
reference = cm.reference()
names = {pl.Categorical: pl.String}
shares = reference.eu_supply_shares.cast(names).with_columns(share=pl.col("share").fill_null(pl.col("share_high") / 2))
governance = reference.governance.cast(names).filter(pl.col("year").is_between(2016, 2020), source_id="wgi-2023-update")
weight = governance.group_by("country").agg(w=5 - 2 * pl.col("wgi_estimate").cast(pl.Float64).mean())
shares = shares.drop_nulls(["country", "commodity", "share"]).unique(
    ["scope", "commodity", "eu_stage", "country"], keep="first", maintain_order=True
)
shares = shares.join(weight, on="country").with_columns(w=pl.col("w") * pl.col("trade_parameter"))
groups = shares.partition_by("commodity", "eu_stage", "scope", as_dict=True, maintain_order=True)
stages = reference.eu_assessment_inputs.cast(names).filter(assessment_year=2023).drop_nulls("commodity")
rng = np.random.default_rng(1)


def concentration(commodity: str, stage: str, scope: str) -> np.ndarray | None:
    """Draws of the governance-weighted concentration, shares brought back to their sum."""
    frame = groups.get((commodity, stage, scope))
    if frame is None:
        return None
    base = frame["share"].to_numpy()
    drawn = base * np.exp(0.1 * rng.standard_normal((N, base.size)))
    drawn *= base.sum() / drawn.sum(axis=1, keepdims=True)
    return (drawn**2) @ frame["w"].to_numpy()


def moved(value: float, deviation: float) -> np.ndarray:
    """Draw from a normal distribution, kept between 0 and 1."""
    return np.clip(value + deviation * rng.standard_normal(N), 0, 1)


begun = time.perf_counter()
risks: dict[str, np.ndarray] = {}
for row in stages.iter_rows(named=True):
    world, sourced = (concentration(row["commodity"], row["eu_stage"], scope) for scope in ("global", "eu"))
    if world is None and sourced is None:
        continue
    if world is not None and sourced is not None and row["import_reliance"] is not None:
        half = moved(row["import_reliance"], 0.05) / 2
        core = world * half + sourced * (1 - half)
    else:
        core = world if world is not None else sourced
    recycled = moved(row["end_of_life_recycling_input_rate"] or 0.0, 0.03)
    risk = core * (1 - recycled) * moved(row["substitution_supply_risk"] or 1.0, 0.03)
    known = risks.get(row["commodity"])
    risks[row["commodity"]] = risk if known is None else np.maximum(known, risk)
table = np.column_stack(list(risks.values()))
quantiles = np.quantile(table, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)
above = (table >= 1.0).mean(axis=0)
ranks = (-table).argsort(axis=1).argsort(axis=1)
rank_interval = np.quantile(ranks, [0.05, 0.95], axis=0)
seconds = time.perf_counter() - begun
print(f"inner: {seconds} {table.shape[1]}")
