//! Who may be financed: a rule is a document with tests, not code.

use std::collections::BTreeSet;

use critmin_core::CountryId;
use serde::{Deserialize, Serialize};

use crate::portfolio::{LoanSize, LoanTerms, Project, debt_service_coverage};
use crate::{Error, Fault};

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

/// Ids of the rules that come with the crate.
pub fn rule_ids() -> Vec<&'static str> {
    LIBRARY.iter().map(|(id, _)| *id).collect()
}

/// What a project earns in a low-price year, where that is known.
pub(crate) struct Earnings {
    /// Price before any scenario \[USD/t\].
    pub(crate) price_usd_per_t: Option<f64>,
    /// Price that is guaranteed \[USD/t\].
    pub(crate) price_floor_usd_per_t: Option<f64>,
    /// Output that reaches the buyers \[t/yr\].
    pub(crate) contracted_t_per_year: f64,
    /// The loan that it would get.
    pub(crate) loan: super::Loan,
}

impl EligibilityRule {
    /// A rule that comes with the crate.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for an unknown id, with the known ones.
    pub fn find(id: &str) -> Result<Self, Error> {
        let text = Self::text(id)?;
        Self::from_toml(text)
    }

    /// The document of a rule that comes with the crate.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for an unknown id, with the known ones.
    pub fn text(id: &str) -> Result<&'static str, Error> {
        let unknown = || Error::Invalid {
            what: "the rule",
            faults: vec![Fault::new("rule", format!("`{id}`"), format!("one of {}", rule_ids().join(", ")))],
        };
        LIBRARY.iter().find(|(known, _)| *known == id).map(|(_, text)| *text).ok_or_else(unknown)
    }

    /// Reads a rule from TOML.
    ///
    /// # Errors
    ///
    /// [`Error::Syntax`] with line and column, [`Error::Invalid`] for figures out of range.
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        let syntax = |fault: toml::de::Error| Error::Syntax { what: "the rule".to_owned(), reason: fault.to_string() };
        let rule: Self = toml::from_str(text).map_err(syntax)?;
        let faults = rule.faults();
        if faults.is_empty() { Ok(rule) } else { Err(Error::Invalid { what: "the rule", faults }) }
    }

    /// Every figure out of range.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        let mut faults = self.loan.faults(&format!("rule {}", self.id));
        for test in &self.tests {
            if let EligibilityTest::ExcludedCustomersAtMost { share } | EligibilityTest::OfftakeAtLeast { share } = test
                && !(0.0..=1.0).contains(share)
            {
                faults.push(Fault::new(format!("rule {}", self.id), format!("share {share}"), "a share from 0 to 1"));
            }
        }
        faults
    }

    /// Whether `project` passes, and why not.
    pub(crate) fn verdict(&self, project: &Project, earnings: &Earnings) -> Verdict {
        let mut verdict = Verdict { is_eligible: true, reasons: Vec::new() };
        for test in &self.tests {
            match test.failure(project, earnings) {
                Answer::Holds => {}
                Answer::Fails(reason) => {
                    verdict.is_eligible = false;
                    verdict.reasons.push(reason);
                }
                Answer::NotKnown(what) if self.unknown == UnknownFigure::Fails => {
                    verdict.is_eligible = false;
                    verdict.reasons.push(format!("not known: {what}"));
                }
                Answer::NotKnown(what) => verdict.reasons.push(format!("not known, taken as passed: {what}")),
            }
        }
        verdict
    }
}

enum Answer {
    Holds,
    Fails(String),
    NotKnown(String),
}

impl EligibilityTest {
    fn failure(&self, project: &Project, earnings: &Earnings) -> Answer {
        match self {
            Self::CountryNotIn { countries } if countries.contains(&project.country) => {
                Answer::Fails(format!("it lies in {}", project.country))
            }
            Self::CountryIn { countries } if !countries.contains(&project.country) => {
                Answer::Fails(format!("it lies in {}, not in {}", project.country, listed(countries)))
            }
            Self::OwnersNotIn { .. } | Self::AnOwnerIn { .. } if project.owner_countries.is_empty() => {
                Answer::NotKnown("owners".to_owned())
            }
            Self::OwnersNotIn { countries } => {
                match project.owner_countries.iter().find(|owner| countries.contains(owner)) {
                    Some(owner) => Answer::Fails(format!("an owner is of {owner}")),
                    None => Answer::Holds,
                }
            }
            Self::AnOwnerIn { countries } if !project.owner_countries.iter().any(|owner| countries.contains(owner)) => {
                Answer::Fails(format!("no owner is of {}", listed(countries)))
            }
            Self::NoExcludedTechnology => match project.uses_excluded_technology {
                None => Answer::NotKnown("technology".to_owned()),
                Some(true) => Answer::Fails("it relies on technology of an excluded country".to_owned()),
                Some(false) => Answer::Holds,
            },
            Self::ExcludedCustomersAtMost { share } => match project.excluded_customers_share {
                None => Answer::NotKnown("customers in an excluded country".to_owned()),
                Some(found) if *share < found => {
                    Answer::Fails(format!("{:.0} % of its customers are in an excluded country", 100.0 * found))
                }
                Some(_) => Answer::Holds,
            },
            Self::OfftakeAtLeast { share } if project.offtake_share < *share => {
                Answer::Fails(format!("only {:.0} % of the output is contracted", 100.0 * project.offtake_share))
            }
            Self::DebtServiceCoverageAtLeast { ratio, price_ratio } => covers(*ratio, *price_ratio, project, earnings),
            _ => Answer::Holds,
        }
    }
}

/// Whether the contracted output pays the debt at a low price, or at the guaranteed one where that is higher.
fn covers(ratio: f64, price_ratio: f64, project: &Project, earnings: &Earnings) -> Answer {
    let Some(price) = earnings.price_usd_per_t else { return Answer::NotKnown("price".to_owned()) };
    let low = (price * price_ratio).max(earnings.price_floor_usd_per_t.unwrap_or(0.0));
    let prices = (low, project.operating_cost_usd_per_t);
    match debt_service_coverage(prices, earnings.contracted_t_per_year, &earnings.loan) {
        Some(found) if found < ratio => {
            Answer::Fails(format!("earnings at {price_ratio} times the price cover {found:.2} of the debt service"))
        }
        _ => Answer::Holds,
    }
}

fn listed(countries: &[CountryId]) -> String {
    let names: BTreeSet<&str> = countries.iter().map(CountryId::as_str).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}
