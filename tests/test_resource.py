"""Re-sourcing: a network of tables, its plan by hand, what changes, wrong tables with their place, the command line."""

from __future__ import annotations

import copy
import json
import pickle
import re
from typing import TYPE_CHECKING, Any

import critmin as cm
import pandas as pd
import polars as pl
import pytest
from click.testing import CliRunner, Result
from critmin.cli import cli

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MONTHS = ["2026-01", "2026-02", "2026-03", "2026-04"]
# A makes all refined metal, 10 t a month at 100 USD/t. B and C want 4 t each; C makes 1 t itself, dearly.
# From the second month on A's routes are closed; 2 t a month leak from A to B.
TABLES: dict[str, pl.DataFrame] = {
    "periods": pl.DataFrame({"id": MONTHS, "days": [30.0] * 4}),
    "regions": pl.DataFrame({"id": ["A", "B", "C"], "bloc": ["one", "two", "two"]}),
    "processes": pl.DataFrame({
        "id": ["mine", "refine", "refine"], "region": ["A", "A", "C"], "input": [None, "ore", None],
        "output": ["ore", "refined", "refined"], "cost_usd_per_t": [10.0, 80.0, 700.0],
        "recovery": [1.0, 0.5, 1.0], "capacity_t": [None, 10.0, 1.0],
    }),
    "arcs": pl.DataFrame({
        "id": ["A-B", "A-C", "A-X-B"], "from": ["A", "A", "A"], "to": ["B", "C", "B"], "form": ["refined"] * 3,
        "via": [None, None, "X"], "premium_usd_per_t": [0.0, 0.0, 200.0], "capacity_t": [None, None, 2.0],
        "is_leak": [False, False, True],
    }),
    "uses": pl.DataFrame({
        "id": ["lamps", "radars", "lamps"], "region": ["B", "B", "C"], "form": ["refined"] * 3,
        "demand_t": [3.0, 1.0, 4.0],
    }),
    "unmet_steps": pl.DataFrame({
        "use": ["lamps", "radars", "radars", "lamps"], "region": ["B", "B", "B", "C"], "form": ["refined"] * 4,
        "width_share": [1.0, 0.5, 0.5, 1.0], "penalty_usd_per_t": [2000.0, 9000.0, 5000.0, 2000.0],
    }),
    "substitutions": pl.DataFrame({
        "substitute": ["glass"] * 4, "use_id": ["lamps"] * 4, "region": ["B"] * 4, "form": ["refined"] * 4,
        "period": MONTHS, "cost_usd_per_t": [1000.0] * 4, "feasible_share": [0.0, 0.0, 0.2, 0.2],
    }),
    "stocks": pl.DataFrame({"region": ["B"], "form": ["refined"], "initial_t": [1.0], "capacity_t": [1.0]}),
    "bans": pl.DataFrame({
        "arc": ["A-B"] * 4 + ["A-C"] * 4, "period": MONTHS * 2, "restriction_level": [0.0, 1.0, 1.0, 1.0] * 2,
        "base_flow_t": [4.0] * 8,
    }),
}  # fmt: skip
RELATIVE = 1e-5


def network(**changes: Any) -> cm.SupplyNetwork:  # noqa: ANN401
    return cm.SupplyNetwork.from_tables(**{**TABLES, **changes}, title="A tiny network")


@pytest.fixture(scope="module")
def found() -> cm.Resourcing:
    return cm.resource(network(), buyers=["B", "C"])


def tight() -> cm.SupplyNetwork:
    """B must hold 4 t at once: half of the trade lets it, a closed border and a leak of 2 t do not."""
    stocks = pl.DataFrame({"region": ["B"], "form": ["refined"], "initial_t": [1.0], "capacity_t": [4.0],
                           "cover_days": [30.0]})  # fmt: skip
    return network(stocks=stocks, bans=TABLES["bans"].with_columns(restriction_level=pl.lit(0.5)))


def by_use(plan: cm.Plan, region: str, use: str, name: str) -> list[float]:
    rows = plan.uses.filter((pl.col("region") == region) & (pl.col("use") == use))
    return rows[name].to_list()


def test_tables_of_any_order_and_library_give_the_same_network():
    asked = network()
    mixed = {name: table.sample(fraction=1.0, shuffle=True, seed=1) for name, table in TABLES.items()}
    shuffled = network(**{**mixed, "periods": TABLES["periods"]})
    frames = cm.SupplyNetwork.from_tables(
        **{name: pd.DataFrame(table.to_dict(as_series=False)) for name, table in TABLES.items()}, title="A tiny network"
    )
    assert frames.record == asked.record
    assert frames.fingerprint == asked.fingerprint

    def sorted_rows(record: dict[str, Any]) -> dict[str, Any]:
        return {name: rows if name == "title" else sorted(map(json.dumps, rows)) for name, rows in record.items()}

    assert sorted_rows(shuffled.record) == sorted_rows(asked.record)
    assert asked.record["substitutions"][0]["feasible_share"] == [0.0, 0.0, 0.2, 0.2]
    assert [step["penalty_usd_per_t"] for step in asked.record["uses"][1]["unmet_steps"]] == [5000.0, 9000.0]


def test_the_record_travels():
    asked = network()
    assert cm.SupplyNetwork.from_json(asked.to_json()) == asked
    assert cm.SupplyNetwork.from_tables(**asked.tables, title=asked.title) == asked
    assert pickle.loads(pickle.dumps(asked)) == asked
    assert "null" not in asked.to_json(), "what is absent is left out"
    assert asked.stocks["capacity_t"].to_list() == [1.0]
    assert asked.bans["restriction_level"].to_list() == [0.0, 1.0, 1.0, 1.0] * 2


def test_the_plan_is_that_of_a_hand(found: cm.Resourcing):
    plan = found.plan
    # B has 2 t that leak and once 1 t of stock for 3 t of lamps and 1 t of radars; 0.6 t of lamps switch to glass.
    assert by_use(plan, "B", "radars", "shortfall_t") == pytest.approx([0.0] * 4, abs=1e-5)
    assert by_use(plan, "B", "lamps", "substituted_t") == pytest.approx([0.0, 0.0, 0.6, 0.6], abs=1e-5)
    assert sum(by_use(plan, "B", "lamps", "shortfall_t")) == pytest.approx(6 - 1.2 - 1, rel=RELATIVE)
    assert by_use(plan, "C", "lamps", "shortfall_t") == pytest.approx([0.0, 3.0, 3.0, 3.0], abs=1e-5)
    made = 100.0
    first = 8 * made
    after = 3 * 700.0 + 6 * (made + 200.0) + 1.2 * 1000.0 + (3.8 + 9.0) * 2000.0
    assert plan.cost_usd == pytest.approx(first + after, rel=RELATIVE)
    assert found.base.cost_usd == pytest.approx(32 * made - made, rel=RELATIVE), "one tonne lies in stock"
    assert max(abs(value) for value in plan.certificate.values()) < 1e-5
    assert sum(plan.costs["cost_usd"]) == pytest.approx(plan.cost_usd, rel=RELATIVE)


def test_what_binds_is_ranked_by_what_it_earns(found: cm.Resourcing):
    rows = found.plan.bottleneck
    assert rows["rank"].to_list() == list(range(1, rows.height + 1))
    assert rows["rent_usd"].is_sorted(descending=True)
    best = rows.row(0, named=True)
    assert (best["kind"], best["name"], best["region"], best["n_periods"]) == ("leak", "A-X-B", "B", 3)
    # One tonne more through the leak replaces unmet lamps at 2,000 and costs 300.
    assert best["rent_usd_per_t"] == pytest.approx(1700.0, rel=1e-4)
    assert best["rent_usd"] == pytest.approx(1700.0 * 6, rel=1e-4)
    own = rows.filter((pl.col("kind") == "capacity") & (pl.col("region") == "C")).row(0, named=True)
    assert own["rent_usd_per_t"] == pytest.approx(1300.0, rel=1e-4)


def test_what_binds_without_the_ban_is_taken_off(found: cm.Resourcing):
    rows = found.bottleneck
    assert rows.height == found.plan.bottleneck.height
    assert rows["rank"].to_list() == list(range(1, rows.height + 1))
    assert rows["rent_change_usd"].is_sorted(descending=True)
    rise = rows["rent_usd_per_t"] - rows["rent_usd_per_t_base"]
    assert (rise - rows["rent_usd_per_t_change"]).abs().max() == 0
    assert (rise * rows["used_t"] - rows["rent_change_usd"]).abs().max() < 1e-6
    assert found.tables["bottleneck"].equals(rows)
    leak = rows.row(0, named=True)
    assert (leak["name"], leak["rent_usd_per_t_base"]) == ("A-X-B", 0.0), "what does not bind in the base has 0 there"
    # With 8 t wanted and 6 t made, A's refinery binds with and without a ban of B alone.
    tight = network(
        processes=TABLES["processes"].with_columns(capacity_t=pl.Series([None, 6.0, 0.0])),
        bans=TABLES["bans"].filter(pl.col("arc") == "A-B"),
    )  # fmt: skip
    both = cm.resource(tight, buyers=["B", "C"])
    before = {(row["kind"], row["name"], row["region"]): row["rent_usd_per_t"] for row in
              both.base.bottleneck.to_dicts()}  # fmt: skip
    binding = both.bottleneck.filter(pl.col("rent_usd_per_t_base") > 0)
    assert not binding.is_empty()
    for row in binding.to_dicts():
        assert row["rent_usd_per_t_base"] == before[row["kind"], row["name"], row["region"]]
    peace = cm.resource(network(bans=None), buyers=["B", "C"])
    assert peace.bottleneck["rent_usd_per_t_change"].abs().max() in (None, 0.0)
    assert "Bottleneck of the shock" not in peace.summary()


def test_months_prices_and_shortfalls(found: cm.Resourcing):
    plan = found.plan
    assert plan.months_bridged("C") == 0
    assert found.base.months_bridged("C") is None
    price = plan.last_tonne("C")
    assert price["period"].to_list() == MONTHS
    assert price["price_usd_per_t"].to_list() == pytest.approx([100.0, 2000.0, 2000.0, 2000.0], rel=1e-4)
    lack = found.shortfall()
    assert dict(lack.select("use", "shortfall_t").rows())["lamps"] == pytest.approx(12.8, rel=RELATIVE)
    whole = plan.shortfall(())
    assert whole.height == 1
    assert whole["shortfall_share"][0] == pytest.approx(12.8 / 32, rel=RELATIVE)
    assert plan.shortfall("period", regions="C")["shortfall_t"].to_list() == pytest.approx([0, 3, 3, 3], abs=1e-5)
    with pytest.raises(cm.InvalidDataError, match="expected some of"):
        plan.shortfall("colour")
    with pytest.raises(cm.UnknownNameError, match=r"no use in \['A'\]"):
        plan.last_tonne("A")


def test_a_stock_carries_its_months():
    tables = {"stocks": pl.DataFrame({"region": ["C"], "form": ["refined"], "initial_t": [6.0], "capacity_t": [6.0]})}
    plan = cm.resource(network(**tables), buyers="C").plan
    told = plan.months_bridged("C")
    assert told is not None
    short = [period for period, lack in zip(MONTHS, by_use(plan, "C", "lamps", "shortfall_t"), strict=True)
             if lack > 1e-4]  # fmt: skip
    assert told == pytest.approx(30 * (MONTHS.index(short[0]) - 1) / (365.25 / 12))
    assert sum(by_use(plan, "C", "lamps", "shortfall_t")) == pytest.approx(3.0, rel=1e-4)


def test_the_change_is_the_difference_of_both(found: cm.Resourcing):
    change = found.change
    assert change.cost_usd == pytest.approx(found.plan.cost_usd - found.base.cost_usd)
    for name, table in change.tables.items():
        for value in [column for column in table.columns if column.endswith("_change")]:
            stem = value.removesuffix("_change")
            gap = (table[stem] - table[f"{stem}_base"] - table[value]).drop_nulls()
            assert gap.abs().max() in (None, 0.0), (name, value)
    flows = change["flows"].group_by("arc").agg(pl.col("sent_t_change").sum())
    assert dict(flows.rows())["A-X-B"] == pytest.approx(6.0, rel=1e-4)
    assert change["rents"].filter(pl.col("kind") == "leak")["rent_usd_per_t_base"].to_list() == [0.0] * 3
    with pytest.raises(cm.UnknownNameError, match="unknown table"):
        change["colours"]
    same = found.plan.compare(found.plan)
    assert same.cost_usd == 0
    assert same["uses"]["shortfall_t_change"].abs().max() == 0


def test_the_summary_tells_the_answer(found: cm.Resourcing):
    text = " ".join(found.summary().split())
    assert max(len(line) for line in found.summary().splitlines()) <= 80
    for part in (
        "A tiny network", "4 periods, 2026-01 to 2026-04", "Buyers: B and C", "lamps 12.8 t of refined",
        "refined up to", "Bottleneck of the shock: leak of A-X-B (refined, B)",
        "1,700 USD/t more than without it",
        "glass replaces 1.2 t of refined in lamps", "Against the base: cost +", "A → X → B (refined) 6 t",
        "Routes that lose", "a bound on what markets can reach, not a forecast",
    ):  # fmt: skip
        assert part in text, part
    assert re.search(r"First shortfall: (B and )?C at once", text)
    assert "Against the base" not in found.plan.summary()
    assert "Bottleneck: leak of A-X-B (refined, B), 1,700 USD/t" in " ".join(found.plan.summary().split())
    assert "nothing short" in found.base.summary()
    assert found.plan.summary("B") != found.plan.summary("C")
    for each in (found, found.plan, found.change):
        assert each._repr_html_().startswith("<pre>")
        assert repr(each).startswith(f"<{type(each).__name__} of `A tiny network`")


def test_flags_are_told():
    hard = cm.resource(network(), buyers=["B", "C"], leaks=False)
    assert any("hard ban" in flag for flag in hard.plan.flags)
    assert "Note: a hard ban" in hard.summary()
    assert hard.plan.shortfall(())["shortfall_t"][0] > 12.8


def test_helpers_return_other_networks():
    asked = network()
    before = copy.deepcopy(asked.record)
    half = asked.with_restriction_level(0.5)
    assert half.record["bans"][0]["restriction_level"] == [0.0, 0.5, 0.5, 0.5]
    assert asked.with_enforcement(0.25).record["arcs"][2]["enforcement"] == 0.25
    assert "enforcement" not in asked.with_enforcement(0.25).record["arcs"][0]
    assert asked.with_cover_days(5).record["stocks"][0]["cover_days"] == 5.0
    with pytest.raises(cm.UnknownNameError, match="no store in"):
        asked.with_cover_days(5, regions=["C"])
    free = asked.replace(bans=None, title="Free")
    assert (free.title, free.record["bans"]) == ("Free", [])
    dear = asked.replace(uses=TABLES["uses"].with_columns(penalty_usd_per_t=pl.lit(1.0)))
    assert {step["penalty_usd_per_t"] for use in dear.record["uses"] for step in use["unmet_steps"]} == {1.0}
    kept = asked.replace(uses=TABLES["uses"].with_columns(pl.col("demand_t") * 2))
    assert kept.record["uses"][1]["unmet_steps"] == asked.record["uses"][1]["unmet_steps"]
    assert asked.record == before
    with pytest.raises(cm.InvalidDataError, match="expected some of"):
        asked.replace(colours=None)


def test_steps_by_price_or_penalty():
    bare = {name: table for name, table in TABLES.items() if name != "unmet_steps"}
    priced = TABLES["uses"].with_columns(base_price_usd_per_t=pl.lit(100.0))
    steps = cm.SupplyNetwork.from_tables(**{**bare, "uses": priced}).record["uses"][0]["unmet_steps"]
    assert [step["penalty_usd_per_t"] for step in steps] == [150.0, 500.0, 2000.0]
    assert sum(step["width_share"] for step in steps) == pytest.approx(1.0, abs=1e-12)
    with pytest.raises(cm.InvalidDataError, match="`uses`, row 1, column `unmet_steps`") as error:
        cm.SupplyNetwork.from_tables(**bare)
    assert error.value.frame().height == 3


FAULTS: dict[str, tuple[str, Any, type[cm.CritminError], str]] = {
    "no column": ("arcs", TABLES["arcs"].drop("to"), cm.MissingColumnError, "`arcs` lacks `to`"),
    "typing": ("stocks", TABLES["stocks"].rename({"capacity_t": "capcity_t"}), cm.MissingColumnError,
               "did you mean `capacity_t`"),
    "text": ("stocks", TABLES["stocks"].with_columns(initial_t=pl.lit("1")), cm.MissingColumnError, "type String"),
    "no region": ("stocks", TABLES["stocks"].with_columns(region=pl.lit("D")), cm.InvalidDataError,
                  "`stocks`, row 1, column `region`: found D, expected one of `regions`: A, B, C"),
    "no route": ("bans", TABLES["bans"].with_columns(arc=pl.lit("A-D")), cm.InvalidDataError,
                 "`bans`, row 1, column `arc`"),
    "no use": ("substitutions", TABLES["substitutions"].with_columns(region=pl.lit("A")), cm.InvalidDataError,
               "row 1, column `form`: found lamps of refined in A"),
    "no period": ("bans", TABLES["bans"].with_columns(period=pl.lit("2031-01")), cm.InvalidDataError,
                  "`bans`, row 1, column `period`: found 2031-01"),
    "lost period": ("bans", TABLES["bans"].slice(0, 7), cm.InvalidDataError,
                    "row 5, column `period`: found no row of 2026-04"),
    "lost figure": ("uses", TABLES["uses"].with_columns(demand_t=pl.Series([3.0, None, 4.0])), cm.InvalidDataError,
                    "`uses`, row 2, column `demand_t`: found nothing"),
    "twice": ("uses", pl.concat([TABLES["uses"], TABLES["uses"].slice(1, 1)]), cm.InvalidDataError,
              "`uses`, row 4, column `id`: found radars B refined, expected each once"),
    "step of nobody": ("unmet_steps", TABLES["unmet_steps"].with_columns(use=pl.lit("cars")), cm.InvalidDataError,
                       "`unmet_steps`, row 1, column `use`"),
    "not finite": ("stocks", TABLES["stocks"].with_columns(initial_t=pl.lit(float("nan"))), cm.InvalidDataError,
                   "finite"),
    "no table": ("stocks", {"region": ["B"]}, cm.InvalidDataError, "Arrow PyCapsule"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_wrong_tables_are_told_with_their_place(name: str):
    part, table, kind, message = FAULTS[name]
    with pytest.raises(kind) as error:
        network(**{part: table})
    assert message in str(error.value)


def test_wrong_figures_are_refused_by_the_core():
    for part, change in (
        ("processes", {"recovery": pl.lit(1.5)}), ("stocks", {"initial_t": pl.lit(-1.0)}),
        ("unmet_steps", {"width_share": pl.lit(0.3)}),
    ):  # fmt: skip
        with pytest.raises(cm.InvalidDataError):
            network(**{part: TABLES[part].with_columns(**change)}).plan()
    for wrong in ("not json", "[]", '{"colours": []}'):
        with pytest.raises(cm.InvalidDataError):
            cm.SupplyNetwork.from_json(wrong)


def test_an_impossible_cover_names_its_conflict():
    with pytest.raises(cm.InfeasiblePlanError, match="no plan satisfies every requirement") as error:
        network().with_cover_days(4000).plan()
    assert error.value.conflicts
    assert error.value.missing
    assert pickle.loads(pickle.dumps(error.value)).conflicts == error.value.conflicts


def test_sweeps(found: cm.Resourcing):
    rows = found.sweep()
    assert rows["value"].to_list() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert rows["cost_usd"].is_sorted()
    assert rows["cost_usd"][0] == pytest.approx(found.plan.cost_usd, rel=1e-6)
    assert (rows["cost_usd"] - rows["cost_change_usd"] - found.base.cost_usd).abs().max() < 1e-3
    level = found.sweep("restriction_level", [0.0, 0.5, 1.0])
    assert level["cost_change_usd"][0] == pytest.approx(0.0, abs=1.0)
    assert level["shortfall_share"].is_sorted()
    told: list[tuple[int, int]] = []
    made = cm.resource(tight(), buyers=["B"])
    closed = made.sweep("restriction_level", [0.5, 1.0], progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]
    assert closed["form"].to_list() == ["refined"] * 2
    assert closed["cost_usd"].is_null().to_list() == [False, True]
    assert "no plan satisfies" in closed["reason"][1]
    with pytest.raises(cm.InvalidDataError, match="expected one of"):
        found.sweep("colour")  # type: ignore[arg-type]
    with pytest.raises(cm.InvalidDataError):
        found.sweep("enforcement", [2.0])


def test_a_sweep_of_cover_is_the_same_question_as_a_cover(found: cm.Resourcing):
    for days, row in zip((0.0, 20.0, 4000.0), found.sweep("cover_days", [0.0, 20.0, 4000.0]).to_dicts(), strict=True):
        asked = cm.resource(network(), buyers=["B", "C"], cover_days=days)
        assert row["cost_usd"] == pytest.approx(asked.plan.cost_usd, rel=1e-9)
        assert row["cost_change_usd"] == pytest.approx(asked.change.cost_usd, rel=1e-9)
        assert row["shortfall_t"] == pytest.approx(asked.shortfall(())["shortfall_t"][0], rel=1e-9)
    covered = cm.resource(network(), buyers=["B", "C"], cover_days=60.0)
    store = covered.network.record["stocks"][0]
    # B wants 4 t in 30 days.
    assert (store["initial_t"], store["capacity_t"], store["cover_days"]) == (8.0, 8.0, 60.0)
    again = covered.sweep("cover_days", [0.0])
    assert again["cost_usd"][0] == pytest.approx(found.plan.cost_usd, rel=1e-9), "the network before the cover"
    with pytest.raises(cm.InvalidDataError, match="no buyer has a store"):
        cm.resource(network(), buyers=["C"]).sweep("cover_days")


def test_a_sweep_of_cover_builds_the_reference_network_again(ban: cm.Scenario):
    answer = cm.resource(ban, commodities="gallium", period_months=3)
    rows = answer.sweep("cover_days", [0.0, 30.0, 180.0])
    assert rows["cost_usd"].null_count() == 0
    assert rows["reason"].null_count() == rows.height
    gallium = rows.filter(pl.col("form") == "gallium high-purity")["shortfall_t"].to_list()
    assert gallium[0] > gallium[1] > gallium[2] - 1e-9
    asked = cm.resource(ban, commodities="gallium", period_months=3, cover_days=30.0)
    held = rows.filter(pl.col("value") == 30.0)
    assert held["cost_usd"].unique().to_list() == pytest.approx([asked.plan.cost_usd], rel=1e-9)
    assert held["cost_change_usd"].unique().to_list() == pytest.approx([asked.change.cost_usd], rel=1e-9)
    assert held["shortfall_t"].to_list() == pytest.approx(asked.shortfall("form")["shortfall_t"].to_list(), abs=1e-9)
    again = asked.sweep("cover_days", [0.0])
    assert again["cost_usd"][0] == pytest.approx(answer.plan.cost_usd, rel=1e-9)
    assert pickle.loads(pickle.dumps(asked)).sweep("cover_days", [0.0]).equals(again)


def test_tonnes_of_two_metals_stay_apart():
    tin = pl.DataFrame({"id": ["smelt"], "region": ["A"], "input": [None], "output": ["tin"], "cost_usd_per_t": [5.0],
                        "recovery": [1.0], "capacity_t": [9.0]}, schema=TABLES["processes"].schema)  # fmt: skip
    route = pl.DataFrame({"id": ["tin"], "from": ["A"], "to": ["B"], "form": ["tin"], "via": [None],
                          "premium_usd_per_t": [0.0], "capacity_t": [3.0], "is_leak": [True]},
                         schema=TABLES["arcs"].schema)  # fmt: skip
    both = network(
        processes=pl.concat([TABLES["processes"], tin]), arcs=pl.concat([TABLES["arcs"], route]),
        uses=pl.concat([TABLES["uses"], pl.DataFrame(
            {"id": ["solder"], "region": ["B"], "form": ["tin"], "demand_t": [3.0]}, schema=TABLES["uses"].schema)]),
        unmet_steps=pl.concat([TABLES["unmet_steps"], pl.DataFrame(
            {"use": ["solder"], "region": ["B"], "form": ["tin"], "width_share": [1.0], "penalty_usd_per_t": [50.0]},
            schema=TABLES["unmet_steps"].schema)]),
    )  # fmt: skip
    rows = cm.resource(both, buyers=["B", "C"]).sweep("enforcement", [0.0, 1.0])
    assert rows.columns == ["parameter", "value", "form", "cost_usd", "cost_change_usd", "demand_t", "shortfall_t",
                            "shortfall_share", "reason"]  # fmt: skip
    assert rows.select("value", "form").rows() == [(0.0, "refined"), (0.0, "tin"), (1.0, "refined"), (1.0, "tin")]
    assert rows["demand_t"].to_list() == pytest.approx([32.0, 12.0] * 2)
    assert rows.filter(pl.col("form") == "tin")["shortfall_t"].to_list() == pytest.approx([0.0, 12.0], abs=1e-4)
    assert (rows.group_by("value").agg(pl.col("cost_usd").n_unique())["cost_usd"] == 1).all(), "one cost of a plan"


def test_everything_is_written(found: cm.Resourcing, tmp_path: Path):
    files = {each.name for each in found.write(tmp_path / "all", formats=["parquet", "csv", "json"])}
    assert {"uses.parquet", "change_flows.csv", "bottleneck.csv", "inputs.csv", "network.json", "provenance.json",
            "resourcing.json"} <= files  # fmt: skip
    kept = cm.SupplyNetwork.from_json((tmp_path / "all" / "network.json").read_text(encoding="utf-8"))
    assert kept == found.network
    about = json.loads((tmp_path / "all" / "provenance.json").read_text(encoding="utf-8"))
    assert about["plan"]["network"] == found.network.fingerprint
    assert set(about["plan"]["certificate"]) >= {"primal", "dual", "gap"}
    assert pl.read_csv(tmp_path / "all" / "uses.csv").height == found.plan.uses.height
    assert {each.name for each in found.plan.write(tmp_path / "plan")} >= {"uses.parquet", "network.json"}
    with pytest.raises(cm.InvalidDataError, match="formats"):
        found.write(tmp_path, formats=["xlsx"])


def test_what_cannot_be_asked_is_refused(found: cm.Resourcing):
    with pytest.raises(cm.InvalidDataError, match="expected a `Scenario`, a `SupplyNetwork` or the name"):
        cm.resource(3)  # type: ignore[arg-type]
    with pytest.raises(cm.UnknownCommodityError):
        cm.resource("unobtainium")
    with pytest.raises(cm.InvalidDataError, match="`months`, `rivals` means nothing for a network of your own"):
        cm.resource(network(), months=12, rivals=False)
    with pytest.raises(cm.UnknownNameError, match="none of the buyers"):
        cm.resource(network(), buyers="DEU")
    with pytest.raises(cm.InvalidDataError, match="expected a `Plan`"):
        found.plan.compare(found)  # type: ignore[arg-type]
    assert cm.resource(network()).buyers == ["B", "C"], "no buyer is named: every region with a use"


def test_a_scenario_of_the_reference_data(ban: cm.Scenario):
    answer = cm.resource(ban, commodities="gallium", months=6)
    assert answer.scenario is ban
    assert set(answer.buyers) <= {"AUS", "IND", "JPN", "USA"}
    assert answer.plan.cost_usd >= answer.base.cost_usd * (1 - 1e-6)
    assert len(answer.plan.periods) == 6
    assert answer.inputs["grade"].null_count() == 0
    assert "Inputs by grade" in answer.summary()
    peace = cm.resource("gallium", months=6)
    assert peace.plan is peace.base
    assert peace.change.cost_usd == 0
    assert "Against the base" not in peace.summary()


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["resource", *arguments])


def printed(*arguments: str) -> str:
    result = invoke(*arguments)
    assert result.exit_code == 0, result.output
    assert max(len(line) for line in result.stdout.splitlines()) <= 80 or "--json" in arguments
    return result.stdout


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = tmp_path_factory.mktemp("network") / "net.json"
    place.write_text(network().to_json(), encoding="utf-8")
    return str(place)


def test_the_command_prints_the_answer(file: str):
    text = " ".join(printed("--network", file, "--sweep", "cover_days").split())
    for part in (
        "A tiny network", "Buyers: B and C", "Who is short", "lamps", "First shortfall", "Price of the last tonne",
        "Bottleneck first", "leak of A-X-B (refined, B)", "Against the base: cost +",
        "Cost and shortfall by cover days", "buyers' shortfall", "refined",
    ):  # fmt: skip
        assert part in text, part


def test_the_command_tells_where_no_plan_is_possible(tmp_path: Path):
    place = tmp_path / "tight.json"
    place.write_text(tight().to_json(), encoding="utf-8")
    text = " ".join(printed("--network", str(place), "--buyers", "B", "--sweep", "restriction_level").split())
    assert "No plan at 1" in text
    assert "n/a" in text


def test_what_a_solver_leaves_of_a_zero_is_not_told(found: cm.Resourcing):
    for text in (found.summary(), found.base.summary(), found.change.summary()):
        assert not re.search(r"\de-\d", text.split("Optimum proven")[0]), text
    same = found.plan.compare(found.plan)
    assert "cost 0 USD" in repr(same)


def test_the_command_writes_files(file: str, tmp_path: Path):
    arguments = ("--sweep", "enforcement", "--plots", str(tmp_path / "plots"), "--csv", str(tmp_path / "csv"))
    printed("--network", file, *arguments, "--save-network", str(tmp_path / "net.json"), "--enforcement", "0.5")
    assert {each.name for each in (tmp_path / "plots").iterdir()} == {
        "flows.svg", "parameter.svg", "prices.svg", "rents.svg", "shortfall.svg",
    }  # fmt: skip
    kept = cm.SupplyNetwork.from_json((tmp_path / "net.json").read_text(encoding="utf-8"))
    assert kept == network().with_enforcement(0.5)
    assert (tmp_path / "csv" / "change_uses.csv").is_file()


def test_the_command_prints_json(file: str, found: cm.Resourcing):
    record: Mapping[str, Any] = json.loads(printed("--network", file, "--sweep", "enforcement", "--json"))
    assert set(record) >= {"plan", "base", "network", "buyers", "inputs", "warnings", "sweep"}
    assert record["plan"]["cost_usd"] == pytest.approx(found.plan.cost_usd)
    assert len(record["sweep"]) == 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "expected a scenario file or a commodity"),
        (("gallium", "--network", "{file}"), "found both"),
        (("unobtainium",), "unobtainium"),
        (("absent.toml",), "absent.toml"),
        (("--network", "absent.json"), "cannot open"),
        (("gallium", "--bloc-cap", "JPN=0.5"), "expected REGION:BLOC=SHARE"),
        (("--network", "{file}", "--months", "12"), "means nothing for a network of your own"),
        (("--network", "{impossible}"), "no plan satisfies every requirement"),
        (("--network", "{file}", "--enforcement", "2"), "enforcement"),
    ],
)
def test_a_mistake_is_one_message(arguments: tuple[str, ...], message: str, file: str, tmp_path: Path):
    impossible = tmp_path / "impossible.json"
    impossible.write_text(tight().with_restriction_level(1.0).to_json(), encoding="utf-8")
    result = invoke(*(each.format(file=file, impossible=impossible) for each in arguments))
    assert result.exit_code == 2, result.output
    assert message in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr
