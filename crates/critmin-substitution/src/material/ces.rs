//! Sources within a commodity, commodities within a use: nests with constant elasticity of substitution.
//!
//! In the calibrated share form, with base value shares `theta` and prices as ratios to those of the base:
//!
//! ```text
//! P       = (sum_i theta_i p_i^(1 - s))^(1 / (1 - s))      s = 1: product of p_i^theta_i      s = 0: sum of theta_i p_i
//! x_i     = x_nest (P / p_i)^s                             ratios to the base
//! share_i = theta_i p_i^(1 - s) / sum_j theta_j p_j^(1 - s)
//! ```
//!
//! Arrow, K. J., Chenery, H. B., Minhas, B. S. and Solow, R. M. 1961, Capital-labor substitution and economic
//! efficiency, Review of Economics and Statistics 43(3) 225, doi 10.2307/1927286; sources told apart by origin:
//! Armington, P. S. 1969, A theory of demand for products distinguished by place of production, IMF Staff Papers 16(1)
//! 159, doi 10.2307/3866403. Both are cited from memory, not checked against the primary document; the formulas above
//! are derived from cost minimisation and tested against it.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::Faults;

/// By how much the value shares of a nest may miss a sum of 1.
pub const CES_SHARE_TOLERANCE: f64 = 1e-6;

/// One input of a single nest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CesInput {
    /// Its name.
    pub label: String,
    /// Its share in the cost of the nest at the base, in \[0, 1\]; the shares of a nest sum to 1.
    pub value_share: f64,
    /// Price over base price, above 0; absent = none to be had at any price.
    pub price_ratio: Option<f64>,
    /// Price over base price at which something outside the nest takes its place, above 0; absent = nothing does.
    pub choke_price_ratio: Option<f64>,
}

/// A tree of nests with prices at the leaves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum CesNode {
    /// What is bought.
    Input {
        /// Its name.
        label: String,
        /// Price over base price, above 0; absent = none to be had at any price.
        price_ratio: Option<f64>,
        /// Price over base price at which something outside the nest takes its place, above 0; absent = nothing does.
        choke_price_ratio: Option<f64>,
    },
    /// What is made of others.
    Nest {
        /// Its name.
        label: String,
        /// Elasticity of substitution between the branches, at least 0; higher = easier.
        elasticity_of_substitution: f64,
        /// What it is made of.
        branches: Vec<CesBranch>,
    },
}

/// One branch of a nest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CesBranch {
    /// Its share in the cost of the nest at the base, in \[0, 1\]; the shares of a nest sum to 1.
    pub value_share: f64,
    /// What it is.
    pub node: CesNode,
}

/// The share of an input in the cost of its nest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CesValueShare {
    /// The input.
    pub label: String,
    /// Its share after the shock, in \[0, 1\].
    pub value_share: f64,
}

/// How a tree answers its prices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CesResponse {
    /// Unit cost of the whole over that of the base; higher = worse.
    pub unit_cost_ratio: f64,
    /// Quantity of the whole over that of the base.
    pub quantity_ratio: f64,
    /// Every nest, the outer before the inner.
    pub nests: Vec<CesNestResponse>,
    /// Every input, in the order of the tree.
    pub inputs: Vec<CesInputResponse>,
}

/// One nest in [`CesResponse`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CesNestResponse {
    /// The nest.
    pub label: String,
    /// Unit cost over that of the base.
    pub unit_cost_ratio: f64,
    /// Quantity over that of the base.
    pub quantity_ratio: f64,
    /// Share in the cost of the nest around it after the shock, in \[0, 1\]; 1 for the whole.
    pub value_share: f64,
}

/// One input in [`CesResponse`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CesInputResponse {
    /// The input.
    pub label: String,
    /// What is paid over base price: the price, or the choke price where that is lower; absent when none is bought.
    pub price_ratio: Option<f64>,
    /// Quantity over that of the base; where `is_choked`, of what takes its place.
    pub quantity_ratio: f64,
    /// Share in the cost of its nest after the shock, in \[0, 1\].
    pub value_share: f64,
    /// Whether the price lies above the choke price, so that something outside the nest is bought instead.
    pub is_choked: bool,
}

/// The shares that make an own-price elasticity in two nests; each in \[0, 1\], elasticities of substitution at least
/// 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NestedElasticity {
    /// Elasticity of substitution between the sources of the commodity (Armington).
    pub source_substitution: f64,
    /// Elasticity of substitution between the commodities of the use.
    pub commodity_substitution: f64,
    /// Price elasticity of demand for the use, with its sign: at most 0.
    pub price_elasticity_of_demand: f64,
    /// Share of the source in the cost of the commodity.
    pub source_share: f64,
    /// Share of the commodity in the cost of the use.
    pub commodity_share: f64,
}

impl NestedElasticity {
    /// Elasticity of the demand for one source in its own price at the base; at most 0, nearer 0 = stiffer:
    /// `-[s_s (1 - t_i) + s_m t_i (1 - t_m) + e t_i t_m]`, `e` the magnitude of the price elasticity of demand.
    ///
    /// The first-order term of [`ces_response`], derived there and tested against it.
    pub fn own_price(&self) -> f64 {
        let Self { source_substitution, commodity_substitution, price_elasticity_of_demand, .. } = *self;
        let (source, commodity) = (self.source_share, self.commodity_share);
        price_elasticity_of_demand * source * commodity
            - source_substitution * (1.0 - source)
            - commodity_substitution * source * (1.0 - commodity)
    }
}

/// Unit cost of one nest over that of the base.
///
/// `elasticity_of_substitution` is at least 0. Finite without an input only above 1; at or below, the input is
/// essential and needs a choke price.
///
/// # Errors
///
/// [`Error::Invalid`] with every fault of the shares, prices and the elasticity; [`Error::EssentialInput`] when an
/// input is gone that nothing replaces.
///
/// ```
/// use critmin_substitution::material::{CesInput, ces_unit_cost};
///
/// let source = |label: &str, value_share, price_ratio| CesInput {
///     label: label.into(), value_share, price_ratio: Some(price_ratio), choke_price_ratio: None,
/// };
/// let sources = [source("CHN", 0.8, 3.0), source("AUS", 0.2, 1.0)];
/// // With fixed proportions the cost is the weighted mean of the prices.
/// assert!((ces_unit_cost(&sources, 0.0)? - 2.6).abs() < 1e-12);
/// assert!((ces_unit_cost(&sources, 2.0)? - 15.0 / 7.0).abs() < 1e-12);
/// # Ok::<(), critmin_substitution::Error>(())
/// ```
pub fn ces_unit_cost(inputs: &[CesInput], elasticity_of_substitution: f64) -> Result<f64, Error> {
    Ok(ces_response(&single_nest(inputs, elasticity_of_substitution), 0.0)?.unit_cost_ratio)
}

/// Share of each input in the cost of one nest after the shock, in the order given.
///
/// # Errors
///
/// As [`ces_unit_cost`].
pub fn ces_value_shares(inputs: &[CesInput], elasticity_of_substitution: f64) -> Result<Vec<CesValueShare>, Error> {
    let response = ces_response(&single_nest(inputs, elasticity_of_substitution), 0.0)?;
    let share = |input: CesInputResponse| CesValueShare { label: input.label, value_share: input.value_share };
    Ok(response.inputs.into_iter().map(share).collect())
}

/// Quantity of an input over that of the base at constant output: `(unit_cost_ratio / price_ratio)^s`, with the unit
/// cost of its nest and its own price as ratios to the base, both above 0.
pub fn ces_quantity_ratio(unit_cost_ratio: f64, price_ratio: f64, elasticity_of_substitution: f64) -> f64 {
    (unit_cost_ratio / price_ratio).powf(elasticity_of_substitution)
}

/// Unit costs, quantities and value shares of every nest and input of a tree.
///
/// `price_elasticity_of_demand` is that of the whole, with its sign: at most 0; 0 = the whole is made in the base
/// quantity.
///
/// # Errors
///
/// As [`ces_unit_cost`], over the whole tree.
///
/// ```
/// use critmin_substitution::material::{CesBranch, CesNode, ces_response};
///
/// let leaf = |label: &str, value_share, price| CesBranch {
///     value_share,
///     node: CesNode::Input { label: label.into(), price_ratio: Some(price), choke_price_ratio: None },
/// };
/// let nest = |label: &str, elasticity_of_substitution, branches| CesNode::Nest {
///     label: label.into(), elasticity_of_substitution, branches,
/// };
/// let gallium = nest("gallium", 3.0, vec![leaf("CHN", 0.7, 4.0), leaf("JPN", 0.3, 1.0)]);
/// let wafer = nest("wafer", 0.5, vec![CesBranch { value_share: 0.6, node: gallium }, leaf("arsenic", 0.4, 1.0)]);
/// assert!((ces_response(&wafer, 0.0)?.unit_cost_ratio - 1.400892500601).abs() < 1e-9);
/// # Ok::<(), critmin_substitution::Error>(())
/// ```
pub fn ces_response(tree: &CesNode, price_elasticity_of_demand: f64) -> Result<CesResponse, Error> {
    let mut faults = Faults::of("the tree of substitution");
    let is_elasticity = price_elasticity_of_demand.is_finite() && price_elasticity_of_demand <= 0.0;
    let place = "price elasticity of demand";
    faults.require(is_elasticity, place, price_elasticity_of_demand, "a finite number of at most 0");
    check(tree, &mut faults);
    faults.finish()?;
    let unit_cost_ratio = unit_cost(tree)?;
    if unit_cost_ratio.is_infinite() {
        return Err(essential(tree, tree));
    }
    let quantity_ratio = unit_cost_ratio.powf(price_elasticity_of_demand);
    let mut response = CesResponse { unit_cost_ratio, quantity_ratio, nests: Vec::new(), inputs: Vec::new() };
    respond(tree, quantity_ratio, 1.0, &mut response)?;
    Ok(response)
}

fn single_nest(inputs: &[CesInput], elasticity_of_substitution: f64) -> CesNode {
    let branch = |input: &CesInput| CesBranch {
        value_share: input.value_share,
        node: CesNode::Input {
            label: input.label.clone(),
            price_ratio: input.price_ratio,
            choke_price_ratio: input.choke_price_ratio,
        },
    };
    CesNode::Nest {
        label: "the nest".to_owned(),
        elasticity_of_substitution,
        branches: inputs.iter().map(branch).collect(),
    }
}

impl CesNode {
    /// Its name.
    pub fn label(&self) -> &str {
        match self {
            Self::Input { label, .. } | Self::Nest { label, .. } => label,
        }
    }
}

fn check(node: &CesNode, faults: &mut Faults) {
    match node {
        CesNode::Input { label, price_ratio, choke_price_ratio } => {
            // An infinite price says the same as an absent one.
            let is_price = price_ratio.is_none_or(|price| 0.0 < price);
            let found = price_ratio.unwrap_or(f64::INFINITY);
            faults.require(is_price, &format!("price ratio of `{label}`"), found, "a number above 0");
            if let Some(choke) = choke_price_ratio {
                faults.positive(&format!("choke price ratio of `{label}`"), *choke);
            }
        }
        CesNode::Nest { label, elasticity_of_substitution, branches } => {
            faults.at_least_zero(&format!("elasticity of substitution of `{label}`"), *elasticity_of_substitution);
            let total: f64 = branches.iter().map(|branch| branch.value_share).sum();
            let is_whole = (total - 1.0).abs() <= CES_SHARE_TOLERANCE;
            faults.require(is_whole, &format!("sum of the value shares of `{label}`"), total, "1");
            for branch in branches {
                faults.share(&format!("value share of `{}` in `{label}`", branch.node.label()), branch.value_share);
                check(&branch.node, faults);
            }
        }
    }
}

/// Price of a leaf or unit cost of a nest, over the base; infinite where nothing can be had.
fn unit_cost(node: &CesNode) -> Result<f64, Error> {
    let (elasticity, branches) = match node {
        CesNode::Input { price_ratio, choke_price_ratio, .. } => {
            return Ok(price_ratio.unwrap_or(f64::INFINITY).min(choke_price_ratio.unwrap_or(f64::INFINITY)));
        }
        CesNode::Nest { elasticity_of_substitution, branches, .. } => (*elasticity_of_substitution, branches),
    };
    let mut prices = Vec::with_capacity(branches.len());
    for branch in branches.iter().filter(|branch| 0.0 < branch.value_share) {
        let price = unit_cost(&branch.node)?;
        if price.is_infinite() && elasticity <= 1.0 {
            return Err(essential(node, &branch.node));
        }
        prices.push((branch.value_share, price));
    }
    Ok(mean_price(&prices, 1.0 - elasticity))
}

/// The mean of order `power` of prices. Written as differences from the price that weighs most, so that nothing is lost
/// close to power 0 or at high powers, and equal prices have that price as their mean whatever the rounding of the
/// shares.
fn mean_price(prices: &[(f64, f64)], power: f64) -> f64 {
    const GEOMETRIC: f64 = 1e-12;
    if power.abs() < GEOMETRIC {
        return prices.iter().map(|(share, price)| share * price.ln()).sum::<f64>().exp();
    }
    let weight = |(share, price): &(f64, f64)| share.ln() + power * price.ln();
    let heaviest = prices.iter().max_by(|one, other| weight(one).total_cmp(&weight(other)));
    let Some(&(_, reference)) = heaviest.filter(|heaviest| heaviest.1.is_finite()) else {
        return f64::INFINITY;
    };
    let total: f64 = prices.iter().map(|(share, _)| share).sum();
    let term = |(share, price): &(f64, f64)| share / total * (power * (price / reference).ln()).exp_m1();
    reference * (prices.iter().map(term).sum::<f64>().ln_1p() / power).exp()
}

fn essential(nest: &CesNode, missing: &CesNode) -> Error {
    let elasticity = match nest {
        CesNode::Nest { elasticity_of_substitution, .. } => *elasticity_of_substitution,
        CesNode::Input { .. } => 0.0,
    };
    Error::EssentialInput { nest: nest.label().to_owned(), input: missing.label().to_owned(), elasticity }
}

fn respond(node: &CesNode, quantity_ratio: f64, value_share: f64, response: &mut CesResponse) -> Result<(), Error> {
    let cost = unit_cost(node)?;
    match node {
        CesNode::Input { label, price_ratio, choke_price_ratio } => response.inputs.push(CesInputResponse {
            label: label.clone(),
            price_ratio: cost.is_finite().then_some(cost),
            quantity_ratio,
            value_share,
            is_choked: choke_price_ratio.is_some_and(|choke| choke < price_ratio.unwrap_or(f64::INFINITY)),
        }),
        CesNode::Nest { label, elasticity_of_substitution, branches } => {
            let elasticity = *elasticity_of_substitution;
            let label = label.clone();
            response.nests.push(CesNestResponse { label, unit_cost_ratio: cost, quantity_ratio, value_share });
            let total: f64 = branches.iter().map(|branch| branch.value_share).sum();
            for branch in branches {
                let price = unit_cost(&branch.node)?;
                let relative = if cost.is_finite() { cost / price } else { 0.0 };
                let quantity = quantity_ratio * relative.powf(elasticity);
                // theta p^(1 - s) / P^(1 - s), with P^(1 - s) the sum in the denominator.
                let share =
                    if relative == 0.0 { 0.0 } else { branch.value_share / total * relative.powf(elasticity - 1.0) };
                respond(&branch.node, quantity, share, response)?;
            }
        }
    }
    Ok(())
}
