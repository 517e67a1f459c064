//! What is restricted, by whom, against whom, how much, from when and for how long?

use std::fmt;

use chrono::{Days, Months as CalendarMonths, NaiveDate};
use critmin_core::{BlocId, CommodityId, CountryId, Parameter, SourceId, Stage, Suspension, Year};
use serde::{Deserialize, Serialize};

use crate::{EconomyOptions, Error, MarketOptions};

/// Months of the assessed period: the market stage is a yearlong step.
pub const ASSESSED_MONTHS: u32 = 12;

/// A complete, named set of assumptions; its [`Scenario::fingerprint`] travels with the results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Identity: `gallium-germanium-antimony-ban`.
    pub id: String,
    /// One line for people.
    pub title: String,
    /// What it stands for, and where it comes from.
    #[serde(default)]
    pub description: String,
    /// Base year of the markets; absent = each commodity's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_year: Option<Year>,
    /// Edition of the USGS tables; absent = [`crate::DEFAULT_EDITION`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<SourceId>,
    /// Whose shortfall and stocks are reported for global markets; default the United States. A bilateral market
    /// reports those of its destination.
    #[serde(default = "united_states")]
    pub consumers: Vec<CountryId>,
    /// Named choices of the market stage.
    #[serde(default)]
    pub market: MarketOptions,
    /// Named choices of the economy stage; absent = the defaults of [`EconomyOptions`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub economy: Option<EconomyOptions>,
    /// The restrictions.
    pub restrictions: Vec<ExportRestriction>,
    /// Parameters of this scenario; they win over the parameter table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
}

/// One government's restriction of exports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportRestriction {
    /// The restricting country.
    pub exporter: CountryId,
    /// Against whom: `"all"`, or a list of countries and blocs.
    pub destinations: Destinations,
    /// What.
    pub commodities: Vec<CommodityId>,
    /// Steps of the chain; empty = whichever stage the commodity's market is formed at.
    #[serde(default)]
    pub stages: Vec<Stage>,
    /// Share of the exports withheld, 1 = ban. The glossary's `remaining_share` is 1 less this.
    pub restriction_level: f64,
    /// First day in force.
    pub start: NaiveDate,
    /// Length in months; give this or `end`, or neither for an open restriction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_months: Option<u32>,
    /// Last day in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<NaiveDate>,
    /// Kind of measure.
    pub instrument: Instrument,
    /// Document that imposes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<String>,
    /// Spans in which it stands but is not applied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suspensions: Vec<Suspension>,
}

/// Kind of measure. The market stage reads the level only: what a licence withholds is the scenario's assumption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Instrument {
    /// Exports are forbidden.
    Ban,
    /// Exports need a licence.
    Licensing,
    /// Exports are limited in quantity.
    Quota,
    /// Exports are taxed.
    Tax,
}

/// Who loses access.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Destinations {
    /// Every importer.
    All,
    /// These only; each has a bilateral market of its own.
    Only(Vec<Destination>),
}

/// One destination.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Destination {
    /// A country.
    Country(CountryId),
    /// Each member of a bloc on the first day of the restriction, but for the exporter itself.
    Bloc(BlocId),
}

/// The assessed year; both days belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
}

fn united_states() -> Vec<CountryId> {
    CountryId::new("USA").into_iter().collect()
}

impl Scenario {
    /// Reads a scenario from TOML.
    ///
    /// # Errors
    ///
    /// [`Error::Syntax`] with line and column.
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|error| Error::Syntax { format: "TOML", reason: error.to_string() })
    }

    /// Writes it as TOML.
    ///
    /// # Errors
    ///
    /// [`Error::Syntax`] when a value has no TOML form.
    pub fn to_toml(&self) -> Result<String, Error> {
        toml::to_string(self).map_err(|error| Error::Syntax { format: "TOML", reason: error.to_string() })
    }

    /// Reads a scenario from JSON.
    ///
    /// # Errors
    ///
    /// [`Error::Syntax`] with line and column.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(|error| Error::Syntax { format: "JSON", reason: error.to_string() })
    }

    /// Writes it as JSON.
    ///
    /// # Errors
    ///
    /// [`Error::Syntax`] when a value has no JSON form.
    pub fn to_json(&self) -> Result<String, Error> {
        serde_json::to_string_pretty(self).map_err(|error| Error::Syntax { format: "JSON", reason: error.to_string() })
    }

    /// Sixteen hexadecimal digits of the whole content: FNV-1a (64 bits) of the compact JSON in field order. Equal
    /// scenarios have equal fingerprints on every platform; it guards against mix-ups, not against forgery.
    ///
    /// # Errors
    ///
    /// [`Error::Syntax`] when a value has no JSON form.
    ///
    /// # References
    ///
    /// Fowler, Noll, Vo, the FNV non-cryptographic hash algorithm, IETF RFC 9923.
    pub fn fingerprint(&self) -> Result<String, Error> {
        const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
        const PRIME: u64 = 0x0000_0100_0000_01b3;
        let text = serde_json::to_string(self);
        let text = text.map_err(|error| Error::Syntax { format: "JSON", reason: error.to_string() })?;
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
        Ok(format!("{:016x}", text.bytes().fold(OFFSET_BASIS, step)))
    }

    /// The twelve months from the earliest start; `None` without restrictions.
    ///
    /// # Errors
    ///
    /// [`Error::DateOverflow`] at the end of the calendar.
    pub fn assessed_period(&self) -> Result<Option<Period>, Error> {
        let Some(from) = self.restrictions.iter().map(|restriction| restriction.start).min() else { return Ok(None) };
        let overflow = || Error::DateOverflow { start: from.to_string() };
        let until = last_day(from, ASSESSED_MONTHS).ok_or_else(overflow)?;
        Ok(Some(Period { from, until }))
    }

    /// The same scenario with every restriction at `level`; [`Self::validate`] checks the level.
    #[must_use]
    pub fn with_restriction_level(&self, level: f64) -> Self {
        let mut scenario = self.clone();
        scenario.restrictions.iter_mut().for_each(|restriction| restriction.restriction_level = level);
        scenario
    }
}

impl ExportRestriction {
    /// Last day in force; `None` when open, or beyond the calendar.
    pub fn last_day(&self) -> Option<NaiveDate> {
        self.end.or_else(|| self.duration_months.and_then(|months| last_day(self.start, months)))
    }

    /// Whether it is applied on `day`: begun, not ended, not suspended.
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        let is_over = self.last_day().is_some_and(|last| last < day);
        self.start <= day && !is_over && !self.suspensions.iter().any(|pause| pause.covers(day))
    }

    /// Share of the days of `period` on which it is in force, in \[0, 1\].
    pub fn in_force_share(&self, period: Period) -> f64 {
        let days = || period.from.iter_days().take_while(|day| *day <= period.until);
        let in_force = days().filter(|day| self.is_in_force(*day)).count();
        // A year has few days: both counts are exact.
        f64::from(u32::try_from(in_force).unwrap_or(u32::MAX))
            / f64::from(u32::try_from(days().count()).unwrap_or(u32::MAX))
    }
}

/// Last day of `months` months from `start`.
fn last_day(start: NaiveDate, months: u32) -> Option<NaiveDate> {
    start.checked_add_months(CalendarMonths::new(months))?.checked_sub_days(Days::new(1))
}

impl fmt::Display for Destination {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Country(country) => country.fmt(formatter),
            Self::Bloc(bloc) => bloc.fmt(formatter),
        }
    }
}

impl TryFrom<String> for Destination {
    type Error = critmin_core::Error;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        match CountryId::new(text.as_str()) {
            Ok(country) => Ok(Self::Country(country)),
            Err(not_a_country) => BlocId::new(text).map(Self::Bloc).map_err(|_| not_a_country),
        }
    }
}

impl From<Destination> for String {
    fn from(destination: Destination) -> Self {
        destination.to_string()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum DestinationsText {
    Word(String),
    List(Vec<Destination>),
}

impl Serialize for Destinations {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str("all"),
            Self::Only(list) => list.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Destinations {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        let expected = "`destinations` is `\"all\"` or a list of countries (`CHN`) and blocs (`eu-27`)";
        match DestinationsText::deserialize(deserializer) {
            Ok(DestinationsText::Word(word)) if word == "all" => Ok(Self::All),
            Ok(DestinationsText::Word(word)) => Err(D::Error::custom(format!("{expected}, found `{word}`"))),
            Ok(DestinationsText::List(list)) => Ok(Self::Only(list)),
            Err(_) => Err(D::Error::custom(expected)),
        }
    }
}
