//! What a product contains, and from where: one answer per material.

use std::collections::BTreeMap;

use critmin_core::{CountryId, Stage};
use serde::{Deserialize, Serialize};

use crate::{Error, ExposureOptions, Graph, Target};

/// What a product contains, material by material.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contents {
    /// The product.
    pub product: String,
    /// Its materials, sorted by commodity; those of which nothing reaches it are left out.
    pub commodities: Vec<CommodityContent>,
}

/// One material of a product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommodityContent {
    /// The material.
    pub commodity: String,
    /// How much of it enters the product's nodes from others, and as their own supply \[the graph's measure per year\].
    pub amount: f64,
    /// As which goods it enters, the largest first; the shares sum to 1.
    pub inputs: Vec<ContentInput>,
    /// Where it enters the chain, the largest first; the shares sum to 1 less `unassigned`.
    pub origins: Vec<ContentOrigin>,
    /// Share that was still on its way when the exposure's tolerance was reached.
    pub unassigned: f64,
}

/// One input of a product, from all its suppliers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContentInput {
    /// The good that is delivered; `None`: the own supply of the product's nodes.
    pub good: Option<String>,
    /// Whether every buyer among the product's nodes can do nothing without it.
    pub is_essential: bool,
    /// How much of the material it brings \[the graph's measure per year\].
    pub amount: f64,
    /// Share of the material in this product, 0 to 1.
    pub share: f64,
}

/// Where a part of the material enters the chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContentOrigin {
    /// What enters.
    pub good: String,
    /// At which step of the chain.
    pub stage: Option<Stage>,
    /// Where, when it is one country.
    pub country: Option<CountryId>,
    /// Whether it enters there only because no supply is recorded there: the true origin is not known.
    pub is_unexplained: bool,
    /// How much of what the product contains \[the graph's measure per year\].
    pub amount: f64,
    /// Share of the material in this product, 0 to 1.
    pub share: f64,
}

impl Graph {
    /// What a product contains and from where: for each material, how much reaches it, as which goods, and where that
    /// entered the chain (the origin shares of [`Graph::exposure`] in the layer of the material).
    ///
    /// Deliveries between nodes of the product are not counted twice: only what enters from outside is. An own supply of
    /// the product's nodes counts in each layer that reaches them, since nothing says which material it is.
    ///
    /// # Errors
    ///
    /// [`Error::BadQuestion`] when nothing reaches the product; [`Error::NotConverged`] as [`Graph::exposure`].
    ///
    /// ```
    /// use critmin_graph::{BuildOptions, Edge, Graph, Measure, Target};
    ///
    /// let flow = |supplier: &str, buyer: &str, commodity: &str, flow: f64| Edge {
    ///     commodity: commodity.to_owned(), ..Edge::new(supplier, buyer, "metal", flow)
    /// };
    /// let edges = [flow("mine", "refiner", "gallium", 9.0), flow("refiner", "radar", "gallium", 3.0),
    ///     flow("recycler", "radar", "gallium", 1.0), flow("zinc works", "radar", "germanium", 2.0)];
    /// let graph = Graph::from_records(&[], &edges, Measure::ContainedMass, BuildOptions::default())?;
    /// let contents = graph.contents(&Target::node(&graph, "radar")?)?;
    /// let told: Vec<_> = contents.commodities.iter().map(|each| (each.commodity.as_str(), each.amount)).collect();
    /// assert_eq!(told, [("gallium", 4.0), ("germanium", 2.0)]);
    /// assert_eq!(contents.commodities[1].origins[0].share, 1.0);
    /// # Ok::<(), critmin_graph::Error>(())
    /// ```
    pub fn contents(&self, product: &Target) -> Result<Contents, Error> {
        let mut is_product = vec![false; self.n_nodes()];
        product.nodes.iter().for_each(|&(node, _)| is_product[node] = true);
        let mut commodities = Vec::new();
        for commodity in self.commodities() {
            let layer = self.layer(commodity)?;
            let inputs = inputs(&layer, product, &is_product);
            if !inputs.iter().any(|input| input.good.is_some()) {
                continue; // only an own supply, of which nothing says that it is this material
            }
            commodities.push(content(self, &layer, product, commodity, inputs)?);
        }
        if commodities.is_empty() {
            let reason = format!("no flow reaches `{}`: what it contains is not in this graph", product.label);
            return Err(Error::BadQuestion { what: "contents", reason });
        }
        Ok(Contents { product: product.label.clone(), commodities })
    }
}

fn content(
    graph: &Graph,
    layer: &Graph,
    product: &Target,
    commodity: &str,
    inputs: Vec<ContentInput>,
) -> Result<CommodityContent, Error> {
    let amount = inputs.iter().map(|input| input.amount).sum();
    let options = ExposureOptions { exact_nodes: false, countries: false, ..ExposureOptions::default() };
    let exposure = layer.exposure(&in_layer(graph, layer, product), options)?;
    let mut shares: BTreeMap<_, f64> = BTreeMap::new();
    for part in exposure.nodes.iter().filter(|part| 0.0 < part.origin_share) {
        let nodes = &layer.nodes;
        let key = (nodes.stage[part.node], nodes.good[part.node], nodes.country[part.node], part.is_unexplained);
        *shares.entry(key).or_default() += part.origin_share;
    }
    let origin = |((stage, good, country, is_unexplained), share): ((_, u32, u32, _), f64)| ContentOrigin {
        good: layer.nodes.goods[good as usize].clone(),
        stage,
        country: layer.nodes.countries.get(country as usize).cloned(),
        is_unexplained,
        amount: amount * share,
        share,
    };
    let mut origins: Vec<ContentOrigin> = shares.into_iter().map(origin).collect();
    origins.sort_by(|a, b| b.share.total_cmp(&a.share)); // equal ones keep the order of stage, good and country
    let (commodity, unassigned) = (commodity.to_owned(), exposure.unassigned);
    Ok(CommodityContent { commodity, amount, inputs, origins, unassigned })
}

/// The same product, its nodes weighted by how much of the layer's material each keeps.
fn in_layer(graph: &Graph, layer: &Graph, product: &Target) -> Target {
    let supply = |graph: &Graph, node: usize| graph.own(node) + graph.inflow(node);
    let weight = |&(node, weight): &(usize, f64)| (node, weight * supply(layer, node) / supply(graph, node));
    let of_layer = product.nodes.iter().filter(|(node, _)| 0.0 < supply(layer, *node));
    let mut nodes: Vec<(usize, f64)> = of_layer.clone().map(weight).collect();
    if nodes.iter().all(|&(_, weight)| weight == 0.0) {
        nodes = of_layer.map(|&(node, _)| (node, supply(layer, node))).collect();
    }
    let total: f64 = nodes.iter().map(|(_, weight)| weight).sum();
    for (_, weight) in &mut nodes {
        *weight /= total;
    }
    Target { label: product.label.clone(), nodes }
}

/// What enters the product's nodes from outside, by good, the largest first.
fn inputs(layer: &Graph, product: &Target, is_product: &[bool]) -> Vec<ContentInput> {
    let mut sums: BTreeMap<Option<u32>, (f64, bool)> = BTreeMap::new();
    for &(node, _) in &product.nodes {
        for (group, span) in layer.groups(node) {
            let from_outside = span.filter(|&edge| !is_product[layer.edges.supplier[edge] as usize]);
            let amount: f64 = from_outside.map(|edge| layer.edges.flow[edge]).sum();
            let sum = sums.entry(Some(group.kind)).or_insert((0.0, true));
            *sum = (sum.0 + amount, sum.1 && group.is_essential);
        }
        sums.entry(None).or_insert((0.0, false)).0 += layer.own(node);
    }
    sums.retain(|_, (amount, _)| 0.0 < *amount);
    let total: f64 = sums.values().map(|(amount, _)| amount).sum();
    let input = |(kind, (amount, is_essential)): (Option<u32>, (f64, bool))| ContentInput {
        good: kind.map(|kind| layer.kinds[kind as usize].good.clone()),
        is_essential,
        amount,
        share: amount / total,
    };
    let mut inputs: Vec<ContentInput> = sums.into_iter().map(input).collect();
    inputs.sort_by(|a, b| b.amount.total_cmp(&a.amount));
    inputs
}
