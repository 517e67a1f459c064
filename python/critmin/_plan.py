"""What a network does at its optimum, what its limits are worth, and what changed against another plan."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from critmin import _core, _plan_words
from critmin._frames import rows_frame
from critmin._plan_frames import COLUMNS, COMPARED, USE, bottleneck, difference
from critmin._words import ROUNDING
from critmin.exceptions import InvalidDataError, UnknownNameError
from critmin.result import write_tables

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from pathlib import Path

    import polars as pl

    from critmin._plan_network import SupplyNetwork

DAYS_PER_MONTH = 365.25 / 12
_AMOUNTS = ("demand_t", "supplied_t", "substituted_t", "shortfall_t", "shortfall_cost_usd")


@dataclass(frozen=True)
class Plan:
    """The cheapest way to serve the uses of a network, proven. Every table is a polars frame with units in its names.

    Attributes
    ----------
    record
        The plan as plain Python objects.
    network
        What was planned.
    options
        How.
    """

    record: dict[str, Any] = field(repr=False)
    network: SupplyNetwork
    options: dict[str, Any]

    @property
    def title(self) -> str:
        """One line for people."""
        return str(self.record["title"])

    @property
    def cost_usd(self) -> float:
        """Total discounted cost [USD], that of unmet demand included."""
        return float(self.record["cost_usd"])

    @property
    def certificate(self) -> dict[str, float]:
        """How far the optimum is from a proof: ``primal``, ``dual``, ``gap``, relative; 0 is a proof."""
        return dict(self.record["certificate"])

    @property
    def flags(self) -> list[str]:
        """What a reader must know: by-product caps off, a single buyer, a hard ban."""
        return list(self.record["flags"])

    @property
    def periods(self) -> list[str]:
        """Names of the periods, in order."""
        return list(self.record["periods"])

    @functools.cached_property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables by name."""
        found = {name: rows_frame(self.record[name], kinds) for name, kinds in COLUMNS.items()}
        return {**found, "bottleneck": bottleneck(found["rents"])}

    @property
    def costs(self) -> pl.DataFrame:
        """The cost by part [USD]: process, freight, tariff, premium, holding, substitution, unmet, salvage."""
        return self.tables["costs"]

    @property
    def production(self) -> pl.DataFrame:
        """What each process makes, and what limits it [t]."""
        return self.tables["production"]

    @property
    def flows(self) -> pl.DataFrame:
        """What each route carries [t]; of a closed one, what a tonne through it would save [USD/t]."""
        return self.tables["flows"]

    @property
    def stocks(self) -> pl.DataFrame:
        """What each store holds at the end of a period, what it released, and its cover [t]."""
        return self.tables["stocks"]

    @property
    def uses(self) -> pl.DataFrame:
        """What each use gets: demand, supplied, substituted and shortfall [t], and its cost [USD]."""
        return self.tables["uses"]

    @property
    def substitutions(self) -> pl.DataFrame:
        """What each substitute replaces, what it draws on, and how much could have switched [t]."""
        return self.tables["substitutions"]

    @property
    def prices(self) -> pl.DataFrame:
        """What a tonne is worth where [USD/t]; where nothing moves (``is_idle``) it is one price of many."""
        return self.tables["prices"]

    @property
    def rents(self) -> pl.DataFrame:
        """What one tonne more of each limit that binds is worth, by period [USD/t]."""
        return self.tables["rents"]

    @property
    def bottleneck(self) -> pl.DataFrame:
        """The limits that bind, the one that earns most first.

        ``rent_usd`` is rent times what stands against the limit, over all periods; ``rent_usd_per_t`` its mean over
        that mass, ``highest_rent_usd_per_t`` that of the worst period.
        """
        return self.tables["bottleneck"]

    def shortfall(
        self, by: str | Sequence[str] = ("use",), *, regions: str | Sequence[str] | None = None
    ) -> pl.DataFrame:
        """Add up what is not met.

        Parameters
        ----------
        by
            Some of ``"use"``, ``"region"``, ``"form"`` and ``"period"``. Name ``"form"`` where a network holds several
            metals: their tonnes do not add up.
        regions
            Which; by default all.

        Returns
        -------
        polars.DataFrame
            What was asked for, ``demand_t``, ``supplied_t``, ``substituted_t``, ``shortfall_t``,
            ``shortfall_cost_usd``, and ``shortfall_share`` of the demand.

        Raises
        ------
        InvalidDataError
            When ``by`` names something else.
        UnknownNameError
            When a region has no use.
        """
        import polars as pl

        asked = [by] if isinstance(by, str) else list(by)
        if not set(asked) <= set(USE):
            raise InvalidDataError(f"found `by` = {asked}: expected some of {list(USE)}")
        rows = self.uses.filter(pl.col("region").is_in(self.buyers(regions)))
        sums = [pl.col(name).sum() for name in _AMOUNTS]
        found = rows.group_by(asked, maintain_order=True).agg(sums) if asked else rows.select(sums)
        share = pl.when(pl.col("demand_t") > 0).then(pl.col("shortfall_t") / pl.col("demand_t"))
        return found.with_columns(share.alias("shortfall_share"))

    def months_bridged(self, region: str) -> float | None:
        """Tell how long stocks and other supply carry a region before its first shortfall, in months.

        It counts whole periods from the first in which a route is banned, or from the first at all where none is.

        Returns
        -------
        float or None
            ``None`` when no period of the plan has a shortfall.

        Raises
        ------
        UnknownNameError
            When the region has no use.
        """
        import polars as pl

        short = self.shortfall("period", regions=region).filter(pl.col("shortfall_share") > ROUNDING)["period"]
        banned = set(self.flows.filter(pl.col("is_banned"))["period"])
        days, is_on = 0.0, not banned
        for period, length in zip(self.periods, self.record["period_days"], strict=True):
            is_on = is_on or period in banned
            if is_on and period in set(short):
                return days / DAYS_PER_MONTH
            days += length if is_on else 0.0
        return None

    def last_tonne(self, region: str) -> pl.DataFrame:
        """Return the price of the last tonne of each form that the uses of a region take, period by period [USD/t].

        Raises
        ------
        UnknownNameError
            When the region has no use.
        """
        import polars as pl

        self.buyers(region)
        forms = self.uses.filter(pl.col("region") == region)["form"].unique()
        is_wanted = (pl.col("region") == region) & pl.col("form").is_in(forms.implode())
        return self.prices.filter(is_wanted).drop("region")

    def buyers(self, regions: str | Sequence[str] | None = None) -> list[str]:
        """Return the regions with uses, all or those that are named.

        Raises
        ------
        UnknownNameError
            When a region has no use.
        """
        known = self.uses["region"].unique(maintain_order=True).to_list()
        wanted = known if regions is None else [regions] if isinstance(regions, str) else list(regions)
        unknown = [region for region in wanted if region not in known]
        if unknown:
            raise UnknownNameError(f"no use in {unknown}: expected some of {known}")
        return wanted

    def compare(self, base: Plan) -> PlanChange:
        """Set the plan against another, table by table."""
        if not isinstance(base, Plan):
            raise InvalidDataError(f"found a `{type(base).__name__}`, expected a `Plan`: pass what `plan()` returns")
        return PlanChange(self, base)

    @property
    def provenance(self) -> dict[str, Any]:
        """Version, options, fingerprint of the network, flags, and the certificate."""
        about = {"title": self.title, "version": _core.__version__, "network": self.network.fingerprint}
        proof = {"certificate": self.certificate, "iterations": self.record["iterations"]}
        return {**about, "options": self.options, "flags": self.flags, **proof}

    def summary(self, regions: str | Sequence[str] | None = None) -> str:
        """Tell the plan on one screen: what buyers get, who is short, the last tonne's price, what binds."""
        return "\n".join([*_plan_words.plan_lines(self, self.buyers(regions)), *_plan_words.notes(self)])

    def to_json(self) -> str:
        """Return the plan as one JSON text."""
        return json.dumps(self.record)

    def write(self, folder: str | os.PathLike[str], *, formats: Sequence[str] = ("parquet",)) -> list[Path]:
        """Write every table, the network and the provenance record into a folder.

        Raises
        ------
        InvalidDataError
            When a format is none of ``"parquet"``, ``"csv"`` and ``"json"``.
        WriteError
            When the folder cannot be written; nothing half-written is left behind.
        """
        texts = {
            "network.json": self.network.to_json(),
            "provenance.json": json.dumps(self.provenance, indent=2) + "\n",
        }
        if "json" in formats:
            texts["plan.json"] = self.to_json()
        return write_tables(folder, tables=self.tables, texts=texts, formats=formats)

    def __repr__(self) -> str:
        """Say what it came to."""
        return f"<Plan of `{self.title}`: {len(self.periods)} periods, {_plan_words.money(self.cost_usd)}>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"


@dataclass(frozen=True)
class PlanChange:
    """A plan against its base: every table with ``_base`` and ``_change`` beside each figure.

    A row that one of the two lacks counts as zero there; a price that is not there stays absent.
    """

    plan: Plan
    base: Plan

    @property
    def cost_usd(self) -> float:
        """Change of the total cost [USD]; above 0 = the plan is dearer than its base."""
        return self.plan.cost_usd - self.base.cost_usd

    @functools.cached_property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables by name."""
        return {name: difference(name, self.plan.tables[name], self.base.tables[name]) for name in COMPARED}

    def __getitem__(self, name: str) -> pl.DataFrame:
        """Return one table: ``change["flows"]``.

        Raises
        ------
        UnknownNameError
            When there is none of this name.
        """
        if name not in COMPARED:
            raise UnknownNameError(f"unknown table `{name}`: expected one of {list(COMPARED)}")
        return self.tables[name]

    def summary(self, regions: str | Sequence[str] | None = None) -> str:
        """Tell what changed: cost by part, what buyers get, the routes that gained and lost most."""
        return "\n".join(_plan_words.change_lines(self, self.plan.buyers(regions)))

    def __repr__(self) -> str:
        """Say what it came to."""
        return f"<PlanChange of `{self.plan.title}`: cost {_plan_words.change_of_cost(self.plan, self.base)}>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"
