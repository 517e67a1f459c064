//! What it costs: the industries of an economy after some of them lack a material.

mod allocation;
mod analysis;
mod bottleneck;
mod choices;
mod cost;
mod draws;
mod effects;
mod model;
mod options;
mod prepare;
mod shock;
mod supply_risk;

pub use allocation::Allocation;
pub use analysis::{Extraction, ImportTreatment, IndustryModel, Multipliers};
pub use choices::{ChoiceRow, choices};
pub use cost::{CostOutcome, CostPoint, SingleCost, cost, economy_of};
pub use draws::{CostDraw, CostDraws, cost_draws};
pub use effects::{Assessment, Effect, EffectRow, IndustryRow};
pub use model::Economy;
pub use options::{EconomyOptions, FinalDemandTreatment, JointCut, Rationing, UseOverride};
pub use shock::{CommodityShock, LinkEnd};
pub use supply_risk::{SweepOptions, SweepOutcome, SweepRank, SweepRow, sweep_suppliers};
