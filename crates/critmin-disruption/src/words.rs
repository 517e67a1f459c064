//! Numbers in messages, for people.

/// `number` with three significant digits and without an exponent: `18.7`, `0.00123`, `40,200`.
pub(crate) fn readable(number: f64) -> String {
    const SIGNIFICANT: i32 = 3;
    if !number.is_finite() || number == 0.0 {
        return number.to_string();
    }
    // Through the exponent of the rounded number: 999.9 has four digits before the point.
    let scientific = format!("{number:.2e}");
    let exponent = scientific.split_once('e').and_then(|(_, text)| text.parse::<i32>().ok()).unwrap_or_default();
    let decimals = usize::try_from(SIGNIFICANT - 1 - exponent).unwrap_or_default();
    let rounded = scientific.parse().unwrap_or(number);
    let text = format!("{rounded:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    grouped(text)
}

/// Commas between groups of three digits before the point.
fn grouped(text: &str) -> String {
    let (whole, fraction) = text.find('.').map_or((text, ""), |point| text.split_at(point));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let first = digits.len() % 3;
    let mut groups: Vec<&str> = Vec::new();
    if 0 < first {
        groups.push(&digits[..first]);
    }
    groups.extend((first..digits.len()).step_by(3).map(|start| &digits[start..start + 3]));
    format!("{sign}{}{fraction}", groups.join(","))
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn three_digits_and_no_exponent() {
        let written = [0.0, 18.689, 1.0, 999.9, 40_234.0, 1.5e9, -2_500.5, 0.001_234, 2.5].map(readable);
        assert_eq!(written, ["0", "18.7", "1", "1,000", "40,200", "1,500,000,000", "-2,500", "0.00123", "2.5"]);
    }
}
