"""The pictures of a graph: what is drawn adds up, what is missing is marked, and files are complete offline."""

from __future__ import annotations

import html
import itertools
import re
from typing import TYPE_CHECKING, Any

import critmin as cm
import polars as pl
import pytest
from critmin import plots, tables
from critmin._sankey_layout import Layout, Size, lay_out

if TYPE_CHECKING:
    from pathlib import Path

    import altair as alt

ENDS = [f"{end}_{part}" for end in ("supplier", "buyer") for part in ("good", "stage", "country")]


def edge_table(*rows: tuple[str, str, float]) -> pl.DataFrame:
    """Build an edge table from node ids, good:stage[:COUNTRY]."""
    table = []
    for supplier, buyer, flow in rows:
        ids = [(*one.split(":"), None)[:3] for one in (supplier, buyer)]
        named = dict(zip(ENDS, [*ids[0], *ids[1]], strict=True))
        table.append({"supplier": supplier, "buyer": buyer, **named, "contained_mass_t": flow})
    return pl.DataFrame(table, infer_schema_length=None).with_columns(
        pl.lit("gallium").alias("commodity"), pl.lit(2023).alias("year")
    )


# Refined metal is traded, wafers are made of it, devices have no country; Germany hands on more than it has.
CHAIN = edge_table(
    ("gallium:refinery:CHN", "gallium:refinery:JPN", 100.0),
    ("gallium:refinery:CHN", "gallium:refinery:DEU", 20.0),
    ("gallium:refinery:RUS", "gallium:refinery:JPN", 5.0),
    ("gallium:refinery:KOR", "gallium:refinery:DEU", 3.0),
    ("gallium:refinery:CHN", "wafers:compound:CHN", 200.0),
    ("gallium:refinery:JPN", "wafers:compound:JPN", 90.0),
    ("gallium:refinery:DEU", "wafers:compound:DEU", 30.0),
    ("wafers:compound:CHN", "devices:component", 180.0),
    ("wafers:compound:JPN", "devices:component", 90.0),
    ("wafers:compound:DEU", "devices:component", 31.0),
)
OWN = pl.DataFrame({"good": "gallium", "stage": "refinery", "country": ["CHN", "RUS"], "own": [400.0, 5.0]})


def laid_out(edges: pl.DataFrame, own: pl.DataFrame | None = None, n_countries: int = 8) -> Layout:
    flows = edges.with_columns(pl.col(ENDS).fill_null(""), pl.col("contained_mass_t").alias("flow"))
    return lay_out(flows, own, n_countries=n_countries, size=Size(600, 150, 400))


def assert_it_adds_up(layout: Layout) -> None:
    assert layout.bars
    for index, bar in enumerate(layout.bars):
        into = sum(ribbon["flow"] for ribbon in layout.ribbons if ribbon["target"] == index)
        out = sum(ribbon["flow"] for ribbon in layout.ribbons if ribbon["source"] == index)
        assert into == pytest.approx(bar["inflow"])
        assert out == pytest.approx(bar["outflow"])
        assert into + bar["enters"] + bar["unexplained"] == pytest.approx(out + bar["stays"])
        # What is drawn is as high as what it stands for, and lies within its bar.
        assert bar["bottom"] - bar["top"] == pytest.approx(bar["scale"] * (out + bar["stays"]))
        assert bar["sources_bottom"] <= bar["bottom"] + 1e-6
        assert bar["targets_bottom"] <= bar["bottom"] + 1e-6


def bar_of(layout: Layout, node: str, role: int) -> dict[str, Any]:
    good, stage, country = (*node.split(":"), "")[:3]
    (found,) = [
        bar
        for bar in layout.bars
        if (bar["good"], bar["stage"], bar["country"], bar["role"]) == (good, stage, country, role)
    ]
    return found


def svg(chart: alt.TopLevelMixin, folder: Path) -> str:
    return plots.save(chart, folder / "picture.svg").read_text(encoding="utf-8")


def texts(drawing: str) -> list[str]:
    """Return every line of text of a drawing."""
    return [html.unescape(line) for line in re.findall(r">([^<>]+)</(?:text|tspan)>", drawing)]


@pytest.mark.parametrize("n_countries", [1, 2, 8])
@pytest.mark.parametrize("own", [None, OWN], ids=["no own supply", "own supply"])
def test_every_bar_of_the_sankey_adds_up(own: pl.DataFrame | None, n_countries: int):
    layout = laid_out(CHAIN, own, n_countries)
    assert_it_adds_up(layout)
    assert layout.n_folded == max(5 - n_countries, 0)


def test_imbalances_of_the_sankey_are_those_of_the_hand():
    layout = laid_out(CHAIN, OWN)
    # China makes 400, sends 120: 280 stay at home, of which wafers take 200.
    assert bar_of(layout, "gallium:refinery:CHN", 0)["outflow"] == 400
    assert bar_of(layout, "gallium:refinery:CHN", 2)["stays"] == pytest.approx(80)
    assert bar_of(layout, "gallium:refinery:JPN", 2)["stays"] == pytest.approx(15)
    # Germany gets 23 and hands on 30; Korea sends 3 and is not known to make any.
    assert bar_of(layout, "gallium:refinery:DEU", 2)["unexplained"] == pytest.approx(7)
    assert bar_of(layout, "gallium:refinery:KOR", 0)["unexplained"] == pytest.approx(3)
    assert bar_of(layout, "wafers:compound:CHN", 0)["stays"] == pytest.approx(20)
    assert bar_of(layout, "wafers:compound:DEU", 0)["unexplained"] == pytest.approx(1)
    assert bar_of(layout, "devices:component", 0)["inflow"] == pytest.approx(301)


def test_without_own_supply_a_supplier_is_no_imbalance():
    layout = laid_out(CHAIN)
    assert bar_of(layout, "gallium:refinery:KOR", 0)["unexplained"] == 0
    # What Germany hands on beyond what it receives it must have had.
    assert bar_of(layout, "gallium:refinery:DEU", 0)["outflow"] == pytest.approx(7)
    assert bar_of(layout, "gallium:refinery:DEU", 2)["unexplained"] == 0


def test_folding_countries_loses_nothing():
    whole, folded = laid_out(CHAIN, OWN), laid_out(CHAIN, OWN, n_countries=1)
    for name in ("inflow", "enters", "unexplained", "outflow", "stays"):
        assert sum(bar[name] for bar in folded.bars) == pytest.approx(sum(bar[name] for bar in whole.bars))
    assert {bar["country"] for bar in folded.bars} == {"CHN", "other", ""}


def test_flows_that_run_back_are_told_and_not_drawn():
    edges = pl.concat([CHAIN, edge_table(("devices:component", "gallium:refinery:JPN", 12.0))])
    layout = laid_out(edges)
    assert layout.backward["flow"].to_list() == [12.0]
    assert_it_adds_up(layout)
    told = " ".join(plots.stage_sankey(edges, source="test").to_dict()["title"]["subtitle"])
    assert "run back along the chain: 1 flow, 12\N{NO-BREAK SPACE}t" in told


def test_goods_of_one_stage_and_the_pool_have_columns_in_order():
    edges = edge_table(
        ("metal:refinery:CHN", "metal:refinery:pool", 10.0),
        ("metal:refinery:pool", "metal:refinery:JPN", 10.0),
        ("metal:refinery:JPN", "oxide:refinery:JPN", 8.0),
        ("oxide:refinery:JPN", "lens:component", 8.0),
    )
    layout = laid_out(edges)
    assert_it_adds_up(layout)
    steps = [(bar["good"], bar["country"], bar["column"]) for bar in layout.bars]
    assert steps == [
        ("metal", "CHN", 0),
        ("metal", "pool", 1),
        ("metal", "JPN", 2),
        ("oxide", "JPN", 3),
        ("lens", "", 4),
    ]
    assert layout.n_folded == 0, "the pool is no country"
    assert "world pool  10 t" in plots.stage_sankey(edges, source="test").to_json()


def test_the_sankey_is_drawn_with_names_units_and_source(tmp_path: Path):
    chart = plots.stage_sankey(CHAIN, source="BACI", nodes=OWN.rename({"own": "own_supply"}), n_countries=3)
    drawn = texts(svg(chart, tmp_path))
    assert "China  400 t" in drawn
    assert "other (2)  8 t" in drawn
    assert "devices  301 t" in drawn
    words = " ".join(drawn)
    assert "Source: BACI, 2023. Flows in t (contained mass)" in words
    assert "without a recorded origin" in words
    for heading in ("refinery, suppliers", "refinery, after trade", "compound", "component"):
        assert any(text.startswith(heading) for text in drawn), heading


def test_labels_of_one_column_never_overlap():
    many = edge_table(
        *((f"metal:mine:C{n:02}", f"metal:refinery:C{n:02}", 1000.0 if n == 0 else 0.01) for n in range(40))
    )
    layout = laid_out(many, n_countries=40)
    middles = sorted((bar["top"] + bar["bottom"]) / 2 for bar in layout.bars if bar["column"] == 0)
    assert len(middles) == 40
    assert min(after - before for before, after in itertools.pairwise(middles)) > 12


def test_files_are_complete_and_offline(tmp_path: Path):
    chart = plots.stage_sankey(CHAIN, source="BACI")
    assert plots.save(chart, tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    page = plots.save(chart, tmp_path / "a.html").read_text(encoding="utf-8")
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert 'id="vis"' in markup
    assert not re.search(r'<(script|link|img)[^>]+(src|href)="(?!data:)', markup)
    assert "<script src" not in page
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "a.png"]
    with pytest.raises(cm.InvalidDataError, match=r"\.svg, \.png or \.html"):
        plots.save(chart, tmp_path / "a.docx")
    (tmp_path / "file").write_text("")
    with pytest.raises(cm.WriteError):
        plots.save(chart, tmp_path / "file" / "a.svg")


def test_an_absent_pair_is_not_a_zero(tmp_path: Path):
    edges = edge_table(
        ("g:mine:CHN", "g:mine:JPN", 50.0), ("g:mine:CHN", "g:mine:USA", 0.0), ("g:mine:BRA", "g:mine:USA", 7.0)
    )
    drawn = texts(svg(plots.trade_heat_map(edges, source="BACI"), tmp_path))
    assert drawn.count("0") >= 1
    assert drawn.count("·") == 1, "Brazil to Japan"
    assert {"50", "7.0", "China", "Brazil", "Japan", "United States", "exporter", "importer"} <= set(drawn)
    assert "100 % of the 57 t traded" in " ".join(drawn)


def test_the_heat_map_says_how_much_it_leaves_out():
    edges = edge_table(("g:mine:CHN", "g:mine:JPN", 75.0), ("g:mine:BRA", "g:mine:JPN", 25.0))
    told = " ".join(plots.trade_heat_map(edges, source="BACI", n_exporters=1).to_dict()["title"]["subtitle"])
    assert "1 of 2 exporters and 1 of 1 importers, 75 % of the 100 t traded" in told


def test_the_map_tells_missing_from_zero_and_names_what_is_too_small(tmp_path: Path):
    frame = pl.DataFrame({"country": ["CHN", "CAN", "SGP", "XYZ", None], "share": [0.9, 0.0, 0.06, 0.01, 0.03]})
    chart = plots.country_map(frame, value="share", source="USGS", title="Production")
    (topology,) = chart.to_dict()["datasets"].values()
    shapes = topology["objects"]["countries"]["geometries"]
    status = {shape["id"]: shape["properties"]["status"] for shape in shapes if "id" in shape}
    assert len(status) > 170
    assert [status[code] for code in ("CHN", "CAN", "USA")] == ["figure", "zero", "no figure"]
    drawn = texts(svg(chart, tmp_path))
    assert {"zero", "no figure", "(%)"} <= set(drawn)
    words = " ".join(drawn).replace("\N{NO-BREAK SPACE}", " ")
    assert "Not on the map: Singapore 6 %, XYZ 1 %. Other countries: 3 %" in words


def test_every_country_of_the_geometry_is_known():
    from critmin._maps import _shapes

    _, drawn = _shapes(dict.fromkeys(tables.reference().table("countries")["country"].to_list(), 1.0), "t", 1.0)
    assert len(drawn) == len(set(drawn)) == 174
    assert {"CHN", "TWN", "XKX", "COD"} <= set(drawn)
    assert "ATA" not in drawn


def test_a_country_with_two_figures_is_refused():
    frame = pl.DataFrame({"country": ["CHN", "CHN"], "mass_t": [1.0, 2.0]})
    with pytest.raises(cm.InvalidDataError, match="`CHN` has 2 values"):
        plots.country_map(frame, value="mass_t", source="test", title="test")


def test_a_robustness_curve_begins_whole_and_names_the_removed(tmp_path: Path):
    frame = pl.DataFrame({
        "order": ["flow"] * 2 + ["random"],
        "n_removed": [1, 2, 1],
        "removed": ["CHN", "gallium:refinery:RUS", None],
        "deliverable_share": [0.4, 0.1, 0.9],
    })  # fmt: skip
    chart = plots.robustness_curve(frame, source="test")
    rows = next(rows for rows in chart.to_dict()["datasets"].values() if "n_removed" in rows[0])
    assert [(row["order"], row["deliverable_share"]) for row in rows if row["n_removed"] == 0] == [
        ("flow", 1),
        ("random", 1),
    ]
    drawn = texts(svg(chart, tmp_path))
    assert "flow: 1 China, 2 Russia, gallium, refinery" in drawn
    assert "still deliverable (% of before)" in drawn


def path_rows(n_paths: int) -> pl.DataFrame:
    return pl.DataFrame([
        {"target": "radar:product", "path_id": path, "step": step, "node": f"{good}:{stage}", "good": good,
         "stage": stage, "country": country, "share": 0.5 / 2**path}
        for path in range(n_paths)
        for step, (good, stage, country) in enumerate(
            [("gallium", "refinery", "CHN"), ("gallium", "refinery", "JPN"), ("radar", "product", None)])
    ], infer_schema_length=None)  # fmt: skip


def test_paths_are_listed_with_their_shares(tmp_path: Path):
    drawn = texts(svg(plots.path_list(path_rows(4), source="test", n_paths=2), tmp_path))
    assert {"1.  50 %", "2.  25 %", "refinery", "refinery, step 2", "product", "China", "Japan", "radar"} <= set(drawn)
    assert "3.  12 %" not in drawn
    assert "Drawn: 2 of 4 paths, 75 % of the supply; the other paths listed hold 19 %" in " ".join(drawn)
    two_targets = path_rows(2).with_columns(pl.col("path_id").cast(pl.String).alias("target"))
    with pytest.raises(cm.InvalidDataError, match="`target`"):
        plots.path_list(two_targets, source="test")


def test_a_loss_that_is_not_known_is_no_zero(tmp_path: Path):
    frame = pl.DataFrame({
        "removed": ["CHN", "CHN+RUS", "radar:product", "JPN"],
        "loss_rigid": [0.9, 0.95, 1.0, 0.1],
        "loss_rerouted": [0.6, 0.0, 1.0, None],
        "is_single_point_of_failure": [False, False, True, False],
    })  # fmt: skip
    drawn = texts(svg(plots.chokepoint_bars(frame, source="test"), tmp_path))
    assert {"China", "China + Russia", "radar, product *", "90 %", "60 %", "0 %", "n/a"} <= set(drawn)
    assert "n/a: not computed, which is not zero" in " ".join(drawn)
    assert "lost deliverable flow (% of before)" in drawn
    left_out = plots.chokepoint_bars(frame, source="test", n_shown=1).to_dict()["title"]["subtitle"]
    assert "3 smaller losses not drawn" in " ".join(left_out)


def test_stages_of_a_bloc_stack_to_the_whole(tmp_path: Path):
    frame = pl.DataFrame({
        "good": ["wafers", "gallium", "radar"],
        "stage": ["compound", "refinery", "product"],
        "inside_share": [0.7, 0.25, None],
        "self_sufficiency": [1.3, 0.2, None],
    })  # fmt: skip
    chart = plots.stage_shares(frame, source="test")
    assert chart.to_dict()["layer"][0]["encoding"]["y"]["sort"] == [
        "gallium, refinery",
        "wafers, compound",
        "radar, product",
    ]
    drawn = texts(svg(chart, tmp_path))
    assert {"25 %", "75 %", "70 %", "30 %", "n/a", "inside the bloc", "from outside"} <= set(drawn)
    assert "120%" in drawn, "the axis holds a surplus"


FRAMES = {
    "stage_sankey": (CHAIN, {}),
    "trade_heat_map": (CHAIN.filter(pl.col("buyer_stage") == "refinery"), {}),
    "country_map": (pl.DataFrame({"country": ["CHN"], "mass_t": [1.0]}), {"value": "mass_t", "title": "t"}),
    "robustness_curve": (
        pl.DataFrame({"order": ["a"], "n_removed": [1], "removed": ["CHN"], "deliverable_share": [0.5]}), {}),
    "path_list": (path_rows(1), {}),
    "chokepoint_bars": (pl.DataFrame({"removed": ["CHN"], "loss_rigid": [0.5], "loss_rerouted": [0.5]}), {}),
    "stage_shares": (
        pl.DataFrame({"good": ["a"], "stage": ["mine"], "inside_share": [0.5], "self_sufficiency": [0.5]}), {}),
}  # fmt: skip


@pytest.mark.parametrize("name", FRAMES)
def test_a_table_that_cannot_be_drawn_is_refused(name: str):
    frame, options = FRAMES[name]
    draw = getattr(plots, name)
    assert "Source: test" in draw(frame, source="test", **options).to_json()
    with pytest.raises(cm.MissingInputsError, match="absent figure is not zero"):
        draw(frame.clear(), source="test", **options)
    with pytest.raises(cm.MissingColumnError, match="the table"):
        draw(frame.select(pl.lit(1).alias("x")), source="test", **options)


@pytest.mark.parametrize("draw", [plots.stage_sankey, plots.trade_heat_map])
def test_flows_that_do_not_add_are_refused(draw: Any):  # noqa: ANN401
    trade = FRAMES["trade_heat_map"][0]
    with pytest.raises(cm.InvalidDataError, match="negative or not a number"):
        draw(trade.with_columns(pl.lit(-1.0).alias("contained_mass_t")), source="test")
    with pytest.raises(cm.InvalidDataError, match="`commodity`"):
        draw(pl.concat([trade, trade.with_columns(pl.lit("germanium").alias("commodity"))]), source="test")
    with pytest.raises(cm.InvalidDataError, match="`year`"):
        draw(pl.concat([trade, trade.with_columns(pl.lit(2022).alias("year"))]), source="test")
    with pytest.raises(cm.InvalidDataError, match="choose one with"):
        draw(trade.with_columns(pl.lit(1.0).alias("value_usd")), source="test")
    with pytest.raises(cm.MissingInputsError):
        draw(trade.with_columns(pl.lit(None, pl.Float64).alias("contained_mass_t")), source="test")


GALLIUM = {"good": "gallium", "stage": "refinery"}


def test_what_nobody_records_is_called_so():
    ends = {
        "supplier_good": "gallium",
        "supplier_stage": "refinery",
        "buyer_good": "gallium",
        "buyer_stage": "refinery",
    }
    rows = [
        {"supplier": "gallium:refinery:unrecorded", "buyer": "gallium:refinery:CAN", "supplier_country": None,
         "buyer_country": "CAN", "contained_mass_t": 3.0},
        {"supplier": "gallium:refinery:CAN", "buyer": "gallium:refinery:USA", "supplier_country": "CAN",
         "buyer_country": "USA", "contained_mass_t": 3.0},
    ]  # fmt: skip
    edges = pl.DataFrame([{**row, **ends, "commodity": "gallium"} for row in rows])
    drawn = plots.stage_sankey(edges, source="a test").to_json()
    assert "unrecorded" in drawn
