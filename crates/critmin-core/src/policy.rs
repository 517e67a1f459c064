//! Measures of governments: export controls, bans, quotas, licences, with their dates.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A span of days in which a measure stands but is not applied; both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suspension {
    /// First day of the suspension.
    pub from: NaiveDate,
    /// Last day of the suspension; open when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}

/// One measure by one government. `target` and `imposer` may name a body (`WTO`) or everyone (`WLD`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyMeasure {
    /// The day it was announced.
    pub announced: NaiveDate,
    /// The day it took, or was to take, effect.
    pub effective: NaiveDate,
    /// The day it ended; open when no end is known.
    pub ended: Option<NaiveDate>,
    /// When it was suspended, if it was.
    pub suspension: Option<Suspension>,
    /// Who imposed it.
    pub imposer: String,
    /// Against whom.
    pub target: String,
    /// Names of the goods, as the compilation gives them, one per entry.
    pub commodities: Vec<String>,
    /// Kind of measure, in words.
    pub instrument: String,
    /// Document number.
    pub reference: String,
    /// Page of the document.
    pub source_url: String,
    /// Caveats.
    pub note: String,
}

impl PolicyMeasure {
    /// Whether the measure is applied on `day`: in effect, not ended, not suspended.
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        let begun = self.effective <= day;
        let over = self.ended.is_some_and(|end| end < day);
        let suspended = self.suspension.is_some_and(|pause| pause.covers(day));
        begun && !over && !suspended
    }
}

impl Suspension {
    /// Whether `day` falls into the suspension.
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}
