"""Scoring methods: each is one TOML document, shipped with the package or your own."""

from __future__ import annotations

import functools
import json
import os
import sys
import textwrap
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from critmin import _core
from critmin._frames import frame
from critmin.exceptions import MethodError, ReadError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    import polars as pl

__all__ = ["EVIDENCE", "Method", "method", "methods"]

WIDTH = 80
# How well the rules of a method are known, in words.
EVIDENCE = {
    "recomputed": "recomputed from published inputs and found to agree",
    "stated": "stated in a source that was read",
    "ours": "our own definition or correction, not a published score",
    "from-memory": "recalled from the literature; the primary source was not read",
}


class Method:
    """A scoring method: a document, read and checked.

    Two methods are equal when their documents are. A method pickles as its document.
    """

    def __init__(self, core: _core.Method) -> None:
        self._core = core

    @classmethod
    def from_toml(cls, text: str) -> Method:
        """Read and check a document.

        Parameters
        ----------
        text
            The document as TOML.

        Returns
        -------
        Method

        Raises
        ------
        MethodError
            When it is no TOML, or contradicts itself: an unknown name, a cycle, units that do not match, weights that
            do not sum to one. The message and the attribute ``line`` say where.

        Examples
        --------
        >>> import critmin as cm
        >>> cm.Method.from_toml(cm.method("eu-2023").text) == cm.method("eu-2023")
        True
        """
        return cls(_core.method_from_toml(text))

    @property
    def id(self) -> str:
        """Short name."""
        return self._core.id

    @property
    def text(self) -> str:
        """The document as it was written."""
        return self._core.text

    @functools.cached_property
    def card(self) -> dict[str, Any]:
        """Everything about the method as plain Python objects: axes, inputs, outputs, citation, evidence, caution."""
        card: dict[str, Any] = json.loads(self._core.card())
        return card

    @property
    def title(self) -> str:
        """Heading."""
        return str(self.card["title"])

    @property
    def question(self) -> str:
        """What the method answers."""
        return str(self.card["question"])

    @property
    def evidence(self) -> str:
        """How well its rules are known: ``recomputed``, ``stated``, ``ours`` or ``from-memory``."""
        return str(self.card["evidence"])

    @property
    def caution(self) -> str:
        """What must be said beside every result; empty where nothing is to be said."""
        return str(self.card["caution"] or "")

    @property
    def citation(self) -> str:
        """Where it was published, in one line."""
        cited = self.card["citation"]
        doi = f"https://doi.org/{cited['doi']}" if cited.get("doi") else None
        return ", ".join(str(part) for part in (cited["text"], cited.get("page"), doi or cited.get("url")) if part)

    @property
    def axes(self) -> dict[str, str]:
        """Every axis and what its labels are, in the order of the result's columns."""
        return {axis["name"]: axis["description"] for axis in self.card["axes"]}

    @property
    def inputs(self) -> pl.DataFrame:
        """One row per input: name, unit, axes, whether the reference dataset has it, and what it is."""
        import polars as pl

        text, texts = pl.String(), pl.List(pl.String)
        schema = {"input": text, "unit": text, "axes": texts, "is_in_reference": pl.Boolean(), "description": text}
        rows = [
            (one["name"], one["unit"], one["axes"], one["is_in_reference"], one["description"])
            for one in self.card["inputs"]
        ]
        return pl.DataFrame(rows, schema=schema, orient="row")

    @property
    def outputs(self) -> pl.DataFrame:
        """One row per output: name, unit, axes, which direction is worse, evidence, and what it is."""
        import polars as pl

        text, texts = pl.String(), pl.List(pl.String)
        schema = {"output": text, "unit": text, "axes": texts, "higher_is": text, "evidence": text, "description": text}
        rows = [
            (one["name"], one["unit"], one["axes"], one["higher_is"], one["evidence"], one["description"])
            for one in self.card["outputs"]
        ]
        return pl.DataFrame(rows, schema=schema, orient="row")

    @property
    def needs_inputs(self) -> list[str]:
        """Names of the inputs that the reference dataset does not have: hand them over as tables."""
        return [one["name"] for one in self.card["inputs"] if not one["is_in_reference"]]

    @functools.cached_property
    def document(self) -> dict[str, Any]:
        """The document as plain Python objects."""
        return tomllib.loads(self.text)

    def check(self) -> pl.DataFrame:
        """Evaluate the document's own tests: what is expected beside what comes out.

        Returns
        -------
        polars.DataFrame
            One row per expectation: test, cell, expected, found, holds, is_published, source.

        Raises
        ------
        CritminError
            When a test cannot be evaluated at all, for instance for want of an input.

        Examples
        --------
        >>> import critmin as cm
        >>> bool(cm.method("production-hhi").check()["holds"].all())
        True
        """
        return frame(self._core.check())

    def summary(self) -> str:
        """Tell on one screen what the method answers, needs and gives, and how well it is known."""
        return "\n".join(line for text in self._sentences() for line in _wrapped(text))

    def _sentences(self) -> list[str]:
        axes = [f"  {name}: {what}" for name, what in self.axes.items()]
        outputs = [f"  {one['name']} [{one['unit']}]: {_told(one)}" for one in self.card["outputs"]]
        inputs = [
            f"  {one['name']} [{one['unit']}], by {', '.join(one['axes']) or 'nothing'}: {one['description']}"
            f"{'' if one['is_in_reference'] else ' (to be handed over)'}"
            for one in self.card["inputs"]
        ]
        return [
            f"{self.id}: {self.title}",
            self.question,
            f"Evidence: {EVIDENCE[self.evidence]}.",
            *([f"Caution: {self.caution}"] if self.caution else []),
            f"Published in: {self.citation}",
            "Gives:", *outputs, "Axes:", *axes, "Needs:", *inputs,
        ]  # fmt: skip

    def __eq__(self, other: object) -> bool:
        """Compare the documents."""
        return self.text == other.text if isinstance(other, Method) else NotImplemented

    def __hash__(self) -> int:
        """Hash the document."""
        return hash(self.text)

    def __repr__(self) -> str:
        """Say which."""
        return f"<Method `{self.id}`: {self.title}>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"


def method(name: str | os.PathLike[str] | Method) -> Method:
    """Read a method: a shipped one by its id, or your own document.

    Parameters
    ----------
    name
        The id of a shipped method; the path of a document (a path object, or text that ends in ``.toml``); or the
        document itself, which is told by its line breaks.

    Returns
    -------
    Method

    Raises
    ------
    UnknownMethodError
        When no shipped method has this id; the message offers the nearest ones.
    ReadError
        When the file cannot be read.
    MethodError
        When the document is faulty; the message and the attribute ``line`` say where.

    Examples
    --------
    >>> import critmin as cm
    >>> cm.method("eu-2023").outputs["output"].to_list()[:2]
    ['supply_risk', 'economic_importance']
    """
    if isinstance(name, Method):
        return name
    if isinstance(name, str) and "\n" in name:
        return Method.from_toml(name)
    if isinstance(name, str) and not name.endswith(".toml"):
        return Method(_core.method(name))
    try:
        return Method.from_toml(Path(name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ReadError(f"cannot read the method document `{os.fspath(name)}`: {reason.lower()}") from error
    except MethodError as error:
        raise MethodError(f"`{os.fspath(name)}`: {error}", error.line) from error


def methods() -> pl.DataFrame:
    """List the shipped methods.

    Returns
    -------
    polars.DataFrame
        One row per method: ``id``, ``title``, ``question``, ``evidence``, ``outputs``, ``needs_inputs`` (what has to be
        handed over; empty = the reference dataset suffices), ``tests``, ``tests_published`` (how many of its tests rest
        on a published value) and ``caution``.

    Examples
    --------
    >>> import critmin as cm
    >>> listed = cm.methods()
    >>> "geopolrisk" in listed["id"]
    True
    """
    import polars as pl

    rows = [_row(Method(_core.method(name))) for name in _core.method_ids()]
    lists = dict.fromkeys(("outputs", "needs_inputs"), pl.List(pl.String))
    return pl.DataFrame(rows, schema_overrides=lists)


def _row(one: Method) -> dict[str, Any]:
    tests = one.document.get("tests", [])
    return {
        "id": one.id,
        "title": one.title,
        "question": one.question,
        "evidence": one.evidence,
        "outputs": [output["name"] for output in one.card["outputs"]],
        "needs_inputs": one.needs_inputs,
        "tests": len(tests),
        "tests_published": sum(1 for test in tests if test.get("published")),
        "caution": one.caution,
    }


def _told(output: dict[str, Any]) -> str:
    direction = "" if output["higher_is"] == "larger" else f"higher = {output['higher_is']}"
    by = f"by {', '.join(output['axes'])}" if output["axes"] else ""
    return "; ".join(part for part in (output["description"], by, direction) if part)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="    " if text.startswith("  ") else "") or [""]
