"""Where the numbers come from: the reference dataset, and readers for files that a user brings.

The dataset is installed with the package; nothing is downloaded. Tables are loaded when they are first asked for.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from critmin import _core
from critmin._frames import frame
from critmin._progress import progress_callback
from critmin.exceptions import InvalidDataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from critmin._progress import Progress

__all__ = ["Reference", "import_baci", "read_bea", "read_parquet", "read_usgs_mcs", "read_wgi", "reference"]

PathLike = str | os.PathLike[str]


class Reference:
    """The embedded reference dataset; one attribute per table, loaded when first asked for.

    Every figure carries its source, edition and flag. Aggregates ("World total", "Other countries") stand in
    tables of their own, so that a sum over countries never counts them twice.

    Examples
    --------
    >>> import critmin as cm
    >>> ref = cm.reference()
    >>> "world_production" in ref.tables
    True
    >>> ref.countries.columns[:2]
    ['country', 'name']
    """

    def __init__(self) -> None:
        self._loaded: dict[str, pl.DataFrame] = {}

    @property
    def tables(self) -> list[str]:
        """Names of all tables, in reading order."""
        return _core.table_names()

    def table(self, name: str) -> pl.DataFrame:
        """Return one table.

        Parameters
        ----------
        name
            One of :attr:`tables`.

        Raises
        ------
        UnknownTableError
            When there is no such table; the message offers the nearest names.

        Examples
        --------
        >>> import critmin as cm
        >>> cm.reference().table("blocs").is_empty()
        False
        """
        if name not in self._loaded:
            self._loaded[name] = frame(_core.reference_table(name))
        return self._loaded[name]

    def describe(self) -> pl.DataFrame:
        """List the tables: name, rows and columns, key, sources, first and last year, and what one row is.

        Examples
        --------
        >>> import critmin as cm
        >>> cm.reference().describe().columns
        ['table', 'n_rows', 'n_columns', 'key', 'source', 'years', 'description']
        """
        import polars as pl

        names = ["table", "n_rows", "n_columns", "key", "source", "years", "description"]
        rows = [self._description(name) for name in self.tables]
        return pl.DataFrame(rows, schema=names, orient="row")

    def schema(self, name: str) -> pl.DataFrame:
        """List the columns of one table: name, kind, whether a cell may be empty, unit and meaning.

        Raises
        ------
        UnknownTableError
            When there is no such table.

        Examples
        --------
        >>> import critmin as cm
        >>> schema = cm.reference().schema("trade_flows")
        >>> dict(schema.select("column", "unit").iter_rows())["mass_t"]
        't'
        """
        import polars as pl

        fields = json.loads(_core.table_schema(name))["schema"]["fields"]
        rows = [
            (each["name"], each["type"], not each["constraints"]["required"], _unit(each["name"]), each["description"])
            for each in fields
        ]
        return pl.DataFrame(rows, schema=["column", "kind", "is_optional", "unit", "description"], orient="row")

    @property
    def datapackage(self) -> dict[str, Any]:
        """The Frictionless description of the dataset."""
        package: dict[str, Any] = json.loads(_core.datapackage())
        return package

    @property
    def licences(self) -> str:
        """Licences and attributions of every source, apart from the licence of the code."""
        return _core.data_licences()

    def _description(self, name: str) -> tuple[str, int, int, str, str, str, str]:
        record = json.loads(_core.table_schema(name))
        fields, key = record["schema"]["fields"], ", ".join(record["schema"]["primaryKey"])
        table = self.table(name)
        return name, table.height, len(fields), key, _sources(table), _years(table), record["description"]

    def __getattr__(self, name: str) -> pl.DataFrame:
        """Return the table of this name."""
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self.table(name)
        except KeyError as error:
            raise AttributeError(str(error)) from error

    def __dir__(self) -> list[str]:
        """Offer the tables for completion."""
        return [*super().__dir__(), *self.tables]

    def __repr__(self) -> str:
        """Say how much there is."""
        return f"<Reference dataset: {len(self.tables)} tables; see `.describe()`>"


# Units as they end a column name; the longest ending that fits holds.
_UNITS = {
    "_usd_per_kg": "USD/kg",
    "_usd_per_t": "USD/t",
    "_million_usd": "million USD",
    "_million_eur": "million EUR",
    "_usd": "USD",
    "_t": "t",
    "share": "fraction",
    "share_low": "fraction",
    "share_high": "fraction",
    "year": "calendar year",
}


# Tables without a column that names an edition were kept by hand.
_BY_HAND = "critmin-curated"
_YEARS = ("year", "year_from", "year_to", "benchmark_year")


def _sources(table: pl.DataFrame) -> str:
    """Name the editions in a table, in alphabetical order."""
    if "source_id" not in table.columns:
        return _BY_HAND
    return ", ".join(sorted(table["source_id"].cast(str).drop_nulls().unique()))


def _years(table: pl.DataFrame) -> str:
    """Write the first and the last year of a table; empty when it has none."""
    years = [int(year) for name in _YEARS if name in table.columns for year in table[name].drop_nulls().unique()]
    return f"{min(years)} to {max(years)}" if years else ""


def _unit(column: str) -> str | None:
    fits = [ending for ending in _UNITS if column.endswith(ending)]
    return _UNITS[max(fits, key=len)] if fits else None


# Holds no data before a table is asked for.
_REFERENCE = Reference()


def reference() -> Reference:
    """Return the embedded reference dataset; the same object on every call.

    Examples
    --------
    >>> import critmin as cm
    >>> cm.reference() is cm.reference()
    True
    """
    return _REFERENCE


def read_usgs_mcs(path: PathLike, *, edition: int) -> dict[str, pl.DataFrame]:
    """Read a data release of the USGS Mineral Commodity Summaries in the publisher's layout.

    Parameters
    ----------
    path
        The CSV file of the release, as published.
    edition
        2025 (wide world table) or 2026 (long table of everything). A newer edition in the layout of 2026 is
        read as 2026.

    Returns
    -------
    dict of str to polars.DataFrame
        Tables in critmin's schema, by name (``world_production``, ``us_salient_statistics``, ...).

    Raises
    ------
    InvalidDataError
        With every problem of the file, or when ``edition`` has no reader.
    EncodingError, MissingColumnError, UnreadableFileError, ReadError
        When the file is not in the published layout.
    """
    readers = {2025: _core.read_usgs_mcs_2025, 2026: _core.read_usgs_mcs_2026}
    if edition not in readers:
        raise InvalidDataError(
            f"found edition `{edition}`, expected 2025 or 2026; read a newer edition in the layout of 2026 as 2026"
        )
    return {name: frame(table) for name, table in readers[edition](os.fspath(path)).items()}


def read_wgi(path: PathLike, *, vintage: str) -> pl.DataFrame:
    """Read Worldwide Governance Indicators of the World Bank.

    Parameters
    ----------
    path
        The publisher's file.
    vintage
        Edition of the file, such as ``wgi-2025``: it becomes the ``source_id`` of every figure.

    Returns
    -------
    polars.DataFrame
        Columns of the table ``governance``: ``wgi_estimate`` is about -2.5 to 2.5, higher = better governed.

    Raises
    ------
    InvalidDataError, MissingColumnError, EncodingError, UnreadableFileError, ReadError
        When the file is not in the published layout.
    """
    return frame(_core.read_wgi(os.fspath(path), vintage))


def read_bea(folder: PathLike, *, benchmark_year: int) -> dict[str, pl.DataFrame]:
    """Read the detail make and use tables of the U.S. Bureau of Economic Analysis.

    Parameters
    ----------
    folder
        Where the publisher's files lie.
    benchmark_year
        2012 or 2017.

    Returns
    -------
    dict of str to polars.DataFrame
        ``io_cells`` [million USD] and ``io_codes``.

    Raises
    ------
    InvalidDataError, MissingColumnError, UnreadableFileError, ReadError
        When a file is missing or not in the published layout.
    """
    return {name: frame(table) for name, table in _core.read_bea(os.fspath(folder), benchmark_year).items()}


def read_parquet(path: PathLike) -> pl.DataFrame:
    """Read a Parquet file that critmin wrote.

    Raises
    ------
    UnreadableFileError
        When the file is truncated or not Parquet.
    ReadError
        When it cannot be opened.
    """
    return frame(_core.read_parquet(os.fspath(path)))


def import_baci(
    path: PathLike,
    *,
    output: PathLike,
    hs_edition: str | None = None,
    release: str | None = None,
    codes: Sequence[str] | None = None,
    years: Sequence[int] | None = None,
    progress: Progress = False,
) -> dict[str, Any]:
    """Convert a BACI release file of any HS revision to Parquet, in bounded memory.

    Parameters
    ----------
    path
        A yearly CSV file of the release, or the release's zip.
    output
        Parquet file to write. It appears only when the whole import has succeeded.
    hs_edition, release
        Revision (``HS92`` ... ``HS22``) and release (``202601``); read from the file name when absent.
    codes, years
        Keep only these six-digit codes and these years; all when absent.
    progress
        ``True`` draws a bar on the terminal; a callable receives ``(done, total)`` in bytes.

    Returns
    -------
    dict
        Counts of the import: rows read, rows written, and what was dropped.

    Raises
    ------
    InvalidDataError
        With every problem of the file: duplicated keys, negative or non-numeric mass, unknown countries.
    MissingColumnError, EncodingError, UnreadableFileError, ReadError, WriteError
        When the file is not in the published layout, or the output cannot be written.
    InterruptedImportError
        When stopped; nothing half-written is left behind.

    References
    ----------
    Gaulier, G. and Zignago, S. (2010), BACI: International Trade Database at the Product-Level, CEPII WP 2010-23.
    """
    report = _core.import_baci(
        os.fspath(path),
        os.fspath(output),
        hs_edition,
        release,
        None if codes is None else list(codes),
        None if years is None else list(years),
        progress_callback(progress, "reading BACI"),
    )
    counts: dict[str, Any] = json.loads(report)
    return counts
