//! What the indices take of the tables `end_uses` and `substitutes`.

use serde::{Deserialize, Serialize};

use super::FeasibleShares;

/// What a commodity is used for, and how much of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EndUse {
    /// The use.
    pub use_id: String,
    /// Share of the commodity's use, in \[0, 1\].
    pub use_share: f64,
}

/// What can replace the commodity in one use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubstituteOption {
    /// The use.
    pub use_id: String,
    /// What replaces the commodity; absent for another design without a replacement material.
    pub substitute: Option<String>,
    /// Share of the use that can have switched by a month.
    pub feasible_share: FeasibleShares,
    /// Tonnes of the substitute per tonne replaced, above 0.
    pub mass_ratio: f64,
    /// Unit cost of the substituted product over the original, above 0; 1 = equal.
    pub cost_ratio: f64,
    /// Performance of the substituted product over the original, at least 0; 1 = equal.
    pub performance_ratio: f64,
    /// Whether it is in commercial use today, not only in laboratories.
    pub is_proven: bool,
}

/// What replacing a tonne costs beside what the substitute draws \[USD/t replaced\], at least 0: the dearer part,
/// `(cost_ratio - 1) price`, and the worth of the performance that is lost, `(1 - performance_ratio) value added`. One that
/// is cheaper and as good would be in use already.
pub fn switching_cost(
    option: &critmin_core::SubstituteOption,
    price_usd_per_t: f64,
    value_added_usd_per_t: f64,
) -> f64 {
    let dearer = (option.cost_ratio - 1.0) * price_usd_per_t;
    (dearer + (1.0 - option.performance_ratio) * value_added_usd_per_t).max(0.0)
}

impl From<&critmin_core::EndUse> for EndUse {
    fn from(row: &critmin_core::EndUse) -> Self {
        Self { use_id: row.use_id.clone(), use_share: row.use_share }
    }
}

impl From<&critmin_core::SubstituteOption> for SubstituteOption {
    fn from(row: &critmin_core::SubstituteOption) -> Self {
        Self {
            use_id: row.use_id.clone(),
            substitute: Some(row.substitute.clone()),
            feasible_share: row.into(),
            mass_ratio: row.mass_ratio,
            cost_ratio: row.cost_ratio,
            performance_ratio: row.performance_ratio,
            is_proven: row.is_proven,
        }
    }
}

impl From<&critmin_core::SubstituteOption> for FeasibleShares {
    fn from(row: &critmin_core::SubstituteOption) -> Self {
        Self {
            months_3: row.feasible_share_3_months,
            months_12: row.feasible_share_12_months,
            months_36: row.feasible_share_36_months,
        }
    }
}
