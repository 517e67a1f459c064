"""What does it cost? From markets to the industries of an economy: five effects, bands, a curve, every named choice."""

from __future__ import annotations

import functools
import json
import textwrap
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from critmin import _core
from critmin._answer import WIDTH
from critmin._frames import checked, rows_frame
from critmin._progress import progress_callback
from critmin.economy import Economy, EconomyOptions
from critmin.exceptions import InvalidDataError
from critmin.result import write_tables

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from pathlib import Path

    import polars as pl

    from critmin._core import ArrowStream
    from critmin._progress import Progress
    from critmin.scenario import Scenario

__all__ = ["Cost", "CostDraws", "cost"]

EFFECTS = {
    "users_output": "users' output",
    "users_price": "users pay more",
    "producers_output": "domestic producers' output",
    "producers_price": "domestic producers' price",
    "downstream": "downstream",
}
_LEVELS = ("mild", "harsh")


@dataclass(frozen=True)
class CostDraws:
    """The cost over many draws of everything uncertain.

    Attributes
    ----------
    draws
        One row per draw and commodity: ``draw``, ``gdp_change_million_usd`` (of the whole draw), ``commodity``,
        ``price_ratio``, ``shortfall_share``.
    seed
        Seed; the same seed gives the same draws on any number of threads.
    """

    draws: pl.DataFrame
    seed: int

    @functools.cached_property
    def quantiles(self) -> pl.DataFrame:
        """Quantiles of the change of gross domestic product [million USD]."""
        import polars as pl

        costs = self.draws.unique("draw", maintain_order=True)["gdp_change_million_usd"].drop_nulls()
        levels = (0.05, 0.25, 0.5, 0.75, 0.95)
        values = [costs.quantile(level, "linear") for level in levels]
        return pl.DataFrame({"quantile": levels, "gdp_change_million_usd": values})


@dataclass(frozen=True)
class Cost:
    """What a scenario costs an economy. Losses are negative; every table is a polars frame.

    A figure that could not be computed is absent (null) with its reason; it is never zero.
    """

    scenario: Scenario
    record: dict[str, Any]
    _economy: Economy
    _parameters: pl.DataFrame | None = None
    _links: pl.DataFrame | None = None

    @property
    def gdp_change_million_usd(self) -> float:
        """Net change of gross domestic product: the sum of the effects that are known."""
        return float(self.record["central"]["gdp_change_million_usd"])

    @property
    def gdp_change_range_million_usd(self) -> tuple[float | None, float | None]:
        """The same with every interval at its harsh and at its mild end."""
        return self.record["gdp_change_harsh_million_usd"], self.record["gdp_change_mild_million_usd"]

    @property
    def is_complete(self) -> bool:
        """Whether every effect is known."""
        return bool(self.record["central"]["is_complete"])

    @property
    def certificate(self) -> dict[str, float] | None:
        """How far the optimum of the economy is from a proof."""
        found: dict[str, float] | None = self.record["central"]["allocation"]["certificate"]
        return found

    @functools.cached_property
    def effects(self) -> pl.DataFrame:
        """``effect``, ``commodity``, ``gdp_change_million_usd``, ``reason`` where it is absent."""
        return rows_frame(
            self.record["central"]["effects"],
            {"effect": str, "commodity": str, "gdp_change_million_usd": float, "reason": str},
        )

    @functools.cached_property
    def industries(self) -> pl.DataFrame:
        """One row per industry: output, its cut, and the change of value added by effect [million USD]."""
        import polars as pl

        return pl.DataFrame(self.record["central"]["industries"]).sort("gdp_change_million_usd", "industry")

    @functools.cached_property
    def singles(self) -> pl.DataFrame:
        """The cost of each commodity alone [million USD], with both ends."""
        return rows_frame(self.record["singles"], {"commodity": str, **_ends(), "is_complete": bool})

    @functools.cached_property
    def curve(self) -> pl.DataFrame:
        """Change of gross domestic product [million USD] at restriction levels from 0 to 1, with both ends."""
        return rows_frame(self.record["curve"], {"restriction_level": float, **_ends()})

    @functools.cached_property
    def markets(self) -> pl.DataFrame:
        """Price and quantity of each market; ``status`` and ``reason`` say why one was not solved."""
        rows = []
        for market in self.record["markets"]:
            result = market["result"] or {}
            keep = {name: market[name] for name in ("commodity", "stage", "scope", "status")}
            rows.append({**keep, "reason": market["message"], **{name: result.get(name) for name in _MARKET}})
        text = dict.fromkeys(("commodity", "stage", "scope", "status", "reason"), str)
        return rows_frame(rows, {**text, **dict.fromkeys(_MARKET, float)})

    @functools.cached_property
    def shocks(self) -> pl.DataFrame:
        """What each market hands to the economy: shortfall, price, use and production [t/yr]."""
        names = (
            "shortfall_share",
            "price_ratio",
            "price_usd_per_t",
            "consumption_t",
            "production_before_t",
            "production_after_t",
        )
        return rows_frame(self.record["shocks"], {"commodity": str, **dict.fromkeys(names, float)})

    @functools.cached_property
    def links(self) -> pl.DataFrame:
        """The shares that tie the commodities to industries, with range, grade and source."""
        text = dict.fromkeys(("commodity", "industry", "quantity"), str)
        return rows_frame(
            self.record["links"],
            {**text, "value": float, "low": float, "high": float, "grade": str, "source": str, "note": str},
        )

    @functools.cached_property
    def inputs(self) -> pl.DataFrame:
        """Every figure that a market used, with grade and source."""
        kinds = {
            "commodity": str,
            "name": str,
            "country": str,
            "value": float,
            "low": float,
            "high": float,
            "unit": str,
        }
        return rows_frame(self.record["inputs"], {**kinds, "grade": str, "source": str, "note": str})

    @functools.cached_property
    def warnings(self) -> pl.DataFrame:
        """What a reader must know before using the numbers."""
        return rows_frame(self.record["warnings"], {"commodity": str, "kind": str, "message": str})

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables by name."""
        names = ("effects", "industries", "singles", "curve", "markets", "shocks", "links", "inputs", "warnings")
        return {name: getattr(self, name) for name in names}

    @property
    def provenance(self) -> dict[str, Any]:
        """Version, fingerprint, input-output table, options and the certificate."""
        about = {name: self.record[name] for name in ("scenario", "title", "fingerprint", "version", "table")}
        return {**about, "options": self._economy.about["options"], "certificate": self.certificate}

    def draws(self, *, n_draws: int = 1000, seed: int = 1, progress: Progress = False) -> CostDraws:
        """Draw every interval of markets and links, and run each draw to its cost.

        Parameters
        ----------
        n_draws
            How many.
        seed
            Seed; the result depends on it alone, not on the number of threads.
        progress
            ``True`` draws a bar on a terminal; a callable receives ``(done, total)``.
        """
        import polars as pl

        if n_draws < 1:
            raise InvalidDataError(f"`n_draws` is {n_draws}: expected at least 1")
        told = progress_callback(progress, f"{n_draws} draws")
        text = _core.cost_of_draws(
            self.scenario._core, self._economy._core, self._parameters, self._links, n_draws, seed, told
        )
        record = json.loads(text)
        rows = {"draw": [], "gdp_change_million_usd": [], "commodity": [], "price_ratio": [], "shortfall_share": []}  # type: dict[str, list[Any]]
        for draw in record["draws"]:
            for place, commodity in enumerate(record["commodities"]):
                rows["draw"].append(draw["draw"])
                rows["gdp_change_million_usd"].append(draw["gdp_change_million_usd"])
                rows["commodity"].append(commodity)
                rows["price_ratio"].append(draw["price_ratio"][place])
                rows["shortfall_share"].append(draw["shortfall_share"][place])
        return CostDraws(draws=pl.DataFrame(rows), seed=seed)

    def choices(self, *, progress: Progress = False) -> pl.DataFrame:
        """Return the answer under every named option of both stages, one changed at a time.

        One row per value of an option: ``stage``, ``option``, ``value``, ``is_chosen``, ``gdp_change_million_usd``, its
        part by quantities, ``ratio_to_chosen``, and the ``reason`` where an option has no answer. The U.S. benchmark
        tables are used.
        """
        if not self._economy._is_benchmark:
            raise InvalidDataError(
                "the options include the benchmark year: they are run on the U.S. benchmark tables, and this cost was "
                "made with another economy; build one for each option and call `cost` again"
            )
        # The options are those of the economy that this cost was made with, whatever the scenario says.
        own = json.loads(self.scenario.to_json()) | {"economy": self._economy.about["options"]}
        scenario = _core.scenario_from_json(json.dumps(own))
        told = progress_callback(progress, "options")
        rows = json.loads(_core.cost_choices(scenario, self._parameters, self._links, told))
        text = dict.fromkeys(("stage", "option", "value"), str)
        numbers = dict.fromkeys(("gdp_change_million_usd", "quantity_gdp_change_million_usd", "ratio_to_chosen"), float)
        return rows_frame(rows, {**text, "is_chosen": bool, **numbers, "reason": str})

    def summary(self) -> str:
        """Tell the answer on one screen."""
        harsh, mild = self.gdp_change_range_million_usd
        lines = [
            self.record["title"],
            f"Net change of GDP: {_billion(self.gdp_change_million_usd)}{_span(harsh, mild)}",
        ]
        if not self.is_complete:
            lines.append("Not every effect is known: the sum holds those that are.")
        lines += [f"  {EFFECTS[effect]}: {_billion(value)}" for effect, value in self._by_effect().items()]
        for row in self.markets.to_dicts():
            told = (
                f"price {row['price_ratio']:.2f} times its base, {100 * row['shortfall_share']:.0f} % short"
                if row["price_ratio"]
                else row["reason"]
            )
            lines.append(f"{row['commodity']}: {told}")
        losers = self.industries.head(5).filter(self.industries.head(5)["gdp_change_million_usd"] < 0).to_dicts()
        lines += [f"  {row['name']} ({row['industry']}): {_billion(row['gdp_change_million_usd'])}" for row in losers]
        lines.append(
            f"Table: {self.record['table']}; rule: {self._economy.about['options']['rationing'].replace('_', ' ')}."
        )
        wrapped = [part for line in lines for part in textwrap.wrap(line, WIDTH, subsequent_indent="    ") or [line]]
        return "\n".join([*wrapped, *self.notes()])

    def _by_effect(self) -> dict[str, float]:
        """Sum each effect over the commodities, the known ones."""
        known = [row for row in self.effects.to_dicts() if row["gdp_change_million_usd"] is not None]
        names = dict.fromkeys(row["effect"] for row in known)
        return {name: sum(row["gdp_change_million_usd"] for row in known if row["effect"] == name) for name in names}

    def notes(self) -> list[str]:
        """Say what the number is, how well its inputs are supported, and what else a reader must know."""
        grades = self.links["grade"].value_counts().sort("grade")
        told = ", ".join(f"{count} {grade}" for grade, count in grades.iter_rows()) or "none"
        texts = [
            "The sum adds amounts of money paid for a higher price to an effect of quantities: a net decrease by the "
            "method of OFR 2024-1057, not real GDP, by a model of the same kind and not a replication.",
            f"Links to industries by grade: {told}.",
            *(
                f"Note: {row['commodity'] or ''} {row['message']}".replace("  ", " ")
                for row in self.warnings.to_dicts()
            ),
        ]
        return [line for text in texts for line in textwrap.wrap(text, WIDTH, subsequent_indent="  ")]

    def to_json(self) -> str:
        """Return everything as one JSON text."""
        return json.dumps(self.record)

    def write(self, folder: str | os.PathLike[str], *, formats: Sequence[str] = ("parquet",)) -> list[Path]:
        """Write every table, the scenario and the provenance record into a folder.

        Raises
        ------
        InvalidDataError
            When a format is none of ``"parquet"``, ``"csv"`` and ``"json"``.
        WriteError
            When the folder cannot be written; nothing half-written is left behind.
        """
        texts = {
            "scenario.toml": self.scenario.to_toml(),
            "provenance.json": json.dumps(self.provenance, indent=2) + "\n",
        }
        if "json" in formats:
            texts["cost.json"] = self.to_json()
        return write_tables(folder, tables=self.tables, texts=texts, formats=formats)

    def __repr__(self) -> str:
        """Say what it came to."""
        return f"<Cost of `{self.record['scenario']}`: GDP {_billion(self.gdp_change_million_usd)}>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"


_MARKET = (
    "restriction_level", "price_ratio", "price_ratio_low", "price_ratio_high", "price_ratio_bound",
    "base_price_usd_per_t", "base_demand_t", "quantity_t", "shortfall_share", "shortfall_share_low",
    "shortfall_share_high", "unserved_share",
)  # fmt: skip


def cost(
    scenario: Scenario,
    *,
    economy: Economy | None = None,
    parameters: ArrowStream | None = None,
    links: ArrowStream | None = None,
    progress: Progress = False,
) -> Cost:
    """Ask what a scenario costs: the change of gross domestic product, by effect and by industry.

    Global restrictions reach the U.S. economy through the world market, restrictions against the United States through
    its own market; restrictions against others do not count, and a warning says so.

    Parameters
    ----------
    scenario
        What is restricted; its ``economy`` holds the choices of this stage.
    economy
        The economy; by default the U.S. benchmark that the scenario's options name.
    parameters
        Elasticities and other parameters that win over the reference dataset's.
    links
        Which industries use a commodity, in the columns of the reference table ``industry_links``, instead of it.
    progress
        ``True`` draws a bar on a terminal; a callable receives ``(done, total)``.

    Raises
    ------
    MissingInputsError
        When no market of the scenario reaches an industry; each is listed with its reason.
    InfeasibleEconomyError
        When no output satisfies the balances of the table.
    InvalidDataError
        When a link is no share, or shares of one commodity sum to more than 1.

    Examples
    --------
    >>> import critmin as cm
    >>> ban = cm.ExportRestriction(exporter="CHN", commodities="gallium", restriction_level=1.0, start="2025-01-01")
    >>> loss = cm.cost(cm.Scenario(id="gallium-ban", title="No gallium from China", restrictions=[ban]))
    >>> loss.gdp_change_million_usd < 0
    True
    >>> loss.effects["effect"].to_list()[0]
    'users_output'
    """
    own = economy or Economy(_options(scenario))
    rows = None if parameters is None else checked(parameters, "parameters")
    shares = None if links is None else checked(links, "industry_links")
    told = progress_callback(progress, scenario.id)
    text = _core.cost_of_scenario(scenario._core, own._core, rows, shares, told)
    return Cost(scenario, json.loads(text), own, rows, shares)


def _options(scenario: Scenario) -> EconomyOptions:
    from critmin.economy import UseOverride

    record = json.loads(scenario.to_json()).get("economy") or {}
    overrides = record.pop("use_overrides", None)
    several = None if overrides is None else tuple(UseOverride(**each) for each in overrides)
    return EconomyOptions(**record, use_overrides=several)


def _ends() -> dict[str, type]:
    names = ["gdp_change_million_usd", *(f"gdp_change_{level}_million_usd" for level in _LEVELS)]
    return dict.fromkeys(names, float)


def _billion(million: float) -> str:
    return f"{million / 1000:+,.2f} billion USD"


def _span(harsh: float | None, mild: float | None) -> str:
    if harsh is None and mild is None:
        return ""
    worst = "no limit" if harsh is None else f"{harsh / 1000:+,.2f}"
    best = "unknown" if mild is None else f"{mild / 1000:+,.2f}"
    return f" ({worst} to {best} over all intervals)"
