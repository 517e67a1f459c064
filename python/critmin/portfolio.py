"""What a lender may finance: candidate projects, materials, scenarios and limits, and the questions they answer."""

from __future__ import annotations

import copy
import functools
import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from critmin import _core, _files, _portfolio_frames, _portfolio_tables
from critmin._eligibility import finite_json, rule_record
from critmin._frames import rows_frame
from critmin._progress import progress_callback
from critmin.decision import Decision, Frontier, Selection, ValueOfInformation
from critmin.exceptions import InvalidDataError, MissingInputsError
from critmin.scenario import _read_text

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    import polars as pl

    from critmin._core import ArrowStream
    from critmin._eligibility import Rule
    from critmin._progress import Progress

__all__ = ["Portfolio"]

_LIMITS = (
    "title", "budget_million_usd", "lending_cap_million_usd", "concentration_share", "risk_weight", "tail", "rule",
)  # fmt: skip


class Portfolio:
    """Candidate projects, the materials that they make, what may happen, and the limits of the lender; immutable.

    Masses are tonnes of contained metal, money is million USD (projects, budget) or USD per tonne (prices).
    Countries may stand in any spelling.

    Attributes
    ----------
    record
        All of it, in the fields of the model; treat it as read-only.

    Raises
    ------
    InvalidDataError
        When a figure cannot be used, or the probabilities do not sum to 1; every fault is listed.
    UnknownCountryError
        When a country or bloc is not known.
    """

    def __init__(self, record: Mapping[str, Any]) -> None:
        self.record: dict[str, Any] = json.loads(finite_json(dict(record), "the portfolio"))
        _portfolio_tables.name_countries(self.record)
        self._verdicts: list[dict[str, Any]] = json.loads(_core.portfolio_eligibility(self.to_json()))

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Portfolio:
        """Take the fields of the model as Python objects."""
        return cls(record)

    @classmethod
    def from_json(cls, text: str) -> Portfolio:
        """Read JSON text in the fields of the model.

        Raises
        ------
        InvalidDataError
            When it is no JSON object, or not a portfolio.
        """
        try:
            record = json.loads(text)
        except json.JSONDecodeError as error:
            raise InvalidDataError(
                f"line {error.lineno}, column {error.colno}: {error.msg}; expected the JSON of a portfolio"
            ) from error
        if not isinstance(record, dict):
            raise InvalidDataError(f"found JSON of a `{type(record).__name__}`: expected the object of a portfolio")
        return cls(record)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Portfolio:
        """Read a JSON file.

        Raises
        ------
        ReadError, EncodingError
            When the file cannot be opened, or is not UTF-8.
        InvalidDataError
            When it holds no portfolio.
        """
        return cls.from_json(_read_text(Path(path)))

    @classmethod
    def from_tables(
        cls,
        *,
        windows: ArrowStream,
        materials: ArrowStream,
        unmet_steps: ArrowStream,
        projects: ArrowStream,
        scenarios: ArrowStream,
        budget_million_usd: float,
        demand: ArrowStream | None = None,
        supplies: ArrowStream | None = None,
        buyers: ArrowStream | None = None,
        availability: ArrowStream | None = None,
        project_shares: ArrowStream | None = None,
        prices: ArrowStream | None = None,
        title: str = "Portfolio",
        lending_cap_million_usd: float | None = None,
        concentration_share: float | None = None,
        risk_weight: float = 0.0,
        tail: float = 0.9,
        rule: Rule | None = None,
    ) -> Portfolio:
        """Take tables of any library that speaks Arrow; an empty cell (null) is a figure that is not there.

        Where a figure varies by window, give a column ``window`` and one row for each.

        Parameters
        ----------
        windows
            ``id``, ``year`` (from the decision to the middle; a project counts when it is built before), ``years``.
        materials
            ``id``, ``demand_t`` (or the table ``demand``), ``refine_yield``, ``price_usd_per_t``,
            ``price_floor_usd_per_t``, ``substitution_max_t``, ``substitution_cost_usd_per_t``,
            ``stock_price_usd_per_t``, ``stock_max_t``.
        unmet_steps
            ``material``, ``width_t``, ``penalty_usd_per_t``: what unmet demand costs, the cheapest step first.
        projects
            ``id``, ``material``, ``stage`` (mine, refinery, recycling, stockpile), ``country``, ``capacity_t``,
            ``offtake_share``, ``capex_million_usd``, ``build_years``; optionally ``name``, ``owner_countries`` (parted
            by semicolons), ``operating_cost_usd_per_t``, ``excluded_customers_share``, ``uses_excluded_technology``,
            ``is_admitted``, and the loan: ``loan_to_value``, ``rate``, ``market_rate``, ``tenor_years``,
            ``grace_years``.
        scenarios
            ``id``, ``probability``.
        budget_million_usd
            Most that loans, as grant equivalents, and stocks may cost.
        demand
            ``material``, ``window``, ``demand_t``.
        supplies
            ``material``, ``source``, ``stage``, ``supply_t``, optionally ``window``: what arrives without projects.
        buyers
            ``material``, ``region``, ``bloc``, ``share``: whose demand it is.
        availability
            ``scenario``, ``source``, ``share``, optionally ``material``, ``stage``, ``window``: what still arrives.
        project_shares
            ``scenario``, ``project``, ``share``, optionally ``window``: output that is there.
        prices
            ``scenario``, ``material``, ``ratio``, optionally ``window``.
        title, lending_cap_million_usd, concentration_share, risk_weight, tail
            Heading and limits of the lender.
        rule
            Who may be financed, as in :meth:`replace`; by default everyone.

        Raises
        ------
        MissingColumnError
            When a table lacks a column, has one that nothing reads, or one of another type.
        InvalidDataError
            When a cell cannot be used; every fault is listed with table, row and column.
        UnknownCountryError
            When a project lies in, or is owned by, a country that is not known.
        """
        tables = {"windows": windows, "materials": materials, "demand": demand, "unmet_steps": unmet_steps,
                  "supplies": supplies, "buyers": buyers, "projects": projects, "scenarios": scenarios,
                  "availability": availability, "project_shares": project_shares, "prices": prices}  # fmt: skip
        limits = {"title": title, "budget_million_usd": budget_million_usd, "risk_weight": risk_weight, "tail": tail,
                  "lending_cap_million_usd": lending_cap_million_usd, "concentration_share": concentration_share,
                  "rule": None if rule is None else rule_record(rule)}  # fmt: skip
        return cls({**limits, **_portfolio_tables.record_of(tables)})

    def replace(self, **changes: Any) -> Portfolio:  # noqa: ANN401
        """Return the same portfolio with other limits.

        Parameters
        ----------
        **changes
            Any of ``title``, ``budget_million_usd``, ``lending_cap_million_usd``, ``concentration_share``,
            ``risk_weight``, ``tail`` and ``rule``: the id of a shipped rule, TOML text, a ``pathlib.Path`` of it, a
            record of its fields, or ``None`` for no rule.

        Raises
        ------
        InvalidDataError
            When a limit has another name or cannot be used.
        UnknownNameError
            When no shipped rule has this id.
        """
        unknown = sorted(set(changes) - set(_LIMITS))
        if unknown:
            raise InvalidDataError(f"found {unknown}: expected some of {list(_LIMITS)}")
        if changes.get("rule") is not None:
            changes["rule"] = rule_record(changes["rule"])
        return Portfolio({**self.record, **changes})

    @property
    def title(self) -> str:
        """One line for people."""
        return str(self.record["title"])

    @property
    def budget_million_usd(self) -> float:
        """Most that loans, as grant equivalents, and stocks may cost."""
        return float(self.record["budget_million_usd"])

    @property
    def rule(self) -> dict[str, Any] | None:
        """Who may be financed, with the terms of the loan; None where everyone may."""
        return copy.deepcopy(self.record.get("rule"))

    @functools.cached_property
    def projects(self) -> pl.DataFrame:
        """One row per candidate, with the terms of its own loan where it has them."""
        return _portfolio_frames.projects(self.record)

    @functools.cached_property
    def materials(self) -> pl.DataFrame:
        """One row per material and window: demand and supply by stage [t], prices and penalties [USD/t]."""
        return _portfolio_frames.materials(self.record)

    @functools.cached_property
    def scenarios(self) -> pl.DataFrame:
        """``scenario`` and ``probability``."""
        kinds = {"id": str, "probability": float}
        return rows_frame(self.record["scenarios"], kinds).rename({"id": "scenario"})

    @functools.cached_property
    def shocks(self) -> pl.DataFrame:
        """What changes in each scenario, one row per window: availability, output of projects, prices."""
        return _portfolio_frames.shocks(self.record)

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """All tables by name."""
        return {name: getattr(self, name) for name in ("projects", "materials", "scenarios", "shocks")}

    def eligibility(self) -> pl.DataFrame:
        """Return ``project``, ``is_eligible`` and ``reasons``: why not, or what was not known."""
        return _portfolio_frames.with_reasons(self._verdicts, {"project": str, "is_eligible": bool})

    def decide(self, *, time_limit_s: float | None = None, progress: Progress = False) -> Decision:
        """Choose the projects and stocks that cost least: their price, and the weighted mean and tail of the losses.

        Parameters
        ----------
        time_limit_s
            Seconds after which the best set found so far is returned with its gap, or nothing chosen (gap 1) when there
            was none; by default no limit.
        progress
            ``True`` draws a bar on a terminal; a callable receives ``(done, total)``.

        Raises
        ------
        InfeasiblePlanError
            When no plan satisfies every limit.
        NotProvenError
            When the solver stops without an answer that passes the check.
        """
        text = _core.portfolio_decide(self.to_json(), _options(time_limit_s), progress_callback(progress, "portfolio"))
        return Decision(json.loads(text), self)

    def frontier(
        self, budgets: Sequence[float] | None = None, *, n: int = 100, time_limit_s: float | None = None,
        progress: Progress = False,
    ) -> Frontier:  # fmt: skip
        """Choose anew at every budget.

        Parameters
        ----------
        budgets
            Million USD; by default ``n`` even steps from nothing to the cost of every eligible project and all stocks.
        n
            How many steps, at least 2.
        time_limit_s
            Seconds for each problem; by default no limit.
        progress
            ``True`` draws a bar on a terminal; a callable receives ``(done, total)``.
        """
        asked = self._steps(n) if budgets is None else [float(budget) for budget in budgets]
        if not asked:
            raise InvalidDataError("found no budget: expected one or several [million USD]")
        told = progress_callback(progress, f"{len(asked)} budgets")
        text = _core.portfolio_frontier(self.to_json(), asked, _options(time_limit_s), told)
        return Frontier(json.loads(text), self)

    def _steps(self, n: int) -> list[float]:
        if n < 2:
            raise InvalidDataError(f"found `n` = {n}: expected how many budgets to try, 2 or more")
        stocks = [one["stock"] for one in self.record["materials"] if one.get("stock")]
        most = sum(stock["price_usd_per_t"] * stock["max_t"] for stock in stocks) / 1e6
        eligible = {row["project"] for row in self._verdicts if row["is_eligible"]}
        most += sum(self._gift(project) for project in self.record["projects"] if project["id"] in eligible)
        return [most * step / (n - 1) for step in range(n)]

    def _gift(self, project: dict[str, Any]) -> float:
        """Return what the loan of a project costs the budget."""
        rule = self.record.get("rule") or {}
        terms = project.get("loan") or rule.get("loan")
        if terms is None:
            raise MissingInputsError(f"project `{project['id']}` has no loan and no rule gives one: give either")
        size = rule.get("loan_size", "proportional")
        text = _core.loan_terms(project["capex_million_usd"], project["offtake_share"], size, json.dumps(terms))
        return float(json.loads(text)["grant_equivalent_million_usd"])

    def risk_frontier(
        self, weights: Sequence[float] = (0.0, 0.25, 0.5, 0.75, 1.0), *, progress: Progress = False
    ) -> pl.DataFrame:
        """Choose anew at every weight of the tail against the mean, 0 (risk neutral) to 1.

        One row per weight: ``risk_weight``, ``objective_million_usd``, ``expected_loss_million_usd``,
        ``cvar_million_usd``, ``spent_million_usd``, ``projects`` and the ``gap`` of the proof.
        """
        told = progress_callback(progress, f"{len(weights)} risk weights")
        rows = []
        for place, weight in enumerate(weights, 1):
            found = self.replace(risk_weight=weight).decide()
            chosen = ", ".join(found.chosen["project"])
            rows.append({**found.record, "projects": chosen, "gap": found.record["certificate"]["gap"]})
            if told is not None:
                told(place, len(weights))
        names = ("risk_weight", "objective_million_usd", "expected_loss_million_usd", "cvar_million_usd",
                 "spent_million_usd")  # fmt: skip
        return rows_frame(rows, {**dict.fromkeys(names, float), "projects": str, "gap": float})

    def value_of_information(
        self, *, time_limit_s: float | None = None, progress: Progress = False
    ) -> ValueOfInformation:
        """Ask what knowing the scenario beforehand, and what thinking in scenarios, is worth; at risk weight 0."""
        told = progress_callback(progress, "value of information")
        return ValueOfInformation(json.loads(_core.portfolio_information(self.to_json(), _options(time_limit_s), told)))

    def selection(
        self, *, n_resamples: int = 200, n_reweighted: int = 200, seed: int = 1, time_limit_s: float | None = None,
        progress: Progress = False,
    ) -> Selection:  # fmt: skip
        """Count how often each project is chosen when the scenarios are drawn anew; probabilities are guesses.

        Parameters
        ----------
        n_resamples
            Draws of scenarios with replacement.
        n_reweighted
            Draws of the probabilities.
        seed
            Seed; the result depends on it alone, not on the number of threads.
        time_limit_s
            Seconds for each problem; by default no limit.
        progress
            ``True`` draws a bar on a terminal; a callable receives ``(done, total)``.
        """
        counts = {"n_resamples": n_resamples, "n_reweighted": n_reweighted, "seed": seed}
        for name, count in counts.items():
            if count < 0 or (name == "n_resamples" and n_resamples + n_reweighted == 0):
                raise InvalidDataError(f"found `{name}` = {count}: expected 0 or more, and at least one draw in all")
        told = progress_callback(progress, f"{n_resamples + n_reweighted} draws")
        options = _options(time_limit_s)
        text = _core.portfolio_selection(self.to_json(), n_resamples, n_reweighted, seed, options, told)
        return Selection(json.loads(text), self)

    def to_json(self) -> str:
        """Return it as JSON text."""
        return json.dumps(self.record)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write it as a JSON file.

        Raises
        ------
        WriteError
            When the file cannot be written; nothing half-written is left behind.
        """
        return _files.write_text(path, json.dumps(self.record, indent=1, ensure_ascii=False) + "\n")

    def summary(self) -> str:
        """Tell in a few lines what may be financed, for what, against what."""
        return _portfolio_frames.summary(self.record, self._verdicts)

    def __eq__(self, other: object) -> bool:
        """Compare the whole content."""
        return isinstance(other, Portfolio) and self.record == other.record

    def __hash__(self) -> int:
        """Hash the whole content."""
        return hash(json.dumps(self.record, sort_keys=True))

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        """Travel to another process as JSON."""
        return Portfolio.from_json, (self.to_json(),)

    def __repr__(self) -> str:
        """Say how much there is."""
        counts = ", ".join(f"{len(self.record[name])} {name}" for name in ("projects", "materials", "scenarios"))
        return f"<Portfolio `{self.title}`: {counts}>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"


def _options(time_limit_s: float | None) -> str:
    if time_limit_s is not None and not time_limit_s > 0:
        raise InvalidDataError(f"found `time_limit_s` = {time_limit_s}: expected seconds above 0, or none")
    return finite_json({"time_limit_s": time_limit_s}, "`time_limit_s`")
