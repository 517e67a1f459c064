//! What a loan costs the lender, and whether a project can carry it.

use serde::{Deserialize, Serialize};

use crate::{Error, Fault};

/// Terms of a loan: interest only in the years of grace, then a level annuity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoanTerms {
    /// Largest loan over capital cost, in \[0, 1\].
    pub loan_to_value: f64,
    /// Yearly interest, at least 0.
    pub rate: f64,
    /// Yearly interest that the market would ask, at least 0.
    pub market_rate: f64,
    /// Years from the first to the last payment.
    pub tenor_years: u32,
    /// Years of interest only, below the tenor.
    pub grace_years: u32,
}

/// How the loan follows from the part of the output that is contracted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoanSize {
    /// Loan-to-value times capital cost times offtake share.
    #[default]
    Proportional,
    /// Capital cost times the smaller of loan-to-value and offtake share.
    Minimum,
}

/// A loan.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Loan {
    /// Amount \[million USD\].
    pub loan_million_usd: f64,
    /// Yearly payment after the grace over the amount.
    pub annuity: f64,
    /// Part of the loan that is a gift: 1 less the present value of its payments at the market rate, over the amount.
    pub grant_element: f64,
    /// Amount times grant element \[million USD\]: what the loan takes of a budget; 0 where it is dearer than the market.
    pub grant_equivalent_million_usd: f64,
}

impl LoanTerms {
    /// The loan for a project.
    ///
    /// ```
    /// use critmin_substitution::portfolio::{LoanSize, LoanTerms};
    ///
    /// let terms = LoanTerms { loan_to_value: 0.7, rate: 0.045, market_rate: 0.095, tenor_years: 15, grace_years: 3 };
    /// let loan = terms.loan(100.0, 0.6, LoanSize::Proportional)?;
    /// assert!((loan.loan_million_usd - 42.0).abs() < 1e-9);
    /// assert!((loan.grant_element - 0.303_755_325_677).abs() < 1e-9);
    /// # Ok::<(), critmin_substitution::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with every figure out of range.
    pub fn loan(&self, capex_million_usd: f64, offtake_share: f64, size: LoanSize) -> Result<Loan, Error> {
        let mut faults = self.faults("loan");
        if !(capex_million_usd.is_finite() && 0.0 <= capex_million_usd) {
            faults.push(Fault::new("capex_million_usd", capex_million_usd, "a finite number, at least 0"));
        }
        if !(0.0..=1.0).contains(&offtake_share) {
            faults.push(Fault::new("offtake_share", offtake_share, "a share from 0 to 1"));
        }
        if !faults.is_empty() {
            return Err(Error::Invalid { what: "the loan", faults });
        }
        let loan = match size {
            LoanSize::Proportional => self.loan_to_value * capex_million_usd * offtake_share,
            LoanSize::Minimum => capex_million_usd * self.loan_to_value.min(offtake_share),
        };
        let grant_element = self.grant_element();
        Ok(Loan {
            loan_million_usd: loan,
            annuity: self.annuity(),
            grant_element,
            grant_equivalent_million_usd: (grant_element * loan).max(0.0),
        })
    }

    /// Level yearly payment after the grace, over the amount: `r / (1 - (1+r)^-(n-g))`.
    pub fn annuity(&self) -> f64 {
        let years = f64::from(self.tenor_years - self.grace_years);
        if self.rate == 0.0 { years.recip() } else { self.rate / (1.0 - (1.0 + self.rate).powf(-years)) }
    }

    /// 1 less the present value of the payments at the market rate, over the amount. At its own rate a loan is worth itself.
    ///
    /// The grant element of the OECD Development Assistance Committee, with yearly payments.
    pub fn grant_element(&self) -> f64 {
        let (annuity, market) = (self.annuity(), 1.0 + self.market_rate);
        let payment = |year: u32| if year <= self.grace_years { self.rate } else { annuity };
        1.0 - (1..=self.tenor_years).map(|year| payment(year) / market.powf(f64::from(year))).sum::<f64>()
    }

    /// Every figure out of range.
    pub(crate) fn faults(&self, place: &str) -> Vec<Fault> {
        let mut faults = Vec::new();
        if !(0.0..=1.0).contains(&self.loan_to_value) {
            faults.push(Fault::new(place, format!("loan_to_value {}", self.loan_to_value), "a share from 0 to 1"));
        }
        for (name, rate) in [("rate", self.rate), ("market_rate", self.market_rate)] {
            if !(0.0..1.0).contains(&rate) {
                let expected = "a yearly rate as a fraction, from 0 to below 1: 0.045 is 4.5 %";
                faults.push(Fault::new(place, format!("{name} {rate}"), expected));
            }
        }
        if self.tenor_years <= self.grace_years {
            let found = format!("tenor_years {} and grace_years {}", self.tenor_years, self.grace_years);
            faults.push(Fault::new(place, found, "a tenor above the grace"));
        }
        faults
    }
}

/// Earnings of the contracted output over debt service: `(price - cost) offtake output / (loan annuity)`; above 1 the
/// project can pay. Prices in USD/t, output in t per year, the loan in million USD. Absent without a loan.
pub fn debt_service_coverage(
    (price_usd_per_t, cost_usd_per_t): (f64, f64),
    contracted_t_per_year: f64,
    loan: &Loan,
) -> Option<f64> {
    const USD_PER_MILLION: f64 = 1e6;
    let service = loan.loan_million_usd * loan.annuity * USD_PER_MILLION;
    (0.0 < service).then(|| (price_usd_per_t - cost_usd_per_t) * contracted_t_per_year / service)
}
