"""Whose supply is meant: a node, a country in any spelling, a bloc on a day, or a bloc of your own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from critmin import core
from critmin.exceptions import GraphError, UnknownCountryError, UnknownNameError

if TYPE_CHECKING:
    from critmin._graph_base import GraphBase

Names: TypeAlias = str | Sequence[str]
Bloc: TypeAlias = str | Sequence[str] | Mapping[str, Sequence[str]]
# Label, one node or none, countries, stage: what the core takes.
Asked: TypeAlias = tuple[str, str | None, list[str], str | None]

# The order of the chain in the core; what a bloc is asked about is its last stage in it.
_STAGES = ("mine", "smelter", "refinery", "compound", "component", "product", "scrap")


class Members(NamedTuple):
    """A bloc: what it is called, its countries, and the day on which they were read, if any."""

    label: str
    countries: list[str]
    day: str | None


class Targets(NamedTuple):
    """What a question is asked of, and how it was put, for the record."""

    asked: list[Asked]
    question: dict[str, Any]


def find(
    graph: GraphBase,
    target: Names | None,
    country: Names | None,
    bloc: Bloc | None,
    stage: str | None,
    day: dt.date | str | None,
) -> Targets:
    """Resolve the one of `target`, `country` and `bloc` that is given.

    Raises
    ------
    GraphError
        When none or several of them are given, or a stage without countries.
    UnknownCountryError, UnknownNameError
        When a name means nothing.
    """
    given = [name for name, value in (("target", target), ("country", country), ("bloc", bloc)) if value is not None]
    if len(given) != 1:
        found = " and ".join(f"`{name}`" for name in given) or "none"
        raise GraphError(f"found {found}: expected one of `target` (ids of nodes), `country` and `bloc`")
    if target is not None:
        if stage is not None:
            raise GraphError("found `target` and `stage`: the id of a node says its stage; leave `stage` out")
        return Targets([(name, name, [], None) for name in many(target)], {"target": target})
    if country is not None:
        codes = [country_of(graph, name) for name in many(country)]
        return Targets([(code, None, [code], stage) for code in codes], {"country": codes, "stage": stage})
    who = members(graph, bloc or [], day)
    question = {"bloc": who.label, "members": who.countries, "day": who.day, "stage": stage}
    nodes, left_out = _pooled(graph, who, stage)
    if nodes:
        question.update(nodes=nodes, nodes_left_out=left_out)
        return Targets([(who.label if len(nodes) == 1 else node, node, [], None) for node in nodes], question)
    return Targets([(who.label, None, who.countries, stage)], question)


def many(names: Names) -> list[str]:
    """Return one or several names as a list, each once.

    Examples
    --------
    >>> many("a"), many(["b", "a", "b"])
    (['a'], ['b', 'a'])
    """
    return [names] if isinstance(names, str) else list(dict.fromkeys(names))


def country_of(graph: GraphBase, name: str) -> str:
    """Return the code of a country; one that the graph itself uses stands for itself."""
    if name in graph.countries:
        return name
    return core.find_country(name).country


def members(graph: GraphBase, bloc: Bloc, day: dt.date | str | None) -> Members:
    """Return who belongs to a bloc: by its id on a day, or the countries listed.

    Without `day`, the last day of the graph's year, or today for a graph without one.
    """
    if isinstance(bloc, Mapping):
        if len(bloc) != 1:
            raise GraphError(f"found {len(bloc)} blocs: ask about one at a time")
        label, names = next(iter(bloc.items()))
        return Members(label, [country_of(graph, name) for name in names], None)
    if not isinstance(bloc, str):
        codes = [country_of(graph, name) for name in bloc]
        return Members("+".join(codes), codes, None)
    year = graph.record.get("year")
    read_on = day if day is not None else (dt.date(year, 12, 31) if year else dt.date.today())
    try:
        found = core.bloc_members(bloc.lower(), day=read_on)
    except UnknownNameError as error:
        hint = "; a country is asked about with `country`" if _is_country(bloc) else ""
        raise UnknownCountryError(f"{error}{hint}; a bloc of your own is a list of countries") from error
    return Members(bloc.lower(), found, str(read_on))


def _is_country(name: str) -> bool:
    try:
        core.find_country(name)
    except UnknownCountryError:
        return False
    return True


def _pooled(graph: GraphBase, who: Members, stage: str | None) -> tuple[list[str], list[str]]:
    """Find the nodes that stand for a bloc as a whole, where statistics tell its purchases but not its members'.

    They count at the last stage at which the bloc or a member has a supply, or at the one asked for. Second come the
    members' own nodes there, which are then no part of the target: nobody records who of them bought what.
    """
    import polars as pl

    supply = pl.col(f"inflow_{graph.measure}") + pl.col(f"own_supply_{graph.measure}").fill_null(0.0)
    supplied = graph.nodes.filter(supply > 0).select("node", "country", "stage")
    if stage is not None:
        supplied = supplied.filter(pl.col("stage") == stage)
    is_pooled = pl.col("node").str.ends_with(f":{who.label}")
    theirs = supplied.filter(pl.col("country").is_in(who.countries) | is_pooled)
    there = theirs.filter(pl.col("stage") == _last(theirs["stage"].to_list()))
    pooled = there.filter(is_pooled)["node"].to_list()
    return pooled, there.filter(~is_pooled)["node"].to_list() if pooled else []


def _last(stages: list[str | None]) -> str | None:
    known = [stage for stage in stages if stage in _STAGES]
    return max(known, key=_STAGES.index) if known else None


def origins(graph: GraphBase, names: Names) -> dict[str, list[str]]:
    """Say where paths begin: nodes by id, or countries.

    Raises
    ------
    GraphError
        When some are nodes and others countries.
    """
    wanted = many(names)
    ids = set(graph.nodes["node"])
    nodes = [name for name in wanted if name in ids]
    if len(nodes) == len(wanted):
        return {"nodes": nodes}
    if nodes:
        raise GraphError(f"`origin` names nodes ({', '.join(nodes[:3])}) beside countries: ask for one kind at a time")
    # An id that nothing has is told as such by the core, which offers the nearest.
    if any(":" in name for name in wanted):
        return {"nodes": wanted}
    return {"countries": [country_of(graph, name) for name in wanted]}
