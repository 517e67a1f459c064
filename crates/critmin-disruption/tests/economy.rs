//! The economy stage on the toy table: solutions to twelve digits, and laws.
#![expect(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "helpers of tests; exact zeros and unchanged prices are the claim"
)]

use critmin_core::{InputOutputTable, IoCell, IoCode};
use critmin_disruption::{
    Economy, EconomyOptions, Error, FinalDemandTreatment, ImportTreatment, IndustryModel, Rationing,
};

/// Chips, machines and the rest, without imports.
fn toy() -> InputOutputTable {
    let codes = |names: &[&str]| {
        names.iter().map(|name| IoCode { code: (*name).into(), name: (*name).into() }).collect::<Vec<_>>()
    };
    let uses = [[10.0, 30.0, 10.0], [5.0, 20.0, 25.0], [15.0, 50.0, 100.0]];
    let cells = |figures: &[[f64; 3]; 3]| {
        let row = |(row, values): (usize, &[f64; 3])| {
            values
                .iter()
                .enumerate()
                .map(move |(column, value)| IoCell { row, column, value: *value })
                .collect::<Vec<_>>()
        };
        figures.iter().enumerate().flat_map(row).collect::<Vec<_>>()
    };
    let diagonal = |figures: [f64; 3]| {
        figures.iter().enumerate().map(|(row, value)| IoCell { row, column: row, value: *value }).collect()
    };
    let wanted = [50.0, 150.0, 335.0];
    InputOutputTable {
        title: "toy".into(),
        source: "invented".into(),
        year: 2020,
        unit: "million USD".into(),
        industries: codes(&["chips", "machines", "rest"]),
        commodities: codes(&["chips", "machines", "rest"]),
        final_demand_categories: codes(&["all"]),
        make: diagonal([100.0, 200.0, 500.0]),
        intermediate_use: cells(&uses),
        final_use: wanted.iter().enumerate().map(|(row, value)| IoCell { row, column: 0, value: *value }).collect(),
        imports: vec![0.0; 3],
        value_added: vec![70.0, 100.0, 365.0],
    }
}

fn economy(rationing: Rationing) -> Economy {
    Economy::new(&toy(), &EconomyOptions { rationing, ..EconomyOptions::default() }).unwrap()
}

fn after(rationing: Rationing, cut: f64) -> critmin_disruption::Allocation {
    let economy = economy(rationing);
    economy.allocate(&economy.cuts([("chips", cut)]).unwrap(), None).unwrap()
}

fn near(found: f64, wanted: f64, tolerance: f64) {
    assert!((found - wanted).abs() <= tolerance, "{found} is not {wanted}");
}

#[test]
fn minimum_deviation_to_twelve_digits() {
    for (cut, factor) in [(0.1, 1.0), (0.2, 2.0), (0.3, 3.0)] {
        let found = after(Rationing::MinimumDeviation, cut);
        let outputs = [-10.0, -2.809_854_237_252, -2.028_826_975_769];
        let demands = [-8.537_945_324_897, -1.927_427_464_738, 0.0];
        for (found, wanted) in
            found.output_change.iter().zip(outputs).chain(found.final_demand_change.iter().zip(demands))
        {
            near(*found, factor * wanted, 1e-11 * factor);
        }
        near(found.gdp_change, factor * -9.885_970_810_937, 1e-11 * factor);
        near(found.gross_output_change, factor * -14.838_681_213_021, 1e-11 * factor);
        assert!(found.certificate.unwrap().gap < 1e-9);
    }
}

#[test]
fn optimal_allocation_and_bottleneck() {
    let optimal = after(Rationing::OptimalAllocation, 0.2);
    near(optimal.gross_output_change, -20.0, 1e-7);
    near(optimal.gdp_change, -14.0, 1e-7);
    near(optimal.final_demand_change[0], -18.0, 1e-7);
    let first = after(Rationing::Proportional, 0.1);
    for (found, wanted) in first.output_change.iter().zip([-10.0, -20.0, -50.0]) {
        near(*found, wanted, 1e-12);
    }
    near(first.gdp_change, -53.5, 1e-12);
}

#[test]
fn the_rules_stand_in_their_order() {
    for cut in [0.05, 0.4, 0.9] {
        let loss = |rationing| after(rationing, cut).gross_output_change;
        let rules = [
            Rationing::OptimalAllocation,
            Rationing::MinimumDeviation,
            Rationing::Proportional,
            Rationing::StrictBottleneck,
        ];
        let losses: Vec<f64> = rules.into_iter().map(loss).collect();
        assert!(losses.windows(2).all(|pair| pair[1] <= pair[0] + 1e-6), "{losses:?}");
    }
}

#[test]
fn nothing_cut_is_nothing_changed() {
    for rationing in [
        Rationing::OptimalAllocation,
        Rationing::MinimumDeviation,
        Rationing::Proportional,
        Rationing::StrictBottleneck,
    ] {
        let still = after(rationing, 0.0);
        near(still.gdp_change, 0.0, 1e-7);
        if rationing != Rationing::OptimalAllocation {
            assert_eq!(still.gdp_change, 0.0);
        }
    }
}

#[test]
fn final_demand_held_leaves_nothing_to_give() {
    // The base is the least output that meets its final demand, so that any cut contradicts it.
    let options = EconomyOptions { final_demand: FinalDemandTreatment::Fixed, ..EconomyOptions::default() };
    let economy = Economy::new(&toy(), &options).unwrap();
    let cut = economy.allocate(&economy.cuts([("chips", 0.01)]).unwrap(), None);
    assert!(matches!(cut, Err(Error::InfeasibleCut { .. })), "{cut:?}");
    assert_eq!(economy.allocate(&[0.0; 3], None).unwrap().gdp_change, 0.0);
}

#[test]
fn exports_alone_give_way_when_so_asked() {
    let mut table = toy();
    table.final_demand_categories = vec![
        IoCode { code: "F01000".into(), name: "Personal consumption".into() },
        IoCode { code: "F04000".into(), name: "Exports of goods and services".into() },
    ];
    let (home, abroad) = ([30.0, 100.0, 300.0], [20.0, 50.0, 35.0]);
    table.final_use = (0..3)
        .flat_map(|row| [(0, home[row]), (1, abroad[row])].map(|(column, value)| IoCell { row, column, value }))
        .collect();
    let options = EconomyOptions { final_demand: FinalDemandTreatment::ExportsMayFall, ..EconomyOptions::default() };
    let economy = Economy::new(&table, &options).unwrap();
    let found = economy.allocate(&economy.cuts([("chips", 0.1)]).unwrap(), None).unwrap();
    for (change, most) in found.final_demand_change.iter().zip(abroad) {
        assert!(-most - 1e-9 <= *change && *change <= 0.0);
    }
    assert!(found.gdp_change <= after(Rationing::MinimumDeviation, 0.1).gdp_change + 1e-9);
}

#[test]
fn faults_are_named() {
    let economy = economy(Rationing::MinimumDeviation);
    assert!(matches!(economy.cuts([("chip", 0.1)]), Err(Error::Table(_))));
    assert!(economy.cuts([("chip", 0.1)]).unwrap_err().to_string().contains("chips"));
    assert!(matches!(economy.cuts([("chips", 1.2)]), Err(Error::NotACut { .. })));
    assert!(matches!(economy.allocate(&[0.1], None), Err(Error::Solve(_))));
    let mut torn = toy();
    torn.value_added[0] = 20.0;
    assert!(Economy::new(&torn, &EconomyOptions::default()).unwrap_err().to_string().contains("not balanced"));
    let bad = EconomyOptions { utilisation: Some(0.0), ..EconomyOptions::default() };
    assert!(matches!(Economy::new(&toy(), &bad), Err(Error::OptionOutOfRange { .. })));
}

#[test]
fn leontief_ghosh_and_extraction() {
    let model = IndustryModel::new(&toy(), ImportTreatment::default()).unwrap();
    let output = model.leontief(&[50.0, 150.0, 335.0]).unwrap();
    let supplied = model.ghosh(&[70.0, 100.0, 365.0]).unwrap();
    for (found, wanted) in output.iter().chain(&supplied).zip([100.0, 200.0, 500.0, 100.0, 200.0, 500.0]) {
        near(*found, wanted, 1e-9);
    }
    // A in hand: the characteristic polynomial of the three coefficients has its largest root here.
    let radius = model.spectral_radius();
    let determinant = |root: f64| {
        let a = [[0.1, 0.15, 0.02], [0.05, 0.1, 0.05], [0.15, 0.25, 0.2]];
        let m = |i: usize, j: usize| a[i][j] - if i == j { root } else { 0.0 };
        m(0, 0) * (m(1, 1) * m(2, 2) - m(1, 2) * m(2, 1)) - m(0, 1) * (m(1, 0) * m(2, 2) - m(1, 2) * m(2, 0))
            + m(0, 2) * (m(1, 0) * m(2, 1) - m(1, 1) * m(2, 0))
    };
    near(determinant(radius), 0.0, 1e-10);
    assert!(0.2 < radius && radius < 1.0);
    let without = model.extraction(0).unwrap();
    assert!(without.output_change < -100.0 && without.output_change_of_others < 0.0);
    let multipliers = model.multipliers().unwrap();
    // Value added per unit of final demand is one where nothing is imported.
    assert!(multipliers.iter().all(|each| (each.value_added - 1.0).abs() < 1e-9 && 1.0 < each.output));
}

#[test]
fn relabelling_permutes_the_answer() {
    let order = [2, 0, 1];
    let mut table = toy();
    let place = |old: usize| order.iter().position(|kept| *kept == old).unwrap();
    table.industries = order.iter().map(|at| toy().industries[*at].clone()).collect();
    table.value_added = order.iter().map(|at| toy().value_added[*at]).collect();
    table.make.iter_mut().for_each(|cell| cell.row = place(cell.row));
    table.intermediate_use.iter_mut().for_each(|cell| cell.column = place(cell.column));
    let economy = Economy::new(&table, &EconomyOptions::default()).unwrap();
    let found = economy.allocate(&economy.cuts([("chips", 0.1)]).unwrap(), None).unwrap();
    let wanted = after(Rationing::MinimumDeviation, 0.1);
    for (at, old) in order.iter().enumerate() {
        near(found.output_change[at], wanted.output_change[*old], 1e-10);
    }
}
