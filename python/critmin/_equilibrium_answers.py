"""What an equilibrium and a rerouting tell: frames, the certificate, one screen of words, files."""

from __future__ import annotations

import functools
import json
import textwrap
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from critmin import _core
from critmin._answer import WIDTH
from critmin._frames import rows_frame
from critmin._words import short
from critmin.result import write_tables

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from pathlib import Path

    import polars as pl

__all__ = ["Equilibrium", "Rerouting"]

# Rows of each kind that a screen holds.
SHOWN = 10
# Masses below this part of the largest, and rents below this part of the largest price, are what the solver leaves.
NOISE = 1e-6
_KINDS = {
    "spatial": {"price": float, "supply_price": float, "demand_t": float, "supply_t": float},
    "isoelastic": {
        **dict.fromkeys(
            ("price", "price_ratio", "supply_price", "demand_t", "replaced_t", "supply_t", "capacity_rent"), float
        ),
        "is_at_backstop": bool,
    },
}


@dataclass(frozen=True)
class Equilibrium:
    """Prices at which no trade that pays is left undone. Prices, costs and rents are the caller's money per t.

    Attributes
    ----------
    kind
        ``"spatial"`` (straight lines) or ``"isoelastic"``.
    record
        Everything, as the core returns it.
    """

    kind: str
    record: dict[str, Any]

    @functools.cached_property
    def markets(self) -> pl.DataFrame:
        """One row per region and commodity: what buyers pay and sellers get [money/t], what is used and produced [t].

        ``supply_price`` is at least ``price``, and equal to it where the region uses its own output; an absent price
        means that nobody buys, or sells. Isoelastic markets have ``price_ratio``, ``replaced_t`` (what the backstop
        serves), ``capacity_rent`` and ``is_at_backstop`` as well.
        """
        return rows_frame(self.record["markets"], {"region": str, "commodity": str, **_KINDS[self.kind]})

    @functools.cached_property
    def flows(self) -> pl.DataFrame:
        """One row per arc: ``flow_t`` [t], and as ``rent`` what one tonne more of its capacity would earn [money/t].

        The rent is that of a quota, the margin of a leak, or the worth of a tonne through a ban; 0 without a capacity.
        """
        text = dict.fromkeys(("origin", "destination", "commodity", "route"), str)
        return rows_frame(self.record["flows"], {**text, "flow_t": float, "rent": float})

    @property
    def transport_cost(self) -> float:
        """Transport and premiums of all flows [money]."""
        return float(self.record["transport_cost"])

    @property
    def net_social_payoff(self) -> float | None:
        """What buyers are willing to pay less costs, transport and premiums [money]; only of :func:`spatial`."""
        found: float | None = self.record.get("net_social_payoff")
        return found

    @property
    def certificate(self) -> dict[str, float]:
        """How far the optimum is from a proof: ``primal``, ``dual``, ``gap``, ``integrality``."""
        return dict(self.record["certificate"])

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """Both tables by name."""
        return {"markets": self.markets, "flows": self.flows}

    def summary(self) -> str:
        """Tell prices, flows and what binds on one screen, in the money of the caller."""
        moved = _known(self.flows, "flow_t")
        # The largest price says which rent is what the solver leaves.
        prices = [market["price"] for market in self.record["markets"] if market["price"] is not None]
        least = NOISE * max(prices, default=0.0)
        lines = [
            f"{self.markets.height} markets, {self.flows.height} arcs: {len(moved)} carry something. "
            f"Transport and premiums: {short(self.transport_cost)}. Money is the unit of the tables handed over.",
            *_shown([_market_words(row) for row in self.markets.to_dicts()], "markets"),
            *_shown([_flow_words(row, least) for row in moved], "flows"),
        ]
        shut = [row for row in _known(self.flows, "rent") if row not in moved and row["rent"] > least]
        lines += _shown(
            [f"{_way(row)}: closed; a tonne through it is worth {short(row['rent'])}" for row in shut], "closed arcs"
        )
        return _wrapped(lines)

    def to_json(self) -> str:
        """Return everything as one JSON text."""
        return json.dumps({"kind": self.kind, **self.record})

    def write(self, folder: str | os.PathLike[str], *, formats: Sequence[str] = ("parquet",)) -> list[Path]:
        """Write both tables and the certificate into a folder.

        Raises
        ------
        InvalidDataError
            When a format is none of ``"parquet"``, ``"csv"`` and ``"json"``.
        WriteError
            When the folder cannot be written; nothing half-written is left behind.
        """
        about = {"kind": self.kind, "certificate": self.certificate, "version": _core.__version__}
        texts = {"provenance.json": json.dumps(about, indent=2) + "\n"}
        if "json" in formats:
            texts["equilibrium.json"] = self.to_json()
        return write_tables(folder, tables=self.tables, texts=texts, formats=formats)

    def __repr__(self) -> str:
        """Say how much there is."""
        return f"<Equilibrium of {self.markets.height} markets and {self.flows.height} arcs>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"


@dataclass(frozen=True)
class Rerouting:
    """Trade after rescaling to new totals; masses in t.

    Attributes
    ----------
    record
        Everything, as the core returns it.
    """

    record: dict[str, Any]

    @functools.cached_property
    def flows(self) -> pl.DataFrame:
        """One row per pair: ``base_t`` before and ``mass_t`` after [t]."""
        return rows_frame(self.record["flows"], {"origin": str, "destination": str, "base_t": float, "mass_t": float})

    @functools.cached_property
    def unsold(self) -> pl.DataFrame:
        """What origins cannot place: ``region``, ``mass_t`` [t]; only those with something left."""
        return rows_frame(self.record["unsold"], {"region": str, "mass_t": float})

    @functools.cached_property
    def unserved(self) -> pl.DataFrame:
        """What destinations lack: ``region``, ``mass_t`` [t]; only those that lack something."""
        return rows_frame(self.record["unserved"], {"region": str, "mass_t": float})

    @property
    def relative_entropy(self) -> float:
        """How far trade moved: the sum of ``x ln(x / x0)`` over the pairs [t]."""
        return float(self.record["relative_entropy"])

    @property
    def residual(self) -> float:
        """Largest miss of a total or cap, over the total of all trade: what stands in for a certificate here."""
        return float(self.record["residual"])

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables by name."""
        return {"flows": self.flows, "unsold": self.unsold, "unserved": self.unserved}

    def summary(self) -> str:
        """Tell the largest changes, and who is left unsold or unserved."""
        rows = sorted(self.flows.to_dicts(), key=lambda row: -abs(row["mass_t"] - row["base_t"]))
        total, before = (float(self.flows[name].sum()) for name in ("mass_t", "base_t"))
        lines = [f"{self.flows.height} pairs trade {short(total)} t, after {short(before)} t. Largest changes:"]
        changes = [f"{row['origin']} to {row['destination']}: {short(row['base_t'])} to {short(row['mass_t'])} t"
                   for row in rows]  # fmt: skip
        lines += _shown(changes, "pairs")
        for name in ("unsold", "unserved"):
            told = ", ".join(f"{row['region']} {short(row['mass_t'])} t" for row in self.record[name])
            lines += [f"{name.capitalize()}: {told}"] if told else []
        lines.append("Nobody optimises here: trade keeps its pattern and only rescales.")
        return _wrapped(lines)

    def to_json(self) -> str:
        """Return everything as one JSON text."""
        return json.dumps(self.record)

    def write(self, folder: str | os.PathLike[str], *, formats: Sequence[str] = ("parquet",)) -> list[Path]:
        """Write every table into a folder.

        Raises
        ------
        InvalidDataError
            When a format is none of ``"parquet"``, ``"csv"`` and ``"json"``.
        WriteError
            When the folder cannot be written; nothing half-written is left behind.
        """
        names = ("relative_entropy", "iterations", "residual")
        about = {**{name: self.record[name] for name in names}, "version": _core.__version__}
        texts = {"provenance.json": json.dumps(about, indent=2) + "\n"}
        if "json" in formats:
            texts["rerouting.json"] = self.to_json()
        return write_tables(folder, tables=self.tables, texts=texts, formats=formats)

    def __repr__(self) -> str:
        """Say how much there is."""
        return f"<Rerouting of {self.flows.height} pairs>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"


def _known(frame: pl.DataFrame, column: str) -> list[dict[str, Any]]:
    """Return the rows whose figure is more than noise, the largest first."""
    rows = sorted(frame.to_dicts(), key=lambda row: -row[column])
    most = rows[0][column] if rows else 0.0
    return [row for row in rows if row[column] > NOISE * max(most, NOISE)]


def _market_words(row: dict[str, Any]) -> str:
    price = "no buyer" if row["price"] is None else f"price {short(row['price'])}"
    if row.get("price_ratio") is not None:
        price += f" ({short(row['price_ratio'])} times its base{', the backstop' if row['is_at_backstop'] else ''})"
    told = f"{row['commodity']} in {row['region']}: {price}, used {short(row['demand_t'])} t"
    return f"{told}, produced {short(row['supply_t'])} t"


def _flow_words(row: dict[str, Any], least: float) -> str:
    rent = f", rent {short(row['rent'])} per t" if row["rent"] > least else ""
    return f"{_way(row)}: {short(row['flow_t'])} t{rent}"


def _way(row: dict[str, Any]) -> str:
    route = f" ({row['route']})" if row["route"] else ""
    return f"{row['commodity']} from {row['origin']} to {row['destination']}{route}"


def _shown(texts: list[str], what: str) -> list[str]:
    lines = [f"  {text}" for text in texts[:SHOWN]]
    rest = len(texts) - len(lines)
    return [*lines, f"  and {rest} more {what}"] if rest > 0 else lines


def _wrapped(lines: list[str]) -> str:
    parts = [part for line in lines for part in textwrap.wrap(line, WIDTH, subsequent_indent="    ") or [line]]
    return "\n".join(parts)
