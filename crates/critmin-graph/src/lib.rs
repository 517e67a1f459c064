//! Who depends on whom?
//!
//! The dependency graph of a mineral supply chain. A node is a good at a stage in a country (`gallium:refinery:CHN`), a
//! product, a component or an industry; an edge is a flow from a supplier to a buyer in one [`Measure`]. The inputs of a
//! buyer are grouped: suppliers of the same good replace each other, different goods do not. Each material is a layer of
//! its own, so a platform that needs gallium and germanium is asked of both.
//!
//! A [`Graph`] is built once, from the reference dataset ([`Graph::chains`], [`Graph::traded`], [`Graph::industries`]) or
//! from any table ([`Graph::from_columns`]), reports what does not balance ([`Graph::balances`], [`Graph::warnings`]),
//! and then answers: [`Graph::exposure`], [`Graph::chokepoints`], [`Graph::dominators`], [`Graph::bloc`],
//! [`Graph::paths`], [`Graph::contents`], [`Graph::structure`], [`Graph::robustness`].
//!
//! Goods may go in circles (re-exports): exposures are then the limit of a series, summed to a stated tolerance. A node
//! without a recorded supply is an origin that nobody explains, and every answer says how much rests on such nodes.
//!
//! ```
//! use critmin_graph::{ChainOptions, ExposureOptions, Graph, Reconciliation, Target};
//!
//! // Gallium of 2024: what U.S. statistics print as sources, and the rest of the world's trade supposed to be one pool.
//! let tables = |name: &str| critmin_tables::reference::columns(name).ok();
//! let options = ChainOptions { reconciliation: Reconciliation::WorldPool, ..ChainOptions::of(2024) };
//! let graph = Graph::chains(&tables, &["gallium"], &options)?;
//! let target = Target::node(&graph, "gallium:refinery:USA")?;
//! let exposure = graph.exposure(&target, ExposureOptions::default())?;
//! let china = exposure.countries.iter().find(|part| part.country == "CHN").unwrap();
//! // 18 % is bought from China directly; more than three quarters passes through China.
//! assert_eq!(china.direct_share, 0.18);
//! assert!(0.75 < china.exposure);
//! # Ok::<(), critmin_graph::Error>(())
//! ```

mod assemble;
mod bloc;
mod build;
mod change;
mod chokepoint;
mod columns;
mod components;
mod dominators;
mod error;
mod exposure;
mod flow;
mod graph;
mod intake;
mod layer;
mod measure;
mod record;
mod report;
mod rigid;
mod robustness;
mod storage;
mod structure;
mod target;
mod trace;
mod visit;

pub use assemble::{ChainOptions, Reconciliation, Tables, chains};
pub use bloc::{Bloc, BlocOptions, BlocStage, ChainStage, Partner};
pub use build::{BuildOptions, Duplicates, MissingFlow};
pub use change::{Change, difference};
pub use chokepoint::{Chokepoint, ChokepointOptions, Chokepoints, RemovalKind, Rerouting};
pub use error::{Error, Problem};
pub use exposure::{CountryExposure, Exposure, ExposureOptions, NodeExposure};
pub use graph::Graph;
pub use measure::Measure;
pub use record::{Edge, Node};
pub use report::{Balance, Warning};
pub use robustness::{Ranking, Robustness, RobustnessOptions, RobustnessPoint};
pub use structure::{NodeStructure, Structure, StructureOptions};
pub use target::Target;
pub use trace::{CommodityContent, ContentInput, ContentOrigin, Contents, Origins, Path, Paths, TraceOptions};
