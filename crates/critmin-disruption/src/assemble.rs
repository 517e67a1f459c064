//! From the tables and parameters to the market of one commodity.

use critmin_core::{CommodityId, CountryId, Parameter, SourceId, Stage, Tonnes, UsdPerTonne, Year};
use serde::{Deserialize, Serialize};

use crate::inputs::{Figure, Ledger};
use crate::recipe::find_recipe;
use crate::salient::Salient;
use crate::world::{WorldProducer, WorldTable};
use crate::{
    Error, Figures, InputUsed, Interval, Market, MarketIntervals, MarketOptions, MarketRecipe, Producer,
    RestrictedExports, Scope, Warning, WarningKind, bilateral,
};

/// The edition read when a scenario names none.
pub const DEFAULT_EDITION: &str = "usgs-mcs-2026";

/// Which market to assemble.
#[derive(Debug, Clone, PartialEq)]
pub struct MarketRequest {
    /// The commodity.
    pub commodity: CommodityId,
    /// Step of the chain; absent = the commodity's first recipe, or the only stage with a production table.
    pub stage: Option<Stage>,
    /// Base year; absent = the recipe's, or the latest of the production table.
    pub year: Option<Year>,
    /// Edition of the USGS tables; absent = [`DEFAULT_EDITION`].
    pub edition: Option<SourceId>,
    /// Who loses access.
    pub scope: Scope,
    /// Restricting countries, each with its level in \[0, 1\].
    pub restrictions: Vec<(CountryId, f64)>,
    /// Whose consumption and stocks to look up.
    pub consumers: Vec<CountryId>,
}

/// A consumer's figures before the restriction; what is absent is not known, and not zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Consumer {
    /// The country.
    pub country: CountryId,
    /// Consumption \[t/yr\].
    pub consumption_t: Option<Tonnes>,
    /// Opening stock \[t\].
    pub stock_t: Option<Tonnes>,
}

/// A market with its uncertainty and the record of where it came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssembledMarket {
    /// The market.
    pub market: Market,
    /// Intervals of its figures.
    pub intervals: MarketIntervals,
    /// Price ratio at which the price stops, when the demand form has one.
    pub choke_price_ratio: Option<f64>,
    /// The consumers asked for.
    pub consumers: Vec<Consumer>,
    /// Every figure that entered.
    pub inputs: Vec<InputUsed>,
    /// What to know.
    pub warnings: Vec<Warning>,
}

/// Assembles the market of one commodity from `figures`.
///
/// For a country and quantity, a parameter row wins over the tables. Withheld and unavailable figures are left out with
/// a warning and never become zero; the publisher's remainder ("other countries") enters as one supplier without a
/// country. Capacity comes from the capacity table, the parameter `capacity_t`, or production times the parameter
/// `capacity_factor`. Restricted amounts: `net_exports_t` of the exporter, else `net_export_share_of_production` times
/// its production; for a bilateral market the flow, imports of the destination times the exporter's share of them.
///
/// Parameters in tonnes hold at the commodity's first stage (that of its first recipe). At any other stage their names
/// carry it: `mine_production_t`, `mine_net_exports_t`. Elasticities and `capacity_factor` hold at every stage.
///
/// # Errors
///
/// [`Error::MissingInputs`] with every missing figure and how to supply it; [`Error::FaultyParameter`] for the first
/// parameter that cannot be what its name says; [`Error::Ambiguous`] when several stages or
/// forms exist and no recipe selects one; [`Error::NoDataAtStage`]; [`Error::UnknownPriceUnit`].
pub fn assemble_market(
    figures: &Figures<'_>,
    request: &MarketRequest,
    options: &MarketOptions,
) -> Result<AssembledMarket, Error> {
    let mut assembly = Assembly::begin(figures, request)?;
    let exporters = assembly.exporters();
    let world = assembly.world.producers(&mut assembly.ledger, &exporters);
    let suppliers = if let Scope::Bilateral { destination } = &request.scope {
        bilateral::suppliers(&mut assembly, &world, destination, options)
    } else {
        assembly.global(&world)
    };
    let demand = assembly.elasticity("price_elasticity_of_demand_short");
    let supply = assembly.elasticity("price_elasticity_of_supply_short");
    let choke_price_ratio = assembly.choke_price_ratio(options);
    let price = assembly.price()?;
    let consumers = request.consumers.iter().map(|country| assembly.consumer(country)).collect();
    assembly.ledger.check()?;
    let intervals = suppliers.intervals(demand, supply);
    let market = assembly.market(suppliers, demand.value, supply.value, price);
    market.validate()?;
    let Ledger { inputs, warnings, .. } = assembly.ledger;
    Ok(AssembledMarket { market, intervals, choke_price_ratio, consumers, inputs, warnings })
}

/// Both sides of a market, each figure with its interval.
#[derive(Debug, Default)]
pub(crate) struct Suppliers {
    pub(crate) outside: Vec<(Producer, Option<Interval>)>,
    pub(crate) restricted: Vec<(RestrictedExports, Option<Interval>)>,
}

impl Suppliers {
    fn intervals(&self, demand: Figure, supply: Figure) -> MarketIntervals {
        MarketIntervals {
            price_elasticity_of_demand: demand.interval,
            price_elasticity_of_supply: supply.interval,
            capacity_t: self.outside.iter().map(|(_, interval)| *interval).collect(),
            net_exports_t: self.restricted.iter().map(|(_, interval)| *interval).collect(),
        }
    }
}

/// A market under construction.
pub(crate) struct Assembly<'a> {
    pub(crate) figures: &'a Figures<'a>,
    pub(crate) request: &'a MarketRequest,
    pub(crate) recipe: Option<&'a MarketRecipe>,
    pub(crate) world: WorldTable<'a>,
    pub(crate) salient: Salient<'a>,
    pub(crate) ledger: Ledger,
}

impl<'a> Assembly<'a> {
    fn begin(figures: &'a Figures<'a>, request: &'a MarketRequest) -> Result<Self, Error> {
        let recipe = find_recipe(figures.recipes, &request.commodity, request.stage);
        let edition = request.edition.as_ref().map_or(DEFAULT_EDITION, SourceId::as_str);
        let world = WorldTable::select(figures, request, recipe, edition)?;
        let salient = Salient { figures, commodity: &request.commodity, edition, year: world.year };
        Ok(Self { figures, request, recipe, world, salient, ledger: Ledger::new(&request.commodity) })
    }

    fn market(&self, suppliers: Suppliers, demand: f64, supply: f64, price: Option<UsdPerTonne>) -> Market {
        Market {
            commodity: self.request.commodity.clone(),
            stage: self.world.stage,
            form: self.world.form.clone().unwrap_or_else(|| "by parameters".to_owned()),
            year: self.world.year,
            scope: self.request.scope.clone(),
            producers: suppliers.outside.into_iter().map(|(producer, _)| producer).collect(),
            restricted: suppliers.restricted.into_iter().map(|(exports, _)| exports).collect(),
            price_usd_per_t: price.map(|price| price.0),
            price_elasticity_of_demand: demand,
            price_elasticity_of_supply: supply,
        }
    }

    /// The parameter that holds at the stage of the market, whose name carries the stage where that is not the first one.
    pub(crate) fn parameter(&self, name: &str, country: Option<&CountryId>) -> Option<&'a Parameter> {
        self.figures.parameters.get(&self.request.commodity, &self.world.staged(name), country)
    }

    /// Takes a parameter into the ledger, when there is one.
    pub(crate) fn take(&mut self, name: &str, country: Option<&CountryId>) -> Option<Figure> {
        self.parameter(name, country).map(|row| self.ledger.take(row))
    }

    fn exporters(&self) -> Vec<CountryId> {
        self.request.restrictions.iter().map(|(country, _)| country.clone()).collect()
    }

    /// The option's, or the parameter table's.
    fn choke_price_ratio(&mut self, options: &MarketOptions) -> Option<f64> {
        if options.choke_price_ratio.is_some() {
            return options.choke_price_ratio;
        }
        let row = self.figures.parameters.get(&self.ledger.commodity, "choke_price_ratio", None)?.clone();
        Some(self.ledger.take(&row).value)
    }

    fn elasticity(&mut self, name: &str) -> Figure {
        // Elasticities hold for the whole chain of a commodity, whatever the stage.
        if let Some(row) = self.figures.parameters.get(&self.request.commodity, name, None) {
            return self.ledger.take(row);
        }
        let how = "no value for the commodity and no default: add a parameter row with value, source and grade";
        self.ledger.miss(name, None, how);
        Figure::exact(0.0)
    }

    fn global(&mut self, world: &[WorldProducer]) -> Suppliers {
        let request = self.request;
        let outside = world.iter().map(|one| (one.producer.clone(), one.capacity_interval)).collect();
        let mut restricted = Vec::new();
        for (country, level) in &request.restrictions {
            let Some(net_exports) = self.net_exports(country) else { continue };
            self.warn_of_nothing(country, net_exports.value);
            let exports = RestrictedExports {
                country: country.clone(),
                net_exports_t: net_exports.value,
                restriction_level: *level,
            };
            restricted.push((exports, net_exports.interval));
        }
        Suppliers { outside, restricted }
    }

    /// A restriction of nothing is no error, but rarely what was meant.
    pub(crate) fn warn_of_nothing(&mut self, exporter: &CountryId, exports_t: f64) {
        if exports_t == 0.0 {
            let message = format!("`{exporter}` exports nothing here: its restriction changes nothing");
            self.ledger.warn(WarningKind::NothingRestricted, message);
        }
    }

    fn net_exports(&mut self, exporter: &CountryId) -> Option<Figure> {
        if let Some(direct) = self.take("net_exports_t", Some(exporter)) {
            return Some(direct);
        }
        let by_country = self.parameter("net_export_share_of_production", Some(exporter));
        let share = by_country.or_else(|| self.parameter("net_export_share_of_production", None));
        let production_t = self.world.production_of(&mut self.ledger, exporter);
        let (Some(share), Some(production_t)) = (share, production_t) else {
            let how = "no table holds net exports on the basis of the commodity: add the parameter `net_exports_t` with this country, or `net_export_share_of_production` beside a production figure";
            self.ledger.miss("net_exports_t", Some(exporter), how);
            return None;
        };
        Some(self.ledger.take(share).scaled(production_t))
    }

    fn price(&mut self) -> Result<Option<UsdPerTonne>, Error> {
        if let Some(price) = self.take("price_usd_per_t", None) {
            return Ok(Some(UsdPerTonne(price.value)));
        }
        self.salient.price(self.recipe, &mut self.ledger)
    }

    fn consumer(&mut self, country: &CountryId) -> Consumer {
        let recipe = self.recipe;
        let consumption_t = match self.take("consumption_t", Some(country)) {
            Some(figure) => Some(figure.value),
            None => self.salient.consumption_t(recipe, country, &mut self.ledger),
        };
        let stock_t = match self.take("stocks_t", Some(country)) {
            Some(figure) => Some(figure.value),
            None => self.salient.stocks_t(recipe, country, &mut self.ledger),
        };
        for (name, value) in [("consumption_t", consumption_t), ("stocks_t", stock_t)] {
            if value.is_none() {
                let message = format!("`{name}` of `{country}` is not known: the results that need it are left out");
                self.ledger.warn(WarningKind::NotAvailable, message);
            }
        }
        Consumer { country: country.clone(), consumption_t: consumption_t.map(Tonnes), stock_t: stock_t.map(Tonnes) }
    }
}
