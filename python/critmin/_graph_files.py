"""Graphs in files: Parquet, node-link JSON and GraphML, written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from critmin import _files, _graphml, graph, tables
from critmin.exceptions import GraphError, MissingColumnError, ReadError, UnreadableFileError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    import polars as pl

    from critmin._graph import Graph

# Names of flow columns, as the core knows them.
_MEASURES = ("contained_mass_t", "mass_t", "value_usd", "amount")
_ENDINGS = (".parquet", ".json", ".graphml")
# What an edge is told to be in files besides its ends; what its ends are stands at the nodes.
_OF_ENDS = tuple(f"{end}_{part}" for end in ("supplier", "buyer") for part in ("good", "stage", "country"))


def write(one: Graph, path: str | os.PathLike[str]) -> list[Path]:
    """Write a graph by the ending of the path."""
    target = Path(path)
    writers: dict[str, Callable[[Path], object]]
    if target.suffix == ".parquet":
        beside = target.with_suffix(".nodes.parquet")
        writers = {target.name: one.edges.write_parquet, beside.name: one.nodes.write_parquet}
    elif target.suffix == ".json":
        writers = {target.name: lambda place: place.write_text(to_json(one), encoding="utf-8")}
    elif target.suffix == ".graphml":
        text = _graphml.text(attributes(one), *rows(one))
        writers = {target.name: lambda place: place.write_bytes(text)}
    else:
        raise _unknown(target)
    return _files.write_folder(target.parent, writers)


def read(path: str | os.PathLike[str], measure: str | None) -> Graph:
    """Read a graph by the ending of the path."""
    place = Path(path)
    if place.suffix == ".parquet":
        beside = place.with_suffix(".nodes.parquet")
        edges = tables.read_parquet(place)
        nodes = tables.read_parquet(beside) if beside.is_file() else None
        return _built(edges, nodes, {"read_from": place.name}, measure)
    if place.suffix not in _ENDINGS:
        raise _unknown(place)
    try:
        content = place.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ReadError(f"cannot read `{place}`: {reason}; expected a file written by `write`") from error
    parse = _from_json if place.suffix == ".json" else _graphml.parsed
    told, nodes_told, edges_told = parse(content, place.name)
    record = {**_record(told), "read_from": place.name}
    return _built(_edge_frame(edges_told, place), _node_frame(nodes_told), record, measure or told.get("measure"))


def attributes(one: Graph) -> dict[str, Any]:
    """Return what a file tells of the graph as a whole."""
    return {"measure": one.measure, "unit": one.unit, "record": json.dumps(one.record), "warnings": one.warnings}


def rows(one: Graph) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return nodes and edges as rows, absent cells left out, in the words of networkx: `id`, `source`, `target`."""
    nodes = [_present(row) for row in one.nodes.rename({"node": "id"}).to_dicts()]
    edges = one.edges.drop(_OF_ENDS).rename({"supplier": "source", "buyer": "target"}).to_dicts()
    return nodes, [_present(row) for row in edges]


def to_json(one: Graph) -> str:
    """Write node-link JSON: parallel edges are told apart by `key`, counted from 0 as networkx does."""
    nodes, edges = rows(one)
    seen: dict[tuple[str, str], int] = {}
    for edge in edges:
        ends = edge["source"], edge["target"]
        edge["key"] = seen.get(ends, 0)
        seen[ends] = edge["key"] + 1
    whole = {"directed": True, "multigraph": True, "graph": attributes(one), "nodes": nodes, "edges": edges}
    return json.dumps(whole, ensure_ascii=False)


def _present(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def _from_json(content: bytes, name: str) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    try:
        whole = json.loads(content)
        edges = whole["edges"] if "edges" in whole else whole["links"]
        parts = dict(whole.get("graph", {})), [dict(node) for node in whole["nodes"]], [dict(edge) for edge in edges]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        expected = "expected node-link JSON with `nodes` and `edges` (or `links`)"
        raise UnreadableFileError(f"`{name}` cannot be read ({error!r}): {expected}") from error
    return parts


def _record(told: dict[str, Any]) -> dict[str, Any]:
    """Return the record that a file carries, if it carries one."""
    try:
        record = json.loads(told.get("record", "{}"))
    except (ValueError, TypeError):
        return {}
    return record if isinstance(record, dict) else {}


def _edge_frame(rows: list[dict[str, Any]], place: Path) -> pl.DataFrame:
    for number, row in enumerate(rows, start=1):
        for end in ("source", "target"):
            if end not in row:
                raise MissingColumnError(f"`{place.name}`: edge {number} lacks `{end}`; found {sorted(row)}")
    return _framed(rows, {"source": "supplier", "target": "buyer"})


def _node_frame(rows: list[dict[str, Any]]) -> pl.DataFrame | None:
    return _framed(rows, {"id": "node"}) if rows else None


def _framed(rows: list[dict[str, Any]], names: dict[str, str]) -> pl.DataFrame:
    """Put rows side by side; ids become text, amounts 64-bit numbers."""
    import polars as pl

    table = pl.DataFrame(rows, infer_schema_length=None, strict=False)
    table = table.rename({old: new for old, new in names.items() if old in table.columns})
    amounts = [name for name in table.columns if name == "flow" or name.endswith(_MEASURES)]
    numbers = [pl.col(name).cast(pl.Float64) for name in amounts if table.schema[name].is_integer()]
    ids = [pl.col(name).cast(pl.String) for name in names.values() if name in table.columns]
    return table.with_columns(*numbers, *ids)


def _built(edges: pl.DataFrame, nodes: pl.DataFrame | None, record: dict[str, Any], measure: str | None) -> Graph:
    """Build the graph that a file holds."""
    found = [name for name in _MEASURES if name in edges.columns]
    if measure is None and len(found) != 1:
        expected = ", ".join(f"`{name}`" for name in _MEASURES)
        raise GraphError(
            f"the edges have {len(found)} columns of flows ({', '.join(found) or 'none'}), expected one of {expected}; "
            "say what the flows are with `measure`"
        )
    built = graph.from_edges(edges, nodes=nodes, measure=measure or found[0])
    return type(built)(built._core, {**built._record, **record})


def _unknown(path: Path) -> GraphError:
    return GraphError(f"found the ending `{path.suffix}` of `{path.name}`: expected one of {', '.join(_ENDINGS)}")
