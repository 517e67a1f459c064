//! What a target loses when a node, a country, a stage of a country or a pair of countries is lost.

use critmin_core::{ABSENT, Stage};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::flow::Deliverable;
use crate::rigid::availability;
use crate::{Error, ExposureOptions, Graph, Target};

/// How goods may find other routes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rerouting {
    /// What a route can carry, as a multiple of what it carried; where a capacity is given, that holds instead. `None`:
    /// without limit. Only routes that carried something are there, and origins deliver their own supply at most, or
    /// their capacity where it is known.
    pub route_factor: Option<f64>,
}

impl Default for Rerouting {
    /// Routes carry at most half as much again: an assumption, there to be changed.
    fn default() -> Self {
        Self { route_factor: Some(1.5) }
    }
}

/// What is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemovalKind {
    /// One node.
    Node,
    /// All nodes of a country, whatever the good.
    Country,
    /// All nodes of a country at one stage.
    StageCountry,
    /// All nodes of two countries.
    Pair,
}

impl RemovalKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Node, Self::Country, Self::StageCountry, Self::Pair];

    /// The value that stands in the `kind` column.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Country => "country",
            Self::StageCountry => "stage-country",
            Self::Pair => "pair",
        }
    }
}

/// What to try, and how goods may be rerouted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChokepointOptions {
    /// Which losses to try.
    pub kinds: Vec<RemovalKind>,
    /// How goods find other routes.
    pub rerouting: Rerouting,
    /// Pairs are tried among this many of the countries whose loss without rerouting is largest.
    pub pairs_among: usize,
    /// How many alternatives to name for each loss.
    pub n_alternatives: usize,
}

impl Default for ChokepointOptions {
    fn default() -> Self {
        let kinds = vec![RemovalKind::Country, RemovalKind::StageCountry];
        Self { kinds, rerouting: Rerouting::default(), pairs_among: 25, n_alternatives: 3 }
    }
}

/// The losses of one target, the worst first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chokepoints {
    /// The target.
    pub target: String,
    /// What it takes \[the graph's measure\].
    pub demand: f64,
    /// What can reach it by the routes that there are, nothing lost \[the graph's measure\]; below `demand` where the
    /// recorded flows do not balance.
    pub deliverable_before: f64,
    /// What the cut with the least room holds: equal to `deliverable_before` when inputs are not tied together.
    pub least_cut: f64,
    /// The losses.
    pub losses: Vec<Chokepoint>,
}

/// One loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chokepoint {
    /// What is lost: a node id, a country, `COUNTRY:stage`, or `A+B`.
    pub removed: String,
    /// What kind of loss.
    pub kind: RemovalKind,
    /// Share of the target's supply that is gone when nobody finds another route, 0 to 1; higher = riskier. Absent where
    /// it would have taken too long: single nodes of very large cycles.
    pub loss_rigid: Option<f64>,
    /// Share of what was deliverable that is gone after the best rerouting within capacities, 0 to 1; higher = riskier.
    /// A lower bound of the true loss: it puts this target first in every queue.
    pub loss_rerouted: f64,
    /// What still reaches it after rerouting \[the graph's measure\].
    pub deliverable_after: f64,
    /// Whether nothing is left.
    pub is_single_point_of_failure: bool,
    /// Who delivers more instead: node ids and how much more \[the graph's measure\], the most first.
    pub alternatives: Vec<(String, f64)>,
}

impl Graph {
    /// What the target loses when each node, country, stage of a country or pair is lost, ranked by the loss that
    /// rerouting cannot avoid.
    ///
    /// Two answers stand beside each other. `loss_rigid` keeps every proportion (generalised Leontief). `loss_rerouted`
    /// is one less the ratio of two maximum flows (Ford and Fulkerson 1956) from all origins to the target, with the
    /// capacities where they are known; a target with several inputs takes the largest proportion in which all can be
    /// delivered. The target's own nodes are never removed. One flow is solved; every removal starts from it.
    ///
    /// # Errors
    ///
    /// [`Error::BadQuestion`] for a route factor that is not positive, or a target that nothing can reach.
    ///
    /// ```
    /// use critmin_graph::{BuildOptions, ChokepointOptions, Edge, Graph, Measure, RemovalKind, Target};
    ///
    /// // Two refiners deliver 60 and 40; routes can carry half as much again, but the mines give no more.
    /// let edges = [Edge::new("mine-a", "refiner-a", "ore", 60.0), Edge::new("mine-b", "refiner-b", "ore", 40.0),
    ///     Edge::new("refiner-a", "plant", "metal", 60.0), Edge::new("refiner-b", "plant", "metal", 40.0)];
    /// let graph = Graph::from_records(&[], &edges, Measure::ContainedMass, BuildOptions::default())?;
    /// let target = Target::node(&graph, "plant")?;
    /// let options = ChokepointOptions { kinds: vec![RemovalKind::Node], ..ChokepointOptions::default() };
    /// let found = graph.chokepoints(&target, &options)?;
    /// assert_eq!(found.losses[0].loss_rerouted, 0.6);
    /// # Ok::<(), critmin_graph::Error>(())
    /// ```
    pub fn chokepoints(&self, target: &Target, options: &ChokepointOptions) -> Result<Chokepoints, Error> {
        if let Some(factor) = options.rerouting.route_factor
            && !(factor.is_finite() && 0.0 < factor)
        {
            let reason = format!("a route factor of {factor} is not a positive number");
            return Err(Error::BadQuestion { what: "chokepoints", reason });
        }
        let network = options.rerouting.network(self, target);
        let solved = Deliverable::new(self, target, &network);
        if solved.before <= 0.0 {
            let reason = format!("nothing reaches `{}`: it has no supplier with a recorded flow", target.label);
            return Err(Error::BadQuestion { what: "chokepoints", reason });
        }
        let losses = self.losses(target, &solved, options);
        let (demand, deliverable_before, least_cut) = (solved.demand, solved.before, solved.cut());
        Ok(Chokepoints { target: target.label.clone(), demand, deliverable_before, least_cut, losses })
    }

    fn losses(&self, target: &Target, solved: &Deliverable<'_>, options: &ChokepointOptions) -> Vec<Chokepoint> {
        let singles: Vec<RemovalKind> =
            options.kinds.iter().copied().filter(|kind| *kind != RemovalKind::Pair).collect();
        let mut removals: Vec<Removal> = singles.iter().flat_map(|&kind| self.removals(target, kind)).collect();
        if options.kinds.contains(&RemovalKind::Pair) {
            removals.extend(self.pairs(target, options.pairs_among));
        }
        let rigid = self.rigid_losses(target, &removals);
        let tried: Vec<(&Removal, Option<f64>)> = removals
            .iter()
            .zip(rigid)
            .filter(|(removal, loss)| loss.is_none_or(|loss| 0.0 < loss) || solved.is_used(&removal.nodes))
            .collect();
        let mut losses: Vec<Chokepoint> = tried
            .par_iter()
            .map_init(
                || solved.worker(),
                |flow, &(removal, loss_rigid)| {
                    let loss = solved.without(flow, &removal.nodes, options.n_alternatives);
                    let alternatives = loss.alternatives.iter().map(|&(node, more)| (self.id(node).to_owned(), more));
                    let lost = (1.0 - loss.after / solved.before).clamp(0.0, 1.0);
                    Chokepoint {
                        removed: removal.label.clone(),
                        kind: removal.kind,
                        loss_rigid,
                        loss_rerouted: lost,
                        deliverable_after: loss.after,
                        is_single_point_of_failure: 1.0 - 1e-9 <= lost,
                        alternatives: alternatives.collect(),
                    }
                },
            )
            .collect();
        losses.sort_by(|a, b| {
            let rigid = |loss: &Chokepoint| loss.loss_rigid.unwrap_or(0.0);
            let by_loss = b.loss_rerouted.total_cmp(&a.loss_rerouted).then(rigid(b).total_cmp(&rigid(a)));
            by_loss.then_with(|| (a.kind, &a.removed).cmp(&(b.kind, &b.removed)))
        });
        losses
    }

    /// Share of the target's supply that is gone without the nodes when nobody reroutes, 0 to 1.
    pub(crate) fn rigid_loss(&self, target: &Target, nodes: &[usize]) -> f64 {
        let left = availability(self, &|node| nodes.binary_search(&node).is_ok());
        (1.0 - target.nodes.iter().map(|&(node, weight)| weight * left[node]).sum::<f64>()).clamp(0.0, 1.0)
    }

    /// The same for many losses. Where no buyer has several inputs, the loss of a node is the exposure to it, and one
    /// sweep tells all of them; absent is then what the sweep leaves out because it would take too long.
    fn rigid_losses(&self, target: &Target, removals: &[Removal]) -> Vec<Option<f64>> {
        let wants_nodes = removals.iter().any(|removal| removal.kind == RemovalKind::Node);
        let options = ExposureOptions { countries: false, ..ExposureOptions::default() };
        let of_nodes = if wants_nodes && !self.has_tied_inputs() { self.exposure(target, options).ok() } else { None };
        let of_nodes = of_nodes.map(|exposure| {
            let mut of_nodes = vec![Some(0.0); self.n_nodes()];
            exposure.nodes.iter().for_each(|part| of_nodes[part.node] = part.exposure);
            of_nodes
        });
        let loss = |removal: &Removal| match (&of_nodes, &removal.nodes[..]) {
            (Some(of_nodes), &[node]) => of_nodes[node],
            _ => Some(self.rigid_loss(target, &removal.nodes)),
        };
        removals.par_iter().map(loss).collect()
    }

    /// Whether some buyer needs several goods.
    pub(crate) fn has_tied_inputs(&self) -> bool {
        (0..self.n_nodes()).any(|node| 1 < self.edges.first_group[node + 1] - self.edges.first_group[node])
    }

    /// Every loss of one kind, each with its nodes in order; the target's own nodes stay.
    fn removals(&self, target: &Target, kind: RemovalKind) -> Vec<Removal> {
        let is_target = |node: usize| target.nodes.iter().any(|&(each, _)| each == node);
        let mut keyed: Vec<((u32, Option<Stage>), usize)> = (0..self.n_nodes())
            .filter(|&node| !is_target(node) && (kind == RemovalKind::Node || self.nodes.country[node] != ABSENT))
            .map(|node| match kind {
                RemovalKind::Node => ((crate::visit::narrow(node), None), node),
                RemovalKind::StageCountry => ((self.nodes.country[node], self.nodes.stage[node]), node),
                RemovalKind::Country | RemovalKind::Pair => ((self.nodes.country[node], None), node),
            })
            .collect();
        keyed.sort_unstable();
        let groups = keyed.chunk_by(|a, b| a.0 == b.0);
        groups
            .map(|group| {
                let ((_, stage), first) = group[0];
                let country = self.country_of(first).map_or("", AsRef::as_ref);
                let label = match (kind, stage) {
                    (RemovalKind::Node, _) => self.id(first).to_owned(),
                    (RemovalKind::StageCountry, Some(stage)) => format!("{country}:{stage}"),
                    _ => country.to_owned(),
                };
                Removal { label, kind, nodes: group.iter().map(|&(_, node)| node).collect() }
            })
            .collect()
    }

    fn pairs(&self, target: &Target, among: usize) -> Vec<Removal> {
        let mut singles: Vec<(f64, Removal)> = self
            .removals(target, RemovalKind::Country)
            .into_par_iter()
            .map(|removal| (self.rigid_loss(target, &removal.nodes), removal))
            .filter(|(loss, _)| 0.0 < *loss)
            .collect();
        singles.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.label.cmp(&b.1.label)));
        singles.truncate(among);
        let mut pairs = Vec::new();
        for (place, (_, one)) in singles.iter().enumerate() {
            for (_, other) in &singles[place + 1..] {
                let (a, b) = if one.label <= other.label { (one, other) } else { (other, one) };
                let mut nodes: Vec<usize> = a.nodes.iter().chain(&b.nodes).copied().collect();
                nodes.sort_unstable();
                pairs.push(Removal { label: format!("{}+{}", a.label, b.label), kind: RemovalKind::Pair, nodes });
            }
        }
        pairs
    }
}

/// One loss to try.
struct Removal {
    label: String,
    kind: RemovalKind,
    /// In order.
    nodes: Vec<usize>,
}
