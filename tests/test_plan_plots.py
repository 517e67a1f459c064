"""The pictures of a plan: what is drawn adds up to the tables, units stand on the axes, wrong input is refused."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import critmin as cm
import polars as pl
import pytest
from critmin import plots

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import altair as alt

MONTHS = ["2026-01", "2026-02", "2026-03"]
# A mines ore, A and C refine it, B and C use it; from the second month on A sends nothing refined to B.
TABLES: dict[str, pl.DataFrame] = {
    "periods": pl.DataFrame({"id": MONTHS, "days": [30.0] * 3}),
    "regions": pl.DataFrame({"id": ["A", "B", "C"]}),
    "processes": pl.DataFrame({
        "id": ["mine", "refine", "refine"], "region": ["A", "A", "C"], "input": [None, "ore", "ore"],
        "output": ["ore", "refined", "refined"], "cost_usd_per_t": [10.0, 80.0, 300.0], "recovery": [1.0, 0.8, 0.8],
        "capacity_t": [30.0, 10.0, 3.0],
    }),
    "arcs": pl.DataFrame({
        "id": ["ore", "A-B", "C-B", "leak"], "from": ["A", "A", "C", "A"], "to": ["C", "B", "B", "B"],
        "form": ["ore", "refined", "refined", "refined"], "via": [None, None, None, "X"],
        "premium_usd_per_t": [0.0, 0.0, 0.0, 500.0], "capacity_t": [None, None, None, 1.0],
        "is_leak": [False, False, False, True],
    }),
    "uses": pl.DataFrame({
        "id": ["lamps", "radars", "lamps"], "region": ["B", "B", "C"], "form": ["refined"] * 3,
        "demand_t": [4.0, 2.0, 1.0], "penalty_usd_per_t": [3000.0, 9000.0, 2000.0],
    }),
    "stocks": pl.DataFrame({"region": ["B"], "form": ["refined"], "initial_t": [1.0], "capacity_t": [1.0]}),
    "bans": pl.DataFrame({
        "arc": ["A-B"] * 3, "period": MONTHS, "restriction_level": [0.0, 1.0, 1.0], "base_flow_t": [6.0] * 3,
    }),
}  # fmt: skip
TWO_CHAINS = {
    **TABLES,
    "processes": pl.concat([
        TABLES["processes"],
        pl.DataFrame({"id": ["smelt"], "region": ["A"], "input": [None], "output": ["tin"], "cost_usd_per_t": [5.0],
                      "recovery": [1.0], "capacity_t": [9.0]}, schema=TABLES["processes"].schema),
    ]),
    "uses": pl.concat([
        TABLES["uses"],
        pl.DataFrame({"id": ["solder"], "region": ["A"], "form": ["tin"], "demand_t": [1.0],
                      "penalty_usd_per_t": [100.0]}, schema=TABLES["uses"].schema),
    ]),
}  # fmt: skip


@pytest.fixture(scope="module")
def found() -> cm.Resourcing:
    return cm.resource(cm.SupplyNetwork.from_tables(**TABLES, title="Ore of A"), buyers=["B", "C"])


@pytest.fixture(scope="module")
def sweep() -> pl.DataFrame:
    # B must hold 6 t at once, and gets them from A while half of the trade is open.
    tight = {
        "stocks": TABLES["stocks"].with_columns(capacity_t=pl.lit(6.0), cover_days=pl.lit(30.0)),
        "bans": TABLES["bans"].with_columns(restriction_level=pl.lit(0.5)),
    }
    made = cm.resource(cm.SupplyNetwork.from_tables(**{**TABLES, **tight}, title="Tight"), buyers=["B", "C"])
    return made.sweep("restriction_level", [0.0, 0.5, 1.0])


@pytest.fixture(scope="module")
def two_chains() -> cm.Plan:
    return cm.SupplyNetwork.from_tables(**TWO_CHAINS, title="Two").plan()


def texts(chart: alt.TopLevelMixin, folder: Path) -> list[str]:
    """Return every line of text of a picture."""
    drawing = plots.save(chart, folder / "picture.svg").read_text(encoding="utf-8")
    found = [html.unescape(line) for line in re.findall(r">([^<>]+)</(?:text|tspan)>", drawing)]
    assert found, "found no text: the test would prove nothing"
    return found


def note(chart: alt.TopLevelMixin) -> str:
    return " ".join(chart.to_dict()["title"]["subtitle"])


def datasets(chart: alt.TopLevelMixin, *columns: str) -> list[dict[str, Any]]:
    """Return the longest data set that has these columns."""
    held = [rows for rows in chart.to_dict()["datasets"].values() if rows and set(columns) <= set(rows[0])]
    assert held, f"no data set has {columns}"
    return max(held, key=len)


def test_the_shortfall_is_that_of_the_table(found: cm.Resourcing, tmp_path: Path):
    chart = plots.shortfall_over_time(found)
    rows = pl.DataFrame(datasets(chart, "use", "shortfall_t"))
    table = found.shortfall(("period", "use"))
    assert rows["shortfall_t"].sum() == pytest.approx(table["shortfall_t"].sum())
    short = table.filter(pl.col("shortfall_t").sum().over("use") > 0)  # a use that is never short has no colour
    assert rows.height == short.height
    drawn = texts(chart, tmp_path)
    assert {"shortfall (t of contained metal per period)", "period", "lamps", *MONTHS} <= set(drawn)
    assert "Uses of refined in B and C" in note(chart)
    assert "nothing is short" in note(plots.shortfall_over_time(found.base))
    of_c = pl.DataFrame(datasets(plots.shortfall_over_time(found, regions="C"), "use"))
    assert of_c["use"].unique().to_list() == ["lamps"]


def test_prices_of_plan_and_base(found: cm.Resourcing, tmp_path: Path):
    chart = plots.price_over_time(found)
    rows = pl.DataFrame(datasets(chart, "price_usd_per_t", "kind"))
    assert set(rows["kind"]) == {"plan", "base"}
    ours = rows.filter((pl.col("kind") == "plan") & (pl.col("region") == "B"))["price_usd_per_t"]
    assert ours.to_list() == found.plan.last_tonne("B")["price_usd_per_t"].to_list()
    assert any(line.startswith("price of the last tonne (USD per t") for line in texts(chart, tmp_path))
    alone = pl.DataFrame(datasets(plots.price_over_time(found.plan), "kind"))
    assert set(alone["kind"]) == {"plan"}


def test_the_bottleneck_is_the_first_bar(found: cm.Resourcing, tmp_path: Path):
    chart = plots.rent_bars(found)
    rows = datasets(chart, "limit", "rent_usd_per_t")
    table = found.bottleneck.filter(pl.col("rent_usd_per_t_change") > 1e-3)
    assert table.height > 1
    assert [row["rank"] for row in rows] == table["rank"].to_list()
    change = "rent_usd_per_t_change"
    assert [row[change] for row in rows] == pytest.approx(table[change].to_list())
    first = chart.to_dict()["layer"][0]["encoding"]["y"]["sort"][0]
    assert table["name"][0] in first
    drawn = texts(chart, tmp_path)
    assert first in drawn
    assert any(line.startswith("rise of the scarcity rent (USD per t") for line in drawn)
    assert "against the base" in note(chart)
    alone = plots.rent_bars(found.plan)
    own = [row["rent_usd_per_t"] for row in datasets(alone, "limit", "rent_usd_per_t")]
    assert own == pytest.approx(found.plan.bottleneck["rent_usd_per_t"].to_list()), "a bare plan keeps its own"
    assert any(line.startswith("scarcity rent (USD per t") for line in texts(alone, tmp_path))
    assert f"{table.height - 1} smaller rents not drawn" in note(plots.rent_bars(found, n_shown=1))
    refined = [row["rank"] for row in datasets(plots.rent_bars(found, form="refined"), "limit", "rank")]
    assert refined == table.filter(pl.col("form") == "refined")["rank"].to_list()
    with pytest.raises(cm.MissingInputsError, match="rent of a limit of `gold`"):
        plots.rent_bars(found, form="gold")
    with pytest.raises(cm.InvalidDataError, match="`n_shown` = 0"):
        plots.rent_bars(found, n_shown=0)


def test_both_sankeys_carry_the_flows_of_their_plan(found: cm.Resourcing, tmp_path: Path):
    chart = plots.plan_sankey(found)
    assert len(chart.to_dict()["hconcat"]) == 2
    drawn = " ".join(texts(chart, tmp_path))
    for part in ("Before", "After", "ore", "refined, suppliers", "refined, after trade", "uses", "B, radars 6 t"):
        assert part in re.sub(r"\s+", " ", drawn), part
    assert "2026-01 to 2026-03, all periods" in note(chart)
    colors = {}
    for rows in chart.to_dict()["datasets"].values():
        for row in rows:
            if str(row.get("told", "")).startswith("A: "):
                colors[row["told"], row["color"]] = True
    assert len({color for _, color in colors}) <= 2, (
        "a country has one colour in both pictures, beside the grey of gaps"
    )
    one = plots.plan_sankey(found.plan, period="2026-02")
    assert len(one.to_dict()["hconcat"]) == 1
    assert "2026-02" in note(one)
    with pytest.raises(cm.UnknownNameError, match="no period"):
        plots.plan_sankey(found, period="1999-01")
    with pytest.raises(cm.UnknownNameError, match="no form `gold`"):
        plots.plan_sankey(found, form="gold")


def test_a_sankey_of_many_uses_names_the_largest(tmp_path: Path):
    uses = pl.DataFrame({
        "id": [f"use-{place}" for place in range(8)], "region": ["B"] * 8, "form": ["refined"] * 8,
        "demand_t": [float(8 - place) for place in range(8)], "penalty_usd_per_t": [3000.0] * 8,
    }).with_columns(demand_t=pl.col("demand_t") / 12)  # fmt: skip
    plan = cm.SupplyNetwork.from_tables(**{**TABLES, "uses": uses, "bans": None}, title="Many").plan()
    drawn = " ".join(texts(plots.plan_sankey(plan), tmp_path))
    assert "B, use-3" in drawn
    assert "B, use-4" not in drawn
    smaller = plan.uses.filter(pl.col("use") >= "use-4")["supplied_t"].sum()
    assert f"smaller uses {smaller:.3g} t" in re.sub(r"\s+", " ", drawn)


def test_chains_do_not_add_up(two_chains: cm.Plan, tmp_path: Path):
    for draw in (plots.plan_sankey, plots.shortfall_over_time, plots.price_over_time):
        with pytest.raises(cm.InvalidDataError):
            draw(two_chains)
    drawn = texts(plots.plan_sankey(two_chains, form="ore"), tmp_path)
    assert "tin" not in " ".join(drawn)
    assert "Uses of tin in A" in note(plots.shortfall_over_time(two_chains, regions="A", form="tin"))
    with pytest.raises(cm.MissingInputsError, match="demand for `gold`"):
        plots.shortfall_over_time(two_chains, form="gold")
    with pytest.raises(cm.MissingInputsError, match="price of `gold`"):
        plots.price_over_time(two_chains, form="gold")


def test_a_value_without_a_plan_is_no_zero(sweep: pl.DataFrame, tmp_path: Path):
    chart = plots.parameter_curve(sweep)
    assert [row["value"] for row in datasets(chart, "cost")] == [0.0, 0.5]
    assert [row["value"] for row in datasets(chart, "shortfall_share")] == [0.0, 0.5]
    assert "no plan is possible at 1 of 3 values" in note(chart)
    drawn = set(texts(chart, tmp_path))
    assert {"change of cost (million USD)", "shortfall (% of the buyers' demand)",
            "restriction level (% of the restricted exports)"} <= drawn  # fmt: skip
    with pytest.raises(cm.MissingInputsError, match="cost of a plan"):
        plots.parameter_curve(sweep.filter(pl.col("cost_usd").is_null()))
    with pytest.raises(cm.MissingColumnError, match="`value`"):
        plots.parameter_curve(sweep.drop("value"))
    other = sweep.with_columns(parameter=pl.lit("enforcement"))
    with pytest.raises(cm.InvalidDataError, match="`parameter`"):
        plots.parameter_curve(pl.concat([sweep, other]))


def test_a_line_for_each_form_that_is_ever_short(tmp_path: Path):
    amounts = {"demand_t": [10.0, 2.0, 5.0] * 2, "shortfall_t": [1.0, 0.0, 1e-9, 5.0, 0.1, 0.0]}
    rows = pl.DataFrame({
        "parameter": ["cover_days"] * 6, "value": [30.0] * 3 + [0.0] * 3, "form": ["ore", "tin", "zinc"] * 2,
        "cost_usd": [1e9] * 3 + [2e9] * 3, "cost_change_usd": [1e6] * 3 + [3e6] * 3, **amounts,
        "reason": pl.Series([None] * 6, dtype=pl.String),
    }).with_columns(shortfall_share=pl.col("shortfall_t") / pl.col("demand_t"))  # fmt: skip
    chart = plots.parameter_curve(rows)
    assert [(row["value"], row["cost"]) for row in datasets(chart, "cost")] == [(0.0, 3.0), (30.0, 1.0)]
    assert {row["form"] for row in datasets(chart, "shortfall_share", "form")} == {"ore", "tin"}
    drawn = set(texts(chart, tmp_path))
    assert {"ore", "tin", "cover that the buyers hold (days of demand)"} <= drawn
    assert "zinc" not in drawn
    calm = rows.with_columns(shortfall_t=pl.lit(0.0), shortfall_share=pl.lit(0.0))
    assert "nothing is short" in note(plots.parameter_curve(calm))


DRAWN: dict[str, Callable[..., alt.TopLevelMixin]] = {
    "found flows": plots.plan_sankey,
    "found shortfall": plots.shortfall_over_time,
    "found prices": plots.price_over_time,
    "found rents": plots.rent_bars,
    "sweep": plots.parameter_curve,
}


@pytest.mark.parametrize("name", DRAWN)
def test_files_are_complete_and_offline(name: str, request: pytest.FixtureRequest, tmp_path: Path):
    chart = DRAWN[name](request.getfixturevalue(name.split()[0]), source="test", title="A heading")
    assert {"Source: test", "A heading"} <= {line.split(".")[0] for line in texts(chart, tmp_path)}
    assert plots.save(chart, tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    page = plots.save(chart, tmp_path / "a.html").read_text(encoding="utf-8")
    assert "<script src" not in page


@pytest.mark.parametrize("name", [name for name in DRAWN if name != "sweep"])
def test_what_is_no_plan_is_refused(name: str):
    for wrong in (None, "gallium", {"uses": 1}, cm.Plan):
        with pytest.raises(cm.InvalidDataError, match=r"pass what `cm\.resource\(\.\.\.\)` or"):
            DRAWN[name](wrong)


def test_nothing_binds_and_nothing_flows():
    rich = cm.SupplyNetwork.from_tables(**{
        **TABLES, "bans": None, "stocks": None, "uses": TABLES["uses"].with_columns(demand_t=pl.lit(0.0)),
    })  # fmt: skip
    plan = rich.plan()
    with pytest.raises(cm.MissingInputsError, match="rent of a limit"):
        plots.rent_bars(plan)
    with pytest.raises(cm.MissingInputsError, match="nothing flows"):
        plots.plan_sankey(plan)
