//! A method document exactly as it is written: the rows of the TOML, before any check.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How well a rule or a document is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// Recomputed from published inputs and found to agree.
    Recomputed,
    /// Stated in a source that was read.
    Stated,
    /// An own definition, or an own correction of a published method.
    Ours,
    /// Recalled from the literature; the primary source was not read.
    FromMemory,
}

/// Which direction of a number is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HigherIs {
    /// Higher = riskier.
    Riskier,
    /// Higher = safer.
    Safer,
    /// Higher = more of it; neither better nor worse.
    #[default]
    Larger,
}

/// One text or several.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged, expecting = "expected a name or a list of names")]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub(crate) fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

/// Where a method was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// Authors, year, title, place.
    pub text: String,
    /// Digital object identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doi: Option<String>,
    /// Page or table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawMethod {
    pub(crate) format: u32,
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) question: String,
    pub(crate) evidence: Evidence,
    #[serde(default)]
    pub(crate) caution: Option<String>,
    pub(crate) outputs: Vec<String>,
    pub(crate) citation: Citation,
    pub(crate) axes: toml::Table,
    #[serde(default)]
    pub(crate) constants: BTreeMap<String, RawConstant>,
    #[serde(default)]
    pub(crate) inputs: BTreeMap<String, RawInput>,
    pub(crate) bindings: BTreeMap<String, RawBinding>,
    #[serde(default)]
    pub(crate) gaps: Vec<RawGap>,
    #[serde(default)]
    pub(crate) tests: Vec<RawTest>,
    #[serde(default)]
    pub(crate) no_published_test: Option<NoPublishedTest>,
}

/// Why a method has no published value to be tested against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoPublishedTest {
    /// The reason.
    pub reason: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawConstant {
    pub(crate) value: f64,
    #[serde(default = "dimensionless")]
    pub(crate) unit: String,
    pub(crate) source: String,
    #[serde(default)]
    pub(crate) evidence: Option<Evidence>,
}

fn dimensionless() -> String {
    "1".to_owned()
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawInput {
    pub(crate) description: String,
    pub(crate) axes: Vec<String>,
    pub(crate) unit: String,
    #[serde(default)]
    pub(crate) range: Option<[f64; 2]>,
    #[serde(default)]
    pub(crate) higher_is: HigherIs,
    #[serde(default)]
    pub(crate) missing: RawMissing,
    #[serde(default)]
    pub(crate) reference: Option<RawReference>,
    #[serde(default)]
    pub(crate) uncertainty: Option<Distribution>,
}

/// A label to keep in a column, or several.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged, expecting = "expected a label or a list of labels")]
pub(crate) enum Labels {
    One(Label),
    Many(Vec<Label>),
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged, expecting = "expected a text, a whole number, or true or false")]
pub(crate) enum Label {
    Text(String),
    Integer(i64),
    Truth(bool),
}

impl Labels {
    pub(crate) fn into_texts(self) -> Vec<String> {
        let many = match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        };
        many.into_iter()
            .map(|label| match label {
                Label::Text(text) => text,
                Label::Integer(number) => number.to_string(),
                Label::Truth(truth) => truth.to_string(),
            })
            .collect()
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "expected the name of a column, or a number")]
pub(crate) enum ValueOf {
    Column(String),
    Literal(f64),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawReference {
    pub(crate) table: String,
    pub(crate) value: ValueOf,
    #[serde(default = "one")]
    pub(crate) scale: f64,
    pub(crate) axes: BTreeMap<String, String>,
    #[serde(default, rename = "where")]
    pub(crate) keep: BTreeMap<String, Labels>,
    #[serde(default)]
    pub(crate) pin: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) years: Option<[i32; 2]>,
    #[serde(default)]
    pub(crate) censored: Option<Censored>,
    #[serde(default)]
    pub(crate) combine: Combine,
    #[serde(default)]
    pub(crate) expand: Option<Expand>,
    #[serde(default)]
    pub(crate) carry: Option<Carry>,
    #[serde(default)]
    pub(crate) region: Option<Region>,
    #[serde(default)]
    pub(crate) unlabelled: Unlabelled,
}

fn one() -> f64 {
    1.0
}

/// A value of which only the upper bound is printed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Censored {
    pub(crate) high: String,
    pub(crate) rule: CensorRule,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CensorRule {
    Half,
    Bound,
}

/// What several rows of one key become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Combine {
    #[default]
    Error,
    Sum,
    Mean,
    First,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expand {
    pub(crate) axis: String,
    pub(crate) from: String,
    pub(crate) to: String,
}

/// Which year stands in for a year that a source does not cover.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Carry {
    pub(crate) axis: String,
    pub(crate) within: Vec<String>,
    pub(crate) at_most: f64,
}

/// How a bloc is built from its members.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Region {
    pub(crate) axis: String,
    #[serde(default)]
    pub(crate) partner: Option<String>,
    #[serde(default)]
    pub(crate) inside: Inside,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Inside {
    #[default]
    Drop,
    Keep,
}

/// What happens to a row without a label on an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unlabelled {
    #[default]
    Error,
    LeaveOut,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(
    untagged,
    expecting = "expected `unavailable`, `error`, `skip`, `worst`, `best`, or one of `{ constant = 0.5 }`, `{ mean_over = \"axis\" }`, `{ not_listed = 0.0, within = [] }`, `{ nearest = \"axis\", at_most = 1 }`"
)]
pub(crate) enum RawMissing {
    Named(String),
    Constant { constant: f64 },
    MeanOver { mean_over: String },
    NotListed { not_listed: f64, within: Vec<String> },
    Nearest { nearest: String, at_most: f64 },
}

impl Default for RawMissing {
    fn default() -> Self {
        Self::Named("unavailable".to_owned())
    }
}

/// How an input varies from draw to draw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distribution {
    /// Shape of the distribution.
    pub kind: DistributionKind,
    /// Standard deviation (`normal`), relative standard deviation (`lognormal`), half-width (`uniform`).
    #[serde(default)]
    pub size: Option<f64>,
    /// Column that holds a standard deviation for each row (`column`).
    #[serde(default)]
    pub column: Option<String>,
    /// After a draw, the sum over this axis is brought back to the base sum.
    #[serde(default)]
    pub renormalise: Option<String>,
}

/// Shape of a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DistributionKind {
    /// Always the base value.
    None,
    /// Base value plus a normal deviate with standard deviation `size`.
    Normal,
    /// Base value times a lognormal deviate with median 1 and standard deviation of its logarithm `size`.
    Lognormal,
    /// Base value plus or minus at most `size`.
    Uniform,
    /// Normal, with the standard deviation of each row in a column.
    Column,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawBinding {
    pub(crate) expr: Option<String>,
    pub(crate) share: Option<String>,
    pub(crate) map: Option<String>,
    pub(crate) reduce: Option<OneOrMany>,
    pub(crate) select: Option<RawSelect>,
    pub(crate) classify: Option<RawClassify>,
    pub(crate) balance: Option<RawBalance>,
    pub(crate) over: Option<OneOrMany>,
    pub(crate) by: Option<String>,
    pub(crate) power: Option<f64>,
    pub(crate) weight: Option<String>,
    pub(crate) weight_inside: Option<bool>,
    pub(crate) order: Option<f64>,
    pub(crate) k: Option<usize>,
    pub(crate) decay: Option<f64>,
    pub(crate) complete: Option<BTreeMap<String, usize>>,
    pub(crate) skip_missing: Option<bool>,
    pub(crate) minimum_coverage: Option<f64>,
    pub(crate) weights: Option<Vec<f64>>,
    pub(crate) residual: Option<Residual>,
    pub(crate) tolerance: Option<f64>,
    pub(crate) affine: Option<[f64; 2]>,
    pub(crate) log: Option<[f64; 2]>,
    pub(crate) bins: Option<Bins>,
    pub(crate) target: Option<Target>,
    pub(crate) min_max: Option<RawOver>,
    pub(crate) percentile: Option<RawOver>,
    pub(crate) scale_to_max: Option<RawOver>,
    pub(crate) clamp: Option<[f64; 2]>,
    pub(crate) of: Option<String>,
    pub(crate) levels: Option<Vec<Level>>,
    pub(crate) labels: Option<Vec<String>>,
    pub(crate) decimals: Option<u32>,
    pub(crate) gives: Option<String>,
    pub(crate) floor: Option<f64>,
    pub(crate) unit: Option<String>,
    pub(crate) axes: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) description: String,
    pub(crate) evidence: Option<Evidence>,
    pub(crate) source: Option<String>,
    pub(crate) note: Option<String>,
    #[serde(default)]
    pub(crate) higher_is: HigherIs,
    #[serde(default)]
    pub(crate) missing: RawMissing,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawOver {
    pub(crate) over: OneOrMany,
}

/// What the shares do not add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Residual {
    #[default]
    Renormalise,
    Keep,
    Bound,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bins {
    pub(crate) edges: Vec<f64>,
    pub(crate) values: Vec<f64>,
    #[serde(default)]
    pub(crate) edge: EdgeSide,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EdgeSide {
    #[default]
    Upper,
    Lower,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Target {
    pub(crate) value: f64,
    #[serde(default = "two")]
    pub(crate) power: f64,
    #[serde(default)]
    pub(crate) cut_off: f64,
}

fn two() -> f64 {
    2.0
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "expected a name, or a list of names and of `{ use = \"a\", when = [\"b\"] }`")]
pub(crate) enum RawSelect {
    One(String),
    Many(Vec<RawAlternative>),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "expected a name, or `{ use = \"a\", when = [\"b\"] }`")]
pub(crate) enum RawAlternative {
    Plain(String),
    When {
        #[serde(rename = "use")]
        name: String,
        when: Vec<String>,
    },
}

#[derive(Debug, Clone, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a name, `{ all = [...] }` or `{ any = [...] }` with entries such as `{ value = \"a\", at_least = 1.0 }`"
)]
pub(crate) enum RawClassify {
    One(String),
    All { all: Vec<RawCondition> },
    Any { any: Vec<RawCondition> },
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCondition {
    pub(crate) value: String,
    pub(crate) at_least: Option<f64>,
    pub(crate) above: Option<f64>,
}

/// One class; without a bound it takes whatever is left.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Level {
    pub(crate) at_least: Option<f64>,
    pub(crate) above: Option<f64>,
    pub(crate) label: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawBalance {
    pub(crate) production: Option<String>,
    pub(crate) imports: Option<String>,
    pub(crate) exports: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawGap {
    #[serde(default)]
    pub(crate) table: Option<String>,
    #[serde(default, rename = "where")]
    pub(crate) keep: BTreeMap<String, Labels>,
    pub(crate) axes: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) from: Option<String>,
    #[serde(default)]
    pub(crate) until: Option<String>,
    #[serde(default)]
    pub(crate) reason: Option<String>,
    #[serde(default)]
    pub(crate) reason_text: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTest {
    pub(crate) name: String,
    pub(crate) source: String,
    #[serde(default)]
    pub(crate) published: bool,
    #[serde(default)]
    pub(crate) inputs: BTreeMap<String, Vec<toml::Table>>,
    pub(crate) expect: Vec<Expectation>,
    #[serde(default)]
    pub(crate) tolerance: Option<Tolerance>,
}

/// What a test of a document expects of one cell.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expectation {
    pub(crate) output: String,
    #[serde(default)]
    pub(crate) at: BTreeMap<String, Label>,
    pub(crate) value: Option<f64>,
    pub(crate) status: Option<String>,
    pub(crate) label: Option<String>,
}

/// How near is near enough.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Tolerance {
    Absolute { size: f64 },
    Printed { decimals: i32 },
    Interval { half_widths: BTreeMap<String, f64>, decimals: i32 },
}

impl Label {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Integer(number) => number.to_string(),
            Self::Truth(truth) => truth.to_string(),
        }
    }
}
