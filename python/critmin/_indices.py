"""The functions of :mod:`critmin.expressions`: each hands columns and options to the index of the compiled core."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from polars.plugins import register_plugin_function

from critmin import _core
from critmin.exceptions import InvalidDataError

if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    _Column: TypeAlias = pl.Expr | str
    _Missing: TypeAlias = Literal["error", "skip"]

__all__ = [
    "effective_suppliers",
    "governance_weighted_hhi",
    "hhi",
    "hill",
    "shannon_entropy",
    "top_share",
    "weighted_hhi",
    "without_top",
]


def hhi(quantity: _Column, *, missing: _Missing = "error") -> pl.Expr:
    r"""Herfindahl-Hirschman index, on the scale from 0 to 1; higher = more concentrated.

    :math:`\mathrm{HHI} = \sum_i s_i^2` with :math:`s_i = q_i / \sum_j q_j`.

    Parameters
    ----------
    quantity
        One non-negative amount per supplier, all in one unit.
    missing
        ``"error"`` refuses a null, ``"skip"`` leaves the row out.

    Returns
    -------
    polars.Expr
        Float64 between ``1 / n_suppliers`` and 1; null without supply.

    References
    ----------
    Hirschman, A. O. (1964), The paternity of an index, American Economic Review 54 (5), pages 761 and 762.

    Examples
    --------
    >>> import polars as pl
    >>> from critmin import expressions
    >>> pl.DataFrame({"mass_t": [5, 5, 0]}).select(expressions.hhi("mass_t")).item()
    0.5
    """
    return _index("hhi", quantity, missing=missing)


def effective_suppliers(quantity: _Column, *, missing: _Missing = "error") -> pl.Expr:
    """Effective number of suppliers, 1 / HHI; higher = more diverse.

    Parameters
    ----------
    quantity, missing
        As in :func:`hhi`.

    Returns
    -------
    polars.Expr
        Float64 between 1 and ``n_suppliers``; null without supply.

    Examples
    --------
    >>> import polars as pl
    >>> from critmin import expressions
    >>> pl.DataFrame({"mass_t": [5, 5, 0]}).select(expressions.effective_suppliers("mass_t")).item()
    2.0
    """
    return _index("effective_suppliers", quantity, missing=missing)


def hill(quantity: _Column, *, order: float, missing: _Missing = "error") -> pl.Expr:
    r"""Hill number: the effective number of suppliers of one order; higher = more diverse.

    :math:`\left(\sum_i s_i^q\right)^{1 / (1 - q)}`. Order 0 counts the suppliers that deliver, order 1 is the
    exponential of :func:`shannon_entropy`, order 2 is 1 / HHI.

    Parameters
    ----------
    quantity, missing
        As in :func:`hhi`.
    order
        Finite and not negative; the higher, the less a small supplier counts.

    Returns
    -------
    polars.Expr
        Float64 between 1 and ``n_suppliers``; null without supply.

    Raises
    ------
    InvalidDataError
        When ``order`` is negative, infinite or NaN.

    References
    ----------
    Hill, M. O. (1973), Diversity and evenness, Ecology 54 (2), pages 427 to 432, https://doi.org/10.2307/1934352.

    Examples
    --------
    >>> import polars as pl
    >>> from critmin import expressions
    >>> round(pl.DataFrame({"mass_t": [2, 1, 1, 0]}).select(expressions.hill("mass_t", order=0)).item(), 9)
    3.0
    """
    if not 0.0 <= order < float("inf"):
        raise InvalidDataError(f"`order` is {order}: expected a finite number that is not negative")
    return _index("hill", quantity, missing=missing, order=float(order))


def shannon_entropy(quantity: _Column, *, missing: _Missing = "error") -> pl.Expr:
    r"""Shannon entropy of the shares; higher = more diverse.

    :math:`-\sum_i s_i \ln s_i`; a supplier of nothing adds nothing.

    Parameters
    ----------
    quantity, missing
        As in :func:`hhi`.

    Returns
    -------
    polars.Expr
        Float64 between 0 and ``ln(n_suppliers)``; null without supply.

    References
    ----------
    Shannon, C. E. (1948), A mathematical theory of communication, Bell System Technical Journal 27 (3), pages 379 to
    423, https://doi.org/10.1002/j.1538-7305.1948.tb01338.x.

    Examples
    --------
    >>> import polars as pl
    >>> from critmin import expressions
    >>> round(pl.DataFrame({"mass_t": [5, 5, 0]}).select(expressions.shannon_entropy("mass_t")).item(), 4)
    0.6931
    """
    return _index("shannon_entropy", quantity, missing=missing)


def weighted_hhi(quantity: _Column, weight: _Column, *, missing: _Missing = "error") -> pl.Expr:
    r"""Herfindahl-Hirschman index with a weight per supplier; higher = riskier.

    :math:`\sum_i s_i^2 w_i`.

    Parameters
    ----------
    quantity, missing
        As in :func:`hhi`.
    weight
        One finite, non-negative number per supplier. A null is refused, also with ``missing="skip"``: leaving out a
        supplier because its weight is unknown would change the shares of all others.

    Returns
    -------
    polars.Expr
        Float64 between 0 and the largest weight; null without supply.

    References
    ----------
    European Commission (2023), Study on the critical raw materials for the EU 2023, https://doi.org/10.2873/725585.

    Examples
    --------
    >>> import polars as pl
    >>> from critmin import expressions
    >>> table = pl.DataFrame({"mass_t": [3, 1], "risk": [8, 2]})
    >>> table.select(expressions.weighted_hhi("mass_t", "risk")).item()
    4.625
    """
    return _index("weighted_hhi", quantity, weight, missing=missing)


def governance_weighted_hhi(quantity: _Column, wgi_estimate: _Column, *, missing: _Missing = "error") -> pl.Expr:
    r"""Herfindahl-Hirschman index weighted with governance, as the European Commission does; higher = riskier.

    :math:`\sum_i s_i^2 g_i` with :math:`g_i = 2 (2.5 - x_i)`, clipped to 0..10.

    Parameters
    ----------
    quantity, missing
        As in :func:`hhi`.
    wgi_estimate
        Estimate of the Worldwide Governance Indicators per supplier, about -2.5 to 2.5, higher = better governed. The
        Commission takes the mean of six dimensions over five years. Nulls as in :func:`weighted_hhi`; a number
        outside -5..5 (a percentile rank) is refused.

    Returns
    -------
    polars.Expr
        Float64 between 0 and 10; null without supply.

    References
    ----------
    As :func:`weighted_hhi`.

    Examples
    --------
    >>> import polars as pl
    >>> from critmin import expressions
    >>> table = pl.DataFrame({"mass_t": [3, 1], "wgi": [-1.5, 1.5]})
    >>> table.select(expressions.governance_weighted_hhi("mass_t", "wgi")).item()
    4.625
    """
    return _index("governance_weighted_hhi", quantity, wgi_estimate, missing=missing)


def top_share(quantity: _Column, *, k: int = 1, missing: _Missing = "error") -> pl.Expr:
    """Share of the ``k`` largest suppliers in the total; higher = more concentrated.

    Parameters
    ----------
    quantity, missing
        As in :func:`hhi`.
    k
        How many suppliers, 1 or more.

    Returns
    -------
    polars.Expr
        Float64 between 0 and 1; null without supply.

    Raises
    ------
    InvalidDataError
        When ``k`` is less than 1.

    Examples
    --------
    >>> import polars as pl
    >>> from critmin import expressions
    >>> pl.DataFrame({"mass_t": [1, 5, 2]}).select(expressions.top_share("mass_t", k=2)).item()
    0.875
    """
    return _index("top_share", quantity, missing=missing, k=_count(k))


def without_top(quantity: _Column, *, k: int = 1, missing: _Missing = "error") -> pl.Expr:
    """Supply that remains without the ``k`` largest suppliers (N-1 for one), in the unit of ``quantity``.

    Parameters
    ----------
    quantity, missing
        As in :func:`hhi`.
    k
        How many suppliers, 1 or more.

    Returns
    -------
    polars.Expr
        Float64; higher = safer. Zero where nobody else delivers; null where the group has no rows.

    Raises
    ------
    InvalidDataError
        When ``k`` is less than 1.

    Examples
    --------
    >>> import polars as pl
    >>> from critmin import expressions
    >>> pl.DataFrame({"mass_t": [1, 5, 2]}).select(expressions.without_top("mass_t")).item()
    3.0
    """
    return _index("without_top", quantity, missing=missing, k=_count(k))


def _index(name: str, *columns: _Column, missing: _Missing, **options: float) -> pl.Expr:
    if missing not in ("error", "skip"):
        raise InvalidDataError(f'`missing` is "{missing}": expected "error" or "skip"')
    # One list for each group: then the plugin is called once for all groups, not once for each of them.
    groups = [pl.col(column) if isinstance(column, str) else column for column in columns]
    return register_plugin_function(
        plugin_path=Path(_core.__file__),
        function_name=name,
        args=[group.implode() for group in groups],
        kwargs={"missing": missing, **options},
        is_elementwise=True,
    )


def _count(k: int) -> int:
    if k < 1:
        raise InvalidDataError(f"`k` is {k}: expected how many of the largest suppliers to single out, 1 or more")
    return k
