//! Who may be financed: a rule is a document with tests, not code.

use std::collections::BTreeSet;

use critmin_core::CountryId;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::portfolio::{LoanSize, LoanTerms, Project, debt_service_coverage};

/// The rules that come with the crate, by id.
const LIBRARY: [(&str, &str); 2] = [
    ("exim-supply-chain-resiliency", include_str!("../../rules/exim-supply-chain-resiliency.toml")),
    ("pro-rata-joint-venture", include_str!("../../rules/pro-rata-joint-venture.toml")),
];

/// A set of tests that a project must pass, with the loan that it then gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EligibilityRule {
    /// Its id.
    pub id: String,
    /// One line for people.
    pub title: String,
    /// Where it comes from.
    pub source: String,
    /// What is ours in it.
    #[serde(default)]
    pub note: String,
    /// What happens when a figure that a test needs is not known.
    pub unknown: UnknownFigure,
    /// How the loan follows from the offtake.
    pub loan_size: LoanSize,
    /// Terms for projects without terms of their own.
    pub loan: LoanTerms,
    /// The tests; every one must hold.
    pub tests: Vec<EligibilityTest>,
}

/// What a test says of a project that lacks its figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownFigure {
    /// The test fails.
    Fails,
    /// The test holds, and the verdict says that it was not known.
    HoldsWithNote,
}

/// One test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "test", rename_all = "snake_case", deny_unknown_fields)]
pub enum EligibilityTest {
    /// The project lies in none of these countries.
    CountryNotIn {
        /// The countries.
        countries: Vec<CountryId>,
    },
    /// The project lies in one of these countries.
    CountryIn {
        /// The countries.
        countries: Vec<CountryId>,
    },
    /// No owner is of these countries.
    OwnersNotIn {
        /// The countries.
        countries: Vec<CountryId>,
    },
    /// At least one owner is of these countries.
    AnOwnerIn {
        /// The countries.
        countries: Vec<CountryId>,
    },
    /// It does not rely on technology of an excluded country.
    NoExcludedTechnology,
    /// At most this share of its customers is in an excluded country.
    ExcludedCustomersAtMost {
        /// The share, in \[0, 1\].
        share: f64,
    },
    /// At least this share of the output is contracted to the buyers.
    OfftakeAtLeast {
        /// The share, in \[0, 1\].
        share: f64,
    },
    /// Earnings at a low price over debt service, in the years of repayment.
    DebtServiceCoverageAtLeast {
        /// The ratio.
        ratio: f64,
        /// The low price over the price before.
        price_ratio: f64,
    },
}

/// What a rule says of a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Whether every test holds.
    pub is_eligible: bool,
    /// Why not, one sentence per test that fails; or what was not known.
    pub reasons: Vec<String>,
}
