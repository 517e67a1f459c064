"""Portfolios: the reference optima, what a lender may not do, own tables, and wrong input told by its place."""

from __future__ import annotations

import copy
import csv
import dataclasses
import itertools
import json
import os
import pickle
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import critmin as cm
import polars as pl
import pytest
from critmin import investing

if TYPE_CHECKING:
    from collections.abc import Callable

Tables = dict[str, pl.DataFrame]
MILLION = 1e6
RULE = "exim-supply-chain-resiliency"


# --- The reference portfolio ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(repository: Path) -> Path:
    shared = Path(os.environ.get("CRITMIN_SHARED", repository.parent / "shared"))
    found = shared / "reference" / "substitution" / "portfolio5"
    if not found.is_dir():
        assert "CI" not in os.environ, f"no reference figures in {found}: set CRITMIN_SHARED"
        pytest.skip(f"no reference figures in {found}: set CRITMIN_SHARED to the folder that holds them")
    return found


def read(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows, name
    return rows


def converted(model: dict[str, Any], *, risk_weight: float, last_penalty: float | None = None) -> dict[str, Any]:
    """Write the reference model in our fields: its money is million USD per tonne, its adversary a source."""
    figures = model["parameters"]
    penalties = [step["penalty"] for step in figures["steps"]]
    penalties[-1] = penalties[-1] if last_penalty is None else last_penalty
    stages = {"mine": ("mine", "base_mined"), "refine": ("refinery", "base_refined")}
    material = {
        "id": "gallium",
        "demand_t": figures["demand"],
        "refine_yield": figures["refine_yield"],
        "supplies": [
            {"source": source, "stage": stage, "supply_t": mass}
            for stage, base in stages.values()
            for source, mass in figures[base].items()
        ],
        "unmet_steps": [
            {"width_t": step["width"], "penalty_usd_per_t": penalty * MILLION}
            for step, penalty in zip(figures["steps"], penalties, strict=True)
        ],
        "substitution": {"max_t": figures["sub"]["max"], "cost_usd_per_t": figures["sub"]["cost"] * MILLION},
        "stock": {"price_usd_per_t": figures["stock"]["price"] * MILLION, "max_t": figures["stock"]["max"]},
    }
    return {
        "title": model["name"],
        "windows": [{"id": f"year {year}", "year": year} for year in figures["windows"]],
        "materials": [material],
        "projects": [converted_project(project, stages[project["stage"]][0], figures) for project in model["projects"]],
        "scenarios": [converted_scenario(scenario, stages) for scenario in model["scenarios"]],
        "budget_million_usd": figures["budget"],
        "lending_cap_million_usd": figures["lending_cap"],
        "risk_weight": risk_weight,
        "tail": figures["alpha"],
    }


def converted_project(project: dict[str, Any], stage: str, figures: dict[str, Any]) -> dict[str, Any]:
    loan = {"loan_to_value": project["ltv"], "rate": project["rate"], "market_rate": project["market"],
            "tenor_years": project["tenor"], "grace_years": project["grace"]}  # fmt: skip
    return {
        "id": project["id"],
        "material": "gallium",
        "stage": stage,
        "country": "AUS",
        "capacity_t": project["capacity"],
        "offtake_share": project["offtake"],
        "capex_million_usd": project["capex"],
        "operating_cost_usd_per_t": figures["operating_cost"] * MILLION,
        "build_years": project["build_years"],
        "loan": loan,
        "is_admitted": project["eligible"],
    }


def converted_scenario(scenario: dict[str, Any], stages: dict[str, tuple[str, str]]) -> dict[str, Any]:
    return {
        "id": scenario["id"],
        "probability": scenario["prob"],
        "availability": [
            {"source": "adversary", "stage": stage, "share": scenario[kind]} for kind, (stage, _) in stages.items()
        ],
        "projects": [{"project": name, "share": share} for name, share in scenario["delay"].items()],
    }


@pytest.fixture(scope="module")
def model(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    return found


def names(text: str) -> set[str]:
    return set() if text == "none" else set(text.split("+"))


def test_loans_are_those_of_the_reference(folder: Path, model: dict[str, Any]):
    rows = {row["project"]: row for row in cm.Portfolio(converted(model, risk_weight=0.0)).decide().projects.to_dicts()}
    for row in read(folder, "projects.csv"):
        ours = rows[row["project"]]
        assert ours["loan_million_usd"] == pytest.approx(float(row["loan_musd"]), rel=1e-9)
        assert ours["grant_element"] == pytest.approx(float(row["grant_element"]), rel=1e-9)
        assert ours["grant_equivalent_million_usd"] == pytest.approx(float(row["grant_equivalent_musd"]), rel=1e-9)


@pytest.mark.parametrize("risk_weight", [0.0, 0.5])
def test_the_best_of_every_choice_of_candidates_is_that_of_enumeration(
    folder: Path, model: dict[str, Any], risk_weight: float
):
    rows = [row for row in read(folder, "subsets.csv") if float(row["risk_weight"]) == risk_weight]
    values = {frozenset(names(row["projects"])): row["objective_musd"] for row in rows if row["status"] == "optimal"}
    candidates = [project["id"] for project in model["projects"] if project["eligible"]]
    assert len(rows) == 2 ** len(candidates)
    record = converted(model, risk_weight=risk_weight)
    for admitted in itertools.chain.from_iterable(itertools.combinations(candidates, n) for n in range(5)):
        for project in record["projects"]:
            project["is_admitted"] = project["id"] in admitted
        wanted, best = min((float(value), chosen) for chosen, value in values.items() if chosen <= set(admitted))
        found = cm.Portfolio(record).decide()
        assert found.objective_million_usd == pytest.approx(wanted, rel=1e-7), admitted
        assert set(found.chosen["project"]) == best, admitted


@pytest.mark.parametrize("last_penalty", [30.0, 16.0])
def test_the_optimum_and_the_value_of_information_are_those_of_the_reference(
    folder: Path, model: dict[str, Any], last_penalty: float
):
    rows = [row for row in read(folder, "summary.csv") if float(row["penalty_step2"]) == last_penalty]
    for row in (row for row in rows if row["quantity"] == "optimum"):
        weight = float(row["risk_weight"])
        found = cm.Portfolio(converted(model, risk_weight=weight, last_penalty=last_penalty)).decide()
        assert found.objective_million_usd == pytest.approx(float(row["value_musd"]), rel=1e-8)
        assert set(found.chosen["project"]) == names(row["projects"])
        assert found.stocks["stock_t"].to_list() == pytest.approx([float(row["stock_t"])])
        assert found.expected_loss_million_usd == pytest.approx(float(row["expected_loss_musd"]), rel=1e-6)
        assert found.cvar_million_usd == pytest.approx(float(row["cvar_musd"]), rel=1e-6)
        assert found.is_proven
    information = cm.Portfolio(converted(model, risk_weight=0.0, last_penalty=last_penalty)).value_of_information()
    others = [row for row in rows if row["quantity"] != "optimum"]
    assert len(others) == 5
    for row in others:
        wanted = pytest.approx(float(row["value_musd"]), rel=1e-6, abs=1e-6)
        assert information.record[row["quantity"]] == wanted, row["quantity"]


# --- What holds of any portfolio --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def decision(portfolio: cm.Portfolio) -> cm.Decision:
    return portfolio.decide()


def test_the_parts_of_a_decision_add_up(portfolio: cm.Portfolio, decision: cm.Decision):
    gifts, stocks = (
        decision.chosen["grant_equivalent_million_usd"].sum(),
        decision.stocks["cost_million_usd"].sum(),
    )
    assert decision.spent_million_usd == pytest.approx(gifts + stocks)
    assert decision.spent_million_usd <= portfolio.budget_million_usd * (1 + 1e-9)
    assert decision.lent_million_usd == pytest.approx(decision.chosen["loan_million_usd"].sum())
    assert decision.lent_million_usd <= 150.0 * (1 + 1e-9)
    mean = (decision.scenarios["probability"] * decision.scenarios["loss_million_usd"]).sum()
    assert decision.expected_loss_million_usd == pytest.approx(mean)
    weighted = 0.5 * decision.expected_loss_million_usd + 0.5 * decision.cvar_million_usd
    assert decision.objective_million_usd == pytest.approx(decision.spent_million_usd + weighted, rel=1e-6)
    without = 0.5 * decision.expected_loss_without_million_usd + 0.5 * decision.cvar_without_million_usd
    assert decision.objective_without_million_usd == pytest.approx(without, rel=1e-6)
    assert decision.objective_million_usd <= decision.objective_without_million_usd * (1 + 1e-9)
    spared = decision.expected_loss_without_million_usd - decision.expected_loss_million_usd
    assert spared > 0
    assert (decision.gains["shortfall_with_t"] <= decision.gains["shortfall_without_t"] + 1e-9).all()
    assert set(decision.gains["bloc"]) == {"United States", "Japan"}


def test_demand_is_met_or_short(decision: cm.Decision):
    masses = decision.outcomes
    met = masses.select("refined_t", "from_projects_t", "drawn_t", "substituted_t", "shortfall_t").sum_horizontal()
    assert masses.height == 3 * 2
    assert (met >= masses["demand_t"] - 1e-6).all()
    drawn = masses.group_by("scenario").agg(pl.col("drawn_t").sum())["drawn_t"]
    assert (drawn <= decision.stocks["stock_t"].sum() + 1e-6).all()


def test_a_project_counts_only_after_it_is_built(portfolio_tables: Tables):
    late = portfolio_tables["projects"].with_columns(pl.lit(2.0).alias("build_years"))
    found = decided(portfolio_tables | {"projects": late}, rule=RULE)
    soon = found.outcomes.filter(pl.col("window") == "soon")
    assert soon.height == 3
    assert soon["from_projects_t"].to_list() == pytest.approx([0.0] * 3)


def decided(tables: Tables, **limits: Any) -> cm.Decision:  # noqa: ANN401
    return cm.Portfolio.from_tables(**tables, **{"budget_million_usd": 60.0, **limits}).decide()


def test_a_rule_bars_and_says_why(portfolio: cm.Portfolio, decision: cm.Decision):
    rows = {row["project"]: row for row in portfolio.eligibility().to_dicts()}
    assert not rows["R3"]["is_eligible"]
    assert "CHN" in rows["R3"]["reasons"] or "China" in rows["R3"]["reasons"]
    assert rows["M2"]["is_eligible"]
    assert "R3" not in decision.chosen["project"].to_list()
    assert "Not admitted: R3" in decision.summary()
    own = {**(portfolio.rule or {}), "tests": []}
    assert portfolio.replace(rule=own).eligibility()["is_eligible"].all()


def test_rules_are_taken_by_id_text_file_and_record(portfolio: cm.Portfolio, tmp_path: Path):
    text = investing.eligibility_rule(RULE)
    file = tmp_path / "rule.toml"
    file.write_text(text, encoding="utf-8")
    wanted = portfolio.replace(rule=RULE).rule
    assert wanted is not None
    assert wanted["id"] == RULE
    for given in (text, file, wanted):
        assert portfolio.replace(rule=given).rule == wanted
    assert portfolio.replace(rule="pro-rata-joint-venture").rule != wanted
    assert cm.eligibility_rules().columns == ["id", "title", "source", "note"]
    with pytest.raises(cm.UnknownNameError, match="supply-chain"):
        portfolio.replace(rule="exim-supply-chain")
    with pytest.raises(cm.CritminError, match="title"):
        portfolio.replace(rule='id = "mine"\n')
    with pytest.raises(cm.ReadError):
        portfolio.replace(rule=tmp_path / "absent.toml")


def test_more_money_never_costs_more(portfolio: cm.Portfolio):
    frontier = portfolio.frontier(n=9)
    points = frontier.points
    assert points["budget_million_usd"][0] == 0
    assert points.height == 9
    assert (points["objective_million_usd"].diff().drop_nulls() <= 1e-6).all()
    assert (points["spent_million_usd"] <= points["budget_million_usd"] + 1e-6).all()
    assert points["marginal_value"].null_count() == 1
    assert points["changes"].sum() >= 1
    assert not points["changes"][0]
    assert "From " in frontier.summary()
    one = portfolio.frontier([portfolio.budget_million_usd]).points.row(0, named=True)
    assert one["objective_million_usd"] == pytest.approx(portfolio.decide().objective_million_usd)
    assert portfolio.frontier([40.0, 10.0]).points["budget_million_usd"].to_list() == [10.0, 40.0]


def test_more_weight_on_the_tail_never_raises_the_tail(portfolio: cm.Portfolio):
    rows = portfolio.risk_frontier([0.0, 0.5, 1.0])
    assert rows["risk_weight"].to_list() == [0.0, 0.5, 1.0]
    assert rows.columns[-2:] == ["projects", "gap"]
    whole = rows["spent_million_usd"] + rows["cvar_million_usd"]
    assert (whole.diff().drop_nulls() <= 1e-6).all()


def test_selection_counts_draws_and_repeats(portfolio: cm.Portfolio):
    found = portfolio.selection(n_resamples=20, n_reweighted=10, seed=3)
    assert found.to_json() == portfolio.selection(n_resamples=20, n_reweighted=10, seed=3).to_json()
    shares = found.projects
    assert set(shares["project"]) == {"M2", "R1", "R3"}
    assert shares.filter(pl.col("project") == "R3")["chosen_in_resamples"].item() == 0
    for name in ("chosen_in_resamples", "chosen_in_reweighted"):
        assert shares[name].is_between(0, 1).all()
    assert found.sets["frequency"].sum() == pytest.approx(1)
    assert found.sets["frequency"].is_sorted(descending=True)
    assert (found.sets["regret_million_usd"] >= -1e-6).all()
    assert "the frequency, not the optimum" in found.summary()


def test_information_is_never_worth_less_than_nothing(portfolio: cm.Portfolio):
    found = portfolio.value_of_information()
    assert found.expected_value_of_perfect_information >= -1e-9
    assert found.value_of_stochastic_solution is None or found.value_of_stochastic_solution >= -1e-9
    assert found.frame.height == 6
    assert "here and now" in found.summary()


def test_a_loan_by_hand():
    found = cm.loan(capex_million_usd=100.0, offtake_share=1.0, loan_to_value=1.0)
    assert found["grant_element"] == pytest.approx(0.30376, abs=5e-6)
    assert found["annuity"] == pytest.approx(0.045 / (1 - 1.045**-12))
    low = cm.loan(capex_million_usd=100.0, offtake_share=0.5, size="minimum")
    assert low["loan_million_usd"] == pytest.approx(50.0)
    even = cm.loan(capex_million_usd=100.0, offtake_share=0.5, rate=0.095)
    assert even["grant_equivalent_million_usd"] == pytest.approx(0.0, abs=1e-9)


def test_progress_is_told(portfolio: cm.Portfolio):
    seen: list[tuple[int, int]] = []
    portfolio.frontier([10.0, 20.0], progress=lambda done, total: seen.append((done, total)))
    assert seen
    assert seen[-1][0] == seen[-1][1]

    def stop(_done: int, _total: int) -> None:
        raise RuntimeError

    with pytest.raises((RuntimeError, cm.InterruptedImportError)):
        portfolio.selection(n_resamples=5, n_reweighted=5, progress=stop)


# --- Frames, files, words ---------------------------------------------------------------------------------------------


def test_frames_tell_the_tables(portfolio: cm.Portfolio, portfolio_tables: Tables):
    assert portfolio.projects["country"].to_list() == ["AUS", "JPN", "CHN"]
    assert portfolio.projects["owner_countries"].to_list() == ["AUS; USA", "", "CHN"]
    assert portfolio.projects["tenor_years"].to_list() == [10.0, 15.0, None]
    assert portfolio.materials["demand_t"].to_list() == [20.0, 22.0]
    assert portfolio.materials["mine_t"].to_list() == [21.0, 21.0]
    assert portfolio.scenarios["probability"].sum() == pytest.approx(1)
    assert portfolio.shocks.filter(pl.col("scenario") == "late_ban")["factor"].to_list() == [1.0, 0.2]
    assert portfolio.shocks.height == 3 * 2
    assert portfolio.summary().startswith("Three projects\n3 candidate projects, 2 eligible")
    pandas = {name: table.to_pandas() for name, table in portfolio_tables.items() if name != "projects"}
    again = cm.Portfolio.from_tables(
        **(portfolio_tables | pandas), title="Three projects", budget_million_usd=60.0, lending_cap_million_usd=150.0,
        risk_weight=0.5, tail=0.8, rule=RULE,
    )  # fmt: skip
    assert again == portfolio
    assert hash(again) == hash(portfolio)


def test_a_portfolio_travels(portfolio: cm.Portfolio, tmp_path: Path):
    assert cm.Portfolio.from_json(portfolio.to_json()) == portfolio
    assert cm.Portfolio.from_file(portfolio.save(tmp_path / "mine.json")) == portfolio
    assert pickle.loads(pickle.dumps(portfolio)) == portfolio
    assert portfolio.replace(budget_million_usd=1.0) != portfolio
    assert portfolio.budget_million_usd == 60.0


def test_the_summary_fits_a_screen(decision: cm.Decision):
    lines = decision.summary().splitlines()
    assert len(lines) < 40
    assert max(len(line) for line in lines) <= 80
    text = " ".join(" ".join(lines).split())
    for told in ("Financed: ", "grant equivalent", "Stocks", "days of demand", "Expected loss: ", "Tail (worst 20 %)",
                 "Who gains", "Proven (gap 0 %)", "Assumed: ", "guesses"):  # fmt: skip
        assert told in text
    assert decision.summary() in decision._repr_html_().replace("&#x27;", "'").replace("&gt;", ">")


def test_what_a_solver_leaves_of_a_zero_is_not_told(decision: cm.Decision):
    record = json.loads(decision.to_json())
    least = {"material": record["stocks"][0]["material"], "stock_t": 3e-13, "cost_million_usd": 1e-15,
             "cover_days": 2e-13}  # fmt: skip
    gain = {**record["gains"][0], "bloc": "Atlantis", "avoided_loss_million_usd": 3.31e-09}
    noisy = dataclasses.replace(
        decision, record={**record, "stocks": [least], "gains": [*record["gains"], gain], "spent_million_usd": 1e-12}
    )
    text = noisy.summary()
    assert "Stocks: none." in text
    assert "Atlantis" not in text
    assert "0 of 60 million USD spent" in " ".join(text.split())
    assert not re.search(r"\de-\d", text), text
    assert noisy.stocks["stock_t"].to_list() == [0.0]
    assert noisy.gains["avoided_loss_million_usd"][-1] == 0
    assert decision.stocks["stock_t"].to_list() == [row["stock_t"] for row in record["stocks"]], "what is real stays"


def test_a_decision_is_written_whole(decision: cm.Decision, tmp_path: Path):
    files = {file.name for file in decision.write(tmp_path, formats=["parquet", "csv", "json"])}
    assert files >= {"projects.parquet", "gains.csv", "decision.json", "portfolio.json", "provenance.json"}
    assert pl.read_parquet(tmp_path / "scenarios.parquet").equals(decision.scenarios)
    assert cm.Portfolio.from_file(tmp_path / "portfolio.json") == decision.portfolio
    record = json.loads((tmp_path / "provenance.json").read_text(encoding="utf-8"))
    assert record["rule"]["id"] == RULE
    assert set(record["certificate"]) == {"primal", "dual", "gap", "integrality"}
    assert json.loads(decision.to_json()) == decision.record


def test_an_answer_without_a_choice_is_told(portfolio: cm.Portfolio):
    found = portfolio.replace(budget_million_usd=0.0).decide()
    assert found.chosen.is_empty()
    assert found.spent_million_usd == pytest.approx(0.0, abs=1e-6)
    assert found.objective_million_usd == pytest.approx(found.objective_without_million_usd)
    assert "Stocks: none." in found.summary()
    assert "no project" in repr(found)


# --- From the reference dataset ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def investment() -> cm.Investment:
    return cm.invest("gallium", budget_million_usd=200.0)


def test_the_reference_data_make_a_portfolio(investment: cm.Investment, tmp_path: Path):
    assert investment.decision.spent_million_usd <= 200.0 * (1 + 1e-9)
    materials = set(investment.portfolio.projects["material"])
    assert materials
    assert all(name.startswith("gallium ") for name in materials)
    assert investment.inputs.height > 0
    assert investment.inputs["grade"].null_count() == 0
    assert investment.inputs["source"].null_count() == 0
    assert "Inputs by grade: " in investment.summary()
    assert investment.provenance["options"]["buyers"] == "quad"
    files = {file.name for file in investment.write(tmp_path, formats=["csv", "json"])}
    assert files >= {"inputs.csv", "warnings.csv", "investment.json", "portfolio.json", "provenance.json"}
    assert cm.Portfolio.from_file(tmp_path / "portfolio.json").decide().record == investment.decision.record


def test_other_buyers_and_rules_are_taken(investment: cm.Investment):
    one = investing.candidates("gallium", buyers="Japan")
    assert one.options["buyers"] == ["JPN"]
    free = investing.candidates("gallium", rule=None)
    assert free.portfolio.rule is not None
    assert free.portfolio.rule["tests"] == []
    barred = [frame.filter(~pl.col("is_eligible")).height for frame in
              (free.portfolio.eligibility(), investment.portfolio.eligibility())]  # fmt: skip
    assert barred[0] <= barred[1]
    with pytest.raises(cm.UnknownCommodityError):
        cm.invest("unobtainium")
    with pytest.raises(cm.UnknownCountryError, match="quad"):
        cm.invest("gallium", buyers="Atlantis")
    with pytest.raises(cm.UnknownNameError):
        cm.invest("gallium", rule="no-such-rule")
    with pytest.raises(cm.CritminError, match="budget"):
        cm.invest("gallium", budget_million_usd=-1.0)


# --- Wrong input ------------------------------------------------------------------------------------------------------


def refused(portfolio: cm.Portfolio, change: Callable[[dict[str, Any]], None]) -> str:
    record = copy.deepcopy(portfolio.record)
    change(record)
    with pytest.raises(cm.CritminError) as caught:
        cm.Portfolio(record).decide()
    assert isinstance(caught.value, (cm.InvalidDataError, cm.UnknownNameError, cm.MissingInputsError)), caught.value
    return str(caught.value)


def test_probabilities_must_sum_to_one(portfolio: cm.Portfolio):
    assert "probabilit" in refused(portfolio, lambda record: record["scenarios"][0].update(probability=0.6))


def test_an_unknown_country_is_named(portfolio: cm.Portfolio, portfolio_tables: Tables):
    assert "project `M2`" in refused(portfolio, lambda record: record["projects"][0].update(country="Atlantis"))
    assert "ATL" in refused(portfolio, lambda record: record["projects"][1].update(owner_countries=["ATL"]))
    spelt = copy.deepcopy(portfolio.record)
    spelt["projects"][0]["country"] = "Australia"
    assert cm.Portfolio(spelt) == portfolio
    lost = portfolio_tables["projects"].with_columns(pl.lit("Atlantis").alias("country"))
    with pytest.raises(cm.UnknownCountryError, match=r"`projects`, row 1, column `country`.*Atlantis"):
        decided(portfolio_tables | {"projects": lost})


def test_figures_outside_their_range_are_named(portfolio: cm.Portfolio):
    assert "capacity" in refused(portfolio, lambda record: record["projects"][0].update(capacity_t=-1.0))
    assert "budget" in refused(portfolio, lambda record: record.update(budget_million_usd=-1.0))
    assert "risk_weight" in refused(portfolio, lambda record: record.update(risk_weight=1.5))
    assert "NaN" in refused(portfolio, lambda record: record["projects"][0].update(capacity_t=float("nan")))


def test_missing_costs_are_named(portfolio: cm.Portfolio, portfolio_tables: Tables):
    assert "capex_million_usd" in refused(portfolio, lambda record: record["projects"][0].pop("capex_million_usd"))
    with pytest.raises(cm.MissingColumnError, match=r"`projects` lacks `capex_million_usd`"):
        decided(portfolio_tables | {"projects": portfolio_tables["projects"].drop("capex_million_usd")})
    empty = portfolio_tables["projects"].with_columns(pl.lit(None, pl.Float64).alias("capex_million_usd"))
    with pytest.raises(cm.InvalidDataError, match=r"`projects`, row 1, column `capex_million_usd`") as caught:
        decided(portfolio_tables | {"projects": empty})
    assert [problem["row"] for problem in caught.value.problems] == [1, 2, 3]


def test_a_bloc_without_members_is_refused():
    with pytest.raises(cm.CritminError, match=r"no-such-bloc"):
        investing.candidates("gallium", buyers="no-such-bloc")
    with pytest.raises(cm.InvalidDataError, match="no buyer"):
        investing.candidates("gallium", buyers=[])


BROKEN: list[tuple[str, Callable[[pl.DataFrame], pl.DataFrame], str]] = [
    ("projects", lambda t: t.with_columns(material=pl.lit("lithium")), "row 1, column `material`: found lithium"),
    ("projects", lambda t: t.with_columns(stage=pl.lit("smelter")), "column `stage`: found smelter, expected one of"),
    ("projects", lambda t: t.with_columns(id=pl.lit("M2")), "row 2, column `id`: found M2"),
    ("projects", lambda t: t.with_columns(rate=pl.Series([0.05, None, None])), "row 2, column `rate`"),
    ("projects", lambda t: t.with_columns(tenor_years=pl.Series([1.5, 15, None])), "row 1, column `tenor_years`"),
    ("materials", lambda t: t.with_columns(stock_max_t=pl.lit(None, pl.Float64)), "column `stock_max_t`"),
    ("materials", lambda t: t.with_columns(demand_t=20.0), "column `demand_t`"),
    ("demand", lambda t: t.head(1), "row 1, column `window`"),
    ("demand", lambda t: t.with_columns(window=pl.lit("soon")), "row 2, column `demand_t`"),
    ("supplies", lambda t: pl.concat([t, t.head(1)]), "row 5, column `supply_t`"),
    ("availability", lambda t: t.with_columns(window=pl.lit("never")), "column `window`: found never"),
    ("availability", lambda t: t.with_columns(scenario=pl.lit("flood")), "column `scenario`: found flood"),
    ("project_shares", lambda t: t.with_columns(project=pl.lit("M9")), "column `project`: found M9"),
]


@pytest.mark.parametrize(("name", "change", "told"), BROKEN, ids=[f"{name}-{told}" for name, _, told in BROKEN])
def test_a_faulty_table_is_told_by_row_and_column(
    portfolio_tables: Tables, name: str, change: Callable[[pl.DataFrame], pl.DataFrame], told: str
):
    with pytest.raises(cm.InvalidDataError) as caught:
        decided(portfolio_tables | {name: change(portfolio_tables[name])})
    assert f"`{name}`, " in str(caught.value)
    assert told in str(caught.value)
    assert caught.value.frame().height == len(caught.value.problems) > 0


def test_columns_that_nothing_reads_or_of_another_type_are_refused(portfolio_tables: Tables):
    projects = portfolio_tables["projects"]
    with pytest.raises(cm.MissingColumnError, match="`capacity`, which nothing reads"):
        decided(portfolio_tables | {"projects": projects.with_columns(capacity=1.0)})
    with pytest.raises(cm.MissingColumnError, match="`capacity_t` of `projects` has the type String"):
        decided(portfolio_tables | {"projects": projects.with_columns(pl.col("capacity_t").cast(pl.String))})
    with pytest.raises(cm.InvalidDataError, match="`projects` is a `list`"):
        decided(portfolio_tables | {"projects": [1]})  # type: ignore[dict-item]


def test_questions_that_make_no_sense_are_refused(portfolio: cm.Portfolio):
    for text in ("[1]", "{", '"a"'):
        with pytest.raises(cm.InvalidDataError, match="portfolio"):
            cm.Portfolio.from_json(text)
    with pytest.raises(cm.InvalidDataError, match="`n` = 1"):
        portfolio.frontier(n=1)
    with pytest.raises(cm.InvalidDataError, match="no budget"):
        portfolio.frontier([])
    with pytest.raises(cm.InvalidDataError, match="time_limit_s"):
        portfolio.decide(time_limit_s=0)
    with pytest.raises(cm.InvalidDataError, match="at least one draw"):
        portfolio.selection(n_resamples=0, n_reweighted=0)
    with pytest.raises(cm.InvalidDataError, match="n_resamples"):
        portfolio.selection(n_resamples=-1)
    with pytest.raises(cm.InvalidDataError, match="spending"):
        portfolio.replace(spending=1)
    with pytest.raises(cm.InvalidDataError, match="loan"):
        cm.loan(capex_million_usd=1.0, offtake_share=2.0)
