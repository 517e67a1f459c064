//! The nouns of a supply network: periods, regions, processes, arcs, uses, stocks and the rules between them.
//!
//! Masses are tonnes of **contained** metal per period, money is USD. The notation in brackets is that of the programme on
//! the crate's front page.

use serde::{Deserialize, Serialize};

/// A figure that may change from period to period: one number, or one per period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Series {
    /// The same in every period.
    Constant(f64),
    /// One per period, in their order.
    ByPeriod(Vec<f64>),
}

/// A supply network over time: who can make, send, hold, use and replace what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// One line for people.
    pub title: String,
    /// The periods, in order.
    pub periods: Vec<Period>,
    /// The regions: countries, blocs taken as one, or `other`.
    pub regions: Vec<Region>,
    /// Makers. A process without an input is an extraction.
    #[serde(default)]
    pub processes: Vec<Process>,
    /// Routes.
    #[serde(default)]
    pub arcs: Vec<Arc>,
    /// Who wants how much.
    #[serde(default)]
    pub uses: Vec<Use>,
    /// What can replace the metal in a use, from which form it draws.
    #[serde(default)]
    pub substitutions: Vec<Substitution>,
    /// Where metal can be held.
    #[serde(default)]
    pub stocks: Vec<Stock>,
    /// Routes closed in some periods.
    #[serde(default)]
    pub bans: Vec<Ban>,
    /// Limits of what a region takes from a bloc.
    #[serde(default)]
    pub bloc_caps: Vec<BlocCap>,
    /// Output that is contracted to a route.
    #[serde(default)]
    pub offtakes: Vec<Offtake>,
    /// Shares of a region's demand that its own makers must cover.
    #[serde(default)]
    pub domestic_minimums: Vec<DomesticMinimum>,
}

/// A period \[τ\].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// Its name: `2026-01`.
    pub id: String,
    /// Length \[days\].
    pub days: f64,
    /// Weight of its costs in the objective \[δ\]; 1 = as the first.
    #[serde(default = "one")]
    pub discount: f64,
}

/// A region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Its id: `USA`, `eu-27`, `other`.
    pub id: String,
    /// The bloc that bloc caps count it to.
    #[serde(default)]
    pub bloc: Option<String>,
}

/// A maker of one form in one region \[p\].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// Its id, unique within the region: `refine`.
    pub id: String,
    /// Where.
    pub region: String,
    /// Form that it takes; absent = an extraction.
    #[serde(default)]
    pub input: Option<String>,
    /// Form that it makes.
    pub output: String,
    /// Contained metal out over contained metal in \[ρ\], in (0, 1\]; 1 for an extraction.
    #[serde(default = "one")]
    pub recovery: f64,
    /// Cost per tonne of output \[c, USD/t\].
    pub cost_usd_per_t: f64,
    /// Largest output per period \[K R, t\]; absent = no limit.
    #[serde(default)]
    pub capacity_t: Option<Series>,
    /// What the host's output allows per period \[β H, t\]; absent = not a by-product.
    #[serde(default)]
    pub by_product_limit_t: Option<Series>,
    /// Largest rise of output from one period to the next \[step K, t\]; absent = no limit.
    #[serde(default)]
    pub ramp_t: Option<f64>,
    /// Output of the period before the first \[t\]; the ramp starts from it. Absent = the first period is free.
    #[serde(default)]
    pub initial_output_t: Option<f64>,
}

/// A route for one form \[a\].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arc {
    /// Its id, unique.
    pub id: String,
    /// Where it starts. A route through a third country starts where the metal comes from.
    pub from: String,
    /// Where it ends.
    pub to: String,
    /// What it carries.
    pub form: String,
    /// The third country of a leak.
    #[serde(default)]
    pub via: Option<String>,
    /// Freight \[USD/t sent\].
    #[serde(default)]
    pub freight_usd_per_t: f64,
    /// Tariff \[USD/t sent\].
    #[serde(default)]
    pub tariff_usd_per_t: f64,
    /// What a leak costs on top \[π, USD/t sent\].
    #[serde(default)]
    pub premium_usd_per_t: f64,
    /// Share lost on the way \[ℓ\], in \[0, 1).
    #[serde(default)]
    pub loss: f64,
    /// Largest flow per period \[t\]; for a leak before enforcement \[θ\]. Absent = no limit.
    #[serde(default)]
    pub capacity_t: Option<Series>,
    /// Share of the capacity of a leak that enforcement takes away \[e\], in \[0, 1\].
    #[serde(default)]
    pub enforcement: Option<Series>,
    /// Whether it is a way round a ban: its flow counts to the bloc of its origin and its limit is a leak's.
    #[serde(default)]
    pub is_leak: bool,
}

/// A use of one form in one region \[u\].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Use {
    /// Its id, unique within region and form.
    pub id: String,
    /// Where.
    pub region: String,
    /// What it takes.
    pub form: String,
    /// How much per period \[D, t\].
    pub demand_t: Series,
    /// What unmet demand costs, the cheapest step first; widths sum to 1.
    pub unmet_steps: Vec<UnmetStep>,
}

/// One step of the cost of unmet demand \[k\].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnmetStep {
    /// Share of the demand that the step covers, in \[0, 1\].
    pub width_share: f64,
    /// Cost of a tonne that is not there \[P, USD/t\].
    pub penalty_usd_per_t: f64,
}

/// A way to meet a use without the metal \[n\].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Substitution {
    /// What replaces it: `indium-phosphide`.
    pub substitute: String,
    /// The use.
    pub use_id: String,
    /// Region of the use.
    pub region: String,
    /// Form of the use.
    pub form: String,
    /// Form that it draws on in the same region; absent = abundant.
    #[serde(default)]
    pub draws_form: Option<String>,
    /// Tonnes drawn per tonne replaced \[κ\].
    #[serde(default = "one")]
    pub mass_ratio: f64,
    /// Cost per tonne replaced beside what is drawn \[c, USD/t\].
    pub cost_usd_per_t: f64,
    /// Part of the demand that can have switched in a period \[φ\], in \[0, 1\].
    pub feasible_share: Series,
}

/// A store of one form in one region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stock {
    /// Where.
    pub region: String,
    /// What.
    pub form: String,
    /// Stock before the first period \[S0, t\].
    pub initial_t: f64,
    /// Largest stock \[S max, t\]; absent = no limit.
    #[serde(default)]
    pub capacity_t: Option<f64>,
    /// Cost of holding a tonne over one period \[h, USD/t\].
    #[serde(default)]
    pub holding_cost_usd_per_t: f64,
    /// Days of the region's demand that must be there at the end of a period \[C\]; 0 = the stock may be used up.
    #[serde(default = "zero")]
    pub cover_days: Series,
    /// Value of a tonne left at the end \[USD/t\].
    #[serde(default)]
    pub salvage_usd_per_t: f64,
}

/// A route closed in some periods.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ban {
    /// The route.
    pub arc: String,
    /// Share of its base flow that is withheld, by period; 1 = closed. Between 0 and 1 the flow is limited to the rest of
    /// `base_flow_t`.
    #[serde(default = "constant_one")]
    pub restriction_level: Series,
    /// Flow before the ban per period \[t\]; needed where the level lies between 0 and 1.
    #[serde(default)]
    pub base_flow_t: Option<f64>,
}

/// At most so much of a region's demand from one bloc.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlocCap {
    /// The importing region.
    pub region: String,
    /// The exporting bloc.
    pub bloc: String,
    /// Form that is counted; absent = every form that arrives.
    #[serde(default)]
    pub form: Option<String>,
    /// Largest share of the region's demand, in \[0, 1\], by period; 1 or more than 1 = no cap in that period.
    pub share_of_demand: Series,
}

/// A part of a process's output that must leave on one route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offtake {
    /// The route.
    pub arc: String,
    /// The process.
    pub process: String,
    /// Its region.
    pub region: String,
    /// Share of the output \[α\], in \[0, 1\], by period; 0 = none.
    pub min_share: Series,
}

/// At least so much of a region's demand from its own makers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomesticMinimum {
    /// The region.
    pub region: String,
    /// The form.
    pub form: String,
    /// Share of the demand for the form, in \[0, 1\], by period.
    pub share_of_demand: Series,
}

fn one() -> f64 {
    1.0
}

fn constant_one() -> Series {
    Series::Constant(1.0)
}

fn zero() -> Series {
    Series::Constant(0.0)
}

impl Series {
    /// The figure of a period.
    pub fn at(&self, period: usize) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::ByPeriod(values) => values.get(period).copied().unwrap_or(f64::NAN),
        }
    }

    /// The same with every figure times `factor`.
    #[must_use]
    pub fn times(&self, factor: f64) -> Self {
        match self {
            Self::Constant(value) => Self::Constant(value * factor),
            Self::ByPeriod(values) => Self::ByPeriod(values.iter().map(|value| value * factor).collect()),
        }
    }
}

impl Arc {
    /// What a tonne sent costs \[USD/t\].
    pub fn cost_usd_per_t(&self) -> f64 {
        self.freight_usd_per_t + self.tariff_usd_per_t + self.premium_usd_per_t
    }
}
