"""What should be financed? Projects and stocks against supply disruptions, from the reference data or one's own.

A :class:`Portfolio` holds candidates, materials, scenarios and the limits of a lender; :func:`invest` makes one from
the reference dataset and decides it.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from critmin import _core, _decision_words, core, tables
from critmin._eligibility import eligibility_rule, eligibility_rules, finite_json, loan, rule_record
from critmin._frames import rows_frame
from critmin.decision import Decision, Frontier, Selection, ValueOfInformation
from critmin.exceptions import InvalidDataError, UnknownCountryError
from critmin.portfolio import Portfolio
from critmin.result import write_tables

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from pathlib import Path

    import polars as pl

    from critmin._eligibility import Rule
    from critmin._progress import Progress

__all__ = [
    "Decision",
    "Frontier",
    "Investment",
    "Portfolio",
    "Selection",
    "ValueOfInformation",
    "candidates",
    "eligibility_rule",
    "eligibility_rules",
    "invest",
    "loan",
]

DEFAULT_RULE = "exim-supply-chain-resiliency"


@dataclass(frozen=True)
class Candidates:
    """A portfolio made from the reference dataset.

    Attributes
    ----------
    portfolio
        What may be financed.
    record
        The figures that went in, and what a reader must know.
    options
        How it was asked for.
    """

    portfolio: Portfolio
    record: dict[str, Any]
    options: dict[str, Any]

    @functools.cached_property
    def inputs(self) -> pl.DataFrame:
        """Every figure that went in, with low, high, unit, grade and source."""
        text = dict.fromkeys(("commodity", "name", "region"), str)
        numbers = dict.fromkeys(("value", "low", "high"), float)
        rest = dict.fromkeys(("unit", "grade", "source", "note"), str)
        return rows_frame(self.record["inputs"], {**text, **numbers, **rest})

    @property
    def warnings(self) -> list[str]:
        """What a reader must know before using the numbers."""
        return list(self.record["warnings"])


@dataclass(frozen=True)
class Investment(Candidates):
    """What to finance, from the reference dataset: the portfolio, the decision, and every figure behind them.

    Attributes
    ----------
    decision
        The best set of projects and stocks.
    """

    decision: Decision

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables by name."""
        warnings = rows_frame([{"message": text} for text in self.warnings], {"message": str})
        return {**self.decision.tables, "inputs": self.inputs, "warnings": warnings}

    @property
    def provenance(self) -> dict[str, Any]:
        """Version, options, rule, certificate, and the published sources."""
        published = self.inputs.filter(self.inputs["grade"] == "published")
        sources = sorted(set(published["source"].drop_nulls()))
        return {**self.decision.provenance, "options": self.options, "sources": sources}

    def notes(self) -> list[str]:
        """Count the inputs by grade, and say what else a reader must know; lines of 80 columns at most."""
        counts = self.inputs["grade"].value_counts().sort("grade").rows()
        told = ", ".join(f"{count} {grade or 'ungraded'}" for grade, count in counts) or "none"
        return _decision_words.wrapped([f"Inputs by grade: {told}.", *(f"Note: {text}" for text in self.warnings)])

    def summary(self) -> str:
        """Tell the answer on one screen, and how well its inputs are supported."""
        return "\n".join([self.decision.summary(), *self.notes()])

    def to_json(self) -> str:
        """Return portfolio, decision, inputs and warnings as one JSON text."""
        parts = {"portfolio": self.portfolio.record, "decision": self.decision.record}
        return json.dumps({**parts, "inputs": self.record["inputs"], "warnings": self.warnings})

    def write(self, folder: str | os.PathLike[str], *, formats: Sequence[str] = ("parquet",)) -> list[Path]:
        """Write every table, the portfolio and the provenance record into a folder.

        Raises
        ------
        InvalidDataError
            When a format is none of ``"parquet"``, ``"csv"`` and ``"json"``.
        WriteError
            When the folder cannot be written; nothing half-written is left behind.
        """
        provenance = json.dumps(self.provenance, indent=2, ensure_ascii=False) + "\n"
        texts = {"portfolio.json": self.portfolio.to_json(), "provenance.json": provenance}
        if "json" in formats:
            texts["investment.json"] = self.to_json()
        return write_tables(folder, tables=self.tables, texts=texts, formats=formats)

    def __repr__(self) -> str:
        """Say what is chosen."""
        return repr(self.decision).replace("<Decision", "<Investment", 1)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"


def invest(
    commodities: str | Sequence[str] | None = None,
    *,
    buyers: str | Sequence[str] = "quad",
    budget_million_usd: float = 500.0,
    lending_cap_million_usd: float | None = None,
    rule: Rule | None = DEFAULT_RULE,
    risk_weight: float = 0.5,
    tail: float = 0.9,
    progress: Progress = False,
) -> Investment:
    """Choose what to finance and to stock, from the candidate projects of the reference dataset.

    Parameters
    ----------
    commodities
        Which, in any spelling; by default all that have a candidate project.
    buyers
        Whose demand counts: a bloc as ``"quad"`` or ``"eu-27"``, or countries in any spelling.
    budget_million_usd
        Most that loans, as grant equivalents, and stocks may cost.
    lending_cap_million_usd
        Most that may be lent; by default no limit.
    rule
        Who may be financed: the id of a shipped rule (see :func:`eligibility_rules`), TOML text, a ``pathlib.Path`` of
        it, or ``None`` for everyone, with the loans of the default rule.
    risk_weight
        Weight of the tail against the mean of the losses, 0 (risk neutral) to 1.
    tail
        Where the tail begins: 0.9 = the worst tenth.
    progress
        ``True`` draws a bar on a terminal; a callable receives ``(done, total)``.

    Raises
    ------
    UnknownCommodityError, UnknownCountryError, UnknownNameError
        For a commodity, a buyer or a rule that is not known.
    MissingInputsError
        When a figure that the question needs is not in the reference dataset.
    InfeasiblePlanError
        When no plan satisfies every limit.

    Examples
    --------
    >>> import critmin as cm
    >>> found = cm.invest("gallium", budget_million_usd=200.0)
    >>> found.decision.spent_million_usd <= 200.0
    True
    """
    found = candidates(
        commodities, buyers=buyers, budget_million_usd=budget_million_usd,
        lending_cap_million_usd=lending_cap_million_usd, rule=rule, risk_weight=risk_weight, tail=tail,
    )  # fmt: skip
    return Investment(found.portfolio, found.record, found.options, found.portfolio.decide(progress=progress))


def candidates(
    commodities: str | Sequence[str] | None = None,
    *,
    buyers: str | Sequence[str] = "quad",
    budget_million_usd: float = 500.0,
    lending_cap_million_usd: float | None = None,
    rule: Rule | None = DEFAULT_RULE,
    risk_weight: float = 0.5,
    tail: float = 0.9,
    windows: Sequence[int] = (2, 4, 6),
    stock_months: int = 12,
    n_scenarios: int | None = None,
) -> Candidates:
    """Make a portfolio from the reference dataset without deciding it; parameters as in :func:`invest`.

    Parameters
    ----------
    commodities, buyers, budget_million_usd, lending_cap_million_usd, rule, risk_weight, tail
        As in :func:`invest`.
    windows
        Years from the decision to the middle of each window.
    stock_months
        Most that may be bought as a stock, in months of demand.
    n_scenarios
        How many scenarios to keep; by default all.

    Examples
    --------
    >>> from critmin.investing import candidates
    >>> found = candidates("gallium")
    >>> found.inputs["grade"].null_count()
    0
    """
    is_shipped = isinstance(rule, str) and "\n" not in rule
    own_rule = _everyone() if rule is None else rule_record(rule)
    options = {
        "commodities": [core.find_commodity(name).commodity for name in _several(commodities or ())],
        "buyers": _buyers(buyers),
        "rule": rule if is_shipped else DEFAULT_RULE,
        "budget_million_usd": budget_million_usd,
        "lending_cap_million_usd": lending_cap_million_usd,
        "risk_weight": risk_weight,
        "tail": tail,
        "windows": list(windows),
        "stock_months": stock_months,
        "n_scenarios": n_scenarios,
    }
    record = json.loads(_core.portfolio_candidates(finite_json(options, "the options")))
    portfolio = Portfolio(record["portfolio"])
    own = portfolio if is_shipped else portfolio.replace(rule=own_rule)
    return Candidates(own, record, {**options, "rule": (own.rule or {}).get("id")})


def _several(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _everyone() -> dict[str, Any]:
    """Return the loans of the default rule without its tests."""
    return {**rule_record(DEFAULT_RULE), "id": "everyone", "title": "Everyone may be financed", "note": "", "tests": []}


def _buyers(names: str | Sequence[str]) -> str | list[str]:
    """Return the id of a bloc, or the codes of countries."""
    if isinstance(names, str):
        blocs = tables.reference().table("blocs")["bloc"].cast(str).to_list()
        if names in blocs:
            return names
        try:
            return [core.find_country(names).country]
        except UnknownCountryError as error:
            raise UnknownCountryError(f"{error}; as a bloc, expected one of {', '.join(sorted(blocs))}") from error
    if not names:
        raise InvalidDataError("found no buyer: expected a bloc, as `quad`, or one or several countries")
    return [core.find_country(name).country for name in names]
