"""A study of import sources: what a survey prints beside the direct exposure of the trade graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from critmin import graph
from critmin._progress import progress_callback

if TYPE_CHECKING:
    import polars as pl

    from critmin._progress import Progress
    from critmin.result import Result
    from critmin.study import Study

_UNIT = "share of imports"


def run(study: Study, progress: Progress) -> tuple[pl.DataFrame, dict[str, Result]]:
    """Compare every published share with the graph's, flow-weighted over the years."""
    import polars as pl

    published = pl.read_csv(study.text("published.csv").encode(), schema_overrides={"printed": pl.String})
    tell = progress_callback(progress, study.id)
    commodities = published["commodity"].unique(maintain_order=True).to_list()
    ours = []
    for done, commodity in enumerate(commodities, start=1):
        ours.append(_direct(study.record["comparison"], commodity))
        if tell is not None:
            tell(done, len(commodities))
    shares = pl.concat(ours)
    joined = published.join(shares, on=["commodity", "country"], how="left", maintain_order="left")
    rows = [_told(row, study) for row in joined.to_dicts()]
    return pl.DataFrame(rows, infer_schema_length=None), {}


def _direct(asked: dict[str, Any], commodity: str) -> pl.DataFrame:
    """Return each supplier's share of the buyer's purchases of a commodity over the years of the study."""
    import polars as pl

    years = []
    for year in range(asked["year_from"], asked["year_to"] + 1):
        edges = graph.trade(commodity, year=year, measure="mass_t").edges
        years.append(edges.filter(pl.col("buyer_country") == asked["buyer"]).select("supplier_country", "mass_t"))
    # In one order, so that the sums have the same last digit every time.
    sales = pl.concat(years).cast({"supplier_country": pl.String}).sort("supplier_country", "mass_t")
    bought = sales.group_by("supplier_country", maintain_order=True).agg(pl.col("mass_t").sum())
    return bought.select(
        pl.lit(commodity).alias("commodity"),
        pl.col("supplier_country").cast(pl.String).alias("country"),
        (pl.col("mass_t") / pl.col("mass_t").sum()).alias("ours"),
    )


def _told(row: dict[str, Any], study: Study) -> dict[str, Any]:
    verdict, gap = "not_recorded", None
    if row["ours"] is not None:
        gap = row["ours"] - row["published"]
        verdict = "agrees" if abs(gap) <= study.record["tolerance"]["share"] else "differs"
    reason = {
        "agrees": "",
        "differs": study.explanations.get(row["commodity"], "unexplained"),
        "not_recorded": "no flow with a mass is recorded from this country under these codes",
    }[verdict]
    kept = ("commodity", "detail", "country", "published", "printed", "ours")
    rest = ("grade", "source")
    return {
        **{name: row[name] for name in kept},
        "difference": gap,
        "unit": _UNIT,
        "verdict": verdict,
        "reason": reason,
        **{name: row[name] for name in rest},
    }


def overview(comparison: pl.DataFrame) -> pl.DataFrame:
    """Return one row per commodity: every printed source with ours beside it."""
    import polars as pl

    rows = []
    for (commodity,), group in comparison.group_by(["commodity"], maintain_order=True):
        cells = [f"{row['country']} {row['printed']}/{_percent(row['ours'])}" for row in group.to_dicts()]
        differs = group.filter(pl.col("verdict") != "agrees").height
        verdict = "agrees" if differs == 0 else f"{differs} of {group.height} differ"
        rows.append((str(commodity).replace("-", " "), ", ".join(cells), verdict))
    heads = ["commodity", "printed/ours (%)", "verdict"]
    return pl.DataFrame(rows, schema=dict.fromkeys(heads, pl.String), orient="row")


def _percent(share: float | None) -> str:
    return "n/a" if share is None else f"{100 * share:.0f}"


def pairs(comparison: pl.DataFrame) -> pl.DataFrame:
    """Return label, ours, published, unit and verdict of every share."""
    import polars as pl

    label = pl.format("{} from {}", "commodity", "country").alias("label")
    return comparison.select(label, "ours", "published", "unit", "verdict")


def headlines(comparison: pl.DataFrame) -> list[str]:
    """Count what agrees, and tell the typical distance."""
    gaps = comparison["difference"].abs()
    agrees = comparison.filter(verdict="agrees").height
    median = gaps.median()
    return [
        f"{agrees} of {comparison.height} printed shares lie within five percentage points of ours; the median "
        f"distance is {100 * float(str(median)):.1f} points.",
    ]


def remarks(comparison: pl.DataFrame) -> list[str]:
    """Explain every commodity of which a share differs."""
    lines = []
    for (commodity,), group in comparison.filter(verdict="differs").group_by(["commodity"], maintain_order=True):
        lines.append(f"{str(commodity).replace('-', ' ')}: {group['reason'][0]}")
    return lines
