"""A supply network under a shock beside the same without it."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Literal

from critmin import _plan_cover, _plan_words
from critmin._frames import rows_frame
from critmin._plan_frames import risen
from critmin._progress import progress_callback
from critmin.exceptions import InfeasiblePlanError, InvalidDataError
from critmin.result import write_tables

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from pathlib import Path

    import polars as pl

    from critmin._plan import Plan, PlanChange
    from critmin._plan_network import SupplyNetwork
    from critmin._progress import Progress
    from critmin.scenario import Scenario


# What a sweep runs through when no values are given.
VALUES = {
    "enforcement": (0.0, 0.25, 0.5, 0.75, 1.0),
    "restriction_level": (0.0, 0.25, 0.5, 0.75, 1.0),
    "cover_days": (0.0, 30.0, 60.0, 90.0, 180.0),
}
_INPUTS = {
    **dict.fromkeys(("commodity", "name", "region"), str), **dict.fromkeys(("value", "low", "high"), float),
    **dict.fromkeys(("unit", "grade", "source", "note"), str),
}  # fmt: skip


@dataclass(frozen=True)
class Resourcing:
    """A supply network under a shock, and the same without it.

    Attributes
    ----------
    scenario
        What is restricted; ``None`` where a commodity or a network of one's own was asked about.
    plan, base
        The plan under the shock, and the one without.
    buyers
        The regions whose gain is told.
    warnings
        What a reader must know before using the numbers.
    options
        Every choice.
    """

    scenario: Scenario | None
    plan: Plan
    base: Plan
    buyers: list[str]
    warnings: list[str]
    options: dict[str, Any]
    _inputs: list[dict[str, Any]] = field(default_factory=list, repr=False)
    # Options of the core and who holds the cover, where the network was built out of the reference dataset.
    _of_data: tuple[dict[str, Any], list[str]] | None = field(default=None, repr=False)
    # The network before a cover was asked for, where it was given.
    _bare: SupplyNetwork | None = field(default=None, repr=False)

    @property
    def network(self) -> SupplyNetwork:
        """The network under the shock."""
        return self.plan.network

    @functools.cached_property
    def change(self) -> PlanChange:
        """The plan against its base."""
        return self.plan.compare(self.base)

    @functools.cached_property
    def bottleneck(self) -> pl.DataFrame:
        """What the shock adds to the rent of each limit that binds, the one with the largest addition first.

        Beside the columns of :attr:`Plan.bottleneck` (``rent_usd_per_t``, ...), ``rent_usd_per_t_base`` is the mean
        rent of the same limit in the base, 0 where it does not bind, ``rent_usd_per_t_change`` the rise, and
        ``rent_change_usd`` the rise times ``used_t``, by which the rows are ranked. A limit that is worth less than in
        the base stands at the end. Where nothing is restricted nothing rises: look at ``plan.bottleneck``.
        """
        return risen(self.plan.bottleneck, self.base.bottleneck)

    @functools.cached_property
    def inputs(self) -> pl.DataFrame:
        """Every figure that the network was built from, with range, unit, grade and source."""
        return rows_frame(self._inputs, _INPUTS)

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables by name: those of the plan, the changes against the base, what binds more, and the inputs."""
        changes = {f"change_{name}": table for name, table in self.change.tables.items()}
        return {**self.plan.tables, "bottleneck": self.bottleneck, **changes, "inputs": self.inputs}

    @property
    def provenance(self) -> dict[str, Any]:
        """Scenario, options, both networks with their certificates, and the warnings."""
        asked = None if self.scenario is None else json.loads(self.scenario.to_json())
        about = {"scenario": asked, "buyers": self.buyers, "choices": self.options, "warnings": self.warnings}
        return {**about, "plan": self.plan.provenance, "base": self.base.provenance}

    def shortfall(self, by: str | Sequence[str] = ("use",)) -> pl.DataFrame:
        """Add up what the buyers lack; see :meth:`Plan.shortfall`."""
        return self.plan.shortfall(by, regions=self.buyers)

    def sweep(
        self,
        parameter: Literal["enforcement", "restriction_level", "cover_days"] = "enforcement",
        values: Sequence[float] | None = None,
        *,
        progress: Progress = False,
    ) -> pl.DataFrame:
        """Plan the network again for several values of one parameter.

        Parameters
        ----------
        parameter
            ``"enforcement"`` of leaks [fraction], ``"restriction_level"`` of every ban [fraction], or
            ``"cover_days"`` that the buyers hold, as in :func:`critmin.resource`; the base holds the same.
        values
            Which; by default five over the whole range.
        progress
            ``True`` draws a bar on a terminal; a callable receives ``(done, total)``.

        Returns
        -------
        polars.DataFrame
            One row for each value and form: ``parameter``, ``value``, ``form``, ``cost_usd``, ``cost_change_usd``
            against the base, ``demand_t``, ``shortfall_t`` and ``shortfall_share`` of the buyers, and the ``reason``
            where no plan is possible. A plan has one cost for all its forms: it stands in every row of a value, so
            take it once for each (``rows.unique("value", maintain_order=True)``) and never add it up.

        Raises
        ------
        InvalidDataError
            For another parameter, a value outside its range, and a cover where no buyer has a store.
        """
        if parameter not in VALUES:
            raise InvalidDataError(f"found the parameter `{parameter}`, expected one of {list(VALUES)}")
        several = list(VALUES[parameter] if values is None else values)
        told, rows = progress_callback(progress, parameter), []
        for done, value in enumerate(several, start=1):
            same = {"parameter": parameter, "value": float(value)}
            rows += [{**same, **row} for row in self._at(*self._with(parameter, float(value)))]
            if told is not None:
                told(done, len(several))
        kinds = {"parameter": str, "value": float, "form": str}
        numbers = ("cost_usd", "cost_change_usd", "demand_t", "shortfall_t", "shortfall_share")
        return rows_frame(rows, {**kinds, **dict.fromkeys(numbers, float), "reason": str})

    def _with(self, parameter: str, value: float) -> tuple[SupplyNetwork, SupplyNetwork | None]:
        """Return the network at a value, and that of its base where it is another one than ours."""
        if parameter == "cover_days":
            return self._with_cover(value)
        if parameter == "enforcement":
            return self.network.with_enforcement(value), None
        return self.network.with_restriction_level(value), None

    def _with_cover(self, days: float) -> tuple[SupplyNetwork, SupplyNetwork | None]:
        if self._of_data is not None:
            options, holders = self._of_data
            _, network, peace = _plan_cover.of_data(self.scenario, {**options, "cover_days": days}, holders)
            return network, network if peace is None else peace
        bare = self.network if self._bare is None else self._bare
        stores = {stock["region"] for stock in bare.record["stocks"]}
        held = [region for region in self.buyers if region in stores]
        if not held:
            raise InvalidDataError("no buyer has a store: a cover cannot be asked for; add rows to `stocks`")
        network = _plan_cover.of_network(bare, days, held)
        return network, network.replace(bans=None) if network.record["bans"] else network

    def _at(self, network: SupplyNetwork, peace: SupplyNetwork | None) -> list[dict[str, Any]]:
        """Plan one network, as this one was planned, and tell the shortfall of each form."""
        try:
            plan = network.plan(**_choices(self.plan))
            before = self.base if peace is None else plan if peace is network else peace.plan(**_choices(self.base))
        except InfeasiblePlanError as error:
            return [{"form": form, "reason": str(error)} for form in self.shortfall("form")["form"]]
        costs = {"cost_usd": plan.cost_usd, "cost_change_usd": plan.cost_usd - before.cost_usd}
        rows = plan.shortfall("form", regions=self.buyers).select("form", "demand_t", "shortfall_t", "shortfall_share")
        return [{**costs, **row} for row in rows.to_dicts()]

    def summary(self) -> str:
        """Tell the answer on one screen: what the buyers get, what binds, what changed, what the inputs rest on."""
        return "\n".join(_plan_words.resourcing_lines(self))

    def to_json(self) -> str:
        """Return everything as one JSON text."""
        record = {"plan": self.plan.record, "base": self.base.record, "network": self.network.record}
        return json.dumps({**record, "buyers": self.buyers, "inputs": self._inputs, "warnings": self.warnings})

    def write(self, folder: str | os.PathLike[str], *, formats: Sequence[str] = ("parquet",)) -> list[Path]:
        """Write every table, the network, the scenario and the provenance record into a folder.

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
        if self.scenario is not None:
            texts["scenario.toml"] = self.scenario.to_toml()
        if "json" in formats:
            texts["resourcing.json"] = self.to_json()
        return write_tables(folder, tables=self.tables, texts=texts, formats=formats)

    def __repr__(self) -> str:
        """Say what it came to."""
        change = _plan_words.change_of_cost(self.plan, self.base)
        return f"<Resourcing of `{self.plan.title}`: {change} against the base>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"


def _choices(plan: Plan) -> dict[str, Any]:
    return {name: plan.options[name] for name in ("by_product_caps", "leaks")}
