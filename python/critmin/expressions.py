"""Indices inside polars: one value per group, in ``select``, ``group_by().agg()`` and ``over()``, eager and lazy.

Every function takes the name of a column or an expression and gives an expression. Importing this module also
registers the namespace ``critmin``, so that ``pl.col("mass_t").critmin.hhi()`` is the same as ``hhi("mass_t")``; type
checkers know the functions, not the namespace.

What holds for all of them:

* One row is one supplier. Sum first where a supplier has several rows.
* Null is "not known", which is not zero: it raises :class:`polars.exceptions.ComputeError`, unless ``missing="skip"``
  leaves these rows out. The index then describes the known suppliers only.
* A negative, infinite or NaN quantity raises :class:`polars.exceptions.ComputeError`, with the value in the message.
* Where there is no supply at all (no rows, or nothing but zeros) shares are undefined and the result is null. It is not
  an error because one empty group would cost the answer for all others.
* Integers, floats and decimals are taken; the result is Float64.

Examples
--------
>>> import polars as pl
>>> from critmin import expressions
>>> table = pl.DataFrame({"year": [2023, 2023, 2024, 2024], "mass_t": [50.0, 50.0, 10.0, 0.0]})
>>> table.group_by("year").agg(expressions.hhi("mass_t")).sort("year").rows()
[(2023, 0.5), (2024, 1.0)]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from critmin._indices import (
    effective_suppliers,
    governance_weighted_hhi,
    hhi,
    hill,
    shannon_entropy,
    top_share,
    weighted_hhi,
    without_top,
)

if TYPE_CHECKING:
    from critmin._indices import _Column, _Missing

__all__ = [
    "CritminExpressions",
    "effective_suppliers",
    "governance_weighted_hhi",
    "hhi",
    "hill",
    "shannon_entropy",
    "top_share",
    "weighted_hhi",
    "without_top",
]


@pl.api.register_expr_namespace("critmin")
class CritminExpressions:
    """The functions of this module behind a dot, on the expression of the quantity: ``pl.col("mass_t").critmin.hhi()``.

    Examples
    --------
    >>> import polars as pl
    >>> import critmin.expressions
    >>> pl.DataFrame({"mass_t": [5, 5, 0]}).select(pl.col("mass_t").critmin.hhi()).item()
    0.5
    """

    def __init__(self, quantity: pl.Expr) -> None:
        """Keep the expression of the quantity; polars calls this."""
        self._quantity = quantity

    def hhi(self, *, missing: _Missing = "error") -> pl.Expr:
        """As :func:`hhi`."""
        return hhi(self._quantity, missing=missing)

    def effective_suppliers(self, *, missing: _Missing = "error") -> pl.Expr:
        """As :func:`effective_suppliers`."""
        return effective_suppliers(self._quantity, missing=missing)

    def hill(self, *, order: float, missing: _Missing = "error") -> pl.Expr:
        """As :func:`hill`."""
        return hill(self._quantity, order=order, missing=missing)

    def shannon_entropy(self, *, missing: _Missing = "error") -> pl.Expr:
        """As :func:`shannon_entropy`."""
        return shannon_entropy(self._quantity, missing=missing)

    def weighted_hhi(self, weight: _Column, *, missing: _Missing = "error") -> pl.Expr:
        """As :func:`weighted_hhi`."""
        return weighted_hhi(self._quantity, weight, missing=missing)

    def governance_weighted_hhi(self, wgi_estimate: _Column, *, missing: _Missing = "error") -> pl.Expr:
        """As :func:`governance_weighted_hhi`."""
        return governance_weighted_hhi(self._quantity, wgi_estimate, missing=missing)

    def top_share(self, *, k: int = 1, missing: _Missing = "error") -> pl.Expr:
        """As :func:`top_share`."""
        return top_share(self._quantity, k=k, missing=missing)

    def without_top(self, *, k: int = 1, missing: _Missing = "error") -> pl.Expr:
        """As :func:`without_top`."""
        return without_top(self._quantity, k=k, missing=missing)
