"""GraphML, by the standard library: what yEd, Gephi and networkx read."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

from critmin.exceptions import GraphError, UnreadableFileError

_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
# Characters that XML 1.0 cannot hold, not even escaped.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TYPES = {bool: "boolean", int: "long", float: "double", str: "string"}

Rows = list[dict[str, Any]]


def text(attributes: dict[str, Any], nodes: Rows, edges: Rows) -> bytes:
    """Write a graph.

    Raises
    ------
    GraphError
        When a text holds a character that XML cannot hold.
    """
    root = ET.Element("graphml", xmlns=_NAMESPACE)
    whole = {name: value for name, value in attributes.items() if isinstance(value, str)}
    keys = {
        "graph": _keys(root, "graph", [whole], ()),
        "node": _keys(root, "node", nodes, ("id",)),
        "edge": _keys(root, "edge", edges, ("source", "target")),
    }
    body = ET.SubElement(root, "graph", edgedefault="directed")
    _data(body, whole, keys["graph"])
    for row in nodes:
        _data(ET.SubElement(body, "node", id=_legal(row["id"])), row, keys["node"])
    for number, row in enumerate(edges):
        ends = {"id": f"e{number}", "source": _legal(row["source"]), "target": _legal(row["target"])}
        _data(ET.SubElement(body, "edge", ends), row, keys["edge"])
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def parsed(content: bytes, name: str) -> tuple[dict[str, Any], Rows, Rows]:
    """Read a graph: what it tells of itself, its nodes and its edges.

    Raises
    ------
    UnreadableFileError
        When it is no GraphML.
    """
    # Without a document type there are no entities to expand.
    if b"<!DOCTYPE" in content:
        raise UnreadableFileError(f"`{name}` holds a document type, which is not part of GraphML: remove it")
    try:
        root = ET.fromstring(content)
    except ET.ParseError as error:
        raise UnreadableFileError(f"`{name}` cannot be read as GraphML: {error}") from error
    body = root.find(f"{{{_NAMESPACE}}}graph")
    if body is None:
        raise UnreadableFileError(f"`{name}` cannot be read as GraphML: there is no element `graph`")
    try:
        return _parts(root, body)
    except (ValueError, KeyError) as error:
        raise UnreadableFileError(f"`{name}` cannot be read as GraphML: {error!r}") from error


def _parts(root: ET.Element, body: ET.Element) -> tuple[dict[str, Any], Rows, Rows]:
    keys = {
        key.attrib["id"]: (key.attrib["attr.name"], key.attrib.get("attr.type", "string"))
        for key in root.iter(f"{{{_NAMESPACE}}}key")
    }
    nodes = [{"id": node.attrib["id"], **_read(node, keys)} for node in body.iter(f"{{{_NAMESPACE}}}node")]
    edges = [
        {"source": edge.attrib["source"], "target": edge.attrib["target"], **_read(edge, keys)}
        for edge in body.iter(f"{{{_NAMESPACE}}}edge")
    ]
    return _read(body, keys), nodes, edges


def _keys(root: ET.Element, domain: str, rows: Rows, ends: tuple[str, ...]) -> dict[str, str]:
    """Declare every attribute, and return the id of each."""
    kinds: dict[str, str] = {}
    for row in rows:
        for name, value in row.items():
            if name not in ends:
                kinds.setdefault(name, _TYPES[type(value)])
    for name, kind in kinds.items():
        ET.SubElement(root, "key", {"id": f"{domain}_{name}", "for": domain, "attr.name": name, "attr.type": kind})
    return {name: f"{domain}_{name}" for name in kinds}


def _data(element: ET.Element, row: dict[str, Any], keys: dict[str, str]) -> None:
    for name, key in keys.items():
        if name in row:
            value = row[name]
            told = str(value).lower() if isinstance(value, bool) else value
            ET.SubElement(element, "data", key=key).text = _legal(told)


def _legal(value: object) -> str:
    found = _ILLEGAL.search(str(value))
    if found:
        raise GraphError(f"{value!r} holds the character {found.group()!r}, which XML cannot: write Parquet or JSON")
    return str(value)


def _read(element: ET.Element, keys: dict[str, tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for data in element.findall(f"{{{_NAMESPACE}}}data"):
        name, kind = keys[data.attrib["key"]]
        found[name] = _value(data.text or "", kind)
    return found


def _value(text: str, kind: str) -> Any:  # noqa: ANN401
    if kind == "boolean":
        return text.strip().lower() in {"true", "1"}
    if kind in {"int", "long"}:
        return int(text)
    return float(text) if kind in {"float", "double"} else text
