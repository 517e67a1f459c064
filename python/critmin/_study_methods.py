"""The kinds of study.

Recomputed statistics, import sources, scenarios beside market results or costs, published scores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from critmin import _core, _study_costs, _study_score_words, _study_scores, _study_sources, disruption
from critmin._frames import frame
from critmin._progress import progress_callback
from critmin.exceptions import InvalidDataError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import polars as pl

    from critmin._progress import Progress
    from critmin.cost import Cost
    from critmin.result import Result
    from critmin.study import Study

# Absolute tolerance on a restriction level, which is written with a few digits.
_LEVEL_TOLERANCE = 1e-9
# Verdicts on a recomputed cell, in the words of the tables.
_VERDICTS = {"matches": "match", "differs": "differ", "cannot_be_computed": "gap", "not_published": "unprinted"}
_OURS = ("ours", "ours_low", "ours_high")
# On which side of a published bound ours should stand, and the other one.
_SIDES = {">": ("above", "below"), "<": ("below", "above")}


def _as_written(study: Study) -> Study:
    return study


class Method(NamedTuple):
    """How one kind of study is run and told; `amended` states what the files beside `study.toml` allow to claim."""

    run: Callable[[Study, Progress], tuple[pl.DataFrame, Mapping[str, Result | Cost]]]
    overview: Callable[[pl.DataFrame], pl.DataFrame]
    pairs: Callable[[pl.DataFrame], pl.DataFrame]
    headlines: Callable[[pl.DataFrame], list[str]]
    remarks: Callable[[pl.DataFrame], list[str]]
    amended: Callable[[Study], Study] = _as_written


def curves(runs: dict[str, Result]) -> pl.DataFrame:
    """Stack the restriction curves of several runs, with the scenario's name in front."""
    import polars as pl

    if not runs:
        return pl.DataFrame()
    return pl.concat([run.curve.insert_column(0, pl.lit(name).alias("scenario")) for name, run in runs.items()])


def _run_import_reliance(study: Study, _progress: Progress) -> tuple[pl.DataFrame, dict[str, Result]]:
    comparison = frame(_core.import_reliance(study.text("balances.csv"), study.text("published.csv")))
    return _explained(comparison, study.explanations), {}


def _explained(comparison: pl.DataFrame, explanations: dict[str, str]) -> pl.DataFrame:
    """Give every cell that differs the explanation of its series."""
    import polars as pl

    reasons = pl.col("series").cast(pl.String).replace_strict(explanations, default=None, return_dtype=pl.String)
    differs = pl.col("verdict").cast(pl.String) == "differs"
    reason = pl.when(differs & reasons.is_not_null()).then(reasons).otherwise(pl.col("reason").cast(pl.String))
    return comparison.with_columns(reason.alias("reason"))


def _overview_import_reliance(comparison: pl.DataFrame) -> pl.DataFrame:
    """Return one row per series: in how many years which verdict, for both quantities, and why not."""
    import polars as pl

    rows: dict[str, dict[str, str]] = {}
    cells = comparison.select(pl.col("series", "quantity", "verdict", "reason").cast(pl.String))
    for (series, quantity), group in cells.group_by(["series", "quantity"], maintain_order=True):
        counts = group["verdict"].value_counts()
        found = dict(counts.iter_rows())
        words = ", ".join(f"{found[name]} {word}" for name, word in _VERDICTS.items() if name in found)
        row = rows.setdefault(str(series), {"series": str(series).replace("-", " "), "why": ""})
        row[str(quantity)] = words
        row["why"] = row["why"] or _why(group)
    heads = {"apparent_consumption": "consumption", "net_import_reliance": "reliance"}
    columns = ["series", *heads, "why"]
    return pl.DataFrame(list(rows.values()), schema=dict.fromkeys(columns, pl.String)).rename(heads).fill_null("-")


def _why(group: pl.DataFrame) -> str:
    """Say why one series does not match in every year: the kind of gap, or that it differs."""
    import polars as pl

    if (group["verdict"] == "differs").any():
        return "differs: see above"
    reasons = group.filter(pl.col("verdict") != "matches")["reason"].drop_nulls()
    # In `denominator_printed, previous_stock_not_printed: ...` the last word before the colon is the cause.
    return "" if reasons.is_empty() else str(reasons[0]).split(":")[0].split(", ")[-1].replace("_", " ")


def _pairs_import_reliance(comparison: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    wanted = comparison.filter(pl.col("quantity").cast(pl.String) == "net_import_reliance")
    return wanted.select(
        pl.format("{} {}", "series", "year").alias("label"),
        pl.col("computed").alias("ours"),
        "published",
        pl.lit("net import reliance, % of apparent consumption").alias("unit"),
        pl.col("verdict").cast(pl.String),
    )


def _headlines_import_reliance(comparison: pl.DataFrame) -> list[str]:
    """Count the verdicts of both quantities."""
    import polars as pl

    names = {name: name.replace("_", " ") for name in _VERDICTS}
    cells = comparison.select(pl.col("quantity", "verdict").cast(pl.String))
    lines = [f"{'':21}" + "  ".join(names.values())]
    for quantity in cells["quantity"].unique(maintain_order=True):
        found = dict(cells.filter(pl.col("quantity") == quantity)["verdict"].value_counts().iter_rows())
        counts = "  ".join(f"{found.get(name, 0):>{len(text)}}" for name, text in names.items())
        lines.append(f"{quantity.replace('_', ' '):21}{counts}")
    return [
        *lines,
        "In the table below, by number of years:",
        "match: within the printed rounding; gap: cannot be computed, an input is missing;",
        "unprinted: the USGS prints no figure to compare with.",
    ]


def _remarks_import_reliance(comparison: pl.DataFrame) -> list[str]:
    """Explain every series of which a cell differs."""
    import polars as pl

    differs = comparison.filter(pl.col("verdict").cast(pl.String) == "differs")
    lines = []
    for (series,), group in differs.group_by(["series"], maintain_order=True):
        values = f"{group.height} value{'s' if group.height > 1 else ''}"
        lines.append(f"{str(series).replace('-', ' ')}, {values}: {group['reason'][0]}")
    return lines


def _run_market_ban(study: Study, progress: Progress) -> tuple[pl.DataFrame, dict[str, Result]]:
    scenarios = study.record.get("scenarios", [])
    tell = progress_callback(progress, study.id)
    runs: dict[str, Result] = {}
    for done, entry in enumerate(scenarios, start=1):
        scenario = disruption.Scenario.from_toml(study.text(entry["file"]))
        runs[entry["name"]] = disruption.run(scenario)
        if tell is not None:
            tell(done, len(scenarios))
    return _beside_published(study, runs), runs


def _beside_published(study: Study, runs: dict[str, Result]) -> pl.DataFrame:
    import polars as pl

    published = pl.read_csv(study.text("published.csv").encode(), schema_overrides={"printed": pl.String})
    rows = [_compared(row, runs) for row in published.to_dicts()]
    numbers = {name: pl.Float64 for name in (*_OURS, "published", "difference", "tolerance", "restriction_level")}
    return pl.DataFrame(rows, schema_overrides=numbers, infer_schema_length=None)


def _compared(row: dict[str, Any], runs: dict[str, Result]) -> dict[str, Any]:
    if row["scenario"] not in runs:
        raise InvalidDataError(
            f"`published.csv`, id `{row['id']}`: found the scenario `{row['scenario']}`, expected one of {sorted(runs)}"
        )
    ours = _our_value(row, runs[row["scenario"]])
    verdict, reason = _verdict(row, ours[0])
    within = None if None in ours[1:] else bool(ours[1] <= row["published"] <= ours[2])
    return {
        **{name: row[name] for name in ("id", "scenario", "commodity", "quantity", "restriction_level")},
        **dict(zip(_OURS, ours, strict=True)),
        **{name: row[name] for name in ("relation", "published", "printed", "unit")},
        "difference": None if ours[0] is None else ours[0] - row["published"],
        "tolerance": row["tolerance"],
        "is_within_band": within,
        "verdict": verdict,
        "reason": reason,
        **{name: row[name] for name in ("grade", "source", "note")},
    }


def _our_value(row: dict[str, Any], run: Result) -> tuple[Any, Any, Any]:
    """Return our central, low and high value of the published quantity at the published restriction level."""
    import polars as pl

    columns = {"price_change": ("price_ratio", 1.0), "shortfall_share": ("shortfall_share", 0.0)}
    if row["quantity"] not in columns:
        return None, None, None
    column, base = columns[row["quantity"]]
    is_level = (pl.col("restriction_level") - row["restriction_level"]).abs() <= _LEVEL_TOLERANCE
    points = run.curve.filter(is_level & (pl.col("commodity").cast(pl.String) == row["commodity"]))
    if points.height != 1:
        return None, None, None
    values = (points[f"{column}{end}"][0] for end in ("", "_low", "_high"))
    central, low, high = (None if value is None else value - base for value in values)
    return central, low, high


def _verdict(row: dict[str, Any], ours: float | None) -> tuple[str, str]:
    if ours is None:
        return "not_comparable", "no value of ours at this level: see the status of the market"
    gap = ours - row["published"]
    if row["relation"] == ">":
        return ("agrees", "") if gap > 0 else ("differs", f"ours is not above the published bound, by {-gap:.3g}")
    if row["relation"] == "<":
        return ("agrees", "") if gap < 0 else ("differs", f"ours is not below the published bound, by {gap:.3g}")
    if abs(gap) <= row["tolerance"]:
        return "agrees", ""
    return "differs", f"ours is {abs(gap):.3g} {'above' if gap > 0 else 'below'}: parameters are not the report's"


def _headlines_market_ban(comparison: pl.DataFrame) -> list[str]:
    return [
        f"{_what(row)}: ours {_signed(row['ours'])} ({_range(row)}), published {row['printed']} ({row['grade']}): "
        f"{row['verdict'].replace('_', ' ')}, {_beside(row)}."
        for row in comparison.to_dicts()
    ]


def _remarks_market_ban(comparison: pl.DataFrame) -> list[str]:
    import polars as pl

    return [f"{_what(row)}: {row['reason']}." for row in comparison.filter(pl.col("reason") != "").to_dicts()]


def _what(row: dict[str, Any]) -> str:
    quantity = row["quantity"].removesuffix("_change").replace("_", " ")
    return f"{row['commodity']} {quantity}, {row['scenario']}, {100 * row['restriction_level']:g} % restricted"


def _beside(row: dict[str, Any]) -> str:
    """Say how ours stands to the published value; beside a bound there is no distance, only a side."""
    if row["ours"] is None:
        return "no value of ours"
    if row["relation"] in _SIDES:
        side, other = _SIDES[row["relation"]]
        return f"{side}, as published" if row["verdict"] == "agrees" else f"{other}, not as published"
    points = f"{100 * row['difference']:+.1f} points"
    rounding = f"within the rounding, ±{100 * row['tolerance']:g}"
    return f"{points}, {rounding}" if row["verdict"] == "agrees" else points


def _pairs_market_ban(comparison: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    label = pl.Series("label", [_what(row) for row in comparison.to_dicts()], dtype=pl.String)
    return comparison.select(label, *_OURS, "published", "printed", "relation", "unit", "verdict")


def _overview_market_ban(comparison: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    rows = [
        (
            _what(row),
            _signed(row["ours"]),
            _range(row),
            f"{row['printed']} ({row['grade']})",
            _beside(row),
            row["verdict"].replace("_", " "),
        )
        for row in comparison.to_dicts()
    ]
    heads = ["what", "ours", "low to high", "published", "beside it", "verdict"]
    return pl.DataFrame(rows, schema=dict.fromkeys(heads, pl.String), orient="row")


def _range(row: dict[str, Any]) -> str:
    return f"{_signed(row['ours_low']).removesuffix(' %')} to {_signed(row['ours_high'])}"


def _signed(fraction: float | None) -> str:
    return "n/a" if fraction is None else f"{100 * fraction:+,.0f} %"


METHODS = {
    "import-sources": Method(
        _study_sources.run,
        _study_sources.overview,
        _study_sources.pairs,
        _study_sources.headlines,
        _study_sources.remarks,
    ),
    "import-reliance": Method(
        _run_import_reliance,
        _overview_import_reliance,
        _pairs_import_reliance,
        _headlines_import_reliance,
        _remarks_import_reliance,
    ),
    "market-ban": Method(
        _run_market_ban, _overview_market_ban, _pairs_market_ban, _headlines_market_ban, _remarks_market_ban
    ),
    "economy-cost": Method(
        _study_costs.run,
        _study_costs.overview,
        _study_costs.pairs,
        _study_costs.headlines,
        _study_costs.remarks,
        _study_costs.amended,
    ),
    "score": Method(
        _study_scores.run,
        _study_score_words.overview,
        _study_score_words.pairs,
        _study_score_words.headlines,
        _study_score_words.remarks,
    ),
}
