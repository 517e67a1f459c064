"""Writing a picture to a file, without a browser or a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from critmin import _files
from critmin.exceptions import InvalidDataError

if TYPE_CHECKING:
    import os

    import altair as alt

# Pixels of a PNG per pixel of the picture: sharp on paper too.
_SCALE = 2.0


def save(chart: alt.TopLevelMixin, path: str | os.PathLike[str]) -> Path:
    """Write a picture as SVG, PNG or self-contained HTML, whole or not at all.

    Parameters
    ----------
    chart
        What any function of this module returned.
    path
        File to write; its ending (``.svg``, ``.png`` or ``.html``) chooses the format. The HTML opens offline.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InvalidDataError
        When the ending is another one.
    WriteError
        When the file cannot be written; nothing half-written is left behind.

    Examples
    --------
    >>> import tempfile
    >>> import polars as pl
    >>> from critmin import plots
    >>> table = pl.DataFrame({"name": ["China", "Japan"], "production_t": [900.0, 3.0]})
    >>> chart = plots.production_by_country(table, source="USGS MCS 2026")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(plots.save(chart, f"{folder}/gallium.svg").read_text(encoding="utf-8")[:4])
    <svg
    """
    target = Path(path)
    kind = target.suffix.lower().removeprefix(".")
    if kind not in {"svg", "png", "html"}:
        raise InvalidDataError(f"cannot draw to `{target.name}`: expected a name that ends in .svg, .png or .html")

    def write(place: Path) -> None:
        if kind == "svg":
            chart.save(place, format="svg")
        elif kind == "png":
            chart.save(place, format="png", scale_factor=_SCALE)
        else:  # the page carries the chart library inside
            chart.save(place, format="html", inline=True)

    return _files.write_folder(target.parent, {target.name: write})[0]
