//! What a scenario costs an economy: markets first, then the industries, with bands, a curve and every named option.

use critmin_core::{CommodityId, CountryId, Dataset, IndustryLink, InputOutputTable, MarketRecipe, Share};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::economy::effects::assess;
use crate::economy::prepare::{COUNTRY, Reached, check_links, prepare, shocks};
use crate::economy::shock::Links;
use crate::{
    Assessment, CommodityShock, Economy, Error, LinkEnd, MarketOutcome, Scenario, Warning, WarningKind, band, solve,
    solve_at,
};

/// Levels of the restriction curve: 0 to 1 in twentieths.
const STEPS: u8 = 20;

/// What a scenario costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostOutcome {
    /// Id of the scenario.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// Hash of its content.
    pub fingerprint: String,
    /// Version of critmin.
    pub version: String,
    /// Title of the input-output table.
    pub table: String,
    /// The markets that reach the economy, the unsolved included.
    pub markets: Vec<MarketOutcome>,
    /// What each solved market hands to the economy.
    pub shocks: Vec<CommodityShock>,
    /// The cost at the central values.
    pub central: Assessment,
    /// The least cost: every interval of markets and links at its mild end \[million USD\].
    pub gdp_change_mild_million_usd: Option<f64>,
    /// The greatest cost: every interval at its harsh end \[million USD\]; absent when no finite price clears a market
    /// there.
    pub gdp_change_harsh_million_usd: Option<f64>,
    /// The cost of each commodity alone \[million USD\].
    pub singles: Vec<SingleCost>,
    /// Cost against the restriction level.
    pub curve: Vec<CostPoint>,
    /// Links that were used, with source and grade.
    pub links: Vec<IndustryLink>,
    /// Every figure that a market used.
    pub inputs: Vec<crate::InputUsed>,
    /// What to know.
    pub warnings: Vec<Warning>,
}

/// The cost of one commodity alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SingleCost {
    /// The commodity.
    pub commodity: CommodityId,
    /// Net change of gross domestic product \[million USD\].
    pub gdp_change_million_usd: f64,
    /// At the mild ends.
    pub gdp_change_mild_million_usd: Option<f64>,
    /// At the harsh ends.
    pub gdp_change_harsh_million_usd: Option<f64>,
    /// Whether every effect is known.
    pub is_complete: bool,
}

/// A point of the curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostPoint {
    /// Level of every restriction.
    pub restriction_level: f64,
    /// Net change of gross domestic product \[million USD\]; absent when no finite price clears a market, or no output
    /// satisfies the balances.
    pub gdp_change_million_usd: Option<f64>,
    /// At the mild ends.
    pub gdp_change_mild_million_usd: Option<f64>,
    /// At the harsh ends.
    pub gdp_change_harsh_million_usd: Option<f64>,
}

/// Runs `scenario` through its markets into `economy`, whose industries use commodities by `links`.
///
/// Global restrictions reach the economy through the world market, restrictions against the United States through its own;
/// restrictions against others are told and do not count. The band runs over the ends of all intervals together: mild is
/// the least shortfall, price rise and output share, harsh the greatest.
///
/// # Errors
///
/// Those of [`crate::run`] and [`Economy::allocate`]; [`Error::NoLinks`] when no market reaches any industry.
///
/// # References
///
/// Own formulation after the frame of USGS OFR 2024-1057, <https://doi.org/10.3133/ofr20241057>.
pub fn cost(
    scenario: &Scenario,
    dataset: &Dataset,
    recipes: &[MarketRecipe],
    economy: &Economy,
) -> Result<CostOutcome, Error> {
    let prepared = prepare(scenario, dataset, recipes)?;
    let links = Links::new(economy, &dataset.industry_links)?;
    check_links(&prepared, &links)?;
    let all: Vec<&Reached> = prepared.reached.iter().collect();
    let shocks = shocks(&all, |reached| solve(&reached.assembled.market, &reached.options))?;
    let central = assess(economy, &links, &shocks, LinkEnd::Central, None)?;
    let start = Some(central.allocation.multipliers.as_slice()).filter(|start| !start.is_empty());
    let (mild, harsh) = ends(economy, &links, &all, None, start)?;
    let singles = all.iter().map(|reached| single(economy, &links, reached, start)).collect::<Result<_, _>>()?;
    let curve = curve(economy, &links, &all, start)?;
    let is_used = |link: &&IndustryLink| shocks.iter().any(|shock| shock.commodity == link.commodity);
    let mut warnings = prepared.warnings;
    warnings.extend(doubts(economy, &links, &shocks, &central));
    Ok(CostOutcome {
        scenario: scenario.id.clone(),
        title: scenario.title.clone(),
        fingerprint: scenario.fingerprint()?,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        table: economy.table.title.clone(),
        markets: prepared.markets,
        gdp_change_mild_million_usd: mild,
        gdp_change_harsh_million_usd: harsh,
        singles,
        curve,
        links: dataset.industry_links.iter().filter(is_used).cloned().collect(),
        inputs: all.iter().flat_map(|reached| reached.assembled.inputs.clone()).collect(),
        shocks,
        central,
        warnings,
    })
}

/// The economy of the benchmark `table` under the options of `scenario`, or the default ones.
///
/// # Errors
///
/// As [`Economy::new`].
pub fn economy_of(scenario: &Scenario, table: &InputOutputTable) -> Result<Economy, Error> {
    Economy::new(table, &scenario.economy.clone().unwrap_or_default())
}

/// The cost at the mild and at the harsh ends, at the scenario's levels or all at `level`.
fn ends(
    economy: &Economy,
    links: &Links,
    reached: &[&Reached],
    level: Option<Share>,
    start: Option<&[f64]>,
) -> Result<(Option<f64>, Option<f64>), Error> {
    let mut found = [None, None];
    for (slot, end) in found.iter_mut().zip([LinkEnd::Low, LinkEnd::High]) {
        let mut shocks = Vec::new();
        for one in reached {
            let mut market = one.assembled.market.clone();
            if let Some(level) = level {
                market = market.at_level(level);
            }
            let Some(band) = band(&market, &one.assembled.intervals, &one.options)? else { break };
            let is_mild = end == LinkEnd::Low;
            let price = if is_mild { Some(band.price_ratio_low) } else { band.price_ratio_high };
            let Some(price_ratio) = price else { break };
            let central = solve(&market, &one.options)?;
            let mut shock = CommodityShock::of(&one.assembled, &central, &CountryId::new(COUNTRY)?);
            shock.price_ratio = price_ratio;
            shock.shortfall_share = if is_mild { band.shortfall_share_low } else { band.shortfall_share_high };
            shocks.push(shock);
        }
        if shocks.len() == reached.len() {
            *slot = net(assess(economy, links, &shocks, end, start))?;
        }
    }
    Ok((found[0], found[1]))
}

/// `None` where no output satisfies the balances: a result of one point, not a fault of the whole.
fn net(found: Result<Assessment, Error>) -> Result<Option<f64>, Error> {
    match found {
        Ok(found) => Ok(Some(found.gdp_change_million_usd)),
        Err(Error::InfeasibleCut { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn single(economy: &Economy, links: &Links, reached: &Reached, start: Option<&[f64]>) -> Result<SingleCost, Error> {
    let shocks = shocks(&[reached], |one| solve(&one.assembled.market, &one.options))?;
    let alone = assess(economy, links, &shocks, LinkEnd::Central, start)?;
    let (mild, harsh) = ends(economy, links, &[reached], None, start)?;
    Ok(SingleCost {
        commodity: reached.assembled.market.commodity.clone(),
        gdp_change_million_usd: alone.gdp_change_million_usd,
        gdp_change_mild_million_usd: mild,
        gdp_change_harsh_million_usd: harsh,
        is_complete: alone.is_complete,
    })
}

fn curve(
    economy: &Economy,
    links: &Links,
    reached: &[&Reached],
    start: Option<&[f64]>,
) -> Result<Vec<CostPoint>, Error> {
    let point = |step: u8| {
        let level = Share::new(f64::from(step) / f64::from(STEPS))?;
        let cleared = shocks(reached, |one| solve_at(&one.assembled.market, &one.options, level));
        let central = match cleared {
            Ok(shocks) => net(assess(economy, links, &shocks, LinkEnd::Central, start))?,
            Err(Error::UnboundedPrice { .. } | Error::NoSupplyLeft { .. }) => None,
            Err(error) => return Err(error),
        };
        let (mild, harsh) = ends(economy, links, reached, Some(level), start)?;
        Ok(CostPoint {
            restriction_level: level.fraction(),
            gdp_change_million_usd: central,
            gdp_change_mild_million_usd: mild,
            gdp_change_harsh_million_usd: harsh,
        })
    };
    (0..=STEPS).into_par_iter().map(point).collect()
}

/// What a reader must know about the economy's side.
fn doubts(economy: &Economy, links: &Links, shocks: &[CommodityShock], central: &Assessment) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |commodity: Option<&CommodityId>, kind, message| {
        warnings.push(Warning { commodity: commodity.cloned(), kind, message });
    };
    for shock in shocks {
        let own = links.of(&shock.commodity);
        if own.embodied.is_empty() {
            warn(
                Some(&shock.commodity),
                WarningKind::NotAvailable,
                "no industry is linked to it: its shortfall cuts no output here".to_owned(),
            );
        }
        let explained: f64 = own.uses.values().sum();
        if explained < 0.995 {
            let message = format!(
                "{:.0} % of its use is not assigned to any industry: its higher price counts in the sum and in no industry",
                100.0 * (1.0 - explained)
            );
            warn(Some(&shock.commodity), WarningKind::Assumption, message);
        }
    }
    for link in &links.homeless {
        if shocks.iter().any(|shock| shock.commodity == link.commodity) {
            let message = format!(
                "industry `{}` is not in the benchmark of {}: its link is not used",
                link.industry, economy.table.year
            );
            warn(Some(&link.commodity), WarningKind::NotAvailable, message);
        }
    }
    for row in &central.effects {
        if let Some(reason) = &row.reason {
            let effect = serde_json::to_value(row.effect)
                .ok()
                .and_then(|word| word.as_str().map(str::to_owned))
                .unwrap_or_default();
            warn(
                row.commodity.as_ref(),
                WarningKind::NotAvailable,
                format!("the effect `{effect}` is left out of the sum: {reason}"),
            );
        }
    }
    warnings
}
