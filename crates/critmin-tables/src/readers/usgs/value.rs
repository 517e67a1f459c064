//! The grammar of a printed figure in the Mineral Commodity Summaries.
//!
//! | printed | meaning |
//! |---|---|
//! | `1,294`, `0.5` | the number; estimated when the note starts with `Estimated` |
//! | `—` | a reported zero |
//! | `W`, `NA`, `E`, `XX` | withheld, not available, net exporter, cannot be calculated |
//! | `>50`, `<1,000` | a one-sided bound |
//! | `50–300`, `330 - 390` | a range |
//! | `s` | a footnote mark: its meaning stands in the note |
//! | `?10` | a lost minus sign, where the note explains a negative figure |
//! | `Large`, `Variable, depending on …` | words |

use critmin_core::{Flag, Observation};
use thiserror::Error;

use super::units::{mass_of, tonnes_per_unit};

/// Why a printed figure cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ValueFault {
    /// The text is none of the forms of the grammar.
    #[error("`{found}` is not a figure: expected {expected}")]
    NotAFigure {
        /// The text.
        found: String,
        /// The forms that are known.
        expected: &'static str,
    },
    /// A footnote mark whose note does not say what it stands for.
    #[error("`{found}` is a footnote mark and the note `{note}` does not explain it: expected {expected}")]
    Unexplained {
        /// The mark.
        found: String,
        /// The note beside it.
        note: String,
        /// What would explain it.
        expected: &'static str,
    },
}

impl ValueFault {
    /// What should stand in the cell.
    pub fn expected(&self) -> &'static str {
        match self {
            Self::NotAFigure { expected, .. } | Self::Unexplained { expected, .. } => expected,
        }
    }
}

const FORMS: &str = "a number, `NA`, `—`, `W`, `E`, `s`, `XX`, `>n`, `<n`, a range `a–b`, or words such as `Large`";
const WORDS: &[&str] = &["large", "small", "moderate", "very large", "very small", "variable"];

/// What the printed `text` says, in its `unit`; `note` decides on estimates and explains footnote marks.
///
/// ```
/// use critmin_core::Observation;
/// use critmin_tables::readers::usgs::parse_value;
///
/// assert_eq!(parse_value("1,294", "", "kilograms")?, Observation::reported(1_294.0));
/// assert_eq!(parse_value("s", "Less than 100,000 tons.", "million metric tons")?, Observation::at_most(0.1));
/// # Ok::<(), critmin_tables::readers::usgs::ValueFault>(())
/// ```
///
/// # Errors
///
/// [`ValueFault::NotAFigure`] for anything outside the grammar, a blank included;
/// [`ValueFault::Unexplained`] for `s` or `?n` without a note that explains it.
pub fn parse_value(text: &str, note: &str, unit: &str) -> Result<Observation, ValueFault> {
    let text = text.trim();
    let observation = match text {
        "—" => Observation::reported(0.0),
        "NA" => Observation::absent(Flag::NotAvailable),
        "W" => Observation::absent(Flag::Withheld),
        "E" => Observation::absent(Flag::NetExporter),
        "XX" => Observation::absent(Flag::NotMeaningful),
        "s" => footnote(text, note, unit)?,
        _ => quantity(text, note)?,
    };
    let has_number = [observation.value(), observation.low(), observation.high()].iter().any(Option::is_some);
    Ok(if has_number && is_estimated(note) { observation.marked_estimated() } else { observation })
}

/// Whether the publisher's note marks the figure as estimated: it, or one of its parts (` -- `), says so first.
pub(super) fn is_estimated(note: &str) -> bool {
    let is_mark = |part: &str| matches!(part.trim(), "Estimated" | "Estimated.");
    note.trim_start().starts_with("Estimated") || note.split("--").any(is_mark)
}

/// A number as printed, with thousands commas; `None` for anything else.
pub(super) fn parse_number(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let has_good_groups = groups.all(|group| group.len() == 3 && is_digits(group));
    if !(has_good_groups && is_digits(first) && is_digits(fraction)) || whole.len() + fraction.len() == 0 {
        return None;
    }
    if whole.contains(',') && !(1..=3).contains(&first.len()) {
        return None;
    }
    text.replace(',', "").parse().ok().filter(|number: &f64| number.is_finite())
}

/// What a note says in place of a figure, when it does: a small bound, another row, or no meaning.
pub(super) fn explained(note: &str, unit: &str) -> Option<Observation> {
    let note = note.to_lowercase();
    if let Some((_, rest)) = note.split_once("less than ") {
        return less_than(rest, unit);
    }
    if note.contains("included in") || note.contains("included with") {
        return Some(Observation::absent(Flag::IncludedElsewhere));
    }
    note.contains("preclude").then(|| Observation::absent(Flag::NotMeaningful))
}

/// Whether `text` describes a quantity in words.
pub(super) fn is_in_words(text: &str) -> bool {
    let text = text.to_lowercase();
    WORDS.iter().any(|word| text.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)))
}

fn quantity(text: &str, note: &str) -> Result<Observation, ValueFault> {
    let fault = || ValueFault::NotAFigure { found: text.to_owned(), expected: FORMS };
    if let Some(number) = parse_number(text) {
        return Ok(Observation::reported(number));
    }
    if let Some(rest) = text.strip_prefix('>') {
        return parse_number(rest.trim()).map(Observation::at_least).ok_or_else(fault);
    }
    if let Some(rest) = text.strip_prefix('<') {
        return parse_number(rest.trim()).map(Observation::at_most).ok_or_else(fault);
    }
    if let Some(rest) = text.strip_prefix('?') {
        return lost_minus(text, parse_number(rest).ok_or_else(fault)?, note);
    }
    if let Some((low, high)) = text.split_once('–').or_else(|| text.split_once(" - ")) {
        let ends = parse_number(low.trim()).zip(parse_number(high.trim()));
        return ends.filter(|(low, high)| low <= high).map(|(l, h)| Observation::between(l, h)).ok_or_else(fault);
    }
    if is_in_words(text) { Ok(Observation::absent(Flag::Qualitative)) } else { Err(fault()) }
}

// Two cells of 2026 lost their minus sign in the publisher's export: only a note that speaks of negatives proves it.
fn lost_minus(text: &str, number: f64, note: &str) -> Result<Observation, ValueFault> {
    if note.to_lowercase().contains("if negative") {
        return Ok(Observation::reported(-number));
    }
    Err(ValueFault::Unexplained {
        found: text.to_owned(),
        note: note.to_owned(),
        expected: "a number, or a note that explains negative figures",
    })
}

fn footnote(text: &str, note: &str, unit: &str) -> Result<Observation, ValueFault> {
    if let Some(observation) = explained(note, unit) {
        return Ok(observation);
    }
    if note.trim().is_empty() {
        let expected = "a note that says what the mark stands for, such as `Less than ½ unit`";
        return Err(ValueFault::Unexplained { found: text.to_owned(), note: String::new(), expected });
    }
    // The note tells the figure in words that no rule covers (thallium scrap, 2024): it stays in the note.
    Ok(Observation::absent(Flag::Qualitative))
}

// `rest` follows "less than": "½ unit", "½unit", "1/2 unit", "100,000 tons", "500 carats".
fn less_than(rest: &str, unit: &str) -> Option<Observation> {
    const HALF: f64 = 0.5;
    let rest = rest.trim();
    if ["½", "1/2"].iter().any(|half| rest.starts_with(half)) {
        return Some(Observation::at_most(HALF));
    }
    let (amount, words) = rest.split_once(' ')?;
    let word = words.split(|letter: char| !letter.is_alphabetic()).next().unwrap_or_default();
    let bound = parse_number(amount)? * mass_of(word)? / tonnes_per_unit(unit)?;
    Some(Observation::at_most(bound))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str, note: &str, unit: &str) -> Observation {
        parse_value(text, note, unit).unwrap()
    }

    #[test]
    fn every_printed_form_has_its_meaning() {
        let plain = |text| read(text, "", "metric tons");
        assert_eq!(plain("1,294"), Observation::reported(1_294.0));
        assert_eq!(plain(".5"), Observation::reported(0.5));
        assert_eq!(plain("68\u{a0}"), Observation::reported(68.0));
        assert_eq!(plain("—"), Observation::reported(0.0));
        assert_eq!(plain(">50"), Observation::at_least(50.0));
        assert_eq!(plain("<100,000"), Observation::at_most(100_000.0));
        assert_eq!(plain("50–300"), Observation::between(50.0, 300.0));
        assert_eq!(plain("10,000 - 15,000"), Observation::between(10_000.0, 15_000.0));
        let flags = ["NA", "W", "E", "XX", "Large", "Variable, depending on size, type, and quality"];
        let found = flags.map(|text| plain(text).flag().as_str());
        assert_eq!(
            found,
            ["not_available", "withheld", "net_exporter", "not_meaningful", "qualitative", "qualitative"]
        );
    }

    #[test]
    fn a_footnote_mark_is_resolved_through_its_note() {
        let mark = |note, unit| read("s", note, unit);
        assert_eq!(mark("Less than ½ unit.", "metric tons"), Observation::at_most(0.5));
        assert_eq!(mark("less than ½unit", "metric tons"), Observation::at_most(0.5));
        assert_eq!(mark("Estimated. -- Less than 100,000 tons.", "million metric tons").high(), Some(0.1));
        let carats = mark("Less than 500 carats.", "million carats").high().unwrap();
        assert!((carats - 0.0005).abs() < 1e-15);
        assert_eq!(mark("Included in “World total.”", "metric tons").flag(), Flag::IncludedElsewhere);
        let gold =
            "Large unreported investor stock purchases preclude calculation of a meaningful net import reliance.";
        assert_eq!(mark(gold, "percent").flag(), Flag::NotMeaningful);
        assert!(matches!(parse_value("s", " ", "percent"), Err(ValueFault::Unexplained { .. })));
    }

    #[test]
    fn a_lost_minus_sign_needs_its_note() {
        assert_eq!(read("?1", "If negative, increase in inventory.", "metric tons"), Observation::reported(-1.0));
        let message = parse_value("?1", "", "metric tons").unwrap_err().to_string();
        assert_eq!(
            message,
            "`?1` is a footnote mark and the note `` does not explain it: expected a number, or a note that explains negative figures"
        );
    }

    #[test]
    fn estimates_are_marked_by_the_note() {
        assert_eq!(read("5", "Estimated.", ""), Observation::estimated(5.0));
        assert!(read(">50", "Estimated. -- See notes.", "").is_estimated());
        assert!(read("5", "Defined as sales. -- Estimated.", "").is_estimated());
        assert!(!read("5", "Includes U.S. Geological Survey estimates.", "").is_estimated());
        assert!(!read("W", "Estimated.", "").is_estimated());
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "abc", "1,29", "12345,678", "1.2.3", ">", "<x", "300–50", "Largely", "1e5", "NaN", "inf"] {
            assert!(parse_value(text, "", "").is_err(), "`{text}` was accepted");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC*", note in "\\PC*", unit in "\\PC*") {
            let _ = parse_value(&text, &note, &unit);
        }

        #[test]
        fn numbers_round_trip(number in 0u32..4_000_000_000, decimals in 0u8..100) {
            let digits = number.to_string();
            let grouped = digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap());
            let printed = format!("{}.{decimals:02}", grouped.collect::<Vec<_>>().join(","));
            let expected = f64::from(number) + f64::from(decimals) / 100.0;
            let found = parse_value(&printed, "", "").unwrap().value().unwrap();
            prop_assert!((found - expected).abs() <= 1e-6, "{printed}: {found}");
        }
    }
}
