//! Readers for the publishers' own layouts, one module per publisher.

pub mod area;
pub mod baci;
pub mod bea;
pub mod eu;
pub mod hs;
pub mod metal_intensity;
pub mod policy;
pub mod pymrio;
#[cfg(test)]
pub(crate) mod test_registers;
pub(crate) mod text_rows;
pub mod usgs;
pub mod wgi;

pub use area::{AreaNames, CommodityNames, CommoditySplit, Registers};
