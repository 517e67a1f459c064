"""Studies of scores: documents run on the reference dataset and the study's inputs, compared cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from critmin import core
from critmin._progress import progress_callback
from critmin.exceptions import InvalidDataError
from critmin.method_library import method
from critmin.scores import Question
from critmin.tables import reference

if TYPE_CHECKING:
    import polars as pl

    from critmin._progress import Progress
    from critmin.result import Result
    from critmin.scores import Scores
    from critmin.study import Study

# Room beside the tolerance, relative and absolute, so that 4.35 beside 4.3 is not decided by a last bit.
_SLACK = (1e-6, 1e-12)
_NUMBERS = ("value", "decimals", "tolerance")
_SHOWN = (
    "id", "method", "variant", "output", "commodity", "commodity_id", "stage", "entity", "year", "relation", "ours",
    "ours_label", "published", "published_label", "printed", "unit", "difference", "tolerance_kind", "tolerance",
    "low", "high", "status", "coverage", "verdict", "expected", "reason", "grade", "source", "note", "known_issue",
)  # fmt: skip


def run(study: Study, progress: Progress) -> tuple[pl.DataFrame, dict[str, Result]]:
    """Run every document that the study names, and put its answer beside the published cells."""
    import polars as pl

    published = _published(study)
    tell = progress_callback(progress, study.id)
    runs = study.record.get("runs", [])
    parts: dict[str, pl.DataFrame] = {}
    for done, record in enumerate(runs, start=1):
        cells = _chosen(published, record["rows"], {})
        answer = _ask(study, record, cells, parts)
        parts[record["id"]] = _compared(_beside(cells, answer, record), study.id)
        if tell is not None:
            tell(done, len(runs))
    comparison = pl.concat(list(parts.values()))
    _require_all(study, published, comparison)
    return comparison.sort("row").select(_SHOWN), {}


def _published(study: Study) -> pl.DataFrame:
    import polars as pl

    cells = pl.read_csv(study.text("published.csv").encode(), infer_schema=False)
    return cells.with_columns(pl.col(_NUMBERS).cast(pl.Float64)).with_row_index("row")


def _require_all(study: Study, published: pl.DataFrame, comparison: pl.DataFrame) -> None:
    """Refuse a study of which a cell is compared never or twice: nothing may be dropped in silence."""
    if sorted(comparison["row"]) != published["row"].to_list():
        counts = comparison["id"].value_counts()
        found = dict(counts.iter_rows())
        wrong = [name for name in published["id"] if found.get(name, 0) != 1]
        raise InvalidDataError(
            f"study `{study.id}`: {len(wrong)} rows of `published.csv` are not compared exactly once, `{wrong[0]}` "
            "first: check `rows` of the runs in `study.toml`"
        )


def _ask(study: Study, record: dict[str, Any], cells: pl.DataFrame, parts: dict[str, pl.DataFrame]) -> Scores:
    """Ask the document of one run for the labels of its cells."""
    labels = {axis: cells[column].unique(maintain_order=True).to_list() for axis, column in record["axes"].items()}
    inputs: dict[str, pl.DataFrame] = {}
    for entry in record.get("inputs", []):
        inputs |= _handed_over(study, entry, parts)
    regions = {name: list(core.bloc_members(bloc, day=day)) for name, (bloc, day) in record.get("regions", {}).items()}
    return Question(method(record["document"]), inputs, labels, {}, regions, use_reference=True, remarks=[]).ask()


def _handed_over(study: Study, entry: dict[str, Any], parts: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Build the tables of one entry: literal rows, a file of the study, a reference table, or an earlier run."""
    import polars as pl

    fixed = [pl.lit(label).alias(axis) for axis, label in entry.get("fixed", {}).items()]
    tables = {}
    for name, source in entry["values"].items():
        rows, column = _rows(study, entry, parts), source
        if not isinstance(source, str):
            rows, column = rows.with_columns(pl.lit(float(source)).alias("value")), "value"
        axes = [pl.col(there).cast(pl.String).alias(axis) for axis, there in entry["axes"].items()]
        tables[name] = rows.select(*axes, *fixed, pl.col(column).cast(pl.Float64).alias("value"))
    return tables


def _rows(study: Study, entry: dict[str, Any], parts: dict[str, pl.DataFrame]) -> pl.DataFrame:
    import polars as pl

    if "rows" in entry:
        return pl.DataFrame(entry["rows"])
    if "file" in entry:
        return pl.read_csv(study.text(entry["file"]).encode())
    if "run" in entry:
        return parts[entry["run"]]
    return _chosen(reference().table(entry["table"]), entry.get("where", {}), entry.get("except", {}))


def _chosen(table: pl.DataFrame, where: dict[str, Any], without: dict[str, Any]) -> pl.DataFrame:
    """Keep rows by the labels of columns; the label `bloc:eu-27@2022-12-31` stands for the members on that day."""
    import polars as pl

    for column, labels in where.items():
        table = table.filter(pl.col(column).cast(pl.String).fill_null("").is_in(_labels(labels)))
    for column, labels in without.items():
        table = table.filter(~pl.col(column).cast(pl.String).fill_null("").is_in(_labels(labels)))
    return table


def _labels(given: object) -> list[str]:
    many = given if isinstance(given, list) else [given]
    labels: list[str] = []
    for one in many:
        text = str(one).lower() if isinstance(one, bool) else str(one)
        bloc, _, day = text.removeprefix("bloc:").partition("@")
        labels += core.bloc_members(bloc, day=day) if text.startswith("bloc:") else [text]
    return labels


def _beside(cells: pl.DataFrame, answer: Scores, record: dict[str, Any]) -> pl.DataFrame:
    """Join the answer to the cells on their axes, with the interval where the study asks for one."""
    import polars as pl

    axes = list(record["axes"])
    scores = _keyed(answer.scores, axes).rename({"value": "ours", "label": "ours_label", "reason": "ours_reason"})
    ours = scores.select("output", *axes, "ours", "ours_label", "status", "coverage", "ours_reason")
    limits = _keyed(answer.intervals(record.get("half_widths", {})), axes) if "half_widths" in record else None
    none = [pl.lit(None, pl.Float64).alias(name) for name in ("low", "high")]
    ours = (
        ours.with_columns(none)
        if limits is None
        else ours.join(limits.select("output", *axes, "low", "high"), on=["output", *axes], how="left")
    )
    units = answer.outputs.select("output", "unit")
    there = ["output", *record["axes"].values()]
    joined = cells.join(ours, left_on=there, right_on=["output", *axes], how="left", maintain_order="left")
    return joined.join(units, on="output", how="left", maintain_order="left")


def _keyed(table: pl.DataFrame, axes: list[str]) -> pl.DataFrame:
    import polars as pl

    return table.with_columns(pl.col("output", *axes).cast(pl.String))


def _compared(joined: pl.DataFrame, name: str) -> pl.DataFrame:
    """Give every cell its difference, verdict and reason."""
    import polars as pl

    lost = joined.filter(pl.col("status").is_null())
    if not lost.is_empty():
        raise InvalidDataError(
            f"study `{name}`: the document has no cell for row `{lost['id'][0]}` of `published.csv` (and {lost.height} "
            "in all): check `output` and the labels there"
        )
    named = joined.rename({"value": "published", "label": "published_label"})
    told = named.with_columns((pl.col("ours") - pl.col("published")).alias("difference"))
    return told.with_columns(_verdict().alias("verdict")).with_columns(_reason().alias("reason")).drop("ours_reason")


def _verdict() -> pl.Expr:
    import polars as pl

    relative, absolute = _SLACK
    room = pl.col("tolerance") * (1 + relative) + absolute
    published = pl.col("published")
    inside = (pl.col("low") - room <= published) & (published <= pl.col("high") + room)
    is_lost = pl.col("status") == "unavailable"
    kind = pl.col("tolerance_kind")
    near = pl.col("difference").abs() <= room
    agrees = pl.when(kind == "status").then(is_lost).when(kind == "interval").then(inside).otherwise(near)
    is_same = agrees.fill_null(value=False)
    verdict = pl.when(is_same).then(pl.lit("agrees")).when(is_lost).then(pl.lit("unavailable"))
    return verdict.when(pl.col("expected") == "differs").then(pl.lit("expected_failure")).otherwise(pl.lit("differs"))


def _reason() -> pl.Expr:
    """Say why: of a named failure the name, of an absent cell what the document says, else what is known."""
    import polars as pl

    surprise = pl.format("expected to be `{}`, and agrees: {}", "expected", "known_issue")
    side = pl.when(pl.col("difference") > 0).then(pl.lit("above")).otherwise(pl.lit("below"))
    plain = pl.format("ours is {} {} print", pl.col("difference").abs().round(3), side)
    agrees, is_absent = pl.col("verdict") == "agrees", pl.col("status") == "unavailable"
    expected = pl.when(agrees & pl.col("expected").is_not_null() & ~is_absent).then(surprise)
    known = expected.when(is_absent).then(pl.col("ours_reason")).when(agrees).then(None)
    return known.otherwise(pl.coalesce("known_issue", plain))
