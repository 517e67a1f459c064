"""The pictures of ``critmin graph``: each of the answer to one question, of one target and commodity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from critmin import plots
from critmin.cli._graph_phrases import supply
from critmin.exceptions import GraphError

if TYPE_CHECKING:
    import altair as alt
    import polars as pl

    from critmin import graph as cg


def exposure(answer: cg.Exposure) -> alt.TopLevelMixin:
    """Draw a map of what passes through each country, the target's own countries left out."""
    key = _only(answer.nodes)
    own = {each["node"] for each in answer.record["targets"][0]["nodes"]}
    home = answer.nodes.filter(answer.nodes["node"].is_in(own))["country"].drop_nulls()
    rows = answer.countries.filter(~answer.countries["country"].is_in(home.to_list()))
    title = f"Where the {supply(key)} passes through"
    return plots.country_map(rows, value="exposure", source=_source(answer), title=title)


def chokepoints(answer: cg.Chokepoints) -> alt.TopLevelMixin:
    """Draw the losses as bars."""
    title = f"What is lost of the {supply(_only(answer.targets))}"
    return plots.chokepoint_bars(answer.losses, source=_source(answer), title=title)


def bloc(answer: cg.BlocAnswer) -> alt.TopLevelMixin:
    """Draw each stage, from inside and from outside."""
    title = f"Who makes the {supply(_only(answer.layers, 'bloc'))}"
    return plots.stage_shares(answer.stages, source=_source(answer), title=title)


def trace(answer: cg.Paths) -> alt.TopLevelMixin:
    """Draw the largest ways."""
    title = f"The largest ways of the {supply(_only(answer.coverage))}"
    return plots.path_list(answer.paths, source=_source(answer), title=title)


def robustness(answer: cg.Robustness) -> alt.TopLevelMixin:
    """Draw the curve."""
    title = f"What is left of the {supply(_only(answer.curve))} as countries are lost"
    return plots.robustness_curve(answer.curve, source=_source(answer), title=title)


def _only(table: pl.DataFrame, who: str = "target") -> dict[str, Any]:
    """Return the one target and commodity that a picture can show."""
    keys = table.select(who, "commodity").unique(maintain_order=True).to_dicts()
    if len(keys) > 1:
        told = "; ".join(supply(key) for key in keys[:3])
        raise GraphError(f"found {len(keys)} supplies ({told}): a picture shows one; name one target, and `--layer`")
    return keys[0]


def _source(answer: cg.Answer) -> str:
    """Say where the graph comes from, and how it was reconciled."""
    graph = answer.record["graph"]
    sources = ", ".join(graph["sources"]) or "a table of your own"
    chosen = graph.get("reconcile")
    year = f"; year {graph['year']}" if graph.get("year") else ""
    return f"{sources}{year}" + ("" if chosen in {None, "none"} else f"; reconciled by {chosen}, an assumption")
