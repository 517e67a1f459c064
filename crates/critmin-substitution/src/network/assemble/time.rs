//! The periods of a network, and how much of each a restriction is in force.

use chrono::{Days, Months, NaiveDate};
use critmin_disruption::{Error as DisruptionError, ExportRestriction, Period as Span, Scenario};

use crate::Error;
use crate::network::Period;
use crate::network::assemble::NetworkOptions;

const DAYS_PER_YEAR: f64 = 365.25;
const MONTHS_PER_YEAR: f64 = 12.0;

/// First and last day of each period.
pub(crate) struct Calendar {
    pub(crate) first_day: NaiveDate,
    pub(crate) spans: Vec<Span>,
    /// First day of the first restriction.
    pub(crate) shock: Option<NaiveDate>,
}

impl Calendar {
    pub(crate) fn of(scenario: Option<&Scenario>, options: &NetworkOptions) -> Result<Self, Error> {
        let shock = scenario.and_then(|scenario| scenario.restrictions.iter().map(|each| each.start).min());
        let lead = |day: NaiveDate| day.checked_sub_months(Months::new(options.lead_months));
        // Without a date and without a restriction any year does.
        let first_day = options.start.or_else(|| shock.and_then(lead)).or_else(|| NaiveDate::from_ymd_opt(2026, 1, 1));
        let overflow = || Error::Disruption(DisruptionError::DateOverflow { start: format!("{first_day:?}") });
        let first_day = first_day.ok_or_else(overflow)?;
        let n_periods = options.months / options.period_months.max(1);
        let day = |period: u32| first_day.checked_add_months(Months::new(period * options.period_months));
        let span = |period: u32| {
            let until = day(period + 1)?.checked_sub_days(Days::new(1))?;
            Some(Span { from: day(period)?, until })
        };
        let spans = (0..n_periods).map(span).collect::<Option<Vec<Span>>>().ok_or_else(overflow)?;
        Ok(Self { first_day, spans, shock })
    }

    pub(crate) fn periods(&self) -> Vec<Period> {
        let period =
            |span: &Span| Period { id: span.from.format("%Y-%m").to_string(), days: days(*span), discount: 1.0 };
        self.spans.iter().map(period).collect()
    }

    /// Part of a year's tonnes that falls into each period.
    pub(crate) fn year_shares(&self) -> Vec<f64> {
        self.spans.iter().map(|span| days(*span) / DAYS_PER_YEAR).collect()
    }

    /// Level of a restriction in each period: its own, times the share of days on which it is in force.
    pub(crate) fn levels(&self, restriction: &ExportRestriction) -> Vec<f64> {
        self.spans.iter().map(|span| restriction.restriction_level * restriction.in_force_share(*span)).collect()
    }

    /// Months from the shock to the middle of each period; negative before it, absent without one.
    pub(crate) fn months_since_shock(&self) -> Option<Vec<f64>> {
        let shock = self.shock?;
        let middle = |span: &Span| {
            let from_shock = span.from.signed_duration_since(shock).num_days();
            #[expect(clippy::cast_precision_loss, reason = "days of a calendar are far below the limit")]
            let days_since = from_shock as f64 + 0.5 * days(*span);
            days_since * MONTHS_PER_YEAR / DAYS_PER_YEAR
        };
        Some(self.spans.iter().map(middle).collect())
    }

    /// Share of each period that lies on or after a day.
    pub(crate) fn open_shares(&self, from: NaiveDate) -> Vec<f64> {
        let share = |span: &Span| {
            let before = from.signed_duration_since(span.from).num_days().clamp(0, whole_days(*span));
            #[expect(clippy::cast_precision_loss, reason = "days of a period are few")]
            let before = before as f64;
            1.0 - before / days(*span)
        };
        self.spans.iter().map(share).collect()
    }
}

fn whole_days(span: Span) -> i64 {
    span.until.signed_duration_since(span.from).num_days() + 1
}

fn days(span: Span) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "days of a period are few")]
    let days = whole_days(span) as f64;
    days
}
