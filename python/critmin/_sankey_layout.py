"""Where everything of a stage Sankey stands: columns, bars, ribbons, and what does not add up.

A good traded within its stage takes two columns: who supplies it, and who has it after trade. What a country supplies
to itself is no trade flow; it is what it has (recorded supply) less what it sends, or, when the supply of nobody is
recorded, what it hands on less what it receives. Of each bar, what comes in, enters there and is unexplained equals
what goes out and stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from critmin import _charts, _flows

# Columns that name a bar.
BAR = ["good", "stage", "role", "country"]
# Roles within one good and stage: supplies, passes through the world's pool, has after trade.
SUPPLIES, POOLS, HAS = 0, 1, 2
# A difference this small beside the largest bar is rounding.
_ROUNDING = 1e-9
# What a country keeps of its own counts from this share of what it makes or uses on; below it solvers left it.
_RESIDUE = 1e-6
# Between two bars, so that two labels never touch.
PAD = 15.0


@dataclass(frozen=True)
class Size:
    """Room of the picture in pixels: from the first to the last column, at least between two, and least height."""

    width: float
    gap: float
    height: float


@dataclass(frozen=True)
class Layout:
    """Bars and ribbons in pixels, from the top left."""

    # BAR, inflow, enters, unexplained, outflow, stays, is_last, has_in, size, column, x, top, bottom, scale, is_mixed
    bars: list[dict[str, Any]]
    # country of the supplier, source and target (places in `bars`), flow, top and bottom at both ends
    ribbons: list[dict[str, Any]]
    height: float
    n_folded: int
    backward: pl.DataFrame


def lay_out(flows: pl.DataFrame, own: pl.DataFrame | None, *, n_countries: int, size: Size) -> Layout:
    """Place the flows: `flow` between supplier_ and buyer_ good, stage and country; `own` is supply by country."""
    order = _column_order(flows)
    forward, backward = _directed(flows, order)
    _charts.require_rows(forward.filter(pl.col("flow") > 0), "flow along the chain")
    ribbons = _with_domestic(_with_roles(forward), own)
    bars = _balanced(ribbons, own)
    kept = _largest(bars, n_countries)
    n_folded = len(set(bars["country"]) - {"", _flows.POOL, _flows.UNRECORDED}) - len(kept)
    placed, total = _placed(_fold_bars(bars, kept), order, kept, size)
    drawn = _fold_ribbons(ribbons, kept)
    scale = placed[0]["scale"]
    return Layout(placed, _attached(drawn, placed, scale), total, n_folded, backward)


def _column_order(flows: pl.DataFrame) -> dict[tuple[str, str], tuple[int, int]]:
    """Give each good and stage its place: the stage's along the chain, then its depth within the stage."""
    pairs = flows.select("supplier_good", "supplier_stage", "buyer_good", "buyer_stage").unique(maintain_order=True)
    links = [((a, b), (c, d)) for a, b, c, d in pairs.rows() if (a, b) != (c, d)]
    groups = dict.fromkeys(group for a, b, c, d in pairs.rows() for group in ((a, b), (c, d)))
    stages = _flows.stage_order(stage for _, stage in groups)
    depth = dict.fromkeys(groups, 0)
    for _ in range(len(groups)):  # a cycle ends the walk here, and its last link runs backward
        for supplier, buyer in links:
            if supplier[1] == buyer[1]:
                depth[buyer] = max(depth[buyer], min(depth[supplier] + 1, len(groups)))
    return {group: (stages[group[1]], depth[group]) for group in groups}


def _directed(flows: pl.DataFrame, order: dict[tuple[str, str], tuple[int, int]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part the flows that run along the chain from those that run back and cannot be drawn from left to right."""
    ends = flows.select("supplier_good", "supplier_stage", "buyer_good", "buyer_stage").rows()
    runs = [(a, b) == (c, d) or order[a, b] < order[c, d] for a, b, c, d in ends]
    kept = pl.Series(runs, dtype=pl.Boolean)
    return flows.filter(kept), flows.filter(~kept)


def _with_roles(flows: pl.DataFrame) -> pl.DataFrame:
    """Add the role of both ends: only a good that is traded within its stage has more than one."""
    within = (pl.col("supplier_good") == pl.col("buyer_good")) & (pl.col("supplier_stage") == pl.col("buyer_stage"))
    traded = flows.filter(within).select(pl.col("buyer_good").alias("good"), pl.col("buyer_stage").alias("stage"))
    split = set(traded.unique().rows())
    sides = flows.select("supplier_good", "supplier_stage").rows()
    leaves = pl.Series([HAS if side in split else SUPPLIES for side in sides], dtype=pl.Int64)
    is_pool = [pl.col(f"{end}_country") == _flows.POOL for end in ("supplier", "buyer")]
    keys = [f"{end}_{part}" for end in ("supplier", "buyer") for part in BAR]
    return (
        flows.with_columns(leaves.alias("leaves"), within.alias("within"))
        .with_columns(
            pl.when(is_pool[0]).then(POOLS).when("within").then(SUPPLIES).otherwise("leaves").alias("supplier_role"),
            pl.when(is_pool[1]).then(POOLS).when("within").then(HAS).otherwise(SUPPLIES).alias("buyer_role"),
        )
        .with_columns(pl.col("supplier_role", "buyer_role").cast(pl.Int64))
        .group_by(keys, maintain_order=True)
        .agg(pl.col("flow").sum())
        .filter(pl.col("flow") > 0)
    )


def _ends(ribbons: pl.DataFrame, end: str, name: str) -> pl.DataFrame:
    """Add up the ribbons at one end of theirs."""
    key = [pl.col(f"{end}_{part}").alias(part) for part in BAR]
    return ribbons.group_by(key, maintain_order=True).agg(pl.col("flow").sum().alias(name))


def _with_domestic(ribbons: pl.DataFrame, own: pl.DataFrame | None) -> pl.DataFrame:
    """Add what each country of a traded good supplies to itself."""
    group = ["good", "stage"]
    out, into = _ends(ribbons, "supplier", "out"), _ends(ribbons, "buyer", "in")
    split = into.filter(pl.col("role") != SUPPLIES).select(group).unique(maintain_order=True)
    key = [*group, "country"]
    parts = [
        out.filter(pl.col("role") == SUPPLIES).select(*key, sent="out"),
        into.filter(pl.col("role") == HAS).select(*key, got="in"),
        out.filter(pl.col("role") == HAS).select(*key, used="out"),
        into.filter(pl.col("role") == SUPPLIES).select(*key, made="in"),
        *([] if own is None else [own.select(*key, made="own")]),
    ]
    zero = [pl.lit(0.0).alias(name) for name in ("sent", "got", "used", "made")]
    told = pl.concat([part.with_columns(*(z for z in zero if z.meta.output_name() not in part.columns))
                      .select(*key, "sent", "got", "used", "made") for part in parts])  # fmt: skip
    sums = told.join(split, on=group, how="semi").group_by(key, maintain_order=True).sum()
    informed = pl.col("made").sum().over(group) > 0
    left = pl.when(informed).then(pl.col("made") - pl.col("sent")).otherwise(pl.col("used") - pl.col("got"))
    least = _RESIDUE * pl.max_horizontal("made", "used")
    stays = sums.with_columns(left.alias("flow")).filter(pl.col("flow") > least, pl.col("country") != _flows.POOL)
    both = [pl.col(part).alias(f"{end}_{part}") for end in ("supplier", "buyer") for part in key]
    roles = [pl.lit(SUPPLIES, pl.Int64).alias("supplier_role"), pl.lit(HAS, pl.Int64).alias("buyer_role")]
    return (
        pl.concat([ribbons, stays.select(*both, *roles, "flow").select(ribbons.columns)])
        .group_by([name for name in ribbons.columns if name != "flow"], maintain_order=True)
        .agg(pl.col("flow").sum())
    )


def _balanced(ribbons: pl.DataFrame, own: pl.DataFrame | None) -> pl.DataFrame:
    """Give each bar its inflow, what enters there, its outflow, and on either side what is missing."""
    where = ["good", "stage", "role"]
    sides = _ends(ribbons, "buyer", "inflow").join(_ends(ribbons, "supplier", "outflow"), on=BAR, how="full",
                                                   coalesce=True, maintain_order="left_right")  # fmt: skip
    if own is not None:
        here = own.with_columns(pl.lit(SUPPLIES, pl.Int64).alias("role")).rename({"own": "enters"})
        here = here.join(sides.select("good", "stage").unique(), on=["good", "stage"], how="semi")
        sides = sides.join(here.select(*BAR, "enters"), on=BAR, how="full", coalesce=True, maintain_order="left_right")
    else:
        sides = sides.with_columns(pl.lit(None, pl.Float64).alias("enters"))
    bars = sides.with_columns(pl.col("inflow", "outflow").fill_null(0.0)).with_columns(
        (pl.col("inflow").sum().over(where) > 0).alias("has_in"),
        (pl.col("outflow").sum().over(where) > 0).alias("has_out"),
        (pl.col("enters").sum().over(where) > 0).alias("is_told"),
    )
    starts = ~pl.col("has_in") & ~pl.col("is_told")
    bars = bars.with_columns(pl.when(starts).then("outflow").otherwise(pl.col("enters").fill_null(0.0)).alias("enters"))
    gap = pl.col("inflow") + pl.col("enters") - pl.col("outflow")
    size = pl.max_horizontal("inflow", "enters", "outflow").max()
    gap = pl.when(gap.abs() > _ROUNDING * size).then(gap).otherwise(0.0)
    return bars.with_columns(
        (-gap).clip(lower_bound=0).alias("unexplained"),
        gap.clip(lower_bound=0).alias("stays"),
        (~pl.col("has_out")).alias("is_last"),
    ).filter(pl.col("inflow") + pl.col("enters") + pl.col("outflow") > 0)


def _largest(bars: pl.DataFrame, n_countries: int) -> list[str]:
    """Name the countries with the most flow, all columns together, largest first; the pool is none of them."""
    size = pl.max_horizontal(pl.col("inflow") + pl.col("enters"), "outflow").sum().alias("size")
    sums = bars.filter(~pl.col("country").is_in(["", _flows.POOL, _flows.UNRECORDED])).group_by("country").agg(size)
    return sums.sort("size", "country", descending=[True, False])["country"].head(n_countries).to_list()


def _folded(country: str, kept: list[str]) -> pl.Expr:
    stays = pl.col(country).is_in([*kept, "", _flows.POOL, _flows.UNRECORDED])
    return pl.when(stays).then(country).otherwise(pl.lit(_flows.OTHER)).alias(country)


def _fold_bars(bars: pl.DataFrame, kept: list[str]) -> pl.DataFrame:
    sums = [pl.col(name).sum() for name in ("inflow", "enters", "unexplained", "outflow", "stays")]
    key = [pl.col("good"), pl.col("stage"), pl.col("role"), _folded("country", kept)]
    flags = [pl.col("is_last").first(), pl.col("has_in").first()]
    return bars.group_by(key, maintain_order=True).agg(*sums, *flags)


def _fold_ribbons(ribbons: pl.DataFrame, kept: list[str]) -> pl.DataFrame:
    keys = [name for name in ribbons.columns if name != "flow"]
    ends = [_folded(name, kept) if name.endswith("_country") else pl.col(name) for name in keys]
    return ribbons.group_by(ends, maintain_order=True).agg(pl.col("flow").sum())


def _placed(
    bars: pl.DataFrame, order: dict[tuple[str, str], tuple[int, int]], kept: list[str], size: Size
) -> tuple[list[dict[str, Any]], float]:
    """Stack the bars of each column, largest good and country first, every column in the middle of the height."""
    rank = {country: place for place, country in enumerate([*kept, _flows.OTHER, _flows.POOL, _flows.UNRECORDED, ""])}
    sized = bars.with_columns((pl.col("outflow") + pl.col("stays")).alias("size"))
    sized = sized.with_columns(pl.col("size").sum().over("good", "stage", "role").alias("good_size"))
    rows = [{**row, "key": (*order[row["good"], row["stage"]], row["role"])} for row in sized.to_dicts()]
    rows.sort(key=lambda row: (row["key"], -row["good_size"], row["good"], rank[row["country"]], -row["size"]))
    columns = {key: place for place, key in enumerate(dict.fromkeys(row["key"] for row in rows))}
    stacks: list[list[dict[str, Any]]] = [[] for _ in columns]
    for row in rows:
        stacks[columns[row["key"]]].append(row)
    pads = max(PAD * (len(stack) - 1) for stack in stacks)
    total, gap = max(size.height, 2 * pads), max(size.width / max(len(stacks) - 1, 1), size.gap)
    scale = min((total - PAD * (len(stack) - 1)) / sum(row["size"] for row in stack) for stack in stacks)
    for column, stack in enumerate(stacks):
        used = PAD * (len(stack) - 1) + scale * sum(row["size"] for row in stack)
        top, is_mixed = (total - used) / 2, len({row["good"] for row in stack}) > 1
        for row in stack:
            row |= {"column": column, "x": column * gap, "top": top, "bottom": top + scale * row["size"],
                    "scale": scale, "is_mixed": is_mixed}  # fmt: skip
            top = row["bottom"] + PAD
    return rows, total


def _attached(ribbons: pl.DataFrame, bars: list[dict[str, Any]], scale: float) -> list[dict[str, Any]]:
    """Attach each ribbon to its bars, in the order of the bars at its other end, so that few cross."""
    place = {tuple(bar[part] for part in BAR): index for index, bar in enumerate(bars)}
    rows = [
        {
            "country": row["supplier_country"],
            "flow": row["flow"],
            "source": place[tuple(row[f"supplier_{part}"] for part in BAR)],
            "target": place[tuple(row[f"buyer_{part}"] for part in BAR)],
        }
        for row in ribbons.to_dicts()
    ]
    for end, far in (("source", "target"), ("target", "source")):
        used = [bar["top"] for bar in bars]
        for row in sorted(rows, key=lambda row: row[far]):
            row[f"{end}_top"] = used[row[end]]
            used[row[end]] = row[f"{end}_bottom"] = used[row[end]] + scale * row["flow"]
        for bar, bottom in zip(bars, used, strict=True):
            bar[f"{end}s_bottom"] = bottom  # below it: what stays, or what enters and is unexplained
    return rows
