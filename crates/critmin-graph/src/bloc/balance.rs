//! What a bloc makes, trades and buys outside, by good and stage.

use crate::Graph;
use crate::bloc::{BlocStage, ChainStage};
use crate::intake::interned;

/// The goods and stages of a graph, in the order of the chain.
pub(super) struct Chain {
    pub(super) at: Vec<ChainStage>,
    /// The place of each node's good and stage in `at`.
    pub(super) of: Vec<u32>,
}

/// Sums of one good and stage.
#[derive(Clone, Default)]
struct Sums {
    production: f64,
    inside_flow: f64,
    inflow: f64,
    outflow: f64,
    unplaced: f64,
}

impl Chain {
    pub(super) fn new(graph: &Graph) -> Self {
        let nodes = &graph.nodes;
        let (known, of) = interned((0..graph.n_nodes()).map(|node| Some((nodes.stage[node], nodes.good[node]))));
        let at = known.into_iter().map(|(stage, good)| ChainStage { stage, good: nodes.goods[good as usize].clone() });
        Self { at: at.collect(), of }
    }

    /// The rows of every good and stage that the bloc makes, trades or misses, in the order of the chain.
    pub(super) fn stages(&self, graph: &Graph, codes: &[u32], exits: &[f64]) -> Vec<BlocStage> {
        let mut sums = vec![Sums::default(); self.at.len()];
        let is_inside = |node: usize| codes.binary_search(&graph.nodes.country[node]).is_ok();
        for buyer in 0..graph.n_nodes() {
            let is_buyer_inside = is_inside(buyer);
            if is_buyer_inside {
                sums[self.of[buyer] as usize].production += graph.own(buyer);
            }
            for edge in graph.purchases(buyer) {
                let supplier = graph.edges.supplier[edge] as usize;
                let sides = (is_inside(supplier), is_buyer_inside);
                self.add(
                    &mut sums,
                    (supplier, buyer),
                    sides,
                    graph.country_of(buyer).is_some(),
                    graph.edges.flow[edge],
                );
            }
        }
        let rows = self.at.iter().zip(&sums).zip(exits).map(|((at, sums), &exit_share)| row(at, sums, exit_share));
        rows.filter(BlocStage::is_theirs).collect()
    }

    /// A flow counts where its supplier stands; what becomes another good inside is made there too.
    fn add(
        &self,
        sums: &mut [Sums],
        (supplier, buyer): (usize, usize),
        sides: (bool, bool),
        has_place: bool,
        flow: f64,
    ) {
        let (from, to) = (self.of[supplier] as usize, self.of[buyer] as usize);
        let is_trade = from == to;
        if sides.1 && !is_trade {
            sums[to].production += flow;
        }
        match sides {
            (true, true) if is_trade => sums[from].inside_flow += flow,
            (false, true) => sums[from].inflow += flow,
            (true, false) if is_trade || has_place => sums[from].outflow += flow,
            (true, false) => sums[from].unplaced += flow,
            _ => {}
        }
    }
}

impl BlocStage {
    fn is_theirs(&self) -> bool {
        let amounts =
            self.production + self.inside_flow + self.inflow_from_outside + self.outflow + self.unplaced_outflow;
        0.0 < amounts + self.exit_share
    }
}

fn row(at: &ChainStage, sums: &Sums, exit_share: f64) -> BlocStage {
    let &Sums { production, inside_flow, inflow, outflow, unplaced } = sums;
    let apparent_use = production + inflow - outflow;
    let all = production + inside_flow + inflow;
    BlocStage {
        at: at.clone(),
        production,
        inside_flow,
        inflow_from_outside: inflow,
        outflow,
        unplaced_outflow: unplaced,
        self_sufficiency: (0.0 < apparent_use).then(|| production / apparent_use),
        inside_share: (0.0 < all).then(|| (production + inside_flow) / all),
        exit_share,
    }
}
