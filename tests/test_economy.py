"""The economy stage: figures of the tables, an independent route to every optimum, laws of the cost, draws and sweeps.

The figures of `reference/economy` are not part of the repository. Without them those tests are skipped with a reason;
under CI they fail. Everything else stands on the reference dataset and on a table of three industries.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import critmin as cm
import numpy as np
import polars as pl
import pytest

RULES = {
    "min_deviation_qp": "minimum_deviation",
    "optimal_allocation_lp": "optimal_allocation",
    "bottleneck_first_order": "proportional",
    "bottleneck_all_orders": "strict_bottleneck",
}
OPTIMISING = ("minimum_deviation", "optimal_allocation")
# Economic industries held at their base by default, and commodities whose final demand is.
PINNED = (("S00102", "S00201"), ("S00300", "S00401", "S00402", "S00900"))
CHIPS, OPTICS = "334413", "333314"
YEARS = (2012, 2017)
SHARES = {"low": pl.Float64, "high": pl.Float64}


@pytest.fixture(scope="module")
def folder(repository: Path) -> Path:
    shared = Path(os.environ.get("CRITMIN_SHARED", repository.parent / "shared"))
    found = shared / "reference" / "economy"
    if not found.is_dir():
        assert "CI" not in os.environ, f"no reference figures in {found}: set CRITMIN_SHARED"
        pytest.skip(f"no reference figures in {found}: set CRITMIN_SHARED to the folder that holds them")
    return found


def read(folder: Path, name: str) -> list[dict[str, Any]]:
    rows = pl.read_csv(folder / name, schema_overrides={"code": pl.String, "industry": pl.String}).to_dicts()
    assert rows, name
    return rows


@functools.cache
def economy(
    year: int = 2017,
    rationing: str = "minimum_deviation",
    *,
    pinned: bool = True,
    **options: Any,  # noqa: ANN401
) -> cm.Economy:
    held = {} if pinned else {"pinned_industries": (), "pinned_commodities": ()}
    return cm.Economy(cm.EconomyOptions(benchmark_year=year, rationing=rationing, **held, **options))


# --- the tables, read here with numpy alone ---------------------------------------------------------------------------


@dataclass
class Table:
    """A benchmark as arrays: nothing of it comes from the economy stage."""

    industries: dict[str, int]
    commodities: dict[str, int]
    use: np.ndarray
    make: np.ndarray
    final_demand: np.ndarray
    exports: np.ndarray
    imports: np.ndarray
    value_added: np.ndarray
    total_value_added: np.ndarray

    @property
    def output(self) -> np.ndarray:
        """Output of each industry."""
        return self.make.sum(axis=1)

    @property
    def excess(self) -> np.ndarray:
        """Use less make of each commodity per unit of each industry's output."""
        return (self.use - self.make.T) / self.output


@functools.cache
def table(year: int) -> Table:
    text = pl.col(pl.Categorical).cast(pl.String)
    cells = cm.reference().table("io_cells").with_columns(text).filter(benchmark_year=year, redefinitions="after")
    codes = cm.reference().table("io_codes").with_columns(text).filter(benchmark_year=year).sort("position")
    of = {
        kind: {code: at for at, code in enumerate(codes.filter(kind=kind)["code"])} for kind in codes["kind"].unique()
    }
    industries, commodities = of["industry"], of["commodity"]

    def matrix(kind: str, rows: dict[str, int], columns: dict[str, int]) -> np.ndarray:
        filled = np.zeros((len(rows), len(columns)))
        names = ("row_code", "column_code", "value_million_usd")
        for row, column, value in cells.filter(table=kind).select(names).iter_rows():
            if row in rows and column in columns:
                filled[rows[row], columns[column]] += value
        return filled

    final = matrix("use", commodities, of["final_demand"])
    imports, exports = (final[:, of["final_demand"][code]] for code in ("F05000", "F04000"))
    return Table(
        industries=industries,
        commodities=commodities,
        use=matrix("use", commodities, industries),
        make=matrix("make", industries, commodities),
        final_demand=final.sum(axis=1) - imports,
        exports=exports,
        imports=-imports,
        value_added=matrix("use", of["value_added"], industries).sum(axis=0),
        total_value_added=matrix("use", {"T006": 0}, industries)[0],
    )


@pytest.mark.parametrize("year", YEARS)
def test_the_tables_are_the_published_ones(folder: Path, year: int):
    rows = [row for row in read(folder, "bea_fixtures.csv") if row["benchmark_year"] == year]
    assert len(rows) > 15
    ours = cm.Economy(cm.EconomyOptions(benchmark_year=year))
    industries, commodities = ours.industries, ours.commodities
    own = table(year)
    chips_row = own.use[own.commodities[CHIPS]]

    def by(frame: pl.DataFrame, key: str, column: str, code: str) -> float:
        return float(frame.filter(pl.col(key) == code)[column].item())

    found = {
        "gross_output": lambda _: ours.about["gross_output"],
        "n_industries": lambda _: industries.height,
        "industry_output": lambda code: by(industries, "industry", "output", code),
        "commodity_output": lambda code: by(commodities, "commodity", "output", code),
        "imports": lambda code: by(commodities, "commodity", "imports", code),
        "negative_imports": lambda code: by(commodities, "commodity", "imports", code),
        "max_commodity_balance_error": lambda _: commodities["residual"].abs().max(),
        # What the object does not tell comes from the cells that it was made of.
        "exports": lambda code: own.exports[own.commodities[code]],
        "intermediate_use": lambda code: own.use[own.commodities[code]].sum(),
        "intermediate_use_by_424200": lambda _: chips_row[own.industries["424200"]],
        "share_of_intermediate_use_by_424200": lambda _: chips_row[own.industries["424200"]] / chips_row.sum(),
        "n_negative_use_cells": lambda _: (own.use < 0).sum(),
        "nonzero_use_cells": lambda _: (own.use != 0).sum(),
        "nonzero_make_cells": lambda _: (own.make != 0).sum(),
        # The printed total of value added; the economy sums its three components: see the next test.
        "gdp": lambda _: own.total_value_added.sum(),
        "max_industry_balance_error": lambda _: np.abs(own.output - own.use.sum(axis=0) - own.total_value_added).max(),
        "value_added": lambda code: own.total_value_added[own.industries[code]],
        # Scrap and used goods, which final demand supplies: without imports, as everywhere here.
        "final_demand": lambda code: by(commodities, "commodity", "final_demand", code),
    }
    for row in rows:
        value = float(found[row["quantity"]](row["code"]))
        assert value == pytest.approx(row["value"], abs=1e-9), row


@pytest.mark.parametrize("year", YEARS)
def test_value_added_sums_to_the_printed_total_within_the_rounding_of_three_components(year: int):
    about, own = economy(year).about, table(year)
    assert about["gdp"] == pytest.approx(own.value_added.sum(), abs=1e-6)
    assert abs(about["gdp"] - own.total_value_added.sum()) <= 20
    assert np.abs(own.value_added - own.total_value_added).max() <= 2
    residual = own.use.sum(axis=0) + own.value_added - own.output
    np.testing.assert_allclose(np.abs(economy(year).industries["residual"]), np.abs(residual), atol=1e-6)


# --- the rules beside an earlier prototype ----------------------------------------------------------------------------


def coarse(row: dict[str, Any]) -> bool:
    """Rows in which the prototype's tolerance (or the rounding of the base) is larger than what is compared.

    At zero shock it returned up to -0.057 billion USD, and at its finer tolerance -0.0037. Our own optima of these rows
    are proven below, by a route that knows neither.
    """
    option = row["option"]
    is_linear = row["rationing_rule"] == "optimal_allocation_lp"
    is_small = row["rationing_rule"] == "min_deviation_qp" and row["industry"] == OPTICS
    return is_linear or is_small or "defect" in option or "ceilings" in option or option.endswith("by 0.2")


def options_of(row: dict[str, Any]) -> dict[str, Any]:
    if "imports may rise by" in row["option"]:
        return {"import_flexibility": float(row["option"].split()[-1])}
    return {"utilisation": 1 / 1.2} if "ceilings" in row["option"] else {}


def prototype_rows(folder: Path) -> list[dict[str, Any]]:
    return read(folder, "io_prototype_results.csv")


def allocated(row: dict[str, Any]) -> cm.Allocation:
    ours = economy(row["benchmark_year"], RULES[row["rationing_rule"]], pinned=False, **options_of(row))
    return ours.cut(dict.fromkeys(row["industry"].split("+"), row["output_cut"]))


def test_the_rules_give_what_the_prototype_gave(folder: Path):
    rows = [row for row in prototype_rows(folder) if not coarse(row)]
    assert len(rows) == 22
    for row in rows:
        found = allocated(row)
        # The prototype's value added is the printed total, ours the sum of its components: some 1e-6 of a GDP loss.
        pairs = {
            "gross_output_change_busd": found.gross_output_change,
            "gdp_change_busd": found.gdp_change,
        }
        for name, value in pairs.items():
            if row[name] is not None:
                assert value / 1000 == pytest.approx(row[name], abs=1e-3, rel=1e-6), (row, name)


def test_zero_shock_is_exactly_zero_where_the_prototype_was_not(folder: Path):
    rows = [row for row in prototype_rows(folder) if row["output_cut"] == 0]
    assert len(rows) == 6
    for row in rows:
        found = allocated(row)
        assert (found.gdp_change, found.gross_output_change) == (0.0, 0.0), row
        assert found.industries["output_change"].abs().max() == 0.0


def test_the_coarse_rows_differ_by_no_more_than_the_prototype_missed_the_base(folder: Path):
    rows = [row for row in prototype_rows(folder) if coarse(row) and row["output_cut"] > 0]
    assert len(rows) == 10
    for row in rows:
        assert allocated(row).gdp_change / 1000 == pytest.approx(row["gdp_change_busd"], abs=0.0573), row


def test_ours_of_the_coarse_rows_stay_what_they_are():
    ours = {
        (2017, "utilisation", CHIPS): -6.8885, (2012, "utilisation", CHIPS): -6.3731,
        (2017, "", OPTICS): -0.20936, (2012, "", OPTICS): -0.25752,
    }  # fmt: skip
    for (year, option, industry), wanted in ours.items():
        options = {"utilisation": 1 / 1.2} if option else {}
        found = economy(year, pinned=False, **options).cut({industry: 0.1})
        assert found.gdp_change / 1000 == pytest.approx(wanted, abs=5e-5)
        prove_least_deviation(table(year), found, {industry: 0.1}, headroom=0.2 if option else 0.0)


# --- an independent proof of every optimum: the conditions of Karush, Kuhn and Tucker ---------------------------------


def bounds(
    own: Table, cuts: dict[str, float], *, headroom: float = 0.0, pinned: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    upper, lower = headroom * own.output, -own.output
    for industry, cut in cuts.items():
        at = own.industries[industry]
        upper[at] = -cut * own.output[at]
    for industry in PINNED[0] if pinned else ():
        upper[own.industries[industry]] = lower[own.industries[industry]] = 0.0
    return lower, upper


def held(own: Table, *, pinned: bool) -> np.ndarray:
    """Commodities whose final demand stays: no demand, or a supply, or pinned."""
    stays = own.final_demand <= 0
    for commodity in PINNED[1] if pinned else ():
        stays[own.commodities[commodity]] = True
    return stays


def close_multipliers(
    own: Table, gradient: np.ndarray, known: np.ndarray, unknown: np.ndarray, at: np.ndarray
) -> np.ndarray:
    """Fill the multipliers of some balances so that every free industry is stationary.

    An industry that stands at its upper bound by chance counts as free as soon as it would rather rise.
    """
    multipliers, is_free = known.copy(), at == 0
    for _ in range(20):
        slope = gradient + own.excess.T @ np.where(unknown, 0.0, multipliers)
        if unknown.any():
            equations = own.excess[np.ix_(unknown, is_free)].T
            multipliers[unknown] = np.linalg.lstsq(equations, -slope[is_free], rcond=None)[0]
        slope = gradient + own.excess.T @ multipliers
        would_rise = ~is_free & (at == 1) & (slope > 1e-11)
        if not would_rise.any():
            break
        is_free |= would_rise
    return multipliers


def positions(change: np.ndarray, lower: np.ndarray, upper: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """0 between the bounds, 1 at the upper, -1 at the lower, 2 where both are the same."""
    at_upper, at_lower = upper - change <= 1e-9 * scale, change - lower <= 1e-9 * scale
    return np.where(at_upper & at_lower, 2, np.where(at_upper, 1, np.where(at_lower, -1, 0)))


def prove_least_deviation(
    own: Table,
    found: cm.Allocation,
    cuts: dict[str, float],
    *,
    flexibility: float = 0.0,
    headroom: float = 0.0,
    pinned: bool = False,
) -> None:
    """Prove that `found` minimises sum (x - x0)^2/x0 + sum (y - y0)^2/y0; the problem is convex, so this suffices."""
    change = found.industries["output_change"].to_numpy()
    relief = found.commodities["final_demand_change"].to_numpy()
    lower, upper = bounds(own, cuts, headroom=headroom, pinned=pinned)
    stays, demand = held(own, pinned=pinned), np.maximum(own.final_demand, 0.0)
    room = flexibility * np.maximum(own.imports, 0.0)
    # Primal feasibility, to a millionth of a million USD.
    slack = room - own.excess @ change - relief
    assert slack.min() > -1e-6
    assert (change <= upper + 1e-6).all()
    assert (lower - 1e-6 <= change).all()
    assert (-demand - 1e-6 <= relief).all()
    assert (relief <= 1e-6).all()
    assert np.abs(relief[stays]).max(initial=0.0) < 1e-9
    # The multiplier of a balance follows from its final demand, except where that cannot move.
    at_end = ~stays & (relief <= -demand * (1 - 1e-9))
    safe = np.where(stays, 1.0, own.final_demand)
    known = np.where(stays | at_end, 0.0, -2 * relief / safe)
    unknown = (stays & (slack < 1e-5)) | at_end
    at = positions(change, lower, upper, own.output)
    gradient = 2 * change / own.output
    multipliers = close_multipliers(own, gradient, known, unknown, at)
    slope = gradient + own.excess.T @ multipliers
    # Stationarity, sign of the multipliers, complementary slackness.
    assert np.abs(slope[at == 0]).max(initial=0.0) < 1e-10
    assert slope[at == 1].max(initial=-1.0) < 1e-10
    assert slope[at == -1].min(initial=1.0) > -1e-10
    assert multipliers.min() > -1e-10
    assert (multipliers[at_end] >= 2 - 1e-8).all()
    assert np.abs(multipliers * slack).max() < 1e-4 * max(1.0, multipliers.max())


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("pins", ["default", "none"])
@pytest.mark.parametrize(
    ("cuts", "options"),
    [
        ({CHIPS: 0.1}, {}),
        ({CHIPS: 0.1}, {"flexibility": 0.1}),
        ({CHIPS: 0.1}, {"flexibility": 0.2}),
        ({CHIPS: 0.1}, {"headroom": 0.2}),
        ({OPTICS: 0.1}, {}),
        ({CHIPS: 0.1, OPTICS: 0.1}, {}),
        ({CHIPS: 0.9}, {}),
        ({"331110": 0.5}, {"flexibility": 0.05}),
    ],
)
def test_minimum_deviation_is_proven_without_our_solver(
    year: int,
    pins: str,
    cuts: dict[str, float],
    options: dict[str, float],
):
    chosen, pinned = {}, pins == "default"
    if "flexibility" in options:
        chosen["import_flexibility"] = options["flexibility"]
    if "headroom" in options:
        chosen["utilisation"] = 1 / (1 + options["headroom"])
    found = economy(year, pinned=pinned, **chosen).cut(cuts)
    prove_least_deviation(table(year), found, cuts, pinned=pinned, **options)


@pytest.mark.parametrize("year", YEARS)
def test_a_wrong_answer_is_not_proven(year: int):
    found = economy(year).cut({CHIPS: 0.1})
    moved = found.industries.with_columns(pl.col("output_change") * 1.01)
    wrong = cm.Allocation(industries=moved, commodities=found.commodities, record=found.record)
    with pytest.raises(AssertionError):
        prove_least_deviation(table(year), wrong, {CHIPS: 0.1}, pinned=True)


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("cuts", [{CHIPS: 0.1}, {CHIPS: 0.3}, {CHIPS: 0.9}, {"331110": 0.5}])
def test_optimal_allocation_is_proven_without_our_solver(year: int, cuts: dict[str, float]):
    own, found = table(year), economy(year, "optimal_allocation").cut(cuts)
    change = found.industries["output_change"].to_numpy()
    lower, upper = bounds(own, cuts, pinned=True)
    room = np.where(held(own, pinned=True), 0.0, np.maximum(own.final_demand, 0.0))
    slack = room - own.excess @ change
    assert slack.min() > -1e-4
    assert (change <= upper + 1e-6 * own.output).all()
    assert (lower - 1e-6 * own.output <= change).all()
    # Any multipliers of at least zero bound the objective from above (weak duality); ours meet the bound.
    at = positions(change, lower, upper, own.output)
    tight = slack < 1e-5 * np.maximum(own.output[0], 1.0)
    zero = np.zeros(len(own.commodities))
    multipliers = np.maximum(close_multipliers(own, -np.ones(len(change)), zero, tight, at), 0.0)
    slope = 1.0 - own.excess.T @ multipliers
    bound = multipliers @ room + np.where(slope > 0, slope * upper, slope * lower).sum()
    assert found.gross_output_change <= bound + 1e-3
    assert found.gross_output_change == pytest.approx(bound, rel=1e-6)


def test_optimal_allocation_of_chips_takes_the_direct_loss_alone():
    # 30 % of chips can be taken from exports and final demand: no other industry need fall, which nothing can beat.
    for year in YEARS:
        own = table(year)
        for cut in (0.1, 0.3):
            found = economy(year, "optimal_allocation").cut({CHIPS: cut})
            assert found.gross_output_change == pytest.approx(-cut * own.output[own.industries[CHIPS]], rel=1e-9)


# --- the two bottlenecks, again with numpy alone ----------------------------------------------------------------------


def availability(own: Table, remaining: np.ndarray) -> np.ndarray:
    imports = np.maximum(own.imports, 0.0)
    before = own.make.sum(axis=0) + imports
    after = remaining @ own.make + imports
    return np.where(before > 0, np.clip(after / np.where(before > 0, before, 1.0), 0.0, 1.0), 1.0)


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("cut", [0.1, 0.3])
def test_bottlenecks_by_hand(year: int, cut: float):
    own = table(year)
    first = np.ones(len(own.industries))
    first[own.industries[CHIPS]] -= cut
    left = availability(own, first)
    users = own.use[own.commodities[CHIPS]] > 0
    direct = np.where(users, np.minimum(first, left[own.commodities[CHIPS]]), first)
    found = economy(year, "proportional", pinned=False).cut({CHIPS: cut}).industries["output_change"].to_numpy()
    np.testing.assert_allclose(found, (direct - 1) * own.output, rtol=1e-9, atol=1e-6)
    remaining, uses = first.copy(), own.use > 0
    for _ in range(20_000):
        scarce = np.where(uses, availability(own, remaining)[:, None], 1.0).min(axis=0)
        step = np.minimum(first, scarce)
        settled, remaining = np.abs(step - remaining).max() < 1e-12, step
        if settled:
            break
    found = economy(year, "strict_bottleneck", pinned=False).cut({CHIPS: cut}).industries["output_change"].to_numpy()
    np.testing.assert_allclose(found, (remaining - 1) * own.output, rtol=1e-6, atol=1e-3)


# --- the classic questions, by inversion ------------------------------------------------------------------------------


@pytest.mark.parametrize("imports", ["imports_separated", "imports_included"])
def test_leontief_ghosh_and_extraction_by_inversion(imports: Any):  # noqa: ANN401
    own, ours = table(2017), economy(2017)
    made = own.make.sum(axis=0)
    supply = np.where(made > 0, made, 1.0)
    share = np.where(made > 0, own.make / supply, 0.0)
    domestic = np.ones(len(made))
    if imports == "imports_separated":
        arrived = np.maximum(own.imports, 0.0)
        domestic = np.where(arrived > 0, made / np.where(made + arrived > 0, made + arrived, 1.0), 1.0)
    inputs = (share * domestic) @ (own.use / own.output)
    inverse = np.linalg.inv(np.eye(len(own.industries)) - inputs)
    wanted = (share * domestic) @ own.final_demand
    added = own.value_added / own.output
    found = ours.multipliers(imports=imports)
    np.testing.assert_allclose(found["output"], inverse.sum(axis=0), rtol=1e-9)
    np.testing.assert_allclose(found["value_added"], added @ inverse, rtol=1e-9)
    allocated_by = inputs * own.output / own.output[:, None]
    forward = np.linalg.inv(np.eye(len(own.industries)) - allocated_by)
    np.testing.assert_allclose(found["forward"], forward.sum(axis=1), rtol=1e-9)
    np.testing.assert_allclose(ours.leontief(imports=imports)["output"], inverse @ wanted, rtol=1e-9)
    np.testing.assert_allclose(ours.ghosh(imports=imports)["output"], own.value_added @ forward, rtol=1e-9)
    radius = np.abs(np.linalg.eigvals(inputs)).max()
    assert ours.spectral_radius(imports=imports) == pytest.approx(radius, rel=1e-8)
    at = own.industries[CHIPS]
    without, rest = inputs.copy(), wanted.copy()
    without[at] = without[:, at] = rest[at] = 0.0
    lost = np.linalg.inv(np.eye(len(rest)) - without) @ rest - inverse @ wanted
    row = ours.extraction(CHIPS, imports=imports).row(0, named=True)
    assert row["output_change"] == pytest.approx(lost.sum(), rel=1e-9)
    assert row["output_change_of_others"] == pytest.approx(lost.sum() - lost[at], rel=1e-9)
    assert row["gdp_change"] == pytest.approx(added @ lost, rel=1e-9)


# --- three industries -------------------------------------------------------------------------------------------------


def toy_frames(uses: dict[tuple[str, str], float] | None = None) -> dict[str, pl.DataFrame]:
    """Chips, machines and the rest: cells and codes in the columns of the reference tables."""
    names = ["chips", "machines", "rest"]
    use = [[10.0, 30.0, 10.0], [5.0, 20.0, 25.0], [15.0, 50.0, 100.0]]
    cells = [("use", row, column, use[i][j]) for i, row in enumerate(names) for j, column in enumerate(names)]
    cells += [("use", name, "F01000", value) for name, value in zip(names, (50.0, 150.0, 335.0), strict=True)]
    cells += [("use", "V00100", name, value) for name, value in zip(names, (70.0, 100.0, 365.0), strict=True)]
    cells += [("make", name, name, value) for name, value in zip(names, (100.0, 200.0, 500.0), strict=True)]
    cells = [(kind, row, column, (uses or {}).get((row, column), value)) for kind, row, column, value in cells]
    return frames(cells, names, names)


def frames(
    cells: list[tuple[str, str, str, float]], industries: list[str], commodities: list[str]
) -> dict[str, pl.DataFrame]:
    """Write cells in the columns of the reference tables."""
    codes = [("industry", code, at) for at, code in enumerate(industries)]
    codes += [("commodity", code, at) for at, code in enumerate(commodities)]
    codes += [("final_demand", "F01000", 0), ("final_demand", "F05000", 1), ("value_added", "V00100", 0)]
    columns = ["row_code", "column_code", "value_million_usd"]
    return {
        "cells": pl.DataFrame(
            [(2020, kind, "after", row, column, float(value), "toy") for kind, row, column, value in cells],
            schema=["benchmark_year", "table", "redefinitions", *columns, "source_id"],
            orient="row",
        ),
        "codes": pl.DataFrame(
            [(2020, kind, code, code, place, "toy") for kind, code, place in codes],
            schema=["benchmark_year", "kind", "code", "name", "position", "source_id"],
            orient="row",
        ),
    }


def random_table(seed: int) -> tuple[Table, dict[str, pl.DataFrame]]:
    """Draw a balanced table: by-products, imports, supplies from final demand, a good that nobody makes."""
    random = np.random.default_rng(seed)
    n = int(random.integers(2, 9))
    n_commodities = n + int(random.integers(0, 2))
    make = np.zeros((n, n_commodities))
    make[:, :n] = np.diag(random.uniform(50, 500, n))
    make += (random.random((n, n_commodities)) < 0.2) * random.uniform(0, 40, (n, n_commodities))
    if n < n_commodities and random.random() < 0.5:
        make[:, n] = 0.0
    output = make.sum(axis=1)
    use = (random.random((n_commodities, n)) < 0.6) * random.uniform(0, 1, (n_commodities, n))
    use *= random.uniform(0.2, 0.8, n) * output / np.maximum(use.sum(axis=0), 1e-9)
    imports = (random.random(n_commodities) < 0.6) * random.uniform(0, 60, n_commodities)
    demand, added = make.sum(axis=0) + imports - use.sum(axis=1), output - use.sum(axis=0)
    industries, commodities = [f"i{at}" for at in range(n)], [f"c{at}" for at in range(n_commodities)]
    cells = [
        ("use", row, column, use[i, j]) for i, row in enumerate(commodities) for j, column in enumerate(industries)
    ]
    cells += [
        ("make", row, column, make[i, j]) for i, row in enumerate(industries) for j, column in enumerate(commodities)
    ]
    cells += [("use", row, "F01000", value) for row, value in zip(commodities, demand, strict=True)]
    cells += [("use", row, "F05000", -value) for row, value in zip(commodities, imports, strict=True)]
    cells += [("use", "V00100", column, value) for column, value in zip(industries, added, strict=True)]
    own = Table(
        industries={code: at for at, code in enumerate(industries)},
        commodities={code: at for at, code in enumerate(commodities)},
        use=use,
        make=make,
        final_demand=demand,
        exports=0 * demand,
        imports=imports,
        value_added=added,
        total_value_added=added,
    )
    return own, frames(cells, industries, commodities)


@pytest.mark.parametrize("seed", range(60))
def test_random_tables_are_proven_and_keep_their_order(seed: int):
    own, given = random_table(seed)
    random = np.random.default_rng(1000 + seed)
    flexibility, utilisation = float(random.choice([0.0, 0.1, 0.5])), float(random.choice([1.0, 0.8]))
    hit = random.choice(list(own.industries), int(random.integers(1, len(own.industries) + 1)), replace=False)
    cuts = {str(code): float(random.uniform(0.01, 1.0)) for code in hit}
    losses = {}
    for rule in RULES.values():
        options = cm.EconomyOptions(rationing=rule, import_flexibility=flexibility, utilisation=utilisation)
        found = cm.Economy.from_tables(**given, year=2020, options=options).cut(cuts)
        losses[rule] = -found.gross_output_change
        if rule == "minimum_deviation":
            headroom = 1 / utilisation - 1
            prove_least_deviation(own, found, cuts, flexibility=flexibility, headroom=headroom)
    assert losses["optimal_allocation"] <= losses["minimum_deviation"] + 1e-6
    assert losses["proportional"] <= losses["strict_bottleneck"] + 1e-6


def toy(rationing: str) -> cm.Economy:
    chosen = cm.EconomyOptions(rationing=rationing)
    return cm.Economy.from_tables(**toy_frames(), year=2020, options=chosen)


def test_the_toy_table_is_that_of_the_note(folder: Path):
    rows = {row["row"]: row for row in read(folder, "toy_io_table.csv")}
    names = ["chips", "machines", "rest"]
    cells = {(row, column): value for row, column, value in toy_frames()["cells"].select(
        "row_code", "column_code", "value_million_usd"
    ).filter(toy_frames()["cells"]["table"] == "use").iter_rows()}  # fmt: skip
    for name in names:
        assert [cells[name, column] for column in names] == [rows[name][column] for column in names]
        assert cells[name, "F01000"] == rows[name]["final_demand"]
        assert cells["V00100", name] == rows["value_added"][name]


def test_the_toy_solutions_to_twelve_digits(folder: Path):
    rows = read(folder, "toy_io_solutions.csv")
    assert len(rows) == 12
    for row in rows:
        rule = RULES[row["rationing_rule"]]
        found = toy(rule).cut({"chips": row["chips_output_cut"]})
        # The linear programme is solved by simplex, to its tolerance.
        room = 1e-7 if rule == "optimal_allocation" else 2e-12 * max(1.0, abs(row["gdp_change"]))
        wanted = [row[f"dx_{name}"] for name in ("chips", "machines", "rest")]
        assert found.industries["output_change"].to_list() == pytest.approx(wanted, abs=room)
        assert found.gross_output_change == pytest.approx(row["gross_output_change"], abs=room)
        assert found.gdp_change == pytest.approx(row["gdp_change"], abs=room)
        if row["dy_chips"] is not None:
            demand = [row[f"dy_{name}"] for name in ("chips", "machines", "rest")]
            assert found.commodities["final_demand_change"].to_list() == pytest.approx(demand, abs=room)
        else:
            assert found.commodities.is_empty()


# --- laws of the allocation -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES.values())
@pytest.mark.parametrize("year", YEARS)
def test_nothing_cut_is_nothing_changed(rule: str, year: int):
    still = economy(year, rule).cut({})
    assert (still.gdp_change, still.gross_output_change) == (0.0, 0.0)
    assert economy(year, rule).cut({CHIPS: 0.0}).gdp_change == 0.0


@pytest.mark.parametrize("cuts", [{CHIPS: 0.1}, {OPTICS: 0.4}, {CHIPS: 0.05, OPTICS: 0.2}])
def test_the_answer_grows_with_the_cut_in_proportion(cuts: dict[str, float]):
    base = economy().cut(cuts)
    assert base.gdp_change < 0
    for factor in (0.1, 0.5, 2.0):
        larger = economy().cut({code: factor * cut for code, cut in cuts.items()})
        assert larger.gdp_change == pytest.approx(factor * base.gdp_change, rel=1e-9)
        np.testing.assert_allclose(
            larger.industries["output_change"], factor * base.industries["output_change"], rtol=1e-7, atol=1e-6
        )


@pytest.mark.parametrize("cut", [0.05, 0.3, 0.8])
@pytest.mark.parametrize("year", YEARS)
def test_the_four_rules_stand_in_their_order(cut: float, year: int):
    order = ("optimal_allocation", "minimum_deviation", "proportional", "strict_bottleneck")
    losses = [-economy(year, rule).cut({CHIPS: cut}).gross_output_change for rule in order]
    assert losses == sorted(losses)
    assert losses[0] < losses[-1]


@pytest.mark.parametrize("rule", RULES.values())
def test_a_larger_cut_loses_no_less(rule: str):
    losses = [-economy(2017, rule).cut({CHIPS: cut}).gross_output_change for cut in (0.0, 0.01, 0.2, 0.5, 0.9)]
    assert losses == sorted(losses)


def test_more_imports_lose_no_more():
    objective = [
        -economy(import_flexibility=flexibility).cut({CHIPS: 0.1}).gross_output_change
        for flexibility in (0.0, 0.05, 0.1, 0.2, 1.0)
    ]
    assert objective == sorted(objective, reverse=True)
    own = table(2017)
    assert objective[-1] == pytest.approx(0.1 * own.output[own.industries[CHIPS]], rel=1e-9), "the direct loss is left"


@pytest.mark.parametrize("rule", OPTIMISING)
def test_an_optimum_carries_its_certificate(rule: str):
    for cuts in ({CHIPS: 0.1}, {CHIPS: 0.9}, {OPTICS: 0.01}, {CHIPS: 0.2, "331110": 0.3}):
        certificate = economy(2017, rule).cut(cuts).certificate
        assert certificate is not None
        assert {"primal", "dual", "gap"} <= set(certificate)
        assert max(abs(certificate[name]) for name in ("primal", "dual", "gap")) < 1e-6
    for other in ("proportional", "strict_bottleneck"):
        assert economy(2017, other).cut({CHIPS: 0.1}).certificate is None


def test_an_override_moves_the_use_and_keeps_the_balance():
    override = cm.UseOverride(commodity=CHIPS, industry="424200", value=72.0)
    kept = cm.Economy(cm.EconomyOptions(use_overrides=[override]))
    before, after = economy().commodities, kept.commodities
    moved = after["final_demand"] - before["final_demand"]
    assert moved.sum() == pytest.approx(22086 - 72, abs=1e-9)
    assert (after["residual"] - before["residual"]).abs().max() < 1e-6
    loss = kept.cut({CHIPS: 0.1})
    assert loss.gdp_change > economy().cut({CHIPS: 0.1}).gdp_change
    drugs = loss.industries.filter(pl.col("industry") == "424200")["output_change"].item()
    assert abs(drugs) < 0.1 * 50935 * 0.1, "the wholesalers of drugs are no longer the second loser"


# --- laws of the cost -------------------------------------------------------------------------------------------------


def scenario(
    commodities: str | list[str] = "gallium",
    level: float = 1.0,
    *,
    exporter: str = "CHN",
    destinations: str | list[str] = "all",
    options: cm.EconomyOptions | None = None,
    parameters: tuple[dict[str, Any], ...] = (),
    **market: Any,  # noqa: ANN401
) -> cm.Scenario:
    ban = cm.ExportRestriction(
        exporter=exporter,
        commodities=commodities,
        restriction_level=level,
        start="2024-01-01",
        destinations=destinations,
    )
    return cm.Scenario(
        id="test",
        title="A test",
        restrictions=[ban],
        market=cm.MarketOptions(**{"timing": "full_year", **market}),
        economy=options,
        parameters=parameters,
    )


def figure(
    name: str, country: str | None, value: float, commodity: str = "gallium", unit: str = "t/yr"
) -> dict[str, Any]:
    given = {"commodity": commodity, "parameter": name, "country": country, "value": value, "unit": unit}
    return {**given, "grade": "assumption", "source": "a test"}


def effect(cost: cm.Cost, name: str) -> float:
    values = cost.effects.filter(pl.col("effect") == name)["gdp_change_million_usd"]
    assert values.null_count() == 0
    assert values.len() > 0
    return float(values.sum())


@pytest.fixture(scope="module")
def both() -> cm.Cost:
    return cm.cost(scenario(["gallium", "germanium"]))


@pytest.mark.parametrize(
    "options",
    [
        {"rationing": "minimum_deviation"}, {"rationing": "proportional"},
        {"rationing": "strict_bottleneck"}, {"joint_cut": "maximum"}, {"import_flexibility": 0.1},
        {"utilisation": 0.8}, {"final_demand": "exports_may_fall"}, {"benchmark_year": 2012},
        {"pinned_industries": (), "pinned_commodities": ()}, {"price_incidence": 0.5},
    ],
)  # fmt: skip
def test_no_restriction_costs_nothing_under_every_option(options: dict[str, Any]):
    found = cm.cost(scenario(["gallium", "germanium"], 0.0, options=cm.EconomyOptions(**options)))
    assert found.effects["gdp_change_million_usd"].abs().max() == 0.0
    assert found.gdp_change_million_usd == 0.0
    assert found.gdp_change_range_million_usd == (0.0, 0.0)
    assert found.industries["gdp_change_million_usd"].abs().max() == 0.0


def test_no_restriction_costs_nothing_under_the_linear_programme():
    found = toy_cost("optimal_allocation", 0.0)
    assert found.effects["gdp_change_million_usd"].abs().max() == 0.0
    assert found.gdp_change_range_million_usd == (0.0, 0.0)


@pytest.mark.parametrize("market", [{"demand_form": form} for form in ("isoelastic", "linear", "choke_price")])
def test_the_loss_grows_with_the_restriction(market: dict[str, Any]):
    curve = cm.cost(scenario(["gallium", "germanium"], **market)).curve
    assert curve["restriction_level"].to_list() == pytest.approx([step / 20 for step in range(21)])
    for end in ("", "mild_", "harsh_"):
        change = curve[f"gdp_change_{end}million_usd"].drop_nulls()
        assert change[0] == 0.0
        assert (change.diff().drop_nulls() <= 1e-6).all(), end
    known = curve.drop_nulls()
    assert (known["gdp_change_harsh_million_usd"] <= known["gdp_change_million_usd"] + 1e-6).all()
    assert (known["gdp_change_million_usd"] <= known["gdp_change_mild_million_usd"] + 1e-6).all()


def test_the_curve_ends_where_the_scenario_stands(both: cm.Cost):
    last = both.curve.row(-1, named=True)
    harsh, mild = both.gdp_change_range_million_usd
    assert last["gdp_change_million_usd"] == pytest.approx(both.gdp_change_million_usd, rel=1e-9)
    assert last["gdp_change_mild_million_usd"] == pytest.approx(mild, rel=1e-9)
    assert last["gdp_change_harsh_million_usd"] == pytest.approx(harsh, rel=1e-9)


@pytest.mark.parametrize("rule", ["product", "maximum"])
def test_joint_cuts_are_no_more_than_the_sum(rule: Any):  # noqa: ANN401
    options = cm.EconomyOptions(joint_cut=rule)
    cuts = [
        cm.cost(scenario(one, options=options)).industries.sort("industry")["direct_cut"].to_numpy()
        for one in (["gallium", "germanium"], ["gallium"], ["germanium"])
    ]
    joint, gallium, germanium = cuts
    assert ((gallium > 0) & (germanium > 0)).any(), "an industry must be hit by both"
    assert (joint <= gallium + germanium + 1e-15).all()
    wanted = 1 - (1 - gallium) * (1 - germanium) if rule == "product" else np.maximum(gallium, germanium)
    np.testing.assert_allclose(joint, wanted, atol=1e-15)


def test_a_direct_cut_is_shortfall_times_share(both: cm.Cost):
    short = dict(both.shocks.select("commodity", "shortfall_share").iter_rows())
    rows = both.links.filter(pl.col("quantity") == "output_share")
    for industry in rows["industry"].unique():
        left = 1.0
        for row in rows.filter(pl.col("industry") == industry).to_dicts():
            left *= 1 - short[row["commodity"]] * row["value"]
        found = both.industries.filter(pl.col("industry") == industry)["direct_cut"].item()
        assert found == pytest.approx(1 - left, rel=1e-12)
    assert both.industries.filter(pl.col("direct_cut") > 0).height == rows["industry"].n_unique()


@pytest.mark.parametrize("commodity", ["gallium", "natural-graphite", "rare-earths"])
def test_the_effects_sum_and_the_price_is_a_loss_in_the_terms_of_trade(commodity: str):
    found = cm.cost(scenario(commodity))
    assert found.is_complete
    total = found.effects["gdp_change_million_usd"].sum()
    assert found.gdp_change_million_usd == pytest.approx(total, rel=1e-12)
    shock = found.shocks.row(0, named=True)
    rise = shock["price_usd_per_t"] * (shock["price_ratio"] - 1)
    used = shock["consumption_t"] * (1 - shock["shortfall_share"])
    wanted = -rise * (used - shock["production_after_t"]) / 1e6
    assert effect(found, "users_price") + effect(found, "producers_price") == pytest.approx(wanted, rel=1e-12)
    # The producing industries are left out of the two effects of quantity.
    quantity = effect(found, "users_output") + effect(found, "downstream")
    own = found.industries
    parts = own["direct_gdp_change_million_usd"].sum() + own["downstream_gdp_change_million_usd"].sum()
    assert quantity == pytest.approx(parts, rel=1e-12)


def test_domestic_producers_are_counted_once():
    found = cm.cost(scenario("rare-earths"))
    shock = found.shocks.row(0, named=True)
    assert shock["production_before_t"] > 0
    makers = found.links.filter(pl.col("quantity") == "producer_share")["industry"]
    assert makers.len() > 0
    rows = found.industries.filter(pl.col("industry").is_in(makers.implode()))
    assert rows["direct_gdp_change_million_usd"].abs().max() == 0.0
    assert rows["downstream_gdp_change_million_usd"].abs().max() == 0.0
    assert effect(found, "producers_price") >= 0.0


def test_who_bears_the_price_changes_no_sum():
    changes = []
    for share in (0.0, 0.5, 1.0):
        found = cm.cost(scenario("natural-graphite", options=cm.EconomyOptions(price_incidence=share)))
        changes.append((found.gdp_change_million_usd, found.industries["price_gdp_change_million_usd"].sum()))
        worst = found.industries["price_gdp_change_million_usd"].min()
        assert worst < 0
    for net, by_industry in changes:
        assert net == pytest.approx(changes[0][0], rel=1e-12)
        assert by_industry == pytest.approx(changes[0][1], rel=1e-9)


def test_a_joint_scenario_with_one_at_zero_is_the_other_alone():
    bans = [
        cm.ExportRestriction(exporter="CHN", commodities=name, restriction_level=level, start="2024-01-01")
        for name, level in (("gallium", 1.0), ("germanium", 0.0))
    ]
    market = cm.MarketOptions(timing="full_year")
    joint = cm.cost(cm.Scenario(id="two", title="Two", restrictions=bans, market=market))
    alone = cm.cost(scenario("gallium"))
    assert joint.gdp_change_million_usd == pytest.approx(alone.gdp_change_million_usd, rel=1e-12)
    frames = [each.industries.sort("industry")["gdp_change_million_usd"].to_numpy() for each in (joint, alone)]
    np.testing.assert_allclose(*frames, rtol=1e-9, atol=1e-9)


def test_the_loss_of_one_commodity_is_among_the_singles(both: cm.Cost):
    for row in both.singles.to_dicts():
        alone = cm.cost(scenario(row["commodity"]))
        assert row["gdp_change_million_usd"] == pytest.approx(alone.gdp_change_million_usd, rel=1e-9)
        assert row["gdp_change_harsh_million_usd"] == pytest.approx(alone.gdp_change_range_million_usd[0], rel=1e-9)


@pytest.mark.parametrize("rule", RULES.values())
def test_a_cost_carries_the_certificate_of_its_economy(rule: str):
    # The linear programme of 402 industries takes half a second, and a cost needs 66 of them: three industries do.
    found = toy_cost(rule)
    assert found.gdp_change_million_usd < 0
    assert (found.certificate is not None) == (rule in OPTIMISING)
    if found.certificate is not None:
        assert max(abs(found.certificate[name]) for name in ("primal", "dual", "gap")) < 1e-6
    curve = found.curve["gdp_change_million_usd"]
    assert curve[0] == 0.0
    assert (curve.diff().drop_nulls() <= 1e-6).all()


def toy_cost(rule: str, level: float = 1.0) -> cm.Cost:
    """Cost of gallium to the three industries, of which chips embody it."""
    links = gallium_links().filter(pl.col("industry").cast(pl.String) == "334413")
    mine = links.with_columns(industry=pl.lit("chips"))
    return cm.cost(scenario("gallium", level), economy=toy(rule), links=mine)


def test_restrictions_against_one_country():
    direct = cm.cost(scenario(destinations="USA"))
    everyone = cm.cost(scenario())
    assert everyone.gdp_change_million_usd < direct.gdp_change_million_usd < 0
    returned = cm.cost(scenario(destinations="USA", leakage_share=1.0))
    assert returned.gdp_change_million_usd == 0.0
    with_another = cm.cost(scenario(destinations=["USA", "JPN"]))
    assert with_another.gdp_change_million_usd == pytest.approx(direct.gdp_change_million_usd, rel=1e-12)
    assert with_another.warnings["message"].str.contains("JPN").any()
    with pytest.raises(cm.MissingInputsError):
        cm.cost(scenario(destinations="JPN"))


def test_a_ban_of_nothing_is_a_warned_no_op():
    found = cm.cost(scenario(exporter="FRA", parameters=(figure("net_exports_t", "FRA", 0.0),)))
    assert found.gdp_change_million_usd == 0.0
    told = found.warnings.filter(pl.col("kind") == "nothing_restricted")
    assert told.height == 1
    assert "FRA" in told["message"][0]


def test_an_absent_figure_is_no_zero():
    found = cm.cost(scenario("tungsten"))
    lost = found.effects.filter(pl.col("gdp_change_million_usd").is_null())
    assert not found.is_complete
    assert lost["effect"].to_list() == ["users_price"]
    assert lost["reason"].str.len_chars().min() > 10
    assert found.warnings["message"].str.contains("users_price").any()
    assert "Not every effect is known" in found.summary()


def test_no_supply_left_leaves_the_curve_open():
    gone = tuple(figure(name, who, 0.0) for name in ("production_t", "capacity_t") for who in ("JPN", "KOR", "RUS"))
    found = cm.cost(scenario(level=0.5, demand_form="isoelastic", parameters=gone))
    assert found.curve.row(-1, named=True)["gdp_change_million_usd"] is None
    assert found.curve.row(-2, named=True)["gdp_change_million_usd"] < found.gdp_change_million_usd < 0
    with pytest.raises(cm.MissingInputsError, match="no supply of `gallium` is left"):
        cm.cost(scenario(demand_form="isoelastic", parameters=gone))


def test_parameters_and_links_of_a_user_win():
    base = cm.cost(scenario())
    frame = pl.DataFrame(
        [{**figure("net_exports_t", "CHN", 0.0), "low": None, "high": None, "note": ""}], schema_overrides=SHARES
    )
    assert cm.cost(scenario(), parameters=frame).gdp_change_million_usd == 0.0
    halved = gallium_links().with_columns(value=pl.col("value") / 2, low=pl.col("low") / 2, high=pl.col("high") / 2)
    found = cm.cost(scenario(), links=halved)
    quantity = [effect(each, "users_output") + effect(each, "downstream") for each in (base, found)]
    assert quantity[1] == pytest.approx(quantity[0] / 2, rel=1e-9)


def test_every_named_choice_has_an_answer_or_a_reason(both: cm.Cost):
    choices = both.choices()
    assert (choices["gdp_change_million_usd"].is_null() == choices["reason"].is_not_null()).all()
    chosen = choices.filter("is_chosen")
    assert chosen.height >= 10
    assert chosen["gdp_change_million_usd"].to_list() == pytest.approx([both.gdp_change_million_usd] * chosen.height)
    rules = dict(choices.filter(pl.col("option") == "rationing").select("value", "gdp_change_million_usd").iter_rows())
    assert set(rules) == set(RULES.values())
    fixed = choices.filter((pl.col("option") == "final_demand") & (pl.col("value") == "fixed"))
    assert fixed["gdp_change_million_usd"].item() is None


# --- bad inputs -------------------------------------------------------------------------------------------------------


def gallium_links() -> pl.DataFrame:
    links = cm.reference().table("industry_links")
    return links.filter(pl.col("commodity").cast(pl.String) == "gallium")


def test_bad_cuts_are_named():
    with pytest.raises(cm.UnknownNameError, match="334413"):
        economy().cut({"33441": 0.1})
    for cut in (1.2, -0.1, float("nan")):
        with pytest.raises(cm.InvalidDataError, match=CHIPS):
            economy().cut({CHIPS: cut})


def test_bad_options_are_named():
    with pytest.raises(cm.UnknownNameError, match="2012, 2017"):
        cm.Economy(cm.EconomyOptions(benchmark_year=2007))
    bad: list[dict[str, Any]] = [
        {"utilisation": 0.0}, {"utilisation": 1.1}, {"import_flexibility": -0.1}, {"price_incidence": 1.5},
        {"rationing": "magic"}, {"joint_cut": "sum"},
    ]  # fmt: skip
    for options in bad:
        (value,) = options.values()
        with pytest.raises(cm.ScenarioError, match=value if isinstance(value, str) else f"{value:g}"):
            cm.Economy(cm.EconomyOptions(**options))
    with pytest.raises(cm.UnknownNameError):
        cm.Economy(cm.EconomyOptions(use_overrides=[cm.UseOverride(commodity="x", industry="424200", value=1.0)]))


def test_fixed_final_demand_leaves_nothing_to_give():
    for rule in OPTIMISING:
        with pytest.raises(cm.InfeasibleEconomyError):
            economy(2017, rule, final_demand="fixed").cut({CHIPS: 0.1})
    with pytest.raises(cm.InfeasibleEconomyError):
        cm.cost(scenario(options=cm.EconomyOptions(final_demand="fixed")))


def test_bad_links_are_named():
    links = gallium_links()
    is_use = pl.col("quantity").cast(pl.String) == "use_share"
    faults = {
        "from 0 to 1": links.with_columns(value=pl.lit(1.2), high=pl.lit(1.2)),
        "at most 1": links.with_columns(value=pl.when(is_use).then(0.9).otherwise("value"), high=pl.lit(1.0)),
        "low before value before high": links.with_columns(low=pl.lit(0.9), high=pl.lit(0.1)),
        "finite": links.with_columns(value=pl.lit(float("nan"))),
    }
    for message, faulty in faults.items():
        with pytest.raises(cm.InvalidDataError, match=message):
            cm.cost(scenario(), links=faulty)
    with pytest.raises(cm.MissingColumnError, match="value"):
        cm.cost(scenario(), links=links.drop("value"))
    with pytest.raises(cm.UnknownNameError, match="output_share"):
        cm.cost(scenario(), links=links.with_columns(quantity=pl.lit("magic")))
    for nowhere in (links.head(0), links.with_columns(industry=pl.lit("XYZ"))):
        with pytest.raises(cm.MissingInputsError, match="no industry is linked"):
            cm.cost(scenario(), links=nowhere)


def test_an_elasticity_of_the_wrong_sign_is_refused():
    for name, value in (("price_elasticity_of_demand_short", 0.5), ("price_elasticity_of_supply_short", -0.5)):
        with pytest.raises(cm.ScenarioError, match=name):
            cm.cost(scenario(parameters=(figure(name, None, value, unit="1"),)))


def test_a_market_without_inputs_says_what_is_missing():
    with pytest.raises(cm.MissingInputsError, match="production_t"):
        cm.cost(scenario("samarium"))
    with pytest.raises(cm.MissingInputsError, match="net_exports_t"):
        cm.cost(scenario(exporter="FRA"))


def test_a_faulty_table_is_refused():
    with pytest.raises(cm.InvalidDataError, match="not balanced"):
        cm.Economy.from_tables(**toy_frames({("V00100", "chips"): 20.0}), year=2020)
    with pytest.raises(cm.InvalidDataError, match="finite"):
        cm.Economy.from_tables(**toy_frames({("chips", "rest"): float("nan")}), year=2020)
    with pytest.raises(cm.UnknownNameError, match="2020"):
        cm.Economy.from_tables(**toy_frames(), year=2021)
    frames = toy_frames()
    with pytest.raises(cm.MissingColumnError):
        cm.Economy.from_tables(cells=frames["cells"].drop("value_million_usd"), codes=frames["codes"], year=2020)


# --- draws ------------------------------------------------------------------------------------------------------------


def test_draws_are_the_same_for_a_seed_and_lie_within_the_ends(both: cm.Cost):
    draws = both.draws(n_draws=300, seed=7)
    assert draws.draws.equals(both.draws(n_draws=300, seed=7).draws)
    assert not draws.draws.equals(both.draws(n_draws=300, seed=8).draws)
    # A draw depends on its number and the seed alone.
    assert draws.draws.filter(pl.col("draw") < 50).equals(both.draws(n_draws=50, seed=7).draws)
    harsh, mild = both.gdp_change_range_million_usd
    costs = draws.quantiles["gdp_change_million_usd"]
    assert costs.is_sorted()
    assert harsh is not None
    assert mild is not None
    assert harsh <= costs.min() <= costs.max() <= mild
    assert costs[0] < both.gdp_change_million_usd < costs[-1]
    assert draws.draws["commodity"].n_unique() == 2


PROGRAM = """
import critmin as cm
names = ["gallium", "germanium"]
ban = cm.ExportRestriction(exporter="CHN", commodities=names, restriction_level=1.0, start="2024-01-01")
cost = cm.cost(cm.Scenario(id="t", title="t", restrictions=[ban], market=cm.MarketOptions(timing="full_year")))
print(cost.to_json())
print(cost.draws(n_draws=100, seed=3).draws.write_json())
print(cost.choices().write_json())
sweep = cm.sweep(commodities=["gallium", "antimony"], levels=[0.3, 1.0], assumed_net_export_share=0.5)
print(sweep.scenarios.write_json(), sweep.ranks.write_json())
"""


def test_nothing_depends_on_the_number_of_threads():
    found = []
    for threads in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "RAYON_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        )
        assert len(run.stdout.splitlines()) == 4
        found.append(run.stdout)
    assert found[0] == found[1]


# --- sweeps -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sweep() -> cm.Sweep:
    names = ["gallium", "germanium", "antimony", "natural-graphite", "tungsten"]
    return cm.sweep(commodities=names, levels=[0.5, 1.0], assumed_net_export_share=0.5)


def test_expected_loss_is_probability_times_effect(sweep: cm.Sweep):
    solved = sweep.scenarios.filter(pl.col("gdp_change_million_usd").is_not_null())
    assert solved.height > 20
    product = solved["probability"] * solved["gdp_change_million_usd"]
    assert product.to_list() == pytest.approx(solved["weighted_gdp_change_million_usd"].to_list(), rel=1e-12)
    sums = solved.group_by("commodity").agg(
        pl.col("weighted_gdp_change_million_usd").sum().alias("sum"),
        pl.col("gdp_change_million_usd").min().alias("worst"),
        pl.len().alias("n"),
    )
    ranks = sweep.ranks.join(sums, on="commodity")
    assert ranks.height == sweep.ranks.height
    for row in ranks.to_dicts():
        assert row["weighted_gdp_change_million_usd"] == pytest.approx(row["sum"], rel=1e-12)
        assert row["worst_gdp_change_million_usd"] == row["worst"]
        assert row["n_solved"] == row["n"]
        assert row["weighted_gdp_change_harsh_million_usd"] <= row["weighted_gdp_change_million_usd"]
        assert row["weighted_gdp_change_million_usd"] <= row["weighted_gdp_change_mild_million_usd"]
    assert sweep.ranks["weighted_gdp_change_million_usd"].is_sorted()
    assert sweep.ranks["rank"].to_list() == list(range(1, sweep.ranks.height + 1))


def test_the_probability_of_a_supplier_is_split_over_the_levels(sweep: cm.Sweep):
    rows = sweep.scenarios.filter((pl.col("commodity") == "gallium") & (pl.col("exporter") == "CHN"))
    assert rows["probability"].to_list() == [0.5, 0.5]


def test_a_sweep_and_a_scenario_agree():
    row = cm.sweep(commodities="gallium", exporters="CHN", levels=[1.0]).scenarios.row(0, named=True)
    alone = cm.cost(scenario())
    assert row["gdp_change_million_usd"] == pytest.approx(alone.gdp_change_million_usd, rel=1e-9)
    assert row["status"] == "solved"


def test_an_unsolved_scenario_keeps_its_reason():
    found = cm.sweep(commodities=["gallium", "germanium"], levels=[1.0])
    unsolved = found.scenarios.filter(pl.col("status") == "unsolved")
    assert unsolved.height > 0
    assert unsolved["reason"].null_count() == 0
    assert unsolved["reason"].str.contains("net_exports_t").all()
    assert unsolved["gdp_change_million_usd"].null_count() == unsolved.height
    assumed = cm.sweep(commodities=["gallium", "germanium"], levels=[1.0], assumed_net_export_share=0.5)
    assert assumed.scenarios.filter(pl.col("status") == "unsolved").is_empty()
    # Where a figure exists, the assumption does not replace it.
    china = [
        each.scenarios.filter((pl.col("exporter") == "CHN") & (pl.col("commodity") == "gallium"))
        for each in (found, assumed)
    ]
    assert china[0]["gdp_change_million_usd"].item() == china[1]["gdp_change_million_usd"].item()


def test_a_partial_scenario_is_told(sweep: cm.Sweep):
    partial = sweep.scenarios.filter(pl.col("status") == "partial")
    # Tungsten has no printed use, and the market of antimony holds no figure of the U.S. smelters that the links name.
    assert set(partial["commodity"]) == {"antimony", "tungsten"}
    assert partial["reason"].null_count() == 0


def test_bad_sweeps_are_refused():
    for levels in ([0.0], [1.2], [float("nan")]):
        with pytest.raises(cm.CritminError):
            cm.sweep(commodities="gallium", levels=levels)
    with pytest.raises(cm.ScenarioError, match="assumed_net_export_share"):
        cm.sweep(commodities="gallium", assumed_net_export_share=1.5)
    with pytest.raises(cm.UnknownCountryError):
        cm.sweep(commodities="gallium", exporters="Atlantis")
    with pytest.raises(cm.UnknownCommodityError):
        cm.sweep(commodities="unobtainium")
    probabilities = pl.DataFrame(
        {"commodity": ["gallium"], "exporter": ["CHN"], "probability": [1.5], "grade": ["assumption"], "source": ["x"]}
    )
    with pytest.raises(cm.CritminError):
        cm.sweep(commodities="gallium", probabilities=probabilities)
