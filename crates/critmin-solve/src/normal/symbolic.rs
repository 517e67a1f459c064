//! Order of elimination and the supernodes of a sparse symmetric matrix, found once for every factor of one pattern.
//!
//! # References
//!
//! Amestoy, Davis and Duff (1996), An approximate minimum degree ordering algorithm, SIAM Journal on Matrix Analysis and
//! Applications 17, 886-905; Liu (1990), The role of elimination trees in sparse factorization, the same 11, 134-172.

/// Entries that a factor may have: beyond it the general solver is no slower.
const ENTRIES: usize = 20_000_000;
/// Multiplications that a factor may take: beyond it the general solver, which leaves dense columns aside, is faster.
const MULTIPLICATIONS: f64 = 2e9;
/// Explicit zeros that a merged supernode may have, as a share of its entries.
const ZEROS: f64 = 0.15;
/// Supernodes up to this width merge more readily: their overhead is larger than their work.
const NARROW: usize = 8;
const NARROW_ZEROS: f64 = 0.4;

/// Columns that are eliminated together, in the permuted order.
pub(super) struct Supernode {
    pub(super) first: usize,
    pub(super) n_pivots: usize,
    /// Entries of the factor that need not be zero.
    n_entries: usize,
    /// Every row of the front: the pivots, then the rest in ascending order.
    pub(super) rows: Vec<usize>,
    pub(super) parent: Option<usize>,
}

/// The permutation and the supernodes, children before parents.
pub(super) struct Symbolic {
    /// The permuted place of each row.
    pub(super) place: Vec<usize>,
    pub(super) supernodes: Vec<Supernode>,
}

impl Symbolic {
    /// `neighbours` of each row: every other row with an entry, in any order, both directions. `None` when the factor
    /// would be dense.
    pub(super) fn new(neighbours: &[Vec<usize>]) -> Option<Self> {
        let first_order = minimum_degree(neighbours)?;
        let tree = elimination_tree(neighbours, &first_order);
        let order: Vec<usize> = postorder(&tree).into_iter().map(|at| first_order[at]).collect();
        let mut place = vec![0; order.len()];
        for (at, row) in order.iter().enumerate() {
            place[*row] = at;
        }
        let supernodes = merged(fundamental(neighbours, &order, &place)?);
        Some(Self { place, supernodes })
    }
}

fn minimum_degree(neighbours: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut starts = vec![0_usize];
    let mut entries = Vec::new();
    for (row, list) in neighbours.iter().enumerate() {
        let mut sorted = list.clone();
        // The crate counts on a full diagonal.
        sorted.push(row);
        sorted.sort_unstable();
        entries.extend(sorted);
        starts.push(entries.len());
    }
    let control = amd::Control::default();
    amd::order(neighbours.len(), &starts, &entries, &control).ok().map(|(order, _, _)| order)
}

/// The parent of each place, or none.
fn elimination_tree(neighbours: &[Vec<usize>], order: &[usize]) -> Vec<Option<usize>> {
    let mut place = vec![0; order.len()];
    for (at, row) in order.iter().enumerate() {
        place[*row] = at;
    }
    let mut parent: Vec<Option<usize>> = vec![None; order.len()];
    let mut ancestor: Vec<Option<usize>> = vec![None; order.len()];
    for (at, row) in order.iter().enumerate() {
        for other in &neighbours[*row] {
            let mut walker = place[*other];
            while walker < at {
                let next = ancestor[walker].replace(at);
                match next {
                    None => {
                        parent[walker] = Some(at);
                        break;
                    }
                    Some(next) => walker = next,
                }
            }
        }
    }
    parent
}

/// Children before parents, each subtree in one piece.
fn postorder(parent: &[Option<usize>]) -> Vec<usize> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); parent.len()];
    let mut stack = Vec::new();
    for (at, above) in parent.iter().enumerate().rev() {
        match above {
            Some(above) => children[*above].push(at),
            None => stack.push(at),
        }
    }
    let mut order = Vec::with_capacity(parent.len());
    // Parents before children from the last to the first, then turned around.
    stack.reverse();
    while let Some(at) = stack.pop() {
        order.push(at);
        stack.extend(children[at].iter().rev());
    }
    order.reverse();
    order
}

/// Supernodes whose columns have one pattern.
fn fundamental(neighbours: &[Vec<usize>], order: &[usize], place: &[usize]) -> Option<Vec<Supernode>> {
    let size = order.len();
    let mut patterns: Vec<Vec<usize>> = Vec::with_capacity(size);
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); size];
    let mut seen = vec![usize::MAX; size];
    let (mut n_entries, mut work) = (0, 0.0);
    for at in 0..size {
        let mut rows = vec![at];
        seen[at] = at;
        let own = neighbours[order[at]].iter().map(|row| place[*row]);
        let below = children[at].iter().flat_map(|child| patterns[*child].iter().copied());
        for row in own.chain(below) {
            if at < row && seen[row] != at {
                seen[row] = at;
                rows.push(row);
            }
        }
        rows.sort_unstable();
        if let Some(parent) = rows.get(1) {
            children[*parent].push(at);
        }
        n_entries += rows.len();
        work += number(rows.len()) * number(rows.len());
        if ENTRIES < n_entries || MULTIPLICATIONS < work {
            return None;
        }
        patterns.push(rows);
    }
    let mut supernodes: Vec<Supernode> = Vec::new();
    for (at, rows) in patterns.into_iter().enumerate() {
        if let Some(open) = supernodes.last_mut()
            && open.rows.get(open.n_pivots) == Some(&at)
            && open.rows.len() == rows.len() + open.n_pivots
        {
            open.n_pivots += 1;
            open.n_entries += rows.len();
            continue;
        }
        supernodes.push(Supernode { first: at, n_pivots: 1, n_entries: rows.len(), rows, parent: None });
    }
    Some(supernodes)
}

/// Merges a supernode with the one after it where that is its parent and few zeros enter; sets the parents.
fn merged(fundamental: Vec<Supernode>) -> Vec<Supernode> {
    let mut supernodes: Vec<Supernode> = Vec::new();
    for mut node in fundamental {
        while let Some(child) = supernodes.last().filter(|child| pays(child, &node)) {
            let mut rows: Vec<usize> = (child.first..node.first).collect();
            rows.append(&mut node.rows);
            node = Supernode {
                first: child.first,
                n_pivots: child.n_pivots + node.n_pivots,
                n_entries: child.n_entries + node.n_entries,
                rows,
                parent: None,
            };
            supernodes.pop();
        }
        supernodes.push(node);
    }
    let n_rows = supernodes.last().map_or(0, |last| last.first + last.n_pivots);
    let mut owner = vec![0; n_rows];
    for (index, node) in supernodes.iter().enumerate() {
        owner[node.first..node.first + node.n_pivots].fill(index);
    }
    for node in &mut supernodes {
        node.parent = node.rows.get(node.n_pivots).map(|row| owner[*row]);
    }
    supernodes
}

fn pays(child: &Supernode, node: &Supernode) -> bool {
    if child.rows.get(child.n_pivots) != Some(&node.first) {
        return false;
    }
    let width = child.n_pivots + node.n_pivots;
    let together = width * (child.n_pivots + node.rows.len()) - width * (width - 1) / 2;
    let zeros = together - child.n_entries - node.n_entries;
    let allowed = if width <= NARROW { NARROW_ZEROS } else { ZEROS };
    number(zeros) <= allowed * number(together)
}

fn number(of: usize) -> f64 {
    u32::try_from(of).map_or(f64::INFINITY, f64::from)
}
