//! Maximum flow by Dinic's algorithm (Dinitz 1970), kept warm: a solved flow is changed and augmented again.

use crate::flow::network::{Network, SINK, SOURCE};

const UNSEEN: u32 = u32::MAX;

/// A flow under way. Every change is noted, so that many removals start from one solved flow.
#[derive(Debug, Clone)]
pub(crate) struct Flow<'a> {
    network: &'a Network,
    pub(crate) residual: Vec<f64>,
    /// Distance to the sink in arcs that still have room.
    level: Vec<u32>,
    seen: Vec<u32>,
    place: Vec<u32>,
    pub(crate) is_removed: Vec<bool>,
    /// (arc, residual before) of every change since the last mark.
    log: Vec<(u32, f64)>,
    is_logged: bool,
}

impl<'a> Flow<'a> {
    pub(crate) fn new(network: &'a Network) -> Self {
        let n = network.n_nodes();
        Self {
            network,
            residual: network.capacity.clone(),
            level: vec![UNSEEN; n],
            seen: Vec::new(),
            place: vec![0; n],
            is_removed: vec![false; n],
            log: Vec::new(),
            is_logged: false,
        }
    }

    /// From here on, changes can be undone.
    pub(crate) fn mark(&mut self) {
        self.is_logged = true;
    }

    /// Undoes every change since [`Flow::mark`].
    pub(crate) fn undo(&mut self) {
        while let Some((arc, residual)) = self.log.pop() {
            self.residual[arc as usize] = residual;
        }
    }

    pub(crate) fn set(&mut self, arc: usize, residual: f64) {
        if self.is_logged {
            self.log.push((crate::visit::narrow(arc), self.residual[arc]));
        }
        self.residual[arc] = residual;
    }

    /// What flows on a forward arc.
    pub(crate) fn on(&self, arc: u32) -> f64 {
        self.residual[arc as usize ^ 1]
    }

    /// What reaches the sink.
    pub(crate) fn delivered(&self) -> f64 {
        self.network.demands.iter().map(|&(_, arc)| self.on(arc)).sum()
    }

    /// Moves `amount` along an arc; a finite residual loses it, the arc back gains it.
    fn move_along(&mut self, arc: usize, amount: f64) {
        let left = self.residual[arc] - amount;
        let back = self.residual[arc ^ 1] + amount;
        self.set(arc, if left <= self.network.nothing { left.max(0.0) } else { left });
        self.set(arc ^ 1, back);
    }

    /// Augments until no way from the source to the sink has room.
    pub(crate) fn augment(&mut self) {
        while self.levels() {
            self.seen.iter().for_each(|&node| self.place[node as usize] = self.network.first[node as usize]);
            while self.push_one() {}
        }
    }

    /// Breadth first from the sink against the arcs: most removals leave little room near the target.
    fn levels(&mut self) -> bool {
        self.seen.iter().for_each(|&node| self.level[node as usize] = UNSEEN);
        self.seen.clear();
        self.level[SINK as usize] = 0;
        self.seen.push(SINK);
        let mut next = 0;
        while next < self.seen.len() {
            let node = self.seen[next] as usize;
            next += 1;
            for place in self.network.first[node]..self.network.first[node + 1] {
                let back = self.network.leaving[place as usize] as usize;
                let from = self.network.head[back] as usize;
                let has_room = self.network.nothing < self.residual[back ^ 1];
                if has_room && self.level[from] == UNSEEN && !self.is_removed[from] {
                    self.level[from] = self.level[node] + 1;
                    self.seen.push(crate::visit::narrow(from));
                }
            }
        }
        self.level[SOURCE as usize] != UNSEEN
    }

    /// One way from the source to the sink along falling levels; dead ends are not tried again in this phase.
    fn push_one(&mut self) -> bool {
        let mut way: Vec<usize> = Vec::new();
        let mut node = SOURCE as usize;
        while node != SINK as usize {
            if let Some(arc) = self.step(node) {
                way.push(arc);
                node = self.network.head[arc] as usize;
            } else {
                self.level[node] = UNSEEN;
                let Some(arc) = way.pop() else { return false };
                node = self.network.head[arc ^ 1] as usize;
            }
        }
        let amount = way.iter().map(|&arc| self.residual[arc]).fold(f64::INFINITY, f64::min);
        for &arc in &way {
            self.move_along(arc, amount);
        }
        amount.is_finite()
    }

    fn step(&mut self, node: usize) -> Option<usize> {
        while self.place[node] < self.network.first[node + 1] {
            let arc = self.network.leaving[self.place[node] as usize] as usize;
            let head = self.network.head[arc] as usize;
            let is_down = self.level[head] != UNSEEN && self.level[head] + 1 == self.level[node];
            if is_down && self.network.nothing < self.residual[arc] && !self.is_removed[head] {
                return Some(arc);
            }
            self.place[node] += 1;
        }
        None
    }

    /// Takes every flow through the removed nodes out of the solved flow, back to the source and on to the sink.
    pub(crate) fn remove(&mut self, nodes: &[u32]) {
        for &node in nodes {
            self.is_removed[node as usize] = true;
        }
        // What each standing node receives and can no longer hand on (+), or hands on and no longer receives (-).
        let mut balance: Vec<(u32, f64)> = Vec::new();
        for &node in nodes {
            for place in self.network.first[node as usize]..self.network.first[node as usize + 1] {
                let arc = self.network.leaving[place as usize] as usize;
                let other = self.network.head[arc];
                let (out, back) = (self.flow_on(arc), self.flow_on(arc ^ 1));
                if 0.0 < out {
                    self.cancel(arc, out);
                    balance.push((other, -out));
                } else if 0.0 < back {
                    self.cancel(arc ^ 1, back);
                    balance.push((other, back));
                }
            }
        }
        balance.retain(|&(node, _)| !self.is_removed[node as usize]);
        balance.sort_by_key(|&(node, _)| node);
        for of_node in balance.chunk_by(|a, b| a.0 == b.0) {
            let net: f64 = of_node.iter().map(|&(_, amount)| amount).sum();
            self.drain(of_node[0].0, net);
        }
    }

    /// Takes `amount` off an arc to the sink, back to the source along the flow that brought it.
    pub(crate) fn give_back(&mut self, arc: u32, amount: f64) {
        self.cancel(arc as usize, amount);
        self.drain(self.network.head[arc as usize ^ 1], amount);
    }

    /// Puts removed nodes back; call after [`Flow::undo`].
    pub(crate) fn restore(&mut self, nodes: &[u32]) {
        for &node in nodes {
            self.is_removed[node as usize] = false;
        }
    }

    /// What flows on an arc in its own direction: nothing on arcs back.
    fn flow_on(&self, arc: usize) -> f64 {
        if arc.is_multiple_of(2) { self.residual[arc ^ 1] } else { 0.0 }
    }

    fn cancel(&mut self, arc: usize, amount: f64) {
        let (room, back) = (self.residual[arc] + amount, self.residual[arc ^ 1] - amount);
        self.set(arc, room);
        self.set(arc ^ 1, if back <= self.network.nothing { 0.0 } else { back });
    }

    /// Takes an excess (+) back to the source along the flow that brought it, a lack (-) on to the sink.
    fn drain(&mut self, node: u32, net: f64) {
        let end = if 0.0 < net { SOURCE } else { SINK };
        let mut waiting = vec![(node, net.abs())];
        while let Some((node, mut amount)) = waiting.pop() {
            if node == end {
                continue;
            }
            for place in self.network.first[node as usize]..self.network.first[node as usize + 1] {
                if amount <= self.network.nothing {
                    break;
                }
                let arc = self.network.leaving[place as usize] as usize;
                // Along the flow for a lack, against it for an excess.
                let along = if 0.0 < net { arc ^ 1 } else { arc };
                let taken = self.flow_on(along).min(amount);
                if 0.0 < taken {
                    self.cancel(along, taken);
                    waiting.push((self.network.head[arc], taken));
                    amount -= taken;
                }
            }
        }
    }

    /// Whether each node can still be filled from the source: the cut runs between the two sides.
    pub(crate) fn side_of_source(&self) -> Vec<bool> {
        let mut is_seen = vec![false; self.network.n_nodes()];
        is_seen[SOURCE as usize] = true;
        let mut waiting = vec![SOURCE];
        while let Some(node) = waiting.pop() {
            for place in self.network.first[node as usize]..self.network.first[node as usize + 1] {
                let arc = self.network.leaving[place as usize] as usize;
                let head = self.network.head[arc];
                let is_open = self.network.nothing < self.residual[arc] && !self.is_removed[head as usize];
                if is_open && !std::mem::replace(&mut is_seen[head as usize], true) {
                    waiting.push(head);
                }
            }
        }
        is_seen
    }
}
