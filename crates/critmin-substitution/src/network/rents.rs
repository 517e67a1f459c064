//! What one tonne more of each limit is worth: the duals of the limits.

use critmin_solve::Solution;

use crate::network::program::Program;
use crate::network::rows::RowKey;
use crate::network::{RentKind, RentRow};

/// Rents below this share of the dearest cost are solver noise.
const NOISE: f64 = 1e-7;

/// The rents of the limits that bind, period by period.
pub(crate) fn rents(program: &Program<'_>, solution: &Solution) -> Vec<RentRow> {
    let noise = NOISE * (1.0 + solution.row_duals.iter().fold(0.0_f64, |most, dual| most.max(dual.abs())));
    let activities = program.problem.activities(&solution.values);
    let mut found = Vec::new();
    for (row, (period, key)) in program.keys.iter().enumerate() {
        let RowKey::Limit(kind, index) = key else { continue };
        let dual = solution.row_duals[row];
        if dual.abs() <= noise {
            continue;
        }
        let limit = program.problem.row_bound(row, 0.0 < dual);
        let (name, region, form) = named(program, *kind, *index);
        let discount = program.network.periods[*period].discount;
        found.push(RentRow {
            period: program.network.periods[*period].id.clone(),
            kind: *kind,
            name,
            region,
            form,
            limit_t: limit * program.scale.tonnes,
            used_t: activities[row] * program.scale.tonnes,
            rent_usd_per_t: program.scale.usd_per_t(dual.abs()) / discount,
        });
    }
    found
}

/// Name, region and form of a limit.
pub(crate) fn named(program: &Program<'_>, kind: RentKind, index: usize) -> (String, String, Option<String>) {
    let network = program.network;
    let of_arc = |id: &str| network.arcs.iter().find(|arc| arc.id == id);
    match kind {
        RentKind::Capacity | RentKind::ByProduct | RentKind::Ramp => {
            let process = &network.processes[index];
            (process.id.clone(), process.region.clone(), Some(process.output.clone()))
        }
        RentKind::Leak | RentKind::Route => {
            let arc = &network.arcs[index];
            (arc.id.clone(), arc.to.clone(), Some(arc.form.clone()))
        }
        RentKind::Restriction => {
            let ban = &network.bans[index];
            let arc = of_arc(&ban.arc);
            (ban.arc.clone(), arc.map_or_else(String::new, |arc| arc.to.clone()), arc.map(|arc| arc.form.clone()))
        }
        RentKind::BlocCap => {
            let cap = &network.bloc_caps[index];
            (cap.bloc.clone(), cap.region.clone(), cap.form.clone())
        }
        RentKind::Cover | RentKind::Store => {
            let stock = &network.stocks[index];
            (format!("stock of {}", stock.form), stock.region.clone(), Some(stock.form.clone()))
        }
        RentKind::Offtake => {
            let offtake = &network.offtakes[index];
            let form = of_arc(&offtake.arc).map(|arc| arc.form.clone());
            (offtake.arc.clone(), offtake.region.clone(), form)
        }
        RentKind::DomesticMinimum => {
            let minimum = &network.domestic_minimums[index];
            (format!("domestic {}", minimum.form), minimum.region.clone(), Some(minimum.form.clone()))
        }
        RentKind::Substitution => {
            let row = &network.substitutions[index];
            (format!("{} in {}", row.substitute, row.use_id), row.region.clone(), Some(row.form.clone()))
        }
    }
}
