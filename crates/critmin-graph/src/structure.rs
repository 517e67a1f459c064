//! Which nodes are central, and which belong together: measures of the network itself, whatever the target.

use serde::{Deserialize, Serialize};

use crate::{Error, Graph};

mod centrality;
mod communities;
mod simple;

use simple::Simple;

/// Which measures, and how exact.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StructureOptions {
    /// Chance, at each step of PageRank's walk, of following a flow rather than beginning again anywhere; 0 to below 1.
    pub damping: f64,
    /// Attenuation of Katz per step; `None`: 0.9 over the spectral radius of the shares where goods go round, and 0.9
    /// where they do not (then every attenuation converges).
    pub katz_alpha: Option<f64>,
    /// Betweenness is left out, and absent, when nodes times edges are more than this: its time grows with them.
    pub betweenness_up_to: usize,
    /// Resolution of the communities: above 1 makes them smaller, below 1 larger.
    pub resolution: f64,
    /// Change per node below which an iteration ends.
    pub tolerance: f64,
    /// Rounds before an iteration is an error.
    pub max_iterations: usize,
}

impl Default for StructureOptions {
    /// Damping as in Brin and Page (1998); betweenness takes some ten seconds at most.
    fn default() -> Self {
        Self {
            damping: 0.85,
            katz_alpha: None,
            betweenness_up_to: 300_000_000,
            resolution: 1.0,
            tolerance: 1e-14,
            max_iterations: 10_000,
        }
    }
}

/// The structure of a graph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Structure {
    /// Every node, in the order of the graph.
    pub nodes: Vec<NodeStructure>,
    /// Largest eigenvalue of the shares that buyers take from their suppliers, 0 to 1: 0 where nothing goes round, 1
    /// where goods go round and none come in; an upper bound, exact to the tolerance.
    pub spectral_radius: f64,
    /// Attenuation that Katz was computed with.
    pub katz_alpha: f64,
    /// Number of communities; a node without flows is one of its own.
    pub n_communities: usize,
    /// Modularity of the communities, -0.5 to 1; higher = more separate. Absent in a graph without flows.
    pub modularity: Option<f64>,
}

/// The place of one node in the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeStructure {
    /// Position of the node in the graph.
    pub node: usize,
    /// What reaches it from others \[the graph's measure per year\].
    pub in_strength: f64,
    /// What leaves it to others \[the graph's measure per year\].
    pub out_strength: f64,
    /// PageRank of a walk from buyers to suppliers in proportion to the flows; sums to 1 over all nodes; higher = more
    /// depended upon, by buyers that are depended upon themselves.
    pub pagerank: f64,
    /// Katz centrality along the flows, `k = 1 + alpha V' k` with `V` the shares that buyers take from their suppliers;
    /// scaled to a sum of squares of 1; higher = depends on others through longer chains.
    pub katz: f64,
    /// Share of the shortest ways (by number of flows) between all other pairs of nodes that lead through it, 0 to 1.
    /// Absent where it would have taken too long.
    pub betweenness: Option<f64>,
    /// Number of its community, from 0 in the order of their first nodes.
    pub community: usize,
}

impl Graph {
    /// Strengths, PageRank (Brin and Page 1998, doi 10.1016/S0169-7552(98)00110-X, here weighted by the flows), Katz
    /// (Katz 1953, doi 10.1007/BF02289026) and betweenness (Brandes 2001, doi 10.1080/0022250X.2001.9990249; both by
    /// rustworkx-core), and the communities of the undirected flows (Louvain: Blondel et al. 2008,
    /// doi 10.1088/1742-5468/2008/10/P10008). Several flows between the same two nodes are added first.
    ///
    /// PageRank of nodes without suppliers goes on anywhere, as in networkx: `networkx.pagerank(G.reverse())` with the
    /// flows as weights tells the same.
    ///
    /// # Errors
    ///
    /// [`Error::BadQuestion`] for an option out of its range, an attenuation too large for Katz to converge, or an
    /// iteration that does not end within the rounds given.
    ///
    /// ```
    /// use critmin_graph::{BuildOptions, Edge, Graph, Measure, StructureOptions};
    ///
    /// let edges = [Edge::new("mine", "refiner", "ore", 8.0), Edge::new("refiner", "plant", "metal", 6.0)];
    /// let graph = Graph::from_records(&[], &edges, Measure::ContainedMass, BuildOptions::default())?;
    /// let found = graph.structure(StructureOptions::default())?;
    /// let refiner = &found.nodes[graph.position("refiner")?];
    /// assert_eq!((refiner.in_strength, refiner.out_strength), (8.0, 6.0));
    /// // Of the two ordered pairs of other nodes one, from the mine to the plant, leads through it.
    /// assert_eq!(refiner.betweenness, Some(0.5));
    /// # Ok::<(), critmin_graph::Error>(())
    /// ```
    pub fn structure(&self, options: StructureOptions) -> Result<Structure, Error> {
        checked(options)?;
        let simple = Simple::new(self);
        let pagerank = centrality::pagerank(&simple, options)?;
        let spectral_radius = centrality::spectral_radius(self, &simple, options);
        let (katz, katz_alpha) = centrality::katz(&simple, spectral_radius, options)?;
        let betweenness = centrality::betweenness(&simple, options);
        let communities = communities::louvain(&simple, options.resolution);
        let node = |node: usize| NodeStructure {
            node,
            in_strength: self.inflow(node),
            out_strength: self.outflow(node),
            pagerank: pagerank[node],
            katz: katz[node],
            betweenness: betweenness.as_ref().map(|of_nodes| of_nodes[node]),
            community: communities.of[node],
        };
        Ok(Structure {
            nodes: (0..self.n_nodes()).map(node).collect(),
            spectral_radius,
            katz_alpha,
            n_communities: communities.n,
            modularity: communities.modularity,
        })
    }
}

fn bad(reason: String) -> Error {
    Error::BadQuestion { what: "structure", reason }
}

fn checked(options: StructureOptions) -> Result<(), Error> {
    let StructureOptions { damping, resolution, tolerance, katz_alpha, .. } = options;
    if !(0.0..1.0).contains(&damping) {
        return Err(bad(format!("a damping of {damping} is not between 0 and below 1")));
    }
    if !(resolution.is_finite() && 0.0 < resolution) {
        return Err(bad(format!("a resolution of {resolution} is not above 0")));
    }
    if !(0.0 < tolerance && tolerance < 1.0) {
        return Err(bad(format!("a tolerance of {tolerance} is not between 0 and 1")));
    }
    match katz_alpha {
        Some(alpha) if !(alpha.is_finite() && 0.0 < alpha) => Err(bad(format!("an alpha of {alpha} is not above 0"))),
        _ => Ok(()),
    }
}
