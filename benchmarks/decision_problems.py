"""The decision problems that critmin and its peers are given: the same figures, and the matrices written by hand.

Everything is drawn from one stream of whole numbers (splitmix64), so that any language can draw the same. The peers get
plain arrays; only the figures are made outside the clock, building the problem is part of every measurement.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]

WORD = 2**64 - 1
N_STEPS = 2**53
PEACE_SHARE = 3  # the routes of the dominant supplier close after a third of the periods
UNMET_USD_PER_T = 5000.0
HOLDING_USD_PER_T = 0.2
STORE_T = 30.0
USD_PER_MILLION = 1e6


class Draws:
    """Numbers of splitmix64, a function of the seed alone."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def share(self) -> float:
        """Draw from 0 to below 1."""
        self.state = (self.state + 0x9E3779B97F4A7C15) & WORD
        mixed = self.state ^ (self.state >> 30)
        mixed = (mixed * 0xBF58476D1CE4E5B9) & WORD
        mixed ^= mixed >> 27
        mixed = (mixed * 0x94D049BB133111EB) & WORD
        return ((mixed ^ (mixed >> 31)) >> 11) / N_STEPS

    def amount(self, low: float, high: float) -> float:
        """Draw from `low` to below `high`."""
        return low + (high - low) * self.share()

    def amounts(self, low: float, high: float, n: int) -> list[float]:
        """Draw several amounts."""
        return [self.amount(low, high) for _ in range(n)]

    def position(self, n: int) -> int:
        """Draw one of the first `n` whole numbers."""
        return int(self.share() * n)


class Matrix(NamedTuple):
    """Minimise `cost x` with `row_lower <= rows x <= row_upper` and `lower <= x <= upper`, some columns whole."""

    cost: Floats
    lower: Floats
    upper: Floats
    is_whole: NDArray[np.bool_]
    rows: sparse.csr_array
    row_lower: Floats
    row_upper: Floats


# --- A supply network -------------------------------------------------------------------------------------------------


@dataclass
class NetworkFigures:
    """A chain of stages in several regions over time; region 0 is the dominant supplier, its last two stages closed."""

    n_periods: int
    n_stages: int
    n_regions: int
    recovery: list[list[float]]  # by stage and region, of what the stage before made
    cost: list[list[float]]
    capacity: list[list[float]]  # before it grows
    demand: list[float]  # by region, before it grows
    arcs: list[tuple[int, int, float]]  # from, to, cost; the same for every stage

    @property
    def ban(self) -> int:
        """The first period with closed routes."""
        return self.n_periods // PEACE_SHARE

    def is_closed(self, stage: int, origin: int, period: int) -> bool:
        """Tell whether nothing may leave."""
        return origin == 0 and self.n_stages <= stage + 2 and self.ban <= period

    def growth(self, region: int) -> list[float]:
        """Return capacity over the first one, by period: 2 % of it more with each period of the ban."""
        return [1.0 + 0.02 * max(period - self.ban, 0) * (region > 0) for period in range(self.n_periods)]

    def demand_growth(self) -> list[float]:
        """Return demand over the first one, by period."""
        return [1.0 + 0.005 * period for period in range(self.n_periods)]


def network_figures(n_periods: int = 60, n_stages: int = 4, n_regions: int = 40, n_partners: int = 8) -> NetworkFigures:
    """Draw the network of the benchmark: 98,400 decisions by default."""
    draws = Draws(7)
    recovery = [draws.amounts(0.7, 0.98, n_regions) for _ in range(n_stages)]
    cost = [draws.amounts(5.0, 50.0, n_regions) for _ in range(n_stages)]
    capacity = []
    for stage in range(n_stages):
        width = 1 + 0.3 * (n_stages - stage)
        capacity.append([6.0 * n_regions * width, *(draws.amount(0.0, 12.0) * width for _ in range(n_regions - 1))])
    demand = draws.amounts(2.0, 10.0, n_regions)
    arcs = []
    for origin in range(n_regions):
        partners: list[int] = []
        while len(partners) < n_partners:
            partner = draws.position(n_regions)
            if partner != origin and partner not in partners:
                partners.append(partner)
                arcs.append((origin, partner, draws.amount(1.0, 20.0)))
    return NetworkFigures(n_periods, n_stages, n_regions, recovery, cost, capacity, demand, arcs)


def network_matrix(figures: NetworkFigures) -> Matrix:
    """Write the network as a matrix: one row for each period, stage and region, capacities as bounds."""
    n_periods, n_stages, n_regions = figures.n_periods, figures.n_stages, figures.n_regions
    n_arcs, n_nodes = len(figures.arcs), n_stages * n_regions
    origins, ends, freight = (np.array(part) for part in zip(*figures.arcs, strict=True))
    # The columns of one period: flows, output, stocks, unmet demand.
    made, held = n_stages * n_arcs, n_stages * n_arcs + n_nodes
    unmet = held + n_nodes
    n_columns = unmet + n_regions
    nodes, flows, last = np.arange(n_nodes), np.arange(n_stages * n_arcs), np.arange(n_nodes - n_regions, n_nodes)
    of_arc = np.repeat(np.arange(n_stages) * n_regions, n_arcs)
    taken = nodes[n_regions:]  # everything but the first stage takes what the stage before made
    recovery = np.array(figures.recovery).ravel()
    entries = [
        (of_arc + np.tile(ends, n_stages), flows, np.ones(len(flows))),
        (of_arc + np.tile(origins, n_stages), flows, -np.ones(len(flows))),
        (nodes, made + nodes, np.ones(n_nodes)),
        (taken - n_regions, made + taken, -1.0 / recovery[taken]),
        (nodes, held + nodes, -np.ones(n_nodes)),
        (last, unmet + np.arange(n_regions), np.ones(n_regions)),
    ]
    row, column, value = (np.concatenate(part) for part in zip(*entries, strict=True))
    block = sparse.csr_array((value, (row, column)), shape=(n_nodes, n_columns))
    before = sparse.csr_array((np.ones(n_nodes), (nodes, held + nodes)), shape=(n_nodes, n_columns))
    rows = sparse.kron(sparse.eye_array(n_periods), block) + sparse.kron(sparse.eye_array(n_periods, k=-1), before)
    growth, demand_growth = np.array([figures.growth(region) for region in range(n_regions)]), figures.demand_growth()
    cost = np.concatenate([
        np.tile(freight, n_stages), np.array(figures.cost).ravel(), np.full(n_nodes, HOLDING_USD_PER_T),
        np.full(n_regions, UNMET_USD_PER_T),
    ])  # fmt: skip
    uppers, needs = [], []
    for period in range(n_periods):
        of_stage = [[figures.is_closed(stage, 0, period)] for stage in range(n_stages)]
        closed = (np.array(of_stage) & (origins == 0)[None, :]).ravel()
        capacity = (np.array(figures.capacity) * growth[:, period]).ravel()
        demand = np.array(figures.demand) * demand_growth[period]
        uppers += [np.where(closed, 0.0, np.inf), capacity, np.full(n_nodes, STORE_T), demand]
        needs += [np.zeros(n_nodes - n_regions), demand]
    upper, need = np.concatenate(uppers), np.concatenate(needs)
    lower = np.zeros(len(upper))
    is_whole = np.zeros(len(upper), dtype=bool)
    return Matrix(np.tile(cost, n_periods), lower, upper, is_whole, sparse.csr_array(rows), need, need)


# --- An investment portfolio ------------------------------------------------------------------------------------------

N_SOURCES = 6
COUNTRIES = ("CHN", "AUS", "CAN", "CHL", "ZAF", "KAZ")
STAGES = ("mine", "refinery")
# critmin counts what is spent in its objective: in a thousandth of the money, budget, prices and costs leave the choice
# to the losses.
MONEY = 1e-3
LOAN = {"loan_to_value": 1.0, "rate": 0.0, "market_rate": 0.25, "tenor_years": 10, "grace_years": 0}


def grant_element() -> float:
    """Return the share of `LOAN` that is a gift: ten equal payments without interest, at the market's rate."""
    return 1.0 - sum(0.1 / 1.25**year for year in range(1, 11))


def portfolio_record(n_projects: int = 60, n_scenarios: int = 100, n_materials: int = 8) -> dict[str, Any]:
    """Draw projects, materials and losses of suppliers, in the fields of a `critmin.Portfolio`."""
    draws = Draws(11)
    stage = [draws.position(2) for _ in range(n_projects)]
    cost = draws.amounts(40.0, 400.0, n_projects)
    capacity = draws.amounts(5.0, 40.0, n_projects)
    offtake = draws.amounts(0.3, 0.9, n_projects)
    region = [draws.position(N_SOURCES) for _ in range(n_projects)]
    demand = draws.amounts(60.0, 140.0, n_materials)
    value = draws.amounts(1.0, 20.0, n_materials)
    base = []
    for _ in range(2 * n_materials):
        dominant = draws.amount(0.4, 0.9)
        weights = [draws.share() for _ in range(N_SOURCES)][1:]
        base.append([dominant, *((1 - dominant) * weight / sum(weights) for weight in weights)])
    materials = [
        {
            "id": f"m{m}", "demand_t": demand[m],
            "supplies": [
                {"source": source, "stage": STAGES[k], "supply_t": demand[m] * 1.02 * base[2 * m + k][at]}
                for k in range(2) for at, source in enumerate(COUNTRIES)
            ],
            "unmet_steps": [{"width_t": demand[m], "penalty_usd_per_t": value[m] * USD_PER_MILLION}],
            "substitution": {"max_t": 0.15 * demand[m], "cost_usd_per_t": 0.4 * value[m] * USD_PER_MILLION},
            "stock": {"price_usd_per_t": 6 * math.sqrt(value[m]) * MONEY * USD_PER_MILLION, "max_t": 200.0},
        }
        for m in range(n_materials)
    ]  # fmt: skip
    projects = [
        {
            "id": f"p{i}", "material": f"m{i % n_materials}", "stage": STAGES[stage[i]],
            "country": COUNTRIES[max(region[i], 1)], "capacity_t": capacity[i], "offtake_share": offtake[i],
            "capex_million_usd": cost[i] * MONEY / (grant_element() * offtake[i]),
            "operating_cost_usd_per_t": 1000.0, "build_years": 0.0, "loan": LOAN,
        }
        for i in range(n_projects)
    ]  # fmt: skip
    scenarios = []
    for number in range(n_scenarios):
        available = []
        for _ in range(2 * n_materials):
            of_stage = []
            for source in range(N_SOURCES):
                is_hit = draws.share() < (0.35 if source == 0 else 0.08)
                left = (0.0, 0.3) if source == 0 else (0.2, 0.8)
                of_stage.append(draws.amount(*left) if is_hit else 1.0)
            available.append(of_stage)
        factors = []
        for i in range(n_projects):
            delay = draws.amount(0.0, 0.5) if draws.share() < 0.1 else 1.0
            factors.append(delay * available[2 * (i % n_materials) + stage[i]][max(region[i], 1)])
        scenarios.append({
            "id": f"s{number}", "probability": 1.0 / n_scenarios,
            "availability": [
                {"material": f"m{m}", "source": source, "stage": STAGES[k], "share": available[2 * m + k][at]}
                for m in range(n_materials) for k in range(2) for at, source in enumerate(COUNTRIES)
                if available[2 * m + k][at] != 1.0
            ],
            "projects": [
                {"project": f"p{i}", "share": factor} for i, factor in enumerate(factors) if factor != 1.0
            ],
        })  # fmt: skip
    return {
        "title": "A portfolio of the benchmark", "windows": [{"id": "one", "year": 1.0}], "materials": materials,
        "projects": projects, "scenarios": scenarios, "budget_million_usd": 2000.0 * MONEY, "risk_weight": 0.5,
        "tail": 0.9,
    }  # fmt: skip


def frontier_budgets(n: int = 100) -> list[float]:
    """Return even steps of budget up to twice that of the portfolio."""
    return [4000.0 * MONEY * step / n for step in range(1, n + 1)]


class Rows:
    """A matrix under construction."""

    def __init__(self) -> None:
        self.columns: list[tuple[float, float, float, bool]] = []
        self.limits: list[tuple[float, float]] = []
        self.entries: tuple[list[int], list[int], list[float]] = ([], [], [])

    def column(self, cost: float, lower: float, upper: float, *, is_whole: bool = False) -> int:
        """Add a column and return its position."""
        self.columns.append((cost, lower, upper, is_whole))
        return len(self.columns) - 1

    def row(self, lower: float, upper: float, terms: list[tuple[int, float]]) -> None:
        """Add a row."""
        row, column, value = self.entries
        row += [len(self.limits)] * len(terms)
        column += [at for at, _ in terms]
        value += [factor for _, factor in terms]
        self.limits.append((lower, upper))

    def matrix(self) -> Matrix:
        """Return it as arrays."""
        cost, lower, upper, is_whole = (np.array(part) for part in zip(*self.columns, strict=True))
        row_lower, row_upper = (np.array(part) for part in zip(*self.limits, strict=True))
        row, column, value = self.entries
        rows = sparse.csr_array((value, (row, column)), shape=(len(self.limits), len(self.columns)))
        return Matrix(cost, lower, upper, is_whole, rows, row_lower, row_upper)


def portfolio_matrix(record: dict[str, Any]) -> Matrix:
    """Write the portfolio of one window, mines and refineries, as a matrix; its first row is the budget."""
    built, weight = Rows(), record["risk_weight"]
    projects, materials = record["projects"], record["materials"]
    gift = [grant_element() * project["capex_million_usd"] * project["offtake_share"] for project in projects]
    chosen = [built.column(cost, 0.0, 1.0, is_whole=True) for cost in gift]
    price = [material["stock"]["price_usd_per_t"] / USD_PER_MILLION for material in materials]
    stocks = [
        built.column(cost, 0.0, material["stock"]["max_t"]) for cost, material in zip(price, materials, strict=True)
    ]
    spent = [*zip(chosen, gift, strict=True), *zip(stocks, price, strict=True)]
    built.row(-math.inf, record["budget_million_usd"], spent)
    threshold = built.column(weight, -math.inf, math.inf)
    for scenario in record["scenarios"]:
        probability = scenario["probability"]
        left = {(row["material"], row["source"], row["stage"]): row["share"] for row in scenario["availability"]}
        factor = {row["project"]: row["share"] for row in scenario["projects"]}
        losses: list[tuple[int, float]] = []

        def cost(
            million_usd: float, most: float, losses: list[tuple[int, float]] = losses, scale: float = probability
        ) -> int:
            at = built.column(scale * (1.0 - weight) * million_usd, 0.0, most)
            losses.append((at, million_usd))
            return at

        for m, material in enumerate(materials):
            made: dict[str, list[int]] = {stage: [] for stage in STAGES}
            for i, project in enumerate(projects):
                if project["material"] != material["id"]:
                    continue
                output = project["capacity_t"] * project["offtake_share"] * factor.get(project["id"], 1.0)
                at = cost(project["operating_cost_usd_per_t"] / USD_PER_MILLION, math.inf)
                built.row(-math.inf, 0.0, [(at, 1.0), (chosen[i], -output)])
                made[project["stage"]].append(at)
            supply = dict.fromkeys(STAGES, 0.0)
            for row in material["supplies"]:
                supply[row["stage"]] += row["supply_t"] * left.get((material["id"], row["source"], row["stage"]), 1.0)
            mined, refined = (built.column(0.0, 0.0, supply[stage]) for stage in STAGES)
            draw = built.column(0.0, 0.0, math.inf)
            treated = [(at, 1.0) for at in [refined, *made["refinery"]]]
            built.row(-math.inf, 0.0, treated + [(at, -1.0) for at in [mined, *made["mine"]]])
            built.row(-math.inf, 0.0, [(draw, 1.0), (stocks[m], -1.0)])
            limit, step = material["substitution"], material["unmet_steps"][0]
            replaced = cost(limit["cost_usd_per_t"] / USD_PER_MILLION, limit["max_t"])
            unmet = cost(step["penalty_usd_per_t"] / USD_PER_MILLION, step["width_t"])
            met = [refined, *made["refinery"], draw, replaced, unmet]
            built.row(material["demand_t"], math.inf, [(at, 1.0) for at in met])
        excess = built.column(weight * probability / (1.0 - record["tail"]), 0.0, math.inf)
        built.row(0.0, math.inf, [*((at, -million_usd) for at, million_usd in losses), (excess, 1.0), (threshold, 1.0)])
    return built.matrix()


# --- Spatial price equilibrium ----------------------------------------------------------------------------------------


@dataclass
class TradeFigures:
    """Linear demand and supply by region and commodity, and what moving between regions costs."""

    demand_price: Floats  # intercepts and slopes by region, then commodity
    demand_slope: Floats
    supply_price: Floats
    supply_slope: Floats
    transport: Floats  # by origin, destination, commodity; 0 at home


def trade_figures(n_regions: int = 60, n_commodities: int = 3) -> TradeFigures:
    """Draw the markets of the benchmark."""
    draws, n = Draws(5), n_regions * n_commodities
    ranges = ((50.0, 150.0), (0.1, 1.0), (5.0, 60.0), (0.05, 1.0))
    shape = (n_regions, n_commodities)
    demand_price, demand_slope, supply_price, supply_slope = (
        np.array(draws.amounts(*ends, n)).reshape(shape) for ends in ranges
    )
    transport = np.array(draws.amounts(1.0, 40.0, n_regions * n)).reshape(n_regions, n_regions, n_commodities)
    transport[range(n_regions), range(n_regions)] = 0.0
    return TradeFigures(demand_price, demand_slope, supply_price, supply_slope, transport)


class Quadratic(NamedTuple):
    """Minimise `linear x + slopes x^2 / 2` with `rows x <= 0` and `0 <= x`."""

    linear: Floats
    slopes: Floats
    rows: sparse.csc_array


def trade_quadratic(figures: TradeFigures) -> Quadratic:
    """Write the markets as a quadratic programme: bought, sold, moved; no more leaves than is sold, no less arrives."""
    n_regions, n_commodities = figures.demand_price.shape
    n = n_regions * n_commodities
    n_flows = n_regions * n
    flows = np.arange(n_flows)
    origin = flows // n * n_commodities + flows % n_commodities
    end = flows % n
    linear = np.concatenate([-figures.demand_price.ravel(), figures.supply_price.ravel(), figures.transport.ravel()])
    slopes = np.concatenate([figures.demand_slope.ravel(), figures.supply_slope.ravel(), np.zeros(n_flows)])
    row = np.concatenate([np.arange(2 * n), origin + n, end])
    column = np.concatenate([np.arange(2 * n), 2 * n + flows, 2 * n + flows])
    value = np.concatenate([np.ones(n), -np.ones(n), np.ones(n_flows), -np.ones(n_flows)])
    return Quadratic(linear, slopes, sparse.csc_array((value, (row, column)), shape=(2 * n, 2 * n + n_flows)))
