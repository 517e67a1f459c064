//! What can be done?
mod error;
pub mod equilibrium;
pub mod material;
pub mod stockpile;

pub use error::{Error, Fault};
