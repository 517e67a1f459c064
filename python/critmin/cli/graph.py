"""``critmin graph``: who depends on whom."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from critmin.cli import _graph_draw as drawn
from critmin.cli import _graph_print as printed
from critmin.cli._graph_options import (
    FILE,
    Asked,
    Output,
    Source,
    answer_options,
    bloc_options,
    named,
    save,
    source_options,
    target_options,
)
from critmin.cli.render import output_options, write_frames
from critmin.exceptions import ConvergenceError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from critmin.graph import Graph

_ALL = click.option("--all", "everything", is_flag=True, help="Print every row and note.")


class _Questions(click.Group):
    """Questions that say what to do when goods only go round."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ConvergenceError as error:
            hint = "recorded trade has no production: `--reconcile deficit-is-origin` supposes one"
            raise ConvergenceError(f"{error}; {hint}") from error


@click.group(cls=_Questions, short_help="Who depends on whom, from mine to product.")
def graph() -> None:
    """Who supplies whom along a chain, and the questions asked of it.

    COMMODITY is one chain or several: antimony, cobalt, gallium, germanium, lithium, natural-graphite, rare-earths,
    tungsten. A node is GOOD:STAGE:COUNTRY, as gallium:refinery:CHN, or GOOD:STAGE, as satellites:product. Two things
    are rarely recorded: where re-exported goods come from (--reconcile), and what a route can carry (--route-factor).

    \b
    Examples:
      critmin graph build gallium --sankey gallium.html
      critmin graph exposure gallium --country USA --stage refinery --reconcile world-pool
      critmin graph chokepoints tungsten --target cutting-tools:product
      critmin graph bloc rare-earths --bloc quad --partner Malaysia
      critmin graph trace germanium --target satellites:product --origin China
    """  # noqa: D301


@graph.command(short_help="What a chain holds, and what does not add up.")
@source_options
@click.option("--output", "file", type=FILE, metavar="FILE", help="Write it: .parquet, .json or .graphml.")
@click.option("--sankey", type=FILE, metavar="FILE", help="Draw the flows by stage: .svg, .png or .html.")
@_ALL
@output_options(report=False)
def build(
    *, source: Source, file: Path | None, sankey: Path | None, everything: bool, as_json: bool, parquet: Path | None,
    csv: Path | None,
) -> None:  # fmt: skip
    """Build a graph and say what it holds; nothing is balanced silently.

    \b
    Examples:
      critmin graph build gallium germanium --reconcile world-pool
      critmin graph build gallium germanium --layer germanium --sankey germanium.svg
      critmin graph build cobalt --trade --year 2015 --output cobalt.graphml
      critmin graph build --edges my-flows.csv --json
    """  # noqa: D301
    found = source.build()
    if as_json:
        click.echo(found.to_json())
    else:
        printed.built(found, printed.shown(everything=everything))
        printed.notes(found, everything=everything, more=("--output FILE", "--sankey FILE"))
    write_frames({"nodes": found.nodes, "edges": found.edges}, parquet=parquet, csv=csv)
    if file is not None:
        click.echo(f"wrote {', '.join(str(path) for path in found.write(file))}", err=True)
    if sankey is not None:
        save(found.sankey(), sankey)


@graph.command(short_help="Which countries a supply passes through.")
@source_options
@target_options
@_ALL
@answer_options("a map of the shares that pass through each country")
def exposure(*, source: Source, asked: Asked, everything: bool, output: Output) -> None:
    """Tell the share of a supply that passes through, begins in and is bought from each country.

    \b
    Examples:
      critmin graph exposure gallium --country USA --stage refinery
      critmin graph exposure gallium --country USA --stage refinery --reconcile world-pool
      critmin graph exposure cobalt lithium --target electric-vehicles:product --json
      critmin graph exposure cobalt --trade --country Japan --reconcile deficit-is-origin --picture map.svg
    """  # noqa: D301
    words, found = asked.words(), source.build()
    answer = found.exposure(**words)
    show = partial(printed.exposure, answer, printed.shown(everything=everything), tells_origins=_tells_origins(found))
    output.give(answer, _with_notes(found, show, everything=everything), partial(drawn.exposure, answer))


def _tells_origins(found: Graph) -> bool:
    """Say whether any own supply is known: in a table of flows alone none is."""
    own = found.nodes[f"own_supply_{found.measure}"]
    return own.null_count() < own.len()


@graph.command(short_help="What a supply loses with each country.")
@source_options
@target_options
@click.option("--kind", "kinds", multiple=True, type=click.Choice(["country", "stage-country", "node", "pair"]),
              help="What is lost; may be repeated.  [default: country, stage-country]")  # fmt: skip
@click.option("--route-factor", default="1.5", show_default=True, metavar="X|none",
              help="What a route can carry, as a multiple of its flow.")  # fmt: skip
@click.option("--pairs-among", default=25, show_default=True, metavar="N", help="Pairs of the N worst countries.")
@_ALL
@answer_options("the losses as bars")
def chokepoints(
    *, source: Source, asked: Asked, kinds: Sequence[str], route_factor: str, pairs_among: int, everything: bool,
    output: Output,
) -> None:  # fmt: skip
    """Tell what a supply loses with each country, stage of a country, node or pair, and who could stand in.

    \b
    Examples:
      critmin graph chokepoints gallium --country USA --reconcile world-pool
      critmin graph chokepoints tungsten --target cutting-tools:product --kind node --kind pair
      critmin graph chokepoints germanium --bloc eu-27 --route-factor none --picture losses.svg
    """  # noqa: D301
    words, factor, found = asked.words(), _factor(route_factor), source.build()
    chosen = kinds or ("country", "stage-country")
    answer = found.chokepoints(**words, kinds=chosen, route_factor=factor, pairs_among=pairs_among)
    show = partial(printed.chokepoints, answer, found.dominators(**words), printed.shown(everything=everything))
    output.give(answer, _with_notes(found, show, everything=everything), partial(drawn.chokepoints, answer))


def _factor(text: str) -> float | None:
    if text.lower() == "none":
        return None
    try:
        return float(text)
    except ValueError:
        raise click.UsageError(f"--route-factor {text}: expected a number such as 1.5, or none for no limit") from None


@graph.command(short_help="How far a bloc closes its chain.")
@source_options
@bloc_options
@click.option("--partner", "partners", multiple=True, metavar="NAME|all", help="Add this country; may be repeated.")
@_ALL
@answer_options("the stages, from inside and from outside")
def bloc(*, source: Source, asked: Asked, partners: tuple[str, ...], everything: bool, output: Output) -> None:
    """Tell how far a bloc closes its chain, at which stage it leaves the bloc, and what a partner adds.

    \b
    Examples:
      critmin graph bloc rare-earths --bloc quad
      critmin graph bloc gallium --bloc g7 --stage refinery --partner China --partner "South Korea"
      critmin graph bloc natural-graphite --bloc Japan --bloc Korea --partner all
    """  # noqa: D301
    found = source.build()
    added = named(partners) if partners else None
    answer = found.bloc(named(asked.bloc), stage=asked.stage, day=asked.day, partners=added)
    show = partial(printed.bloc, answer, printed.shown(everything=everything))
    output.give(answer, _with_notes(found, show, everything=everything), partial(drawn.bloc, answer))


@graph.command(short_help="The ways from origins to a target.")
@source_options
@target_options
@click.option("--origin", "origins", multiple=True, metavar="NODE|COUNTRY", help="Begin here; may be repeated.")
@click.option("--min-share", default=0.01, show_default=True, metavar="SHARE", help="Least share of a way, 0 to 1.")
@click.option("--max-paths", default=1000, show_default=True, metavar="N", help="Most ways.")
@_ALL
@answer_options("the largest ways")
def trace(
    *, source: Source, asked: Asked, origins: tuple[str, ...], min_share: float, max_paths: int, everything: bool,
    output: Output,
) -> None:  # fmt: skip
    """List the ways from an origin to a target, each with the share of the supply that takes it.

    \b
    Examples:
      critmin graph trace gallium --target gan-radar:product --reconcile world-pool
      critmin graph trace rare-earths --target wind-turbines:product --origin Australia --min-share 0.001
    """  # noqa: D301
    words, found = asked.words(), source.build()
    begin = named(origins) if origins else None
    answer = found.trace(**words, origin=begin, min_share=min_share, max_paths=max_paths)
    show = partial(printed.trace, answer, printed.shown(everything=everything))
    output.give(answer, _with_notes(found, show, everything=everything), partial(drawn.trace, answer))


@graph.command(short_help="What a product contains, and from where.")
@source_options
@click.option("--target", "products", multiple=True, required=True, metavar="NODE", help="As satellites:product.")
@_ALL
@answer_options()
def contents(*, source: Source, products: tuple[str, ...], everything: bool, output: Output) -> None:
    """Tell how much of which material a product takes, and where each begins.

    \b
    Example:
      critmin graph contents gallium germanium --target satellites:product --reconcile world-pool
    """  # noqa: D301
    found = source.build()
    answer = found.contents(list(products))
    show = partial(printed.contents, answer, printed.shown(everything=everything))
    output.give(answer, _with_notes(found, show, everything=everything))


@graph.command(short_help="What is left as countries are lost.")
@source_options
@target_options
@click.option("--order", default="exposure", show_default=True, type=click.Choice(["exposure", "strength"]),
              help="The most exposed to, or the largest sellers, first.")  # fmt: skip
@click.option("--lose", "lost", multiple=True, metavar="NAME", help="Your own order instead; may be repeated.")
@_ALL
@answer_options("the curve")
def robustness(
    *, source: Source, asked: Asked, order: str, lost: tuple[str, ...], everything: bool, output: Output
) -> None:
    """Tell what is left of a supply while countries are lost one after another; nobody reroutes.

    \b
    Examples:
      critmin graph robustness gallium --country USA --reconcile world-pool
      critmin graph robustness cobalt --country Japan --lose "DR Congo" --lose China --picture curve.svg
    """  # noqa: D301
    words, found = asked.words(), source.build()
    answer = found.robustness(**words, order=list(lost) or order)
    show = partial(printed.robustness, answer, printed.shown(everything=everything))
    output.give(answer, _with_notes(found, show, everything=everything), partial(drawn.robustness, answer))


@graph.command(short_help="Which nodes are central.")
@source_options
@_ALL
@answer_options()
def structure(*, source: Source, everything: bool, output: Output) -> None:
    """Measure the network itself: strengths, betweenness, PageRank and communities of its nodes.

    \b
    Example:
      critmin graph structure natural-graphite --trade --year 2024
    """  # noqa: D301
    found = source.build()
    answer = found.structure()
    show = partial(printed.structure, answer, printed.shown(everything=everything))
    output.give(answer, _with_notes(found, show, everything=everything))


def _with_notes(found: Graph, show: Callable[[], None], *, everything: bool) -> Callable[[], None]:
    """Print the answer, and under it what it rests on."""

    def whole() -> None:
        show()
        printed.notes(found, everything=everything)

    return whole
