"""One self-contained HTML page for the answer of a scoring method."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from critmin import _core, _html, _score_words, plots
from critmin._score_plots import labelled
from critmin.exceptions import InvalidDataError, MissingInputsError
from critmin.report import _attribution, _drawn, _provenance, _sources

if TYPE_CHECKING:
    import polars as pl

    from critmin.scores import Scores

# Rows of one table in the page; the files hold all of them.
SHOWN = 500
# Draws behind the picture of the ranks.
DRAWS = 1000


def score_report(scores: Scores) -> str:
    """Write the page of one answer.

    Parameters
    ----------
    scores
        What :func:`critmin.score` returned.

    Returns
    -------
    str
        HTML, complete in itself.
    """
    method = scores.method
    return _html.page(
        title=method.title,
        lead=f"critmin {_core.__version__} · method {method.id} · {method.question}",
        sections=[
            _html.section("The answer", *_answer(scores)),
            _html.section("Pictures", *_figures(scores)),
            _html.section("Tables", *_tables(scores)),
            _html.section("Assumptions and inputs", *_inputs(scores)),
            _html.section("Provenance", _provenance(scores.provenance, "answer")),
            _sources(scores.provenance),
        ],
    )


def source_line(scores: Scores) -> str:
    """Name the method and the editions behind its inputs, for a picture."""
    editions = [_attribution(name) for name in scores.provenance["sources"]]
    return "; ".join([scores.method.title, *dict.fromkeys(editions)])


def _answer(scores: Scores) -> list[str]:
    import polars as pl

    found = _score_words.answer(scores)
    rows = [[_html.cell(value) for value in row] for row in found.rows]
    table = pl.DataFrame(rows, schema=dict.fromkeys(found.columns, pl.String), orient="row")
    heading = " ".join(_score_words.heading_lines(scores)[1:])
    more = f". {found.left_out} more rows stand under Tables" if found.left_out else ""
    notes = [_score_words.status_line(scores), *_score_words.absences(scores), *_score_words.cautions(scores)]
    return [_html.table(table, heading + more), *(_html.paragraph(text, "warning") for text in notes)]


def _figures(scores: Scores) -> list[str]:
    source = source_line(scores)
    names = {one["name"] for one in scores.method.card["outputs"]}
    parts = []
    if {"supply_risk", "economic_importance"} <= names and "commodity" in scores.axes_of("supply_risk"):
        title = f"Criticality matrix: {scores.method.title}"
        parts.append(_drawn("chart-matrix", plots.criticality_matrix, scores.wide(), title, source))
    return [*parts, *_sure(scores, source)]


def _sure(scores: Scores, source: str) -> list[str]:
    """Draw ranks and swings, where the document says how its inputs vary."""
    import polars as pl

    output = scores.method.card["outputs"][0]
    name = output["name"]
    try:
        cells = scores.uncertainty(n_draws=DRAWS, outputs=[name]).cells
        swings = labelled(scores.tornado(outputs=[name]), but={"source", "kind"})
    except (InvalidDataError, MissingInputsError) as error:
        return [_html.paragraph(f"How sure the ranks are: not drawn ({error})")]
    title = f"How sure the ranks are: {name}"
    ranks = _drawn("chart-ranks", plots.rank_intervals, cells, title, f"{source}; {DRAWS} draws, seed 0")
    first = _score_words.ranked(scores, name)
    if first.is_empty() or swings.is_empty():
        return [ranks]
    worst = labelled(_score_words.ranked(scores, name))["cell"][0]
    rows = swings.filter(pl.col("cell") == worst).drop("cell")
    chart = plots.tornado(rows, source=source, title=f"What moves {name} of {worst}", unit=output["unit"])
    return [ranks, _html.figure(chart, name="chart-tornado")]


def _tables(scores: Scores) -> list[str]:
    import polars as pl

    parts = [_html.table(scores.outputs, "What each output is: unit, direction, evidence")]
    for name in scores.outputs["output"]:
        rows = scores.scores.filter(pl.col("output") == name)
        shown = _without_empty(rows).head(SHOWN)
        left_out = f" ({rows.height - SHOWN} more rows in the files)" if rows.height > SHOWN else ""
        parts.append(_html.folded(str(name), _html.table(shown, f"{name}, every cell with its status{left_out}")))
    return parts


def _without_empty(rows: pl.DataFrame) -> pl.DataFrame:
    """Leave out axes that this output does not have."""
    kept = [name for name in rows.columns if name in {"value", "status"} or not rows[name].is_null().all()]
    return rows.select(kept)


def _inputs(scores: Scores) -> list[str]:
    import polars as pl

    editions = scores.provenance["sources_by_input"]
    own = scores.question.inputs
    inputs = scores.method.inputs.drop("axes", "is_in_reference")
    names = ["handed over" if name in own else ", ".join(editions.get(name, [])) for name in inputs["input"]]
    document = _html.folded("The method document", f"<pre>{escape(scores.method.text)}</pre>")
    return [_html.table(inputs.with_columns(pl.Series("edition", names)), "Every input and its editions"), document]
