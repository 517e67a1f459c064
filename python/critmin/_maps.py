"""Where and between whom: a map of the world by country, and exporters beside importers."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Any

from critmin import _charts, _flows
from critmin._charts import WIDTH
from critmin._flows import amount, name_of
from critmin.exceptions import InvalidDataError

if TYPE_CHECKING:
    import altair as alt
    import polars as pl

# Natural Earth 1:110m, keyed by ISO3; see assets/NOTICE.md.
_GEOMETRY = "assets/countries_110m.topo.json"
# A country without a figure, and one whose figure is zero.
_MISSING, _ZERO = "#CFCFCF", "#FFFFFF"
# Countries that the note under a map names before it only counts the rest.
_NAMED = 8


def country_map(
    frame: pl.DataFrame,
    *,
    value: str,
    source: str,
    title: str,
    unit: str | None = None,
) -> alt.LayerChart:
    """Draw one figure per country as a map of the world; no figure is told apart from zero.

    Countries too small for the map, and codes that it does not know, are named under the title with their figures.

    Parameters
    ----------
    frame
        One row per country: ``country`` (ISO3) and the column named by `value`. A row without a country is what
        other countries have together; it is told under the title.
    value
        Name of the column to draw; its ending gives the unit: ``_t`` tonnes, ``_usd`` USD, ``share`` a fraction that
        is drawn in percent.
    source
        Publisher and edition.
    title
        Heading.
    unit
        Unit of the figures when the column's name does not tell it.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    MissingColumnError
        When a column is missing.
    MissingInputsError
        When no country has a figure.
    InvalidDataError
        When a country has several figures.

    Examples
    --------
    >>> import polars as pl
    >>> from critmin import plots
    >>> made = pl.DataFrame({"country": ["CHN", "SGP", "CAN"], "production_t": [900.0, 2.0, 0.0]})
    >>> chart = plots.country_map(made, value="production_t", source="USGS MCS 2026", title="Production")
    >>> "Not on the map: Singapore" in chart.to_dict()["title"]["subtitle"][0]
    True
    """
    import altair as alt
    import polars as pl

    _charts.require(frame, ["country", value])
    known = _charts.plain(frame).drop_nulls(value).with_columns(pl.col(value).cast(pl.Float64))
    _charts.require_rows(known, value.replace("_", " "))
    figures = _one_each(known, value)
    words, told_unit = _flows.words(value)
    unit = unit or told_unit
    divisor, shown_unit = (0.01, unit) if unit == "%" else _flows.scaled(max(map(abs, figures.values())), unit)
    shapes, drawn = _shapes(figures, unit, divisor)
    ends = [0.0, *(figures[code] / divisor for code in drawn)]
    filled = alt.Color(
        "properties.value:Q",
        scale=alt.Scale(scheme="yellowgreenblue", domain=[min(ends), max(ends) or 1.0]),
        legend=alt.Legend(title=[words, f"({shown_unit})"] if unit else words, format=",.3~r", tickCount=5),
    )
    kinds = alt.Scale(domain=["zero", "no figure"], range=[_ZERO, _MISSING])
    legend = alt.Legend(title=None, symbolType="square", symbolStrokeColor="#777", symbolStrokeWidth=0.6)
    status = alt.Color("properties.status:N", scale=kinds, legend=legend)
    told = [alt.Tooltip("properties.name:N", title="country"), alt.Tooltip("properties.told:N", title=words)]
    layers = []
    for wanted, color in (("datum.properties.status == 'figure'", filled),
                          ("datum.properties.status != 'figure'", status)):  # fmt: skip
        shape = alt.Chart(shapes, width=WIDTH, height=0.48 * WIDTH).transform_filter(wanted)
        shape = shape.mark_geoshape(stroke="#777", strokeWidth=0.4).project("equalEarth")
        layers.append(shape.encode(color=color, tooltip=told))
    line = source + _flows.vintage(known) + _off_the_map(figures, drawn, unit)
    layered = alt.LayerChart(layer=layers, title=_charts.title(title, line)).resolve_scale(color="independent")
    chart: alt.LayerChart = layered.configure_view(stroke=None)
    return chart


def _one_each(known: pl.DataFrame, value: str) -> dict[str | None, float]:
    """Return the figure of each country, and under `None` what other countries have together."""
    import polars as pl

    twice = known.drop_nulls("country").filter(pl.col("country").is_duplicated())
    if not twice.is_empty():
        country = twice["country"][0]
        n_rows = twice.filter(pl.col("country") == country).height
        raise InvalidDataError(f"`{country}` has {n_rows} values of `{value}`: keep one row per country")
    return {country: float(sum(part[value])) for (country,), part in known.group_by(["country"], maintain_order=True)}


def _shapes(figures: dict[str | None, float], unit: str, divisor: float) -> tuple[alt.InlineData, list[str]]:
    """Write the figures into the outlines; return them with the countries that they show."""
    import altair as alt

    text = resources.files("critmin").joinpath(_GEOMETRY).read_text(encoding="utf-8")
    topology: dict[str, Any] = json.loads(text)
    drawn = []
    for shape in topology["objects"]["countries"]["geometries"]:
        code, told = shape.get("id"), shape["properties"]
        if code is None or code not in figures:
            told |= {"status": "no figure", "told": "no figure"}
            continue
        drawn.append(code)
        figure = figures[code]
        told |= {"name": name_of(code), "told": amount(figure, unit), "status": "figure" if figure else "zero"}
        told["value"] = figure / divisor
    return alt.InlineData(values=topology, format=alt.TopoDataFormat(feature="countries", type="topojson")), drawn


def _off_the_map(figures: dict[str | None, float], drawn: list[str], unit: str) -> str:
    """Name what has a figure and no place on the map."""
    shown = set(drawn)
    left = sorted(((-figure, code) for code, figure in figures.items() if code is not None and code not in shown))
    told = [f"{name_of(code)} {amount(-figure, unit)}" for figure, code in left]
    rest = f" and {len(told) - _NAMED} more (together {amount(-sum(f for f, _ in left[_NAMED:]), unit)})"
    small = f". Not on the map: {', '.join(told[:_NAMED])}{rest if len(told) > _NAMED else ''}" if told else ""
    rest = f". Other countries: {amount(figures[None], unit)}" if None in figures else ""
    return _flows.bound(small + rest)


def trade_heat_map(
    edges: pl.DataFrame,
    *,
    source: str,
    title: str = "Who exports to whom",
    measure: str | None = None,
    n_exporters: int = 12,
    n_importers: int = 12,
) -> alt.LayerChart:
    """Draw exporters beside importers: the flow of each pair as colour, a pair without a record as a dot.

    Parameters
    ----------
    edges
        One row per flow: ``supplier_country``, ``buyer_country`` and the flow column named by the measure
        (``contained_mass_t`` [t], ``mass_t`` [t] or ``value_usd`` [USD]), of one good and stage. Flows within a
        country are no trade and left out.
    source
        Publisher and edition.
    title
        Heading.
    measure
        Name of the flow column; needed only when the table has several.
    n_exporters, n_importers
        How many of the largest to draw; the note under the title says how much of the trade they hold.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    MissingColumnError
        When a column is missing.
    MissingInputsError
        When no flow between two countries is known.
    InvalidDataError
        When a flow is negative or not a number, or flows of several goods or stages would be added.

    Examples
    --------
    >>> import polars as pl
    >>> from critmin import plots
    >>> edges = pl.DataFrame({"supplier_country": ["CHN", "CHN"], "buyer_country": ["JPN", "USA"],
    ...                       "mass_t": [120.0, 0.0]})
    >>> chart = plots.trade_heat_map(edges, source="CEPII BACI")
    >>> "120 t" in chart.to_json()
    True
    """
    import altair as alt
    import polars as pl

    known, measure = _flows.flows(edges, ["supplier_country", "buyer_country"], measure)
    known = known.filter(pl.col("supplier_country") != pl.col("buyer_country"))
    _charts.require_rows(known, f"{measure.replace('_', ' ')} between two countries")
    for column in ("supplier_good", "supplier_stage"):
        if column in known.columns:
            _charts.require_one(known, column)
    sums = known.group_by(exporter="supplier_country", importer="buyer_country").agg(pl.col("flow").sum())
    cells, divisor, unit = _cells(sums, measure, n_exporters=n_exporters, n_importers=n_importers)
    x = alt.X("importer_name:N", sort=_names(cells, "importer", "column"), title="importer",
              axis=alt.Axis(orient="top", labelAngle=-40, labelLimit=120))  # fmt: skip
    y = alt.Y("exporter_name:N", sort=_names(cells, "exporter", "row"), title="exporter", axis=alt.Axis(labelLimit=140))
    told, high = ["exporter_name:N", "importer_name:N", "amount:N"], _charts.largest(cells["shown"])
    scale = alt.Scale(scheme="blues", type="symlog", constant=max(high / 1000, 1e-12), domain=[0, high or 1.0])
    legend = alt.Legend(title=[_flows.words(measure)[0], f"({unit}, log scale)"], format=",.2~r", tickCount=4)
    recorded, absent = cells.drop_nulls("shown"), cells.filter(pl.col("shown").is_null())
    base, dots = (
        alt.Chart(_charts.data(rows), width=WIDTH - 190, height={"step": 26}).encode(x=x, y=y)
        for rows in (recorded, absent)
    )
    tiles = base.mark_rect(stroke="#CCC", strokeWidth=0.5)
    tiles = tiles.encode(color=alt.Color("shown:Q", scale=scale, legend=legend), tooltip=told)
    ink = alt.condition(f"datum.shown > {high / 8}", alt.value("white"), alt.value("black"))
    layers = [tiles, base.mark_text(fontSize=9).encode(text="told:N", color=ink)]
    layers += [] if absent.is_empty() else [dots.mark_text(text="·", color="#888", fontSize=14)]
    note = f"{_flows.vintage(known)}. Cells in {unit}; 0: a recorded zero; ·: no record of the pair"
    note += _coverage(sums, recorded, divisor, measure)
    return alt.LayerChart(layer=layers, title=_charts.title(title, source + note))


def _cells(sums: pl.DataFrame, measure: str, *, n_exporters: int, n_importers: int) -> tuple[pl.DataFrame, float, str]:
    """Return every pair of the largest exporters and importers, in a unit that is read easily."""
    import polars as pl

    unit = _flows.words(measure)[1]
    rows, columns = _ranked(sums, "exporter", "row", n_exporters), _ranked(sums, "importer", "column", n_importers)
    cells = rows.join(columns, how="cross").join(sums, on=["exporter", "importer"], how="left")
    cells = cells.filter(pl.col("exporter") != pl.col("importer")).sort("row", "column")
    divisor, shown_unit = _flows.scaled(_charts.largest(cells["flow"]), unit)
    shown = cells.with_columns((pl.col("flow") / divisor).alias("shown"))
    named = shown.with_columns(
        pl.col("exporter").map_elements(name_of, return_dtype=pl.String).alias("exporter_name"),
        pl.col("importer").map_elements(name_of, return_dtype=pl.String).alias("importer_name"),
        pl.col("shown").map_elements(_cell, return_dtype=pl.String).alias("told"),
        pl.col("flow").map_elements(lambda flow: amount(flow, unit), return_dtype=pl.String).alias("amount"),
    )
    return named.drop("flow"), divisor, shown_unit


def _coverage(sums: pl.DataFrame, recorded: pl.DataFrame, divisor: float, measure: str) -> str:
    """Say how much of the trade the drawn pairs hold."""
    drawn, total = divisor * float(recorded["shown"].sum()), float(sums["flow"].sum())
    sides = [f"{recorded[side].n_unique()} of {sums[side].n_unique()} {side}s" for side in ("exporter", "importer")]
    held = f", {amount(drawn / total, '%')} of the {amount(total, _flows.words(measure)[1])} traded" if total else ""
    return f"; shown: {' and '.join(sides)}{held}"


def _ranked(sums: pl.DataFrame, side: str, place: str, n_shown: int) -> pl.DataFrame:
    """Return the largest countries of one side with their place, largest first."""
    import polars as pl

    ranked = sums.group_by(side).agg(pl.col("flow").sum()).sort("flow", side, descending=[True, False])
    return ranked.head(n_shown).select(side).with_row_index(place)


def _names(cells: pl.DataFrame, side: str, place: str) -> list[str]:
    return cells.sort(place)[f"{side}_name"].unique(maintain_order=True).to_list()


def _cell(value: float) -> str:
    """Write a number short enough for a cell."""
    if value == 0:
        return "0"
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}" if value >= 0.1 else "<0.1"
