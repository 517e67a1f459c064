//! Can a parameter be what its name says?

use critmin_core::Parameter;
use thiserror::Error;

/// What is wrong with one parameter, whether it comes from a scenario or from the parameter table.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ParameterFault {
    /// Infinite or NaN.
    #[error("`{field}` is {found}: expected a finite number; leave the parameter out when the figure is not known")]
    NotFinite {
        /// `value`, `low` or `high`.
        field: &'static str,
        /// What was given.
        found: f64,
    },
    /// The interval is reversed.
    #[error(
        "`low` {low} lies above `high` {high}: exchange them; of two negative numbers the larger magnitude is lower"
    )]
    IntervalReversed {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// The central value lies outside its own interval.
    #[error("`value` {value} lies outside its interval, {low} to {high}: widen the interval, or correct the value")]
    OutsideInterval {
        /// Central value.
        value: f64,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// A sign that the quantity cannot have.
    #[error("`{field}` is {found}: expected {expected}")]
    WrongSign {
        /// `value`, `low` or `high`.
        field: &'static str,
        /// What was given.
        found: f64,
        /// Which values are allowed.
        expected: &'static str,
    },
    /// A unit that the name does not have; figures are never converted by guess.
    #[error("`unit` is `{found}`: expected {expected}")]
    WrongUnit {
        /// What was given.
        found: String,
        /// Which units are allowed.
        expected: &'static str,
    },
}

/// Every fault of `row`, in the order of its fields.
pub(crate) fn parameter_faults(row: &Parameter) -> Vec<ParameterFault> {
    let fields = [("value", Some(row.value)), ("low", row.low), ("high", row.high)];
    let given = || fields.iter().filter_map(|(field, found)| Some((*field, (*found)?)));
    let mut faults: Vec<ParameterFault> = given()
        .filter(|(_, found)| !found.is_finite())
        .map(|(field, found)| ParameterFault::NotFinite { field, found })
        .collect();
    if !faults.is_empty() {
        return faults;
    }
    let (low, high) = (row.low.unwrap_or(row.value), row.high.unwrap_or(row.value));
    if high < low {
        faults.push(ParameterFault::IntervalReversed { low, high });
    } else if !(low..=high).contains(&row.value) {
        faults.push(ParameterFault::OutsideInterval { value: row.value, low, high });
    }
    let (is_allowed, expected) = sign(&row.parameter);
    let wrong = given().filter(|(_, found)| !is_allowed(*found));
    faults.extend(wrong.map(|(field, found)| ParameterFault::WrongSign { field, found, expected }));
    faults.extend(wrong_unit(row));
    faults
}

type Sign = (fn(f64) -> bool, &'static str);

/// Which signs the quantity of this name can have.
fn sign(name: &str) -> Sign {
    if name.starts_with("price_elasticity_of_demand") {
        (|found| found <= 0.0, "at most 0 (many tables print the magnitude: put a minus before it)")
    } else if name.ends_with("net_exports_t") {
        (|found| 0.0 <= found, "at least 0: a net importer has no exports to restrict")
    } else {
        (|found| 0.0 <= found, "at least 0")
    }
}

fn wrong_unit(row: &Parameter) -> Option<ParameterFault> {
    let (known, expected): (&[&str], _) = if row.parameter.ends_with("_usd_per_t") {
        (&["USD/t"], "`USD/t`, as the name says: convert the figure")
    } else if row.parameter.ends_with("_t") {
        (&["t", "t/yr"], "`t/yr` or `t`, as the name says: convert the figure")
    } else {
        return None;
    };
    // Left out (or the `1` that stands for it), the unit is that of the name.
    let found = row.unit.trim();
    (!matches!(found, "" | "1") && !known.contains(&found))
        .then(|| ParameterFault::WrongUnit { found: found.to_owned(), expected })
}
