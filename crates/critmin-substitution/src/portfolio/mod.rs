//! Investments: which projects to finance first, with which stocks, against which futures.
//!
//! First stage: projects `z` (yes or no) with loans and grant equivalents, stocks `S` bought. Second stage, per scenario with
//! probability `π`: output of projects, base supplies, draws, substitution and what stays unmet.
//!
//! ```text
//! min  Σ γ_p L_p z_p + Σ price_m S_m + (1−λ) Σ π Loss + λ CVaR_α
//! Σ γ L z + Σ price S ≤ budget · Σ L z ≤ lending cap · Σ_country L z ≤ share · cap · z = 0 unless eligible
//! y ≤ capacity · offtake · factor · z · refined ≤ yield · mined · Σ_t draw ≤ S · supply + y + draw + substitution + unmet ≥ D
//! CVaR = min η + Σ π ξ / (1−α),  ξ ≥ Loss − η, ξ ≥ 0
//! ```
//!
//! The tail is that of Rockafellar and Uryasev (2000), Optimization of conditional value-at-risk, Journal of Risk 2(3).

pub mod assemble;
mod check;
mod decide;
mod decision;
mod eligibility;
mod evaluate;
mod frontier;
mod information;
mod loan;
mod model;
mod program;
mod selection;

pub use decide::{decide, decide_watched, eligibility};
pub use decision::{
    Decision, Frontier, FrontierPoint, FutureRow, GainRow, OutcomeRow, ProjectRow, Selection, SelectionRow, SetRow,
    StockPurchase, ValueOfInformation,
};
pub use eligibility::{EligibilityRule, EligibilityTest, UnknownFigure, Verdict, rule_ids};
pub use frontier::frontier;
pub use information::value_of_information;
pub use loan::{Loan, LoanSize, LoanTerms, debt_service_coverage};
pub use model::{
    Availability, BaseSupply, Buyer, Future, Material, Portfolio, PriceRatio, Project, ProjectFactor, StockOffer,
    SubstitutionLimit, SupplyStage, UnmetTonnes, Window,
};
pub use selection::selection;
