//! How does Python reach critmin? The extension module `critmin._core`: conversion, error mapping and releasing
//! the GIL. It computes nothing; the documented functions are in the Python package `critmin`.
#![expect(clippy::needless_pass_by_value, reason = "arguments arrive from Python as owned values")]

mod columns;
mod disruption;
mod economy;
mod error;
mod expressions;
mod graph;
mod outcome_tables;
mod progress;
mod readers;
mod reference;
mod score;
mod substitution;
mod table;

use pyo3::prelude::*;

/// The compiled core of critmin: conversions only. The public functions are in ``critmin``.
#[pymodule]
mod _core {
    #[pymodule_export]
    use super::disruption::{
        Outcome, Scenario, outcome_from_json, run_many, run_scenario, scenario_from_json, scenario_from_toml,
    };
    #[pymodule_export]
    use super::economy::{
        Economy, cost_choices, cost_of_draws, cost_of_scenario, economy_from_pymrio, economy_from_tables,
        economy_of_benchmark, quarters_of_scenario, sweep_of_suppliers,
    };
    #[pymodule_export]
    use super::graph::{
        Graph, graph_chain_ids, graph_chains, graph_composed, graph_from_edges, graph_from_ipc, graph_industries,
        graph_trade,
    };
    #[pymodule_export]
    use super::readers::{import_baci, read_bea, read_parquet, read_usgs_mcs_2025, read_usgs_mcs_2026, read_wgi};
    #[pymodule_export]
    use super::reference::{
        bloc_members, data_licences, datapackage, find_commodity, find_country, hhi, import_reliance, profile,
        reference_table, table_names, table_schema,
    };
    #[pymodule_export]
    use super::score::{Method, Scores, compare, method, method_from_toml, method_ids, score};
    #[pymodule_export]
    use super::substitution::{
        ces_nest, eligibility_rule, eligibility_rule_from_toml, eligibility_rules, isoelastic_prices, loan_terms,
        months_of_stock, plan_network, portfolio_candidates, portfolio_decide, portfolio_eligibility,
        portfolio_frontier, portfolio_information, portfolio_selection, reroute_flows, resource_network,
        spatial_cross_prices, spatial_prices, stock_for_duration, stock_to_bridge, substitutability_of,
    };
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("is_optimized", !cfg!(debug_assertions))
    }
}
