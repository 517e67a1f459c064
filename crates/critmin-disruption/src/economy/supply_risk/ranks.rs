//! Commodities by probability-weighted loss.

use std::collections::BTreeMap;

use critmin_core::{CommodityId, CountryId};
use serde::{Deserialize, Serialize};

use super::Group;

/// The commodities ranked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweepRank {
    /// 1 = the greatest weighted loss.
    pub rank: u32,
    /// The commodity.
    pub commodity: CommodityId,
    /// Scenarios with an answer.
    pub n_solved: u32,
    /// Scenarios without one.
    pub n_unsolved: u32,
    /// Sum of probability times change over its scenarios \[million USD\].
    pub weighted_gdp_change_million_usd: f64,
    /// The same with the output shares at their lower ends.
    pub weighted_gdp_change_mild_million_usd: f64,
    /// The same with the output shares at their upper ends.
    pub weighted_gdp_change_harsh_million_usd: f64,
    /// The worst single scenario, if it happens \[million USD\].
    pub worst_gdp_change_million_usd: f64,
    /// Who restricts in it.
    pub worst_exporter: CountryId,
}

pub(super) fn ranks(groups: &[Group]) -> Vec<SweepRank> {
    let mut by_commodity: BTreeMap<&CommodityId, Vec<&Group>> = BTreeMap::new();
    for group in groups {
        if let Some(row) = group.rows.first() {
            by_commodity.entry(&row.commodity).or_default().push(group);
        }
    }
    let mut ranks: Vec<SweepRank> =
        by_commodity.into_iter().filter_map(|(commodity, groups)| rank(commodity, &groups)).collect();
    ranks.sort_by(|one, other| {
        let loss = one.weighted_gdp_change_million_usd.total_cmp(&other.weighted_gdp_change_million_usd);
        loss.then_with(|| one.commodity.cmp(&other.commodity))
    });
    for (place, rank) in (1..).zip(&mut ranks) {
        rank.rank = place;
    }
    ranks
}

fn rank(commodity: &CommodityId, groups: &[&Group]) -> Option<SweepRank> {
    let rows = || groups.iter().flat_map(|group| &group.rows);
    let solved = || rows().filter_map(|row| row.gdp_change_million_usd.map(|change| (row, change)));
    let (worst, worst_change) = solved().min_by(|one, other| one.1.total_cmp(&other.1))?;
    let count = |of: usize| u32::try_from(of).unwrap_or(u32::MAX);
    Some(SweepRank {
        rank: 0,
        commodity: commodity.clone(),
        n_solved: count(solved().count()),
        n_unsolved: count(rows().count() - solved().count()),
        weighted_gdp_change_million_usd: rows().filter_map(|row| row.weighted_gdp_change_million_usd).sum(),
        weighted_gdp_change_mild_million_usd: groups.iter().map(|group| group.mild).sum(),
        weighted_gdp_change_harsh_million_usd: groups.iter().map(|group| group.harsh).sum(),
        worst_gdp_change_million_usd: worst_change,
        worst_exporter: worst.exporter.clone(),
    })
}
