//! For how many months do the consumer's stocks last at the resulting shortfall?

use critmin_core::{CountryId, Months, Tonnes};
use serde::{Deserialize, Serialize};

/// Months of a year.
const MONTHS_PER_YEAR: f64 = 12.0;

/// Whether stocks run out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoverStatus {
    /// They run out within the assessed year.
    Depletes,
    /// They cover the shortfall of the whole assessed year.
    OutlastsPeriod,
    /// Nothing is short: stocks are not touched and last indefinitely.
    NoShortfall,
    /// There are no figures of stocks; this is not a stock of zero.
    StocksNotAvailable,
    /// There are no figures of consumption, so the shortfall in tonnes is unknown.
    ConsumptionNotAvailable,
    /// The scenario ignores stocks.
    NotAsked,
}

/// How long stocks last.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StockCover {
    /// Whether they run out.
    pub status: CoverStatus,
    /// Months until they run out at a constant shortfall; present exactly for [`CoverStatus::Depletes`] and
    /// [`CoverStatus::OutlastsPeriod`]. More = safer.
    pub months_of_cover: Option<Months>,
}

/// One month of the depletion of stocks, at constant rates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DepletionMonth {
    /// Month of the assessed year, from 1.
    pub month: u32,
    /// Stock at its end \[t\].
    pub stock_t: f64,
    /// What the market delivers in it \[t\].
    pub supply_t: f64,
    /// Demand of the base year, a twelfth \[t\].
    pub demand_t: f64,
    /// What comes out of stock \[t\].
    pub release_t: f64,
    /// What neither the market nor the stock delivers \[t\].
    pub shortfall_t: f64,
}

/// A depletion month with its consumer and market, for tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineRow {
    /// The commodity.
    pub commodity: critmin_core::CommodityId,
    /// Step of the chain.
    pub stage: Option<critmin_core::Stage>,
    /// `global` or `bilateral`.
    pub scope: String,
    /// The country that is cut off, for a bilateral market.
    pub destination: Option<CountryId>,
    /// The consumer.
    pub country: CountryId,
    /// The month.
    #[serde(flatten)]
    pub depletion: DepletionMonth,
}

/// Months that `stock` lasts at a yearly `shortfall`, both in tonnes: `stock / (shortfall / 12)`.
///
/// `shortfall` is finite and not negative. The stock is drawn down evenly; reporting stocks rarely cover all holders.
///
/// ```
/// use critmin_core::{Months, Tonnes};
/// use critmin_disruption::{CoverStatus, stock_cover};
///
/// // 3.41 t of gallium in stock, short of 9.35 t a year: 4.4 months.
/// let cover = stock_cover(Some(Tonnes(3.41)), Some(Tonnes(9.35)));
/// assert_eq!(cover.status, CoverStatus::Depletes);
/// assert!((cover.months_of_cover.unwrap() - Months(4.376)).0.abs() < 1e-3);
/// ```
pub fn stock_cover(stock: Option<Tonnes>, shortfall: Option<Tonnes>) -> StockCover {
    let without = |status| StockCover { status, months_of_cover: None };
    let Some(shortfall) = shortfall else { return without(CoverStatus::ConsumptionNotAvailable) };
    if shortfall.0 <= 0.0 {
        return without(CoverStatus::NoShortfall);
    }
    let Some(stock) = stock else { return without(CoverStatus::StocksNotAvailable) };
    let months = Months(MONTHS_PER_YEAR * (stock / shortfall));
    let lasts = Months(MONTHS_PER_YEAR) <= months;
    let status = if lasts { CoverStatus::OutlastsPeriod } else { CoverStatus::Depletes };
    StockCover { status, months_of_cover: Some(months) }
}

/// The depletion of `stock` month by month over the assessed year, at a constant yearly `consumption` and `shortfall`.
pub fn depletion(stock: Tonnes, consumption: Tonnes, shortfall: Tonnes) -> Vec<DepletionMonth> {
    let demand_t = consumption.0 / MONTHS_PER_YEAR;
    let missing_t = shortfall.0 / MONTHS_PER_YEAR;
    let mut stock_t = stock.0;
    let month = |month| {
        let release_t = missing_t.min(stock_t);
        stock_t -= release_t;
        let supply_t = demand_t - missing_t;
        DepletionMonth { month, stock_t, supply_t, demand_t, release_t, shortfall_t: missing_t - release_t }
    };
    (1..=crate::ASSESSED_MONTHS).map(month).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_absence_is_of_its_own_kind() {
        let status = |stock: Option<f64>, short: Option<f64>| stock_cover(stock.map(Tonnes), short.map(Tonnes)).status;
        assert_eq!(status(Some(1.0), Some(0.0)), CoverStatus::NoShortfall);
        assert_eq!(status(None, Some(0.0)), CoverStatus::NoShortfall);
        assert_eq!(status(None, Some(1.0)), CoverStatus::StocksNotAvailable);
        assert_eq!(status(Some(1.0), None), CoverStatus::ConsumptionNotAvailable);
        assert_eq!(status(Some(1.0), Some(1.0)), CoverStatus::OutlastsPeriod);
        assert_eq!(status(Some(0.999), Some(1.0)), CoverStatus::Depletes);
        assert_eq!(stock_cover(Some(Tonnes(0.0)), Some(Tonnes(1.0))).months_of_cover, Some(Months(0.0)));
    }

    #[test]
    fn the_timeline_conserves_mass() {
        let months = depletion(Tonnes(3.0), Tonnes(24.0), Tonnes(6.0));
        assert_eq!(months.len(), 12);
        for month in &months {
            let out = month.supply_t + month.release_t + month.shortfall_t;
            assert!((out - month.demand_t).abs() < 1e-12);
        }
        // 0.5 t a month are missing: six months of stock.
        assert!(months[5].stock_t.abs() < 1e-12 && months[5].shortfall_t == 0.0);
        assert!((months[6].shortfall_t - 0.5).abs() < 1e-12);
        let released: f64 = months.iter().map(|month| month.release_t).sum();
        assert!((released - 3.0).abs() < 1e-12);
    }
}
