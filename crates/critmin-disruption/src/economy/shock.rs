//! From a cleared market to cut industries: who uses the missing commodity, and how much of its output embodies it.

use std::collections::BTreeMap;

use critmin_core::{CommodityId, CountryId, IndustryLink, LinkQuantity};
use serde::{Deserialize, Serialize};

use crate::{AssembledMarket, Economy, Equilibrium, Error, JointCut};

/// What a market hands to the economy that uses its commodity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommodityShock {
    /// The commodity.
    pub commodity: CommodityId,
    /// Share of the demand that is not met, the same for every user, in \[0, 1\].
    pub shortfall_share: f64,
    /// Price over base price, at least 1.
    pub price_ratio: f64,
    /// Price of the base year \[USD/t\]; absent when not known.
    pub price_usd_per_t: Option<f64>,
    /// Use of the economy in the base year \[t/yr\]; absent when not known.
    pub consumption_t: Option<f64>,
    /// Production of the economy before \[t/yr\]; 0 where the market has no such supplier.
    pub production_before_t: f64,
    /// Production of the economy after \[t/yr\].
    pub production_after_t: f64,
}

impl CommodityShock {
    /// The shock of a cleared market to the economy of `country`.
    pub fn of(assembled: &AssembledMarket, after: &Equilibrium, country: &CountryId) -> Self {
        let consumer = assembled.consumers.iter().find(|consumer| consumer.country == *country);
        let own = after.producers.iter().filter(|producer| producer.country.as_ref() == Some(country));
        let (before, later) = own.fold((0.0, 0.0), |sum, one| (sum.0 + one.base_t, sum.1 + one.post_t));
        Self {
            commodity: assembled.market.commodity.clone(),
            shortfall_share: after.shortfall_share,
            price_ratio: after.price_ratio,
            price_usd_per_t: assembled.market.price_usd_per_t,
            consumption_t: consumer.and_then(|consumer| consumer.consumption_t).map(|mass| mass.0),
            production_before_t: before,
            production_after_t: later,
        }
    }
}

/// Which end of the links' ranges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkEnd {
    /// The central values.
    #[default]
    Central,
    /// The lower ends.
    Low,
    /// The upper ends.
    High,
}

/// The links of one commodity, by position of the industry in the economy's table.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct CommodityLinks {
    /// Part of the output that embodies the commodity: value, low, high.
    pub(crate) embodied: BTreeMap<usize, [f64; 3]>,
    pub(crate) uses: BTreeMap<usize, f64>,
    pub(crate) producers: BTreeMap<usize, f64>,
}

/// Links by commodity; a code that the table does not have is told, not dropped.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Links {
    pub(crate) by_commodity: BTreeMap<CommodityId, CommodityLinks>,
    /// Links to industries that the benchmark does not have.
    pub(crate) homeless: Vec<IndustryLink>,
}

fn faulty(row: &IndustryLink, reason: String) -> Error {
    Error::FaultyLink { commodity: row.commodity.clone(), industry: row.industry.clone(), reason }
}

impl Links {
    pub(crate) fn new(economy: &Economy, rows: &[IndustryLink]) -> Result<Self, Error> {
        let mut links = Self::default();
        for row in rows {
            let all = [row.value, row.low.unwrap_or(row.value), row.high.unwrap_or(row.value)];
            let is_ordered = all[1] <= all[0] && all[0] <= all[2];
            if !all.iter().all(|share| (0.0..=1.0).contains(share)) || !is_ordered {
                let expected = "expected shares from 0 to 1, low before value before high";
                let found = format!("`{}` is {all:?} (value, low, high): {expected}", row.quantity.as_str());
                return Err(faulty(row, found));
            }
            let Ok(industry) = economy.table.industry(&row.industry) else {
                links.homeless.push(row.clone());
                continue;
            };
            let own = links.by_commodity.entry(row.commodity.clone()).or_default();
            let is_again = match row.quantity {
                LinkQuantity::OutputShare => own.embodied.insert(industry, all).is_some(),
                LinkQuantity::UseShare => own.uses.insert(industry, row.value).is_some(),
                LinkQuantity::ProducerShare => own.producers.insert(industry, row.value).is_some(),
            };
            if is_again {
                return Err(faulty(row, format!("`{}` occurs more than once", row.quantity.as_str())));
            }
        }
        links.check_sums()?;
        Ok(links)
    }

    fn check_sums(&self) -> Result<(), Error> {
        const ROUNDING: f64 = 1e-9;
        for (commodity, own) in &self.by_commodity {
            for (name, shares) in [("use_share", &own.uses), ("producer_share", &own.producers)] {
                let sum: f64 = shares.values().sum();
                if 1.0 + ROUNDING < sum {
                    return Err(Error::FaultyLink {
                        commodity: commodity.clone(),
                        industry: "all".to_owned(),
                        reason: format!("the sum of `{name}` over industries is {sum}: expected at most 1"),
                    });
                }
            }
        }
        Ok(())
    }

    pub(crate) fn of(&self, commodity: &CommodityId) -> CommodityLinks {
        self.by_commodity.get(commodity).cloned().unwrap_or_default()
    }
}

/// Cuts of all industries by `shocks`; `share` gives the part of an industry's output that embodies a commodity.
///
/// ```text
/// cut_j = 1 - product over m of (1 - sigma_m w_mj)     or     max over m of sigma_m w_mj
/// ```
pub(crate) fn cuts(
    economy: &Economy,
    links: &Links,
    shocks: &[CommodityShock],
    share: impl Fn(&CommodityId, usize, &[f64; 3]) -> f64,
) -> Vec<f64> {
    let mut cuts = vec![0.0; economy.n_industries()];
    for shock in shocks {
        let Some(own) = links.by_commodity.get(&shock.commodity) else { continue };
        for (industry, ends) in &own.embodied {
            let cut: f64 = (shock.shortfall_share * share(&shock.commodity, *industry, ends)).clamp(0.0, 1.0);
            let so_far = &mut cuts[*industry];
            *so_far = match economy.options.joint_cut {
                JointCut::Product => 1.0 - (1.0 - *so_far) * (1.0 - cut),
                JointCut::Maximum => so_far.max(cut),
            };
        }
    }
    cuts
}

impl LinkEnd {
    /// The end of `ends` (value, low, high).
    pub(crate) fn of(self, ends: &[f64; 3]) -> f64 {
        match self {
            Self::Central => ends[0],
            Self::Low => ends[1],
            Self::High => ends[2],
        }
    }
}
