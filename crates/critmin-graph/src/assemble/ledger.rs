//! What each place of a chain has, hands on and still lacks, while the graph is woven.

use std::collections::BTreeMap;

use critmin_core::CountryId;

use crate::assemble::chain::Place;
use crate::record::{Edge, Node};

/// What a node without a record of its origin is called, and the pool that may serve it.
pub(crate) const UNRECORDED: &str = "unrecorded";
pub(crate) const POOL: &str = "pool";

/// One node's account \[t contained\].
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Account {
    /// Made here and bought.
    pub(crate) supply: f64,
    /// Sold to nodes of the same good.
    pub(crate) sold: f64,
    /// Drawn by what is made from it.
    pub(crate) drawn: f64,
}

impl Account {
    /// What is left to draw.
    pub(crate) fn left(self) -> f64 {
        (self.supply - self.sold - self.drawn).max(0.0)
    }

    /// What is used here, in whatever.
    pub(crate) fn used(self) -> f64 {
        (self.supply - self.sold).max(0.0)
    }
}

/// How a flow is known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    pub(crate) source_id: Option<String>,
    pub(crate) grade: String,
    pub(crate) year: Option<i16>,
}

/// The accounts of one chain, with the nodes and edges that they become.
#[derive(Default)]
pub(crate) struct Ledger {
    /// By place, then by country; `""` for the world as one, or the id of a bloc that is counted as one buyer.
    pub(crate) accounts: BTreeMap<Place, BTreeMap<String, Account>>,
    pub(crate) nodes: BTreeMap<String, Node>,
    pub(crate) edges: Vec<Edge>,
    pub(crate) commodity: String,
}

impl Ledger {
    /// The account of a place in a country; opened, with its node, when it is not there yet.
    pub(crate) fn account(&mut self, place: &Place, country: &str) -> &mut Account {
        let id = node_id(place, country);
        self.nodes.entry(id.clone()).or_insert_with(|| Node {
            id,
            good: place.0.clone(),
            stage: Some(place.1),
            country: CountryId::new(country).ok(),
            own_supply: None,
            capacity: None,
        });
        self.accounts.entry(place.clone()).or_default().entry(country.to_owned()).or_default()
    }

    /// Every account of a place.
    pub(crate) fn of(&self, place: &Place) -> BTreeMap<String, Account> {
        self.accounts.get(place).cloned().unwrap_or_default()
    }

    /// A flow between two countries of one good.
    pub(crate) fn trade(&mut self, place: &Place, from: &str, to: &str, mass: f64, known: &Known) {
        self.account(place, from).sold += mass;
        self.account(place, to).supply += mass;
        self.edge(&node_id(place, from), &node_id(place, to), &place.0, mass, true, known);
    }

    /// A flow into what is made from it: `mass` arrives, `mass / recovery` is drawn.
    #[expect(clippy::too_many_arguments, reason = "two places, two countries, and what flows between them")]
    pub(crate) fn conversion(
        &mut self,
        from: (&Place, &str),
        to: (&Place, &str),
        good: &str,
        mass: f64,
        recovery: f64,
        is_essential: bool,
        known: &Known,
    ) {
        self.account(from.0, from.1).drawn += mass / recovery;
        self.account(to.0, to.1);
        self.edge(&node_id(from.0, from.1), &node_id(to.0, to.1), good, mass, is_essential, known);
    }

    /// A supply of which nobody records the origin; it comes from a node that says so.
    pub(crate) fn unrecorded(&mut self, of: &Place, to: (&Place, &str), good: &str, mass: f64) {
        let id = node_id(of, UNRECORDED);
        let node = Node {
            id: id.clone(),
            good: of.0.clone(),
            stage: Some(of.1),
            country: None,
            own_supply: None,
            capacity: None,
        };
        self.nodes.entry(id.clone()).or_insert(node);
        self.account(to.0, to.1);
        let known = Known { grade: UNRECORDED.to_owned(), ..Known::default() };
        self.edge(&id, &node_id(to.0, to.1), good, mass, true, &known);
    }

    pub(crate) fn edge(
        &mut self,
        supplier: &str,
        buyer: &str,
        good: &str,
        flow: f64,
        is_essential: bool,
        known: &Known,
    ) {
        self.edges.push(Edge {
            supplier: supplier.to_owned(),
            buyer: buyer.to_owned(),
            good: good.to_owned(),
            commodity: self.commodity.clone(),
            flow,
            is_essential,
            capacity: None,
            year: known.year,
            source_id: known.source_id.clone(),
            grade: Some(known.grade.clone()),
        });
    }

    /// Lets a pool serve what nobody records at a place: what the countries have left flows into it in proportion, and
    /// only the rest stays unrecorded. Returns what the pool took and what it could not serve.
    pub(crate) fn pool(&mut self, place: &Place) -> (f64, f64) {
        let (unrecorded, pool) = (node_id(place, UNRECORDED), node_id(place, POOL));
        // What the pool itself could not serve before stays as it is.
        let is_open = |edge: &Edge| edge.supplier == unrecorded && edge.buyer != pool;
        let wanted: f64 = self.edges.iter().filter(|edge| is_open(edge)).map(|edge| edge.flow).sum();
        let left: Vec<(String, f64)> = self
            .of(place)
            .into_iter()
            .filter(|(country, account)| CountryId::new(country.as_str()).is_ok() && 0.0 < account.left())
            .map(|(country, account)| (country, account.left()))
            .collect();
        let there: f64 = left.iter().map(|(_, left)| left).sum();
        if wanted == 0.0 || there == 0.0 {
            return (0.0, wanted);
        }
        let taken = wanted.min(there);
        for edge in &mut self.edges {
            if is_open(edge) {
                edge.supplier.clone_from(&pool);
                edge.grade = Some("assumption".to_owned());
            }
        }
        let node = Node {
            id: pool.clone(),
            good: place.0.clone(),
            stage: Some(place.1),
            country: None,
            own_supply: None,
            capacity: None,
        };
        self.nodes.insert(pool.clone(), node);
        let known = Known { grade: "assumption".to_owned(), ..Known::default() };
        for (country, left) in left {
            let mass = taken * left / there;
            self.account(place, &country).sold += mass;
            self.edge(&node_id(place, &country), &pool, &place.0, mass, true, &known);
        }
        if taken < wanted {
            let known = Known { grade: UNRECORDED.to_owned(), ..Known::default() };
            self.edge(&unrecorded, &pool, &place.0, wanted - taken, true, &known);
        } else if !self.edges.iter().any(|edge| edge.supplier == unrecorded) {
            self.nodes.remove(&unrecorded);
        }
        (taken, wanted - taken)
    }
}

/// `good:stage`, with the country or whatever else subdivides it.
pub(crate) fn node_id(place: &Place, country: &str) -> String {
    if country.is_empty() { format!("{}:{}", place.0, place.1) } else { format!("{}:{}:{country}", place.0, place.1) }
}
