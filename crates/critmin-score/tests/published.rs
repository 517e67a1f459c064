//! What was published, beside what the documents give on the reference dataset.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop")]

use std::collections::BTreeMap;
use std::sync::Arc;

use critmin_core::{Column, Columns};
use critmin_score::{Data, Plan, Request, Score, Status, intervals, method};

fn tables(name: &str) -> Option<Arc<Columns>> {
    critmin_tables::reference::columns(name).ok()
}

fn plan(id: &str, inputs: BTreeMap<String, Arc<Columns>>, labels: &[(&str, &[&str])]) -> Plan {
    let request = Request {
        labels: labels
            .iter()
            .map(|(axis, labels)| ((*axis).to_owned(), labels.iter().map(|&label| label.to_owned()).collect()))
            .collect(),
    };
    let bloc = "eu-27".parse().unwrap();
    let members = critmin_tables::reference::dataset().unwrap().bloc_members(&bloc, None);
    let regions = BTreeMap::from([("eu-27".to_owned(), members.map(ToString::to_string).collect())]);
    let data = Data { tables: &tables, inputs, pins: BTreeMap::new(), regions };
    Plan::compile(&method(id).unwrap(), &data, &request).unwrap()
}

/// The printed scores of one assessment: by commodity, stage, and the stage's score.
fn printed(year: &str, column: &str) -> BTreeMap<(String, String), f64> {
    let table = tables("eu_assessment_inputs").unwrap();
    let text = |name: &str, row: usize| match table.column(name) {
        Some(Column::Text { codes, labels }) => labels[codes[row] as usize].clone(),
        other => panic!("{name}: {other:?}"),
    };
    let Some(Column::Number(values)) = table.column(column) else { panic!("no {column}") };
    (0..table.n_rows())
        .filter(|&row| text("assessment_year", row) == year && !values[row].is_nan())
        .map(|row| ((text("commodity", row), text("eu_stage", row)), values[row]))
        .collect()
}

fn key(row: &Score) -> (String, String) {
    (row.labels[0].clone().unwrap(), row.labels[1].clone().unwrap_or_default())
}

/// EC (2017), tables 3 and 18: every printed score lies in the range that the rounding of its inputs allows.
#[test]
fn eu_2017_composition_holds_for_every_material() {
    let plan = plan("eu-2017", BTreeMap::new(), &[]);
    let half_widths = [
        ("hhi_world", 0.05),
        ("hhi_eu", 0.05),
        ("import_reliance", 0.005),
        ("recycling", 0.005),
        ("substitution_supply_risk", 0.05),
    ];
    let half_widths = half_widths.into_iter().map(|(name, width)| (name.to_owned(), width)).collect();
    let printed = printed("2017", "supply_risk_published");
    let scores = plan.evaluate();
    let by_stage = scores.outputs.iter().position(|output| output.name == "supply_risk_by_stage").unwrap();
    let mut n = 0;
    for cell in intervals(&plan, &half_widths).unwrap() {
        let place = (cell.labels[0].clone().unwrap(), cell.labels[1].clone().unwrap_or_default());
        let (true, Some(published)) = (cell.output == by_stage, printed.get(&place)) else { continue };
        let (low, high) = (cell.low.unwrap(), cell.high.unwrap());
        assert!(
            low - 0.05 <= published + 1e-9 && published - 1e-9 <= high + 0.05,
            "{place:?}: {low} {published} {high}"
        );
        assert!(high - low < 1.5, "{place:?}: a range this wide would hold anything");
        n += 1;
    }
    assert_eq!(n, 50);
}

/// EC (2023), annex 7 with six-dimension governance: how many stage scores agree, and which are known not to.
#[test]
fn eu_2023_agrees_where_the_annex_allows() {
    let plan = plan("eu-2023", BTreeMap::new(), &[]);
    let printed = printed("2023", "supply_risk_stage_published");
    let scores = plan.evaluate();
    let by_stage = scores.outputs.iter().position(|output| output.name == "supply_risk_by_stage").unwrap();
    let rows = scores.rows();
    let gaps: BTreeMap<_, f64> = rows
        .iter()
        .filter(|row| row.output == by_stage)
        .filter_map(|row| Some((key(row), (row.value? - printed.get(&key(row))?).abs())))
        .collect();
    let within = |tolerance: f64| gaps.values().filter(|gap| **gap <= tolerance + 1e-9).count();
    assert!(95 <= gaps.len(), "only {} stage scores", gaps.len());
    assert!(57 <= within(0.05), "{}", within(0.05));
    assert!(70 <= within(0.1), "{}", within(0.1));
    for (commodity, stage) in [("germanium", "P"), ("neodymium", "E"), ("arsenic", "P"), ("chromium", "E")] {
        let gap = gaps.get(&(commodity.to_owned(), stage.to_owned()));
        assert!(gap.is_some_and(|gap| 0.5 < *gap), "{commodity} is expected not to reproduce: {gap:?}");
    }
    let dysprosium = rows.iter().find(|row| row.output == by_stage && key(row) == ("dysprosium".into(), "P".into()));
    assert!((dysprosium.unwrap().value.unwrap() - 5.600).abs() < 0.001, "{dysprosium:?}");
}

fn study(file: &str) -> Vec<BTreeMap<String, String>> {
    let path = format!("{}/../../studies/geopolrisk-2022/{file}", env!("CARGO_MANIFEST_DIR"));
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

/// A handed-over table from rows of text; the stage is one, because the program knows none.
fn handed_over(name: &str, rows: &[BTreeMap<String, String>], axes: &[&str]) -> (String, Arc<Columns>) {
    let text =
        |axis: &str| Column::from_labels(rows.iter().map(|row| row.get(axis).map(String::as_str).or(Some("all"))));
    let mut columns: Vec<_> = axes.iter().map(|&axis| (axis.to_owned(), text(axis))).collect();
    columns.push(("value".to_owned(), Column::Number(rows.iter().map(|row| row["value"].parse().unwrap()).collect())));
    (name.to_owned(), Arc::new(Columns::new(name, columns).unwrap()))
}

const CODES: [(&str, &str); 8] = [
    ("cobalt", "282200"),
    ("cobalt", "810510"),
    ("rare-earths", "284690"),
    ("rare-earths", "284610"),
    ("rare-earths", "280530"),
    ("natural-graphite", "250410"),
    ("natural-graphite", "250490"),
    ("germanium", "811230"),
];

/// The reference dataset's political stability without Taiwan, which the program does not have.
fn stability_without_taiwan() -> (String, Arc<Columns>) {
    let table = tables("governance").unwrap();
    let column = |name: &str| match table.column(name) {
        Some(Column::Text { codes, labels }) => (codes.clone(), labels.clone()),
        other => panic!("{name}: {other:?}"),
    };
    let (countries, names) = column("country");
    let (dimensions, dimension_names) = column("dimension");
    let (sources, source_names) = column("source_id");
    let (years, year_names) = column("year");
    let Some(Column::Number(values)) = table.column("wgi_estimate") else { panic!("no estimate") };
    let rows: Vec<usize> = (0..table.n_rows())
        .filter(|&row| dimension_names[dimensions[row] as usize] == "pv")
        .filter(|&row| source_names[sources[row] as usize] == "wgi-2023-update")
        .filter(|&row| year_names[years[row] as usize] == "2022" && names[countries[row] as usize] != "TWN")
        .collect();
    assert!(150 < rows.len());
    let label = |codes: &[u32], names: &[String], row: usize| names[codes[row] as usize].clone();
    let text = |codes: &[u32], names: &[String]| {
        let labels: Vec<String> = rows.iter().map(|&row| label(codes, names, row)).collect();
        Column::from_labels(labels.iter().map(|label| Some(label.as_str())))
    };
    let columns = vec![
        ("origin".to_owned(), text(&countries, &names)),
        ("year".to_owned(), text(&years, &year_names)),
        ("value".to_owned(), Column::Number(rows.iter().map(|&row| values[row]).collect())),
    ];
    ("political_stability".to_owned(), Arc::new(Columns::new("political_stability", columns).unwrap()))
}

/// geopolrisk-py 2.0.1 for 2022: scores and factors on our trade and governance; germanium and gallium without a number.
#[test]
fn geopolrisk_2022_follows_from_the_reference_trade() {
    let code = |(commodity, hs6): &(&str, &str)| {
        let pairs = [("commodity", *commodity), ("hs6", *hs6), ("year", "2022"), ("value", "1")];
        pairs.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
    };
    let codes: Vec<_> = CODES.iter().map(code).collect();
    let inputs = BTreeMap::from([
        handed_over("production_hhi", &study("production_hhi.csv"), &["commodity", "stage", "year"]),
        handed_over(
            "domestic_production",
            &study("domestic_production.csv"),
            &["commodity", "stage", "entity", "year"],
        ),
        handed_over("code_counts", &codes, &["commodity", "hs6", "year"]),
        stability_without_taiwan(),
    ]);
    let commodities: &[&str] = &["cobalt", "gallium", "germanium", "natural-graphite", "rare-earths"];
    let entities: &[&str] = &["USA", "JPN", "DEU", "eu-27"];
    let asked = [("commodity", commodities), ("entity", entities), ("year", &["2022"])];
    let plan = plan("geopolrisk-compatible", inputs, &asked);
    let scores = plan.evaluate();
    let axis = |name: &str| scores.method.axes.iter().position(|axis| axis.name == name).unwrap();
    let rows = scores.rows();
    let find = |output: &str, commodity: &str, entity: &str| {
        let is_it = |row: &&Score| {
            scores.outputs[row.output].name == output
                && row.labels[axis("commodity")].as_deref() == Some(commodity)
                && row.labels[axis("entity")].as_deref() == Some(entity)
        };
        rows.iter().find(is_it).unwrap_or_else(|| panic!("{output} {commodity} {entity}"))
    };
    let (mut n_values, mut n_absent) = (0, 0);
    for row in study("published.csv").iter().filter(|row| row["variant"].is_empty()) {
        let ours = find(&row["output"], &row["commodity"], &row["entity"]);
        if row["value"].is_empty() {
            assert_eq!(ours.status, Status::Unavailable, "{row:?} {ours:?}");
            assert!(!ours.reason.is_empty());
            n_absent += 1;
        } else {
            let (published, tolerance): (f64, f64) = (row["value"].parse().unwrap(), row["tolerance"].parse().unwrap());
            let gap = (ours.value.unwrap() - published).abs();
            assert!(gap <= tolerance, "{row:?}: ours {:?}, {} {}", ours.value, ours.status.as_str(), ours.reason);
            n_values += 1;
        }
    }
    assert_eq!((n_values, n_absent), (24, 8));
}
