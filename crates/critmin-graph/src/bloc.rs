//! Does a bloc of countries close its chain, and if not, at which stage does the chain leave it?

use std::collections::BTreeMap;

use critmin_core::{ABSENT, CountryId, Stage};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::bloc::balance::Chain;
use crate::exposure::named;
use crate::exposure::walk::{Stop, Walk};
use crate::{Error, Graph, Target};

mod balance;

/// Candidates that share one sweep over the graph.
const LANES: usize = 8;

/// Whose supply the closure of a bloc is about, and when it is exact enough.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BlocOptions {
    /// The stage whose supply is followed upstream; `None`: the last at which the bloc has nodes with a supply.
    pub stage: Option<Stage>,
    /// Share of the bloc's supply that may stay without an end when a series ends, between 0 and 1; it is reported.
    pub tolerance: f64,
    /// Rounds of a series before it is an error.
    pub max_iterations: usize,
}

impl Default for BlocOptions {
    fn default() -> Self {
        Self { stage: None, tolerance: 1e-10, max_iterations: 10_000 }
    }
}

/// A good at a step of the chain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChainStage {
    /// Step of the chain, where there is one.
    pub stage: Option<Stage>,
    /// The good.
    pub good: String,
}

/// A bloc and its chain, in one layer. `closure`, `unexplained_share`, `unassigned` and the exit shares sum to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bloc {
    /// What the bloc is called.
    pub label: String,
    /// Its countries that have a node, sorted.
    pub members: Vec<CountryId>,
    /// Its countries that have none in this graph, sorted: they change nothing.
    pub members_without_nodes: Vec<CountryId>,
    /// Share of the bloc's supply whose whole way, from its origin to the last stage, stays inside the bloc, 0 to 1;
    /// higher = safer.
    pub closure: f64,
    /// Share whose way stays inside but ends where no supply is recorded, 0 to 1: nobody knows whether it closes.
    pub unexplained_share: f64,
    /// Share that was still on its way when the tolerance was reached.
    pub unassigned: f64,
    /// Where most of the supply leaves the bloc; `None` when nothing leaves.
    pub leaves_at: Option<ChainStage>,
    /// Every good and stage that the bloc makes, trades or misses, in the order of the chain.
    pub stages: Vec<BlocStage>,
}

/// One good at one stage, as the bloc has it \[all amounts in the graph's measure per year\].
///
/// A flow counts at the good and stage of its supplier: ore that a member's smelter buys abroad is an inflow of ore.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BlocStage {
    /// The good and its stage.
    pub at: ChainStage,
    /// Made inside: the members' own supply and what reaches their nodes from other goods or stages.
    pub production: f64,
    /// Trade of this good among members.
    pub inside_flow: f64,
    /// From suppliers that are in no member country (nodes without a country, such as pools, count as outside).
    pub inflow_from_outside: f64,
    /// To buyers in other countries, and to pools of this good.
    pub outflow: f64,
    /// To later stages that have no country in this graph: used, nobody knows where.
    pub unplaced_outflow: f64,
    /// Production over apparent use (production and inflow from outside less outflow), at least 0, above 1 for a net
    /// exporter; higher = safer. Absent when apparent use is not positive.
    pub self_sufficiency: Option<f64>,
    /// Production and trade inside over the same and the inflow from outside, 0 to 1; higher = safer. Absent when all are
    /// zero.
    pub inside_share: Option<f64>,
    /// Share of the bloc's supply, followed upstream from its last stage, that first leaves the bloc by being bought at
    /// this good and stage outside, 0 to 1; higher = riskier.
    pub exit_share: f64,
}

/// What one more country changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Partner {
    /// The country.
    pub partner: CountryId,
    /// The bloc's closure without it, 0 to 1.
    pub closure_before: f64,
    /// The closure of the same supply with it, 0 to 1.
    pub closure_after: f64,
    /// The difference, 0 to 1; higher = a better partner.
    pub gain: f64,
    /// Where most of the supply leaves the enlarged bloc; `None` when nothing leaves.
    pub leaves_at: Option<ChainStage>,
}

/// The end of one walk.
struct Ends {
    closure: f64,
    unexplained: f64,
    unassigned: f64,
    /// By place in the chain.
    exits: Vec<f64>,
}

impl Graph {
    /// How far a bloc of countries closes its chain: per good and stage what it makes, trades and buys outside, and end
    /// to end the share of its supply whose whole way upstream stays inside. Ask one layer at a time.
    ///
    /// The supply is that of [`Target::countries`]. A walk goes upstream in proportion to the flows, as for
    /// [`Graph::exposure`], and stops at the first node outside the bloc.
    ///
    /// # Errors
    ///
    /// [`Error::BadQuestion`] for a bloc without members or without a node that has a supply (at that stage), and for a
    /// tolerance that is not between 0 and 1. [`Error::NotConverged`] when goods go round almost without new supply.
    ///
    /// ```
    /// use critmin_core::{CountryId, Stage};
    /// use critmin_graph::{BlocOptions, BuildOptions, Edge, Graph, Measure, Node};
    ///
    /// // The refinery makes 100 from 75 of its own ore and 25 of foreign ore.
    /// let country = |code: &str| CountryId::new(code).map(Some);
    /// let nodes = [Node::new("ore", Stage::Mine, country("CHN")?).with_own_supply(25.0),
    ///     Node::new("ore", Stage::Mine, country("USA")?).with_own_supply(75.0),
    ///     Node::new("metal", Stage::Refinery, country("USA")?)];
    /// let edges = [Edge::new("ore:mine:CHN", "metal:refinery:USA", "ore", 25.0),
    ///     Edge::new("ore:mine:USA", "metal:refinery:USA", "ore", 75.0)];
    /// let graph = Graph::from_records(&nodes, &edges, Measure::ContainedMass, BuildOptions::default())?;
    /// let bloc = graph.bloc("America", &[CountryId::new("USA")?], BlocOptions::default())?;
    /// assert_eq!(bloc.closure, 0.75);
    /// assert_eq!(bloc.leaves_at.map(|at| at.good), Some("ore".to_owned()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn bloc(&self, label: &str, members: &[CountryId], options: BlocOptions) -> Result<Bloc, Error> {
        let target = supply(self, label, members, options)?;
        let codes = codes(self, members);
        let chain = Chain::new(self);
        let ends = closures(&Walk::new(self), &chain, &target, std::slice::from_ref(&codes), options)?.pop();
        let ends = ends.ok_or_else(|| bad("no walk was made".to_owned()))?;
        let mut sorted = members.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let (members, members_without_nodes) =
            sorted.into_iter().partition(|country| self.country_code(country.as_str()) != ABSENT);
        Ok(Bloc {
            label: label.to_owned(),
            members,
            members_without_nodes,
            closure: ends.closure,
            unexplained_share: ends.unexplained,
            unassigned: ends.unassigned,
            leaves_at: ends.leaves_at(&chain),
            stages: chain.stages(self, &codes, &ends.exits),
        })
    }

    /// What each candidate, added to the bloc alone, changes in the closure of the bloc's supply (which stays the supply
    /// of the members given); the greatest gain first, then by country. Each candidate is one row, a member too: it
    /// gains nothing. Eight candidates share one sweep.
    ///
    /// # Errors
    ///
    /// As [`Graph::bloc`].
    ///
    /// ```
    /// use critmin_core::{CountryId, Stage};
    /// use critmin_graph::{BlocOptions, BuildOptions, Edge, Graph, Measure, Node};
    ///
    /// let country = |code: &str| CountryId::new(code).map(Some);
    /// let nodes = [Node::new("ore", Stage::Mine, country("AUS")?).with_own_supply(75.0),
    ///     Node::new("ore", Stage::Mine, country("CHN")?).with_own_supply(25.0),
    ///     Node::new("metal", Stage::Refinery, country("USA")?)];
    /// let edges = [Edge::new("ore:mine:AUS", "metal:refinery:USA", "ore", 75.0),
    ///     Edge::new("ore:mine:CHN", "metal:refinery:USA", "ore", 25.0)];
    /// let graph = Graph::from_records(&nodes, &edges, Measure::ContainedMass, BuildOptions::default())?;
    /// let candidates = [CountryId::new("CHN")?, CountryId::new("AUS")?];
    /// let partners = graph.partners("America", &[CountryId::new("USA")?], &candidates, BlocOptions::default())?;
    /// assert_eq!((partners[0].partner.as_str(), partners[0].gain), ("AUS", 0.75));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn partners(
        &self,
        label: &str,
        members: &[CountryId],
        candidates: &[CountryId],
        options: BlocOptions,
    ) -> Result<Vec<Partner>, Error> {
        let target = supply(self, label, members, options)?;
        let mut candidates = candidates.to_vec();
        candidates.sort_unstable();
        candidates.dedup();
        let mut blocs = vec![codes(self, members)];
        blocs.extend(candidates.iter().map(|each| codes(self, &[members, std::slice::from_ref(each)].concat())));
        let chain = Chain::new(self);
        let mut ends = closures(&Walk::new(self), &chain, &target, &blocs, options)?.into_iter();
        let closure_before = ends.next().map_or(0.0, |ends| ends.closure);
        let partner = |(partner, ends): (CountryId, Ends)| {
            // More nodes inside cannot close less: below zero there is only rounding.
            let gain = (ends.closure - closure_before).max(0.0);
            let leaves_at = ends.leaves_at(&chain);
            Partner { partner, closure_before, closure_after: closure_before + gain, gain, leaves_at }
        };
        let mut partners: Vec<Partner> = candidates.into_iter().zip(ends).map(partner).collect();
        partners.sort_by(|a, b| b.gain.total_cmp(&a.gain).then_with(|| a.partner.cmp(&b.partner)));
        Ok(partners)
    }
}

impl Ends {
    /// The greatest exit; of equal ones the first of the chain.
    fn leaves_at(&self, chain: &Chain) -> Option<ChainStage> {
        let exits = self.exits.iter().copied().enumerate().filter(|&(_, share)| 0.0 < share);
        let greatest = exits.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
        chain.at.get(greatest.0).cloned()
    }
}

fn bad(reason: String) -> Error {
    Error::BadQuestion { what: "bloc", reason }
}

/// The supply that a bloc is asked about.
fn supply(graph: &Graph, label: &str, members: &[CountryId], options: BlocOptions) -> Result<Target, Error> {
    if members.is_empty() {
        return Err(bad(format!("`{label}` has no members: name at least one country")));
    }
    if !(0.0 < options.tolerance && options.tolerance < 1.0) {
        return Err(bad(format!("a tolerance of {} is not between 0 and 1", options.tolerance)));
    }
    match Target::countries(graph, label, members, options.stage) {
        Err(Error::UnknownName { .. }) => {
            let at = options.stage.map_or_else(String::new, |stage| format!(" at stage {stage}"));
            let known: Vec<&str> = graph.countries().iter().take(12).map(CountryId::as_str).collect();
            let known = known.join(", ");
            Err(bad(format!("no member of `{label}` has a node with a supply{at}; the graph has nodes in {known}")))
        }
        found => found,
    }
}

/// The members' places among the countries of the graph, sorted; a country without nodes has none.
fn codes(graph: &Graph, members: &[CountryId]) -> Vec<u32> {
    let mut codes: Vec<u32> = members.iter().map(|country| graph.country_code(country.as_str())).collect();
    codes.retain(|&code| code != ABSENT);
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Follows the supply of the target upstream inside each of the blocs, eight to a sweep.
fn closures(
    walk: &Walk<'_>,
    chain: &Chain,
    target: &Target,
    blocs: &[Vec<u32>],
    options: BlocOptions,
) -> Result<Vec<Ends>, Error> {
    let stop = Stop { tolerance: options.tolerance, max_rounds: options.max_iterations };
    let country = &walk.graph.nodes.country;
    let blocks: Vec<Result<Vec<Ends>, Error>> = blocs
        .par_chunks(LANES)
        .map(|block| {
            let starts: Vec<_> = (0..block.len())
                .flat_map(|lane| target.nodes.iter().map(move |&(node, mass)| (node, lane, mass)))
                .collect();
            let is_outside = |node: usize, lane: usize| {
                block.get(lane).is_some_and(|bloc| bloc.binary_search(&country[node]).is_err())
            };
            let visits = walk.visits::<LANES>(&starts, &is_outside, stop)?;
            let of_lane = |lane: usize| {
                let arrivals = |node: usize| visits.arrivals[node][lane];
                ends((walk, chain), target, &arrivals, &|node| is_outside(node, lane), visits.unassigned[lane])
            };
            Ok((0..block.len()).map(of_lane).collect())
        })
        .collect();
    let blocks: Result<Vec<_>, Error> = blocks.into_iter().collect();
    Ok(blocks.map_err(|error| named(error, std::slice::from_ref(target)))?.into_iter().flatten().collect())
}

/// What arrives outside has left there; what ends inside is closed, or unexplained.
fn ends(
    (walk, chain): (&Walk<'_>, &Chain),
    target: &Target,
    arrivals: &dyn Fn(usize) -> f64,
    is_outside: &dyn Fn(usize) -> bool,
    unassigned: f64,
) -> Ends {
    let mut begins: BTreeMap<usize, f64> = BTreeMap::new();
    for &(node, mass) in &target.nodes {
        *begins.entry(node).or_default() += mass;
    }
    let mut ends = Ends { closure: 0.0, unexplained: 0.0, unassigned, exits: vec![0.0; chain.at.len()] };
    for node in 0..walk.graph.n_nodes() {
        let arriving = arrivals(node);
        if is_outside(node) {
            ends.exits[chain.of[node] as usize] += arriving;
        } else {
            let ended = walk.ends[node] * (arriving + begins.get(&node).copied().unwrap_or(0.0));
            *if walk.is_unexplained[node] { &mut ends.unexplained } else { &mut ends.closure } += ended;
        }
    }
    ends
}
