"""One self-contained HTML page per run: pictures, tables, every assumption with its grade, sources and licences.

The page opens offline: the chart library stands in it once, its content policy forbids the network, and no font
or style is fetched. It prints, and follows the reader's light or dark setting.
"""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from critmin import _answer, _core, _html, _study_plots, core, plots, tables
from critmin._words import why_no_production
from critmin.exceptions import MissingInputsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import polars as pl

    from critmin.result import Result
    from critmin.study import StudyResult

__all__ = ["scenario_report", "study_report"]

_CAPTIONS = {
    "markets": "Equilibrium of each market: price ratio, price [USD/kg], shortfall [t per year] and [fraction]",
    "consumers": "Consumers: consumption, shortfall [t per year], stock [t] and months of cover",
    "producers": "Producers before and after [t per year]",
    "curve": "Price ratio and shortfall share at restriction levels from 0 to 1",
    "forms": "The same restriction under every demand and supply form: the most contested choice",
    "timeline": "Stock, supply, demand and shortfall month by month [t]",
}


def scenario_report(result: Result) -> str:
    """Write the page of one scenario.

    Parameters
    ----------
    result
        What :func:`critmin.run` returned.

    Returns
    -------
    str
        HTML, complete in itself.
    """
    return _html.page(
        title=result.scenario.title,
        lead=f"critmin {_core.__version__} · scenario {result.scenario.id}, fingerprint {result.scenario.fingerprint}",
        sections=[
            _html.section("The answer", *_answers(result)),
            _html.section("Pictures", *_figures([result])),
            _html.section("Assumptions and inputs", _inputs(result.inputs)),
            _html.section("Tables", *_tables(result)),
            _html.section("Provenance", _provenance(result.provenance)),
            _sources(result.provenance),
        ],
    )


def study_report(result: StudyResult) -> str:
    """Write the page of one study: ours beside published, cell by cell, then the runs behind it.

    Parameters
    ----------
    result
        What :func:`critmin.run_study` returned.

    Returns
    -------
    str
        HTML, complete in itself.
    """
    runs = list(result.runs.values())
    inputs = [_html.folded(f"Inputs of {run.scenario.id}", _inputs(run.inputs)) for run in runs]
    tables = [_html.folded(f"Tables of {run.scenario.id}", "\n".join(_tables(run))) for run in runs]
    provenance = [_provenance(run.provenance, run.scenario.id) for run in runs] + [
        _provenance(result.provenance, "study")
    ]
    return _html.page(
        title=result.study.title,
        lead=f"critmin {_core.__version__} · study {result.study.id} · {result.study.claim}",
        sections=[
            _html.section("The question", _html.paragraph(result.study.question)),
            _html.section("The answer", *(part for run in runs for part in _answers(run))),
            _html.section("Ours beside published", *_comparison(result)),
            _html.section("Pictures", *_figures(runs)),
            _html.section("Assumptions and inputs", *_study_assumptions(result), *inputs),
            _html.section("Tables", *tables),
            _html.section("Provenance", *provenance),
            _sources({"sources": result.study.sources}, *(run.provenance for run in runs)),
        ],
    )


def _answers(result: Result) -> list[str]:
    """Write the answer of one run in sentences, the first of each market in bold, then the notes."""
    parts = [f"<h3>{escape(result.scenario.title)}</h3>", _html.paragraph(_answer.level_words(result))]
    for answer in _answer.answers(result):
        told = "".join(_html.paragraph(sentence) for sentence in answer.sentences)
        parts.append(f'<div class="answer"><h3>{escape(answer.heading)}</h3>{told}</div>')
    notes = [f"Inputs by grade: {_answer.grades(result.inputs)}.", *_answer.notes(result)]
    return [*parts, *(_html.paragraph(text, "warning") for text in notes)]


def _comparison(result: StudyResult) -> list[str]:
    """Write what may be claimed, the counts, the picture, what differs, the short table, and every cell folded."""
    study = result.study
    claims = [_html.paragraph(f"This is a {study.claim}."), _html.paragraph(study.caution, "caution")]
    counts = [] if result.runs else [f"<pre>{escape(chr(10).join(result.headlines()))}</pre>"]
    remarks = [_html.paragraph(text) for text in result.remarks()]
    differs = ["<h3>What differs</h3>", *remarks] if remarks else []
    overview = _html.table(result.overview, study.caption, fits=True)
    cells = _html.folded("Every value", _html.table(result.comparison, study.caption))
    return [*claims, *counts, *_comparison_figure(result), *differs, overview, cells]


def _inputs(inputs: pl.DataFrame) -> str:
    return _html.table(inputs, "Every number that went in, its interval, unit, grade and source")


def _tables(result: Result) -> list[str]:
    return [_html.table(result.tables[name], caption) for name, caption in _CAPTIONS.items() if name in result.tables]


def _figures(results: Sequence[Result]) -> list[str]:
    parts = []
    for position, run in enumerate(results, start=1):
        name, source, title = f"chart-{position}", _source_line(run.provenance), run.scenario.title
        curve = f"Price and shortfall at every restriction level: {title}"
        parts.append(_drawn(f"{name}-curve", plots.restriction_curve, run.curve, curve, source))
        stocks = f"How long the stocks last: {title}"
        parts.append(_drawn(f"{name}-stocks", plots.depletion_timeline, run.timeline, stocks, source))
    return [*parts, *(_production_figure(*market) for market in _markets(results))]


def _markets(results: Sequence[Result]) -> list[tuple[str, str]]:
    """Return every market once, in order of first appearance."""
    rows = (row for run in results for row in run.markets.select("commodity", "stage").iter_rows())
    return list(dict.fromkeys((str(commodity), str(stage)) for commodity, stage in rows))


def _production_figure(commodity: str, stage: str) -> str:
    production = _production(commodity, stage)
    if production.is_empty():
        return _html.paragraph(f"Production of {commodity}, {stage}: no picture; {why_no_production(commodity)}.")
    year, form, source, printed = (production[name][0] for name in ("year", "form", "source_id", "stage"))
    title = f"Production of {commodity}, {printed}, {year}"
    if printed != stage:
        title += f" (its market is formed at the {stage} stage, of which no figures by country are printed)"
    line = f"{_attribution(str(source))}; {form}"
    return _drawn(f"chart-production-{commodity}-{stage}", plots.production_by_country, production, title, line)


def _production(commodity: str, stage: str) -> pl.DataFrame:
    """Return the latest production by country of the first form at the stage, or at the nearest one printed."""
    import polars as pl

    rows = core.profile(commodity).producers
    if rows.is_empty():
        return rows
    at_stage = rows.filter(pl.col("stage") == stage)
    shown = rows if at_stage.is_empty() else at_stage
    wanted = shown.filter((pl.col("form") == pl.col("form").first()) & (pl.col("stage") == pl.col("stage").first()))
    return wanted.filter(pl.col("year") == pl.col("year").max())


def _drawn(name: str, draw: Callable[..., Any], frame: pl.DataFrame, title: str, source: str) -> str:
    """Draw one figure, or say why there is nothing to draw."""
    try:
        return _html.figure(draw(frame, title=title, source=source), name=name)
    except MissingInputsError as error:
        return _html.paragraph(f"{title}: not drawn ({error})")


def _comparison_figure(result: StudyResult) -> list[str]:
    draw: Callable[..., Any] = plots.ours_beside_published
    if result.study.method == "score":
        draw = _study_plots.agreement
    elif "ours_low" in result.pairs.columns:
        draw = plots.interval_beside_published
    return [_drawn("chart-comparison", draw, result.pairs, "Ours beside published", result.study.source_line)]


def _study_assumptions(result: StudyResult) -> list[str]:
    return [_html.paragraph(text) for text in result.study.assumptions]


def _provenance(provenance: dict[str, Any], name: str = "run") -> str:
    record = escape(json.dumps(provenance, indent=2, ensure_ascii=False))
    return _html.folded(f"Provenance record of the {name} (JSON)", f"<pre>{record}</pre>")


def _sources(*provenances: dict[str, Any]) -> str:
    lines = dict.fromkeys(line for provenance in provenances for line in _source_lines(provenance))
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    licences = _html.folded("Licences of the data", f"<pre>{escape(_core.data_licences())}</pre>")
    return _html.section("Sources and licences", f"<ul>{items}</ul>" if items else "", licences)


def _source_lines(provenance: dict[str, Any]) -> Iterable[str]:
    """Write each source with edition and licence; a bare id is looked up in the reference dataset."""
    for source in provenance.get("sources") or []:
        record = source if isinstance(source, dict) else _source_record(str(source))
        text = record.get("attribution") or record.get("title") or record.get("source_id") or str(source)
        licence = record.get("licence")
        yield f"{text} ({licence})" if licence else str(text)


def _source_line(provenance: dict[str, Any]) -> str:
    named = [
        source if isinstance(source, str) else source.get("source_id", "") for source in provenance.get("sources") or []
    ]
    titles = [_attribution(name) for name in named if name]
    return "; ".join([*dict.fromkeys(titles), f"market model of critmin {_core.__version__}"])


def _attribution(source_id: str) -> str:
    record = _source_record(source_id)
    return str(record.get("attribution") or record["title"]) if record else source_id


def _source_record(source_id: str) -> dict[str, Any]:
    sources = tables.reference().table("sources")
    rows = [row for row in sources.to_dicts() if row["source_id"] == source_id]
    return rows[0] if rows else {}
