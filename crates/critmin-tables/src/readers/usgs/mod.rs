//! U.S. Geological Survey, Mineral Commodity Summaries: the data releases of 2025 and 2026.
//!
//! The two files differ in everything: 2025 is a wide world table in UTF-8, 2026 a long table of all chapters in
//! Windows-1252. Both become the same records. Two editions disagree about the same year, so the edition
//! ([`SOURCE_2025`], [`SOURCE_2026`]) is part of a figure's identity.
//!
//! The form of a world table is the publisher's words without `rounded` and `estimated`, which speak of a figure
//! and not of what is counted. Words that qualify a single country's row (`Mine production: exports`,
//! `Peru (exports)`) go to the note, so that the rows of one table share one form.

mod forms;
mod mcs2025;
mod mcs2025_rows;
mod mcs2026;
mod salient;
mod stages;
mod tables;
mod units;
mod value;
mod world;

pub use mcs2025::read_mcs_2025;
pub use mcs2025_rows::Mcs2025Row;
pub use mcs2026::{Mcs2026, Mcs2026Row, read_mcs_2026};
pub use tables::{
    us_import_source_aggregates_table, us_import_sources_table, us_salient_statistics_table,
    world_production_aggregates_table, world_production_table,
};
pub use units::tonnes_per_unit;
pub use value::{ValueFault, parse_value};

/// Id of the 2025 data release, and scheme of its commodity names.
pub const SOURCE_2025: &str = "usgs-mcs-2025";
/// Id of the 2026 data release, and scheme of its commodity names.
pub const SOURCE_2026: &str = "usgs-mcs-2026";
/// Scheme of the country names, the same in both editions.
const AREAS: &str = "usgs";

#[cfg(test)]
mod tests;
