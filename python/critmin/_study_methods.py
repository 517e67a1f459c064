"""The two kinds of study: recomputed statistics, and scenarios beside published market results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from critmin import _core, disruption
from critmin._frames import frame
from critmin._progress import progress_callback
from critmin.exceptions import InvalidDataError

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from critmin._progress import Progress
    from critmin.result import Result
    from critmin.study import Study

# Absolute tolerance on a restriction level, which is written with a few digits.
_LEVEL_TOLERANCE = 1e-9
# Verdicts on a recomputed cell, in words.
_VERDICTS = {
    "matches": "match",
    "differs": "differ",
    "cannot_be_computed": "cannot be computed",
    "not_published": "not published",
}
_OURS = ("ours", "ours_low", "ours_high")


class Method(NamedTuple):
    """How one kind of study is run and told."""

    run: Callable[[Study, Progress], tuple[pl.DataFrame, dict[str, Result]]]
    overview: Callable[[pl.DataFrame], pl.DataFrame]
    pairs: Callable[[pl.DataFrame], pl.DataFrame]
    remarks: Callable[[pl.DataFrame], list[str]]


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
    """Return one row per series and quantity: in how many years which verdict, and the first reason that stands."""
    import polars as pl

    verdict = pl.col("verdict").cast(pl.String)
    words = [pl.format("{} {}", verdict.eq(name).sum(), pl.lit(text)) for name, text in _VERDICTS.items()]
    counts = [pl.when(verdict.eq(name).any()).then(word) for name, word in zip(_VERDICTS, words, strict=True)]
    reason = pl.col("reason").cast(pl.String).filter(verdict != "matches").drop_nulls().first()
    words_only = [pl.col(name).cast(pl.String).str.replace_all("[-_]", " ") for name in ("series", "quantity")]
    return (
        comparison.group_by(["series", "quantity"], maintain_order=True)
        .agg(pl.concat_str(counts, separator=", ", ignore_nulls=True).first().alias("years"), reason.alias("why not"))
        .with_columns(*words_only, pl.col("why not").str.replace_all("_", " ").fill_null(""))
    )


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


def _remarks_import_reliance(comparison: pl.DataFrame) -> list[str]:
    import polars as pl

    counts = comparison.group_by("quantity", "verdict", maintain_order=True).len()
    lines = []
    for quantity in counts["quantity"].unique(maintain_order=True):
        rows = counts.filter(pl.col("quantity") == quantity).iter_rows()
        parts = ", ".join(f"{n} {_VERDICTS.get(str(verdict), str(verdict))}" for _, verdict, n in rows)
        lines.append(f"  {str(quantity).replace('_', ' ')}: {parts}")
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


def _remarks_market_ban(comparison: pl.DataFrame) -> list[str]:
    lines = []
    for row in comparison.to_dicts():
        ours = _signed(row["ours"])
        lines.append(
            f"  {row['scenario']}, {row['commodity']}, {row['quantity'].replace('_', ' ')} at "
            f"{row['restriction_level']:.0%}: ours {ours}, published {row['printed']} ({row['grade']}): "
            f"{row['verdict'].replace('_', ' ')}"
        )
    return lines


def _pairs_market_ban(comparison: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    label = pl.format("{}, {}, {}", "scenario", "commodity", "quantity").alias("label")
    return comparison.select(label, "ours", "published", "unit", "verdict")


def _overview_market_ban(comparison: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    rows = [
        (
            f"{row['commodity']} {row['quantity'].replace('_', ' ')}, {row['scenario']} {row['restriction_level']:.0%}",
            _signed(row["ours"]),
            f"{_signed(row['ours_low'])} to {_signed(row['ours_high'])}",
            row["printed"],
            f"{_signed(row['difference'])} ± {row['tolerance']:.1%}",
            row["grade"],
            row["verdict"].replace("_", " "),
        )
        for row in comparison.to_dicts()
    ]
    heads = ["what", "ours", "low to high", "published", "off by", "grade", "verdict"]
    return pl.DataFrame(rows, schema=dict.fromkeys(heads, pl.String), orient="row")


def _signed(fraction: float | None) -> str:
    return "n/a" if fraction is None else f"{fraction:+.0%}"


METHODS = {
    "import-reliance": Method(
        _run_import_reliance, _overview_import_reliance, _pairs_import_reliance, _remarks_import_reliance
    ),
    "market-ban": Method(_run_market_ban, _overview_market_ban, _pairs_market_ban, _remarks_market_ban),
}
