"""How sure is a score: what many draws of the uncertain inputs say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

__all__ = ["Uncertainty"]


@dataclass(frozen=True)
class Uncertainty:
    """What many draws of the uncertain inputs say.

    Attributes
    ----------
    cells
        One row per cell: base ``value``, ``mean``, ``sd``, quantiles ``p05`` to ``p95`` [unit of the output],
        ``probability_at_least`` the threshold, ``rank`` (1 = riskiest) with ``rank_low`` and ``rank_high`` (5 and
        95 %), ``draws_without_value``, and the status of the base value.
    classes
        One row per cell of a class output and class: the probability of falling in it.
    agreement
        Spearman's and Kendall's rank correlation of the draws with the base, one row per output and statistic.
    record
        Number of draws, seed, what varied, and warnings.
    """

    cells: pl.DataFrame
    classes: pl.DataFrame
    agreement: pl.DataFrame
    record: dict[str, Any]

    @property
    def warnings(self) -> list[str]:
        """What a reader must know."""
        return list(self.record["warnings"])

    def __repr__(self) -> str:
        """Say how much there is."""
        varied = ", ".join(self.record["varied"])
        return f"<Uncertainty: {self.cells.height} cells, {self.record['n_draws']} draws of {varied}>"


def options(
    n_draws: int,
    seed: int,
    distributions: Mapping[str, float | Mapping[str, Any]] | None,
    thresholds: Mapping[str, float] | None,
    weight_spread: float | None,
    outputs: Sequence[str] | None,
) -> str:
    """Write the options of a question about uncertainty as JSON."""
    drawn = {
        name: dict(one) if not isinstance(one, (int, float)) else {"kind": "lognormal", "size": one}
        for name, one in (distributions or {}).items()
    }
    named = None if outputs is None else list(outputs)
    record = {"n_draws": n_draws, "seed": seed, "distributions": drawn, "weight_spread": weight_spread}
    return json.dumps({**record, "thresholds": dict(thresholds or {}), "outputs": named})
