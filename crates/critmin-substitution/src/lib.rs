//! What can be done?
//!
//! * [`network`]: other suppliers and stocks. A multi-period, multi-stage programme in contained metal whose duals name the
//!   bottleneck and what a tonne more there is worth; built from the reference figures and a scenario, or from a user's own
//!   tables.
//! * [`portfolio`]: which projects to finance. A two-stage stochastic mixed-integer programme with loans, eligibility rules
//!   as documents, a budget in grant equivalents and a weight on the tail.
//! * [`material`]: other materials. Feasible shares by horizon, indices, and a nest of constant elasticities.
//! * [`equilibrium`]: markets without a planner. Spatial price equilibrium (linear and isoelastic) and minimum-entropy
//!   rerouting.
//! * [`stockpile`]: how much stock buys the time.
//!
//! Pure functions of data and parameters; every optimum carries a certificate of `critmin-solve`.

pub mod equilibrium;
mod error;
pub mod material;
mod monitor;
pub mod network;
pub mod portfolio;
pub mod stockpile;

pub use error::{Error, Fault};
pub use monitor::Monitor;
