"""What the commands of ``critmin graph`` share: which graph is asked, about whose supply, and where the answer goes."""

from __future__ import annotations

import functools
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from critmin.cli.render import Command, output_options, write_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import altair as alt

    from critmin.graph import Answer, Graph

# The year of the trade flows when none is given: the newest that the reference dataset has in full.
YEAR = 2024
MEASURES = ("contained_mass_t", "mass_t", "value_usd", "amount")
FILE = click.Path(dir_okay=False, path_type=Path)


def grouped(
    name: str, kind: type[Any], options: Sequence[Callable[[Command], Command]]
) -> Callable[[Command], Command]:
    """Add options to a command, which gets them as one object."""

    def decorate(command: Command) -> Command:
        def called(**values: Any) -> object:  # noqa: ANN401
            taken = {each.name: values.pop(each.name) for each in fields(kind) if each.name in values}
            return command(**values, **{name: kind(**taken)})

        wrapped: Command = functools.update_wrapper(called, command)
        for option in reversed(options):
            wrapped = option(wrapped)
        return wrapped

    return decorate


@dataclass(frozen=True)
class Source:
    """Which graph is asked."""

    commodities: tuple[str, ...]
    edges: Path | None
    nodes: Path | None
    from_trade: bool
    measure: str | None
    benchmark: int | None
    year: int | None
    production_year: int | None
    reconcile: str | None
    layer: str | None

    def build(self) -> Graph:
        """Build or read the graph."""
        from critmin import graph

        self._check()
        built: Graph
        if self.edges is not None:
            built = _own(self.edges, self.nodes, self.measure)
        elif self.benchmark is not None:
            built = graph.industries(year=self.benchmark)
        elif self.from_trade:
            options: dict[str, Any] = {"measure": self.measure or "mass_t", "reconcile": self.reconcile or "none"}
            built = graph.trade(list(self.commodities) or None, year=self.year or YEAR, **options)
        else:
            options = {"production_year": self.production_year, "reconcile": self.reconcile or "none"}
            built = graph.build(list(self.commodities), year=self.year or YEAR, **options)
        return built if self.layer is None else _layer(built, self.layer)

    def _check(self) -> None:
        """Refuse options that contradict each other, or would be silently ignored."""
        from critmin.graph import chains

        kinds = {
            "--edges": self.edges is not None,
            "--industries": self.benchmark is not None,
            "--trade": self.from_trade,
        }
        given = [name for name, is_given in kinds.items() if is_given]
        if len(given) > 1:
            raise click.UsageError(f"{' and '.join(given)}: expected one of them")
        kind = given[0] if given else "a chain"
        if not (given or self.commodities):
            names = ", ".join(chains())
            raise click.UsageError(f"name one or several chains ({names}), or give --edges, --trade or --industries")
        used = {
            "COMMODITY": (bool(self.commodities), {"a chain", "--trade"}),
            "--nodes": (self.nodes is not None, {"--edges"}),
            "--measure": (self.measure is not None, {"--edges", "--trade"}),
            "--year": (self.year is not None, {"a chain", "--trade"}),
            "--production-year": (self.production_year is not None, {"a chain"}),
            "--reconcile": (self.reconcile is not None, {"a chain", "--trade"}),
        }
        for name, (is_given, where) in used.items():
            if is_given and kind not in where:
                raise click.UsageError(
                    f"{name} means nothing with {kind}: leave it out, or use {' or '.join(sorted(where))}"
                )


def _layer(built: Graph, name: str) -> Graph:
    """Return the flows of one commodity."""
    from critmin.exceptions import UnknownNameError

    if name not in built.commodities:
        known = ", ".join(f"`{one}`" for one in built.commodities) or "none"
        raise UnknownNameError(f"unknown commodity `{name}` of --layer; the graph has {known}")
    return built.layer(name)


def _own(edges: Path, nodes: Path | None, measure: str | None) -> Graph:
    """Read a user's own graph; labels of a table stay text, so that a code keeps its leading zeros."""
    from critmin import graph
    from critmin.tables import read_parquet

    if edges.suffix != ".csv" and nodes is None:
        return graph.read(edges, measure=measure)
    if edges.suffix not in {".csv", ".parquet"}:
        raise click.UsageError(f"--nodes means nothing with {edges.name}, which holds its nodes: leave it out")
    tables = [read_parquet(file) if file.suffix == ".parquet" else _csv(file) for file in (edges, nodes) if file]
    found = [name for name in MEASURES if name in tables[0].columns]
    if measure is None and len(found) != 1:
        told = " and ".join(f"`{name}`" for name in found) or "no column of flows by its name"
        raise click.UsageError(f"{edges.name} has {told}: say what the flows are with --measure {'|'.join(MEASURES)}")
    return graph.from_edges(tables[0], nodes=tables[1] if nodes else None, measure=measure or found[0])


def _csv(file: Path) -> Any:  # noqa: ANN401
    import polars as pl

    from critmin.exceptions import ReadError, UnreadableFileError

    texts = ("supplier", "buyer", "good", "commodity", "source_id", "grade", "node", "stage", "country")
    try:
        head = pl.read_csv(file, n_rows=0).columns
        types = {column: pl.String for column in head if column in texts}
        return pl.read_csv(file, schema_overrides=types, infer_schema_length=None)
    except OSError as error:
        raise ReadError(f"cannot read `{file}`: {(error.strerror or str(error)).lower()}") from error
    except pl.exceptions.PolarsError as error:
        raise UnreadableFileError(f"`{file}` is no table of comma-separated values: {error}") from error


source_options = grouped("source", Source, [
    click.argument("commodities", metavar="[COMMODITY]...", nargs=-1),
    click.option("--year", type=int, metavar="YEAR", help=f"Year of the trade flows.  [default: {YEAR}]"),
    click.option("--production-year", type=int, metavar="YEAR", help="Year of production, when it is another."),
    click.option("--reconcile", type=click.Choice(["none", "world-pool", "deficit-is-origin"]),
                 help="What to suppose of goods whose origin nobody records.  [default: none]"),
    click.option("--layer", metavar="COMMODITY", help="Ask only the flows of this commodity."),
    click.option("--trade", "from_trade", is_flag=True, help="Recorded trade of COMMODITY instead of its chain."),
    click.option("--industries", "benchmark", type=int, metavar="YEAR", help="U.S. industries, 2012 or 2017, instead."),
    click.option("--edges", type=FILE, metavar="FILE", help="Your own: .csv, .parquet, .json (node-link), .graphml."),
    click.option("--nodes", type=FILE, metavar="FILE", help="Nodes of your own edges, .csv or .parquet."),
    click.option("--measure", type=click.Choice(MEASURES), help="What the flows of --trade or --edges are."),
])  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """Whose supply is asked about."""

    bloc: tuple[str, ...]
    stage: str | None
    day: str | None
    target: tuple[str, ...] = ()
    country: tuple[str, ...] = ()

    def words(self) -> dict[str, Any]:
        """Return the arguments of a question; a bloc named once is an id, several are its members."""
        given = [name for name in ("target", "country", "bloc") if getattr(self, name)]
        if len(given) != 1:
            found = " and ".join(f"--{name}" for name in given) or "none"
            raise click.UsageError(f"found {found}: expected one of --target NODE, --country NAME and --bloc ID")
        if given == ["target"] and self.stage is not None:
            raise click.UsageError("--stage means nothing with --target: the id of a node says its stage")
        return {given[0]: named(getattr(self, given[0])), "stage": self.stage, "day": self.day}


def named(names: tuple[str, ...]) -> str | list[str]:
    """Return one name as itself, and several as a list."""
    return names[0] if len(names) == 1 else list(names)


_STAGE = click.option("--stage", metavar="STAGE", help="As mine, refinery, component.  [default: the last it has]")
_DAY = click.option("--day", metavar="YYYY-MM-DD", help="Day on which the members of a bloc are read.")
_BLOC_HELP = "Its id, as eu-27; or its members, the option repeated."

target_options = grouped("asked", Asked, [
    click.option("--target", multiple=True, metavar="NODE", help="As gan-radar:product; may be repeated."),
    click.option("--country", multiple=True, metavar="NAME", help="In any spelling; may be repeated."),
    click.option("--bloc", multiple=True, metavar="ID|NAME", help=_BLOC_HELP),
    _STAGE,
    _DAY,
])  # fmt: skip


@dataclass(frozen=True)
class Output:
    """Where the answer goes."""

    as_json: bool
    parquet: Path | None
    csv: Path | None
    picture: Path | None = None

    def give(
        self, answer: Answer, show: Callable[[], None], draw: Callable[[], alt.TopLevelMixin] | None = None
    ) -> None:
        """Print an answer, for a person or for a program, and write the files that are asked for."""
        if self.as_json:
            click.echo(answer.to_json())
        else:
            show()
        write_tables(answer, parquet=self.parquet, csv=self.csv)
        if draw is not None and self.picture is not None:
            save(draw(), self.picture)


def save(chart: alt.TopLevelMixin, file: Path) -> None:
    """Write a picture and say where it went."""
    from critmin import plots

    click.echo(f"wrote {plots.save(chart, file)}", err=True)


def answer_options(picture: str | None = None) -> Callable[[Command], Command]:
    """Add the options of output, and one for a picture of what `picture` says."""
    drawn = click.option("--picture", type=FILE, metavar="FILE", help=f"Draw {picture}: .svg, .png or .html.")
    return grouped("output", Output, [output_options(report=False), *([drawn] if picture else [])])


bloc_options = grouped("asked", Asked, [
    click.option("--bloc", multiple=True, required=True, metavar="ID|NAME", help=_BLOC_HELP),
    _STAGE,
    _DAY,
])  # fmt: skip
