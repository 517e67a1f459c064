//! Why no plan exists: which requirements conflict, and the least that would have to give.

use critmin_solve::{Error as SolveError, Solution, SolveOptions, solve};

use crate::Error;
use crate::network::RentKind;
use crate::network::program::Program;
use crate::network::rents::named;
use crate::network::rows::RowKey;

/// Requirements that are met but for this, in the programme's units of mass, are not named.
const MET: f64 = 1e-5;
/// Requirements that a message names.
const NAMED: usize = 6;

/// The fault of a programme that could not be solved, in the words of the network.
pub(crate) fn explain(program: &Program<'_>, fault: SolveError) -> Result<Solution, Error> {
    if matches!(fault, SolveError::Interrupted) {
        return Err(Error::Interrupted);
    }
    if matches!(fault, SolveError::Unbounded) {
        let how = "a store has a salvage value above what a tonne costs, or a cost is missing".to_owned();
        return Err(Error::MissingInput { what: "the cost of a plan falls without end".to_owned(), how });
    }
    let missing = least_relief(program).unwrap_or_default();
    let conflicts = match &fault {
        SolveError::Infeasible { rows, .. } => rows.iter().take(NAMED).map(|row| told(program, *row)).collect(),
        _ if missing.is_empty() => return Err(fault.into()),
        _ => Vec::new(),
    };
    Err(Error::InfeasiblePlan { conflicts, missing })
}

/// Lets every requirement give way at a cost of 1 per tonne, and everything else cost nothing: what gives is missing.
fn least_relief(program: &Program<'_>) -> Option<Vec<String>> {
    let mut relaxed = program.problem.clone();
    relaxed.clear_costs();
    let mut relief = Vec::new();
    for (row, (_, key)) in program.keys.iter().enumerate() {
        let sign = match key {
            RowKey::Limit(RentKind::Cover | RentKind::Offtake | RentKind::DomesticMinimum, _) => 1.0,
            RowKey::Limit(RentKind::BlocCap | RentKind::Store | RentKind::Ramp | RentKind::Restriction, _) => -1.0,
            RowKey::Limit(..) | RowKey::Balance(_) => continue,
        };
        let column = relaxed.column(1.0, 0.0, f64::INFINITY);
        relaxed.add_term(row, column, sign);
        relief.push((row, column));
    }
    let solution = solve(&relaxed, &SolveOptions::default()).ok()?;
    let mut gives: Vec<(usize, f64)> = relief
        .into_iter()
        .map(|(row, column)| (row, solution.values[column]))
        .filter(|(_, tonnes)| MET < *tonnes)
        .collect();
    gives.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    let sentence = |(row, mass): (usize, f64)| {
        format!("{} would have to give {:.4} t", told(program, row), mass * program.scale.tonnes)
    };
    Some(gives.into_iter().take(NAMED).map(sentence).collect())
}

/// A row in words.
fn told(program: &Program<'_>, row: usize) -> String {
    let (period, key) = program.keys[row];
    let when = &program.network.periods[period].id;
    match key {
        RowKey::Balance(node) => {
            let (region, form) = program.nodes.names[node];
            format!("balance of {form} in {region} in {when}")
        }
        RowKey::Limit(kind, index) => {
            let (name, region, _) = named(program, kind, index);
            format!("{} of {name} in {region} in {when}", word(kind))
        }
    }
}

fn word(kind: RentKind) -> &'static str {
    match kind {
        RentKind::Capacity => "capacity",
        RentKind::ByProduct => "by-product limit",
        RentKind::Ramp => "ramp",
        RentKind::Leak => "leak capacity",
        RentKind::Route => "route capacity",
        RentKind::Restriction => "restriction",
        RentKind::BlocCap => "bloc cap",
        RentKind::Cover => "cover",
        RentKind::Store => "room",
        RentKind::Offtake => "offtake",
        RentKind::DomesticMinimum => "minimum",
        RentKind::Substitution => "feasible share",
    }
}
