//! Which rows enter a balance: the selection is data, read off the publisher's notes.

use serde::{Deserialize, Serialize};

use super::RowKey;
use crate::Year;

/// What is recomputed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckedQuantity {
    /// Apparent consumption, in the unit of the printed row.
    ApparentConsumption,
    /// Net import reliance \[per cent of consumption\]; higher = more dependent.
    NetImportReliance,
}

impl CheckedQuantity {
    /// Both quantities.
    pub const ALL: [Self; 2] = [Self::ApparentConsumption, Self::NetImportReliance];

    /// The value that stands in the `quantity` column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApparentConsumption => "apparent_consumption",
            Self::NetImportReliance => "net_import_reliance",
        }
    }

    /// The publisher's word for the statistic.
    pub fn published_statistic(self) -> &'static str {
        match self {
            Self::ApparentConsumption => "Consumption",
            Self::NetImportReliance => "Net import reliance",
        }
    }
}

/// The place of a row in the balance; it gives the sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Adds to consumption.
    PrimaryProduction,
    /// Adds to consumption.
    SecondaryProduction,
    /// Adds to supply.
    Imports,
    /// Leaves supply.
    Exports,
    /// Year-end stocks: their increase over the year before leaves supply.
    StockLevel,
    /// Releases from Government stocks, which add to supply.
    StockRelease,
    /// A printed consumption, the denominator of the reliance.
    Consumption,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 7] = [
        Self::PrimaryProduction,
        Self::SecondaryProduction,
        Self::Imports,
        Self::Exports,
        Self::StockLevel,
        Self::StockRelease,
        Self::Consumption,
    ];

    /// The value that stands in the `role` column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PrimaryProduction => "primary_production",
            Self::SecondaryProduction => "secondary_production",
            Self::Imports => "imports",
            Self::Exports => "exports",
            Self::StockLevel => "stock_level",
            Self::StockRelease => "stock_release",
            Self::Consumption => "consumption",
        }
    }
}

/// One row of a balance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BalanceComponent {
    /// Its place in the balance.
    pub role: Role,
    /// The printed row; absent when the notes ask for an input that the release does not print.
    pub row: Option<RowKey>,
    /// Share of the row that belongs to the balance; absent when it is not printed.
    pub factor: Option<f64>,
    /// First and last year in which the row belongs to the balance; absent for all years.
    pub years: Option<(Year, Year)>,
    /// Why this row: the publisher's note, or our inference.
    pub basis: String,
}

impl BalanceComponent {
    /// Whether both are one input, so that it counts once in numerator and denominator.
    pub(super) fn is_same_input(&self, other: &Self) -> bool {
        let has_same_row = self.row == other.row && (self.row.is_some() || self.basis == other.basis);
        has_same_row && self.role == other.role && self.factor == other.factor
    }

    pub(super) fn covers(&self, year: Year) -> bool {
        self.years.is_none_or(|(from, to)| from <= year && year <= to)
    }
}

/// How the two printed figures of one series follow from other rows; the same in every year.
///
/// Consumption and reliance have lists of their own because the publisher's notes differ: some commodities adjust
/// only one of them for stocks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BalanceSeries {
    /// Id of the series: `antimony`.
    pub series: String,
    /// What sums to apparent consumption.
    pub consumption: Vec<BalanceComponent>,
    /// What sums to net imports, the numerator of the reliance.
    pub supply: Vec<BalanceComponent>,
    /// The printed consumption that divides them; absent when it is the sum of `consumption`.
    pub denominator: Option<BalanceComponent>,
    /// The row in which apparent consumption is printed.
    pub published_consumption: Option<RowKey>,
    /// The row in which net import reliance is printed.
    pub published_reliance: Option<RowKey>,
}

impl BalanceSeries {
    /// The row in which `quantity` is printed.
    pub fn published(&self, quantity: CheckedQuantity) -> Option<&RowKey> {
        match quantity {
            CheckedQuantity::ApparentConsumption => self.published_consumption.as_ref(),
            CheckedQuantity::NetImportReliance => self.published_reliance.as_ref(),
        }
    }
}
