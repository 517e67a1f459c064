//! The linear programme of a network.

use critmin_solve::Problem;

use crate::network::columns::{Columns, add_columns};
use crate::network::rows::{Nodes, RowKey, Rows};
use crate::network::scale::Scale;
use crate::network::{Network, PlanOptions};

/// A network as a problem of the solver, with what is needed to read its answer.
pub(crate) struct Program<'a> {
    pub(crate) network: &'a Network,
    pub(crate) options: &'a PlanOptions,
    pub(crate) nodes: Nodes<'a>,
    pub(crate) columns: Columns,
    pub(crate) scale: Scale,
    pub(crate) problem: Problem,
    /// Period and meaning of each row.
    pub(crate) keys: Vec<(usize, RowKey)>,
}

impl<'a> Program<'a> {
    pub(crate) fn new(network: &'a Network, options: &'a PlanOptions) -> Self {
        let (nodes, columns, scale) = (Nodes::of(network), Columns::of(network), Scale::of(network));
        let mut problem = Problem::new();
        add_columns(&mut problem, network, options, scale);
        let mut rows = Rows::new(network, &columns, scale, problem);
        for period in 0..network.periods.len() {
            rows.balances(&nodes, period);
            rows.processes(options, period);
            rows.routes(options, period);
            rows.stores(period);
            rows.rules(period);
        }
        let (problem, keys) = (rows.problem, rows.keys);
        Self { network, options, nodes, columns, scale, problem, keys }
    }
}
