//! Which of the contested choices of the economy stage a run makes, each by name.

use serde::{Deserialize, Serialize};

use crate::Error;

/// How the economy adapts to an industry that cannot make its usual output. This choice moves the answer by two orders of
/// magnitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rationing {
    /// The smallest weighted deviation of output and final demand from the base that the balances allow. The default: the
    /// objective that the published description names, and it neither chooses winners nor stops whoever uses a little.
    #[default]
    MinimumDeviation,
    /// The largest gross output that the balances allow: final demand and exports give way first. No rule under
    /// the same balances loses less gross output.
    OptimalAllocation,
    /// Every direct user of the missing product produces that much less; no further rounds.
    Proportional,
    /// The same in every round: each industry is held back by its scarcest input, until nothing changes. Never
    /// less than `proportional`.
    StrictBottleneck,
}

/// How cuts of one industry by several commodities combine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JointCut {
    /// `1 - product of (1 - cut)`: the parts of the output that embody each are independent. The default.
    #[default]
    Product,
    /// The largest cut: the parts lie inside one another.
    Maximum,
}

/// Whether final demand may give way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinalDemandTreatment {
    /// It may fall to zero, at the cost that the rationing rule gives it. The default.
    #[default]
    MayFall,
    /// Exports may fall, everything else stays.
    ExportsMayFall,
    /// It stays. The base is the least output that meets it, so that a cut is feasible only where imports are flexible.
    Fixed,
}

/// A cell of the use table that is replaced: the difference moves to the final demand of the commodity and to the value
/// added of the industry, so that both balances stay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UseOverride {
    /// Code of the commodity.
    pub commodity: String,
    /// Code of the industry.
    pub industry: String,
    /// New use, in the table's unit.
    pub value: f64,
}

/// The choices of the economy stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EconomyOptions {
    /// Year of the benchmark table; default 2017, the newest.
    pub benchmark_year: i16,
    /// Rationing rule; default `minimum_deviation`.
    pub rationing: Rationing,
    /// How cuts combine; default `product`.
    pub joint_cut: JointCut,
    /// Share by which positive imports may rise, at least 0; default 0: a ban hits other importers too.
    pub import_flexibility: f64,
    /// Capacity utilisation of every industry that is not hit, in (0, 1]: it can produce `1/utilisation` of the base.
    /// Absent = 1, no idle capacity. Hardly matters under `minimum_deviation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utilisation: Option<f64>,
    /// Final demand; default `may_fall`.
    pub final_demand: FinalDemandTreatment,
    /// Industries held at their base: by default those whose value added is negative, S00201 and S00102, which a rule that
    /// maximises anything would close at a gain.
    pub pinned_industries: Vec<String>,
    /// Commodities whose final demand is held: by default noncomparable imports, scrap, used goods and the rest of the
    /// world adjustment, S00300, S00401, S00402 and S00900, which no industry makes.
    pub pinned_commodities: Vec<String>,
    /// Share of a user's higher price that is passed on to its buyers, in \[0, 1\]; default 0. It moves the loss between
    /// industries and leaves the sum.
    pub price_incidence: f64,
    /// Cells of the use table to replace, for example the 38.7 % of semiconductors that the 2017 benchmark books to
    /// wholesalers of drugs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub use_overrides: Vec<UseOverride>,
}

impl Default for EconomyOptions {
    fn default() -> Self {
        let texts = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
        Self {
            benchmark_year: 2017,
            rationing: Rationing::default(),
            joint_cut: JointCut::default(),
            import_flexibility: 0.0,
            utilisation: None,
            final_demand: FinalDemandTreatment::default(),
            pinned_industries: texts(&["S00102", "S00201"]),
            pinned_commodities: texts(&["S00300", "S00401", "S00402", "S00900"]),
            price_incidence: 0.0,
            use_overrides: Vec::new(),
        }
    }
}

impl EconomyOptions {
    /// Checks every number.
    ///
    /// # Errors
    ///
    /// [`Error::OptionOutOfRange`] for the first one outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        let out = |name, found, expected| Err(Error::OptionOutOfRange { name, found, expected });
        let flexibility = self.import_flexibility;
        if !(0.0..=1e3).contains(&flexibility) {
            return out("import_flexibility", flexibility, "a share of at least 0; 0.1 lets imports rise by a tenth");
        }
        if let Some(found) = self.utilisation.filter(|found| !(0.0 < *found && *found <= 1.0)) {
            return out("utilisation", found, "a fraction above 0, at most 1");
        }
        if !(0.0..=1.0).contains(&self.price_incidence) {
            return out("price_incidence", self.price_incidence, "a fraction from 0 to 1");
        }
        Ok(())
    }
}
