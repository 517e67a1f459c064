"""Plans and portfolios beside an independent solver: their programmes are written out here and given to HiGHS."""

from __future__ import annotations

import csv
import functools
import itertools
import json
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import critmin as cm
import numpy as np
import polars as pl
import pytest
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

Record = dict[str, Any]
MILLION = 1e6
RELATIVE = 1e-6
DUAL_USD_PER_T = 1e-3


class Solved(NamedTuple):
    """What HiGHS finds: the least cost, and what one unit more of each row's right side costs."""

    objective: float
    values: dict[Hashable, float]
    duals: dict[Hashable, float]


class Program:
    """A programme under construction; columns and rows have names."""

    def __init__(self) -> None:
        self.columns: dict[Hashable, tuple[float, float, float]] = {}
        self.rows: dict[Hashable, tuple[str, float, dict[Hashable, float]]] = {}
        self.whole: set[Hashable] = set()

    def column(self, name: Hashable, cost: float, most: float = math.inf, least: float = 0.0) -> Hashable:
        """Add a column and return its name."""
        assert name not in self.columns, name
        self.columns[name] = (cost, least, most)
        return name

    def row(self, name: Hashable, sense: str, right: float, terms: Iterable[tuple[Hashable, float]]) -> None:
        """Add a row; terms of the same column add up."""
        assert name not in self.rows, name
        summed: dict[Hashable, float] = {}
        for column, factor in terms:
            summed[column] = summed.get(column, 0.0) + factor
        self.rows[name] = (sense, right, summed)

    def matrix(self) -> np.ndarray:
        """Return the rows as numbers."""
        places = {name: at for at, name in enumerate(self.columns)}
        found = np.zeros((len(self.rows), len(places)))
        for at, (_, _, terms) in enumerate(self.rows.values()):
            for column, factor in terms.items():
                found[at, places[column]] = factor
        return found

    def bounds(self, **fixed: float) -> np.ndarray:
        """Return the bounds of every column; those that are named are fixed."""
        return np.array([
            (fixed[name],) * 2 if name in fixed else (low, high) for name, (_, low, high) in self.columns.items()
        ])  # fmt: skip

    def solve(self) -> Solved:
        """Solve it as a linear programme."""
        costs = [cost for cost, _, _ in self.columns.values()]
        matrix, senses = self.matrix(), np.array([sense for sense, _, _ in self.rows.values()])
        right = np.array([right for _, right, _ in self.rows.values()])
        sign = np.where(senses == ">", -1.0, 1.0)
        equal = senses == "="
        found = linprog(
            costs, A_ub=(matrix * sign[:, None])[~equal], b_ub=(right * sign)[~equal], A_eq=matrix[equal],
            b_eq=right[equal], bounds=self.bounds(), method="highs-ds",
        )  # fmt: skip
        assert found.status == 0, found.message
        duals = np.zeros(len(right))
        duals[equal], duals[~equal] = found.eqlin.marginals, found.ineqlin.marginals * sign[~equal]
        return Solved(
            float(found.fun), dict(zip(self.columns, found.x, strict=True)), dict(zip(self.rows, duals, strict=True))
        )

    def solve_whole(self) -> float:
        """Solve it with its whole columns, without a gap."""
        low, high = self.bounds().T
        matrix, limits = self.matrix(), [(sense, right) for sense, right, _ in self.rows.values()]
        least = [-math.inf if sense == "<" else right for sense, right in limits]
        most = [math.inf if sense == ">" else right for sense, right in limits]
        found = milp(
            [cost for cost, _, _ in self.columns.values()], bounds=Bounds(low, high),
            constraints=LinearConstraint(matrix, least, most),
            integrality=[int(name in self.whole) for name in self.columns], options={"mip_rel_gap": 0.0},
        )  # fmt: skip
        assert found.status == 0, found.message
        return float(found.fun)

    def best_of_every_choice(self) -> dict[tuple[int, ...], float]:
        """Fix the whole columns in every way; return the least cost of those that satisfy every row."""
        costs, matrix = [cost for cost, _, _ in self.columns.values()], self.matrix()
        limits = [(sense, right) for sense, right, _ in self.rows.values()]
        assert all(sense != "=" for sense, _ in limits)
        sign = np.array([-1.0 if sense == ">" else 1.0 for sense, _ in limits])
        right = np.array([right for _, right in limits]) * sign
        names = [str(name) for name in self.columns if name in self.whole]
        found = {}
        for choice in itertools.product((0, 1), repeat=len(names)):
            if any(one > self.columns[name][2] for one, name in zip(choice, names, strict=True)):
                continue
            bounds = self.bounds(**dict(zip(names, choice, strict=True)))
            answer = linprog(costs, A_ub=matrix * sign[:, None], b_ub=right, bounds=bounds, method="highs")
            if answer.status == 0:
                found[choice] = float(answer.fun)
        return found


def at(series: float | list[float], place: int) -> float:
    return series[place] if isinstance(series, list) else series


# --- A network, written out -------------------------------------------------------------------------------------------


def written_out(network: Record) -> Program:
    """Write a network as the documentation of the core does; periods are numbered, columns named by their letters."""
    program = Program()
    periods, demands = network["periods"], network["uses"]
    last = len(periods) - 1

    def demand(region: str, form: str | None, t: int) -> float:
        return sum(at(use["demand_t"], t) for use in demands if use["region"] == region and form in (None, use["form"]))

    for t, period in enumerate(periods):
        weight = period.get("discount", 1.0)
        balances: dict[tuple[str, str], tuple[list[tuple[Hashable, float]], float]] = {}

        def balance(
            region: str, form: str, name: Hashable = None, factor: float = 0.0, need: float = 0.0,
            of: dict[tuple[str, str], tuple[list[tuple[Hashable, float]], float]] = balances,
        ) -> None:  # fmt: skip
            terms, right = of.get((region, form), ([], 0.0))
            of[region, form] = ([*terms, *([] if name is None else [(name, factor)])], right + need)

        for one in network["processes"]:
            label = (one["id"], one["region"])
            q = program.column(("q", t, *label), weight * one["cost_usd_per_t"])
            balance(one["region"], one["output"], q, 1.0)
            if one.get("input") is not None:
                balance(one["region"], one["input"], q, -1.0 / one["recovery"])
            for kind, limit in (("capacity", "capacity_t"), ("by_product", "by_product_limit_t")):
                if one.get(limit) is not None:
                    program.row((kind, t, *label), "<", at(one[limit], t), [(q, 1.0)])
            if one.get("ramp_t") is not None and (t > 0 or one.get("initial_output_t") is not None):
                before = [(("q", t - 1, *label), -1.0)] if t > 0 else []
                start = 0.0 if t > 0 else one["initial_output_t"]
                program.row(("ramp", t, *label), "<", one["ramp_t"] + start, [(q, 1.0), *before])
        for one in network["arcs"]:
            cost = sum(one.get(part, 0.0) for part in ("freight_usd_per_t", "tariff_usd_per_t", "premium_usd_per_t"))
            bans = [ban for ban in network["bans"] if ban["arc"] == one["id"]]
            levels = [at(ban.get("restriction_level", 1.0), t) for ban in bans]
            f = program.column(("f", t, one["id"]), weight * cost, 0.0 if 1.0 in levels else math.inf)
            balance(one["to"], one["form"], f, 1.0 - one.get("loss", 0.0))
            balance(one["from"], one["form"], f, -1.0)
            if one.get("capacity_t") is not None:
                open_share = 1.0 - at(one.get("enforcement", 0.0), t)
                kind = "leak" if one.get("is_leak") else "route"
                program.row((kind, t, one["id"]), "<", open_share * at(one["capacity_t"], t), [(f, 1.0)])
            for ban, level in zip(bans, levels, strict=True):
                if 0.0 < level < 1.0:
                    program.row(("restriction", t, one["id"]), "<", (1.0 - level) * ban["base_flow_t"], [(f, 1.0)])
        for one in network["stocks"]:
            label = (one["region"], one["form"])
            salvage = one.get("salvage_usd_per_t", 0.0) if t == last else 0.0
            s = program.column(("s", t, *label), weight * (one.get("holding_cost_usd_per_t", 0.0) - salvage))
            balance(*label, s, -1.0)
            if t > 0:
                balance(*label, ("s", t - 1, *label), 1.0)
            else:
                balance(*label, need=-one["initial_t"])
            if one.get("capacity_t") is not None:
                program.row(("store", t, *label), "<", one["capacity_t"], [(s, 1.0)])
            cover = at(one.get("cover_days", 0.0), t) / period["days"] * demand(*label, t)
            if cover > 0.0:
                program.row(("cover", t, *label), ">", cover, [(s, 1.0)])
        for one in demands:
            use = (one["id"], one["region"], one["form"])
            need = at(one["demand_t"], t)
            balance(one["region"], one["form"], need=need)
            for step, cost in enumerate(one["unmet_steps"]):
                penalty = weight * cost["penalty_usd_per_t"]
                w = program.column(("w", t, *use, step), penalty, cost["width_share"] * need)
                balance(one["region"], one["form"], w, 1.0)
            for other in network["substitutions"]:
                if [other["use_id"], other["region"], other["form"]] == list(use):
                    x = program.column(("x", t, *use, other["substitute"]), weight * other["cost_usd_per_t"])
                    balance(one["region"], one["form"], x, 1.0)
                    if other.get("draws_form") is not None:
                        balance(one["region"], other["draws_form"], x, -other["mass_ratio"])
                    most = at(other["feasible_share"], t) * need
                    program.row(("substitution", t, *use, other["substitute"]), "<", most, [(x, 1.0)])
        for (region, form), (terms, right) in balances.items():
            program.row(("balance", t, region, form), "=", right, terms)
        add_rules(program, network, demand, t)
    return program


def add_rules(program: Program, network: Record, demand: Callable[[str, str | None, int], float], t: int) -> None:
    """Write the rules between regions in one period."""
    blocs = {region["id"]: region.get("bloc") for region in network["regions"]}
    for one in network["bloc_caps"]:
        share, form = at(one["share_of_demand"], t), one.get("form")
        taken = [
            (("f", t, arc["id"]), 1.0)
            for arc in network["arcs"]
            if arc["to"] == one["region"] and blocs[arc["from"]] == one["bloc"] and form in (None, arc["form"])
        ]
        if share < 1.0:
            right = share * demand(one["region"], form, t)
            program.row(("bloc_cap", t, one["region"], one["bloc"]), "<", right, taken)
    for one in network["offtakes"]:
        terms = [(("f", t, one["arc"]), 1.0), (("q", t, one["process"], one["region"]), -at(one["min_share"], t))]
        program.row(("offtake", t, one["arc"]), ">", 0.0, terms)
    for one in network["domestic_minimums"]:
        made = [
            (("q", t, maker["id"], maker["region"]), 1.0)
            for maker in network["processes"]
            if (maker["region"], maker["output"]) == (one["region"], one["form"])
        ]
        least = at(one["share_of_demand"], t) * demand(one["region"], one["form"], t)
        program.row(("domestic_minimum", t, one["region"]), ">", least, made)


# --- The reference network --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(repository: Path) -> Path:
    shared = Path(os.environ.get("CRITMIN_SHARED", repository.parent / "shared"))
    found = shared / "reference" / "substitution" / "net3"
    if not found.is_dir():
        assert "CI" not in os.environ, f"no reference figures in {found}: set CRITMIN_SHARED"
        pytest.skip(f"no reference figures in {found}: set CRITMIN_SHARED to the folder that holds them")
    return found


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows, path.name
    return rows


@pytest.fixture(scope="module")
def reference(folder: Path) -> Record:
    """Write the reference network in our fields; its money, thousands of USD, is taken as USD."""
    model = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    periods, form = model["periods"], model["demand_form"]

    def in_its_periods(row: Record, value: float, otherwise: float) -> list[float]:
        return [value if period in row["periods"] else otherwise for period in periods]

    processes = [
        {
            "id": one["id"], "region": one["region"], "input": one["input"], "output": one["output"],
            "recovery": one["recovery"] or 1.0, "cost_usd_per_t": one["cost"], "capacity_t": one.get("capacity"),
            "by_product_limit_t": one.get("byproduct_cap"),
        }
        for one in model["processes"]
    ]  # fmt: skip
    processes += [
        {"id": "supply", "region": one["region"], "output": one["substitute"], "cost_usd_per_t": one["price"],
         "capacity_t": one["capacity"]}
        for one in model["substitute_supply"]
    ]  # fmt: skip
    steps = [
        {"width_share": step["width_share"], "penalty_usd_per_t": step["penalty"]} for step in model["unmet_steps"]
    ]
    return {
        "title": model["name"],
        "periods": [{"id": str(period), "days": float(model["period_days"])} for period in periods],
        "regions": [{"id": name, "bloc": region["bloc"]} for name, region in model["regions"].items()],
        "processes": processes,
        "arcs": [
            {"id": one["id"], "from": one["from"], "to": one["to"], "form": one["form"], "via": one.get("via"),
             "freight_usd_per_t": one["cost"], "loss": one["loss"], "capacity_t": one.get("capacity"),
             "is_leak": "via" in one}
            for one in model["arcs"]
        ],
        "uses": [
            {"id": "use", "region": region, "form": form, "demand_t": demand, "unmet_steps": steps}
            for region, demand in model["demand"].items()
        ],
        "substitutions": [
            {"substitute": one["substitute"], "use_id": "use", "region": one["region"], "form": form,
             "draws_form": one["substitute"], "mass_ratio": one["kappa"], "cost_usd_per_t": one["cost"],
             "feasible_share": one["feasible_share"]}
            for one in model["substitution"]
        ],
        "stocks": [
            {"region": one["region"], "form": one["form"], "initial_t": one["initial"], "capacity_t": one["capacity"],
             "holding_cost_usd_per_t": one["holding_cost"], "cover_days": one["cover_days"]}
            for one in model["stocks"]
        ],
        "bans": [{"arc": one["arc"], "restriction_level": in_its_periods(one, 1.0, 0.0)} for one in model["bans"]],
        "bloc_caps": [
            {"region": one["region"], "bloc": one["bloc"],
             "share_of_demand": in_its_periods(one, one["share_of_demand"], 2.0)}
            for one in model["bloc_caps"]
        ],
        "offtakes": [
            {"arc": one["arc"], "process": one["process"], "region": one["region"], "min_share": one["min_share"]}
            for one in model["offtake"]
        ],
        "domestic_minimums": [],
    }  # fmt: skip


def row_of_reference(name: str) -> tuple[Hashable, ...]:
    """Return our name of a row of the reference."""
    head, rest = name.rstrip("]").split("[")
    period, *parts = rest.split(",")
    kinds: dict[str, tuple[Hashable, ...]] = {
        "bal": ("balance", *parts[::-1]), "subbal": ("balance", *parts[::-1]), "cap": ("capacity", *parts),
        "byp": ("by_product", *parts), "leak": ("leak", *parts), "cover": ("cover", *parts[::-1]),
        "bloc": ("bloc_cap", *parts, "adversary"), "offtake": ("offtake", *parts),
        "subcap": ("substitution", "use", parts[0], "refined", parts[-1]), "subsup": ("capacity", "supply", parts[-1]),
    }  # fmt: skip
    kind, *label = kinds[head]
    return (kind, int(period) - 1, *label)


def dual_of_plan(plan: cm.Plan, row: tuple[Any, ...]) -> float:
    """Return what one unit more of the right side costs by our prices and rents."""
    kind, t, *label = row
    in_period = pl.col("period") == plan.periods[t]
    if kind == "balance":
        region, form = label
        prices = plan.prices.filter(in_period & (pl.col("region") == region) & (pl.col("form") == form))
        assert prices.height == 1, row
        return float(prices["price_usd_per_t"].item())
    if kind in ("capacity", "by_product"):
        name, region = label
    elif kind == "substitution":
        use, region, _, substitute = label
        name = f"{substitute} in {use}"
    elif kind == "cover":
        region, name = label[0], f"stock of {label[1]}"
    elif kind == "bloc_cap":
        region, name = label
    else:  # a route: a leak ends in B, the offtake is of a maker in A
        region, name = {"leak": "B", "offtake": "A"}[kind], label[0]
    is_it = in_period & (pl.col("kind") == kind) & (pl.col("region") == region) & (pl.col("name") == name)
    rent = float(plan.rents.filter(is_it)["rent_usd_per_t"].sum())  # no row where it does not bind
    return rent if kind in ("cover", "offtake") else -rent


def test_the_reference_network_has_the_cost_and_duals_of_an_independent_solver(folder: Path, reference: Record):
    plan, peer = cm.SupplyNetwork.from_record(reference).plan(), written_out(reference).solve()
    assert plan.cost_usd == pytest.approx(peer.objective, rel=RELATIVE)
    n_compared, n_binding = 0, 0
    for row in read(folder / "rows.csv"):
        if row["dual_is_unique"] != "true":
            continue
        name, expected = row_of_reference(row["row"]), float(row["dual"])
        assert peer.duals[name] == pytest.approx(expected, abs=DUAL_USD_PER_T), row["row"]
        assert dual_of_plan(plan, name) == pytest.approx(expected, abs=DUAL_USD_PER_T), row["row"]
        n_compared += 1
        n_binding += name[0] != "balance" and expected != 0.0
    assert n_compared > 50
    assert n_binding > 10


def test_every_variant_of_the_reference_network_costs_what_it_costs_there(folder: Path, reference: Record):
    network = cm.SupplyNetwork.from_record(reference)

    def edited(part: str, row: int, **figures: Any) -> Record:  # noqa: ANN401
        rows = [dict(one) for one in reference[part]]
        rows[row] |= figures
        return {**reference, part: rows}

    leak = len(reference["arcs"]) - 1
    dropped = {
        "no_ban": "bans", "no_substitution": "substitutions", "no_bloc_cap": "bloc_caps", "no_offtake": "offtakes",
    }  # fmt: skip
    free = [{**one, "by_product_limit_t": None} for one in reference["processes"]]
    # By variant: the plan by our own words for it, and the record that the independent solver gets.
    variants: dict[str, tuple[cm.Plan, Record]] = {
        "base": (network.plan(), reference),
        "hard_ban": (network.plan(leaks=False), edited("arcs", leak, capacity_t=0.0)),
        "no_byproduct_cap": (network.plan(by_product_caps=False), {**reference, "processes": free}),
        "no_cover": (network.with_cover_days(0.0).plan(), edited("stocks", 0, cover_days=0.0)),
        **{name: (network.replace(**{part: None}).plan(), {**reference, part: []}) for name, part in dropped.items()},
    }
    for name, record in {
        "no_rival": edited("uses", 1, demand_t=0.0), "no_initial_stock": edited("stocks", 0, initial_t=0.0),
    }.items():  # fmt: skip
        variants[name] = (cm.SupplyNetwork.from_record(record).plan(), record)
    for share in (0.25, 0.5, 0.75):
        plan = network.with_enforcement(share).plan()
        variants[f"enforcement_{share}"] = (plan, edited("arcs", leak, enforcement=share))
    rows = read(folder / "variants.csv")
    assert {row["variant"] for row in rows} == set(variants)
    for row in rows:
        plan, record = variants[row["variant"]]
        expected = float(row["objective_kusd"])
        assert written_out(record).solve().objective == pytest.approx(expected, rel=RELATIVE), row["variant"]
        assert plan.cost_usd == pytest.approx(expected, rel=RELATIVE), row["variant"]
        for region, column in (("B", "unmet_b_t"), ("J", "unmet_j_t")):
            short = plan.shortfall("region", regions=region)["shortfall_t"].item()
            assert short == pytest.approx(float(row[column]), abs=1e-4), (row["variant"], region)


# --- Random networks --------------------------------------------------------------------------------------------------

SEEDS = range(12)
N_PERIODS = 4
REGIONS = ("a", "b", "c", "d")


def random_network(seed: int) -> Record:
    """Draw a network with every kind of limit: ore is mined in a and b, refined in a, b and c; d melts scrap."""
    random = np.random.default_rng(seed)

    def amount(low: float, high: float) -> float:
        return float(random.uniform(low, high))

    def series(low: float, high: float) -> list[float]:
        return [amount(low, high) for _ in range(N_PERIODS)]

    def rising(high: float) -> list[float]:
        return sorted(series(0, high))

    processes: list[Record] = []
    for region in "ab":
        processes.append({"id": "mine", "region": region, "output": "ore", "recovery": 1.0,
                          "cost_usd_per_t": amount(10, 60), "by_product_limit_t": series(5, 25)})  # fmt: skip
    for region in "abc":
        first = amount(1, 6)
        processes.append({
            "id": "refine", "region": region, "input": "ore", "output": "metal", "recovery": amount(0.6, 0.95),
            "cost_usd_per_t": amount(50, 200), "capacity_t": series(4, 16), "initial_output_t": first,
            "ramp_t": amount(0.5, 4) if region == "b" else None,
        })  # fmt: skip
    processes.append({"id": "melt", "region": "d", "output": "metal", "recovery": 1.0,
                      "cost_usd_per_t": amount(300, 900), "capacity_t": series(1, 3)})  # fmt: skip
    processes.append({"id": "supply", "region": "d", "output": "glass", "recovery": 1.0,
                      "cost_usd_per_t": amount(20, 80), "capacity_t": series(0.5, 1.5)})  # fmt: skip
    arcs: list[Record] = []
    for form in ("ore", "metal"):
        for origin, end in itertools.permutations(REGIONS, 2):
            if random.uniform() < 0.75 or (form, origin, end) == ("metal", "b", "c"):
                arcs.append({
                    "id": f"{origin}{end} {form}", "from": origin, "to": end, "form": form,
                    "freight_usd_per_t": amount(1, 20), "tariff_usd_per_t": amount(0, 5), "loss": amount(0, 0.05),
                    "capacity_t": series(2, 8) if random.uniform() < 0.3 else None, "is_leak": False,
                })  # fmt: skip
    bans = []
    for arc in [arc for arc in arcs if arc["from"] == "a" and arc["form"] == "metal"]:
        is_partial = random.uniform() < 0.5
        levels = [0.0, amount(0.2, 0.9) if is_partial else 1.0, 1.0, 1.0]
        bans.append({"arc": arc["id"], "restriction_level": levels, "base_flow_t": amount(1, 5)})
        arcs.append({
            "id": f"{arc['id']} leak", "from": "a", "to": arc["to"], "form": "metal", "via": "elsewhere",
            "freight_usd_per_t": amount(5, 30), "premium_usd_per_t": amount(50, 200), "loss": amount(0, 0.1),
            "capacity_t": series(0.5, 2), "enforcement": series(0, 0.8), "is_leak": True,
        })  # fmt: skip
    uses: list[Record] = []
    for region, name in itertools.product(REGIONS[1:], ("lamps", "radars")):
        widths = random.dirichlet([1.0, 1.0, 1.0])
        penalties = np.sort(random.uniform(500, 9000, 3))
        uses.append({
            "id": name, "region": region, "form": "metal", "demand_t": series(1, 6),
            "unmet_steps": [
                {"width_share": float(width), "penalty_usd_per_t": float(penalty)}
                for width, penalty in zip(widths, penalties, strict=True)
            ],
        })  # fmt: skip

    def need(region: str, t: int) -> float:
        return math.fsum(use["demand_t"][t] for use in uses if use["region"] == region)

    melted: list[float] = processes[-2]["capacity_t"]
    held = amount(1, 4)
    # The cover is at most what lies there at the start, the minimum at most what can be melted: both can be had.
    covers = [amount(0.2, 0.9) * held / need("c", t) * 30.0 for t in range(N_PERIODS)]
    minimum = [min(amount(0.3, 0.9) * melted[t] / need("d", t), 1.0) for t in range(N_PERIODS)]
    blocs = ("east", "west", "west", None)
    return {
        "title": f"network {seed}",
        "periods": [{"id": f"t{t}", "days": 30.0, "discount": 0.97**t} for t in range(N_PERIODS)],
        "regions": [{"id": region, "bloc": bloc} for region, bloc in zip(REGIONS, blocs, strict=True)],
        "processes": processes, "arcs": arcs, "uses": uses,
        "substitutions": [
            {"substitute": "paper", "use_id": "lamps", "region": "c", "form": "metal", "mass_ratio": 1.0,
             "cost_usd_per_t": amount(300, 2000), "feasible_share": rising(0.5)},
            {"substitute": "glass", "use_id": "lamps", "region": "d", "form": "metal", "draws_form": "glass",
             "mass_ratio": amount(0.5, 2), "cost_usd_per_t": amount(100, 600),
             "feasible_share": rising(0.8)},
        ],
        "stocks": [
            {"region": "c", "form": "metal", "initial_t": held, "capacity_t": held + amount(0, 2),
             "holding_cost_usd_per_t": amount(0, 10), "cover_days": covers, "salvage_usd_per_t": amount(0, 400)},
            {"region": "b", "form": "ore", "initial_t": amount(0, 3), "capacity_t": amount(3, 8),
             "holding_cost_usd_per_t": amount(0, 3), "cover_days": 0.0, "salvage_usd_per_t": amount(0, 5)},
        ],
        "bans": bans,
        "bloc_caps": [
            {"region": "c", "bloc": "east", "share_of_demand": [1.0, *series(0.05, 0.6)[1:]], "form": "metal"},
            {"region": "d", "bloc": "west", "share_of_demand": series(0.05, 1.3)},
        ],
        "offtakes": [{"arc": "bc metal", "process": "refine", "region": "b", "min_share": series(0, 0.5)}],
        "domestic_minimums": [{"region": "d", "form": "metal", "share_of_demand": minimum}],
    }  # fmt: skip


def tables_of(network: Record) -> dict[str, Any]:
    """Write a network as tables; a figure by period becomes one row for each, in any order."""
    periods = [period["id"] for period in network["periods"]]
    steps = [
        {"use": use["id"], "region": use["region"], "form": use["form"], **step}
        for use in network["uses"] for step in use["unmet_steps"]
    ]  # fmt: skip
    found: dict[str, Any] = {"title": network["title"], "unmet_steps": pl.DataFrame(steps)}
    for name, rows in network.items():
        if name == "title":
            continue
        flat = [{column: value for column, value in row.items() if column != "unmet_steps"} for row in rows]
        if any(isinstance(value, list) for row in flat for value in row.values()):
            flat = [
                {"period": period, **{column: at(value, t) for column, value in row.items()}}
                for row in flat for t, period in enumerate(periods)
            ]  # fmt: skip
            found[name] = pl.DataFrame(flat, infer_schema_length=None).sample(fraction=1.0, shuffle=True, seed=1)
        else:
            found[name] = pl.DataFrame(flat, infer_schema_length=None)
    return found


@functools.cache
def planned(seed: int) -> cm.Plan:
    return cm.SupplyNetwork.from_tables(**tables_of(random_network(seed))).plan()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_network_costs_what_an_independent_solver_finds(seed: int):
    program = written_out(random_network(seed))
    assert len(program.columns) > 100
    assert len(program.rows) > 100
    plan, peer = planned(seed), program.solve()
    assert peer.objective > 0.0
    assert plan.cost_usd == pytest.approx(peer.objective, rel=RELATIVE)
    assert plan.costs["cost_usd"].sum() == pytest.approx(peer.objective, rel=RELATIVE)
    assert max(plan.certificate.values()) < RELATIVE


def test_the_random_networks_meet_every_kind_of_limit():
    kinds = set(pl.concat([planned(seed).rents for seed in SEEDS])["kind"])
    assert kinds == {
        "capacity", "by_product", "ramp", "leak", "route", "restriction", "bloc_cap", "cover", "store", "offtake",
        "domestic_minimum", "substitution",
    }  # fmt: skip


# --- Random portfolios ------------------------------------------------------------------------------------------------

YEARS = (1.0, 3.0)


def grant_element(loan: Record) -> float:
    """Return the part of a loan that is a gift: 1 less its payments at the rate of the market."""
    tenor, grace, rate = loan["tenor_years"], loan["grace_years"], loan["rate"]
    level = rate / (1.0 - (1.0 + rate) ** -(tenor - grace))
    payments = [rate if year <= grace else level for year in range(1, tenor + 1)]
    growth = float(1.0 + loan["market_rate"])
    return 1.0 - math.fsum(payment / growth**year for year, payment in enumerate(payments, 1))


def programme(portfolio: Record) -> Program:
    """Write a portfolio of two stages as a mixed-integer programme; projects without any output have no column."""
    program = Program()
    weight, tail = portfolio["risk_weight"], portfolio["tail"]
    windows = range(len(portfolio["windows"]))
    lent, gift = {}, {}
    for one in portfolio["projects"]:
        lent[one["id"]] = one["loan"]["loan_to_value"] * one["capex_million_usd"] * one["offtake_share"]
        gift[one["id"]] = max(grant_element(one["loan"]) * lent[one["id"]], 0.0)
        program.column(one["id"], gift[one["id"]], 1.0 if one["is_admitted"] else 0.0)
        program.whole.add(one["id"])
    price = {one["id"]: one["stock"]["price_usd_per_t"] / MILLION for one in portfolio["materials"]}
    for one in portfolio["materials"]:
        program.column(("stock", one["id"]), price[one["id"]], one["stock"]["max_t"])
    spent = [*gift.items(), *((("stock", name), cost) for name, cost in price.items())]
    program.row("budget", "<", portfolio["budget_million_usd"], spent)
    program.row("lending", "<", portfolio["lending_cap_million_usd"], lent.items())
    for country in {one["country"] for one in portfolio["projects"]}:
        there = [(one["id"], lent[one["id"]]) for one in portfolio["projects"] if one["country"] == country]
        most = portfolio["concentration_share"] * portfolio["lending_cap_million_usd"]
        program.row(("lending", country), "<", most, there)
    if weight > 0.0:
        program.column("threshold", weight, least=-math.inf)
    for future in portfolio["scenarios"]:
        s = future["id"]
        losses: list[tuple[Hashable, float]] = []
        for material in portfolio["materials"]:
            m = material["id"]
            draws = [window_of(program, portfolio, (future, material, w), losses) for w in windows]
            stored = [
                (one["id"], -output_t(portfolio, one, future, material, len(windows) - 1))
                for one in portfolio["projects"] if (one["material"], one["stage"]) == (m, "stockpile")
            ]  # fmt: skip
            held = supply_t(material, "stockpile", future, 0)
            program.row(("drawn", s, m), "<", held, [*((d, 1.0) for d in draws), (("stock", m), -1.0), *stored])
        if weight > 0.0:
            excess = program.column(("excess", s), weight * future["probability"] / (1.0 - tail))
            above = [(excess, 1.0), ("threshold", 1.0), *((name, -cost) for name, cost in losses)]
            program.row(("tail", s), ">", 0.0, above)
    return program


def supply_t(material: Record, stage: str, future: Record, w: int) -> float:
    """Return what arrives without projects."""
    total = 0.0
    for supply in material["supplies"]:
        if supply["stage"] == stage:
            shares = [
                at(row["share"], w) for row in future["availability"]
                if row["source"] == supply["source"]
                and row.get("stage") in (None, stage) and row.get("material") in (None, material["id"])
            ]  # fmt: skip
            total += at(supply["supply_t"], w) * math.prod(shares)
    return total


def prices(material: Record, future: Record, w: int) -> tuple[float, float]:
    """Return the price in a window of a scenario, and what a guaranteed price adds to it [USD/t]."""
    ratios = [at(row["ratio"], w) for row in future["prices"] if row["material"] == material["id"]]
    price = material["price_usd_per_t"] * math.prod(ratios)
    return price, max(material["price_floor_usd_per_t"] - price, 0.0)


def output_t(portfolio: Record, project: Record, future: Record, material: Record, w: int) -> float:
    """Return what a project would send: contracted, built by then, not delayed, and only where it pays."""
    price, support = prices(material, future, w)
    is_built = portfolio["windows"][w]["year"] > project["build_years"]
    if not is_built or project["operating_cost_usd_per_t"] > price + support:
        return 0.0
    shares = [at(row["share"], w) for row in future["projects"] if row["project"] == project["id"]]
    return float(project["capacity_t"] * project["offtake_share"] * math.prod(shares))


def window_of(
    program: Program, portfolio: Record, place: tuple[Record, Record, int], losses: list[tuple[Hashable, float]]
) -> Hashable:
    """Write one window of one material of one scenario; return the column of what is drawn from stocks."""
    future, material, w = place
    label = (future["id"], material["id"], w)
    expected = future["probability"] * (1.0 - portfolio["risk_weight"])

    def column(kind: str, usd_per_t: float, most: float = math.inf, name: Hashable = "") -> Hashable:
        cost = usd_per_t / MILLION
        found = program.column((kind, *label, name), expected * cost, most)
        losses.append((found, cost))
        return found

    made: dict[str, list[Hashable]] = {"mine": [], "refinery": [], "recycling": []}
    _, support = prices(material, future, w)
    for one in portfolio["projects"]:
        if one["material"] == material["id"] and one["stage"] in made:
            y = column("made", one["operating_cost_usd_per_t"] + support, name=one["id"])
            output = output_t(portfolio, one, future, material, w)
            program.row(("output", *label, one["id"]), "<", 0.0, [(y, 1.0), (one["id"], -output)])
            made[one["stage"]].append(y)
    mined, refined, scrap = (column(stage, 0.0, supply_t(material, stage, future, w)) for stage in made)
    drawn = column("draw", 0.0)
    treated = [*((y, 1.0) for y in [refined, *made["refinery"]])]
    feed = [*((y, -material["refine_yield"]) for y in [mined, *made["mine"]])]
    program.row(("feed", *label), "<", 0.0, [*treated, *feed])
    limit = material["substitution"]
    met = [refined, scrap, *made["refinery"], *made["recycling"], drawn]
    met.append(column("replaced", limit["cost_usd_per_t"], limit["max_t"]))
    for number, step in enumerate(material["unmet_steps"]):
        met.append(column("unmet", step["penalty_usd_per_t"], step["width_t"], number))
    program.row(("demand", *label), ">", at(material["demand_t"], w), [(name, 1.0) for name in met])
    return drawn


def random_portfolio(seed: int, n_projects: int = 6, n_scenarios: int = 5, n_materials: int = 1) -> Record:
    """Draw projects of every stage, sources that fail, prices that fall, and a lender with all limits."""
    random = np.random.default_rng(seed)

    def amount(low: float, high: float) -> float:
        return float(random.uniform(low, high))

    materials, projects = [], []
    stages = ("mine", "refinery", "recycling", "stockpile")
    for m in range(n_materials):
        demand = [amount(15, 25), amount(18, 30)]
        materials.append({
            "id": f"m{m}", "demand_t": demand, "refine_yield": amount(0.8, 1.0),
            "supplies": [
                {"source": source, "stage": stage, "supply_t": [share * need * amount(0.9, 1.1) for need in demand]}
                for stage, parts in (("mine", (0.7, 0.4)), ("refinery", (0.65, 0.35)), ("recycling", (0.02, 0.03)))
                for source, share in zip(("CHN", "other"), parts, strict=True)
            ] + [{"source": "other", "stage": "stockpile", "supply_t": amount(0, 2)}],
            "unmet_steps": [
                {"width_t": 5.0, "penalty_usd_per_t": amount(2, 6) * MILLION},
                {"width_t": 30.0, "penalty_usd_per_t": amount(10, 30) * MILLION},
            ],
            "substitution": {"max_t": amount(0, 3), "cost_usd_per_t": amount(1, 5) * MILLION},
            "stock": {"price_usd_per_t": amount(0.5, 2.5) * MILLION, "max_t": amount(2, 10)},
            "price_usd_per_t": amount(0.3, 0.6) * MILLION, "price_floor_usd_per_t": amount(0.1, 0.4) * MILLION,
        })  # fmt: skip
    for i in range(n_projects):
        stage = stages[i % 2] if i < n_projects - 2 else stages[i - n_projects]  # one of each of the others
        projects.append({
            "id": f"p{i}", "material": f"m{i % n_materials}", "stage": stage,
            "country": ("AUS", "CAN", "JPN")[int(random.integers(3))], "capacity_t": amount(3, 12),
            "offtake_share": amount(0.4, 1.0), "capex_million_usd": amount(10, 90),
            "operating_cost_usd_per_t": amount(0.05, 0.5) * MILLION,
            "build_years": (0.5, 2.0)[int(random.uniform() < 0.4)], "is_admitted": bool(random.uniform() < 0.9),
            "loan": {"loan_to_value": amount(0.4, 0.9), "rate": amount(0.02, 0.06), "market_rate": amount(0.06, 0.14),
                     "tenor_years": int(random.integers(6, 16)), "grace_years": int(random.integers(4))},
        })  # fmt: skip
    weights = random.dirichlet(np.full(n_scenarios, 4.0))
    scenarios = []
    for s, probability in enumerate(weights):
        late = [int(i) for i in random.choice(n_projects, 2, replace=False)]
        scenarios.append({
            "id": f"s{s}", "probability": float(probability),
            "availability": [
                {"source": "CHN", "share": [amount(0, 1), amount(0, 1)]},
                {"source": "other", "stage": "refinery", "material": "m0", "share": amount(0.4, 1.0)},
            ],
            "projects": [{"project": f"p{i}", "share": [amount(0, 1), amount(0.5, 1)]} for i in late],
            "prices": [{"material": f"m{m}", "ratio": [amount(0.3, 1.2), 1.0]} for m in range(n_materials)],
        })  # fmt: skip
    lending = amount(60, 160) * n_projects / 6
    return {
        "title": f"portfolio {seed}", "windows": [{"id": f"year {year:.0f}", "year": year} for year in YEARS],
        "materials": materials, "projects": projects, "scenarios": scenarios,
        "budget_million_usd": amount(15, 50) * n_projects / 6, "lending_cap_million_usd": lending,
        "concentration_share": amount(0.5, 0.9), "risk_weight": (0.0, 0.3, 0.5, 1.0)[seed % 4],
        "tail": amount(0.6, 0.9),
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(10))
def test_a_random_portfolio_is_that_of_an_independent_solver_and_of_every_subset(seed: int):
    record = random_portfolio(seed)
    program = programme(record)
    subsets = program.best_of_every_choice()
    assert len(subsets) > 1
    best = min(subsets.values())
    assert program.solve_whole() == pytest.approx(best, rel=RELATIVE)
    found = cm.Portfolio.from_record(record).decide()
    assert found.is_proven
    assert found.objective_million_usd == pytest.approx(best, rel=RELATIVE)
    chosen = tuple(int(is_chosen) for is_chosen in found.projects["is_chosen"])
    assert subsets[chosen] == pytest.approx(best, rel=RELATIVE)


def test_the_random_portfolios_choose_projects_of_every_stage_and_stocks():
    found = [cm.Portfolio.from_record(random_portfolio(seed)).decide() for seed in range(10)]
    stages = set(pl.concat([one.chosen for one in found])["stage"])
    assert stages == {"mine", "refinery", "recycling", "stockpile"}
    assert max(one.stocks["stock_t"].sum() for one in found) > 0.0
    assert len({one.chosen.height for one in found}) > 1


def test_a_limit_of_time_tells_how_good_the_answer_is_and_never_that_there_is_none():
    portfolio = cm.Portfolio.from_record(random_portfolio(3, n_projects=30, n_scenarios=30, n_materials=3))
    best = portfolio.decide()
    assert best.is_proven
    n_answers, stopped = 0, []
    # Which limit is met where depends on the machine; what an answer may claim does not.
    for seconds in (0.01, 0.3, 0.6, 1.0, 60.0):
        try:
            found = portfolio.decide(time_limit_s=seconds)
        except cm.NotProvenError as error:
            stopped.append(str(error))
            continue
        n_answers += 1
        gap = found.certificate["gap"]
        assert found.projects.height == 30
        assert math.isfinite(gap)
        assert found.is_proven == (gap <= RELATIVE)
        assert found.objective_million_usd >= best.objective_million_usd * (1.0 - RELATIVE)
        allowed = (gap + RELATIVE) * abs(found.objective_million_usd)
        assert found.objective_million_usd - best.objective_million_usd <= allowed
    assert n_answers > 0
    assert all("limit" in message for message in stopped), stopped
