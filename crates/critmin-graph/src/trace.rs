//! By which ways does a supply reach a target: every path upstream that carries more than a share, and what a product
//! contains, from where.

use critmin_core::{ABSENT, CountryId};
use serde::{Deserialize, Serialize};

use crate::{Error, Graph, Target};

mod contents;
mod search;

pub use contents::{CommodityContent, ContentInput, ContentOrigin, Contents};
use search::Search;

/// Where a path has to begin to be listed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origins {
    /// Anywhere.
    #[default]
    Any,
    /// At a node of one of these countries.
    Countries(Vec<CountryId>),
    /// At one of these nodes, by id.
    Nodes(Vec<String>),
}

/// Which paths are listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TraceOptions {
    /// Least share of the target's supply that a path carries, 0 to 1.
    pub min_share: f64,
    /// Most paths; of more, those with the largest shares are kept.
    pub max_paths: usize,
    /// Most flows that a path may follow.
    pub max_steps: usize,
    /// Where paths begin.
    pub from: Origins,
}

impl Default for TraceOptions {
    fn default() -> Self {
        Self { min_share: 0.01, max_paths: 1000, max_steps: 12, from: Origins::Any }
    }
}

/// The paths of one target, the largest share first, and where the rest of the supply is.
///
/// `covered_share`, `below_share`, `cyclic_share`, `long_share`, `elsewhere_share` and `left_out_share` sum to 1: the
/// search follows the whole supply upstream, and says why it stopped following each part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Paths {
    /// The target.
    pub target: String,
    /// The paths; equal shares in the order of their nodes.
    pub paths: Vec<Path>,
    /// Share of the target's supply that takes one of these paths, 0 to 1.
    pub covered_share: f64,
    /// Share that was not followed further, or not listed, because it had fallen below the least share. What lies beyond
    /// (long ways, circles) is not told apart.
    pub below_share: f64,
    /// Share that comes back to a node that its way has passed: such ways are not paths.
    pub cyclic_share: f64,
    /// Share whose way is longer than the most steps.
    pub long_share: f64,
    /// Share of the paths that begin elsewhere than asked for.
    pub elsewhere_share: f64,
    /// Share of ways that carry enough, or may, and are not listed because there are more than the most paths (or more
    /// than a search of a hundred million steps can look at). Zero when the list is complete.
    pub left_out_share: f64,
}

/// One way from an origin to the target, in the direction of the material.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Path {
    /// Positions of its nodes in the graph: the origin first, a node of the target last.
    pub steps: Vec<usize>,
    /// Share of the target's supply that takes this way, 0 to 1: the product of the shares that each buyer takes from the
    /// supplier before it, and the share of the origin's supply that begins there.
    pub share: f64,
    /// Whether it begins where it does only because no supply is recorded there.
    pub is_unexplained: bool,
}

impl Path {
    /// Number of flows that it follows.
    pub fn n_steps(&self) -> usize {
        self.steps.len().saturating_sub(1)
    }
}

impl Graph {
    /// Every way without a repeated node from an origin (own supply, or a node without recorded supply) to the target
    /// that carries at least the least share of its supply. From a mine country to a product, and back from a platform
    /// to its mines, are the same question. Ask one layer at a time.
    ///
    /// Depth first from the target upstream, largest suppliers first; the share of an unfinished way bounds that of
    /// every way that continues it, so that small ones are cut early. Time grows with the steps times one over the least
    /// share, at most.
    ///
    /// # Errors
    ///
    /// [`Error::BadQuestion`] for a least share outside 0 to 1, or no paths asked for; [`Error::UnknownName`] for an
    /// origin that the graph does not have.
    ///
    /// ```
    /// use critmin_graph::{BuildOptions, Edge, Graph, Measure, Target, TraceOptions};
    ///
    /// let edges = [Edge::new("mine", "smelter", "ore", 10.0), Edge::new("smelter", "plant", "metal", 7.5),
    ///     Edge::new("scrap", "plant", "metal", 2.5)];
    /// let graph = Graph::from_records(&[], &edges, Measure::ContainedMass, BuildOptions::default())?;
    /// let found = graph.paths(&Target::node(&graph, "plant")?, &TraceOptions::default())?;
    /// let ids: Vec<&str> = found.paths[0].steps.iter().map(|&node| graph.id(node)).collect();
    /// assert_eq!((ids, found.paths[0].share), (vec!["mine", "smelter", "plant"], 0.75));
    /// assert_eq!(found.covered_share, 1.0);
    /// # Ok::<(), critmin_graph::Error>(())
    /// ```
    pub fn paths(&self, target: &Target, options: &TraceOptions) -> Result<Paths, Error> {
        let bad = |reason: String| Error::BadQuestion { what: "paths", reason };
        if !(0.0 <= options.min_share && options.min_share <= 1.0) {
            return Err(bad(format!("a least share of {} is not between 0 and 1", options.min_share)));
        }
        if options.max_paths == 0 {
            return Err(bad("at most 0 paths were asked for: ask for 1 or more".to_owned()));
        }
        let is_wanted = self.wanted(&options.from)?;
        Ok(Search::new(self, options, &is_wanted).run(target))
    }

    /// Which nodes a path may begin at.
    fn wanted(&self, from: &Origins) -> Result<Vec<bool>, Error> {
        let mut is_wanted = vec![*from == Origins::Any; self.n_nodes()];
        match from {
            Origins::Any => {}
            Origins::Nodes(ids) => {
                for id in ids {
                    is_wanted[self.position(id)?] = true;
                }
            }
            Origins::Countries(countries) => {
                for country in countries {
                    let code = self.country_code(country.as_str());
                    if code == ABSENT {
                        let known = self.countries().iter().map(CountryId::as_str);
                        let nearest = critmin_core::nearest(country.as_str(), known);
                        return Err(Error::UnknownName { kind: "country", found: country.to_string(), nearest });
                    }
                    is_wanted.iter_mut().zip(&self.nodes.country).for_each(|(is, of)| *is |= *of == code);
                }
            }
        }
        Ok(is_wanted)
    }
}
