//! The ledger of a market: every figure that entered it, what is missing, and what to know about the rest.

use critmin_core::{CommodityId, CountryId, Dataset, Grade, Parameter, ParameterTable, Year};
use serde::{Deserialize, Serialize};

use crate::parameter::parameter_faults;
use crate::{Error, Interval, MarketRecipe, MissingInput};

/// One figure that entered a market.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputUsed {
    /// The commodity.
    pub commodity: CommodityId,
    /// Name, with its unit where it has one: `production_t`.
    pub name: String,
    /// The country, where the figure differs by country; absent also for the remainder "other countries".
    pub country: Option<CountryId>,
    /// Year of the figure, for published statistics.
    pub year: Option<Year>,
    /// Value.
    pub value: f64,
    /// Lower end of its interval, where one is known.
    pub low: Option<f64>,
    /// Upper end of its interval, where one is known.
    pub high: Option<f64>,
    /// Unit; `1` for a pure number.
    pub unit: String,
    /// How well it is supported.
    pub grade: Grade,
    /// Source id of a table, or the source of a parameter.
    pub source: String,
    /// Caveats.
    pub note: String,
}

/// What a warning is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningKind {
    /// A row of a table is left out because it holds no number; it is not taken as zero.
    ExcludedRow,
    /// A figure of another year stands in.
    OtherYear,
    /// A printed capacity lies below production and is raised to it.
    CapacityRaised,
    /// A figure that a result would need is not there, so that the result is left out.
    NotAvailable,
    /// A supplier has no known capacity and cannot respond.
    NoResponse,
    /// The price ratio lies far outside the experience on which elasticities rest.
    BeyondExperience,
    /// One end of a band has no finite price.
    OpenBand,
    /// An assumption about the structure of the market, worth a look.
    Assumption,
    /// A restricting country exports nothing of the commodity, so that its restriction changes nothing.
    NothingRestricted,
    /// A parameter of the scenario that no market has read.
    UnusedParameter,
}

/// Something to know before using a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// The commodity, when the warning is about one.
    pub commodity: Option<CommodityId>,
    /// Kind.
    pub kind: WarningKind,
    /// In words.
    pub message: String,
}

/// Where figures may come from: tables, recipes that select from them, and parameters.
#[derive(Debug, Clone)]
pub struct Figures<'a> {
    /// The reference dataset, or a user's.
    pub dataset: &'a Dataset,
    /// Which rows make up which market.
    pub recipes: &'a [MarketRecipe],
    /// The dataset's parameters with the scenario's after them, so that the latter win.
    pub parameters: ParameterTable,
}

impl<'a> Figures<'a> {
    /// The dataset's figures, with `overrides` winning over its parameters.
    pub fn new(dataset: &'a Dataset, recipes: &'a [MarketRecipe], overrides: &[Parameter]) -> Self {
        let rows = dataset.parameters.rows.iter().chain(overrides).cloned().collect();
        Self { dataset, recipes, parameters: ParameterTable { rows } }
    }
}

/// A number with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Figure {
    pub(crate) value: f64,
    pub(crate) interval: Option<Interval>,
}

impl Figure {
    pub(crate) fn exact(value: f64) -> Self {
        Self { value, interval: None }
    }

    /// Value and interval multiplied by `factor >= 0`.
    pub(crate) fn scaled(self, factor: f64) -> Self {
        let by = |ends: Interval| Interval { low: factor * ends.low, high: factor * ends.high };
        Self { value: factor * self.value, interval: self.interval.map(by) }
    }
}

impl Figure {
    /// Value and interval, none above `limit`.
    pub(crate) fn at_most(self, limit: f64) -> Self {
        let below = |ends: Interval| Interval { low: ends.low.min(limit), high: ends.high.min(limit) };
        Self { value: self.value.min(limit), interval: self.interval.map(below) }
    }
}

impl From<&Parameter> for Figure {
    fn from(row: &Parameter) -> Self {
        let has_interval = row.low.is_some() || row.high.is_some();
        let interval = Interval { low: row.low.unwrap_or(row.value), high: row.high.unwrap_or(row.value) };
        Self { value: row.value, interval: has_interval.then_some(interval) }
    }
}

/// Collects while a market is assembled.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    pub(crate) commodity: CommodityId,
    pub(crate) inputs: Vec<InputUsed>,
    pub(crate) missing: Vec<MissingInput>,
    pub(crate) faults: Vec<Error>,
    pub(crate) warnings: Vec<Warning>,
}

impl Ledger {
    pub(crate) fn new(commodity: &CommodityId) -> Self {
        Self {
            commodity: commodity.clone(),
            inputs: Vec::new(),
            missing: Vec::new(),
            faults: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Notes a parameter as used and returns its number.
    pub(crate) fn take(&mut self, row: &Parameter) -> Figure {
        let fault = |fault| Error::FaultyParameter {
            commodity: self.commodity.clone(),
            parameter: row.parameter.clone(),
            country: row.country.as_ref().map(ToString::to_string),
            fault,
        };
        self.faults.extend(parameter_faults(row).into_iter().map(fault));
        self.inputs.push(InputUsed {
            commodity: self.commodity.clone(),
            name: row.parameter.clone(),
            country: row.country.clone(),
            year: None,
            value: row.value,
            low: row.low,
            high: row.high,
            unit: row.unit.clone(),
            grade: row.grade,
            source: row.source.clone(),
            note: row.note.clone(),
        });
        Figure::from(row)
    }

    /// Stops a market whose figures are faulty or missing.
    pub(crate) fn check(&mut self) -> Result<(), Error> {
        if let Some(fault) = self.faults.drain(..).next() {
            return Err(fault);
        }
        if self.missing.is_empty() {
            return Ok(());
        }
        Err(Error::MissingInputs { commodity: self.commodity.clone(), missing: std::mem::take(&mut self.missing) })
    }

    pub(crate) fn miss(&mut self, name: &str, country: Option<&CountryId>, how: impl Into<String>) {
        let country = country.map(ToString::to_string);
        self.missing.push(MissingInput { name: name.to_owned(), country, how: how.into() });
    }

    pub(crate) fn warn(&mut self, kind: WarningKind, message: impl Into<String>) {
        self.warnings.push(Warning { commodity: Some(self.commodity.clone()), kind, message: message.into() });
    }
}
