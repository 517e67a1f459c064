"""The Sankey by stage: who supplies whom along a chain.

Vega (through Altair) draws it, like every other picture here. That needs no further dependency, and the same object
shows in JupyterLab offline, stands in the report with its tooltips, and is written as SVG, PNG and self-contained HTML
without a browser. Looked at and left: plotly writes files through a browser; holoviews through bokeh likewise, and it
brings pandas and panel; sankeyflow, ausankey and matplotlib-sankey bring matplotlib with seven more packages, draw
still pictures, and lay out as a running sum per column, which is all that remains when the stages fix the columns;
d3-sankey needs a JavaScript engine that runs foreign code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from critmin import _charts, _flows
from critmin._flows import GAP, NEUTRAL, OTHER, POOL, UNRECORDED

if TYPE_CHECKING:
    import altair as alt
    import polars as pl

    from critmin._sankey_layout import Layout

# Pixels: width of a bar, of what stays or enters beside it, of the room for the labels of the last column.
_BAR, _STUB, _LABEL = 11, 12, 150
# Least distance of two columns; a longer chain makes a wider picture.
_LEAST_GAP = 165
_HEIGHT = 420
# Columns of an edge table that the picture reads, the flow aside.
_ENDS = [f"{end}_{part}" for end in ("supplier", "buyer") for part in ("good", "stage", "country")]
_ROLES = {0: "suppliers", 1: "world pool", 2: "after trade"}


def stage_sankey(
    edges: pl.DataFrame,
    *,
    source: str,
    title: str = "Who supplies whom, stage by stage",
    measure: str | None = None,
    nodes: pl.DataFrame | None = None,
    n_countries: int = 8,
) -> alt.LayerChart:
    """Draw the flows of one commodity from stage to stage, coloured by the country that supplies them.

    A good that is traded within its stage takes two columns, its suppliers and who has it after trade. Grey ends of a
    bar are what does not add up: on its left supply without a recorded origin, on its right what stays, is lost or is
    used there. All columns share one scale.

    Parameters
    ----------
    edges
        One row per flow: ``supplier_good``, ``supplier_stage``, ``supplier_country``, the same of the ``buyer``, and
        the flow column named by the measure (``contained_mass_t`` [t], ``mass_t`` [t] or ``value_usd`` [USD]);
        optionally ``commodity``, ``year`` and the ids ``supplier`` and ``buyer``. A node may have no country.
    source
        Publisher and edition.
    title
        Heading.
    measure
        Name of the flow column; needed only when the table has several.
    nodes
        Optionally the nodes with ``good``, ``stage``, ``country`` and ``own_supply_`` followed by the measure (or
        ``own_supply``): primary supply that enters there.
    n_countries
        How many countries to name; the others are folded into one, and counted under the title.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    MissingColumnError
        When a column is missing.
    MissingInputsError
        When no flow is known.
    InvalidDataError
        When a flow is negative or not a number, or masses of several commodities would be added.

    Examples
    --------
    >>> import polars as pl
    >>> from critmin import plots
    >>> edges = pl.DataFrame({
    ...     "supplier_good": ["graphite"], "supplier_stage": ["mine"], "supplier_country": ["MOZ"],
    ...     "buyer_good": ["graphite"], "buyer_stage": ["refinery"], "buyer_country": ["CHN"],
    ...     "mass_t": [120.0],
    ... })
    >>> chart = plots.stage_sankey(edges, source="CEPII BACI")
    >>> "Mozambique  120 t" in chart.to_json()
    True
    """
    import polars as pl

    from critmin._sankey_layout import Size, lay_out

    known, measure = _flows.flows(edges, _ENDS, measure)
    own = None if nodes is None else _own_supply(nodes, measure)
    ends = [name for name in ("supplier", "buyer") if name in known.columns]
    pools = [
        pl.when(pl.col(end).str.ends_with(f":{POOL}"))
        .then(pl.lit(POOL))
        .when(pl.col(end).str.ends_with(f":{UNRECORDED}"))
        .then(pl.lit(UNRECORDED))
        .otherwise(f"{end}_country")
        .alias(f"{end}_country")
        for end in ends
    ]
    flows = known.with_columns(pools).with_columns(pl.col(_ENDS).fill_null(""))
    size = Size(width=_charts.WIDTH - _LABEL, gap=_LEAST_GAP, height=_HEIGHT)
    layout = lay_out(flows, own, n_countries=n_countries, size=size)
    return _drawn(layout, measure, title=title, source=source + _flows.vintage(known))


def _own_supply(nodes: pl.DataFrame, measure: str) -> pl.DataFrame:
    """Return the known primary supply of the nodes as `own`."""
    import polars as pl

    found = [name for name in (f"own_supply_{measure}", "own_supply") if name in nodes.columns]
    name = found[0] if found else f"own_supply_{measure}"
    _charts.require(nodes, ["good", "stage", "country", name])
    known = _charts.plain(nodes).drop_nulls(name).filter(pl.col(name) > 0)
    key = [pl.col(part).fill_null("") for part in ("good", "stage", "country")]
    return known.group_by(key, maintain_order=True).agg(pl.col(name).cast(pl.Float64).sum().alias("own"))


def _drawn(layout: Layout, measure: str, *, title: str, source: str) -> alt.LayerChart:
    """Draw the picture with its heading."""
    heading = _charts.title(title, f"{source}. {note(layout, measure)}")
    drawn = panel(layout, measure, colors(layout)).properties(title=heading)
    chart: alt.LayerChart = drawn.configure_view(stroke=None)
    return chart


def colors(*layouts: Layout) -> dict[str, str]:
    """Give each country of one or several pictures a colour, the largest bars first."""
    bars = sorted((bar for layout in layouts for bar in layout.bars), key=lambda bar: -bar["size"])
    ranked = dict.fromkeys(bar["country"] for bar in bars)
    return _flows.colors(country for country in ranked if country not in {OTHER, POOL, UNRECORDED, ""})


def panel(layout: Layout, measure: str, hues: dict[str, str]) -> alt.LayerChart:
    """Draw ribbons, then bars, then words."""
    import altair as alt
    import polars as pl

    _, unit = _flows.words(measure)
    width = max(bar["x"] for bar in layout.bars) + _BAR + _LABEL
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, width], nice=False, zero=False))
    scale = alt.Scale(domain=[layout.height, -44], nice=False, zero=False)
    y = alt.Y("top:Q", axis=None, scale=scale)
    color = alt.Color("color:N", scale=None)
    told = ["told:N", "amount:N"]

    def base(rows: list[dict[str, Any]]) -> alt.Chart:
        frame = _charts.data(pl.DataFrame(rows, infer_schema_length=None))
        return alt.Chart(frame, width=width, height=layout.height + 44)

    flowing = base(_ribbon_points(layout, hues, unit)).mark_area(interpolate="monotone", opacity=0.45)
    flowing = flowing.encode(x=x, y=y, y2="bottom:Q", color=color, detail="ribbon:N", tooltip=told)
    box = {"x": x, "x2": "right:Q", "y": y, "y2": "bottom:Q", "color": color, "tooltip": told}
    bars = _bars(layout, hues, unit)
    ends = [base(rows).mark_rect(opacity=0.75).encode(**box) for rows in [_stubs(layout, hues, unit)] if rows]
    solid = base(bars).mark_rect().encode(**box)
    middle = alt.Y("middle:Q", axis=None, scale=scale)
    names = base(bars).mark_text(align="left", dx=_BAR + 4, fontSize=10, baseline="middle")
    heads = base(_headings(layout, unit)).mark_text(align="left", baseline="top", lineBreak="\n", fontSize=11)
    layers = [flowing, *ends, solid, names.encode(x=x, y=middle, text="label:N"),
              heads.encode(x=x, y=y, text="label:N")]  # fmt: skip
    return alt.LayerChart(layer=layers)


def _name(bar: dict[str, Any], layout: Layout) -> str:
    """Name a bar by its country, with the good where its column holds several."""
    if not bar["country"]:
        return str(bar["good"])
    name = _flows.name_of(bar["country"], layout.n_folded)
    return f"{name}, {bar['good']}" if bar["is_mixed"] else name


def _ribbon_points(layout: Layout, hues: dict[str, str], unit: str) -> list[dict[str, Any]]:
    """Give each ribbon four points; the short level ends make the curve leave and arrive level."""
    rows = []
    for index, ribbon in enumerate(layout.ribbons):
        ends = [layout.bars[ribbon["source"]], layout.bars[ribbon["target"]]]
        shared = {
            "ribbon": index,
            "color": hues.get(ribbon["country"], NEUTRAL),
            "told": " → ".join(f"{_name(bar, layout)} ({bar['good']}, {bar['stage']})" for bar in ends),
            "amount": _flows.amount(ribbon["flow"], unit),
        }
        first, last = ends[0]["x"] + _BAR, ends[1]["x"]
        for end, places in (("source", (first - 2, first)), ("target", (last, last + 2))):
            level = {"top": ribbon[f"{end}_top"], "bottom": ribbon[f"{end}_bottom"]}
            rows += [{**shared, **level, "x": x} for x in places]
    return rows


def _bars(layout: Layout, hues: dict[str, str], unit: str) -> list[dict[str, Any]]:
    rows = []
    for bar in layout.bars:
        name, size = _name(bar, layout), _flows.amount(bar["size"], unit)
        rows.append({
            "x": bar["x"], "right": bar["x"] + _BAR, "top": bar["top"], "bottom": bar["bottom"],
            "middle": (bar["top"] + bar["bottom"]) / 2, "color": hues.get(bar["country"], NEUTRAL),
            "label": f"{name}  {size}", "told": f"{name}: {bar['good']}, {bar['stage']}", "amount": size,
        })  # fmt: skip
    return rows


def _stubs(layout: Layout, hues: dict[str, str], unit: str) -> list[dict[str, Any]]:
    """Draw what has no ribbon: on the left what enters or is unexplained, on the right what stays."""
    rows = []
    for bar in layout.bars:
        scale, left, right = bar["scale"], bar["x"], bar["x"] + _BAR
        pieces = []
        if bar["has_in"] and bar["enters"] > 0:
            pieces.append(("enters here", bar["enters"], left - _STUB, bar["targets_bottom"], hues.get(bar["country"])))
        if bar["unexplained"] > 0:
            entered = bar["targets_bottom"] + scale * bar["enters"]
            pieces.append(("without a recorded origin", bar["unexplained"], left - _STUB, entered, GAP))
        if bar["stays"] > 0 and not bar["is_last"]:
            pieces.append(("stays, is lost or is used here", bar["stays"], right, bar["sources_bottom"], GAP))
        rows += [
            {"x": x, "right": x + _STUB, "top": top, "bottom": top + scale * size, "color": color or NEUTRAL,
             "told": f"{_name(bar, layout)}: {what}", "amount": _flows.amount(size, unit)}
            for what, size, x, top, color in pieces
        ]  # fmt: skip
    return rows


def _headings(layout: Layout, unit: str) -> list[dict[str, Any]]:
    """Write stage, role and total above each column."""
    columns: dict[int, list[dict[str, Any]]] = {}
    for bar in layout.bars:
        columns.setdefault(bar["column"], []).append(bar)
    split = {bar["stage"] for bar in layout.bars if bar["role"]}
    rows = []
    for bars in columns.values():
        stage, total = bars[0]["stage"], _flows.amount(sum(bar["size"] for bar in bars), unit)
        role = f", {_ROLES[bars[0]['role']]}" if stage in split else ""
        rows.append({"x": bars[0]["x"], "top": -40, "label": f"{stage}{role}\n{total}"})
    return rows


def note(layout: Layout, measure: str) -> str:
    """Say what the colours mean, what is folded, and how much does not add up."""
    name, unit = _flows.words(measure)
    stays = sum(bar["stays"] for bar in layout.bars if not bar["is_last"])
    unexplained = sum(bar["unexplained"] for bar in layout.bars)
    parts = [f"Flows in {unit} ({name}); ribbons have the colour of the supplying country"]
    if layout.n_folded:
        parts.append(f"folded into “other”: {_counted(layout.n_folded, 'smaller country', 'smaller countries')}")
    if unexplained:
        parts.append(f"grey left of a bar: {_flows.amount(unexplained, unit)} without a recorded origin")
    if stays:
        parts.append(f"grey right of a bar: {_flows.amount(stays, unit)} stays, is lost or is used there")
    if not layout.backward.is_empty():
        back = _flows.amount(float(layout.backward["flow"].sum()), unit)
        told = _counted(layout.backward.height, "flow", "flows")
        parts.append(f"not drawn because they run back along the chain: {told}, {back}")
    return _flows.bound("; ".join(parts))


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
