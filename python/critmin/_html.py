"""The parts of a self-contained page: escaped text, tables, figures, and one script bundle for all charts."""

from __future__ import annotations

import json
import math
import re
from html import escape
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import altair as alt
    import polars as pl

# A space between a number and its unit, where no line may end.
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=%|t\b|USD|months)")
NO_BREAK = "\N{NO-BREAK SPACE}"
# Everything the page needs stands in the page: this policy makes the browser refuse the network outright.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline' 'unsafe-eval'; "
    "img-src data: blob:; font-src data:"
)

_DRAW = """
Promise.all([...document.querySelectorAll("figure[data-chart]")].map((figure) => {
  const spec = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
  const options = {renderer: "svg", config: {background: null, view: {stroke: null}}, actions: false};
  return vegaEmbed(figure.querySelector(".chart"), spec, options);
})).then((views) => { document.body.dataset.drawn = views.length; });
"""


def number(value: float) -> str:
    """Write a number with four significant digits, and thousands apart.

    Examples
    --------
    >>> number(1234567.0), number(0.123456), number(2.0)
    ('1,234,567', '0.1235', '2')
    """
    if not math.isfinite(value):
        return str(value)
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def bound(text: str) -> str:
    """Keep every number on one line with its unit."""
    return _BEFORE_UNIT.sub(NO_BREAK, text)


def cell(value: object) -> str:
    """Write one value for a person: an absent one says so, and is never a zero."""
    if value is None:
        return "n/a"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value)
    return str(value)


def table(frame: pl.DataFrame, caption: str, *, fits: bool = False) -> str:
    """Write a frame as a table that scrolls inside its own box, or wraps its cells when it `fits` the page."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in frame.columns)
    body = "".join(f"<tr>{''.join(_td(name, value) for name, value in row.items())}</tr>\n" for row in frame.to_dicts())
    return (
        f'<div class="{"fits" if fits else "scroll"}"><table><caption>{escape(caption)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table></div>"
    )


def figure(chart: alt.TopLevelMixin, *, name: str) -> str:
    """Write a chart as a figure: heading and source line become text of the page, the script draws the rest."""
    spec = chart.to_dict()
    title = spec.pop("title", {})
    told = json.dumps(spec, separators=(",", ":")).replace("<", "\\u003c")
    return (
        f'<figure data-chart="{escape(name)}"><h3>{escape(title.get("text", ""))}</h3><div class="chart"></div>'
        f"<figcaption>{escape(' '.join(title.get('subtitle', [])))}</figcaption>"
        f'<script type="application/json" id="{escape(name)}">{told}</script></figure>'
    )


def section(title: str, *parts: str) -> str:
    """Write one section; nothing at all when it has no parts."""
    body = "\n".join(part for part in parts if part)
    return f"<section><h2>{escape(title)}</h2>\n{body}\n</section>" if body else ""


def folded(title: str, body: str) -> str:
    """Write a part that is opened by a click."""
    return f"<details><summary>{escape(title)}</summary>\n{body}\n</details>"


def paragraph(text: str, kind: str = "") -> str:
    """Write a paragraph of plain text; nothing at all when it is empty."""
    if not text:
        return ""
    text = bound(text)
    return f"<p{f' class={kind!r}' if kind else ''}>{escape(text)}</p>"


def page(*, title: str, lead: str, sections: Iterable[str]) -> str:
    """Write the whole page: style, sections, and the chart library once for all figures."""
    body = "\n".join(part for part in sections if part)
    scripts = f"<script>{_bundle()}</script>\n<script>{_DRAW}</script>" if "<figure data-chart" in body else ""
    style = resources.files("critmin").joinpath("assets/report.css").read_text(encoding="utf-8")
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><link rel="icon" href="data:,">
<style>{style}</style></head>
<body><header><h1>{escape(title)}</h1><p class="lead">{escape(lead)}</p></header>
<main>
{body}
</main>
<noscript>The pictures need scripts to be allowed; the tables hold the same numbers.</noscript>
{scripts}
</body></html>
"""


def _td(name: str, value: object) -> str:
    text = escape(bound(cell(value)))
    if value is None:
        return '<td class="absent" title="not available">n/a</td>'
    if isinstance(value, float) or (isinstance(value, int) and not isinstance(value, bool) and "year" not in name):
        return f'<td class="number">{text}</td>'
    return f"<td>{text}</td>"


def _bundle() -> str:
    """Return vega, vega-lite and vega-embed as one script, in the version that Altair writes for."""
    import altair as alt
    import vl_convert

    version = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=version)
    return bundle.replace("</script", "<\\/script")
