//! The part that every equilibrium in quantities shares: flows on arcs and the balances of what is bought and sold.

use critmin_solve::{Problem, Solution};

use super::arc::{TradeArc, TradeFlow};

/// Columns and rows of one market; a column comes with the mass that one unit of it stands for.
#[derive(Default)]
pub(super) struct Layout {
    pub(super) demand: Option<(usize, f64)>,
    pub(super) supply: Option<(usize, f64)>,
    /// What serves demand without being traded.
    pub(super) backstop: Option<(usize, f64)>,
    /// The balance of what is bought: its dual is what buyers pay.
    pub(super) buying: Option<usize>,
    /// The balance of what is sold: its dual is what sellers get. The same row with transshipment.
    pub(super) selling: Option<usize>,
}

/// What one unit of mass and of money in the problem stands for.
#[derive(Clone, Copy)]
pub(super) struct Units {
    pub(super) mass: f64,
    pub(super) money: f64,
}

impl Units {
    /// What one unit of price stands for.
    pub(super) fn price(self) -> f64 {
        self.money / self.mass
    }
}

/// Arcs and the markets at their ends.
pub(super) struct Trade<'a> {
    pub(super) arcs: &'a [TradeArc],
    pub(super) ends: &'a [(usize, usize)],
    pub(super) has_transshipment: bool,
}

impl Trade<'_> {
    /// Adds flows and balances; returns the column of every arc, none where, without transshipment, nobody sells or
    /// nobody buys.
    pub(super) fn add_to(&self, problem: &mut Problem, layouts: &mut [Layout], units: Units) -> Vec<Option<usize>> {
        let mut flow = |(arc, (origin, destination)): (&TradeArc, &(usize, usize))| {
            let is_direct = layouts[*origin].supply.is_some() && layouts[*destination].demand.is_some();
            let capacity = arc.capacity_t.map_or(f64::INFINITY, |capacity| capacity / units.mass);
            (is_direct || self.has_transshipment).then(|| problem.column(arc.cost() / units.price(), 0.0, capacity))
        };
        let flows: Vec<Option<usize>> = self.arcs.iter().zip(self.ends).map(&mut flow).collect();
        self.add_balances(problem, layouts, &flows);
        flows
    }

    fn add_balances(&self, problem: &mut Problem, layouts: &mut [Layout], flows: &[Option<usize>]) {
        let mut buying: Vec<Vec<(usize, f64)>> = vec![Vec::new(); layouts.len()];
        let mut selling = buying.clone();
        for ((origin, destination), flow) in self.ends.iter().zip(flows) {
            selling[*origin].extend(flow.map(|flow| (flow, -1.0)));
            buying[*destination].extend(flow.map(|flow| (flow, 1.0)));
        }
        for ((layout, mut buying), mut selling) in layouts.iter_mut().zip(buying).zip(selling) {
            buying.extend(layout.demand.map(|(column, mass)| (column, -mass)));
            buying.extend(layout.backstop);
            selling.extend(layout.supply);
            if self.has_transshipment {
                buying.extend(selling);
                let row = problem.row(0.0, f64::INFINITY, &buying);
                (layout.buying, layout.selling) = (Some(row), Some(row));
                continue;
            }
            if layout.demand.is_some() && layout.supply.is_some() {
                let own = problem.column(0.0, 0.0, f64::INFINITY);
                buying.push((own, 1.0));
                selling.push((own, -1.0));
            }
            layout.buying = layout.demand.map(|_| problem.row(0.0, f64::INFINITY, &buying));
            layout.selling = layout.supply.map(|_| problem.row(0.0, f64::INFINITY, &selling));
        }
    }

    /// Every flow and its rent.
    pub(super) fn flows(
        &self,
        layouts: &[Layout],
        columns: &[Option<usize>],
        solution: &Solution,
        units: Units,
    ) -> Vec<TradeFlow> {
        let price = |row: Option<usize>| row.map(|row| units.price() * solution.row_duals[row]);
        let flow = |((arc, (origin, destination)), column): ((&TradeArc, &(usize, usize)), &Option<usize>)| {
            let pair = (price(layouts[*destination].buying), price(layouts[*origin].selling));
            // Where nobody buys or sells, nothing is worth a way.
            let gap = if let (Some(paid), Some(got)) = pair { paid - got } else { 0.0 };
            arc.flow(column.map_or(0.0, |column| units.mass * solution.values[column]), gap)
        };
        self.arcs.iter().zip(self.ends).zip(columns).map(flow).collect()
    }
}
