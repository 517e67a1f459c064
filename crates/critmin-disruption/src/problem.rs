//! What can be wrong with a scenario.

use chrono::NaiveDate;
use critmin_core::{BlocId, CommodityId, CountryId};
use thiserror::Error;

use crate::{Error, ParameterFault};

/// One problem of a scenario. Restrictions are counted from 1, in their order.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ScenarioProblem {
    /// Nothing is restricted.
    #[error("there is no restriction: add at least one `[[restrictions]]`")]
    NoRestriction,
    /// Nobody's shortfall is asked for.
    #[error("`consumers` is empty: name at least one country, or leave the field out for `USA`")]
    NoConsumer,
    /// An id without text.
    #[error("`id` is empty: expected a short name such as `gallium-ban`")]
    NoId,
    /// A restriction level outside 0 to 1.
    #[error(
        "restriction {restriction}: `restriction_level` is {found}: expected a fraction from 0 (none) to 1 (ban); per cent must be divided by 100"
    )]
    LevelOutOfRange {
        /// Which restriction.
        restriction: usize,
        /// What was given.
        found: f64,
    },
    /// The end lies before the start.
    #[error("restriction {restriction}: `end` {end} lies before `start` {start}: exchange them, or leave `end` out")]
    DatesReversed {
        /// Which restriction.
        restriction: usize,
        /// First day.
        start: NaiveDate,
        /// Last day.
        end: NaiveDate,
    },
    /// Both `duration_months` and `end` are given.
    #[error("restriction {restriction}: `duration_months` and `end` are both given: keep one of them")]
    TwoEnds {
        /// Which restriction.
        restriction: usize,
    },
    /// A length of nothing, or beyond the calendar.
    #[error(
        "restriction {restriction}: `duration_months` is {found}: expected at least 1 and an end within the calendar; leave it out for an open restriction"
    )]
    NotADuration {
        /// Which restriction.
        restriction: usize,
        /// What was given.
        found: u32,
    },
    /// A suspension whose end lies before its start.
    #[error("restriction {restriction}: a suspension ends on {until}, before it begins on {from}: exchange the dates")]
    SuspensionReversed {
        /// Which restriction.
        restriction: usize,
        /// First day.
        from: NaiveDate,
        /// Last day.
        until: NaiveDate,
    },
    /// A suspension that begins outside the restriction.
    #[error("restriction {restriction}: a suspension begins on {from}, outside the restriction ({start} to {}): check the dates", last.map_or("open".to_owned(), |day| day.to_string()))]
    SuspensionOutside {
        /// Which restriction.
        restriction: usize,
        /// First day of the suspension.
        from: NaiveDate,
        /// First day of the restriction.
        start: NaiveDate,
        /// Last day of the restriction.
        last: Option<NaiveDate>,
    },
    /// Nothing is named.
    #[error("restriction {restriction}: `commodities` is empty: name at least one, such as `gallium`")]
    NoCommodity {
        /// Which restriction.
        restriction: usize,
    },
    /// Nobody is named.
    #[error("restriction {restriction}: `destinations` is empty: name countries or blocs, or write `\"all\"`")]
    NoDestination {
        /// Which restriction.
        restriction: usize,
    },
    /// A bloc that has no member but the exporter on the first day, so that nobody would lose access.
    #[error(
        "restriction {restriction}: `{bloc}` has no member but the exporter on {day}: check the start, or name countries"
    )]
    NoMember {
        /// Which restriction.
        restriction: usize,
        /// The bloc.
        bloc: BlocId,
        /// First day of the restriction.
        day: NaiveDate,
    },
    /// A country that restricts exports to itself.
    #[error("restriction {restriction}: `{exporter}` is both exporter and destination")]
    ExporterIsDestination {
        /// Which restriction.
        restriction: usize,
        /// The country.
        exporter: CountryId,
    },
    /// The same exporter, commodity, stage and destinations twice.
    #[error(
        "restrictions {first} and {second} both restrict exports of `{commodity}` from `{exporter}` to the same destinations: merge them"
    )]
    Duplicate {
        /// The earlier one.
        first: usize,
        /// The later one.
        second: usize,
        /// The exporter.
        exporter: CountryId,
        /// The commodity.
        commodity: CommodityId,
    },
    /// An unknown country, commodity or bloc, with the nearest known ones.
    #[error("{place}: {source}")]
    Unknown {
        /// Where it stands.
        place: String,
        /// What is unknown, with suggestions.
        source: critmin_core::Error,
    },
    /// A parameter that cannot be what its name says. Parameters are counted from 1, in their order.
    #[error("parameter {row}, `{parameter}`: {fault}")]
    Parameter {
        /// Which parameter.
        row: usize,
        /// Its name.
        parameter: String,
        /// What is wrong with it.
        fault: ParameterFault,
    },
    /// An option outside its range.
    #[error("`market`: {0}")]
    Option(Error),
}
