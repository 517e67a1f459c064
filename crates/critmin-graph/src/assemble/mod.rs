//! Graphs of the reference dataset: the flagship chains, recorded trade of any commodity, the industries of a benchmark.

use critmin_core::{Stage, nearest};
use serde::{Deserialize, Serialize};

use crate::assemble::chain::Chain;
pub use crate::assemble::sheet::Tables;
use crate::assemble::weave::weave;
use crate::report::Warning;
use crate::{BuildOptions, Duplicates, Error, Graph, Measure};

mod chain;
mod composition;
mod industries;
mod ledger;
mod outputs;
mod sheet;
mod trade;
mod traded;
mod weave;

/// What to suppose about goods whose origin nobody records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reconciliation {
    /// Nothing: they come from a node that says so, and end there as unexplained.
    #[default]
    None,
    /// They come from what all countries have left of that good, in proportion.
    WorldPool,
    /// They are the own supply of whoever hands them on.
    DeficitIsOrigin,
}

impl Reconciliation {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::None, Self::WorldPool, Self::DeficitIsOrigin];

    /// The word for it in options.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::WorldPool => "world-pool",
            Self::DeficitIsOrigin => "deficit-is-origin",
        }
    }
}

impl std::str::FromStr for Reconciliation {
    type Err = Error;
    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|each| each.as_str() == name).ok_or_else(|| Error::UnknownName {
            kind: "reconciliation",
            found: name.to_owned(),
            nearest: nearest(name, Self::ALL.map(Self::as_str)),
        })
    }
}

/// Which graph of the reference dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainOptions {
    /// Year of the flows.
    pub year: i16,
    /// Year of the production figures when it is another: USGS prints two or three years, trade goes back to 1995.
    pub production_year: Option<i16>,
    /// What to suppose about goods without a recorded origin.
    pub reconciliation: Reconciliation,
}

impl ChainOptions {
    /// Everything of one year, nothing supposed.
    pub fn of(year: i16) -> Self {
        Self { year, production_year: None, reconciliation: Reconciliation::None }
    }
}

/// The flagship chains that the tables hold, by id.
///
/// # Errors
///
/// [`Error::NoData`] without a table of chains.
pub fn chains(tables: Tables<'_>) -> Result<Vec<String>, Error> {
    chain::chain_ids(tables)
}

impl Graph {
    /// One or several flagship chains of one year, from by-product source or mine to platform, in contained mass.
    ///
    /// Output by country comes from the table that the chain names, trade from the codes that isolate the good, and
    /// where none does from the sources that buyers print. A good is made from the same country's supply of what it is
    /// made from; what that does not cover comes from a node that ends in `:unrecorded`. Edges carry what arrives after
    /// losses, so that shares at the buyer are right; what a supplier's residual keeps holds the losses too.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`] for a chain that is not there; [`Error::NoData`] for a year without production or trade,
    /// or for a code without a content share.
    pub fn chains(tables: Tables<'_>, chains: &[&str], options: &ChainOptions) -> Result<Self, Error> {
        let mut warnings = Vec::new();
        let (mut nodes, mut edges) = (std::collections::BTreeMap::new(), Vec::new());
        for id in chains {
            let ledger = weave(tables, &Chain::read(tables, id)?, options, &mut warnings)?;
            for (id, node) in ledger.nodes {
                let kept = nodes.entry(id).or_insert_with(|| node.clone());
                kept.own_supply = kept.own_supply.or(node.own_supply);
                kept.capacity = kept.capacity.or(node.capacity);
            }
            edges.extend(ledger.edges);
        }
        if let Some(year) = options.production_year.filter(|year| *year != options.year) {
            let what = format!("production is of {year}, trade of {}", options.year);
            warnings.push(Warning::Stated { what });
        }
        let nodes: Vec<_> = nodes.into_values().collect();
        let build = BuildOptions { duplicates: Duplicates::Sum, ..BuildOptions::default() };
        let mut graph = Self::from_records(&nodes, &edges, Measure::ContainedMass, build)?;
        graph.warnings.splice(0..0, warnings);
        Ok(graph)
    }

    /// The stages at which this graph has nodes with a country, in the order of the chain.
    pub fn stages(&self) -> Vec<Stage> {
        let with_country = (0..self.n_nodes()).filter(|&node| self.country_of(node).is_some());
        let mut stages: Vec<Stage> = with_country.filter_map(|node| self.nodes.stage[node]).collect();
        stages.sort_unstable();
        stages.dedup();
        stages
    }
}
