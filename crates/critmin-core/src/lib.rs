//! What is made, traded and used?
//!
//! The nouns of a critical-mineral supply chain, shared by every other crate of critmin: identities
//! ([`CommodityId`], [`CountryId`], [`Stage`], [`Year`]), quantities with units ([`Tonnes`], [`Share`]),
//! figures as publishers print them ([`Observation`]: reported, estimated, withheld, not available),
//! the records of the reference dataset ([`Dataset`]), and the balances and shares built on them.
//!
//! No Python, no Arrow, no input or output: a figure enters through `critmin-tables`, is validated
//! there once, and is never re-checked past that door.
//!
//! ```
//! use critmin_core::{Balance, Tonnes};
//!
//! // U.S. antimony, 2025 (USGS MCS 2026, rounded): what is used, and how much of it is net imports.
//! let balance = Balance {
//!     primary_production: Tonnes(500.0),
//!     secondary_production: Tonnes(3_500.0),
//!     imports: Tonnes(44_000.0),
//!     exports: Tonnes(3_000.0),
//!     stock_change: Tonnes(0.0),
//! };
//! assert_eq!(balance.apparent_consumption(), Tonnes(45_000.0));
//! assert!((balance.net_import_reliance()?.0 - 41.0 / 45.0).abs() < 1e-12);
//! # Ok::<(), critmin_core::Error>(())
//! ```

mod balance;
mod columns;
mod commodity;
mod country;
mod dataset;
mod error;
mod id;
mod io_table;
mod links;
mod observation;
mod parameter;
mod policy;
mod profile;
mod recipe;
mod records;
pub mod reliance;
mod response;
mod shares;
mod source;
mod stage;
mod suggest;
mod units;

pub use balance::{Balance, NetImportReliance};
pub use columns::{ABSENT, Column, Columns};
pub use commodity::{Commodity, CommodityForm, CommodityRegister, FormStatus};
pub use country::{BlocMembership, Country, CountryAlias, CountryKind, CountryRegister};
pub use dataset::Dataset;
pub use error::Error;
pub use id::{BlocId, CommodityId, CountryId, SourceId};
pub use io_table::{InputOutputTable, IoCell, IoCode, IoTableError};
pub use links::{IndustryLink, LinkQuantity, SupplierProbability};
pub use observation::{Flag, Observation};
pub use parameter::{Grade, Parameter, ParameterTable};
pub use policy::{PolicyMeasure, Suspension};
pub use profile::{Concentration, MeasureStatus, PrintedFigure, Producer, Profile, Stocks, UsSupplier, profile};
pub use recipe::MarketRecipe;
pub use records::{Area, ImportSource, ProductionRecord, ProductionStatistic, SalientRecord, SalientStatistic};
pub use response::{CandidateProject, EndUse, ProcessStep, RegionalDemand, RegionalSupply, SubstituteOption};
pub use shares::{effective_suppliers, hhi, shares};
pub use source::Source;
pub use stage::Stage;
pub use suggest::nearest;
pub use units::{Months, Share, Tonnes, Usd, UsdPerTonne, Year};
