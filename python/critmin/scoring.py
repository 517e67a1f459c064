"""How exposed are we: a published scoring method, asked of the reference dataset or of your own tables."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from critmin import core
from critmin._frames import checked
from critmin.exceptions import InvalidDataError, MissingInputsError, UnknownCountryError, UnknownNameError
from critmin.method_library import Method
from critmin.method_library import method as find_method
from critmin.scores import Question, Scores
from critmin.tables import Reference

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    import polars as pl

    from critmin._core import ArrowStream
    from critmin._progress import Progress

__all__ = ["score"]

Names: TypeAlias = str | Sequence[str]
Years: TypeAlias = int | Sequence[int]
Pins: TypeAlias = Mapping[str, str | Mapping[str, str]]

# Columns beside the axes that a table handed over may have.
_KNOWN = {"value", "low", "high", "standard_error", "source_id", "flag"}
# Types of polars that hold nothing readable.
_UNREADABLE = {"Null", "Binary", "Object", "Unknown", "Int128", "UInt128"}


def score(
    data: Reference | Mapping[str, ArrowStream | None] | None = None,
    *,
    method: str | os.PathLike[str] | Method,
    commodity: Names | None = None,
    entity: Names | None = None,
    year: Years | None = None,
    labels: Mapping[str, Names | Years] | None = None,
    inputs: Mapping[str, ArrowStream | None] | None = None,
    pins: Pins | None = None,
    regions: Mapping[str, Sequence[str]] | None = None,
    day: dt.date | str | None = None,
    progress: Progress = False,
) -> Scores:
    """Ask a scoring method.

    Parameters
    ----------
    data
        Where the inputs come from: the reference dataset (the default), or a mapping from the name of an input to a
        table of any library that speaks Arrow, with which nothing is taken from the reference dataset. Columns of a
        table: one per axis of the input, and ``value`` (or a column named as the input) in the input's unit;
        ``standard_error`` and ``source_id`` if known. ``None`` in place of a table says that there are no rows. The
        name of a binding is taken as well: its table then stands in place of the rule, such as a printed concentration.
    method
        Id of a shipped method (see :func:`methods`), path or text of a document, or a :class:`Method`.
    commodity
        One or several; all when absent. Names are found in any spelling that the publishers use. A method without an
        axis ``commodity`` takes them on the first axis of its first output, such as ``material`` or ``element``.
    entity
        One or several importers: countries in any spelling, or blocs such as ``eu-27``.
    year
        One or several calendar years.
    labels
        Labels on the other axes, by axis: ``{"stage": "refinery"}``.
    inputs
        Tables that replace single inputs, in the form of `data`, while the others come from the reference dataset.
    pins
        By input, the edition to take (a ``source_id``), or a column and the one label to keep of it.
    regions
        Blocs of your own and their members, for `entity`.
    day
        Day on which the members of a bloc are read. When absent: the last day of the latest year asked for, or today.
    progress
        ``True`` draws a bar on a terminal; a callable receives ``(done, total)``.

    Returns
    -------
    Scores
        Every cell that was asked for has a row, with a status and, where it is not ``ok``, a reason.

    Raises
    ------
    UnknownMethodError, MethodError, ReadError
        When the method is not known, its document is faulty, or its file cannot be read.
    UnknownCommodityError, UnknownCountryError
        When a name means nothing in the reference dataset.
    MissingInputsError
        When inputs are missing, each named with the columns that it needs.
    MissingColumnError, InvalidDataError, UnknownTableError
        When a table does not hold what its input needs, or a question names an axis that the answer does not have.
    UnknownNameError
        When `inputs` or `pins` name no input of the method.

    Examples
    --------
    >>> import critmin as cm
    >>> gallium = cm.score(method="eu-2023", commodity="gallium")
    >>> gallium.wide().select("commodity", "supply_risk_label").row(0)
    ('gallium', 'P')

    Your own figures, in any library's table:

    >>> import polars as pl
    >>> shares = pl.DataFrame({"material": ["x", "x"], "category": ["hhi", "price"], "value": [0.3, 0.1]})
    >>> shares.columns == [*cm.method("essenz").inputs["axes"][0], "value"]
    True
    """
    asked = question(
        data, method=method, commodity=commodity, entity=entity, year=year, labels=labels, inputs=inputs, pins=pins,
        regions=regions, day=day,
    )  # fmt: skip
    return asked.ask(progress=progress)


def question(
    data: Reference | Mapping[str, ArrowStream | None] | None,
    *,
    method: str | os.PathLike[str] | Method,
    commodity: Names | None,
    entity: Names | None,
    year: Years | None,
    labels: Mapping[str, Names | Years] | None,
    inputs: Mapping[str, ArrowStream | None] | None,
    pins: Pins | None,
    regions: Mapping[str, Sequence[str]] | None,
    day: dt.date | str | None,
) -> Question:
    """Check a question and put it into the form that the engine takes; see :func:`score`."""
    one = find_method(method)
    use_reference = data is None or isinstance(data, Reference)
    if not use_reference and not isinstance(data, Mapping):
        wanted = ", ".join(f"`{name}`" for name in one.inputs["input"])
        raise InvalidDataError(
            f"`data` is a `{type(data).__name__}`: expected the reference dataset, or a mapping from the inputs of "
            f"`{one.id}` ({wanted}) to tables"
        )
    handed = {**(data if isinstance(data, Mapping) else {}), **(inputs or {})}
    tables = _tables(one, handed, pins or {})
    if not use_reference:
        _require_all(one, tables)
    wanted_labels = _labels(one, commodity, entity, year, labels or {})
    names = _Names(tables, use_reference=use_reference, regions=regions or {}, day=day, labels=wanted_labels)
    resolved = {axis: names.resolve(axis, each) for axis, each in wanted_labels.items()}
    return Question(one, tables, resolved, _pins(one, pins or {}), names.regions, use_reference, names.remarks)


def _tables(one: Method, handed: Mapping[str, ArrowStream | None], pins: Pins) -> dict[str, pl.DataFrame]:
    """Take over every table, without columns that nobody asks for."""
    import polars as pl

    _refuse_unknown(one, handed, "inputs", "bindings")
    cards = {card["name"]: card for card in (*one.card["inputs"], *one.card["bindings"])}
    tables = {}
    for name, table in handed.items():
        axes = cards[name]["axes"]
        if table is None:
            tables[name] = pl.DataFrame(schema={**dict.fromkeys(axes, pl.String), "value": pl.Float64})
            continue
        pinned = pins.get(name, {})
        known = {*axes, name, *_KNOWN, *([] if isinstance(pinned, str) else pinned)}
        if hasattr(table, "__arrow_c_stream__"):
            taken = pl.DataFrame(table)
            taken = taken.drop(column for column in taken.columns if column not in known and _is_odd(taken[column]))
            table = taken.with_columns(
                _amounts(column) for column in taken.get_columns() if column.name in {name, "value"}
            )
        tables[name] = checked(table, name)
    return tables


def _is_odd(column: pl.Series) -> bool:
    """Say whether nothing could be read from a column, so that it matters only when it is asked for."""
    kind = column.dtype
    if kind.is_float():
        return not column.drop_nulls().is_finite().all()
    return kind.is_nested() or kind.is_temporal() or kind.is_decimal() or str(kind) in _UNREADABLE


def _amounts(column: pl.Series) -> pl.Series:
    """Widen numbers that 64 bits do not hold exactly, and read a column of nothing as amounts that are not there."""
    import polars as pl

    is_wide = column.dtype.is_decimal() or str(column.dtype) in {"Int128", "UInt128", "Null"}
    return column.cast(pl.Float64) if is_wide else column


def _refuse_unknown(one: Method, names: Iterable[str], *kinds: str) -> None:
    """Refuse names that are none of the method's ``inputs`` (or ``bindings``), with the nearest one that is."""
    known = [card["name"] for kind in kinds for card in one.card[kind]]
    for name in names:
        if name not in known:
            near = "".join(f": did you mean `{each}`?" for each in difflib.get_close_matches(name, known, n=1))
            told = ", ".join(f"`{card['name']}`" for card in one.card["inputs"])
            raise UnknownNameError(f"method `{one.id}` has no input `{name}`{near} (it has {told})")


def _require_all(one: Method, tables: Mapping[str, pl.DataFrame]) -> None:
    inputs = {card["name"] for card in one.card["inputs"]}
    if not inputs.issuperset(tables):
        # Behind a binding that is handed over nothing is needed: the engine knows what is left.
        return
    missing = [card for card in one.card["inputs"] if card["name"] not in tables]
    if missing:
        told = "; ".join(
            f"`{card['name']}` [{card['unit']}] with the columns {', '.join([*card['axes'], 'value'])}"
            for card in missing
        )
        raise MissingInputsError(
            f"method `{one.id}` needs {told}: hand over a table for each, or `None` where there are no rows; with the "
            "reference dataset as `data` and your tables as `inputs` the rest is taken from there"
        )


def _pins(one: Method, pins: Pins) -> dict[str, dict[str, str]]:
    _refuse_unknown(one, pins, "inputs")
    return {name: {"source_id": pin} if isinstance(pin, str) else dict(pin) for name, pin in pins.items()}


def _labels(
    one: Method,
    commodity: Names | None,
    entity: Names | None,
    year: Years | None,
    labels: Mapping[str, Names | Years],
) -> dict[str, list[str]]:
    """Bring the labels of the question together by axis, as text."""
    first = next(iter(one.card["outputs"][0]["axes"]), "commodity")
    of_commodity = "commodity" if "commodity" in one.axes else first
    asked: dict[str, Names | Years] = dict(labels)
    for axis, given in ((of_commodity, commodity), ("entity", entity), ("year", year)):
        if given is not None and axis in asked:
            raise InvalidDataError(f"the axis `{axis}` is asked for twice, by its own argument and in `labels`")
        if given is not None:
            asked[axis] = given
    answered = {axis for output in one.card["outputs"] for axis in output["axes"]}
    for axis in asked:
        if axis not in answered:
            told = ", ".join(f"`{each}`" for each in one.axes if each in answered)
            raise InvalidDataError(
                f"no output of `{one.id}` is by `{axis}`: it answers by {told}"
                + (
                    f"; `{axis}` stands in its inputs only: hand over the rows that you want"
                    if axis in one.axes
                    else ""
                )
            )
    return {axis: _texts(given) for axis, given in asked.items()}


def _texts(given: Names | Years) -> list[str]:
    many = [given] if isinstance(given, (str, int)) else list(given)
    return list(dict.fromkeys(str(each) for each in many))


class _Names:
    """Finds what the names of a question mean."""

    def __init__(
        self,
        tables: Mapping[str, pl.DataFrame],
        *,
        use_reference: bool,
        regions: Mapping[str, Sequence[str]],
        day: dt.date | str | None,
        labels: Mapping[str, list[str]],
    ) -> None:
        self._tables = tables
        self._use_reference = use_reference
        self.regions = {name: list(members) for name, members in regions.items()}
        self.remarks: list[str] = []
        years = [int(each) for each in labels.get("year", []) if each.isdigit()]
        last = dt.date(max(years), 12, 31) if years else dt.date.today()
        self._day = day if day is not None else last

    def resolve(self, axis: str, names: list[str]) -> list[str]:
        """Return the labels that the names mean on an axis; names of the user's own tables stand for themselves."""
        own = self._own(axis)
        find = {"commodity": self._commodity, "entity": self._entity}.get(axis)
        if find is None:
            return names
        return list(dict.fromkeys(name if name in own else find(name) for name in names))

    def _own(self, axis: str) -> set[str]:
        columns = [table[axis] for table in self._tables.values() if axis in table.columns]
        return {str(label) for column in columns for label in column.unique()}

    def _commodity(self, name: str) -> str:
        return core.find_commodity(name).commodity if self._use_reference else name

    def _entity(self, name: str) -> str:
        if name in self.regions:
            return name
        try:
            return core.find_country(name).country
        except UnknownCountryError:
            if self._is_bloc(name.lower()):
                return name.lower()
            if self._use_reference:
                raise
            return name

    def _is_bloc(self, name: str) -> bool:
        try:
            members = core.bloc_members(name, day=self._day)
        except UnknownNameError:
            return False
        self.regions[name] = members
        self.remarks.append(f"`{name}` is the sum of its {len(members)} members on {self._day}")
        return True
