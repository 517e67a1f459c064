"""Every supplier of every commodity: what each restriction would cost, weighted by how likely it is."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from critmin import _core, core
from critmin._frames import checked, rows_frame
from critmin._progress import progress_callback
from critmin.economy import Economy
from critmin.result import write_tables
from critmin.scenario import MarketOptions

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from pathlib import Path

    import polars as pl

    from critmin._core import ArrowStream
    from critmin._progress import Progress

__all__ = ["Sweep", "sweep"]


@dataclass(frozen=True)
class Sweep:
    """A set of scenarios run through markets and economy. Losses are negative.

    Probability and effect are columns of their own beside their product: conditional and weighted figures are often
    confused.
    """

    record: dict[str, Any]
    options: dict[str, Any]

    @functools.cached_property
    def scenarios(self) -> pl.DataFrame:
        """One row per commodity, exporter and level; ``status`` and ``reason`` say what is missing."""
        text = dict.fromkeys(("commodity", "exporter"), str)
        names = (
            "price_ratio",
            "shortfall_share",
            "gdp_change_million_usd",
            "weighted_gdp_change_million_usd",
            "quantity_gdp_change_million_usd",
        )
        return rows_frame(
            self.record["scenarios"],
            {
                **text,
                "restriction_level": float,
                "probability": float,
                "status": str,
                "reason": str,
                **dict.fromkeys(names, float),
            },
        )

    @functools.cached_property
    def ranks(self) -> pl.DataFrame:
        """Commodities by probability-weighted change of gross domestic product, the greatest loss first."""
        numbers = (
            "weighted_gdp_change_million_usd",
            "weighted_gdp_change_mild_million_usd",
            "weighted_gdp_change_harsh_million_usd",
            "worst_gdp_change_million_usd",
        )
        return rows_frame(
            self.record["ranks"],
            {
                "rank": int,
                "commodity": str,
                "n_solved": int,
                "n_unsolved": int,
                **dict.fromkeys(numbers, float),
                "worst_exporter": str,
            },
        )

    def summary(self) -> str:
        """Tell the first ten, and how many scenarios have an answer."""
        status = self.scenarios["status"].value_counts().sort("status")
        told = ", ".join(f"{count} {name}" for name, count in status.iter_rows())
        lines = [
            f"{self.scenarios.height:,} scenarios: {told or 'none'}.",
            "Probability-weighted change of GDP, million USD:",
        ]
        for row in self.ranks.head(10).to_dicts():
            weighted, harsh, mild = (row[f"weighted_gdp_change_{end}million_usd"] for end in ("", "harsh_", "mild_"))
            worst = f"worst {row['worst_gdp_change_million_usd']:,.0f} by {row['worst_exporter']}"
            lines.append(
                f"{row['rank']:3} {row['commodity']:22} {weighted:12,.0f} ({harsh:,.0f} to {mild:,.0f}); {worst}"
            )
        missing = ", ".join(self.record["without_suppliers"])
        if missing:
            lines.append(f"No table and no parameter names a supplier of: {missing}.")
        rule = self.options["economy"]["rationing"].replace("_", " ")
        lines.append(f"Table: {self.record['table']}; rule: {rule}. Intervals are those of the output shares alone.")
        return "\n".join([*lines, "Shares of output that embody a commodity, and most probabilities, are assumptions."])

    def to_json(self) -> str:
        """Return everything as one JSON text."""
        return json.dumps(self.record)

    def write(self, folder: str | os.PathLike[str], *, formats: Sequence[str] = ("parquet",)) -> list[Path]:
        """Write both tables and the options into a folder.

        Raises
        ------
        InvalidDataError
            When a format is none of ``"parquet"``, ``"csv"`` and ``"json"``.
        WriteError
            When the folder cannot be written; nothing half-written is left behind.
        """
        about = {"table": self.record["table"], "options": self.options, "version": _core.__version__}
        texts = {"provenance.json": json.dumps(about, indent=2) + "\n"}
        if "json" in formats:
            texts["sweep.json"] = self.to_json()
        return write_tables(
            folder, tables={"scenarios": self.scenarios, "ranks": self.ranks}, texts=texts, formats=formats
        )

    def __repr__(self) -> str:
        """Say how much there is."""
        return f"<Sweep of {self.scenarios.height} scenarios over {self.ranks.height} commodities>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"


def sweep(
    *,
    commodities: str | Sequence[str] = (),
    exporters: str | Sequence[str] = (),
    levels: Sequence[float] = (0.25, 0.5, 0.75, 1.0),
    least_production_share: float = 0.0,
    assumed_net_export_share: float | None = None,
    market: MarketOptions | None = None,
    economy: Economy | None = None,
    probabilities: ArrowStream | None = None,
    parameters: ArrowStream | None = None,
    links: ArrowStream | None = None,
    progress: Progress = False,
) -> Sweep:
    """Run every supplier's restriction of every commodity at several levels, and rank the commodities.

    Parameters
    ----------
    commodities
        Which; by default all that are linked to an industry.
    exporters
        Which; by default every supplier of the world table but the United States.
    levels
        Levels of the restriction, above 0, at most 1; a supplier's probability is split evenly over them.
    least_production_share
        Leave out suppliers below this share of world production.
    assumed_net_export_share
        Exports over production where no parameter gives them, 0 to 1; without it such scenarios are reported with what
        is missing.
    market
        Choices of the market stage.
    economy
        The economy; by default the U.S. benchmark of 2017.
    probabilities
        In the columns of the reference table ``supplier_probabilities``, instead of it.
    parameters, links
        As in :func:`critmin.cost`.
    progress
        ``True`` draws a bar on a terminal; a callable receives ``(done, total)``.

    Raises
    ------
    ScenarioError
        For an option outside its range.
    InterruptedImportError
        When Ctrl-C or the progress callback stops it.

    Examples
    --------
    >>> import critmin as cm
    >>> few = cm.sweep(commodities=["gallium", "germanium"], levels=[0.5, 1.0])
    >>> few.scenarios.filter(few.scenarios["exporter"] == "CHN")["status"].to_list()
    ['solved', 'solved', 'solved', 'solved']
    """
    options: dict[str, Any] = {
        "commodities": [core.find_commodity(name).commodity for name in _several(commodities)],
        "exporters": [core.find_country(name).country for name in _several(exporters)],
        "levels": list(levels),
        "least_production_share": least_production_share,
        "market": (market or MarketOptions())._record(),
    }
    if assumed_net_export_share is not None:
        options["assumed_net_export_share"] = assumed_net_export_share
    told = progress_callback(progress, "scenarios")
    own = economy or Economy()
    text = _core.sweep_of_suppliers(
        own._core,
        json.dumps(options),
        None if probabilities is None else checked(probabilities, "supplier_probabilities"),
        None if parameters is None else checked(parameters, "parameters"),
        None if links is None else checked(links, "industry_links"),
        told,
    )
    record = json.loads(text)
    return Sweep(record, {**options, "economy": own.about["options"]})


def _several(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)
