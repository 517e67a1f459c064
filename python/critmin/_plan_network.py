"""A supply network over time: who can make, send, hold, use and replace what."""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from critmin import _core
from critmin._plan_parts import PARTS, STEPS
from critmin._plan_tables import network_record, part_frame, part_rows, plain, steps_frame, with_steps
from critmin._progress import progress_callback
from critmin.exceptions import InvalidDataError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from critmin._core import ArrowStream
    from critmin._plan import Plan
    from critmin._progress import Progress


@dataclass(frozen=True)
class SupplyNetwork:
    """A supply network over time; immutable. Masses are tonnes of contained metal per period, money is USD.

    Make one of tables with :meth:`from_tables`, or take that of :attr:`Resourcing.network`.

    Attributes
    ----------
    record
        The network as plain Python objects, in the fields of its JSON text.
    """

    record: dict[str, Any]

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> SupplyNetwork:
        """Take a network as plain Python objects; parts that are absent are empty.

        Raises
        ------
        InvalidDataError
            When it is no record, or holds a part of another name.
        """
        if not isinstance(record, dict):
            raise InvalidDataError(f"found a `{type(record).__name__}`, expected a network: an object of its parts")
        unknown = sorted(set(record) - {"title", *PARTS})
        if unknown:
            raise InvalidDataError(f"found the parts {unknown}, expected some of {['title', *PARTS]}")
        return cls({"title": str(record.get("title", "")), **{name: _plain(record.get(name) or []) for name in PARTS}})

    @classmethod
    def from_json(cls, text: str) -> SupplyNetwork:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        InvalidDataError
            When it is no JSON text of a network.
        """
        try:
            record = json.loads(text)
        except json.JSONDecodeError as error:
            raise InvalidDataError(f"found no JSON text of a network: {error}") from error
        return cls.from_record(record)

    @classmethod
    def from_tables(
        cls,
        *,
        periods: ArrowStream,
        regions: ArrowStream,
        processes: ArrowStream,
        arcs: ArrowStream,
        uses: ArrowStream,
        unmet_steps: ArrowStream | None = None,
        substitutions: ArrowStream | None = None,
        stocks: ArrowStream | None = None,
        bans: ArrowStream | None = None,
        bloc_caps: ArrowStream | None = None,
        offtakes: ArrowStream | None = None,
        domestic_minimums: ArrowStream | None = None,
        title: str = "A network of tables",
    ) -> SupplyNetwork:
        """Make a network of tables of any library that speaks Arrow; labels are aligned by name, never by place.

        A figure that changes from period to period stands in a table with a further column ``period`` and one row for
        each period; without it a figure is the same in all.

        Parameters
        ----------
        periods
            ``id``, ``days``, and optionally ``discount``, the weight of its costs.
        regions
            ``id``, optionally ``bloc``.
        processes
            ``id``, ``region``, ``output``, ``cost_usd_per_t``; optionally ``input`` (absent: an extraction),
            ``recovery``, ``capacity_t``, ``by_product_limit_t``, ``ramp_t``, ``initial_output_t``.
        arcs
            ``id``, ``from``, ``to``, ``form``; optionally ``via``, ``freight_usd_per_t``, ``tariff_usd_per_t``,
            ``premium_usd_per_t``, ``loss``, ``capacity_t``, ``enforcement``, ``is_leak``.
        uses
            ``id``, ``region``, ``form``, ``demand_t``; and what unmet demand costs, unless ``unmet_steps`` tells it:
            ``penalty_usd_per_t``, or ``base_price_usd_per_t`` for a third each at 1.5, 5 and 20 times that price.
        unmet_steps
            ``use``, ``region``, ``form``, ``width_share``, ``penalty_usd_per_t``; widths of a use sum to 1.
        substitutions
            ``substitute``, ``use_id``, ``region``, ``form``, ``cost_usd_per_t``, ``feasible_share``; optionally
            ``draws_form`` and ``mass_ratio``.
        stocks
            ``region``, ``form``, ``initial_t``; optionally ``capacity_t``, ``holding_cost_usd_per_t``, ``cover_days``,
            ``salvage_usd_per_t``.
        bans
            ``arc``; optionally ``restriction_level`` (default 1) and ``base_flow_t``.
        bloc_caps
            ``region``, ``bloc``, ``share_of_demand``, optionally ``form``.
        offtakes
            ``arc``, ``process``, ``region``, ``min_share``.
        domestic_minimums
            ``region``, ``form``, ``share_of_demand``.
        title
            One line for people.

        Raises
        ------
        MissingColumnError
            When a column is missing, unknown, or of another type.
        InvalidDataError
            For every label without a match and every figure that lacks, with table, row and column.

        Examples
        --------
        >>> import critmin as cm
        >>> import polars as pl
        >>> network = cm.SupplyNetwork.from_tables(
        ...     periods=pl.DataFrame({"id": ["2026-01", "2026-02"], "days": [31.0, 28.0]}),
        ...     regions=pl.DataFrame({"id": ["A", "B"]}),
        ...     processes=pl.DataFrame({"id": ["refine"], "region": ["A"], "output": ["refined"],
        ...                             "cost_usd_per_t": [100.0], "capacity_t": [8.0]}),
        ...     arcs=pl.DataFrame({"id": ["A-B"], "from": ["A"], "to": ["B"], "form": ["refined"]}),
        ...     uses=pl.DataFrame({"id": ["magnets"], "region": ["B"], "form": ["refined"],
        ...                        "demand_t": [10.0], "penalty_usd_per_t": [5000.0]}),
        ... )
        >>> plan = network.plan()
        >>> round(plan.cost_usd)  # two months of 8 t made and 2 t short
        21600
        """
        tables = {
            "periods": periods, "regions": regions, "processes": processes, "arcs": arcs, "uses": uses,
            "substitutions": substitutions, "stocks": stocks, "bans": bans, "bloc_caps": bloc_caps,
            "offtakes": offtakes, "domestic_minimums": domestic_minimums,
        }  # fmt: skip
        return cls(network_record(tables, unmet_steps, title=title))

    @property
    def title(self) -> str:
        """One line for people."""
        return str(self.record["title"])

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits of the whole content; equal networks have equal fingerprints."""
        return hashlib.sha256(json.dumps(self.record, sort_keys=True).encode()).hexdigest()[:16]

    @functools.cached_property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All parts by name, in the columns of :meth:`from_tables`."""
        return {**{name: part_frame(name, self.record) for name in PARTS}, STEPS: steps_frame(self.record)}

    @property
    def periods(self) -> pl.DataFrame:
        """The periods in order, with their length [days]."""
        return self.tables["periods"]

    @property
    def regions(self) -> pl.DataFrame:
        """The regions and their blocs."""
        return self.tables["regions"]

    @property
    def processes(self) -> pl.DataFrame:
        """Makers: cost [USD/t], capacity and limit of a by-product [t per period]."""
        return self.tables["processes"]

    @property
    def arcs(self) -> pl.DataFrame:
        """Routes: cost [USD/t sent], loss [fraction], capacity [t per period], leaks."""
        return self.tables["arcs"]

    @property
    def uses(self) -> pl.DataFrame:
        """Demand by use [t per period]; what it costs when it is not met is in the table ``unmet_steps``."""
        return self.tables["uses"]

    @property
    def substitutions(self) -> pl.DataFrame:
        """What can replace the metal in a use, and how much of it by when [fraction of the demand]."""
        return self.tables["substitutions"]

    @property
    def stocks(self) -> pl.DataFrame:
        """Where metal can be held [t], and the cover that must be held [days]."""
        return self.tables["stocks"]

    @property
    def bans(self) -> pl.DataFrame:
        """Routes that are closed in some periods."""
        return self.tables["bans"]

    def replace(self, **parts: Any) -> SupplyNetwork:  # noqa: ANN401
        """Return a network with other tables for the parts that are named, ``None`` for none; or another title.

        Parameters
        ----------
        **parts
            Tables by part, as in :meth:`from_tables`, and ``title``. Rows of other parts that name what is gone are
            told when the network is planned.

        Raises
        ------
        InvalidDataError, MissingColumnError
            As :meth:`from_tables`.
        """
        unknown = sorted(set(parts) - {"title", STEPS, *PARTS})
        if unknown:
            raise InvalidDataError(f"found the parts {unknown}, expected some of {['title', STEPS, *PARTS]}")
        record = {**self.record, "title": str(parts.get("title", self.title))}
        for name in PARTS:
            if name in parts:
                record[name] = [] if parts[name] is None else part_rows(name, parts[name], record)
        if STEPS in parts or "uses" in parts:
            steps = self.tables[STEPS] if parts.get(STEPS) is None else parts[STEPS]
            record["uses"] = [dict(use) for use in record["uses"]]
            with_steps(record, _of_uses(steps, record) if parts.get(STEPS) is None else steps)
        return SupplyNetwork({name: _plain(rows) for name, rows in record.items()})

    def with_enforcement(self, enforcement: float) -> SupplyNetwork:
        """Return the network with this share of every leak's capacity taken away, 0 to 1.

        Leaks without a capacity stay open: there is nothing to take a share of.
        """
        arcs = [
            {**arc, "enforcement": float(enforcement)} if arc.get("is_leak") and "capacity_t" in arc else arc
            for arc in self.record["arcs"]
        ]
        return SupplyNetwork({**self.record, "arcs": arcs})

    def with_restriction_level(self, level: float) -> SupplyNetwork:
        """Return the network with every ban at another level, 0 (none) to 1 (closed).

        A ban that begins within a period, or changes over time, keeps its course: its highest level becomes this one.
        """
        bans = [{**ban, "restriction_level": _at_level(ban.get("restriction_level", 1.0), level)}
                for ban in self.record["bans"]]  # fmt: skip
        return SupplyNetwork({**self.record, "bans": bans})

    def with_cover_days(self, days: float, *, regions: str | Sequence[str] = ()) -> SupplyNetwork:
        """Return the network with this cover in every store [days of demand], or in those of some regions.

        Raises
        ------
        UnknownNameError
            When a region has no store.
        """
        wanted = [regions] if isinstance(regions, str) else list(regions)
        holders = {stock["region"] for stock in self.record["stocks"]}
        lost = sorted(set(wanted) - holders)
        if lost:
            raise UnknownNameError(f"no store in {lost}: expected regions of `stocks`, {sorted(holders)}")
        stocks = [
            {**stock, "cover_days": float(days)} if not wanted or stock["region"] in wanted else stock
            for stock in self.record["stocks"]
        ]
        return SupplyNetwork({**self.record, "stocks": stocks})

    def plan(
        self,
        *,
        by_product_caps: bool = True,
        leaks: bool = True,
        price_intervals: bool = False,
        time_limit_s: float | None = None,
        progress: Progress = False,
    ) -> Plan:
        """Find the cheapest way to serve the uses, proven by a certificate.

        Parameters
        ----------
        by_product_caps
            Whether the output of a host limits its by-products; when off, the plan says so.
        leaks
            Whether the ways round a ban are open; without them the ban is hard.
        price_intervals
            Whether prices where nothing moves come with the interval of all optimal ones; it takes two solves for each.
        time_limit_s
            Seconds after which to stop; the result then depends on the clock.
        progress
            ``True`` draws a bar on a terminal; a callable receives ``(done, total)``.

        Raises
        ------
        InvalidDataError
            When the network is faulty; every fault is told.
        InfeasiblePlanError
            When no plan satisfies every requirement; ``conflicts`` and ``missing`` say which.
        NotProvenError
            When the optimum is not certified.
        """
        from critmin._plan import Plan

        options: dict[str, Any] = {
            "by_product_caps": by_product_caps, "leaks": leaks, "price_intervals": price_intervals,
        }  # fmt: skip
        if time_limit_s is not None:
            options["solve"] = {"time_limit_s": float(time_limit_s)}
        text = _core.plan_network(self.to_json(), json.dumps(options), progress_callback(progress, "plan"))
        return Plan(json.loads(text), self, options)

    def to_json(self) -> str:
        """Return the network as JSON text.

        Raises
        ------
        InvalidDataError
            When a figure is NaN or infinite.
        """
        try:
            return json.dumps(self.record, allow_nan=False)
        except ValueError as error:
            raise InvalidDataError("found NaN or an infinite number in the network: expected finite ones") from error

    def __repr__(self) -> str:
        """Say how much there is."""
        counts = ", ".join(f"{len(self.record[name])} {name}" for name in ("periods", "regions", "processes", "arcs"))
        return f"<SupplyNetwork `{self.title}`: {counts}>"


def _plain(rows: Any) -> Any:  # noqa: ANN401
    return [plain(row) for row in rows] if isinstance(rows, list) else rows


def _at_level(course: float | list[float], level: float) -> float | list[float]:
    """Stretch the course of a restriction to another highest level."""
    if not isinstance(course, list):
        return float(level) if course > 0 else 0.0
    highest = max(course, default=0.0)
    return [value / highest * level if highest > 0 else 0.0 for value in course]


def _of_uses(steps: pl.DataFrame, record: dict[str, Any]) -> pl.DataFrame:
    """Keep the steps of uses that are still there and bring no cost of unmet demand of their own."""
    import polars as pl

    own = ("penalty_usd_per_t", "base_price_usd_per_t")
    uses = [use for use in record["uses"] if all(use.get(column) is None for column in own)]
    kept = {(use["id"], use["region"], use["form"]) for use in uses}
    is_kept = [key in kept for key in steps.select("use", "region", "form").rows()]
    return steps.filter(pl.Series(is_kept, dtype=pl.Boolean))
