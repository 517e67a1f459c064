"""What is made, traded and used: names, blocs, concentration, and the profile of one commodity."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from critmin import _core

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

__all__ = ["Commodity", "Country", "Profile", "bloc_members", "find_commodity", "find_country", "hhi", "profile"]


class Country(NamedTuple):
    """An economy: its ISO 3166-1 alpha-3 code and its short English name."""

    country: str
    name: str


class Commodity(NamedTuple):
    """What is produced and traded, in the sense of the USGS: its id and its English name."""

    commodity: str
    name: str


def find_country(name: str) -> Country:
    """Find a country by any spelling that the publishers use.

    Parameters
    ----------
    name
        ISO code, English name, or a spelling of USGS, the World Bank, the EU or BACI.

    Returns
    -------
    Country
        ISO 3166-1 alpha-3 code and name.

    Raises
    ------
    UnknownCountryError
        When nothing matches; the message offers the nearest known names.

    Examples
    --------
    >>> import critmin as cm
    >>> cm.find_country("Burma").country
    'MMR'
    """
    return Country(*_core.find_country(name))


def find_commodity(name: str) -> Commodity:
    """Find a commodity by id or by any spelling that the publishers use.

    Parameters
    ----------
    name
        Id (``natural-graphite``) or a publisher's word (``Graphite (natural)``).

    Returns
    -------
    Commodity
        Id and name.

    Raises
    ------
    UnknownCommodityError
        When nothing matches; the message offers the nearest known names.

    Examples
    --------
    >>> import critmin as cm
    >>> cm.find_commodity("Gallium").commodity
    'gallium'
    """
    return Commodity(*_core.find_commodity(name))


def bloc_members(bloc: str, *, day: dt.date | str | None = None) -> list[str]:
    """List who belongs to a bloc on a day.

    Parameters
    ----------
    bloc
        Bloc id, for instance ``eu-27``, ``quad``, ``g7``, ``nato``; see the table ``blocs``.
    day
        A date or ISO text; today when absent.

    Returns
    -------
    list of str
        ISO 3166-1 alpha-3 codes, sorted.

    Raises
    ------
    UnknownNameError
        When no such bloc is known.

    Examples
    --------
    >>> import critmin as cm
    >>> len(cm.bloc_members("g7", day="2024-01-01"))
    7
    """
    return _core.bloc_members(bloc, _iso(day))


def hhi(quantities: Sequence[float]) -> float:
    r"""Herfindahl-Hirschman index, on the scale from 0 to 1; higher = more concentrated.

    :math:`\mathrm{HHI} = \sum_i s_i^2` with :math:`s_i = q_i / \sum_j q_j`.

    Parameters
    ----------
    quantities
        One mass per supplier [t], shape ``(n_suppliers,)``; order does not matter.

    Returns
    -------
    float
        Between ``1 / n_suppliers`` and 1.

    Raises
    ------
    InvalidDataError
        When a quantity is negative, infinite or NaN, or when all are zero, where the index is undefined.

    References
    ----------
    Hirschman, A. O. (1964), The paternity of an index, American Economic Review 54 (5), pages 761 and 762.

    Examples
    --------
    >>> import critmin as cm
    >>> cm.hhi([50.0, 50.0])
    0.5
    """
    return _core.hhi([float(quantity) for quantity in quantities])


@dataclass(frozen=True)
class Profile:
    """One commodity on one screen: who produces, who supplies the U.S., reliance, price, stocks, measures.

    Attributes
    ----------
    data
        Everything, as plain Python objects. A part that the statistics do not print is absent or ``None``.
    """

    data: dict[str, Any] = field(repr=False)

    @property
    def commodity(self) -> str:
        """Commodity id."""
        return str(self.data["commodity"])

    @property
    def name(self) -> str:
        """English name."""
        return str(self.data.get("name") or self.commodity)

    @property
    def producers(self) -> pl.DataFrame:
        """Production by country, stage and form [t], with shares of the world total."""
        return self._frame("producers")

    @property
    def concentration(self) -> pl.DataFrame:
        """Concentration of production: ``hhi`` on the scale from 0 to 1, higher = more concentrated."""
        return self._frame("concentration")

    @property
    def us_suppliers(self) -> pl.DataFrame:
        """Shares of U.S. imports by country, fractions."""
        return self._frame("us_suppliers")

    @property
    def reliance(self) -> pl.DataFrame:
        """U.S. net import reliance by year, as printed."""
        return self._frame("reliance")

    @property
    def price(self) -> pl.DataFrame:
        """Prices by year, as printed, with their unit."""
        return self._frame("price")

    @property
    def measures(self) -> pl.DataFrame:
        """Government measures and whether each is in force, suspended, ended or to come on the day."""
        return self._frame("measures")

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain Python objects, ready for JSON."""
        return self.data

    def _frame(self, part: str) -> pl.DataFrame:
        import polars as pl

        rows = self.data.get(part) or []
        return pl.DataFrame(rows, infer_schema_length=None)


def profile(commodity: str, *, day: dt.date | str | None = None) -> Profile:
    """Gather what the reference dataset says about one commodity.

    Parameters
    ----------
    commodity
        Id or any known spelling.
    day
        The day for which the government measures are judged; today when absent.

    Returns
    -------
    Profile
        Tables and figures, each with its source. What is not available is absent, never zero.

    Raises
    ------
    UnknownCommodityError
        When no commodity has this name.
    InvalidDataError
        When ``day`` is not an ISO date.

    Examples
    --------
    >>> import critmin as cm
    >>> gallium = cm.profile("gallium", day="2025-01-15")
    >>> gallium.producers.is_empty()
    False
    """
    return Profile(json.loads(_core.profile(commodity, _iso(day) or dt.date.today().isoformat())))


def _iso(day: dt.date | str | None) -> str | None:
    return day.isoformat() if isinstance(day, dt.date) else day
