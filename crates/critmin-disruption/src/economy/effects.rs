//! What a shock costs: five effects that sum to the net change of gross domestic product.
//!
//! ```text
//! (a) users' output               sum over users j of m       v_j (xd_j - x0_j),   xd_j = (1 - cut_j) x0_j
//! (b) users pay more            - sum over users j of m       (P1 - P0) q1_mj
//! (c) domestic producers' output  v_p P0 (Q1 - Q0)
//! (d) domestic producers' price   (P1 - P0) Q1
//! (e) downstream                  sum over all j              v_j (x1_j - x0_j)   less (a)
//! ```
//!
//! The producing industries of the commodities are left out of (a) and (e), because (c) and (d) count them. (b) and (d)
//! together are `-(P1 - P0)` times net imports: a loss in the terms of trade. They are amounts of money added to an effect
//! of quantities, so that the sum is a net decrease by the method of the report, and not real GDP.

use std::collections::BTreeSet;

use critmin_core::CommodityId;
use serde::{Deserialize, Serialize};

use crate::economy::shock::{CommodityLinks, Links, cuts};
use crate::{Allocation, CommodityShock, Economy, Error, LinkEnd};

const USD_PER_MILLION: f64 = 1e6;

/// One of the five.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Value added that the users of a commodity lose with the output that embodies it.
    UsersOutput,
    /// What users pay more for what they still get.
    UsersPrice,
    /// Value added of the domestic producers' additional output.
    ProducersOutput,
    /// What domestic producers earn more for their output.
    ProducersPrice,
    /// Value added that everyone else loses, in supply and use of what the users make.
    Downstream,
}

impl Effect {
    /// All, in the order of the report.
    pub const ALL: [Self; 5] =
        [Self::UsersOutput, Self::UsersPrice, Self::ProducersOutput, Self::ProducersPrice, Self::Downstream];
}

/// One effect of one scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EffectRow {
    /// Which effect.
    pub effect: Effect,
    /// The commodity, for the effects that belong to one; absent for those that all share.
    pub commodity: Option<CommodityId>,
    /// Change of gross domestic product \[million USD\]; absent when an input is not known.
    pub gdp_change_million_usd: Option<f64>,
    /// Why it is absent.
    pub reason: Option<String>,
}

/// One industry before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndustryRow {
    /// Code.
    pub industry: String,
    /// Name.
    pub name: String,
    /// Output before \[million USD\].
    pub output_million_usd: f64,
    /// Share of its output that it cannot make for want of a commodity.
    pub direct_cut: f64,
    /// Change of output \[million USD\].
    pub output_change_million_usd: f64,
    /// Change of value added with the output that it cannot make \[million USD\].
    pub direct_gdp_change_million_usd: f64,
    /// Change of value added beyond that \[million USD\].
    pub downstream_gdp_change_million_usd: f64,
    /// Change by the higher price, borne or earned \[million USD\].
    pub price_gdp_change_million_usd: f64,
    /// Sum of the three \[million USD\].
    pub gdp_change_million_usd: f64,
}

/// The cost of one combination of shocks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// Net change of gross domestic product \[million USD\]: the sum of the effects that are known.
    pub gdp_change_million_usd: f64,
    /// Whether every effect is known.
    pub is_complete: bool,
    /// The effects.
    pub effects: Vec<EffectRow>,
    /// Every industry, in the order of the table.
    pub industries: Vec<IndustryRow>,
    /// The economy after the cut.
    pub allocation: Allocation,
}

/// The costs of `shocks`, with the links at `end`; `start` as in [`Economy::allocate`].
pub(crate) fn assess(
    economy: &Economy,
    links: &Links,
    shocks: &[CommodityShock],
    end: LinkEnd,
    start: Option<&[f64]>,
) -> Result<Assessment, Error> {
    let cuts = cuts(economy, links, shocks, |_, _, ends| end.of(ends));
    assess_cuts(economy, links, shocks, &cuts, start)
}

pub(crate) fn assess_cuts(
    economy: &Economy,
    links: &Links,
    shocks: &[CommodityShock],
    cuts: &[f64],
    start: Option<&[f64]>,
) -> Result<Assessment, Error> {
    let allocation = economy.allocate(cuts, start)?;
    let counted = Counted::new(economy, links, shocks, cuts, &allocation);
    let mut effects = vec![EffectRow {
        effect: Effect::UsersOutput,
        commodity: None,
        gdp_change_million_usd: Some(counted.direct.iter().sum()),
        reason: None,
    }];
    let mut price = vec![0.0; economy.n_industries()];
    for shock in shocks {
        effects.extend(price_effects(economy, &links.of(&shock.commodity), shock, &mut price));
    }
    let downstream = Some(counted.downstream.iter().sum());
    effects.push(EffectRow {
        effect: Effect::Downstream,
        commodity: None,
        gdp_change_million_usd: downstream,
        reason: None,
    });
    pass_on(economy, &mut price);
    Ok(Assessment {
        gdp_change_million_usd: effects.iter().filter_map(|row| row.gdp_change_million_usd).sum(),
        is_complete: effects.iter().all(|row| row.gdp_change_million_usd.is_some()),
        industries: industries(economy, cuts, &allocation, &counted, &price),
        effects,
        allocation,
    })
}

/// Changes of value added by industry, producing industries left out.
struct Counted {
    direct: Vec<f64>,
    downstream: Vec<f64>,
}

impl Counted {
    fn new(economy: &Economy, links: &Links, shocks: &[CommodityShock], cuts: &[f64], allocation: &Allocation) -> Self {
        let producing = |shock: &CommodityShock| links.of(&shock.commodity).producers.into_keys().collect::<Vec<_>>();
        // An industry that makes nothing of the commodity here is no producer, whatever the link says.
        let producers: BTreeSet<usize> =
            shocks.iter().filter(|shock| 0.0 < shock.production_before_t).flat_map(producing).collect();
        let mut counted = Self { direct: Vec::new(), downstream: Vec::new() };
        for (industry, cut) in cuts.iter().enumerate() {
            let share = if producers.contains(&industry) { 0.0 } else { economy.value_added_share[industry] };
            let direct = -share * cut * economy.output[industry];
            counted.direct.push(direct);
            counted.downstream.push(share * allocation.output_change[industry] - direct);
        }
        counted
    }
}

/// Effects (b), (c) and (d) of one commodity; the price's part by industry is added to `price`.
fn price_effects(economy: &Economy, own: &CommodityLinks, shock: &CommodityShock, price: &mut [f64]) -> Vec<EffectRow> {
    let row = |effect, found: Result<f64, &str>| EffectRow {
        effect,
        commodity: Some(shock.commodity.clone()),
        gdp_change_million_usd: found.ok(),
        reason: found.err().map(str::to_owned),
    };
    // Without a change nothing is missing, known or not.
    let is_still = shock.shortfall_share == 0.0 && shock.price_ratio.total_cmp(&1.0).is_eq();
    let base = shock
        .price_usd_per_t
        .map(|price| price / USD_PER_MILLION)
        .or(is_still.then_some(0.0))
        .ok_or("no price of the base year");
    let rise = base.map(|base| base * (shock.price_ratio - 1.0));
    let used = shock
        .consumption_t
        .or(is_still.then_some(0.0))
        .ok_or("no consumption of the base year")
        .map(|used| used * (1.0 - shock.shortfall_share));
    let paid = rise.and_then(|rise| used.map(|used| -rise * used));
    if let Ok(paid) = paid {
        for (industry, share) in &own.uses {
            price[*industry] += paid * share;
        }
    }
    let (before, after) = (shock.production_before_t, shock.production_after_t);
    let is_absent = before == 0.0 && after == 0.0;
    let makes_nothing = is_absent && (own.producers.is_empty() || is_still);
    // Industries that produce it are named, and the market holds no figure of theirs: that is not a production of zero.
    let unknown = (is_absent && !makes_nothing).then_some("the market holds no figure of domestic production");
    let earned = unknown.map_or_else(|| rise.map(|rise| rise * after), Err);
    if let Ok(earned) = earned {
        for (industry, share) in &own.producers {
            price[*industry] += earned * share;
        }
    }
    let added_share = producers_value_added(economy, own).ok_or("no industry is named that produces it");
    let made = if makes_nothing || is_still {
        Ok(0.0)
    } else if let Some(reason) = unknown {
        Err(reason)
    } else {
        base.and_then(|base| added_share.map(|share| share * base * (after - before)))
    };
    vec![
        row(Effect::UsersPrice, paid),
        row(Effect::ProducersOutput, made),
        row(Effect::ProducersPrice, if makes_nothing { Ok(0.0) } else { earned }),
    ]
}

/// Value added over output of the industries that produce a commodity, weighted by their shares of it.
fn producers_value_added(economy: &Economy, own: &CommodityLinks) -> Option<f64> {
    let total: f64 = own.producers.values().sum();
    let weighted = own.producers.iter().map(|(industry, share)| share * economy.value_added_share[*industry]);
    (0.0 < total).then(|| weighted.sum::<f64>() / total)
}

/// Moves the share `price_incidence` of what an industry pays more to the buyers of its products, by what they buy; the part
/// that goes with sales to final demand stays with the seller in this table of industries. The sum is unchanged.
fn pass_on(economy: &Economy, price: &mut [f64]) {
    let incidence = economy.options.price_incidence;
    if incidence == 0.0 {
        return;
    }
    let table = &economy.table;
    let sold = || table.intermediate_use.iter().filter(|cell| 0.0 < cell.value);
    let mut bought = vec![0.0; table.commodities.len()];
    for cell in sold() {
        bought[cell.row] += cell.value;
    }
    // Use includes imports, and can exceed what is made here.
    let base: Vec<f64> = table.commodity_output().iter().zip(&bought).map(|(made, bought)| made.max(*bought)).collect();
    let (mut moved, mut burden) = (vec![0.0; price.len()], vec![0.0; base.len()]);
    for cell in table.make.iter().filter(|cell| price[cell.row] < 0.0 && 0.0 < base[cell.column]) {
        let part = incidence * price[cell.row] * cell.value / economy.output[cell.row];
        burden[cell.column] += part;
        moved[cell.row] -= part * bought[cell.column] / base[cell.column];
    }
    for cell in sold().filter(|cell| 0.0 < base[cell.row]) {
        moved[cell.column] += burden[cell.row] * cell.value / base[cell.row];
    }
    price.iter_mut().zip(&moved).for_each(|(change, moved)| *change += moved);
}

fn industries(
    economy: &Economy,
    cuts: &[f64],
    allocation: &Allocation,
    counted: &Counted,
    price: &[f64],
) -> Vec<IndustryRow> {
    let row = |industry: usize| {
        let (direct, downstream) = (counted.direct[industry], counted.downstream[industry]);
        IndustryRow {
            industry: economy.table.industries[industry].code.clone(),
            name: economy.table.industries[industry].name.clone(),
            output_million_usd: economy.output[industry],
            direct_cut: cuts[industry],
            output_change_million_usd: allocation.output_change[industry],
            direct_gdp_change_million_usd: direct,
            downstream_gdp_change_million_usd: downstream,
            price_gdp_change_million_usd: price[industry],
            gdp_change_million_usd: direct + downstream + price[industry],
        }
    };
    (0..economy.n_industries()).map(row).collect()
}
