//! From a figure as printed to the interval in which the unrounded number lies.

use serde::{Deserialize, Serialize};

use super::Interval;
use crate::{Flag, SalientRecord};

/// Why nothing is printed that a computed figure could be compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// Withheld to avoid disclosing company data (`W`).
    Withheld,
    /// Not available (`NA`).
    NotAvailable,
    /// A footnote mark or words that give no number.
    NotMeaningful,
}

impl Absence {
    /// The value that stands in the `reason` column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Withheld => "withheld",
            Self::NotAvailable => "not_available",
            Self::NotMeaningful => "not_meaningful",
        }
    }
}

/// A printed figure with its rounding.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PrintedFigure {
    /// A number; the dash `—` is exactly 0.
    Number {
        /// Where the unrounded number lies.
        interval: Interval,
        /// Half of the rounding step: the tolerance of a comparison.
        half_step: f64,
    },
    /// A footnote mark for less than `high`: between 0 and `high`.
    LessThan {
        /// Upper end, in the unit of the row.
        high: f64,
    },
    /// `>n`, `<n`, or `a–b`.
    Bound {
        /// Lower end.
        low: Option<f64>,
        /// Upper end.
        high: Option<f64>,
    },
    /// Exports exceed imports (`E`).
    NetExporter,
    /// No figure.
    Absent {
        /// Why.
        absence: Absence,
    },
}

impl PrintedFigure {
    /// Reads `record`; `most_decimals` counts the decimals of the longest number of its series, because the
    /// release drops trailing zeros: 20 beside 22.2 is 20.0.
    ///
    /// A number `t` stands for `t` ± half of its rounding step:
    /// per cent, ± 0.5; a note `nearest N tons`, N; otherwise the place of the third significant digit (the
    /// second for an estimate, or as the note says), unless the text itself shows a finer one.
    pub fn of(record: &SalientRecord, most_decimals: usize) -> Self {
        let observation = &record.published;
        match (observation.flag(), observation.value()) {
            (Flag::Reported | Flag::Estimated, Some(value)) => number(record, value, most_decimals),
            (Flag::NetExporter, _) => Self::NetExporter,
            (Flag::Withheld, _) => Self::Absent { absence: Absence::Withheld },
            (Flag::NotAvailable, _) => Self::Absent { absence: Absence::NotAvailable },
            (Flag::Bound | Flag::Range, _) => match (observation.low(), observation.high()) {
                // A footnote mark is no sign of inequality: its note gives the upper end.
                (None, Some(high)) if !record.printed.trim_start().starts_with('<') => Self::LessThan { high },
                (low, high) => Self::Bound { low, high },
            },
            _ => Self::Absent { absence: Absence::NotMeaningful },
        }
    }

    /// The printed number, when there is one.
    pub fn value(&self) -> Option<f64> {
        match self {
            Self::Number { interval, .. } => Some(interval.value),
            _ => None,
        }
    }

    /// Lower end of what the printed figure allows; absent when it is open.
    pub fn low(&self) -> Option<f64> {
        match self {
            Self::Number { interval, .. } => Some(interval.low),
            Self::LessThan { .. } => Some(0.0),
            Self::Bound { low, .. } => *low,
            Self::NetExporter | Self::Absent { .. } => None,
        }
    }

    /// Upper end of what the printed figure allows; absent when it is open.
    pub fn high(&self) -> Option<f64> {
        match self {
            Self::Number { interval, .. } => Some(interval.high),
            Self::LessThan { high } => Some(*high),
            Self::Bound { high, .. } => *high,
            Self::NetExporter => Some(0.0),
            Self::Absent { .. } => None,
        }
    }

    /// Half of the rounding step of a printed number.
    pub fn half_step(&self) -> Option<f64> {
        match self {
            Self::Number { half_step, .. } => Some(*half_step),
            _ => None,
        }
    }
}

/// Decimals of a printed number.
pub(super) fn decimals(printed: &str) -> usize {
    printed.trim().split_once('.').map_or(0, |(_, fraction)| fraction.len())
}

fn number(record: &SalientRecord, value: f64, most_decimals: usize) -> PrintedFigure {
    const HALF_PERCENT: f64 = 0.5;
    let around = |below: f64, half_step: f64| {
        let magnitude = value.abs();
        let low = if value < 0.0 { magnitude - below } else { (magnitude - below).max(0.0) };
        let interval = Interval { low, value: magnitude, high: magnitude + half_step };
        PrintedFigure::Number { interval: if value < 0.0 { -interval } else { interval }, half_step }
    };
    if record.printed.trim() == "—" {
        return PrintedFigure::Number { interval: Interval::exact(0.0), half_step: 0.0 };
    }
    if record.unit == "percent" {
        let interval = Interval { low: value - HALF_PERCENT, value, high: value + HALF_PERCENT };
        return PrintedFigure::Number { interval, half_step: HALF_PERCENT };
    }
    let floor = power_of_ten(-place(most_decimals));
    if let Some(step) = stated_step(&record.note, &record.unit) {
        return around(step / 2.0, step / 2.0);
    }
    let Some(digits) = Digits::of(&record.printed) else { return around(floor / 2.0, floor / 2.0) };
    let last_kept = digits.first - significant_digits(record) + 1;
    let convention = power_of_ten(last_kept).max(floor);
    let step = convention.min(power_of_ten(digits.last).max(floor));
    // Below a power of ten the same number of digits reaches ten times finer: 998 is printed 998, 1,002 is 1,000.
    let below = if digits.is_power_of_ten && floor < step { step / 20.0 } else { step / 2.0 };
    around(below, step / 2.0)
}

/// Places of the first and last digits of a printed number that are not zero, as powers of ten.
struct Digits {
    first: i32,
    last: i32,
    is_power_of_ten: bool,
}

impl Digits {
    /// `None` for zero.
    fn of(printed: &str) -> Option<Self> {
        let text: String = printed.chars().filter(|letter| letter.is_ascii_digit() || *letter == '.').collect();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let digits = format!("{whole}{fraction}");
        let is_digit = |letter: char| letter != '0';
        let (first, last) = (digits.find(is_digit)?, digits.rfind(is_digit)?);
        let place_of = |position: usize| place(whole.len()) - 1 - place(position);
        let is_power_of_ten = first == last && digits[first..].starts_with('1');
        Some(Self { first: place_of(first), last: place_of(last), is_power_of_ten })
    }
}

fn significant_digits(record: &SalientRecord) -> i32 {
    const REPORTED: i32 = 3;
    const ESTIMATED: i32 = 2;
    if record.note.contains("one significant digit") {
        1
    } else if record.note.contains("two significant digit") {
        2
    } else if record.published.is_estimated() {
        ESTIMATED
    } else {
        REPORTED
    }
}

/// The step of a note such as `rounded to the nearest 100,000 tons`, in `unit`.
fn stated_step(note: &str, unit: &str) -> Option<f64> {
    let tons = note.split("nearest ").skip(1).find_map(|rest| {
        let (amount, _) = rest.strip_prefix("the ").unwrap_or(rest).split_once(" tons")?;
        match amount {
            "hundred thousand" => Some(100_000.0),
            _ => amount.replace(',', "").parse::<f64>().ok(),
        }
    });
    tons.map(|tons| tons / scale(unit))
}

fn scale(unit: &str) -> f64 {
    if unit.starts_with("million") {
        1e6
    } else if unit.starts_with("thousand") {
        1e3
    } else {
        1.0
    }
}

fn power_of_ten(place: i32) -> f64 {
    10_f64.powi(place)
}

// Texts of figures are short: no place overflows.
fn place(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
