//! Can the origins place all they have, and the destinations be served, over the arcs that are open?
//!
//! A maximum flow from origins into destinations by augmenting paths (Ford, L. R. and Fulkerson, D. R. 1956, Maximal
//! flow through a network, Canadian Journal of Mathematics 8 399, doi 10.4153/CJM-1956-045-5), and the cells that no
//! feasible table can change: those between different strong components of the residual graph.
//!
//! References and their identifiers are cited from memory, not checked against the primary documents.

/// Origins (rows) and destinations (columns) with what may move between them, row by row.
pub(super) struct Network {
    pub(super) supplies: Vec<f64>,
    pub(super) demands: Vec<f64>,
    /// The most that may move in each cell; 0 for a closed one, infinite without a limit.
    pub(super) capacity: Vec<f64>,
    /// Below this an amount is nothing.
    pub(super) rounding: f64,
}

/// A maximum flow.
pub(super) struct Reach {
    /// By cell.
    pub(super) flow: Vec<f64>,
    /// What each origin cannot place.
    pub(super) unsold: Vec<f64>,
    /// What each destination lacks.
    pub(super) unserved: Vec<f64>,
}

/// Amounts below this share of the total are rounding.
const ROUNDING: f64 = 1e-12;

impl Network {
    pub(super) fn new(supplies: Vec<f64>, demands: Vec<f64>, capacity: Vec<f64>) -> Self {
        let rounding = ROUNDING * supplies.iter().sum::<f64>().max(demands.iter().sum());
        Self { supplies, demands, capacity, rounding }
    }

    /// What goes straight in first; then along paths that move what is placed already.
    pub(super) fn maximum_flow(&self) -> Reach {
        let width = self.demands.len();
        let mut reach = Reach {
            flow: vec![0.0; self.capacity.len()],
            unsold: self.supplies.clone(),
            unserved: self.demands.clone(),
        };
        for (origin, cells) in self.capacity.chunks(width.max(1)).enumerate() {
            for (destination, capacity) in cells.iter().enumerate() {
                let step = capacity.min(reach.unsold[origin]).min(reach.unserved[destination]);
                reach.flow[origin * width + destination] = step;
                reach.unsold[origin] -= step;
                reach.unserved[destination] -= step;
            }
        }
        while let Some(path) = self.augmenting_path(&reach) {
            self.push(&mut reach, &path);
        }
        reach
    }

    /// Nodes: origins first, then destinations.
    fn n_nodes(&self) -> usize {
        self.supplies.len() + self.demands.len()
    }

    /// Calls `visit` with every node that `node` can still pass something to, or with `is_reversed` take something
    /// from.
    fn neighbours(&self, flow: &[f64], node: usize, is_reversed: bool, mut visit: impl FnMut(usize)) {
        let (rows, width, least) = (self.supplies.len(), self.demands.len(), self.rounding);
        let is_edge = |cell: usize, is_onward: bool| {
            if is_onward { least < self.capacity[cell] - flow[cell] } else { least < flow[cell] }
        };
        if node < rows {
            (0..width)
                .filter(|column| is_edge(node * width + column, !is_reversed))
                .for_each(|column| visit(rows + column));
        } else {
            (0..rows).filter(|row| is_edge(row * width + (node - rows), is_reversed)).for_each(visit);
        }
    }

    /// The shortest path, in nodes, from an origin with something left to a destination that lacks something.
    fn augmenting_path(&self, reach: &Reach) -> Option<Vec<usize>> {
        let (rows, least) = (self.supplies.len(), self.rounding);
        let sources = (0..rows).filter(|row| least < reach.unsold[*row]);
        let before = self.search(&reach.flow, sources, false, |_| true);
        let lacks = |node: &usize| before[*node].is_some() && least < reach.unserved[*node - rows];
        let mut node = (rows..self.n_nodes()).find(lacks)?;
        let mut path = vec![node];
        while let Some(previous) = before[node].filter(|previous| *previous != node) {
            path.push(previous);
            node = previous;
        }
        path.reverse();
        Some(path)
    }

    /// For every node that can be reached, the one before it; for a source, itself.
    fn search(
        &self,
        flow: &[f64],
        sources: impl Iterator<Item = usize>,
        is_reversed: bool,
        is_allowed: impl Fn(usize) -> bool,
    ) -> Vec<Option<usize>> {
        let mut before = vec![None; self.n_nodes()];
        let mut queue: Vec<usize> = sources.collect();
        for source in &queue {
            before[*source] = Some(*source);
        }
        let mut next = 0;
        while let Some(&node) = queue.get(next) {
            next += 1;
            self.neighbours(flow, node, is_reversed, |other| {
                if before[other].is_none() && is_allowed(other) {
                    before[other] = Some(node);
                    queue.push(other);
                }
            });
        }
        before
    }

    /// Moves as much as every step of `path` allows.
    fn push(&self, reach: &mut Reach, path: &[usize]) {
        let (rows, width) = (self.supplies.len(), self.demands.len());
        let (Some(first), Some(last)) = (path.first(), path.last()) else { return };
        let cell = |one: usize, other: usize| {
            if one < rows { (one * width + other - rows, 1.0) } else { (other * width + one - rows, -1.0) }
        };
        let steps: Vec<(usize, f64)> = path.windows(2).map(|pair| cell(pair[0], pair[1])).collect();
        let room = |(cell, sign): &(usize, f64)| {
            if 0.0 < *sign { self.capacity[*cell] - reach.flow[*cell] } else { reach.flow[*cell] }
        };
        let ends = reach.unsold[*first].min(reach.unserved[*last - rows]);
        let amount = steps.iter().map(room).fold(ends, f64::min);
        for (cell, sign) in &steps {
            reach.flow[*cell] += sign * amount;
        }
        reach.unsold[*first] -= amount;
        reach.unserved[*last - rows] -= amount;
    }

    /// Origins and destinations that what is left over can reach: together they are the bottleneck.
    pub(super) fn bottleneck(&self, reach: &Reach) -> (Vec<usize>, Vec<usize>) {
        let rows = self.supplies.len();
        let sources = (0..rows).filter(|row| self.rounding < reach.unsold[*row]);
        let found = self.search(&reach.flow, sources, false, |_| true);
        let is_reached = |node: &usize| found[*node].is_some();
        let destinations = (rows..self.n_nodes()).filter(is_reached).map(|node| node - rows).collect();
        ((0..rows).filter(is_reached).collect(), destinations)
    }

    /// Which cells some feasible table fills and another leaves lower: those within one strong component of the
    /// residual graph. The others hold the same in every feasible table.
    pub(super) fn is_free(&self, flow: &[f64]) -> Vec<bool> {
        let (rows, width) = (self.supplies.len(), self.demands.len());
        let mut component: Vec<Option<usize>> = vec![None; self.n_nodes()];
        for start in 0..self.n_nodes() {
            if component[start].is_some() {
                continue;
            }
            let is_open = |node: usize| component[node].is_none();
            let onward = self.search(flow, std::iter::once(start), false, is_open);
            let back = self.search(flow, std::iter::once(start), true, is_open);
            for (node, (onward, back)) in onward.iter().zip(&back).enumerate() {
                if onward.is_some() && back.is_some() {
                    component[node] = Some(start);
                }
            }
        }
        let cells = (0..rows).flat_map(|row| (0..width).map(move |column| (row, column)));
        cells
            .map(|(row, column)| {
                0.0 < self.capacity[row * width + column] && component[row] == component[rows + column]
            })
            .collect()
    }
}
