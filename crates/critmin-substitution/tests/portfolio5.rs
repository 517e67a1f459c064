//! The five-project reference portfolio: optima, every subset, EVPI, VSS, `CVaR`, and brute force over subsets.
#![allow(clippy::unwrap_used, reason = "a test fails loudly")]

mod common;

use std::path::Path;

use critmin_solve::SolveOptions;
use critmin_substitution::Monitor;
use critmin_substitution::portfolio::{
    Decision, Portfolio, decide, eligibility, frontier, selection, value_of_information,
};
use serde_json::{Value, json};

const USD_PER_MILLION: f64 = 1e6;

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-6 * expected.abs().max(1.0)
}

/// `portfolio5/model.json` in our own words; `dearer` replaces the penalty of the second step.
fn portfolio(folder: &Path, risk_weight: f64, dearer: Option<f64>) -> Portfolio {
    let model = common::read_json(&folder.join("portfolio5/model.json"));
    let of = &model["parameters"];
    let usd = |value: &Value| value.as_f64().unwrap() * USD_PER_MILLION;
    let windows: Vec<Value> =
        of["windows"].as_array().unwrap().iter().map(|year| json!({"id": year.to_string(), "year": year})).collect();
    let stage = |p: &Value| if p["stage"] == "refine" { "refinery" } else { "mine" };
    let projects: Vec<Value> = model["projects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| {
            json!({"id": p["id"], "material": "metal", "stage": stage(p), "country": "AUS", "capacity_t": p["capacity"],
                "offtake_share": p["offtake"], "capex_million_usd": p["capex"], "build_years": p["build_years"],
                "operating_cost_usd_per_t": usd(&of["operating_cost"]), "is_admitted": p["eligible"],
                "loan": {"loan_to_value": p["ltv"], "rate": p["rate"], "market_rate": p["market"],
                    "tenor_years": p["tenor"], "grace_years": p["grace"]}})
        })
        .collect();
    let supplies: Vec<Value> = [("mine", "base_mined"), ("refinery", "base_refined")]
        .iter()
        .flat_map(|(stage, name)| {
            ["adversary", "other"]
                .map(|source| json!({"source": source, "stage": stage, "supply_t": of[*name][source]}))
        })
        .collect();
    let scenarios: Vec<Value> = model["scenarios"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| {
            let delays: Vec<Value> = s["delay"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(id, share)| json!({"project": id, "share": share}))
                .collect();
            json!({"id": s["id"], "probability": s["prob"], "projects": delays, "availability": [
                {"source": "adversary", "stage": "mine", "share": s["mine"]},
                {"source": "adversary", "stage": "refinery", "share": s["refine"]}]})
        })
        .collect();
    let mut steps: Vec<Value> = of["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| json!({"width_t": step["width"], "penalty_usd_per_t": usd(&step["penalty"])}))
        .collect();
    if let Some(penalty) = dearer {
        steps[1]["penalty_usd_per_t"] = json!(penalty * USD_PER_MILLION);
    }
    serde_json::from_value(json!({"title": "portfolio5", "windows": windows, "projects": projects, "scenarios": scenarios,
        "materials": [{"id": "metal", "demand_t": of["demand"], "supplies": supplies, "refine_yield": of["refine_yield"],
            "unmet_steps": steps, "substitution": {"max_t": of["sub"]["max"], "cost_usd_per_t": usd(&of["sub"]["cost"])},
            "stock": {"price_usd_per_t": usd(&of["stock"]["price"]), "max_t": of["stock"]["max"]}}],
        "budget_million_usd": of["budget"], "lending_cap_million_usd": of["lending_cap"], "risk_weight": risk_weight,
        "tail": of["alpha"]}))
    .unwrap()
}

fn chosen(decision: &Decision) -> String {
    let names: Vec<&str> =
        decision.projects.iter().filter(|row| row.is_chosen).map(|row| row.project.as_str()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join("+") }
}

fn solved(portfolio: &Portfolio) -> Decision {
    decide(portfolio, &SolveOptions::default()).unwrap()
}

#[test]
fn optima_expected_losses_and_tails_are_those_of_the_reference() {
    let Some(folder) = common::reference() else { return };
    let mut n_checked = 0;
    for row in common::read_csv(&folder.join("portfolio5/summary.csv")) {
        let number = |name: &str| row[name].parse::<f64>().unwrap();
        let of = portfolio(&folder, number("risk_weight"), Some(number("penalty_step2")));
        if row["quantity"] == "optimum" {
            let decision = solved(&of);
            assert!(close(decision.objective_million_usd, number("value_musd")), "{decision:?}");
            assert_eq!(chosen(&decision), row["projects"]);
            assert!(close(decision.stocks[0].stock_t, number("stock_t")));
            assert!(close(decision.expected_loss_million_usd, number("expected_loss_musd")));
            assert!(close(decision.cvar_million_usd, number("cvar_musd")));
            // What the programme says is what its parts add up to.
            let weight = number("risk_weight");
            let sum = decision.spent_million_usd
                + (1.0 - weight) * decision.expected_loss_million_usd
                + weight * decision.cvar_million_usd;
            assert!(close(sum, decision.objective_million_usd));
            n_checked += 1;
            continue;
        }
        let found = value_of_information(&of, &SolveOptions::default(), &Monitor::silent()).unwrap();
        let value = match row["quantity"].as_str() {
            "mean_value_problem" => found.mean_value_problem,
            "expected_result_of_mean_value_solution" => found.expected_result_of_mean_value_solution,
            "value_of_stochastic_solution" => found.value_of_stochastic_solution,
            "wait_and_see" => found.wait_and_see,
            _ => found.expected_value_of_perfect_information,
        };
        assert!((value - number("value_musd")).abs() < 1e-4, "{}: {value}", row["quantity"]);
        n_checked += 1;
    }
    assert!(10 < n_checked);
}

#[test]
fn every_subset_costs_what_the_reference_says_and_none_beats_the_optimum() {
    let Some(folder) = common::reference() else { return };
    let mut n_optimal = 0;
    for row in common::read_csv(&folder.join("portfolio5/subsets.csv")) {
        let weight: f64 = row["risk_weight"].parse().unwrap();
        let all = portfolio(&folder, weight, None);
        let optimum = solved(&all).objective_million_usd;
        let mut only = all.clone();
        let set: Vec<&str> = row["projects"].split('+').collect();
        only.projects.iter_mut().for_each(|project| project.is_admitted &= set.contains(&project.id.as_str()));
        let decision = solved(&only);
        if row["status"] != "optimal" {
            // The whole set breaks the budget or the lending cap, so that the best within it leaves something out.
            assert_ne!(chosen(&decision), row["projects"]);
            continue;
        }
        let expected: f64 = row["objective_musd"].parse().unwrap();
        // The best within the set is at most the set itself, and the set is never better than the optimum.
        assert!(decision.objective_million_usd <= expected + 1e-6);
        assert!(optimum <= expected + 1e-6, "{} beats the optimum", row["projects"]);
        if chosen(&decision) == row["projects"] {
            assert!(close(decision.objective_million_usd, expected));
        }
        n_optimal += 1;
    }
    assert!(20 < n_optimal);
}

#[test]
fn loans_and_grant_equivalents_are_those_of_the_reference() {
    let Some(folder) = common::reference() else { return };
    let decision = solved(&portfolio(&folder, 0.0, None));
    for (project, loan, element, equivalent) in
        [("M1", 50.4, 0.303_755_325_677, 15.309_268_414_107), ("R2", 50.4, 0.371_226_050_204, 18.709_792_930_258)]
    {
        let row = decision.projects.iter().find(|row| row.project == project).unwrap();
        assert!(close(row.loan_million_usd, loan) && close(row.grant_element, element));
        assert!(close(row.grant_equivalent_million_usd, equivalent));
    }
}

#[test]
fn an_ineligible_project_is_not_chosen_and_the_reason_is_told() {
    let Some(folder) = common::reference() else { return };
    let of = portfolio(&folder, 0.0, None);
    let verdicts = eligibility(&of).unwrap();
    let (_, barred) = verdicts.iter().find(|(id, _)| id == "R3").unwrap();
    assert!(!barred.is_eligible && !barred.reasons.is_empty());
    let mut admitted = of.clone();
    admitted.projects.iter_mut().for_each(|project| project.is_admitted = true);
    assert!(solved(&admitted).objective_million_usd < solved(&of).objective_million_usd - 1.0);
}

#[test]
fn the_frontier_agrees_with_one_decision_at_a_time_and_falls() {
    let Some(folder) = common::reference() else { return };
    let of = portfolio(&folder, 0.5, None);
    let budgets: Vec<f64> = (0..=24).map(|step| 2.5 * f64::from(step)).collect();
    let found = frontier(&of, &budgets, &SolveOptions::default(), &Monitor::silent()).unwrap();
    assert_eq!(found.points.len(), budgets.len());
    assert!(0 < found.n_reused && found.n_solved + found.n_reused == budgets.len());
    for point in &found.points {
        let alone = solved(&Portfolio { budget_million_usd: point.budget_million_usd, ..of.clone() });
        assert!(
            close(point.objective_million_usd, alone.objective_million_usd),
            "{point:?} against {}",
            alone.objective_million_usd
        );
        assert!(point.spent_million_usd <= point.budget_million_usd + 1e-6);
    }
    for pair in found.points.windows(2) {
        // Each is certified to a relative gap of 1e-6.
        assert!(pair[1].objective_million_usd <= pair[0].objective_million_usd * (1.0 + 1e-6));
    }
}

#[test]
fn selection_is_the_same_on_any_number_of_threads() {
    let Some(folder) = common::reference() else { return };
    let of = portfolio(&folder, 0.5, None);
    let run = || selection(&of, (20, 20), 7, &SolveOptions::default(), &Monitor::silent()).unwrap();
    let found = run();
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(run);
    assert_eq!(found, alone);
    let total: f64 = found.sets.iter().map(|set| set.frequency).sum();
    assert!(close(total, 1.0));
    assert!(found.projects.iter().any(|row| 0.5 < row.chosen_in_resamples));
    assert!(found.projects.iter().all(|row| row.project != "R3" || row.chosen_in_reweighted == 0.0));
}

#[test]
fn a_fault_names_its_place() {
    let Some(folder) = common::reference() else { return };
    let mut of = portfolio(&folder, 0.0, None);
    of.scenarios[0].probability = 0.6;
    of.projects[0].capacity_t = -3.0;
    of.projects[1].loan = None;
    let told = decide(&of, &SolveOptions::default()).unwrap_err().to_string();
    for part in ["probabilities that sum to 1.15", "project M1: found capacity_t -3", "project M2: found no loan terms"]
    {
        assert!(told.contains(part), "{told}");
    }
}
