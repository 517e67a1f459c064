//! What can be done?
pub mod equilibrium;
mod error;
pub mod material;
pub mod stockpile;

pub use error::{Error, Fault};
