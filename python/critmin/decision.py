"""What a portfolio decides, and how sure one can be of it: the chosen set, budgets, information, redrawn scenarios."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from critmin import _core, _decision_words
from critmin._frames import rows_frame
from critmin._portfolio_frames import settled_rows, with_reasons
from critmin.result import write_tables

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence
    from pathlib import Path

    import polars as pl

    from critmin.portfolio import Portfolio

__all__ = ["Decision", "Frontier", "Selection", "ValueOfInformation"]

_LOAN = ("loan_million_usd", "grant_element", "grant_equivalent_million_usd", "contracted_t")
_MASSES = ("demand_t", "refined_t", "from_projects_t", "drawn_t", "substituted_t", "shortfall_t")


@dataclass(frozen=True)
class Decision:
    """The best set of projects and stocks. Losses and costs are positive, money is million USD.

    Attributes
    ----------
    record
        Everything, in the fields of the model.
    portfolio
        What was asked.
    """

    record: dict[str, Any]
    portfolio: Portfolio

    @property
    def objective_million_usd(self) -> float:
        """Spend, plus the weighted mean and tail of the losses."""
        return float(self.record["objective_million_usd"])

    @property
    def objective_without_million_usd(self) -> float:
        """The same without projects and stocks."""
        return float(self.record["objective_without_million_usd"])

    @property
    def expected_loss_million_usd(self) -> float:
        """Mean loss over the scenarios."""
        return float(self.record["expected_loss_million_usd"])

    @property
    def expected_loss_without_million_usd(self) -> float:
        """Mean loss over the scenarios with nothing chosen."""
        return float(sum(row["probability"] * row["loss_without_million_usd"] for row in self.record["scenarios"]))

    @property
    def cvar_million_usd(self) -> float:
        """Mean loss of the worst scenarios."""
        return float(self.record["cvar_million_usd"])

    @property
    def cvar_without_million_usd(self) -> float:
        """Mean loss of the worst scenarios with nothing chosen."""
        rows = [(row["loss_without_million_usd"], row["probability"]) for row in self.record["scenarios"]]
        return tail_mean(rows, self.record["tail"])

    @property
    def spent_million_usd(self) -> float:
        """Grant equivalents and stocks."""
        return float(self.record["spent_million_usd"])

    @property
    def lent_million_usd(self) -> float:
        """Loans."""
        return float(self.record["lent_million_usd"])

    @property
    def is_proven(self) -> bool:
        """Whether it is proven to be the best, or the best that the time allowed."""
        return bool(self.record["is_proven"])

    @property
    def certificate(self) -> dict[str, float]:
        """How far the optimum is from a proof: ``primal``, ``dual``, ``gap``, ``integrality``."""
        return dict(self.record["certificate"])

    @functools.cached_property
    def projects(self) -> pl.DataFrame:
        """Every candidate: whether it is chosen and eligible, why not, its loan and what that costs the budget."""
        text = dict.fromkeys(("project", "name", "material", "stage", "country"), str)
        kinds = {**text, "is_chosen": bool, "is_eligible": bool, **dict.fromkeys(_LOAN, float)}
        return with_reasons(self.record["projects"], kinds)

    @property
    def chosen(self) -> pl.DataFrame:
        """The rows of :attr:`projects` that are financed."""
        return self.projects.filter(self.projects["is_chosen"])

    @functools.cached_property
    def stocks(self) -> pl.DataFrame:
        """What is bought [t], at which cost, and how many days of the first window's demand it covers.

        A cover below a millionth of the largest, or of a day, is none.
        """
        numbers = ("stock_t", "cost_million_usd", "cover_days")
        told = settled_rows(self.record["stocks"], ["cover_days"], least={None: 1.0})
        rows = [
            {**row, **dict.fromkeys(numbers, 0.0)} if before["cover_days"] and not row["cover_days"] else row
            for row, before in zip(told, self.record["stocks"], strict=True)
        ]
        return rows_frame(rows, {"material": str, **dict.fromkeys(numbers, float)})

    @functools.cached_property
    def scenarios(self) -> pl.DataFrame:
        """Loss of each scenario with the chosen set and with nothing chosen."""
        numbers = ("probability", "loss_million_usd", "loss_without_million_usd")
        rows = settled_rows(self.record["scenarios"], numbers[1:])
        return rows_frame(rows, {"scenario": str, **dict.fromkeys(numbers, float)})

    @functools.cached_property
    def outcomes(self) -> pl.DataFrame:
        """Demand and how it is met [t], one row per scenario, window and material."""
        text = dict.fromkeys(("scenario", "window", "material"), str)
        rows = settled_rows(self.record["outcomes"], _MASSES, of="material")
        return rows_frame(rows, {**text, **dict.fromkeys(_MASSES, float)})

    @functools.cached_property
    def gains(self) -> pl.DataFrame:
        """Expected shortfall of each bloc without and with the chosen set [t], and the loss that it is spared.

        What is below a millionth of a material's demand, or of the expected loss, is 0.
        """
        numbers = ("shortfall_without_t", "shortfall_with_t", "avoided_loss_million_usd")
        demand: dict[str, float] = {}
        for row in self.record["outcomes"]:
            demand[row["material"]] = max(demand.get(row["material"], 0.0), row["demand_t"])
        rows = settled_rows(self.record["gains"], numbers[:2], of="material", least=demand)
        rows = settled_rows(rows, numbers[2:], least={None: self.expected_loss_without_million_usd})
        return rows_frame(rows, {"bloc": str, "material": str, **dict.fromkeys(numbers, float)})

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables by name."""
        names = ("projects", "stocks", "scenarios", "outcomes", "gains")
        return {name: getattr(self, name) for name in names}

    @property
    def provenance(self) -> dict[str, Any]:
        """Version, what was asked, and the certificate."""
        limits = ("title", "budget_million_usd", "risk_weight", "tail")
        return {
            "version": _core.__version__, **{name: self.record[name] for name in limits},
            "lending_cap_million_usd": self.portfolio.record.get("lending_cap_million_usd"),
            "rule": self.portfolio.rule, "is_proven": self.is_proven, "certificate": self.certificate,
        }  # fmt: skip

    def summary(self) -> str:
        """Tell the answer on one screen: what is financed and stocked, what it saves and whom, and what is assumed."""
        return "\n".join(_decision_words.decision(self))

    def to_json(self) -> str:
        """Return everything as one JSON text."""
        return json.dumps(self.record)

    def write(self, folder: str | os.PathLike[str], *, formats: Sequence[str] = ("parquet",)) -> list[Path]:
        """Write every table, the portfolio and the provenance record into a folder.

        Raises
        ------
        InvalidDataError
            When a format is none of ``"parquet"``, ``"csv"`` and ``"json"``.
        WriteError
            When the folder cannot be written; nothing half-written is left behind.
        """
        texts = {"portfolio.json": self.portfolio.to_json(), "provenance.json": _indented(self.provenance)}
        if "json" in formats:
            texts["decision.json"] = self.to_json()
        return write_tables(folder, tables=self.tables, texts=texts, formats=formats)

    def __repr__(self) -> str:
        """Say what is chosen."""
        chosen = ", ".join(self.chosen["project"]) or "no project"
        return f"<Decision of `{self.record['title']}`: {chosen}; {self.spent_million_usd:,.1f} million USD>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"


@dataclass(frozen=True)
class _Written:
    """An answer that writes its tables and tells itself."""

    record: dict[str, Any]
    portfolio: Portfolio

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables by name."""
        raise NotImplementedError

    def summary(self) -> str:
        """Tell the answer."""
        raise NotImplementedError

    def to_json(self) -> str:
        """Return everything as one JSON text."""
        return json.dumps(self.record)

    def write(self, folder: str | os.PathLike[str], *, formats: Sequence[str] = ("parquet",)) -> list[Path]:
        """Write the tables and the portfolio into a folder.

        Raises
        ------
        InvalidDataError
            When a format is none of ``"parquet"``, ``"csv"`` and ``"json"``.
        WriteError
            When the folder cannot be written; nothing half-written is left behind.
        """
        about = {"version": _core.__version__, "title": self.portfolio.title}
        texts = {"portfolio.json": self.portfolio.to_json(), "provenance.json": _indented(about)}
        if "json" in formats:
            texts["answer.json"] = self.to_json()
        return write_tables(folder, tables=self.tables, texts=texts, formats=formats)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"


class Frontier(_Written):
    """The best set at every budget."""

    @functools.cached_property
    def points(self) -> pl.DataFrame:
        """One row per budget: objective, mean and tail loss, spend, the chosen ``projects``, the gap of the proof.

        ``marginal_value`` is the fall of the objective per million USD of budget from the point before; absent at the
        first. ``changes`` marks the budgets at which another set than before is chosen.
        """
        rows, before = [], None
        for point in self.record["points"]:
            names = sorted(point["projects"])
            rows.append({**point, "projects": ", ".join(names), "changes": before is not None and names != before})
            before = names
        rows = settled_rows(rows, ["expected_loss_million_usd", "cvar_million_usd", "objective_million_usd"])
        rows = settled_rows(rows, ["spent_million_usd", "stocks_million_usd", "budget_million_usd"])
        rows = settled_rows(rows, ["marginal_value"], least={None: 1.0})
        numbers = ("budget_million_usd", "objective_million_usd", "expected_loss_million_usd", "cvar_million_usd",
                   "spent_million_usd", "stocks_million_usd", "marginal_value", "gap")  # fmt: skip
        return rows_frame(rows, {**dict.fromkeys(numbers, float), "projects": str, "changes": bool})

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables by name."""
        return {"points": self.points}

    def summary(self) -> str:
        """Tell where the chosen set changes, and what the budget is worth there."""
        return "\n".join(_decision_words.frontier(self))

    def __repr__(self) -> str:
        """Say how many budgets."""
        return f"<Frontier of `{self.portfolio.title}`: {self.points.height} budgets>"


class Selection(_Written):
    """How often each project is chosen when the scenarios are drawn anew."""

    @functools.cached_property
    def projects(self) -> pl.DataFrame:
        """Share of the resamples and of the draws of the probabilities in which each is chosen, 0 to 1."""
        shares = dict.fromkeys(("chosen_in_resamples", "chosen_in_reweighted"), float)
        return rows_frame(self.record["projects"], {"project": str, **shares, "is_chosen": bool})

    @functools.cached_property
    def sets(self) -> pl.DataFrame:
        """The sets that were chosen, the most frequent first, with their regret against the optimum [million USD].

        A regret below a USD is none.
        """
        rows = [{**row, "projects": ", ".join(sorted(row["projects"]))} for row in self.record["sets"]]
        rows = settled_rows(rows, ["regret_million_usd"], least={None: 1.0})
        return rows_frame(rows, {"projects": str, "frequency": float, "regret_million_usd": float})

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables by name."""
        return {"projects": self.projects, "sets": self.sets}

    def summary(self) -> str:
        """Tell the frequencies; they, not the optimum, are the finding."""
        return "\n".join(_decision_words.selection(self))

    def __repr__(self) -> str:
        """Say how many draws."""
        draws = self.record["n_resamples"] + self.record["n_reweighted"]
        return f"<Selection of `{self.portfolio.title}`: {draws} draws>"


@dataclass(frozen=True)
class ValueOfInformation:
    """What knowing the scenario beforehand, and what thinking in scenarios, is worth; at risk weight 0 [million USD].

    Attributes
    ----------
    record
        Everything, in the fields of the model.
    """

    record: dict[str, float | None]

    @property
    def expected_value_of_perfect_information(self) -> float:
        """What it is worth to know the scenario beforehand: most that a forecast may cost."""
        return float(self.record["expected_value_of_perfect_information"] or 0.0)

    @property
    def value_of_stochastic_solution(self) -> float | None:
        """What planning for the mean costs; None where that choice is infeasible in a scenario."""
        return self.record["value_of_stochastic_solution"]

    @functools.cached_property
    def frame(self) -> pl.DataFrame:
        """``quantity``, ``value_million_usd``, ``meaning``."""
        rows = [
            {"quantity": name, "value_million_usd": self.record.get(name), "meaning": meaning}
            for name, meaning in _decision_words.INFORMATION.items()
        ]
        rows = settled_rows(rows, ["value_million_usd"])
        return rows_frame(rows, {"quantity": str, "value_million_usd": float, "meaning": str})

    def summary(self) -> str:
        """Tell every quantity with its meaning."""
        return "\n".join(_decision_words.information(self))

    def to_json(self) -> str:
        """Return everything as one JSON text."""
        return json.dumps(self.record)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"


def tail_mean(losses: Sequence[tuple[float, float]], tail: float) -> float:
    """Return the mean of the worst losses, the part 1 less `tail` of the probability; the last one is split.

    Examples
    --------
    >>> tail_mean([(0.0, 0.5), (10.0, 0.4), (100.0, 0.1)], 0.8)
    55.0
    """
    left = wanted = 1.0 - tail
    total = 0.0
    for loss, probability in sorted(losses, reverse=True):
        part = min(left, probability)
        total, left = total + part * loss, left - part
    return round(total / wanted, 12)


def _indented(record: dict[str, Any]) -> str:
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"
