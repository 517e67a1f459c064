//! Other suppliers and stocks: who can supply how much by when, and what a tonne more of each limit is worth.
//!
//! The programme over periods `t`, regions, forms, processes `p`, arcs `a`, uses `u` and their substitutes `n`:
//!
//! ```text
//! min  Σ δ_t [ Σ c_p q + Σ (freight + tariff + premium) f + Σ h s + Σ c_n x + Σ_k P_k w_k ] - salvage
//! balance of form m in region r   Σ q made − Σ q/ρ used + Σ (1−ℓ) f in − Σ f out + s before − s − κ x drawn = D − x − w
//! capacity q ≤ K_t · by-product q ≤ βH_t · ramp q_t − q_{t−1} ≤ step · leak f ≤ θ (1−e) · ban f = 0
//! bloc cap Σ f from the bloc ≤ share · D · cover s ≥ days/τ · D · offtake f ≥ α q · substitute x ≤ φ_t D · 0 ≤ w_k ≤ width_k D
//! ```
//!
//! A linear programme of the kind of Dantzig's transportation problem with stages, stocks and recoveries; the rents follow
//! from its duals by complementary slackness.

pub mod assemble;
mod check;
mod columns;
mod explain;
mod model;
mod options;
mod plan;
mod prices;
mod program;
mod rents;
mod rows;
mod scale;
mod solve;

pub use model::{
    Arc, Ban, BlocCap, DomesticMinimum, Network, Offtake, Period, Process, Region, Series, Stock, Substitution,
    UnmetStep, Use,
};
pub use options::PlanOptions;
pub use plan::{
    CostPart, FlowRow, Plan, PriceRow, ProductionRow, RentKind, RentRow, StockRow, SubstitutionRow, UseRow,
};
pub use solve::{plan, plan_watched};
