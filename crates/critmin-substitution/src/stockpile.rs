//! How large a stock, and how long does it last?
//!
//! * [`cover_days`], [`stock_for_cover`]: days of use.
//! * [`bridge_months`], [`bridging_stock`], [`months_bridged`]: the gap between use and what still arrives, constant or
//!   month by month, with projects that ramp up ([`RampedProject`]) and substitution.
//! * [`exponential_stock`]: a disruption of unknown length.
//! * [`newsvendor_uniform`], [`newsvendor_discrete`]: the stock whose last tonne is worth what it costs to carry.
//!
//! Masses are tonnes of contained metal throughout, or any one unit throughout. How a stock is released matters as much
//! as its size; no rule of release is assumed here but "fill the gap until it is empty".

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::Faults;

/// Days of a year in cover.
pub const DAYS_PER_YEAR: f64 = 365.0;
/// By how much probabilities may miss a sum of 1.
pub const PROBABILITY_TOLERANCE: f64 = 1e-9;

/// One month of a disruption. The next one begins where it ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BridgeMonth {
    /// What is used \[t\], at least 0.
    pub use_t: f64,
    /// What still arrives \[t\], at least 0.
    pub supply_t: f64,
    /// What new projects deliver \[t\], at least 0; see [`RampedProject::output_t`].
    #[serde(default)]
    pub projects_t: f64,
    /// What substitutes serve \[t of the commodity replaced\], at least 0; see
    /// [`FeasibleShares::at_month`](crate::material::FeasibleShares::at_month).
    #[serde(default)]
    pub substitution_t: f64,
}

/// A project on its way to full output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RampedProject {
    /// Its name.
    pub project: String,
    /// Output when complete \[t/month\], at least 0.
    pub capacity_t_per_month: f64,
    /// Months from the start of the disruption to first output, at least 0.
    pub start_month: f64,
    /// Months from first to full output, on a straight line, at least 0.
    pub ramp_months: f64,
}

/// What a stock must bridge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BridgingNeed {
    /// The stock that fills every gap \[t\]; higher = more to hold.
    pub stock_t: f64,
    /// The gap of every month \[t\], at least 0, in order. What is left over in a month does not refill the stock.
    pub gaps_t: Vec<f64>,
}

/// One possible shortage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShortageOutcome {
    /// Which scenario.
    pub scenario: String,
    /// How probable, in \[0, 1\]; all sum to 1.
    pub probability: f64,
    /// What is short without a stock \[t\], at least 0.
    pub shortage_t: f64,
}

/// Days that `stock_t` lasts at the use of a year: `stock / (annual use / 365)`; at least 0, higher = safer.
///
/// # Errors
///
/// [`Error::Invalid`] unless `stock_t` \[t\] is at least 0 and `annual_use_t` \[t/yr\] above 0.
///
/// ```
/// use critmin_substitution::stockpile::cover_days;
///
/// // U.S. consumer stocks of gallium, 3,400 kg, on a reported use of 19,000 kg a year (USGS MCS 2026).
/// assert!((cover_days(3.4, 19.0)? - 65.3).abs() < 0.1);
/// # Ok::<(), critmin_substitution::Error>(())
/// ```
pub fn cover_days(stock_t: f64, annual_use_t: f64) -> Result<f64, Error> {
    let mut faults = Faults::of("the cover");
    faults.at_least_zero("stock [t]", stock_t);
    faults.positive("annual use [t/yr]", annual_use_t);
    faults.finish()?;
    Ok(stock_t / (annual_use_t / DAYS_PER_YEAR))
}

/// The stock \[t\] that covers `days` of use: `days / 365` times the use of a year.
///
/// Japan holds 60 days of 34 rare metals, and more such as 180 days where the geopolitical risk is high (strategy of
/// March 2020; IEA policy database, policy 16639).
///
/// # Errors
///
/// [`Error::Invalid`] unless `days` \[d\] and `annual_use_t` \[t/yr\] are at least 0.
pub fn stock_for_cover(days: f64, annual_use_t: f64) -> Result<f64, Error> {
    let mut faults = Faults::of("the cover");
    faults.at_least_zero("days of cover [d]", days);
    faults.at_least_zero("annual use [t/yr]", annual_use_t);
    faults.finish()?;
    Ok(days / DAYS_PER_YEAR * annual_use_t)
}

/// Months until a stock is empty: `stock / (use - supply)`; at least 0, higher = safer. Absent when supply covers use:
/// it is never empty.
///
/// # Errors
///
/// [`Error::Invalid`] unless `stock_t` \[t\], `use_t_per_month` and `supply_t_per_month` \[t/month\] are at least 0.
///
/// ```
/// use critmin_substitution::stockpile::bridge_months;
///
/// assert!((bridge_months(3.0, 4.0, 7.0 / 3.0)?.unwrap_or(0.0) - 1.8).abs() < 1e-12);
/// assert_eq!(bridge_months(3.0, 4.0, 5.0)?, None);
/// # Ok::<(), critmin_substitution::Error>(())
/// ```
pub fn bridge_months(stock_t: f64, use_t_per_month: f64, supply_t_per_month: f64) -> Result<Option<f64>, Error> {
    let mut faults = Faults::of("the bridge");
    faults.at_least_zero("stock [t]", stock_t);
    faults.at_least_zero("use [t/month]", use_t_per_month);
    faults.at_least_zero("supply [t/month]", supply_t_per_month);
    faults.finish()?;
    let gap = use_t_per_month - supply_t_per_month;
    Ok((0.0 < gap).then(|| stock_t / gap))
}

/// The stock that fills the gap of every month:
/// `sum over months of max(0, use - supply - projects - substitution)`.
///
/// # Errors
///
/// [`Error::Invalid`] with every negative or missing figure.
///
/// ```
/// use critmin_substitution::stockpile::{BridgeMonth, bridging_stock};
///
/// let month = |projects_t| BridgeMonth { use_t: 4.0, supply_t: 2.0, projects_t, substitution_t: 0.5 };
/// let need = bridging_stock(&[month(0.0), month(1.0), month(3.0)])?;
/// assert_eq!(need.gaps_t, [1.5, 0.5, 0.0]);
/// assert!((need.stock_t - 2.0).abs() < 1e-12);
/// # Ok::<(), critmin_substitution::Error>(())
/// ```
pub fn bridging_stock(months: &[BridgeMonth]) -> Result<BridgingNeed, Error> {
    let mut faults = Faults::of("the months to bridge");
    check_months(months, &mut faults);
    faults.finish()?;
    let gaps_t: Vec<f64> = months.iter().map(BridgeMonth::gap_t).collect();
    Ok(BridgingNeed { stock_t: gaps_t.iter().sum(), gaps_t })
}

/// Months that `stock_t` \[t\] fills every gap; at least 0, higher = safer. The gap runs evenly through its month.
/// Absent when the stock outlasts the months given.
///
/// # Errors
///
/// As [`bridging_stock`], and for a negative stock.
pub fn months_bridged(stock_t: f64, months: &[BridgeMonth]) -> Result<Option<f64>, Error> {
    let mut faults = Faults::of("the months to bridge");
    faults.at_least_zero("stock [t]", stock_t);
    check_months(months, &mut faults);
    faults.finish()?;
    let (mut left, mut elapsed) = (stock_t, 0.0);
    for month in months {
        let gap = month.gap_t();
        if left < gap {
            return Ok(Some(elapsed + left / gap));
        }
        left -= gap;
        elapsed += 1.0;
    }
    Ok(None)
}

/// The stock \[t\] that suffices with probability `service_level` when the disruption lasts a time of exponential
/// distribution: `gap mean ln(1 / (1 - service_level))`; higher = more to hold.
///
/// The quantile of the exponential distribution, times the gap.
///
/// # Errors
///
/// [`Error::Invalid`] unless `gap_t_per_month` \[t/month\] is at least 0, `mean_months` above 0 and `service_level` in
/// \[0, 1).
///
/// ```
/// use critmin_substitution::stockpile::exponential_stock;
///
/// assert!((exponential_stock(1.2, 6.0, 0.9)? - 16.5786).abs() < 1e-4);
/// # Ok::<(), critmin_substitution::Error>(())
/// ```
pub fn exponential_stock(gap_t_per_month: f64, mean_months: f64, service_level: f64) -> Result<f64, Error> {
    let mut faults = Faults::of("the disruption");
    faults.at_least_zero("gap [t/month]", gap_t_per_month);
    faults.positive("mean duration [months]", mean_months);
    faults.require((0.0..1.0).contains(&service_level), "service level", service_level, "a share in [0, 1)");
    faults.finish()?;
    Ok(-gap_t_per_month * mean_months * (-service_level).ln_1p())
}

/// The stock \[t\] whose last tonne is worth what it costs to carry, when a disruption comes with probability
/// `disruption_probability` and its shortage is uniform between 0 and `largest_shortage_t`:
/// `largest_shortage (1 - carrying / (value probability))`, at least 0.
///
/// `carrying_cost_usd_per_t` of a tonne over the time considered, `value_usd_per_t` lost per tonne short. From
/// `P(shortage > stock) = carrying / value`: Arrow, K. J., Harris, T. and Marschak, J. 1951, Optimal inventory policy,
/// Econometrica 19(3) 250, doi 10.2307/1906813 (cited from memory, not checked against the primary document).
///
/// # Errors
///
/// [`Error::Invalid`] unless the probability lies in \[0, 1\], shortage and carrying cost are at least 0 and the value
/// above 0.
///
/// ```
/// use critmin_substitution::stockpile::newsvendor_uniform;
///
/// assert!((newsvendor_uniform(0.3, 10.0, 0.6, 5.0)? - 6.0).abs() < 1e-12);
/// // Where carrying costs more than a disruption is worth, nothing is held.
/// assert_eq!(newsvendor_uniform(0.1, 10.0, 0.6, 5.0)?, 0.0);
/// # Ok::<(), critmin_substitution::Error>(())
/// ```
pub fn newsvendor_uniform(
    disruption_probability: f64,
    largest_shortage_t: f64,
    carrying_cost_usd_per_t: f64,
    value_usd_per_t: f64,
) -> Result<f64, Error> {
    let mut faults = Faults::of("the stock under risk");
    faults.share("probability of a disruption", disruption_probability);
    faults.at_least_zero("largest shortage [t]", largest_shortage_t);
    check_worth(carrying_cost_usd_per_t, value_usd_per_t, &mut faults);
    faults.finish()?;
    let worth = value_usd_per_t * disruption_probability;
    let pays = carrying_cost_usd_per_t < worth;
    Ok(if pays { largest_shortage_t * (1.0 - carrying_cost_usd_per_t / worth) } else { 0.0 })
}

/// The stock \[t\] whose last tonne is worth what it costs to carry, over scenarios: the smallest with
/// `P(shortage > stock) <= carrying / value`, at least 0.
///
/// `carrying_cost_usd_per_t` of a tonne over the time considered, `value_usd_per_t` lost per tonne short. Source as
/// [`newsvendor_uniform`].
///
/// # Errors
///
/// [`Error::Invalid`] with every fault: probabilities that do not sum to 1, a scenario named twice, negative figures.
///
/// ```
/// use critmin_substitution::stockpile::{ShortageOutcome, newsvendor_discrete};
///
/// let outcome = |scenario: &str, probability, shortage_t| ShortageOutcome {
///     scenario: scenario.into(), probability, shortage_t,
/// };
/// let outcomes = [outcome("calm", 0.7, 0.0), outcome("licences", 0.2, 5.0), outcome("ban", 0.1, 20.0)];
/// // At 0.15 of the value a tonne against the licences pays (0.3), one against the ban does not (0.1).
/// assert_eq!(newsvendor_discrete(&outcomes, 15.0, 100.0)?, 5.0);
/// # Ok::<(), critmin_substitution::Error>(())
/// ```
pub fn newsvendor_discrete(
    outcomes: &[ShortageOutcome],
    carrying_cost_usd_per_t: f64,
    value_usd_per_t: f64,
) -> Result<f64, Error> {
    let mut faults = Faults::of("the stock under risk");
    check_worth(carrying_cost_usd_per_t, value_usd_per_t, &mut faults);
    for (index, outcome) in outcomes.iter().enumerate() {
        let place = format!("scenario `{}`", outcome.scenario);
        faults.share(&format!("probability of {place}"), outcome.probability);
        faults.at_least_zero(&format!("shortage of {place}"), outcome.shortage_t);
        let is_first = outcomes[..index].iter().all(|before| before.scenario != outcome.scenario);
        faults.require(is_first, &place, "a second one", "one");
    }
    let total: f64 = outcomes.iter().map(|outcome| outcome.probability).sum();
    faults.require((total - 1.0).abs() <= PROBABILITY_TOLERANCE, "sum of the probabilities", total, "1");
    faults.finish()?;
    let ratio = carrying_cost_usd_per_t / value_usd_per_t;
    let exceeds = |stock: f64| -> f64 {
        outcomes.iter().filter(|outcome| stock < outcome.shortage_t).map(|outcome| outcome.probability).sum()
    };
    let mut stocks: Vec<f64> = outcomes.iter().map(|outcome| outcome.shortage_t).chain([0.0]).collect();
    stocks.sort_by(f64::total_cmp);
    // Beyond the largest shortage nothing is exceeded, so that one is found.
    Ok(stocks.into_iter().find(|stock| exceeds(*stock) <= ratio + PROBABILITY_TOLERANCE).unwrap_or(0.0))
}

impl BridgeMonth {
    /// What is missing \[t\], at least 0.
    pub fn gap_t(&self) -> f64 {
        (self.use_t - self.supply_t - self.projects_t - self.substitution_t).max(0.0)
    }
}

impl RampedProject {
    /// What it delivers from the start of the disruption to `month` \[t\], at least 0.
    fn cumulative_t(&self, month: f64) -> f64 {
        let since = (month - self.start_month).max(0.0);
        let rising = since.min(self.ramp_months);
        let risen = if 0.0 < rising { rising * rising / (2.0 * self.ramp_months) } else { 0.0 };
        self.capacity_t_per_month * (risen + since - rising)
    }

    /// What it delivers in the month that begins at `month` \[t\], at least 0: the integral of its ramp.
    ///
    /// ```
    /// use critmin_substitution::stockpile::RampedProject;
    ///
    /// let project = RampedProject {
    ///     project: "refinery".into(), capacity_t_per_month: 8.0, start_month: 2.0, ramp_months: 2.0,
    /// };
    /// let output: Vec<f64> = [1.0, 2.0, 3.0, 4.0].iter().map(|month| project.output_t(*month)).collect();
    /// assert_eq!(output, [0.0, 2.0, 6.0, 8.0]);
    /// ```
    pub fn output_t(&self, month: f64) -> f64 {
        self.cumulative_t(month + 1.0) - self.cumulative_t(month)
    }
}

fn check_months(months: &[BridgeMonth], faults: &mut Faults) {
    for (index, month) in months.iter().enumerate() {
        let figures = [
            ("use", month.use_t),
            ("supply", month.supply_t),
            ("projects", month.projects_t),
            ("substitution", month.substitution_t),
        ];
        for (what, figure) in figures {
            faults.at_least_zero(&format!("{what} of month {}", index + 1), figure);
        }
    }
}

fn check_worth(carrying_cost_usd_per_t: f64, value_usd_per_t: f64, faults: &mut Faults) {
    faults.at_least_zero("carrying cost [USD/t]", carrying_cost_usd_per_t);
    faults.positive("value lost per tonne short [USD/t]", value_usd_per_t);
}
