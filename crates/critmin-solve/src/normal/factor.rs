//! Multifrontal Cholesky factor (Duff and Reid 1983, The multifrontal solution of indefinite sparse symmetric linear
//! equations, ACM Transactions on Mathematical Software 9, 302-325) of a sparse symmetric positive definite matrix.

use crate::normal::dense::eliminate;
use crate::normal::symbolic::Symbolic;

/// The pattern of a matrix with room for its factor.
pub(super) struct Factor {
    symbolic: Symbolic,
    /// Children of each supernode.
    children: Vec<Vec<usize>>,
    /// Where each row of a supernode that is no pivot stands in its parent's front.
    relative: Vec<Vec<usize>>,
    /// The pivot columns of each supernode, columns one after the other.
    columns: Vec<Vec<f64>>,
    /// Where the entries of the matrix go, by supernode: place in the front, position of the value.
    entries: Vec<Vec<(usize, usize)>>,
    front: Vec<f64>,
    packed: Vec<f64>,
}

impl Factor {
    /// `pairs` are the places of the entries of the lower triangle, row and column in the permuted order.
    pub(super) fn new(symbolic: Symbolic, pairs: &[(usize, usize)]) -> Option<Self> {
        let nodes = &symbolic.supernodes;
        let mut children = vec![Vec::new(); nodes.len()];
        let mut owner = vec![0; symbolic.place.len()];
        for (index, node) in nodes.iter().enumerate() {
            owner[node.first..node.first + node.n_pivots].fill(index);
            if let Some(parent) = node.parent {
                children[parent].push(index);
            }
        }
        let position = |node: usize, row: usize| nodes[node].rows.binary_search(&row).ok();
        let mut relative = Vec::with_capacity(nodes.len());
        for node in nodes {
            let parent = node.parent.unwrap_or_default();
            let rest = node.rows[node.n_pivots..].iter();
            relative.push(rest.map(|row| position(parent, *row)).collect::<Option<Vec<usize>>>()?);
        }
        let mut entries = vec![Vec::new(); nodes.len()];
        for (index, (row, column)) in pairs.iter().enumerate() {
            let node = owner[*column];
            let place = (column - nodes[node].first) * nodes[node].rows.len() + position(node, *row)?;
            entries[node].push((place, index));
        }
        let columns = vec![Vec::new(); nodes.len()];
        Some(Self { children, relative, columns, entries, symbolic, front: Vec::new(), packed: Vec::new() })
    }

    /// Factors the matrix with these values, in the order of the pairs.
    pub(super) fn refactor(&mut self, values: &[f64]) {
        let mut left_over: Vec<Vec<f64>> = vec![Vec::new(); self.symbolic.supernodes.len()];
        for (index, node) in self.symbolic.supernodes.iter().enumerate() {
            let (size, n_pivots) = (node.rows.len(), node.n_pivots);
            self.front.clear();
            self.front.resize(size * size, 0.0);
            for (place, value) in &self.entries[index] {
                self.front[*place] += values[*value];
            }
            for child in &self.children[index] {
                let part = std::mem::take(&mut left_over[*child]);
                add(&mut self.front, size, &part, &self.relative[*child]);
            }
            eliminate(&mut self.front, size, n_pivots, &mut self.packed);
            self.columns[index].clear();
            self.columns[index].extend_from_slice(&self.front[..n_pivots * size]);
            let rest = (n_pivots..size).flat_map(|column| &self.front[column * size + column..(column + 1) * size]);
            left_over[index] = rest.copied().collect();
        }
    }

    /// Solves in place, in the permuted order.
    pub(super) fn solve(&self, right: &mut [f64]) {
        let mut local = Vec::new();
        for (node, columns) in self.symbolic.supernodes.iter().zip(&self.columns) {
            let (size, n_pivots) = (node.rows.len(), node.n_pivots);
            local.clear();
            local.resize(size, 0.0);
            local[..n_pivots].copy_from_slice(&right[node.first..node.first + n_pivots]);
            for (pivot, column) in columns.chunks_exact(size).enumerate() {
                let value = local[pivot] / column[pivot];
                local[pivot] = value;
                for (target, factor) in local[pivot + 1..].iter_mut().zip(&column[pivot + 1..]) {
                    *target -= factor * value;
                }
            }
            right[node.first..node.first + n_pivots].copy_from_slice(&local[..n_pivots]);
            for (row, change) in node.rows[n_pivots..].iter().zip(&local[n_pivots..]) {
                right[*row] += change;
            }
        }
        for (node, columns) in self.symbolic.supernodes.iter().zip(&self.columns).rev() {
            let size = node.rows.len();
            local.clear();
            local.extend(node.rows.iter().map(|row| right[*row]));
            for (pivot, column) in columns.chunks_exact(size).enumerate().rev() {
                let known = crate::cholesky::dot(&column[pivot + 1..], &local[pivot + 1..]);
                local[pivot] = (local[pivot] - known) / column[pivot];
            }
            right[node.first..node.first + node.n_pivots].copy_from_slice(&local[..node.n_pivots]);
        }
    }
}

/// Adds a child's Schur complement, packed lower triangle by column, to its parent's front.
fn add(front: &mut [f64], size: usize, part: &[f64], relative: &[usize]) {
    let mut begin = 0;
    for (column, place) in relative.iter().enumerate() {
        let rows = &relative[column..];
        let target = &mut front[place * size..(place + 1) * size];
        for (row, value) in rows.iter().zip(&part[begin..begin + rows.len()]) {
            target[*row] += value;
        }
        begin += rows.len();
    }
}
