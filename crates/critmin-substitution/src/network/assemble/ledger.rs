//! What entered a network, and what to know about it.

use critmin_core::Grade;
use serde::{Deserialize, Serialize};

/// One figure that entered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NetworkInput {
    /// Commodity.
    pub commodity: String,
    /// Name with its unit: `capacity_t`.
    pub name: String,
    /// Region, process or use that it belongs to; absent = the commodity as a whole.
    pub region: Option<String>,
    /// Value.
    pub value: f64,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Unit.
    pub unit: String,
    /// How well it is supported.
    pub grade: Grade,
    /// Where it comes from.
    pub source: String,
    /// Caveats.
    pub note: String,
}

/// Figures and warnings, in the order in which they came up.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) inputs: Vec<NetworkInput>,
    pub(crate) warnings: Vec<String>,
}

/// Where a figure comes from.
pub(crate) struct Origin<'a> {
    pub(crate) grade: Grade,
    pub(crate) source: &'a str,
    pub(crate) note: &'a str,
}

impl Ledger {
    pub(crate) fn used(
        &mut self,
        (commodity, name, region): (&str, &str, Option<&str>),
        (value, low, high): (f64, Option<f64>, Option<f64>),
        unit: &str,
        origin: &Origin<'_>,
    ) {
        self.inputs.push(NetworkInput {
            commodity: commodity.to_owned(),
            name: name.to_owned(),
            region: region.map(str::to_owned),
            value,
            low,
            high,
            unit: unit.to_owned(),
            grade: origin.grade,
            source: origin.source.to_owned(),
            note: origin.note.to_owned(),
        });
    }

    pub(crate) fn warn(&mut self, message: String) {
        if !self.warnings.contains(&message) {
            self.warnings.push(message);
        }
    }
}
