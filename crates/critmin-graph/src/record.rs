//! Nodes and edges as rows: what a caller writes and reads. Inside, a graph keeps them by columns.

use critmin_core::{CountryId, Stage};
use serde::{Deserialize, Serialize};

/// A place of the chain: a good at a stage, in a country or in the world.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Its name in the graph: `gallium:refinery:CHN`, or any text of the user's.
    pub id: String,
    /// What it supplies.
    pub good: String,
    /// Step of the chain, where there is one.
    pub stage: Option<Stage>,
    /// Where, when it is one country.
    pub country: Option<CountryId>,
    /// Primary supply that enters the chain here \[the graph's measure\]; absent is not zero.
    pub own_supply: Option<f64>,
    /// The most that can leave it in a year \[the graph's measure\]; absent is not known.
    pub capacity: Option<f64>,
}

impl Node {
    /// A node named by its parts, `good:stage[:COUNTRY]`, of which nothing else is known.
    pub fn new(good: &str, stage: Stage, country: Option<CountryId>) -> Self {
        let id = match &country {
            Some(country) => format!("{good}:{stage}:{country}"),
            None => format!("{good}:{stage}"),
        };
        Self { id, good: good.to_owned(), stage: Some(stage), country, own_supply: None, capacity: None }
    }

    /// The same node with a primary supply \[the graph's measure\].
    #[must_use]
    pub fn with_own_supply(mut self, own_supply: f64) -> Self {
        self.own_supply = Some(own_supply);
        self
    }
}

/// The parts of a node id `good:stage[:COUNTRY]`; a text of another form is a good of its own, without stage and country.
pub(crate) fn parts(id: &str) -> (&str, Option<Stage>, Option<CountryId>) {
    let mut words = id.split(':');
    let (good, stage, country) = (words.next(), words.next(), words.next());
    let stage = stage.and_then(|stage| stage.parse::<Stage>().ok());
    match (good, stage, words.next()) {
        // A third word that is no country is a pool, or another subdivision of the user's.
        (Some(good), Some(stage), None) => {
            (good, Some(stage), country.and_then(|country| CountryId::new(country).ok()))
        }
        _ => (id, None, None),
    }
}

/// A flow from a supplier to a buyer: the buyer depends on the supplier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// Id of the node that the flow leaves.
    pub supplier: String,
    /// Id of the node that it reaches.
    pub buyer: String,
    /// What is delivered, in the buyer's words: suppliers of the same good replace each other, different goods do not.
    pub good: String,
    /// The material whose flow is counted: one layer of the graph.
    pub commodity: String,
    /// How much \[the graph's measure per year\].
    pub flow: f64,
    /// Whether the buyer can do nothing without this good.
    pub is_essential: bool,
    /// The most that this route can carry \[the graph's measure\]; absent is not known.
    pub capacity: Option<f64>,
    /// Year of the flow.
    pub year: Option<i16>,
    /// Edition that the flow was read from.
    pub source_id: Option<String>,
    /// How well it is known: reported, estimated, literature, assumption.
    pub grade: Option<String>,
}

impl Edge {
    /// An essential flow of `good`, of which nothing else is known.
    pub fn new(supplier: &str, buyer: &str, good: &str, flow: f64) -> Self {
        Self {
            supplier: supplier.to_owned(),
            buyer: buyer.to_owned(),
            good: good.to_owned(),
            commodity: String::new(),
            flow,
            is_essential: true,
            capacity: None,
            year: None,
            source_id: None,
            grade: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_three_parts_says_good_stage_and_country() {
        let (good, stage, country) = parts("gallium:refinery:CHN");
        assert_eq!(
            (good, stage, country.as_ref().map(CountryId::as_str)),
            ("gallium", Some(Stage::Refinery), Some("CHN"))
        );
        assert_eq!(parts("gallium:refinery:pool"), ("gallium", Some(Stage::Refinery), None));
        assert_eq!(parts("gan-radar:product"), ("gan-radar", Some(Stage::Product), None));
        assert_eq!(parts("my smelter"), ("my smelter", None, None));
        assert_eq!(parts("a:b:c"), ("a:b:c", None, None));
    }
}
