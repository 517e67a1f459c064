//! The table of end uses and substitutes: what one row holds.
//!
//! Two files, `end_uses.csv` and `substitutes.csv`; a row mirrors its columns, and a figure that nobody has stays
//! absent. [`EndUse`] and [`SubstituteOption`] are what the indices take: complete, or refused with the missing column
//! named.

use critmin_core::{CommodityId, Grade};
use serde::{Deserialize, Serialize};

use super::FeasibleShares;
use crate::Error;

/// One row of the end uses of a commodity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EndUseRow {
    /// The commodity.
    pub commodity: CommodityId,
    /// The use: `integrated-circuits`.
    #[serde(rename = "use")]
    pub use_id: String,
    /// Share of the commodity's use, in \[0, 1\]; the shares of a commodity sum to 1.
    pub use_share: f64,
    /// Lower end of the share, where one is known.
    pub low: Option<f64>,
    /// Upper end of the share, where one is known.
    pub high: Option<f64>,
    /// Value added of the use per tonne of the commodity in it \[USD/t\], where known.
    pub value_added_usd_per_t: Option<f64>,
    /// How well the row is supported.
    pub grade: Grade,
    /// Report, table and page, or the reasoning.
    pub source: String,
    /// Caveats.
    pub note: String,
}

/// One row of the substitutes in a use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubstituteRow {
    /// The commodity that is replaced.
    pub commodity: CommodityId,
    /// The use in which it is replaced.
    #[serde(rename = "use")]
    pub use_id: String,
    /// What replaces it (`silicon`, `indium-phosphide`); absent for another design without a replacement material.
    pub substitute: Option<String>,
    /// The commodity that the substitute draws on, where it is one of ours: it may be scarce itself.
    pub substitute_commodity: Option<CommodityId>,
    /// Share of the use that can have switched after 3 months, in \[0, 1\].
    pub feasible_share_3_months: Option<f64>,
    /// The same after 12 months; not below the share after 3.
    pub feasible_share_12_months: Option<f64>,
    /// The same after 36 months; not below the share after 12.
    pub feasible_share_36_months: Option<f64>,
    /// Tonnes of the substitute per tonne replaced, above 0.
    pub mass_ratio: Option<f64>,
    /// Unit cost of the substituted product over the original, above 0; 1 = equal.
    pub cost_ratio: Option<f64>,
    /// Performance of the substituted product over the original, at least 0; 1 = equal.
    pub performance_ratio: Option<f64>,
    /// Whether it is in commercial use today, not only in laboratories.
    pub is_proven: bool,
    /// How well the row is supported.
    pub grade: Grade,
    /// Report, table and page, or the reasoning.
    pub source: String,
    /// Caveats.
    pub note: String,
}

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

impl EndUseRow {
    /// The use and its share.
    pub fn end_use(&self) -> EndUse {
        EndUse { use_id: self.use_id.clone(), use_share: self.use_share }
    }
}

impl SubstituteRow {
    /// The row as an option, when none of its figures is absent.
    ///
    /// # Errors
    ///
    /// [`Error::MissingInput`] names every absent column: nothing is filled in here.
    pub fn option(&self) -> Result<SubstituteOption, Error> {
        let figures = [
            ("feasible_share_3_months", self.feasible_share_3_months),
            ("feasible_share_12_months", self.feasible_share_12_months),
            ("feasible_share_36_months", self.feasible_share_36_months),
            ("mass_ratio", self.mass_ratio),
            ("cost_ratio", self.cost_ratio),
            ("performance_ratio", self.performance_ratio),
        ];
        let [
            Some(months_3),
            Some(months_12),
            Some(months_36),
            Some(mass_ratio),
            Some(cost_ratio),
            Some(performance_ratio),
        ] = figures.map(|(_, figure)| figure)
        else {
            let absent: Vec<&str> =
                figures.iter().filter(|(_, figure)| figure.is_none()).map(|(name, _)| *name).collect();
            let substitute = self.substitute.as_deref().unwrap_or("another design");
            return Err(Error::MissingInput {
                what: format!("`{substitute}` for {} in `{}`", self.commodity, self.use_id),
                how: format!("the row has no {}; give it, or leave the row out", absent.join(", ")),
            });
        };
        Ok(SubstituteOption {
            use_id: self.use_id.clone(),
            substitute: self.substitute.clone(),
            feasible_share: FeasibleShares { months_3, months_12, months_36 },
            mass_ratio,
            cost_ratio,
            performance_ratio,
            is_proven: self.is_proven,
        })
    }
}
