//! The market of one commodity at one stage, in the year before the restriction.

use critmin_core::{CommodityId, CountryId, Share, Stage, Year};
use serde::{Deserialize, Serialize};

use crate::Error;

/// Who loses access to the restricted exports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Scope {
    /// Every importer: the restricted amount is the exporter's **net** exports.
    Global,
    /// One country: the restricted amount is the flow from the exporter to it.
    Bilateral {
        /// The country that is cut off.
        destination: CountryId,
    },
}

impl Scope {
    /// The country that is cut off, when there is only one.
    pub fn destination(&self) -> Option<&CountryId> {
        match self {
            Self::Global => None,
            Self::Bilateral { destination } => Some(destination),
        }
    }

    /// The value that stands in the `scope` column.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Bilateral { .. } => "bilateral",
        }
    }
}

/// A supplier outside the restriction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Producer {
    /// The country; absent for the publisher's remainder ("other countries").
    pub country: Option<CountryId>,
    /// Output, or the flow into a bilateral market, in the base year \[t/yr\].
    pub production_t: f64,
    /// Most that can be supplied in a year, at least `production_t` \[t/yr\]. A producer with capacity but no output
    /// stays at zero: `0 rho^eta = 0`, a restart is a decision and no price response.
    pub capacity_t: f64,
}

/// Exports under restriction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestrictedExports {
    /// The restricting country.
    pub country: CountryId,
    /// Net exports to the world, or the flow into the bilateral market, in the base year \[t/yr\].
    pub net_exports_t: f64,
    /// Share of them withheld, 1 = ban.
    pub restriction_level: f64,
}

/// Base year of one market.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Market {
    /// The commodity.
    pub commodity: CommodityId,
    /// Step of the chain.
    pub stage: Stage,
    /// What is counted, in the publisher's words.
    pub form: String,
    /// Base year.
    pub year: Year,
    /// Who loses access.
    pub scope: Scope,
    /// Suppliers outside the restriction; their order does not matter.
    pub producers: Vec<Producer>,
    /// Exports under restriction.
    pub restricted: Vec<RestrictedExports>,
    /// Price of the base year \[USD/t\]; absent when unknown, as the equilibrium needs ratios only.
    pub price_usd_per_t: Option<f64>,
    /// Price elasticity of demand within the year, at most 0; nearer 0 = stiffer.
    pub price_elasticity_of_demand: f64,
    /// Price elasticity of supply within the year, at least 0; nearer 0 = stiffer.
    pub price_elasticity_of_supply: f64,
}

impl Market {
    /// Demand of the base year in the market that loses access \[t/yr\]: suppliers outside the restriction plus
    /// the restricted exports.
    pub fn base_demand_t(&self) -> f64 {
        let produced: f64 = self.producers.iter().map(|producer| producer.production_t).sum();
        produced + self.restricted.iter().map(|exports| exports.net_exports_t).sum::<f64>()
    }

    /// The same market with every restriction at `level`.
    #[must_use]
    pub fn at_level(&self, level: Share) -> Self {
        let mut market = self.clone();
        for exports in &mut market.restricted {
            exports.restriction_level = level.fraction();
        }
        market
    }

    /// Checks every figure.
    ///
    /// # Errors
    ///
    /// [`Error::NotATonnage`], [`Error::CapacityBelowProduction`], [`Error::NotARestrictionLevel`],
    /// [`Error::NotAnElasticity`] or [`Error::NoBaseDemand`] for the first fault.
    pub fn validate(&self) -> Result<(), Error> {
        self.producers.iter().try_for_each(Producer::validate)?;
        self.restricted.iter().try_for_each(RestrictedExports::validate)?;
        let demand = self.price_elasticity_of_demand;
        if !(demand.is_finite() && demand <= 0.0) {
            let expected = "a finite number, at most 0 (many tables print the magnitude: put a minus before it)";
            return Err(Error::NotAnElasticity { name: "price_elasticity_of_demand", found: demand, expected });
        }
        let supply = self.price_elasticity_of_supply;
        if !(supply.is_finite() && 0.0 <= supply) {
            let expected = "a finite number, at least 0";
            return Err(Error::NotAnElasticity { name: "price_elasticity_of_supply", found: supply, expected });
        }
        if 0.0 < self.base_demand_t() { Ok(()) } else { Err(Error::NoBaseDemand { commodity: self.commodity.clone() }) }
    }
}

impl Producer {
    /// Country code, or the words for the remainder.
    pub fn label(&self) -> &str {
        self.country.as_ref().map_or("other countries", CountryId::as_str)
    }

    fn validate(&self) -> Result<(), Error> {
        for (what, found) in [("production", self.production_t), ("capacity", self.capacity_t)] {
            if !(found.is_finite() && 0.0 <= found) {
                return Err(Error::NotATonnage { what, who: self.label().to_owned(), found, hint: "" });
            }
        }
        if self.capacity_t < self.production_t {
            return Err(Error::CapacityBelowProduction {
                who: self.label().to_owned(),
                capacity_t: self.capacity_t,
                production_t: self.production_t,
            });
        }
        Ok(())
    }
}

impl RestrictedExports {
    fn validate(&self) -> Result<(), Error> {
        let found = self.net_exports_t;
        if !(found.is_finite() && 0.0 <= found) {
            let hint = "; a net importer has no exports to restrict";
            return Err(Error::NotATonnage { what: "net exports", who: self.country.to_string(), found, hint });
        }
        if (0.0..=1.0).contains(&self.restriction_level) {
            Ok(())
        } else {
            Err(Error::NotARestrictionLevel { found: self.restriction_level })
        }
    }
}

/// Between two values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// How uncertain the figures of a [`Market`] are; an absent interval means the value alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MarketIntervals {
    /// Price elasticity of demand.
    pub price_elasticity_of_demand: Option<Interval>,
    /// Price elasticity of supply.
    pub price_elasticity_of_supply: Option<Interval>,
    /// Capacity \[t/yr\], one entry per producer, in their order; they move together.
    pub capacity_t: Vec<Option<Interval>>,
    /// Net exports or flows \[t/yr\], one entry per restricted exporter, in their order; they move together.
    pub net_exports_t: Vec<Option<Interval>>,
}
