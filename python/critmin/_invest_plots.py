"""The pictures of a portfolio: what a budget buys, how sure a choice is, who gains, what each scenario costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from critmin import _charts
from critmin._charts import PALETTE, WIDTH
from critmin._flows import COLORS
from critmin._words import percent

if TYPE_CHECKING:
    import altair as alt

    from critmin.decision import Decision, Frontier, Selection
    from critmin.investing import Investment

_MEASURES = {
    "objective_million_usd": "cost (spend and weighted losses)",
    "expected_loss_million_usd": "expected loss",
    "cvar_million_usd": "tail loss",
}
_DRAWS = {"chosen_in_resamples": "scenarios drawn anew", "chosen_in_reweighted": "probabilities drawn anew"}
_ENDS = {"loss_without_million_usd": "nothing chosen", "loss_million_usd": "chosen set"}
# A gain below this share of all gains is what solvers leave of a zero.
_LEAST = 1e-6
_ASSUMED = "model of critmin, probabilities are assumptions"


def portfolio_frontier(
    frontier: Frontier, *, source: str | None = None, title: str = "What a budget buys"
) -> alt.LayerChart:
    """Draw cost, expected loss and tail loss over the budget, with a mark where another set is chosen.

    Parameters
    ----------
    frontier
        What :meth:`critmin.Portfolio.frontier` returned.
    source
        Where the inputs come from; by default the title of the portfolio.
    title
        Heading.

    Returns
    -------
    altair.LayerChart
        Three lines in million USD; each point tells the chosen projects, and a dashed line marks a change of the set.

    Raises
    ------
    InvalidDataError
        When it is no frontier.
    MissingInputsError
        When it has no point.
    """
    import altair as alt
    import polars as pl

    from critmin.decision import Frontier

    _charts.require_kind(frontier, Frontier, "Portfolio.frontier()")
    points = frontier.points.with_columns(pl.col("projects").replace("", "no project"))
    _charts.require_rows(points, "cost at a budget")
    kept = ["budget_million_usd", "projects", "spent_million_usd", "marginal_value", "changes"]
    rows = points.unpivot(list(_MEASURES), index=kept, variable_name="measure", value_name="million_usd")
    rows = rows.with_columns(pl.col("measure").replace_strict(_MEASURES, return_dtype=pl.String))
    x = alt.X("budget_million_usd:Q", title="budget (million USD)", axis=alt.Axis(format=",~f", tickCount=8),
              scale=alt.Scale(zero=False, nice=False))  # fmt: skip
    y = alt.Y("million_usd:Q", title="cost and losses (million USD)", axis=alt.Axis(format=",~f"))
    scale = alt.Scale(domain=list(_MEASURES.values()), range=list(PALETTE[:3]))
    color = alt.Color("measure:N", title=None, scale=scale, legend=alt.Legend(orient="top", labelLimit=300))
    told = _charts.tooltip(rows, "measure", "million_usd", *kept[:-1])
    lines = alt.Chart(_charts.data(rows), width=WIDTH, height=320).mark_line(point=alt.OverlayMarkDef(size=22))
    layers = [lines.encode(x=x, y=y, color=color, tooltip=told)]
    changed = points.filter("changes")
    if changed.height:
        rules = alt.Chart(_charts.data(changed.select(kept))).mark_rule(strokeDash=[3, 3], color="#666")
        layers.insert(0, rules.encode(x=x, tooltip=_charts.tooltip(changed, *kept[:-1])))
    note = f"{source or f'{frontier.portfolio.title}; {_ASSUMED}'}. Dashed: another set of projects is chosen"
    return alt.LayerChart(layer=layers, title=_charts.title(title, note))


def selection_frequency(
    selection: Selection, *, source: str | None = None, title: str = "How often each project is chosen"
) -> alt.LayerChart:
    """Draw in which share of the draws each project is chosen.

    Parameters
    ----------
    selection
        What :meth:`critmin.Portfolio.selection` returned.
    source
        Where the inputs come from; by default the title of the portfolio.
    title
        Heading.

    Returns
    -------
    altair.LayerChart
        Two bars for each project, in % of the draws; a star marks what the optimum chooses.

    Raises
    ------
    InvalidDataError
        When it is no selection.
    MissingInputsError
        When it has no project.
    """
    import altair as alt
    import polars as pl

    from critmin.decision import Selection

    _charts.require_kind(selection, Selection, "Portfolio.selection()")
    _charts.require_rows(selection.projects, "frequency")
    counts = dict(zip(_DRAWS, (selection.record["n_resamples"], selection.record["n_reweighted"]), strict=True))
    drawn = [name for name in _DRAWS if counts[name]]
    mean = sum((pl.col(name) for name in drawn), pl.lit(0.0))
    star = pl.when("is_chosen").then(pl.lit(" *")).otherwise(pl.lit(""))
    wide = selection.projects.with_columns(pl.concat_str("project", star).alias("label"))
    wide = wide.sort(mean, "project", descending=[True, False])
    rows = wide.unpivot(drawn, index=["label", "project", "is_chosen"], variable_name="draws", value_name="share")
    rows = rows.with_columns(pl.col("draws").replace_strict(_DRAWS, return_dtype=pl.String))
    kinds = list(_DRAWS.values())
    y = alt.Y("label:N", sort=wide["label"].to_list(), title=None, axis=alt.Axis(labelLimit=240))
    x = alt.X("share:Q", title="share of the draws (%)", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1]))
    scale = alt.Scale(domain=kinds, range=list(PALETTE[:2]))
    color = alt.Color("draws:N", title=None, scale=scale, legend=alt.Legend(orient="top", labelLimit=300))
    bars = alt.Chart(_charts.data(rows), width=WIDTH - 220, height={"step": 13}).mark_bar()
    offset = alt.YOffset("draws:N", sort=kinds)
    bars = bars.encode(
        x=x, y=y, yOffset=offset, color=color, tooltip=_charts.tooltip(rows, "project", "draws", "share", "is_chosen")
    )
    note = f"{source or f'{selection.portfolio.title}; {_ASSUMED}'}. *: in the optimum of the central probabilities"
    told = ", ".join(f"{counts[name]} draws of {_DRAWS[name].split()[0]}" for name in drawn)
    return alt.LayerChart(layer=[bars], title=_charts.title(title, f"{note}. {told}, seed {selection.record['seed']}"))


def portfolio_gains(
    decision: Decision | Investment, *, source: str | None = None, title: str = "Who is spared a loss"
) -> alt.LayerChart:
    """Draw the expected loss that the chosen set spares each bloc, by material.

    Parameters
    ----------
    decision
        What :meth:`critmin.Portfolio.decide` or :func:`critmin.invest` returned.
    source
        Where the inputs come from; by default the title of the portfolio.
    title
        Heading.

    Returns
    -------
    altair.LayerChart
        Stacked bars in million USD, the greatest gain first.

    Raises
    ------
    InvalidDataError
        When it is no decision.
    MissingInputsError
        When no bloc is named.
    """
    import altair as alt
    import polars as pl

    found = _decision(decision)
    rows = found.gains
    _charts.require_rows(rows, "gain of a bloc")
    # Materials in which nobody gains need no colour.
    total = pl.col("avoided_loss_million_usd").abs()
    gained = rows.filter(total.sum().over("material") > _LEAST * total.sum())
    rows = gained if gained.height else rows
    sums = found.gains.group_by("bloc").agg(pl.col("avoided_loss_million_usd").sum())
    order = sums.sort("avoided_loss_million_usd", "bloc", descending=[True, False])["bloc"].to_list()
    x = alt.X("avoided_loss_million_usd:Q", title="expected loss avoided (million USD)", stack="zero",
              axis=alt.Axis(format=",~f"))  # fmt: skip
    y = alt.Y("bloc:N", sort=order, title=None, axis=alt.Axis(labelLimit=240), scale=alt.Scale(domain=order))
    names = rows["material"].unique(maintain_order=True).to_list()
    hues = [COLORS[place % len(COLORS)] for place in range(len(names))]
    color = alt.Color("material:N", title=None, scale=alt.Scale(domain=names, range=hues),
                      legend=alt.Legend(orient="top", columns=4))  # fmt: skip
    bars = alt.Chart(_charts.data(rows), width=WIDTH - 200, height={"step": 26}).mark_bar(size=16)
    bars = bars.encode(x=x, y=y, color=color, tooltip=_charts.tooltip(rows, *rows.columns))
    note = f"{_source(found, source)}. A shortfall is shared in proportion to demand"
    return alt.LayerChart(layer=[bars], title=_charts.title(title, note))


def scenario_losses(
    decision: Decision | Investment,
    *,
    source: str | None = None,
    title: str = "Loss by scenario, before and after",
    n_shown: int = 20,
) -> alt.LayerChart:
    """Draw what each scenario costs with nothing chosen and with the chosen set.

    Parameters
    ----------
    decision
        What :meth:`critmin.Portfolio.decide` or :func:`critmin.invest` returned.
    source
        Where the inputs come from; by default the title of the portfolio.
    title
        Heading.
    n_shown
        How many of the worst scenarios to draw; the note under the title says how many are left out.

    Returns
    -------
    altair.LayerChart
        Two points for each scenario with a line between them, in million USD, the worst first.

    Raises
    ------
    InvalidDataError
        When it is no decision, or ``n_shown`` is below 1.
    MissingInputsError
        When it has no scenario.
    """
    import altair as alt
    import polars as pl

    found = _decision(decision)
    _charts.require_count(n_shown, "n_shown")
    _charts.require_rows(found.scenarios, "loss")
    every = found.scenarios.sort("loss_without_million_usd", "scenario", descending=[True, False])
    told = pl.col("probability").map_elements(percent, return_dtype=pl.String)
    wide = every.head(n_shown).with_columns(pl.format("{} ({})", "scenario", told).alias("label"))
    kept = ["label", "scenario", "probability"]
    rows = wide.unpivot(list(_ENDS), index=kept, variable_name="with", value_name="loss")
    rows = rows.with_columns(pl.col("with").replace_strict(_ENDS, return_dtype=pl.String))
    y = alt.Y("label:N", sort=wide["label"].to_list(), title=None, axis=alt.Axis(labelLimit=300))
    title_x, axis = "loss (million USD)", alt.Axis(format=",~f")
    scale = alt.Scale(domain=list(_ENDS.values()), range=[PALETTE[1], PALETTE[0]])
    color = alt.Color("with:N", title=None, scale=scale, legend=alt.Legend(orient="top"))
    lines = alt.Chart(_charts.data(wide), width=WIDTH - 240, height={"step": 20}).mark_rule(color="#888")
    lines = lines.encode(y=y, x=alt.X("loss_million_usd:Q", title=title_x, axis=axis), x2="loss_without_million_usd:Q")
    points = alt.Chart(_charts.data(rows)).mark_point(filled=True, size=80, opacity=1)
    hints = _charts.tooltip(rows, "scenario", "probability", "with", "loss")
    points = points.encode(y=y, x=alt.X("loss:Q", title=title_x, axis=axis), color=color, tooltip=hints)
    note = f"{_source(found, source)}. In brackets: the probability"
    note += f". {every.height - wide.height} milder scenarios not drawn" if every.height > wide.height else ""
    return alt.LayerChart(layer=[lines, points], title=_charts.title(title, note))


def _decision(value: Decision | Investment) -> Decision:
    """Take a decision, also out of an investment."""
    from critmin.decision import Decision
    from critmin.investing import Investment

    found = value.decision if isinstance(value, Investment) else value
    _charts.require_kind(found, Decision, "Portfolio.decide()")
    return found


def _source(found: Decision, source: str | None) -> str:
    return source or f"{found.record['title']}; {_ASSUMED}"
