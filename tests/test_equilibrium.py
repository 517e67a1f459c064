"""Prices and flows between regions: closed forms, Takayama and Judge, laws, and wrong input told by its place."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import critmin as cm
import polars as pl
import pytest

GALLIUM = "gallium"
# How close an interior optimum comes to a closed form.
CLOSE = 1e-6


@pytest.fixture(scope="module")
def folder(repository: Path) -> Path:
    shared = Path(os.environ.get("CRITMIN_SHARED", repository.parent / "shared"))
    found = shared / "reference" / "substitution"
    if not found.is_dir():
        assert "CI" not in os.environ, f"no reference figures in {found}: set CRITMIN_SHARED"
        pytest.skip(f"no reference figures in {found}: set CRITMIN_SHARED to the folder that holds them")
    return found


@pytest.fixture(scope="module")
def closed_forms(folder: Path) -> dict[str, tuple[dict[str, Any], float]]:
    with (folder / "closed_forms.csv").open(encoding="utf-8") as file:
        return {row["case"]: (json.loads(row["inputs_json"]), float(row["expected"])) for row in csv.DictReader(file)}


def two_regions(given: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "region": ["CHN", "JPN"],
            "commodity": GALLIUM,
            "demand_intercept": [float(given["a1"]), float(given["a2"])],
            "demand_slope": [float(given["b1"]), float(given["b2"])],
            "supply_intercept": [float(given["c1"]), float(given["c2"])],
            "supply_slope": [float(given["d1"]), float(given["d2"])],
        }
    )


def arc(cost: float, **more: float | str) -> pl.DataFrame:
    return pl.DataFrame({
        "origin": ["CHN"], "destination": ["JPN"], "commodity": [GALLIUM], "transport_cost": [float(cost)],
        **{name: [value] for name, value in more.items()},
    })  # fmt: skip


def world(**changed: float | None) -> pl.DataFrame:
    figures: dict[str, float | None] = {
        "demand_base_price": 300.0, "demand_base_t": 700.0, "price_elasticity_of_demand": -0.5,
        "supply_base_price": 300.0, "supply_base_t": 700.0, "price_elasticity_of_supply": 0.5, **changed,
    }  # fmt: skip
    numbers = {name: pl.Series([value], dtype=pl.Float64) for name, value in figures.items()}
    return pl.DataFrame({"region": ["world"], "commodity": [GALLIUM], **numbers})


# --- Straight lines ---------------------------------------------------------------------------------------------------


def test_two_regions_alone_and_together(closed_forms: dict[str, tuple[dict[str, Any], float]]):
    given, flow = closed_forms["spe2_flow"]
    alone = cm.equilibrium.spatial(two_regions(given))
    wanted = [closed_forms[f"spe2_autarky_{place}"][1] for place in (1, 2)]
    assert alone.markets["price"].to_list() == pytest.approx(wanted, rel=CLOSE)
    assert alone.flows.is_empty()
    trade = cm.equilibrium.spatial(two_regions(given), arc(given["transport"]))
    wanted = [closed_forms[f"spe2_price_{place}"][1] for place in (1, 2)]
    assert trade.markets["price"].to_list() == pytest.approx(wanted, rel=CLOSE)
    assert trade.flows["flow_t"].item() == pytest.approx(flow, rel=CLOSE)
    assert trade.flows["rent"].item() == 0
    assert trade.transport_cost == pytest.approx(flow * given["transport"], rel=CLOSE)
    assert max(trade.certificate[name] for name in ("primal", "dual", "gap")) < CLOSE
    # What is produced is used, and trade is worth something.
    assert trade.markets["demand_t"].sum() == pytest.approx(trade.markets["supply_t"].sum(), rel=CLOSE)
    assert (trade.net_social_payoff or 0) > (alone.net_social_payoff or 0)


def test_a_quota_has_a_rent(closed_forms: dict[str, tuple[dict[str, Any], float]], tmp_path: Path):
    given, rent = closed_forms["quota_rent"]
    leak = arc(given["transport"], premium=float(given["premium"]), capacity_t=float(given["quota"]), route="by sea")
    found = cm.equilibrium.spatial(two_regions(given), leak)
    wanted = [closed_forms[f"quota_price_{place}"][1] for place in (1, 2)]
    assert found.markets["price"].to_list() == pytest.approx(wanted, rel=CLOSE)
    assert found.flows["rent"].item() == pytest.approx(rent, rel=CLOSE)
    text = found.summary()
    assert "gallium from CHN to JPN (by sea): 20 t, rent 15 per t" in text
    assert max(len(line) for line in text.splitlines()) <= 80
    assert {path.name for path in found.write(tmp_path, formats=["csv", "json"])} == {
        "markets.csv", "flows.csv", "provenance.json", "equilibrium.json",
    }  # fmt: skip
    assert json.loads(found.to_json())["flows"] == found.record["flows"]
    assert "2 markets and 1 arcs" in repr(found)
    assert "rent 15" in found._repr_html_()


def test_a_ban_leaves_autarky_and_the_worth_of_a_tonne(closed_forms: dict[str, tuple[dict[str, Any], float]]):
    given, _ = closed_forms["spe2_flow"]
    shut = cm.equilibrium.spatial(two_regions(given), arc(given["transport"], capacity_t=0.0))
    alone = cm.equilibrium.spatial(two_regions(given))
    assert shut.markets["price"].to_list() == pytest.approx(alone.markets["price"].to_list(), rel=CLOSE)
    gap = alone.markets["price"][1] - alone.markets["price"][0] - given["transport"]
    assert shut.flows["rent"].item() == pytest.approx(gap, rel=1e-4)
    assert "closed; a tonne through it is worth" in shut.summary()


def test_transshipment_takes_the_detour():
    markets = pl.DataFrame({
        "region": ["CHN", "SGP", "JPN"], "commodity": GALLIUM,
        "demand_intercept": [None, None, 100.0], "demand_slope": [None, None, 1.0],
        "supply_intercept": [10.0, None, None], "supply_slope": [1.0, None, None],
    })  # fmt: skip
    arcs = pl.DataFrame({"origin": ["CHN", "SGP"], "destination": ["SGP", "JPN"], "commodity": GALLIUM,
                         "transport_cost": [5.0, 5.0]})  # fmt: skip
    direct = cm.equilibrium.spatial(markets, arcs)
    assert direct.flows["flow_t"].to_list() == [0, 0]
    detour = cm.equilibrium.spatial(markets, arcs, transshipment=True)
    # 100 - q = 10 + q + 10
    assert detour.flows["flow_t"].to_list() == pytest.approx([40, 40], rel=CLOSE)
    assert detour.markets["price"].to_list() == pytest.approx([50, 55, 60], rel=CLOSE)


@pytest.mark.parametrize("reading", ["cross_price", "own_price"])
def test_takayama_and_judge(folder: Path, reading: str):
    model = json.loads((folder / "takayama_judge" / "model.json").read_text(encoding="utf-8"))
    regions, commodities = model["regions"], model["commodities"]
    markets, slopes, arcs = [], [], []
    for r, region in enumerate(regions):
        for c, commodity in enumerate(commodities):
            intercepts = {
                f"{side}_intercept_t": float(model[f"{side}_intercept"][r][c]) for side in ("demand", "supply")
            }
            markets.append({"region": region, "commodity": commodity, **intercepts})
            for side in ("demand", "supply"):
                values = [float(value) for value in model[f"{side}_slope"][r][c]]
                both = list(zip(commodities, values, strict=True))
                pairs = both if reading == "cross_price" else [(commodity, sum(values))]
                slopes += [{"region": region, "side": side, "commodity": commodity, "price_of": of, "slope": value}
                           for of, value in pairs]  # fmt: skip
            arcs += [
                {"origin": region, "destination": other, "commodity": commodity,
                 "transport_cost": float(model["transport_cost"][c][r][to])}
                for to, other in enumerate(regions) if other != region
            ]  # fmt: skip
    found = cm.equilibrium.spatial_cross(pl.DataFrame(markets), pl.DataFrame(slopes), pl.DataFrame(arcs))
    ours = {
        (quantity, row["region"], "", row["commodity"]): row[column]
        for row in found.markets.to_dicts()
        for quantity, column in (("price", "price"), ("demand", "demand_t"), ("supply", "supply_t"))
    }
    flows = found.flows.select("origin", "destination", "commodity", "flow_t").rows()
    ours |= {("flow", *label): flow for *label, flow in flows}
    ours["transport_cost_total", "", "", ""] = found.transport_cost
    with (folder / "takayama_judge" / "solution.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["reading"] == reading]
    assert len(rows) > 20
    for row in rows:
        key = tuple(row[name] for name in ("quantity", "region", "to_region", "commodity"))
        assert ours[key] == pytest.approx(float(row["value"]), rel=CLOSE), key
    assert found.net_social_payoff is None


# --- Constant elasticities --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["iso_0", "iso_1", "iso_2", "iso_3"])
def test_a_loss_of_supply(closed_forms: dict[str, tuple[dict[str, Any], float]], case: str):
    given, wanted = closed_forms[case]
    market = world(
        price_elasticity_of_demand=-given["eps"], price_elasticity_of_supply=given["eta"],
        supply_base_t=700 * (1 - given["lost"]),
    )  # fmt: skip
    found = cm.equilibrium.isoelastic(market)
    assert found.markets["price_ratio"].item() == pytest.approx(wanted, rel=1e-5)
    assert "times its base" in found.summary()


def test_a_backstop_ends_the_price_and_a_capacity_has_a_rent():
    found = cm.equilibrium.isoelastic(world(supply_base_t=280.0, backstop_price=600.0)).markets.row(0, named=True)
    assert found["price_ratio"] == pytest.approx(2, rel=1e-5)
    assert found["is_at_backstop"]
    assert found["replaced_t"] + found["demand_t"] == pytest.approx(700 * 2**-0.5, rel=1e-5)
    found = cm.equilibrium.isoelastic(world(supply_capacity_t=350.0)).markets.row(0, named=True)
    assert found["price"] == pytest.approx(1200, rel=1e-5)
    # The price for the last of 350 t on the curve of supply is 300 (350 / 700)^2.
    assert found["capacity_rent"] == pytest.approx(1200 - 75, rel=1e-5)


# --- Rerouting --------------------------------------------------------------------------------------------------------


def trade(base: list[list[float]]) -> pl.DataFrame:
    rows = [(origin, destination, float(base[i][j]))
            for i, origin in enumerate(("CHN", "AUS")) for j, destination in enumerate(("JPN", "USA"))]  # fmt: skip
    return pl.DataFrame(rows, schema=["origin", "destination", "mass_t"], orient="row")


def totals(regions: tuple[str, str], masses: list[float]) -> pl.DataFrame:
    return pl.DataFrame({"region": regions, "mass_t": [float(mass) for mass in masses]})


@pytest.mark.parametrize("case", ["ras_2x2", "ras_2x2_b"])
def test_trade_keeps_its_odds(closed_forms: dict[str, tuple[dict[str, Any], float]], case: str, tmp_path: Path):
    given, wanted = closed_forms[case]
    supplies, demands = totals(("CHN", "AUS"), given["row"]), totals(("JPN", "USA"), given["col"])
    found = cm.equilibrium.reroute(trade(given["base"]), supplies, demands)
    masses = found.flows["mass_t"].to_list()
    assert masses[0] == pytest.approx(wanted, abs=1e-8)
    odds = masses[0] * masses[3] / (masses[1] * masses[2])
    base = found.flows["base_t"].to_list()
    assert odds == pytest.approx(base[0] * base[3] / (base[1] * base[2]), rel=1e-8)
    assert found.flows.group_by("origin", maintain_order=True).agg(pl.col("mass_t").sum())["mass_t"].to_list() == (
        pytest.approx(given["row"], rel=1e-8)
    )
    assert found.unsold.is_empty()
    assert found.residual < 1e-9
    assert "Nobody optimises" in found.summary()
    assert len(found.write(tmp_path, formats=["parquet", "json"])) == 5
    assert "4 pairs" in repr(found)


def test_bans_caps_and_shortage():
    flows, demands = trade([[40, 10], [20, 30]]), totals(("JPN", "USA"), [50, 50])
    supplies = totals(("CHN", "AUS"), [60, 40])
    capped = cm.equilibrium.reroute(flows, supplies, demands, caps=flows.head(1).with_columns(mass_t=pl.lit(25.0)))
    assert capped.flows["mass_t"].to_list() == pytest.approx([25, 35, 25, 15], abs=1e-6)
    ban = flows.filter(pl.col("origin") == "CHN").select("origin", "destination")
    with pytest.raises(cm.InfeasiblePlanError):
        cm.equilibrium.reroute(flows, supplies, demands, bans=ban)
    left = cm.equilibrium.reroute(flows, supplies, demands, bans=ban, shortage="dummy")
    assert left.unsold.rows() == [("CHN", pytest.approx(60, rel=1e-8))]
    assert left.unserved["mass_t"].sum() == pytest.approx(60, rel=1e-8)
    assert left.flows["mass_t"].to_list()[:2] == [0, 0]
    assert "Unsold: CHN 60 t" in left.summary()
    same = cm.equilibrium.reroute(flows, totals(("CHN", "AUS"), [50, 50]), totals(("JPN", "USA"), [60, 40]))
    assert same.flows["mass_t"].to_list() == pytest.approx(flows["mass_t"].to_list(), rel=1e-8)
    assert same.relative_entropy == pytest.approx(0, abs=1e-8)


# --- Wrong input ------------------------------------------------------------------------------------------------------

LINES = two_regions({"a1": 100, "b1": 1, "c1": 10, "d1": 1, "a2": 160, "b2": 1, "c2": 20, "d2": 2})


@pytest.mark.parametrize(
    ("markets", "arcs", "words"),
    [
        (LINES.with_columns(demand_slope=pl.Series([1.0, 0.0])), arc(5), "`markets`, row 2, column `demand_slope`"),
        (LINES.with_columns(supply_slope=pl.Series([-1.0, 0.0])), arc(5), "`markets`, row 1, column `supply_slope`"),
        (LINES.with_columns(demand_slope=pl.Series([None, 1.0])), arc(5), "`markets`, row 1, column `demand_slope`"),
        (pl.concat([LINES, LINES.head(1)]), arc(5), "`markets`, row 3, column `region`"),
        (LINES.with_columns(region=pl.Series([None, "JPN"])), arc(5), "`markets`, row 1, column `region`"),
        (LINES, arc(-5), "`arcs`, row 1, column `transport_cost`: found -5"),
        (LINES, arc(5, capacity_t=-1.0), "`arcs`, row 1, column `capacity_t`"),
        (LINES, arc(5).with_columns(origin=pl.lit("AUS")), "`arcs`, row 1, column `origin`: found gallium in AUS"),
        (LINES, arc(5).with_columns(commodity=pl.lit("tin")), "`arcs`, row 1, column `origin`: found tin in CHN"),
        (LINES, pl.concat([arc(5), arc(6)]), "`arcs`, row 2, column `origin`"),
        (LINES, arc(5).with_columns(destination=pl.lit("CHN")), "a market needs no arc to itself"),
        (LINES, arc(float("nan")), "`arcs`, row 1, column `transport_cost`: found `nan`"),
    ],
)
def test_a_fault_is_told_with_its_place(markets: pl.DataFrame, arcs: pl.DataFrame, words: str):
    with pytest.raises(cm.InvalidDataError, match=words.replace("(", r"\(")) as error:
        cm.equilibrium.spatial(markets, arcs)
    assert error.value.problems


def test_columns_are_checked():
    with pytest.raises(cm.MissingColumnError, match="`arcs` lacks `transport_cost`"):
        cm.equilibrium.spatial(LINES, arc(5).drop("transport_cost"))
    with pytest.raises(cm.MissingColumnError, match="did you mean `demand_slope`"):
        cm.equilibrium.spatial(LINES.rename({"demand_slope": "demand_slop"}))
    with pytest.raises(cm.MissingColumnError, match="expected numbers"):
        cm.equilibrium.spatial(LINES.with_columns(demand_slope=pl.lit("1")))
    with pytest.raises(cm.InvalidDataError, match="Arrow"):
        cm.equilibrium.spatial([1, 2])  # type: ignore[arg-type]
    with pytest.raises(cm.InvalidDataError, match="at least one"):
        cm.equilibrium.spatial(LINES.clear())


def test_other_tables_may_come_from_other_libraries():
    found = cm.equilibrium.spatial(LINES.to_pandas(), arc(5).to_arrow())
    assert found.flows["flow_t"].item() == pytest.approx(45.714285714286, rel=CLOSE)


def test_faults_of_curves():
    with pytest.raises(cm.InvalidDataError, match="row 1, column `price_elasticity_of_demand`: found"):
        cm.equilibrium.isoelastic(world(price_elasticity_of_demand=0.5))
    with pytest.raises(cm.InvalidDataError, match="away from -1"):
        cm.equilibrium.isoelastic(world(price_elasticity_of_demand=-1.0))
    nobody = {"demand_base_price": None, "demand_base_t": None, "price_elasticity_of_demand": None}
    with pytest.raises(cm.InvalidDataError, match="column `backstop_price`: found 600"):
        cm.equilibrium.isoelastic(world(**nobody, backstop_price=600.0))
    gone = {"supply_base_price": None, "supply_base_t": None, "price_elasticity_of_supply": None}
    with pytest.raises(cm.InvalidDataError, match="its price is infinite"):
        cm.equilibrium.isoelastic(world(**gone))


def test_faults_of_slopes():
    markets = pl.DataFrame({"region": "JPN", "commodity": ["gallium", "indium"],
                            "demand_intercept_t": [100.0, 100.0], "supply_intercept_t": [0.0, 0.0]})  # fmt: skip
    slope = [-1.0, 0.5, 0.5, -1.0]
    slopes = pl.DataFrame({"region": "JPN", "side": "demand", "commodity": ["gallium", "gallium", "indium", "indium"],
                           "price_of": ["gallium", "indium"] * 2, "slope": slope})  # fmt: skip
    odd = slopes.with_columns(slope=pl.Series([-1.0, 0.5, 0.4, -1.0]))
    with pytest.raises(cm.InvalidDataError, match="the other way round"):
        cm.equilibrium.spatial_cross(markets, odd)
    with pytest.raises(cm.InvalidDataError, match="`slopes`, row 1, column `side`: found buy"):
        cm.equilibrium.spatial_cross(markets, slopes.with_columns(side=pl.lit("buy")))
    with pytest.raises(cm.InvalidDataError, match="column `price_of`: found tin in JPN"):
        cm.equilibrium.spatial_cross(markets, slopes.with_columns(price_of=pl.lit("tin")).head(1))
    with pytest.raises(cm.InvalidDataError, match="positive definite"):
        cm.equilibrium.spatial_cross(markets, slopes.with_columns(slope=pl.Series([-1.0, 5.0, 5.0, -1.0])))


def test_faults_of_trade():
    flows, demands = trade([[40, 10], [20, 30]]), totals(("JPN", "USA"), [50, 50])
    supplies = totals(("CHN", "AUS"), [60, 40])
    with pytest.raises(cm.InvalidDataError, match="`flows`, row 3, column `origin`: found AUS"):
        cm.equilibrium.reroute(flows, supplies.head(1), demands)
    with pytest.raises(cm.InvalidDataError, match="`flows`, row 1, column `mass_t`: found -1"):
        cm.equilibrium.reroute(flows.with_columns(mass_t=pl.lit(-1.0)), supplies, demands)
    with pytest.raises(cm.InvalidDataError, match="found `shortage` = `ignore`"):
        cm.equilibrium.reroute(flows, supplies, demands, shortage="ignore")
    with pytest.raises(cm.InvalidDataError):
        cm.equilibrium.reroute(flows, supplies, totals(("JPN", "USA"), [50, 40]))
    caps = pl.DataFrame({"origin": ["CHN"], "destination": ["DEU"], "mass_t": [1.0]})
    with pytest.raises(cm.InvalidDataError, match="`caps`, row 1, column `destination`: found DEU"):
        cm.equilibrium.reroute(flows, supplies, demands, caps=caps)
