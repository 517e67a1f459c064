//! Many scenarios at once: every commodity, each of its suppliers, several levels, weighted by probability.

use std::collections::{BTreeMap, BTreeSet};

mod ranks;

pub use ranks::SweepRank;

use critmin_core::{CommodityId, CountryId, Dataset, Grade, MarketRecipe, Parameter, Share, SupplierProbability};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::economy::effects::{Assessment, Effect, assess};
use crate::economy::prepare::COUNTRY;
use crate::economy::shock::Links;
use crate::world::WorldTable;
use crate::{
    CommodityShock, DEFAULT_EDITION, Economy, Error, Figures, LinkEnd, MarketOptions, MarketRequest, Scope,
    assemble_market, solve_at,
};

/// Which scenarios to run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SweepOptions {
    /// Commodities; empty = all that have a link to an industry.
    pub commodities: Vec<CommodityId>,
    /// Restricting countries; empty = every supplier in the world table but the United States.
    pub exporters: Vec<CountryId>,
    /// Levels of the restriction, each in (0, 1\]; the probability of a supplier is split evenly over them.
    pub levels: Vec<f64>,
    /// Suppliers below this share of world production are left out; default 0.
    pub least_production_share: f64,
    /// Exports of a supplier over its production, where no parameter gives them. Absent = such scenarios are reported
    /// with what is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assumed_net_export_share: Option<f64>,
    /// Choices of the market stage.
    pub market: MarketOptions,
}

impl Default for SweepOptions {
    fn default() -> Self {
        Self {
            commodities: Vec::new(),
            exporters: Vec::new(),
            levels: vec![0.25, 0.5, 0.75, 1.0],
            least_production_share: 0.0,
            assumed_net_export_share: None,
            market: MarketOptions::default(),
        }
    }
}

/// One scenario of the sweep. Probability and effect stay apart: conditional and weighted figures are often confused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweepRow {
    /// The commodity.
    pub commodity: CommodityId,
    /// The restricting country.
    pub exporter: CountryId,
    /// Level of the restriction.
    pub restriction_level: f64,
    /// Probability of this scenario within a year; absent when the table has no row.
    pub probability: Option<f64>,
    /// `solved`, `partial` (an effect is not known) or `unsolved`.
    pub status: String,
    /// Why it is not solved, or which effects are missing.
    pub reason: Option<String>,
    /// Price over base price.
    pub price_ratio: Option<f64>,
    /// Shortfall over base demand.
    pub shortfall_share: Option<f64>,
    /// Net change of gross domestic product if it happens \[million USD\].
    pub gdp_change_million_usd: Option<f64>,
    /// Probability times that \[million USD\].
    pub weighted_gdp_change_million_usd: Option<f64>,
    /// Part of it by quantities: users' output and downstream \[million USD\].
    pub quantity_gdp_change_million_usd: Option<f64>,
}

/// The sweep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweepOutcome {
    /// Title of the input-output table.
    pub table: String,
    /// One row per scenario, unsolved ones included.
    pub scenarios: Vec<SweepRow>,
    /// Commodities with at least one answer, the greatest weighted loss first.
    pub ranks: Vec<SweepRank>,
    /// Commodities without any scenario: no table and no parameter names a supplier.
    pub without_suppliers: Vec<CommodityId>,
}

/// Rows of one commodity and exporter, and their weighted costs at both ends of the links.
struct Group {
    rows: Vec<SweepRow>,
    mild: f64,
    harsh: f64,
}

/// Runs every scenario of `options` and ranks the commodities by probability-weighted loss.
///
/// Each commodity and exporter is assembled once and cleared at every level; each solve of the economy starts from the one
/// before. Results do not depend on the number of threads. `is_wanted` is asked as work proceeds.
///
/// # Errors
///
/// [`Error::OptionOutOfRange`]; the faults of the links; [`Error::Interrupted`]. A scenario without an answer is a row with
/// its reason.
pub fn sweep_suppliers(
    dataset: &Dataset,
    recipes: &[MarketRecipe],
    economy: &Economy,
    options: &SweepOptions,
    is_wanted: &(dyn Fn(usize, usize) -> bool + Sync),
) -> Result<SweepOutcome, Error> {
    options.validate()?;
    let links = Links::new(economy, &dataset.industry_links)?;
    let figures = Figures::new(dataset, recipes, &assumed(options));
    let (pairs, without_suppliers) = pairs(&figures, &links, options);
    // Assembling a market searches the tables: rows of other commodities would be most of the work.
    let asked: BTreeSet<&CommodityId> = pairs.iter().map(|(commodity, _)| commodity).collect();
    let of = |commodity: &CommodityId| dataset.of_commodities(&BTreeSet::from([commodity.clone()]));
    let tables: BTreeMap<&CommodityId, Dataset> =
        asked.into_iter().map(|commodity| (commodity, of(commodity))).collect();
    let done = std::sync::atomic::AtomicUsize::new(0);
    let run = |(commodity, exporter): &(CommodityId, CountryId)| {
        let so_far = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if !is_wanted(so_far * options.levels.len(), pairs.len() * options.levels.len()) {
            return Err(Error::Interrupted);
        }
        let figures = Figures::new(tables.get(commodity).unwrap_or(dataset), recipes, &assumed(options));
        group(&figures, economy, &links, options, commodity, exporter)
    };
    let groups: Vec<Group> = pairs.par_iter().map(run).collect::<Result<_, _>>()?;
    let ranks = ranks::ranks(&groups);
    let scenarios = groups.into_iter().flat_map(|group| group.rows).collect();
    Ok(SweepOutcome { table: economy.table.title.clone(), scenarios, ranks, without_suppliers })
}

impl SweepOptions {
    fn validate(&self) -> Result<(), Error> {
        let out = |name, found, expected| Err(Error::OptionOutOfRange { name, found, expected });
        if self.levels.is_empty() {
            return out("levels", 0.0, "at least one level above 0, at most 1");
        }
        if let Some(found) = self.levels.iter().copied().find(|level| !(0.0 < *level && *level <= 1.0)) {
            return out("levels", found, "fractions above 0, at most 1");
        }
        if let Some(found) = self.assumed_net_export_share.filter(|share| !(0.0..=1.0).contains(share)) {
            return out("assumed_net_export_share", found, "a fraction from 0 to 1");
        }
        if !(0.0..=1.0).contains(&self.least_production_share) {
            return out("least_production_share", self.least_production_share, "a fraction from 0 to 1");
        }
        self.market.validate()
    }
}

/// The assumption as a parameter, so that it is among the inputs with its grade.
fn assumed(options: &SweepOptions) -> Vec<Parameter> {
    let row = |value: f64| Parameter {
        commodity: None,
        parameter: "net_export_share_of_production".to_owned(),
        country: None,
        value,
        low: None,
        high: None,
        unit: "1".to_owned(),
        grade: Grade::Assumption,
        source: "option `assumed_net_export_share` of the sweep".to_owned(),
        note: "stands in where no figure of net exports is known".to_owned(),
    };
    options.assumed_net_export_share.map(row).into_iter().collect()
}

type Pairs = Vec<(CommodityId, CountryId)>;

/// Every commodity with every supplier, in order, and the commodities that have none.
fn pairs(figures: &Figures<'_>, links: &Links, options: &SweepOptions) -> (Pairs, Vec<CommodityId>) {
    let all: Vec<CommodityId> = links.by_commodity.keys().cloned().collect();
    let commodities = if options.commodities.is_empty() { all } else { options.commodities.clone() };
    let (mut pairs, mut without) = (Vec::new(), Vec::new());
    // Asked twice is asked once: a second copy would double the weighted loss.
    let commodities: BTreeSet<CommodityId> = commodities.into_iter().collect();
    for commodity in commodities {
        let exporters = match options.exporters.as_slice() {
            [] => suppliers(figures, &commodity, options),
            named => named.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect(),
        };
        if exporters.is_empty() {
            without.push(commodity.clone());
        }
        pairs.extend(exporters.into_iter().map(|exporter| (commodity.clone(), exporter)));
    }
    (pairs, without)
}

/// Suppliers of the commodity's market with a large enough share, by country; none where no market can be formed.
fn suppliers(figures: &Figures<'_>, commodity: &CommodityId, options: &SweepOptions) -> Vec<CountryId> {
    let request = request(commodity, Vec::new());
    let recipe = crate::recipe::find_recipe(figures.recipes, commodity, None);
    let Ok(world) = WorldTable::select(figures, &request, recipe, DEFAULT_EDITION) else { return Vec::new() };
    let mut ledger = crate::inputs::Ledger::new(commodity);
    let producers = world.producers(&mut ledger, &[]);
    let total: f64 = producers.iter().map(|one| one.producer.production_t).sum();
    let is_large = |production: f64| 0.0 < production && options.least_production_share * total <= production;
    let made =
        producers.into_iter().filter(|one| is_large(one.producer.production_t)).filter_map(|one| one.producer.country);
    // A country whose output no table prints can be known by its exports alone: China's germanium is.
    let sold = figures.parameters.by_country(commodity, "net_exports_t").map(|(country, _)| country.clone());
    let countries: BTreeSet<CountryId> = made.chain(sold).collect();
    countries.into_iter().filter(|country| country.as_str() != COUNTRY).collect()
}

fn request(commodity: &CommodityId, restrictions: Vec<(CountryId, f64)>) -> MarketRequest {
    MarketRequest {
        commodity: commodity.clone(),
        stage: None,
        year: None,
        edition: None,
        scope: Scope::Global,
        restrictions,
        consumers: CountryId::new(COUNTRY).into_iter().collect(),
    }
}

fn group(
    figures: &Figures<'_>,
    economy: &Economy,
    links: &Links,
    options: &SweepOptions,
    commodity: &CommodityId,
    exporter: &CountryId,
) -> Result<Group, Error> {
    let known = SupplierProbability::find(&figures.dataset.supplier_probabilities, commodity, exporter);
    let n_levels = u32::try_from(options.levels.len()).map_or(1.0, f64::from);
    let probability = known.map(|row| row.probability / n_levels);
    let row = |level: f64| SweepRow {
        commodity: commodity.clone(),
        exporter: exporter.clone(),
        restriction_level: level,
        probability,
        status: "unsolved".to_owned(),
        reason: None,
        price_ratio: None,
        shortfall_share: None,
        gdp_change_million_usd: None,
        weighted_gdp_change_million_usd: None,
        quantity_gdp_change_million_usd: None,
    };
    let mut group = Group { rows: options.levels.iter().map(|level| row(*level)).collect(), mild: 0.0, harsh: 0.0 };
    let assembled = match assemble_market(figures, &request(commodity, vec![(exporter.clone(), 1.0)]), &options.market)
    {
        Ok(assembled) => assembled,
        Err(error) => {
            for row in &mut group.rows {
                row.reason = Some(error.to_string());
            }
            return Ok(group);
        }
    };
    let market = MarketOptions { choke_price_ratio: assembled.choke_price_ratio, ..options.market };
    let country = CountryId::new(COUNTRY)?;
    let mut start: BTreeMap<u8, Vec<f64>> = BTreeMap::new();
    for row in &mut group.rows {
        let after = match solve_at(&assembled.market, &market, Share::new(row.restriction_level)?) {
            Ok(after) => after,
            Err(error) => {
                row.reason = Some(error.to_string());
                continue;
            }
        };
        let shocks = [CommodityShock::of(&assembled, &after, &country)];
        for (slot, end) in [(0, LinkEnd::Low), (1, LinkEnd::High), (2, LinkEnd::Central)] {
            let found = assess(economy, links, &shocks, end, start.get(&slot).map(Vec::as_slice))?;
            let weighted = probability.map_or(0.0, |probability| probability * found.gdp_change_million_usd);
            match end {
                LinkEnd::Low => group.mild += weighted,
                LinkEnd::High => group.harsh += weighted,
                LinkEnd::Central => fill(row, &found, (after.price_ratio, after.shortfall_share)),
            }
            if !found.allocation.multipliers.is_empty() {
                start.insert(slot, found.allocation.multipliers);
            }
        }
    }
    Ok(group)
}

fn fill(row: &mut SweepRow, found: &Assessment, (price_ratio, shortfall_share): (f64, f64)) {
    let missing: Vec<&str> = found.effects.iter().filter_map(|effect| effect.reason.as_deref()).collect();
    let of = |wanted: Effect| {
        found.effects.iter().filter(move |row| row.effect == wanted).filter_map(|row| row.gdp_change_million_usd)
    };
    if found.is_complete { "solved" } else { "partial" }.clone_into(&mut row.status);
    row.reason = (!missing.is_empty()).then(|| missing.join("; "));
    row.price_ratio = Some(price_ratio);
    row.shortfall_share = Some(shortfall_share);
    row.gdp_change_million_usd = Some(found.gdp_change_million_usd);
    row.weighted_gdp_change_million_usd = row.probability.map(|probability| probability * found.gdp_change_million_usd);
    row.quantity_gdp_change_million_usd = Some(of(Effect::UsersOutput).chain(of(Effect::Downstream)).sum());
}
