//! What changed between two years, or between two graphs: measures side by side, by label.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Error;

/// One measure at two times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// What is measured: the id of a node, a country, or any other label.
    pub label: String,
    /// Its value before, in the measure's own unit; absent where the label was not there, which is not zero.
    pub value_before: Option<f64>,
    /// Its value after; absent where the label is not there any more, which is not zero.
    pub value_after: Option<f64>,
    /// After less before: positive = it grew. Absent unless both are there.
    pub change: Option<f64>,
}

/// Puts two sets of labelled values side by side, sorted by label. Nothing is filled in: a label that only one side has
/// keeps the other side absent.
///
/// # Errors
///
/// [`Error::BadQuestion`] for a label that one side names twice, and for a value that is not finite.
///
/// ```
/// use critmin_graph::difference;
///
/// let before = [("CHN".to_owned(), 0.75), ("RUS".to_owned(), 0.125)];
/// let after = [("CHN".to_owned(), 0.5), ("JPN".to_owned(), 0.25)];
/// let changes = difference(&before, &after)?;
/// assert_eq!((changes[0].label.as_str(), changes[0].change), ("CHN", Some(-0.25)));
/// assert_eq!((changes[1].label.as_str(), changes[1].value_before, changes[1].change), ("JPN", None, None));
/// # Ok::<(), critmin_graph::Error>(())
/// ```
pub fn difference(before: &[(String, f64)], after: &[(String, f64)]) -> Result<Vec<Change>, Error> {
    let (before, after) = (by_label(before, "before")?, by_label(after, "after")?);
    let mut labels: Vec<&str> = before.keys().chain(after.keys()).copied().collect();
    labels.sort_unstable();
    labels.dedup();
    let change = |label: &str| {
        let (value_before, value_after) = (before.get(label).copied(), after.get(label).copied());
        let change = value_before.zip(value_after).map(|(before, after)| after - before);
        Change { label: label.to_owned(), value_before, value_after, change }
    };
    Ok(labels.into_iter().map(change).collect())
}

fn by_label<'a>(values: &'a [(String, f64)], side: &str) -> Result<BTreeMap<&'a str, f64>, Error> {
    let mut known = BTreeMap::new();
    for (label, value) in values {
        if !value.is_finite() {
            let reason =
                format!("the value of `{label}` {side} is {value}: leave the label out where nothing is known");
            return Err(Error::BadQuestion { what: "difference", reason });
        }
        if known.insert(label.as_str(), *value).is_some() {
            let reason = format!("`{label}` is named twice {side}: make the labels unique, or add the values first");
            return Err(Error::BadQuestion { what: "difference", reason });
        }
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[(&str, f64)]) -> Vec<(String, f64)> {
        rows.iter().map(|&(label, value)| (label.to_owned(), value)).collect()
    }

    #[test]
    fn what_only_one_side_has_is_absent_and_not_zero() {
        let found = difference(&of(&[("b", 1.0), ("a", 0.0)]), &of(&[("b", 3.0), ("c", 0.0)])).unwrap();
        let told: Vec<_> =
            found.iter().map(|each| (each.label.as_str(), each.value_before, each.value_after)).collect();
        assert_eq!(told, [("a", Some(0.0), None), ("b", Some(1.0), Some(3.0)), ("c", None, Some(0.0))]);
        assert_eq!(found.iter().map(|each| each.change).collect::<Vec<_>>(), [None, Some(2.0), None]);
    }

    #[test]
    fn a_label_twice_or_a_value_that_is_none_is_refused() {
        let twice = difference(&of(&[("a", 1.0), ("a", 2.0)]), &[]).unwrap_err();
        assert!(twice.to_string().contains("`a` is named twice before"), "{twice}");
        assert!(difference(&[], &of(&[("a", f64::NAN)])).is_err());
    }
}
