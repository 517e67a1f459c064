//! What a network does at its optimum, and what its limits are worth.

use critmin_solve::Certificate;
use serde::{Deserialize, Serialize};

/// The cheapest way to serve the uses of a [`crate::network::Network`], proven.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Title of the network.
    pub title: String,
    /// Total discounted cost \[USD\].
    pub cost_usd: f64,
    /// The cost by part, undiscounted parts weighted by their period's discount.
    pub costs: Vec<CostPart>,
    /// How far the optimum is from a proof.
    pub certificate: Certificate,
    /// Steps of the solver.
    pub iterations: u64,
    /// What a reader must know: by-product caps off, single buyer, hard ban.
    pub flags: Vec<String>,
    /// Names of the periods.
    pub periods: Vec<String>,
    /// Length of each period \[days\].
    pub period_days: Vec<f64>,
    /// What each process makes.
    pub production: Vec<ProductionRow>,
    /// What each route carries.
    pub flows: Vec<FlowRow>,
    /// What each store holds.
    pub stocks: Vec<StockRow>,
    /// What each use gets.
    pub uses: Vec<UseRow>,
    /// What each substitute replaces.
    pub substitutions: Vec<SubstitutionRow>,
    /// What a tonne is worth where.
    pub prices: Vec<PriceRow>,
    /// What one tonne more of each limit that binds is worth.
    pub rents: Vec<RentRow>,
}

/// One part of the cost: `process`, `freight`, `tariff`, `premium`, `holding`, `substitution`, `unmet`, `salvage`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostPart {
    /// Which.
    pub part: String,
    /// Amount \[USD\].
    pub cost_usd: f64,
}

/// Output of one process in one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProductionRow {
    /// Period.
    pub period: String,
    /// Process.
    pub process: String,
    /// Region.
    pub region: String,
    /// What it makes.
    pub form: String,
    /// Output \[t\].
    pub output_t: f64,
    /// Capacity \[t\]; absent = no limit.
    pub capacity_t: Option<f64>,
    /// What the host allows \[t\]; absent = not a by-product, or caps off.
    pub by_product_limit_t: Option<f64>,
}

/// Flow on one route in one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlowRow {
    /// Period.
    pub period: String,
    /// Route.
    pub arc: String,
    /// Where it starts.
    pub origin: String,
    /// Where it ends.
    pub destination: String,
    /// Third country of a leak.
    pub via: Option<String>,
    /// What it carries.
    pub form: String,
    /// Whether it is a leak.
    pub is_leak: bool,
    /// Whether a ban holds on it in this period.
    pub is_banned: bool,
    /// Tonnes sent \[t\].
    pub sent_t: f64,
    /// Tonnes that arrive \[t\].
    pub arrived_t: f64,
    /// Cost per tonne sent \[USD/t\].
    pub cost_usd_per_t: f64,
    /// What one tonne through a closed route would save \[USD/t\]; absent on open routes.
    pub worth_of_a_tonne_usd_per_t: Option<f64>,
}

/// One store at the end of one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StockRow {
    /// Period.
    pub period: String,
    /// Region.
    pub region: String,
    /// What it holds.
    pub form: String,
    /// Stock at the end \[t\].
    pub stock_t: f64,
    /// Released in the period, negative when filled \[t\].
    pub released_t: f64,
    /// Least stock that the cover asks for \[t\].
    pub cover_t: f64,
}

/// One use in one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UseRow {
    /// Period.
    pub period: String,
    /// Region.
    pub region: String,
    /// Use.
    #[serde(rename = "use")]
    pub use_id: String,
    /// What it takes.
    pub form: String,
    /// Demand \[t\].
    pub demand_t: f64,
    /// Met with the metal \[t\].
    pub supplied_t: f64,
    /// Met by substitutes \[t of the metal replaced\].
    pub substituted_t: f64,
    /// Not met \[t\]; the glossary's shortfall.
    pub shortfall_t: f64,
    /// Cost of what is not met \[USD\].
    pub shortfall_cost_usd: f64,
}

/// One substitute in one use and period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SubstitutionRow {
    /// Period.
    pub period: String,
    /// Region.
    pub region: String,
    /// Use.
    #[serde(rename = "use")]
    pub use_id: String,
    /// What is replaced.
    pub form: String,
    /// What replaces it.
    pub substitute: String,
    /// Form that it draws on; absent = abundant.
    pub draws_form: Option<String>,
    /// Demand met by it \[t of the metal replaced\].
    pub substituted_t: f64,
    /// Drawn from `draws_form` \[t\]; 0 where nothing is drawn.
    pub drawn_t: f64,
    /// Most that can have switched by then \[t\].
    pub feasible_t: f64,
}

/// Scarcity price of a form in a region: what one tonne more would save.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PriceRow {
    /// Period.
    pub period: String,
    /// Region.
    pub region: String,
    /// Form.
    pub form: String,
    /// Price \[USD/t\], undiscounted.
    pub price_usd_per_t: f64,
    /// Whether nothing moves there, so that the price is one of many; its interval is asked for apart.
    pub is_idle: bool,
    /// Lower end of the prices that are optimal; absent unless intervals were asked for.
    pub low_usd_per_t: Option<f64>,
    /// Upper end.
    pub high_usd_per_t: Option<f64>,
}

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RentKind {
    /// Capacity of a process \[μ\]: the bottleneck stage.
    Capacity,
    /// Output of the host of a by-product \[υ\]: no price can lift it.
    ByProduct,
    /// Rise of output from period to period.
    Ramp,
    /// Capacity of a leak \[ν\]: the trafficker's margin.
    Leak,
    /// Capacity of a route.
    Route,
    /// A restriction below a ban.
    Restriction,
    /// Cap of a bloc's share \[ψ\].
    BlocCap,
    /// Cover that must be held \[χ\].
    Cover,
    /// Room of a store.
    Store,
    /// Offtake contract \[ω\].
    Offtake,
    /// Domestic minimum.
    DomesticMinimum,
    /// How fast a substitute can be qualified \[ζ\].
    Substitution,
}

/// The rent of one limit in one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RentRow {
    /// Period.
    pub period: String,
    /// What is limited.
    pub kind: RentKind,
    /// Which: the process, route, bloc or substitute.
    pub name: String,
    /// Region; of a route its destination.
    pub region: String,
    /// Form made, carried, held or replaced; absent where a cap counts every form.
    pub form: Option<String>,
    /// What the limit is \[t\].
    pub limit_t: f64,
    /// What stands against it \[t\].
    pub used_t: f64,
    /// What one tonne more of a capacity saves, or one tonne less of an obligation \[USD/t\], undiscounted, at least 0.
    pub rent_usd_per_t: f64,
}
