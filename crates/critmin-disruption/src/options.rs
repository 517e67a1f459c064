//! Which of the contested choices of the market stage a run makes, each by name.

use serde::{Deserialize, Serialize};

use crate::Error;

/// How demand falls with the price ratio `rho = P/P0`; `epsilon` is the magnitude of the demand elasticity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DemandForm {
    /// `rho^-epsilon`, the form of the published elasticities at any price. It explodes for small `epsilon`.
    Isoelastic,
    /// `max(0, 1 - epsilon (rho - 1))`: the price never passes `1 + 1/epsilon`.
    Linear,
    /// Isoelastic below `choke_price_ratio`, zero above it: the price stops there and the rest is rationed, which the
    /// result reports as unserved. The default: elasticities are estimated from far smaller changes, so that a price
    /// beyond the largest rise on record says "rationed", not "this expensive".
    #[default]
    ChokePrice,
}

/// How output of the producers outside the restriction rises with the price ratio; `eta` is the supply elasticity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupplyForm {
    /// `min(capacity, production rho^eta)`: the default, because within a year nobody passes its capacity.
    #[default]
    CapacityCapped,
    /// `production rho^eta` without limit.
    Uncapped,
    /// `production`: nobody responds.
    Fixed,
}

/// Whether stocks bridge the shortfall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockRule {
    /// Stocks are ignored.
    None,
    /// The consumer's opening stock is drawn down by the shortfall, after the market has cleared without it.
    #[default]
    Consumer,
}

/// What a restriction that lasts part of the assessed year does to the yearlong step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// The level is multiplied by the share of days of the assessed twelve months on which it is in force:
    /// a later start, an end and suspensions lower it. The default, because scenarios carry dates.
    #[default]
    Calendar,
    /// The level holds for the whole year, the convention of the published yearlong scenarios.
    FullYear,
}

/// What happens to a commodity whose inputs are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingInputPolicy {
    /// Its market is reported with the status `missing_inputs` and the list of what is missing; the others are solved.
    #[default]
    Report,
    /// The run stops with [`Error::MissingInputs`].
    Fail,
}

/// The choices of the market stage. [`MarketOptions::default`] is what the documentation of each field defends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MarketOptions {
    /// Demand form; default `choke_price`.
    pub demand_form: DemandForm,
    /// Supply form; default `capacity_capped`.
    pub supply_form: SupplyForm,
    /// Price ratio at which demand vanishes under `choke_price`, above 1. Absent: [`crate::run`] takes the parameter
    /// `choke_price_ratio`; [`crate::solve`] alone then never stops the price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choke_price_ratio: Option<f64>,
    /// Share of the idle capacity that becomes available within the year, in \[0, 1\]; default 1. A linear ramp over
    /// `tau <= 1` years has the yearly mean `1 - tau/2`.
    pub ramp: f64,
    /// Share of a bilateral flow that returns through third countries, in \[0, 1\]; default 0: nothing leaks.
    /// Not used by a global market, where there is no third country.
    pub leakage_share: f64,
    /// Premium over the base price at which the leaking part of a bilateral flow returns, at least 0; default 0. Below
    /// `1 + leakage_premium` times the base price nothing returns.
    #[serde(skip_serializing_if = "is_zero")]
    pub leakage_premium: f64,
    /// Share of the other suppliers' output that could be diverted from their other customers to the market that is
    /// cut off, in \[0, 1\]; default 0: only idle capacity responds. Used by bilateral markets only.
    pub diversion_share: f64,
    /// Stocks; default `consumer`.
    pub stocks: StockRule,
    /// Timing; default `calendar`.
    pub timing: Timing,
    /// Missing inputs; default `report`.
    pub missing_inputs: MissingInputPolicy,
}

/// An option that came later is written only where it is used, so that older scenarios keep their fingerprints.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

impl Default for MarketOptions {
    fn default() -> Self {
        Self {
            demand_form: DemandForm::default(),
            supply_form: SupplyForm::default(),
            choke_price_ratio: None,
            ramp: 1.0,
            leakage_share: 0.0,
            leakage_premium: 0.0,
            diversion_share: 0.0,
            stocks: StockRule::default(),
            timing: Timing::default(),
            missing_inputs: MissingInputPolicy::default(),
        }
    }
}

impl MarketOptions {
    /// Every option outside its range.
    pub(crate) fn faults(&self) -> Vec<Error> {
        let mut faults = Vec::new();
        let fractions =
            [("ramp", self.ramp), ("leakage_share", self.leakage_share), ("diversion_share", self.diversion_share)];
        for (name, found) in fractions {
            if !(0.0..=1.0).contains(&found) {
                faults.push(Error::OptionOutOfRange { name, found, expected: "a fraction from 0 to 1" });
            }
        }
        if !(0.0 <= self.leakage_premium && self.leakage_premium.is_finite()) {
            let (name, expected) =
                ("leakage_premium", "a finite number of at least 0; 0.2 is a fifth above the base price");
            faults.push(Error::OptionOutOfRange { name, found: self.leakage_premium, expected });
        }
        if let Some(found) = self.choke_price_ratio.filter(|choke| !(1.0 < *choke && choke.is_finite())) {
            let expected = "a finite price ratio above 1";
            faults.push(Error::OptionOutOfRange { name: "choke_price_ratio", found, expected });
        }
        faults
    }

    /// The price ratio that demand of magnitude `epsilon` never passes: the choke price, or `1 + 1/epsilon` of linear
    /// demand; `None` when nothing bounds it.
    pub fn price_ratio_bound(&self, epsilon: f64) -> Option<f64> {
        match self.demand_form {
            DemandForm::Isoelastic => None,
            DemandForm::Linear => Some(1.0 + 1.0 / epsilon).filter(|bound| bound.is_finite()),
            DemandForm::ChokePrice => self.choke_price_ratio,
        }
    }

    /// The price ratio at which the price stops, when the demand form has one.
    pub(crate) fn choke(&self) -> Option<f64> {
        self.choke_price_ratio.filter(|_| self.demand_form == DemandForm::ChokePrice)
    }

    /// Checks every option.
    ///
    /// # Errors
    ///
    /// [`Error::OptionOutOfRange`] for the first one outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        self.faults().into_iter().next().map_or(Ok(()), Err)
    }
}
