//! Which industries use a commodity, and how likely a supplier restricts it.

use serde::{Deserialize, Serialize};

use crate::{CommodityId, CountryId, Grade};

/// What a link between a commodity and an industry counts; each in \[0, 1\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkQuantity {
    /// Part of the industry's output that embodies the commodity: a shortage of the commodity cuts that part.
    OutputShare,
    /// Share of the country's use of the commodity that goes into the industry; the sum over industries is at most 1, and
    /// what is missing is use that nobody explains.
    UseShare,
    /// Share of the country's production of the commodity that the industry makes.
    ProducerShare,
}

impl LinkQuantity {
    /// The word that stands in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OutputShare => "output_share",
            Self::UseShare => "use_share",
            Self::ProducerShare => "producer_share",
        }
    }
}

impl std::str::FromStr for LinkQuantity {
    type Err = crate::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let all = [Self::OutputShare, Self::UseShare, Self::ProducerShare];
        all.into_iter().find(|quantity| quantity.as_str() == text).ok_or_else(|| crate::Error::Unknown {
            kind: "link quantity",
            found: text.to_owned(),
            nearest: all.iter().map(|quantity| quantity.as_str().to_owned()).collect(),
        })
    }
}

/// One share that ties a commodity to an industry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndustryLink {
    /// The commodity.
    pub commodity: CommodityId,
    /// Code of the industry in the input-output table.
    pub industry: String,
    /// What is counted.
    pub quantity: LinkQuantity,
    /// The share, in \[0, 1\].
    pub value: f64,
    /// Lower end of what is plausible.
    pub low: Option<f64>,
    /// Upper end of what is plausible.
    pub high: Option<f64>,
    /// How well it is supported.
    pub grade: Grade,
    /// Report, table and page, or `chosen by us`.
    pub source: String,
    /// Reasoning and caveats.
    pub note: String,
}

/// How likely an exporter restricts its exports within a year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SupplierProbability {
    /// The commodity; absent = any without a row of its own.
    pub commodity: Option<CommodityId>,
    /// The exporter; absent = any without a row of its own.
    pub exporter: Option<CountryId>,
    /// Probability within a year, in \[0, 1\].
    pub probability: f64,
    /// Lower end of what is plausible.
    pub low: Option<f64>,
    /// Upper end of what is plausible.
    pub high: Option<f64>,
    /// How well it is supported.
    pub grade: Grade,
    /// Where it comes from.
    pub source: String,
    /// Reasoning and caveats.
    pub note: String,
}

impl SupplierProbability {
    /// The row that holds for `commodity` and `exporter`: their own, the exporter's, the commodity's, or the row for any.
    pub fn find<'a>(rows: &'a [Self], commodity: &CommodityId, exporter: &CountryId) -> Option<&'a Self> {
        let wanted = [(Some(commodity), Some(exporter)), (None, Some(exporter)), (Some(commodity), None), (None, None)];
        let find = |(commodity, exporter): (Option<&CommodityId>, Option<&CountryId>)| {
            rows.iter().rev().find(|row| row.commodity.as_ref() == commodity && row.exporter.as_ref() == exporter)
        };
        wanted.into_iter().find_map(find)
    }
}
