"""The page of a run, opened in a real browser: its figures are drawn, offline, without a console error."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING, Any

import critmin as cm
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None and os.environ.get("CI"):
        pytest.fail(f"no browser found among {NAMES}: CI must install chromium")
    if found is None:
        pytest.skip(f"no browser found among {NAMES}: install chromium to check the drawn pictures")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Root may not use Chromium's sandbox; the page is our own.
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def pages(result: cm.Result, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    files = {"scenario": result.report(folder / "scenario.html")}
    for study in cm.list_studies():
        files[study.id] = cm.run_study(study.id).report(folder / f"{study.id}.html")
    return files


def visit(browser: Browser, page_file: Path, **options: Any) -> dict[str, Any]:  # noqa: ANN401
    """Open a page without network; return its figures, what it asked for, and what it complained about."""
    context = browser.new_context(offline=True, **options)
    page = context.new_page()
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(page_file.as_uri())
    page.wait_for_function("document.body.dataset.drawn !== undefined", timeout=60_000)
    sizes = page.eval_on_selector_all(
        "figure",
        """figures => figures.map(figure => {
            const drawing = figure.querySelector('svg, canvas');
            const box = drawing ? drawing.getBoundingClientRect() : {width: 0, height: 0};
            return {width: box.width, height: box.height, marks: drawing ? drawing.querySelectorAll('path').length : 0,
                    caption: figure.querySelector('figcaption').textContent};
        })""",
    )
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    context.close()
    foreign = [url for url in requests if not url.startswith(("file:", "data:", "blob:"))]
    return {"figures": sizes, "foreign": foreign, "complaints": complaints, "overflow": wide}


def test_every_figure_is_drawn_offline(browser: Browser, pages: dict[str, Path]):
    assert len(pages) >= 3
    for name, page in pages.items():
        seen = visit(browser, page)
        assert seen["figures"], f"{name} has no figure"
        assert seen["complaints"] == [], name
        assert seen["foreign"] == [], name
        for figure in seen["figures"]:
            assert figure["width"] > 200, (name, figure)
            assert figure["height"] > 80, (name, figure)
            assert figure["marks"] > 3, (name, figure)
            assert figure["caption"].startswith("Source: "), (name, figure)
            assert len(figure["caption"]) > len("Source: ") + 10, (name, figure)


def test_a_narrow_dark_screen_does_not_overflow(browser: Browser, pages: dict[str, Path]):
    seen = visit(browser, pages["scenario"], viewport={"width": 400, "height": 800}, color_scheme="dark")
    assert seen["overflow"] <= 0
    assert seen["complaints"] == []


def test_the_scenario_page_has_the_three_pictures(pages: dict[str, Path]):
    text = pages["scenario"].read_text(encoding="utf-8")
    names = re.findall(r'<figure data-chart="([^"]+)"', text)
    assert any(name.startswith("chart-production-gallium") for name in names), names
    assert any(name.endswith("-curve") for name in names), names
    assert any(name.endswith("-stocks") for name in names), names


def test_the_page_is_complete_in_itself(pages: dict[str, Path]):
    for name, page in pages.items():
        text = page.read_text(encoding="utf-8")
        markup = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
        assert "<figure" in markup
        assert not re.search(r'<(script|link|img|iframe)[^>]+(src|href)="(?!data:)', markup), name
        assert text.count("window.vegaEmbed = vegaEmbed") <= 1
        assert len(text) < 4_000_000
        for part in ("Assumptions and inputs", "Provenance", "Sources and licences", "Licences of the data"):
            assert part in text, (name, part)


def test_text_from_outside_cannot_become_markup(tmp_path: Path):
    restriction = cm.ExportRestriction(exporter="CHN", commodities="gallium", restriction_level=1.0, start="2024-12-03")
    title = "<script>alert('x')</script>"
    run = cm.run(cm.Scenario(id="escape", title=title, restrictions=[restriction]))
    text = run.report(tmp_path / "page.html").read_text(encoding="utf-8")
    assert title not in text
    assert "&lt;script&gt;" in text


def test_axes_carry_units(result: cm.Result):
    from critmin import plots

    curve = plots.restriction_curve(result.curve, source="test").to_json()
    assert "(% of the restricted exports)" in curve
    assert "shortfall (% of base demand)" in curve
    stocks = plots.depletion_timeline(result.timeline, source="test").to_json()
    assert "stock (t)" in stocks
    assert "months" in stocks
    production = plots.production_by_country(cm.profile("gallium").producers, source="test").to_json()
    assert "production (t per year)" in production
    for text in (curve, stocks, production):
        assert "Source: test" in text


def drawn_rows(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a chart that holds one table."""
    (rows,) = spec["datasets"].values()
    return rows


def test_each_market_has_scales_of_its_own(result: cm.Result):
    from critmin import plots

    panels = [row["hconcat"] for grid in plots.restriction_curve(result.curve, source="test").to_dict()["vconcat"]
              for row in grid["vconcat"]]  # fmt: skip
    assert [len(row) for row in panels] == [2, 2], "price and shortfall, gallium and germanium"
    headings = [panel["title"]["text"] for panel in panels[0]]
    assert headings == ["gallium, refinery", "germanium, refinery"]


def test_the_stock_is_drawn_from_its_beginning_to_the_moment_it_is_gone(result: cm.Result):
    from critmin import plots

    rows = drawn_rows(plots.depletion_timeline(result.timeline, source="test").to_dict())
    gallium = result.consumers.filter(result.consumers["commodity"].cast(str) == "gallium").to_dicts()[0]
    assert rows[0]["month"] == 0
    assert rows[0]["stock_t"] == pytest.approx(gallium["stock_t"], rel=1e-9)
    gone = min(row["month"] for row in rows if row["stock_t"] == 0)
    assert gone == pytest.approx(gallium["months_of_cover"], rel=1e-9)


def test_a_published_bound_is_an_arrow_and_ours_an_interval():
    from critmin import plots

    study = cm.run_study("gallium-germanium-antimony-ban")
    chart = plots.interval_beside_published(study.pairs, source="test").to_dict()
    assert [row["mark"] for row in drawn_rows(chart)] == ["published bound", "published"]
    assert "ours_low" in str(chart["layer"][0])
    assert "%" in str(chart["layer"][0]["encoding"]["x"]["title"])


def test_nothing_to_draw_is_said(result: cm.Result):
    from critmin import plots

    with pytest.raises(cm.MissingInputsError, match="absent figure is not zero"):
        plots.depletion_timeline(result.timeline.clear(), source="test")
    with pytest.raises(cm.MissingColumnError, match="`stock_t`"):
        plots.depletion_timeline(result.timeline.drop("stock_t"), source="test")
